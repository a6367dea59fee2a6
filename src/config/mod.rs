//! The daemon's own configuration: raw, then checked; the only reader of the environment.
