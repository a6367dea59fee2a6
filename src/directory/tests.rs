use super::*;
use std::fs;
use std::os::unix::fs::symlink;
use tempfile::TempDir;

struct Bed {
    folder: TempDir,
    directory: Directory,
    unit: UnitId,
}

type Files = BTreeMap<RepoPath, Arc<[u8]>>;

fn bed() -> Bed {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = Directory::new(folder.path().join("fleet"));
    Bed { folder, directory, unit: UnitId::parse("a-team/shop/app@fleet").expect("a unit") }
}

fn files<const N: usize>(files: [(&str, &str); N]) -> Files {
    files.into_iter().map(|(path, text)| (RepoPath::parse(path).expect("a path"), text.as_bytes().into())).collect()
}

impl Bed {
    fn apply(&self, before: &Files, after: &Files) -> Result<String, Error> {
        let results = self.directory.apply_blocking(&self.unit, &inventory_of(before), after)?;
        Ok(results.iter().map(|result| format!("{:?} {}", result.done, result.path)).collect::<Vec<_>>().join(", "))
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("fleet").join(path)
    }

    /// All files and links, with their text.
    fn tree(&self) -> String {
        fn walk(folder: &Path, top: &Path, lines: &mut Vec<String>) {
            for entry in fs::read_dir(folder).expect("readable").map(|entry| entry.expect("an entry").path()) {
                let name = entry.strip_prefix(top).expect("below").display().to_string();
                let kind = fs::symlink_metadata(&entry).expect("there").file_type();
                if kind.is_dir() {
                    lines.push(format!("{name}/"));
                    walk(&entry, top, lines);
                } else if kind.is_symlink() {
                    lines.push(format!("{name} -> {}", fs::read_link(&entry).expect("a link").display()));
                } else {
                    lines.push(format!("{name} {}", fs::read_to_string(&entry).expect("readable")));
                }
            }
        }
        let mut lines = Vec::new();
        walk(&self.path(""), &self.path(""), &mut lines);
        lines.sort();
        lines.join("\n")
    }
}

