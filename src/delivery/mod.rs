//! Per target: accepted against applied; `step(state, event, now)` decides order, supersession and retry.
