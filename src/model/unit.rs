//! Identities made of several names.

use super::as_text::as_text;
use super::{LibraryName, OutputName, PathName, RendererName, RepoPath, RequestName, TargetName, TeamName};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A request: `team/name`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RequestId {
    /// The team whose folder holds it.
    pub team: TeamName,
    /// Its `metadata.name`.
    pub name: RequestName,
}

/// A release of a golden path: `path@version`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReleaseId {
    /// The golden path.
    pub path: PathName,
    /// The semver version.
    pub version: semver::Version,
}

/// A version of a library of templates: `name@version`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LibraryId {
    /// Its name.
    pub name: LibraryName,
    /// The semver version.
    pub version: semver::Version,
}

/// A renderer and its version: `kubernetes@1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RendererId {
    /// The name of the output language.
    pub name: RendererName,
    /// The version of its macros, layout and checks.
    pub version: u32,
}

/// The smallest thing that is planned, applied, retried and reported: `team/name/output@target`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId {
    /// The request.
    pub request: RequestId,
    /// The output of its release.
    pub output: OutputName,
    /// Where it goes.
    pub target: TargetName,
}

as_text!(UnitId);

/// A text is not `team/name/output@target`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a unit; a unit is written `team/name/output@target`")]
pub struct UnitIdError(String);

impl UnitId {
    /// Parses `team/name/output@target`.
    ///
    /// # Errors
    /// When a part is missing or is not a name.
    pub fn parse(text: &str) -> Result<Self, UnitIdError> {
        Self::parts(text).ok_or_else(|| UnitIdError(text.to_owned()))
    }

    fn parts(text: &str) -> Option<Self> {
        let (rest, target) = text.split_once('@')?;
        let mut parts = rest.split('/');
        let id = Self {
            request: RequestId { team: TeamName::parse(parts.next()?).ok()?, name: RequestName::parse(parts.next()?).ok()? },
            output: OutputName::parse(parts.next()?).ok()?,
            target: TargetName::parse(target).ok()?,
        };
        parts.next().is_none().then_some(id)
    }

    /// Its folder in the rendered tree: `<target>/<team>/<request>/<output>`.
    pub fn folder(&self) -> String {
        format!("{}/{}", self.target, self.folder_in_target())
    }

    /// Its folder below its target: `<team>/<request>/<output>`.
    pub fn folder_in_target(&self) -> String {
        format!("{}/{}/{}", self.request.team, self.request.name, self.output)
    }
}

impl RequestId {
    /// Parses `team/name`.
    pub fn parse(text: &str) -> Option<Self> {
        let (team, name) = text.split_once('/')?;
        Some(Self { team: TeamName::parse(team).ok()?, name: RequestName::parse(name).ok()? })
    }
}

impl ReleaseId {
    /// Parses `path@version`.
    pub fn parse(text: &str) -> Option<Self> {
        let (path, version) = text.split_once('@')?;
        Some(Self { path: PathName::parse(path).ok()?, version: semver::Version::parse(version).ok()? })
    }

    /// The release that a file belongs to: one below its folder.
    pub fn of_file(file: &RepoPath) -> Option<Self> {
        let mut parts = file.below("golden-paths")?.split('/');
        let (path, version) = (parts.next()?, parts.next()?);
        parts.next().and_then(|_| Self::parse(&format!("{path}@{version}")))
    }

    /// Its folder: `golden-paths/<path>/<version>`.
    pub fn folder(&self) -> String {
        format!("golden-paths/{}/{}", self.path, self.version)
    }
}

impl RendererId {
    /// Its folder, of one that a repository brings: `renderers/<name>/<version>`.
    pub fn folder(&self) -> String {
        format!("renderers/{}/{}", self.name, self.version)
    }
}

impl LibraryId {
    /// Its folder: `golden-paths/_library/<name>/<version>`.
    pub fn folder(&self) -> String {
        format!("golden-paths/_library/{}/{}", self.name, self.version)
    }
}

impl RendererId {
    /// Parses `name@version`.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, version) = text.split_once('@')?;
        Some(Self { name: RendererName::parse(name).ok()?, version: version.parse().ok()? })
    }
}

macro_rules! shown {
    ($name:ident, $text:literal, $($field:ident).+ $(, $more:ident)*) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, $text, self.$($field).+ $(, self.$more)*)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}
shown!(RequestId, "{}/{}", team, name);
shown!(ReleaseId, "{}@{}", path, version);
shown!(LibraryId, "{}@{}", name, version);
shown!(RendererId, "{}@{}", name, version);
shown!(UnitId, "{}/{}@{}", request, output, target);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_read_as_it_is_written() {
        let text = "payments-team/payments-staging/cluster@staging-eu";
        let unit = UnitId::parse(text).expect("a unit");
        assert_eq!(unit.to_string(), text);
        assert_eq!(unit.folder(), "staging-eu/payments-team/payments-staging/cluster");
        for bad in ["", "a/b@c", "a/b/c", "a/b/c/d@e", "a/b/c@", "A/b/c@d", "a/../c@d"] {
            assert!(UnitId::parse(bad).is_err(), "{bad:?} was accepted");
        }
    }
}
