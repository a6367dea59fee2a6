//! What a reviewer must see first, the most dangerous first; nothing when there is nothing.

use super::actions::said;
use super::text::{code, count, first_of, mention, prose};
use super::verdict::{again, who};
use super::view::View;
use super::widened;
use crate::change::ChangeState;
use crate::delivery::Status;
use crate::diff::{Diff, FileStatus, ObjectChange, UnitChange, Vanished};
use crate::model::{Finding, MadeBy, Place, Severity, TeamName, UnitId};
use crate::observe::Verb;
use crate::plan::{ErrorAt, Hold, HoldReason, WaitingOn, Who};
use std::collections::BTreeSet;

/// The most items of one kind.
const MOST: usize = 12;
/// The most lines of a request that an error is traced to.
const MOST_LINES: usize = 3;
/// What clears what no approval clears.
pub(super) const REFUSED: &str =
    "the file is mended or, where a policy refuses, an exception is on the default branch; no approval clears it";
/// The most characters of the block.
const MOST_CHARACTERS: usize = 20_000;

/// The block, each item a quoted paragraph.
pub(super) fn attention(view: &View<'_>) -> String {
    let holds = view.holds();
    let mut items: Vec<String> = Vec::new();
    let dangerous =
        |hold: &&Hold| matches!(hold.reason, HoldReason::Protected { .. } | HoldReason::DeleteBudget { .. } | HoldReason::Vanished { .. });
    items.extend(holds.iter().filter(dangerous).map(|hold| held(view, hold)));
    items.extend(terraform(view));
    items.extend(replaced(view, &holds));
    items.extend(removals(view, &holds));
    items.extend(taken(view, &holds));
    items.extend(widened::said(view));
    items.extend(failed_policies(view));
    items.extend(holds.iter().filter(|hold| !dangerous(hold) && !hold.is_refusal()).map(|hold| held(view, hold)));
    items.extend(refused(&holds));
    items.extend(others(view));
    quoted(items)
}

fn quoted(items: Vec<String>) -> String {
    let all = items.len();
    let mut text = String::new();
    for (at, item) in items.into_iter().enumerate() {
        if text.len() + item.len() > MOST_CHARACTERS {
            text += &format!(">\n> … and {} more like these.\n", count(all - at, "thing"));
            break;
        }
        text += &format!("{}> {item}\n", if at == 0 { "" } else { ">\n" });
    }
    text
}

/// Why it is held, and the exact words that clear it.
fn held(view: &View<'_>, hold: &Hold) -> String {
    format!("{}. {}", reason(&hold.reason), clears(view, hold))
}

/// Why something is held, as Markdown.
pub(super) fn reason(reason: &HoldReason) -> String {
    match reason {
        HoldReason::DeleteBudget { requests, max_requests, units, of_units, max_percent } => {
            let names = first_of(requests.iter().map(|request| code(&request.to_string())), MOST);
            let percent = max_percent.map(|most| format!(", at most {most} %")).unwrap_or_default();
            let named = if names.is_empty() { String::new() } else { format!(" ({names})") };
            format!(
                "**More goes away at once than the settings allow** · {}{named}, at most {max_requests}; {} of {of_units}{percent}",
                count(requests.len(), "request"),
                count(*units, "unit")
            )
        }
        HoldReason::Protected { things, .. } => {
            let things = things.iter().map(|(unit, thing)| format!("{} of {}", code(thing), code(&unit.to_string())));
            format!("**Protected things go away or are recreated** · {}", first_of(things, MOST))
        }
        HoldReason::Vanished { units } => {
            let units = units.iter().map(|(unit, why)| format!("{} ({})", code(&unit.to_string()), vanished_words(*why)));
            format!("**Units go away that their requests still ask for** · {}", first_of(units, MOST))
        }
        HoldReason::Unreviewed { unit, actions, .. } => {
            let actions = actions.iter().map(|action| said(&action.address, action.verb, &action.because));
            format!("**Terraform would now do what nobody reviewed** · {}: {}", code(&unit.to_string()), first_of(actions, MOST))
        }
        HoldReason::BytesChanged { unit, reviewed, now } => {
            let of = |digest: &Option<crate::model::Digest>| digest.map_or("nothing".to_owned(), |digest| code(&digest.short()));
            format!("**Not the bytes that were reviewed** · {}: reviewed {}, now {}", code(&unit.to_string()), of(reviewed), of(now))
        }
        HoldReason::Refused { unit, by } => {
            let by = by.iter().map(|(code_of, message)| format!("{} ({})", prose(message), code(code_of)));
            format!("**Refused** · {}: {}", code(&unit.to_string()), first_of(by, MOST))
        }
        HoldReason::Foreign { unit, what } => {
            format!("**Something stands there that goldpath did not write** · {}: {}", code(&unit.to_string()), prose(what))
        }
    }
}

