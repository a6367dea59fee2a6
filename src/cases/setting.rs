//! The small repository in which a case runs.

use super::{Case, Subject};
use crate::model::{ContentId, Digest, PathName, ReleaseId, RendererId, RepoPath, TargetKind, TargetName, TargetSelector};
use crate::parse::Parsed;
use crate::policy;
use crate::render::{Rendered, newest_kubernetes};
use crate::snapshot::{File, Mode, Snapshot};
use crate::yaml;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The team of a case that brings none.
pub(super) const SAMPLE_TEAM: &str = "sample-team";

/// The golden path and the target of a renderer's case.
const SAMPLE: &str = "sample";
const SAMPLE_OUTPUT: &str = "main";
/// What a renderer's case renders, and what its request has to fit where it brings that.
const TEMPLATES: &str = "templates";
const SCHEMA: &str = "schema.json";

const NO_PATH: &str = "its name and that of its team are no path of a file";

/// The files of a case in the places of a repository.
pub(super) struct Setting {
    files: Files,
    /// Where the request of the case stands.
    pub(super) request: RepoPath,
    /// What the case itself brings, each where it is below its folder.
    brought: BTreeSet<RepoPath>,
    /// The golden paths of the repository, of which targets and teams may speak.
    pub(super) paths: BTreeSet<PathName>,
    /// Whether the golden path is a sample around the templates of the case.
    pub(super) is_sample: bool,
    /// The targets of the repository, which take the place of samples.
    targets: Files,
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
    /// The setting of a case.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn of(repository: &Snapshot, case: &Case) -> Result<Self, &'static str> {
        let folder = case.folder();
        let text = repository.get(case.request().as_str()).ok_or("it has no `request.yaml`")?.clone();
        let mut files = BTreeMap::from([own_file("goldpath.yaml", own("Platform", "sample", &json!({})))]);
        let is_brought =
            |below: &str| below == "goldpath.yaml" || ["teams/", "targets/", "requests/"].iter().any(|it| below.starts_with(it));
        let own = moved(repository, &folder, "", is_brought);
        let brought = own.keys().cloned().collect();
        files.extend(own);
        for shared in ["golden-paths/_library", "renderers", "schemas"] {
            files.extend(repository.under(shared).map(|(path, file)| (path.clone(), file.clone())));
        }
        let (owners, fact) = match &case.subject {
            Subject::Release(release) => (add_release(&mut files, repository, release), owner_fact(repository, release)),
            Subject::Renderer(renderer) => (add_sample(&mut files, repository, case, renderer)?, None),
        };
        let paths = repository.under("golden-paths").filter_map(|(path, _)| PathName::parse(path.components().nth(1)?).ok()).collect();
        let is_sample = matches!(case.subject, Subject::Renderer(_));
        let mut setting = Self {
            files,
            request: path("requests/sample-team/request.yaml").ok_or(NO_PATH)?,
            brought,
            paths,
            is_sample,
            targets: Files::new(),
        };
        setting.teams(owners);
        let request = document(repository, case.request().as_str()).unwrap_or_default();
        let team = setting.team(repository, case, fact.and_then(|fact| request.pointer(&fact)?.as_str().map(str::to_owned)));
        let name = request.pointer("/metadata/name").and_then(Value::as_str).filter(|name| !name.contains('/'));
        setting.request = path(&format!("requests/{team}/{}.yaml", name.unwrap_or(&case.name))).ok_or(NO_PATH)?;
        setting.files.insert(setting.request.clone(), text);
        Ok(setting)
    }

    /// The same with the targets of a repository instead of samples, as far as it has them, with the values of the platform that its templates
    /// read, and with a team of which nothing is missing that a policy may ask for: no request can say it.
    pub(super) fn within(mut self, targets: &Files, values: Option<&Value>) -> Self {
        self.targets = targets.clone();
        let platform = values.map(|values| own_file("goldpath.yaml", own("Platform", "sample", &json!({"values": values}))));
        self.files.extend(platform);
        let contact = json!({"channel": "#sample", "onCall": "sample-primary", "email": "sample@example.org"});
        let spec = json!({"title": "Sample", "contact": contact, "costCentre": "cc-0000"});
        self.files.extend(path(&format!("teams/{SAMPLE_TEAM}.yaml")).map(|path| (path, own("Team", SAMPLE_TEAM, &spec))));
        self
    }

    /// The file of the case, below its folder, that a file here is made from; nothing where it is none of the case.
    pub(super) fn back(&self, path: &RepoPath) -> Option<String> {
        if *path == self.request {
            return Some("request.yaml".to_owned());
        }
        if self.brought.contains(path) {
            return Some(path.to_string());
        }
        if !self.is_sample {
            return None;
        }
        let sample = sample_release().folder();
        let template = path.below(&format!("{sample}/{SAMPLE_OUTPUT}")).map(|below| format!("{TEMPLATES}/{below}"));
        template.or_else(|| path.below(&sample).filter(|below| *below == SCHEMA).map(str::to_owned))
    }

    /// The files that a case may bring and that are samples where it does not: of the platform, its targets and its teams.
    pub(super) fn settings(&self) -> impl Iterator<Item = &RepoPath> {
        let is_one = |path: &&RepoPath| path.as_str() == "goldpath.yaml" || ["targets", "teams"].iter().any(|it| path.below(it).is_some());
        self.files.keys().filter(is_one)
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
    fn team(&self, repository: &Snapshot, case: &Case, owner: Option<String>) -> String {
        let folder = case.folder();
        let brought = repository.under(&folder).filter_map(|(path, _)| path.below(&folder)?.strip_prefix("teams/")?.strip_suffix(".yaml"));
        let brought: Vec<&str> = brought.collect();
        let owner = owner.filter(|owner| brought.contains(&owner.as_str()));
        owner.unwrap_or_else(|| brought.first().copied().unwrap_or(SAMPLE_TEAM).to_owned())
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
            let known = self.targets.iter().filter(|(_, target)| labels_of(target).is_some_and(|of| fits(&of)));
            let known: Files =
                known.filter(|(path, _)| !self.files.contains_key(*path)).map(|(path, file)| (path.clone(), file.clone())).collect();
            if !known.is_empty() {
                self.files.extend(known);
                return true;
            }
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
            let Some(path) = path(&format!("targets/{name}.yaml")) else { continue };
            let target = self.targets.get(&path).cloned().unwrap_or_else(|| sample_target(&name, kind, &labels));
            self.files.entry(path).or_insert(target);
        }
        self.files.len() > before
    }
}

