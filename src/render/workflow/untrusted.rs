//! Text of strangers: anybody may choose the title of an issue or the name of a branch, and a script that holds it runs it.

use super::expression::{Expression, Step, pieces, read};
use serde_json::Value;

/// Who may choose a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Chosen {
    /// Whoever may start the workflow or use the action.
    Starter,
    /// Anybody.
    Anybody,
}

/// Properties below `github.event` that hold no text of anybody's choice, whatever they are below.
const PLAIN: [&str; 31] = [
    "action",
    "after",
    "archived",
    "base_sha",
    "before",
    "closed_at",
    "conclusion",
    "created",
    "created_at",
    "deleted",
    "draft",
    "event",
    "fork",
    "forced",
    "full_name",
    "head_sha",
    "id",
    "login",
    "merge_commit_sha",
    "merged",
    "merged_at",
    "node_id",
    "number",
    "private",
    "run_attempt",
    "run_id",
    "run_number",
    "sha",
    "state",
    "status",
    "updated_at",
];

/// Properties that hold none below this parent only.
const PLAIN_BELOW: [(&str, &str); 9] = [
    ("base", "ref"),
    ("issue", "html_url"),
    ("issue", "url"),
    ("pull_request", "html_url"),
    ("pull_request", "url"),
    ("repo", "name"),
    ("repository", "default_branch"),
    ("repository", "html_url"),
    ("repository", "name"),
];

/// The variables of a script's surroundings, the nearest first.
pub(super) type Surroundings<'a> = [Option<&'a Value>];

/// The expressions of a script that bring in what others choose: where each begins (at `${{`), how it is written, and who.
pub(super) fn in_script<'s>(script: &'s str, around: &Surroundings<'_>, safe: &dyn Fn(&str) -> bool) -> Vec<(usize, &'s str, Chosen)> {
    let found = pieces(script).into_iter().filter_map(|piece| {
        let chosen = read(piece.inner).ok().and_then(|expression| chosen(&expression, around, safe, true))?;
        let start = piece.at - 3;
        let end = (piece.at + piece.inner.len() + 2).min(script.len());
        Some((start, &script[start..end], chosen))
    });
    found.collect()
}

/// Who may choose a text that an expression can come to.
fn chosen(expression: &Expression, around: &Surroundings<'_>, safe: &dyn Fn(&str) -> bool, follow: bool) -> Option<Chosen> {
    let of = |part: &Expression| chosen(part, around, safe, follow);
    if let Some((root, _, steps)) = expression.path() {
        return match root {
            "github" => of_github(steps, safe),
            "inputs" => of_inputs(steps, safe),
            "env" if follow => of_variable(steps, around, safe),
            _ => None,
        };
    }
    match expression {
        // What comes out of `a && b` and is text is `b`.
        Expression::All(parts) => parts.last().and_then(of),
        Expression::Any(parts) => parts.iter().filter_map(of).max(),
        Expression::Call(name, arguments) => {
            let passes = ["format", "join", "tojson", "fromjson", "case"].contains(&name.text.to_ascii_lowercase().as_str());
            arguments.iter().filter(|_| passes).filter_map(of).max()
        }
        Expression::Path(base, _) => of(base),
        _ => None,
    }
}

fn of_inputs(steps: &[Step], safe: &dyn Fn(&str) -> bool) -> Option<Chosen> {
    let plain = steps.first().and_then(Step::name).is_some_and(safe);
    (!plain).then_some(Chosen::Starter)
}

