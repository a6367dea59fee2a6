//! What is said of a change: a function of what is known, said after each step; what is said already is not said again.

use super::{Error, Looked, PAUSE, Perform, Reconciler};
use crate::change::{Change, ChangeState};
use crate::command::{Command, Event, Run, Words};
use crate::delivery::{Delivery, progress};
use crate::model::{ChangeId, CommitId, TargetName};
use crate::plan::Round;
use crate::report::{self, Links, View};
use jiff::Timestamp;
use std::collections::BTreeMap;

impl<P: Perform> Reconciler<P> {
    /// Says on the forge what is known of a change; answers when to try again.
    pub(super) async fn say(&self, change: &Change, run: &Run) -> Result<Option<Timestamp>, Error> {
        let Some(commit) = spoken_of(change) else { return Ok(None) };
        let looked = match self.looked(&change.id).filter(|looked| fits(change, looked)) {
            Some(looked) => Some(looked),
            None => self.look_again(change, run).await?,
        };
        let deliveries = self.store.deliveries().await?;
        let words = self.with_view(change, looked.as_ref(), &deliveries, |view| words(&view));
        let command = Command::Say { pull: change.id.number(), commit, words: Box::new(words) };
        match self.world.perform(command, run).await {
            Event::Said { written } => {
                tracing::debug!(change = %change.id, written, "said");
                Ok(None)
            }
            Event::Failed { message, .. } => {
                tracing::warn!(change = %change.id, message, "unable to say what is known");
                Ok(Some(self.world.now() + PAUSE))
            }
            event => Err(Error::unexpected(&event)),
        }
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
        Ok(self.looked(&change.id).filter(|looked| fits(change, looked)))
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

fn round_of(change: &Change) -> Option<Round> {
    match &change.state {
        ChangeState::Waiting(review) => Some(review.round.clone()),
        ChangeState::Held(_) | ChangeState::Accepted(_) => change.landing().map(crate::change::round),
        ChangeState::Seen
        | ChangeState::Rendering { .. }
        | ChangeState::Planning { .. }
        | ChangeState::Merging { .. }
        | ChangeState::Landing { .. }
        | ChangeState::Closed => None,
    }
}

/// Whether what was looked at last is what is spoken of.
fn fits(change: &Change, looked: &Looked) -> bool {
    round_of(change).is_some_and(|round| looked.evaluation.round == round)
}
