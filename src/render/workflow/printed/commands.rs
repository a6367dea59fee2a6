//! What the words of a shell are in the place of a command: names, words that lead to one, and commands that run what they are given.

use super::tools::Tool;

/// What a command does with the words behind its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sort {
    /// It has no name yet.
    #[default]
    None,
    /// The next word is the name of what runs: a command, or a file of commands.
    Passes,
    /// They may be commands, expressions or settings that run something.
    Runs,
    /// They begin with the names of variables, or with what is done to a text.
    Sets,
    /// They are values.
    Plain,
    /// Some of them run: which, its table says.
    Tool,
}

/// Words behind which a command begins.
const RESERVED: [&str; 10] = ["!", "{", "do", "elif", "else", "if", "then", "time", "until", "while"];

/// Commands whose first word is what runs, if it is no option.
const PASSES: [&str; 41] = [
    ".",
    "ash",
    "bash",
    "builtin",
    "bunx",
    "command",
    "csh",
    "dash",
    "doas",
    "env",
    "exec",
    "fish",
    "ionice",
    "ksh",
    "lua",
    "mksh",
    "nice",
    "node",
    "nodejs",
    "nohup",
    "npx",
    "perl",
    "php",
    "pnpx",
    "powershell",
    "pwsh",
    "pypy",
    "python",
    "pythonw",
    "rscript",
    "ruby",
    "setsid",
    "sh",
    "source",
    "stdbuf",
    "sudo",
    "tcsh",
    "unbuffer",
    "uvx",
    "xargs",
    "zsh",
];

/// Commands of which any word may be run.
const RUNS: [&str; 43] = [
    "alias",
    "at",
    "awk",
    "batch",
    "bun",
    "busybox",
    "call",
    "chroot",
    "cmd",
    "coproc",
    "deno",
    "eval",
    "expect",
    "find",
    "flock",
    "function",
    "gawk",
    "iex",
    "invoke-command",
    "invoke-expression",
    "ltrace",
    "mawk",
    "nawk",
    "nsenter",
    "osascript",
    "parallel",
    "pipx",
    "runuser",
    "script",
    "ssh",
    "start",
    "start-process",
    "strace",
    "su",
    "systemd-run",
    "timeout",
    "toybox",
    "trap",
    "unshare",
    "watch",
    "winpty",
    "wsl",
    "xvfb-run",
];

/// Commands whose words begin with the name of what they change.
const SETS: [&str; 14] = [
    "declare",
    "enable",
    "export",
    "getopts",
    "let",
    "local",
    "mapfile",
    "read",
    "readarray",
    "readonly",
    "sed",
    "set",
    "typeset",
    "unset",
];

/// Whether a word leads to a command.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Whether a word sets a variable that it names.
pub(super) fn is_assignment(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    let plain = name.strip_suffix('+').unwrap_or(name);
    name.len() < word.len()
        && plain.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a word is the name of a command, known before it runs.
pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./-+:@[]{}~,\\".contains(&byte))
}

/// The name of a command without its folder and ending, in small letters, and the same without a version: `python3.13` is `python`.
pub(super) fn plain_name(name: &str) -> (String, String) {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    let name = [".exe", ".cmd", ".bat"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    (name.to_owned(), plain.to_owned())
}

/// What a command of this name does with its words.
pub(super) fn sort(name: &str) -> Sort {
    let (name, plain) = plain_name(name);
    let is = |names: &[&str]| names.contains(&name.as_str()) || names.contains(&plain.as_str());
    if is(&RUNS) || name.starts_with('-') {
        Sort::Runs
    } else if is(&PASSES) {
        Sort::Passes
    } else if is(&SETS) {
        Sort::Sets
    } else if Tool::of(&name).is_some() {
        Sort::Tool
    } else {
        Sort::Plain
    }
}
