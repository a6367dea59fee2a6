//! Kinds of errors, hints, exit codes.
