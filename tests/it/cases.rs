//! The cases of golden paths: a request, and what it renders to.
//!
//! `GOLDPATH_UPDATE=1 cargo test --test it cases` writes what comes out now into `expected/`, to be looked at before it is committed.

use super::example::{folder, lines, read, rendered};
use goldpath::model::{ContentId, ReleaseId, RepoPath};
use goldpath::render::Rendered;
use goldpath::snapshot::{File, Mode, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// The files of one case, and those of its golden path.
struct Case {
    /// The folder of the case in its repository.
    folder: String,
    files: BTreeMap<RepoPath, File>,
}

fn file(text: &str) -> File {
    File { id: ContentId::from_bytes([0; 20]), mode: Mode::Regular, bytes: text.as_bytes().into() }
}

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).expect("a path")
}

/// The cases of a repository, each with the folders of its golden path and nothing else of it.
fn cases(repository: &Snapshot) -> Vec<Case> {
    let mut folders = BTreeSet::new();
    for file in repository.files().keys() {
        let parts: Vec<&str> = file.components().collect();
        if let ["golden-paths", path, release, "tests", case, ..] = parts.as_slice() {
            folders.insert((ReleaseId::parse(&format!("{path}@{release}")).expect("a release"), (*case).to_owned()));
        }
    }
    let case = |(release, case): (ReleaseId, String)| {
        let golden = format!("golden-paths/{}", release.path);
        let mut files: BTreeMap<RepoPath, File> = repository.under(&golden).map(|(path, file)| (path.clone(), file.clone())).collect();
        let folder = format!("{}/tests/{case}", release.folder());
        let pinned = format!("metadata:\n  annotations: {{goldpath.dev/release: {}}}\n", release.version);
        let request = repository.text(&format!("{folder}/request.yaml")).expect("a case has a request").replace("metadata:\n", &pinned);
        files.insert(path(&format!("requests/sample-team/{case}.yaml")), file(&request));
        files.insert(path("goldpath.yaml"), file("apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: sample}\nspec: {}\n"));
        for team in ["sample-team", "platform"] {
            let text = format!(
                "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {{name: {team}}}\nspec: {{contact: {{channel: \"#sample\"}}, costCentre: cc-0000}}\n"
            );
            files.insert(path(&format!("teams/{team}.yaml")), file(&text));
        }
        Case { folder, files }
    };
    folders.into_iter().map(case).collect()
}

impl Case {
    /// Renders the request; each target that it goes to is there, and takes everything.
    fn render(mut self) -> Rendered {
        loop {
            let (parsed, rendered) = rendered(&Snapshot::new(None, self.files.clone(), Vec::new()));
            let missing = rendered.findings.iter().find(|finding| finding.code.as_str() == "unknown-target");
            let Some(missing) = missing else {
                let errors = parsed.findings.iter().chain(&rendered.findings).filter(|finding| finding.is_error());
                assert_eq!(lines(errors), "", "{}", self.folder);
                return rendered;
            };
            let mut names = missing.message.split('`').skip(1).step_by(2);
            let (output, target) = (names.next().expect("an output"), names.next().expect("a target"));
            let outputs = parsed.platform.releases.values().flat_map(|release| &release.outputs);
            let terraform = outputs.filter(|it| it.name.as_str() == output).any(|it| it.renderer.name.as_str() == "terraform");
            let kind = if terraform { "terraform" } else { "directory" };
            let text = format!(
                "apiVersion: goldpath.dev/v1\nkind: Target\nmetadata: {{name: {target}}}\nspec: {{type: {kind}, connection: {target}}}\n"
            );
            let known = self.files.insert(path(&format!("targets/{target}.yaml")), file(&text));
            assert!(known.is_none(), "{}: {}", self.folder, missing.message);
        }
    }
}

/// The rendered files by their paths below `expected/`.
fn tree(rendered: &Rendered) -> BTreeMap<String, String> {
    let mut tree = BTreeMap::new();
    for unit in rendered.units.values() {
        for (path, file) in &unit.files {
            let text = String::from_utf8(file.bytes.to_vec()).expect("text");
            tree.insert(format!("{}@{}/{path}", unit.id.output, unit.id.target), text);
        }
    }
    tree
}

fn check(repository: &str) {
    let snapshot = read(repository);
    let cases = cases(&snapshot);
    assert!(!cases.is_empty(), "{repository} has cases");
    for case in cases {
        let expected = format!("{}/expected", case.folder);
        let below = |path: &RepoPath| path.below(&expected).map(str::to_owned);
        let text = |path: &RepoPath| snapshot.text(path.as_str()).unwrap_or_default().to_owned();
        let wanted: BTreeMap<String, String> = snapshot.under(&expected).filter_map(|(path, _)| Some((below(path)?, text(path)))).collect();
        let is = tree(&case.render());
        if std::env::var_os("GOLDPATH_UPDATE").is_some() {
            update(repository, &expected, &is);
        } else {
            assert_eq!(is.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>(), "the files of {expected}");
            for (name, text) in &is {
                assert!(*text == wanted[name], "{expected}/{name} is not what is rendered; it is\n{text}");
            }
        }
    }
}

fn update(repository: &str, expected: &str, files: &BTreeMap<String, String>) {
    let to = folder(repository).join(expected);
    if to.exists() {
        std::fs::remove_dir_all(&to).expect("it can be removed");
    }
    for (name, text) in files {
        let to = to.join(name);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("it can be made");
        std::fs::write(to, text).expect("it can be written");
    }
}

#[test]
fn the_example_renders_what_is_expected() {
    check("platform-repo-example");
}

#[test]
fn the_second_environment_renders_what_is_expected() {
    check("tests/data/second-environment");
}
