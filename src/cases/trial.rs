//! Everything that can be tried of a repository, each by itself, so that one that comes to no end takes nothing else with it.

use super::check::{self, Failure, Ran};
use super::generate::{self, Tried, Wrong};
use super::{Case, Subject, Watcher, cases, releases};
use crate::model::{Coverage, Finding, Place, Platform, PolicyFile, ReleaseId, RepoPath, Turn};
use crate::parse::parse;
use crate::policy::{self, Policies, Tested};
use crate::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::OnceLock;

/// Something that is tried by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trial {
    /// A case.
    Case(Case),
    /// A release, with requests that are made from its own schema.
    Made {
        /// The release.
        release: ReleaseId,
        /// How many requests that fit, and how many that do not.
        count: usize,
    },
    /// All policies, made ready to run.
    Policies,
    /// A file of tests of policies.
    Rules {
        /// The file.
        file: RepoPath,
        /// The release whose policies it tests; nothing: the organisation's.
        release: Option<ReleaseId>,
    },
}

/// What came of a trial, with the lines that it reached where that is wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Of a case.
    Case(Ran, Coverage),
    /// Of a release; nothing when it cannot be read at all.
    Made(Option<Tried>),
    /// Of each rule of a file, or of each policy that is wrong.
    Rules(Vec<Tested>, Coverage),
}

impl Trial {
    /// All of a repository: its cases, its releases with so many generated requests (none for 0), and its tests of policies.
    pub fn all(repository: &Snapshot, count: usize) -> Vec<Self> {
        let cases = cases(repository).into_iter().map(Self::Case);
        let releases = releases(repository).into_iter().filter(|_| count > 0).map(|release| Self::Made { release, count });
        let rules = policy::tests(repository).into_iter().map(|PolicyFile { file, release }| Self::Rules { file, release });
        let has_policies = repository.files().keys().any(|path| path.as_str().ends_with(".rego"));
        cases.chain(releases).chain(has_policies.then_some(Self::Policies)).chain(rules).collect()
    }

    /// The release that it is about; nothing: the organisation's policies, or a renderer.
    pub fn release(&self) -> Option<&ReleaseId> {
        match self {
            Self::Case(Case { subject: Subject::Release(release), .. }) => Some(release),
            Self::Case(Case { subject: Subject::Renderer(_), .. }) | Self::Policies => None,
            Self::Made { release, .. } => Some(release),
            Self::Rules { release, .. } => release.as_ref(),
        }
    }

    /// The file that it begins with.
    pub fn file(&self) -> RepoPath {
        let path = match self {
            Self::Case(case) => return case.request(),
            Self::Made { release, .. } => RepoPath::parse(&format!("{}/release.yaml", release.folder())),
            Self::Policies => RepoPath::parse("policies"),
            Self::Rules { file, .. } => Ok(file.clone()),
        };
        path.expect("it is made of the names of files")
    }

    /// Whose turn it is when it does not come to an end.
    pub fn turn(&self) -> Turn {
        if self.release().is_some() { Turn::PathOwner } else { Turn::Platform }
    }

    /// Whether this can have come of it: whoever ran it may name another case, whose folder is somewhere else.
    pub fn fits(&self, answer: &Answer) -> bool {
        match (self, answer) {
            (Self::Case(case), Answer::Case(ran, _)) => ran.case == *case,
            (Self::Made { release, .. }, Answer::Made(tried)) => tried.as_ref().is_none_or(|tried| tried.release == *release),
            (Self::Rules { file, release }, Answer::Rules(tested, _)) => {
                tested.iter().all(|tested| tested.file == *file && tested.release == *release)
            }
            (Self::Policies, Answer::Rules(tested, _)) => {
                tested.iter().all(|tested| tested.failure.is_some() && !tested.file.as_str().ends_with("_test.rego"))
            }
            (Self::Case(_) | Self::Made { .. } | Self::Policies | Self::Rules { .. }, _) => false,
        }
    }

    /// What it came to when it was ended from outside.
    pub fn ended(&self, findings: Vec<Finding>) -> Answer {
        let said = |finding: Finding| Failure::Said(Box::new(finding));
        match self {
            Self::Case(case) => {
                let failures = findings.into_iter().map(said).collect();
                Answer::Case(Ran { case: case.clone(), failures, expected: None }, Coverage::default())
            }
            Self::Made { release, .. } => {
                let ended = |finding| Wrong::Ended { finding: Box::new(finding) };
                let failures = findings.into_iter().map(ended).collect();
                Answer::Made(Some(Tried { release: release.clone(), valid: 0, refused: 0, failures, denied: Vec::new() }))
            }
            Self::Policies => Answer::Rules(findings.iter().map(broken).collect(), Coverage::default()),
            Self::Rules { file, release } => {
                let one = |finding: Finding| {
                    let failure = Some(format!("{}:{}: {}", finding.place.path, finding.place.span.line, finding.message));
                    Tested { file: file.clone(), release: release.clone(), rule: String::new(), failure }
                };
                Answer::Rules(findings.into_iter().map(one).collect(), Coverage::default())
            }
        }
    }
}

impl fmt::Display for Trial {
    /// `preview@1.0.0 defaults`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case(case) => write!(f, "{} {}", case.subject, case.name),
            Self::Made { release, .. } => write!(f, "{release} made from its schema"),
            Self::Policies => f.write_str("all policies"),
            Self::Rules { file, .. } => write!(f, "{file}"),
        }
    }
}

