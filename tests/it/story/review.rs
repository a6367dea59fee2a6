//! What people see and do on a pull request.

use super::desk::steady;
use super::town::{ALICE, BOB, Town};
use super::{FILE, MISTAKE, REQUEST, request};

#[test]
fn a_mistake_is_shown_at_its_line_and_the_same_comment_then_asks_for_a_review() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, MISTAKE)]);
    steady(&town.seen_first("1"), |text| {
        insta::assert_snapshot!(text, @r"
        ### ✋ 2 mistakes in 1 request — nothing was planned

        **Your turn, @alice.** Fix these and push; this comment will update.

        **`requests/payments-team/payments-staging.yaml`**

        | Line | | | |
        | --- | --- | --- | --- |
        | 9 | error | `spec.region` must be one of `eu-central-1` or `eu-west-1`, is `eu-centrl-1` (`not-one-of`) | Did you mean `eu-central-1`? |
        | 13 | error | `spec.services[0].replicas` must be at most 10, is 40 (`out-of-range`) | Write a number from 1 to 10. For more, ask `platform` in #platform-help. |
        ")
    });
    let wrong = town.commit_of("staging");
    insta::assert_snapshot!(town.marks(&wrong), @r"
    check failure: 2 mistakes in 1 request — nothing was planned
    status failure: 2 mistakes in 1 request — nothing was planned
    ");
    let annotations = town.forge()["heads"][&wrong]["check"]["annotations"].clone();
    let places = annotations
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| format!("{}:{}", one["place"]["path"].as_str().unwrap_or_default(), one["place"]["span"]["line"]));
    assert_eq!(places.collect::<Vec<_>>(), [format!("{FILE}:9"), format!("{FILE}:13")]);

    town.push(ALICE, "staging", &[(FILE, REQUEST)]);
    steady(&town.seen_first("1"), |text| {
        insta::assert_snapshot!(text, @"
        ### 1 request → 12 files to 2 targets: 12 added — waiting for a review by payments-team

        > **Access or exposure may grow** in 1 unit, `payments-team/payments-staging/cluster@staging-eu-central-1`: by `Role/team-debug`, `Ingress/payments-api`, `Ingress/payments-worker`, `RoleBinding/team-debug` and `RoleBinding/team-view`.
        >
        > **Review by payments-team** (`bob` and `dave`), because `requests/payments-team/payments-staging.yaml` changes. To approve: `goldpath change approve pr-1`.

        | Request | Target | + | Policy | State |
        | --- | --- | --: | --- | --- |
        | payments-team/payments-staging | staging-eu-central-1 | 16 objects | ✓ 12 passed | rendered |
        | | dns | 3 resources | ✓ 12 passed | planned |

        Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.
        ")
    });
    insta::assert_snapshot!(town.marks(&town.commit_of("staging")), @"
    check action_required: 1 request → 12 files to 2 targets: 12 added — waiting for a review by payments-team
    status action_required: 1 request → 12 files to 2 targets: 12 added — waiting for a review by payments-team
    ");
    assert!(town.marks(&wrong).starts_with("check failure: 2 mistakes"), "the commit with the mistakes stays what it was");
    let ids: Vec<u64> = town.comments(1).iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [1], "the one comment, updated in place");
}

#[test]
fn who_wrote_it_and_who_is_nobody_cannot_approve_it() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    let own = town.ask_as(ALICE, &["change", "approve", "1"]);
    insta::assert_snapshot!(format!("exit {}\n{}", own.code, own.err), @"
    exit 4
    error: alice wrote a commit of pull request #1, and nobody approves their own work: ask somebody else to look at it
      hint: pr-1: 1 request → 12 files to 2 targets: 12 added — waiting for a review by payments-team
    ");

    let before = town.outside();
    let json = "Content-Type: application/json\r\n";
    for verb in ["approve", "merge", "comment"] {
        let (status, body) = town.http(&format!("POST /api/v1/changes/1/{verb}"), json, "{}");
        assert_eq!((status.as_str(), body.contains("this needs a person's token")), ("HTTP/1.1 401 Unauthorized", true), "{body}");
    }
    let (status, _) = town.http("POST /api/v1/changes/1/approve", &format!("{json}Authorization: Bearer gp_nobody\r\n"), "{}");
    assert_eq!(status, "HTTP/1.1 401 Unauthorized");
    town.settle();
    assert_eq!(town.outside(), before, "nothing came of it");
}

#[test]
fn a_conflict_names_the_file_and_is_gone_when_it_is_mended() {
    let (path, text) = request("shop");
    let town = Town::with(&[(&path, &text)]);
    town.propose(ALICE, "three", &[(&path, &text.replace("replicas: 2", "replicas: 3"))]);
    town.propose("dave", "four", &[(&path, &text.replace("replicas: 2", "replicas: 4"))]);
    town.approve_and_merge(BOB, "dave", "2");
    steady(&town.seen_first("1"), |text| {
        insta::assert_snapshot!(text, @r"
    ### ✋ Does not merge: 1 file changed both here and on the default branch

    **Your turn, @alice.** Merge the default branch into yours, solve `requests/payments-team/shop.yaml`, and push; this comment will update.
    ")
    });
    town.ask_as(BOB, &["change", "approve", "1"]);
    town.settle();
    assert_eq!(town.ask_as(ALICE, &["change", "merge", "1"]).code, 4);

    town.propose(ALICE, "three", &[(&path, &text.replace("replicas: 2", "replicas: 3"))]);
    insta::assert_snapshot!(town.verdict("1"), @"### 1 request → 2 files to 1 target: 2 changed — waiting for a review by payments-team");
    assert_eq!(town.comments(1).len(), 1);
}

#[test]
fn two_that_were_reviewed_on_the_same_base_are_merged_one_after_the_other() {
    let [(one, first), (two, second), (three, third)] = ["one", "two", "three"].map(request);
    let town = Town::with(&[]);
    town.propose(ALICE, "one", &[(&one, &first)]);
    town.propose(ALICE, "two", &[(&two, &second)]);
    town.propose(ALICE, "three", &[(&three, &third)]);
    for id in ["1", "2", "3"] {
        town.ask_as(BOB, &["change", "approve", id]).done();
    }
    town.settle();
    town.ask_as(ALICE, &["change", "merge", "1"]).done();
    town.settle();
    insta::assert_snapshot!(town.verdict("2"), @"### 1 request → 12 files to 2 targets: 12 added — waiting for the merge");
    // the others with Git alone, in one push: the second of them was never looked at on the base that it gets
    town.merge_by_hand(BOB, &["two", "three"]);
    town.push_main(BOB);
    for id in ["1", "2", "3"] {
        assert!(town.verdict(id).starts_with("### ✅ Applied: 2 of 2"), "{}", town.comment(id));
    }
    assert_eq!(town.rendered(), town.rendered_at_a_desk(ALICE));
    assert_eq!((town.notes(), town.verify().code), (3, 0), "{}", town.verify().out);
}

#[test]
fn a_branch_that_is_gone_closes_its_pull_request_and_comes_back_as_another() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.git(ALICE, &["push", "--quiet", "origin", ":staging"]).done();
    town.settle();
    assert_eq!(town.change("1")["state"], "closed");
    assert_eq!(town.ask_as(ALICE, &["change", "merge", "1"]).code, 4);
    town.git(ALICE, &["push", "--quiet", "origin", "HEAD:staging"]).done();
    town.settle();
    assert_eq!(town.change("2")["state"], "waiting");
    assert_eq!(town.ask_as(ALICE, &["change", "merge", "2"]).code, 4, "the approval was of the other one");
    assert_eq!(town.whole_world().len(), 0);
}
