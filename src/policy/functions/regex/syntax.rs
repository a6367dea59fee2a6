//! A pattern of RE2, as Go reads it, in the language of the crate.

use std::iter::Peekable;
use std::str::Chars;

/// What may be written behind `(?`, besides names.
const FLAGS: &str = "imsU-";
/// How often something may be repeated at most.
const MOST: u32 = 1000;
/// Classes that have names.
const NAMES: [&str; 14] =
    ["alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word", "xdigit"];
/// How many letters a name of a class, or a repetition, has at most: nothing is looked for further ahead.
const FURTHEST: usize = 16;

/// The same pattern in the language of the crate; nothing where it is none.
pub(super) fn translated(pattern: &str) -> Option<String> {
    let (mut out, mut letters) = (String::new(), pattern.chars().peekable());
    let mut repeats = Repeats::Nothing;
    while let Some(c) = letters.next() {
        let times = if c == '{' { repeated(&letters) } else { None };
        repeats = match (c, repeats) {
            ('?', Repeats::Before) => Repeats::Lazily,
            ('*' | '+' | '?', Repeats::Nothing) => Repeats::Before,
            ('*' | '+' | '?', _) => return None,
            _ if times.is_none() => Repeats::Nothing,
            (_, Repeats::Nothing) => Repeats::Before,
            _ => return None,
        };
        match c {
            '\\' => match letters.next()? {
                'b' => out.push_str(r"(?-u:\b)"),
                'B' => out.push_str(r"(?-u:\B)"),
                c @ ('A' | 'z') => out.extend(['\\', c]),
                'Q' => out.push_str(&quoted(&mut letters)),
                c => out.push_str(&escaped(c, &mut letters)?.written()),
            },
            '[' => out.push_str(&class(&mut letters)?),
            '(' => {
                out.push('(');
                if letters.peek() == Some(&'?') {
                    out.push_str(&group(&mut letters)?);
                }
            }
            '{' => match times {
                Some(most) if most > MOST => return None,
                Some(_) => {
                    out.push('{');
                    out.extend(letters.by_ref().take_while(|c| *c != '}'));
                    out.push('}');
                }
                None => out.push_str(r"\{"),
            },
            c => out.push(c),
        }
    }
    Some(out)
}

/// What stands before a letter: a repetition is not repeated again.
#[derive(Clone, Copy)]
enum Repeats {
    Nothing,
    /// `*`, `+`, `?` or `{2}`
    Before,
    /// The same with a `?` behind it.
    Lazily,
}

/// Letters that mean nothing else, up to `\E` or the end.
fn quoted(letters: &mut Peekable<Chars<'_>>) -> String {
    let mut out = String::new();
    while let Some(c) = letters.next() {
        if c == '\\' && letters.next_if_eq(&'E').is_some() {
            break;
        }
        out.push_str(&letter(c));
    }
    out
}

/// What an escape stands for.
enum Escaped {
    Letter(char),
    /// A class, as it is written by itself or within another.
    Class(String),
    /// A letter that no text has: half of a pair.
    Never,
}

impl Escaped {
    fn written(&self) -> String {
        match self {
            Self::Letter(c) => letter(*c),
            Self::Class(class) => class.clone(),
            Self::Never => r"[^\x{0}-\x{10ffff}]".to_owned(),
        }
    }
}

