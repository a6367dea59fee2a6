//! What rendering gives: units with their files, the objects in them, and what each was made from.

use crate::model::{
    Digest, Finding, JsonText, OnDelete, Place, ReleaseId, RendererId, RepoPath, RequestId, TargetKind, TargetName, UnitId,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Everything that the requests of one tree render to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// The units, without those that could not be rendered.
    pub units: BTreeMap<UnitId, Unit>,
    /// What is wrong with requests, releases, renderers and targets, as far as rendering sees it.
    pub findings: Vec<Finding>,
    /// Requests of which at least one unit could not be rendered: none of their units is ever taken for removed.
    pub failed: BTreeSet<RequestId>,
    /// Targets that outputs go to and that do not exist, with what they have to be.
    pub missing_targets: BTreeMap<TargetName, TargetKind>,
}

/// One unit as it is rendered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// `team/name/output@target`.
    pub id: UnitId,
    /// The file of its request.
    pub request_file: RepoPath,
    /// The release that rendered it.
    pub release: ReleaseId,
    /// What its target is.
    pub target_kind: TargetKind,
    /// The renderer of its output.
    pub renderer: RendererId,
    /// What happens to what was applied when the unit goes away.
    pub on_delete: OnDelete,
    /// Protected kinds that its golden path makes and may take away with the request.
    pub disposable: BTreeSet<String>,
    /// Units of the same request that are applied before this one.
    pub depends_on: Vec<UnitId>,
    /// Its files, by their path below the unit's folder.
    pub files: BTreeMap<RepoPath, RenderedFile>,
    /// The digest of the sorted paths and bytes of its files.
    pub digest: Digest,
    /// The objects and resources that its files hold, in the order of files and documents.
    pub objects: Vec<Object>,
    /// What its rendering read, sorted by path.
    pub reads: Vec<Read>,
}

/// One rendered file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenderedFile {
    /// Its bytes: LF, exactly one newline at the end, but for YAML that ends with a text which has more.
    #[serde(with = "crate::model::shared_bytes")]
    pub bytes: Arc<[u8]>,
    /// The digest of its bytes.
    pub digest: Digest,
    /// The template that it came from; for a generated file, `release.yaml`.
    pub template: RepoPath,
}

/// An object or resource that a rendered file holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// `Deployment`; for Terraform `terraform:aws_db_instance`.
    pub kind: String,
    /// The group of its `apiVersion`; empty for the core group and for Terraform.
    pub group: String,
    /// Its namespace, when it says one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The rendered file that holds it.
    pub file: RepoPath,
    /// The object as a value.
    pub document: JsonText,
}

/// Something that the rendering of a unit read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Read {
    /// A file, or a folder that is read as a whole (a release, a renderer).
    pub path: RepoPath,
    /// The digest of what was there.
    pub digest: Digest,
}

/// What rendering is about to do, told so that its death can be traced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The templates of a release are about to be loaded, by its `release.yaml`.
    Loads(RepoPath),
    /// They are loaded.
    Loaded(RepoPath),
    /// A file is about to be read as a template or as expressions.
    Begins(At),
    /// A tag or an expression is about to be run, where the rendering is traced.
    Step(Place),
    /// All units of a request are done; so many bytes are kept of them.
    Ended(RequestId, usize),
}

/// Who is told what rendering is about to do.
pub type Tell = Arc<dyn Fn(Progress) + Send + Sync>;

/// Who watches over a rendering, and what they want of it.
#[derive(Clone)]
pub struct Watched {
    /// Told everything, from the thread that does it.
    pub tell: Tell,
    /// Templates that are not run, and with a `release.yaml` none of its release: they were ended before. What needs them fails.
    pub without: BTreeSet<RepoPath>,
    /// Renders only this request, and tells each tag and expression.
    pub traced: Option<RequestId>,
    /// Whether somebody reads the objects as values; without, only who they are is kept.
    pub values: bool,
    /// Whether somebody asks what was read; without, none of it is kept.
    pub reads: bool,
    /// Whether somebody reads the files; without, manifests are checked and not written, so that digests of units mean nothing.
    pub bytes: bool,
    /// Takes each unit as soon as it is made, and gives back what is to be kept of it: its objects at least. With a cache that is off only.
    pub take: Option<Take>,
}

/// Who takes units as soon as they are made.
pub type Take = Arc<dyn Fn(Unit) -> Unit + Send + Sync>;

impl Watched {
    /// Nobody watches.
    pub fn by_nobody() -> Self {
        Self { tell: Arc::new(|_| {}), without: BTreeSet::new(), traced: None, values: true, reads: true, bytes: true, take: None }
    }

    pub(super) fn wants(&self, request: &RequestId) -> bool {
        self.traced.as_ref().is_none_or(|only| only == request)
    }
}

/// Where rendering is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The request.
    pub request: RequestId,
    /// The unit; nothing while it is worked out which units there are.
    pub unit: Option<UnitId>,
    /// The template, or `release.yaml` for its expressions.
    pub file: RepoPath,
}

