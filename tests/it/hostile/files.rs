//! Rows 1 to 4, 20, 22 and 23: names, links, and what is missing or there twice.

use super::repository::{Repository, request};
use crate::sample::{CONFIG, FILES, TEMPLATE};
use std::os::unix::fs::symlink;

#[test]
fn row_1_a_name_that_is_no_name_is_a_finding_at_its_place() {
    let names = ["..", "../../etc", "/etc/passwd", "a\\\\b", "a\\0b", "shop.", "ѕhop", "Shop", ""];
    let said: String = names
        .iter()
        .map(|name| {
            let text = request("{text: hello}").replace("name: shop", &format!("name: \"{name}\""));
            let said = Repository::new().with("requests/platform/shop.yaml", text).findings();
            format!("{name:?}\n  {}\n", said.replace('\n', "\n  "))
        })
        .collect();
    insta::assert_snapshot!(said, @r#"
    ".."
      requests/platform/shop.yaml:3:18 not-a-name: `..` is not a name: a name is made of small letters, digits and `-`, this one holds '.'
      exit 1
    "../../etc"
      requests/platform/shop.yaml:3:18 not-a-name: `../../etc` is not a name: a name is made of small letters, digits and `-`, this one holds '.'
      exit 1
    "/etc/passwd"
      requests/platform/shop.yaml:3:18 not-a-name: `/etc/passwd` is not a name: a name is made of small letters, digits and `-`, this one holds '/'
      exit 1
    "a\\\\b"
      requests/platform/shop.yaml:3:18 not-a-name: `a\b` is not a name: a name is made of small letters, digits and `-`, this one holds '\\'
      exit 1
    "a\\0b"
      requests/platform/shop.yaml:3:18 not-a-name: `a b` is not a name: a name is made of small letters, digits and `-`, this one holds '\0'
      exit 1
    "shop."
      requests/platform/shop.yaml:3:18 not-a-name: `shop.` is not a name: a name is made of small letters, digits and `-`, this one holds '.'
      exit 1
    "ѕhop"
      requests/platform/shop.yaml:3:18 not-a-name: `ѕhop` is not a name: a name is made of small letters, digits and `-`, this one holds 'ѕ'
      exit 1
    "Shop"
      requests/platform/shop.yaml:3:18 not-a-name: `Shop` is not a name: a name is made of small letters, digits and `-`, this one holds 'S'
      exit 1
    ""
      requests/platform/shop.yaml:3:12 missing-field: `metadata.name` has no value
      exit 1
    "#);
}

#[test]
fn row_1_a_file_name_that_looks_like_another_is_refused() {
    let text = |name: &str| request("{text: hello}").replace("name: shop", &format!("name: {name}"));
    let repository = Repository::new()
        .with("requests/platform/ѕhop.yaml", text("ѕhop"))
        .with("requests/platform/-x.yaml", text("-x"))
        .with("requests/platform/a\\b.yaml", text("a"))
        .with("requests/platform/dot..yaml", text("dot"));
    insta::assert_snapshot!(repository.findings(), @r"
    golden-paths/config/1.0.0/main/a.yaml.tera:3:1 duplicate-object: `platform/dot/main@staging` and `platform/shop/main@staging` both hold the ConfigMap `a` of the target `staging`
    goldpath.yaml:1:1 refused-path: `requests/platform/a\b.yaml` is not read: the path holds the character '\\'
    requests/platform/-x.yaml:1:1 not-a-name: the name of this file is not a name: a name begins and ends with a letter or a digit
    requests/platform/-x.yaml:3:18 not-a-name: `-x` is not a name: a name begins and ends with a letter or a digit
    requests/platform/dot..yaml:1:1 not-a-name: the name of this file is not a name: a name is made of small letters, digits and `-`, this one holds '.'
    requests/platform/ѕhop.yaml:1:1 not-a-name: the name of this file is not a name: a name is made of small letters, digits and `-`, this one holds 'ѕ'
    requests/platform/ѕhop.yaml:3:18 not-a-name: `ѕhop` is not a name: a name is made of small letters, digits and `-`, this one holds 'ѕ'
    exit 1
    ");
}

#[test]
fn row_1_a_connection_that_leads_elsewhere_is_no_name() {
    let with = |connection: &str| {
        let target = TARGET.replace("connection: staging", &format!("connection: \"{connection}\""));
        Repository::new().with("targets/staging.yaml", target).findings()
    };
    let said = ["../../../etc", "/etc/cron.d", "a/b", ".", "St\u{e4}ging"].map(|name| format!("{name}\n{}\n", with(name)));
    insta::assert_snapshot!(said.concat(), @"
    ../../../etc
    targets/staging.yaml:4:37 not-a-name: `../../../etc` is not a name: a name is made of small letters, digits and `-`, this one holds '.'
    exit 1
    /etc/cron.d
    targets/staging.yaml:4:37 not-a-name: `/etc/cron.d` is not a name: a name is made of small letters, digits and `-`, this one holds '/'
    exit 1
    a/b
    targets/staging.yaml:4:37 not-a-name: `a/b` is not a name: a name is made of small letters, digits and `-`, this one holds '/'
    exit 1
    .
    targets/staging.yaml:4:37 not-a-name: `.` is not a name: a name is made of small letters, digits and `-`, this one holds '.'
    exit 1
    Stäging
    targets/staging.yaml:4:37 not-a-name: `Stäging` is not a name: a name is made of small letters, digits and `-`, this one holds 'S'
    exit 1
    ");
}

#[test]
fn row_1_a_value_that_names_a_target_names_none_elsewhere() {
    let release = "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  outputs:\n    - {name: main, renderer: kubernetes@1, target: \"{{ spec.text }}\"}\n";
    let with = |name: &str| {
        let repository = Repository::new().with("golden-paths/config/1.0.0/release.yaml", release);
        repository.with("requests/platform/shop.yaml", request(&format!("{{text: \"{name}\"}}"))).findings()
    };
    let said =
        ["staging", "../staging", "/etc", " staging", "st\u{430}ging", "staging.", ""].map(|name| format!("{name:?}\n{}\n", with(name)));
    insta::assert_snapshot!(said.concat(), @r#"
    "staging"
    exit 0
    "../staging"
    requests/platform/shop.yaml:4:14 unknown-target: the output `main` goes to the target `../staging`, which does not exist
    exit 1
    "/etc"
    requests/platform/shop.yaml:4:14 unknown-target: the output `main` goes to the target `/etc`, which does not exist
    exit 1
    " staging"
    exit 0
    "stаging"
    requests/platform/shop.yaml:4:14 unknown-target: the output `main` goes to the target `stаging`, which does not exist
    exit 1
    "staging."
    requests/platform/shop.yaml:4:14 unknown-target: the output `main` goes to the target `staging.`, which does not exist
    exit 1
    ""
    requests/platform/shop.yaml:4:14 unknown-target: the output `main` goes to the target ``, which does not exist
    exit 1
    "#);
}

#[test]
fn row_2_links_are_read_by_nobody() {
    let repository = Repository::new();
    let link = |to: &str, at: &str| symlink(to, repository.path(at)).unwrap();
    link("/etc/passwd", "requests/platform/file.yaml");
    link("/etc", "requests/platform/folder");
    link("/etc/hostname", "golden-paths/config/1.0.0/main/b.yaml.tera");
    link("nowhere", "requests/platform/nowhere.yaml");
    link("loop.yaml", "requests/platform/loop.yaml");
    link("../../teams", "requests/teams");
    insta::assert_snapshot!(repository.findings(), @r"
    golden-paths/config/1.0.0/main/b.yaml.tera:1:1 symlink: this is a symbolic link, and nothing follows it
    requests/platform/file.yaml:1:1 symlink: this is a symbolic link, and links are never followed
    requests/platform/folder:1:1 symlink: this is a symbolic link, and links are never followed
    requests/platform/loop.yaml:1:1 symlink: this is a symbolic link, and links are never followed
    requests/platform/nowhere.yaml:1:1 symlink: this is a symbolic link, and links are never followed
    requests/teams:1:1 symlink: this is a symbolic link, and links are never followed
    exit 1
    ");
}

#[test]
fn row_3_a_folder_beside_the_repository_is_outside() {
    let repository = Repository::new();
    let name = repository.path("").file_name().expect("a name").display().to_string();
    let beside = repository.path("").with_file_name(format!("{name}-x"));
    std::fs::create_dir_all(&beside).unwrap();
    std::fs::write(beside.join("shop.yaml"), request("{text: hello}")).unwrap();
    let said = repository.said(&["validate", ".", &format!("../{name}-x/shop.yaml")]);
    std::fs::remove_dir_all(&beside).unwrap();
    insta::assert_snapshot!(said.replace(&name, "REPO").replace(&std::env::temp_dir().canonicalize().unwrap().display().to_string(), "TMP"), @"
    error: ../REPO-x/shop.yaml is not in the platform repository TMP/REPO
      hint: all files of one call are in one repository; check others by themselves
    exit 2
    ");
}

#[test]
fn row_20_nothing_rendered_is_a_finding_never_a_removal() {
    let mut said = Repository::new().with(TEMPLATE, "{# nothing #}\n").findings() + "\n";
    said += &Repository::new().with(TEMPLATE, format!("{{% if spec.text == \"x\" %}}{CONFIG}{{% endif %}}")).findings();
    let gone = Repository::new();
    std::fs::remove_dir_all(gone.path("golden-paths/config/1.0.0/main")).unwrap();
    let no_paths = Repository::new();
    std::fs::remove_dir_all(no_paths.path("golden-paths")).unwrap();
    let nothing = Repository::new();
    for folder in ["golden-paths", "requests", "targets", "teams"] {
        std::fs::remove_dir_all(nothing.path(folder)).unwrap();
    }
    said = [said, gone.findings(), no_paths.findings(), nothing.findings()].join("\n");
    insta::assert_snapshot!(said, @"
    golden-paths/config/1.0.0/release.yaml:7:7 empty-unit: the output `main` renders to no file at all
    exit 1
    golden-paths/config/1.0.0/release.yaml:7:7 empty-unit: the output `main` renders to no file at all
    exit 1
    golden-paths/config/1.0.0/release.yaml:7:14 missing-file: the output `main` has no folder
    exit 1
    requests/platform/shop.yaml:2:7 unknown-kind: no golden path takes requests of the kind `SampleRequest`
    exit 1
    exit 0
    ");
}

#[test]
fn row_22_two_units_that_claim_one_object_are_both_refused_and_named() {
    let other = request("{text: other}").replace("name: shop", "name: till");
    insta::assert_snapshot!(Repository::new().with("requests/platform/till.yaml", other).findings(), @r"
    golden-paths/config/1.0.0/main/a.yaml.tera:3:1 duplicate-object: `platform/shop/main@staging` and `platform/till/main@staging` both hold the ConfigMap `a` of the target `staging`
    exit 1
    ");
}

#[test]
fn row_23_a_malformed_quantity_stops_its_unit_and_no_other() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ metadata.name }}}\nspec: {activeDeadlineSeconds: 5, containers: [{name: a, image: b, resources: {limits: {memory: {{ spec.text | yaml }}}}}]}\n";
    let repository = Repository::new()
        .with(TEMPLATE, pod)
        .with("targets/staging.yaml", TARGET)
        .with("requests/platform/shop.yaml", request("{text: 128Mi}"))
        .with("requests/platform/till.yaml", request("{text: 128 megabytes}").replace("name: shop", "name: till"));
    insta::assert_snapshot!(format!("{}\n{:?}", repository.findings(), repository.units()), @r#"
    golden-paths/config/1.0.0/main/a.yaml.tera:4:1 kubernetes-schema: `a.yaml`: Pod: `spec.containers[0].resources.limits.memory` must be a quantity such as `500m` or `1Gi`, is the text `128 megabytes`
    exit 1
    ["platform/shop/main@staging"]
    "#);
}

#[test]
fn row_23_a_malformed_date_stops_its_request_and_no_other() {
    let named = |name: &str, expires: &str| {
        let metadata = format!("metadata: {{name: {name}, annotations: {{goldpath.dev/expires: \"{expires}\"}}}}");
        (format!("requests/platform/{name}.yaml"), request("{text: hello}").replace("metadata: {name: shop}", &metadata))
    };
    let odd = ["2026-13-01", "2026-02-30", "tomorrow", "1", "2026-3-1", "-0001-01-01"];
    let files = odd.iter().enumerate().map(|(n, expires)| named(&format!("odd{n}"), expires)).chain([named("shop", "2026-03-01")]);
    let template = CONFIG.replace("name: a", "name: {{ metadata.name }}");
    let repository = files.fold(Repository::new().with(TEMPLATE, template), |repository, (path, text)| repository.with(&path, text));
    let findings = repository.findings();
    for n in 0..odd.len() {
        assert!(findings.contains(&format!("requests/platform/odd{n}.yaml:3:")), "{findings}");
    }
    assert_eq!(repository.units(), ["platform/shop/main@staging"], "{findings}");
}

#[test]
fn row_23_a_malformed_duration_or_timestamp_stops_its_unit_and_no_other() {
    let lease = "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: {{ metadata.name }}}\nspec: {acquireTime: {{ spec.text | yaml }}}\n";
    let odd = ["yesterday", "2026-03-01", "2026-03-01T25:00:00.000000Z", "2026-03-01 10:00:00"];
    let named = |(name, text): (String, &str)| {
        (
            format!("requests/platform/{name}.yaml"),
            request(&format!("{{text: \"{text}\"}}")).replace("name: shop", &format!("name: {name}")),
        )
    };
    let all =
        odd.iter().enumerate().map(|(n, text)| (format!("odd{n}"), *text)).chain([("shop".to_owned(), "2026-03-01T10:00:00.000000Z")]);
    let repository = Repository::new().with(TEMPLATE, lease).with("targets/staging.yaml", TARGET);
    let repository = all.map(named).fold(repository, |repository, (path, text)| repository.with(&path, text));
    insta::assert_snapshot!(format!("{}\n{:?}", repository.findings(), repository.units()), @r#"
    golden-paths/config/1.0.0/main/a.yaml.tera:4:1 kubernetes-schema: `a.yaml`: Lease: `spec.acquireTime` must be a time such as `2026-03-01T12:00:00.000000Z`, is the text `yesterday` (and 3 more: `platform/odd1`, `platform/odd2`, `platform/odd3`)
    exit 1
    ["platform/shop/main@staging"]
    "#);

    let release = FILES[2].1.replace("serves: v1", "serves: v1\n  facts: {lifetime: /spec/text}\n  lifetime: {default: 14d, max: 30d}");
    let all = ["soon", "14", "1.5d", "-1d", "99999999999999999999d", "31d", ""].into_iter().enumerate();
    let all = all.map(|(n, text)| (format!("odd{n}"), text)).chain([("shop".to_owned(), "7d")]);
    let template = CONFIG.replace("name: a", "name: {{ metadata.name }}");
    let repository = Repository::new().with(TEMPLATE, template).with("golden-paths/config/1.0.0/release.yaml", release);
    let repository = all.map(named).fold(repository, |repository, (path, text)| repository.with(&path, text));
    insta::assert_snapshot!(format!("{}\n{:?}", repository.findings(), repository.units()), @r#"
    requests/platform/odd0.yaml:4:14 wrong-format: `spec.text` must be a duration such as `14d` or `12h`, is `soon`
    requests/platform/odd1.yaml:4:14 wrong-format: `spec.text` must be a duration such as `14d` or `12h`, is `14`
    requests/platform/odd2.yaml:4:14 wrong-format: `spec.text` must be a duration such as `14d` or `12h`, is `1.5d`
    requests/platform/odd3.yaml:4:14 wrong-format: `spec.text` must be a duration such as `14d` or `12h`, is `-1d`
    requests/platform/odd4.yaml:4:14 wrong-format: `spec.text` must be a duration such as `14d` or `12h`, is `99999999999999999999d`
    requests/platform/odd5.yaml:4:14 lifetime-too-long: `spec.text` is `31d`, and `config` lives at most `30d`
    requests/platform/odd6.yaml:4:14 wrong-format: `spec.text` must be a duration such as `14d` or `12h`, is empty
    exit 1
    ["platform/shop/main@staging"]
    "#);
}

const TARGET: &str = "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {name: staging}\n\
     spec: {type: directory, connection: staging, kubernetes: {version: \"1.35\"}, allow: {teams: [\"*\"], paths: [\"*\"]}}\n";
