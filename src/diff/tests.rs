use super::*;
use crate::parse::parse;
use crate::render::{Cache, Limits, render};

/// A repository whose golden path goes to one target by name, to all with a label, to those that the team lists and to those that the request lists.
const FILES: &[(&str, &str)] = &[
    ("goldpath.yaml", "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: p}\nspec:\n  values: {regions: [eu, us]}\n"),
    ("teams/shop.yaml", "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: shop}\nspec: {title: Shop}\n"),
    (
        "targets/eu.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {name: eu, labels: {tier: one}}\nspec: {type: directory, connection: eu}\n",
    ),
    (
        "targets/us.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {name: us, labels: {tier: one}}\nspec: {type: directory, connection: us}\n",
    ),
    (
        "golden-paths/app/path.yaml",
        "apiVersion: goldpath.dev/v1\nkind: GoldenPath\nmetadata: {name: app}\nspec:\n  title: App\n  owner: shop\n  request: {group: example.org, kind: App}\n  current: {v1: 1.0.0}\n",
    ),
    (
        "golden-paths/app/1.0.0/release.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  outputs:\n    - {name: labelled, renderer: ci@1, targets: {matchLabels: {tier: one}}}\n    - {name: wanted, renderer: ci@1, forEach: spec.regions, target: \"{{ each }}\"}\n    - {name: offered, renderer: ci@1, forEach: platform.values.regions, target: \"{{ each }}\"}\n",
    ),
    (
        "golden-paths/app/1.0.0/schema.json",
        r#"{"type": "object", "additionalProperties": false, "properties": {"regions": {"type": "array", "items": {"type": "string"}}}}"#,
    ),
    ("golden-paths/app/1.0.0/labelled/a.md.tera", "{{ target.name }}\n"),
    ("golden-paths/app/1.0.0/wanted/a.md.tera", "{{ each }}\n"),
    ("golden-paths/app/1.0.0/offered/a.md.tera", "{{ each }}\n"),
    ("requests/shop/web.yaml", "apiVersion: example.org/v1\nkind: App\nmetadata: {name: web}\nspec: {regions: [eu, us]}\n"),
];

/// A tree, read and rendered.
struct Tree {
    snapshot: Snapshot,
    parsed: Parsed,
    rendered: Rendered,
}

impl Tree {
    /// The files with some of them replaced; nothing: removed.
    fn with(edits: &[(&str, Option<&str>)]) -> Self {
        let snapshot = Snapshot::of_texts(FILES, edits);
        let parsed = parse(&snapshot);
        let rendered = render(&snapshot, &parsed.platform, &Limits::default(), &mut Cache::new(), 1);
        Self { snapshot, parsed, rendered }
    }

    fn side(&self) -> Side<'_> {
        Side { snapshot: &self.snapshot, parsed: &self.parsed, rendered: &self.rendered }
    }
}

fn text_of(name: &str) -> &'static str {
    FILES.iter().find(|(file, _)| *file == name).map(|(_, text)| *text).unwrap()
}

fn compared(edits: &[(&str, Option<&str>)]) -> (Diff, Tree) {
    let (base, head) = (Tree::with(&[]), Tree::with(edits));
    assert!(base.parsed.findings.is_empty() && base.rendered.findings.is_empty(), "{:#?}", (base.parsed.findings, base.rendered.findings));
    (diff(Some(base.side()), head.side(), None), head)
}

/// What changes between two trees.
pub(super) fn diff_of(base: &[(&str, Option<&str>)], head: &[(&str, Option<&str>)]) -> Diff {
    let (base, head) = (Tree::with(base), Tree::with(head));
    let findings = head.parsed.findings.iter().chain(&head.rendered.findings).filter(|finding| finding.is_error());
    assert_eq!(findings.count(), 0, "{:#?}", (head.parsed.findings, head.rendered.findings));
    diff(Some(base.side()), head.side(), None)
}

/// What goes away, and why, as far as nobody asked for it.
fn gone(edits: &[(&str, Option<&str>)]) -> String {
    let (diff, head) = compared(edits);
    let errors = head.parsed.findings.iter().chain(&head.rendered.findings).filter(|finding| finding.is_error());
    let errors = errors.map(|finding| format!("{}: {}", finding.code, finding.message));
    let units = diff.removed_units().map(|unit| match unit.vanished {
        Some(why) => format!("{} vanished: {why:?}", unit.id),
        None => format!("{} was taken away", unit.id),
    });
    let lines: Vec<String> = errors.chain(units).collect();
    if lines.is_empty() { "nothing".to_owned() } else { lines.join("\n") }
}