fn of_github(steps: &[Step], safe: &dyn Fn(&str) -> bool) -> Option<Chosen> {
    let names: Vec<Option<String>> = steps.iter().map(|step| step.name().map(str::to_ascii_lowercase)).collect();
    let names: Vec<Option<&str>> = names.iter().map(Option::as_deref).collect();
    match names.as_slice() {
        [] | [None, ..] | [Some("event")] | [Some("head_ref"), ..] => Some(Chosen::Anybody),
        [Some("event"), Some("inputs"), ..] => of_inputs(&steps[2..], safe),
        // What is below has the names that who sends it likes.
        [Some("event"), Some("client_payload"), ..] | [Some("event"), Some("deployment"), Some("payload"), ..] => Some(Chosen::Starter),
        [Some("event"), rest @ ..] => {
            let plain = match rest {
                [.., Some(parent), Some(last)] if PLAIN_BELOW.contains(&(*parent, *last)) => true,
                [.., Some(last)] => PLAIN.contains(last),
                [] | [.., None] => false,
            };
            (!plain).then_some(Chosen::Anybody)
        }
        // The name of a branch is what who pushes likes.
        [Some("ref" | "ref_name"), ..] => Some(Chosen::Starter),
        [Some(_), ..] => None,
    }
}

/// A variable that is put into a script as text is no cure: what it holds is looked at.
fn of_variable(steps: &[Step], around: &Surroundings<'_>, safe: &dyn Fn(&str) -> bool) -> Option<Chosen> {
    let name = steps.first()?.name()?;
    let value = around.iter().flatten().find_map(|env| env.get(name))?.as_str()?;
    let read = pieces(value).into_iter().filter_map(|piece| read(piece.inner).ok());
    read.filter_map(|expression| chosen(&expression, &[], safe, false)).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_anybody_may_choose_is_known() {
        let step = json!({"TITLE": "${{ github.event.issue.title }}", "SHA": "${{ github.sha }}"});
        let job = json!({"SHA": "${{ github.head_ref }}", "NAME": "x"});
        let around = [Some(&step), None, Some(&job)];
        let safe = |name: &str| name == "level";
        for (expression, expected) in [
            ("github.event.issue.title", Some(Chosen::Anybody)),
            ("GitHub.Event['issue']['Title']", Some(Chosen::Anybody)),
            ("github.event.commits.*.message", Some(Chosen::Anybody)),
            ("github.event.commits[0].id", None),
            ("github.event.pull_request.number", None),
            ("github.event.pull_request.head.ref", Some(Chosen::Anybody)),
            ("github.event.pull_request.base.ref", None),
            ("github.event.pull_request.head.sha", None),
            ("github.event.label.name", Some(Chosen::Anybody)),
            ("github.event.repository.name", None),
            ("github.event.workflow_run.head_branch", Some(Chosen::Anybody)),
            ("gitea.head_ref", Some(Chosen::Anybody)),
            ("github.sha", None),
            ("github.ref_name", Some(Chosen::Starter)),
            ("github.ref", Some(Chosen::Starter)),
            ("github.ref_type", None),
            ("github[matrix.x]", Some(Chosen::Anybody)),
            ("toJSON(github.event)", Some(Chosen::Anybody)),
            ("toJSON(github)", Some(Chosen::Anybody)),
            ("contains(github.event.issue.title, 'x')", None),
            ("github.event.issue.title == 'x'", None),
            ("github.event.issue.title && 'yes' || 'no'", None),
            ("github.event.issue.title || 'none'", Some(Chosen::Anybody)),
            ("format('{0}', github.head_ref)", Some(Chosen::Anybody)),
            ("fromJSON(github.event.comment.body).x", Some(Chosen::Anybody)),
            ("matrix[github.event.issue.title]", None),
            ("inputs.name", Some(Chosen::Starter)),
            ("inputs.level", None),
            ("github.event.client_payload.sha", Some(Chosen::Starter)),
            ("github.event.client_payload.pull_request.id", Some(Chosen::Starter)),
            ("github.event.client_payload", Some(Chosen::Starter)),
            ("github.event.deployment.payload.state", Some(Chosen::Starter)),
            ("github.event.deployment.sha", None),
            ("github.event.inputs.name", Some(Chosen::Starter)),
            ("github.event.inputs.level", None),
            ("env.TITLE", Some(Chosen::Anybody)),
            ("env.SHA", None),
            ("env.NAME", None),
            ("steps.a.outputs.b", None),
        ] {
            let script = format!("echo ${{{{ {expression} }}}}");
            let found = in_script(&script, &around, &safe);
            assert_eq!(found.first().map(|(_, _, chosen)| *chosen), expected, "{expression}");
        }
    }
}
