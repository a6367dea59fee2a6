//! Answers: JSON of a kind, and what did not work with the next step.

use super::Refused;
use crate::error::Kind;
use crate::model::ChangeId;
use crate::{report, web};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};

/// One JSON object of a kind.
pub(super) fn json(kind: &str, fields: Value) -> Response {
    Json(report::report(kind, fields)).into_response()
}

/// Something did not work: what, what to do next, and what kind of failure it is.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    kind: Kind,
    error: String,
    hint: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, kind: Kind, error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status, kind, error: error.into(), hint: hint.into() }
    }

    pub(super) fn unknown(id: &ChangeId) -> Self {
        Self::new(StatusCode::NOT_FOUND, Kind::Usage, format!("there is no change {id}"), "`goldpath change list` lists all")
    }

    pub(super) fn nothing_here() -> Self {
        Self::new(StatusCode::NOT_FOUND, Kind::Usage, "there is nothing at this address", "the list of changes is at /")
    }

    pub(super) fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, Kind::Usage, "this address does not take this method", "read with GET; act with POST")
    }

    pub(super) fn stopping() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Kind::Outside, "the daemon is stopping", "ask again when it has been started")
    }

    pub(super) fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Kind::Outside, "the daemon did not answer in time", "ask again in a moment")
    }

    pub(super) fn no_token() -> Self {
        let hint = "send `Authorization: Bearer TOKEN`; `goldpath change token USER --state DIR` makes a token on the daemon's machine";
        Self::new(StatusCode::UNAUTHORIZED, Kind::Usage, "this needs a person's token", hint)
    }

    pub(super) fn body(status: StatusCode, error: impl Into<String>) -> Self {
        Self::new(status, Kind::Usage, error, "send one JSON object of at most 64 KiB as application/json")
    }

    /// What the loop refused.
    pub(super) fn refused(refused: Refused, id: &ChangeId) -> Self {
        match refused {
            Refused::Token => {
                let hint = "`goldpath change token USER --email E --state DIR` makes a new one on the daemon's machine; the older one ends";
                Self::new(StatusCode::UNAUTHORIZED, Kind::Usage, "this token is nobody's", hint)
            }
            Refused::Unknown => Self::unknown(id),
            Refused::NotAllowed { message, hint } => Self::new(StatusCode::FORBIDDEN, Kind::Held, message, hint),
            Refused::NotNow { message, hint } => Self::new(StatusCode::CONFLICT, Kind::Held, message, hint),
            Refused::Outside { message } => Self::new(StatusCode::BAD_GATEWAY, Kind::Outside, message, "ask again in a moment"),
        }
    }

    /// As a page.
    pub(super) fn page(self) -> Response {
        (self.status, Html(web::problem(&self.error, &self.hint))).into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let fields = json!({"error": self.error, "hint": self.hint, "exitCode": self.kind.exit_code()});
        let mut response = (self.status, json("ErrorReport", fields)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = axum::http::HeaderValue::from_static("Bearer");
            response.headers_mut().insert(axum::http::header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}
