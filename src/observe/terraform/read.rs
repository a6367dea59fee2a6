//! From `terraform show -json` to a plan: <https://developer.hashicorp.com/terraform/internals/json-format>.

use super::{Action, AttributeChange, Secrets, Shown, TerraformPlan, Verb};
use crate::model::{Digest, Digester};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Why a text is not taken as a plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The text is not the JSON of a plan.
    #[error("terraform's plan cannot be read")]
    Json(#[source] serde_json::Error),
    /// The format is of another major version.
    #[error("terraform's plan has format version {0:?}; version 1 is known here")]
    Version(String),
    /// Terraform stopped before the plan was complete.
    #[error("terraform's plan is not complete")]
    Incomplete,
    /// A resource would be treated in a way that is not known here.
    #[error("terraform would treat {address} in a way that is not known here: {actions:?}")]
    Actions {
        /// The resource.
        address: String,
        /// The actions as terraform writes them.
        actions: Vec<String>,
    },
}

#[derive(Deserialize)]
struct RawPlan {
    format_version: String,
    #[serde(default)]
    terraform_version: String,
    #[serde(default)]
    errored: bool,
    #[serde(default)]
    variables: BTreeMap<String, RawVariable>,
    #[serde(default)]
    resource_changes: Vec<RawResource>,
    #[serde(default)]
    resource_drift: Vec<RawResource>,
    #[serde(default)]
    output_changes: BTreeMap<String, RawChange>,
    #[serde(default)]
    configuration: Value,
}

#[derive(Deserialize)]
struct RawVariable {
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct RawResource {
    address: String,
    #[serde(default)]
    previous_address: Option<String>,
    #[serde(default)]
    deposed: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    provider_name: String,
    change: RawChange,
    #[serde(default)]
    action_reason: Option<String>,
}

#[derive(Deserialize)]
struct RawChange {
    actions: Vec<String>,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
    #[serde(default)]
    after_unknown: Value,
    #[serde(default)]
    before_sensitive: Value,
    #[serde(default)]
    after_sensitive: Value,
    #[serde(default)]
    replace_paths: Vec<Vec<Value>>,
    #[serde(default)]
    importing: Option<Value>,
}

/// Reads a plan, and hands out its secrets for as long as the caller reads other words of Terraform about it.
///
/// # Errors
/// As [`TerraformPlan::from_show_json`].
pub fn read_show_json(text: &str, key: &[u8; 32]) -> Result<(TerraformPlan, Secrets), PlanError> {
    let raw: RawPlan = serde_json::from_str(text).map_err(PlanError::Json)?;
    if raw.format_version.split('.').next() != Some("1") {
        return Err(PlanError::Version(raw.format_version));
    }
    if raw.errored {
        return Err(PlanError::Incomplete);
    }
    let secrets = secrets_of(&raw);
    let reader = Reader { key, secrets: &secrets };
    let actions = reader.actions(&raw.resource_changes)?;
    let drift = reader.actions(&raw.resource_drift)?;
    let digest = actions.iter().fold(Digester::new(), |digester, action| digester.field(action.digest.bytes())).finish();
    let outputs_changed = raw.output_changes.values().any(|change| change.actions != ["no-op"]);
    Ok((TerraformPlan { actions, drift, outputs_changed, digest, terraform_version: raw.terraform_version }, secrets))
}

/// All values that are marked somewhere: the same value often stands unmarked somewhere else, as in what a resource computes from it.
fn secrets_of(raw: &RawPlan) -> Secrets {
    let mut secrets = Secrets::new();
    let resources = raw.resource_changes.iter().chain(&raw.resource_drift).map(|resource| &resource.change);
    for change in resources.chain(raw.output_changes.values()) {
        collect(&change.before, &change.before_sensitive, &mut secrets);
        collect(&change.after, &change.after_sensitive, &mut secrets);
    }
    for (name, variable) in &raw.variables {
        if raw.configuration["root_module"]["variables"][name]["sensitive"] == true {
            secrets.add_value(&variable.value);
        }
    }
    secrets
}

fn collect(value: &Value, marks: &Value, secrets: &mut Secrets) {
    match (value, marks) {
        (value, Value::Bool(true)) => secrets.add_value(value),
        (Value::Object(fields), Value::Object(marks)) => {
            for (name, field) in fields {
                collect(field, marks.get(name).unwrap_or(&Value::Null), secrets);
            }
        }
        (Value::Array(items), Value::Array(marks)) => items.iter().zip(marks).for_each(|(item, marks)| collect(item, marks, secrets)),
        _ => {}
    }
}

struct Reader<'a> {
    key: &'a [u8; 32],
    secrets: &'a Secrets,
}

