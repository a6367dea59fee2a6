//! `goldpath doctor`.

use super::place::Place;
use serde_json::Value;
use std::net::TcpListener;

/// What was looked at: `status subject: message`, and the exit code.
fn seen(place: &Place, args: &[&str]) -> (Vec<String>, i32) {
    let shown = place.run(&[&["doctor", "--output", "json"], args].concat());
    let (_, rest) = shown.split_once('\n').expect("the call is a line");
    let (report, code) = rest.rsplit_once("\n-- exit ").expect("the code is a line");
    let report: Value = serde_json::from_str(report).unwrap_or_else(|error| panic!("{error}: {shown}"));
    assert_eq!(report["kind"], "DoctorReport");
    let text = |check: &Value, field: &str| check[field].as_str().expect("text").to_owned();
    let checks = report["checks"].as_array().expect("a list").iter();
    let line = |check: &Value| format!("{} {}: {}", text(check, "status"), text(check, "subject"), text(check, "message"));
    (checks.map(line).collect(), code.trim().parse().expect("a number"))
}

/// The lines about some subject.
fn about<'s>(lines: &'s [String], subject: &str) -> Vec<&'s str> {
    lines.iter().filter(|line| line.contains(&format!(" {subject}: "))).map(String::as_str).collect()
}

#[test]
fn a_machine_without_programs_is_told_what_they_are_for() {
    // the environment of a place has no PATH
    let place = Place::new();
    let (lines, code) = seen(&place, &[]);
    assert_eq!(about(&lines, "git"), ["warning git: there is no `git` on the PATH"]);
    assert_eq!(about(&lines, "terraform"), ["warning terraform: there is neither `terraform` nor `tofu` on the PATH"]);
    assert_eq!(about(&lines, "walls").len(), 1);
    assert_eq!(code, 0, "a daemon of directories on this machine needs neither");
    let (lines, code) = seen(&place, &["--repo", "https://git.example.org/platform.git", "--state", "state", "--listen", "127.0.0.1:0"]);
    assert_eq!(about(&lines, "git"), ["error git: there is no `git` on the PATH"]);
    assert_eq!(code, 1, "{lines:?}");
}

#[test]
fn what_the_daemon_is_told_is_looked_at() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("platform.git")).expect("it can be made");
    place.write("file", "");
    place.write(
        "daemon.yaml",
        "apiVersion: goldpath.dev/v1\nkind: Daemon\nspec:\n  repository: {url: platform.git}\n  state: {dir: state}\n  listen: 127.0.0.1:LISTEN\n  connections:\n    fleet: {type: directory, path: HERE/world}\n    blocked: {type: directory, path: HERE/file/below}\n    dns: {type: terraform, binary: HERE/file}\n",
    );
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = taken.local_addr().expect("it has one").port().to_string();
    let here = place.path("").canonicalize().expect("it is there").display().to_string();
    let text = place.text("daemon.yaml").replace("LISTEN", &port).replace("HERE", here.trim_end_matches('/'));
    place.write("daemon.yaml", &text);
    let (lines, code) = seen(&place, &["--config", "daemon.yaml"]);
    let lines: Vec<String> = lines.iter().filter(|line| !line.contains(" walls: ")).map(|line| line.replace(&port, "PORT")).collect();
    insta::assert_snapshot!(format!("{}\nexit {code}", lines.join("\n")), @r#"
    warning git: there is no `git` on the PATH
    warning terraform: there is neither `terraform` nor `tofu` on the PATH
    error repository: failed to open platform.git as a Git repository
      caused by: "HERE/platform.git" does not appear to be a git repository
      caused by: Missing HEAD at ".git/HEAD"
    ok state folder: state is not there yet, and can be made
    error address: failed to listen on 127.0.0.1:PORT
      caused by: Address already in use (os error 98)
    error connection blocked: the folder HERE/file/below cannot be written: HERE/file is no folder
    error connection dns: its `binary` does not run: failed to start "HERE/file"
    ok connection fleet: the folder HERE/world is not there yet, and can be made
    exit 1
    "#);
    place.write("daemon.yaml", "apiVersion: goldpath.dev/v1\nkind: Daemon\nspec:\n  repositry: {}\n");
    let (lines, code) = seen(&place, &["--config", "daemon.yaml"]);
    assert!(lines[0].starts_with("error configuration: the configuration has 1 mistake"), "{lines:?}");
    assert_eq!(code, 1);
}

#[test]
fn text_is_for_people() {
    let place = Place::new();
    let shown = place.run(&["doctor"]);
    let shown: Vec<&str> = shown.lines().filter(|line| !line.contains("walls") && !line.contains("limits on memory")).collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    $ goldpath doctor
    warning  git        there is no `git` on the PATH
                        install Git: it fetches and pushes where the repository is not on this machine
    warning  terraform  there is neither `terraform` nor `tofu` on the PATH
                        install Terraform or OpenTofu, or name one in the connection's `binary`: targets of type `terraform` are planned and applied with it

    With what `goldpath run` is given (`--repo`, `--state`, `--config`) its configuration is looked at too.

    2 warnings, the daemon can run
    -- exit 0
    ");
}
