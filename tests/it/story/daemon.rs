//! The daemon itself: one on a state folder, and what it counts.

use super::town::{ALICE, BOB, Town};
use super::{FILE, REQUEST, with_one_service};
use std::collections::BTreeMap;

#[test]
fn a_state_folder_belongs_to_one_daemon() {
    let mut town = Town::with(&[]);
    let (repo, state) = (town.text("platform.git"), town.text("state"));
    let second = |town: &Town| town.goldpath(&["run", "--repo", &repo, "--state", &state, "--listen", "127.0.0.1:0"]);
    for _ in 0..2 {
        let refused = second(&town);
        assert_eq!(refused.code, 2, "{}", refused.err);
        let who = format!("another daemon, process {}, uses the state folder {state}", town.pid());
        assert!(refused.err.contains(&who), "{}", refused.err);
        assert!(refused.err.contains("hint: end it first, or give this one a folder of its own with `--state DIR`"), "{}", refused.err);
    }
    // whoever is dead holds nothing
    town.kill9();
    town.start();
    assert_eq!(town.settle()["held"], 0);
}

/// The numbers of `/metrics`, by name and labels.
fn metrics(town: &Town) -> BTreeMap<String, f64> {
    let (status, page) = town.http("GET /metrics", "", "");
    assert!(status.contains("200"), "{status}");
    let lines = page.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
    lines.map(|(name, number)| (name.to_owned(), number.parse().expect("a number"))).collect()
}

#[test]
fn what_it_does_is_counted() {
    let town = Town::with(&[]);
    let before = metrics(&town);
    let of = |metrics: &BTreeMap<String, f64>, name: &str| metrics.get(name).copied().unwrap_or_default();
    town.propose(ALICE, "staging", &[(FILE, &with_one_service(REQUEST))]);
    assert_eq!(of(&metrics(&town), "goldpath_changes{state=\"waiting\"}"), 1.0);
    town.approve_and_merge(BOB, ALICE, "1");
    let after = metrics(&town);
    let moved = |name: &str| of(&after, name) - of(&before, name);
    assert_eq!(moved("goldpath_commands_total{command=\"apply\",result=\"done\"}"), 2.0);
    assert_eq!(moved("goldpath_commands_total{command=\"record\",result=\"done\"}"), 1.0);
    assert_eq!(moved("goldpath_command_seconds_count{command=\"publish\"}"), 1.0);
    assert!(moved("goldpath_triggers_total{by=\"repository\"}") >= 1.0, "{after:?}");
    assert!(moved("goldpath_reconcile_seconds_count") >= 3.0, "{after:?}");
    let now = |name: &str| of(&after, name);
    assert_eq!((now("goldpath_changes{state=\"waiting\"}"), now("goldpath_changes{state=\"accepted\"}")), (0.0, 0.0));
    assert_eq!(moved("goldpath_changes{state=\"recorded\"}"), 1.0);
    assert_eq!((now("goldpath_units{state=\"applied\"}"), now("goldpath_units{state=\"failed\"}")), (2.0, 0.0));
}
