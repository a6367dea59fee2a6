//! The house: which module may know which, what the core may not touch, and how big things get.
//!
//! The rules are those of `ARCHITECTURE.md`; each says its reason when it is broken. A new module of `src/lib.rs` needs a row here.

mod rules;
mod source;

use source::{Source, read_folder, read_library};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

/// A row of the map: what a module may use besides itself.
#[derive(Clone, Copy)]
enum Room {
    /// Pure values and functions, and the modules that it may use.
    Core(&'static [&'static str]),
    /// One outside world: the core and `error`, and the effects named here.
    Effect(&'static [&'static str]),
    /// What ties them together: the core, the effects, and the shell's modules named here.
    Shell(&'static [&'static str]),
}

use Room::{Core, Effect, Shell};

const MAP: &[(&str, Room)] = &[
    ("model", Core(&[])),
    ("yaml", Core(&["model"])),
    ("snapshot", Core(&["model"])),
    ("parse", Core(&["model", "yaml", "snapshot"])),
    ("forms", Core(&["model", "yaml", "snapshot"])),
    ("render", Core(&["model", "yaml", "snapshot"])),
    ("diff", Core(&["model", "yaml", "snapshot", "parse", "render"])),
    ("observe", Core(&["model"])),
    ("policy", Core(&["model", "yaml", "snapshot", "render", "diff", "observe"])),
    ("cases", Core(&["model", "yaml", "snapshot", "parse", "render", "policy"])),
    ("plan", Core(&["model", "diff", "policy", "observe"])),
    ("command", Core(&["model", "diff", "observe", "plan"])),
    ("change", Core(&["model", "diff", "observe", "plan", "command"])),
    ("delivery", Core(&["model", "diff", "observe", "plan", "command"])),
    ("evidence", Core(&["model", "render", "diff", "policy", "observe", "plan", "change", "delivery"])),
    (
        "report",
        Core(&[
            "model", "yaml", "snapshot", "parse", "render", "diff", "observe", "policy", "cases", "plan", "change", "delivery", "evidence",
        ]),
    ),
    ("process", Effect(&[])),
    ("git", Effect(&["process"])),
    ("forge", Effect(&["git"])),
    ("terraform", Effect(&["process"])),
    ("directory", Effect(&[])),
    ("signer", Effect(&[])),
    ("store", Effect(&[])),
    ("watch", Effect(&[])),
    ("worker", Effect(&["process"])),
    ("error", Shell(&[])),
    ("telemetry", Shell(&["error"])),
    ("config", Shell(&["error"])),
    ("reconcile", Shell(&["error", "config", "telemetry"])),
    ("world", Shell(&["error", "config", "telemetry", "reconcile"])),
    ("web", Shell(&["error"])),
    ("server", Shell(&["error", "config", "telemetry", "reconcile", "web"])),
    ("cli", Shell(&["error", "config", "telemetry", "reconcile", "world", "web", "server"])),
];

/// Who alone may touch something of the world, and why.
struct Alone {
    /// The beginning of the path as it is written in Rust.
    paths: &'static [&'static str],
    modules: &'static [&'static str],
    reason: &'static str,
}

const ALONE: &[Alone] = &[
    Alone {
        paths: &["crate::store"],
        modules: &["reconcile", "cli"],
        reason: "the database is memory, and only the loop (and the start of the daemon) remembers: everything else is computed from Git and the forge",
    },
    Alone {
        paths: &["std::process::Command", "tokio::process"],
        modules: &["process"],
        reason: "one place gives every child its environment by allow-list, a time limit and an output cap",
    },
    Alone {
        paths: &["std::env::var", "std::env::var_os", "std::env::vars", "std::env::vars_os"],
        modules: &["config", "process"],
        reason: "what changes the behaviour of the program from outside is listed in one module; `process` only hands `PATH` on to a child",
    },
    Alone { paths: &["gix"], modules: &["git"], reason: "a 0.x crate stays behind one module" },
    Alone { paths: &["sqlx"], modules: &["store"], reason: "a 0.x crate stays behind one module" },
    Alone { paths: &["notify"], modules: &["watch"], reason: "one module makes triggers" },
    Alone { paths: &["regorus"], modules: &["policy"], reason: "a 0.x crate stays behind one module" },
    Alone { paths: &["tera"], modules: &["render"], reason: "only a renderer runs templates, under its counters" },
    Alone { paths: &["axum", "tower_http"], modules: &["server"], reason: "only the server speaks HTTP to the outside" },
];

/// What the core may not touch: the world, the clock, the dice. `std::time::Duration` is a value and no clock.
const IMPURE: &[&str] = &[
    "std::time",
    "std::env",
    "std::fs",
    "std::process",
    "std::net",
    "std::os",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "tokio",
    "tokio_util",
    "ureq",
    "tempfile",
    "getrandom",
    "rustix",
    "tracing",
    "metrics",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "jiff::tz::TimeZone::system",
];
const PURE: &[&str] = &["std::net::IpAddr", "std::time::Duration"];

