//! A chain of five statements, and what is noticed when somebody touches it.

mod form;
mod tampering;

use super::*;
use crate::model::{ChangeId, CommitId, Digest, ExceptionId, PolicyId, ReleaseId, UnitId};
use ed25519_dalek::{Signer, SigningKey};
use jiff::Timestamp;
use std::collections::BTreeMap;

struct Key(SigningKey);

impl Key {
    fn of(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }

    fn public(&self) -> PublicKey {
        PublicKey::from_bytes(self.0.verifying_key().as_bytes()).expect("a good key")
    }

    fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(bytes).to_bytes())
    }
}

fn commit(n: u64) -> CommitId {
    CommitId::parse(&format!("{n:07x}{n:033x}")).expect("a commit")
}

/// A commit of the branch `rendered`.
fn rendered(n: u64) -> CommitId {
    CommitId::parse(&format!("e{n:06x}{n:033x}")).expect("a commit")
}

fn unit(name: &str) -> UnitId {
    UnitId::parse(&format!("payments/{name}/cluster@staging")).expect("a unit")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).expect("a time")
}

fn record(name: &str, before: Option<Digest>, after: Option<Digest>) -> UnitRecord {
    UnitRecord {
        unit: unit(name),
        release: "environment@1.1.0".to_owned(),
        before,
        after,
        reviewed: None,
        plan: Some(Digest::of(b"plan")),
        outcome: UnitOutcome::Applied,
        objects: [("namespace.yaml".to_owned(), "created".to_owned())].into(),
        at: Some(at(50)),
    }
}

/// What is known of the change that landed as commit `n`, with its number.
fn input(n: u64, units: Vec<UnitRecord>) -> Input {
    Input {
        change: ChangeId::pull(n),
        base: Some(commit(n - 1)),
        commit: commit(n),
        rendered: Some(rendered(n)),
        requests: units.iter().map(|unit| unit.unit.request.clone()).collect(),
        releases: [(ReleaseId::parse("environment@1.1.0").expect("a release"), Digest::of(b"release"))].into(),
        policies: Policies { passed: 9, warnings: 1, failed: 0, waived: 1 },
        exceptions: vec![ExceptionUse {
            exception: ExceptionId::parse("old-image").expect("a name"),
            policy: PolicyId::parse("image-registry").expect("a name"),
            unit: unit("a"),
            expires: "2026-03-01".to_owned(),
        }],
        approvals: vec![crate::observe::Review { user: "bob".to_owned(), head: commit(100 + n), effect: None, at: at(10) }],
        clearances: Vec::new(),
        pull: Some(Pull { number: n, branch: format!("topic-{n}"), authors: ["alice".to_owned()].into() }),
        units,
        accepted_at: at(20),
        applied_at: at(50),
    }
}

/// All that Git holds.
#[derive(Clone)]
struct World {
    notes: BTreeMap<CommitId, Vec<String>>,
    notes_commits: Vec<NotesCommit>,
    rendered: Vec<RenderedCommit>,
    folders: BTreeMap<CommitId, BTreeMap<UnitId, Digest>>,
    chain: Option<Chain>,
}

impl World {
    /// Five changes: `a` made, `b` made, `a` changed, `b` taken away, and one that changes no bytes.
    fn five() -> Self {
        let key = Key::of(1);
        let (one, two) = (Some(Digest::of(b"1")), Some(Digest::of(b"2")));
        let changes = [("a", None, one), ("b", None, one), ("a", one, two), ("b", one, None)];
        let mut world =
            Self { notes: BTreeMap::new(), notes_commits: Vec::new(), rendered: Vec::new(), folders: BTreeMap::new(), chain: None };
        let mut tree: BTreeMap<UnitId, Digest> = BTreeMap::new();
        for (n, (name, before, after)) in (1..).zip(changes) {
            match after {
                Some(digest) => drop(tree.insert(unit(name), digest)),
                None => drop(tree.remove(&unit(name))),
            }
            world.publish(n, &tree);
            world.record(input(n, vec![record(name, before, after)]), &key);
        }
        world.record(Input { rendered: None, ..input(5, Vec::new()) }, &key);
        world
    }

    fn publish(&mut self, n: u64, tree: &BTreeMap<UnitId, Digest>) {
        let made =
            RenderedCommit { id: rendered(n), base: Some(commit(n)), change: Some(ChangeId::pull(n)), chain: self.chain, complete: true };
        self.rendered.push(made);
        self.folders.insert(rendered(n), tree.clone());
    }

    fn record(&mut self, input: Input, key: &Key) {
        let on = input.commit.clone();
        let line = envelope(&statement(input, self.chain.as_ref()), &key.public(), |bytes| key.sign(bytes));
        self.chain = Some(Chain::with(self.chain.as_ref(), &line));
        self.notes_commits.push(NotesCommit { id: commit(0x0a00_0000 + self.notes_commits.len() as u64), chain: self.chain });
        self.notes.entry(on).or_default().push(line);
    }

    fn report(&self) -> Report {
        let empty = BTreeMap::new();
        let tip = self.rendered.last().and_then(|commit| self.folders.get(&commit.id)).unwrap_or(&empty);
        let folder = |commit: &CommitId, unit: &UnitId| self.folders.get(commit)?.get(unit).copied();
        let found = Found { notes: &self.notes, notes_commits: &self.notes_commits, rendered: &self.rendered, tip, folder: &folder };
        verify_chain(&found, &Key::of(1).public())
    }

    fn gaps(&self) -> String {
        self.report().gaps.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    fn line(&mut self, n: u64) -> &mut String {
        &mut self.notes.get_mut(&commit(n)).expect("a note")[0]
    }
}
