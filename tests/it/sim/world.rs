//! A world in memory: seeded faults, a clock that is moved by hand, and everything that was done written down.

use goldpath::command::{Apply, Command, Event, Found, Publish, Run, Words};
use goldpath::diff::{Diff, FileStatus, RequestChange, Size, Transition, UnitChange};
use goldpath::model::{
    ApprovalRule, Approver, ChangeId, CommitId, DeleteBudget, Digest, Json, OnDelete, ReleaseId, RepoPath, Settings, Span, TargetKind,
    TeamName, UnitId, day,
};
use goldpath::observe::{Author, Effect, Facts, Landing, Outcome, PullRequest, PullState, Review, UnitResult, Wish};
use goldpath::plan::{Evaluation, Judgement, Round, plan};
use goldpath::reconcile::Perform;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// A tree of the simulated repository: what each unit renders to.
pub(super) type Tree = BTreeMap<UnitId, Digest>;

/// A world in memory.
pub(super) struct SimWorld {
    state: Mutex<State>,
    halted: Notify,
    go_on: Notify,
}

/// Where the world stands still, as it does for a process that is killed or suspended there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Halt {
    /// Before this command is done; they are counted from 0.
    Before(usize),
    /// After it was done, before it is answered.
    After(usize),
}

/// Everything that is outside.
pub(super) struct State {
    pub(super) now: Timestamp,
    /// Trees by commit.
    pub(super) trees: BTreeMap<CommitId, Tree>,
    /// The default branch, oldest first, with the pull request that each commit merges.
    pub(super) main: Vec<(CommitId, Option<u64>)>,
    /// Open pull requests.
    pub(super) pulls: BTreeMap<u64, Pull>,
    /// What the targets hold.
    pub(super) targets: Tree,
    /// What the branch `rendered` shows.
    pub(super) rendered: Tree,
    /// Changes whose evidence is written, in order.
    pub(super) notes: Vec<ChangeId>,
    /// Every apply that changed a target, in order.
    pub(super) writes: Vec<(UnitId, Option<Digest>)>,
    /// The newest words of each change, by pull request or commit.
    pub(super) said: BTreeMap<String, Words>,
    /// How many of the next commands that write fail, in percent.
    pub(super) faults: u64,
    /// Whether every change needs an approval.
    pub(super) guarded: bool,
    /// Approvals of commits on the default branch.
    pub(super) approved: BTreeMap<CommitId, Vec<String>>,
    /// How many commands there were.
    pub(super) commands: usize,
    /// Where it stands still next.
    pub(super) halt: Option<Halt>,
    /// What must never happen, and did.
    pub(super) wrong: Vec<String>,
    /// Moves that were told to a target, and per unit the place of the newest.
    told: BTreeSet<(ChangeId, UnitId)>,
    newest: BTreeMap<UnitId, u64>,
    seed: u64,
}

/// A pull request of the simulated forge.
#[derive(Clone)]
pub(super) struct Pull {
    pub(super) head: CommitId,
    pub(super) author: String,
    pub(super) reviews: Vec<String>,
    pub(super) merge_by: Option<String>,
}

pub(super) fn commit(number: u64) -> CommitId {
    CommitId::parse(&format!("{number:040x}")).expect("40 digits")
}

/// A unit; `edge-…` is at another target, and waits for the one without the word.
pub(super) fn unit(name: &str) -> UnitId {
    let target = if name.starts_with("edge-") { "edge" } else { "fleet" };
    UnitId::parse(&format!("team/{name}/files@{target}")).expect("a unit")
}

fn depends_on(id: &UnitId) -> Option<UnitId> {
    id.request.name.as_str().strip_prefix("edge-").map(unit)
}

pub(super) fn tree(units: &[(&str, &str)]) -> Tree {
    units.iter().map(|(name, text)| (unit(name), Digest::of(text.as_bytes()))).collect()
}

impl SimWorld {
    pub(super) fn new(seed: u64, base: Tree) -> Self {
        let state = State {
            now: Timestamp::from_second(1_700_000_000).expect("a time"),
            trees: BTreeMap::from([(commit(0), base)]),
            main: vec![(commit(0), None)],
            pulls: BTreeMap::new(),
            targets: Tree::new(),
            rendered: Tree::new(),
            notes: Vec::new(),
            writes: Vec::new(),
            said: BTreeMap::new(),
            faults: 0,
            guarded: false,
            approved: BTreeMap::new(),
            commands: 0,
            halt: None,
            wrong: Vec::new(),
            told: BTreeSet::new(),
            newest: BTreeMap::new(),
            seed: seed | 1,
        };
        Self { state: Mutex::new(state), halted: Notify::new(), go_on: Notify::new() }
    }

