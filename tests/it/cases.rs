//! The cases of golden paths: a request, and what it renders to or what is said about it.
//!
//! `goldpath test --update --repo platform-repo-example` writes what comes out now, to be looked at before it is committed.

use super::example::read;
use goldpath::{cases, parse, policy, report};

fn check(repository: &str) {
    let snapshot = read(repository);
    let ran = cases::run(&snapshot, &cases::cases(&snapshot));
    assert!(!ran.is_empty(), "{repository} has cases");
    let releases: Vec<_> = parse::parse(&snapshot).platform.releases.keys().cloned().collect();
    let tried = cases::generate(&snapshot, &releases, 10);
    assert_eq!(tried.len(), releases.len());
    let policies = policy::test(&snapshot, &parse::parse(&snapshot).platform);
    let failed = ran.iter().any(|ran| !ran.passed())
        || tried.iter().any(|tried| !tried.failures.is_empty())
        || policies.iter().any(|tested| tested.failure.is_some());
    let shown = report::test_terminal(&ran, &tried, &policies, |path| snapshot.text(path.as_str()).map(str::to_owned), false);
    assert!(!failed, "{shown}");
}

#[test]
fn the_example_renders_what_is_expected() {
    check("platform-repo-example");
}

#[test]
fn the_second_environment_renders_what_is_expected() {
    check("tests/data/second-environment");
}

#[test]
fn the_first_repository_renders_what_is_expected() {
    check("first-repository");
}
