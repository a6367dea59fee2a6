//! A reader over one document that notes every mistake with its place, instead of stopping at the first.

use super::codes;
use super::hint;
use super::words::{any_of, dotted, show, typed};
use crate::model::{
    Code, Finding, NameError, Place, RepoPath, Severity, Span, Turn, at, child, close_match, key_of, meant, quoted_list, texts,
};
use crate::snapshot::{File, Mode};
use crate::yaml::{self, Document, Problem, ProblemKind, Spot};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Larger files are refused: no file that people write is near it.
const LARGEST_FILE: usize = 1 << 20;

/// A byte order mark.
const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

/// More errors than this in one file help nobody.
const MOST_ERRORS: usize = 100;

/// Where a finding stands: at the key or at the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    Key,
    Value,
    /// At the value where it begins in the line of its key, else at the key.
    Start,
}

/// One file's document, and what was found wrong with it so far.
#[derive(Clone)]
pub(super) struct Fields<'a> {
    path: &'a RepoPath,
    turn: Turn,
    document: Rc<Document<'a>>,
    findings: Vec<Finding>,
    /// Pointers of fields that a misspelt one was probably meant to be: they are not missing too.
    meant: Vec<String>,
    /// Dates without quotes: nothing where goldpath itself takes a date.
    dates: Vec<Problem>,
    /// Keys that other readers may take for something else: nothing where a field is called so.
    keys: Vec<Problem>,
    /// Findings at an alias, each with the place at the anchor of what is wrong.
    aliased: Vec<(Finding, Place)>,
}

/// The text of a file.
///
/// # Errors
/// The findings that say why there is none.
pub(super) fn text<'a>(path: &RepoPath, file: &'a File, turn: Turn) -> Result<&'a str, Vec<Finding>> {
    let refuse =
        |code: Code, message: String, help: &str| Err(vec![Finding::error(code, Place::file(path.clone()), message).help(help).turn(turn)]);
    match file.mode {
        Mode::Symlink => {
            return refuse(codes::SYMLINK, "this is a symbolic link, and links are never followed".into(), "Put a copy of the file here.");
        }
        Mode::Submodule => {
            return refuse(codes::SUBMODULE, "this is a submodule, and submodules are never read".into(), "Put the files themselves here.");
        }
        Mode::Regular | Mode::Executable => {}
    }
    if file.bytes.len() > LARGEST_FILE {
        let message = format!("the file has {} bytes, at most {LARGEST_FILE} are read", file.bytes.len());
        return refuse(codes::FILE_TOO_BIG, message, "Split it, or take out what does not belong here.");
    }
    yaml::check_bytes(&file.bytes).map_err(|problems| problems.into_iter().map(|problem| of_problem(path, turn, problem)).collect())
}

/// The same; a byte order mark is told of, and what stands behind it is read.
///
/// # Errors
/// The findings that say why there is none.
pub(super) fn text_and_mark<'a>(path: &RepoPath, file: &'a File, turn: Turn) -> Result<(&'a str, Vec<Finding>), Vec<Finding>> {
    let marked = text(path, file, turn);
    let Some(rest) = file.bytes.strip_prefix(&BOM).filter(|_| marked.is_err() && file.bytes.len() <= LARGEST_FILE) else {
        return marked.map(|text| (text, Vec::new()));
    };
    let mark = marked.err().unwrap_or_default();
    match yaml::check_bytes(rest) {
        Ok(text) => Ok((text, mark)),
        Err(problems) => Err(mark.into_iter().chain(problems.into_iter().map(|problem| of_problem(path, turn, problem))).collect()),
    }
}

pub(super) fn of_problem(path: &RepoPath, turn: Turn, problem: Problem) -> Finding {
    let severity = if problem.is_error() { Severity::Error } else { Severity::Warning };
    let place = |span: Span| Place::new(path.clone(), span);
    let finding = Finding { severity, ..Finding::error(Code::new(problem.kind.name()), place(problem.span), problem.message) };
    let finding = finding.help(problem.help).turn(turn);
    match problem.related {
        Some((span, message)) => finding.related(place(span), message),
        None => finding,
    }
}

