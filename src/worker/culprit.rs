//! Which template ended a worker, and at which line: what it was at is run once more by itself, telling every step.

use super::wire::Errand;
use super::{At, Call, Death};
use crate::model::RepoPath;

/// The file to leave out, and the death of the worker that ran it alone; nothing when it was no template, or none of them ends a worker alone.
pub(super) fn find(call: &Call<'_>, death: &Death) -> Option<(RepoPath, Death)> {
    let Death::Ended { at, why, .. } = death else { return None };
    at.iter().find_map(|suspect| match suspect {
        At::Load(file) if at.len() == 1 => Some((file.clone(), Death::Ended { why: why.clone(), at: at.clone(), step: None })),
        At::Load(_) | At::Check(_) | At::Ask(_) | At::Try(..) => None,
        At::Render(at) => {
            let alone = call.run(&Errand { telling: true, traced: Some(at.request.clone()), ..Errand::default() }).err()?;
            let Death::Ended { at, .. } = &alone else { return None };
            let [At::Render(at)] = at.as_slice() else { return None };
            Some((at.file.clone(), alone))
        }
    })
}
