//! What is said of a change: a function of what is known, said after each step; what is said already is not said again.

use super::{Error, Looked, PAUSE, Perform, Reconciler};
use crate::change::{Change, ChangeState};
use crate::command::{Command, Event, Run, Words};
use crate::delivery::{Delivery, progress};
use crate::model::{ChangeId, CommitId, TargetName};
use crate::observe::Effect;
use crate::plan::{ApplyPlan, Proposed, Round};
use crate::report::{self, Links, View};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::PoisonError;

/// What the comment of a change shows, of what can be approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The head.
    pub head: CommitId,
    /// What it comes to.
    pub effect: Option<Effect>,
}

impl Said {
    /// Whether it is what this plan does.
    pub fn is_of(&self, plan: &ApplyPlan<Proposed>) -> bool {
        self.head == plan.head && self.effect == plan.effect
    }
}

impl<P: Perform> Reconciler<P> {
    /// Says on the forge what is known of a change; answers when to try again.
    pub(super) async fn say(&self, change: &Change, run: &Run) -> Result<Option<Timestamp>, Error> {
        let Some(commit) = spoken_of(change) else { return Ok(None) };
        let looked = match self.looked_for(change) {
            Some(looked) => Some(looked),
            None => self.look_again(change, run).await?,
        };
        self.speak(change, commit, looked, run).await
    }

    /// Says on the forge that a change was closed, on the head that it had; answers when to try again.
    pub(super) async fn say_closed(&self, change: &Change, head: CommitId, run: &Run) -> Result<Option<Timestamp>, Error> {
        self.speak(change, head, None, run).await
    }

    async fn speak(&self, change: &Change, commit: CommitId, looked: Option<Looked>, run: &Run) -> Result<Option<Timestamp>, Error> {
        let deliveries = self.store.deliveries().await?;
        let words = self.with_view(change, looked.as_ref(), &deliveries, |view| words(&view));
        let command = Command::Say { pull: change.id.number(), commit, words: Box::new(words) };
        match self.world.perform(command, run).await {
            Event::Said { written } => {
                tracing::debug!(change = %change.id, written, "said");
                self.remember_said(change);
                Ok(None)
            }
            Event::Failed { message, .. } => {
                tracing::warn!(change = %change.id, message, "unable to say what is known");
                Ok(Some(self.world.now() + PAUSE))
            }
            event => Err(Error::unexpected(&event)),
        }
    }

    fn remember_said(&self, change: &Change) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        match change.judged() {
            Some(plan) => drop(said.insert(change.id.clone(), Said { head: plan.head.clone(), effect: plan.effect })),
            None => drop(said.remove(&change.id)),
        }
    }

    /// What the comment of a change shows; nothing before this process has written it or found it so.
    pub fn said(&self, id: &ChangeId) -> Option<Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// What was looked at last, when that is what the change is at now.
    pub(super) fn looked_for(&self, change: &Change) -> Option<Looked> {
        self.looked(&change.id).filter(|looked| fits(change, looked))
    }

    /// After a start nothing that was looked at is remembered: it is looked at again, and gives the same.
    async fn look_again(&self, change: &Change, run: &Run) -> Result<Option<Looked>, Error> {
        let Some(round) = round_of(change) else { return Ok(None) };
        let judge = self.line().await?.judge;
        let command = match &change.state {
            ChangeState::Waiting(review) if review.was_planned() => Command::Plan { round, judge, units: review.terraform_units() },
            _ => Command::Render { round, judge },
        };
        let event = self.world.perform(command, run).await;
        self.remember_answer(&change.id, &event);
        Ok(self.looked_for(change))
    }

    /// Makes the view of a change.
    pub(super) fn with_view<T>(
        &self,
        change: &Change,
        looked: Option<&Looked>,
        deliveries: &BTreeMap<TargetName, Delivery>,
        show: impl FnOnce(View<'_>) -> T,
    ) -> T {
        let progress = progress(&change.id, deliveries.values());
        let page = self.page_of(&change.id);
        let links = Links { page: page.as_deref(), files: None, commands: &[], terminal: true };
        show(View {
            change,
            evaluation: looked.map(|looked| &*looked.evaluation),
            plans: looked.and_then(|looked| looked.plans.as_deref()),
            progress: Some(&progress),
            platform: looked.map(|looked| &*looked.evaluation.platform),
            links,
        })
    }

    fn page_of(&self, id: &ChangeId) -> Option<String> {
        self.page.as_ref().map(|page| format!("{page}/changes/{id}"))
    }
}

fn words(view: &View<'_>) -> Words {
    let (conclusion, title) = report::status(view);
    Words {
        comment: report::comment(view),
        note: report::failure_note(view).map(|(nonce, text)| (nonce.to_string(), text)),
        conclusion,
        title,
        annotations: report::check(view).annotations,
    }
}

/// The commit that is spoken of; nothing while nothing is known that was not said before.
fn spoken_of(change: &Change) -> Option<CommitId> {
    match &change.state {
        ChangeState::Waiting(review) => Some(review.round.head.clone()),
        ChangeState::Held(held) => Some(held.landing.commit.clone()),
        ChangeState::Accepted(accepted) => Some(accepted.landing.commit.clone()),
        ChangeState::Seen
        | ChangeState::Rendering { .. }
        | ChangeState::Planning { .. }
        | ChangeState::Merging { .. }
        | ChangeState::Landing { .. }
        | ChangeState::Closed => None,
    }
}

/// What is spoken of, as it was compared.
fn round_of(change: &Change) -> Option<Round> {
    match &change.state {
        ChangeState::Rendering { round } | ChangeState::Planning { round, .. } => Some(round.clone()),
        ChangeState::Waiting(review) | ChangeState::Merging { review, .. } => Some(review.round.clone()),
        ChangeState::Landing { review: Some(review), .. } => Some(review.round.clone()),
        ChangeState::Landing { review: None, .. } | ChangeState::Held(_) | ChangeState::Accepted(_) => {
            change.landing().map(crate::change::round)
        }
        ChangeState::Seen | ChangeState::Closed => None,
    }
}

/// Whether what was looked at last is what is spoken of.
fn fits(change: &Change, looked: &Looked) -> bool {
    round_of(change).is_some_and(|round| looked.evaluation.round == round)
}
