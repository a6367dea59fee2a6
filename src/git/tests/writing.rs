use super::*;
use insta::assert_snapshot;

#[test]
fn a_ref_moves_only_from_where_it_is_expected() {
    let bare = bare();
    let one = bare.commit("main", None, &[file("a", "1")]);
    let two = bare.commit("main", Some(&one), &[file("a", "2")]);
    let three = bare.repository.commit_tree_update(Some(&two), &[file("a", "3")], "three", &who(), at(0)).unwrap();
    let push = |updates: &[Update]| bare.repository.push(updates);
    let stale = Update::branch("main", Some(one.clone()), Some(three.clone()));
    let fresh = Update::branch("rendered", None, Some(three.clone()));
    let error = push(&[fresh.clone(), stale]).unwrap_err();
    assert_snapshot!(error, @"refs/heads/main has moved meanwhile");
    assert!(error.is_retryable());
    assert_eq!(bare.repository.branch("rendered").unwrap(), None, "all or none");
    assert!(matches!(push(&[Update::branch("main", None, Some(three.clone()))]), Err(Error::Moved { .. })), "it exists");
    push(&[fresh.clone(), Update::branch("main", Some(two.clone()), Some(three.clone()))]).unwrap();
    push(&[fresh]).unwrap();
    assert!(matches!(push(&[Update::branch("rendered", None, Some(two))]), Err(Error::Moved { .. })), "it exists by now");
    assert!(matches!(push(&[Update::branch("rendered", Some(one), None)]), Err(Error::Moved { .. })));
    push(&[Update::branch("rendered", Some(three.clone()), None)]).unwrap();
    assert_eq!(bare.repository.branches().unwrap(), BTreeMap::from([("main".to_owned(), three)]));
}

