//! Which changes of files are alike, so that a reviewer reads each once.

use super::{About, FileChange, Group, UnitChange};
use crate::model::{Digester, Json, Platform, Risk};
use serde_json::Value;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

/// A shorter name stands in many words by chance.
const SHORTEST: usize = 3;

/// What tells of the change of a file which others are alike: the beginning of a digest.
pub type Key = [u8; 16];

/// The keys of the files of a unit. The names of a unit, its own and its team's, are left out of the comparison where they can have come from
/// nowhere else: not where anything else that its templates see has such a word in it, in whatever form. Two requests must not hide what differs
/// between them behind what they are called.
pub(super) fn keys(unit: &UnitChange, platform: &Platform) -> Vec<Key> {
    let names = names(unit, platform);
    let key = |file: &FileChange| {
        let status = [file.status as u8];
        let digest = Digester::new().field(file.template.as_str()).field(status).field(signature(&names, unit, file)).finish();
        *digest.bytes().first_chunk().expect("a digest is longer")
    };
    unit.files.iter().map(key).collect()
}

/// Groups equal changes, told by the keys of the files of each unit, the most telling first.
pub(super) fn group(units: &[UnitChange], keys: &[Vec<Key>]) -> Vec<Group> {
    let mut groups: HashMap<&Key, Found> = HashMap::new();
    for (unit, keys) in units.iter().zip(keys) {
        for (file, key) in unit.files.iter().zip(keys) {
            let found = groups.entry(key).or_insert_with(|| Found::new(file));
            let group = &mut found.group;
            group.about = group.about.min(file.about);
            group.members.push((unit.id.clone(), file.path.clone()));
            if !group.teams.contains(&unit.id.request.team) {
                group.teams.insert(unit.id.request.team.clone());
            }
        }
    }
    sorted(groups.into_values().collect())
}

/// A group, and how many lines come and go in it.
struct Found {
    group: Group,
    lines: usize,
}

impl Found {
    fn new(file: &FileChange) -> Self {
        let group = Group { hunks: file.hunks.clone(), members: Vec::new(), teams: BTreeSet::new(), about: file.about };
        Self { group, lines: file.added + file.removed }
    }
}

/// What is told first: of the changes that are about as widespread as the widest, what happens to objects; then the most frequent ones; of
/// equally frequent ones the longest. What follows from the release alone comes last, however widespread it is.
fn sorted(mut groups: Vec<Found>) -> Vec<Group> {
    let told = |found: &&Found| found.group.about != About::Marks;
    let widest = groups.iter().filter(told).map(|found| found.group.members.len()).max().unwrap_or_default();
    let place = |Found { group, lines }: &Found| {
        let number = group.members.len();
        let wide = number * 2 >= widest;
        let first = wide.then_some(group.about);
        (group.about == About::Marks, !wide, first, Reverse(number), group.about, Reverse(*lines))
    };
    // each unit and file stands in exactly one, so that no two are in the same place
    groups.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.group.members.cmp(&b.group.members)));
    groups.into_iter().map(|found| found.group).collect()
}

/// The names that are left out, each with what stands for it.
fn names<'u>(unit: &'u UnitChange, platform: &Platform) -> Vec<(&'u str, &'static str)> {
    let request = &unit.id.request;
    let stands_for = [(request.name.as_str(), "\u{1}"), (request.team.as_str(), "\u{2}")];
    let is_shown = |name: &str| unit.files.iter().flat_map(moved).any(|line| line.contains(name));
    let mut names = stands_for.into_iter().filter(|(name, _)| name.len() >= SHORTEST && is_shown(name)).peekable();
    if names.peek().is_none() {
        return Vec::new();
    }
    let seen = seen(unit, platform);
    names.filter(|(name, _)| seen.as_ref().is_some_and(|seen| !seen.contains(&name.to_lowercase()))).collect()
}

