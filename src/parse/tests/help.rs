//! What is said instead of nothing, and the step that help tells.

use super::*;

const PATH_AT: &str = "golden-paths/environment/path.yaml";

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
fn what_is_no_object_of_the_metadata_is_helped_to_be_one() {
    let of = |from: &str, to: &str| changed(AT, &[(from, to)]);
    let name = "metadata:\n  name: payments-staging\n";
    let annotated = |with: &str| of(name, &format!("{name}  annotations{with}\n"));
    insta::assert_snapshot!(rows(&[
        ("a list", of(name, "metadata: []\n")),
        ("annotations in a list", annotated(": [a]")),
        ("annotations in an empty list", annotated(": []")),
        ("no day", annotated(": {goldpath.dev/expires: tomorrow}")),
        ("no colon", annotated(" {goldpath.dev/expires: \"2027-01-01\"}")),
        ("less than nothing", of("lifetime: 14d", "lifetime: -1")),
        ("nothing", of("lifetime: 14d", "lifetime: 0")),
        ("another space", of("  name: payments-staging", "  name:\u{a0}payments-staging")),
        ("an equals sign", of("spec:\n", "spec =\n")),
    ]), @r#"
    a list
    requests/payments-team/payments-staging.yaml:3:11 error wrong-type (requester)
      `metadata` must be an object, is a list. Write `metadata:`, and below it, indented, `name: …`.
    annotations in a list
    requests/payments-team/payments-staging.yaml:5:16 error wrong-type (requester)
      `metadata.annotations` must be an object, is a list. Write its fields as `key: value`, without the dashes or brackets.
    annotations in an empty list
    requests/payments-team/payments-staging.yaml:5:16 error wrong-type (requester)
      `metadata.annotations` must be an object, is a list. Write `annotations:`, and below it, indented, its fields as `key: value`.
    no day
    requests/payments-team/payments-staging.yaml:5:39 error wrong-format (requester)
      `metadata.annotations["goldpath.dev/expires"]` must be a day such as `2026-03-01`, is `tomorrow`. Write a day that there is, as year, month and day.
    no colon
    requests/payments-team/payments-staging.yaml:5:15 error yaml-syntax (requester)
      a `:` is missing before this `{`. Write `annotations: {…`.
    less than nothing
    requests/payments-team/payments-staging.yaml:8:13 error wrong-type (requester)
      `spec.lifetime` must be a duration such as `14d` or `12h`, is -1. Write a whole number above 0 with its unit, such as `14d` or `12h`.
    nothing
    requests/payments-team/payments-staging.yaml:8:13 error wrong-type (requester)
      `spec.lifetime` must be a duration such as `14d` or `12h`, is 0. Write a whole number above 0 with its unit, such as `14d` or `12h`.
    another space
    requests/payments-team/payments-staging.yaml:4:3 error wrong-type (requester)
      `metadata` must be an object, is the text `name: payments-staging`. A space is missing behind `name:`: write `name: payments-staging`.
    requests/payments-team/payments-staging.yaml:4:8 warning yaml-odd-character (requester)
      what looks like a space here is U+00A0, a no-break space. Write it anew.
    an equals sign
    requests/payments-team/payments-staging.yaml:5:1 error yaml-syntax (requester)
      this line is neither `key: value` nor an entry of a list. Write `spec:`, or put the text in quotes.
    "#);
}

#[test]
fn an_annotation_of_almost_the_right_name_is_told_of() {
    let name = "metadata:\n  name: payments-staging\n";
    let keys = [
        "glodpath.dev/release",
        "goldpath/release",
        "GOLDPATH.dev/release",
        "goldpath.dev.example.org/expires",
        "release",
        "meta.helm.sh/release",
        "example.org/expires",
        "goldpath.dev/relaese",
    ];
    let said = keys.map(|key| changed(AT, &[(name, &format!("{name}  annotations: {{{key}: 1.0.0}}\n"))]));
    let all: Vec<(&str, String)> = keys.into_iter().zip(said).collect();
    insta::assert_snapshot!(rows(&all), @"
    glodpath.dev/release
    requests/payments-team/payments-staging.yaml:5:17 warning unknown-field (requester)
      the annotation `glodpath.dev/release` means nothing to goldpath. Did you mean `goldpath.dev/release`?
    goldpath/release
    requests/payments-team/payments-staging.yaml:5:17 warning unknown-field (requester)
      the annotation `goldpath/release` means nothing to goldpath. Did you mean `goldpath.dev/release`?
    GOLDPATH.dev/release
    requests/payments-team/payments-staging.yaml:5:17 warning unknown-field (requester)
      the annotation `GOLDPATH.dev/release` means nothing to goldpath. Did you mean `goldpath.dev/release`?
    goldpath.dev.example.org/expires
    requests/payments-team/payments-staging.yaml:5:17 warning unknown-field (requester)
      the annotation `goldpath.dev.example.org/expires` means nothing to goldpath. Did you mean `goldpath.dev/expires`?
    release
    requests/payments-team/payments-staging.yaml:5:17 warning unknown-field (requester)
      the annotation `release` means nothing to goldpath. Did you mean `goldpath.dev/release`?
    meta.helm.sh/release
    example.org/expires
    goldpath.dev/relaese
    requests/payments-team/payments-staging.yaml:5:17 error unknown-field (requester)
      `goldpath.dev/relaese` is not an annotation of goldpath. Did you mean `goldpath.dev/release`?
    ");
}

#[test]
fn a_pin_that_cannot_be_read_is_no_reason_to_judge_by_another_release() {
    let name = "metadata:\n  name: payments-staging\n";
    let wrong = ("purpose: integration-test", "purpose: integration-test\n  nope: 1");
    let said = |metadata: &str| changed(AT, &[(name, metadata), wrong]);
    insta::assert_snapshot!(rows(&[
        ("metadata by another name", said("metadat:\n  name: payments-staging\n  annotations: {goldpath.dev/release: 1.0.0}\n")),
        ("annotations without a colon", said(&format!("{name}  annotations:\n    goldpath.dev/release 1.0.0\n"))),
        ("no pin", said(&format!("{name}  annotations: []\n"))),
        ("a version that is not served", changed(AT, &[
            (name, &format!("{name}  annotations: {{goldpath.dev/release: 1.1.0}}\n")),
            ("apiVersion: platform.kubedojo.io/v1", "apiVersion: platform.kubedojo.io/v7"),
        ])),
    ]), @"
    metadata by another name
    requests/payments-team/payments-staging.yaml:3:1 error unknown-field (requester)
      `metadat` is not a field of the document. Did you mean `metadata`?
    annotations without a colon
    requests/payments-team/payments-staging.yaml:6:5 error wrong-type (requester)
      `metadata.annotations` must be an object, is the text `goldpath.dev/release 1.0.0`. Write `annotations:`, and below it, indented, its fields as `key: value`.
    no pin
    requests/payments-team/payments-staging.yaml:5:16 error wrong-type (requester)
      `metadata.annotations` must be an object, is a list. Write `annotations:`, and below it, indented, its fields as `key: value`.
    requests/payments-team/payments-staging.yaml:9:3 error unknown-field (requester)
      `nope` is not a field of `spec`. Known are `check`, `dataClassification`, `domain`, `lifetime`, `memory`, `owner`, `public`, `purpose`, `region`, `services`, `size` and `tls`.
    a version that is not served
    requests/payments-team/payments-staging.yaml:1:13 error unknown-version (requester)
      `SandboxRequest` is not served in the version `v7`. Write `platform.kubedojo.io/v1`.
    ");
}

#[test]
fn a_request_in_a_file_of_another_ending_is_told_of() {
    let files =
        ["a.YAML", "b.yaml.txt", "c", "d.txt", "e.yaml.bak", "f.yaml~", "g.json"].map(|file| format!("requests/payments-team/{file}"));
    let changes: Vec<(&str, Option<&str>)> = files.iter().map(|file| (file.as_str(), Some(REQUEST))).collect();
    insta::assert_snapshot!(with(&changes), @"
    requests/payments-team/a.YAML:1:1 error misplaced-file (requester)
      requests are files that end with `.yaml`, so this one is not read. Rename it to `a.yaml`.
    requests/payments-team/b.yaml.txt:1:1 error misplaced-file (requester)
      requests are files that end with `.yaml`, so this one is not read. Rename it to `b.yaml`.
    requests/payments-team/c:1:1 error misplaced-file (requester)
      requests are files that end with `.yaml`, so this one is not read. Rename it to `c.yaml`.
    requests/payments-team/d.txt:1:1 error misplaced-file (requester)
      requests are files that end with `.yaml`, so this one is not read. Rename it to `d.yaml`.
    requests/payments-team/e.yaml.bak:1:1 warning ignored-file (requester)
      this file is not read: only `.yaml` files are. Remove it, or move it out of this folder.
    requests/payments-team/f.yaml~:1:1 warning ignored-file (requester)
      this file is not read: only `.yaml` files are. Remove it, or move it out of this folder.
    requests/payments-team/g.json:1:1 error misplaced-file (requester)
      requests are files that end with `.yaml`, so this one is not read. Rename it to `g.yaml`.
    ");
    let notes = [("requests/payments-team/notes.txt", Some("to do\n"))];
    insta::assert_snapshot!(with(&notes), @"
    requests/payments-team/notes.txt:1:1 warning ignored-file (requester)
      this file is not read: only `.yaml` files are. Remove it, or move it out of this folder.
    ");
}

#[test]
fn what_takes_the_place_of_a_release_is_another_one_that_is_not_retired() {
    let states = |states: &str| {
        changed(PATH_AT, &[("    1.0.0: {state: deprecated, since: 2026-01-01, until: 2026-06-01, replacedBy: 1.1.0}\n", states)])
    };
    insta::assert_snapshot!(rows(&[
        ("itself", states("    1.0.0: {state: deprecated, replacedBy: 1.0.0}\n")),
        ("retired", states("    1.0.0: {state: retired, replacedBy: 1.1.0}\n    1.1.0: {state: retired}\n")),
        ("an end before the beginning", states("    1.0.0: {state: deprecated, since: 2027-01-01, until: 2026-12-31, replacedBy: 1.1.0}\n")),
    ]), @r#"
    itself
    golden-paths/environment/path.yaml:16:44 error other-version (path owner)
      the release `1.0.0` cannot be replaced by itself. Name the release that takes its place, or remove the field. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    retired
    golden-paths/environment/path.yaml:14:17 error retired-release (path owner)
      `spec.current.v1` is `1.1.0`, which is retired. Name a live release. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/path.yaml:16:41 error retired-release (path owner)
      `spec.releases["1.0.0"].replacedBy` is `1.1.0`, which is retired. Name a live release. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    an end before the beginning
    golden-paths/environment/path.yaml:16:58 error out-of-range (path owner)
      `until` is 2026-12-31, before `since`, which is 2027-01-01. Write a later day. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    "#);
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

#[test]
fn fields_in_the_wrong_place_are_one_mistake() {
    let rows = [
        ("`spec:` is lost", vec![("spec:\n", "")]),
        ("beside it", vec![("  region: eu-central-1\n", ""), ("spec:\n", "region: eu-central-1\nspec:\n")]),
        ("all of it beside it", vec![("spec:\n  owner: payments-team\n", "spec:\nowner: payments-team\nregion: eu-central-1\nx:\n")]),
        ("a level too high", vec![("  services:\n", "  replicas: 2\n  services:\n")]),
        ("a level too low", vec![("      replicas: 2\n", "      replicas: 2\n      region: eu-west-1\n")]),
        ("nothing of it", vec![("spec:\n", "spce:\n")]),
    ];
    let said = rows.map(|(name, changes)| format!("{name}\n{}", changed(AT, &changes)));
    insta::assert_snapshot!(said.concat(), @r"
    `spec:` is lost
    requests/payments-team/payments-staging.yaml:5:3 error unknown-field (requester)
      `spec:` is missing above this line. Write `spec:` above it, as far to the left as `metadata:`.
    beside it
    requests/payments-team/payments-staging.yaml:5:1 error unknown-field (requester)
      `region` belongs to `spec`. Move it below `spec:`, indented like the other fields there.
    all of it beside it
    requests/payments-team/payments-staging.yaml:6:1 error unknown-field (requester)
      `owner` and `region` belong to `spec`. Move them below `spec:`, indented by two spaces more.
    requests/payments-team/payments-staging.yaml:8:1 error unknown-field (requester)
      `x` is not a field of the document. Known are `apiVersion`, `kind`, `metadata` and `spec`.
    a level too high
    requests/payments-team/payments-staging.yaml:11:3 error unknown-field (requester)
      `replicas` is not a field of `spec`. It belongs to `spec.services[0]`: mind how far it is indented.
    a level too low
    requests/payments-team/payments-staging.yaml:14:7 error unknown-field (requester)
      `region` is not a field of `spec.services[0]`. It belongs to `spec`: mind how far it is indented.
    nothing of it
    requests/payments-team/payments-staging.yaml:5:1 error unknown-field (requester)
      `spce` is not a field of the document. Did you mean `spec`?
    ");
    let (metadata, spec) = REQUEST.split_once("spec:\n").unwrap();
    let indented: String = spec.lines().map(|line| format!("  {line}\n")).collect();
    insta::assert_snapshot!(with(&[(AT, Some(&format!("{metadata}  spec:\n{indented}")))]), @r"
    requests/payments-team/payments-staging.yaml:5:3 error unknown-field (requester)
      `spec` stands inside of `metadata`. Indent it less, as far as `metadata`.
    ");
    let bare: String = spec.lines().map(|line| line[2..].to_owned() + "\n").collect();
    insta::assert_snapshot!(with(&[(AT, Some(&bare))]), @r"
    requests/payments-team/payments-staging.yaml:1:1 error missing-field (requester)
      the document needs a field `apiVersion`. Add `apiVersion: …`.
    requests/payments-team/payments-staging.yaml:1:1 error missing-field (requester)
      the document needs a field `kind`. Add `kind: …`.
    requests/payments-team/payments-staging.yaml:1:1 error missing-field (requester)
      the document needs a field `metadata`. Add `metadata: {name: payments-staging}`.
    requests/payments-team/payments-staging.yaml:1:1 error missing-field (requester)
      the document needs a field `spec`. Add `spec: …`.
    requests/payments-team/payments-staging.yaml:1:1 error unknown-field (requester)
      `owner` is not a field of the document. Known are `apiVersion`, `kind`, `metadata` and `spec`.
    requests/payments-team/payments-staging.yaml:2:1 error unknown-field (requester)
      `purpose` is not a field of the document. Known are `apiVersion`, `kind`, `metadata` and `spec`.
    requests/payments-team/payments-staging.yaml:3:1 error unknown-field (requester)
      `lifetime` is not a field of the document. Known are `apiVersion`, `kind`, `metadata` and `spec`.
    requests/payments-team/payments-staging.yaml:4:1 error unknown-field (requester)
      `region` is not a field of the document. Known are `apiVersion`, `kind`, `metadata` and `spec`.
    requests/payments-team/payments-staging.yaml:5:1 error unknown-field (requester)
      `dataClassification` is not a field of the document. Known are `apiVersion`, `kind`, `metadata` and `spec`.
    requests/payments-team/payments-staging.yaml:6:1 error unknown-field (requester)
      `services` is not a field of the document. Known are `apiVersion`, `kind`, `metadata` and `spec`.
    ");
}

#[test]
fn what_only_looks_like_goldpaths_own_is_said() {
    let metadata = |more: &str| changed(AT, &[("metadata:\n", &format!("metadata:\n  {more}\n"))]);
    let rows = [
        "annotations: {goldpath.dev/release: null}",
        "annotations: {release: 1.0.0}",
        "labels: {goldpath.dev/release: 1.0.0, goldpath.dev/team: a}",
        "annotations: {goldpath.dev/release: v1.1.0}",
        "annotations: {goldpath.dev/release: 1.1}",
        "annotations: {goldpath.dev/release: latest}",
        "annotations: {goldpath.dev/expires: 2026-3-1}",
        "annotations: {goldpath.dev/expires: 20260301}",
    ];
    insta::assert_snapshot!(rows.map(|row| format!("{row}\n{}", metadata(row))).concat(), @r#"
    annotations: {goldpath.dev/release: null}
    requests/payments-team/payments-staging.yaml:4:17 error missing-field (requester)
      `metadata.annotations["goldpath.dev/release"]` has no value. Give it a value, or remove it.
    annotations: {release: 1.0.0}
    requests/payments-team/payments-staging.yaml:4:17 warning unknown-field (requester)
      the annotation `release` means nothing to goldpath. Did you mean `goldpath.dev/release`?
    labels: {goldpath.dev/release: 1.0.0, goldpath.dev/team: a}
    requests/payments-team/payments-staging.yaml:4:12 error unknown-field (requester)
      `goldpath.dev/release` stands among the labels, and means nothing there. Move it to `metadata.annotations`.
    requests/payments-team/payments-staging.yaml:4:41 error unknown-field (requester)
      `goldpath.dev/team` stands among the labels, and means nothing there. Remove it: labels that begin with `goldpath.dev/` are written by goldpath.
    annotations: {goldpath.dev/release: v1.1.0}
    requests/payments-team/payments-staging.yaml:4:39 error wrong-format (requester)
      `metadata.annotations["goldpath.dev/release"]` must be the version of a release, such as `1.1.0`, is `v1.1.0`. Did you mean `1.1.0`?
    annotations: {goldpath.dev/release: 1.1}
    requests/payments-team/payments-staging.yaml:4:39 error wrong-format (requester)
      `metadata.annotations["goldpath.dev/release"]` must be the version of a release, such as `1.1.0`, is `1.1`. Did you mean `1.1.0`?
    annotations: {goldpath.dev/release: latest}
    requests/payments-team/payments-staging.yaml:4:39 error wrong-format (requester)
      `metadata.annotations["goldpath.dev/release"]` must be the version of a release, such as `1.1.0`, is `latest`. `environment` has `1.0.0` and `1.1.0`.
    annotations: {goldpath.dev/expires: 2026-3-1}
    requests/payments-team/payments-staging.yaml:4:39 error wrong-format (requester)
      `metadata.annotations["goldpath.dev/expires"]` must be a day such as `2026-03-01`, is `2026-3-1`. Write `2026-03-01`.
    annotations: {goldpath.dev/expires: 20260301}
    requests/payments-team/payments-staging.yaml:4:39 error wrong-format (requester)
      `metadata.annotations["goldpath.dev/expires"]` must be a day such as `2026-03-01`, is `20260301`. Write `2026-03-01`.
    "#);
}

#[test]
fn a_whole_number_is_one_however_it_is_written() {
    let replicas = |written: &str| {
        let mut files = repository();
        let text = files[AT].replacen("replicas: 2", &format!("replicas: {written}"), 1);
        files.insert(AT.to_owned(), text);
        let parsed = parse(&snapshot(&files));
        let request = parsed.platform.requests.values().next();
        format!(
            "{written}: {} {}",
            request.map_or(Value::Null, |request| request.document["spec"]["services"][0]["replicas"].clone()),
            said(&parsed)
        )
    };
    insta::assert_snapshot!(["2.0", "2e0", "2.5", "1_0"].map(replicas).join("\n"), @r"
    2.0: 2 
    2e0: 2 
    2.5: null requests/payments-team/payments-staging.yaml:13:17 error wrong-type (requester)
      `spec.services[0].replicas` must be a whole number, is 2.5. Write a value such as `replicas: 1`.

    1_0: null requests/payments-team/payments-staging.yaml:13:17 error wrong-type (requester)
      `spec.services[0].replicas` must be a whole number, is the text `1_0`. Write the number by itself: `replicas: 10`.
    ");
}

#[test]
fn a_field_of_a_newer_release_is_told_where_an_older_one_is_pinned() {
    let older = SCHEMA.replace("    \"purpose\": {\"type\": \"string\"},\n", "");
    assert_ne!(older, SCHEMA);
    let request = REQUEST.replace("metadata:\n", "metadata:\n  annotations: {goldpath.dev/release: 1.0.0}\n");
    insta::assert_snapshot!(with(&[("golden-paths/environment/1.0.0/schema.json", Some(&older)), (AT, Some(&request))]), @"
    requests/payments-team/payments-staging.yaml:4:39 warning deprecated (requester)
      the release `environment@1.0.0` is deprecated, and to be left by 2026-06-01. Move to `1.1.0`.
    requests/payments-team/payments-staging.yaml:8:3 error unknown-field (requester)
      `purpose` is not a field of `spec`. It is one in the release `1.1.0`, and this request is pinned to `1.0.0`: move the pin, or remove it.
    ");
}

#[test]
fn one_cause_in_a_golden_path_is_not_told_of_its_requests() {
    let path = "golden-paths/environment/path.yaml";
    let release = "golden-paths/environment/1.1.0/release.yaml";
    let rows = [
        ("no file", with(&[(path, None)])),
        ("no YAML", with(&[(path, Some("apiVersion: [\n"))])),
        ("a kind that is none", changed(path, &[("kind: SandboxRequest", "kind: sandbox request")])),
        ("a group with a version", changed(path, &[("group: platform.kubedojo.io", "group: platform.kubedojo.io/v1")])),
        ("a group of goldpath's", changed(path, &[("group: platform.kubedojo.io", "group: goldpath.dev")])),
        ("no current release", changed(path, &[("current: {v1: 1.1.0}", "current: {}")])),
        ("a fact that is a number", changed(release, &[("region: /spec/region", "region: /spec/services")])),
        ("a fact behind a value", changed(release, &[("region: /spec/region", "region: /spec/region/")])),
    ];
    insta::assert_snapshot!(rows.map(|(name, said)| format!("{name}\n{said}")).concat(), @r"
    no file
    golden-paths/environment/path.yaml:1:1 error missing-file (path owner)
      the golden path `environment` has no `path.yaml`. Add it, or remove the folder.
    no YAML
    golden-paths/environment/path.yaml:1:13 error yaml-syntax (path owner)
      `[` here has no end. Close it with `]`.
    a kind that is none
    golden-paths/environment/path.yaml:12:48 error wrong-format (path owner)
      `spec.request.kind` must be a kind of letters and digits that begins with a capital letter, is `sandbox request`. Write `SandboxRequest`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a group with a version
    golden-paths/environment/path.yaml:12:20 error wrong-format (path owner)
      `spec.request.group` must be a group such as `services.example.org`, is `platform.kubedojo.io/v1`. Write `platform.kubedojo.io`: the version is that of `spec.current`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a group of goldpath's
    golden-paths/environment/path.yaml:12:20 error wrong-format (path owner)
      `spec.request.group` must be a group such as `services.example.org`, is `goldpath.dev`. Write a domain of your own in small letters; `goldpath.dev` is goldpath's. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    no current release
    golden-paths/environment/path.yaml:14:3 error missing-field (path owner)
      `spec.current` names no release, so that no request can be rendered. Write one, such as `v1: 1.0.0`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a fact that is a number
    golden-paths/environment/1.1.0/release.yaml:10:13 error unknown-field (path owner)
      `spec.facts.region` leads to `spec.services`, which is a list, and a fact is text. Name a field that is text. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a fact behind a value
    golden-paths/environment/1.1.0/release.yaml:10:13 error unknown-field (path owner)
      `spec.facts.region` leads to `spec.region.`, and `spec.region` has no field `` in `schema.json`. It is one value: write `/spec/region`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
}

#[test]
fn a_copied_request_is_told_once() {
    let copy = "requests/payments-team/payments-copy.yaml";
    insta::assert_snapshot!(with(&[(copy, Some(REQUEST))]), @r"
    requests/payments-team/payments-copy.yaml:4:9 error wrong-name (requester)
      `metadata.name` is `payments-staging`, but the file is `payments-copy.yaml`. Write `name: payments-copy`; or rename the file, if `payments-staging` is meant.
    ");
}

#[test]
fn a_date_without_quotes_is_doubted_where_no_date_is_asked_for() {
    let purpose = |text: &str, more: &str| {
        let format = SCHEMA.replace("\"purpose\": {", &format!("\"purpose\": {{{more}"));
        let request = REQUEST.replace("integration-test", text);
        with(&[("golden-paths/environment/1.1.0/schema.json", Some(&format)), (AT, Some(&request))])
    };
    let map = "\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\", \"format\": \"date\"}}, \"was\": {";
    let shown = [
        purpose("2026-01-01", ""),
        purpose("\"2026-01-01\"", ""),
        purpose("2026-01-01", "\"format\": \"date\", "),
        purpose("&a 2026-01-01", ""),
        purpose("2026-01-01T10:00:00Z", "\"format\": \"date-time\", "),
        purpose("{2026-01-13: 2026-01-14, \"12\": 2026-01-15}", map),
        changed(AT, &[("metadata:\n", "metadata:\n  labels: {a: 2026-01-01}\n  annotations: {goldpath.dev/expires: 2026-03-01}\n")]),
    ];
    insta::assert_snapshot!(shown.join("--\n"), @r#"
    requests/payments-team/payments-staging.yaml:7:12 warning yaml-ambiguous (requester)
      `2026-01-01` is text here, but older YAML readers take it for a date. Put it in quotes when it is text: "2026-01-01".
    --
    --
    --
    requests/payments-team/payments-staging.yaml:7:15 warning yaml-ambiguous (requester)
      `2026-01-01` is text here, but older YAML readers take it for a date. Put it in quotes when it is text: "2026-01-01".
    --
    --
    requests/payments-team/payments-staging.yaml:7:13 warning yaml-ambiguous (requester)
      the key `2026-01-13` is text here, but older YAML readers take it for a date. Put it in quotes: "2026-01-13".
    --
    "#);
}

#[test]
fn more_mistakes_than_are_told_are_not_kept_secret() {
    let fields: String = (0..150).map(|n| format!("field{n}: 1\n")).collect();
    let said = changed("goldpath.yaml", &[("spec:", &format!("{fields}spec:"))]);
    let lines: Vec<&str> = said.lines().collect();
    insta::assert_snapshot!(format!("{}\n…\n{}", lines[..2].join("\n"), lines[lines.len() - 4..].join("\n")), @r"
    goldpath.yaml:1:1 error does-not-fit (platform)
      there are more mistakes in this file than the first 100, and they are not told yet. Mend these first.
    …
    goldpath.yaml:102:1 error unknown-field (platform)
      `field98` is not a field of the document. Known are `apiVersion`, `kind`, `metadata` and `spec`.
    goldpath.yaml:103:1 error unknown-field (platform)
      `field99` is not a field of the document. Known are `apiVersion`, `kind`, `metadata` and `spec`.
    ");
}

#[test]
fn a_field_that_another_live_release_has_names_the_pin() {
    let more = SCHEMA.replace("\"purpose\": {", "\"standby\": {\"type\": \"string\"}, \"purpose\": {");
    let more = more.replace("\"replicas\": {", "\"health\": {\"type\": \"string\"}, \"replicas\": {");
    let release = RELEASE.replace("VERSION", "1.2.0");
    let request = REQUEST.replace("  purpose:", "  standby: here\n  purpose:").replace("replicas: 2", "replicas: 2\n      health: /");
    let folder = "golden-paths/environment/1.2.0";
    let names = ["release.yaml", "schema.json", "cluster/a.yaml.tera", "dns/a.tf.tera"];
    let at = names.map(|name| format!("{folder}/{name}"));
    let with_release = |path: &str| {
        with(&[
            (at[0].as_str(), Some(release.as_str())),
            (at[1].as_str(), Some(more.as_str())),
            (at[2].as_str(), Some("a: b\n")),
            (at[3].as_str(), Some("locals {}\n")),
            ("golden-paths/environment/path.yaml", Some(path)),
            (AT, Some(request.as_str())),
        ])
    };
    let retired = PATH.replace("  releases:\n", "  releases:\n    1.2.0: {state: retired, since: 2026-01-01}\n");
    insta::assert_snapshot!(format!("{}--\n{}", with_release(PATH), with_release(&retired)), @r"
    requests/payments-team/payments-staging.yaml:7:3 error unknown-field (requester)
      `standby` is not a field of `spec`. It is one in the release `1.2.0`: pin it with the annotation `goldpath.dev/release: 1.2.0`.
    requests/payments-team/payments-staging.yaml:15:7 error unknown-field (requester)
      `health` is not a field of `spec.services[0]`. It is one in the release `1.2.0`: pin it with the annotation `goldpath.dev/release: 1.2.0`.
    --
    requests/payments-team/payments-staging.yaml:7:3 error unknown-field (requester)
      `standby` is not a field of `spec`. Known are `check`, `dataClassification`, `domain`, `lifetime`, `memory`, `owner`, `public`, `purpose`, `region`, `services`, `size` and `tls`.
    requests/payments-team/payments-staging.yaml:15:7 error unknown-field (requester)
      `health` is not a field of `spec.services[0]`. Known are `name`, `port` and `replicas`.
    ");
}

#[test]
fn what_only_the_day_tells_is_told_on_that_day() {
    let pinned =
        REQUEST.replace("metadata:\n", "metadata:\n  annotations: {goldpath.dev/release: 1.0.0, goldpath.dev/expires: 2026-03-31}\n");
    let files = |request: &str| {
        let mut files = repository();
        files.insert(AT.to_owned(), request.to_owned());
        snapshot(&files)
    };
    let (tree, plain) = (files(&pinned), files(REQUEST));
    let (parsed, before) = (parse(&tree), parse(&plain));
    let on = |today: &str| {
        let findings = on_day(&tree, &parsed.platform, today);
        format!("-- {today}\n{}", said(&Parsed { findings, ..Parsed::default() }))
    };
    insta::assert_snapshot!(["2026-02-28", "2026-03-01", "2026-06-01", "2026-06-02", "someday"].map(on).concat(), @r"
    -- 2026-02-28
    requests/payments-team/payments-staging.yaml:4:68 error lifetime-too-long (requester)
      it would end on 2026-03-31, and `environment` lives at most `30d` from today. Write `2026-03-30` or a day before it; it can be extended before it ends.
    -- 2026-03-01
    -- 2026-06-01
    requests/payments-team/payments-staging.yaml:4:68 warning request-expired (requester)
      it was to end on 2026-03-31, and nothing takes it away by itself yet. Remove the file, or write a later day.
    -- 2026-06-02
    requests/payments-team/payments-staging.yaml:4:68 warning request-expired (requester)
      it was to end on 2026-03-31, and nothing takes it away by itself yet. Remove the file, or write a later day.
    golden-paths/environment/path.yaml:16:58 warning deprecated (path owner)
      `environment@1.0.0` was to work until 2026-06-01, and 1 request uses it. Give it another day, or retire it once they have moved.
    -- someday
    ");
    let anew = |base: (&Snapshot, &Parsed)| {
        let base = (base.0, &base.1.platform);
        on_day_anew(Some(base), (&tree, &parsed.platform), "2026-02-28").len()
    };
    assert_eq!((anew((&tree, &parsed)), anew((&plain, &before))), (0, 1));
}