    /// Waits until somebody asked where it stands still.
    pub(super) async fn halted(&self) {
        self.halted.notified().await;
    }

    /// Lets whoever waits have its answer.
    pub(super) fn go_on(&self) {
        self.go_on.notify_one();
    }

    async fn halt(&self) {
        self.halted.notify_one();
        self.go_on.notified().await;
    }

    pub(super) fn with<T>(&self, use_it: impl FnOnce(&mut State) -> T) -> T {
        use_it(&mut self.state.lock().expect("no test panics while it holds this"))
    }
}

impl State {
    pub(super) fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// A branch with this tree is pushed.
    pub(super) fn propose(&mut self, number: u64, head: u64, author: &str, tree: Tree) {
        self.trees.insert(commit(head), tree);
        let pull = Pull { head: commit(head), author: author.to_owned(), reviews: Vec::new(), merge_by: None };
        self.pulls.insert(number, pull);
    }

    pub(super) fn review(&mut self, number: u64, user: &str) {
        self.pulls.get_mut(&number).expect("it was proposed").reviews.push(user.to_owned());
    }

    pub(super) fn want_merge(&mut self, number: u64, user: &str) {
        self.pulls.get_mut(&number).expect("it was proposed").merge_by = Some(user.to_owned());
    }

    /// Somebody pushes a tree to the default branch.
    pub(super) fn push(&mut self, tree: Tree) -> CommitId {
        let id = commit(2_000 + self.main.len() as u64);
        self.trees.insert(id.clone(), tree);
        self.main.push((id.clone(), None));
        id
    }

    /// The next command is counted; whether the world stands still before or after it.
    fn count(&mut self) -> (bool, bool) {
        let at = self.commands;
        self.commands += 1;
        let halt = self.halt.take_if(|halt| matches!(halt, Halt::Before(n) | Halt::After(n) if *n == at));
        (matches!(halt, Some(Halt::Before(_))), matches!(halt, Some(Halt::After(_))))
    }

    fn fails(&mut self) -> bool {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % 100 < self.faults
    }

    fn tip(&self) -> CommitId {
        self.main.last().expect("there is a first commit").0.clone()
    }

    /// What a pull request comes to now, or came to when it was merged: its people look again whenever that is another.
    fn effect(&self, number: u64) -> Option<Effect> {
        let merged = self.main.iter().position(|(_, merges)| *merges == Some(number));
        let base = self.main[merged.map_or(self.main.len() - 1, |at| at - 1)].0.clone();
        self.effect_of(base, &self.pulls[&number].head)
    }

    fn effect_of(&self, base: CommitId, head: &CommitId) -> Option<Effect> {
        let evaluation = self.evaluate(&Round { base: Some(base), head: head.clone(), preview: true }, None);
        plan(head, &evaluation.diff, &BTreeMap::new(), &evaluation.judgement).effect
    }

    fn facts(&self, number: u64) -> Facts {
        let Some(pull) = self.pulls.get(&number) else { return Facts::default() };
        let effect = self.effect(number);
        let review = |user: &String| Review { user: user.clone(), head: pull.head.clone(), effect, at: self.now };
        Facts {
            authors: BTreeSet::from([Author::User(pull.author.clone())]),
            reviews: pull.reviews.iter().map(review).collect(),
            clearances: Vec::new(),
        }
    }

    fn observe(&self, known: Option<&CommitId>) -> Event {
        let from = known.map(|known| self.main.iter().position(|(id, _)| id == known).expect("main only grows"));
        let first = from.map_or(0, |from| from + 1);
        let landing = |at: usize| {
            let (commit, pull) = self.main[at].clone();
            let base = (from.is_some() || at > 0).then(|| self.main[at - 1].0.clone());
            let head = pull.map(|pull| self.pulls[&pull].head.clone());
            let facts = pull.map_or_else(|| self.facts_of_push(&commit), |pull| self.facts(pull));
            Landing { base, commit, title: "a change".to_owned(), pull, head, facts, merges: None, order: 0 }
        };
        Event::Found(Box::new(Found {
            tip: self.tip(),
            pulls: self.pulls.keys().copied().collect(),
            landings: (first..self.main.len()).map(landing).collect(),
            rewound: false,
            rendered: known.is_none().then(BTreeMap::new),
            last: BTreeMap::new(),
        }))
    }

