//! What the jobs of a workflow or the steps of an action declare, as expressions name it.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Names that may be named; nothing when they are not known before it runs.
pub(super) type Names<'a> = Option<BTreeSet<&'a str>>;

/// A workflow or an action, as far as expressions name its parts.
#[derive(Default)]
pub(super) struct Facts<'a> {
    pub(super) jobs: Vec<(&'a str, Job<'a>)>,
    /// The inputs of whoever starts it.
    pub(super) inputs: Names<'a>,
    /// Inputs whose values are among those that the workflow itself names, or no text, whoever starts it.
    pub(super) plain_inputs: BTreeSet<&'a str>,
    /// Secrets that a reusable workflow declares.
    pub(super) secrets: Names<'a>,
}

/// One job; an action is one without a name.
#[derive(Default)]
pub(super) struct Job<'a> {
    pub(super) needs: Vec<&'a str>,
    pub(super) outputs: Names<'a>,
    /// The ids of its steps, in their order.
    pub(super) steps: Vec<Option<&'a str>>,
    pub(super) matrix: Names<'a>,
}

impl<'a> Facts<'a> {
    /// What a workflow declares.
    pub(super) fn of_workflow(top: &'a Map<String, Value>) -> Self {
        let jobs = top.get("jobs").and_then(Value::as_object).into_iter().flatten();
        let on = top.get("on");
        let of = |event: &str| on.and_then(|on| on.get(event));
        let named = |event: &str| match on {
            Some(Value::String(one)) => one == event,
            Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(event)),
            Some(Value::Object(all)) => all.contains_key(event),
            _ => false,
        };
        let starters = ["workflow_call", "workflow_dispatch"];
        let declared = starters.iter().filter_map(|event| of(event)?.get("inputs")?.as_object()).flatten();
        let declared: Vec<(&'a str, &'a Value)> = declared.map(|(name, input)| (name.as_str(), input)).collect();
        let secrets = of("workflow_call").and_then(|call| call.get("secrets")).and_then(Value::as_object);
        Self {
            jobs: jobs.map(|(name, job)| (name.as_str(), Job::of(job))).collect(),
            inputs: starters.iter().any(|event| named(event)).then(|| declared.iter().map(|(name, _)| *name).collect()),
            plain_inputs: declared.iter().map(|(name, _)| *name).filter(|name| is_plain(name, &declared)).collect(),
            secrets: secrets.filter(|_| !named("workflow_dispatch")).map(|all| all.keys().map(String::as_str).collect()),
        }
    }

    /// What an action declares: one job of its steps.
    pub(super) fn of_action(top: &'a Map<String, Value>) -> Self {
        let inputs = top.get("inputs").and_then(Value::as_object);
        let steps = top.get("runs").map(steps).unwrap_or_default();
        let job = Job { steps, ..Job::default() };
        Self {
            jobs: vec![("", job)],
            inputs: Some(inputs.into_iter().flatten().map(|(name, _)| name.as_str()).collect()),
            ..Self::default()
        }
    }

    /// A job by its name.
    pub(super) fn job(&self, name: &str) -> Option<&Job<'a>> {
        self.jobs.iter().find(|(known, _)| *known == name).map(|(_, job)| job)
    }

    /// The names of all jobs.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.jobs.iter().map(|(name, _)| *name)
    }
}

/// Whether every input of a name is plain: each starter declares its own, and one that takes any text is enough. Names ignore case.
fn is_plain(name: &str, declared: &[(&str, &Value)]) -> bool {
    let plain = |input: &Value| matches!(input.get("type").and_then(Value::as_str), Some("boolean" | "number" | "choice" | "environment"));
    declared.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).all(|(_, input)| plain(input))
}

impl<'a> Job<'a> {
    fn of(job: &'a Value) -> Self {
        let needs = match job.get("needs") {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let own = job.get("uses").is_none();
        let outputs = match job.get("outputs") {
            Some(Value::Object(all)) => Some(all.keys().map(String::as_str).collect()),
            Some(Value::String(_)) => None,
            _ => own.then(BTreeSet::new),
        };
        Self { needs, outputs, steps: steps(job), matrix: matrix(job) }
    }
}

fn steps(of: &Value) -> Vec<Option<&str>> {
    let steps = of.get("steps").and_then(Value::as_array).into_iter().flatten();
    steps.map(|step| step.get("id").and_then(Value::as_str)).collect()
}

/// The names of a matrix; nothing when an expression makes it.
fn matrix(job: &Value) -> Names<'_> {
    let Some(matrix) = job.get("strategy").and_then(|strategy| strategy.get("matrix")) else {
        let made = job.get("strategy").is_some_and(Value::is_string);
        return (!made).then(BTreeSet::new);
    };
    let mut names = BTreeSet::new();
    for (name, values) in matrix.as_object()? {
        match (name.as_str(), values) {
            ("exclude", _) => {}
            ("include", Value::Array(all)) => {
                for entry in all {
                    names.extend(entry.as_object()?.keys().map(String::as_str));
                }
            }
            ("include", _) => return None,
            _ => drop(names.insert(name.as_str())),
        }
    }
    Some(names)
}
