//! What is named on a command line: files that are not read, requests with mistakes, and names that are nearly right.

use super::place::Place;
use insta::assert_snapshot;

fn all(place: &Place, calls: &[&[&str]]) -> String {
    calls.iter().map(|args| place.run(args)).collect()
}

#[test]
fn a_file_that_is_not_read_is_not_fine() {
    let place = Place::with("first-repository");
    place.git("", &["init", "--quiet", "--initial-branch", "main"]);
    place.write(".gitignore", "*-draft.yaml\n");
    place.write("platform/hello.yaml", "a: b\n");
    place.write("request/platform/hello.yaml", "a: b\n");
    place.write("requests/platform/README.md", "Ours.\n");
    place.write("requests/platform/hello-draft.yaml", "a: b\n");
    std::fs::create_dir_all(place.path("requests/nobody")).expect("it can be made");
    place.git("", &["init", "--quiet", "requests/other"]);
    place.write("requests/other/hello.yaml", "a: b\n");
    let calls: [&[&str]; 8] = [
        &["validate", "platform/hello.yaml"],
        &["validate", "platform"],
        &["validate", "request/platform/hello.yaml"],
        &["validate", ".gitignore"],
        &["validate", "requests/platform/README.md"],
        &["validate", "requests/platform/hello-draft.yaml"],
        &["validate", "requests/nobody"],
        &["validate", "requests/other/hello.yaml"],
    ];
    assert_snapshot!(all(&place, &calls), @"
    $ goldpath validate platform/hello.yaml
    -- stderr
    error: `platform/hello.yaml` is not read: requests live under `requests/<team>/`
      hint: move it there when it is one, or leave it out here
    -- exit 2
    $ goldpath validate platform
    -- stderr
    error: `platform` is not read: requests live under `requests/<team>/`
      hint: move it there when it is one, or leave it out here
    -- exit 2
    $ goldpath validate request/platform/hello.yaml
    -- stderr
    error: `request/platform/hello.yaml` is not read: the folder is called `requests/`
      hint: rename `request/` to `requests/`
    -- exit 2
    $ goldpath validate .gitignore
    -- stderr
    error: `.gitignore` is not read: it is no part of the platform
      hint: what is read is `goldpath.yaml`, and `requests`, `golden-paths`, `targets`, `teams`, `policies`, `exceptions`, `campaigns`, `renderers` and `schemas`
    -- exit 2
    $ goldpath validate requests/platform/README.md
    -- stderr
    error: `requests/platform/README.md` is not read: it is documentation, which may lie beside what is
      hint: in `requests/`, files that end with `.yaml` are read
    -- exit 2
    $ goldpath validate requests/platform/hello-draft.yaml
    -- stderr
    error: `requests/platform/hello-draft.yaml` is not read: it is ignored by Git, so no commit would hold it
      hint: `git check-ignore --verbose requests/platform/hello-draft.yaml` says which line of which `.gitignore` does that
    -- exit 2
    $ goldpath validate requests/nobody
    -- stderr
    error: `requests/nobody` is not read: there is no file in it that Git sees
      hint: is it empty, or ignored by `.gitignore`?
    -- exit 2
    $ goldpath validate requests/other/hello.yaml
    -- stderr
    error: `requests/other/hello.yaml` is not read: `requests/other` is a Git repository of its own
      hint: what is read are the files of the platform repository itself
    -- exit 2
    ");
    std::fs::remove_dir_all(place.path("request")).expect("it is there");
    assert!(place.run(&["validate", "requests", "goldpath.yaml", "golden-paths/preview/1.0.0"]).ends_with("-- exit 0\n"));
}

#[test]
fn what_is_nearly_right_is_told_what_was_meant() {
    let place = Place::with("first-repository");
    let calls: [&[&str]; 9] = [
        &["validate", "requests/platform/helo.yaml"],
        &["validate", "platform/hello"],
        &["validate", "requests/platfrm/hello.yaml"],
        &["validate", "team"],
        &["render", "platform/helo"],
        &["render", "hello"],
        &["render", "requests/platform/hello.yml"],
        &["explain", "platform/helo"],
        &["explain", "platform/hello/clustr"],
    ];
    assert_snapshot!(all(&place, &calls), @"
    $ goldpath validate requests/platform/helo.yaml
    -- stderr
    error: requests/platform/helo.yaml does not exist
      hint: did you mean `requests/platform/hello.yaml`?
    -- exit 2
    $ goldpath validate platform/hello
    -- stderr
    error: platform/hello does not exist
      hint: did you mean `requests/platform/hello.yaml`?
    -- exit 2
    $ goldpath validate requests/platfrm/hello.yaml
    -- stderr
    error: requests/platfrm/hello.yaml does not exist
      hint: did you mean `requests/platform/hello.yaml`?
    -- exit 2
    $ goldpath validate team
    -- stderr
    error: team does not exist
      hint: did you mean `teams`?
    -- exit 2
    $ goldpath render platform/helo
    -- stderr
    error: there is no request `platform/helo` in this repository
      hint: did you mean `platform/hello`?
    -- exit 2
    $ goldpath render hello
    -- stderr
    error: there is no request `hello` in this repository
      hint: did you mean `platform/hello`?
    -- exit 2
    $ goldpath render requests/platform/hello.yml
    -- stderr
    error: there is no request `requests/platform/hello.yml` in this repository
      hint: did you mean `platform/hello`?
    -- exit 2
    $ goldpath explain platform/helo
    -- stderr
    error: there is no unit `platform/helo`
      hint: did you mean `platform/hello`?
    -- exit 2
    $ goldpath explain platform/hello/clustr
    -- stderr
    error: there is no unit `platform/hello/clustr`
      hint: did you mean `platform/hello/cluster@staging`?
    -- exit 2
    ");
    assert_snapshot!(place.run_in("requests", &["validate", "platform/helo.yaml"]), @"
    $ goldpath validate platform/helo.yaml
    -- stderr
    error: platform/helo.yaml does not exist
      hint: did you mean `platform/hello.yaml`?
    -- exit 2
    ");
}

#[test]
fn a_unit_is_found_by_its_request_its_output_and_its_file() {
    let place = Place::with("first-repository");
    let whole = place.run(&["explain", "platform/hello/cluster@staging"]);
    for text in ["platform/hello", "platform/hello/cluster", "requests/platform/hello.yaml"] {
        let said = place.run(&["explain", text]);
        assert_eq!(said.split_once('\n').map(|(_, rest)| rest), whole.split_once('\n').map(|(_, rest)| rest), "{text}");
    }
    let other = place.text("targets/staging.yaml").replace("name: staging", "name: other");
    place.write("targets/other.yaml", &other);
    place.swap(
        "golden-paths/preview/1.0.0/release.yaml",
        "      target: staging\n",
        "      forEach: '[\"staging\", \"other\"]'\n      target: \"{{ each }}\"\n",
    );
    assert_snapshot!(place.run(&["explain", "platform/hello/cluster"]), @"
    $ goldpath explain platform/hello/cluster
    -- stderr
    error: `platform/hello/cluster` has 2 units
      hint: they are `platform/hello/cluster@other` and `platform/hello/cluster@staging`
    -- exit 2
    ");
}

/// Two requests, of which `hello` has a mistake.
fn one_of_two() -> Place {
    let place = Place::with("first-repository");
    let request = place.text("requests/platform/hello.yaml");
    place.write("requests/platform/fine.yaml", &request.replace("hello", "fine"));
    place.swap("requests/platform/hello.yaml", "replicas: 2", "replicas: 20");
    place
}

#[test]
fn a_request_is_rendered_or_says_what_is_wrong_with_it_and_no_other() {
    let place = one_of_two();
    assert_snapshot!(place.run(&["render", "platform/hello"]), @r"
    $ goldpath render platform/hello
    -- stderr
    error[out-of-range]

      × `spec.replicas` must be at most 5, is 20
       ╭─[requests/platform/hello.yaml:7:13]
     6 │   image: shop/hello:1.0.0
     7 │   replicas: 20
       ·             ──
     8 │   lifetime: 14d
       ╰────
      help: Write a number from 1 to 5. For more, ask `platform` in #platform-help.

    1 error
    -- exit 1
    ");
    let fine = place.run(&["render", "platform/fine"]);
    assert!(fine.contains("name: fine") && !fine.contains("hello.yaml") && fine.ends_with("-- exit 0\n"), "{fine}");
    let both = place.run(&["render", "platform/fine", "requests/platform/hello.yaml", "--output-dir", "out"]);
    assert_snapshot!(both.lines().take(4).collect::<Vec<_>>().join("\n"), @"
    $ goldpath render platform/fine requests/platform/hello.yaml --output-dir out
    -- stderr
    1 file of 1 unit in out: all written
    error[out-of-range]
    ");
    let json = place.run(&["render", "platform/hello", "--output", "json"]);
    assert!(json.contains("{\"apiVersion\":\"goldpath.dev/v1\",\"kind\":\"RenderReport\",\"units\":[],\"findings\":[{"), "{json}");
    assert!(json.ends_with("-- exit 1\n"));
}

#[test]
fn a_program_is_told_of_wrong_use() {
    let place = Place::with("first-repository");
    let calls: [&[&str]; 2] = [&["validate", "platform/hello", "--output", "json"], &["explain", "nothing", "--output", "json"]];
    assert_snapshot!(all(&place, &calls), @r#"
    $ goldpath validate platform/hello --output json
    {"apiVersion":"goldpath.dev/v1","kind":"ErrorReport","message":"platform/hello does not exist","help":"did you mean `requests/platform/hello.yaml`?","exitCode":2}
    -- stderr
    error: platform/hello does not exist
      hint: did you mean `requests/platform/hello.yaml`?
    -- exit 2
    $ goldpath explain nothing --output json
    {"apiVersion":"goldpath.dev/v1","kind":"ErrorReport","message":"there is no unit `nothing`","help":"a unit is `team/name/output@target`; `goldpath render` shows them as folders","exitCode":2}
    -- stderr
    error: there is no unit `nothing`
      hint: a unit is `team/name/output@target`; `goldpath render` shows them as folders
    -- exit 2
    "#);
}

#[test]
fn a_file_is_asked_about_with_what_it_brings_about_elsewhere() {
    let place = one_of_two();
    place.swap("requests/platform/hello.yaml", "replicas: 20", "replicas: 3");
    assert_snapshot!(place.run(&["validate", "requests/platform/hello.yaml"]), @"
    $ goldpath validate requests/platform/hello.yaml
    2 requests checked, nothing to mend in requests/platform/hello.yaml
    -- exit 0
    ");
    let template = "golden-paths/preview/1.0.0/cluster/deployment.yaml.tera";
    place.swap(template, "replicas: {{ spec.replicas }}", "replicas: {% if spec.replicas == 3 %}[{% else %}1{% endif %}");
    assert_snapshot!(place.run(&["validate", "requests/platform/hello.yaml"]), @r"
    $ goldpath validate requests/platform/hello.yaml
    error[not-well-formed]

      × `deployment.yaml` is not well-formed YAML (line 7 when rendered): `[` here has no end before line 9
       ╭─[golden-paths/preview/1.0.0/cluster/deployment.yaml.tera:8:3]
     7 │ spec:
     8 │   replicas: {% if spec.replicas == 3 %}[{% else %}1{% endif %}
       ·   ────────────────────────────────────────────────────────────
     9 │   selector:
       ╰────
      help: Close it with `]`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
            see requests/platform/hello.yaml:7:13: rendered for `platform/hello`

    1 error
    2 requests checked, the errors in requests/platform/hello.yaml must be mended
    -- exit 1
    ");
    assert_snapshot!(place.run(&["validate", "requests/platform/hello.yaml", "--output", "github"]), @r"
    $ goldpath validate requests/platform/hello.yaml --output github
    ::error file=golden-paths/preview/1.0.0/cluster/deployment.yaml.tera,line=8,endLine=8,col=3,endColumn=63,title=not-well-formed::`deployment.yaml` is not well-formed YAML (line 7 when rendered): `[` here has no end before line 9. Close it with `]`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.%0ASee requests/platform/hello.yaml:7: rendered for `platform/hello`
    ::error file=requests/platform/hello.yaml,line=7,endLine=7,col=13,endColumn=14,title=not-well-formed::`deployment.yaml` is not well-formed YAML (line 7 when rendered): `[` here has no end before line 9. Close it with `]`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.%0ASee golden-paths/preview/1.0.0/cluster/deployment.yaml.tera:8: rendered for `platform/hello`
    2 requests checked, the errors in requests/platform/hello.yaml must be mended
    -- exit 1
    ");
    assert_snapshot!(place.run(&["validate", "requests/platform/fine.yaml"]), @"
    $ goldpath validate requests/platform/fine.yaml
    2 requests checked, nothing to mend in requests/platform/fine.yaml, and 1 finding elsewhere
    -- exit 0
    ");
}

#[test]
fn a_request_whose_golden_path_is_broken_says_so_and_whose_that_is() {
    let place = one_of_two();
    place.swap("golden-paths/preview/1.0.0/release.yaml", "serves: v1", "serves: v1\n  servs: v1");
    assert_snapshot!(place.run(&["validate", "requests/platform/fine.yaml"]), @"
    $ goldpath validate requests/platform/fine.yaml
    error[unknown-field]

      × `servs` is not a field of `spec`
       ╭─[golden-paths/preview/1.0.0/release.yaml:8:3]
     7 │   serves: v1
     8 │   servs: v1
       ·   ─────
     9 │   facts:
       ╰────
      help: Did you mean `serves`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
            see requests/platform/fine.yaml:1:1: this request cannot be rendered because of it

    1 error
    2 requests checked, the errors in requests/platform/fine.yaml must be mended
    -- exit 1
    ");
    assert_snapshot!(place.run(&["render", "platform/fine"]), @"
    $ goldpath render platform/fine
    -- stderr
    error[unknown-field]

      × `servs` is not a field of `spec`
       ╭─[golden-paths/preview/1.0.0/release.yaml:8:3]
     7 │   serves: v1
     8 │   servs: v1
       ·   ─────
     9 │   facts:
       ╰────
      help: Did you mean `serves`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
            see requests/platform/fine.yaml:1:1: this request cannot be rendered because of it

    1 error
    -- exit 1
    ");
}

#[test]
fn a_request_that_a_policy_was_not_asked_about_says_so() {
    let place = Place::with("first-repository");
    let hello = std::fs::read_to_string(place.path("requests/platform/hello.yaml")).expect("it is there");
    place.write("requests/platform/aaa.yaml", &hello.replace("name: hello", "name: aaa").replace(":1.0.0", ":latest"));
    place.swap("requests/platform/hello.yaml", "shop/hello:1.0.0", "shop/evil:1");
    place.write(
        "policies/images.rego",
        "package main\n\nimage := input.spec.template.spec.containers[0].image\n\ndeny contains \"evil is refused\" if contains(image, \"/evil\")\n\ndeny contains \"below 1\" if to_number(split(image, \":\")[1]) < 1\n",
    );
    assert_snapshot!(place.run(&["validate", "requests/platform/hello.yaml"]), @r#"
    $ goldpath validate requests/platform/hello.yaml
    error[policy-failed]

      × the policy `images` failed for `platform/aaa/cluster@staging`, and was not asked about the units after it:
      │ `to_number` expects a number, a text of one, `true`, `false` or null. Got `"latest"` instead
       ╭─[policies/images.rego:7:37]
     6 │
     7 │ deny contains "below 1" if to_number(split(image, ":")[1]) < 1
       ·                                     ─
       ╰────
      help: Look at the type of a value before it is passed on: a policy that fails has not said yes.
            this is for the platform team to mend
            see requests/platform/aaa.yaml:1:1: the request that it looked at
            see requests/platform/hello.yaml:1:1: this request is not judged because of it

    1 error
    2 requests checked, the errors in requests/platform/hello.yaml must be mended
    -- exit 1
    "#);
    // what is told of it anyhow is told once
    place.swap("requests/platform/aaa.yaml", ":latest", ":0");
    assert_snapshot!(place.run(&["validate", "requests/platform/hello.yaml"]), @r"
    $ goldpath validate requests/platform/hello.yaml
    error[policy/images]

      × evil is refused (Deployment `hello` in `platform/hello/cluster@staging`)
       ╭─[requests/platform/hello.yaml:5:1]
     4 │   name: hello
     5 │ spec:
       · ────
     6 │   image: shop/evil:1
       ╰────
      help: The policy `images` belongs to `platform`: change the request, or ask them in #platform-help for an exception.

    1 error
    2 requests checked, the errors in requests/platform/hello.yaml must be mended, and 1 finding elsewhere
    -- exit 1
    ");
}
