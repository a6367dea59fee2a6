//! Files that differ from one that was read before in printed words alone are not parsed again.
//!
//! A template writes nearly the same for each request. What it wrote with a placeholder for each print is its skeleton: when a second file
//! has the same one, the skeleton is parsed, and from then on the words are put where their placeholders stand. That is what parsing gives
//! too, as a print that is plain changes nothing but its own place (`prints_are_plain`); in debug builds both are done and compared.

use super::budget::{Noted, Print};
use super::cast::Cast;
use std::sync::{Arc, PoisonError, RwLock};

/// How many skeletons of one template are kept: it has as many as its branches and loops give.
const MOST: usize = 64;

/// Longer files are always parsed.
const LONGEST: usize = 64 << 10;

/// What every placeholder begins with, and nothing else in a skeleton.
pub(super) const MARK: &str = "gpx";

/// How a text in quotes could say that in other letters.
const ESCAPES: [&str; 3] = ["\\x", "\\u", "\\U"];

/// What one template wrote before, by its skeleton.
#[derive(Default)]
pub(super) struct Skeletons(RwLock<Vec<Known>>);

/// A skeleton, and what is known of it.
struct Known {
    /// What stands before, between and behind the prints.
    between: Vec<Box<str>>,
    what: What,
}

#[derive(Clone)]
enum What {
    /// It was written once.
    Seen,
    /// Files with it are always parsed.
    Unusable,
    Read(Arc<Cast>),
}

impl Skeletons {
    /// What a file whose prints are all plain is made from; nothing when it has to be parsed.
    pub(super) fn cast(&self, noted: &Noted) -> Option<Arc<Cast>> {
        let output = std::str::from_utf8(&noted.output).ok()?;
        let on_one_line = |print: &Print| !print.text.contains(['\n', '\r']);
        if output.len() > LONGEST || !noted.prints.iter().all(on_one_line) {
            return None;
        }
        self.known(output, &noted.prints)
    }

    fn known(&self, output: &str, prints: &[Print]) -> Option<Arc<Cast>> {
        let what = {
            let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
            kept.iter().find(|known| known.is_of(output, prints)).map(|known| known.what.clone())
        };
        match what {
            Some(What::Read(cast)) => Some(cast),
            Some(What::Unusable) => None,
            Some(What::Seen) => {
                self.keep(output, prints, |between| Cast::of(between).map_or(What::Unusable, |cast| What::Read(Arc::new(cast))))
            }
            None => self.keep(output, prints, |between| {
                let says = |text: &str| text.contains(MARK) || ESCAPES.iter().any(|escape| text.contains(escape));
                if between.iter().any(|text| says(text)) { What::Unusable } else { What::Seen }
            }),
        }
    }

    /// Notes what is known of a skeleton now; gives its documents where these are known.
    fn keep(&self, output: &str, prints: &[Print], what: impl FnOnce(&[Box<str>]) -> What) -> Option<Arc<Cast>> {
        let between = between(output, prints)?;
        let what = what(&between);
        let cast = if let What::Read(cast) = &what { Some(Arc::clone(cast)) } else { None };
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.iter_mut().find(|known| known.between == between) {
            known.what = what;
        } else if kept.len() < MOST {
            kept.push(Known { between, what });
        }
        cast
    }
}

impl Known {
    /// Whether this is the skeleton of what was written.
    fn is_of(&self, output: &str, prints: &[Print]) -> bool {
        let Some((first, behind)) = self.between.split_first().filter(|(_, behind)| behind.len() == prints.len()) else { return false };
        let Some(mut rest) = output.strip_prefix(&**first) else { return false };
        for (print, behind) in prints.iter().zip(behind) {
            let stands_here = output.len() - rest.len() == print.offset;
            let Some(next) = rest.strip_prefix(print.text.as_str()).filter(|_| stands_here).and_then(|next| next.strip_prefix(&**behind))
            else {
                return false;
            };
            rest = next;
        }
        rest.is_empty()
    }
}

