use super::*;
use insta::assert_snapshot;

fn read(text: &str) -> Result<Config, Error> {
    let file = Path::new("/etc/goldpath/daemon.yaml");
    let secret = |path: &Path| match path.to_str() {
        Some("/etc/goldpath/pg") => Ok("hunter2".into()),
        Some("/etc/goldpath/empty") => Ok("".into()),
        _ => Err(std::io::ErrorKind::NotFound.into()),
    };
    let raw = raw::read(text, file, &secret).map_err(|mistakes| refused(file, &mistakes))?;
    Config::over(raw, &Flags::default())
}

const WHOLE: &str = "\
apiVersion: goldpath.dev/v1
kind: Daemon
spec:
  repository: {url: https://git.example.org/acme/platform.git, branch: trunk, poll: 5m}
  trust: {owners: [root], minApprovals: 0, signedCommits: false}
  forge: {type: local}
  state: {dir: state}
  listen: 127.0.0.1:8080
  publicUrl: https://goldpath.example.org/
  connections:
    fleet: {type: directory, path: /srv/fleet}
    dns: {type: terraform, binary: tofu, plan: {env: {PGPASSWORD: {file: pg}}}, apply: {env: {}}}
";

#[test]
fn a_whole_file() {
    let config = read(WHOLE).unwrap();
    assert_eq!(config.repository.branch, "trunk");
    assert_eq!(config.repository.poll, Duration::from_secs(300));
    assert_eq!(config.owners, BTreeSet::from(["root".to_owned()]));
    assert_eq!(config.state_dir, Path::new("/etc/goldpath/state"));
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url.as_deref(), Some("https://goldpath.example.org"));
    let Some(Connection::Terraform { binary, plan_env, apply_env, .. }) = config.connections.get("dns") else {
        panic!("dns is a terraform connection")
    };
    assert_eq!(binary.as_deref(), Some(Path::new("tofu")));
    assert_eq!(reveal(plan_env), BTreeMap::from([("PGPASSWORD".to_owned(), "hunter2".to_owned())]));
    assert!(apply_env.is_empty());
    assert!(!format!("{config:?}").contains("hunter2"), "secrets are never shown");
}

