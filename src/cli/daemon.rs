//! The daemon: everything opened, joined and started; and the answers to what people ask of it.

use super::asked::{Asked, not_now};
use crate::config::Config;
use crate::error::{Error, Kind};
use crate::forge::{Approves, By, Forge, Local, Slot, Subject};
use crate::git::{self, Repository};
use crate::model::{ChangeId, Digest, Digester};
use crate::reconcile::{Key, Reconciler};
use crate::report::{self, DaemonStatus, Detail, Remark};
use crate::server::{self, Action, Api, Done, Hosts, LookedAt, Question, Readiness, Refused};
use crate::signer::Signer;
use crate::store::Store;
use crate::watch::{self, Watch};
use crate::world::{Parts, World};
use crate::{change, forge, telemetry, worker};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch as channel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The owner of all leases: there is one daemon on a state folder, and its lock says so.
const OWNER: &str = "goldpath";

/// A daemon that runs.
pub(super) struct Daemon {
    desk: Arc<Desk>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
    url: String,
    _watch: Watch,
    _lock: File,
}

/// Where questions are answered.
struct Desk {
    reconciler: Arc<Reconciler<World>>,
    repository: String,
    branch: String,
    sandbox_lacks: Vec<String>,
}

/// Starts a daemon; it runs until it is stopped.
pub(super) async fn start(config: Config) -> Result<Daemon, Error> {
    let lock = lock_state(&config.state_dir)?;
    let metrics = telemetry::metrics()?.clone();
    let listener = server::bind(config.listen).await?;
    let address = listener.local_addr().map_err(|error| Error::outside("unable to listen", &error))?;
    let url = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let store = Store::open(&config.state_dir.join("goldpath.db")).await?;
    store.bury(OWNER, Timestamp::now()).await?;
    let git = Repository::open_or_mirror(&config.repository.url, &config.state_dir)?;
    let hosts = Hosts::new(address, config.public_url.as_deref());
    let world = World::new(parts(&config, git.clone())?);
    let reconciler = Arc::new(Reconciler::new(store, world, OWNER.to_owned(), Some(url.clone())));
    reconciler.take_up().await?;

    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    let (bell, triggers) = watch::triggers();
    let watch = watch_repository(&config, &git, bell)?;
    tasks.spawn(listen_to(triggers, reconciler.clone(), stop.clone()));
    let loop_ = (reconciler.clone(), stop.clone());
    tasks.spawn(async move { loop_.0.run(loop_.1).await });
    let repository = shown(&config.repository.url);
    let desk = Arc::new(Desk { reconciler, repository, branch: config.repository.branch.clone(), sandbox_lacks: sandbox_lacks()? });
    let (ask, questions) = mpsc::channel(64);
    tasks.spawn(answer_all(desk.clone(), questions, stop.clone()));
    let (ready, seen) = channel::channel(Readiness::NotYet("the repository has not been looked at yet".to_owned()));
    tasks.spawn(watch_readiness(desk.clone(), ready, stop.clone()));
    let api = Api { ask, ready: seen, metrics, hosts };
    let server_stop = stop.clone();
    tasks.spawn(async move {
        if let Err(error) = server::serve(listener, api, server_stop).await {
            tracing::error!(%error, "the server ended");
        }
    });
    tracing::info!(%url, "serving");
    Ok(Daemon { desk, stop, tasks, url, _watch: watch, _lock: lock })
}

/// One daemon for each state folder.
fn lock_state(dir: &Path) -> Result<File, Error> {
    let failed = |error: std::io::Error| Error::outside(format!("unable to use the state folder {}", dir.display()), &error);
    std::fs::create_dir_all(dir).map_err(failed)?;
    // whoever holds the lock has written who it is: the file is not emptied before the lock is held
    let path = dir.join("daemon.lock");
    let mut lock = File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(failed)?;
    match rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => return Err(taken(dir, &mut lock)),
        Err(error) => return Err(failed(error.into())),
    }
    let written = lock.set_len(0).and_then(|()| writeln!(lock, "{}", std::process::id()));
    written.map(|()| lock).map_err(failed)
}

