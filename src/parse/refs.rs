//! Requests that name other requests: these are there, of the golden path that is asked for, and no circle leads back.

use super::codes;
use super::request::Asked;
use crate::model::{Finding, Place, Platform, Ref, ReleaseId, RepoPath, Request, RequestId, and_more, close_match, meant};
use std::collections::{BTreeMap, BTreeSet};

/// Checks what requests name once all of them are read; one that cannot have what it names is known as broken from then on. `asked`: what those
/// name that are broken already. What was found so far tells whether one that is broken has mistakes of its own, or those of its golden path.
pub(super) fn check(platform: &mut Platform, asked: &[Asked], known: &[Finding]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut wrong: BTreeSet<RequestId> = BTreeSet::new();
    let mut behind = Behind::default();
    for request in platform.requests.values() {
        for (name, named) in &request.refs {
            if let Some(finding) = mistake(platform, &request.file, &request.release, (name, named)) {
                findings.push(finding);
            } else if platform.broken.contains_key(&named.request) {
                behind.add(&named.request, request, named);
            } else {
                continue;
            }
            wrong.insert(request.id.clone());
        }
    }
    let of_refused = asked.iter().flat_map(|one| one.refs.iter().map(move |named| (one, named)));
    findings.extend(of_refused.filter_map(|(one, named)| mistake(platform, &one.file, &one.release, named)));
    for ring in rings(platform) {
        // one that cannot name the other at all is told of that
        let told = |one: &Finding| findings.iter().any(|told| told.place == one.place);
        let more: Vec<Finding> = circle(platform, &ring).into_iter().filter(|one| !told(one)).collect();
        findings.extend(more);
        wrong.extend(ring);
    }
    leave_out(platform, &wrong, &mut behind);
    let errors = || known.iter().chain(&findings).filter(|finding| finding.is_error());
    // where nothing is told of what keeps it from being read, it is told here
    let has_errors = |file: &RepoPath| errors().any(|finding| finding.place.path == *file) || errors().next().is_none();
    let behind = behind.told(platform, has_errors);
    findings.extend(behind);
    findings
}

/// The requests that cannot be rendered because of another one's errors, by that one.
#[derive(Default)]
struct Behind {
    /// The one with errors behind each request, whether it names that one itself or one between.
    cause: BTreeMap<RequestId, RequestId>,
    /// Where they name it, or the one between.
    places: BTreeMap<RequestId, Vec<(Place, RequestId)>>,
}

impl Behind {
    fn add(&mut self, cause: &RequestId, request: &Request, named: &Ref) {
        let cause = self.cause.get(cause).unwrap_or(cause).clone();
        let place = Place::new(request.file.clone(), named.span);
        self.cause.entry(request.id.clone()).or_insert_with(|| cause.clone());
        self.places.entry(cause).or_default().push((place, named.request.clone()));
    }

    /// One finding for each with errors, where it is named first. Of one that its golden path keeps from being read, the path's owner is told already.
    fn told(self, platform: &Platform, has_errors: impl Fn(&RepoPath) -> bool) -> Vec<Finding> {
        let told = |(cause, mut places): (RequestId, Vec<(Place, RequestId)>)| {
            places.sort();
            let others = places.split_off(1);
            let (place, named) = places.pop()?;
            let what = if named == cause {
                "has errors of its own".to_owned()
            } else {
                format!("cannot be rendered, because `{cause}` has errors")
            };
            let message = format!("`{named}`, which is named here, {what}");
            let message = and_more(&message, others.iter().map(|(place, _)| place.path.to_string()));
            let finding = Finding::error(codes::BROKEN_REFERENCE, place, message).help("Mend that one; nothing needs to change here.");
            let file = platform.broken.get(&cause).map(|file| Place::file(file.clone()));
            let finding = file.into_iter().fold(finding, |finding, file| finding.related(file, "the one with errors"));
            Some(others.into_iter().fold(finding, |finding, (place, _)| finding.related(place, "named here too")))
        };
        let is_at_fault = |cause: &RequestId| platform.broken.get(cause).is_none_or(&has_errors);
        self.places.into_iter().filter(|(cause, _)| is_at_fault(cause)).filter_map(told).collect()
    }
}

