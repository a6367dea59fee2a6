//! One target: one accepted move after the other.

use super::{Error, Key, Perform, Reconciler};
use crate::command::{Apply, Command, Event, Run};
use crate::delivery;
use crate::model::{ChangeId, TargetName};
use crate::observe::Outcome;
use crate::plan::{ApplyPlan, Approved};
use crate::store::Batch;
use jiff::Timestamp;
use std::collections::BTreeSet;

impl<P: Perform> Reconciler<P> {
    /// Applies what is accepted for a target, one unit after the other; answers when something is to be tried again by itself.
    pub(super) async fn target(&self, target: &TargetName, run: &Run) -> Result<Option<Timestamp>, Error> {
        // whoever held this lease before is gone: what it had begun is probed
        self.step_delivery(target, Event::Started, run, Batch::default()).await?;
        let mut touched: BTreeSet<ChangeId> = BTreeSet::new();
        loop {
            let unsettled = delivery::unsettled(self.store.deliveries().await?.values());
            let command = self.step_delivery(target, Event::Tick { unsettled }, run, Batch::default()).await?;
            let Some(Command::Apply { apply }) = command else { break };
            touched.insert(apply.change.clone());
            self.apply(target, *apply, run).await?;
        }
        for id in touched {
            self.look_at(&Key::Change(id)).await?;
        }
        Ok(self.store.delivery(target).await?.and_then(|delivery| delivery.next_due()))
    }

    /// What may be applied of a change, from what people say of it now; or why nothing may.
    async fn approved(&self, id: &ChangeId, run: &Run) -> Result<Result<ApplyPlan<Approved>, String>, Error> {
        let Some(change) = self.store.change(id).await? else { return Ok(Err(format!("{id} is unknown"))) };
        let landed = change.landing().map(|landing| landing.commit.clone());
        let facts = match self.world.perform(Command::Look { pull: id.number(), landed }, run).await {
            Event::Observed(pull) => pull.facts,
            Event::Reviewed(facts) => *facts,
            Event::Failed { message, .. } => return Ok(Err(message)),
            event => return Err(Error::unexpected(&event)),
        };
        Ok(change
            .approved(&facts)
            .map_err(|waiting| format!("{id} waits for {} approvals that were there when it was accepted", waiting.len())))
    }

    async fn apply(&self, target: &TargetName, apply: Apply, run: &Run) -> Result<(), Error> {
        let unit = apply.unit.clone();
        let inventory = self.store.inventory(&unit).await?;
        let answer = match self.approved(&apply.change, run).await? {
            Ok(approved) => {
                let run = Run { lease: run.lease.clone(), inventory, approved: Some(approved) };
                tracing::info!(change = %apply.change, %unit, again = apply.again, "applying");
                self.world.perform(Command::Apply { apply: Box::new(apply) }, &run).await
            }
            Err(message) => Event::Failed { message, retry: true },
        };
        let (outcome, event) = match answer {
            Event::Applied { unit, outcome } => (outcome.clone(), Event::Applied { unit, outcome }),
            Event::Failed { message, .. } => {
                let outcome = Outcome::Unreachable { message };
                (outcome.clone(), Event::Applied { unit: unit.clone(), outcome })
            }
            event => return Err(Error::unexpected(&event)),
        };
        let batch = match outcome {
            Outcome::Applied(result) => Batch { inventory: vec![(unit, result.inventory)], ..Batch::default() },
            Outcome::Failed { .. } | Outcome::Unreachable { .. } | Outcome::Unreviewed { .. } | Outcome::Foreign { .. } => Batch::default(),
        };
        self.step_delivery(target, event, run, batch).await?;
        // what waited for this unit on other targets may go on
        for (other, delivery) in self.store.deliveries().await? {
            if other != *target && delivery.has_open_jobs() {
                self.look_at(&Key::Target(other)).await?;
            }
        }
        Ok(())
    }
}
