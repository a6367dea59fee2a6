//! Two trees compared in one child: each request is rendered before and after, and only what differs is kept of it.
//!
//! It is for two trees of which neither is trusted more than the other, as on a laptop. Whatever goes wrong, and whatever only all requests
//! together tell of two of them, is not for here: then both are looked at by themselves.

use super::allowance::Allowance;
use super::at::Key;
use super::call::Heard;
use super::inside::{Teller, compiled, of_parse, of_policies, of_render, say, tellers};
use super::watch::Watch;
use super::wire::{self, Bounds, Errand};
use super::{At, ENV, Said, VERB, kept};
use crate::diff::{self, Changes, Claims, Part, Side, UnitChange, unit_change};
use crate::model::{Finding, Json, Platform, Request, RequestId, UnitId, joined};
use crate::parse::{self, Parsed};
use crate::plan::{Evaluation, Judged, Judgement, Round};
use crate::policy::{self, Answered, Asking, Before, Policies, Standing, Stays, Stood, Surroundings, Tally, UnitInput, Verdicts};
use crate::process;
use crate::render::{Cache, Done, Limits, Opened, Rendered, Unit, Watched, on_threads, open};
use crate::snapshot::{Change, Snapshot};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How many requests are rendered on one thread before the next thread's turn: as many as make its own copies of the policies worth it.
const AT_ONCE: usize = 32;

/// So many of them have fewer units than this power of two.
const UNITS_AT_ONCE: u32 = 20;

/// Two trees to be compared.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pair {
    /// The base, which judges: its exceptions hold, and its policies are asked besides those of the head.
    pub base: Snapshot,
    /// What makes the head of it.
    pub head: Change,
    /// What is compared.
    pub round: Round,
    /// The date, UTC: `2026-01-31`.
    pub today: String,
    /// How many threads render.
    pub threads: usize,
    /// Which claims are wanted.
    pub claims: WantedClaims,
}

/// Which claims are wanted of two trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WantedClaims {
    /// None.
    Nothing,
    /// They are parts of two trees: those of both.
    OfParts,
    /// Those of the whole base.
    OfBase,
}

/// What comparing two trees gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// What it gave; of what the head says, requests are only there where something is said of them, without their documents.
    pub evaluation: Evaluation,
    /// What a part claims.
    pub part: Option<Part>,
    /// What the whole base claims, where that is known.
    pub claims: Option<Claims>,
}

/// Compares two trees in a child; nothing when it does not come to its end there, or when they are to be looked at by themselves.
pub fn compare(exe: &Path, pair: &Pair, wall: Duration) -> Option<Compared> {
    let frame = wire::frame(pair).ok()?;
    let requests = pair.base.under("requests").count();
    // both are read; what the requests of the one came to is let go of while those of the other are rendered
    let bounds = Bounds::of(frame.len().saturating_mul(2), requests, pair.threads, wall);
    let errand = Errand { pair: true, ..Errand::default() };
    let pieces = [wire::frame(&bounds).ok()?, wire::frame(&errand).ok()?, frame].map(Arc::from);
    let mut heard = Heard::by(&kept);
    process::pipe(exe, &[VERB], Some(ENV), pieces.into_iter(), bounds.wall, |bytes| heard.take(bytes)).ok()?;
    heard.compared.and_then(|rest| rest.with(heard.changes))
}

/// Runs in the child: reads two trees, and says what comparing them gives.
pub(super) fn work(input: &mut impl Read, allowance: &Arc<Allowance>) -> io::Result<()> {
    let Pair { base, head, round, today, threads, claims } = wire::read(input)?;
    let head = head.of(&base);
    let watch = Watch::start()?;
    let (begins, ended) = tellers(&watch, false);
    let (before, after) = parse::parse_both(&base, &head, &of_parse(&begins, &ended));
    let desk = Desk { base: (&base, &before), head: (&head, &after), begins: &begins, ended: &ended, allowance };
    let compared = desk.compare(round, &today, threads, claims);
    watch.rest();
    say(&Said::Compared(compared.map(Box::new)))?;
    // the system takes back at once what would take long to take apart
    std::process::exit(0);
}

/// Two trees as they were read, and who is told where the work is.
struct Desk<'a> {
    base: (&'a Snapshot, &'a Parsed),
    head: (&'a Snapshot, &'a Parsed),
    begins: &'a Teller<At>,
    ended: &'a Teller<Key>,
    allowance: &'a Arc<Allowance>,
}

/// What some requests came to.
#[derive(Default)]
struct Found {
    /// The units that differ.
    changed: Vec<UnitId>,
    /// Whether what differs could not be said: what is missing would be taken for the same.
    lost: bool,
    answers: [Vec<Answered>; 2],
    stood: Vec<Stood>,
    before: Vec<Done>,
    after: Vec<Done>,
}