impl Reader<'_> {
    fn actions(&self, raw: &[RawResource]) -> Result<Vec<Action>, PlanError> {
        let mut actions = raw.iter().filter_map(|resource| self.action(resource).transpose()).collect::<Result<Vec<_>, _>>()?;
        actions.sort_by(|a, b| a.address.cmp(&b.address));
        Ok(actions)
    }

    fn action(&self, raw: &RawResource) -> Result<Option<Action>, PlanError> {
        let Some(verb) = verb(raw)? else { return Ok(None) };
        let address = match &raw.deposed {
            Some(deposed) => format!("{} (deposed {deposed})", raw.address),
            None => raw.address.clone(),
        };
        let changes = self.changes(&raw.change);
        Ok(Some(Action::new(address, raw.kind.clone(), raw.provider_name.clone(), verb, because(raw), changes)))
    }

    fn changes(&self, change: &RawChange) -> Vec<AttributeChange> {
        // What is marked on one side is masked on both: a mark may come or go with the change.
        let marks = [&change.before_sensitive, &change.after_sensitive];
        let mut before = BTreeMap::new();
        self.flatten(String::new(), Some(&change.before), &Value::Null, marks, &mut before);
        let mut after = BTreeMap::new();
        self.flatten(String::new(), Some(&change.after), &change.after_unknown, marks, &mut after);
        let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let change = |path: &&String| AttributeChange {
            path: (*path).clone(),
            before: before.get(*path).cloned(),
            after: after.get(*path).cloned(),
        };
        paths.iter().map(change).filter(|change| change.before != change.after).collect()
    }

    /// Writes each leaf below `path`; absent and null are the same.
    fn flatten(&self, path: String, value: Option<&Value>, unknown: &Value, marks: [&Value; 2], into: &mut BTreeMap<String, Shown>) {
        let marked = marks.contains(&&Value::Bool(true));
        if *unknown == true {
            into.insert(path, Shown::Unknown);
            return;
        }
        match (value, unknown) {
            (Some(Value::Object(_)), _) | (_, Value::Object(_)) if !marked => {
                let empty = serde_json::Map::new();
                let fields = value.and_then(Value::as_object).unwrap_or(&empty);
                let unknowns = unknown.as_object().unwrap_or(&empty);
                for name in fields.keys().chain(unknowns.keys()).collect::<BTreeSet<_>>() {
                    let below = marks.map(|marks| marks.get(name).unwrap_or(&Value::Null));
                    self.flatten(join(&path, name), fields.get(name), unknowns.get(name).unwrap_or(&Value::Null), below, into);
                }
                if fields.is_empty() && unknowns.is_empty() && !path.is_empty() {
                    into.insert(path, Shown::Value("{}".to_owned()));
                }
            }
            (Some(Value::Array(_)), _) | (_, Value::Array(_)) if !marked => {
                let items = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                let unknowns = unknown.as_array().map_or(&[][..], Vec::as_slice);
                for index in 0..items.len().max(unknowns.len()) {
                    let below = marks.map(|marks| marks.get(index).unwrap_or(&Value::Null));
                    let unknown = unknowns.get(index).unwrap_or(&Value::Null);
                    self.flatten(format!("{path}[{index}]"), items.get(index), unknown, below, into);
                }
                if items.is_empty() && unknowns.is_empty() {
                    into.insert(path, Shown::Value("[]".to_owned()));
                }
            }
            (None | Some(Value::Null), unknown) if has_true(unknown) => {
                into.insert(path, Shown::Unknown);
            }
            (None | Some(Value::Null), _) => {}
            (Some(value), _) => {
                into.insert(path, self.shown(value, marked));
            }
        }
    }

    fn shown(&self, value: &Value, marked: bool) -> Shown {
        shown(value, marked || value.as_str().is_some_and(|text| self.secrets.are_in(text)), self.key)
    }
}