/// What took a unit away that its request still asks for.
fn vanished_words(why: Vanished) -> &'static str {
    match why {
        Vanished::Target => "its target is gone",
        Vanished::Labels => "its target has other labels now",
        Vanished::Values => "a value of the settings, the team or another request changed",
    }
}

/// What is refused, in one item: why is said at the lines.
fn refused(holds: &[Hold]) -> Option<String> {
    let refusals = holds.iter().filter_map(|hold| match &hold.reason {
        HoldReason::Refused { unit, by } => Some((unit, by)),
        HoldReason::DeleteBudget { .. }
        | HoldReason::Protected { .. }
        | HoldReason::Vanished { .. }
        | HoldReason::Unreviewed { .. }
        | HoldReason::BytesChanged { .. }
        | HoldReason::Foreign { .. } => None,
    });
    let (units, by): (Vec<_>, Vec<_>) = refusals.unzip();
    let codes: BTreeSet<&str> = by.into_iter().flatten().map(|(code, _)| code.as_str()).collect();
    let names = first_of(units.iter().map(|unit| code(&unit.to_string())), MOST);
    let by = first_of(codes.into_iter().map(code), MOST);
    (!units.is_empty()).then(|| format!("**Refused** · {names}, for {by}. Held until {REFUSED}."))
}

/// "Held until someone of **platform** types `/goldpath approve h-2k9d`."
fn clears(view: &View<'_>, hold: &Hold) -> String {
    let able: Vec<String> = hold.users.iter().filter(|user| hold.may_clear(user, &view.change.facts)).cloned().collect();
    let anyone = hold.from.contains(&Who::Anyone);
    let someone = match hold.from.as_slice() {
        [Who::Team(_), ..] => format!("someone of **{}**{}", who(&hold.from), named(&able)),
        _ => format!("{}{}", who(&hold.from), named(&able)),
    };
    let nobody = if able.is_empty() && !anyone {
        nobody_may(view, &hold.from, ", or add an owner to the daemon's configuration")
    } else {
        String::new()
    };
    let comment = view.can_comment("approve").then(|| code(&format!("/goldpath approve {}", hold.id)));
    let terminal = view.links.terminal.then(|| code(&format!("goldpath change approve {} {}", view.change.id, hold.id)));
    let ways: Vec<String> = comment.into_iter().chain(terminal).collect();
    let ways = if ways.is_empty() { format!("approves {}", code(hold.id.as_str())) } else { format!("types {}", ways.join(" or ")) };
    format!("Held until {someone} {ways}.{nobody}")
}

/// Why nobody of those who are asked may approve, and what helps; `or` is what would help besides.
fn nobody_may(view: &View<'_>, from: &[Who], or: &str) -> String {
    let members = view.evaluation.map(|evaluation| &evaluation.judgement.members);
    let teams = || from.iter().filter_map(|who| if let Who::Team(team) = who { Some(team) } else { None });
    let bold = |teams: Vec<&TeamName>| first_of(teams.iter().map(|team| format!("**{team}**")), MOST);
    let unknown: Vec<&TeamName> = teams().filter(|team| members.is_some_and(|members| !members.contains_key(team))).collect();
    if let Some(first) = unknown.first() {
        let file = code(&format!("teams/{first}.yaml"));
        let verb = if unknown.len() == 1 { "is" } else { "are" };
        return format!(
            " Nobody can yet: {} {verb} not on the default branch, and who approves is read there. Merge {file} first, in a pull request of its own{or}.",
            bold(unknown)
        );
    }
    let is_empty = |team: &&TeamName| members.and_then(|members| members.get(team)).is_some_and(BTreeSet::is_empty);
    if teams().next().is_some() && teams().all(|team| is_empty(&team)) {
        let verb = if teams().count() == 1 { "has" } else { "have" };
        return format!(" Nobody can yet: {} {verb} no members on the default branch. Add some there{or}.", bold(teams().collect()));
    }
    format!(" Nobody of them may, for they wrote it: add a member to the team{or}.")
}

