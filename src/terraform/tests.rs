//! Against the real binary with its built-in provider.

use super::*;
use crate::observe::{Shown, Verb};
use std::fs;
use tempfile::TempDir;

struct Bed {
    terraform: Terraform,
    root: Root,
    folder: TempDir,
}

fn bed() -> Bed {
    let folder = tempfile::tempdir().expect("a folder");
    let binary = ["terraform", "tofu"].into_iter().find(|name| crate::process::find(name).is_some());
    let binary = binary.expect("these tests need terraform or tofu in PATH");
    let terraform = Terraform::new(binary, &folder.path().join("home"), None, [7; 32]).expect("a home");
    let root = Root {
        dir: folder.path().join("work"),
        state: folder.path().join("state/a.tfstate"),
        env: BTreeMap::from([("TF_VAR_password".to_owned(), "hunter2-from-env".to_owned())]),
    };
    Bed { terraform: terraform.lock_timeout(Duration::ZERO), root, folder }
}

fn files<const N: usize>(files: [(&str, &str); N]) -> BTreeMap<RepoPath, Arc<[u8]>> {
    files.into_iter().map(|(path, text)| (RepoPath::parse(path).expect("a path"), text.as_bytes().into())).collect()
}

fn thing(size: u8) -> BTreeMap<RepoPath, Arc<[u8]>> {
    let text = format!(
        r#"resource "terraform_data" "thing" {{
  input            = {size}
  triggers_replace = [{size}]
}}
output "size" {{ value = terraform_data.thing.input }}
"#
    );
    files([("main.tf", &text)])
}

impl Bed {
    async fn plan(&self, files: &BTreeMap<RepoPath, Arc<[u8]>>) -> Planned {
        self.terraform.plan(&self.root, files, false).await.expect("a plan")
    }

    async fn apply(&self, planned: &Planned) -> Applied {
        self.terraform.apply(&self.root, planned).await.expect("applied")
    }

    fn serial(&self) -> Option<u64> {
        self.terraform.state(&self.root).expect("readable").map(|state| state.serial)
    }
}

fn verbs(planned: &Planned) -> Vec<(Verb, &str, &[String])> {
    planned.plan.actions.iter().map(|action| (action.verb, action.address.as_str(), action.because.as_slice())).collect()
}

#[tokio::test]
async fn create_nothing_replace_destroy() {
    let bed = bed();
    let planned = bed.plan(&thing(1)).await;
    assert_eq!(verbs(&planned), [(Verb::Create, "terraform_data.thing", &[][..])]);
    assert_eq!((planned.state.as_ref(), planned.plan.outputs_changed), (None, true));
    let again = bed.plan(&thing(1)).await;
    assert_eq!(planned.plan.digest, again.plan.digest, "the same plan has the same digest");
    let applied = bed.apply(&planned).await;
    assert_eq!(applied.objects, BTreeMap::from([("terraform_data.thing".to_owned(), "created".to_owned())]));
    let state = applied.state.expect("a state");
    assert_eq!((state.outputs.get("size"), state.resources), (Some(&Shown::Value("1".to_owned())), 1));

    let stale = bed.terraform.apply(&bed.root, &again).await.expect_err("the state has moved");
    assert!(stale.is_busy() && stale.is_retryable(), "{stale}");

    let nothing = bed.plan(&thing(1)).await;
    assert!(nothing.plan.is_empty());

    drop((planned, again, nothing));
    let planned = bed.plan(&thing(2)).await;
    assert_eq!(verbs(&planned), [(Verb::Replace, "terraform_data.thing", &["triggers_replace".to_owned()][..])]);
    assert_eq!(bed.apply(&planned).await.objects.values().collect::<Vec<_>>(), ["replaced"]);

    drop(planned);
    let planned = bed.terraform.plan(&bed.root, &thing(2), true).await.expect("a plan");
    assert_eq!(verbs(&planned), [(Verb::Delete, "terraform_data.thing", &[][..])]);
    let applied = bed.apply(&planned).await;
    assert_eq!((applied.objects["terraform_data.thing"].as_str(), applied.state.expect("a state").resources), ("removed", 0));

    drop(planned);
    assert_eq!(fs::read_dir(&bed.root.dir).expect("readable").count(), 0, "plans are left behind");
}

