//! What goes wrong, and what is left of it: nothing lost, nothing done twice.

use super::desk::steady;
use super::town::{ALICE, BOB, PLATFORM, Town};
use super::{FILE, REQUEST, with_one_service};

const PATH: &str = "apiVersion: goldpath.dev/v1
kind: GoldenPath
metadata: {name: two-steps}
spec:
  title: Two steps
  description: Two things, the second with a condition that is known only when it is there.
  owner: platform
  customer: tests
  support: {channel: \"#platform-help\"}
  request: {group: tests.example.org, kind: TwoSteps}
  stage: ga
  current: {v1: 1.0.0}
";
const RELEASE: &str = "apiVersion: goldpath.dev/v1
kind: Release
metadata: {name: 1.0.0}
spec:
  serves: v1
  outputs:
    - {name: root, renderer: terraform@1, target: dns}
";
const SCHEMA: &str = r#"{"type": "object", "additionalProperties": false, "required": ["note", "good"],
  "properties": {"note": {"type": "string"}, "good": {"type": "string"}}}
"#;
const TEMPLATE: &str = r#"locals {
  never = "never"
}

resource "terraform_data" "first" {
  input = {{ spec.note | hcl }}

  lifecycle {
    precondition {
      condition     = {{ spec.note | hcl }} != local.never
      error_message = "this note is never taken"
    }
  }
}

resource "terraform_data" "second" {
  input = {{ spec.good | hcl }}
  depends_on = [terraform_data.first]

  lifecycle {
    postcondition {
      condition     = self.output == "yes"
      error_message = "the second one is not good"
    }
  }
}
"#;
pub(super) const STEPS: &str = "requests/payments-team/steps.yaml";
pub(super) const STATE: &str = "dns/dns/payments-team/steps/root";

pub(super) fn steps(note: &str, good: &str) -> String {
    format!("apiVersion: tests.example.org/v1\nkind: TwoSteps\nmetadata: {{name: steps}}\nspec: {{note: {note}, good: \"{good}\"}}\n")
}

pub(super) fn town_with_steps(more: &[(&str, &str)]) -> Town {
    let files = [
        ("golden-paths/two-steps/path.yaml", PATH),
        ("golden-paths/two-steps/1.0.0/release.yaml", RELEASE),
        ("golden-paths/two-steps/1.0.0/schema.json", SCHEMA),
        ("golden-paths/two-steps/1.0.0/root/main.tf.tera", TEMPLATE),
    ];
    Town::with(&[&files, more].concat())
}

#[test]
fn a_failed_apply_is_shown_and_its_fix_does_not_make_the_first_part_twice() {
    let town = town_with_steps(&[]);
    town.propose(ALICE, "steps", &[(STEPS, &steps("one", "no"))]);
    town.approve_and_merge(BOB, ALICE, "1");
    let comment = town.comment("1");
    assert!(town.verdict("1").starts_with("### ❌ Applied 0 of 1"), "{comment}");
    assert!(comment.contains("the second one is not good"), "{comment}");
    assert!(comment.contains("main.tf.tera:22"), "the error names its line: {comment}");
    let remarks = town.change("1")["remarks"].as_array().map(Vec::len);
    assert_eq!(remarks, Some(1), "one comment of its own, for an edit notifies nobody");
    let first = |town: &Town| town.terraform(STATE).and_then(|(_, resources)| resources.into_iter().find(|(name, _)| name == "first"));
    let made = first(&town).expect("the first one was made");
    assert_eq!(town.notes(), 0, "there is no evidence of what is not complete");

    town.propose(ALICE, "fix", &[(STEPS, &steps("one", "yes"))]);
    town.approve_and_merge(BOB, ALICE, "2");
    assert!(town.verdict("2").starts_with("### ✅ Applied: 1 of 1"), "{}", town.comment("2"));
    assert_eq!(first(&town), Some(made), "the first one is the same");
    assert_eq!(town.verify().code, 0, "{}", town.verify().out);
}

