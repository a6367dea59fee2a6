//! What else is remembered: files in targets, settings.

use super::{Error, Store, Transaction};
use crate::model::{Digest, RepoPath, UnitId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use std::collections::BTreeMap;

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

    /// A setting.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn get(&self, key: &str) -> Result<Option<String>, Error> {
        let query = sqlx::query("SELECT value FROM settings WHERE key = $1").bind(key);
        let row = query.fetch_optional(&self.pool).await.map_err(Error::on("read a setting"))?;
        Ok(row.map(|row| row.get(0)))
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
        let query = sqlx::query("INSERT INTO inventory (unit, path, digest) VALUES ($1, $2, $3)");
        let query = query.bind(&name).bind(path.as_str()).bind(digest.to_string());
        query.execute(&mut **transaction).await?;
    }
    Ok(())
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
