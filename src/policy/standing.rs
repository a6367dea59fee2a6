//! What a change of policies, of exceptions or of what surrounds a request would refuse from then on, of units that it does not touch, and of
//! those that an exception lets through for the last time. Nobody has to mend it now, so it is warned of.

use super::Progress;
use super::compile::{Policies, Policy};
use super::evaluate::{Bench, Heard, PART, UnitInput};
use super::inputs::Surroundings;
use super::verdict::End;
use crate::model::{Code, Exception, Finding, PolicyId, ReleaseId, Severity};
use crate::render::on_threads;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

/// The policies and exceptions before a change, and those that it brings.
pub struct Standing<'a> {
    /// For units that stay as they are.
    stay: Both<'a>,
    /// For units that change, which the new policies are asked about with the old exceptions; nothing: these are the same.
    change: Option<Both<'a>>,
}

/// What was heard of one unit that is refused now.
pub struct Stood {
    number: usize,
    changes: bool,
    was: Heard,
    is: Heard,
}

/// Units that stay as they are, as policies saw them before and as they see them now, one beside the other.
#[derive(Default)]
pub struct Stays<'a> {
    was: Vec<UnitInput<'a>>,
    is: Vec<UnitInput<'a>>,
}

impl<'a> Stays<'a> {
    /// Those that stay, as they are seen now; `around`: what surrounded them before, where that differs. Where they are judged by the same
    /// policies and exceptions as before, only those that are seen in another way.
    pub fn of(stay: Vec<UnitInput<'a>>, around: Option<&'a Surroundings>, by_others: bool) -> Self {
        let mut stays = Self::default();
        for is in stay {
            let was = around.and_then(|around| around.before(&is));
            if by_others || was.is_some() {
                stays.was.push(was.unwrap_or(is));
                stays.is.push(is);
            }
        }
        stays
    }
}

struct Both<'a> {
    was: Bench<'a>,
    is: Bench<'a>,
}

impl<'a> Standing<'a> {
    /// Each side with its policies and exceptions, on a day as for [`evaluate`](super::evaluate()).
    pub fn of((old, were): (&'a Policies, &'a [Exception]), (new, are): (&'a Policies, &'a [Exception]), today: &'a str) -> Self {
        let both = |old, were| Both { was: Bench::of(old, were, today), is: Bench::of(new, are, today) };
        Self { stay: both(old, were), change: (were != are).then(|| both(new, were)) }
    }

    /// Asks about all units, those that change and those that stay, with at most so many threads.
    pub fn refused_anew(
        &self,
        change: &[UnitInput<'_>],
        stay: &Stays<'_>,
        threads: usize,
        tell: &(dyn Fn(Progress) + Sync),
    ) -> Vec<Finding> {
        let threads = if stay.is.len() > PART { threads } else { 1 };
        let stood = on_threads(threads, |parallel| {
            let part =
                |(number, (was, is)): (usize, (&[UnitInput<'_>], &[UnitInput<'_>]))| self.stay.ask(number * PART, (was, is), false, tell);
            let mut stood = self.ask(0, change, &Stays::default(), tell);
            if parallel {
                stood.par_extend(stay.was.par_chunks(PART).zip(stay.is.par_chunks(PART)).enumerate().flat_map_iter(part));
            } else {
                stood.extend(part((0, (&stay.was, &stay.is))));
            }
            stood
        });
        self.findings(stood)
    }

    /// Asks about some units, of which the first of each kind has this number.
    pub fn ask(&self, first: usize, change: &[UnitInput<'_>], stay: &Stays<'_>, tell: &(dyn Fn(Progress) + Sync)) -> Vec<Stood> {
        let mut stood = self.stay.ask(first, (&stay.was, &stay.is), false, tell);
        stood.extend(self.change.iter().flat_map(|both| both.ask(first, (change, change), true, tell)));
        stood
    }

    /// What comes of all answers, whatever their order.
    pub fn findings(&self, stood: Vec<Stood>) -> Vec<Finding> {
        let of = |stood: Stood| if stood.changes { self.change.as_ref() } else { Some(&self.stay) }.map(|both| both.findings(stood));
        stood.into_iter().filter_map(of).flatten().collect()
    }
}

impl Both<'_> {
    fn ask(
        &self,
        first: usize,
        (was, is): (&[UnitInput<'_>], &[UnitInput<'_>]),
        changes: bool,
        tell: &(dyn Fn(Progress) + Sync),
    ) -> Vec<Stood> {
        let heard = (first..).zip(self.is.ask_about(first, is, tell));
        let refused: Vec<(usize, Heard)> = heard.filter(|(_, heard)| heard.iter().any(|(_, judged)| judged.end == End::Failed)).collect();
        let were = self.was.ask_numbered(refused.iter().map(|(number, _)| (*number, &was[number - first])), tell);
        refused.into_iter().zip(were).map(|((number, is), was)| Stood { number, changes, was, is }).collect()
    }

    /// What is refused by a policy that did not refuse it before. One that came to no end for a unit is not asked about those behind it, and has
    /// not said yes to them: another thread may have been further.
    fn findings(&self, stood: Stood) -> Vec<Finding> {
        let Stood { number, was, is, .. } = stood;
        let is_unasked = |bench: &Bench<'_>, at: usize| number > bench.policies[at].1.load(Ordering::Relaxed);
        let before = was.iter().filter(|(at, judged)| judged.end == End::Failed || is_unasked(&self.was, *at));
        let before: BTreeSet<Named<'_>> = before.map(|(at, _)| named(self.was.policies[*at].0)).collect();
        let mut findings = Vec::new();
        for (at, judged) in is.into_iter().filter(|(at, judged)| judged.end == End::Failed && !is_unasked(&self.is, *at)) {
            let policy = self.is.policies[at].0;
            if !before.contains(&named(policy)) {
                findings.extend(judged.findings.into_iter().filter(Finding::is_error).map(|finding| warned(policy, finding)));
            }
        }
        findings
    }
}

/// A policy of a release may be called as one of the organisation.
type Named<'p> = (&'p PolicyId, Option<&'p ReleaseId>);

fn named(policy: &Policy) -> Named<'_> {
    (&policy.id, policy.release.as_ref())
}

/// A result that nobody has to mend now; that the policy itself failed stays what it is.
fn warned(policy: &Policy, finding: Finding) -> Finding {
    if finding.code != Code::policy(policy.id.as_str()) {
        return finding;
    }
    let message = format!("would be refused from now on: {}", finding.message);
    let (whose, place) = (policy.whose(), policy.reached());
    let help = format!("What is applied stays; the next change of it has to comply. {whose}: ask them{place} for an exception.");
    Finding { severity: Severity::Warning, message, ..finding }.help(help)
}
