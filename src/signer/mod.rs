//! Keys: makes them, signs, verifies.