fn named(users: &[String]) -> String {
    if users.is_empty() { String::new() } else { format!(" ({})", first_of(users.iter().map(|user| code(user)), 5)) }
}

/// Replacements and deletions of Terraform, replacements first.
fn terraform(view: &View<'_>) -> Vec<String> {
    if matches!(view.change.state, ChangeState::Accepted(_)) {
        return Vec::new();
    }
    let mut items = Vec::new();
    for (verb, title) in [(Verb::Replace, "Replaces a thing"), (Verb::Delete, "Destroys a thing")] {
        let plans = view.plans.iter().flat_map(|plans| &plans.plans);
        let actions =
            plans.flat_map(|(unit, plan)| plan.actions.iter().filter(|action| action.verb == verb).map(move |action| (unit, action)));
        let all: Vec<String> = actions
            .map(|(unit, action)| {
                let at = format!("{} → {}", unit.request, unit.target);
                let line = view.plans.and_then(|plans| plans.recreated.get(unit)?.get(&action.address));
                let line = line.map(|place| format!(" (reviewed at {})", linked(view, place))).unwrap_or_default();
                format!("**{title}** · {at}: {}{line}.", said(&action.address, action.verb, &action.because))
            })
            .collect();
        items.extend(capped(all));
    }
    items
}

/// Some of the objects that change in units that stay, unless a hold names them already.
pub(super) fn objects_where<'v>(view: &View<'v>, holds: &[Hold], is_it: fn(&ObjectChange) -> bool) -> Vec<(&'v UnitId, String)> {
    let said: BTreeSet<(&UnitId, &str)> = holds
        .iter()
        .filter_map(|hold| if let HoldReason::Protected { things, .. } = &hold.reason { Some(things) } else { None })
        .flatten()
        .map(|(unit, thing)| (unit, thing.as_str()))
        .collect();
    let diff = view.diff().filter(|_| !matches!(view.change.state, ChangeState::Accepted(_)));
    let stay = diff.into_iter().flat_map(|diff| staying(view, diff));
    let objects = stay.flat_map(|unit| unit.objects.iter().filter(|object| is_it(object)).map(move |object| (unit, object)));
    let named = objects.filter_map(|(unit, object)| {
        let thing = format!("{}/{}", object.kind, object.name);
        (!said.contains(&(&unit.id, thing.as_str()))).then_some((&unit.id, thing))
    });
    named.collect()
}

fn of_units(objects: Vec<(&UnitId, String)>) -> String {
    first_of(objects.into_iter().map(|(unit, thing)| format!("{} of {}", code(&thing), code(&unit.to_string()))), MOST)
}

/// Units that stay and of which nothing better is known than their files: what Terraform would do to them is said by its plan.
pub(super) fn staying<'d>(view: &View<'d>, diff: &'d Diff) -> impl Iterator<Item = &'d UnitChange> {
    let view = *view;
    diff.units.iter().filter(move |unit| unit.transition.after.is_some() && view.plan_of(&unit.id).is_none())
}

/// Objects that cannot be changed in place.
fn replaced(view: &View<'_>, holds: &[Hold]) -> Option<String> {
    let objects = objects_where(view, holds, |object| object.replaced);
    let what = if objects.len() == 1 { "what differs in it" } else { "what differs in them" };
    let replaces = format!("**Replaces {}**, for {what} cannot be changed in place", count(objects.len(), "object"));
    (!objects.is_empty()).then(|| format!("{replaces}: {}.", of_units(objects)))
}

/// Objects that go away while their unit stays.
fn taken(view: &View<'_>, holds: &[Hold]) -> Option<String> {
    let objects = objects_where(view, holds, |object| object.status == FileStatus::Removed);
    let takes = format!("**Takes away {}** of units that stay", count(objects.len(), "object"));
    (!objects.is_empty()).then(|| format!("{takes}: {}.", of_units(objects)))
}

