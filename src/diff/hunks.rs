//! The lines of a file that differ, as a unified diff.

use super::common::{prefix, suffix};
use similar::TextDiff;
use std::fmt::Write as _;

/// Lines of a file that are compared line by line; a longer file is shown as replaced.
const MOST_LINES: usize = 20_000;
/// Lines around those that differ.
const CONTEXT: usize = 3;

/// A unified diff without file headers, and the numbers of lines added and removed.
pub(super) fn unified(before: &str, after: &str) -> (String, usize, usize) {
    let only_one_side = before.is_empty() || after.is_empty();
    // a line has at least one byte
    let is_long = || before.len() + after.len() > MOST_LINES && before.lines().count() + after.lines().count() > MOST_LINES;
    if only_one_side || is_long() {
        let mut text = String::with_capacity(before.len() + after.len() + 256);
        before.lines().for_each(|line| writeln!(text, "-{line}").expect("a string takes all"));
        after.lines().for_each(|line| writeln!(text, "+{line}").expect("a string takes all"));
        return (text, after.lines().count(), before.lines().count());
    }
    Place::of(before, after).map_or_else(|| compared(before, after), |place| place.hunk())
}

fn compared(before: &str, after: &str) -> (String, usize, usize) {
    // without a limit of time, so that it is the same everywhere: so many lines, however they differ, take a tenth of a second at most
    let diff = TextDiff::from_lines(before, after);
    let mut text = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        write!(text, "{hunk}").expect("a string takes all");
    }
    let lines = |sign: char| text.lines().filter(|line| line.starts_with(sign)).count();
    let (added, removed) = (lines('+'), lines('-'));
    (text, added, removed)
}

/// The only place in which two texts differ: one line that is another one, or lines that come or go. There is only one way to tell of it, so that
/// it is told without comparing line by line.
struct Place<'t> {
    /// What both have in front of it, and behind it.
    around: [&'t str; 2],
    removed: &'t str,
    added: &'t str,
}

impl<'t> Place<'t> {
    /// Nothing where they differ in more than one place, or where a line there is the same as one beside it.
    fn of(before: &'t str, after: &'t str) -> Option<Self> {
        let is_plain = |text: &str| text.ends_with('\n') && !text.contains('\r');
        if !is_plain(before) || !is_plain(after) {
            return None;
        }
        let first = line_start(before.as_bytes(), prefix(before.as_bytes(), after.as_bytes()));
        let (old, new) = (&before.as_bytes()[first..], &after.as_bytes()[first..]);
        // whole lines: each begins behind the end of another one
        let last = whole_lines(old, new, suffix(old, new));
        let (removed, added) = (&before[first..before.len() - last], &after[first..after.len() - last]);
        let place = Self { around: [&before[..first], &before[before.len() - last..]], removed, added };
        place.is_told_in_one_way().then_some(place)
    }

    fn is_told_in_one_way(&self) -> bool {
        let [in_front, behind] = self.around;
        let beside = [in_front.lines().next_back(), behind.lines().next()];
        let ends = |text: &'t str| [text.lines().next(), text.lines().next_back()];
        let stands_apart = |text: &'t str| ends(text).iter().all(|line| line.is_none() || !beside.contains(line));
        let few = match (self.removed.lines().count(), self.added.lines().count()) {
            (0, 0) => false,
            (0, _) | (_, 0) | (1, 1) => true,
            _ => false,
        };
        few && stands_apart(self.removed) && stands_apart(self.added)
    }

    fn hunk(&self) -> (String, usize, usize) {
        let [in_front, behind] = self.around;
        let (removed, added) = (self.removed.lines().count(), self.added.lines().count());
        let all = in_front.bytes().filter(|byte| *byte == b'\n').count();
        let first = in_front.lines().rev().take(CONTEXT).map(|line| line.len() + 1).sum::<usize>();
        let (shown, rest) = (&in_front[in_front.len() - first..], behind.lines().take(CONTEXT));
        let context = shown.lines().count() + rest.clone().count();
        let start = all - shown.lines().count();
        let mut text = String::with_capacity(256 + self.removed.len() + self.added.len());
        let range = |lines: usize| match lines {
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            lines => format!("{},{lines}", start + 1),
        };
        writeln!(text, "@@ -{} +{} @@", range(context + removed), range(context + added)).expect("a string takes all");
        let mut tell = |sign: char, line: &str| {
            text.push(sign);
            text.push_str(line);
            text.push('\n');
        };
        shown.lines().for_each(|line| tell(' ', line));
        self.removed.lines().for_each(|line| tell('-', line));
        self.added.lines().for_each(|line| tell('+', line));
        rest.for_each(|line| tell(' ', line));
        (text, added, removed)
    }
}

/// Where the line begins that a byte stands in.
fn line_start(text: &[u8], at: usize) -> usize {
    text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
}

/// Of so many bytes that two texts end with, those that are whole lines of both.
fn whole_lines(one: &[u8], other: &[u8], same: usize) -> usize {
    let begins_line = |text: &[u8]| text.len() == same || text[text.len() - same - 1] == b'\n';
    if begins_line(one) && begins_line(other) {
        return same;
    }
    let end = one[one.len() - same..].iter().position(|byte| *byte == b'\n');
    end.map_or(0, |end| same - end - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_place_is_told_without_comparing() {
        let text = "a\nb\nc\nd\ne\nf\ng\n";
        let told = |after: &str| Place::of(text, after).map(|place| place.hunk().0).unwrap_or_else(|| "compared\n".to_owned());
        let all = [
            told("a\nb\nc\nd!\ne\nf\ng\n"),
            told("a\nb\nc\nd\ne\nf\n"),
            told("x\ny\na\nb\nc\nd\ne\nf\ng\n"),
            told("a\nb\nb\nc\nd\ne\nf\ng\n"),
            told("a!\nb\nc\nd\ne\nf\ng!\n"),
            told("a\nb\nc\nd!\ne\nf\ng"),
        ];
        insta::assert_snapshot!(all.concat(), @"
        @@ -1,7 +1,7 @@
         a
         b
         c
        -d
        +d!
         e
         f
         g
        @@ -4,4 +4,3 @@
         d
         e
         f
        -g
        @@ -1,3 +1,5 @@
        +x
        +y
         a
         b
         c
        compared
        compared
        compared
        ");
    }

    proptest! {
        #[test]
        fn it_is_told_as_if_it_was_compared(
            lines in prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", "ba", "", " ", "a: b"]), 1..12),
            from in 0_usize..12,
            gone in 0_usize..3,
            come in prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", "c", "", "ä", "a: c"]), 0..3),
        ) {
            let text = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            let mut after = lines.clone();
            let from = from.min(lines.len());
            after.splice(from..(from + gone).min(lines.len()), come);
            let (before, after) = (text(&lines), text(&after));
            if let Some(place) = Place::of(&before, &after).filter(|_| !before.is_empty() && !after.is_empty()) {
                prop_assert_eq!(place.hunk(), compared(&before, &after));
            }
        }
    }
}
