//! `goldpath.yaml`, targets, teams and exceptions.

use super::codes;
use super::fields::{At, Fields, did_you_mean};
use super::formats;
use super::layout::Names;
use super::words::{dotted, show};
use crate::model::{
    ApprovalRule, Approver, ConnectionName, DeleteBudget, Exception, ExceptionId, Finding, Json, PathName, PolicyId, RequestId, Risk,
    Settings, Target, TargetKind, TargetName, Team, TeamName, child,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const RISKS: [(&str, Risk); 4] =
    [("destroy", Risk::Destroy), ("replace", Risk::Replace), ("protected", Risk::Protected), ("widen", Risk::Widen)];
const UNKNOWN_TEAM: (crate::model::Code, &str) = (codes::UNKNOWN_TEAM, "teams");
const UNKNOWN_PATH: (crate::model::Code, &str) = (codes::UNKNOWN_PATH, "golden-paths");

/// Reads `goldpath.yaml`.
pub(super) fn settings(mut fields: Fields<'_>, names: &Names) -> (Option<Settings>, Vec<Finding>) {
    let name = fields.get("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
    fields.header("Platform", &name, &["requires", "values", "approvals", "deletes"]);
    requires(&mut fields);
    let values = Json(fields.values("/spec/values"));
    let rules = fields.list("/spec/approvals").unwrap_or(0);
    let approvals = (0..rules).map(|index| approval(&mut fields, &format!("/spec/approvals/{index}"), names)).collect();
    let deletes = deletes(&mut fields);
    fields.finish(Some(Settings { name, values, approvals, deletes }))
}

fn requires(fields: &mut Fields<'_>) {
    let wanted = "a range of versions, such as `>=0.1`";
    let Some(range) = fields.parsed("/spec/requires", wanted, |text| semver::VersionReq::parse(text).ok()) else { return };
    let own = semver::Version::parse(env!("CARGO_PKG_VERSION")).expect("the version of the package is semver");
    if !range.matches(&own) {
        let message = format!("this repository asks for goldpath `{range}`, and this is {own}");
        fields.error(codes::OTHER_GOLDPATH, "/spec/requires", At::Value, message, "Use a goldpath of that range.");
    }
}

fn approval(fields: &mut Fields<'_>, at: &str, names: &Names) -> ApprovalRule {
    fields.object(at, &["when", "from", "count"]);
    let when = format!("{at}/when");
    fields.required_object(&when, &["files", "targets", "risk"]);
    let files = fields.texts(&format!("{when}/files"));
    let targets = fields.text_map(&format!("{when}/targets"));
    let risks = fields.list(&format!("{when}/risk")).unwrap_or(0);
    let risk = (0..risks).filter_map(|index| fields.one_of(&format!("{when}/risk/{index}"), &RISKS)).collect();
    for key in ["files", "targets", "risk"] {
        let pointer = format!("{when}/{key}");
        if fields.get(&pointer).is_some_and(is_empty) {
            let message = format!("{} is empty, so it is not clear what the rule is for", dotted(&pointer));
            fields.error(codes::MISSING_FIELD, &pointer, At::Key, message, "Fill it, or remove it: a rule without it is for everything.");
        }
    }
    let from = approvers(fields, &format!("{at}/from"), names);
    let count = fields.number(&format!("{at}/count"), 100).unwrap_or(1);
    if count == 0 {
        let message = "a rule that asks for no approval asks for nothing";
        fields.error(codes::OUT_OF_RANGE, &format!("{at}/count"), At::Value, message, "Write `count: 1` or more, or remove the rule.");
    }
    ApprovalRule { files, targets, risk, from, count, span: fields.span(at) }
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn approvers(fields: &mut Fields<'_>, at: &str, names: &Names) -> Vec<Approver> {
    let count = fields.list(at).unwrap_or(0);
    if count == 0 {
        fields.missing(at);
    }
    let approver = |index: usize| {
        let pointer = format!("{at}/{index}");
        if fields.get(&pointer).and_then(Value::as_str) == Some("owner") {
            return Some(Approver::Owner);
        }
        fields.known_name(&pointer, TeamName::parse, &names.teams, UNKNOWN_TEAM).map(Approver::Team)
    };
    (0..count).filter_map(approver).collect()
}

fn deletes(fields: &mut Fields<'_>) -> DeleteBudget {
    let mut budget = DeleteBudget::default();
    fields.object("/spec/deletes", &["maxRequests", "maxPercent", "percentFromUnits", "protected"]);
    let number = |fields: &mut Fields<'_>, name: &str, most: u32, into: &mut u32| {
        if let Some(number) = fields.number(&format!("/spec/deletes/{name}"), most) {
            *into = number;
        }
    };
    number(fields, "maxRequests", u32::MAX, &mut budget.max_requests);
    number(fields, "maxPercent", 100, &mut budget.max_percent);
    number(fields, "percentFromUnits", u32::MAX, &mut budget.percent_from_units);
    if fields.has("/spec/deletes/protected") {
        budget.protected = fields.texts("/spec/deletes/protected").into_iter().collect();
    }
    budget
}

/// The kinds of target of the format; some of them come later.
#[derive(Clone, Copy)]
enum Kind {
    Now(TargetKind),
    Later,
}

/// Reads `targets/<target>.yaml`.
pub(super) fn target(mut fields: Fields<'_>, name: TargetName, names: &Names) -> (Option<Target>, Vec<Finding>) {
    fields.header("Target", name.as_str(), &["type", "connection", "values", "drift", "allow", "kubernetes", "terraform", "repository"]);
    let kind = target_kind(&mut fields);
    let labels = fields.text_map("/metadata/labels");
    let connection = fields.name("/spec/connection", ConnectionName::parse);
    let values = Json(fields.values("/spec/values"));
    if fields.one_of("/spec/drift", &[("report", false), ("heal", true)]) == Some(true) {
        fields.not_yet("/spec/drift", "healing drift is", "Write `drift: report`; drift is then shown, not healed.");
    }
    fields.object("/spec/allow", &["teams", "paths"]);
    let allow_teams = allowed(&mut fields, "/spec/allow/teams", &names.teams, TeamName::parse, &UNKNOWN_TEAM);
    let allow_paths = allowed(&mut fields, "/spec/allow/paths", &names.paths, PathName::parse, &UNKNOWN_PATH);
    misplaced(&mut fields, kind);
    let terraform_providers = terraform(&mut fields);
    let (kubernetes_version, namespaces) = kubernetes(&mut fields);
    let target = kind.zip(connection).map(|(kind, connection)| Target {
        name,
        file: fields.path().clone(),
        labels,
        kind,
        connection,
        values,
        allow_teams,
        allow_paths,
        terraform_providers,
        kubernetes_version,
        namespaces,
    });
    fields.finish(target)
}

fn target_kind(fields: &mut Fields<'_>) -> Option<TargetKind> {
    if !fields.has("/spec/type") {
        fields.missing("/spec/type");
    }
    let kinds = [
        ("kubernetes", Kind::Later),
        ("terraform", Kind::Now(TargetKind::Terraform)),
        ("repository", Kind::Later),
        ("directory", Kind::Now(TargetKind::Directory)),
    ];
    match fields.one_of("/spec/type", &kinds)? {
        Kind::Now(kind) => Some(kind),
        Kind::Later => {
            let message = "targets of this type are";
            fields.not_yet(
                "/spec/type",
                message,
                "Use `directory` for now: manifests and files are then written to a folder; or `terraform`.",
            );
            None
        }
    }
}

/// Who may go to a target: names that are known, or `*`; everybody when nothing is said.
fn allowed<T: Ord + Clone + ToString>(
    fields: &mut Fields<'_>,
    at: &str,
    known: &BTreeSet<T>,
    parse: impl Fn(&str) -> Result<T, crate::model::NameError>,
    unknown: &(crate::model::Code, &str),
) -> Vec<String> {
    if !fields.has(at) {
        return vec!["*".to_owned()];
    }
    let count = fields.list(at).unwrap_or(0);
    let one = |index: usize| {
        let pointer = format!("{at}/{index}");
        if fields.get(&pointer).and_then(Value::as_str) == Some("*") {
            return Some("*".to_owned());
        }
        fields.known_name(&pointer, &parse, known, unknown.clone()).map(|name| name.to_string())
    };
    (0..count).filter_map(one).collect()
}

/// Sections for targets of another type; those for Kubernetes hold for a directory too, which may hold its manifests.
fn misplaced(fields: &mut Fields<'_>, kind: Option<TargetKind>) {
    let sections = [
        ("terraform", Some(TargetKind::Terraform), "terraform"),
        ("kubernetes", Some(TargetKind::Directory), "directory"),
        ("repository", None, "repository"),
    ];
    for (section, home, name) in sections {
        let fits = kind == home;
        let pointer = format!("/spec/{section}");
        if kind.is_some() && !fits && fields.has(&pointer) {
            let message = format!("`spec.{section}` is only for targets of the type `{name}`");
            fields.error(codes::UNKNOWN_FIELD, &pointer, At::Key, message, "Remove it, or change the type.");
        }
    }
}

/// The minor version of Kubernetes that objects are checked against, and the namespaces that units may touch.
fn kubernetes(fields: &mut Fields<'_>) -> (Option<String>, Option<Vec<String>>) {
    fields.object("/spec/kubernetes", &["version", "namespaces"]);
    let namespaces = fields.has("/spec/kubernetes/namespaces").then(|| fields.texts("/spec/kubernetes/namespaces"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let minor = |text: &str| {
        let (major, minor) = text.split_once('.')?;
        (is_number(major) && is_number(minor)).then(|| text.to_owned())
    };
    (fields.parsed("/spec/kubernetes/version", "a minor version such as `1.36`", minor), namespaces)
}

fn terraform(fields: &mut Fields<'_>) -> BTreeSet<String> {
    fields.object("/spec/terraform", &["providers", "backend"]);
    fields.object("/spec/terraform/backend", &["type", "config"]);
    if fields.has("/spec/terraform/backend/config") && !fields.get("/spec/terraform/backend/config").is_some_and(is_empty) {
        fields.not_yet("/spec/terraform/backend/config", "settings of a back end are", "Leave it out: the state is kept by the daemon.");
    }
    if fields.text("/spec/terraform/backend/type").is_some_and(|found| found != "local") {
        fields.not_yet("/spec/terraform/backend/type", "another back end than `local` is", "Write `type: local`.");
    }
    let count = fields.list("/spec/terraform/providers").unwrap_or(0);
    (0..count).filter_map(|index| provider(fields, &format!("/spec/terraform/providers/{index}"))).collect()
}

fn provider(fields: &mut Fields<'_>, pointer: &str) -> Option<String> {
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let text = fields.required_text(pointer)?;
    if text.split_once('/').is_some_and(|(namespace, name)| is_name(namespace) && is_name(name)) {
        return Some(text);
    }
    let message = format!("{} must be `<namespace>/<name>`, is {}", dotted(pointer), show(&Value::String(text)));
    fields.error(codes::WRONG_FORMAT, pointer, At::Value, message, "Such as `hashicorp/time`.");
    None
}

/// Reads `teams/<team>.yaml`.
pub(super) fn team(mut fields: Fields<'_>, name: TeamName, names: &Names) -> (Option<Team>, Vec<Finding>) {
    fields.header("Team", name.as_str(), &["title", "members", "contact", "costCentre", "quotas", "values"]);
    let title = fields.text("/spec/title").unwrap_or_else(|| name.to_string());
    fields.object("/spec/members", &["users", "forgeTeam"]);
    let members = fields.texts("/spec/members/users").into_iter().collect();
    if fields.text("/spec/members/forgeTeam").is_some() {
        let message = "members of a forge's team are not read yet by this version of goldpath";
        fields.warning(
            codes::NOT_SUPPORTED_YET,
            "/spec/members/forgeTeam",
            At::Key,
            message,
            "List them under `users` too: only these can approve.",
        );
    }
    fields.object("/spec/contact", &["channel", "onCall", "email"]);
    let contact = fields.text_map("/spec/contact");
    let cost_centre = fields.text("/spec/costCentre");
    let quotas = quotas(&mut fields, names);
    let values = Json(fields.values("/spec/values"));
    let team = Team { name, file: fields.path().clone(), title, members, contact, cost_centre, quotas, values };
    fields.finish(Some(team))
}

/// How many requests of each golden path a team may have.
fn quotas(fields: &mut Fields<'_>, names: &Names) -> BTreeMap<PathName, u32> {
    let mut quotas = BTreeMap::new();
    for key in fields.keys("/spec/quotas") {
        let pointer = child("/spec/quotas", &key);
        let most = fields.number(&pointer, u32::MAX);
        let known = names.paths.iter().find(|known| known.as_str() == key);
        if known.is_none() {
            let help = did_you_mean(&key, names.paths.iter().map(PathName::as_str)).unwrap_or_default();
            fields.error(codes::UNKNOWN_PATH, &pointer, At::Key, format!("there is no golden path {}", show(&Value::String(key))), help);
        }
        quotas.extend(known.cloned().zip(most));
    }
    quotas
}

/// Refuses a scope that names nothing: whoever means the whole team writes none, and whoever forgot a name meant one request.
fn whole_team(fields: &mut Fields<'_>, team: &TeamName) {
    let is_empty = |pointer: &str| fields.get(pointer).is_none_or(|value| value.as_object().is_some_and(serde_json::Map::is_empty));
    let forgotten = ["/spec/scope/request", "/spec/scope"].into_iter().find(|pointer| fields.is_there(pointer) && is_empty(pointer));
    if let Some(pointer) = forgotten.filter(|pointer| !fields.has_error_at(pointer)) {
        let message = format!("{} names nothing, so that this exception would be for the whole team", dotted(pointer));
        let help = format!("Name one request, `scope: {{request: {team}/…}}`, or leave `scope` out where all of the team's are meant.");
        fields.error(codes::WRONG_FORMAT, pointer, At::Start, message, help);
    }
}

/// Reads `exceptions/<team>/<id>.yaml`.
pub(super) fn exception(mut fields: Fields<'_>, team: TeamName, id: ExceptionId) -> (Option<Exception>, Vec<Finding>) {
    fields.header("Exception", id.as_str(), &["policy", "scope", "reason", "expires"]);
    let policy = fields.name("/spec/policy", PolicyId::parse);
    fields.object("/spec/scope", &["request"]);
    whole_team(&mut fields, &team);
    let request = fields.parsed("/spec/scope/request", "`team/name`", RequestId::parse);
    if let Some(other) = request.as_ref().filter(|request| request.team != team) {
        let message = format!("an exception under `exceptions/{team}/` is for that team's requests, and `{other}` is not one");
        fields.error(codes::OTHER_OWNER, "/spec/scope/request", At::Value, message, format!("Move it to `exceptions/{}/`.", other.team));
    }
    let reason = fields.required_text("/spec/reason");
    if !fields.has("/spec/expires") {
        fields.missing("/spec/expires");
    }
    let day = |text: &str| formats::is_date(text).then(|| text.to_owned());
    let expires = fields.parsed("/spec/expires", "a day such as `2026-03-01`", day);
    let exception = policy.zip(reason).zip(expires).map(|((policy, reason), expires)| Exception {
        id,
        file: fields.path().clone(),
        team,
        policy,
        request,
        reason,
        expires,
    });
    fields.finish(exception)
}
