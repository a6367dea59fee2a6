//! `goldpath explain`, and the provenance of every rendered line.

use super::place::Place;
use crate::example::{read, rendered};
use goldpath::model::{Digest, MadeBy, Place as At, UnitId};
use goldpath::render::{Limits, Origin, Unit, made_by, trace};
use insta::assert_snapshot;

const UNIT: &str = "platform/hello/cluster@staging";

#[test]
fn a_unit_says_what_made_it_and_a_line_where_it_came_from() {
    let place = Place::with("first-repository");
    assert_snapshot!(place.run(&["explain", UNIT]), @r#"
    $ goldpath explain platform/hello/cluster@staging
    unit       platform/hello/cluster@staging
    request    requests/platform/hello.yaml
    path       Preview (`preview`), owner `platform`, #platform-help
    release    `preview@1.0.0`, the current one for `platform.example.org/v1`
    target     `staging` (directory) with environment: staging
    renderer   kubernetes@1

    defaults that the request leaves as they are
      spec.size: "small"

    policies
      0 passed, 0 warned, 0 failed, 0 waived

    files
      deployment.yaml  from golden-paths/preview/1.0.0/cluster/deployment.yaml.tera

    what would change it
      golden-paths/preview/1.0.0: never changes; another release does, once it is the current one
      goldpath.yaml: `values`, which templates read as `platform.values`
      renderers/kubernetes/1: never changes; another version of it does, by another release
      requests/platform/hello.yaml: the request: its fields, or a pin of another release
      targets/staging.yaml: labels and values of the target
      teams/platform.yaml: contact, cost centre and values of the team
    -- exit 0
    "#);
    let file = format!("{UNIT}:deployment.yaml");
    let text = place.run(&["render", "platform/hello"]);
    let deployment = text.split("\n# ").find(|part| part.contains("/deployment.yaml\n")).expect("it has one");
    let line_of = |what: &str| deployment.lines().position(|line| line.contains(what)).expect("the line is there").to_string();
    assert!(place.run(&["explain", &file]).contains("deployment.yaml.tera:2\n"));
    let shown: String = ["image:", "replicas:", "goldpath.dev/request:", "kind: Deployment", "cpu:"]
        .iter()
        .map(|what| place.run(&["explain", &file, "--line", &line_of(what)]).split("\nunit ").next().unwrap_or_default().to_owned() + "\n")
        .collect();
    assert_snapshot!(shown, @r#"
    $ goldpath explain platform/hello/cluster@staging:deployment.yaml --line 30
    line       deployment.yaml:30: image: registry.example.org/shop/hello:1.0.0
    from       golden-paths/preview/1.0.0/cluster/deployment.yaml.tera:19
                 image: {{ (registry ~ "/" ~ spec.image) | yaml }}
    changes    with spec.image

    $ goldpath explain platform/hello/cluster@staging:deployment.yaml --line 15
    line       deployment.yaml:15: replicas: 2
    from       golden-paths/preview/1.0.0/cluster/deployment.yaml.tera:8
                 replicas: {{ spec.replicas }}
    changes    with spec.replicas

    $ goldpath explain platform/hello/cluster@staging:deployment.yaml --line 9
    line       deployment.yaml:9: goldpath.dev/request: hello
    from       goldpath itself: what it puts on everything, so that no template can forget it
    changes    with metadata.name

    $ goldpath explain platform/hello/cluster@staging:deployment.yaml --line 2
    line       deployment.yaml:2: kind: Deployment
    from       golden-paths/preview/1.0.0/cluster/deployment.yaml.tera:3
                 kind: Deployment
    changes    with no field of the request

    $ goldpath explain platform/hello/cluster@staging:deployment.yaml --line 33
    line       deployment.yaml:33: cpu: 100m
    from       golden-paths/preview/1.0.0/cluster/deployment.yaml.tera:25
                 requests: {cpu: 100m, memory: 128Mi}
    changes    with spec.size
    "#);
}

#[test]
fn facts_for_terraform_and_schemas_are_told_as_what_they_are() {
    let place = Place::with("platform-repo-example");
    let file = "orders-team/orders-api/dns@dns:goldpath.tf.json";
    let text = place.run(&["explain", file]);
    let lines = text.split("where it came from\n").nth(1).unwrap_or_default();
    let number =
        |what: &str| lines.lines().find(|line| line.contains(what)).and_then(|line| line.split_whitespace().next()).unwrap_or_default();
    let shown: String = ["data_classification", "\"request\"", "\"release\""]
        .iter()
        .map(|what| place.run(&["explain", file, "--line", number(what)]).split("\nunit ").next().unwrap_or_default().to_owned() + "\n")
        .collect();
    assert_snapshot!(shown, @r#"
$ goldpath explain orders-team/orders-api/dns@dns:goldpath.tf.json --line 5
line       goldpath.tf.json:5: "data_classification": "internal",
from       goldpath itself: what it puts on everything, so that no template can forget it
changes    with spec.dataClassification

$ goldpath explain orders-team/orders-api/dns@dns:goldpath.tf.json --line 8
line       goldpath.tf.json:8: "request": "orders-api",
from       goldpath itself: what it puts on everything, so that no template can forget it
changes    with metadata.name

$ goldpath explain orders-team/orders-api/dns@dns:goldpath.tf.json --line 7
line       goldpath.tf.json:7: "release": "1.1.0",
from       goldpath itself: what it puts on everything, so that no template can forget it
changes    with no field of the request
"#);
    let reads = place.run(&["explain", "orders-team/orders-api/cluster@staging-eu-central-1"]);
    let reads = reads.split("what would change it\n").nth(1).unwrap_or_default();
    assert_snapshot!(reads, @r#"
  golden-paths/http-service/1.1.0: never changes; another release does, once it is the current one
  goldpath.yaml: `values`, which templates read as `platform.values`
  renderers/kubernetes/1: never changes; another version of it does, by another release
  requests/orders-team/orders-api.yaml: the request: its fields, or a pin of another release
  schemas/monitoring.coreos.com/PrometheusRule_v1.json: what the API takes of this kind of object: what is rendered is checked against it
  schemas/monitoring.coreos.com/ServiceMonitor_v1.json: what the API takes of this kind of object: what is rendered is checked against it
  targets/staging-eu-central-1.yaml: labels and values of the target
  teams/orders-team.yaml: contact, cost centre and values of the team
-- exit 0
"#);
}

#[test]
fn a_line_of_terraform_is_traced_to_the_template_and_the_request() {
    let snapshot = read("platform-repo-example");
    let (parsed, rendered) = rendered(&snapshot);
    let unit = &rendered.units[&UnitId::parse("orders-team/orders-db/database@databases-staging").expect("it is one")];
    let made = |unit: &Unit, at| made_by((&snapshot, &parsed.platform), &snapshot, &Limits::default(), unit, at);
    let mut shown = String::new();
    for (path, file) in &unit.files {
        for (number, line) in (1..).zip(String::from_utf8_lossy(&file.bytes).lines()) {
            let Some(MadeBy { template, request }) = made(unit, (path, number)) else { continue };
            let place = |place: &At| format!("{}:{}", place.path.file_name(), place.span.line);
            let template = template.as_ref().map_or("goldpath".to_owned(), place);
            let request: Vec<String> = request.iter().map(place).collect();
            if !request.is_empty() {
                shown += &format!("{path}:{number}: {}  <- {template} <- {}\n", line.trim(), request.join(", "));
            }
        }
    }
    assert_snapshot!(shown, @r#"
    alarms.tf:13: name     = "orders-team-orders-db-${each.key}"  <- alarms.tf.tera:13 <- orders-db.yaml:4
    goldpath.tf.json:8: "request": "orders-db",  <- goldpath <- orders-db.yaml:4
    main.tf:4: identifier              = "orders-team-orders-db"  <- main.tf.tera:11 <- orders-db.yaml:4
    main.tf:5: db_name                 = "orders_db"  <- main.tf.tera:12 <- orders-db.yaml:4
    main.tf:7: engine_version          = "18"  <- main.tf.tera:14 <- orders-db.yaml:8
    main.tf:14: deletion_protection     = false  <- main.tf.tera:21 <- orders-db.yaml:6
    main.tf:20: address = "orders-team-orders-db.c1stag.eu-central-1.rds.example.org"  <- main.tf.tera:27 <- orders-db.yaml:6, orders-db.yaml:7, orders-db.yaml:4
    "#);
    let other = Unit { digest: Digest::of(b"other"), ..unit.clone() };
    assert!(unit.files.keys().all(|path| made(&other, (path, 1)).is_none()), "nothing is known of the lines of other bytes");
}

/// The second of three units ends it: the first has passed, and the third was not asked about.
#[test]
fn what_a_policy_came_to_is_told_of_this_unit_and_not_of_another() {
    let place = Place::with("first-repository");
    let request = place.text("requests/platform/hello.yaml");
    for name in ["alpha", "zebra"] {
        place.write(&format!("requests/platform/{name}.yaml"), &request.replace("hello", name));
    }
    let fails = "package main\n\ndeny contains \"never\" if {\n\tinput.metadata.labels[\"goldpath.dev/request\"] == \"hello\"\n\tstartswith(input.spec.replicas, \"r\")\n}\n";
    place.write("policies/fails.rego", fails);
    place.write("policies/warns.rego", "package main\n\nwarn contains \"look at it\" if input.kind == \"Deployment\"\n");
    let told = |name: &str| {
        let text = place.run(&["explain", &format!("platform/{name}/cluster@staging")]);
        let policies = text.split("\npolicies\n").nth(1).and_then(|rest| rest.split("\nfiles\n").next()).expect("there are some");
        format!("{name}\n{policies}")
    };
    assert_snapshot!(["alpha", "hello", "zebra"].map(told).concat(), @"
    alpha
      1 passed, 1 warned, 0 failed, 0 waived
      passed  fails  policies/fails.rego
      warned  warns  policies/warns.rego
              look at it (Deployment `alpha` in `platform/alpha/cluster@staging`)
    hello
      0 passed, 1 warned, 1 failed, 0 waived
      failed  fails  policies/fails.rego
              the policy `fails` failed for `platform/hello/cluster@staging`, and was not asked about the units after it: `startswith` expects string argument. Got `2` instead
      warned  warns  policies/warns.rego
              look at it (Deployment `hello` in `platform/hello/cluster@staging`)
    zebra
      0 passed, 1 warned, 1 failed, 0 waived
      failed  fails  policies/fails.rego
              the policy `fails` failed for `platform/hello/cluster@staging`, and was not asked about the units after it: `startswith` expects string argument. Got `2` instead
      warned  warns  policies/warns.rego
              look at it (Deployment `zebra` in `platform/zebra/cluster@staging`)
    ");
}

#[test]
fn a_list_that_is_empty_is_what_its_line_changes_with() {
    let place = Place::with("platform-repo-example");
    let text = place.run(&["explain", "orders-team/orders-db/database@databases-staging:main.tf", "--line", "16"]);
    assert_snapshot!(text.split("\nunit ").next().unwrap_or_default(), @"
    $ goldpath explain orders-team/orders-db/database@databases-staging:main.tf --line 16
    line       main.tf:16: extensions              = []
    from       golden-paths/postgres-database/1.0.0/database/main.tf.tera:23
                 extensions              = {{ spec.extensions | sort | hcl }}
    changes    with spec.extensions
    ");
}

/// The verdict is that of `goldpath validate`: a branch is judged by what its base has too.
#[test]
fn an_exception_of_a_branch_does_not_waive_yet() {
    let policy = "package main\n\ndeny contains \"too many\" if input.spec.replicas > 2\n\nwarn contains \"look at it\" if input.kind == \"Deployment\"\n";
    let place = Place::with_exception(policy);
    let told = || {
        let text = place.run(&["explain", UNIT]);
        text.split("\npolicies\n").nth(1).and_then(|rest| rest.split("\nfiles\n").next()).expect("there are some").to_owned()
    };
    assert_snapshot!(told(), @"
    0 passed, 0 warned, 1 failed, 0 waived
    failed  few  policies/few.rego
            too many (Deployment `hello` in `platform/hello/cluster@staging`)
            not waived yet: `more` counts once it is on the default branch
            warning: look at it (Deployment `hello` in `platform/hello/cluster@staging`)
    ");
    place.write("policies/few.rego", "package main\n\ndeny contains \"never\" if false\n");
    assert_snapshot!(told(), @"
    0 passed, 0 warned, 1 failed, 0 waived
    failed  few  policies/few.rego
            too many (Deployment `hello` in `platform/hello/cluster@staging`)
            warning: look at it (Deployment `hello` in `platform/hello/cluster@staging`)
    `more` waives nothing of it: exceptions/platform/more.yaml
    ");
    std::fs::remove_file(place.path("policies/few.rego")).expect("it was there");
    assert_snapshot!(told(), @"
    0 passed, 0 warned, 1 failed, 0 waived
    policy/few: too many (Deployment `hello` in `platform/hello/cluster@staging`)
    warning: policy/few: look at it (Deployment `hello` in `platform/hello/cluster@staging`)
    `more` waives nothing of it: exceptions/platform/more.yaml
    ");
    place.write("policies/few.rego", policy);
    place.git("", &["branch", "--quiet", "--delete", "--force", "main"]);
    place.commit("", "An exception");
    place.git("", &["branch", "--quiet", "main"]);
    place.swap("requests/platform/hello.yaml", "replicas: 3", "replicas: 4");
    assert_snapshot!(told(), @"
    0 passed, 0 warned, 0 failed, 1 waived
    waived  few  policies/few.rego
            waived by `more` until 2999-12-31: look at it (Deployment `hello`)
            waived by `more` until 2999-12-31: too many (Deployment `hello`)
    ");
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let place = Place::with("first-repository");
    let file = format!("{UNIT}:deployment.yml");
    let line = format!("{UNIT}:deployment.yaml");
    let calls: [&[&str]; 5] = [
        &["explain", "platform/helo/cluster@staging"],
        &["explain", "platform/hello/cluster@production"],
        &["explain", &file],
        &["explain", UNIT, "--line", "3"],
        &["explain", &line, "--line", "3000"],
    ];
    let said: String = calls.iter().map(|args| place.run(args)).collect();
    assert_snapshot!(said, @r"
    $ goldpath explain platform/helo/cluster@staging
    -- stderr
    error: there is no unit `platform/helo/cluster@staging`
      hint: did you mean `platform/hello/cluster@staging`?
    -- exit 2
    $ goldpath explain platform/hello/cluster@production
    -- stderr
    error: there is no unit `platform/hello/cluster@production`
      hint: did you mean `platform/hello/cluster@staging`?
    -- exit 2
    $ goldpath explain platform/hello/cluster@staging:deployment.yml
    -- stderr
    error: `platform/hello/cluster@staging` has no file `deployment.yml`
      hint: did you mean `deployment.yaml`?
    -- exit 2
    $ goldpath explain platform/hello/cluster@staging --line 3
    -- stderr
    error: `--line` is of a file
      hint: name it behind the unit: `platform/hello/cluster@staging:deployment.yaml`
    -- exit 2
    $ goldpath explain platform/hello/cluster@staging:deployment.yaml --line 3000
    -- stderr
    error: `deployment.yaml` has no line 3000
      hint: it has 36 lines, as `goldpath render` shows them
    -- exit 2
    ");
}

#[test]
fn every_line_of_the_example_has_a_place_in_a_template_that_is_there() {
    let snapshot = read("platform-repo-example");
    let (parsed, rendered) = rendered(&snapshot);
    let (mut of_templates, mut of_goldpath, mut odd) = (0, 0, Vec::new());
    // one request of each path: the others go the same ways
    for unit in rendered.units.values().filter(|unit| ["payments-preview", "payments-gateway"].contains(&unit.id.request.name.as_str())) {
        for path in unit.files.keys() {
            let traced = trace(&snapshot, &parsed.platform, &Limits::default(), unit, path).expect("it is a unit of the platform");
            for (number, traced) in (1..).zip(&traced).filter(|(_, traced)| !matches!(traced.text.trim(), "" | "---")) {
                let line = traced.text.trim();
                let Origin::Template(place) = &traced.origin else {
                    of_goldpath += 1;
                    let own = line.contains("goldpath") || line.ends_with(':') || path.as_str().ends_with(".tf.json");
                    assert!(own, "{path}:{number}: {line}");
                    continue;
                };
                of_templates += 1;
                let source = snapshot.text(place.path.as_str()).and_then(|text| text.lines().nth(place.span.line as usize - 1));
                // the key of the line, or its first word, stands in the line of the template; or all of it is printed there
                let word = line.trim_start_matches("- ").split([':', ' ', '"']).next().unwrap_or_default();
                if !source.is_some_and(|source| source.contains(word) || source.contains("{{")) {
                    odd.push(format!("{}:{path}:{number}: {line} ← {}:{}: {source:?}", unit.id, place.path, place.span.line));
                }
            }
        }
    }
    assert!(of_templates > 250 && of_goldpath > 20, "{of_templates} {of_goldpath}");
    assert!(odd.is_empty(), "{} of {of_templates}:\n{}", odd.len(), odd.join("\n"));
}
