//! What changes: the table of requests and targets, and the folded differences with equal ones shown once.

use super::actions;
use super::bounds::Bounds;
use super::difference::difference;
use super::table::{Align, Table};
use super::text::{code, count, first_of, html, thousands};
use super::verdict::{Files, LEFT, again, mark};
use super::view::View;
use super::widened;
use crate::change::ChangeState;
use crate::delivery::Status;
use crate::diff::{About, Diff, FileChange, FileStatus, Group, UnitChange};
use crate::model::{PathName, ReleaseId, RepoPath, RequestId, TargetKind, TargetName, UnitId};
use crate::observe::{Action, Verb};
use crate::policy::Tally;
use std::collections::{BTreeMap, BTreeSet};

/// The most releases whose pinned requests are told of.
const MOST_PINNED: usize = 5;

/// How many things come, change, go and are recreated.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    added: usize,
    changed: usize,
    removed: usize,
    replaced: usize,
}

impl Counts {
    fn of(view: &View<'_>, unit: &UnitChange) -> Self {
        if let Some(plan) = view.plan_of(&unit.id) {
            let verbs = |verb: Verb| plan.actions.iter().filter(|action| action.verb == verb).count();
            return Self {
                added: verbs(Verb::Create),
                changed: verbs(Verb::Update),
                removed: verbs(Verb::Delete),
                replaced: verbs(Verb::Replace),
            };
        }
        let statuses: Vec<FileStatus> = if unit.objects.is_empty() {
            unit.files.iter().filter(|file| file.about != About::Marks).map(|file| file.status).collect()
        } else {
            unit.objects.iter().filter(|object| !object.marks_alone && !object.replaced).map(|object| object.status).collect()
        };
        let number = |status: FileStatus| statuses.iter().filter(|one| **one == status).count();
        if unit.is_left() {
            return Self::default();
        }
        let replaced = unit.objects.iter().filter(|object| object.replaced).count();
        Self { added: number(FileStatus::Added), changed: number(FileStatus::Changed), removed: number(FileStatus::Removed), replaced }
    }

    fn is_nothing(self) -> bool {
        let Self { added, changed, removed, replaced } = self;
        added + changed + removed + replaced == 0
    }

    fn add(&mut self, other: Self) {
        self.added += other.added;
        self.changed += other.changed;
        self.removed += other.removed;
        self.replaced += other.replaced;
    }
}

/// Whether a unit changes in nothing but what goldpath itself writes of its release and its end.
fn is_marked_alone(unit: &UnitChange) -> bool {
    unit.files.iter().all(|file| file.about == About::Marks)
}

/// What is counted: "object", "resource", "file".
fn noun(unit: &UnitChange) -> &'static str {
    match (unit.target_kind, unit.objects.is_empty()) {
        (_, true) => "file",
        (TargetKind::Terraform, false) => "resource",
        (TargetKind::Directory, false) => "object",
    }
}

/// The table, and one line for what does not change.
pub(super) fn table(view: &View<'_>, bounds: &Bounds) -> String {
    let Some(diff) = view.diff().filter(|diff| !diff.units.is_empty()) else { return String::new() };
    let mut text = if diff.units.len() <= bounds.units { by_unit(view, diff, bounds) } else { by_target(view, diff, bounds) };
    if diff.unchanged > 0 {
        let verb = if diff.unchanged == 1 { "does" } else { "do" };
        text += &format!("\n{} {verb} not change.\n", count(diff.unchanged, "unit"));
    }
    text
}

