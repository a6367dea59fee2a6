//! Arbitrary edits of real requests: whatever a person does to a file, it is told of, or it renders.

use crate::example::read;
use goldpath::model::{ContentId, Digest, Finding, RepoPath};
use goldpath::parse::parse;
use goldpath::render::{Cache, Limits, render};
use goldpath::snapshot::{File, Mode, Snapshot};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

/// The example, as far as these requests need it.
static EXAMPLE: LazyLock<Snapshot> = LazyLock::new(|| {
    let all = read("platform-repo-example");
    let folders = ["golden-paths/", "renderers/", "schemas/", "targets/", "teams/", "goldpath.yaml"];
    let needed = |path: &str| REQUESTS.contains(&path) || folders.iter().any(|folder| path.starts_with(folder));
    let files: BTreeMap<_, _> =
        all.files().iter().filter(|(path, _)| needed(path.as_str())).map(|(path, file)| (path.clone(), file.clone())).collect();
    Snapshot::new(None, files, Vec::new())
});
/// What is rendered already is not rendered again: one request differs each time.
static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(|| Mutex::new(Cache::new()));
const REQUESTS: [&str; 3] = [
    "requests/payments-team/payments-preview.yaml",
    "requests/payments-team/payments-gateway.yaml",
    "requests/orders-team/orders-demo.yaml",
];
/// No edit of one file is worth more findings than this.
const MOST: usize = 120;

/// One thing that a hand does to a text; numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Slip {
    Delete(usize),
    Double(usize),
    Swap(usize, usize),
    Indent(usize, usize),
    Dedent(usize),
    Insert(usize, String),
    Cut(usize),
}

fn slip() -> impl Strategy<Value = Slip> {
    let odd = prop_oneof![
        "[:#&*!|>'\"%@`{}\\[\\],?~<=-]",
        "[ \t\n]",
        "[a-z0-9]",
        "(no|1:30|010|---\n|<<: |\\.\\.\\.\n|- |ä|日|😀|\u{feff}|\u{7}|\r|\u{a0})"
    ];
    prop_oneof![
        any::<usize>().prop_map(Slip::Delete),
        any::<usize>().prop_map(Slip::Double),
        any::<(usize, usize)>().prop_map(|(a, b)| Slip::Swap(a, b)),
        (any::<usize>(), 1..5_usize).prop_map(|(at, by)| Slip::Indent(at, by)),
        any::<usize>().prop_map(Slip::Dedent),
        (any::<usize>(), odd).prop_map(|(at, text)| Slip::Insert(at, text)),
        any::<usize>().prop_map(Slip::Cut),
    ]
}

fn slipped(text: &str, slip: &Slip) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let count = lines.len().max(1);
    if lines.is_empty() {
        lines.push(String::new());
    }
    match slip {
        Slip::Delete(at) => drop(lines.remove(at % count)),
        Slip::Double(at) => lines.insert(at % count, lines[at % count].clone()),
        Slip::Swap(a, b) => lines.swap(a % count, b % count),
        Slip::Indent(at, by) => lines[at % count].insert_str(0, &" ".repeat(*by)),
        Slip::Dedent(at) => {
            let line = &mut lines[at % count];
            *line = line.trim_start_matches(' ').to_owned();
        }
        Slip::Insert(at, what) => {
            let all = lines.concat();
            let places: Vec<usize> = all.char_indices().map(|(at, _)| at).chain([all.len()]).collect();
            let at = places[at % places.len()];
            return format!("{}{what}{}", &all[..at], &all[at..]);
        }
        Slip::Cut(at) => {
            let all = lines.concat();
            return all.chars().take(at % (all.chars().count() + 1)).collect();
        }
    }
    lines.concat()
}

/// Whether a place is in a text; the end of a line and of the text are.
fn is_within(text: &str, finding: &Finding) -> bool {
    let span = finding.place.span;
    let lines: Vec<usize> = text.split('\n').map(|line| line.chars().count()).collect();
    let inside = |line: u32, column: u32| {
        line >= 1 && column >= 1 && lines.get(line as usize - 1).is_some_and(|length| column as usize <= length + 1)
    };
    let in_order = (span.line, span.column) <= (span.end_line, span.end_column);
    inside(span.line, span.column) && inside(span.end_line, span.end_column) && in_order
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_to_a_request_is_told_or_renders(which in 0..REQUESTS.len(), slips in prop::collection::vec(slip(), 1..4)) {
        let path = RepoPath::parse(REQUESTS[which]).expect("a path");
        let text = slips.iter().fold(EXAMPLE.text(path.as_str()).expect("it is text").to_owned(), |text, slip| slipped(&text, slip));
        let mut id = [0; 20];
        id.copy_from_slice(&Digest::of(text.as_bytes()).bytes()[..20]);
        let mut files = EXAMPLE.files().clone();
        files.insert(path.clone(), File { id: ContentId::from_bytes(id), mode: Mode::Regular, bytes: text.as_bytes().into() });
        let snapshot = Snapshot::new(None, files, Vec::new());
        let parsed = parse(&snapshot);
        let rendered = render(&snapshot, &parsed.platform, &Limits::default(), &mut CACHE.lock().expect("nothing panicked"), 1);
        let all: Vec<&Finding> = parsed.findings.iter().chain(&rendered.findings).collect();
        prop_assert!(all.len() <= MOST, "{} findings for {text:?}", all.len());
        for finding in &all {
            let text = snapshot.text(finding.place.path.as_str()).unwrap_or_default();
            prop_assert!(is_within(text, finding), "{finding:?} is not in {text:?}");
            prop_assert!(!finding.message.is_empty() && !finding.message.contains('\n'), "{finding:?}");
        }
        let told = all.iter().any(|finding| finding.is_error() && finding.place.path == path);
        let request = parsed.platform.requests.values().find(|request| request.file == path);
        let renders = request.is_some_and(|request| rendered.units.keys().any(|unit| unit.request == request.id));
        prop_assert!(told || renders, "nothing is said of {text:?}, and it does not render: {all:?}");
    }
}
