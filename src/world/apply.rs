//! One unit of one target: brought to what was accepted, probed rather than told again.

use super::publish::Files;
use super::{Outside, Tree};
use crate::command::{Apply, Event, LeaseProof, target_key};
use crate::config::{self, Connection};
use crate::directory::{self, Directory, Done};
use crate::error::{Error, Kind};
use crate::model::{ConnectionName, Digest, RepoPath, TargetKind, UnitId};
use crate::observe::{Outcome, TerraformPlan, UnitResult};
use crate::plan::{ApplyPlan, Approved};
use crate::render::Unit;
use crate::terraform::{self, Planned, Root, Terraform};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::runtime::Handle;

impl Outside {
    /// Makes a target hold what was accepted for one unit: with an approved plan that has this move, and the lease of its target.
    pub(super) fn apply(
        &self,
        apply: &Apply,
        approved: &ApplyPlan<Approved>,
        lease: &LeaseProof,
        inventory: &BTreeMap<RepoPath, Digest>,
    ) -> Result<Event, Error> {
        let accepted = approved.step(&apply.unit).is_some_and(|step| step.transition.after == apply.transition.after);
        if !accepted || lease.key() != target_key(&apply.unit.target) {
            return Err(Error::bug(format!("`{}` is not to be applied by this plan and lease", apply.unit)));
        }
        let outcome = match apply.target_kind {
            _ if apply.transition.after.is_none() && apply.keep => kept(),
            TargetKind::Directory => self.apply_directory(apply, inventory)?,
            TargetKind::Terraform => self.apply_terraform(apply)?,
        };
        Ok(Event::Applied { unit: apply.unit.clone(), outcome })
    }

    /// The accepted bytes of a unit; they are rendered again and must have the accepted digest.
    fn accepted_unit(&self, apply: &Apply, wanted: Option<Digest>) -> Result<Unit, Error> {
        let tree = self.trusted(&apply.commit)?;
        let unit = tree.rendered.units.get(&apply.unit).filter(|unit| Some(unit.digest) == wanted);
        unit.cloned().ok_or_else(|| {
            Error::new(Kind::Bug, format!("`{}` does not render to the accepted bytes at {}", apply.unit, apply.commit.short()))
        })
    }

    fn apply_directory(&self, apply: &Apply, inventory: &BTreeMap<RepoPath, Digest>) -> Result<Outcome, Error> {
        let files = match apply.transition.after {
            Some(wanted) => files(&self.accepted_unit(apply, Some(wanted))?),
            None => Files::new(),
        };
        if let Some(outcome) = self.disagreement(apply, inventory, &files)? {
            return Ok(outcome);
        }
        let root = self.directory_of(&apply.unit)?;
        match Directory::new(root).apply_blocking(&apply.unit, inventory, &files) {
            Ok(results) => {
                let objects = results.into_iter().map(|result| (result.path.to_string(), done(result.done).to_owned())).collect();
                let inventory = files.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect();
                Ok(Outcome::Applied(UnitResult { objects, plan: None, inventory }))
            }
            Err(error @ directory::Error::Conflict(_)) => Ok(Outcome::Foreign { what: error.to_string() }),
            Err(error @ (directory::Error::Gone { .. } | directory::Error::Reserved(_))) => {
                Ok(Outcome::Failed { message: error.to_string(), at: None, made_by: None })
            }
            Err(error @ directory::Error::Io { .. }) => Ok(Outcome::Unreachable { message: error.to_string() }),
        }
    }

    /// Why nothing may be written: the inventory is not that of what was applied, or files would go away that Git does not show as applied.
    /// The inventory is memory; that a file is goldpath's to take away is said by the branch `rendered`, or by what an accepted commit
    /// renders to while its change is not published yet.
    fn disagreement(&self, apply: &Apply, inventory: &BTreeMap<RepoPath, Digest>, wanted: &Files) -> Result<Option<Outcome>, Error> {
        let unit = &apply.unit;
        let known = (!inventory.is_empty()).then(|| Unit::digest_of_digests(inventory));
        let shown = self.as_applied(unit)?.unwrap_or_default();
        let shown: BTreeMap<RepoPath, Digest> = shown.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect();
        if known != apply.transition.before {
            return Ok(Some(Outcome::Foreign { what: not_as_applied(unit, inventory, &shown) }));
        }
        let takes_away = inventory.keys().any(|path| !wanted.contains_key(path));
        let is_known = |tree: &Tree| tree.rendered.units.get(unit).map(|unit| unit.digest) == known;
        if takes_away && shown != *inventory && !self.kept().trusted.iter().any(|(_, tree)| is_known(tree)) {
            let message =
                format!("the branch `rendered` does not show yet what was applied of `{unit}`: nothing is taken away before it does");
            return Ok(Some(Outcome::Unreachable { message }));
        }
        Ok(None)
    }

