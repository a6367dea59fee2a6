//! What many requests meet is said once.

use super::*;

/// So many requests of one golden path.
fn many(case: Case, requests: usize) -> Case {
    (0..requests).fold(case, |case, n| case.request(&format!("payments-team/r{n:02}"), json!({"n": n})))
}

fn shown(case: &Case) -> String {
    case.render().findings.iter().map(show).collect()
}

#[test]
fn one_line_of_a_template_is_one_finding_whatever_each_request_says() {
    let name = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{ metadata.name }}_X\"}\n";
    let case = |requests: usize| {
        let mut case = many(Case::new().output("main", "kubernetes@1", "staging-eu", &[("a.yaml.tera", name)]), requests);
        for target in case.platform.targets.values_mut() {
            target.kubernetes_version = Some("1.36".to_owned());
        }
        case
    };
    assert_eq!(case(3).render().findings.len(), 3, "a few are told one by one");
    insta::assert_snapshot!(shown(&case(31)), @"");
}

#[test]
fn where_a_release_sends_what_does_not_go_there_is_said_at_the_release() {
    let file = [("a.yaml.tera", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ metadata.name }}}\n")];
    let case = || many(Case::new().output("main", "kubernetes@1", "staging-eu", &file), 31);
    let mut closed = case();
    closed.platform.targets.get_mut(&TargetName::parse("staging-eu").unwrap()).unwrap().allow_paths = Vec::new();
    let by_default =
        case().edit(|output| output.target = TargetSelector::Template("staging-{{ spec.region | default(value=\"ue\") }}".to_owned()));
    let mut teams = case();
    teams.platform.targets.get_mut(&TargetName::parse("staging-eu").unwrap()).unwrap().allow_teams = Vec::new();
    insta::assert_snapshot!([closed, by_default, teams].iter().map(shown).collect::<String>(), @"");
}
