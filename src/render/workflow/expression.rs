//! The expression language of workflows, `${{ … }}`: read into a tree, and written again.

use std::fmt;

/// The most characters of one expression, as the forge has it.
const LONGEST: usize = 21_000;
/// Expressions nest no deeper.
const DEEPEST: usize = 50;
/// The most parts of one expression.
const MOST_PARTS: usize = 1_000;

/// An expression; places are bytes from its beginning.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    Null,
    Truth(bool),
    Number(String),
    Text(String),
    /// A context by its name.
    Name(Name),
    Call(Name, Vec<Expression>),
    /// What is below a value: `github.event['x'].*`.
    Path(Box<Expression>, Vec<Step>),
    Not(Box<Expression>),
    Compare(Box<Expression>, &'static str, Box<Expression>),
    /// `&&`
    All(Vec<Expression>),
    /// `||`
    Any(Vec<Expression>),
}

/// A name, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) at: usize,
}

/// One step down from a value.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Name(Name),
    Index(Expression),
    Star,
}

/// Why a text is no expression.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) at: usize,
    pub(super) message: String,
    pub(super) help: String,
}

impl Mistake {
    pub(super) fn new(at: usize, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: help.into() }
    }
}

/// A part of a text that is an expression.
pub(super) struct Piece<'a> {
    /// Where the expression begins in the text, behind `${{`.
    pub(super) at: usize,
    /// What is between `${{` and `}}`.
    pub(super) inner: &'a str,
    /// Whether there is a `}}`.
    pub(super) closed: bool,
}

/// Everything between `${{` and `}}` in a text; a `}}` between single quotes ends nothing.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("${{") {
        let at = from + start + 3;
        let end = closing(&text[at..]).map(|end| at + end);
        found.push(Piece { at, inner: &text[at..end.unwrap_or(text.len())], closed: end.is_some() });
        let Some(end) = end else { break };
        from = end + 2;
    }
    found
}

fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quoted = false;
    (0..bytes.len()).find(|index| {
        quoted ^= bytes[*index] == b'\'';
        !quoted && bytes[*index..].starts_with(b"}}")
    })
}

/// Reads one expression.
pub(super) fn read(text: &str) -> Result<Expression, Mistake> {
    if text.chars().count() > LONGEST {
        return Err(Mistake::new(0, format!("the expression has more than {LONGEST} characters"), ""));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(Mistake::new(0, "the expression is empty", ""));
    }
    if tokens.len() > MOST_PARTS {
        return Err(Mistake::new(0, format!("the expression has more than {MOST_PARTS} parts"), ""));
    }
    let mut reader = Reader { tokens, next: 0, depth: 0, end: text.len() };
    let read = reader.any()?;
    match reader.peek() {
        None => Ok(read),
        Some(_) => Err(reader.unexpected("an operator or the end")),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(String),
    Text(String),
    Word(String),
    Sign(&'static str),
}

const SIGNS: [&str; 16] = ["==", "!=", "<=", ">=", "&&", "||", "(", ")", "[", "]", ".", ",", "*", "!", "<", ">"];

fn tokens(text: &str) -> Result<Vec<(Token, usize)>, Mistake> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let after_value = matches!(found.last(), Some((Token::Word(_) | Token::Sign(")" | "]" | "*"), _)));
        let (token, length) = if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        } else if c == '\'' {
            quoted(rest, at)?
        } else if c.is_ascii_alphabetic() || c == '_' {
            let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
            (Token::Word(rest[..length].to_owned()), length)
        } else if c.is_ascii_digit()
            || matches!(c, '-' | '+')
            || c == '.' && !after_value && rest[1..].starts_with(|c: char| c.is_ascii_digit())
        {
            number(rest, at)?
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            return Err(strange(c, at));
        };
        found.push((token, at));
        at += length;
    }
    Ok(found)
}

