//! Statements, canonical JSON, hash chain, verification.
//!
//! One in-toto statement for each applied change, in a DSSE envelope of one line, each naming the digest of the line before it. The lines
//! are Git notes on the commits that were applied; commits of the notes and of the branch `rendered` carry the length and head of the
//! chain, so that a cut chain is noticed. The public key and Git are all that verifying needs.

mod canonical;
mod envelope;
mod folder;
mod gap;
mod key;
mod statement;
mod verify;

pub use canonical::canonical;
pub use envelope::{Chain, envelope};
pub use folder::{folder_digest, folders};
pub use gap::Gap;
pub use key::{KeyError, PublicKey, Signature};
pub use statement::{
    ExceptionUse, Input, PREDICATE_TYPE, Policies, Predicate, Pull, STATEMENT_TYPE, Statement, Subject, UnitOutcome, UnitRecord, statement,
};
pub use verify::{Entry, Found, NotesCommit, RenderedCommit, Report, entries, unverified, verify_chain};

/// The trailer with the length and head of the chain: `Goldpath-Chain: 3 sha256:…`.
pub const CHAIN_TRAILER: &str = "Goldpath-Chain";
/// The trailer of commits of `rendered` with the commit of the default branch that was applied.
pub const BASE_TRAILER: &str = "Goldpath-Base";
/// The trailer of commits of `rendered` with how many of the change's units they show: `8 of 9`.
pub const APPLIED_TRAILER: &str = "Goldpath-Applied";
/// The trailer of commits of `rendered` with the change that was applied.
pub const CHANGE_TRAILER: &str = "Goldpath-Change";
/// The trailer of a commit of `rendered` with the commit of the default branch up to which everything was recorded then.
pub const SINCE_TRAILER: &str = "Goldpath-Since";

#[cfg(test)]
mod tests;