/// What is wrong with one request that another names, when it is one.
fn mistake(platform: &Platform, file: &RepoPath, release: &ReleaseId, (name, named): (&String, &Ref)) -> Option<Finding> {
    let place = Place::new(file.clone(), named.span);
    let wanted = &platform.releases.get(release)?.refs.get(name)?.path;
    let Some(other) = platform.requests.get(&named.request) else {
        if platform.broken.contains_key(&named.request) {
            return None;
        }
        let fits = platform.requests.values().filter(|other| other.id.team == named.request.team && other.release.path == *wanted);
        let message = format!("there is no request `{}`", named.request);
        let help = match close_match(named.request.name.as_str(), fits.map(|other| other.id.name.as_str())) {
            Some(near) => meant(near),
            None => format!("Name a request of `{wanted}` that is there, or add it under `requests/{}/`.", named.request.team),
        };
        return Some(Finding::error(codes::UNKNOWN_REQUEST, place, message).help(help));
    };
    if other.release.path == *wanted {
        return None;
    }
    let message = format!("`{}` is a request of `{}`, and one of `{wanted}` is wanted here", named.request, other.release.path);
    let finding = Finding::error(codes::OTHER_REQUEST, place, message).help(format!("Name a request of `{wanted}`."));
    Some(finding.related(Place::file(other.file.clone()), "the one that is named"))
}

/// The circles of references, each once: what is left when requests that name nothing open are taken out again and again.
fn rings(platform: &Platform) -> Vec<Vec<RequestId>> {
    let names =
        |id: &RequestId| platform.requests.get(id).into_iter().flat_map(|request| request.refs.values().map(|named| &named.request));
    let mut rings = Vec::new();
    let mut done: BTreeSet<&RequestId> = BTreeSet::new();
    for start in platform.requests.keys() {
        // One way from here, as far as it is not known yet: a list of those on it, each with what it still has to look at.
        let mut way = vec![(start, names(start).collect::<Vec<_>>())];
        while let Some((id, open)) = way.last_mut() {
            let id = *id;
            match open.pop() {
                None => {
                    done.insert(id);
                    way.pop();
                }
                Some(next) if done.contains(next) => {}
                Some(next) => match way.iter().position(|(on, _)| *on == next) {
                    Some(at) => rings.push(way[at..].iter().map(|(on, _)| (*on).clone()).collect()),
                    None => way.push((next, names(next).collect())),
                },
            }
        }
    }
    rings
}

/// A circle, told at each of its requests.
fn circle(platform: &Platform, ring: &[RequestId]) -> Vec<Finding> {
    let shown: Vec<String> = ring.iter().chain(ring.first()).map(|id| format!("`{id}`")).collect();
    let message = format!("requests refer to each other in a circle: {}", shown.join(" → "));
    let at = |(index, id): (usize, &RequestId)| {
        let request = platform.requests.get(id)?;
        let next = &ring[(index + 1) % ring.len()];
        let named = request.refs.values().find(|named| named.request == *next)?;
        let place = Place::new(request.file.clone(), named.span);
        Some(Finding::error(codes::REFERENCE_CIRCLE, place, message.clone()).help("Take one of the references out."))
    };
    ring.iter().enumerate().filter_map(at).collect()
}

/// Takes requests out, and those that name them, and those that name these.
fn leave_out(platform: &mut Platform, wrong: &BTreeSet<RequestId>, behind: &mut Behind) {
    if wrong.is_empty() {
        return;
    }
    let mut users: BTreeMap<RequestId, Vec<RequestId>> = BTreeMap::new();
    for request in platform.requests.values() {
        for named in request.refs.values() {
            users.entry(named.request.clone()).or_default().push(request.id.clone());
        }
    }
    let mut open: Vec<RequestId> = wrong.iter().cloned().collect();
    while let Some(id) = open.pop() {
        let Some(request) = platform.requests.remove(&id) else { continue };
        platform.broken.insert(id.clone(), request.file);
        for user in users.get(&id).into_iter().flatten() {
            // One with a mistake of its own has been told of that.
            if let Some(user) = platform.requests.get(user).filter(|user| !wrong.contains(&user.id)) {
                if let Some(named) = user.refs.values().find(|named| named.request == id) {
                    behind.add(&id, user, named);
                }
                open.push(user.id.clone());
            }
        }
    }
}
