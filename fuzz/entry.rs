//! What is done with a file of any bytes: `cargo fuzz` runs it for as long as it is given, the ordinary tests for a moment.
//!
//! Each target puts the bytes into a small platform repository (`fuzz/base`) in the place of a file that people write, and reads,
//! renders and judges the whole: whatever the bytes are there is an answer, and some things hold.

use goldpath::git::working_tree;
use goldpath::model::{ContentId, Digest, Finding, RepoPath};
use goldpath::parse::{parse, parse_both};
use goldpath::policy;
use goldpath::render::{Cache, Limits, Object, Rendered, Unit, Watched, open, render};
use goldpath::snapshot::{File, Mode, Snapshot};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How much a unit may ask for: enough for everything that four kilobytes can honestly want.
const LIMITS: Limits = Limits { steps: 2_000, output_bytes: 64 << 10, include_depth: 16, units: 64 };

/// The file of `output` whose text is rendered once more.
const MANIFEST: &str = "golden-paths/config/1.0.0/main/a.yaml";

/// Which files of the repository the bytes of a target are; one that has a `.tera` in the base takes its place.
fn files(target: &str) -> &'static [&'static str] {
    match target {
        "request" => &["requests/platform/shop.yaml"],
        "release" => &["golden-paths/config/1.0.0/release.yaml"],
        "template" => &["golden-paths/config/1.0.0/main/a.yaml.tera", "golden-paths/config/1.0.0/root/a.tf.tera"],
        "policy" => &["policies/owner.rego"],
        "output" => &[
            MANIFEST,
            "golden-paths/config/1.0.0/root/a.tf",
            "golden-paths/config/1.0.0/repo/a.json",
            "golden-paths/config/1.0.0/repo/.github/workflows/a.yaml",
        ],
        other => unreachable!("there is no target `{other}`"),
    }
}

/// A folder of `fuzz/`, wherever the manifest of what is built stands.
pub(crate) fn folder(below: &str) -> PathBuf {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find(|top| top.join("fuzz/base").is_dir());
    top.expect("it is built inside of the repository").join("fuzz").join(below)
}

/// A kind of file, and the repository that it is put into.
pub(crate) struct Target {
    files: &'static [&'static str],
    base: Snapshot,
}

impl Target {
    /// One of `request`, `release`, `template`, `policy` and `output`.
    pub(crate) fn new(name: &str) -> Self {
        let files = files(name);
        let base = working_tree(folder("base")).expect("the base can be read");
        let kept = base.files().iter().filter(|(path, _)| !files.iter().any(|file| path.as_str() == format!("{file}.tera")));
        let base = Snapshot::new(None, kept.map(|(path, file)| (path.clone(), file.clone())).collect(), Vec::new());
        Self { files, base }
    }

    /// What the repository renders to with these bytes in their place, and what is said of it.
    ///
    /// # Panics
    /// When something does not hold that holds whatever the bytes are.
    pub(crate) fn check(&self, bytes: &[u8]) -> (Rendered, Vec<Finding>) {
        let snapshot = self.with(bytes);
        let (rendered, findings) = answer(&snapshot);
        findings.iter().for_each(|finding| stands_in_its_file(&snapshot, finding));
        rendered.units.values().for_each(is_marked);
        self.is_the_same_beside_another(&snapshot, &rendered);
        if self.files.contains(&MANIFEST) {
            self.is_rendered_again_the_same(&rendered);
        }
        (rendered, findings)
    }

    fn with(&self, bytes: &[u8]) -> Snapshot {
        let mut files = self.base.files().clone();
        let mut id = [0; 20];
        id.copy_from_slice(&Digest::of(bytes).bytes()[..20]);
        for path in self.files {
            let file = File { id: ContentId::from_bytes(id), mode: Mode::Regular, bytes: bytes.into() };
            files.insert(RepoPath::parse(path).expect("a path"), file);
        }
        Snapshot::new(None, files, Vec::new())
    }

