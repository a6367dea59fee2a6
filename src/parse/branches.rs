//! `oneOf` and `anyOf`: which branch was probably meant, and what it misses.

use super::codes;
use super::sentence::{Complaint, Speaker, one_of, type_in_words};
use super::words::{any_of, cut};
use crate::model::{child, quoted_list};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

impl Speaker<'_> {
    /// Says the branch that was probably meant; all of them when that is not clear.
    pub(super) fn branches(&self, context: &[Vec<ValidationError<'static>>], how_many: &str, out: &mut Vec<Complaint>) {
        let branches = self.keyword().and_then(Value::as_array);
        if let Some((name, wanted)) = branches.and_then(|branches| self.discriminator(branches)) {
            let pointer = child(&self.pointer(), name);
            let value = self.error.instance().get(name).unwrap_or(&Value::Null);
            let complaint = one_of(&pointer, value, &wanted);
            out.push(Complaint { message: complaint.message + &self.condition(), ..complaint });
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
        if let (true, Some((_, index))) = (is_clear, scores.first()) {
            let mut inner = Vec::new();
            for error in &context[*index] {
                Speaker { error, ..*self }.say(&mut inner);
            }
            out.extend(inner.into_iter().map(|one| Complaint { message: format!("{} (taken as {})", one.message, labels[*index]), ..one }));
        } else {
            let message = format!("{} must be {how_many} of: {}", self.field(), labels.join("; "));
            out.push(self.complaint(codes::NO_FORM_FITS, message, ""));
        }
    }

    /// The field by whose value all branches are told apart, when it has none of these values, and what they are.
    fn discriminator<'b>(&'b self, branches: &'b [Value]) -> Option<(&'b str, Vec<Value>)> {
        let wanted = |branch: &'b Value, name: &str| self.schema.resolved(branch).get("properties")?.get(name)?.get("const").cloned();
        let first = self.schema.resolved(branches.first()?).get("properties")?.as_object()?;
        first.keys().map(String::as_str).find_map(|name| {
            let value = self.error.instance().get(name)?;
            let all: Vec<Value> = branches.iter().map(|branch| wanted(branch, name)).collect::<Option<_>>()?;
            (!all.contains(value)).then_some((name, all))
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
            let clash = path == here && matches!(error.kind(), Kind::Type { .. });
            let depth = i64::try_from(path.len().saturating_sub(here.len()).min(20)).unwrap_or(20);
            score += depth - 30 - if clash { 500 } else { 0 };
        }
        score
    }
}

fn label(branch: Option<&Value>, index: usize) -> String {
    let text = |key: &str| branch.and_then(|branch| branch.get(key)).and_then(Value::as_str);
    if let Some(title) = text("title") {
        return cut(title);
    }
    if let Some(required) = branch.and_then(|branch| branch.get("required")).and_then(Value::as_array) {
        return format!("with {}", quoted_list(required.iter().filter_map(Value::as_str)));
    }
    if let Some(allowed) = branch.and_then(|branch| branch.get("enum")).and_then(Value::as_array) {
        return format!("one of {}", any_of(allowed));
    }
    text("type").map_or_else(|| format!("form {}", index + 1), |name| type_in_words(name).to_owned())
}