#[test]
fn a_plan_that_fails_is_traced_to_the_template_and_the_request() {
    let town = town_with_steps(&[]);
    town.propose(ALICE, "steps", &[(STEPS, &steps("never", "yes"))]);
    steady(&town.seen_first("1"), |text| {
        insta::assert_snapshot!(text, @r"
    ### 1 request → 2 files to 1 target: 2 added — waiting for Terraform's plan

    > **Terraform's plan failed** · `payments-team/steps/root@dns` at `main.tf:10`, made by `golden-paths/two-steps/1.0.0/root/main.tf.tera:10`, for `requests/payments-team/steps.yaml:4`: Resource precondition failed (main.tf line 10): this note is never taken

    | Request | Target | + | Policy | State |
    | --- | --- | --: | --- | --- |
    | payments-team/steps | dns | 2 resources | ✓ 11 passed | plan failed |

    Cost centre `cc-1201`. Based on `two-steps@1.0.0`.
    ")
    });
    town.push(ALICE, "steps", &[(STEPS, &steps("one", "yes"))]);
    town.settle();
    assert!(town.verdict("1").contains("waiting for a review"), "{}", town.comment("1"));
}

#[test]
fn what_terraform_would_do_beyond_the_review_is_held_by_its_name() {
    let town = town_with_steps(&[(STEPS, &steps("one", "yes"))]);
    town.propose(ALICE, "note", &[(STEPS, &steps("two", "yes"))]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.settle();
    // somebody takes the second one out of the state behind everybody's back
    let file = town.path("state/terraform").join(STATE).join("terraform.tfstate");
    let mut state: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file).expect("a state")).expect("JSON");
    state["resources"].as_array_mut().expect("resources").retain(|resource| resource["name"] != "second");
    state["serial"] = (state["serial"].as_u64().expect("a serial") + 1).into();
    std::fs::write(&file, state.to_string()).expect("a state");
    town.ask_as(ALICE, &["change", "merge", "1"]).done();
    town.settle();

    let comment = town.comment("1");
    assert!(comment.contains("held") && comment.contains("terraform_data.second"), "{comment}");
    assert_eq!(town.terraform(STATE).map(|(_, resources)| resources.len()), Some(1), "nothing was done");
    let hold =
        comment.split(['`', ' ', '\n']).find(|word| word.starts_with("h-")).unwrap_or_else(|| panic!("no hold: {comment}")).to_owned();
    assert_ne!(town.ask_as(ALICE, &["change", "approve", "1", &hold]).code, 0, "not by its author");
    town.ask_as(PLATFORM, &["change", "approve", "1", &hold]).done();
    town.settle();
    assert!(town.verdict("1").starts_with("### ✅ Applied: 1 of 1"), "{}", town.comment("1"));
    assert_eq!(town.terraform(STATE).map(|(_, resources)| resources.len()), Some(2));
    assert_eq!(town.verify().code, 0);
}

/// A program in place of Terraform that stops before a subcommand until it is let go on.
pub(super) struct Gate {
    reached: std::path::PathBuf,
    go_on: std::path::PathBuf,
}

