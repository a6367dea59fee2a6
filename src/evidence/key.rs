//! The public half of the key that evidence is signed with.

use crate::model::Digest;
use ed25519_dalek::VerifyingKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePublicKey, EncodePublicKey};
use std::fmt;

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0[..4]))
    }
}

/// The key that a signature is verified with.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: Digest,
}

/// A text is not a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is something else, or another kind of key.
    #[error("it is no public Ed25519 key in PEM (`-----BEGIN PUBLIC KEY-----`)")]
    Format,
    /// Anybody can make signatures that this key accepts.
    #[error("it is a weak key, for which anybody can make signatures")]
    Weak,
}

impl PublicKey {
    /// Parses the PEM of a `SubjectPublicKeyInfo`, as `keys/evidence.pub` holds it.
    ///
    /// # Errors
    /// When it is something else, or a key that protects nothing.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_public_key_pem(text.trim()).map_err(|_| KeyError::Format)?;
        if key.is_weak() { Err(KeyError::Weak) } else { Ok(Self::new(key)) }
    }

    /// From the 32 bytes of a key.
    ///
    /// # Errors
    /// When they are not a point of the curve, or a key that protects nothing.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Format)?;
        if key.is_weak() { Err(KeyError::Weak) } else { Ok(Self::new(key)) }
    }

    fn new(key: VerifyingKey) -> Self {
        let info = key.to_public_key_der().expect("a key of 32 bytes can be written");
        Self { key, id: Digest::of(info.as_bytes()) }
    }

    /// The PEM that [`PublicKey::from_pem`] reads.
    pub fn to_pem(&self) -> String {
        self.key.to_public_key_pem(LineEnding::LF).expect("a key of 32 bytes can be written")
    }

    /// The digest of the `SubjectPublicKeyInfo`; its hex digits are the `keyid` of envelopes.
    pub fn id(&self) -> &Digest {
        &self.id
    }

    /// Whether this key made the signature over exactly these bytes.
    pub fn verify(&self, bytes: &[u8], signature: &Signature) -> bool {
        self.key.verify_strict(bytes, &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {}", self.id.short())
    }
}
