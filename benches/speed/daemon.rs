//! The daemon: from its start until it is ready, and what it holds when it has nothing to do.

use crate::measure::command;
use crate::place::Place;
use crate::repository::Size;
use crate::{binary, say};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::Instant;

pub(crate) fn at_rest(place: &Place) {
    let clone = place.clone_of("served", Size { requests: 10_000, policies: true });
    let bare = place.join("served.git");
    clone.git(&["clone", "--quiet", "--bare", ".", &bare.to_string_lossy()]);
    let state = place.join("state");
    for start in ["first start", "second start"] {
        let started = Instant::now();
        let mut daemon = command(binary())
            .args(["run", "--listen", "127.0.0.1:0", "--repo"])
            .arg(&bare)
            .arg("--state")
            .arg(&state)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the daemon can be started");
        let mut lines = BufReader::new(daemon.stderr.take().expect("it is piped")).lines().map_while(Result::ok);
        let url = lines.find_map(|line| line.strip_prefix("goldpath serves ").map(str::to_owned)).expect("the daemon serves");
        let reader = std::thread::spawn(move || lines.for_each(drop));
        let serves = started.elapsed();
        let settled = settles(&url);
        let ready = started.elapsed();
        let (now, most) = memory(&daemon);
        end(&mut daemon);
        reader.join().expect("the log is read");
        assert!(settled, "the daemon comes to rest");
        let name = format!("daemon, 10,000 requests, {start}: serves, nothing to do");
        say(&format!("{name:<58} {:>6.0} ms {:>16.0} ms", serves.as_secs_f64() * 1e3, ready.as_secs_f64() * 1e3));
        say(&format!("  at rest, and the most until then {now:>29.0} MiB {most:>15.0} MiB            < 150 MiB at rest"));
    }
}

/// Waits until it has nothing to do; one question waits for some seconds. Whether it came to that is looked at once it has ended, so that none is
/// left running.
fn settles(url: &str) -> bool {
    (0..20).any(|_| {
        command(binary())
            .args(["status", "--wait", "--server", url])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("it runs")
            .success()
    })
}

/// Mebibytes in memory now, and the most so far.
fn memory(daemon: &Child) -> (f64, f64) {
    let status = std::fs::read_to_string(format!("/proc/{}/status", daemon.id())).unwrap_or_default();
    let of = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or_default() / 1024.0
    };
    (of("VmRSS:"), of("VmHWM:"))
}

fn end(daemon: &mut Child) {
    drop(daemon.kill());
    drop(daemon.wait());
}
