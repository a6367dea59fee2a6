//! What Terraform would do: the actions of a plan, without secrets.

use crate::model::Digest;
use serde::{Deserialize, Serialize};

/// What Terraform would do to one root.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TerraformPlan {
    /// What changes; nothing that stays as it is.
    pub actions: Vec<Action>,
    /// Digest of the normalised actions.
    pub digest: Digest,
}

/// One change of one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Its address.
    pub address: String,
    /// The type of the resource.
    pub kind: String,
    /// What happens to it.
    pub verb: Verb,
    /// Attributes that make it be recreated.
    pub because: Vec<String>,
    /// Digest of the normalised change.
    pub digest: Digest,
}

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is taken away.
    Delete,
    /// It is taken away and made anew.
    Replace,
    /// It is read.
    Read,
    /// It is forgotten, and stays.
    Forget,
}

impl TerraformPlan {
    /// The actions that are not among those that were reviewed.
    pub fn not_among(&self, reviewed: &[Action]) -> Vec<&Action> {
        let seen =
            |action: &Action| reviewed.iter().any(|r| (&r.address, r.verb, r.digest) == (&action.address, action.verb, action.digest));
        self.actions.iter().filter(|action| !seen(action)).collect()
    }
}
