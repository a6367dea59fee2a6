//! A repository behind an address: asked once per interval.

use super::{Bell, Trigger, Watch, pace};
use crate::model::Digest;
use std::time::Duration;
use tokio::task::JoinSet;

/// Looks once per interval, at once for the first time, and rings when what is seen differs from what was seen last. `look` gives the
/// digest of all references, or nothing when the repository could not be asked; then what was seen last stays.
pub fn remote<Look, Seen>(every: Duration, bell: Bell, look: Look) -> Watch
where
    Look: FnMut() -> Seen + Send + 'static,
    Seen: Future<Output = Option<Digest>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    tasks.spawn(watch(every, bell, look));
    Watch { _tasks: tasks, _files: None }
}

async fn watch<Look, Seen>(every: Duration, bell: Bell, mut look: Look)
where
    Look: FnMut() -> Seen + Send,
    Seen: Future<Output = Option<Digest>> + Send,
{
    let mut interval = pace(every);
    let mut last = None;
    loop {
        interval.tick().await;
        let seen = look().await;
        if seen.is_some() && seen != last {
            last = seen;
            bell.ring(Trigger::Repository);
        }
    }
}
