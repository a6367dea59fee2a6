//! Files that differ from one that was read before in printed words alone are not parsed again.
//!
//! A template writes nearly the same for each request. What it wrote with a placeholder for each print is its skeleton: when a second file
//! has the same one, the skeleton is parsed, and from then on the words are put where their placeholders stand. That is what parsing gives
//! too, as a print that is plain changes nothing but its own place (`prints_are_plain`); in debug builds both are done and compared.

use super::budget::{Noted, placeholder};
use super::language::{Content, ended, parse_back, put_back};
use super::renderer::Language;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many skeletons of one template are kept: it has as many as its branches and loops give.
const MOST: usize = 64;

/// Longer files are always parsed.
const LONGEST: usize = 64 << 10;

/// What every placeholder begins with, and nothing else in a skeleton.
const MARK: &str = "gpx";

/// The documents of a file, each with the line on which it begins.
type Documents = Vec<(Value, u32)>;

/// What one template wrote before, by its skeleton.
#[derive(Default)]
pub(super) struct Skeletons(Mutex<HashMap<String, Known>>);

/// What is known of a skeleton.
enum Known {
    /// It was written once.
    Seen,
    /// Files with it are always parsed.
    Unusable,
    Read(Arc<Documents>),
}

impl Skeletons {
    /// The documents of a file whose prints are all plain; nothing when it has to be parsed.
    pub(super) fn read(&self, noted: &Noted) -> Option<Content> {
        let skeleton = skeleton(noted)?;
        let known = self.known(skeleton)?;
        // a copy takes over how its maps are laid out, which building them anew does not
        let mut documents = Documents::clone(&known);
        documents.iter_mut().try_for_each(|(document, _)| put_back(document, &noted.prints)).ok()?;
        Some(Content::Yaml(documents))
    }

    fn known(&self, skeleton: String) -> Option<Arc<Documents>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let documents = match kept.get(&skeleton) {
            Some(Known::Read(documents)) => return Some(Arc::clone(documents)),
            Some(Known::Unusable) => return None,
            Some(Known::Seen) => parsed(&skeleton).map(Arc::new),
            None => {
                if kept.len() < MOST {
                    kept.insert(skeleton, Known::Seen);
                }
                return None;
            }
        };
        kept.insert(skeleton, documents.clone().map_or(Known::Unusable, Known::Read));
        documents
    }
}

/// What was written, with a placeholder for each print.
fn skeleton(noted: &Noted) -> Option<String> {
    let on_one_line = |text: &str| !text.contains(['\n', '\r']);
    let output = std::str::from_utf8(&noted.output).ok()?;
    if output.len() > LONGEST || !noted.prints.iter().all(|print| on_one_line(&print.text)) {
        return None;
    }
    let mut skeleton = String::with_capacity(output.len() + placeholder(0).len() * noted.prints.len());
    let mut done = 0;
    for (index, print) in noted.prints.iter().enumerate() {
        skeleton.push_str(output.get(done..print.offset).filter(|between| !between.contains(MARK))?);
        skeleton.push_str(&placeholder(index));
        done = print.offset + print.text.len();
    }
    skeleton.push_str(output.get(done..).filter(|rest| !rest.contains(MARK))?);
    Some(skeleton)
}

/// The documents of a skeleton; nothing when a key is printed, as two of them may become the same.
fn parsed(skeleton: &str) -> Option<Documents> {
    let Ok(Content::Yaml(documents)) = parse_back(Language::Yaml, &ended(skeleton)) else { return None };
    documents.iter().all(|(document, _)| keys_are_fixed(document)).then_some(documents)
}

fn keys_are_fixed(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().all(|(key, value)| !key.contains(MARK) && keys_are_fixed(value)),
        Value::Array(items) => items.iter().all(keys_are_fixed),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Print;
    use super::super::language::prints_are_plain;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

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
                prints.push(Print { offset: output.len(), text: text.clone(), typed });
                output.push_str(&text);
            }
            output.push_str(part);
        }
        Noted { output: output.into_bytes(), prints, trace: Vec::new(), steps: 0 }
    }

    fn read(skeletons: &Skeletons, noted: &Noted) -> Option<Content> {
        prints_are_plain(Language::Yaml, &noted.output, &noted.prints).then(|| skeletons.read(noted)).flatten()
    }

    fn parsed(noted: &Noted) -> Option<Content> {
        parse_back(Language::Yaml, &ended(std::str::from_utf8(&noted.output).unwrap())).ok()
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
        for template in ["a: &a first\nb: &@ second\nc: *a\n", "a: !!@ 12\n", "a: \"\\@\"\n", "@: 1\n@: 2\n"] {
            let skeletons = Skeletons::default();
            for word in ["a", "str", "now"] {
                assert!(read(&skeletons, &noted(template, &[json!(word)])).is_none(), "{template:?} with {word}");
            }
            let kept = skeletons.0.into_inner().unwrap();
            assert!(kept.values().all(|known| matches!(known, Known::Unusable)), "{template:?} is tried only once");
        }
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
