//! What the places of a workflow are, by the keys on the way to them: where a text runs, and where it says what runs.

use super::quoted::Tongue;
use serde_json::Value;

/// Keys whose values are expressions without `${{`.
const CONDITIONS: [&str; 3] = ["if", "pre-if", "post-if"];

/// Keys whose values a shell runs, in one text or line by line.
pub(in super::super) const SCRIPTS: [&str; 5] = ["after_script", "before_script", "pre_get_sources_script", "run", "script"];

/// Inputs of actions that are run, in small letters: actions take their names without regard to case.
const INPUTS: [&str; 8] = ["cmd", "command", "commands", "entrypoint", "inlinescript", "run", "script", "shell"];

/// Variables that make a shell or what it starts run something, or change what runs.
const RUNNING: [&str; 37] = [
    "BASHOPTS",
    "BASH_ENV",
    "CDPATH",
    "CLASSPATH",
    "EDITOR",
    "ENV",
    "GCONV_PATH",
    "GOFLAGS",
    "HOME",
    "IFS",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "LESSOPEN",
    "MAKEFLAGS",
    "MANPAGER",
    "MAVEN_OPTS",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PAGER",
    "PATH",
    "PATHEXT",
    "PERL5DB",
    "PERL5LIB",
    "PERL5OPT",
    "PROMPT_COMMAND",
    "PS4",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "RUBYLIB",
    "RUBYOPT",
    "SHELL",
    "SHELLOPTS",
    "SSH_ASKPASS",
    "VISUAL",
    "ZDOTDIR",
    "_JAVA_OPTIONS",
];

/// Beginnings of the names of such variables.
const RUNNING_FAMILIES: [&str; 9] = ["ACTIONS_", "BASH_FUNC_", "DYLD_", "GITHUB_", "GIT_", "INPUT_", "LD_", "NPM_CONFIG_", "RUNNER_"];

/// What a text is where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A value, in which there may be expressions.
    Value,
    /// An expression as a whole.
    Condition,
    Script(Tongue),
    /// The name of what runs a script.
    Shell,
    /// `owner/repository@version`.
    Uses,
    /// What a container is started with.
    Options,
    /// What the template alone says: which code runs, when, and what it may do.
    Fixed,
}

/// Where something stands.
pub(super) struct Way<'w> {
    /// The keys on the way, with what was printed in them; those of lists are numbers.
    pub(super) names: Vec<&'w str>,
    /// Whether the document has the `jobs` of a workflow or the `runs` of an action.
    pub(super) is_workflow: bool,
    /// The `uses` beside it or beside the `with` that it is below.
    pub(super) uses: String,
    /// The shell of the step.
    pub(super) shell: String,
}

/// Whether a document is a workflow or an action, whatever its file is called.
pub(super) fn is_workflow(top: &Value) -> bool {
    ["jobs", "runs"].iter().any(|name| top.get(name).is_some_and(Value::is_object))
}

impl Way<'_> {
    fn is_javascript(&self) -> bool {
        self.uses.to_ascii_lowercase().contains("github-script")
    }

    /// What a text is at this place.
    pub(super) fn place(&self) -> Place {
        let mut names = self.names.as_slice();
        while let [before @ .., last] = names
            && last.bytes().all(|byte| byte.is_ascii_digit())
            && !before.is_empty()
        {
            names = before;
        }
        match names {
            ["on"] | ["permissions", ..] | ["jobs", _, "permissions", ..] if self.is_workflow => Place::Fixed,
            ["runs", "using" | "main" | "pre" | "post" | "entrypoint" | "pre-entrypoint" | "post-entrypoint"] => Place::Fixed,
            [.., "steps", _, "uses"] | ["jobs", _, "uses"] => Place::Uses,
            [.., "container", "options"] | [.., "services", _, "options"] => Place::Options,
            [.., "container", "command" | "entrypoint"] | [.., "services", _, "command" | "entrypoint"] => Place::Script(Tongue::Shell),
            [.., "with", input] if INPUTS.contains(&input.to_ascii_lowercase().as_str()) => self.input(input),
            [.., name] if CONDITIONS.contains(name) => Place::Condition,
            [.., name] if SCRIPTS.contains(name) => Place::Script(self.tongue()),
            [.., "shell"] => Place::Shell,
            _ => Place::Value,
        }
    }

    fn input(&self, name: &str) -> Place {
        match name.to_ascii_lowercase().as_str() {
            "shell" => Place::Shell,
            "script" if self.is_javascript() => Place::Script(Tongue::JavaScript),
            _ => Place::Script(Tongue::Shell),
        }
    }

    fn tongue(&self) -> Tongue {
        let program = self.shell.split_whitespace().next().unwrap_or_default();
        let plain = program.is_empty() || ["bash", "cmd", "powershell", "pwsh", "sh"].contains(&program) || program.contains("${{");
        if plain { Tongue::Shell } else { Tongue::Other }
    }

    /// Whether a key of what stands here says what runs; `name` is the key with what was printed in it.
    pub(super) fn is_code_key(&self, name: &str) -> bool {
        match self.names.as_slice() {
            [] | ["runs"] | ["jobs", _] | ["on"] | ["permissions", ..] | ["jobs", _, "permissions", ..] if self.is_workflow => true,
            [.., "steps", _] => true,
            [.., "with"] if self.is_javascript() || INPUTS.contains(&name.to_ascii_lowercase().as_str()) => true,
            [.., "env" | "variables"] => is_running(name),
            ["jobs"] | [.., "inputs" | "outputs" | "matrix" | "secrets"] => false,
            _ => {
                let known = ["entrypoint", "options", "permissions", "shell", "uses"];
                CONDITIONS.contains(&name) || SCRIPTS.contains(&name) || known.contains(&name)
            }
        }
    }
}

/// Whether a variable changes what runs.
pub(super) fn is_running(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    RUNNING.contains(&name.as_str()) || RUNNING_FAMILIES.iter().any(|family| name.starts_with(family))
}
