//! Newtypes of a text, as the text that they are: written and read without a copy in between.

use serde::Deserializer;
use serde::de::{Error, Visitor};
use std::fmt;

/// Implements `Serialize` and `Deserialize` of a type with `Display` and `parse`.
macro_rules! as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                super::as_text::read(deserializer, Self::parse)
            }
        }
    };
}
pub(super) use as_text;

/// Reads a text and parses it.
pub(super) fn read<'de, D: Deserializer<'de>, T, E: fmt::Display>(deserializer: D, parse: fn(&str) -> Result<T, E>) -> Result<T, D::Error> {
    deserializer.deserialize_str(Text(parse))
}

struct Text<T, E>(fn(&str) -> Result<T, E>);

impl<T, E: fmt::Display> Visitor<'_> for Text<T, E> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<X: Error>(self, text: &str) -> Result<T, X> {
        (self.0)(text).map_err(X::custom)
    }
}
