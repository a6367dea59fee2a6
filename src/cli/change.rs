//! `goldpath change list|show|approve|merge|comment|token`

use super::client::{Actor, Server};
use super::{Ended, Output, answer, say};
use crate::error::Error;
use crate::forge;
use crate::report::{self, Detail, Summary};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
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
        /// Show what is folded in the comment too: every file
        #[arg(long)]
        full: bool,
        #[command(flatten)]
        server: Server,
    },
    /// Approve a change, or one hold of it by name
    Approve {
        /// The change: a number, `pr-3`, `push-1a2b3c4`
        id: String,
        /// The hold, as `goldpath change show` names it: `h-…`
        hold: Option<String>,
        /// Only if this commit is what its comment shows: the one that you looked at
        #[arg(long, value_name = "COMMIT")]
        head: Option<String>,
        /// Only if this is what its comment calls `bytes`: what you looked at, on the base that it had then
        #[arg(long, value_name = "DIGEST")]
        bytes: Option<String>,
        #[command(flatten)]
        actor: Actor,
    },
    /// Merge a change whose approvals are there; exits 4 when it still waits for something
    Merge {
        /// The change: a number or `pr-3`
        id: String,
        #[command(flatten)]
        actor: Actor,
    },
    /// Say something on a change
    Comment {
        /// The change: a number, `pr-3`, `push-1a2b3c4`
        id: String,
        /// The text, in Markdown
        text: String,
        #[command(flatten)]
        actor: Actor,
    },
    /// Make a person's token for the local forge, on the daemon's own machine; it is shown only once
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
        Verb::Show { id, full, server } => {
            let change = server.get(&format!("changes/{}", segment(&id)?))?;
            let detail: Detail = read(change.get("change"))?;
            let text = || if full { report::change_in_full(&detail) } else { folded(&report::change_terminal(&detail), &detail) };
            shown(output, &change, |_| text());
        }
        Verb::Approve { id, hold, head, bytes, actor } => {
            let named = [("hold", hold), ("head", head), ("bytes", bytes)];
            let body: Map<String, Value> = named.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.into()))).collect();
            act(&actor, &id, "approve", &body.into(), output)?;
        }
        Verb::Merge { id, actor } => act(&actor, &id, "merge", &json!({}), output)?,
        Verb::Comment { id, text, actor } => {
            if text.trim().is_empty() {
                return Err(Error::usage("the comment is empty").hint("write what you want to say"));
            }
            act(&actor, &id, "comment", &json!({ "text": text }), output)?;
        }
        Verb::Token { user, email, state } => token(&user, &email, &state, output)?,
    }
    Ok(Ended::Done)
}

fn act(actor: &Actor, id: &str, verb: &str, body: &Value, output: Output) -> Result<(), Error> {
    let done = actor.post(&format!("changes/{}/{verb}", segment(id)?), body)?;
    shown(output, &done, report::done_terminal);
    Ok(())
}

fn token(user: &str, email: &str, state: &std::path::Path, output: Output) -> Result<(), Error> {
    let token = forge::people::add(state, user, email)?;
    let json = || report::report("TokenReport", json!({ "user": user, "email": email, "token": token.expose() }));
    answer(output, json, || {
        say(&format!("token of {user} <{email}>; it is shown only now, and replaces an older one:"));
        token.expose().to_owned()
    });
    Ok(())
}

/// The comment as a reader first meets it, and how to see the rest.
fn folded(text: &str, detail: &Detail) -> String {
    let folded = report::folded(text);
    if !text.contains("\n</details>") {
        return folded;
    }
    format!("{folded}\nEvery file: goldpath change show {} --full\n", detail.summary.id)
}

fn shown(output: Output, value: &Value, terminal: impl Fn(&Value) -> String) {
    answer(output, || value.clone(), || terminal(value));
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
