//! What the engine answers other than OPA, and what is refused of it.

use super::*;

/// What is said of rules, each by itself, that stand at line 3 of a policy.
fn said(rules: &[&str]) -> String {
    let one = |rule: &&str| {
        let files = [("policies/a.rego", &*format!("package main\n\n{rule}\n"))];
        let findings = Case::new(&files).compiled().1;
        let all = findings.iter().filter(|finding| !finding.message.contains("nothing here is asked"));
        let said: String = all
            .map(|Finding { place, message, help, .. }| format!("  {}:{} {message}\n    {help}\n", place.span.line, place.span.column))
            .collect();
        format!("{rule}\n{said}")
    };
    rules.iter().map(one).collect()
}

/// Whether each of some rules may stand in a policy.
fn stand(rules: &[&str]) {
    for rule in rules {
        let files = [("policies/a.rego", &*format!("package main\n\n{rule}\n\ndeny contains \"x\" if input.kind == \"none\"\n"))];
        let findings: String = Case::new(&files).compiled().1.iter().map(show).collect();
        assert_eq!(findings, "", "{rule}");
    }
}

#[test]
fn what_one_element_lacks_would_take_the_results_of_all() {
    let rules = [
        "deny contains sprintf(\"%s asks for %s\", [c.name, c.resources.limits.memory]) if some c in input.all",
        "deny contains \"x\" if p.a == 1\n\np[c.name] := c.image if some c in input.all",
        "deny contains \"x\" if p.a == 1\n\np[c] := input.images[c] if some c in input.all",
        "deny contains {\"msg\": c.image} if some c in input.all",
        "deny contains input.all[_].image",
        "deny contains input.all[i].image if input.all[i].name == \"a\"",
        "deny contains upper(cs[_].image) if cs := input.all",
        "f(x) := x.image\n\ndeny contains f(c) if some c in input.all",
        "deny contains value.image if walk(input, [_, value])",
        "deny contains sprintf(\"%v\", [max(c)]) if some c in input.all",
        "deny contains \"x\" if p == 1\n\np := c.image if some c in input.all",
        "deny contains c.name if {\n\tsome c in input.all\n\tnot c.name == 1\n}",
        "deny contains input.all[_].name if input.all[_].name",
    ];
    insta::assert_snapshot!(said(&rules), @r#"
    deny contains sprintf("%s asks for %s", [c.name, c.resources.limits.memory]) if some c in input.all
      3:42 where `c.name` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := c.name`, and write `given` here.
    deny contains "x" if p.a == 1

    p[c.name] := c.image if some c in input.all
      5:3 where `c.name` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := c.name`, and write `given` here.
    deny contains "x" if p.a == 1

    p[c] := input.images[c] if some c in input.all
      5:9 where `input.images[c]` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := input.images[c]`, and write `given` here.
    deny contains {"msg": c.image} if some c in input.all
      3:23 where `c.image` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := c.image`, and write `given` here.
    deny contains input.all[_].image
      3:15 where `input.all[_].image` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := input.all[_].image`, and write `given` here.
    deny contains input.all[i].image if input.all[i].name == "a"
      3:15 where `input.all[i].image` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := input.all[i].image`, and write `given` here.
    deny contains upper(cs[_].image) if cs := input.all
      3:21 where `cs[_].image` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := cs[_].image`, and write `given` here.
    f(x) := x.image

    deny contains f(c) if some c in input.all
      5:15 where `f(c)` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := f(c)`, and write `given` here.
    deny contains value.image if walk(input, [_, value])
      3:15 where `value.image` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := value.image`, and write `given` here.
    deny contains sprintf("%v", [max(c)]) if some c in input.all
      3:30 where `max(c)` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := max(c)`, and write `given` here.
    deny contains "x" if p == 1

    p := c.image if some c in input.all
      5:6 where `c.image` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := c.image`, and write `given` here.
    deny contains c.name if {
    	some c in input.all
    	not c.name == 1
    }
      3:15 where `c.name` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := c.name`, and write `given` here.
    deny contains input.all[_].name if input.all[_].name
      3:15 where `input.all[_].name` of one element is not defined, what this rule gives of all others would be lost
        Give it a name in the body, `given := input.all[_].name`, and write `given` here.
    "#);
}

#[test]
fn what_is_there_for_each_element_may_be_in_a_head() {
    stand(&[
        "deny contains input.name if input.image",
        "deny contains input.name if some c in input.all",
        "deny contains sprintf(\"%s\", [input.name])",
        "deny contains c.name if c := input.one",
        "deny contains c.name if {\n\ti := 0\n\tc := input.all[i]\n}",
        "deny contains upper(c) if some c in input.all",
        "deny contains {\"msg\": sprintf(\"%s\", [c]), \"field\": k} if some k, c in input.all",
        "deny contains sprintf(\"%v\", [{c.name | some c in input.all}]) if some d in input.all",
        "deny contains sprintf(\"%v\", [[c.name | c := d]]) if some d in input.all",
        "deny contains msg if {\n\tsome c in input.all\n\tmsg := c.name\n}",
        "f(c) := c.name if some d in c.all",
        "deny contains c.name if {\n\tsome c in input.all\n\tstartswith(c.name, \"a\")\n}",
        "deny contains sprintf(\"%s\", [c.a.b]) if {\n\tsome c in input.all\n\tc.a.b.c\n}",
        "deny contains c.name if {\n\tc := input.one\n\tnot input.all[_] == 1\n\tevery d in input.all { d.name }\n\tcount([d | some d in input.all]) == 1\n}",
    ]);
}

#[test]
fn an_else_behind_what_may_be_undefined_would_not_be_asked() {
    let rules = [
        "deny contains \"x\" if user(input) == 0\n\nuser(c) := c.securityContext.runAsUser if { c.image } else := 0",
        "deny contains \"x\" if f(input) == 0\n\nf(c) := 1 if { c.image } else := upper(c.name) if { c.name } else := 0",
        "deny contains \"x\" if f(input) == 0\n\ng(c) := c.name\n\nf(c) := [g(c)] if { c.image } else := 0",
    ];
    insta::assert_snapshot!(said(&rules), @r#"
    deny contains "x" if user(input) == 0

    user(c) := c.securityContext.runAsUser if { c.image } else := 0
      5:12 where `c.securityContext.runAsUser` is not defined, the `else` behind it would not be asked
        Give it a name in the body, `given := c.securityContext.runAsUser`, and write `given` here.
    deny contains "x" if f(input) == 0

    f(c) := 1 if { c.image } else := upper(c.name) if { c.name } else := 0
    deny contains "x" if f(input) == 0

    g(c) := c.name

    f(c) := [g(c)] if { c.image } else := 0
      7:10 where `g(c)` is not defined, the `else` behind it would not be asked
        Give it a name in the body, `given := g(c)`, and write `given` here.
    "#);
    stand(&[
        "f(c) := value if { value := c.name } else := c.image",
        "f(c) := 1 if { c.image } else := c.name",
        "f(c) := c.user if c.user else := 0",
        "f(c) := c.user if { c.user != 0 } else := c.a.b if { c.a.b > 1 } else := 1",
        "f(c) := [d.name | some d in c] if { c } else := 1",
        "f(c) if { c.image } else := false",
        "x := input.name if { input.image } else := 1",
    ]);
}

#[test]
fn what_finds_or_fits_otherwise_is_refused() {
    let rules = [
        "deny contains msg if {\n\t[path, value] := walk(input)\n\tpath == [\"image\"]\n\tmsg := sprintf(\"%v\", [value])\n}",
        "deny contains \"x\" if plain(input)\n\nplain({\"limits\": {\"memory\": _}}) := true",
        "deny contains \"x\" if plain(input)\n\nplain([{\"a\": 1}]) := true",
        "deny contains msg if {\"cpu\": msg, \"memory\": _} = input.limits",
        "deny contains msg if {\"cpu\": msg} := input.limits",
        "deny contains msg if [msg, {\"cpu\": 1}] = input.limits",
        "deny contains msg if some {\"name\": msg} in input.all",
        "deny contains \"x\" if not {\"limits\": {\"memory\": _}} = input.resources",
        "deny contains msg if walk(input, [_, {\"image\": msg}])",
        "deny contains \"x\" if count([x | {\"a\": x} = input.all[_]]) == 1",
        "deny contains \"x\" if count(numbers[\"\\u0072ange\"](1, 2)) == 1",
        "deny contains \"x\" if input.x == 1 with input.x as bits[\"l\\u0073h\"](1, 2)",
    ];
    insta::assert_snapshot!(said(&rules), @r#"
    deny contains msg if {
    	[path, value] := walk(input)
    	path == ["image"]
    	msg := sprintf("%v", [value])
    }
      4:22 `walk` with one value finds nothing here
        Write `walk(x, [path, value])`.
    deny contains "x" if plain(input)

    plain({"limits": {"memory": _}}) := true
      5:7 this pattern fits objects that have other fields too; in OPA it fits those alone that have no others
        Take the fields by their names, `x := object.field`; with `count(object) == 1` where it may have no others.
    deny contains "x" if plain(input)

    plain([{"a": 1}]) := true
      5:8 this pattern fits objects that have other fields too; in OPA it fits those alone that have no others
        Take the fields by their names, `x := object.field`; with `count(object) == 1` where it may have no others.
    deny contains msg if {"cpu": msg, "memory": _} = input.limits
      3:22 this pattern fits objects that have other fields too; in OPA it fits those alone that have no others
        Take the fields by their names, `x := object.field`; with `count(object) == 1` where it may have no others.
    deny contains msg if {"cpu": msg} := input.limits
      3:22 this pattern fits objects that have other fields too; in OPA it fits those alone that have no others
        Take the fields by their names, `x := object.field`; with `count(object) == 1` where it may have no others.
    deny contains msg if [msg, {"cpu": 1}] = input.limits
      3:28 this pattern fits objects that have other fields too; in OPA it fits those alone that have no others
        Take the fields by their names, `x := object.field`; with `count(object) == 1` where it may have no others.
    deny contains msg if some {"name": msg} in input.all
      3:27 this pattern fits objects that have other fields too; in OPA it fits those alone that have no others
        Take the fields by their names, `x := object.field`; with `count(object) == 1` where it may have no others.
    deny contains "x" if not {"limits": {"memory": _}} = input.resources
      3:26 this pattern fits objects that have other fields too; in OPA it fits those alone that have no others
        Take the fields by their names, `x := object.field`; with `count(object) == 1` where it may have no others.
    deny contains msg if walk(input, [_, {"image": msg}])
      3:38 this pattern fits objects that have other fields too; in OPA it fits those alone that have no others
        Take the fields by their names, `x := object.field`; with `count(object) == 1` where it may have no others.
    deny contains "x" if count([x | {"a": x} = input.all[_]]) == 1
      3:33 this pattern fits objects that have other fields too; in OPA it fits those alone that have no others
        Take the fields by their names, `x := object.field`; with `count(object) == 1` where it may have no others.
    deny contains "x" if count(numbers["\u0072ange"](1, 2)) == 1
      3:28 `numbers.range` may ask for more than there is, and cannot be ended from outside
        Go through what is in `input` instead.
    deny contains "x" if input.x == 1 with input.x as bits["l\u0073h"](1, 2)
      3:51 `bits.lsh` may ask for more than there is, and cannot be ended from outside
        Go through what is in `input` instead.
    "#);
    stand(&[
        "x contains value if walk(input, [_, value])",
        "f(x) := y if {\n\ty = {\"name\": x}\n\t{\"name\": x} = input.z\n\tz := x\n\t{\"name\": z} == y\n}",
        "f([x, _]) := x",
        "x if {\"a\": 1} = input.a",
        "x contains {\"a\": y} if some y in input.a",
        "x if [y, _] = input.a",
        "x if {\n\tsome y in input.a\n\tevery z in input.b { {\"a\": y, \"b\": z} = input.c }\n}",
    ]);
}

#[test]
fn functions_that_are_not_there_are_told_before_they_are_called() {
    let rules = [
        "deny contains \"x\" if {\n\tinput.kind == \"Ingress\"\n\tnot startwith(input.metadata.name, \"a\")\n\tnet.cidr_contains(\"10.0.0.0/8\", input.ip)\n\tinput.q == startswith(\"a\")\n\tours(input.x)\n\tour(input.x)\n}\n\nours(x) if x == 1",
        "deny contains \"x\" if images.ours(input.x)",
    ];
    insta::assert_snapshot!(said(&rules), @r#"
    deny contains "x" if {
    	input.kind == "Ingress"
    	not startwith(input.metadata.name, "a")
    	net.cidr_contains("10.0.0.0/8", input.ip)
    	input.q == startswith("a")
    	ours(input.x)
    	our(input.x)
    }

    ours(x) if x == 1
      5:9 there is no function `startwith`
        Did you mean `startswith`?
      6:5 there is no function `net.cidr_contains`
        Some functions of OPA are not there: do without it.
      7:16 `startswith` takes 2 values, and is given 1 here
        Give it 2 values.
      9:5 there is no function `our`
        Did you mean `ours`?
    deny contains "x" if images.ours(input.x)
      3:22 there is no function `images.ours`
        Some functions of OPA are not there: do without it.
    "#);
    stand(&["f(x) := count(x) if print(x, 1, 2)", "x if walk(input, [_, 1])", "a.b(x) := x\n\ny := a.b(1)"]);
    let library = |call: &str| {
        let files = [
            (
                "policies/a.rego",
                "package main\n\nimport data.lib.images as ours\n\ndeny contains \"x\" if ours.bad(input.image)\n".to_owned(),
            ),
            ("policies/images.rego", format!("package lib.images\n\nbad(x) if {{\n\tinput.kind == \"Pod\"\n\t{call}(x)\n}}\n")),
            ("policies/more.rego", "package lib.images\n\nold(x) if x == \"a\"\n".to_owned()),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, &**text)).collect();
        Case::new(&files).compiled().1.iter().map(show).collect::<String>()
    };
    insta::assert_snapshot!([library("old"), library("odl")].join("--\n"), @"
    --
    policies/images.rego:5:5 Error policy-does-not-compile (Platform)
      there is no function `odl`
      help: Did you mean `old`?
    ");
}

#[test]
fn what_a_test_puts_in_the_place_of_a_function_is_heard() {
    let tested = |rule: &str| {
        let rep = "package main\n\nimport data.lib.of\n\nok(x) if x > 3\n\ndeny contains \"ok\" if ok(input.q)\n\ndeny contains \"big\" if of.big(input.q)\n";
        let text = format!("package main\n\nyes(_) := true\n\ntest_own if {rule}\n");
        let files =
            [("policies/rep.rego", rep), ("policies/of.rego", "package lib.of\n\nbig(x) if x > 9\n"), ("policies/rep_test.rego", &*text)];
        let mut case = Case::new(&files);
        case.platform.policies.retain(|policy| !policy.file.as_str().ends_with("_test.rego"));
        let snapshot = Snapshot::new(None, case.files.clone(), Vec::new());
        let (results, _) = test(&snapshot, &case.platform, &tests(&snapshot)[0], &|_| {});
        let one = |one: &Tested| format!("{} {}\n", one.rule, one.failure.clone().unwrap_or_else(|| "passes".to_owned()));
        results.iter().map(one).collect::<String>()
    };
    let rules = [
        "count(deny) == 1 with input as {\"q\": 1} with data.main.ok as yes",
        "count(deny) == 1 with input as {\"q\": 1} with data.lib.of.big as yes",
        "deny == {c.x | some c in [{\"x\": 1}]} with input as walk(1)",
    ];
    insta::assert_snapshot!(rules.map(tested).concat(), @"
     line 5: `with data.main.ok` changes nothing where `ok` is called in its own package: put it into a library, or test with another `input`
    test_own passes
     line 5: `walk` with one value finds nothing here
    ");
}

#[test]
fn the_policies_that_people_begin_with_stand() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("platform-repo-example")];
    let mut engine = compile::engine();
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rego") {
                files += 1;
                engine.add_policy(path.display().to_string(), std::fs::read_to_string(&path).unwrap()).unwrap();
                let unlike = syntax::Syntax::of_last(&mut engine).unlike;
                let said: Vec<String> = unlike.iter().map(|one| format!("{}: {}", one.span.line, one.message)).collect();
                assert!(said.is_empty(), "{}: {said:?}", path.display());
            }
        }
    }
    assert!(files > 20);
}
