//! The files that goldpath has in targets.

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
        let query = sqlx::query("SELECT path, digest FROM inventory WHERE unit = $1").bind(unit.to_string());
        let rows = query.fetch_all(&self.pool).await.map_err(Error::on("read an inventory"))?;
        rows.iter().map(|row| file(unit, row)).collect()
    }
}

pub(super) async fn write(transaction: &mut Transaction, unit: &UnitId, files: &BTreeMap<RepoPath, Digest>) -> Result<(), sqlx::Error> {
    let name = unit.to_string();
    sqlx::query("DELETE FROM inventory WHERE unit = $1").bind(&name).execute(&mut **transaction).await?;
    for (path, digest) in files {
        let query = sqlx::query("INSERT INTO inventory (unit, path, digest) VALUES ($1, $2, $3)");
        let query = query.bind(&name).bind(path.as_str()).bind(digest.to_string());
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

fn file(unit: &UnitId, row: &SqliteRow) -> Result<(RepoPath, Digest), Error> {
    let (path, digest): (String, String) = (row.get("path"), row.get("digest"));
    let bad = |why: String| Error::record::<String>("inventory", &format!("{unit} {path}"))(why);
    let file = RepoPath::parse(&path).map_err(|error| bad(error.to_string()))?;
    let digest = Digest::parse(&digest).ok_or_else(|| bad(format!("{digest:?} is not a digest")))?;
    Ok((file, digest))
}
