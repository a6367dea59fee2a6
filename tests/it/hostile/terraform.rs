//! Row 11, and everything else that Terraform refuses of a root before it plans: it is refused at its line before review, and what Terraform takes is taken.

use crate::worker::repository;
use goldpath::parse::parse;
use goldpath::render::{Cache, Limits, render};
use goldpath::snapshot::Snapshot;
use std::fmt::Write as _;
use std::ops::Range;

/// Roots, each behind `### ` and its name; `!` before it: refused here alone, `~`: by Terraform alone.
const ROOTS: &str = include_str!("roots.txt");
const FILE: &str = "golden-paths/config/1.0.0/main/main.tf";
const TARGET: &str = "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {name: staging}\nspec:\n  type: terraform\n  connection: staging\n  \
     allow: {teams: [\"*\"], paths: [\"*\"]}\n  terraform: {providers: [], backend: {type: local}}\n";
const RELEASE: &str = "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  outputs:\n    - {name: main, renderer: terraform@1, target: staging}\n";

/// What is said of a root, by line.
fn said(root: &str) -> Vec<String> {
    let others = [(FILE, root), ("targets/staging.yaml", TARGET), ("golden-paths/config/1.0.0/release.yaml", RELEASE)];
    let snapshot = repository("{# nothing #}", &others);
    let files = snapshot.files().iter().filter(|(path, _)| !path.as_str().ends_with("main/a.yaml.tera"));
    let snapshot = Snapshot::new(None, files.map(|(path, file)| (path.clone(), file.clone())).collect(), Vec::new());
    let parsed = parse(&snapshot);
    let rendered = render(&snapshot, &parsed.platform, &Limits::default(), &mut Cache::new(), 1);
    let findings = parsed.findings.iter().chain(&rendered.findings);
    let line = |finding: &goldpath::model::Finding| {
        let help = finding.help.split("This is for the owner").next().unwrap_or_default();
        format!("{} {}. {help}", finding.place.span.line, finding.message.replace("`main.tf`: ", "")).trim_end().to_owned()
    };
    findings.map(line).collect()
}

/// Whether the real program takes a root.
#[expect(clippy::disallowed_methods, reason = "the real program is asked what it says")]
fn takes(root: &str) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("main.tf"), root).expect("written");
    std::fs::write(folder.path().join("goldpath.tf.json"), r#"{"locals": {"goldpath": {"team": "a"}}}"#).expect("written");
    let binary = ["terraform", "tofu"].into_iter().find(|name| goldpath::process::find(name).is_some());
    let mut command = std::process::Command::new(binary.expect("this test needs terraform or tofu in PATH"));
    let output = command.args(["validate", "-no-color"]).current_dir(folder.path()).env("CHECKPOINT_DISABLE", "1").output();
    output.expect("it runs").status.success()
}

/// What is said of some of the roots, which is nothing where the real program says nothing.
fn compared(rows: Range<usize>) -> String {
    let mut shown = String::new();
    let mut differing = Vec::new();
    for root in ROOTS.split("### ").skip(1).take(rows.end).skip(rows.start) {
        let (name, text) = root.split_once('\n').expect("a name and a text");
        let said = said(text);
        // Both are asked of every root: a mark is right only for as long as the two differ.
        let wanted = match name.chars().next() {
            Some('!') => (true, true),
            Some('~') => (false, false),
            _ => (said.is_empty(), !said.is_empty()),
        };
        if (takes(text), !said.is_empty()) != wanted {
            differing.push(name);
        }
        writeln!(shown, "{}", format!("{name}: {}", said.join(" | ")).trim_end()).expect("to a text");
    }
    assert_eq!(differing, Vec::<&str>::new(), "{shown}");
    shown
}

