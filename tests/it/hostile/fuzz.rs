//! What nobody thought of, for a moment: the targets of `cargo fuzz` with the files that are kept of it, and with these changed at random.
//!
//! A few changes of each in every run; `make fuzz` looks for longer, and knows what is new by the code that runs.

#[path = "../../../fuzz/entry.rs"]
mod entry;

use entry::{Target, folder};
use goldpath::model::Finding;
use goldpath::render::Rendered;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A source of numbers that gives the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or_default() % most.max(1)
    }

    fn change(&mut self, bytes: &mut Vec<u8>, corpus: &[Vec<u8>], words: &[Vec<u8>]) {
        let at = self.below(bytes.len() + 1);
        let end = (at + 1 + self.below(16)).min(bytes.len());
        match self.below(6) {
            0 => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << (self.0 % 8)),
            1 => drop(bytes.drain(at.min(end)..end)),
            2 => {
                let again: Vec<u8> = bytes[at.min(end)..end].repeat(1 + self.below(4));
                bytes.splice(at..at, again);
            }
            3 | 4 => drop(bytes.splice(at..at, words[self.below(words.len())].iter().copied()).count()),
            _ => {
                let other = &corpus[self.below(corpus.len())];
                let from = self.below(other.len());
                let to = (from + self.below(80)).min(other.len());
                bytes.splice(at..end.max(at), other[from..to].iter().copied());
            }
        }
        bytes.truncate(4_000);
    }
}

/// What is the same for alike mistakes: codes, and the words around what is quoted.
fn told((rendered, findings): &(Rendered, Vec<Finding>)) -> BTreeSet<String> {
    let words = |text: &str| text.split('`').step_by(2).flat_map(str::chars).filter(|c| !c.is_ascii_digit()).collect::<String>();
    let said = findings.iter().map(|finding| format!("{} {}", finding.code, words(&finding.message)));
    said.chain([format!("{} units", rendered.units.len())]).collect()
}

/// The files of a folder, in the order of their names.
fn kept(below: &str) -> Vec<Vec<u8>> {
    let files: BTreeSet<_> = std::fs::read_dir(folder(below)).expect("a folder").map(|file| file.expect("a file").path()).collect();
    files.into_iter().map(|file| std::fs::read(file).expect("it can be read")).collect()
}

/// The words of a dictionary of `cargo fuzz`: `"…"` a line, with `\\`, `\"` and `\xAB`.
fn words(language: &str) -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(folder(&format!("dictionaries/{language}.dict"))).expect("a dictionary");
    let quoted = text.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    quoted
        .map(|word| {
            let mut bytes = word.bytes();
            let mut out = Vec::new();
            while let Some(byte) = bytes.next() {
                out.push(match byte {
                    b'\\' => match bytes.next() {
                        Some(b'x') => {
                            let digits: String = bytes.by_ref().take(2).map(char::from).collect();
                            u8::from_str_radix(&digits, 16).expect("two digits")
                        }
                        Some(other) => other,
                        None => unreachable!("a word ends with a backslash"),
                    },
                    byte => byte,
                });
            }
            out
        })
        .collect()
}

fn fuzz(name: &str, language: &str) {
    let (target, words) = (Target::new(name), words(language));
    let check = |bytes: &[u8]| {
        let told = catch_unwind(AssertUnwindSafe(|| told(&target.check(bytes))));
        told.unwrap_or_else(|_| panic!("{name} with {:?}", String::from_utf8_lossy(bytes)))
    };
    let mut corpus = kept(&format!("corpus/{name}"));
    assert!(!corpus.is_empty() && !words.is_empty());
    let mut seen: BTreeSet<String> = corpus.iter().flat_map(|bytes| check(bytes)).collect();
    // What is kept goes the whole way, so that what holds of a rendering is looked at.
    let units = seen.iter().filter_map(|told| told.strip_suffix(" units")?.parse().ok()).max();
    assert!(units > Some(3), "{name}: {seen:?}");
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..40 {
        let mut bytes = corpus[dice.below(corpus.len())].clone();
        for _ in 0..=dice.below(4) {
            dice.change(&mut bytes, &corpus, &words);
        }
        let (told, before) = (check(&bytes), seen.len());
        seen.extend(told);
        if seen.len() > before {
            corpus.push(bytes);
        }
    }
}

#[test]
fn nothing_is_wrong_with_what_the_files_are_put_into() {
    let untouched = std::fs::read(folder("base/requests/platform/shop.yaml")).expect("it can be read");
    let (rendered, findings) = Target::new("request").check(&untouched);
    let units: Vec<String> = rendered.units.keys().map(ToString::to_string).collect();
    let said: String = findings.iter().map(|finding| format!("{} {}\n", finding.place.path, finding.message)).collect();
    insta::assert_snapshot!(format!("{said}{}", units.join("\n")), @"
    platform/shop/main@staging
    platform/shop/plain@staging
    platform/shop/repo@staging
    platform/shop/root@dns
    platform/store/main@production
    platform/store/plain@staging
    platform/store/repo@staging
    platform/store/root@dns
    ");
}

#[test]
fn any_request_gets_an_answer() {
    fuzz("request", "yaml");
}

#[test]
fn any_release_gets_an_answer() {
    fuzz("release", "yaml");
}

#[test]
fn any_template_gets_an_answer() {
    fuzz("template", "tera");
}

#[test]
fn any_policy_gets_an_answer() {
    fuzz("policy", "rego");
}

#[test]
fn any_output_gets_an_answer_and_stays_as_it_is() {
    let target = Target::new("output");
    let is_compared = |bytes: &Vec<u8>| target.check(bytes).0.units.keys().any(|id| id.to_string().starts_with("platform/shop/main@"));
    // Only what is rendered can be rendered once more.
    let compared = kept("corpus/output").iter().filter(|bytes| is_compared(bytes)).count();
    assert!(compared > 3, "{compared} of what is kept is rendered");
    fuzz("output", "output");
}
