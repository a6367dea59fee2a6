//! The events of a text become an arena of nodes with places, and that becomes a value.

use super::scalar::{self, Yaml11};
use super::stray::{in_braces, in_template};
use super::{Problem, ProblemKind, bytes::small, kubectl, span_of, syntax, unseen};
use crate::model::{Span, key_of};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, Span as Range, StrInput, StructureStyle};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

/// The most nodes and documents that one text may have.
const MOST_NODES: usize = 400_000;
/// The most values that the aliases of one text may stand for.
const MOST_COPIES: u32 = 5_000;
/// The deepest nesting of each style as written, and of values with aliases followed.
const DEEPEST: usize = 64;
/// Up to this many keys are compared each with each, which is cheaper than a table of them.
const FEW_KEYS: usize = 12;
/// Beyond this many, more errors of one text help nobody, nor more warnings.
const MOST_PROBLEMS: usize = 100;

#[derive(Debug)]
pub(super) enum Kind<'a> {
    Scalar { text: Cow<'a, str>, bare: bool },
    List(Vec<u32>),
    Map(Vec<(u32, u32)>),
    Alias(u32),
}

#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) span: Span,
    flow: Option<usize>,
}

/// Where a key and its value stand; an entry of a list has no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The key.
    pub key: Option<Span>,
    /// The value; for an alias, the alias.
    pub value: Span,
}

/// One document: its value, and the place of everything in it.
#[derive(Debug)]
pub struct Document<'a> {
    nodes: Vec<Node<'a>>,
    pub(super) root: Option<u32>,
    value: Value,
}

