//! Text that others wrote, in every place that shows it: the structure of the comment is always that of harmless text.

use super::fixture::{Story, Tree, at, path};
use super::{CLUSTER, DNS, action, plan_of};
use crate::delivery::Status;
use crate::model::{Code, Digest, Finding, Place, Span, TargetKind, Turn};
use crate::observe::{AttributeChange, Author, Facts, Shown, Verb};
use crate::report::{MOST_CHARACTERS, failure_note, findings_terminal};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

const NASTY: [&str; 18] = [
    "```\n</details>",
    "</details></summary>",
    "@acme/platform",
    "@alice",
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "<img src=http://evil.example/x.png>",
    "http://evil.example",
    "www.evil.example",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{202e}txet",
    "a|b\\|c",
    "````\n~~~",
    "<!-- -->",
    "\r\n\r\n# Heading\n",
    "`a` ``b`` `",
    "&lt;b&gt; &#64;x",
    "\u{0}\u{7}\u{200b}\u{feff}",
];

fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(NASTY.to_vec()).prop_map(str::to_owned),
        2 => "[ -~\n]{0,12}",
        1 => "\\PC{0,8}",
        1 => Just("x".repeat(70_000)),
    ];
    proptest::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat())
}

/// Every `<details>` ends, every fence ends.
pub(super) fn balanced(text: &str) {
    let (mut open, mut fence) = (0, String::new());
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        if fence.is_empty() && ticks.len() >= 3 {
            fence = ticks;
        } else if !fence.is_empty() {
            if line == fence {
                fence.clear();
            }
        } else {
            // in the middle of a line it is inline code, as the structure shows
            open += i32::from(line.starts_with("<details>"));
            open -= i32::from(line.starts_with("</details>"));
        }
    }
    assert_eq!((open, fence.as_str()), (0, ""), "{text}");
}

/// What a reader's browser would make of it: blocks, links, raw HTML; without the words.
fn structure(text: &str) -> Vec<String> {
    let mut shape = Vec::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("http://127.0.0.1:7171/"), "a link to {dest_url} in {text}");
            }
            Event::Start(Tag::Image { .. } | Tag::Emphasis | Tag::Strikethrough) => panic!("an image or emphasis of somebody else: {text}"),
            Event::Start(tag @ (Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::Table(_) | Tag::BlockQuote(_) | Tag::List(_))) => {
                shape.push(format!("{tag:?}"))
            }
            Event::Html(html) => shape.extend(tags(&html)),
            Event::InlineHtml(html) => shape.extend((&*html != "<!-- -->").then(|| html.to_string())),
            Event::Text(words) => {
                assert!(!words.contains('\u{1b}') && !words.contains('\u{202e}') && !words.contains('\u{200b}'), "{text}")
            }
            _ => {}
        }
    }
    shape
}

fn tags(html: &str) -> Vec<String> {
    let html = html.replace("<!-- -->", "");
    html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default().to_owned()).collect()
}

/// Mentions outside of code name nobody but the author.
fn mentions(text: &str) {
    let mut code = false;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => code = false,
            Event::Text(words) if !code => {
                let words = words.replace("@alice", "");
                let named = words.split('@').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
                assert!(!named, "{words:?} names somebody in {text}");
                assert!(!words.contains("http://") && !words.contains("www."), "{words:?} is made a link in {text}");
            }
            _ => {}
        }
    }
}

fn hold_to(hostile: &str, harmless: &str) {
    assert!(hostile.chars().count() <= MOST_CHARACTERS, "{} characters", hostile.chars().count());
    balanced(hostile);
    mentions(hostile);
    assert_eq!(structure(hostile), structure(harmless), "{hostile}");
}

fn mistakes(text: &str) -> Story {
    let place = Place::new(path("requests/payments-team/payments-staging.yaml"), Span::point(7, 1));
    let one = Finding::error(Code::new("a-code"), place.clone(), format!("said {text} once"))
        .help(format!("do {text}"))
        .related(place.clone(), text);
    let two = Finding::error(Code::policy(text), place, text).turn(Turn::PathOwner);
    Story::new(&Tree::default(), &Tree::default()).finding(one).finding(two)
}

fn rendered(text: &str) -> Story {
    let objects = [format!("Kind{text}/{text}")];
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    // one line each, so that the number of lines is not the difference
    let line = text.replace(['\n', '\r'], " ");
    let tree = Tree::default().unit(CLUSTER, TargetKind::Directory, "app.yaml", &format!("a: {line}\n"), &objects).unit(
        DNS,
        TargetKind::Terraform,
        "main.tf",
        "b\n",
        &[],
    );
    let side = |text: &str| Some(Shown::Value(text.to_owned()));
    let change = AttributeChange { path: text.to_owned(), before: side(text), after: side(text) };
    let actions = vec![action(text, text, Verb::Replace, &[text], vec![change])];
    let mut story = Story::new(&Tree::default(), &tree).planned(DNS, plan_of(actions));
    let effect = story.change.judged().and_then(|plan| plan.effect);
    story.change.facts = Facts {
        authors: [Author::User("alice".to_owned()), Author::Email(text.to_owned())].into(),
        reviews: vec![crate::observe::Review { user: format!("u{text}"), head: super::fixture::commit('a'), effect, at: at("10:00:00") }],
        clearances: vec![crate::observe::Clearance {
            user: text.to_owned(),
            hold: text.to_owned(),
            digest: Digest::of(text.as_bytes()),
            at: at("10:00:00"),
        }],
    };
    for request in story.evaluation.diff.requests.values_mut() {
        request.lifetime = Some(text.to_owned());
        request.expires = Some(text.to_owned());
        request.expires_before = Some(format!("b{text}"));
        request.cost_centre = Some(text.to_owned());
    }
    story
}

fn failed(text: &str) -> Story {
    rendered(text).accepted(false, |_| Status::Failed {
        message: text.to_owned(),
        at: Some((text.to_owned(), 1)),
        made_by: None,
        attempt: 1,
        next: None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_text_changes_no_structure(text in nasty()) {
        for story in [mistakes, rendered, failed] {
            hold_to(&story(&text).comment(), &story("harmless").comment());
        }
        hold_to(&rendered("harmless").conflicts(&[&text]).comment(), &rendered("harmless").conflicts(&["harmless"]).comment());
        let note = failed(&text).with(failure_note).unwrap().1;
        hold_to(&note, &failed("harmless").with(failure_note).unwrap().1);
    }

    #[test]
    fn hostile_text_does_not_steer_a_terminal(text in nasty(), line in 1_u32..4, column in 1_u32..9) {
        let place = Place::new(path("requests/a/b.yaml"), Span { line, column, end_line: line, end_column: column + 3 });
        let finding = Finding::error(Code::new("a-code"), place.clone(), text.clone()).help(text.clone()).related(place, text.clone());
        let shown = findings_terminal(&[finding], |_| Some(text.clone()), false);
        prop_assert!(!shown.chars().any(|c| c != '\n' && c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)), "{shown:?}");
    }

    #[test]
    fn the_same_facts_give_the_same_text(text in nasty()) {
        prop_assert_eq!(rendered(&text).comment(), rendered(&text).comment());
    }
}
