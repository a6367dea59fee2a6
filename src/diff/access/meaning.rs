//! What the blocks of a Terraform root mean: what they say, with what they read of others in its place. A value that moves into a local value
//! means the same, and one that changes there means something else wherever it is read.

use crate::model::{Digest, Digester};
use crate::render::Unit;
use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, BlockLabel, Body};
use hcl_edit::template::{Element, ForTemplateExpr};
use hcl_edit::visit::{Visit, visit_for_template_expr, visit_traversal};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Arguments and blocks that say nothing of what a block is.
const ASIDE: [&str; 4] = ["depends_on", "description", "lifecycle", "timeouts"];
/// Attributes by which a thing is known to others, whatever else is said of it.
const KNOWN_BY: [&str; 10] =
    ["arn", "email", "execution_arn", "id", "invoke_arn", "name", "qualified_arn", "self_link", "unique_id", "principal_id"];
/// Arguments that tell one thing of a type from another.
const TELLS_APART: [&str; 12] = [
    "account_id",
    "bucket",
    "count",
    "for_each",
    "function_name",
    "identifier",
    "location",
    "name",
    "name_prefix",
    "project",
    "provider",
    "region",
];

/// How what is not written out begins where it stands for a value.
pub(super) const UNTOLD: &str = "${";

/// How much of a block is read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Whole,
    Argument(String),
    /// Which thing it is.
    Itself,
}

type Key = (String, Part);

enum Said {
    Value(Expression),
    Block(Body),
}

/// What all files of a root say, by address: `var.a`, `local.b`, `data.c.d`, `e.f`, `provider.g.alias`.
#[derive(Default)]
pub(super) struct Root {
    said: BTreeMap<String, Said>,
    means: RefCell<BTreeMap<Key, Digest>>,
}

/// Something that is said under a name: its value where it is written out, and what it means.
pub(super) struct Field {
    pub(super) literal: Option<String>,
    pub(super) means: Digest,
}

impl Root {
    /// The root that a unit is; nothing when a file cannot be read.
    pub(super) fn of(unit: &Unit) -> Option<Self> {
        let mut said = BTreeMap::new();
        for (_, file) in unit.files.iter().filter(|(path, _)| path.as_str().ends_with(".tf")) {
            let body: Body = std::str::from_utf8(&file.bytes).ok()?.parse().ok()?;
            for block in body.blocks() {
                let labels: Vec<&str> = block.labels.iter().map(BlockLabel::as_str).collect();
                match (block.ident.as_str(), labels.as_slice()) {
                    ("resource", [kind, name]) => drop(said.insert(format!("{kind}.{name}"), Said::Block(block.body.clone()))),
                    ("data", [kind, name]) => drop(said.insert(format!("data.{kind}.{name}"), Said::Block(block.body.clone()))),
                    ("variable", [name]) => {
                        let value = block.body.get_attribute("default").map(|default| Said::Value(default.value.clone()));
                        said.extend(value.map(|value| (format!("var.{name}"), value)));
                    }
                    ("provider", [name]) => {
                        let alias = block.body.get_attribute("alias").and_then(|alias| literal(&alias.value)).unwrap_or_default();
                        said.insert(format!("provider.{name}.{alias}"), Said::Block(block.body.clone()));
                    }
                    ("locals", _) => said.extend(
                        block.body.attributes().map(|local| (format!("local.{}", local.key.as_str()), Said::Value(local.value.clone()))),
                    ),
                    _ => {}
                }
            }
        }
        Some(Self { said, means: RefCell::default() })
    }

