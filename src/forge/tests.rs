use super::{Approves, Branch, Check, Error, Local, Signature, Slot, Subject, people};
use crate::model::{Code, CommitId, Digest, Finding, Place, RepoPath, Span};
use crate::observe::{Author, Conclusion, Effect, PullState};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const ALICE: (&str, &str) = ("alice", "alice@example.org");
const BOB: (&str, &str) = ("bob", "bob@example.org");

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).expect("a time")
}

/// A commit whose id is one letter, again and again.
fn commit(letter: char) -> CommitId {
    CommitId::parse(&letter.to_string().repeat(40)).expect("an id")
}

/// What a head came to.
fn effect(text: &str) -> Option<Effect> {
    Some(Effect { bytes: Digest::of(text.as_bytes()), plan: Some(Digest::of(text.as_bytes())) })
}

fn head(head: &CommitId) -> Approves<'_> {
    Approves::Head { head, effect: effect("one") }
}

fn hold(name: &str) -> Approves<'_> {
    Approves::Hold { name, digest: Digest::of(name.as_bytes()) }
}

/// A forge with alice and bob, and what Git would say: heads written as letters.
struct Bed {
    folder: tempfile::TempDir,
    forge: Local,
    tip: char,
    branches: BTreeMap<&'static str, char>,
    /// Heads that the default branch contains.
    contained: Vec<char>,
    asked: Vec<String>,
}

impl Bed {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (user, email) in [ALICE, BOB] {
            people::add(folder.path(), user, email).expect("added");
        }
        let forge = Local::open(folder.path()).expect("opened");
        Self { folder, forge, tip: 'a', branches: BTreeMap::new(), contained: Vec::new(), asked: Vec::new() }
    }

    /// With pull request 1 of alice, whose head is `b`.
    fn with_pull() -> Self {
        let mut bed = Self::new();
        bed.branches.insert("feature", 'b');
        assert_eq!(bed.sync(), [1]);
        bed
    }

    fn sync(&mut self) -> Vec<u64> {
        self.try_sync().expect("synced")
    }

    fn try_sync(&mut self) -> Result<Vec<u64>, Error> {
        let mut branches: BTreeMap<String, CommitId> =
            self.branches.iter().map(|(name, head)| ((*name).to_owned(), commit(*head))).collect();
        branches.entry("main".to_owned()).or_insert(commit(self.tip));
        let contained: Vec<CommitId> = self.contained.iter().copied().map(commit).collect();
        let asked = &mut self.asked;
        let mut describe = |base: &CommitId, head: &CommitId| -> Result<Branch, Error> {
            asked.push(format!("{}..{}", &base.as_str()[..1], &head.as_str()[..1]));
            let contained = contained.contains(head);
            let authors = if contained { Vec::new() } else { vec![signature("Alice", "Alice@Example.org"), signature("X", "x@y")] };
            Ok(Branch { title: format!("Do {}", &head.as_str()[..1]), authors, contained })
        };
        self.forge.sync("main", &commit(self.tip), &branches, &mut describe, at(0))
    }

    /// Number, branch, state, head and base of each pull request.
    fn shown(&mut self) -> String {
        let pulls = self.forge.pulls().expect("read");
        let line = |pull: &crate::observe::PullRequest| {
            let state = match &pull.state {
                PullState::Open => "open".to_owned(),
                PullState::Closed => "closed".to_owned(),
                PullState::Merged { commit } => format!("merged as {}", &commit.as_str()[..1]),
            };
            format!(
                "#{} {} {:?} {} {}..{}\n",
                pull.number,
                pull.branch,
                pull.title,
                state,
                &pull.base.as_str()[..1],
                &pull.head.as_str()[..1]
            )
        };
        pulls.iter().map(line).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.folder.path().join("forge.json")).expect("read")
    }

    fn reopen(&mut self) {
        self.forge = Local::open(self.folder.path()).expect("opened");
    }
}

fn signature(name: &str, email: &str) -> Signature {
    Signature { name: name.to_owned(), email: email.to_owned() }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    match answer {
        Err(error @ Error::Refused(_)) => error.to_string(),
        other => panic!("it was not refused: {other:?}"),
    }
}

