//! The story of the demo: what is done, by whom, and what came of it. Everything that is printed was read back from where it stands.

use super::desk::{self, Person, files_below, git};
use crate::cli::client::{Actor, Server};
use crate::cli::daemon::{self, Daemon};
use crate::cli::{audit, print};
use crate::config::Config;
use crate::error::{Error, Kind};
use crate::forge::people;
use crate::git::{NOTES, Repository};
use crate::{evidence, report};
use include_dir::{Dir, include_dir};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;

static EXAMPLE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/platform-repo-example");
const MISTAKE: &str = include_str!("../../../demo/mistake.yaml");
const REQUEST: &str = include_str!("../../../demo/request.yaml");
/// The requests of the example that a story begins with: applying all of them would take longer than the story.
const REQUESTS: [&str; 5] = [
    "requests/catalog-team/catalog-search.yaml",
    "requests/orders-team/orders-api.yaml",
    "requests/orders-team/orders-demo.yaml",
    "requests/payments-team/payments-gateway.yaml",
    "requests/payments-team/payments-preview.yaml",
];
const FILE: &str = "requests/payments-team/payments-staging.yaml";
const BRANCH: &str = "payments-staging";
const PLATFORM: (&str, &str) = ("Platform team", "platform@example.org");

/// Where a story is told, and since when.
struct Story<'a> {
    dir: &'a Path,
    step: u32,
    since: Instant,
}

impl Story<'_> {
    /// Begins the next step.
    fn next(&mut self, title: &str) {
        self.step += 1;
        self.since = Instant::now();
        print(&format!("\n\u{2501}\u{2501} {}. {title}", self.step));
    }

    /// Shows something that happened.
    fn shown(&self, text: &str) {
        text.lines().for_each(|line| print(&format!("   {line}")));
    }

    /// Ends the step with the time that it took.
    fn took(&self) {
        print(&format!("   ({:.2} s)", self.since.elapsed().as_secs_f64()));
    }
}

/// Tells the whole story; the daemon goes on running, and `stays` says whether it will when the story is over.
pub(super) async fn tell(dir: &Path, stays: bool) -> Result<Daemon, Error> {
    let mut story = Story { dir, step: 0, since: Instant::now() };
    print(&format!("goldpath demo in {}", dir.display()));
    make_repository(&mut story).await?;
    let [alice, bob] = make_people(&mut story)?;
    let daemon = start(&mut story).await?;
    propose(&mut story, &daemon, &alice).await?;
    mend(&mut story, &daemon, &alice).await?;
    approve_and_merge(&mut story, &daemon, &alice, &bob).await?;
    look_at_the_world(&mut story).await?;
    look_at_the_evidence(&mut story).await?;
    what_next(&story, &daemon, stays);
    Ok(daemon)
}

async fn make_repository(story: &mut Story<'_>) -> Result<(), Error> {
    story.next("A platform repository: a bare one with the example, and a clone of it");
    let (bare, work) = (story.dir.join("platform.git"), story.dir.join("work"));
    Repository::init_bare(&bare, "main")?;
    let bare = bare.to_string_lossy().into_owned();
    git(story.dir, PLATFORM, &["clone", "--quiet", &bare, "work"]).await?;
    desk::write_folder(&EXAMPLE, &work)?;
    desk::remove_folder(&work.join("requests"))?;
    // the request that it is for is not among them
    desk::remove_folder(&work.join("exceptions/identity-team"))?;
    for request in REQUESTS {
        let text = EXAMPLE.get_file(request).and_then(include_dir::File::contents_utf8).expect("a test tells the story");
        desk::write(&work.join(request), text)?;
    }
    git(&work, PLATFORM, &["add", "--all"]).await?;
    git(&work, PLATFORM, &["commit", "--quiet", "--message", "The platform of example.org"]).await?;
    git(&work, PLATFORM, &["push", "--quiet", "origin", "HEAD:main"]).await?;
    story.shown(&git(&work, PLATFORM, &["log", "-1", "--format=%h %s", "--shortstat"]).await?);
    story.took();
    Ok(())
}