/// What stands before, between and behind the prints.
fn between(output: &str, prints: &[Print]) -> Option<Vec<Box<str>>> {
    let mut all = Vec::with_capacity(prints.len() + 1);
    let mut done = 0;
    for print in prints {
        all.push(output.get(done..print.offset)?.into());
        done = print.offset + print.text.len();
    }
    all.push(output.get(done..)?.into());
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::super::budget::{Print, Written};
    use super::super::language::{Content, ended, parse_back, prints_are_plain};
    use super::super::renderer::Language;
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// Places of YAML that something can be printed at, and some that it had better not.
    const TEMPLATES: &[&str] = &[
        "kind: @\nname: a-@-b\nimage: registry.example.org/@/@:1.0\n",
        "quoted: \"@\"\nsingle: 'x @'\nflow: {a: @, b: [@, \"@\"]}\n",
        "text: |\n  first @\n  - @\nfolded: >-\n  a: @\n  b\n# @\n",
        "one: @\n---\n@: two\n@: three\n",
        "a: &a first\nb: &@ second\nc: *a\nd: !!@ 12\n",
        "escaped: \"x\\@\"\nnumber: 1@\nkey:\n- @\n-   @ # @\n",
        "long: plain\n  and @\n  more\n? @\n: value\n",
    ];

    /// What was written with these values in the places of `@`; what is no text is printed with a filter.
    fn noted(template: &str, values: &[Value]) -> Noted {
        let (mut output, mut prints) = (String::new(), Vec::new());
        for (index, part) in template.split('@').enumerate() {
            if let Some(last) = index.checked_sub(1) {
                let value = &values[last % values.len()];
                let (text, typed) = value.as_str().map_or_else(|| (value.to_string(), Some(value.clone())), |text| (text.to_owned(), None));
                prints.push(Print { offset: output.len(), text: text.clone(), typed, written: Written::YAML });
                output.push_str(&text);
            }
            output.push_str(part);
        }
        Noted { output: output.into_bytes(), prints, trace: Vec::new(), steps: 0 }
    }

    fn read(skeletons: &Skeletons, noted: &Noted) -> Option<Content> {
        let cast = prints_are_plain(Language::Yaml, &noted.output, &noted.prints).then(|| skeletons.cast(noted)).flatten()?;
        cast.filled(&noted.prints).map(Content::Yaml)
    }

    fn parsed(noted: &Noted) -> Option<Content> {
        parse_back(Language::Yaml, &ended(Language::Yaml, std::str::from_utf8(&noted.output).unwrap())).ok()
    }

    #[test]
    fn the_third_file_of_a_kind_is_not_parsed() {
        let skeletons = Skeletons::default();
        let known: Vec<bool> = ["api", "web", "shop"].map(|word| read(&skeletons, &noted(TEMPLATES[0], &[json!(word)])).is_some()).to_vec();
        assert_eq!(known, [false, true, true]);
        let other = noted(TEMPLATES[0], &[json!("api"), json!(3)]);
        assert!(read(&skeletons, &other).is_none(), "a number is not printed within a word");
    }

    #[test]
    fn what_a_name_of_yaml_is_printed_into_is_always_parsed() {
        for template in
            ["a: &a first\nb: &@ second\nc: *a\n", "a: !!@ 12\n", "a: \"\\@\"\n", "@: 1\n@: 2\n", "a: @\nb: \"\\x67px00000z\"\n"]
        {
            let skeletons = Skeletons::default();
            for word in ["a", "str", "now"] {
                assert!(read(&skeletons, &noted(template, &[json!(word)])).is_none(), "{template:?} with {word}");
            }
            let kept = skeletons.0.into_inner().unwrap();
            assert!(kept.iter().all(|known| matches!(known.what, What::Unusable)), "{template:?} is tried only once");
        }
    }

    #[test]
    fn a_print_that_stands_elsewhere_is_of_another_skeleton() {
        let skeletons = Skeletons::default();
        for word in ["api", "web"] {
            read(&skeletons, &noted("a: @\nb: api\n", &[json!(word)]));
        }
        assert!(read(&skeletons, &noted("a: @\nb: api\n", &[json!("api")])).is_some());
        assert!(read(&skeletons, &noted("a: api\nb: @\n", &[json!("api")])).is_none(), "the text is the same, and the print is not");
    }

    fn values() -> impl Strategy<Value = Value> {
        prop_oneof![
            4 => "[a-z][a-z0-9./-]{0,8}[a-z0-9]".prop_map(Value::String),
            1 => prop::sample::select(vec!["a", "b", "str", "null", "no", "1e3", "", "x: y", "- x", "gpx00000z", "it's", "a\nb", "\t"])
                .prop_map(|text| json!(text)),
            1 => prop::sample::select(vec![json!(3), json!(true), json!(null), json!(1.5), json!({"a": [1]}), json!(["x: y"])]),
        ]
    }

    proptest! {
        #[test]
        fn what_is_put_back_is_what_is_parsed(
            template in prop::sample::select(TEMPLATES.to_vec()),
            all in prop::collection::vec(prop::collection::vec(values(), 1..4), 3..5),
        ) {
            let skeletons = Skeletons::default();
            for values in all {
                let noted = noted(template, &values);
                if let Some(content) = read(&skeletons, &noted) {
                    prop_assert!(parsed(&noted).as_ref() == Some(&content), "{}", String::from_utf8_lossy(&noted.output));
                }
            }
        }
    }
}