/// Whether a document says nothing at all.
fn is_blank(document: &Document<'_>) -> bool {
    let span = document.root_span();
    document.value().is_null() && (span.line, span.column) == (span.end_line, span.end_column)
}

impl<'a> Fields<'a> {
    /// Reads a file that holds one document.
    ///
    /// # Errors
    /// The findings, when there is no document that could be read further.
    pub(super) fn open(path: &'a RepoPath, file: &'a File, turn: Turn) -> Result<Self, Vec<Finding>> {
        let (text, mark) = text_and_mark(path, file, turn)?;
        let parsed = yaml::parse(text);
        let keys = parsed.doubtful_keys;
        let is_date = |problem: &Problem| problem.kind == ProblemKind::AmbiguousDate;
        let (dates, problems): (Vec<Problem>, Vec<Problem>) = parsed.problems.into_iter().partition(is_date);
        let mut findings = mark;
        findings.extend(problems.into_iter().map(|problem| of_problem(path, turn, problem)));
        let mut documents = parsed.documents.into_iter();
        let Some(document) = documents.next().filter(|document| !is_blank(document) || documents.len() > 0) else {
            if findings.is_empty() {
                let message = "this file holds no document";
                findings
                    .push(Finding::error(codes::EMPTY_FILE, Place::file(path.clone()), message).help("Fill it, or remove it.").turn(turn));
            }
            return Err(findings);
        };
        if let Some(second) = documents.next() {
            let span = second.root_span();
            let place = Place::new(path.clone(), Span::point(span.line, span.column));
            let (message, help) = if is_blank(&second) {
                ("nothing stands behind this `---`, which begins a second document", "Remove the `---`.")
            } else {
                ("a second document begins here, and only one is read from a file", "Put it into a file of its own.")
            };
            findings.push(Finding::error(codes::SEVERAL_DOCUMENTS, place, message).help(help).turn(turn));
        }
        let mut fields = Self { path, turn, document: Rc::new(document), findings, meant: Vec::new(), dates, keys, aliased: Vec::new() };
        if !fields.document.value().is_object() {
            // what could not be put together was told of, and is not empty
            if !fields.document.value().is_null() || fields.is_clean() {
                fields.wrong_type("", "an object");
            }
            return Err(fields.findings);
        }
        Ok(fields)
    }

