//! What nobody thought of: files changed at random from seeds, kept when they lead to something that was not said before.
//!
//! A few hundred of each in every run; `GOLDPATH_FUZZ_SECONDS=600 cargo test --test it hostile::fuzz -- --nocapture` looks for longer.

use crate::worker::repository;
use goldpath::model::{Digest, Finding, RepoPath};
use goldpath::parse::parse;
use goldpath::policy;
use goldpath::render::{Cache, Limits, Rendered, render};
use goldpath::snapshot::{File, Mode, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// A file that is changed.
struct Target {
    path: &'static str,
    seeds: &'static [&'static str],
    /// What is put in now and then.
    words: &'static [&'static str],
}

const YAML: [&str; 16] = ["- ", ": ", "&a ", "*a", "<<: ", "|\n", ">-\n", "'", "\"", "\t", "\r\n", "---\n", "!!str ", "{", "[", "\u{feff}"];
const TERA: [&str; 20] = [
    "{{ ",
    " }}",
    "{% for x in ",
    " %}",
    "{% endfor %}",
    "{% if ",
    "{% else %}",
    "{% endif %}",
    "{%- ",
    " -%}",
    "{% set x = ",
    "{# ",
    " #}",
    "{% raw %}",
    "{% block a %}",
    "| yaml",
    "range(end=3)",
    "[x for x in ",
    "{{<a />}}",
    "{% component a() %}",
];
const REGO: [&str; 16] = [
    "deny contains ",
    " if {",
    "}\n",
    "some x in ",
    "every x in ",
    ":= ",
    "input.",
    "[_]",
    "not ",
    "with input as ",
    "default ",
    "import rego.v1\n",
    "`",
    "regex.match(",
    "concat(",
    "{x | ",
];
const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  text: {{ spec.text | yaml }}\n";

fn small() -> Limits {
    Limits { steps: 2_000, output_bytes: 64 << 10, ..Limits::default() }
}

/// A source of numbers that gives the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or_default() % most.max(1)
    }

    fn change(&mut self, bytes: &mut Vec<u8>, corpus: &[Vec<u8>], words: &[&str]) {
        let at = self.below(bytes.len() + 1);
        let end = (at + 1 + self.below(16)).min(bytes.len());
        match self.below(6) {
            0 => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << (self.0 % 8)),
            1 => drop(bytes.drain(at.min(end)..end)),
            2 => {
                let again: Vec<u8> = bytes[at.min(end)..end].repeat(1 + self.below(4));
                bytes.splice(at..at, again);
            }
            3 | 4 => drop(bytes.splice(at..at, words[self.below(words.len())].bytes()).count()),
            _ => {
                let other = &corpus[self.below(corpus.len())];
                let from = self.below(other.len());
                let to = (from + self.below(80)).min(other.len());
                bytes.splice(at..end.max(at), other[from..to].iter().copied());
            }
        }
        bytes.truncate(4_000);
    }
}

fn with(snapshot: &Snapshot, path: &str, bytes: &[u8]) -> Snapshot {
    let mut files: BTreeMap<RepoPath, File> = snapshot.files().clone();
    let mut id = [0; 20];
    id.copy_from_slice(&Digest::of(bytes).bytes()[..20]);
    let id = goldpath::model::ContentId::from_bytes(id);
    files.insert(RepoPath::parse(path).expect("a path"), File { id, mode: Mode::Regular, bytes: bytes.into() });
    Snapshot::new(None, files, Vec::new())
}

fn read(snapshot: &Snapshot) -> (Rendered, Vec<Finding>) {
    let parsed = parse(snapshot);
    let rendered = render(snapshot, &parsed.platform, &small(), &mut Cache::new(), 1);
    let (_, broken) = policy::compile(snapshot, &parsed.platform);
    let findings = parsed.findings.iter().chain(&rendered.findings).cloned().chain(broken).collect();
    (rendered, findings)
}

/// What is the same for alike mistakes: codes, and the words around what is quoted.
fn told(findings: &[Finding], rendered: &Rendered) -> BTreeSet<String> {
    let words = |text: &str| text.split('`').step_by(2).flat_map(str::chars).filter(|c| !c.is_ascii_digit()).collect::<String>();
    let said = findings.iter().map(|finding| format!("{} {}", finding.code, words(&finding.message)));
    said.chain([format!("{} units", rendered.units.len())]).collect()
}

/// Everything that holds whatever the file is.
fn check(snapshot: &Snapshot, path: &str, bytes: &[u8]) -> BTreeSet<String> {
    let snapshot = with(snapshot, path, bytes);
    let (rendered, findings) = read(&snapshot);
    for finding in &findings {
        let (place, span) = (&finding.place, finding.place.span);
        let Some(text) = snapshot.text(place.path.as_str()) else { continue };
        let lines = u32::try_from(text.split('\n').count()).unwrap_or(u32::MAX);
        assert!(span.line >= 1 && span.column >= 1 && span.line <= lines, "{span:?} is not in {}: {}", place.path, finding.message);
        assert!((span.line, span.column) <= (span.end_line, span.end_column), "{span:?} ends before it begins: {}", finding.message);
    }
    if let (true, Some(unit)) = (path.ends_with("/a.yaml"), rendered.units.values().next()) {
        let file = RepoPath::parse("a.yaml").expect("a path");
        let once = &unit.files[&file].bytes;
        // goldpath's own labels are refused in what is given to it, so they are taken out before it is given once more
        let (again, _) = read(&with(&snapshot, path, &without_marks(once)));
        let twice = again.units.values().next().map(|unit| unit.files[&file].bytes.clone());
        assert_eq!(twice.as_deref().map(String::from_utf8_lossy), Some(String::from_utf8_lossy(once)), "rendered again it is not the same");
    }
    told(&findings, &rendered)
}

