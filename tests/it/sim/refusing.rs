//! A store that refuses for a while, as a busy file or a full disk does.

use super::world::{Halt, SimWorld, tree};
use super::{Loop, SharedWorld};
use goldpath::reconcile::{Key, Reconciler};
use goldpath::store::Store;
use sqlx::Row as _;
use sqlx::sqlite::SqlitePool;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// The next three times that a key is given back.
const RELEASES: &str = "CREATE TABLE refusals (n INTEGER NOT NULL); INSERT INTO refusals VALUES (3);
    CREATE TRIGGER refuse BEFORE UPDATE ON queue
    WHEN (SELECT n FROM refusals) > 0 AND OLD.lease_until IS NOT NULL AND NEW.lease_until IS NULL
    BEGIN UPDATE refusals SET n = n - 1; SELECT RAISE(FAIL, 'database is locked'); END;";
/// The next three times that a lease is renewed.
const RENEWALS: &str = "CREATE TABLE refusals (n INTEGER NOT NULL); INSERT INTO refusals VALUES (3);
    CREATE TRIGGER refuse BEFORE UPDATE ON queue
    WHEN (SELECT n FROM refusals) > 0 AND OLD.generation = NEW.generation AND OLD.lease_until < NEW.lease_until
    BEGIN UPDATE refusals SET n = n - 1; SELECT RAISE(FAIL, 'database is locked'); END;";

/// A store in a file, and the file as somebody else has it open.
async fn store() -> (TempDir, Store, SqlitePool) {
    let dir = TempDir::new().expect("a folder");
    let file = dir.path().join("store.db");
    let store = Store::open(&file).await.expect("a file");
    let other = SqlitePool::connect(&format!("sqlite://{}", file.display())).await.expect("the same file");
    (dir, store, other)
}

async fn left(other: &SqlitePool) -> i64 {
    sqlx::query("SELECT n FROM refusals").fetch_one(other).await.expect("it is there").get(0)
}

#[tokio::test]
async fn a_key_is_given_back_as_soon_as_the_store_takes_it() {
    let (_dir, store, other) = store().await;
    sqlx::raw_sql(RELEASES).execute(&other).await.expect("a trigger");
    let sim = Loop::over(Arc::new(SimWorld::new(1, tree(&[("a", "1")]))), store);
    // no time passes in this world: a key that was not given back would stay leased
    sim.settle().await;
    assert_eq!(left(&other).await, 0);
    assert!(sim.reconciler.is_idle().await.expect("the store works"));
    sim.world.with(|state| assert_eq!(state.targets, tree(&[("a", "1")])));
}

#[tokio::test]
async fn work_goes_on_while_its_lease_holds_although_it_cannot_be_renewed() {
    let (_dir, store, other) = store().await;
    sqlx::raw_sql(RENEWALS).execute(&other).await.expect("a trigger");
    let world = Arc::new(SimWorld::new(1, tree(&[("a", "1")])));
    world.with(|state| state.halt = Some(Halt::Before(0)));
    let reconciler = Reconciler::new(store, SharedWorld(world.clone()), "sim".to_owned(), None);
    let reconciler = Arc::new(reconciler.with_pulse(Duration::from_millis(1)));
    reconciler.look_at(&Key::Repository).await.expect("the store works");
    let work = tokio::spawn({
        let reconciler = reconciler.clone();
        async move { reconciler.work_once().await }
    });
    world.halted().await;
    world.with(|state| state.pass(1));
    while left(&other).await > 0 {
        tokio::task::yield_now().await;
    }
    world.go_on();
    assert!(work.await.expect("no panic").expect("the store works"));
    assert_eq!(reconciler.rounds(), 1, "the look at the repository was not given up");
}

#[tokio::test]
async fn a_change_is_recorded_and_its_moves_are_forgotten_together() {
    let (_dir, store, other) = store().await;
    let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON deliveries WHEN EXISTS (SELECT 1 FROM changes WHERE phase = 'recorded')
        BEGIN SELECT RAISE(ABORT, 'disk full'); END;";
    sqlx::raw_sql(refuse).execute(&other).await.expect("a trigger");
    let sim = Loop::over(Arc::new(SimWorld::new(1, tree(&[("a", "1")]))), store.clone());
    sim.settle().await;
    assert_eq!(sim.world.with(|state| state.notes.len()), 1, "it was told to the world");
    assert_eq!(store.landed_open().await.expect("read").len(), 1, "and is not stored");

    sqlx::raw_sql("DROP TRIGGER refuse").execute(&other).await.expect("dropped");
    sim.settle_through(2).await;
    let jobs: usize = store.deliveries().await.expect("read").values().map(|delivery| delivery.jobs.len()).sum();
    assert_eq!((jobs, store.landed_open().await.expect("read").len()), (0, 0));
    assert_eq!(sim.world.with(|state| state.notes.len()), 1);
}
