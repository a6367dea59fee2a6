//! The templates of one release for one renderer, loaded with probes; renders them and says where an error stands.

use super::allowed;
use super::budget::{self, Mode, Noted, Stopped, Why};
use super::codes::{TEMPLATE_ERROR, TEMPLATE_LIMIT};
use super::filters;
use super::lexer::{Delimiters, Kind, Part, Piece, parts};
use super::probe::{Point, Probed, Probes, probe};
use super::rendered::{Limits, Progress, Tell};
use super::written::Script;
use crate::model::{Code, Digest, Digester, Place, RepoPath, Span, close_match};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use tera::{ErrorKind, Tera};

/// What templates may name without having set it.
pub(super) const NAMES: [&str; 12] =
    ["request", "metadata", "spec", "each", "team", "path", "release", "platform", "target", "labels", "annotations", "refs"];

/// What may be done about a template that asks for more than is allowed.
pub(super) const END_SOONER: &str = "Make the loop or the recursion end sooner.";

/// A mistake of a template, not yet told to anybody.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mistake {
    /// The template.
    pub(super) file: RepoPath,
    /// Where in it.
    pub(super) span: Span,
    pub(super) code: Code,
    pub(super) message: String,
    /// What may be done, when there is something better to say than "mend the template".
    pub(super) help: String,
}

/// One template of a release.
pub(super) struct Source {
    /// By which other templates include it: its path below the release's folder.
    pub(super) name: String,
    pub(super) file: RepoPath,
    pub(super) text: String,
}

/// The templates of one release for one renderer.
pub(super) struct Engine {
    base: Tera,
    delimiters: Delimiters,
    sources: Vec<Source>,
    /// What each of them is, once somebody asks: only who renders two trees does.
    scripts: OnceLock<Vec<Arc<Script>>>,
    guarded: Instance,
    lines: OnceLock<Option<Instance>>,
    each: OnceLock<Option<Instance>>,
}

/// An instance with one kind of probes.
struct Instance {
    tera: Tera,
    probed: Vec<Probed>,
    points: Vec<Point>,
}

impl Engine {
    /// Loads templates.
    pub(super) fn load(sources: Vec<Source>, delimiters: Delimiters, limits: &Limits) -> Result<Self, Vec<Mistake>> {
        let mut base = Tera::new();
        base.autoescape_on([""]);
        base.set_escape_fn(|text, out| out.write_all(text.as_bytes()));
        filters::register(&mut base);
        budget::register(&mut base);
        if let Err(error) = base.set_delimiters(delimiters.for_tera()) {
            let file = sources.first().map(|source| source.file.clone());
            return Err(file
                .map(|file| mistake(&file, Span::START, format!("the delimiters of the renderer are refused: {error}")))
                .into_iter()
                .collect());
        }
        let mistakes = words_refused(&sources, &delimiters);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        if let Some(mistake) = too_deep(&sources, &delimiters, limits.include_depth) {
            return Err(vec![mistake]);
        }
        let mut plain = base.clone();
        if let Err(error) = plain.add_raw_templates(sources.iter().map(|source| (source.name.as_str(), source.text.as_str()))) {
            return Err(load_mistakes(&sources, &delimiters, &error));
        }
        let mut mistakes = calls_refused(&sources, &delimiters);
        mistakes.extend(unknown_names(&plain, &sources, &delimiters));
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let guarded =
            Instance::new(&base, &sources, &delimiters, Probes::Guard).map_err(|error| load_mistakes(&sources, &delimiters, &error))?;
        Ok(Self { base, delimiters, sources, scripts: OnceLock::new(), guarded, lines: OnceLock::new(), each: OnceLock::new() })
    }

    /// What a template is.
    pub(super) fn script(&self, template: usize) -> &Arc<Script> {
        &self.scripts.get_or_init(|| scripts(&self.sources, &self.delimiters))[template]
    }

    /// Renders one template.
    pub(super) fn render(
        &self,
        template: usize,
        context: &tera::Context,
        steps: u64,
        bytes: usize,
        mode: Mode,
    ) -> Result<Noted, Box<Mistake>> {
        let name = &self.sources[template].name;
        budget::render(&self.guarded.tera, name, context, steps, bytes, mode)
            .map_err(|stopped| Box::new(self.render_mistake(template, &stopped, context)))
    }

