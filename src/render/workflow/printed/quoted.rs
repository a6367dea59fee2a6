//! Scripts that no shell reads: a print is a part of a text between quotes, or it is code.

use super::surplus;
use crate::render::language::placeholders;

/// In what a script is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tongue {
    Shell,
    JavaScript,
    /// Python, and whatever else is run line by line.
    Other,
}

/// The first print of a script that is not in a text between quotes.
pub(super) fn outside(script: &str, tongue: Tongue) -> Option<usize> {
    let all = placeholders(script);
    let mut reader = Reader { script, at: 0, tongue };
    let mut within = Vec::new();
    // What comes behind something that cannot be followed may be anything.
    while let Some(texts) = reader.next() {
        within.extend(texts);
    }
    surplus(all, within)
}

struct Reader<'s> {
    script: &'s str,
    at: usize,
    tongue: Tongue,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.script[self.at..]
    }

    /// Passes a text, a comment or a character; gives the prints of a text. Nothing at the end, or where it cannot be followed.
    fn next(&mut self) -> Option<Vec<usize>> {
        let c = self.rest().chars().next()?;
        match c {
            '\'' | '"' if !self.is_prefixed() => self.text(c),
            '`' if self.tongue == Tongue::JavaScript => self.template(),
            '\'' | '"' | '`' => None,
            '#' if self.tongue == Tongue::Other => self.pass(self.line()),
            '/' if self.tongue == Tongue::JavaScript => self.slash(),
            _ => self.pass(c.len_utf8()),
        }
    }

    fn pass(&mut self, bytes: usize) -> Option<Vec<usize>> {
        self.at += bytes;
        Some(Vec::new())
    }

    fn line(&self) -> usize {
        self.rest().find('\n').unwrap_or(self.rest().len())
    }

    /// A letter before a quote gives the text another meaning: `f"{…}"`.
    fn is_prefixed(&self) -> bool {
        self.tongue == Tongue::Other && self.script[..self.at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
    }

    /// A text that ends on its line.
    fn text(&mut self, quote: char) -> Option<Vec<usize>> {
        let begins = self.at + 1;
        let mut escaped = false;
        let end = self.script[begins..].find(|c: char| {
            let ends = !escaped && c == quote || c == '\n';
            escaped = !escaped && c == '\\';
            ends
        })?;
        self.at = begins + end + 1;
        self.script[begins + end..].starts_with(quote).then(|| placeholders(&self.script[begins..begins + end]))
    }

    /// A text between backticks, in which `${…}` is code.
    fn template(&mut self) -> Option<Vec<usize>> {
        let end = self.rest()[1..].find('`')? + 1;
        let text = &self.rest()[1..end];
        if text.contains('\\') {
            return None;
        }
        let mut parts = text.split("${");
        let mut within = placeholders(parts.next()?);
        for part in parts {
            let (code, plain) = part.split_once('}')?;
            if code.contains(['\'', '"', '{']) {
                return None;
            }
            within.extend(placeholders(plain));
        }
        self.at += end + 1;
        Some(within)
    }

    /// A comment, a division, or an expression that texts are matched with: in that a quote begins nothing.
    fn slash(&mut self) -> Option<Vec<usize>> {
        if let Some(comment) = self.rest().strip_prefix("/*") {
            let length = comment.find("*/")?;
            return self.pass(length + 4);
        }
        let line = self.line();
        let rest = &self.rest()[1..line];
        if !rest.starts_with('/') && (rest.contains(['\'', '"', '`']) || rest.contains("/*")) {
            return None;
        }
        self.pass(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::budget::placeholder;

    fn refused<'s>(scripts: &[&'s str], tongue: Tongue) -> Vec<&'s str> {
        let is_refused = |script: &&&str| outside(&script.replace('X', &placeholder(0)), tongue).is_some();
        scripts.iter().filter(is_refused).copied().collect()
    }

    #[test]
    fn a_word_is_code_where_no_quotes_are_around_it() {
        let scripts = [
            "log(\"X\")",
            "log('a X b', `X ${a} X`)",
            "// it's\nlog('X')",
            "/* it's */ log('X')",
            "a = b / c; d = /x*/g\nlog('X')",
            "log('it\\'s X')",
            // refused
            "X",
            "log(X)",
            "log('a' + X + 'b')",
            "log(`${X}`)",
            "log(`${a['b']} X`)",
            "/'/.test(a); log('X')",
            "a = /[/*]/; b = '*/' + X + ''",
            "log('open\nX')",
            "// X",
        ];
        assert_eq!(refused(&scripts, Tongue::JavaScript), scripts[6..]);
        let scripts = [
            "print('X')",
            "# it's\nprint(\"a X\")",
            "a / b; print('X')",
            // refused
            "X",
            "import X",
            "print(f'{X}')",
            "print(\"\"\"\nX\"\"\")",
            "`X`",
        ];
        assert_eq!(refused(&scripts, Tongue::Other), scripts[3..]);
    }
}
