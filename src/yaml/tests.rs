use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fmt::Write as _;

fn said(text: &str) -> String {
    let mut out = String::new();
    for problem in parse(text).problems {
        let severity = if problem.is_error() { "error" } else { "warning" };
        let _ = writeln!(
            out,
            "{}:{} {severity} {}: {}. {}",
            problem.span.line,
            problem.span.column,
            problem.kind.name(),
            problem.message,
            problem.help
        );
    }
    out
}

#[test]
fn a_syntax_mistake_is_explained_at_its_cause() {
    let cases = [
        "a: \"open\nb: 1\nc: 2\n",
        "a:\n\tb: 1\n",
        "a: [1, 2\nb: 1\n",
        "a: {x: 1\nb: 1\n",
        "a:1\nb: 2\n",
        "a: 1\n  b: 2\n",
        "a: b: c\n",
        "a: 1\njust text\nb: 2\n",
        "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> other\n",
        "a: @b\n",
        "a: [1 2, }\n",
        "a: \"\\q\"\n",
        "a:\n  b: 1\n c: 2\n",
        "%YAML 1.1\n---\na: 1\n",
        "a: ]\n",
        "a: 'it''s\n",
        "a: [b],\nc: d\n",
        "a: {b: c},\nc: d\n",
        "a:\n  b {c: \"d\"}\n",
        "a = \nb: 1\n",
    ];
    let all: String = cases.iter().map(|text| format!("{text:?}\n  {}", said(text))).collect();
    insta::assert_snapshot!(all, @r#"
    "a: \"open\nb: 1\nc: 2\n"
      1:4 error yaml-syntax: the text that begins with `"` here has no end. Close it with `"` in the same line.
    "a:\n\tb: 1\n"
      2:1 error yaml-syntax: a tab is used for indentation; YAML wants spaces. Replace the tab by spaces.
    "a: [1, 2\nb: 1\n"
      1:4 error yaml-syntax: `[` here has no end before line 2. Close it with `]`.
    "a: {x: 1\nb: 1\n"
      1:4 error yaml-syntax: `{` here has no end before line 2. Close it with `}`.
    "a:1\nb: 2\n"
      1:2 error yaml-syntax: a space is missing after `:`. Write `key: value`.
    "a: 1\n  b: 2\n"
      2:3 error yaml-syntax: this line is indented deeper than the value above it allows. Do not indent it, like the line above, or give that one no value.
    "a: b: c\n"
      1:5 error yaml-syntax: a second `: ` stands in this line. Write `{b: c}`, or begin a new line with `b: c`, indented by 2 spaces; put it in quotes when it is text.
    "a: 1\njust text\nb: 2\n"
      2:1 error yaml-syntax: this line is neither `key: value` nor an entry of a list. Write `just: text`, or put the text in quotes.
    "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> other\n"
      1:1 error yaml-syntax: a merge conflict was left in the file. Decide for one of the two sides and remove the marker lines.
    "a: @b\n"
      1:4 error yaml-syntax: `@` cannot begin a text. Put the text in quotes.
    "a: [1 2, }\n"
      1:10 error yaml-syntax: `[` of 1:4 is closed by `}`. Write `]` in its place.
    "a: \"\\q\"\n"
      1:5 error yaml-syntax: the text in double quotes holds an unknown escape. In double quotes write a backslash as `\\`, or use single quotes.
    "a:\n  b: 1\n c: 2\n"
      3:2 error yaml-syntax: this line does not fit the indentation of the lines above. Indent it by 2 spaces, like line 2, or not at all like line 1.
    "%YAML 1.1\n---\na: 1\n"
      1:1 error yaml-syntax: a `%` directive is not read here. Remove the line; for text use quotes.
    "a: ]\n"
      1:4 error yaml-syntax: `]` closes nothing here. Remove it, or put the text in quotes.
    "a: 'it''s\n"
      1:4 error yaml-syntax: the text that begins with `'` here has no end. Close it with `'` in the same line.
    "a: [b],\nc: d\n"
      1:7 error yaml-syntax: a `,` stands behind the value. Remove it: commas separate entries only within brackets.
    "a: {b: c},\nc: d\n"
      1:10 error yaml-syntax: a `,` stands behind the value. Remove it: commas separate entries only within brackets.
    "a:\n  b {c: \"d\"}\n"
      2:5 error yaml-syntax: a `:` is missing before this `{`. Write `b: {…`.
    "a = \nb: 1\n"
      1:1 error yaml-syntax: this line is neither `key: value` nor an entry of a list. Write `a:`.
    "#);
}

/// What is said of each text.
fn table(cases: &[&str]) -> String {
    cases.iter().map(|text| format!("{text:?}\n{}", said(text).lines().map(|line| format!("  {line}\n")).collect::<String>())).collect()
}

#[test]
fn what_separates_entries_within_brackets_is_told_of_where_it_is() {
    let said = table(&[
        "a: {days: 30,, window: x}\n",
        "a: [,]\n",
        "{\n  \"a\": \"x\", # first\n  \"b\": \"y\" # second\n  \"c\": {}\n}\n",
        "{\n  \"a\": 1\n  \"b c\": 2\n}\n",
        "a: [\n  \"x\"\n  \"y\"\n]\n",
        "a: {min: 2 max: 6}\n",
        "a: {min: 2; max: 6}\n",
        "a: [\"a\" \"b\"]\n",
        "a: [{b: 1} {c: 2}]\n",
        "[\"a\" \"b\"]\n",
        "a: {X: b: c}\n",
        "a: {X: \"b\":c}\n",
    ]);
    insta::assert_snapshot!(said, @r#"
    "a: {days: 30,, window: x}\n"
      1:14 error yaml-syntax: a comma too many. Remove it, or write what is missing before it.
    "a: [,]\n"
      1:5 error yaml-syntax: a comma too many. Remove it, or write what is missing before it.
    "{\n  \"a\": \"x\", # first\n  \"b\": \"y\" # second\n  \"c\": {}\n}\n"
      3:11 error yaml-syntax: a `,` is missing. Write a `,` at the end of this line.
    "{\n  \"a\": 1\n  \"b c\": 2\n}\n"
      2:9 error yaml-syntax: a `,` is missing. Write a `,` at the end of this line.
    "a: [\n  \"x\"\n  \"y\"\n]\n"
      2:6 error yaml-syntax: a `,` is missing. Write a `,` at the end of this line.
    "a: {min: 2 max: 6}\n"
      1:12 error yaml-syntax: a `,` is missing before `max`. Separate the entries with `, `; put a text with `: ` in quotes.
    "a: {min: 2; max: 6}\n"
      1:13 error yaml-syntax: a `,` is missing before `max`. Separate the entries with `, `; put a text with `: ` in quotes.
    "a: [\"a\" \"b\"]\n"
      1:9 error yaml-syntax: a `,` is missing before `"b"`. Separate the entries with `, `; put a text with `: ` in quotes.
    "a: [{b: 1} {c: 2}]\n"
      1:12 error yaml-syntax: a `,` is missing before `{`. Separate the entries with `, `; put a text with `: ` in quotes.
    "[\"a\" \"b\"]\n"
      1:6 error yaml-syntax: a `,` is missing before `"b"`. Separate the entries with `, `; put a text with `: ` in quotes.
    "a: {X: b: c}\n"
      1:9 error yaml-syntax: a second `:` stands in this entry. Put the text in quotes, or write `{b: c}` for an object.
    "a: {X: \"b\":c}\n"
      1:11 error yaml-syntax: a second `:` stands in this entry. Put the text in quotes, or write `{"b": c}` for an object.
    "#);
}

#[test]
fn a_mistake_within_brackets_is_told_of_where_it_is() {
    let said = table(&[
        "a: {X: %y}\n",
        "a: [-]\n",
        "a: [- b]\n",
        "a: {X: 'it's'}\n",
        "a: {X: \"2\"x\"}\n",
        "a: [\"a\"}\n",
        "[\"a\"}\n",
        "a: {b: [1, 2}\n",
        "{\"a\":1,\"b\":\"x\":2}\n",
        "a: [1, {b: 2\nc: 1\n",
        "[1, 2\n",
        "a: {{ \"x\" | y }}\n",
        "a: {min:2, max: 6, name:\"x\"}\n",
        "a: {http://x, 10:30: b, c: [d:e]}\n",
    ]);
    insta::assert_snapshot!(said, @r#"
    "a: {X: %y}\n"
      1:8 error yaml-syntax: `%` cannot begin a text. Put the text in quotes.
    "a: [-]\n"
      1:5 error yaml-syntax: `-` cannot begin a text. Put the text in quotes.
    "a: [- b]\n"
      1:5 error yaml-syntax: `- ` begins an entry of a list only outside of brackets. Leave it out: between `[` and `]` entries are separated by `, `.
    "a: {X: 'it's'}\n"
      1:11 error yaml-syntax: this `'` ends the text, and more of it stands behind. Write `''` for a quote within the text, or put the text in double quotes.
    "a: {X: \"2\"x\"}\n"
      1:10 error yaml-syntax: this `"` ends the text, and more of it stands behind. Write `\"` for a quote within the text, or put the text in single quotes.
    "a: [\"a\"}\n"
      1:8 error yaml-syntax: `[` of 1:4 is closed by `}`. Write `]` in its place.
    "[\"a\"}\n"
      1:5 error yaml-syntax: `[` of 1:1 is closed by `}`. Write `]` in its place.
    "a: {b: [1, 2}\n"
      1:13 error yaml-syntax: `[` of 1:8 is closed by `}`. Write `]` before it.
    "{\"a\":1,\"b\":\"x\":2}\n"
      1:15 error yaml-syntax: a second `:` stands in this entry. Put the text in quotes, or write `{"x": 2}` for an object.
    "a: [1, {b: 2\nc: 1\n"
      1:8 error yaml-syntax: `{` here has no end. Close it with `}`.
    "[1, 2\n"
      1:1 error yaml-syntax: `[` here has no end. Close it with `]`.
    "a: {{ \"x\" | y }}\n"
      1:4 error yaml-key: `{{` begins an object, not a text. Put the whole text in quotes: "{{ … }}".
    "a: {min:2, max: 6, name:\"x\"}\n"
      1:8 error yaml-syntax: a space is missing after `:`. Write `min: 2`.
      1:24 error yaml-syntax: a space is missing after `:`. Write `name: "x"`.
    "a: {http://x, 10:30: b, c: [d:e]}\n"
    "#);
}

#[test]
fn an_entry_that_is_indented_too_little_is_helped_to_its_list() {
    let said = table(&[
        "spec:\n  list:\n    - name: a\n      type: b\n  - name: c\n",
        "list:\n  - name: a\n- name: c\n",
        "list:\n  - a\n- c\n",
        "a:\n  - x:\n      - y: 1\n  z: 2\n",
        "a:\n  x:\n    - y: 1\n  z: 2\n  - w: 3\n",
    ]);
    insta::assert_snapshot!(said, @r#"
    "spec:\n  list:\n    - name: a\n      type: b\n  - name: c\n"
      5:3 error yaml-syntax: an entry of a list stands among the keys of an object. Indent it by 4 spaces, like line 3.
    "list:\n  - name: a\n- name: c\n"
      3:1 error yaml-syntax: an entry of a list stands among the keys of an object. Indent it by 2 spaces, like line 2.
    "list:\n  - a\n- c\n"
      3:1 error yaml-syntax: an entry of a list stands among the keys of an object. Indent it by 2 spaces, like line 2.
    "a:\n  - x:\n      - y: 1\n  z: 2\n"
      4:3 error yaml-syntax: this line is no entry of the list that it stands in. Indent it by 4 spaces when it belongs to the entry above, or begin it with `- `.
    "a:\n  x:\n    - y: 1\n  z: 2\n  - w: 3\n"
      5:3 error yaml-syntax: an entry of a list stands among the keys of an object. Remove the `- `.
    "#);
}

#[test]
fn a_mistake_between_lines_is_told_of_where_it_is() {
    let said = table(&[
        "a: [WIP] Says it\n",
        "a:\n  b: {days: 30} days\n",
        "[WIP] Says it\n",
        "{a: 1}\nb: 2\n",
        "a:\n  b: 1\n  - c: 2\n  d: 3\n",
        "a: 1\n- b: 2\n",
        "a:\n  - b: 1\n  c: 2\n",
        "a:\n  b: days: 30\n",
        "a:\n  - x: 1\n    b: days: 30\n",
        "a: Note: this is text\n",
        "a:\n  * b\n  * c\n",
        "a: *\n",
        "a:\n  b:\n    c: 1\n   d: 2\n",
        "a:\n   b: 1\n  c: 2\n",
        "a:\n  - b\n - c\n",
        "a:\n  - b: 1\n     c: 2\n",
        "a: 'it's fine'\n",
        "a: \"x\",\nb: 2\n",
        "a: | text\n",
        "a: |\n  b\n c\n",
        "a: ? b\n",
        "a: `b`\n",
    ]);
    insta::assert_snapshot!(said, @r#"
    "a: [WIP] Says it\n"
      1:10 error yaml-syntax: something stands behind `]`. Put the whole text in quotes.
    "a:\n  b: {days: 30} days\n"
      2:17 error yaml-syntax: something stands behind `}`. Remove it, or put the whole text in quotes.
    "[WIP] Says it\n"
      1:7 error yaml-syntax: something stands behind `]`. Put the whole text in quotes.
    "{a: 1}\nb: 2\n"
      2:1 error yaml-syntax: the value of the file ended above, and something stands behind it. Make all of it lines of `key: value`.
    "a:\n  b: 1\n  - c: 2\n  d: 3\n"
      3:3 error yaml-syntax: an entry of a list stands among the keys of an object. Remove the `- `.
    "a: 1\n- b: 2\n"
      2:1 error yaml-syntax: an entry of a list stands among the keys of an object. Remove the `- `.
    "a:\n  - b: 1\n  c: 2\n"
      3:3 error yaml-syntax: this line is no entry of the list that it stands in. Indent it by 4 spaces when it belongs to the entry above, or begin it with `- `.
    "a:\n  b: days: 30\n"
      2:10 error yaml-syntax: a second `: ` stands in this line. Write `{days: 30}`, or begin a new line with `days: 30`, indented by 4 spaces; put it in quotes when it is text.
    "a:\n  - x: 1\n    b: days: 30\n"
      3:12 error yaml-syntax: a second `: ` stands in this line. Write `{days: 30}`, or begin a new line with `days: 30`, indented by 6 spaces; put it in quotes when it is text.
    "a: Note: this is text\n"
      1:8 error yaml-syntax: a second `: ` stands in this line. Put the text in quotes.
    "a:\n  * b\n  * c\n"
      2:3 error yaml-syntax: `*` begins no entry of a list. Entries of a list begin with `- `: write that in its place.
    "a: *\n"
      1:4 error yaml-syntax: `*` begins an alias, and no name follows it. Put the text in quotes.
    "a:\n  b:\n    c: 1\n   d: 2\n"
      4:4 error yaml-syntax: this line does not fit the indentation of the lines above. Indent it by 4 spaces, like line 3, or by 2 spaces like line 2.
    "a:\n   b: 1\n  c: 2\n"
      3:3 error yaml-syntax: this line does not fit the indentation of the lines above. Indent it by 3 spaces, like line 2, or not at all like line 1.
    "a:\n  - b\n - c\n"
      3:2 error yaml-syntax: this line does not fit the indentation of the lines above. Indent it by 2 spaces, like line 2.
    "a:\n  - b: 1\n     c: 2\n"
      3:6 error yaml-syntax: this line is indented deeper than the value above it allows. Indent it by 4 spaces, like the line above, or give that one no value.
    "a: 'it's fine'\n"
      1:7 error yaml-syntax: this `'` ends the text, and more of it stands behind. Write `''` for a quote within the text, or put the text in double quotes.
    "a: \"x\",\nb: 2\n"
      1:7 error yaml-syntax: a `,` stands behind the value. Remove it: commas separate entries only within brackets.
    "a: | text\n"
      1:4 error yaml-syntax: `|` begins a text of several lines, and something stands behind it. Write the text in the lines below, indented; or put it in quotes.
    "a: |\n  b\n c\n"
      3:2 error yaml-syntax: this line does not fit the indentation of the lines above. Indent it by 2 spaces, like the line above.
    "a: ? b\n"
      1:4 error yaml-syntax: a text cannot begin with `? `. Put the text in quotes.
    "a: `b`\n"
      1:4 error yaml-syntax: a backtick cannot begin a text. Put the text in quotes.
    "#);
}

#[test]
fn a_mistake_in_the_first_line_of_an_object_is_told_of_there() {
    let said = table(&[
        "apiVersion v1\nkind: X\n",
        "apiVersion v1\nkind X\nspec:\n  a: b\n",
        "spec:\n  environment production\n  a: b\n",
        "a:\n  - name payments-api\n    replicas: 2\n",
        "a:\n  b:\n    just some text\n    c: d\n",
        " a: 1\nb:\n  c: 2\n",
        "# top\n\n  a: 1\nb: 2\n",
        "\ta: 1\nb: 2\n",
        "spec: x\n  a: 1\n  b: 2\n",
    ]);
    insta::assert_snapshot!(said, @r##"
    "apiVersion v1\nkind: X\n"
      1:1 error yaml-syntax: this line is neither `key: value` nor an entry of a list. Write `apiVersion: v1`.
    "apiVersion v1\nkind X\nspec:\n  a: b\n"
      1:1 error yaml-syntax: this line is neither `key: value` nor an entry of a list. Write `apiVersion: v1`.
    "spec:\n  environment production\n  a: b\n"
      2:3 error yaml-syntax: this line is neither `key: value` nor an entry of a list. Write `environment: production`.
    "a:\n  - name payments-api\n    replicas: 2\n"
      2:5 error yaml-syntax: this entry is not `key: value`, and the line below it is. Write `name: payments-api`.
    "a:\n  b:\n    just some text\n    c: d\n"
      3:5 error yaml-syntax: this line is neither `key: value` nor an entry of a list. Write `key: value`.
    " a: 1\nb:\n  c: 2\n"
      1:1 error yaml-syntax: this line is indented, and the lines below that belong to the same object are not indented. Do not indent it.
    "# top\n\n  a: 1\nb: 2\n"
      3:1 error yaml-syntax: this line is indented, and the lines below that belong to the same object are not indented. Do not indent it.
    "\ta: 1\nb: 2\n"
      1:1 error yaml-syntax: a tab indents this line, and the lines below that belong to the same object are not indented. Remove it.
    "spec: x\n  a: 1\n  b: 2\n"
      2:3 error yaml-syntax: this line and those below it are fields of `spec`, which has a value already. Write `spec:` without a value, or do not indent them deeper than it.
    "##);
}

#[test]
fn a_key_that_other_readers_take_for_something_else_is_kept_apart() {
    let parsed = parse("{on: 1, no: 2, 010: 3, 1:30: 4, 2026-01-01: 5, \"off\": 6, name: 7, <<: {y: 8}}\n");
    let said: Vec<String> = parsed.doubtful_keys.iter().map(|problem| format!("{}. {}", problem.message, problem.help)).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    the key `on` is text here, but older YAML readers take it for true. Put it in quotes: "on".
    the key `no` is text here, but older YAML readers take it for false. Put it in quotes: "no".
    the key `010` is text here, but older YAML readers take it for an octal number. Put it in quotes: "010".
    the key `1:30` is text here, but older YAML readers take it for a number of base 60. Put it in quotes: "1:30".
    the key `2026-01-01` is text here, but older YAML readers take it for a date. Put it in quotes: "2026-01-01".
    the key `y` is text here, but older YAML readers take it for true. Put it in quotes: "y".
    "#);
    assert!(parsed.problems.is_empty());
}

#[test]
fn what_an_alias_brings_has_two_places() {
    let parsed = parse("a: &a {b: 1}\nc: *a\nd:\n  <<: *a\n");
    let at = |spot: Option<Spot>| spot.map(|spot| format!("{}:{}", spot.value.line, spot.value.column)).unwrap_or_default();
    let document = &parsed.documents[0];
    let said = ["/a/b", "/c", "/c/b", "/d/b"]
        .map(|pointer| format!("{pointer} {} {}\n", at(document.place(pointer)), at(document.source(pointer))));
    insta::assert_snapshot!(said.concat(), @r"
    /a/b 1:11 1:11
    /c 2:4 1:7
    /c/b 2:4 1:11
    /d/b 4:7 1:11
    ");
}

#[test]
fn what_was_left_in_or_pasted_is_named() {
    let said = table(&[
        "a: 1\n||||||| base\nb: 1\n",
        "a: 1\n=======\nb: 1\n",
        "<<<<<<< HEAD\na: 1\n||||||| base\na: 0\n=======\na: 2\n>>>>>>> other\nb: 1\n<<<<<<< HEAD\nc: 1\n=======\nc: 2\n>>>>>>> other\n---\nd: [\n",
        "```yaml\na: 1\n```\n",
        "a: 1\n~~~\n",
        "{{- if x }}\na: 1\n{{- end }}\n",
        "{{ if x }}\na: 1\n",
        "a: {%- if x %}\n",
        "a: {{ x }}\n",
        "a: ${{ x }}\n",
    ]);
    insta::assert_snapshot!(said, @r#"
    "a: 1\n||||||| base\nb: 1\n"
      2:1 error yaml-syntax: a merge conflict was left in the file. Decide for one of the two sides and remove the marker lines.
    "a: 1\n=======\nb: 1\n"
      2:1 error yaml-syntax: a merge conflict was left in the file. Decide for one of the two sides and remove the marker lines.
    "<<<<<<< HEAD\na: 1\n||||||| base\na: 0\n=======\na: 2\n>>>>>>> other\nb: 1\n<<<<<<< HEAD\nc: 1\n=======\nc: 2\n>>>>>>> other\n---\nd: [\n"
      1:1 error yaml-syntax: a merge conflict was left in the file. Decide for one of the two sides and remove the marker lines.
      9:1 error yaml-syntax: a merge conflict was left in the file. Decide for one of the two sides and remove the marker lines.
    "```yaml\na: 1\n```\n"
      1:1 error yaml-syntax: a fence of Markdown stands in this line. Remove the Markdown fence: this line, and its counterpart.
    "a: 1\n~~~\n"
      2:1 error yaml-syntax: a fence of Markdown stands in this line. Remove the Markdown fence: this line, and its counterpart.
    "{{- if x }}\na: 1\n{{- end }}\n"
      1:1 error yaml-syntax: this is a template's block, and nothing is filled in here. Write out what is meant, or put it in quotes when it is text.
    "{{ if x }}\na: 1\n"
      1:1 error yaml-syntax: this is a template's block, and nothing is filled in here. Write out what is meant, or put it in quotes when it is text.
    "a: {%- if x %}\n"
      1:4 error yaml-syntax: this is a template's block, and nothing is filled in here. Write out what is meant, or put it in quotes when it is text.
    "a: {{ x }}\n"
      1:4 error yaml-key: `{{` begins an object, not a text. Put the whole text in quotes: "{{ … }}".
    "a: ${{ x }}\n"
    "#);
}

#[test]
fn characters_that_are_not_what_they_look_like_are_warnings() {
    let said = table(&[
        "a: eu\u{a0}\n",
        "a: \"eu\u{a0}\"\n",
        "a: eu\u{a0}west\n",
        "r\u{435}gion: x\n",
        "region\u{a0}: x\n",
        "a: x\u{200b}y\n",
        "a: x\u{202e}y\n",
        "a: x\u{200d}y\n",
        "region:\u{a0}eu\n",
        "region:\u{a0}eu\nb: 1\n",
        "\u{a0}region: eu\n  b: 1\n",
        // nothing is said of these
        "a: регион µ 東京\u{3000}駅 Größe\nрегион: x\n",
        "a: \"Durée\u{a0}: 10\u{a0}000 €\"\n",
        "a: 👩\u{200d}💻 می\u{200c}خواهم\n",
        "a: \"x\\u200by\"\n",
    ]);
    insta::assert_snapshot!(said, @r#"
    "a: eu\u{a0}\n"
      1:6 warning yaml-odd-character: what looks like a space here is U+00A0, a no-break space. Write it anew.
    "a: \"eu\u{a0}\"\n"
      1:7 warning yaml-odd-character: what looks like a space here is U+00A0, a no-break space. Write it anew.
    "a: eu\u{a0}west\n"
      1:6 warning yaml-odd-character: what looks like a space here is U+00A0, a no-break space. Write it anew.
    "rеgion: x\n"
      1:2 warning yaml-odd-character: `е` here is U+0435, a Cyrillic letter in a Latin word. Write it anew.
    "region\u{a0}: x\n"
      1:7 warning yaml-odd-character: what looks like a space here is U+00A0, a no-break space. Write it anew.
    "a: x\u{200b}y\n"
      1:5 warning yaml-odd-character: nobody can see the character here: U+200B, a zero-width space. Write it anew.
    "a: x\u{202e}y\n"
      1:5 warning yaml-odd-character: nobody can see the character here: U+202E, a mark of the writing direction. Write it anew.
    "a: x\u{200d}y\n"
      1:5 warning yaml-odd-character: nobody can see the character here: U+200D, a zero-width joiner. Write it anew.
    "region:\u{a0}eu\n"
      1:8 warning yaml-odd-character: what looks like a space here is U+00A0, a no-break space. Write it anew.
    "region:\u{a0}eu\nb: 1\n"
      1:8 error yaml-syntax: what looks like a space behind `:` is U+00A0, a no-break space. Replace it by a plain space.
    "\u{a0}region: eu\n  b: 1\n"
      1:1 error yaml-syntax: what looks like a space at the beginning of this line is U+00A0, a no-break space. Replace it by plain spaces.
    "a: регион µ 東京\u{3000}駅 Größe\nрегион: x\n"
    "a: \"Durée\u{a0}: 10\u{a0}000 €\"\n"
    "a: 👩\u{200d}💻 می\u{200c}خواهم\n"
    "a: \"x\\u200by\"\n"
    "#);
}

#[test]
fn one_mistake_is_told_of_once_and_at_its_place() {
    let said = table(&[
        "a:\n- name: x\n  role: b\n  name: z\n  role: w\n",
        "a:\n- name: x\n  role: b\n  role: w\n",
        "a:\n  name: x\n  name: z\n",
        "a: 1\nb: !vault |\n  abc\n",
        "a: !x # y\n  - b\n",
        "a: !x &b c\nd: !x\n",
        "a: *b\nc:\n  <<: *b\nd:\n  <<: [*b]\n",
        "a: 1e400\nb: 99999999999999999999\nc: 18446744073709551615\nd: \"1e400\"\ne: 12e4567\nf: 1e5\n",
    ]);
    insta::assert_snapshot!(said, @r#"
    "a:\n- name: x\n  role: b\n  name: z\n  role: w\n"
      4:3 error yaml-duplicate-key: `name` is given twice in the same object. Begin a new entry with `- `, or keep one of the two; the other is in line 2.
    "a:\n- name: x\n  role: b\n  role: w\n"
      4:3 error yaml-duplicate-key: `role` is given twice in the same object. Keep one of the two; the other is in line 3.
    "a:\n  name: x\n  name: z\n"
      3:3 error yaml-duplicate-key: `name` is given twice in the same object. Keep one of the two; the other is in line 2.
    "a: 1\nb: !vault |\n  abc\n"
      2:4 error yaml-tag: the tag `!vault` is not read here. Remove the tag; for text use quotes.
    "a: !x # y\n  - b\n"
      1:4 error yaml-tag: the tag `!x` is not read here. Remove the tag; for text use quotes.
    "a: !x &b c\nd: !x\n"
      1:4 error yaml-tag: the tag `!x` is not read here. Remove the tag; for text use quotes.
      2:4 error yaml-tag: the tag `!x` is not read here. Remove the tag; for text use quotes.
    "a: *b\nc:\n  <<: *b\nd:\n  <<: [*b]\n"
      1:4 error yaml-unknown-alias: the alias `*b` names no anchor before it. Write `&b` at the value that is meant, above this line; or put the text in quotes.
      3:7 error yaml-unknown-alias: the alias `*b` names no anchor before it. Write `&b` at the value that is meant, above this line; or put the text in quotes.
      5:8 error yaml-unknown-alias: the alias `*b` names no anchor before it. Write `&b` at the value that is meant, above this line; or put the text in quotes.
    "a: 1e400\nb: 99999999999999999999\nc: 18446744073709551615\nd: \"1e400\"\ne: 12e4567\nf: 1e5\n"
      1:4 warning yaml-ambiguous: `1e400` is too large for a number, and is read as text. Write a smaller number, or put it in quotes when it is text: "1e400".
      2:4 warning yaml-ambiguous: `99999999999999999999` is too large for a number, and is read as 1e+20. Write a smaller number, or put it in quotes when it is text: "99999999999999999999".
      5:4 warning yaml-ambiguous: `12e4567` is too large for a number, and is read as text. Write a smaller number, or put it in quotes when it is text: "12e4567".
    "#);
}

#[test]
fn what_can_be_read_in_two_ways_is_a_warning() {
    insta::assert_snapshot!(said("a: no\nb: 010\nc: 1:30\nd: 2026-03-01\ne: \"no\"\nno: fine\nf: 0o17\ng: .inf\nh: !!str no\r\n"), @r#"
    1:4 warning yaml-ambiguous: `no` is text here, but older YAML readers take it for false. Write `false` when you mean that, or put it in quotes when it is text: "no".
    2:4 warning yaml-ambiguous: `010` is the number 10 here, but older YAML readers take it for an octal number. Leave out the leading zeros when it is a number. Put it in quotes when it is text: "010".
    3:4 warning yaml-ambiguous: `1:30` is text here, but older YAML readers take it for a number of base 60. Put it in quotes when it is text: "1:30".
    4:4 warning yaml-ambiguous: `2026-03-01` is text here, but older YAML readers take it for a date. Put it in quotes when it is text: "2026-03-01".
    7:4 warning yaml-ambiguous: `0o17` is a number for some YAML readers and text for others. Write 15 when it is a number. Put it in quotes when it is text: "0o17".
    8:4 warning yaml-ambiguous: `.inf` is text here, but other YAML readers take it for a number. Put it in quotes when it is text: ".inf".
    9:12 warning yaml-line-endings: the lines of this file end with CR LF, not with LF. Save the file with Unix line endings (in Git: `*.yaml text eol=lf` in `.gitattributes`).
    "#);
}

#[test]
fn aliases_keys_and_tags_are_checked() {
    insta::assert_snapshot!(said("a: *b\n"), @"1:4 error yaml-unknown-alias: the alias `*b` names no anchor before it. Write `&b` at the value that is meant, above this line; or put the text in quotes.");
    insta::assert_snapshot!(said("region: a\nb: 1\nregion: c\n"), @"3:1 error yaml-duplicate-key: `region` is given twice in the same object. Keep one of the two; the other is in line 1.");
    insta::assert_snapshot!(said("a: !secret x\n[1, 2]: x\n<<: 3\n"), @r#"
    1:4 error yaml-tag: the tag `!secret` is not read here. Remove the tag; for text use quotes.
    2:1 error yaml-key: a key must be text, and this one is a list or an object. Put the key in quotes.
    3:5 error yaml-key: `<<` merges objects, and this is none. Name an object by its alias: `<<: *name`.
    "#);
}

#[test]
fn bombs_end_in_a_problem() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let _ = writeln!(bomb, "a{i}: &a{i} [{}]", vec![format!("*a{}", i - 1); 10].join(", "));
    }
    insta::assert_snapshot!(said(&bomb), @r"1:10 error yaml-too-big: the aliases of this file stand for more than 5000 values. Write out what they name where it is needed, or split the file.");
    insta::assert_snapshot!(said("a: &a [*a]\n"), @"1:8 error yaml-too-deep: values are nested deeper than 64 levels here. Write it flatter.");
    insta::assert_snapshot!(said(&"[".repeat(1000)), @"1:65 error yaml-too-deep: values are nested deeper than 64 levels here. Write it flatter.");
    let deep: String = (0..200).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    insta::assert_snapshot!(said(&deep), @"65:65 error yaml-too-deep: values are nested deeper than 64 levels here. Write it flatter.");
    insta::assert_snapshot!(said(&"---\n".repeat(1_000_000)), @"133334:1 error yaml-too-big: this file has more than 400000 values and documents. Split the file.");
    insta::assert_snapshot!(said("a: &a {<<: *a}\nb: 1\n"), @"1:12 error yaml-too-deep: values are nested deeper than 64 levels here. Write it flatter.");
}

#[test]
fn documents_share_what_aliases_may_stand_for() {
    let one = format!("---\na: &a [{}]\nb: [*a, *a]\n", vec!["x"; 900].join(", "));
    assert_eq!(said(&one.repeat(2)), "");
    insta::assert_snapshot!(said(&one.repeat(3)), @r"8:1490 error yaml-too-big: the aliases of this file stand for more than 5000 values. Write out what they name where it is needed, or split the file.");
}

#[test]
fn behind_many_warnings_all_is_read() {
    let text: String = (0..300).map(|number| format!("l{number}: yes\n")).collect();
    let parsed = parse(&text);
    assert_eq!((parsed.problems.len(), parsed.has_errors()), (100, false));
    assert_eq!(parsed.documents[0].value().as_object().map(serde_json::Map::len), Some(300));
    let twice = text.replace("l299:", "l298:");
    let parsed = parse(&twice);
    assert!(parsed.has_errors(), "an error behind them is told");
}

#[test]
fn a_pointer_leads_to_its_place() {
    let text = "base: &base\n  size: 1\n  deep: {x: [1, {y: z}]}\nown:\n  <<: *base\n  ä: \"€\" # c\nlist:\n- a\n- |\n  block\n\n- b\nref: *base\n";
    let parsed = parse(text);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    let document = &parsed.documents[0];
    let mut out = String::new();
    for pointer in [
        "",
        "/own",
        "/own/size",
        "/own/ä",
        "/own/deep/x/1/y",
        "/list",
        "/list/1",
        "/list/2",
        "/ref",
        "/ref/size",
        "/none",
        "/list/9",
        "/own/ä/x",
    ] {
        let show = |span: Span| format!("{}:{}-{}:{}", span.line, span.column, span.end_line, span.end_column);
        let spot = document
            .place(pointer)
            .map_or("nowhere".to_owned(), |spot| format!("key {} value {}", spot.key.map_or("-".into(), show), show(spot.value)));
        let _ = writeln!(out, "{pointer:?} {spot}");
    }
    insta::assert_snapshot!(out, @r#"
        "" key - value 1:1-13:11
        "/own" key 4:1-4:4 value 5:3-6:9
        "/own/size" key - value 5:7-5:12
        "/own/ä" key 6:3-6:4 value 6:6-6:9
        "/own/deep/x/1/y" key - value 5:7-5:12
        "/list" key 7:1-7:5 value 8:3-12:4
        "/list/1" key - value 10:3-10:8
        "/list/2" key - value 12:3-12:4
        "/ref" key 13:1-13:4 value 13:6-13:11
        "/ref/size" key - value 13:6-13:11
        "/none" nowhere
        "/list/9" nowhere
        "/own/ä/x" nowhere
        "#);
    assert_eq!(document.value()["own"], json!({"ä": "€", "size": 1, "deep": {"x": [1, {"y": "z"}]}}));
    assert_eq!(locate(text, "/own/size"), document.place("/own/size"));
}

#[test]
fn documents_behind_a_broken_one_are_still_read() {
    let parsed = parse("a: 1\n---\nb: [\n---\nc: 3\n");
    assert_eq!(parsed.documents.iter().map(|d| d.value().clone()).collect::<Vec<_>>(), [json!({"a": 1}), json!({"c": 3})]);
    assert!(parsed.has_errors());
    assert!(parse("").documents.is_empty());
    assert_eq!(parse("# only a comment\n").documents.len(), 0);
}

#[test]
fn no_document_is_left_out_without_an_error() {
    let copies: String = (0..90).map(|n| format!("K{n}: 99999999999999999999, ")).collect();
    let aliases = "- *e\n".repeat(60);
    for text in ["x\n{{y\"\nz: 1\n", "'x\n{{y'\non: push\n", "<<: 99999999999999999999\n", &format!("- &e {{{copies}}}\n{aliases}")] {
        assert!(parse(text).has_errors(), "{text:?}");
    }
}

#[test]
fn bytes_that_are_not_plain_text_are_refused() {
    let said = |bytes: &[u8]| match check_bytes(bytes) {
        Ok(text) => format!("fine: {text:?}\n"),
        Err(problems) => problems.iter().map(|p| format!("{}:{} {}. {}\n", p.span.line, p.span.column, p.message, p.help)).collect(),
    };
    let all: String = [
        said(b"a: 1\r\n"),
        said("\u{feff}a: 1\n".as_bytes()),
        said(b"\xff\xfea\0"),
        said(b"a: 1\nb: \xc3\x28\n"),
        said(b"a: 1\nb: x\0y\n"),
        said("a: \u{7}\n".as_bytes()),
    ]
    .concat();
    insta::assert_snapshot!(all, @r#"
        fine: "a: 1\r\n"
        1:1 the file begins with a byte order mark. Save the file as UTF-8 without a byte order mark (BOM).
        1:1 the file is UTF-16, not UTF-8. Save the file as UTF-8 without a byte order mark.
        2:4 the byte 0xC3 here is not UTF-8. Save the file as UTF-8, or write the character anew.
        2:5 the file holds the control character U+0000. Remove it; in double quotes it can be written as an escape, such as "\x07".
        1:4 the file holds the control character U+0007. Remove it; in double quotes it can be written as an escape, such as "\x07".
        "#);
}

#[test]
fn plain_scalars_follow_the_core_schema() {
    for (text, value) in [
        ("", json!(null)),
        ("~", json!(null)),
        ("true", json!(true)),
        ("yes", json!("yes")),
        ("010", json!(10)),
        ("0x1f", json!(31)),
        ("0o17", json!(15)),
        ("-3", json!(-3)),
        ("+3", json!(3)),
        ("1e3", json!(1000.0)),
        ("1.", json!(1.0)),
        (".5", json!(0.5)),
        (".", json!(".")),
        ("-", json!("-")),
        ("1e", json!("1e")),
        ("1.1.0", json!("1.1.0")),
        ("0x", json!("0x")),
        ("0x+1", json!("0x+1")),
        ("1_000", json!("1_000")),
        ("18446744073709551615", json!(u64::MAX)),
        ("1e999", json!("1e999")),
        (".inf", json!(".inf")),
        ("--1", json!("--1")),
        ("1-1", json!("1-1")),
    ] {
        assert_eq!(plain(text), value, "{text:?}");
    }
}

#[test]
fn what_is_written_is_plain_to_every_reader() {
    let value = json!({
        "apiVersion": "v1", "empty": {}, "none": [], "null": null, "on": "no", "n": [1, -2.5, 1e100, true],
        "odd": ["1e3", "010", "0x10", "2026-03-01", "1:30", "~", "", " a", "a ", "- a", "a: b", "a #b", "#a", "it's", "say \"hi\"", "back\\slash", "*a", "@a", "%a", "7f3a9c0"],
        "text": "one\ntwo\n", "keep": "one\n\n", "strip": "one\n  two", "lead": "  one\ntwo\n", "tabbed": "\tone\ntwo\n", "blank": "one \ntwo\n",
        "hidden": "a\u{202e}b", "control": "a\u{7}b", "nested": [[1, [2]], [], {"a": {"b": [{"c": "d", "e": "f\ng"}]}}], "": "empty key", "${{ a }}": "${b}",
    });
    let text = emit(&value);
    insta::assert_snapshot!(text, @r##"
        apiVersion: v1
        empty: {}
        none: []
        "null": null
        "on": "no"
        "n":
        - 1
        - -2.5
        - 1.0e+100
        - true
        odd:
        - "1e3"
        - "010"
        - "0x10"
        - "2026-03-01"
        - "1:30"
        - "~"
        - ""
        - " a"
        - "a "
        - "- a"
        - "a: b"
        - "a #b"
        - "#a"
        - it's
        - say "hi"
        - back\slash
        - "*a"
        - "@a"
        - "%a"
        - "7f3a9c0"
        text: |
          one
          two
        keep: |+
          one

        strip: |-
          one
            two
        lead: |2
            one
          two
        tabbed: "\tone\ntwo\n"
        blank: "one \ntwo\n"
        hidden: "a\u202Eb"
        control: "a\x07b"
        nested:
        -
          - 1
          -
            - 2
        - []
        - a:
            b:
            - c: d
              e: |-
                f
                g
        "": empty key
        ${{ a }}: ${b}
        "##);
    assert_eq!(parse(&text).documents.remove(0).into_value(), value);
}

fn odd_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \t\n:#\\-'\"a0e.?|>]{0,12}",
        "[0-9+._xeo:\\-]{1,8}",
        "(yes|no|on|off|y|n|true|null|~|<<|=|---|\\.\\.\\.)[ \n:]?",
        "[\u{0}-\u{a0}\u{2028}\u{feff}\u{ffff}\u{10ffff}]{0,6}",
    ]
}

fn odd_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|f| serde_json::Number::from_f64(f).map_or(Value::Null, Value::Number)),
        odd_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((odd_text(), inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back_the_same(value in odd_value()) {
        let text = emit(&value);
        let mut parsed = parse(&text);
        parsed.problems.retain(|problem| problem.kind != ProblemKind::OddCharacter);
        prop_assert!(parsed.problems.is_empty(), "{text:?} {:?}", parsed.problems);
        prop_assert_eq!(parsed.documents.remove(0).into_value(), value, "{}", text);
    }

    #[test]
    fn what_the_parser_refuses_is_an_error(text in "[ \t\n:#\\-'\"a&*<\\[\\]{},|>!%@0-9ä€.]{0,40}(\n(---|\\.\\.\\.|\\{\\{|b: c|- d)[\n \"']){0,3}") {
        let is_refused = granit_parser::Parser::new_from_str(&text).any(|event| event.is_err());
        prop_assert!(!is_refused || parse(&text).has_errors(), "{:?}", text);
    }

    #[test]
    fn no_text_panics(text in any::<String>(), yaml in "[ \t\n:#\\-'\"a&*<\\[\\]{},|>!%@0-9ä€]{0,60}") {
        for text in [text, yaml] {
            for document in parse(&text).documents {
                document.place("/a/0/b");
            }
        }
    }
}