impl Document<'_> {
    /// The value, with aliases and merge keys followed; null for an empty document.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The value, when the places are not needed any more.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// Where the whole document stands.
    pub fn root_span(&self) -> Span {
        self.root.map_or(Span::START, |root| self.node(root).span)
    }

    /// A number, a truth value or nothing as it is written, which its value does not tell: `1.10`, `0x1F`.
    pub fn written(&self, pointer: &str) -> Option<&str> {
        let mut at = self.root?;
        for part in pointer.split('/').skip(1) {
            let part = key_of(part);
            at = match &self.target(at).kind {
                Kind::List(items) => *items.get(part.parse::<usize>().ok()?)?,
                Kind::Map(_) => self.member(at, &part, &Cell::new(1000))?.1,
                Kind::Scalar { .. } | Kind::Alias(_) => return None,
            };
        }
        match &self.target(at).kind {
            Kind::Scalar { text, bare: true } => Some(text),
            _ => None,
        }
    }

    /// Where the key and the value of a JSON pointer stand; what an alias brings, in an object that it merges too, stands at the alias.
    pub fn place(&self, pointer: &str) -> Option<Spot> {
        self.spot(pointer, false)
    }

    /// The same, but what an alias brings stands where it is written, at the anchor.
    pub fn source(&self, pointer: &str) -> Option<Spot> {
        self.spot(pointer, true)
    }

    fn spot(&self, pointer: &str, through: bool) -> Option<Spot> {
        let mut at = self.root?;
        let mut spot = Spot { key: None, value: self.node(at).span };
        let mut alias = None;
        for part in pointer.split('/').skip(1) {
            let part = key_of(part);
            alias = alias.or_else(|| self.alias(at)).filter(|_| !through);
            match &self.target(at).kind {
                Kind::List(items) => {
                    at = *items.get(part.parse::<usize>().ok()?)?;
                    spot.key = None;
                }
                Kind::Map(_) => {
                    let (key, value, merged) = self.member(at, &part, &Cell::new(1000))?;
                    at = value;
                    alias = alias.or(merged).filter(|_| !through);
                    spot.key = alias.is_none().then(|| self.node(key).span);
                }
                Kind::Scalar { .. } | Kind::Alias(_) => return None,
            }
            spot.value = alias.unwrap_or_else(|| if through { self.target(at) } else { self.node(at) }.span);
        }
        Some(spot)
    }

    /// The key and the value of a member: the object's own, else that of what it merges, with the place of the alias; `steps` bounds the search.
    fn member(&self, map: u32, name: &str, steps: &Cell<u32>) -> Option<(u32, u32, Option<Span>)> {
        steps.set(steps.get().checked_sub(1)?);
        let Kind::Map(members) = &self.target(map).kind else { return None };
        let own = members.iter().rev().find(|(key, _)| !self.merges(*key) && self.text(*key) == Some(name));
        own.map(|(key, value)| (*key, *value, None)).or_else(|| {
            let merges = members.iter().filter(|(key, _)| self.merges(*key));
            let mut merged = merges.flat_map(|(_, value)| self.merged(*value).into_iter().map(|from| (*value, from)));
            merged.find_map(|(by, from)| {
                let (key, value, alias) = self.member(from, name, steps)?;
                Some((key, value, self.alias(by).or_else(|| self.alias(from)).or(alias)))
            })
        })
    }

    /// The place of an alias.
    fn alias(&self, id: u32) -> Option<Span> {
        matches!(self.node(id).kind, Kind::Alias(_)).then(|| self.node(id).span)
    }

    fn node(&self, id: u32) -> &Node<'_> {
        &self.nodes[id as usize]
    }

    pub(super) fn target(&self, id: u32) -> &Node<'_> {
        match self.node(id).kind {
            Kind::Alias(target) => self.node(target),
            _ => self.node(id),
        }
    }

    pub(super) fn text(&self, id: u32) -> Option<&str> {
        match &self.target(id).kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    pub(super) fn merges(&self, key: u32) -> bool {
        matches!(&self.node(key).kind, Kind::Scalar { text, bare: true } if text == "<<")
    }

    /// The objects that the value of a merge key names.
    pub(super) fn merged(&self, value: u32) -> Vec<u32> {
        match &self.target(value).kind {
            Kind::List(items) => items.clone(),
            _ => vec![value],
        }
    }

    /// The value of a node; `left` is for what is built on a second way, through an alias.
    fn build(&self, id: u32, left: &mut Left, depth: usize) -> Result<Value, Problem> {
        let span = self.node(id).span;
        let is_alias = matches!(self.node(id).kind, Kind::Alias(_));
        if is_alias || left.inside > 0 {
            left.copies = left.copies.checked_sub(1).ok_or_else(|| too_many_copies(span))?;
        }
        left.inside += u32::from(is_alias);
        let value = self.build_target(id, span, left, depth);
        left.inside -= u32::from(is_alias);
        value
    }

    fn build_target(&self, id: u32, span: Span, left: &mut Left, depth: usize) -> Result<Value, Problem> {
        if depth > 2 * DEEPEST {
            return Err(too_deep(span));
        }
        match &self.target(id).kind {
            Kind::Scalar { text, bare: true } => Ok(scalar::plain(text)),
            Kind::Scalar { text, bare: false } => Ok(Value::String(text.to_string())),
            Kind::List(items) => items.iter().map(|item| self.build(*item, left, depth + 1)).collect(),
            Kind::Map(members) => self.build_map(members, left, depth),
            Kind::Alias(_) => Err(Problem::new(ProblemKind::UnknownAlias, span, "an alias names an alias")),
        }
    }

    fn build_map(&self, members: &[(u32, u32)], left: &mut Left, depth: usize) -> Result<Value, Problem> {
        let mut map = Map::with_capacity(members.len());
        for (key, value) in members {
            // that a key is no text was told before
            if let Some(name) = self.text(*key).filter(|_| !self.merges(*key)) {
                map.insert(name.to_owned(), self.build(*value, left, depth + 1)?);
            }
        }
        for from in members.iter().filter(|(key, _)| self.merges(*key)).flat_map(|(_, value)| self.merged(*value)) {
            let Value::Object(more) = self.build(from, left, depth + 1)? else {
                let message = "`<<` merges objects, and this is none";
                return Err(Problem::new(ProblemKind::Key, self.node(from).span, message).help("Name an object by its alias: `<<: *name`."));
            };
            for (key, value) in more {
                map.entry(key).or_insert(value);
            }
        }
        Ok(Value::Object(map))
    }
}

