//! `schema.json`: checked and compiled once, then used to fill in defaults and to check the `spec` of each request.

use super::codes;
use super::fields;
use super::formats;
use super::layout::Entry;
use super::lint;
use super::unusable::{self, Mistake};
use super::words::{cut, dotted, show};
use crate::model::{Code, Digest, Finding, Place, RepoPath, Span, Turn, child, json_mistake, key_of};
use crate::yaml::{self, ProblemKind};
use jsonschema::{Draft, PatternOptions, ValidationOptions, Validator, ValidatorMap};
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeSet;

/// The largest automaton that a pattern may become.
const LARGEST_PATTERN: usize = 1 << 20;
/// Filling in defaults ends after this many steps, whatever a schema says about itself.
const MOST_STEPS: u32 = 20_000;
/// And so deep inside of each other.
const DEEPEST: u32 = 128;
/// A schema may refer to this many parts of itself.
const MOST_TARGETS: usize = 200;
/// References to references end here.
const LONGEST_CHAIN: usize = 16;

/// Keywords whose schemas are for the same value.
const IN_PLACE: [&str; 6] = ["allOf", "anyOf", "oneOf", "then", "else", "dependentSchemas"];
/// Keywords whose schemas are for parts of the value.
const PARTS: [&str; 9] = [
    "properties",
    "patternProperties",
    "additionalProperties",
    "unevaluatedProperties",
    "items",
    "prefixItems",
    "contains",
    "unevaluatedItems",
    "propertyNames",
];

/// A schema that can be used.
pub(super) struct Schema {
    pub(super) root: Value,
    /// Of its text: the order of its fields is the order in which defaults are filled in.
    pub(super) digest: Digest,
    pub(super) validator: Validator,
    /// Validators of its parts, when some are needed: for `if`, and to check defaults.
    parts: Option<ValidatorMap>,
}

/// Reads, checks and compiles `schema.json`.
pub(super) fn load((path, file): Entry<'_>) -> (Option<Schema>, Vec<Finding>) {
    let (text, marks) = match fields::text_and_mark(path, file, Turn::PathOwner) {
        Ok(read) => read,
        Err(findings) => return (None, findings),
    };
    let mut audit =
        Audit { path, text, findings: marks, seen: BTreeSet::new(), targets: BTreeSet::new(), has_defaults: false, has_conditions: false };
    let Some(root) = audit.json() else { return (None, audit.findings) };
    let known = audit.findings.len();
    audit.references(&root, &root, "");
    // nothing is built of what refers to what is not there
    let is_whole = audit.findings.len() == known;
    if audit.targets.len() <= MOST_TARGETS {
        audit.openness(&root, &root, "", false);
    }
    audit.doubts(&root);
    let schema = if is_whole { audit.compile(root) } else { audit.mistakes(&root) };
    (schema.filter(|_| !audit.findings.iter().any(Finding::is_error)), audit.findings)
}

/// What is wrong with the schema of a custom resource, as far as it can be told without an object.
pub(super) fn definition((path, file): Entry<'_>) -> Vec<Finding> {
    let text = match fields::text(path, file, Turn::Platform) {
        Ok(text) => text,
        Err(findings) => return findings,
    };
    let mistake = serde_json::from_str::<IgnoredAny>(text).err();
    mistake.iter().map(|error| no_json(path, text, error).turn(Turn::Platform)).collect()
}

fn no_json(path: &RepoPath, text: &str, error: &serde_json::Error) -> Finding {
    let place = Place::new(path.clone(), json_mistake(text, error));
    let what = error.to_string();
    let what = what.split(" at line ").next().unwrap_or(&what).replace("EOF while parsing", "the file ends inside");
    Finding::error(codes::JSON_SYNTAX, place, format!("this is not JSON: {what}")).help("Mend it here, or a little before.")
}

struct Audit<'a> {
    path: &'a RepoPath,
    text: &'a str,
    findings: Vec<Finding>,
    seen: BTreeSet<(String, bool)>,
    targets: BTreeSet<String>,
    has_defaults: bool,
    has_conditions: bool,
}

