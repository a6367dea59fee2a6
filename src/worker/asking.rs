//! What the policies of a tree are asked in the child, and those of whoever judges it.

use super::at::Key;
use super::inside::{Teller, compiled, of_policies};
use super::{Asked, At, Job};
use crate::model::{Finding, RepoPath};
use crate::parse::{self, Parsed};
use crate::policy::{self, Policies, Standing, Stays, UnitInput, Verdicts};
use crate::render::Rendered;
use crate::snapshot::Snapshot;
use std::collections::BTreeSet;

/// A tree that was read and rendered, and who is told where the work is.
pub(super) struct Tree<'a> {
    pub(super) job: &'a Job,
    /// Files that are left out.
    pub(super) without: &'a BTreeSet<RepoPath>,
    pub(super) parsed: &'a Parsed,
    pub(super) rendered: &'a Rendered,
    pub(super) begins: &'a Teller<At>,
    pub(super) ended: &'a Teller<Key>,
}

impl Tree<'_> {
    /// Compiles the policies of the tree, and asks them where that is wanted.
    pub(super) fn verdicts(&self) -> Verdicts {
        let Some(asked) = &self.job.asked else { return Verdicts { findings: self.own().1, ..Verdicts::default() } };
        let (mut verdicts, mut broken) = match &asked.judge {
            Some(judge) if judge.is_newer => {
                let (newer, broken) = self.of(&judge.policies);
                (self.ask(asked, &newer, &self.inputs(asked).0), broken)
            }
            judge => {
                let (own, broken) = self.own();
                let judge = judge.as_ref().map(|judge| self.of(&judge.policies).0);
                (self.ask_own(asked, &own, judge.as_ref()), broken)
            }
        };
        let (snapshot, platform) = (&self.job.snapshot, &self.parsed.platform);
        broken.extend(policy::expired(snapshot, platform, &asked.today));
        if asked.exceptions.is_none() {
            // else it is compared with another tree, and what that one has too is not told
            broken.extend(parse::on_day(snapshot, platform, &asked.today));
        }
        verdicts.findings.extend(broken);
        verdicts
    }

    fn own(&self) -> (Policies, Vec<Finding>) {
        compiled((&self.job.snapshot, &self.parsed.platform), self.without, self.begins, self.ended)
    }

    fn of(&self, policies: &Snapshot) -> (Policies, Vec<Finding>) {
        compiled((policies, &parse::parse(policies).platform), self.without, self.begins, self.ended)
    }

    /// Asks the policies of the tree about what changes, and those of the judge where they are others; about what stays where it may be refused
    /// from now on.
    fn ask_own(&self, asked: &Asked, own: &Policies, judge: Option<&Policies>) -> Verdicts {
        let (changed, stay) = self.inputs(asked);
        let mut verdicts = self.ask(asked, own, &changed);
        if let Some(judge) = judge {
            verdicts.extend(self.ask(asked, judge, &changed));
        }
        let were = asked.was.as_ref().map(|was| (self.of(&was.policies).0, was.exceptions.as_slice()));
        let stays = Stays::of(stay, asked.around.as_ref(), were.is_some());
        let exceptions = self.parsed.platform.exceptions.as_slice();
        let was = were.as_ref().map_or((own, exceptions), |(policies, exceptions)| (policies, *exceptions));
        let questions = Standing::of(was, (own, exceptions), &asked.today);
        let tell = of_policies(self.begins, self.ended);
        verdicts.findings.extend(questions.refused_anew(&changed, &stays, self.job.threads, &tell));
        verdicts
    }

    fn ask(&self, asked: &Asked, policies: &Policies, inputs: &[UnitInput<'_>]) -> Verdicts {
        let exceptions = asked.exceptions.as_ref().unwrap_or(&self.parsed.platform.exceptions);
        let tell = of_policies(self.begins, self.ended);
        policy::evaluate_telling(policies, inputs, exceptions, &asked.today, self.job.threads, &tell)
    }

    /// Units that change or whose request does, and those that stay.
    fn inputs<'t>(&'t self, asked: &'t Asked) -> (Vec<UnitInput<'t>>, Vec<UnitInput<'t>>) {
        let Asked { base, before, plans, .. } = asked;
        let all = policy::inputs(&self.job.snapshot, &self.parsed.platform, self.rendered, |_| true, before.as_ref(), plans);
        let changes = |input: &UnitInput<'_>| base.get(&input.unit.id) != Some(&policy::seen(input.unit, input.request));
        all.into_iter().partition(changes)
    }
}
