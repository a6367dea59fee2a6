//! What jobs wait for: each other, by names that are there, and never in a circle.

use super::facts::Facts;
use super::{Wrong, key};
use crate::model::close_match;
use crate::render::schema::At;
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with `needs`.
pub(super) fn check(facts: &Facts<'_>) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    for (name, job) in &facts.jobs {
        let place = key(&key("/jobs", name), "needs");
        for need in &job.needs {
            if facts.names().any(|known| known.eq_ignore_ascii_case(need)) {
                continue;
            }
            let near = close_match(need, facts.names().filter(|known| known != name));
            let help = near.map_or_else(String::new, |near| format!("Did you mean `{near}`?"));
            wrong.push(Wrong::new(&place, At::Value, format!("the job `{name}` needs `{need}`, and there is no such job"), help));
        }
    }
    wrong.extend(circle(facts).map(|jobs| {
        let place = key(&key("/jobs", jobs[0]), "needs");
        let message = match jobs.as_slice() {
            [only] => format!("the job `{only}` needs itself"),
            [first, ..] => {
                let way: Vec<String> = jobs.iter().chain([first]).map(|job| format!("`{job}`")).collect();
                format!("jobs wait for each other in a circle: {}", way.join(" needs "))
            }
            [] => String::new(),
        };
        Wrong::new(&place, At::Value, message, "Take one of these `needs` away.")
    }));
    wrong
}

/// The first circle, in the order in which its jobs need each other.
fn circle<'a>(facts: &Facts<'a>) -> Option<Vec<&'a str>> {
    let mut left: BTreeMap<&'a str, Vec<&'a str>> = facts.jobs.iter().map(|(name, job)| (*name, job.needs.clone())).collect();
    loop {
        let names: BTreeSet<&str> = left.keys().copied().collect();
        let before = left.len();
        left.retain(|_, needs| needs.iter().any(|need| names.contains(need)));
        if left.len() == before {
            break;
        }
    }
    // Whoever is left needs somebody who is left, so following them comes round.
    let (mut job, mut way) = (*left.keys().next()?, Vec::new());
    loop {
        if let Some(start) = way.iter().position(|known| *known == job) {
            return Some(way.split_off(start));
        }
        way.push(job);
        job = left.get(job)?.iter().copied().find(|need| left.contains_key(need))?;
    }
}
