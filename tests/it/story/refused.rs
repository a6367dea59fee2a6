//! What reached the default branch and may not go on: refused by a policy, or under the name of what landed before.

use super::desk::steady;
use super::town::{ALICE, BOB, PLATFORM, Town};
use super::{FILE, REQUEST, request};

const APPLIED: &str = "### ✅ Applied: 2 of 2";
const POLICY: &str = r#"# METADATA
# title: Nothing lives in the region that is closed
# custom:
#   id: closed-region
#   owner: platform
package goldpath.unit

deny contains msg if {
	input.request.spec.region == "eu-west-1"
	input.diff.status == "added"
	msg := "eu-west-1 is closed"
}
"#;
const EXCEPTION: &str = "apiVersion: goldpath.dev/v1
kind: Exception
metadata: {name: closed-region}
spec: {policy: closed-region, scope: {request: payments-team/payments-staging}, reason: it moves next year, expires: 2099-01-01}
";

/// A town with the policy, where a request that it refuses was pushed to the default branch and approved there.
fn refused() -> (Town, String) {
    let town = Town::with(&[("policies/closed-region.rego", POLICY)]);
    let text = REQUEST.replace("eu-central-1", "eu-west-1");
    town.push_directly(ALICE, &[(FILE, &text)]);
    let id = newest_push(&town);
    town.ask_as(BOB, &["change", "approve", &id]).done();
    assert_eq!((town.settle()["held"].as_u64(), town.whole_world().len(), town.notes()), (Some(1), 0, 0), "{}", town.comment(&id));
    (town, id)
}

/// The change that the newest push to the default branch is.
pub(super) fn newest_push(town: &Town) -> String {
    let list = town.ask(&["change", "list"]).done();
    list.split_whitespace().find(|word| word.starts_with("push-")).expect("it landed").to_owned()
}

