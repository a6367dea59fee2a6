use super::*;
use crate::model::*;
use crate::render::{Object, RenderedFile, Unit};
use crate::snapshot::{File, Mode, Snapshot};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

mod alone;
mod shapes;
mod unlike;

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

fn team(name: &str, channel: &str) -> Team {
    Team {
        name: TeamName::parse(name).unwrap(),
        file: path(&format!("teams/{name}.yaml")),
        title: name.to_owned(),
        members: BTreeSet::new(),
        contact: BTreeMap::from([("channel".to_owned(), channel.to_owned())]),
        cost_centre: None,
        quotas: BTreeMap::new(),
        values: Json::default(),
    }
}

const REQUEST: &str =
    "kind: Thing\nmetadata:\n  name: shop\nspec:\n  region: eu-west-1\n  services:\n    - name: api\n      replicas: 40\n";

/// Policies, one request with its unit, and exceptions.
struct Case {
    files: BTreeMap<RepoPath, File>,
    platform: Platform,
    request: Request,
    target: Target,
    path: GoldenPath,
    unit: Unit,
    before: Option<Unit>,
    today: &'static str,
}

impl Case {
    fn new(policies: &[(&str, &str)]) -> Self {
        let release = ReleaseId::parse("environment@1.0.0").unwrap();
        let id = UnitId::parse("payments-team/shop/cluster@staging").unwrap();
        let mut case = Self {
            files: BTreeMap::new(),
            platform: Platform::default(),
            request: Request {
                id: id.request.clone(),
                file: path("requests/payments-team/shop.yaml"),
                release: release.clone(),
                pinned: false,
                document: Json(json!({"metadata": {"name": "shop"}, "spec": {"region": "eu-west-1"}})),
                facts: RequestFacts::default(),
                refs: BTreeMap::new(),
            },
            target: Target {
                name: id.target.clone(),
                file: path("targets/staging.yaml"),
                labels: BTreeMap::from([("region".to_owned(), "eu-west-1".to_owned())]),
                kind: TargetKind::Directory,
                connection: ConnectionName::parse("staging").unwrap(),
                values: Json::default(),
                allow_teams: Vec::new(),
                allow_paths: Vec::new(),
                terraform_providers: BTreeSet::new(),
                kubernetes_version: None,
                namespaces: None,
            },
            path: GoldenPath {
                name: release.path.clone(),
                file: path("golden-paths/environment/path.yaml"),
                title: "An environment".to_owned(),
                description: String::new(),
                owner: TeamName::parse("platform").unwrap(),
                support: Support::default(),
                group: "example.org".to_owned(),
                kind: "Thing".to_owned(),
                max_name: 63,
                stage: Stage::Ga,
                current: BTreeMap::new(),
                releases: BTreeMap::new(),
            },
            unit: Unit {
                id,
                request_file: path("requests/payments-team/shop.yaml"),
                release,
                target_kind: TargetKind::Directory,
                renderer: RendererId::parse("kubernetes@1").unwrap(),
                on_delete: OnDelete::Delete,
                disposable: BTreeSet::new(),
                depends_on: Vec::new(),
                files: BTreeMap::new(),
                digest: Digest::of(b""),
                objects: Vec::new(),
                reads: Vec::new(),
            },
            before: None,
            today: "2026-02-01",
        };
        for (name, channel) in [("platform", "#platform-help"), ("sre", "#sre"), ("payments-team", "#payments")] {
            case.platform.teams.insert(TeamName::parse(name).unwrap(), team(name, channel));
        }
        for (file, text) in policies {
            let release = file.strip_prefix("golden-paths/").and_then(|rest| {
                let mut parts = rest.split('/');
                ReleaseId::parse(&format!("{}@{}", parts.next()?, parts.next()?))
            });
            case.platform.policies.push(PolicyFile { file: path(file), release });
            let bytes = text.as_bytes().into();
            case.files.insert(path(file), File { id: ContentId::from_bytes([0; 20]), mode: Mode::Regular, bytes });
        }
        case
    }

    fn file(mut self, name: &str, text: &str) -> Self {
        let bytes = text.as_bytes();
        let file = RenderedFile { bytes: bytes.into(), digest: Digest::of(bytes), template: path("golden-paths/x.tera") };
        self.unit.files.insert(path(name), file);
        self
    }

    fn object(mut self, document: &Value) -> Self {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        self.unit.objects.push(Object {
            kind: text("/kind"),
            group: String::new(),
            namespace: None,
            name: text("/metadata/name"),
            file: path("objects.yaml"),
            document: JsonText::of(document),
        });
        if self.unit.files.is_empty() { self.file("objects.yaml", "") } else { self }
    }

    /// Compared with what it is until now, under another image.
    fn compared(mut self) -> Self {
        let mut before = self.unit.clone();
        for object in &mut before.objects {
            let mut value = object.document.value();
            value["image"] = json!("before");
            object.document = JsonText::of(&value);
        }
        before.files.clear();
        self.before = Some(before);
        self
    }

    fn except(mut self, policy: &str, team: &str, request: Option<&str>, expires: &str) -> Self {
        self.platform.exceptions.push(Exception {
            id: ExceptionId::parse("for-now").unwrap(),
            file: path("exceptions/x/for-now.yaml"),
            team: TeamName::parse(team).unwrap(),
            policy: PolicyId::parse(policy).unwrap(),
            request: request.and_then(RequestId::parse),
            reason: "until it is mended".to_owned(),
            expires: expires.to_owned(),
        });
        self
    }

