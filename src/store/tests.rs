//! The contract of a store: each case takes an empty one, so that every back end can be held to it.

use super::{Batch, Error, Lease, Store};
use crate::change::Change;
use crate::command::LeaseProof;
use crate::delivery::Delivery;
use crate::model::{ChangeId, Digest, RepoPath, TargetName, UnitId};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + 60 * minute).expect("a time")
}

fn pull(number: u64) -> Change {
    Change::new(ChangeId::pull(number), format!("the {number}th"), Some("feature".to_owned()), at(0))
}

fn target(name: &str) -> TargetName {
    TargetName::parse(name).expect("a name")
}

fn unit() -> UnitId {
    UnitId::parse("payments/api/cluster@staging").expect("a unit")
}

fn files(paths: &[&str]) -> BTreeMap<RepoPath, Digest> {
    paths.iter().map(|path| (RepoPath::parse(path).expect("a path"), Digest::of(path.as_bytes()))).collect()
}

async fn set(store: &Store, proof: &LeaseProof, key: &str, value: &str) -> Result<(), Error> {
    store.save(proof, &Batch { settings: vec![(key.to_owned(), value.to_owned())], ..Batch::default() }).await
}

async fn replace_inventory(store: &Store, proof: &LeaseProof, files: BTreeMap<RepoPath, Digest>) {
    store.save(proof, &Batch { inventory: vec![(unit(), files)], ..Batch::default() }).await.expect("stored");
}

async fn lease(store: &Store, owner: &str, minute: i64) -> Option<Lease> {
    store.lease(owner, at(minute), MINUTE).await.expect("an answer")
}

async fn proof(store: &Store) -> LeaseProof {
    store.enqueue("test", at(0)).await.expect("stored");
    lease(store, "me", 0).await.expect("it is free").proof
}

fn keys(leases: &[Option<Lease>]) -> Vec<&str> {
    leases.iter().map(|lease| lease.as_ref().map_or("-", |lease| lease.proof.key())).collect()
}

/// Runs each case on an empty store of each back end.
macro_rules! contract {
    ($($case:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $case() {
                super::$case(super::Store::in_memory().await.expect("memory")).await;
            })+
        }
        mod sqlite_file {
            $(#[tokio::test]
            async fn $case() {
                let folder = tempfile::tempdir().expect("a folder");
                super::$case(super::Store::open(&folder.path().join("store.sqlite")).await.expect("a file")).await;
            })+
        }
    };
}

contract!(
    the_same_key_waits_once,
    what_waits_longest_comes_first,
    a_key_has_one_owner_at_a_time,
    a_lease_that_runs_out_is_fenced,
    a_key_put_in_while_it_is_worked_on_comes_again,
    a_released_lease_writes_nothing,
    attempts_are_counted_until_a_good_end,
    the_leases_of_the_dead_are_ended,
    a_batch_is_stored_whole,
    a_batch_without_its_lease_stores_nothing,
    an_inventory_is_replaced_whole,
    twenty_owners_share_a_queue,
);

async fn the_same_key_waits_once(store: Store) {
    for due in [5, 3, 4] {
        store.enqueue("a", at(due)).await.expect("stored");
    }
    assert_eq!(store.next_due().await.expect("read"), Some(at(3)));
    let leases = [lease(&store, "me", 2).await, lease(&store, "me", 3).await, lease(&store, "me", 3).await];
    assert_eq!(keys(&leases), ["-", "a", "-"]);
}

async fn what_waits_longest_comes_first(store: Store) {
    for (key, due) in [("late", 3), ("early", 1), ("middle", 2)] {
        store.enqueue(key, at(due)).await.expect("stored");
    }
    let leases = [lease(&store, "me", 9).await, lease(&store, "me", 9).await, lease(&store, "me", 9).await];
    assert_eq!(keys(&leases), ["early", "middle", "late"]);
}

async fn a_key_has_one_owner_at_a_time(store: Store) {
    store.enqueue("a", at(0)).await.expect("stored");
    let leases = [lease(&store, "one", 0).await, lease(&store, "two", 0).await];
    assert_eq!(keys(&leases), ["a", "-"]);
    let proof = &leases[0].as_ref().expect("leased").proof;
    store.renew(proof, at(10)).await.expect("it is held");
    assert_eq!(lease(&store, "two", 5).await, None);
    assert_eq!(store.next_due().await.expect("read"), Some(at(10)));
}

