//! Comments as a reader meets them.

mod fixture;
mod hostile;
mod large;
mod shown;
mod terminal;

use crate::delivery::Status;
use crate::model::{Code, Finding, MadeBy, Place, Span, TargetKind, UnitId};
use crate::observe::Conclusion;
use crate::observe::{Action, AttributeChange, Outcome, Shown, TerraformPlan, UnitResult, Verb};
use crate::plan::{ErrorAt, HoldReason, Judgement, Who};
use crate::report::{check, diff_report_json, diff_terminal, failure_note, status};
use fixture::{Story, Tree, at, path};
use std::collections::BTreeSet;

const CLUSTER: &str = "payments-team/payments-staging/cluster@staging-eu";
const DNS: &str = "payments-team/payments-staging/dns@dns";

fn environment() -> Tree {
    let manifest = "kind: Namespace\nmetadata:\n  name: payments-staging\n";
    Tree::default()
        .unit(
            CLUSTER,
            TargetKind::Directory,
            "namespace.yaml",
            manifest,
            &["Namespace/payments-staging", "Deployment/api", "Deployment/worker"],
        )
        .unit(DNS, TargetKind::Terraform, "main.tf", "resource \"terraform_data\" \"dns\" {}\n", &["terraform:terraform_data/dns"])
}

fn action(address: &str, kind: &str, verb: Verb, because: &[&str], changes: Vec<AttributeChange>) -> Action {
    let because = because.iter().map(|one| (*one).to_owned()).collect();
    Action::new(address.to_owned(), kind.to_owned(), "terraform.io/builtin/terraform".to_owned(), verb, because, changes)
}

fn plan_of(actions: Vec<Action>) -> TerraformPlan {
    let digest = crate::model::Digest::of(b"plan");
    TerraformPlan { actions, drift: Vec::new(), outputs_changed: false, digest, terraform_version: "1.11.0".to_owned() }
}

fn created() -> TerraformPlan {
    let value = |text: &str| Some(Shown::Value(text.to_owned()));
    let changes = vec![
        AttributeChange { path: "id".to_owned(), before: None, after: Some(Shown::Unknown) },
        AttributeChange { path: "input.host".to_owned(), before: None, after: value("\"a.example.org\"") },
        AttributeChange { path: "input.token".to_owned(), before: None, after: Some(Shown::Sensitive(crate::model::Digest::of(b"x"))) },
    ];
    plan_of(vec![action("terraform_data.dns", "terraform_data", Verb::Create, &[], changes)])
}

/// What is said before the table.
fn above_the_table(story: &Story) -> String {
    let comment = story.comment();
    comment.split("\n| Request").next().unwrap_or_default().trim_end().to_owned()
}

fn staging() -> Story {
    Story::new(&Tree::default(), &environment()).planned(DNS, created())
}

