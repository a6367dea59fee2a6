//! Keys: makes them, signs, verifies.
//!
//! Evidence is signed with one Ed25519 key that the first start makes in the state folder; verifying needs its public half only, which is
//! `evidence::PublicKey`.

mod error;

pub use error::Error;

use crate::evidence::{PublicKey, Signature};
use crate::model::Digest;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use ed25519_dalek::{Signer as _, SigningKey};
use std::fmt;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The key that signs evidence.
pub struct Signer {
    key: SigningKey,
    public: PublicKey,
    public_file: PathBuf,
}

impl Signer {
    /// Opens `keys/evidence.pem` (PKCS#8, for its owner alone) below a state folder, or makes it with `keys/evidence.pub` beside it.
    ///
    /// # Errors
    /// When others may read the key, it is no key, its public half is another's, or the folder cannot be written.
    pub fn open_or_create(state_dir: impl AsRef<Path>) -> Result<Self, Error> {
        let dir = state_dir.as_ref().join("keys");
        let private = dir.join("evidence.pem");
        if !private.exists() {
            create(&dir, &private)?;
        }
        let key = read(&private)?;
        let public = PublicKey::from_bytes(key.verifying_key().as_bytes()).map_err(|_| Error::Format { path: private })?;
        let signer = Self { key, public, public_file: dir.join("evidence.pub") };
        signer.publish()?;
        Ok(signer)
    }

    /// Signs some bytes.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.key.sign(bytes).to_bytes())
    }

    /// A key for digests of secret values, of which whoever has only the public key knows nothing.
    pub fn values_key(&self) -> [u8; 32] {
        *Digest::of(&self.sign(b"goldpath: key for digests of sensitive values, version 1").0).bytes()
    }

    /// The digest of the public half's `SubjectPublicKeyInfo`.
    pub fn key_id(&self) -> &Digest {
        self.public.id()
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Where the public half is, for auditors.
    pub fn public_file(&self) -> &Path {
        &self.public_file
    }

    fn publish(&self) -> Result<(), Error> {
        let path = &self.public_file;
        match std::fs::read_to_string(path) {
            Ok(text) if PublicKey::from_pem(&text).is_ok_and(|public| public == self.public) => Ok(()),
            Ok(_) => Err(Error::Mismatch { path: path.clone() }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => write_new(path, self.public.to_pem().as_bytes(), 0o644),
            Err(source) => Err(Error::Io { doing: "read", path: path.clone(), source }),
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "signer with {:?}", self.public)
    }
}

fn create(dir: &Path, private: &Path) -> Result<(), Error> {
    let io = |source| Error::Io { doing: "make", path: dir.to_owned(), source };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io)?;
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|source| Error::Random { source })?;
    // without the public half inside, so that every OpenSSL reads it
    let pem = KeypairBytes { secret_key: seed, public_key: None }.to_pkcs8_pem(LineEnding::LF).expect("a key of 32 bytes can be written");
    write_new(private, pem.as_bytes(), 0o600)
}

/// Writes a file whole or not at all; one that somebody else made meanwhile is left as it is.
fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let io = |source| Error::Io { doing: "write", path: path.to_owned(), source };
    let dir = path.parent().expect("keys are in a folder");
    let mut file = tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(mode)).tempfile_in(dir).map_err(io)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(io)?;
    match file.persist_noclobber(path) {
        Ok(_) => std::fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(io),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(io(error.error)),
    }
}

fn read(path: &Path) -> Result<SigningKey, Error> {
    let io = |source| Error::Io { doing: "read", path: path.to_owned(), source };
    let mode = std::fs::metadata(path).map_err(io)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(Error::Exposed { path: path.to_owned(), mode: mode & 0o777 });
    }
    let pem = std::fs::read_to_string(path).map_err(io)?;
    SigningKey::from_pkcs8_pem(pem.trim()).map_err(|_| Error::Format { path: path.to_owned() })
}

#[cfg(test)]
mod tests;
