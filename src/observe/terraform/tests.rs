use super::*;
use serde_json::{Value, json};
use std::fmt::Write as _;

const KEY: [u8; 32] = [7; 32];

fn document(changes: &Value) -> String {
    json!({"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes}).to_string()
}

fn plan(changes: &Value) -> TerraformPlan {
    TerraformPlan::from_show_json(&document(changes), &KEY).expect("a plan")
}

fn resource(actions: &Value, before: &Value, after: &Value, unknown: &Value) -> Value {
    json!({
        "address": "x_thing.a", "mode": "managed", "type": "x_thing", "name": "a", "provider_name": "registry.terraform.io/acme/x",
        "change": {"actions": actions, "before": before, "after": after, "after_unknown": unknown},
    })
}

fn shown(plan: &TerraformPlan) -> String {
    let mut text = String::new();
    for action in &plan.actions {
        writeln!(text, "{} {} {:?}", action.verb, action.address, action.because).unwrap();
        for change in &action.changes {
            let side = |side: &Option<Shown>| side.as_ref().map_or("-".to_owned(), Shown::to_string);
            writeln!(text, "  {}: {} -> {}", change.path, side(&change.before), side(&change.after)).unwrap();
        }
    }
    text
}

#[test]
fn each_attribute_that_differs_is_named() {
    let before = json!({"name": "a", "size": 1, "tags": {"x.y": "1", "env": "dev"}, "rules": [{"port": 80}], "gone": "g", "old": null});
    let after = json!({"name": "a", "size": "1", "tags": {"x.y": "2", "env": "dev"}, "rules": [{"port": 80}, {"port": 81}], "none": []});
    let mut change = resource(&json!(["delete", "create"]), &before, &after, &json!({"id": true, "rules": [{}, {"id": true}]}));
    change["change"]["replace_paths"] = json!([["rules", 0, "port"], ["tags", "x.y"]]);
    insta::assert_snapshot!(shown(&plan(&json!([change]))), @r#"
    replace x_thing.a ["rules[0].port", "tags[\"x.y\"]"]
      gone: "g" -> -
      id: - -> (known after apply)
      none: - -> []
      rules[1].id: - -> (known after apply)
      rules[1].port: - -> 81
      size: 1 -> "1"
      tags["x.y"]: "1" -> "2"
    "#);
}

#[test]
fn what_stays_is_not_there() {
    let plan = plan(&json!([resource(&json!(["no-op"]), &json!({"a": 1}), &json!({"a": 1}), &json!({}))]));
    assert!(plan.is_empty());
}

#[test]
fn a_secret_does_not_survive_the_reading() {
    // The mark is on `password` alone; the provider repeats the value in `url`, in a drift, and in an output.
    let after = json!({"password": "hunter2hunter2", "url": "db://u:hunter2hunter2@h", "name": "db", "all": {"a": 1234567}});
    let mut change = resource(&json!(["create"]), &Value::Null, &after, &json!({}));
    change["change"]["after_sensitive"] = json!({"password": true, "all": true});
    let mut document: Value = serde_json::from_str(&document(&json!([change]))).unwrap();
    document["resource_drift"] =
        json!([resource(&json!(["update"]), &json!({"x": "hunter2hunter2"}), &json!({"x": "y from-var"}), &json!({}))]);
    document["variables"] = json!({"v": {"value": "from-var"}});
    document["configuration"] = json!({"root_module": {"variables": {"v": {"sensitive": true}}}});
    let (plan, secrets) = read_show_json(&document.to_string(), &KEY).unwrap();
    insta::assert_snapshot!(shown(&plan), @r#"
    create x_thing.a []
      all: - -> (sensitive)
      name: - -> "db"
      password: - -> (sensitive)
      url: - -> (sensitive)
    "#);
    let everything = format!("{plan:?}{}", serde_json::to_string(&plan).unwrap());
    for secret in ["hunter2", "from-var", "1234567"] {
        assert!(!everything.contains(secret), "{secret} is in {everything}");
    }
    assert_eq!(secrets.redact("cannot log in with hunter2hunter2"), "cannot log in with (sensitive)");
}

#[test]
fn the_digest_of_a_secret_needs_the_key() {
    let mut change = resource(&json!(["create"]), &Value::Null, &json!({"password": "hunter2"}), &json!({}));
    change["change"]["after_sensitive"] = json!({"password": true});
    let text = document(&json!([change]));
    let digest = |key| TerraformPlan::from_show_json(&text, &[key; 32]).unwrap().digest;
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
}

#[test]
fn only_what_was_reviewed_is_among_the_reviewed() {
    let change = |before: Value, after: Value, unknown: Value| plan(&json!([resource(&json!(["update"]), &before, &after, &unknown)]));
    let reviewed = change(json!({"size": 1, "ref": {"a": 1}}), json!({"size": 2}), json!({"ref": true}));
    let among = |now: TerraformPlan| now.not_among(&reviewed.actions).is_empty();
    assert!(among(reviewed.clone()));
    assert!(among(change(json!({"size": 1, "ref": {"a": 1}}), json!({"size": 2, "ref": {"a": 5, "b": 6}}), json!({}))), "now known");
    assert!(among(change(json!({"size": 1, "ref": {"a": 1}}), json!({"size": 2, "ref": {"a": 1}}), json!({}))), "known and the same");
    assert!(!among(change(json!({"size": 1, "ref": {"a": 1}}), json!({"size": 3}), json!({"ref": true}))), "another size");
    assert!(!among(change(json!({"size": 0, "ref": {"a": 1}}), json!({"size": 2}), json!({"ref": true}))), "from another size");
    assert!(!among(change(json!({"size": 1, "ref": {"a": 1}}), json!({"size": 1}), json!({"ref": true}))), "size stays");
    assert!(!among(change(json!({"size": 1, "ref": {"a": 1}}), json!({"size": 2, "more": 1}), json!({"ref": true}))), "more");
    let deleted = plan(&json!([resource(&json!(["delete"]), &json!({"size": 1}), &Value::Null, &json!({}))]));
    assert!(!among(deleted.clone()));
    assert_eq!(deleted.count(Verb::Delete), 1);
    assert!(plan(&json!([])).not_among(&reviewed.actions).is_empty(), "less is left after half an apply");
}

#[test]
fn what_is_not_known_here_is_refused() {
    let error = |text: &str| TerraformPlan::from_show_json(text, &KEY).expect_err("refused").to_string();
    let odd = document(&json!([resource(&json!(["explode"]), &Value::Null, &Value::Null, &json!({}))]));
    insta::assert_snapshot!(error(&odd), @r#"terraform would treat x_thing.a in a way that is not known here: ["explode"]"#);
    insta::assert_snapshot!(error(r#"{"format_version": "2.0"}"#), @r#"terraform's plan has format version "2.0"; version 1 is known here"#);
    insta::assert_snapshot!(error(r#"{"format_version": "1.2", "errored": true}"#), @"terraform's plan is not complete");
    insta::assert_snapshot!(error("{}"), @"terraform's plan cannot be read");
}

#[test]
fn imports_moves_and_leftovers_are_actions() {
    let mut import = resource(&json!(["no-op"]), &json!({"a": 1}), &json!({"a": 1}), &json!({}));
    import["change"]["importing"] = json!({"id": "i-1"});
    let mut moved = resource(&json!(["no-op"]), &json!({"a": 1}), &json!({"a": 1}), &json!({}));
    moved["address"] = json!("x_thing.b");
    moved["previous_address"] = json!("x_thing.old");
    let mut deposed = resource(&json!(["delete"]), &json!({"a": 1}), &Value::Null, &json!({}));
    deposed["deposed"] = json!("12ab34cd");
    insta::assert_snapshot!(shown(&plan(&json!([import, moved, deposed]))), @r#"
    import x_thing.a []
    delete x_thing.a (deposed 12ab34cd) []
      a: 1 -> -
    move x_thing.b ["moved from x_thing.old"]
    "#);
}
