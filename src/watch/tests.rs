use super::repository::concerns;
use super::{Trigger, Triggers, Watch, remote, repository, timer, triggers};
use crate::model::Digest;
use notify::event::{AccessKind, AccessMode, DataChange, ModifyKind};
use notify::{Event, EventKind};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const INSTANT: Duration = Duration::from_millis(1);

/// What is rung next, or nothing within ten seconds.
async fn next(triggers: &mut Triggers) -> Option<BTreeSet<Trigger>> {
    tokio::time::timeout(Duration::from_secs(10), triggers.next()).await.ok()
}

fn only(trigger: Trigger) -> Option<BTreeSet<Trigger>> {
    Some(BTreeSet::from([trigger]))
}

fn bare(folder: &Path) {
    let repository = gix::init_bare(folder).expect("a repository");
    assert_eq!(repository.path(), folder);
}

/// A repository with one branch, watched, and the place where it rings.
fn watched(folder: &Path) -> (Watch, Triggers) {
    bare(folder);
    fs::create_dir_all(folder.join("refs/heads")).expect("made");
    write(folder, "refs/heads/main", 'a');
    let (bell, triggers) = triggers();
    (repository(folder, HOUR, bell).expect("it is watched"), triggers)
}

/// Writes a reference as Git does: beside it, then renamed.
fn write(folder: &Path, name: &str, digit: char) {
    let lock = folder.join(format!("{name}.lock"));
    fs::create_dir_all(lock.parent().expect("a folder")).expect("made");
    fs::write(&lock, format!("{}\n", digit.to_string().repeat(40))).expect("written");
    fs::rename(lock, folder.join(name)).expect("renamed");
}

#[tokio::test]
async fn a_reference_that_is_written_rings() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_watch, mut triggers) = watched(folder.path());
    for name in ["refs/heads/main", "refs/heads/team/feature", "packed-refs", "HEAD"] {
        write(folder.path(), name, 'b');
        assert_eq!(next(&mut triggers).await, only(Trigger::Repository), "{name}");
    }
    // a folder that was made a moment ago is watched too
    write(folder.path(), "refs/heads/team/feature", 'c');
    assert_eq!(next(&mut triggers).await, only(Trigger::Repository));
    fs::remove_file(folder.path().join("refs/heads/team/feature")).expect("removed");
    assert_eq!(next(&mut triggers).await, only(Trigger::Repository));
}

#[test]
fn reading_locking_and_other_files_do_not_ring() {
    let rings = |kind: EventKind, path: &str| concerns(Path::new("/r.git"), &Event::new(kind).add_path(path.into()));
    let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
    for path in ["/r.git/refs/heads/main", "/r.git/refs/notes/goldpath", "/r.git/packed-refs", "/r.git/HEAD", "/r.git/refs"] {
        assert!(rings(written, path), "{path}");
        assert!(!rings(EventKind::Access(AccessKind::Open(AccessMode::Read)), path), "{path}");
    }
    for path in ["/r.git/refs/heads/main.lock", "/r.git/packed-refs.lock", "/r.git/config", "/r.git/logs/HEAD", "/r.git", "/s.git/HEAD"] {
        assert!(!rings(written, path), "{path}");
    }
}

#[tokio::test]
async fn a_work_tree_is_watched_by_its_git_folder_and_nothing_else_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = repository(folder.path(), HOUR, triggers().0).expect_err("no repository");
    assert!(!error.is_retryable());
    assert_eq!(error.to_string(), format!("failed to watch {}: it is no Git repository", folder.path().display()));
    gix::init(folder.path()).expect("a repository");
    let (bell, mut triggers) = triggers();
    let _watch = repository(folder.path(), HOUR, bell).expect("it is watched");
    write(folder.path(), ".git/refs/heads/main", 'a');
    assert_eq!(next(&mut triggers).await, only(Trigger::Repository));
}

#[tokio::test]
async fn a_lost_event_costs_an_interval() {
    let folder = tempfile::tempdir().expect("a folder");
    bare(folder.path());
    let (bell, mut triggers) = triggers();
    let _watch = repository(folder.path(), INSTANT, bell).expect("it is watched");
    for _ in 0..3 {
        assert_eq!(next(&mut triggers).await, only(Trigger::Repository));
    }
}

#[tokio::test]
async fn a_remote_rings_only_when_it_differs() {
    let answers = [Some("a"), Some("a"), None, Some("a"), Some("b"), None, Some("b"), Some("a")];
    let (bell, mut triggers) = triggers();
    let (rang, mut look_rang) = tokio::sync::mpsc::unbounded_channel();
    let mut asked = 0;
    // each look says whether the one before it rang
    let look = move || {
        rang.send(!triggers.take().is_empty()).expect("the test waits");
        let answer = answers.get(asked).copied().flatten().map(|answer| Digest::of(answer.as_bytes()));
        asked += 1;
        std::future::ready(answer)
    };
    let _watch = remote(INSTANT, bell, look);
    let mut seen = Vec::new();
    for _ in 0..=answers.len() {
        seen.push(look_rang.recv().await.expect("it goes on looking"));
    }
    assert_eq!(seen[1..], [true, false, false, false, true, false, false, true]);
}

#[test]
fn what_is_not_taken_yet_swallows_its_like() {
    let (bell, mut triggers) = triggers();
    for trigger in [Trigger::Forge, Trigger::Repository, Trigger::Forge, Trigger::Forge] {
        bell.ring(trigger);
    }
    assert_eq!(triggers.take(), BTreeSet::from([Trigger::Repository, Trigger::Forge]));
    assert_eq!(triggers.take(), BTreeSet::new());
}

#[tokio::test]
async fn a_ring_before_the_waiting_is_heard_and_one_that_was_taken_is_not() {
    let (bell, mut triggers) = triggers();
    bell.ring(Trigger::Forge);
    assert_eq!(next(&mut triggers).await, only(Trigger::Forge));
    bell.ring(Trigger::Forge);
    triggers.take();
    let ringer = bell.clone();
    tokio::spawn(async move { ringer.ring(Trigger::Timer) });
    assert_eq!(next(&mut triggers).await, only(Trigger::Timer));
}

#[tokio::test]
async fn a_timer_goes_on_ringing() {
    let (bell, mut triggers) = triggers();
    let _watch = timer(Trigger::Timer, INSTANT, bell);
    for _ in 0..3 {
        assert_eq!(next(&mut triggers).await, only(Trigger::Timer));
    }
}
