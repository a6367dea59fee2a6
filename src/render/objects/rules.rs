//! What may stand at a place of an object, as rows of tables: a path, in which `[]` is each item of a list, and what is asked of what is there.

use super::{At, Look, Spot, cut, forms};
use serde_json::{Map, Value};

/// What is asked of a place.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// It is one of these words.
    Words(&'static [&'static str]),
    /// It is no number below the first and none above the second.
    Between(i64, i64),
    /// It is no number below this.
    Least(i64),
    /// It is there, and not empty, as soon as what is around it is there.
    Needed,
    /// It is not there.
    Without,
    /// It has exactly one of these fields.
    One(&'static [&'static str]),
    /// It has no two of these fields.
    AtMostOne(&'static [&'static str]),
    /// A name of small letters, digits and `-`.
    Label,
    /// The same with points.
    Subdomain,
    /// A key of a label, such as conditions have too.
    Key,
    /// A key of a ConfigMap or a Secret.
    DataKey,
    Address,
    Cidr,
    /// A path within something else.
    Inner,
    /// A path that does not lead upwards.
    Straight,
    /// One of these, or a label or an annotation by its key.
    FieldPath(&'static [&'static str]),
    /// A number, or a part of a hundred up to all of it.
    Part,
    /// A quantity that is not less than nothing.
    Amount,
    /// A quantity that is more than nothing.
    Positive,
    /// What labels are looked for, with labels of its own.
    Selector,
    /// The same, whose labels are looked at elsewhere.
    Expressions,
    /// What labels of nodes are looked for.
    Nodes,
}

/// A row of a table.
pub(super) type Row = (&'static str, Rule);

const SELECTS: [&str; 4] = ["DoesNotExist", "Exists", "In", "NotIn"];
const SELECTS_NODES: [&str; 6] = ["DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"];

/// Goes to each place that a path leads to, where what is around it is there.
fn each<'a>(from: &Spot<'a, '_>, path: &'static str, visit: &mut dyn FnMut(&Spot<'a, '_>)) {
    if !from.is_there() {
        return;
    }
    if let Some((list, rest)) = path.split_once("[]") {
        let list = from.at(list);
        list.items().for_each(|item| each(&item, rest.trim_start_matches('/'), visit));
        return;
    }
    match path.rsplit_once('/') {
        None if path.is_empty() => visit(from),
        None => visit(&from.at(path)),
        Some((above, last)) => {
            let above = from.at(above);
            if above.is_there() {
                visit(&above.at(last));
            }
        }
    }
}

