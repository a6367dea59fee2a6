//! `goldpath audit log|verify`: Git alone.

use super::{Ended, Output, answer};
use crate::error::Error;
use crate::evidence::{
    self, APPLIED_TRAILER, BASE_TRAILER, CHAIN_TRAILER, CHANGE_TRAILER, Chain, Found, NotesCommit, PublicKey, RenderedCommit, Report,
};
use crate::git::{CommitInfo, NOTES, RENDERED, Repository};
use crate::model::{ChangeId, CommitId, Digest, RepoPath, UnitId};
use crate::report;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Verb {
    /// The record of every applied change, the oldest first
    Log {
        /// The platform repository, a clone with `refs/notes/goldpath` too (default: this folder)
        #[arg(long, value_name = "DIR")]
        repo: Option<PathBuf>,
    },
    /// Check signatures, chain and digests; each gap is a line, and any gap that is an error makes it exit 1
    Verify {
        /// The platform repository (default: this folder)
        #[arg(long, value_name = "DIR")]
        repo: Option<PathBuf>,
        /// The public key of the evidence: `keys/evidence.pub` in the daemon's state folder
        #[arg(long, value_name = "PUB")]
        key: Option<PathBuf>,
    },
}

pub(super) fn run(verb: &Verb, output: Output) -> Result<Ended, Error> {
    match verb {
        Verb::Log { repo } => {
            let entries = evidence::unverified(&open(repo.as_deref())?.notes_all(NOTES)?);
            answer(output, || report::audit_json(&entries, &[]), || report::audit_log(&entries));
            Ok(Ended::Done)
        }
        Verb::Verify { repo, key } => {
            let repository = open(repo.as_deref())?;
            let key = key.as_deref().ok_or_else(|| {
                Error::usage("`--key PUB` is missing: without the public key nothing can be verified")
                    .hint("it is `keys/evidence.pub` in the daemon's state folder; get it from the platform team, not from the repository")
            })?;
            let found = verified(&repository, &public_key(key)?)?;
            answer(output, || report::audit_json(&found.entries, &found.gaps), || report::audit_verify(&found.entries, &found.gaps));
            // nothing was verified where there is nothing: no success for zero work
            Ok(if found.is_sound() && !found.entries.is_empty() { Ended::Done } else { Ended::Findings })
        }
    }
}

fn open(repo: Option<&Path>) -> Result<Repository, Error> {
    let folder = repo.unwrap_or_else(|| Path::new("."));
    let folder = folder.canonicalize().map_err(|error| Error::unreadable(folder, &error))?;
    let repository = Repository::open_above(&folder).map_err(|_| {
        Error::usage(format!("there is no Git repository in {} or above it", folder.display()))
            .hint("name the platform repository, or a clone of it, with `--repo DIR`")
    })?;
    Ok(repository.0)
}

/// Reads a public key.
pub(super) fn public_key(file: &Path) -> Result<PublicKey, Error> {
    let text = std::fs::read_to_string(file).map_err(|error| Error::unreadable(file, &error))?;
    PublicKey::from_pem(&text).map_err(|error| {
        Error::usage(format!("{} is not a public key of goldpath", file.display()))
            .caused_by(&error)
            .hint("it is `keys/evidence.pub` in the daemon's state folder")
    })
}

/// Checks notes, chain and the branch `rendered`.
pub(super) fn verified(repository: &Repository, key: &PublicKey) -> Result<Report, Error> {
    let notes = repository.notes_all(NOTES)?;
    let notes_commits: Vec<NotesCommit> = line(repository, repository.tip(NOTES)?)?
        .into_iter()
        .map(|commit| NotesCommit { chain: commit.trailer(CHAIN_TRAILER).and_then(Chain::parse), id: commit.id })
        .collect();
    let tip = repository.tip(RENDERED)?;
    let rendered: Vec<RenderedCommit> = line(repository, tip.clone())?.into_iter().map(rendered_commit).collect();
    let at_tip = tip.map(|tip| units_at(repository, &tip)).transpose()?.unwrap_or_default();
    let folder = |commit: &CommitId, unit: &UnitId| {
        let folder = RepoPath::parse(&unit.folder()).ok()?;
        let files = repository.folder(commit, &folder).ok().filter(|files| !files.is_empty())?;
        Some(evidence::folder_digest(files.iter().map(|(path, bytes)| (path, &**bytes))))
    };
    let found = Found { notes: &notes, notes_commits: &notes_commits, rendered: &rendered, tip: &at_tip, folder: &folder };
    Ok(evidence::verify_chain(&found, key))
}

/// The commits of one of goldpath's own refs, oldest first.
fn line(repository: &Repository, tip: Option<CommitId>) -> Result<Vec<CommitInfo>, Error> {
    let Some(tip) = tip else { return Ok(Vec::new()) };
    let mut line = repository.first_parents(&tip, None)?.unwrap_or_default();
    line.reverse();
    Ok(line)
}

fn rendered_commit(commit: CommitInfo) -> RenderedCommit {
    let complete = commit.trailer(APPLIED_TRAILER).and_then(|text| text.split_once(" of ")).is_none_or(|(done, of)| done == of);
    RenderedCommit {
        base: commit.trailer(BASE_TRAILER).and_then(CommitId::parse),
        change: commit.trailer(CHANGE_TRAILER).map(ChangeId::typed),
        chain: commit.trailer(CHAIN_TRAILER).and_then(Chain::parse),
        complete,
        id: commit.id,
    }
}

fn units_at(repository: &Repository, commit: &CommitId) -> Result<BTreeMap<UnitId, Digest>, Error> {
    let snapshot = repository.snapshot(commit)?;
    Ok(evidence::folders(snapshot.files().iter().map(|(path, file)| (path, &*file.bytes))))
}
