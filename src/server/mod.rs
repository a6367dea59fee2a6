//! HTTP: pages, API, health, metrics.
//!
//! Nothing is decided here: what is asked goes to the loop through one channel, and only the loop answers. Reading needs no
//! token, for the address is a loopback; whatever changes something needs a person's token, from a loopback too.

mod act;
mod answer;
mod guard;

#[cfg(test)]
mod tests;

pub use guard::Hosts;

use crate::error::{Fault, Kind};
use crate::model::ChangeId;
use crate::report::{self, DaemonStatus, Detail, Summary};
use crate::web;
use answer::Problem;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::SecretString;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

/// How long the loop may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take until nothing is being worked on.
const LONG_PATIENCE: Duration = Duration::from_secs(110);

/// What the server asks of the loop; each carries the way back for the answer.
#[derive(Debug)]
pub enum Question {
    /// All changes, the newest first.
    Changes {
        /// Where the answer goes.
        reply: oneshot::Sender<Vec<Summary>>,
    },
    /// One change in full; nothing when there is none of this id.
    Change {
        /// Which.
        id: ChangeId,
        /// Where the answer goes.
        reply: oneshot::Sender<Option<Detail>>,
    },
    /// Somebody does something about a change.
    Act {
        /// Which.
        id: ChangeId,
        /// Who: a person's token, not checked yet.
        token: SecretString,
        /// What.
        action: Action,
        /// Where the answer goes.
        reply: oneshot::Sender<Result<Done, Refused>>,
    },
    /// How the daemon is.
    Status {
        /// Whether to look at the repository once more and wait until nothing is being worked on.
        wait: bool,
        /// Where the answer goes.
        reply: oneshot::Sender<DaemonStatus>,
    },
}

/// What a person can do about a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Approve the head that is shown, or one hold by name.
    Approve {
        /// The hold: `h-…`; nothing: the head.
        hold: Option<String>,
        /// What they say that they looked at.
        looked_at: LookedAt,
    },
    /// Ask for the merge.
    Merge,
    /// Say something.
    Comment {
        /// What.
        text: String,
    },
}

/// What a person says that they looked at; when it is no longer what is shown, nothing is approved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookedAt {
    /// How the commit begins.
    pub head: Option<String>,
    /// How the digest begins that the comment calls `bytes`.
    pub bytes: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Whose token it was.
    pub user: String,
    /// What was done, in one sentence.
    pub message: String,
}

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The token is nobody's.
    Token,
    /// There is no change of this id.
    Unknown,
    /// This person may not do it: the reason, and who may.
    NotAllowed {
        /// Why.
        message: String,
        /// The next step.
        hint: String,
    },
    /// It cannot be done now: the reason, and what has to happen before.
    NotNow {
        /// Why.
        message: String,
        /// The next step.
        hint: String,
    },
    /// The outside world failed; a retry may help.
    Outside {
        /// What was tried and what came of it.
        message: String,
    },
}

/// Whether the daemon can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It has not seen the repository yet, and why not.
    NotYet(String),
    /// It has.
    Ready,
}

/// What the server needs of the daemon.
#[derive(Clone)]
pub struct Api {
    /// Where questions go.
    pub ask: mpsc::Sender<Question>,
    /// Whether the daemon can be asked.
    pub ready: watch::Receiver<Readiness>,
    /// The metrics.
    pub metrics: PrometheusHandle,
    /// The names under which it may be addressed.
    pub hosts: Hosts,
}

/// The server could not be started or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is reachable from elsewhere.
    #[error("the address {0} is not a loopback address")]
    NotLoopback(SocketAddr),
    /// The address is taken, or may not be used.
    #[error("failed to listen on {0}")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// It ended by itself.
    #[error("failed to go on serving")]
    Serve(#[source] std::io::Error),
}

impl Fault for ServerError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotLoopback(_) => Kind::Usage,
            Self::Listen(..) | Self::Serve(_) => Kind::Outside,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotLoopback(_) => Some("listen on 127.0.0.1 and put a proxy with TLS before it; `publicUrl` is its address".to_owned()),
            Self::Listen(..) => Some("is another goldpath running? `--listen 127.0.0.1:0` takes any free port".to_owned()),
            Self::Serve(_) => None,
        }
    }
}