#[test]
fn row_11_what_terraform_refuses_of_names_and_arguments_is_refused_before() {
    insta::assert_snapshot!(compared(0..40), @r#"
    everything that is right:
    a resource twice: 1 `platform/shop/main@staging` holds the terraform_data `a` twice. Give one of the two another name.
    a variable twice: 2 the variable `a` is declared twice. Give one of them another name.
    an output twice: 2 the output `a` is declared twice. Give one of them another name.
    a local value twice: 2 the local value `a` is declared twice. Give one of them another name.
    an argument twice: 3 `main.tf` is not well-formed HCL: invalid attribute; expected unique attribute key; found redefined attribute.
    count and for_each: 3 `terraform_data.a` has both `count` and `for_each`. Leave one of them out.
    an unknown argument: 2 `terraform_data.a` has no argument `inputs`. Did you mean `input`?
    an unknown block: 2 `terraform_data.a` has no block `setting`. There are `lifecycle`, `provisioner` and `connection`.
    an attribute that there is not: 2 `terraform_data.a` has no `outputs`. Did you mean `output`?
    an output without value: 1 the output `a` has no `value`.
    an output with an unknown argument: 3 nothing is named `string` here. A text stands between quotes: `"string"`. | 3 the output `a` has no argument `type`. There are `value`, `description`, `sensitive`, `ephemeral` and `depends_on`.
    a variable with an unknown argument: 2 nothing is named `string` here. A text stands between quotes: `"string"`. | 2 the variable `a` has no argument `kind`. There are `type`, `default`, `description`, `sensitive`, `nullable` and `ephemeral`.
    a variable of an unknown type: 2 there is no type `text`. Such as `string`, `list(string)` or `object({name = string})`.
    a variable of a type in quotes: 2 a type stands without quotes: `string`. Such as `string`, `list(string)` or `object({name = string})`.
    a variable of a nested type:
    a default that does not fit: 3 the default of `a` is no number.
    a default that reads: 2 the default of `a` is worked out, and nothing is known before it. Let the template write the value.
    a reserved name: 1 a variable cannot be named `count`. The name has a meaning of its own.
    each without for_each: 2 `each` is nothing here. It is there where `for_each` is.
    count without count: 2 `count` is nothing here. It is there where `count` is.
    an unknown part of each: 3 `each` has no `name`. There are `key` and `value`.
    an unknown part of path: 1 `path` has no `here`. There are `cwd`, `module` and `root`.
    an unknown part of terraform: 1 `terraform` has no `version`. There are `workspace` and `applying`.
    self outside: 2 `self` is nothing here. It is there in a `postcondition`.
    ! itself: 1 `terraform_data.a` reads itself. Let one of them have its value from elsewhere.
    a circle of resources: 1 this is a circle: `terraform_data.a` reads `terraform_data.b` reads `terraform_data.a`. Let one of them have its value from elsewhere.
    a circle of local values: 2 this is a circle: `local.a` reads `local.b` reads `local.a`. Let one of them have its value from elsewhere.
    a circle through a local value: 2 this is a circle: `local.a` reads `terraform_data.a` reads `local.a`. Let one of them have its value from elsewhere.
    an index where there is one: 2 there is only one `terraform_data.a`. It has neither `count` nor `for_each`, so it is named without a key.
    a key where there is one: 2 there is only one `terraform_data.a`. It has neither `count` nor `for_each`, so it is named without a key.
    no index where there are many: 4 there may be many `terraform_data.a`. Say which: `terraform_data.a[0].id`, or all: `terraform_data.a[*].id`.
    no key where there are many: 4 there may be many `terraform_data.a`. Say which: `terraform_data.a["key"].output`, or all: `terraform_data.a[*].output`.
    too few arguments: 1 the function `replace` takes 3 arguments, here are 2.
    too many arguments: 1 the function `upper` takes 1 argument, here are 2.
    an unknown function: 1 the function `uper` is not among those that are allowed. Let the template write the value instead.
    a function of another program: 1 the function `cidrcontains` is not among those that are allowed. Let the template write the value instead.
    arguments from a list:
    names of files:
    depends_on an expression:
    "#);
}

#[test]
fn row_11_what_terraform_refuses_of_the_rest_is_refused_before() {
    insta::assert_snapshot!(compared(40..73), @r#"
    depends_on what is not there: 2 there is no resource `terraform_data.b` in this root. Did you mean `terraform_data.a`?
    an unknown argument of lifecycle: 3 `lifecycle` has no argument `prevent_destruction`. Did you mean `prevent_destroy`?
    a computed argument of lifecycle: 4 `prevent_destroy` must be `true` or `false`. It is read before anything is worked out.
    a precondition without message: 3 `precondition` has no `error_message`.
    a validation without condition: 3 `validation` has no `condition`.
    moved without to: 1 `moved` has no `to`.
    ! moved to itself: 2 `terraform_data.a` is moved away, and still declared. Leave one of them out.
    ! removed what is still there: 2 `terraform_data.a` is in `removed`, and still declared. Leave one of them out.
    a name that is none: 1 `1a` is no name of a resource. It begins with a letter or `_`, and has letters, digits, `_` and `-`.
    a missing label: 1 the block `resource` has the wrong number of labels.
    a label too many: 1 the block `output` has the wrong number of labels.
    a provider without configuration: 2 the provider `terraform.other` is not configured in this root. Write `provider "terraform" { alias = "other" }`.
    dynamic without content: 2 `dynamic` has no block `content`. | 2 `terraform_data.a` has no block `setting`. There are `lifecycle`, `provisioner` and `connection`.
    a wrong version: 2 `required_version` is no condition of versions. Such as `>= 1.9, < 2.0`.
    a version that fits:
    a splat of one:
    an object for a list: 2 `for_each` takes a map or a set, not a list. Write `toset([…])`.
    a text in quotes of another sort: 1 `main.tf` is not well-formed HCL: invalid expression; expected `"`, `[`, `{`, `-`, `!`, `(`, `_`, `<`, letter or digit.
    a line break in quotes: 2 a text between quotes goes over the end of its line: write `\n`, or a heredoc.
    an unclosed template: 1 `main.tf` is not well-formed HCL: expected `}`.
    an attribute at the top: 1 `a` does not belong at the top of a file.
    a block in quotes:
    a variable without a value:
    ! data that is built in: 1 `terraform_remote_state` reads the whole state of another root. Use an export of the other request.
    an unknown resource that is built in: 1 there is no resource `terraform_thing`.
    heredoc:
    ! a provisioner: 2 provisioners run programs outside of what is planned. Use a resource of a provider.
    a module: 1 modules are not allowed: what they hold is not in the reviewed bytes. Write the resources into the template itself.
    ! reading a file: 1 the function `file` reads the machine that it runs on. Let the template write the value instead.
    ~ a sensitive output that is not said:
    text instead of a boolean: 3 `sensitive` must be `true` or `false`. It is read before anything is worked out.
    ~ operators on the wrong types:
    an unknown name in a for: 1 nothing is named `y` here. A text stands between quotes: `"y"`.
    "#);
}

#[test]
fn row_11_names_stand_for_something_only_where_they_are_bound() {
    insta::assert_snapshot!(compared(73..usize::MAX), @r#"
    ! functions in the list of a loop in a text: 2 the function `file` reads the machine that it runs on. Let the template write the value instead. | 2 the function `timestamp` gives another answer every time. Let the template write the value instead.
    ! functions in the list of a loop in a heredoc: 3 the function `plantimestamp` gives another answer every time. Let the template write the value instead.
    wrong arguments in the list of a loop in a text: 2 the function `upper` takes 1 argument, here are 2.
    a circle through the list of a loop in a text: 2 `local.a` reads itself. Let one of them have its value from elsewhere.
    loops in texts:
    a name of a loop in a text behind its end: 2 nothing is named `x` here. A text stands between quotes: `"x"`.
    a name of a loop in its own list: 2 nothing is named `x` here. A text stands between quotes: `"x"`.
    a name of a for elsewhere: 3 nothing is named `x` here. A text stands between quotes: `"x"`.
    a name of a for in its own list: 2 there is no resource `x.y` in this root. Declare it in a file of this output, or let the template write the value.
    names of loops that mean something elsewhere:
    a name in the list of a loop in a text that is not there: 2 there is no variable `var.nope` in this root. Declare it in a file of this output, or let the template write the value.
    names in a precondition that are not there: 4 there is no local value `local.gone` in this root. Declare it in a file of this output, or let the template write the value. | 4 there is no variable `var.gone` in this root. Declare it in a file of this output, or let the template write the value. | 5 there is no variable `var.other` in this root. Declare it in a file of this output, or let the template write the value.
    a name in a postcondition that is not there: 6 there is no variable `var.gone` in this root. Declare it in a file of this output, or let the template write the value.
    ! a trigger that is not there: 3 there is no resource `terraform_data.gone` in this root. Did you mean `terraform_data.a`?
    an argument as a key: 5 there is only one `terraform_data.a`. It has neither `count` nor `for_each`, so it is named without a key.
    providers that are required twice: 5 `required_providers` is there twice. Terraform takes one in all files of a root: write all providers into it.
    a name that goldpath does not give: 2 `local.goldpath` has no `nope`. There are `path`, `release`, `request` and `team`.
    a fact that there is not for this team: 2 `local.goldpath` has no `cost_centre` here: the team `platform` has none. Write `costCentre` into `teams/platform.yaml`, or read it with `try(local.goldpath.cost_centre, null)`.
    what is tried need not be there:
    data of a resource that is built in: 1 there is no data `terraform_data`. It is a resource: write `resource` instead of `data`.
    depends_on a text: 2 there is no resource `x` in this root. Name the whole of a resource: `depends_on = [terraform_data.a]`.
    depends_on a call: 2 `depends_on` takes names alone. Name the whole of a resource: `depends_on = [terraform_data.a]`.
    depends_on a module: 2 there are no modules in this root. What they would hold is not in the reviewed bytes.
    depends_on a part: 3 `depends_on` takes no part of something. Name the whole of a resource: `depends_on = [terraform_data.a]`.
    depends_on a text that is a name:
    ignored changes of what there is not: 3 `terraform_data.a` has no `nope`. There are `id`, `input`, `output` and `triggers_replace`.
    a trigger that is no resource: 3 `replace_triggered_by` takes resources alone. Name a resource or a part of one: `replace_triggered_by = [terraform_data.a.output]`.
    "#);
}