/// Who uses a state folder now, when somebody does.
pub(super) fn holder(dir: &Path) -> Option<String> {
    let mut lock = File::open(dir.join("daemon.lock")).ok()?;
    let taken = rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockShared);
    (taken == Err(rustix::io::Errno::WOULDBLOCK)).then(|| written(&mut lock))
}

/// The process that has written itself into a lock.
fn written(lock: &mut File) -> String {
    let mut holder = String::new();
    drop(lock.read_to_string(&mut holder));
    holder.trim().parse::<u32>().map_or_else(|_| "another daemon".to_owned(), |pid| format!("another daemon, process {pid},"))
}

fn taken(dir: &Path, lock: &mut File) -> Error {
    let who = written(lock);
    Error::new(Kind::Usage, format!("{who} uses the state folder {}", dir.display()))
        .hint("end it first, or give this one a folder of its own with `--state DIR`")
}

/// What the kernel does not give to shut workers in, and says so in the log; a daemon that cannot start any does not start.
fn sandbox_lacks() -> Result<Vec<String>, Error> {
    let lacks = worker::walls(&super::place::program()?)?.missing;
    if !lacks.is_empty() {
        tracing::warn!(lacks = lacks.join("; "), "what pull requests bring is rendered with limits on memory and time alone");
    }
    Ok(lacks)
}

fn parts(config: &Config, git: Repository) -> Result<Parts, Error> {
    Ok(Parts {
        git,
        branch: config.repository.branch.clone(),
        forge: Forge::Local(Local::open(&config.state_dir)?),
        connections: config.connections.clone(),
        signer: Signer::open_or_create(&config.state_dir)?,
        owners: config.owners.clone(),
        state: config.state_dir.clone(),
        exe: super::place::program()?,
        threads: super::run::threads(),
    })
}

fn watch_repository(config: &Config, git: &Repository, bell: watch::Bell) -> Result<Watch, Error> {
    if !git::is_remote(&config.repository.url) {
        return Ok(watch::repository(&PathBuf::from(&config.repository.url), config.repository.poll, bell)?);
    }
    let git = git.clone();
    let look = move || {
        let git = git.clone();
        async move { tokio::task::spawn_blocking(move || references(&git)).await.ok().and_then(Result::ok) }
    };
    Ok(watch::remote(config.repository.poll, bell, look))
}

/// Brings the mirror up to date; the digest of all its branches.
fn references(git: &Repository) -> Result<Digest, git::Error> {
    git.fetch()?;
    let branches = git.branches()?;
    let fields = branches.iter().fold(Digester::new(), |digester, (name, commit)| digester.field(name).field(commit.as_str()));
    Ok(fields.finish())
}

async fn listen_to(mut triggers: watch::Triggers, reconciler: Arc<Reconciler<World>>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            taken = triggers.next() => {
                taken.iter().for_each(|trigger| telemetry::triggered(trigger.name()));
                if let Err(error) = reconciler.look_at(&Key::Repository).await {
                    tracing::error!(%error, "unable to note that the repository is to be looked at");
                }
            }
        }
    }
}

async fn watch_readiness(desk: Arc<Desk>, ready: channel::Sender<Readiness>, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = desk.reconciler.first_round() => drop(ready.send(Readiness::Ready)),
    }
}

async fn answer_all(desk: Arc<Desk>, mut questions: mpsc::Receiver<Question>, stop: CancellationToken) {
    loop {
        let question = tokio::select! {
            () = stop.cancelled() => return,
            question = questions.recv() => question,
        };
        let Some(question) = question else { return };
        let desk = desk.clone();
        tokio::spawn(async move {
            if let Err(error) = desk.answer(question).await {
                tracing::error!(%error, "unable to answer");
            }
        });
    }
}