    /// The template and the place in it that wrote a byte of the output; on the error path, so it renders once more.
    pub(super) fn trace(&self, template: usize, context: &tera::Context, limits: &Limits, byte: usize) -> (RepoPath, Span) {
        self.wrote(template, self.traced(template, context, limits).as_ref(), byte)
    }

    /// What a template writes, with the line that wrote it.
    pub(super) fn traced(&self, template: usize, context: &tera::Context, limits: &Limits) -> Option<Noted> {
        let lines = self.with_lines()?;
        let mode = Mode { tracing: true, ..Mode::default() };
        budget::render(&lines.tera, &self.sources[template].name, context, limits.steps, limits.output_bytes, mode).ok()
    }

    /// The template and the place in it that wrote a byte of what was traced.
    pub(super) fn wrote(&self, template: usize, traced: Option<&Noted>, byte: usize) -> (RepoPath, Span) {
        let found = traced.zip(self.with_lines()).and_then(|(noted, lines)| {
            let (id, _) = noted.trace.iter().rev().find(|(_, written)| *written <= byte)?;
            let point = lines.points[*id];
            Some((self.sources[point.template].file.clone(), lines.probed[point.template].span(point.offset)))
        });
        found.unwrap_or_else(|| (self.sources[template].file.clone(), Span::START))
    }

    /// Every line of the templates that writes something.
    pub(super) fn lines(&self) -> BTreeSet<(RepoPath, u32)> {
        let Some(lines) = self.with_lines() else { return BTreeSet::new() };
        lines.points.iter().filter(|point| point.writes).map(|point| self.line(lines, *point)).collect()
    }

    /// Those of them that one rendering reaches.
    pub(super) fn reached(&self, template: usize, context: &tera::Context, limits: &Limits) -> BTreeSet<(RepoPath, u32)> {
        let Some(lines) = self.with_lines() else { return BTreeSet::new() };
        let noted = self.traced(template, context, limits);
        let reached: BTreeSet<usize> = noted.into_iter().flat_map(|noted| noted.trace).map(|(id, _)| id).collect();
        reached.into_iter().filter_map(|id| lines.points.get(id)).map(|point| self.line(lines, *point)).collect()
    }

    fn with_lines(&self) -> Option<&Instance> {
        self.lines.get_or_init(|| Instance::new(&self.base, &self.sources, &self.delimiters, Probes::Lines).ok()).as_ref()
    }

    fn line(&self, lines: &Instance, point: Point) -> (RepoPath, u32) {
        (self.sources[point.template].file.clone(), lines.probed[point.template].span(point.offset).line)
    }

    /// Renders one template for nothing but to tell each of its tags and expressions before it runs.
    pub(super) fn tell(&self, template: usize, context: &tera::Context, steps: u64, bytes: usize, tell: &Tell) {
        let each = self.each.get_or_init(|| Instance::new(&self.base, &self.sources, &self.delimiters, Probes::Each).ok());
        let Some(each) = each else { return };
        let place = |point: &Point| Place::new(self.sources[point.template].file.clone(), each.probed[point.template].span(point.offset));
        let places: Vec<Place> = each.points.iter().map(place).collect();
        let tell = Arc::clone(tell);
        let told = move |id: usize| places.get(id).into_iter().for_each(|place| tell(Progress::Step(place.clone())));
        // How it ends is told by the rendering that counts.
        budget::render_telling(Box::new(told), || {
            budget::render(&each.tera, &self.sources[template].name, context, steps, bytes, Mode::default())
        })
        .ok();
    }

    /// The index of a template by its file.
    pub(super) fn template(&self, file: &RepoPath) -> Option<usize> {
        self.sources.iter().position(|source| source.file == *file)
    }