    /// The resources, the data and the providers, by address.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (&str, &Body)> {
        self.said.iter().filter_map(|(address, said)| match said {
            Said::Block(body) => Some((address.as_str(), body)),
            Said::Value(_) => None,
        })
    }

    /// A resource, data or a provider.
    pub(super) fn block(&self, address: &str) -> Option<&Body> {
        match self.said.get(address)? {
            Said::Block(body) => Some(body),
            Said::Value(_) => None,
        }
    }

    /// What a block means as a whole.
    pub(super) fn whole(&self, address: &str) -> Digest {
        self.means(&(address.to_owned(), Part::Whole))
    }

    /// What is said under a name anywhere in a block.
    pub(super) fn fields(&self, body: &Body, name: &str) -> Vec<Field> {
        let mut found = Vec::new();
        named(body, name, &[], &mut found);
        let field = |found: Found<'_>| {
            let literal = match found.said.as_slice() {
                [(_, Some(only))] => literal(only),
                _ => None,
            };
            // What is said of each of several is told by what there are several of.
            let of_each = found.said.iter().filter_map(|(_, value)| *value).any(reads_each);
            let around = found.around.into_iter().chain(several(body).into_iter().filter(|_| of_each));
            let sayings: Vec<Saying<'_>> = found.said.into_iter().chain(around).collect();
            Field { literal, means: self.read_meaning(&sayings) }
        };
        found.into_iter().map(field).collect()
    }

    /// How many there are of a block, and for what each of them is.
    pub(super) fn several(&self, body: &Body) -> Digest {
        self.read_meaning(&several(body))
    }

    /// A value as far as it is written out; in place of the rest stands [`UNTOLD`] with what it means.
    pub(super) fn value(&self, value: &Expression) -> Value {
        let untold = |value| Value::String(format!("{UNTOLD}{}", self.read_meaning(&[(String::new(), Some(value))]).hex()));
        match value {
            Expression::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Expression::Object(entries) => {
                let key = |key: &ObjectKey| match key {
                    ObjectKey::Ident(name) => name.as_str().to_owned(),
                    ObjectKey::Expression(key) => literal(key).unwrap_or_else(|| format!("{UNTOLD}{key}")),
                };
                Value::Object(entries.iter().map(|(name, value)| (key(name), self.value(value.expr()))).collect::<Map<_, _>>())
            }
            Expression::Parenthesis(inner) => self.value(inner.inner()),
            _ => scalar(value).or_else(|| self.local(value).and_then(scalar)).unwrap_or_else(|| untold(value)),
        }
    }

    /// What a local value says, where something is no more than that.
    fn local(&self, value: &Expression) -> Option<&Expression> {
        let Expression::Traversal(way) = value else { return None };
        let (address, _) = self.read(way).filter(|(address, _)| way.operators.len() == 1 && address.starts_with("local."))?;
        match self.said.get(&address)? {
            Said::Value(value) => Some(value),
            Said::Block(_) => None,
        }
    }

    /// What is meant by what was not yet read.
    fn read_meaning(&self, sayings: &[Saying<'_>]) -> Digest {
        for key in self.reads_of(sayings) {
            self.means(&key);
        }
        self.meaning(sayings)
    }

    /// What something means, once it is known what all means that it reads. What reads itself is not followed round: it is refused elsewhere.
    fn means(&self, key: &Key) -> Digest {
        let mut open = vec![key.clone()];
        let mut entered: BTreeSet<Key> = BTreeSet::new();
        while let Some(top) = open.last().cloned() {
            if self.is_known(&top) {
                open.pop();
                continue;
            }
            let sayings = self.sayings(&top);
            if entered.insert(top.clone()) {
                let missing = self.reads_of(&sayings).into_iter().filter(|read| !self.is_known(read) && !entered.contains(read));
                open.extend(missing);
                if open.last() != Some(&top) {
                    continue;
                }
            }
            let meaning = self.meaning(&sayings);
            self.means.borrow_mut().insert(top, meaning);
            open.pop();
        }
        self.known(key)
    }

    fn is_known(&self, key: &Key) -> bool {
        self.means.borrow().contains_key(key)
    }

    /// What is written in a part of something.
    fn sayings(&self, (address, part): &Key) -> Vec<Saying<'_>> {
        let body = match self.said.get(address) {
            Some(Said::Value(value)) => return vec![(String::new(), Some(value))],
            Some(Said::Block(body)) => body,
            None => return Vec::new(),
        };
        match part {
            Part::Whole => sayings(body),
            Part::Argument(name) => {
                // What it says of each of several is told by what there are several of.
                let argument = body.get_attribute(name).map(|argument| (String::new(), Some(&argument.value)));
                argument.into_iter().chain(several(body)).collect()
            }
            Part::Itself => {
                let tells = body.attributes().filter(|argument| TELLS_APART.contains(&argument.key.as_str()));
                std::iter::once((address.clone(), None))
                    .chain(tells.map(|argument| (argument.key.as_str().to_owned(), Some(&argument.value))))
                    .collect()
            }
        }
    }

    fn reads_of(&self, sayings: &[Saying<'_>]) -> Vec<Key> {
        let mut reads = Reads { root: self, keys: Vec::new() };
        sayings.iter().filter_map(|(_, value)| *value).for_each(|value| reads.visit_expr(value));
        reads.keys
    }

    fn meaning(&self, sayings: &[Saying<'_>]) -> Digest {
        if let [(place, Some(only))] = sayings
            && place.is_empty()
        {
            return self.of_value(only);
        }
        let mut lines: Vec<(&str, Option<Digest>)> =
            sayings.iter().map(|(place, value)| (place.as_str(), value.map(|value| self.of_value(value)))).collect();
        lines.sort_by_key(|(place, means)| (*place, means.map(|means| *means.bytes())));
        let digest = lines.iter().fold(Digester::new().field("block"), |digest, (place, means)| {
            digest.field(place).field(means.as_ref().map_or(&[] as &[u8], |means| means.bytes()))
        });
        digest.finish()
    }

    fn of_value(&self, value: &Expression) -> Digest {
        match value {
            Expression::Parenthesis(inner) => self.of_value(inner.inner()),
            Expression::Array(items) => {
                items.iter().fold(Digester::new().field("list"), |all, item| all.field(self.of_value(item).bytes())).finish()
            }
            Expression::Object(entries) => {
                let mut entries: Vec<(String, Digest)> =
                    entries.iter().map(|(key, value)| (self.of_key(key), self.of_value(value.expr()))).collect();
                entries.sort();
                entries.iter().fold(Digester::new().field("map"), |all, (key, value)| all.field(key).field(value.bytes())).finish()
            }
            Expression::FuncCall(call) if call.name.namespace.is_empty() => {
                let name = Digester::new().field("call").field(call.name.name.as_str()).field([u8::from(call.args.expand_final())]);
                call.args.iter().fold(name, |all, given| all.field(self.of_value(given).bytes())).finish()
            }
            Expression::Traversal(way) if way.operators.len() == 1 => match self.read(way) {
                Some(key) if !matches!(self.said.get(&key.0), Some(Said::Block(_)) | None) => self.known(&key),
                _ => self.of_text(value),
            },
            Expression::Traversal(way) => match self.read(way) {
                Some(key @ (_, Part::Argument(_))) if ends_with_argument(way) => self.known(&key),
                _ => self.of_text(value),
            },
            _ => self.of_text(value),
        }
    }

    fn of_key(&self, key: &ObjectKey) -> String {
        match key {
            ObjectKey::Ident(name) => name.as_str().to_owned(),
            ObjectKey::Expression(text) => text.as_str().map_or_else(|| self.of_value(text).hex(), str::to_owned),
        }
    }

    /// What a value means by its text and by all that it reads.
    fn of_text(&self, value: &Expression) -> Digest {
        let plain = hcl::Expression::from(value.clone());
        let text = hcl::format::to_string(&plain).unwrap_or_else(|_| value.to_string());
        let mut reads = Reads { root: self, keys: Vec::new() };
        reads.visit_expr(value);
        let text = Digester::new().field("text").field(text);
        reads.keys.iter().fold(text, |all, key| all.field(self.known(key).bytes())).finish()
    }

    fn known(&self, key: &Key) -> Digest {
        self.means.borrow().get(key).copied().unwrap_or_else(|| Digest::of(key.0.as_bytes()))
    }

    /// What a traversal reads of this root.
    fn read(&self, way: &Traversal) -> Option<Key> {
        let root = way.expr.as_variable()?.as_str();
        let name = |index: usize| match way.operators.get(index).map(|operator| operator.value()) {
            Some(TraversalOperator::GetAttr(name)) => Some(name.as_str()),
            _ => None,
        };
        let address = match root {
            "data" => format!("data.{}.{}", name(0)?, name(1)?),
            _ => format!("{root}.{}", name(0)?),
        };
        let said = self.said.get(&address)?;
        let part = match (said, name(argument_at(way))) {
            (Said::Block(body), Some(argument)) if body.has_attribute(argument) => Part::Argument(argument.to_owned()),
            // What data finds is told by all that it is asked.
            (Said::Block(_), Some(argument)) if root != "data" && KNOWN_BY.contains(&argument) => Part::Itself,
            _ => Part::Whole,
        };
        Some((address, part))
    }
}

/// Where in a traversal the argument of a block stands: behind its name, and behind which one of several it is.
fn argument_at(way: &Traversal) -> usize {
    let named = if way.expr.as_variable().is_some_and(|root| root.as_str() == "data") { 2 } else { 1 };
    let which = |operator: &TraversalOperator| !matches!(operator, TraversalOperator::GetAttr(_));
    named + way.operators.iter().skip(named).take_while(|operator| which(operator.value())).count()
}

/// Whether a traversal is the argument of a block and nothing else: neither of one of several, nor something in it.
fn ends_with_argument(way: &Traversal) -> bool {
    way.operators.len() == argument_at(way) + 1
        && way.operators.iter().all(|operator| matches!(operator.value(), TraversalOperator::GetAttr(_)))
}

/// A place in a block and what stands there; nothing where a block is empty.
type Saying<'r> = (String, Option<&'r Expression>);

