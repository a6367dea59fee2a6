//! Performs a command and answers with an event.
