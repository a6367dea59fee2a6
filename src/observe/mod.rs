//! Plain data reported by the world; sensitive values are replaced by keyed digests when it is made.

mod pull;
mod terraform;

pub use pull::{Author, Clearance, Conclusion, Effect, Facts, Landing, Outcome, PullRequest, PullState, Review, UnitResult, Wish};
pub use terraform::{Action, AttributeChange, PlanError, Secrets, Shown, TerraformPlan, Verb, read_show_json};
