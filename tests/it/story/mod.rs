//! Whole-daemon stories: the real binary, real Git, real Terraform; each reads like what happened.

mod daemon;
mod desk;
mod evidence;
mod faults;
mod hostile;
mod hungry;
mod landing;
mod lost;
mod merged;
mod open;
mod overtaken;
mod refused;
mod review;
mod settings;
mod town;
mod unasked;

/// The published request.
const REQUEST: &str = include_str!("../../../demo/request.yaml");
/// The same with two mistakes.
const MISTAKE: &str = include_str!("../../../demo/mistake.yaml");
/// Where it stands.
const FILE: &str = "requests/payments-team/payments-staging.yaml";

/// The same with its first service alone: Terraform writes the state of two resources in an order of its own.
fn with_one_service(text: &str) -> String {
    text.split_inclusive("replicas: 2\n").next().unwrap_or_default().to_owned()
}

/// The published request under another name.
fn request(name: &str) -> (String, String) {
    (format!("requests/payments-team/{name}.yaml"), REQUEST.replace("payments-staging", name))
}
