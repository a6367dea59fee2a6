use super::*;

fn sh(script: &str) -> Command {
    Command::new("sh").args(["-c", script])
}

#[test]
fn output_status_and_input_arrive() {
    let output = sh("cat; echo oops >&2; exit 3").stdin(Stdin::Bytes(vec![b'x'; 300_000])).run_blocking().expect("it runs");
    assert_eq!((output.status, output.stdout.bytes.len(), &*output.stderr.text()), (Status::Code(3), 300_000, "oops\n"));
    let error = output.success().expect_err("code 3");
    assert!(!error.is_retryable());
    insta::assert_snapshot!(error, @"sh ended with code 3: oops");
}

#[test]
fn the_environment_is_what_was_named() {
    let output = Command::new("env").env("A", "1").run_blocking().expect("it runs");
    let text = output.stdout.text().into_owned();
    let names: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    assert_eq!(names, ["A", "PATH"]);
}

#[test]
fn output_is_cut_at_the_cap_and_says_so() {
    let output = sh("head -c 1000000 /dev/zero").output_cap(10).run_blocking().expect("it runs");
    assert_eq!(output.stdout, Captured { bytes: vec![0; 10], cut: true });
    assert!(!output.stderr.cut);
}

#[test]
fn a_time_limit_ends_the_whole_group() {
    let error = sh("sleep 600 & echo started; sleep 600").timeout(Duration::from_millis(200)).run_blocking().expect_err("too long");
    assert!(error.is_retryable());
    let Error::Stopped { why, output } = error else { panic!("{error}") };
    assert_eq!(
        (why, output.status, &*output.stdout.text()),
        (Stopped::Timeout(Duration::from_millis(200)), Status::Signal(9), "started\n")
    );
    // Both outputs were closed before the end of the linger, so the grandchild is gone too.
    assert!(!output.stdout.cut);
}

#[test]
fn grace_asks_first() {
    let script = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done";
    let command = sh(script).timeout(Duration::from_millis(200)).grace(Duration::from_secs(20));
    let error = command.run_blocking().expect_err("too long");
    let Error::Stopped { output, .. } = error else { panic!("{error}") };
    assert_eq!((output.status, &*output.stdout.text()), (Status::Code(0), "ready\nbye\n"));
}

#[test]
fn what_a_child_leaves_behind_ends_with_it() {
    let begun = std::time::Instant::now();
    let output = sh("sleep 600 & echo done").run_blocking().expect("it runs");
    assert_eq!(&*output.stdout.text(), "done\n");
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_reader_may_have_had_enough() {
    let mut seen = 0;
    let error = pipe("/bin/cat", &["/dev/zero"], None, std::iter::empty(), Duration::from_secs(60), |bytes| {
        seen += bytes.len();
        if seen > 200_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let error = error.expect_err("it was stopped");
    insta::assert_snapshot!(error, @"/bin/cat was ended: its output was refused");
    assert!(seen > 200_000 && !error.is_retryable());
}

#[test]
fn a_missing_program_is_said() {
    let error = Command::new("no-such-program-here").run_blocking().expect_err("it is not there");
    insta::assert_snapshot!(error, @r#"failed to start "no-such-program-here""#);
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn dropping_the_future_ends_the_child() {
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let file = std::fs::File::from(std::os::fd::OwnedFd::from(writer));
    // The child holds the writing end as its standard input: the reader sees the end of file when the child is gone.
    let run = sh("echo up >&0; exec sleep 600").stdin(Stdin::File(file)).run();
    let up = tokio::task::spawn_blocking(move || {
        let mut first = [0; 3];
        std::io::Read::read_exact(&mut reader, &mut first).expect("it started");
        reader
    });
    let mut reader = tokio::select! { output = run => panic!("{output:?}"), reader = up => reader.expect("no panic") };
    let rest = tokio::task::spawn_blocking(move || std::io::Read::read(&mut reader, &mut [0; 1]).expect("readable"));
    assert_eq!(rest.await.expect("no panic"), 0);
}

#[tokio::test]
async fn it_runs_without_blocking() {
    let (a, b) = tokio::join!(sh("echo a").run(), sh("echo b").run());
    assert_eq!((a.expect("runs").stdout.bytes, b.expect("runs").stdout.bytes), (b"a\n".to_vec(), b"b\n".to_vec()));
}

#[test]
fn outputs_in_files_do_not_need_a_reader() {
    let script = "[ -f /proc/self/fd/1 ] && [ -f /proc/self/fd/2 ] && printf 0123456789 && echo oops >&2";
    let output = sh(script).output_in_files().output_cap(5).run_blocking().expect("it runs").success().expect("they are files");
    assert_eq!(output.stdout, Captured { bytes: b"01234".to_vec(), cut: true });
    assert_eq!(output.stderr, Captured { bytes: b"oops\n".to_vec(), cut: false });
}
