//! What expressions name of the workflow itself: jobs, steps, outputs, matrices, inputs and secrets.

use super::expression::{Expression, Mistake, Name, Step};
use super::facts::{Facts, Job, Names};
use super::scope::Scope;
use crate::model::{close_match, meant, quoted_list};

const GITHUB: [&str; 38] = [
    "action",
    "action_path",
    "action_ref",
    "action_repository",
    "action_status",
    "actor",
    "actor_id",
    "api_url",
    "base_ref",
    "env",
    "event",
    "event_name",
    "event_path",
    "graphql_url",
    "head_ref",
    "job",
    "path",
    "ref",
    "ref_name",
    "ref_protected",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "repositoryUrl",
    "retention_days",
    "run_attempt",
    "run_id",
    "run_number",
    "secret_source",
    "server_url",
    "sha",
    "token",
    "triggering_actor",
    "workflow",
    "workflow_ref",
    "workspace",
];
const RUNNER: [&str; 9] = ["arch", "debug", "environment", "name", "os", "temp", "tool_cache", "workspace", "home"];
const JOB: [&str; 8] =
    ["check_run_id", "container", "services", "status", "workflow_file_path", "workflow_ref", "workflow_repository", "workflow_sha"];
const STRATEGY: [&str; 4] = ["fail-fast", "job-index", "job-total", "max-parallel"];

/// From where an expression looks.
pub(super) struct Seen<'f, 'a> {
    pub(super) facts: &'f Facts<'a>,
    /// The name of the job that it stands in.
    pub(super) job: Option<&'a str>,
    /// How many steps of the job come before.
    pub(super) before: usize,
}

impl Seen<'_, '_> {
    /// Everything in an expression that names what is not there, below contexts that are.
    pub(super) fn check(&self, expression: &Expression, scope: Scope) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        // A path begins with a name, which is visited once more by itself.
        let mut below = None;
        expression.visit(&mut |part| {
            let Some((root, name, steps)) = part.path() else { return };
            if scope.has(root) && (below != Some(name.at) || !steps.is_empty()) {
                mistakes.extend(self.path(root, name, steps));
            }
            below = Some(name.at);
        });
        mistakes
    }

    fn job(&self) -> Option<&Job<'_>> {
        self.facts.job(self.job?)
    }

    fn path(&self, root: &str, name: &Name, steps: &[Step]) -> Option<Mistake> {
        let first = steps.first()?.name()?;
        let at = match &steps[0] {
            Step::Name(name) => name.at,
            Step::Index(_) | Step::Star => name.at,
        };
        let second = steps.get(1).and_then(Step::name);
        let third = steps.get(2).and_then(Step::name);
        match root {
            "github" => misspelt(at, "github", first, &GITHUB),
            "runner" => misspelt(at, "runner", first, &RUNNER),
            "job" => misspelt(at, "job", first, &JOB),
            "strategy" => misspelt(at, "strategy", first, &STRATEGY),
            "needs" => self.needs(at, first, second, third),
            "jobs" => self.jobs(at, first, third),
            "steps" => self.steps(at, first, second),
            "matrix" => {
                let job = self.job()?;
                let help = if job.matrix.as_ref()?.is_empty() { "The job has no `strategy.matrix`." } else { "" };
                unknown(at, "the matrix of this job", first, &job.matrix, help)
            }
            "inputs" => {
                let help = "Declare it under `inputs`, or name one that is there.";
                if self.facts.inputs.is_none() {
                    let help = "`inputs` are there for `workflow_call` and `workflow_dispatch`.";
                    return Some(Mistake::new(at, format!("nothing gives the input `{first}`"), help));
                }
                unknown(at, "`inputs`", first, &self.facts.inputs, help)
            }
            "secrets" if !first.eq_ignore_ascii_case("GITHUB_TOKEN") => {
                let secrets = self.facts.secrets.as_ref().filter(|known| !known.is_empty())?;
                let near = close_match(first, secrets.iter().copied()).filter(|near| !near.eq_ignore_ascii_case(first))?;
                let there = secrets.iter().any(|known| known.eq_ignore_ascii_case(first));
                (!there).then(|| Mistake::new(at, format!("there is no `{first}` in `secrets` of `workflow_call`"), meant(near)))
            }
            _ => None,
        }
    }

    fn needs(&self, at: usize, job: &str, what: Option<&str>, output: Option<&str>) -> Option<Mistake> {
        let here = self.job()?;
        if !here.needs.iter().any(|need| need.eq_ignore_ascii_case(job)) {
            let exists = self.facts.names().any(|name| name == job) && self.job != Some(job);
            let help = match close_match(job, here.needs.iter().copied()) {
                _ if exists => format!("Add `{job}` to `needs`: only what a job waits for is there."),
                Some(near) => meant(near),
                None => "Only what is in `needs` is there.".to_owned(),
            };
            return Some(Mistake::new(at, format!("the job `{job}` is not among the `needs` of this job"), help));
        }
        match what {
            Some(what) if !["outputs", "result"].contains(&what) => {
                let help = "There are `outputs` and `result`.";
                Some(Mistake::new(at, format!("`needs.{job}` has no `{what}`"), help))
            }
            Some("outputs") => self.output(at, job, output?),
            _ => None,
        }
    }

    fn output(&self, at: usize, job: &str, output: &str) -> Option<Mistake> {
        let of = self.facts.jobs.iter().find(|(name, _)| name.eq_ignore_ascii_case(job))?;
        unknown(at, &format!("`outputs` of the job `{job}`"), output, &of.1.outputs, "Declare it under `outputs` of that job.")
    }

    fn jobs(&self, at: usize, job: &str, output: Option<&str>) -> Option<Mistake> {
        if self.facts.names().any(|name| name.eq_ignore_ascii_case(job)) {
            return self.output(at, job, output?);
        }
        let names: Names<'_> = Some(self.facts.names().collect());
        unknown(at, "this workflow, as a job,", job, &names, "")
    }

    fn steps(&self, at: usize, step: &str, what: Option<&str>) -> Option<Mistake> {
        let ids = &self.job()?.steps;
        let known = |ids: &[Option<&str>]| ids.iter().flatten().any(|id| id.eq_ignore_ascii_case(step));
        let before = &ids[..self.before.min(ids.len())];
        if known(before) {
            let parts = ["outputs", "outcome", "conclusion"];
            let what = what.filter(|what| !parts.contains(what))?;
            return Some(Mistake::new(at, format!("`steps.{step}` has no `{what}`"), format!("There are {}.", quoted_list(parts))));
        }
        if known(ids) {
            return Some(Mistake::new(at, format!("the step `{step}` does not come before this one"), "What it gives is not there yet."));
        }
        let help = close_match(step, before.iter().flatten().copied())
            .map_or_else(|| format!("Give the step that it means `id: {step}`; it has to be in the same job."), meant);
        Some(Mistake::new(at, format!("no step before has the id `{step}`"), help))
    }
}

/// Only what is near to something known: there may be more than this list knows.
fn misspelt(at: usize, context: &str, name: &str, known: &[&str]) -> Option<Mistake> {
    if known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return None;
    }
    let near = close_match(name, known.iter().copied())?;
    Some(Mistake::new(at, format!("`{context}` has no `{name}`"), meant(near)))
}

fn unknown(at: usize, holder: &str, name: &str, known: &Names<'_>, help: &str) -> Option<Mistake> {
    let known = known.as_ref()?;
    if known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return None;
    }
    let help = close_match(name, known.iter().copied()).map_or_else(|| help.to_owned(), meant);
    Some(Mistake::new(at, format!("{holder} has no `{name}`"), help))
}
