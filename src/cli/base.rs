//! What a tree is compared with: where it left the default branch.

use crate::error::Error;
use crate::git::{self, Repository};
use crate::model::CommitId;

/// Where the default branch is looked for, in this order: what the remote says, then what it is called nearly everywhere.
const NAMES: [&str; 5] =
    ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"];

/// What a tree is compared with.
pub(super) enum Base {
    /// This commit.
    Commit(CommitId),
    /// There is no commit yet, so everything is new.
    Nothing,
    /// There is something, and it is not here.
    Unknown(Unknown),
}

/// Why it is not known what to compare with.
pub(super) enum Unknown {
    /// No branch is known to be the default one; `copy`: of a remote, which has one.
    Branch { copy: bool },
    /// What is checked out and this branch have no commit in common, as far as they are here.
    History { branch: String },
}

impl Base {
    /// The commit that `rev` names, or else where what is checked out left the default branch.
    pub(super) fn of(repository: &Repository, rev: Option<&str>) -> Result<Self, Error> {
        if let Some(rev) = rev {
            return Ok(Self::Commit(repository.resolve(rev)?));
        }
        let head = repository.resolve("HEAD").ok();
        Ok(match (default_branch(repository)?, head) {
            (None, None) => Self::Nothing,
            (None, Some(_)) => Self::Unknown(Unknown::Branch { copy: repository.is_copy()? }),
            (Some((_, tip)), None) => Self::Commit(tip),
            (Some((branch, tip)), Some(head)) => {
                let common = repository.merge_base(&tip, &head).ok().flatten();
                common.map_or(Self::Unknown(Unknown::History { branch }), Self::Commit)
            }
        })
    }

    /// The commit, for whoever can do nothing without it; nothing where there is none yet.
    pub(super) fn known(self) -> Result<Option<CommitId>, Error> {
        match self {
            Self::Commit(commit) => Ok(Some(commit)),
            Self::Nothing => Ok(None),
            Self::Unknown(why) => {
                let hint = format!("{}, or name what to compare with: `goldpath diff BASE`", why.step());
                Err(Error::usage(why.message()).hint(hint))
            }
        }
    }
}

impl Unknown {
    fn message(&self) -> String {
        match self {
            Self::Branch { .. } => "the default branch was not found".to_owned(),
            Self::History { branch } => {
                format!("the default branch was found as `{branch}`, and too little of the history to see where this left it")
            }
        }
    }

    fn step(&self) -> &'static str {
        match self {
            Self::Branch { copy: true } => {
                "fetch it with its history (`git fetch origin main:refs/remotes/origin/main`; where it has another name, fetch that and \
                 say so: `git remote set-head origin --auto`)"
            }
            Self::Branch { copy: false } => "call it `main`",
            Self::History { .. } => "fetch the history: `git fetch --unshallow`",
        }
    }

    /// What is said when everything else was done without it.
    pub(super) fn note(&self) -> String {
        format!("{}: what compares with it was not checked; {}, or give `--base REV`", self.message(), self.step())
    }
}

/// The default branch and its tip: the remote's, or one of the usual names, or the only one of a repository that is nobody's copy.
fn default_branch(repository: &Repository) -> Result<Option<(String, CommitId)>, Error> {
    // a ref that points nowhere is as good as none
    let found = NAMES.iter().find_map(|name| Some(((*name).to_owned(), repository.tip(name).ok().flatten()?)));
    if found.is_some() || repository.is_copy()? {
        return Ok(found.map(|(name, tip)| (short(&name).to_owned(), tip)));
    }
    let mut own = repository.branches()?.into_iter().filter(|(name, _)| name != short(git::RENDERED));
    Ok(own.next().filter(|_| own.next().is_none()))
}

fn short(name: &str) -> &str {
    name.strip_prefix("refs/remotes/").or_else(|| name.strip_prefix("refs/heads/")).unwrap_or(name)
}
