//! The one comment on a change, before and after it lands.

use super::bounds::Bounds;
use super::facts::facts;
use super::text::{code, count, first_of, in_address, mention, prose};
use super::verdict::verdict;
use super::view::View;
use super::{actions, attention, findings, moves};
use crate::change::ChangeState;
use crate::model::{CommitId, Digest, Digester, ReleaseId};
use crate::plan::WaitingOn;
use std::collections::BTreeSet;

/// The most characters of a comment.
pub const MOST_CHARACTERS: usize = 60_000;
/// Kept free for what is said about what was left out.
const RESERVED: usize = 400;

/// What a comment says where it leaves something out.
const NOT_ALL: &str = "Not all of it is shown here: ";
const NOT_FITTING: &str = " more did not fit here: ";

/// Whether a comment says that it leaves something out.
pub(super) fn is_cut(comment: &str) -> bool {
    comment.contains(NOT_ALL) || comment.contains(NOT_FITTING)
}

/// The comment: Markdown of at most [`MOST_CHARACTERS`] characters. The same view gives the same text.
pub fn comment(view: &View<'_>) -> String {
    composed(view, &Bounds::of_comment())
}

/// Everything that the comment is about, as Markdown of at most two million characters; nothing where the comment says all of it.
pub(super) fn in_full(view: &View<'_>) -> Option<String> {
    let bounds = Bounds::of_comment();
    composed(view, &bounds);
    bounds.is_cut().then(|| {
        let bounds = Bounds::of_page();
        let (text, left_out) = fitting(changes(view, &bounds), bounds.all);
        let more = match left_out {
            0 => String::new(),
            some => format!("\n{}{NOT_FITTING}{} shows them.\n", count(some, "section"), code("goldpath diff")),
        };
        text + &more
    })
}

fn composed(view: &View<'_>, bounds: &Bounds) -> String {
    let verdict = verdict(view);
    let mut text = format!("### {}{}\n", verdict.mark.symbol(), verdict.line);
    let footer = footer(view);
    let room = bounds.all - RESERVED - length(&text) - length(&footer);
    let (blocks, left_out) = fitting(blocks(view, bounds), room);
    text += &blocks;
    if left_out > 0 {
        bounds.leave_out();
        text += &format!("\n{}{NOT_FITTING}{}.\n", count(left_out, "section"), everything(view));
    } else if bounds.is_cut() {
        text += &format!("\n{NOT_ALL}{}.\n", everything(view));
    }
    if !footer.is_empty() {
        text += &format!("\n{footer}\n");
    }
    text
}

/// The blocks that fit into so many characters, and how many do not.
fn fitting(blocks: Vec<String>, mut room: usize) -> (String, usize) {
    let mut text = String::new();
    let mut left_out = 0;
    for block in blocks.into_iter().filter(|block| !block.is_empty()) {
        let block = format!("\n{}\n", block.trim_end());
        if length(&block) > room {
            left_out += 1;
            continue;
        }
        room -= length(&block);
        text += &block;
    }
    (text, left_out)
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn blocks(view: &View<'_>, bounds: &Bounds) -> Vec<String> {
    let mut blocks = vec![attention::your_turn(view), attention::attention(view), attention::failures(view)];
    blocks.extend(findings::findings(view, bounds));
    if view.shows_moves() {
        blocks.extend([moves::table(view, bounds), facts(view), waived(view), approvals(view)]);
        blocks.extend(moves::differences(view, bounds));
        blocks.push(actions::drifted(view));
    }
    blocks
}

/// What is wrong and what changes.
fn changes(view: &View<'_>, bounds: &Bounds) -> Vec<String> {
    let mut blocks = findings::findings(view, bounds);
    if view.shows_moves() {
        blocks.push(moves::table(view, bounds));
        blocks.extend(moves::differences(view, bounds));
    }
    blocks
}

fn everything(view: &View<'_>) -> String {
    match (view.links.page, view.links.terminal) {
        (Some(page), _) => format!("[everything]({})", address(page)),
        (None, _) => format!("everything is in {}", code("goldpath diff")),
    }
}

/// An address of our own, as the target of a link.
fn address(page: &str) -> String {
    match page.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            format!("{scheme}://{host}/{}", in_address(path))
        }
        None => in_address(page),
    }
}

fn waived(view: &View<'_>) -> String {
    let Some(evaluation) = view.evaluation.filter(|evaluation| !evaluation.waived.is_empty()) else { return String::new() };
    let all: BTreeSet<String> = evaluation
        .waived
        .iter()
        .map(|waived| format!("{} by {} until {}", code(waived.policy.as_str()), code(waived.exception.as_str()), code(&waived.expires)))
        .collect();
    format!("**Waived by exceptions**: {}.", first_of(all, 10))
}