/// All words that the templates of a unit see besides the names, in small letters; nothing where that is not known.
fn seen(unit: &UnitChange, platform: &Platform) -> Option<String> {
    let request = platform.requests.get(&unit.id.request)?;
    // what other requests give is known to them alone
    if !request.refs.is_empty() {
        return None;
    }
    let mut seen = String::new();
    let mut take = |words: &str| {
        seen.push('\n');
        seen.push_str(&words.to_lowercase());
    };
    let members = request.document.as_object().into_iter().flatten();
    for (key, part) in members.filter(|(key, _)| !matches!(key.as_str(), "apiVersion" | "kind")) {
        words(part, if key == "metadata" { "name" } else { "" }, &mut take);
    }
    for Json(values) in values(unit, platform) {
        words(values, "", &mut take);
    }
    let team = platform.teams.get(&request.id.team);
    team.into_iter().flat_map(|team| team.contact.values().chain(&team.cost_centre)).for_each(|text| take(text));
    take(unit.id.target.as_str());
    unit.target_labels.values().for_each(|label| take(label));
    Some(seen)
}

/// What templates see of the platform, the team and the target.
fn values<'p>(unit: &UnitChange, platform: &'p Platform) -> impl Iterator<Item = &'p Json> {
    let settings = platform.settings.as_ref().map(|settings| &settings.values);
    let team = platform.teams.get(&unit.id.request.team).map(|team| &team.values);
    let target = platform.targets.get(&unit.id.target).map(|target| &target.values);
    settings.into_iter().chain(team).chain(target)
}

/// Tells all words of a value, its keys too, without one member.
fn words(value: &Value, without: &str, take: &mut impl FnMut(&str)) {
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter().filter(|(key, _)| without.is_empty() || *key != without) {
                take(key);
                words(member, "", take);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| words(item, "", take)),
        Value::String(text) => take(text),
        Value::Number(number) => take(&number.to_string()),
        Value::Bool(is) => take(if *is { "true" } else { "false" }),
        Value::Null => {}
    }
}

/// The lines that come and go.
fn moved(file: &FileChange) -> impl Iterator<Item = &str> {
    file.hunks.lines().filter(|line| is_moved(line))
}

fn is_moved(line: &str) -> bool {
    line.starts_with(['+', '-'])
}

/// What of a diff is compared: the lines that come and go, without line numbers and without names. Where access may grow, what it is of may stand
/// in a line beside them that stays.
fn signature(names: &[(&str, &str)], unit: &UnitChange, file: &FileChange) -> String {
    let mut text = String::new();
    let with_all = unit.risks.contains(&Risk::Widen);
    for line in file.hunks.lines().filter(|line| is_moved(line) || with_all && !line.starts_with("@@")) {
        text.push_str(&names.iter().fold(Cow::Borrowed(line), |line, (name, mark)| replaced(line, name, mark)));
        text.push('\n');
    }
    text
}

