//! What `goldpath diff` keeps for the next time saves work and changes nothing.

use super::desk::Desk;
use crate::repository::{self, Size};
use std::fs;

/// A desk with a generated platform repository in `large/`, committed on `main`.
fn large(requests: usize) -> Desk {
    let desk = Desk::new();
    for (path, text) in repository::files(Size { requests, policies: true }) {
        desk.write(&format!("large/{path}"), &text);
    }
    desk.git("large", &["init", "--quiet", "--initial-branch", "main"]);
    desk.commit("large", "The platform");
    desk
}

/// What was kept.
fn kept(desk: &Desk) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(desk.path(".cache/goldpath/diff")).into_iter().flatten();
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn requests_that_are_the_same_in_both_commits_are_not_even_read() {
    let desk = large(6);
    desk.git("large", &["checkout", "--quiet", "-b", "one"]);
    desk.write(&format!("large/{}", repository::request_file(3)), &repository::request(3, 1));
    desk.commit("large", "A new image");
    let args = ["diff", "main..one", "--output", "markdown"];
    let cold = desk.run_in("large", &args);
    assert!(cold.contains("1 request") && cold.ends_with("exit 0"), "{cold}");
    assert_eq!(kept(&desk).len(), 1);

    let blob = desk.command("git", "large").args(["rev-parse", &format!("main:{}", repository::request_file(1))]).output().expect("git");
    let blob = String::from_utf8(blob.stdout).expect("an id");
    let (folder, name) = blob.trim().split_at(2);
    fs::remove_file(desk.path(&format!("large/.git/objects/{folder}/{name}"))).expect("a loose object");
    assert_eq!(desk.run_in("large", &args), cold, "the content of another request is not needed");

    let without = desk.run_in("large", &[&args[..], &["--no-cache"]].concat());
    assert!(without.ends_with("exit 3") && without.contains(&repository::request_file(1)), "{without}");
    for file in kept(&desk) {
        fs::write(file, "nonsense").expect("the cache is the user's");
    }
    assert!(desk.run_in("large", &args).ends_with("exit 3"), "what is broken in the cache is not used");
}

#[test]
fn nothing_is_kept_of_a_base_with_mistakes_and_none_with_no_cache() {
    let desk = large(3);
    desk.git("large", &["checkout", "--quiet", "-b", "wrong"]);
    desk.write(&format!("large/{}", repository::request_file(1)), "kind: [");
    desk.commit("large", "A mistake");
    desk.run_in("large", &["diff", "main..wrong", "--no-cache"]);
    desk.run_in("large", &["diff", "wrong..main"]);
    assert_eq!(kept(&desk).len(), 0);
    desk.run_in("large", &["diff", "main..wrong"]);
    assert_eq!(kept(&desk).len(), 1);
}

/// The kinds of edits that chance chooses among; each gets numbers of chance.
const EDITS: [fn(&Desk, &mut Dice); 11] = [
    |desk, dice| {
        let number = dice.roll(REQUESTS);
        write(desk, &repository::request_file(number), &repository::request(number, 1 + dice.roll(9)));
    },
    |desk, dice| {
        let number = REQUESTS + dice.roll(5);
        write(desk, &repository::request_file(number), &repository::request(number, 0));
    },
    |desk, dice| drop(fs::remove_file(desk.path(&format!("large/{}", repository::request_file(dice.roll(REQUESTS)))))),
    // two requests of one name
    |desk, dice| {
        let number = dice.roll(REQUESTS);
        write(desk, &nested(number), &repository::request(number, dice.roll(2)));
    },
    // an object that another request has
    |desk, dice| {
        let (number, other) = (dice.roll(REQUESTS), dice.roll(REQUESTS));
        write(desk, &repository::request_file(number), &format!("{}  account: service-{other:05}\n", repository::request(number, 0)));
    },
    |desk, dice| write(desk, &repository::request_file(dice.roll(REQUESTS)), "kind: [\n"),
    // the same request elsewhere
    |desk, dice| {
        let number = dice.roll(REQUESTS);
        drop(fs::remove_file(desk.path(&format!("large/{}", repository::request_file(number)))));
        write(desk, &nested(number), &repository::request(number, 0));
    },
    |desk, dice| write(desk, &format!("requests/nobody/lost-{}.yaml", dice.roll(3)), &repository::request(dice.roll(REQUESTS), 0)),
    |desk, dice| {
        let number = dice.roll(REQUESTS);
        let elsewhere = repository::request(number, 0).replace("registry.example.org/", "elsewhere.example.org/");
        write(desk, &repository::request_file(number), &elsewhere);
    },
    |desk, _| write(desk, "requests/team-000/notes.txt", "not read\n"),
    // the golden path, and with it all requests
    |desk, dice| {
        let (file, text) = repository::current(["1.0.0", "1.1.0"][dice.roll(2)]);
        write(desk, &file, &text);
    },
];

const REQUESTS: usize = 6;

fn write(desk: &Desk, path: &str, text: &str) {
    desk.write(&format!("large/{path}"), text);
}

fn nested(number: usize) -> String {
    repository::request_file(number).replace("team-000/", "team-000/more/")
}

/// The same chance on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }
}

#[test]
fn with_and_without_what_is_kept_the_answer_is_the_same() {
    let desk = large(REQUESTS);
    let mut dice = Dice(7);
    for round in 0..EDITS.len() + 4 {
        // each kind of edit comes alone once, and then among others
        desk.git("large", &["checkout", "--quiet", "--detach", "main"]);
        EDITS[round % EDITS.len()](&desk, &mut dice);
        for _ in 0..(round / EDITS.len()) * (1 + dice.roll(3)) {
            EDITS[dice.roll(EDITS.len())](&desk, &mut dice);
        }
        let committed = round % 3 != 1;
        if committed {
            desk.git("large", &["add", "--all"]);
            desk.git("large", &["commit", "--quiet", "--allow-empty", "--message", "An edit"]);
        }
        let output = ["markdown", "json", "text"][round % 4 % 3];
        let ranges: &[&str] = match (committed, round % 4) {
            (false, _) => &["main"],
            (true, 3) => &["main..HEAD", "HEAD..main"],
            (true, _) => &["main..HEAD"],
        };
        for range in ranges {
            let args = ["diff", range, "--output", output];
            let without = desk.run_in("large", &[&args[..], &["--no-cache"]].concat()).replace(" --no-cache", "");
            for time in ["cold or warm", "warm"] {
                similar(&without, &desk.run_in("large", &args), &format!("round {round}, {range}, {time}"));
            }
        }
        desk.git("large", &["add", "--all"]);
        desk.git("large", &["reset", "--quiet", "--hard"]);
    }
    assert!(!kept(&desk).is_empty());
}

fn similar(one: &str, other: &str, when: &str) {
    assert!(one == other, "{when}:\n--- without\n{one}\n--- with\n{other}");
}
