//! The small repository in which a case runs.

use super::Case;
use crate::model::{ContentId, Digest, ReleaseId, RepoPath, TargetKind, TargetName, TargetSelector};
use crate::parse::Parsed;
use crate::render::Rendered;
use crate::snapshot::{File, Mode, Snapshot};
use crate::yaml;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The team of a case that brings none.
pub(super) const SAMPLE_TEAM: &str = "sample-team";

/// The files of a case in the places of a repository.
pub(super) struct Setting {
    files: BTreeMap<RepoPath, File>,
    /// Where the request of the case stands.
    pub(super) request: RepoPath,
}

fn path(text: &str) -> Option<RepoPath> {
    RepoPath::parse(text).ok()
}

pub(super) fn file(text: &str) -> File {
    let mut id = [0; 20];
    id.copy_from_slice(&Digest::of(text.as_bytes()).bytes()[..20]);
    File { id: ContentId::from_bytes(id), mode: Mode::Regular, bytes: text.as_bytes().into() }
}

pub(super) fn document(repository: &Snapshot, file: &str) -> Option<Value> {
    let text = repository.text(file)?;
    yaml::parse(text).documents.into_iter().next().map(yaml::Document::into_value)
}

fn own(kind: &str, name: &str, spec: &Value) -> File {
    file(&yaml::emit(&json!({"apiVersion": "goldpath.dev/v1", "kind": kind, "metadata": {"name": name}, "spec": spec})))
}

impl Setting {
    /// The setting of a case; nothing when it has no request.
    pub(super) fn of(repository: &Snapshot, case: &Case) -> Option<Self> {
        let folder = case.folder();
        let text = repository.get(case.request().as_str())?.clone();
        let mut files = BTreeMap::new();
        files.insert(path("goldpath.yaml")?, own("Platform", "sample", &json!({})));
        for (from, file) in repository.under(&folder) {
            let below = from.below(&folder).unwrap_or_default();
            if below == "goldpath.yaml" || ["teams/", "targets/", "requests/"].iter().any(|it| below.starts_with(it)) {
                files.insert(path(below)?, file.clone());
            }
        }
        let release = case.release.folder();
        let tests = format!("{release}/tests");
        let of_release = repository.under(&release).filter(|(path, _)| path.below(&tests).is_none());
        files.extend(of_release.map(|(path, file)| (path.clone(), file.clone())));
        for shared in ["golden-paths/_library", "renderers", "schemas"] {
            files.extend(repository.under(shared).map(|(path, file)| (path.clone(), file.clone())));
        }
        let golden = golden_path(repository, &case.release);
        if let Some((path, file, _)) = &golden {
            files.insert(path.clone(), file.clone());
        }
        let mut owners: Vec<String> = golden.into_iter().map(|(_, _, owner)| owner).collect();
        for other in paths_named(repository, &case.release) {
            let folder = format!("golden-paths/{other}");
            files.extend(repository.under(&folder).filter(|(path, _)| !is_test(path)).map(|(path, file)| (path.clone(), file.clone())));
            let owner = document(repository, &format!("{folder}/path.yaml"));
            owners.extend(owner.as_ref().and_then(|it| it.pointer("/spec/owner")?.as_str()).map(str::to_owned));
        }
        let mut setting = Self { files, request: path("requests/sample-team/request.yaml")? };
        setting.teams(owners);
        let team = setting.team(repository, case);
        let name = document(repository, case.request().as_str());
        let name = name.as_ref().and_then(|it| it.pointer("/metadata/name")?.as_str()).filter(|name| !name.contains('/'));
        setting.request = path(&format!("requests/{team}/{}.yaml", name.unwrap_or(&case.name)))?;
        setting.files.insert(setting.request.clone(), text);
        Some(setting)
    }

    /// Samples of the teams that are spoken of and not there.
    fn teams(&mut self, owners: Vec<String>) {
        let spec = json!({"title": "Sample", "contact": {"channel": "#sample"}, "costCentre": "cc-0000"});
        let has_own = self.files.keys().any(|path| path.below("teams").is_some());
        let of_requests = self.files.keys().filter_map(|path| path.below("requests")?.split('/').next().map(str::to_owned));
        let mut wanted: Vec<String> = of_requests.chain(owners).collect();
        if !has_own {
            wanted.push(SAMPLE_TEAM.to_owned());
        }
        for team in wanted {
            if let Some(path) = path(&format!("teams/{team}.yaml")) {
                self.files.entry(path).or_insert_with(|| own("Team", &team, &spec));
            }
        }
    }

