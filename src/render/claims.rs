//! No object is held twice: units that claim one object are all refused, as none of them may take it from another.

use super::blame::{MOST_FINDINGS, last_behind};
use super::codes::DUPLICATE_OBJECT;
use super::merged::MOST_RELATED;
use super::rendered::{Object, Rendered, Unit};
use super::request::{Outcome, World};
use crate::model::{Finding, OutputName, Place, ReleaseId, RequestId, Span, TargetName, Turn, UnitId, quoted_list};
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::BuildHasher as _;

/// Which object of which target.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key<'a> {
    target: &'a TargetName,
    /// Each root of Terraform has a state of its own, so that only its own resources are in the way.
    root: Option<&'a UnitId>,
    group: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
}

impl<'a> Key<'a> {
    fn of(unit: &'a Unit, object: &'a Object) -> Self {
        let root = object.kind.starts_with("terraform:").then_some(&unit.id);
        let Object { kind, group, namespace, name, file: _, document: _ } = object;
        Self { target: &unit.id.target, root, group, kind, namespace: namespace.as_deref(), name }
    }

    /// Its kind and its name, as messages show them.
    fn shown(&self) -> String {
        let namespace = self.namespace.map_or_else(String::new, |namespace| format!("{namespace}/"));
        format!("{} `{namespace}{}`", self.kind.trim_start_matches("terraform:"), self.name)
    }
}

fn keys(unit: &Unit) -> impl Iterator<Item = Key<'_>> {
    unit.objects.iter().map(|object| Key::of(unit, object))
}

/// Refuses every unit that holds an object which another one holds too, or that holds one twice.
pub(super) fn refuse_shared(rendered: &mut Rendered, world: &World<'_>) {
    if all_differ(rendered) {
        return;
    }
    let claims = Claims::of(&rendered.units);
    let findings = claims.findings(&rendered.units, world);
    let refused: BTreeSet<UnitId> = claims.shared.keys().flatten().chain(claims.twice.keys()).map(|id| (*id).clone()).collect();
    for unit in refused {
        rendered.units.remove(&unit);
        rendered.failed.insert(unit.request);
    }
    rendered.findings.extend(findings);
}

/// Whether no two objects are the same, as far as one look at each tells; where it says no, they are compared.
fn all_differ(rendered: &Rendered) -> bool {
    let hasher = RandomState::new();
    let mut seen = HashSet::with_capacity(rendered.units.len() * 4);
    rendered.units.values().all(|unit| keys(unit).all(|key| seen.insert(hasher.hash_one(key))))
}

/// Objects that are held more than once.
struct Claims<'a> {
    /// By the units that hold them: those that share one object share many, and are told of once.
    shared: BTreeMap<Vec<&'a UnitId>, Vec<Key<'a>>>,
    /// By the unit that holds them twice.
    twice: BTreeMap<&'a UnitId, Vec<Key<'a>>>,
}

type Units = BTreeMap<UnitId, Unit>;

impl<'a> Claims<'a> {
    fn of(units: &'a Units) -> Self {
        let mut holders: BTreeMap<Key<'a>, Vec<&'a UnitId>> = BTreeMap::new();
        for unit in units.values() {
            for key in keys(unit) {
                holders.entry(key).or_default().push(&unit.id);
            }
        }
        let mut claims = Self { shared: BTreeMap::new(), twice: BTreeMap::new() };
        for (key, mut ids) in holders {
            let again: BTreeSet<&UnitId> = ids.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
            for id in again {
                claims.twice.entry(id).or_default().push(key);
            }
            ids.dedup();
            if ids.len() > 1 {
                claims.shared.entry(ids).or_default().push(key);
            }
        }
        claims
    }

