//! How work that can be shared is shared.

use rayon::{ThreadPoolBuilder, current_num_threads};

/// Does something with at most so many threads; told whether there are several. Those that are there already are taken when they are as many.
pub fn on_threads<T: Send>(threads: usize, work: impl FnOnce(bool) -> T + Send) -> T {
    if threads <= 1 {
        return work(false);
    }
    if current_num_threads() == threads {
        return work(true);
    }
    match ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(|| work(true)),
        // Without threads of its own it does the same work on this one.
        Err(_) => work(false),
    }
}
