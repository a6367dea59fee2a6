//! A fixed story, ended at every single command: whatever was done is not done again, and all of it gets done.

use super::Loop;
use super::world::{Halt, State, tree};
use goldpath::model::ChangeId;
use goldpath::reconcile::Key;
use goldpath::store::Store;
use std::collections::BTreeSet;

/// What people do, one thing after the other.
const STEPS: [fn(&mut State); 4] = [
    |state| {
        // two targets: `edge-a` waits for `a`
        state.propose(1, 1, "alice", tree(&[("a", "2"), ("edge-a", "1"), ("b", "1")]));
        state.review(1, "bob");
        state.want_merge(1, "alice");
    },
    |state| {
        // nobody approved this; it lies before the next one, and changes the same unit
        drop(state.push(tree(&[("a", "3"), ("edge-a", "1"), ("b", "1")])));
    },
    |state| {
        state.propose(2, 2, "alice", tree(&[("a", "4"), ("edge-a", "2")]));
        state.review(2, "bob");
        state.want_merge(2, "alice");
    },
    |state| {
        let pushed = state.main.iter().skip(1).find(|(_, pull)| pull.is_none()).expect("somebody pushed").0.clone();
        state.approved.insert(pushed, vec!["bob".to_owned()]);
    },
];

async fn begin(halt: Option<Halt>) -> Loop {
    let sim = Loop::new(1, tree(&[("a", "1")])).await;
    sim.world.with(|state| {
        state.guarded = true;
        state.halt = halt;
    });
    sim
}

/// People spoke: what is on the default branch and waits for them is looked at again.
async fn look_again(sim: &Loop) {
    for change in sim.store.landed_open().await.expect("the store works") {
        sim.reconciler.look_at(&Key::Change(change.id)).await.expect("the store works");
    }
}

/// Everything ended well, whatever happened on the way.
async fn check(sim: &Loop, what: &str) {
    let open = sim.store.landed_open().await.expect("the store works");
    assert_eq!(open.iter().map(|change| change.id.as_str()).collect::<Vec<_>>(), [""; 0], "{what}: not recorded");
    assert!(sim.reconciler.is_idle().await.expect("the store works"), "{what}: it never ends");
    sim.world.with(|state| {
        assert_eq!(state.wrong, [""; 0], "{what}");
        let newest = &state.trees[&state.main.last().expect("there is one").0];
        assert_eq!((&state.targets, &state.rendered), (newest, newest), "{what}");
        let distinct: BTreeSet<&ChangeId> = state.notes.iter().collect();
        assert_eq!((state.main.len(), state.notes.len(), distinct.len()), (4, 4, 4), "{what}: {:?}", state.notes);
    });
}

/// Tells the story to a daemon that is killed where the world stands still; whether it was.
async fn killed(halt: Halt) -> bool {
    let mut sim = begin(Some(halt)).await;
    let mut was = false;
    for step in [None].into_iter().chain(STEPS.map(Some)) {
        if let Some(step) = step {
            sim.world.with(step);
        }
        loop {
            look_again(&sim).await;
            tokio::select! {
                biased;
                () = sim.world.halted() => {}
                () = sim.settle() => break,
            }
            was = true;
            sim = sim.restart().await;
        }
        sim.world.with(|state| state.pass(120));
    }
    // the story is over: from here on nothing stands still
    sim.world.with(|state| state.halt = None);
    sim.settle().await;
    check(&sim, &format!("{halt:?}")).await;
    was
}

#[tokio::test]
async fn a_kill_before_or_after_any_command_changes_nothing_in_the_end() {
    let mut commands = 0;
    while killed(Halt::Before(commands)).await {
        killed(Halt::After(commands)).await;
        commands += 1;
    }
    assert!(commands > 40, "the story has only {commands} commands");
}

/// One daemon is suspended after a command, another one takes over and brings the story to its end, then the first one wakes up.
async fn suspended(at: usize) -> bool {
    let store = Store::in_memory().await.expect("memory is there");
    let first = begin(Some(Halt::After(at))).await;
    let first = Loop::owned_by("first", first.world, store.clone());
    let second = Loop::owned_by("second", first.world.clone(), store);
    let sleeper = tokio::spawn(async move {
        for step in STEPS {
            first.settle().await;
            first.world.with(step);
            look_again(&first).await;
        }
        first.settle().await;
        first
    });
    let asleep = tokio::select! {
        biased;
        () = second.world.halted() => true,
        () = async { while !sleeper.is_finished() { tokio::task::yield_now().await; } } => false,
    };
    if asleep {
        // its leases run out
        second.world.with(|state| state.pass(60));
        look_again(&second).await;
        second.settle_through(2).await;
        second.world.go_on();
    }
    let first = sleeper.await.expect("it ends");
    // the story is over: from here on nothing stands still
    second.world.with(|state| state.halt = None);
    second.settle_through(2).await;
    first.settle_through(2).await;
    second.settle().await;
    check(&second, &format!("suspended after {at}")).await;
    asleep
}

#[tokio::test]
async fn who_wakes_up_after_its_lease_was_taken_changes_nothing() {
    let mut at = 0;
    while suspended(at).await {
        at += 1;
    }
    assert!(at > 40, "the story has only {at} commands");
}
