//! goldpath: requests in, reviewed and applied changes out, evidence in Git.
//!
//! Plan, then execute, with immutable values between the stages; `ARCHITECTURE.md` has the map.

// The core: pure values and functions.
pub mod cases;
pub mod change;
pub mod command;
pub mod delivery;
pub mod diff;
pub mod evidence;
pub mod forms;
pub mod model;
pub mod observe;
pub mod parse;
pub mod plan;
pub mod policy;
pub mod render;
pub mod report;
pub mod snapshot;
pub mod yaml;

// Effects: one module per outside world.
pub mod directory;
pub mod forge;
pub mod git;
pub mod process;
pub mod signer;
pub mod store;
pub mod terraform;
pub mod watch;

// The shell.
pub mod cli;
pub mod config;
pub mod error;
pub mod reconcile;
pub mod server;
pub mod telemetry;
pub mod web;
pub mod worker;
pub mod world;
