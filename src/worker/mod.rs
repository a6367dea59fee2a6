//! The child process that renders what a pull request brought.
