//! Changes and deliveries: what belongs together is stored together or not at all.

use super::{Error, Store, Transaction, inventory, queue, settings};
use crate::change::Change;
use crate::command::LeaseProof;
use crate::delivery::Delivery;
use crate::model::{ChangeId, Digest, RepoPath, TargetName, UnitId};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use std::collections::BTreeMap;

/// What is stored in one transaction.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Changes as they are now.
    pub changes: Vec<Change>,
    /// Deliveries as they are now.
    pub deliveries: Vec<Delivery>,
    /// Per unit all files that goldpath has in its target; none: the unit is gone.
    pub inventory: Vec<(UnitId, BTreeMap<RepoPath, Digest>)>,
    /// Settings by key.
    pub settings: Vec<(String, String)>,
    /// Keys to be looked at, and when.
    pub queue: Vec<(String, Timestamp)>,
}

impl Store {
    /// Stores everything of a batch, or nothing.
    ///
    /// # Errors
    /// When the lease is lost, or the database refuses; nothing is stored then.
    pub async fn save(&self, proof: &LeaseProof, batch: &Batch) -> Result<(), Error> {
        let what = "store a batch";
        let mut transaction = self.begin(what).await?;
        queue::fence(&mut transaction, proof).await?;
        batch.write(&mut transaction).await.map_err(Error::on(what))?;
        transaction.commit().await.map_err(Error::on(what))
    }

    /// All changes.
    ///
    /// # Errors
    /// When the database refuses, or a record cannot be read.
    pub async fn changes(&self) -> Result<BTreeMap<ChangeId, Change>, Error> {
        let rows = sqlx::query("SELECT id, state FROM changes").fetch_all(&self.pool).await.map_err(Error::on("read the changes"))?;
        let read = |row: &sqlx::sqlite::SqliteRow| from_json("change", row.get("id"), row.get("state"));
        rows.iter().map(|row| read(row).map(|change: Change| (change.id.clone(), change))).collect()
    }

    /// How many changes there are in each phase of their life.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn phases(&self) -> Result<BTreeMap<String, usize>, Error> {
        let query = sqlx::query("SELECT phase, COUNT(*) FROM changes GROUP BY phase");
        let rows = query.fetch_all(&self.pool).await.map_err(Error::on("count the changes"))?;
        Ok(rows.iter().map(|row| (row.get(0), usize::try_from(row.get::<i64, _>(1)).unwrap_or_default())).collect())
    }

    /// Changes that are on the default branch and not recorded.
    ///
    /// # Errors
    /// When the database refuses, or a record cannot be read.
    pub async fn landed_open(&self) -> Result<Vec<Change>, Error> {
        let query = sqlx::query("SELECT id, state FROM changes WHERE phase IN ('landing', 'held', 'accepted')");
        let rows = query.fetch_all(&self.pool).await.map_err(Error::on("read the open changes"))?;
        rows.iter().map(|row| from_json("change", row.get("id"), row.get("state"))).collect()
    }

    /// Changes that were looked at and wait for their merge.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn waiting(&self) -> Result<Vec<ChangeId>, Error> {
        let query = sqlx::query("SELECT id FROM changes WHERE phase = 'waiting' ORDER BY id");
        let rows = query.fetch_all(&self.pool).await.map_err(Error::on("read the changes that wait"))?;
        Ok(rows.iter().map(|row| ChangeId::typed(row.get("id"))).collect())
    }

    /// One change.
    ///
    /// # Errors
    /// When the database refuses, or the record cannot be read.
    pub async fn change(&self, id: &ChangeId) -> Result<Option<Change>, Error> {
        let query = sqlx::query("SELECT state FROM changes WHERE id = $1").bind(id.as_str());
        let row = query.fetch_optional(&self.pool).await.map_err(Error::on("read a change"))?;
        row.map(|row| from_json("change", id.as_str(), row.get("state"))).transpose()
    }

    /// All deliveries.
    ///
    /// # Errors
    /// When the database refuses, or a record cannot be read.
    pub async fn deliveries(&self) -> Result<BTreeMap<TargetName, Delivery>, Error> {
        let query = sqlx::query("SELECT target, state FROM deliveries");
        let rows = query.fetch_all(&self.pool).await.map_err(Error::on("read the deliveries"))?;
        let read = |row: &sqlx::sqlite::SqliteRow| from_json("delivery", row.get("target"), row.get("state"));
        rows.iter().map(|row| read(row).map(|delivery: Delivery| (delivery.target.clone(), delivery))).collect()
    }

    /// The delivery of one target.
    ///
    /// # Errors
    /// When the database refuses, or the record cannot be read.
    pub async fn delivery(&self, target: &TargetName) -> Result<Option<Delivery>, Error> {
        let query = sqlx::query("SELECT state FROM deliveries WHERE target = $1").bind(target.as_str());
        let row = query.fetch_optional(&self.pool).await.map_err(Error::on("read a delivery"))?;
        row.map(|row| from_json("delivery", target.as_str(), row.get("state"))).transpose()
    }
}

impl Batch {
    async fn write(&self, transaction: &mut Transaction) -> Result<(), sqlx::Error> {
        let Self { changes, deliveries, inventory: files_of_units, settings: by_key, queue: keys } = self;
        for change in changes {
            write_change(transaction, change).await?;
        }
        for delivery in deliveries {
            write_delivery(transaction, delivery).await?;
        }
        for (unit, files) in files_of_units {
            inventory::write(transaction, unit, files).await?;
        }
        for (key, value) in by_key {
            settings::write(transaction, key, value).await?;
        }
        for (key, due) in keys {
            queue::enqueue(transaction, key, *due).await?;
        }
        Ok(())
    }
}

async fn write_change(transaction: &mut Transaction, change: &Change) -> Result<(), sqlx::Error> {
    const WRITE: &str = "INSERT INTO changes (id, phase, state, updated) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, state = excluded.state, updated = excluded.updated";
    let query = sqlx::query(WRITE).bind(change.id.as_str()).bind(change.phase()).bind(to_json(change)?);
    let query = query.bind(change.updated.as_microsecond());
    query.execute(&mut **transaction).await.map(drop)
}

async fn write_delivery(transaction: &mut Transaction, delivery: &Delivery) -> Result<(), sqlx::Error> {
    const WRITE: &str = "INSERT INTO deliveries (target, state) VALUES ($1, $2) ON CONFLICT (target) DO UPDATE SET state = excluded.state";
    let query = sqlx::query(WRITE).bind(delivery.target.as_str()).bind(to_json(delivery)?);
    query.execute(&mut **transaction).await.map(drop)
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, id: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(Error::record(what, id))
}
