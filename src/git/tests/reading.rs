use super::*;
use crate::snapshot::Snapshot;
use insta::assert_snapshot;
use std::sync::Arc;

#[test]
fn a_commit_becomes_a_snapshot_with_the_ids_of_git() {
    let bare = bare();
    let one = bare.commit("main", None, &[file("a.yaml", "a\n"), file("requests/t/r.yaml", "r\n")]);
    let snapshot = bare.repository.snapshot(&one).unwrap();
    assert_snapshot!(shown(&snapshot), @r"
    Regular a.yaml: a
    Regular requests/t/r.yaml: r
    ");
    let id = bare.git(&["rev-parse", &format!("{one}:a.yaml")]);
    assert_eq!(hex::encode(snapshot.get("a.yaml").unwrap().id.bytes()), id);
    assert_eq!(snapshot.commit(), Some(&one));
}

#[test]
fn reading_again_gives_the_same_and_shares_what_is_the_same() {
    let bare = bare();
    let one = bare.commit("main", None, &[file("a", "1"), file("b/c", "2"), file("b/d", "3"), file("e/f/g", "4"), file("x", "file")]);
    let folder = |name: &str, files: &[(&str, &str)]| Edit::Folder {
        folder: path(name),
        files: files.iter().map(|(name, bytes)| (path(name), bytes.as_bytes().into())).collect(),
    };
    let gone = |name: &str| Edit::File { path: path(name), bytes: None };
    let steps: [&[Edit]; 5] = [
        &[file("b/c", "changed")],
        &[gone("e/f/g"), file("new/deep/file", "n")],
        &[gone("x"), file("x/now/folder", "f")],
        &[folder("x", &[]), file("x", "file again")],
        &[folder("b", &[("d", "3"), ("z", "9")])],
    ];
    let mut tip = one;
    let mut previous = bare.repository.snapshot(&tip).unwrap();
    for edits in steps {
        tip = bare.commit("main", Some(&tip), edits);
        let whole = bare.repository.snapshot(&tip).unwrap();
        let again = bare.repository.snapshot_again(&previous, &tip).unwrap();
        assert_eq!(whole, again);
        for (path, file) in again.files() {
            let was = previous.files().get(path).filter(|was| was.id == file.id);
            assert!(was.is_none_or(|was| Arc::ptr_eq(&was.bytes, &file.bytes)), "{path} was read again");
        }
        previous = again;
    }
}

#[test]
fn many_files_are_read_by_several_threads_to_the_same_snapshot() {
    let bare = bare();
    let edits: Vec<Edit> = (0..1500).map(|n| file(&format!("requests/t{}/r{n}.yaml", n % 7), &format!("n: {n}\n"))).collect();
    let tip = bare.commit("main", None, &edits);
    bare.git(&["gc", "--quiet"]);
    let repository = Repository::open(bare.path()).unwrap();
    let snapshot = repository.snapshot(&tip).unwrap();
    assert_eq!(snapshot.files().len(), 1500);
    assert_eq!(snapshot.text("requests/t3/r10.yaml"), Some("n: 10\n"));
}

#[test]
fn limits_hold() {
    let bare = bare();
    let tip = bare.commit("main", None, &[file("large", &"x".repeat(100)), file("small", "x")]);
    let limited = |limits: Limits| bare.repository.clone().with_limits(limits).snapshot(&tip);
    assert_snapshot!(shown(&limited(Limits { file_bytes: 99, ..Limits::default() }).unwrap()), @r#"
    Regular small: x
    refused "large": the file has more than 99 bytes
    "#);
    let error = |limits| limited(limits).unwrap_err().to_string().replace(tip.as_str(), "TIP");
    assert_snapshot!(error(Limits { entries: 1, ..Limits::default() }), @"the tree of TIP is too large: more than 1 entries");
    assert_snapshot!(error(Limits { total_bytes: 100, ..Limits::default() }), @"the tree of this commit is too large: more than 100 bytes");
}

#[test]
fn revisions_are_resolved_as_git_does() {
    let bare = bare();
    let one = bare.commit("main", None, &[file("a", "1")]);
    let two = bare.commit("main", Some(&one), &[file("a", "2")]);
    let topic = bare.commit("topic/x", Some(&one), &[file("b", "2")]);
    for (rev, commit) in
        [("main", &two), ("HEAD", &two), ("HEAD~1", &one), (&two.as_str()[..10], &two), ("topic/x", &topic), (one.as_str(), &one)]
    {
        assert_eq!(&bare.repository.resolve(rev).unwrap(), commit, "{rev}");
    }
    for rev in ["", "nothing", "HEAD~9", "-x", "main:a", "HEAD^{tree}", "..", "\n"] {
        assert!(matches!(bare.repository.resolve(rev), Err(Error::NotFound { .. })), "{rev:?}");
    }
    assert_eq!(bare.repository.branches().unwrap(), BTreeMap::from([("main".to_owned(), two), ("topic/x".to_owned(), topic)]));
    assert_eq!(bare.repository.default_branch().unwrap().as_deref(), Some("main"));
}

#[test]
fn history_is_read() {
    let bare = bare();
    let one = bare.commit("main", None, &[file("a", "1")]);
    let two = bare.commit("main", Some(&one), &[file("a", "2")]);
    let topic = bare.commit("topic", Some(&one), &[file("b", "2")]);
    let repository = &bare.repository;
    let merged = repository.merge_preview(&two, &topic).unwrap();
    let message = "Merge it\n\nText: not a trailer\nand more\n\nGoldpath-Pull: 7\nGoldpath-By: a\nGoldpath-By: b";
    let merge = repository.commit_merge(&two, &topic, &merged.tree, message, &who(), at(60)).unwrap();
    let info = repository.commit_info(&merge).unwrap();
    assert_eq!(info.parents, [two.clone(), topic.clone()]);
    assert_eq!((info.subject(), info.trailer("Goldpath-Pull"), info.trailer("Text")), ("Merge it", Some("7"), None));
    assert_eq!(info.trailers["Goldpath-By"], ["a", "b"]);
    assert_eq!(
        info.author,
        Signature { person: Person { name: "Alice  b".to_owned(), email: "alice@example.org".to_owned() }, at: at(60) }
    );
    assert_eq!(info.tree.to_string(), bare.git(&["rev-parse", &format!("{merge}^{{tree}}")]));

    let ids = |line: Vec<CommitInfo>| line.into_iter().map(|info| info.id).collect::<Vec<_>>();
    let line = |from, to| repository.first_parents(from, to).unwrap().map(ids);
    assert_eq!(line(&merge, Some(&one)), Some(vec![merge.clone(), two.clone()]));
    assert_eq!(line(&merge, None), Some(vec![merge.clone(), two.clone(), one.clone()]));
    assert_eq!(line(&merge, Some(&topic)), None, "it is not on the line of first parents");
    assert_eq!(ids(repository.commits_between(&two, &merge).unwrap()), [merge.clone(), topic.clone()]);
    assert_eq!(repository.merge_base(&two, &topic).unwrap(), Some(one.clone()));
    assert!(repository.is_ancestor(&one, &merge).unwrap() && !repository.is_ancestor(&merge, &one).unwrap());
    assert!(matches!(repository.commit_info(&CommitId::parse(&"0".repeat(40)).unwrap()), Err(Error::NotFound { .. })));
}

fn world() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q", "-b", "main"]);
    for (name, text) in [
        (".gitignore", "*.log\nbuild/\n"),
        ("a.yaml", "a\n"),
        ("kept.log", "tracked although ignored\n"),
        ("noise.log", ""),
        ("build/out", ""),
        ("sub/b.yaml", "b\n"),
        ("sub/.gitignore", "secret\n"),
        ("sub/secret", ""),
    ] {
        std::fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    git(dir.path(), &["add", "-f", "kept.log", "a.yaml"]);
    std::os::unix::fs::symlink("/etc", dir.path().join("link")).unwrap();
    dir
}

#[test]
fn a_working_tree_holds_what_git_tracks_or_would_add() {
    let dir = world();
    let inner = dir.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    git(&inner, &["init", "-q"]);
    std::fs::write(inner.join("other"), "").unwrap();
    let snapshot = working_tree(dir.path()).unwrap();
    assert_snapshot!(shown(&snapshot), @r"
    Regular .gitignore: *.log
    build/
    Regular a.yaml: a
    Regular kept.log: tracked although ignored
    Symlink link: /etc
    Regular sub/.gitignore: secret
    Regular sub/b.yaml: b
    ");
    assert_snapshot!(shown(&working_tree(dir.path().join("sub")).unwrap()), @r"
    Regular .gitignore: secret
    Regular b.yaml: b
    ");
    git(dir.path(), &["add", "a.yaml", "sub", "link", ".gitignore"]);
    git(dir.path(), &["commit", "-qm", "one"]);
    let (repository, below) = Repository::open_above(dir.path().join("sub")).unwrap();
    assert_eq!(below, "sub");
    let committed = repository.snapshot(&repository.resolve("HEAD").unwrap()).unwrap();
    assert_eq!(committed.files(), snapshot.files());
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_there_all_the_same() {
    let dir = world();
    git(dir.path(), &["add", "--all"]);
    git(dir.path(), &["commit", "-qm", "one"]);
    let whole = working_tree(dir.path()).unwrap();
    for how in [&["--cone"][..], &["--cone", "--sparse-index"], &["--no-cone", "/a.yaml"]] {
        git(dir.path(), &[&["sparse-checkout", "set"], how].concat());
        assert!(!dir.path().join("sub/b.yaml").exists(), "{how:?}");
        assert_eq!(working_tree(dir.path()).unwrap(), whole, "{how:?}");
    }
    // what somebody put there is what counts, and what is taken out of the index is gone
    std::fs::create_dir_all(dir.path().join("sub")).unwrap();
    std::fs::write(dir.path().join("sub/b.yaml"), "mine\n").unwrap();
    git(dir.path(), &["rm", "-q", "--cached", "--sparse", "kept.log"]);
    assert_snapshot!(shown(&working_tree(dir.path()).unwrap()), @"
    Regular .gitignore: *.log
    build/
    Regular a.yaml: a
    Symlink link: /etc
    Regular sub/.gitignore: secret
    Regular sub/b.yaml: mine
    ");
    assert_snapshot!(shown(&working_tree(dir.path().join("sub")).unwrap()), @"
    Regular .gitignore: secret
    Regular b.yaml: mine
    ");
    let blob = git(dir.path(), &["rev-parse", ":link"]);
    std::fs::remove_file(dir.path().join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    let error = crate::error::Error::from(working_tree(dir.path()).unwrap_err());
    assert_snapshot!(format!("{}\n{}", error.causes(), error.next_step().unwrap()), @"
    failed to read link
      caused by: An object with id 34ed534fa65f0c6634f8606abb21db4120a3016c could not be found
    some of the repository is missing: a partial clone becomes a whole one with `git fetch --refetch --no-filter`
    ");
}

#[test]
fn a_folder_outside_git_is_read_whole() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("targets")).unwrap();
    std::fs::write(dir.path().join("targets/t.yaml"), "t").unwrap();
    std::fs::write(dir.path().join("bad\nname"), "t").unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, dir.path().join("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert_snapshot!(shown(&working_tree(dir.path()).unwrap()), @r#"
    Regular targets/t.yaml: t
    refused "bad\nname": the path holds the character '\n'
    refused "pipe": it is neither a file nor a folder
    "#);
    assert_eq!(working_tree(dir.path()).unwrap().commit(), None);
    assert!(matches!(working_tree(dir.path().join("none")), Err(Error::Io { .. })));
}

#[test]
fn an_empty_snapshot_is_a_start_like_any_other() {
    let bare = bare();
    let tip = bare.commit("main", None, &[file("a", "1")]);
    assert_eq!(bare.repository.snapshot_again(&Snapshot::default(), &tip).unwrap(), bare.repository.snapshot(&tip).unwrap());
}

#[test]
fn parts_of_two_commits_leave_out_what_is_the_same_in_one_folder_alone() {
    let bare = bare();
    let same = [file("a.yaml", "a\n"), file("requests/t/same.yaml", "s\n"), file("requests/u/far.yaml", "f\n")];
    let base = bare.commit("main", None, &[&same[..], &[file("requests/t/r.yaml", "1\n"), file("requests/t/gone.yaml", "g\n")]].concat());
    let edits = [
        file("requests/t/r.yaml", "2\n"),
        Edit::File { path: path("requests/t/gone.yaml"), bytes: None },
        file("requests/v/n.yaml", "n\n"),
    ];
    let head = bare.commit("main", Some(&base), &edits);
    let (before, after) = bare.repository.parts(&base, &head, "requests").unwrap().unwrap();
    assert_snapshot!(shown(&before), @r"
    Regular a.yaml: a
    Regular requests/t/gone.yaml: g
    Regular requests/t/r.yaml: 1
    ");
    assert_snapshot!(shown(&after), @r"
    Regular a.yaml: a
    Regular requests/t/r.yaml: 2
    Regular requests/v/n.yaml: n
    ");
    let whole = bare.repository.snapshot(&head).unwrap();
    let with = bare.repository.parts_with(&base, &whole, "requests").unwrap().unwrap();
    assert_eq!(with, (before, after), "a tree that was read gives the same parts");

    for elsewhere in [file("a.yaml", "b\n"), file("b.yaml", "b\n"), Edit::File { path: path("a.yaml"), bytes: None }] {
        let other = bare.commit("main", Some(&head), &[elsewhere]);
        assert_eq!(bare.repository.parts(&head, &other, "requests").unwrap(), None, "something differs outside the folder");
        let whole = bare.repository.snapshot(&other).unwrap();
        assert_eq!(bare.repository.parts_with(&head, &whole, "requests").unwrap(), None);
    }
    assert_eq!(bare.repository.parts(&base, &head, "nothing").unwrap(), None, "there is no such folder");
}

/// Whoever may write to a working tree puts a link where a file or a folder stood, again and again while it is read.
#[test]
fn what_is_swapped_for_a_link_while_it_is_read_is_never_followed() {
    const READS: usize = 300;
    let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(outside.path().join("b.yaml"), "secret").unwrap();
    std::fs::create_dir(dir.path().join("folder")).unwrap();
    std::fs::write(dir.path().join("folder/b.yaml"), "b").unwrap();
    let swaps = tempfile::tempdir_in(dir.path().parent().unwrap()).unwrap();
    let (over, done) = (std::sync::atomic::AtomicBool::new(false), std::sync::atomic::AtomicUsize::new(0));
    let ordering = std::sync::atomic::Ordering::Relaxed;
    let put = |name: &str, link: bool| {
        let (new, old) = (swaps.path().join(name), dir.path().join(name));
        match (name, link) {
            ("a.yaml", false) => std::fs::write(&new, "a").unwrap(),
            ("a.yaml", true) => std::os::unix::fs::symlink(outside.path().join("b.yaml"), &new).unwrap(),
            (_, true) => {
                std::fs::rename(&old, swaps.path().join("aside")).unwrap();
                std::os::unix::fs::symlink(outside.path(), &new).unwrap();
            }
            (_, false) => {
                std::fs::remove_file(&old).unwrap();
                return std::fs::rename(swaps.path().join("aside"), &old).unwrap();
            }
        }
        std::fs::rename(&new, &old).unwrap();
    };
    put("a.yaml", false);
    let mut seen = std::collections::BTreeSet::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(ordering) {
                for (name, link) in [("a.yaml", true), ("folder", true), ("a.yaml", false), ("folder", false)] {
                    put(name, link);
                }
                done.fetch_add(1, ordering);
            }
        });
        for _ in 0..READS {
            // a folder that is gone in between is an error, and says so
            let Ok(snapshot) = working_tree(dir.path()) else { continue };
            for (path, file) in snapshot.files() {
                assert!(&*file.bytes != b"secret", "{path} as {:?}", file.mode);
                seen.insert((path.to_string(), file.mode == crate::snapshot::Mode::Symlink));
            }
        }
        over.store(true, ordering);
    });
    assert!(done.load(ordering) > 0 && seen.len() > 2, "{seen:?}: both were there while it was read");
}
