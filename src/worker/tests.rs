use super::wire;
use super::*;
use crate::model::{ReleaseId, RepoPath, RequestId, UnitId};
use crate::process::{Captured, Error, Output, Status, Stopped};

fn output(status: Status, said: &str) -> Output {
    let stderr = Captured { bytes: said.as_bytes().to_vec(), cut: false };
    Output { program: "goldpath".to_owned(), status, stdout: Captured::default(), stderr }
}

fn at() -> At {
    let unit = UnitId::parse("payments-team/shop/cluster@staging-eu").unwrap();
    let release = ReleaseId::parse("environment@1.0.0").unwrap();
    let file = RepoPath::parse(&format!("{}/cluster/a.yaml.tera", release.folder())).unwrap();
    At { request: unit.request.clone(), unit: Some(unit), file }
}

fn shown(output: Result<Output, Error>, at: Vec<At>) -> String {
    let death = Death::of(output, at);
    let findings = death.findings().into_iter().map(|finding| format!("  {}: {}\n", finding.place.path, finding.message));
    format!("{death}, retry: {}\n{}", death.is_retryable(), findings.collect::<String>())
}

#[test]
fn a_death_names_the_unit_and_the_template() {
    let timeout =
        || Err(Error::Stopped { why: Stopped::Timeout(Duration::from_secs(10)), output: Box::new(output(Status::Signal(9), "")) });
    let deaths = [
        shown(timeout(), vec![at()]),
        shown(timeout(), vec![at(), at()]),
        shown(timeout(), Vec::new()),
        shown(Ok(output(Status::Signal(6), "memory allocation of 4294967296 bytes failed")), vec![at()]),
        shown(Ok(output(Status::Signal(6), "thread 'main' has overflowed its stack")), vec![At { unit: None, ..at() }]),
        shown(Ok(output(Status::Signal(24), "")), vec![at()]),
        shown(Ok(output(Status::Code(1), "no memory for a thread\nmore")), vec![at()]),
        shown(Err(Error::Start { program: "goldpath".to_owned(), source: std::io::ErrorKind::NotFound.into() }), vec![at()]),
    ];
    insta::assert_snapshot!(deaths.join(""), @"
    rendering `payments-team/shop/cluster@staging-eu` was ended: it took longer than 10 s, retry: false
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` was ended in this file: it took longer than 10 s
    rendering `payments-team/shop/cluster@staging-eu` was ended: it took longer than 10 s, retry: false
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` was ended in this file: it took longer than 10 s (one of 2 that ran at the same time)
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` was ended in this file: it took longer than 10 s (one of 2 that ran at the same time)
    reading the tree was ended: it took longer than 10 s, retry: false
      goldpath.yaml: reading the repository was ended: it took longer than 10 s
    rendering `payments-team/shop/cluster@staging-eu` was ended: it asked for more than 1024 MiB of memory, retry: false
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` was ended in this file: it asked for more than 1024 MiB of memory
    rendering `payments-team/shop` was ended: it was nested too deeply, retry: false
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop` was ended in this file: it was nested too deeply
    rendering `payments-team/shop/cluster@staging-eu` was ended: it used up its processor time, retry: false
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` was ended in this file: it used up its processor time
    rendering `payments-team/shop/cluster@staging-eu` was ended: no memory for a thread, retry: false
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` was ended in this file: no memory for a thread
    unable to run the worker, retry: false
    ");
}

#[test]
fn what_is_said_is_heard_in_any_pieces() {
    let request = RequestId::parse("payments-team/shop").unwrap();
    let mut bytes = wire::frame(&Said::Begins(at())).unwrap();
    bytes.extend(wire::frame(&Said::Begins(At { unit: None, ..at() })).unwrap());
    for size in [1, 3, 1000] {
        let mut heard = Heard::default();
        assert!(bytes.chunks(size).all(|piece| heard.take(piece).is_continue()));
        assert_eq!(heard.at.get(&request).map(|at| at.unit.is_none()), Some(true));
        assert!(heard.take(&wire::frame(&Said::Ended(request.clone())).unwrap()).is_continue());
        assert!(heard.at.is_empty() && heard.pending.is_empty());
    }
}

#[test]
fn what_is_no_message_ends_the_worker() {
    for bytes in [&[0xff; 8][..], &[1, 0, 0, 0, 9]] {
        assert!(Heard::default().take(bytes).is_break());
    }
}
