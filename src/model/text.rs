//! Small help with words, for messages, and the words that several stages read.

/// The candidate that was most likely meant, when one is near enough to be worth naming.
pub fn close_match<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let same = candidates.iter().find(|candidate| candidate.eq_ignore_ascii_case(word));
    if let Some(same) = same {
        return Some(same);
    }
    similar::get_close_matches(word, &candidates, 1, 0.6).first().copied()
}

/// "`a`, `b` and `c`".
pub fn quoted_list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Whether a text is a quantity of Kubernetes: `100m`, `1.5Gi`, `2e3`.
pub fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let is_number = number.bytes().any(|b| b.is_ascii_digit()) && number.bytes().filter(|b| *b == b'.').count() <= 1;
    let known = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let exponent = suffix.strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['-', '+']).unwrap_or(rest));
    is_number && (known.contains(&suffix) || exponent.is_some_and(|e| !e.is_empty() && e.bytes().all(|b| b.is_ascii_digit())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_has_its_form() {
        for (text, answer) in [
            ("100m", true),
            ("1.5Gi", true),
            ("2e3", true),
            ("-1", true),
            ("", false),
            ("Gi", false),
            ("1GiB", false),
            ("1..2", false),
            ("1e", false),
        ] {
            assert_eq!(is_quantity(text), answer, "{text:?}");
        }
    }
}
