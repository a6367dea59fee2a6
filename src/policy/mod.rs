//! Rego over request, rendered, diff and plan → `Verdicts`; exceptions.
//!
//! A file of policies that declares `deny`, `violation` or `warn`, or a rule whose name begins so (`deny_host_network`), is one policy; every
//! other file is a library that all policies of its scope may import. Policies see values only: there is no clock, no network and no chance in the Rego that runs here.

mod alone;
mod calls;
mod check;
mod circle;
mod codes;
mod compile;
mod ended;
mod evaluate;
mod exceptions;
mod explained;
mod functions;
mod group;
mod idle;
mod input;
mod inputs;
mod metadata;
mod outcome;
mod refused;
mod rules;
mod standing;
mod syntax;
#[cfg(test)]
mod tests;
mod unlike;
mod verdict;

pub use check::{Tested, test, tests};
pub use codes::{FAILED, cannot_run, gave_up, refuses};
pub use compile::{Policies, compile, compile_telling, compile_without};
pub use ended::ended;
pub use evaluate::{Answered, Asking, Before, UnitInput, coverage, evaluate, evaluate_telling};
pub use exceptions::expired;
pub use group::{grouped, said};
pub use input::input_schema;
pub use inputs::{Surroundings, input, inputs, name_diff, name_plan, same_exceptions, same_files, same_surroundings, seen};
pub use metadata::owner;
pub use standing::{Standing, Stays, Stood};
pub use verdict::{Asked, End, Ends, Tally, Verdicts, Waived, with_refusals};

use crate::model::{Code, Explained, RepoPath, UnitId};
use serde::{Deserialize, Serialize};

/// What a policy is about to be asked, told so that the death of whoever asks can be traced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ask {
    /// The file of the policy.
    pub policy: RepoPath,
    /// The unit; nothing while it is compiled.
    pub unit: Option<UnitId>,
}

/// Where asking policies is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// This is about to be asked.
    Begins(Ask),
    /// Everything was asked about this unit.
    Ended(UnitId),
}

/// All codes that findings of this stage may have, besides `policy/<id>`.
pub fn codes() -> &'static [Code] {
    codes::ALL
}

/// What all codes of this stage mean, each with an example.
pub fn explained() -> &'static [Explained] {
    explained::ALL
}