    fn facts_of_push(&self, commit: &CommitId) -> Facts {
        let users = self.approved.get(commit).into_iter().flatten();
        let at = self.main.iter().position(|(id, _)| id == commit).filter(|at| *at > 0);
        let effect = at.and_then(|at| self.effect_of(self.main[at - 1].0.clone(), commit));
        let reviews = users.map(|user| Review { user: user.clone(), head: commit.clone(), effect, at: self.now }).collect();
        Facts { authors: BTreeSet::from([Author::User("alice".to_owned())]), reviews, clearances: Vec::new() }
    }

    fn look(&self, pull: Option<u64>, landed: Option<&CommitId>) -> Event {
        let Some(number) = pull else {
            return Event::Reviewed(Box::new(landed.map(|commit| self.facts_of_push(commit)).unwrap_or_default()));
        };
        let pull = &self.pulls[&number];
        let merged = self.main.iter().find(|(_, merges)| *merges == Some(number));
        Event::Observed(Box::new(PullRequest {
            number,
            branch: format!("branch-{number}"),
            title: "a change".to_owned(),
            base: self.tip(),
            head: pull.head.clone(),
            state: merged.map_or(PullState::Open, |(commit, _)| PullState::Merged { commit: commit.clone() }),
            facts: self.facts(number),
            merge_wanted: pull.merge_by.as_ref().map(|by| Wish { by: by.clone(), effect: self.effect(number) }),
        }))
    }

    fn evaluate(&self, round: &Round, judge: Option<&CommitId>) -> Evaluation {
        let empty = Tree::new();
        let base = round.base.as_ref().map_or(&empty, |base| &self.trees[base]);
        let head = &self.trees[&round.head];
        let ids: BTreeSet<&UnitId> = base.keys().chain(head.keys()).collect();
        let units: Vec<UnitChange> = ids.into_iter().filter(|id| base.get(*id) != head.get(*id)).map(|id| moved(id, base, head)).collect();
        let requests = units.iter().map(|unit| (unit.id.request.clone(), request_change(unit))).collect();
        let size = |tree: &Tree| Size { units: tree.len(), requests: tree.len() };
        let diff = Diff { requests, units, base_size: size(base), head_size: size(head), ..Diff::default() };
        Evaluation {
            round: round.clone(),
            judge: judge.cloned(),
            rules: None,
            day: Some(day(self.now)),
            diff,
            findings: Vec::new(),
            tallies: BTreeMap::new(),
            waived: Vec::new(),
            conflicts: Vec::new(),
            judgement: self.judgement(),
            platform: Arc::default(),
            settings_readable: true,
            took: None,
        }
    }

    fn judgement(&self) -> Judgement {
        let reviewers = TeamName::parse("reviewers").expect("a name");
        let rule = ApprovalRule {
            files: Vec::new(),
            targets: BTreeMap::new(),
            risk: BTreeSet::new(),
            from: vec![Approver::Team(reviewers.clone())],
            count: 1,
            span: Span { line: 1, column: 1, end_line: 1, end_column: 1 },
        };
        let approvals = if self.guarded { vec![rule] } else { Vec::new() };
        let settings = Settings { name: "sim".to_owned(), values: Json::default(), approvals, deletes: DeleteBudget::default() };
        let members = BTreeMap::from([(reviewers, BTreeSet::from(["bob".to_owned()]))]);
        Judgement { settings: Some(settings), members, owners: BTreeSet::new() }
    }

    fn merge(&mut self, number: u64, base: &CommitId, head: &CommitId) -> Event {
        if self.tip() != *base || self.pulls[&number].head != *head {
            return Event::NotMerged;
        }
        let id = commit(1_000 + self.main.len() as u64);
        self.trees.insert(id.clone(), self.trees[head].clone());
        self.main.push((id.clone(), Some(number)));
        Event::Merged { commit: id }
    }

