//! Which lines of files were reached.

use super::RepoPath;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The lines of files that can be reached, and those that were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage(pub BTreeMap<RepoPath, Lines>);

/// The lines of one file, from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// Those that can be reached: blank lines and comments cannot.
    pub all: BTreeSet<u32>,
    /// Those that were.
    pub reached: BTreeSet<u32>,
}

impl Lines {
    /// Those that were not reached.
    pub fn missed(&self) -> BTreeSet<u32> {
        self.all.difference(&self.reached).copied().collect()
    }
}

impl Coverage {
    /// Notes a line.
    pub fn add(&mut self, file: &RepoPath, line: u32, reached: bool) {
        let lines = self.0.entry(file.clone()).or_default();
        lines.all.insert(line);
        if reached {
            lines.reached.insert(line);
        }
    }

    /// Takes in what was reached another time.
    pub fn extend(&mut self, other: Self) {
        for (file, more) in other.0 {
            let lines = self.0.entry(file).or_default();
            lines.all.extend(more.all);
            lines.reached.extend(more.reached);
        }
    }
}
