//! Which contexts and functions an expression may name, by where it stands.

use super::expression::{Expression, Mistake, Name, Step};
use crate::model::{close_match, meant, quoted_list};

/// What an expression may name where it stands.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    contexts: &'static [&'static str],
    functions: Functions,
}

/// Functions beyond those that may be called everywhere.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Functions {
    None,
    Files,
    Status,
    StatusAndFiles,
}

/// Contexts by the names that are known; those of other forges stand for `github`.
const CONTEXTS: [&str; 15] = [
    "github", "inputs", "vars", "needs", "strategy", "matrix", "job", "jobs", "runner", "env", "secrets", "steps", "gitea", "forgejo",
    "forge",
];

/// Functions with the fewest and the most arguments; those from `success` on ask how it went so far.
const FUNCTIONS: [(&str, usize, usize); 13] = [
    ("contains", 2, 2),
    ("startsWith", 2, 2),
    ("endsWith", 2, 2),
    ("format", 1, 255),
    ("join", 1, 2),
    ("toJSON", 1, 1),
    ("fromJSON", 1, 1),
    ("case", 3, 255),
    ("hashFiles", 1, 255),
    ("success", 0, 255),
    ("failure", 0, 255),
    ("always", 0, 0),
    ("cancelled", 0, 0),
];

const RUN: &[&str] = &["github", "inputs", "vars"];
const RUN_SECRETS: &[&str] = &["github", "inputs", "vars", "secrets"];
const RESULT: &[&str] = &["github", "inputs", "vars", "jobs"];
const PLANNED: &[&str] = &["github", "inputs", "vars", "needs"];
const JOB: &[&str] = &["github", "inputs", "vars", "needs", "strategy", "matrix"];
const JOB_ENV: &[&str] = &["github", "inputs", "vars", "needs", "strategy", "matrix", "env"];
const JOB_SECRETS: &[&str] = &["github", "inputs", "vars", "needs", "strategy", "matrix", "secrets"];
const CREDENTIALS: &[&str] = &["github", "inputs", "vars", "needs", "strategy", "matrix", "env", "secrets"];
const STARTED: &[&str] = &["github", "inputs", "vars", "needs", "strategy", "matrix", "env", "secrets", "job", "runner"];
const STEP_IF: &[&str] = &["github", "inputs", "vars", "needs", "strategy", "matrix", "env", "job", "runner", "steps"];
const STEP: &[&str] = &["github", "inputs", "vars", "needs", "strategy", "matrix", "env", "secrets", "job", "runner", "steps"];
const ACTION: &[&str] = &["github", "inputs", "strategy", "matrix", "env", "job", "runner", "steps"];
const ACTION_INPUT: &[&str] = &["github", "strategy", "matrix", "job", "runner"];

fn scope(contexts: &'static [&'static str], functions: Functions) -> Option<Scope> {
    Some(Scope { contexts, functions })
}

/// What may be named at a place of a workflow; nothing where no expression is read.
pub(super) fn of_workflow(path: &[&str]) -> Option<Scope> {
    match path {
        ["run-name"] | ["concurrency", ..] | ["on", "workflow_call", "inputs", _, "default"] => scope(RUN, Functions::None),
        ["env", ..] => scope(RUN_SECRETS, Functions::None),
        ["on", "workflow_call", "outputs", _, "value"] => scope(RESULT, Functions::None),
        ["jobs", _, rest @ ..] => of_job(rest),
        _ => None,
    }
}

fn of_job(path: &[&str]) -> Option<Scope> {
    match path {
        ["if"] => scope(PLANNED, Functions::Status),
        ["strategy", ..] => scope(PLANNED, Functions::None),
        ["environment", "url"] => scope(STEP_IF, Functions::None),
        ["container", "credentials", ..] | ["services", _, "credentials", ..] => scope(CREDENTIALS, Functions::None),
        ["container", "env", ..] | ["services", _, "env", ..] => scope(STARTED, Functions::None),
        ["defaults", ..] => scope(JOB_ENV, Functions::None),
        ["env" | "secrets", ..] => scope(JOB_SECRETS, Functions::None),
        ["outputs", ..] => scope(STEP, Functions::None),
        ["steps", _, "if"] => scope(STEP_IF, Functions::StatusAndFiles),
        ["permissions" | "uses" | "needs", ..] | ["steps", _, "id" | "uses"] => None,
        ["steps", ..] => scope(STEP, Functions::Files),
        _ => scope(JOB, Functions::None),
    }
}

/// What may be named at a place of an action.
pub(super) fn of_action(path: &[&str]) -> Option<Scope> {
    match path {
        ["inputs", _, "default"] => scope(ACTION_INPUT, Functions::Files),
        ["outputs", _, "value"] => scope(ACTION, Functions::None),
        ["runs", "pre-if" | "post-if"] | ["runs", "steps", _, "if"] => scope(ACTION, Functions::StatusAndFiles),
        ["runs", "steps", _, "id" | "uses"] => None,
        ["runs", "steps", ..] => scope(ACTION, Functions::Files),
        ["runs", "args" | "env", ..] => scope(ACTION, Functions::None),
        _ => None,
    }
}

