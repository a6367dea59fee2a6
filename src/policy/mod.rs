//! Rego over request, rendered, diff and plan → `Verdicts`; exceptions.

mod verdict;

pub use verdict::{Tally, Verdicts, Waived};
