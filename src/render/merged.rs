//! One finding for one cause, however many requests meet it.

use crate::model::{Code, Finding, Place, RequestId, Severity, and_more};
use std::collections::{BTreeMap, BTreeSet};

/// How many related places a finding names that many requests share.
pub(super) const MOST_RELATED: usize = 5;

/// So many requests each have a finding of their own, where what is said of them differs.
const FEW: usize = 3;

/// A finding, and the requests that met it.
struct Met {
    finding: Finding,
    requests: BTreeSet<RequestId>,
    /// For how many of them no related place is named.
    more: usize,
}

/// The findings, each with the request that met it, where one did, as one for each cause; it stands where the first request met it.
pub(super) fn merged(mut findings: Vec<(Finding, Option<RequestId>)>) -> Vec<Finding> {
    findings.sort();
    findings.dedup();
    let mut all: Vec<Met> = Vec::new();
    for (finding, request) in findings {
        match all.last_mut() {
            Some(last) if is_same(&last.finding, &finding) => last.take(finding, request),
            _ => all.push(Met { finding, requests: request.into_iter().collect(), more: 0 }),
        }
    }
    let mut merged: Vec<Finding> = of_one_cause(all).into_iter().flat_map(told).collect();
    merged.sort();
    merged
}

impl Met {
    fn take(&mut self, finding: Finding, request: Option<RequestId>) {
        let last = &mut self.finding;
        if last.message != finding.message {
            last.message = without_line(&last.message).concat();
        }
        let new: Vec<_> = finding.related.into_iter().filter(|related| !last.related.contains(related)).collect();
        if last.related.len() >= MOST_RELATED {
            self.more += usize::from(!new.is_empty());
        } else {
            last.related.extend(new);
        }
        self.requests.extend(request);
    }

    /// What it has in common with others of the same cause.
    fn cause(&self) -> Cause {
        let Finding { place, severity, code, message, .. } = &self.finding;
        if place.path.below("requests").is_some() {
            return (None, *severity, code.clone(), message.clone());
        }
        (Some(place.clone()), *severity, code.clone(), shape(message))
    }

    fn first(&self) -> Option<&RequestId> {
        self.requests.first()
    }
}

/// Where it is, when it is not at each request; and what is said, there without what differs from request to request.
type Cause = (Option<Place>, Severity, Code, String);

/// What has one cause, and who met it.
type Group = (BTreeSet<RequestId>, Vec<Met>);

/// Puts together what many requests meet, each once, in the order of the requests.
fn of_one_cause(mut all: Vec<Met>) -> Vec<Vec<Met>> {
    all.sort_by(|one, other| (one.first(), &one.finding).cmp(&(other.first(), &other.finding)));
    let mut causes: BTreeMap<Cause, Vec<Group>> = BTreeMap::new();
    let mut alone = Vec::new();
    for met in all {
        if met.requests.is_empty() {
            alone.push(vec![met]);
            continue;
        }
        let groups = causes.entry(met.cause()).or_default();
        // what a request meets twice has two causes
        match groups.iter_mut().find(|(requests, _)| requests.is_disjoint(&met.requests)) {
            Some((requests, group)) => {
                requests.extend(met.requests.iter().cloned());
                group.push(met);
            }
            None => groups.push((met.requests.clone(), vec![met])),
        }
    }
    alone.extend(causes.into_values().flatten().map(|(_, group)| group));
    alone
}

/// What is said of one cause: one finding that names some of the others, or one for each where they are few.
fn told(mut group: Vec<Met>) -> Vec<Finding> {
    let requests: BTreeSet<RequestId> = group.iter().flat_map(|met| met.requests.iter().cloned()).collect();
    if group.len() == 1 || requests.len() <= FEW {
        return group.into_iter().map(alone).collect();
    }
    let Met { mut finding, .. } = group.swap_remove(0);
    finding.message = and_more(&finding.message, requests.iter().skip(1).map(ToString::to_string));
    vec![finding]
}

fn alone(Met { mut finding, more, .. }: Met) -> Finding {
    if more > 0 {
        finding.message.push_str(&format!(" (and so in {more} more)"));
    }
    finding
}

