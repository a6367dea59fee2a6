//! Row 8: what a request says is one word of a script, or there is a finding; a real shell says what it reads.

use super::typed::{ATTACKS, Place, WORDS, file, is_refused, rendered};
use serde_json::{Value, json};

const FILE: &str = ".github/workflows/a.yaml";

/// A workflow with one script.
macro_rules! script {
    ($run:literal) => {
        concat!("on: push\njobs:\n  build:\n    runs-on: a\n    steps:\n      - run: |\n          ", $run, "\n")
    };
}

/// Scripts, and what they show.
const SCRIPTS: [Place; 11] = [
    // Where nothing is printed there is no word.
    Place {
        file: FILE,
        template: script!("show <{ spec.text }> b"),
        wanted: |text| if text.is_empty() { json!(["b"]) } else { json!([text, "b"]) },
    },
    Place { file: FILE, template: script!("show a<{ spec.text }>b"), wanted: |text| json!([format!("a{text}b")]) },
    Place { file: FILE, template: script!("show --name=<{ spec.text }>; show b"), wanted: |text| json!([format!("--name={text}"), "b"]) },
    Place { file: FILE, template: script!("show \"<{ spec.text }>\" b"), wanted: |text| json!([text, "b"]) },
    Place { file: FILE, template: script!("show 'a <{ spec.text }> b'"), wanted: |text| json!([format!("a {text} b")]) },
    Place { file: FILE, template: script!("a=<{ spec.text }>\n          show \"$a\" b"), wanted: |text| json!([text, "b"]) },
    Place { file: FILE, template: script!("show \"$(show x<{ spec.text }>)\""), wanted: |text| json!([format!("[x{text}]")]) },
    Place {
        file: FILE,
        template: script!("while read -r line; do show \"$line\"; done <<EOF\n          <{ spec.text }>\n          EOF\n          show b"),
        wanted: |text| json!([text, "b"]),
    },
    Place {
        file: FILE,
        template: script!(
            "while read -r line; do show \"$line\"; done <<'A-1'\n          A<{ spec.text }>1\n          A-1\n          show b"
        ),
        wanted: |text| json!([format!("A{text}1"), "b"]),
    },
    Place { file: FILE, template: script!("# <{ spec.text }>\n          show b # <{ spec.text }>"), wanted: |_| json!(["b"]) },
    Place {
        file: FILE,
        template: script!("if [ 'x<{ spec.text }>' = x ]; then show none; else show a-<{ spec.text }>; fi"),
        wanted: |text| if text.is_empty() { json!(["none"]) } else { json!([format!("a-{text}")]) },
    },
];

/// What means something to a shell.
const MEANING: [&str; 48] = [
    "$HOME",
    "${HOME}",
    "$(show evil)",
    "`show evil`",
    ";show evil",
    "; show evil",
    "&&show evil",
    "||show evil",
    "|show",
    "&",
    "&show",
    ">out",
    "2>out",
    "2",
    "<in",
    "<<A",
    "*",
    "?",
    "[a-z]*",
    "~",
    "~root",
    "!",
    "!!",
    "#",
    "#a",
    " #a",
    "a b",
    "\"",
    "'",
    "\\",
    "\\\n",
    "a\\",
    "{a,b}",
    "{1..3}",
    "$((1+1))",
    "$'a'",
    "<(a)",
    "-n",
    "--",
    "-",
    "=x",
    "a=b",
    "a:~",
    "%1",
    "^a^b",
    "EOF",
    "-",
    "done",
];

/// What is harmless: it has to arrive.
const PLAIN: [&str; 7] = ["a", "eu-central-1", "registry.example.org/shop:1.2", "a@b,c+d=e", "2", "0.5", "A_b"];

/// What a shell shows for the script of a workflow: each argument of `show`. It finds no program, and begins in an empty folder.
#[expect(clippy::disallowed_methods, reason = "the real shell is asked what it reads")]
fn shown(workflow: &str) -> Result<Value, String> {
    let workflow: Value = serde_yaml_ng::from_str(workflow).map_err(|error| error.to_string())?;
    let run = workflow["jobs"]["build"]["steps"][0]["run"].as_str().ok_or("there is no script")?;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("b"), "").expect("written");
    let shell = goldpath::process::find("sh").expect("this test needs a shell");
    let script = format!("show() {{ printf '[%s]\\n' \"$@\"; }}\n{run}");
    let mut command = std::process::Command::new(shell);
    let command = command.args(["-c", &script]).env_clear().env("PATH", "/nowhere").current_dir(folder.path());
    let output = command.stdin(std::process::Stdio::null()).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !said.is_empty() || !output.status.success() {
        return Err(said);
    }
    let text = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    Ok(text.lines().map(|line| line.strip_prefix('[').and_then(|line| line.strip_suffix(']')).unwrap_or(line)).collect())
}

#[test]
fn row_8_a_shell_reads_one_word_or_there_is_a_finding() {
    let texts: Vec<String> = [&PLAIN[..], &MEANING, &WORDS, &ATTACKS].concat().into_iter().map(str::to_owned).collect();
    let mut arrived = [0; SCRIPTS.len()];
    for texts in texts.chunks(33) {
        let rendered = rendered(&SCRIPTS, texts);
        for (n, p) in (0..texts.len()).flat_map(|n| (0..SCRIPTS.len()).map(move |p| (n, p))) {
            let (text, place) = (&texts[n], &SCRIPTS[p]);
            match file(&rendered, n, p, FILE) {
                Some(file) => {
                    assert_eq!(shown(file), Ok((place.wanted)(text)), "{text:?} in\n{file}");
                    arrived[p] += 1;
                }
                None => {
                    assert!(!PLAIN.contains(&text.as_str()), "{text:?} is refused in\n{}\n{:?}", place.template, rendered.findings);
                    assert!(is_refused(&rendered, n, p), "{text:?} is left out of\n{}, and nothing is said", place.template);
                }
            }
        }
    }
    insta::assert_debug_snapshot!(arrived, @r"
    [
        34,
        40,
        40,
        34,
        40,
        40,
        40,
        39,
        38,
        40,
        40,
    ]
    ");
}
