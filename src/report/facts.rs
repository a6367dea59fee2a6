//! What requests say of their life and their cost.

use super::text::{code, count, line};
use super::view::View;
use crate::diff::{Diff, RequestChange};
use std::collections::BTreeMap;

/// The most combinations of facts that are told.
const MOST: usize = 5;
/// What this version does about the end of a request.
const SHOWN: &str = "(shown; not enforced by this version of goldpath)";

/// What the requests say of their life and their cost, each once.
pub(super) fn facts(view: &View<'_>) -> String {
    let Some(diff) = view.diff() else { return String::new() };
    let mut said: BTreeMap<String, usize> = BTreeMap::new();
    for change in diff.requests.values() {
        let Some(release) = &change.after else { continue };
        let cost = change.cost_centre.as_ref().map(|centre| format!("Cost centre {}.", code(centre)));
        let moved =
            change.before.as_ref().filter(|before| *before != release).map(|before| format!(", before {}", code(&before.to_string())));
        let based = format!("Based on {}{}.", code(&release.to_string()), moved.unwrap_or_default());
        let parts: Vec<String> = life(change, code).into_iter().chain(cost).chain([based]).collect();
        *said.entry(parts.join(" ")).or_default() += 1;
    }
    let single = said.len() == 1;
    let left = said.len().saturating_sub(MOST);
    let lines = said.into_iter().take(MOST);
    let mut lines: Vec<String> = lines.map(|(text, n)| if single { text } else { format!("- {}: {text}", count(n, "request")) }).collect();
    if left > 0 {
        lines.push(format!("- … and {} of facts", count(left, "other combination")));
    }
    lines.join("\n")
}

/// The ends that are set by hand or no longer are, for a terminal.
pub(super) fn ends(diff: &Diff) -> Vec<String> {
    let mut said: BTreeMap<String, usize> = BTreeMap::new();
    let by_hand =
        diff.requests.values().filter(|change| change.after.is_some() && (change.expires.is_some() || change.expires_before.is_some()));
    for text in by_hand.filter_map(|change| life(change, line)) {
        *said.entry(text).or_default() += 1;
    }
    let left = said.len().saturating_sub(MOST);
    let mut lines: Vec<String> = said.into_iter().take(MOST).map(|(text, n)| format!("{}: {text}", count(n, "request"))).collect();
    if left > 0 {
        lines.push(format!("… and {}", count(left, "other end")));
    }
    lines
}

/// When a request ends. A day that is set by hand counts instead of the lifetime.
fn life(change: &RequestChange, quoted: impl Fn(&str) -> String) -> Option<String> {
    let RequestChange { file: _, status: _, before: _, after: _, pinned: _, lifetime, expires, expires_before, cost_centre: _ } = change;
    if let Some(day) = expires {
        let before = match (expires_before, lifetime) {
            (Some(before), _) if before == day => String::new(),
            (Some(before), _) => format!(", before on {}", quoted(before)),
            (None, Some(lifetime)) => format!(", instead of {} after the first complete apply", quoted(lifetime)),
            (None, None) => String::new(),
        };
        return Some(format!("Ends on {}, set by hand{before} {SHOWN}.", quoted(day)));
    }
    let no_longer = expires_before.as_ref().map(|before| format!("No longer ends on {}.", quoted(before)));
    let lives = lifetime.as_ref().map(|lifetime| format!("Lives {}, counted from the first complete apply {SHOWN}.", quoted(lifetime)));
    let parts: Vec<String> = no_longer.into_iter().chain(lives).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
