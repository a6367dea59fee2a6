//! Which rules are asked: those with the names that conftest asks.

use crate::model::{Severity, Span, close_match};

/// What they are called, by themselves or with more words after it (`deny_host_network`), and how much their results matter.
const WORDS: [(&str, Severity); 3] = [("deny", Severity::Error), ("violation", Severity::Error), ("warn", Severity::Warning)];

/// A rule that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// Where it is asked: `data.main.deny_host_network`.
    pub(super) path: String,
    pub(super) severity: Severity,
    /// Where it is declared first.
    pub(super) at: Span,
}

impl Rule {
    /// The rule of a package (`data.main`), when it has a name that is asked.
    pub(super) fn of(package: &str, name: &str) -> Option<Self> {
        let (word, more) = name.split_once('_').map_or((name, None), |(word, more)| (word, Some(more)));
        let (_, severity) = WORDS.into_iter().find(|(known, _)| *known == word)?;
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let has_words = more.is_none_or(|more| more.split('_').all(is_word));
        has_words.then(|| Self { path: format!("{package}.{name}"), severity, at: Span::START })
    }

    /// `deny_host_network`
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or_default()
    }
}

/// The name that was meant by one that is not asked: `deny_root` for `dney_root`.
pub(super) fn meant(name: &str) -> Option<String> {
    let (word, more) = name.split_once('_').map_or((name, ""), |(word, more)| (word, more));
    let near = close_match(word, WORDS.map(|(word, _)| word))?;
    let more: Vec<&str> = more.split('_').filter(|word| !word.is_empty()).collect();
    Some(std::iter::once(near).chain(more).collect::<Vec<_>>().join("_"))
}

/// What may be names in a text, each as often as it stands there.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_conftest_asks_is_asked() {
        let asked = |name: &str| Rule::of("data.main", name).map(|rule| format!("{} {:?}", rule.path, rule.severity));
        let names = "deny violation warn deny_root warn_2_late violation_a_b_C deny_ deny__x denyroot den Deny _deny test_deny deny_é";
        let table = names.split(' ').map(|name| format!("{name}: {}\n", asked(name).unwrap_or_else(|| "-".to_owned())));
        insta::assert_snapshot!(table.collect::<String>(), @"
        deny: data.main.deny Error
        violation: data.main.violation Error
        warn: data.main.warn Warning
        deny_root: data.main.deny_root Error
        warn_2_late: data.main.warn_2_late Warning
        violation_a_b_C: data.main.violation_a_b_C Error
        deny_: -
        deny__x: -
        denyroot: -
        den: -
        Deny: -
        _deny: -
        test_deny: -
        deny_é: -
        ");
    }

    #[test]
    fn a_slip_is_close_to_what_was_meant() {
        let table = ["dney", "dney_root", "deny_", "deny__x", "Deny", "warning", "violations_of_all", "ours", "pod"];
        let table = table.map(|name| format!("{name}: {}", meant(name).unwrap_or_else(|| "-".to_owned())));
        insta::assert_snapshot!(table.join("\n"), @r"
        dney: deny
        dney_root: deny_root
        deny_: deny
        deny__x: deny_x
        Deny: deny
        warning: -
        violations_of_all: violation_of_all
        ours: -
        pod: -
        ");
    }
}
