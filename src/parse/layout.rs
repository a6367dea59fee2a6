//! Which file is what: the folders of the platform repository, and what stands where it is never looked for.

use super::codes;
use super::words::cut;
use crate::model::{
    Code, ExceptionId, Finding, LibraryId, LibraryName, NameError, PathName, Place, PolicyFile, ReleaseId, RepoPath, RequestId,
    RequestName, TargetName, TeamName, Turn,
};
use crate::snapshot::{File, Mode, Refused, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// The folders that goldpath reads.
pub const FOLDERS: [&str; 9] =
    ["requests", "golden-paths", "targets", "teams", "policies", "exceptions", "campaigns", "renderers", "schemas"];

/// The folder that was meant by one with another number, case or dash: `policies` for `Policy`.
pub fn folder_meant(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase().replace('_', "-");
    let one_of = |many: &str| many.strip_suffix("ies").map_or_else(|| many.trim_end_matches('s').to_owned(), |stem| format!("{stem}y"));
    FOLDERS.into_iter().find(|known| lower == *known || lower == one_of(known))
}

/// A file to read.
pub(super) type Entry<'a> = (&'a RepoPath, &'a File);

/// A file of a request.
pub(super) struct RequestFile<'a> {
    pub(super) entry: Entry<'a>,
    pub(super) team: Option<TeamName>,
    /// The name that the file says, when it is one.
    pub(super) name: Option<RequestName>,
}

/// The files of a release.
#[derive(Default)]
pub(super) struct ReleaseFiles<'a> {
    pub(super) release: Option<Entry<'a>>,
    pub(super) schema: Option<Entry<'a>>,
    /// Whether there is a schema that cannot be used, which is told elsewhere.
    pub(super) schema_is_left_out: bool,
    /// Its folders, each with a file in it.
    pub(super) folders: BTreeMap<&'a str, &'a RepoPath>,
}

/// The names that other files may speak of, with or without mistakes in the files that bear them.
#[derive(Default)]
pub(super) struct Names {
    pub(super) teams: BTreeSet<TeamName>,
    pub(super) paths: BTreeSet<PathName>,
    pub(super) releases: BTreeSet<ReleaseId>,
    pub(super) libraries: BTreeSet<LibraryId>,
}

/// All files, each where it belongs.
#[derive(Default)]
pub(super) struct Layout<'a> {
    pub(super) settings: Option<Entry<'a>>,
    pub(super) paths: BTreeMap<PathName, Option<Entry<'a>>>,
    pub(super) releases: BTreeMap<ReleaseId, ReleaseFiles<'a>>,
    pub(super) targets: BTreeMap<TargetName, Entry<'a>>,
    pub(super) teams: BTreeMap<TeamName, Entry<'a>>,
    pub(super) requests: Vec<RequestFile<'a>>,
    /// Requests whose files cannot be read.
    pub(super) unread: Vec<(RequestId, RepoPath)>,
    pub(super) exceptions: Vec<(TeamName, ExceptionId, Entry<'a>)>,
    pub(super) policies: Vec<PolicyFile>,
    /// Schemas of custom resources, which are read with what is rendered.
    pub(super) definitions: Vec<Entry<'a>>,
    pub(super) names: Names,
    pub(super) findings: Vec<Finding>,
    /// Folders and things of later versions that were spoken of already.
    said: BTreeSet<String>,
}