/// A value as it may be shown.
fn shown(value: &Value, sensitive: bool, key: &[u8; 32]) -> Shown {
    if sensitive { Shown::Sensitive(keyed(value, key)) } else { Shown::Value(value.to_string()) }
}

/// Without the key nobody can try values against the digest.
fn keyed(value: &Value, key: &[u8; 32]) -> Digest {
    let inner = Digester::new().field(key).field(sorted(value)).finish();
    Digester::new().field(key).field(inner.bytes()).finish()
}

/// The JSON text with sorted keys.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<&String, String> = fields.iter().map(|(name, field)| (name, sorted(field))).collect();
            format!("{fields:?}")
        }
        Value::Array(items) => format!("{:?}", items.iter().map(sorted).collect::<Vec<_>>()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

impl Shown {
    /// An output of a state or a value like it.
    pub fn of(value: &Value, sensitive: bool, key: &[u8; 32]) -> Self {
        shown(value, sensitive, key)
    }
}

fn verb(raw: &RawResource) -> Result<Option<Verb>, PlanError> {
    let actions: Vec<&str> = raw.change.actions.iter().map(String::as_str).collect();
    Ok(Some(match actions.as_slice() {
        ["no-op"] if raw.change.importing.is_some() => Verb::Import,
        ["no-op"] if raw.previous_address.as_ref().is_some_and(|address| *address != raw.address) => Verb::Move,
        ["no-op"] => return Ok(None),
        ["create"] => Verb::Create,
        ["update"] => Verb::Update,
        ["delete"] => Verb::Delete,
        ["read"] => Verb::Read,
        ["forget"] => Verb::Forget,
        ["delete", "create"] | ["create", "delete"] => Verb::Replace,
        _ => return Err(PlanError::Actions { address: raw.address.clone(), actions: raw.change.actions.clone() }),
    }))
}

fn because(raw: &RawResource) -> Vec<String> {
    let mut because: Vec<String> = raw.change.replace_paths.iter().map(|path| path_text(path)).collect();
    let reason = match raw.action_reason.as_deref() {
        Some("replace_because_cannot_update") | None => None,
        Some("replace_because_tainted") => Some("it is tainted: making it did not end well".to_owned()),
        Some("replace_by_request") => Some("it was asked for".to_owned()),
        Some("replace_by_triggers") => Some("something that it is replaced with changes".to_owned()),
        Some("delete_because_no_resource_config") => Some("it is no longer in the configuration".to_owned()),
        Some(other) => Some(other.replace('_', " ")),
    };
    because.extend(reason);
    because.extend(raw.previous_address.as_ref().filter(|address| **address != raw.address).map(|address| format!("moved from {address}")));
    because
}

fn path_text(path: &[Value]) -> String {
    path.iter().fold(String::new(), |text, step| match step {
        Value::String(name) => join(&text, name),
        other => format!("{text}[{other}]"),
    })
}

/// `tags.env`, or `tags["a.b"]` for what is no identifier.
fn join(path: &str, name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    match (path.is_empty(), plain) {
        (true, true) => name.to_owned(),
        (false, true) => format!("{path}.{name}"),
        (_, false) => format!("{path}[{}]", Value::from(name)),
    }
}

fn has_true(marks: &Value) -> bool {
    match marks {
        Value::Bool(mark) => *mark,
        Value::Array(items) => items.iter().any(has_true),
        Value::Object(fields) => fields.values().any(has_true),
        Value::Null | Value::Number(_) | Value::String(_) => false,
    }
}
