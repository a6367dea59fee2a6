//! What is known, for pages and the command line.

use super::{Error, Line, Perform, Reconciler};
use crate::change::Change;
use crate::delivery::{Delivery, Status};
use crate::model::ChangeId;
use crate::plan::Hold;
use crate::report::{self, Detail, Remark, Summary, TargetStatus};

impl<P: Perform> Reconciler<P> {
    /// All changes, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn summaries(&self) -> Result<Vec<Summary>, Error> {
        let deliveries = self.store.deliveries().await?;
        let mut changes: Vec<Change> = self.store.changes().await?.into_values().collect();
        changes.sort_by(|a, b| b.seen.cmp(&a.seen).then_with(|| b.id.cmp(&a.id)));
        let summary = |change: &Change| {
            let looked = self.looked_for(change);
            self.with_view(change, looked.as_ref(), &deliveries, |view| report::summary(&view))
        };
        Ok(changes.iter().map(summary).collect())
    }

    /// One change, with what people said of it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn detail(&self, id: &ChangeId, remarks: Vec<Remark>) -> Result<Option<Detail>, Error> {
        let Some(change) = self.store.change(id).await? else { return Ok(None) };
        let deliveries = self.store.deliveries().await?;
        let looked = self.looked_for(&change);
        Ok(Some(self.with_view(&change, looked.as_ref(), &deliveries, |view| report::detail(&view, remarks))))
    }

    /// A change in a list, as it is handed over, and its holds.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn summary(&self, change: &Change) -> Result<(Summary, Vec<Hold>), Error> {
        let deliveries = self.store.deliveries().await?;
        let looked = self.looked_for(change);
        Ok(self.with_view(change, looked.as_ref(), &deliveries, |view| (report::summary(&view), view.holds())))
    }

    /// One change as it is stored.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn stored(&self, id: &ChangeId) -> Result<Option<Change>, Error> {
        Ok(self.store.change(id).await?)
    }

    /// What is known of the default branch.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn known_line(&self) -> Result<Line, Error> {
        self.line().await
    }

    /// How each target is.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn targets(&self) -> Result<Vec<TargetStatus>, Error> {
        Ok(self.store.deliveries().await?.values().map(target_status).collect())
    }
}

fn target_status(delivery: &Delivery) -> TargetStatus {
    let count = |of: fn(&Status) -> bool| delivery.jobs.iter().filter(|job| of(&job.status)).count();
    TargetStatus {
        target: delivery.target.clone(),
        applied: delivery.applied.len(),
        queued: count(|status| matches!(status, Status::Queued | Status::Running { .. })),
        failed: count(|status| matches!(status, Status::Failed { .. })),
        held: count(|status| matches!(status, Status::Held(_))),
    }
}
