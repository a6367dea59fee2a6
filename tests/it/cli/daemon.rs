//! What people ask of a daemon, and what they are refused.

use super::desk::{Daemon, Desk};
use super::readme;
use insta::assert_snapshot;

/// A daemon on a bare copy of the example, with a pull request of alice.
struct Office {
    desk: Desk,
    daemon: Daemon,
}

impl Office {
    fn open() -> Self {
        Self::with(|desk| {
            desk.git("platform", &["checkout", "--quiet", "-b", "payments-staging"]);
            desk.put("platform", "request.yaml");
            desk.commit("platform", "Ask for payments-staging");
            desk.git("platform", &["push", "--quiet", "origin", "payments-staging"]);
        })
    }

    /// What is pushed before the daemon starts.
    fn with(push: impl FnOnce(&Desk)) -> Self {
        let desk = Desk::with_git();
        desk.git(".", &["clone", "--quiet", "--bare", "platform", "platform.git"]);
        desk.git("platform", &["remote", "add", "origin", "../platform.git"]);
        for user in ["alice", "bob", "erin"] {
            let email = format!("{user}@example.org");
            let token = desk.json(".", &["change", "token", user, "--email", &email, "--state", "state"], "TokenReport");
            desk.write(&format!("{user}.token"), token["token"].as_str().expect("a token"));
        }
        push(&desk);
        let daemon = Daemon::start(&desk);
        Self { desk, daemon }
    }

    fn ask(&self, args: &[&str]) -> String {
        self.desk.run_in(".", &[args, &["--server", &self.daemon.url]].concat())
    }

    /// Asks as somebody.
    fn by(&self, user: &str, args: &[&str]) -> String {
        let token = format!("{user}.token");
        self.ask(&[args, &["--token-file", &token]].concat())
    }
}

#[test]
fn a_change_from_its_branch_to_its_evidence() {
    let office = Office::open();
    what_is_shown(&office);
    what_the_readme_shows(&office);
    what_has_to_wait(&office);
    what_is_wrong(&office);
    what_is_done(&office);
    what_is_over(&office);
    what_is_proved(&office);
}

