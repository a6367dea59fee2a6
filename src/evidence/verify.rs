//! Verification with the public key and Git alone.

use super::envelope::{Opened, Verdict};
use super::{Chain, Gap, PublicKey, Statement, UnitOutcome};
use crate::model::{ChangeId, CommitId, Digest, UnitId};
use std::collections::{BTreeMap, BTreeSet};

/// What Git holds.
pub struct Found<'a> {
    /// The notes, line by line, by the commit that they are on.
    pub notes: &'a BTreeMap<CommitId, Vec<String>>,
    /// Commits of the notes' ref that say how long the chain was.
    pub notes_commits: &'a [NotesCommit],
    /// Commits of the branch `rendered`, oldest first.
    pub rendered: &'a [RenderedCommit],
    /// The units at the tip of `rendered`, with the digests of their folders.
    pub tip: &'a BTreeMap<UnitId, Digest>,
    /// The digest of a unit's folder at a commit of `rendered`; nothing when it is not there.
    pub folder: &'a dyn Fn(&CommitId, &UnitId) -> Option<Digest>,
}

/// A commit of the notes' ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotesCommit {
    /// Its id.
    pub id: CommitId,
    /// The chain, as its trailer says.
    pub chain: Option<Chain>,
}

/// A commit of the branch `rendered`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedCommit {
    /// Its id.
    pub id: CommitId,
    /// The commit of the default branch, as its trailer says.
    pub base: Option<CommitId>,
    /// The change, as its trailer says; nothing: goldpath did not make it.
    pub change: Option<ChangeId>,
    /// The chain before it, as its trailer says.
    pub chain: Option<Chain>,
    /// Whether it shows all of its change; evidence is written only then.
    pub complete: bool,
}

/// A statement whose signature is good.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The commit that the note is on.
    pub on: CommitId,
    /// The line of the note, from 1.
    pub line: usize,
    /// The digest of the line.
    pub digest: Digest,
    /// What it states.
    pub statement: Statement,
}

impl Entry {
    /// Its place in the chain.
    pub fn sequence(&self) -> u64 {
        self.statement.predicate.sequence
    }
}

/// What verification found.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Statements with a good signature, by their place in the chain.
    pub entries: Vec<Entry>,
    /// What is wrong; empty: every applied change is proven.
    pub gaps: Vec<Gap>,
    /// The chain as far as it goes; nothing without statements.
    pub chain: Option<Chain>,
}

/// The statements with a good signature, by their place in the chain: for whoever goes on with a chain of its own.
pub fn entries(notes: &BTreeMap<CommitId, Vec<String>>, key: &PublicKey) -> Vec<Entry> {
    Lines::read(notes, key).entries
}

/// The statements as they stand, by their place in the chain, believed without a key: for reading, never for proving.
pub fn unverified(notes: &BTreeMap<CommitId, Vec<String>>) -> Vec<Entry> {
    let lines = notes.iter().flat_map(|(on, note)| note.iter().enumerate().map(move |(at, text)| (on, at + 1, text)));
    let entry = |(on, line, text): (&CommitId, usize, &String)| {
        let statement = Opened::parse(text).ok()?.unverified();
        Some(Entry { on: on.clone(), line, digest: Digest::of(text.as_bytes()), statement })
    };
    let mut entries: Vec<Entry> = lines.filter_map(entry).collect();
    entries.sort_by_key(Entry::sequence);
    entries
}

impl Report {
    /// Whether nothing is wrong; what is only not complete yet is not.
    pub fn is_sound(&self) -> bool {
        !self.gaps.iter().any(Gap::is_error)
    }
}

/// Checks every line, the chain, what commits say of it, and the bytes of the branch `rendered`.
pub fn verify_chain(found: &Found<'_>, key: &PublicKey) -> Report {
    let lines = Lines::read(found.notes, key);
    let mut gaps = lines.gaps.clone();
    lines.order(&mut gaps);
    lines.chain(&mut gaps);
    lines.known_elsewhere(found, &mut gaps);
    lines.published(found, &mut gaps);
    lines.bytes(found, &mut gaps);
    if !gaps.iter().any(|gap| matches!(gap, Gap::Unrecorded { .. } | Gap::Unexplained { .. } | Gap::Pending { .. })) {
        lines.tip(found, &mut gaps);
    }
    gaps.dedup();
    let chain = lines.entries.last().map(|entry| Chain { length: entry.sequence(), head: entry.digest });
    Report { entries: lines.entries, gaps, chain }
}

