//! What is read from the environment, one function for each variable; nothing else looks at it.

use std::ffi::OsString;
use std::path::PathBuf;

fn filled(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn text(name: &str) -> Option<String> {
    filled(name)?.into_string().ok()
}

/// Whether `NO_COLOR` asks for text without colours.
pub fn no_color() -> bool {
    filled("NO_COLOR").is_some()
}

/// Whether the terminal, by `TERM`, cannot move its cursor or show colours.
pub fn dumb_terminal() -> bool {
    text("TERM").is_none_or(|term| term == "dumb")
}

/// The log filter, from `GOLDPATH_LOG`.
pub fn log_filter() -> Option<String> {
    text("GOLDPATH_LOG")
}

/// `PATH`, to hand it on to a child.
pub fn path() -> Option<String> {
    text("PATH")
}

/// The folder for what can be made again: `XDG_CACHE_HOME/goldpath`, else `HOME/.cache/goldpath`.
pub fn cache_folder() -> Option<PathBuf> {
    cache_below(filled("XDG_CACHE_HOME"), filled("HOME"))
}

fn cache_below(cache: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let cache = cache.map(PathBuf::from).filter(|cache| cache.is_absolute());
    Some(cache.or_else(|| home.map(|home| PathBuf::from(home).join(".cache")))?.join("goldpath"))
}

/// The folder for what goes away again.
pub fn temporary_folder() -> PathBuf {
    std::env::temp_dir()
}

/// The first `terraform` on the `PATH`, else the first `tofu`.
pub fn terraform_binary() -> Option<PathBuf> {
    let path = filled("PATH")?;
    ["terraform", "tofu"]
        .into_iter()
        .find_map(|name| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_where_the_environment_says_and_never_relative() {
        let below = |cache: Option<&str>, home: Option<&str>| cache_below(cache.map(Into::into), home.map(Into::into));
        assert_eq!(below(Some("/c"), Some("/h")), Some("/c/goldpath".into()));
        assert_eq!(below(Some("c"), Some("/h")), Some("/h/.cache/goldpath".into()));
        assert_eq!(below(None, None), None);
    }
}
