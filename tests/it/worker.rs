//! The worker through the real binary: it gives what is rendered here, and a template that would take everything ends only itself.

use crate::sample::{FILES, TEMPLATE};
use goldpath::model::{ContentId, RepoPath};
use goldpath::policy;
use goldpath::render::{Cache, Limits, Unit, render};
use goldpath::snapshot::{File, Mode, Snapshot};
use goldpath::worker::{Asked, Evaluated, Job, Later, Wanted, evaluate, evaluate_with};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// A repository with one request and one template of it.
pub(crate) fn repository(template: &str, others: &[(&str, &str)]) -> Snapshot {
    let mut files = BTreeMap::from(FILES);
    files.insert(TEMPLATE, template);
    files.extend(others.iter().copied());
    let file = |text: &str| File { id: ContentId::from_bytes([0; 20]), mode: Mode::Regular, bytes: text.as_bytes().into() };
    let files: BTreeMap<RepoPath, File> = files.iter().map(|(path, text)| (RepoPath::parse(path).expect("a path"), file(text))).collect();
    Snapshot::new(None, files, Vec::new())
}

fn job(template: &str, steps: u64) -> Job {
    let limits = Limits { steps, ..Limits::default() };
    Job { snapshot: repository(template, &[]), limits, threads: 2, asked: None, wanted: Wanted::EVERYTHING }
}

/// The same with other files, whose policies are asked about everything.
fn asking(others: &[(&str, &str)]) -> Job {
    let asked = Asked { today: "2026-01-31".to_owned(), ..Asked::default() };
    Job { snapshot: repository(CONFIG, others), limits: Limits::default(), threads: 2, asked: Some(asked), wanted: Wanted::EVERYTHING }
}

