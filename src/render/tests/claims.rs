//! No object is held twice.

use super::*;

#[test]
fn two_units_never_hold_one_object() {
    let file = [("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\n")];
    let case = Case::of("kubernetes@1", "staging-eu", &file).request("orders-team/shop", json!({}));
    insta::assert_snapshot!(case.shown(), @r"
    /main/a.yaml:3:1 duplicate-object (PathOwner)
      `orders-team/shop/main@staging-eu` and `payments-team/shop/main@staging-eu` both hold the ConfigMap `x/a` of the target `staging-eu`
      help: Make its name from `metadata.name`, so that each request has one of its own. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/orders-team/shop.yaml: `orders-team/shop` is asked for here
    ");
    assert_eq!(case.render().failed.len(), 2);
}

#[test]
fn an_object_that_two_outputs_write_is_for_the_owner_of_the_golden_path() {
    let files = [("a.yaml.tera", &*TWICE.replace("NAME", "metadata.name"))];
    let case = Case::new().output("main", "kubernetes@1", "staging-eu", &files).output("more", "kubernetes@1", "staging-eu", &files);
    insta::assert_snapshot!(written(case, [("payments-team/shop".to_owned(), json!({}))]).shown(), @r"
    /more/a.yaml.tera:3:1 duplicate-object (PathOwner)
      `payments-team/shop/main@staging-eu` and `payments-team/shop/more@staging-eu` both hold the ConfigMap `x/shop` of the target `staging-eu`
      help: Write it into one of the outputs alone, or give each its own name. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: `payments-team/shop` is asked for here
    ");
}

const TWICE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{ NAME }}\", namespace: x}\n";

/// Requests whose files are there, so that their values are tried.
fn written(mut case: Case, requests: impl IntoIterator<Item = (String, serde_json::Value)>) -> Case {
    for (id, spec) in requests {
        let name = id.rsplit('/').next().unwrap_or_default();
        let text = format!("metadata:\n  name: {name}\nspec: {spec}\n");
        let file = File { id: ContentId::from_bytes([3; 20]), mode: Mode::Regular, bytes: text.as_bytes().into() };
        case.files.insert(path(&format!("requests/{id}.yaml")), file);
        case = case.request(&id, spec);
    }
    case
}

#[test]
fn all_that_hold_one_object_are_named() {
    let of = |count: usize| {
        let case = Case::new().output("main", "kubernetes@1", "staging-eu", &[("a.yaml.tera", &TWICE.replace("NAME", "spec.name"))]);
        let case = written(case, (0..count).map(|number| (format!("payments-team/r{number}"), json!({"name": "a"}))));
        assert_eq!(case.render().failed.len(), count);
        case.shown()
    };
    insta::assert_snapshot!([of(3), of(8)].join(""), @"
    requests/payments-team/r1.yaml:3:15 duplicate-object (Requester)
      `payments-team/r0/main@staging-eu`, `payments-team/r1/main@staging-eu` and `payments-team/r2/main@staging-eu` all hold the ConfigMap `x/a` of the target `staging-eu`
      help: Give all of them but one another name, or take their requests away.
      see requests/payments-team/r0.yaml: `payments-team/r0` is asked for here
      see requests/payments-team/r2.yaml: `payments-team/r2` is asked for here
    requests/payments-team/r1.yaml:3:15 duplicate-object (Requester)
      `payments-team/r0/main@staging-eu`, `payments-team/r1/main@staging-eu`, `payments-team/r2/main@staging-eu`, `payments-team/r3/main@staging-eu`, `payments-team/r4/main@staging-eu` and 3 more hold the ConfigMap `x/a` of the target `staging-eu`
      help: Give all of them but one another name, or take their requests away.
      see requests/payments-team/r0.yaml: `payments-team/r0` is asked for here
      see requests/payments-team/r2.yaml: `payments-team/r2` is asked for here
      see requests/payments-team/r3.yaml: `payments-team/r3` is asked for here
      see requests/payments-team/r4.yaml: `payments-team/r4` is asked for here
      see requests/payments-team/r5.yaml: `payments-team/r5` is asked for here
    ");
}

#[test]
fn what_a_golden_path_writes_twice_is_told_to_its_owner_once() {
    let template = TWICE.replace("NAME", "metadata.name");
    let case = Case::new().output("main", "kubernetes@1", "staging-eu", &[("a.yaml.tera", &template), ("b.yaml.tera", &template)]);
    let case = written(case, (0..7).map(|number| (format!("payments-team/r{number}"), json!({}))));
    insta::assert_snapshot!(case.shown(), @"
    /main/b.yaml.tera:1:1 duplicate-object (PathOwner)
      `payments-team/r0/main@staging-eu` holds the ConfigMap `x/r0` twice (and so in 2 more)
      help: Give one of the two another name. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/r0.yaml: rendered for `payments-team/r0`
      see requests/payments-team/r1.yaml: rendered for `payments-team/r1`
      see requests/payments-team/r2.yaml: rendered for `payments-team/r2`
      see requests/payments-team/r3.yaml: rendered for `payments-team/r3`
      see requests/payments-team/r4.yaml: rendered for `payments-team/r4`
    ");
    assert_eq!(case.render().failed.len(), 7);
}

#[test]
fn a_name_that_a_request_gives_twice_is_told_to_the_requester() {
    let files = [("a.yaml.tera", &*TWICE.replace("NAME", "spec.one")), ("b.yaml.tera", &*TWICE.replace("NAME", "spec.other"))];
    let case = Case::new().output("main", "kubernetes@1", "staging-eu", &files);
    insta::assert_snapshot!(written(case, [("payments-team/shop".to_owned(), json!({"one": "a", "other": "a"}))]).shown(), @"
    requests/payments-team/shop.yaml:3:26 duplicate-object (Requester)
      `payments-team/shop/main@staging-eu` holds the ConfigMap `x/a` twice
      help: Give one of the two another name.
    ");
}
