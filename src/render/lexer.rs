//! A small lexer over templates: where their tags and expressions are. What Tera would refuse is left to Tera to report.

use crate::model::Span;
use serde::Deserialize;
use std::ops::Range;

/// What begins and ends expressions, blocks and comments; each is two bytes long.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Delimiters {
    pub(super) expression: [String; 2],
    pub(super) block: [String; 2],
    pub(super) comment: [String; 2],
}

impl Default for Delimiters {
    fn default() -> Self {
        let pair = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
        Self { expression: pair("{{", "}}"), block: pair("{%", "%}"), comment: pair("{#", "#}") }
    }
}

impl Delimiters {
    pub(super) fn for_tera(&self) -> tera::Delimiters {
        tera::Delimiters {
            variable_start: self.expression[0].clone().into(),
            variable_end: self.expression[1].clone().into(),
            block_start: self.block[0].clone().into(),
            block_end: self.block[1].clone().into(),
            comment_start: self.comment[0].clone().into(),
            comment_end: self.comment[1].clone().into(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text,
    Raw,
    Comment,
    Expression,
    Tag,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ident,
    Text,
    Number,
    Sign,
}

/// One token of an expression or a tag.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// One part of a template.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) piece: Piece,
    /// With its delimiters.
    pub(super) range: Range<usize>,
    /// Between its delimiters and trim marks.
    pub(super) body: Range<usize>,
    /// Whether it has trim marks: `{{-` and `-}}`.
    pub(super) trims: [bool; 2],
    pub(super) tokens: Vec<Token>,
}

impl Part {
    /// The text of a token.
    pub(super) fn word<'a>(&self, source: &'a str, index: usize) -> &'a str {
        self.tokens.get(index).map_or("", |token| &source[token.range.clone()])
    }
}

/// The parts of a template; it ends early where Tera would report a syntax error.
pub(super) fn parts(source: &str, delimiters: &Delimiters) -> Vec<Part> {
    let mut lexer = Lexer { source, delimiters, parts: Vec::new(), at: 0, next: [Some(0); 3] };
    while lexer.next_part().is_some() {}
    lexer.parts
}

struct Lexer<'a> {
    source: &'a str,
    delimiters: &'a Delimiters,
    parts: Vec<Part>,
    at: usize,
    /// Where an expression, a tag and a comment begin next, as far as it was looked for; nothing: nowhere.
    next: [Option<usize>; 3],
}

