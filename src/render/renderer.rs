//! Renderers: folders of data that know one output language; some come with goldpath, a repository may add its own.

use super::codes::{RENDERER_INVALID, UNKNOWN_RENDERER};
use super::lexer::Delimiters;
use crate::model::{
    Digest, Digester, Finding, Place, RendererId, RendererName, RepoPath, Span, Turn, child, close_match, glob_matches, meant,
};
use crate::snapshot::Snapshot;
use crate::yaml;
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/renderers");

/// One version of an output language.
#[derive(Clone, Debug)]
pub(super) struct Renderer {
    pub(super) id: RendererId,
    /// Its folder in the repository, or where it would be.
    pub(super) folder: RepoPath,
    pub(super) languages: Vec<(String, Language)>,
    pub(super) delimiters: Delimiters,
    pub(super) checks: Vec<Check>,
    pub(super) marks: Marks,
    /// Name and text of its templates.
    pub(super) library: Vec<(String, String)>,
    /// The digest of its folder.
    pub(super) digest: Digest,
}

/// How a rendered file is parsed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Language {
    Yaml,
    Json,
    Hcl,
    Text,
    /// Text in which a blank parts a pattern of files from their owners: of the name `CODEOWNERS`.
    #[serde(skip)]
    Owners,
}

/// A built-in check over a parsed-back file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Check {
    Kubernetes,
    Terraform,
    Workflow,
}

/// How labels and annotations get in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Marks {
    Kubernetes,
    Terraform,
    #[default]
    None,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawFile {
    api_version: String,
    kind: String,
    metadata: RawMetadata,
    spec: RawSpec,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMetadata {
    name: String,
    version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSpec {
    language: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    delimiters: Delimiters,
    #[serde(default)]
    checks: Vec<Check>,
    #[serde(default)]
    library: Vec<String>,
    #[serde(default)]
    marks: Marks,
}

impl Renderer {
    /// The language of a file of a unit.
    pub(super) fn language(&self, path: &RepoPath) -> Option<Language> {
        let fits = |pattern: &str| {
            let whole = if pattern.contains('/') { path.as_str() } else { path.file_name() };
            glob_matches(pattern, whole)
        };
        self.languages.iter().find(|(pattern, _)| fits(pattern)).map(|(_, language)| match language {
            Language::Text if path.file_name() == "CODEOWNERS" => Language::Owners,
            language => *language,
        })
    }
}

/// The renderers that goldpath brings, and those of the repository.
pub(super) fn renderers(snapshot: &Snapshot) -> (BTreeMap<RendererId, Renderer>, Vec<Finding>) {
    let mut found = built_in();
    let names: Vec<RendererName> = found.keys().map(|id| id.name.clone()).collect();
    let mut findings = without_file(snapshot);
    for (file, entry) in snapshot.under("renderers") {
        if file.file_name() != "renderer.yaml" || file.components().count() != 4 {
            continue;
        }
        let folder = file.parent().unwrap_or_default();
        let refuse =
            |(span, message): Wrong| Finding::error(RENDERER_INVALID, Place::new(file.clone(), span), message).turn(Turn::Platform);
        let text = String::from_utf8_lossy(&entry.bytes);
        let files = |name: &str| snapshot.text(&format!("{folder}/{name}")).map(str::to_owned);
        match read(folder, &text, files, snapshot.folder_digest(folder)) {
            Ok(renderer) if names.contains(&renderer.id.name) => {
                let message = format!("the name `{}` belongs to a renderer that comes with goldpath", renderer.id.name);
                let at = yaml::locate(&text, "/metadata/name").map_or(Span::START, |spot| spot.value);
                findings.push(refuse((at, message)).help("Give your renderer another name, and name it so in `release.yaml`."));
            }
            Ok(renderer) => {
                found.insert(renderer.id.clone(), renderer);
            }
            Err(wrong) => findings.push(refuse(wrong)),
        }
    }
    (found, findings)
}

/// Folders of renderers that do not say what they are.
fn without_file(snapshot: &Snapshot) -> Vec<Finding> {
    let folder = |file: &RepoPath| match file.components().collect::<Vec<_>>().as_slice() {
        [top, name, version, _, ..] => Some(format!("{top}/{name}/{version}")),
        _ => None,
    };
    let folders: BTreeSet<String> = snapshot.under("renderers").filter_map(|(file, _)| folder(file)).collect();
    let without = folders.into_iter().filter(|folder| snapshot.get(&format!("{folder}/renderer.yaml")).is_none());
    let finding = |folder: String| {
        let file = RepoPath::parse(&format!("{folder}/renderer.yaml")).ok()?;
        let finding = Finding::error(RENDERER_INVALID, Place::file(file), format!("the renderer in `{folder}` has no `renderer.yaml`"));
        Some(finding.help("Add it, or remove the folder.").turn(Turn::Platform))
    };
    without.filter_map(finding).collect()
}

/// Names and bytes of the files that come with goldpath in a folder of its renderers.
pub(super) fn built_in_files(folder: &str) -> impl Iterator<Item = (&'static str, &'static [u8])> + use<> {
    let files = BUILT_IN.get_dir(folder).into_iter().flat_map(Dir::files);
    files.filter_map(|file| Some((file.path().file_name()?.to_str()?, file.contents())))
}

fn built_in() -> BTreeMap<RendererId, Renderer> {
    let mut found = BTreeMap::new();
    let is_renderer = |folder: &&Dir<'_>| folder.get_file(folder.path().join("renderer.yaml")).is_some();
    for version in BUILT_IN.dirs().flat_map(Dir::dirs).filter(is_renderer) {
        let folder = format!("renderers/{}", version.path().display());
        let name_of = |file: &include_dir::File<'_>| file.path().strip_prefix(version.path()).unwrap_or(file.path()).display().to_string();
        let files: BTreeMap<String, &str> = version.files().map(|file| (name_of(file), file.contents_utf8().unwrap_or_default())).collect();
        let mut digester = Digester::new();
        for (name, text) in &files {
            digester.add(name);
            digester.add(text);
        }
        let text = files.get("renderer.yaml").copied().unwrap_or_default();
        let renderer = read(&folder, text, |name| files.get(name).map(|text| (*text).to_owned()), digester.finish())
            .expect("a test reads every renderer that comes with goldpath");
        found.insert(renderer.id.clone(), renderer);
    }
    found
}

/// What is wrong with a renderer, and where.
type Wrong = (Span, String);

/// Where a mistake of the form stands: at the key that it names, where one is named so.
fn named(document: &yaml::Document<'_>, message: &str) -> Span {
    fn find(value: &serde_json::Value, at: &str, name: &str) -> Option<String> {
        if let Some(items) = value.as_array() {
            let mut items = items.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item));
            return items.find_map(|(at, item)| if item.as_str() == Some(name) { Some(at) } else { find(item, &at, name) });
        }
        let map = value.as_object()?;
        map.iter().find_map(|(key, value)| {
            let at = child(at, key);
            if key == name || value.as_str() == Some(name) { Some(at) } else { find(value, &at, name) }
        })
    }
    let name = message.split('`').nth(1).unwrap_or_default();
    let spot = find(document.value(), "", name).and_then(|pointer| document.place(&pointer));
    spot.map_or(Span::START, |spot| if message.starts_with("unknown field") { spot.key.unwrap_or(spot.value) } else { spot.value })
}

