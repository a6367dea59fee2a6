//! Units that go away though their requests still ask for them: something of the platform's side is not there any more.
//!
//! A folder that was lost, a label that was edited, a list that came out shorter look the same as a wish to take everything away, so it is said
//! apart from what requests take away themselves.

use super::Side;
use crate::model::{Output, TargetSelector};
use crate::render::Unit;
use serde::{Deserialize, Serialize};

/// What of the platform's side took a unit away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vanished {
    /// The file of its target is gone.
    Target,
    /// Its target does not have the labels any more that its output goes to.
    Labels,
    /// A value of the settings, the team or another request that the golden path reads is another one.
    Values,
}

/// Why a unit of the base is not there in the head, when its request did not take it away.
pub fn why_gone(base: Side<'_>, head: Side<'_>, unit: &Unit) -> Option<Vanished> {
    let (before, now) = (&base.parsed.platform, &head.parsed.platform);
    let (old, new) = before.requests.get(&unit.id.request).zip(now.requests.get(&unit.id.request))?;
    let Some(target) = now.targets.get(&unit.id.target) else { return Some(Vanished::Target) };
    let output = now.releases.get(&new.release).and_then(|release| release.outputs.iter().find(|output| output.name == unit.id.output));
    let leaves_out = |output: &Output| match &output.target {
        TargetSelector::Labels(labels) => !labels.iter().all(|(key, value)| target.labels.get(key) == Some(value)),
        TargetSelector::Template(_) => false,
    };
    if output.is_some_and(leaves_out) {
        return Some(Vanished::Labels);
    }
    (old.document == new.document && old.release == new.release).then_some(Vanished::Values)
}
