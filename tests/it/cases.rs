//! The cases of golden paths: a request, and what it renders to or what is said about it.
//!
//! `goldpath test --update --repo platform-repo-example` writes what comes out now, to be looked at before it is committed.

use super::example::read;
use goldpath::cases::{Answer, Trial, releases};
use goldpath::report;
use goldpath::worker::{Trying, try_all};
use std::path::Path;
use std::time::Duration;

fn check(repository: &str) {
    let snapshot = read(repository);
    let trials = Trial::all(&snapshot, 10);
    let (mut ran, mut tried, mut tested) = (Vec::new(), Vec::new(), Vec::new());
    let trying = Trying { coverage: false, threads: 2, wall: Duration::from_secs(600) };
    for answer in try_all(Path::new(env!("CARGO_BIN_EXE_goldpath")), &snapshot, trials, trying).expect("a worker") {
        match answer {
            Answer::Case(case, _) => ran.push(case),
            Answer::Made(of_release) => tried.extend(of_release),
            Answer::Rules(rules, _) => tested.extend(rules),
        }
    }
    assert!(!ran.is_empty(), "{repository} has cases");
    assert_eq!(tried.len(), releases(&snapshot).len());
    let failed = ran.iter().any(|ran| !ran.passed())
        || tried.iter().any(|tried| !tried.failures.is_empty())
        || tested.iter().any(|tested| tested.failure.is_some());
    let shown = report::test_terminal(&ran, &tried, &tested, |path| snapshot.text(path.as_str()).map(str::to_owned), false);
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
