//! The rules, each over sources as values and giving its breaches, so that each can be seen to fail.

use super::source::Source;
use super::{Core, Effect, Room, Shell};
use std::collections::{BTreeMap, BTreeSet};

type Map = [(&'static str, Room)];

fn room(map: &Map, module: &str) -> Option<Room> {
    map.iter().find(|(name, _)| *name == module).map(|(_, room)| *room)
}

/// Modules of the library without a row, and rows without a module.
pub(super) fn unmapped(lib: &str, map: &Map) -> Vec<String> {
    let modules: BTreeSet<&str> =
        lib.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';')).collect();
    let rows: BTreeSet<&str> = map.iter().map(|(name, _)| *name).collect();
    let missing = modules.difference(&rows).map(|name| format!("module {name} has no row"));
    let idle = rows.difference(&modules).map(|name| format!("row {name} has no module"));
    missing.chain(idle).collect()
}

/// Rows that name what is not above them.
pub(super) fn upward_rows(map: &Map) -> Vec<String> {
    let mut above = BTreeSet::new();
    let mut breaches = Vec::new();
    for (name, room) in map {
        let (Core(uses) | Effect(uses) | Shell(uses)) = room;
        breaches.extend(uses.iter().filter(|used| !above.contains(*used)).map(|used| format!("{name} names {used}")));
        above.insert(name);
    }
    breaches
}

fn allowed(map: &Map, room: Room, used: &str) -> bool {
    match (room, super::rules::room(map, used)) {
        (_, None) => true,
        (Core(uses), _) => uses.contains(&used),
        (Effect(_) | Shell(_), Some(Core(_))) | (Shell(_), Some(Effect(_))) => true,
        (Effect(uses), Some(Effect(_) | Shell(_))) => used == "error" || uses.contains(&used),
        (Shell(uses), Some(Shell(_))) => uses.contains(&used),
    }
}

/// The modules of the crate that a file names: line, module.
fn used(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    source.facts.paths.iter().filter_map(|(line, path)| {
        let module = path.strip_prefix("crate::")?.split("::").next()?;
        (module != source.module).then_some((*line, module))
    })
}

/// Uses against the map.
pub(super) fn directions(sources: &[Source], map: &Map) -> Vec<String> {
    let mut breaches = BTreeSet::new();
    for source in sources {
        let Some(room) = room(map, &source.module) else { continue };
        for (line, module) in used(source).filter(|(_, module)| !allowed(map, room, module)) {
            breaches.insert(format!("{}:{line}: {} uses {module}", source.path, source.module));
        }
    }
    breaches.into_iter().collect()
}

/// Pairs of modules that use each other.
pub(super) fn mutual(sources: &[Source]) -> Vec<String> {
    let mut uses: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.module.is_empty()) {
        for (line, module) in used(source) {
            uses.entry((&source.module, module)).or_insert_with(|| format!("{}:{line}", source.path));
        }
    }
    let pairs = uses.iter().filter(|((one, other), _)| one < other);
    pairs
        .filter_map(|((one, other), here)| {
            let there = uses.get(&(*other, *one))?;
            Some(format!("{one} and {other}: {here} and {there}"))
        })
        .collect()
}

fn under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Uses of the world in the core.
pub(super) fn impure(sources: &[Source], map: &Map, impure: &[&str], pure: &[&str]) -> Vec<String> {
    let mut breaches = BTreeSet::new();
    for source in sources.iter().filter(|source| matches!(room(map, &source.module), Some(Core(_)))) {
        for (line, path) in &source.facts.paths {
            let bad = impure.iter().any(|prefix| under(path, prefix)) && !pure.iter().any(|prefix| under(path, prefix));
            if bad {
                breaches.insert(format!("{}:{line}: {path}", source.path));
            }
        }
        breaches.extend(source.facts.asyncs.iter().map(|line| format!("{}:{line}: async", source.path)));
    }
    breaches.into_iter().collect()
}