    /// The team of the request: the one that it names as its owner, else the first that the case brings.
    fn team(&self, repository: &Snapshot, case: &Case) -> String {
        let folder = case.folder();
        let brought = repository.under(&folder).filter_map(|(path, _)| path.below(&folder)?.strip_prefix("teams/")?.strip_suffix(".yaml"));
        let brought: Vec<&str> = brought.collect();
        let release = document(repository, &format!("{}/release.yaml", case.release.folder()));
        let fact = release.as_ref().and_then(|it| it.pointer("/spec/facts/owner")?.as_str());
        let request = document(repository, case.request().as_str());
        let owner = request.as_ref().zip(fact).and_then(|(request, fact)| request.pointer(fact)?.as_str());
        let owner = owner.filter(|owner| brought.contains(owner));
        owner.or(brought.first().copied()).unwrap_or(SAMPLE_TEAM).to_owned()
    }

    /// The files as they are now.
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot::new(None, self.files.clone(), Vec::new())
    }

    /// Adds samples of the targets that outputs go to and that are not there; whether one was added.
    pub(super) fn add_targets(&mut self, parsed: &Parsed, rendered: &Rendered) -> bool {
        let mut wanted: BTreeMap<TargetName, (TargetKind, BTreeMap<String, String>)> = BTreeMap::new();
        for (name, kind) in &rendered.missing_targets {
            wanted.insert(name.clone(), (*kind, BTreeMap::new()));
        }
        for output in parsed.platform.releases.values().flat_map(|release| &release.outputs) {
            let TargetSelector::Labels(labels) = &output.target else { continue };
            let fits = |of: &BTreeMap<String, String>| labels.iter().all(|(key, value)| of.get(key) == Some(value));
            if parsed.platform.targets.values().any(|target| fits(&target.labels)) {
                continue;
            }
            let kind = if output.renderer.name.as_str() == "terraform" { TargetKind::Terraform } else { TargetKind::Directory };
            if let Ok(name) = TargetName::parse(&format!("sample-{}", output.name)) {
                wanted.insert(name, (kind, labels.clone()));
            }
        }
        let before = self.files.len();
        for (name, (kind, labels)) in wanted {
            let kind = match kind {
                TargetKind::Terraform => "terraform",
                TargetKind::Directory => "directory",
            };
            let document = json!({
                "apiVersion": "goldpath.dev/v1", "kind": "Target", "metadata": {"name": name.as_str(), "labels": labels},
                "spec": {"type": kind, "connection": name.as_str()},
            });
            if let Some(path) = path(&format!("targets/{name}.yaml")) {
                self.files.entry(path).or_insert_with(|| file(&yaml::emit(&document)));
            }
        }
        self.files.len() > before
    }
}

/// The golden paths of requests that those of a release name, but for its own.
fn paths_named(repository: &Snapshot, release: &ReleaseId) -> Vec<String> {
    let document = document(repository, &format!("{}/release.yaml", release.folder()));
    let refs = document.as_ref().and_then(|it| it.pointer("/spec/refs")?.as_object()).into_iter().flatten();
    let paths = refs.filter_map(|(_, named)| named.get("path")?.as_str().map(str::to_owned));
    paths.filter(|path| path != release.path.as_str() && !path.contains('/')).collect()
}

/// Whether a file belongs to the cases of a release.
fn is_test(path: &RepoPath) -> bool {
    path.components().nth(3) == Some("tests")
}

/// `path.yaml` with the case's release as the current one of the version that it serves, and its owner; another release does not matter to a case.
fn golden_path(repository: &Snapshot, release: &ReleaseId) -> Option<(RepoPath, File, String)> {
    let name = format!("golden-paths/{}/path.yaml", release.path);
    let mut golden = document(repository, &name)?;
    let serves = document(repository, &format!("{}/release.yaml", release.folder()));
    let serves = serves.as_ref().and_then(|it| it.pointer("/spec/serves")?.as_str()).unwrap_or("v1").to_owned();
    let owner = golden.pointer("/spec/owner").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(spec) = golden.get_mut("spec").and_then(Value::as_object_mut) {
        spec.insert("current".to_owned(), json!({serves: release.version.to_string()}));
        spec.remove("releases");
    }
    Some((path(&name)?, file(&yaml::emit(&golden)), owner))
}