impl Desk {
    /// Answers one question; who asked may be gone.
    async fn answer(&self, question: Question) -> Result<(), Error> {
        match question {
            Question::Changes { reply } => drop(reply.send(self.reconciler.summaries().await?)),
            Question::Change { id, reply } => drop(reply.send(self.detail(&id).await?)),
            Question::Act { id, token, action, reply } => drop(reply.send(self.act(&id, &token, action).await?)),
            Question::Status { wait, reply } => {
                if wait {
                    self.reconciler.settled().await?;
                }
                drop(reply.send(self.status().await?));
            }
        }
        Ok(())
    }

    async fn detail(&self, id: &ChangeId) -> Result<Option<Detail>, Error> {
        let Some(change) = self.reconciler.stored(id).await? else { return Ok(None) };
        let (posted, remarks) = subject(&change).map(|subject| self.said(&subject)).unwrap_or_default();
        let detail = self.reconciler.detail(id, remarks).await?;
        // what was posted is what people speak of, also while something else is being looked at
        let report = posted.map(|posted| match change.under_way() {
            Some(round) => report::overtaken(&posted, &round.head, self.reconciler.said(id).map(|said| said.head).as_ref()),
            None => posted,
        });
        Ok(detail.map(|detail| Detail { report: report.unwrap_or(detail.report.clone()), ..detail }))
    }

    /// The comment as it is posted, and what else was said, by whom.
    fn said(&self, subject: &Subject) -> (Option<String>, Vec<Remark>) {
        self.reconciler.world().with_local(|local| {
            let comments = local.comments(subject);
            let posted = comments.iter().find(|comment| comment.by == By::Goldpath(Slot::Sticky)).map(|comment| comment.text.clone());
            let others = comments.iter().filter_map(|comment| {
                let author = match &comment.by {
                    By::Goldpath(Slot::Sticky) => return None,
                    By::Goldpath(Slot::Once(_)) => "goldpath".to_owned(),
                    By::Person(user) => user.clone(),
                };
                Some(Remark { author, at: comment.at, text: comment.text.clone() })
            });
            (posted, others.collect())
        })
    }

    async fn act(&self, id: &ChangeId, token: &SecretString, action: Action) -> Result<Result<Done, Refused>, Error> {
        let person = self.reconciler.world().with_local(|local| local.authenticate(token.expose_secret()))?;
        let Some(person) = person else { return Ok(Err(Refused::Token)) };
        let Some(change) = self.reconciler.stored(id).await? else { return Ok(Err(Refused::Unknown)) };
        let (summary, holds) = self.reconciler.summary(&change).await?;
        let said = self.reconciler.said(id);
        let asked = Asked { change: &change, summary: &summary, holds: &holds, said: said.as_ref(), user: &person.user };
        let message = match self.do_it(&asked, action) {
            Ok(message) => message,
            Err(refused) => return Ok(Err(refused)),
        };
        self.reconciler.look_at(&Key::Change(id.clone())).await?;
        Ok(Ok(Done { user: person.user, message }))
    }

    /// Does what a person asks.
    fn do_it(&self, asked: &Asked<'_>, action: Action) -> Result<String, Refused> {
        let Asked { change, summary, user, .. } = asked;
        let id = &change.id;
        let subject = subject(change).ok_or_else(|| not_now("it has not been looked at yet", "try again in a moment"))?;
        match action {
            Action::Comment { text } => {
                self.tell(asked, |local, now| local.person_comment(&subject, user, &text, now).map(drop))?;
                Ok(format!("{user} commented on {id}"))
            }
            Action::Approve { hold, looked_at } => self.approve(asked, &subject, hold.as_deref(), &looked_at),
            Action::Merge => {
                let show = format!("`goldpath change show {id}` says what to do");
                let number = id.number().ok_or_else(|| not_now(&format!("{id} is on the default branch already"), &show))?;
                let change::ChangeState::Waiting(review) = &change.state else {
                    return Err(not_now(&format!("{id} cannot be merged now, it is {}: {}", summary.state, summary.line), &show));
                };
                if !review.may_merge(&change.facts) {
                    return Err(not_now(&format!("{id} cannot be merged yet: {}", summary.line), &show));
                }
                let plan = asked.shown()?;
                self.tell(asked, |local, now| local.want_merge(number, user, (&plan.head, plan.effect), now))?;
                Ok(format!("{user} asked for the merge of {id}"))
            }
        }
    }

