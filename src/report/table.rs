//! Markdown tables without columns that are empty everywhere.

use super::bounds::Bounds;
use super::text::cell;

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table of finished pieces of Markdown.
#[derive(Debug)]
pub(super) struct Table<const N: usize> {
    columns: [(&'static str, Align); N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(super) fn new(columns: [(&'static str, Align); N]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    /// At most so many rows; what is left out is said below. Nothing when there are no rows.
    pub(super) fn markdown(&self, most: usize, bounds: &Bounds) -> String {
        let kept: Vec<usize> = (0..N).filter(|column| self.rows.iter().any(|row| !row[*column].is_empty())).collect();
        if self.rows.is_empty() || kept.is_empty() {
            return String::new();
        }
        let mut text = line(kept.iter().map(|column| self.columns[*column].0.to_owned()));
        text += &line(kept.iter().map(|column| if self.columns[*column].1 == Align::Right { "--:" } else { "---" }.to_owned()));
        let mut taken = 0;
        for row in self.rows.iter().take(most) {
            if text.len() > bounds.table {
                break;
            }
            taken += 1;
            text += &line(kept.iter().map(|column| cell(&row[*column])));
        }
        if self.rows.len() > taken {
            bounds.leave_out();
            text += &format!("\n… and {} more.\n", super::text::count(self.rows.len() - taken, "row"));
        }
        text
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut text = String::from("|");
    for cell in cells {
        if !cell.is_empty() {
            text.push(' ');
            text.push_str(&cell);
        }
        text.push_str(" |");
    }
    text.push('\n');
    text
}
