//! Directory targets: atomic write, prune by inventory, lock.
