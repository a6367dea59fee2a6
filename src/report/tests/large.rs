//! Changes of many requests.

use super::fixture::{Story, Tree};
use crate::model::TargetKind;
use crate::report::{MOST_CHARACTERS, diff_report_json, diff_terminal};

fn fleet(number: usize, cpu: &str, odd: &str) -> Tree {
    (0..number).fold(Tree::default(), |tree, n| {
        let cpu = if n == number - 1 { odd } else { cpu };
        let id = format!("team-{}/app-{n}/cluster@target-{}", n % 37, n % 2);
        let text = format!("resources:\n  requests:\n    cpu: {cpu}\n");
        tree.unit(&id, TargetKind::Directory, "app.yaml", &text, &["Deployment/app"])
    })
}

fn upgraded(number: usize) -> Story {
    let base = fleet(number, "100m", "100m").file("golden-paths/environment/1.1.0/release.yaml", "old");
    let head = fleet(number, "150m", "999m").file("golden-paths/environment/1.1.0/release.yaml", "new");
    Story::new(&base, &head)
}

#[test]
fn the_same_change_is_shown_once() {
    insta::assert_snapshot!(upgraded(412).comment(), @"
    ### 1 golden path → 412 requests of 37 teams: 411 changed alike, 1 otherwise — waiting for the merge

    Everything that it needs is there. Merge it: `goldpath change merge pr-7`; exactly these bytes are then applied.

    | Target | Requests | ~ | Policy | State |
    | --- | --: | --: | --- | --- |
    | target-0 | 206 | 206 | ✓ 1,854 passed | rendered |
    | target-1 | 206 | 206 | ✓ 1,854 passed | rendered |

    Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.

    **The same change in 411 requests** (37 teams) · `golden-paths/environment/1.1.0/cluster/app.yaml.tera`, shown for `team-0/app-0`:

    ```diff
    @@ -1,3 +1,3 @@
     resources:
       requests:
    -    cpu: 100m
    +    cpu: 150m
    ```

    **Different in 1 request**: `team-4/app-411` (below).

    <details><summary>team-4/app-411/cluster@<!-- -->target-1 — 1 object: Deployment</summary>

    `app.yaml` (+1 −1), from `golden-paths/environment/1.1.0/cluster/app.yaml.tera`

    ```diff
    @@ -1,3 +1,3 @@
     resources:
       requests:
    -    cpu: 100m
    +    cpu: 999m
    ```

    </details>

    Not all of it is shown here: [everything](http://127.0.0.1:7171/changes/pr-7).

    <sub>`environment@1.1.0` · aaaaaaa on bbbbbbb · bytes f686ecc3a191 · [everything](http://127.0.0.1:7171/changes/pr-7) · `/goldpath help`</sub>
    ");
}

#[test]
fn a_thousand_different_changes_fit() {
    let head = (0..1000).fold(Tree::default(), |tree, n| {
        let text: String = (0..200).map(|line| format!("line-{n}-{line}: `value`\n")).collect();
        tree.unit(&format!("team-{}/app-{n}/cluster@target-{n}", n % 37), TargetKind::Directory, "app.yaml", &text, &["Deployment/app"])
    });
    let comment = Story::new(&Tree::default(), &head).comment();
    assert!(comment.chars().count() <= MOST_CHARACTERS, "{}", comment.chars().count());
    super::hostile::balanced(&comment);
    insta::assert_snapshot!(comment.lines().next().unwrap(), @r#"### 1,000 requests → 1,000 files to 1,000 targets: 1,000 added — waiting for the merge"#);
    assert!(comment.contains("sections more did not fit here: [everything](http://127.0.0.1:7171/changes/pr-7)."), "{comment}");
}

/// Requests of one release, each with a dashboard, a deployment and a unit that is nothing but marked.
fn released(number: usize, version: &str, memory: &str, odd: &str) -> Tree {
    let file = format!("golden-paths/environment/{version}/release.yaml");
    let tree = Tree::default().file(&file, version).released("1.0.0", "team-9/old/cluster@staging", &[("a.yaml", "Job", "")]);
    (0..number).fold(tree.pinned("team-9/old"), |tree, n| {
        let memory = if n == number - 1 { odd } else { memory };
        let objects =
            [("dashboard.yaml", "ConfigMap", "panels"), ("deployment.yaml", "Deployment", memory), ("service.yaml", "Service", "80")];
        let request = format!("team-{}/app-{n}", n % 3);
        tree.released(version, &format!("{request}/cluster@staging"), &objects).released(
            version,
            &format!("{request}/dns@dns"),
            &objects[..1],
        )
    })
}

#[test]
fn what_follows_from_the_release_alone_is_told_in_one_line() {
    let story = Story::new(&released(4, "1.0.0", "128Mi", "128Mi"), &released(4, "1.1.0", "192Mi", "256Mi"));
    insta::assert_snapshot!(story.comment(), @"
    ### 1 golden path → 4 of 5 requests of 3 teams: 3 changed alike, 1 otherwise — waiting for the merge

    Everything that it needs is there. Merge it: `goldpath change merge pr-7`; exactly these bytes are then applied.

    | Request | Target | ~ | Policy | State |
    | --- | --- | --: | --- | --- |
    | team-0/app-0 | staging | 1 object | ✓ 9 passed | rendered |
    | | dns | release only | ✓ 9 passed | rendered |
    | team-0/app-3 | staging | 1 object | ✓ 9 passed | rendered |
    | | dns | release only | ✓ 9 passed | rendered |
    | team-1/app-1 | staging | 1 object | ✓ 9 passed | rendered |
    | | dns | release only | ✓ 9 passed | rendered |
    | team-2/app-2 | staging | 1 object | ✓ 9 passed | rendered |
    | | dns | release only | ✓ 9 passed | rendered |

    1 unit does not change.

    Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`, before `environment@1.0.0`.

    **The same change in 3 requests** (3 teams) · `golden-paths/environment/1.1.0/cluster/deployment.yaml.tera`, shown for `team-0/app-0`:

    ```diff
    @@ -1,4 +1,4 @@
     kind: Deployment
       annotations:
    -    goldpath.dev/release: 1.0.0
    -spec: 128Mi
    +    goldpath.dev/release: 1.1.0
    +spec: 192Mi
    ```

    **Different in 1 request**: `team-0/app-3` (below).

    1 request pinned to `environment@1.0.0` does not change.

    <details><summary>team-0/app-3/cluster@<!-- -->staging — 1 object: Deployment</summary>

    `deployment.yaml` (+2 −2), from `golden-paths/environment/1.1.0/cluster/deployment.yaml.tera`

    ```diff
    @@ -1,4 +1,4 @@
     kind: Deployment
       annotations:
    -    goldpath.dev/release: 1.0.0
    -spec: 128Mi
    +    goldpath.dev/release: 1.1.0
    +spec: 256Mi
    ```

    </details>

    **The release alone** changes in 12 files of 4 requests: goldpath writes it on everything, and it follows from the request.

    <sub>`environment@1.1.0` · aaaaaaa on bbbbbbb · bytes 939152b2143f · [everything](http://127.0.0.1:7171/changes/pr-7) · `/goldpath help`</sub>
    ");
    insta::assert_snapshot!(story.with(diff_terminal), @r#"
staging/team-0/app-0/cluster/deployment.yaml  and the same in 2 other files
  @@ -1,4 +1,4 @@
   kind: Deployment
     annotations:
  -    goldpath.dev/release: 1.0.0
  -spec: 128Mi
  +    goldpath.dev/release: 1.1.0
  +spec: 192Mi
staging/team-0/app-3/cluster/deployment.yaml
  @@ -1,4 +1,4 @@
   kind: Deployment
     annotations:
  -    goldpath.dev/release: 1.0.0
  -spec: 128Mi
  +    goldpath.dev/release: 1.1.0
  +spec: 256Mi
8 units of 4 requests: 0 files added, 4 changed, 0 removed, 12 in the release alone
"#);
    let report = story.with(diff_report_json);
    insta::assert_snapshot!(format!("{} {}", report["units"][0]["objects"][0], report["units"][0]["files"][0]["about"]), @r#"{"status":"changed","kind":"ConfigMap","namespace":null,"name":"main","marksAlone":true,"replaced":false} "marks""#);
}

#[test]
fn a_change_of_the_release_alone_says_so() {
    let marked = Story::new(&released(1, "1.0.0", "1Mi", "1Mi"), &released(1, "1.1.0", "1Mi", "1Mi"));
    insta::assert_snapshot!(marked.comment(), @r#"
### 1 golden path → 1 of 2 requests → 4 files to 2 targets: 4 in the release alone — waiting for the merge

Everything that it needs is there. Merge it: `goldpath change merge pr-7`; exactly these bytes are then applied.

| Request | Target | ~ | Policy | State |
| --- | --- | --: | --- | --- |
| team-0/app-0 | staging | release only | ✓ 9 passed | rendered |
| | dns | release only | ✓ 9 passed | rendered |

1 unit does not change.

Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`, before `environment@1.0.0`.

1 request pinned to `environment@1.0.0` does not change.

**The release alone** changes in 4 files of 1 request: goldpath writes it on everything, and it follows from the request.

<sub>`environment@1.1.0` · aaaaaaa on bbbbbbb · bytes 7f96507bcccc · [everything](http://127.0.0.1:7171/changes/pr-7) · `/goldpath help`</sub>
"#);
}
