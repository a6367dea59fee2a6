//! What is compared with the default branch, in the checkouts that people and pipelines have.

use super::place::Place;
use insta::assert_snapshot;

const SCHEMA: &str = "golden-paths/preview/1.0.0/schema.json";

/// A repository with this default branch, and a pull request that changes what may not change: only a comparison tells.
fn origin(branch: &str) -> Place {
    let place = Place::new();
    place.copy("first-repository", "origin");
    place.git("origin", &["init", "--quiet", "--initial-branch", branch]);
    place.commit("origin", "The platform");
    place.git("origin", &["checkout", "--quiet", "-b", "topic"]);
    place.swap(&format!("origin/{SCHEMA}"), "\"maximum\": 5", "\"maximum\": 9");
    place.commit("origin", "More of it");
    place.git("origin", &["checkout", "--quiet", branch]);
    place.git("origin", &["merge", "--quiet", "--no-ff", "--message", "A try", "topic"]);
    place.git("origin", &["update-ref", "refs/pull/1/merge", "HEAD"]);
    place.git("origin", &["reset", "--quiet", "--hard", "HEAD^"]);
    place
}

/// The checkout of a pipeline: what merging the pull request gives, and nothing else.
fn pipeline(place: &Place, depth: &str) {
    place.git("", &["init", "--quiet", "checkout"]);
    place.git("checkout", &["remote", "add", "origin", &format!("file://{}", place.path("origin").display())]);
    let merge = "+refs/pull/1/merge:refs/remotes/pull/1/merge";
    place.git("checkout", &["fetch", "--quiet", depth, "origin", merge]);
    place.git("checkout", &["checkout", "--quiet", "--detach", "refs/remotes/pull/1/merge"]);
}

#[test]
fn a_pipeline_that_fetched_too_little_is_told_so() {
    let place = origin("main");
    pipeline(&place, "--depth=1");
    let calls: [&[&str]; 4] = [&["validate"], &["validate", "--output", "github"], &["diff"], &["validate", "--base", "origin/main"]];
    let said: String = calls.iter().map(|args| place.run_in("checkout", args)).collect();
    assert_snapshot!(said, @r#"
    $ goldpath validate
    1 request checked, nothing to mend; nothing was compared with the default branch
    -- stderr
    warning: the default branch was not found: what compares with it was not checked; fetch it with its history (`git fetch origin main:refs/remotes/origin/main`; where it has another name, fetch that and say so: `git remote set-head origin --auto`), or give `--base REV`
    -- exit 0
    $ goldpath validate --output github
    ::warning title=not-compared::the default branch was not found: what compares with it was not checked; fetch it with its history (`git fetch origin main:refs/remotes/origin/main`; where it has another name, fetch that and say so: `git remote set-head origin --auto`), or give `--base REV`
    1 request checked, nothing to mend; nothing was compared with the default branch
    -- exit 0
    $ goldpath diff
    -- stderr
    error: the default branch was not found
      hint: fetch it with its history (`git fetch origin main:refs/remotes/origin/main`; where it has another name, fetch that and say so: `git remote set-head origin --auto`), or name what to compare with: `goldpath diff BASE`
    -- exit 2
    $ goldpath validate --base origin/main
    -- stderr
    error: there is no commit "origin/main" in the repository
      hint: name a branch, a tag or a commit that is in this repository; `git fetch` may bring it
    -- exit 2
    "#);
    assert!(place.run_in("checkout", &["validate", "--output", "json"]).contains("\"notCompared\":\"the default branch was not found"));
    assert!(
        place.run_in("checkout", &["validate", "--output", "sarif"]).contains("\"toolExecutionNotifications\":[{\"level\":\"warning\"")
    );

    // the default branch went on meanwhile: where this left it is not here
    place.write("origin/NOTES.md", "Later.\n");
    place.commit("origin", "Later");
    place.git("checkout", &["fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main"]);
    let said = place.run_in("checkout", &["validate"]);
    assert!(said.contains("and too little of the history to see where this left it: what compares with it was not checked"), "{said}");
    assert!(place.run_in("checkout", &["diff"]).contains("\n  hint: fetch the history: `git fetch --unshallow`, or name"));

    place.git("checkout", &["fetch", "--quiet", "--unshallow", "origin", "+refs/pull/1/merge:refs/remotes/pull/1/merge"]);
    let said = place.run_in("checkout", &["validate", "--output", "github"]);
    assert!(said.contains("title=release-changed::") && said.ends_with("-- exit 1\n"), "{said}");
    assert!(place.run_in("checkout", &["diff"]).contains("release-changed"));
}

#[test]
fn the_other_parent_of_a_merge_is_enough() {
    let place = origin("main");
    pipeline(&place, "--depth=2");
    let said = place.run_in("checkout", &["validate", "--output", "github", "--base", "HEAD^"]);
    assert!(said.contains("title=release-changed::") && said.ends_with("-- exit 1\n"), "{said}");
}

#[test]
fn a_clone_of_one_branch_does_not_know_the_default_branch() {
    let place = origin("main");
    let url = format!("file://{}", place.path("origin").display());
    place.git("", &["clone", "--quiet", "--depth", "1", "--branch", "topic", "--single-branch", &url, "clone"]);
    assert!(place.run_in("clone", &["validate"]).contains("warning: the default branch was not found"));
    assert!(place.run_in("clone", &["diff"]).ends_with("-- exit 2\n"));
    place.git("", &["clone", "--quiet", &url, "whole"]);
    place.git("whole", &["checkout", "--quiet", "topic"]);
    assert!(place.run_in("whole", &["validate"]).contains("release-changed"));
}

#[test]
fn the_only_branch_of_a_repository_is_its_default_branch() {
    let place = origin("trunk");
    place.git("origin", &["branch", "--quiet", "--delete", "--force", "topic"]);
    assert!(place.run_in("origin", &["validate"]).ends_with("1 request checked, nothing to mend\n-- exit 0\n"));
    place.swap(&format!("origin/{SCHEMA}"), "\"maximum\": 5", "\"maximum\": 9");
    assert!(place.run_in("origin", &["validate"]).contains("release-changed"));
    // with a second one it could be either
    place.git("origin", &["branch", "second"]);
    assert_snapshot!(place.run_in("origin", &["validate"]), @"
    $ goldpath validate
    1 request checked, nothing to mend; nothing was compared with the default branch
    -- stderr
    warning: the default branch was not found: what compares with it was not checked; call it `main`, or give `--base REV`
    -- exit 0
    ");
    assert_snapshot!(place.run_in("origin", &["diff"]), @"
    $ goldpath diff
    -- stderr
    error: the default branch was not found
      hint: call it `main`, or name what to compare with: `goldpath diff BASE`
    -- exit 2
    ");
    assert!(place.run_in("origin", &["validate", "--base", "trunk"]).contains("release-changed"));
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let place = Place::with("first-repository");
    place.git("", &["init", "--quiet", "--initial-branch", "trunk"]);
    assert_snapshot!(place.run(&["validate"]), @"
    $ goldpath validate
    1 request checked, nothing to mend
    -- exit 0
    ");
    assert!(place.run(&["diff"]).contains("1 unit of 1 request: 1 files added"));
}
