//! What each unit records of what it read: it alone decides what is rendered again, and nothing else changes a byte.

use super::example::read;
use goldpath::model::{ContentId, Digest, RepoPath, RequestId, UnitId};
use goldpath::parse::parse;
use goldpath::render::{Cache, Inputs, Limits, Progress, Rendered, Tell, Watched, render, render_watched};
use goldpath::snapshot::{File, Snapshot};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// What is put behind a file so that it says the same as before.
fn harmless(path: &RepoPath, text: &str) -> Option<String> {
    let ending = match path.file_name().rsplit_once('.').map_or(path.file_name(), |(_, ending)| ending) {
        "yaml" | "yml" | "rego" | "tf" | "CODEOWNERS" => "\n# changed\n",
        "tera" if path.as_str().contains("/repo/") => "<# changed #>",
        "tera" => "{# changed #}",
        "json" => "\n",
        "md" => "\nMore.\n",
        _ => return None,
    };
    Some(format!("{text}{ending}"))
}

/// Changes that are meant: file, what stands there, what stands there then, and whether other bytes come of it.
const MEANT: &[(&str, &str, &str, bool)] = &[
    ("goldpath.yaml", "registry: registry.example.org", "registry: other.example.org", true),
    ("goldpath.yaml", "count: 1", "count: 2", false),
    ("teams/orders-team.yaml", "cc-1202", "cc-9999", true),
    ("targets/staging-eu-central-1.yaml", "domain: staging", "domain: other", true),
    ("targets/staging-eu-west-1.yaml", "connection: staging", "connection: other-staging", false),
    ("requests/orders-team/orders-api.yaml", "metadata:\n", "metadata:\n  labels: {a: b}\n", false),
    ("golden-paths/environment/1.1.0/dns/records.tf.tera", "ttl   = 300", "ttl   = 600", true),
    ("golden-paths/environment/path.yaml", "title: ", "title: The ", false),
    ("golden-paths/_library/guarded-namespace/1.0.0/limit-range.tera", "cpu: 100m", "cpu: 200m", true),
    ("targets/staging-eu-west-1.yaml", ", runs: services", "", true),
    ("requests/shipping-team/shipping-acceptance.yaml", "standby: [eu-west-1]", "standby: []", true),
];

fn with(base: &Snapshot, path: &RepoPath, text: String) -> Snapshot {
    let mut files = base.files().clone();
    let mut id = [0; 20];
    id.copy_from_slice(&Digest::of(text.as_bytes()).bytes()[..20]);
    let file = File { id: ContentId::from_bytes(id), bytes: text.into_bytes().into(), ..files[path].clone() };
    files.insert(path.clone(), file);
    Snapshot::new(None, files, Vec::new())
}

/// The example as it is, and what is kept of rendering it.
struct Base {
    snapshot: Snapshot,
    rendered: Rendered,
    cache: Cache,
}

/// What one change of a file comes to: how many requests have other bytes.
fn check(base: &Base, path: &RepoPath, text: String, thoroughly: bool) -> usize {
    let head = with(&base.snapshot, path, text);
    let parsed = parse(&head);
    let errors: Vec<_> = parsed.findings.iter().filter(|finding| finding.is_error()).collect();
    assert!(errors.is_empty(), "{path}: {errors:?}");
    let inputs = Inputs::new(&head, &parsed.platform);
    let (before, of) = (&base.rendered, |id: &UnitId| id.request.clone());
    let predicted: BTreeSet<RequestId> = before.units.values().filter(|unit| inputs.changed(unit)).map(|unit| of(&unit.id)).collect();

    let again = Arc::new(Mutex::new(BTreeSet::new()));
    let heard = Arc::clone(&again);
    let tell: Tell = Arc::new(move |progress| {
        if let Progress::Ended(id, _) = progress {
            heard.lock().expect("nobody panics").insert(id);
        }
    });
    let watched = Watched { tell, ..Watched::by_nobody() };
    let after = render_watched(&head, &parsed.platform, &Limits::default(), &mut base.cache.clone(), 1, &watched);
    if thoroughly {
        assert_eq!(after, render(&head, &parsed.platform, &Limits::default(), &mut Cache::new(), 1), "{path}");
    }
    assert_eq!(*again.lock().expect("nobody panics"), predicted, "{path}: rendered again and what the reads say");

    let ids: BTreeSet<&UnitId> = before.units.keys().chain(after.units.keys()).collect();
    let digest = |rendered: &Rendered, id: &UnitId| rendered.units.get(id).map(|unit| unit.digest);
    let changed: BTreeSet<RequestId> = ids.into_iter().filter(|id| digest(before, id) != digest(&after, id)).map(of).collect();
    assert!(changed.is_subset(&predicted), "{path}: {changed:?} changed, {predicted:?} were foreseen");
    changed.len()
}

#[test]
fn what_was_read_decides_what_is_rendered_again() {
    let snapshot = read("platform-repo-example");
    let mut cache = Cache::new();
    let rendered = render(&snapshot, &parse(&snapshot).platform, &Limits::default(), &mut cache, 1);
    let base = Base { snapshot, rendered, cache };
    let text = |path: &RepoPath| base.snapshot.text(path.as_str()).expect("text").to_owned();
    let harmless: Vec<(&RepoPath, String)> =
        base.snapshot.files().keys().filter_map(|path| Some((path, harmless(path, &text(path))?))).collect();
    let changed: BTreeSet<&RepoPath> = harmless.iter().map(|(path, _)| *path).collect();
    let left_out: Vec<&RepoPath> = base.snapshot.files().keys().filter(|path| !changed.contains(path)).collect();
    assert!(left_out.is_empty(), "every file of the example is changed in turn: {left_out:?}");
    harmless.into_par_iter().for_each(|(path, changed)| {
        check(&base, path, changed, false);
    });
    for (name, from, to, seen) in MEANT {
        let path = RepoPath::parse(name).expect("a path");
        assert!(text(&path).contains(from), "{name}: {from}");
        let changed = check(&base, &path, text(&path).replacen(from, to, 1), true);
        assert_eq!(changed > 0, *seen, "{name}: {changed} requests have other bytes");
    }
}

#[test]
fn the_same_bytes_come_out_everywhere() {
    let base = read("platform-repo-example");
    let parsed = parse(&base);
    let one = render(&base, &parsed.platform, &Limits::default(), &mut Cache::new(), 1);
    let many = render(&base, &parsed.platform, &Limits::default(), &mut Cache::new(), 8);
    assert_eq!(one, many);
    let shuffled = Snapshot::new(None, base.files().iter().rev().map(|(path, file)| (path.clone(), file.clone())).collect(), Vec::new());
    assert_eq!(one, render(&shuffled, &parse(&shuffled).platform, &Limits::default(), &mut Cache::new(), 3));
}

#[test]
fn a_release_of_goldpath_changes_no_bytes() {
    let first = read("first-repository");
    let rendered = render(&first, &parse(&first).platform, &Limits::default(), &mut Cache::new(), 1);
    let digests: Vec<String> = rendered.units.values().map(|unit| format!("{} {}", unit.digest.short(), unit.id)).collect();
    insta::assert_snapshot!(digests.join("\n"), @"30955402dda9 platform/hello/cluster@staging");
}