/// Whether two findings say the same of the same place.
fn is_same(one: &Finding, other: &Finding) -> bool {
    let (message, another) = (&one.message, &other.message);
    one.place == other.place && one.code == other.code && (message == another || without_line(message) == without_line(another))
}

/// A message without the line of what was rendered, which is not the same for every request.
fn without_line(message: &str) -> [&str; 2] {
    let part = message.split_once(" (line ").and_then(|(before, rest)| Some([before, rest.split_once(" when rendered)")?.1]));
    part.unwrap_or([message, ""])
}

/// A message without what it quotes and counts.
fn shape(message: &str) -> String {
    let unquoted = message.split('`').step_by(2);
    unquoted.flat_map(|text| text.chars().chain(['`'])).filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RepoPath;
    use crate::render::codes::UNKNOWN_TARGET;

    fn met(place: &str, message: &str, request: usize) -> (Finding, Option<RequestId>) {
        let request = RequestId::parse(&format!("team/r{request:02}")).unwrap();
        let finding = Finding::error(UNKNOWN_TARGET, Place::file(RepoPath::parse(place).unwrap()), message);
        (finding, Some(request))
    }

    fn shown(findings: Vec<(Finding, Option<RequestId>)>) -> String {
        merged(findings).iter().map(|finding| format!("{}: {}\n", finding.place.path, finding.message)).collect()
    }

    #[test]
    fn one_cause_is_told_once_where_many_meet_it() {
        let template = "golden-paths/a/1.0.0/main/a.yaml.tera";
        let named = |from: usize, to: usize| (from..to).map(|n| met(template, &format!("the name `r{n}_X` is no name"), n));
        let twice = |n: usize| {
            [met(template, &format!("`{n}` is one, `a` is the other"), n), met(template, &format!("`{n}` is one, `b` is the other"), n)]
        };
        let each = |to: usize| (0..to).map(|n| met(&format!("requests/team/r{n:02}.yaml"), "the target `eu` is not there", n));
        let others = |to: usize| (0..to).map(|n| met(&format!("requests/team/r{n:02}.yaml"), &format!("the target `{n}` is not there"), n));
        insta::assert_snapshot!(shown(named(0, 3).collect()), @"
        golden-paths/a/1.0.0/main/a.yaml.tera: the name `r0_X` is no name
        golden-paths/a/1.0.0/main/a.yaml.tera: the name `r1_X` is no name
        golden-paths/a/1.0.0/main/a.yaml.tera: the name `r2_X` is no name
        ");
        insta::assert_snapshot!(shown(named(0, 31).collect()), @"golden-paths/a/1.0.0/main/a.yaml.tera: the name `r0_X` is no name (and 30 more: `team/r01`, `team/r02`, `team/r03`, …)");
        insta::assert_snapshot!(shown((0..4).flat_map(twice).collect()), @"
        golden-paths/a/1.0.0/main/a.yaml.tera: `0` is one, `a` is the other (and 3 more: `team/r01`, `team/r02`, `team/r03`)
        golden-paths/a/1.0.0/main/a.yaml.tera: `0` is one, `b` is the other (and 3 more: `team/r01`, `team/r02`, `team/r03`)
        ");
        insta::assert_snapshot!(shown(each(5).collect()), @"requests/team/r00.yaml: the target `eu` is not there (and 4 more: `team/r01`, `team/r02`, `team/r03`, …)");
        assert_eq!(shown(others(5).collect()).lines().count(), 5, "each names another target");
    }

    #[test]
    fn the_line_in_what_was_rendered_makes_no_other_mistake() {
        let message = |line: u32, what: &str| format!("`a.yaml` is not well-formed YAML (line {line} when rendered): {what}");
        let same = |one: &str, other: &str| is_same(&met("a", one, 0).0, &met("a", other, 1).0);
        assert!(same(&message(4, "a"), &message(71, "a")));
        assert!(!same(&message(4, "a"), &message(4, "b")));
        assert!(!same(&message(4, "a"), "`a.yaml` is not well-formed YAML"));
    }
}