/// What a text may still be made of.
struct Left {
    copies: u32,
    /// Aliases that are being followed.
    inside: u32,
}

fn too_big(span: Span) -> Problem {
    Problem::new(ProblemKind::TooBig, span, format!("this file has more than {MOST_NODES} values and documents")).help("Split the file.")
}

fn too_many_copies(span: Span) -> Problem {
    Problem::new(ProblemKind::TooBig, span, format!("the aliases of this file stand for more than {MOST_COPIES} values"))
        .help("Write out what they name where it is needed, or split the file.")
}

fn too_deep(span: Span) -> Problem {
    Problem::new(ProblemKind::TooDeep, span, format!("values are nested deeper than {DEEPEST} levels here")).help("Write it flatter.")
}

/// Reads all documents of a text.
pub(super) fn read(text: &str) -> super::Parsed<'_> {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        disallow_directives: true,
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader::new(text);
    while reader.step(&mut parser) {}
    let Reader { documents, problems, doubtful_keys, other_keys, quotes_over_lines, misread, .. } = reader;
    super::Parsed { documents, problems, doubtful_keys, other_keys, quotes_over_lines, misread }
}

struct Reader<'a> {
    text: &'a str,
    nodes: Vec<Node<'a>>,
    root: Option<u32>,
    /// Collections that are open, each with a key that waits for its value.
    open: Vec<(u32, Option<u32>)>,
    /// The node of each anchor, by the number of the anchor.
    anchors: HashMap<usize, u32>,
    seen: usize,
    last_end: usize,
    broken: bool,
    left: Left,
    documents: Vec<Document<'a>>,
    problems: Vec<Problem>,
    doubtful_keys: Vec<Problem>,
    other_keys: usize,
    errors: usize,
    warnings: usize,
    quotes_over_lines: bool,
    misread: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        let (nodes, documents, problems) = (Vec::with_capacity(text.len() / 12), Vec::new(), Vec::new());
        let (open, anchors) = (Vec::new(), HashMap::new());
        let left = Left { copies: MOST_COPIES, inside: 0 };
        Self {
            text,
            nodes,
            root: None,
            open,
            anchors,
            seen: 0,
            last_end: 0,
            broken: false,
            left,
            documents,
            problems,
            doubtful_keys: Vec::new(),
            other_keys: 0,
            errors: 0,
            warnings: 0,
            quotes_over_lines: false,
            misread: false,
        }
    }

    /// Takes one event; false at the end.
    fn step(&mut self, parser: &mut Parser<'a, StrInput<'a>>) -> bool {
        match parser.next() {
            None => false,
            Some(Ok((event, range))) => {
                self.seen += 1;
                if self.seen > MOST_NODES {
                    self.note(too_big(span(&range)));
                    return false;
                }
                if self.errors > MOST_PROBLEMS {
                    return false;
                }
                self.take(event, &range);
                self.last_end = range.end.byte_offset().unwrap_or(0);
                true
            }
            Some(Err(error)) => {
                if *error.kind() == ErrorKind::ExpectedDocumentStart {
                    // what ended before the text did is no whole document
                    self.documents.pop();
                }
                let flow = self.open.iter().find_map(|(id, _)| self.nodes[*id as usize].flow);
                let found = syntax::explain(self.text, &error, self.last_end, flow, self.errors > 0);
                if found.is_empty() {
                    self.errors += 1;
                }
                for problem in found {
                    self.problems
                        .retain(|known| *known != problem && (known.kind != ProblemKind::OddCharacter || known.span != problem.span));
                    self.note(problem);
                }
                self.start();
                matches!(parser.proceed_next_document(), Ok(true))
            }
        }
    }

    /// Keeps a problem; of warnings only the first, since what stands behind them is read all the same.
    fn note(&mut self, problem: Problem) {
        let count = if problem.is_error() { &mut self.errors } else { &mut self.warnings };
        *count += 1;
        if problem.is_error() || *count <= MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }

    fn start(&mut self) {
        self.nodes.clear();
        self.open.clear();
        self.anchors.clear();
        self.root = None;
        self.broken = false;
    }

    fn take(&mut self, event: Event<'a>, range: &Range) {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), range);
                self.scalar(text, style, tag, anchor, range);
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.tag(tag.as_deref(), range);
                self.begin(Kind::List(Vec::new()), style, anchor, range);
            }
            Event::MappingStart(style, anchor, tag) => {
                self.tag(tag.as_deref(), range);
                self.begin(Kind::Map(Vec::new()), style, anchor, range);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(range),
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).copied();
                let id = self.add(target.map_or_else(nothing, Kind::Alias), span(range), None);
                self.place(id);
            }
            Event::UnresolvedAlias(name) => {
                let message = format!("the alias `*{name}` names no anchor before it");
                let help = format!("Write `&{name}` at the value that is meant, above this line; or put the text in quotes.");
                self.fail(Problem::new(ProblemKind::UnknownAlias, span(range), message).help(help));
                let id = self.add(nothing(), span(range), None);
                self.place(id);
            }
            Event::DocumentStart(..) => self.start(),
            Event::DocumentEnd => self.finish(),
            _ => {}
        }
    }

    fn fail(&mut self, problem: Problem) {
        self.note(problem);
        self.broken = true;
    }

    /// Whether a tag says that a scalar is text; other tags are refused, and stand for the value.
    fn tag(&mut self, tag: Option<&granit_parser::Tag>, range: &Range) -> Tagged {
        let Some(tag) = tag else { return Tagged::Not };
        if tag.is_yaml_core_schema() && matches!(tag.suffix(), "str" | "map" | "seq") {
            return if tag.suffix() == "str" { Tagged::Text } else { Tagged::Not };
        }
        let place = self.tag_place(range);
        let shown = place.map_or_else(|| format!("!{}", tag.suffix()), |(from, to)| self.text[from..to].to_owned());
        let place = place.map_or_else(|| span(range), |(from, to)| span_of(self.text, from, to));
        let message = format!("the tag `{shown}` is not read here");
        self.fail(Problem::new(ProblemKind::Tag, place, message).help("Remove the tag; for text use quotes."));
        Tagged::Refused(place)
    }

    /// The word before a value, when it is a tag; else the one behind the last event: before a text of several lines stands its `|` too.
    fn tag_place(&self, range: &Range) -> Option<(usize, usize)> {
        let before = self.text.get(..range.start.byte_offset()?)?.trim_end();
        let from = before.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        if before[from..].starts_with('!') {
            return Some((from, before.len()));
        }
        let from = self.last_end + before.get(self.last_end..)?.find('!')?;
        Some((from, before[from..].find(char::is_whitespace).map_or(before.len(), |length| from + length)))
    }

    fn scalar(&mut self, text: Cow<'a, str>, style: ScalarStyle, tag: Tagged, anchor: usize, range: &Range) {
        let bare = style == ScalarStyle::Plain && tag != Tagged::Text;
        let place = match tag {
            Tagged::Refused(place) => place,
            Tagged::Not | Tagged::Text if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) => self.trimmed(range),
            Tagged::Not | Tagged::Text => span(range),
        };
        let is_quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        self.quotes_over_lines |= is_quoted && place.line != place.end_line;
        let is_key = matches!(self.open.last(), Some((id, None)) if matches!(self.nodes[*id as usize].kind, Kind::Map(_)));
        let may_be_other = |first: &u8| first.is_ascii_digit() || b"yYnNoO.+-".contains(first);
        self.other_keys += usize::from(bare && is_key && !scalar::plain(&text).is_string());
        if bare && is_key && text.as_bytes().first().is_some_and(may_be_other) && self.doubtful_keys.len() < MOST_PROBLEMS {
            self.doubtful_keys.extend(scalar::yaml11(&text).and_then(|other| ambiguous_key(&text, other, place)));
        }
        if bare && !is_key && tag == Tagged::Not {
            let other = scalar::yaml11(&text);
            self.misread |= other.is_some() && kubectl::differs(&text);
            let doubt = other.map(|other| ambiguous(&text, other, place));
            if let Some(problem) = doubt.or_else(|| scalar::is_too_large(&text).then(|| too_large(&text, place))) {
                self.note(problem);
            }
        }
        if let (Some(from), Some(to)) = (range.start.byte_offset(), range.end.byte_offset()) {
            let quote = usize::from(is_quoted);
            if let Some(problem) = unseen::odd_character(self.text, from + quote, to.saturating_sub(quote), is_key) {
                self.note(problem);
            }
        }
        let id = self.add(Kind::Scalar { text, bare }, place, None);
        self.anchor(anchor, id);
        self.place(id);
    }

    /// A block scalar ends with its last character, not where the next token stands.
    fn trimmed(&self, range: &Range) -> Span {
        let (Some(from), Some(to)) = (range.start.byte_offset(), range.end.byte_offset()) else { return span(range) };
        match self.text.get(from..to) {
            Some(part) => span_of(self.text, from, from + part.trim_end().len()),
            None => span(range),
        }
    }

    fn add(&mut self, kind: Kind<'a>, span: Span, flow: Option<usize>) -> u32 {
        self.nodes.push(Node { kind, span, flow });
        small(self.nodes.len() - 1)
    }

    fn anchor(&mut self, anchor: usize, id: u32) {
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
    }

    fn begin(&mut self, kind: Kind<'a>, style: StructureStyle, anchor: usize, range: &Range) {
        let flow = (style == StructureStyle::Flow).then(|| range.start.byte_offset()).flatten();
        let id = self.add(kind, span(range), flow);
        self.anchor(anchor, id);
        self.open.push((id, None));
    }

    fn end(&mut self, range: &Range) {
        let Some((id, _)) = self.open.pop() else { return };
        let node = &self.nodes[id as usize];
        let last = match &node.kind {
            Kind::List(items) => items.last().copied(),
            Kind::Map(members) => members.last().map(|(_, value)| *value),
            Kind::Scalar { .. } | Kind::Alias(_) => None,
        };
        // A block collection ends where its last child ends, not where the next token stands.
        let end = match last {
            Some(last) if node.flow.is_none() => self.nodes[last as usize].span,
            _ => span(range),
        };
        let place = &mut self.nodes[id as usize].span;
        (place.end_line, place.end_column) = (end.end_line, end.end_column);
        if self.nodes[id as usize].flow.is_some() {
            self.part_keys(id);
        }
        self.check_keys(id);
        self.place(id);
    }

    /// In braces `key:value` is a key without a value: that is told of, and read as what was meant.
    fn part_keys(&mut self, id: u32) {
        let Kind::Map(members) = &self.nodes[id as usize].kind else { return };
        let node = |id: u32| &self.nodes[id as usize];
        let parted = |(key, value): &(u32, u32)| Some((*key, *value, parts_of_key(node(*key), node(*value))?));
        for (key, value, (name, rest, colon)) in members.iter().filter_map(parted).collect::<Vec<_>>() {
            let message = "a space is missing after `:`";
            self.fail(Problem::new(ProblemKind::Syntax, colon, message).help(format!("Write `{name}: {rest}`.")));
            let whole = self.nodes[key as usize].span;
            let bare = !rest.starts_with(['"', '\'']);
            let text = rest.trim_matches(['"', '\'']).to_owned();
            self.nodes[value as usize].kind = Kind::Scalar { text: text.into(), bare };
            self.nodes[value as usize].span = Span { column: colon.end_column, ..whole };
            self.nodes[key as usize].kind = Kind::Scalar { text: name.into(), bare: true };
            self.nodes[key as usize].span = Span { end_column: colon.column, ..whole };
        }
    }

    /// Whether all keys are texts and no two are the same, told by comparing each with each.
    fn keys_differ(&self, members: &[(u32, u32)]) -> bool {
        let text = |(key, _): &(u32, u32)| text_of(&self.nodes[*key as usize]);
        members.iter().enumerate().all(|(index, member)| {
            let own = text(member);
            own.is_some() && members[..index].iter().all(|other| text(other) != own)
        })
    }

    fn check_keys(&mut self, id: u32) {
        let Kind::Map(members) = &self.nodes[id as usize].kind else { return };
        if members.len() <= FEW_KEYS && self.keys_differ(members) {
            return;
        }
        let mut first: HashMap<&str, Span> = HashMap::new();
        let mut found = Vec::new();
        for (key, _) in members {
            let node = &self.nodes[*key as usize];
            let text = match &node.kind {
                Kind::Alias(target) => text_of(&self.nodes[*target as usize]),
                _ => text_of(node),
            };
            match text.map(|text| (text, first.insert(text, node.span))) {
                None => found.push(no_key(node, self.nodes[id as usize].span, self.open.is_empty())),
                Some((text, Some(before))) => found.push(
                    Problem::new(ProblemKind::DuplicateKey, node.span, format!("`{text}` is given twice in the same object"))
                        .help(format!("Keep one of the two; the other is in line {}.", before.line))
                        .related(before, "given here before"),
                ),
                Some((_, None)) => {}
            }
        }
        if self.repeats(id, &found) {
            found.truncate(1);
            found[0].help = found[0].help.replacen("Keep", "Begin a new entry with `- `, or keep", 1);
        }
        for problem in found {
            self.fail(problem);
        }
    }

    /// Whether an entry of a list begins anew with its first key, and has nothing new from there on: the `- ` of the next entry was forgotten.
    fn repeats(&self, id: u32, found: &[Problem]) -> bool {
        let entry = &self.nodes[id as usize];
        let (Kind::Map(members), Some((parent, _))) = (&entry.kind, self.open.last()) else { return false };
        let mut keys = members.iter().map(|(key, _)| self.nodes[*key as usize].span);
        let first = found.first().and_then(|problem| problem.related.as_ref());
        let is_entry = entry.flow.is_none() && matches!(self.nodes[*parent as usize].kind, Kind::List(_));
        is_entry
            && first.is_some_and(|(before, _)| keys.next() == Some(*before))
            && keys.skip(members.len() - found.len() - 1).eq(found.iter().map(|problem| problem.span))
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, id: u32) {
        let Some((parent, key)) = self.open.last_mut() else {
            self.root = Some(id);
            return;
        };
        match &mut self.nodes[*parent as usize].kind {
            Kind::List(items) => items.push(id),
            Kind::Map(members) => match key.take() {
                None => *key = Some(id),
                Some(key) => members.push((key, id)),
            },
            Kind::Scalar { .. } | Kind::Alias(_) => {}
        }
    }

    fn finish(&mut self) {
        let mut document = Document { nodes: std::mem::take(&mut self.nodes), root: self.root, value: Value::Null };
        self.left.inside = 0;
        match document.root.map(|root| document.build(root, &mut self.left, 0)) {
            Some(Ok(value)) => document.value = value,
            Some(Err(problem)) if self.problems.iter().any(|known| known.is_error() && known.span == problem.span) => {}
            Some(Err(problem)) => self.note(problem),
            None => {}
        }
        self.documents.push(document);
        self.start();
    }
}

