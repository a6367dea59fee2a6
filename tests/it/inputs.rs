//! What policies see as `input` is what `goldpath schema PolicyInput` says, and nothing that it says is never seen.

use crate::example::{edited, read, rendered};
use goldpath::model::UnitId;
use goldpath::observe::TerraformPlan;
use goldpath::policy::{self, input_schema};
use goldpath::snapshot::Snapshot;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A policy that says what it sees, in pieces that are not shortened, and names `diff`.
const TELLS: (&str, &str) = (
    "policies/tells.rego",
    "package goldpath.unit

# all of it: also the diff
text := json.marshal(input)

length := count(text)

digits := [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

deny contains piece if {
	some hundreds in digits
	hundreds * 30000 < length
	some tens in digits
	some ones in digits
	number := ((hundreds * 100) + (tens * 10)) + ones
	number * 300 < length
	piece := sprintf(\"%d|%s|\", [number, substring(text, number * 300, 300)])
}
",
);

/// The example with the policy, where a release has gone and a request changed.
fn base() -> Snapshot {
    let release = edited("golden-paths/environment/path.yaml", "v1: 1.1.0", "v1: 1.0.0");
    crate::pair::edited(&release, &[("requests/payments-team/payments-gateway.yaml", None)])
}

fn plan() -> TerraformPlan {
    let changes = json!({
        "actions": ["delete", "create"], "before": {"a": 1, "b": "x", "gone": 1}, "after": {"a": 2, "b": "y"}, "after_unknown": {"id": true},
        "after_sensitive": {"b": true}, "before_sensitive": {"b": true}, "replace_paths": [["a"]],
    });
    let resource = json!({
        "address": "x_thing.a", "mode": "managed", "type": "x_thing", "name": "a", "provider_name": "registry.terraform.io/acme/x",
        "change": changes,
    });
    let document = json!({
        "format_version": "1.2", "terraform_version": "1.11.0", "resource_changes": [resource], "resource_drift": [resource],
        "output_changes": {"o": {"actions": ["create"], "before": null, "after": 1}},
    });
    TerraformPlan::from_show_json(&document.to_string(), &[7; 32]).expect("a plan")
}

/// What the policy saw of each unit.
fn seen() -> BTreeMap<String, Value> {
    let head = crate::pair::edited(&read("platform-repo-example"), &[(TELLS.0, Some(("", TELLS.1)))]);
    let (_, before) = rendered(&base());
    let (parsed, after) = rendered(&head);
    let (policies, broken) = policy::compile(&head, &parsed.platform);
    assert!(broken.is_empty(), "{broken:?}");
    let plans: BTreeMap<UnitId, TerraformPlan> = after.units.keys().map(|unit| (unit.clone(), plan())).collect();
    let inputs = policy::inputs(&head, &parsed.platform, &after, |_| true, Some(&before.units), &plans);
    let verdicts = policy::evaluate(&policies, &inputs, &[], "2026-01-31");
    let mut pieces: BTreeMap<String, BTreeMap<usize, String>> = BTreeMap::new();
    for finding in verdicts.findings.iter().filter(|finding| finding.code.as_str() == "policy/tells") {
        let (number, rest) = finding.message.split_once('|').expect("a piece has a number");
        let (piece, unit) = rest.rsplit_once('|').expect("a piece has an end");
        pieces.entry(unit.to_owned()).or_default().insert(number.parse().expect("a number"), piece.to_owned());
    }
    let whole = |(unit, pieces): (String, BTreeMap<usize, String>)| {
        let text: String = pieces.into_values().collect();
        (unit, serde_json::from_str(&text).expect("all pieces are JSON"))
    };
    let seen: BTreeMap<String, Value> = pieces.into_iter().map(whole).collect();
    assert_eq!(seen.len(), after.units.len());
    seen
}

/// The fields of a schema that are told of in a value, as pointers into the schema.
fn told(schema: &Value, at: &str, root: &Value, value: &Value, into: &mut BTreeSet<String>) {
    if let Some(to) = schema["$ref"].as_str() {
        let at = to.trim_start_matches('#');
        return told(root.pointer(at).expect("it is there"), at, root, value, into);
    }
    for item in value.as_array().into_iter().flatten() {
        told(&schema["items"], &format!("{at}/items"), root, item, into);
    }
    for (key, schema) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}/properties/{key}");
        if let Some(value) = value.get(key) {
            told(schema, &at, root, value, into);
            into.insert(at);
        }
    }
}

/// All fields that a schema tells of.
fn fields(schema: &Value, at: &str, into: &mut BTreeSet<String>) {
    for (key, below) in schema.as_object().into_iter().flatten() {
        let at = format!("{at}/{key}");
        match key.as_str() {
            "properties" | "$defs" => {
                for (name, schema) in below.as_object().into_iter().flatten() {
                    let at = format!("{at}/{name}");
                    fields(schema, &at, into);
                    if key == "properties" {
                        into.insert(at);
                    }
                }
            }
            "items" => fields(below, &at, into),
            _ => {}
        }
    }
}

#[test]
fn what_policies_see_is_what_its_schema_says() {
    let schema = input_schema();
    assert!(jsonschema::meta::is_valid(&schema), "{schema:#}");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let seen = seen();
    let mut fields_told = BTreeSet::new();
    for (unit, value) in &seen {
        let errors: Vec<String> = validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{unit}: {errors:#?}");
        told(&schema, "", &schema, value, &mut fields_told);
    }
    let mut all = BTreeSet::new();
    fields(&schema, "", &mut all);
    assert_eq!(all.difference(&fields_told).collect::<Vec<_>>(), Vec::<&String>::new(), "no unit of the example has it");
    let statuses: BTreeSet<&str> = seen.values().filter_map(|input| input["diff"]["status"].as_str()).collect();
    assert_eq!(statuses, BTreeSet::from(["added", "changed"]));
}
