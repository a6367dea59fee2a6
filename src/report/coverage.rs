//! Which lines of templates and policies cases and tests reach.

use super::text::{count, line};
use crate::model::{Lines, RepoPath};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The files of one release, library or renderer, or of the organisation's policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// `preview@1.0.0`, or the folder.
    pub name: String,
    /// Its files; nothing: none of it was run.
    pub files: Vec<(RepoPath, Option<Lines>)>,
}

impl Covered {
    fn total(&self) -> (usize, usize) {
        let known = self.files.iter().filter_map(|(_, lines)| lines.as_ref());
        known.fold((0, 0), |(reached, all), lines| (reached + lines.reached.len(), all + lines.all.len()))
    }

    /// How many files are beside that, of whose lines nothing is known.
    fn unrun(&self) -> String {
        let unrun = self.files.iter().filter(|(_, lines)| lines.is_none()).count();
        if unrun == 0 || unrun == self.files.len() { String::new() } else { format!(", and nothing of {}", count(unrun, "more file")) }
    }
}

/// A line for each of them with how much of it is reached, and one for each file that has lines which are not.
pub fn coverage_terminal(covered: &[Covered]) -> String {
    let one = |covered: &Covered| {
        let missed =
            covered.files.iter().filter_map(|(file, lines)| Some(format!("  {}: {}\n", line(file.as_str()), missed(lines.as_ref())?)));
        format!("{}: {}{}\n{}", line(&covered.name), share(covered.total()), covered.unrun(), missed.collect::<String>())
    };
    let all: String = covered.iter().map(one).collect();
    format!("\nlines that cases and tests reach, and those that they do not\n{all}")
}

/// `92 % of 25 lines`; never rounded up to all of them.
fn share((reached, all): (usize, usize)) -> String {
    let share = (reached * 100).checked_div(all);
    share.map_or_else(|| "nothing of it was run".to_owned(), |share| format!("{share} % of {}", count(all, "line")))
}

/// `12-14, 31`; nothing when everything was reached.
fn missed(lines: Option<&Lines>) -> Option<String> {
    let Some(lines) = lines else { return Some("nothing of it was run".to_owned()) };
    let missed = lines.missed();
    if missed.is_empty() {
        return None;
    }
    // what stands between two lines and cannot be reached does not part them
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for at in missed {
        match ranges.last_mut() {
            Some((_, to)) if !lines.reached.range(*to..at).any(|_| true) => *to = at,
            _ => ranges.push((at, at)),
        }
    }
    let shown = ranges.iter().map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") });
    Some(shown.collect::<Vec<_>>().join(", "))
}

/// The same as JSON.
pub fn coverage_json(covered: &[Covered]) -> Value {
    let file = |(file, lines): &(RepoPath, Option<Lines>)| {
        let missed: BTreeSet<u32> = lines.as_ref().map(Lines::missed).unwrap_or_default();
        let (reached, all) = lines.as_ref().map_or((0, 0), |lines| (lines.reached.len(), lines.all.len()));
        json!({ "path": file, "lines": all, "reached": reached, "missed": missed, "run": lines.is_some() })
    };
    let one = |covered: &Covered| {
        let (reached, all) = covered.total();
        json!({ "name": covered.name, "lines": all, "reached": reached, "files": covered.files.iter().map(file).collect::<Vec<_>>() })
    };
    covered.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All lines of a file, and those that are reached.
    type Known<'a> = (&'a [u32], &'a [u32]);

    fn of(files: &[(&str, Option<Known<'_>>)]) -> Covered {
        let lines = |(all, reached): Known<'_>| Lines { all: all.iter().copied().collect(), reached: reached.iter().copied().collect() };
        let files = files.iter().map(|(file, known)| (RepoPath::parse(file).unwrap(), known.map(lines)));
        Covered { name: "preview@1.0.0".to_owned(), files: files.collect() }
    }

    #[test]
    fn lines_that_nothing_reaches_are_ranges() {
        let covered = of(&[
            ("a.tera", Some((&[1, 2, 4, 5, 9], &[1, 9]))),
            ("b.tera", Some((&[1, 2], &[1, 2]))),
            ("c.tera", Some((&[1, 2, 3], &[2]))),
            ("d.rego", None),
        ]);
        insta::assert_snapshot!(coverage_terminal(&[covered, of(&[("e.rego", None)])]), @r"

        lines that cases and tests reach, and those that they do not
        preview@1.0.0: 50 % of 10 lines, and nothing of 1 more file
          a.tera: 2-5
          c.tera: 1, 3
          d.rego: nothing of it was run
        preview@1.0.0: nothing of it was run
          e.rego: nothing of it was run
        ");
    }
}