#[tokio::test]
async fn what_was_made_before_an_error_is_kept_and_said() {
    let bed = bed();
    let two = |wanted: &str| {
        let text = format!(
            r#"resource "terraform_data" "first" {{
  input = 1
}}
resource "terraform_data" "second" {{
  input = terraform_data.first.id
  lifecycle {{
    postcondition {{
      condition     = {wanted}
      error_message = "second is not as it should be"
    }}
  }}
}}
"#
        );
        files([("main.tf", &text)])
    };
    let reviewed = bed.plan(&two("self.output == \"never\"")).await;
    let error = bed.terraform.apply(&bed.root, &reviewed).await.expect_err("the postcondition fails");
    insta::assert_snapshot!(error, @"Resource postcondition failed (main.tf line 8): second is not as it should be");
    assert!(error.is_retryable() && !error.is_busy());
    assert_eq!(error.at(), Some(&("main.tf".to_owned(), 8)));
    let Error::Failed(failed) = &error else { panic!("{error}") };
    assert_eq!((failed.step, failed.objects["terraform_data.first"].as_str()), (Step::Apply, "created"));
    let serial = bed.serial();

    let error = bed.terraform.plan(&bed.root, &two("self.output == \"never\""), false).await.expect_err("it fails at the plan now");
    assert_eq!(error.at(), Some(&("main.tf".to_owned(), 8)));
    let mended = bed.plan(&two("self.output != \"never\"")).await;
    assert!(mended.plan.actions.is_empty(), "the first is not made twice: {:?}", mended.plan);
    assert!(mended.plan.not_among(&reviewed.plan.actions).is_empty());
    assert_eq!(bed.serial(), serial);
}

#[tokio::test]
async fn what_is_left_of_half_an_apply_is_among_the_reviewed() {
    let bed = bed();
    let first = r#"resource "terraform_data" "first" {
  input = 1
}
"#;
    let both = format!("{first}resource \"terraform_data\" \"second\" {{\n  input = terraform_data.first.id\n}}\n");
    let reviewed = bed.plan(&files([("main.tf", &both)])).await.plan;
    bed.apply(&bed.plan(&files([("main.tf", first)])).await).await;
    let left = bed.plan(&files([("main.tf", &both)])).await.plan;
    assert_eq!(left.actions.len(), 1);
    assert_ne!(left.actions[0].digest, reviewed.actions[1].digest, "the id is known now");
    assert!(left.not_among(&reviewed.actions).is_empty());
}

#[tokio::test]
async fn a_secret_is_in_no_answer() {
    let bed = bed();
    let root = files([(
        "main.tf",
        r#"variable "password" { sensitive = true }
resource "terraform_data" "a" {
  input = { user = "u", password = var.password }
}
output "password" {
  value     = var.password
  sensitive = true
}
"#,
    )]);
    let planned = bed.plan(&root).await;
    let changes: Vec<String> =
        planned.plan.actions[0].changes.iter().map(|c| format!("{}={}", c.path, c.after.as_ref().unwrap())).collect();
    let expected = ["id=(known after apply)", "input.password=(sensitive)", "input.user=\"u\"", "output=(known after apply)"];
    assert_eq!(changes, expected);
    let applied = bed.apply(&planned).await;
    let error_message = files([(
        "main.tf",
        r#"variable "password" {}
resource "terraform_data" "a" {
  input = terraform_data.a.missing
}
locals { x = file(var.password) }
output "x" { value = local.x }
"#,
    )]);
    let error = bed.terraform.plan(&bed.root, &error_message, false).await.expect_err("a self reference and a missing file");
    let destroy = bed.terraform.plan(&bed.root, &root, true).await.expect("a plan");
    let everything = format!("{planned:?} {applied:?} {error:?} {error} {destroy:?} {:?} {:?}", bed.root, bed.terraform);
    assert!(!everything.contains("hunter2"), "{everything}");
}