fn make_people(story: &mut Story<'_>) -> Result<[Person; 2], Error> {
    story.next("Two people with tokens of their own: alice writes requests, bob reviews them");
    let state = story.dir.join("state");
    let person = |name: &'static str| -> Result<Person, Error> {
        let email = format!("{name}@example.org");
        let token = people::add(&state, name, &email)?;
        desk::write_secret(&story.dir.join(format!("{name}.token")), token.expose())?;
        Ok(Person { name, email })
    };
    let people = [person("alice")?, person("bob")?];
    story.shown("alice.token and bob.token; the daemon keeps only their digests");
    story.took();
    Ok(people)
}

async fn start(story: &mut Story<'_>) -> Result<Daemon, Error> {
    story.next("The daemon starts and takes what the default branch says as its base");
    let url = story.dir.join("platform.git");
    let config = Config::without_file(&url.to_string_lossy(), &story.dir.join("state"), Some("127.0.0.1:0"))?;
    let daemon = daemon::start(config).await?;
    let status = daemon.settled().await?;
    story.shown(&report::status_terminal(&status));
    story.took();
    Ok(daemon)
}

async fn push(story: &Story<'_>, who: &Person, text: &str, message: &str) -> Result<(), Error> {
    let work = story.dir.join("work");
    let person = (who.name, who.email.as_str());
    desk::write(&work.join(FILE), text)?;
    git(&work, person, &["checkout", "--quiet", "-B", BRANCH]).await?;
    git(&work, person, &["add", "--all"]).await?;
    git(&work, person, &["commit", "--quiet", "--message", message]).await?;
    git(&work, person, &["push", "--quiet", "origin", BRANCH]).await?;
    story.shown(&format!("$ git push origin {BRANCH}"));
    Ok(())
}

async fn propose(story: &mut Story<'_>, daemon: &Daemon, alice: &Person) -> Result<(), Error> {
    story.next("alice pushes a branch with a request that has two mistakes");
    push(story, alice, MISTAKE, "Ask for payments-staging").await?;
    show_comment(story, daemon).await
}

async fn mend(story: &mut Story<'_>, daemon: &Daemon, alice: &Person) -> Result<(), Error> {
    story.next("alice mends both and pushes again; the same comment is updated");
    push(story, alice, REQUEST, "Mend the region and the replicas").await?;
    show_comment(story, daemon).await
}

/// Waits until the daemon has nothing to do, and shows the comment as it is posted.
async fn show_comment(story: &Story<'_>, daemon: &Daemon) -> Result<(), Error> {
    daemon.settled().await?;
    let change = ask(daemon.url(), |url| Server::at(url).get("changes/pr-1")).await?;
    let comment = change.pointer("/change/report").and_then(Value::as_str);
    let comment = comment.ok_or_else(|| Error::new(Kind::Bug, "the daemon has posted no comment"))?;
    story.shown(&format!("the comment on pull request #1:\n\n{}", quoted(comment)));
    story.took();
    Ok(())
}

/// The comment as a reader first meets it: what is folded is shown by its summary.
fn quoted(text: &str) -> String {
    report::folded(text).lines().map(|line| format!("\u{2502} {line}\n")).collect()
}

async fn approve_and_merge(story: &mut Story<'_>, daemon: &Daemon, alice: &Person, bob: &Person) -> Result<(), Error> {
    story.next("alice may not approve her own request; bob does, and alice merges");
    let own = post(story, daemon, alice, "approve").await;
    story.shown(&format!("$ goldpath change approve 1 --token-file alice.token\n{}", said(&own)));
    let approved = post(story, daemon, bob, "approve").await;
    story.shown(&format!("$ goldpath change approve 1 --token-file bob.token\n{}", said(&approved)));
    approved?;
    daemon.settled().await?;
    let merged = post(story, daemon, alice, "merge").await;
    story.shown(&format!("$ goldpath change merge 1 --token-file alice.token\n{}", said(&merged)));
    merged?;
    show_comment(story, daemon).await
}

