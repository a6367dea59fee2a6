//! Paths inside the platform repository.

use super::as_text::as_text;
use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// Why a text is not a path inside the repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The path is empty or has an empty component.
    #[error("the path has an empty component")]
    Empty,
    /// The path begins with a slash.
    #[error("the path is absolute")]
    Absolute,
    /// A component is `.` or `..`.
    #[error("the path holds `.` or `..`")]
    Dots,
    /// A component is `.git` in any spelling of it.
    #[error("the path holds `.git`")]
    DotGit,
    /// The path holds a character that is not wanted in file names.
    #[error("the path holds the character {0:?}")]
    Character(char),
    /// A component ends with a dot or a blank, which some file systems drop.
    #[error("a component of the path ends with a dot or a blank")]
    Trailing,
    /// The path is longer than 1,024 bytes.
    #[error("the path has more than 1024 bytes")]
    TooLong,
}

/// A path relative to the root of the platform repository (or of a rendered unit), with `/`, that cannot leave it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<str>);

as_text!(RepoPath);

impl RepoPath {
    /// Parses a relative path with `/` between its components.
    ///
    /// # Errors
    /// The first rule that the text breaks; no file is touched to find out.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.len() > 1024 {
            return Err(PathError::TooLong);
        }
        if text.starts_with('/') {
            return Err(PathError::Absolute);
        }
        if let Some(bad) = text.chars().find(|c| c.is_control() || *c == '\\' || is_invisible(*c)) {
            return Err(PathError::Character(bad));
        }
        for component in text.split('/') {
            match component {
                "" => return Err(PathError::Empty),
                "." | ".." => return Err(PathError::Dots),
                c if c.eq_ignore_ascii_case(".git") => return Err(PathError::DotGit),
                c if c.ends_with(['.', ' ']) => return Err(PathError::Trailing),
                _ => {}
            }
        }
        Ok(Self(text.into()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The components, from the root.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The path of the folder that holds this one, or nothing at the root.
    pub fn parent(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(parent, _)| parent)
    }

    /// What remains below `folder`, compared by component: `repo-x/a` is not below `repo`.
    pub fn below(&self, folder: &str) -> Option<&str> {
        self.0.strip_prefix(folder)?.strip_prefix('/')
    }

    /// This path with one more relative path below it.
    ///
    /// # Errors
    /// When what is added is not a path that stays below.
    pub fn join(&self, more: &str) -> Result<Self, PathError> {
        Self::parse(&format!("{}/{more}", self.0))
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether a path matches a pattern of approval rules: `*` inside a component, `**` across components.
pub fn glob_matches(pattern: &str, path: &str) -> bool {
    fn components(pattern: &[&str], path: &[&str]) -> bool {
        match (pattern.split_first(), path.split_first()) {
            (None, None) => true,
            (Some((&"**", [])), _) => !path.is_empty(),
            (Some((&"**", rest)), _) => (0..=path.len()).any(|skip| components(rest, &path[skip..])),
            (Some((one, rest)), Some((name, below))) => one_matches(one.as_bytes(), name.as_bytes()) && components(rest, below),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    components(&pattern, &path)
}

/// `*` within one component, in time linear in the pattern and the name.
fn one_matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, n));
            p += 1;
        } else if pattern.get(p) == Some(&name[n]) {
            p += 1;
            n += 1;
        } else if let Some((at, from)) = star {
            p = at + 1;
            n = from + 1;
            star = Some((at, from + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

impl Borrow<str> for RepoPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_leave_the_repository() {
        let refused = [
            "",
            "/etc/passwd",
            "a//b",
            "a/../b",
            "..",
            "a/./b",
            "a\\b",
            "a\0b",
            "a/.git/config",
            "a/.GIT",
            "a./b",
            "a ",
            "a\u{202e}b",
            "a\nb",
        ];
        for text in refused {
            assert!(RepoPath::parse(text).is_err(), "{text:?} was accepted");
        }
        for text in ["goldpath.yaml", "requests/a/b.yaml", ".github/workflows/a.yml", "a..b/c", "-x"] {
            assert_eq!(RepoPath::parse(text).map(|p| p.as_str().to_owned()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn folders_are_compared_by_component() {
        let path = RepoPath::parse("repo-x/a").expect("a path");
        assert_eq!(path.below("repo"), None);
        assert_eq!(path.below("repo-x"), Some("a"));
    }

    #[test]
    fn patterns_match_by_component() {
        for (pattern, path, answer) in [
            ("requests/**", "requests/a/b.yaml", true),
            ("requests/**", "requests-x/b.yaml", false),
            ("requests/**", "requests", false),
            ("goldpath.yaml", "goldpath.yaml", true),
            ("teams/*.yaml", "teams/a.yaml", true),
            ("teams/*.yaml", "teams/a/b.yaml", false),
            ("**/a.yaml", "x/y/a.yaml", true),
            ("**/a.yaml", "a.yaml", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXbY", false),
        ] {
            assert_eq!(glob_matches(pattern, path), answer, "{pattern} on {path}");
        }
    }
}
