//! A release made ready to render: its expressions, and for each output its templates and files.

use super::codes::TEMPLATE_ERROR;
use super::engine::{Engine, Mistake, Source};
use super::expression::Expressions;
use super::libraries;
use super::paths;
use super::rendered::Limits;
use super::renderer::{Check, Language, Renderer, unknown};
use super::skeleton::Skeletons;
use super::terraform::refused_name;
use crate::model::{Finding, Output, OutputName, Release, RendererId, RepoPath, Span};
use crate::snapshot::{File, Mode, Snapshot};
use crate::yaml;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A release made ready to render.
pub(super) struct Loaded {
    pub(super) expressions: Expressions,
    /// The outputs that can be rendered; the others are told of in `mistakes` and `findings`.
    pub(super) outputs: BTreeMap<OutputName, Plan>,
    pub(super) mistakes: Vec<Mistake>,
    pub(super) findings: Vec<Finding>,
    /// The templates of libraries that its own reach.
    pub(super) reached: BTreeSet<RepoPath>,
    /// Whether its exports cannot be made for any request.
    pub(super) exports_fail: bool,
}

/// One output made ready to render.
pub(super) struct Plan {
    pub(super) engine: Arc<Engine>,
    pub(super) files: Vec<FilePlan>,
}

/// One file of an output.
pub(super) struct FilePlan {
    /// Its path below the unit.
    pub(super) path: RepoPath,
    /// The template or the file that is copied.
    pub(super) source: RepoPath,
    pub(super) body: Body,
    pub(super) language: Language,
    /// What was read of it before.
    pub(super) skeletons: Skeletons,
}

/// Where the text of a file comes from.
pub(super) enum Body {
    /// From the template with this index.
    Template(usize),
    /// It is copied.
    Copy(String),
}

/// Makes a release ready.
pub(super) fn load(snapshot: &Snapshot, release: &Release, renderers: &BTreeMap<RendererId, Renderer>, limits: &Limits) -> Loaded {
    let (mistakes, findings, reached) = (Vec::new(), Vec::new(), BTreeSet::new());
    let expressions = Expressions::load(release);
    let schema = paths::schema(snapshot, release);
    let exports = paths::exports(snapshot, release, schema.as_ref(), |name| expressions.loads(&format!("export:{name}")));
    let exports_fail = !exports.is_empty();
    let mut loaded = Loaded { expressions, outputs: BTreeMap::new(), mistakes, findings, reached, exports_fail };
    loaded.mistakes.extend(exports);
    let mut wrong = paths::expressions(snapshot, release, schema.as_ref());
    wrong.extend(release.outputs.iter().filter(|output| is_reserved(output)).map(|output| reserved(snapshot, release, output)));
    let ids: BTreeSet<&RendererId> = release.outputs.iter().map(|output| &output.renderer).collect();
    for id in ids {
        let outputs: Vec<&Output> = release.outputs.iter().filter(|output| output.renderer == *id && !is_reserved(output)).collect();
        let Some(renderer) = renderers.get(id) else {
            let place = |output: &Output| paths::in_release(snapshot, release, output, "renderer");
            loaded.findings.extend(outputs.iter().map(|output| unknown(id, renderers, &release.file, place(output))));
            continue;
        };
        match engine(snapshot, release, &outputs, renderer, schema.as_ref(), limits) {
            Ok((engine, reached)) => {
                loaded.reached.extend(reached);
                let engine = Arc::new(engine);
                for output in outputs.into_iter().filter(|output| !wrong.iter().any(|(name, _)| *name == output.name)) {
                    loaded.plan(snapshot, release, output, renderer, &engine);
                }
            }
            Err(mistakes) => loaded.mistakes.extend(mistakes),
        }
    }
    loaded.mistakes.extend(wrong.into_iter().map(|(_, mistake)| mistake));
    loaded
}

/// By what templates name those of libraries and those of their renderer.
const SHARED: [&str; 2] = ["library", "renderer"];

/// Whether the templates of an output would have the names of those that all outputs share.
fn is_reserved(output: &Output) -> bool {
    SHARED.contains(&output.name.as_str())
}

fn reserved(snapshot: &Snapshot, release: &Release, output: &Output) -> (OutputName, Mistake) {
    let message = format!("an output cannot have the name `{}`, which is where templates find those that all outputs share", output.name);
    let span = paths::in_release(snapshot, release, output, "name");
    let help = "Give it and its folder another name.".to_owned();
    (output.name.clone(), Mistake { span, help, ..refused(&release.file, message) })
}

fn output_folder(release: &Release, output: &Output) -> String {
    format!("{}/{}", release.id.folder(), output.name)
}

