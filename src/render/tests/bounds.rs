//! Templates and expressions end, and say so where they do not.

use super::*;

#[test]
fn work_is_bounded() {
    let shown = [
        "{% for a in range(end=1000) %}{% for b in range(end=1000) %}x{% endfor %}{% endfor %}",
        "{% for a in range(end=100000000) %}x{% endfor %}",
        "{% for a in range(end=9000) %}{{ spec.long }}{% endfor %}",
        "{% include \"main/a.yaml.tera\" %}",
    ]
    .map(|template| kubernetes(template, json!({"long": "x".repeat(1000)})));
    insta::assert_snapshot!(shown.join(""), @"
    /main/a.yaml.tera:4:43 template-limit (PathOwner)
      the templates take more than 100000 steps
      help: Make the loop or the recursion end sooner. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml.tera:4:13 template-limit (PathOwner)
      the templates take more than 100000 steps
      help: Make the loop or the recursion end sooner. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml.tera:4:1 template-limit (PathOwner)
      the templates write more output than is allowed
      help: Make the loop or the recursion end sooner. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml.tera:4:12 template-limit (PathOwner)
      templates include each other more than 16 deep, or in a circle
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
    let chain: Vec<(String, String)> = (0..20)
        .map(|n| (format!("t{n}.yaml.tera"), format!("{{% include \"main/t{}.yaml.tera\" %}}", n + 1)))
        .chain([("t20.yaml.tera".to_owned(), "a: 1".to_owned())])
        .collect();
    let chain: Vec<(&str, &str)> = chain.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    insta::assert_snapshot!(Case::of("kubernetes@1", "staging-eu", &chain).shown(), @"
    /main/t0.yaml.tera:1:12 template-limit (PathOwner)
      templates include each other more than 16 deep, or in a circle
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
}

#[test]
fn expressions_are_bounded_as_templates_are() {
    // in a target only the names of the table are known
    let turns = "{% for path in spec.list %}{% for refs in spec.list %}{% for labels in spec.list %}{% endfor %}{% endfor %}{% endfor %}";
    let all = "[x for x in range(end=9000) if [y for y in range(end=9000)] | length > 0] | length > 0";
    let file = [("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")];
    let case = |target: &str| {
        Case::new().output("main", "kubernetes@1", target, &file).request("payments-team/shop", json!({"list": vec![0; 30]}))
    };
    let mut exported = case("staging-eu");
    exported.release().exports.insert("url".to_owned(), format!("{turns}x"));
    let mut within = case("staging-eu");
    for target in within.platform.targets.values_mut() {
        target.namespaces = Some(vec!["{% for a in range(end=200) %}{% for b in range(end=200) %}{% endfor %}{% endfor %}x".to_owned()]);
    }
    let shown = [
        case(&format!("{turns}staging-eu")),
        case("staging-eu").edit(|output| output.when = Some(all.to_owned())),
        case("staging-eu").edit(|output| output.for_each = Some("[x for x in spec.list if [y for y in range(end=999)]]".to_owned())),
        case(&format!("{{% for path in spec.list %}}{}{{% endfor %}}", "staging-eu".repeat(5))),
        exported,
        within,
        case("{% for path in spec.list %}{% endfor %}staging-eu")
            .edit(|output| output.when = Some("[a for a in spec.list] | length == 30".to_owned())),
    ];
    insta::assert_snapshot!(shown.map(|case| case.shown()).join(""), @r#"
    /release.yaml:10:5 template-limit (PathOwner)
      `target`: the templates take more than 10000 steps
      help: Make the loop or the recursion end sooner. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /release.yaml:10:5 template-limit (PathOwner)
      `when`: the templates take more than 10000 steps
      help: Make the loop or the recursion end sooner. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /release.yaml:10:5 template-limit (PathOwner)
      `forEach`: the templates take more than 10000 steps
      help: Make the loop or the recursion end sooner. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /release.yaml:10:5 template-limit (PathOwner)
      `target`: it comes to more than 1024 bytes
      help: Make the loop or the recursion end sooner. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    # staging-eu/payments-team/shop/main/a.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      labels:
        app.kubernetes.io/managed-by: goldpath
        goldpath.dev/cost-centre: cc-1201
        goldpath.dev/data-classification: internal
        goldpath.dev/request: shop
        goldpath.dev/team: payments-team
      annotations:
        goldpath.dev/path: environment
        goldpath.dev/release: "1.0.0"
    /release.yaml:1:1 template-limit (PathOwner)
      the export `url`: the templates take more than 10000 steps
      help: Make the loop or the recursion end sooner. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    targets/staging-eu.yaml:1:1 template-limit (Platform)
      `namespaces`: the templates take more than 10000 steps
      help: Make the loop or the recursion end sooner.
      see requests/payments-team/shop.yaml: a unit of this request goes there
    # staging-eu/payments-team/shop/main/a.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      labels:
        app.kubernetes.io/managed-by: goldpath
        goldpath.dev/cost-centre: cc-1201
        goldpath.dev/data-classification: internal
        goldpath.dev/request: shop
        goldpath.dev/team: payments-team
      annotations:
        goldpath.dev/path: environment
        goldpath.dev/release: "1.0.0"
    "#);
}

#[test]
fn a_message_of_a_template_is_no_limit() {
    let shown = [
        "{{ throw(message=\"the pods take more than 100 cores\") }}",
        "{{ throw(message=\"Maximum render recursion depth for components exceeded.\") }}",
        "{{ throw(message=\"the size is undefined\") }}",
        "{% component part() %}{{ <part /> }}{% endcomponent %}{{ <part /> }}",
    ]
    .map(|template| kubernetes(template, json!({})));
    insta::assert_snapshot!(shown.join(""), @"
    /main/a.yaml.tera:4:4 template-error (PathOwner)
      the pods take more than 100 cores
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml.tera:4:4 template-error (PathOwner)
      maximum render recursion depth for components exceeded
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml.tera:4:4 template-error (PathOwner)
      the size is undefined
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml.tera:4:1 template-limit (PathOwner)
      maximum render recursion depth for components exceeded
      help: Make the loop or the recursion end sooner. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    ");
}
