//! What only the day tells: ends that are set by hand too far away or are over, and releases whose last day is over.

use super::codes;
use super::formats;
use super::request::EXPIRES_AT;
use crate::model::{Finding, Place, Platform, ReleaseId, ReleaseState, RepoPath, Turn};
use crate::snapshot::Snapshot;
use crate::yaml;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;

const MINUTES_OF_A_DAY: u64 = 24 * 60;

/// What is wrong with a tree on a day, UTC (`2026-01-31`), that is not wrong for ever; nothing where that is no day.
pub fn on_day(snapshot: &Snapshot, platform: &Platform, today: &str) -> Vec<Finding> {
    let Ok(today) = today.parse::<Date>() else { return Vec::new() };
    let mut findings = too_far(snapshot, platform, today);
    findings.extend(expired(snapshot, platform, today));
    findings.extend(over(snapshot, platform, today));
    findings
}

/// The same, without what the tree before has too.
pub fn on_day_anew(base: Option<(&Snapshot, &Platform)>, (snapshot, platform): (&Snapshot, &Platform), today: &str) -> Vec<Finding> {
    let mut findings = on_day(snapshot, platform, today);
    if !findings.is_empty() {
        let known = base.map(|(snapshot, platform)| on_day(snapshot, platform, today)).unwrap_or_default();
        let is_known = |finding: &Finding| {
            known
                .iter()
                .any(|other| other.place.path == finding.place.path && other.code == finding.code && other.message == finding.message)
        };
        findings.retain(|finding| !is_known(finding));
    }
    findings
}

/// Requests whose end is set to a day on which their golden path has let go of everything that begins today.
fn too_far(snapshot: &Snapshot, platform: &Platform, today: Date) -> Vec<Finding> {
    let set = platform.requests.values().filter_map(|request| Some((request, request.facts.expires.as_deref()?)));
    set.filter_map(|(request, expires)| {
        let max = platform.releases.get(&request.release)?.lifetime.as_ref()?.max.as_deref()?;
        let days = formats::duration_minutes(max)?.div_ceil(MINUTES_OF_A_DAY);
        let last = today.checked_add(i64::try_from(days).ok()?.days()).ok()?;
        let is_far = expires.parse::<Date>().ok()? > last;
        let path = &request.release.path;
        let message = format!("it would end on {expires}, and `{path}` lives at most `{max}` from today");
        let place = spot(snapshot, &request.file, EXPIRES_AT);
        let help = format!("Write `{last}` or a day before it; it can be extended before it ends.");
        is_far.then(|| Finding::error(codes::LIFETIME_TOO_LONG, place, message).help(help).turn(Turn::Requester))
    })
    .collect()
}

/// Requests whose end is set to a day before today.
fn expired(snapshot: &Snapshot, platform: &Platform, today: Date) -> Vec<Finding> {
    let set = platform.requests.values().filter_map(|request| Some((request, request.facts.expires.as_deref()?)));
    set.filter_map(|(request, expires)| {
        let is_over = expires.parse::<Date>().ok()? < today;
        let place = spot(snapshot, &request.file, EXPIRES_AT);
        let message = format!("it was to end on {expires}, and nothing takes it away by itself yet");
        let help = "Remove the file, or write a later day.";
        is_over.then(|| Finding::warning(codes::EXPIRED, place, message).help(help).turn(Turn::Requester))
    })
    .collect()
}

/// Deprecated releases that were to work until a day before today, and have requests.
fn over(snapshot: &Snapshot, platform: &Platform, today: Date) -> Vec<Finding> {
    let mut users: BTreeMap<&ReleaseId, usize> = BTreeMap::new();
    platform.requests.values().for_each(|request| *users.entry(&request.release).or_default() += 1);
    users
        .into_iter()
        .filter_map(|(release, requests)| {
            let path = platform.paths.get(&release.path)?;
            let Some(ReleaseState::Deprecated { until: Some(until), .. }) = path.releases.get(&release.version) else { return None };
            let is_over = until.parse::<Date>().ok()? < today;
            let whose = if requests == 1 { "1 request uses it".to_owned() } else { format!("{requests} requests use it") };
            let place = spot(snapshot, &path.file, &format!("/spec/releases/{}/until", release.version));
            let finding = Finding::warning(codes::DEPRECATED, place, format!("`{release}` was to work until {until}, and {whose}"));
            is_over.then(|| finding.help("Give it another day, or retire it once they have moved.").turn(Turn::PathOwner))
        })
        .collect()
}

fn spot(snapshot: &Snapshot, file: &RepoPath, pointer: &str) -> Place {
    let spot = snapshot.text(file.as_str()).and_then(|text| yaml::locate(text, pointer));
    spot.map_or_else(|| Place::file(file.clone()), |spot| Place::new(file.clone(), spot.value))
}
