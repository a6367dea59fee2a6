use super::*;
use crate::diff::{FileStatus, RequestChange, Size, Vanished};
use crate::model::{ApprovalRule, Approver, OnDelete, ReleaseId, RepoPath, RequestId, Span};
use crate::observe::{Author, Facts, Review};
use jiff::Timestamp;

const NOBODY: &str = "nothing";

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

fn team(name: &str) -> TeamName {
    TeamName::parse(name).unwrap()
}

/// A unit that comes, or goes away.
fn unit(id: &str, goes: bool) -> UnitChange {
    let id = UnitId::parse(id).unwrap();
    let digest = Some(Digest::of(id.to_string().as_bytes()));
    let transition = if goes { Transition { before: digest, after: None } } else { Transition { before: None, after: digest } };
    UnitChange {
        request_file: path(&format!("requests/{}/{}.yaml", id.request.team, id.request.name)),
        release: ReleaseId::parse("app@1.0.0").unwrap(),
        target_kind: TargetKind::Directory,
        target_labels: BTreeMap::from([("environment".to_owned(), id.target.to_string())]),
        transition,
        on_delete: OnDelete::Delete,
        depends_on: Vec::new(),
        files: Vec::new(),
        objects: Vec::new(),
        risks: if goes { BTreeSet::from([Risk::Destroy]) } else { BTreeSet::new() },
        protected: Vec::new(),
        widened: Vec::new(),
        vanished: None,
        id,
    }
}

/// A change of these units, of so many in the base.
fn change(units: Vec<UnitChange>, of: usize) -> Diff {
    let files = units.iter().map(|unit| (unit.request_file.clone(), FileStatus::Changed)).collect();
    Diff { units, files, base_size: Size { units: of, requests: of }, ..Diff::default() }
}

fn rule(from: &[Approver]) -> ApprovalRule {
    let span = Span::START;
    ApprovalRule { files: Vec::new(), targets: BTreeMap::new(), risk: BTreeSet::new(), from: from.to_vec(), count: 1, span }
}

fn judgement(rules: Vec<ApprovalRule>) -> Judgement {
    let settings = Settings { name: "p".to_owned(), values: Default::default(), approvals: rules, deletes: DeleteBudget::default() };
    let members = [("shop", "sam"), ("web", "wim"), ("sre", "sue"), ("platform", "pat")];
    let members = members.iter().map(|(name, user)| (team(name), BTreeSet::from([(*user).to_owned()]))).collect();
    Judgement { settings: Some(settings), members, owners: BTreeSet::new() }
}

/// What a change needs and is held for, a line each.
fn planned(diff: &Diff, judgement: &Judgement) -> String {
    let head = CommitId::parse(&"a".repeat(40)).unwrap();
    let plan = plan(&head, diff, &BTreeMap::new(), judgement);
    let who = |from: &[Who]| from.iter().map(|who| format!("{who:?}")).collect::<Vec<_>>().join(" or ");
    let needs = plan.needs.iter().map(|need| format!("{} of {} because {}", need.count, who(&need.from), need.because));
    let holds = plan.holds.iter().map(|hold| format!("held until {}: {:?}", who(&hold.from), hold.reason));
    let lines: Vec<String> = needs.chain(holds).collect();
    if lines.is_empty() { NOBODY.to_owned() } else { lines.join("\n") }
}

#[test]
fn what_the_platform_took_away_is_held_unless_it_stays() {
    let mut vanished = unit("shop/web/cluster@eu", true);
    vanished.vanished = Some(Vanished::Labels);
    let diff = change(vec![vanished.clone(), unit("shop/web/cluster@us", true)], 10);
    insta::assert_snapshot!(planned(&diff, &judgement(Vec::new())), @"held until Anyone: Vanished { units: [(shop/web/cluster@eu, Labels)] }");
    vanished.on_delete = OnDelete::Keep;
    insta::assert_snapshot!(planned(&change(vec![vanished], 10), &judgement(Vec::new())), @"nothing");
}

#[test]
fn every_key_of_a_rule_must_fit_and_any_value_of_a_list() {
    let rule = ApprovalRule {
        files: vec!["requests/shop/**".to_owned(), "targets/**".to_owned()],
        targets: BTreeMap::from([("environment".to_owned(), "prod".to_owned())]),
        risk: BTreeSet::from([Risk::Destroy, Risk::Widen]),
        ..rule(&[Approver::Team(team("sre"))])
    };
    let judgement = judgement(vec![rule]);
    let all = change(vec![unit("shop/web/cluster@prod", true)], 10);
    insta::assert_snapshot!(planned(&all, &judgement), @"1 of Team(sre) because `requests/shop/web.yaml` changes and target `prod` is touched and something is taken away");
    let other_target = change(vec![unit("shop/web/cluster@eu", true)], 10);
    let other_file = change(vec![unit("web/web/cluster@prod", true)], 10);
    let no_risk = change(vec![unit("shop/web/cluster@prod", false)], 10);
    for diff in [other_target, other_file, no_risk] {
        assert_eq!(planned(&diff, &judgement), NOBODY);
    }
}

