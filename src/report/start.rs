//! What the verbs say that write the first files of something.

use super::text::{count, line};

/// What `goldpath init` wrote, and what to do next.
pub fn init_terminal(dir: &str, files: &[String]) -> String {
    let list: String = files.iter().map(|file| format!("  {}\n", line(file))).collect();
    let enter = if dir == "." { String::new() } else { format!("  cd {}\n", line(dir)) };
    format!(
        "a first platform repository in {}, {}:\n{list}\nNext:\n{enter}  goldpath validate                          nothing is wrong with it\n  \
         goldpath test                              its cases pass\n  goldpath render                            what its request renders to\n  \
         git init && git add . && git commit -m \"The platform\"\n",
        line(dir),
        count(files.len(), "file")
    )
}
