//! The command line through the real binary: one verb after the other, with its main mistakes and its exit codes.

mod cache;
mod daemon;
mod desk;
mod readme;

use desk::Desk;
use insta::assert_snapshot;
use std::io::Read as _;
use std::process::Stdio;

#[test]
fn help_names_every_verb() {
    let desk = Desk::new();
    assert_snapshot!(desk.run(&["--help"]), @r"
    $ goldpath --help
    Requests in, reviewed and applied changes out, evidence in Git

    Usage: goldpath [OPTIONS] <COMMAND>

    Commands:
      demo         Show the whole loop on an example: request, finding, fix, merge, apply, evidence
      init         Write a first platform repository: settings, a team, a target, a golden path with its
                   cases, a request
      new          Write a request file with every field explained
      validate     Say everything that is wrong with a platform repository, or with some of its files,
                   each at its line
      render       Write what the requests render to
      diff         Show what changes, as a pull request would
      explain      Say why a unit looks as it does: release, templates, defaults, policies; and where a
                   line came from
      test         Run the cases of golden paths and renderers, and the tests of policies
      schema       Print the JSON Schema of a kind: of goldpath's own files, and of the requests of this
                   repository; import those of custom resources
      doctor       Say whether this machine has what the daemon needs, and with its configuration
                   whether that can be used
      run          Run the daemon that watches a platform repository
      status       Ask the daemon how it is
      change       Ask the daemon about changes: list, show, approve, merge, comment
      audit        Read and verify the evidence in Git
      completions  Print a completion script for a shell
      help         Print this message or the help of the given subcommand(s)

    Options:
          --output <FORMAT>  How results are written: `text`, `json` (one object with apiVersion and
                             kind), `markdown` (of `diff`: the comment itself), `sarif` and `github` (of
                             `validate`: for code scanning, and annotations of a workflow) [default:
                             text]
      -h, --help             Print help
      -V, --version          Print version
    -- exit 0
    ");
    assert_snapshot!(desk.run(&["--version"]), @r"
    $ goldpath --version
    goldpath 0.1.0
    -- exit 0
    ");
    for verb in [
        "demo",
        "init",
        "new",
        "validate",
        "test",
        "render",
        "diff",
        "explain",
        "schema",
        "doctor",
        "run",
        "status",
        "change",
        "audit",
        "completions",
    ] {
        assert!(desk.run(&[verb, "--help"]).ends_with("-- exit 0"), "{verb}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(desk.run(&["completions", shell]).contains("output-dir"), "{shell}");
    }
}

#[test]
fn wrong_use_exits_2() {
    let desk = Desk::new();
    assert_snapshot!(desk.run(&["valdate"]), @r"
    $ goldpath valdate
    -- stderr
    error: unrecognized subcommand 'valdate'

      tip: a similar subcommand exists: 'validate'

    Usage: goldpath [OPTIONS] <COMMAND>

    For more information, try '--help'.
    -- exit 2
    ");
    assert_snapshot!(desk.run(&["validate", "--output", "xml"]), @r"
    $ goldpath validate --output xml
    -- stderr
    error: invalid value 'xml' for '--output <FORMAT>'
      [possible values: text, json, markdown, sarif, github]

    For more information, try '--help'.
    -- exit 2
    ");
    assert_snapshot!(desk.run(&["validate", "--output", "markdown"]), @r"
    $ goldpath validate --output markdown
    -- stderr
    error: `--output markdown` is for `goldpath diff` alone
      hint: use `--output text` or `--output json`
    -- exit 2
    ");
    assert_snapshot!(desk.run(&["demo", "--output", "json"]), @r#"
    $ goldpath demo --output json
    {"apiVersion":"goldpath.dev/v1","kind":"ErrorReport","message":"`--output json` is for verbs that answer something","help":"`demo`, `run` and `completions` write text","exitCode":2}
    -- stderr
    error: `--output json` is for verbs that answer something
      hint: `demo`, `run` and `completions` write text
    -- exit 2
    "#);
    assert!(desk.run(&[]).ends_with("-- exit 2"));
    assert!(desk.run(&["change", "token", "carol"]).ends_with("-- exit 2"));
}

#[test]
fn validate_shows_each_mistake_at_its_line() {
    let desk = Desk::with_git();
    assert_snapshot!(desk.run(&["validate"]), @r"
    $ goldpath validate
    5 requests checked, nothing to mend; waived: public-exposure by gateway-exposure until 2027-09-30
    -- exit 0
    ");
    desk.put("platform", "mistake.yaml");
    assert_snapshot!(desk.run(&["validate"]), @r"
    $ goldpath validate
    error[not-one-of]

      × `spec.region` must be one of `eu-central-1` or `eu-west-1`, is `eu-centrl-1`
        ╭─[requests/payments-team/payments-staging.yaml:9:11]
      8 │   lifetime: 14d
      9 │   region: eu-centrl-1
        ·           ───────────
     10 │   dataClassification: internal
        ╰────
      help: Did you mean `eu-central-1`?

    error[out-of-range]

      × `spec.services[0].replicas` must be at most 10, is 40
        ╭─[requests/payments-team/payments-staging.yaml:13:17]
     12 │     - name: payments-api
     13 │       replicas: 40
        ·                 ──
     14 │     - name: payments-worker
        ╰────
      help: Write a number from 1 to 10. For more, ask `platform` in #platform-help.

    2 errors
    6 requests checked, the errors must be mended; waived: public-exposure by gateway-exposure until 2027-09-30
    -- exit 1
    ");
    assert_snapshot!(desk.run(&["validate", "requests/orders-team", "goldpath.yaml"]), @r"
    $ goldpath validate requests/orders-team goldpath.yaml
    6 requests checked, nothing to mend in requests/orders-team and goldpath.yaml, and 2 findings elsewhere
    -- exit 0
    ");
    assert_snapshot!(desk.run_in("platform/requests/payments-team", &["validate", "payments-staging.yaml"]), @r"
    $ goldpath validate payments-staging.yaml
    error[not-one-of]

      × `spec.region` must be one of `eu-central-1` or `eu-west-1`, is `eu-centrl-1`
        ╭─[requests/payments-team/payments-staging.yaml:9:11]
      8 │   lifetime: 14d
      9 │   region: eu-centrl-1
        ·           ───────────
     10 │   dataClassification: internal
        ╰────
      help: Did you mean `eu-central-1`?

    error[out-of-range]

      × `spec.services[0].replicas` must be at most 10, is 40
        ╭─[requests/payments-team/payments-staging.yaml:13:17]
     12 │     - name: payments-api
     13 │       replicas: 40
        ·                 ──
     14 │     - name: payments-worker
        ╰────
      help: Write a number from 1 to 10. For more, ask `platform` in #platform-help.

    2 errors
    6 requests checked, the errors in requests/payments-team/payments-staging.yaml must be mended
    -- exit 1
    ");
    let report = desk.json("platform", &["validate"], "ValidateReport");
    assert_eq!((report["requests"].as_u64(), report["findings"].as_array().map(Vec::len)), (Some(6), Some(2)));
}

#[test]
fn validate_needs_a_repository_and_what_it_is_asked_about() {
    let desk = Desk::with_git();
    assert_snapshot!(desk.run(&["validate", "--base", "nowhere"]), @r#"
    $ goldpath validate --base nowhere
    -- stderr
    error: there is no commit "nowhere" in the repository
      hint: name a branch, a tag or a commit that is in this repository; `git fetch` may bring it
    -- exit 2
    "#);
    assert_snapshot!(desk.run(&["validate", "requests/nothing.yaml"]), @r"
    $ goldpath validate requests/nothing.yaml
    -- stderr
    error: requests/nothing.yaml does not exist
      hint: is the name right?
    -- exit 2
    ");
    assert!(desk.run_in("platform/teams", &["validate", "../../platform"]).contains(" checked, nothing to mend"));
    assert_snapshot!(desk.run_in(".", &["validate"]), @r"
    $ goldpath validate
    -- stderr
    error: there is no goldpath.yaml in DESK or above it
      hint: change into a platform repository, or name a folder in one
    -- exit 2
    ");
}

#[test]
fn validate_compares_with_the_base_and_runs_the_policies() {
    let desk = Desk::with_git();
    let release = "platform/golden-paths/environment/1.0.0/cluster/namespace.yaml.tera";
    let text = std::fs::read_to_string(desk.path(release)).expect("the example has it");
    desk.write(release, &format!("{text}# new\n"));
    let request = "platform/requests/orders-team/orders-api.yaml";
    let text = std::fs::read_to_string(desk.path(request)).expect("the example has it");
    desk.write(request, &text.replace("api:1.4.0", "api:latest"));
    assert_snapshot!(desk.run(&["validate"]), @r#"
    $ goldpath validate
    error[release-changed]

      × release `environment@1.0.0` is on the default branch, so its files cannot change
       ╭─[golden-paths/environment/1.0.0/cluster/namespace.yaml.tera:1:1]
     1 │ {% set namespace = team.name ~ "-" ~ metadata.name %}
       · ─
     2 │ apiVersion: v1
       ╰────
      help: Copy `golden-paths/environment/1.0.0` to a folder with a new version, and change the copy. This is for the
            owner of the golden path to mend: team `platform`, in #platform-help.

    error[policy/image-source]

      × the image `registry.example.org/orders/api:latest` is another one every day: name a version (Deployment `orders-
      │ api` in `orders-team/orders-api/cluster@staging-eu-central-1`)
       ╭─[requests/orders-team/orders-api.yaml:8:10]
     7 │   region: eu-central-1
     8 │   image: registry.example.org/orders/api:latest
       ·          ──────────────────────────────────────
     9 │   build: node
       ╰────
      help: The policy `image-source` belongs to `platform`: change the request, or ask them in #platform-help for an
            exception.

    2 errors
    5 requests checked, the errors must be mended; waived: public-exposure by gateway-exposure until 2027-09-30
    -- exit 1
    "#);
    desk.git("platform", &["checkout", "--quiet", "-b", "mine"]);
    desk.commit("platform", "Mine");
    assert!(desk.run(&["validate", "--base", "main"]).ends_with("-- exit 1"), "the release is on main");
    assert!(desk.run(&["validate", "--base", "mine", "golden-paths"]).ends_with("-- exit 0"), "nothing differs from itself");
}

#[test]
fn a_link_that_is_named_is_looked_at_and_not_followed() {
    let desk = Desk::new();
    let links = [
        ("requests/orders-team/same.yaml", "orders-api.yaml"),
        ("requests/orders-team/gone.yaml", "nothing.yaml"),
        ("requests/orders-team/far.yaml", "/etc/hostname"),
        ("requests/other-team", "orders-team"),
    ];
    let mut said = String::new();
    for (link, to) in links {
        std::os::unix::fs::symlink(to, desk.path(&format!("platform/{link}"))).expect("a link can be made");
        let named = if link.ends_with("-team") { format!("{link}/orders-api.yaml") } else { link.to_owned() };
        said += &desk.run(&["validate", "--output", "github", &named]);
        std::fs::remove_file(desk.path(&format!("platform/{link}"))).expect("it is there");
    }
    assert_snapshot!(said, @r"
    $ goldpath validate --output github requests/orders-team/same.yaml
    ::error file=requests/orders-team/same.yaml,line=1,endLine=1,col=1,title=symlink::this is a symbolic link, and links are never followed. Put a copy of the file here.
    6 requests checked, the errors in requests/orders-team/same.yaml must be mended
    -- exit 1$ goldpath validate --output github requests/orders-team/gone.yaml
    ::error file=requests/orders-team/gone.yaml,line=1,endLine=1,col=1,title=symlink::this is a symbolic link, and links are never followed. Put a copy of the file here.
    6 requests checked, the errors in requests/orders-team/gone.yaml must be mended
    -- exit 1$ goldpath validate --output github requests/orders-team/far.yaml
    ::error file=requests/orders-team/far.yaml,line=1,endLine=1,col=1,title=symlink::this is a symbolic link, and links are never followed. Put a copy of the file here.
    6 requests checked, the errors in requests/orders-team/far.yaml must be mended
    -- exit 1$ goldpath validate --output github requests/other-team/orders-api.yaml
    ::error file=requests/other-team,line=1,endLine=1,col=1,title=symlink::this is a symbolic link, and links are never followed. Put what it leads to here, or remove it.
    5 requests checked, the errors in requests/other-team must be mended
    -- exit 1
    ");
}

#[test]
fn render_prints_or_writes_and_writes_nothing_twice() {
    let desk = Desk::new();
    assert_snapshot!(desk.run(&["render", "--output-dir", "../out"]), @"
    $ goldpath render --output-dir ../out
    -- stderr
    79 files of 13 units in ../out: all written
    -- exit 0
    ");
    assert_snapshot!(desk.run(&["render", "--output-dir", "../out"]), @"
    $ goldpath render --output-dir ../out
    -- stderr
    79 files of 13 units in ../out: nothing to write, all of them are right
    -- exit 0
    ");
    let named = desk.run(&["render", "orders-team/orders-api"]);
    let by_file = desk.run(&["render", "requests/orders-team/orders-api.yaml"]);
    assert_eq!(named.split_once('\n').map(|(_, rest)| rest), by_file.split_once('\n').map(|(_, rest)| rest));
    assert_snapshot!(named.lines().take(12).collect::<Vec<_>>().join("\n"), @"
    $ goldpath render orders-team/orders-api
    # staging-eu-central-1/orders-team/orders-api/cluster/dashboard.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: orders-api-dashboard
      namespace: orders-team
      labels:
        app.kubernetes.io/managed-by: goldpath
        goldpath.dev/cost-centre: cc-1202
        goldpath.dev/data-classification: internal
        goldpath.dev/request: orders-api
    ");
    assert_snapshot!(desk.run(&["render", "orders-team/order-api"]), @r"
    $ goldpath render orders-team/order-api
    -- stderr
    error: there is no request `orders-team/order-api` in this repository
      hint: did you mean `orders-team/orders-api`?
    -- exit 2
    ");
    assert_snapshot!(desk.run(&["render", "nothing"]), @r"
    $ goldpath render nothing
    -- stderr
    error: there is no request `nothing` in this repository
      hint: a request is `team/name` or its file below `requests/`
    -- exit 2
    ");
    assert_eq!(desk.json("platform", &["render", "--output-dir", "../out"], "RenderReport")["units"].as_array().map(Vec::len), Some(13));
}

#[test]
fn render_says_what_it_could_not_render() {
    let desk = Desk::new();
    desk.put("platform", "mistake.yaml");
    assert_snapshot!(desk.run(&["render", "--output-dir", "../out"]), @r"
    $ goldpath render --output-dir ../out
    -- stderr
    79 files of 13 units in ../out: all written
    error[not-one-of]

      × `spec.region` must be one of `eu-central-1` or `eu-west-1`, is `eu-centrl-1`
        ╭─[requests/payments-team/payments-staging.yaml:9:11]
      8 │   lifetime: 14d
      9 │   region: eu-centrl-1
        ·           ───────────
     10 │   dataClassification: internal
        ╰────
      help: Did you mean `eu-central-1`?

    error[out-of-range]

      × `spec.services[0].replicas` must be at most 10, is 40
        ╭─[requests/payments-team/payments-staging.yaml:13:17]
     12 │     - name: payments-api
     13 │       replicas: 40
        ·                 ──
     14 │     - name: payments-worker
        ╰────
      help: Write a number from 1 to 10. For more, ask `platform` in #platform-help.

    2 errors
    -- exit 1
    ");
    let named = desk.run(&["render", "payments-team/payments-staging"]);
    assert!(named.starts_with("$ goldpath render payments-team/payments-staging\n-- stderr\nerror[not-one-of]"), "{named}");
    assert!(named.ends_with("2 errors\n-- exit 1"), "{named}");
    let other = desk.run(&["render", "orders-team/orders-api"]);
    assert!(!other.contains("-- stderr") && other.ends_with("-- exit 0"), "{other}");
    desk.write("afile", "");
    assert!(desk.run(&["render", "--output-dir", "../afile/out"]).ends_with("-- exit 3"));
}

#[test]
fn diff_compares_commits_and_the_working_tree() {
    let desk = Desk::with_git();
    assert_snapshot!(desk.run(&["diff"]), @r"
    $ goldpath diff
    nothing that is rendered changes
    -- exit 0
    ");
    let file = "platform/requests/orders-team/orders-api.yaml";
    let text = std::fs::read_to_string(desk.path(file)).expect("the example has it");
    desk.write(file, &text.replace("api:1.4.0", "api:1.5.0"));
    let working_tree = desk.run(&["diff"]);
    assert_snapshot!(working_tree, @r#"
    $ goldpath diff
    staging-eu-central-1/orders-team/orders-api/cluster/deployment.yaml
      @@ -55,7 +55,7 @@
                   app: orders-api
             containers:
             - name: service
      -        image: registry.example.org/orders/api:1.4.0
      +        image: registry.example.org/orders/api:1.5.0
               env:
               - name: PORT
                 value: "8080"
    needs a review by orders-team (carol and erin), because `requests/orders-team/orders-api.yaml` changes
    1 unit of 1 request: 0 files added, 1 changed, 0 removed
    -- exit 0
    "#);
    desk.git("platform", &["checkout", "--quiet", "-b", "mine"]);
    desk.commit("platform", "Mine");
    let after = |shown: &str| shown.split_once('\n').map(|(_, rest)| rest.to_owned());
    assert_eq!(after(&desk.run(&["diff", "main"])), after(&working_tree));
    assert_eq!(after(&desk.run(&["diff", "main..mine"])), after(&working_tree));
    assert_snapshot!(desk.run(&["diff", "main", "--output", "markdown"]), @r#"
    $ goldpath diff main --output markdown
    ### 1 request → 1 file to 1 target: 1 changed — waiting for a review by orders-team

    > **Review by orders-team** (`carol` and `erin`), because `requests/orders-team/orders-api.yaml` changes.

    | Request | Target | ~ | Policy | State |
    | --- | --- | --: | --- | --- |
    | orders-team/orders-api | staging-eu-central-1 | 1 object | ✓ 14 passed | rendered |

    12 units do not change.

    Cost centre `cc-1202`. Based on `http-service@1.1.0`.

    <details><summary>staging-eu-central-1 (cluster) — 1 object: Deployment</summary>

    `deployment.yaml` (+1 −1), from `golden-paths/http-service/1.1.0/cluster/deployment.yaml.tera`

    ```diff
    @@ -55,7 +55,7 @@
                 app: orders-api
           containers:
           - name: service
    -        image: registry.example.org/orders/api:1.4.0
    +        image: registry.example.org/orders/api:1.5.0
             env:
             - name: PORT
               value: "8080"
    ```

    </details>

    <sub>`http-service@1.1.0` (COMMIT) · the working tree on COMMIT · bytes COMMIT</sub>
    -- exit 0
    "#);
    assert_eq!(desk.json("platform", &["diff", "main"], "DiffReport")["units"].as_array().map(Vec::len), Some(1));
}

#[test]
fn diff_needs_commits() {
    let desk = Desk::with_git();
    assert_snapshot!(desk.run(&["diff", "nowhere"]), @r#"
    $ goldpath diff nowhere
    -- stderr
    error: there is no commit "nowhere" in the repository
      hint: name a branch, a tag or a commit that is in this repository; `git fetch` may bring it
    -- exit 2
    "#);
    assert_snapshot!(Desk::new().run(&["diff"]), @r"
    $ goldpath diff
    -- stderr
    error: DESK/platform is not the top of a Git repository, and `goldpath diff` compares commits
      hint: run it in a clone of the platform repository; `goldpath validate` and `goldpath render` need no Git
    -- exit 2
    ");
}

#[test]
fn run_refuses_what_it_cannot_start_with() {
    let desk = Desk::new();
    let config = "apiVersion: goldpath.dev/v1\nkind: Daemon\nspec:\n  repositry: {url: x}\n  forge: {type: github}\n  listen: 0.0.0.0:80\n";
    desk.write("daemon.yaml", config);
    assert_snapshot!(desk.run_in(".", &["run"]), @r"
    $ goldpath run
    -- stderr
    error: nothing says which repository to watch
      hint: give `--repo URL`, or `spec.repository.url` in a file named with `--config FILE`
    -- exit 2
    ");
    assert_snapshot!(desk.run_in(".", &["run", "--repo", "platform.git"]), @r"
    $ goldpath run --repo platform.git
    -- stderr
    error: nothing says where to keep its state
      hint: give `--state DIR`, or `spec.state.dir` in a file named with `--config FILE`
    -- exit 2
    ");
    assert_snapshot!(desk.run_in(".", &["run", "--repo", "nowhere.git", "--state", "state", "--listen", "127.0.0.1:0"]), @r#"
    $ goldpath run --repo nowhere.git --state state --listen 127.0.0.1:0
    -- stderr
    error: failed to open nowhere.git as a Git repository
      caused by: "DESK/nowhere.git" does not appear to be a git repository
      caused by: Could not retrieve metadata of "DESK/nowhere.git"
      caused by: No such file or directory (os error 2)
      hint: name a folder with a Git repository, or the address of one
    -- exit 2
    "#);
    assert_snapshot!(desk.run_in(".", &["run", "--config", "daemon.yaml"]), @r"
    $ goldpath run --config daemon.yaml
    -- stderr
    error: the configuration has 3 mistakes
        daemon.yaml:4:3: unknown field `spec.repositry` — did you mean `repository`?
        daemon.yaml:5:17: the forge `github` is not in this version — use `local`
        daemon.yaml:6:11: 0.0.0.0:80 can be reached from other machines, which this version does not protect — listen at `127.0.0.1:80` and let a proxy in front of it do TLS and the login
    -- exit 2
    ");
    assert_snapshot!(desk.run_in(".", &["run", "--config", "nothing.yaml"]), @r"
    $ goldpath run --config nothing.yaml
    -- stderr
    error: unable to read the configuration
      caused by: nothing.yaml does not exist
      hint: is the name right?
    -- exit 2
    ");
    assert_snapshot!(desk.run_in(".", &["run", "--repo", "x", "--state", "state", "--listen", "localhost"]), @r#"
    $ goldpath run --repo x --state state --listen localhost
    -- stderr
    error: `--listen`: "localhost" is not an address with a port
      hint: write it like `127.0.0.1:7171`
    -- exit 2
    "#);
    desk.write("full/file", "");
    assert_snapshot!(desk.run_in(".", &["demo", "--dir", "full"]), @r"
    $ goldpath demo --dir full
    -- stderr
    error: DESK/full is not empty
      hint: name an empty or a new folder with `--dir DIR`
    -- exit 2
    ");
}

#[test]
fn audit_needs_a_repository_a_key_and_evidence() {
    let desk = Desk::with_git();
    desk.write("evidence.pub", "no key\n");
    assert_snapshot!(desk.run(&["audit", "log"]), @r"
    $ goldpath audit log
    no evidence here: nothing was applied yet, or this is a clone without it. To fetch it:
      git fetch origin refs/notes/goldpath:refs/notes/goldpath rendered:rendered
    -- exit 0
    ");
    assert_snapshot!(desk.run(&["audit", "verify"]), @r"
    $ goldpath audit verify
    -- stderr
    error: `--key PUB` is missing: without the public key nothing can be verified
      hint: it is `keys/evidence.pub` in the daemon's state folder; get it from the platform team, not from the repository
    -- exit 2
    ");
    assert_snapshot!(desk.run(&["audit", "verify", "--key", "../nothing.pub"]), @r"
    $ goldpath audit verify --key ../nothing.pub
    -- stderr
    error: ../nothing.pub does not exist
      hint: is the name right?
    -- exit 2
    ");
    assert_snapshot!(desk.run(&["audit", "verify", "--key", "../evidence.pub"]), @r"
    $ goldpath audit verify --key ../evidence.pub
    -- stderr
    error: ../evidence.pub is not a public key of goldpath
      caused by: it is no public Ed25519 key in PEM (`-----BEGIN PUBLIC KEY-----`)
      hint: it is `keys/evidence.pub` in the daemon's state folder
    -- exit 2
    ");
    assert_snapshot!(desk.run_in(".", &["audit", "log"]), @r"
    $ goldpath audit log
    -- stderr
    error: there is no Git repository in DESK or above it
      hint: name the platform repository, or a clone of it, with `--repo DIR`
    -- exit 2
    ");
    assert_snapshot!(desk.run_in(".", &["audit", "log", "--repo", "nowhere"]), @r"
    $ goldpath audit log --repo nowhere
    -- stderr
    error: nowhere does not exist
      hint: is the name right?
    -- exit 2
    ");
}

#[test]
fn row_20_what_a_clone_does_not_hold_is_never_a_removal() {
    let desk = Desk::with_git();
    desk.git("platform", &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", desk.path("platform").display());
    desk.git(".", &["clone", "--quiet", "--sparse", &url, "sparse"]);
    assert!(!desk.path("sparse/requests").exists());
    assert_snapshot!(desk.run_in("sparse", &["diff", "main"]), @"
    $ goldpath diff main
    nothing that is rendered changes
    -- exit 0
    ");
    // what is checked out is fetched, and what stood there before is not
    let request = "platform/requests/orders-team/orders-demo.yaml";
    let text = std::fs::read_to_string(desk.path(request)).expect("the example has it");
    desk.write(request, &text.replace("lifetime: ", "# shorter than it was\n  lifetime: "));
    desk.commit("platform", "Say why");
    desk.git(".", &["clone", "--quiet", "--filter=blob:none", &url, "partial"]);
    assert_snapshot!(desk.run_in("partial", &["diff", "main~1", "--no-cache"]), @"
    $ goldpath diff main~1 --no-cache
    -- stderr
    error: failed to read requests/orders-team/orders-demo.yaml
      caused by: An object with id COMMIT could not be found
      hint: some of the repository is missing: a partial clone becomes a whole one with `git fetch --refetch --no-filter`
    -- exit 3
    ");
    // the next step that it names
    desk.git("partial", &["fetch", "--quiet", "--refetch", "--no-filter"]);
    assert_snapshot!(desk.run_in("partial", &["diff", "main~1", "--no-cache"]), @"
    $ goldpath diff main~1 --no-cache
    needs a review by orders-team (carol and erin), because `requests/orders-team/orders-demo.yaml` changes
    nothing that is rendered changes
    -- exit 0
    ");
}

#[test]
fn a_reader_that_goes_away_is_no_failure_and_a_full_disk_is_one() {
    let desk = Desk::new();
    let mut command = desk.command(env!("CARGO_BIN_EXE_goldpath"), "platform");
    let mut child = command.arg("render").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("goldpath is there");
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().expect("stderr is piped").read_to_string(&mut said).expect("text");
    assert_eq!((child.wait().expect("it ends").code(), said.as_str()), (Some(0), ""));

    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let output = desk.command(env!("CARGO_BIN_EXE_goldpath"), "platform").arg("render").stdout(full).output().expect("goldpath is there");
    assert_eq!(output.status.code(), Some(3));
    assert_snapshot!(String::from_utf8_lossy(&output.stderr), @r"
    error: unable to write to stdout
      caused by: No space left on device (os error 28)
    ");
}
