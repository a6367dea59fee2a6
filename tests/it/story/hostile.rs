//! What somebody may do to a daemon through the repository that it reads, and to its memory: rows 4 and 22 of the hostile table.

use super::town::{ALICE, BOB, Town};
use super::{request, with_one_service};
use sqlx::{Connection as _, SqliteConnection};
use std::fs;

/// An object of Git with these bytes, whatever Git thinks of them.
fn object(town: &Town, kind: &str, bytes: &[u8]) -> String {
    let file = town.path("object");
    fs::write(&file, bytes).expect("a file");
    town.bare(&["hash-object", "-w", "--literally", "-t", kind, &file.to_string_lossy()]).trim().to_owned()
}

/// The entries of a tree: mode, name, id.
fn entries(town: &Town, tree: &str) -> Vec<(String, Vec<u8>, String)> {
    let listed = town.bare(&["ls-tree", "-z", tree]);
    let of = |line: &str| {
        let (meta, name) = line.split_once('\t')?;
        let mut meta = meta.split(' ');
        let mode = meta.next()?.trim_start_matches('0').to_owned();
        Some((mode, name.as_bytes().to_vec(), meta.nth(1)?.to_owned()))
    };
    listed.split('\0').filter_map(of).collect()
}

/// A tree with these entries, in the order that Git wants.
fn tree(town: &Town, mut entries: Vec<(String, Vec<u8>, String)>) -> String {
    entries.sort_by_key(|(mode, name, _)| [name.as_slice(), if mode == "40000" { b"/" } else { b"" }].concat());
    let mut bytes = Vec::new();
    for (mode, name, id) in entries {
        bytes.extend([mode.as_bytes(), b" ", &name, b"\0"].concat());
        bytes.extend(hex::decode(id).expect("an id"));
    }
    object(town, "tree", &bytes)
}

fn entry(mode: &str, name: &str, id: &str) -> (String, Vec<u8>, String) {
    (mode.to_owned(), name.as_bytes().to_vec(), id.to_owned())
}

/// A commit of what `main` is, with entries beside it that no honest client makes, and a good request.
fn crafted(town: &Town, marker: &str) -> String {
    let blob = |text: &str| object(town, "blob", text.as_bytes());
    let (path, text) = request("measure");
    let config = blob(&format!("[core]\n\tfsmonitor = touch {marker}\n[filter \"x\"]\n\tsmudge = touch {marker}\n"));
    let inner = tree(town, vec![entry("100644", "config", &config), entry("100755", "hooks", &blob("#!/bin/sh\n"))]);
    let tip = town.bare(&["rev-parse", "main"]).trim().to_owned();
    let link = blob("/etc/passwd");
    let team = vec![
        entry("100644", path.rsplit('/').next().expect("a file"), &blob(&with_one_service(&text))),
        entry("100644", "-x.yaml", &blob(&text)),
        entry("100644", "a\nb.yaml", &blob(&text)),
        entry("100644", "--upload-pack=x.yaml", &blob(&text)),
        entry("120000", "link.yaml", &link),
        entry("40000", ".git", &inner),
    ];
    let requests = tree(town, vec![entry("40000", "payments-team", &tree(town, team))]);
    let mut root = entries(town, "main");
    root.extend([
        entry("40000", "requests", &requests),
        entry("40000", ".git", &inner),
        entry("40000", ".GIT", &inner),
        entry("40000", "..", &inner),
        entry("160000", "vendor", &tip),
        entry("100644", ".gitmodules", &blob(&format!("[submodule \"vendor\"]\n\tpath = vendor\n\turl = ext::sh -c touch% {marker}\n"))),
        entry("100644", ".gitattributes", &blob("* filter=x merge=x\n")),
        entry("100644", "--upload-pack=touch", &link),
    ]);
    let root = tree(town, root);
    town.bare(&["commit-tree", "-p", "main", "-m", "Crafted\n\n--upload-pack=touch", &root]).trim().to_owned()
}

#[test]
fn row_4_a_crafted_repository_is_refused_or_inert() {
    let town = Town::with(&[]);
    let marker = town.text("marker");
    let crafted = crafted(&town, &marker);
    let heads = town.path("platform.git/refs/heads");
    for name in ["evil", "-x", "--upload-pack=touch", "a;b`c`", "x\u{202e}y"] {
        town.bare(&["update-ref", &format!("refs/heads/{name}"), &crafted]);
    }
    let odd = heads.join("a\nb");
    fs::write(&odd, format!("{crafted}\n")).expect("a name that Git has no word for");
    town.settle();
    // git itself fetches nothing while it is there
    fs::remove_file(&odd).expect("it is there");

    town.git(ALICE, &["fetch", "--quiet", "origin", "evil"]).done();
    let range = format!("origin/main..{crafted}");
    let said = town.goldpath(&["diff", "--repo", &town.text("work"), &range, "--output", "json"]);
    for refused in ["`.git` is not read", "`.GIT` is not read", "holds `.` or `..`", "holds the character", "symlink", "not-a-name"] {
        assert!(said.out.contains(refused), "{refused}: {}{}", said.out, said.err);
    }
    assert!(!town.path("marker").exists(), "nothing of the repository was run");

    // and whoever is honest is served as before
    let (path, text) = request("honest");
    town.propose(ALICE, "honest", &[(&path, &with_one_service(&text))]);
    let list = town.ask(&["change", "list"]).done();
    let line = list.lines().find(|line| line.contains("honest")).unwrap_or_else(|| panic!("{list}"));
    let id = line.split_whitespace().find(|word| word.starts_with("pr-")).expect("its id").to_owned();
    town.approve_and_merge(BOB, ALICE, &id);
    assert_eq!(town.change(&id)["state"], "applied", "{}", town.comment(&id));
    assert!(!town.path("marker").exists(), "nothing of the repository was run");
}

