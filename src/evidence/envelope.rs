//! DSSE envelopes of one line, and the chain that they make.

use super::{PublicKey, STATEMENT_TYPE, Signature, Statement, canonical};
use crate::model::Digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The type of every payload.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// How long the chain is and which line is its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chain {
    /// The number of lines: the sequence of the last.
    pub length: u64,
    /// The digest of the last line.
    pub head: Digest,
}

impl Chain {
    /// The chain with one more line.
    pub fn with(before: Option<&Self>, line: &str) -> Self {
        Self { length: before.map_or(0, |chain| chain.length) + 1, head: Digest::of(line.as_bytes()) }
    }

    /// Parses the value of a trailer: `3 sha256:…`.
    pub fn parse(text: &str) -> Option<Self> {
        let (length, head) = text.split_once(' ')?;
        Some(Self { length: length.parse().ok()?, head: Digest::parse(head)? })
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.length, self.head)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: [Signed; 1],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    keyid: String,
    sig: String,
}

/// What is signed: DSSE's pre-authentication encoding.
fn encode(payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

/// The statement in a signed envelope of one line, without a newline; `sign` makes the signature of `key` over the bytes that it is given.
pub fn envelope(statement: &Statement, key: &PublicKey, sign: impl FnOnce(&[u8]) -> Signature) -> String {
    let payload = canonical(&serde_json::to_value(statement).expect("a statement has text keys only")).into_bytes();
    let signature = sign(&encode(&payload));
    line(&Envelope {
        payload: STANDARD.encode(&payload),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures: [Signed { keyid: key.id().hex(), sig: STANDARD.encode(signature.0) }],
    })
}

fn line(envelope: &Envelope) -> String {
    canonical(&serde_json::to_value(envelope).expect("an envelope has text keys only"))
}

/// A line that was taken apart; nothing in it may be believed before it verifies.
pub(super) struct Opened {
    statement: Statement,
    payload: Vec<u8>,
    keyid: String,
    signature: Signature,
}

/// What a line is worth.
pub(super) enum Verdict {
    /// The key signed it.
    Signed(Box<Statement>),
    /// It names another key.
    Foreign(String),
    /// It names the key, which did not sign this; and the place in the chain that it claims.
    Forged(u64),
}

impl Opened {
    /// Takes a line apart. It has to be written exactly as goldpath writes it, so that no byte of it can change unnoticed.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let envelope: Envelope = serde_json::from_str(text).map_err(|_| "it is no DSSE envelope with one signature")?;
        if line(&envelope) != text {
            return Err("it is not written in canonical form");
        }
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err("its payload is no in-toto statement");
        }
        let payload = STANDARD.decode(&envelope.payload).map_err(|_| "its payload is not base64")?;
        let [signed] = envelope.signatures;
        let signature = STANDARD.decode(&signed.sig).ok().and_then(|bytes| bytes.try_into().ok());
        let signature = Signature(signature.ok_or("its signature is not 64 bytes in base64")?);
        let statement: Statement = serde_json::from_slice(&payload).map_err(|_| "its payload is no statement of goldpath")?;
        if statement.kind != STATEMENT_TYPE || statement.predicate_type != super::PREDICATE_TYPE {
            return Err("its payload is no statement of goldpath");
        }
        Ok(Self { statement, payload, keyid: signed.keyid, signature })
    }

    /// What it states, believed without a key.
    pub(super) fn unverified(self) -> Statement {
        self.statement
    }

    pub(super) fn verify(self, key: &PublicKey) -> Verdict {
        if self.keyid != key.id().hex() {
            return Verdict::Foreign(self.keyid);
        }
        if key.verify(&encode(&self.payload), &self.signature) {
            Verdict::Signed(Box::new(self.statement))
        } else {
            Verdict::Forged(self.statement.predicate.sequence)
        }
    }
}
