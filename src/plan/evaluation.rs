//! What a round of looking at a change gave, before anything is decided.

use super::Judgement;
use crate::diff::Diff;
use crate::model::{CommitId, Finding, Platform, UnitId};
use crate::observe::TerraformPlan;
use crate::policy::{Tally, Waived};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is compared: the base, and the head or what the merge of the head into the base would give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// The commit before; nothing for the first start.
    pub base: Option<CommitId>,
    /// The commit looked at.
    pub head: CommitId,
    /// Whether the head is still to be merged into the base.
    pub preview: bool,
}

/// What a round of looking at a change gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// What was compared.
    pub round: Round,
    /// The accepted commit whose policies and exceptions judged it.
    pub judge: Option<CommitId>,
    /// What changes.
    pub diff: Diff,
    /// All findings: of the files, the rendering, the comparison and the policies.
    pub findings: Vec<Finding>,
    /// Policies per unit.
    pub tallies: BTreeMap<UnitId, Tally>,
    /// What exceptions waive.
    pub waived: Vec<Waived>,
    /// Files that do not merge.
    pub conflicts: Vec<String>,
    /// Who may approve what: of the newest accepted base.
    pub judgement: Judgement,
    /// What the head says, for reports: it decides nothing.
    pub platform: Arc<Platform>,
    /// Whether the head has a `goldpath.yaml` that can be read.
    pub settings_readable: bool,
}

/// What Terraform would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plans {
    /// What they were asked for.
    pub evaluation: Arc<Evaluation>,
    /// Per unit.
    pub plans: BTreeMap<UnitId, TerraformPlan>,
    /// Units whose plan could not be made, and why.
    pub failed: BTreeMap<UnitId, String>,
    /// Findings of policies that look at plans.
    pub findings: Vec<Finding>,
}
