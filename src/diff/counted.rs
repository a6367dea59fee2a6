//! What only the number of requests tells: quotas, and requests that go away while others name them.

use super::Source;
use crate::model::{Code, Finding, PathName, Place, Platform, RepoPath, Request, RequestId, Span, TeamName, child};
use crate::yaml;
use std::collections::BTreeMap;

/// A team has more requests of a golden path than its quota.
pub(super) const OVER_QUOTA: Code = Code::new("over-quota");
/// A request goes away that others name.
pub(super) const REQUEST_IN_USE: Code = Code::new("request-in-use");

/// Findings at requests that go away while requests that stay name them.
pub(super) fn in_use(base: Source<'_>, head: Source<'_>) -> Vec<Finding> {
    let (before, now) = (&base.parsed.platform, &head.parsed.platform);
    let stays = |id: &RequestId| now.requests.contains_key(id) || now.broken.contains_key(id);
    let mut users: BTreeMap<&RequestId, Vec<&Request>> = BTreeMap::new();
    for request in before.requests.values().filter(|request| !request.refs.is_empty() && stays(&request.id)) {
        // One that can be read is asked what it names now.
        let now_named = now.requests.get(&request.id).map(|request| &request.refs);
        for named in request.refs.values().filter(|named| !stays(&named.request)) {
            let still = now_named.is_none_or(|refs| refs.values().any(|other| other.request == named.request));
            if still {
                users.entry(&named.request).or_default().push(request);
            }
        }
    }
    let said = |(id, users): (&RequestId, Vec<&Request>)| {
        let file = &before.requests.get(id)?.file;
        let message = format!("`{id}` goes away, and {} it", by(&users));
        let help = "Take the references out first, or keep it.";
        let finding = Finding::error(REQUEST_IN_USE, Place::file(file.clone()), message).help(help);
        Some(users.iter().take(5).fold(finding, |finding, user| finding.related(named(head, before, user, id), "names it")))
    };
    users.into_iter().filter_map(said).collect()
}

/// Where a request names another one: as it is written now, when it is.
fn named(head: Source<'_>, before: &Platform, user: &Request, id: &RequestId) -> Place {
    let refs = &head.parsed.platform.requests.get(&user.id).unwrap_or(user).refs;
    let name = refs.iter().find(|(_, named)| named.request == *id).map(|(name, _)| name);
    let rule = name.and_then(|name| before.releases.get(&user.release)?.refs.get(name));
    rule.map_or_else(|| Place::file(user.file.clone()), |rule| value_in(head, &user.file, &rule.at))
}

/// A value of a file; the whole file where it is not there.
pub(super) fn value_in(source: Source<'_>, file: &RepoPath, pointer: &str) -> Place {
    let spot = source.snapshot.text(file.as_str()).and_then(|text| yaml::locate(text, pointer));
    Place::new(file.clone(), spot.map_or(Span::START, |spot| spot.value))
}

fn by(users: &[&Request]) -> String {
    match users {
        [one] => format!("`{}` names", one.id),
        [one, ..] => format!("`{}` and {} more name", one.id, users.len() - 1),
        [] => "nobody names".to_owned(),
    }
}

type Counts<'a> = BTreeMap<(&'a TeamName, &'a PathName), Vec<&'a Request>>;

fn counts(platform: &Platform) -> Counts<'_> {
    let mut counts = Counts::new();
    for request in platform.requests.values() {
        counts.entry((&request.id.team, &request.release.path)).or_default().push(request);
    }
    counts
}

/// Findings where a team comes to have more requests of a golden path than it may; a quota that is raised counts from the next change on.
pub(super) fn over_quota(base: Source<'_>, head: Source<'_>) -> Vec<Finding> {
    let (before, now) = (&base.parsed.platform, &head.parsed.platform);
    let had = counts(before);
    let mut findings = Vec::new();
    for ((team, path), requests) in counts(now) {
        let quota = |platform: &Platform| platform.teams.get(team).and_then(|team| team.quotas.get(path)).copied();
        let Some(most) = [quota(before), quota(now)].into_iter().flatten().min() else { continue };
        let old = had.get(&(team, path)).map_or(0, Vec::len);
        if requests.len() <= most as usize || requests.len() <= old {
            continue;
        }
        let message = format!("the team `{team}` would have {} requests of `{path}`, and its quota is {most}", requests.len());
        let help = format!(
            "Take one away that is not needed any more, or ask the platform team for a larger quota in `teams/{team}.yaml`, in a change of its own."
        );
        // one that is written anew for another golden path is new here too
        let was_there = |request: &&&Request| before.requests.get(&request.id).is_some_and(|was| was.release.path == *path);
        let added = requests.iter().filter(|request| !was_there(request));
        for request in added {
            let place = value_in(head, &request.file, "/metadata/name");
            let finding = Finding::error(OVER_QUOTA, place, message.clone()).help(help.clone());
            let file = now.teams.get(team).map(|team| team.file.clone());
            findings.push(match file {
                Some(file) => {
                    let quota = value_in(head, &file, &child("/spec/quotas", path.as_str()));
                    finding.related(quota, "the quota is set here")
                }
                None => finding,
            });
        }
    }
    findings
}
