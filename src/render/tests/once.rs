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
    insta::assert_snapshot!(shown(&case(31)), @"
    /main/a.yaml.tera:3:1 kubernetes-refused (PathOwner)
      `a.yaml`: ConfigMap: `r00_X` is no name of a ConfigMap (and 30 more: `payments-team/r01`, `payments-team/r02`, `payments-team/r03`, …)
      help: It has small letters, digits, `-` and `.`, and begins and ends with a letter or a digit. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/r00.yaml: rendered for `payments-team/r00`
    ");
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
    insta::assert_snapshot!([closed, by_default, teams].iter().map(shown).collect::<String>(), @"
    /release.yaml:10:5 target-not-allowed (PathOwner)
      the target `staging-eu` does not take the golden path `environment` (and so in 27 more)
      help: Send the output to another target, or ask the platform team to add it to `allow.paths` of `targets/staging-eu.yaml`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/r00.yaml: rendered for `payments-team/r00`
      see targets/staging-eu.yaml: who may go there is said here
      see requests/payments-team/r01.yaml: rendered for `payments-team/r01`
      see requests/payments-team/r02.yaml: rendered for `payments-team/r02`
      see requests/payments-team/r03.yaml: rendered for `payments-team/r03`
    /release.yaml:10:5 unknown-target (PathOwner)
      the output `main` goes to the target `staging-ue`, which does not exist (and so in 26 more)
      help: Did you mean `staging-eu`? Its name is made from what the request does not give. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/r00.yaml: rendered for `payments-team/r00`
      see requests/payments-team/r01.yaml: rendered for `payments-team/r01`
      see requests/payments-team/r02.yaml: rendered for `payments-team/r02`
      see requests/payments-team/r03.yaml: rendered for `payments-team/r03`
      see requests/payments-team/r04.yaml: rendered for `payments-team/r04`
    requests/payments-team/r00.yaml:1:1 target-not-allowed (Requester)
      the target `staging-eu` does not take the team `payments-team` (and 30 more: `payments-team/r01`, `payments-team/r02`, `payments-team/r03`, …)
      help: Ask for another target, or ask the platform team to add it to `allow.teams` of `targets/staging-eu.yaml`.
      see targets/staging-eu.yaml: who may go there is said here
    ");
}
