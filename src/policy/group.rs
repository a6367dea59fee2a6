//! One finding where a policy says the same of many requests that nobody changed, or of several units of one that somebody did.
//!
//! Who writes a request sees every sentence about it. Who changes a golden path or a policy that five hundred requests use did not write any of
//! them: one of them, and how many there are, says all.

use crate::model::{Code, Finding, Place, RepoPath, Severity, UnitId};
use std::collections::{BTreeMap, BTreeSet};

/// How many of the others are named.
const MOST_NAMED: usize = 5;

/// What findings have in common that are told once: all but the unit and its objects, and the place where the request did not change.
type Key = (Severity, Code, String, String, Option<Place>);

/// A finding that stands for others.
struct First {
    /// Its place in the list.
    at: usize,
    unit: UnitId,
    /// The other units of which the same is said.
    others: BTreeSet<UnitId>,
    /// Whether they are all of a request that changed.
    is_changed: bool,
}

/// Puts results of policies together that differ only in the unit, of one request or of those whose files did not change; the first is kept.
pub fn grouped(findings: Vec<Finding>, is_changed: impl Fn(&RepoPath) -> bool) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    let mut groups: BTreeMap<Key, First> = BTreeMap::new();
    for finding in findings {
        let Some((said, unit)) = parts(&finding) else {
            kept.push(finding);
            continue;
        };
        let place = is_changed(&finding.place.path).then(|| finding.place.clone());
        let is_changed = place.is_some();
        let key = (finding.severity, finding.code.clone(), said.to_owned(), finding.help.clone(), place);
        match groups.get_mut(&key) {
            None => {
                groups.insert(key, First { at: kept.len(), unit, others: BTreeSet::new(), is_changed });
                kept.push(finding);
            }
            // Each object of the one that is shown is told.
            Some(first) if first.unit == unit => kept.push(finding),
            Some(first) => {
                if !is_changed && first.others.len() < MOST_NAMED && !first.others.contains(&unit) {
                    kept[first.at] = kept[first.at].clone().related(finding.place, format!("and so of `{unit}`"));
                }
                first.others.insert(unit);
            }
        }
    }
    for First { at, unit: _, others, is_changed } in groups.into_values() {
        let more = match others.len() {
            0 => continue,
            // whoever looks for one unit finds it by its name
            more if is_changed => {
                let names: String = others.iter().take(MOST_NAMED).map(|unit| format!(" `{unit}`,")).collect();
                let unnamed = more.saturating_sub(MOST_NAMED);
                let unnamed = if unnamed == 0 { String::new() } else { format!(" and {unnamed} more") };
                format!(", and so of{}{unnamed}", names.trim_end_matches(','))
            }
            1 => ", and so of 1 more unit whose request did not change".to_owned(),
            more => format!(", and so of {more} more units whose requests did not change"),
        };
        kept[at].message.push_str(&more);
    }
    kept
}

/// What a policy says of a unit, or of objects in it.
pub(super) fn worded(said: &str, about: &[&str], unit: &UnitId) -> String {
    let about = if about.is_empty() { String::new() } else { format!("{} in ", named(about)) };
    format!("{said} ({about}`{unit}`)")
}

/// The first of some objects, and how many there are besides.
pub(super) fn named(about: &[&str]) -> String {
    match about {
        [first, second, third, _, _, ..] => format!("{first}, {second}, {third} and {} more", about.len() - 3),
        [before @ .., before_last, last] => {
            let before: String = before.iter().map(|about| format!("{about}, ")).collect();
            format!("{before}{before_last} and {last}")
        }
        [only] => (*only).to_owned(),
        [] => String::new(),
    }
}

/// What a policy says in a finding, without what it is about.
pub fn said(finding: &Finding) -> &str {
    finding.message.rsplit_once(" (").map_or(&*finding.message, |(said, _)| said)
}

/// What a policy says, and of which unit, as it is worded.
fn parts(finding: &Finding) -> Option<(&str, UnitId)> {
    if !finding.code.as_str().starts_with("policy/") {
        return None;
    }
    let (before, unit) = finding.message.strip_suffix("`)")?.rsplit_once('`')?;
    let (said, _) = before.rsplit_once(" (")?;
    Some((said, UnitId::parse(unit).ok()?))
}