/// A line with a word replaced where it stands by itself.
fn replaced<'l>(line: Cow<'l, str>, word: &str, mark: &str) -> Cow<'l, str> {
    let mut out = String::new();
    let mut done = 0;
    for (at, _) in line.match_indices(word) {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        if !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric) {
            out.push_str(&line[done..at]);
            out.push_str(mark);
            done = at + word.len();
        }
    }
    if done == 0 {
        return line;
    }
    out.push_str(&line[done..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Diff;
    use crate::diff::tests::diff_of;

    const SCHEMA: &str = r#"{"type": "object", "additionalProperties": false, "properties": {
        "regions": {"type": "array", "items": {"type": "string"}}, "stage": {"type": "string"}, "copies": {"type": "integer"}}}"#;

    fn request(name: &str, spec: &str) -> String {
        format!("apiVersion: example.org/v1\nkind: App\nmetadata: {{name: \"{name}\"}}\nspec: {{{spec}}}\n")
    }

    /// The groups when two requests, each by team and name, are added and one output prints this: how many files each has, and the lines.
    fn groups(template: &str, one: (&str, &str), other: (&str, &str)) -> String {
        let release = "apiVersion: goldpath.dev/v1\nkind: Release\nmetadata: {name: 1.0.0}\nspec:\n  serves: v1\n  outputs: [{name: all, renderer: ci@1, target: eu}]\n";
        let [first, second] = [one, other].map(|(name, spec)| {
            let (team, name) = name.split_once('/').unwrap_or(("shop", name));
            let of_team = format!(
                "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {{name: {team}}}\nspec:\n  title: Team\n{}",
                if matches!(team, "dawn" | "dusk") { format!("  values: {{mode: {team}}}\n") } else { String::new() }
            );
            ((format!("requests/{team}/{name}.yaml"), request(name, spec)), (format!("teams/{team}.yaml"), of_team))
        });
        let base = [
            ("golden-paths/app/1.0.0/release.yaml", Some(release)),
            ("golden-paths/app/1.0.0/schema.json", Some(SCHEMA)),
            ("golden-paths/app/1.0.0/all/a.md.tera", Some(template)),
            ("golden-paths/app/1.0.0/labelled/a.md.tera", None),
            ("golden-paths/app/1.0.0/wanted/a.md.tera", None),
            ("golden-paths/app/1.0.0/offered/a.md.tera", None),
            ("requests/shop/web.yaml", None),
        ];
        let added = [&first.0, &first.1, &second.0, &second.1].map(|(path, text)| (path.as_str(), Some(text.as_str())));
        let head = [base.as_slice(), &added].concat();
        let Diff { groups, .. } = diff_of(&base, &head);
        let shown = |group: &Group| format!("{}: {}", group.members.len(), group.hunks.trim_end().replace('\n', " "));
        groups.iter().map(shown).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn what_differs_in_the_names_alone_is_one_change() {
        let table = [
            groups("name <{ metadata.name }> of <{ team.name }>\n", ("cart", ""), ("till", "")),
            groups("image shop/<{ metadata.name }>-server:1\n", ("cart", ""), ("till", "")),
            groups("stage <{ spec.stage }>\n", ("cart", "stage: test"), ("till", "stage: test")),
            groups("stage <{ spec.stage }>\n", ("cart", "stage: test"), ("till", "stage: live")),
        ];
        insta::assert_snapshot!(table.join("\n"), @"
        2: +name cart of shop
        2: +image shop/cart-server:1
        2: +stage test
        1: +stage test; 1: +stage live
        ");
    }

    #[test]
    fn a_name_hides_no_value() {
        let stage = "stage <{ spec.stage }>\n";
        let table = [
            groups(stage, ("test", "stage: test"), ("live", "stage: live")),
            groups(stage, ("latest", "stage: \"shop:latest\""), ("stable", "stage: \"shop:stable\"")),
            groups("copies <{ spec.copies }>\n", ("100", "copies: 100"), ("900", "copies: 900")),
            groups("copies <{ spec.copies }>\n", ("1", "copies: 11"), ("2", "copies: 22")),
            groups("a <{ metadata.name }>bc\n", ("cart", ""), ("till", "")),
            groups(stage, ("test/cart", "stage: test"), ("live/cart", "stage: live")),
            groups("of <{ team.name }>\n", ("test/cart", "stage: one"), ("live/cart", "stage: one")),
            groups(stage, ("debug", "stage: debug-1.4.0"), ("stable", "stage: stable-1.4.0")),
            groups(stage, ("debug", "stage: eu/DEBUG.x"), ("stable", "stage: eu/STABLE.x")),
            groups("mode <{ team.values.mode }>\n", ("dawn/cart", ""), ("dusk/cart", "")),
            groups("lives <{ spec.stage }> of <{ metadata.name }>\n", ("cart", "stage: one"), ("till", "stage: one")),
        ];
        insta::assert_snapshot!(table.join("\n"), @"
        1: +stage live; 1: +stage test
        1: +stage shop:latest; 1: +stage shop:stable
        1: +copies 100; 1: +copies 900
        1: +copies 11; 1: +copies 22
        1: +a cartbc; 1: +a tillbc
        1: +stage live; 1: +stage test
        2: +of live
        1: +stage debug-1.4.0; 1: +stage stable-1.4.0
        1: +stage eu/DEBUG.x; 1: +stage eu/STABLE.x
        1: +mode dawn; 1: +mode dusk
        2: +lives one of cart
        ");
    }
}
