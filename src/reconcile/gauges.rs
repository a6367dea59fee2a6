//! How many changes and units there are in each state, for metrics.

use super::{Perform, Reconciler};
use crate::change::Change;
use crate::delivery::Delivery;
use crate::store;
use crate::telemetry;
use std::sync::atomic::Ordering;

impl<P: Perform> Reconciler<P> {
    /// Says how many changes and units there are in each state, when anything may have moved since it was said last.
    pub(super) async fn set_gauges(&self) {
        let _one_at_a_time = self.gauges.lock().await;
        if !self.moved.swap(false, Ordering::Relaxed) {
            return;
        }
        if let Err(error) = self.say_gauges().await {
            tracing::warn!(%error, "unable to count changes and units");
        }
    }

    async fn say_gauges(&self) -> Result<(), store::Error> {
        let phases = self.store.phases().await?;
        // a phase that no change is in has its gauge too
        for phase in Change::PHASES {
            telemetry::changes(phase, phases.get(phase).copied().unwrap_or_default());
        }
        let deliveries = self.store.deliveries().await?;
        telemetry::units("applied", deliveries.values().map(|delivery| delivery.applied.len()).sum());
        for state in Delivery::OPEN {
            telemetry::units(state, deliveries.values().map(|delivery| delivery.count(state)).sum());
        }
        Ok(())
    }
}
