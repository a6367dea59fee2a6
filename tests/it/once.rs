//! One cause is one finding, however many requests meet it.

use crate::sample::{CONFIG, TEMPLATE};
use crate::worker::repository;
use goldpath::model::{Finding, RepoPath};
use goldpath::parse::parse;
use goldpath::render::{Cache, Limits, render};

const TARGET: &str = "targets/staging.yaml";
const RELEASE: &str = "golden-paths/config/1.0.0/release.yaml";

/// What is wrong with a tree with so many requests more, and some files replaced; without those that are empty.
fn found(requests: usize, files: &[(&str, String)]) -> Vec<Finding> {
    let text = |n: usize| {
        format!("apiVersion: platform.example.org/v1\nkind: SampleRequest\nmetadata: {{name: r{n:02}}}\nspec: {{text: hello}}\n")
    };
    let requests: Vec<(String, String)> = (0..requests).map(|n| (format!("requests/platform/r{n:02}.yaml"), text(n))).collect();
    let template = files.iter().find(|(path, _)| *path == TEMPLATE).map_or_else(named, |(_, text)| text.clone());
    let all: Vec<(&str, &str)> = requests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let others: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let removed = |path: &RepoPath| files.iter().any(|(file, text)| *file == path.as_str() && text.is_empty());
    let snapshot = repository(&template, &[all, others].concat()).only(|path| !removed(path));
    let parsed = parse(&snapshot);
    let rendered = render(&snapshot, &parsed.platform, &Limits::default(), &mut Cache::off(), 2);
    parsed.findings.into_iter().chain(rendered.findings).collect()
}

/// The template, with a name of its own for each request.
fn named() -> String {
    CONFIG.replace("name: a", "name: {{ metadata.name }}")
}

fn target(spec: &str) -> String {
    format!(
        "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {{name: staging}}\nspec: {{type: directory, connection: staging, {spec}}}\n"
    )
}

fn release(target: &str) -> String {
    format!(
        "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {{name: 1.0.0}}\nspec:\n  serves: v1\n  outputs:\n    - {{name: main, renderer: kubernetes@1, target: \"{target}\"}}\n"
    )
}

const OPEN: &str = "allow: {teams: [\"*\"], paths: [\"*\"]}";

#[test]
fn thirty_one_requests_that_meet_one_cause_are_one_finding() {
    let none = String::new;
    let moved = "golden-paths/config/path.yaml";
    let path = goldpath_path();
    let rows: Vec<(&str, Vec<(&str, String)>)> = vec![
        (
            "namespace-not-allowed",
            vec![
                (TARGET, target(&format!("{OPEN}, kubernetes: {{namespaces: [\"{{{{ team.name }}}}\"]}}"))),
                (TEMPLATE, named().replace("name }}}", "name }}, namespace: \"{{ metadata.name }}\"}")),
            ],
        ),
        (
            "kubernetes-refused",
            vec![
                (TARGET, target(&format!("{OPEN}, kubernetes: {{version: \"1.36\"}}"))),
                (TEMPLATE, named().replace("{{ metadata.name }}", "\"{{ metadata.name }}_X\"")),
            ],
        ),
        ("target-not-allowed", vec![(TARGET, target("allow: {teams: [\"*\"], paths: []}"))]),
        ("unknown-target", vec![(RELEASE, release("stagging"))]),
        ("unknown-target", vec![(RELEASE, release("{{ spec.list | default(value=['nowhere']) | first }}"))]),
        ("unknown-team", vec![("teams/platform.yaml", none())]),
        ("unknown-kind", vec![(moved, path.replace("SampleRequest", "OtherRequest"))]),
        ("template-limit", vec![(TEMPLATE, format!("{}{{% for n in range(end=1000000) %}}{{% endfor %}}\n", named()))]),
        (
            "template-error",
            vec![(TEMPLATE, format!("{}# {{{{ throw(message=\"`\" ~ metadata.name ~ \"` is not wanted\") }}}}\n", named()))],
        ),
    ];
    let mut said = String::new();
    for (code, files) in rows {
        let found = found(30, &files);
        // the owner of the golden path may be gone too, which is another cause
        let of_code = found.iter().filter(|finding| finding.code.as_str() == code && finding.place.path.file_name() != "path.yaml");
        let of_code: Vec<&Finding> = of_code.collect();
        for finding in of_code.iter().take(3) {
            said += &format!("{}:{} {code}: {}\n", finding.place.path, finding.place.span.line, finding.message);
        }
        assert_eq!(of_code.len(), 1, "{said}{found:#?}");
        assert!(!finding_is_at_a_release(of_code[0]) || of_code[0].names_owner(), "{said}");
    }
    insta::assert_snapshot!(said, @"
    golden-paths/config/1.0.0/main/a.yaml.tera:3 namespace-not-allowed: `a.yaml`: ConfigMap `r00` is in the namespace `r00`, and units of this request may touch `platform` (and 30 more: `platform/r01`, `platform/r02`, `platform/r03`, …)
    golden-paths/config/1.0.0/main/a.yaml.tera:3 kubernetes-refused: `a.yaml`: ConfigMap: `r00_X` is no name of a ConfigMap (and 30 more: `platform/r01`, `platform/r02`, `platform/r03`, …)
    golden-paths/config/1.0.0/release.yaml:7 target-not-allowed: the target `staging` does not take the golden path `config` (and so in 27 more)
    golden-paths/config/1.0.0/release.yaml:7 unknown-target: the output `main` goes to the target `stagging`, which does not exist (and so in 26 more)
    golden-paths/config/1.0.0/release.yaml:7 unknown-target: the output `main` goes to the target `nowhere`, which does not exist (and so in 26 more)
    requests/platform/r00.yaml:1 unknown-team: the folder `requests/platform/` belongs to no team: there is no `teams/platform.yaml` (and 30 more: `requests/platform/r01.yaml`, `requests/platform/r02.yaml`, `requests/platform/r03.yaml`, …)
    requests/platform/r00.yaml:2 unknown-kind: no golden path takes requests of the kind `SampleRequest` (and 30 more: `requests/platform/r01.yaml`, `requests/platform/r02.yaml`, `requests/platform/r03.yaml`, …)
    golden-paths/config/1.0.0/main/a.yaml.tera:6 template-limit: the templates take more than 100000 steps (and so in 11 more); 15 more requests were not tried
    golden-paths/config/1.0.0/main/a.yaml.tera:6 template-error: `r00` is not wanted (and 30 more: `platform/r01`, `platform/r02`, `platform/r03`, …)
    ");
}

fn finding_is_at_a_release(finding: &Finding) -> bool {
    finding.place.path.below("golden-paths").is_some()
}

fn goldpath_path() -> String {
    crate::sample::FILES[1].1.to_owned()
}
