//! The files of one unit: rendered or copied, parsed back, checked, marked.

use super::budget::{Marking, Mode, Noted};
use super::cast::Cast;
use super::codes::{
    DOUBTFUL_OUTPUT, KUBERNETES_REFUSED, KUBERNETES_SCHEMA, NAMESPACE_NOT_ALLOWED, NOT_WELL_FORMED, OUTPUT_REFUSED, TEMPLATE_ERROR,
    TEMPLATE_LIMIT, UNSAFE_PRINT,
};
use super::engine::{Engine, Mistake};
use super::kubernetes::{self, Apis};
use super::language::{Content, Trouble, parse_back, parse_yaml, prints_are_plain};
use super::lexer::span;
use super::marks::Marks;
use super::mould::Mould;
use super::namespaces::Allowed;
use super::objects;
use super::pattern::{Clean, Sound, pattern};
use super::release::{Body, FilePlan, Plan};
use super::rendered::{Limits, Object, RenderedFile, Tell};
use super::renderer::{Check, Language, Marks as MarkKind, Renderer};
use super::suspect::{Again, text_of};
use super::terraform::{self, GENERATED};
use super::workflow;
use super::written::{Known, Memo};
use crate::model::{Code, Digest, RepoPath, Span, UnitId};
use crate::yaml::Word;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use tera::Context;

/// What the files of a unit are made with.
pub(super) struct Maker<'a> {
    pub(super) plan: &'a Plan,
    pub(super) renderer: &'a Renderer,
    pub(super) context: &'a Context,
    pub(super) limits: &'a Limits,
    pub(super) marks: &'a Marks,
    pub(super) unit: &'a UnitId,
    /// What its templates wrote in another tree, or what is kept for that.
    pub(super) memo: &'a Memo<'a>,
    /// The units in which nothing was found before.
    pub(super) clean: &'a Clean,
    /// Providers that the target allows.
    pub(super) providers: &'a BTreeSet<String>,
    /// The APIs that objects are checked against.
    pub(super) apis: Option<Apis<'a>>,
    /// What its objects may touch on the target, and the APIs that tell what is in a namespace; nothing: everything.
    pub(super) touches: Option<(&'a Allowed, Apis<'a>)>,
    /// Whether objects are kept as values.
    pub(super) values: bool,
    /// Whether manifests are written.
    pub(super) writes: bool,
    /// What a generated file says it came from.
    pub(super) release_file: &'a RepoPath,
    /// Told each template before it runs.
    pub(super) begins: &'a dyn Fn(&RepoPath),
    /// Told each tag and expression.
    pub(super) traced: Option<&'a Tell>,
}

/// The finished files of a unit.
#[derive(Default, PartialEq)]
pub(super) struct Made {
    pub(super) files: BTreeMap<RepoPath, RenderedFile>,
    pub(super) objects: Vec<Object>,
    /// Where the schemas of custom resources were looked for.
    pub(super) schemas: BTreeSet<RepoPath>,
    /// Custom resources that were not checked: the template, what it is, where its schema would be, and whether a file is there.
    pub(super) unchecked: BTreeSet<(RepoPath, String, RepoPath, bool)>,
    /// What is worth a look, and holds nobody up.
    pub(super) doubtful: Vec<Mistake>,
}

/// One file as it was rendered or copied.
struct Fresh<'a> {
    plan: &'a FilePlan,
    /// Its template; nothing for one that is copied.
    template: Option<usize>,
    noted: Arc<Noted>,
    /// Whether all that was printed is plain.
    plain: bool,
    /// What it is made from, where that is known.
    cast: Option<Arc<Cast>>,
}

/// One file between rendering and marking.
struct Draft<'a> {
    plan: &'a FilePlan,
    text: String,
    content: Content,
    /// Whether `kubectl` reads something of it as another value.
    misread: bool,
}