fn read(folder: &str, text: &str, file: impl Fn(&str) -> Option<String>, digest: Digest) -> Result<Renderer, Wrong> {
    let parsed = yaml::parse(text);
    if let Some(problem) = parsed.problems.iter().find(|problem| problem.is_error()) {
        return Err((problem.span, problem.message.clone()));
    }
    let document = parsed.documents.into_iter().next().ok_or((Span::START, "the file is empty".to_owned()))?;
    let at = |pointer: &str| document.place(pointer).map_or(Span::START, |spot| spot.value);
    let raw: RawFile = serde_json::from_value(document.value().clone()).map_err(|error| {
        let message = error.to_string();
        (named(&document, &message), message)
    })?;
    for (pointer, is, wanted) in [("/apiVersion", &raw.api_version, "goldpath.dev/v1"), ("/kind", &raw.kind, "Renderer")] {
        if is != wanted {
            return Err((at(pointer), "the file must begin with `apiVersion: goldpath.dev/v1` and `kind: Renderer`".to_owned()));
        }
    }
    let name = RendererName::parse(&raw.metadata.name).map_err(|error| (at("/metadata/name"), format!("metadata.name: {error}")))?;
    let id = RendererId { name, version: raw.metadata.version };
    if folder != format!("renderers/{}/{}", id.name, id.version) {
        return Err((at("/metadata"), format!("the file says that it is `{id}`, its folder says something else")));
    }
    let delimiters = &raw.spec.delimiters;
    for (field, pair) in [("expression", &delimiters.expression), ("block", &delimiters.block), ("comment", &delimiters.comment)] {
        if let Some((index, bad)) = pair.iter().enumerate().find(|(_, text)| text.len() != 2) {
            let span = at(&format!("/spec/delimiters/{field}/{index}"));
            return Err((span, format!("the delimiter `{bad}` must be two bytes long")));
        }
    }
    let languages = raw.spec.language.into_iter().map(|(pattern, language)| {
        let span = at(&child("/spec/language", &pattern));
        let language = serde_json::from_value(language).map_err(|error| (span, format!("spec.language: {error}")))?;
        Ok::<_, Wrong>((pattern, language))
    });
    let languages = languages.collect::<Result<_, _>>()?;
    let library = raw.spec.library.into_iter().enumerate().map(|(index, name)| {
        let missing = || (at(&format!("/spec/library/{index}")), format!("the library `{name}` is not in the renderer's folder"));
        let text = file(&name).ok_or_else(missing)?;
        Ok::<_, Wrong>((name, text))
    });
    let library = library.collect::<Result<_, _>>()?;
    let folder = RepoPath::parse(folder).map_err(|error| (Span::START, error.to_string()))?;
    Ok(Renderer { id, folder, languages, delimiters: raw.spec.delimiters, checks: raw.spec.checks, marks: raw.spec.marks, library, digest })
}

/// What to say of an output whose renderer is not there.
pub(super) fn unknown(id: &RendererId, known: &BTreeMap<RendererId, Renderer>, file: &RepoPath, span: Span) -> Finding {
    let names: Vec<String> = known.keys().map(ToString::to_string).collect();
    let help = match close_match(&id.to_string(), names.iter().map(String::as_str)) {
        Some(near) => meant(near),
        None => format!("There are {}.", crate::model::quoted_list(names.iter().map(String::as_str))),
    };
    let place = Place::new(file.clone(), span);
    Finding::error(UNKNOWN_RENDERER, place, format!("there is no renderer `{id}`")).help(help).turn(Turn::PathOwner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_of_a_renderer_never_changes() {
        let shown: Vec<String> = built_in().values().map(|renderer| format!("{} {}", renderer.id, renderer.digest.short())).collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        ci@1 ea618f057537
        kubernetes@1 dd39a10d0f22
        terraform@1 3e87310873db
        ");
    }
}