#[test]
fn files_come_change_and_go() {
    let bed = bed();
    let (none, first) = (files([]), files([("a.yaml", "1"), ("sub/b.yaml", "2"), ("sub/deep/c.yaml", "3")]));
    insta::assert_snapshot!(bed.apply(&none, &first).expect("new"), @"Created a.yaml, Created sub/b.yaml, Created sub/deep/c.yaml");
    insta::assert_snapshot!(bed.apply(&first, &first).expect("the same"), @"Unchanged a.yaml, Unchanged sub/b.yaml, Unchanged sub/deep/c.yaml");
    fs::write(bed.path("a-team/shop/app/sub/theirs"), "x").expect("written");
    let second = files([("a.yaml", "1"), ("sub/b.yaml", "two")]);
    insta::assert_snapshot!(bed.apply(&first, &second).expect("less"), @"Unchanged a.yaml, Changed sub/b.yaml, Removed sub/deep/c.yaml");
    insta::assert_snapshot!(bed.tree(), @r"
    a-team/
    a-team/shop/
    a-team/shop/app/
    a-team/shop/app/a.yaml 1
    a-team/shop/app/sub/
    a-team/shop/app/sub/b.yaml two
    a-team/shop/app/sub/theirs x
    ");
    bed.apply(&second, &none).expect("all go");
    insta::assert_snapshot!(bed.tree(), @r"
    a-team/
    a-team/shop/
    a-team/shop/app/
    a-team/shop/app/sub/
    a-team/shop/app/sub/theirs x
    ");
    fs::remove_file(bed.path("a-team/shop/app/sub/theirs")).expect("removed");
    bed.apply(&none, &first).expect("again");
    bed.apply(&first, &none).expect("all go");
    assert_eq!(bed.tree(), "", "emptied folders go, the root stays");
}

#[test]
fn half_a_try_is_gone_on_with() {
    let bed = bed();
    let (before, after) = (files([("a", "1"), ("b", "1"), ("c", "1")]), files([("a", "2"), ("b", "2"), ("d", "2")]));
    bed.apply(&files([]), &before).expect("new");
    fs::write(bed.path("a-team/shop/app/a"), "2").expect("written by the try before");
    fs::remove_file(bed.path("a-team/shop/app/c")).expect("removed by the try before");
    fs::write(bed.path("a-team/shop/app/.goldpath-writing"), "ha").expect("left by the try before");
    insta::assert_snapshot!(bed.apply(&before, &after).expect("gone on"), @"Changed a, Changed b, Removed c, Created d");
    insta::assert_snapshot!(bed.apply(&before, &after).expect("told again"), @"Changed a, Changed b, Removed c, Created d");
    bed.apply(&after, &files([])).expect("all go");
    assert_eq!(bed.tree(), "");
}

#[test]
fn what_goldpath_did_not_write_is_not_touched() {
    let bed = bed();
    let (before, after) = (files([("a", "1"), ("b", "1"), ("gone", "1")]), files([("a", "2"), ("b", "2"), ("new", "2")]));
    bed.apply(&files([]), &before).expect("new");
    for file in ["b", "gone", "new"] {
        fs::write(bed.path("a-team/shop/app").join(file), "theirs").expect("written");
    }
    let tree = bed.tree();
    let error = bed.apply(&before, &after).expect_err("a conflict");
    assert!(!error.is_retryable());
    insta::assert_snapshot!(error, @r"
    these files are not as goldpath left them, and nothing was written; put them back or take them away
    a-team/shop/app/b: found 4c55a8552a2c, goldpath left 6b86b273ff34, wanted is d4735e3a265e
    a-team/shop/app/gone: found 4c55a8552a2c, goldpath left 6b86b273ff34, wanted is no file
    a-team/shop/app/new: found 4c55a8552a2c, goldpath left no file, wanted is d4735e3a265e
    ");
    assert_eq!(bed.tree(), tree, "nothing was written");
    let drift = bed.directory.drift(&bed.unit, &inventory_of(&before)).expect("readable");
    assert_eq!(drift.iter().map(|drift| drift.path.as_str()).collect::<Vec<_>>(), ["a-team/shop/app/b", "a-team/shop/app/gone"]);
}

#[test]
fn no_link_is_followed() {
    let bed = bed();
    let outside = bed.folder.path().join("outside");
    fs::create_dir(&outside).expect("made");
    fs::write(outside.join("a"), "1").expect("written");
    let wanted = files([("a", "1"), ("sub/b", "1")]);
    let refused = |what: &str| {
        let error = bed.apply(&files([]), &wanted).expect_err(what).to_string();
        bed.apply(&wanted, &files([])).expect_err("no prune either");
        assert_eq!(fs::read_dir(&outside).expect("readable").count(), 1, "{what}");
        error
    };

    fs::create_dir_all(bed.path("")).expect("made");
    symlink(&outside, bed.path("a-team")).expect("linked");
    insta::assert_snapshot!(refused("a folder of the way"), @r"
    these files are not as goldpath left them, and nothing was written; put them back or take them away
    a-team/shop/app/a: found a symbolic link, goldpath left no file, wanted is 6b86b273ff34
    a-team/shop/app/sub/b: found a symbolic link, goldpath left no file, wanted is 6b86b273ff34
    ");
    fs::remove_file(bed.path("a-team")).expect("removed");

    fs::create_dir_all(bed.path("a-team/shop/app")).expect("made");
    symlink(&outside, bed.path("a-team/shop/app/sub")).expect("linked");
    symlink(outside.join("a"), bed.path("a-team/shop/app/a")).expect("linked");
    insta::assert_snapshot!(refused("a file and its folder"), @r"
    these files are not as goldpath left them, and nothing was written; put them back or take them away
    a-team/shop/app/a: found a symbolic link, goldpath left no file, wanted is 6b86b273ff34
    a-team/shop/app/sub/b: found a symbolic link, goldpath left no file, wanted is 6b86b273ff34
    ");
    fs::remove_file(bed.path("a-team/shop/app/sub")).expect("removed");
    fs::remove_file(bed.path("a-team/shop/app/a")).expect("removed");
    symlink(outside.join("new"), bed.path("a-team/shop/app/.goldpath-writing")).expect("linked");
    bed.apply(&files([]), &wanted).expect("the leftover goes, not what it points to");
    assert_eq!(fs::read_dir(&outside).expect("readable").count(), 1);
}

#[test]
fn pipes_and_folders_are_conflicts() {
    let bed = bed();
    fs::create_dir_all(bed.path("a-team/shop/app/a")).expect("made");
    rustix::fs::mkfifoat(rustix::fs::CWD, bed.path("a-team/shop/app/b"), rustix::fs::Mode::RWXU).expect("made");
    fs::write(bed.path("a-team/shop/app/c"), "theirs").expect("written");
    let error = bed.apply(&files([]), &files([("a", "1"), ("b", "1"), ("c/d", "1")])).expect_err("refused");
    insta::assert_snapshot!(error, @r"
    these files are not as goldpath left them, and nothing was written; put them back or take them away
    a-team/shop/app/a: found a folder, goldpath left no file, wanted is 6b86b273ff34
    a-team/shop/app/b: found a pipe, goldpath left no file, wanted is 6b86b273ff34
    a-team/shop/app/c/d: found a file where its folder should be, goldpath left no file, wanted is 6b86b273ff34
    ");
    let reserved = bed.apply(&files([]), &files([("x/.goldpath-writing", "1")])).expect_err("refused");
    insta::assert_snapshot!(reserved, @"the rendered file x/.goldpath-writing is refused: goldpath uses its name for files that it is writing");
}

#[test]
fn a_file_becomes_a_folder_and_back() {
    let bed = bed();
    let (file, folder) = (files([("a", "1")]), files([("a/b", "2"), ("a/c/d", "3")]));
    bed.apply(&files([]), &file).expect("new");
    bed.apply(&file, &folder).expect("a folder");
    bed.apply(&folder, &file).expect("a file");
    bed.apply(&file, &folder).expect("a folder");
    fs::write(bed.path("a-team/shop/app/a/theirs"), "x").expect("written");
    let tree = bed.tree();
    insta::assert_snapshot!(bed.apply(&folder, &file).expect_err("theirs is in the way"), @r"
    these files are not as goldpath left them, and nothing was written; put them back or take them away
    a-team/shop/app/a: found a folder, goldpath left no file, wanted is 6b86b273ff34
    ");
    assert_eq!(bed.tree(), tree);
}

#[tokio::test]
async fn a_folder_that_is_gone_is_not_an_empty_one() {
    let bed = bed();
    let before = files([("a", "1")]);
    bed.directory.apply(&bed.unit, &Inventory::new(), &before).await.expect("new");
    fs::remove_dir_all(bed.path("")).expect("removed");
    let error = bed.directory.apply(&bed.unit, &inventory_of(&before), &before).await.expect_err("gone").to_string();
    let error = error.replace(&bed.folder.path().display().to_string(), "DIR");
    insta::assert_snapshot!(error, @"the folder DIR/fleet is gone, although goldpath wrote 1 files of a-team/shop/app@fleet there; bring it back (is a disk not mounted?), or make it anew, empty");
    fs::create_dir(bed.path("")).expect("made");
    bed.directory.apply(&bed.unit, &inventory_of(&before), &before).await.expect("written again");
    assert!(bed.path("a-team/shop/app/a").exists());
}
