//! A policy that came to no end for a unit: it is not asked about the units behind it, and has not said yes to them.

use super::codes::{FAILED, LIMIT};
use super::compile::{Exceeded, Policy, STEPS, said_at, turn_in};
use super::evaluate::UnitInput;
use super::outcome::Unclear;
use crate::model::{Finding, Place, PolicyId};

/// What every such finding begins with; the id of the policy follows.
const BEGINS: &str = "the policy `";

/// What is said of a policy that came to no end for a unit.
pub(super) fn finding(policy: &Policy, input: &UnitInput<'_>, error: &anyhow::Error) -> Finding {
    let (place, said) = said_at(&error.to_string(), &policy.file);
    let (id, unit) = (&policy.id, &input.unit.id);
    let finding = if let Some(exceeded) = Exceeded::of(error) {
        let does = exceeded.does();
        let message = format!("{BEGINS}{id}` {does} for `{unit}`, and was not asked about the units after it");
        Finding::error(LIMIT, place, message).help(match exceeded {
            Exceeded::Steps => format!("Make it look at less: a rule may take {STEPS} steps for one input."),
            Exceeded::Pattern => "Write smaller repetitions: one inside of another is multiplied.".to_owned(),
        })
    } else {
        let unclear = error.downcast_ref::<Unclear>();
        let place = unclear.map_or(place, |unclear| Place::new(policy.file.clone(), unclear.at));
        let message = format!("{BEGINS}{id}` failed for `{unit}`, and was not asked about the units after it: {said}");
        Finding::error(FAILED, place, message).help(match unclear {
            Some(_) => "Write `deny contains msg if { … }`: a result is a text, or an object with `msg`.",
            None => "Look at the type of a value before it is passed on: a policy that fails has not said yes.",
        })
    };
    finding.turn(turn_in(policy.release.as_ref())).related(Place::file(input.request.file.clone()), "the request that it looked at")
}

/// The policy of which a finding tells that it came to no end.
pub fn ended(finding: &Finding) -> Option<PolicyId> {
    let tells = finding.code == FAILED || finding.code == LIMIT;
    let (id, _) = finding.message.strip_prefix(BEGINS).filter(|_| tells)?.split_once('`')?;
    PolicyId::parse(id).ok()
}
