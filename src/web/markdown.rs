//! Markdown, of goldpath and of people, as HTML by an allow-list.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

const TAGS: [&str; 29] = [
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "br",
    "hr",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "del",
    "sub",
    "code",
    "pre",
    "span",
    "blockquote",
    "details",
    "summary",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
];

static ALLOWED: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut allowed = ammonia::Builder::empty();
    allowed
        .tags(HashSet::from(TAGS))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .allowed_classes(HashMap::from([("span", HashSet::from(["added", "removed"]))]))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .url_schemes(HashSet::from(["http", "https"]))
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"));
    allowed
});

/// Markdown as HTML: headings, lists, tables, code, quotes, folds and links to http and https; everything else is taken out.
pub fn markdown(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut in_diff = false;
    let events = Parser::new_ext(text, options).map(|event| {
        match &event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => in_diff = &**language == "diff",
            Event::End(TagEnd::CodeBlock) => in_diff = false,
            _ => {}
        }
        match event {
            Event::Text(text) if in_diff => Event::Html(CowStr::from(coloured(&text))),
            other => other,
        }
    });
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, events);
    ALLOWED.clean(&out).to_string()
}

/// The lines of a diff, those that come and go marked.
fn coloured(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.split_inclusive('\n') {
        let inert = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        match line.as_bytes().first() {
            Some(b'+') => out.push_str(&format!("<span class=\"added\">{inert}</span>")),
            Some(b'-') => out.push_str(&format!("<span class=\"removed\">{inert}</span>")),
            _ => out.push_str(&inert),
        }
    }
    out
}
