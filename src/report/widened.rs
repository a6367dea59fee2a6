//! What may give more access or expose more: the kinds that fewest units have come first, so that nothing hides among many of another kind.

use super::text::{code, count, first_of};
use super::view::View;
use crate::change::ChangeState;
use crate::diff::{Diff, UnitChange};
use std::collections::BTreeMap;

/// The most units that are named, and the most things of one.
const MOST: usize = 5;

/// Units in which access or exposure may grow, each with the things by which it may, as `Kind/name`.
pub(super) fn rarest_first(diff: &Diff) -> Vec<(&UnitChange, Vec<&str>)> {
    let mut of_kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for thing in diff.units.iter().flat_map(|unit| &unit.widened) {
        *of_kinds.entry(kind(thing)).or_default() += 1;
    }
    let number = |thing: &str| of_kinds.get(kind(thing)).copied().unwrap_or_default();
    let mut units: Vec<(&UnitChange, Vec<&str>)> =
        diff.widened_units().map(|unit| (unit, unit.widened.iter().map(String::as_str).collect())).collect();
    units.iter_mut().for_each(|(_, things)| things.sort_by_key(|thing| number(thing)));
    units.sort_by_key(|(_, things)| things.first().map_or(0, |thing| number(thing)));
    units
}

fn kind(thing: &str) -> &str {
    thing.split('/').next().unwrap_or(thing)
}

/// The place of each unit among the blocks of a comment: what is dangerous first.
pub(super) fn order(diff: &Diff) -> impl Fn(&UnitChange) -> (bool, usize) {
    let places: BTreeMap<_, usize> =
        rarest_first(diff).into_iter().enumerate().map(|(place, (unit, _))| (unit.id.clone(), place)).collect();
    move |unit| (unit.risks.is_empty(), places.get(&unit.id).copied().unwrap_or(usize::MAX))
}

/// The sentence that says so.
pub(super) fn said(view: &View<'_>) -> Option<String> {
    let diff = view.diff().filter(|_| !matches!(view.change.state, ChangeState::Accepted(_)))?;
    let units = rarest_first(diff);
    let number = count(units.len(), "unit");
    let by = |things: &[&str]| first_of(things.iter().map(|thing| code(thing)), MOST);
    match units.as_slice() {
        [] => None,
        [(unit, things)] if !things.is_empty() => {
            Some(format!("**Access or exposure may grow** in {number}, {}: by {}.", code(&unit.id.to_string()), by(things)))
        }
        _ => {
            let one = |(unit, things): &(&UnitChange, Vec<&str>)| {
                let things = if things.is_empty() { String::new() } else { format!(" ({})", by(things)) };
                format!("{}{things}", code(&unit.id.to_string()))
            };
            Some(format!("**Access or exposure may grow** in {number}: {}.", first_of(units.iter().map(one), MOST)))
        }
    }
}

/// The same for a terminal, a line for each unit.
pub(super) fn lines(diff: &Diff) -> Vec<String> {
    let line = |(unit, things): (&UnitChange, Vec<&str>)| {
        let things = first_of(things.into_iter().map(super::text::line), MOST);
        let by = if things.is_empty() { String::new() } else { format!(" by {things}") };
        format!("may give more access: {}{by}", unit.id)
    };
    rarest_first(diff).into_iter().map(line).collect()
}