/// Who approved what is shown here.
fn approvals(view: &View<'_>) -> String {
    let facts = &view.change.facts;
    let mut parts = Vec::new();
    let mut before = String::new();
    if let Some((head, effect)) = view.reviewed() {
        let names = |users: BTreeSet<&str>| users.into_iter().map(code).collect::<Vec<String>>();
        let users = names(facts.approvers_of(head, effect));
        if !users.is_empty() {
            parts.push(format!("{} by {}", code(head.short()), first_of(users, 10)));
        }
        let users = names(facts.approvers_before(head, effect));
        if !users.is_empty() && view.change.accepted().is_none() {
            let approved = format!("{} by {}", code(head.short()), first_of(users, 10));
            before = format!(
                "Approved before: {approved}, when it came to other bytes, another plan or other risks. Who still agrees approves again."
            );
        }
    }
    let named: BTreeSet<String> = facts.clearances.iter().map(|one| format!("{} by {}", code(&one.hold), code(&one.user))).collect();
    parts.extend(named.into_iter().take(10));
    let now = if parts.is_empty() { String::new() } else { format!("Approved: {}.", parts.join(", ")) };
    joined(&[now, before])
}

fn joined(paragraphs: &[String]) -> String {
    let said: Vec<&str> = paragraphs.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    said.join("\n\n")
}

/// Releases, commits, digests and the commands that work; the only place for digests.
fn footer(view: &View<'_>) -> String {
    let mut parts: Vec<String> = releases(view);
    let (base, head) = view.commits();
    // what is not committed has no id
    let name = |head: &CommitId| if head.is_unborn() { "the working tree".to_owned() } else { head.short().to_owned() };
    parts.extend(match (base, head) {
        (Some(base), Some(head)) => Some(format!("{} on {}", name(head), base.short())),
        (None, Some(head)) => Some(name(head)),
        (_, None) => None,
    });
    if let Some(landing) = view.change.landing().filter(|landing| Some(&landing.commit) != head) {
        parts.push(format!("landed as {}", landing.commit.short()));
    }
    let planned = view.apply_plan().filter(|plan| view.shows_moves() && !plan.steps.is_empty());
    parts.extend(planned.map(|plan| format!("bytes {}", plan.id.short())));
    parts.extend(view.took().map(|took| format!("{:.1} s", took.as_secs_f64())));
    if let ChangeState::Accepted(accepted) = &view.change.state
        && accepted.recorded
        && !accepted.entries.is_empty()
    {
        parts.push("evidence recorded in refs/notes/goldpath".to_owned());
    }
    parts.extend(view.links.page.map(|page| format!("[everything]({})", address(page))));
    if view.errors() > 0 {
        parts.push(format!("the same check at your desk: {}", code("goldpath validate")));
    }
    parts.extend(view.links.commands.iter().filter(|command| !command.contains(" approve")).map(|command| code(command)));
    if parts.is_empty() { String::new() } else { format!("<sub>{}</sub>", parts.join(" · ")) }
}

fn releases(view: &View<'_>) -> Vec<String> {
    let ids: BTreeSet<&ReleaseId> = view.diff().into_iter().flat_map(|diff| &diff.units).map(|unit| &unit.release).collect();
    if ids.len() > 3 {
        return vec![count(ids.len(), "release")];
    }
    let digest = |id: &ReleaseId| view.platform.and_then(|platform| platform.releases.get(id)).map(|release| release.digest.short());
    let said = |id: &ReleaseId| digest(id).map(|digest| format!(" ({digest})")).unwrap_or_default();
    ids.into_iter().map(|id| format!("{}{}", code(&id.to_string()), said(id))).collect()
}

/// The one short comment that is added when applying failed, for an edit notifies nobody; with the digest by which it is found again.
pub fn failure_note(view: &View<'_>) -> Option<(Digest, String)> {
    let failures = view.failures();
    let first = failures.first()?;
    let crate::delivery::Status::Failed { message, .. } = &first.status else { return None };
    let landing = view.change.landing()?;
    let nonce = Digester::new().field("apply failed").field(view.change.id.as_str()).field(landing.commit.as_str()).finish();
    let authors: Vec<String> = view.authors().into_iter().map(mention).collect();
    let to = if authors.is_empty() { String::new() } else { format!("{}: ", first_of(authors, 5)) };
    let said = message.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason was given");
    let text = format!(
        "❌ {to}applying this change failed at {}: {}\n\nThe error in full, and what becomes of it, is in the comment above.\n",
        code(&first.apply.unit.to_string()),
        prose(said)
    );
    Some((nonce, text))
}

/// Whether it waits for nothing but the merge.
pub(super) fn only_merge(view: &View<'_>) -> bool {
    view.change.waiting() == [WaitingOn::Merge]
}