#[test]
fn what_a_request_takes_away_is_taken_away() {
    let request = text_of("requests/shop/web.yaml").replace("[eu, us]", "[eu]");
    insta::assert_snapshot!(gone(&[("requests/shop/web.yaml", Some(&request))]), @"shop/web/wanted@us was taken away");
    insta::assert_snapshot!(gone(&[("requests/shop/web.yaml", None)]), @r"
    shop/web/labelled@eu was taken away
    shop/web/labelled@us was taken away
    shop/web/offered@eu was taken away
    shop/web/offered@us was taken away
    shop/web/wanted@eu was taken away
    shop/web/wanted@us was taken away
    ");
}

#[test]
fn what_the_platform_takes_away_is_said_apart() {
    let labels = text_of("targets/us.yaml").replace("tier: one", "tier: two");
    insta::assert_snapshot!(gone(&[("targets/us.yaml", Some(&labels))]), @"shop/web/labelled@us vanished: Labels");
    let settings = text_of("goldpath.yaml").replace("[eu, us]", "[eu]");
    insta::assert_snapshot!(gone(&[("goldpath.yaml", Some(&settings))]), @"shop/web/offered@us vanished: Values");
}

#[test]
fn a_target_that_is_gone_fails_what_names_it_and_takes_nothing_away() {
    insta::assert_snapshot!(gone(&[("targets/us.yaml", None)]), @r"
    unknown-target: the output `offered` goes to the target `us`, which does not exist
    unknown-target: the output `wanted` goes to the target `us`, which does not exist
    ");
}

#[test]
fn a_target_that_is_gone_and_was_chosen_by_its_labels_is_said_apart() {
    let request = text_of("requests/shop/web.yaml").replace("[eu, us]", "[eu]");
    let settings = text_of("goldpath.yaml").replace("[eu, us]", "[eu]");
    let edits = [("targets/us.yaml", None), ("requests/shop/web.yaml", Some(request.as_str())), ("goldpath.yaml", Some(settings.as_str()))];
    insta::assert_snapshot!(gone(&edits), @r"
    shop/web/labelled@us vanished: Target
    shop/web/offered@us vanished: Target
    shop/web/wanted@us vanished: Target
    ");
}

/// What only the pair tells.
fn said(before: &[(&str, Option<&str>)], edits: &[(&str, Option<&str>)]) -> String {
    let all: Vec<_> = before.iter().chain(edits).copied().collect();
    let (base, head) = (Tree::with(before), Tree::with(&all));
    let findings = diff(Some(base.side()), head.side(), None).findings;
    findings.iter().map(|finding| format!("{}: {}: {}\n", finding.place.path, finding.code, finding.message)).collect()
}

fn quota(most: u32) -> String {
    text_of("teams/shop.yaml").replace("spec: {", &format!("spec: {{quotas: {{app: {most}}}, "))
}

fn named(name: &str) -> String {
    text_of("requests/shop/web.yaml").replace("name: web", &format!("name: {name}"))
}

#[test]
fn a_quota_holds_what_is_added_over_it() {
    let (one, two, second, third) = (quota(1), quota(2), named("second"), named("third"));
    let team = ("teams/shop.yaml", Some(one.as_str()));
    let added = ("requests/shop/second.yaml", Some(second.as_str()));
    insta::assert_snapshot!(said(&[team], &[added]), @"requests/shop/second.yaml: over-quota: the team `shop` would have 2 requests of `app`, and its quota is 1");
    // raised in the change that uses it, or brought by it
    assert!(said(&[team], &[("teams/shop.yaml", Some(&two)), added]).contains("its quota is 1"));
    assert!(said(&[], &[team, added]).contains("its quota is 1"));
    // what is there already stays, a request may take the place of another, and the last one within it is no matter
    assert_eq!(said(&[added], &[team]), "");
    assert_eq!(said(&[team], &[added, ("requests/shop/web.yaml", None)]), "");
    assert_eq!(said(&[("teams/shop.yaml", Some(&two))], &[added]), "");
    assert!(said(&[("teams/shop.yaml", Some(&two)), added], &[("requests/shop/third.yaml", Some(&third))]).contains("3 requests"));
}

#[test]
fn a_quota_holds_a_request_that_is_written_anew_for_another_golden_path() {
    let other = |text: &str| text.replace("name: app", "name: other").replace("kind: App", "kind: Other");
    let of_other: Vec<(String, String)> = FILES
        .iter()
        .filter(|(file, _)| file.starts_with("golden-paths/app/"))
        .map(|(file, text)| (file.replace("/app/", "/other/"), other(text)))
        .collect();
    let (one, was, is) = (quota(1), other(&named("second")), named("second"));
    let mut before: Vec<(&str, Option<&str>)> = of_other.iter().map(|(file, text)| (file.as_str(), Some(text.as_str()))).collect();
    before.extend([("teams/shop.yaml", Some(one.as_str())), ("requests/shop/second.yaml", Some(was.as_str()))]);
    let said = said(&before, &[("requests/shop/second.yaml", Some(&is))]);
    assert!(
        said.contains("requests/shop/second.yaml: over-quota: the team `shop` would have 2 requests of `app`, and its quota is 1"),
        "{said}"
    );
}

#[test]
fn what_a_target_takes_counts_from_the_next_change_on() {
    let target = |rest: &str| text_of("targets/us.yaml").replace("connection: us", &format!("connection: us{rest}"));
    let told = |was: &str, is: &str, more: &[(&str, Option<&str>)]| {
        let (was, is) = (target(was), target(is));
        let team = text_of("teams/shop.yaml").replace("name: shop", "name: other");
        let path = text_of("golden-paths/app/path.yaml").replace("name: app", "name: other").replace("kind: App}", "kind: Other}");
        let release = ["release.yaml", "schema.json"]
            .map(|file| (format!("golden-paths/other/1.0.0/{file}"), text_of(&format!("golden-paths/app/1.0.0/{file}"))));
        let mut before = vec![
            ("targets/us.yaml", Some(was.as_str())),
            ("teams/other.yaml", Some(team.as_str())),
            ("golden-paths/other/path.yaml", Some(path.as_str())),
        ];
        before.extend(release.iter().map(|(file, text)| (file.as_str(), Some(*text))));
        said(&before, &[&[("targets/us.yaml", Some(is.as_str()))], more].concat())
    };
    let second = named("second");
    let comes = [("requests/shop/second.yaml", Some(second.as_str()))];
    let all = [
        told(", allow: {teams: [other]}", ", allow: {teams: [other, shop]}", &[]),
        told(", allow: {paths: [other]}", "", &[]),
        told(", kubernetes: {namespaces: [shop]}", ", kubernetes: {namespaces: [shop, kube-system]}", &comes),
        told(", kubernetes: {namespaces: [shop]}", "", &comes),
    ];
    insta::assert_snapshot!(all.concat(), @"
    targets/us.yaml: target-widened: `us` takes the team `shop` only with this change, and `shop/web/labelled@us` and 2 more go there already
    targets/us.yaml: target-widened: `us` takes the golden path `app` only with this change, and `shop/web/labelled@us` and 2 more go there already
    targets/us.yaml: target-widened: `us` takes what is in the namespace `kube-system` only with this change, and `shop/second/labelled@us` and 2 more go there already
    targets/us.yaml: target-widened: `us` takes all that its list of namespaces kept out only with this change, and `shop/second/labelled@us` and 2 more go there already
    ");
    // a new target is no way round one that is there
    let asia = |connection: &str| {
        text_of("targets/us.yaml").replace("name: us", "name: asia").replace("connection: us", &format!("connection: {connection}"))
    };
    let beside = |connection: &str| {
        let asia = asia(connection);
        told(", allow: {teams: [other]}", ", allow: {teams: [other]}", &[("targets/asia.yaml", Some(asia.as_str()))])
    };
    insta::assert_snapshot!(beside("us"), @"
    targets/asia.yaml: target-widened: `asia` takes the team `shop` only with this change, and `shop/web/labelled@asia` goes there already
    ");
    assert_eq!(beside("asia"), "");
    // nothing comes by it, or it allows less
    assert_eq!(told(", allow: {teams: [shop]}", ", allow: {teams: [shop, other]}", &comes), "");
    assert_eq!(told("", ", kubernetes: {namespaces: ['*']}", &comes), "");
    assert_eq!(told(", kubernetes: {namespaces: [shop]}", ", kubernetes: {namespaces: [shop, other]}", &[]), "");
}

#[test]
fn libraries_and_renderers_are_immutable_as_releases_are() {
    let library = [("golden-paths/_library/net/1.0.0/a.tera", Some("a")), ("golden-paths/_library/net/1.0.0/README.md", Some("a"))];
    let edits = [("golden-paths/_library/net/1.0.0/a.tera", Some("b")), ("golden-paths/_library/net/1.0.0/README.md", Some("b"))];
    insta::assert_snapshot!(said(&library, &edits), @"golden-paths/_library/net/1.0.0/a.tera: release-changed: `golden-paths/_library/net/1.0.0` is on the default branch, so its files cannot change");
    let renderer = "apiVersion: goldpath.dev/v1\nkind: Renderer\nmetadata: {name: own, version: 1}\nspec: {language: {\"*.md\": text}}\n";
    let other = renderer.replace("*.md", "*.txt");
    insta::assert_snapshot!(said(&[("renderers/own/1/renderer.yaml", Some(renderer))], &[("renderers/own/1/renderer.yaml", Some(&other))]), @"renderers/own/1/renderer.yaml: release-changed: `renderers/own/1` is on the default branch, so its files cannot change");
    assert_eq!(
        said(
            &[("renderers/own/1/renderer.yaml", Some(renderer))],
            &[("renderers/own/2/renderer.yaml", Some(&renderer.replace("version: 1", "version: 2")))]
        ),
        ""
    );
}

#[test]
fn a_target_does_not_lead_elsewhere() {
    let elsewhere = text_of("targets/us.yaml").replace("connection: us", "connection: eu");
    insta::assert_snapshot!(said(&[], &[("targets/us.yaml", Some(&elsewhere))]), @r"targets/us.yaml: target-moved: `us` is on the default branch, so its type and connection cannot change: what was applied would stay where it is");
    let new = elsewhere.replace("name: us", "name: asia");
    assert_eq!(said(&[], &[("targets/asia.yaml", Some(&new))]), "");
}
