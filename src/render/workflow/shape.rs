//! The form of workflows and actions: which keys stand where, and what their values may be.

use super::{Wrong, key};
use crate::model::{close_match, either, meant, quoted_list};
use crate::render::objects::are_times;
use crate::render::schema::At;
use serde_json::{Map, Value};

const WORKFLOW: &[&str] =
    &["name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs", "enable-email-notifications"];
const JOB: &[&str] = &[
    "name",
    "permissions",
    "needs",
    "if",
    "runs-on",
    "snapshot",
    "environment",
    "concurrency",
    "outputs",
    "env",
    "defaults",
    "steps",
    "timeout-minutes",
    "strategy",
    "continue-on-error",
    "container",
    "services",
    "uses",
    "with",
    "secrets",
    "enable-openid-connect",
];
/// What a job may say that is a workflow of its own.
const CALLER: &[&str] = &["name", "uses", "with", "secrets", "strategy", "needs", "if", "concurrency", "permissions"];
const STEP: &[&str] =
    &["id", "if", "name", "uses", "run", "working-directory", "shell", "with", "env", "continue-on-error", "timeout-minutes"];
const STRATEGY: &[&str] = &["matrix", "fail-fast", "max-parallel"];
const CONTAINER: &[&str] = &["image", "credentials", "env", "ports", "volumes", "options", "entrypoint", "command"];
const DEFAULTS: &[&str] = &["shell", "working-directory"];
const CONCURRENCY: &[&str] = &["group", "cancel-in-progress", "queue"];
const RUNS_ON: &[&str] = &["group", "labels"];
const EVENTS: &[&str] = &[
    "branch_protection_rule",
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "image_version",
    "issue_comment",
    "issues",
    "label",
    "merge_group",
    "milestone",
    "page_build",
    "project",
    "project_card",
    "project_column",
    "public",
    "pull_request",
    "pull_request_comment",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
    "push",
    "registry_package",
    "release",
    "repository_dispatch",
    "schedule",
    "status",
    "watch",
    "workflow_call",
    "workflow_dispatch",
    "workflow_run",
];
const FILTERS: &[&str] = &[
    "types",
    "branches",
    "branches-ignore",
    "tags",
    "tags-ignore",
    "paths",
    "paths-ignore",
    "workflows",
    "inputs",
    "outputs",
    "secrets",
    "names",
    "versions",
];
const SCOPES: &[&str] = &[
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "id-token",
    "issues",
    "models",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "security-events",
    "statuses",
];
const ACTION: &[&str] = &["name", "author", "description", "inputs", "outputs", "runs", "branding"];
const RUNS: &[&str] = &[
    "using",
    "main",
    "pre",
    "pre-if",
    "post",
    "post-if",
    "steps",
    "image",
    "env",
    "entrypoint",
    "pre-entrypoint",
    "post-entrypoint",
    "args",
    "plugin",
];

/// What is wrong with the form of a workflow.
pub(super) fn workflow(top: &Map<String, Value>) -> Vec<Wrong> {
    let mut look = Look::default();
    look.keys("", top, WORKFLOW, "a workflow");
    match top.get("on").filter(|on| !on.is_null()) {
        Some(on) => look.events(on),
        None => look.error("", At::Value, "the workflow has no `on`", "Say when it runs: `on: push`."),
    }
    look.common("", top);
    match top.get("jobs") {
        Some(Value::Object(jobs)) if !jobs.is_empty() => jobs.iter().for_each(|(name, job)| look.job(name, job)),
        Some(there) if !there.is_null() => look.error("/jobs", At::Value, "`jobs` must hold jobs by their names", ""),
        _ => look.error("", At::Value, "the workflow has no `jobs`", ""),
    }
    look.wrong
}

/// What is wrong with the form of an action.
pub(super) fn action(top: &Map<String, Value>) -> Vec<Wrong> {
    let mut look = Look::default();
    look.keys("", top, ACTION, "an action");
    let Some(Value::Object(runs)) = top.get("runs") else {
        look.error("", At::Value, "the action has no `runs`", "Say what it is: `runs: {using: composite, steps: […]}`.");
        return look.wrong;
    };
    look.keys("/runs", runs, RUNS, "`runs`");
    match runs.get("using").and_then(Value::as_str) {
        Some("composite") => {
            look.steps("/runs", runs);
            for (index, step) in runs.get("steps").and_then(Value::as_array).into_iter().flatten().enumerate() {
                if step.get("run").is_some() && step.get("shell").is_none() {
                    let message = format!("step {} of the action has no `shell`", index + 1);
                    look.error(
                        &format!("/runs/steps/{index}"),
                        At::Value,
                        message,
                        "Each script of an action says its own: `shell: bash`.",
                    );
                }
            }
        }
        Some(using) if using.starts_with("node") && runs.get("main").is_none() => look.error("/runs", At::Key, "`runs` has no `main`", ""),
        Some("docker") if runs.get("image").is_none() => look.error("/runs", At::Key, "`runs` has no `image`", ""),
        Some(_) => {}
        None => look.error("/runs", At::Key, "`runs` has no `using`", "It is `composite`, `docker`, or a version of node."),
    }
    look.wrong
}

