//! A world in memory: seeded faults, a clock that is moved by hand, and everything that was done written down.

use goldpath::command::{Command, Event, Found, Publish, Run, Words};
use goldpath::diff::{Diff, FileStatus, RequestChange, Size, Transition, UnitChange};
use goldpath::model::{ChangeId, CommitId, Digest, OnDelete, ReleaseId, RepoPath, TargetKind, UnitId};
use goldpath::observe::{Author, Facts, Landing, Outcome, PullRequest, PullState, Review, UnitResult};
use goldpath::plan::{Evaluation, Judgement, Round};
use goldpath::reconcile::Perform;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// A tree of the simulated repository: what each unit renders to.
pub(super) type Tree = BTreeMap<UnitId, Digest>;

/// A world in memory.
pub(super) struct SimWorld {
    state: Mutex<State>,
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

pub(super) fn unit(name: &str) -> UnitId {
    UnitId::parse(&format!("team/{name}/files@fleet")).expect("a unit")
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
            seed: seed | 1,
        };
        Self { state: Mutex::new(state) }
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

    fn fails(&mut self) -> bool {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % 100 < self.faults
    }

    fn tip(&self) -> CommitId {
        self.main.last().expect("there is a first commit").0.clone()
    }

    fn facts(&self, number: u64) -> Facts {
        let Some(pull) = self.pulls.get(&number) else { return Facts::default() };
        let review = |user: &String| Review { user: user.clone(), head: pull.head.clone(), at: self.now };
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
            Landing { base, commit, title: "a change".to_owned(), pull, head, facts: pull.map(|pull| self.facts(pull)).unwrap_or_default() }
        };
        Event::Found(Box::new(Found {
            tip: self.tip(),
            pulls: self.pulls.keys().copied().collect(),
            landings: (first..self.main.len()).map(landing).collect(),
            rewound: false,
            rendered: known.is_none().then(BTreeMap::new),
        }))
    }

    fn look(&self, pull: Option<u64>) -> Event {
        let Some(number) = pull else { return Event::Reviewed(Box::default()) };
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
            merge_wanted_by: pull.merge_by.clone(),
        }))
    }

    fn evaluate(&self, round: &Round) -> Evaluation {
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
            judge: None,
            diff,
            findings: Vec::new(),
            tallies: BTreeMap::new(),
            waived: Vec::new(),
            conflicts: Vec::new(),
            judgement: Judgement::default(),
            platform: Arc::default(),
            settings_readable: true,
        }
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

    fn apply(&mut self, unit: &UnitId, wanted: Option<Digest>) -> Event {
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
        Event::Published { change: publish.change.clone(), commit: commit(9_999) }
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
        depends_on: Vec::new(),
        files: Vec::new(),
        objects: Vec::new(),
        risks: BTreeSet::new(),
        protected: Vec::new(),
        vanished: None,
    }
}

fn request_change(unit: &UnitChange) -> RequestChange {
    let status = match (unit.transition.before, unit.transition.after) {
        (None, _) => FileStatus::Added,
        (_, None) => FileStatus::Removed,
        _ => FileStatus::Changed,
    };
    RequestChange { file: unit.request_file.clone(), status, before: None, after: None, lifetime: None, cost_centre: None }
}

impl Perform for SimWorld {
    async fn perform(&self, command: Command, _: &Run) -> Event {
        self.with(|state| {
            if state.fails() {
                return Event::Failed { message: "the world is out of reach".to_owned(), retry: true };
            }
            // an answer that is lost after the effect: the world did it, and nobody heard of it
            let lost = state.fails();
            let event = match command {
                Command::Observe { known } => state.observe(known.as_ref()),
                Command::Look { pull, .. } => state.look(pull),
                Command::Render { round, .. } => Event::Rendered(Arc::new(state.evaluate(&round))),
                Command::Plan { .. } => unreachable!("there is no Terraform here"),
                Command::Merge { pull, base, head, .. } => state.merge(pull, &base, &head),
                Command::Say { pull, commit, words } => {
                    let subject = pull.map_or_else(|| commit.to_string(), |pull| pull.to_string());
                    let written = state.said.insert(subject, words.as_ref().clone()).as_ref() != Some(&*words);
                    Event::Said { written }
                }
                Command::Apply { apply } => state.apply(&apply.unit, apply.transition.after),
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

    fn now(&self) -> Timestamp {
        self.with(|state| state.now)
    }
}
