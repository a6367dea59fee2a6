use crate::model::Finding;
use crate::parse::parse;
use crate::render::{Cache, Changing, Limits, Progress, Rendered, Tell, Traced, Watched, fields, render, render_watched, trace};
use crate::snapshot::Snapshot;
use std::sync::{Arc, Mutex};

/// A golden path for databases that exports where they are, and one for services that name a database.
const FILES: &[(&str, &str)] = &[
    ("goldpath.yaml", "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: p}\nspec: {values: {}}\n"),
    ("teams/shop.yaml", "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: shop}\nspec: {title: Shop}\n"),
    ("teams/bank.yaml", "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: bank}\nspec: {title: Bank}\n"),
    (
        "targets/eu.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {name: eu}\nspec: {type: directory, connection: eu, values: {domain: eu.example.org}}\n",
    ),
    (
        "golden-paths/database/path.yaml",
        "apiVersion: goldpath.dev/v1\nkind: GoldenPath\nmetadata: {name: database}\nspec:\n  title: Database\n  owner: shop\n  request: {group: example.org, kind: Database}\n  current: {v1: 1.0.0}\n",
    ),
    (
        "golden-paths/database/1.0.0/release.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  outputs:\n    - {name: main, renderer: ci@1, target: eu}\n  exports:\n    host: {value: \"{{ metadata.name }}.{{ target.values.domain }}\"}\n",
    ),
    (
        "golden-paths/database/1.0.0/schema.json",
        r#"{"type": "object", "additionalProperties": false, "properties": {"size": {"type": "integer"}}}"#,
    ),
    ("golden-paths/database/1.0.0/main/a.md.tera", "a database\n"),
    (
        "golden-paths/service/path.yaml",
        "apiVersion: goldpath.dev/v1\nkind: GoldenPath\nmetadata: {name: service}\nspec:\n  title: Service\n  owner: shop\n  request: {group: example.org, kind: Service}\n  current: {v1: 1.0.0}\n",
    ),
    (
        "golden-paths/service/1.0.0/release.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  refs:\n    database: {at: /spec/database, path: database, teams: same}\n    upstream: {at: /spec/upstream, path: service}\n  libraries: {text: 1.0.0}\n  outputs:\n    - {name: main, renderer: ci@1, target: eu}\n  exports:\n    via: {value: \"{{ metadata.name }}{% if refs.database %} on {{ refs.database.exports.host }}{% endif %}\"}\n",
    ),
    (
        "golden-paths/service/1.0.0/schema.json",
        r#"{"type": "object", "additionalProperties": false, "properties": {"database": {"type": "string"}, "upstream": {"type": "string"}}}"#,
    ),
    (
        "golden-paths/service/1.0.0/main/a.md.tera",
        "<% if refs.database %>database <{ refs.database.team }>/<{ refs.database.name }> at <{ refs.database.exports.host }>\n<% endif %><% include \"library/text/end.md.tera\" %>\n",
    ),
    ("golden-paths/_library/text/1.0.0/end.md.tera", "for <{ team.name }>"),
    ("requests/shop/db.yaml", "apiVersion: example.org/v1\nkind: Database\nmetadata: {name: db}\nspec: {size: 1}\n"),
    ("requests/shop/web.yaml", "apiVersion: example.org/v1\nkind: Service\nmetadata: {name: web}\nspec: {database: db}\n"),
    ("requests/bank/ledger.yaml", "apiVersion: example.org/v1\nkind: Service\nmetadata: {name: ledger}\nspec: {}\n"),
];

/// The files and the order of what is rendered, or all errors.
fn shown(edits: &[(&str, Option<&str>)]) -> String {
    let snapshot = Snapshot::of_texts(FILES, edits);
    let parsed = parse(&snapshot);
    let rendered = render(&snapshot, &parsed.platform, &Limits::default(), &mut Cache::new(), 1);
    let line =
        |f: &Finding| format!("{}:{}:{} {}: {}. {}\n", f.place.path, f.place.span.line, f.place.span.column, f.code, f.message, f.help);
    let said: String = parsed.findings.iter().chain(&rendered.findings).map(line).collect();
    if said.is_empty() { units(&rendered) } else { said }
}

fn units(rendered: &Rendered) -> String {
    let mut out = String::new();
    for unit in rendered.units.values() {
        out += &format!("{} after {:?}\n", unit.id, unit.depends_on);
        for file in unit.files.values() {
            out += &String::from_utf8_lossy(&file.bytes);
        }
    }
    out
}

fn service(name: &str, spec: &str) -> String {
    format!("apiVersion: example.org/v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {spec}\n")
}