/// Listens on a loopback address.
///
/// # Errors
/// When the address is none, or is taken.
pub async fn bind(listen: SocketAddr) -> Result<TcpListener, ServerError> {
    if !listen.ip().is_loopback() {
        return Err(ServerError::NotLoopback(listen));
    }
    TcpListener::bind(listen).await.map_err(|error| ServerError::Listen(listen, error))
}

/// Serves until it is told to stop.
///
/// # Errors
/// When it ends by itself.
pub async fn serve(listener: TcpListener, api: Api, stop: CancellationToken) -> Result<(), ServerError> {
    let stopped = async move { stop.cancelled().await };
    axum::serve(listener, router(api)).with_graceful_shutdown(stopped).await.map_err(ServerError::Serve)
}

/// All routes, behind the checks that hold for every one of them.
pub fn router(api: Api) -> Router {
    let api = Arc::new(api);
    Router::new()
        .route("/", get(changes_page))
        .route("/changes/{id}", get(change_page))
        .route(web::STYLE_PATH, get(style))
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/api/v1/status", get(status))
        .route("/api/v1/changes", get(changes))
        .route("/api/v1/changes/{id}", get(change))
        .route("/api/v1/changes/{id}/{verb}", post(act::act))
        .fallback(nothing_here)
        .method_not_allowed_fallback(async || Problem::method())
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&api), guard::guard))
        .with_state(api)
}

/// Asks the loop, and waits for its answer for a while.
async fn ask<T>(api: &Api, question: impl FnOnce(oneshot::Sender<T>) -> Question) -> Result<T, Problem> {
    ask_within(PATIENCE, api, question).await
}

async fn ask_within<T>(patience: Duration, api: &Api, question: impl FnOnce(oneshot::Sender<T>) -> Question) -> Result<T, Problem> {
    let (reply, answer) = oneshot::channel();
    let asked = async {
        api.ask.send(question(reply)).await.map_err(|_| Problem::stopping())?;
        answer.await.map_err(|_| Problem::stopping())
    };
    tokio::time::timeout(patience, asked).await.unwrap_or_else(|_| Err(Problem::busy()))
}

async fn changes_page(State(api): State<Arc<Api>>) -> Response {
    match ask(&api, |reply| Question::Changes { reply }).await {
        Ok(changes) => Html(web::changes(&changes)).into_response(),
        Err(problem) => problem.page(),
    }
}

async fn change_page(State(api): State<Arc<Api>>, Path(id): Path<String>) -> Response {
    let id = ChangeId::typed(&id);
    match ask(&api, |reply| Question::Change { id: id.clone(), reply }).await {
        Ok(Some(detail)) => Html(web::change(&detail)).into_response(),
        Ok(None) => Problem::unknown(&id).page(),
        Err(problem) => problem.page(),
    }
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], web::STYLE).into_response()
}

async fn ready(State(api): State<Arc<Api>>) -> Response {
    match &*api.ready.borrow() {
        Readiness::Ready => "ready\n".into_response(),
        Readiness::NotYet(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")).into_response(),
    }
}

async fn metrics(State(api): State<Arc<Api>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], api.metrics.render()).into_response()
}

/// What may stand behind the address of the status.
#[derive(serde::Deserialize)]
struct Wanted {
    #[serde(default)]
    wait: bool,
}

async fn status(State(api): State<Arc<Api>>, Query(Wanted { wait }): Query<Wanted>) -> Result<Response, Problem> {
    let patience = if wait { LONG_PATIENCE } else { PATIENCE };
    let status = ask_within(patience, &api, |reply| Question::Status { wait, reply }).await?;
    Ok(answer::json("StatusReport", json!(status)))
}

async fn changes(State(api): State<Arc<Api>>) -> Result<Response, Problem> {
    let changes = ask(&api, |reply| Question::Changes { reply }).await?;
    Ok(answer::json("ChangesReport", json!({"changes": changes})))
}

async fn change(State(api): State<Arc<Api>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = ChangeId::typed(&id);
    let detail = ask(&api, |reply| Question::Change { id: id.clone(), reply }).await?.ok_or_else(|| Problem::unknown(&id))?;
    Ok(answer::json("ChangeReport", json!({"change": detail})))
}

async fn nothing_here(uri: Uri) -> Response {
    let problem = Problem::nothing_here();
    if uri.path().starts_with("/api/") { problem.into_response() } else { problem.page() }
}

/// The version of the API's answers, for clients.
pub const API_VERSION: &str = report::API_VERSION;
