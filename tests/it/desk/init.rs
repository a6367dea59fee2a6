//! `goldpath init`.

use super::place::Place;
use insta::assert_snapshot;

#[test]
fn a_first_repository_is_accepted_at_once_and_nothing_is_overwritten() {
    let place = Place::new();
    assert_snapshot!(place.run(&["init", "platform"]), @r#"
    $ goldpath init platform
    a first platform repository in platform, 13 files:
      golden-paths/preview/1.0.0/README.md
      golden-paths/preview/1.0.0/cluster/deployment.yaml.tera
      golden-paths/preview/1.0.0/release.yaml
      golden-paths/preview/1.0.0/schema.json
      golden-paths/preview/1.0.0/tests/defaults/expected/cluster@staging/deployment.yaml
      golden-paths/preview/1.0.0/tests/defaults/request.yaml
      golden-paths/preview/1.0.0/tests/too-many/findings.yaml
      golden-paths/preview/1.0.0/tests/too-many/request.yaml
      golden-paths/preview/path.yaml
      goldpath.yaml
      requests/platform/hello.yaml
      targets/staging.yaml
      teams/platform.yaml

    Next:
      cd platform
      goldpath validate                          nothing is wrong with it
      goldpath test                              its cases pass
      goldpath render                            what its request renders to
      goldpath new preview NAME                  another request, every field explained
      git init && git add . && git commit -m "The platform"
    -- exit 0
    "#);
    assert_snapshot!(place.run(&["validate", "platform"]), @"
    $ goldpath validate platform
    1 request checked, nothing to mend
    -- exit 0
    ");
    assert_snapshot!(place.run(&["test", "--repo", "platform"]), @r"
    $ goldpath test --repo platform
    ok      preview@1.0.0 defaults
    ok      preview@1.0.0 too-many
    ok      preview@1.0.0 made from its schema: 4 that fit, 4 that do not

    3 passed
    -- exit 0
    ");
    place.write("file", "mine\n");
    assert_snapshot!(place.run(&["init", "file/platform"]), @"
    $ goldpath init file/platform
    -- stderr
    error: file is a file, and no folder
      hint: name an empty folder, or one that is not there yet: `goldpath init platform`
    -- exit 2
    ");
    place.git("", &["init", "--quiet"]);
    let said = place.run(&["init", "beside"]);
    assert!(said.contains("git add .") && !said.contains("git init"), "{said}");
    place.write("platform/goldpath.yaml", "mine\n");
    assert_snapshot!(place.run(&["init", "platform"]), @"
    $ goldpath init platform
    -- stderr
    error: platform/golden-paths/preview/1.0.0/README.md is there already, and nothing is overwritten
      hint: name an empty folder, or one that is not there yet: `goldpath init platform`
    -- exit 2
    ");
    assert_eq!(place.text("platform/goldpath.yaml"), "mine\n");
}