/// Uses of something by modules that it does not belong to.
pub(super) fn strangers(sources: &[Source], paths: &[&str], owners: &[&str]) -> Vec<String> {
    let mut breaches = BTreeSet::new();
    for source in sources {
        let own = paths.iter().any(|path| path.strip_prefix("crate::") == Some(source.module.as_str()));
        if own || owners.contains(&source.module.as_str()) {
            continue;
        }
        let named = source.facts.paths.iter().filter(|(_, path)| paths.iter().any(|prefix| under(path, prefix)));
        breaches.extend(named.map(|(line, path)| format!("{}:{line}: {path}", source.path)));
    }
    breaches.into_iter().collect()
}

/// Functions with more lines than `most`, from `fn` to the closing brace.
pub(super) fn long_functions(sources: &[Source], most: usize) -> Vec<String> {
    let mut breaches = Vec::new();
    for source in sources {
        for (line, name, lines) in source.facts.functions.iter().filter(|(_, _, lines)| *lines > most) {
            breaches.push(format!("{}:{line}: {name} has {lines} lines", source.path));
        }
    }
    breaches
}

/// Files with more lines than `most`.
pub(super) fn long_files(sources: &[Source], most: usize) -> Vec<String> {
    let lengths = sources.iter().map(|source| (&source.path, source.text.lines().count()));
    lengths.filter(|(_, lines)| *lines > most).map(|(path, lines)| format!("{path} has {lines} lines")).collect()
}

/// Places that unwrap.
pub(super) fn unwraps(sources: &[Source]) -> Vec<String> {
    sources.iter().flat_map(|source| source.facts.unwraps.iter().map(|line| format!("{}:{line}", source.path))).collect()
}

/// Lines that hold one of the words.
pub(super) fn words(texts: &BTreeMap<String, String>, words: &[&str]) -> Vec<String> {
    let mut breaches = Vec::new();
    for (path, text) in texts {
        for (number, line) in text.lines().enumerate() {
            let found = words.iter().filter(|word| line.contains(**word));
            breaches.extend(found.map(|word| format!("{path}:{}: {word}", number + 1)));
        }
    }
    breaches
}

/// Each rule is seen to fail, over small texts.
mod each_rule_can_fail {
    use super::*;
    use insta::assert_snapshot;

    const MAP: &Map = &[
        ("model", Core(&[])),
        ("render", Core(&["model"])),
        ("git", Effect(&[])),
        ("forge", Effect(&["git"])),
        ("error", Shell(&[])),
        ("cli", Shell(&["error"])),
    ];

    fn source(module: &[&str], text: &str) -> Source {
        Source::parse(&format!("src/{}.rs", module.join("/")), module, false, text).expect("the text is Rust")
    }

    fn directions_of(module: &[&str], text: &str) -> String {
        directions(&[source(module, text)], MAP).join("\n")
    }

