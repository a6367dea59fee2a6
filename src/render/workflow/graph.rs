//! What jobs wait for: each other, by names that are there, and never in a circle.

use super::facts::Facts;
use super::{Wrong, key};
use crate::model::{close_match, meant};
use crate::render::circle;
use crate::render::schema::At;
use std::collections::BTreeMap;

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
            let help = near.map_or_else(String::new, meant);
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

/// The first circle of jobs, which find each other whatever the case of their names.
fn circle<'a>(facts: &Facts<'a>) -> Option<Vec<&'a str>> {
    let names: BTreeMap<String, &'a str> = facts.names().map(|name| (name.to_ascii_lowercase(), name)).collect();
    let of = |need: &&str| names.get(&need.to_ascii_lowercase()).copied();
    let needs = facts.jobs.iter().map(|(name, job)| (*name, job.needs.iter().filter_map(of).collect()));
    circle::first(&needs.collect())
}
