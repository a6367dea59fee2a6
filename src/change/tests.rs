use super::{Change, ChangeState, step};
use crate::command::{Command, Event};
use crate::diff::{Diff, Size, Transition, UnitChange};
use crate::model::{
    ApprovalRule, Approver, ChangeId, CommitId, DeleteBudget, Digest, OnDelete, ReleaseId, RepoPath, Settings, Span, TargetKind, TeamName,
    UnitId, day,
};
use crate::observe::{Effect, Facts, PullRequest, PullState, Review, Wish};
use crate::plan::{Evaluation, Judgement, Round, WaitingOn};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn commit(letter: char) -> CommitId {
    CommitId::parse(&letter.to_string().repeat(40)).expect("an id")
}

fn round(base: char) -> Round {
    Round { base: Some(commit(base)), head: commit('a'), preview: true }
}

/// A unit that comes with these bytes.
fn unit(bytes: &str) -> UnitChange {
    UnitChange {
        id: UnitId::parse("shop/web/cluster@eu").expect("a unit"),
        request_file: RepoPath::parse("requests/shop/web.yaml").expect("a path"),
        release: ReleaseId::parse("app@1.0.0").expect("a release"),
        target_kind: TargetKind::Directory,
        target_labels: BTreeMap::new(),
        transition: Transition { before: None, after: Some(Digest::of(bytes.as_bytes())) },
        on_delete: OnDelete::Delete,
        depends_on: Vec::new(),
        files: Vec::new(),
        objects: Vec::new(),
        risks: BTreeSet::new(),
        protected: Vec::new(),
        widened: Vec::new(),
        vanished: None,
    }
}

/// What the head comes to on a base, where `shop` has to approve everything.
fn evaluation(base: char, bytes: &str) -> Arc<Evaluation> {
    let shop = TeamName::parse("shop").expect("a name");
    let from = vec![Approver::Team(shop.clone())];
    let (files, targets, risk) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
    let rule = ApprovalRule { files, targets, risk, from, count: 1, span: Span::START };
    let (values, deletes) = (Default::default(), DeleteBudget::default());
    let settings = Settings { name: "p".to_owned(), values, approvals: vec![rule], deletes };
    let members = BTreeMap::from([(shop, BTreeSet::from(["bob".to_owned()]))]);
    Arc::new(Evaluation {
        round: round(base),
        judge: None,
        rules: None,
        day: None,
        diff: Diff { units: vec![unit(bytes)], base_size: Size { units: 9, requests: 9 }, ..Diff::default() },
        findings: Vec::new(),
        tallies: BTreeMap::new(),
        waived: Vec::new(),
        conflicts: Vec::new(),
        judgement: Judgement { settings: Some(settings), members, owners: BTreeSet::new() },
        platform: Arc::default(),
        settings_readable: true,
        took: None,
    })
}

/// A pull request on this base; bob has approved this effect of it, and wants the merge of it.
fn pull(base: char, said: Option<Effect>) -> Event {
    let review = |effect| Review { user: "bob".to_owned(), head: commit('a'), effect: Some(effect), at: NOW };
    Event::Observed(Box::new(PullRequest {
        number: 1,
        branch: "feature".to_owned(),
        title: "Do it".to_owned(),
        base: commit(base),
        head: commit('a'),
        state: PullState::Open,
        facts: Facts { reviews: said.map(review).into_iter().collect(), ..Facts::default() },
        merge_wanted: said.map(|effect| Wish { by: "bob".to_owned(), effect: Some(effect) }),
    }))
}

/// The pull request, looked at on this base, where it comes to these bytes.
fn looked_at(change: Change, base: char, bytes: &str, said: Option<Effect>) -> Change {
    let change = step(change, pull(base, said), NOW);
    assert_eq!(change.under_way(), Some(&round(base)));
    assert_eq!(change.judged(), None, "there is nothing to approve before it is known what it comes to");
    step(change, Event::Rendered(evaluation(base, bytes)), NOW)
}

