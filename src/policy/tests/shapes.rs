//! What rules give, and what declares them.

use super::*;

fn shown(rule: &str) -> String {
    let text = format!("package main\n\n{rule}\n");
    Case::new(&[("policies/a.rego", &text)]).object(&pod("a", "b")).shown()
}

#[test]
fn an_object_is_no_set_of_results() {
    let rules = [
        "deny[msg] if {\n\tinput.kind == \"Podx\"\n\tmsg := \"map\"\n}",
        "deny.sub contains msg if msg := \"x\"",
        "warn[\"sub\"] := \"q\" if input.kind",
    ];
    insta::assert_snapshot!(rules.map(shown).concat(), @r"
    policies/a.rego:3:1 Error policy-does-not-compile (Platform)
      `deny[…]` makes an object, and what is refused or warned of is told by a set
      help: Write `deny contains msg if { … }`.
    0 passed, 0 warned, 0 failed, 0 waived
    policies/a.rego:3:1 Error policy-does-not-compile (Platform)
      `deny.sub` makes an object, and what is refused or warned of is told by a set
      help: Write `deny contains msg if { … }`.
    0 passed, 0 warned, 0 failed, 0 waived
    policies/a.rego:3:1 Error policy-does-not-compile (Platform)
      `warn[…]` makes an object, and what is refused or warned of is told by a set
      help: Write `warn contains msg if { … }`.
    0 passed, 0 warned, 0 failed, 0 waived
    ");
}

#[test]
fn what_says_neither_yes_nor_no_is_the_mistake_of_the_policy() {
    let rules = [
        "x := {}\n\ndeny := x",
        "deny contains x if x := count([])",
        "default deny := \"\"",
        "deny := {\"msg\": \"no\", \"field\": \"spec.region\"}",
    ];
    insta::assert_snapshot!(rules.map(shown).concat(), @r"
    policies/a.rego:5:1 Error policy-failed (Platform)
      the policy `a` failed for `payments-team/shop/cluster@staging`, and was not asked about the units after it: `deny` is an object without `msg`
      help: Write `deny contains msg if { … }`: a result is a text, or an object with `msg`.
      see requests/payments-team/shop.yaml: the request that it looked at
    0 passed, 0 warned, 1 failed, 0 waived
    policies/a.rego:3:1 Error policy-failed (Platform)
      the policy `a` failed for `payments-team/shop/cluster@staging`, and was not asked about the units after it: `deny` holds `0`, which is no result
      help: Write `deny contains msg if { … }`: a result is a text, or an object with `msg`.
      see requests/payments-team/shop.yaml: the request that it looked at
    0 passed, 0 warned, 1 failed, 0 waived
    policies/a.rego:3:9 Error policy-failed (Platform)
      the policy `a` failed for `payments-team/shop/cluster@staging`, and was not asked about the units after it: `deny` is an empty text
      help: Write `deny contains msg if { … }`: a result is a text, or an object with `msg`.
      see requests/payments-team/shop.yaml: the request that it looked at
    0 passed, 0 warned, 1 failed, 0 waived
    requests/payments-team/shop.yaml:5:11 Error policy/a (Requester)
      no (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `a` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    0 passed, 0 warned, 1 failed, 0 waived
    ");
}

#[test]
fn a_line_of_text_declares_nothing() {
    let rules = [
        "deny contains \"raw\" if input.kind\n\ndoc := `\ndeny(x) is a function\n`",
        "deny(x) := x\n\nwarn contains \"spaced\" if deny(1)",
        " deny contains \"indented\" if input.kind",
    ];
    insta::assert_snapshot!(rules.map(shown).concat(), @r"
    requests/payments-team/shop.yaml:4:1 Error policy/a (Requester)
      raw (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `a` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    0 passed, 0 warned, 1 failed, 0 waived
    requests/payments-team/shop.yaml:4:1 Warning policy/a (Requester)
      spaced (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `a` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    0 passed, 1 warned, 0 failed, 0 waived
    requests/payments-team/shop.yaml:4:1 Error policy/a (Requester)
      indented (Pod `a` in `payments-team/shop/cluster@staging`)
      help: The policy `a` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    0 passed, 0 warned, 1 failed, 0 waived
    ");
}
