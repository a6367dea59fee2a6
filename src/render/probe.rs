//! Puts probes into templates, so that work is counted, printed values are known and lines are traced, without changing what is rendered.

use super::filters::{KNOWN, LITERAL};
use super::lexer::{Delimiters, Kind, Part, Piece, line_column, parts};
use std::collections::BTreeSet;

/// What is put in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Probes {
    /// As `Guard`, without `__print`: nobody asks what was printed.
    Count,
    /// `{{ N | __step }}` into every loop body, branch, block and component; `__count` around what a comprehension runs over; `__print` around what is printed;
    /// one of [`WALKS`] before a filter that goes through all of a value.
    Guard,
    /// The same, and `{{ N | __at }}` before every line of text and every expression.
    Lines,
    /// As `Guard`, and `{{ N | __step }}` before every expression and every tag that begins something.
    Each,
}

/// Filters that go through all of a value, each with the filter that charges for it. What else there is takes a part of it, or charges itself.
const WALKS: [(&str, &str); 23] = [
    ("capitalize", "__walk"),
    ("escape", "__walk"),
    ("escape_html", "__walk"),
    ("escape_xml", "__walk"),
    ("indent", "__walk"),
    ("join", "__walk"),
    ("keys", "__walk"),
    ("length", "__walk"),
    ("lower", "__walk"),
    ("newlines_to_br", "__walk"),
    ("pairs", "__walk"),
    ("replace", "__walk"),
    ("reverse", "__walk"),
    ("sort", "__walk"),
    ("split", "__cut"),
    ("title", "__walk"),
    ("trim", "__walk"),
    ("trim_end", "__walk"),
    ("trim_start", "__walk"),
    ("truncate", "__walk"),
    ("unique", "__pair"),
    ("upper", "__walk"),
    ("wordcount", "__walk"),
];

/// Words that stand before a value, so that `[` behind them begins a list.
const OPERATORS: [&str; 7] = ["in", "and", "or", "not", "if", "elif", "else"];

/// Words that are values and no names.
const CONSTANTS: [&str; 7] = ["true", "false", "none", "null", "True", "False", "None"];

/// Filters that put a text together of several.
const MIXES: [&str; 3] = ["indent", "join", "replace"];

/// A template with its probes.
pub(super) struct Probed {
    /// Its name in the instance.
    pub(super) name: String,
    /// As it was written.
    pub(super) original: String,
    /// With probes.
    pub(super) source: String,
    inserts: Vec<(usize, usize)>,
}

/// A place in a template: its index in the instance, and the byte in the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) template: usize,
    pub(super) offset: usize,
    /// Whether it says what wrote the output behind it.
    pub(super) writes: bool,
}

impl Probed {
    /// The byte of the original that stands at a byte of the source with probes.
    pub(super) fn back(&self, offset: usize) -> usize {
        let mut shift = 0;
        for (at, length) in &self.inserts {
            if offset < at + shift {
                break;
            }
            if offset < at + shift + length {
                return *at;
            }
            shift += length;
        }
        offset - shift
    }

    /// Line and column of a byte of the original.
    pub(super) fn line_column(&self, original: usize) -> (u32, u32) {
        line_column(&self.original, original)
    }
}

/// Puts probes into one template; `template` is its index, `points` grows by one for each numbered probe.
pub(super) fn probe(template: usize, name: &str, source: &str, delimiters: &Delimiters, probes: Probes, points: &mut Vec<Point>) -> Probed {
    let parts = parts(source, delimiters);
    let extends = parts.iter().any(|part| part.piece == Piece::Tag && part.word(source, 0) == "extends");
    let mut put = Put { template, source, delimiters, points, inserts: Vec::new() };
    if !extends {
        put.point(0, 0, [false; 2], "__step");
    }
    let mut inside = 0_usize;
    let mut line_begins = true;
    for part in &parts {
        if part.piece == Piece::Tag {
            inside = match part.word(source, 0) {
                "block" | "component" => inside + 1,
                "endblock" | "endcomponent" => inside.saturating_sub(1),
                _ => inside,
            };
        }
        if probes == Probes::Lines && (!extends || inside > 0) {
            line_begins = put.lines(part, line_begins);
        }
        if probes == Probes::Each && (!extends || inside > 0) {
            put.each(part);
        }
        put.guard(part, probes != Probes::Count);
    }
    put.finish(name)
}

