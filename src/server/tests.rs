use super::*;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A server on a free port, whose loop knows one change and one token.
struct Server {
    address: SocketAddr,
    acted: Arc<std::sync::Mutex<Vec<Action>>>,
    stop: CancellationToken,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn summary() -> Summary {
    Summary {
        id: ChangeId::pull(7),
        title: "ask for a staging environment".to_owned(),
        branch: Some("payments".to_owned()),
        state: "waiting".to_owned(),
        line: "1 request → 9 files to 2 targets: 9 added — waiting for the merge".to_owned(),
        head: None,
        landed: None,
        holds: Vec::new(),
        seen: Timestamp::UNIX_EPOCH,
        updated: Timestamp::UNIX_EPOCH,
    }
}

fn answer(question: Question, acted: &std::sync::Mutex<Vec<Action>>) {
    match question {
        Question::Changes { reply } => drop(reply.send(vec![summary()])),
        Question::Change { id, reply } => {
            let detail =
                Detail { summary: summary(), report: "### Well\n".to_owned(), everything: Default::default(), remarks: Vec::new() };
            drop(reply.send((id == ChangeId::pull(7)).then_some(detail)));
        }
        Question::Act { id, token, action, reply } => {
            let answer = match (token.expose_secret(), id == ChangeId::pull(7)) {
                ("bobs-token", true) => {
                    acted.lock().unwrap().push(action);
                    Ok(Done { user: "bob".to_owned(), message: "done".to_owned() })
                }
                ("bobs-token", false) => Err(Refused::Unknown),
                ("alices-token", _) => Err(Refused::NotAllowed { message: "alice wrote it".to_owned(), hint: "ask bob".to_owned() }),
                _ => Err(Refused::Token),
            };
            drop(reply.send(answer));
        }
        Question::Status { wait: _, reply } => {
            drop(reply.send(DaemonStatus {
                rewound: false,
                sandbox_lacks: Vec::new(),
                rounds: 1,
                version: "0.1.0".to_owned(),
                repository: "platform.git".to_owned(),
                branch: "main".to_owned(),
                tip: None,
                accepted: None,
                open: 1,
                held: 0,
                targets: Vec::new(),
            }));
        }
    }
}

async fn server() -> Server {
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (ask, mut asked) = mpsc::channel(8);
    let acted = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (_, ready) = watch::channel(Readiness::Ready);
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
    let hosts = Hosts::new(address, Some("https://goldpath.example.org/"));
    let stop = CancellationToken::new();
    tokio::spawn(serve(listener, Api { ask, ready, metrics, hosts }, stop.clone()));
    let log = Arc::clone(&acted);
    tokio::spawn(async move {
        while let Some(question) = asked.recv().await {
            answer(question, &log);
        }
    });
    Server { address, acted, stop }
}

impl Server {
    /// What is answered to these bytes, as text.
    async fn raw(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // a server that refuses may close before everything is sent
        drop(stream.write_all(request).await);
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn get(&self, path: &str) -> String {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).as_bytes()).await
    }

    async fn post(&self, path: &str, headers: &str, body: &str) -> String {
        let head = format!("POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n", self.address, body.len());
        self.raw(format!("{head}{headers}\r\n{body}").as_bytes()).await
    }

    fn acted(&self) -> Vec<Action> {
        self.acted.lock().unwrap().clone()
    }
}

fn status_of(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("nothing")
}

const BOB: &str = "Authorization: Bearer bobs-token\r\n";
const JSON: &str = "Content-Type: application/json\r\n";

