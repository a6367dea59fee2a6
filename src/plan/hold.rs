//! Holds: a change or a unit that may not go on yet, with the reason and what clears it.

use super::Who;
use crate::diff::Vanished;
use crate::model::{Digest, Digester, RequestId, TeamName, UnitId};
use crate::observe::{Action, TerraformPlan, Verb};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// The id of a hold: `h-` and eight characters that are bound to the digest of what it holds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoldId(String);

impl HoldId {
    /// The id for a digest.
    pub fn of(digest: &Digest) -> Self {
        const ALPHABET: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz0";
        let letters = digest.bytes()[..8].iter().map(|byte| ALPHABET[usize::from(byte % 32)] as char);
        Self(format!("h-{}", letters.collect::<String>()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HoldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for HoldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something that a person must approve by name before it goes on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hold {
    /// What is typed to approve it.
    pub id: HoldId,
    /// Why.
    pub reason: HoldReason,
    /// Who may approve it.
    pub from: Vec<Who>,
    /// Users among them.
    pub users: BTreeSet<String>,
}

/// Why a change or a unit is held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HoldReason {
    /// More goes away at once than the settings allow.
    DeleteBudget {
        /// The requests that go away.
        requests: Vec<RequestId>,
        /// The most requests that may.
        max_requests: u32,
        /// Units that go away.
        units: usize,
        /// Units that there are.
        of_units: usize,
        /// The most percent of units that may, when it counts.
        max_percent: Option<u32>,
    },
    /// Protected things go away or are recreated.
    Protected {
        /// Unit and thing: `Namespace/a`, `terraform:aws_db_instance/aws_db_instance.main`.
        things: Vec<(UnitId, String)>,
        /// Of what the units come to: who approves the hold approves these bytes, and no others.
        bytes: Digest,
    },
    /// Units go away that their requests still ask for: a target, a label or a value of the platform's side is gone.
    Vanished {
        /// The units, and what took them away.
        units: Vec<(UnitId, Vanished)>,
    },
    /// Terraform would now do what was not among the reviewed actions.
    Unreviewed {
        /// The unit.
        unit: UnitId,
        /// The actions that nobody saw.
        actions: Vec<Shown>,
        /// The digest of the plan with them.
        plan: Digest,
    },
    /// What the merge gives for this unit is not what was reviewed.
    BytesChanged {
        /// The unit.
        unit: UnitId,
        /// What was reviewed.
        reviewed: Option<Digest>,
        /// What it is now.
        now: Option<Digest>,
    },
    /// It reached the default branch with a mistake, or a policy refuses it: a mended file or an exception clears it, no approval.
    Refused {
        /// The unit.
        unit: UnitId,
        /// Code and message of each error.
        by: Vec<(String, String)>,
    },
    /// Something stands there that goldpath did not write.
    Foreign {
        /// The unit.
        unit: UnitId,
        /// What, and why it is not goldpath's.
        what: String,
    },
}

/// One action of Terraform as it is shown in a hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shown {
    /// The address of the resource.
    pub address: String,
    /// What happens to it.
    pub verb: Verb,
    /// Why it is recreated: attributes.
    pub because: Vec<String>,
}

impl From<&Action> for Shown {
    fn from(action: &Action) -> Self {
        Self { address: action.address.clone(), verb: action.verb, because: action.because.clone() }
    }
}

impl Hold {
    /// Whether no approval clears it, only a mended file or an exception.
    pub fn is_refusal(&self) -> bool {
        matches!(self.reason, HoldReason::Refused { .. })
    }
}

impl HoldReason {
    /// The digest of what is held; another set of things is another hold.
    pub fn digest(&self) -> Digest {
        let text = serde_json::to_string(self).expect("a hold's reason has only text keys");
        Digester::new().field(text).finish()
    }

    /// The hold for this reason.
    pub fn held(self, from: Vec<Who>, users: BTreeSet<String>) -> Hold {
        Hold { id: HoldId::of(&self.digest()), reason: self, from, users }
    }

    /// The unit that it holds, when it holds only one.
    pub fn unit(&self) -> Option<&UnitId> {
        match self {
            Self::Unreviewed { unit, .. } | Self::BytesChanged { unit, .. } | Self::Foreign { unit, .. } | Self::Refused { unit, .. } => {
                Some(unit)
            }
            Self::DeleteBudget { .. } | Self::Protected { .. } | Self::Vanished { .. } => None,
        }
    }
}

/// What was seen of what a step would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reviewed {
    /// The bytes are everything.
    Bytes,
    /// These actions of Terraform, and plans that were approved by name later.
    Actions {
        /// What the plan on the pull request said.
        actions: Vec<Action>,
        /// Digests of plans that were approved by name.
        approved: BTreeSet<Digest>,
    },
    /// No plan was shown: whatever takes away or recreates something is held.
    Unseen {
        /// Digests of plans that were approved by name.
        approved: BTreeSet<Digest>,
    },
}

impl Reviewed {
    /// The digest of what was seen; nothing when nothing was.
    pub fn digest(&self) -> Option<Digest> {
        match self {
            Self::Bytes | Self::Unseen { .. } => None,
            Self::Actions { actions, .. } => {
                let fields = actions.iter().fold(Digester::new(), |digester, action| digester.field(action.digest.bytes()));
                Some(fields.finish())
            }
        }
    }

    /// The actions of a plan that nobody saw; empty: it may be applied.
    pub fn not_among<'a>(&self, plan: &'a TerraformPlan) -> Vec<&'a Action> {
        match self {
            Self::Bytes => Vec::new(),
            Self::Actions { approved, .. } | Self::Unseen { approved } if approved.contains(&plan.digest) => Vec::new(),
            Self::Actions { actions, .. } => plan.not_among(actions),
            Self::Unseen { .. } => plan.actions.iter().filter(|action| matches!(action.verb, Verb::Delete | Verb::Replace)).collect(),
        }
    }

    /// This, with one more plan approved by name.
    #[must_use]
    pub fn with_approved(self, plan: Digest) -> Self {
        let more = |mut approved: BTreeSet<Digest>| {
            approved.insert(plan);
            approved
        };
        match self {
            Self::Bytes => Self::Bytes,
            Self::Actions { actions, approved } => Self::Actions { actions, approved: more(approved) },
            Self::Unseen { approved } => Self::Unseen { approved: more(approved) },
        }
    }
}

/// Teams by name, for messages and holds.
pub(super) fn teams(names: impl IntoIterator<Item = TeamName>) -> Vec<Who> {
    names.into_iter().map(Who::Team).collect()
}