/// All that is said in a block, whatever stands in front of what. Blocks of one name are told apart by what they say.
fn sayings(body: &Body) -> Vec<Saying<'_>> {
    let mut all = Vec::new();
    collect(body, "", &mut all);
    all
}

fn collect<'b>(body: &'b Body, above: &str, all: &mut Vec<Saying<'b>>) {
    all.push((format!("{above}/"), None));
    for argument in body.attributes().filter(|argument| !ASIDE.contains(&argument.key.as_str())) {
        all.push((format!("{above}/{}", argument.key.as_str()), Some(&argument.value)));
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for block in body.blocks().filter(|block| !ASIDE.contains(&block.ident.as_str())) {
        let name = shown(block);
        let count = counts.entry(name.clone()).or_default();
        collect(&block.body, &format!("{above}/{name}[{count}]"), all);
        *count += 1;
    }
}

fn shown(block: &Block) -> String {
    block.labels.iter().fold(block.ident.as_str().to_owned(), |shown, label| format!("{shown} {:?}", label.as_str()))
}

/// What makes several of a block.
fn several(body: &Body) -> Vec<Saying<'_>> {
    let argument = |name: &str| body.get_attribute(name).map(|argument| (name.to_owned(), Some(&argument.value)));
    ["for_each", "count"].into_iter().filter_map(argument).collect()
}

