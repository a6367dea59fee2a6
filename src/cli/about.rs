//! Which findings are about what was named: those in it, those that it brings about elsewhere, and those that keep its requests from being
//! rendered or judged.

use crate::model::{Code, Finding, Place, Platform, PolicyId, RepoPath, TeamName, UnitId, sort_findings};
use crate::policy::{End, Ends, ended};
use crate::snapshot::Snapshot;
use crate::worker::Evaluated;
use crate::yaml;
use std::collections::BTreeSet;

/// So many requests are named with what keeps them from being rendered, or from being judged.
const MOST_NAMED: usize = 5;

/// Findings in two parts.
#[derive(Default)]
pub(super) struct Parted {
    /// Those about what was named.
    pub(super) about: Vec<Finding>,
    /// All others.
    pub(super) elsewhere: Vec<Finding>,
}

/// A request that renders to nothing.
struct Stopped<'a> {
    file: &'a RepoPath,
    team: &'a TeamName,
    /// The folder of its release or golden path, as far as it is known which one it means.
    path: Option<String>,
}

/// Parts what was found in a tree; `named`: files and folders.
pub(super) fn part(findings: Vec<Finding>, named: &[RepoPath], snapshot: &Snapshot, head: &Evaluated) -> Parted {
    let (about, elsewhere) = findings.into_iter().partition(|finding| touches(named, finding));
    let mut parted = Parted { about, elsewhere };
    let told: BTreeSet<&RepoPath> = parted.about.iter().filter(|finding| finding.is_error()).flat_map(files).collect();
    let stopped = stopped(snapshot, head).into_iter().filter(|one| within(named, one.file) && !told.contains(one.file));
    let silent: Vec<Stopped<'_>> = stopped.collect();
    for one in silent.iter().take(MOST_NAMED) {
        parted.stop(one);
    }
    let unjudged: BTreeSet<(PolicyId, &RepoPath)> = unjudged(named, head).filter(|one| !parted.tells(one)).collect();
    for one in unjudged.iter().take(MOST_NAMED) {
        parted.leave_unjudged(one);
    }
    sort_findings(&mut parted.about);
    parted
}

impl Parted {
    /// Whether it is told what a policy refuses of a request, or that it came to no end for it.
    fn tells(&self, (policy, file): &(PolicyId, &RepoPath)) -> bool {
        let code = Code::policy(policy.as_str());
        let is_its = |finding: &Finding| finding.code == code || ended(finding).as_ref() == Some(policy);
        self.about.iter().any(|finding| finding.is_error() && is_its(finding) && files(finding).any(|path| path == *file))
    }

    /// Takes in what ended a policy before it came to a request, and says of it that it did.
    fn leave_unjudged(&mut self, (policy, file): &(PolicyId, &RepoPath)) {
        let ends = |finding: &Finding| ended(finding).as_ref() == Some(policy);
        let named_by = |finding: Finding| finding.related(Place::file((*file).clone()), "this request is not judged because of it");
        self.take(ends, named_by);
    }

    /// Takes in findings from elsewhere, and those that are here already once more, each with what is said of it here.
    fn take(&mut self, is_meant: impl Fn(&Finding) -> bool, said: impl Fn(Finding) -> Finding) {
        let (meant, elsewhere): (Vec<Finding>, _) = std::mem::take(&mut self.elsewhere).into_iter().partition(&is_meant);
        self.elsewhere = elsewhere;
        for finding in self.about.iter_mut().filter(|finding| is_meant(finding)) {
            *finding = said(finding.clone());
        }
        self.about.extend(meant.into_iter().map(said));
    }

    /// Takes in what keeps a request from being rendered, and says of it that it does.
    fn stop(&mut self, one: &Stopped<'_>) {
        let near = self.about.iter().chain(&self.elsewhere).any(|finding| one.is_behind(finding));
        let stops = |finding: &Finding| if near { one.is_behind(finding) } else { is_shared(finding) };
        self.take(stops, |finding| one.named_by(finding));
    }
}

impl Stopped<'_> {
    /// Whether an error is one of its golden path, or of its team's file.
    fn is_behind(&self, finding: &Finding) -> bool {
        let path = &finding.place.path;
        let of_team = path.below("teams").and_then(|file| file.strip_suffix(".yaml")) == Some(self.team.as_str());
        let of_path =
            self.path.as_ref().is_some_and(|folder| path.below(folder).is_some() || path.below("golden-paths/_library").is_some());
        finding.is_error() && (of_team || of_path)
    }

    fn named_by(&self, finding: Finding) -> Finding {
        finding.related(Place::file(self.file.clone()), "this request cannot be rendered because of it")
    }
}

/// Whether an error is one of what requests share.
fn is_shared(finding: &Finding) -> bool {
    finding.is_error() && finding.place.path.below("requests").is_none()
}

fn within(named: &[RepoPath], path: &RepoPath) -> bool {
    named.iter().any(|named| path == named || path.below(named.as_str()).is_some())
}

fn touches(named: &[RepoPath], finding: &Finding) -> bool {
    files(finding).any(|path| within(named, path))
}

/// The files that a finding speaks of.
fn files(finding: &Finding) -> impl Iterator<Item = &RepoPath> {
    std::iter::once(&finding.place.path).chain(finding.related.iter().map(|related| &related.place.path))
}

/// The requests of a tree that render to nothing.
fn stopped<'a>(snapshot: &Snapshot, head: &'a Evaluated) -> Vec<Stopped<'a>> {
    let platform = &head.parsed.platform;
    let failed = head.rendered.failed.iter().filter_map(|id| platform.requests.get(id));
    let failed = failed.map(|request| Stopped { file: &request.file, team: &request.id.team, path: Some(request.release.folder()) });
    let broken = platform.broken.iter().map(|(id, file)| Stopped { file, team: &id.team, path: path_of(snapshot, file, platform) });
    failed.chain(broken).collect()
}

/// The requests among what was named of which a policy has not said yes, each with the policy.
fn unjudged<'a>(named: &[RepoPath], head: &'a Evaluated) -> impl Iterator<Item = (PolicyId, &'a RepoPath)> {
    let of_unit = |(unit, ends): (&UnitId, &'a Ends)| {
        let file = &head.parsed.platform.requests.get(&unit.request)?.file;
        let failed = ends.iter().filter(|(_, end)| **end == End::Failed).map(|(policy, _)| policy.clone());
        within(named, file).then(|| failed.map(move |policy| (policy, file)))
    };
    head.verdicts.units.iter().filter_map(of_unit).flatten()
}

/// The folder of the golden path that a file asks for.
fn path_of(snapshot: &Snapshot, file: &RepoPath, platform: &Platform) -> Option<String> {
    let document = yaml::parse(snapshot.text(file.as_str())?).documents.into_iter().next()?.into_value();
    let (group, _) = document.get("apiVersion")?.as_str()?.split_once('/')?;
    let path = platform.path_of_kind(group, document.get("kind")?.as_str()?)?;
    Some(format!("golden-paths/{}", path.name))
}
