//! The kinds of goldpath itself.

use super::API_VERSION;
use super::envelope::{Envelope, labels, name, text, version};
use serde_json::{Map, Value, json};

/// A kind of goldpath's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Own {
    /// Its kind.
    pub kind: &'static str,
    /// Which file it is.
    pub file: &'static str,
    /// The schema of its `spec`.
    spec: &'static str,
}

macro_rules! own {
    ($($kind:literal: $file:literal),+ $(,)?) => {
        &[$(Own { kind: $kind, file: $file, spec: include_str!(concat!("../../schemas/", $kind, ".json")) }),+]
    };
}

const OWN: &[Own] = own! {
    "Platform": "goldpath.yaml",
    "GoldenPath": "golden-paths/<path>/path.yaml",
    "Release": "golden-paths/<path>/<version>/release.yaml",
    "Target": "targets/<name>.yaml",
    "Team": "teams/<name>.yaml",
    "Exception": "exceptions/<team>/<name>.yaml",
    "Renderer": "renderers/<name>/<version>/renderer.yaml",
    "Daemon": "the file of `goldpath run --config FILE`",
};

/// All kinds of goldpath's own.
pub fn own_kinds() -> &'static [Own] {
    OWN
}

/// The kind of that name.
pub fn own(kind: &str) -> Option<&'static Own> {
    OWN.iter().find(|own| own.kind == kind)
}

impl Own {
    /// The JSON Schema of the whole file.
    pub fn schema(&self) -> Value {
        let spec: Value = serde_json::from_str(self.spec).expect("a test reads every schema that comes with goldpath");
        let description = spec.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
        let envelope = Envelope { kind: self.kind, api_versions: vec![API_VERSION.to_owned()], description, metadata: self.metadata() };
        match self.kind {
            // nothing of it is required: flags may say it
            "Daemon" => envelope.around(spec, &["apiVersion", "kind"]),
            _ => envelope.around(spec, &["apiVersion", "kind", "metadata", "spec"]),
        }
    }

    /// The schema of `metadata`, where the kind has one.
    fn metadata(&self) -> Option<Value> {
        let name_of = |mut name: Value, description: &str| {
            name["description"] = description.into();
            name
        };
        let mut fields = Map::new();
        match self.kind {
            "Daemon" => return None,
            "Platform" => fields.insert("name".into(), name_of(text(), "The name of the platform.")),
            "Release" => fields.insert("name".into(), name_of(version(), "Its version, which is its folder's name.")),
            "Renderer" => {
                let version = json!({"description": "Its version, which is its folder's name.", "type": "integer", "minimum": 0, "maximum": u32::MAX});
                fields.insert("name".into(), name_of(name(), "Its name, which is the name of the folder around its versions."));
                fields.insert("version".into(), version);
                return Some(
                    json!({"type": "object", "additionalProperties": false, "required": ["name", "version"], "properties": fields}),
                );
            }
            _ => fields.insert("name".into(), name_of(name(), "Its name, which is its file's or folder's.")),
        };
        fields.extend(labels());
        Some(json!({"type": "object", "additionalProperties": false, "required": ["name"], "properties": fields}))
    }
}
