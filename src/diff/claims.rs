//! What the requests of a tree claim for themselves, so that a few of them can be compared without the others.
//!
//! Requests know nothing of each other but two things: no two have one name, and no two hold one object. So when nothing outside
//! `requests/` differs, those that are the same in both trees say the same in both, unless a changed one claims what is theirs.

use super::{Diff, Side, Size};
use crate::model::{Digester, Finding, Platform, Release, Request, Team};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One claim: the beginning of a digest. Two that collide are taken for a conflict, which costs time and is never wrong.
type Key = [u8; 16];

/// What all requests of a faultless tree claim: their names, and the objects that they hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    size: Size,
    /// Sorted.
    keys: Vec<Key>,
}

impl Claims {
    /// The claims of a tree; nothing when it has a mistake, because then one request may change what is said about another.
    pub fn of(tree: Side<'_>) -> Option<Self> {
        let platform = &tree.parsed.platform;
        let rendered = tree.rendered;
        let faultless = requests_stand_alone(platform)
            && platform.broken.is_empty()
            && !tree.parsed.findings.iter().any(Finding::is_error)
            && rendered.findings.is_empty()
            && rendered.failed.is_empty()
            && rendered.missing_targets.is_empty();
        let keys = || keys(tree).into_iter().collect();
        faultless.then(|| Self { size: super::size(tree), keys: keys() })
    }

    /// How much is beside a part of this tree; nothing when the part at the head claims what is beside it, or has a mistake that may be about
    /// more than itself: then only the whole trees can be compared.
    pub fn beside(&self, part: &Part) -> Option<Size> {
        let Part { size, base, head, about_two } = part;
        if *about_two || !base.iter().all(|key| self.keys.binary_search(key).is_ok()) {
            return None;
        }
        if head.iter().any(|key| !base.contains(key) && self.keys.binary_search(key).is_ok()) {
            return None;
        }
        Some(Size { units: self.size.units.checked_sub(size.units)?, requests: self.size.requests.checked_sub(size.requests)? })
    }

    /// As bytes, to be kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let sizes = [self.size.units as u64, self.size.requests as u64];
        let mut bytes: Vec<u8> = sizes.iter().flat_map(|size| size.to_le_bytes()).collect();
        bytes.extend(self.keys.iter().flatten());
        bytes
    }

    /// From bytes that were kept; nothing when they are none of these.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (units, rest) = bytes.split_first_chunk::<8>()?;
        let (requests, rest) = rest.split_first_chunk::<8>()?;
        let (keys, over) = rest.as_chunks::<16>();
        let size = |bytes: &[u8; 8]| usize::try_from(u64::from_le_bytes(*bytes)).ok();
        let size = Size { units: size(units)?, requests: size(requests)? };
        (over.is_empty() && keys.is_sorted()).then(|| Self { size, keys: keys.to_vec() })
    }
}

/// What a part of two trees claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Of the base.
    size: Size,
    base: BTreeSet<Key>,
    head: BTreeSet<Key>,
    /// Whether the head has a mistake that is about two of its requests.
    about_two: bool,
}

impl Part {
    /// The claims of a part.
    pub fn of(base: Side<'_>, head: Side<'_>) -> Self {
        let about_two = |finding: &Finding| finding.code.as_str().starts_with("duplicate");
        let about_two = head.parsed.findings.iter().chain(&head.rendered.findings).any(about_two);
        Self { size: super::size(base), base: keys(base), head: keys(head), about_two }
    }
}

impl Diff {
    /// Adds what is the same on both sides and was not looked at.
    pub fn add_unchanged(&mut self, beside: Size) {
        self.unchanged += beside.units;
        for size in [&mut self.base_size, &mut self.head_size] {
            size.units += beside.units;
            size.requests += beside.requests;
        }
    }
}

/// Whether nothing that a request is made from speaks of other requests. It is written out field by field: whoever adds one that does (a number
/// per team, a reference to another request) says here that such a tree is compared as a whole.
fn requests_stand_alone(platform: &Platform) -> bool {
    let Platform { settings: _, teams, targets: _, paths: _, releases, libraries: _, requests, broken: _, exceptions: _, policies: _ } =
        platform;
    let of_team = |team: &Team| {
        let Team { name: _, file: _, title: _, members: _, contact: _, cost_centre: _, quotas, values: _ } = team;
        quotas.is_empty()
    };
    let of_release = |release: &Release| {
        let Release {
            id: _,
            file: _,
            serves: _,
            facts: _,
            lifetime: _,
            disposable: _,
            outputs: _,
            exports: _,
            refs,
            libraries: _,
            digest: _,
        } = release;
        refs.is_empty()
    };
    let of_request = |request: &Request| {
        let Request { id: _, file: _, release: _, pinned: _, document: _, facts: _, refs } = request;
        refs.is_empty()
    };
    teams.values().all(of_team) && releases.values().all(of_release) && requests.values().all(of_request)
}

fn keys(tree: Side<'_>) -> BTreeSet<Key> {
    let names = tree.parsed.platform.known_requests().map(|id| Digester::new().field("request").field(id.to_string()));
    let objects = tree.rendered.units.values().flat_map(|unit| unit.objects.iter().map(move |object| (unit, object)));
    let objects = objects.filter(|(_, object)| !object.kind.starts_with("terraform:")).map(|(unit, object)| {
        let place = Digester::new().field("object").field(unit.id.target.as_str()).field(&object.group).field(&object.kind);
        let place = match &object.namespace {
            Some(namespace) => place.field("in").field(namespace),
            None => place,
        };
        place.field(&object.name)
    });
    let key = |digester: Digester| *digester.finish().bytes().first_chunk().expect("a digest is longer");
    names.chain(objects).map(key).collect()
}
