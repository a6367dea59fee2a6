//! What is to be looked at, each key by one owner at a time, with generations as fences.

use super::{Error, Store, Transaction};
use crate::command::LeaseProof;
use jiff::{SignedDuration, Timestamp};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

/// The right to work on a key for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What is shown to whoever writes.
    pub proof: LeaseProof,
    /// How often the key was leased since it was last released for good, with this time; from 1.
    pub attempt: u32,
}

/// Makes a key wait, or wait shorter; while somebody works on it, it waits for the next time.
const ENQUEUE: &str = "INSERT INTO queue (key, due) VALUES ($1, $2) \
    ON CONFLICT (key) DO UPDATE SET due = CASE WHEN queue.due <= excluded.due THEN queue.due ELSE excluded.due END";

const LEASE: &str = "UPDATE queue SET generation = generation + 1, attempts = attempts + 1, due = NULL, lease_owner = $1, lease_until = $2 \
    WHERE key = (SELECT key FROM queue WHERE (lease_until IS NULL AND due <= $3) OR lease_until <= $3 \
                 ORDER BY COALESCE(due, lease_until), key LIMIT 1) \
    RETURNING key, generation, attempts";

/// Nothing changes but that the row is locked until the transaction ends.
const HOLDS: &str = "UPDATE queue SET lease_until = lease_until WHERE key = $1 AND generation = $2 AND lease_until IS NOT NULL";

impl Store {
    /// Makes a key wait until it is due. While it waits, doing it again changes nothing but an earlier time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn enqueue(&self, key: &str, due: Timestamp) -> Result<(), Error> {
        let query = sqlx::query(ENQUEUE).bind(key).bind(due.as_microsecond());
        query.execute(&self.pool).await.map(drop).map_err(Error::on("put a key into the queue"))
    }

    /// Leases the key that has waited longest, or one whose lease has run out; nothing when nothing is due.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lease(&self, owner: &str, now: Timestamp, for_: SignedDuration) -> Result<Option<Lease>, Error> {
        let query = sqlx::query(LEASE).bind(owner).bind((now + for_).as_microsecond()).bind(now.as_microsecond());
        let row = query.fetch_optional(&self.pool).await.map_err(Error::on("lease a key"))?;
        Ok(row.as_ref().map(granted))
    }

    /// Holds a lease until a later time.
    ///
    /// # Errors
    /// When it is lost, or the database refuses.
    pub async fn renew(&self, proof: &LeaseProof, until: Timestamp) -> Result<(), Error> {
        let query = sqlx::query("UPDATE queue SET lease_until = $3 WHERE key = $1 AND generation = $2 AND lease_until IS NOT NULL");
        let query = query.bind(proof.key()).bind(proof.generation()).bind(until.as_microsecond());
        let done = query.execute(&self.pool).await.map_err(Error::on("renew a lease"))?;
        held(proof, done.rows_affected())
    }

    /// Gives a key back: for good, or to be looked at again at a time. What was put into the queue meanwhile stays there.
    ///
    /// # Errors
    /// When the lease is lost, or the database refuses.
    pub async fn release(&self, proof: &LeaseProof, again: Option<Timestamp>) -> Result<(), Error> {
        const RELEASE: &str = "UPDATE queue SET lease_owner = NULL, lease_until = NULL, \
            attempts = CASE WHEN $3 IS NULL THEN 0 ELSE attempts END, \
            due = CASE WHEN $3 IS NULL OR due <= $3 THEN due ELSE $3 END \
            WHERE key = $1 AND generation = $2 AND lease_until IS NOT NULL";
        let query = sqlx::query(RELEASE).bind(proof.key()).bind(proof.generation()).bind(again.map(Timestamp::as_microsecond));
        let done = query.execute(&self.pool).await.map_err(Error::on("release a lease"))?;
        held(proof, done.rows_affected())
    }

    /// Ends all leases of an owner who is known to be dead; what it worked on is due at once. Its proofs are worth nothing from now on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn bury(&self, owner: &str, now: Timestamp) -> Result<(), Error> {
        let query = sqlx::query("UPDATE queue SET lease_owner = NULL, lease_until = NULL, due = $2 WHERE lease_owner = $1");
        let query = query.bind(owner).bind(now.as_microsecond());
        query.execute(&self.pool).await.map(drop).map_err(Error::on("end the leases of a dead owner"))
    }

    /// Whether nothing is due and nothing is leased; what waits for a later time does not count.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_idle(&self, now: Timestamp) -> Result<bool, Error> {
        let query = sqlx::query("SELECT COUNT(*) AS busy FROM queue WHERE lease_until IS NOT NULL OR due <= $1").bind(now.as_microsecond());
        let row = query.fetch_one(&self.pool).await.map_err(Error::on("read the queue"))?;
        Ok(row.get::<i64, _>("busy") == 0)
    }

    /// When there is next something to lease: a key falls due, or a lease runs out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_due(&self) -> Result<Option<Timestamp>, Error> {
        let query = sqlx::query("SELECT MIN(COALESCE(lease_until, due)) FROM queue");
        let row = query.fetch_one(&self.pool).await.map_err(Error::on("read the queue"))?;
        time(row.get(0))
    }
}

/// Fails unless the lease is still held; the row stays locked until the transaction ends.
pub(super) async fn fence(transaction: &mut Transaction, proof: &LeaseProof) -> Result<(), Error> {
    let query = sqlx::query(HOLDS).bind(proof.key()).bind(proof.generation());
    let done = query.execute(&mut **transaction).await.map_err(Error::on("check a lease"))?;
    held(proof, done.rows_affected())
}

pub(super) async fn enqueue(transaction: &mut Transaction, key: &str, due: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query(ENQUEUE).bind(key).bind(due.as_microsecond()).execute(&mut **transaction).await.map(drop)
}

fn granted(row: &SqliteRow) -> Lease {
    let attempt = row.get::<i64, _>("attempts").try_into().unwrap_or(u32::MAX);
    Lease { proof: LeaseProof::granted(row.get("key"), row.get("generation")), attempt }
}

fn held(proof: &LeaseProof, rows: u64) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::LeaseLost { key: proof.key().to_owned(), generation: proof.generation() }) }
}

fn time(microseconds: Option<i64>) -> Result<Option<Timestamp>, Error> {
    let parse = |at: i64| Timestamp::from_microsecond(at).map_err(Error::record("time", &at.to_string()));
    microseconds.map(parse).transpose()
}