#[test]
fn a_mistake_is_shown_at_its_line_with_the_next_step() {
    let file = path("requests/payments-team/payments-staging.yaml");
    let place = |line| Place::new(file.clone(), Span::point(line, 11));
    let region = Finding::error(Code::new("unknown-value"), place(7), "`spec.region` is `eu-centrl-1`, which is not one of the regions")
        .help("did you mean `eu-central-1`?");
    let replicas = Finding::error(Code::new("too-much"), place(12), "`spec.services[0].replicas` is `40`, at most 10 are allowed")
        .help("ask for the path `load-test`");
    insta::assert_snapshot!(Story::new(&Tree::default(), &Tree::default()).finding(region).finding(replicas).comment(), @r#"
### ✋ 2 mistakes in 1 request — nothing was planned

**Your turn, @alice.** Fix these and push; this comment will update.

**`requests/payments-team/payments-staging.yaml`**

| Line | | | |
| --- | --- | --- | --- |
| 7 | error | `spec.region` is `eu-centrl-1`, which is not one of the regions (`unknown-value`) | did you mean `eu-central-1`? |
| 12 | error | `spec.services[0].replicas` is `40`, at most 10 are allowed (`too-much`) | ask for the path `load-test` |

<sub>aaaaaaa on bbbbbbb · [everything](http://127.0.0.1:7171/changes/pr-7) · the same check at your desk: `goldpath validate` · `/goldpath help`</sub>
"#);
}

#[test]
fn a_new_environment_waits_for_the_merge() {
    insta::assert_snapshot!(staging().comment(), @r#"
### 1 request → 2 files to 2 targets: 2 added — waiting for the merge

Everything that it needs is there. Merge it: `goldpath change merge pr-7`; exactly these bytes are then applied.

| Request | Target | + | Policy | State |
| --- | --- | --: | --- | --- |
| payments-team/payments-staging | staging-eu | 3 objects | ✓ 9 passed | rendered |
| | dns | 1 resource | ✓ 9 passed | planned |

Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.

<details><summary>staging-eu (cluster) — 3 objects: 2 Deployments and Namespace</summary>

`namespace.yaml` (new, 3 lines), from `golden-paths/environment/1.1.0/cluster/namespace.yaml.tera`

```diff
+kind: Namespace
+metadata:
+  name: payments-staging
```

</details>

<details><summary>dns (dns) — Terraform: 1 to create</summary>

- `terraform_data.dns` is created

```diff
 terraform_data.dns
+  id = (known after apply)
+  input.host = "a.example.org"
+  input.token = (sensitive)
```

`main.tf` (new, 1 line), from `golden-paths/environment/1.1.0/dns/main.tf.tera`

```diff
+resource "terraform_data" "dns" {}
```

</details>

<sub>`environment@1.1.0` · aaaaaaa on bbbbbbb · bytes 7d7ed619771e · [everything](http://127.0.0.1:7171/changes/pr-7) · `/goldpath help`</sub>
"#);
}

#[test]
fn what_goes_to_many_targets_is_shown_once() {
    let at = |number: usize| format!("shop/web/probe@cluster-{number:02}");
    let tree = |text: &'static str| {
        // the last one changes in the same way, and elsewhere in its file
        let text_of = |number| if number < 11 { text.to_owned() } else { format!("other: {{}}\n{text}") };
        let probe = |tree: Tree, number| tree.unit(&at(number), TargetKind::Directory, "probe.yaml", &text_of(number), &["Probe/web"]);
        let tree = (1..=11).fold(Tree::default(), probe);
        tree.unit("shop/web/other@cluster-01", TargetKind::Directory, "other.yaml", text, &["ConfigMap/web"])
    };
    let folded = |story: &Story| {
        let summaries = story.comment().lines().filter(|line| line.starts_with("<details>")).map(str::to_owned).collect::<Vec<_>>();
        summaries.join("\n")
    };
    let one = Story::new(&tree("interval: 30s\n"), &tree("interval: 60s\n"));
    let two = |text| tree(text).unit("shop/api/all@cluster-01", TargetKind::Directory, "all.yaml", text, &["Service/api"]);
    let two = Story::new(&two("interval: 30s\n"), &two("interval: 60s\n"));
    insta::assert_snapshot!(format!("{}\n--\n{}", folded(&one), folded(&two)), @r"
    <details><summary>cluster-01 (other) — 1 object: ConfigMap</summary>
    <details><summary>cluster-01, cluster-02, cluster-03, cluster-04, cluster-05, cluster-06, cluster-07, cluster-08 and 2 more (probe) — 1 object: Probe in each</summary>
    <details><summary>cluster-11 (probe) — 1 object: Probe</summary>
    --
    <details><summary>shop/api/all@<!-- -->cluster-01 — 1 object: Service</summary>
    <details><summary>shop/web/other@<!-- -->cluster-01 — 1 object: ConfigMap</summary>
    <details><summary>shop/web/probe@<!-- -->cluster-01, cluster-02, cluster-03, cluster-04, cluster-05, cluster-06, cluster-07, cluster-08 and 2 more — 1 object: Probe in each</summary>
    <details><summary>shop/web/probe@<!-- -->cluster-11 — 1 object: Probe</summary>
    ");
}

#[test]
fn an_end_that_is_set_by_hand_is_told_instead_of_the_lifetime() {
    let told = |base: Tree, head: Tree| {
        let story = Story::new(&base, &head);
        let comment = story.comment();
        let line = comment.lines().find(|line| line.contains("Based on")).unwrap_or_default().to_owned();
        let report = story.with(diff_report_json);
        let request = &report["requests"][0];
        format!("{line}\n{} {}", request["expires"], request["expiresBefore"])
    };
    let ending = |day| environment().ending(day);
    let all = [
        told(Tree::default(), ending("2027-03-01")),
        told(environment(), ending("2027-03-01")),
        told(ending("2027-02-01"), ending("2027-03-01")),
        told(
            environment().unit(CLUSTER, TargetKind::Directory, "namespace.yaml", "kind: Namespace\n", &[]).ending("2027-03-01"),
            ending("2027-03-01"),
        ),
        told(ending("2027-02-01"), environment()),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
Ends on `2027-03-01`, set by hand, instead of `14d` after the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.
"2027-03-01" null
Ends on `2027-03-01`, set by hand, instead of `14d` after the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.
"2027-03-01" null
Ends on `2027-03-01`, set by hand, before on `2027-02-01` (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.
"2027-03-01" "2027-02-01"
Ends on `2027-03-01`, set by hand (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.
"2027-03-01" "2027-03-01"
No longer ends on `2027-02-01`. Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.
null "2027-02-01"
"#);
    insta::assert_snapshot!(Story::new(&environment(), &ending("2027-03-01")).with(diff_terminal), @r#"
1 request: Ends on 2027-03-01, set by hand, instead of 14d after the first complete apply (shown; not enforced by this version of goldpath).
nothing that is rendered changes
"#);
}

#[test]
fn a_file_that_both_sides_changed_is_named() {
    insta::assert_snapshot!(above_the_table(&staging().conflicts(&["requests/payments-team/payments-staging.yaml"])), @r#"
### ✋ Does not merge: 1 file changed both here and on the default branch

**Your turn, @alice.** Merge the default branch into yours, solve `requests/payments-team/payments-staging.yaml`, and push; this comment will update.
"#);
}

#[test]
fn what_landed_becomes_the_record() {
    let done = |_: &UnitId| Status::Applied { result: UnitResult::default(), at: at("10:40:42"), published: true };
    insta::assert_snapshot!(staging().accepted(false, done).comment().lines().next().unwrap(), @r#"### ✅ Applied: 2 of 2, ready after 42 s"#);
    insta::assert_snapshot!(staging().accepted(true, done).comment(), @r#"
### ✅ Applied: 2 of 2

| Request | Target | + | Policy | State |
| --- | --- | --: | --- | --- |
| payments-team/payments-staging | staging-eu | 3 objects | ✓ 9 passed | applied |
| | dns | 1 resource | ✓ 9 passed | applied |

Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.

<details><summary>staging-eu (cluster) — 3 objects: 2 Deployments and Namespace</summary>

`namespace.yaml` (new, 3 lines), from `golden-paths/environment/1.1.0/cluster/namespace.yaml.tera`

```diff
+kind: Namespace
+metadata:
+  name: payments-staging
```

</details>

<details><summary>dns (dns) — Terraform: 1 to create</summary>

- `terraform_data.dns` is created

```diff
 terraform_data.dns
+  id = (known after apply)
+  input.host = "a.example.org"
+  input.token = (sensitive)
```

`main.tf` (new, 1 line), from `golden-paths/environment/1.1.0/dns/main.tf.tera`

```diff
+resource "terraform_data" "dns" {}
```

</details>

<sub>`environment@1.1.0` · aaaaaaa on bbbbbbb · landed as ccccccc · evidence recorded in refs/notes/goldpath · [everything](http://127.0.0.1:7171/changes/pr-7) · `/goldpath help`</sub>
"#);
}

#[test]
fn a_failure_is_shown_in_full_and_traced() {
    let failing = |unit: &UnitId| {
        match unit.output.as_str() {
        "dns" => Status::Failed {
            message: "Error: Resource postcondition failed\n\n  on main.tf line 31, in resource \"terraform_data\" \"second\":\n\nthe name is taken".to_owned(),
            at: Some(("main.tf".to_owned(), 31)),
            made_by: None,
            attempt: 1,
            next: Some(at("10:42:05")),
        },
        _ => Status::Applied { result: UnitResult::default(), at: at("10:40:42"), published: true },
    }
    };
    let story = staging().accepted(false, failing);
    insta::assert_snapshot!(above_the_table(&story), @r#"
### ❌ Applied 1 of 2 — dns failed, trying again at 10:42 UTC (attempt 2 of 5)

**First error** · `payments-team/payments-staging/dns@dns` at `main.tf:31`, made by `golden-paths/environment/1.1.0/dns/main.tf.tera`, for `requests/payments-team/payments-staging.yaml`:

```text
Error: Resource postcondition failed

  on main.tf line 31, in resource "terraform_data" "second":

the name is taken
```

Nobody has to do anything yet: trying again at 10:42 UTC (attempt 2 of 5). What worked is kept.
"#);
    let row = "| | dns | 1 resource | ✓ 9 passed | **failed**, trying again at 10:42 UTC (attempt 2 of 5) |";
    assert!(story.comment().contains(row), "{}", story.comment());
    let (nonce, note) = story.with(failure_note).unwrap();
    insta::assert_snapshot!(note, @r#"
❌ @alice: applying this change failed at `payments-team/payments-staging/dns@dns`: Error: Resource postcondition failed

The error in full, and what becomes of it, is in the comment above.
"#);
    let later = staging().accepted(false, |unit| match failing(unit) {
        Status::Failed { message, at, made_by, .. } => Status::Failed { message, at, made_by, attempt: 5, next: None },
        other => other,
    });
    insta::assert_snapshot!(later.comment().lines().next().unwrap(), @r#"### ❌ Applied 1 of 2 — dns failed, waiting for a fix"#);
    assert_eq!(later.with(failure_note).unwrap().0, nonce, "one apply gets one note");
}

#[test]
fn too_many_removals_are_held_with_the_words_that_clear_them() {
    let of = |number: usize| {
        (0..number).fold(Tree::default(), |tree, n| {
            tree.unit(
                &format!("payments-team/app-{n}/cluster@staging-eu"),
                TargetKind::Directory,
                "app.yaml",
                "kind: Deployment\n",
                &["Deployment/app"],
            )
        })
    };
    insta::assert_snapshot!(Story::new(&of(9), &of(2)).comment(), @r#"
### ⚠️ 7 requests → 7 files to 1 target: 7 removed · removes 7 units — held, waiting for an owner

> **More goes away at once than the settings allow** · 7 requests (`payments-team/app-2`, `payments-team/app-3`, `payments-team/app-4`, `payments-team/app-5`, `payments-team/app-6`, `payments-team/app-7` and `payments-team/app-8`), at most 5; 7 units of 9. Held until an owner (`root`) types `/goldpath approve h-595y62uz` or `goldpath change approve pr-7 h-595y62uz`.

| Request | Target | − | Policy | State |
| --- | --- | --: | --- | --- |
| payments-team/app-2 | staging-eu | 1 object | ✓ 9 passed | goes away |
| payments-team/app-3 | staging-eu | 1 object | ✓ 9 passed | goes away |
| payments-team/app-4 | staging-eu | 1 object | ✓ 9 passed | goes away |
| payments-team/app-5 | staging-eu | 1 object | ✓ 9 passed | goes away |
| payments-team/app-6 | staging-eu | 1 object | ✓ 9 passed | goes away |
| payments-team/app-7 | staging-eu | 1 object | ✓ 9 passed | goes away |
| payments-team/app-8 | staging-eu | 1 object | ✓ 9 passed | goes away |

2 units do not change.

**The same removed file in 7 requests** · `golden-paths/environment/1.1.0/cluster/app.yaml.tera`, shown for `payments-team/app-2`:

```diff
-kind: Deployment
```

<sub>`environment@1.1.0` · aaaaaaa on bbbbbbb · bytes 395ad4eb20df · [everything](http://127.0.0.1:7171/changes/pr-7) · `/goldpath help`</sub>
"#);
    insta::assert_snapshot!(Story::new(&of(9), &of(2)).held().comment().lines().next().unwrap(), @r#"### ⚠️ 7 requests → 7 files to 1 target: 7 removed · removes 7 units — on the default branch, held, waiting for an owner"#);
}

#[test]
fn a_replaced_database_comes_first() {
    let database = action("aws_db_instance.main", "aws_db_instance", Verb::Replace, &["storage_type"], Vec::new());
    let mut judgement = Judgement { owners: BTreeSet::from(["root".to_owned()]), ..Judgement::default() };
    judgement.members.insert(crate::model::TeamName::parse("platform").unwrap(), BTreeSet::from(["bob".to_owned()]));
    let settings = serde_json::json!({
        "name": "example", "values": {}, "approvals": [
            {"files": [], "targets": {}, "risk": ["replace"], "from": [{"team": "platform"}], "count": 1,
             "span": {"line": 1, "column": 1, "endLine": 1, "endColumn": 1}}],
        "deletes": {"max_requests": 5, "max_percent": 20, "percent_from_units": 50, "protected": ["terraform:aws_db_instance"]},
    });
    judgement.settings = Some(serde_json::from_value(settings).unwrap());
    let story = Story::new(&Tree::default(), &environment()).judged(judgement).planned(DNS, plan_of(vec![database]));
    insta::assert_snapshot!(story.comment(), @r#"
    ### ⚠️ 1 request → 2 files to 2 targets: 2 added · replaces 1 thing — held, waiting for a review by platform

    > **Protected things go away or are recreated** · `terraform:aws_db_instance/aws_db_instance.main` of `payments-team/payments-staging/dns@dns`. Held until someone of **platform** (`bob` and `root`) types `/goldpath approve h-kbgf0g5c` or `goldpath change approve pr-7 h-kbgf0g5c`.
    >
    > **Replaces a thing** · payments-team/payments-staging → dns: `aws_db_instance.main` must be replaced because `storage_type` changes.
    >
    > **Review by platform** (`bob`), because something is recreated. To approve: `goldpath change approve pr-7`.

    | Request | Target | + | replaced | Policy | State |
    | --- | --- | --: | --: | --- | --- |
    | payments-team/payments-staging | staging-eu | 3 objects | | ✓ 9 passed | rendered |
    | | dns | | **1** | ✓ 9 passed | planned |

    Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.

    <details><summary>staging-eu (cluster) — 3 objects: 2 Deployments and Namespace</summary>

    `namespace.yaml` (new, 3 lines), from `golden-paths/environment/1.1.0/cluster/namespace.yaml.tera`

    ```diff
    +kind: Namespace
    +metadata:
    +  name: payments-staging
    ```

    </details>

    <details><summary>dns (dns) — Terraform: 1 to replace</summary>

    - `aws_db_instance.main` must be replaced because `storage_type` changes

    `main.tf` (new, 1 line), from `golden-paths/environment/1.1.0/dns/main.tf.tera`

    ```diff
    +resource "terraform_data" "dns" {}
    ```

    </details>

    <sub>`environment@1.1.0` · aaaaaaa on bbbbbbb · bytes 5f483114b04e · [everything](http://127.0.0.1:7171/changes/pr-7) · `/goldpath help`</sub>
    "#);
}

#[test]
fn what_terraform_says_is_traced_to_the_template_and_the_request() {
    let line = |file: &str, line| Place::new(path(file), Span::point(line, 3));
    let template = line("golden-paths/environment/1.1.0/dns/main.tf.tera", 12);
    let request = vec![line("requests/payments-team/payments-staging.yaml", 7)];
    let at = |made_by| ErrorAt { file: "main.tf".to_owned(), line: 31, made_by };
    let unplanned = |at| above_the_table(&Story::new(&Tree::default(), &environment()).unplanned(DNS, "Unsupported argument", at));
    insta::assert_snapshot!(unplanned(at(Some(MadeBy { template: Some(template.clone()), request }))), @r#"
### 1 request → 2 files to 2 targets: 2 added — waiting for Terraform's plan

> **Terraform's plan failed** · `payments-team/payments-staging/dns@dns` at `main.tf:31`, made by `golden-paths/environment/1.1.0/dns/main.tf.tera:12`, for `requests/payments-team/payments-staging.yaml:7`: Unsupported argument
"#);
    insta::assert_snapshot!(unplanned(at(Some(MadeBy { template: None, request: Vec::new() }))).lines().last().unwrap(), @r#"> **Terraform's plan failed** · `payments-team/payments-staging/dns@dns` at `main.tf:31`, made by `golden-paths/environment/1.1.0/dns/main.tf.tera`, for `requests/payments-team/payments-staging.yaml`: Unsupported argument"#);
    let database = action("aws_db_instance.main", "aws_db_instance", Verb::Replace, &["storage_type"], Vec::new());
    let mut story = Story::new(&Tree::default(), &environment()).planned(DNS, plan_of(vec![database]));
    story.plans.recreated.entry(UnitId::parse(DNS).unwrap()).or_default().insert("aws_db_instance.main".to_owned(), template);
    insta::assert_snapshot!(story.comment().lines().find(|line| line.contains("Replaces")).unwrap(), @r#"> **Replaces a thing** · payments-team/payments-staging → dns: `aws_db_instance.main` must be replaced because `storage_type` changes (reviewed at `golden-paths/environment/1.1.0/dns/main.tf.tera:12`)."#);
}

#[test]
fn the_footer_says_how_long_it_took_and_nothing_of_what_is_not_there() {
    let footer = |story: &Story| story.comment().lines().last().unwrap_or_default().to_owned();
    let mut story = staging();
    story.evaluation.took = Some(std::time::Duration::from_millis(640));
    story.evaluation.round.head = crate::model::CommitId::unborn();
    let region = Finding::error(Code::new("unknown-value"), Place::file(path("requests/payments-team/payments-staging.yaml")), "no");
    let all = [footer(&story.conflicts(&[])), footer(&staging().finding(region))];
    insta::assert_snapshot!(all.join("\n"), @r#"
<sub>`environment@1.1.0` · the working tree on bbbbbbb · bytes 7d7ed619771e · 0.6 s · [everything](http://127.0.0.1:7171/changes/pr-7) · `/goldpath help`</sub>
<sub>`environment@1.1.0` · aaaaaaa on bbbbbbb · [everything](http://127.0.0.1:7171/changes/pr-7) · the same check at your desk: `goldpath validate` · `/goldpath help`</sub>
"#);
}

#[test]
fn programs_and_terminals_are_told_what_it_waits_for() {
    let waived = crate::policy::Waived {
        exception: crate::model::ExceptionId::parse("old-image").unwrap(),
        policy: crate::model::PolicyId::parse("image-source").unwrap(),
        unit: UnitId::parse(CLUSTER).unwrap(),
        message: "an image of elsewhere".to_owned(),
        expires: "2027-03-31".to_owned(),
    };
    let settings = serde_json::json!({
        "name": "example", "values": {}, "approvals": [
            {"files": [], "targets": {}, "risk": ["destroy"], "from": [{"team": "platform"}], "count": 1,
             "span": {"line": 1, "column": 1, "endLine": 1, "endColumn": 1}}],
        "deletes": {"max_requests": 0, "max_percent": 20, "percent_from_units": 50, "protected": []},
    });
    let members = [(crate::model::TeamName::parse("platform").unwrap(), BTreeSet::from(["bob".to_owned()]))].into();
    let judgement = Judgement { settings: Some(serde_json::from_value(settings).unwrap()), members, owners: BTreeSet::new() };
    let mut story = Story::new(&environment(), &Tree::default()).judged(judgement);
    story.evaluation.waived = vec![waived];
    let report = story.with(diff_report_json);
    let part = |name: &str| format!("{name}: {}", report[name]);
    insta::assert_snapshot!(["approvals", "holds", "waived"].map(part).join("\n"), @r#"
approvals: [{"from":[{"team":"platform"}],"users":["bob"],"have":0,"need":1,"because":"something is taken away"}]
holds: [{"id":"h-7zu38y98","reason":"delete-budget","message":"takes away 1 request and 2 units at once","unit":null,"from":[{"team":"platform"}],"users":["bob"]}]
waived: [{"policy":"image-source","exception":"old-image","unit":"payments-team/payments-staging/cluster@staging-eu","message":"an image of elsewhere","expires":"2027-03-31"}]
"#);
    insta::assert_snapshot!(story.with(diff_terminal), @r#"
staging-eu/payments-team/payments-staging/cluster/namespace.yaml
  -kind: Namespace
  -metadata:
  -  name: payments-staging
dns/payments-team/payments-staging/dns/main.tf
  -resource "terraform_data" "dns" {}
waived: image-source by old-image until 2027-03-31
held: takes away 1 request and 2 units at once; until platform (bob) approves h-7zu38y98
needs a review by platform (bob), because something is taken away
2 units of 1 request: 0 files added, 0 changed, 2 removed
"#);
}

#[test]
fn what_stays_is_not_told_to_go_away() {
    let story = Story::new(&environment().keeping(), &Tree::default());
    insta::assert_snapshot!(story.comment(), @r#"
    ### 1 request → 2 files to 2 targets: 2 no longer looked after — waiting for the merge

    Everything that it needs is there. Merge it: `goldpath change merge pr-7`; exactly these bytes are then applied.

    > **No longer looks after** 2 units, and leaves what is there: `payments-team/payments-staging/cluster@staging-eu` and `payments-team/payments-staging/dns@dns`.

    | Request | Target | Policy | State |
    | --- | --- | --- | --- |
    | payments-team/payments-staging | staging-eu | ✓ 9 passed | no longer looked after |
    | | dns | ✓ 9 passed | no longer looked after |

    <details><summary>staging-eu (cluster) — 3 objects: 2 Deployments and Namespace</summary>

    `namespace.yaml` (no longer looked after, 3 lines), from `golden-paths/environment/1.1.0/cluster/namespace.yaml.tera`

    ```diff
    -kind: Namespace
    -metadata:
    -  name: payments-staging
    ```

    </details>

    <details><summary>dns (dns) — 1 resource: terraform_data</summary>

    `main.tf` (no longer looked after, 1 line), from `golden-paths/environment/1.1.0/dns/main.tf.tera`

    ```diff
    -resource "terraform_data" "dns" {}
    ```

    </details>

    <sub>`environment@1.1.0` · aaaaaaa on bbbbbbb · bytes 83c108bcc192 · [everything](http://127.0.0.1:7171/changes/pr-7) · `/goldpath help`</sub>
    "#);
    insta::assert_snapshot!(story.with(diff_terminal), @r#"
    staging-eu/payments-team/payments-staging/cluster/namespace.yaml
      -kind: Namespace
      -metadata:
      -  name: payments-staging
    dns/payments-team/payments-staging/dns/main.tf
      -resource "terraform_data" "dns" {}
    2 units of 1 request: 0 files added, 0 changed, 0 removed, 2 no longer looked after
    "#);
}

#[test]
fn what_terraform_would_do_now_is_named_in_the_hold() {
    let unseen = action("terraform_data.dns", "terraform_data", Verb::Replace, &["triggers_replace"], Vec::new());
    let outcome = Outcome::Unreviewed { actions: vec![unseen.clone()], plan: crate::model::Digest::of(b"other") };
    let Outcome::Unreviewed { actions, plan } = outcome else { unreachable!("it was just made") };
    let reason = HoldReason::Unreviewed { unit: UnitId::parse(DNS).unwrap(), actions: actions.iter().map(Into::into).collect(), plan };
    let hold = reason.held(vec![Who::Owners], BTreeSet::from(["root".to_owned()]));
    let story = staging().accepted(false, |unit| match unit.output.as_str() {
        "dns" => Status::Held(hold.clone()),
        _ => Status::Applied { result: UnitResult::default(), at: at("10:40:42"), published: true },
    });
    insta::assert_snapshot!(story.comment().lines().take(4).collect::<Vec<_>>().join("\n"), @r#"
### ⚠️ Applied 1 of 2 — 1 held, waiting for an owner

> **Terraform would now do what nobody reviewed** · `payments-team/payments-staging/dns@dns`: `terraform_data.dns` must be replaced because `triggers_replace` changes. Held until an owner (`root`) types `/goldpath approve h-tpkn50dv` or `goldpath change approve pr-7 h-tpkn50dv`.
"#);
}

#[test]
fn checks_and_statuses_say_the_same_in_short() {
    let story = staging();
    let check = story.with(check);
    assert_eq!((check.conclusion, check.summary.as_str()), (Conclusion::Success, story.comment().as_str()));
    let (conclusion, text) = story.with(status);
    insta::assert_snapshot!(format!("{conclusion:?} {text}"), @r#"Success 1 request → 2 files to 2 targets: 2 added — waiting for the merge"#);
}
