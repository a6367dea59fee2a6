//! `goldpath diff [--repo DIR] [BASE[..HEAD]]`

use super::base::Base;
use super::cache::Cache;
use super::{Ended, Output, colour, place, print};
use crate::change::{Change, ChangeState, Review};
use crate::diff::{Claims, Part};
use crate::error::Error;
use crate::git::Repository;
use crate::model::{ChangeId, CommitId, Finding, RepoPath};
use crate::plan::{Evaluation, Round};
use crate::report::{self, Links, View};
use crate::snapshot::{Change as TreeChange, Snapshot};
use crate::worker::{self, Asked, Later, Pair, WALL, WantedClaims};
use crate::world::{Bench, Tree, evaluate};
use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The folder whose files know nothing of each other.
const REQUESTS: &str = "requests";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The platform repository (default: the one around this folder)
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// What to compare: without HEAD the working tree, without BASE the default branch
    #[arg(value_name = "BASE[..HEAD]")]
    range: Option<String>,
    /// Look at every request anew, and keep nothing for the next time in the user's cache folder
    #[arg(long)]
    no_cache: bool,
}

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    let began = Instant::now();
    let root = place::root(args.repo.as_deref())?;
    let repository = Repository::open(&root).map_err(|_| {
        Error::usage(format!("{} is not the top of a Git repository, and `goldpath diff` compares commits", root.display()))
            .hint("run it in a clone of the platform repository; `goldpath validate` and `goldpath render` need no Git")
    })?;
    let sides = Sides::of(args, &root, &repository)?;
    let cache = if args.no_cache { None } else { Cache::open(&place::program()?) };
    let compared = match compare_parts(&sides, &repository, cache.as_ref())? {
        Some(compared) => compared,
        None => compare_all(sides, &repository, cache.as_ref())?,
    };
    // what is read by a program is the same each time
    let took = std::io::stdout().is_terminal().then(|| began.elapsed());
    print(&shown(&compared, output, took));
    let ended = if compared.evaluation.findings.iter().any(Finding::is_error) { Ended::Findings } else { Ended::Done };
    // the system takes back at once what would take long to take apart
    std::mem::forget(compared);
    Ok(ended)
}

/// What is compared; without a base everything is new.
struct Sides {
    base: Option<CommitId>,
    head: Head,
}

enum Head {
    Commit(CommitId),
    /// The working tree.
    Files(Snapshot),
}

impl Sides {
    fn of(args: &Args, root: &Path, repository: &Repository) -> Result<Self, Error> {
        let (base, head) = match args.range.as_deref().map(|range| range.split_once("..").unwrap_or((range, ""))) {
            None => (None, None),
            Some((base, head)) => (Some(base).filter(|rev| !rev.is_empty()), Some(head).filter(|rev| !rev.is_empty())),
        };
        let head = match head {
            Some(rev) => Head::Commit(repository.resolve(rev)?),
            None => Head::Files(place::working_tree(root)?),
        };
        Ok(Self { base: Base::of(repository, base)?.known()?, head })
    }
}

/// What comparing two sides gave.
struct Compared {
    /// The files of the head.
    head: Snapshot,
    evaluation: Evaluation,
    /// What a part claims, where parts were compared.
    part: Option<Part>,
    /// What the whole base claims, where that is known.
    claims: Option<Claims>,
}

/// Compares only the requests that differ, where it is known what the others claim; nothing when the whole has to be looked at.
fn compare_parts(sides: &Sides, repository: &Repository, cache: Option<&Cache>) -> Result<Option<Compared>, Error> {
    let (Some(cache), Some(base)) = (cache, &sides.base) else { return Ok(None) };
    let Some(claims) = cache.claims(&repository.tree(base)?.to_string()) else { return Ok(None) };
    let parts = match &sides.head {
        Head::Commit(head) => repository.parts(base, head, REQUESTS)?,
        Head::Files(files) => repository.parts_with(base, files, REQUESTS)?,
    };
    let Some((base, head)) = parts else { return Ok(None) };
    let mut compared = compare(Some(base), head, WantedClaims::OfParts)?;
    let Some(beside) = compared.part.as_ref().and_then(|part| claims.beside(part)) else { return Ok(None) };
    compared.evaluation.diff.add_unchanged(beside);
    Ok(Some(compared))
}

/// Compares everything, and keeps what makes the next comparison with the same base cheaper.
fn compare_all(sides: Sides, repository: &Repository, cache: Option<&Cache>) -> Result<Compared, Error> {
    let head = match sides.head {
        Head::Commit(commit) => repository.snapshot(&commit)?,
        Head::Files(files) => files,
    };
    // what both have is read and held once
    let base = sides.base.as_ref().map(|commit| repository.snapshot_again(&head, commit)).transpose()?;
    let wanted = if cache.is_some() { WantedClaims::OfBase } else { WantedClaims::Nothing };
    let compared = compare(base, head, wanted)?;
    if let (Some(cache), Some(commit), Some(claims)) = (cache, &sides.base, &compared.claims) {
        cache.keep(&repository.tree(commit)?.to_string(), claims);
    }
    Ok(compared)
}

