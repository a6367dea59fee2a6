//! What one rendering may spend, and what it did. Rendering is synchronous and components do not see the context,
//! so a thread-local is the only place that probes, functions and components can all reach.

use super::filters::escape;
use serde_json::Value as JsonValue;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, Write};
use tera::{Error, ErrorKind, Kwargs, State, Tera, TeraResult, Value};

/// Something that an expression printed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Print {
    /// How many bytes had been written before.
    pub(super) offset: usize,
    /// What was printed.
    pub(super) text: String,
    /// The value, when it came out of a typed filter.
    pub(super) typed: Option<JsonValue>,
    /// The languages that this filter, or another with the same output, writes.
    pub(super) written: Written,
}

/// The languages that a text is written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// YAML, which JSON is too.
    pub(super) yaml: bool,
    pub(super) hcl: bool,
}

impl Written {
    pub(super) const YAML: Self = Self { yaml: true, hcl: false };
    pub(super) const HCL: Self = Self { yaml: false, hcl: true };

    fn or(self, other: Self) -> Self {
        Self { yaml: self.yaml || other.yaml, hcl: self.hcl || other.hcl }
    }
}

/// What the running rendering has spent and noted.
#[derive(Default)]
struct Run {
    steps_left: u64,
    steps: u64,
    bytes: usize,
    max_bytes: usize,
    last: Option<usize>,
    prints: Vec<Print>,
    typed: BTreeMap<String, Typed>,
    /// How many outputs of typed filters were not printed yet.
    waiting: u32,
    marking: Marking,
    tracing: bool,
    trace: Vec<(usize, usize)>,
    shown: Vec<Shown>,
    spared: Vec<usize>,
    result: Option<Value>,
    why: Why,
}

/// The output of a typed filter.
struct Typed {
    value: JsonValue,
    written: Written,
    /// How often it was made and not printed yet.
    waiting: u32,
}

/// Why a rendering did not come to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Why {
    /// Something in a template is wrong.
    #[default]
    Mistake,
    /// It asks for more work, output or depth than is allowed.
    Limit,
    /// A template says so itself, in words of its own.
    Thrown,
}

/// A rendering that did not come to its end.
pub(super) struct Stopped {
    pub(super) error: Error,
    /// The number of the last probe that was passed.
    pub(super) last: Option<usize>,
    pub(super) why: Why,
}

/// How Tera says that components call each other too deep. Nothing but `throw` gives a message that a template has chosen as a whole.
const TOO_DEEP: &str = "Maximum render recursion depth for components exceeded.";

impl Stopped {
    fn new(error: Error, run: &Run) -> Self {
        let message = match error.kind() {
            ErrorKind::RenderingError(report) => report.message(),
            ErrorKind::Msg(message) => message,
            _ => "",
        };
        let why = if run.why == Why::Mistake && message == TOO_DEEP { Why::Limit } else { run.why };
        Self { last: run.last, why, error }
    }
}

/// Told the number of each probe before it is passed.
pub(super) type Told = Box<dyn Fn(usize)>;

thread_local! {
    static RUN: RefCell<Run> = RefCell::new(Run::default());
    static TOLD: RefCell<Option<Told>> = const { RefCell::new(None) };
    static SPENT: Cell<u64> = const { Cell::new(0) };
}

/// The steps that all renderings on this thread have taken so far.
pub(super) fn spent() -> u64 {
    SPENT.get()
}

fn ended() -> Run {
    let run = RUN.with_borrow_mut(std::mem::take);
    SPENT.set(spent().saturating_add(run.steps - run.steps_left));
    run
}

/// What a finished rendering noted.
#[derive(Debug, PartialEq)]
pub(super) struct Noted {
    pub(super) output: Vec<u8>,
    pub(super) prints: Vec<Print>,
    /// Number of a probe and bytes written before it, in the order of the output.
    pub(super) trace: Vec<(usize, usize)>,
    pub(super) steps: u64,
}

impl Noted {
    /// A text that was written without printing anything.
    pub(super) fn copied(text: &str) -> Self {
        Self { output: text.as_bytes().to_vec(), prints: Vec::new(), trace: Vec::new(), steps: 0 }
    }
}

/// What came of an expression while lines were traced.
#[derive(Debug)]
pub(super) struct Shown {
    /// How many bytes had been written before.
    pub(super) offset: usize,
    pub(super) text: String,
    /// The number of the last probe of a line that was passed.
    pub(super) point: Option<usize>,
    /// Which of the prints it is; nothing for what is no text, or was printed before.
    pub(super) print: Option<usize>,
}

/// What a rendering noted in which lines were traced.
pub(super) struct Traced {
    pub(super) noted: Noted,
    pub(super) shown: Vec<Shown>,
}

/// What stands for each printed string, so that what it would change can be seen.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Marking {
    /// The string.
    #[default]
    None,
    /// A word that nothing else uses.
    Placeholder,
    /// The same, as a text of JSON where a typed value stands: a bare word is none of its values.
    Quoted,
    /// The string, escaped as between the quotes of an HCL string; typed values as they are.
    Escaped,
}