/// How much one unit may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Steps of templates: each turn of a loop, branch, block and include, each element that a function makes, and what a filter goes through.
    pub steps: u64,
    /// Bytes of rendered output.
    pub output_bytes: usize,
    /// How deep templates may include each other.
    pub include_depth: usize,
    /// Units of one request.
    pub units: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 100_000, output_bytes: 4 << 20, include_depth: 16, units: 256 }
    }
}

impl Limits {
    /// The numbers, for a digest.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let Self { steps, output_bytes, include_depth, units } = self;
        [*steps, *output_bytes as u64, *include_depth as u64, *units as u64].into_iter().flat_map(u64::to_le_bytes).collect()
    }
}

impl Unit {
    /// The Kubernetes objects that one of its files holds.
    pub fn manifests(&self, file: &RepoPath) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(move |object| object.file == *file && !object.kind.starts_with("terraform:"))
    }

    /// Who it and its objects are, and from which templates, without bytes, values and what was read.
    #[must_use]
    pub fn stripped(self) -> Self {
        let objects = self.objects.into_iter().map(|object| Object { document: JsonText::default(), ..object });
        Self { objects: objects.collect(), ..self }.without_bytes()
    }

    /// Without the bytes of its files and what was read.
    #[must_use]
    pub fn without_bytes(self) -> Self {
        let none: Arc<[u8]> = Arc::from([]);
        let file = |(path, file): (RepoPath, RenderedFile)| (path, RenderedFile { bytes: Arc::clone(&none), ..file });
        Self { files: self.files.into_iter().map(file).collect(), reads: Vec::new(), ..self }
    }

    /// About how many bytes are kept of it.
    pub fn kept(&self) -> usize {
        const OF_FILE: usize = 128;
        const OF_OBJECT: usize = 256;
        let files = self.files.values().map(|file| OF_FILE + file.bytes.len());
        let objects = self.objects.iter().map(|object| OF_OBJECT + object.document.text().len());
        files.sum::<usize>() + objects.sum::<usize>()
    }

    /// The digest of sorted paths and bytes.
    pub fn digest_of(files: &BTreeMap<RepoPath, RenderedFile>) -> Digest {
        Self::digest_of_digests(files.iter().map(|(path, file)| (path, &file.digest)))
    }

    /// The same of what is known of the files: their sorted paths and digests.
    pub fn digest_of_digests<'a>(files: impl IntoIterator<Item = (&'a RepoPath, &'a Digest)>) -> Digest {
        let mut digester = crate::model::Digester::new();
        for (path, digest) in files {
            digester.add(path.as_str());
            digester.add(digest.bytes());
        }
        digester.finish()
    }
}

/// Units that were rendered before, by the digest of everything that they were made from.
///
/// It only saves work: with an empty one the same units come out. What a worker rendered never goes in.
#[derive(Clone, Default)]
pub struct Cache {
    /// Whether what is rendered is not kept at all.
    pub(super) is_off: bool,
    pub(super) requests: Kept<Vec<Arc<Variant>>>,
    pub(super) releases: Kept<Arc<super::release::Loaded>>,
}

/// What one request came to without errors, and what was read for it besides what every request reads.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    pub(super) units: Vec<Unit>,
    pub(super) findings: Vec<Finding>,
    pub(super) reads: Vec<Read>,
}

/// How many variants of one request are kept: those of the base and of some heads.
const MOST_VARIANTS: usize = 8;

/// How many renderings an entry stays that none of them used.
const KEPT_FOR: u64 = 4;

/// Values by digest; those that the last renderings did not use go away.
#[derive(Clone, Debug)]
pub(super) struct Kept<T> {
    values: BTreeMap<Digest, (T, u64)>,
    turn: u64,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { values: BTreeMap::new(), turn: 0 }
    }
}

impl<T> Kept<T> {
    pub(super) fn get(&self, key: &Digest) -> Option<&T> {
        self.values.get(key).map(|(value, _)| value)
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Takes in what one rendering used, and drops what has not been used for long.
    pub(super) fn used(&mut self, values: impl IntoIterator<Item = (Digest, T)>) {
        self.turn += 1;
        let turn = self.turn;
        self.values.extend(values.into_iter().map(|(key, value)| (key, (value, turn))));
        self.values.retain(|_, (_, last)| *last + KEPT_FOR > turn);
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("requests", &self.requests.len()).field("releases", &self.releases.len()).finish()
    }
}

impl Cache {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that keeps nothing, for who renders only once.
    pub fn off() -> Self {
        Self { is_off: true, ..Self::default() }
    }

    /// Takes in what one rendering used, each variant before those that are older.
    pub(super) fn keep(&mut self, used: Vec<(Digest, Arc<Variant>)>) {
        let known = |key: &Digest| self.requests.get(key).cloned().unwrap_or_default();
        let with = |(key, variant): (Digest, Arc<Variant>)| {
            let mut variants = known(&key);
            variants.retain(|other| !Arc::ptr_eq(other, &variant));
            variants.insert(0, variant);
            variants.truncate(MOST_VARIANTS);
            (key, variants)
        };
        let all: Vec<_> = used.into_iter().map(with).collect();
        self.requests.used(all);
    }

    /// How many requests it holds.
    pub fn len(&self) -> usize {
        self.requests.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.requests.len() == 0
    }
}
