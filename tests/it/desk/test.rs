//! `goldpath test`.

use super::place::Place;
use insta::assert_snapshot;

const CASE: &str = "golden-paths/preview/1.0.0/tests/defaults";

#[test]
fn a_line_for_each_case_and_the_difference_of_those_that_fail() {
    let place = Place::with("first-repository");
    place.write("policies/replicas.rego", "package main\n\ndeny contains \"too many\" if input.spec.replicas > 9\n");
    place.write(
        "policies/replicas_test.rego",
        "package main\n\ntest_a_few_are_fine if count(deny) == 0 with input as {\"spec\": {\"replicas\": 9}}\n\ntest_many_are_not if count(deny) == 1 with input as {\"spec\": {\"replicas\": 9}}\n",
    );
    assert_snapshot!(place.run(&["test", "preview"]), @r"
    $ goldpath test preview
    ok      preview@1.0.0 defaults
    ok      preview@1.0.0 too-many
    ok      preview@1.0.0 made from its schema: 4 that fit, 4 that do not

    3 passed
    -- exit 0
    ");
    place.swap(
        "golden-paths/preview/1.0.0/cluster/deployment.yaml.tera",
        "memory: 128Mi}\n            limits",
        "memory: 64Mi}\n            limits",
    );
    place.swap("golden-paths/preview/1.0.0/tests/too-many/request.yaml", "replicas: 50", "replicas: 5\n  sise: large");
    place.write(&format!("{CASE}/expected/cluster@staging/service.yaml"), "kind: Service\n");
    assert_snapshot!(place.run(&["test"]), @r"
    $ goldpath test
    FAILED  preview@1.0.0 defaults
    FAILED  preview@1.0.0 too-many
    ok      preview@1.0.0 made from its schema: 4 that fit, 4 that do not
    ok      policies/replicas_test.rego test_a_few_are_fine
    FAILED  policies/replicas_test.rego test_many_are_not

    preview@1.0.0 defaults
      cluster@staging/deployment.yaml (- expected, + rendered)
      @@ -32,5 +32,5 @@
                 requests:
                   cpu: 100m
      -            memory: 128Mi
      +            memory: 64Mi
                 limits:
                   memory: 128Mi
      expected, but not rendered: cluster@staging/service.yaml

    preview@1.0.0 too-many
      not said: out-of-range in line 7 of request.yaml
      not expected:
      error[unknown-field]

        × `sise` is not a field of `spec`
         ╭─[golden-paths/preview/1.0.0/tests/too-many/request.yaml:8:3]
       7 │   replicas: 5
       8 │   sise: large
         ·   ────
         ╰────
        help: Did you mean `size`?

    policies/replicas_test.rego test_many_are_not
      it is undefined: a condition of it does not hold

    When what comes out now is right, `goldpath test --update` writes it; look at it with `git diff` before it is committed.

    2 passed, 3 failed
    -- exit 1
    ");
    assert_snapshot!(place.run(&["test", "preview", "--update"]), @r"
    $ goldpath test preview --update
    ok      preview@1.0.0 defaults
    ok      preview@1.0.0 too-many
    ok      preview@1.0.0 made from its schema: 4 that fit, 4 that do not

    3 passed
    -- stderr
    wrote what is expected of 2 cases: preview@1.0.0 defaults, preview@1.0.0 too-many
    -- exit 0
    ");
    assert!(!place.path(&format!("{CASE}/expected/cluster@staging/service.yaml")).exists());
    assert_snapshot!(place.text("golden-paths/preview/1.0.0/tests/too-many/findings.yaml"), @"
    - {code: unknown-field, line: 8}
    ");
}

#[test]
fn what_cannot_be_run_is_said() {
    let place = Place::with("first-repository");
    assert_snapshot!(place.run(&["test", "preveiw@1.0.0"]), @"
    $ goldpath test preveiw@1.0.0
    -- stderr
    error: there is no golden path or release `preveiw@1.0.0` in this repository
      hint: did you mean `preview@1.0.0`?
    -- exit 2
    ");
    place.write("golden-paths/preview/1.0.0/tests/empty/notes.md", "");
    place.write("golden-paths/preview/1.0.0/tests/new/request.yaml", &place.text(&format!("{CASE}/request.yaml")));
    place.write("golden-paths/preview/1.0.0/tests/too-many/findings.yaml", "code: out-of-range\n");
    place.write("golden-paths/preview/1.0.0/policies/own_test.rego", "package main\n\ntest_it {\n  true\n}\n");
    place.write("policies/a_test.rego", "package main\n");
    assert_snapshot!(place.run(&["test"]), @r"
    $ goldpath test
    ok      preview@1.0.0 defaults
    FAILED  preview@1.0.0 empty
    FAILED  preview@1.0.0 new
    FAILED  preview@1.0.0 too-many
    ok      preview@1.0.0 made from its schema: 4 that fit, 4 that do not
    FAILED  golden-paths/preview/1.0.0/policies/own_test.rego
    FAILED  policies/a_test.rego

    preview@1.0.0 empty
      it has no `request.yaml`

    preview@1.0.0 new
      nothing says what is expected: `goldpath test --update` writes `expected/` from what is rendered now; or write `findings.yaml`, when it must be refused

    preview@1.0.0 too-many
      `findings.yaml`: it must be a list of `{code, line}`, with at least one entry

    golden-paths/preview/1.0.0/policies/own_test.rego
      golden-paths/preview/1.0.0/policies/own_test.rego:3: `if` keyword is required before rule body

    policies/a_test.rego
      it has no rule whose name begins with `test_`

    When what comes out now is right, `goldpath test --update` writes it; look at it with `git diff` before it is committed.

    2 passed, 5 failed
    -- exit 1
    ");
    assert_snapshot!(place.run(&["test", "preview@1.0.0", "--output", "json"]), @r#"
    $ goldpath test preview@1.0.0 --output json
    {"apiVersion":"goldpath.dev/v1","kind":"TestReport","cases":[{"path":"preview","release":"1.0.0","case":"defaults","passed":true,"failures":[]},{"path":"preview","release":"1.0.0","case":"empty","passed":false,"failures":[{"kind":"broken","message":"it has no `request.yaml`"}]},{"path":"preview","release":"1.0.0","case":"new","passed":false,"failures":[{"kind":"nothing-expected"}]},{"path":"preview","release":"1.0.0","case":"too-many","passed":false,"failures":[{"kind":"broken","message":"`findings.yaml`: it must be a list of `{code, line}`, with at least one entry"}]}],"generated":[{"path":"preview","release":"1.0.0","valid":4,"refused":4,"passed":true,"failures":[],"denied":[]}],"policies":[{"file":"golden-paths/preview/1.0.0/policies/own_test.rego","rule":"","passed":false,"message":"golden-paths/preview/1.0.0/policies/own_test.rego:3: `if` keyword is required before rule body"}]}
    -- exit 1
    "#);
}

const RENDERER: &str = "apiVersion: goldpath.dev/v1
kind: Renderer
metadata: {name: notice, version: 1}
spec:
  language: {\"*.md\": text, \"*.json\": json}
  library: [lib.tera]
  marks: none
";

const OF_RENDERER: &str = "renderers/notice/1";

/// What a case may bring is named in its own folder: no case reads the targets of the repository.
#[test]
fn what_a_case_lacks_is_named_where_the_case_reads_it() {
    let place = Place::with("first-repository");
    place.swap(
        "golden-paths/preview/1.0.0/cluster/deployment.yaml.tera",
        "  name: {{ metadata.name }}",
        "  name: {{ target.values.domain }}",
    );
    let said = place.run(&["test", "--generate", "0"]);
    assert!(said.contains(&format!("Write `domain` into `{CASE}/targets/staging.yaml`")), "{said}");
}

/// The first repository with a renderer of its own and three cases of that: one that is right, one that is refused, one without templates.
fn with_a_renderer() -> Place {
    let place = Place::with("first-repository");
    place.write(&format!("{OF_RENDERER}/renderer.yaml"), RENDERER);
    place.write(&format!("{OF_RENDERER}/lib.tera"), "{% if spec.loud %}\nLook here!\n{% else %}\nNothing new.\n{% endif %}\n");
    let request = "apiVersion: docs.example.org/v2\nkind: Notice\nmetadata: {name: hello}\nspec: {loud: true}\n";
    let case = |name: &str, file: &str, text: &str| {
        place.write(&format!("{OF_RENDERER}/tests/{name}/request.yaml"), request);
        place.write(&format!("{OF_RENDERER}/tests/{name}/{file}"), text);
    };
    case("loud", "templates/notice.md.tera", "{% include \"renderer/lib.tera\" %}\nfrom {{ team.name }} at {{ target.name }}\n");
    case("wrong", "templates/notice.md.tera", "{{ spec.text }}\n");
    case("wrong", "findings.yaml", "- {code: template-error, line: 2}\n");
    case("empty", "notes.md", "");
    place
}

#[test]
fn a_renderer_of_the_repository_has_cases_of_its_own() {
    let place = with_a_renderer();
    assert_snapshot!(place.run(&["test", "--generate", "0", "--coverage"]), @"
    $ goldpath test --generate 0 --coverage
    ok      preview@1.0.0 defaults
    ok      preview@1.0.0 too-many
    FAILED  renderer notice@1 empty
    FAILED  renderer notice@1 loud
    FAILED  renderer notice@1 wrong

    renderer notice@1 empty
      it has no files below `templates/` to render

    renderer notice@1 loud
      nothing says what is expected: `goldpath test --update` writes `expected/` from what is rendered now; or write `findings.yaml`, when it must be refused

    renderer notice@1 wrong
      not said: template-error in line 2 of request.yaml
      not expected:
      error[template-error]

        × `spec.text` is undefined
         ╭─[renderers/notice/1/tests/wrong/templates/notice.md.tera:1:4]
       1 │ {{ spec.text }}
         ·    ─────────
         ╰────
        help: Give `text` a default in `schema.json`, or print it with `| default(value=…)`.
              this is for the owner of the golden path to mend
              see renderers/notice/1/tests/wrong/request.yaml:1:1: rendered for `sample-team/hello`

    When what comes out now is right, `goldpath test --update` writes it; look at it with `git diff` before it is committed.

    2 passed, 3 failed

    lines that cases and tests reach, and those that they do not
    preview@1.0.0: 91 % of 23 lines
      golden-paths/preview/1.0.0/cluster/deployment.yaml.tera: 22-23
    renderers/notice/1: 50 % of 2 lines
      renderers/notice/1/lib.tera: 4
    -- exit 1
    ");
    place.write(&format!("{OF_RENDERER}/tests/wrong/findings.yaml"), "- {code: template-error, line: 1}\n");
    std::fs::remove_dir_all(place.path(&format!("{OF_RENDERER}/tests/empty"))).unwrap();
    assert_snapshot!(place.run(&["test", "--generate", "0", "--update"]), @r#"
    $ goldpath test --generate 0 --update
    ok      preview@1.0.0 defaults
    ok      preview@1.0.0 too-many
    ok      renderer notice@1 loud
    ok      renderer notice@1 wrong

    4 passed
    -- stderr
    wrote what is expected of 1 case: renderer notice@1 loud
    -- exit 0
    "#);
    assert_snapshot!(place.text(&format!("{OF_RENDERER}/tests/loud/expected/main@sample/notice.md")), @r#"
    Look here!


    from sample-team at sample
    "#);
    assert_snapshot!(place.run(&["test", "--generate", "0", "--output", "json"]), @r#"
    $ goldpath test --generate 0 --output json
    {"apiVersion":"goldpath.dev/v1","kind":"TestReport","cases":[{"path":"preview","release":"1.0.0","case":"defaults","passed":true,"failures":[]},{"path":"preview","release":"1.0.0","case":"too-many","passed":true,"failures":[]},{"renderer":"notice@1","case":"loud","passed":true,"failures":[]},{"renderer":"notice@1","case":"wrong","passed":true,"failures":[]}],"generated":[],"policies":[]}
    -- exit 0
    "#);
    assert_snapshot!(place.run(&["validate"]), @r#"
    $ goldpath validate
    1 request checked, nothing to mend
    -- exit 0
    "#);
}

const DEPLOYMENT: &str = "golden-paths/preview/1.0.0/cluster/deployment.yaml.tera";

#[test]
fn objects_are_checked_and_go_where_the_repository_says() {
    let place = Place::with("first-repository");
    let spec = "spec:\n  replicas: {{ spec.replicas }}\n";
    assert!(place.text(DEPLOYMENT).contains(spec));
    place.swap(DEPLOYMENT, spec, "spec:\n  foo: 1\n  replicas: {{ spec.replicas }}\n");
    assert_snapshot!(place.run(&["test"]), @r"
    $ goldpath test
    FAILED  preview@1.0.0 defaults
    ok      preview@1.0.0 too-many
    ok      preview@1.0.0 made from its schema: 4 that fit, 4 that do not

    preview@1.0.0 defaults
      not expected:
      error[kubernetes-schema]

        × `deployment.yaml`: Deployment: Kubernetes 1.36 knows no field `spec.foo`
         ╭─[golden-paths/preview/1.0.0/cluster/deployment.yaml.tera:8:3]
       7 │ spec:
       8 │   foo: 1
         ·   ──────
       9 │   replicas: {{ spec.replicas }}
         ╰────
        help: `kubectl explain deployment.spec` tells what may stand there. This is for the owner of the golden path to
              mend: team `platform`, in #platform-help.
              see golden-paths/preview/1.0.0/tests/defaults/request.yaml:1:1: rendered for `sample-team/defaults`
      expected, but not rendered: cluster@staging/deployment.yaml

    2 passed, 1 failed
    -- exit 1
    ");
    // a policy may ask what a target is for
    let place = Place::with("first-repository");
    place.write(
        "policies/few.rego",
        "package goldpath.unit\n\ndeny contains \"too many for a try\" if {\n\tinput.target.labels.environment == \"staging\"\n\tinput.request.spec.replicas > 2\n}\n",
    );
    assert_snapshot!(place.run(&["test", "--generate", "8"]), @r"
    $ goldpath test --generate 8
    ok      preview@1.0.0 defaults
    ok      preview@1.0.0 too-many
    FAILED  preview@1.0.0 made from its schema: 8 that fit, 8 that do not

    preview@1.0.0 made from its schema
      1 of 8 requests that fit is refused by `policy/few`: too many for a try (`sample-team/sample/cluster@staging`)
      Say it in `schema.json`, where whoever writes a request sees it at once; what no schema can say, refuse with a policy in `golden-paths/preview/1.0.0/policies/`
        apiVersion: platform.example.org/v1
        kind: Preview
        metadata:
          name: sample
        spec:
          image: a:a
          replicas: 3

    2 passed, 1 failed
    -- exit 1
    ");
}

#[test]
fn a_policy_that_does_not_compile_fails() {
    let place = Place::with("first-repository");
    place.write("policies/zz.rego", "deny contains msg if { x := \n");
    assert_snapshot!(place.run(&["test"]), @r"
    $ goldpath test
    ok      preview@1.0.0 defaults
    ok      preview@1.0.0 too-many
    ok      preview@1.0.0 made from its schema: 4 that fit, 4 that do not
    FAILED  policies/zz.rego

    policies/zz.rego
      policies/zz.rego:1:1: this policy does not compile: expecting `package` Missing package declaration. Policies are written in Rego v1: `deny contains msg if { … }`.

    3 passed, 1 failed
    -- exit 1
    ");
}

#[test]
fn what_the_owner_of_the_path_has_to_mend_is_not_written_as_expected() {
    let place = Place::with("first-repository");
    place.swap(DEPLOYMENT, "spec.replicas", "spec.replica");
    place.write("golden-paths/preview/1.0.0/tests/too-many/request.yaml", &place.text(&format!("{CASE}/request.yaml")));
    place.run(&["test", "--update", "--generate", "0"]);
    assert_snapshot!(place.text("golden-paths/preview/1.0.0/tests/too-many/findings.yaml"), @r"
    # What must be said about this request.
    - {code: out-of-range, line: 7}
    ");
}

#[test]
fn what_is_misnamed_in_a_case_is_said() {
    let place = Place::with("first-repository");
    place.write("golden-paths/preview/1.0.0/tests/too-many/findings.yaml", "- {code: out-of-rang, line: 7}\n");
    place.write(&format!("{CASE}/finding.yaml"), "- {code: out-of-range, line: 7}\n");
    assert_snapshot!(place.run(&["test", "--generate", "0"]), @r"
    $ goldpath test --generate 0
    FAILED  preview@1.0.0 defaults
    FAILED  preview@1.0.0 too-many

    preview@1.0.0 defaults
      `finding.yaml` is not read: did you mean `findings.yaml`?

    preview@1.0.0 too-many
      `findings.yaml`: there is no code `out-of-rang`: did you mean `out-of-range`?

    0 passed, 2 failed
    -- exit 1
    ");
}