pub(super) type Files = BTreeMap<RepoPath, File>;

/// A target that takes everything; its objects are checked against the newest API that is known.
fn sample_target(name: &TargetName, kind: TargetKind, labels: &BTreeMap<String, String>) -> File {
    let mut spec = json!({"connection": name.as_str()});
    match kind {
        TargetKind::Terraform => spec["type"] = json!("terraform"),
        TargetKind::Directory => {
            spec["type"] = json!("directory");
            spec["kubernetes"] = json!({"version": newest_kubernetes()});
        }
    }
    let metadata = json!({"name": name.as_str(), "labels": labels});
    file(&yaml::emit(&json!({"apiVersion": "goldpath.dev/v1", "kind": "Target", "metadata": metadata, "spec": spec})))
}

/// The targets of a repository without what depends on its teams: who may go there, and to which namespaces.
pub(super) fn targets(repository: &Snapshot) -> Files {
    let open = |(path, _): (&RepoPath, &File)| {
        let mut target = document(repository, path.as_str())?;
        let spec = target.pointer_mut("/spec")?.as_object_mut()?;
        spec.remove("allow");
        if let Some(kubernetes) = spec.get_mut("kubernetes").and_then(Value::as_object_mut) {
            kubernetes.remove("namespaces");
        }
        Some((path.clone(), file(&yaml::emit(&target))))
    };
    repository.under("targets").filter_map(open).collect()
}

/// The labels of a target.
fn labels_of(target: &File) -> Option<BTreeMap<String, String>> {
    let document = yaml::parse(std::str::from_utf8(&target.bytes).ok()?).documents.into_iter().next()?.into_value();
    let labels = document.pointer("/metadata/labels")?.as_object()?;
    Some(labels.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect())
}

fn own_file(name: &str, file: File) -> (RepoPath, File) {
    (path(name).expect("it is a path"), file)
}

/// Some files of a folder, as they would be below another one.
fn moved(repository: &Snapshot, from: &str, to: &str, wanted: impl Fn(&str) -> bool) -> Files {
    let mut files = Files::new();
    for (file, content) in repository.under(from) {
        let below = file.below(from).unwrap_or_default();
        if wanted(below) {
            files.extend(path(&format!("{to}{below}")).map(|path| (path, content.clone())));
        }
    }
    files
}