    fn render_mistake(&self, template: usize, stopped: &Stopped, context: &tera::Context) -> Mistake {
        let Stopped { error, last, why } = stopped;
        let last = last.and_then(|id| self.guarded.points.get(id)).map(|point| (point.template, point.offset));
        let (at, message) = match error.kind() {
            ErrorKind::RenderingError(report) | ErrorKind::SyntaxError(report) => {
                let index = self.sources.iter().position(|source| source.name == report.filename()).unwrap_or(template);
                ((index, self.guarded.probed[index].back(report.span().range.start)), report.message().to_owned())
            }
            ErrorKind::Io(_) => (last.unwrap_or((template, 0)), "the templates write more output than is allowed".to_owned()),
            other => (last.unwrap_or((template, 0)), other.to_string()),
        };
        if *why == Why::Mistake
            && message.contains("undefined")
            && let Some(found) = undefined(&self.sources[at.0], &self.delimiters, at.1, context)
        {
            return found;
        }
        let mut found = mistake(&self.sources[at.0].file, self.guarded.probed[at.0].span(at.1), sentence(&message));
        if *why == Why::Limit {
            found.code = TEMPLATE_LIMIT;
            END_SOONER.clone_into(&mut found.help);
        }
        found
    }
}

impl Instance {
    fn new(base: &Tera, sources: &[Source], delimiters: &Delimiters, probes: Probes) -> tera::TeraResult<Self> {
        let mut points = Vec::new();
        let probed: Vec<Probed> = sources
            .iter()
            .enumerate()
            .map(|(index, source)| probe(index, &source.name, &source.text, delimiters, probes, &mut points))
            .collect();
        let mut tera = base.clone();
        tera.add_raw_templates(probed.iter().map(|probed| (probed.name.as_str(), probed.source.as_str())))?;
        Ok(Self { tera, probed, points })
    }
}

impl Probed {
    fn span(&self, original: usize) -> Span {
        let (line, column) = self.line_column(original);
        Span::point(line, column)
    }
}

/// Names the expression around a place whose value is undefined, and the nearest name that is there.
fn undefined(source: &Source, delimiters: &Delimiters, at: usize, context: &tera::Context) -> Option<Mistake> {
    let parts = parts(&source.text, delimiters);
    let part = parts.iter().find(|part| part.piece == Piece::Expression && part.range.contains(&at))?;
    let start = part.tokens.first()?.range.start;
    let shown = source.text[start..part.tokens.last()?.range.end].trim();
    let mut found = mistake(&source.file, span_at(source, start), format!("`{shown}` is undefined"));
    let mut names = shown.split('.');
    let mut value = context.get(names.next()?);
    for name in names {
        let map = value.and_then(tera::Value::as_map)?;
        value = map.iter().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value);
        if value.is_none() {
            let near = close_match(name, map.keys().filter_map(tera::value::Key::as_str));
            found.help = near.map_or_else(
                || format!("Give `{name}` a default in `schema.json`, or print it with `| default(value=…)`."),
                |near| format!("Did you mean `{near}`?"),
            );
            break;
        }
    }
    Some(found)
}

fn mistake(file: &RepoPath, span: Span, message: String) -> Mistake {
    Mistake { file: file.clone(), span, code: TEMPLATE_ERROR, message, help: String::new() }
}

/// Tera's text as the middle of a sentence: no capital, no full stop, no report below it.
pub(super) fn sentence(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default().trim().trim_end_matches('.');
    let mut chars = first.chars();
    match chars.next() {
        Some(c) if chars.clone().next().is_some_and(char::is_lowercase) => c.to_lowercase().chain(chars).collect(),
        _ => first.to_owned(),
    }
}

fn span_at(source: &Source, at: usize) -> Span {
    let (line, column) = super::lexer::line_column(&source.text, at);
    Span::point(line, column)
}

/// Names that belong to goldpath or to Tera's own works.
fn words_refused(sources: &[Source], delimiters: &Delimiters) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for source in sources {
        for part in parts(&source.text, delimiters) {
            for (index, token) in part.tokens.iter().enumerate() {
                let word = part.word(&source.text, index);
                if token.kind == Kind::Ident && word.starts_with("__") {
                    let message = format!("`{word}` is not for templates");
                    mistakes.push(mistake(&source.file, span_at(source, token.range.start), message));
                }
            }
        }
    }
    mistakes
}

