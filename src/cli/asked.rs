//! What a person asks of a change: whether it can be done now, and whether it is theirs to do.

use crate::change::{Change, ChangeState};
use crate::model::{CommitId, Digest};
use crate::plan::{ApplyPlan, Hold, Proposed, WaitingOn, Who};
use crate::reconcile::Said;
use crate::report::Summary;
use crate::server::{LookedAt, Refused};

/// Who asks something of which change, and how that is.
pub(super) struct Asked<'a> {
    pub(super) change: &'a Change,
    pub(super) summary: &'a Summary,
    pub(super) holds: &'a [Hold],
    /// What its comment shows.
    pub(super) said: Option<&'a Said>,
    pub(super) user: &'a str,
}

impl<'a> Asked<'a> {
    /// What can be approved: what its comment shows, when that is still all that is known of it.
    pub(super) fn shown(&self) -> Result<&'a ApplyPlan<Proposed>, Refused> {
        let plan = self.change.judged().ok_or_else(|| self.nothing_to_approve())?;
        if self.said.is_some_and(|said| said.is_of(plan)) {
            return Ok(plan);
        }
        let id = &self.change.id;
        Err(not_now(&format!("{id} is checked at {}, and its comment does not show it yet", plan.head.short()), &self.look_first()))
    }

    /// Why there is nothing to approve.
    pub(super) fn nothing_to_approve(&self) -> Refused {
        let (id, line) = (&self.change.id, &self.summary.line);
        if let Some(round) = self.change.under_way() {
            let (head, shown) = (round.head.short(), self.said.map(|said| &said.head));
            let message = match shown {
                Some(shown) if *shown != round.head => {
                    format!("{id} has a newer push, {head}, which is being checked; its comment still shows {}", shown.short())
                }
                Some(_) => format!("{id} is being checked again at {head}, because the default branch has moved"),
                None => format!("{id} is being checked at {head}"),
            };
            return not_now(&message, &self.look_first());
        }
        match &self.change.state {
            ChangeState::Accepted(_) => not_now(&format!("{id} is on the default branch already: {line}"), &self.open_holds()),
            ChangeState::Landing { landing, .. } => {
                let landed = landing.commit.short();
                not_now(
                    &format!("{id} is on the default branch, as {landed}, and is being compared with what was reviewed"),
                    &self.look_first(),
                )
            }
            ChangeState::Closed => {
                not_now(&format!("{id} is closed, because its branch is gone"), "push the branch again to open a new one")
            }
            ChangeState::Seen
            | ChangeState::Rendering { .. }
            | ChangeState::Planning { .. }
            | ChangeState::Waiting(_)
            | ChangeState::Merging { .. }
            | ChangeState::Held(_) => not_now("it has not been looked at yet", "try again in a moment"),
        }
    }

    fn look_first(&self) -> String {
        format!("wait for the comment, and look at it: `goldpath change show {}`", self.change.id)
    }

    /// Refuses when what a person says that they looked at is not what is shown.
    pub(super) fn check(&self, looked_at: &LookedAt) -> Result<(), Refused> {
        let (heads, digests) = self.names();
        let id = &self.change.id;
        let other = |now: Option<String>, then: &str| {
            let now = now.unwrap_or_else(|| "something else".to_owned());
            Err(not_now(&format!("{id} is at {now} now, and you looked at {then}"), &self.look_first()))
        };
        if let Some(head) = looked_at.head.as_deref().filter(|head| !heads.iter().any(|known| known.as_str().starts_with(head))) {
            return other(heads.first().map(|head| head.short().to_owned()), head);
        }
        if let Some(bytes) = looked_at.bytes.as_deref().filter(|bytes| !digests.iter().any(|known| known.hex().starts_with(bytes))) {
            return other(digests.first().map(|digest| format!("bytes {}", digest.short())), &format!("bytes {bytes}"));
        }
        Ok(())
    }

    /// The commits and digests by which its comment names what it shows.
    fn names(&self) -> (Vec<&'a CommitId>, Vec<Digest>) {
        let judged = self.change.judged();
        let landed = self.change.landing().map(|landing| &landing.commit);
        let plan = match &self.change.state {
            ChangeState::Held(held) => Some(&held.plan),
            ChangeState::Accepted(accepted) => Some(&accepted.plan),
            ChangeState::Seen
            | ChangeState::Rendering { .. }
            | ChangeState::Planning { .. }
            | ChangeState::Waiting(_)
            | ChangeState::Merging { .. }
            | ChangeState::Landing { .. }
            | ChangeState::Closed => None,
        };
        let plans = judged.into_iter().chain(plan);
        (plans.clone().map(|plan| &plan.head).chain(landed).collect(), plans.map(|plan| plan.id).collect())
    }

    /// The hold of this name, when this person may approve it; what they wrote themselves the forge refuses.
    pub(super) fn may_clear(&self, name: &str) -> Result<&'a Hold, Refused> {
        let id = &self.change.id;
        // while something is being worked out there is no hold of it
        if self.change.judged().is_none() && self.change.accepted().is_none() {
            return Err(self.nothing_to_approve());
        }
        let Some(hold) = self.holds.iter().find(|hold| hold.id.as_str() == name) else {
            return Err(not_now(&format!("{id} has no hold `{name}`"), &self.open_holds()));
        };
        if hold.is_refusal() {
            return Err(not_now(
                &format!("no approval clears hold {name} of {id}"),
                "mend the file, or propose an exception of the policy",
            ));
        }
        if hold.may_clear(self.user, &self.change.facts) || self.change.facts.wrote(self.user) {
            return Ok(hold);
        }
        let from = self.summary.holds.iter().find(|hold| hold.id == name).map(|hold| hold.from.as_str()).unwrap_or_default();
        let message = format!("{} may not approve hold {name} of {id}", self.user);
        Err(Refused::NotAllowed { message, hint: format!("ask {from}") })
    }

    /// Whether a rule that it waits for asks this person.
    pub(super) fn is_asked(&self) -> bool {
        let asks = |waiting: &WaitingOn| match waiting {
            WaitingOn::Approval { from, users, .. } => users.contains(self.user) || from.contains(&Who::Anyone),
            WaitingOn::Fix { .. }
            | WaitingOn::Conflict { .. }
            | WaitingOn::Hold(_)
            | WaitingOn::Merge
            | WaitingOn::Plan { .. }
            | WaitingOn::Settings => false,
        };
        self.change.waiting().iter().any(asks)
    }

    /// What can be approved by name now.
    fn open_holds(&self) -> String {
        let by_name = self.holds.iter().filter(|hold| !hold.is_refusal());
        let names: Vec<&str> = by_name.map(|hold| hold.id.as_str()).collect();
        match names.as_slice() {
            [] => "nothing of it is held: there is nothing to approve".to_owned(),
            names => format!("what is held is approved by name: {}", names.join(", ")),
        }
    }
}

/// It cannot be done now: why, and what has to happen before.
pub(super) fn not_now(message: &str, hint: &str) -> Refused {
    Refused::NotNow { message: message.to_owned(), hint: hint.to_owned() }
}
