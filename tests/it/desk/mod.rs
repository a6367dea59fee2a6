//! What one meets at the desk: the list of findings, and the verbs that help to write requests and golden paths.

mod base;
mod coverage;
mod doctor;
mod edits;
mod explain;
mod findings;
mod hook;
mod hostile;
mod import;
mod init;
mod mistakes;
mod named;
mod new;
mod place;
mod samples;
mod schema;
mod templates;
mod test;
mod tutorial;
mod validate;