fn by_unit(view: &View<'_>, diff: &Diff, bounds: &Bounds) -> String {
    let mut table = Table::new([
        ("Request", Align::Left),
        ("Target", Align::Left),
        ("+", Align::Right),
        ("~", Align::Right),
        ("−", Align::Right),
        ("replaced", Align::Right),
        ("Policy", Align::Left),
        ("State", Align::Left),
    ]);
    let decided = decided(view);
    let mut before: Option<&RequestId> = None;
    for unit in &diff.units {
        let counts = Counts::of(view, unit);
        let named = |number: usize| if number == 0 { String::new() } else { count(number, noun(unit)) };
        let changed = if counts.is_nothing() && is_marked_alone(unit) { format!("{} only", mark(diff)) } else { named(counts.changed) };
        let request = if before == Some(&unit.id.request) { String::new() } else { unit.id.request.to_string() };
        before = Some(&unit.id.request);
        let twice =
            diff.units.iter().filter(|other| (&other.id.request, &other.id.target) == (&unit.id.request, &unit.id.target)).count() > 1;
        let target = if twice { format!("{} ({})", unit.id.target, unit.id.output) } else { unit.id.target.to_string() };
        let replaced = if counts.replaced == 0 { String::new() } else { format!("**{}**", counts.replaced) };
        let policy = view.evaluation.and_then(|evaluation| evaluation.tallies.get(&unit.id)).map(tally).unwrap_or_default();
        table.row([
            request,
            target,
            named(counts.added),
            changed,
            named(counts.removed),
            replaced,
            policy,
            state(view, decided.as_ref(), unit),
        ]);
    }
    table.markdown(bounds.units, bounds)
}

fn by_target(view: &View<'_>, diff: &Diff, bounds: &Bounds) -> String {
    bounds.leave_out();
    let mut targets: BTreeMap<&TargetName, Vec<&UnitChange>> = BTreeMap::new();
    for unit in &diff.units {
        targets.entry(&unit.id.target).or_default().push(unit);
    }
    let mut table = Table::new([
        ("Target", Align::Left),
        ("Requests", Align::Right),
        ("+", Align::Right),
        ("~", Align::Right),
        ("−", Align::Right),
        ("replaced", Align::Right),
        ("Policy", Align::Left),
        ("State", Align::Left),
    ]);
    let decided = decided(view);
    for (target, units) in targets {
        let requests: BTreeSet<&RequestId> = units.iter().map(|unit| &unit.id.request).collect();
        let mut sum = Counts::default();
        units.iter().for_each(|unit| sum.add(Counts::of(view, unit)));
        let mut policies = Tally::default();
        for one in units.iter().filter_map(|unit| view.evaluation?.tallies.get(&unit.id)) {
            policies = Tally {
                passed: policies.passed + one.passed,
                warned: policies.warned + one.warned,
                failed: policies.failed + one.failed,
                waived: policies.waived + one.waived,
            };
        }
        let number = |number: usize| if number == 0 { String::new() } else { thousands(number) };
        let replaced = if sum.replaced == 0 { String::new() } else { format!("**{}**", thousands(sum.replaced)) };
        let cells = [number(sum.added), number(sum.changed), number(sum.removed)];
        let [added, changed, removed] = cells;
        table.row([
            target.to_string(),
            thousands(requests.len()),
            added,
            changed,
            removed,
            replaced,
            tally(&policies),
            states(view, decided.as_ref(), &units),
        ]);
    }
    table.markdown(bounds.units, bounds)
}

fn tally(tally: &Tally) -> String {
    let parts = [(tally.failed, "✗", "failed"), (tally.warned, "⚠", "warned"), (tally.waived, "", "waived"), (tally.passed, "✓", "passed")];
    let some = parts.iter().filter(|(number, _, _)| *number > 0);
    let said: Vec<String> =
        some.map(|(number, sign, word)| format!("{sign} {} {word}", thousands(*number as usize)).trim_start().to_owned()).collect();
    said.join(", ")
}

/// What was decided when the change landed, in a word for each unit.
struct Decided<'a> {
    units: BTreeMap<&'a UnitId, &'static str>,
    others: &'static str,
}

/// Nothing when it has not landed.
fn decided<'a>(view: &View<'a>) -> Option<Decided<'a>> {
    match &view.change.state {
        ChangeState::Accepted(accepted) => {
            let applied = accepted.entries.iter().filter(|_| accepted.recorded);
            Some(Decided { units: applied.map(|entry| (&entry.apply.unit, "applied")).collect(), others: "" })
        }
        ChangeState::Held(held) => {
            let own = held.entries.iter().filter(|entry| entry.hold.is_some());
            Some(Decided { units: own.map(|entry| (&entry.apply.unit, "held")).collect(), others: "waits" })
        }
        ChangeState::Seen
        | ChangeState::Rendering { .. }
        | ChangeState::Planning { .. }
        | ChangeState::Waiting(_)
        | ChangeState::Merging { .. }
        | ChangeState::Landing { .. }
        | ChangeState::Closed => None,
    }
}

