//! `goldpath new`.

use super::place::Place;
use crate::example::{folder, read};
use goldpath::forms;
use goldpath::parse::parse;
use insta::assert_snapshot;
use serde_json::Value;

/// A schema with lists, maps, optional parts with required fields, references and choices of form.
const NESTED: &str = r##"{
  "type": "object",
  "additionalProperties": false,
  "required": ["image", "ports", "owner"],
  "properties": {
    "image": {"description": "The image", "type": "string", "examples": ["shop/hello:1.0.0"]},
    "ports": {"description": "Where it listens.", "type": "array", "minItems": 1, "items": {"$ref": "#/$defs/port"}},
    "owner": {"description": "Who answers\n  evil: for it.", "oneOf": [{"type": "string"}, {"type": "null"}]},
    "storage": {
      "description": "A disk, when one is needed.",
      "type": "object", "additionalProperties": false, "required": ["size"],
      "properties": {"size": {"type": "string", "format": "quantity"}, "class": {"enum": ["fast", "slow"]}, "keep": {"type": "boolean", "default": false}}
    },
    "variables": {"type": "object", "additionalProperties": {"type": "string"}},
    "hosts": {"type": "array", "items": {"type": "string"}, "default": ["a.example.org", "yes"]},
    "replicas": {"type": "integer", "minimum": 1},
    "lifetime": {"type": "string", "format": "goldpath-duration"}
  },
  "if": {"required": ["storage"]}, "then": {"required": ["replicas"]},
  "$defs": {"port": {
    "type": "object", "additionalProperties": false, "required": ["number"],
    "properties": {"number": {"type": "integer", "minimum": 1, "maximum": 65535}, "protocol": {"enum": ["TCP", "UDP"], "default": "TCP"}}
  }}
}"##;

/// A line that is taken in: `  #size: small` → `  size: small`.
fn uncommented(line: &str) -> String {
    let (blank, rest) = line.split_at(line.len() - line.trim_start().len());
    match rest.strip_prefix('#') {
        Some(field) if !field.starts_with(' ') || field.starts_with("  ") => format!("{blank}{field}"),
        _ => line.to_owned(),
    }
}