/// What goes away with its units, unless a hold says it already.
fn removals(view: &View<'_>, holds: &[Hold]) -> Vec<String> {
    let Some(diff) = view.diff().filter(|_| !matches!(view.change.state, ChangeState::Accepted(_))) else { return Vec::new() };
    let said = holds.iter().any(|hold| matches!(hold.reason, HoldReason::DeleteBudget { .. }));
    if said {
        return Vec::new();
    }
    let (kept, taken): (Vec<_>, Vec<_>) = (diff.left_units().collect(), diff.removed_units().collect());
    let names = |units: &[&UnitChange]| first_of(units.iter().map(|unit| code(&unit.id.to_string())), MOST);
    let mut items = Vec::new();
    if !taken.is_empty() {
        items.push(format!("**Takes away** {}: {}.", count(taken.len(), "unit"), names(&taken)));
    }
    if !kept.is_empty() {
        items.push(format!("**No longer looks after** {}, and leaves what is there: {}.", count(kept.len(), "unit"), names(&kept)));
    }
    items
}

fn capped(mut items: Vec<String>) -> Vec<String> {
    let left = items.len().saturating_sub(MOST);
    items.truncate(MOST);
    if left > 0 {
        items.push(format!("… and {} more like these.", count(left, "thing")));
    }
    items
}

/// Policies that refuse, each once, with whose turn it is.
fn failed_policies(view: &View<'_>) -> Vec<String> {
    let findings = view.findings();
    let failed: Vec<&&Finding> =
        findings.iter().filter(|f| f.severity == Severity::Error && f.code.as_str().starts_with("policy/")).collect();
    let codes: BTreeSet<&str> = failed.iter().map(|finding| finding.code.as_str()).collect();
    let items = codes.into_iter().map(|policy| {
        let of: Vec<_> = failed.iter().filter(|finding| finding.code.as_str() == policy).collect();
        let turn = super::verdict::turn_word(of[0].turn);
        format!(
            "**Policy refuses** · {} ({}), to be mended by the {turn}: {}.",
            code(policy),
            count(of.len(), "result"),
            prose(&of[0].message)
        )
    });
    capped(items.collect())
}

/// What else it waits for that somebody must do something about.
fn others(view: &View<'_>) -> Vec<String> {
    let waiting = view.change.waiting().into_iter();
    let items = waiting.filter_map(|waiting| match waiting {
        WaitingOn::Plan { unit, message } => {
            let at = view.plans.and_then(|plans| plans.errors.get(&unit));
            let at = at.map(|ErrorAt { file, line, made_by }| ((file.as_str(), *line), made_by.as_ref()));
            Some(format!("**Terraform's plan failed** · {}{}: {}", code(&unit.to_string()), traced(view, &unit, at), prose(&message)))
        }
        WaitingOn::Settings => {
            Some("**Everything is held** · the default branch has no `goldpath.yaml` that can be read, or cannot be read to its end. Mend it there.".to_owned())
        }
        WaitingOn::Approval { from, users, have, need, because } => Some(review(view, &from, &users, (have, need), &because)),
        WaitingOn::Fix { .. } | WaitingOn::Conflict { .. } | WaitingOn::Hold(_) | WaitingOn::Merge => None,
    });
    capped(items.collect())
}

/// Who may review, and why it is needed.
fn review(view: &View<'_>, from: &[Who], users: &BTreeSet<String>, (have, need): (u32, u32), because: &str) -> String {
    let counted = if need > 1 { format!(" ({have} of {need})") } else { String::new() };
    let users: Vec<String> = users.iter().cloned().collect();
    let who = format!("**Review by {}**{counted}{}", who(from), named(&users));
    let how = match (users.is_empty(), view.links.terminal) {
        (true, _) => nobody_may(view, from, ""),
        (false, true) => format!(" To approve: {}.", code(&format!("goldpath change approve {}", view.change.id))),
        (false, false) => String::new(),
    };
    format!("{who}, because {}.{how}", prose(because))
}