/// How a rendering runs.
#[derive(Clone, Copy, Default)]
pub(super) struct Mode<'m> {
    pub(super) marking: Marking,
    /// Prints that stay as they are.
    pub(super) spared: &'m [usize],
    /// Notes which line of which template wrote what.
    tracing: bool,
}

impl<'m> Mode<'m> {
    /// With something else for each print but some.
    pub(super) fn marked(marking: Marking, spared: &'m [usize]) -> Self {
        Self { marking, spared, tracing: false }
    }
}

/// The word that stands for the print of this number.
pub(super) fn placeholder(index: usize) -> String {
    format!("gpx{index:05}z")
}

fn spend(steps: u64) -> TeraResult<()> {
    RUN.with_borrow_mut(|run| {
        if run.steps_left < steps {
            run.why = Why::Limit;
            return Err(Error::message(format!("the templates take more than {} steps", run.steps)));
        }
        run.steps_left -= steps;
        Ok(())
    })
}

/// Charges what a function is about to make.
pub(super) fn charge(elements: u64) -> TeraResult<()> {
    spend(elements)
}

/// Notes that a text is what a typed filter writes for a language, and gives it as a value that is printed as it is.
pub(super) fn typed(text: &str, value: JsonValue, written: Written) -> TeraResult<Value> {
    spend(1 + text.len() as u64 / 256)?;
    RUN.with_borrow_mut(|run| {
        run.waiting += 1;
        match run.typed.get_mut(text) {
            Some(known) => {
                // what two values are written as is written for neither
                known.written = if known.value == value { known.written.or(written) } else { Written::default() };
                known.waiting += 1;
            }
            None => drop(run.typed.insert(text.to_owned(), Typed { value, written, waiting: 1 })),
        }
    });
    Ok(Value::safe_string(text))
}

/// Registers the probes.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("__step", |id: u64, _: Kwargs, _: &State| -> TeraResult<Value> {
        let id = usize::try_from(id).ok();
        RUN.with_borrow_mut(|run| run.last = id);
        TOLD.with_borrow(|told| told.iter().zip(id).for_each(|(told, id)| told(id)));
        spend(1)?;
        Ok(Value::safe_string(""))
    });
    tera.register_filter("__at", |id: u64, _: Kwargs, _: &State| -> Value {
        RUN.with_borrow_mut(|run| {
            if run.tracing {
                run.trace.push((usize::try_from(id).unwrap_or(usize::MAX), run.bytes));
            }
        });
        Value::safe_string("")
    });
    tera.register_filter("__count", |value: Value, _: Kwargs, _: &State| -> TeraResult<Value> {
        spend(value.len().unwrap_or(1) as u64)?;
        Ok(value)
    });
    for (name, cost) in [("__walk", walk as fn(&Value) -> u64), ("__cut", cut), ("__pair", pair)] {
        tera.register_filter(name, move |value: Value, _: Kwargs, _: &State| -> TeraResult<Value> {
            spend(cost(&value))?;
            Ok(value)
        });
    }
    tera.register_filter("__print", |value: Value, _: Kwargs, _: &State| print(value));
    tera.register_function("throw", |arguments: Kwargs, _: &State| -> TeraResult<bool> {
        let message = arguments.must_get::<&str>("message")?;
        RUN.with_borrow_mut(|run| run.why = Why::Thrown);
        Err(Error::message(message))
    });
    tera.register_function("__result", |arguments: Kwargs, _: &State| -> TeraResult<Value> {
        let value = arguments.get::<Value>("v")?.unwrap_or_else(Value::undefined);
        RUN.with_borrow_mut(|run| run.result = Some(value));
        Ok(Value::safe_string(""))
    });
}

/// Bytes of text that are gone through in the time of a step.
const BYTES: u64 = 32;

/// The same where each may become a text of its own.
const CUT_BYTES: u64 = 4;

/// Pairs that are compared in the time of a step.
const PAIRS: u64 = 64;

/// What it costs to go through a value: its text, or its elements with their texts.
fn walk(value: &Value) -> u64 {
    let text = |value: &Value| value.as_str().map_or(0, |text| text.len() as u64 / BYTES);
    match (value.as_array(), value.as_map()) {
        (Some(elements), _) => elements.iter().map(|element| 1 + text(element)).sum(),
        (None, Some(members)) => members.len() as u64,
        (None, None) => text(value),
    }
}

/// What it costs to cut a text into many.
fn cut(value: &Value) -> u64 {
    value.as_str().map_or(0, |text| text.len() as u64 / CUT_BYTES)
}

/// What it costs to compare each element with each other.
fn pair(value: &Value) -> u64 {
    let elements = value.as_array().map_or(0, |elements| elements.len() as u64);
    walk(value).saturating_add(elements.saturating_mul(elements) / PAIRS)
}