    fn findings(&self, units: &Units, world: &World<'_>) -> Vec<Finding> {
        let mut search = Search { world, left: MOST_FINDINGS };
        let mut findings = Vec::new();
        // what a golden path writes twice it writes twice for every request, so the value behind it is looked for once
        let mut by_path: BTreeMap<_, Vec<(&Unit, &[Key<'_>])>> = BTreeMap::new();
        for (id, keys) in &self.twice {
            let unit = &units[*id];
            let whose: (&ReleaseId, &OutputName, &str, &str) = (&unit.release, &id.output, keys[0].group, keys[0].kind);
            if let Some(met) = by_path.get_mut(&whose) {
                met.push((unit, keys));
                continue;
            }
            let looks = search.left > 0;
            match search.behind(id, |outcome| outcome.units.iter().any(|after| fewer_are_twice(unit, after))) {
                Some(place) => findings.push(twice(unit, keys, place)),
                None if looks => by_path.entry(whose).or_default().push((unit, keys)),
                None => findings.push(twice(unit, keys, Place::file(unit.request_file.clone()))),
            }
        }
        findings.extend(by_path.values().map(|met| by_the_path(met, world)));
        findings.extend(self.shared.iter().map(|(ids, keys)| shared(units, ids, keys, &mut search)));
        said_once(findings)
    }
}

/// One finding for each place: what is wrong there is wrong once, however many units it makes.
fn said_once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<(Finding, usize)> = Vec::new();
    for finding in findings {
        let same = kept.iter_mut().find(|(other, _)| other.place == finding.place && other.turn == finding.turn);
        match same.filter(|_| finding.place.span != Span::START) {
            Some((first, more)) => {
                *more += 1;
                let new: Vec<_> = finding.related.into_iter().filter(|related| !first.related.contains(related)).collect();
                first.related.extend(new);
                first.related.truncate(MOST_RELATED);
            }
            None => kept.push((finding, 0)),
        }
    }
    let told = |(mut finding, more): (Finding, usize)| {
        if more > 0 {
            finding.message += &format!(" (and so in {more} more)");
        }
        finding
    };
    kept.into_iter().map(told).collect()
}

/// Looks for the values behind what is held twice, so often and no oftener: each search renders a request many times.
struct Search<'w> {
    world: &'w World<'w>,
    left: usize,
}

impl Search<'_> {
    /// The value of a unit's request whose change gives an outcome that is `fixed`.
    fn behind(&mut self, unit: &UnitId, fixed: impl Fn(&Outcome) -> bool) -> Option<Place> {
        let request = self.world.platform.requests.get(&unit.request)?;
        self.left = self.left.checked_sub(1)?;
        last_behind(self.world, request, fixed)
    }
}

/// Whether a unit still has all of its objects, and fewer of them twice: not only another name for both.
fn fewer_are_twice(before: &Unit, after: &Unit) -> bool {
    let differ = |unit: &Unit| keys(unit).collect::<BTreeSet<_>>().len();
    before.id == after.id && before.objects.len() == after.objects.len() && differ(after) > differ(before)
}

