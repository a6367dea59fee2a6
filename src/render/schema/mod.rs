//! What the API of Kubernetes takes, by minor version: made from its published description, kept compressed with the renderer.

mod check;
mod custom;
mod rules;

pub(super) use check::{At, Takes, Wrong, check};
pub use custom::schemas_of_crd;
pub(super) use custom::{Custom, Known};

use super::codes::UNKNOWN_KUBERNETES_VERSION;
use super::renderer::built_in_files;
use crate::model::{Finding, Place, Platform, Span, Target, Turn, quoted_list};
use crate::snapshot::Snapshot;
use crate::yaml;
use rules::Rules;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock};
use zlib_rs::{InflateConfig, ReturnCode, decompress_slice};

const FOLDER: &str = "kubernetes/schemas";
const ENDING: &str = ".json.gz";

/// The API of one minor version.
#[derive(Debug)]
pub(super) struct Schema {
    /// What it is the API of, in words: `Kubernetes 1.36`.
    api: String,
    /// Group (the core group is empty), version and kind of what can be created.
    kinds: BTreeMap<String, BTreeMap<String, BTreeMap<String, Type>>>,
    shapes: Vec<Shape>,
    /// Group and kind, as far as it is known.
    scopes: BTreeMap<String, BTreeMap<String, Scope>>,
}

/// Whether an object is in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Namespaced,
    Cluster,
}

/// An object with fields of its own.
#[derive(Debug, Default)]
struct Shape {
    fields: BTreeMap<String, Type>,
    required: Vec<String>,
    /// Whether it may have others.
    open: bool,
}

/// What a value may be.
#[derive(Clone, Debug)]
enum Type {
    Any,
    Boolean,
    Bytes,
    /// One that keeps to rules besides.
    Held(Box<Type>, Arc<Rules>),
    Int32,
    Int64,
    IntOrString,
    List(Box<Type>),
    Map(Box<Type>),
    /// A time with six digits behind the second.
    MicroTime,
    Number,
    Object,
    Quantity,
    Shape(usize),
    String,
    Time,
}

impl Type {
    /// The form alone.
    fn form(&self) -> &Self {
        if let Self::Held(form, _) = self { form.form() } else { self }
    }
}

struct Packed {
    bytes: &'static [u8],
    schema: OnceLock<Schema>,
}

static PACKED: LazyLock<BTreeMap<&'static str, Packed>> = LazyLock::new(|| {
    let files = built_in_files(FOLDER).filter_map(|(name, bytes)| Some((name.strip_suffix(ENDING)?, bytes)));
    files.map(|(version, bytes)| (version, Packed { bytes, schema: OnceLock::new() })).collect()
});

/// The minor versions that are known, oldest first.
pub(super) fn versions() -> impl Iterator<Item = &'static str> {
    PACKED.keys().copied()
}

/// The API of a minor version; it is unpacked when it is first asked for.
pub(super) fn of_version(version: &str) -> Option<&'static Schema> {
    let (version, packed) = PACKED.get_key_value(version)?;
    Some(packed.schema.get_or_init(|| unpack(version, packed.bytes).expect("a test reads every schema that comes with goldpath")))
}

/// The newest minor version that is known.
pub fn newest_kubernetes() -> &'static str {
    versions().last().expect("there is a schema")
}

/// The API of the newest version, which tells what is in a namespace where a target names none.
pub(super) fn newest() -> &'static Schema {
    let version = PACKED.keys().next_back().expect("there is a schema");
    of_version(version).expect("it is one of those that are known")
}

/// The API that the objects for a target are checked against; nothing when it names no version, or one that is not known.
pub(super) fn of_target(target: &Target) -> Option<&'static Schema> {
    target.kubernetes_version.as_deref().and_then(of_version)
}

/// Targets that name a version whose API is not known.
pub(super) fn unknown_versions(snapshot: &Snapshot, platform: &Platform) -> Vec<Finding> {
    let unknown = |target: &Target| {
        let version = target.kubernetes_version.as_deref().filter(|version| !PACKED.contains_key(version))?;
        let spot = snapshot.text(target.file.as_str()).and_then(|text| yaml::locate(text, "/spec/kubernetes/version"));
        let place = Place::new(target.file.clone(), spot.map_or(Span::START, |spot| spot.value));
        let message = format!("the API of Kubernetes `{version}` is not known, so nothing that goes to `{}` could be checked", target.name);
        let help = format!("Known are {}; leave `kubernetes` out, and objects are not checked.", quoted_list(versions()));
        Some(Finding::error(UNKNOWN_KUBERNETES_VERSION, place, message).help(help).turn(Turn::Platform))
    };
    platform.targets.values().filter_map(unknown).collect()
}