/// Notes what is printed; a list or a map has no text of its own.
fn print(value: Value) -> TeraResult<Value> {
    if value.is_array() || value.is_map() {
        let what = if value.is_array() { "a list" } else { "a map" };
        return Err(Error::message(format!("{what} cannot be printed as it is; use the filter `yaml`, `json` or `hcl`")));
    }
    RUN.with_borrow_mut(|run| run.show(|| value.to_string()));
    let Some(text) = value.as_str() else { return Ok(value) };
    let mark = RUN.with_borrow_mut(|run| run.note(text, value.is_safe()));
    Ok(match mark {
        Some(mark) => Value::safe_string(&mark),
        None => value.mark_safe(),
    })
}

/// Writes a text that comes to be written and that nobody has noted, as of a filter over a part of a template.
pub(super) fn write_unnoted(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mark = RUN.with_borrow_mut(|run| {
        run.show(|| text.to_owned());
        run.note(text, false)
    });
    out.write_all(mark.as_deref().unwrap_or(text).as_bytes())
}

impl Run {
    /// Keeps what came of an expression, where lines are traced.
    fn show(&mut self, text: impl FnOnce() -> String) {
        if self.tracing {
            let point = self.trace.last().map(|(id, _)| *id);
            self.shown.push(Shown { offset: self.bytes, text: text(), point, print: None });
        }
    }

    /// Notes a text that is printed, if it is not put together of what was noted; gives what stands for it.
    fn note(&mut self, text: &str, is_safe: bool) -> Option<String> {
        let (typed, written) = match self.typed.get_mut(text).filter(|_| is_safe) {
            Some(known) => {
                let waited = known.waiting.min(1);
                known.waiting -= waited;
                self.waiting -= waited;
                (Some(known.value.clone()), known.written)
            }
            // put together of what was noted when it was printed, unless it may be made of what a typed filter gave
            None if is_safe && self.waiting == 0 => return None,
            None => (None, Written::default()),
        };
        let index = self.prints.len();
        let mark = match (self.marking, &typed) {
            _ if self.spared.contains(&index) => None,
            (Marking::None, _) | (Marking::Escaped, Some(_)) => None,
            (Marking::Quoted, Some(_)) => Some(format!("\"{}\"", placeholder(index))),
            (Marking::Placeholder, _) | (Marking::Quoted, None) => Some(placeholder(index)),
            (Marking::Escaped, None) => Some(escape(text)),
        };
        if let Some(shown) = self.shown.last_mut() {
            shown.print = Some(index);
        }
        self.prints.push(Print { offset: self.bytes, text: text.to_owned(), typed, written });
        mark
    }
}

struct Counted(Vec<u8>);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fits = RUN.with_borrow_mut(|run| {
            run.bytes += bytes.len();
            let fits = run.bytes <= run.max_bytes;
            run.why = if fits { run.why } else { Why::Limit };
            fits
        });
        if !fits {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Most templates print less often.
const TYPICAL_PRINTS: usize = 32;

/// Renders one template with at most so many steps and bytes.
pub(super) fn render(tera: &Tera, name: &str, context: &tera::Context, steps: u64, bytes: usize, mode: Mode<'_>) -> Result<Noted, Stopped> {
    run(tera, name, context, steps, bytes, mode).map(|traced| traced.noted)
}

/// The same, noting which line of which template wrote what.
pub(super) fn trace(tera: &Tera, name: &str, context: &tera::Context, steps: u64, bytes: usize) -> Result<Traced, Stopped> {
    run(tera, name, context, steps, bytes, Mode { tracing: true, ..Mode::default() })
}

fn run(tera: &Tera, name: &str, context: &tera::Context, steps: u64, bytes: usize, mode: Mode<'_>) -> Result<Traced, Stopped> {
    let prints = Vec::with_capacity(TYPICAL_PRINTS);
    let Mode { marking, spared, tracing } = mode;
    let run = Run { steps_left: steps, steps, max_bytes: bytes, prints, marking, spared: spared.to_vec(), tracing, ..Run::default() };
    RUN.with_borrow_mut(|slot| *slot = run);
    let mut out = Counted(Vec::with_capacity(2048));
    let result = tera.render_to(name, context, &mut out);
    let run = ended();
    match result {
        Ok(()) => {
            let noted = Noted { output: out.0, prints: run.prints, trace: run.trace, steps: steps - run.steps_left };
            Ok(Traced { noted, shown: run.shown })
        }
        Err(error) => Err(Stopped::new(error, &run)),
    }
}

/// Renders, telling the number of each probe that is passed.
pub(super) fn render_telling<T>(told: Told, render: impl FnOnce() -> T) -> T {
    TOLD.set(Some(told));
    let rendered = render();
    TOLD.set(None);
    rendered
}

/// Evaluates a template made of one `__result` call, and gives the typed value.
pub(super) fn evaluate(tera: &Tera, name: &str, context: &tera::Context, steps: u64) -> Result<Value, Stopped> {
    RUN.with_borrow_mut(|slot| *slot = Run { steps_left: steps, steps, ..Run::default() });
    let result = tera.render_to(name, context, io::sink());
    let run = ended();
    match result {
        Ok(()) => Ok(run.result.unwrap_or_else(Value::undefined)),
        Err(error) => Err(Stopped::new(error, &run)),
    }
}