fn state(view: &View<'_>, decided: Option<&Decided<'_>>, unit: &UnitChange) -> String {
    if let Some(job) = view.job(&unit.id) {
        return job_state(&job.status);
    }
    if let Some(decided) = decided {
        return decided.units.get(&unit.id).unwrap_or(&decided.others).to_string();
    }
    match unit.target_kind {
        _ if unit.is_left() && view.plan_of(&unit.id).is_none() => LEFT.to_owned(),
        _ if unit.transition.after.is_none() && view.plan_of(&unit.id).is_none() => "goes away".to_owned(),
        TargetKind::Directory => "rendered".to_owned(),
        TargetKind::Terraform if view.plan_of(&unit.id).is_some() => "planned".to_owned(),
        TargetKind::Terraform if view.unplanned(&unit.id).is_some() => "plan failed".to_owned(),
        TargetKind::Terraform => "not planned".to_owned(),
    }
}

fn job_state(status: &Status) -> String {
    match status {
        Status::Queued => "queued".to_owned(),
        Status::Running { attempt: 1 } => "being applied".to_owned(),
        Status::Running { attempt } => format!("being applied (attempt {attempt})"),
        Status::Applied { .. } => "applied".to_owned(),
        Status::Failed { attempt, next, .. } => format!("**failed**, {}", again(*attempt, *next)),
        Status::Held(_) => "held".to_owned(),
        Status::Superseded { by } => format!("{} took its place", code(by.as_str())),
    }
}

/// "200 applied, 3 queued".
fn states(view: &View<'_>, decided: Option<&Decided<'_>>, units: &[&UnitChange]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for unit in units {
        let word = match view.job(&unit.id).map(|job| &job.status) {
            Some(Status::Failed { .. }) => "**failed**".to_owned(),
            Some(Status::Superseded { .. }) => "superseded".to_owned(),
            _ => state(view, decided, unit),
        };
        *counts.entry(word).or_default() += 1;
    }
    let single = counts.len() == 1;
    let words: Vec<String> = counts
        .into_iter()
        .filter(|(word, _)| !word.is_empty())
        .map(|(word, n)| if single { word } else { format!("{} {word}", thousands(n)) })
        .collect();
    words.join(", ")
}