/// ` and 2 other objects`, behind the first.
fn and_more(keys: &[Key<'_>]) -> String {
    match keys.len() - 1 {
        0 => String::new(),
        1 => " and another object".to_owned(),
        more => format!(" and {more} other objects"),
    }
}

/// One unit that holds objects twice.
fn twice(unit: &Unit, keys: &[Key<'_>], place: Place) -> Finding {
    let message = format!("`{}` holds the {}{} twice", unit.id, keys[0].shown(), and_more(keys));
    Finding::error(DUPLICATE_OBJECT, place, message).help("Give one of the two another name.")
}

/// Objects that a golden path writes twice into each of these units, whatever is asked for: told once, where the first is written last.
fn by_the_path(met: &[(&Unit, &[Key<'_>])], world: &World<'_>) -> Finding {
    let (unit, keys) = met[0];
    let last = unit.objects.iter().rfind(|object| Key::of(unit, object) == keys[0]).and_then(|object| unit.files.get(&object.file));
    let place = Place::file(last.map_or(&unit.request_file, |file| &file.template).clone());
    let requests: BTreeMap<&RequestId, &Unit> = met.iter().rev().map(|(unit, _)| (&unit.id.request, *unit)).collect();
    let mut finding = twice(unit, keys, place).turn(Turn::PathOwner);
    for (id, unit) in requests.iter().take(MOST_RELATED) {
        finding = finding.related(Place::file(unit.request_file.clone()), format!("rendered for `{id}`"));
    }
    if requests.len() > MOST_RELATED {
        finding.message += &format!(" (and so in {} more)", requests.len() - MOST_RELATED);
    }
    match world.platform.paths.get(&unit.release.path) {
        Some(path) => finding.owned(path),
        None => finding,
    }
}

/// Units that hold the same objects.
fn shared(units: &Units, ids: &[&UnitId], keys: &[Key<'_>], search: &mut Search<'_>) -> Finding {
    let second = ids[1];
    let file = |id: &UnitId| Place::file(units[id].request_file.clone());
    let lacks = |unit: &Unit| unit.id == *second && self::keys(unit).all(|key| key != keys[0]);
    let looks = search.left > 0;
    // another name for all that one request makes is no way out
    let differ = |all: &[Unit]| {
        let of = |id: &UnitId| all.iter().find(|unit| unit.id == *id);
        let (one, other) = (of(ids[0])?, of(second)?);
        let taken: BTreeSet<Key<'_>> = self::keys(one).collect();
        Some(self::keys(other).all(|key| !taken.contains(&key)))
    };
    let is_alone = ids.iter().any(|id| id.request != second.request);
    let behind =
        search.behind(second, |outcome| if is_alone { outcome.units.iter().any(lacks) } else { differ(&outcome.units) == Some(true) });
    let message = format!("{} hold the {}{} of the target `{}`", who(ids), keys[0].shown(), and_more(keys), second.target);
    let help = match ids.len() {
        2 => "Give one of them another name, or take one of the requests away.",
        _ => "Give all of them but one another name, or take their requests away.",
    };
    let by_request = |place| Finding::error(DUPLICATE_OBJECT, place, message.clone()).help(help);
    let mut finding = match behind {
        Some(place) => by_request(place),
        // no request says the name, so that none can say another one
        None if looks => fixed(&units[second], ids, &keys[0], &message, search.world),
        None => by_request(file(second)),
    };
    let mut told = BTreeSet::new();
    let others = ids.iter().filter(|id| **id != second && told.insert(&id.request));
    for id in others.take(MOST_RELATED) {
        finding = finding.related(file(id), format!("`{}` is asked for here", id.request));
    }
    finding
}

/// An object whose name no request gives: for the owner of the golden path to mend, where the name is written.
fn fixed(unit: &Unit, ids: &[&UnitId], key: &Key<'_>, message: &str, world: &World<'_>) -> Finding {
    let object = unit.objects.iter().find(|object| Key::of(unit, object) == *key);
    let template = object.and_then(|object| unit.files.get(&object.file)).map(|file| &file.template);
    let place = template.map_or_else(
        || Place::file(unit.request_file.clone()),
        |template| Place::new(template.clone(), name_of(world.snapshot.text(template.as_str()).unwrap_or_default(), key.kind)),
    );
    let help = if ids.iter().all(|id| id.request == unit.id.request) {
        "Write it into one of the outputs alone, or give each its own name."
    } else {
        "Make its name from `metadata.name`, so that each request has one of its own."
    };
    let finding = Finding::error(DUPLICATE_OBJECT, place, message).help(help).turn(Turn::PathOwner);
    match world.platform.paths.get(&unit.release.path) {
        Some(path) => finding.owned(path),
        None => finding,
    }
}

/// Where a template writes the name of an object of a kind: the first name behind the kind; the whole file, where that is not seen.
fn name_of(text: &str, kind: &str) -> Span {
    let is_kind = |line: &str| line.split("kind:").nth(1).is_some_and(|rest| rest.trim_start_matches([' ', '"']).starts_with(kind));
    let mut behind = text.lines().zip(1..).skip_while(|(line, _)| !is_kind(line));
    let Some((line, number)) = behind.find(|(line, _)| line.contains("name:")) else { return Span::START };
    let columns = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let blank = columns(line) - columns(line.trim_start());
    Span { line: number, column: blank + 1, end_line: number, end_column: columns(line.trim_end()) + 1 }
}

/// "`a` and `b` both", "`a`, `b` and `c` all", "`a`, `b`, `c`, `d`, `e` and 7 more".
fn who(ids: &[&UnitId]) -> String {
    let names: Vec<String> = ids.iter().take(MOST_RELATED).map(ToString::to_string).collect();
    let listed = || quoted_list(names.iter().map(String::as_str));
    match ids.len() - names.len() {
        0 if names.len() == 2 => format!("{} both", listed()),
        0 => format!("{} all", listed()),
        more => format!("`{}` and {more} more", names.join("`, `")),
    }
}
