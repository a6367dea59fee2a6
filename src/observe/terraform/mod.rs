//! What Terraform says it would do, normalised: no secret and no value of chance survives the reading.

mod read;
mod secrets;

pub use read::{PlanError, read_show_json};
pub use secrets::Secrets;

use crate::model::{Digest, Digester};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A plan of one Terraform root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TerraformPlan {
    /// What would be done, sorted by address; what stays as it is is not there.
    pub actions: Vec<Action>,
    /// What was changed outside of Terraform since it looked last, sorted by address.
    pub drift: Vec<Action>,
    /// Whether the values of outputs would change.
    pub outputs_changed: bool,
    /// The digest of all actions: what is reviewed, and what an approval names.
    pub digest: Digest,
    /// The version of Terraform or OpenTofu that made the plan.
    pub terraform_version: String,
}

/// What would be done with one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// The address of the instance: `module.m.aws_db_instance.main["a"]`.
    pub address: String,
    /// The resource type: `aws_db_instance`.
    pub kind: String,
    /// The provider's source address: `registry.terraform.io/hashicorp/aws`.
    pub provider: String,
    /// What would be done.
    pub verb: Verb,
    /// Why it would be replaced or removed: paths of attributes (`storage_type`), or a reason in words.
    pub because: Vec<String>,
    /// Each attribute that would be another one, sorted by path.
    pub changes: Vec<AttributeChange>,
    /// The digest of all of the above.
    pub digest: Digest,
}

/// What would be done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// It would be made.
    Create,
    /// It would be changed in place.
    Update,
    /// It would be taken away.
    Delete,
    /// It would be taken away and made again, in either order.
    Replace,
    /// A data source would be read at apply.
    Read,
    /// Terraform would no longer know it; the thing itself stays.
    Forget,
    /// A thing that is there would be taken into the state.
    Import,
    /// The state would know it under another address.
    Move,
}

/// One attribute that would be another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeChange {
    /// Its path in the resource: `tags.env`, `rule[0].port`.
    pub path: String,
    /// What it is; nothing when it is not there.
    pub before: Option<Shown>,
    /// What it would be; nothing when it would not be there.
    pub after: Option<Shown>,
}

/// A value as it may be shown to anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// Its JSON text, so that `2` and `"2"` are not the same.
    Value(String),
    /// A secret; the digest under the daemon's key tells whether it changed, and nothing else.
    Sensitive(Digest),
    /// Nobody knows it before the apply.
    Unknown,
}

impl TerraformPlan {
    /// Reads what `terraform show -json` prints for a plan; `key` is the daemon's own, for the digests of secrets.
    ///
    /// # Errors
    /// When the text is no plan, is of a format not known here, or speaks of an action not known here.
    pub fn from_show_json(text: &str, key: &[u8; 32]) -> Result<Self, PlanError> {
        read_show_json(text, key).map(|(plan, _)| plan)
    }

    /// The actions that are not among the reviewed ones.
    ///
    /// An action is among them when address, type, provider, verb, reason and every attribute are the same. Where the reviewer was shown that a
    /// value is known after the apply, any value is the same: that is what is left after half an apply.
    pub fn not_among(&self, reviewed: &[Action]) -> Vec<&Action> {
        self.actions.iter().filter(|action| !reviewed.iter().any(|shown| action.was_shown_by(shown))).collect()
    }

    /// Whether applying it would change nothing, outputs included.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty() && !self.outputs_changed
    }

    /// How many actions have this verb.
    pub fn count(&self, verb: Verb) -> usize {
        self.actions.iter().filter(|action| action.verb == verb).count()
    }
}

impl Action {
    /// An action with its digest.
    pub fn new(address: String, kind: String, provider: String, verb: Verb, because: Vec<String>, changes: Vec<AttributeChange>) -> Self {
        let mut digester = Digester::new().field(&address).field(&kind).field(&provider).field(verb.to_string());
        digester.add(because.len().to_le_bytes());
        for path in &because {
            digester.add(path);
        }
        for AttributeChange { path, before, after } in &changes {
            digester.add(path);
            Shown::add_to(before.as_ref(), &mut digester);
            Shown::add_to(after.as_ref(), &mut digester);
        }
        Self { address, kind, provider, verb, because, changes, digest: digester.finish() }
    }

    /// Whether a person who was shown `reviewed` was shown this.
    fn was_shown_by(&self, reviewed: &Self) -> bool {
        let Self { address, kind, provider, verb, because, changes, digest } = self;
        if *digest == reviewed.digest {
            return true;
        }
        let same = *address == reviewed.address && *kind == reviewed.kind && *provider == reviewed.provider && *verb == reviewed.verb;
        let shown: BTreeMap<&str, &AttributeChange> = reviewed.changes.iter().map(|change| (change.path.as_str(), change)).collect();
        same && *because == reviewed.because
            && changes.iter().all(|change| change.was_shown_by(&shown))
            && reviewed
                .changes
                .iter()
                .all(|change| is_unknown(&change.path, &shown) || changes.binary_search_by(|now| now.path.cmp(&change.path)).is_ok())
    }
}

impl AttributeChange {
    fn was_shown_by(&self, shown: &BTreeMap<&str, &Self>) -> bool {
        let reviewed = shown.get(self.path.as_str());
        let before = reviewed.and_then(|reviewed| reviewed.before.as_ref());
        let after = reviewed.and_then(|reviewed| reviewed.after.as_ref());
        before == self.before.as_ref() && (after == self.after.as_ref() || is_unknown(&self.path, shown))
    }
}

/// Whether this attribute or one around it was shown as known after the apply.
fn is_unknown(path: &str, shown: &BTreeMap<&str, &AttributeChange>) -> bool {
    let around = path.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(at, _)| &path[..at]);
    around.chain([path]).filter_map(|path| shown.get(path)).any(|change| change.after == Some(Shown::Unknown))
}

impl Shown {
    fn add_to(shown: Option<&Self>, digester: &mut Digester) {
        match shown {
            None => digester.add("absent"),
            Some(Self::Unknown) => digester.add("unknown"),
            Some(Self::Value(text)) => {
                digester.add("value");
                digester.add(text);
            }
            Some(Self::Sensitive(digest)) => {
                digester.add("sensitive");
                digester.add(digest.bytes());
            }
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(text) => f.write_str(text),
            Self::Sensitive(_) => f.write_str("(sensitive)"),
            Self::Unknown => f.write_str("(known after apply)"),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Replace => "replace",
            Self::Read => "read",
            Self::Forget => "forget",
            Self::Import => "import",
            Self::Move => "move",
        })
    }
}

#[cfg(test)]
mod tests;
