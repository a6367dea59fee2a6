//! `goldpath diff [--repo DIR] [BASE[..HEAD]]`

use super::{Ended, Output, colour, place, print};
use crate::change::{Change, ChangeState, Review};
use crate::error::Error;
use crate::git::Repository;
use crate::model::{ChangeId, CommitId, Finding, RepoPath};
use crate::plan::{Evaluation, Round};
use crate::render::Cache;
use crate::report::{self, Links, View};
use crate::snapshot::Snapshot;
use crate::worker::Asked;
use crate::world::{Bench, Tree, evaluate};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The platform repository (default: the one around this folder)
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// What to compare: without HEAD the working tree, without BASE the default branch
    #[arg(value_name = "BASE[..HEAD]")]
    range: Option<String>,
}

pub(super) fn run(args: &Args, output: Output) -> Result<Ended, Error> {
    let root = place::root(args.repo.as_deref())?;
    let repository = Repository::open(&root).map_err(|_| {
        Error::usage(format!("{} is not the top of a Git repository, and `goldpath diff` compares commits", root.display()))
            .hint("run it in a clone of the platform repository; `goldpath validate` and `goldpath render` need no Git")
    })?;
    let (base, head) = sides(args, &root, &repository)?;
    // what is compared with was accepted, as far as a laptop can know; what is written here was not
    let base = base.map(|base| Tree::read(base, &mut Cache::default(), super::run::threads()));
    let today = super::run::today();
    let asked = match &base {
        Some(base) if base.has_policies_of(&head) => None,
        Some(base) => Some(base.asks(&base.parsed.platform.exceptions, &today)),
        None => Some(Asked { today: today.clone(), ..Asked::default() }),
    };
    let head = place::apart(head, asked)??;
    let unborn = CommitId::parse(&"0".repeat(40)).expect("40 digits are an id");
    let round = Round {
        base: base.as_ref().and_then(|base| base.snapshot.commit().cloned()),
        head: head.snapshot.commit().cloned().unwrap_or(unborn),
        preview: true,
    };
    let bench = Bench { round, judge: base.as_ref(), owners: Default::default(), today };
    let evaluation = evaluate(base.as_ref(), &head, bench);
    print(&shown(&evaluation, &head, output));
    Ok(if evaluation.findings.iter().any(Finding::is_error) { Ended::Findings } else { Ended::Done })
}

fn shown(evaluation: &Evaluation, head: &Tree, output: Output) -> String {
    match output {
        Output::Json => report::diff_json(evaluation),
        Output::Markdown => comment(evaluation),
        Output::Text => {
            let source = |path: &RepoPath| head.snapshot.text(path.as_str()).map(str::to_owned);
            report::findings_terminal(&evaluation.findings, source, colour(&std::io::stdout())) + &report::diff_terminal(evaluation)
        }
    }
}

/// The comment that a pull request with this comparison would get.
fn comment(evaluation: &Evaluation) -> String {
    let id = ChangeId::pull(0);
    let review = Review::of(evaluation, &BTreeMap::new(), &[], BTreeMap::new());
    let mut change = Change::new(id, "the working tree".to_owned(), None, jiff::Timestamp::UNIX_EPOCH);
    change.state = ChangeState::Waiting(Box::new(review));
    let links = Links { page: None, files: None, commands: &[], terminal: false };
    report::comment(&View {
        change: &change,
        evaluation: Some(evaluation),
        plans: None,
        progress: None,
        platform: Some(&evaluation.platform),
        links,
    })
}

fn sides(args: &Args, root: &std::path::Path, repository: &Repository) -> Result<(Option<Snapshot>, Snapshot), Error> {
    let (base, head) = match args.range.as_deref().map(|range| range.split_once("..").unwrap_or((range, ""))) {
        None => (None, None),
        Some((base, head)) => (Some(base).filter(|rev| !rev.is_empty()), Some(head).filter(|rev| !rev.is_empty())),
    };
    let head = match head {
        Some(rev) => repository.snapshot(&repository.resolve(rev)?)?,
        None => place::working_tree(root)?,
    };
    Ok((place::base(repository, base)?, head))
}
