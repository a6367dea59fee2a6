//! Server-rendered pages: plain values in, whole pages out. No script, no inline style, no picture, no address of anybody else.

mod markdown;

#[cfg(test)]
mod tests;

pub use markdown::markdown;

use crate::model::{CommitId, is_unseen};
use crate::report::{Detail, Everything, HoldSummary, Remark, Summary};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The one style sheet, served as a file of its own.
pub const STYLE: &str = include_str!("style.css");
/// Where the style sheet is served.
pub const STYLE_PATH: &str = "/style.css";

fn layout(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · goldpath" }
                link rel="stylesheet" href=(STYLE_PATH);
            }
            body {
                header { a href="/" { "goldpath" } }
                main { (body) }
            }
        }
    };
    page.into_string()
}

/// The list of changes, those that have not ended first.
pub fn changes(changes: &[Summary]) -> String {
    let (ended, open): (Vec<&Summary>, Vec<&Summary>) =
        changes.iter().partition(|change| matches!(change.state.as_str(), "applied" | "closed"));
    let body = html! {
        h1 { "Changes" }
        @if open.is_empty() {
            p class="empty" { "Nothing is open. Push a branch with a request to the platform repository, and it is listed here." }
        } @else {
            (table(&open))
        }
        @if !ended.is_empty() {
            h2 { "Ended" }
            (table(&ended))
        }
    };
    layout("Changes", &body)
}

fn table(changes: &[&Summary]) -> Markup {
    html! {
        table {
            thead { tr { th { "Change" } th { "State" } th { "What" } th { "Updated" } } }
            tbody {
                @for change in changes {
                    tr {
                        td { a href=(address(change)) { (change.id) } }
                        td { span class={ "state " (change.state) } { (change.state) } }
                        td { strong { (visible(&change.title)) } br; (change.line) }
                        td { time datetime=(change.updated) { (change.updated.strftime("%Y-%m-%d %H:%M UTC").to_string()) } }
                    }
                }
            }
        }
    }
}

fn address(change: &Summary) -> String {
    format!("/changes/{}", change.id)
}

/// What cannot be seen or turns text around, shown as a mark.
fn visible(text: &str) -> String {
    text.chars().map(|c| if is_unseen(c) { '\u{fffd}' } else { c }).collect()
}

/// One change: its report, its holds, and what people wrote.
pub fn change(detail: &Detail) -> String {
    let summary = &detail.summary;
    let body = html! {
        h1 { (summary.id) " " (visible(&summary.title)) }
        p class="facts" {
            span class={ "state " (summary.state) } { (summary.state) }
            @if let Some(branch) = &summary.branch { " branch " code { (visible(branch)) } }
            @if let Some(head) = &summary.head { " head " code { (head.short()) } }
            @if let Some(landed) = &summary.landed { " landed as " code { (landed.short()) } }
            @if detail.everything().is_some() { " " a href="#everything" { "Everything that changes" } }
        }
        (holds(summary))
        article class="report" { (PreEscaped(markdown(&detail.report))) }
        @if let Some(all) = detail.everything() { (everything(all)) }
        h2 { "Comments" }
        @if detail.remarks.is_empty() {
            p class="empty" { "Nobody has written anything. " code { "goldpath change comment " (summary.id) " TEXT" } " does." }
        }
        @for remark in &detail.remarks { (said(remark)) }
    };
    layout(summary.id.as_str(), &body)
}

/// What the comment had no room for.
fn everything(everything: &Everything) -> Markup {
    let commit = |commit: &Option<CommitId>| commit.as_ref().map(|commit| commit.short().to_owned());
    html! {
        h2 id="everything" { "Everything that changes" }
        @match everything {
            Everything::Said => { p class="empty" { "The comment shows all of it." } }
            Everything::Shown(all) => { article class="report" { (PreEscaped(markdown(all))) } }
            Everything::Forgotten { base, head } => {
                p class="empty" {
                    "What the comment leaves out is not kept any longer than the daemon runs"
                    @match (commit(base), commit(head)) {
                        (Some(base), Some(head)) => { ". In a clone " code { "goldpath diff " (base) ".." (head) } " shows it." }
                        (_, _) => { "; in a clone " code { "goldpath diff" } " shows it." }
                    }
                }
            }
        }
    }
}

fn holds(summary: &Summary) -> Markup {
    html! {
        @if !summary.holds.is_empty() {
            section class="holds" {
                h2 { "Held" }
                ul { @for hold in &summary.holds { li { (held(summary, hold)) } } }
            }
        }
    }
}

fn held(summary: &Summary, hold: &HoldSummary) -> Markup {
    html! {
        (visible(&hold.reason)) ". It goes on when "
        @if let Some(what) = hold.refused() {
            (what) "."
        } @else {
            strong { (visible(&hold.from)) } " types " code { "goldpath change approve " (summary.id) " " (hold.id) } "."
        }
    }
}

fn said(remark: &Remark) -> Markup {
    html! {
        article class="remark" {
            p class="facts" { strong { (visible(&remark.author)) } " " time datetime=(remark.at) { (remark.at.strftime("%Y-%m-%d %H:%M UTC").to_string()) } }
            (PreEscaped(markdown(&remark.text)))
        }
    }
}

/// A page that says what is not there or did not work, and what to do.
pub fn problem(title: &str, hint: &str) -> String {
    let body = html! {
        h1 { (visible(title)) }
        p { (visible(hint)) }
        p { a href="/" { "All changes" } }
    };
    layout(title, &body)
}
