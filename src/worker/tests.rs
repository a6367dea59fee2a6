use super::allowance;
use super::wire;
use super::*;
use crate::cases::{Case, Subject, Trial};
use crate::model::{Digest, OnDelete, ReleaseId, RendererId, RendererName, RepoPath, TargetKind, UnitId};
use crate::parse::Check;
use crate::policy::Ask;
use crate::process::{Captured, Error, Output, Status, Stopped};
use crate::render::{self, Unit};

fn output(status: Status, said: &str) -> Output {
    let stderr = Captured { bytes: said.as_bytes().to_vec(), cut: false };
    Output { program: "goldpath".to_owned(), status, stdout: Captured::default(), stderr }
}

fn at() -> render::At {
    let unit = UnitId::parse("payments-team/shop/cluster@staging-eu").unwrap();
    let release = ReleaseId::parse("environment@1.0.0").unwrap();
    let file = RepoPath::parse(&format!("{}/cluster/a.yaml.tera", release.folder())).unwrap();
    render::At { request: unit.request.clone(), unit: Some(unit), file }
}

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

fn shown(output: Result<Output, Error>, at: Vec<At>) -> String {
    let death = Death::of(output, at, None, 256 << 20);
    let findings = death.findings().into_iter().map(|finding| format!("  {}: {}\n", finding.place.path, finding.message));
    format!("{death}, retry: {}\n{}", death.is_retryable(), findings.collect::<String>())
}

