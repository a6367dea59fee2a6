//! The daemon's memory in SQLite: queue, leases, change records, inventory.
//!
//! Losing it, or getting yesterday's copy back, costs history and a re-render, never a wrong apply: what is wanted and what was applied
//! is in Git. Nothing here asks for the time. Every write that follows from a decision shows the lease by which it was made.

mod error;
mod inventory;
mod queue;
mod records;
mod settings;
#[cfg(test)]
mod tests;

pub use error::Error;
pub use queue::Lease;
pub use records::Batch;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlSafeStr as _, Sqlite};
use std::path::Path;
use std::time::Duration;

/// How long a write waits for another one of the same file.
const BUSY: Duration = Duration::from_secs(10);

/// A transaction of this store.
type Transaction = sqlx::Transaction<'static, Sqlite>;

/// The daemon's memory; clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Opens the file, makes it when it is not there, and brings its tables to this version.
    ///
    /// # Errors
    /// When the file cannot be made or read, or a newer goldpath has written it.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let options = options().filename(path).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
        Self::connect(path, SqlitePoolOptions::new().max_connections(4), options).await
    }

    /// A memory that is gone with its last clone.
    ///
    /// # Errors
    /// When there is not even memory.
    pub async fn in_memory() -> Result<Self, Error> {
        // the memory belongs to its one connection, which is therefore never given up
        let pool = SqlitePoolOptions::new().max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
        Self::connect(Path::new(":memory:"), pool, options().in_memory(true)).await
    }

    async fn connect(path: &Path, pool: SqlitePoolOptions, options: SqliteConnectOptions) -> Result<Self, Error> {
        let open = |source| Error::Open { path: path.to_owned(), source };
        let pool = pool.connect_with(options).await.map_err(|error| open(error.into()))?;
        migrations().run(&pool).await.map_err(|error| open(error.into()))?;
        Ok(Self { pool })
    }

    /// Waits for what is running and closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    async fn begin(&self, what: &'static str) -> Result<Transaction, Error> {
        self.pool.begin().await.map_err(Error::on(what))
    }
}

fn options() -> SqliteConnectOptions {
    SqliteConnectOptions::new().foreign_keys(true).busy_timeout(BUSY).synchronous(SqliteSynchronous::Full)
}

fn migrations() -> Migrator {
    let migration = |version, name: &'static str, sql: &'static str| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![migration(1, "memory", include_str!("migrations/0001_memory.sql"))])
}