    fn compiled(&self) -> (Policies, Vec<Finding>) {
        compile(&Snapshot::new(None, self.files.clone(), Vec::new()), &self.platform)
    }

    fn input(&self) -> UnitInput<'_> {
        UnitInput {
            unit: &self.unit,
            request: &self.request,
            text: Some(REQUEST),
            team: &self.platform.teams[&self.request.id.team],
            target: &self.target,
            path: &self.path,
            before: self.before.as_ref().map_or(Before::Unknown, Before::Unit),
            plan: None,
        }
    }

    fn verdicts(&self) -> (Verdicts, Vec<Finding>) {
        let (policies, findings) = self.compiled();
        (evaluate(&policies, &[self.input()], &self.platform.exceptions, self.today), findings)
    }

    /// What is refused of its unit that was not before.
    fn refused_anew(&self, before: &Self) -> String {
        let ((is, _), (was, _)) = (self.compiled(), before.compiled());
        let (was, is) = ((&was, before.platform.exceptions.as_slice()), (&is, self.platform.exceptions.as_slice()));
        let standing = Standing::of(was, is, self.today);
        let of = |change: &[UnitInput<'_>], stay: &[UnitInput<'_>]| -> String {
            standing.refused_anew(change, &Stays::of(stay.to_vec(), None, true), 1, &|_| {}).iter().map(show).collect()
        };
        let (stays, changes) = (of(&[], &[self.input()]), of(&[self.input()], &[]));
        if changes.is_empty() { stays } else { format!("{stays}and when it changes:\n{changes}") }
    }

    /// Everything that is said, and the counts.
    fn shown(&self) -> String {
        let (verdicts, broken) = self.verdicts();
        let mut out: String = broken.iter().chain(&verdicts.findings).map(show).collect();
        for Waived { exception, policy, unit, message, expires } in &verdicts.waived {
            out.push_str(&format!("waived by {exception} until {expires}: {policy} for {unit}: {message}\n"));
        }
        for Tally { passed, warned, failed, waived } in verdicts.units.values().map(Tally::of) {
            out.push_str(&format!("{passed} passed, {warned} warned, {failed} failed, {waived} waived\n"));
        }
        out
    }
}

fn show(finding: &Finding) -> String {
    let Finding { place, severity, code, message, help, turn, related } = finding;
    let mut out = format!("{}:{}:{} {severity:?} {code} ({turn:?})\n  {message}\n", place.path, place.span.line, place.span.column);
    if !help.is_empty() {
        out.push_str(&format!("  help: {help}\n"));
    }
    for related in related {
        out.push_str(&format!("  see {}: {}\n", related.place.path, related.message));
    }
    out
}

const IMAGES: &str = r#"# METADATA
# title: Images come from us
# custom:
#   id: image-source
#   owner: sre
package main

deny contains msg if {
	not startswith(input.image, "registry.example.org/")
	msg := sprintf("the image `%s` is not ours", [input.image])
}

warn contains "the image has no digest." if not contains(input.image, "@")
"#;

fn pod(name: &str, image: &str) -> Value {
    json!({"kind": "Pod", "metadata": {"name": name}, "image": image})
}