#[test]
fn branches_are_pull_requests_but_goldpaths_own_and_those_that_bring_nothing() {
    let mut bed = Bed::new();
    bed.branches = BTreeMap::from([("feature", 'b'), ("a-fix", 'c'), ("rendered", 'd'), ("goldpath/x", 'e'), ("old", 'f'), ("same", 'a')]);
    bed.contained = vec!['f'];
    assert_eq!(bed.sync(), [1, 2]);
    insta::assert_snapshot!(bed.shown(), @r#"
    #1 a-fix "Do c" open a..c
    #2 feature "Do b" open a..b
    "#);
    assert_eq!(bed.asked, ["a..c", "a..b", "a..f"]);
}

#[test]
fn a_second_look_asks_nothing_and_writes_nothing() {
    let mut bed = Bed::with_pull();
    bed.branches.insert("old", 'f');
    bed.contained = vec!['f'];
    bed.sync();
    bed.asked.clear();
    let (bytes, inode) = (bed.bytes(), inode(&bed));
    assert_eq!(bed.sync(), [0; 0]);
    assert!(bed.asked.is_empty(), "{:?}", bed.asked);
    bed.reopen();
    assert_eq!(bed.sync(), [0; 0]);
    assert_eq!((bed.bytes(), self::inode(&bed)), (bytes, inode));
}

fn inode(bed: &Bed) -> u64 {
    std::os::unix::fs::MetadataExt::ino(&fs::metadata(bed.folder.path().join("forge.json")).expect("there"))
}

#[test]
fn heads_and_the_base_move() {
    let mut bed = Bed::with_pull();
    bed.branches.insert("feature", 'c');
    assert_eq!(bed.sync(), [1]);
    bed.tip = 'd';
    assert_eq!(bed.sync(), [1]);
    insta::assert_snapshot!(bed.shown(), @r#"#1 feature "Do c" open d..c"#);
    assert_eq!(bed.asked, ["a..b", "a..c", "d..c"]);
}

#[test]
fn a_branch_that_is_gone_closes_and_one_that_comes_back_is_new() {
    let mut bed = Bed::with_pull();
    bed.branches.clear();
    assert_eq!(bed.sync(), [1]);
    assert_eq!(bed.sync(), [0; 0]);
    bed.branches.insert("feature", 'b');
    assert_eq!(bed.sync(), [2]);
    insta::assert_snapshot!(bed.shown(), @r#"
    #1 feature "Do b" closed a..b
    #2 feature "Do b" open a..b
    "#);
    assert_eq!(bed.forge.landing_as(&commit('b'), &commit('f')), Some(2));
}

#[test]
fn a_list_without_the_default_branch_closes_nothing() {
    let mut bed = Bed::with_pull();
    let before = bed.bytes();
    let error = bed.forge.sync::<Error>("trunk", &commit('a'), &BTreeMap::new(), &mut |_, _| Ok(Branch::default()), at(1)).expect_err("no");
    assert!(error.is_retryable());
    insta::assert_snapshot!(error, @"unable to look at the branches: the default branch `trunk` is not among them");
    assert_eq!(bed.bytes(), before);
}

#[test]
fn when_git_fails_nothing_has_changed() {
    let mut bed = Bed::with_pull();
    let before = bed.bytes();
    let branches = BTreeMap::from([("main".to_owned(), commit('a')), ("new".to_owned(), commit('e'))]);
    let fails = |_: &CommitId, _: &CommitId| Err(Error::NoDefaultBranch { default_branch: "git failed".to_owned() });
    assert!(bed.forge.sync("main", &commit('a'), &branches, &mut { fails }, at(1)).is_err());
    assert_eq!(bed.bytes(), before);
    insta::assert_snapshot!(bed.shown(), @r#"#1 feature "Do b" open a..b"#);
}

#[test]
fn a_merged_branch_is_the_same_pull_request_until_it_moves() {
    let mut bed = Bed::with_pull();
    (bed.tip, bed.contained) = ('c', vec!['b']);
    // its landing was not looked at yet: what was reviewed stays as it was
    assert_eq!(bed.sync(), [0; 0]);
    bed.forge.merged(1, &commit('c'), Vec::new(), at(2)).expect("merged");
    bed.forge.merged(1, &commit('d'), Vec::new(), at(3)).expect("merged");
    assert_eq!(bed.sync(), [0; 0]);
    bed.branches.insert("feature", 'd');
    assert_eq!(bed.sync(), [2]);
    bed.branches.clear();
    assert_eq!(bed.sync(), [2]);
    insta::assert_snapshot!(bed.shown(), @r#"
    #1 feature "Do b" merged as c a..b
    #2 feature "Do d" closed c..d
    "#);
    bed.forge.merged(2, &commit('e'), Vec::new(), at(4)).expect("also when its branch is gone");
    insta::assert_snapshot!(refused(bed.forge.merged(9, &commit('e'), Vec::new(), at(4))), @"there is no pull request #9 here: `goldpath change list` shows what there is");
}

#[test]
fn a_head_that_is_put_back_keeps_its_authors() {
    let mut bed = Bed::with_pull();
    bed.contained = vec!['c'];
    bed.branches.insert("feature", 'c');
    assert_eq!(bed.sync(), [1]);
    let pull = bed.forge.pull(1).expect("read").expect("there");
    assert_eq!((pull.head, pull.title.as_str(), pull.facts.authors.len()), (commit('c'), "Do b", 2));
}

#[test]
fn authors_are_users_by_their_email_in_any_case() {
    let mut bed = Bed::with_pull();
    let authors = |bed: &mut Bed| bed.forge.facts(&Subject::Pull(1)).expect("read").expect("there").authors;
    let email = Author::Email("x@y".to_owned());
    assert_eq!(authors(&mut bed), [Author::User("alice".to_owned()), email.clone()].into());
    // somebody who is added later is matched too, and an e-mail that was theirs stays theirs
    people::add(bed.folder.path(), "xaver", "X@Y").expect("added");
    people::add(bed.folder.path(), "alice", "alice@new.example").expect("replaced");
    assert_eq!(authors(&mut bed), [Author::User("alice".to_owned()), Author::User("xaver".to_owned())].into());
    let known = bed.forge.facts_of_authors(&[signature("B", "BOB@example.org")]).expect("read");
    assert!(known.wrote("bob"));
}

#[test]
fn nobody_approves_their_own_work() {
    let mut bed = Bed::with_pull();
    let before = bed.bytes();
    let subject = Subject::Pull(1);
    insta::assert_snapshot!(refused(bed.forge.approve(&subject, "alice", head(&commit('b')), at(1))), @"alice wrote a commit of pull request #1, and nobody approves their own work: ask somebody else to look at it");
    assert_eq!(
        refused(bed.forge.approve(&subject, "alice", hold("h-x"), at(1))),
        refused(bed.forge.approve(&subject, "alice", head(&commit('b')), at(1)))
    );
    assert_eq!(bed.bytes(), before);
}

#[test]
fn an_approval_is_of_the_head_that_was_looked_at() {
    let mut bed = Bed::with_pull();
    let subject = Subject::Pull(1);
    bed.forge.approve(&subject, "bob", head(&commit('b')), at(1)).expect("approved");
    let bytes = bed.bytes();
    bed.forge.approve(&subject, "bob", head(&commit('b')), at(2)).expect("said again");
    assert_eq!(bed.bytes(), bytes);
    let facts = |bed: &mut Bed| bed.forge.facts(&subject).expect("read").expect("there");
    assert_eq!(facts(&mut bed).approvers_of(&commit('b'), effect("one").as_ref()), ["bob"].into());
    assert!(facts(&mut bed).approvers_of(&commit('b'), effect("two").as_ref()).is_empty(), "what the same head comes to on another base");
    assert_eq!(facts(&mut bed).approvers_before(&commit('b'), effect("two").as_ref()), ["bob"].into());
    bed.branches.insert("feature", 'c');
    bed.sync();
    assert!(facts(&mut bed).approvers_of(&commit('c'), effect("one").as_ref()).is_empty());
    insta::assert_snapshot!(refused(bed.forge.approve(&subject, "bob", head(&commit('b')), at(3))), @"pull request #1 is now at ccccccc, and you looked at bbbbbbb: look at it again");
    bed.branches.clear();
    bed.sync();
    insta::assert_snapshot!(refused(bed.forge.approve(&subject, "bob", head(&commit('c')), at(4))), @"pull request #1 is closed, because its branch is gone: push the branch again to open a new one");
    bed.forge.merged(1, &commit('d'), Vec::new(), at(5)).expect("merged");
    bed.forge.approve(&subject, "bob", head(&commit('d')), at(6)).expect("what it landed as");
}

#[test]
fn what_was_said_before_it_was_kept_of_what_says_nothing_of_it() {
    let mut bed = Bed::with_pull();
    bed.forge.approve(&Subject::Pull(1), "bob", head(&commit('b')), at(1)).expect("approved");
    bed.forge.want_merge(1, "bob", (&commit('b'), effect("one")), at(1)).expect("wanted");
    let path = bed.folder.path().join("forge.json");
    let mut file: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("read")).expect("JSON");
    let pull = file["pulls"][0].as_object_mut().expect("a pull request");
    pull["thread"]["reviews"][0].as_object_mut().expect("a review").remove("effect").expect("it is kept");
    pull["mergeWanted"].as_object_mut().expect("a wish").remove("effect").expect("it is kept");
    fs::write(&path, file.to_string()).expect("written");
    bed.reopen();
    let facts = bed.forge.facts(&Subject::Pull(1)).expect("read").expect("there");
    assert!(facts.approvers_of(&commit('b'), effect("one").as_ref()).is_empty());
    assert_eq!(facts.approvers_of(&commit('b'), None), ["bob"].into(), "of what was stored before, too");
    assert_eq!(bed.forge.pull(1).expect("read").expect("there").merge_wanted.map(|wish| wish.effect), Some(None));
}

#[test]
fn a_hold_is_approved_by_name_once() {
    let mut bed = Bed::with_pull();
    for second in [1, 2] {
        bed.forge.approve(&Subject::Pull(1), "bob", hold("h-2345"), at(second)).expect("approved");
    }
    let facts = bed.forge.facts(&Subject::Pull(1)).expect("read").expect("there");
    assert_eq!(facts.clearances.len(), 1);
    assert_eq!((facts.clearances[0].hold.as_str(), facts.clearances[0].at, facts.reviews.len()), ("h-2345", at(1), 0));
}

#[test]
fn a_commit_without_a_pull_request_is_talked_about_once_it_has_landed() {
    let mut bed = Bed::new();
    let subject = Subject::Commit(commit('e'));
    insta::assert_snapshot!(refused(bed.forge.approve(&subject, "bob", head(&commit('e')), at(1))), @"there is no commit eeeeeee here: `goldpath change list` shows what there is");
    assert_eq!(bed.forge.facts(&subject).expect("read"), None);
    for authors in [vec![signature("A", ALICE.1), signature("A", ALICE.1)], Vec::new()] {
        bed.forge.landed(&commit('e'), authors, at(1)).expect("stored");
    }
    assert!(refused(bed.forge.approve(&subject, "alice", hold("h-1"), at(1))).contains("nobody approves their own work"));
    bed.forge.approve(&subject, "bob", hold("h-1"), at(2)).expect("approved");
    bed.forge.approve(&subject, "bob", head(&commit('e')), at(2)).expect("approved");
    assert!(bed.forge.comment(&subject, Slot::Sticky, "held", at(3)).expect("written"));
    bed.reopen();
    let facts = bed.forge.facts(&subject).expect("read").expect("there");
    assert_eq!((facts.authors.len(), facts.reviews.len(), facts.clearances.len()), (1, 1, 1));
}

#[test]
fn a_merge_is_wanted_of_one_head() {
    let mut bed = Bed::with_pull();
    let wanted = |bed: &mut Bed| bed.forge.pull(1).expect("read").expect("there").merge_wanted.map(|wish| (wish.by, wish.effect));
    bed.forge.want_merge(1, "alice", (&commit('b'), effect("one")), at(1)).expect("wanted");
    bed.forge.want_merge(1, "bob", (&commit('b'), effect("one")), at(2)).expect("wanted already");
    assert_eq!(wanted(&mut bed), Some(("alice".to_owned(), effect("one"))));
    bed.forge.want_merge(1, "bob", (&commit('b'), effect("two")), at(2)).expect("of what it comes to now");
    assert_eq!(wanted(&mut bed), Some(("bob".to_owned(), effect("two"))));
    bed.branches.insert("feature", 'c');
    bed.sync();
    assert_eq!(wanted(&mut bed), None);
    assert!(refused(bed.forge.want_merge(1, "alice", (&commit('b'), effect("one")), at(3))).contains("look at it again"));
    bed.forge.merged(1, &commit('d'), Vec::new(), at(4)).expect("merged");
    insta::assert_snapshot!(refused(bed.forge.want_merge(1, "alice", (&commit('c'), effect("one")), at(5))), @"pull request #1 is merged already, as commit ddddddd");
    assert_eq!(bed.forge.pull(9).expect("read"), None);
}

#[test]
fn goldpath_has_one_comment_that_is_updated_and_notes_that_are_written_once() {
    let mut bed = Bed::with_pull();
    let subject = Subject::Pull(1);
    let once = || Slot::Once("n-1".to_owned());
    let say = |bed: &mut Bed, slot, text| bed.forge.comment(&subject, slot, text, at(1)).expect("said");
    assert!(say(&mut bed, Slot::Sticky, "one"));
    let bytes = bed.bytes();
    assert!(!say(&mut bed, Slot::Sticky, "one"));
    assert_eq!(bed.bytes(), bytes);
    assert!(say(&mut bed, once(), "it failed"));
    assert!(!say(&mut bed, once(), "it failed again"));
    bed.reopen();
    bed.forge.person_comment(&subject, "bob", "/goldpath help", at(2)).expect("said");
    assert!(bed.forge.comment(&subject, Slot::Sticky, "two", at(3)).expect("said"));
    let shown: Vec<String> =
        bed.forge.comments(&subject).iter().map(|c| format!("{} {:?} {} {:?}", c.id, c.by, c.text, c.edited.is_some())).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    1 Goldpath(Sticky) two true
    2 Goldpath(Once("n-1")) it failed false
    3 Person("bob") /goldpath help false
    "#);
    assert!(bed.forge.comments(&Subject::Pull(9)).is_empty());
}

#[test]
fn a_comment_that_does_not_fit_is_refused() {
    let mut bed = Bed::with_pull();
    let mut say = |number, text: &str| refused(bed.forge.person_comment(&Subject::Pull(number), "bob", text, at(1)));
    insta::assert_snapshot!([say(1, " \n"), say(1, &"x".repeat(60_001)), say(7, "hello")].join("\n"), @"
    the comment is empty: write what you want to say
    the comment has 60001 characters, and at most 60000 fit: shorten it
    there is no pull request #7 here: `goldpath change list` shows what there is
    ");
}

#[test]
fn the_same_check_and_status_are_not_written_again() {
    let mut bed = Bed::with_pull();
    let place = Place::new(RepoPath::parse("requests/a/b.yaml").expect("a path"), Span::point(3, 5));
    let finding = Finding::error(Code::new("unknown-field"), place, "`spec.x` is not known").help("remove it");
    let check = Check { conclusion: Conclusion::Failure, title: "one".to_owned(), summary: "two".to_owned(), annotations: vec![finding] };
    let head = commit('b');
    assert!(bed.forge.check(&head, check.clone()).expect("written"));
    assert!(bed.forge.status(&head, "goldpath", Conclusion::Pending, "rendering", at(1)).expect("written"));
    let bytes = bed.bytes();
    bed.reopen();
    assert!(!bed.forge.check(&head, check.clone()).expect("read"));
    assert!(!bed.forge.status(&head, "goldpath", Conclusion::Pending, "rendering", at(2)).expect("read"));
    assert_eq!(bed.bytes(), bytes);
    assert_eq!(bed.forge.check_of(&head), Some(&check));
    let statuses: Vec<String> =
        bed.forge.statuses_of(&head).map(|(context, status)| format!("{context} {}", status.state.as_str())).collect();
    assert_eq!(statuses, ["goldpath pending"]);
    assert!(bed.forge.status(&head, "goldpath", Conclusion::Success, "rendering", at(2)).expect("written"));
}

#[test]
fn a_token_is_known_by_its_digest_from_when_it_is_made() {
    let mut bed = Bed::new();
    let first = people::add(bed.folder.path(), "carol", "carol@example.org").expect("added");
    let mut who = |token: &str| bed.forge.authenticate(token).expect("read").map(|person| (person.user, person.email));
    let carol = Some(("carol".to_owned(), "carol@example.org".to_owned()));
    assert_eq!(who(first.expose()), carol);
    assert!(first.expose().starts_with("gp_") && first.expose().len() == 55 && !format!("{first:?}").contains(first.expose()));
    let second = people::add(bed.folder.path(), "carol", "carol@example.org").expect("replaced");
    assert_eq!((who(second.expose()), who(first.expose()), who(""), who("gp_")), (carol, None, None, None));
    let path = bed.folder.path().join("people.json");
    let text = fs::read_to_string(&path).expect("read");
    assert!(!text.contains(second.expose()) && text.contains(r#""kind": "LocalPeople""#));
    assert_eq!(fs::metadata(path).expect("there").permissions().mode() & 0o777, 0o600);
}

#[test]
fn names_and_emails_are_checked() {
    let bed = Bed::new();
    let add = |user: &str, email: &str| refused(people::add(bed.folder.path(), user, email));
    let refusals = [add("-x", "x@y"), add("", "x@y"), add("a b", "x@y"), add("x", "xy"), add("x", "<x@y>"), add("x", "ALICE@example.org")];
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    "-x" cannot be the name of a user: use at most 64 letters, digits, `-`, `_` and `.`, beginning with a letter or digit
    "" cannot be the name of a user: use at most 64 letters, digits, `-`, `_` and `.`, beginning with a letter or digit
    "a b" cannot be the name of a user: use at most 64 letters, digits, `-`, `_` and `.`, beginning with a letter or digit
    "xy" is no e-mail address: give the one that the commits of x carry
    "<x@y>" is no e-mail address: give the one that the commits of x carry
    the e-mail ALICE@example.org belongs to alice already: commits could not be told apart
    "#);
}

#[test]
fn what_is_no_forge_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("forge.json");
    let open = |text: &str| {
        fs::write(&path, text).expect("written");
        let error = Local::open(folder.path()).expect_err("no forge");
        assert!(!error.is_retryable());
        assert_eq!(fs::read_to_string(&path).expect("read"), text);
        error.to_string().replace(&folder.path().display().to_string(), "DIR")
    };
    let more =
        r#"{"apiVersion":"goldpath.dev/v1","kind":"LocalForge","nextNumber":1,"nextComment":1,"pulls":[],"commits":{},"heads":{},"x":1}"#;
    insta::assert_snapshot!([open("{"), open("{}"), open(r#"{"apiVersion":"goldpath.dev/v2","kind":"LocalForge"}"#), open(more)].join("\n"), @"
    failed to read DIR/forge.json
    failed to read DIR/forge.json: it holds  , not goldpath.dev/v1 LocalForge
    failed to read DIR/forge.json: it holds goldpath.dev/v2 LocalForge, not goldpath.dev/v1 LocalForge
    failed to read DIR/forge.json
    ");
}

#[test]
fn a_file_says_what_it_is_and_a_write_leaves_nothing_beside_it() {
    let mut bed = Bed::new();
    fs::write(bed.folder.path().join(".forge.json-cut-short"), "{").expect("written");
    bed.reopen();
    bed.branches.insert("feature", 'b');
    bed.sync();
    let text = String::from_utf8(bed.bytes()).expect("text");
    assert!(text.starts_with("{\n  \"apiVersion\": \"goldpath.dev/v1\",\n  \"kind\": \"LocalForge\",\n  \"nextNumber\": 2,"), "{text}");
    assert_eq!(names(bed.folder.path()), [".people.lock", "forge.json", "people.json"]);
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("read").map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

#[test]
fn a_write_that_fails_changes_nothing() {
    let mut bed = Bed::with_pull();
    let moved = bed.folder.path().with_extension("away");
    fs::rename(bed.folder.path(), &moved).expect("moved");
    fs::write(bed.folder.path(), "a file where the folder was").expect("written");
    let error = bed.forge.merged(1, &commit('c'), Vec::new(), at(1)).expect_err("no folder");
    assert!(error.is_retryable(), "{error}");
    fs::remove_file(bed.folder.path()).expect("removed");
    fs::rename(&moved, bed.folder.path()).expect("moved back");
    insta::assert_snapshot!(bed.shown(), @r#"#1 feature "Do b" open a..b"#);
}
