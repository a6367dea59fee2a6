//! Patterns that are ready: making one takes longer than all else that a rule does.

use anyhow::{Result, anyhow, bail};
use regex::{Regex, RegexBuilder};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many are kept for the next object: each may grow to megabytes.
const MOST: usize = 64;
/// How large one may be, in bytes: hundreds of times what is written by hand.
const LARGEST: usize = 100 * 1024;

/// What is kept, of all threads.
static KEPT: Mutex<Kept> = Mutex::new(Kept { patterns: BTreeMap::new(), turn: 0 });

struct Kept {
    patterns: BTreeMap<Key, (u64, Arc<Regex>)>,
    /// Grows with each look.
    turn: u64,
}

/// A pattern as it is written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Regex(String),
    /// With what begins and ends its expressions.
    Template(String, char, char),
    /// With what `*` does not go over.
    Glob(String, Vec<char>),
}

impl Key {
    fn text(&self) -> &str {
        match self {
            Self::Regex(text) | Self::Template(text, _, _) | Self::Glob(text, _) => text,
        }
    }
}

/// What is said of a pattern that is too large: these words are looked for where a limit is told.
const TOO_LARGE: &str = "compiled regex exceeded size limit";

/// A pattern, made by `translated` into the language of the crate where it is not known.
pub(super) fn ready(key: Key, translated: impl FnOnce() -> Result<String>) -> Result<Arc<Regex>> {
    if let Some(known) = KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(known);
    }
    if key.text().len() > LARGEST {
        bail!(TOO_LARGE);
    }
    let made = RegexBuilder::new(&translated()?).size_limit(LARGEST).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => anyhow!(TOO_LARGE),
        _ => anyhow!("invalid regex"),
    })?;
    let made = Arc::new(made);
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).put(key, Arc::clone(&made));
    Ok(made)
}

impl Kept {
    fn get(&mut self, key: &Key) -> Option<Arc<Regex>> {
        self.turn += 1;
        let (turn, pattern) = self.patterns.get_mut(key)?;
        *turn = self.turn;
        Some(Arc::clone(pattern))
    }

    fn put(&mut self, key: Key, pattern: Arc<Regex>) {
        if self.patterns.len() >= MOST
            && let Some(oldest) = self.patterns.iter().min_by_key(|(_, (turn, _))| *turn).map(|(key, _)| key.clone())
        {
            self.patterns.remove(&oldest);
        }
        self.patterns.insert(key, (self.turn, pattern));
    }
}
