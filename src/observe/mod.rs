//! Plain data reported by the world; sensitive values are replaced by digests when it is made.