impl Audit<'_> {
    fn push(&mut self, code: Code, pointer: &str, message: String, help: &str) {
        let spot = yaml::locate(self.text, pointer);
        let span = spot.map_or(Span::START, |spot| spot.key.unwrap_or(Span::point(spot.value.line, spot.value.column)));
        self.findings.push(Finding::error(code, Place::new(self.path.clone(), span), message).help(help).turn(Turn::PathOwner));
    }

    /// What is allowed and hardly meant.
    fn doubts(&mut self, root: &Value) {
        let mut doubts = Vec::new();
        lint::doubts(root, "", &mut doubts);
        lint::circles(root, &mut doubts);
        lint::unfilled(root, &mut doubts);
        for doubt in doubts {
            let place = yaml::locate(self.text, &doubt.pointer).map_or(Span::START, |spot| spot.key.unwrap_or(spot.value));
            let note = if doubt.is_error { Finding::error } else { Finding::warning };
            let finding = note(codes::SCHEMA_DOUBTFUL, Place::new(self.path.clone(), place), doubt.message);
            self.findings.push(finding.help(doubt.help).turn(Turn::PathOwner));
        }
    }

    /// The value of the file; keys that are given twice are findings too.
    fn json(&mut self) -> Option<Value> {
        let root: Value = match serde_json::from_str(self.text) {
            Ok(root) => root,
            Err(error) => {
                let of_problem = |problem| Finding { code: codes::JSON_SYNTAX, ..fields::of_problem(self.path, Turn::PathOwner, problem) };
                let conflicts: Vec<Finding> = yaml::conflicts(self.text).into_iter().map(of_problem).collect();
                let is_conflict = !conflicts.is_empty();
                self.findings.extend(conflicts);
                self.findings.extend((!is_conflict).then(|| no_json(self.path, self.text, &error).turn(Turn::PathOwner)));
                return None;
            }
        };
        // what JSON forgives, and what leaves no place for anything that is found later
        let said = |problem: &yaml::Problem| matches!(problem.kind, ProblemKind::DuplicateKey | ProblemKind::TooDeep | ProblemKind::TooBig);
        let problems = yaml::parse(self.text).problems.into_iter().filter(said);
        self.findings.extend(problems.map(|problem| fields::of_problem(self.path, Turn::PathOwner, problem)));
        let no_place = |finding: &Finding| ![codes::YAML_DUPLICATE_KEY, codes::YAML_ENCODING].contains(&finding.code);
        if self.findings.iter().any(no_place) {
            return None;
        }
        if let Some(wanted) = root.get("type").filter(|wanted| **wanted != "object") {
            let message = format!("the `spec` of a request is an object, and this schema wants {}", show(wanted));
            self.push(codes::SCHEMA_INVALID, "/type", message, "Write `\"type\": \"object\"`.");
            return None;
        }
        if root.is_object() {
            return Some(root);
        }
        self.push(codes::SCHEMA_INVALID, "", "the schema of a request must be an object".into(), "Write `{\"type\": \"object\", …}`.");
        None
    }

    /// Everything that a schema names is in the file itself.
    fn references(&mut self, root: &Value, value: &Value, at: &str) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    let pointer = child(at, key);
                    match (key.as_str(), value) {
                        ("$ref", Value::String(target)) if target.starts_with("#/") => self.target(root, &pointer, target),
                        ("$ref" | "$dynamicRef", Value::String(target)) if !target.starts_with('#') => {
                            let message = format!("the schema `{}` is outside of this file, and nothing is fetched", cut(target));
                            self.push(codes::SCHEMA_REMOTE, &pointer, message, "Copy it into `$defs` and name it by `#/$defs/…`.");
                        }
                        ("$schema", Value::String(draft))
                            if draft.trim_end_matches('#') != "https://json-schema.org/draft/2020-12/schema" =>
                        {
                            let message = format!("`{}` is not read here: schemas are JSON Schema 2020-12", cut(draft));
                            let help = "Write `https://json-schema.org/draft/2020-12/schema`, or leave it out.";
                            self.push(codes::SCHEMA_INVALID, &pointer, message, help);
                        }
                        ("const" | "enum" | "default" | "examples", _) => {}
                        _ => self.references(root, value, &pointer),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.references(root, item, &format!("{at}/{index}"));
                }
            }
            _ => {}
        }
    }

    /// A reference leads somewhere, and there are not so many that following them takes the stack.
    fn target(&mut self, root: &Value, at: &str, target: &str) {
        if root.pointer(&target[1..]).is_none() {
            let known = root
                .get("$defs")
                .and_then(Value::as_object)
                .map(|defs| defs.keys().map(|key| format!("#/$defs/{key}")).collect::<Vec<_>>());
            let help = fields::did_you_mean(target, known.iter().flatten().map(String::as_str))
                .unwrap_or_else(|| "Add it under `$defs`.".to_owned());
            self.push(codes::SCHEMA_INVALID, at, format!("`{}` is not in this file", cut(target)), &help);
        }
        if self.targets.insert(target.to_owned()) && self.targets.len() == MOST_TARGETS + 1 {
            let message = format!("the schema refers to more than {MOST_TARGETS} parts of itself");
            self.push(codes::SCHEMA_INVALID, at, message, "Write fewer `$defs`.");
        }
    }

    /// Each object says whether other fields than its `properties` are allowed, itself or where it is put together (`decided`).
    fn openness(&mut self, root: &Value, schema: &Value, at: &str, decided: bool) {
        let Some(map) = schema.as_object() else { return };
        if !self.seen.insert((at.to_owned(), decided)) {
            return;
        }
        self.has_defaults |= map.contains_key("default");
        self.has_conditions |= map.contains_key("if");
        let decided = decided || map.contains_key("additionalProperties") || map.contains_key("unevaluatedProperties");
        let lists = map.contains_key("properties");
        if (lists || is_bare_object(map)) && !decided {
            let what = if lists {
                "lists properties, but does not say whether others"
            } else {
                "is an object, but does not say whether any fields"
            };
            let message = format!("{} {what} are allowed", in_schema(at));
            let others = if lists { "others" } else { "any" };
            let help = format!("Add `\"additionalProperties\": false` (or `true`, when {others} are meant to be allowed).");
            self.push(codes::SCHEMA_OPEN, at, message, &help);
        }
        if let Some(target) = map.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'))
            && let Some(schema) = root.pointer(target)
        {
            self.openness(root, schema, target, decided);
        }
        for keyword in IN_PLACE {
            self.each(root, map, keyword, at, decided);
        }
        for keyword in ["if", "not"] {
            self.each(root, map, keyword, at, true);
        }
        for keyword in PARTS {
            self.each(root, map, keyword, at, false);
        }
    }

    /// The schemas that a keyword holds: one, a list of them, or an object of them.
    fn each(&mut self, root: &Value, map: &serde_json::Map<String, Value>, keyword: &str, at: &str, decided: bool) {
        let pointer = child(at, keyword);
        match map.get(keyword) {
            Some(Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.openness(root, item, &format!("{pointer}/{index}"), decided);
                }
            }
            Some(Value::Object(members)) if matches!(keyword, "properties" | "patternProperties" | "dependentSchemas") => {
                for (name, member) in members {
                    self.openness(root, member, &child(&pointer, name), decided);
                }
            }
            Some(schema) => self.openness(root, schema, &pointer, decided),
            None => {}
        }
    }

    /// What keeps it from being built, all at once; no schema.
    fn mistakes(&mut self, root: &Value) -> Option<Schema> {
        for Mistake { pointer, message, help } in unusable::mistakes(root) {
            self.push(codes::SCHEMA_INVALID, &pointer, message, &help);
        }
        None
    }

    fn compile(&mut self, root: Value) -> Option<Schema> {
        let options = options();
        let validator = match options.build(&root) {
            Ok(validator) => validator,
            Err(error) => {
                let known = self.findings.len();
                self.mistakes(&root);
                if self.findings.len() == known {
                    let Mistake { pointer, message, help } = unusable::one(error.instance_path().as_str().to_owned(), &error);
                    self.push(codes::SCHEMA_INVALID, &pointer, message, &help);
                }
                return None;
            }
        };
        let parts = if self.has_conditions || self.has_defaults { options.build_map(&root).ok() } else { None };
        let schema = Schema { root, digest: Digest::of(self.text.as_bytes()), validator, parts };
        if self.has_defaults {
            self.defaults(&schema, &schema.root, "");
        }
        Some(schema)
    }

    /// Each default, filled in itself, fits the schema that it is in.
    fn defaults(&mut self, schema: &Schema, value: &Value, at: &str) {
        match value {
            Value::Object(map) => {
                if let (Some(default), Some(part)) = (map.get("default"), schema.part(at)) {
                    let mut filled = default.clone();
                    if let Err(why) = schema.fill_from(value, at, &mut filled) {
                        let (what, help) = match why {
                            Unfilled::Circle => {
                                ("never ends: what it fills in has defaults again", "Leave out one of the defaults of the circle.")
                            }
                            Unfilled::TooMuch => {
                                ("takes too long to fill in", "Put together fewer schemas for the same value (`allOf`, `$ref`).")
                            }
                        };
                        let message = format!("the default of {} {what}", in_schema(at));
                        self.push(codes::SCHEMA_DEFAULT, &child(at, "default"), message, help);
                        return;
                    }
                    if let Some(error) = part.iter_errors(&filled).next() {
                        let message =
                            format!("the default of {} does not fit its own schema: {}", in_schema(at), cut_long(&error.to_string()));
                        self.push(codes::SCHEMA_DEFAULT, &child(at, "default"), message, "Change the default, or what the schema allows.");
                    }
                }
                for (key, value) in map.iter().filter(|(key, _)| !matches!(key.as_str(), "default" | "const" | "enum" | "examples")) {
                    self.defaults(schema, value, &child(at, key));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.defaults(schema, item, &format!("{at}/{index}"));
                }
            }
            _ => {}
        }
    }
}

