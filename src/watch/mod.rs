//! What happened outside, as names of what to look at: `Trigger`.
