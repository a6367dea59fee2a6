//! Snapshot → `Parsed { platform, findings }`: never fails; raw file shapes stay private here.

use crate::model::{Finding, Platform};
use serde::{Deserialize, Serialize};

/// What a tree says, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// What it says, as far as it can be read.
    pub platform: Platform,
    /// All mistakes at once, sorted.
    pub findings: Vec<Finding>,
}
