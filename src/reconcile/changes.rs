//! One change: look at it, ask what its state asks, hand over what was accepted, publish and record, say what is known.

use super::{Error, Key, Line, PAUSE, Perform, Reconciler};
use crate::change::{self, Accepted, Change, ChangeState};
use crate::command::{Command, Entry, Event, Run};
use crate::delivery::{self, Delivery};
use crate::model::{ChangeId, CommitId, TargetName};
use crate::observe::{Author, Landing};
use crate::plan::Evaluation;
use crate::store::Batch;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl<P: Perform> Reconciler<P> {
    /// Takes a change as far as it goes; answers when it is to be looked at again by itself.
    pub(super) async fn change(&self, id: &ChangeId, run: &Run) -> Result<Option<Timestamp>, Error> {
        let now = self.world.now();
        let known = self.store.change(id).await?;
        let change = known.clone().unwrap_or_else(|| Change::new(id.clone(), String::new(), None, now));
        if let Some(accepted) = change.accepted().filter(|accepted| accepted.recorded) {
            // what moves nothing is recorded before its last words, which may have been cut off
            let may_be_cut = accepted.entries.is_empty() && id.number().is_some();
            return if may_be_cut { self.say(&change, run).await } else { Ok(None) };
        }
        let Some(mut change) = self.look(change, run).await? else { return Ok(Some(now + PAUSE)) };
        let (after, judge) = self.go_on(change, run).await?;
        change = after;
        if let Some(again) = self.say_if_closed(known.as_ref(), &change, run).await? {
            return Ok(Some(again));
        }
        self.settle_change(known.as_ref(), &change, run).await?;
        let newest = self.line().await?.judge;
        if change.command(newest.clone(), self.world.now()).is_some() {
            // the world failed; or there is a newer judge since, who is asked at once
            let pause = if newest == judge { PAUSE } else { SignedDuration::ZERO };
            return Ok(Some(self.world.now() + pause));
        }
        change = self.close(change, run).await?;
        // a recorded change has had its last words; one without a move has them now, where anything was said of it before
        let was_spoken_of = id.number().is_some() || known.is_some_and(|known| matches!(known.state, ChangeState::Held(_)));
        let told = |accepted: &Accepted| !accepted.entries.is_empty() || !was_spoken_of;
        let is_told = change.accepted().is_some_and(|accepted| accepted.recorded && told(accepted));
        if is_told { Ok(None) } else { self.say(&change, run).await }
    }

    /// Has the last words on a change whose branch is gone, before that is stored: a closed change is not looked at again. Answers when to
    /// try again.
    async fn say_if_closed(&self, known: Option<&Change>, change: &Change, run: &Run) -> Result<Option<Timestamp>, Error> {
        match (&change.state, known.and_then(Change::head)) {
            (ChangeState::Closed, Some(head)) => self.say_closed(change, head, run).await,
            (_, _) => Ok(None),
        }
    }

    /// What the forge and the default branch say of it now.
    async fn look(&self, change: Change, run: &Run) -> Result<Option<Change>, Error> {
        let now = self.world.now();
        let (landing, taken_in) = self.landing_in_turn(&change.id).await?.unzip();
        let landed = landing.as_ref().or(change.landing()).map(|landing| landing.commit.clone());
        let command = Command::Look { pull: change.id.number(), landed };
        let change = match self.world.perform(command, run).await {
            Event::Observed(mut pull) => {
                pull.facts.authors.extend(taken_in.into_iter().flatten());
                let branch = Some(pull.branch.clone());
                change::step(Change { branch, ..change }, Event::Observed(pull), now)
            }
            Event::Reviewed(mut facts) => {
                facts.authors.extend(taken_in.into_iter().flatten());
                change::step(change, Event::Reviewed(facts), now)
            }
            Event::Failed { message, .. } => {
                tracing::warn!(change = %change.id, message, "unable to look at it");
                return Ok(None);
            }
            event => return Err(Error::unexpected(&event)),
        };
        Ok(Some(match landing {
            Some(landing) => {
                let landing = Landing { facts: change.facts.clone(), ..landing };
                change::step(change, Event::Landed(Box::new(landing)), now)
            }
            None => change,
        }))
    }

    /// Asks what its state asks, until it asks nothing or the world fails; gives the judge that was asked for last.
    async fn go_on(&self, mut change: Change, run: &Run) -> Result<(Change, Option<CommitId>), Error> {
        loop {
            let judge = self.line().await?.judge;
            let Some(command) = change.command(judge.clone(), self.world.now()) else { return Ok((change, judge)) };
            self.save_change(&change, run).await?;
            let is_judged_again = matches!(command, Command::Judge { .. });
            let event = match self.world.perform(command, run).await {
                Event::Rendered(evaluation) if is_judged_again => self.judged_again(&change, evaluation),
                event => event,
            };
            self.remember_answer(&change.id, &event);
            match &event {
                Event::Failed { message, .. } => {
                    tracing::warn!(change = %change.id, message, "unable to go on");
                    return Ok((change, judge));
                }
                // it comes back as a landing
                Event::Merged { commit } => {
                    tracing::info!(change = %change.id, %commit, "merged");
                    self.look_at(&Key::Repository).await?;
                    return Ok((change::step(change, event, self.world.now()), judge));
                }
                _ => change = change::step(change, event, self.world.now()),
            }
        }
    }

    /// What a newer judge, or the same on another day, said: where that is what is shown already, nothing is planned and said anew.
    fn judged_again(&self, change: &Change, evaluation: Arc<Evaluation>) -> Event {
        match (self.looked_for(change), &evaluation.judge) {
            (Some(looked), Some(judge)) if evaluation.says_as(&looked.evaluation) => {
                let (round, judge) = (evaluation.round.clone(), judge.clone());
                Event::JudgedAlike { round, judge, rules: evaluation.rules, day: evaluation.day.clone() }
            }
            _ => Event::Rendered(evaluation),
        }
    }

    pub(super) fn remember_answer(&self, id: &ChangeId, event: &Event) {
        match event {
            Event::Rendered(evaluation) => self.remember(id, evaluation.clone(), None),
            Event::Planned(plans) => self.remember(id, plans.evaluation.clone(), Some(Arc::new(plans.as_ref().clone()))),
            _ => {}
        }
    }

    /// Where a change landed, once all that landed before it is decided: moves are accepted in the order of the default branch.
    /// What landed before it with settings that cannot be read is taken in: it begins where that began, and its authors are authors.
    async fn landing_in_turn(&self, id: &ChangeId) -> Result<Option<(Landing, BTreeSet<Author>)>, Error> {
        let line = self.line().await?;
        let mut taken_in = None;
        for (earlier, landing) in &line.landings {
            if earlier == id {
                let (base, authors) = taken_in.unwrap_or_else(|| (landing.base.clone(), BTreeSet::new()));
                return Ok(Some((Landing { base, ..landing.clone() }, authors)));
            }
            let Some(before) = self.store.change(earlier).await?.filter(Change::is_decided) else { return Ok(None) };
            taken_in = before.is_unreadable().then(|| {
                let (base, mut authors) = taken_in.unwrap_or_else(|| (landing.base.clone(), BTreeSet::new()));
                authors.extend(before.facts.authors);
                (base, authors)
            });
        }
        Ok(None)
    }

    async fn save_change(&self, change: &Change, run: &Run) -> Result<(), Error> {
        Ok(self.store.save(&run.lease, &Batch { changes: vec![change.clone()], ..Batch::default() }).await?)
    }

    /// Stores a change, and with it, in one transaction, the moves that it hands to its targets once it is accepted, and what people did
    /// about their holds. Both are taken in once, however often they are told.
    async fn settle_change(&self, known: Option<&Change>, change: &Change, run: &Run) -> Result<(), Error> {
        let mut batch = Batch::default();
        if known != Some(change) {
            batch.changes.push(change.clone());
        }
        let _one_at_a_time = self.deliveries.lock().await;
        let now = self.world.now();
        for (target, entries) in entries_by_target(change) {
            let before = self.store.delivery(&target).await?.unwrap_or_else(|| Delivery::new(target.clone(), BTreeMap::new()));
            let refused = change.accepted().map(|accepted| accepted.refused.clone()).unwrap_or_default();
            let cleared = Event::Cleared { change: change.id.clone(), facts: change.facts.clone(), refused };
            let accepted = delivery::step(before.clone(), Event::Accepted { entries }, now).delivery;
            let after = delivery::step(accepted, cleared, now).delivery;
            // what gave way may have been the last that its change waited for
            batch
                .queue
                .extend(after.ended_since(&before).into_iter().filter(|id| *id != change.id).map(|id| (Key::Change(id).to_string(), now)));
            if after != before {
                batch.deliveries.push(after);
            }
            batch.queue.push((Key::Target(target).to_string(), now));
        }
        if !batch.changes.is_empty() || !batch.queue.is_empty() {
            self.store.save(&run.lease, &batch).await?;
            self.wake.notify_waiters();
        }
        self.advance_line(&change.id, run).await
    }

    /// The judge moves along with what was accepted, and who landed behind this change may have its turn.
    async fn advance_line(&self, id: &ChangeId, run: &Run) -> Result<(), Error> {
        let _one_at_a_time = self.one_line.lock().await;
        let line = self.line().await?;
        let mut changes = BTreeMap::new();
        for (id, _) in &line.landings {
            changes.insert(id.clone(), self.store.change(id).await?);
        }
        let undecided = |id: &&ChangeId| !changes.get(*id).is_some_and(|change| change.as_ref().is_some_and(Change::is_decided));
        if let Some(next) = line.landings.iter().map(|(id, _)| id).find(undecided).filter(|next| *next != id) {
            self.look_at(&Key::Change(next.clone())).await?;
        }
        let advanced: Line = line.clone().advance(|id| changes.get(id).cloned().flatten());
        if advanced == line {
            return Ok(());
        }
        self.save_line(run, &advanced, Batch::default()).await?;
        if advanced.judge != line.judge {
            self.ask_policies_again().await?;
        }
        self.take_in_unreadable(&changes, &advanced, run).await
    }

    /// There is a newer judge: what is refused may have an exception now, and what is reviewed may be refused, or need others' approval.
    async fn ask_policies_again(&self) -> Result<(), Error> {
        for change in self.store.waiting().await? {
            self.look_at(&Key::Change(change)).await?;
        }
        for change in self.store.landed_open().await? {
            if change.accepted().is_some_and(Accepted::is_refused) {
                self.look_at(&Key::Change(change.id)).await?;
            }
        }
        Ok(())
    }

    /// What could not be read is over once something behind it was accepted with all that it brought.
    async fn take_in_unreadable(&self, changes: &BTreeMap<ChangeId, Option<Change>>, line: &Line, run: &Run) -> Result<(), Error> {
        let over = |id: &ChangeId| line.landings.iter().all(|(open, _)| open != id);
        let accepted = changes.values().flatten().filter(|change| !change.is_unreadable() && over(&change.id));
        let Some(landing) = accepted.filter_map(Change::landing).next_back().cloned() else { return Ok(()) };
        for change in changes.values().flatten().filter(|change| change.is_unreadable() && over(&change.id)) {
            let change = change::step(change.clone(), Event::Landed(Box::new(landing.clone())), self.world.now());
            self.save_change(&change, run).await?;
            self.say(&change, run).await?;
        }
        Ok(())
    }

    /// Publishes what was applied and records what is complete.
    async fn close(&self, mut change: Change, run: &Run) -> Result<Change, Error> {
        while let Some(record) = change.to_record() {
            let deliveries = self.store.deliveries().await?;
            let Some(command) = delivery::close(record, self.recorded_up_to().await?, deliveries.values()) else { break };
            let event = self.world.perform(command, run).await;
            match &event {
                Event::Published { commit, .. } => tracing::info!(change = %change.id, %commit, "published"),
                Event::Recorded { .. } => tracing::info!(change = %change.id, "recorded"),
                Event::Failed { message, .. } => {
                    tracing::warn!(change = %change.id, message, "unable to publish or record");
                    self.store.enqueue(&Key::Change(change.id.clone()).to_string(), self.world.now() + PAUSE).await?;
                    break;
                }
                _ => return Err(Error::unexpected(&event)),
            }
            change = change::step(change, event.clone(), self.world.now());
            // the last words of a recorded change need its moves once more
            if matches!(event, Event::Recorded { .. }) {
                self.say(&change, run).await?;
            }
            self.closed(&change, &event, run).await?;
        }
        Ok(change)
    }
}

/// The moves of an accepted change that has no evidence yet, by target.
fn entries_by_target(change: &Change) -> BTreeMap<TargetName, Vec<Entry>> {
    let mut targets: BTreeMap<TargetName, Vec<Entry>> = BTreeMap::new();
    if let Some(accepted) = change.accepted().filter(|accepted| !accepted.recorded) {
        for entry in &accepted.entries {
            let hold = entry.hold.clone().or_else(|| accepted.refused.get(&entry.apply.unit).cloned());
            targets.entry(entry.apply.unit.target.clone()).or_default().push(Entry { hold, ..entry.clone() });
        }
    }
    targets
}
