//! What the file of a state says of itself.

use super::{Error, Root};
use crate::observe::{Secrets, Shown};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::ErrorKind;

/// What a state says of itself, without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateFacts {
    /// Moved by each change.
    pub serial: u64,
    /// The same for the whole life of a state.
    pub lineage: String,
    /// Its outputs.
    pub outputs: BTreeMap<String, Shown>,
    /// How many resources it knows.
    pub resources: usize,
}

#[derive(Deserialize)]
struct RawState {
    serial: u64,
    lineage: String,
    #[serde(default)]
    outputs: BTreeMap<String, RawOutput>,
    #[serde(default)]
    resources: Vec<Value>,
}

#[derive(Deserialize)]
struct RawOutput {
    value: Value,
    #[serde(default)]
    sensitive: bool,
}

pub(super) fn read(root: &Root, key: &[u8; 32]) -> Result<Option<StateFacts>, Error> {
    let Some(raw) = raw(root)? else { return Ok(None) };
    let outputs = raw.outputs.into_iter().map(|(name, output)| (name, Shown::of(&output.value, output.sensitive, key))).collect();
    Ok(Some(StateFacts { serial: raw.serial, lineage: raw.lineage, outputs, resources: raw.resources.len() }))
}

/// Adds the sensitive outputs, which an error may repeat.
pub(super) fn add_secrets(root: &Root, secrets: &mut Secrets) -> Result<(), Error> {
    let outputs = raw(root)?.map(|raw| raw.outputs).unwrap_or_default();
    outputs.values().filter(|output| output.sensitive).for_each(|output| secrets.add_value(&output.value));
    Ok(())
}

fn raw(root: &Root) -> Result<Option<RawState>, Error> {
    let bytes = match std::fs::read(&root.state) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::folder(&root.state)(error)),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|source| Error::State { path: root.state.clone(), source })
}