/// What a tag says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tagged {
    /// Nothing.
    Not,
    /// It is text.
    Text,
    /// It is not known here, and this is its place.
    Refused(Span),
}

/// The name, the rest and the place of the colon of a key without a value that is written as `name:rest`.
fn parts_of_key<'n>(key: &'n Node<'_>, value: &'n Node<'_>) -> Option<(String, String, Span)> {
    let bare = |node: &'n Node<'_>| if let Kind::Scalar { text, bare: true } = &node.kind { Some(&**text) } else { None };
    let (name, rest) = bare(key)?.split_once(':').filter(|(_, rest)| !rest.is_empty() && !rest.starts_with('/'))?;
    let of_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(of_name);
    let column = key.span.column + small(name.len());
    let colon = Span { line: key.span.line, column, end_line: key.span.line, end_column: column + 1 };
    // the parser gives `~` for a value that is not there
    let has_none = matches!(bare(value)?, "" | "~");
    (is_name && has_none && key.span.line == key.span.end_line).then(|| (name.to_owned(), rest.to_owned(), colon))
}

/// A key that is a list or an object: most often a template in braces that was meant as text.
fn no_key(key: &Node<'_>, around: Span, is_root: bool) -> Problem {
    let braces = matches!(key.kind, Kind::Map(_)) && key.flow.is_some();
    if braces && (around.line, around.column + 1) == (key.span.line, key.span.column) {
        return if is_root { in_template(around) } else { in_braces(around) };
    }
    Problem::new(ProblemKind::Key, key.span, "a key must be text, and this one is a list or an object").help("Put the key in quotes.")
}