/// Adds a release and the golden paths of those that its requests name; who owns them.
fn add_release(files: &mut Files, repository: &Snapshot, release: &ReleaseId) -> Vec<String> {
    let folder = release.folder();
    let tests = format!("{folder}/tests");
    let of_release = repository.under(&folder).filter(|(path, _)| path.below(&tests).is_none());
    files.extend(of_release.map(|(path, file)| (path.clone(), file.clone())));
    let golden = golden_path(repository, release);
    if let Some((path, file, _)) = &golden {
        files.insert(path.clone(), file.clone());
    }
    let mut owners: Vec<String> = golden.into_iter().map(|(_, _, owner)| owner).collect();
    owners.extend(repository.under(&format!("{folder}/policies")).filter_map(|(path, _)| policy::owner(repository.text(path.as_str())?)));
    for other in paths_named(repository, release) {
        let folder = format!("golden-paths/{other}");
        files.extend(repository.under(&folder).filter(|(path, _)| !is_test(path)).map(|(path, file)| (path.clone(), file.clone())));
        let owner = document(repository, &format!("{folder}/path.yaml"));
        owners.extend(owner.as_ref().and_then(|it| it.pointer("/spec/owner")?.as_str()).map(str::to_owned));
    }
    owners
}

/// The field of a request that says whose it is.
fn owner_fact(repository: &Snapshot, release: &ReleaseId) -> Option<String> {
    let release = document(repository, &format!("{}/release.yaml", release.folder()))?;
    release.pointer("/spec/facts/owner")?.as_str().map(str::to_owned)
}

/// Adds a golden path that renders the templates of a case with a renderer, for requests of the kind that the case asks for; who owns it.
fn add_sample(files: &mut Files, repository: &Snapshot, case: &Case, renderer: &RendererId) -> Result<Vec<String>, &'static str> {
    let (folder, sample) = (case.folder(), sample_release());
    let templates = moved(repository, &format!("{folder}/{TEMPLATES}"), &format!("{}/{SAMPLE_OUTPUT}/", sample.folder()), |_| true);
    if templates.is_empty() {
        return Err("it has no files below `templates/` to render");
    }
    files.extend(templates);
    let request = document(repository, case.request().as_str()).unwrap_or_default();
    let text = |field: &str| request.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (api, kind) = (text("apiVersion"), text("kind"));
    let (group, serves) = api.split_once('/').unwrap_or(("sample.example.org", "v1"));
    let golden = json!({
        "title": "Sample", "description": "Sample", "owner": SAMPLE_TEAM, "support": {"channel": "#sample"}, "stage": "ga",
        "request": {"group": group, "kind": if kind.is_empty() { "Sample" } else { kind.as_str() }},
        "current": {serves: sample.version.to_string()},
    });
    let output = json!({"name": SAMPLE_OUTPUT, "renderer": renderer.to_string(), "target": SAMPLE});
    let release = json!({"serves": serves, "outputs": [output]});
    files.extend([
        own_file(&format!("golden-paths/{SAMPLE}/path.yaml"), own("GoldenPath", SAMPLE, &golden)),
        own_file(&format!("{}/release.yaml", sample.folder()), own("Release", &sample.version.to_string(), &release)),
    ]);
    let schema = repository.get(&format!("{folder}/{SCHEMA}")).cloned();
    let schema = schema.unwrap_or_else(|| file("{\"type\": \"object\", \"additionalProperties\": true}\n"));
    files.extend([own_file(&format!("{}/{SCHEMA}", sample.folder()), schema)]);
    Ok(vec![SAMPLE_TEAM.to_owned()])
}

/// The release with which the templates of a renderer's case are rendered.
pub(super) fn sample_release() -> ReleaseId {
    ReleaseId::parse(&format!("{SAMPLE}@1.0.0")).expect("it is one")
}

/// The golden paths of requests that those of a release name, and of those that these name, but for its own.
fn paths_named(repository: &Snapshot, release: &ReleaseId) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    let mut open = vec![format!("{}/release.yaml", release.folder())];
    while let Some(file) = open.pop() {
        let document = document(repository, &file);
        let refs = document.as_ref().and_then(|it| it.pointer("/spec/refs")?.as_object()).into_iter().flatten();
        for named in refs.filter_map(|(_, named)| named.get("path")?.as_str()) {
            if named == release.path.as_str() || named.contains('/') || !paths.insert(named.to_owned()) {
                continue;
            }
            let files = format!("golden-paths/{named}");
            let releases = repository.under(&files).filter(|(path, _)| path.components().skip(3).eq(["release.yaml"]));
            open.extend(releases.map(|(path, _)| path.to_string()));
        }
    }
    paths
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

