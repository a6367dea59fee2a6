//! What changes something: only with a person's token, from a loopback too.

use super::answer::{Problem, json};
use super::{Action, Api, LookedAt, Question, ask};
use crate::model::ChangeId;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// The most bytes of a body.
const MOST_BYTES: usize = 64 << 10;
/// The fewest digits by which a commit or a digest is named.
const FEWEST_OF_AN_ID: usize = 6;
/// The most characters of a comment.
const MOST_OF_A_COMMENT: usize = 16_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Approve {
    #[serde(default)]
    hold: Option<String>,
    #[serde(default)]
    head: Option<String>,
    #[serde(default)]
    bytes: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comment {
    text: String,
}

/// `POST /api/v1/changes/{id}/approve|merge|comment`.
pub(super) async fn act(
    State(api): State<Arc<Api>>,
    Path((id, verb)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let parse = parser(&verb).ok_or_else(Problem::nothing_here)?;
    // who says nothing of who he is, is not listened to any further
    let token = token(&headers).ok_or_else(Problem::no_token)?;
    if !is_json(&headers) {
        return Err(Problem::body(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is not said to be application/json"));
    }
    let bytes = to_bytes(body, MOST_BYTES).await.map_err(|_| Problem::body(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"))?;
    let action = parse(&bytes)?;
    let id = ChangeId::typed(&id);
    let answer = ask(&api, |reply| Question::Act { id: id.clone(), token, action, reply }).await?;
    let done = answer.map_err(|refused| Problem::refused(refused, &id))?;
    Ok(json("ActionReport", json!({"change": id, "user": done.user, "message": done.message})))
}

type Parse = fn(&[u8]) -> Result<Action, Problem>;

fn parser(verb: &str) -> Option<Parse> {
    match verb {
        "approve" => Some(approve),
        "merge" => Some(|bytes| object::<Merge>(bytes).map(|Merge {}| Action::Merge)),
        "comment" => Some(comment),
        _ => None,
    }
}

fn approve(bytes: &[u8]) -> Result<Action, Problem> {
    let Approve { hold, head, bytes } = object(bytes)?;
    let bytes = bytes.map(|digest| digest.strip_prefix("sha256:").map_or(digest.clone(), str::to_owned));
    let is_too_short = |id: &&String| id.len() < FEWEST_OF_AN_ID || !id.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    if let Some(id) = [&head, &bytes].into_iter().flatten().find(is_too_short) {
        let error = format!("{id:?} names nothing that was looked at: write {FEWEST_OF_AN_ID} or more of its hexadecimal digits");
        return Err(Problem::body(StatusCode::BAD_REQUEST, error));
    }
    Ok(Action::Approve { hold, looked_at: LookedAt { head, bytes } })
}

fn comment(bytes: &[u8]) -> Result<Action, Problem> {
    let Comment { text } = object(bytes)?;
    if text.trim().is_empty() || text.chars().count() > MOST_OF_A_COMMENT {
        return Err(Problem::body(StatusCode::BAD_REQUEST, format!("a comment has 1 to {MOST_OF_A_COMMENT} characters")));
    }
    Ok(Action::Comment { text })
}

fn object<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| Problem::body(StatusCode::BAD_REQUEST, format!("the body cannot be read: {error}")))
}

fn token(headers: &HeaderMap) -> Option<SecretString> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| SecretString::from(token.to_owned()))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
