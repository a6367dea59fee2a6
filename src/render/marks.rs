//! The labels and annotations that every object carries, from the request and not from each template.

use crate::model::{Digest, ReleaseId, Request};
use std::collections::BTreeMap;

/// The prefix of everything that goldpath alone sets.
pub(super) const OWN_PREFIX: &str = "goldpath.dev/";
/// The one label without the prefix that goldpath sets.
pub(super) const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// What goldpath puts on every object of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// For objects and pod templates.
    pub(super) labels: BTreeMap<String, String>,
    /// For objects only, so that a new release restarts nothing.
    pub(super) annotations: BTreeMap<String, String>,
    /// The same facts by plain names, for Terraform.
    pub(super) facts: BTreeMap<&'static str, String>,
}

/// The marks of one request.
pub(super) fn marks(request: &Request, release: &ReleaseId) -> Marks {
    let mut marks = Marks::default();
    marks.labels.insert(MANAGED_BY.to_owned(), "goldpath".to_owned());
    for (key, fact, value) in [
        ("request", "request", Some(request.id.name.as_str().to_owned())),
        ("team", "team", Some(request.id.team.as_str().to_owned())),
        ("cost-centre", "cost_centre", request.facts.cost_centre.clone()),
        ("data-classification", "data_classification", request.facts.data_classification.clone()),
    ] {
        // what says nothing is no fact
        let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
        let label = as_label(&value);
        if label != value {
            marks.annotations.insert([OWN_PREFIX, key].concat(), value.clone());
        }
        marks.labels.insert([OWN_PREFIX, key].concat(), label);
        marks.facts.insert(fact, value);
    }
    for (key, value) in [
        ("path", Some(release.path.to_string())),
        ("release", Some(release.version.to_string())),
        ("expires", request.facts.expires.clone()),
    ] {
        let Some(value) = value else { continue };
        marks.annotations.insert([OWN_PREFIX, key].concat(), value.clone());
        if key != "expires" {
            marks.facts.insert(key, value);
        }
    }
    marks
}

/// A value as a label: as it is when it fits, else shortened, with eight digits of its digest.
pub(super) fn as_label(value: &str) -> String {
    let edge = |c: char| c.is_ascii_alphanumeric();
    let fits = value.len() <= 63
        && value.starts_with(edge)
        && value.ends_with(edge)
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if fits {
        return value.to_owned();
    }
    let readable: String = value.chars().map(|c| if edge(c) || matches!(c, '-' | '_' | '.') { c } else { '-' }).take(50).collect();
    let digest = Digest::of(value.as_bytes()).hex();
    let readable = readable.trim_matches(|c: char| !edge(c));
    if readable.is_empty() { digest[..8].to_owned() } else { format!("{readable}-{}", &digest[..8]) }
}

#[cfg(test)]
mod tests {
    use super::as_label;

    #[test]
    fn a_value_that_does_not_fit_a_label_is_shortened_with_its_digest() {
        let long = "x".repeat(70);
        let shown: Vec<String> = ["cc-1201", "Sales & Marketing", "###", &long].map(as_label).to_vec();
        insta::assert_snapshot!(shown.join("\n"), @"
        cc-1201
        Sales---Marketing-6d64414a
        56dc6d47
        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-c71bd109
        ");
        assert!(shown.iter().all(|label| label.len() <= 63));
    }
}
