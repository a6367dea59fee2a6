//! What the child gives back: units as soon as they are made, so that they are held only once on either side of the pipe.

use super::inside::put;
use super::wire;
use super::{Amended, Evaluated, Said, Wanted, Wants};
use crate::model::{JsonText, RepoPath, UnitId};
use crate::render::{Object, RenderedFile, Unit};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Says what is wanted, unit by unit, while others are made.
pub(super) struct Giver {
    wants: Wants,
    /// Whether policies are asked about the units when all are made.
    asks: bool,
    out: Mutex<io::BufWriter<io::Stdout>>,
    /// The units that were said when they were made, with the number of those that they come after.
    said: Mutex<BTreeMap<UnitId, usize>>,
    /// Why one of them could not be said: then nothing is given, as what is missing would be taken for removed.
    failed: Mutex<Option<io::Error>>,
}

impl Giver {
    pub(super) fn of(wants: Wants, asks: bool) -> Self {
        let out = Mutex::new(io::BufWriter::with_capacity(64 << 10, io::stdout()));
        Self { wants, asks, out, said: Mutex::default(), failed: Mutex::default() }
    }

    /// Says a unit while others are made; gives back what is still needed of it.
    pub(super) fn take(&self, unit: Unit) -> Unit {
        let rest = self.rest_of(&unit);
        let told = match self.wants {
            Wants::Nothing | Wants::Findings => return rest,
            Wants::Files => files_of(unit),
            Wants::Units | Wants::Everything => unit,
        };
        locked(&self.said).insert(told.id.clone(), told.depends_on.len());
        // many at the same time make theirs ready, and one after the other says it
        let sent = wire::frame(&Said::Unit(Box::new(told))).and_then(|frame| locked(&self.out).write_all(&frame));
        if let Err(error) = sent {
            locked(&self.failed).get_or_insert(error);
        }
        rest
    }

    /// Who a unit and its objects are, and from which templates: what tells whether two hold the same. Where policies are asked, also what they
    /// see of it: the objects, and the files that hold none.
    fn rest_of(&self, unit: &Unit) -> Unit {
        let none: Arc<[u8]> = Arc::from([]);
        let seen = |path: &RepoPath| self.asks && unit.manifests(path).next().is_none();
        let file = |(path, file): (&RepoPath, &RenderedFile)| {
            let bytes = if seen(path) { &file.bytes } else { &none };
            (path.clone(), RenderedFile { bytes: Arc::clone(bytes), digest: file.digest, template: file.template.clone() })
        };
        let document = |object: &Object| if self.asks { object.document.clone() } else { JsonText::default() };
        let objects = unit.objects.iter().map(|object| Object { document: document(object), ..object.clone() });
        Unit { files: unit.files.iter().map(file).collect(), objects: objects.collect(), reads: Vec::new(), ..unit.clone() }
    }

    /// Says the rest, and ends.
    pub(super) fn give(&self, mut evaluated: Evaluated, wanted: Wanted) -> io::Result<()> {
        locked(&self.failed).take().map_or(Ok(()), Err)?;
        // the system takes back at once what would take long to take apart
        let units = ManuallyDrop::new(std::mem::take(&mut evaluated.rendered.units));
        let said = std::mem::take(&mut *locked(&self.said));
        let mut amended = Amended { refused: said.keys().filter(|id| !units.contains_key(id)).cloned().collect(), ..Amended::default() };
        let mut out = locked(&self.out);
        for unit in units.values() {
            match (said.get(&unit.id), self.wants) {
                (Some(after), _) if *after == unit.depends_on.len() => {}
                (Some(_), _) => drop(amended.depends_on.insert(unit.id.clone(), unit.depends_on.clone())),
                (None, Wants::Nothing | Wants::Findings) => {}
                (None, Wants::Files) => put(&mut *out, &Said::Unit(Box::new(files_of(unit.clone()))))?,
                (None, Wants::Units | Wants::Everything) => put(&mut *out, &Said::Unit(Box::new(unit.clone())))?,
            }
        }
        if !wanted.platform {
            std::mem::forget(std::mem::take(&mut evaluated.parsed.platform));
        }
        put(&mut *out, &Said::Done(Box::new(evaluated), amended))?;
        out.flush()?;
        std::process::exit(0);
    }
}

fn files_of(unit: Unit) -> Unit {
    Unit { objects: Vec::new(), reads: Vec::new(), ..unit }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
