//! The expressions and one-line templates of a release: `forEach`, `when`, `target` and the values of exports. Their work is counted as that of
//! templates is.

use super::allowed;
use super::budget::{self, Mode, Stopped, Why};
use super::codes::{EXPRESSION_ERROR, TEMPLATE_LIMIT};
use super::engine::{END_SOONER, Mistake, sentence};
use super::filters::{self, to_json};
use super::lexer::{Delimiters, Kind, Part, Piece, parts};
use super::probe::{Probed, Probes, probe};
use super::undefined::{Undefined, undefined};
use crate::model::{Output, Release, RepoPath, Span, TargetSelector};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use tera::{Context, ErrorKind, Tera};

const STEPS: u64 = 10_000;
const LONGEST_LINE: usize = 1024;

/// Why an expression comes to nothing.
pub(super) struct Failed {
    /// In one sentence without a full stop.
    pub(super) message: String,
    /// What may be done about it; empty where that depends on where the expression stands.
    help: String,
    /// Whether it asks for more than is allowed.
    is_limit: bool,
}

impl Failed {
    /// Something in the expression is wrong.
    pub(super) fn new(message: String) -> Self {
        Self { message, help: String::new(), is_limit: false }
    }

    /// The same in other words.
    pub(super) fn said(self, say: impl FnOnce(&str) -> String) -> Self {
        Self { message: say(&self.message), ..self }
    }

    /// As a mistake of the file that holds the expression; `help`: what may be done about one that is wrong.
    pub(super) fn mistake(self, file: &RepoPath, span: Span, help: &str) -> Mistake {
        let help = if self.help.is_empty() { help } else { &self.help };
        let (code, help) = if self.is_limit { (TEMPLATE_LIMIT, END_SOONER) } else { (EXPRESSION_ERROR, help) };
        Mistake { help: help.to_owned(), ..Mistake::new(file, span, code, self.message) }
    }
}

/// The expressions of one release, loaded.
pub(super) struct Expressions {
    tera: Tera,
    /// What is wrong with those that cannot be used, by their name.
    wrong: BTreeMap<String, String>,
    /// What is loaded, as it is written, by its name.
    sources: BTreeMap<String, String>,
    /// Templates in which nothing is to be run, by their name.
    fixed: BTreeMap<String, String>,
}

impl Expressions {
    /// Loads all expressions of a release.
    pub(super) fn load(release: &Release) -> Self {
        let mut loaded = Self::none();
        for output in &release.outputs {
            for (what, source) in [("forEach", &output.for_each), ("when", &output.when)] {
                if let Some(source) = source {
                    loaded.expression(name(what, output), source);
                }
            }
            if let TargetSelector::Template(source) = &output.target {
                loaded.template(name("target", output), source);
            }
        }
        for (export, source) in &release.exports {
            loaded.template(format!("export:{export}"), source);
        }
        loaded
    }

