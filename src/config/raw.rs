//! The file as it is written, read field by field, so that one mistake does not hide the next.

use super::{Connection, Mistake, address};
use crate::model::{Label, child, close_match, quoted_list};
use crate::yaml::{self, Document};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a file says; nothing is required, since flags may say it.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub(super) url: Option<String>,
    pub(super) branch: Option<String>,
    pub(super) poll: Option<Duration>,
    pub(super) owners: BTreeSet<String>,
    pub(super) state_dir: Option<PathBuf>,
    pub(super) listen: Option<SocketAddr>,
    pub(super) public_url: Option<String>,
    pub(super) connections: BTreeMap<String, Connection>,
}

/// Reads a file's text; paths in it are relative to its folder.
pub(super) fn read(text: &str, file: &Path, secret: &dyn Fn(&Path) -> io::Result<SecretString>) -> Result<Raw, Vec<Mistake>> {
    let parsed = yaml::parse(text);
    let problems = parsed.problems.iter().filter(|problem| problem.is_error());
    let mistakes: Vec<Mistake> = problems
        .map(|problem| Mistake {
            line: problem.span.line,
            column: problem.span.column,
            message: problem.message.clone(),
            help: problem.help.clone(),
        })
        .collect();
    let [document] = parsed.documents.as_slice() else {
        let message = format!("a configuration is one document, this file has {}", parsed.documents.len());
        return Err(if mistakes.is_empty() { vec![Mistake { line: 1, column: 1, message, help: String::new() }] } else { mistakes });
    };
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut reader = Reader { document, folder, secret, mistakes };
    let raw = reader.file();
    reader.mistakes.sort();
    if reader.mistakes.is_empty() { Ok(raw) } else { Err(reader.mistakes) }
}