/// Of which unit a policy says something.
pub(super) fn unit_of(finding: &Finding) -> Option<UnitId> {
    parts(finding).map(|(_, unit)| unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;

    fn finding(policy: &str, request: &str, said: &str) -> Finding {
        of(policy, request, "Pod `a`", said)
    }

    fn of(policy: &str, request: &str, about: &str, said: &str) -> Finding {
        let file = RepoPath::parse(&format!("requests/{request}.yaml")).unwrap();
        let unit = UnitId::parse(&format!("{request}/main@eu")).unwrap();
        Finding::error(Code::policy(policy), Place::file(file), worded(said, &[about], &unit))
    }

    fn shown(findings: Vec<Finding>, changed: &str) -> String {
        let one = |finding: &Finding| {
            let Finding { place, code, message, related, .. } = finding;
            format!("{} {code}: {message} +{}", place.path, related.len())
        };
        grouped(findings, |path| path.as_str() == changed).iter().map(one).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn requests_that_did_not_change_share_what_is_said() {
        let mut all: Vec<Finding> = (1..=9).map(|n| finding("images", &format!("shop/r{n}"), "not ours")).collect();
        all.push(finding("images", "shop/r1", "no digest"));
        all.push(finding("size", "shop/r2", "not ours"));
        insta::assert_snapshot!(shown(all, "requests/shop/r3.yaml"), @"
        requests/shop/r1.yaml policy/images: not ours (Pod `a` in `shop/r1/main@eu`), and so of 7 more units whose requests did not change +5
        requests/shop/r3.yaml policy/images: not ours (Pod `a` in `shop/r3/main@eu`) +0
        requests/shop/r1.yaml policy/images: no digest (Pod `a` in `shop/r1/main@eu`) +0
        requests/shop/r2.yaml policy/size: not ours (Pod `a` in `shop/r2/main@eu`) +0
        ");
    }

    #[test]
    fn units_of_one_request_share_what_is_said_at_one_place() {
        let unit = |target: &str| UnitId::parse(&format!("shop/r1/main@{target}")).unwrap();
        let file = RepoPath::parse("requests/shop/r1.yaml").unwrap();
        let of = |target: &str, said: &str| {
            Finding::error(Code::policy("images"), Place::file(file.clone()), worded(said, &["Pod `a`", "Pod `b`"], &unit(target)))
        };
        let all = vec![of("eu", "not ours"), of("us", "not ours"), of("asia", "not ours"), of("us", "no digest")];
        insta::assert_snapshot!(shown(all, "requests/shop/r1.yaml"), @r"
        requests/shop/r1.yaml policy/images: not ours (Pod `a` and Pod `b` in `shop/r1/main@eu`), and so of `shop/r1/main@asia`, `shop/r1/main@us` +0
        requests/shop/r1.yaml policy/images: no digest (Pod `a` and Pod `b` in `shop/r1/main@us`) +0
        ");
    }

    #[test]
    fn objects_of_one_unit_are_no_other_requests() {
        let all = ["a (b)", "c", "d"].iter().flat_map(|object| {
            ["shop/r1", "shop/r2"].map(|request| of("images", request, &format!("Pod `{object}`"), "not ours (at all)"))
        });
        insta::assert_snapshot!(shown(all.collect(), ""), @"
        requests/shop/r1.yaml policy/images: not ours (at all) (Pod `a (b)` in `shop/r1/main@eu`), and so of 1 more unit whose request did not change +1
        requests/shop/r1.yaml policy/images: not ours (at all) (Pod `c` in `shop/r1/main@eu`), and so of 1 more unit whose request did not change +1
        requests/shop/r1.yaml policy/images: not ours (at all) (Pod `d` in `shop/r1/main@eu`) +0
        ");
    }

    #[test]
    fn a_word_is_read_as_it_is_written() {
        let unit = UnitId::parse("shop/web/main@eu").unwrap();
        let (pod, file) = ("Pod `a`", "`.github/workflows/a.yaml`");
        for about in [&[][..], &[pod], &[file], &[pod, file], &[pod; 9]] {
            for said in ["not ours", "not `ours` (at all)", ""] {
                let place = Place::file(RepoPath::parse("requests/shop/web.yaml").unwrap());
                let finding = Finding::error(Code::policy("images"), place, worded(said, about, &unit));
                assert_eq!(parts(&finding), Some((said, unit.clone())), "{}", finding.message);
            }
        }
    }
}