    /// Approves what is shown of it, or one hold by name, when that is of any use.
    fn approve(&self, asked: &Asked<'_>, subject: &Subject, hold: Option<&str>, looked_at: &LookedAt) -> Result<String, Refused> {
        let Asked { change, summary, user, .. } = asked;
        let id = &change.id;
        if let Some(name) = hold {
            let held = asked.may_clear(name)?;
            asked.check(looked_at)?;
            let what = Approves::Hold { name, digest: held.reason.digest() };
            self.tell(asked, |local, now| local.approve(subject, user, what, now))?;
            return Ok(format!("{user} approved hold {name} of {id}"));
        }
        let plan = asked.shown()?;
        asked.check(looked_at)?;
        let what = Approves::Head { head: &plan.head, effect: plan.effect };
        self.tell(asked, |local, now| local.approve(subject, user, what, now))?;
        let head = plan.head.short();
        Ok(if asked.is_asked() {
            format!("{user} approved {id} at {head}")
        } else {
            format!("{user} approved {id} at {head}, but no rule that it waits for asks {user}: {}", summary.line)
        })
    }

    fn tell(&self, asked: &Asked<'_>, tell: impl FnOnce(&mut Local, Timestamp) -> Result<(), forge::Error>) -> Result<(), Refused> {
        self.reconciler.world().with_local(|local| tell(local, Timestamp::now())).map_err(|error| match error {
            forge::Error::Refused(refused) => {
                let hint = format!("{}: {}", asked.change.id, asked.summary.line);
                Refused::NotAllowed { message: refused.to_string(), hint }
            }
            error => Refused::Outside { message: error.to_string() },
        })
    }

    async fn status(&self) -> Result<DaemonStatus, Error> {
        let changes = self.reconciler.summaries().await?;
        let line = self.reconciler.known_line().await?;
        Ok(DaemonStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            repository: self.repository.clone(),
            branch: self.branch.clone(),
            tip: line.tip,
            accepted: line.judge,
            open: changes.iter().filter(|change| change.is_open()).count(),
            held: changes.iter().filter(|change| change.is_held()).count(),
            rewound: line.rewound,
            sandbox_lacks: self.sandbox_lacks.clone(),
            rounds: self.reconciler.rounds(),
            targets: self.reconciler.targets().await?,
        })
    }
}

/// What is talked about on the forge.
fn subject(change: &change::Change) -> Option<Subject> {
    let of_pull = change.id.number().map(Subject::Pull);
    of_pull.or_else(|| change.landing().map(|landing| Subject::Commit(landing.commit.clone())))
}

/// An address without a password.
fn shown(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}{}", &url[..scheme + 3], &url[at + 1..]),
        _ => url.to_owned(),
    }
}

impl Daemon {
    /// Where its pages are.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Looks at the repository once more, and waits until nothing is being worked on.
    pub(super) async fn settled(&self) -> Result<DaemonStatus, Error> {
        self.desk.reconciler.settled().await?;
        self.desk.status().await
    }

    /// Waits until it ends by itself, which it does only by a mistake.
    pub(super) async fn stop(mut self) {
        self.stop.cancel();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(Duration::from_secs(20), ended).await.is_err() {
            tracing::warn!("some work did not end in time; it is taken up at the next start");
        }
    }
}
