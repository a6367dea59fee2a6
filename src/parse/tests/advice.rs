//! Advice that can be taken as it stands: what it says fits the schema.

use super::*;

/// What is said of the lines of a request, for each property that they are of.
fn each(property: &str, lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n{}", asked(property, "", &format!("  {line}\n")))).collect()
}

#[test]
fn a_branch_is_taken_by_the_types_of_its_values() {
    let shape = r#""shape": {"oneOf": [{"enum": ["small", "large"]}, {"type": "object", "additionalProperties": false, "required": ["memory"],
        "properties": {"memory": {"type": "string", "format": "quantity"}, "cpu": {"type": "string"}}}]}"#;
    insta::assert_snapshot!(each(shape, &["shape: {memroy: 1Gi}", "shape: {cpu: 1}", "shape: {}", "shape: smal", "shape: 3"]), @r#"
    shape: {memroy: 1Gi}
    requests/payments-team/payments-staging.yaml:16:11 error unknown-field (requester)
      `memroy` is not a field of `spec.shape` (taken as with `memory`). Did you mean `memory`?
    shape: {cpu: 1}
    requests/payments-team/payments-staging.yaml:16:3 error missing-field (requester)
      `spec.shape` needs a field `memory` (taken as with `memory`). Add `memory: …`.
    requests/payments-team/payments-staging.yaml:16:16 error wrong-type (requester)
      `spec.shape.cpu` must be text, is 1 (taken as with `memory`). Put it in quotes: `cpu: "1"`.
    shape: {}
    requests/payments-team/payments-staging.yaml:16:3 error missing-field (requester)
      `spec.shape` needs a field `memory` (taken as with `memory`). Add `memory: …`.
    shape: smal
    requests/payments-team/payments-staging.yaml:16:10 error not-one-of (requester)
      `spec.shape` must be one of `small` or `large`, is `smal` (taken as one of `small` or `large`). Did you mean `small`?
    shape: 3
    requests/payments-team/payments-staging.yaml:16:10 error no-form-fits (requester)
      `spec.shape` must be exactly one of: one of `small` or `large`; with `memory`.
    "#);
    let level = r#""level": {"anyOf": [{"const": "off"}, {"type": "integer", "minimum": 1}]}"#;
    insta::assert_snapshot!(each(level, &["level: 0", "level: of"]), @r"
    level: 0
    requests/payments-team/payments-staging.yaml:16:10 error out-of-range (requester)
      `spec.level` must be at least 1, is 0 (taken as a number of at least 1).
    level: of
    requests/payments-team/payments-staging.yaml:16:10 error not-one-of (requester)
      `spec.level` must be `off`, is `of` (taken as `off`). Did you mean `off`?
    ");
}

#[test]
fn a_name_is_only_advised_where_it_fits() {
    let env = r#""env": {"type": "object", "propertyNames": {"pattern": "^APP_[A-Z]+$"}, "additionalProperties": {"type": "string"}}"#;
    insta::assert_snapshot!(each(env, &["env: {LOGS: a}", "env: {app-logs: a}", "env: {app_logs: a, APP_LOGS: b}"]), @r"
    env: {LOGS: a}
    requests/payments-team/payments-staging.yaml:16:9 error wrong-format (requester)
      `LOGS` is not a name that `spec.env` may hold. It must match `^APP_[A-Z]+$`.
    env: {app-logs: a}
    requests/payments-team/payments-staging.yaml:16:9 error wrong-format (requester)
      `app-logs` is not a name that `spec.env` may hold. Write `APP_LOGS`.
    env: {app_logs: a, APP_LOGS: b}
    requests/payments-team/payments-staging.yaml:16:9 error wrong-format (requester)
      `app_logs` is not a name that `spec.env` may hold. It must match `^APP_[A-Z]+$`.
    ");
    let referred = r##""env": {"type": "object", "propertyNames": {"$ref": "#/$defs/name"}, "additionalProperties": {"type": "string"}}"##;
    let schema = SCHEMA.replace("\"purpose\": {", &format!("{referred}, \"purpose\": {{"));
    let schema = schema.replace("\"$defs\": {", "\"$defs\": {\"name\": {\"pattern\": \"^[a-z]+$\", \"description\": \"small letters\"},");
    let env = |line: &str| with(&[(SCHEMATA, Some(&schema)), (AT, Some(&format!("{REQUEST}  {line}\n")))]);
    insta::assert_snapshot!(["env: {Logs: a}", "env: {logs-1: a}"].map(env).concat(), @r"
    requests/payments-team/payments-staging.yaml:16:9 error wrong-format (requester)
      `Logs` is not a name that `spec.env` may hold. Write `logs`.
    requests/payments-team/payments-staging.yaml:16:9 error wrong-format (requester)
      `logs-1` is not a name that `spec.env` may hold. Small letters.
    ");
    let image = r#""image": {"type": "string", "pattern": "^[a-z0-9/-]+:[a-z0-9.-]+$", "description": "an image of the registry"}"#;
    insta::assert_snapshot!(each(image, &["image: docker.io/jobs:1.0", "image: my_team/Jobs:1.0", "image: \" jobs:1.0 \""]), @r#"
    image: docker.io/jobs:1.0
    requests/payments-team/payments-staging.yaml:16:10 error wrong-format (requester)
      `spec.image` is `docker.io/jobs:1.0`, which does not match `^[a-z0-9/-]+:[a-z0-9.-]+$`. An image of the registry.
    image: my_team/Jobs:1.0
    requests/payments-team/payments-staging.yaml:16:10 error wrong-format (requester)
      `spec.image` is `my_team/Jobs:1.0`, which does not match `^[a-z0-9/-]+:[a-z0-9.-]+$`. Write `my-team/jobs:1.0`.
    image: " jobs:1.0 "
    requests/payments-team/payments-staging.yaml:16:10 error wrong-format (requester)
      `spec.image` is ` jobs:1.0 `, which does not match `^[a-z0-9/-]+:[a-z0-9.-]+$`. Write `jobs:1.0`.
    "#);
    let both = r#""code": {"allOf": [{"type": "string", "pattern": "^[a-z ]+$"}, {"minLength": 4}, {"pattern": "^[A-Za-z]+$"}]}"#;
    insta::assert_snapshot!(each(both, &["code: Abcd", "code: A bcd"]), @r"
    code: Abcd
    requests/payments-team/payments-staging.yaml:16:9 error wrong-format (requester)
      `spec.code` is `Abcd`, which does not match `^[a-z ]+$`. Write `abcd`.
    code: A bcd
    requests/payments-team/payments-staging.yaml:16:9 error wrong-format (requester)
      `spec.code` is `A bcd`, which does not match `^[A-Za-z]+$`.
    requests/payments-team/payments-staging.yaml:16:9 error wrong-format (requester)
      `spec.code` is `A bcd`, which does not match `^[a-z ]+$`.
    ");
}

#[test]
fn a_number_is_not_advised_where_it_means_another_amount() {
    let ttl = r#""ttl": {"type": "integer", "minimum": 60, "description": "seconds until it ends"}"#;
    insta::assert_snapshot!(each(ttl, &["ttl: 1h", "ttl: 90 minutes", "ttl: \"30\"", "ttl: \"90\"", "ttl: 30 of them", "ttl: 90%", "ttl: soon"]), @r#"
    ttl: 1h
    requests/payments-team/payments-staging.yaml:16:8 error wrong-type (requester)
      `spec.ttl` must be a whole number, is the text `1h`. Write a whole number from 60. Seconds until it ends.
    ttl: 90 minutes
    requests/payments-team/payments-staging.yaml:16:8 error wrong-type (requester)
      `spec.ttl` must be a whole number, is the text `90 minutes`. Write a whole number from 60. Seconds until it ends.
    ttl: "30"
    requests/payments-team/payments-staging.yaml:16:8 error wrong-type (requester)
      `spec.ttl` must be a whole number, is the text `30`. Write a whole number from 60. Seconds until it ends.
    ttl: "90"
    requests/payments-team/payments-staging.yaml:16:8 error wrong-type (requester)
      `spec.ttl` must be a whole number, is the text `90`. Remove the quotes.
    ttl: 30 of them
    requests/payments-team/payments-staging.yaml:16:8 error wrong-type (requester)
      `spec.ttl` must be a whole number, is the text `30 of them`. Write a whole number from 60. Seconds until it ends.
    ttl: 90%
    requests/payments-team/payments-staging.yaml:16:8 error wrong-type (requester)
      `spec.ttl` must be a whole number, is the text `90%`. Write the number by itself: `ttl: 90`.
    ttl: soon
    requests/payments-team/payments-staging.yaml:16:8 error wrong-type (requester)
      `spec.ttl` must be a whole number, is the text `soon`. Write a value such as `ttl: 60`. Seconds until it ends.
    "#);
    let share = r#""share": {"type": "number", "maximum": 1}"#;
    insta::assert_snapshot!(each(share, &["share: 50%", "share: 1x", "share: [3]"]), @r"
    share: 50%
    requests/payments-team/payments-staging.yaml:16:10 error wrong-type (requester)
      `spec.share` must be a number, is the text `50%`. Write a number up to 1.
    share: 1x
    requests/payments-team/payments-staging.yaml:16:10 error wrong-type (requester)
      `spec.share` must be a number, is the text `1x`. Write a number up to 1.
    share: [3]
    requests/payments-team/payments-staging.yaml:16:10 error wrong-type (requester)
      `spec.share` must be a number, is a list. Write a number up to 1.
    ");
    let code = r#""code": {"type": "string", "pattern": "^[a-z]+$", "description": "small letters"}"#;
    insta::assert_snapshot!(each(code, &["code: 12", "code: true"]), @r"
    code: 12
    requests/payments-team/payments-staging.yaml:16:9 error wrong-type (requester)
      `spec.code` must be text, is 12. Small letters.
    code: true
    requests/payments-team/payments-staging.yaml:16:9 error wrong-type (requester)
      `spec.code` must be text, is true. Put it in quotes.
    ");
    insta::assert_snapshot!(rows(&[
        ("a number", changed(AT, &[("apiVersion: platform.kubedojo.io/v1", "apiVersion: 1")])),
        ("a version", changed(AT, &[("apiVersion: platform.kubedojo.io/v1", "apiVersion: v1")])),
    ]), @r"
    a number
    requests/payments-team/payments-staging.yaml:1:13 error wrong-format (requester)
      `apiVersion` must be a group and a version, is 1. Write `platform.kubedojo.io/v1`.
    a version
    requests/payments-team/payments-staging.yaml:1:13 error wrong-format (requester)
      `apiVersion` must be a group and a version, is `v1`. Write `platform.kubedojo.io/v1`.
    ");
}

#[test]
fn a_quantity_is_not_below_nothing() {
    insta::assert_snapshot!(["-1Gi", "\"-1\"", "-1", "0", "+1Gi"].map(|text| asked("\"x\": {}", "", &format!("  memory: {text}\n"))).concat(), @r#"
    requests/payments-team/payments-staging.yaml:16:11 error wrong-format (requester)
      `spec.memory` must be a quantity such as `100m` or `1.5Gi`, is `-1Gi`. Write `1Gi`.
    requests/payments-team/payments-staging.yaml:16:11 error wrong-format (requester)
      `spec.memory` must be a quantity such as `100m` or `1.5Gi`, is `-1`. Write `1`.
    requests/payments-team/payments-staging.yaml:16:11 error wrong-type (requester)
      `spec.memory` must be a quantity such as `100m` or `1.5Gi`, is -1. Write it without the `-`, in quotes.
    requests/payments-team/payments-staging.yaml:16:11 error wrong-type (requester)
      `spec.memory` must be a quantity such as `100m` or `1.5Gi`, is 0. Put it in quotes: `memory: "0"`.
    "#);
}

#[test]
fn what_an_alias_brings_is_not_told_to_be_indented_otherwise() {
    let services = |text: &str| {
        changed(AT, &[("    - name: payments-api\n      replicas: 2\n    - name: payments-worker\n      replicas: 1\n", text)])
    };
    insta::assert_snapshot!(rows(&[
        ("merged", services("    - &a {name: a, replicas: 1}\n    - {<<: *a, name: b}\n  check: {<<: *a, type: tcp, port: 1}\n")),
        ("in its place", services("    - {name: a, region: eu-west-1}\n")),
    ]), @r"
    merged
    requests/payments-team/payments-staging.yaml:14:15 error unknown-field (requester)
      `name` is not a field of `spec.check` (taken as a TCP check). It belongs to `spec.services[0]`.
    in its place
    requests/payments-team/payments-staging.yaml:12:17 error unknown-field (requester)
      `region` is not a field of `spec.services[0]`. It belongs to `spec`: mind how far it is indented.
    ");
}