/// The lines of all notes, taken apart.
struct Lines {
    entries: Vec<Entry>,
    /// Places claimed by lines with a bad signature: whatever was there is not missing but altered.
    claimed: BTreeSet<u64>,
    gaps: Vec<Gap>,
}

impl Lines {
    fn read(notes: &BTreeMap<CommitId, Vec<String>>, key: &PublicKey) -> Self {
        let mut lines = Self { entries: Vec::new(), claimed: BTreeSet::new(), gaps: Vec::new() };
        for (on, note) in notes {
            for (number, text) in note.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                lines.take(on, number + 1, text, key);
            }
        }
        lines.entries.sort_by_key(Entry::sequence);
        lines
    }

    fn take(&mut self, on: &CommitId, line: usize, text: &str, key: &PublicKey) {
        let on = on.clone();
        match Opened::parse(text).map(|opened| opened.verify(key)) {
            Ok(Verdict::Signed(statement)) => {
                self.entries.push(Entry { on, line, digest: Digest::of(text.as_bytes()), statement: *statement });
            }
            Ok(Verdict::Foreign(key)) => self.gaps.push(Gap::ForeignKey { on, line, key }),
            Ok(Verdict::Forged(sequence)) => {
                self.claimed.insert(sequence);
                self.gaps.push(Gap::BadSignature { on, line, sequence });
            }
            Err(why) => self.gaps.push(Gap::Unreadable { on, line, why: why.to_owned() }),
        }
    }

    fn at(&self, sequence: u64) -> Option<&Entry> {
        let at = self.entries.partition_point(|entry| entry.sequence() < sequence);
        self.entries.get(at).filter(|entry| entry.sequence() == sequence)
    }

    /// Each statement stands on its commit, once, and behind the older ones.
    fn order(&self, gaps: &mut Vec<Gap>) {
        let mut last: BTreeMap<&CommitId, usize> = BTreeMap::new();
        let mut reordered = BTreeSet::new();
        for entry in &self.entries {
            if entry.on != entry.statement.predicate.commit {
                let about = entry.statement.predicate.commit.clone();
                gaps.push(Gap::Misplaced { sequence: entry.sequence(), on: entry.on.clone(), about });
            }
            if last.insert(&entry.on, entry.line).is_some_and(|before| before > entry.line) {
                reordered.insert(&entry.on);
            }
        }
        gaps.extend(reordered.into_iter().map(|on| Gap::Reordered { on: on.clone() }));
        for same in self.entries.chunk_by(|one, other| one.sequence() == other.sequence()).filter(|same| same.len() > 1) {
            gaps.push(Gap::Doubled { sequence: same[0].sequence(), times: same.len() });
        }
    }

    /// No place is empty, and each statement names the one before it.
    fn chain(&self, gaps: &mut Vec<Gap>) {
        let mut before: Option<&Entry> = None;
        for entry in &self.entries {
            let sequence = entry.sequence();
            let last = before.map_or(0, Entry::sequence);
            self.holes(last + 1, sequence, gaps);
            // behind a hole nothing can be compared, and the hole is told of already
            if sequence == last + 1 {
                let (says, is) = (entry.statement.predicate.previous, before.map(|before| before.digest));
                if says != is {
                    gaps.push(Gap::Broken { sequence, says, is });
                }
            }
            if sequence != last || before.is_none() {
                before = Some(entry);
            }
        }
    }

    /// The places from `from` to before `to` that no line claims.
    fn holes(&self, from: u64, to: u64, gaps: &mut Vec<Gap>) {
        let mut start = from;
        for claimed in self.claimed.range(from..to.max(from)).copied().chain([to]) {
            if claimed > start {
                gaps.push(Gap::Missing { from: start, to: claimed - 1 });
            }
            start = claimed + 1;
        }
    }

    /// What commits of the notes and of `rendered` know of the chain.
    fn known_elsewhere(&self, found: &Found<'_>, gaps: &mut Vec<Gap>) {
        let length = self.entries.last().map_or(0, Entry::sequence).max(self.claimed.last().copied().unwrap_or(0));
        let notes = found.notes_commits.iter().filter_map(|commit| Some((commit.chain?, &commit.id)));
        let rendered = found.rendered.iter().filter_map(|commit| Some((commit.chain?, &commit.id)));
        let known: BTreeMap<Chain, &CommitId> = notes.chain(rendered).collect();
        for (chain, says) in &known {
            if self.at(chain.length).is_some_and(|entry| entry.digest != chain.head) {
                gaps.push(Gap::Replaced { sequence: chain.length, says: (*says).clone() });
            }
        }
        if let Some((longest, says)) = known.last_key_value().filter(|(longest, _)| longest.length > length) {
            gaps.push(Gap::Cut { length, was: longest.length, says: (*says).clone() });
        }
    }

    /// Each commit of `rendered` belongs to a statement, and each statement's commit is on the branch.
    fn published(&self, found: &Found<'_>, gaps: &mut Vec<Gap>) {
        let place: BTreeMap<&CommitId, usize> = found.rendered.iter().enumerate().map(|(at, commit)| (&commit.id, at)).collect();
        let mut stated: BTreeMap<&ChangeId, usize> = BTreeMap::new();
        for entry in &self.entries {
            let predicate = &entry.statement.predicate;
            let Some(rendered) = &predicate.rendered else { continue };
            match place.get(rendered) {
                Some(at) => {
                    let last = stated.entry(&predicate.change).or_insert(*at);
                    *last = (*last).max(*at);
                }
                None => gaps.push(Gap::Unpublished { sequence: entry.sequence(), rendered: rendered.clone() }),
            }
        }
        for (at, commit) in found.rendered.iter().enumerate() {
            let rendered = commit.id.clone();
            match &commit.change {
                None => gaps.push(Gap::Unexplained { rendered }),
                // a statement covers the commits of its change up to the one that it names
                Some(change) => match stated.get(change) {
                    Some(last) if *last >= at => {}
                    None if !commit.complete => gaps.push(Gap::Pending { rendered, change: change.clone() }),
                    last => gaps.push(Gap::Unrecorded { rendered, change: change.clone(), newer: last.is_some() }),
                },
            }
        }
    }

    /// The folders of `rendered` are what was stated when it was stated.
    fn bytes(&self, found: &Found<'_>, gaps: &mut Vec<Gap>) {
        for entry in &self.entries {
            let predicate = &entry.statement.predicate;
            let on_branch = predicate.rendered.as_ref().filter(|rendered| found.rendered.iter().any(|commit| commit.id == **rendered));
            let Some(rendered) = on_branch else { continue };
            for unit in predicate.units.iter().filter(|unit| unit.outcome == UnitOutcome::Applied) {
                let is = (found.folder)(rendered, &unit.unit);
                if is != unit.after {
                    let (unit, stated) = (unit.unit.clone(), unit.after);
                    gaps.push(Gap::OtherBytes { sequence: entry.sequence(), unit, stated, is, rendered: rendered.clone() });
                }
            }
        }
    }

    /// The tip of `rendered` holds what was stated last of each unit, and nothing else.
    fn tip(&self, found: &Found<'_>, gaps: &mut Vec<Gap>) {
        let Some(tip) = found.rendered.last() else { return };
        let mut stated: BTreeMap<&UnitId, (u64, Option<Digest>)> = BTreeMap::new();
        for entry in &self.entries {
            for unit in entry.statement.predicate.units.iter().filter(|unit| unit.outcome == UnitOutcome::Applied) {
                stated.insert(&unit.unit, (entry.sequence(), unit.after));
            }
        }
        for (unit, (sequence, digest)) in &stated {
            let is = found.tip.get(*unit).copied();
            let gap = Gap::OtherBytes { sequence: *sequence, unit: (*unit).clone(), stated: *digest, is, rendered: tip.id.clone() };
            if is != *digest && !gaps.contains(&gap) {
                gaps.push(gap);
            }
        }
        let unknown = found.tip.keys().filter(|unit| !stated.contains_key(unit));
        gaps.extend(unknown.map(|unit| Gap::Unstated { unit: unit.clone(), rendered: tip.id.clone() }));
    }
}