impl Maker<'_> {
    /// Makes all files, or says all that is wrong with them.
    pub(super) fn make(&self) -> Result<Made, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut fresh = Vec::new();
        let (mut steps, mut bytes) = (self.limits.steps, self.limits.output_bytes);
        for plan in &self.plan.files {
            match self.fresh(plan, &mut steps, &mut bytes) {
                Ok(file) => fresh.extend(file),
                Err(found) => mistakes.extend(found),
            }
            // what the unit may take is taken
            if mistakes.iter().any(|mistake| mistake.code == TEMPLATE_LIMIT) {
                return Err(mistakes);
            }
        }
        let casts = if mistakes.is_empty() { self.casts(&fresh) } else { None };
        let Some(casts) = casts else { return self.look(&fresh, mistakes) };
        let pattern = pattern(&self.unit.target, &casts);
        let known = self.clean.get(&pattern).and_then(|sound| self.made_alike(&fresh, &casts, &sound));
        if let Some(made) = known {
            debug_assert!(
                self.look(&fresh, mistakes).is_ok_and(|looked| looked == made),
                "a unit at {} is not like another",
                self.unit.target
            );
            return Ok(made);
        }
        let casts: Vec<Arc<Cast>> = casts.into_iter().map(|(cast, _)| cast).collect();
        let made = self.look(&fresh, mistakes)?;
        if made.unchecked.is_empty() && made.doubtful.is_empty() {
            self.clean.keep(pattern, made.schemas.clone(), casts);
        }
        Ok(made)
    }

    /// What each file is made from, and its words, where all are Kubernetes manifests of which that is known.
    fn casts<'f>(&self, fresh: &'f [Fresh<'_>]) -> Option<Vec<(Arc<Cast>, Vec<Word<'f>>)>> {
        if self.renderer.checks != [Check::Kubernetes] || self.traced.is_some() {
            return None;
        }
        fresh.iter().map(|file| file.cast.as_ref().and_then(|cast| Some((Arc::clone(cast), cast.words(&file.noted.prints)?)))).collect()
    }

    /// The files of a unit in which nothing is to be found, as another one is alike; nothing where it has to be looked at all the same.
    fn made_alike(&self, fresh: &[Fresh<'_>], casts: &[(Arc<Cast>, Vec<Word<'_>>)], sound: &Sound) -> Option<Made> {
        let none = Marks::default();
        let marks = if self.renderer.marks == MarkKind::Kubernetes { self.marks } else { &none };
        let mut made = Made { schemas: sound.schemas.clone(), ..Made::default() };
        for (file, (cast, words)) in fresh.iter().zip(casts) {
            let mould = cast.mould(&file.plan.path, marks, words)?;
            let words = Mould::words(words, marks);
            if self.touches.is_some_and(|(allowed, apis)| !mould.heads(&words).all(|head| kubernetes::may(allowed, apis, &head))) {
                return None;
            }
            made.objects.extend(mould.objects(&file.plan.path, &words, self.values));
            let text = if self.writes { mould.text(&words) } else { String::new() };
            made.files.insert(file.plan.path.clone(), rendered(&text, &file.plan.source));
        }
        Some(made)
    }

    /// Reads all files back, and looks at what is in them.
    fn look(&self, fresh: &[Fresh<'_>], mut mistakes: Vec<Mistake>) -> Result<Made, Vec<Mistake>> {
        let mut drafts = Vec::new();
        for file in fresh {
            match self.draft(file) {
                Ok(draft) => drafts.push(draft),
                Err(found) => mistakes.extend(found),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let mut made = Made::default();
        if self.renderer.checks.contains(&Check::Workflow) {
            for draft in &drafts {
                let (doubtful, troubles) =
                    workflow::check(&draft.plan.path, &draft.content, &draft.text).into_iter().partition(|trouble| trouble.doubtful);
                mistakes.extend(self.mistakes(draft.plan, &OUTPUT_REFUSED, troubles));
                made.doubtful.extend(self.mistakes(draft.plan, &DOUBTFUL_OUTPUT, doubtful));
            }
        }
        if self.renderer.checks.contains(&Check::Terraform) {
            match self.terraform(&mut drafts) {
                Ok(objects) => made.objects.extend(objects),
                Err(found) => mistakes.extend(found),
            }
        }
        if self.apis.is_some() {
            made.doubtful.extend(self.across(&drafts));
        }
        for draft in drafts {
            if let Err(found) = self.finish(draft, &mut made) {
                mistakes.extend(found);
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        if self.renderer.marks == MarkKind::Terraform && !made.files.is_empty() {
            let path = RepoPath::parse(GENERATED).expect("it is a path");
            made.files.insert(path, rendered(&terraform::generated(self.marks), self.release_file));
        }
        Ok(made)
    }

    /// Renders or copies one file; nothing when it renders to nothing.
    fn fresh<'a>(&self, plan: &'a FilePlan, steps: &mut u64, bytes: &mut usize) -> Result<Option<Fresh<'a>>, Vec<Mistake>> {
        (self.begins)(&plan.source);
        let (template, noted, plain) = match &plan.body {
            Body::Copy(text) => {
                let noted = Noted::copied(text);
                let plain = prints_are_plain(plan.language, &noted.output, &noted.prints);
                (None, Arc::new(noted), plain)
            }
            Body::Template(template) => {
                let (noted, plain) = self.written(plan, *template, *steps, *bytes)?;
                *steps -= noted.steps;
                *bytes -= noted.output.len();
                (Some(*template), noted, plain)
            }
        };
        if is_blank(&noted.output) {
            return Ok(None);
        }
        let cast = if plain && plan.language == Language::Yaml { plan.skeletons.cast(&noted) } else { None };
        Ok(Some(Fresh { plan, template, noted, plain, cast }))
    }

    /// What a template writes, and whether all that it printed is plain.
    fn written(&self, plan: &FilePlan, template: usize, steps: u64, bytes: usize) -> Result<(Arc<Noted>, bool), Vec<Mistake>> {
        let engine = &self.plan.engine;
        if let Some(tell) = self.traced {
            engine.tell(template, self.context, steps, bytes, tell);
            // From here on it is not a line that takes what is taken.
            (self.begins)(&plan.source);
        }
        let render = || engine.render(template, self.context, steps, bytes, Mode::default()).map_err(|mistake| vec![*mistake]);
        let known = self.memo.known(self.unit, &plan.path, || engine.script(template), plan.language, self.context);
        if let Some(known) = known.filter(|known| known.noted.steps <= steps && known.noted.output.len() <= bytes) {
            debug_assert!(render().is_ok_and(|noted| noted == *known.noted), "{} writes something else", plan.source);
            return Ok((Arc::clone(&known.noted), known.plain));
        }
        let noted = Arc::new(render()?);
        let plain = prints_are_plain(plan.language, &noted.output, &noted.prints);
        let (path, language) = (&plan.path, plan.language);
        self.memo.keep(self.unit, self.context, || {
            let (path, script, noted) = (path.clone(), Arc::clone(engine.script(template)), Arc::clone(&noted));
            Known { path, script, language, noted, plain }
        });
        Ok((noted, plain))
    }

    /// Parses a file back.
    fn draft<'a>(&self, file: &Fresh<'a>) -> Result<Draft<'a>, Vec<Mistake>> {
        let Fresh { plan, template, noted, plain, cast } = file;
        let text = text_of(plan.language, noted);
        let (mut plain, mut misread) = (*plain, false);
        let content = match cast.as_ref().and_then(|cast| cast.filled(&noted.prints)) {
            Some(documents) => {
                let read = Content::Yaml(documents);
                debug_assert!(
                    parse_back(plan.language, &text).as_ref() == Ok(&read),
                    "the skeleton of {} gives something else:\n{text}",
                    plan.source
                );
                Ok(read)
            }
            None if plan.language == Language::Yaml => parse_yaml(&text).map(|read| {
                // a line between quotes that began before only looks like a key with a value
                plain &= !read.quotes_over_lines || noted.prints.iter().all(|print| print.typed.is_none());
                misread = read.misread;
                Content::Yaml(read.documents)
            }),
            None => parse_back(plan.language, &text),
        };
        if let Some(template) = template {
            self.prints(plan, *template, noted, plain, &content)?;
        }
        match content {
            Ok(content) => Ok(Draft { plan, text, content, misread }),
            Err(troubles) => Err(self.mistakes(plan, &NOT_WELL_FORMED, troubles)),
        }
    }

    /// Refuses a print that changes more than its own place, or that would run.
    fn prints(
        &self,
        plan: &FilePlan,
        template: usize,
        noted: &Noted,
        plain: bool,
        content: &Result<Content, Vec<Trouble>>,
    ) -> Result<(), Vec<Mistake>> {
        let again = Again { engine: &self.plan.engine, context: self.context, limits: self.limits, language: plan.language, template };
        // Kubernetes objects are written anew, with quotes where a reader could see something else.
        let as_it_is = plan.language == Language::Yaml && !self.renderer.checks.contains(&Check::Kubernetes);
        if !plain && let Some(print) = again.suspect(noted, content, as_it_is) {
            return Err(vec![self.print_mistake(plan.language, template, noted, print)]);
        }
        let marked = || parse_back(plan.language, &again.text(Marking::Placeholder, &[])?).ok();
        if self.renderer.checks.contains(&Check::Workflow)
            && let Ok(content) = content
            && let Some(print) = workflow::code_printed(content, &noted.prints, marked)
        {
            let message = format!("the text `{}` that is printed here would run as code", shown(&noted.prints[print].text));
            let help = "Pass it through `env:`, and use the variable in quotes in the script; write into the template what names an action, a permission, an event or a command.".to_owned();
            return Err(vec![Mistake { message, help, ..self.print_mistake(plan.language, template, noted, print) }]);
        }
        Ok(())
    }

    fn print_mistake(&self, language: Language, template: usize, noted: &Noted, print: usize) -> Mistake {
        let traced = self.plan.engine.traced(template, self.context, self.limits);
        let (file, span, printed) = self.plan.engine.printer(template, traced.as_ref(), print);
        let print = &noted.prints[print];
        let shown = shown(&print.text);
        let (filter, example) = match language {
            Language::Yaml => ("yaml", "key: {{ … | yaml }}"),
            Language::Json => ("json", "\"key\": {{ … | json }}"),
            Language::Hcl => ("hcl", "key = {{ … | hcl }}"),
            Language::Text | Language::Owners => ("trim", "{{ … | trim }}"),
        };
        let message = if print.typed.is_some() {
            format!("`{shown}`, printed with a filter, is not a whole value where it stands")
        } else if shown.is_empty() {
            "an empty text that is printed here changes what is around it".to_owned()
        } else {
            format!("the text `{shown}` that is printed here changes what is around it")
        };
        let help = match language {
            Language::Owners => "Let the schema take only what is one word without `#` here: a blank ends the pattern of files.".to_owned(),
            _ => format!("Print it with the filter `{filter}` as a whole value: `{example}`; put texts together before, with `~`."),
        };
        Mistake { file, span, code: UNSAFE_PRINT, message, help, printed }
    }

    /// Troubles of the rendered text as mistakes at the lines of the templates that wrote it.
    fn mistakes(&self, plan: &FilePlan, code: &Code, troubles: Vec<Trouble>) -> Vec<Mistake> {
        if troubles.is_empty() {
            return Vec::new();
        }
        let troubles = troubles.into_iter().take(20);
        let engine: &Engine = &self.plan.engine;
        let traced = match &plan.body {
            Body::Copy(_) => None,
            Body::Template(template) => engine.traced(*template, self.context, self.limits).map(|traced| (*template, traced)),
        };
        troubles
            .map(|trouble| {
                let (file, span, printed) = match (&traced, &plan.body) {
                    (Some((template, traced)), _) => {
                        let line = bytes_of_line(&traced.noted.output, trouble.line);
                        let (file, span) = engine.wrote(*template, Some(traced), line.start);
                        (file, span, engine.printed_in(traced, line))
                    }
                    (None, Body::Copy(text)) => (plan.source.clone(), span(text, bytes_of_line(text.as_bytes(), trouble.line)), Vec::new()),
                    (None, Body::Template(_)) => (plan.source.clone(), Span::START, Vec::new()),
                };
                let at = if traced.is_some() { format!(" (line {} when rendered)", trouble.line) } else { String::new() };
                let what = if *code == NOT_WELL_FORMED {
                    let language = match plan.language {
                        Language::Yaml => "YAML",
                        Language::Json => "JSON",
                        Language::Hcl => "HCL",
                        Language::Text | Language::Owners => "text",
                    };
                    format!("`{}` is not well-formed {language}{at}: {}", plan.path, trouble.message)
                } else if [DOUBTFUL_OUTPUT, KUBERNETES_REFUSED, KUBERNETES_SCHEMA, NAMESPACE_NOT_ALLOWED].contains(code) {
                    // Without the line, which is not the same for every request, so that one mistake is one finding.
                    format!("`{}`: {}", plan.path, trouble.message)
                } else {
                    format!("`{}`{at}: {}", plan.path, trouble.message)
                };
                Mistake { file, span, code: code.clone(), message: what, help: trouble.help, printed }
            })
            .collect()
    }

    fn terraform(&self, drafts: &mut [Draft<'_>]) -> Result<Vec<Object>, Vec<Mistake>> {
        let mut bodies = BTreeMap::new();
        for draft in drafts.iter_mut() {
            if let Content::Hcl(body) = &mut draft.content {
                bodies.insert(draft.plan.path.clone(), (draft.text.clone(), std::mem::take(&mut **body)));
            }
        }
        terraform::resources(&bodies, self.providers, self.marks).map_err(|all| {
            let of = |path: &RepoPath| drafts.iter().find(|draft| draft.plan.path == *path).map(|draft| draft.plan);
            all.into_iter().filter_map(|(path, troubles)| Some(self.mistakes(of(&path)?, &OUTPUT_REFUSED, troubles))).flatten().collect()
        })
    }

    /// What the objects of the unit hardly mean of each other.
    fn across(&self, drafts: &[Draft<'_>]) -> Vec<Mistake> {
        let all =
            drafts.iter().filter_map(|draft| if let Content::Yaml(documents) = &draft.content { Some((draft, documents)) } else { None });
        let all: Vec<(&Draft<'_>, &(Value, u32))> =
            all.flat_map(|(draft, documents)| documents.iter().map(move |one| (draft, one))).collect();
        let objects: Vec<&Value> = all.iter().map(|(_, (document, _))| document).collect();
        let found = objects::across(&objects).into_iter().flat_map(|(index, wrong)| {
            let (draft, (_, line)) = all[index];
            let troubles = kubernetes::placed(&draft.text, std::iter::once((*line, vec![wrong])));
            self.mistakes(draft.plan, &DOUBTFUL_OUTPUT, troubles)
        });
        found.collect()
    }

    fn finish(&self, draft: Draft<'_>, made: &mut Made) -> Result<(), Vec<Mistake>> {
        let Draft { plan, mut text, content, misread } = draft;
        if let (Content::Yaml(documents), true) = (content, self.renderer.checks.contains(&Check::Kubernetes)) {
            if documents.is_empty() {
                return Ok(());
            }
            let none = Marks::default();
            let marks = if self.renderer.marks == MarkKind::Kubernetes { self.marks } else { &none };
            // Both know the same of Kubernetes.
            let apis = self.apis.or(self.touches.map(|(_, apis)| apis));
            let custom = apis.map(|apis| apis.custom(&documents)).unwrap_or_default();
            made.schemas.extend(custom.iter().flatten().cloned());
            let misfits = self.apis.map(|apis| kubernetes::misfits(apis, &text, &documents, &custom)).unwrap_or_default();
            if let Some(apis) = self.apis {
                let unchecked = kubernetes::unchecked(apis, &documents, &custom).into_iter();
                made.unchecked.extend(unchecked.map(|(place, (shown, is_there))| (plan.source.clone(), shown, place, is_there)));
            }
            let mut mistakes = self.mistakes(plan, &KUBERNETES_SCHEMA, misfits);
            if misread {
                mistakes.extend(self.mistakes(plan, &OUTPUT_REFUSED, kubernetes::misread(self.apis, &text, &documents, &custom)));
            }
            // What has another form than it should have would be said twice.
            if self.apis.is_some() && mistakes.is_empty() {
                let (refused, doubtful) = kubernetes::refused(&text, &documents);
                mistakes.extend(self.mistakes(plan, &KUBERNETES_REFUSED, refused));
                made.doubtful.extend(self.mistakes(plan, &DOUBTFUL_OUTPUT, doubtful));
            }
            if let Some((allowed, apis)) = self.touches {
                // Of a kind that is not there nobody knows whether it is in a namespace.
                let misspelt = |document: &Value, custom: &Option<RepoPath>| {
                    self.apis.is_some() && !mistakes.is_empty() && custom.is_none() && apis.scope(document, None).is_none()
                };
                let known = documents.iter().zip(&custom).filter(|((document, _), custom)| !misspelt(document, custom));
                let touched =
                    known.map(|((document, line), custom)| (*line, allowed.check(apis, document, custom.as_ref()).into_iter().collect()));
                let touched = kubernetes::placed(&text, touched);
                mistakes.extend(self.mistakes(plan, &NAMESPACE_NOT_ALLOWED, touched));
            }
            let manifest = match kubernetes::manifest(&plan.path, documents, marks, (self.writes, self.values)) {
                Ok(manifest) if mistakes.is_empty() => manifest,
                Ok(_) => return Err(mistakes),
                Err(troubles) => {
                    let refused = self.mistakes(plan, &OUTPUT_REFUSED, kubernetes::placed(&text, troubles.into_iter()));
                    // a value of another type is told of by the schema too
                    let is_told = |one: &Mistake| mistakes.iter().any(|told| told.file == one.file && told.span.line == one.span.line);
                    let more: Vec<Mistake> = refused.into_iter().filter(|one| !is_told(one)).collect();
                    mistakes.extend(more);
                    return Err(mistakes);
                }
            };
            text = manifest.text;
            made.objects.extend(manifest.objects);
        }
        made.files.insert(plan.path.clone(), rendered(&text, &plan.source));
        Ok(())
    }
}

/// The beginning of a value, as a message shows it.
fn shown(value: &str) -> String {
    let begin: String = value.chars().take(60).collect();
    begin.replace('`', "'").replace('\n', "⏎")
}

fn rendered(text: &str, template: &RepoPath) -> RenderedFile {
    RenderedFile { bytes: text.as_bytes().into(), digest: Digest::of(text.as_bytes()), template: template.clone() }
}

/// Whether nothing was written that shows.
fn is_blank(output: &[u8]) -> bool {
    std::str::from_utf8(output).map_or(output.is_empty(), |text| text.trim_end().is_empty())
}

/// Where a line stands without the blanks around it.
fn bytes_of_line(text: &[u8], line: u32) -> Range<usize> {
    let before = text.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1) as usize).map(<[u8]>::len).sum::<usize>();
    let line = text[before..].split(|byte| *byte == b'\n').next().unwrap_or_default();
    let end = before + line.trim_ascii_end().len();
    let blank = text[before..end].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    before + blank..end
}

/// A mistake about an output as a whole, at its place in `release.yaml`.
pub(super) fn at_output(file: &RepoPath, span: Span, message: String) -> Mistake {
    Mistake::new(file, span, TEMPLATE_ERROR, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_output_has_a_first_and_a_last_byte() {
        assert_eq!(bytes_of_line(b"a\n  b c \n", 2), 4..7);
        assert_eq!(bytes_of_line(b"a\n", 9), 2..2);
    }
}
