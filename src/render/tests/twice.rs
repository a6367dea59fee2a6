//! A template is not run again in another tree where it would write the same, and only there.

use super::*;
use crate::render::written::Memo;

const FILES: [(&str, &str); 4] = [
    ("config.yaml.tera", "kind: ConfigMap\nmetadata: {name: \"<{ metadata.name }>\"}\ndata: {size: \"<{ spec.size }>\"}\n"),
    ("included.yaml.tera", "kind: Secret\nmetadata:\n  name: <{ metadata.name }>-s\n<% include \"main/part.md.tera\" %>"),
    ("part.md.tera", "  namespace: <{ team.name }>\n"),
    (
        "whose.yaml.tera",
        "kind: Service\nmetadata: {name: x}\nspec: {release: \"<{ release.name }>\", domain: \"<{ target.values.domain }>\"}\n",
    ),
];

fn case(files: &[(&str, &str)]) -> Case {
    Case::new().output("main", "ci@1", "staging-eu", files).request("payments-team/shop", json!({"size": 1}))
}

/// The files of the second tree that are not written again.
fn taken_over(before: &Case, after: &Case) -> String {
    let (limits, watched) = (Limits::default(), Watched::by_nobody());
    let (one, other) = (before.snapshot(), after.snapshot());
    let mut shown = String::new();
    open(&one, &before.platform, &limits, &mut Cache::off(), &watched, false, |opened| {
        let (done, written) = opened.request_kept(opened.requests[0]);
        let mistakes = opened.world.releases.values().flat_map(|loaded| &loaded.mistakes);
        assert!(!done.failed(), "{:?}", mistakes.collect::<Vec<_>>());
        open(&other, &after.platform, &limits, &mut Cache::off(), &watched, false, |opened| {
            let world = &opened.world;
            let request = opened.requests[0];
            let plan = &world.releases[&request.release].outputs[&OutputName::parse("main").unwrap()];
            let release = &after.platform.releases[&request.release];
            let marks = marks::marks(request, &release.id);
            let context = world.shared.request(request, &after.platform.paths[&release.id.path], release, &marks, &json!({}));
            let target = TargetName::parse("staging-eu").unwrap();
            let context = world.shared.with_target(&context, &after.platform.targets[&target]);
            let unit = UnitId { request: request.id.clone(), output: OutputName::parse("main").unwrap(), target };
            let memo = Memo::Take(&written);
            let known = plan.files.iter().filter(|file| {
                let script = || plan.engine.script(plan.engine.template(&file.source).unwrap());
                memo.known(&unit, &file.path, script, file.language, &context).is_some()
            });
            shown = known.map(|file| file.path.as_str()).collect::<Vec<_>>().join(" ");
            // what is taken over is written all the same here, and compared (`Maker::written`)
            assert_eq!(opened.request_after(request, &written).units(), opened.request(request).units());
        });
    });
    shown
}

fn with(file: &str, text: &str) -> Case {
    let files: Vec<(&str, &str)> = FILES.iter().map(|(name, old)| (*name, if *name == file { text } else { *old })).collect();
    case(&files)
}

#[test]
fn what_would_be_written_the_same_is_taken_over() {
    let before = case(&FILES);
    let team = TeamName::parse("payments-team").unwrap();
    let target = TargetName::parse("staging-eu").unwrap();
    let values = |spec: serde_json::Value| case(&FILES).request("payments-team/shop", spec);
    let mut other_team = case(&FILES);
    other_team.platform.teams.get_mut(&team).unwrap().values = Json(json!({"more": 1}));
    let mut other_target = case(&FILES);
    other_target.platform.targets.get_mut(&target).unwrap().values = Json(json!({"domain": "example.com"}));
    let component = "<% component part() %>a<% endcomponent %># <{ <part /> }>\n";
    let components = |text: &str| case(&[FILES[0], ("other.md.tera", text)]);
    let table = [
        ("nothing differs", taken_over(&before, &case(&FILES))),
        ("another template", taken_over(&before, &with("config.yaml.tera", "kind: <{ spec.size }>\n"))),
        ("a blank", taken_over(&before, &with("config.yaml.tera", &(FILES[0].1.to_owned() + " ")))),
        ("what is included", taken_over(&before, &with("part.md.tera", "  namespace: x\n"))),
        ("another value", taken_over(&before, &values(json!({"size": 2})))),
        ("a value of another type", taken_over(&before, &values(json!({"size": 1.0})))),
        ("another team", taken_over(&before, &other_team)),
        ("another target", taken_over(&before, &other_target)),
        ("a component", taken_over(&components(component), &components(&component.replace("%>a<%", "%>b<%")))),
        ("the same components", taken_over(&components(component), &components(component))),
    ];
    let shown: Vec<String> = table.iter().map(|(what, files)| format!("{what}: {files}")).collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    nothing differs: config.yaml included.yaml part.md whose.yaml
    another template: included.yaml part.md whose.yaml
    a blank: included.yaml part.md whose.yaml
    what is included: config.yaml whose.yaml
    another value: included.yaml part.md whose.yaml
    a value of another type: included.yaml part.md whose.yaml
    another team: config.yaml whose.yaml
    another target: config.yaml included.yaml part.md
    a component: 
    the same components: config.yaml other.md
    ");
}
