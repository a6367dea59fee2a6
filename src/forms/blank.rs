//! A request file to fill in: every field explained, required ones first, optional ones commented out.

use crate::model::{Fact, GoldenPath, Release, RequestName, TeamName, child, filled};
use crate::yaml;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Comments are not wider than this.
const WIDTH: usize = 110;
/// Fields are shown so deep inside of each other; a schema may name itself.
const DEEPEST: usize = 6;
/// Longer patterns help nobody.
const LONGEST_PATTERN: usize = 40;

/// What a new request file is made from.
#[derive(Clone, Copy, Debug)]
pub struct Blank<'a> {
    /// The golden path.
    pub path: &'a GoldenPath,
    /// The release whose fields it has.
    pub release: &'a Release,
    /// That release's `schema.json`.
    pub schema: &'a Value,
    /// Whose request it is.
    pub team: &'a TeamName,
    /// Its name.
    pub name: &'a RequestName,
    /// Where an editor finds the schema, from the file's folder.
    pub editor: &'a str,
}

/// Writes the file.
pub fn blank(made_from: &Blank<'_>) -> String {
    let Blank { path, release, schema, team, name, editor } = made_from;
    let mut given = BTreeMap::new();
    if let Some(Fact::Pointer(pointer)) = &release.facts.owner {
        given.insert(pointer.clone(), Value::from(team.as_str()));
    }
    let filled = filled(schema).iter().filter_map(|at| schema.pointer(at)).map(std::ptr::from_ref).collect();
    let form = Form { root: schema, given, filled };
    let mut lines = vec![format!("# yaml-language-server: $schema={editor}")];
    lines.extend(header(path, schema).iter().flat_map(|text| comment(text, 0)));
    lines.extend(line_of("apiVersion", &format!("{}/{}", path.group, release.serves).into()));
    lines.extend(line_of("kind", &path.kind.as_str().into()));
    lines.push("metadata:".to_owned());
    lines.push(format!("  name: {name}"));
    lines.push("  #annotations:".to_owned());
    lines.push(format!("  #  goldpath.dev/release: {}   # stay on this release; without it, the current one", release.id.version));
    lines.extend(form.object("spec", schema, "/spec", 0));
    lines.join("\n") + "\n"
}

fn header(path: &GoldenPath, schema: &Value) -> Vec<String> {
    let what = if path.description.is_empty() { path.title.clone() } else { format!("{}: {}", path.title, path.description) };
    let mut how = "Fill in each field that has no value; take away the `#` in front of an optional one to set it.".to_owned();
    if schema.to_string().contains("\"if\":") {
        how += " Some values ask for more: `goldpath validate` says what.";
    }
    let asked: Vec<&str> = [path.support.channel.as_deref(), path.support.docs.as_deref()].into_iter().flatten().collect();
    let help = (!asked.is_empty()).then(|| format!("Help: {}", asked.join(", ")));
    [what, how].into_iter().chain(help).collect()
}

/// A key with its value; nothing behind the colon when there is none.
fn line_of(key: &str, value: &Value) -> Vec<String> {
    let text = yaml::emit(&Value::Object(Map::from_iter([(key.to_owned(), value.clone())])));
    let text = if value.is_null() { text.trim_end().trim_end_matches(" null") } else { &text };
    text.lines().map(str::to_owned).collect()
}

/// Text as comments, at so many columns.
fn comment(text: &str, columns: usize) -> Vec<String> {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut lines = vec!["#".to_owned()];
    for word in clean.split_whitespace() {
        let last = lines.last_mut().expect("there is one");
        if last.len() > 1 && last.chars().count() + word.chars().count() + columns >= WIDTH {
            lines.push(format!("# {word}"));
        } else {
            *last += &format!(" {word}");
        }
    }
    lines
}

fn indented(lines: Vec<String>) -> impl Iterator<Item = String> {
    lines.into_iter().map(|line| format!("  {line}"))
}

fn is_active(line: &str) -> bool {
    !line.trim_start().starts_with('#')
}

/// The properties of an object, from wherever its schema lists them.
#[derive(Default)]
struct Shape<'s> {
    properties: Vec<(&'s str, &'s Value)>,
    required: Vec<&'s str>,
    /// Those that are only there in some of several forms.
    sometimes: Vec<(&'s str, &'s Value)>,
}

