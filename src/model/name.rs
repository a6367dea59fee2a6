//! Names: RFC 1123 labels, one newtype per thing that is named.

use super::as_text::as_text;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The text is empty.
    #[error("a name must not be empty")]
    Empty,
    /// The text is longer than 63 characters.
    #[error("a name has at most 63 characters, this one has {0}")]
    TooLong(usize),
    /// The text holds a character that a name may not hold.
    #[error("a name is made of small letters, digits and `-`, this one holds {0:?}")]
    Character(char),
    /// The text begins or ends with a dash.
    #[error("a name begins and ends with a letter or a digit")]
    Edge,
}

/// An RFC 1123 label: 1 to 63 small letters, digits and dashes, with a letter or digit at both ends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(Arc<str>);

as_text!(Label);

impl Label {
    /// Parses a label.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if let Some(bad) = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
            return Err(NameError::Character(bad));
        }
        if text.len() > 63 {
            return Err(NameError::TooLong(text.len()));
        }
        if text.starts_with('-') || text.ends_with('-') {
            return Err(NameError::Edge);
        }
        Ok(Self(text.into()))
    }

    /// The label as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Label);

        impl $name {
            /// Parses an RFC 1123 label.
            ///
            /// # Errors
            /// The first rule that the text breaks.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                Label::parse(text).map(Self)
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}

names! {
    /// A library of templates: a folder under `golden-paths/_library/`.
    LibraryName,
    /// A team: a file under `teams/`.
    TeamName,
    /// A golden path: a folder under `golden-paths/`.
    PathName,
    /// A request: its `metadata.name`, unique in its team.
    RequestName,
    /// One output of a release.
    OutputName,
    /// A target: a file under `targets/`.
    TargetName,
    /// What a target is reached by: the daemon's own configuration resolves it.
    ConnectionName,
    /// An output language: a folder under `renderers/`.
    RendererName,
    /// A policy: its id in its metadata, or the name of its file.
    PolicyId,
    /// An exception: a file under `exceptions/<team>/`.
    ExceptionId,
}
