//! Changes of many requests.

use super::fixture::{Story, Tree};
use crate::model::TargetKind;
use crate::report::MOST_CHARACTERS;

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
    insta::assert_snapshot!(upgraded(412).comment(), @r#"
### 1 golden path → 412 requests of 37 teams: 411 changed alike — waiting for the merge

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

**Different in 1 request**: team-4/app-411 (below).

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

<sub>`environment@1.1.0` · aaaaaaa on bbbbbbb · bytes f686ecc3a191 · [everything](http://127.0.0.1:7171/changes/pr-7) · `/goldpath help`</sub>
"#);
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
