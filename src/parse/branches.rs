//! `oneOf` and `anyOf`: which branch was probably meant, and what it misses.

use super::codes;
use super::fields::At;
use super::sentence::{Complaint, Speaker, one_of, properties, type_in_words};
use super::words::{any_of, cut, typed};
use crate::model::{child, close_match, either, meant, quoted_list};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;
use std::collections::BTreeMap;

impl Speaker<'_> {
    /// Says the branch that was probably meant; all of them when that is not clear.
    pub(super) fn branches(&self, context: &[Vec<ValidationError<'static>>], how_many: &str, out: &mut Vec<Complaint>) {
        let branches = self.keyword().and_then(Value::as_array);
        let of_all = branches.map(|branches| self.of_all(branches)).unwrap_or_default();
        if !of_all.is_empty() {
            out.extend(of_all);
            return;
        }
        let branch = |index: usize| branches.and_then(|all| all.get(index)).map(|one| self.schema.resolved(one));
        let mut scores: Vec<(i64, usize)> =
            context.iter().enumerate().map(|(index, errors)| (-self.score(branch(index), errors), index)).collect();
        scores.sort_unstable();
        let is_clear = match scores.as_slice() {
            [] => false,
            [_] => true,
            [first, second, ..] => second.0 > first.0,
        };
        let labels: Vec<String> = (0..context.len()).map(|index| label(branch(index), index)).collect();
        let of_none = branches.filter(|_| !is_clear).map(|branches| self.of_none(branches)).unwrap_or_default();
        if !of_none.is_empty() {
            out.extend(of_none);
            return;
        }
        if let (true, Some((_, index))) = (is_clear, scores.first()) {
            let mut inner = Vec::new();
            for error in &context[*index] {
                Speaker { error, ..*self }.say(&mut inner);
            }
            out.extend(inner.into_iter().map(|one| Complaint { message: format!("{} (taken as {})", one.message, labels[*index]), ..one }));
        } else {
            let wanted = branches.map(|branches| self.required_by(branches)).unwrap_or_default();
            let add = |names: &[&str]| format!("`{}: …`", names.iter().map(|name| cut(name)).collect::<Vec<_>>().join(": …` and `"));
            let all: Vec<String> = wanted.iter().filter(|names| !names.is_empty()).map(|names| add(names)).collect();
            let help = if all.is_empty() || all.len() < wanted.len() { String::new() } else { format!("Add {}.", all.join(", or ")) };
            let message = format!("{} must be {how_many} of: {}", self.field(), labels.join("; "));
            out.push(self.complaint(codes::NO_FORM_FITS, message, help));
        }
    }

    /// What is said of a value that is nothing to any of the branches: no object or no text, none of the values, no field of theirs.
    fn of_all(&self, branches: &[Value]) -> Vec<Complaint> {
        let got = &**self.error.instance();
        let each = || branches.iter().map(|branch| self.schema.resolved(branch));
        let values = |branch: &Value| match (branch.get("const"), branch.get("enum")) {
            (Some(only), _) => Some(vec![only.clone()]),
            (None, Some(Value::Array(all))) => Some(all.clone()),
            (None, _) => None,
        };
        if let Some(all) = each().map(values).collect::<Option<Vec<_>>>() {
            let complaint = one_of(&self.pointer(), got, &all.concat());
            return vec![Complaint { message: complaint.message + &self.condition(), ..complaint }];
        }
        let told = self.discriminator(branches);
        let help = match &told {
            Some((name, all)) => format!("Write an object with `{}`, one of {}.", cut(name), any_of(all)),
            None => String::new(),
        };
        if !got.is_object() && each().all(|branch| branch.get("type").is_some_and(|name| name == "object")) {
            let message = format!("{} must be an object, is {}", self.field(), typed(got));
            let labels: Vec<String> = each().enumerate().map(|(index, branch)| label(Some(branch), index)).collect();
            let help = if told.is_some() { help } else { format!("It is one of: {}.", labels.join("; ")) };
            return vec![self.complaint(codes::WRONG_TYPE, message, help)];
        }
        let Some(members) = got.as_object() else { return Vec::new() };
        match told {
            Some((name, all)) if !members.contains_key(name) => {
                let message = format!("{} needs a field `{}`", self.field(), cut(name));
                let help = format!("Add `{}: …`, one of {}.", cut(name), any_of(&all));
                vec![Complaint { at: At::Key, ..self.complaint(codes::MISSING_FIELD, message, help) }]
            }
            Some((name, all)) if !all.contains(&members[name]) => {
                let complaint = one_of(&child(&self.pointer(), name), &members[name], &all);
                vec![Complaint { message: complaint.message + &self.condition(), ..complaint }]
            }
            Some(_) | None => Vec::new(),
        }
    }

    /// What is said of an object of which it is not clear which branch was meant: it is of several, or has misspelt what makes it one.
    fn of_none(&self, branches: &[Value]) -> Vec<Complaint> {
        let members = self.error.instance().as_object();
        self.mixed(branches)
            .map_or_else(|| members.map(|members| self.strangers(branches, members)).unwrap_or_default(), |mixed| vec![mixed])
    }

    /// Fields that no branch has, where every branch says which it has, and which were probably meant.
    fn strangers(&self, branches: &[Value], members: &serde_json::Map<String, Value>) -> Vec<Complaint> {
        let known: Vec<_> = branches.iter().map(|branch| properties(self.schema, branch)).collect();
        let names = || known.iter().flat_map(|known| known.keys().copied());
        if known.iter().any(BTreeMap::is_empty) {
            return Vec::new();
        }
        let strange = members.keys().filter(|key| !names().any(|name| name == key.as_str()));
        let said = strange.filter_map(|key| {
            let near = close_match(key, names())?;
            let message = format!("`{}` is not a field of {}", cut(key), self.field());
            let complaint = self.complaint(codes::UNKNOWN_FIELD, message, meant(&cut(near)));
            let pointer = child(&self.pointer(), key);
            Some(Complaint { pointer, at: At::Key, field: Some(near.to_owned()), ..complaint })
        });
        said.collect()
    }

    /// The fields that each branch requires.
    fn required_by<'b>(&'b self, branches: &'b [Value]) -> Vec<Vec<&'b str>> {
        let required = |branch: &'b Value| self.schema.resolved(branch).get("required").and_then(Value::as_array);
        branches.iter().map(|branch| required(branch).into_iter().flatten().filter_map(Value::as_str).collect()).collect()
    }

    /// What is said of an object that has what makes it one of several forms, for more than one of them.
    fn mixed(&self, branches: &[Value]) -> Option<Complaint> {
        let members = self.error.instance().as_object()?;
        let required = self.required_by(branches);
        let own = |names: &[&str]| {
            names.iter().copied().find(|name| required.iter().filter(|other| other.contains(name)).count() == 1).map(str::to_owned)
        };
        let there: Vec<String> = required
            .iter()
            .filter(|names| !names.is_empty() && names.iter().all(|name| members.contains_key(*name)))
            .filter_map(|names| own(names))
            .collect();
        (there.len() > 1).then(|| {
            let message = format!("{} has {}, and may have only one of them", self.field(), quoted_list(there.iter().map(String::as_str)));
            let help = format!("Keep {}, and remove what belongs to the other.", either(there.iter().map(String::as_str)));
            self.complaint(codes::NO_FORM_FITS, message, help)
        })
    }

    /// What fits more than one form where it must fit one.
    pub(super) fn several(&self, field: &str, context: &[Vec<ValidationError<'static>>]) -> Complaint {
        let branches = self.keyword().and_then(Value::as_array);
        if let Some(mixed) = branches.and_then(|branches| self.mixed(branches)) {
            return mixed;
        }
        let fit = context.iter().enumerate().filter(|(_, errors)| errors.is_empty()).map(|(index, _)| index);
        let labels: Vec<String> =
            fit.map(|index| label(branches.and_then(|all| all.get(index)).map(|one| self.schema.resolved(one)), index)).collect();
        let message = format!("{field} fits {} forms at once, and must fit exactly one: {}", labels.len(), labels.join("; "));
        let help =
            if self.error.instance().is_object() { "Remove the fields of the other form." } else { "Write a value that fits only one." };
        self.complaint(codes::NO_FORM_FITS, message, help)
    }

    /// What fits that which it may not be.
    pub(super) fn not(&self, field: &str, got: &str) -> Complaint {
        let refused = self.keyword().map(|schema| self.schema.resolved(schema));
        let help = super::sentence::description(refused);
        let required = refused.and_then(|refused| refused.get("required")).and_then(Value::as_array);
        let names: Vec<&str> = required.into_iter().flatten().filter_map(Value::as_str).collect();
        let all = quoted_list(names.iter().copied());
        let (message, step) = match names.as_slice() {
            [] => (format!("{field} is {got}, which is not allowed here"), String::new()),
            [_] => (format!("{field} may not have {all} here"), "Remove it.".to_owned()),
            [_, ..] => (format!("{field} may not have {all} together"), "Remove one of them.".to_owned()),
        };
        self.complaint(codes::DOES_NOT_FIT, message, help.unwrap_or(step))
    }

    /// The field by whose value all branches are told apart, and these values.
    fn discriminator<'b>(&'b self, branches: &'b [Value]) -> Option<(&'b str, Vec<Value>)> {
        let wanted = |branch: &'b Value, name: &str| self.schema.resolved(branch).get("properties")?.get(name)?.get("const").cloned();
        let first = self.schema.resolved(branches.first()?).get("properties")?.as_object()?;
        first.keys().map(String::as_str).find_map(|name| {
            let all: Vec<Value> = branches.iter().map(|branch| wanted(branch, name)).collect::<Option<_>>()?;
            Some((name, all))
        })
    }

    /// How likely a branch was meant: a `const` or `enum` that holds, known properties, few and deep errors.
    fn score(&self, branch: Option<&Value>, errors: &[ValidationError<'static>]) -> i64 {
        let here = self.error.instance_path().as_str();
        let mut score = 0;
        let members = self.error.instance().as_object();
        for (name, schema) in branch.and_then(|branch| branch.get("properties")).and_then(Value::as_object).into_iter().flatten() {
            let Some(value) = members.and_then(|members| members.get(name)) else { continue };
            let schema = self.schema.resolved(schema);
            score += match (schema.get("const"), schema.get("enum").and_then(Value::as_array)) {
                (Some(wanted), _) => {
                    if wanted == value {
                        1000
                    } else {
                        -1000
                    }
                }
                (None, Some(allowed)) => {
                    if allowed.contains(value) {
                        300
                    } else {
                        -300
                    }
                }
                (None, None) => 20,
            };
        }
        for error in errors {
            let path = error.instance_path().as_str();
            let clash = path == here && is_of_another_type(error);
            let depth = i64::try_from(path.len().saturating_sub(here.len()).min(20)).unwrap_or(20);
            score += depth - 30 - if clash { 500 } else { 0 };
        }
        score
    }
}

/// Whether a value is of another type than is wanted: values that are listed have types too.
fn is_of_another_type(error: &ValidationError<'_>) -> bool {
    let got = std::mem::discriminant(&**error.instance());
    match error.kind() {
        Kind::Type { .. } => true,
        Kind::Constant { expected_value } => std::mem::discriminant(&**expected_value) != got,
        Kind::Enum { options } => options.as_array().is_some_and(|all| all.iter().all(|one| std::mem::discriminant(one) != got)),
        _ => false,
    }
}

fn label(branch: Option<&Value>, index: usize) -> String {
    let text = |key: &str| branch.and_then(|branch| branch.get(key)).and_then(Value::as_str);
    if let Some(title) = text("title") {
        return cut(title);
    }
    if let Some(only) = branch.and_then(|branch| branch.get("const")) {
        return any_of(std::slice::from_ref(only));
    }
    if let Some(required) = branch.and_then(|branch| branch.get("required")).and_then(Value::as_array) {
        return format!("with {}", quoted_list(required.iter().filter_map(Value::as_str)));
    }
    if let Some(allowed) = branch.and_then(|branch| branch.get("enum")).and_then(Value::as_array) {
        return format!("one of {}", any_of(allowed));
    }
    if let Some(pattern) = text("pattern") {
        return format!("text that matches `{}`", cut(pattern));
    }
    if let Some(format) = text("format") {
        return super::sentence::format_in_words(format);
    }
    let bounds = ["minimum", "maximum"].map(|bound| branch.and_then(|branch| branch.get(bound)).filter(|bound| bound.is_number()));
    match bounds {
        [Some(least), Some(most)] => return format!("a number from {least} to {most}"),
        [Some(least), None] => return format!("a number of at least {least}"),
        [None, Some(most)] => return format!("a number of at most {most}"),
        [None, None] => {}
    }
    text("type").map_or_else(|| format!("form {}", index + 1), |name| type_in_words(name).to_owned())
}