#[test]
fn a_result_names_the_object_the_unit_and_whom_to_ask() {
    let case = Case::new(&[("policies/images.rego", IMAGES)]);
    let case = case.object(&pod("ours", "registry.example.org/a@sha256:1")).object(&pod("theirs", "docker.io/b:1"));
    insta::assert_snapshot!(case.shown(), @"
    requests/payments-team/shop.yaml:4:1 Error policy/image-source (Requester)
      the image `docker.io/b:1` is not ours (Pod `theirs` in `payments-team/shop/cluster@staging`)
      help: The policy `image-source` belongs to `sre`: change the request, or ask them in #sre for an exception.
    requests/payments-team/shop.yaml:4:1 Warning policy/image-source (Requester)
      the image has no digest (Pod `theirs` in `payments-team/shop/cluster@staging`)
      help: The policy `image-source` belongs to `sre`: change the request, or ask them in #sre for an exception.
    0 passed, 0 warned, 1 failed, 0 waived
    ");
}

#[test]
fn what_passes_is_counted() {
    let case = Case::new(&[("policies/images.rego", IMAGES)]).object(&pod("ours", "registry.example.org/a@sha256:1"));
    insta::assert_snapshot!(case.shown(), @"1 passed, 0 warned, 0 failed, 0 waived");
}

#[test]
fn a_result_stands_at_the_field_that_it_speaks_of() {
    let policy = r#"package goldpath.unit

violation contains {"msg": "40 are too many", "field": "spec.services[0].replicas"} if input.target.labels.region == "eu-west-1"

warn contains {"msg": "no default here", "pointer": "/spec/services/0/port"} if count(input.objects) == 1

deny contains {"field": "/spec/region"} if input.path.name == "environment"

deny contains {"msg": "never"} if input.plan
"#;
    let case = Case::new(&[("policies/many_things.rego", policy)]).object(&pod("a", "b"));
    insta::assert_snapshot!(case.shown(), @"
    requests/payments-team/shop.yaml:5:11 Error policy/many-things (Requester)
      this is refused (`payments-team/shop/cluster@staging`)
      help: The policy `many-things` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:7:7 Warning policy/many-things (Requester)
      no default here (`payments-team/shop/cluster@staging`)
      help: The policy `many-things` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:8:17 Error policy/many-things (Requester)
      40 are too many (`payments-team/shop/cluster@staging`)
      help: The policy `many-things` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    0 passed, 0 warned, 1 failed, 0 waived
    ");
}

const CHANGES: &str = r#"package goldpath.unit

deny contains msg if {
    some file in input.diff.files
    msg := sprintf("%s: %s is %s", [input.diff.status, file.path, file.status])
}

deny contains msg if {
    some object in input.diff.objects
    msg := sprintf("%s %s is %s: %s, %s", [object.kind, object.name, object.status, object.before.image, object.after.image])
}

deny contains "nothing is compared" if not input.diff
"#;

#[test]
fn what_changes_is_shown_where_something_is_compared() {
    let case = || Case::new(&[("policies/changes.rego", CHANGES)]).object(&pod("a", "after"));
    let messages = |case: &Case| case.verdicts().0.findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(messages(&case().compared()), @"
    Pod a is changed: before, after (`payments-team/shop/cluster@staging`)
    changed: objects.yaml is added (`payments-team/shop/cluster@staging`)
    ");
    insta::assert_snapshot!(messages(&case()), @"nothing is compared (`payments-team/shop/cluster@staging`)");
    // a policy that names it nowhere makes nobody work it out
    let silent = Case::new(&[(
        "policies/silent.rego",
        "package goldpath.unit\n\ndeny contains \"none\" if not input[sprintf(\"di%s\", [\"ff\"])]\n",
    )]);
    insta::assert_snapshot!(messages(&silent.object(&pod("a", "after")).compared()), @"none (`payments-team/shop/cluster@staging`)");
}

#[test]
fn a_result_that_names_a_value_of_the_request_stands_at_it() {
    let policy = r#"package main

deny contains sprintf("nothing runs in `%s`", [input.region])

warn contains "eu-west-1 without quotes may be a word, and `eu-west-12` is another one"
"#;
    let case =
        Case::new(&[("policies/regions.rego", policy)]).object(&json!({"kind": "Pod", "metadata": {"name": "a"}, "region": "eu-west-1"}));
    insta::assert_snapshot!(case.shown(), @"
    requests/payments-team/shop.yaml:4:1 Warning policy/regions (Requester)
      eu-west-1 without quotes may be a word, and `eu-west-12` is another one (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `regions` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:5:11 Error policy/regions (Requester)
      nothing runs in `eu-west-1` (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `regions` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    0 passed, 0 warned, 1 failed, 0 waived
    ");
}

#[test]
fn a_result_that_quotes_what_is_put_together_stands_at_its_first_part() {
    let policy = r#"package main

deny contains sprintf("the image `%s` is not ours", [input.image])

warn contains "the bucket `logs-of-eu-west-1-and-of-many-others` is not among `others`"
"#;
    let image = "eu-west-1/api:40";
    let case = Case::new(&[("policies/images.rego", policy)]).object(&json!({"kind": "Pod", "metadata": {"name": "a"}, "image": image}));
    insta::assert_snapshot!(case.shown(), @"
    requests/payments-team/shop.yaml:4:1 Warning policy/images (Requester)
      the bucket `logs-of-eu-west-1-and-of-many-others` is not among `others` (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `images` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:5:11 Error policy/images (Requester)
      the image `eu-west-1/api:40` is not ours (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `images` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    0 passed, 0 warned, 1 failed, 0 waived
    ");
}

#[test]
fn files_without_objects_are_seen_as_what_they_hold() {
    let policy = r#"package main

deny contains msg if {
	some name, record in input.resource.terraform_data
	not record.input.owner
	msg := sprintf("the record %s has no owner", [name])
}

deny contains "pushes to every branch" if input.on == "push"

deny contains msg if {
	endswith(input.path, "OWNERS")
	some line in split(input.text, "\n")
	startswith(line, "* ")
	msg := sprintf("`%s` owns everything", [substring(line, 2, -1)])
}
"#;
    let whole = "package goldpath.unit\n\ndeny contains \"no file of text\" if not {\"docs/CODEOWNERS\"} & {thing.path | some thing in input.objects}\n";
    let case = Case::new(&[("policies/files.rego", policy), ("policies/whole.rego", whole)])
        .file("main.tf", "resource \"terraform_data\" \"a\" {\n  input = { name = \"x${1}\" }\n}\n")
        .file(".github/workflows/build.yaml", "on: push\n")
        .file("docs/CODEOWNERS", "# who\n* @a\n");
    insta::assert_snapshot!(case.shown(), @"
    requests/payments-team/shop.yaml:4:1 Error policy/files (Requester)
      `@a` owns everything (`docs/CODEOWNERS` in `payments-team/shop/cluster@staging`)
      help: The policy `files` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Error policy/files (Requester)
      pushes to every branch (`.github/workflows/build.yaml` in `payments-team/shop/cluster@staging`)
      help: The policy `files` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Error policy/files (Requester)
      the record a has no owner (`main.tf` in `payments-team/shop/cluster@staging`)
      help: The policy `files` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    1 passed, 0 warned, 1 failed, 0 waived
    ");
}

#[test]
fn a_release_has_policies_of_its_own() {
    let policy = "package main\n\ndeny contains \"refused\" if input.kind\n";
    let files =
        [("golden-paths/environment/1.0.0/policies/own.rego", policy), ("golden-paths/environment/2.0.0/policies/other.rego", policy)];
    insta::assert_snapshot!(Case::new(&files).object(&pod("a", "b")).shown(), @"
    requests/payments-team/shop.yaml:4:1 Error policy/own (Requester)
      refused (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `own` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    0 passed, 0 warned, 1 failed, 0 waived
    ");
}

#[test]
fn policies_import_libraries() {
    let library = "package lib.images\n\nours(image) if startswith(image, \"registry.example.org/\")\n";
    let policy = "package main\n\nimport data.lib.images\n\ndeny contains \"not ours\" if not images.ours(input.image)\n";
    let files = [("policies/lib.rego", library), ("policies/uses-it.rego", policy)];
    insta::assert_snapshot!(Case::new(&files).object(&pod("a", "docker.io/b")).shown(), @"
    requests/payments-team/shop.yaml:4:1 Error policy/uses-it (Requester)
      not ours (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `uses-it` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    0 passed, 0 warned, 1 failed, 0 waived
    ");
}

#[test]
fn rules_with_more_words_are_asked_as_those_with_one() {
    let of_object = r#"package main

deny_latest contains "latest is no version" if endswith(input.image, ":latest")

violation_of_2_rules contains "not ours" if not startswith(input.image, "registry.example.org/")

warn_digest contains "the image has no digest" if not contains(input.image, "@")

# a function is asked nothing
deny_if(input_of_it) if input_of_it.kind
"#;
    let of_unit = "package goldpath.unit\n\ndeny_many contains \"too many\" if count(input.objects) > 0\n";
    let case = Case::new(&[
        ("policies/images.rego", of_object),
        ("policies/many.rego", of_unit),
        ("golden-paths/environment/1.0.0/policies/own.rego", "package main\n\nviolation_x contains \"of the release\" if input.kind\n"),
    ]);
    insta::assert_snapshot!(case.object(&pod("a", "docker.io/b:latest")).shown(), @"
    requests/payments-team/shop.yaml:4:1 Error policy/images (Requester)
      latest is no version (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `images` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Error policy/images (Requester)
      not ours (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `images` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Error policy/many (Requester)
      too many (`payments-team/shop/cluster@staging`)
      help: The policy `many` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Error policy/own (Requester)
      of the release (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `own` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Warning policy/images (Requester)
      the image has no digest (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `images` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    0 passed, 0 warned, 3 failed, 0 waived
    ");
}

#[test]
fn a_policy_that_is_never_asked_is_said() {
    let files = [
        ("policies/dney.rego", "# METADATA\n# title: x\npackage main\n\nreason := \"x\"\n\ndney_root contains reason if input.kind\n"),
        ("policies/also.rego", "package main\n\ndney_root contains \"y\" if input.kind\n"),
        ("policies/deny_.rego", "package goldpath.unit\n\ndeny_ contains \"x\" if input.unit\n"),
        ("policies/unused.rego", "package main\n\nours(image) if startswith(image, \"a/\")\n"),
        ("policies/empty.rego", "package main\n"),
        ("policies/elsewhere.rego", "package lib.rules\n\ndeny_root contains \"x\" if input.kind\n"),
        ("golden-paths/environment/1.0.0/policies/wran.rego", "package main\n\nwran contains \"x\" if input.kind\n"),
        (
            "policies/waives.rego",
            "package main\n\ndeny_root contains \"root\" if input.kind\n\nexception contains rules if {\n\tinput.kind\n\trules := [\"root\"]\n}\n",
        ),
        (
            "policies/tested.rego",
            "package main\n\nwarn contains \"w\" if input.kind\n\ntest_one if true\n\ntest_two if true\n\ntest_two if false\n",
        ),
        ("policies/tests.rego", "package main\n\ntest_three if true\n"),
        // these are used
        (
            "policies/own.rego",
            "package goldpath.unit\n\nexception if input.mine\n\ntest_names := {\"a\"}\n\nwarn contains \"own\" if {\n\tnot exception\n\t\"a\" in test_names\n}\n",
        ),
        ("policies/helper.rego", "package main\n\nis_pod if input.kind == \"Pod\"\n\ndeny_if(x) if x.kind\n"),
        ("policies/lib.rego", "package lib.shared\n\ndeny contains \"shared\" if input.kind\n"),
        (
            "policies/uses.rego",
            "package main\n\nimport data.lib.shared\n\ndeny_pods contains msg if {\n\tis_pod\n\tdeny_if(input)\n\tsome msg in shared.deny\n}\n",
        ),
    ];
    insta::assert_snapshot!(Case::new(&files).object(&pod("a", "b")).shown(), @"
    policies/dney.rego:7:1 Error policy-never-runs (Platform)
      the rule `dney_root` is never asked
      help: Did you mean `deny_root`?
    policies/also.rego:3:1 Error policy-never-runs (Platform)
      the rule `dney_root` is never asked
      help: Did you mean `deny_root`?
    policies/deny_.rego:3:1 Error policy-never-runs (Platform)
      the rule `deny_` is never asked
      help: Did you mean `deny`?
    policies/unused.rego:1:1 Warning policy-never-runs (Platform)
      no rule of this file is ever asked, and no other file uses what it declares
      help: Rules that are asked are called `deny`, `violation` or `warn`, or begin so: `deny_host_network`.
    policies/empty.rego:1:1 Warning policy-never-runs (Platform)
      no rule of this file is ever asked, and no other file uses what it declares
      help: Rules that are asked are called `deny`, `violation` or `warn`, or begin so: `deny_host_network`.
    policies/elsewhere.rego:1:1 Error policy-never-runs (Platform)
      this policy is in `package lib.rules`, which is never run
      help: Write `package main` to see each rendered object, or `package goldpath.unit` to see a unit as a whole.
    golden-paths/environment/1.0.0/policies/wran.rego:3:1 Error policy-never-runs (PathOwner)
      the rule `wran` is never asked
      help: Did you mean `warn`?
    policies/waives.rego:5:1 Error policy-never-runs (Platform)
      the rule `exception` waives nothing here
      help: Write a file `exceptions/<team>/<id>.yaml` of the kind `Exception`: it names the policy, a reason and a last day.
    policies/tested.rego:5:1 Warning policy-never-runs (Platform)
      the test `test_one` is never run (and 1 more: `test_two`)
      help: Move it into a file whose name ends with `_test.rego`: `policies/tested_test.rego`.
    policies/tests.rego:3:1 Warning policy-never-runs (Platform)
      the test `test_three` is never run
      help: Move it into a file whose name ends with `_test.rego`: `policies/tests_test.rego`.
    requests/payments-team/shop.yaml:4:1 Error policy/uses (Requester)
      shared (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `uses` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Error policy/waives (Requester)
      root (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `waives` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Warning policy/own (Requester)
      own (`payments-team/shop/cluster@staging`)
      help: The policy `own` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Warning policy/tested (Requester)
      w (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `tested` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    0 passed, 2 warned, 2 failed, 0 waived
    ");
}

#[test]
fn an_exception_waives_up_to_its_last_day_for_its_own_team() {
    let case = |policy: &str, team: &str, request: Option<&str>, expires: &str| {
        let case = Case::new(&[("policies/images.rego", IMAGES)]).object(&pod("theirs", "docker.io/b@sha256:1"));
        case.except(policy, team, request, expires).shown().lines().last().unwrap().to_owned()
    };
    let waived = "0 passed, 0 warned, 0 failed, 1 waived";
    let failed = "0 passed, 0 warned, 1 failed, 0 waived";
    assert_eq!(case("image-source", "payments-team", None, "2026-03-01"), waived);
    assert_eq!(case("image-source", "payments-team", Some("payments-team/shop"), "2026-02-01"), waived, "the last day counts");
    assert_eq!(case("image-source", "payments-team", None, "2026-01-31"), failed, "it has expired");
    assert_eq!(case("image-source", "orders-team", None, "2026-03-01"), failed, "another team's");
    assert_eq!(case("image-source", "orders-team", Some("payments-team/shop"), "2026-03-01"), failed, "another team cannot name it");
    assert_eq!(case("image-source", "payments-team", Some("payments-team/other"), "2026-03-01"), failed, "another request's");
    assert_eq!(case("other", "payments-team", None, "2026-03-01"), failed, "another policy's");
}

#[test]
fn an_exception_that_can_waive_nothing_is_said() {
    let broken = "# METADATA\n# custom: {id: broken-one}\npackage main\n\ndeny contains x if {\n";
    let case = || {
        Case::new(&[("policies/images.rego", IMAGES), ("policies/broken.rego", broken), ("policies/lib.rego", "package lib\n\nx := 1\n")])
    };
    let said = |case: Case, policy: &str, expires: &str| {
        let mut case = case.except(policy, "payments-team", None, expires);
        let text = format!("kind: Exception\nspec:\n  policy: {policy}\n  expires: {expires}\n");
        let file = File { id: ContentId::from_bytes([0; 20]), mode: Mode::Regular, bytes: text.as_bytes().into() };
        case.files.insert(path("exceptions/x/for-now.yaml"), file);
        let snapshot = Snapshot::new(None, case.files.clone(), Vec::new());
        let (_, mut findings) = compile(&snapshot, &case.platform);
        findings.extend(expired(&snapshot, &case.platform, case.today));
        findings.iter().filter(|finding| !finding.is_error()).map(show).collect::<String>()
    };
    let all = [
        ("image-source", "2026-02-01"),
        ("broken-one", "2026-02-01"),
        ("image-source", "2026-01-31"),
        ("image-sorce", "2026-02-01"),
        ("lib", "2025-02-01"),
    ];
    let all: String = all.map(|(policy, expires)| said(case(), policy, expires)).concat();
    insta::assert_snapshot!(all + &said(Case::new(&[]), "image-source", "2026-03-01"), @"
    exceptions/x/for-now.yaml:4:12 Warning exception-expired (Requester)
      this exception held until 2026-01-31, and waives nothing any more
      help: Remove the file, or ask for another day: its change is reviewed like the first one.
    exceptions/x/for-now.yaml:3:11 Warning unknown-policy (Requester)
      there is no policy `image-sorce`: this exception waives nothing
      help: Did you mean `image-source`?
    exceptions/x/for-now.yaml:3:11 Warning unknown-policy (Requester)
      there is no policy `lib`: this exception waives nothing
      help: Policies are `image-source` and `broken-one`.
    exceptions/x/for-now.yaml:4:12 Warning exception-expired (Requester)
      this exception held until 2025-02-01, and waives nothing any more
      help: Remove the file, or ask for another day: its change is reviewed like the first one.
    exceptions/x/for-now.yaml:3:11 Warning unknown-policy (Requester)
      there is no policy `image-source`: this exception waives nothing
      help: Remove the file: there are no policies.
    ");
}

#[test]
fn what_stands_is_told_where_policies_or_exceptions_of_a_change_would_refuse_it() {
    let case = |policies: &[(&str, &str)]| Case::new(policies).object(&pod("web", "docker.io/web"));
    let file = "policies/image-source.rego";
    let images = || case(&[(file, IMAGES)]);
    let excepted = || images().except("image-source", "payments-team", None, "2099-01-01");
    let failing = "package main\n\ndeny contains msg if msg := concat(\"\", input.kind)\n";
    let table = [
        ("a new policy", images(), case(&[])),
        ("the same policy", images(), images()),
        ("a policy goes", case(&[]), images()),
        ("other words", case(&[(file, &IMAGES.replace("is not ours", "is foreign"))]), images()),
        ("an exception goes", images(), excepted()),
        ("an exception comes", excepted(), images()),
        ("a new policy that is waived", excepted(), case(&[])),
        ("a new policy fails", case(&[("policies/kinds.rego", failing)]), case(&[])),
        ("only warned of", case(&[(file, &IMAGES.replace("deny", "warn"))]), case(&[])),
    ];
    let shown: String = table.iter().map(|(what, is, was)| format!("-- {what}\n{}", is.refused_anew(was))).collect();
    insta::assert_snapshot!(shown, @r"
    -- a new policy
    requests/payments-team/shop.yaml:4:1 Warning policy/image-source (Requester)
      would be refused from now on: the image `docker.io/web` is not ours (Pod `web` in `payments-team/shop/cluster@staging`)
      help: What is applied stays; the next change of it has to comply. The policy `image-source` belongs to `sre`: ask them in #sre for an exception.
    -- the same policy
    -- a policy goes
    -- other words
    -- an exception goes
    requests/payments-team/shop.yaml:4:1 Warning policy/image-source (Requester)
      would be refused from now on: the image `docker.io/web` is not ours (Pod `web` in `payments-team/shop/cluster@staging`)
      help: What is applied stays; the next change of it has to comply. The policy `image-source` belongs to `sre`: ask them in #sre for an exception.
    and when it changes:
    requests/payments-team/shop.yaml:4:1 Warning policy/image-source (Requester)
      would be refused from now on: the image `docker.io/web` is not ours (Pod `web` in `payments-team/shop/cluster@staging`)
      help: What is applied stays; the next change of it has to comply. The policy `image-source` belongs to `sre`: ask them in #sre for an exception.
    -- an exception comes
    -- a new policy that is waived
    -- a new policy fails
    policies/kinds.rego:3:45 Error policy-failed (Platform)
      the policy `kinds` failed for `payments-team/shop/cluster@staging`, and was not asked about the units after it: `concat` expects array/set of strings
      help: Look at the type of a value before it is passed on: a policy that fails has not said yes.
      see requests/payments-team/shop.yaml: the request that it looked at
    -- only warned of
    ");
}

#[test]
fn what_is_waived_is_told() {
    let case = Case::new(&[("policies/images.rego", IMAGES)]).object(&pod("theirs", "docker.io/b@sha256:1"));
    insta::assert_snapshot!(case.except("image-source", "payments-team", None, "2026-03-01").shown(), @"
    waived by for-now until 2026-03-01: image-source for payments-team/shop/cluster@staging: the image `docker.io/b@sha256:1` is not ours (Pod `theirs`)
    0 passed, 0 warned, 0 failed, 1 waived
    ");
}

#[test]
fn what_does_not_compile_is_a_finding_at_its_line() {
    let files = [
        ("policies/a.rego", "package main\n\ndeny[msg] {\n  msg := \"v0\"\n}\n"),
        ("policies/b.rego", "package main\n\ndeny contains msg if {\n\tmsg := unknown_thing\n}\n"),
        ("policies/c.rego", "package main\n\ndeny contains \"x\" if {\n"),
        ("policies/d.rego", "package main\n\ndeny contains \"late\" if time.now_ns() > 0\n"),
        ("policies/e.rego", "package other\n\ndeny contains \"x\" if input.kind\n"),
        ("policies/f.rego", "package main\n\ndeny contains \"x\" if no.such.function(input)\n"),
        ("golden-paths/environment/1.0.0/policies/g.rego", "nothing\n"),
        ("policies/h.rego", "package main\n\ndeny contains \"x\" if data.lib.missing.rule(input)\n"),
    ];
    insta::assert_snapshot!(Case::new(&files).object(&pod("a", "b")).shown(), @"
    policies/a.rego:3:11 Error policy-does-not-compile (Platform)
      this policy does not compile: `if` keyword is required before rule body
      help: Policies are written in Rego v1: `deny contains msg if { … }`.
    policies/c.rego:4:1 Error policy-does-not-compile (Platform)
      this policy does not compile: expecting expression
      help: Policies are written in Rego v1: `deny contains msg if { … }`.
    policies/d.rego:3:25 Error policy-does-not-compile (Platform)
      `time.now_ns` gives an answer that is not in the repository
      help: Policies see their `input` and nothing else, so that they say the same thing tomorrow.
    golden-paths/environment/1.0.0/policies/g.rego:1:1 Error policy-does-not-compile (PathOwner)
      this policy does not compile: expecting `package` Missing package declaration
      help: Policies are written in Rego v1: `deny contains msg if { … }`.
    policies/e.rego:1:1 Error policy-never-runs (Platform)
      this policy is in `package other`, which is never run
      help: Write `package main` to see each rendered object, or `package goldpath.unit` to see a unit as a whole.
    policies/b.rego:4:12 Error policy-does-not-compile (Platform)
      this policy does not compile: `unknown_thing` is not defined
      help: Policies are written in Rego v1: `deny contains msg if { … }`.
    policies/h.rego:3:43 Error policy-does-not-compile (Platform)
      this policy does not compile: could not find function data.lib.missing.rule
      help: Policies are written in Rego v1: `deny contains msg if { … }`.
    policies/f.rego:3:22 Error policy-does-not-compile (Platform)
      there is no function `no.such.function`
      help: Some functions of OPA are not there: do without it.
    0 passed, 0 warned, 0 failed, 0 waived
    ");
}

#[test]
fn metadata_must_agree_and_name_a_team() {
    let policy = "# METADATA\n# custom:\n#   id: one\n#   owner: platfrom\npackage main\n\n# METADATA\n# custom: {id: two}\ndeny contains \"x\" if input.kind\n";
    let files = [
        ("policies/a.rego", policy),
        ("policies/b.rego", "# METADATA\n# custom: [\npackage main\n\ndeny contains \"x\" if input.kind == \"y\"\n"),
        ("policies/c.rego", "# METADATA\n# custom: {id: Not An Id}\npackage main\n\ndeny contains \"x\" if input.kind\n"),
    ];
    insta::assert_snapshot!(Case::new(&files).object(&pod("a", "b")).shown(), @"
    policies/a.rego:8:16 Error policy-metadata (Platform)
      the id of this policy is `one` above and `two` here
      help: A file holds one policy: split the file, or make them agree.
    policies/a.rego:4:12 Error policy-metadata (Platform)
      the owner of this policy is `platfrom`, which is no team
      help: Did you mean `platform`?
    policies/b.rego:2:11 Error policy-metadata (Platform)
      the metadata is not YAML: `[` here has no end
      help: A file holds one policy: split the file, or make them agree.
    policies/c.rego:2:16 Error policy-metadata (Platform)
      `Not An Id` cannot be the id of a policy: a name is made of small letters, digits and `-`, this one holds 'N'
      help: Name it in `custom.id`.
    requests/payments-team/shop.yaml:4:1 Error policy/one (Requester)
      x (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `one` belongs to `platfrom`: change the request, or ask them for an exception.
    1 passed, 0 warned, 1 failed, 0 waived
    ");
}

#[test]
fn a_policy_that_comes_to_no_end_has_not_said_yes() {
    let loops = "package main\n\ndeny contains \"x\" if {\n\tletters := split(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"\")\n\tsome a in letters\n\tsome b in letters\n\tsome c in letters\n\tsome d in letters\n\tsome e in letters\n\tconcat(\"\", [a, b, c, d, e]) == \"b\"\n}\n";
    insta::assert_snapshot!(Case::new(&[("policies/loops.rego", loops)]).object(&pod("a", "b")).object(&pod("c", "d")).shown(), @r"
    policies/loops.rego:1:1 Error policy-limit (Platform)
      the policy `loops` takes too many steps for `payments-team/shop/cluster@staging`, and was not asked about the units after it
      help: Make it look at less: a rule may take 1000000 steps for one input.
      see requests/payments-team/shop.yaml: the request that it looked at
    0 passed, 0 warned, 1 failed, 0 waived
    ");
}

#[test]
fn a_policy_that_fails_has_not_said_yes() {
    let case = Case::new(&[("policies/images.rego", IMAGES)]).object(&json!({"kind": "Pod", "metadata": {"name": "a"}, "image": 7}));
    insta::assert_snapshot!(case.shown(), @"
    policies/images.rego:9:25 Error policy-failed (Platform)
      the policy `image-source` failed for `payments-team/shop/cluster@staging`, and was not asked about the units after it: `startswith` expects string argument. Got `7` instead
      help: Look at the type of a value before it is passed on: a policy that fails has not said yes.
      see requests/payments-team/shop.yaml: the request that it looked at
    0 passed, 0 warned, 1 failed, 0 waived
    ");
}

#[test]
fn what_comes_to_no_end_in_a_function_is_a_limit_too() {
    let endless = "g(x) := y if {\n\tletters := split(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"\")\n\ty := [1 | some a in letters; some b in letters; some c in letters; some d in letters; concat(\"\", [a, b, c, d, x]) == \"b\"]\n}\n";
    let large = "package main\n\ndeny contains \"x\" if regex.match(`((a{0,1000}){0,1000}){0,1000}`, input.kind)\n";
    let files = [
        ("policies/a.rego", &*format!("package main\n\n{endless}deny contains \"x\" if count(g(\"a\")) == 1\n")),
        ("policies/b.rego", &*format!("package main\n\n{endless}deny contains \"x\" if count(g(input.kind)) == 1\n")),
        ("policies/c.rego", large),
    ];
    insta::assert_snapshot!(Case::new(&files).object(&pod("a", "b")).shown(), @r"
    policies/a.rego:1:1 Error policy-limit (Platform)
      the policy `a` takes too many steps for `payments-team/shop/cluster@staging`, and was not asked about the units after it
      help: Make it look at less: a rule may take 1000000 steps for one input.
      see requests/payments-team/shop.yaml: the request that it looked at
    policies/b.rego:1:1 Error policy-limit (Platform)
      the policy `b` takes too many steps for `payments-team/shop/cluster@staging`, and was not asked about the units after it
      help: Make it look at less: a rule may take 1000000 steps for one input.
      see requests/payments-team/shop.yaml: the request that it looked at
    policies/c.rego:3:33 Error policy-limit (Platform)
      the policy `c` has a regular expression that is too large for `payments-team/shop/cluster@staging`, and was not asked about the units after it
      help: Write smaller repetitions: one inside of another is multiplied.
      see requests/payments-team/shop.yaml: the request that it looked at
    0 passed, 0 warned, 3 failed, 0 waived
    ");
}

#[test]
fn rules_that_need_themselves_are_named() {
    let files = [
        ("policies/a.rego", "package main\n\nf(n) := f(n - 1) + f(n - 2) if n > 0\n\ndeny contains \"x\" if f(3) == 1\n"),
        ("policies/b.rego", "package main\n\na if b\n\nb if a\n\ndeny contains \"x\" if a\n"),
        ("policies/c.rego", "<<<<<<< HEAD\npackage main\n=======\npackage other\n>>>>>>> more\n"),
        ("policies/d.rego", "package main\n\nexception contains [\"x\"] if input.kind\n"),
    ];
    insta::assert_snapshot!(Case::new(&files).object(&pod("a", "b")).shown(), @r"
    policies/a.rego:3:1 Error policy-does-not-compile (Platform)
      the function `f` calls itself, which no policy may: it might come to no end
      help: Go through a list with `some` or a comprehension, or through everything with `walk`.
    policies/c.rego:1:1 Error policy-does-not-compile (Platform)
      a merge conflict was left in the file
      help: Decide for one of the two sides and remove the marker lines.
    policies/d.rego:3:1 Error policy-never-runs (Platform)
      the rule `exception` waives nothing here
      help: Write a file `exceptions/<team>/<id>.yaml` of the kind `Exception`: it names the policy, a reason and a last day.
    policies/b.rego:3:1 Error policy-does-not-compile (Platform)
      this policy does not compile: this rule needs its own value
      help: Take the circle apart: what a rule looks at may not look at the rule again.
    0 passed, 0 warned, 0 failed, 0 waived
    ");
}

#[test]
fn two_policies_of_one_name_are_told() {
    let named = "# METADATA\n# custom: {id: image-source}\npackage main\n\ndeny contains \"x\" if input.kind == \"y\"\n";
    insta::assert_snapshot!(Case::new(&[("policies/images.rego", IMAGES), ("policies/other.rego", named)]).shown(), @r"
    policies/other.rego:2:16 Error policy-metadata (Platform)
      the policy of `policies/images.rego` is called `image-source` too, so that an exception waives both
      help: Give one of them another `custom.id` in its metadata, or put both into one file.
    1 passed, 0 warned, 0 failed, 0 waived
    ");
}

#[test]
fn what_is_said_of_many_objects_is_said_once() {
    let policy = "package main\n\ndeny contains \"needs a label\" if not input.metadata.labels\n\nwarn contains input.metadata.name\n";
    let case =
        ["a", "b", "c", "d", "e"].iter().fold(Case::new(&[("policies/labels.rego", policy)]), |case, name| case.object(&pod(name, "x")));
    insta::assert_snapshot!(case.shown(), @r"
    requests/payments-team/shop.yaml:4:1 Error policy/labels (Requester)
      needs a label (Pod `a`, Pod `b`, Pod `c` and 2 more in `payments-team/shop/cluster@staging`)
      help: The policy `labels` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Warning policy/labels (Requester)
      a (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `labels` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Warning policy/labels (Requester)
      b (Pod `b` in `payments-team/shop/cluster@staging`)
      help: The policy `labels` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Warning policy/labels (Requester)
      c (Pod `c` in `payments-team/shop/cluster@staging`)
      help: The policy `labels` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Warning policy/labels (Requester)
      d (Pod `d` in `payments-team/shop/cluster@staging`)
      help: The policy `labels` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/payments-team/shop.yaml:4:1 Warning policy/labels (Requester)
      e (Pod `e` in `payments-team/shop/cluster@staging`)
      help: The policy `labels` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    0 passed, 0 warned, 1 failed, 0 waived
    ");
    insta::assert_snapshot!(case.except("labels", "payments-team", None, "2026-03-01").shown(), @r"
    waived by for-now until 2026-03-01: labels for payments-team/shop/cluster@staging: a (Pod `a`)
    waived by for-now until 2026-03-01: labels for payments-team/shop/cluster@staging: b (Pod `b`)
    waived by for-now until 2026-03-01: labels for payments-team/shop/cluster@staging: c (Pod `c`)
    waived by for-now until 2026-03-01: labels for payments-team/shop/cluster@staging: d (Pod `d`)
    waived by for-now until 2026-03-01: labels for payments-team/shop/cluster@staging: e (Pod `e`)
    waived by for-now until 2026-03-01: labels for payments-team/shop/cluster@staging: needs a label (Pod `a`, Pod `b`, Pod `c` and 2 more)
    0 passed, 0 warned, 0 failed, 1 waived
    ");
}

#[test]
fn the_same_unit_is_named_by_what_comes_to_no_end_on_any_number_of_threads() {
    let loops = "package main\n\ndeny contains \"x\" if {\n\tinput.metadata.name == \"slow\"\n\tletters := split(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"\")\n\tsome a in letters\n\tsome b in letters\n\tsome c in letters\n\tsome d in letters\n\tconcat(\"\", [a, b, c, d]) == \"b\"\n}\n";
    let files = [("policies/loops.rego", loops)];
    let (fast, slow) = (Case::new(&files).object(&pod("fast", "x")), Case::new(&files).object(&pod("slow", "x")));
    let mut units = Vec::new();
    for number in 0..200 {
        let mut case = Case::new(&files);
        case.unit = if number % 70 == 69 { slow.unit.clone() } else { fast.unit.clone() };
        case.unit.id = UnitId::parse(&format!("payments-team/r{number:03}/cluster@staging")).unwrap();
        units.push(case);
    }
    let inputs: Vec<UnitInput<'_>> = units.iter().map(Case::input).collect();
    let (policies, _) = slow.compiled();
    for threads in [1, 2, 4] {
        let verdicts = evaluate_telling(&policies, &inputs, &[], "2026-02-01", threads, &|_| {});
        let said: Vec<&str> = verdicts.findings.iter().map(|finding| finding.message.as_str()).collect();
        insta::allow_duplicates! {
            insta::assert_snapshot!(said.join("\n"), @r"the policy `loops` takes too many steps for `payments-team/r069/cluster@staging`, and was not asked about the units after it");
        }
    }
}