/// The differences: equal changes once, then each unit folded.
pub(super) fn differences(view: &View<'_>, bounds: &Bounds) -> Vec<String> {
    let Some(diff) = view.diff() else { return Vec::new() };
    let told = diff.groups.iter().filter(|group| group.about != About::Marks);
    let (shared, own): (Vec<&Group>, Vec<&Group>) = told.partition(|group| requests_of(group).len() > 1);
    let alone: BTreeSet<&RequestId> = own.iter().flat_map(|group| requests_of(group)).collect();
    let own: BTreeSet<(&UnitId, &RepoPath)> = own.iter().flat_map(|group| group.members.iter().map(|(unit, file)| (unit, file))).collect();
    let units: BTreeMap<&UnitId, &UnitChange> = diff.units.iter().map(|unit| (&unit.id, unit)).collect();
    let mut shared = shared.into_iter().enumerate().map(|(at, group)| shared_block(&units, group, at == 0, bounds));
    let mut blocks: Vec<String> = shared.next().into_iter().collect();
    if diff.touches_platform() && !blocks.is_empty() && !alone.is_empty() {
        let names = first_of(alone.iter().map(|request| code(&request.to_string())), bounds.names);
        blocks.push(format!("**Different in {}**: {names} (below).", count(alone.len(), "request")));
    }
    blocks.push(pinned(diff));
    blocks.extend(shared);
    let one_request = diff.units.windows(2).all(|two| two[0].id.request == two[1].id.request);
    // what Terraform would do to units whose files are among the shared ones
    let mut elsewhere: Vec<(&UnitId, &[Action])> = Vec::new();
    let mut alike: Vec<Alike<'_>> = Vec::new();
    let mut known: BTreeMap<(&RequestId, Vec<Shown<'_>>), usize> = BTreeMap::new();
    for unit in &diff.units {
        let files: Vec<&FileChange> = unit.files.iter().filter(|file| own.contains(&(&unit.id, &file.path))).collect();
        let actions = view.plan_of(&unit.id).map(|plan| plan.actions.as_slice()).unwrap_or_default();
        let key = (&unit.id.request, files.iter().map(|file| shown(file)).collect());
        match known.get(&key).filter(|_| actions.is_empty()) {
            _ if files.is_empty() && actions.is_empty() => {}
            _ if files.is_empty() => elsewhere.push((&unit.id, actions)),
            Some(at) => alike[*at].units.push(unit),
            None => {
                known.extend(actions.is_empty().then_some((key, alike.len())));
                alike.push(Alike { units: vec![unit], files, actions });
            }
        }
    }
    let place = widened::order(diff);
    alike.sort_by_key(|alike| alike.units.iter().map(|unit| place(unit)).min());
    blocks.extend(alike.iter().map(|alike| alike.block(one_request, bounds)));
    if !elsewhere.is_empty() {
        let all: Vec<Action> = elsewhere.iter().flat_map(|(_, actions)| actions.iter().cloned()).collect();
        let summary = format!("Terraform in {}: {}", count(elsewhere.len(), "unit"), actions::to_do(&all));
        blocks.push(folded(&summary, &actions::by_unit(&elsewhere, bounds)));
    }
    blocks.push(marked(diff));
    blocks
}

/// "18 requests pinned to `postgres-database@2.2.0` do not change", where others of the same golden path do.
fn pinned(diff: &Diff) -> String {
    let change: BTreeSet<&PathName> = diff.units.iter().filter(|_| !diff.pinned.is_empty()).map(|unit| &unit.release.path).collect();
    let mut moved: BTreeMap<&ReleaseId, usize> = BTreeMap::new();
    for release in diff.requests.values().filter(|request| request.pinned).filter_map(|request| request.after.as_ref()) {
        *moved.entry(release).or_default() += 1;
    }
    let stay = diff.pinned.iter().filter(|(release, _)| change.contains(&release.path));
    let stay = stay.map(|(release, all)| (release, all.saturating_sub(moved.get(release).copied().unwrap_or_default())));
    let said = stay.filter(|(_, number)| *number > 0).map(|(release, number)| {
        let verb = if number == 1 { "does" } else { "do" };
        format!("{} pinned to {} {verb} not change.", count(number, "request"), code(&release.to_string()))
    });
    said.take(MOST_PINNED).collect::<Vec<_>>().join("\n")
}

/// One line for what follows from the release and the end of requests, and tells nothing else.
fn marked(diff: &Diff) -> String {
    let files = Files::of(diff).marks;
    if files == 0 {
        return String::new();
    }
    let with = |unit: &&UnitChange| unit.files.iter().any(|file| file.about == About::Marks);
    let requests: BTreeSet<&RequestId> = diff.units.iter().filter(with).map(|unit| &unit.id.request).collect();
    format!(
        "**The {} alone** changes in {} of {}: goldpath writes it on everything, and it follows from the request.",
        mark(diff),
        count(files, "file"),
        count(requests.len(), "request")
    )
}

fn requests_of(group: &Group) -> BTreeSet<&RequestId> {
    group.members.iter().map(|(unit, _)| &unit.request).collect()
}

/// "**The same change in 411 requests** (36 teams)", shown with the names of one of them.
fn shared_block(units: &BTreeMap<&UnitId, &UnitChange>, group: &Group, first: bool, bounds: &Bounds) -> String {
    let requests = requests_of(group);
    let (unit, file) = &group.members[0];
    let change = units.get(unit).and_then(|one| one.files.iter().find(|one| one.path == *file));
    let template = change.map(|change| change.template.as_str()).unwrap_or_default();
    let is_left = units.get(unit).is_some_and(|unit| unit.is_left());
    let word = change.map_or("change", |change| file_word(change.status, is_left));
    let teams = if group.teams.len() > 1 { format!(" ({} teams)", group.teams.len()) } else { String::new() };
    let head = format!("The same {word} in {}", count(requests.len(), "request"));
    let body = difference(&group.hunks, bounds);
    if requests.len() > bounds.names {
        bounds.leave_out();
    }
    if first && group.hunks.lines().count() <= 40 {
        return format!("**{head}**{teams} · {}, shown for {}:\n\n{body}", code(template), code(&unit.request.to_string()));
    }
    let names = first_of(requests.iter().map(|request| request.to_string()), bounds.names);
    let summary = format!("{head}{teams} — {}", html(file.as_str()));
    folded(&summary, &format!("Shown for {} of {names}; template {}.\n\n{body}", code(&unit.to_string()), code(template)))
}

fn file_word(status: FileStatus, is_left: bool) -> &'static str {
    match status {
        FileStatus::Removed if is_left => "file that is no longer looked after",
        FileStatus::Added => "new file",
        FileStatus::Changed => "change",
        FileStatus::Removed => "removed file",
    }
}

