//! What is said instead of nothing, and the step that help tells.

use super::*;

#[test]
fn a_value_of_another_type_is_helped_to_the_right_one() {
    let service = |from: &str, to: &str| changed(AT, &[(from, to)]);
    insta::assert_snapshot!(service("replicas: 2", "replicas: two"), @r"
    requests/payments-team/payments-staging.yaml:13:17 error wrong-type (requester)
      `spec.services[0].replicas` must be a whole number, is the text `two`. Write a value such as `replicas: 1`.
    ");
    insta::assert_snapshot!(service("replicas: 2", "replicas: 2.5"), @r"
    requests/payments-team/payments-staging.yaml:13:17 error wrong-type (requester)
      `spec.services[0].replicas` must be a whole number, is 2.5. Write a value such as `replicas: 1`.
    ");
    insta::assert_snapshot!(service("replicas: 2", "replicas: [2]"), @r"
    requests/payments-team/payments-staging.yaml:13:17 error wrong-type (requester)
      `spec.services[0].replicas` must be a whole number, is a list. Write one value: `replicas: 2`.
    ");
    insta::assert_snapshot!(service("replicas: 2", "replicas: [2, 3]"), @r"
    requests/payments-team/payments-staging.yaml:13:17 error wrong-type (requester)
      `spec.services[0].replicas` must be a whole number, is a list. Write a value such as `replicas: 1`.
    ");
    insta::assert_snapshot!(service("replicas: 2", "replicas:"), @r"
    requests/payments-team/payments-staging.yaml:13:15 error wrong-type (requester)
      `spec.services[0].replicas` must be a whole number, is empty. Give it a value, or remove it.
    ");
    insta::assert_snapshot!(service("- name: payments-api", "- name:"), @r"
    requests/payments-team/payments-staging.yaml:12:11 error wrong-type (requester)
      `spec.services[0].name` must be text, is empty. Give it a value.
    ");
    insta::assert_snapshot!(service("lifetime: 14d", "lifetime: 14"), @r"
    requests/payments-team/payments-staging.yaml:8:13 error wrong-type (requester)
      `spec.lifetime` must be a duration such as `14d` or `12h`, is 14. Add the unit: `14d` is so many days, `14h` so many hours.
    ");
    insta::assert_snapshot!(service("lifetime: 14d", "lifetime: [14d]"), @r#"
    requests/payments-team/payments-staging.yaml:8:13 error wrong-type (requester)
      `spec.lifetime` must be a duration such as `14d` or `12h`, is a list. Write one value: `lifetime: "14d"`.
    "#);
    insta::assert_snapshot!(service("lifetime: 14d", "lifetime: 2 Weeks"), @r"
    requests/payments-team/payments-staging.yaml:8:13 error wrong-format (requester)
      `spec.lifetime` must be a duration such as `14d` or `12h`, is `2 Weeks`. Write `2w`.
    ");
    insta::assert_snapshot!(service("lifetime: 14d", "lifetime: 14d\n  public: maybe\n  memory: 1 gb"), @r"
    requests/payments-team/payments-staging.yaml:9:11 error wrong-type (requester)
      `spec.public` must be `true` or `false`, is the text `maybe`.
    requests/payments-team/payments-staging.yaml:10:11 error wrong-format (requester)
      `spec.memory` must be a quantity such as `100m` or `1.5Gi`, is `1 gb`. Write `1G`.
    ");
}

#[test]
fn a_list_is_made_of_one_value() {
    let schema = SCHEMA.replace("\"purpose\": {", "\"purpose\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}, \"was\": {");
    let changes = [("golden-paths/environment/1.1.0/schema.json", Some(schema.as_str()))];
    insta::assert_snapshot!(with(&changes), @r#"
    requests/payments-team/payments-staging.yaml:7:12 error wrong-type (requester)
      `spec.purpose` must be a list, is the text `integration-test`. Write a list: `purpose: ["integration-test"]`.
    "#);
}

#[test]
fn what_stands_where_a_folder_is_read_is_not_taken_for_an_empty_one() {
    let mut files: BTreeMap<RepoPath, File> = snapshot(&repository()).files().clone();
    files.retain(|path, _| !["requests/", "policies/", "schemas/"].iter().any(|folder| path.as_str().starts_with(folder)));
    for (name, mode) in [("requests", Mode::Symlink), ("policies", Mode::Submodule), ("schemas", Mode::Regular)] {
        files.insert(RepoPath::parse(name).unwrap(), file(b"elsewhere", mode));
    }
    insta::assert_snapshot!(said(&parse(&Snapshot::new(None, files, Vec::new()))), @r"
    exceptions/payments-team/old-image.yaml:4:49 warning unknown-request (requester)
      there is no request `payments-team/payments-staging`: this exception waives nothing. Remove the file, or name a request of the team; without `scope` it is for all of them.
    policies:1:1 error submodule (platform)
      `policies` is a submodule, and submodules are never read. Put the folder itself here, or remove it.
    requests:1:1 error symlink (platform)
      `requests` is a symbolic link, and links are never followed. Put the folder itself here, or remove it.
    schemas:1:1 error misplaced-file (platform)
      `schemas` is a file, and a folder is read here. Put the folder itself here, or remove it.
    ");
    let meant = ["policy", "schema", "Requests", "golden_paths", "team"].map(|folder| (format!("{folder}/a.yaml"), Some("")));
    insta::assert_snapshot!(with(&meant.each_ref().map(|(path, text)| (path.as_str(), *text))), @r"
    Requests/a.yaml:1:1 error misplaced-file (platform)
      `Requests/` is not read. Rename it to `requests/`.
    golden_paths/a.yaml:1:1 error misplaced-file (platform)
      `golden_paths/` is not read. Rename it to `golden-paths/`.
    policy/a.yaml:1:1 error misplaced-file (platform)
      `policy/` is not read. Rename it to `policies/`.
    schema/a.yaml:1:1 error misplaced-file (platform)
      `schema/` is not read. Rename it to `schemas/`.
    team/a.yaml:1:1 error misplaced-file (platform)
      `team/` is not read. Rename it to `teams/`.
    ");
}

#[test]
fn a_schema_that_is_put_together_from_many_parts_is_read_and_defaults_end() {
    let path = RepoPath::parse("golden-paths/environment/1.1.0/schema.json").unwrap();
    let part = |number: u32| {
        let next = format!("{{\"$ref\": \"#/$defs/a{}\"}}", number + 1);
        format!("\"a{number}\": {{\"allOf\": [{}]}}", vec![next; 20].join(", "))
    };
    let parts: Vec<String> = (0..8).map(part).collect();
    let defs =
        format!("\"$defs\": {{{}, \"a8\": {{\"properties\": {{\"deep\": {{}}}}, \"additionalProperties\": true}},", parts.join(", "));
    let many = SCHEMA.replace("\"$defs\": {", &format!("\"allOf\": [{{\"$ref\": \"#/$defs/a0\"}}], {defs}"));
    let text = file(many.as_bytes(), Mode::Regular);
    let (schema, _) = schema::load((&path, &text));
    let schema = schema.unwrap();
    assert_eq!(sentence::properties(&schema, &schema.root).len(), 13, "its own, and the one behind all parts");

    let circle = many.replace("\"purpose\": {", "\"purpose\": {\"default\": \"x\", \"allOf\": [{\"$ref\": \"#/$defs/a0\"}], ");
    let text = file(circle.as_bytes(), Mode::Regular);
    let (_, findings) = schema::load((&path, &text));
    insta::assert_snapshot!(findings.iter().map(|finding| format!("{}. {}\n", finding.message, finding.help)).collect::<String>(), @r"the default of `properties.purpose` takes too long to fill in. Put together fewer schemas for the same value (`allOf`, `$ref`).");
}

#[test]
fn a_schema_is_read_as_deep_as_its_places_are_known() {
    let deep = format!("{}{{}}{}", "{\"not\": ".repeat(70), "}".repeat(70));
    let text = SCHEMA.replace("\"purpose\": {", &format!("\"deep\": {deep}, \"purpose\": {{\"title\": \"a\", \"title\": \"b\", "));
    insta::assert_snapshot!(with(&[("golden-paths/environment/1.1.0/schema.json", Some(&text))]), @r"
    golden-paths/environment/1.1.0/schema.json:8:509 error yaml-too-deep (path owner)
      values are nested deeper than 64 levels here. Write it flatter. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
}

#[test]
fn providers_are_named_where_they_stand() {
    insta::assert_snapshot!(changed("targets/dns.yaml", &[("[hashicorp/time]", "[hashicorp/aws, 1, bad, hashicorp//time/]"), ("  terraform:", "  kubernetes: {version: \"1.36\"}\n  terraform:")]), @r#"
    targets/dns.yaml:9:3 error unknown-field (platform)
      `spec.kubernetes` is only for targets of the type `directory`. Remove it, or change the type.
    targets/dns.yaml:10:42 error wrong-type (platform)
      `spec.terraform.providers[1]` must be text, is 1. Put it in quotes: `- "1"`.
    targets/dns.yaml:10:45 error wrong-format (platform)
      `spec.terraform.providers[2]` must be `<namespace>/<name>`, is `bad`. Such as `hashicorp/time`.
    targets/dns.yaml:10:50 error wrong-format (platform)
      `spec.terraform.providers[3]` must be `<namespace>/<name>`, is `hashicorp//time/`. Such as `hashicorp/time`.
    "#);
}