/// Whether a schema is that of an object of which nothing says which fields it may have, there or where it is put together.
fn is_bare_object(map: &serde_json::Map<String, Value>) -> bool {
    let is_object = map.get("type").is_some_and(|wanted| wanted == "object") || map.contains_key("patternProperties");
    is_object && !["$ref", "allOf", "anyOf", "oneOf", "const", "enum"].iter().any(|keyword| map.contains_key(*keyword))
}

/// A part of the schema in the language of messages.
fn in_schema(pointer: &str) -> String {
    if pointer.is_empty() { "the schema".to_owned() } else { dotted(pointer) }
}

pub(super) fn cut_long(text: &str) -> String {
    let mut out: String = text.chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(200).is_some() {
        out.push('…');
    }
    out
}

/// A validator of a small schema that refers to nothing.
pub(super) fn alone(schema: &Value) -> Option<Validator> {
    options().build(schema).ok()
}

/// Makes ready what schemas themselves are held against, which is the same for all.
pub(super) fn make_ready() {
    options().build(&Value::Bool(true)).ok();
}

fn options() -> ValidationOptions<'static> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_pattern_options(PatternOptions::regex().size_limit(LARGEST_PATTERN))
        .with_format("goldpath-duration", formats::is_duration)
        .with_format("quantity", formats::is_quantity)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .offline()
}

