//! What a finding's code means, as data: `docs/findings.md` is made from it, and its examples are run by the test that holds the file to it.

use super::Code;

/// A code with everything that is worth knowing about it.
#[derive(Clone, Copy, Debug)]
pub struct Explained {
    /// The code as text.
    pub code: &'static str,
    /// When it comes, in one sentence.
    pub when: &'static str,
    /// What the default branch has besides, for what only a comparison tells.
    pub before: &'static [Edit],
    /// What brings it about, as edits of the repository that `goldpath init` makes.
    pub example: &'static [Edit],
    /// How to mend it.
    pub fix: &'static str,
}

impl Explained {
    /// The code itself.
    pub fn code(&self) -> Code {
        Code::new(self.code)
    }
}

/// One edit of a repository; the first of each is the file.
#[derive(Clone, Copy, Debug)]
pub enum Edit {
    /// Replaces a part of its text by another.
    Swap(&'static str, &'static str, &'static str),
    /// Writes it.
    Write(&'static str, &'static str),
    /// Writes bytes that are no text.
    Bytes(&'static str, &'static [u8]),
    /// Writes a text, and another one behind it so many times.
    Repeat(&'static str, &'static str, &'static str, usize),
    /// Removes it, or everything below it.
    Remove(&'static str),
    /// Puts a symbolic link there.
    Link(&'static str, &'static str),
    /// Puts a submodule there.
    Submodule(&'static str),
    /// Names an entry of the tree by what is no path.
    Name(&'static str, &'static str),
}
