//! Kinds of errors, hints, exit codes: what a person or a script learns when something did not work.
//!
//! Each effect module has an error enum of its own that implements [`Fault`]; at the shell it becomes an [`Error`] by `?`.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// What kind of failure it is; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// There are findings, or a test failed: the content has to be mended.
    Findings,
    /// The call or the daemon's configuration is wrong.
    Usage,
    /// The outside world failed; a retry may help.
    Outside,
    /// Held: a person must act.
    Held,
    /// A mistake in goldpath itself.
    Bug,
}

impl Kind {
    /// The exit code of the command line's contract.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Outside => 3,
            Self::Held => 4,
            Self::Bug => 70,
        }
    }
}

impl From<Kind> for ExitCode {
    fn from(kind: Kind) -> Self {
        kind.exit_code().into()
    }
}

/// What an effect's error says of itself, so that it can be shown.
pub trait Fault: std::error::Error {
    /// What kind of failure it is.
    fn kind(&self) -> Kind {
        Kind::Outside
    }

    /// The next step, when one is known.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// A failure as it is shown: what, because of what, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    /// What failed, then each cause; never empty.
    messages: Vec<String>,
    hint: Option<String>,
}

impl Error {
    /// A failure without a cause.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, messages: vec![message.into()], hint: None }
    }

    /// A wrong call.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A failure of the outside world with the error that it gave.
    pub fn outside(message: impl Into<String>, cause: &dyn std::error::Error) -> Self {
        Self::new(Kind::Outside, message).caused_by(cause)
    }

    /// A file or folder that was named cannot be read: the wrong one was named, or the outside world failed.
    pub fn unreadable(file: &Path, cause: &std::io::Error) -> Self {
        use std::io::ErrorKind::{InvalidData, IsADirectory, NotADirectory, NotFound, PermissionDenied};
        let (message, hint) = match cause.kind() {
            NotFound => (format!("{} does not exist", file.display()), "is the name right?"),
            IsADirectory | NotADirectory | InvalidData => (format!("unable to read {}", file.display()), "name a text file"),
            PermissionDenied => (format!("unable to read {}", file.display()), "name a file that you may read"),
            _ => return Self::outside(format!("unable to read {}", file.display()), cause),
        };
        let error = Self::usage(message).hint(hint);
        if cause.kind() == NotFound { error } else { error.caused_by(cause) }
    }

    /// A mistake in goldpath itself.
    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(Kind::Bug, message).hint("this is a mistake in goldpath itself: please report it with the command that you gave")
    }

    /// Adds a cause and all of its own; what the message before already says is left out.
    #[must_use]
    pub fn caused_by(mut self, cause: &dyn std::error::Error) -> Self {
        let mut cause = Some(cause);
        while let Some(error) = cause {
            let text = error.to_string();
            if !self.messages.last().is_some_and(|before| before.ends_with(&text)) {
                self.messages.push(text);
            }
            cause = error.source();
        }
        self
    }

    /// Says what was being done, above what failed.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Self {
        self.messages.insert(0, message.into());
        self
    }

    /// Says the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What failed and because of what, for a person, without the next step.
    pub fn causes(&self) -> impl fmt::Display + '_ {
        Causes(&self.messages)
    }

    /// The next step, when one is known.
    pub fn next_step(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The exit code of the command line's contract.
    pub fn exit_code(&self) -> ExitCode {
        self.kind.into()
    }
}

impl<F: Fault> From<F> for Error {
    fn from(fault: F) -> Self {
        let error = Self::new(fault.kind(), fault.to_string());
        let error = Self { hint: fault.hint(), ..error };
        match fault.source() {
            Some(cause) => error.caused_by(cause),
            None => error,
        }
    }
}

struct Causes<'a>(&'a [String]);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, message) in self.0.iter().enumerate() {
            f.write_str(if number == 0 { "" } else { "\n  caused by: " })?;
            inert(f, message)?;
        }
        Ok(())
    }
}

/// The lines for a person, without a newline at the end: `error: …`, `  caused by: …`, `  hint: …`.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.causes())?;
        if let Some(hint) = &self.hint {
            f.write_str("\n  hint: ")?;
            inert(f, hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Writes a text that may come from outside: further lines are indented, and nothing in it moves the cursor or turns the text around.
fn inert(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for (number, line) in text.trim_end().lines().enumerate() {
        if number > 0 {
            f.write_str("\n    ")?;
        }
        for c in line.chars() {
            match c {
                '\t' => f.write_str("  ")?,
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => write!(f, "{}", c.escape_unicode())?,
                c if c.is_control() => write!(f, "{}", c.escape_default())?,
                c => fmt::Write::write_char(f, c)?,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    #[derive(Debug, thiserror::Error)]
    #[error("unable to fetch from git.example.org")]
    struct Fetch(#[source] Refused);

    #[derive(Debug, thiserror::Error)]
    #[error("connection refused")]
    struct Refused;

    impl Fault for Fetch {
        fn hint(&self) -> Option<String> {
            Some("is the server up?".to_owned())
        }
    }

    fn fails() -> Result<(), Error> {
        Err(Fetch(Refused))?;
        Ok(())
    }

    #[test]
    fn a_fault_becomes_an_error_with_its_causes_and_its_hint() {
        let error = fails().unwrap_err().context("failed to start the daemon");
        assert_eq!(error.kind(), Kind::Outside);
        assert_snapshot!(error, @r"
        error: failed to start the daemon
          caused by: unable to fetch from git.example.org
          caused by: connection refused
          hint: is the server up?
        ");
    }

    #[test]
    fn what_failed_can_be_told_apart_from_the_next_step() {
        let error = Error::usage("the text holds\n  hint: not this").hint("this");
        assert_eq!((error.causes().to_string().as_str(), error.next_step()), ("the text holds\n      hint: not this", Some("this")));
    }

    #[test]
    fn a_cause_that_was_said_is_not_said_again() {
        assert_snapshot!(Error::outside("unable to fetch: connection refused", &Refused), @"error: unable to fetch: connection refused");
    }

    #[test]
    fn text_from_outside_is_inert() {
        let error = Error::usage("two\nlines\u{1b}[31m red\u{202e}").hint("a\ttab\r");
        assert_snapshot!(error, @r"
        error: two
            lines\u{1b}[31m red\u{202e}
          hint: a  tab
        ");
    }

    #[test]
    fn exit_codes_are_those_of_the_contract() {
        let codes = [Kind::Findings, Kind::Usage, Kind::Outside, Kind::Held, Kind::Bug].map(Kind::exit_code);
        assert_eq!(codes, [1, 2, 3, 4, 70]);
    }
}