/// The first failure in full, traced to the template, and what becomes of it.
pub(super) fn failures(view: &View<'_>) -> String {
    let failures = view.failures();
    let Some(first) = failures.first() else { return String::new() };
    let Status::Failed { message, at, made_by, attempt, next } = &first.status else { return String::new() };
    let at = at.as_ref().map(|(file, line)| ((file.as_str(), *line), made_by.as_ref()));
    let unit = &first.apply.unit;
    let mut text = format!("**First error** · {}{}:\n\n", code(&unit.to_string()), traced(view, unit, at));
    text += &super::text::fence("text", message, 80);
    text += &match next {
        Some(_) => format!("\nNobody has to do anything yet: {}. What worked is kept.\n", again(*attempt, *next)),
        None => {
            "\nIt is not tried again by itself: mend the cause and push a change, or revert this one. What worked is kept.\n".to_owned()
        }
    };
    if failures.len() > 1 {
        let others = failures[1..].iter().map(|job| code(&job.apply.unit.to_string()));
        text += &format!("\nAlso failed: {}.\n", first_of(others, MOST));
    }
    text
}

/// A rendered file and a line of it, with what made that line, where it is known.
type At<'a> = ((&'a str, u32), Option<&'a MadeBy>);

/// " at `main.tf:31`, made by `golden-paths/…/main.tf.tera:12`, for `requests/….yaml:7`".
fn traced(view: &View<'_>, unit: &UnitId, at: Option<At<'_>>) -> String {
    let change = view.diff().and_then(|diff| diff.units.iter().find(|one| one.id == *unit));
    let made_by = at.and_then(|(_, made_by)| made_by);
    let mut text = String::new();
    if let Some(((file, line), _)) = at {
        text += &format!(" at {}", code(&format!("{file}:{line}")));
        let is_it = |path: &str| file == path || file.ends_with(&format!("/{path}"));
        let of_file = || change.and_then(|change| change.files.iter().find(|one| is_it(one.path.as_str())));
        let template = made_by.and_then(|made_by| made_by.template.as_ref());
        let template = template.map(|place| linked(view, place)).or_else(|| of_file().map(|made| code(made.template.as_str())));
        text += &template.map(|template| format!(", made by {template}")).unwrap_or_default();
    }
    let lines: Vec<String> = made_by.iter().flat_map(|made_by| &made_by.request).map(|place| linked(view, place)).collect();
    match change {
        _ if !lines.is_empty() => text += &format!(", for {}", first_of(lines, MOST_LINES)),
        Some(change) => text += &format!(", for {}", code(change.request_file.as_str())),
        None => {}
    }
    text
}

/// A line of a file of the head, with a link to it where there is one.
fn linked(view: &View<'_>, place: &Place) -> String {
    let (path, line) = (place.path.as_str(), place.span.line);
    let shown = code(&format!("{path}:{line}"));
    view.address(path, line).map_or(shown.clone(), |address| format!("[{shown}]({address})"))
}

/// "Your turn, @alice." and what to do, when there are mistakes or conflicts.
pub(super) fn your_turn(view: &View<'_>) -> String {
    let ChangeState::Waiting(review) = &view.change.state else { return String::new() };
    let authors: Vec<String> = view.authors().into_iter().map(mention).collect();
    let you = if authors.is_empty() { "Your turn".to_owned() } else { format!("Your turn, {}", first_of(authors, 5)) };
    if review.errors > 0 || view.errors() > 0 {
        let others: Vec<&str> =
            view.turns().into_iter().filter(|turn| *turn != crate::model::Turn::Requester).map(super::verdict::turn_word).collect();
        return match (view.turns().contains(&crate::model::Turn::Requester), others.is_empty()) {
            (true, true) => format!("**{you}.** Fix these and push; this comment will update."),
            (true, false) => {
                format!("**{you}.** Fix yours and push; this comment will update. The others are for the {}.", others.join(" and the "))
            }
            (false, _) => format!("**It is the turn of the {}**; nothing in the request is wrong.", others.join(" and the ")),
        };
    }
    if !review.conflicts.is_empty() {
        let files = first_of(review.conflicts.iter().map(|file| code(file)), MOST);
        return format!("**{you}.** Merge the default branch into yours, solve {files}, and push; this comment will update.");
    }
    if view.change.waiting() == [WaitingOn::Merge] {
        let how =
            if view.links.terminal { format!(": {}", code(&format!("goldpath change merge {}", view.change.id))) } else { String::new() };
        return format!("Everything that it needs is there. Merge it{how}; exactly these bytes are then applied.");
    }
    String::new()
}
