//! Two trees compared in one worker give what they give when each is looked at in a worker of its own.

use crate::sample::{CONFIG, TEMPLATE};
use goldpath::git::working_tree;
use goldpath::model::{CommitId, ContentId, Finding, RepoPath};
use goldpath::parse::{parse, parse_both};
use goldpath::plan::{Evaluation, Round};
use goldpath::snapshot::{Change, File, Mode, Snapshot};
use goldpath::worker::{Pair, WantedClaims, compare};
use goldpath::world::{Bench, Tree, evaluate};
use std::path::Path;
use std::time::Duration;

const EXE: &str = env!("CARGO_BIN_EXE_goldpath");
const TODAY: &str = "2026-11-15";

const LOOKS_AT_CHANGES: &str = r#"package goldpath.unit

deny contains msg if {
	some object in input.diff.objects
	removed := {key | some key, _ in object.before.spec; not object.after.spec[key]}
	msg := sprintf("%s of %d files: %s of %s %s", [input.diff.status, count(input.diff.files), object.status, object.kind, removed])
}
"#;

const FAILS_FOR_SOME: &str = r#"package goldpath.unit

deny contains msg if {
	endswith(input.request.metadata.name, "b")
	msg := concat("", input.request.spec)
}

deny contains "no more" if true
"#;

fn example() -> Snapshot {
    working_tree(Path::new(env!("CARGO_MANIFEST_DIR")).join("platform-repo-example")).expect("the example can be read")
}