impl<'s> Shape<'s> {
    fn knows(&self, name: &str) -> bool {
        self.properties.iter().chain(&self.sometimes).any(|(known, _)| *known == name)
    }

    /// Those that a schema lists itself and that are not known yet.
    fn new_in(&self, schema: &'s Value) -> Vec<(&'s str, &'s Value)> {
        let listed = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let new = listed.filter(|(name, member)| **member != Value::Bool(false) && !self.knows(name));
        new.map(|(name, member)| (name.as_str(), member)).collect()
    }
}

struct Form<'s> {
    root: &'s Value,
    /// Values that are known already, by pointer.
    given: BTreeMap<String, Value>,
    /// The schemas whose default is filled in.
    filled: BTreeSet<*const Value>,
}

impl<'s> Form<'s> {
    /// A schema with references followed, and the first of several forms taken.
    fn resolved(&self, schema: &'s Value) -> &'s Value {
        let mut schema = schema;
        for _ in 0..DEEPEST {
            let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
            let target = target.and_then(|target| self.root.pointer(target));
            let first = ["oneOf", "anyOf"].iter().find_map(|keyword| schema.get(*keyword)?.as_array()?.first());
            let first = first.filter(|_| schema.get("type").is_none() && schema.get("properties").is_none());
            match target.or(first) {
                Some(next) => schema = next,
                None => break,
            }
        }
        schema
    }

    fn shape(&self, schema: &'s Value) -> Shape<'s> {
        let mut shape = Shape::default();
        self.collect(schema, &mut shape, DEEPEST);
        self.collect_sometimes(schema, &mut shape, DEEPEST);
        shape
    }

    fn collect(&self, schema: &'s Value, shape: &mut Shape<'s>, left: usize) {
        if left == 0 {
            return;
        }
        let schema = self.resolved(schema);
        let new = shape.new_in(schema);
        shape.properties.extend(new);
        shape.required.extend(schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str));
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.collect(part, shape, left - 1);
        }
    }

    /// What is only there with some values of other fields, or in one of several forms.
    fn collect_sometimes(&self, schema: &'s Value, shape: &mut Shape<'s>, left: usize) {
        if left == 0 {
            return;
        }
        let schema = self.resolved(schema);
        let several = |keyword: &str| schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
        for part in several("allOf") {
            self.collect_sometimes(part, shape, left - 1);
        }
        let forms = ["then", "else"].iter().filter_map(|keyword| schema.get(*keyword));
        for form in forms.chain(several("oneOf")).chain(several("anyOf")) {
            let new = shape.new_in(self.resolved(form));
            shape.sometimes.extend(new);
            self.collect_sometimes(form, shape, left - 1);
        }
    }