    /// The file.
    pub(super) fn path(&self) -> &'a RepoPath {
        self.path
    }

    /// The whole document.
    pub(super) fn value(&self) -> &Value {
        self.document.value()
    }

    /// The value that a pointer leads to; nothing when it is absent or null.
    pub(super) fn get(&self, pointer: &str) -> Option<&Value> {
        at(self.document.value(), pointer).filter(|value| !value.is_null())
    }

    /// Whether there is something at a pointer.
    pub(super) fn has(&self, pointer: &str) -> bool {
        self.get(pointer).is_some()
    }

    /// Whether a pointer leads to something that is written, be it empty.
    pub(super) fn is_there(&self, pointer: &str) -> bool {
        at(self.document.value(), pointer).is_some()
    }

    /// Whether an alias brings the member of an object at a pointer, by itself or within another.
    pub(super) fn is_brought(&self, pointer: &str) -> bool {
        self.document.place(pointer).is_some_and(|spot| spot.key.is_none())
    }

    /// Whether no error was found so far.
    pub(super) fn is_clean(&self) -> bool {
        !self.findings.iter().any(Finding::is_error)
    }

    /// Whether an error was found at the value of a pointer, or at its key.
    pub(super) fn has_error_at(&self, pointer: &str) -> bool {
        let Some(spot) = self.document.place(pointer) else { return false };
        let is_there = |finding: &Finding| finding.place.span == spot.value || Some(finding.place.span) == spot.key;
        self.findings.iter().any(|finding| finding.is_error() && is_there(finding))
    }

    /// The span of a pointer's value.
    pub(super) fn span(&self, pointer: &str) -> Span {
        self.document.place(pointer).map_or(Span::START, |spot| spot.value)
    }

    /// The place of a pointer, or of the nearest thing around it that is there.
    pub(super) fn place(&self, pointer: &str, at: At) -> Place {
        self.place_by(pointer, at, Document::place)
    }

    fn place_by(&self, pointer: &str, at: At, spot: fn(&Document<'a>, &str) -> Option<Spot>) -> Place {
        let (mut pointer, mut at) = (pointer, at);
        loop {
            if let Some(spot) = spot(&self.document, pointer) {
                let root = if pointer.is_empty() { Span::point(spot.value.line, spot.value.column) } else { spot.value };
                let span = match (at, spot.key) {
                    (At::Key, Some(key)) => key,
                    (At::Start, Some(key)) if key.line != root.line => key,
                    _ => root,
                };
                return Place::new(self.path.clone(), span);
            }
            let Some((parent, _)) = pointer.rsplit_once('/') else { return Place::file(self.path.clone()) };
            (pointer, at) = (parent, At::Key);
        }
    }

    /// A number or another bare word as it is written.
    pub(super) fn written(&self, pointer: &str) -> Option<&str> {
        self.document.written(pointer)
    }

    /// Takes back the findings of a code at a place.
    pub(super) fn retract(&mut self, code: &Code, place: &Place) {
        self.findings.retain(|finding| finding.code != *code || finding.place != *place);
    }

    /// Notes a finding.
    pub(super) fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Notes an error.
    pub(super) fn error(&mut self, code: Code, pointer: &str, at: At, message: impl Into<String>, help: impl Into<String>) {
        let known = self.findings.iter().filter(|finding| finding.is_error()).count();
        if known > MOST_ERRORS || self.is_unreadable(pointer) {
            return;
        }
        if known == MOST_ERRORS {
            let message = format!("there are more mistakes in this file than the first {MOST_ERRORS}, and they are not told yet");
            let place = Place::file(self.path.clone());
            self.findings.push(Finding::error(codes::DOES_NOT_FIT, place, message).help("Mend these first.").turn(self.turn));
            return;
        }
        let finding = Finding::error(code, self.place(pointer, at), message).help(help).turn(self.turn);
        let source = self.place_by(pointer, at, Document::source);
        if source != finding.place {
            self.aliased.push((finding.clone(), source));
        }
        self.findings.push(finding);
    }

    /// Whether the value of a pointer is no good YAML, so that nothing more need be said of it.
    fn is_unreadable(&self, pointer: &str) -> bool {
        let span = self.document.place(pointer).map(|spot| spot.value);
        let unreadable = |finding: &Finding| finding.is_error() && finding.code.as_str().starts_with("yaml-");
        span.is_some_and(|span| self.findings.iter().any(|finding| unreadable(finding) && finding.place.span == span))
    }

    /// Notes a warning.
    pub(super) fn warning(&mut self, code: Code, pointer: &str, at: At, message: impl Into<String>, help: impl Into<String>) {
        let finding = Finding::warning(code, self.place(pointer, at), message).help(help).turn(self.turn);
        self.findings.push(finding);
    }

    /// Warns of each date without quotes below a pointer that is plain text: whoever else reads it may take it for more.
    pub(super) fn doubt_dates(&mut self, pointer: &str, is_plain_text: impl Fn(&str) -> bool) {
        let Some(value) = self.get(pointer).filter(|_| !self.dates.is_empty()) else { return };
        let plain = texts(value, pointer).into_iter().filter(|(pointer, _)| is_plain_text(pointer));
        let spans: BTreeSet<Span> = plain.filter_map(|(pointer, _)| Some(self.document.place(&pointer)?.value)).collect();
        let doubts = self.dates.iter().filter(|problem| spans.contains(&problem.span)).cloned();
        self.findings.extend(doubts.map(|problem| of_problem(self.path, self.turn, problem)));
    }

    /// Warns of each key that other readers may take for something else, but for those that are known to be names of fields.
    pub(super) fn doubt_keys(&mut self, is_known: impl Fn(&str) -> bool) {
        let keys = std::mem::take(&mut self.keys);
        if keys.is_empty() {
            return;
        }
        let spans: BTreeSet<Span> = keys_below(self.document.value())
            .into_iter()
            .filter(|pointer| is_known(pointer))
            .filter_map(|pointer| self.document.place(&pointer)?.key)
            .collect();
        let doubts = keys.into_iter().filter(|problem| !spans.contains(&problem.span));
        self.findings.extend(doubts.map(|problem| of_problem(self.path, self.turn, problem)));
    }

    /// Refuses each field below a pointer that is written and has no value, but for those that were spoken of.
    pub(super) fn refuse_empty(&mut self, below: &str) {
        let Some(value) = self.get(below) else { return };
        let members = keys_below(value).into_iter().filter(|key| at(value, key).is_some_and(Value::is_null));
        for pointer in members.map(|key| format!("{below}{key}")).collect::<Vec<_>>() {
            if !self.has_error_at(&pointer) {
                let message = format!("{} has no value", dotted(&pointer));
                let help = "Give it a value, or remove it; put a text that begins with `#` in quotes.";
                self.error(codes::MISSING_FIELD, &pointer, At::Key, message, help);
            }
        }
    }

    /// Refuses something that a later version brings.
    pub(super) fn not_yet(&mut self, pointer: &str, what: &str, help: &str) {
        let message = format!("{what} not supported yet by this version of goldpath");
        self.error(codes::NOT_SUPPORTED_YET, pointer, At::Key, message, help);
    }

    fn wrong_type(&mut self, pointer: &str, wanted: &str) {
        let value = at(self.document.value(), pointer).unwrap_or(&Value::Null);
        let at = if value.is_object() || value.is_array() { At::Start } else { At::Value };
        let message = format!("{} must be {wanted}, is {}", dotted(pointer), typed(value));
        let help = match wanted {
            _ if pointer.is_empty() => "Begin with `apiVersion: …`, `kind: …`, `metadata:` and `spec:`.".to_owned(),
            "text" => hint::retyped(pointer, &["string"], value, self.written(pointer))
                .map(|retyped| retyped.help)
                .unwrap_or_else(|| "Write one text in its place.".to_owned()),
            "a list" => hint::retyped(pointer, &["array"], value, None).map(|retyped| retyped.help).unwrap_or_default(),
            "an object" => hint::parted(value).unwrap_or_else(|| object_help(pointer, value)),
            _ => String::new(),
        };
        self.error(codes::WRONG_TYPE, pointer, at, message, help);
    }

    /// Checks that a pointer leads to an object with known fields only; false when it is absent or something else.
    pub(super) fn object(&mut self, pointer: &str, known: &[&str]) -> bool {
        let Some(value) = self.get(pointer) else { return false };
        let Some(map) = value.as_object() else {
            self.wrong_type(pointer, "an object");
            return false;
        };
        let unknown: Vec<String> = map.keys().filter(|key| !known.contains(&key.as_str())).take(MOST_ERRORS + 1).cloned().collect();
        for key in unknown {
            let help = match close_match(&key, known.iter().copied()) {
                Some(near) => {
                    self.meant.push(child(pointer, near));
                    meant(near)
                }
                None => format!("Known are {}.", quoted_list(known.iter().copied())),
            };
            let message = format!("`{}` is not a field of {}", plain_word(&key), dotted(pointer));
            self.error(codes::UNKNOWN_FIELD, &child(pointer, &key), At::Key, message, help);
        }
        true
    }

    /// Like [`Self::object`], and the object must be there.
    pub(super) fn required_object(&mut self, pointer: &str, known: &[&str]) -> bool {
        self.required_object_or(pointer, known, None)
    }

    /// The same, with what to write where there is nothing.
    pub(super) fn required_object_or(&mut self, pointer: &str, known: &[&str], write: Option<String>) -> bool {
        if self.has(pointer) {
            return self.object(pointer, known);
        }
        self.missing_but(pointer, write);
        false
    }

    /// Says that a field is missing.
    pub(super) fn missing(&mut self, pointer: &str) {
        self.missing_but(pointer, None);
    }

    /// The same, with what to write where that is known.
    fn missing_but(&mut self, pointer: &str, write: Option<String>) {
        if self.meant.iter().any(|meant| meant == pointer) {
            return;
        }
        let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        let empty = self.document.place(pointer).is_some();
        let message =
            if empty { format!("{} has no value", dotted(pointer)) } else { format!("{} needs a field `{name}`", dotted(parent)) };
        let help = match write {
            Some(write) => format!("{} `{write}`.", if empty { "Write" } else { "Add" }),
            None if empty => "Give it a value.".to_owned(),
            None => format!("Add `{name}: …`."),
        };
        self.error(codes::MISSING_FIELD, if empty { pointer } else { parent }, At::Key, message, help);
    }

    /// Text, when it is there.
    pub(super) fn text(&mut self, pointer: &str) -> Option<String> {
        match self.get(pointer)? {
            Value::String(text) => Some(text.clone()),
            _ => {
                self.wrong_type(pointer, "text");
                None
            }
        }
    }

    /// Text that must be there and not be empty.
    pub(super) fn required_text(&mut self, pointer: &str) -> Option<String> {
        if !self.has(pointer) || self.get(pointer) == Some(&Value::String(String::new())) {
            self.missing(pointer);
            return None;
        }
        self.text(pointer)
    }

    /// The same, with what to write where there is nothing.
    pub(super) fn required_text_or(&mut self, pointer: &str, write: impl FnOnce(&Self) -> Option<String>) -> Option<String> {
        if !self.has(pointer) || self.get(pointer) == Some(&Value::String(String::new())) {
            let write = write(self);
            self.missing_but(pointer, write);
            return None;
        }
        self.text(pointer)
    }

    /// A whole number from 0 to `most`.
    pub(super) fn number(&mut self, pointer: &str, most: u32) -> Option<u32> {
        let value = self.get(pointer)?;
        match value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| *number <= most) {
            Some(number) => Some(number),
            None => {
                let message = format!("{} must be a whole number from 0 to {most}, is {}", dotted(pointer), show(value));
                self.error(codes::OUT_OF_RANGE, pointer, At::Value, message, format!("Write a number from 0 to {most}."));
                None
            }
        }
    }

    /// How many entries the list at a pointer has; nothing when it is absent or no list.
    pub(super) fn list(&mut self, pointer: &str) -> Option<usize> {
        match self.get(pointer)? {
            Value::Array(items) => Some(items.len()),
            _ => {
                self.wrong_type(pointer, "a list");
                None
            }
        }
    }

    /// A list of texts; empty when it is absent.
    pub(super) fn texts(&mut self, pointer: &str) -> Vec<String> {
        let count = self.list(pointer).unwrap_or(0);
        (0..count).filter_map(|index| self.required_text(&format!("{pointer}/{index}"))).collect()
    }

    /// The keys of the object at a pointer; empty when it is absent or no object.
    pub(super) fn keys(&mut self, pointer: &str) -> Vec<String> {
        match self.get(pointer) {
            None => Vec::new(),
            Some(Value::Object(map)) => map.keys().cloned().collect(),
            Some(_) => {
                self.wrong_type(pointer, "an object");
                Vec::new()
            }
        }
    }

    /// An object of texts; empty when it is absent.
    pub(super) fn text_map(&mut self, pointer: &str) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        for key in self.keys(pointer) {
            let pointer = child(pointer, &key);
            if !self.has(&pointer) {
                let message = format!("{} has no value", dotted(&pointer));
                self.error(codes::MISSING_FIELD, &pointer, At::Key, message, "Give it a value, or remove it.");
            } else if let Some(text) = self.text(&pointer) {
                texts.insert(key, text);
            }
        }
        texts
    }

    /// An object with whatever is in it; empty when it is absent.
    pub(super) fn values(&mut self, pointer: &str) -> Value {
        match self.get(pointer) {
            Some(value @ Value::Object(_)) => value.clone(),
            Some(_) => {
                self.wrong_type(pointer, "an object");
                Value::Object(serde_json::Map::new())
            }
            None => Value::Object(serde_json::Map::new()),
        }
    }

    /// One of some words.
    pub(super) fn one_of<T: Copy>(&mut self, pointer: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(pointer)?;
        if let Some((_, found)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*found);
        }
        let known = words.iter().map(|(word, _)| *word);
        let help = did_you_mean(&text, known.clone()).unwrap_or_default();
        let allowed: Vec<Value> = known.map(Value::from).collect();
        let message = format!("{} must be one of {}, is {}", dotted(pointer), any_of(&allowed), show(&Value::String(text)));
        self.error(codes::NOT_ONE_OF, pointer, At::Value, message, help);
        None
    }

    /// Text that is parsed; `wanted` says what it must be.
    pub(super) fn parsed<T>(&mut self, pointer: &str, wanted: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.parsed_or(pointer, wanted, parse, |_| String::new())
    }

    /// The same, with the next step for what cannot be parsed, of which a number is told as it is written.
    pub(super) fn parsed_or<T>(
        &mut self,
        pointer: &str,
        wanted: &str,
        parse: impl Fn(&str) -> Option<T>,
        help: impl FnOnce(&str) -> String,
    ) -> Option<T> {
        let (text, parsed) = match self.get(pointer)? {
            Value::String(text) => (text.clone(), parse(text)),
            Value::Number(number) => match self.written(pointer).map_or_else(|| number.to_string(), str::to_owned) {
                text if parse(&text).is_some() => (self.text(pointer)?, None),
                text => (text, None),
            },
            _ => (self.text(pointer)?, None),
        };
        if parsed.is_none() {
            // that it is no text is told before of all labels and annotations, and here in better words
            let place = self.place(pointer, At::Value);
            self.retract(&codes::WRONG_TYPE, &place);
            let help = help(&text);
            let message = format!("{} must be {wanted}, is {}", dotted(pointer), show(&Value::String(text)));
            self.error(codes::WRONG_FORMAT, pointer, At::Value, message, help);
        }
        parsed
    }

    /// A name: a DNS label.
    pub(super) fn name<T>(&mut self, pointer: &str, parse: impl Fn(&str) -> Result<T, NameError>) -> Option<T> {
        let text = self.required_text(pointer)?;
        match parse(&text) {
            Ok(name) => Some(name),
            Err(error) => {
                let near = text.trim().to_lowercase().replace(['_', ' ', '.'], "-");
                let help = match parse(&near) {
                    Ok(_) => format!("Names are DNS labels: write `{near}`."),
                    Err(_) => "Names are DNS labels, such as `payments-api`.".to_owned(),
                };
                let message = format!("{} is not a name: {error}", show(&Value::String(text)));
                self.error(codes::NOT_A_NAME, pointer, At::Value, message, help);
                None
            }
        }
    }

    /// The name of something that must be known: one of `known`, which are `what`.
    pub(super) fn known_name<T: Ord + Clone + ToString>(
        &mut self,
        pointer: &str,
        parse: impl Fn(&str) -> Result<T, NameError>,
        known: &BTreeSet<T>,
        unknown: (Code, &str),
    ) -> Option<T> {
        let name = self.name(pointer, parse)?;
        if known.contains(&name) {
            return Some(name);
        }
        let (code, folder) = unknown;
        let names: Vec<String> = known.iter().map(ToString::to_string).collect();
        let help = did_you_mean(&name.to_string(), names.iter().map(String::as_str))
            .unwrap_or_else(|| format!("Add it under `{folder}/`, or name one that is there."));
        let message = format!("{} is `{}`, and there is nothing of that name under `{folder}/`", dotted(pointer), name.to_string());
        self.error(code, pointer, At::Value, message, help);
        None
    }

    /// Checks what all of goldpath's own files have: `apiVersion`, `kind`, `metadata.name` and a `spec`.
    pub(super) fn header(&mut self, kind: &str, name: &str, spec: &[&str]) {
        self.object("", &["apiVersion", "kind", "metadata", "spec"]);
        for (pointer, wanted) in [("/apiVersion", "goldpath.dev/v1"), ("/kind", kind)] {
            if let Some(found) = self.required_text(pointer).filter(|found| found != wanted) {
                let message = format!("{} must be `{wanted}` in this file, is {}", dotted(pointer), show(&Value::String(found)));
                self.error(codes::WRONG_KIND, pointer, At::Value, message, format!("Write `{}: {wanted}`.", &pointer[1..]));
            }
        }
        if self.required_object("/metadata", &["name", "labels", "annotations"])
            && let Some(found) = self.required_text("/metadata/name").filter(|found| found != name)
        {
            let message = format!("`metadata.name` is {}, but the path says `{name}`", show(&Value::String(found)));
            self.error(
                codes::WRONG_NAME,
                "/metadata/name",
                At::Value,
                message,
                format!("Write `name: {name}`, or rename the file or folder."),
            );
        }
        self.text_map("/metadata/labels");
        self.text_map("/metadata/annotations");
        self.required_object("/spec", spec);
    }

    /// What was found, and the value when nothing of it is an error.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> (Option<T>, Vec<Finding>) {
        self.doubt_keys(|_| false);
        let clean = self.is_clean();
        if !clean {
            self.say_once();
        }
        (value.filter(|_| clean), self.findings)
    }

    /// One mistake is one finding: what a value may mean to others does not matter where it is wrong anyhow, but may tell why; and a value that is no good
    /// YAML need not fit anything.
    fn say_once(&mut self) {
        // what is wrong at an anchor is not wrong at each of its aliases too
        for (finding, source) in std::mem::take(&mut self.aliased) {
            if self.findings.iter().any(|other| other.code == finding.code && other.place == source) {
                self.findings.retain(|other| *other != finding);
            }
        }
        let (said, mut findings): (Vec<Finding>, Vec<Finding>) =
            std::mem::take(&mut self.findings).into_iter().partition(|finding| finding.code.as_str().starts_with("yaml-"));
        let unreadable: Vec<Span> = said.iter().filter(|finding| finding.is_error()).map(|finding| finding.place.span).collect();
        findings.retain(|finding| !unreadable.iter().any(|span| contains(finding.place.span, *span)));
        for finding in said {
            let same = findings.iter_mut().find(|other| other.is_error() && other.place.span == finding.place.span);
            match same.filter(|_| finding.code == codes::YAML_AMBIGUOUS) {
                Some(other) if other.help.is_empty() => other.help = format!("{}. {}", capital(&finding.message), finding.help),
                Some(_) => {}
                None => self.findings.push(finding),
            }
        }
        self.findings.extend(findings);
    }
}

