//! Lines of rendered files that Terraform speaks of, traced back to the template and the request. Only accepted templates are run for it.

use super::{Outside, Tree};
use crate::command::Apply;
use crate::model::{MadeBy, Place, Platform, RepoPath};
use crate::observe::{Action, Outcome, Verb};
use crate::render::{self, Limits, Unit};
use std::collections::BTreeMap;

impl Outside {
    /// What came of applying a unit, with what made the line that its error names.
    pub(super) fn traced(&self, apply: &Apply, unit: &Unit, outcome: Outcome) -> Outcome {
        let Outcome::Failed { message, at, made_by: None } = outcome else { return outcome };
        // what goes away is not made any more
        let accepted = apply.transition.after.and_then(|_| self.trusted(&apply.commit).ok());
        let made_by = accepted.zip(at.as_ref()).and_then(|(tree, (file, line))| made_by(&tree, &tree, unit, file, *line));
        Outcome::Failed { message, at, made_by }
    }
}

/// What made a line of a unit of a tree; nothing where it cannot be told.
pub(super) fn made_by(accepted: &Tree, tree: &Tree, unit: &Unit, file: &str, line: u32) -> Option<MadeBy> {
    Traced::of(accepted, tree, unit)?.made_by(file, line)
}

/// The lines of templates that give the resources which a plan recreates.
pub(super) fn recreated(accepted: &Tree, tree: &Tree, unit: &Unit, actions: &[Action]) -> BTreeMap<String, Place> {
    let recreated: Vec<&Action> = actions.iter().filter(|action| matches!(action.verb, Verb::Replace | Verb::Delete)).collect();
    let Some(traced) = (!recreated.is_empty()).then(|| Traced::of(accepted, tree, unit)).flatten() else { return BTreeMap::new() };
    let place = |action: &Action| {
        let (file, line) = block(unit, &action.address)?;
        traced.made_by(file.as_str(), line)?.template
    };
    recreated.into_iter().filter_map(|action| Some((action.address.clone(), place(action)?))).collect()
}

/// A unit of a tree, among what was accepted. What only the tree brought does not run here: its request is put among the accepted files, and must
/// give the same bytes with these.
struct Traced<'a> {
    accepted: &'a Tree,
    tree: &'a Tree,
    unit: &'a Unit,
    /// What is accepted, with the request of the unit as the tree has it.
    platform: Platform,
}

impl<'a> Traced<'a> {
    fn of(accepted: &'a Tree, tree: &'a Tree, unit: &'a Unit) -> Option<Self> {
        let request = tree.parsed.platform.requests.get(&unit.id.request).filter(|_| accepted.brought.is_none())?;
        let mut platform = accepted.parsed.platform.clone();
        platform.requests.insert(request.id.clone(), request.clone());
        Some(Self { accepted, tree, unit, platform })
    }

    fn made_by(&self, file: &str, line: u32) -> Option<MadeBy> {
        let is_it = |path: &&RepoPath| file == path.as_str() || file.ends_with(&format!("/{path}"));
        let path = self.unit.files.keys().find(is_it)?;
        let of = (&self.accepted.snapshot, &self.platform);
        render::made_by(of, &self.tree.snapshot, &Limits::default(), self.unit, (path, line))
    }
}

/// The only line at which a resource of the root itself begins.
fn block<'u>(unit: &'u Unit, address: &str) -> Option<(&'u RepoPath, u32)> {
    let (kind, name) = address.split('[').next()?.split_once('.')?;
    let begins = format!("resource \"{kind}\" \"{name}\"");
    let texts = unit.files.iter().filter_map(|(path, file)| Some((path, std::str::from_utf8(&file.bytes).ok()?)));
    let mut found = texts.flat_map(|(path, text)| {
        (1..).zip(text.lines()).filter(|(_, line)| line.trim_start().starts_with(&begins)).map(move |(number, _)| (path, number))
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