#[test]
fn a_request_explains_every_field_and_is_accepted_once_the_required_ones_are_filled_in() {
    let place = Place::with("first-repository");
    assert_snapshot!(place.run(&["new", "Preview", "cart"]), @"
    $ goldpath new Preview cart
    requests/platform/cart.yaml: a request for Preview (`preview@1.0.0`)

    Next:
      fill in the fields that have no value
      goldpath validate requests/platform/cart.yaml
      goldpath diff
    -- exit 0
    ");
    assert_snapshot!(place.text("requests/platform/cart.yaml"), @r#"
    # yaml-language-server: $schema=../../.goldpath/schemas/preview.json
    # Preview: One service to try out, for a limited time.
    # Fill in each field that has no value; take away the `#` in front of an optional one to set it.
    # Help: #platform-help
    apiVersion: platform.example.org/v1
    kind: Preview
    metadata:
      name: cart
      #annotations:
      #  goldpath.dev/release: 1.0.0   # stay on this release; without it, the current one
    spec:
      # The image with its tag, below the registry of the organisation. Required.
      image:
      # How many of it run. A whole number from 1 to 5.
      #replicas: 1
      # How much each of them gets: small is 100m and 128Mi, large is 500m and 1Gi. One of `small` or `large`.
      #size: small
      # How long it lives, counted from when it is up. A duration such as `14d` or `12h`.
      #lifetime: "7d"
    "#);
    // as it is, each field that has no value is named at its line
    assert_snapshot!(place.run(&["validate", "requests/platform/cart.yaml"]), @r"
    $ goldpath validate requests/platform/cart.yaml
    error[wrong-type]

      × `spec.image` must be text, is empty
        ╭─[requests/platform/cart.yaml:13:8]
     12 │   # The image with its tag, below the registry of the organisation. Required.
     13 │   image:
        ·        ─
     14 │   # How many of it run. A whole number from 1 to 5.
        ╰────
      help: Give it a value. The image with its tag, below the registry of the organisation.

    1 error
    2 requests checked, the errors in requests/platform/cart.yaml must be mended
    -- exit 1
    ");
    place.swap("requests/platform/cart.yaml", "image:\n", "image: shop/cart:1.0.0\n");
    assert!(place.run(&["validate"]).contains("2 requests checked, nothing to mend"));
}

#[test]
fn lists_maps_and_optional_parts_are_explained_too() {
    let place = Place::with("first-repository");
    place.write("golden-paths/preview/1.0.0/schema.json", NESTED);
    place.run(&["new", "preview", "nested"]);
    assert_snapshot!(place.text("requests/platform/nested.yaml"), @r#"
    # yaml-language-server: $schema=../../.goldpath/schemas/preview.json
    # Preview: One service to try out, for a limited time.
    # Fill in each field that has no value; take away the `#` in front of an optional one to set it. Some values
    # ask for more: `goldpath validate` says what.
    # Help: #platform-help
    apiVersion: platform.example.org/v1
    kind: Preview
    metadata:
      name: nested
      #annotations:
      #  goldpath.dev/release: 1.0.0   # stay on this release; without it, the current one
    spec:
      # The image. Required.
      image:
      # Where it listens. A list of at least 1 entries. Required.
      ports:
      - # A whole number from 1 to 65535. Required.
        number:
        # One of `TCP` or `UDP`.
        #protocol: TCP
      # Who answers evil: for it. Required.
      owner:
      # A disk, when one is needed.
      #storage:
      #  # A quantity such as `500m` or `1Gi`. Required.
      #  size:
      #  # One of `fast` or `slow`.
      #  #class: fast
      #  # `true` or `false`.
      #  keep: false
      # A map.
      #variables: {}
      # A list.
      #hosts:
      #- a.example.org
      #- "yes"
      # A whole number of at least 1.
      #replicas:
      # A duration such as `14d` or `12h`.
      #lifetime:
    "#);
}

/// Lists and maps that are empty by default, several forms, fields that only some values bring, and bounds of all kinds.
const FORMS: &str = r##"{
  "type": "object", "unevaluatedProperties": false,
  "properties": {
    "access": {"description": "Who gets in.", "type": "array", "default": [], "items": {"type": "object", "additionalProperties": false,
      "required": ["group"], "properties": {"group": {"description": "A group", "type": "string"}, "role": {"enum": ["view", "edit"], "default": "view"}}}},
    "secrets": {"type": "object", "default": {}, "propertyNames": {"pattern": "^[A-Z_]+$"}, "additionalProperties": {"type": "object",
      "additionalProperties": false, "required": ["key"], "properties": {"key": {"description": "Where it is", "type": "string"}}}},
    "extensions": {"description": "What is on.", "type": "array", "items": {"enum": ["a", "b"]}},
    "size": {"description": "How large.", "oneOf": [{"type": "integer", "exclusiveMinimum": 0, "maximum": 9, "multipleOf": 3}, {"enum": ["small", "large"]}]},
    "store": {"oneOf": [
      {"type": "object", "additionalProperties": false, "required": ["disk"], "properties": {"disk": {"type": "string"}}},
      {"description": "A bucket.", "type": "object", "additionalProperties": false, "required": ["bucket"], "properties": {"bucket": {"type": "string"}}}]},
    "agreed": {"const": true},
    "lifetime": {"type": "string", "format": "goldpath-duration"}
  },
  "if": {"required": ["store"]}, "then": {"properties": {"backup": {"description": "How often.", "type": "string"}}}
}"##;

#[test]
fn what_is_empty_by_default_and_what_has_several_forms_is_explained_too() {
    let place = Place::with("first-repository");
    place.write("golden-paths/preview/1.0.0/schema.json", FORMS);
    place.run(&["new", "preview", "forms"]);
    let text = place.text("requests/platform/forms.yaml");
    assert_snapshot!(text.split_once("spec:").map(|(_, spec)| spec).unwrap_or(&text), @r"
    {}   # take `{}` away with the first field that is set
     # Who gets in. A list.
     #access:
     #- # A group. Required.
     #  group:
     #  # One of `view` or `edit`.
     #  #role: view
     # A map whose keys match `^[A-Z_]+$`.
     #secrets:
     #  NAME:
     #    # Where it is. Required.
     #    key:
     # What is on. A list, each one of `a` or `b`.
     #extensions:
     #- a
     # How large. A whole number above 0 and at most 9, a multiple of 3, or one of `small` or `large`.
     #size:
     #store:
     #  # Required.
     #  disk:
     # Or: A bucket.
     # | store:
     # |   # Required.
     # |   bucket:
     # Always `true`.
     #agreed: true
     # A duration such as `14d` or `12h`.
     #lifetime:
     # How often. Only with some values of other fields.
     #backup:
    ");
    assert_snapshot!(place.run(&["new", "preview", "other", "--output", "json"]), @r#"
    $ goldpath new preview other --output json
    {"apiVersion":"goldpath.dev/v1","kind":"NewReport","file":"requests/platform/other.yaml","path":"preview","release":"1.0.0"}
    -- exit 0
    "#);
    assert_snapshot!(place.run(&["new", "preview", "--output", "json"]), @r#"
    $ goldpath new preview --output json
    {"apiVersion":"goldpath.dev/v1","kind":"ErrorReport","message":"the following required arguments were not provided: <NAME>","help":"`goldpath help` names all verbs, and `goldpath help VERB` what it takes","exitCode":2}
    -- stderr
    error: the following required arguments were not provided:
      <NAME>

    Usage: goldpath new --output <FORMAT> <PATH> <NAME>

    For more information, try '--help'.
    -- exit 2
    "#);
}

#[test]
fn a_default_that_is_never_filled_in_is_not_shown_as_the_value() {
    let place = Place::with("first-repository");
    let schema = r##"{"type": "object", "additionalProperties": false, "properties": {
        "lifetime": {"type": "string", "format": "goldpath-duration"},
        "size": {"type": "string", "default": "small"},
        "shape": {"oneOf": [{"type": "object", "additionalProperties": false, "properties": {"cpu": {"type": "string", "format": "quantity", "default": "100m"}}},
            {"type": "null"}]},
        "zones": {"type": "array", "items": {"type": "string", "default": "a"}}
    }}"##;
    place.write("golden-paths/preview/1.0.0/schema.json", schema);
    place.run(&["new", "preview", "forms"]);
    let text = place.text("requests/platform/forms.yaml");
    assert_snapshot!(text.split_once("spec:").map(|(_, spec)| spec).unwrap_or(&text), @r"

    # A duration such as `14d` or `12h`.
    #lifetime:
    size: small
    #shape:
    #  # A quantity such as `500m` or `1Gi`.
    #  #cpu:
    # A list.
    #zones:
    #-
    ");
}

/// The choices that a schema gives for a field of that name, wherever it is.
fn choices<'s>(schema: &'s Value, field: &str) -> Option<&'s Value> {
    let here = schema.get("properties").and_then(|all| all.get(field)?.get("enum")?.as_array()?.first());
    let below = || match schema {
        Value::Object(map) => map.values().find_map(|below| choices(below, field)),
        _ => None,
    };
    here.or_else(below)
}

/// The file with a value behind each key that has none: the first choice, or what another request of the kind says.
fn filled(text: &str, schema: &Value, other: &str) -> String {
    let value = |key: &str| {
        let said =
            other.lines().find_map(|line| line.trim().trim_start_matches("- ").strip_prefix(key)?.strip_prefix(": ").map(str::to_owned));
        choices(schema, key).map(|choice| choice.as_str().map_or_else(|| choice.to_string(), str::to_owned)).or(said)
    };
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let line = |(at, line): (usize, &&str)| {
        let key = line.trim().strip_suffix(':').filter(|key| !key.starts_with('#'));
        let is_open = lines[at + 1..]
            .iter()
            .find(|next| !next.trim().is_empty())
            .is_some_and(|next| indent(next) > indent(line) || (indent(next) == indent(line) && next.trim().starts_with("- ")));
        match key.filter(|_| !is_open) {
            Some(key) => format!("{line} {}\n", value(key).unwrap_or_else(|| panic!("nothing says what `{key}` may be in\n{text}"))),
            None => format!("{line}\n"),
        }
    };
    lines.iter().enumerate().map(line).collect()
}

#[test]
fn each_path_of_the_example_gets_a_request_that_is_accepted() {
    let place = Place::with("platform-repo-example");
    let snapshot = read("platform-repo-example");
    let platform = parse(&snapshot).platform;
    let mut files = Vec::new();
    for path in platform.paths.values() {
        let other = platform.requests.values().find(|request| request.release.path == path.name).expect("the example has one of each");
        let said = place.run(&["new", path.name.as_str(), "desk-check-of-a-path", "--team", other.id.team.as_str()]);
        let name = if said.contains("takes at most") || said.contains("already") { "desk" } else { "desk-check-of-a-path" };
        if name == "desk" {
            place.run(&["new", path.name.as_str(), name, "--team", other.id.team.as_str()]);
        }
        let file = format!("requests/{}/{name}.yaml", other.id.team);
        let release = forms::newest(&platform, path).expect("it has a current one");
        let schema = forms::schema_of(&snapshot, release).expect("it has a schema");
        let text = filled(&place.text(&file), &schema, snapshot.text(other.file.as_str()).expect("text"));
        place.write(&file, &text);
        files.push(file);
    }
    assert!(files.len() >= 7, "{files:?}");
    let said = place.run(&["validate", "--output", "github"]);
    assert!(!said.contains("::error"), "{said}");
    // and so they are with every optional field set to what stands there
    for file in &files {
        let text = place.text(file);
        let lines: Vec<String> = text.lines().map(uncommented).collect();
        let indent = |line: &str| line.len() - line.trim_start().len();
        let is_below =
            |next: &str, line: &str| indent(next) > indent(line) || (indent(next) == indent(line) && next.trim_start().starts_with("- "));
        let is_open = |at: usize| lines.get(at + 1).is_some_and(|next| is_below(next, &lines[at]));
        let is_blank = |at: usize| lines[at].ends_with(':') && !lines[at].trim_start().starts_with('#') && !is_open(at);
        // but for what only an example can say; of what is inside of a part, any text will do
        let set = lines.iter().enumerate().filter_map(|(at, line)| match (is_blank(at), indent(line) > 2) {
            (true, true) => Some(format!("{line} a\n")),
            (true, false) => None,
            (false, _) => Some(format!("{line}\n")),
        });
        let set: String = set.collect();
        place.write(file, &set);
    }
    let said = place.run(&["validate", "--output", "github"]);
    assert!(!said.contains("::error"), "{said}");
}

#[test]
fn an_editor_finds_the_schema_that_its_first_line_names() {
    let place = Place::with("first-repository");
    place.run(&["new", "preview", "cart"]);
    let file = "requests/platform/cart.yaml";
    let text = place.text(file);
    let schema = text.lines().next().and_then(|line| line.split_once("$schema=")).expect("the first line names it").1.to_owned();
    let schema = place.path(file).parent().expect("a folder").join(schema);
    let schema: Value = serde_json::from_slice(&std::fs::read(&schema).expect("it is there")).expect("JSON");
    assert_eq!(schema["title"], "Preview");
    // made anew by each desk, and in nobody's way
    assert_eq!(place.text(".goldpath/schemas/.gitignore"), "*\n");
    assert!(folder("schemas").is_dir());
}

#[test]
fn what_cannot_be_made_says_why_and_nothing_is_overwritten() {
    let place = Place::with("first-repository");
    place.write("teams/orders-team.yaml", "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: orders-team}\nspec: {}\n");
    let before = place.text("requests/platform/hello.yaml");
    let calls: [&[&str]; 11] = [
        &["new", "previw", "x", "--team", "platform"],
        &["new", "bakery", "x", "--team", "platform"],
        &["new", "preview", "Orders API", "--team", "platform"],
        &["new", "preview", "Foo_Bar"],
        &["new", "preview", "requests/orders-team/foo.yaml"],
        &["new", "preview", "order-team/foo"],
        &["new", "preview", "orders-team/foo", "--team", "platform"],
        &["new", "preview", "x"],
        &["new", "preview", "x", "--team", "order-team"],
        &["new", "preview", "hello", "--team", "platform"],
        &["new", "preview", "a-name-that-is-longer-than-this-path-will-take", "--team", "platform"],
    ];
    let said: String = calls.iter().map(|args| place.run(args)).collect();
    assert_snapshot!(said, @"
    $ goldpath new previw x --team platform
    -- stderr
    error: there is no golden path `previw` in this repository
      hint: did you mean `preview`?
    -- exit 2
    $ goldpath new bakery x --team platform
    -- stderr
    error: there is no golden path `bakery` in this repository
      hint: there are `preview`
    -- exit 2
    $ goldpath new preview Orders API --team platform
    -- stderr
    error: `Orders API` is not a name: a name is made of small letters, digits and `-`, this one holds 'O'
      hint: `orders-api` is one
    -- exit 2
    $ goldpath new preview Foo_Bar
    -- stderr
    error: `Foo_Bar` is not a name: a name is made of small letters, digits and `-`, this one holds 'F'
      hint: `foo-bar` is one
    -- exit 2
    $ goldpath new preview requests/orders-team/foo.yaml
    -- stderr
    error: `foo.yaml` is not a name: a name is made of small letters, digits and `-`, this one holds '.'
      hint: `foo` is one
    -- exit 2
    $ goldpath new preview order-team/foo
    -- stderr
    error: there is no team `order-team`
      hint: did you mean `orders-team`?
    -- exit 2
    $ goldpath new preview orders-team/foo --team platform
    -- stderr
    error: two teams are named: `platform` and `orders-team`
      hint: leave one of them out
    -- exit 2
    $ goldpath new preview x
    -- stderr
    error: it is not clear whose request this is
      hint: name it with `--team TEAM`, or before the name: there are `orders-team` and `platform`
    -- exit 2
    $ goldpath new preview x --team order-team
    -- stderr
    error: there is no team `order-team`
      hint: did you mean `orders-team`?
    -- exit 2
    $ goldpath new preview hello --team platform
    -- stderr
    error: the team `platform` has a request `hello` already: requests/platform/hello.yaml
      hint: names are unique in a team across all kinds: choose another
    -- exit 2
    $ goldpath new preview a-name-that-is-longer-than-this-path-will-take --team platform
    -- stderr
    error: `a-name-that-is-longer-than-this-path-will-take` has 46 characters, and `Preview` takes at most 30
      hint: choose a shorter name
    -- exit 2
    ");
    assert_eq!(place.text("requests/platform/hello.yaml"), before);
    place.run(&["new", "preview", "orders-team/foo"]);
    assert!(place.text("requests/orders-team/foo.yaml").contains("name: foo"));
}
