//! Rules of `goldpath.yaml` and of releases that can never do anything: they read as if something were held, and nothing is.

use super::codes::IDLE_RULE;
use super::layout::FOLDERS;
use super::words::show;
use crate::model::{ApprovalRule, Approver, Finding, Place, Platform, RepoPath, Span, Turn, close_match, glob_matches, meant, quoted_list};
use crate::snapshot::Snapshot;
use crate::yaml;
use serde_json::Value;
use std::collections::BTreeSet;

const SETTINGS: &str = "goldpath.yaml";
/// The prefix of types of resources of Terraform.
const TERRAFORM: &str = "terraform";
/// Kinds that are worth protecting: what is nearly one of them is a slip.
const KINDS: [&str; 24] = [
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "CronJob",
    "CustomResourceDefinition",
    "DaemonSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "Ingress",
    "IngressClass",
    "LimitRange",
    "Namespace",
    "NetworkPolicy",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "PriorityClass",
    "ResourceQuota",
    "RoleBinding",
    "Secret",
    "Service",
    "ServiceAccount",
    "StatefulSet",
    "StorageClass",
];

/// Everything of that kind in a tree.
pub(super) fn rules(platform: &Platform, snapshot: &Snapshot) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(settings) = &platform.settings {
        let desk = Desk { platform, snapshot, file: SETTINGS.to_owned(), turn: Turn::Platform };
        for (rule, index) in settings.approvals.iter().zip(0..) {
            desk.approval(rule, index, &mut findings);
        }
        findings.extend(desk.kinds("/spec/deletes/protected"));
    }
    for release in platform.releases.values().filter(|release| !release.disposable.is_empty()) {
        let file = format!("{}/release.yaml", release.id.folder());
        findings.extend(Desk { platform, snapshot, file, turn: Turn::PathOwner }.kinds("/spec/disposable"));
    }
    findings
}

/// A file whose rules are looked at.
struct Desk<'a> {
    platform: &'a Platform,
    snapshot: &'a Snapshot,
    file: String,
    turn: Turn,
}

impl Desk<'_> {
    fn warning(&self, pointer: &str, message: String, help: String) -> Option<Finding> {
        let spot = yaml::locate(self.snapshot.text(&self.file)?, pointer);
        let place = Place::new(RepoPath::parse(&self.file).ok()?, spot.map_or(Span::START, |spot| spot.value));
        Some(Finding::warning(IDLE_RULE, place, message).help(help).turn(self.turn))
    }

    fn approval(&self, rule: &ApprovalRule, index: usize, findings: &mut Vec<Finding>) {
        let at = format!("/spec/approvals/{index}");
        for (pattern, number) in rule.files.iter().zip(0..) {
            findings.extend(self.pattern(pattern, &format!("{at}/when/files/{number}")));
        }
        findings.extend(self.labels(rule, &format!("{at}/when/targets")));
        findings.extend(self.count(rule, &format!("{at}/count")));
    }

    /// A pattern whose first folder is none of a platform, and that no file fits.
    fn pattern(&self, pattern: &str, pointer: &str) -> Option<Finding> {
        let head = pattern.split('/').next().unwrap_or_default();
        let is_open = head.contains('*') || FOLDERS.contains(&head) || pattern == SETTINGS;
        if is_open || self.snapshot.files().keys().any(|file| glob_matches(pattern, file.as_str())) {
            return None;
        }
        let message = format!("no file can be {}, so this rule asks for nothing", show(&Value::from(pattern)));
        let rest = pattern.trim_start_matches(['/', '.']);
        let (head, below) = rest.split_once('/').map_or((rest, None), |(head, below)| (head, Some(below)));
        let near = close_match(head, FOLDERS.into_iter().chain([SETTINGS]));
        let near = near.map(|near| below.map_or_else(|| near.to_owned(), |below| format!("{near}/{below}")));
        let help = near.map_or_else(
            || format!("Patterns begin with a folder, such as `requests/**`: there are {} and `{SETTINGS}`.", quoted_list(FOLDERS)),
            |near| meant(&near),
        );
        self.warning(pointer, message, help)
    }

    /// Labels that no target has and that are nearly one that some target has, where all targets can be read: a rule may be there before its
    /// targets are.
    fn labels(&self, rule: &ApprovalRule, pointer: &str) -> Option<Finding> {
        let targets = &self.platform.targets;
        let are_read = self.snapshot.under("targets").count() <= targets.len();
        let fits = |(key, value): (&String, &String)| targets.values().any(|target| target.labels.get(key) == Some(value));
        let (key, value) = rule.targets.iter().find(|label| !fits(*label)).filter(|_| are_read && !targets.is_empty())?;
        let values: BTreeSet<&str> = targets.values().filter_map(|target| Some(target.labels.get(key)?.as_str())).collect();
        let keys = || targets.values().flat_map(|target| target.labels.keys()).map(String::as_str).collect::<BTreeSet<&str>>();
        let near = if values.is_empty() { close_match(key, keys()) } else { close_match(value, values) };
        let help = meant(near?);
        let message = format!("no target has the label `{key}: {value}`, so this rule asks for nothing");
        self.warning(&crate::model::child(pointer, key), message, help)
    }

    /// More approvals than there are people.
    fn count(&self, rule: &ApprovalRule, pointer: &str) -> Option<Finding> {
        let mut people: BTreeSet<&str> = BTreeSet::new();
        for approver in &rule.from {
            let Approver::Team(team) = approver else { return None };
            people.extend(self.platform.teams.get(team)?.members.iter().map(String::as_str));
        }
        let there = people.len();
        // who is in a team is not read from everywhere: nobody at all may be somewhere else
        if there == 0 || rule.count as usize <= there {
            return None;
        }
        let are = if there == 1 { "is 1 person".to_owned() } else { format!("are {there} people") };
        let message = format!("this rule asks for {} approvals, and there {are} who can give one: it can never be met", rule.count);
        self.warning(pointer, message, "Ask for fewer, or name another team too; nobody's own approval counts.".to_owned())
    }

    /// Kinds of a list that are nearly another one.
    fn kinds(&self, pointer: &str) -> Vec<Finding> {
        let text = self.snapshot.text(&self.file).unwrap_or_default();
        let document = yaml::parse(text).documents.into_iter().next().map(yaml::Document::into_value).unwrap_or_default();
        let kinds = document.pointer(pointer).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        kinds.zip(0..).filter_map(|(kind, index)| self.kind(kind, &format!("{pointer}/{index}"))).collect()
    }

    fn kind(&self, kind: &str, pointer: &str) -> Option<Finding> {
        let slip = |one: &str, other: &str| one != other && one.len() > 4 && strsim::damerau_levenshtein(one, other) <= 2;
        let near = match kind.split_once(':') {
            Some((TERRAFORM, _)) => None,
            Some((before, resource)) => Some(if slip(before, TERRAFORM) { format!("{TERRAFORM}:{resource}") } else { String::new() }),
            None if KINDS.contains(&kind) => None,
            None => KINDS.into_iter().find(|known| slip(kind, known)).map(str::to_owned),
        }?;
        let message = format!("there is no kind {}, so nothing is protected or let go by it", show(&Value::from(kind)));
        let help = if near.is_empty() { "Write a kind, `Kind.group`, or `terraform:<type>`.".to_owned() } else { meant(&near) };
        self.warning(pointer, message, help)
    }
}
