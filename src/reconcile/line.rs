//! The default branch as a line of landings, and the newest commit whose settings were accepted.

use crate::change::{Change, ChangeState};
use crate::model::{ChangeId, CommitId};
use crate::observe::Landing;
use serde::{Deserialize, Serialize};

/// What is known of the default branch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The commit up to which everything is known.
    pub tip: Option<CommitId>,
    /// The newest tree whose settings were accepted: by it is judged who may approve what.
    pub judge: Option<CommitId>,
    /// Landings behind the judge, oldest first, with the changes that they are.
    pub landings: Vec<(ChangeId, Landing)>,
    /// What was known is no longer part of the default branch: nothing lands until it is again.
    pub rewound: bool,
    /// How many landings there were: each has its place in their order.
    pub count: u64,
}

impl Line {
    /// Takes in newer landings.
    pub fn extend(&mut self, tip: CommitId, landings: Vec<Landing>) {
        self.tip = Some(tip);
        for landing in landings {
            self.count += 1;
            self.landings.push((id_of(&landing), Landing { order: self.count, ..landing }));
        }
    }

    /// Where a change landed.
    pub fn landing(&self, id: &ChangeId) -> Option<&Landing> {
        self.landings.iter().find(|(change, _)| change == id).map(|(_, landing)| landing)
    }

    /// Moves the judge along what was accepted. It stops before the first change that is not accepted and touches the settings:
    /// what lowers the approvals cannot approve itself by riding on the next change.
    #[must_use]
    pub fn advance(mut self, change: impl Fn(&ChangeId) -> Option<Change>) -> Self {
        let mut open = Vec::new();
        let mut all_unreadable = true;
        for (id, landing) in std::mem::take(&mut self.landings) {
            let change = change(&id);
            let is_unreadable = change.as_ref().is_some_and(Change::is_unreadable);
            let settings_are_fine = open.is_empty();
            match change.map(|change| change.state) {
                // what was judged is this very commit
                Some(ChangeState::Accepted(accepted)) if accepted.landing.commit != landing.commit => open.push((id, landing)),
                Some(ChangeState::Accepted(_)) if settings_are_fine => self.judge = Some(landing.commit),
                // it took in all that could not be read before it
                Some(ChangeState::Accepted(accepted)) if all_unreadable && begins_at(&open, &accepted.landing) => {
                    open.clear();
                    self.judge = Some(landing.commit);
                }
                Some(ChangeState::Held(held)) if settings_are_fine && !held.touches_platform && held.settings_readable => {}
                _ => {
                    all_unreadable = is_unreadable && (all_unreadable || open.is_empty());
                    open.push((id, landing));
                }
            }
        }
        self.landings = open;
        self
    }
}

/// Whether a landing was compared with what was there before all of these.
fn begins_at(open: &[(ChangeId, Landing)], landing: &Landing) -> bool {
    open.first().is_some_and(|(_, first)| first.base == landing.base)
}

/// The change that a landing is.
pub(super) fn id_of(landing: &Landing) -> ChangeId {
    match (&landing.base, landing.pull) {
        (None, _) => ChangeId::base(&landing.commit),
        (Some(_), Some(number)) => ChangeId::pull(number),
        (Some(_), None) => ChangeId::push(&landing.commit),
    }
}
