//! What one meets at the desk: the list of findings, and the verbs that help to write requests and golden paths.

mod findings;
mod init;
mod place;
mod test;