#[tokio::test]
async fn a_mistake_in_a_file_has_its_line() {
    let bed = bed();
    let error = bed.terraform.plan(&bed.root, &files([("main.tf", "\nresource \"terraform_data\" \"a\" {\n")]), false).await;
    let error = error.expect_err("not closed");
    insta::assert_snapshot!(error, @"Unclosed configuration block (main.tf line 2): There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.");
    let error = bed.terraform.plan(&bed.root, &files([("a.tf", "resource \"nobody_thing\" \"a\" {}\n")]), false).await;
    let error = error.expect_err("no such provider in the mirror");
    assert!(!error.is_retryable(), "{error}");
}

#[tokio::test]
async fn the_state_cannot_be_led_elsewhere() {
    let bed = bed();
    let elsewhere = bed.folder.path().join("elsewhere.tfstate");
    let block = format!("terraform {{\n  backend \"local\" {{\n    path = {elsewhere:?}\n  }}\n}}\n");
    let led = files([("main.tf", "resource \"terraform_data\" \"a\" {}\n"), ("back.tf", &block)]);
    bed.apply(&bed.plan(&led).await).await;
    assert!(bed.root.state.exists() && !elsewhere.exists());

    let later = block.replace("path", "workspace_dir");
    let led = files([("main.tf", "resource \"terraform_data\" \"a\" {}\n"), ("zzzzz_override.tf", &later)]);
    let error = bed.terraform.plan(&bed.root, &led, false).await.expect_err("led elsewhere");
    assert!(matches!(error, Error::BackEnd { .. }), "{error}");
    for own in [".terraform/terraform.tfstate", "x/.terraformrc", OWN_OVERRIDE, "errored.tfstate"] {
        let refused = bed.terraform.plan(&bed.root, &files([(own, "{}")]), false).await;
        assert!(matches!(refused, Err(Error::File { .. })), "{own}: {refused:?}");
    }
}

const OWN_OVERRIDE: &str = "zzzz_goldpath_override.tf.json";

#[tokio::test]
async fn an_apply_that_is_still_at_work_is_waited_for() {
    let bed = bed();
    let planned = bed.plan(&thing(1)).await;
    // The child inherits the lock, as terraform does; we let go of it, as a daemon does that is killed.
    let fence = fence::acquire(&bed.root.state).await.expect("free");
    let stdin = Stdin::File(fence.for_child().expect("a file"));
    let script = format!("cat; cat {}", bed.folder.path().join("gate").display());
    rustix::fs::mkfifoat(rustix::fs::CWD, bed.folder.path().join("gate"), rustix::fs::Mode::RWXU).expect("a gate");
    let orphan = tokio::spawn(Command::new("sh").args(["-c", &script]).stdin(stdin).run());
    // Opening the gate waits until the child stands at it.
    let gate = bed.folder.path().join("gate");
    let gate = tokio::task::spawn_blocking(move || fs::OpenOptions::new().write(true).open(gate)).await.expect("no panic").expect("a gate");
    drop(fence);

    let error = bed.terraform.apply(&bed.root, &planned).await.expect_err("an orphan is at work");
    assert!(matches!(error, Error::OrphanRunning { .. }) && error.is_retryable() && error.is_busy());
    assert_eq!(bed.serial(), None);
    drop(gate);
    orphan.await.expect("no panic").expect("it ends").success().expect("well");
    bed.apply(&planned).await;
    assert_eq!(bed.serial(), Some(1));
}

#[tokio::test]
async fn folders_of_plans_whose_daemon_is_gone_are_swept() {
    let bed = bed();
    let planned = bed.plan(&thing(1)).await;
    fs::create_dir_all(bed.root.dir.join("plan-left/root")).expect("a folder");
    let second = bed.plan(&thing(1)).await;
    assert!(!bed.root.dir.join("plan-left").exists());
    assert!(planned.file().exists() && second.file().exists(), "plans in use stay");
}

#[tokio::test]
async fn the_version_is_known() {
    let version = bed().terraform.version().await.expect("a version");
    assert!(version.starts_with("1."), "{version}");
    let folder = tempfile::tempdir().expect("a folder");
    let not = Terraform::new("true", folder.path(), None, [0; 32]).expect("a home");
    insta::assert_snapshot!(not.version().await.expect_err("no terraform"), @"true version ended with code 0");
}