/// Whether a value may be another for each of several.
fn reads_each(value: &Expression) -> bool {
    let text = value.to_string();
    ["each", "count"].iter().any(|name| text.contains(name))
}

/// What stands under a name, and what the blocks that it stands in are made for.
struct Found<'b> {
    said: Vec<Saying<'b>>,
    around: Vec<Saying<'b>>,
}

/// What stands under a name, as an argument or as a block, also where it is made for each of some.
fn named<'b>(body: &'b Body, name: &str, around: &[Saying<'b>], found: &mut Vec<Found<'b>>) {
    let argument = body.get_attribute(name).map(|argument| vec![(String::new(), Some(&argument.value))]);
    found.extend(argument.map(|said| Found { said, around: around.to_vec() }));
    for block in body.blocks() {
        let dynamic = (block.ident.as_str() == "dynamic").then(|| block.labels.first().map(BlockLabel::as_str)).flatten();
        if block.ident.as_str() == name || dynamic == Some(name) {
            found.push(Found { said: sayings(&block.body), around: around.to_vec() });
            continue;
        }
        let made_for = dynamic.and_then(|_| block.body.get_attribute("for_each"));
        let made_for = made_for.map(|each| (format!("for_each of {}", shown(block)), Some(&each.value)));
        let around: Vec<Saying<'b>> = around.iter().cloned().chain(made_for).collect();
        named(&block.body, name, &around, found);
    }
}

/// A value that is written out, as text.
fn literal(value: &Expression) -> Option<String> {
    match scalar(value)? {
        Value::String(text) => Some(text),
        said @ (Value::Bool(_) | Value::Number(_)) => Some(said.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A single value that is written out.
fn scalar(value: &Expression) -> Option<Value> {
    match value {
        Expression::Null(_) => Some(Value::Null),
        Expression::String(text) => Some(Value::from(text.as_str())),
        Expression::Bool(value) => Some(Value::from(*value.value())),
        Expression::Number(number) => {
            let number = number.value();
            Some(
                number
                    .as_i64()
                    .map(Value::from)
                    .or_else(|| number.as_u64().map(Value::from))
                    .unwrap_or_else(|| Value::from(number.as_f64())),
            )
        }
        Expression::Parenthesis(inner) => scalar(inner.inner()),
        Expression::HeredocTemplate(text) => {
            let part = |element: &Element| match element {
                Element::Literal(text) => Some(text.as_str().to_owned()),
                Element::Interpolation(_) | Element::Directive(_) => None,
            };
            text.template.iter().map(part).collect::<Option<String>>().map(Value::from)
        }
        _ => None,
    }
}

/// What an expression reads of a root, in its order.
struct Reads<'r> {
    root: &'r Root,
    keys: Vec<Key>,
}

impl Visit for Reads<'_> {
    fn visit_traversal(&mut self, node: &Traversal) {
        self.keys.extend(self.root.read(node));
        visit_traversal(self, node);
    }

    fn visit_for_template_expr(&mut self, node: &ForTemplateExpr) {
        self.visit_expr(&node.collection_expr);
        visit_for_template_expr(self, node);
    }
}
