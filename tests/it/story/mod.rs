//! Whole-daemon stories: the real binary, real Git, real Terraform; each reads like what happened.

mod merged;
mod open;
mod town;

/// The published request.
const REQUEST: &str = include_str!("../../../demo/request.yaml");
/// The same with two mistakes.
const MISTAKE: &str = include_str!("../../../demo/mistake.yaml");
/// Where it stands.
const FILE: &str = "requests/payments-team/payments-staging.yaml";

/// The published request under another name.
fn request(name: &str) -> (String, String) {
    (format!("requests/payments-team/{name}.yaml"), REQUEST.replace("payments-staging", name))
}
