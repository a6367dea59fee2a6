//! Functions that policies may not call: those whose answer is not in the repository, and those that no time limit ends.

use crate::model::Span;

/// A function that may not be called, and why as a sentence that begins with its name.
pub(super) struct Refused {
    pub(super) span: Span,
    pub(super) name: &'static str,
    pub(super) why: &'static str,
    pub(super) help: &'static str,
}

const AMBIENT: (&str, &str) = (
    "gives an answer that is not in the repository",
    "Policies see their `input` and nothing else, so that they say the same thing tomorrow.",
);
const ENDLESS: (&str, &str) =
    ("may ask for more than there is, and cannot be ended from outside", "Go through what is in `input` instead.");

const FUNCTIONS: [(&str, (&str, &str)); 8] = [
    ("http.send", AMBIENT),
    ("opa.runtime", AMBIENT),
    ("rand.intn", AMBIENT),
    ("time.now_ns", AMBIENT),
    ("uuid.rfc4122", AMBIENT),
    ("bits.lsh", ENDLESS),
    ("graph.reachable_paths", ENDLESS),
    ("numbers.range", ENDLESS),
];

/// One that a name means, with why and what to do instead: `numbers.range_step`.
pub(super) fn named(name: &str) -> Option<(&'static str, &'static str, &'static str)> {
    FUNCTIONS.iter().find(|(known, _)| name.starts_with(known)).map(|&(known, (why, help))| (known, why, help))
}

/// The first mention of such a function, however it is written. Text in strings is looked at too: what is only spoken of can be written another way.
pub(super) fn first(text: &str) -> Option<Refused> {
    let (squeezed, places) = squeeze(text);
    let of = |&(name, (why, help)): &(&'static str, (&'static str, &'static str))| {
        let mut found = squeezed.match_indices(name).map(|(at, _)| at);
        let at = found.find(|at| !squeezed[..*at].ends_with(is_word))?;
        Some(Refused { span: places[at], name, why, help })
    };
    FUNCTIONS.iter().filter_map(of).min_by_key(|refused| refused.span)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The text without blanks (but between words), quotes and lines of comment, and with `a["b"]` as `a.b`; and where each byte was.
fn squeeze(text: &str) -> (String, Vec<Span>) {
    let mut squeezed = String::new();
    let mut places = Vec::new();
    let mut gap;
    for (line, number) in text.lines().zip(1..) {
        gap = true;
        if line.trim_start().starts_with('#') && !line.contains('`') {
            continue;
        }
        for ((at, c), column) in line.char_indices().zip(1..) {
            match c {
                c if c.is_whitespace() => gap = true,
                '"' | '`' | ']' => {}
                c => {
                    if gap && is_word(c) && squeezed.ends_with(is_word) {
                        squeezed.push(' ');
                    }
                    gap = false;
                    let rest = line[at + c.len_utf8()..].trim_start();
                    let names = c == '[' && (rest.is_empty() || rest.starts_with(['"', '`']));
                    squeezed.push(if names { '.' } else { c });
                    places.resize(squeezed.len(), Span::point(number, column));
                }
            }
        }
    }
    (squeezed, places)
}

#[cfg(test)]
mod tests {
    use super::first;

    #[test]
    fn a_function_is_found_however_it_is_written() {
        let found = |text: &str| first(text).map(|refused| format!("{}:{} {}", refused.span.line, refused.span.column, refused.name));
        for (text, answer) in [
            ("x := numbers.range(1, 2)", Some("1:6 numbers.range")),
            ("x := numbers.range_step(1, 2, 3)", Some("1:6 numbers.range")),
            ("\n x := numbers [ \"range\" ](1, 2)", Some("2:7 numbers.range")),
            ("x := numbers[`range`](1, 2)", Some("1:6 numbers.range")),
            ("x := numbers[\n\"range\"](1, 2)", Some("1:6 numbers.range")),
            ("x := numbers.\n  range(1, 2)", Some("1:6 numbers.range")),
            ("x := \"#\"; rand.intn(\"a\", 2)", Some("1:11 rand.intn")),
            ("x := \"für é\"; rand.intn(\"ü\", 2)", Some("1:15 rand.intn")),
            ("x := `\n#`; rand.intn(`a`, 2)", Some("2:5 rand.intn")),
            ("x if numbers.range(1, 2)", Some("1:6 numbers.range")),
            ("x := y[\"a\"]\nnumbers.range(1, 2) == z", Some("2:1 numbers.range")),
            ("x := y[numbers.range(1, 2)[0]]", Some("1:8 numbers.range")),
            ("# numbers.range is not for us", None),
            ("x := mynumbers.range(1)", None),
            ("x := y[\nnumbers.range(1, 2)[0]]", Some("2:1 numbers.range")),
            ("x := count(numbers)", None),
        ] {
            assert_eq!(found(text).as_deref(), answer, "{text}");
        }
    }
}
