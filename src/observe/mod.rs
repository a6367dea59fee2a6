//! Plain data reported by the world; sensitive values are replaced by keyed digests when it is made.

mod pull;

pub use pull::{Author, Clearance, Facts, Landing, Outcome, PullRequest, PullState, Review, UnitResult};
