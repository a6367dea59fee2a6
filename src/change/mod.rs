//! The life of one change up to accepted: `step(state, event, now) -> Transition`.
