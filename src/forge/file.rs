//! A JSON file that is there whole or not at all.

use super::Error;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

const API_VERSION: &str = "goldpath.dev/v1";

/// Reads a file of a kind; nothing when it is not there.
pub(super) fn read<T: DeserializeOwned>(path: &Path, kind: &str) -> Result<Option<T>, Error> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(failed("read", path, source)),
    };
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    let mut content: Map<String, Value> = serde_json::from_slice(&bytes).map_err(unreadable)?;
    let mut header = |key| content.shift_remove(key).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
    let (found, wanted) = (format!("{} {}", header("apiVersion"), header("kind")), format!("{API_VERSION} {kind}"));
    if found != wanted {
        return Err(Error::Foreign { path: path.to_owned(), found, wanted });
    }
    serde_json::from_value(Value::Object(content)).map(Some).map_err(unreadable)
}

/// Replaces a file: it holds the old bytes or the new ones, even when the machine stops. Nobody but its owner may read it.
pub(super) fn write(path: &Path, kind: &str, content: &impl Serialize) -> Result<(), Error> {
    let bytes = document(kind, content).map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
    replace(path, &bytes).map_err(|source| failed("write", path, source))
}

/// Removes what a write left that was cut short; called by whoever alone may write the file.
pub(super) fn tidy(path: &Path) -> Result<(), Error> {
    remove_unfinished(path).or_else(|source| match source.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(failed("tidy up around", path, source)),
    })
}

fn document(kind: &str, content: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut document = Map::from_iter([("apiVersion".to_owned(), API_VERSION.into()), ("kind".to_owned(), kind.into())]);
    if let Value::Object(fields) = serde_json::to_value(content)? {
        document.extend(fields);
    }
    let mut bytes = serde_json::to_vec_pretty(&document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    // a temporary file is readable by its owner alone
    let mut file = tempfile::Builder::new().prefix(&unfinished(path)).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    fs::File::open(folder)?.sync_all()
}

fn remove_unfinished(path: &Path) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&unfinished(path)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// How the names of unfinished files begin.
fn unfinished(path: &Path) -> String {
    format!(".{}-", path.file_name().unwrap_or_default().to_string_lossy())
}

fn failed(what: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File { what, path: path.to_owned(), source }
}
