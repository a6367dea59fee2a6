//! One cause is told once, where it is, and to whom can mend it.

use super::*;

const RELEASED: &str = "golden-paths/environment/1.1.0/release.yaml";
const PATH_AT: &str = "golden-paths/environment/path.yaml";

#[test]
fn a_mistake_at_an_anchor_is_told_there_and_not_at_its_aliases() {
    let services = |text: &str| {
        changed(AT, &[("    - name: payments-api\n      replicas: 2\n    - name: payments-worker\n      replicas: 1\n", text)])
    };
    insta::assert_snapshot!(rows(&[
        ("an object", services("    - &a {name: x, replica: 3}\n    - *a\n    - *a\n")),
        ("a value", services("    - {name: a, replicas: &r 25}\n    - {name: b, replicas: *r}\n")),
        ("merged", services("    - &a\n      name: a\n      replicas: 25\n    - <<: *a\n      name: b\n")),
        ("wrong where it is used alone", services("    - {name: &n 7d, replicas: 1}\n  memory: *n\n")),
    ]), @r"
    an object
    requests/payments-team/payments-staging.yaml:12:20 error unknown-field (requester)
      `replica` is not a field of `spec.services[0]`. Did you mean `replicas`?
    a value
    requests/payments-team/payments-staging.yaml:12:30 error out-of-range (requester)
      `spec.services[0].replicas` must be at most 10, is 25. Write a number from 1 to 10. For more, ask `platform` in #platform-help.
    merged
    requests/payments-team/payments-staging.yaml:14:17 error out-of-range (requester)
      `spec.services[0].replicas` must be at most 10, is 25. Write a number from 1 to 10. For more, ask `platform` in #platform-help.
    wrong where it is used alone
    requests/payments-team/payments-staging.yaml:13:11 error wrong-format (requester)
      `spec.memory` must be a quantity such as `100m` or `1.5Gi`, is `7d`.
    ");
}

#[test]
fn what_names_a_broken_request_is_told_with_it() {
    let release = RELEASE
        .replace("VERSION", "1.1.0")
        .replace("  outputs:\n", "  refs:\n    other: {at: /spec/domain, path: environment}\n  outputs:\n");
    let one = |name: &str, other: &str| {
        REQUEST.replace("payments-staging", name).replace("  services:", &format!("  domain: {other}\n  services:"))
    };
    let broken = REQUEST.replace("replicas: 2", "replicas: 20");
    let files = [("a", one("a", "payments-staging")), ("b", one("b", "payments-staging")), ("c", one("c", "a"))];
    let mut changes = vec![(RELEASED.to_owned(), release), (AT.to_owned(), broken)];
    changes.extend(files.map(|(name, text)| (format!("requests/payments-team/{name}.yaml"), text)));
    let changes: Vec<(&str, Option<&str>)> = changes.iter().map(|(path, text)| (path.as_str(), Some(text.as_str()))).collect();
    insta::assert_snapshot!(with(&changes), @r"
    requests/payments-team/a.yaml:11:11 error broken-reference (requester)
      `payments-team/payments-staging`, which is named here, has errors of its own (and 2 more: `requests/payments-team/b.yaml`, `requests/payments-team/c.yaml`). Mend that one; nothing needs to change here.
    requests/payments-team/payments-staging.yaml:13:17 error out-of-range (requester)
      `spec.services[0].replicas` must be at most 10, is 20. Write a number from 1 to 10. For more, ask `platform` in #platform-help.
    ");
}

/// What a request names is looked up whatever else its schema refuses in it.
#[test]
fn what_a_refused_request_names_is_looked_up_with_it() {
    let release = RELEASE
        .replace("VERSION", "1.1.0")
        .replace("  outputs:\n", "  refs:\n    other: {at: /spec/domain, path: environment}\n  outputs:\n");
    let one = |name: &str, other: &str| {
        let text = REQUEST.replace("payments-staging", name).replace("replicas: 2", "replicas: 20");
        text.replace("  services:", &format!("  domain: {other}\n  services:"))
    };
    let files = [("gone", "payments-stagin"), ("number", "7"), ("no-name", "Payments"), ("other-team", "shop/db"), ("broken", "gone")];
    let mut changes = vec![(RELEASED.to_owned(), release)];
    changes.extend(files.map(|(name, other)| (format!("requests/payments-team/{name}.yaml"), one(name, other))));
    let changes: Vec<(&str, Option<&str>)> = changes.iter().map(|(path, text)| (path.as_str(), Some(text.as_str()))).collect();
    insta::assert_snapshot!(with(&changes), @r#"
    requests/payments-team/broken.yaml:14:17 error out-of-range (requester)
      `spec.services[0].replicas` must be at most 10, is 20. Write a number from 1 to 10. For more, ask `platform` in #platform-help.
    requests/payments-team/gone.yaml:11:11 error unknown-request (requester)
      there is no request `payments-team/payments-stagin`. Did you mean `payments-staging`?
    requests/payments-team/gone.yaml:14:17 error out-of-range (requester)
      `spec.services[0].replicas` must be at most 10, is 20. Write a number from 1 to 10. For more, ask `platform` in #platform-help.
    requests/payments-team/no-name.yaml:11:11 error not-a-name (requester)
      `spec.domain` must be the name of a request: a name is made of small letters, digits and `-`, this one holds 'P'. Write its `metadata.name`.
    requests/payments-team/no-name.yaml:14:17 error out-of-range (requester)
      `spec.services[0].replicas` must be at most 10, is 20. Write a number from 1 to 10. For more, ask `platform` in #platform-help.
    requests/payments-team/number.yaml:11:11 error wrong-type (requester)
      `spec.domain` must be text, is 7. Put it in quotes: `domain: "7"`.
    requests/payments-team/number.yaml:14:17 error out-of-range (requester)
      `spec.services[0].replicas` must be at most 10, is 20. Write a number from 1 to 10. For more, ask `platform` in #platform-help.
    requests/payments-team/other-team.yaml:11:11 error other-request (requester)
      `spec.domain` names a request of another team: `shop/db`. Name a request of `payments-team`: what belongs to another team is not handed out through its requests.
    requests/payments-team/other-team.yaml:14:17 error out-of-range (requester)
      `spec.services[0].replicas` must be at most 10, is 20. Write a number from 1 to 10. For more, ask `platform` in #platform-help.
    "#);
}

#[test]
fn what_a_golden_path_keeps_from_being_read_is_not_for_who_names_it_to_mend() {
    let release = RELEASE
        .replace("VERSION", "1.0.0")
        .replace("  outputs:\n", "  refs:\n    other: {at: /spec/domain, path: environment}\n  outputs:\n");
    let path = PATH.replace("{name: environment}", "{name: shop}").replace("kind: SandboxRequest", "kind: Shop");
    let path = path.replace("v1: 1.1.0", "v1: 1.0.0").replace("\n  releases:\n", "").split("    1.0.0: {state").next().unwrap().to_owned();
    let shop = REQUEST
        .replace("SandboxRequest", "Shop")
        .replace("payments-staging", "shop")
        .replace("  services:", "  domain: payments-staging\n  services:");
    let retired = PATH.replace("v1: 1.1.0", "v1: 1.0.0").replace("state: deprecated", "state: retired");
    let template = "golden-paths/shop/1.0.0/dns/main.tf.tera";
    let changes = [
        ("golden-paths/shop/path.yaml", path.as_str()),
        ("golden-paths/shop/1.0.0/release.yaml", &release),
        ("golden-paths/shop/1.0.0/schema.json", SCHEMA),
        ("golden-paths/shop/1.0.0/cluster/namespace.yaml.tera", "kind: Namespace\n"),
        (template, ""),
        ("requests/payments-team/shop.yaml", &shop),
    ];
    let mut changes = changes.map(|(path, text)| (path, Some(text))).to_vec();
    insta::assert_snapshot!(with(&changes), @"");
    changes.push((PATH_AT, Some(&retired)));
    insta::assert_snapshot!(with(&changes), @r"
    golden-paths/environment/path.yaml:14:17 error retired-release (path owner)
      `spec.current.v1` is `1.0.0`, which is retired. Name a live release. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
}

#[test]
fn a_link_is_said_to_be_one_wherever_it_stands() {
    let mut files: BTreeMap<RepoPath, File> = snapshot(&repository()).files().clone();
    let links = [
        SCHEMATA,
        AT,
        "requests/other",
        "requests/payments-team/sub",
        "golden-paths/environment/1.2.0",
        "golden-paths/environment/1.1.0/dns/more.tf",
        "policies/own",
    ];
    for name in links {
        files.insert(RepoPath::parse(name).unwrap(), file(b"elsewhere", Mode::Symlink));
    }
    insta::assert_snapshot!(said(&parse(&Snapshot::new(None, files, Vec::new()))), @r"
    golden-paths/environment/1.1.0/dns/more.tf:1:1 error symlink (path owner)
      this is a symbolic link, and nothing follows it. Put the files themselves here. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.1.0/schema.json:1:1 error symlink (path owner)
      this is a symbolic link, and links are never followed. Put a copy of the file here. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.2.0:1:1 error symlink (path owner)
      this is a symbolic link, and links are never followed. Put what it leads to here, or remove it. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    policies/own:1:1 error symlink (platform)
      this is a symbolic link, and links are never followed. Put what it leads to here, or remove it.
    requests/other:1:1 error symlink (requester)
      this is a symbolic link, and links are never followed. Put what it leads to here, or remove it.
    requests/payments-team/payments-staging.yaml:1:1 error symlink (requester)
      this is a symbolic link, and links are never followed. Put a copy of the file here.
    requests/payments-team/sub:1:1 error symlink (requester)
      this is a symbolic link, and links are never followed. Put what it leads to here, or remove it.
    ");
}

#[test]
fn all_mistakes_of_a_schema_are_told_at_once() {
    let many = [
        ("\"type\": \"integer\"", "\"type\": \"integr\""),
        ("\"minimum\": 1", "\"minimum\": \"1\""),
        ("goldpath-duration", "goldpath-durations"),
        ("^[a-z0-9-]+$", "^([a-z0-9-]+$"),
    ];
    let schema = |text: &str| with(&[(SCHEMATA, Some(text))]);
    insta::assert_snapshot!(rows(&[
        ("four", changed(SCHEMATA, &many)),
        ("a list of types", changed(SCHEMATA, &[("\"purpose\": {\"type\": \"string\"", "\"purpose\": {\"type\": [\"string\", \"nul\"]")])),
        ("text for a number", changed(SCHEMATA, &[("\"minItems\": 1", "\"minItems\": \"1\"")])),
        ("no keyword", changed(SCHEMATA, &[("\"properties\": {", "\"propertys\": {")])),
        ("a mark and more", schema(&format!("\u{feff}{}", SCHEMA.replacen("\"type\": \"string\"", "\"type\": \"strng\"", 1)))),
        ("a conflict", changed(SCHEMATA, &[("  \"type\": \"object\",\n", "<<<<<<< HEAD\n  \"type\": \"object\",\n=======\n>>>>>>> other\n")])),
        ("open", changed(SCHEMATA, &[("\"purpose\": {\"type\": \"string\"", "\"purpose\": {\"type\": \"object\"")])),
        ("other fields in a condition", changed(SCHEMATA, &[("\"public\": {\"const\": true}}, \"required\": [\"public\"]", "\"pblic\": {\"const\": true}}"), ("\"then\": {\"required\": [\"domain\"]", "\"then\": {\"required\": [\"domian\"]")])),
        ("no value", changed(SCHEMATA, &[("[\"eu-central-1\", \"eu-west-1\"]", "[]")])),
    ]), @r#"
    four
    golden-paths/environment/1.1.0/schema.json:7:33 error schema-invalid (path owner)
      the pattern `^([a-z0-9-]+$` cannot be used: unclosed group. Mend it; before a character that stands for itself, such as `(`, write `\\`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.1.0/schema.json:9:36 error schema-invalid (path owner)
      the format `goldpath-durations` is not known. Known are `date`, `date-time`, `time`, `email`, `hostname`, `ipv4`, `ipv6`, `uri`, `uuid`, `regex`, `goldpath-duration` and `quantity`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.1.0/schema.json:16:25 error schema-invalid (path owner)
      `integr` is not a type. Did you mean `integer`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.1.0/schema.json:16:43 error schema-invalid (path owner)
      `minimum` must be a number, is the text `1`. Remove the quotes. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a list of types
    golden-paths/environment/1.1.0/schema.json:8:17 error schema-invalid (path owner)
      `nul` is not a type. Did you mean `null`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    text for a number
    golden-paths/environment/1.1.0/schema.json:17:35 error schema-invalid (path owner)
      `minItems` must be a whole number, is the text `1`. Remove the quotes. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    no keyword
    golden-paths/environment/1.1.0/schema.json:6:3 error schema-doubtful (path owner)
      `propertys` is no keyword of JSON Schema, so that the fields below it are not known. Did you mean `properties`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a mark and more
    golden-paths/environment/1.1.0/schema.json:1:1 error yaml-encoding (path owner)
      the file begins with a byte order mark. Save the file as UTF-8 without a byte order mark (BOM). This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.1.0/schema.json:7:15 error schema-invalid (path owner)
      `strng` is not a type. Did you mean `string`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a conflict
    golden-paths/environment/1.1.0/schema.json:3:1 error json-syntax (path owner)
      a merge conflict was left in the file. Decide for one of the two sides and remove the marker lines. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    open
    golden-paths/environment/1.1.0/schema.json:8:5 error schema-open (path owner)
      `properties.purpose` is an object, but does not say whether any fields are allowed. Add `"additionalProperties": false` (or `true`, when any are meant to be allowed). This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    other fields in a condition
    golden-paths/environment/1.1.0/schema.json:19:25 warning schema-doubtful (path owner)
      `pblic` is none of the `properties`, so that nothing may have it. Did you mean `public`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/environment/1.1.0/schema.json:20:12 error schema-doubtful (path owner)
      `domian` is none of the `properties`, so that nothing may have it. Did you mean `domain`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    no value
    golden-paths/environment/1.1.0/schema.json:10:34 error schema-doubtful (path owner)
      `enum` is empty, so that no value fits. Write the values that are allowed, or leave `enum` out. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    "#);
}

#[test]
fn what_a_golden_path_says_of_all_requests_is_its_owners_to_mend() {
    let fact = |from: &str, to: &str| changed(RELEASED, &[(from, to)]);
    let lifetime = "\"lifetime\": {\"type\": \"string\", \"format\": \"goldpath-duration\"";
    insta::assert_snapshot!(rows(&[
        ("a default", changed(SCHEMATA, &[(lifetime, &format!("{lifetime}, \"default\": \"70d\""))])),
        ("a field that is no duration", fact("lifetime: /spec/lifetime", "lifetime: /spec/dataClassification")),
        ("a constant", fact("lifetime: /spec/lifetime", "lifetime: bananas")),
        ("no team", fact("owner: /spec/owner", "owner: platfrm")),
        ("another team", fact("owner: /spec/owner", "owner: platform")),
        ("a reference to a number", fact("  outputs:", "  refs:\n    db: {at: /spec/services, path: environment}\n  outputs:")),
        ("a reference to nothing", fact("  outputs:", "  refs:\n    db: {at: /spec/domian, path: environment}\n  outputs:")),
        ("another version", changed(PATH_AT, &[("current: {v1: 1.1.0}", "current: {v2: 1.1.0}")])),
        ("a stage", changed(PATH_AT, &[("stage: ga", "stage: gaa"), ("  support: {channel: \"#platform-help\", response: 1 business day}\n", "")])),
        ("empty", changed(PATH_AT, &[("stage: ga", "stage:"), ("channel: \"#platform-help\"", "channel: "), ("30m", "30 minutes")])),
        ("days", fact("default: 14d", "default: 2 weeks")),
    ]), @r"
    a default
    golden-paths/environment/1.1.0/release.yaml:8:15 error out-of-range (path owner)
      the default of `spec.lifetime`, to which `spec.facts.lifetime` leads, is `70d`, and `spec.lifetime.max` is `30d`. Lower the one, or raise the other. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a field that is no duration
    golden-paths/environment/1.1.0/release.yaml:8:15 error wrong-format (path owner)
      the default of `spec.dataClassification`, to which `spec.facts.lifetime` leads, is `internal`, and a lifetime is a duration such as `14d` or `12h`. Change it, or point to another field. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a constant
    golden-paths/environment/1.1.0/release.yaml:8:15 error wrong-format (path owner)
      `spec.facts.lifetime` is `bananas`, and a lifetime is a duration such as `14d` or `12h`. Change it, or point to another field. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    no team
    golden-paths/environment/1.1.0/release.yaml:7:12 error unknown-team (path owner)
      `spec.facts.owner` is `platfrm`, and there is no team of that name. Did you mean `platform`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    another team
    requests/payments-team/payments-staging.yaml:1:1 error other-owner (requester)
      requests of `environment` are the team `platform`'s alone, and this one is in the folder of `payments-team`. Move the file to `requests/platform/`, or ask `platform` in #platform-help.
    a reference to a number
    golden-paths/environment/1.1.0/release.yaml:14:14 error unknown-field (path owner)
      `spec.refs.db.at` leads to `spec.services`, which is a list, and the name of a request is text. Name a field that is text. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a reference to nothing
    golden-paths/environment/1.1.0/release.yaml:14:14 error unknown-field (path owner)
      `spec.refs.db.at` leads to `spec.domian`, and `spec` has no field `domian` in `schema.json`. Did you mean `/spec/domain`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    another version
    golden-paths/environment/path.yaml:14:17 error other-version (path owner)
      the current release for `v2` is `1.1.0`, which serves `v1`. Name a release that serves `v2`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    a stage
    golden-paths/environment/path.yaml:12:10 error not-one-of (path owner)
      `spec.stage` must be one of `alpha`, `beta`, `ga` or `deprecated`, is `gaa`. Did you mean `ga`? This is for the owner of the golden path to mend: team `platform`, in #payments.
    empty
    golden-paths/environment/path.yaml:9:13 error missing-field (path owner)
      `spec.support.channel` has no value. Give it a value, or remove it; put a text that begins with `#` in quotes. This is for the owner of the golden path to mend: team `platform`, in #payments.
    golden-paths/environment/path.yaml:11:21 error wrong-format (path owner)
      `spec.measure.target` must be a duration such as `14d` or `12h`, is `30 minutes`. Write `30m`. This is for the owner of the golden path to mend: team `platform`, in #payments.
    golden-paths/environment/path.yaml:13:3 error missing-field (path owner)
      `spec.stage` has no value. Give it a value, or remove it; put a text that begins with `#` in quotes. This is for the owner of the golden path to mend: team `platform`, in #payments.
    days
    golden-paths/environment/1.1.0/release.yaml:11:23 error wrong-format (path owner)
      `spec.lifetime.default` must be a duration such as `14d` or `12h`, is `2 weeks`. Write `2w`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
}

#[test]
fn a_condition_says_what_is_so() {
    let text = "\"a\": {\"type\": \"string\"}, \"n\": {\"type\": \"integer\"}, \"ha\": {\"type\": \"boolean\", \"default\": false}";
    let so = |beside: &str, lines: &str| asked(text, beside, lines);
    insta::assert_snapshot!(rows(&[
        ("absent", so("\"allOf\": [{\"if\": {\"properties\": {\"n\": {\"const\": 3}}}, \"then\": {\"required\": [\"a\"]}}],", "")),
        ("a bound", so("\"allOf\": [{\"if\": {\"properties\": {\"n\": {\"minimum\": 5}}, \"required\": [\"n\"]}, \"then\": {\"required\": [\"a\"]}}],", "  n: 7\n")),
        ("else", so("\"allOf\": [{\"if\": {\"properties\": {\"n\": {\"const\": 3}}}, \"else\": {\"required\": [\"a\"]}}],", "  n: 7\n")),
        ("depends", so("\"dependentRequired\": {\"n\": [\"a\"]},", "  n: 7\n")),
        ("depends on a schema", so("\"dependentSchemas\": {\"n\": {\"required\": [\"a\"]}},", "  n: 7\n")),
        ("a default", so("\"allOf\": [{\"if\": {\"properties\": {\"region\": {\"const\": \"eu-central-1\"}}}, \"then\": {\"properties\": {\"ha\": {\"const\": true}}}}],", "")),
        ("not together", so("\"not\": {\"required\": [\"a\", \"n\"]},", "  a: x\n  n: 1\n")),
    ]), @r"
    absent
    requests/payments-team/payments-staging.yaml:5:1 error missing-field (requester)
      `spec` needs a field `a`, because `n` is not given. Add `a: …`.
    a bound
    requests/payments-team/payments-staging.yaml:5:1 error missing-field (requester)
      `spec` needs a field `a`, because `n` is 7. Add `a: …`.
    else
    requests/payments-team/payments-staging.yaml:5:1 error missing-field (requester)
      `spec` needs a field `a`, because `n` is not 3. Add `a: …`.
    depends
    requests/payments-team/payments-staging.yaml:5:1 error missing-field (requester)
      `spec` needs a field `a`, because `n` is given. Add `a: …`.
    depends on a schema
    requests/payments-team/payments-staging.yaml:5:1 error missing-field (requester)
      `spec` needs a field `a`, because `n` is given. Add `a: …`.
    a default
    requests/payments-team/payments-staging.yaml:5:1 error not-one-of (requester)
      `spec.ha` must be true, is false by default, because `region` is `eu-central-1`. Add `ha: true`.
    not together
    requests/payments-team/payments-staging.yaml:5:1 error does-not-fit (requester)
      `spec` may not have `a` and `n` together. Remove one of them.
    ");
}

#[test]
fn one_of_several_forms_says_what_makes_it_one() {
    let keyed = r#""store": {"oneOf": [{"type": "object", "additionalProperties": false, "required": ["disk"], "properties": {"disk": {}}}, {"type": "object", "additionalProperties": false, "required": ["bucket"], "properties": {"bucket": {}}}]}"#;
    let named = r#""choice": {"oneOf": [{"const": "small", "title": "a small one"}, {"const": "large"}]}, "text": {"oneOf": [{"pattern": "^a"}, {"pattern": "^b"}]}"#;
    let form = |properties: &str, lines: &str| asked(properties, "", lines);
    let both = "\"allOf\": [{\"oneOf\": [{\"required\": [\"a\"]}, {\"required\": [\"b\"]}]}],";
    insta::assert_snapshot!(rows(&[
        ("misspelt", form(keyed, "  store: {dsk: 1}\n")),
        ("both", form(keyed, "  store: {disk: 1, bucket: 2}\n")),
        ("nothing", form(keyed, "  store: {}\n")),
        ("text", form(keyed, "  store: disk\n")),
        ("no kind", form("\"x\": {}", "  check: {}\n")),
        ("text for a kind", form("\"x\": {}", "  check: http\n")),
        ("one of two words", form(named, "  choice: smal\n  text: c\n")),
        ("two keys", asked("\"a\": {}, \"b\": {}", both, "  a: 1\n  b: 2\n")),
    ]), @r"
    misspelt
    requests/payments-team/payments-staging.yaml:16:11 error unknown-field (requester)
      `dsk` is not a field of `spec.store`. Did you mean `disk`?
    both
    requests/payments-team/payments-staging.yaml:16:10 error no-form-fits (requester)
      `spec.store` has `disk` and `bucket`, and may have only one of them. Keep `disk` or `bucket`, and remove what belongs to the other.
    nothing
    requests/payments-team/payments-staging.yaml:16:10 error no-form-fits (requester)
      `spec.store` must be exactly one of: with `disk`; with `bucket`. Add `disk: …`, or `bucket: …`.
    text
    requests/payments-team/payments-staging.yaml:16:10 error wrong-type (requester)
      `spec.store` must be an object, is the text `disk`. It is one of: with `disk`; with `bucket`.
    no kind
    requests/payments-team/payments-staging.yaml:16:3 error missing-field (requester)
      `spec.check` needs a field `type`. Add `type: …`, one of `http` or `tcp`.
    text for a kind
    requests/payments-team/payments-staging.yaml:16:10 error wrong-type (requester)
      `spec.check` must be an object, is the text `http`. Write an object with `type`, one of `http` or `tcp`.
    one of two words
    requests/payments-team/payments-staging.yaml:16:11 error not-one-of (requester)
      `spec.choice` must be one of `small` or `large`, is `smal`. Did you mean `small`?
    requests/payments-team/payments-staging.yaml:17:9 error no-form-fits (requester)
      `spec.text` must be exactly one of: text that matches `^a`; text that matches `^b`.
    two keys
    requests/payments-team/payments-staging.yaml:5:1 error no-form-fits (requester)
      `spec` has `a` and `b`, and may have only one of them. Keep `a` or `b`, and remove what belongs to the other.
    ");
}

#[test]
fn what_is_meant_is_told_with_the_step_to_it() {
    let owner = "  owner: payments-team\n";
    insta::assert_snapshot!(rows(&[
        ("keys", changed(AT, &[("metadata:\n", "metadata:\n  labels: {on: a, 010: b, \"no\": c}\n")])),
        ("no space", changed(AT, &[("  name: payments-staging", "  name:payments-staging")])),
        ("no colon", changed(AT, &[("  name: payments-staging", "  name payments-staging")])),
        ("metadata in spec", changed(AT, &[("metadata:\n  name: payments-staging\n", ""), ("spec:\n", "spec:\n  metadata: {name: payments-staging}\n")])),
        ("a name at the top", changed(AT, &[("metadata:\n  name: payments-staging\n", "name: payments-staging\n")])),
        ("brackets and lines", changed(AT, &[("region: eu-central-1", "region: [eu-central-1]"), ("dataClassification: internal", "dataClassification: |\n    internal")])),
        ("no owner", changed(AT, &[(owner, "")])),
        ("no version", changed(AT, &[("platform.kubedojo.io/v1", "platform.kubedojo.io")])),
    ]), @r#"
    keys
    requests/payments-team/payments-staging.yaml:4:12 warning yaml-ambiguous (requester)
      the key `on` is text here, but older YAML readers take it for true. Put it in quotes: "on".
    requests/payments-team/payments-staging.yaml:4:19 warning yaml-ambiguous (requester)
      the key `010` is text here, but older YAML readers take it for an octal number. Put it in quotes: "010".
    no space
    requests/payments-team/payments-staging.yaml:4:3 error wrong-type (requester)
      `metadata` must be an object, is the text `name:payments-staging`. A space is missing behind `name:`: write `name: payments-staging`.
    no colon
    requests/payments-team/payments-staging.yaml:4:3 error wrong-type (requester)
      `metadata` must be an object, is the text `name payments-staging`. A `:` is missing behind `name`: write `name: payments-staging`.
    metadata in spec
    requests/payments-team/payments-staging.yaml:4:3 error unknown-field (requester)
      `metadata` stands inside of `spec`. Indent it less, as far as `spec`.
    a name at the top
    requests/payments-team/payments-staging.yaml:3:1 error unknown-field (requester)
      `name` belongs to `metadata`. Write `metadata:` above it, and indent it by two spaces.
    brackets and lines
    requests/payments-team/payments-staging.yaml:9:11 error not-one-of (requester)
      `spec.region` must be one of `eu-central-1` or `eu-west-1`, is a list. Remove the brackets: `eu-central-1`.
    requests/payments-team/payments-staging.yaml:11:5 error not-one-of (requester)
      `spec.dataClassification` must be one of `public` or `internal`, is `internal `. Write it in one line: `internal`.
    no owner
    requests/payments-team/payments-staging.yaml:5:1 error missing-field (requester)
      `spec` needs a field `owner`. Add `owner: payments-team`, which is the team that the request belongs to.
    no version
    requests/payments-team/payments-staging.yaml:1:13 error wrong-format (requester)
      `apiVersion` must be a group and a version, is `platform.kubedojo.io`. Write `platform.kubedojo.io/v1`.
    "#);
}

#[test]
fn a_request_that_is_not_read_is_not_taken_for_removed() {
    let mut files = repository();
    let text = files.remove(AT).unwrap();
    files.insert("requests/payments-team/renamed.yml".to_owned(), text);
    let refused = Refused { name: AT.to_owned(), reason: "the file has more than 9 bytes".to_owned() };
    let parsed = parse(&Snapshot::new(None, snapshot(&files).files().clone(), vec![refused]));
    insta::assert_snapshot!(said(&parsed), @r"
    requests/payments-team/payments-staging.yaml:1:1 error refused-path (requester)
      `requests/payments-team/payments-staging.yaml` is not read: the file has more than 9 bytes. Make it smaller, or remove it from the repository.
    requests/payments-team/renamed.yml:1:1 error misplaced-file (requester)
      files that end with `.yml` are not read here. Rename it to `renamed.yaml`.
    ");
    let broken: Vec<String> = parsed.platform.broken.keys().map(ToString::to_string).collect();
    assert_eq!(broken, ["payments-team/payments-staging", "payments-team/renamed"]);
}