#[derive(Default)]
struct Look {
    wrong: Vec<Wrong>,
}

fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

fn is_expression(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains("${{"))
}

impl Look {
    fn error(&mut self, pointer: &str, at: At, message: impl Into<String>, help: impl Into<String>) {
        self.wrong.push(Wrong::new(pointer, at, message, help));
    }

    fn doubt(&mut self, pointer: &str, at: At, message: impl Into<String>, help: impl Into<String>) {
        self.wrong.push(Wrong::new(pointer, at, message, help).doubtful());
    }

    /// A key that is nearly one of these is a mistake; another one may be newer than this list.
    fn keys(&mut self, pointer: &str, map: &Map<String, Value>, known: &[&str], of: &str) {
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            let place = key(pointer, name);
            match close_match(name, known.iter().copied()) {
                Some(near) if map.contains_key(near) => {
                    self.error(&place, At::Key, format!("{of} has no `{name}`"), format!("`{near}` is there already."));
                }
                Some(near) => self.error(&place, At::Key, format!("{of} has no `{name}`"), meant(near)),
                None => {
                    let help = format!("Known are {}.", quoted_list(known.iter().copied()));
                    self.doubt(&place, At::Key, format!("{of} has no `{name}` that is known here"), help);
                }
            }
        }
    }

    /// The keys of a map at a place, where it is one.
    fn map(&mut self, pointer: &str, value: Option<&Value>, known: &[&str]) {
        let name = pointer.rsplit('/').next().unwrap_or_default().to_owned();
        match value {
            Some(Value::Object(map)) => self.keys(pointer, map, known, &format!("`{name}`")),
            Some(Value::Array(_)) => self.error(pointer, At::Value, format!("`{name}` must be a map"), ""),
            _ => {}
        }
    }

    /// What workflows and jobs both say.
    fn common(&mut self, pointer: &str, map: &Map<String, Value>) {
        self.permissions(&key(pointer, "permissions"), map.get("permissions"));
        self.variables(&key(pointer, "env"), map.get("env"));
        self.map(&key(pointer, "concurrency"), map.get("concurrency"), CONCURRENCY);
        let run = map.get("defaults").and_then(|defaults| defaults.get("run"));
        self.map(&key(&key(pointer, "defaults"), "run"), run, DEFAULTS);
    }

    fn variables(&mut self, pointer: &str, value: Option<&Value>) {
        match value {
            None | Some(Value::Null) => {}
            Some(Value::Object(all)) => {
                for (name, value) in all.iter().filter(|(_, value)| value.is_object() || value.is_array()) {
                    let sort = if value.is_array() { "a list" } else { "a map" };
                    self.error(&key(pointer, name), At::Key, format!("the variable `{name}` is {sort}"), "It must be a single value.");
                }
            }
            Some(text) if is_expression(text) => {}
            Some(_) => self.error(pointer, At::Value, "`env` must hold variables by their names", ""),
        }
    }

    fn permissions(&mut self, pointer: &str, value: Option<&Value>) {
        match value {
            None | Some(Value::Null) => {}
            Some(Value::String(all)) if all == "read-all" || all == "write-all" => {}
            Some(Value::Object(scopes)) => {
                self.keys(pointer, scopes, SCOPES, "`permissions`");
                for (scope, level) in scopes.iter().filter(|(scope, _)| SCOPES.contains(&scope.as_str())) {
                    let levels: &[&str] = match scope.as_str() {
                        "id-token" => &["write", "none"],
                        "models" => &["read", "none"],
                        _ => &["read", "write", "none"],
                    };
                    if !level.as_str().is_some_and(|level| levels.contains(&level)) {
                        let message =
                            format!("the permission `{scope}` cannot be `{}`", level.as_str().unwrap_or("something else than text"));
                        self.error(&key(pointer, scope), At::Value, message, format!("It is {}.", either(levels.iter().copied())));
                    }
                }
            }
            Some(_) => self.error(pointer, At::Value, "`permissions` must say `read-all`, `write-all` or each by its name", ""),
        }
    }

    fn events(&mut self, on: &Value) {
        match on {
            Value::String(one) => self.event("/on", At::Value, one),
            Value::Array(all) => {
                for (index, one) in all.iter().enumerate() {
                    self.event(&format!("/on/{index}"), At::Value, one.as_str().unwrap_or_default());
                }
            }
            Value::Object(all) => {
                for (name, said) in all {
                    let place = key("/on", name);
                    self.event(&place, At::Key, name);
                    self.filters(&place, name, said);
                }
            }
            _ => self.error("/on", At::Value, "`on` must name events", ""),
        }
    }

    fn event(&mut self, pointer: &str, at: At, name: &str) {
        if EVENTS.contains(&name) {
            return;
        }
        match close_match(name, EVENTS.iter().copied()) {
            Some(near) => self.error(pointer, at, format!("there is no event `{name}`"), meant(near)),
            None => self.doubt(pointer, at, format!("no event `{name}` is known here"), ""),
        }
    }

    fn filters(&mut self, pointer: &str, event: &str, said: &Value) {
        if event == "schedule" {
            return self.schedule(pointer, said);
        }
        let Value::Object(filters) = said else { return };
        self.keys(pointer, filters, FILTERS, &format!("the event `{event}`"));
        for name in ["branches", "tags", "paths"] {
            if filters.contains_key(name) && filters.contains_key(&format!("{name}-ignore")) {
                let message = format!("`{event}` has both `{name}` and `{name}-ignore`");
                self.error(
                    &key(pointer, &format!("{name}-ignore")),
                    At::Key,
                    message,
                    format!("Write `!` before what `{name}` leaves out."),
                );
            }
        }
        if event == "workflow_run" && !filters.contains_key("workflows") {
            self.error(pointer, At::Key, "`workflow_run` has no `workflows`", "Name the workflows behind which it runs.");
        }
        let types: &[&str] = match event {
            "workflow_call" => &["boolean", "number", "string"],
            "workflow_dispatch" => &["boolean", "choice", "environment", "number", "string"],
            _ => return,
        };
        for (name, input) in filters.get("inputs").and_then(Value::as_object).into_iter().flatten() {
            let place = key(&key(pointer, "inputs"), name);
            match input.get("type").and_then(Value::as_str) {
                Some(known) if types.contains(&known) => {}
                None if event == "workflow_dispatch" => {}
                None => self.error(
                    &place,
                    At::Key,
                    format!("the input `{name}` has no `type`"),
                    format!("It is {}.", either(types.iter().copied())),
                ),
                Some(other) => {
                    let message = format!("the input `{name}` cannot be of type `{other}`");
                    self.error(&key(&place, "type"), At::Value, message, format!("It is {}.", either(types.iter().copied())));
                }
            }
        }
    }

    fn schedule(&mut self, pointer: &str, said: &Value) {
        let Value::Array(all) = said else {
            return self.error(pointer, At::Value, "`schedule` must be a list", "Write `- cron: '30 5 * * 1'`.");
        };
        for (index, entry) in all.iter().enumerate() {
            let cron = entry.get("cron").and_then(Value::as_str).unwrap_or_default();
            if !is_cron(cron) {
                let message = format!("`{cron}` is no time of a schedule");
                self.error(
                    &format!("{pointer}/{index}"),
                    At::Value,
                    message,
                    "It has five parts: minute, hour, day, month, day of the week.",
                );
            }
        }
    }

    fn job(&mut self, name: &str, job: &Value) {
        let place = key("/jobs", name);
        if !is_id(name) {
            let help = "It begins with a letter or `_`, and has letters, digits, `-` and `_`.";
            self.error(&place, At::Key, format!("`{name}` is no name of a job"), help);
        }
        let Value::Object(map) = job else {
            return self.error(&place, At::Key, format!("the job `{name}` is no map"), "");
        };
        self.keys(&place, map, JOB, &format!("the job `{name}`"));
        self.common(&place, map);
        self.map(&key(&place, "strategy"), map.get("strategy"), STRATEGY);
        self.minutes(&place, map);
        if map.contains_key("uses") {
            for other in map.keys().filter(|other| JOB.contains(&other.as_str()) && !CALLER.contains(&other.as_str())) {
                let message = format!("the job `{name}` has both `uses` and `{other}`");
                let help = format!("Beside `uses` there may be {}.", quoted_list(CALLER.iter().copied().filter(|known| *known != "uses")));
                self.error(&key(&place, other), At::Key, message, help);
            }
            self.uses(&place, map);
            return;
        }
        if !map.get("steps").is_some_and(Value::is_array) {
            return self.error(&place, At::Key, format!("the job `{name}` has neither `steps` nor `uses`"), "");
        }
        match map.get("runs-on") {
            None | Some(Value::Null) => {
                self.error(&place, At::Key, format!("the job `{name}` has no `runs-on`"), "Say on which machine: `runs-on: ubuntu-24.04`.");
            }
            said => self.map(&key(&place, "runs-on"), said.filter(|said| !said.is_array()), RUNS_ON),
        }
        self.map(&key(&place, "container"), map.get("container"), CONTAINER);
        for (service, said) in map.get("services").and_then(Value::as_object).into_iter().flatten() {
            self.map(&key(&key(&place, "services"), service), Some(said), CONTAINER);
        }
        self.steps(&place, map);
    }

    fn minutes(&mut self, pointer: &str, map: &Map<String, Value>) {
        let bad = |value: &&Value| !value.as_f64().is_some_and(|minutes| minutes > 0.0) && !is_expression(value);
        if map.get("timeout-minutes").filter(bad).is_some() {
            self.error(&key(pointer, "timeout-minutes"), At::Value, "`timeout-minutes` must be a number above 0", "");
        }
    }

    fn steps(&mut self, pointer: &str, map: &Map<String, Value>) {
        let Some(Value::Array(steps)) = map.get("steps") else {
            return self.error(pointer, At::Key, "there are no `steps`", "");
        };
        let mut ids: Vec<String> = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let place = format!("{pointer}/steps/{index}");
            let Value::Object(step) = step else {
                self.error(&place, At::Value, format!("step {} is no map", index + 1), "");
                continue;
            };
            self.step(&place, index + 1, step);
            let Some(id) = step.get("id").and_then(Value::as_str) else { continue };
            if !is_id(id) {
                let help = "It begins with a letter or `_`, and has letters, digits, `-` and `_`.";
                self.error(&key(&place, "id"), At::Value, format!("`{id}` is no id of a step"), help);
            }
            if ids.contains(&id.to_ascii_lowercase()) {
                self.error(&key(&place, "id"), At::Value, format!("two steps have the id `{id}`"), "Give one of them another.");
            }
            ids.push(id.to_ascii_lowercase());
        }
    }

    fn step(&mut self, place: &str, number: usize, step: &Map<String, Value>) {
        self.keys(place, step, STEP, "a step");
        self.variables(&key(place, "env"), step.get("env"));
        self.minutes(place, step);
        let has = |name: &str| step.contains_key(name);
        match (has("run"), has("uses")) {
            (true, true) => {
                self.error(&key(place, "uses"), At::Key, format!("step {number} has both `run` and `uses`"), "Make it two steps.")
            }
            (false, false) => self.error(place, At::Value, format!("step {number} has neither `run` nor `uses`"), ""),
            (true, false) if has("with") => {
                self.error(&key(place, "with"), At::Key, "`with` is for `uses`", "A script gets its values by `env`.");
            }
            (false, true) => {
                for other in ["shell", "working-directory"].into_iter().filter(|other| has(other)) {
                    self.error(&key(place, other), At::Key, format!("`{other}` is for `run`"), "");
                }
                self.uses(place, step);
            }
            (true, false) => {}
        }
        if has("run") && !step.get("run").is_some_and(Value::is_string) {
            self.error(&key(place, "run"), At::Value, "`run` must be text", "Put it in quotes, or behind `|`.");
        }
    }

    /// `owner/repository[/path]@version`, `./folder` or `docker://image:tag`.
    fn uses(&mut self, place: &str, map: &Map<String, Value>) {
        let place = key(place, "uses");
        let Some(uses) = map.get("uses").and_then(Value::as_str) else {
            return self.error(&place, At::Value, "`uses` must be text", "");
        };
        if uses.starts_with("./") || uses.starts_with(".\\") {
            return;
        }
        if let Some(image) = uses.strip_prefix("docker://") {
            let tag = image.rsplit('/').next().is_some_and(|last| last.contains([':', '@']));
            if !tag {
                self.doubt(
                    &place,
                    At::Value,
                    format!("`{uses}` is whatever is newest when it runs"),
                    "Name a version: `docker://image:1.2.3`.",
                );
            }
            return;
        }
        // The addresses of other forges are whole.
        let plain = uses.strip_prefix("https://").unwrap_or(uses);
        let Some((name, version)) = plain.rsplit_once('@').filter(|(_, version)| !version.is_empty()) else {
            return self.error(&place, At::Value, format!("`{uses}` has no version"), "Write `owner/repository@version`.");
        };
        if name.split('/').count() < 2 || name.split('/').any(str::is_empty) {
            return self.error(&place, At::Value, format!("`{uses}` names no action"), "Write `owner/repository@version`.");
        }
        if ["main", "master", "head", "develop", "trunk"].contains(&version.to_ascii_lowercase().as_str()) {
            let message = format!("`{uses}` is whatever `{version}` is when it runs");
            self.doubt(&place, At::Value, message, "Name a version or a commit, so that what runs is what was looked at.");
        }
    }
}

fn is_cron(text: &str) -> bool {
    are_times(&text.split_whitespace().collect::<Vec<&str>>())
}
