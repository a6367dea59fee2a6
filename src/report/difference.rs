//! The lines of a difference in a fence, long ones cut so that what differs in them is seen.

use super::bounds::Bounds;
use super::text::{fenced, left_lines, part};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Bound;

/// So many characters before the first that differs are shown.
const BEFORE: usize = 80;

/// A unified diff in a fence.
pub(super) fn difference(raw: &str, bounds: &Bounds) -> String {
    let lines: Vec<&str> = raw.lines().collect();
    let mut body = String::new();
    let mut taken = 0;
    for run in lines.chunk_by(|one, next| is_moved(one) == is_moved(next)) {
        let opposite = Opposite::of(run, bounds.line);
        for line in run {
            if taken == bounds.lines || body.len() > bounds.fence {
                break;
            }
            taken += 1;
            push(&mut body, &opposite.with_blanks(line), opposite.first_shown(line), bounds);
        }
    }
    if taken < lines.len() {
        bounds.leave_out();
        body += &left_lines(lines.len() - taken);
    }
    fenced("diff", &body)
}

/// Whether a line comes or goes.
fn is_moved(line: &str) -> bool {
    line.starts_with(['+', '-'])
}

/// Whether a character looks like the blank, and is another.
fn looks_blank(c: char) -> bool {
    c.is_whitespace() && c != ' '
}

fn push(body: &mut String, line: &str, from: usize, bounds: &Bounds) {
    let is_whole = line.len() <= bounds.line;
    if is_whole && from == 0 {
        *body += &part(line, 0, usize::MAX);
    } else {
        let (sign, text) = line.split_at(usize::from(is_moved(line) || line.starts_with(' ')));
        let all = text.chars().count();
        let most = bounds.line.saturating_sub(1);
        *body += sign;
        if from > 0 {
            *body += &format!("({from} characters before) … ");
        }
        *body += &part(text, from, most);
        let left = all.saturating_sub(from + most);
        if left > 0 {
            *body += &format!(" … ({left} more characters)");
        }
        if from > 0 || left > 0 {
            bounds.leave_out();
        }
    }
    body.push('\n');
}

/// The lines that go and those that come in one place, where one of them is too long to be shown as a whole.
struct Opposite<'l> {
    gone: BTreeSet<&'l str>,
    come: BTreeSet<&'l str>,
    most: usize,
    /// Whether lines differ in nothing but tabs and other characters that look like blanks.
    in_blanks: bool,
}

impl<'l> Opposite<'l> {
    fn of(run: &[&'l str], most: usize) -> Self {
        let is_long = run.iter().any(|line| line.len() > most);
        let of = |sign: char| run.iter().filter(|_| is_long).filter_map(|line| line.strip_prefix(sign)).collect();
        let plain = |sign: char| run.iter().filter_map(|line| line.strip_prefix(sign)).map(|line| line.replace(looks_blank, " ")).collect();
        let has_blanks = run.iter().any(|line| line.contains(looks_blank));
        let both: Option<[BTreeSet<String>; 2]> = has_blanks.then(|| ['-', '+'].map(plain));
        let in_blanks = both.is_some_and(|[gone, come]| !gone.is_disjoint(&come));
        Self { gone: of('-'), come: of('+'), most, in_blanks }
    }

    /// A line with what looks like a blank as escapes, where that is what differs.
    fn with_blanks<'r>(&self, line: &'r str) -> Cow<'r, str> {
        if !self.in_blanks {
            return Cow::Borrowed(line);
        }
        let shown = |c: char| if looks_blank(c) { c.escape_unicode().to_string() } else { c.to_string() };
        Cow::Owned(line.chars().map(shown).collect())
    }

    /// From which character on a line is shown: a line that differs late from what it replaces is shown from shortly before there.
    fn first_shown(&self, line: &str) -> usize {
        let other = match line.as_bytes().first() {
            Some(b'-') => &self.come,
            Some(b'+') => &self.gone,
            _ => return 0,
        };
        if line.len() <= self.most {
            return 0;
        }
        let text = &line[1..];
        // the most alike stand next to it
        let before = other.range::<str, _>((Bound::Unbounded, Bound::Excluded(text))).next_back();
        let behind = other.range::<str, _>((Bound::Excluded(text), Bound::Unbounded)).next();
        let same = before.into_iter().chain(behind).map(|near| alike(text, near)).max().unwrap_or_default();
        if same + BEFORE < self.most { 0 } else { same.saturating_sub(BEFORE) }
    }
}

/// How many characters two texts begin with alike.
fn alike(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a difference with what is long in them counted.
    fn told(raw: &str) -> String {
        let bounds = Bounds::of_comment();
        let text = difference(raw, &bounds);
        let short = |line: &str| {
            let runs = line.split(' ').map(|word| if word.len() > 30 { format!("<{}>", word.len()) } else { word.to_owned() });
            runs.collect::<Vec<_>>().join(" ")
        };
        format!("{}\ncut: {}", text.lines().map(short).collect::<Vec<_>>().join("\n"), bounds.is_cut())
    }

    #[test]
    fn a_long_line_shows_what_differs() {
        let long = |middle: &str| format!("{} {middle} {}", "a".repeat(500), "b".repeat(600));
        let other = "c".repeat(1000);
        let raw = format!("@@ -1 +1 @@\n {other}\n-{}\n-x\n+{}\n+{}\n", long("replicas: 1"), long("replicas: 9"), "d".repeat(1000));
        insta::assert_snapshot!(told(&raw), @"
        ```diff
        @@ -1 +1 @@
         <399> … (601 more characters)
        -(431 characters before) … <69> replicas: 1 <317> … (283 more characters)
        -x
        +(431 characters before) … <69> replicas: 9 <317> … (283 more characters)
        <400> … (601 more characters)
        ```
        cut: true
        ");
        insta::assert_snapshot!(told("-a\tb\n+a b\n"), @r#"
        ```diff
        -a\u{9}b
        +a b
        ```
        cut: false
        "#);
        insta::assert_snapshot!(told("-a b\n-c\u{3000}d\n+a\u{a0}b\n+c\u{3000}e\n"), @r"
        ```diff
        -a b
        -c\u{3000}d
        +a\u{a0}b
        +c\u{3000}e
        ```
        cut: false
        ");
        assert!(difference("-x\n+y\n", &Bounds::of_page()).contains("-x\n+y\n"));
    }

    #[test]
    fn a_page_shows_all_of_it() {
        let raw = format!("-{}\n+{}\n", "a".repeat(5000), "b".repeat(5000));
        let page = Bounds::of_page();
        assert!(difference(&raw, &page).contains(&raw) && !page.is_cut());
    }
}