#[test]
fn a_push_that_a_policy_refuses_is_held_until_an_exception_waives_it() {
    let (town, id) = refused();
    steady(&town.seen_first(&id), |text| {
        insta::assert_snapshot!(text, @r"
        ### ⚠️ Applied 0 of 2 — 2 held, waiting for a mended file or an exception

        > **Policy refuses** · `policy/closed-region` (1 result), to be mended by the requester: eu-west-1 is closed (`payments-team/payments-staging/cluster@staging-eu-west-1`), and so of `payments-team/payments-staging/dns@dns`.
        >
        > **Refused** · `payments-team/payments-staging/cluster@staging-eu-west-1` and `payments-team/payments-staging/dns@dns`, for `policy/closed-region`. Held until the file is mended or, where a policy refuses, an exception is on the default branch; no approval clears it.

        **`requests/payments-team/payments-staging.yaml`**

        | Line | | | |
        | --- | --- | --- | --- |
        | 5 | error | eu-west-1 is closed (`payments-team/payments-staging/cluster@staging-eu-west-1`), and so of `payments-team/payments-staging/dns@dns` (`policy/closed-region`) | The policy `closed-region` belongs to `platform`: change the request, or ask them in #platform-help for an exception. |

        | Request | Target | + | Policy | State |
        | --- | --- | --: | --- | --- |
        | payments-team/payments-staging | staging-eu-west-1 | 16 objects | ✗ 1 failed, ✓ 12 passed | held |
        | | dns | 3 resources | ✗ 1 failed, ✓ 12 passed | held |

        Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.
        ")
    });
    assert_eq!((town.whole_world().len(), town.terraform("dns/dns/payments-team/payments-staging/dns"), town.notes()), (0, None, 0));
    assert!(!town.comment(&id).contains("change approve"), "no approval clears it");

    town.propose(PLATFORM, "exception", &[("exceptions/payments-team/closed-region.yaml", EXCEPTION)]);
    town.approve_and_merge(BOB, PLATFORM, "1");
    town.settle();
    assert!(town.verdict(&id).starts_with(APPLIED), "{}", town.comment(&id));
    assert_eq!((town.notes(), town.verify().code), (1, 0), "{}", town.verify().out);
}

#[test]
fn a_push_that_a_policy_refuses_gives_way_to_the_mended_request() {
    let (town, id) = refused();
    town.propose(ALICE, "mend", &[(FILE, REQUEST)]);
    town.approve_and_merge(BOB, ALICE, "1");
    assert!(town.verdict("1").starts_with("### ✅ Applied"), "{}", town.comment("1"));
    assert!(!town.whole_world().values().any(|text| text.contains("eu-west-1")), "what was refused never got there");
    assert_eq!(town.change(&id)["state"], "applied", "{}", town.comment(&id));
    assert_eq!(town.settle()["held"], 0);
}

#[test]
fn a_head_that_has_landed_lands_only_once() {
    let (other, text) = request("other");
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    let head = town.commit_of("staging");
    town.approve_and_merge(BOB, ALICE, "1");
    let accepted = town.settle()["accepted"].clone();

    // a commit whose second parent is the head that was approved, with another tree
    town.merge_by_hand(ALICE, &[]);
    town.commit(ALICE, &[(&other, &text)], "more");
    let tree = town.git(ALICE, &["rev-parse", "HEAD^{tree}"]).done();
    let made = town.git(ALICE, &["commit-tree", tree.trim(), "-p", "origin/main", "-p", &head, "-m", "Merge staging again"]).done();
    town.git(ALICE, &["reset", "--quiet", "--hard", made.trim()]).done();
    town.push_main(ALICE);

    let id = town.pushed(&[]);
    assert_eq!((town.change(&id)["state"].as_str(), town.settle()["accepted"].clone()), (Some("held"), accepted), "{}", town.comment(&id));
    assert!(!town.whole_world().keys().any(|path| path.contains("/other/")), "{:?}", town.whole_world().keys());
    town.ask_as(BOB, &["change", "approve", &id]).done();
    town.settle();
    assert!(town.verdict(&id).starts_with(APPLIED), "{}", town.comment(&id));
}

#[test]
fn who_wrote_what_a_merge_brought_besides_may_not_approve_it() {
    let (other, text) = request("other");
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.merge_with(BOB, "staging", &other, &text);
    assert!(town.whole_world().is_empty(), "bob is an author now: his approval of it counts no more");
    town.ask_as("dave", &["change", "approve", "1"]).done();
    town.settle();
    let comment = town.comment("1");
    assert!(!town.whole_world().keys().any(|path| path.contains("/other/")), "{comment}");
    let holds: Vec<&str> = comment.split("approve pr-1 ").skip(1).filter_map(|rest| rest.split('`').next()).collect();
    assert_eq!(holds.len(), 2, "{comment}");
    assert_eq!(town.ask_as(BOB, &["change", "approve", "1", holds[0]]).code, 4, "{comment}");
    for hold in holds {
        town.ask_as(PLATFORM, &["change", "approve", "1", hold]).done();
    }
    town.settle();
    assert!(town.verdict("1").starts_with("### ✅ Applied: 4 of 4"), "{}", town.comment("1"));
}

#[test]
fn a_release_that_is_changed_on_the_default_branch_holds_what_it_renders() {
    let town = Town::with(&[(FILE, REQUEST)]);
    let template = "golden-paths/environment/1.1.0/cluster/namespace.yaml.tera";
    let before = std::fs::read_to_string(town.path("work").join(template)).expect("there is a template");
    let world = town.whole_world();
    let changed = before.replacen("metadata:", "metadata:\n  annotations: {example.org/changed: \"yes\"}", 1);
    town.push_directly(PLATFORM, &[(template, &changed)]);
    let id = newest_push(&town);
    town.ask_as(BOB, &["change", "approve", &id]).done();
    town.settle();
    steady(&town.seen_first(&id), |text| {
        insta::assert_snapshot!(text, @r"
        ### ⚠️ Applied 0 of 1 — 1 held, waiting for a mended file or an exception

        > **Refused** · `payments-team/payments-staging/cluster@staging-eu-central-1`, for `release-changed`. Held until the file is mended or, where a policy refuses, an exception is on the default branch; no approval clears it.

        **`golden-paths/environment/1.1.0/cluster/namespace.yaml.tera`**

        | Line | | | |
        | --- | --- | --- | --- |
        | 1 | error | release `environment@1.1.0` is on the default branch, so its files cannot change (`release-changed`) | Copy `golden-paths/environment/1.1.0` to a folder with a new version, and change the copy. This is for the owner of the golden path to mend: team `platform`, in #platform-help. |

        | Request | Target | ~ | Policy | State |
        | --- | --- | --: | --- | --- |
        | payments-team/payments-staging | staging-eu-central-1 | 1 object | ✓ 12 passed | held |

        1 unit does not change.

        Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.
        ")
    });
    assert_eq!(town.whole_world(), world, "nothing of it is applied");

    town.push_directly(PLATFORM, &[(template, &before)]);
    let back = newest_push(&town);
    assert_ne!(back, id);
    town.ask_as(BOB, &["change", "approve", &back]).done();
    town.settle();
    assert_eq!((town.whole_world(), town.settle()["held"].as_u64()), (world, Some(0)), "{}", town.comment(&back));
}

/// Nobody pushes to the pull request: what changes is by what it is judged.
#[test]
fn an_open_change_is_judged_again_when_a_policy_comes_and_when_it_goes() {
    let closed = POLICY.replace("eu-west-1", "eu-central-1").replace("\tinput.diff.status == \"added\"\n", "");
    let policy = "policies/closed-region.rego";
    let (other, text) = request("other");
    let town = Town::with(&[(FILE, REQUEST)]);
    town.propose(ALICE, "other", &[(&other, &text)]);
    let waits = town.verdict("1");
    assert!(waits.contains("waiting for a review"), "{}", town.comment("1"));

    town.propose(PLATFORM, "close", &[(policy, &closed)]);
    steady(&town.seen_first("2"), |text| {
        insta::assert_snapshot!(text, @r"
        ### 1 file → nothing to apply · 1 warning — waiting for a review by platform

        > **Review by platform** (`bob`), because `policies/closed-region.rego` changes. To approve: `goldpath change approve pr-2`.

        **`requests/payments-team/payments-staging.yaml`**

        | Line | | | |
        | --- | --- | --- | --- |
        | 5 | warning | would be refused from now on: eu-central-1 is closed (`payments-team/payments-staging/cluster@staging-eu-central-1`), and so of 1 more unit whose request did not change (`policy/closed-region`)<br>`requests/payments-team/payments-staging.yaml:5`: and so of `payments-team/payments-staging/dns@dns` | What is applied stays; the next change of it has to comply. The policy `closed-region` belongs to `platform`: ask them in #platform-help for an exception. |
        ")
    });
    town.approve_and_merge(BOB, PLATFORM, "2");
    town.settle();
    assert!(town.comment("1").contains("eu-central-1 is closed"), "{}", town.comment("1"));
    assert_eq!(town.ask_as(BOB, &["change", "merge", "1"]).code, 4, "{}", town.comment("1"));

    town.propose(PLATFORM, "open", &[(policy, &closed.replace("eu-central-1", "eu-north-9"))]);
    town.approve_and_merge(BOB, PLATFORM, "3");
    town.settle();
    assert_eq!(town.verdict("1"), waits, "{}", town.comment("1"));
    town.approve_and_merge(BOB, ALICE, "1");
    assert!(town.verdict("1").starts_with(APPLIED), "{}", town.comment("1"));
}

/// What landed and waits for its approval is nobody else's change.
#[test]
fn what_stands_is_not_told_to_who_changes_something_else() {
    let closed = POLICY.replace("eu-west-1", "eu-central-1").replace("\tinput.diff.status == \"added\"\n", "");
    let (other, text) = request("other");
    let town = Town::with(&[(FILE, REQUEST)]);
    town.propose(ALICE, "other", &[(&other, &text)]);
    town.push_directly(PLATFORM, &[("policies/closed-region.rego", &closed)]);
    // it would be merged into it all the same, so it is refused, and what stands is no matter here
    let comment = town.comment("1");
    assert!(comment.contains("eu-central-1 is closed") && !comment.contains("from now on"), "{comment}");
    assert!(!comment.contains("payments-staging/cluster"), "{comment}");
}
