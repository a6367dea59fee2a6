//! One target: one accepted move after the other.

use super::{Error, Key, LEASE, Perform, Reconciler};
use crate::change::Change;
use crate::command::{Apply, Command, Event, Run};
use crate::delivery::{self, Delivery, Next};
use crate::model::{ChangeId, CommitId, TargetName};
use crate::observe::Outcome;
use crate::plan::{ApplyPlan, Approved};
use crate::store::Batch;
use jiff::Timestamp;
use std::collections::BTreeMap;

impl<P: Perform> Reconciler<P> {
    /// Applies what is accepted for a target, one unit after the other; answers when something is to be tried again by itself.
    pub(super) async fn target(&self, target: &TargetName, run: &Run) -> Result<Option<Timestamp>, Error> {
        // whoever held this lease before is gone: what it had begun is probed
        self.take_over_target(target, run).await?;
        let mut touched = None;
        loop {
            let (apply, due) = self.begin(target, run).await?;
            // progress is told from change to change, not from unit to unit
            let next = apply.as_ref().map(|apply| apply.change.clone());
            if let Some(done) = touched.take_if(|done| Some(&*done) != next.as_ref()) {
                self.look_at(&Key::Change(done)).await?;
            }
            let Some(apply) = apply else { return Ok(due) };
            touched = next;
            self.apply(apply, run).await?;
        }
    }

    async fn take_over_target(&self, target: &TargetName, run: &Run) -> Result<(), Error> {
        let _one_at_a_time = self.deliveries.lock().await;
        let Some(before) = self.store.delivery(target).await? else { return Ok(()) };
        let Next { delivery, .. } = delivery::step(before.clone(), Event::Started, self.world.now());
        if delivery != before {
            self.store.save(&run.lease, &Batch { deliveries: vec![delivery], ..Batch::default() }).await?;
        }
        Ok(())
    }

    /// Begins the next move, with all targets in sight: nothing is accepted between the look and the step. Answers also when something is
    /// to be tried again by itself.
    async fn begin(&self, target: &TargetName, run: &Run) -> Result<(Option<Apply>, Option<Timestamp>), Error> {
        let _one_at_a_time = self.deliveries.lock().await;
        let mut deliveries = self.store.deliveries().await?;
        let unsettled = delivery::unsettled(deliveries.values());
        let Some(delivery) = deliveries.remove(target) else { return Ok((None, None)) };
        let due = delivery.next_due(&unsettled);
        let Next { delivery, command } = delivery::step(delivery, Event::Tick { unsettled }, self.world.now());
        let Some(Command::Apply { apply }) = command else { return Ok((None, due)) };
        self.store.save(&run.lease, &Batch { deliveries: vec![delivery], ..Batch::default() }).await?;
        Ok((Some(*apply), due))
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

    async fn apply(&self, apply: Apply, run: &Run) -> Result<(), Error> {
        let unit = apply.unit.clone();
        let inventory = self.store.inventory(&unit).await?;
        let answer = match self.approved(&apply.change, run).await? {
            Ok(approved) => {
                // somebody else may have taken the target meanwhile, and be further than this
                self.store.renew(&run.lease, self.world.now() + LEASE).await?;
                let run = Run { lease: run.lease.clone(), inventory, approved: Some(approved) };
                tracing::info!(change = %apply.change, %unit, again = apply.again, "applying");
                self.world.perform(Command::Apply { apply: Box::new(apply) }, &run).await
            }
            Err(message) => Event::Failed { message, retry: true },
        };
        let outcome = match answer {
            Event::Applied { outcome, .. } => outcome,
            Event::Failed { message, .. } => Outcome::Unreachable { message },
            event => return Err(Error::unexpected(&event)),
        };
        let inventory = match &outcome {
            Outcome::Applied(result) => vec![(unit.clone(), result.inventory.clone())],
            Outcome::Failed { .. } | Outcome::Unreachable { .. } | Outcome::Unreviewed { .. } | Outcome::Foreign { .. } => Vec::new(),
        };
        let target = unit.target.clone();
        self.finished(&target, Event::Applied { unit, outcome }, run, Batch { inventory, ..Batch::default() }).await
    }

    /// Stores what came of a move, and with it, in one transaction, whom that wakes: changes that have nothing left that moves, and other
    /// targets with something that may have waited for this unit.
    async fn finished(&self, target: &TargetName, event: Event, run: &Run, mut batch: Batch) -> Result<(), Error> {
        let _one_at_a_time = self.deliveries.lock().await;
        let now = self.world.now();
        let mut deliveries = self.store.deliveries().await?;
        let before = deliveries.remove(target).unwrap_or_else(|| Delivery::new(target.clone(), BTreeMap::new()));
        let others = deliveries.values().filter(|delivery| delivery.has_open_jobs()).map(|delivery| Key::Target(delivery.target.clone()));
        let others: Vec<Key> = others.collect();
        let Next { delivery, .. } = delivery::step(before.clone(), event, now);
        let ended = delivery.ended_since(&before);
        deliveries.insert(target.clone(), delivery.clone());
        let unsettled = delivery::unsettled(deliveries.values());
        let rests = |id: &ChangeId| !delivery::progress(id, deliveries.values()).is_moving(&unsettled);
        let woken = ended.into_iter().filter(rests).map(Key::Change).chain(others);
        batch.queue.extend(woken.map(|key| (key.to_string(), now)));
        batch.deliveries.push(delivery);
        self.store.save(&run.lease, &batch).await?;
        self.wake.notify_waiters();
        Ok(())
    }

    /// The commit of the default branch up to which everything is recorded: whoever begins with an empty memory begins there.
    pub(super) async fn recorded_up_to(&self) -> Result<Option<CommitId>, Error> {
        let open = self.store.landed_open().await?;
        let oldest = open.iter().filter_map(Change::landing).min_by_key(|landing| landing.order);
        Ok(oldest.and_then(|landing| landing.base.clone()))
    }

    /// Stores, in one transaction, that a change was published or recorded, and what that means for its moves.
    pub(super) async fn closed(&self, change: &Change, event: &Event, run: &Run) -> Result<(), Error> {
        let _one_at_a_time = self.deliveries.lock().await;
        let mut batch = Batch { changes: vec![change.clone()], ..Batch::default() };
        for before in self.store.deliveries().await?.into_values() {
            let Next { delivery, .. } = delivery::step(before.clone(), event.clone(), self.world.now());
            if delivery != before {
                batch.deliveries.push(delivery);
            }
        }
        Ok(self.store.save(&run.lease, &batch).await?)
    }
}