    /// Plans again to a file, and applies that file when its actions are among the reviewed ones.
    fn apply_terraform(&self, apply: &Apply) -> Result<Outcome, Error> {
        let destroy = apply.transition.after.is_none();
        let unit = if destroy { self.unit_to_destroy(apply)? } else { self.accepted_unit(apply, apply.transition.after)? };
        let (terraform, root) = self.terraform_of(&unit.id, Purpose::Apply, None)?;
        let planned = match block(terraform.plan(&root, &files(&unit), destroy)) {
            Ok(planned) => planned,
            Err(error) => return Ok(self.traced(apply, &unit, refused(&error))),
        };
        let unseen = apply.reviewed.not_among(&planned.plan);
        if !unseen.is_empty() {
            return Ok(Outcome::Unreviewed { actions: unseen.into_iter().cloned().collect(), plan: planned.plan.digest });
        }
        Ok(self.traced(apply, &unit, apply_planned(&terraform, &root, &planned)))
    }

    /// What goes away is taken away with the bytes with which it was applied; what was begun and never applied, with those of the try:
    /// Terraform's state knows what was made, and the bytes only which provider made it.
    fn unit_to_destroy(&self, apply: &Apply) -> Result<Unit, Error> {
        let tree = self.trusted(&apply.commit)?;
        let Some(unit) = tree.rendered.units.get(&apply.unit) else {
            return Err(Error::bug(format!("`{}` is not rendered at {}", apply.unit, apply.commit.short())));
        };
        if Some(unit.digest) == apply.transition.before {
            return Ok(unit.clone());
        }
        let Some(files) = self.as_applied(&apply.unit)? else { return Ok(unit.clone()) };
        let template = unit.request_file.clone();
        let file = |bytes: Arc<[u8]>| crate::render::RenderedFile { digest: Digest::of(&bytes), bytes, template: template.clone() };
        let files = files.into_iter().map(|(path, bytes)| (path, file(bytes))).collect();
        Ok(Unit { files, ..unit.clone() })
    }

    /// What Terraform would do for a unit; with the credentials for planning. Where nothing was ever accepted, `base` says where it goes.
    pub(super) fn terraform_plan(&self, unit: &Unit, destroy: bool, base: Option<&Tree>) -> Result<TerraformPlan, Unplanned> {
        let (terraform, root) = self.terraform_of(&unit.id, Purpose::Plan, base).map_err(|error| (error, None))?;
        let planned = block(terraform.plan(&root, &files(unit), destroy));
        Ok(planned.map_err(|error| (unusable(&error), error.at().cloned()))?.plan)
    }

    fn connection_of(&self, unit: &UnitId, base: Option<&Tree>) -> Result<(ConnectionName, Option<&Connection>), Error> {
        let name = self.connection_name(unit, base)?;
        let known = self.connections.get(name.as_str());
        Ok((name, known))
    }

    /// The connection that the newest accepted tree names for the unit's target; before one was accepted, the base that is compared with.
    fn connection_name(&self, unit: &UnitId, base: Option<&Tree>) -> Result<ConnectionName, Error> {
        let kept: Vec<Arc<Tree>> = self.kept().trusted.iter().rev().map(|(_, tree)| tree.clone()).collect();
        let trees = kept.iter().map(Arc::as_ref).chain(base.filter(|_| kept.is_empty()));
        let named = trees.into_iter().find_map(|tree| tree.parsed.platform.targets.get(&unit.target));
        let name = named.map(|target| target.connection.clone());
        name.ok_or_else(|| Error::new(Kind::Outside, format!("target `{}` of `{unit}` is not in the platform repository", unit.target)))
    }

    fn directory_of(&self, unit: &UnitId) -> Result<std::path::PathBuf, Error> {
        match self.connection_of(unit, None)? {
            (_, Some(Connection::Directory { path })) => Ok(path.clone()),
            (name, None) => Ok(self.state.join("world").join(name.as_str())),
            (name, Some(Connection::Terraform { .. })) => Err(wrong_type(unit, &name, "terraform", "directory")),
        }
    }