/// Does something about the change as a person, the way `goldpath change` does.
async fn post(story: &Story<'_>, daemon: &Daemon, who: &Person, verb: &str) -> Result<Value, Error> {
    let path = format!("changes/pr-1/{verb}");
    let token_file = story.dir.join(format!("{}.token", who.name));
    ask(daemon.url(), move |url| Actor::at(url, token_file).post(&path, &json!({}))).await
}

/// Asks the daemon over its address, as anybody else does.
async fn ask<T: Send + 'static>(url: &str, ask: impl FnOnce(&str) -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    let url = url.to_owned();
    let asked = tokio::task::spawn_blocking(move || ask(&url)).await;
    asked.unwrap_or_else(|error| Err(Error::bug(error.to_string())))
}

fn said(answer: &Result<Value, Error>) -> String {
    match answer {
        Ok(answer) => report::done_terminal(answer),
        Err(error) => error.to_string(),
    }
}

async fn look_at_the_world(story: &mut Story<'_>) -> Result<(), Error> {
    story.next("The world: files of directory targets, Terraform's states, and the branch `rendered`");
    let world = story.dir.join("state/world");
    let ours = |path: &Path| path.to_string_lossy().contains(BRANCH);
    for (path, size) in files_below(&world).into_iter().filter(|(path, _)| ours(path)) {
        story.shown(&format!("{:>6} B  world/{}", size, path.display()));
    }
    for (path, size) in files_below(&story.dir.join("state/terraform")).into_iter().filter(|(path, _)| ours(path)) {
        story.shown(&format!("{:>6} B  terraform/{}", size, path.display()));
    }
    let bare = story.dir.join("platform.git");
    story.shown("$ git log -1 rendered");
    story.shown(&git(&bare, PLATFORM, &["log", "-1", "--stat=100", "--format=%h %s%n%n%b", "rendered"]).await?);
    story.took();
    Ok(())
}

async fn look_at_the_evidence(story: &mut Story<'_>) -> Result<(), Error> {
    story.next("The evidence: signed statements in Git notes, verified with the public key alone");
    let repository = Repository::open(story.dir.join("platform.git"))?;
    let key = story.dir.join("state/keys/evidence.pub");
    let bare = story.dir.join("platform.git");
    story.shown(&format!("$ goldpath audit log --repo {}", bare.display()));
    story.shown(&report::audit_log(&evidence::unverified(&repository.notes_all(NOTES)?)));
    let found = audit::verified(&repository, &audit::public_key(&key)?)?;
    story.shown(&format!("$ goldpath audit verify --repo {} --key {}", bare.display(), key.display()));
    story.shown(&report::audit_verify(&found.entries, &found.gaps));
    story.took();
    if found.is_sound() { Ok(()) } else { Err(Error::bug("the evidence of the demo does not verify")) }
}

fn what_next(story: &Story<'_>, daemon: &Daemon, stays: bool) {
    let dir = story.dir.display();
    let page = daemon.url();
    print("\n\u{2501}\u{2501} What next");
    if stays {
        story.shown(&format!("Look:    {page}/changes/pr-1"));
    } else {
        let address = page.trim_start_matches("http://");
        story.shown(&format!("Start:   goldpath run --repo {dir}/platform.git --state {dir}/state --listen {address}"));
        story.shown(&format!("Look:    {page}/changes/pr-1   # once it is started again"));
    }
    story.shown(&format!("Try:     cd {dir}/work && git checkout -b mine && $EDITOR {FILE}   # then commit and push"));
    story.shown(&format!("Ask:     goldpath change list --server {page}"));
    story.shown(&format!("Approve: goldpath change approve 2 --server {page} --token-file {dir}/bob.token"));
    story.shown(&format!("Audit:   goldpath audit log --repo {dir}/platform.git"));
}
