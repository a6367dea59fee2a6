//! `docs/templates.md` names what templates see and may call, all of it and nothing else, and what its examples give is what it says.

use super::place::Place;
use crate::example::folder;
use goldpath::yaml;
use std::collections::BTreeSet;

const TEMPLATE: &str = "golden-paths/preview/1.0.0/cluster/deployment.yaml.tera";

fn read(file: &str) -> String {
    std::fs::read_to_string(folder(file)).expect("it is there")
}

/// The texts of a list in the sources.
fn listed(file: &str, list: &str) -> BTreeSet<String> {
    let text = read(file);
    let (_, rest) = text.split_once(&format!("const {list}: ")).expect("the list is there");
    let (_, rest) = rest.split_once("] =").expect("it is a list");
    let (inner, _) = rest.split_once("];").expect("it ends");
    inner.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The cells of the table whose first column has this title.
fn table(title: &str) -> Vec<Vec<String>> {
    let text = read("docs/templates.md");
    let (_, rest) = text.split_once(&format!("\n| {title} |")).expect("the table is there");
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| {
        let inner = row.replace("\\|", "\u{1}");
        let cells = inner.trim_matches('|').split('|').map(|cell| cell.trim().replace('\u{1}', "|"));
        cells.map(|cell| cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`')).unwrap_or(&cell).to_owned()).collect()
    };
    rows.map(cells).collect()
}

fn names(table: &[Vec<String>]) -> BTreeSet<String> {
    table.iter().map(|row| row[0].clone()).collect()
}

#[test]
fn the_page_names_what_templates_see_and_may_call() {
    const ALLOWED: &str = "src/render/allowed.rs";
    assert_eq!(names(&table("Name")), listed("src/render/engine.rs", "NAMES"));
    let mut filters = listed(ALLOWED, "FILTERS");
    assert!(filters.remove("safe") && read("docs/templates.md").contains("`safe` is not among them"));
    assert_eq!(names(&table("Filter")), filters);
    assert_eq!(names(&table("Test")), listed(ALLOWED, "TESTS"));
    assert_eq!(names(&table("Function")), listed(ALLOWED, "FUNCTIONS"));
}

#[test]
fn the_fields_of_a_release_are_those_that_are_read() {
    let named: BTreeSet<String> = names(&table("Field"));
    let not_yet = |field: &String| matches!(field.as_str(), "health" | "inputs" | "repository");
    let top: BTreeSet<String> = named.iter().filter(|name| !name.contains('.')).cloned().collect();
    let read: BTreeSet<String> = listed("src/parse/golden.rs", "RELEASE_FIELDS").into_iter().filter(|field| !not_yet(field)).collect();
    assert_eq!(top, read);
    let of_output: BTreeSet<String> = named.iter().filter_map(|name| name.strip_prefix("outputs[].")).map(str::to_owned).collect();
    // its name is told of with the outputs themselves, and `targets` beside `target`
    let elsewhere = |field: &String| not_yet(field) || matches!(field.as_str(), "name" | "targets");
    let read: BTreeSet<String> = listed("src/parse/golden.rs", "OUTPUT_FIELDS").into_iter().filter(|field| !elsewhere(field)).collect();
    assert_eq!(of_output, read);
}

#[test]
fn the_fields_of_what_a_platform_says_of_itself_are_those_that_are_read() {
    let source = read("src/parse/settings.rs");
    for (kind, later) in [("Platform", &[][..]), ("Target", &["repository"]), ("Team", &[])] {
        let (_, rest) = source.split_once(&format!("fields.header(\"{kind}\", ")).expect("it is read");
        let (_, list) = rest.split_once("&[").expect("it has a list");
        let (list, _) = list.split_once(']').expect("it ends");
        let read: BTreeSet<String> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
        let read: BTreeSet<String> = read.into_iter().filter(|field| !later.contains(&field.as_str())).collect();
        assert_eq!(names(&table(kind)), read, "{kind}");
    }
}

#[test]
fn what_the_examples_give_is_what_the_page_says() {
    let rows: Vec<Vec<String>> =
        ["Filter", "Test", "Function"].into_iter().flat_map(table).filter(|row| !row[1].starts_with("{{")).collect();
    assert!(rows.len() > 50, "{}", rows.len());
    let lines: String = rows.iter().enumerate().map(|(at, row)| format!("  k{at}: {{{{ ({}) | json | json }}}}\n", row[1])).collect();
    let place = Place::with("first-repository");
    let given = "{% set a = [3, 1, 3] -%}\n{% set m = {\"x\": 1, \"y\": 2} -%}\n";
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: platform}\ndata:\n";
    place.write(TEMPLATE, &format!("{given}{object}{lines}"));
    let said = place.run(&["render"]);
    let (_, file) = said.split_once("/deployment.yaml\n").unwrap_or_else(|| panic!("{said}"));
    let (file, _) = file.split_once("-- exit 0").unwrap_or_else(|| panic!("{said}"));
    let object = yaml::parse(file).documents.remove(0).into_value();
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(object["data"][format!("k{at}")].as_str(), Some(row[2].as_str()), "{}: {}", row[0], row[1]);
    }
}
