//! Server-rendered pages: plain values in, whole pages out. No script, no inline style, no picture, no address of anybody else.

mod markdown;

#[cfg(test)]
mod tests;

pub use markdown::markdown;

use crate::report::{Detail, HoldSummary, Remark, Summary};
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
    let unseen =
        |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    text.chars().map(|c| if unseen(c) { '\u{fffd}' } else { c }).collect()
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
        }
        (holds(summary))
        article class="report" { (PreEscaped(markdown(&detail.report))) }
        h2 { "Comments" }
        @if detail.remarks.is_empty() {
            p class="empty" { "Nobody has written anything. " code { "goldpath change comment " (summary.id) " TEXT" } " does." }
        }
        @for remark in &detail.remarks { (said(remark)) }
    };
    layout(summary.id.as_str(), &body)
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
        (visible(&hold.reason)) ". It goes on when " strong { (visible(&hold.from)) } " types "
        code { "goldpath change approve " (summary.id) " " (hold.id) } "."
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