    /// Loads templates of one line, each with its name.
    pub(super) fn lines<'s>(sources: impl Iterator<Item = (String, &'s str)>) -> Self {
        let mut loaded = Self::none();
        sources.for_each(|(name, source)| loaded.template(name, source));
        loaded
    }

    fn none() -> Self {
        let mut tera = Tera::new();
        tera.autoescape_on(Vec::<&str>::new());
        filters::register(&mut tera);
        budget::register(&mut tera);
        Self { tera, wrong: BTreeMap::new(), sources: BTreeMap::new(), fixed: BTreeMap::new() }
    }

    fn expression(&mut self, name: String, source: &str) {
        if !is_one_expression(source) {
            self.wrong.insert(name, format!("`{source}` is not one expression"));
            return;
        }
        if assigns(source) {
            self.wrong.insert(name, format!("`{source}` sets something with `=`; compare with `==`"));
            return;
        }
        self.add(name, &format!("{{{{ __result(v=({source})) }}}}"));
    }

    fn template(&mut self, name: String, source: &str) {
        let hidden = parts(source, &Delimiters::default()).iter().any(|part| {
            (0..part.tokens.len()).any(|index| part.tokens[index].kind == Kind::Ident && part.word(source, index).starts_with("__"))
        });
        if hidden || source.contains('\n') {
            self.wrong.insert(name, format!("`{}` is not a template of one line", source.trim().replace('\n', "⏎")));
            return;
        }
        if !source.contains('{') && source.len() <= LONGEST_LINE {
            self.fixed.insert(name.clone(), source.to_owned());
        }
        self.add(name, source);
    }

    fn add(&mut self, name: String, source: &str) {
        if let Err(error) = self.tera.add_raw_template(&name, source) {
            self.wrong.insert(name, explain(&error));
        } else if let Some(refused) =
            allowed::refused(source, &Delimiters::default()).into_iter().find(|refused| refused.name != "__result")
        {
            self.wrong.insert(name, refused.to_string());
        } else if let Err(error) = self.tera.add_raw_template(&name, &probed(source).source) {
            self.wrong.insert(name, explain(&error));
        } else {
            self.sources.insert(name, source.to_owned());
        }
    }

    /// Why one came to nothing; `shown` is how messages name it.
    fn failed(&self, shown: &str, name: &str, stopped: &Stopped, context: &Context) -> Failed {
        let is_limit = stopped.why == Why::Limit;
        let found = self.undefined(name, stopped, context).filter(|_| !is_limit);
        let (message, help) = found.map_or_else(|| (explain(&stopped.error), String::new()), |found| (found.message, found.help));
        Failed { message: format!("`{shown}`: {message}"), help, is_limit }
    }

    /// The path that is not there, where that is why one came to nothing.
    fn undefined(&self, name: &str, stopped: &Stopped, context: &Context) -> Option<Undefined> {
        let ErrorKind::RenderingError(report) = stopped.error.kind() else { return None };
        let source =
            self.sources.get(name).filter(|_| report.message().contains("undefined") || report.message().contains("not defined"))?;
        let at = probed(source).back(report.span().range.start);
        undefined(source, &Delimiters::default(), at, context)
    }

    /// The elements of `forEach`; nothing when the output has none.
    pub(super) fn for_each(&self, output: &Output, context: &Context) -> Result<Option<Vec<Json>>, Failed> {
        if output.for_each.is_none() {
            return Ok(None);
        }
        match self.value("forEach", output, context)? {
            Json::Array(items) => Ok(Some(items)),
            other => Err(Failed::new(format!("`forEach` gives {}, not a list", kind(&other)))),
        }
    }

    /// Whether the output is wanted.
    pub(super) fn when(&self, output: &Output, context: &Context) -> Result<bool, Failed> {
        if output.when.is_none() {
            return Ok(true);
        }
        match self.value("when", output, context)? {
            Json::Bool(wanted) => Ok(wanted),
            other => Err(Failed::new(format!("`when` gives {}, not true or false", kind(&other)))),
        }
    }

    /// The name of the target.
    pub(super) fn target(&self, output: &Output, context: &Context) -> Result<String, Failed> {
        self.line("target", &name("target", output), context)
    }

    /// The value of a static export.
    pub(super) fn export(&self, export: &str, context: &Context) -> Result<String, Failed> {
        self.line(export, &format!("export:{export}"), context)
    }

    /// What a template of one line comes to; `shown` is how messages name it.
    pub(super) fn line(&self, shown: &str, name: &str, context: &Context) -> Result<String, Failed> {
        self.usable(shown, name)?;
        if let Some(fixed) = self.fixed.get(name) {
            return Ok(fixed.clone());
        }
        let noted = budget::render(&self.tera, name, context, STEPS, LONGEST_LINE, Mode::default());
        let noted = noted.map_err(|stopped| self.failed(shown, name, &stopped, context))?;
        Ok(String::from_utf8_lossy(&noted.output).into_owned())
    }

    /// Whether a template of one line could be loaded, and why not.
    pub(super) fn loads(&self, name: &str) -> Result<(), String> {
        self.wrong.get(name).map_or(Ok(()), |message| Err(message.clone()))
    }

    fn usable(&self, shown: &str, name: &str) -> Result<(), Failed> {
        self.wrong.get(name).map_or(Ok(()), |message| Err(Failed::new(format!("`{shown}`: {message}"))))
    }

    fn value(&self, what: &str, output: &Output, context: &Context) -> Result<Json, Failed> {
        let name = name(what, output);
        self.usable(what, &name)?;
        let value = budget::evaluate(&self.tera, &name, context, STEPS).map_err(|stopped| self.failed(what, &name, &stopped, context))?;
        to_json(&value).map_err(|error| Failed::new(format!("`{what}`: {}", explain(&error))))
    }
}

