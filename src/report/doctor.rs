//! What the daemon needs of a machine, and whether it is there.

use super::json::report;
use super::text::{count, line};
use serde_json::{Value, json};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkup {
    /// What it is.
    pub subject: String,
    /// How it is.
    pub health: Health,
    /// What was seen, and why it matters.
    pub message: String,
    /// The next step; empty where there is none.
    pub help: String,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Ok,
    /// The daemon runs without it, and not everything works.
    Warning,
    /// The daemon does not work so.
    Error,
}

impl Health {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Checkup {
    fn new(subject: impl Into<String>, health: Health, message: impl Into<String>) -> Self {
        Self { subject: subject.into(), health, message: message.into(), help: String::new() }
    }

    /// As it should be.
    pub fn ok(subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(subject, Health::Ok, message)
    }

    /// Not everything works.
    pub fn warning(subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(subject, Health::Warning, message)
    }

    /// The daemon does not work so.
    pub fn error(subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(subject, Health::Error, message)
    }

    /// With the next step.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

/// A line for each, with the next step below it; `all`: what `goldpath run` is given was looked at too.
pub fn doctor_terminal(checkups: &[Checkup], all: bool) -> String {
    let width = checkups.iter().map(|checkup| checkup.subject.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for Checkup { subject, health, message, help } in checkups {
        let rows: Vec<String> = message.lines().map(line).collect();
        let indent = format!("\n{:9}{:width$}  ", "", "");
        text += &format!("{:9}{:width$}  {}\n", health.word(), line(subject), rows.join(&indent));
        if !help.is_empty() {
            text += &format!("{:9}{:width$}  {}\n", "", "", line(help));
        }
    }
    if !all {
        text += "\nWith what `goldpath run` is given (`--repo`, `--state`, `--config`) its configuration is looked at too.\n";
    }
    let of = |health| checkups.iter().filter(|checkup| checkup.health == health).count();
    let summary = match (of(Health::Error), of(Health::Warning)) {
        (0, 0) => "everything is there".to_owned(),
        (0, warnings) => format!("{}, the daemon can run", count(warnings, "warning")),
        (errors, _) => format!("{} to mend before the daemon can run", count(errors, "error")),
    };
    format!("{text}\n{summary}\n")
}

/// The same as one JSON object.
pub fn doctor_json(checkups: &[Checkup]) -> Value {
    let one = |checkup: &Checkup| {
        let Checkup { subject, health, message, help } = checkup;
        json!({ "subject": subject, "status": health.word(), "message": message, "help": help })
    };
    report("DoctorReport", json!({ "checks": checkups.iter().map(one).collect::<Vec<Value>>() }))
}