#[test]
fn an_approval_and_a_wish_hold_for_as_long_as_it_comes_to_the_same() {
    let change = looked_at(Change::new(ChangeId::pull(1), String::new(), None, NOW), 'b', "one", None);
    let effect = change.judged().and_then(|plan| plan.effect);
    let wanted = step(change.clone(), pull('b', effect), NOW);
    assert_eq!(wanted.phase(), "merging");

    let same = looked_at(wanted.clone(), 'c', "one", effect);
    assert_eq!(step(same, pull('c', effect), NOW).phase(), "merging", "another base, the same bytes");

    let other = looked_at(wanted, 'c', "two", effect);
    assert!(matches!(other.waiting().as_slice(), [WaitingOn::Approval { have: 0, .. }]), "{:?}", other.waiting());
    assert_eq!(step(other.clone(), pull('c', effect), NOW).phase(), "waiting");
    // who approves the new bytes has not asked for their merge
    let Event::Observed(mut seen) = pull('c', other.judged().and_then(|plan| plan.effect)) else { panic!("a pull request") };
    seen.merge_wanted = seen.merge_wanted.map(|wish| Wish { effect, ..wish });
    let approved = step(other, Event::Observed(seen), NOW);
    assert_eq!((approved.waiting(), approved.phase()), (vec![WaitingOn::Merge], "waiting"));
}

#[test]
fn what_was_stored_before_it_was_kept_what_approvals_are_of_is_looked_at_again() {
    let change = looked_at(Change::new(ChangeId::pull(1), String::new(), None, NOW), 'b', "one", None);
    let effect = change.judged().and_then(|plan| plan.effect);
    assert_eq!(change.command(None, NOW), None);
    let mut stored = serde_json::to_value(&change).expect("JSON");
    let plan = stored.pointer_mut("/state/Waiting/plan").and_then(serde_json::Value::as_object_mut).expect("a plan");
    plan.remove("effect").expect("it is kept");
    let old: Change = serde_json::from_value(stored).expect("a change");
    assert_eq!(step(old.clone(), pull('b', effect), NOW).phase(), "waiting", "no wish is of it");
    assert_eq!(old.command(None, NOW), Some(Command::Render { round: round('b'), judge: None }));
    let again = step(old, Event::Rendered(evaluation('b', "one")), NOW);
    assert_eq!((again.command(None, NOW), &again.state), (None, &change.state));
    assert!(matches!(again.state, ChangeState::Waiting(_)));
}

#[test]
fn on_another_day_the_same_judge_is_asked_again() {
    let judged = |bytes: &str, at: Timestamp| {
        Event::Rendered(Arc::new(Evaluation { judge: Some(commit('9')), day: Some(day(at)), ..(*evaluation('b', bytes)).clone() }))
    };
    let change = step(Change::new(ChangeId::pull(1), String::new(), None, NOW), pull('b', None), NOW);
    let change = step(change, judged("one", NOW), NOW);
    let (night, tomorrow) = (NOW + SignedDuration::from_secs(86_399), NOW + SignedDuration::from_secs(86_400));
    assert_eq!(change.command(Some(commit('9')), night), None, "it is the same day still");
    let asked = Command::Judge { round: round('b'), judge: commit('9'), rules: None };
    assert_eq!(change.command(Some(commit('9')), tomorrow), Some(asked.clone()));

    let alike = Event::JudgedAlike { round: round('b'), judge: commit('9'), rules: None, day: Some(day(tomorrow)) };
    assert_eq!(step(change.clone(), alike, tomorrow).command(Some(commit('9')), tomorrow), None);

    // whoever wanted the merge wants it still, and it waits for what is said now
    let effect = change.judged().and_then(|plan| plan.effect);
    let wanted = step(change, pull('b', effect), night);
    assert!(matches!(wanted.command(Some(commit('9')), night), Some(Command::Merge { .. })), "{:?}", wanted.state);
    assert_eq!(wanted.command(Some(commit('9')), tomorrow), Some(asked));
    let refused = step(wanted, judged("one", tomorrow), tomorrow);
    assert_eq!((refused.phase(), refused.command(Some(commit('9')), tomorrow)), ("waiting", None));
}

#[test]
fn what_another_judge_says_on_another_day_is_the_same_or_not() {
    let was = evaluation('b', "one");
    let took = Some(std::time::Duration::from_secs(1));
    let again = |bytes: &str| Evaluation { judge: Some(commit('9')), day: Some(day(NOW)), took, ..(*evaluation('b', bytes)).clone() };
    assert!(again("one").says_as(&was));
    assert!(!again("two").says_as(&was));
    assert!(!Evaluation { settings_readable: false, ..again("one") }.says_as(&was));
    assert!(!Evaluation { conflicts: vec!["a".to_owned()], ..again("one") }.says_as(&was));
}
