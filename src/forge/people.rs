//! People of the local forge: names, e-mails, and digests of their tokens, in a file that only its owner reads.

use super::{Error, Refused, Signature, file};
use crate::model::Digest;
use crate::observe::Author;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use subtle::ConstantTimeEq as _;

const KIND: &str = "LocalPeople";
const NAME: &str = "people.json";

/// Somebody who may approve, merge and comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their name in the forge.
    pub user: String,
    /// The e-mail of their commits.
    pub email: String,
}

/// A personal token, shown once.
#[derive(Debug)]
pub struct Token(SecretString);

impl Token {
    /// The token as text: `gp_` and 52 letters and digits.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Register {
    people: Vec<Entry>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    user: String,
    email: String,
    /// E-mails that were theirs before: the commits that carry them stay theirs.
    former: BTreeSet<String>,
    /// The digest of the token.
    token: Digest,
}

/// The people that are known now; the file is read again when it has changed.
#[derive(Debug)]
pub struct People {
    path: PathBuf,
    seen: Option<Stamp>,
    register: Register,
}

/// Tells whether a file was replaced: modified at, length, inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp(i64, i64, u64, u64);

/// Makes a token for a person, who is added when nobody has the name; for a known one the token and the e-mail are replaced.
///
/// # Errors
/// When the name or the e-mail is refused, or the file cannot be written.
pub fn add(state: &Path, user: &str, email: &str) -> Result<Token, Error> {
    check(user, email)?;
    fs::create_dir_all(state).map_err(|source| Error::File { what: "make the folder", path: state.to_owned(), source })?;
    let _lock = lock(&state.join(".people.lock"))?;
    let path = state.join(NAME);
    file::tidy(&path)?;
    let mut register: Register = file::read(&path, KIND)?.unwrap_or_default();
    let others = register.people.iter().filter(|entry| entry.user != user);
    if let Some(owner) = others.into_iter().find(|entry| entry.has(email)) {
        return Err(Refused::EmailTaken { email: email.to_owned(), owner: owner.user.clone() }.into());
    }
    let token = token()?;
    register.put(user, email, Digest::of(token.expose().as_bytes()));
    file::write(&path, KIND, &register)?;
    Ok(token)
}

impl People {
    /// The people of a state folder; there may be none yet.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(state: &Path) -> Result<Self, Error> {
        let mut people = Self { path: state.join(NAME), seen: None, register: Register::default() };
        people.refresh()?;
        Ok(people)
    }

    /// Whose token it is. All tokens are compared, each in the same time, whatever was found before.
    ///
    /// # Errors
    /// When the file has changed and cannot be read.
    pub fn authenticate(&mut self, token: &str) -> Result<Option<Person>, Error> {
        self.refresh()?;
        let digest = Digest::of(token.as_bytes());
        let mut found = None;
        for entry in &self.register.people {
            if bool::from(entry.token.bytes().ct_eq(digest.bytes())) {
                found = Some(Person { user: entry.user.clone(), email: entry.email.clone() });
            }
        }
        Ok(found)
    }

    /// Everybody who is known.
    pub fn list(&self) -> impl Iterator<Item = Person> {
        self.register.people.iter().map(|entry| Person { user: entry.user.clone(), email: entry.email.clone() })
    }

    /// Who wrote something: the user with the e-mail, else the e-mail.
    pub fn authors(&self, signatures: &[Signature]) -> BTreeSet<Author> {
        let author = |signature: &Signature| {
            let owner = self.register.people.iter().find(|entry| entry.has(&signature.email));
            owner.map_or_else(|| Author::Email(signature.email.clone()), |entry| Author::User(entry.user.clone()))
        };
        signatures.iter().map(author).collect()
    }

    /// Reads the file again when it was replaced.
    pub(super) fn refresh(&mut self) -> Result<(), Error> {
        let stamp = stamp(&self.path)?;
        if stamp != self.seen {
            self.register = file::read(&self.path, KIND)?.unwrap_or_default();
            self.seen = stamp;
        }
        Ok(())
    }
}

impl Register {
    fn put(&mut self, user: &str, email: &str, token: Digest) {
        let email = email.to_owned();
        let Some(entry) = self.people.iter_mut().find(|entry| entry.user == user) else {
            self.people.push(Entry { user: user.to_owned(), email, former: BTreeSet::new(), token });
            return self.people.sort_by(|one, other| one.user.cmp(&other.user));
        };
        entry.former.remove(&email);
        if entry.email != email {
            entry.former.insert(std::mem::replace(&mut entry.email, email));
        }
        entry.token = token;
    }
}

impl Entry {
    fn has(&self, email: &str) -> bool {
        let same = |known: &String| known.to_lowercase() == email.to_lowercase();
        same(&self.email) || self.former.iter().any(same)
    }
}

fn check(user: &str, email: &str) -> Result<(), Refused> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = user.len() <= 64 && user.starts_with(|c: char| c.is_ascii_alphanumeric()) && user.chars().all(fits);
    if !name {
        return Err(Refused::UserName { name: user.to_owned() });
    }
    let parts = email.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    let plain = email.len() <= 254 && !email.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>'));
    if parts.is_none() || !plain {
        return Err(Refused::Email { user: user.to_owned(), email: email.to_owned() });
    }
    Ok(())
}

fn lock(path: &Path) -> Result<fs::File, Error> {
    let failed = |source| Error::File { what: "lock", path: path.to_owned(), source };
    let file = fs::File::options().create(true).truncate(false).write(true).open(path).map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}

fn stamp(path: &Path) -> Result<Option<Stamp>, Error> {
    match fs::metadata(path) {
        Ok(meta) => Ok(Some(Stamp(meta.mtime(), meta.mtime_nsec(), meta.len(), meta.ino()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::File { what: "look at", path: path.to_owned(), source }),
    }
}

fn token() -> Result<Token, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(Token(format!("gp_{}", base32(&bytes)).into()))
}

/// RFC 4648 in small letters, without padding.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bits = |at: usize| (0..5).fold(0, |value, bit| value << 1 | bit_of(bytes, at * 5 + bit));
    (0..(bytes.len() * 8).div_ceil(5)).map(|at| ALPHABET[bits(at)] as char).collect()
}

/// One bit, the highest of a byte first; behind the end there are zeros.
fn bit_of(bytes: &[u8], at: usize) -> usize {
    bytes.get(at / 8).map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1))
}

#[cfg(test)]
mod tests {
    #[test]
    fn base32_is_that_of_the_rfc() {
        let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let written = texts.map(|text| super::base32(text.as_bytes()));
        assert_eq!(written, ["", "my", "mzxq", "mzxw6", "mzxw6yq", "mzxw6ytb", "mzxw6ytboi"]);
    }
}