#[test]
fn every_rule_that_fits_must_be_met() {
    let rules = vec![rule(&[Approver::Team(team("sre")), Approver::Team(team("platform"))]), rule(&[Approver::Team(team("shop"))])];
    let judgement = judgement(rules);
    let diff = change(vec![unit("shop/web/cluster@eu", false)], 10);
    insta::assert_snapshot!(planned(&diff, &judgement), @r"
    1 of Team(shop) because every change needs it
    1 of Team(sre) or Team(platform) because every change needs it
    ");
    let head = CommitId::parse(&"a".repeat(40)).unwrap();
    let plan = plan(&head, &diff, &BTreeMap::new(), &judgement);
    let left = |users: &[&str]| waiting(&plan, &approved(&plan, users)).len();
    assert_eq!([left(&[]), left(&["sam"]), left(&["pat"]), left(&["sue", "pat"]), left(&["pat", "sam"])], [2, 1, 1, 1, 0]);
}

/// These users approved this, and somebody else wrote it.
fn approved(plan: &ApplyPlan<Proposed>, users: &[&str]) -> Facts {
    let (head, effect) = (&plan.head, plan.effect);
    let review = |user: &&str| Review { user: (*user).to_owned(), head: head.clone(), effect, at: Timestamp::UNIX_EPOCH };
    Facts { authors: BTreeSet::from([Author::User("ann".to_owned())]), reviews: users.iter().map(review).collect(), ..Facts::default() }
}

#[test]
fn the_owner_is_asked_for_each_team_whose_request_it_is() {
    let owner = ApprovalRule { files: vec!["requests/**".to_owned()], ..rule(&[Approver::Owner]) };
    let diff = change(vec![unit("shop/web/cluster@eu", false), unit("web/site/cluster@eu", false)], 10);
    insta::assert_snapshot!(planned(&diff, &judgement(vec![owner])), @r"
    1 of Team(shop) because `requests/shop/web.yaml` changes
    1 of Team(web) because `requests/web/site.yaml` changes
    ");
}

#[test]
fn a_budget_holds_from_one_more_than_it_allows() {
    let going = |units: usize, of: usize| {
        let all = (0..units).map(|n| unit(&format!("shop/web-{n}/cluster@eu"), true)).collect();
        planned(&change(all, of), &judgement(Vec::new()))
    };
    // 20 percent, counted from 50 units
    assert_eq!([going(49, 49), going(10, 50), going(20, 100)], [NOBODY; 3].map(str::to_owned));
    for (units, of) in [(11, 50), (21, 100)] {
        assert!(going(units, of).starts_with("held until Anyone: DeleteBudget"), "{units} of {of}: {}", going(units, of));
    }
    let requests = |count: usize| {
        let ids = (0..count).map(|n| RequestId::parse(&format!("shop/web-{n}")).unwrap());
        let gone = |id: RequestId| {
            let file = path(&format!("requests/shop/{}.yaml", id.name));
            let change = RequestChange {
                file,
                status: FileStatus::Removed,
                before: None,
                after: None,
                pinned: false,
                lifetime: None,
                expires: None,
                expires_before: None,
                cost_centre: None,
            };
            (id, change)
        };
        planned(&Diff { requests: ids.map(gone).collect(), ..Diff::default() }, &judgement(Vec::new()))
    };
    assert_eq!(requests(5), NOBODY);
    assert!(requests(6).starts_with("held until Anyone: DeleteBudget"), "{}", requests(6));
}

#[test]
fn what_is_kept_does_not_count_against_the_budget() {
    let kept = (0..60).map(|n| UnitChange { on_delete: OnDelete::Keep, ..unit(&format!("shop/web-{n}/cluster@eu"), true) });
    assert_eq!(planned(&change(kept.collect(), 60), &judgement(Vec::new())), NOBODY);
}

#[test]
fn what_is_depended_on_comes_first_and_goes_last() {
    let depending = |on: &str, goes: bool| {
        let mut first = unit("shop/web/app@eu", goes);
        first.depends_on = vec![UnitId::parse(on).unwrap()];
        change(vec![first, unit(on, goes)], 10)
    };
    let head = CommitId::parse(&"a".repeat(40)).unwrap();
    let order = |diff: &Diff| {
        let plan = plan(&head, diff, &BTreeMap::new(), &judgement(Vec::new()));
        plan.steps.iter().map(|step| step.unit.to_string()).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(order(&depending("shop/web/zone@eu", false)), "shop/web/zone@eu, shop/web/app@eu");
    assert_eq!(order(&depending("shop/web/base@eu", true)), "shop/web/app@eu, shop/web/base@eu");
    let chain = |pairs: &[(&str, &str)], goes: bool| {
        let after = |(name, on): &(&str, &str)| {
            let depends_on =
                on.split(' ').filter(|on| !on.is_empty()).map(|on| UnitId::parse(&format!("shop/web/{on}@eu")).unwrap()).collect();
            UnitChange { depends_on, ..unit(&format!("shop/web/{name}@eu"), goes) }
        };
        let shown = order(&change(pairs.iter().map(after).collect(), 10));
        shown.replace("shop/web/", "").replace("@eu", "")
    };
    let pairs = [("a", "c e"), ("b", ""), ("c", "d"), ("d", ""), ("e", "elsewhere")];
    assert_eq!(chain(&pairs, false), "b, d, c, e, a");
    assert_eq!(chain(&pairs, true), "a, b, c, d, e");
    assert_eq!(chain(&[("a", "b"), ("b", "c"), ("c", "b"), ("d", "")], false), "d, a, b, c", "a circle does not hang");
}

#[test]
fn what_clears_a_protected_thing_is_of_the_bytes_that_were_seen() {
    let held = |after: &[u8]| {
        let mut changed = unit("shop/web/cluster@eu", false);
        changed.protected = vec!["PersistentVolumeClaim/data".to_owned()];
        changed.transition.after = Some(Digest::of(after));
        let head = CommitId::parse(&"a".repeat(40)).unwrap();
        let plan = plan(&head, &change(vec![changed], 10), &BTreeMap::new(), &judgement(Vec::new()));
        plan.holds.iter().map(|hold| hold.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(held(b"recreated").len(), 1);
    assert_eq!(held(b"recreated"), held(b"recreated"));
    assert_ne!(held(b"recreated"), held(b"recreated otherwise"), "another push is held anew");
}
