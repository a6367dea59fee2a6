//! Who is told what a trial is about to run, so that its death can be traced.

use crate::model::{Place, RepoPath, RequestId};
use crate::{parse, policy, render};
use std::sync::Arc;

/// What a trial is about to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A schema.
    Check(parse::Check),
    /// All templates of a release, by its `release.yaml`.
    Load(RepoPath),
    /// A template.
    Render(render::At),
    /// A policy, or a test of one.
    Ask(policy::Ask),
    /// A tag or an expression of a template, where that is wanted.
    Tag(Place),
    /// Nothing that the repository brought.
    Between,
}

/// Told every step, from the thread that takes it.
pub struct Watcher {
    tell: Arc<dyn Fn(Step) + Send + Sync>,
    /// Whether each tag and expression is told.
    tags: bool,
}

impl Watcher {
    /// Somebody who is told every step; `tags`: each tag and expression too.
    pub fn new(tell: Arc<dyn Fn(Step) + Send + Sync>, tags: bool) -> Self {
        Self { tell, tags }
    }

    /// Nobody watches.
    pub fn nobody() -> Self {
        Self::new(Arc::new(|_| {}), false)
    }

    pub(super) fn reads(&self, progress: parse::Progress) {
        (self.tell)(match progress {
            parse::Progress::Begins(check) => Step::Check(check),
            parse::Progress::Ended(_) => Step::Between,
        });
    }

    pub(super) fn asks(&self, ask: policy::Ask) {
        (self.tell)(Step::Ask(ask));
    }

    pub(super) fn judges(&self, progress: policy::Progress) {
        if let policy::Progress::Begins(ask) = progress {
            self.asks(ask);
        }
    }

    pub(super) fn renders(&self, at: render::At) {
        (self.tell)(Step::Render(at));
    }

    /// What watches over the rendering of a setting, with the request that the trial is about.
    pub(super) fn rendering(&self, request: Option<RequestId>) -> render::Watched {
        let tell = Arc::clone(&self.tell);
        let told = move |progress| {
            tell(match progress {
                render::Progress::Loads(release) => Step::Load(release),
                render::Progress::Begins(at) => Step::Render(at),
                render::Progress::Step(place) => Step::Tag(place),
                render::Progress::Loaded(_) | render::Progress::Ended(..) => Step::Between,
            });
        };
        render::Watched { tell: Arc::new(told), traced: request.filter(|_| self.tags), ..render::Watched::by_nobody() }
    }
}