/// Why defaults were not all filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfilled {
    /// They are nested too deep: what is filled in has defaults again.
    Circle,
    /// There is too much to go through.
    TooMuch,
}

/// How far filling in defaults may still go, and why it went no further.
struct Left {
    steps: u32,
    depth: u32,
    unfilled: Option<Unfilled>,
}

/// Where a part of a schema stands: a pointer that is only written where it is asked for.
#[derive(Clone, Copy)]
struct Way<'w> {
    above: Option<&'w Way<'w>>,
    /// A pointer where nothing is above, else one key.
    here: &'w str,
}

impl<'w> Way<'w> {
    fn at(pointer: &'w str) -> Self {
        Self { above: None, here: pointer }
    }

    fn below(&'w self, key: &'w str) -> Self {
        Self { above: Some(self), here: key }
    }

    fn pointer(&self) -> String {
        self.above.map_or_else(|| self.here.to_owned(), |above| child(&above.pointer(), self.here))
    }
}

impl Schema {
    fn part(&self, pointer: &str) -> Option<&Validator> {
        self.parts.as_ref()?.get(&format!("#{pointer}"))
    }

    /// Fills in the defaults of what is not there.
    ///
    /// # Errors
    /// Why not everything was filled in.
    pub(super) fn fill(&self, value: &mut Value) -> Result<(), Unfilled> {
        self.fill_from(&self.root, "", value)
    }

    fn fill_from(&self, schema: &Value, at: &str, value: &mut Value) -> Result<(), Unfilled> {
        let mut left = Left { steps: MOST_STEPS, depth: DEEPEST, unfilled: None };
        if self.parts.is_some() {
            self.fill_at(schema, &Way::at(at), value, &mut left);
        }
        left.unfilled.map_or(Ok(()), Err)
    }

