//! Where the texts come from that an expression brings: variables, matrices, outputs and inputs of the file itself.

use super::texts::Texts;
use crate::render::language::placeholders;
use crate::render::workflow::expression::{Expression, Step, pieces, read};
use serde_json::Value;
use std::collections::BTreeSet;

/// The document around an expression.
pub(super) struct Around<'d> {
    pub(super) top: &'d Value,
    /// The values on the way to it, the document first.
    pub(super) above: &'d [&'d Value],
    pub(super) texts: &'d Texts,
}

impl<'d> Around<'d> {
    /// The texts with something printed in them that an expression can come to.
    pub(super) fn brought(&self, expression: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut waiting = Vec::new();
        if let Ok(expression) = read(expression) {
            self.collect(&expression, &mut waiting);
        }
        while let Some(text) = waiting.pop() {
            if !seen.insert(text.clone()) {
                continue;
            }
            let inside = pieces(&text);
            let plain = inside.iter().fold(text.clone(), |text, piece| text.replacen(piece.inner, "", 1));
            for expression in inside.iter().filter_map(|piece| read(piece.inner).ok()) {
                self.collect(&expression, &mut waiting);
            }
            if !placeholders(&plain).is_empty() {
                found.push(plain);
            }
        }
        found
    }

    fn collect(&self, expression: &Expression, found: &mut Vec<String>) {
        if let Some((root, _, steps)) = expression.path() {
            for value in self.of_context(root, steps) {
                Self::literals(value, found);
            }
            return;
        }
        match expression {
            Expression::Text(text) => found.push(text.clone()),
            // What comes out of `a && b` and is text is `b`.
            Expression::All(parts) => parts.iter().skip(parts.len() - 1).for_each(|part| self.collect(part, found)),
            Expression::Any(parts) => parts.iter().for_each(|part| self.collect(part, found)),
            Expression::Call(name, arguments) => {
                let asks = ["contains", "startswith", "endswith", "hashfiles"].contains(&name.text.to_ascii_lowercase().as_str());
                arguments.iter().filter(|_| !asks).for_each(|part| self.collect(part, found));
            }
            Expression::Path(base, _) => self.collect(base, found),
            Expression::Null | Expression::Truth(_) | Expression::Number(_) | Expression::Name(_) => {}
            Expression::Not(_) | Expression::Compare(..) => {}
        }
    }

    fn of_context(&self, root: &str, steps: &[Step]) -> Vec<&'d Value> {
        let names: Vec<Option<&str>> = steps.iter().map(Step::name).collect();
        let below = |values: Vec<&'d Value>, name: Option<&Option<&str>>| match name {
            Some(Some(name)) => values.into_iter().flat_map(|value| self.texts.below(value, name)).collect(),
            Some(None) | None => values,
        };
        match root {
            "env" => below(self.at(self.above, "env"), names.first()),
            "matrix" => self.matrix(names.first().copied().flatten()),
            "needs" | "jobs" => {
                let jobs = below(self.at(&[self.top], "jobs"), names.first());
                let jobs = if names.first().is_some_and(Option::is_some) { jobs } else { members(&jobs) };
                below(self.at(&jobs, "outputs"), names.get(2))
            }
            "inputs" => self.inputs(names.first().copied().flatten()),
            "github" => match names.as_slice() {
                [Some(event), Some(inputs), rest @ ..] if event.eq_ignore_ascii_case("event") && inputs.eq_ignore_ascii_case("inputs") => {
                    self.inputs(rest.first().copied().flatten())
                }
                [Some(name)] if name.eq_ignore_ascii_case("workflow") => self.at(&[self.top], "name"),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn at(&self, values: &[&'d Value], name: &str) -> Vec<&'d Value> {
        values.iter().flat_map(|value| self.texts.below(value, name)).collect()
    }

    /// What a name of the matrix can be, by itself or in a combination that is added.
    fn matrix(&self, name: Option<&str>) -> Vec<&'d Value> {
        let strategies = self.at(self.above, "strategy");
        let matrices = self.at(&strategies, "matrix");
        let (Some(name), false) = (name, matrices.is_empty()) else { return strategies };
        // What an expression makes is known by none of its names.
        let made = matrices.iter().copied().filter(|matrix| matrix.is_string());
        let own = self.at(&matrices, name);
        let added = self.at(&matrices, "include");
        let made_too = added.iter().copied().filter(|added| added.is_string());
        made.chain(own).chain(made_too).chain(self.at(&members(&added), name)).collect()
    }

    fn inputs(&self, name: Option<&str>) -> Vec<&'d Value> {
        let mut events = self.at(&[self.top], "on");
        events = members(&events);
        events.push(self.top);
        let inputs = self.at(&events, "inputs");
        let inputs = name.map_or_else(|| members(&inputs), |name| self.at(&inputs, name));
        ["default", "options"].iter().flat_map(|said| self.at(&inputs, said)).collect()
    }

    /// Every text of a value, and every key that was printed.
    fn literals(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| Self::literals(item, found)),
            Value::Object(map) => map.iter().for_each(|(name, value)| {
                found.push(name.clone());
                Self::literals(value, found);
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// What is below the keys of maps, and in lists.
fn members<'d>(values: &[&'d Value]) -> Vec<&'d Value> {
    let of = |value: &'d Value| -> Vec<&'d Value> {
        match value {
            Value::Object(map) => map.values().collect(),
            Value::Array(items) => items.iter().collect(),
            _ => Vec::new(),
        }
    };
    values.iter().flat_map(|value| of(value)).collect()
}