const UNIT: &str = "payments-team/measure/cluster@staging-eu-central-1";
const FOLDER: &str = "staging-eu-central-1/payments-team/measure/cluster";

impl Town {
    /// The daemon ends as by a power cut, and somebody changes its memory.
    fn meddle(&mut self, sql: &str) {
        self.kill9();
        let url = format!("sqlite://{}", self.text("state/goldpath.db"));
        let changed = async {
            let mut memory = SqliteConnection::connect(&url).await?;
            let done = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut memory).await?;
            memory.close().await?;
            Ok::<u64, sqlx::Error>(done.rows_affected())
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        assert!(runtime.block_on(changed).expect("the database can be changed") > 0, "{sql}");
    }

    /// A change of the one request, merged; its id.
    fn merged(&self, branch: &str, text: &str) -> String {
        self.propose(ALICE, branch, &[(&request("measure").0, text)]);
        let list = self.ask(&["change", "list"]).done();
        let id = list.split_whitespace().find(|word| word.starts_with("pr-")).expect("the newest").to_owned();
        self.approve_and_merge(BOB, ALICE, &id);
        id
    }
}

#[test]
fn row_20_what_cannot_be_read_takes_nothing_away() {
    let mut town = Town::with(&[]);
    let text = with_one_service(&request("measure").1);
    let first = town.merged("first", &text);
    assert_eq!(town.change(&first)["state"], "applied", "{}", town.comment(&first));
    let before = town.whole_world();
    let blob = town.bare(&["rev-parse", &format!("main:{}", request("measure").0)]);
    let object = town.path("platform.git/objects").join(&blob[..2]).join(blob[2..].trim());
    let kept = fs::read(&object).expect("it is a file of its own");
    for loses_the_database in [false, true] {
        town.kill9();
        if loses_the_database {
            town.lose_the_database();
        }
        fs::remove_file(&object).expect("it is there");
        town.start();
        let (file, other) = request(if loses_the_database { "two" } else { "one" });
        town.push(ALICE, &file.replace('/', "-"), &[(&file, &other)]);
        town.settle();
        assert_eq!(town.whole_world(), before);

        fs::write(&object, &kept).expect("it can be put back");
        town.settle();
    }
}

#[test]
fn row_22_an_inventory_that_is_not_what_was_applied_holds_and_nothing_foreign_goes() {
    let mut town = Town::with(&[]);
    let text = with_one_service(&request("measure").1);
    let first = town.merged("first", &text);
    assert_eq!(town.change(&first)["state"], "applied", "{}", town.comment(&first));
    let theirs = format!("{FOLDER}/theirs.yaml");
    fs::write(town.path("state/world").join(&theirs), "theirs\n").expect("a file of somebody else");
    let digest = goldpath::model::Digest::of(b"theirs\n");
    let edits = [
        (
            "edited",
            format!("UPDATE inventory SET path = 'theirs.yaml', digest = '{digest}' WHERE unit = '{UNIT}' AND path = 'service.yaml'"),
        ),
        ("removed", format!("DELETE FROM inventory WHERE unit = '{UNIT}'")),
        ("some removed", format!("DELETE FROM inventory WHERE unit = '{UNIT}' AND path = 'namespace.yaml'")),
        (
            "doubled",
            format!(
                "INSERT INTO inventory (unit, path, digest) SELECT unit, 'theirs.yaml', '{digest}' FROM inventory WHERE unit = '{UNIT}' LIMIT 1"
            ),
        ),
    ];
    for (n, (what, sql)) in edits.iter().enumerate() {
        let before = town.world(&format!("{FOLDER}/deployment.yaml"));
        town.meddle(sql);
        town.start();
        town.settle();
        let id = town.merged(&format!("change-{n}"), &text.replace("replicas: 2", &format!("replicas: {}", n + 3)));
        assert_eq!(town.settle()["held"], 1, "{what}: {}", town.comment(&id));
        let comment = town.comment(&id);
        assert!(comment.contains("is not what was applied") && comment.contains(UNIT), "{what}: {comment}");
        assert_eq!(town.world(&format!("{FOLDER}/deployment.yaml")), before, "{what}: nothing is written");
        assert_eq!(town.world(&theirs).as_deref(), Some("theirs\n"), "{what}");

        // the next step that it names
        town.lose_the_database();
        town.start();
        town.settle();
        town.wait_until_applied(&id);
        assert_ne!(town.world(&format!("{FOLDER}/deployment.yaml")), before, "{what}: it goes on");
        assert_eq!(town.world(&theirs).as_deref(), Some("theirs\n"), "{what}");
    }
}
