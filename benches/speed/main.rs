//! How fast goldpath is: whole processes of the real binary, and of its peers, in turn in one run.
//!
//! `make bench`, or `cargo bench --bench speed -- [ROW …]` for rows whose name holds one of the words. It judges nothing: it prints what it saw
//! beside what `CONTRIBUTING.md` asks for.

mod daemon;
mod measure;
mod place;
mod repository;

use goldpath::git::Repository;
use measure::{Call, Samples, in_turn};
use place::{Clone, Place};
use repository::Size;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The binary that is measured, unless the environment's `GOLDPATH` names another.
const GOLDPATH: &str = env!("CARGO_BIN_EXE_goldpath");

/// How often each call is run.
const RUNS: usize = 9;

/// A part of the table, and what it is called.
type Row = (&'static str, fn(&Place));

/// The verb of this program that reads a commit and does nothing with it.
const READ: &str = "__read";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [verb, dir, commit] = args.as_slice()
        && verb == READ
    {
        return read(Path::new(dir), commit);
    }
    let wanted = |name: &str| args.is_empty() || args.iter().any(|word| name.contains(word.as_str()));
    let place = Place::new();
    say(&format!("{:<58} {:>9} {:>19} {:>9}  {}", "", "median", "fewest–most", "memory", "goal"));
    let rows: [Row; 5] =
        [("render", rendering), ("diff", comparing), ("golden-path", golden_path), ("snapshot", snapshot), ("daemon", daemon::at_rest)];
    for (_, row) in rows.iter().filter(|(name, _)| wanted(name)) {
        row(&place);
    }
}

fn goldpath(dir: &Path, args: &[&str]) -> Call {
    Call::new(binary(), dir, args)
}

fn binary() -> PathBuf {
    std::env::var_os("GOLDPATH").map_or_else(|| PathBuf::from(GOLDPATH), PathBuf::from)
}

/// Everything from nothing: 1,000 requests of four objects; a small one beside a peer that many use.
fn rendering(place: &Place) {
    let thousand = place.clone_of("thousand", Size { requests: 1_000, policies: false });
    let judged = place.clone_of("judged", Size { requests: 1_000, policies: true });
    let out = place.join("rendered");
    let render = Call { empty: Some(out.clone()), ..goldpath(&thousand.dir, &["render", "--output-dir", &out.to_string_lossy()]) };
    let [render, validate, with_policies] =
        in_turn([&render, &goldpath(&thousand.dir, &["validate"]), &goldpath(&judged.dir, &["validate"])], RUNS);
    line("render, 1,000 requests × 4 objects, to memory", &render, "< 150 ms, < 32 MiB");
    line("validate, the same", &validate, "< 100 ms");
    line("validate, the same with two policies", &with_policies, "");
    if let Some(kustomize) = kustomize() {
        beside_kustomize(place, &kustomize);
    }
}

/// The same objects as one tree of plain manifests that `kustomize build` labels.
fn beside_kustomize(place: &Place, kustomize: &Path) {
    let small = place.clone_of("hundred", Size { requests: 100, policies: false });
    let out = place.join("hundred-rendered");
    let render = Call { empty: Some(out.clone()), ..goldpath(&small.dir, &["render", "--output-dir", &out.to_string_lossy()]) };
    render.run();
    let tree = place.join("kustomize");
    manifests(&out, &tree);
    let build = Call::new(kustomize, place.join("."), &["build", &tree.to_string_lossy()]);
    let [render, build] = in_turn([&render, &build], 3);
    line("render, 100 requests × 4 objects", &render, "");
    line("  kustomize build of the same objects in one tree", &build, "");
    ratio("  render : kustomize", render.ratio(&build), "");
}