/// Between the start and the job: the child has shut itself in, says so, and waits.
#[test]
#[cfg(target_os = "linux")]
fn it_is_shut_in_before_it_reads_its_job() {
    use std::io::{Read as _, Write as _};
    #[expect(clippy::disallowed_methods, reason = "the child is looked at from outside while it waits")]
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_goldpath"));
    let piped = std::process::Stdio::piped;
    let mut child = command.arg("__worker").env_clear().env("SECRET", "x").stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
    // ten seconds by the clock and of the processor, 48 MiB of memory that may become 64, 2 GiB of address space: a length, then the numbers in
    // groups of seven bits
    let bounds = [16, 0, 0, 0, 10, 0, 10, 0x80, 0x80, 0x80, 0x18, 0x80, 0x80, 0x80, 0x20, 0x80, 0x80, 0x80, 0x80, 0x08];
    child.stdin.as_mut().unwrap().write_all(&bounds).unwrap();
    let mut ready = [0; 6];
    child.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
    let about = |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap();
    let names = ["NoNewPrivs", "Seccomp:", "Max cpu time", "Max file size", "Max data size", "Max core", "Max open files", "Max address"];
    let (status, limits) = (about("status"), about("limits"));
    let rows = status.lines().chain(limits.lines()).filter(|line| names.iter().any(|name| line.starts_with(name)));
    let rows: Vec<String> = rows.map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    drop(child.stdin.take());
    let ended = child.wait().unwrap();
    assert_eq!((&ready[..], ended.code()), (&[2, 0, 0, 0, 0, 0][..], Some(1)), "ready, nothing missing, and no job is a failure");
    insta::assert_snapshot!(rows.join("\n"), @"
    NoNewPrivs: 1
    Seccomp: 2
    Max cpu time 10 10 seconds
    Max file size 0 0 bytes
    Max data size 50331648 67108864 bytes
    Max core file size 0 0 bytes
    Max open files 3 3 files
    Max address space 2147483648 2147483648 bytes
    ");
}

#[test]
fn how_far_this_machine_shuts_it_in_can_be_asked() {
    let walls = goldpath::worker::walls(Path::new(env!("CARGO_BIN_EXE_goldpath"))).unwrap();
    assert_eq!(walls.to_string(), "all");
    let death = goldpath::worker::walls(Path::new("/bin/true")).unwrap_err();
    insta::assert_snapshot!(death, @"reading the tree was ended: it ended with code 0");
}

fn worker(job: &Job, wall: u64) -> Result<Evaluated, goldpath::worker::Death> {
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
    insta::assert_snapshot!(left_out(&job(doubles, 1000)), @"
    golden-paths/config/1.0.0/main/a.yaml.tera:1: rendering `platform/shop/main@staging` with this file was ended here: it asked for more than 192 MiB of memory, requests/platform/shop.yaml: rendered for `platform/shop`
    left out: golden-paths/config/1.0.0/main/a.yaml.tera
    ");
}

#[test]
fn a_template_that_takes_all_time_is_named() {
    let loops = "{% for a in range(end=100000) %}{% for b in range(end=100000) %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}";
    insta::assert_snapshot!(left_out(&job(loops, u64::MAX)), @"
    golden-paths/config/1.0.0/main/a.yaml.tera:1: rendering `platform/shop/main@staging` with this file was ended here: it took too much processor time, requests/platform/shop.yaml: rendered for `platform/shop`
    left out: golden-paths/config/1.0.0/main/a.yaml.tera
    ");
    insta::assert_snapshot!(shown(&worker(&job(loops, u64::MAX), 0).unwrap_err()), @"goldpath.yaml: reading the repository was ended: it took longer than 0 s");
}

/// Requests besides the first, by their files.
fn many_requests(count: u32) -> Vec<(String, String)> {
    (0..count).map(|n| (format!("requests/platform/r{n}.yaml"), FILES[7].1.replace("shop", &format!("r{n}")))).collect()
}

#[test]
fn what_takes_all_the_time_in_many_small_steps_is_told_where_it_was() {
    let slow = format!("{CONFIG}{{% for a in range(end=20000) %}}{{% if a == 0 %}}{{% endif %}}{{% endfor %}}");
    let requests = many_requests(200);
    let others: Vec<(&str, &str)> = requests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let evaluated = worker(&Job { snapshot: repository(&slow, &others), ..job(&slow, u64::MAX) }, 1).unwrap();
    let said = told(&evaluated);
    let of_template =
        |line: &str| line.starts_with("golden-paths/config/1.0.0/main/a.yaml.tera:1: ") && line.contains(": it took longer than 1 s");
    assert!(said.lines().any(of_template) && said.contains("nothing was rendered"), "{said}");
    assert_eq!((evaluated.rendered.units.len(), evaluated.parsed.platform.requests.len()), (0, 201), "it was read all the same");
}

#[test]
fn policies_that_take_all_the_time_are_told_where_it_was() {
    let each = |name: &str| format!("  some {name} in digits\n");
    let loops = ["a", "b", "c", "d"].map(each).concat();
    let policy = format!(
        "package main\n\ndigits := [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n\ndeny contains \"none\" if {{\n{loops}  a + b + c + d < 0\n}}\n"
    );
    let requests = many_requests(200);
    let mut others: Vec<(&str, &str)> = requests.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    others.push(("policies/slow.rego", &policy));
    let template = CONFIG.replace("name: a", "name: {{ metadata.name }}");
    let evaluated = worker(&Job { snapshot: repository(&template, &others), ..asking(&[]) }, 1).unwrap();
    let said = told(&evaluated);
    let of_policy = |line: &str| line.starts_with("policies/slow.rego:1: ") && line.contains(": it took longer than 1 s");
    assert!(said.lines().any(of_policy) && said.contains("nothing was rendered"), "{said}");
    assert_eq!(evaluated.parsed.platform.requests.len(), 201, "it was read all the same");
}

#[test]
fn its_own_policies_are_asked_where_that_is_wanted() {
    let policy = "package main\n\ndeny contains \"no maps\" if input.kind == \"ConfigMap\"\n";
    let broken = "package main\n\ndeny contains x if {\n";
    let files = [("policies/maps.rego", policy), ("policies/broken.rego", broken)];
    let said = |job: &Job| -> Vec<String> {
        let findings = worker(job, 60).unwrap().verdicts.findings;
        findings.iter().map(|finding| format!("{}: {}", finding.place.path, finding.message)).collect()
    };
    let asked = said(&asking(&files));
    insta::assert_snapshot!(asked.join("\n"), @"
    requests/platform/shop.yaml: no maps (ConfigMap `a` in `platform/shop/main@staging`)
    policies/broken.rego: this policy does not compile: expecting expression
    ");
    assert_eq!(said(&Job { asked: None, ..asking(&files) }), asked[1..]);
    let Evaluated { parsed, rendered, .. } = worker(&asking(&files), 60).unwrap();
    let seen = |unit: &Unit| policy::seen(unit, &parsed.platform.requests[&unit.id.request]);
    let base = rendered.units.values().map(|unit| (unit.id.clone(), seen(unit))).collect();
    assert_eq!(said(&Job { asked: Some(Asked { base, ..Asked::default() }), ..asking(&files) }), asked[1..], "nothing differs");
}

#[test]
fn what_policies_are_asked_may_be_told_when_the_work_has_begun() {
    let exe = Path::new(env!("CARGO_BIN_EXE_goldpath"));
    let told_later = |job: &Job| {
        let (later, waits) = (Later::default(), Job { asked: None, ..job.clone() });
        std::thread::scope(|scope| {
            let evaluated = scope.spawn(|| evaluate_with(exe, &waits, Some(&later), Duration::from_secs(60)));
            later.tell(job.asked.as_ref()).unwrap();
            evaluated.join().unwrap()
        })
    };
    let refuses = asking(&[("policies/maps.rego", "package main\n\ndeny contains \"no maps\" if input.kind == \"ConfigMap\"\n")]);
    let told = told_later(&refuses).unwrap();
    assert_eq!((told.verdicts.findings.len(), &told), (1, &worker(&refuses, 60).unwrap()));
    let nothing = Job { asked: None, ..refuses };
    assert_eq!(told_later(&nothing).unwrap(), worker(&nothing, 60).unwrap());
    let grows = asking(&[("policies/grow.rego", &grows("input.kind == \"ConfigMap\""))]);
    assert_eq!(told_later(&grows).unwrap(), worker(&grows, 60).unwrap(), "it is asked once more, telling");
}

#[test]
fn a_policy_that_takes_all_memory_is_named() {
    let of = |policy: &str| worker(&asking(&[("policies/grow.rego", policy)]), 60).unwrap();
    let about = of(&grows("input.kind == \"ConfigMap\""));
    assert_eq!(about.rendered.units.len(), 1);
    assert_eq!(about.parsed.platform.policies.len(), 1, "it is a policy that exceptions may name");
    assert!(about.verdicts.findings.is_empty() && about.verdicts.waived.is_empty(), "it is not asked");
    insta::assert_snapshot!(told(&about), @r"
    policies/grow.rego:1: asking this policy about `platform/shop/main@staging` was ended: it asked for more than 192 MiB of memory
    left out: policies/grow.rego
    ");
    insta::assert_snapshot!(told(&of(&grows("true"))), @r"
    policies/grow.rego:1: compiling this policy was ended: it asked for more than 192 MiB of memory
    left out: policies/grow.rego
    ");
}

/// A policy whose text grows eightfold six times, and then three hundred times at once.
pub(crate) fn grows(when: &str) -> String {
    let of = |n: usize, times: usize| vec![format!("s{n}"); times].join(", ");
    let grown: String = (1..=6).map(|n| format!("\ts{n} := concat(\"\", [{}])\n", of(n - 1, 8))).collect();
    let last = of(6, 300).replace(' ', "");
    format!("package main\n\ndeny contains msg if {{\n\t{when}\n\ts0 := \"xxxxxxxxxxxxxxxx\"\n{grown}\tmsg := concat(\"\", [{last}])\n}}\n")
}

#[test]
fn a_schema_that_takes_all_time_is_named() {
    let schema = doubled_schema();
    let evaluated = worker(&asking(&[("golden-paths/config/1.0.0/schema.json", &schema)]), 60).unwrap();
    assert!(evaluated.parsed.platform.releases.is_empty() && evaluated.parsed.platform.broken.len() == 1);
    insta::assert_snapshot!(told(&evaluated), @r"
    golden-paths/config/1.0.0/schema.json:1: holding `requests/platform/shop.yaml` against this schema was ended: it took too much processor time
    left out: golden-paths/config/1.0.0/schema.json
    ");
}

/// Alternatives in alternatives, twenty-two deep: each level doubles the work. It has the fields that facts of releases here lead to.
pub(crate) fn doubled_schema() -> String {
    let inner = r#"{"type": "object", "additionalProperties": false, "properties": {
        "text": {"type": "string", "maxLength": 1},
        "owner": {}, "lifetime": {}, "dataClassification": {}, "region": {}}}"#;
    let defs: String =
        (1..=22).map(|n| format!(r##", "d{n}": {{"anyOf": [{{"$ref": "#/$defs/d{0}"}}, {{"$ref": "#/$defs/d{0}"}}]}}"##, n - 1)).collect();
    format!(r##"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": "#/$defs/d22", "$defs": {{"d0": {inner}{defs}}}}}"##)
}

/// What is said of a template that ends the worker, and is left out.
fn left_out(job: &Job) -> String {
    let evaluated = worker(job, 60).expect("it comes to its end");
    let request = evaluated.parsed.platform.requests.keys().next().cloned();
    assert!(evaluated.rendered.units.is_empty() && evaluated.rendered.failed == request.into_iter().collect());
    told(&evaluated)
}

/// What is told of the files that were left out.
fn told(evaluated: &Evaluated) -> String {
    let said = |finding: &goldpath::model::Finding| {
        let related = finding.related.iter().map(|related| format!(", {}: {}", related.place.path, related.message));
        format!("{}:{}: {}{}", finding.place.path, finding.place.span.line, finding.message, related.collect::<String>())
    };
    let left: Vec<String> = evaluated.left_out.iter().map(ToString::to_string).collect();
    format!("{}\nleft out: {}", evaluated.rendered.findings.iter().map(said).collect::<Vec<_>>().join("\n"), left.join(", "))
}

fn shown(death: &goldpath::worker::Death) -> String {
    death.findings().iter().map(|finding| format!("{}: {}", finding.place.path, finding.message)).collect()
}
