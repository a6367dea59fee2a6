//! Changes, deliveries and the commands that follow from them: stored together or not at all.

use super::{Error, Note, Store, Transaction, ledger, queue};
use crate::change::Change;
use crate::command::{Command, LeaseProof};
use crate::delivery::Delivery;
use crate::model::{ChangeId, Digest, RepoPath, TargetName, UnitId};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use std::collections::BTreeMap;

/// A stored command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommandId(i64);

/// A command that has no stored answer yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// Which one; they are in the order in which they were stored.
    pub id: CommandId,
    /// The change that it is for.
    pub change: ChangeId,
    /// What to ask of the world.
    pub command: Command,
}

/// What is stored in one transaction.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Changes as they are now.
    pub changes: Vec<Change>,
    /// Deliveries as they are now.
    pub deliveries: Vec<Delivery>,
    /// What to ask of the world because of it.
    pub commands: Vec<(ChangeId, Command)>,
    /// Commands whose answer led to it.
    pub answered: Vec<CommandId>,
    /// Per unit all files that goldpath has in its target; none: the unit is gone.
    pub inventory: Vec<(UnitId, BTreeMap<RepoPath, Digest>)>,
    /// What is recorded before, and ticked off after, an effect.
    pub journal: Vec<Note>,
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

    /// Commands without a stored answer, in the order in which they were stored.
    ///
    /// # Errors
    /// When the database refuses, or a command cannot be read.
    pub async fn pending(&self) -> Result<Vec<Pending>, Error> {
        let query = sqlx::query("SELECT id, change, command FROM outbox ORDER BY id");
        let rows = query.fetch_all(&self.pool).await.map_err(Error::on("read the commands"))?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let id: i64 = row.get("id");
            let command = from_json("command", &id.to_string(), row.get("command"))?;
            Ok(Pending { id: CommandId(id), change: ChangeId::typed(row.get("change")), command })
        };
        rows.iter().map(read).collect()
    }

    /// A command has its answer, and nothing else is to be stored because of it.
    ///
    /// # Errors
    /// When the lease is lost, or the database refuses.
    pub async fn done(&self, proof: &LeaseProof, id: CommandId) -> Result<(), Error> {
        self.save(proof, &Batch { answered: vec![id], ..Batch::default() }).await
    }
}

impl Batch {
    /// Whether there is nothing to store.
    pub fn is_empty(&self) -> bool {
        let Self { changes, deliveries, commands, answered, inventory, journal, settings, queue } = self;
        changes.is_empty()
            && deliveries.is_empty()
            && commands.is_empty()
            && answered.is_empty()
            && inventory.is_empty()
            && journal.is_empty()
            && settings.is_empty()
            && queue.is_empty()
    }

    async fn write(&self, transaction: &mut Transaction) -> Result<(), sqlx::Error> {
        let Self { changes, deliveries, commands, answered, inventory, journal, settings, queue } = self;
        for change in changes {
            write_change(transaction, change).await?;
        }
        for delivery in deliveries {
            write_delivery(transaction, delivery).await?;
        }
        for id in answered {
            sqlx::query("DELETE FROM outbox WHERE id = $1").bind(id.0).execute(&mut **transaction).await?;
        }
        for (change, command) in commands {
            write_command(transaction, change, command).await?;
        }
        for (unit, files) in inventory {
            ledger::write_inventory(transaction, unit, files).await?;
        }
        for note in journal {
            ledger::write_note(transaction, note).await?;
        }
        for (key, value) in settings {
            ledger::write_setting(transaction, key, value).await?;
        }
        for (key, due) in queue {
            queue::enqueue(transaction, key, *due).await?;
        }
        Ok(())
    }
}

async fn write_change(transaction: &mut Transaction, change: &Change) -> Result<(), sqlx::Error> {
    const WRITE: &str = "INSERT INTO changes (id, state, updated) VALUES ($1, $2, $3) \
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, updated = excluded.updated";
    let query = sqlx::query(WRITE).bind(change.id.as_str()).bind(to_json(change)?).bind(change.updated.as_microsecond());
    query.execute(&mut **transaction).await.map(drop)
}

async fn write_delivery(transaction: &mut Transaction, delivery: &Delivery) -> Result<(), sqlx::Error> {
    const WRITE: &str = "INSERT INTO deliveries (target, state) VALUES ($1, $2) ON CONFLICT (target) DO UPDATE SET state = excluded.state";
    let query = sqlx::query(WRITE).bind(delivery.target.as_str()).bind(to_json(delivery)?);
    query.execute(&mut **transaction).await.map(drop)
}

/// Numbers are counted, so that the number of an answered command is never given again.
async fn write_command(transaction: &mut Transaction, change: &ChangeId, command: &Command) -> Result<(), sqlx::Error> {
    const NUMBER: &str = "INSERT INTO counters (name, value) VALUES ('outbox', 1) \
        ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value";
    let number: i64 = sqlx::query(NUMBER).fetch_one(&mut **transaction).await?.get(0);
    let query = sqlx::query("INSERT INTO outbox (id, change, command) VALUES ($1, $2, $3)");
    query.bind(number).bind(change.as_str()).bind(to_json(command)?).execute(&mut **transaction).await.map(drop)
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, id: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(Error::record(what, id))
}
