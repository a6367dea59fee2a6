//! Functions that call themselves: they may run for ever, and deeper than there is room for, so that no limit on steps ends them.

use crate::model::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A function that calls itself, maybe through others.
pub(super) struct Circle {
    pub(super) span: Span,
    pub(super) name: String,
    /// The function that it calls first on the way back to itself, where that is another one.
    pub(super) through: Option<String>,
}

/// What a function calls, and where its first head is.
#[derive(Default)]
struct Function {
    span: Option<Span>,
    calls: BTreeSet<String>,
}

/// The first function of a file that calls itself. Heads are looked for where they are written: at the beginning of a line.
pub(super) fn first(text: &str) -> Option<Circle> {
    let bare = bare(text);
    let mut functions: BTreeMap<&str, Function> = BTreeMap::new();
    let mut current: Option<&str> = None;
    for (line, number) in bare.lines().zip(1..) {
        let (head, rest) = line.split_at(line.find(|c: char| !is_word(c)).unwrap_or(line.len()));
        let mut body = line;
        if !head.is_empty() {
            current = rest.starts_with('(').then_some(head);
            body = if current.is_some() { rest } else { line };
            let length = u32::try_from(head.chars().count()).unwrap_or(1);
            let span = Span { end_column: 1 + length, ..Span::point(number, 1) };
            if let Some(name) = current {
                functions.entry(name).or_default().span.get_or_insert(span);
            }
        }
        if let Some(function) = current.and_then(|name| functions.get_mut(name)) {
            function.calls.extend(calls(body).map(str::to_owned));
        }
    }
    let back = |name: &str| functions[name].calls.iter().find(|called| *called == name || reaches(&functions, called, name));
    let mut circles: Vec<(Span, &str, &String)> =
        functions.iter().filter_map(|(name, function)| Some((function.span?, *name, back(name)?))).collect();
    circles.sort();
    let (span, name, through) = circles.into_iter().next()?;
    Some(Circle { span, name: name.to_owned(), through: Some(through.clone()).filter(|through| through != name) })
}

fn reaches(functions: &BTreeMap<&str, Function>, from: &str, to: &str) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        let Some((_, function)) = functions.get_key_value(name).filter(|(name, _)| seen.insert(name)) else { continue };
        if function.calls.contains(to) {
            return true;
        }
        open.extend(function.calls.iter().map(String::as_str));
    }
    false
}

/// The names that are called in some text, without those of a package (`regex.match`).
fn calls(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('(').filter_map(|(at, _)| {
        let before = &text[..at];
        let start = before.rfind(|c: char| !is_word(c)).map_or(0, |last| last + before[last..].chars().next().map_or(1, char::len_utf8));
        Some(&before[start..]).filter(|name| !name.is_empty() && !before[..start].ends_with('.'))
    })
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The text without what stands in quotes and comments; its lines stay where they are.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        bare.push(c);
        match c {
            '#' => skip(&mut letters, &mut bare, '\n', false),
            '"' => skip(&mut letters, &mut bare, '"', true),
            '`' => skip(&mut letters, &mut bare, '`', false),
            _ => {}
        }
    }
    bare
}

/// Leaves out all letters up to one, but for ends of lines.
fn skip(letters: &mut std::str::Chars<'_>, bare: &mut String, end: char, escapes: bool) {
    while let Some(c) = letters.next() {
        if c == '\n' || c == end {
            bare.push(c);
        }
        if c == end {
            return;
        }
        if escapes && c == '\\' {
            letters.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::first;

    #[test]
    fn a_function_that_calls_itself_is_found() {
        let said = |text: &str| {
            let circle = first(text)?;
            Some(format!("{}:{} {} {}", circle.span.line, circle.span.column, circle.name, circle.through.unwrap_or_default()))
        };
        for (text, expected) in [
            ("package main\n\nf(n) := f(n - 1) if n > 0\n", Some("3:1 f ")),
            ("f(n) := 1 if n == 0\n\nf(n) := x if {\n\tx := 2 * f(n - 1)\n}\n", Some("1:1 f ")),
            ("a(x) := b(x)\nb(x) := c(x)\nc(x) := a(x) if x\n", Some("1:1 a b")),
            ("a(x) := b(x)\nb(x) := b(x)\n", Some("2:1 b ")),
            ("f(n) if {\n\tlib.f(n)\n\tn > 0 # f(1)\n\t\"f(2)\" == `f(3)`\n}\nr := f(1)\n", None),
            ("f(n) if g(n)\n\nr if f(1)\n\ng(n) if n > 0\n", None),
            ("f(n) if n\nr if {\n\tf(1)\n}\n", None),
            ("ff(n) if f(n)\nf(\"ü\") if é(1)\n", None),
        ] {
            assert_eq!(said(text).as_deref(), expected, "{text}");
        }
    }
}
