//! The worker through the real binary: it gives what is rendered here, and a template that would take everything ends only itself.

use goldpath::model::{ContentId, RepoPath};
use goldpath::render::{Cache, Limits, render};
use goldpath::snapshot::{File, Mode, Snapshot};
use goldpath::worker::{Job, evaluate};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

const PATH: &str = "apiVersion: goldpath.dev/v1
kind: GoldenPath
metadata: {name: config}
spec:
  title: A config map
  description: A config map with one text.
  owner: platform
  support: {channel: \"#platform-help\"}
  request: {group: platform.example.org, kind: SampleRequest}
  stage: ga
  current: {v1: 1.0.0}
";

const RELEASE: &str = "apiVersion: goldpath.dev/v1
kind: Release
metadata: {name: 1.0.0}
spec:
  serves: v1
  outputs:
    - {name: main, renderer: kubernetes@1, target: staging}
";

const SCHEMA: &str = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false, "properties": {"text": {"type": "string"}}}"#;

/// A repository with one request and one template of it.
fn repository(template: &str) -> Snapshot {
    let files = [
        ("goldpath.yaml", "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: example}\nspec: {}\n"),
        ("golden-paths/config/path.yaml", PATH),
        ("golden-paths/config/1.0.0/release.yaml", RELEASE),
        ("golden-paths/config/1.0.0/schema.json", SCHEMA),
        ("golden-paths/config/1.0.0/main/a.yaml.tera", template),
        (
            "targets/staging.yaml",
            "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {name: staging}\nspec: {type: directory, connection: staging, allow: {teams: [\"*\"], paths: [\"*\"]}}\n",
        ),
        (
            "teams/platform.yaml",
            "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: platform}\nspec: {title: Platform, members: {users: [ann]}}\n",
        ),
        (
            "requests/platform/shop.yaml",
            "apiVersion: platform.example.org/v1\nkind: SampleRequest\nmetadata: {name: shop}\nspec: {text: hello}\n",
        ),
    ];
    let file = |text: &str| File { id: ContentId::from_bytes([0; 20]), mode: Mode::Regular, bytes: text.as_bytes().into() };
    let files: BTreeMap<RepoPath, File> = files.iter().map(|(path, text)| (RepoPath::parse(path).expect("a path"), file(text))).collect();
    Snapshot::new(None, files, Vec::new())
}

fn job(template: &str, steps: u64) -> Job {
    Job { snapshot: repository(template), limits: Limits { steps, ..Limits::default() }, threads: 2 }
}

fn worker(job: &Job, wall: u64) -> Result<goldpath::worker::Evaluated, goldpath::worker::Death> {
    evaluate(Path::new(env!("CARGO_BIN_EXE_goldpath")), job, Duration::from_secs(wall))
}

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  text: {{ spec.text | yaml }}\n";

#[test]
fn it_gives_what_is_rendered_here() {
    let job = job(CONFIG, 1000);
    let evaluated = worker(&job, 60).unwrap();
    assert!(evaluated.parsed.findings.is_empty(), "{:?}", evaluated.parsed.findings);
    let here = render(&job.snapshot, &evaluated.parsed.platform, &job.limits, &mut Cache::new(), 1);
    assert_eq!((evaluated.rendered.units.len(), &evaluated.rendered), (1, &here));
}

#[test]
fn a_template_that_takes_all_memory_is_named() {
    let doubles = "{% set_global s = \"xxxxxxxxxxxxxxxx\" %}{% for n in range(end=60) %}{% set_global s = s ~ s %}{% endfor %}";
    let death = worker(&job(doubles, 1000), 60).unwrap_err();
    insta::assert_snapshot!(shown(&death), @"golden-paths/config/1.0.0/main/a.yaml.tera: rendering `platform/shop/main@staging` was ended in this file: it asked for more than 1024 MiB of memory");
}

#[test]
fn a_template_that_takes_all_time_is_named() {
    let loops = "{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}";
    let death = worker(&job(loops, u64::MAX), 1).unwrap_err();
    insta::assert_snapshot!(shown(&death), @"golden-paths/config/1.0.0/main/a.yaml.tera: rendering `platform/shop/main@staging` was ended in this file: it took longer than 1 s");
}

fn shown(death: &goldpath::worker::Death) -> String {
    death.findings().iter().map(|finding| format!("{}: {}", finding.place.path, finding.message)).collect()
}
