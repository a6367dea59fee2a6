//! What is said over a comment that is no longer of what is looked at.

use super::text::code;
use crate::model::CommitId;

/// A comment, under the word that something else is being checked: the head that is, and the one that the comment is of, where that is known.
pub fn overtaken(comment: &str, checked: &CommitId, shown: Option<&CommitId>) -> String {
    let (now, below) = match shown {
        Some(shown) if shown != checked => {
            (format!("A newer push, {}, is being checked", code(checked.short())), format!("of {}", code(shown.short())))
        }
        Some(_) => (format!("{} is being checked again, on what the default branch is now", code(checked.short())), "of before".to_owned()),
        None => (format!("{} is being checked", code(checked.short())), "of before".to_owned()),
    };
    format!("> ⏳ **{now}.** What is below is {below}; until this shows the outcome, nothing is approved or merged.\n\n{comment}")
}
