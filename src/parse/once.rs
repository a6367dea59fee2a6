//! One finding for what keeps many requests from being read: a team or a golden path that is gone.

use super::codes::{UNKNOWN_KIND, UNKNOWN_TEAM};
use crate::model::{Code, Finding, and_more};
use std::collections::BTreeMap;

/// So many requests each have a finding of their own.
const FEW: usize = 3;

/// The same findings, with one at the first request where many have the same cause.
pub(super) fn told(findings: Vec<Finding>) -> Vec<Finding> {
    let shared = |finding: &Finding| [UNKNOWN_KIND, UNKNOWN_TEAM].contains(&finding.code) && finding.place.path.below("requests").is_some();
    let (shared, mut told): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(shared);
    let mut causes: BTreeMap<(Code, String), Vec<Finding>> = BTreeMap::new();
    for finding in shared {
        causes.entry((finding.code.clone(), finding.message.clone())).or_default().push(finding);
    }
    for mut of_cause in causes.into_values() {
        if of_cause.len() > FEW {
            of_cause.sort();
            let others = of_cause.split_off(1);
            let files = others.iter().map(|finding| finding.place.path.to_string());
            of_cause.iter_mut().for_each(|first| first.message = and_more(&first.message, files.clone()));
        }
        told.extend(of_cause);
    }
    told
}