struct Put<'a> {
    template: usize,
    source: &'a str,
    delimiters: &'a Delimiters,
    points: &'a mut Vec<Point>,
    inserts: Vec<(usize, String)>,
}

impl Put<'_> {
    fn point(&mut self, at: usize, means: usize, trims: [bool; 2], filter: &str) {
        let id = self.points.len();
        self.points.push(Point { template: self.template, offset: means, writes: filter == "__at" });
        let [open, close] = &self.delimiters.expression;
        let dash = |trim: bool| if trim { "-" } else { "" };
        self.inserts.push((at, format!("{open}{} {id} | {filter} {}{close}", dash(trims[0]), dash(trims[1]))));
    }

    fn guard(&mut self, part: &Part, prints: bool) {
        match part.piece {
            Piece::Text | Piece::Raw | Piece::Comment => return,
            Piece::Tag => {
                if matches!(part.word(self.source, 0), "for" | "block" | "component" | "if" | "elif" | "else") {
                    self.point(part.range.end, part.range.start, [part.trims[1]; 2], "__step");
                }
            }
            Piece::Expression => {
                if prints && !part.tokens.is_empty() && !matches!(part.word(self.source, 0), "<" | "super") {
                    self.inserts.push((part.body.start, "(".to_owned()));
                    self.inserts.push((part.tokens[part.tokens.len() - 1].range.end, ") | __print".to_owned()));
                }
            }
        }
        self.comprehensions(part);
        self.literals(part);
        self.joins(part);
        self.members(part);
        self.walks(part);
        self.searches(part);
    }

    /// `ONE ~ OTHER`: what is a name or a field there must have a value, as where it is printed by itself.
    fn joins(&mut self, part: &Part) {
        let word = |index: usize| part.word(self.source, index);
        let is = |index: usize, kind: Kind| part.tokens.get(index).is_some_and(|token| token.kind == kind);
        let mut inserts = BTreeSet::new();
        for at in 1..part.tokens.len().saturating_sub(1) {
            if word(at) != "~" {
                continue;
            }
            let (mut first, mut last) = (at - 1, at + 1);
            while first >= 2 && word(first - 1) == "." && is(first - 2, Kind::Ident) {
                first -= 2;
            }
            while word(last + 1) == "." && is(last + 2, Kind::Ident) {
                last += 2;
            }
            // what is filtered, called, indexed or asked for with a default is not looked at
            if is(at - 1, Kind::Ident) && !first.checked_sub(1).is_some_and(|before| matches!(word(before), "|" | "." | "?" | "is" | "not"))
            {
                inserts.insert((first, at - 1));
            }
            if is(at + 1, Kind::Ident) && !matches!(word(last + 1), "(" | "[" | "?" | "." | "|") {
                inserts.insert((at + 1, last));
            }
        }
        for (first, last) in inserts {
            self.inserts.push((part.tokens[first].range.start, "(".to_owned()));
            self.inserts.push((part.tokens[last].range.end, format!(" | {KNOWN})")));
        }
    }

    /// `[ONE, OTHER]` and `{"key": ONE}`: what is a name or a field there must have a value, as where it is printed by itself.
    fn members(&mut self, part: &Part) {
        let word = |index: usize| part.word(self.source, index);
        let is = |index: usize, kind: Kind| part.tokens.get(index).is_some_and(|token| token.kind == kind);
        let is_indexed = |at: usize| {
            at.checked_sub(1).is_some_and(|before| {
                matches!(word(before), "]" | ")" | "}" | "?")
                    || is(before, Kind::Text)
                    || is(before, Kind::Ident) && !OPERATORS.contains(&word(before))
            })
        };
        // what a member stands behind in each of the brackets that are open
        let mut open: Vec<&[&str]> = Vec::new();
        let mut inserts = Vec::new();
        for at in 0..part.tokens.len() {
            match word(at) {
                "[" if !is_indexed(at) => open.push(&["[", ","]),
                "{" => open.push(&[":"]),
                "[" | "(" => open.push(&[]),
                "]" | "}" | ")" => drop(open.pop()),
                _ => {}
            }
            let Some(first) = Some(at + 1).filter(|first| is(*first, Kind::Ident) && !CONSTANTS.contains(&word(*first))) else { continue };
            let mut last = first;
            while word(last + 1) == "." && is(last + 2, Kind::Ident) {
                last += 2;
            }
            let begins = is(at, Kind::Sign) && open.last().is_some_and(|behind| behind.contains(&word(at)));
            if begins && matches!(word(last + 1), "," | "]" | "}" | "for") {
                inserts.push((part.tokens[first].range.start, "(".to_owned()));
                inserts.push((part.tokens[last].range.end, format!(" | {KNOWN})")));
            }
        }
        self.inserts.extend(inserts);
    }

    /// `PART in TEXT`: charges for what is searched, where that is a name or a field.
    fn searches(&mut self, part: &Part) {
        let word = |index: usize| part.word(self.source, index);
        let is = |index: usize, kind: Kind| part.tokens.get(index).is_some_and(|token| token.kind == kind);
        let mut inserts = Vec::new();
        for at in 1..part.tokens.len() {
            let is_loop =
                is(at - 1, Kind::Ident) && (at >= 2 && word(at - 2) == "for" || at >= 4 && word(at - 2) == "," && word(at - 4) == "for");
            if !is(at, Kind::Ident) || word(at) != "in" || is_loop || !is(at + 1, Kind::Ident) {
                continue;
            }
            let mut last = at + 1;
            while word(last + 1) == "." && is(last + 2, Kind::Ident) {
                last += 2;
            }
            // what is called, indexed or asked for with a default is no text that a template grew by itself
            if matches!(word(last + 1), "(" | "[" | "?" | ".") {
                continue;
            }
            inserts.push((part.tokens[at + 1].range.start, "(".to_owned()));
            inserts.push((part.tokens[last].range.end, " | __walk)".to_owned()));
        }
        self.inserts.extend(inserts);
    }

    /// `replace(from="a", to="b")`: says that the template writes these arguments itself.
    fn literals(&mut self, part: &Part) {
        let mut depth = None::<usize>;
        for (at, token) in part.tokens.iter().enumerate() {
            let word = |at: usize| part.word(self.source, at);
            depth = match (depth, word(at)) {
                (None, "(") if at > 1 && MIXES.contains(&word(at - 1)) && matches!(word(at - 2), "|" | "filter") => Some(0),
                (Some(depth), "(" | "[" | "{") => Some(depth + 1),
                (Some(depth), ")" | "]" | "}") => depth.checked_sub(1),
                (depth, _) => depth,
            };
            if depth == Some(0) && token.kind == Kind::Text && word(at - 1) == "=" && matches!(word(at + 1), "," | ")") {
                self.inserts.push((token.range.end, format!(" | {LITERAL}")));
            }
        }
    }

    /// `VALUE | sort`: counts what is gone through.
    fn walks(&mut self, part: &Part) {
        for at in 2..part.tokens.len() {
            let walk = WALKS.iter().find(|(name, _)| part.word(self.source, at) == *name);
            if let Some((_, charge)) = walk.filter(|_| part.word(self.source, at - 1) == "|") {
                self.inserts.push((part.tokens[at - 2].range.end, format!(" | {charge}")));
            }
        }
    }

    /// `[x for x in TARGET if …]`: counts the elements of TARGET.
    fn comprehensions(&mut self, part: &Part) {
        let word = |index: usize| part.word(self.source, index);
        let is_name = |index: usize| part.tokens.get(index).is_some_and(|token| token.kind == Kind::Ident);
        for at in 1..part.tokens.len() {
            if !is_name(at) || word(at) != "for" {
                continue;
            }
            let target = if is_name(at + 1) && word(at + 2) == "in" {
                at + 3
            } else if is_name(at + 1) && word(at + 2) == "," && is_name(at + 3) && word(at + 4) == "in" {
                at + 5
            } else {
                continue;
            };
            let end = self.end_of_target(part, target);
            if end > target && end < part.tokens.len() {
                self.inserts.push((part.tokens[target].range.start, "(".to_owned()));
                self.inserts.push((part.tokens[end - 1].range.end, ") | __count".to_owned()));
            }
        }
    }

    fn end_of_target(&self, part: &Part, target: usize) -> usize {
        let mut depth = 0_usize;
        for index in target..part.tokens.len() {
            match (part.tokens[index].kind, part.word(self.source, index)) {
                (Kind::Sign, "(" | "[" | "{") => depth += 1,
                (Kind::Sign, "]") if depth == 0 => return index,
                (Kind::Sign, ")" | "]" | "}") => depth = depth.saturating_sub(1),
                (Kind::Ident, "if") if depth == 0 => return index,
                _ => {}
            }
        }
        part.tokens.len()
    }

    /// A tag that ends something, or goes on with it, has nothing before it that is run each time.
    fn each(&mut self, part: &Part) {
        let begins = match part.piece {
            Piece::Expression => true,
            Piece::Tag => matches!(part.word(self.source, 0), "set" | "set_global" | "for" | "if" | "include" | "filter" | "<"),
            Piece::Text | Piece::Raw | Piece::Comment => false,
        };
        if begins {
            self.point(part.range.start, part.range.start, [part.trims[0], false], "__step");
        }
    }

    /// Traces the lines of a part; gives whether the text behind it begins a line.
    fn lines(&mut self, part: &Part, line_begins: bool) -> bool {
        match part.piece {
            Piece::Text => {
                let text = &self.source[part.body.clone()];
                let mut at = part.body.start;
                for (index, line) in text.split_inclusive('\n').enumerate() {
                    if let Some(first) = line.find(|c: char| !c.is_whitespace())
                        && (index > 0 || line_begins)
                    {
                        self.point(at + first, at + first, [false; 2], "__at");
                    }
                    at += line.len();
                }
                let last = text.rsplit('\n').next().unwrap_or(text);
                last.trim().is_empty() && (line_begins || text.contains('\n'))
            }
            Piece::Expression => {
                self.point(part.range.start, part.range.start, [part.trims[0], false], "__at");
                false
            }
            Piece::Raw => false,
            Piece::Tag if part.word(self.source, 0) == "include" => {
                self.point(part.range.start, part.range.start, [part.trims[0], false], "__at");
                line_begins
            }
            Piece::Comment | Piece::Tag => line_begins,
        }
    }

    fn finish(self, name: &str) -> Probed {
        let mut inserts = self.inserts;
        inserts.sort_by_key(|insert| insert.0);
        let mut source = String::with_capacity(self.source.len() + inserts.iter().map(|insert| insert.1.len()).sum::<usize>());
        let mut from = 0;
        for (at, text) in &inserts {
            source.push_str(&self.source[from..*at]);
            source.push_str(text);
            from = *at;
        }
        source.push_str(&self.source[from..]);
        let inserts = inserts.into_iter().map(|(at, text)| (at, text.len())).collect();
        Probed { name: name.to_owned(), original: self.source.to_owned(), source, inserts }
    }
}
