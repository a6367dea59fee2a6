//! Files of one package, each run by itself.

use super::*;

/// What is said of some files.
fn said(files: &[(&str, &str)]) -> String {
    Case::new(files).compiled().1.iter().map(show).collect()
}

#[test]
fn helpers_of_one_name_are_in_a_library_or_the_same() {
    let banned = |name: &str| format!("package main\n\nbanned contains \"{name}\"\n\ndeny contains b if some b in banned\n");
    let files = [
        ("policies/a.rego", &*banned("ghost")),
        ("policies/b.rego", &banned("hello")),
        ("policies/c.rego", "package main\n\n# as in a\nbanned   contains \"ghost\"\n\ndeny contains \"x\" if \"x\" in banned\n"),
        ("policies/helper.rego", "package main\n\nis_pod if input.kind == \"Pod\"\n"),
        ("policies/d.rego", "package main\n\nis_pod if input.kind == \"Job\"\n\ndeny contains \"x\" if is_pod\n"),
        ("policies/unit.rego", "package goldpath.unit\n\nbanned := 3\n\ndeny contains \"x\" if banned == 4\n"),
        ("golden-paths/environment/1.0.0/policies/own.rego", &banned("own")),
    ];
    insta::assert_snapshot!(said(&files), @r"
    policies/b.rego:3:1 Error policy-does-not-compile (Platform)
      `banned` is declared here and in `policies/a.rego`, each in its own way, and no policy sees what another one declares
      help: Put all of it into a library, `package lib.banned`, that both import, or give it another name here.
      see policies/a.rego: it is declared here too
    policies/c.rego:4:1 Error policy-does-not-compile (Platform)
      `banned` is declared here and in `policies/b.rego`, each in its own way, and no policy sees what another one declares
      help: Put all of it into a library, `package lib.banned`, that both import, or give it another name here.
      see policies/b.rego: it is declared here too
    policies/d.rego:3:1 Error policy-does-not-compile (Platform)
      `is_pod` is declared here and in `policies/helper.rego`, each in its own way, and no policy sees what another one declares
      help: Put all of it into a library, `package lib.is_pod`, that both import, or give it another name here.
      see policies/helper.rego: it is declared here too
    ");
}

#[test]
fn what_other_policies_declare_is_not_known() {
    let a = r#"package main

import data.main.is_bad as bad
import data.lib.imges

deny contains "a" if data.main.is_ill

deny contains "b" if bad

deny_c contains "c" if count(data.main.warn) > 0

deny contains "d" if not imges.ours(input.image)

deny contains "e" if not startswith(input.image, data.allowed.registries[_])

deny contains "f" if data.main[input.kind]

deny contains "g" if data["main"].helps(1)

deny contains "h" if data.lib[_].yours

deny contains "i" if data.main.deny_c

deny contains "j" if data.mocked.a.b == 1 with data.mocked as {"a": {"b": 1}}

deny contains "k" if data[input.kind]
"#;
    let files = [
        ("policies/a.rego", a),
        ("policies/b.rego", "package main\n\nis_bad if input.kind == \"x\"\n\nis_ill if is_bad\n\nwarn contains \"b\" if is_bad\n"),
        ("policies/images.rego", "package lib.images\n\nours(image) if startswith(image, \"a/\")\n\nyours if data.main.is_ill\n"),
        ("policies/helps.rego", "package main\n\nhelps(x) if x\n"),
    ];
    insta::assert_snapshot!(said(&files), @r"
    policies/a.rego:3:8 Error policy-does-not-compile (Platform)
      `data.main.is_bad` is declared by `policies/b.rego`, which is not loaded here: each policy is run by itself
      help: Put it into a library, `package lib.is_bad`, and import that here.
    policies/a.rego:4:8 Error policy-does-not-compile (Platform)
      nothing that is loaded here declares `data.lib.imges`
      help: Did you mean `data.lib.images`?
    policies/a.rego:6:22 Error policy-does-not-compile (Platform)
      `data.main.is_ill` is declared by `policies/b.rego`, which is not loaded here: each policy is run by itself
      help: Put it into a library, `package lib.is_ill`, and import that here.
    policies/a.rego:10:30 Error policy-does-not-compile (Platform)
      `data.main.warn` is declared by `policies/b.rego`, which is not loaded here: each policy is run by itself
      help: Put it into a library, `package lib.warn`, and import that here.
    policies/a.rego:14:50 Error policy-does-not-compile (Platform)
      nothing that is loaded here declares `data.allowed.registries`
      help: Policies know their `input`, and what libraries beside them declare: there are no other data.
    policies/a.rego:16:22 Error policy-does-not-compile (Platform)
      `data.main` as a whole is not known here: each policy is run by itself, with libraries
      help: Name the rules that are meant, each by itself, and have them in this file or in a library.
    policies/a.rego:26:22 Error policy-does-not-compile (Platform)
      `data` as a whole is not known here: each policy is run by itself, with libraries
      help: Name the rules that are meant, each by itself, and have them in this file or in a library.
    policies/images.rego:5:10 Error policy-does-not-compile (Platform)
      `data.main.is_ill` is declared by `policies/b.rego`, which is not loaded here: each policy is run by itself
      help: Put it into a library, `package lib.is_ill`, and import that here.
    ");
}

#[test]
fn what_a_broken_library_may_declare_is_not_missed() {
    let files = [
        ("policies/a.rego", "package main\n\nimport data.lib.images\n\ndeny contains \"a\" if images.bad\n"),
        ("policies/images.rego", "package lib.images\n\nbad if {\n"),
    ];
    insta::assert_snapshot!(said(&files), @r"
    policies/images.rego:4:1 Error policy-does-not-compile (Platform)
      this policy does not compile: expecting expression
      help: Policies are written in Rego v1: `deny contains msg if { … }`.
    ");
}

#[test]
fn rules_that_are_asked_are_those_of_one_file() {
    let files = [
        (
            "policies/a.rego",
            "package main\n\ndeny contains \"a\" if input.a\n\nwarn contains \"many\" if count(deny) > 1\n\nwarn_b contains \"b\" if count(data.main.warn) > 2\n",
        ),
        ("policies/b.rego", "package main\n\ndeny contains \"b\" if input.b\n"),
    ];
    insta::assert_snapshot!(said(&files), @r"
    policies/a.rego:5:31 Error policy-does-not-compile (Platform)
      `deny` is here what this file says, without what `policies/b.rego` says, as each policy is run by itself
      help: Give the rule a name here that no other file has: `deny_a`.
    ");
    insta::assert_snapshot!(said(&files[..1]), @"");
}

#[test]
fn a_test_sees_what_judging_sees() {
    let tested = |file: &str| {
        let banned = |name: &str| format!("package main\n\nbanned contains \"{name}\"\n\ndeny contains b if some b in banned\n");
        let text = "package main\n\ntest_hello if \"hello\" in deny\n\ntest_path if \"hello\" in data.main.deny\n";
        let files = [("policies/a.rego", &*banned("ghost")), ("policies/b.rego", &banned("hello")), (file, text)];
        let mut case = Case::new(&files);
        case.platform.policies.retain(|policy| policy.file != path(file));
        let snapshot = Snapshot::new(None, case.files.clone(), Vec::new());
        let tests = tests(&snapshot);
        let (results, _) = test(&snapshot, &case.platform, &tests[0], &|_| {});
        results
            .iter()
            .map(|one| format!("{} {}\n", one.rule, one.failure.clone().unwrap_or_else(|| "passes".to_owned())))
            .collect::<String>()
    };
    insta::assert_snapshot!(
        ["policies/a_test.rego", "policies/b_test.rego", "policies/all_test.rego"]
            .map(|test| format!("-- {test}\n{}", tested(test)))
            .concat(), @r"
    -- policies/a_test.rego
    test_hello it is undefined: a condition of it does not hold
    test_path it is undefined: a condition of it does not hold
    -- policies/b_test.rego
    test_hello passes
    test_path passes
    -- policies/all_test.rego
     line 5: nothing that is loaded here declares `data.main.deny`; there is no `policies/all.rego`, so that only libraries are loaded
    ");
}
