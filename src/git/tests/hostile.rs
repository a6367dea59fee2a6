use super::*;
use insta::assert_snapshot;

/// A tree object with these entries (`mode name`), written as it is, with an empty file behind each.
fn raw_tree(bare: &Bare, entries: &[(&str, &[u8], &str)]) -> String {
    let mut bytes = Vec::new();
    for (mode, name, id) in entries {
        bytes.extend_from_slice(mode.as_bytes());
        bytes.push(b' ');
        bytes.extend_from_slice(name);
        bytes.push(0);
        bytes.extend(hex::decode(id).unwrap());
    }
    let source = bare.dir.path().join("tree");
    std::fs::write(&source, bytes).unwrap();
    bare.git(&["hash-object", "-t", "tree", "-w", "--literally", source.to_str().unwrap()])
}

fn commit_of(bare: &Bare, tree: &str, parent: Option<&CommitId>) -> CommitId {
    let mut args = vec!["commit-tree", "-m", "hostile", tree];
    if let Some(parent) = parent {
        args.extend(["-p", parent.as_str()]);
    }
    CommitId::parse(&bare.git(&args)).unwrap()
}

#[test]
fn names_that_are_no_paths_are_refused_and_told() {
    let bare = bare();
    let blob = git_with(&bare.path(), &["hash-object", "-w", "--stdin"], "x");
    let inner = raw_tree(&bare, &[("100644", b"config", &blob)]);
    let good = bare.commit("main", None, &[file("good", "x")]);
    let tree = raw_tree(
        &bare,
        &[
            ("40000", b"..", &inner),
            ("40000", b".GIT", &inner),
            ("100644", b"-x", &blob),
            ("100644", b"a/b", &blob),
            ("100644", b"back\\slash", &blob),
            ("100644", b"dot.", &blob),
            ("100644", b"good", &blob),
            ("100644", b"good", &blob),
            ("100644", b"latin\xe9", &blob),
            ("120000", b"link", &blob),
            ("160000", b"module", good.as_str()),
            ("100644", b"new\nline", &blob),
            ("100755", b"run", &blob),
            ("40000", b"sub", &inner),
        ],
    );
    let hostile = commit_of(&bare, &tree, Some(&good));
    let snapshot = bare.repository.snapshot(&hostile).unwrap();
    assert_snapshot!(shown(&snapshot), @r#"
    Regular -x: x
    Regular good: x
    Symlink link: x
    Submodule module: 
    Executable run: x
    Regular sub/config: x
    refused "..": the path holds `.` or `..`
    refused ".GIT": the path holds `.git`
    refused "a/b": the name holds a slash
    refused "back\\slash": the path holds the character '\\'
    refused "dot.": a component of the path ends with a dot or a blank
    refused "good": the name is there twice
    refused "latin�": the name is not UTF-8
    refused "new\nline": the path holds the character '\n'
    "#);
    let before = bare.repository.snapshot(&good).unwrap();
    assert_eq!(bare.repository.snapshot_again(&before, &hostile).unwrap(), snapshot, "reading again refuses the same");
    let after = commit_of(&bare, &raw_tree(&bare, &[("100644", b"good", &blob)]), Some(&hostile));
    assert_eq!(bare.repository.snapshot_again(&snapshot, &after).unwrap(), bare.repository.snapshot(&after).unwrap());
}

#[test]
fn a_bomb_of_trees_ends_at_the_limit() {
    let bare = bare();
    let blob = git_with(&bare.path(), &["hash-object", "-w", "--stdin"], "x");
    let mut tree = raw_tree(&bare, &[("100644", b"file", &blob)]);
    for _ in 0..12 {
        let names: Vec<String> = (0..10).map(|n| format!("d{n}")).collect();
        let entries: Vec<(&str, &[u8], &str)> = names.iter().map(|name| ("40000", name.as_bytes(), tree.as_str())).collect();
        tree = raw_tree(&bare, &entries);
    }
    let commit = commit_of(&bare, &tree, None);
    let limited = bare.repository.clone().with_limits(Limits { entries: 10_000, ..Limits::default() });
    assert!(matches!(limited.snapshot(&commit), Err(Error::TooLarge { .. })));
}

#[test]
fn objects_that_are_missing_are_errors_never_an_empty_tree() {
    let bare = bare();
    let tree = raw_tree(&bare, &[("100644", b"file", &"1".repeat(40))]);
    assert!(bare.repository.snapshot(&commit_of(&bare, &tree, None)).is_err());
    let folder = raw_tree(&bare, &[("40000", b"folder", &"1".repeat(40))]);
    assert!(bare.repository.snapshot(&commit_of(&bare, &folder, None)).is_err());
}

#[test]
fn the_repository_s_own_configuration_starts_no_process() {
    let bare = bare();
    let marker = bare.dir.path().join("marker");
    let config = format!(
        "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tfsmonitor = touch {0}\n[merge \"evil\"]\n\tdriver = touch {0}\n[filter \"evil\"]\n\tsmudge = touch {0}\n\tclean = touch {0}\n\trequired = true\n",
        marker.display()
    );
    std::fs::write(bare.path().join("config"), config).unwrap();
    std::fs::create_dir_all(bare.path().join("info")).unwrap();
    std::fs::write(bare.path().join("info/attributes"), "* merge=evil filter=evil\n").unwrap();
    let bare = Bare { repository: Repository::open(bare.path()).unwrap(), ..bare };
    let attributes = file(".gitattributes", "* merge=evil filter=evil\n");
    let one = bare.commit("main", None, &[attributes, file("a", "1\n2\n3\n4\n5\n")]);
    let ours = bare.commit("main", Some(&one), &[file("a", "ours\n2\n3\n4\n5\n")]);
    let theirs = bare.commit("topic", Some(&one), &[file("a", "1\n2\n3\n4\ntheirs\n")]);
    let merged = bare.repository.merge_preview(&ours, &theirs).unwrap();
    let snapshot = bare.repository.snapshot_of_tree(&merged.tree, &Default::default()).unwrap();
    assert_eq!(snapshot.text("a"), Some("ours\n2\n3\n4\ntheirs\n"));
    assert!(!marker.exists());
}

#[test]
fn odd_ref_names_are_refused_or_inert() {
    let bare = bare();
    let one = bare.commit("main", None, &[file("a", "1")]);
    for name in
        ["main", "refs/heads/", "refs/heads/a..b", "refs/heads/a\nb", "refs/heads/-x", "refs/heads/../x", "HEAD", "refs/heads/x.lock"]
    {
        let update = Update { name: name.to_owned(), old: None, new: Some(one.clone()) };
        assert!(matches!(bare.repository.push(&[update]), Err(Error::Refused { .. })), "{name:?}");
    }
    assert_eq!(bare.repository.branch("../../config").unwrap(), None);
    std::fs::write(
        bare.path().join("packed-refs"),
        format!("# pack-refs with: peeled fully-peeled sorted \n{one} refs/heads/bad name\n{one} refs/heads/good\n"),
    )
    .unwrap();
    let repository = Repository::open(bare.path()).unwrap();
    assert!(repository.branches().is_ok_and(|branches| branches.contains_key("main") && !branches.contains_key("bad name")));
}
