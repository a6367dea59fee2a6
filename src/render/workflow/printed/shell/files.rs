//! Files in which a step sets variables for those behind it: a print in them is a value, behind a name that the template says.

use super::{Command, List, PRINTED, Reader, Word};
use crate::render::language::placeholders;
use crate::render::workflow::printed::commands::is_assignment;

/// A file that the forge reads when a step has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum File {
    /// Lines `NAME=value`.
    Variables,
    /// Folders in which programs are found.
    Path,
}

impl File {
    /// The file of which a variable holds the path.
    pub(super) fn of(variable: &str) -> Option<Self> {
        match variable.to_ascii_uppercase().as_str() {
            "GITHUB_ENV" => Some(Self::Variables),
            "GITHUB_PATH" => Some(Self::Path),
            _ => None,
        }
    }

    /// Whether a script names one of them.
    pub(super) fn are_named(script: &str) -> bool {
        let script = script.to_ascii_uppercase();
        ["GITHUB_ENV", "GITHUB_PATH"].iter().any(|name| script.contains(name))
    }

    /// Whether a print says more here than a value.
    pub(super) fn is_told(self, print: usize, naming: &[usize]) -> bool {
        self == Self::Path || naming.contains(&print)
    }

    /// The first print of a text that says more here than a value.
    pub(super) fn told_by(self, text: &str) -> Option<usize> {
        let mut lines = text.lines().filter_map(|line| Some((line, *placeholders(line).first()?)));
        // `split_once` finds the name only where nothing is printed before `=`.
        let is_value = |line: &str| line.split_once('=').is_some_and(|(name, _)| placeholders(name).is_empty() && is_assignment(line));
        lines.find(|(line, _)| self == Self::Path || !is_value(line)).map(|(_, print)| print)
    }
}

impl Word {
    /// The file that the word names, also as `$Env:GITHUB_ENV` and `%GITHUB_ENV%`.
    pub(super) fn file(&self) -> Option<File> {
        let words = || self.literal.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        self.file.or_else(|| words().find_map(File::of))
    }
}

impl Command {
    /// Notes a word behind the name.
    pub(super) fn say(&mut self, word: &Word, is_named: bool) {
        if is_named && !word.literal.starts_with('-') && word.file().is_none() {
            self.said.push_str(&word.literal);
            self.said.push(' ');
        }
    }

    /// Whether what comes next is behind a name and `=` on its line.
    fn is_behind_name(&self, word: &str) -> bool {
        let of_line = |line: &str| is_assignment(line) && !line.split('=').next().unwrap_or_default().contains(PRINTED);
        let broken = |text: &str| text.replace("\\n", "\n");
        if self.is_printf && !self.said.is_empty() {
            // The first word says how the lines are made of the others.
            return broken(&self.said).split('\n').filter(|line| line.contains('%')).all(of_line);
        }
        broken(&format!("{}{word}", self.said)).rsplit('\n').next().is_some_and(of_line)
    }
}

impl Reader<'_> {
    /// Notes a print that is not the value behind a name.
    pub(super) fn note_name(&mut self, print: usize, list: &List) {
        if self.has_files && !list.command.is_behind_name(&list.word.literal) {
            self.naming.push(print);
        }
    }
}
