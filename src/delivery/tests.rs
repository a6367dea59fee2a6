use super::*;
use crate::model::{CommitId, TargetKind};
use crate::plan::{Reviewed, Who};

fn unit(name: &str) -> UnitId {
    UnitId::parse(&format!("team/{name}/out@here")).expect("a unit")
}

fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

fn entry(change: u64, name: &str, before: Option<&str>, after: Option<&str>) -> Entry {
    let apply = Apply {
        change: ChangeId::pull(change),
        order: change,
        commit: CommitId::parse(&"a".repeat(40)).expect("an id"),
        unit: unit(name),
        target_kind: TargetKind::Directory,
        transition: Transition { before: before.map(digest), after: after.map(digest) },
        keep: false,
        reviewed: Reviewed::Bytes,
        cleared_by: (vec![Who::Anyone], BTreeSet::new()),
        again: false,
    };
    Entry { apply, after: Vec::new(), hold: None }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

/// Runs a story: each line is an event, and what is shown is the command that a tick gives, and the state of all jobs.
struct Story {
    delivery: Delivery,
    log: String,
}

impl Story {
    fn new() -> Self {
        let target = TargetName::parse("here").expect("a name");
        Self { delivery: Delivery::new(target, BTreeMap::new()), log: String::new() }
    }

    fn then(mut self, second: i64, event: Event) -> Self {
        self.delivery = step(self.delivery, event, at(second)).delivery;
        self
    }

    fn accept(self, entries: Vec<Entry>) -> Self {
        self.then(0, Event::Accepted { entries })
    }

    fn done(self, second: i64, name: &str, outcome: Outcome) -> Self {
        self.then(second, Event::Applied { unit: unit(name), outcome })
    }

    fn tick(mut self, second: i64) -> Self {
        let unsettled = unsettled([&self.delivery]);
        let next = step(self.delivery, Event::Tick { unsettled }, at(second));
        self.delivery = next.delivery;
        let begun = match next.command {
            Some(Command::Apply { apply }) => format!("apply {}{}", apply.unit.request.name, if apply.again { " again" } else { "" }),
            Some(command) => format!("{command:?}"),
            None => "nothing".to_owned(),
        };
        self.log += &format!("{second:>3} s: {begun}; {}\n", self.jobs());
        self
    }

    /// Applies what a tick begins, until nothing is begun.
    fn apply_all(mut self, second: i64) -> Self {
        while self.delivery.jobs.iter().any(|job| job.is_due(at(second)) && !job.is_blocked(&unsettled([&self.delivery]))) {
            self = self.tick(second);
            let running = self.delivery.jobs.iter().find(|job| matches!(job.status, Status::Running { .. }));
            let name = running.expect("it was begun").apply.unit.request.name.to_string();
            self = self.done(second, &name, applied());
        }
        self
    }

    /// What people see of it now.
    fn shown(mut self, second: i64) -> Self {
        self.log += &format!("{second:>3} s: {}\n", self.jobs());
        self
    }

    fn cleared(self, second: i64, change: u64, users: &[&str]) -> Self {
        let jobs = self.delivery.jobs.iter().filter(|job| job.apply.change == ChangeId::pull(change));
        let holds = jobs.filter_map(|job| if let Status::Held(hold) = &job.status { Some(hold.clone()) } else { None });
        let by = |hold: Hold| users.iter().map(move |user| clearance(user, &hold, at(second)));
        let facts = Facts { clearances: holds.flat_map(by).collect(), ..Facts::default() };
        self.then(second, Event::Cleared { change: ChangeId::pull(change), facts, refused: BTreeMap::new() })
    }

    fn jobs(&self) -> String {
        let words = self.delivery.jobs.iter().map(|job| {
            let status = match &job.status {
                Status::Queued => "queued".to_owned(),
                Status::Running { attempt } => format!("running ({attempt})"),
                Status::Applied { .. } => "applied".to_owned(),
                Status::Failed { attempt, next, .. } => {
                    format!("failed ({attempt}), next {:?}", next.map(|next| next.as_second()))
                }
                Status::Held(hold) => {
                    format!("held {:?}", std::mem::discriminant(&hold.reason) == std::mem::discriminant(&bytes_changed()))
                }
                Status::Superseded { by } => format!("superseded by {by}"),
            };
            format!("{} {} {status}", job.apply.change, job.apply.unit.request.name)
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

fn bytes_changed() -> HoldReason {
    HoldReason::BytesChanged { unit: unit("a"), reviewed: None, now: None }
}

/// What landed is not what was reviewed.
fn other_bytes(now: &str) -> HoldReason {
    HoldReason::BytesChanged { unit: unit("a"), reviewed: Some(digest("x")), now: Some(digest(now)) }
}

fn clearance(user: &str, hold: &Hold, at: Timestamp) -> crate::observe::Clearance {
    crate::observe::Clearance { user: user.to_owned(), hold: hold.id.to_string(), digest: hold.reason.digest(), at }
}

fn failed() -> Outcome {
    Outcome::Failed { message: "no".to_owned(), at: None, made_by: None }
}

fn applied() -> Outcome {
    Outcome::Applied(UnitResult::default())
}

#[test]
fn one_unit_at_a_time_in_the_order_of_acceptance() {
    let story = Story::new()
        .accept(vec![entry(1, "a", None, Some("1")), entry(1, "b", None, Some("1"))])
        .tick(0)
        .tick(1)
        .done(2, "a", applied())
        .tick(2)
        .done(3, "b", applied())
        .tick(3);
    insta::assert_snapshot!(story.log, @r"
      0 s: apply a; pr-1 a running (1), pr-1 b queued
      1 s: nothing; pr-1 a running (1), pr-1 b queued
      2 s: apply b; pr-1 a applied, pr-1 b running (1)
      3 s: nothing; pr-1 a applied, pr-1 b applied
    ");
}

#[test]
fn a_unit_waits_for_what_it_depends_on_and_a_failure_blocks_nothing_else() {
    let dependent = Entry { after: vec![unit("a")], ..entry(1, "b", None, Some("1")) };
    let story = Story::new()
        .accept(vec![dependent, entry(1, "a", None, Some("1")), entry(1, "c", None, Some("1"))])
        .tick(0)
        .done(0, "a", failed())
        .tick(1)
        .done(1, "c", applied())
        .tick(2)
        .tick(5)
        .done(6, "a", applied())
        .tick(6);
    insta::assert_snapshot!(story.log, @r"
      0 s: apply a; pr-1 b queued, pr-1 a running (1), pr-1 c queued
      1 s: apply c; pr-1 b queued, pr-1 a failed (1), next Some(5), pr-1 c running (1)
      2 s: nothing; pr-1 b queued, pr-1 a failed (1), next Some(5), pr-1 c applied
      5 s: apply a again; pr-1 b queued, pr-1 a running (2), pr-1 c applied
      6 s: apply b; pr-1 b running (1), pr-1 a applied, pr-1 c applied
    ");
}

#[test]
fn the_newest_accepted_move_wins_and_a_failure_never_blocks_its_fix() {
    let story = Story::new()
        .accept(vec![entry(1, "a", None, Some("1"))])
        .tick(0)
        .done(0, "a", failed())
        .accept(vec![entry(2, "a", Some("1"), Some("2"))])
        .tick(1)
        .done(2, "a", applied())
        .tick(9);
    insta::assert_snapshot!(story.log, @r"
      0 s: apply a; pr-1 a running (1)
      1 s: apply a; pr-1 a superseded by pr-2, pr-2 a running (1)
      9 s: nothing; pr-1 a superseded by pr-2, pr-2 a applied
    ");
    assert_eq!(story.delivery.applied.get(&unit("a")), Some(&digest("2")));
}

#[test]
fn after_five_failures_a_unit_waits_for_a_fix() {
    let mut story = Story::new().accept(vec![entry(1, "a", None, Some("1"))]);
    for second in [0, 100, 200, 300, 400, 500] {
        story = story.tick(second).done(second, "a", failed());
    }
    insta::assert_snapshot!(story.log, @r"
      0 s: apply a; pr-1 a running (1)
    100 s: apply a again; pr-1 a running (2)
    200 s: apply a again; pr-1 a running (3)
    300 s: apply a again; pr-1 a running (4)
    400 s: apply a again; pr-1 a running (5)
    500 s: nothing; pr-1 a failed (5), next None
    ");
}

#[test]
fn what_ran_when_the_daemon_ended_is_probed() {
    let story = Story::new().accept(vec![entry(1, "a", None, Some("1"))]).tick(0).then(1, Event::Started).tick(1);
    insta::assert_snapshot!(story.log, @r"
      0 s: apply a; pr-1 a running (1)
      1 s: apply a again; pr-1 a running (1)
    ");
}

#[test]
fn a_move_from_elsewhere_is_held() {
    let story = Story::new().accept(vec![entry(1, "a", Some("x"), Some("1"))]).tick(0);
    insta::assert_snapshot!(story.log, @"  0 s: nothing; pr-1 a held true");
}

#[test]
fn the_same_acceptance_told_twice_is_taken_once() {
    let story = Story::new().accept(vec![entry(1, "a", None, Some("1"))]).accept(vec![entry(1, "a", None, Some("1"))]).tick(0);
    insta::assert_snapshot!(story.log, @"  0 s: apply a; pr-1 a running (1)");
}

#[test]
fn a_hold_is_cleared_by_somebody_who_may_and_did_not_write_it() {
    let hold = other_bytes("1").held(Vec::new(), ["bob".to_owned()].into());
    let (id, digest) = (hold.id.to_string(), hold.reason.digest());
    let held = Entry { hold: Some(hold), ..entry(1, "a", None, Some("1")) };
    let clearance = |user: &str| crate::observe::Clearance { user: user.to_owned(), hold: id.clone(), digest, at: at(0) };
    let cleared = |users: &[&str], author: &str| Event::Cleared {
        change: ChangeId::pull(1),
        facts: Facts {
            clearances: users.iter().map(|user| clearance(user)).collect(),
            authors: [crate::observe::Author::User(author.to_owned())].into(),
            ..Facts::default()
        },
        refused: BTreeMap::new(),
    };
    let story = Story::new()
        .accept(vec![held])
        .then(0, cleared(&["alice"], "alice"))
        .tick(0)
        .then(1, cleared(&["bob"], "bob"))
        .tick(1)
        .then(2, cleared(&["bob"], "alice"))
        .tick(2);
    insta::assert_snapshot!(story.log, @r"
      0 s: nothing; pr-1 a held true
      1 s: nothing; pr-1 a held true
      2 s: apply a; pr-1 a running (1)
    ");
}

#[test]
fn what_is_refused_goes_on_once_it_is_refused_no_longer_and_not_before_its_other_hold_is_cleared() {
    let refusal = HoldReason::Refused { unit: unit("a"), by: vec![("policy/p".to_owned(), "no".to_owned())] }.held(Vec::new(), [].into());
    let by_name = other_bytes("1").held(Vec::new(), ["bob".to_owned()].into());
    let clearances = [&refusal, &by_name].map(|hold| {
        let (hold, digest) = (hold.id.to_string(), hold.reason.digest());
        crate::observe::Clearance { user: "bob".to_owned(), hold, digest, at: at(0) }
    });
    let told = |clearances: &[crate::observe::Clearance], refused: bool| Event::Cleared {
        change: ChangeId::pull(1),
        facts: Facts { clearances: clearances.to_vec(), ..Facts::default() },
        refused: refused.then(|| (unit("a"), refusal.clone())).into_iter().collect(),
    };
    let refused = Entry { hold: Some(refusal.clone()), ..entry(1, "a", None, Some("1")) };
    let both = Entry { hold: Some(by_name.clone()), ..refused.clone() };
    let story = |entry: Entry| Story::new().accept(vec![entry]).then(0, told(&clearances, true)).tick(0);
    insta::assert_snapshot!(story(refused).then(1, told(&clearances, false)).tick(1).log, @r"
    0 s: nothing; pr-1 a held false
    1 s: apply a; pr-1 a running (1)
    ");
    insta::assert_snapshot!(story(both).then(1, told(&clearances, false)).tick(1).log, @r"
    0 s: nothing; pr-1 a held false
    1 s: apply a; pr-1 a running (1)
    ");
}

#[test]
fn a_change_that_is_accepted_late_changes_nothing_that_landed_after_it() {
    // the second one takes back what the first one did, and is accepted, applied and recorded while the first one is held
    let story = Story::new()
        .accept(vec![entry(1, "a", None, Some("1"))])
        .apply_all(0)
        .accept(vec![entry(3, "a", Some("2"), Some("1")), entry(3, "b", None, Some("1"))])
        .apply_all(1)
        .then(2, Event::Recorded { change: ChangeId::pull(1) })
        .then(2, Event::Recorded { change: ChangeId::pull(3) })
        .accept(vec![entry(2, "a", Some("1"), Some("2"))])
        .apply_all(3)
        .shown(3);
    insta::assert_snapshot!(story.log, @r"
    0 s: apply a; pr-1 a running (1)
    1 s: apply a; pr-1 a applied, pr-3 a running (1), pr-3 b queued
    1 s: apply b; pr-1 a applied, pr-3 a applied, pr-3 b running (1)
    3 s: pr-2 a superseded by pr-3
    ");
    assert_eq!(story.delivery.applied.get(&unit("a")), Some(&digest("1")));
}

#[test]
fn what_takes_a_unit_away_is_not_undone_by_what_landed_before() {
    let story = Story::new()
        .accept(vec![entry(1, "a", None, Some("1"))])
        .apply_all(0)
        .accept(vec![entry(3, "a", Some("1"), None)])
        .apply_all(1)
        .accept(vec![entry(2, "a", Some("1"), Some("2"))])
        .apply_all(2)
        .shown(2);
    insta::assert_snapshot!(story.log, @r"
    0 s: apply a; pr-1 a running (1)
    1 s: apply a; pr-1 a applied, pr-3 a running (1)
    2 s: pr-1 a applied, pr-2 a superseded by pr-3, pr-3 a applied
    ");
    assert!(story.delivery.applied.is_empty());
}

#[test]
fn what_was_held_only_for_want_of_an_older_move_goes_on_once_that_is_accepted() {
    let story = Story::new()
        .accept(vec![entry(2, "a", Some("1"), Some("2"))])
        .tick(0)
        .accept(vec![entry(1, "a", None, Some("1"))])
        .tick(1)
        .done(1, "a", applied())
        .tick(2);
    insta::assert_snapshot!(story.log, @r"
    0 s: nothing; pr-2 a held true
    1 s: apply a; pr-1 a superseded by pr-2, pr-2 a running (1)
    2 s: nothing; pr-1 a superseded by pr-2, pr-2 a applied
    ");
}

#[test]
fn what_somebody_approved_by_name_takes_the_place_of_what_is_older() {
    let held = Entry { hold: Some(other_bytes("2").held(vec![Who::Anyone], BTreeSet::new())), ..entry(2, "a", Some("1"), Some("2")) };
    let story = Story::new()
        .accept(vec![entry(1, "a", None, Some("1"))])
        .tick(0)
        .done(0, "a", failed())
        .accept(vec![held])
        .accept(vec![entry(3, "a", Some("2"), Some("3"))])
        .tick(1)
        .cleared(2, 2, &["bob"])
        .tick(2);
    insta::assert_snapshot!(story.log, @r"
    0 s: apply a; pr-1 a running (1)
    1 s: nothing; pr-1 a failed (1), next Some(5), pr-2 a held true, pr-3 a held true
    2 s: apply a; pr-1 a superseded by pr-3, pr-2 a superseded by pr-3, pr-3 a running (1)
    ");
}

#[test]
fn what_was_approved_while_a_newer_one_runs_comes_too_late() {
    let story = Story::new()
        .accept(vec![entry(1, "a", Some("x"), Some("1"))])
        .shown(0)
        .accept(vec![entry(2, "a", Some("y"), Some("2"))])
        .cleared(1, 2, &["bob"])
        .tick(1)
        .cleared(2, 1, &["bob"])
        .done(2, "a", failed())
        .tick(9);
    insta::assert_snapshot!(story.log, @r"
    0 s: pr-1 a held true
    1 s: apply a; pr-1 a superseded by pr-2, pr-2 a running (1)
    9 s: apply a again; pr-1 a superseded by pr-2, pr-2 a running (2)
    ");
}

#[test]
fn a_move_that_gave_way_is_no_beginning() {
    let story = Story::new()
        .accept(vec![entry(1, "a", None, Some("1")), entry(1, "b", None, Some("1"))])
        .tick(0)
        .done(0, "a", failed())
        .accept(vec![entry(2, "a", Some("1"), Some("2"))])
        .apply_all(1)
        .then(1, Event::Recorded { change: ChangeId::pull(2) })
        .accept(vec![entry(3, "a", Some("2"), Some("3"))])
        .shown(2);
    insta::assert_snapshot!(story.log, @r"
    0 s: apply a; pr-1 a running (1), pr-1 b queued
    1 s: apply b; pr-1 a superseded by pr-2, pr-1 b running (1), pr-2 a queued
    1 s: apply a; pr-1 a superseded by pr-2, pr-1 b applied, pr-2 a running (1)
    2 s: pr-1 a superseded by pr-2, pr-1 b applied, pr-3 a queued
    ");
}

#[test]
fn what_is_in_the_way_after_it_was_approved_is_looked_at_again_and_not_approved_again() {
    let foreign = || Outcome::Foreign { what: "a file".to_owned() };
    let hold = entry(1, "a", None, Some("1")).apply.held(HoldReason::Foreign { unit: unit("a"), what: "a file".to_owned() });
    let facts = Facts { clearances: vec![clearance("bob", &hold, at(1))], ..Facts::default() };
    let cleared = || Event::Cleared { change: ChangeId::pull(1), facts: facts.clone(), refused: BTreeMap::new() };
    let story = Story::new()
        .accept(vec![entry(1, "a", None, Some("1"))])
        .tick(0)
        .done(0, "a", foreign())
        .then(1, cleared())
        .tick(1)
        .done(1, "a", foreign())
        .then(2, cleared())
        .tick(2)
        .tick(6);
    insta::assert_snapshot!(story.log, @r"
    0 s: apply a; pr-1 a running (1)
    1 s: apply a; pr-1 a running (1)
    2 s: nothing; pr-1 a failed (1), next Some(6)
    6 s: apply a again; pr-1 a running (2)
    ");
}

#[test]
fn what_waits_for_another_unit_is_not_due_by_itself() {
    let dependent = Entry { after: vec![unit("a")], ..entry(1, "b", None, Some("1")) };
    let story = Story::new()
        .accept(vec![dependent, entry(1, "a", None, Some("1"))])
        .tick(0)
        .done(0, "a", applied())
        .tick(0)
        .done(0, "b", failed())
        .accept(vec![entry(2, "a", Some("1"), Some("2"))])
        .tick(1)
        .done(1, "a", failed());
    let due = |story: &Story| story.delivery.next_due(&unsettled([&story.delivery])).map(Timestamp::as_second);
    assert_eq!(due(&story), Some(6), "the unit that the other one waits for");
    let story = story.tick(7).done(7, "a", Outcome::Applied(UnitResult::default()));
    assert_eq!(due(&story), Some(5), "it waits for nothing any more");
}

#[test]
fn publishing_names_what_is_shown() {
    let publish = Event::Published {
        change: ChangeId::pull(1),
        commit: CommitId::parse(&"b".repeat(40)).expect("an id"),
        units: BTreeMap::from([(unit("a"), Some(digest("1")))]),
    };
    let story = Story::new().accept(vec![entry(1, "a", None, Some("1")), entry(1, "b", None, Some("1"))]).apply_all(0).then(1, publish);
    let shown = |job: &Job| (job.apply.unit.request.name.to_string(), matches!(job.status, Status::Applied { published: true, .. }));
    let shown: Vec<_> = story.delivery.jobs.iter().map(shown).collect();
    assert_eq!(shown, [("a".to_owned(), true), ("b".to_owned(), false)], "the second one was applied while the first was being published");
}

#[test]
fn what_is_refused_takes_nobodys_place_and_stays_refused_when_its_chain_is_whole() {
    let refusal =
        || HoldReason::Refused { unit: unit("a"), by: vec![("policy/p".to_owned(), "no".to_owned())] }.held(Vec::new(), [].into());
    let refused = |entry: Entry| Entry { hold: Some(refusal()), ..entry };
    let story = Story::new()
        .accept(vec![entry(1, "a", None, Some("1"))])
        .accept(vec![refused(entry(2, "a", Some("1"), Some("2")))])
        .accept(vec![refused(entry(4, "a", Some("3"), Some("4")))])
        .apply_all(0)
        .shown(0)
        .accept(vec![entry(3, "a", Some("2"), Some("3"))])
        .shown(1)
        .apply_all(2)
        .shown(2);
    insta::assert_snapshot!(story.log, @r"
    0 s: apply a; pr-1 a running (1), pr-2 a held false, pr-4 a held true
    0 s: pr-1 a applied, pr-2 a held false, pr-4 a held true
    1 s: pr-1 a applied, pr-2 a superseded by pr-3, pr-3 a queued, pr-4 a held false
    2 s: apply a; pr-1 a applied, pr-2 a superseded by pr-3, pr-3 a running (1), pr-4 a held false
    2 s: pr-1 a applied, pr-2 a superseded by pr-3, pr-3 a applied, pr-4 a held false
    ");
}
