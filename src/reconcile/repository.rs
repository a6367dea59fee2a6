//! The repository as a whole: what is new on its branches becomes keys and landings.

use super::{Error, Key, Line, PAUSE, Perform, Reconciler};
use crate::change::Change;
use crate::command::{Command, Event, Found, RenderedUnit, Run};
use crate::delivery::{Delivery, Place};
use crate::model::{ChangeId, CommitId, TargetName, UnitId};
use crate::store::Batch;
use jiff::Timestamp;
use std::collections::BTreeMap;

const LINE: &str = "line";

impl<P: Perform> Reconciler<P> {
    pub(super) async fn line(&self) -> Result<Line, Error> {
        let known = self.store.get(LINE).await?;
        Ok(known.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default())
    }

    pub(super) async fn save_line(&self, run: &Run, line: &Line, mut with: Batch) -> Result<(), Error> {
        with.settings.push((LINE.to_owned(), serde_json::to_string(line)?));
        Ok(self.store.save(&run.lease, &with).await?)
    }

    /// Looks at the branches and the forge; answers when to look again by itself.
    pub(super) async fn repository(&self, run: &Run) -> Result<Option<Timestamp>, Error> {
        let _one_at_a_time = self.one_line.lock().await;
        let line = self.line().await?;
        let found = match self.world.perform(Command::Observe { known: line.tip.clone() }, run).await {
            Event::Found(found) => *found,
            Event::Failed { message, .. } => {
                tracing::warn!(message, "unable to look at the repository");
                return Ok(Some(self.world.now() + PAUSE));
            }
            event => return Err(Error::unexpected(&event)),
        };
        self.take_in(line, found, run).await?;
        self.wake.notify_waiters();
        Ok(None)
    }

    async fn take_in(&self, mut line: Line, found: Found, run: &Run) -> Result<(), Error> {
        let before = line.clone();
        let now = self.world.now();
        let mut batch = Batch::default();
        line.rewound = found.rewound;
        if !found.rewound {
            let known = line.landings.len();
            if line.tip.is_none() {
                // what is not gone over again was accepted
                line.judge = found.landings.first().map_or(Some(found.tip.clone()), |first| first.base.clone());
            }
            line.extend(found.tip, found.landings);
            for (id, landing) in &line.landings[known..] {
                if self.store.change(id).await?.is_none() {
                    batch.changes.push(Change::new(id.clone(), landing.title.clone(), None, now));
                }
                batch.queue.push((Key::Change(id.clone()).to_string(), now));
            }
        }
        if let Some(rendered) = found.rendered {
            self.take_over(rendered, &places(&line, found.last), &mut batch).await?;
        }
        batch.queue.extend(found.pulls.into_iter().map(|number| (Key::Change(ChangeId::pull(number)).to_string(), now)));
        if line != before || !batch.queue.is_empty() {
            self.save_line(run, &line, batch).await?;
        }
        Ok(())
    }

    /// The first look: what the branch `rendered` says is applied, is applied.
    async fn take_over(
        &self,
        rendered: BTreeMap<UnitId, RenderedUnit>,
        last: &BTreeMap<UnitId, Place>,
        batch: &mut Batch,
    ) -> Result<(), Error> {
        let mut targets: BTreeMap<TargetName, Delivery> = BTreeMap::new();
        let of = |unit: &UnitId| Delivery::new(unit.target.clone(), BTreeMap::new());
        for (unit, place) in last {
            targets.entry(unit.target.clone()).or_insert_with(|| of(unit)).last.insert(unit.clone(), place.clone());
        }
        for (unit, as_applied) in rendered {
            let delivery = targets.entry(unit.target.clone()).or_insert_with(|| of(&unit));
            delivery.applied.insert(unit.clone(), as_applied.digest);
            batch.inventory.push((unit, as_applied.files));
        }
        for (target, delivery) in targets {
            if self.store.delivery(&target).await?.is_none() {
                batch.deliveries.push(delivery);
            }
        }
        Ok(())
    }
}

/// The places of the landings that brought units to the branch `rendered`.
fn places(line: &Line, last: BTreeMap<UnitId, CommitId>) -> BTreeMap<UnitId, Place> {
    let of: BTreeMap<&CommitId, Place> =
        line.landings.iter().map(|(id, landing)| (&landing.commit, Place { order: landing.order, change: id.clone() })).collect();
    last.into_iter().filter_map(|(unit, commit)| Some((unit, of.get(&commit)?.clone()))).collect()
}