#[test]
fn all_mistakes_at_once_each_at_its_line() {
    let error = read(
        "apiVersion: goldpath.dev/v2
kind: Daemon
spec:
  repository: {url: 7, bransch: main, poll: soon}
  trust: {owners: root, minApprovals: 2, signedCommits: true}
  forge: {type: github}
  state: {dir: /s, database: {urlFile: /u}}
  listen: 0.0.0.0:7171
  publicUrl: goldpath.example.org
  connections:
    staging: {type: kubernetes}
    fleet: {type: directory}
    dns:
      type: terraform
      plan: {env: {A: clear, B: {file: empty}, C: {file: nowhere}}}
",
    )
    .unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
    assert_snapshot!(error, @r"
    error: the configuration has 16 mistakes
        /etc/goldpath/daemon.yaml:1:13: `apiVersion` is `goldpath.dev/v2` — it must be `goldpath.dev/v1`
        /etc/goldpath/daemon.yaml:4:21: `spec.repository.url` is a number — it must be a text
        /etc/goldpath/daemon.yaml:4:24: unknown field `spec.repository.bransch` — did you mean `branch`?
        /etc/goldpath/daemon.yaml:4:45: `spec.repository.poll` is `soon`, which is no duration of a second or more — write it like `30s`, `5m` or `1h`
        /etc/goldpath/daemon.yaml:5:19: `spec.trust.owners` is a text — it must be a list of users
        /etc/goldpath/daemon.yaml:5:39: `spec.trust.minApprovals: 2` is not enforced in this version — write approval rules in the repository's `goldpath.yaml`
        /etc/goldpath/daemon.yaml:5:57: `spec.trust.signedCommits: true` is not enforced in this version — leave it out
        /etc/goldpath/daemon.yaml:6:17: the forge `github` is not in this version — use `local`
        /etc/goldpath/daemon.yaml:7:30: PostgreSQL is not in this version — leave `database` out: SQLite in `state.dir` is used
        /etc/goldpath/daemon.yaml:8:11: 0.0.0.0:7171 can be reached from other machines, which this version does not protect — listen at `127.0.0.1:7171` and let a proxy in front of it do TLS and the login
        /etc/goldpath/daemon.yaml:9:14: `goldpath.example.org` is not the address of a page — write it like `https://goldpath.example.org`
        /etc/goldpath/daemon.yaml:11:21: connections of type `kubernetes` are not in this version — use `directory` or `terraform`
        /etc/goldpath/daemon.yaml:12:12: connection `fleet` has no `path` — name the folder that it is
        /etc/goldpath/daemon.yaml:15:23: `A` is given here in clear — put the value into a file and write `{file: PATH}`
        /etc/goldpath/daemon.yaml:15:40: /etc/goldpath/empty is empty
        /etc/goldpath/daemon.yaml:15:58: unable to read /etc/goldpath/nowhere: entity not found — name a file that the daemon's user may read
    ");
}

#[test]
fn what_is_no_configuration() {
    assert_snapshot!(read("spec: {repository: {url: a}, state: {dir: b}}\n").unwrap_err(), @r"
    error: the configuration has 2 mistakes
        /etc/goldpath/daemon.yaml:1:1: `apiVersion` is missing — add `apiVersion: goldpath.dev/v1`
        /etc/goldpath/daemon.yaml:1:1: `kind` is missing — add `kind: Daemon`
    ");
    assert_snapshot!(read("- a\n").unwrap_err(), @r"
    error: the configuration has 3 mistakes
        /etc/goldpath/daemon.yaml:1:1: `apiVersion` is missing — add `apiVersion: goldpath.dev/v1`
        /etc/goldpath/daemon.yaml:1:1: `kind` is missing — add `kind: Daemon`
        /etc/goldpath/daemon.yaml:1:1: the file is a list — it must be an object
    ");
    assert_snapshot!(read("a: [\n").unwrap_err(), @r"
    error: the configuration has 1 mistake
        /etc/goldpath/daemon.yaml:1:4: `[` here has no end — Close it with `]`.
    ");
    assert_snapshot!(read("").unwrap_err(), @r"
    error: the configuration has 1 mistake
        /etc/goldpath/daemon.yaml:1:1: a configuration is one document, this file has 0
    ");
}

#[test]
fn flags_win_over_the_file() {
    let raw = raw::read(WHOLE, Path::new("/etc/goldpath/daemon.yaml"), &|_| Ok("x".into())).unwrap();
    let flags = Flags {
        repository: Some("/srv/platform.git".to_owned()),
        state_dir: Some("/tmp/state".into()),
        listen: Some("127.0.0.1:0".to_owned()),
        ..Flags::default()
    };
    let config = Config::over(raw, &flags).unwrap();
    assert_eq!((config.repository.url.as_str(), config.repository.branch.as_str()), ("/srv/platform.git", "trunk"));
    assert_eq!((config.state_dir.as_path(), config.listen.port()), (Path::new("/tmp/state"), 0));
}

#[test]
fn without_a_file() {
    let config = Config::without_file("platform.git", Path::new("state"), None).unwrap();
    assert_eq!((config.listen, config.repository.branch.as_str(), config.forge), (LISTEN, "main", ForgeKind::Local));
    assert!(config.owners.is_empty() && config.connections.is_empty() && config.public_url.is_none());
    assert_snapshot!(Config::load(&Flags::default()).unwrap_err(), @r"
    error: nothing says which repository to watch
      hint: give `--repo URL`, or `spec.repository.url` in a file named with `--config FILE`
    ");
    assert_snapshot!(Config::without_file("p", Path::new("s"), Some("[::]:80")).unwrap_err(), @r"
    error: `--listen`: [::]:80 can be reached from other machines, which this version does not protect
      hint: listen at `127.0.0.1:80` and let a proxy in front of it do TLS and the login
    ");
    assert_snapshot!(Config::without_file("p", Path::new("s"), Some("7171")).unwrap_err(), @r#"
    error: `--listen`: "7171" is not an address with a port
      hint: write it like `127.0.0.1:7171`
    "#);
}