impl Lexer<'_> {
    /// Where the next part of a kind begins, which is looked for only when the last one is behind.
    fn begins(&mut self, kind: usize, open: &str) -> Option<usize> {
        let known = self.next[kind]?;
        if known < self.at || !self.source[known..].starts_with(open) {
            self.next[kind] = self.source[self.at..].find(open).map(|skip| self.at + skip);
        }
        self.next[kind]
    }

    /// Takes the text up to the next part, and that part.
    fn next_part(&mut self) -> Option<()> {
        let whole = self.source.len();
        if self.at >= whole {
            return None;
        }
        let delimiters = self.delimiters;
        let starts =
            [(&delimiters.expression[0], Piece::Expression), (&delimiters.block[0], Piece::Tag), (&delimiters.comment[0], Piece::Comment)];
        let starts = starts.into_iter().enumerate();
        let found = starts.filter_map(|(kind, (open, piece))| Some((self.begins(kind, open)?, piece))).min_by_key(|found| found.0);
        let (start, piece) = found.unwrap_or((whole, Piece::Text));
        if start > self.at {
            self.push(Piece::Text, self.at..start, self.at..start, [false; 2], Vec::new());
        }
        if piece == Piece::Text {
            return None;
        }
        let trim = self.source[start + 2..].starts_with('-');
        let body = start + 2 + usize::from(trim);
        match piece {
            Piece::Comment => self.comment(start, body, trim),
            Piece::Expression | Piece::Tag | Piece::Text | Piece::Raw => self.code(piece, start, body, trim),
        }
    }

    fn push(&mut self, piece: Piece, range: Range<usize>, body: Range<usize>, trims: [bool; 2], tokens: Vec<Token>) {
        self.at = range.end;
        self.parts.push(Part { piece, range, body, trims, tokens });
    }

    fn comment(&mut self, start: usize, body: usize, trim: bool) -> Option<()> {
        let end = body + self.source[body..].find(self.delimiters.comment[1].as_str())?;
        let trims = [trim, self.source[..end].ends_with('-')];
        self.push(Piece::Comment, start..end + 2, body..end, trims, Vec::new());
        Some(())
    }

    fn code(&mut self, piece: Piece, start: usize, body: usize, trim: bool) -> Option<()> {
        let close = if piece == Piece::Expression { &self.delimiters.expression[1] } else { &self.delimiters.block[1] };
        let mut tokens = Vec::new();
        let mut at = body;
        let (end, trim_end) = loop {
            let rest = self.source.get(at..)?;
            let first = rest.chars().next()?;
            if first.is_whitespace() {
                at += first.len_utf8();
            } else if rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(close.as_str())) {
                break (at, true);
            } else if rest.starts_with(close.as_str()) {
                break (at, false);
            } else {
                let token = token(rest)?;
                let range = at..at + token.1;
                at = range.end;
                tokens.push(Token { kind: token.0, range });
            }
        };
        let range = start..end + usize::from(trim_end) + 2;
        let is_raw = piece == Piece::Tag && tokens.len() == 1 && &self.source[tokens[0].range.clone()] == "raw";
        if is_raw {
            return self.raw(start, range.end, trim);
        }
        self.push(piece, range, body..end, [trim, trim_end], tokens);
        Some(())
    }

    /// Everything up to `{% endraw %}` is text.
    fn raw(&mut self, start: usize, body: usize, trim: bool) -> Option<()> {
        let mut at = body;
        loop {
            let tag = at + self.source[at..].find(self.delimiters.block[0].as_str())?;
            at = tag + 2;
            let rest = self.source[at..].trim_start_matches('-').trim_start();
            let Some(rest) = rest.strip_prefix("endraw") else { continue };
            let rest = rest.trim_start();
            let (trim_end, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
            if let Some(rest) = rest.strip_prefix(self.delimiters.block[1].as_str()) {
                let end = self.source.len() - rest.len();
                self.push(Piece::Raw, start..end, body..tag, [trim, trim_end], Vec::new());
                return Some(());
            }
        }
    }
}

/// The first token of a text and its length in bytes.
fn token(text: &str) -> Option<(Kind, usize)> {
    let first = text.chars().next()?;
    match first {
        '"' | '\'' | '`' => {
            let mut escaped = false;
            let end = text.char_indices().skip(1).find(|(_, c)| {
                let ends = *c == first && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            })?;
            Some((Kind::Text, end.0 + 1))
        }
        c if c.is_ascii_alphabetic() || c == '_' => {
            let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
            Some((Kind::Ident, end))
        }
        c if c.is_ascii_digit() => {
            let mut dots = 0;
            let end = text.find(|c: char| {
                dots += usize::from(c == '.');
                !(c.is_ascii_digit() || c == '.' && dots == 1)
            });
            Some((Kind::Number, end.unwrap_or(text.len())))
        }
        other => Some((Kind::Sign, other.len_utf8())),
    }
}

/// The line and the column (in characters) of a byte of a text, from 1.
pub(super) fn line_column(text: &str, at: usize) -> (u32, u32) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// From where to where a stretch of a text is.
pub(super) fn span(text: &str, bytes: Range<usize>) -> Span {
    let ((line, column), (end_line, end_column)) = (line_column(text, bytes.start), line_column(text, bytes.end));
    Span { line, column, end_line, end_column }
}