/// Copies rendered files into a tree with one `kustomization.yaml`.
fn manifests(rendered: &Path, tree: &Path) {
    let mut resources = String::from("labels:\n  - pairs: {managed: \"yes\"}\nresources:\n");
    let mut folders = vec![rendered.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("rendered files").map_while(Result::ok) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let name = entry.path().strip_prefix(rendered).expect("it is below").to_string_lossy().replace('/', "_");
            std::fs::create_dir_all(tree).expect("a folder");
            std::fs::copy(entry.path(), tree.join(&name)).expect("a copy");
            resources += &format!("  - {name}\n");
        }
    }
    std::fs::write(tree.join("kustomization.yaml"), resources).expect("a file");
}

fn kustomize() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("kustomize")).find(|file| file.is_file())
}

/// One request of few and of many, to the finished text of the comment.
fn comparing(place: &Place) {
    let few = place.clone_of("few", Size { requests: 100, policies: true });
    let many = place.clone_of("many", Size { requests: 10_000, policies: true });
    let cache = ("XDG_CACHE_HOME".to_owned(), place.join("cache").to_string_lossy().into_owned());
    let diff =
        |clone: &Clone, range: &str| Call { env: vec![cache.clone()], ..goldpath(&clone.dir, &["diff", "--output", "markdown", range]) };
    let [of_few, of_many] = in_turn([&diff(&few, "main..one"), &diff(&many, "main..one")], RUNS);
    line("diff of one request of 100", &of_few, "");
    line("diff of one request of 10,000", &of_many, "< 60 ms");
    ratio("  10,000 : 100", of_many.ratio(&of_few), "≤ 2");
    std::fs::write(many.dir.join(repository::request_file(3)), repository::request(3, 1)).expect("an edit");
    let [edited] = in_turn([&diff(&many, "main")], RUNS);
    line("diff of one request of 10,000 in the working tree", &edited, "");
}

/// A golden path that 10,000 requests use.
fn golden_path(place: &Place) {
    let clone = place.clone_of("golden", Size { requests: 10_000, policies: true });
    let call = goldpath(&clone.dir, &["diff", "--output", "markdown", "main..all"]);
    let [samples] = in_turn([&call], 3);
    line("diff of a golden path that 10,000 requests use", &samples, "< 2 s, < 300 MiB");
    say(&format!("  the comment has {} characters", call.output().chars().count()));
}

/// A commit of 10,000 files, beside Git writing out the same blobs.
fn snapshot(place: &Place) {
    let clone = place.clone_of("blobs", Size { requests: 10_000, policies: false });
    let ids = place.join("ids");
    std::fs::write(&ids, clone.blobs("main")).expect("a file");
    let this = std::env::current_exe().expect("this program");
    let ours = Call::new(this, &clone.dir, &[READ, &clone.dir.to_string_lossy(), "main"]);
    let git = Call { stdin: Some(ids), ..Call::new("git", &clone.dir, &["cat-file", "--batch"]) };
    let [ours, git] = in_turn([&ours, &git], RUNS);
    line("a commit of 10,000 requests into a snapshot", &ours, "");
    line("  git cat-file --batch of the same blobs", &git, "");
    ratio("  snapshot : git", ours.ratio(&git), "≤ 0.6");
}

fn read(dir: &Path, commit: &str) {
    let repository = Repository::open(dir).expect("a repository");
    let commit = repository.resolve(commit).expect("a commit");
    let snapshot = repository.snapshot(&commit).expect("a snapshot");
    assert!(snapshot.files().len() >= 10_000, "all files are read");
}

fn line(name: &str, samples: &Samples, goal: &str) {
    let (fewest, median, most) = samples.seconds();
    let memory = samples.mebibytes().map_or(String::new(), |mebibytes| format!("{mebibytes:.0} MiB"));
    let spread = format!("{:.0}–{:.0} ms", fewest * 1e3, most * 1e3);
    say(&format!("{name:<58} {:>6.0} ms {spread:>19} {memory:>9}  {goal}", median * 1e3));
}

fn ratio(name: &str, ratio: f64, goal: &str) {
    say(&format!("{name:<58} {ratio:>9.2} {:>19} {:>9}  {goal}", "", ""));
}

fn say(text: &str) {
    writeln!(std::io::stdout().lock(), "{text}").expect("the output takes it");
}
