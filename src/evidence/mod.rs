//! Statements, canonical JSON, hash chain, verification.
