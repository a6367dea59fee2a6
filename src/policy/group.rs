//! One finding where a policy says the same of many requests that nobody changed.
//!
//! Who writes a request sees every word about it. Who changes a golden path or a policy that five hundred requests use did not write any of
//! them: one of them, and how many there are, says all.

use crate::model::{Finding, RepoPath};

/// How many of the others are named.
const MOST_NAMED: usize = 5;

/// Puts results of policies together that differ only in the unit, where the request's file did not change; the first is kept.
pub fn grouped(findings: Vec<Finding>, is_changed: impl Fn(&RepoPath) -> bool) -> Vec<Finding> {
    let mut kept: Vec<(Finding, usize)> = Vec::new();
    let mut groups: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for finding in findings {
        let Some((said, unit)) = parts(&finding).filter(|_| !is_changed(&finding.place.path)) else {
            kept.push((finding, 0));
            continue;
        };
        let key = format!("{:?} {} {said} {}", finding.severity, finding.code, finding.help);
        let related = format!("and so of {unit}");
        match groups.get(&key) {
            None => {
                groups.insert(key, kept.len());
                kept.push((finding, 0));
            }
            Some(first) => {
                let (first, more) = &mut kept[*first];
                *more += 1;
                if *more <= MOST_NAMED {
                    *first = first.clone().related(finding.place, related);
                }
            }
        }
    }
    let told = |(mut finding, more): (Finding, usize)| {
        if more > 0 {
            finding.message.push_str(&format!(", and so of {more} more that did not change"));
        }
        finding
    };
    kept.into_iter().map(told).collect()
}

/// What a policy says, and of which unit: the message ends with it in brackets.
fn parts(finding: &Finding) -> Option<(&str, &str)> {
    if !finding.code.as_str().starts_with("policy/") {
        return None;
    }
    let (said, about) = finding.message.strip_suffix(')')?.rsplit_once(" (")?;
    let unit = about.rsplit_once(" in ").map_or(about, |(_, unit)| unit);
    Some((said, unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Code, Place};

    fn finding(policy: &str, request: &str, said: &str) -> Finding {
        let file = RepoPath::parse(&format!("requests/{request}.yaml")).unwrap();
        Finding::error(Code::policy(policy), Place::file(file), format!("{said} (Pod `a` in `{request}/main@eu`)"))
    }

    #[test]
    fn requests_that_did_not_change_share_what_is_said() {
        let mut all: Vec<Finding> = (1..=9).map(|n| finding("images", &format!("shop/r{n}"), "not ours")).collect();
        all.push(finding("images", "shop/r1", "no digest"));
        all.push(finding("size", "shop/r2", "not ours"));
        let changed = RepoPath::parse("requests/shop/r3.yaml").unwrap();
        let shown: Vec<String> = grouped(all, |path| *path == changed)
            .iter()
            .map(|finding| format!("{} {}: {} +{}", finding.place.path, finding.code, finding.message, finding.related.len()))
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        requests/shop/r1.yaml policy/images: not ours (Pod `a` in `shop/r1/main@eu`), and so of 7 more that did not change +5
        requests/shop/r3.yaml policy/images: not ours (Pod `a` in `shop/r3/main@eu`) +0
        requests/shop/r1.yaml policy/images: no digest (Pod `a` in `shop/r1/main@eu`) +0
        requests/shop/r2.yaml policy/size: not ours (Pod `a` in `shop/r2/main@eu`) +0
        ");
    }
}
