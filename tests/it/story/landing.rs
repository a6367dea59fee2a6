//! What reached the default branch with Git alone, and removals.

use super::desk::steady;
use super::town::{ALICE, BOB, Town};
use super::{FILE, REQUEST, request};

const APPLIED: &str = "### ✅ Applied: 2 of 2";

#[test]
fn a_merge_commit_by_hand_is_the_merge_of_what_was_approved() {
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.merge_by_hand(BOB, &["staging"]);
    town.push_main(BOB);
    assert!(town.verdict("1").starts_with(APPLIED), "{}", town.comment("1"));
    assert_eq!(town.change("1")["landed"], town.commit_of("main").as_str());
    assert_eq!(town.rendered(), town.rendered_at_a_desk(ALICE));
    let log = town.goldpath(&["audit", "log", "--repo", &town.text("platform.git"), "--output", "json"]).done();
    let log: serde_json::Value = serde_json::from_str(&log).expect("JSON");
    let stated = &log["entries"][0]["statement"]["predicate"];
    assert_eq!((&stated["approvals"][0]["user"], &stated["pull"]["number"]), (&"bob".into(), &1.into()));
    assert_eq!((town.notes(), town.verify().code), (1, 0));
}

#[test]
fn a_branch_that_is_merged_by_hand_before_it_was_approved_is_held_until_it_is() {
    let [(one, first), (two, second)] = ["one", "two"].map(request);
    let town = Town::with(&[]);
    town.propose(ALICE, "one", &[(&one, &first)]);
    town.push_main(ALICE);
    assert_eq!(town.change("1")["state"], "held");
    steady(&town.seen_first("1"), |text| {
        insta::assert_snapshot!(text, @"
        ### ⚠️ 1 request → 12 files to 2 targets: 12 added — on the default branch, held, waiting for a review by payments-team

        > **Access or exposure may grow** in 1 unit, `payments-team/one/cluster@staging-eu-central-1`: by `Role/team-debug`, `Ingress/payments-api`, `Ingress/payments-worker`, `RoleBinding/team-debug` and `RoleBinding/team-view`.
        >
        > **Review by payments-team** (`bob` and `dave`), because `requests/payments-team/one.yaml` changes. To approve: `goldpath change approve pr-1`.

        | Request | Target | + | Policy | State |
        | --- | --- | --: | --- | --- |
        | payments-team/one | staging-eu-central-1 | 16 objects | ✓ 12 passed | waits |
        | | dns | 3 resources | ✓ 12 passed | waits |

        Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.
        ")
    });
    town.propose(ALICE, "two", &[(&two, &second)]);
    town.merge_by_hand(ALICE, &["two"]);
    town.push_main(ALICE);
    assert_eq!((town.change("2")["state"].as_str(), town.settle()["held"].as_u64()), (Some("held"), Some(2)));
    assert_eq!((town.whole_world().len(), town.notes()), (0, 0), "nothing is applied");
    assert_eq!(town.ask_as(ALICE, &["change", "approve", "1"]).code, 4, "not by who wrote it");
    for id in ["2", "1"] {
        town.ask_as(BOB, &["change", "approve", id]).done();
        town.settle();
        assert!(town.verdict(id).starts_with(APPLIED), "{}", town.comment(id));
    }
    assert_eq!(town.rendered(), town.rendered_at_a_desk(ALICE));
    assert_eq!((town.notes(), town.verify().code), (2, 0), "{}", town.verify().out);
}

#[test]
fn a_merge_that_brings_more_than_was_reviewed_is_held_for_what_it_brings() {
    let (other, text) = request("other");
    let town = Town::with(&[]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.merge_with(ALICE, "staging", &other, &text);
    assert!(!town.whole_world().keys().any(|path| path.contains("/other/")), "{}", town.comment("1"));
    steady(&town.seen_first("1"), |text| {
        insta::assert_snapshot!(text, @"
    ### ⚠️ Applied 2 of 4 — 2 held, waiting for platform

    > **Not the bytes that were reviewed** · `payments-team/other/dns@dns`: reviewed nothing, now `4b156c400719`. Held until someone of **platform** (`bob` and `carol`) types `goldpath change approve pr-1 h-rq57gnkx`.
    >
    > **Not the bytes that were reviewed** · `payments-team/other/cluster@staging-eu-central-1`: reviewed nothing, now `1283b2bff6b4`. Held until someone of **platform** (`bob` and `carol`) types `goldpath change approve pr-1 h-vdbq829v`.

    | Request | Target | + | Policy | State |
    | --- | --- | --: | --- | --- |
    | payments-team/other | staging-eu-central-1 | 16 objects | ✓ 12 passed | held |
    | | dns | 3 resources | ✓ 12 passed | held |
    | payments-team/payments-staging | staging-eu-central-1 | 16 objects | ✓ 12 passed | applied |
    | | dns | 3 resources | ✓ 12 passed | applied |

    Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.

    Approved: `COMMIT` by `bob`.
    ")
    });
}

#[test]
fn a_merge_that_lowers_the_approvals_on_the_way_is_held() {
    let town = Town::with(&[]);
    let settings = std::fs::read_to_string(town.path("work/goldpath.yaml")).expect("there are settings");
    let lowered = format!("{}spec: {{requires: \">=0.1\"}}\n", settings.split("spec:").next().expect("a head"));
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.merge_by_hand(ALICE, &["staging"]);
    std::fs::write(town.path("work/goldpath.yaml"), lowered).expect("a file");
    town.git(ALICE, &["commit", "--quiet", "--all", "--amend", "--no-edit"]).done();
    let accepted = town.settle()["accepted"].clone();
    town.push_main(ALICE);
    assert_eq!(town.settle()["accepted"], accepted, "the approvals that judge are those from before");
    steady(&town.seen_first("1"), |text| {
        insta::assert_snapshot!(text, @"
        ### ⚠️ 2 files → 1 request → 12 files to 2 targets: 12 added — on the default branch, held, waiting for a review by payments-team and a review by platform

        > **Access or exposure may grow** in 1 unit, `payments-team/payments-staging/cluster@staging-eu-central-1`: by `Role/team-debug`, `Ingress/payments-api`, `Ingress/payments-worker`, `RoleBinding/team-debug` and `RoleBinding/team-view`.
        >
        > **Review by payments-team** (`bob` and `dave`), because `requests/payments-team/payments-staging.yaml` changes. To approve: `goldpath change approve pr-1`.
        >
        > **Review by platform** (`bob` and `carol`), because `goldpath.yaml` changes. To approve: `goldpath change approve pr-1`.

        | Request | Target | + | Policy | State |
        | --- | --- | --: | --- | --- |
        | payments-team/payments-staging | staging-eu-central-1 | 16 objects | ✓ 12 passed | waits |
        | | dns | 3 resources | ✓ 12 passed | waits |

        Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.
        ")
    });

    // the approval from before was not of what landed; bob is of both teams
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.settle();
    assert!(town.verdict("1").starts_with(APPLIED), "{}", town.comment("1"));
    assert_eq!(town.settle()["accepted"], town.commit_of("main").as_str());
}

#[test]
fn what_no_rule_covers_is_accepted_and_what_a_rule_covers_waits() {
    let town = Town::with(&[]);
    town.push_directly(ALICE, &[("README.md", "About this repository.\n")]);
    let readme = town.pushed(&[]);
    steady(&town.seen_first(&readme), |text| insta::assert_snapshot!(text, @"### ✅ On the default branch; nothing was to be applied"));
    assert_eq!(town.settle()["accepted"], town.commit_of("main").as_str());

    town.push_directly(ALICE, &[(FILE, REQUEST)]);
    let unasked = town.pushed(&[&readme]);
    steady(&town.seen_first(&unasked), |text| {
        insta::assert_snapshot!(text, @"
        ### ⚠️ 1 request → 12 files to 2 targets: 12 added — on the default branch, held, waiting for a review by payments-team

        > **Access or exposure may grow** in 1 unit, `payments-team/payments-staging/cluster@staging-eu-central-1`: by `Role/team-debug`, `Ingress/payments-api`, `Ingress/payments-worker`, `RoleBinding/team-debug` and `RoleBinding/team-view`.
        >
        > **Review by payments-team** (`bob` and `dave`), because `requests/payments-team/payments-staging.yaml` changes. To approve: `goldpath change approve push-COMMIT`.

        | Request | Target | + | Policy | State |
        | --- | --- | --: | --- | --- |
        | payments-team/payments-staging | staging-eu-central-1 | 16 objects | ✓ 12 passed | waits |
        | | dns | 3 resources | ✓ 12 passed | waits |

        Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.
        ")
    });
    assert_eq!(town.settle()["held"], 1);
    assert_eq!((town.whole_world().len(), town.notes()), (0, 0));
    town.ask_as(BOB, &["change", "approve", &unasked]).done();
    town.settle();
    assert!(town.verdict(&unasked).starts_with(APPLIED), "{}", town.comment(&unasked));
}

#[test]
fn a_removal_takes_away_one_request_and_touches_no_other() {
    let requests = ["keeps", "goes"].map(request);
    let [(keeps, _), (goes, _)] = &requests;
    let files: Vec<(&str, &str)> = requests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let town = Town::with(&files);
    assert!(town.path("work").join(keeps).exists());
    let own = town.path("state/world/staging-eu-central-1/payments-team/goes/cluster/own.txt");
    std::fs::write(&own, "mine").expect("a file");
    let others = |town: &Town| -> Vec<_> {
        let world = town.whole_world().into_iter().filter(|(path, _)| path.contains("/keeps/"));
        let inode =
            |path: &str| std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(town.path("state/world").join(path)).expect("it is there"));
        world.map(|(path, text)| (inode(&path), path, text)).collect()
    };
    let (before, state) = (others(&town), town.terraform("dns/dns/payments-team/keeps/dns"));
    assert_eq!((before.len(), state.is_some()), (9, true));

    town.propose(ALICE, "clean-up", &[(goes, "")]);
    steady(&town.seen_first("1"), |text| {
        insta::assert_snapshot!(text, @"
    ### ⚠️ 1 request → 12 files to 2 targets: 12 removed · destroys 3 things · removes 2 units — waiting for a review by payments-team and a review by platform

    > **Destroys a thing** · payments-team/goes → dns: `terraform_data.environment_lifetime` is destroyed.
    >
    > **Destroys a thing** · payments-team/goes → dns: `terraform_data.payments-api` is destroyed.
    >
    > **Destroys a thing** · payments-team/goes → dns: `terraform_data.payments-worker` is destroyed.
    >
    > **Takes away** 2 units: `payments-team/goes/cluster@staging-eu-central-1` and `payments-team/goes/dns@dns`.
    >
    > **Review by payments-team** (`bob` and `dave`), because `requests/payments-team/goes.yaml` changes. To approve: `goldpath change approve pr-1`.
    >
    > **Review by platform** (`bob` and `carol`), because something is taken away. To approve: `goldpath change approve pr-1`.

    | Request | Target | − | State |
    | --- | --- | --: | --- |
    | payments-team/goes | staging-eu-central-1 | 16 objects | goes away |
    | | dns | 3 resources | planned |

    2 units do not change.
    ")
    });
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.settle();
    assert_eq!(town.ask_as(ALICE, &["change", "merge", "1"]).code, 0, "{}", town.comment("1"));
    town.settle();
    steady(&town.seen_first("1"), |text| {
        insta::assert_snapshot!(text, @r"
    ### ✅ Applied: 2 of 2, ready after TIME

    | Request | Target | − | State |
    | --- | --- | --: | --- |
    | payments-team/goes | staging-eu-central-1 | 16 objects | applied |
    | | dns | 3 resources | applied |

    2 units do not change.

    Approved: `COMMIT` by `bob`.
    ")
    });
    assert_eq!(
        town.whole_world().into_keys().filter(|path| path.contains("/goes/")).collect::<Vec<_>>(),
        ["staging-eu-central-1/payments-team/goes/cluster/own.txt"]
    );
    assert_eq!(town.terraform("dns/dns/payments-team/goes/dns").map(|(_, resources)| resources.len()), Some(0));
    assert_eq!((others(&town), town.terraform("dns/dns/payments-team/keeps/dns")), (before, state));
    assert_eq!(town.rendered(), town.rendered_at_a_desk(ALICE));
    assert_eq!((town.notes(), town.verify().code), (2, 0));
}