impl Look<'_> {
    /// Holds what is below a place against the rows of a table.
    pub(super) fn hold(&mut self, from: &Spot<'_, '_>, rows: &[Row]) {
        for (path, rule) in rows {
            each(from, path, &mut |spot: &Spot<'_, '_>| self.rule(spot, *rule));
        }
    }

    fn rule(&mut self, spot: &Spot<'_, '_>, rule: Rule) {
        if let Rule::Needed = rule {
            return self.needed(spot);
        }
        if !spot.is_there() {
            return;
        }
        match rule {
            Rule::Words(words) => self.one_of(spot, words),
            Rule::Between(least, most) => self.between(spot, least, most),
            Rule::Least(least) => self.at_least(spot, least),
            Rule::Without => self.refuse(spot, At::Key, format!("{} is not allowed here", spot.shown()), "Leave it out."),
            Rule::One(fields) | Rule::AtMostOne(fields) => self.one(spot, fields, matches!(rule, Rule::One(_))),
            Rule::Part => self.part(spot),
            Rule::Amount | Rule::Positive => self.amount(spot, matches!(rule, Rule::Positive)),
            Rule::Selector => self.looks_for(spot, &SELECTS, true),
            Rule::Expressions => self.looks_for(spot, &SELECTS, false),
            Rule::Nodes => self.looks_for(spot, &SELECTS_NODES, false),
            form => self.form(spot, form),
        }
    }

    fn needed(&mut self, spot: &Spot<'_, '_>) {
        let empty = match spot.value() {
            None => true,
            Some(Value::String(text)) => text.is_empty(),
            Some(Value::Array(items)) => items.is_empty(),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => false,
        };
        if empty && let Some(above) = spot.above() {
            let message = if spot.is_there() { format!("{} is empty", spot.shown()) } else { format!("{} is missing", spot.shown()) };
            self.refuse(if spot.is_there() { spot } else { above }, At::Key, message, "");
        }
    }

    fn between(&mut self, spot: &Spot<'_, '_>, least: i64, most: i64) {
        if let Some(number) = spot.number().filter(|number| !(least..=most).contains(number)) {
            self.refuse(spot, At::Value, format!("{} must be from {least} to {most}, is {number}", spot.shown()), "");
        }
    }

    fn one(&mut self, spot: &Spot<'_, '_>, fields: &[&str], exactly: bool) {
        let Some(Value::Object(map)) = spot.value() else { return };
        let there: Vec<&str> = fields.iter().copied().filter(|field| map.get(*field).is_some_and(|value| !value.is_null())).collect();
        if there.len() > 1 || exactly && there.is_empty() {
            let all = crate::model::quoted_list(fields.iter().copied());
            let has = if there.is_empty() { "none".to_owned() } else { crate::model::quoted_list(there.iter().copied()) };
            self.refuse(spot, At::Key, format!("{} must have one of {all}, has {has}", spot.shown()), "");
        }
    }

    fn part(&mut self, spot: &Spot<'_, '_>) {
        self.at_least(spot, 0);
        let Some(text) = spot.text() else { return };
        if !forms::is_percent(text) {
            let message = format!("{} is `{}`, and it is a number or a part such as `25%`", spot.shown(), cut(text));
            self.refuse(spot, At::Value, message, "");
        } else if !spot.is("maxSurge") && text.trim_end_matches('%').parse::<u32>().is_ok_and(|part| part > 100) {
            self.refuse(spot, At::Value, format!("{} is `{}`, more than all", spot.shown(), cut(text)), "");
        }
    }

    fn amount(&mut self, spot: &Spot<'_, '_>, positive: bool) {
        let Some(amount) = spot.value().and_then(forms::amount) else { return };
        let written = || spot.value().map(forms::written).unwrap_or_default();
        if amount < 0.0 {
            self.refuse(spot, At::Value, format!("{} is {}, less than nothing", spot.shown(), written()), "");
        } else if positive && amount == 0.0 {
            self.refuse(spot, At::Value, format!("{} is {}, and it must be more than nothing", spot.shown(), written()), "");
        }
    }

    /// Refuses a text that does not have its form.
    fn form(&mut self, spot: &Spot<'_, '_>, rule: Rule) {
        let Some(text) = spot.text().filter(|text| !text.is_empty()) else { return };
        let upwards = || text.split('/').any(|part| part == "..");
        let (fits, what, help) = match rule {
            Rule::Label => (forms::is_label(text), "no name", "It has at most 63 small letters, digits and `-`."),
            Rule::Subdomain => (forms::is_subdomain(text), "no name", "It has small letters, digits, `-` and `.`."),
            Rule::Key => (forms::is_key(text), "no key", "It has at most 63 letters, digits, `-`, `_` and `.`."),
            Rule::DataKey => (forms::is_data_key(text), "no key", "It has letters, digits, `-`, `_` and `.`."),
            Rule::Address => (forms::is_any_address(text), "no address of IP", ""),
            Rule::Cidr => (forms::is_any_cidr(text.trim()), "no block of addresses", "Such as `10.0.0.0/8`."),
            Rule::Inner => (!text.starts_with('/') && !upwards(), "no path within", "It has no `/` in front and no `..`."),
            Rule::Straight => (!upwards(), "a path with `..`", ""),
            Rule::FieldPath(words) => {
                let keyed =
                    ["metadata.labels['", "metadata.annotations['"].iter().any(|begins| text.starts_with(begins) && text.ends_with("']"));
                (keyed || words.contains(&text), "no field of a pod that may be read", "Such as `metadata.name`.")
            }
            _ => return,
        };
        if !fits {
            self.refuse(spot, At::Value, format!("{} is `{}`, which is {what}", spot.shown(), cut(text)), help);
        }
    }

    fn looks_for(&mut self, spot: &Spot<'_, '_>, operators: &'static [&'static str], labels: bool) {
        if labels {
            self.labels(&spot.at("matchLabels"));
        }
        for field in ["matchExpressions", "matchFields"] {
            for expression in spot.at(field).items() {
                let (operator, values) = (expression.at("operator"), expression.at("values"));
                self.one_of(&operator, operators);
                if field == "matchExpressions" {
                    self.rule(&expression.at("key"), Rule::Key);
                }
                let count = values.items().count();
                let wrong = match operator.text() {
                    Some("In" | "NotIn") if count == 0 => "needs `values`",
                    Some("Exists" | "DoesNotExist") if count > 0 => "takes no `values`",
                    Some("Gt" | "Lt") if count != 1 => "takes one value",
                    _ => continue,
                };
                let message = format!("`{}` {wrong}", operator.text().unwrap_or_default());
                self.refuse(&operator, At::Value, message, "");
            }
        }
    }
}

/// Whether labels are what a selector looks for, by its labels and its expressions; what cannot be told is taken for it.
pub(super) fn is_met(selector: &Spot<'_, '_>, labels: Option<&Value>) -> bool {
    let none = Map::new();
    let labels = labels.and_then(Value::as_object).unwrap_or(&none);
    selector.at("matchExpressions").items().all(|expression| {
        let value = expression.at("key").text().and_then(|key| labels.get(key));
        let among = || expression.at("values").items().any(|known| known.value() == value);
        match expression.at("operator").text() {
            Some("In") => value.is_some() && among() || expression.at("values").items().next().is_none(),
            Some("NotIn") => value.is_none() || !among(),
            Some("Exists") => value.is_some(),
            Some("DoesNotExist") => value.is_none(),
            _ => true,
        }
    })
}