#[tokio::test]
async fn reading_needs_no_token_and_every_answer_is_guarded() {
    let server = server().await;
    for (path, status, holds) in [
        ("/", "200", "ask for a staging environment"),
        ("/changes/pr-7", "200", "<h3>Well</h3>"),
        ("/changes/7", "200", "pr-7"),
        ("/changes/pr-8", "404", "there is no change pr-8"),
        ("/style.css", "200", "color-scheme"),
        ("/healthz", "200", "alive"),
        ("/readyz", "200", "ready"),
        ("/metrics", "200", ""),
        ("/api/v1/status", "200", "\"kind\":\"StatusReport\""),
        ("/api/v1/changes", "200", "\"kind\":\"ChangesReport\""),
        ("/api/v1/changes/pr-7", "200", "\"report\":\"### Well\\n\""),
        ("/api/v1/changes/pr-8", "404", "\"exitCode\":2"),
        ("/api/v1/nothing", "404", "\"kind\":\"ErrorReport\""),
        ("/nothing", "404", "<!DOCTYPE html>"),
        ("/changes/%3Cscript%3E", "404", "&lt;script&gt;"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(status_of(&answer), status, "{path}: {answer}");
        assert!(answer.contains(holds), "{path}: {answer}");
        for header in [
            "content-security-policy: default-src 'none'; style-src 'self'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
        ] {
            assert!(answer.contains(header), "{path} without {header}: {answer}");
        }
    }
}

#[tokio::test]
async fn nothing_changes_without_a_token_and_a_proper_body() {
    let server = server().await;
    let large = format!("{{\"text\":\"{}\"}}", "a".repeat(70_000));
    let long = format!("{{\"text\":\"{}\"}}", "a".repeat(20_000));
    let both = format!("{BOB}{JSON}");
    for (path, headers, body, status) in [
        ("/api/v1/changes/pr-7/merge", JSON, "{}", "401"),
        ("/api/v1/changes/pr-7/merge", &format!("{JSON}Authorization: Bearer nobodys\r\n"), "{}", "401"),
        ("/api/v1/changes/pr-7/merge", &format!("{JSON}Authorization: Basic bobs-token\r\n"), "{}", "401"),
        ("/api/v1/changes/pr-7/merge", &format!("{JSON}Cookie: token=bobs-token\r\n"), "{}", "401"),
        ("/api/v1/changes/pr-7/merge", BOB, "{}", "415"),
        ("/api/v1/changes/pr-7/merge", &format!("{BOB}Content-Type: text/plain\r\n"), "{}", "415"),
        ("/api/v1/changes/pr-7/merge", &both, "", "400"),
        ("/api/v1/changes/pr-7/merge", &both, "{\"force\":true}", "400"),
        ("/api/v1/changes/pr-7/approve", &both, "{\"head\":\"\"}", "400"),
        ("/api/v1/changes/pr-7/approve", &both, "{\"head\":\"main\"}", "400"),
        ("/api/v1/changes/pr-7/approve", &both, "{\"bytes\":\"sha256:\"}", "400"),
        ("/api/v1/changes/pr-7/comment", &both, "{\"text\":7}", "400"),
        ("/api/v1/changes/pr-7/comment", &both, "{\"text\":\" \"}", "400"),
        ("/api/v1/changes/pr-7/comment", &both, &long, "400"),
        ("/api/v1/changes/pr-7/comment", &both, &large, "413"),
        ("/api/v1/changes/pr-8/merge", &both, "{}", "404"),
        ("/api/v1/changes/pr-7/destroy", &both, "{}", "404"),
        ("/api/v1/changes/pr-7", &both, "{}", "405"),
        ("/", &both, "{}", "405"),
        ("/api/v1/changes/pr-7/merge", &format!("{both}Origin: https://evil.example\r\n"), "{}", "403"),
        ("/api/v1/changes/pr-7/merge", &format!("{both}Origin: null\r\n"), "{}", "403"),
        ("/api/v1/changes/pr-7/approve", &format!("{JSON}Authorization: Bearer alices-token\r\n"), "{}", "403"),
    ] {
        let answer = server.post(path, headers, body).await;
        assert_eq!(status_of(&answer), status, "{path} {headers:?}: {answer}");
        assert!(!answer.contains("bobs-token"), "{answer}");
    }
    assert_eq!(server.acted(), []);
}

#[tokio::test]
async fn a_person_with_a_token_acts() {
    let server = server().await;
    let both = format!("{BOB}{JSON}");
    for (verb, body) in [
        ("approve", "{\"hold\":\"h-22222222\"}"),
        ("approve", "{}"),
        ("approve", "{\"head\":\"0123abc\",\"bytes\":\"sha256:abcdef\"}"),
        ("merge", "{}"),
        ("comment", "{\"text\":\"well\"}"),
    ] {
        let answer = server.post(&format!("/api/v1/changes/pr-7/{verb}"), &both, body).await;
        assert_eq!(status_of(&answer), "200", "{verb}: {answer}");
        assert!(answer.contains("\"kind\":\"ActionReport\"") && answer.contains("\"user\":\"bob\""), "{answer}");
    }
    let approve = |hold: Option<&str>| Action::Approve { hold: hold.map(str::to_owned), looked_at: LookedAt::default() };
    let comment = Action::Comment { text: "well".to_owned() };
    let looked_at = LookedAt { head: Some("0123abc".to_owned()), bytes: Some("abcdef".to_owned()) };
    let named = Action::Approve { hold: None, looked_at };
    assert_eq!(server.acted(), [approve(Some("h-22222222")), approve(None), named, Action::Merge, comment]);
}

#[tokio::test]
async fn only_its_own_names_are_answered() {
    let server = server().await;
    let port = server.address.port();
    for (host, status) in [
        (format!("Host: 127.0.0.1:{port}\r\n"), "200"),
        (format!("Host: LOCALHOST:{port}\r\n"), "200"),
        ("Host: goldpath.example.org\r\n".to_owned(), "200"),
        ("Host: evil.example\r\n".to_owned(), "421"),
        (format!("Host: evil.example:{port}\r\n"), "421"),
        ("Host: 127.0.0.1\r\n".to_owned(), "421"),
        (format!("Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n"), "421"),
    ] {
        let answer = server.raw(format!("GET / HTTP/1.1\r\n{host}Connection: close\r\n\r\n").as_bytes()).await;
        assert_eq!(status_of(&answer), status, "{host:?}: {answer}");
    }
    let absolute = format!("GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    assert_eq!(status_of(&server.raw(absolute.as_bytes()).await), "421");
    assert_ne!(status_of(&server.raw(b"GET / HTTP/1.0\r\n\r\n").await), "200");
}

#[tokio::test]
async fn it_listens_only_where_nobody_else_reaches_it() {
    let error = bind("0.0.0.0:0".parse().unwrap()).await.unwrap_err();
    insta::assert_snapshot!(error, @"the address 0.0.0.0:0 is not a loopback address");
}
