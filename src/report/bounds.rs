//! How much of what is long is shown: in a comment, which a forge bounds, and on the page that shows all of it.

use std::cell::Cell;

/// How much of each thing is shown, and whether anything was left out.
#[derive(Debug)]
pub(super) struct Bounds {
    /// Characters of one line of a difference.
    pub(super) line: usize,
    /// Characters of one fence.
    pub(super) fence: usize,
    /// Lines of one difference.
    pub(super) lines: usize,
    /// Characters of one unit's differences after which no further file is shown.
    pub(super) unit: usize,
    /// Rows of the table of units; more are summed up per target.
    pub(super) units: usize,
    /// Findings of one file.
    pub(super) findings: usize,
    /// Characters of one table.
    pub(super) table: usize,
    /// Names of requests or units in one sentence.
    pub(super) names: usize,
    /// Actions of Terraform.
    pub(super) actions: usize,
    /// Characters of the whole text.
    pub(super) all: usize,
    left_out: Cell<bool>,
}

impl Bounds {
    /// Of a comment.
    pub(super) fn of_comment() -> Self {
        Self {
            line: 400,
            fence: 16_000,
            lines: 300,
            unit: 12_000,
            units: 40,
            findings: 30,
            table: 12_000,
            names: 8,
            actions: 50,
            all: super::comment::MOST_CHARACTERS,
            left_out: Cell::new(false),
        }
    }

    /// Of the page that shows everything.
    pub(super) fn of_page() -> Self {
        const MOST: usize = 2_000_000;
        Self {
            line: MOST,
            fence: MOST,
            lines: MOST,
            unit: MOST,
            units: MOST,
            findings: MOST,
            table: MOST,
            names: 10_000,
            actions: MOST,
            all: MOST,
            left_out: Cell::new(false),
        }
    }

    /// Notes that something is not shown.
    pub(super) fn leave_out(&self) {
        self.left_out.set(true);
    }

    /// Whether something is not shown.
    pub(super) fn is_cut(&self) -> bool {
        self.left_out.get()
    }
}
