//! What is kept by a key.

use super::{Error, Store, Transaction};
use sqlx::Row as _;

impl Store {
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

pub(super) async fn write(transaction: &mut Transaction, key: &str, value: &str) -> Result<(), sqlx::Error> {
    const WRITE: &str = "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    sqlx::query(WRITE).bind(key).bind(value).execute(&mut **transaction).await.map(drop)
}