fn strange(c: char, at: usize) -> Mistake {
    let help = match c {
        '"' => "A text stands between single quotes: 'text'.",
        '=' => "Two values are compared with `==`.",
        '&' => "Both of two is written `&&`.",
        '|' => "One of two is written `||`.",
        '`' | '“' | '”' | '‘' | '’' => "A text stands between the plain quotes: 'text'.",
        _ => "",
    };
    let shown = if c == '`' { "a backtick".to_owned() } else { format!("`{c}`") };
    Mistake::new(at, format!("{shown} means nothing in an expression"), help)
}

fn quoted(rest: &str, at: usize) -> Result<(Token, usize), Mistake> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((index, c)) = chars.next() {
        if c != '\'' {
            text.push(c);
        } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
            text.push('\'');
        } else {
            return Ok((Token::Text(text), index + 1));
        }
    }
    Err(Mistake::new(at, "a text is not closed", "A text stands between single quotes; a quote in it is written twice: 'it''s'."))
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), Mistake> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ',' | '<' | '>' | '=' | '!' | '&' | '|' | '*' | '\'');
    let length = rest.find(ends).unwrap_or(rest.len());
    let text = &rest[..length];
    if is_number(text) {
        return Ok((Token::Number(text.to_owned()), length));
    }
    let shown: String = text.chars().take(40).collect();
    Err(Mistake::new(at, format!("`{shown}` is no number"), "A text stands between single quotes: 'text'."))
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let radix = |prefix: &str, digits: fn(&u8) -> bool| {
        unsigned.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.as_bytes().iter().all(digits))
    };
    let decimal = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.bytes().any(|b| b.is_ascii_digit())
        && unsigned.parse::<f64>().is_ok();
    decimal || unsigned == "Infinity" || radix("0x", u8::is_ascii_hexdigit) || radix("0o", |b| matches!(b, b'0'..=b'7'))
}

struct Reader {
    tokens: Vec<(Token, usize)>,
    next: usize,
    depth: usize,
    end: usize,
}