    /// Read and rendered beside another tree, in which one value of the team is another one, it is what it is by itself.
    fn is_the_same_beside_another(&self, snapshot: &Snapshot, rendered: &Rendered) {
        let mut files = snapshot.files().clone();
        let team = files.get_mut(&RepoPath::parse("teams/platform.yaml").expect("a path")).expect("the base has a team");
        team.bytes = String::from_utf8_lossy(&team.bytes).replace("Sales &", "Sales,").as_bytes().into();
        team.id = ContentId::from_bytes([2; 20]);
        let other = Snapshot::new(None, files, Vec::new());
        let (before, after) = parse_both(&other, snapshot, &|_| {});
        assert!(after == parse(snapshot) && before == parse(&other), "two trees are not read as each by itself");
        let watched = Watched::by_nobody();
        open(&other, &before.platform, &LIMITS, &mut Cache::off(), &watched, false, |one| {
            open(snapshot, &after.platform, &LIMITS, &mut Cache::off(), &watched, false, |two| {
                let done = after.platform.requests.values().map(|request| {
                    let was = before.platform.requests.get(&request.id);
                    let written = was.map(|was| one.request_kept(was).1).unwrap_or_default();
                    two.request_after(request, &written)
                });
                assert!(two.end(done.collect()) == *rendered, "it is not rendered as by itself");
            });
        });
    }

    /// What is written canonically is written the same way when it is read once more.
    fn is_rendered_again_the_same(&self, rendered: &Rendered) {
        let manifest = |rendered: &Rendered| {
            let unit = rendered.units.values().find(|unit| unit.id.to_string().starts_with("platform/shop/main@"))?;
            unit.files.values().next().map(|file| file.bytes.clone())
        };
        let Some(once) = manifest(rendered) else { return };
        // goldpath's own labels are refused in what is given to it, so they are taken out before it is given once more
        let (again, findings) = answer(&self.with(&without_marks(&once)));
        let twice = manifest(&again);
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(twice.as_deref().map(shown), Some(shown(&once)), "rendered again it is not the same: {findings:?}");
    }
}

/// Everything that is done with a tree before anything is asked of the world: twice, as the cache may save work but change nothing.
fn answer(snapshot: &Snapshot) -> (Rendered, Vec<Finding>) {
    let parsed = parse(snapshot);
    let mut cache = Cache::new();
    let rendered = render(snapshot, &parsed.platform, &LIMITS, &mut cache, 1);
    let kept = render(snapshot, &parsed.platform, &LIMITS, &mut cache, 1);
    assert_eq!(rendered, kept, "what is kept is not what is rendered");
    let (policies, broken) = policy::compile(snapshot, &parsed.platform);
    let plans = BTreeMap::new();
    let nothing = BTreeMap::new();
    let inputs = policy::inputs(snapshot, &parsed.platform, &rendered, |_| true, Some(&nothing), &plans);
    let verdicts = policy::evaluate(&policies, &inputs, &parsed.platform.exceptions, "2026-01-31");
    let findings = [parsed.findings, rendered.findings.clone(), broken, verdicts.findings].concat();
    (rendered, findings)
}

fn stands_in_its_file(snapshot: &Snapshot, finding: &Finding) {
    let (place, span) = (&finding.place, finding.place.span);
    let Some(text) = snapshot.text(place.path.as_str()) else { return };
    let lines = u32::try_from(text.split('\n').count()).unwrap_or(u32::MAX);
    assert!(span.line >= 1 && span.column >= 1 && span.line <= lines, "{span:?} is not in {}: {}", place.path, finding.message);
    assert!((span.line, span.column) <= (span.end_line, span.end_column), "{span:?} ends before it begins: {}", finding.message);
}

/// Every object says whose it is, whatever the template, the request and the objects themselves say.
fn is_marked(unit: &Unit) {
    let by_goldpath = |object: &&Object| object.file.as_str().ends_with(".yaml") && unit.renderer.to_string() == "kubernetes@1";
    for object in unit.objects.iter().filter(by_goldpath) {
        let labels = &object.document.value()["metadata"]["labels"];
        let request = &unit.id.request;
        let own = [
            ("app.kubernetes.io/managed-by", "goldpath"),
            ("goldpath.dev/request", request.name.as_str()),
            ("goldpath.dev/team", request.team.as_str()),
        ];
        for (label, value) in own {
            assert_eq!(labels[label], value, "`{label}` of {} `{}` in {}", object.kind, object.name, unit.id);
        }
    }
}

fn without_marks(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let kept = text.split_inclusive('\n').filter(|line| !line.contains("goldpath.dev/") && !line.contains("managed-by"));
    kept.collect::<String>().into_bytes()
}