    /// Applies a move, and writes down what must never happen.
    fn apply(&mut self, apply: &Apply) -> Event {
        let (unit, wanted) = (&apply.unit, apply.transition.after);
        let first = self.told.insert((apply.change.clone(), unit.clone()));
        if !first && !apply.again {
            self.wrong.push(format!("{} told {unit} twice as if for the first time", apply.change));
        }
        let newest = self.newest.entry(unit.clone()).or_default();
        if *newest > apply.order {
            self.wrong.push(format!("{} was applied to {unit} over what landed after it", apply.change));
        }
        *newest = apply.order.max(*newest);
        if wanted.is_some() && depends_on(unit).is_some_and(|other| !self.targets.contains_key(&other)) {
            self.wrong.push(format!("{unit} did not wait for what it depends on"));
        }
        if self.targets.get(unit).copied() != wanted {
            self.writes.push((unit.clone(), wanted));
        }
        match wanted {
            Some(digest) => self.targets.insert(unit.clone(), digest),
            None => self.targets.remove(unit),
        };
        Event::Applied { unit: unit.clone(), outcome: Outcome::Applied(UnitResult::default()) }
    }

    fn publish(&mut self, publish: &Publish) -> Event {
        for (unit, digest) in &publish.units {
            match digest {
                Some(digest) => self.rendered.insert(unit.clone(), *digest),
                None => self.rendered.remove(unit),
            };
        }
        Event::Published { change: publish.change.clone(), commit: commit(9_999), units: publish.units.clone() }
    }
}

fn moved(id: &UnitId, base: &Tree, head: &Tree) -> UnitChange {
    UnitChange {
        id: id.clone(),
        request_file: RepoPath::parse(&format!("requests/{}/{}.yaml", id.request.team, id.request.name)).expect("a path"),
        release: ReleaseId::parse("files@1.0.0").expect("a release"),
        target_kind: TargetKind::Directory,
        target_labels: BTreeMap::new(),
        transition: Transition { before: base.get(id).copied(), after: head.get(id).copied() },
        on_delete: OnDelete::Delete,
        depends_on: depends_on(id).into_iter().collect(),
        files: Vec::new(),
        objects: Vec::new(),
        risks: BTreeSet::new(),
        protected: Vec::new(),
        widened: Vec::new(),
        vanished: None,
    }
}

fn request_change(unit: &UnitChange) -> RequestChange {
    let status = match (unit.transition.before, unit.transition.after) {
        (None, _) => FileStatus::Added,
        (_, None) => FileStatus::Removed,
        _ => FileStatus::Changed,
    };
    RequestChange {
        file: unit.request_file.clone(),
        status,
        before: None,
        after: None,
        pinned: false,
        lifetime: None,
        expires: None,
        expires_before: None,
        cost_centre: None,
    }
}

impl Perform for SimWorld {
    async fn perform(&self, command: Command, _: &Run) -> Event {
        let (before, after) = self.with(State::count);
        if before {
            self.halt().await;
        }
        let event = self.answer(command);
        if after {
            self.halt().await;
        }
        event
    }

    fn now(&self) -> Timestamp {
        self.with(|state| state.now)
    }
}

impl SimWorld {
    fn answer(&self, command: Command) -> Event {
        self.with(|state| {
            if state.fails() {
                return Event::Failed { message: "the world is out of reach".to_owned(), retry: true };
            }
            // an answer that is lost after the effect: the world did it, and nobody heard of it
            let lost = state.fails();
            let event = match command {
                Command::Observe { known } => state.observe(known.as_ref()),
                Command::Look { pull, landed } => state.look(pull, landed.as_ref()),
                Command::Render { round, judge } => Event::Rendered(Arc::new(state.evaluate(&round, judge.as_ref()))),
                // half of the judges judge by other rules
                Command::Judge { round, judge, .. } if judge.as_str() < "8" => {
                    Event::Rendered(Arc::new(state.evaluate(&round, Some(&judge))))
                }
                Command::Judge { round, judge, rules } => Event::JudgedAlike { round, judge, rules, day: Some(day(state.now)) },
                Command::Plan { .. } => unreachable!("there is no Terraform here"),
                Command::Merge { pull, base, head, .. } => state.merge(pull, &base, &head),
                Command::Say { pull, commit, words } => {
                    let subject = pull.map_or_else(|| commit.to_string(), |pull| pull.to_string());
                    let written = state.said.insert(subject, words.as_ref().clone()).as_ref() != Some(&*words);
                    Event::Said { written }
                }
                Command::Apply { apply } => state.apply(&apply),
                Command::Publish { publish } => state.publish(&publish),
                Command::Record { record } => {
                    if !state.notes.contains(&record.change) {
                        state.notes.push(record.change.clone());
                    }
                    Event::Recorded { change: record.change }
                }
            };
            if lost { Event::Failed { message: "the answer was lost".to_owned(), retry: true } } else { event }
        })
    }
}
