//! The folder of one plan: the rendered files, Terraform's own data and the plan's file, each apart.

use super::{Error, Root, fence};
use crate::model::RepoPath;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const PREFIX: &str = "plan-";
/// Override files are merged last: whatever the rendered files say, the back end is the local one. What came of it is checked.
const OVERRIDE: &str = "zzzz_goldpath_override.tf.json";
const BACK_END: &str = r#"{"terraform": {"backend": {"local": {}}}}"#;

/// The folder of one plan; it goes away with this value.
#[derive(Debug)]
pub(super) struct Work {
    /// Removed with this value; what cannot be removed then is swept by the next plan of the same root.
    _dir: TempDir,
    root: PathBuf,
    data: PathBuf,
    plan_file: PathBuf,
    pub(super) state: PathBuf,
    /// Locked as long as this value lives, so that others see that the folder is in use.
    _in_use: File,
}

impl Work {
    pub(super) async fn open(root: Root, files: BTreeMap<RepoPath, Arc<[u8]>>) -> Result<Self, Error> {
        let dir = root.dir.clone();
        let opened = tokio::task::spawn_blocking(move || Self::open_blocking(&root, &files)).await;
        opened.unwrap_or_else(|stop| Err(Error::folder(&dir)(std::io::Error::other(stop))))
    }

    fn open_blocking(root: &Root, files: &BTreeMap<RepoPath, Arc<[u8]>>) -> Result<Self, Error> {
        if let Some(path) = files.keys().find(|path| is_terraforms_own(path)) {
            return Err(Error::File { path: path.clone() });
        }
        let state = std::path::absolute(&root.state).map_err(Error::folder(&root.state))?;
        private_folder(state.parent().unwrap_or(&state))?;
        let parent = private_folder(&root.dir)?;
        let (dir, in_use) = {
            // Held for a moment, so that nobody sweeps the folder away between its making and its locking.
            let _making = locked(&parent)?;
            sweep(&parent, &state)?;
            let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&parent).map_err(Error::folder(&parent))?;
            let in_use = locked(dir.path())?;
            (dir, in_use)
        };
        let (root, data, plan_file) = (dir.path().join("root"), dir.path().join("data"), dir.path().join("plan.bin"));
        let work = Self { _dir: dir, root, data, plan_file, state, _in_use: in_use };
        work.write(files)?;
        Ok(work)
    }

    fn write(&self, files: &BTreeMap<RepoPath, Arc<[u8]>>) -> Result<(), Error> {
        std::fs::create_dir(&self.root).map_err(Error::folder(&self.root))?;
        for (path, bytes) in files {
            // The folder is new and ours alone: there is no link in it that could be followed.
            let file = self.root.join(path.as_str());
            let folder = file.parent().unwrap_or(&self.root);
            std::fs::create_dir_all(folder).map_err(Error::folder(folder))?;
            std::fs::write(&file, bytes).map_err(Error::folder(&file))?;
        }
        let file = self.root.join(OVERRIDE);
        std::fs::write(&file, BACK_END).map_err(Error::folder(&file))
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    pub(super) fn plan_file(&self) -> &Path {
        &self.plan_file
    }

    /// Whether the back end that `init` settled on is the local one with our state.
    pub(super) fn check_back_end(&self) -> Result<(), Error> {
        let text = std::fs::read(self.data.join("terraform.tfstate")).unwrap_or_default();
        let settled: Value = serde_json::from_slice(&text).unwrap_or_default();
        let back_end = &settled["backend"];
        let ours = back_end["type"] == "local"
            && back_end["config"]["path"].as_str().map(Path::new) == Some(&self.state)
            && back_end["config"]["workspace_dir"].is_null();
        if ours { Ok(()) } else { Err(Error::BackEnd { state: self.state.clone() }) }
    }
}

/// Removes folders of plans whose daemon is gone, unless an apply that outlived it may still be at work in one.
fn sweep(parent: &Path, state: &Path) -> Result<(), Error> {
    let Some(_fence) = fence::try_acquire(state)? else { return Ok(()) };
    for entry in std::fs::read_dir(parent).map_err(Error::folder(parent))?.filter_map(Result::ok) {
        let is_plan = entry.file_name().to_string_lossy().starts_with(PREFIX) && entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_plan && File::open(entry.path()).is_ok_and(|dir| dir.try_lock().is_ok()) {
            std::fs::remove_dir_all(entry.path()).ok();
        }
    }
    Ok(())
}

fn locked(folder: &Path) -> Result<File, Error> {
    let file = File::open(folder).map_err(Error::folder(folder))?;
    file.lock().map_err(Error::folder(folder))?;
    Ok(file)
}

/// Files that Terraform reads or writes by name: state, data, plan, and what would come after our override.
fn is_terraforms_own(path: &RepoPath) -> bool {
    let name = path.file_name();
    let data = path.components().any(|component| component.starts_with(".terraform") && component != ".terraform.lock.hcl");
    data || name.contains(".tfstate") || name == OVERRIDE
}

/// Makes a folder that only we can read, where there is none; gives its absolute path.
pub(super) fn private_folder(path: &Path) -> Result<PathBuf, Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Error::folder(path))?;
    std::path::absolute(path).map_err(Error::folder(path))
}

/// Our own configuration of the command: providers from the mirror, nothing else, no question to the network.
pub(super) fn write_cli_config(home: &Path, mirror: &Path) -> Result<PathBuf, Error> {
    let path = home.join("cli.tfrc");
    let quoted = Value::from(mirror.to_string_lossy()).to_string().replace("${", "$${");
    let text = format!("disable_checkpoint = true\nprovider_installation {{\n  filesystem_mirror {{\n    path = {quoted}\n  }}\n}}\n");
    let write = || {
        let mut file = tempfile::NamedTempFile::new_in(home)?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        file.persist(&path).map_err(|error| error.error)
    };
    write().map_err(Error::folder(&path))?;
    Ok(path)
}

/// A flag with a path as its value.
pub(super) fn flag(name: &str, value: &Path) -> OsString {
    [OsStr::new(name), value.as_os_str()].into_iter().collect()
}
