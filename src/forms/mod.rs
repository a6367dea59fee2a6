//! What people fill in: JSON Schemas of goldpath's own files and of requests for editors, and new request files with every field explained.
//!
//! Everything is made from data: goldpath's own kinds from `schemas/`, requests from the `schema.json` of their releases.

mod blank;
mod envelope;
mod own;
mod request;

pub use blank::{Blank, blank};
pub use own::{Own, own, own_kinds};
pub use request::{newest, request, schema_of};

/// The version of goldpath's own kinds.
const API_VERSION: &str = "goldpath.dev/v1";
/// The draft of all schemas.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
