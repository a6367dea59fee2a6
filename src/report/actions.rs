//! What Terraform would do, for people; secrets are shown as such.

use super::bounds::Bounds;
use super::difference::difference;
use super::text::{code, count, first_of};
use super::view::View;
use crate::model::UnitId;
use crate::observe::{Action, AttributeChange, Shown, Verb};
use std::fmt::Write as _;

/// "`aws_db_instance.main` must be replaced because `storage_type` changes".
pub(super) fn said(address: &str, verb: Verb, because: &[String]) -> String {
    let what = match verb {
        Verb::Create => "is created",
        Verb::Update => "is changed",
        Verb::Delete => "is destroyed",
        Verb::Replace => "must be replaced",
        Verb::Read => "is read",
        Verb::Forget => "is forgotten, and stays",
        Verb::Import => "is taken into the state",
        Verb::Move => "is known under another address",
    };
    let change = if because.len() == 1 { "changes" } else { "change" };
    let why =
        if because.is_empty() { String::new() } else { format!(" because {} {change}", first_of(because.iter().map(|b| code(b)), 5)) };
    format!("{} {what}{why}", code(address))
}

/// "1 to create, 2 to change".
pub(super) fn to_do(actions: &[Action]) -> String {
    let verbs = [
        (Verb::Replace, "to replace"),
        (Verb::Delete, "to destroy"),
        (Verb::Create, "to create"),
        (Verb::Update, "to change"),
        (Verb::Import, "to import"),
        (Verb::Move, "to move"),
        (Verb::Read, "to read"),
        (Verb::Forget, "to forget"),
    ];
    let number = |verb: Verb| actions.iter().filter(|action| action.verb == verb).count();
    let said: Vec<String> =
        verbs.iter().filter(|(verb, _)| number(*verb) > 0).map(|(verb, word)| format!("{} {word}", number(*verb))).collect();
    said.join(", ")
}

/// Each action in words, and the attributes that would be others.
pub(super) fn listed(actions: &[Action], bounds: &Bounds) -> String {
    let shown = || actions.iter().take(bounds.actions);
    let mut text: String = shown().map(|action| format!("- {}\n", said(&action.address, action.verb, &action.because))).collect();
    text += &left(actions.len(), bounds);
    let attributes: String = shown().map(attributes).collect();
    if !attributes.is_empty() {
        text.push('\n');
        text += &difference(&attributes, bounds);
    }
    text
}

/// "… and 3 more actions", where not all are listed.
fn left(all: usize, bounds: &Bounds) -> String {
    if all <= bounds.actions {
        return String::new();
    }
    bounds.leave_out();
    format!("- … and {}\n", count(all - bounds.actions, "more action"))
}

/// What would be done to several units, the most dangerous first.
pub(super) fn by_unit(units: &[(&UnitId, &[Action])], bounds: &Bounds) -> String {
    let rank = |verb: Verb| match verb {
        Verb::Replace => 0,
        Verb::Delete => 1,
        Verb::Create | Verb::Update | Verb::Import | Verb::Move | Verb::Read | Verb::Forget => 2,
    };
    let mut all: Vec<(&UnitId, &Action)> =
        units.iter().flat_map(|(unit, actions)| actions.iter().map(move |action| (*unit, action))).collect();
    all.sort_by_key(|(unit, action)| (rank(action.verb), *unit, &action.address));
    let said = |(unit, action): &(&UnitId, &Action)| {
        format!("- {}: {}\n", code(&unit.to_string()), said(&action.address, action.verb, &action.because))
    };
    let text: String = all.iter().take(bounds.actions).map(said).collect();
    text + &left(all.len(), bounds)
}

fn attributes(action: &Action) -> String {
    if action.changes.is_empty() {
        return String::new();
    }
    let mut text = format!(" {}\n", action.address.replace(['\n', '\r'], " "));
    for AttributeChange { path, before, after } in &action.changes {
        for (sign, side) in [('-', before), ('+', after)] {
            if let Some(value) = side {
                writeln!(text, "{sign}  {} = {}", path.replace(['\n', '\r'], " "), shown(value)).expect("a string takes all");
            }
        }
    }
    text
}

fn shown(value: &Shown) -> String {
    match value {
        Shown::Value(text) => text.replace(['\n', '\r'], " "),
        Shown::Sensitive(_) => "(sensitive)".to_owned(),
        Shown::Unknown => "(known after apply)".to_owned(),
    }
}

/// "**Outside this pull request**: 2 things have drifted": what somebody changed behind Terraform's back.
pub(super) fn drifted(view: &View<'_>) -> String {
    let plans = view.plans.iter().flat_map(|plans| &plans.plans);
    let drift = plans
        .flat_map(|(unit, plan)| plan.drift.iter().map(move |action| format!("{} of {}", code(&action.address), code(&unit.to_string()))));
    let drift: Vec<String> = drift.collect();
    if drift.is_empty() {
        return String::new();
    }
    let number = drift.len();
    let verb = if number == 1 { "has" } else { "have" };
    format!("**Outside this pull request**: {} {verb} drifted: {}.", count(number, "thing"), first_of(drift, 10))
}
