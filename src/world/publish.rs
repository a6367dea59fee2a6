//! The branch `rendered`: each unit as it was applied.

use super::Outside;
use super::looks::{RENDERED, own};
use crate::command::{Event, Publish};
use crate::error::Error;
use crate::evidence::{APPLIED_TRAILER, BASE_TRAILER, CHAIN_TRAILER, CHANGE_TRAILER, SINCE_TRAILER};
use crate::git::{CommitInfo, Edit, Update};
use crate::model::{CommitId, Digest, RepoPath, UnitId};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

/// Files of a unit with their bytes.
pub(super) type Files = BTreeMap<RepoPath, Arc<[u8]>>;

impl Outside {
    /// Puts units on the branch `rendered`; when it shows them already because of this change, nothing is written.
    pub(super) fn publish(&self, publish: &Publish) -> Result<Event, Error> {
        let _one_at_a_time = self.own_refs.lock().unwrap_or_else(PoisonError::into_inner);
        let tip = self.git.branch(RENDERED)?;
        let published = |commit: CommitId| Event::Published { change: publish.change.clone(), commit, units: publish.units.clone() };
        let edits = self.edits(publish)?;
        if let Some(tip) = &tip
            && let Some(shown) = self.shown(tip, publish, &edits)?
        {
            return Ok(published(shown));
        }
        let message = self.message(publish)?;
        let commit = self.git.commit_tree_update(tip.as_ref(), &edits, &message, &own(), Timestamp::now())?;
        self.git.push(&[Update::branch(RENDERED, tip, Some(commit.clone()))])?;
        Ok(published(commit))
    }

    /// The commit that said all of it, when it is there and the units are as they are asked for. With an empty memory a change is
    /// published again that others followed.
    fn shown(&self, tip: &CommitId, publish: &Publish, edits: &[Edit]) -> Result<Option<CommitId>, Error> {
        for edit in edits {
            let Edit::Folder { folder, files } = edit else { return Ok(None) };
            if self.git.folder(tip, folder)? != *files {
                return Ok(None);
            }
        }
        let line = self.git.first_parents(tip, None)?.unwrap_or_default();
        Ok(line.into_iter().find(|commit| says(commit, publish)).map(|commit| commit.id))
    }

    fn message(&self, publish: &Publish) -> Result<String, Error> {
        let chain = self.chain()?.map(|chain| format!("{CHAIN_TRAILER}: {chain}\n")).unwrap_or_default();
        let since = publish.since.as_ref().map(|since| format!("{SINCE_TRAILER}: {since}\n")).unwrap_or_default();
        let (change, base, applied) = (&publish.change, &publish.base, applied(publish));
        let short = base.short();
        Ok(format!(
            "Apply {change} at {short}\n\n{BASE_TRAILER}: {base}\n{CHANGE_TRAILER}: {change}\n{APPLIED_TRAILER}: {applied}\n{since}{chain}"
        ))
    }

    /// Each unit's folder with its accepted files, or gone.
    fn edits(&self, publish: &Publish) -> Result<Vec<Edit>, Error> {
        let tree = self.trusted(&publish.base)?;
        let files = |unit: &UnitId, digest: Option<Digest>| -> Result<Files, Error> {
            let Some(wanted) = digest else { return Ok(BTreeMap::new()) };
            let rendered = tree.rendered.units.get(unit).filter(|rendered| rendered.digest == wanted);
            let rendered = rendered.ok_or_else(|| Error::bug(format!("`{unit}` does not render to the bytes that were applied")))?;
            Ok(rendered.files.iter().map(|(path, file)| (path.clone(), file.bytes.clone())).collect())
        };
        publish.units.iter().map(|(unit, digest)| Ok(Edit::Folder { folder: folder(unit), files: files(unit, *digest)? })).collect()
    }

    /// A unit's files as the branch `rendered` has them; nothing when it is not there.
    pub(super) fn as_applied(&self, unit: &UnitId) -> Result<Option<Files>, Error> {
        let Some(tip) = self.git.branch(RENDERED)? else { return Ok(None) };
        let files = self.git.folder(&tip, &folder(unit))?;
        Ok((!files.is_empty()).then_some(files))
    }
}

/// Whether a commit is the one that a publishing makes.
fn says(commit: &CommitInfo, publish: &Publish) -> bool {
    let same = |name: &str, value: &str| commit.trailer(name) == Some(value);
    same(BASE_TRAILER, publish.base.as_str()) && same(CHANGE_TRAILER, publish.change.as_str()) && same(APPLIED_TRAILER, &applied(publish))
}

fn folder(unit: &UnitId) -> RepoPath {
    RepoPath::parse(&unit.folder()).expect("names with slashes between them are a path")
}

fn applied(publish: &Publish) -> String {
    format!("{} of {}", publish.applied, publish.of)
}
