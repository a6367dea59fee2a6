//! What runs into its limits does so for a few requests only, however many there are, and the answer is the same with any number of threads.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ metadata.name }}}\n";
const LIMITS: Limits = Limits { steps: 2_000, output_bytes: 20_000, include_depth: 16, units: 256 };

/// So many requests of one template, of which each is given its number.
fn case(template: &str, requests: usize) -> Case {
    let template = format!("{HEAD}{template}");
    let case = Case::new().output("main", "kubernetes@1", "staging-eu", &[("a.yaml.tera", &template)]);
    (0..requests).fold(case, |case, n| case.request(&format!("payments-team/r{n:04}"), json!({"n": n})))
}

/// What comes of it with so many threads, and how many units were begun.
fn with_threads(case: &Case, cache: &mut Cache, threads: usize) -> (Rendered, usize) {
    let begun = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&begun);
    let tell = move |progress: Progress| {
        if matches!(progress, Progress::Begins(At { unit: Some(_), .. })) {
            counts.fetch_add(1, Ordering::Relaxed);
        }
    };
    let watched = Watched { tell: Arc::new(tell), ..Watched::by_nobody() };
    let rendered = render_watched(&case.snapshot(), &case.platform, &LIMITS, cache, threads, &watched);
    (rendered, begun.load(Ordering::Relaxed))
}

fn on_one(case: &Case) -> (Rendered, usize) {
    with_threads(case, &mut Cache::off(), 1)
}

fn messages(rendered: &Rendered) -> String {
    rendered
        .findings
        .iter()
        .map(|finding| format!("{}:{} {}: {}\n", finding.place.path.file_name(), finding.place.span.line, finding.code, finding.message))
        .collect()
}