/// Everything that is shown of the change of a file.
type Shown<'a> = (&'a RepoPath, &'a RepoPath, &'a str);

fn shown(file: &FileChange) -> Shown<'_> {
    (&file.path, &file.template, &file.hunks)
}

/// Units of one request in which the very same changes, as when one output goes to many targets.
struct Alike<'a> {
    units: Vec<&'a UnitChange>,
    files: Vec<&'a FileChange>,
    actions: &'a [Action],
}

impl Alike<'_> {
    fn block(&self, one_request: bool, bounds: &Bounds) -> String {
        let Self { units, files, actions } = self;
        let mut body = String::new();
        if !actions.is_empty() {
            body += &actions::listed(actions, bounds);
            body.push('\n');
        }
        for (at, file) in files.iter().enumerate() {
            if body.len() > bounds.unit {
                bounds.leave_out();
                body += &format!("… and {}\n", count(files.len() - at, "more file"));
                break;
            }
            body += &format!("{} ({}), from {}\n\n", code(file.path.as_str()), lines_word(units[0], file), code(file.template.as_str()));
            body += &difference(&file.hunks, bounds);
            body.push('\n');
        }
        let each = if units.len() > 1 { " in each" } else { "" };
        folded(&format!("{} — {}{each}", html(&self.names(one_request, bounds.names)), html(&what(units[0], actions))), &body)
    }

    fn names(&self, one_request: bool, most: usize) -> String {
        let first = &self.units[0].id;
        let one_output = self.units.iter().all(|unit| unit.id.output == first.output);
        let targets = || first_of(self.units.iter().map(|unit| unit.id.target.to_string()), most);
        match (one_request, one_output) {
            (true, true) => format!("{} ({})", targets(), first.output),
            (true, false) => first_of(self.units.iter().map(|unit| format!("{} ({})", unit.id.target, unit.id.output)), most),
            (false, true) => format!("{}/{}@{}", first.request, first.output, targets()),
            (false, false) => first_of(self.units.iter().map(|unit| unit.id.to_string()), most),
        }
    }
}

fn lines_word(unit: &UnitChange, file: &FileChange) -> String {
    match file.status {
        FileStatus::Removed if unit.is_left() => format!("{LEFT}, {}", count(file.removed, "line")),
        FileStatus::Added => format!("new, {}", count(file.added, "line")),
        FileStatus::Removed => format!("removed, {}", count(file.removed, "line")),
        FileStatus::Changed => format!("+{} −{}", file.added, file.removed),
    }
}

/// "8 objects: Namespace, 2 Deployments"; "Terraform: 1 to create".
fn what(unit: &UnitChange, actions: &[Action]) -> String {
    if unit.target_kind == TargetKind::Terraform && !actions.is_empty() {
        return format!("Terraform: {}", actions::to_do(actions));
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let objects = unit.objects.iter().filter(|object| !object.marks_alone);
    for object in objects.clone() {
        *kinds.entry(object.kind.strip_prefix("terraform:").unwrap_or(&object.kind)).or_default() += 1;
    }
    if kinds.is_empty() {
        return count(unit.files.iter().filter(|file| file.about != About::Marks).count(), "file");
    }
    let words = kinds.iter().map(|(kind, number)| if *number == 1 { (*kind).to_owned() } else { count(*number, kind) });
    format!("{}: {}", count(objects.count(), noun(unit)), first_of(words, 12))
}

fn folded(summary: &str, body: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{}\n\n</details>\n", body.trim_end())
}