type Part = Result<Expression, Mistake>;

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(token, _)| token)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(_, at)| *at)
    }

    fn take(&mut self, sign: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.next += usize::from(there);
        there
    }

    fn one_of(&mut self, signs: &[&'static str]) -> Option<&'static str> {
        signs.iter().copied().find(|sign| self.take(sign))
    }

    fn unexpected(&self, wanted: &str) -> Mistake {
        let found = match self.peek() {
            None => "the expression ends".to_owned(),
            Some(Token::Number(text) | Token::Word(text)) => format!("`{text}` stands"),
            Some(Token::Text(_)) => "a text stands".to_owned(),
            Some(Token::Sign(sign)) => format!("`{sign}` stands"),
        };
        Mistake::new(self.at(), format!("{found} where {wanted} belongs"), "")
    }

    fn expect(&mut self, sign: &str) -> Result<(), Mistake> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected(&format!("`{sign}`"))) }
    }

    fn deeper(&mut self, inner: impl FnOnce(&mut Self) -> Part) -> Part {
        if self.depth == DEEPEST {
            return Err(Mistake::new(self.at(), format!("the expression nests more than {DEEPEST} deep"), ""));
        }
        self.depth += 1;
        let read = inner(self);
        self.depth -= 1;
        read
    }

    fn several(&mut self, sign: &str, part: fn(&mut Self) -> Part, whole: fn(Vec<Expression>) -> Expression) -> Part {
        let first = part(self)?;
        let mut parts = vec![first];
        while self.take(sign) {
            parts.push(part(self)?);
        }
        Ok(if parts.len() > 1 { whole(parts) } else { parts.remove(0) })
    }

    fn any(&mut self) -> Part {
        self.deeper(|reader| reader.several("||", Self::all, Expression::Any))
    }

    fn all(&mut self) -> Part {
        self.several("&&", Self::equal, Expression::All)
    }

    fn equal(&mut self) -> Part {
        self.compared(&["==", "!="], Self::ordered)
    }

    fn ordered(&mut self) -> Part {
        self.compared(&["<=", ">=", "<", ">"], Self::not)
    }

    fn compared(&mut self, signs: &[&'static str], part: fn(&mut Self) -> Part) -> Part {
        let mut left = part(self)?;
        let mut chained = 0;
        while let Some(sign) = self.one_of(signs) {
            chained += 1;
            if chained > DEEPEST {
                return Err(Mistake::new(self.at(), format!("more than {DEEPEST} comparisons stand in a row"), ""));
            }
            left = Expression::Compare(Box::new(left), sign, Box::new(part(self)?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Part {
        if self.take("!") { self.deeper(|reader| Ok(Expression::Not(Box::new(reader.not()?)))) } else { self.path() }
    }

    fn path(&mut self) -> Part {
        let base = self.value()?;
        let mut steps = Vec::new();
        loop {
            if self.take(".") {
                steps.push(self.member()?);
            } else if self.take("[") {
                steps.push(if self.take("*") { Step::Star } else { Step::Index(self.any()?) });
                self.expect("]")?;
            } else if steps.is_empty() {
                return Ok(base);
            } else {
                return Ok(Expression::Path(Box::new(base), steps));
            }
        }
    }

    fn member(&mut self) -> Result<Step, Mistake> {
        if self.take("*") {
            return Ok(Step::Star);
        }
        let at = self.at();
        let Some(Token::Word(text)) = self.peek().cloned() else { return Err(self.unexpected("the name of a property")) };
        self.next += 1;
        Ok(Step::Name(Name { text, at }))
    }

    fn value(&mut self) -> Part {
        let at = self.at();
        if self.take("(") {
            let inner = self.any()?;
            self.expect(")")?;
            return Ok(inner);
        }
        let read = match self.peek().cloned() {
            Some(Token::Number(text)) => Expression::Number(text),
            Some(Token::Text(text)) => Expression::Text(text),
            Some(Token::Word(text)) => {
                self.next += 1;
                return self.word(Name { text, at });
            }
            Some(Token::Sign(_)) | None => return Err(self.unexpected("a value")),
        };
        self.next += 1;
        Ok(read)
    }

    fn word(&mut self, name: Name) -> Part {
        if self.take("(") {
            let mut arguments = Vec::new();
            if !self.take(")") {
                arguments.push(self.any()?);
                while self.take(",") {
                    arguments.push(self.any()?);
                }
                self.expect(")")?;
            }
            return Ok(Expression::Call(name, arguments));
        }
        Ok(match name.text.as_str() {
            "null" => Expression::Null,
            "true" => Expression::Truth(true),
            "false" => Expression::Truth(false),
            "NaN" | "Infinity" => Expression::Number(name.text),
            _ => Expression::Name(name),
        })
    }
}

impl Expression {
    /// How tightly it holds together: what is looser than its place stands in parentheses.
    fn rank(&self) -> u8 {
        match self {
            Self::Any(_) => 0,
            Self::All(_) => 1,
            Self::Compare(_, "==" | "!=", _) => 2,
            Self::Compare(..) => 3,
            Self::Not(_) => 4,
            Self::Null | Self::Truth(_) | Self::Number(_) | Self::Text(_) | Self::Name(_) | Self::Call(..) | Self::Path(..) => 5,
        }
    }

    fn inside(&self, rank: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rank() < rank { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

fn joined(parts: &[Expression], between: &str, rank: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        part.inside(rank, f)?;
    }
    Ok(())
}

impl fmt::Display for Expression {
    /// As it could have been written, with no more parentheses than it needs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Truth(truth) => write!(f, "{truth}"),
            Self::Number(text) => f.write_str(text),
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Name(name) => f.write_str(&name.text),
            Self::Call(name, arguments) => {
                write!(f, "{}(", name.text)?;
                joined(arguments, ", ", 0, f)?;
                f.write_str(")")
            }
            Self::Path(base, steps) => {
                // A number would take the point behind it for its own, and a text has none.
                if matches!(**base, Self::Number(_) | Self::Text(_) | Self::Path(..)) {
                    write!(f, "({base})")?
                } else {
                    base.inside(5, f)?
                }
                steps.iter().try_for_each(|step| write!(f, "{step}"))
            }
            Self::Not(inner) => {
                f.write_str("!")?;
                inner.inside(4, f)
            }
            Self::Compare(left, sign, right) => {
                left.inside(self.rank(), f)?;
                write!(f, " {sign} ")?;
                right.inside(self.rank() + 1, f)
            }
            Self::All(parts) => joined(parts, " && ", 2, f),
            Self::Any(parts) => joined(parts, " || ", 1, f),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, ".{}", name.text),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Star => f.write_str(".*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(text: &str) -> String {
        match read(text) {
            Ok(read) => read.to_string(),
            Err(Mistake { at, message, help }) => format!("{at}: {message}. {help}").trim_end().to_owned(),
        }
    }

    #[test]
    fn an_expression_is_read_as_the_forge_reads_it() {
        for (text, written) in [
            (" github.sha ", "github.sha"),
            ("a||b&&c==d", "a || b && c == d"),
            ("(a || b) && !(c == d)", "(a || b) && !(c == d)"),
            ("((a))", "a"),
            ("a == b == c", "a == b == c"),
            ("a == (b == c)", "a == (b == c)"),
            ("1 < 2 == true", "1 < 2 == true"),
            ("!!a", "!!a"),
            ("github['event']['it''s'].x", "github['event']['it''s'].x"),
            ("github.event.commits.*.message", "github.event.commits.*.message"),
            ("a[*].b[0]", "a.*.b[0]"),
            ("(a || b).c", "(a || b).c"),
            ("(a.b).c", "(a.b).c"),
            ("fromJSON('[1]')[0]", "fromJSON('[1]')[0]"),
            ("format('{0} {1}', a.b-c, -2.99e-2)", "format('{0} {1}', a.b-c, -2.99e-2)"),
            ("always()", "always()"),
            ("0xff > .5", "0xff > .5"),
            ("null != true", "null != true"),
            ("steps.a-b.outputs.c_d", "steps.a-b.outputs.c_d"),
            ("'}}'", "'}}'"),
        ] {
            assert_eq!(said(text), written);
        }
    }

    #[test]
    fn what_is_none_is_said_where_it_ends_to_be_one() {
        let texts = [
            "",
            "  ",
            "\"a\"",
            "a = b",
            "a & b",
            "a | b",
            "'open",
            "a b",
            "a.",
            "a.1",
            "a[",
            "a[0",
            "f(",
            "f(a",
            "f(a,)",
            "(a",
            "a)",
            "!",
            "a ==",
            "1x",
            "a ? b : c",
            "a\u{a0}b ü",
            "a['b'",
            "github.event..x",
            "‘a’",
        ];
        let shown: String = texts.iter().map(|text| format!("{text:?} {}\n", said(text))).collect();
        insta::assert_snapshot!(shown, @r#"
        "" 0: the expression is empty.
        "  " 0: the expression is empty.
        "\"a\"" 0: `"` means nothing in an expression. A text stands between single quotes: 'text'.
        "a = b" 2: `=` means nothing in an expression. Two values are compared with `==`.
        "a & b" 2: `&` means nothing in an expression. Both of two is written `&&`.
        "a | b" 2: `|` means nothing in an expression. One of two is written `||`.
        "'open" 0: a text is not closed. A text stands between single quotes; a quote in it is written twice: 'it''s'.
        "a b" 2: `b` stands where an operator or the end belongs.
        "a." 2: the expression ends where the name of a property belongs.
        "a.1" 2: `1` stands where the name of a property belongs.
        "a[" 2: the expression ends where a value belongs.
        "a[0" 3: the expression ends where `]` belongs.
        "f(" 2: the expression ends where a value belongs.
        "f(a" 3: the expression ends where `)` belongs.
        "f(a,)" 4: `)` stands where a value belongs.
        "(a" 2: the expression ends where `)` belongs.
        "a)" 1: `)` stands where an operator or the end belongs.
        "!" 1: the expression ends where a value belongs.
        "a ==" 4: the expression ends where a value belongs.
        "1x" 0: `1x` is no number. A text stands between single quotes: 'text'.
        "a ? b : c" 2: `?` means nothing in an expression.
        "a\u{a0}b ü" 5: `ü` means nothing in an expression.
        "a['b'" 5: the expression ends where `]` belongs.
        "github.event..x" 13: `.` stands where the name of a property belongs.
        "‘a’" 0: `‘` means nothing in an expression. A text stands between the plain quotes: 'text'.
        "#);
    }

    #[test]
    fn what_explodes_is_refused() {
        let deep = format!("{}a{}", "(".repeat(60), ")".repeat(60));
        let texts =
            [deep, "!".repeat(400), "[".repeat(99_999), "a.".repeat(9_999), ["a"; 400].join("=="), "f(".repeat(100), "a && ".repeat(600)];
        let shown: String = texts.iter().map(|text| format!("{}\n", said(text))).collect();
        insta::assert_snapshot!(shown, @"
        50: the expression nests more than 50 deep.
        50: the expression nests more than 50 deep.
        0: the expression has more than 21000 characters.
        0: the expression has more than 1000 parts.
        153: more than 50 comparisons stand in a row.
        100: the expression nests more than 50 deep.
        0: the expression has more than 1000 parts.
        ");
    }

    #[test]
    fn the_pieces_of_a_text_end_where_they_end() {
        let shown = |text: &str| {
            pieces(text)
                .iter()
                .map(|piece| format!("{}:{}{}", piece.at, piece.inner, if piece.closed { ";" } else { "!" }))
                .collect::<String>()
        };
        assert_eq!(shown("a ${{ b }} c ${{d}}"), "5: b ;16:d;");
        assert_eq!(shown("${{ '}}' }} ${{ open"), "3: '}}' ;15: open!");
        assert_eq!(shown("$ {{ a }} }}"), "");
    }

    fn name() -> impl Strategy<Value = Name> {
        "[a-z_][a-zA-Z0-9_-]{0,6}".prop_map(|text| Name { text, at: 0 })
    }

    fn expression() -> impl Strategy<Value = Expression> {
        let leaf = prop_oneof![
            Just(Expression::Null),
            any::<bool>().prop_map(Expression::Truth),
            "-?[0-9]{1,4}(\\.[0-9]{1,2})?".prop_map(Expression::Number),
            ".{0,8}".prop_map(Expression::Text),
            name()
                .prop_filter("a word of its own", |name| !matches!(name.text.as_str(), "null" | "true" | "false"))
                .prop_map(Expression::Name),
        ];
        leaf.prop_recursive(5, 40, 4, |inner| {
            let step = prop_oneof![name().prop_map(Step::Name), inner.clone().prop_map(Step::Index), Just(Step::Star)];
            let sign = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
            prop_oneof![
                (name(), prop::collection::vec(inner.clone(), 0..3)).prop_map(|(name, arguments)| Expression::Call(name, arguments)),
                (inner.clone(), prop::collection::vec(step, 1..4)).prop_map(|(base, steps)| Expression::Path(Box::new(base), steps)),
                inner.clone().prop_map(|inner| Expression::Not(Box::new(inner))),
                (inner.clone(), sign, inner.clone()).prop_map(|(left, sign, right)| Expression::Compare(
                    Box::new(left),
                    sign,
                    Box::new(right)
                )),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::All),
                prop::collection::vec(inner, 2..4).prop_map(Expression::Any),
            ]
        })
    }

    /// The tree without places.
    fn tree(expression: &Expression) -> String {
        let text = format!("{expression:?}");
        let mut parts = text.split(", at: ");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |shown, part| shown + part.trim_start_matches(|c: char| c.is_ascii_digit()))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_reads_as_it_was(wanted in expression()) {
            let text = wanted.to_string();
            let read = read(&text).map_err(|mistake| TestCaseError::fail(format!("{text}: {mistake:?}")))?;
            prop_assert_eq!(tree(&read), tree(&wanted), "{}", text);
        }

        #[test]
        fn no_text_is_too_much(text in "(\\$\\{\\{|\\}\\}|'|[a-z.*!()\\[\\], 0-9=&|<>\"-]|\\PC){0,40}") {
            for piece in pieces(&text) {
                if let Ok(read) = read(piece.inner) {
                    prop_assert!(super::read(&read.to_string()).is_ok());
                }
            }
            let _ = read(&text);
        }
    }
}
