//! The nouns of goldpath, parsed once at the border: names, paths, digests, findings and the platform repository as values.
//!
//! Nothing here reads, writes, asks for the time, or knows another module.

mod as_text;
mod change;
mod coverage;
mod digest;
mod explained;
mod filled;
mod finding;
mod joined;
mod json;
mod name;
mod path;
mod platform;
pub mod shared_bytes;
mod text;
mod unit;

pub use change::ChangeId;
pub use coverage::{Coverage, Lines};
pub use digest::{CommitId, ContentId, Digest, Digester};
pub use explained::{Edit, Explained};
pub use filled::filled;
pub use finding::{Code, Finding, MadeBy, Place, Related, Severity, Span, Turn, sort_findings};
pub use joined::joined;
pub use json::{Json, JsonText, at, child, json_mistake, key_of, texts};
pub use name::{
    ConnectionName, ExceptionId, Label, LibraryName, NameError, OutputName, PathName, PolicyId, RendererName, RequestName, TargetName,
    TeamName,
};
pub use path::{PathError, RepoPath, glob_matches};
pub use platform::*;
pub use text::{amount, and_more, close_match, day, either, is_quantity, is_unseen, meant, quoted_list};
pub use unit::{LibraryId, ReleaseId, RendererId, RequestId, UnitId, UnitIdError};
