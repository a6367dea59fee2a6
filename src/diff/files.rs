//! Rendered files and objects that differ.

use super::hunks::unified;
use super::marked::{are_marks, in_marks_alone, in_release_alone};
use super::masked;
use super::{About, FileChange, FileStatus, ObjectChange, replaced};
use crate::model::RepoPath;
use crate::render::{Object, RenderedFile, Unit};
use serde_json::Value;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// The file that goldpath writes into every root of Terraform, and what it names as its template, as no template may give it.
const GENERATED: &str = "goldpath.tf.json";
const MADE_FROM: &str = "release.yaml";

/// How the files of a unit differ, of which these are the objects that do.
pub(super) fn changed_files(pair: (Option<&Unit>, Option<&Unit>), objects: &[Differing<'_>]) -> Vec<FileChange> {
    let mut of_files: BTreeMap<&RepoPath, Vec<&Differing<'_>>> = BTreeMap::new();
    objects.iter().for_each(|object| of_files.entry(object.file()).or_default().push(object));
    let of_file = |path: &RepoPath| of_files.get(path).map(Vec::as_slice).unwrap_or_default();
    paths(pair).into_iter().filter_map(|both| file_change(both, of_file(both.0))).collect()
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

/// A line that stands for those of a change of which none is shown.
const UNSEEN: &str = " (what changes here is written among the values of a Secret, and is not shown)\n";

fn file_change((path, before, after): BothFiles<'_>, objects: &[&Differing<'_>]) -> Option<FileChange> {
    let status = status(before, after)?;
    let (old, new) = (text(before), text(after));
    let secrets = masked::may_hold(&old) || masked::may_hold(&new);
    let is_data = || [".yaml", ".yml", ".json"].iter().any(|end| path.as_str().ends_with(end));
    let [old, new] = if secrets { masked::shown(&old, &new, is_data()) } else { [old.as_ref().into(), new.as_ref().into()] };
    let (mut hunks, added, removed) = unified(&old, &new);
    if secrets && hunks.is_empty() {
        hunks.push_str(UNSEEN);
    }
    let template = after.or(before)?.template.clone();
    let about = about((path, &template), status, &hunks, objects);
    Some(FileChange { path: path.clone(), status, about, template, hunks, added, removed })
}

/// What a changed file tells. It tells of marks alone where its lines do and so does every object in it: a line may look like a mark inside
/// of a text, and an object does not say what is written beside it.
fn about((path, template): (&RepoPath, &RepoPath), status: FileStatus, hunks: &str, objects: &[&Differing<'_>]) -> About {
    let generated = objects.is_empty() && path.as_str() == GENERATED && template.file_name() == MADE_FROM;
    let marks = |object: &&Differing<'_>| matches!(object, Differing::Changed(both) if both.differ_in_marks_alone());
    let stays = |object: &&Differing<'_>| !matches!(object, Differing::Added(_));
    if status == FileStatus::Changed && are_marks(hunks) && (generated || !objects.is_empty() && objects.iter().all(marks)) {
        About::Marks
    } else if objects.iter().any(stays) {
        About::Objects
    } else if objects.is_empty() {
        About::Text
    } else {
        About::NewObjects
    }
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
    release_alone: OnceCell<bool>,
    marks_alone: OnceCell<bool>,
    replaced: OnceCell<bool>,
}

impl<'u> Both<'u> {
    pub(super) fn new(before: &'u Object, after: &'u Object) -> Self {
        Self {
            before,
            after,
            values: OnceCell::new(),
            release_alone: OnceCell::new(),
            marks_alone: OnceCell::new(),
            replaced: OnceCell::new(),
        }
    }

    /// Both as values, which are read only once.
    pub(super) fn values(&self) -> &(Value, Value) {
        self.values.get_or_init(|| (self.before.document.value(), self.after.document.value()))
    }

    /// Whether they differ in nothing but the release that goldpath writes on them.
    pub(super) fn differ_in_release_alone(&self) -> bool {
        *self.release_alone.get_or_init(|| in_release_alone(self.before.document.text(), self.after.document.text()))
    }

    /// Whether what differs makes the object new, which is worked out only once.
    pub(super) fn are_replaced(&self, judged: impl FnOnce() -> bool) -> bool {
        *self.replaced.get_or_init(judged)
    }

    /// Whether they differ in nothing but the release and the end that goldpath writes on them. It may read them: only where their lines say so.
    fn differ_in_marks_alone(&self) -> bool {
        self.differ_in_release_alone()
            || *self.marks_alone.get_or_init(|| {
                let (before, after) = self.values();
                in_marks_alone(before, after)
            })
    }

    /// Whether that is known of them already.
    fn are_known_to_differ_in_marks_alone(&self) -> bool {
        self.differ_in_release_alone() || self.marks_alone.get() == Some(&true)
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

    /// The file that it stands in.
    fn file(&self) -> &'u RepoPath {
        let (Self::Added(object) | Self::Removed(object) | Self::Changed(Both { after: object, .. })) = self;
        &object.file
    }

    /// What is told of it, once its file was looked at.
    pub(super) fn change(&self) -> ObjectChange {
        let (Self::Added(object) | Self::Removed(object) | Self::Changed(Both { after: object, .. })) = self;
        let Object { kind, group: _, namespace, name, file: _, document: _ } = object;
        let marks_alone = matches!(self, Self::Changed(both) if both.are_known_to_differ_in_marks_alone());
        let replaced = matches!(self, Self::Changed(both) if !both.differ_in_release_alone() && replaced::is(both));
        let (kind, namespace, name) = (kind.clone(), namespace.clone(), name.clone());
        ObjectChange { status: self.status(), kind, namespace, name, marks_alone, replaced }
    }
}

pub(super) fn changed_objects<'u>(pair: (Option<&'u Unit>, Option<&'u Unit>)) -> Vec<Differing<'u>> {
    let (before, after) = (objects(pair.0), objects(pair.1));
    let keys: BTreeSet<&ObjectKey<'_>> = before.keys().chain(after.keys()).collect();
    keys.into_iter().filter_map(|key| Differing::of(before.get(key).copied(), after.get(key).copied())).collect()
}
