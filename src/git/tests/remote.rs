use super::*;
use insta::assert_snapshot;

fn mirrored(bare: &Bare) -> Repository {
    let url = format!("file://{}", bare.path().display());
    Repository::open_or_mirror(&url, bare.dir.path().join("state")).unwrap()
}

#[test]
fn a_remote_repository_is_mirrored_and_pushed_to() {
    let bare = bare();
    let one = bare.commit("main", None, &[file("a", "1")]);
    std::fs::create_dir(bare.dir.path().join("state")).unwrap();
    let mirror = mirrored(&bare);
    assert!(mirror.is_mirror() && !bare.repository.is_mirror());
    assert_eq!(mirror.branch("main").unwrap(), Some(one.clone()));
    assert_eq!(shown(&mirror.snapshot(&one).unwrap()), "Regular a: 1");
    assert!(!mirror.fetch().unwrap(), "nothing changed");

    let two = bare.commit("main", Some(&one), &[file("a", "2")]);
    bare.commit("topic", Some(&one), &[file("b", "2")]);
    assert!(mirror.fetch().unwrap());
    assert_eq!(mirror.branches().unwrap(), bare.repository.branches().unwrap());

    let three = mirror.commit_tree_update(Some(&two), &[file("a", "3")], "three", &who(), at(0)).unwrap();
    let stale = [Update::branch("rendered", None, Some(three.clone())), Update::branch("main", Some(one.clone()), Some(three.clone()))];
    let error = mirror.push(&stale).unwrap_err();
    assert_snapshot!(error, @"refs/heads/main has moved meanwhile");
    assert_eq!(bare.repository.branch("rendered").unwrap(), None, "all or none");
    assert!(matches!(mirror.push(&[Update::branch("main", None, Some(three.clone()))]), Err(Error::Moved { .. })));

    let notes = NotesCommit { message: "Evidence", who: &who(), at: at(0) };
    let tip = mirror.notes_commit(&two, "line", None, &notes).unwrap();
    let evidence = Update { name: NOTES.to_owned(), old: None, new: Some(tip) };
    mirror
        .push(&[
            Update::branch("main", Some(two.clone()), Some(three.clone())),
            Update::branch("topic", mirror.branch("topic").unwrap(), None),
            evidence,
        ])
        .unwrap();
    assert_eq!(bare.repository.branches().unwrap(), BTreeMap::from([("main".to_owned(), three)]));
    assert_eq!(mirror.branches().unwrap(), bare.repository.branches().unwrap());
    assert_eq!(bare.repository.notes_all(NOTES).unwrap()[&two], ["line"]);
    assert!(!mirror.fetch().unwrap(), "the mirror followed");
    assert!(mirrored(&bare).branch("main").unwrap().is_some(), "opened again");
}

#[test]
fn a_mirror_takes_the_name_of_the_default_branch() {
    let bare = bare();
    bare.git(&["symbolic-ref", "HEAD", "refs/heads/trunk"]);
    bare.commit("trunk", None, &[file("a", "1")]);
    std::fs::create_dir(bare.dir.path().join("state")).unwrap();
    assert_eq!(mirrored(&bare).default_branch().unwrap().as_deref(), Some("trunk"));
}

#[test]
fn addresses_that_could_do_more_than_fetch_are_refused() {
    let state = tempfile::tempdir().unwrap();
    let refused = |url: &str| match Repository::open_or_mirror(url, state.path()) {
        Err(error @ (Error::Url { .. } | Error::Open { .. })) => error.to_string(),
        other => panic!("{url}: {other:?}"),
    };
    let urls = [
        "ext::sh -c touch% x",
        "ext::sh",
        "fd::3",
        "git://example.org/x",
        "http://example.org/x",
        "https://",
        "ssh://-oProxyCommand=x/y",
        "ssh://-l@h/x",
        "https://alice:secret@example.org/x",
        "--upload-pack=x",
        "https://example.org/\nx",
        "transport::https://example.org",
        "-x@h:y",
    ];
    assert_snapshot!(urls.map(refused).join("\n"), @r#"
    "ext::sh -c touch% x" is no address of a repository: it holds characters that an address does not have
    "ext::sh" is no address of a repository: only https, ssh and file are spoken
    "fd::3" is no address of a repository: only https, ssh and file are spoken
    "git://example.org/x" is no address of a repository: only https, ssh and file are spoken
    "http://example.org/x" is no address of a repository: http is spoken on this machine only: what it carries can be read and changed on the way
    "https://" is no address of a repository: it names no host
    "ssh://-oProxyCommand=x/y" is no address of a repository: it names no host
    "ssh://-l@h/x" is no address of a repository: it names no host
    "https://alice@example.org/x" is no address of a repository: a password does not belong into an address
    failed to open --upload-pack=x as a Git repository
    "https://example.org/\nx" is no address of a repository: it holds characters that an address does not have
    "transport::https://example.org" is no address of a repository: only https, ssh and file are spoken
    "-x@h:y" is no address of a repository: it holds characters that an address does not have
    "#);
    assert!(!state.path().join("mirror.git").exists());
    for good in ["https://example.org/x.git", "ssh://git@example.org/x", "git@example.org:x.git", "file:///x", "http://127.0.0.1:3000/x"] {
        assert!(super::super::remote::Remote::parse(good).is_ok(), "{good}");
    }
}

#[test]
fn a_server_that_is_not_there_may_be_tried_again() {
    let state = tempfile::tempdir().unwrap();
    let error = Repository::open_or_mirror("http://127.0.0.1:1/x", state.path()).unwrap_err();
    assert_snapshot!(error, @"unable to list the branches of http://127.0.0.1:1/x");
    assert!(error.is_retryable());
}
