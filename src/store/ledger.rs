//! What else is remembered: files in targets, notes around effects, triggers from outside, settings.

use super::records::{from_json, to_json};
use super::{Batch, Error, Store, Transaction};
use crate::command::LeaseProof;
use crate::model::{Digest, RepoPath, TargetName, UnitId};
use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use std::collections::BTreeMap;

/// What is recorded before an effect, so that after a crash the world can be probed.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// What it belongs to: the unit, the branch, the change.
    pub run: String,
    /// What is about to be done: `terraform`, `files`, `rendered`, `evidence`.
    pub kind: String,
    /// What the probe needs.
    pub data: serde_json::Value,
    /// Whether the effect is known to be over.
    pub done: bool,
}

impl Store {
    /// The files that goldpath has in a unit's target.
    ///
    /// # Errors
    /// When the database refuses, or a record cannot be read.
    pub async fn inventory(&self, unit: &UnitId) -> Result<BTreeMap<RepoPath, Digest>, Error> {
        let query = sqlx::query("SELECT unit, path, digest FROM inventory WHERE unit = $1").bind(unit.to_string());
        let rows = query.fetch_all(&self.pool).await.map_err(Error::on("read an inventory"))?;
        rows.iter().map(file).map(|file| file.map(|(_, path, digest)| (path, digest))).collect()
    }

    /// The files that goldpath has in a target, by unit.
    ///
    /// # Errors
    /// When the database refuses, or a record cannot be read.
    pub async fn inventory_of(&self, target: &TargetName) -> Result<BTreeMap<UnitId, BTreeMap<RepoPath, Digest>>, Error> {
        let query = sqlx::query("SELECT unit, path, digest FROM inventory WHERE target = $1").bind(target.as_str());
        let rows = query.fetch_all(&self.pool).await.map_err(Error::on("read an inventory"))?;
        let mut units: BTreeMap<UnitId, BTreeMap<RepoPath, Digest>> = BTreeMap::new();
        for row in &rows {
            let (unit, path, digest) = file(row)?;
            units.entry(unit).or_default().insert(path, digest);
        }
        Ok(units)
    }

    /// Says which files goldpath has in a unit's target: all of them; none: the unit is gone.
    ///
    /// # Errors
    /// When the lease is lost, or the database refuses.
    pub async fn replace_inventory(&self, proof: &LeaseProof, unit: UnitId, files: BTreeMap<RepoPath, Digest>) -> Result<(), Error> {
        self.save(proof, &Batch { inventory: vec![(unit, files)], ..Batch::default() }).await
    }

    /// Records a note, or replaces the one of the same run and kind.
    ///
    /// # Errors
    /// When the lease is lost, or the database refuses.
    pub async fn note(&self, proof: &LeaseProof, note: Note) -> Result<(), Error> {
        self.save(proof, &Batch { journal: vec![note], ..Batch::default() }).await
    }

    /// The note of a run and kind.
    ///
    /// # Errors
    /// When the database refuses, or the note cannot be read.
    pub async fn noted(&self, run: &str, kind: &str) -> Result<Option<Note>, Error> {
        let query = sqlx::query("SELECT run, kind, data, done FROM journal WHERE run = $1 AND kind = $2").bind(run).bind(kind);
        let row = query.fetch_optional(&self.pool).await.map_err(Error::on("read the journal"))?;
        row.as_ref().map(note).transpose()
    }

    /// Notes of effects that are not known to be over.
    ///
    /// # Errors
    /// When the database refuses, or a note cannot be read.
    pub async fn open_notes(&self) -> Result<Vec<Note>, Error> {
        let query = sqlx::query("SELECT run, kind, data, done FROM journal WHERE NOT done ORDER BY run, kind");
        let rows = query.fetch_all(&self.pool).await.map_err(Error::on("read the journal"))?;
        rows.iter().map(note).collect()
    }

    /// Records a trigger from outside; whether it had been seen before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn seen_trigger(&self, source: &str, delivery: &str, now: Timestamp) -> Result<bool, Error> {
        let query = sqlx::query("INSERT INTO triggers (source, delivery, seen) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        let query = query.bind(source).bind(delivery).bind(now.as_microsecond());
        let done = query.execute(&self.pool).await.map_err(Error::on("record a trigger"))?;
        Ok(done.rows_affected() == 0)
    }

    /// A setting.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn get(&self, key: &str) -> Result<Option<String>, Error> {
        let query = sqlx::query("SELECT value FROM settings WHERE key = $1").bind(key);
        let row = query.fetch_optional(&self.pool).await.map_err(Error::on("read a setting"))?;
        Ok(row.map(|row| row.get(0)))
    }

    /// Sets a setting.
    ///
    /// # Errors
    /// When the lease is lost, or the database refuses.
    pub async fn set(&self, proof: &LeaseProof, key: &str, value: &str) -> Result<(), Error> {
        self.save(proof, &Batch { settings: vec![(key.to_owned(), value.to_owned())], ..Batch::default() }).await
    }
}

pub(super) async fn write_inventory(
    transaction: &mut Transaction,
    unit: &UnitId,
    files: &BTreeMap<RepoPath, Digest>,
) -> Result<(), sqlx::Error> {
    let name = unit.to_string();
    sqlx::query("DELETE FROM inventory WHERE unit = $1").bind(&name).execute(&mut **transaction).await?;
    for (path, digest) in files {
        let query = sqlx::query("INSERT INTO inventory (target, unit, path, digest) VALUES ($1, $2, $3, $4)");
        let query = query.bind(unit.target.as_str()).bind(&name).bind(path.as_str()).bind(digest.to_string());
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

pub(super) async fn write_note(transaction: &mut Transaction, note: &Note) -> Result<(), sqlx::Error> {
    const WRITE: &str = "INSERT INTO journal (run, kind, data, done) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (run, kind) DO UPDATE SET data = excluded.data, done = excluded.done";
    let Note { run, kind, data, done } = note;
    sqlx::query(WRITE).bind(run).bind(kind).bind(to_json(data)?).bind(*done).execute(&mut **transaction).await.map(drop)
}

pub(super) async fn write_setting(transaction: &mut Transaction, key: &str, value: &str) -> Result<(), sqlx::Error> {
    const WRITE: &str = "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    sqlx::query(WRITE).bind(key).bind(value).execute(&mut **transaction).await.map(drop)
}

fn file(row: &SqliteRow) -> Result<(UnitId, RepoPath, Digest), Error> {
    let (unit, path, digest): (String, String, String) = (row.get("unit"), row.get("path"), row.get("digest"));
    let bad = |why: String| Error::record::<String>("inventory", &format!("{unit} {path}"))(why);
    let parsed = UnitId::parse(&unit).map_err(|error| bad(error.to_string()))?;
    let file = RepoPath::parse(&path).map_err(|error| bad(error.to_string()))?;
    let digest = Digest::parse(&digest).ok_or_else(|| bad(format!("{digest:?} is not a digest")))?;
    Ok((parsed, file, digest))
}

fn note(row: &SqliteRow) -> Result<Note, Error> {
    let run: String = row.get("run");
    let data = from_json("note", &run, row.get("data"))?;
    Ok(Note { run, kind: row.get("kind"), data, done: row.get("done") })
}