fn what_is_shown(office: &Office) {
    assert_snapshot!(office.ask(&["status", "--wait"]), @"
    $ goldpath status --wait --server http://127.0.0.1:PORT
    goldpath 0.1.0 watches platform.git (main)
    tip COMMIT, accepted COMMIT
    1 change open
      dns: 4 units applied
      dns-production: 1 unit applied
      production-eu-central-1: 1 unit applied
      service-repositories: 3 units applied
      staging-eu-central-1: 2 units applied
      staging-eu-west-1: 2 units applied
    -- exit 0
    ");
    assert_snapshot!(office.ask(&["change", "list"]), @"
    $ goldpath change list --server http://127.0.0.1:PORT
    pr-1          waiting    Ask for payments-staging
                             1 request → 12 files to 2 targets: 12 added — waiting for a review by payments-team
    base-COMMIT  applied    The platform
                             Applied: 13 of 13
    -- exit 0
    ");
    assert_snapshot!(office.ask(&["change", "show", "1"]), @"
    $ goldpath change show 1 --server http://127.0.0.1:PORT
    pr-1  waiting  Ask for payments-staging
    branch  payments-staging
    head    COMMIT
    seen    WHEN

    ### 1 request → 12 files to 2 targets: 12 added — waiting for a review by payments-team

    > **Access or exposure may grow** in 1 unit, `payments-team/payments-staging/cluster@staging-eu-central-1`: by `Role/team-debug`, `Ingress/payments-api`, `Ingress/payments-worker`, `RoleBinding/team-debug` and `RoleBinding/team-view`.
    >
    > **Review by payments-team** (`bob` and `dave`), because `requests/payments-team/payments-staging.yaml` changes. To approve: `goldpath change approve pr-1`.

    | Request | Target | + | Policy | State |
    | --- | --- | --: | --- | --- |
    | payments-team/payments-staging | staging-eu-central-1 | 16 objects | ✓ 12 passed | rendered |
    | | dns | 3 resources | ✓ 12 passed | planned |

    13 units do not change.

    Lives `14d`, counted from the first complete apply (shown; not enforced by this version of goldpath). Cost centre `cc-1201`. Based on `environment@1.1.0`.

    ▸ staging-eu-central-1 (cluster) — 16 objects: 2 Deployments, 2 Ingresses, LimitRange, Namespace, 3 NetworkPolicies, ResourceQuota, Role, 2 RoleBindings, 2 Services and ServiceAccount
      (folded: 465 lines)

    ▸ dns (dns) — Terraform: 3 to create
      (folded: 126 lines)

    Not all of it is shown here: [everything](http://127.0.0.1:PORT/changes/pr-1).

    `environment@1.1.0` (COMMIT) · COMMIT on COMMIT · bytes COMMIT · TIME · [everything](http://127.0.0.1:PORT/changes/pr-1)

    Every file: goldpath change show pr-1 --full
    -- exit 0
    ");
    let full = office.ask(&["change", "show", "1", "--full"]);
    assert!(full.contains("+kind: Deployment") && full.contains("Everything that changes:\n"), "{full}");
}

/// The README has the very comment: without what is folded, where its links lead, and how long it took.
fn what_the_readme_shows(office: &Office) {
    let args = ["change", "show", "1", "--server", &office.daemon.url];
    let answer = office.desk.json(".", &args, "ChangeReport");
    let comment = answer["change"]["report"].as_str().expect("there is a comment");
    let mut folds = comment.split("</summary>");
    let mut bare = folds.next().unwrap_or_default().to_owned();
    for fold in folds {
        let (_, rest) = fold.split_once("</details>").expect("what is folded ends");
        bare += &format!("</summary></details>{rest}");
    }
    let parts: Vec<&str> = bare.split("](http").collect();
    let bare: String = parts
        .iter()
        .enumerate()
        .map(|(n, part)| {
            let text = if n == 0 { part } else { part.split_once(')').expect("a link ends").1 };
            match text.rsplit_once('[') {
                Some((before, link)) if n + 1 < parts.len() => format!("{before}{link}"),
                _ => text.to_owned(),
            }
        })
        .collect();
    let steady = |text: &str| office.desk.steady(text).replace(" · TIME", "").trim().to_owned();
    let shown: Vec<String> = bare.lines().filter(|line| !line.starts_with("<!--")).map(steady).collect();
    let readme: Vec<String> = readme::comment().iter().map(|line| steady(line)).collect();
    assert_eq!(readme, shown);
}

/// What may not be done, and whose turn it is.
fn what_has_to_wait(office: &Office) {
    assert_snapshot!(office.by("alice", &["change", "approve", "1"]), @"
    $ goldpath change approve 1 --token-file alice.token --server http://127.0.0.1:PORT
    -- stderr
    error: alice wrote a commit of pull request #1, and nobody approves their own work: ask somebody else to look at it
      hint: pr-1: 1 request → 12 files to 2 targets: 12 added — waiting for a review by payments-team
    -- exit 4
    ");
    assert_snapshot!(office.by("bob", &["change", "merge", "1"]), @"
    $ goldpath change merge 1 --token-file bob.token --server http://127.0.0.1:PORT
    -- stderr
    error: pr-1 cannot be merged yet: 1 request → 12 files to 2 targets: 12 added — waiting for a review by payments-team
      hint: `goldpath change show pr-1` says what to do
    -- exit 4
    ");
    assert_snapshot!(office.by("bob", &["change", "approve", "1", "h-unknown"]), @r"
    $ goldpath change approve 1 h-unknown --token-file bob.token --server http://127.0.0.1:PORT
    -- stderr
    error: pr-1 has no hold `h-unknown`
      hint: nothing of it is held: there is nothing to approve
    -- exit 4
    ");
}

/// Without a token, a change or a text.
fn what_is_wrong(office: &Office) {
    assert_snapshot!(office.ask(&["change", "approve", "1"]), @r"
    $ goldpath change approve 1 --server http://127.0.0.1:PORT
    -- stderr
    error: this changes something, so it needs your token: `--token-file FILE` is missing
      hint: on the daemon's machine: `goldpath change token USER --email E --state DIR > FILE`
    -- exit 2
    ");
    assert_snapshot!(office.by("nobody", &["change", "approve", "1"]), @r"
    $ goldpath change approve 1 --token-file nobody.token --server http://127.0.0.1:PORT
    -- stderr
    error: nobody.token does not exist
      hint: is the name right?
    -- exit 2
    ");
    office.desk.write("false.token", "gp_false\n");
    assert_snapshot!(office.by("false", &["change", "approve", "1"]), @r"
    $ goldpath change approve 1 --token-file false.token --server http://127.0.0.1:PORT
    -- stderr
    error: this token is nobody's
      hint: `goldpath change token USER --email E --state DIR` makes a new one on the daemon's machine; the older one ends
    -- exit 2
    ");
    assert_snapshot!(office.by("bob", &["change", "comment", "1", " "]), @r"
    $ goldpath change comment 1   --token-file bob.token --server http://127.0.0.1:PORT
    -- stderr
    error: the comment is empty
      hint: write what you want to say
    -- exit 2
    ");
    assert_snapshot!(office.ask(&["change", "show", "9"]), @r"
    $ goldpath change show 9 --server http://127.0.0.1:PORT
    -- stderr
    error: there is no change pr-9
      hint: `goldpath change list` lists all
    -- exit 2
    ");
    assert_snapshot!(office.ask(&["change", "show", "../status"]), @r#"
    $ goldpath change show ../status --server http://127.0.0.1:PORT
    -- stderr
    error: "../status" is not a change
      hint: `goldpath change list` lists them
    -- exit 2
    "#);
}

fn what_is_done(office: &Office) {
    assert_snapshot!(office.by("bob", &["change", "comment", "1", "Looks *fine*"]), @r"
    $ goldpath change comment 1 Looks *fine* --token-file bob.token --server http://127.0.0.1:PORT
    bob commented on pr-1
    -- exit 0
    ");
    assert_snapshot!(office.by("bob", &["change", "approve", "1"]), @r"
    $ goldpath change approve 1 --token-file bob.token --server http://127.0.0.1:PORT
    bob approved pr-1 at COMMIT
    -- exit 0
    ");
    office.ask(&["status", "--wait"]);
    assert_snapshot!(office.by("alice", &["change", "merge", "1"]), @r"
    $ goldpath change merge 1 --token-file alice.token --server http://127.0.0.1:PORT
    alice asked for the merge of pr-1
    -- exit 0
    ");
    office.ask(&["status", "--wait"]);
    assert_snapshot!(office.ask(&["change", "list"]), @"
    $ goldpath change list --server http://127.0.0.1:PORT
    pr-1          applied    Ask for payments-staging
                             Applied: 2 of 2
    base-COMMIT  applied    The platform
                             Applied: 13 of 13
    -- exit 0
    ");
}

fn what_is_over(office: &Office) {
    assert_snapshot!(office.by("bob", &["change", "approve", "1"]), @r"
    $ goldpath change approve 1 --token-file bob.token --server http://127.0.0.1:PORT
    -- stderr
    error: pr-1 is on the default branch already: Applied: 2 of 2
      hint: nothing of it is held: there is nothing to approve
    -- exit 4
    ");
    assert_snapshot!(office.by("bob", &["change", "merge", "1"]), @r"
    $ goldpath change merge 1 --token-file bob.token --server http://127.0.0.1:PORT
    -- stderr
    error: pr-1 cannot be merged now, it is applied: Applied: 2 of 2
      hint: `goldpath change show pr-1` says what to do
    -- exit 4
    ");
}

fn what_is_proved(office: &Office) {
    let desk = &office.desk;
    assert_snapshot!(desk.run_in(".", &["audit", "log", "--repo", "platform.git"]), @"
    $ goldpath audit log --repo platform.git
    1. base-COMMIT  COMMIT  applied WHEN
       policies: 173 passed, 0 warned, 0 failed, 1 waived
       catalog-team/catalog-search/cluster@staging-eu-west-1  http-service@1.1.0  sha256:…
       catalog-team/catalog-search/dns@dns  http-service@1.1.0  sha256:…
       catalog-team/catalog-search/repo@service-repositories  http-service@1.1.0  sha256:…
       orders-team/orders-api/cluster@staging-eu-central-1  http-service@1.1.0  sha256:…
       orders-team/orders-api/dns@dns  http-service@1.1.0  sha256:…
       orders-team/orders-api/repo@service-repositories  http-service@1.1.0  sha256:…
       orders-team/orders-demo/cluster@staging-eu-west-1  environment@1.1.0  sha256:…
       orders-team/orders-demo/dns@dns  environment@1.1.0  sha256:…
       payments-team/payments-gateway/cluster@production-eu-central-1  http-service@1.1.0  sha256:…
       payments-team/payments-gateway/dns@dns-production  http-service@1.1.0  sha256:…
       payments-team/payments-gateway/repo@service-repositories  http-service@1.1.0  sha256:…
       payments-team/payments-preview/cluster@staging-eu-central-1  environment@1.1.0  sha256:…
       payments-team/payments-preview/dns@dns  environment@1.1.0  sha256:…
       shown by COMMIT of the branch rendered
    2. pr-1  COMMIT  applied WHEN
       pull request #1 (payments-staging) by alice
       approved by bob at WHEN, who saw COMMIT
       policies: 24 passed, 0 warned, 0 failed, 0 waived
       payments-team/payments-staging/cluster@staging-eu-central-1  environment@1.1.0  sha256:…
       payments-team/payments-staging/dns@dns  environment@1.1.0  sha256:…
       shown by COMMIT of the branch rendered
    -- exit 0
    ");
    let verify = ["audit", "verify", "--repo", "platform.git", "--key", "state/keys/evidence.pub"];
    assert_snapshot!(desk.run_in(".", &verify), @r"
    $ goldpath audit verify --repo platform.git --key state/keys/evidence.pub
    2 statements verified: signatures, chain, and the bytes of the branch rendered
    -- exit 0
    ");
    assert_eq!(desk.json(".", &verify, "AuditReport")["entries"].as_array().map(Vec::len), Some(2));
    for (args, kind) in
        [(&["status"][..], "StatusReport"), (&["change", "list"], "ChangesReport"), (&["change", "show", "1"], "ChangeReport")]
    {
        desk.json(".", &[args, &["--server", &office.daemon.url]].concat(), kind);
    }
    // a clone has no evidence before it is fetched, and says how
    desk.git(".", &["clone", "--quiet", "platform.git", "clone"]);
    assert_snapshot!(desk.run_in("clone", &["audit", "verify", "--key", "../state/keys/evidence.pub"]), @r"
    $ goldpath audit verify --key ../state/keys/evidence.pub
    nothing was verified: there is no evidence here. In a clone, fetch it first:
      git fetch origin refs/notes/goldpath:refs/notes/goldpath rendered:rendered
    -- exit 1
    ");
    desk.git("clone", &["fetch", "--quiet", "origin", "refs/notes/goldpath:refs/notes/goldpath", "rendered:rendered"]);
    assert!(desk.run_in("clone", &["audit", "verify", "--key", "../state/keys/evidence.pub"]).ends_with("-- exit 0"));
}

#[test]
fn a_second_daemon_and_a_wrong_address_are_refused() {
    let office = Office::open();
    let desk = &office.desk;
    let second = |state: &str, listen: &str| desk.run_in(".", &["run", "--repo", "platform.git", "--state", state, "--listen", listen]);
    let said = second("state", "127.0.0.1:0").replace(&office.daemon.id().to_string(), "PID");
    assert_snapshot!(said, @r"
    $ goldpath run --repo platform.git --state state --listen 127.0.0.1:0
    -- stderr
    error: another daemon, process PID, uses the state folder state
      hint: end it first, or give this one a folder of its own with `--state DIR`
    -- exit 2
    ");
    let taken = second("other", office.daemon.url.trim_start_matches("http://"));
    assert_snapshot!(taken.replace(office.daemon.url.trim_start_matches("http://"), "TAKEN"), @r"
    $ goldpath run --repo platform.git --state other --listen TAKEN
    -- stderr
    error: failed to listen on TAKEN
      caused by: Address already in use (os error 98)
      hint: is another goldpath running? `--listen 127.0.0.1:0` takes any free port
    -- exit 3
    ");
    assert_snapshot!(desk.run_in(".", &["status", "--server", "here"]), @r#"
    $ goldpath status --server here
    -- stderr
    error: "here" is not the address of a daemon
      hint: write it like `--server http://127.0.0.1:PORT`
    -- exit 2
    "#);
    let gone = office.daemon.url.clone();
    drop(office.daemon);
    assert_snapshot!(desk.run_in(".", &["change", "list", "--server", &gone]), @r"
    $ goldpath change list --server http://127.0.0.1:PORT
    -- stderr
    error: unable to reach the daemon at http://127.0.0.1:PORT
      caused by: io: Connection refused (os error 111)
      hint: is it running? `goldpath run --repo URL --state DIR` starts it; `--server URL` names another
    -- exit 3
    ");
}

#[test]
fn a_person_that_may_not_clear_a_hold_is_told_who_may() {
    let office = Office::with(|desk| {
        let settings = std::fs::read_to_string(desk.path("platform/goldpath.yaml")).expect("the example has it");
        desk.write("platform/goldpath.yaml", &settings.replace("maxRequests: 5", "maxRequests: 1"));
        desk.commit("platform", "At most one request goes away at once");
        desk.git("platform", &["push", "--quiet", "origin", "main"]);
    });
    // only what is there can be planned to go away
    office.ask(&["status", "--wait"]);
    office.desk.git("platform", &["checkout", "--quiet", "-b", "away"]);
    let requests = ["requests/payments-team/payments-preview.yaml", "requests/orders-team/orders-demo.yaml"];
    office.desk.git("platform", &[&["rm", "--quiet"][..], &requests].concat());
    office.desk.commit("platform", "Take two environments away");
    office.desk.git("platform", &["push", "--quiet", "origin", "away"]);
    office.ask(&["status", "--wait"]);
    let list = office.desk.json(".", &["change", "list", "--server", &office.daemon.url], "ChangesReport");
    let hold = list["changes"].as_array().into_iter().flatten().find_map(|change| change["holds"][0]["id"].as_str());
    let hold = hold.expect("it is held").to_owned();
    let shown = |text: String| text.replace(&hold, "h-…");
    assert_snapshot!(shown(office.ask(&["change", "list"])), @"
    $ goldpath change list --server http://127.0.0.1:PORT
    pr-1          waiting    Take two environments away
                             2 requests → 24 files to 3 targets: 24 removed · destroys 5 things · removes 4 units — held, waiting for a review by orders-team, a review by payments-team and a review by platform
                             held: takes away 2 requests and 4 units at once; platform types `goldpath change approve pr-1 h-…`
    base-COMMIT  applied    At most one request goes away at once
                             Applied: 13 of 13
    -- exit 0
    ");
    assert_snapshot!(shown(office.by("erin", &["change", "approve", "1", &hold])), @r"
    $ goldpath change approve 1 h-… --token-file erin.token --server http://127.0.0.1:PORT
    -- stderr
    error: erin may not approve hold h-… of pr-1
      hint: ask platform
    -- exit 4
    ");
    assert_snapshot!(shown(office.by("bob", &["change", "approve", "1", "h-other"])), @r"
    $ goldpath change approve 1 h-other --token-file bob.token --server http://127.0.0.1:PORT
    -- stderr
    error: pr-1 has no hold `h-other`
      hint: what is held is approved by name: h-…
    -- exit 4
    ");
    assert_snapshot!(shown(office.by("bob", &["change", "merge", "1"])), @"
    $ goldpath change merge 1 --token-file bob.token --server http://127.0.0.1:PORT
    -- stderr
    error: pr-1 cannot be merged yet: 2 requests → 24 files to 3 targets: 24 removed · destroys 5 things · removes 4 units — held, waiting for a review by orders-team, a review by payments-team and a review by platform
      hint: `goldpath change show pr-1` says what to do
    -- exit 4
    ");
    assert_snapshot!(shown(office.by("bob", &["change", "approve", "1", &hold])), @r"
    $ goldpath change approve 1 h-… --token-file bob.token --server http://127.0.0.1:PORT
    bob approved hold h-… of pr-1
    -- exit 0
    ");
    assert!(office.ask(&["status", "--wait"]).ends_with("-- exit 0"), "no hold is left");
}

#[test]
fn what_was_pushed_without_its_review_is_held_until_it_gets_one() {
    let office = Office::open();
    office.ask(&["status", "--wait"]);
    office.desk.git("platform", &["push", "--quiet", "origin", "payments-staging:main"]);
    assert!(office.ask(&["status", "--wait"]).ends_with("-- exit 4"), "a person must act");
    assert_snapshot!(office.ask(&["change", "list"]), @"
    $ goldpath change list --server http://127.0.0.1:PORT
    pr-1          held       Ask for payments-staging
                             1 request → 12 files to 2 targets: 12 added — on the default branch, held, waiting for a review by payments-team
    base-COMMIT  applied    The platform
                             Applied: 13 of 13
    -- exit 0
    ");
    assert_snapshot!(office.by("bob", &["change", "merge", "1"]), @"
    $ goldpath change merge 1 --token-file bob.token --server http://127.0.0.1:PORT
    -- stderr
    error: pr-1 cannot be merged now, it is held: 1 request → 12 files to 2 targets: 12 added — on the default branch, held, waiting for a review by payments-team
      hint: `goldpath change show pr-1` says what to do
    -- exit 4
    ");
    assert_snapshot!(office.by("alice", &["change", "approve", "1"]), @"
    $ goldpath change approve 1 --token-file alice.token --server http://127.0.0.1:PORT
    -- stderr
    error: alice wrote a commit of pull request #1, and nobody approves their own work: ask somebody else to look at it
      hint: pr-1: 1 request → 12 files to 2 targets: 12 added — on the default branch, held, waiting for a review by payments-team
    -- exit 4
    ");
    assert_snapshot!(office.by("bob", &["change", "approve", "1"]), @r"
    $ goldpath change approve 1 --token-file bob.token --server http://127.0.0.1:PORT
    bob approved pr-1 at COMMIT
    -- exit 0
    ");
    office.ask(&["status", "--wait"]);
    assert_snapshot!(office.ask(&["change", "list"]), @"
    $ goldpath change list --server http://127.0.0.1:PORT
    pr-1          applied    Ask for payments-staging
                             Applied: 2 of 2
    base-COMMIT  applied    The platform
                             Applied: 13 of 13
    -- exit 0
    ");
}