    fn fill_at(&self, schema: &Value, at: &Way<'_>, value: &mut Value, left: &mut Left) {
        let Some(map) = schema.as_object() else { return };
        if left.unfilled.is_some() {
            return;
        }
        if left.steps == 0 || left.depth == 0 {
            left.unfilled = Some(if left.depth == 0 { Unfilled::Circle } else { Unfilled::TooMuch });
            return;
        }
        left.steps -= 1;
        left.depth -= 1;
        self.fill_parts(map, at, value, left);
        left.depth += 1;
    }

    fn fill_parts(&self, map: &serde_json::Map<String, Value>, at: &Way<'_>, value: &mut Value, left: &mut Left) {
        if let Some((target, schema)) = self.target(map) {
            self.fill_at(schema, &Way::at(target), value, left);
        }
        match value {
            Value::Object(members) => self.fill_members(map, at, members, left),
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    if let Some(schema) = map.get("prefixItems").and_then(|prefix| prefix.get(index)) {
                        self.fill_at(schema, &at.below("prefixItems").below(&index.to_string()), item, left);
                    } else if let Some(schema) = map.get("items") {
                        self.fill_at(schema, &at.below("items"), item, left);
                    }
                }
            }
            _ => {}
        }
        for (index, schema) in map.get("allOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
            self.fill_at(schema, &at.below("allOf").below(&index.to_string()), value, left);
        }
        if let Some(condition) = map.get("if").and_then(|_| self.part(&at.below("if").pointer())) {
            let branch = if condition.is_valid(value) { "then" } else { "else" };
            if let Some(schema) = map.get(branch) {
                self.fill_at(schema, &at.below(branch), value, left);
            }
        }
    }

    fn fill_members(
        &self,
        map: &serde_json::Map<String, Value>,
        at: &Way<'_>,
        members: &mut serde_json::Map<String, Value>,
        left: &mut Left,
    ) {
        let properties = map.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            if !members.contains_key(name)
                && let Some(default) = self.default_of(schema)
            {
                members.insert(name.clone(), default.clone());
            }
            if let Some(member) = members.get_mut(name) {
                self.fill_at(schema, &at.below("properties").below(name), member, left);
            }
        }
        if let Some(schema) = map.get("additionalProperties").filter(|schema| schema.is_object()) {
            for (_, member) in members.iter_mut().filter(|(name, _)| !properties.is_some_and(|known| known.contains_key(*name))) {
                self.fill_at(schema, &at.below("additionalProperties"), member, left);
            }
        }
    }

    /// The default of a schema, or of what it refers to.
    fn default_of<'s>(&'s self, schema: &'s Value) -> Option<&'s Value> {
        let mut map = schema.as_object()?;
        for _ in 0..LONGEST_CHAIN {
            if let Some(default) = map.get("default") {
                return Some(default);
            }
            map = self.target(map)?.1.as_object()?;
        }
        None
    }

    /// What `$ref` names, with its pointer.
    fn target<'s>(&'s self, map: &'s serde_json::Map<String, Value>) -> Option<(&'s str, &'s Value)> {
        let target = map.get("$ref")?.as_str()?.strip_prefix('#')?;
        Some((target, self.root.pointer(target)?))
    }

    /// What is said of the value that a pointer into a document leads to, so far as that is said by name alone.
    pub(super) fn of_value<'s>(&'s self, pointer: &str) -> Option<&'s Value> {
        pointer.split('/').skip(1).try_fold(self.resolved(&self.root), |schema, part| {
            let named = schema.get("properties").and_then(|properties| properties.get(&*key_of(part)));
            let items = || schema.get("items").filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()));
            named
                .or_else(items)
                .or_else(|| schema.get("additionalProperties"))
                .map(|schema| self.resolved(schema))
                .filter(|schema| **schema != Value::Bool(false))
        })
    }

    /// A part of the schema, with references followed.
    pub(super) fn at<'s>(&'s self, pointer: &str) -> Option<&'s Value> {
        self.root.pointer(pointer).map(|schema| self.resolved(schema))
    }

    /// A schema, or what it refers to.
    pub(super) fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let mut schema = schema;
        for _ in 0..LONGEST_CHAIN {
            match schema.as_object().and_then(|map| self.target(map)) {
                Some((_, target)) => schema = target,
                None => break,
            }
        }
        schema
    }
}
