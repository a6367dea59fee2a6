//! `.pre-commit-hooks.yaml`: what a hook runs, and when.

use super::place::Place;
use goldpath::yaml;

#[test]
fn a_hook_runs_what_is_there_and_fails_when_something_is_wrong() {
    let text = std::fs::read_to_string(crate::example::folder(".pre-commit-hooks.yaml")).expect("it is there");
    let document = yaml::parse(&text).documents.remove(0).into_value();
    let hooks = document.as_array().expect("a list");
    assert_eq!(hooks.len(), 2);
    let place = Place::with("first-repository");
    for hook in hooks {
        let entry = hook["entry"].as_str().expect("text").strip_prefix("goldpath ").expect("it runs goldpath").to_owned();
        assert!(place.run(&words(&entry)).ends_with("-- exit 0\n"), "{entry}");
        // a commit that only takes files away names none
        assert_eq!((&hook["always_run"], &hook["pass_filenames"], hook.get("files")), (&true.into(), &false.into(), None));
    }
    place.swap("golden-paths/preview/1.0.0/cluster/deployment.yaml.tera", "spec.replicas", "spec.replica");
    for hook in hooks {
        let entry = hook["entry"].as_str().expect("text").trim_start_matches("goldpath ").to_owned();
        assert!(place.run(&words(&entry)).ends_with("-- exit 1\n"), "{entry}");
    }
}

fn words(entry: &str) -> Vec<&str> {
    entry.split_whitespace().collect()
}
