//! `goldpath change list|show|approve|merge|comment|token`

use super::client::Server;
use super::{Ended, Output, print, say};
use crate::error::Error;
use crate::forge;
use crate::report::{self, Detail, Summary};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Verb {
    /// All changes that the daemon knows, the newest first
    List {
        #[command(flatten)]
        server: Server,
    },
    /// One change: its comment, what it waits for
    Show {
        /// The change: a number, `pr-3`, `push-1a2b3c4`
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Approve a change, or one hold of it by name
    Approve {
        /// The change
        id: String,
        /// The hold: `h-…`
        hold: Option<String>,
        #[command(flatten)]
        server: Server,
    },
    /// Merge a change whose approvals are there
    Merge {
        /// The change
        id: String,
        #[command(flatten)]
        server: Server,
    },
    /// Say something on a change
    Comment {
        /// The change
        id: String,
        /// The text, in Markdown
        text: String,
        #[command(flatten)]
        server: Server,
    },
    /// Make a person's token for the local forge, on the daemon's own machine; it is printed once
    Token {
        /// The user
        user: String,
        /// The e-mail that the user's commits carry
        #[arg(long)]
        email: String,
        /// The daemon's state folder
        #[arg(long, value_name = "DIR")]
        state: PathBuf,
    },
}

pub(super) fn run(verb: Verb, output: Output) -> Result<Ended, Error> {
    match verb {
        Verb::List { server } => {
            let list = server.get("changes")?;
            let changes: Vec<Summary> = read(list.get("changes"))?;
            shown(output, &list, |_| report::changes_terminal(&changes));
        }
        Verb::Show { id, server } => {
            let change = server.get(&format!("changes/{}", segment(&id)?))?;
            let detail: Detail = read(change.get("change"))?;
            shown(output, &change, |_| report::change_terminal(&detail));
        }
        Verb::Approve { id, hold, server } => {
            let done = server.post(&format!("changes/{}/approve", segment(&id)?), &json!({ "hold": hold }))?;
            shown(output, &done, report::done_terminal);
        }
        Verb::Merge { id, server } => {
            let done = server.post(&format!("changes/{}/merge", segment(&id)?), &json!({}))?;
            shown(output, &done, report::done_terminal);
        }
        Verb::Comment { id, text, server } => {
            let done = server.post(&format!("changes/{}/comment", segment(&id)?), &json!({ "text": text }))?;
            shown(output, &done, report::done_terminal);
        }
        Verb::Token { user, email, state } => {
            let token = forge::people::add(&state, &user, &email)?;
            say(&format!("token of {user} <{email}>; it is shown only now:"));
            print(token.expose());
        }
    }
    Ok(Ended::Done)
}

fn shown(output: Output, value: &Value, terminal: impl Fn(&Value) -> String) {
    match output {
        Output::Json => print(&value.to_string()),
        Output::Text | Output::Markdown => print(&terminal(value)),
    }
}

/// Reads what the daemon answered; one of another version may answer otherwise.
pub(super) fn read<T: DeserializeOwned>(answer: Option<&Value>) -> Result<T, Error> {
    let value = answer.cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(|error| {
        Error::outside("unable to understand the daemon's answer", &error).hint("is the daemon of the same version? `goldpath --version`")
    })
}

/// An id as one segment of a URL.
fn segment(id: &str) -> Result<String, Error> {
    let id = id.trim_start_matches('#');
    let fits = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    fits.then(|| id.to_owned()).ok_or_else(|| Error::usage(format!("{id:?} is not a change")).hint("`goldpath change list` lists them"))
}