fn without_marks(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    text.split_inclusive('\n')
        .filter(|line| !line.contains("goldpath.dev/") && !line.contains("managed-by"))
        .collect::<String>()
        .into_bytes()
}

fn fuzz(target: &Target) {
    let longer = std::env::var_os("GOLDPATH_FUZZ_SECONDS").and_then(|seconds| seconds.to_str()?.parse().ok()).map(Duration::from_secs);
    let base = repository(CONFIG, &[]);
    let base = if target.path.ends_with("/a.yaml") { without_template(&base) } else { base };
    let mut corpus: Vec<Vec<u8>> = target.seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    let (mut seen, mut dice, begun) = (BTreeSet::new(), Dice(0x9e37_79b9_7f4a_7c15), Instant::now());
    let (mut runs, mut slowest) = (0_u32, Duration::ZERO);
    while longer.map_or(runs < 150, |longer| begun.elapsed() < longer) {
        let mut bytes = corpus[dice.below(corpus.len())].clone();
        for _ in 0..=dice.below(4) {
            dice.change(&mut bytes, &corpus, target.words);
        }
        let one = Instant::now();
        let told = catch_unwind(AssertUnwindSafe(|| check(&base, target.path, &bytes)));
        let told = told.unwrap_or_else(|_| panic!("{} with {:?}", target.path, String::from_utf8_lossy(&bytes)));
        slowest = slowest.max(one.elapsed());
        runs += 1;
        let before = seen.len();
        seen.extend(told);
        if seen.len() > before {
            corpus.push(bytes);
        }
    }
    let told = format!("{}: {runs} runs, {} kept, {} different answers, slowest {slowest:?}\n", target.path, corpus.len(), seen.len());
    drop(std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes()));
}

fn without_template(snapshot: &Snapshot) -> Snapshot {
    let files = snapshot.files().iter().filter(|(path, _)| !path.as_str().ends_with(".tera"));
    Snapshot::new(None, files.map(|(path, file)| (path.clone(), file.clone())).collect(), Vec::new())
}

#[test]
fn any_request_gets_an_answer() {
    let seeds = &[
        "apiVersion: platform.example.org/v1\nkind: SampleRequest\nmetadata: {name: shop}\nspec: {text: hello}\n",
        "# c\nmetadata:\n  name: shop\n  annotations: &a\n    x: |\n      y\n    z: *a\nspec:\n  text: >-\n    a\n    b\nkind: SampleRequest\napiVersion: platform.example.org/v1\n",
    ];
    fuzz(&Target { path: "requests/platform/shop.yaml", seeds, words: &YAML });
}

#[test]
fn any_release_gets_an_answer() {
    let seeds = &[
        "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  outputs:\n    - {name: main, renderer: kubernetes@1, target: staging}\n",
        "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  facts: {owner: {at: /spec/text}}\n  outputs:\n    - name: main\n      renderer: kubernetes@1\n      target: {matchLabels: {a: b}}\n      forEach: \"[1, 2]\"\n      when: spec.text == \"hello\"\n      dependsOn: [main]\n",
    ];
    fuzz(&Target { path: "golden-paths/config/1.0.0/release.yaml", seeds, words: &YAML });
}

#[test]
fn any_template_gets_an_answer() {
    let seeds = &[
        CONFIG,
        "{%- set x = [1, 2] -%}\n{% component a(n) %}{{ n }}{% endcomponent %}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n{% for k in range(end=3) %}\n  k{{ k }}: {{ (spec.text ~ k) | upper | yaml }}\n{% else %}\n  none: \"{{ [y for y in x if y > 1] | length }}\"\n{% endfor %}\n",
        "{% if spec.text is defined %}{{ spec | json }}{% elif true %}{% raw %}{{ }}{% endraw %}{# c #}{% endif %}",
    ];
    fuzz(&Target { path: "golden-paths/config/1.0.0/main/a.yaml.tera", seeds, words: &TERA });
}

#[test]
fn any_policy_gets_an_answer() {
    // a parser that counts columns from 0 in this one
    check(&repository(CONFIG, &[]), "policies/a.rego", b"package main\n[_]\ndeny contains \"no maps\" if input.kind == \"ConfigMap\"\n");
    let seeds = &[
        "package main\n\ndeny contains \"no maps\" if input.kind == \"ConfigMap\"\n",
        "# METADATA\n# title: x\n# custom:\n#   owner: platform\npackage main\n\nimport rego.v1\n\nwarn contains msg if {\n\tsome c in input.spec.containers\n\tnot startswith(c.image, \"x/\")\n\tmsg := sprintf(\"%s\", [c.name])\n}\n",
    ];
    fuzz(&Target { path: "policies/a.rego", seeds, words: &REGO });
}

#[test]
fn any_output_gets_an_answer_and_stays_as_it_is() {
    let seeds = &[
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: \"1\", b: 'no', c: |-\n  x\n}\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers:\n      - {name: a, image: b, args: [\"${x}\", \"%{y}\", ~, 1e3, 0x10]}\n---\napiVersion: v1\nkind: List\nitems: []\n",
    ];
    fuzz(&Target { path: "golden-paths/config/1.0.0/main/a.yaml", seeds, words: &YAML });
}
