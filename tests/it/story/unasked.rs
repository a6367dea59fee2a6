//! A policy that gives no answer has not said yes: what reached the default branch is held until it is mended.

use super::refused::newest_push;
use super::town::{ALICE, BOB, PLATFORM, Town};
use super::{FILE, REQUEST, request};

const POLICY: &str = "policies/regions.rego";

/// Refuses one region, and cannot be asked about requests of a certain name.
const FAILS: &str = r#"package goldpath.unit

deny contains "eu-west-1 is closed" if input.request.spec.region == "eu-west-1"

deny contains "it has a number" if to_number(trim_prefix(input.request.metadata.name, "odd")) > 5
"#;

/// Pushes files to the default branch and has them approved there; gives the change that this is.
fn pushed(town: &Town, who: &str, files: &[(&str, &str)]) -> String {
    town.push_directly(who, files);
    let id = newest_push(town);
    town.ask_as(BOB, &["change", "approve", &id]).done();
    town.settle();
    id
}

#[test]
fn what_a_policy_was_not_asked_about_is_held_until_it_can_be() {
    let fails = FAILS.replace("\"odd\")) > 5", "\"odd-\")) > 99");
    let town = Town::with(&[(POLICY, &fails.replace("to_number(", "count("))]);
    pushed(&town, PLATFORM, &[(POLICY, &fails)]);
    let (file, text) = request("aaa");
    let closed = REQUEST.replace("eu-central-1", "eu-west-1");
    let id = pushed(&town, ALICE, &[(&file, &text), (FILE, &closed)]);
    let comment = town.comment(&id);
    assert_eq!((town.whole_world().len(), town.settle()["held"].as_u64()), (0, Some(1)), "{comment}");
    assert!(comment.contains("Applied 0 of 4 — 4 held") && comment.contains("policy-failed"), "{comment}");
    assert!(!comment.contains("change approve"), "no approval clears it: {comment}");

    // what can be asked now is applied, and what is refused stays
    pushed(&town, PLATFORM, &[(POLICY, &fails.replace("to_number(", "count("))]);
    let comment = town.comment(&id);
    assert!(comment.contains("Applied 2 of 4 — 2 held") && !comment.contains("policy-failed"), "{comment}");
    assert!(town.whole_world().keys().all(|path| !path.contains("payments-staging")), "{:?}", town.whole_world().keys());
}

#[test]
fn while_a_policy_does_not_compile_nothing_goes_on() {
    let town = Town::with(&[]);
    pushed(&town, PLATFORM, &[(POLICY, "package goldpath.unit\n\ndeny contains \"no\" if {\n")]);
    let id = pushed(&town, ALICE, &[(FILE, REQUEST)]);
    let comment = town.comment(&id);
    assert_eq!(town.whole_world().len(), 0, "{comment}");
    assert!(comment.contains("policy-does-not-compile") && comment.contains("2 held"), "{comment}");

    pushed(&town, PLATFORM, &[(POLICY, "package goldpath.unit\n\ndeny contains \"no\" if input.team.name == \"web-team\"\n")]);
    assert!(town.verdict(&id).starts_with("### ✅ Applied: 2 of 2"), "{}", town.comment(&id));
}
