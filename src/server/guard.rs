//! What holds for every request: the name it was sent to, the time it may take, and what a browser may do with the answer.

use super::Api;
use super::answer::Problem;
use crate::error::Kind;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long a request may take with its body and its answer.
const PATIENCE: Duration = Duration::from_secs(20);

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The names under which the server may be addressed; a page elsewhere whose name is made to point here is none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts(BTreeSet<String>);

impl Hosts {
    /// The loopback names of an address, and the host of the public address when there is one.
    pub fn new(listen: SocketAddr, public_url: Option<&str>) -> Self {
        let port = listen.port();
        let mut hosts: BTreeSet<String> = ["127.0.0.1", "localhost", "[::1]"].iter().map(|host| format!("{host}:{port}")).collect();
        hosts.insert(listen.to_string());
        let public = public_url.and_then(|url| url.split_once("://"));
        if let Some((scheme, rest)) = public {
            let authority = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
            let default = if scheme == "https" { ":443" } else { ":80" };
            hosts.insert(authority.strip_suffix(default).unwrap_or(&authority).to_owned());
            hosts.insert(authority);
        }
        hosts.remove("");
        Self(hosts)
    }

    fn has(&self, host: &str) -> bool {
        self.0.contains(&host.to_ascii_lowercase())
    }
}

/// How long this request may take: who waits until nothing is being worked on waits for longer.
fn patience(request: &Request) -> Duration {
    if request.uri().path() == "/api/v1/status" { super::LONG_PATIENCE + PATIENCE } else { PATIENCE }
}

pub(super) async fn guard(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let response = match addressed(&api.hosts, &request) {
        Ok(()) => match tokio::time::timeout(patience(&request), next.run(request)).await {
            Ok(response) => response,
            Err(_) => Problem::new(StatusCode::REQUEST_TIMEOUT, Kind::Outside, "the request took too long", "ask again in a moment")
                .into_response(),
        },
        Err(problem) => problem.into_response(),
    };
    with_headers(response)
}

/// Whether it was sent to us, and not from a page of somebody else.
fn addressed(hosts: &Hosts, request: &Request) -> Result<(), Problem> {
    let one = |name: HeaderName| single(request.headers(), &name);
    let host = one(header::HOST).filter(|host| hosts.has(host));
    let absolute = request.uri().authority().is_none_or(|authority| hosts.has(authority.as_str()));
    if host.is_none() || !absolute {
        let hint = "use the address that `goldpath run` printed, or set `publicUrl` in the daemon's configuration";
        return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, Kind::Usage, "this server does not go by that name", hint));
    }
    let origin = request.headers().get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    let ours = origin.is_none_or(|origin| origin.split_once("://").is_some_and(|(_, host)| hosts.has(host)));
    if !ours && !request.method().is_safe() {
        let hint = "use the command line, or the server's own pages";
        return Err(Problem::new(StatusCode::FORBIDDEN, Kind::Usage, "this was sent from a page of somebody else", hint));
    }
    Ok(())
}

/// The value of a header that is there exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

fn with_headers(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