/// All templates of the outputs of one renderer, of the release's libraries and of the renderer itself, in one instance.
fn engine(
    snapshot: &Snapshot,
    release: &Release,
    outputs: &[&Output],
    renderer: &Renderer,
    schema: Option<&Value>,
    limits: &Limits,
) -> Result<(Engine, BTreeSet<RepoPath>), Vec<Mistake>> {
    let mut sources = Vec::new();
    let (mut mistakes, mut is_whole) = (Vec::new(), true);
    let mut wrong = |mistake: Option<Box<Mistake>>| {
        is_whole = false;
        mistakes.extend(mistake.map(|mistake| *mistake));
    };
    for output in outputs {
        for (file, entry) in snapshot.under(&output_folder(release, output)) {
            if !file.as_str().ends_with(".tera") {
                continue;
            }
            match text_of(file, entry) {
                Ok(text) => {
                    let name = file.below(&release.id.folder()).unwrap_or(file.as_str()).to_owned();
                    sources.push(Source { name, file: file.clone(), text });
                }
                Err(mistake) => wrong(mistake),
            }
        }
    }
    for library in &release.libraries {
        let folder = library.folder();
        for (file, entry) in snapshot.under(&folder).filter(|(file, _)| file.as_str().ends_with(".tera")) {
            match text_of(file, entry) {
                Ok(text) => {
                    let name = format!("library/{}/{}", library.name, file.below(&folder).unwrap_or(file.as_str()));
                    sources.push(Source { name, file: file.clone(), text });
                }
                Err(mistake) => wrong(mistake),
            }
        }
    }
    if !is_whole {
        return Err(mistakes);
    }
    for (name, text) in &renderer.library {
        if let Ok(file) = renderer.folder.join(name) {
            sources.push(Source { name: format!("renderer/{name}"), file, text: text.clone() });
        }
    }
    let never_there = paths::templates(&sources, &renderer.delimiters, schema, release, outputs);
    let reached = libraries::reached(&sources, &renderer.delimiters);
    match Engine::load(sources, renderer.delimiters.clone(), limits) {
        Ok(engine) if never_there.is_empty() => Ok((engine, reached)),
        Ok(_) => Err(never_there),
        Err(mut mistakes) => {
            let said = |other: &Mistake| mistakes.iter().any(|mistake| mistake.file == other.file && mistake.span == other.span);
            let more: Vec<Mistake> = never_there.into_iter().filter(|other| !said(other)).collect();
            mistakes.extend(more);
            Err(mistakes)
        }
    }
}

/// The text of a file, or what is wrong with it; nothing where the tree has a finding of its own that says so.
fn text_of(file: &RepoPath, entry: &File) -> Result<String, Option<Box<Mistake>>> {
    match entry.mode {
        Mode::Regular | Mode::Executable => {}
        Mode::Symlink => return Err(None),
        Mode::Submodule => return Err(Some(Box::new(refused(file, "a submodule cannot be a part of an output".to_owned())))),
    }
    let text = std::str::from_utf8(&entry.bytes).map_err(|_| Some(Box::new(refused(file, "the file is not UTF-8 text".to_owned()))))?;
    match yaml::conflict(text) {
        Some(yaml::Problem { span, message, help, .. }) => Err(Some(Box::new(Mistake { span, help, ..refused(file, message) }))),
        None => Ok(text.to_owned()),
    }
}

fn refused(file: &RepoPath, message: String) -> Mistake {
    Mistake::new(file, Span::START, TEMPLATE_ERROR, message)
}

impl Loaded {
    fn plan(&mut self, snapshot: &Snapshot, release: &Release, output: &Output, renderer: &Renderer, engine: &Arc<Engine>) {
        let folder = output_folder(release, output);
        let mut files: Vec<FilePlan> = Vec::new();
        let (mut mistakes, mut is_whole) = (Vec::new(), true);
        for (file, entry) in snapshot.under(&folder) {
            match file_plan(&folder, file, entry, renderer, engine) {
                Ok(plan) => match files.iter().find(|other| other.path == plan.path) {
                    Some(other) => mistakes.push(refused(file, format!("`{}` gives the same file", other.source))),
                    None => files.push(plan),
                },
                Err(mistake) => {
                    is_whole = false;
                    mistakes.extend(mistake.map(|mistake| *mistake));
                }
            }
        }
        if files.is_empty() && is_whole {
            let message = format!("the output `{}` has no templates: there is nothing below `{folder}`", output.name);
            mistakes.push(Mistake { span: output.span, ..refused(&release.file, message) });
        }
        if mistakes.is_empty() && is_whole {
            self.outputs.insert(output.name.clone(), Plan { engine: Arc::clone(engine), files });
        }
        self.mistakes.extend(mistakes);
    }
}

fn file_plan(folder: &str, file: &RepoPath, entry: &File, renderer: &Renderer, engine: &Engine) -> Result<FilePlan, Option<Box<Mistake>>> {
    let below = file.below(folder).unwrap_or(file.as_str());
    let path =
        RepoPath::parse(below.strip_suffix(".tera").unwrap_or(below)).map_err(|error| Some(Box::new(refused(file, error.to_string()))))?;
    let body = match engine.template(file) {
        Some(template) => Body::Template(template),
        None => Body::Copy(text_of(file, entry)?),
    };
    if let Some(why) = refused_name(&path).filter(|_| renderer.checks.contains(&Check::Terraform)) {
        return Err(Some(Box::new(refused(file, format!("`{path}`: {why}")))));
    }
    let language = renderer.language(&path).ok_or_else(|| {
        let patterns: Vec<&str> = renderer.languages.iter().map(|(pattern, _)| pattern.as_str()).collect();
        let mut mistake = refused(file, format!("the renderer `{}` knows no file named `{}`", renderer.id, path.file_name()));
        mistake.help = format!("It knows {}.", crate::model::quoted_list(patterns));
        Some(Box::new(mistake))
    })?;
    Ok(FilePlan { path, source: file.clone(), body, language, skeletons: Skeletons::default() })
}