/// A template in which each step is counted.
fn probed(source: &str) -> Probed {
    probe(0, "", source, &Delimiters::default(), Probes::Count, &mut Vec::new())
}

/// Whether a template reads a name that it is given.
pub(super) fn reads(source: &str, name: &str) -> bool {
    reads_where(source, name, |_, _| true)
}

/// Whether a template reads more of a name that it is given than one of its fields.
pub(super) fn reads_beyond(source: &str, name: &str, field: &str) -> bool {
    reads_where(source, name, |part, index| part.word(source, index + 1) != "." || part.word(source, index + 2) != field)
}

/// Whether a template reads a name at a token of which something is so.
fn reads_where(source: &str, name: &str, is_so: impl Fn(&Part, usize) -> bool) -> bool {
    parts(source, &Delimiters::default()).iter().filter(|part| matches!(part.piece, Piece::Expression | Piece::Tag)).any(|part| {
        let before = |index: usize, back: usize| index.checked_sub(back).map_or("", |index| part.word(source, index));
        // what is behind one point is a field, and behind three it is all that a name holds
        let is_field = |index: usize| before(index, 1) == "." && before(index, 2) != ".";
        let begins = |index: usize| part.tokens[index].kind == Kind::Ident && before(index, 1) != "|" && !is_field(index);
        (0..part.tokens.len()).any(|index| begins(index) && part.word(source, index) == name && is_so(part, index))
    })
}

fn name(what: &str, output: &Output) -> String {
    format!("{what}:{}", output.name)
}

/// Whether a text is one expression: nothing in it ends the call that it is put into.
fn is_one_expression(source: &str) -> bool {
    let text = format!("{{{{ {source} }}}}");
    let parts = parts(&text, &Delimiters::default());
    let [only] = parts.as_slice() else { return false };
    if only.piece != Piece::Expression || only.tokens.is_empty() {
        return false;
    }
    let mut depth = 0_i64;
    for (index, token) in only.tokens.iter().enumerate() {
        match (token.kind, only.word(&text, index)) {
            (Kind::Sign, "(" | "[" | "{") => depth += 1,
            (Kind::Sign, ")" | "]" | "}") => depth -= 1,
            (Kind::Sign, ",") if depth == 0 => return false,
            (Kind::Ident, word) if word.starts_with("__") => return false,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// Whether a single `=` stands in an expression where nothing is called.
fn assigns(source: &str) -> bool {
    let text = format!("{{{{ {source} }}}}");
    let parts = parts(&text, &Delimiters::default());
    let Some(part) = parts.first() else { return false };
    let mut depth = 0_i64;
    (0..part.tokens.len()).any(|index| {
        let word = |index: usize| part.word(&text, index);
        depth += i64::from(matches!(word(index), "(" | "[" | "{")) - i64::from(matches!(word(index), ")" | "]" | "}"));
        let before = index.checked_sub(1).map_or("", word);
        depth == 0 && word(index) == "=" && !matches!(before, "=" | "!" | "<" | ">") && word(index + 1) != "="
    })
}

fn explain(error: &tera::Error) -> String {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => sentence(report.message()),
        ErrorKind::Io(_) => format!("it comes to more than {LONGEST_LINE} bytes"),
        other => {
            let text = other.to_string();
            let line = text.lines().find(|line| line.contains("nknown ")).unwrap_or(&text);
            sentence(&line[line.find("nknown ").map_or(0, |at| at.saturating_sub(1))..])
        }
    }
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a map",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_template_reads_is_seen_however_it_is_written() {
        for source in ["{{ spec.a }}", "a{% if spec %}b{% endif %}", "{{ x[spec.a] }}", "{{ [...spec.a] | first }}", "{{ f(a=spec) }}"] {
            assert!(reads(source, "spec"), "{source}");
        }
        for source in ["spec", "{{ team.spec }}", "{{ \"spec\" }}", "{{ a | spec }}", "{{ a?.spec }}"] {
            assert!(!reads(source, "spec"), "{source}");
        }
        for source in ["{{ metadata.labels.x }}", "{{ metadata }}", "{{ metadata[\"name\"] }}", "{{ metadata.name }}{{ metadata | json }}"]
        {
            assert!(reads_beyond(source, "metadata", "name"), "{source}");
        }
        assert!(!reads_beyond("{{ team.name }}-{{ metadata.name | lower }}", "metadata", "name"));
    }
}
