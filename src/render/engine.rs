//! The templates of one release for one renderer, loaded with probes; renders them and says where an error stands.

use super::budget::{self, Mode, Noted, Shown, Stopped, Traced, Why};
use super::codes::{TEMPLATE_ERROR, TEMPLATE_LIMIT};
use super::filters;
use super::lexer::{Delimiters, Kind, Part, Piece, parts, span};
use super::probe::{Point, Probed, Probes, probe};
use super::rendered::{Limits, Progress, Tell};
use super::written::Script;
use super::{refused, undefined};
use crate::model::{Code, Digest, Digester, Place, RepoPath, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
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
    /// What was printed there.
    pub(super) printed: Vec<Printed>,
}

impl Mistake {
    /// A mistake without a word on what may be done.
    pub(super) fn new(file: &RepoPath, span: Span, code: Code, message: impl Into<String>) -> Self {
        Self { file: file.clone(), span, code, message: message.into(), help: String::new(), printed: Vec::new() }
    }
}

/// Something that was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Printed {
    /// The expression, as it is written.
    pub(super) source: String,
    /// What it came to.
    pub(super) text: String,
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
        // what is put together of noted texts alone is `safe` in the words of Tera, and comes not here
        base.set_escape_fn(budget::write_unnoted);
        filters::register(&mut base);
        budget::register(&mut base);
        if let Err(error) = base.set_delimiters(delimiters.for_tera()) {
            let file = sources.first().map(|source| source.file.clone());
            return Err(file
                .map(|file| {
                    Mistake::new(&file, Span::START, TEMPLATE_ERROR, format!("the delimiters of the renderer are refused: {error}"))
                })
                .into_iter()
                .collect());
        }
        let mistakes = refused::words(&sources, &delimiters);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        if let Some(mistake) = too_deep(&sources, &delimiters, limits.include_depth) {
            return Err(vec![mistake]);
        }
        let mut plain = base.clone();
        if let Err(error) = plain.add_raw_templates(sources.iter().map(|source| (source.name.as_str(), source.text.as_str()))) {
            return Err(refused::by_tera(&sources, &delimiters, &error));
        }
        let mut mistakes = refused::calls(&sources, &delimiters, &BTreeSet::new());
        mistakes.extend(refused::names(&plain, &sources, &delimiters));
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let guarded =
            Instance::new(&base, &sources, &delimiters, Probes::Guard).map_err(|error| refused::by_tera(&sources, &delimiters, &error))?;
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
        mode: Mode<'_>,
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
    pub(super) fn traced(&self, template: usize, context: &tera::Context, limits: &Limits) -> Option<Traced> {
        let lines = self.with_lines()?;
        budget::trace(&lines.tera, &self.sources[template].name, context, limits.steps, limits.output_bytes).ok()
    }

    /// The template and the place in it that wrote a byte of what was traced.
    pub(super) fn wrote(&self, template: usize, traced: Option<&Traced>, byte: usize) -> (RepoPath, Span) {
        let found = traced.zip(self.with_lines()).and_then(|(traced, lines)| {
            let last = traced.noted.trace.iter().rev().find(|(_, written)| *written <= byte);
            let (point, written) = last.map_or((None, 0), |(id, written)| (lines.points.get(*id), *written));
            let point = self.captured(lines, traced, written, byte).or(point);
            let (index, offset) = point.map_or((template, 0), |point| (point.template, point.offset));
            let source = &self.sources[index];
            let parts = parts(&source.text, &self.delimiters);
            let raw = in_raw(source, &parts, offset, written, byte, &traced.shown);
            let extent = raw.or_else(|| point.map(|_| extent(source, &parts, offset)))?;
            Some((source.file.clone(), span(&source.text, extent)))
        });
        found.unwrap_or_else(|| (self.sources[template].file.clone(), Span::START))
    }

    /// The line that wrote what stands around a byte, where several had written nothing when they began: what a filter or a variable takes over
    /// is written as a whole, so that of these lines the one is meant that begins as it does.
    fn captured<'l>(&self, lines: &'l Instance, traced: &Traced, written: usize, byte: usize) -> Option<&'l Point> {
        let begun = traced.noted.trace.iter().filter(|(_, at)| *at == written).filter_map(|(id, _)| lines.points.get(*id));
        let output = &traced.noted.output;
        let start = output.get(..byte)?.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let end = output[start..].iter().position(|byte| *byte == b'\n').map_or(output.len(), |length| start + length);
        let line = std::str::from_utf8(&output[start..end]).ok()?.trim();
        let begins = |point: &&'l Point| {
            let rest = self.sources[point.template].text[point.offset..].lines().next().unwrap_or_default();
            let code = [&self.delimiters.expression[0], &self.delimiters.block[0], &self.delimiters.comment[0]];
            let text = code.iter().filter_map(|open| rest.find(open.as_str())).min().map_or(rest, |at| &rest[..at]).trim();
            if line.starts_with(text) { text.len() } else { 0 }
        };
        // of lines that begin alike the first
        begun.rev().max_by_key(begins).filter(|point| begins(point) > 0)
    }

    /// The template and the expression in it that printed what was printed as that number.
    pub(super) fn printer(&self, template: usize, traced: Option<&Traced>, print: usize) -> (RepoPath, Span, Vec<Printed>) {
        let found = traced.and_then(|traced| traced.shown.iter().find(|shown| shown.print == Some(print)));
        let found = found.and_then(|shown| Some((shown, self.with_lines()?.points.get(shown.point?)?)));
        let Some((shown, point)) = found else { return (self.sources[template].file.clone(), Span::START, Vec::new()) };
        let source = &self.sources[point.template];
        let extent = extent(source, &parts(&source.text, &self.delimiters), point.offset);
        (source.file.clone(), span(&source.text, extent), self.printed(shown).into_iter().collect())
    }

    /// What was printed into a stretch of what was traced.
    pub(super) fn printed_in(&self, traced: &Traced, bytes: Range<usize>) -> Vec<Printed> {
        let is_there = |shown: &Shown| traced.noted.output.get(shown.offset..).is_some_and(|rest| rest.starts_with(shown.text.as_bytes()));
        let touches = |shown: &&Shown| shown.offset < bytes.end && shown.offset + shown.text.len() >= bytes.start && is_there(shown);
        traced.shown.iter().filter(touches).filter_map(|shown| self.printed(shown)).collect()
    }

    fn printed(&self, shown: &Shown) -> Option<Printed> {
        let point = self.with_lines()?.points.get(shown.point?)?;
        let source = &self.sources[point.template];
        let parts = parts(&source.text, &self.delimiters);
        let tokens = &parts.iter().find(|part| part.range.start == point.offset && part.piece == Piece::Expression)?.tokens;
        let expression = &source.text[tokens.first()?.range.start..tokens.last()?.range.end];
        Some(Printed { source: expression.to_owned(), text: shown.text.clone() })
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
        let reached: BTreeSet<usize> = noted.into_iter().flat_map(|traced| traced.noted.trace).map(|(id, _)| id).collect();
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
        let last = last.and_then(|id| self.guarded.points.get(id)).map(|point| (point.template, point.offset..point.offset));
        let (index, at, message) = match error.kind() {
            ErrorKind::RenderingError(report) | ErrorKind::SyntaxError(report) => {
                let index = self.sources.iter().position(|source| source.name == report.filename()).unwrap_or(template);
                let back = |offset: usize| self.guarded.probed[index].back(offset);
                let range = report.span().range.clone();
                (index, Some(back(range.start)..back(range.end)), report.message().to_owned())
            }
            other => {
                let message = if matches!(other, ErrorKind::Io(_)) {
                    "the templates write more output than is allowed".to_owned()
                } else {
                    other.to_string()
                };
                let (index, at) = last.map_or((template, None), |(index, at)| (index, Some(at)));
                (index, at, message)
            }
        };
        let source = &self.sources[index];
        if let Some(at) = at.as_ref().filter(|_| *why == Why::Mistake)
            && (message.contains("undefined") || message.contains("not defined"))
            && let Some(found) = undefined::undefined(&source.text, &self.delimiters, at.start, context)
        {
            let mistake = Mistake::new(&source.file, span(&source.text, found.range), TEMPLATE_ERROR, found.message);
            return Mistake { help: found.help, ..mistake };
        }
        let place = at.map_or(Span::START, |at| {
            let is_within = at.start < at.end && !source.text[at.clone()].contains('\n');
            span(&source.text, if is_within { at } else { extent(source, &parts(&source.text, &self.delimiters), at.start) })
        });
        let mut found = Mistake::new(&source.file, place, TEMPLATE_ERROR, sentence(&message));
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

/// What stands at a byte of a template: the whole of an expression or a tag, else the rest of the line.
fn extent(source: &Source, parts: &[Part], at: usize) -> Range<usize> {
    let code = parts.iter().find(|part| matches!(part.piece, Piece::Expression | Piece::Tag) && part.range.contains(&at));
    code.map_or_else(|| at..at + source.text[at..].lines().next().unwrap_or_default().trim_end().len(), |part| part.range.clone())
}

/// Where a byte of the output stands between `raw` and `endraw`, counted from a place behind which so many bytes had been written.
fn in_raw(source: &Source, parts: &[Part], from: usize, written: usize, byte: usize, shown: &[Shown]) -> Option<Range<usize>> {
    let mut at = written;
    for part in parts.iter().skip_while(|part| part.range.end <= from) {
        let body = &source.text[part.body.start.max(from.min(part.body.end))..part.body.end];
        let length = match part.piece {
            Piece::Text | Piece::Raw => body.len(),
            Piece::Comment => 0,
            Piece::Expression => shown.iter().find(|shown| shown.offset == at).map_or(0, |shown| shown.text.len()),
            Piece::Tag if matches!(part.word(&source.text, 0), "set" | "if" | "endif" | "endset") => 0,
            Piece::Tag => return None,
        };
        if byte < at + length {
            let raw = Some(part).filter(|part| part.piece == Piece::Raw)?;
            return Some(extent(source, parts, raw.body.start + byte - at));
        }
        at += length;
    }
    None
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

/// The templates that a template includes or extends, with where it says so.
fn includes<'a>(source: &'a Source, delimiters: &Delimiters) -> Vec<(&'a str, Range<usize>)> {
    let mut found = Vec::new();
    for part in parts(&source.text, delimiters) {
        if part.piece == Piece::Tag && matches!(part.word(&source.text, 0), "include" | "extends") {
            for token in part.tokens.iter().filter(|token| token.kind == Kind::Text) {
                found.push((&source.text[token.range.start + 1..token.range.end - 1], token.range.clone()));
            }
        }
    }
    found
}

/// Chains of includes end the process before Tera sees them, so they are measured first.
fn too_deep(sources: &[Source], delimiters: &Delimiters, most: usize) -> Option<Mistake> {
    let edges: BTreeMap<&str, Vec<(&str, Range<usize>)>> =
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
    let at = edges[source.name.as_str()].first().map_or(0..0, |edge| edge.1.clone());
    let message = format!("templates include each other more than {most} deep, or in a circle");
    Some(Mistake::new(&source.file, span(&source.text, at), TEMPLATE_LIMIT, message))
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