fn nothing() -> Kind<'static> {
    Kind::Scalar { text: Cow::Borrowed(""), bare: true }
}

fn text_of<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match &node.kind {
        Kind::Scalar { text, .. } => Some(text),
        _ => None,
    }
}

fn span(range: &Range) -> Span {
    let (start, end) = (&range.start, &range.end);
    Span { line: small(start.line()), column: small(start.col() + 1), end_line: small(end.line()), end_column: small(end.col() + 1) }
}

fn ambiguous(text: &str, other: Yaml11, span: Span) -> Problem {
    let quotes = format!("Put it in quotes when it is text: \"{text}\".");
    let (kind, message, help) = match other {
        Yaml11::Boolean => {
            let truth = if matches!(text.to_ascii_lowercase().as_str(), "y" | "yes" | "on") { "true" } else { "false" };
            let message = format!("`{text}` is text here, but older YAML readers take it for {truth}");
            (
                ProblemKind::Ambiguous,
                message,
                format!("Write `{truth}` when you mean that, or put it in quotes when it is text: \"{text}\"."),
            )
        }
        Yaml11::Octal => {
            let message =
                format!("`{text}` is the number {} here, but older YAML readers take it for an octal number", scalar::plain(text));
            (ProblemKind::Ambiguous, message, format!("Leave out the leading zeros when it is a number. {quotes}"))
        }
        Yaml11::Number => {
            let plain = scalar::plain(text);
            let help = if plain.is_number() { format!("Write {plain} when it is a number. {quotes}") } else { quotes };
            (ProblemKind::Ambiguous, format!("`{text}` is a number for some YAML readers and text for others"), help)
        }
        Yaml11::Sexagesimal => {
            (ProblemKind::Ambiguous, format!("`{text}` is text here, but older YAML readers take it for a number of base 60"), quotes)
        }
        Yaml11::Date => (ProblemKind::AmbiguousDate, format!("`{text}` is text here, but older YAML readers take it for a date"), quotes),
        Yaml11::NotJson => (ProblemKind::Ambiguous, format!("`{text}` is text here, but other YAML readers take it for a number"), quotes),
        Yaml11::Special => (ProblemKind::Ambiguous, format!("`{text}` is text here, but older YAML readers give it a meaning"), quotes),
    };
    Problem::new(kind, span, message).help(help)
}

/// A key that is text here and something else to readers of YAML 1.1; `<<` is one that has its meaning here too.
fn ambiguous_key(text: &str, other: Yaml11, span: Span) -> Option<Problem> {
    let what = match other {
        Yaml11::Boolean if matches!(text.to_ascii_lowercase().as_str(), "y" | "yes" | "on") => "true",
        Yaml11::Boolean => "false",
        Yaml11::Octal => "an octal number",
        Yaml11::Number | Yaml11::NotJson => "a number",
        Yaml11::Sexagesimal => "a number of base 60",
        Yaml11::Date => "a date",
        Yaml11::Special => return None,
    };
    let message = format!("the key `{text}` is text here, but older YAML readers take it for {what}");
    Some(Problem::new(ProblemKind::Ambiguous, span, message).help(format!("Put it in quotes: \"{text}\".")))
}

fn too_large(text: &str, span: Span) -> Problem {
    let read = match scalar::plain(text) {
        Value::Number(number) => format!("{number}"),
        _ => "text".to_owned(),
    };
    Problem::new(ProblemKind::LargeNumber, span, format!("`{text}` is too large for a number, and is read as {read}"))
        .help(format!("Write a smaller number, or put it in quotes when it is text: \"{text}\"."))
}
