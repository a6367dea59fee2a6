//! The daemon's database is lost: what Git shows is taken as it is, what landed since is gone over again, and nothing is done twice.

use super::faults::{STATE, STEPS, approved_behind, steps, town_with_steps};
use super::town::{ALICE, BOB, PLATFORM, Town};
use super::{FILE, REQUEST, with_one_service};

const DNS: &str = "dns/dns/payments-team/payments-staging/dns";
const NAMESPACE: &str = "staging-eu-central-1/payments-team/payments-staging/cluster/namespace.yaml";

impl Town {
    /// The daemon ends as by a power cut, and its database is gone.
    pub(super) fn lose_the_database(&mut self) {
        self.kill9();
        for file in ["goldpath.db", "goldpath.db-wal", "goldpath.db-shm"] {
            drop(std::fs::remove_file(self.path("state").join(file)));
        }
    }
}

#[test]
fn before_the_note_is_written() {
    let (mut town, _) = approved_behind("never");
    let lock = town.path("platform.git/refs/notes/goldpath.lock");
    std::fs::create_dir_all(lock.parent().expect("a folder")).expect("a folder");
    std::fs::write(&lock, "").expect("a lock");
    town.ask_as(ALICE, &["change", "merge", "1"]).done();
    town.settle();
    let (rendered, serial) = (town.commit_of("rendered"), town.terraform(DNS).expect("it is applied").0);
    assert_eq!(town.notes(), 0, "{}", town.comment("1"));
    town.lose_the_database();
    std::fs::remove_file(&lock).expect("the lock");

    for _ in 0..2 {
        town.start();
        town.settle();
        town.wait_until_applied("1");
        assert_eq!((town.notes(), town.verify().code), (1, 0), "{}", town.verify().out);
        assert_eq!(town.commit_of("rendered"), rendered, "it was shown already");
        assert_eq!(town.terraform(DNS).map(|(serial, _)| serial), Some(serial), "and applied");
        town.kill9();
    }
}

#[test]
fn while_a_change_is_partly_applied() {
    let mut town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, &with_one_service(REQUEST))]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.settle();
    let state = town.path("state/terraform").join(DNS).join("terraform.tfstate");
    std::fs::create_dir_all(state.parent().expect("a folder")).expect("a folder");
    std::fs::write(&state, "no state").expect("a file");
    town.ask_as(ALICE, &["change", "merge", "1"]).done();
    town.settle();
    assert!(town.bare(&["log", "-1", "--format=%B", "rendered"]).contains("Goldpath-Applied: 1 of 2"), "{}", town.comment("1"));
    let written = std::fs::metadata(town.path("state/world").join(NAMESPACE)).and_then(|file| file.modified()).expect("it is applied");

    town.lose_the_database();
    std::fs::remove_file(&state).expect("it is there");
    town.start();
    town.settle();
    town.wait_until_applied("1");
    assert!(town.verdict("1").starts_with("### ✅ Applied: 2 of 2"), "{}", town.comment("1"));
    assert_eq!((town.notes(), town.verify().code), (1, 0), "{}", town.verify().out);
    let again = std::fs::metadata(town.path("state/world").join(NAMESPACE)).and_then(|file| file.modified()).expect("it is there");
    assert_eq!(again, written, "what was applied is left as it is");
    let serial = town.terraform(DNS).expect("it is applied").0;
    assert_eq!(serial, town.one_apply(), "what was not is applied once");
}

#[test]
fn with_a_push_that_is_held() {
    let mut town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, &with_one_service(REQUEST))]);
    town.approve_and_merge(BOB, ALICE, "1");
    // nobody approved that it lets everybody approve
    let settings = town.bare(&["show", "main:goldpath.yaml"]);
    town.push_directly(ALICE, &[("goldpath.yaml", &format!("{settings}# mine\n"))]);
    let held = town.pushed(&[]);
    let accepted = town.settle()["accepted"].clone();
    assert!(town.verdict(&held).contains("held"), "{}", town.comment(&held));
    town.propose(ALICE, "more", &[(FILE, &with_one_service(REQUEST).replace("replicas: 2", "replicas: 3"))]);
    town.approve_and_merge(BOB, ALICE, "2");
    assert_eq!(town.notes(), 2, "{}", town.comment("2"));

    town.lose_the_database();
    town.start();
    assert_eq!(town.settle()["accepted"], accepted, "who judges is whoever judged before");
    assert!(town.verdict(&held).contains("held"), "{}", town.comment(&held));
    assert_eq!((town.notes(), town.verify().code), (2, 0), "{}", town.verify().out);
}

#[test]
fn a_unit_whose_only_apply_failed_is_taken_away_with_what_was_made_of_it() {
    let town = town_with_steps(&[]);
    town.propose(ALICE, "steps", &[(STEPS, &steps("one", "no"))]);
    town.approve_and_merge(BOB, ALICE, "1");
    let made = |town: &Town| town.terraform(STATE).map(|(_, resources)| resources.len());
    assert!(made(&town) > Some(0), "the first one was made: {}", town.comment("1"));
    town.propose(ALICE, "gone", &[(STEPS, "")]);
    town.ask_as(PLATFORM, &["change", "approve", "2"]).done();
    town.approve_and_merge(BOB, ALICE, "2");
    assert_eq!(made(&town), Some(0), "{}", town.comment("2"));
    assert_eq!((town.notes(), town.verify().code), (2, 0), "{}", town.verify().out);
}
