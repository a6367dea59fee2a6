//! Which file ended a worker, and of a template at which line: what it was at is run once more by itself, telling every step.

use super::wire::Errand;
use super::{At, Call, Death};
use crate::model::RepoPath;

/// The file to leave out, and the death of the worker that ran it alone; nothing when several files may have ended it, and no template of them
/// ends a worker alone.
pub(super) fn find(call: &Call<'_>, death: &Death) -> Option<(RepoPath, Death)> {
    let Death::Ended { at, why, .. } = death else { return None };
    let is_the_only_file = |file: &RepoPath| at.iter().all(|other| other.file() == *file);
    at.iter().find_map(|suspect| match suspect {
        At::Load(_) | At::Check(_) | At::Ask(_) => Some(suspect.file()).filter(is_the_only_file).map(|file| {
            let death = Death::Ended { why: why.clone(), at: vec![suspect.clone()], step: None };
            (file, death)
        }),
        At::Try(..) => None,
        At::Render(at) => {
            let alone = call.run(&Errand { telling: true, traced: Some(at.request.clone()), ..Errand::default() }).err()?;
            let Death::Ended { at, .. } = &alone else { return None };
            let [At::Render(at)] = at.as_slice() else { return None };
            Some((at.file.clone(), alone))
        }
    })
}
