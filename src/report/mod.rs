//! Values → Report → Markdown, terminal, JSON; every sentence that a user reads is written here (findings bring their own).
//!
//! The same view gives the same text, byte for byte. Text that others wrote goes through `text` and comes out harmless.

mod actions;
mod attention;
mod bounds;
mod cases;
mod check;
mod comment;
mod coverage;
mod desk;
mod difference;
mod doctor;
mod excerpt;
mod explain;
mod facts;
mod findings;
mod json;
mod moves;
mod newer;
mod scanning;
mod start;
mod summary;
mod table;
mod terminal;
mod text;
mod validated;
mod verdict;
mod view;
mod widened;

#[cfg(test)]
mod tests;

pub use cases::{test_json, test_terminal, updated_terminal};
pub use check::{Check, MOST_ANNOTATIONS, MOST_OF_A_STATUS, check, status};
pub use comment::{MOST_CHARACTERS, comment, failure_note};
pub use coverage::{Covered, coverage_json, coverage_terminal};
pub use desk::{audit_json, audit_log, audit_verify, diff_json, diff_terminal, done_terminal, folded, render_json, written_terminal};
pub use doctor::{Checkup, Health, doctor_json, doctor_terminal};
pub use explain::{Explanation, Line, explain_json, explain_terminal};
pub use json::{API_VERSION, diff_report_json, error_json, findings_json, report};
pub use newer::overtaken;
pub use scanning::{github, sarif};
pub use start::{
    Imported, Kind, imported_json, imported_terminal, init_json, init_terminal, kinds_terminal, new_json, new_terminal, schema_json,
    written_schemas,
};
pub use summary::{DaemonStatus, Detail, Everything, HoldSummary, Remark, Summary, TargetStatus, detail, summary, summary_line};
pub use terminal::{change_in_full, change_terminal, changes_terminal, findings_terminal, status_terminal};
pub use validated::{Validated, validate_json, validate_summary};
pub use view::{Links, View};
