//! The loop in a simulated world: faults, lost answers, restarts; afterwards the world equals the newest accepted tree.

mod killed;
mod refusing;
mod world;

use goldpath::model::{ChangeId, Digest};
use goldpath::reconcile::{Key, Reconciler};
use goldpath::store::Store;
use std::sync::Arc;
use world::{SimWorld, tree, unit};

struct Loop {
    reconciler: Arc<Reconciler<SharedWorld>>,
    world: Arc<SimWorld>,
    store: Store,
}

/// The world outlives the loop, as it does.
struct SharedWorld(Arc<SimWorld>);

impl goldpath::reconcile::Perform for SharedWorld {
    async fn perform(&self, command: goldpath::command::Command, run: &goldpath::command::Run) -> goldpath::command::Event {
        self.0.perform(command, run).await
    }

    fn now(&self) -> jiff::Timestamp {
        self.0.now()
    }
}

impl Loop {
    async fn new(seed: u64, base: world::Tree) -> Self {
        let world = Arc::new(SimWorld::new(seed, base));
        let store = Store::in_memory().await.expect("memory is there");
        Self::over(world, store)
    }

    fn over(world: Arc<SimWorld>, store: Store) -> Self {
        Self::owned_by("sim", world, store)
    }

    fn owned_by(owner: &str, world: Arc<SimWorld>, store: Store) -> Self {
        let reconciler = Arc::new(Reconciler::new(store.clone(), SharedWorld(world.clone()), owner.to_owned(), None));
        Self { reconciler, world, store }
    }

    /// The process ends and another one takes over: nothing remains but the store and the world.
    async fn restart(self) -> Self {
        self.store.bury("sim", self.world.with(|state| state.now)).await.expect("the store works");
        let next = Self::over(self.world, self.store);
        next.reconciler.take_up().await.expect("the store works");
        next
    }

    async fn settle(&self) {
        self.reconciler.look_at(&Key::Repository).await.expect("the store works");
        self.reconciler.settle().await.expect("the store works");
    }

    /// Lets time pass until nothing waits for it any more.
    async fn settle_through(&self, rounds: usize) {
        for _ in 0..rounds {
            self.settle().await;
            self.world.with(|state| state.pass(120));
        }
    }
}

#[tokio::test]
async fn a_request_goes_from_a_branch_to_evidence() {
    let sim = Loop::new(1, tree(&[("a", "1")])).await;
    sim.settle().await;
    sim.world.with(|state| assert_eq!(state.targets, tree(&[("a", "1")]), "the first start applies its base"));

    sim.world.with(|state| state.propose(1, 1, "alice", tree(&[("a", "1"), ("b", "1")])));
    sim.settle().await;
    sim.world.with(|state| {
        assert!(state.said["1"].comment.contains("1 request"), "{}", state.said["1"].comment);
        assert_eq!(state.targets.get(&unit("b")), None, "nothing is applied before the merge");
    });

    sim.world.with(|state| {
        state.review(1, "bob");
        state.want_merge(1, "alice");
    });
    sim.settle().await;
    sim.world.with(|state| {
        assert_eq!(state.targets, tree(&[("a", "1"), ("b", "1")]));
        assert_eq!(state.rendered, state.targets);
        assert_eq!(state.notes.iter().map(ChangeId::as_str).collect::<Vec<_>>(), ["base-0000000", "pr-1"]);
        assert_eq!(state.writes.len(), 2, "each unit was written once");
    });
}

#[tokio::test]
async fn nothing_is_done_twice_when_nothing_changes() {
    let sim = Loop::new(1, tree(&[("a", "1"), ("b", "1")])).await;
    sim.settle().await;
    let before = sim.world.with(|state| (state.writes.clone(), state.said.clone(), state.notes.clone()));
    sim.settle_through(3).await;
    let sim = sim.restart().await;
    sim.settle_through(2).await;
    assert_eq!(sim.world.with(|state| (state.writes.clone(), state.said.clone(), state.notes.clone())), before);
}

#[tokio::test]
async fn after_faults_stop_the_world_equals_the_newest_accepted_tree() {
    for seed in 1..=20 {
        let mut sim = Loop::new(seed * 7_919, tree(&[("a", "1"), ("b", "1"), ("c", "1")])).await;
        sim.settle().await;
        sim.world.with(|state| state.faults = 25);
        let steps: [&[(&str, &str)]; 4] = [
            &[("a", "2"), ("b", "1"), ("c", "1")],
            &[("a", "2"), ("b", "2")],
            &[("a", "3"), ("d", "1")],
            &[("a", "3"), ("d", "2"), ("e", "1")],
        ];
        for (step, units) in steps.iter().enumerate() {
            let number = step as u64 + 1;
            sim.world.with(|state| {
                state.propose(number, number, "alice", tree(units));
                state.want_merge(number, "alice");
            });
            sim.settle_through(3).await;
            sim = sim.restart().await;
        }
        sim.world.with(|state| state.faults = 0);
        sim.settle_through(12).await;
        sim.world.with(|state| {
            let newest = state.main.last().map(|(commit, _)| state.trees[commit].clone()).expect("there is one");
            assert_eq!(state.main.len(), 5, "seed {seed}: everything was merged, in whatever order");
            assert_eq!(state.targets, newest, "seed {seed}");
            assert_eq!(state.rendered, newest, "seed {seed}");
            let recorded: Vec<&str> = state.notes.iter().map(ChangeId::as_str).collect();
            let distinct: std::collections::BTreeSet<&&str> = recorded.iter().collect();
            assert_eq!((recorded.len(), distinct.len()), (5, 5), "seed {seed}: one statement for each change: {recorded:?}");
            let twice = state.writes.windows(2).find(|pair| pair[0] == pair[1]);
            assert_eq!(state.wrong, [""; 0], "seed {seed}");
            assert_eq!(twice, None::<&[(goldpath::model::UnitId, Option<Digest>)]>, "seed {seed}: written twice in a row");
        });
    }
}
