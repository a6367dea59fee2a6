//! What a comment must not hide: what is made anew or taken away, what differs, and where all of it is.

use super::fixture::{Story, Tree, at, path};
use super::{CLUSTER, above_the_table, staging};
use crate::delivery::Status;
use crate::model::{ChangeId, Code, Finding, Place, Span, TargetKind, TeamName};
use crate::observe::UnitResult;
use crate::plan::Judgement;
use crate::report::{Everything, View, detail, diff_terminal};
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn what_is_made_anew_or_taken_away_is_said_first() {
    let tree = |size: &str| {
        let text = format!("size: {size}\n");
        let tree = Tree::default().unit(CLUSTER, TargetKind::Directory, "db.yaml", &text, &["Service/db"]);
        tree.object(CLUSTER, "apps", "StatefulSet/db", &json!({"volumeClaimTemplates": size}))
    };
    let base = tree("1Gi").object(CLUSTER, "", "ConfigMap/old", &json!({})).object(CLUSTER, "", "ConfigMap/older", &json!({}));
    let story = Story::new(&base, &tree("2Gi"));
    insta::assert_snapshot!(story.with(diff_terminal), @"
    staging-eu/payments-team/payments-staging/cluster/db.yaml
      @@ -1 +1 @@
      -size: 1Gi
      +size: 2Gi
    replaced, for it cannot be changed in place: StatefulSet/db of payments-team/payments-staging/cluster@staging-eu
    taken away: ConfigMap/old of payments-team/payments-staging/cluster@staging-eu
    taken away: ConfigMap/older of payments-team/payments-staging/cluster@staging-eu
    1 unit of 1 request: 0 files added, 1 changed, 0 removed
    ");
    insta::assert_snapshot!(story.comment(), @"
    ### ⚠️ 1 request → 1 file to 1 target: 1 changed · replaces 1 thing · takes away 2 objects — waiting for the merge

    Everything that it needs is there. Merge it: `goldpath change merge pr-7`; exactly these bytes are then applied.

    > **Replaces 1 object**, for what differs in it cannot be changed in place: `StatefulSet/db` of `payments-team/payments-staging/cluster@staging-eu`.
    >
    > **Takes away 2 objects** of units that stay: `ConfigMap/old` of `payments-team/payments-staging/cluster@staging-eu` and `ConfigMap/older` of `payments-team/payments-staging/cluster@staging-eu`.

    | Request | Target | ~ | − | replaced | Policy | State |
    | --- | --- | --: | --: | --: | --- | --- |
    | payments-team/payments-staging | staging-eu | 1 object | 2 objects | **1** | ✓ 9 passed | rendered |

    Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.

    <details><summary>staging-eu (cluster) — 4 objects: 2 ConfigMaps, Service and StatefulSet</summary>

    `db.yaml` (+1 −1), from `golden-paths/environment/1.1.0/cluster/db.yaml.tera`

    ```diff
    @@ -1 +1 @@
    -size: 1Gi
    +size: 2Gi
    ```

    </details>

    <sub>`environment@1.1.0` · aaaaaaa on bbbbbbb · bytes 0b8369c9dc16 · [everything](http://127.0.0.1:7171/changes/pr-7) · `/goldpath help`</sub>
    ");
}

#[test]
fn what_is_held_with_a_mistake_shows_what_it_would_do() {
    let place = Place::new(path("requests/payments-team/payments-staging.yaml"), Span::point(7, 3));
    let story = staging().finding(Finding::error(Code::new("unknown-value"), place, "no such region"));
    assert!(!story.comment().contains("| Request |"), "nobody is asked to approve it");
    let comment = story.held().comment();
    assert!(comment.contains("| payments-team/payments-staging | staging-eu |") && comment.contains("+kind: Namespace"), "{comment}");
}

#[test]
fn who_reviews_for_a_team_that_is_not_there_yet_is_said() {
    let settings = json!({
        "name": "example", "values": {}, "approvals": [
            {"files": [], "targets": {}, "risk": [], "from": ["owner"], "count": 1,
             "span": {"line": 1, "column": 1, "endLine": 1, "endColumn": 1}}],
        "deletes": {"max_requests": 5, "max_percent": 20, "percent_from_units": 50, "protected": []},
    });
    let told = |members: &[(&str, &[&str])]| {
        let of = |users: &[&str]| users.iter().map(|user| (*user).to_owned()).collect::<BTreeSet<String>>();
        let members = members.iter().map(|(team, users)| (TeamName::parse(team).unwrap(), of(users))).collect();
        let judgement = Judgement { settings: Some(serde_json::from_value(settings.clone()).unwrap()), members, owners: BTreeSet::new() };
        above_the_table(&staging().judged(judgement)).lines().last().unwrap_or_default().to_owned()
    };
    let all = [told(&[]), told(&[("payments-team", &[])]), told(&[("payments-team", &["alice"])]), told(&[("payments-team", &["bob"])])];
    insta::assert_snapshot!(all.join("\n"), @"
    > **Review by payments-team**, because every change needs it. Nobody can yet: **payments-team** is not on the default branch, and who approves is read there. Merge `teams/payments-team.yaml` first, in a pull request of its own.
    > **Review by payments-team**, because every change needs it. Nobody can yet: **payments-team** has no members on the default branch. Add some there.
    > **Review by payments-team**, because every change needs it. Nobody of them may, for they wrote it: add a member to the team.
    > **Review by payments-team** (`bob`), because every change needs it. To approve: `goldpath change approve pr-7`.
    ");
}

#[test]
fn what_gave_way_was_not_applied() {
    let first = |cluster: &Status, dns: &Status| {
        let story = staging().accepted(false, |unit| if unit.output.as_str() == "dns" { dns.clone() } else { cluster.clone() });
        story.comment().lines().next().unwrap_or_default().to_owned()
    };
    let done = Status::Applied { result: UnitResult::default(), at: at("10:40:42"), published: true };
    let gone = Status::Superseded { by: ChangeId::pull(9) };
    let all = [first(&done, &gone), first(&Status::Queued, &gone), first(&gone, &gone)];
    insta::assert_snapshot!(all.join("\n"), @"
    ### ✅ Applied: 1 of 2, 1 gave way to newer changes, ready after 42 s
    ### ⏳ Applied 0 of 2, 1 gave way to newer changes — 1 to go
    ### ✅ Nothing applied: 2 units gave way to newer changes
    ");
}

#[test]
fn the_page_shows_what_the_comment_cuts() {
    let long = |end: &str| {
        let lines: String = (0..500).map(|line| format!("line-{line}: {end}\n")).collect();
        format!("{lines}last: {}{end}\n", "x".repeat(600))
    };
    let tree = |end: &str| Tree::default().unit(CLUSTER, TargetKind::Directory, "app.yaml", &long(end), &["Deployment/app"]);
    let story = Story::new(&tree("old"), &tree("new"));
    assert!(story.comment().contains("\nNot all of it is shown here: [everything](http://127.0.0.1:7171/changes/pr-7).\n"));
    let Everything::Shown(all) = story.with(|view| detail(view, Vec::new())).everything else { panic!("the comment is cut") };
    assert!(all.contains("+line-499: new\n") && all.contains(&format!("-last: {}old\n", "x".repeat(600))), "{all}");
    assert_eq!(staging().with(|view| detail(view, Vec::new())).everything, Everything::Said);
    let forgotten = staging().with(|view| detail(&View { evaluation: None, ..*view }, Vec::new())).everything;
    assert!(matches!(forgotten, Everything::Forgotten { .. }), "{forgotten:?}");
}

#[test]
fn what_gives_more_access_is_named_the_rarest_kind_first() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let tree = |kind: &str, bound: &str| {
        names.iter().fold(Tree::default(), |tree, name| {
            let unit = format!("shop/{name}/cluster@eu");
            let tree = tree.unit(&unit, TargetKind::Directory, "all.yaml", &format!("of {name}: {kind}\n"), &[]);
            let tree = tree.object(&unit, "", &format!("Service/{name}"), &json!({"type": kind}));
            if *name == bound { tree.object(&unit, "rbac.authorization.k8s.io", "ClusterRoleBinding/all", &json!({})) } else { tree }
        })
    };
    let many = Story::new(&tree("ClusterIP", ""), &tree("LoadBalancer", "f"));
    let comment = many.comment();
    let blocks = comment.lines().filter(|line| line.starts_with('#') || line.contains("may grow") || line.contains("<summary>"));
    insta::assert_snapshot!(blocks.collect::<Vec<_>>().join("\n"), @"
    ### ⚠️ 6 requests → 6 files to 1 target: 6 changed · may give more access in 6 units — waiting for the merge
    > **Access or exposure may grow** in 6 units: `shop/f/cluster@eu` (`ClusterRoleBinding/all` and `Service/f`), `shop/a/cluster@eu` (`Service/a`), `shop/b/cluster@eu` (`Service/b`), `shop/c/cluster@eu` (`Service/c`), `shop/d/cluster@eu` (`Service/d`) and 1 more.
    <details><summary>shop/f/cluster@<!-- -->eu — 2 objects: ClusterRoleBinding and Service</summary>
    <details><summary>shop/a/cluster@<!-- -->eu — 1 object: Service</summary>
    <details><summary>shop/b/cluster@<!-- -->eu — 1 object: Service</summary>
    <details><summary>shop/c/cluster@<!-- -->eu — 1 object: Service</summary>
    <details><summary>shop/d/cluster@<!-- -->eu — 1 object: Service</summary>
    <details><summary>shop/e/cluster@<!-- -->eu — 1 object: Service</summary>
    ");
    let told = many.with(diff_terminal);
    insta::assert_snapshot!(told.lines().filter(|line| line.contains("access")).collect::<Vec<_>>().join("\n"), @"
    may give more access: shop/f/cluster@eu by ClusterRoleBinding/all and Service/f
    may give more access: shop/a/cluster@eu by Service/a
    may give more access: shop/b/cluster@eu by Service/b
    may give more access: shop/c/cluster@eu by Service/c
    may give more access: shop/d/cluster@eu by Service/d
    may give more access: shop/e/cluster@eu by Service/e
    ");
    let one = Story::new(&Tree::default(), &tree("ClusterIP", "f")).comment();
    insta::assert_snapshot!(one.lines().filter(|line| line.contains("may")).collect::<Vec<_>>().join("\n"), @"> **Access or exposure may grow** in 1 unit, `shop/f/cluster@eu`: by `ClusterRoleBinding/all`.");
}

#[test]
fn what_gives_more_access_is_the_same_only_where_what_is_beside_it_is() {
    let tree = |kind: &str, ports: [u16; 3]| {
        ["one", "two", "three"].iter().zip(ports).fold(Tree::default(), |tree, (name, port)| {
            let unit = format!("shop/{name}/cluster@eu");
            let tree = tree.unit(&unit, TargetKind::Directory, "all.yaml", &format!("port: {port}\ntype: {kind}\n"), &[]);
            tree.object(&unit, "", &format!("Service/{name}"), &json!({"type": kind}))
        })
    };
    let shown = |before: &str, after: &str| {
        let story = Story::new(&tree(before, [80, 80, 22]), &tree(after, [80, 80, 22]));
        story.comment().matches(&format!("\n+type: {after}\n")).count()
    };
    assert_eq!((shown("ClusterIP", "LoadBalancer"), shown("LoadBalancer", "ClusterIP")), (2, 1));
}
