//! Hostile input: each row of the table of what somebody may try, through the real binary or the entry of the library, with the answer.

mod files;
mod fuzz;
mod namespaces;
mod policies;
mod repository;
mod shell;
mod templates;
mod terraform;
mod typed;
mod values;
mod workflows;
mod yaml;
