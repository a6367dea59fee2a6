//! The digest of a unit's folder on the branch `rendered`: the same as that of the unit when it was rendered.

use crate::model::{Digest, Digester, OutputName, RepoPath, RequestId, RequestName, TargetName, TeamName, UnitId};
use std::collections::BTreeMap;

/// The digest of a unit's files, by their sorted path below its folder.
pub fn folder_digest<'a>(files: impl IntoIterator<Item = (&'a RepoPath, &'a [u8])>) -> Digest {
    let sorted: BTreeMap<&RepoPath, &[u8]> = files.into_iter().collect();
    let mut digester = Digester::new();
    for (path, bytes) in sorted {
        digester.add(path.as_str());
        digester.add(Digest::of(bytes).bytes());
    }
    digester.finish()
}

/// The units of a whole tree of `rendered` with the digests of their folders; files outside of any unit's folder are left out.
pub fn folders<'a>(files: impl IntoIterator<Item = (&'a RepoPath, &'a [u8])>) -> BTreeMap<UnitId, Digest> {
    let mut units: BTreeMap<UnitId, BTreeMap<RepoPath, &[u8]>> = BTreeMap::new();
    for (path, bytes) in files {
        if let Some((unit, below)) = unit_of(path) {
            units.entry(unit).or_default().insert(below, bytes);
        }
    }
    units.into_iter().map(|(unit, files)| (unit, folder_digest(files.iter().map(|(path, bytes)| (path, *bytes))))).collect()
}

/// `<target>/<team>/<request>/<output>/<file>` taken apart.
fn unit_of(path: &RepoPath) -> Option<(UnitId, RepoPath)> {
    let mut parts = path.as_str().splitn(5, '/');
    let target = TargetName::parse(parts.next()?).ok()?;
    let request = RequestId { team: TeamName::parse(parts.next()?).ok()?, name: RequestName::parse(parts.next()?).ok()? };
    let output = OutputName::parse(parts.next()?).ok()?;
    let below = RepoPath::parse(parts.next()?).ok()?;
    Some((UnitId { request, output, target }, below))
}
