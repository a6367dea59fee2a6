//! Rego over request, rendered, diff and plan → `Verdicts`; exceptions.
//!
//! A file of policies that declares `deny`, `violation` or `warn` is one policy; every other file is a library that all policies of its scope may
//! import. Policies see values only: there is no clock, no network and no chance in the Rego that runs here.

mod check;
mod codes;
mod compile;
mod evaluate;
mod explained;
mod input;
mod metadata;
mod outcome;
mod refused;
#[cfg(test)]
mod tests;
mod verdict;

pub use check::{Tested, test};
pub use compile::{Policies, compile};
pub use evaluate::{UnitInput, evaluate};
pub use verdict::{Tally, Verdicts, Waived};

use crate::model::{Code, Explained};

/// All codes that findings of this stage may have, besides `policy/<id>`.
pub fn codes() -> &'static [Code] {
    codes::ALL
}

/// What all codes of this stage mean, each with an example.
pub fn explained() -> &'static [Explained] {
    explained::ALL
}