#[cfg(test)]
mod tests {
    use super::super::{Answer, Bench, Failure, Trial, Watcher};
    use crate::snapshot::Snapshot;

    const CASE: &str = "golden-paths/preview/1.0.0/tests/a";
    const FILES: &[(&str, &str)] = &[
        ("teams/platform.yaml", "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: platform}\nspec: {title: Platform}\n"),
        (
            "golden-paths/preview/path.yaml",
            "apiVersion: goldpath.dev/v1\nkind: GoldenPath\nmetadata: {name: preview}\nspec:\n  title: Preview\n  owner: platform\n  request: {group: example.org, kind: Preview}\n  current: {v1: 1.0.0}\n",
        ),
        (
            "golden-paths/other/path.yaml",
            "apiVersion: goldpath.dev/v1\nkind: GoldenPath\nmetadata: {name: other}\nspec:\n  title: Other\n  owner: platform\n  request: {group: example.org, kind: Other}\n  current: {v1: 1.0.0}\n",
        ),
        (
            "golden-paths/preview/1.0.0/release.yaml",
            "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  outputs:\n    - {name: main, renderer: ci@1, target: eu}\n",
        ),
        ("golden-paths/preview/1.0.0/schema.json", r#"{"type": "object", "additionalProperties": false, "properties": {}}"#),
        ("golden-paths/preview/1.0.0/main/a.md", "a\n"),
        ("golden-paths/preview/1.0.0/tests/a/request.yaml", "apiVersion: example.org/v1\nkind: Preview\nmetadata: {name: a}\nspec: {}\n"),
        ("golden-paths/preview/1.0.0/tests/a/expected/main@eu/a.md", "a\n"),
    ];

    /// What is said of the case when it brings a file too.
    fn said(file: &str, text: &str) -> String {
        let snapshot = Snapshot::of_texts(FILES, &[(&format!("{CASE}/{file}"), Some(text))]);
        let trial = Trial::all(&snapshot, 0).remove(0);
        let Answer::Case(ran, _) = Bench::of(snapshot, false).run(&trial, &Watcher::nobody()) else { panic!("it is a case") };
        let said = ran.failures.into_iter().filter_map(|failure| match failure {
            Failure::Said(said) => Some(format!("{}:{} {}: {}\n", said.place.path, said.place.span.line, said.code, said.message)),
            _ => None,
        });
        format!("{file}\n{}", said.collect::<String>())
    }

    #[test]
    fn what_a_case_brings_is_told_of_in_its_own_folder() {
        let target = |spec: &str| format!("apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {{name: eu}}\nspec: {spec}\n");
        let all = [
            said("targets/eu.yaml", &target("{type: directory, conection: eu}")),
            said("targets/eu.yaml", &target("{type: directory, connection: eu, allow: {paths: [preview, other]}}")),
            said("targets/eu.yaml", &target("{type: directory, connection: eu, allow: {paths: [preview, nope]}}")),
            said(
                "teams/shop.yaml",
                "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: shop}\nspec: {quotas: {other: 1}, nope: 1}\n",
            ),
            said("goldpath.yaml", "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: x}\nspec: {value: {}}\n"),
        ];
        insta::assert_snapshot!(all.concat(), @"
        targets/eu.yaml
        golden-paths/preview/1.0.0/tests/a/targets/eu.yaml:4 unknown-field: `conection` is not a field of `spec`
        targets/eu.yaml
        targets/eu.yaml
        golden-paths/preview/1.0.0/tests/a/targets/eu.yaml:4 unknown-path: `spec.allow.paths[1]` is `nope`, and there is nothing of that name under `golden-paths/`
        teams/shop.yaml
        golden-paths/preview/1.0.0/tests/a/teams/shop.yaml:4 unknown-field: `nope` is not a field of `spec`
        goldpath.yaml
        golden-paths/preview/1.0.0/tests/a/goldpath.yaml:4 unknown-field: `value` is not a field of `spec`
        ");
    }
}
