//! Which print of a file changed more than its own place: the file is written again with something else for its prints, and compared.

use super::budget::{Marking, Mode, Noted, Print};
use super::engine::Engine;
use super::filters::is_plain_word;
use super::language::{Content, Trouble, bare_in_json, changed_by_print, doubts, ended, parse_back, says_the_same};
use super::rendered::Limits;
use super::renderer::Language;
use tera::Context;

/// A file that can be written again, with something else for its prints.
pub(super) struct Again<'a> {
    pub(super) engine: &'a Engine,
    pub(super) context: &'a Context,
    pub(super) limits: &'a Limits,
    pub(super) language: Language,
    pub(super) template: usize,
}

impl Again<'_> {
    /// The text with something else for each print but those that are `written` out; nothing when it cannot be rendered so.
    pub(super) fn text(&self, marking: Marking, written: &[usize]) -> Option<String> {
        let bytes = self.limits.output_bytes.saturating_mul(2);
        let again = self.engine.render(self.template, self.context, self.limits.steps, bytes, Mode::marked(marking, written)).ok()?;
        String::from_utf8(again.output).ok().map(|text| ended(self.language, &text))
    }

    /// The print that changes what is around it, when one does; `as_it_is`: other readers of YAML get the bytes that were rendered.
    pub(super) fn suspect(&self, noted: &Noted, content: &Result<Content, Vec<Trouble>>, as_it_is: bool) -> Option<usize> {
        let found = self.among(noted, content, as_it_is, &[])?;
        // A filter or a comparison may see what was captured, and takes a placeholder for something else.
        let spared = if self.language == Language::Hcl { Vec::new() } else { captured_words(noted) };
        if spared.is_empty() { Some(found) } else { self.among(noted, content, as_it_is, &spared) }
    }

    /// The same, with some prints that are harmless wherever they come to stand.
    fn among(&self, noted: &Noted, content: &Result<Content, Vec<Trouble>>, as_it_is: bool, spared: &[usize]) -> Option<usize> {
        let marking = if self.language == Language::Json { Marking::Quoted } else { Marking::Placeholder };
        let marked = |written: &[usize]| self.text(marking, &[written, spared].concat());
        match content {
            Ok(content) => self.changes(noted, content, &marked).or_else(|| if as_it_is { self.is_misread(noted, &marked) } else { None }),
            Err(_) => self.breaks(noted, &marked),
        }
    }

    /// The print without which a file could be read.
    fn breaks(&self, noted: &Noted, marked: &dyn Fn(&[usize]) -> Option<String>) -> Option<usize> {
        let is_broken = |text: String| parse_back(self.language, &text).is_err();
        if !marked(&[]).is_some_and(is_broken) {
            return which(&noted.prints, |written| marked(written).is_some_and(is_broken));
        }
        if self.language == Language::Json { bare_in_json(&text_of(self.language, noted), &noted.prints) } else { None }
    }

    /// The print without which a file would say something else.
    fn changes(&self, noted: &Noted, content: &Content, marked: &dyn Fn(&[usize]) -> Option<String>) -> Option<usize> {
        let escaped = |written: &[usize]| match self.language {
            Language::Hcl => self.text(Marking::Escaped, written),
            _ => Some(String::new()),
        };
        let is_same = |written: &[usize]| {
            let read = |text: String| parse_back(self.language, &text).ok();
            let both = marked(written).and_then(read).zip(escaped(written));
            both.is_some_and(|(marked, escaped)| says_the_same(&marked, content, &escaped, &noted.prints).is_ok())
        };
        let Some(first) = marked(&[]) else { return which(&noted.prints, is_same) };
        let changed = changed_by_print(self.language, content, (&first, &escaped(&[])?), &noted.prints);
        changed.err().and_then(|found| found.or_else(|| which(&noted.prints, is_same)))
    }

    /// The print that readers of YAML 1.1 take for something else than a text.
    fn is_misread(&self, noted: &Noted, marked: &dyn Fn(&[usize]) -> Option<String>) -> Option<usize> {
        let all = doubts(&text_of(self.language, noted));
        let has_all = |text: String| doubts(&text) >= all;
        if all == 0 || marked(&[]).is_some_and(has_all) {
            None
        } else {
            which(&noted.prints, |written| marked(written).is_some_and(has_all))
        }
    }
}

/// Which print it is that makes a file what it is, which it is not with something else for each of them: the last of the first ones that have
/// to be `written` for it to be so.
fn which(prints: &[Print], is_so: impl Fn(&[usize]) -> bool) -> Option<usize> {
    let all: Vec<usize> = (0..prints.len()).collect();
    let (mut not, mut so) = (0, all.len());
    while so - not > 1 {
        let middle = usize::midpoint(not, so);
        if is_so(&all[..middle]) { so = middle } else { not = middle }
    }
    so.checked_sub(1)
}

/// The prints that were not written where they were printed, and that are words which nothing around them can make anything else of.
fn captured_words(noted: &Noted) -> Vec<usize> {
    let is_elsewhere = |print: &Print| {
        let end = print.offset + print.text.len();
        noted.output.get(print.offset..end) != Some(print.text.as_bytes())
    };
    let is_word = |print: &Print| print.typed.is_none() && is_plain_word(&print.text);
    noted.prints.iter().enumerate().filter(|(_, print)| is_word(print) && is_elsewhere(print)).map(|(index, _)| index).collect()
}

/// What a rendering wrote.
pub(super) fn text_of(language: Language, noted: &Noted) -> String {
    ended(language, &String::from_utf8_lossy(&noted.output))
}