/// A file, and what is replaced in it by what.
type Edit = (&'static str, Option<(&'static str, &'static str)>);

/// A tree with some files changed: each by what is replaced in it, `None` taken away, and with nothing to replace written anew.
pub(super) fn edited(tree: &Snapshot, edits: &[(&str, Option<(&str, &str)>)]) -> Snapshot {
    let mut files = tree.files().clone();
    for (path, edit) in edits {
        let key = RepoPath::parse(path).expect("a path");
        let Some((from, to)) = edit else {
            assert!(files.remove(&key).is_some(), "{path}");
            continue;
        };
        let text = if from.is_empty() { (*to).to_owned() } else { tree.text(path).expect("it is there").replace(from, to) };
        assert_ne!(tree.text(path), Some(text.as_str()), "{path}: nothing is edited");
        // any other id says that it is another file
        let id = ContentId::from_bytes([text.len() as u8; 20]);
        files.insert(key, File { id, mode: Mode::Regular, bytes: text.as_bytes().into() });
    }
    Snapshot::new(None, files, Vec::new())
}

fn round() -> Round {
    Round { base: None, head: CommitId::parse(&"0".repeat(40)).expect("an id"), preview: true }
}

/// What comparing gives when each side is in a worker of its own.
fn apart(base: &Snapshot, head: &Snapshot) -> Evaluation {
    let exe = Path::new(EXE);
    let before = Tree::apart(exe, base.clone(), None, 2).expect("the base comes to its end");
    let asked = before.asks(head, &before, TODAY);
    let after = Tree::apart(exe, head.clone(), Some(asked), 2).expect("the head comes to its end");
    let bench = Bench { round: round(), judge: Some(&before), owners: Default::default(), today: TODAY.to_owned() };
    evaluate(Some(&before), &after, bench)
}

fn together(base: &Snapshot, head: &Snapshot) -> Option<Evaluation> {
    let head = Change::between(base, head);
    let pair = Pair { base: base.clone(), head, round: round(), today: TODAY.to_owned(), threads: 2, claims: WantedClaims::Nothing };
    compare(Path::new(EXE), &pair, Duration::from_secs(60)).map(|compared| compared.evaluation)
}

/// Without what is said of requests, of which only a part comes back, and without what only the daemon asks for.
fn without_requests(mut evaluation: Evaluation) -> Evaluation {
    evaluation.rules = None;
    std::sync::Arc::make_mut(&mut evaluation.platform).requests.clear();
    evaluation
}

/// How many units change, and what is found.
fn told(evaluation: &Evaluation) -> String {
    let mut codes: Vec<&str> = evaluation.findings.iter().map(|finding: &Finding| finding.code.as_str()).collect();
    codes.sort();
    codes.dedup();
    let vanished = evaluation.diff.units.iter().filter(|unit| unit.vanished.is_some()).count();
    format!(
        "{} units, {} groups, {vanished} vanished: {}",
        evaluation.diff.units.len(),
        evaluation.diff.groups.len(),
        if codes.is_empty() { "nothing".to_owned() } else { codes.join(" ") }
    )
}

/// What is done to the example: what it is called, and each file with what is replaced in it.
fn edits() -> Vec<(&'static str, Vec<Edit>)> {
    let release = "golden-paths/http-service/1.1.0/release.yaml";
    vec![
        ("nothing", vec![]),
        ("another release is current", vec![("golden-paths/environment/path.yaml", Some(("v1: 1.1.0", "v1: 1.0.0")))]),
        ("a request goes", vec![("requests/payments-team/payments-gateway.yaml", None)]),
        ("a request has a mistake", vec![("requests/orders-team/orders-api.yaml", Some(("spec:", "spec:\n  nothing: 1")))]),
        ("a target goes", vec![("targets/dns.yaml", None)]),
        ("a release is changed", vec![(release, Some(("renderer: kubernetes@1", "renderer: kubernetes@1\n      when: \"false\"")))]),
        (
            "a policy says more",
            vec![(
                "policies/no-more.rego",
                Some(("", "package goldpath.unit\n\ndeny contains \"no more\" if input.team.name == \"orders-team\"\n")),
            )],
        ),
        (
            "a policy says more of what changes",
            vec![
                ("golden-paths/environment/path.yaml", Some(("v1: 1.1.0", "v1: 1.0.0"))),
                ("policies/no-more.rego", Some(("", "package goldpath.unit\n\ndeny contains \"no more\" if input.team.name != \"x\"\n"))),
            ],
        ),
        (
            "a policy looks at what changes",
            vec![
                ("golden-paths/environment/path.yaml", Some(("v1: 1.1.0", "v1: 1.0.0"))),
                ("policies/no-more.rego", Some(("", LOOKS_AT_CHANGES))),
            ],
        ),
        ("a policy fails for some", vec![("policies/odd.rego", Some(("", FAILS_FOR_SOME)))]),
        ("a policy does not compile", vec![("policies/replicas.rego", Some(("package main", "package main\n\ndeny contains {")))]),
        (
            "an end is set far away",
            vec![(
                "requests/shipping-team/shipping-acceptance.yaml",
                Some(("annotations:\n", "annotations:\n    goldpath.dev/expires: 2026-12-31\n")),
            )],
        ),
        ("an exception goes", vec![("exceptions/payments-team/gateway-exposure.yaml", None)]),
        ("a team can be asked no more", vec![("teams/orders-team.yaml", Some(("    channel: \"#orders\"\n", "")))]),
        (
            "a target becomes production",
            vec![("targets/staging-eu-west-1.yaml", Some(("environment: staging", "environment: production")))],
        ),
        (
            "an exception goes with a change of what it lets through",
            vec![
                ("exceptions/payments-team/gateway-exposure.yaml", None),
                ("requests/payments-team/payments-gateway.yaml", Some(("gateway:2.8.1", "gateway:2.8.2"))),
            ],
        ),
    ]
}

#[test]
fn one_worker_finds_what_two_find() {
    let base = example();
    let shown: Vec<String> = edits()
        .into_iter()
        .map(|(what, edits)| {
            let head = edited(&base, &edits);
            let shared = Change::between(&base, &head).of(&base);
            assert!(
                parse_both(&base, &shared, &|_| {}) == (parse(&base), parse(&head)),
                "{what}: read together they are not what they are"
            );
            let two = without_requests(apart(&base, &head));
            let one = together(&base, &head).map(without_requests);
            assert_eq!(one.as_ref().map(|one| &one.findings), Some(&two.findings), "{what}");
            assert!(one.as_ref() == Some(&two), "{what}: {:?}, and {}", one.as_ref().map(told), told(&two));
            format!("{what}: {}", told(&two))
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    nothing: 0 units, 0 groups, 0 vanished: nothing
    another release is current: 4 units, 22 groups, 0 vanished: deprecated
    a request goes: 3 units, 19 groups, 0 vanished: unknown-request
    a request has a mistake: 0 units, 0 groups, 0 vanished: unknown-field
    a target goes: 0 units, 0 groups, 0 vanished: unknown-target
    a release is changed: 6 units, 60 groups, 6 vanished: release-changed
    a policy says more: 0 units, 0 groups, 0 vanished: policy/no-more
    a policy says more of what changes: 4 units, 22 groups, 0 vanished: deprecated policy/no-more
    a policy looks at what changes: 4 units, 22 groups, 0 vanished: deprecated policy/no-more
    a policy fails for some: 0 units, 0 groups, 0 vanished: policy-failed policy/odd
    a policy does not compile: 0 units, 0 groups, 0 vanished: policy-does-not-compile
    an end is set far away: 4 units, 14 groups, 0 vanished: lifetime-too-long
    an exception goes: 0 units, 0 groups, 0 vanished: policy/public-exposure
    a team can be asked no more: 2 units, 2 groups, 0 vanished: policy/owner
    a target becomes production: 1 units, 1 groups, 1 vanished: policy/production
    an exception goes with a change of what it lets through: 1 units, 1 groups, 0 vanished: policy/public-exposure
    ");
}

/// What no template prints changes no byte, and is judged all the same.
#[test]
fn what_policies_see_beside_the_bytes_is_judged() {
    let wish =
        "package goldpath.unit\n\ndeny contains \"not here\" if input.request.metadata.annotations[\"example.org/wish\"] == \"root\"\n";
    let base = edited(&example(), &[("policies/wish.rego", Some(("", wish)))]);
    let edit = ("metadata:\n", "metadata:\n  annotations: {example.org/wish: root}\n");
    let head = edited(&base, &[("requests/orders-team/orders-demo.yaml", Some(edit))]);
    let two = without_requests(apart(&base, &head));
    assert!(together(&base, &head).map(without_requests).as_ref() == Some(&two), "{}", told(&two));
    insta::assert_snapshot!(told(&two), @"0 units, 0 groups, 0 vanished: policy/wish");
    assert!(two.findings.iter().all(Finding::is_error));
}

#[test]
fn what_only_two_requests_tell_is_for_two_workers() {
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  text: {{ spec.text | yaml }}\n";
    let base = crate::worker::repository(template, &[]);
    let request = crate::sample::FILES[7].1.replace("shop", "till");
    let head = crate::worker::repository(template, &[("requests/platform/till.yaml", &request)]);
    assert_eq!(together(&base, &head), None, "both hold one object");
    assert!(apart(&base, &head).findings.iter().any(|finding| finding.code.as_str() == "duplicate-object"));
}

/// Every third of many requests writes more than is allowed: what is given up for the rest is the same for each way to look at it.
#[test]
fn what_is_given_up_is_given_up_in_one_worker_too() {
    let text = |n: usize| {
        let text = if n.is_multiple_of(3) { "loud" } else { "quiet" };
        format!("apiVersion: platform.example.org/v1\nkind: SampleRequest\nmetadata: {{name: r{n:02}}}\nspec: {{text: {text}}}\n")
    };
    let requests: Vec<(String, String)> = (0..90).map(|n| (format!("requests/platform/r{n:02}.yaml"), text(n))).collect();
    let requests: Vec<(&str, &str)> = requests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let quiet = CONFIG.replace("name: a", "name: {{ metadata.name }}");
    let long = "x".repeat(20_000);
    let loud = format!("{quiet}{{% if spec.text == \"loud\" %}}{{% for n in range(end=9000) %}}# {long}\n{{% endfor %}}{{% endif %}}");
    let base = crate::worker::repository(&quiet, &requests);
    let head = edited(&base, &[(TEMPLATE, Some(("", &loud)))]);
    for (base, head) in [(&base, &head), (&head, &base), (&head, &head)] {
        let two = without_requests(apart(base, head));
        let one = together(base, head).map(without_requests);
        assert!(one.is_none_or(|one| one == two), "{}", told(&two));
    }
    let messages: Vec<String> = apart(&base, &head).findings.iter().map(|finding| finding.message.clone()).collect();
    insta::assert_snapshot!(messages.join("\n"), @"
    release `config@1.0.0` is on the default branch, so its files cannot change
    the templates write more output than is allowed (and so in 11 more); 45 more requests were not tried
    ");
}
