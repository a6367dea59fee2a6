//! What templates may call: a list of our own, so that nothing that a newer Tera brings is there before somebody has looked at it.

use super::lexer::{Delimiters, Kind, Part, Piece, parts};
use crate::model::close_match;
use std::fmt;

/// Filters. All of them give the same for the same, and ask for nothing but their arguments.
const FILTERS: [&str; 40] = [
    "abs",
    "capitalize",
    "default",
    "escape",
    "escape_html",
    "escape_xml",
    "first",
    "float",
    "get",
    "group_by",
    "hcl",
    "indent",
    "int",
    "join",
    "json",
    "keys",
    "last",
    "length",
    "lower",
    "newlines_to_br",
    "nth",
    "pairs",
    "pluralize",
    "replace",
    "reverse",
    "round",
    "safe", // to say what is there instead
    "sort",
    "split",
    "str",
    "title",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "values",
    "wordcount",
    "yaml",
];

/// Tests, behind `is` and `is not`.
const TESTS: [&str; 17] = [
    "array",
    "bool",
    "containing",
    "defined",
    "divisible_by",
    "ending_with",
    "even",
    "float",
    "integer",
    "iterable",
    "map",
    "none",
    "number",
    "odd",
    "starting_with",
    "string",
    "undefined",
];

/// Functions.
const FUNCTIONS: [&str; 3] = ["range", "super", "throw"];

/// Words before a parenthesis that call nothing.
const OPERATORS: [&str; 9] = ["and", "elif", "else", "for", "if", "in", "is", "not", "or"];

/// Something that a template may not call.
pub(super) struct Refused {
    /// Where its name begins.
    pub(super) at: usize,
    /// What it is.
    pub(super) what: &'static str,
    pub(super) name: String,
}

impl fmt::Display for Refused {
    /// `the filter `date` is not for templates`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} `{}` is not for templates", self.what, self.name)
    }
}

/// What may be meant by a name that is on no list.
pub(super) fn near(refused: &Refused) -> Option<&'static str> {
    let list: &[&'static str] = match refused.what {
        "filter" => &FILTERS,
        "test" => &TESTS,
        _ => &FUNCTIONS,
    };
    close_match(&refused.name, list.iter().copied().filter(|name| !matches!(*name, "safe" | "super")))
}

/// Everything that a template calls and that is on no list.
pub(super) fn refused(source: &str, delimiters: &Delimiters) -> Vec<Refused> {
    let parts = parts(source, delimiters);
    parts.iter().filter(|part| matches!(part.piece, Piece::Expression | Piece::Tag)).flat_map(|part| refused_in(source, part)).collect()
}

fn refused_in<'a>(source: &'a str, part: &'a Part) -> impl Iterator<Item = Refused> + 'a {
    (0..part.tokens.len()).filter_map(|index| {
        let (name, token) = (part.word(source, index), &part.tokens[index]);
        let (what, list): (_, &[&str]) = called(source, part, index)?;
        (token.kind == Kind::Ident && !list.contains(&name)).then(|| Refused { at: token.range.start, what, name: name.to_owned() })
    })
}

/// What kind of thing is called by the token with this index, and the list that it has to be on.
fn called(source: &str, part: &Part, index: usize) -> Option<(&'static str, &'static [&'static str])> {
    let word = |back: usize| index.checked_sub(back).map_or("", |index| part.word(source, index));
    let section = part.piece == Piece::Tag && index == 1 && word(1) == "filter";
    if word(1) == "|" || section {
        return Some(("filter", &FILTERS));
    }
    if (word(1) == "is" && word(0) != "not") || (word(1) == "not" && word(2) == "is") {
        return Some(("test", &TESTS));
    }
    let defines = part.piece == Piece::Tag && (index == 0 || (index == 1 && word(1) == "component"));
    let calls = part.word(source, index + 1) == "(" && word(1) != "." && !defines && !OPERATORS.contains(&word(0));
    calls.then_some(("function", &FUNCTIONS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(source: &str) -> String {
        refused(source, &Delimiters::default()).iter().map(|refused| format!("{} {}@{} ", refused.what, refused.name, refused.at)).collect()
    }

    #[test]
    fn what_is_on_no_list_is_refused_where_it_stands() {
        insta::assert_snapshot!(said("{{ now() }}{{ a | date | upper }}{% if a is odd and b is not prime %}{% filter shout %}{% endfilter %}{% endif %}"), @"function now@3 filter date@18 test prime@61 filter shout@79");
        let fine = "{{ range(end=3) | length }}{% if (a) and not (b) or a is not defined %}{% elif (a) %}{% endif %}{% component x(a) %}{% endcomponent %}{{ a.b | default(value=(1)) }}";
        assert_eq!(said(fine), "");
    }

    /// Each name is one that Tera or goldpath has: a list that names what is gone would hide what takes its place.
    #[test]
    fn the_lists_name_what_is_there() {
        let mut tera = tera::Tera::new();
        super::super::filters::register(&mut tera);
        let known = |template: String| {
            let mut tera = tera.clone();
            tera.add_raw_template("a", &template).map_err(|error| error.to_string()).err().filter(|error| error.contains("nknown "))
        };
        let calls = FILTERS.iter().map(|name| format!("{{{{ 1 | {name} }}}}"));
        let calls = calls.chain(TESTS.iter().map(|name| format!("{{{{ 1 is {name} }}}}")));
        let calls = calls.chain(FUNCTIONS.iter().filter(|name| **name != "super").map(|name| format!("{{{{ {name}() }}}}")));
        assert_eq!(calls.filter_map(known).collect::<Vec<_>>(), Vec::<String>::new());
    }
}