#[test]
fn a_death_names_the_unit_and_the_template() {
    let timeout =
        || Err(Error::Stopped { why: Stopped::Timeout(Duration::from_secs(10)), output: Box::new(output(Status::Signal(9), "")) });
    let deaths = [
        shown(timeout(), vec![At::Render(at())]),
        shown(timeout(), vec![At::Render(at()), At::Render(at())]),
        shown(timeout(), Vec::new()),
        shown(Ok(output(Status::Signal(6), "memory allocation of 4294967296 bytes failed")), vec![At::Render(at())]),
        shown(Ok(output(Status::Signal(6), "thread 'main' has overflowed its stack")), vec![At::Render(render::At { unit: None, ..at() })]),
        shown(Ok(output(Status::Signal(24), "")), vec![At::Render(at())]),
        shown(Ok(output(Status::Code(1), "no memory for a thread\nmore")), vec![At::Render(at())]),
        shown(
            timeout(),
            vec![At::Check(Check { file: path("requests/payments-team/shop.yaml"), schema: path("golden-paths/a/1.0.0/schema.json") })],
        ),
        shown(
            timeout(),
            vec![At::Check(Check { file: path("golden-paths/a/1.0.0/schema.json"), schema: path("golden-paths/a/1.0.0/schema.json") })],
        ),
        shown(timeout(), vec![At::Ask(Ask { policy: path("policies/a.rego"), unit: at().unit })]),
        shown(timeout(), vec![At::Ask(Ask { policy: path("golden-paths/a/1.0.0/policies/a.rego"), unit: None })]),
        shown(Err(Error::Start { program: "goldpath".to_owned(), source: io::ErrorKind::NotFound.into() }), vec![At::Render(at())]),
    ];
    insta::assert_snapshot!(deaths.join(""), @"
    golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` with this file was ended: it took longer than 10 s, retry: false
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` with this file was ended: it took longer than 10 s
    golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` with this file was ended: it took longer than 10 s, retry: false
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` with this file was ended: it took longer than 10 s (one of 2 that ran at the same time)
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` with this file was ended: it took longer than 10 s (one of 2 that ran at the same time)
    reading the tree was ended: it took longer than 10 s, retry: false
      goldpath.yaml: reading the repository was ended: it took longer than 10 s
    golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` with this file was ended: it asked for more than 256 MiB of memory, retry: false
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` with this file was ended: it asked for more than 256 MiB of memory
    golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop` with this file was ended: it was nested too deeply, retry: false
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop` with this file was ended: it was nested too deeply
    golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` with this file was ended: it took too much processor time, retry: false
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` with this file was ended: it took too much processor time
    golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` with this file was ended: no memory for a thread, retry: false
      golden-paths/environment/1.0.0/cluster/a.yaml.tera: rendering `payments-team/shop/cluster@staging-eu` with this file was ended: no memory for a thread
    golden-paths/a/1.0.0/schema.json: holding `requests/payments-team/shop.yaml` against this schema was ended: it took longer than 10 s, retry: false
      golden-paths/a/1.0.0/schema.json: holding `requests/payments-team/shop.yaml` against this schema was ended: it took longer than 10 s
    golden-paths/a/1.0.0/schema.json: reading this schema was ended: it took longer than 10 s, retry: false
      golden-paths/a/1.0.0/schema.json: reading this schema was ended: it took longer than 10 s
    policies/a.rego: asking this policy about `payments-team/shop/cluster@staging-eu` was ended: it took longer than 10 s, retry: false
      policies/a.rego: asking this policy about `payments-team/shop/cluster@staging-eu` was ended: it took longer than 10 s
    golden-paths/a/1.0.0/policies/a.rego: compiling this policy was ended: it took longer than 10 s, retry: false
      golden-paths/a/1.0.0/policies/a.rego: compiling this policy was ended: it took longer than 10 s
    unable to run the worker, retry: false
    ");
}

#[test]
fn what_breaks_off_is_no_mistake_of_the_file() {
    let at = At::Ask(Ask { policy: path("policies/a.rego"), unit: at().unit });
    let death = Death::of(Ok(output(Status::Code(101), "\nthread 'main' panicked at a.rs:1:1:")), vec![at], None, 0);
    let said: Vec<String> = death.findings().into_iter().map(|finding| format!("{}\n{}", finding.message, finding.help)).collect();
    insta::assert_snapshot!(said.join("\n"), @"
    asking this policy about `payments-team/shop/cluster@staging-eu` was ended: it ended with code 101
    It is a mistake of goldpath, which does not expect something that is written there: write it otherwise. The same check at your desk: `goldpath validate`.
    ");
}

#[test]
fn what_is_said_is_heard_in_any_pieces() {
    let request = At::Render(at()).key();
    let mut bytes = wire::frame(&Said::Begins(At::Render(at()))).unwrap();
    bytes.extend(wire::frame(&Said::Begins(At::Render(render::At { unit: None, ..at() }))).unwrap());
    for size in [1, 3, 1000] {
        let mut heard = Heard::by(&kept);
        assert!(bytes.chunks(size).all(|piece| heard.take(piece).is_continue()));
        assert_eq!(heard.at.get(&request).map(ToString::to_string).as_deref(), Some("rendering `payments-team/shop` with this file"));
        assert!(heard.take(&wire::frame(&Said::Ended(request.clone())).unwrap()).is_continue());
        assert!(heard.at.is_empty() && heard.pending.is_empty());
    }
}

#[test]
fn what_is_no_message_ends_the_worker() {
    for bytes in [&[0xff; 8][..], &[1, 0, 0, 0, 9]] {
        assert!(Heard::by(&kept).take(bytes).is_break());
    }
}

/// A worker that answers one trial with what came of another: what is written for a case must not be written elsewhere.
#[test]
#[cfg(unix)]
fn an_answer_about_something_else_is_not_taken() {
    let case = |name: &str| Trial::Case(Case { subject: Subject::Release(ReleaseId::parse("app@1.0.0").unwrap()), name: name.to_owned() });
    let said_by = |answers: &[(usize, &str)]| {
        let folder = tempfile::tempdir().unwrap();
        let answer = |(number, name): &(usize, &str)| Said::Answer(*number, Box::new(case(name).ended(Vec::new())));
        let all = answers.iter().map(answer).chain([Said::Done(Box::default(), Default::default())]);
        let bytes: Vec<u8> = all.flat_map(|said| wire::frame(&said).unwrap()).collect();
        std::fs::write(folder.path().join("said"), bytes).unwrap();
        let script = format!("#!/bin/sh\ncat {}/said\nexec cat >/dev/null\n", folder.path().display());
        let exe = folder.path().join("worker");
        std::fs::write(&exe, script).unwrap();
        std::fs::set_permissions(&exe, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let trying = Trying { coverage: false, threads: 1, wall: Duration::from_secs(60) };
        let nothing = Snapshot::new(None, BTreeMap::new(), Vec::new());
        match try_all(&exe, &nothing, vec![case("small"), case("large")], trying) {
            Ok(answers) => format!("{} answers", answers.len()),
            Err(death) => death.to_string(),
        }
    };
    let rows = [
        said_by(&[(0, "small"), (1, "large")]),
        said_by(&[(0, "small"), (1, "../../../../..")]),
        said_by(&[(0, "large"), (1, "small")]),
        said_by(&[(0, "small"), (2, "large")]),
    ];
    insta::assert_snapshot!(rows.join("\n"), @"
    2 answers
    failed to understand the worker: an answer to something that was not asked
    failed to understand the worker: an answer to something that was not asked
    failed to understand the worker: an answer to something that was not asked
    ");
}

#[test]
fn what_is_told_later_keeps_nobody_from_beginning() {
    let later = Later::default();
    let bounds = Bounds::of(0, 0, 1, Duration::from_secs(1));
    let prepared = Prepared { bounds, job_frame: vec![7; 3].into() };
    let call = Call { later: Some(later.clone()), ..Call::of(Path::new("/bin/cat"), prepared, &kept) };
    let (sent, came) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| call.input(&Errand::default()).unwrap().for_each(|piece| sent.send(piece).unwrap()));
        let before: Vec<_> = (0..3).map(|_| came.recv_timeout(Duration::from_secs(30)).ok()).collect();
        later.tell(None).unwrap();
        assert_eq!(before.last(), Some(&Some(vec![7; 3].into())), "it waits for what is told later");
        assert_eq!(came.recv(), Ok(wire::frame(&None::<Asked>).unwrap().into()));
    });
}

#[test]
fn what_all_units_tell_amends_those_that_were_said() {
    let id = |name: &str| UnitId::parse(&format!("shop/{name}/cluster@eu")).unwrap();
    let unit = |name: &str| Unit {
        id: id(name),
        request_file: RepoPath::parse(&format!("requests/shop/{name}.yaml")).unwrap(),
        release: ReleaseId::parse("app@1.0.0").unwrap(),
        target_kind: TargetKind::Directory,
        renderer: RendererId { name: RendererName::parse("kubernetes").unwrap(), version: 1 },
        on_delete: OnDelete::Delete,
        disposable: BTreeSet::new(),
        depends_on: Vec::new(),
        files: BTreeMap::new(),
        digest: Digest::of(name.as_bytes()),
        objects: Vec::new(),
        reads: Vec::new(),
    };
    let amended = Amended { refused: BTreeSet::from([id("twin")]), depends_on: BTreeMap::from([(id("web"), vec![id("base")])]) };
    let mut heard = Heard::by(&kept);
    for said in
        ["web", "base", "twin"].map(|name| Said::Unit(Box::new(unit(name)))).into_iter().chain([Said::Done(Box::default(), amended)])
    {
        assert!(heard.take(&wire::frame(&said).unwrap()).is_continue());
    }
    let (evaluated, amended) = heard.done.unwrap();
    let units = call::with(*evaluated, amended, heard.units).rendered.units;
    let shown: Vec<String> = units.values().map(|unit| format!("{} after {:?}", unit.id, unit.depends_on)).collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    shop/base/cluster@eu after []
    shop/web/cluster@eu after [shop/base/cluster@eu]
    ");
}

/// What grows by itself ends here: below what a small machine has, also where many requests are rendered.
#[test]
fn thousands_of_requests_are_given_less_than_256_mib_until_they_need_more() {
    let bytes = |requests: usize| requests * 500;
    let mib = |bytes: u64| format!("{} MiB", bytes >> 20);
    let all = [1, 100, 1_000, 2_000, 3_500, 5_000, 10_000, 100_000].map(|requests| {
        let bounds = Bounds::of(bytes(requests), requests, 2, Duration::from_secs(60));
        let kept = |each: u64| mib(allowance::allowed(&bounds, requests as u64 * each));
        let (first, small, large) = (mib(bounds.first), kept(2 << 10), kept(27 << 10));
        format!("{requests}: {first}, with four small objects each {small}, with whole services {large}, at most {}", mib(bounds.memory))
    });
    let seconds =
        [0, 100, 10_000].map(|requests| Bounds::of(0, requests, 2, Duration::from_secs(60))).map(|bounds| (bounds.wall, bounds.seconds));
    insta::assert_debug_snapshot!(seconds, @r"
    [
        (
            60s,
            122,
        ),
        (
            60s,
            122,
        ),
        (
            240s,
            482,
        ),
    ]
    ");
    insta::assert_snapshot!(all.join("\n"), @r"
    1: 192 MiB, with four small objects each 192 MiB, with whole services 192 MiB, at most 192 MiB
    100: 192 MiB, with four small objects each 192 MiB, with whole services 192 MiB, at most 192 MiB
    1000: 192 MiB, with four small objects each 192 MiB, with whole services 208 MiB, at most 224 MiB
    2000: 192 MiB, with four small objects each 192 MiB, with whole services 224 MiB, at most 224 MiB
    3500: 224 MiB, with four small objects each 224 MiB, with whole services 224 MiB, at most 224 MiB
    5000: 224 MiB, with four small objects each 224 MiB, with whole services 320 MiB, at most 320 MiB
    10000: 224 MiB, with four small objects each 224 MiB, with whole services 640 MiB, at most 640 MiB
    100000: 576 MiB, with four small objects each 1024 MiB, with whole services 1024 MiB, at most 1024 MiB
    ");
}

/// Where address space ends too, Linux lets memory grow past its own limit.
#[cfg(target_os = "linux")]
#[test]
fn address_space_ends_long_after_memory() {
    for (job, requests) in [(0, 0), (1 << 20, 1_000), (1 << 30, 100_000)] {
        let bounds = Bounds::of(job, requests, 64, WALL);
        assert!(bounds.address_space / 64 >= bounds.memory, "{bounds:?}");
    }
}