async fn a_lease_that_runs_out_is_fenced(store: Store) {
    store.enqueue("a", at(0)).await.expect("stored");
    let old = lease(&store, "one", 0).await.expect("leased");
    let new = lease(&store, "two", 1).await.expect("it has run out");
    assert!(new.proof.generation() > old.proof.generation());
    let batch = Batch { changes: vec![pull(1)], ..Batch::default() };
    for lost in [
        store.save(&old.proof, &batch).await,
        store.renew(&old.proof, at(9)).await,
        store.release(&old.proof, None).await,
        set(&store, &old.proof, "tip", "x").await,
    ] {
        insta::allow_duplicates! { insta::assert_snapshot!(lost.expect_err("lost"), @r#"the lease "a" of generation 1 is lost"#) };
    }
    store.save(&new.proof, &batch).await.expect("it is held");
}

async fn a_key_put_in_while_it_is_worked_on_comes_again(store: Store) {
    store.enqueue("a", at(0)).await.expect("stored");
    let first = lease(&store, "me", 0).await.expect("leased");
    store.enqueue("a", at(0)).await.expect("stored");
    assert_eq!(lease(&store, "you", 0).await, None);
    store.release(&first.proof, Some(at(9))).await.expect("it is held");
    let second = lease(&store, "you", 0).await.expect("it waits again");
    store.release(&second.proof, Some(at(9))).await.expect("it is held");
    assert_eq!(store.next_due().await.expect("read"), Some(at(9)));
}

async fn a_released_lease_writes_nothing(store: Store) {
    let proof = proof(&store).await;
    store.release(&proof, None).await.expect("it is held");
    let error = set(&store, &proof, "tip", "x").await.expect_err("released");
    assert!(matches!(error, Error::LeaseLost { .. }) && !error.is_retryable());
    assert_eq!(store.get("tip").await.expect("read"), None);
    assert_eq!(store.next_due().await.expect("read"), None);
}

async fn attempts_are_counted_until_a_good_end(store: Store) {
    store.enqueue("a", at(0)).await.expect("stored");
    let mut attempts = Vec::new();
    for again in [Some(at(0)), Some(at(0)), None, None] {
        let lease = lease(&store, "me", 0).await.expect("leased");
        attempts.push(lease.attempt);
        store.release(&lease.proof, again).await.expect("it is held");
        if again.is_none() {
            store.enqueue("a", at(0)).await.expect("stored");
        }
    }
    assert_eq!(attempts, [1, 2, 3, 1]);
}

async fn the_leases_of_the_dead_are_ended(store: Store) {
    for key in ["a", "b"] {
        store.enqueue(key, at(0)).await.expect("stored");
    }
    let dead = lease(&store, "dead", 0).await.expect("leased");
    let other = lease(&store, "other", 0).await.expect("leased");
    store.bury("dead", at(0)).await.expect("stored");
    assert!(store.renew(&dead.proof, at(9)).await.is_err());
    store.renew(&other.proof, at(9)).await.expect("it is held");
    assert_eq!(keys(&[lease(&store, "new", 0).await, lease(&store, "new", 0).await]), ["a", "-"]);
}

async fn a_batch_is_stored_whole(store: Store) {
    let proof = proof(&store).await;
    let delivery = Delivery::new(target("staging"), BTreeMap::from([(unit(), Digest::of(b"x"))]));
    let batch = Batch {
        changes: vec![pull(1), pull(2)],
        deliveries: vec![delivery.clone()],
        inventory: vec![(unit(), files(&["a.yaml"]))],
        settings: vec![("tip".to_owned(), "abc".to_owned())],
        queue: vec![("target/staging".to_owned(), at(0))],
    };
    store.save(&proof, &batch).await.expect("stored");
    store.save(&proof, &Batch { changes: vec![Change { title: "new".to_owned(), ..pull(2) }], ..Batch::default() }).await.expect("stored");
    let titles: Vec<String> = store.changes().await.expect("read").into_values().map(|change| change.title).collect();
    assert_eq!(titles, ["the 1th", "new"]);
    assert_eq!(store.change(&ChangeId::pull(1)).await.expect("read"), Some(pull(1)));
    assert_eq!(store.change(&ChangeId::pull(9)).await.expect("read"), None);
    assert_eq!(store.delivery(&target("staging")).await.expect("read").as_ref(), Some(&delivery));
    assert_eq!(store.deliveries().await.expect("read").len(), 1);
    assert_eq!(store.get("tip").await.expect("read").as_deref(), Some("abc"));
    assert_eq!(keys(&[lease(&store, "me", 0).await]), ["target/staging"]);
    assert_eq!(store.phases().await.expect("read"), BTreeMap::from([("seen".to_owned(), 2)]));
}

async fn a_batch_without_its_lease_stores_nothing(store: Store) {
    let lost = LeaseProof::granted("nobody".to_owned(), 1);
    let batch = Batch { changes: vec![pull(1)], ..Batch::default() };
    assert!(matches!(store.save(&lost, &batch).await, Err(Error::LeaseLost { .. })));
    // the database refuses after half of the batch was written
    let proof = proof(&store).await;
    let batch = Batch { inventory: vec![(unit(), files(&["a.yaml"]))], ..batch };
    store.break_settings().await;
    let refused = store.save(&proof, &Batch { settings: vec![("a".to_owned(), "b".to_owned())], ..batch }).await;
    assert!(refused.is_err_and(|error| error.is_retryable()));
    assert_eq!(store.changes().await.expect("read"), BTreeMap::new());
    assert_eq!(store.inventory(&unit()).await.expect("read"), BTreeMap::new());
}

async fn an_inventory_is_replaced_whole(store: Store) {
    let proof = proof(&store).await;
    replace_inventory(&store, &proof, files(&["a.yaml", "b/c.yaml"])).await;
    replace_inventory(&store, &proof, files(&["b/c.yaml", "d.yaml"])).await;
    assert_eq!(store.inventory(&unit()).await.expect("read"), files(&["b/c.yaml", "d.yaml"]));
    replace_inventory(&store, &proof, BTreeMap::new()).await;
    assert_eq!(store.inventory(&unit()).await.expect("read"), BTreeMap::new());
}

async fn twenty_owners_share_a_queue(store: Store) {
    for key in 0..40 {
        store.enqueue(&format!("key-{key}"), at(0)).await.expect("stored");
    }
    let owner = |name: usize| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            while let Some(lease) = lease(&store, &format!("owner-{name}"), 0).await {
                store.save(&lease.proof, &Batch { changes: vec![pull(name as u64)], ..Batch::default() }).await.expect("it is held");
                store.release(&lease.proof, None).await.expect("it is held");
                mine.push(lease.proof.key().to_owned());
            }
            mine
        })
    };
    let mut all = Vec::new();
    for worker in (0..20).map(owner).collect::<Vec<_>>() {
        all.extend(worker.await.expect("no panic"));
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 40);
}

#[tokio::test]
async fn reopening_the_file_keeps_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.sqlite");
    let store = Store::open(&path).await.expect("a file");
    let proof = proof(&store).await;
    store.save(&proof, &Batch { changes: vec![pull(1)], ..Batch::default() }).await.expect("stored");
    store.close().await;
    let again = Store::open(&path).await.expect("the file");
    assert_eq!(again.changes().await.expect("read"), BTreeMap::from([(ChangeId::pull(1), pull(1))]));
    again.renew(&proof, at(5)).await.expect("the lease is still held");
}

#[tokio::test]
async fn what_is_no_store_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.sqlite");
    std::fs::write(&path, "something else that is long enough to have a header of a hundred bytes".repeat(3)).expect("written");
    let error = Store::open(&path).await.expect_err("no store");
    assert!(!error.is_retryable() && error.to_string().starts_with("failed to open the store /"), "{error}");
}

impl Store {
    /// Makes the last table that a batch writes refuse.
    async fn break_settings(&self) {
        sqlx::query("DROP TABLE settings").execute(&self.pool).await.expect("dropped");
    }
}