    fn terraform_of(&self, unit: &UnitId, purpose: Purpose, base: Option<&Tree>) -> Result<(Terraform, Root), Error> {
        let (name, connection) = self.connection_of(unit, base)?;
        let (binary, state, env) = match connection {
            Some(Connection::Terraform { binary, state, plan_env, apply_env }) => {
                let env = if purpose == Purpose::Plan { plan_env } else { apply_env };
                (binary.clone(), state.clone(), config::reveal(env))
            }
            None => (None, None, BTreeMap::new()),
            Some(Connection::Directory { .. }) => return Err(wrong_type(unit, &name, "directory", "terraform")),
        };
        let states = state.unwrap_or_else(|| self.state.join("terraform").join(name.as_str()));
        let folder = unit.folder();
        let binary = binary.or_else(config::terraform_binary).ok_or_else(|| {
            Error::new(Kind::Outside, "there is neither `terraform` nor `tofu` on the path")
                .hint("install one, or name one in the connection's `binary`")
        })?;
        let terraform = Terraform::new(binary, &self.state.join("terraform-home"), None, self.signer.values_key());
        let terraform = terraform.map_err(|error| unusable(&error))?;
        let root = Root { dir: self.state.join("terraform-work").join(&folder), state: states.join(folder).join("terraform.tfstate"), env };
        Ok((terraform, root))
    }
}

/// Why there is no plan, and the rendered file and line that the error names.
pub(super) type Unplanned = (Error, Option<(String, u32)>);

/// What Terraform is asked for; each purpose has credentials of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Plan,
    Apply,
}

/// What is said of an inventory that is not that of what was applied: the files in which it differs from the branch `rendered`, ten at most.
fn not_as_applied(unit: &UnitId, inventory: &BTreeMap<RepoPath, Digest>, shown: &BTreeMap<RepoPath, Digest>) -> String {
    let all: BTreeSet<&RepoPath> = inventory.keys().chain(shown.keys()).collect();
    let side = |digest: Option<&Digest>| digest.map_or_else(|| "no file".to_owned(), Digest::short);
    let differs = all.into_iter().filter(|path| inventory.get(*path) != shown.get(*path));
    let lines = differs
        .map(|path| format!("\n{path}: remembered {}, the branch `rendered` shows {}", side(inventory.get(path)), side(shown.get(path))));
    let lines: Vec<String> = lines.take(10).collect();
    format!(
        "what is remembered of the files of `{unit}` is not what was applied, and nothing was written; end the daemon and move its database away: \
         it is made again from the branch `rendered`{}",
        lines.concat()
    )
}

fn unusable(error: &terraform::Error) -> Error {
    Error::new(Kind::Outside, error.to_string())
}

fn wrong_type(unit: &UnitId, name: &ConnectionName, is: &str, wanted: &str) -> Error {
    Error::new(Kind::Usage, format!("connection `{name}` is of type {is}, but target `{}` of `{unit}` is of type {wanted}", unit.target))
        .hint("mend the connection in the daemon's configuration")
}

fn apply_planned(terraform: &Terraform, root: &Root, planned: &Planned) -> Outcome {
    if planned.plan.actions.is_empty() && !planned.plan.outputs_changed {
        return Outcome::Applied(UnitResult { plan: Some(planned.plan.digest), ..UnitResult::default() });
    }
    match block(terraform.apply(root, planned)) {
        Ok(applied) => {
            Outcome::Applied(UnitResult { objects: applied.objects, plan: Some(planned.plan.digest), inventory: BTreeMap::new() })
        }
        Err(error) => refused(&error),
    }
}

/// What is busy or out of reach is tried again for as long as it takes; what Terraform refuses is shown.
fn refused(error: &terraform::Error) -> Outcome {
    let message = error.to_string();
    if error.is_busy() { Outcome::Unreachable { message } } else { Outcome::Failed { message, at: error.at().cloned(), made_by: None } }
}

fn kept() -> Outcome {
    Outcome::Applied(UnitResult { objects: [("everything".to_owned(), "kept".to_owned())].into(), ..UnitResult::default() })
}

fn done(done: Done) -> &'static str {
    match done {
        Done::Created => "created",
        Done::Changed => "changed",
        Done::Removed => "removed",
        Done::Unchanged => "unchanged",
    }
}

fn files(unit: &Unit) -> Files {
    unit.files.iter().map(|(path, file)| (path.clone(), file.bytes.clone())).collect()
}

/// Waits for a future on a thread that may block.
fn block<T>(future: impl Future<Output = T>) -> T {
    Handle::current().block_on(future)
}