/// The policies that are asked.
struct Questions<'a> {
    /// About units that differ: those of the head, and those of the base where they are others.
    changed: Vec<Asking<'a>>,
    /// About units that stay too, where policies, exceptions or what surrounds requests differ.
    standing: Option<Standing<'a>>,
    /// What surrounds requests in the base, where it differs.
    around: Option<Surroundings>,
    /// Whether policies or exceptions differ.
    by_others: bool,
}

impl Questions<'_> {
    /// Units that stay, as they are seen now and were seen before.
    fn stays<'i>(&'i self, stay: Vec<UnitInput<'i>>) -> Stays<'i> {
        Stays::of(stay, self.around.as_ref(), self.by_others)
    }
}

/// A request that is there before and after, and is not the same.
fn rewritten<'r>((was, is): &Both<'r>) -> Option<&'r RequestId> {
    was.zip(*is).filter(|(was, is)| was.document != is.document).map(|(_, is)| &is.id)
}

/// How many units all requests have before and after.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Counts(usize, usize);

impl Desk<'_> {
    fn platforms(&self) -> (&Platform, &Platform) {
        (&self.base.1.platform, &self.head.1.platform)
    }

    fn compiled(&self, side: (&Snapshot, &Platform)) -> (Policies, Vec<Finding>) {
        compiled(side, &BTreeSet::new(), self.begins, self.ended)
    }

    fn compare(&self, round: Round, today: &str, threads: usize, wanted: WantedClaims) -> Option<Rest> {
        let (base, head) = self.platforms();
        let (own, mut broken) = self.compiled((self.head.0, head));
        broken.extend(policy::expired(self.head.0, head, today));
        broken.extend(parse::on_day_anew(Some((self.base.0, base)), (self.head.0, head), today));
        // those of the base are asked where they are others
        let of_base = (!policy::same_files(self.base.0, self.head.0)).then(|| self.compiled((self.base.0, base)).0);
        let asking = |policies| Asking::of(policies, &base.exceptions, today);
        let asked: Vec<Asking<'_>> = std::iter::once(&own).chain(&of_base).map(asking).collect();
        let by_others = of_base.is_some() || !policy::same_exceptions(self.base.0, self.head.0);
        let around = (!policy::same_surroundings(self.base.0, self.head.0)).then(|| Surroundings::of(base));
        let was = (of_base.as_ref().unwrap_or(&own), base.exceptions.as_slice());
        let standing = (by_others || around.is_some()).then(|| Standing::of(was, (&own, &head.exceptions), today));
        let asked = Questions { changed: asked, standing, around, by_others };
        let (mut found, counts, before, after) = on_threads(threads, |parallel| self.render(&asked, parallel));
        broken.extend(asked.standing.iter().flat_map(|standing| standing.findings(std::mem::take(&mut found.stood))));
        // two hold the same object: what was told of each is not what is to be told of both
        let refused = counts != Counts(before.units.len(), after.units.len());
        if refused || found.lost {
            return None;
        }
        let (side, other) = (self.side(self.base, &before), self.side(self.head, &after));
        let parallel = threads > 1;
        let (last, (diff, verdicts)) = both(
            parallel,
            || self.last(side, other),
            || both(parallel, || diff::rest(Some(side), other), || verdicts(&asked.changed, found.answers, broken)),
        );
        let mut changed = found.changed;
        changed.extend(last.units.iter().map(|(unit, _)| unit.id.clone()));
        changed.sort();
        let unit = |id: &UnitId| after.units.get(id).or_else(|| before.units.get(id));
        let after_others = |id: &UnitId| unit(id).map(|unit| unit.depends_on.clone()).filter(|after| !after.is_empty());
        let depends_on = changed.iter().zip(0..).filter_map(|(id, number)| Some((number, after_others(id)?))).collect();
        let judgement = Judgement::new(base.settings.clone(), &base.teams, BTreeSet::new());
        let judged = Judged { judge: self.base.0.commit().cloned(), rules: None, day: Some(today.to_owned()), judgement, ends: true };
        let part = (wanted == WantedClaims::OfParts).then(|| Part::of(side, other));
        let claims = if wanted == WantedClaims::OfBase { Claims::of(side) } else { None };
        let mut evaluation = Evaluation::of(Some(side), other, diff, verdicts, (round, judged), slim);
        let tallies = std::mem::take(&mut evaluation.tallies).into_iter();
        // of what stays as it is, nothing is told but what is found
        let changing = tallies.filter_map(|(id, tally)| Some((changed.binary_search(&id).ok()?, tally)));
        let tallies = changing.map(|(number, tally)| Some((u32::try_from(number).ok()?, tally))).collect::<Option<_>>()?;
        // the system takes back at once what would take long to take apart
        std::mem::forget((before, after));
        Some(Rest { compared: Compared { evaluation, part, claims }, last, depends_on, tallies })
    }

    fn side<'s>(&'s self, (snapshot, parsed): (&'s Snapshot, &'s Parsed), rendered: &'s Rendered) -> Side<'s> {
        Side { snapshot, parsed, rendered }
    }

    /// Renders both sides, request by request.
    fn render(&self, asked: &Questions<'_>, parallel: bool) -> (Found, Counts, Rendered, Rendered) {
        let (base, head) = self.platforms();
        let ids: Vec<Both<'_>> = joined(base.requests.values(), head.requests.values(), |request| &request.id);
        let watched = Watched { tell: of_render(self.begins, self.ended, self.allowance), reads: false, ..Watched::by_nobody() };
        let limits = Limits::default();
        open(self.base.0, base, &limits, &mut Cache::off(), &watched, parallel, |opened| {
            // what both have in common is made ready once
            let mut releases = opened.releases();
            open(self.head.0, head, &limits, &mut releases, &watched, parallel, |other| {
                let part = |(number, ids): (usize, &[Both<'_>])| self.part((opened, other), asked, number, ids);
                let parts: Vec<Found> = if parallel {
                    ids.par_chunks(AT_ONCE).enumerate().map(part).collect()
                } else {
                    ids.chunks(AT_ONCE).enumerate().map(part).collect()
                };
                let mut found = parts.into_iter().fold(Found::default(), Found::and);
                let (before, after) = (std::mem::take(&mut found.before), std::mem::take(&mut found.after));
                let units = |all: &[Done]| all.iter().map(|done| done.units().len()).sum();
                let counts = Counts(units(&before), units(&after));
                let (before, after) = both(parallel, || opened.end(before), || other.end(after));
                (found, counts, before, after)
            })
        })
    }

    /// Renders some requests on both sides, and compares what they come to.
    fn part(
        &self,
        (before, after): (&Opened<'_, '_>, &Opened<'_, '_>),
        asked: &Questions<'_>,
        number: usize,
        requests: &[Both<'_>],
    ) -> Found {
        let (base, head) = self.platforms();
        let mut found = Found::default();
        for (was, is) in requests {
            let (done, written) = was.map(|request| before.request_kept(request)).unzip();
            found.before.extend(done);
            let written = written.unwrap_or_default();
            found.after.extend(is.map(|request| after.request_after(request, &written)));
        }
        let were: BTreeMap<&UnitId, &Unit> = found.before.iter().flat_map(Done::units).map(|unit| (&unit.id, unit)).collect();
        let mut are: Vec<&Unit> = found.after.iter().flat_map(Done::units).collect();
        // policies are asked in the order of all units, where outputs of a request are in that of their names
        are.sort_by(|one, other| one.id.cmp(&other.id));
        let mut changes = Changes::default();
        for unit in &are {
            if let Some(change) = unit_change(base, head, (were.get(&unit.id).copied(), Some(*unit)), || None) {
                found.changed.push(change.id.clone());
                changes.add(change, head);
            }
        }
        for pair in requests {
            changes.add_request(*pair, head);
        }
        found.lost = say(&Said::Changes(changes)).is_err();
        let changed: BTreeSet<&UnitId> = found.changed.iter().collect();
        let rewritten: BTreeSet<&RequestId> = requests.iter().filter_map(rewritten).collect();
        let before = |unit: &Unit| Before::was(were.get(&unit.id).copied());
        let all = are.iter().filter_map(|unit| policy::input(self.head.0, head, unit, before(unit), None));
        let differs = |input: &UnitInput<'_>| changed.contains(&input.unit.id) || rewritten.contains(&input.unit.id.request);
        let (inputs, stay): (Vec<_>, Vec<_>) = all.partition(differs);
        let tell = of_policies(self.begins, self.ended);
        let first = number << UNITS_AT_ONCE;
        let mut answers = asked.changed.iter().map(|asking| asking.ask(first, &inputs, &tell));
        found.answers = [answers.next().unwrap_or_default(), answers.next().unwrap_or_default()];
        if let Some(standing) = &asked.standing {
            found.stood = standing.ask(first, &inputs, &asked.stays(stay), &tell);
        }
        let stay: BTreeSet<UnitId> = are.iter().map(|unit| unit.id.clone()).collect();
        found.before = std::mem::take(&mut found.before)
            .into_iter()
            .map(|done| done.with(|unit| if stay.contains(&unit.id) { unit.stripped() } else { unit }))
            .collect();
        found.after = std::mem::take(&mut found.after).into_iter().map(|done| done.with(Unit::stripped)).collect();
        found
    }

    /// What is only known in the end: units that go away, and their requests.
    fn last(&self, base: Side<'_>, head: Side<'_>) -> Changes {
        let (before, after) = self.platforms();
        let mut last = Changes::default();
        let units = joined(base.rendered.units.values(), head.rendered.units.values(), |unit| &unit.id);
        let gone = units.into_iter().filter_map(|(was, is)| was.filter(|_| is.is_none()));
        for change in gone.filter_map(|unit| self.gone(base, head, unit)) {
            let id = change.id.request.clone();
            let pair = (before.requests.get(&id), after.requests.get(&id));
            last.add(change, if pair.1.is_some() { after } else { before });
            last.add_request(pair, after);
        }
        last
    }

    /// What changes of a unit that goes away; one whose request cannot be read or rendered any more is not taken for removed.
    fn gone(&self, base: Side<'_>, head: Side<'_>, unit: &Unit) -> Option<UnitChange> {
        let request = &unit.id.request;
        let unreadable = head.parsed.platform.broken.contains_key(request) || head.rendered.failed.contains(request);
        if unreadable {
            return None;
        }
        let (judge, platform) = self.platforms();
        unit_change(judge, platform, (Some(unit), None), || diff::why_gone(base, head, unit))
    }
}

impl Found {
    fn and(mut self, other: Self) -> Self {
        self.changed.extend(other.changed);
        self.lost |= other.lost;
        for (own, others) in self.answers.iter_mut().zip(other.answers) {
            own.extend(others);
        }
        self.stood.extend(other.stood);
        self.before.extend(other.before);
        self.after.extend(other.after);
        self
    }
}

/// Does two things at the same time, where there are several threads.
fn both<A: Send, B: Send>(parallel: bool, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    if parallel { rayon::join(one, other) } else { (one(), other()) }
}

/// A request before and after.
type Both<'r> = (Option<&'r Request>, Option<&'r Request>);

/// What all policies said, and what is wrong with those of the head.
fn verdicts(asked: &[Asking<'_>], answers: [Vec<Answered>; 2], broken: Vec<Finding>) -> Verdicts {
    let mut all = asked.iter().zip(answers).map(|(asking, answers)| asking.verdicts(answers));
    let mut verdicts = all.next().unwrap_or_default();
    all.for_each(|of_base| verdicts.extend(of_base));
    verdicts.findings.extend(broken);
    verdicts
}

/// What a platform says, with those requests alone of which something is said, without their documents.
fn slim(platform: &Platform, findings: &[Finding]) -> Platform {
    let told: BTreeSet<_> = findings.iter().map(|finding| &finding.place.path).collect();
    let Platform { settings, teams, targets, paths, releases, libraries, requests, broken, exceptions, policies } = platform;
    let said = requests.iter().filter(|(_, request)| told.contains(&request.file));
    let without = |request: &Request| Request {
        id: request.id.clone(),
        file: request.file.clone(),
        release: request.release.clone(),
        pinned: request.pinned,
        document: Json::default(),
        facts: request.facts.clone(),
        refs: request.refs.clone(),
    };
    Platform {
        settings: settings.clone(),
        teams: teams.clone(),
        targets: targets.clone(),
        paths: paths.clone(),
        releases: releases.clone(),
        libraries: libraries.clone(),
        requests: said.map(|(id, request)| (id.clone(), without(request))).collect(),
        broken: broken.clone(),
        exceptions: exceptions.clone(),
        policies: policies.clone(),
    }
}

/// What is told in the end, when the units that differ and stay, and their requests, were told before.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rest {
    /// Without what follows, and what was told before.
    compared: Compared,
    last: Changes,
    /// What units come after, by their number among all that differ.
    depends_on: Vec<(u32, Vec<UnitId>)>,
    /// What the policies say of them.
    tallies: Vec<(u32, Tally)>,
}

impl Rest {
    /// The comparison as a whole; nothing when a number names nothing.
    fn with(self, mut changes: Changes) -> Option<Compared> {
        let Self { mut compared, last, depends_on, tallies } = self;
        changes.extend(last);
        let Evaluation { diff, tallies: of_units, .. } = &mut compared.evaluation;
        diff.take_in(changes);
        // until here it is known only of units of the same request
        diff.units.iter_mut().for_each(|unit| unit.depends_on.clear());
        for (number, after) in depends_on {
            diff.units.get_mut(number as usize)?.depends_on = after;
        }
        let unit = |number: u32| diff.units.get(number as usize);
        *of_units = tallies.into_iter().map(|(number, tally)| Some((unit(number)?.id.clone(), tally))).collect::<Option<_>>()?;
        Some(compared)
    }
}