/// Kinds of requests belong to platform repositories; those of the example and of the published course are looked for.
const REQUEST_KINDS: &[&str] = &["EnvironmentRequest", "HttpService"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The library and the binary, read once for all rules.
fn library() -> &'static [Source] {
    static LIBRARY: LazyLock<Vec<Source>> = LazyLock::new(|| read_library(&root().join("src")).expect("the library's sources can be read"));
    &LIBRARY
}

/// Shows every breach at once.
fn hold(rule: &str, reason: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{rule}, because {reason}:\n  {}\n", breaches.join("\n  "));
}

#[test]
fn every_module_has_its_place_on_the_map() {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs can be read");
    hold(
        "Every module of src/lib.rs has a row in MAP of tests/it/architecture.rs, and every row a module",
        "a module whose place is not said may know everything",
        &rules::unmapped(&lib, MAP),
    );
}

#[test]
fn the_map_has_no_circle() {
    hold("A row of MAP names only rows above it", "then no two modules can know each other", &rules::upward_rows(MAP));
}

#[test]
fn modules_use_only_what_is_below_them() {
    hold(
        "A module uses only what its row in MAP says",
        "a stage that knows a later stage, or an effect that knows the loop, cannot be tested or changed alone",
        &rules::directions(library(), MAP),
    );
}

#[test]
fn no_two_modules_know_each_other() {
    hold("No two modules use each other", "two that do are one", &rules::mutual(library()));
}

#[test]
fn the_core_is_pure() {
    hold(
        "The core uses no clock, environment, file, process, network, dice or async",
        "a stage is a function: the same values in give the same values out, on a laptop, in the daemon and in a test",
        &rules::impure(library(), MAP, IMPURE, PURE),
    );
}

#[test]
fn what_belongs_to_one_module_is_used_by_no_other() {
    for alone in ALONE {
        hold(
            &format!("Only {} may use {}", alone.modules.join(" and "), alone.paths.join(", ")),
            alone.reason,
            &rules::strangers(library(), alone.paths, alone.modules),
        );
    }
}

#[test]
fn functions_and_files_stay_small() {
    let tests = read_folder(&root().join("tests")).expect("the tests' sources can be read");
    for sources in [library(), &tests] {
        hold("No function has more than 80 lines", "it does more than one thing", &rules::long_functions(sources, 80));
        hold("No file has more than 1,000 lines", "it holds more than one subject", &rules::long_files(sources, 1_000));
    }
    let main = library().iter().find(|source| source.path == "src/main.rs").expect("src/main.rs is the binary");
    let main = std::slice::from_ref(main);
    hold("src/main.rs has at most 30 lines", "everything is in the library, where tests reach it", &rules::long_files(main, 30));
}

#[test]
fn nothing_unwraps_outside_tests() {
    hold(
        "No `unwrap()` outside tests",
        "a panic is an outage; `expect(\"why it holds\")` says a proven invariant",
        &rules::unwraps(library()),
    );
}

#[test]
fn no_request_kind_is_named_in_the_sources() {
    let texts: BTreeMap<String, String> = library().iter().map(|source| (source.path.clone(), source.text.clone())).collect();
    hold(
        "No file of src/ names a request kind",
        "kinds are data of a platform repository: a new one needs a folder, never a new binary",
        &rules::words(&texts, REQUEST_KINDS),
    );
}

#[test]
fn every_source_file_is_reached_from_a_root() {
    let reached: Vec<&str> = library().iter().map(|source| source.path.as_str()).collect();
    let orphans: Vec<String> = read_folder(&root().join("src"))
        .expect("the library's sources can be read")
        .into_iter()
        .map(|source| source.path)
        .filter(|path| !reached.contains(&path.as_str()))
        .collect();
    hold("Every file under src/ is a module", "a file that nothing compiles is looked at by no other rule", &orphans);
}

#[test]
fn the_daemon_does_not_know_the_cache_of_the_command_line() {
    let knows = |what: &str, who: &[&str]| -> Vec<String> {
        let sources = library().iter().filter(|source| !who.contains(&source.path.as_str()));
        let naming = sources.flat_map(|source| source.facts.paths.iter().map(move |(line, path)| (source, line, path)));
        naming.filter(|(_, _, path)| path.starts_with(what)).map(|(source, line, path)| format!("{}:{line}: {path}", source.path)).collect()
    };
    let reason = "what is kept there belongs to a user and saves a laptop's time: what the daemon decides follows from Git alone";
    hold(
        "Only `cli::cache` looks into the user's cache folder",
        reason,
        &knows("crate::config::cache_folder", &["src/cli/cache.rs", "src/config/mod.rs"]),
    );
    hold(
        "Only `goldpath diff` uses `cli::cache`",
        reason,
        &knows("crate::cli::cache", &["src/cli/diff.rs", "src/cli/cache.rs", "src/cli/mod.rs"]),
    );
    let cache = library().iter().find(|source| source.path == "src/cli/cache.rs").expect("there is a cache");
    assert!(
        cache.facts.paths.iter().any(|(_, path)| path == "crate::config::cache_folder"),
        "the rule sees the one place that may: {:?}",
        cache.facts.paths
    );
}
