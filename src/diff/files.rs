//! Rendered files and objects that differ.

use super::hunks::unified;
use super::marked::in_release_alone;
use super::{FileChange, FileStatus, ObjectChange};
use crate::model::RepoPath;
use crate::render::{Object, RenderedFile, Unit};
use serde_json::Value;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn changed_files(pair: (Option<&Unit>, Option<&Unit>)) -> Vec<FileChange> {
    paths(pair).into_iter().filter_map(file_change).collect()
}

/// How the files of a unit differ; nothing is said of those that do not.
pub(super) fn statuses<'u>(pair: (Option<&'u Unit>, Option<&'u Unit>)) -> BTreeMap<&'u RepoPath, FileStatus> {
    let all = paths(pair).into_iter();
    all.filter_map(|(path, before, after)| Some((path, status(before, after)?))).collect()
}

type BothFiles<'u> = (&'u RepoPath, Option<&'u RenderedFile>, Option<&'u RenderedFile>);

fn paths<'u>((before, after): (Option<&'u Unit>, Option<&'u Unit>)) -> Vec<BothFiles<'u>> {
    let file = |unit: Option<&'u Unit>, path: &RepoPath| unit.and_then(|unit| unit.files.get(path));
    let paths: BTreeSet<&RepoPath> = before.into_iter().chain(after).flat_map(|unit| unit.files.keys()).collect();
    paths.into_iter().map(|path| (path, file(before, path), file(after, path))).collect()
}

fn status(before: Option<&RenderedFile>, after: Option<&RenderedFile>) -> Option<FileStatus> {
    match (before, after) {
        (None, Some(_)) => Some(FileStatus::Added),
        (Some(_), None) => Some(FileStatus::Removed),
        (Some(old), Some(new)) if old.digest != new.digest => Some(FileStatus::Changed),
        (None, None) | (Some(_), Some(_)) => None,
    }
}

fn file_change((path, before, after): BothFiles<'_>) -> Option<FileChange> {
    let status = status(before, after)?;
    let (hunks, added, removed) = unified(&text(before), &text(after));
    let template = after.or(before)?.template.clone();
    Some(FileChange { path: path.clone(), status, template, hunks, added, removed })
}

fn text(file: Option<&RenderedFile>) -> Cow<'_, str> {
    let Some(file) = file else { return Cow::Borrowed("") };
    // what is text is told much faster than what is not
    std::str::from_utf8(&file.bytes).map_or_else(|_| String::from_utf8_lossy(&file.bytes), Cow::Borrowed)
}

type ObjectKey<'a> = (&'a str, &'a str, Option<&'a str>, &'a str);

fn objects(unit: Option<&Unit>) -> BTreeMap<ObjectKey<'_>, &Object> {
    let objects = unit.into_iter().flat_map(|unit| &unit.objects);
    objects
        .map(|object| ((object.kind.as_str(), object.group.as_str(), object.namespace.as_deref(), object.name.as_str()), object))
        .collect()
}

/// An object that comes, changes or goes, as it was and as it is.
pub(super) enum Differing<'u> {
    Added(&'u Object),
    Removed(&'u Object),
    Changed(Both<'u>),
}

/// An object that stays, before and after.
pub(super) struct Both<'u> {
    pub(super) before: &'u Object,
    pub(super) after: &'u Object,
    values: OnceCell<(Value, Value)>,
}

impl<'u> Both<'u> {
    pub(super) fn new(before: &'u Object, after: &'u Object) -> Self {
        Self { before, after, values: OnceCell::new() }
    }

    /// Both as values, which are read only once.
    pub(super) fn values(&self) -> &(Value, Value) {
        self.values.get_or_init(|| (self.before.document.value(), self.after.document.value()))
    }

    /// Whether they differ in nothing but the release that goldpath writes on them.
    pub(super) fn differ_in_release_alone(&self) -> bool {
        in_release_alone(self.before.document.text(), self.after.document.text())
    }

    /// Whether they are not the same, in whatever order their keys stand.
    fn differ(&self) -> bool {
        let (before, after) = (self.before.document.text(), self.after.document.text());
        let another_order = || {
            let (before, after) = self.values();
            before == after
        };
        // in another order they are as long, and of the same bytes
        let sum = |text: &str| {
            text.bytes().fold((0_u64, 0_u64), |(sum, squares), byte| (sum + u64::from(byte), squares + u64::from(byte) * u64::from(byte)))
        };
        before != after && !(before.len() == after.len() && sum(before) == sum(after) && another_order())
    }
}

impl<'u> Differing<'u> {
    fn of(before: Option<&'u Object>, after: Option<&'u Object>) -> Option<Self> {
        match (before, after) {
            (None, Some(after)) => Some(Self::Added(after)),
            (Some(before), None) => Some(Self::Removed(before)),
            (Some(before), Some(after)) => Some(Both::new(before, after)).filter(Both::differ).map(Self::Changed),
            (None, None) => None,
        }
    }

    /// How it differs.
    fn status(&self) -> FileStatus {
        match self {
            Self::Added(_) => FileStatus::Added,
            Self::Removed(_) => FileStatus::Removed,
            Self::Changed(_) => FileStatus::Changed,
        }
    }

    /// As it was and as it is.
    pub(super) fn pair(&self) -> (Option<&'u Object>, Option<&'u Object>) {
        match self {
            Self::Added(object) => (None, Some(object)),
            Self::Removed(object) => (Some(object), None),
            Self::Changed(Both { before, after, .. }) => (Some(before), Some(after)),
        }
    }

    /// What is told of it.
    pub(super) fn change(&self) -> ObjectChange {
        let (Self::Added(object) | Self::Removed(object) | Self::Changed(Both { after: object, .. })) = self;
        let Object { kind, group: _, namespace, name, file: _, document: _ } = object;
        ObjectChange { status: self.status(), kind: kind.clone(), namespace: namespace.clone(), name: name.clone() }
    }
}

pub(super) fn changed_objects<'u>(pair: (Option<&'u Unit>, Option<&'u Unit>)) -> Vec<Differing<'u>> {
    let (before, after) = (objects(pair.0), objects(pair.1));
    let keys: BTreeSet<&ObjectKey<'_>> = before.keys().chain(after.keys()).collect();
    keys.into_iter().filter_map(|key| Differing::of(before.get(key).copied(), after.get(key).copied())).collect()
}