#[test]
fn a_template_that_runs_into_a_limit_is_tried_for_a_few_requests() {
    let doubled = "# {% set x = \"ab\" %}{% for n in range(end=12) %}{% set_global x = x ~ x %}{% endfor %}\n";
    let rows = [
        "{% for a in range(end=100) %}{% for b in range(end=100) %}{% endfor %}{% endfor %}\n".to_owned(),
        "{% for a in range(end=1000000000) %}{% endfor %}\n".to_owned(),
        "{% component again(n) %}{{<again n={n} />}}{% endcomponent %}\n{{<again n={1} />}}\n".to_owned(),
        format!("{doubled}{{% for n in range(end=1900) %}}# {{{{ x }}}}\n{{% endfor %}}\n"),
        format!("{doubled}# {{{{ x | split(pat=\"a\") | unique | length }}}}\n"),
        format!("{doubled}{{% for n in range(end=100) %}}# {{{{ x | split(pat=\"a\") | length }}}}\n{{% endfor %}}\n"),
        format!("{doubled}{{% for n in range(end=100) %}}# {{{{ x | upper | length }}}}\n{{% endfor %}}\n"),
        "# {{ [3, 1, 2] | sort | length }}\n# {% for n in range(end=900) %}{{ [3, 1, 2] | sort | length }}{% endfor %}\n".to_owned(),
    ];
    let said = rows.map(|template| {
        let (rendered, begun) = on_one(&case(&template, 300));
        assert_eq!((rendered.failed.len(), begun), (300, hits::MOST), "{template}");
        messages(&rendered)
    });
    insta::assert_snapshot!(said.concat(), @"
    a.yaml.tera:4 template-limit: the templates take more than 2000 steps (and so in 11 more); 284 more requests were not tried
    a.yaml.tera:4 template-limit: the templates take more than 2000 steps (and so in 11 more); 284 more requests were not tried
    a.yaml.tera:4 template-limit: maximum render recursion depth for components exceeded (and so in 11 more); 284 more requests were not tried
    a.yaml.tera:5 template-limit: the templates write more output than is allowed (and so in 11 more); 284 more requests were not tried
    a.yaml.tera:5 template-limit: the templates take more than 2000 steps (and so in 11 more); 284 more requests were not tried
    a.yaml.tera:5 template-limit: the templates take more than 2000 steps (and so in 11 more); 284 more requests were not tried
    a.yaml.tera:5 template-limit: the templates take more than 2000 steps (and so in 11 more); 284 more requests were not tried
    a.yaml.tera:5 template-limit: the templates take more than 2000 steps (and so in 11 more); 284 more requests were not tried
    ");
}

#[test]
fn the_owner_is_told_once_for_how_many_requests() {
    let (rendered, _) = on_one(&case("{% for a in range(end=100000) %}{% endfor %}\n", 300));
    insta::assert_snapshot!(rendered.findings.iter().map(show).collect::<String>(), @"
    /main/a.yaml.tera:4:13 template-limit (PathOwner)
      the templates take more than 2000 steps (and so in 11 more); 284 more requests were not tried
      help: Make the loop or the recursion end sooner. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/r0000.yaml: rendered for `payments-team/r0000`
      see requests/payments-team/r0001.yaml: rendered for `payments-team/r0001`
      see requests/payments-team/r0002.yaml: rendered for `payments-team/r0002`
      see requests/payments-team/r0003.yaml: rendered for `payments-team/r0003`
      see requests/payments-team/r0004.yaml: rendered for `payments-team/r0004`
    ");
}

/// Every third request runs into a limit: with which of them the rest is given up depends on their order alone.
#[test]
fn the_answer_is_the_same_with_any_number_of_threads() {
    let template = "{% for a in range(end=spec.n % 3 * 3000) %}{% endfor %}\n";
    for requests in [20, 100, 400] {
        let case = case(template, requests);
        let (one, _) = on_one(&case);
        for threads in [2, 4, 8] {
            for _ in 0..4 {
                let (several, _) = with_threads(&case, &mut Cache::off(), threads);
                assert_eq!(several, one, "{requests} requests on {threads} threads");
            }
        }
        if requests == 20 {
            assert_eq!((one.units.len(), one.failed.len()), (7, 13), "the others go on");
        }
    }
}

#[test]
fn what_was_rendered_before_makes_no_difference() {
    let mut few = case("{% for a in range(end=spec.n % 20 * 150) %}{% endfor %}\n", 100);
    for n in 20..100 {
        let id = RequestId::parse(&format!("payments-team/r{n:04}")).unwrap();
        few.platform.requests.get_mut(&id).unwrap().document.0["spec"]["n"] = json!(0);
    }
    let mut cache = Cache::new();
    let (before, _) = with_threads(&few, &mut cache, 1);
    assert!(before.units.len() > 80, "{}", before.units.len());
    let mut more = few;
    for n in 7..27 {
        let id = RequestId::parse(&format!("payments-team/r{n:04}")).unwrap();
        more.platform.requests.get_mut(&id).unwrap().document.0["spec"]["n"] = json!(19);
    }
    let (again, _) = with_threads(&more, &mut cache, 1);
    assert_eq!(again, with_threads(&more, &mut Cache::new(), 1).0);
    assert_eq!(again.failed.len(), 100 - 7);
}

#[test]
fn other_outputs_of_the_same_requests_go_on() {
    let good = [("b.yaml.tera", "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ metadata.name }}}\n")];
    let case = case("{% for a in range(end=100000) %}{% endfor %}\n", 100).output("other", "kubernetes@1", "staging-us", &good);
    let (rendered, begun) = on_one(&case);
    assert_eq!((rendered.units.len(), rendered.failed.len(), begun), (100, 100, 100 + hits::MOST));
    assert_eq!(with_threads(&case, &mut Cache::off(), 4).0, rendered);
}

#[test]
fn one_request_with_many_units_is_given_up_too() {
    let template = format!("{HEAD}{{% for a in range(end=100000) %}}{{% endfor %}}\n");
    let each = |output: &mut Output| output.for_each = Some("range(end=200)".to_owned());
    let mut case = Case::of("kubernetes@1", "t{{ each }}", &[("a.yaml.tera", &template)]).edit(each);
    let target = case.platform.targets[&TargetName::parse("staging-eu").unwrap()].clone();
    let targets = (0..200).map(|n| TargetName::parse(&format!("t{n}")).unwrap());
    case.platform.targets.extend(targets.map(|name| (name.clone(), Target { name, ..target.clone() })));
    let (rendered, begun) = on_one(&case);
    assert_eq!((rendered.failed.len(), begun), (1, hits::MOST));
}

#[test]
fn expressions_and_exports_are_given_up_too() {
    let slow = "{{ range(end=100000) | length }}";
    let mut case = case("", 100).edit(|output| output.target = TargetSelector::Template(format!("staging-eu{slow}")));
    case.release().exports.insert("a".to_owned(), slow.to_owned());
    let (rendered, begun) = on_one(&case);
    assert_eq!((begun, rendered.failed.len()), (0, 100));
    insta::assert_snapshot!(messages(&rendered), @r"
    release.yaml:1 template-limit: the export `a`: the templates take more than 10000 steps (and so in 3 more); 92 more requests were not tried
    release.yaml:10 template-limit: `target`: the templates take more than 10000 steps (and so in 3 more); 92 more requests were not tried
    ");
}
