//! The daemon's API, as the command line calls it.

use crate::error::{Error, Kind};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// How the daemon is reached.
#[derive(Debug, clap::Args)]
pub(super) struct Server {
    /// The daemon's address
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7171")]
    server: String,
}

/// Who asks the daemon to do something.
#[derive(Debug, clap::Args)]
pub(super) struct Actor {
    #[command(flatten)]
    server: Server,
    /// A file with your token (made by `goldpath change token`)
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl Server {
    /// A daemon at an address.
    pub(super) fn at(server: &str) -> Self {
        Self { server: server.to_owned() }
    }

    fn agent() -> ureq::Agent {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(120)));
        config.build().into()
    }

    fn url(&self, path: &str) -> Result<String, Error> {
        if !self.server.starts_with("http://") && !self.server.starts_with("https://") {
            return Err(Error::usage(format!("{:?} is not the address of a daemon", self.server))
                .hint("write it like `--server http://127.0.0.1:7171`"));
        }
        Ok(format!("{}/api/v1/{path}", self.server.trim_end_matches('/')))
    }

    /// Asks for something.
    pub(super) fn get(&self, path: &str) -> Result<Value, Error> {
        let answer = Self::agent().get(self.url(path)?).call();
        self.read(answer)
    }

    fn read(&self, answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, Error> {
        let mut answer = answer.map_err(|error| {
            Error::outside(format!("unable to reach the daemon at {}", self.server), &error)
                .hint("is it running? `goldpath run --repo URL --state DIR` starts it; `--server URL` names another")
        })?;
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(64 << 20).read_json::<Value>();
        let body = body.map_err(|error| {
            Error::outside(format!("unable to read the answer of {}", self.server), &error)
                .hint("is it goldpath that listens there? `--server URL` names another")
        })?;
        if status.is_success() { Ok(body) } else { Err(refused(&body, status)) }
    }
}

impl Actor {
    /// The person whose token is in a file, at a daemon's address.
    pub(super) fn at(server: &str, token_file: PathBuf) -> Self {
        Self { server: Server::at(server), token_file: Some(token_file) }
    }

    /// Asks the daemon to do something, as the person whose token it is.
    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        let file = self.token_file.as_ref().ok_or_else(|| {
            Error::usage("this changes something, so it needs your token: `--token-file FILE` is missing")
                .hint("on the daemon's machine: `goldpath change token USER --email E --state DIR > FILE`")
        })?;
        let token = std::fs::read_to_string(file).map_err(|error| Error::unreadable(file, &error))?;
        let token = token.trim();
        if token.is_empty() || !token.chars().all(|c| c.is_ascii_graphic()) {
            return Err(Error::usage(format!("{} holds no token", file.display()))
                .hint("on the daemon's machine: `goldpath change token USER --email E --state DIR > FILE`"));
        }
        let request = Server::agent().post(self.server.url(path)?).header("authorization", &format!("Bearer {token}"));
        self.server.read(request.send_json(body))
    }
}

/// What the daemon refused: why, what to do, and as which kind of failure.
fn refused(body: &Value, status: ureq::http::StatusCode) -> Error {
    let text = |key: &str| body.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let code = body.get("exitCode").and_then(Value::as_u64);
    let kinds = [Kind::Findings, Kind::Usage, Kind::Outside, Kind::Held, Kind::Bug];
    let kind = kinds.into_iter().find(|kind| code == Some(kind.exit_code().into())).unwrap_or(Kind::Outside);
    let error = Error::new(kind, text("error").map_or_else(|| format!("the daemon answered {status}"), str::to_owned));
    match text("hint") {
        Some(hint) => error.hint(hint),
        None => error,
    }
}