/// Calls of what Tera has, and nobody has allowed.
fn calls_refused(sources: &[Source], delimiters: &Delimiters) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for source in sources {
        let refused = allowed::refused(&source.text, delimiters);
        mistakes.extend(refused.iter().map(|refused| mistake(&source.file, span_at(source, refused.at), refused.to_string())));
    }
    mistakes
}

/// The templates that a template includes or extends, with where it says so.
fn includes<'a>(source: &'a Source, delimiters: &Delimiters) -> Vec<(&'a str, usize)> {
    let mut found = Vec::new();
    for part in parts(&source.text, delimiters) {
        if part.piece == Piece::Tag && matches!(part.word(&source.text, 0), "include" | "extends") {
            for token in part.tokens.iter().filter(|token| token.kind == Kind::Text) {
                found.push((&source.text[token.range.start + 1..token.range.end - 1], token.range.start));
            }
        }
    }
    found
}

/// Chains of includes end the process before Tera sees them, so they are measured first.
fn too_deep(sources: &[Source], delimiters: &Delimiters, most: usize) -> Option<Mistake> {
    let edges: BTreeMap<&str, Vec<(&str, usize)>> =
        sources.iter().map(|source| (source.name.as_str(), includes(source, delimiters))).collect();
    let mut depths: BTreeMap<&str, usize> = sources.iter().map(|source| (source.name.as_str(), 0)).collect();
    for _ in 0..=most {
        let mut next = depths.clone();
        for (name, targets) in &edges {
            let deepest = targets.iter().filter_map(|(target, _)| depths.get(target)).max();
            next.insert(name, deepest.map_or(0, |depth| depth + 1));
        }
        if next == depths {
            return None;
        }
        depths = next;
    }
    let source = sources.iter().find(|source| depths[source.name.as_str()] > most)?;
    let at = edges[source.name.as_str()].first().map_or(0, |edge| edge.1);
    let mut found =
        mistake(&source.file, span_at(source, at), format!("templates include each other more than {most} deep, or in a circle"));
    found.code = TEMPLATE_LIMIT;
    Some(found)
}

/// What each template is, with all that it includes; every template may call the components of every other one. Each text is taken apart once,
/// however many include it.
fn scripts(sources: &[Source], delimiters: &Delimiters) -> Vec<Arc<Script>> {
    let numbers: BTreeMap<&str, usize> = sources.iter().zip(0..).map(|(source, number)| (source.name.as_str(), number)).collect();
    let includes = |source: &Source| includes(source, delimiters).into_iter().filter_map(|(name, _)| numbers.get(name).copied()).collect();
    let included: Vec<Vec<usize>> = sources.iter().map(includes).collect();
    let digests: Vec<Digest> = sources.iter().map(|source| Digester::new().field(&source.name).field(&source.text).finish()).collect();
    let parted: Vec<Vec<Part>> = sources.iter().map(|source| parts(&source.text, delimiters)).collect();
    let is_component = |(source, part): (&Source, &Part)| part.piece == Piece::Tag && part.word(&source.text, 0) == "component";
    let all = || sources.iter().zip(&parted).flat_map(|(source, parts)| parts.iter().map(move |part| (source, part)));
    let called: Vec<usize> = if all().any(is_component) { (0..sources.len()).collect() } else { Vec::new() };
    let mentions = |(source, parts): (&Source, &Vec<Part>)| -> BTreeSet<&'static str> {
        let words = parts.iter().flat_map(|part| &part.tokens).map(|token| &source.text[token.range.clone()]);
        words.filter_map(|word| NAMES.into_iter().find(|name| *name == word)).collect()
    };
    let mentioned: Vec<BTreeSet<&'static str>> = sources.iter().zip(&parted).map(mentions).collect();
    let Delimiters { expression, block, comment } = delimiters;
    let script = |number: usize| {
        let mut open: Vec<usize> = called.iter().copied().chain([number]).collect();
        let mut of: BTreeSet<usize> = open.iter().copied().collect();
        while let Some(next) = open.pop() {
            open.extend(included[next].iter().copied().filter(|other| of.insert(*other)));
        }
        let mut digester = Digester::new();
        digester.add(digests[number].bytes());
        [expression, block, comment].into_iter().flatten().for_each(|mark| digester.add(mark));
        of.iter().for_each(|source| digester.add(digests[*source].bytes()));
        let names: BTreeSet<&'static str> = of.iter().flat_map(|source| &mentioned[*source]).copied().collect();
        Arc::new(Script { digest: digester.finish(), names: names.into_iter().collect() })
    };
    (0..sources.len()).map(script).collect()
}

