//! Comments as a reader meets them.