impl<'a> Layout<'a> {
    /// Sorts the files of a snapshot.
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let mut layout = Self::default();
        snapshot.refused().iter().for_each(|refused| layout.refused(refused));
        for (path, file) in snapshot.files() {
            let parts: Vec<&str> = path.as_str().split('/').collect();
            let known = layout.findings.len();
            layout.sort(&parts, (path, file));
            if file.mode == Mode::Symlink && layout.findings.len() > known {
                layout.link(known, path);
            }
        }
        layout.names.teams = layout.teams.keys().cloned().collect();
        layout.names.paths = layout.paths.keys().cloned().collect();
        layout.names.releases = layout.releases.keys().cloned().collect();
        layout
    }

    /// A file that is not there to be read. What can be named is where it is; what cannot is a matter of the repository as a whole.
    fn refused(&mut self, refused: &Refused) {
        let message = format!("`{}` is not read: {}", cut(&refused.name), refused.reason);
        let said = |path: RepoPath, help: &str| Finding::error(codes::REFUSED_PATH, Place::file(path), message).help(help);
        let finding = match RepoPath::parse(&refused.name) {
            Ok(path) => {
                self.unread(&path);
                let turn = if path.below("requests").is_some() { Turn::Requester } else { Turn::Platform };
                said(path, "Make it smaller, or remove it from the repository.").turn(turn)
            }
            Err(_) => said(RepoPath::parse("goldpath.yaml").expect("it is a path"), "Rename it, or remove it from the repository."),
        };
        self.findings.push(finding);
    }

    /// A file that is not read and may hold a request, which is not taken for removed then.
    fn unread(&mut self, path: &RepoPath) {
        let team = path.below("requests").and_then(|below| below.split('/').next()).and_then(|team| TeamName::parse(team).ok());
        let stem = path.file_name().rsplit_once('.').filter(|(_, extension)| matches!(*extension, "yaml" | "yml"));
        let name = stem.and_then(|(stem, _)| RequestName::parse(stem).ok());
        self.unread.extend(team.zip(name).map(|(team, name)| (RequestId { team, name }, path.clone())));
    }

    /// Leaves out the schemas among some files.
    pub(super) fn leave_out(&mut self, without: &BTreeSet<RepoPath>) {
        for files in self.releases.values_mut() {
            if files.schema.take_if(|(path, _)| without.contains(*path)).is_some() {
                files.schema_is_left_out = true;
            }
        }
    }

    fn sort(&mut self, parts: &[&'a str], entry: Entry<'a>) {
        match parts {
            ["goldpath.yaml"] => self.settings = Some(entry),
            ["goldpath.yml"] => {
                self.say(codes::MISPLACED_FILE, entry.0, "this file is not read", "Rename it to `goldpath.yaml`.", Turn::Platform)
            }
            [folder] if FOLDERS.contains(folder) => self.no_folder(folder, entry),
            ["golden-paths", rest @ ..] => self.golden_path(rest, entry),
            ["targets", rest @ ..] => {
                if let Some(name) = self.single(rest, entry, "targets", TargetName::parse) {
                    self.targets.insert(name, entry);
                }
            }
            ["teams", rest @ ..] => {
                if let Some(name) = self.single(rest, entry, "teams", TeamName::parse) {
                    self.teams.insert(name, entry);
                }
            }
            ["requests", rest @ ..] => self.request(rest, entry),
            ["exceptions", rest @ ..] => self.exception(rest, entry),
            ["policies", rest @ ..] => self.policy(rest, entry, None),
            [folder @ "campaigns", _, ..] => self.later(folder, entry.0, "campaigns are"),
            ["renderers", rest @ ..] if rest.len() >= 3 || rest.last().is_some_and(|file| is_beside(file)) => {}
            ["renderers", ..] => {
                let message = "this file belongs to no renderer";
                let help = "Move it to `renderers/<name>/<version>/`, beside its `renderer.yaml`.";
                self.say(codes::MISPLACED_FILE, entry.0, message, help, Turn::Platform);
            }
            ["schemas", rest @ ..] => self.definition(rest, entry),
            [folder, _, ..] => self.near_miss(folder, entry.0),
            _ => {}
        }
    }

    /// Whatever was said of a link since then: that it is one says it all.
    fn link(&mut self, known: usize, path: &RepoPath) {
        let said: Vec<Finding> = self.findings.drain(known..).collect();
        if let Some(own) = said.iter().find(|finding| finding.code == codes::SYMLINK) {
            return self.findings.push(own.clone());
        }
        let turn = said.first().map_or(Turn::Platform, |finding| finding.turn);
        let message = "this is a symbolic link, and links are never followed";
        self.say(codes::SYMLINK, path, message, "Put what it leads to here, or remove it.", turn);
    }

    fn say(&mut self, code: Code, path: &RepoPath, message: &str, help: &str, turn: Turn) {
        self.findings.push(Finding::error(code, Place::file(path.clone()), message).help(help).turn(turn));
    }

    /// Says something once for a folder.
    fn say_once(&mut self, key: String, code: Code, path: &RepoPath, message: &str, help: &str, turn: Turn) {
        if self.said.insert(key) {
            self.say(code, path, message, help, turn);
        }
    }

    fn later(&mut self, folder: &str, path: &RepoPath, what: &str) {
        let message = format!("{what} not supported yet by this version of goldpath");
        let help = format!("Remove `{folder}/` for now.");
        self.say_once(folder.to_owned(), codes::NOT_SUPPORTED_YET, path, &message, &help, Turn::Platform);
    }

    /// Something else where one of goldpath's folders is looked for: nothing of what it stands for would be read.
    fn no_folder(&mut self, folder: &str, (path, file): Entry<'a>) {
        let (code, what) = match file.mode {
            Mode::Symlink => (codes::SYMLINK, "a symbolic link, and links are never followed"),
            Mode::Submodule => (codes::SUBMODULE, "a submodule, and submodules are never read"),
            Mode::Regular | Mode::Executable => (codes::MISPLACED_FILE, "a file, and a folder is read here"),
        };
        self.say(code, path, &format!("`{folder}` is {what}"), "Put the folder itself here, or remove it.", Turn::Platform);
    }

    /// A folder at the top that was meant to be one of goldpath's: another number or case.
    fn near_miss(&mut self, folder: &str, path: &RepoPath) {
        if let Some(meant) = folder_meant(folder) {
            let message = format!("`{}/` is not read", cut(folder));
            let help = format!("Rename it to `{meant}/`.");
            self.say_once(folder.to_owned(), codes::MISPLACED_FILE, path, &message, &help, Turn::Platform);
        }
    }

    /// A schema of a custom resource: what it is for is told by where it stands.
    fn definition(&mut self, rest: &[&str], entry: Entry<'a>) {
        match rest {
            [.., file] if is_beside(file) => {}
            [_, file] if file.strip_suffix(".json").is_some_and(|stem| stem.contains('_')) => self.definitions.push(entry),
            _ => {
                let message = "the schema of a custom resource stands at `schemas/<group>/<kind>_<version>.json`, so this file is not read";
                let help = "`goldpath schema import FILE` makes it, at its place, from the definition of the custom resource.";
                self.say(codes::MISPLACED_FILE, entry.0, message, help, Turn::Platform);
            }
        }
    }

    /// A file that is the only one for its name: `<folder>/<name>.yaml`.
    fn single<T>(&mut self, rest: &[&str], entry: Entry<'a>, folder: &str, parse: fn(&str) -> Result<T, NameError>) -> Option<T> {
        match rest {
            [file] => self.named(file, entry.0, parse, Turn::Platform),
            _ => {
                let message = format!("files under `{folder}/` stand in no folder of their own, so this one is not read");
                self.say(codes::MISPLACED_FILE, entry.0, &message, &format!("Move it to `{folder}/`."), Turn::Platform);
                None
            }
        }
    }

    /// The name in `<name>.yaml`; nothing, and a finding where it helps, for other files.
    fn named<T>(&mut self, file: &str, path: &RepoPath, parse: fn(&str) -> Result<T, NameError>, turn: Turn) -> Option<T> {
        if is_beside(file) {
            return None;
        }
        let Some(stem) = file.strip_suffix(".yaml") else {
            if let Some(stem) = file.strip_suffix(".yml") {
                self.say(
                    codes::MISPLACED_FILE,
                    path,
                    "files that end with `.yml` are not read here",
                    &format!("Rename it to `{}.yaml`.", cut(stem)),
                    turn,
                );
            } else {
                let finding =
                    Finding::warning(codes::IGNORED_FILE, Place::file(path.clone()), "this file is not read: only `.yaml` files are");
                self.findings.push(finding.help("Remove it, or move it out of this folder.").turn(turn));
            }
            return None;
        };
        match parse(stem) {
            Ok(name) => Some(name),
            Err(error) => {
                let message = format!("the name of this file is not a name: {error}");
                self.say(codes::NOT_A_NAME, path, &message, "Rename it to a DNS label, such as `payments-api.yaml`.", turn);
                None
            }
        }
    }

    fn golden_path(&mut self, rest: &[&'a str], entry: Entry<'a>) {
        let turn = Turn::PathOwner;
        match rest {
            ["_library", rest @ ..] => self.library(rest, entry),
            [file] if is_beside(file) => {}
            [_] => self.say(codes::MISPLACED_FILE, entry.0, "this file belongs to no golden path", "Move it into the folder of one.", turn),
            [path, rest @ ..] => match PathName::parse(path) {
                Ok(name) => self.of_path(&name, rest, entry),
                Err(error) => {
                    let message = format!("`{}` is no name of a golden path: {error}", cut(path));
                    self.say_once(
                        format!("golden-paths/{path}"),
                        codes::NOT_A_NAME,
                        entry.0,
                        &message,
                        "Rename the folder to a DNS label.",
                        turn,
                    );
                }
            },
            [] => {}
        }
    }

    /// A file of a library of templates: `<name>/<version>/**`.
    fn library(&mut self, rest: &[&str], entry: Entry<'a>) {
        let turn = Turn::PathOwner;
        let [name, version, file @ ..] = rest else {
            let message = "this file belongs to no library of templates";
            return self.say(codes::MISPLACED_FILE, entry.0, message, "Move it to `golden-paths/_library/<name>/<version>/`.", turn);
        };
        if matches!(entry.1.mode, Mode::Symlink | Mode::Submodule) {
            let message = "this is a link or a submodule, and nothing follows it";
            return self.say(codes::SYMLINK, entry.0, message, "Put the files themselves here.", turn);
        }
        match (LibraryName::parse(name), semver::Version::parse(version)) {
            (Ok(name), Ok(version)) if !file.is_empty() => drop(self.names.libraries.insert(LibraryId { name, version })),
            (Ok(_), Ok(_)) => {
                let message = "this file stands where the folder of a version is expected";
                self.say(codes::MISPLACED_FILE, entry.0, message, "Move it into a folder that is named by a version.", turn);
            }
            (Err(_), _) | (_, Err(_)) => {
                let key = format!("_library/{name}/{version}");
                let message = format!("`{}` is no name and version of a library", cut(&format!("{name}/{version}")));
                self.say_once(key, codes::NOT_A_NAME, entry.0, &message, "Name the folders such as `net/1.2.0`.", turn);
            }
        }
    }

    fn of_path(&mut self, name: &PathName, rest: &[&'a str], entry: Entry<'a>) {
        let known = self.paths.entry(name.clone()).or_default();
        match rest {
            ["path.yaml"] => *known = Some(entry),
            [file] if is_beside(file) => {}
            [_] => self.say(
                codes::MISPLACED_FILE,
                entry.0,
                "this file is not read: beside `path.yaml` a golden path has folders of releases",
                "Move it into the folder of a release, or remove it.",
                Turn::PathOwner,
            ),
            [version, rest @ ..] => match semver::Version::parse(version) {
                Ok(version) => self.of_release(ReleaseId { path: name.clone(), version }, rest, entry),
                Err(error) => {
                    let message = format!("`{}` is no version of a release: {error}", cut(version));
                    let key = format!("golden-paths/{name}/{version}");
                    self.say_once(
                        key,
                        codes::NOT_A_NAME,
                        entry.0,
                        &message,
                        "Name the folder by a version such as `1.0.0`.",
                        Turn::PathOwner,
                    );
                }
            },
            [] => {}
        }
    }

    fn of_release(&mut self, id: ReleaseId, rest: &[&'a str], entry: Entry<'a>) {
        // of what is read the reader says it
        if matches!(entry.1.mode, Mode::Symlink | Mode::Submodule) && !matches!(rest, ["release.yaml" | "schema.json"]) {
            let (code, what) =
                if entry.1.mode == Mode::Symlink { (codes::SYMLINK, "symbolic link") } else { (codes::SUBMODULE, "submodule") };
            let message = format!("this is a {what}, and nothing follows it");
            self.say(code, entry.0, &message, "Put the files themselves here.", Turn::PathOwner);
        }
        let files = self.releases.entry(id.clone()).or_default();
        match rest {
            ["release.yaml"] => files.release = Some(entry),
            ["schema.json"] => files.schema = Some(entry),
            ["migrate.yaml"] => {
                let finding = Finding::warning(
                    codes::NOT_SUPPORTED_YET,
                    Place::file(entry.0.clone()),
                    "migrations are not supported yet by this version of goldpath, and nothing uses this file",
                );
                self.findings.push(finding.help("Nothing to do.").turn(Turn::PathOwner));
            }
            [file] if is_beside(file) => {}
            [_] => {
                let message = "this file is not read: templates stand in the folder of their output";
                let finding = Finding::warning(codes::IGNORED_FILE, Place::file(entry.0.clone()), message);
                self.findings.push(finding.help("Move it into the folder of an output.").turn(Turn::PathOwner));
            }
            ["policies", rest @ ..] => self.policy(rest, entry, Some(id)),
            ["tests", ..] | [] => {}
            [folder, ..] => {
                files.folders.entry(folder).or_insert(entry.0);
            }
        }
    }

    fn policy(&mut self, rest: &[&str], entry: Entry<'a>, release: Option<ReleaseId>) {
        let turn = if release.is_some() { Turn::PathOwner } else { Turn::Platform };
        match rest {
            [file] if file.ends_with("_test.rego") || is_beside(file) => {}
            [file] if file.ends_with(".rego") => match super::fields::text(entry.0, entry.1, turn) {
                Ok(_) => self.policies.push(PolicyFile { file: entry.0.clone(), release }),
                Err(findings) => self.findings.extend(findings),
            },
            _ => {
                let message = "this file is not read: policies are `.rego` files right in this folder";
                let finding = Finding::warning(codes::IGNORED_FILE, Place::file(entry.0.clone()), message);
                self.findings.push(finding.help("Move it up, or out of the folder.").turn(turn));
            }
        }
    }

    fn request(&mut self, rest: &[&str], entry: Entry<'a>) {
        let Some((file, folders)) = rest.split_last() else { return };
        let Some(team) = folders.first() else {
            if !is_beside(file) {
                let help = "Move it to `requests/<team>/`.";
                self.say(codes::MISPLACED_FILE, entry.0, "this request stands in no team's folder", help, Turn::Requester);
            }
            return;
        };
        if is_beside(file) {
            return;
        }
        if let Some(stem) = request_stem(file, &entry.1.bytes) {
            let help = format!("Rename it to `{}.yaml`.", cut(stem));
            let message = "requests are files that end with `.yaml`, so this one is not read";
            self.say(codes::MISPLACED_FILE, entry.0, message, &help, Turn::Requester);
            let id = TeamName::parse(team).ok().zip(RequestName::parse(stem).ok());
            self.unread.extend(id.map(|(team, name)| (RequestId { team, name }, entry.0.clone())));
            return;
        }
        let name = self.named(file, entry.0, RequestName::parse, Turn::Requester);
        if file.ends_with(".yml") {
            self.unread(entry.0);
        }
        if name.is_some() || file.ends_with(".yaml") {
            self.requests.push(RequestFile { entry, team: TeamName::parse(team).ok(), name });
        }
    }

    fn exception(&mut self, rest: &[&str], entry: Entry<'a>) {
        match rest {
            [file] if is_beside(file) => {}
            [team, file] => {
                let Some(id) = self.named(file, entry.0, ExceptionId::parse, Turn::Requester) else { return };
                match TeamName::parse(team) {
                    Ok(team) => self.exceptions.push((team, id, entry)),
                    Err(error) => {
                        let message = format!("`{}` is no name of a team: {error}", cut(team));
                        self.say(codes::NOT_A_NAME, entry.0, &message, "Move it to the folder of a team.", Turn::Requester);
                    }
                }
            }
            _ => {
                let help = "Move it to `exceptions/<team>/`.";
                self.say(codes::MISPLACED_FILE, entry.0, "an exception stands in the folder of its team", help, Turn::Requester);
            }
        }
    }
}

/// What a file would be called without its ending, where it is a request and ends with neither `.yaml` nor `.yml`; copies that programs keep are none.
fn request_stem<'f>(file: &'f str, bytes: &[u8]) -> Option<&'f str> {
    const COPIES: [&str; 7] = ["~", ".bak", ".old", ".orig", ".rej", ".swp", ".tmp"];
    let lower = file.to_ascii_lowercase();
    if file.ends_with(".yaml") || file.ends_with(".yml") || COPIES.iter().any(|copy| lower.ends_with(copy)) {
        return None;
    }
    let is_called_so = lower.split('.').skip(1).any(|part| matches!(part, "yaml" | "yml"));
    let begins = |field: &str| bytes.split(|byte| *byte == b'\n').any(|line| line.starts_with(field.as_bytes()));
    (is_called_so || ["apiVersion:", "kind:", "metadata:"].into_iter().all(begins)).then(|| file.split('.').next().unwrap_or(file))
}

/// Files that may lie beside those that are read: hidden ones and documentation.
fn is_beside(file: &str) -> bool {
    file.starts_with('.') || file.ends_with(".md") || file == "CODEOWNERS"
}