/// A policy that cannot be run as it is.
fn broken(finding: &Finding) -> Tested {
    let Place { path, span } = &finding.place;
    let help = if finding.help.is_empty() { String::new() } else { format!(". {}", finding.help) };
    let failure = Some(format!("{path}:{}:{}: {}{help}", span.line, span.column, finding.message));
    Tested { file: path.clone(), release: ReleaseId::of_file(path), rule: String::new(), failure }
}

/// What all trials of a repository share.
pub struct Bench {
    repository: Snapshot,
    /// Only its policies, and the teams that own them.
    platform: Platform,
    /// The organisation's, compiled when they are first asked.
    policies: OnceLock<Policies>,
    /// Whether cases tell which lines they reach.
    coverage: bool,
}

impl Bench {
    /// Only what trials need: requests have nothing to do with them.
    pub fn needs(repository: &Snapshot) -> Snapshot {
        const FOLDERS: [&str; 6] = ["golden-paths", "policies", "renderers", "schemas", "targets", "teams"];
        repository.only(|path| path.as_str() == "goldpath.yaml" || FOLDERS.iter().any(|folder| path.below(folder).is_some()))
    }

    /// Makes ready, with or without the lines that cases reach; no schema, template or policy is run yet.
    pub fn of(repository: Snapshot, coverage: bool) -> Self {
        let of_policies = repository.only(|path| path.as_str().ends_with(".rego") || path.below("teams").is_some());
        let platform = parse(&of_policies).platform;
        Self { repository, platform, policies: OnceLock::new(), coverage }
    }

    /// Runs one trial.
    pub fn run(&self, trial: &Trial, watcher: &Watcher) -> Answer {
        match trial {
            Trial::Case(case) => {
                let (ran, outcome) = check::run(&self.repository, case, watcher);
                let outcome = outcome.filter(|_| self.coverage);
                Answer::Case(ran, outcome.map(|outcome| outcome.coverage(&case.subject, watcher)).unwrap_or_default())
            }
            Trial::Made { release, count } => {
                Answer::Made(generate::tried(&self.repository, self.of_organisation(watcher), release, *count, watcher))
            }
            Trial::Policies => {
                let (_, findings) = policy::compile_telling(&self.repository, &self.platform, &mut |ask| watcher.asks(ask));
                Answer::Rules(findings.iter().filter(|finding| finding.is_error()).map(broken).collect(), Coverage::default())
            }
            Trial::Rules { file, release } => {
                let file = PolicyFile { file: file.clone(), release: release.clone() };
                let (tested, coverage) = policy::test(&self.repository, &self.platform, &file, &|ask| watcher.asks(ask));
                Answer::Rules(tested, coverage)
            }
        }
    }

    /// What is wrong with them is told by their own tests, and where a change is judged.
    fn of_organisation(&self, watcher: &Watcher) -> &Policies {
        self.policies.get_or_init(|| {
            let (policies, _) = policy::compile_telling(&self.repository, &self.platform, &mut |ask| watcher.asks(ask));
            policies.of_organisation()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RendererId;

    #[test]
    fn an_answer_fits_its_own_trial_alone() {
        let release = |text: &str| ReleaseId::parse(text).unwrap();
        let case = |id: &str, name: &str| Trial::Case(Case { subject: Subject::Release(release(id)), name: name.to_owned() });
        let rules = |file: &str, id: Option<&str>| Trial::Rules { file: RepoPath::parse(file).unwrap(), release: id.map(release) };
        let trials = [
            case("app@1.0.0", "small"),
            case("app@1.0.0", "../../../../.."),
            case("app@1.1.0", "small"),
            Trial::Case(Case { subject: Subject::Renderer(RendererId::parse("app@1").unwrap()), name: "small".to_owned() }),
            Trial::Made { release: release("app@1.0.0"), count: 1 },
            Trial::Made { release: release("app@1.1.0"), count: 1 },
            rules("policies/a_test.rego", None),
            rules("policies/b_test.rego", None),
            rules("policies/a_test.rego", Some("app@1.0.0")),
            Trial::Policies,
        ];
        let finding = || Finding::error(crate::model::Code::policy("x"), Place::file(RepoPath::parse("a").unwrap()), "x");
        for (trial, number) in trials.iter().zip(0..) {
            let fitting: Vec<usize> = (0..trials.len()).filter(|other| trial.fits(&trials[*other].ended(vec![finding()]))).collect();
            assert_eq!(fitting, [number], "{trial}");
        }
    }

    #[test]
    fn one_foreign_rule_among_many_does_not_fit() {
        let file = |name: &str| RepoPath::parse(name).unwrap();
        let tested = |name: &str| Tested { file: file(name), release: None, rule: "a".to_owned(), failure: None };
        let trial = Trial::Rules { file: file("policies/a_test.rego"), release: None };
        let of = |names: &[&str]| trial.fits(&Answer::Rules(names.iter().map(|name| tested(name)).collect(), Coverage::default()));
        assert!(of(&[]) && of(&["policies/a_test.rego"; 2]) && !of(&["policies/a_test.rego", "policies/b_test.rego"]));
        assert!(Trial::Made { release: ReleaseId::parse("app@1.0.0").unwrap(), count: 1 }.fits(&Answer::Made(None)));
    }
}
