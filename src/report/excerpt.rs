//! The lines around a finding, as a terminal can show them: long lines cut, nothing in them that could steer it.

use super::text::line;
use crate::model::{Finding, Span};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// The longest part of a line that is shown.
const WIDEST: usize = 140;
/// How much of a line that is cut stands before the place.
const BEFORE: usize = 50;
/// Longer spans are marked in their first line only.
const MOST_LINES: u32 = 8;
/// Related places at most so many lines away are shown with the finding.
const NEAR: u32 = 8;

/// Lines of a file and what is marked in them.
pub(super) struct Excerpt {
    name: String,
    /// The lines before the first that is shown are empty, so that lines keep their numbers.
    text: String,
    /// The column of the finding in the file, which may be cut and may hold wide characters.
    column: usize,
    labels: Vec<LabeledSpan>,
}

/// What is shown of a file: from which line on, and from which character of each line.
struct Window<'a> {
    lines: Vec<&'a str>,
    first: usize,
    cut: usize,
}

impl Excerpt {
    /// The lines around a finding; nothing when its place is not in the text.
    pub(super) fn of(finding: &Finding, source: &str) -> Option<Self> {
        let span = finding.place.span;
        let span = if span.end_line > span.line + MOST_LINES { Span { end_line: span.line, end_column: u32::MAX, ..span } } else { span };
        let near: Vec<_> = finding.related.iter().filter(|related| is_near(finding, related.place.span, &related.place.path)).collect();
        let spans = || std::iter::once(span).chain(near.iter().map(|related| related.place.span));
        let first = spans().map(|span| span.line).min()?.saturating_sub(1).max(1) as usize;
        let last = spans().map(|span| span.end_line).max()? as usize + 1;
        let lines: Vec<&str> = source.strip_suffix('\n').unwrap_or(source).split('\n').collect();
        let is_there = span.line as usize <= lines.len();
        let column = span.column as usize;
        let cut = if column > WIDEST - BEFORE { column - BEFORE } else { 0 };
        let window = Window { lines: lines.into_iter().take(last).skip(first - 1).collect(), first, cut };
        if source.is_empty() || !is_there || window.lines.is_empty() {
            return None;
        }
        let mut labels = vec![LabeledSpan::new_primary_with_span(None, window.range(span))];
        labels.extend(near.iter().map(|related| {
            let said = line(&related.message);
            LabeledSpan::new_with_span(Some(said), window.range(related.place.span))
        }));
        Some(Self { name: finding.place.path.as_str().to_owned(), text: window.text(), column: column - 1, labels })
    }

    /// What is marked, the finding first.
    pub(super) fn labels(&self) -> impl Iterator<Item = LabeledSpan> + '_ {
        self.labels.iter().cloned()
    }
}

/// Whether a related place is shown with the finding rather than told of below.
pub(super) fn is_near(finding: &Finding, span: Span, path: &crate::model::RepoPath) -> bool {
    // a file as a whole has no line to point at
    *path == finding.place.path && span != Span::START && span.line.abs_diff(finding.place.span.line) <= NEAR
}

impl Window<'_> {
    /// A line as it is shown: a character for a character, but for what is cut.
    fn shown(&self, line: &str) -> String {
        let mut out = String::new();
        let all = line.chars().count();
        let kept = line.chars().skip(self.cut).take(WIDEST);
        if self.cut > 0 && all > 0 {
            out.push('…');
        }
        out.extend(kept.map(tame));
        if all > self.cut + WIDEST {
            out.push('…');
        }
        out
    }

    fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(|line| self.shown(line.strip_suffix('\r').unwrap_or(line))).collect();
        "\n".repeat(self.first - 1) + &lines.join("\n") + "\n"
    }

    /// Byte and length of a span in the text.
    fn range(&self, span: Span) -> SourceSpan {
        let from = self.byte(span.line, span.column);
        let to = self.byte(span.end_line, span.end_column);
        (from, to.saturating_sub(from).max(1)).into()
    }

    /// The byte of the text at which a place stands; the end of its line, when it is cut or not there.
    fn byte(&self, number: u32, column: u32) -> usize {
        let text = self.text();
        let before: usize = text.split_inclusive('\n').take(number as usize - 1).map(str::len).sum();
        let line = text[before..].lines().next().unwrap_or_default();
        let wanted = (column as usize - 1).saturating_sub(self.cut) + usize::from(self.cut > 0);
        before + line.char_indices().nth(wanted).map_or(line.len(), |(at, _)| at)
    }
}

fn tame(c: char) -> char {
    match c {
        '\t' | '\r' => ' ',
        c if line(c.encode_utf8(&mut [0; 4])).chars().count() > 1 => '\u{fffd}',
        c => c,
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(&'a self, span: &SourceSpan, before: usize, after: usize) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.text.read_span(span, before, after)?;
        // the column is asked for without the lines around
        let column = if before == 0 && after == 0 { self.column } else { read.column() };
        let (line, count) = (read.line(), read.line_count());
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), read.data(), *read.span(), line, column, count)))
    }
}
