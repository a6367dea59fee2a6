//! Small help with words, for messages, and the words that several stages read.

use jiff::Timestamp;

/// The candidate that was most likely meant, when one is near enough to be worth naming: the same but for its spelling, the only one that a slip or
/// two lead to, the only one that begins like it or that it is short for, or the one that fewest slips lead to.
pub fn close_match<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let plain = bare(word);
    let all: Vec<(String, &str)> = candidates.iter().map(|candidate| (bare(candidate), *candidate)).collect();
    if let Some((_, same)) = all.iter().find(|(other, _)| *other == plain) {
        return Some(same);
    }
    let length = plain.chars().count();
    let slips = |other: &str| strsim::damerau_levenshtein(other, &plain);
    if let (Some(only), true) = (nearest(&all, &slips, (length / 4).max(1)), length >= 3) {
        return Some(only);
    }
    let begin: Vec<&str> = all.iter().filter(|(other, _)| other.starts_with(&plain)).map(|(_, candidate)| *candidate).collect();
    if let ([only], true) = (begin.as_slice(), length >= 2) {
        return Some(only);
    }
    let short = all.iter().filter(|(other, _)| length >= 3 && is_short_for(&plain, other)).map(|(_, candidate)| *candidate);
    if let [only] = short.collect::<Vec<_>>().as_slice() {
        return Some(only);
    }
    let near = similar::get_close_matches(word, &candidates, 3, 0.6);
    let near = near.into_iter().map(|candidate| (bare(candidate), candidate));
    let near = near.filter(|(one, _)| slips(one) <= (one.chars().count().max(length) / 3).max(1));
    near.min_by_key(|(one, _)| slips(one)).map(|(_, candidate)| candidate)
}

/// The one candidate that fewer slips lead to than to any other, and not more than `most`.
fn nearest<'a>(all: &[(String, &'a str)], slips: &dyn Fn(&str) -> usize, most: usize) -> Option<&'a str> {
    let mut near: Vec<(usize, &str)> = all.iter().map(|(bare, candidate)| (slips(bare), *candidate)).collect();
    near.retain(|(slips, _)| *slips <= most);
    near.sort_unstable();
    match near.as_slice() {
        [(_, only)] => Some(only),
        [(first, only), (second, _), ..] if first < second => Some(only),
        _ => None,
    }
}

/// Whether a word is another one with letters left out, as in `img`.
fn is_short_for(short: &str, word: &str) -> bool {
    let mut rest = word.chars();
    short.chars().next() == word.chars().next() && short.chars().all(|letter| rest.any(|other| other == letter))
}

/// "`a`, `b` and `c`".
pub fn quoted_list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    listed(words, "and")
}

/// A message about one with how many others it is about as well, of which three are named: `… (and 4 more: `a`, `b`, `c`, …)`.
pub fn and_more(message: &str, others: impl Iterator<Item = String> + Clone) -> String {
    const NAMED: usize = 3;
    let count = others.clone().count();
    let named: Vec<String> = others.take(NAMED).map(|other| format!("`{other}`")).collect();
    let rest = if count > NAMED { ", …" } else { "" };
    if count == 0 { message.to_owned() } else { format!("{message} (and {count} more: {}{rest})", named.join(", ")) }
}

fn listed<'a>(words: impl IntoIterator<Item = &'a str>, last_by: &str) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {last_by} {last}", first.join(", ")),
    }
}

/// "`a`, `b` or `c`".
pub fn either<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    listed(words, "or")
}

/// "Did you mean `a`?"
pub fn meant(near: &str) -> String {
    format!("Did you mean `{near}`?")
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

/// How much a quantity is, for comparing it with another.
pub fn amount(quantity: &str) -> Option<f64> {
    if !is_quantity(quantity) {
        return None;
    }
    // An exponent belongs to the number, and no suffix of more than one letter begins with one.
    if let Ok(number) = quantity.parse::<f64>() {
        return Some(number);
    }
    let end = quantity.find(|c: char| c.is_ascii_alphabetic())?;
    let decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].into_iter().zip((-3..).map(|power| 1000_f64.powi(power)));
    let binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].into_iter().zip((1..).map(|power| 1024_f64.powi(power)));
    let (_, factor) = decimal.chain(binary).find(|(suffix, _)| *suffix == &quantity[end..])?;
    Some(quantity[..end].parse::<f64>().ok()? * factor)
}

/// Whether a character cannot be seen, or turns text around: control characters, what joins, fills or chooses a form, tags, line separators.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffc}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The day of a moment, UTC: `2026-01-31`.
pub fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fills_joins_or_turns_is_unseen() {
        let unseen = "\u{ad}\u{34f}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{180b}\u{200b}\u{202e}\u{2062}\u{2800}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{1d173}\u{e0041}\u{e0100}\n\u{1b}";
        assert!(unseen.chars().all(is_unseen));
        assert!(!"aä한 ⠿ក。…•✓—\u{1f600}".chars().any(is_unseen));
    }

    #[test]
    fn words_are_listed() {
        let said = [quoted_list(["a"]), quoted_list(["a and b", "c", "d"]), either(["a and b", "c"]), either([]), meant("a")];
        insta::assert_snapshot!(said.join("\n"), @"
        `a`
        `a and b`, `c` and `d`
        `a and b` or `c`
        nothing
        Did you mean `a`?
        ");
    }

    #[test]
    fn a_quantity_is_so_much() {
        let all = ["0", "1u", "100m", "0.2", "1", "1e1", "1k", "1Ki", "1e3k", "1.5M", "2E", "2Ei", "x", "1.2.3"];
        let shown: Vec<String> = all.iter().map(|text| format!("{text} {:?}", amount(text))).collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        0 Some(0.0)
        1u Some(1e-6)
        100m Some(0.1)
        0.2 Some(0.2)
        1 Some(1.0)
        1e1 Some(10.0)
        1k Some(1000.0)
        1Ki Some(1024.0)
        1e3k None
        1.5M Some(1500000.0)
        2E Some(2e18)
        2Ei Some(2.305843009213694e18)
        x None
        1.2.3 None
        ");
    }

    #[test]
    fn a_near_word_is_one_that_was_meant() {
        let fields = ["environment", "image", "replicas", "region", "dataClassification", "cpuPercent", "port", "payments-ledger"];
        for (word, near) in [
            ("replcas", Some("replicas")),
            ("regoin", Some("region")),
            ("Region", Some("region")),
            ("data_classification", Some("dataClassification")),
            ("env", Some("environment")),
            ("img", Some("image")),
            ("cpu", Some("cpuPercent")),
            ("payments_ledger", Some("payments-ledger")),
            ("p", None),
            ("stage", None),
            ("owner", None),
            ("", None),
        ] {
            assert_eq!(close_match(word, fields), near, "{word:?}");
        }
        for (word, known, near) in [
            ("stdinn", ["stdin", "stdinOnce"], "stdin"),
            ("propertys", ["properties", "propertyNames"], "properties"),
            ("prt", ["port", "portName"], "port"),
            ("prodd", ["prod", "production"], "prod"),
        ] {
            assert_eq!(close_match(word, known), Some(near), "fewer slips lead to it");
        }
        assert_eq!(close_match("us-east-1", ["eu-central-1", "eu-west-1"]), None, "another place is no slip");
        assert_eq!(close_match("no", ["node", "none"]), None, "it may be short for both");
    }

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
