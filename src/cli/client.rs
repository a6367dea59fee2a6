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
    /// A file with your token (made by `goldpath change token`)
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl Server {
    /// A daemon at an address, asked by the person whose token is in the file.
    pub(super) fn at(server: &str, token_file: Option<PathBuf>) -> Self {
        Self { server: server.to_owned(), token_file }
    }

    fn agent(&self) -> ureq::Agent {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(120)));
        config.build().into()
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.server.trim_end_matches('/'))
    }

    /// Asks for something.
    pub(super) fn get(&self, path: &str) -> Result<Value, Error> {
        let answer = self.agent().get(self.url(path)).call();
        self.read(answer)
    }

    /// Asks the daemon to do something, as the person whose token it is.
    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        let file = self.token_file.as_ref().ok_or_else(|| {
            Error::usage("this changes something, so it needs your token: `--token-file FILE` is missing")
                .hint("on the daemon's machine: `goldpath change token USER --email E --state DIR > FILE`")
        })?;
        let token = std::fs::read_to_string(file).map_err(|error| Error::outside(format!("unable to read {}", file.display()), &error))?;
        let request = self.agent().post(self.url(path)).header("authorization", &format!("Bearer {}", token.trim()));
        self.read(request.send_json(body))
    }

    fn read(&self, answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, Error> {
        let mut answer = answer.map_err(|error| {
            Error::outside(format!("unable to reach the daemon at {}", self.server), &error)
                .hint("is it running? `goldpath run --repo URL --state DIR` starts it; `--server URL` names another")
        })?;
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(64 << 20).read_json::<Value>();
        let body = body.map_err(|error| Error::outside("unable to read the daemon's answer", &error))?;
        if status.is_success() {
            return Ok(body);
        }
        let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
        let kind = match text("kind").as_deref() {
            Some("held") => Kind::Held,
            Some("usage") => Kind::Usage,
            Some("findings") => Kind::Findings,
            _ => Kind::Outside,
        };
        let error = Error::new(kind, text("error").unwrap_or_else(|| format!("the daemon answered {status}")));
        Err(match text("hint").filter(|hint| !hint.is_empty()) {
            Some(hint) => error.hint(hint),
            None => error,
        })
    }
}