#[test]
fn what_another_request_does_not_export_is_told_with_what_it_does() {
    let read = |what: &str| format!("<% if refs.database %>at <{{ refs.database.exports.{what} }}>\n<% endif %>x\n");
    let template = "golden-paths/service/1.0.0/main/a.md.tera";
    let release = FILES.iter().find(|(path, _)| *path == "golden-paths/database/1.0.0/release.yaml").unwrap().1;
    let of_platform = release.replace("{{ metadata.name }}.{{ target.values.domain }}", "{{ platform.values.registry }}/x");
    let all = [
        shown(&[(template, Some(&read("port")))]),
        shown(&[(template, Some(&read("hots")))]),
        shown(&[("golden-paths/database/1.0.0/release.yaml", Some(&of_platform))]),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    golden-paths/service/1.0.0/main/a.md.tera:1:29 template-error: `refs.database.exports.port` is undefined. The release of `shop/db` exports `host`: add `port` to `exports` in its `release.yaml`, or print it with `| default(value=…)`. This is for the owner of the golden path to mend: team `shop`.
    golden-paths/service/1.0.0/release.yaml:9:21 unused-library: no template of this release uses anything of the library `text@1.0.0`. Take it out of `spec.libraries`, or include what it is there for. This is for the owner of the golden path to mend: team `shop`.

    golden-paths/service/1.0.0/main/a.md.tera:1:29 template-error: `refs.database.exports.hots` is undefined. Did you mean `host`? This is for the owner of the golden path to mend: team `shop`.
    golden-paths/service/1.0.0/release.yaml:9:21 unused-library: no template of this release uses anything of the library `text@1.0.0`. Take it out of `spec.libraries`, or include what it is there for. This is for the owner of the golden path to mend: team `shop`.

    golden-paths/database/1.0.0/release.yaml:9:19 expression-error: the export `host`: `platform.values.registry` is undefined. Write `registry` into `goldpath.yaml`, or print it with `| default(value=…)`. This is for the owner of the golden path to mend: team `shop`.
    ");
}

/// A line that only another request changes changes with the field that names it; one that is there with an object, with that.
#[test]
fn a_line_comes_from_a_request_that_is_named_or_from_an_object_that_is_there() {
    let schema = r#"{"type": "object", "additionalProperties": false, "properties": {"database": {"type": "string"}, "upstream": {"type": "string"}, "backup": {"type": "object", "additionalProperties": false, "properties": {"days": {"type": "integer"}}}}}"#;
    let template = "<{ refs.database.exports.host }>\n<% if spec.backup is defined %>kept\n<% endif %>always\n";
    let edits = [
        ("golden-paths/service/1.0.0/schema.json", Some(schema)),
        ("golden-paths/service/1.0.0/main/a.md.tera", Some(template)),
        ("requests/bank/ledger.yaml", None),
    ];
    let web = service("web", "{database: db, backup: {days: 3}}");
    let snapshot = Snapshot::of_texts(FILES, &[&edits[..], &[("requests/shop/web.yaml", Some(web.as_str()))]].concat());
    let platform = parse(&snapshot).platform;
    let limits = Limits::default();
    let rendered = render(&snapshot, &platform, &limits, &mut Cache::new(), 1);
    let unit = rendered.units.values().find(|unit| unit.id.request.name.as_str() == "web").unwrap();
    let file = unit.files.keys().next().unwrap();
    let lines = trace(&snapshot, &platform, &limits, unit, file).unwrap();
    let fields = |(number, line): (u32, &Traced)| {
        let Changing { fields, untried } = fields(&snapshot, &platform, &limits, unit, file, (number, line));
        format!("{}: {}; not tried: {}\n", line.text, fields.join(" "), untried.join(" "))
    };
    insta::assert_snapshot!((1..).zip(&lines).map(fields).collect::<String>(), @"
    db.eu.example.org: /spec/database; not tried: /spec/upstream
    kept: /spec/backup; not tried: /spec/upstream
    always: ; not tried: /spec/upstream
    ");
}

#[test]
fn what_another_request_exports_is_read_and_comes_after_it() {
    insta::assert_snapshot!(shown(&[]), @r"
    bank/ledger/main@eu after []
    for bank
    shop/db/main@eu after []
    a database
    shop/web/main@eu after [shop/db/main@eu]
    database shop/db at db.eu.example.org
    for shop
    ");
}

#[test]
fn a_reference_to_what_is_not_there_or_not_ones_own_is_refused() {
    let request = |spec: &str| shown(&[("requests/shop/web.yaml", Some(&service("web", spec)))]);
    insta::assert_snapshot!(request("{database: dbb}"), @"requests/shop/web.yaml:4:18 unknown-request: there is no request `shop/dbb`. Did you mean `db`?");
    insta::assert_snapshot!(request("{database: bank/ledger}"), @"requests/shop/web.yaml:4:18 other-request: `spec.database` names a request of another team: `bank/ledger`. Name a request of `shop`: what belongs to another team is not handed out through its requests.");
    insta::assert_snapshot!(request("{upstream: db}"), @"requests/shop/web.yaml:4:18 other-request: `shop/db` is a request of `database`, and one of `service` is wanted here. Name a request of `service`.");
    insta::assert_snapshot!(request("{database: Not A Name}"), @"requests/shop/web.yaml:4:18 not-a-name: `spec.database` must be the name of a request: a name is made of small letters, digits and `-`, this one holds 'N'. Write its `metadata.name`.");
}

#[test]
fn a_request_that_others_name_does_not_go_away_unnoticed() {
    insta::assert_snapshot!(shown(&[("requests/shop/db.yaml", None)]), @"requests/shop/web.yaml:4:18 unknown-request: there is no request `shop/db`. Name a request of `database` that is there, or add it under `requests/shop/`.");
}

#[test]
fn one_that_names_a_broken_one_is_not_rendered_without_it() {
    let next = service("next", "{upstream: web}");
    let edits = [
        ("requests/shop/db.yaml", Some("apiVersion: example.org/v1\nkind: Database\nmetadata: {name: db}\nspec: {sise: 1}\n")),
        ("requests/shop/next.yaml", Some(next.as_str())),
    ];
    insta::assert_snapshot!(shown(&edits), @r"
    requests/shop/db.yaml:4:8 unknown-field: `sise` is not a field of `spec`. Did you mean `size`?
    requests/shop/next.yaml:4:18 broken-reference: `shop/web`, which is named here, cannot be rendered, because `shop/db` has errors (and 1 more: `requests/shop/web.yaml`). Mend that one; nothing needs to change here.
    ");
}

#[test]
fn a_circle_is_said_at_each_of_its_requests() {
    let (web, next) = (service("web", "{upstream: next}"), service("next", "{upstream: web}"));
    insta::assert_snapshot!(shown(&[("requests/shop/web.yaml", Some(&web)), ("requests/shop/next.yaml", Some(&next))]), @r"
    requests/shop/next.yaml:4:18 reference-circle: requests refer to each other in a circle: `shop/next` → `shop/web` → `shop/next`. Take one of the references out.
    requests/shop/web.yaml:4:18 reference-circle: requests refer to each other in a circle: `shop/next` → `shop/web` → `shop/next`. Take one of the references out.
    ");
    let own = service("web", "{upstream: web}");
    insta::assert_snapshot!(shown(&[("requests/shop/web.yaml", Some(&own))]), @"requests/shop/web.yaml:4:18 reference-circle: requests refer to each other in a circle: `shop/web` → `shop/web`. Take one of the references out.");
}

#[test]
fn an_export_that_cannot_be_made_is_the_owners_to_mend() {
    let release = "golden-paths/database/1.0.0/release.yaml";
    let text = FILES.iter().find(|(name, _)| *name == release).unwrap().1.replace("target.values.domain", "target.values.domian");
    insta::assert_snapshot!(shown(&[(release, Some(&text))]), @"
    golden-paths/database/1.0.0/release.yaml:9:19 expression-error: the export `host`: `target.values.domian` is undefined. Did you mean `domain`? This is for the owner of the golden path to mend: team `shop`.
    ");
}

#[test]
fn what_a_request_names_decides_whether_it_is_rendered_again() {
    let base = Snapshot::of_texts(FILES, &[]);
    let rendered_again = |edits: &[(&str, Option<&str>)]| {
        let mut cache = Cache::new();
        render(&base, &parse(&base).platform, &Limits::default(), &mut cache, 1);
        let head = Snapshot::of_texts(FILES, edits);
        let done = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&done);
        let tell: Tell = Arc::new(move |progress| {
            if let Progress::Ended(id, _) = progress {
                heard.lock().unwrap().push(id.to_string());
            }
        });
        let watched = Watched { tell, ..Watched::by_nobody() };
        let platform = parse(&head).platform;
        let incremental = render_watched(&head, &platform, &Limits::default(), &mut cache, 1, &watched);
        assert_eq!(incremental, render(&head, &platform, &Limits::default(), &mut Cache::new(), 1));
        let done = done.lock().unwrap();
        done.join(", ")
    };
    let db = "apiVersion: example.org/v1\nkind: Database\nmetadata: {name: db}\nspec: {size: 2}\n";
    let target = FILES.iter().find(|(name, _)| *name == "targets/eu.yaml").unwrap().1.replace("domain: eu", "domain: de");
    assert_eq!(rendered_again(&[]), "");
    assert_eq!(rendered_again(&[("requests/shop/db.yaml", Some(db))]), "shop/db, shop/web");
    assert_eq!(
        rendered_again(&[("teams/bank.yaml", Some("apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: bank}\nspec: {title: B}\n"))]),
        "bank/ledger"
    );
    assert_eq!(rendered_again(&[("targets/eu.yaml", Some(&target))]), "bank/ledger, shop/db, shop/web");
    assert_eq!(rendered_again(&[("golden-paths/_library/text/1.0.0/end.md.tera", Some("of <{ team.name }>"))]), "bank/ledger, shop/web");
}