/// Where a word stands as a token, first in the order of files.
fn find_word(sources: &[Source], delimiters: &Delimiters, word: &str) -> Option<(usize, usize)> {
    sources.iter().enumerate().find_map(|(index, source)| {
        let parts = parts(&source.text, delimiters);
        let token = parts.iter().flat_map(|part| &part.tokens).find(|token| {
            let text = &source.text[token.range.clone()];
            text == word || token.kind == Kind::Text && text.trim_matches(['"', '\'', '`']) == word
        });
        token.map(|token| (index, token.range.start))
    })
}

fn load_mistakes(sources: &[Source], delimiters: &Delimiters, error: &tera::Error) -> Vec<Mistake> {
    if let ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) = error.kind() {
        let source = sources.iter().find(|source| source.name == report.filename());
        let Some(source) = source.or(sources.first()) else { return Vec::new() };
        return vec![mistake(&source.file, span_at(source, report.span().range.start), sentence(report.message()))];
    }
    let text = error.to_string();
    let lines: Vec<&str> =
        text.lines().filter(|line| line.contains("nknown ") || line.contains("not found") || line.contains("ircular")).collect();
    let lines = if lines.is_empty() { text.lines().take(1).collect() } else { lines };
    let mut mistakes = Vec::new();
    for line in lines {
        let line = &line[line.find("nknown ").map_or(0, |at| at.saturating_sub(1))..];
        let word = line.split(['`', '\'']).nth(1).unwrap_or_default();
        let at = find_word(sources, delimiters, word);
        let Some(source) = sources.get(at.map_or(0, |at| at.0)) else { continue };
        let span = at.map_or(Span::START, |at| span_at(source, at.1));
        mistakes.push(mistake(&source.file, span, sentence(line)));
    }
    mistakes
}

/// Names that some template sets: what it includes sees them as well.
pub(super) fn names_set<'a>(sources: &'a [Source], delimiters: &Delimiters) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for source in sources {
        for part in parts(&source.text, delimiters) {
            match (part.piece, part.word(&source.text, 0)) {
                (Piece::Tag, "set" | "set_global") => drop(names.insert(part.word(&source.text, 1))),
                (Piece::Tag, "for") if part.word(&source.text, 2) == "," => {
                    names.extend([part.word(&source.text, 1), part.word(&source.text, 3)])
                }
                (Piece::Tag, "for") => drop(names.insert(part.word(&source.text, 1))),
                _ => {}
            }
        }
    }
    names
}

/// Names that no context has: Tera would take them for undefined in silence inside `if`.
fn unknown_names(tera: &Tera, sources: &[Source], delimiters: &Delimiters) -> Vec<Mistake> {
    let set = names_set(sources, delimiters);
    let mut mistakes = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let Ok(names) = tera.get_template_variables(&source.name) else { continue };
        let mut unknown: Vec<&str> = names.into_iter().filter(|name| !NAMES.contains(name) && !set.contains(name)).collect();
        unknown.sort_unstable();
        for name in unknown {
            let Some((_, at)) = find_word(&sources[index..=index], delimiters, name) else { continue };
            let mut found = mistake(&source.file, span_at(source, at), format!("`{name}` is not known to templates"));
            found.help = match close_match(name, NAMES) {
                Some(near) => format!("Did you mean `{near}`?"),
                None => format!("Templates see {}.", crate::model::quoted_list(NAMES)),
            };
            mistakes.push(found);
        }
    }
    mistakes
}