    #[test]
    fn a_module_without_a_row_and_a_row_without_a_module() {
        let breaches = unmapped("pub mod model;\nmod render;\npub mod git;\npub mod forge;\npub mod cli;\npub mod new;\n", MAP);
        assert_snapshot!(breaches.join("\n"), @r"
        module new has no row
        row error has no module
        ");
    }

    #[test]
    fn a_row_that_names_what_is_below_it() {
        let breaches = upward_rows(&[("one", Core(&["two"])), ("two", Core(&["one"]))]);
        assert_snapshot!(breaches.join("\n"), @"one names two");
    }

    #[test]
    fn directions_by_use_by_path_by_super_and_in_macros() {
        assert_snapshot!(directions_of(&["render"], "use crate::{model::Json, git};"), @"src/render.rs:1: render uses git");
        assert_snapshot!(directions_of(&["model"], "fn f() -> crate::render::A { todo() }"), @"src/model.rs:1: model uses render");
        assert_snapshot!(directions_of(&["render", "tree"], "use super::super::cli;"), @"src/render/tree.rs:1: render uses cli");
        assert_snapshot!(directions_of(&["git"], "\nfn f() { println!(\"{}\", crate::forge::A); }"), @"src/git.rs:2: git uses forge");
        assert_snapshot!(directions_of(&["error"], "use crate::cli::run as go;"), @"src/error.rs:1: error uses cli");
        assert_snapshot!(directions_of(&["git"], "mod inner { use crate::cli; }"), @"src/git.rs:1: git uses cli");
    }

    #[test]
    fn directions_that_are_right_and_tests_that_may_more() {
        let right = "use crate::model::A; use super::B; use self::c::D; #[cfg(test)] mod tests { use crate::cli; }";
        assert_eq!(directions_of(&["render"], right), "");
        assert_eq!(directions_of(&["forge"], "use crate::{error::Fault, git::Git, render::Rendered};"), "");
        assert_eq!(directions_of(&["cli"], "use crate::{error, forge, model};"), "");
    }

    #[test]
    fn two_that_know_each_other() {
        let sources = [source(&["git"], "use crate::forge::A;"), source(&["forge"], "use crate::git::B;")];
        assert_snapshot!(mutual(&sources).join("\n"), @"forge and git: src/forge.rs:1 and src/git.rs:1");
    }

    #[test]
    fn a_core_that_asks_the_world() {
        let text = "use std::{fs, time::{Duration, Instant}};\nuse std::env;\nfn f() { env::var(\"A\"); vec![std::net::A] }\nasync fn g() {}\nfn h() { async {} }";
        let breaches = impure(&[source(&["render"], text), source(&["git"], text)], MAP, super::super::IMPURE, super::super::PURE);
        assert_snapshot!(breaches.join("\n"), @r"
        src/render.rs:1: std::fs
        src/render.rs:1: std::time::Instant
        src/render.rs:2: std::env
        src/render.rs:3: std::env::var
        src/render.rs:3: std::net::A
        src/render.rs:4: async
        src/render.rs:5: async
        ");
        let now = source(&["model"], "use jiff::Timestamp; fn f() { Timestamp::now() }");
        assert_snapshot!(impure(&[now], MAP, super::super::IMPURE, super::super::PURE).join("\n"), @"src/model.rs:1: jiff::Timestamp::now");
    }

    #[test]
    fn a_stranger_who_uses_what_belongs_to_another() {
        let text = "use std::process::{Command, ExitCode};";
        let sources = [source(&["git"], text), source(&["process"], text)];
        assert_snapshot!(strangers(&sources, &["std::process::Command"], &["process"]).join("\n"), @"src/git.rs:1: std::process::Command");
        let sources = [source(&["store"], "use crate::store::A;"), source(&["cli"], "use crate::store::A;")];
        assert_snapshot!(strangers(&sources, &["crate::store"], &["reconcile"]).join("\n"), @"src/cli.rs:1: crate::store::A");
    }

    #[test]
    fn sizes() {
        let source = source(&["git"], "fn short() {}\nimpl A {\n    fn long(\n    ) {\n        f();\n    }\n}\n");
        assert_snapshot!(long_functions(std::slice::from_ref(&source), 3).join("\n"), @"src/git.rs:3: long has 4 lines");
        assert_snapshot!(long_files(std::slice::from_ref(&source), 6).join("\n"), @"src/git.rs has 7 lines");
        assert!(long_functions(std::slice::from_ref(&source), 4).is_empty() && long_files(&[source], 7).is_empty());
    }

    #[test]
    fn an_unwrap_also_in_a_macro_but_not_in_a_test() {
        let text =
            "fn f() { a.unwrap(); }\nfn g() { vec![a.b().unwrap()]; a.unwrap_or(1); }\n#[cfg(test)]\nmod tests { fn h() { a.unwrap(); } }";
        assert_snapshot!(unwraps(&[source(&["git"], text)]).join("\n"), @r"
        src/git.rs:1
        src/git.rs:2
        ");
    }

    #[test]
    fn a_word_that_is_a_request_kind() {
        let texts = BTreeMap::from([("src/a.rs".to_owned(), "// fine\nlet kind = \"HttpService\";".to_owned())]);
        assert_snapshot!(words(&texts, &["HttpService"]).join("\n"), @"src/a.rs:2: HttpService");
    }
}