/// Whether a value is an expression as a whole, without `${{` and `}}`.
pub(super) fn is_condition(path: &[&str]) -> bool {
    matches!(path, ["jobs", _, "if"] | ["jobs", _, "steps", _, "if"] | ["runs", "steps", _, "if"] | ["runs", "pre-if" | "post-if"])
}

/// The name by which a context is known here.
pub(super) fn context(name: &str) -> Option<&'static str> {
    let known = CONTEXTS.iter().copied().find(|known| known.eq_ignore_ascii_case(name))?;
    Some(if matches!(known, "gitea" | "forgejo" | "forge") { "github" } else { known })
}

impl Scope {
    /// Whether a context is there.
    pub(super) fn has(&self, context: &str) -> bool {
        self.contexts.contains(&context)
    }

    /// Every name in an expression that is none, or that may not stand here.
    pub(super) fn check(&self, expression: &Expression) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        expression.visit(&mut |part| match part {
            Expression::Name(name) => mistakes.extend(self.name(name)),
            Expression::Call(name, arguments) => mistakes.extend(self.call(name, arguments.len())),
            _ => {}
        });
        mistakes
    }

    fn name(&self, name: &Name) -> Option<Mistake> {
        let Some(known) = context(&name.text) else {
            let near = close_match(&name.text, CONTEXTS);
            let help = near.map_or_else(|| format!("A text stands between single quotes: '{}'.", name.text), meant);
            return Some(Mistake::new(name.at, format!("there is no context `{}`", name.text), help));
        };
        let help = || format!("Here are {}.", quoted_list(self.contexts.iter().copied()));
        (!self.contexts.contains(&known))
            .then(|| Mistake::new(name.at, format!("the context `{known}` is not there at this place"), help()))
    }

    fn call(&self, name: &Name, count: usize) -> Option<Mistake> {
        let Some((known, least, most)) = FUNCTIONS.iter().find(|(known, _, _)| known.eq_ignore_ascii_case(&name.text)) else {
            let names = FUNCTIONS.iter().map(|(name, _, _)| *name);
            let help = close_match(&name.text, names.clone()).map_or_else(|| format!("There are {}.", quoted_list(names)), meant);
            return Some(Mistake::new(name.at, format!("there is no function `{}`", name.text), help));
        };
        let here = match *known {
            "hashFiles" => matches!(self.functions, Functions::Files | Functions::StatusAndFiles),
            "success" | "failure" | "always" | "cancelled" => matches!(self.functions, Functions::Status | Functions::StatusAndFiles),
            _ => true,
        };
        if !here {
            let help = if *known == "hashFiles" { "It is for the steps of a job." } else { "It is for `if`." };
            return Some(Mistake::new(name.at, format!("the function `{known}` cannot be called at this place"), help));
        }
        if (*least..=*most).contains(&count) {
            return (*known == "case" && count.is_multiple_of(2)).then(|| {
                Mistake::new(
                    name.at,
                    "`case` has no value for when nothing applies",
                    "It takes pairs of a condition and a value, and one value more.",
                )
            });
        }
        let wanted = match (least, most) {
            (0, 0) => "no argument".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, 2) => format!("{least} or 2 arguments"),
            (least, _) => format!("at least {least}"),
        };
        Some(Mistake::new(name.at, format!("`{known}` takes {wanted}, here are {count}"), ""))
    }
}

impl Expression {
    /// Visits all parts, from the outside in.
    pub(super) fn visit<'e>(&'e self, see: &mut impl FnMut(&'e Self)) {
        see(self);
        match self {
            Self::Null | Self::Truth(_) | Self::Number(_) | Self::Text(_) | Self::Name(_) => {}
            Self::Call(_, parts) | Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit(see)),
            Self::Path(base, steps) => {
                base.visit(see);
                for step in steps {
                    if let Step::Index(index) = step {
                        index.visit(see);
                    }
                }
            }
            Self::Not(inner) => inner.visit(see),
            Self::Compare(left, _, right) => {
                left.visit(see);
                right.visit(see);
            }
        }
    }

    /// The context that a path begins with, as it is known here, and its steps; a name alone has none.
    pub(super) fn path(&self) -> Option<(&'static str, &Name, &[Step])> {
        match self {
            Self::Name(name) => Some((context(&name.text)?, name, &[])),
            Self::Path(base, steps) => match &**base {
                Self::Name(name) => Some((context(&name.text)?, name, steps)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Step {
    /// The name of the property, when it is known without running anything.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(&name.text),
            Self::Index(Expression::Text(text)) => Some(text),
            Self::Index(_) | Self::Star => None,
        }
    }
}