impl Gate {
    pub(super) fn before(town: &mut Town, subcommand: &str) -> Self {
        let (reached, go_on, armed) = (town.path("reached"), town.path("go-on"), town.path("armed"));
        let script = format!(
            "#!/bin/sh\nif [ \"$1\" = {subcommand} ] && rm {armed} 2>/dev/null; then mkfifo {go_on}; mv {going} {reached}; read -r _ < {go_on}; fi\nexec terraform \"$@\"\n",
            armed = armed.display(),
            go_on = go_on.display(),
            going = town.path("going").display(),
            reached = reached.display(),
        );
        let wrapper = town.path("wrapper");
        std::fs::write(&wrapper, script).expect("a script");
        std::fs::set_permissions(&wrapper, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a mode");
        std::fs::write(town.path("going"), "").expect("a file");
        town.configure(&format!("  connections:\n    dns: {{type: terraform, binary: {}}}\n", wrapper.display()));
        Self { reached, go_on }
    }

    /// From now on the next call stops.
    pub(super) fn arm(&self) {
        std::fs::write(self.reached.with_file_name("armed"), "").expect("a file");
    }

    /// Waits until a call has stopped.
    pub(super) fn wait(&self) {
        while !self.reached.exists() {
            std::thread::yield_now();
        }
    }

    /// Lets it go on.
    pub(super) fn open(&self) {
        std::fs::write(&self.go_on, "\n").expect("somebody waits");
    }
}

/// A town with a request that is approved; the daemon runs with a gate before a subcommand of Terraform.
pub(super) fn approved_behind(subcommand: &str) -> (Town, Gate) {
    let mut town = Town::unstarted(&[]);
    let gate = Gate::before(&mut town, subcommand);
    town.start();
    town.settle();
    town.propose(ALICE, "staging", &[(FILE, &with_one_service(REQUEST))]);
    town.ask_as(BOB, &["change", "approve", "1"]).done();
    town.settle();
    (town, gate)
}

/// However it went: everything is there once.
fn all_is_done_once(town: &Town) {
    town.wait_until_applied("1");
    assert!(town.verdict("1").starts_with("### ✅ Applied: 2 of 2"), "{}", town.comment("1"));
    let (serial, resources) = town.terraform("dns/dns/payments-team/payments-staging/dns").expect("there is a state");
    assert_eq!(resources.len(), 2);
    assert_eq!((town.notes(), town.verify().code), (1, 0), "{}", town.verify().out);
    assert_eq!(serial, town.one_apply(), "the state moved as often as one apply moves it");
}

#[test]
fn killed_after_it_accepted_a_change() {
    let (mut town, gate) = approved_behind("init");
    gate.arm();
    town.ask_as(ALICE, &["change", "merge", "1"]).done();
    gate.wait();
    town.kill9();
    gate.open();
    town.start();
    all_is_done_once(&town);
}

#[test]
fn killed_while_terraform_runs() {
    let (mut town, gate) = approved_behind("apply");
    gate.arm();
    town.ask_as(ALICE, &["change", "merge", "1"]).done();
    gate.wait();
    town.kill9();
    town.start();
    town.settle();
    let comment = town.comment("1");
    assert!(!town.verdict("1").starts_with("### ✅"), "an orphan still runs: {comment}");
    gate.open();
    all_is_done_once(&town);
}

/// Goes on only when a ref of the repository can be written again, after a kill meanwhile.
fn killed_while_a_ref_is_locked(name: &str) {
    let (mut town, _) = approved_behind("never");
    let lock = town.path("platform.git").join(format!("{name}.lock"));
    std::fs::create_dir_all(lock.parent().expect("a folder")).expect("a folder");
    std::fs::write(&lock, "").expect("a lock");
    town.ask_as(ALICE, &["change", "merge", "1"]).done();
    town.settle();
    assert_eq!(town.notes(), 0, "{}", town.comment("1"));
    town.kill9();
    std::fs::remove_file(&lock).expect("the lock");
    town.start();
    all_is_done_once(&town);
}

#[test]
fn killed_before_rendered_is_published() {
    killed_while_a_ref_is_locked("refs/heads/rendered");
}

#[test]
fn killed_before_the_note_is_written() {
    killed_while_a_ref_is_locked("refs/notes/goldpath");
}

#[test]
fn a_lost_database_costs_nothing_that_was_applied() {
    let mut town = town_with_steps(&[(STEPS, &steps("one", "yes"))]);
    town.propose(ALICE, "staging", &[(FILE, REQUEST)]);
    town.approve_and_merge(BOB, ALICE, "1");
    let (refs, _) = town.outside();
    let states = (town.terraform(STATE), town.terraform("dns/dns/payments-team/payments-staging/dns"));
    town.kill9();
    for file in ["goldpath.db", "goldpath.db-wal", "goldpath.db-shm"] {
        drop(std::fs::remove_file(town.path("state").join(file)));
    }
    town.start();
    town.settle();
    assert_eq!(town.outside().0, refs);
    assert_eq!((town.terraform(STATE), town.terraform("dns/dns/payments-team/payments-staging/dns")), states);
    assert_eq!((town.notes(), town.verify().code), (2, 0));
}
