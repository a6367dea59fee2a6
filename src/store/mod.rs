//! The daemon's memory in SQLite: queue, leases, change records, inventory, trigger ledger.