    /// The forms that a value may have, where there are several; `null` is none.
    fn forms(&self, schema: &'s Value) -> Vec<&'s Value> {
        let target = |schema: &'s Value| self.root.pointer(schema.get("$ref")?.as_str()?.strip_prefix('#')?);
        let plain = std::iter::successors(Some(schema), |schema| target(schema)).take(DEEPEST).last().unwrap_or(schema);
        if plain.get("type").is_some() || plain.get("properties").is_some() {
            return Vec::new();
        }
        let forms = ["oneOf", "anyOf"].iter().find_map(|keyword| plain.get(*keyword)?.as_array()).into_iter().flatten();
        let forms: Vec<&Value> = forms.map(|form| self.resolved(form)).filter(|form| form.get("type") != Some(&"null".into())).collect();
        if forms.len() > 1 { forms } else { Vec::new() }
    }

    /// The schema of what a map holds.
    fn values(&self, schema: &'s Value) -> Option<&'s Value> {
        self.resolved(schema).get("additionalProperties").filter(|values| values.is_object())
    }

    /// Whether a list or a map has entries that say more than a value that is empty.
    fn has_parts(&self, schema: &'s Value) -> bool {
        let items = self.resolved(schema).get("items").is_some_and(|items| !self.shape(items).properties.is_empty());
        items
            || self.values(schema).is_some_and(|values| !self.shape(values).properties.is_empty() || !self.explained(values, "").is_empty())
    }

    /// Whether a value is empty that could hold something worth showing.
    fn hides(&self, value: &Value, schema: &'s Value) -> bool {
        let is_empty = value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty);
        is_empty && self.has_parts(schema)
    }

    /// The default of a schema, or of what it refers to, where that is filled in.
    fn default(&self, schema: &'s Value) -> Option<&'s Value> {
        let filled = |schema: &'s Value| schema.get("default").filter(|_| self.filled.contains(&std::ptr::from_ref(schema)));
        filled(schema).or_else(|| filled(self.resolved(schema)))
    }

    /// A keyword of a schema, or of what it refers to.
    fn keyword(&self, schema: &'s Value, keyword: &str) -> Option<&'s Value> {
        schema.get(keyword).or_else(|| self.resolved(schema).get(keyword))
    }

    /// A key whose value is an object, without the comment above it.
    fn object(&self, key: &str, schema: &'s Value, at: &str, depth: usize) -> Vec<String> {
        let mut members = self.members(schema, at, depth, false);
        if !members.iter().any(|line| is_active(line)) {
            members = self.members(schema, at, depth, true);
        }
        if !members.iter().any(|line| is_active(line)) {
            let mut lines = line_of(key, &Value::Object(Map::new()));
            if !members.is_empty() {
                lines.iter_mut().for_each(|line| line.push_str("   # take `{}` away with the first field that is set"));
            }
            return lines.into_iter().chain(indented(members)).collect();
        }
        line_of(key, &Value::Null).into_iter().chain(indented(members)).collect()
    }

    /// The members of an object, each below what it is for; `all`: those with a default are not commented out.
    fn members(&self, schema: &'s Value, at: &str, depth: usize, all: bool) -> Vec<String> {
        let shape = self.shape(schema);
        let (needed, others): (Vec<_>, Vec<_>) = shape.properties.iter().partition(|(name, _)| shape.required.contains(name));
        let mut lines = Vec::new();
        let needed = needed.into_iter().map(|it| (Needed::Always, it));
        let others = others.into_iter().map(|it| (Needed::Never, it)).chain(shape.sometimes.iter().map(|it| (Needed::Sometimes, it)));
        for (need, (name, member)) in needed.chain(others) {
            let about = self.explained(member, need.words());
            lines.extend(comment(&about, 2 * depth + 2).into_iter().filter(|line| line != "#"));
            let is_needed = need == Needed::Always;
            let has_default = self.default(member).is_some_and(|default| !self.hides(default, member));
            let shown = is_needed || (all && need == Needed::Never && has_default);
            let entry = self.entry(name, member, &child(at, name), depth + 1, is_needed);
            lines.extend(entry.into_iter().map(|line| if shown { line } else { format!("#{line}") }));
            lines.extend(self.other_forms(name, member, &child(at, name), depth + 1));
        }
        lines
    }

    /// What a field may be instead of its first form.
    fn other_forms(&self, key: &str, schema: &'s Value, at: &str, depth: usize) -> Vec<String> {
        let forms = self.forms(schema);
        let has_fields = |form: &&'s Value| !self.shape(form).properties.is_empty();
        let others = forms.into_iter().skip(1).filter(|form| depth < DEEPEST && has_fields(form));
        let one = |form: &'s Value| {
            let about = format!("Or: {}", self.explained(form, ""));
            let entry = self.entry(key, form, at, depth, true);
            comment(about.trim_end(), 2 * depth).into_iter().chain(entry.into_iter().map(|line| format!("# | {line}")))
        };
        others.flat_map(one).collect()
    }

    /// A key with its value, or with what its value is made of.
    fn entry(&self, key: &str, schema: &'s Value, at: &str, depth: usize, is_needed: bool) -> Vec<String> {
        let resolved = self.resolved(schema);
        let shape = self.shape(schema);
        if let Some(value) = self.given.get(at).or_else(|| self.known(schema, is_needed)) {
            let is_empty = value.as_object().is_some_and(Map::is_empty);
            let has_more = (is_empty && !shape.properties.is_empty()) || (!is_needed && self.hides(value, schema));
            if !has_more || depth >= DEEPEST {
                return line_of(key, value);
            }
        }
        if !shape.properties.is_empty() && depth < DEEPEST {
            if is_needed {
                return self.object(key, schema, at, depth);
            }
            let members = self.members(schema, at, depth, true);
            return line_of(key, &Value::Null).into_iter().chain(indented(members)).collect();
        }
        if let Some(values) = self.values(schema).filter(|_| !is_needed && self.has_parts(schema) && depth < DEEPEST) {
            return self.map(key, schema, values, at, depth);
        }
        match (resolved.get("type").and_then(Value::as_str), resolved.get("items")) {
            (Some("object"), _) => line_of(key, &Value::Object(Map::new())),
            (_, Some(items)) if depth < DEEPEST => {
                line_of(key, &Value::Null).into_iter().chain(self.item(items, at, depth, is_needed)).collect()
            }
            (Some("array"), _) => line_of(key, &Value::Array(Vec::new())),
            _ => line_of(key, &Value::Null),
        }
    }

    /// A map with one entry, under a name that stands for all.
    fn map(&self, key: &str, schema: &'s Value, values: &'s Value, at: &str, depth: usize) -> Vec<String> {
        let name = self.resolved(schema).get("propertyNames").map_or("name", |names| {
            let listed = ["examples", "enum"].iter().find_map(|keyword| self.keyword(names, keyword)?.as_array()?.first()?.as_str());
            let pattern = self.keyword(names, "pattern").and_then(Value::as_str).unwrap_or_default();
            listed.unwrap_or(if pattern.contains("A-Z") && !pattern.contains("a-z") { "NAME" } else { "name" })
        });
        let about = comment(&self.explained(values, ""), 2 * depth + 2).into_iter().filter(|line| line != "#");
        let entry = about.chain(self.entry(name, values, &child(at, name), depth + 1, true)).collect();
        line_of(key, &Value::Null).into_iter().chain(indented(entry)).collect()
    }

    /// One element of a list.
    fn item(&self, schema: &'s Value, at: &str, depth: usize, is_needed: bool) -> Vec<String> {
        let is_object = !self.shape(schema).properties.is_empty();
        let mut lines = match is_object {
            false => self.known(schema, is_needed).map(yaml::emit).unwrap_or_default().lines().map(str::to_owned).collect(),
            true => self.members(schema, &format!("{at}/0"), depth + 1, false),
        };
        if !lines.iter().any(|line| is_active(line)) {
            let is_object = is_object || self.resolved(schema).get("type").and_then(Value::as_str) == Some("object");
            lines = vec![if is_object { "{}" } else { "" }.to_owned()];
        }
        let dashed = |(number, line): (usize, &String)| format!("{} {line}", if number == 0 { "-" } else { " " }).trim_end().to_owned();
        lines.iter().enumerate().map(dashed).collect()
    }

    /// The value of a field that is known without asking; an optional one shows an example.
    fn known(&self, schema: &'s Value, is_needed: bool) -> Option<&'s Value> {
        let choices = self.keyword(schema, "enum").and_then(Value::as_array);
        let only = choices.filter(|choices| choices.len() == 1 || !is_needed).and_then(|choices| choices.first());
        let example = self.keyword(schema, "examples").and_then(Value::as_array).and_then(|examples| examples.first());
        let example = example.filter(|_| !is_needed);
        self.default(schema).or_else(|| self.keyword(schema, "const")).or(example).or(only)
    }

    /// What a field is for, what it may be, and whether it must be there.
    fn explained(&self, schema: &'s Value, needed: &str) -> String {
        let description = self.keyword(schema, "description").or_else(|| self.keyword(schema, "title")).and_then(Value::as_str);
        let mut text = description.unwrap_or_default().trim().to_owned();
        if !text.is_empty() && !text.ends_with(['.', '!', '?', ':']) {
            text.push('.');
        }
        for more in [self.may_be(schema), needed.to_owned()] {
            if !text.is_empty() && !more.is_empty() {
                text.push(' ');
            }
            text += &more;
        }
        text
    }

    /// What a field may be, as a sentence.
    fn may_be(&self, schema: &'s Value) -> String {
        let resolved = self.resolved(schema);
        let forms = self.forms(schema);
        if !forms.is_empty() {
            let mut words = forms.into_iter().map(|form| self.may_be(form)).filter(|words| !words.is_empty());
            let first = words.next().unwrap_or_default();
            return words.fold(first, |said, more| format!("{}, or {}", said.trim_end_matches('.'), in_sentence(&more)));
        }
        if let Some(only) = resolved.get("const") {
            return one_of(std::slice::from_ref(only));
        }
        if let Some(choices) = resolved.get("enum").and_then(Value::as_array) {
            return one_of(choices);
        }
        let such_as = self.keyword(schema, "examples").and_then(Value::as_array).and_then(|all| all.first());
        let such_as = such_as.map(|example| format!(", such as `{}`", shown(example))).unwrap_or_default();
        let form = match resolved.get("type").and_then(Value::as_str) {
            Some("integer") => format!("A whole number{}", number_form(resolved)),
            Some("number") => format!("A number{}", number_form(resolved)),
            Some("boolean") => "`true` or `false`".to_owned(),
            Some("array") => {
                let items = resolved.get("items").filter(|items| self.shape(items).properties.is_empty());
                let each = items.map(|items| self.may_be(items)).filter(|each| !each.is_empty());
                let each = each.map_or_else(String::new, |each| format!(", each {}", in_sentence(each.trim_end_matches('.'))));
                format!("A list{}{each}", range(resolved, "minItems", "maxItems", " entries"))
            }
            Some("object") if self.values(schema).is_some() && self.shape(schema).properties.is_empty() => {
                let names = resolved.get("propertyNames").and_then(|names| self.keyword(names, "pattern")?.as_str());
                let names = names.filter(|names| names.chars().count() <= LONGEST_PATTERN);
                let names = names.map_or_else(String::new, |names| format!(" whose keys match `{names}`"));
                format!("A map{}{names}", range(resolved, "minProperties", "maxProperties", " entries"))
            }
            Some("string") => text_form(resolved),
            _ => String::new(),
        };
        if form.is_empty() { form } else { format!("{form}{such_as}.") }
    }
}

/// When a field must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needed {
    Always,
    Never,
    /// It may only be there with some values of other fields.
    Sometimes,
}

impl Needed {
    fn words(self) -> &'static str {
        match self {
            Self::Always => "Required.",
            Self::Never => "",
            Self::Sometimes => "Only with some values of other fields.",
        }
    }
}

/// A sentence within another one.
fn in_sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// " from 1 to 10", " above 0, in steps of 5".
fn number_form(schema: &Value) -> String {
    let above = schema.get("exclusiveMinimum").map(|least| format!("above {least}"));
    let below = schema.get("exclusiveMaximum").map(|most| format!("below {most}"));
    let bounds = match (above, below) {
        (None, None) => range(schema, "minimum", "maximum", ""),
        (above, below) => {
            let least = above.or_else(|| Some(format!("of at least {}", schema.get("minimum")?)));
            let most = below.or_else(|| Some(format!("at most {}", schema.get("maximum")?)));
            let both: Vec<String> = least.into_iter().chain(most).collect();
            format!(" {}", both.join(" and "))
        }
    };
    let step = schema.get("multipleOf").map_or_else(String::new, |step| format!(", a multiple of {step}"));
    bounds + &step
}

/// "One of `a`, `b` or `c`."
fn one_of(choices: &[Value]) -> String {
    let words: Vec<String> = choices.iter().map(|choice| format!("`{}`", shown(choice))).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => format!("Always {one}."),
        [first @ .., last] => format!("One of {} or {last}.", first.join(", ")),
    }
}