#[test]
fn of_many_at_once_exactly_one_moves_the_ref() {
    let bare = bare();
    let base = bare.commit("main", None, &[file("a", "0")]);
    let won: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let (repository, base) = (bare.repository.clone(), base.clone());
                scope.spawn(move || {
                    let new = repository.commit_tree_update(Some(&base), &[file("a", &n.to_string())], "race", &who(), at(n)).unwrap();
                    repository.push(&[Update::branch("main", Some(base), Some(new))]).is_ok()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
}

#[test]
fn a_branch_that_is_checked_out_is_not_moved() {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q", "-b", "main"]);
    git(dir.path(), &["commit", "-q", "--allow-empty", "-m", "one"]);
    let repository = Repository::open(dir.path()).unwrap();
    let tip = repository.branch("main").unwrap().unwrap();
    let error = repository.push(&[Update::branch("main", Some(tip.clone()), Some(tip.clone()))]).unwrap_err();
    assert!(matches!(error, Error::CheckedOut { .. }));
    repository.push(&[Update::branch("rendered", None, Some(tip))]).unwrap();
}

#[test]
fn whole_folders_are_replaced() {
    let bare = bare();
    let folder = |name: &str, files: &[(&str, &str)]| Edit::Folder {
        folder: path(name),
        files: files.iter().map(|(name, bytes)| (path(name), bytes.as_bytes().into())).collect(),
    };
    let one = bare.commit(
        "rendered",
        None,
        &[folder("t/team/r/out", &[("a.yaml", "a\n"), ("deep/b.yaml", "b\n")]), folder("t/team/s/out", &[("c", "c\n")])],
    );
    let two = bare.commit("rendered", Some(&one), &[folder("t/team/r/out", &[("z.yaml", "z\n")]), folder("t/team/s/out", &[])]);
    assert_eq!(bare.git(&["ls-tree", "-r", "--name-only", one.as_str()]), "t/team/r/out/a.yaml\nt/team/r/out/deep/b.yaml\nt/team/s/out/c");
    assert_eq!(bare.git(&["ls-tree", "-r", "-t", "--name-only", two.as_str()]), "t\nt/team\nt/team/r\nt/team/r/out\nt/team/r/out/z.yaml");
    let three = bare.commit("rendered", Some(&two), &[folder("t/team/r/out", &[])]);
    assert_eq!(bare.git(&["rev-parse", &format!("{three}^{{tree}}")]), "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "the empty tree");
    bare.git(&["fsck", "--strict"]);

    let read = |commit, name: &str| {
        bare.repository
            .folder(commit, &path(name))
            .unwrap()
            .into_iter()
            .map(|(path, bytes)| format!("{path}={}", String::from_utf8_lossy(&bytes).trim_end()))
            .collect::<Vec<_>>()
    };
    assert_eq!(read(&one, "t/team/r/out"), ["a.yaml=a", "deep/b.yaml=b"]);
    assert_eq!(read(&two, "t/team/s/out"), [""; 0]);
    assert_eq!(read(&one, "t/team/r/out/a.yaml"), [""; 0], "a file is no folder");
}

#[test]
fn the_same_edit_gives_the_same_commit() {
    let bare = bare();
    let make = || bare.repository.commit_tree_update(None, &[file("a", "1")], "one\n\nGoldpath-Base: x", &who(), at(5)).unwrap();
    assert_eq!(make(), make());
    assert_snapshot!(bare.git(&["cat-file", "commit", make().as_str()]), @r"
    tree dec00055d1aeef644597adecb6680d94b5ed075f
    author Alice  b <alice@example.org> 1700000005 +0000
    committer Alice  b <alice@example.org> 1700000005 +0000

    one

    Goldpath-Base: x
    ");
}

#[test]
fn a_merge_is_previewed_without_moving_anything() {
    let bare = bare();
    let one = bare.commit("main", None, &[file("a", "1\n2\n3\n"), file("b", "b\n"), file("c/d", "d\n")]);
    let ours = bare.commit("main", Some(&one), &[file("a", "ours\n2\n3\n"), file("e", "e\n")]);
    let clean = bare.commit("clean", Some(&one), &[file("c/d", "theirs\n"), Edit::File { path: path("b"), bytes: None }]);
    let refs = bare.git(&["for-each-ref"]);
    let merged = bare.repository.merge_preview(&ours, &clean).unwrap();
    assert_eq!(merged.conflicts, []);
    assert_eq!(merged.tree.to_string(), bare.git(&["merge-tree", "--write-tree", ours.as_str(), clean.as_str()]));
    let snapshot = bare.repository.snapshot_of_tree(&merged.tree, &bare.repository.snapshot(&ours).unwrap()).unwrap();
    assert_snapshot!(shown(&snapshot), @r"
    Regular a: ours
    2
    3
    Regular c/d: theirs
    Regular e: e
    ");
    assert_eq!(bare.git(&["for-each-ref"]), refs);

    let clash = bare.commit("clash", Some(&one), &[file("a", "theirs\n2\n3\n"), file("e", "other\n")]);
    let names = |merged: Merged| merged.conflicts.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(bare.repository.merge_preview(&ours, &clash).unwrap()), ["a", "e"]);
    let removed = bare.commit("removed", Some(&one), &[Edit::File { path: path("a"), bytes: None }]);
    assert_eq!(names(bare.repository.merge_preview(&ours, &removed).unwrap()), ["a"]);
    let tree = |commit: &CommitId| bare.repository.commit_info(commit).unwrap().tree;
    assert_eq!(bare.repository.merge_preview(&one, &ours).unwrap().tree, tree(&ours), "fast forward");
    assert_eq!(bare.repository.merge_preview(&ours, &one).unwrap().tree, tree(&ours), "merged already");
}

#[test]
fn notes_are_git_notes() {
    let bare = bare();
    let one = bare.commit("main", None, &[file("a", "1")]);
    let two = bare.commit("main", Some(&one), &[file("a", "2")]);
    let commit = NotesCommit { message: "Evidence\n\nGoldpath-Chain: 1 sha256:x", who: &who(), at: at(0) };
    let append = |on, line, expected| bare.repository.notes_append(NOTES, on, line, expected, &commit);
    let first = append(&one, "{\"n\":1}", None).unwrap();
    let second = append(&two, "{\"n\":2}", Some(&first)).unwrap();
    let third = append(&one, "{\"n\":3}", Some(&second)).unwrap();
    assert_eq!(bare.git(&["notes", "--ref", "goldpath", "show", one.as_str()]), "{\"n\":1}\n{\"n\":3}");
    assert!(bare.git(&["log", "--notes=goldpath", "main"]).contains("{\"n\":2}"));
    let lines = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    let all = || bare.repository.notes_all(NOTES).unwrap();
    assert_eq!(all(), BTreeMap::from([(one.clone(), lines(&["{\"n\":1}", "{\"n\":3}"])), (two.clone(), lines(&["{\"n\":2}"]))]));
    assert_eq!(bare.repository.commit_info(&third).unwrap().trailer("Goldpath-Chain"), Some("1 sha256:x"));

    assert!(matches!(append(&two, "late", Some(&second)), Err(Error::Moved { .. })));
    assert!(matches!(append(&two, "late", None), Err(Error::Moved { .. })));
    assert!(matches!(append(&two, "two\nlines", Some(&third)), Err(Error::Refused { .. })));
    assert_eq!(all()[&two], ["{\"n\":2}"]);

    bare.git(&["notes", "--ref", "goldpath", "append", "-m", "by git", two.as_str()]);
    let tip = bare.repository.tip(NOTES).unwrap();
    append(&two, "{\"n\":4}", tip.as_ref()).unwrap();
    assert_eq!(all()[&two], ["{\"n\":2}", "", "by git", "{\"n\":4}"], "what git wrote flat is found and kept");
    bare.git(&["fsck", "--strict"]);
    assert_eq!(bare.repository.notes_all("refs/notes/none").unwrap(), BTreeMap::new());
}

/// Each side as edits of the same tree; git itself says what the merge is.
#[test]
fn merges_are_those_of_git() {
    let gone = |name: &str| Edit::File { path: path(name), bytes: None };
    let long = |word: &str| format!("{word}\n{}", "a line that stays\n".repeat(20));
    let cases: [(&[Edit], &[Edit]); 9] = [
        (&[file("one/new", "1")], &[file("two/new", "2")]),
        (&[file("one/new", "1")], &[file("one/other", "2")]),
        (&[file("fresh/a", "1")], &[file("fresh/b", "2")]),
        (&[gone("one/a")], &[file("two/a", "2")]),
        (&[gone("one/a")], &[gone("one/b")]),
        (&[gone("one/a"), gone("one/b")], &[file("one/c", "2")]),
        (&[file("long", &long("ours"))], &[file("long", &format!("{}theirs\n", long("start")))]),
        (&[gone("long"), file("renamed", &long("start"))], &[file("long", &format!("{}theirs\n", long("start")))]),
        (&[gone("one/a"), file("one.b", "x")], &[gone("two/a"), file("one-c", "x")]),
    ];
    let bare = bare();
    let start = [
        file("long", &long("start")),
        file("one/a", "a"),
        file("one/b", "b"),
        file("two/a", "ta"),
        file("two/b", "tb"),
        file("one.a", "x"),
    ];
    let base = bare.commit("main", None, &start);
    for (n, (ours, theirs)) in cases.iter().enumerate() {
        let ours = bare.commit(&format!("ours-{n}"), Some(&base), ours);
        let theirs = bare.commit(&format!("theirs-{n}"), Some(&base), theirs);
        let merged = bare.repository.merge_preview(&ours, &theirs).unwrap();
        assert_eq!(merged.conflicts, [], "case {n}");
        assert_eq!(merged.tree.to_string(), bare.git(&["merge-tree", "--write-tree", ours.as_str(), theirs.as_str()]), "case {n}");
    }
    bare.git(&["fsck", "--strict"]);
    let moved = |to: &str| [gone("long"), file(to, &long("start"))];
    let (ours, theirs) = (bare.commit("ours", Some(&base), &moved("x")), bare.commit("theirs", Some(&base), &moved("y")));
    assert_ne!(bare.repository.merge_preview(&ours, &theirs).unwrap().conflicts, [], "renamed to two names");
}
