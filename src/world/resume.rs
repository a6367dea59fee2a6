//! What an empty memory learns from Git: from where on the default branch is gone over again, and what of that `rendered` shows already.

use super::Outside;
use crate::error::Error;
use crate::evidence::{self, BASE_TRAILER, SINCE_TRAILER};
use crate::git::{CommitInfo, NOTES};
use crate::model::{CommitId, Digest, UnitId};
use crate::observe::Landing;
use std::collections::{BTreeMap, BTreeSet};

/// Landings, nothing when the default branch was rewound, and per unit the one that put it on `rendered` or took it from there.
type Resumed = (Option<Vec<Landing>>, BTreeMap<UnitId, CommitId>);

impl Outside {
    /// What landed since everything was recorded, as the newest commit of `rendered` says it, without what was recorded after that.
    pub(super) fn resume(&self, rendered: &CommitId, tip: &CommitId) -> Result<Resumed, Error> {
        let shown = self.git.first_parents(rendered, None)?.unwrap_or_default();
        let since = shown.first().and_then(|commit| commit.trailer(SINCE_TRAILER)).and_then(CommitId::parse);
        let landings = match &since {
            Some(since) => self.landings(Some(since), tip)?,
            None => self.landings_of_all(&shown, tip)?,
        };
        let Some(landings) = landings else { return Ok((None, BTreeMap::new())) };
        let notes = evidence::entries(&self.git.notes_all(NOTES)?, self.signer.public());
        let recorded: BTreeSet<&CommitId> = notes.iter().map(|entry| &entry.on).collect();
        let open = landings.into_iter().skip_while(|landing| recorded.contains(&landing.commit));
        let open = open.map(|landing| self.with_its_head(landing)).collect::<Result<Vec<Landing>, Error>>()?;
        let last = self.shown_since(&shown, &open)?;
        Ok((Some(open), last))
    }

    /// The same when not even the first start was recorded: it is where the oldest commit of `rendered` was rendered from.
    fn landings_of_all(&self, shown: &[CommitInfo], tip: &CommitId) -> Result<Option<Vec<Landing>>, Error> {
        let Some(first) = shown.iter().rev().find_map(base_of) else { return self.landings(None, tip) };
        let Some(later) = self.landings(Some(&first), tip)? else { return Ok(None) };
        let start = self.landing(None, &[self.git.commit_info(&first)?], None)?;
        Ok(Some([vec![start], later].concat()))
    }

    /// A landing with the head that it merges, when what landed is exactly what that merge gives: its approvals are known, and what was
    /// shown with them is not any more.
    fn with_its_head(&self, landing: Landing) -> Result<Landing, Error> {
        let (Some(head), Some(base)) = (&landing.head, &landing.base) else { return Ok(landing) };
        let same = self.gives(base, head, &self.git.commit_info(&landing.commit)?)?;
        Ok(Landing { merges: same.then(|| head.clone()), ..landing })
    }

    /// Units that changed on `rendered` because of one of these landings, with the newest that did it.
    fn shown_since(&self, shown: &[CommitInfo], landings: &[Landing]) -> Result<BTreeMap<UnitId, CommitId>, Error> {
        let of = |commit: &CommitInfo| base_of(commit).filter(|base| landings.iter().any(|landing| landing.commit == *base));
        let Some(oldest) = shown.iter().rposition(|commit| of(commit).is_some()) else { return Ok(BTreeMap::new()) };
        let mut last = BTreeMap::new();
        let mut after = self.digests(Some(&shown[0]))?;
        for (at, commit) in shown[..=oldest].iter().enumerate() {
            let before = self.digests(shown.get(at + 1))?;
            let units: BTreeSet<&UnitId> = before.keys().chain(after.keys()).collect();
            for unit in units.into_iter().filter(|unit| before.get(*unit) != after.get(*unit)) {
                // what landed before all of these counts as well: the newest commit is the one that says what stands there
                last.entry(unit.clone()).or_insert_with(|| of(commit));
            }
            after = before;
        }
        Ok(last.into_iter().filter_map(|(unit, base)| Some((unit, base?))).collect())
    }

    fn digests(&self, commit: Option<&CommitInfo>) -> Result<BTreeMap<UnitId, Digest>, Error> {
        let Some(commit) = commit else { return Ok(BTreeMap::new()) };
        let snapshot = self.git.snapshot(&commit.id)?;
        Ok(evidence::folders(snapshot.files().iter().map(|(path, file)| (path, &*file.bytes))))
    }
}

fn base_of(commit: &CommitInfo) -> Option<CommitId> {
    commit.trailer(BASE_TRAILER).and_then(CommitId::parse)
}