/// A value as it is written in a sentence.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// " from 1 to 10", " of at least 2".
fn range(schema: &Value, least: &str, most: &str, what: &str) -> String {
    match (schema.get(least), schema.get(most)) {
        (Some(least), Some(most)) if what.is_empty() => format!(" from {least} to {most}"),
        (Some(least), Some(most)) => format!(" of {least} to {most}{what}"),
        (Some(least), None) => format!(" of at least {least}{what}"),
        (None, Some(most)) => format!(" of at most {most}{what}"),
        (None, None) => String::new(),
    }
}

fn text_form(schema: &Value) -> String {
    let most = schema.get("maxLength").map(|most| format!(" of at most {most} characters")).unwrap_or_default();
    match schema.get("format").and_then(Value::as_str) {
        Some("goldpath-duration") => return "A duration such as `14d` or `12h`".to_owned(),
        Some("quantity") => return "A quantity such as `500m` or `1Gi`".to_owned(),
        Some("date") => return "A day such as `2026-03-01`".to_owned(),
        Some(other) => return format!("A text in the format `{other}`{most}"),
        None => {}
    }
    match schema.get("pattern").and_then(Value::as_str).filter(|pattern| pattern.chars().count() <= LONGEST_PATTERN) {
        Some(pattern) => format!("A text that matches `{pattern}`{most}"),
        None if most.is_empty() => String::new(),
        None => format!("A text{most}"),
    }
}