struct Reader<'a> {
    document: &'a Document<'a>,
    folder: &'a Path,
    secret: &'a dyn Fn(&Path) -> io::Result<SecretString>,
    mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    fn file(&mut self) -> Raw {
        self.object("", &["apiVersion", "kind", "spec"]);
        self.constant("/apiVersion", "goldpath.dev/v1");
        self.constant("/kind", "Daemon");
        self.object("/spec", &["repository", "trust", "forge", "state", "listen", "publicUrl", "connections"]);
        self.object("/spec/repository", &["url", "branch", "poll"]);
        self.object("/spec/state", &["dir", "database"]);
        self.forge();
        self.database();
        Raw {
            url: self.text("/spec/repository/url"),
            branch: self.text("/spec/repository/branch"),
            poll: self.poll(),
            owners: self.trust(),
            state_dir: self.path("/spec/state/dir"),
            listen: self.listen(),
            public_url: self.public_url(),
            connections: self.connections(),
        }
    }

    fn constant(&mut self, pointer: &str, wanted: &str) {
        match self.text(pointer) {
            Some(text) if text == wanted => {}
            Some(text) => self.wrong(pointer, format!("`{}` is `{text}`", name(pointer)), format!("it must be `{wanted}`")),
            None if self.value(pointer).is_none() => {
                self.wrong("", format!("`{}` is missing", name(pointer)), format!("add `{}: {wanted}`", name(pointer)));
            }
            None => {}
        }
    }

    fn forge(&mut self) {
        let pointer = "/spec/forge/type";
        match self.text(pointer).as_deref() {
            Some("local") => self.object("/spec/forge", &["type"]),
            Some(kind @ ("github" | "gitea")) => {
                self.wrong(pointer, format!("the forge `{kind}` is not in this version"), "use `local`".to_owned());
            }
            Some(other) => self.wrong(pointer, format!("`{other}` is no forge"), "use `local`".to_owned()),
            None if self.value("/spec/forge").is_some() && self.value(pointer).is_none() => {
                self.wrong("/spec/forge", "`spec.forge.type` is missing".to_owned(), "add `type: local`".to_owned());
            }
            None => {}
        }
    }

    fn database(&mut self) {
        if self.value("/spec/state/database").is_some() {
            let help = "leave `database` out: SQLite in `state.dir` is used".to_owned();
            self.wrong("/spec/state/database", "PostgreSQL is not in this version".to_owned(), help);
        }
    }

    fn poll(&mut self) -> Option<Duration> {
        let text = self.text("/spec/repository/poll")?;
        let poll = duration(&text);
        if poll.is_none() {
            let message = format!("`spec.repository.poll` is `{text}`, which is no duration of a second or more");
            self.wrong("/spec/repository/poll", message, "write it like `30s`, `5m` or `1h`".to_owned());
        }
        poll
    }

    fn trust(&mut self) -> BTreeSet<String> {
        self.object("/spec/trust", &["owners", "minApprovals", "signedCommits", "allowedSignersFile"]);
        self.unenforced("/spec/trust/minApprovals", &Value::from(0), "write approval rules in the repository's `goldpath.yaml`");
        self.unenforced("/spec/trust/signedCommits", &Value::from(false), "leave it out");
        if self.value("/spec/trust/allowedSignersFile").is_some() {
            let message = "signatures of commits are not checked in this version".to_owned();
            self.wrong("/spec/trust/allowedSignersFile", message, "leave it out".to_owned());
        }
        let owners = match self.value("/spec/trust/owners") {
            None | Some(Value::Null) => return BTreeSet::new(),
            Some(Value::Array(owners)) => owners.len(),
            Some(other) => {
                self.not("/spec/trust/owners", "a list of users", other);
                return BTreeSet::new();
            }
        };
        (0..owners).filter_map(|number| self.text(&format!("/spec/trust/owners/{number}"))).collect()
    }

    /// A protection that this version lacks must not look as if it were there.
    fn unenforced(&mut self, pointer: &str, off: &Value, help: &str) {
        match self.value(pointer) {
            None => {}
            Some(value) if value == off => {}
            Some(value) if value.is_boolean() == off.is_boolean() && value.is_number() == off.is_number() => {
                self.wrong(pointer, format!("`{}: {value}` is not enforced in this version", name(pointer)), help.to_owned());
            }
            Some(value) => self.not(pointer, if off.is_boolean() { "`true` or `false`" } else { "a number" }, value),
        }
    }

    fn listen(&mut self) -> Option<SocketAddr> {
        let text = self.text("/spec/listen")?;
        address(&text).map_err(|(message, help)| self.wrong("/spec/listen", message, help)).ok()
    }

    fn public_url(&mut self) -> Option<String> {
        let text = self.text("/spec/publicUrl")?;
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let fits = rest
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains([' ', '?', '#', '@', '"', '<', '>', '\\']));
        if !fits {
            let help = "write it like `https://goldpath.example.org`".to_owned();
            self.wrong("/spec/publicUrl", format!("`{text}` is not the address of a page"), help);
            return None;
        }
        Some(text.trim_end_matches('/').to_owned())
    }

    fn connections(&mut self) -> BTreeMap<String, Connection> {
        let names = self.names("/spec/connections");
        names.into_iter().filter_map(|name| self.connection(&name).map(|connection| (name, connection))).collect()
    }

    fn connection(&mut self, name: &str) -> Option<Connection> {
        let at = child("/spec/connections", name);
        if let Err(error) = Label::parse(name) {
            self.wrong(&at, format!("`{name}` cannot name a connection: {error}"), String::new());
        }
        let kind = child(&at, "type");
        match self.text(&kind).as_deref() {
            Some("directory") => {
                self.object(&at, &["type", "path"]);
                let path = self.path(&child(&at, "path"));
                if path.is_none() && self.value(&child(&at, "path")).is_none() {
                    self.wrong(&at, format!("connection `{name}` has no `path`"), "name the folder that it is".to_owned());
                }
                path.map(|path| Connection::Directory { path })
            }
            Some("terraform") => Some(self.terraform(&at)),
            Some(other @ ("kubernetes" | "repository")) => {
                let message = format!("connections of type `{other}` are not in this version");
                self.wrong(&kind, message, "use `directory` or `terraform`".to_owned());
                None
            }
            Some(other) => {
                self.wrong(&kind, format!("`{other}` is no type of a connection"), "use `directory` or `terraform`".to_owned());
                None
            }
            None => {
                if self.value(&kind).is_none() {
                    self.wrong(&at, format!("connection `{name}` has no `type`"), "add `type: directory` or `type: terraform`".to_owned());
                }
                None
            }
        }
    }

    fn terraform(&mut self, at: &str) -> Connection {
        self.object(at, &["type", "binary", "state", "plan", "apply"]);
        let binary = self.text(&child(at, "binary")).map(PathBuf::from);
        // A bare name is looked up on the `PATH`; with a slash it is a file.
        let binary = binary.map(|binary| if binary.components().count() > 1 { self.folder.join(binary) } else { binary });
        Connection::Terraform {
            binary,
            state: self.path(&child(at, "state")),
            plan_env: self.variables(&child(at, "plan")),
            apply_env: self.variables(&child(at, "apply")),
        }
    }

    fn variables(&mut self, at: &str) -> BTreeMap<String, SecretString> {
        self.object(at, &["env"]);
        let env = child(at, "env");
        let names = self.names(&env);
        names.into_iter().filter_map(|name| self.variable(&env, &name).map(|value| (name, value))).collect()
    }

    fn variable(&mut self, env: &str, variable: &str) -> Option<SecretString> {
        let at = child(env, variable);
        let mut bytes = variable.bytes();
        if !bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_') || !bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            self.wrong(&at, format!("`{variable}` cannot name a variable"), "use letters, digits and `_`".to_owned());
        }
        if self.value(&at).is_some_and(|value| !value.is_object()) {
            let help = "put the value into a file and write `{file: PATH}`".to_owned();
            self.wrong(&at, format!("`{variable}` is given here in clear"), help);
            return None;
        }
        self.object(&at, &["file"]);
        let pointer = child(&at, "file");
        let Some(file) = self.path(&pointer) else {
            if self.value(&pointer).is_none() {
                self.wrong(&at, format!("`{variable}` has no `file`"), "write `{file: PATH}`".to_owned());
            }
            return None;
        };
        match (self.secret)(&file) {
            Ok(value) if !value.expose_secret().is_empty() => Some(value),
            Ok(_) => {
                self.wrong(&pointer, format!("{} is empty", file.display()), String::new());
                None
            }
            Err(error) => {
                let help = "name a file that the daemon's user may read".to_owned();
                self.wrong(&pointer, format!("unable to read {}: {error}", file.display()), help);
                None
            }
        }
    }

    fn value(&self, pointer: &str) -> Option<&'a Value> {
        self.document.value().pointer(pointer)
    }

    fn text(&mut self, pointer: &str) -> Option<String> {
        match self.value(pointer)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Null => None,
            other => {
                self.not(pointer, "a text", other);
                None
            }
        }
    }

    fn path(&mut self, pointer: &str) -> Option<PathBuf> {
        Some(self.folder.join(self.text(pointer)?))
    }

    /// The keys of an object that may be absent.
    fn names(&mut self, pointer: &str) -> Vec<String> {
        match self.value(pointer) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(members)) => members.keys().cloned().collect(),
            Some(other) => {
                self.not(pointer, "an object", other);
                Vec::new()
            }
        }
    }

    /// Says every field that is not among the known ones.
    fn object(&mut self, pointer: &str, known: &[&str]) {
        for key in self.names(pointer).iter().filter(|key| !known.contains(&key.as_str())) {
            let help = match close_match(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known are {}", quoted_list(known.iter().copied())),
            };
            let at = child(pointer, key);
            let place = self.document.place(&at).and_then(|spot| spot.key).map_or((1, 1), |span| (span.line, span.column));
            self.at(place, format!("unknown field `{}`", name(&at)), help);
        }
    }

    fn not(&mut self, pointer: &str, wanted: &str, value: &Value) {
        let is = match value {
            Value::Null => "nothing",
            Value::Bool(_) => "`true` or `false`",
            Value::Number(_) => "a number",
            Value::String(text) if text.is_empty() => "empty",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        let field = if pointer.is_empty() { "the file".to_owned() } else { format!("`{}`", name(pointer)) };
        self.wrong(pointer, format!("{field} is {is}"), format!("it must be {wanted}"));
    }

    fn wrong(&mut self, pointer: &str, message: String, help: String) {
        let place = self.document.place(pointer).map_or((1, 1), |spot| (spot.value.line, spot.value.column));
        self.at(place, message, help);
    }

    fn at(&mut self, (line, column): (u32, u32), message: String, help: String) {
        self.mistakes.push(Mistake { line, column, message, help });
    }
}

/// A JSON pointer as people write it: `spec.repository.url`.
fn name(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".").replace("~1", "/").replace("~0", "~")
}

/// Seconds, minutes, hours or days; at least a second, at most thirty days.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let seconds = match &text[digits..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let seconds = text[..digits].parse::<u64>().ok()?.checked_mul(seconds)?;
    (1..=30 * 86_400).contains(&seconds).then(|| Duration::from_secs(seconds))
}