#[derive(Deserialize)]
struct RawSchema<'a> {
    kinds: BTreeMap<String, BTreeMap<String, BTreeMap<String, &'a str>>>,
    cluster: BTreeMap<String, Vec<String>>,
    #[serde(borrow)]
    shapes: BTreeMap<&'a str, RawShape<'a>>,
}

#[derive(Deserialize)]
struct RawShape<'a> {
    #[serde(borrow)]
    fields: BTreeMap<&'a str, &'a str>,
    #[serde(default)]
    required: Vec<String>,
}

fn unpack(version: &'static str, packed: &[u8]) -> Option<Schema> {
    let text = unzip(packed)?;
    let raw: RawSchema<'_> = serde_json::from_slice(&text).ok()?;
    let names: BTreeMap<&str, usize> = raw.shapes.keys().enumerate().map(|(index, name)| (*name, index)).collect();
    let scope_of = |group: &str, kind: &str| {
        let cluster = raw.cluster.get(group).is_some_and(|kinds| kinds.iter().any(|known| known == kind));
        if cluster { Scope::Cluster } else { Scope::Namespaced }
    };
    let scopes = raw.kinds.iter().map(|(group, versions)| {
        let kinds = versions.values().flat_map(BTreeMap::keys).map(|kind| (kind.clone(), scope_of(group, kind)));
        (group.clone(), kinds.collect())
    });
    let scopes = scopes.collect();
    let shape = |raw: &RawShape<'_>| {
        let fields = raw.fields.iter().map(|(name, text)| Some(((*name).to_owned(), type_of(text, &names)?)));
        Some(Shape { fields: fields.collect::<Option<_>>()?, required: raw.required.clone(), open: false })
    };
    let kind = |(kind, name): (String, &str)| Some((kind, Type::Shape(*names.get(name)?)));
    let version_of =
        |(version, kinds): (String, BTreeMap<String, &str>)| Some((version, kinds.into_iter().map(kind).collect::<Option<_>>()?));
    let group = |(group, versions): (String, BTreeMap<_, _>)| Some((group, versions.into_iter().map(version_of).collect::<Option<_>>()?));
    Some(Schema {
        api: format!("Kubernetes {version}"),
        shapes: raw.shapes.values().map(shape).collect::<Option<_>>()?,
        kinds: raw.kinds.into_iter().map(group).collect::<Option<_>>()?,
        scopes,
    })
}

/// The content of a gzip file, whose last four bytes say how long it is.
fn unzip(packed: &[u8]) -> Option<Vec<u8>> {
    let length = u32::from_le_bytes(*packed.last_chunk()?);
    let mut text = vec![0; usize::try_from(length).ok()?];
    let gzip = InflateConfig { window_bits: 15 + 16 };
    let (written, code) = decompress_slice(&mut text, packed, gzip);
    (code == ReturnCode::Ok && written.len() == length as usize).then_some(text)
}

/// Reads a type as the file of a schema writes it.
fn type_of(text: &str, names: &BTreeMap<&str, usize>) -> Option<Type> {
    if let Some(inner) = text.strip_prefix("[]") {
        return type_of(inner, names).map(|inner| Type::List(Box::new(inner)));
    }
    if let Some(inner) = text.strip_prefix("{}") {
        return type_of(inner, names).map(|inner| Type::Map(Box::new(inner)));
    }
    if let Some(name) = text.strip_prefix('#') {
        return names.get(name).copied().map(Type::Shape);
    }
    Some(match text {
        "any" => Type::Any,
        "boolean" => Type::Boolean,
        "bytes" => Type::Bytes,
        "int32" => Type::Int32,
        "int64" => Type::Int64,
        "int-or-string" => Type::IntOrString,
        "micro-time" => Type::MicroTime,
        "number" => Type::Number,
        "object" => Type::Object,
        "quantity" => Type::Quantity,
        "string" => Type::String,
        "time" => Type::Time,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