/// What stands behind a `\`, as far as it may stand within a class too.
fn escaped(c: char, letters: &mut Peekable<Chars<'_>>) -> Option<Escaped> {
    let class = |class: &str| Some(Escaped::Class(class.to_owned()));
    match c {
        'w' => class("[0-9A-Za-z_]"),
        'W' => class("[^0-9A-Za-z_]"),
        'd' => class("[0-9]"),
        'D' => class("[^0-9]"),
        's' => class(r"[\t\n\f\r ]"),
        'S' => class(r"[^\t\n\f\r ]"),
        'p' | 'P' => {
            let name: String = match letters.next()? {
                '{' => letters.by_ref().take_while(|c| *c != '}').collect(),
                name => name.to_string(),
            };
            let (c, name) = match name.strip_prefix('^') {
                Some(name) => (if c == 'p' { 'P' } else { 'p' }, name),
                None => (c, &*name),
            };
            let is_name = name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
            if is_name { class(&format!("\\{c}{{{name}}}")) } else { None }
        }
        '0'..='7' => {
            let is_octal = |c: &char| c.is_digit(8);
            if c != '0' && !letters.peek().is_some_and(is_octal) {
                // the first group again, which RE2 does not have
                return None;
            }
            let mut digits = String::from(c);
            while digits.len() < 3
                && let Some(digit) = letters.next_if(is_octal)
            {
                digits.push(digit);
            }
            u32::from_str_radix(&digits, 8).ok().and_then(char::from_u32).map(Escaped::Letter)
        }
        'a' => Some(Escaped::Letter('\x07')),
        'f' => Some(Escaped::Letter('\x0c')),
        'n' => Some(Escaped::Letter('\n')),
        'r' => Some(Escaped::Letter('\r')),
        't' => Some(Escaped::Letter('\t')),
        'v' => Some(Escaped::Letter('\x0b')),
        'x' => {
            let digits: String = match letters.next()? {
                '{' => letters.by_ref().take_while(|c| *c != '}').collect(),
                first => [first, letters.next()?].into_iter().collect(),
            };
            match u32::from_str_radix(&digits, 16).ok()? {
                0xd800..=0xdfff => Some(Escaped::Never),
                code => char::from_u32(code).map(Escaped::Letter),
            }
        }
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(Escaped::Letter(c)),
        _ => None,
    }
}

/// A class behind its `[`.
fn class(letters: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut out = String::from(if letters.next_if_eq(&'^').is_some() { "[^" } else { "[" });
    let mut is_first = true;
    // a `]` that comes first is a letter
    while is_first || letters.peek()? != &']' {
        is_first = false;
        if let Some(name) = named(letters) {
            if !NAMES.contains(&name.strip_prefix('^').unwrap_or(&name)) {
                return None;
            }
            letters.by_ref().find(|c| *c == ']')?;
            out.push_str(&format!("[:{name}:]"));
            continue;
        }
        let low = one(letters)?;
        let mut rest = letters.clone();
        let is_range = rest.next() == Some('-') && rest.next().is_some_and(|c| c != ']');
        match low {
            Escaped::Letter(low) if is_range => {
                letters.next();
                let Escaped::Letter(high) = one(letters)? else { return None };
                if high < low {
                    return None;
                }
                out.push_str(&format!("{}-{}", letter(low), letter(high)));
            }
            Escaped::Never if is_range => return None,
            one => out.push_str(&one.written()),
        }
    }
    letters.next();
    out.push(']');
    Some(out)
}

/// A letter of a class, or a class in it.
fn one(letters: &mut Peekable<Chars<'_>>) -> Option<Escaped> {
    match letters.next()? {
        '\\' => {
            let c = letters.next()?;
            escaped(c, letters)
        }
        c => Some(Escaped::Letter(c)),
    }
}

/// The name of a class, that of `[:digit:]`; nothing where there is none.
fn named(letters: &Peekable<Chars<'_>>) -> Option<String> {
    let rest: String = letters.clone().take(FURTHEST).collect();
    let (name, _) = rest.strip_prefix("[:")?.split_once(":]")?;
    Some(name.to_owned())
}

/// What a group begins with, from its `?` on.
fn group(letters: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut begins: String = letters.next_if_eq(&'?')?.into();
    match letters.peek()? {
        'P' | '<' => {}
        _ => loop {
            let c = letters.next()?;
            begins.push(c);
            match c {
                ':' | ')' => break,
                c if FLAGS.contains(c) => {}
                _ => return None,
            }
        },
    }
    Some(begins)
}

/// How often something is repeated at most, where a `{` begins that.
fn repeated(letters: &Peekable<Chars<'_>>) -> Option<u32> {
    let rest: String = letters.clone().take(FURTHEST).collect();
    let (inner, _) = rest.split_once('}')?;
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_repetition = is_number(least) && (most.is_empty() || is_number(most));
    is_repetition.then(|| [least, most].iter().filter_map(|number| number.parse().ok()).max().unwrap_or(u32::MAX))
}

/// A letter, however it is written: what it means elsewhere it does not mean here.
fn letter(c: char) -> String {
    format!(r"\x{{{:x}}}", u32::from(c))
}
