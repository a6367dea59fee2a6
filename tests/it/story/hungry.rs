//! What a pull request brings to take all memory or all time: it is said on that pull request, and the daemon lives.

use super::town::{ALICE, Town};
use super::{FILE, REQUEST, request};
use crate::worker::{doubled_schema, grows};
use std::time::{Duration, Instant};

const RELEASE: &str = "golden-paths/environment/1.1.0";

#[test]
fn what_takes_everything_ends_as_a_finding_and_the_daemon_lives() {
    let town = Town::with(&[]);
    let template = format!("{RELEASE}/cluster/namespace.yaml.tera");
    let doubles = "{% set_global s = \"xxxxxxxxxxxxxxxx\" %}{% for n in range(end=60) %}{% set_global s = s ~ s %}{% endfor %}";
    let loops = "{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}";
    let (rego, schema) = (grows("true"), doubled_schema());
    let brought = [
        ("policies/grows.rego", rego.as_str()),
        (template.as_str(), doubles),
        (template.as_str(), loops),
        (&format!("{RELEASE}/schema.json"), &schema),
    ];
    let mut said = String::new();
    for (number, (path, text)) in (1..).zip(brought) {
        let begun = Instant::now();
        town.propose(ALICE, &format!("hungry-{number}"), &[(FILE, REQUEST), (path, text)]);
        assert!(begun.elapsed() < Duration::from_secs(30), "{path} took {:?}", begun.elapsed());
        let comment = town.comment(&number.to_string());
        let rows = comment.lines().filter(|line| line.contains("was ended") || line.contains("steps"));
        said.extend(rows.flat_map(|row| row.split(['|', '<', '(']).nth(3)).map(|message| format!("{path}:{message}\n")));
    }
    insta::assert_snapshot!(said, @"
    policies/grows.rego: compiling this policy was ended: it asked for more than 192 MiB of memory 
    golden-paths/environment/1.1.0/cluster/namespace.yaml.tera: rendering `payments-team/payments-staging/cluster@staging-eu-central-1` with this file was ended here: it asked for more than 192 MiB of memory 
    golden-paths/environment/1.1.0/cluster/namespace.yaml.tera: the templates take more than 99948 steps 
    golden-paths/environment/1.1.0/schema.json: holding `requests/payments-team/payments-staging.yaml` against this schema was ended: it took too much processor time 
    ");
}

/// The policy was accepted, and what makes it grow was not.
#[test]
fn what_makes_an_accepted_policy_take_everything_is_ended_too() {
    let grows = grows("input.metadata.labels[\"goldpath.dev/request\"] == \"boom\"");
    let town = Town::with(&[("policies/grows.rego", &grows)]);
    let (file, text) = request("boom");
    town.propose(ALICE, "boom", &[(&file, &text)]);
    let comment = town.comment("1");
    assert!(comment.contains("was ended: it asked for more than 192 MiB of memory"), "{comment}");
    assert_eq!(town.ask_as(ALICE, &["change", "merge", "1"]).code, 4, "{comment}");
}

#[test]
fn what_takes_everything_is_held_when_it_is_pushed_and_judges_nothing() {
    let town = Town::with(&[]);
    let policy = "policies/grows.rego";
    town.propose(ALICE, "hungry", &[(FILE, REQUEST), (policy, &grows("true"))]);
    town.git(ALICE, &["push", "--quiet", "origin", "HEAD:main"]).done();
    let accepted = town.settle()["accepted"].clone();
    insta::assert_snapshot!(town.verdict("1"), @"### ⚠️ 2 files → 1 request → 12 files to 2 targets: 12 added — on the default branch, held, waiting for a default branch that can be read to its end");
    town.propose(ALICE, "mended", &[(policy, "")]);
    insta::assert_snapshot!(town.verdict("2"), @"### 1 request → 12 files to 2 targets: 12 added — waiting for a review by payments-team");
    assert_eq!(town.settle()["accepted"], accepted, "the judge stays");
}

#[test]
fn a_template_that_takes_everything_is_held_when_it_is_pushed_and_never_runs_in_the_daemon() {
    let town = Town::with(&[]);
    let template = format!("{RELEASE}/cluster/namespace.yaml.tera");
    let doubles = "{% set_global s = \"xxxxxxxxxxxxxxxx\" %}{% for n in range(end=60) %}{% set_global s = s ~ s %}{% endfor %}";
    town.propose(ALICE, "hungry", &[(FILE, REQUEST), (&template, doubles)]);
    town.git(ALICE, &["push", "--quiet", "origin", "HEAD:main"]).done();
    let accepted = town.settle()["accepted"].clone();
    let verdict = town.verdict("1");
    assert!(verdict.contains("on the default branch, held, waiting for a default branch that can be read to its end"), "{verdict}");
    assert_eq!(town.settle()["accepted"], accepted, "the judge stays, and the daemon lives");
}