/// Up to how many files both sides are read at the same time: larger ones keep all processors busy one after the other, with half the memory.
const MOST_AT_ONCE: usize = 4096;

/// Reads both sides: neither is run here, as whether what is compared with was accepted no laptop knows.
fn read(base: Option<Snapshot>, head: Snapshot, today: &str) -> Result<(Option<Tree>, Tree), Error> {
    let Some(base) = base else {
        let asked = Asked::about_what_is_new(today.to_owned());
        return Ok((None, place::apart(head, Some(asked))??));
    };
    let files = head.clone();
    let asks = |base: &Tree| base.asks(&files, base, today);
    if base.files().len().max(head.files().len()) > MOST_AT_ONCE {
        let base = place::apart(base, None)??;
        let asked = asks(&base);
        return Ok((Some(base), place::apart(head, Some(asked))??));
    }
    let later = Later::default();
    std::thread::scope(|scope| {
        let head = scope.spawn(|| place::apart_before(head, &later));
        let base = place::apart(base, None);
        let told = later.tell(base.as_ref().ok().and_then(|base| base.as_ref().ok()).map(asks).as_ref());
        let head = head.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let base = base??;
        told?;
        Ok((Some(base), head??))
    })
}

/// What comparing two trees finds.
pub(super) fn findings(base: &Snapshot, head: &Snapshot) -> Result<Vec<Finding>, Error> {
    Ok(compare(Some(base.clone()), head.clone(), WantedClaims::Nothing)?.evaluation.findings)
}

/// Compares two sides, which may be parts of two trees: in one worker, and where that does not do, each in one of its own.
fn compare(base: Option<Snapshot>, head: Snapshot, claims: WantedClaims) -> Result<Compared, Error> {
    let today = super::run::today();
    let round = round(base.as_ref(), &head);
    let Some(base) = base else { return compare_trees(None, head, round, today, claims) };
    let change = TreeChange::between(&base, &head);
    let pair = Pair { base, head: change, round, today, threads: super::run::threads(), claims };
    match worker::compare(&place::program()?, &pair, WALL) {
        Some(worker::Compared { evaluation, part, claims }) => Ok(Compared { head, evaluation, part, claims }),
        None => compare_trees(Some(pair.base), head, pair.round, pair.today, claims),
    }
}

fn round(base: Option<&Snapshot>, head: &Snapshot) -> Round {
    let base = base.and_then(|base| base.commit().cloned());
    Round { base, head: head.commit().cloned().unwrap_or_else(CommitId::unborn), preview: true }
}

/// Compares two trees, each in a worker of its own that says what ended it.
fn compare_trees(base: Option<Snapshot>, head: Snapshot, round: Round, today: String, wanted: WantedClaims) -> Result<Compared, Error> {
    let (base, head) = read(base, head, &today)?;
    let bench = Bench { round, judge: base.as_ref(), owners: Default::default(), today };
    let evaluation = evaluate(base.as_ref(), &head, bench);
    let side = base.as_ref().map(Tree::side);
    let part = side.filter(|_| wanted == WantedClaims::OfParts).map(|base| Part::of(base, head.side()));
    let claims = side.filter(|_| wanted == WantedClaims::OfBase).and_then(Claims::of);
    Ok(Compared { head: head.snapshot, evaluation, part, claims })
}

fn shown(compared: &Compared, output: Output, took: Option<Duration>) -> String {
    let Compared { head, evaluation, part: _, claims: _ } = compared;
    let colour = colour(&std::io::stdout());
    viewed(evaluation, took, |view| match output {
        Output::Json => report::diff_json(view),
        Output::Markdown => report::comment(view),
        Output::Text | Output::Sarif | Output::Github => {
            let source = |path: &RepoPath| head.text(path.as_str()).map(str::to_owned);
            report::findings_terminal(&evaluation.findings, source, colour) + &report::diff_terminal(view)
        }
    })
}

/// The view of a pull request with this comparison, which nobody has looked at.
fn viewed<T>(evaluation: &Evaluation, took: Option<Duration>, show: impl FnOnce(&View<'_>) -> T) -> T {
    let id = ChangeId::pull(0);
    let review = Review { took, ..Review::of(evaluation, &BTreeMap::new(), &[], BTreeMap::new()) };
    let mut change = Change::new(id, "the working tree".to_owned(), None, jiff::Timestamp::UNIX_EPOCH);
    change.state = ChangeState::Waiting(Box::new(review));
    let links = Links { page: None, files: None, commands: &[], terminal: false };
    show(&View { change: &change, evaluation: Some(evaluation), plans: None, progress: None, platform: Some(&evaluation.platform), links })
}