/// The pointers of all members of objects in a value.
fn keys_below(value: &Value) -> Vec<String> {
    let (mut keys, mut open) = (Vec::new(), vec![(String::new(), value)]);
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(members) => {
                let members = members.iter().map(|(key, value)| (child(&pointer, key), value));
                open.extend(members.inspect(|(pointer, _)| keys.push(pointer.clone())));
            }
            Value::Array(items) => open.extend(items.iter().enumerate().map(|(index, item)| (format!("{pointer}/{index}"), item))),
            _ => {}
        }
    }
    keys
}

/// Whether one span holds another.
fn contains(outer: Span, inner: Span) -> bool {
    (outer.line, outer.column) <= (inner.line, inner.column) && (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
}

/// A message as the beginning of a text.
fn capital(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// "Did you mean `x`?", when something is near.
pub(super) fn did_you_mean<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> Option<String> {
    close_match(word, known).map(meant)
}

/// A user's word for use between backticks.
pub(super) fn plain_word(word: &str) -> String {
    super::words::cut(word)
}

/// How an object is written in the place of something else.
fn object_help(pointer: &str, value: &Value) -> String {
    let key = key_of(pointer.rsplit('/').next().unwrap_or_default());
    match value {
        Value::Array(items) if !items.is_empty() => "Write its fields as `key: value`, without the dashes or brackets.".to_owned(),
        _ if pointer == "/metadata" => "Write `metadata:`, and below it, indented, `name: …`.".to_owned(),
        _ => format!("Write `{key}:`, and below it, indented, its fields as `key: value`."),
    }
}
