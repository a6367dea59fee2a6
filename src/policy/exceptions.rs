//! Exceptions that can waive nothing, so far as policies and the day tell.

use super::codes::{EXPIRED, UNKNOWN_POLICY};
use super::evaluate::is_over;
use crate::model::{Exception, Finding, Place, Platform, PolicyId, Turn, close_match, meant, quoted_list};
use crate::snapshot::Snapshot;
use crate::yaml;

/// Exceptions of a tree that held until a day before `today` (UTC: `2026-01-31`).
pub fn expired(snapshot: &Snapshot, platform: &Platform, today: &str) -> Vec<Finding> {
    let over = platform.exceptions.iter().filter(|exception| is_over(exception, today));
    let said = |exception: &Exception| {
        let message = format!("this exception held until {}, and waives nothing any more", exception.expires);
        Finding::warning(EXPIRED, place(snapshot, exception, "/spec/expires"), message)
            .help("Remove the file, or ask for another day: its change is reviewed like the first one.")
            .turn(Turn::Requester)
    };
    over.map(said).collect()
}

/// Exceptions of a tree from a policy that is not there.
pub(super) fn of_no_policy(snapshot: &Snapshot, platform: &Platform, known: &[PolicyId]) -> Vec<Finding> {
    let lost = platform.exceptions.iter().filter(|exception| !known.contains(&exception.policy));
    let said = |exception: &Exception| {
        let names = || known.iter().map(PolicyId::as_str);
        let help = match close_match(exception.policy.as_str(), names()) {
            Some(near) => meant(near),
            None if known.is_empty() => "Remove the file: there are no policies.".to_owned(),
            None => format!("Policies are {}.", quoted_list(names())),
        };
        let message = format!("there is no policy `{}`: this exception waives nothing", exception.policy);
        Finding::warning(UNKNOWN_POLICY, place(snapshot, exception, "/spec/policy"), message).help(help).turn(Turn::Requester)
    };
    lost.map(said).collect()
}

fn place(snapshot: &Snapshot, exception: &Exception, pointer: &str) -> Place {
    let spot = snapshot.text(exception.file.as_str()).and_then(|text| yaml::locate(text, pointer));
    spot.map_or_else(|| Place::file(exception.file.clone()), |spot| Place::new(exception.file.clone(), spot.value))
}
