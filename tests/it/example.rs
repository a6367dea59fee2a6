//! The example of a platform repository: nothing is wrong with it, and a second path of the same kind is a matter of data.

use goldpath::git::working_tree;
use goldpath::model::{Digest, Finding, RepoPath};
use goldpath::parse::{Parsed, on_day, parse};
use goldpath::policy::{self, Tally, UnitInput, Verdicts};
use goldpath::render::{Cache, Limits, Rendered, render};
use goldpath::snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A folder of this repository.
pub(super) fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A folder as a snapshot.
pub(super) fn read(path: &str) -> Snapshot {
    working_tree(folder(path)).expect("the folder can be read")
}

/// What a snapshot says and renders to.
pub(super) fn rendered(snapshot: &Snapshot) -> (Parsed, Rendered) {
    let parsed = parse(snapshot);
    let rendered = render(snapshot, &parsed.platform, &Limits::default(), &mut Cache::new(), 2);
    (parsed, rendered)
}

/// The findings as lines.
pub(super) fn lines<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> String {
    let line = |f: &Finding| format!("{}:{} {}: {}\n  {}\n", f.place.path, f.place.span.line, f.code, f.message, f.help);
    findings.into_iter().map(line).collect()
}

const TODAY: &str = "2026-01-31";

/// What the policies of a snapshot say, and what is wrong with them.
pub(super) fn verdicts(snapshot: &Snapshot, parsed: &Parsed, rendered: &Rendered) -> (Verdicts, Vec<Finding>) {
    let platform = &parsed.platform;
    let (policies, mut broken) = policy::compile(snapshot, platform);
    broken.extend(policy::expired(snapshot, platform, TODAY));
    broken.extend(on_day(snapshot, platform, TODAY));
    let inputs: Vec<UnitInput<'_>> = rendered
        .units
        .values()
        .map(|unit| {
            let request = &platform.requests[&unit.id.request];
            UnitInput {
                unit,
                request,
                text: snapshot.text(request.file.as_str()),
                team: &platform.teams[&request.id.team],
                target: &platform.targets[&unit.id.target],
                path: &platform.paths[&request.release.path],
                before: policy::Before::Unknown,
                plan: None,
            }
        })
        .collect();
    (policy::evaluate(&policies, &inputs, &platform.exceptions, TODAY), broken)
}

/// All units with their policies, or everything that is wrong.
fn shown(snapshot: &Snapshot) -> String {
    let (parsed, rendered) = rendered(snapshot);
    let (verdicts, broken) = verdicts(snapshot, &parsed, &rendered);
    let mut out = lines(parsed.findings.iter().chain(&rendered.findings).chain(&broken).chain(&verdicts.findings));
    for unit in rendered.units.values() {
        let tally = Tally::of(&verdicts.units[&unit.id]);
        out.push_str(&format!("{}: {} files, {} objects, {} passed\n", unit.id, unit.files.len(), unit.objects.len(), tally.passed));
    }
    out
}

/// The example with the files of another folder over it.
fn with(more: &str) -> Snapshot {
    let mut files = read("platform-repo-example").files().clone();
    files.extend(read(more).files().clone());
    Snapshot::new(None, files, Vec::new())
}

/// The example with one text of a file replaced.
pub(super) fn edited(file: &str, from: &str, to: &str) -> Snapshot {
    let mut files = read("platform-repo-example").files().clone();
    let file = files.get_mut(&RepoPath::parse(file).expect("a path")).expect("the file is there");
    let text = String::from_utf8(file.bytes.to_vec()).expect("text");
    assert!(text.contains(from), "{text}");
    file.bytes = text.replace(from, to).into_bytes().into();
    Snapshot::new(None, files, Vec::new())
}

#[test]
fn nothing_is_wrong_with_the_example() {
    insta::assert_snapshot!(shown(&read("platform-repo-example")), @"
    catalog-team/catalog-images/bucket@control-plane-staging: 2 files, 6 objects, 13 passed
    catalog-team/catalog-indexer/cluster@staging-eu-west-1: 5 files, 5 objects, 12 passed
    catalog-team/catalog-search/cluster@staging-eu-west-1: 10 files, 10 objects, 14 passed
    catalog-team/catalog-search/dns@dns: 2 files, 1 objects, 14 passed
    catalog-team/catalog-search/repo@service-repositories: 5 files, 0 objects, 14 passed
    data-team/exports/bucket@control-plane-production: 3 files, 7 objects, 13 passed
    data-team/tile-server/cluster@staging-eu-central-1: 9 files, 9 objects, 14 passed
    data-team/tile-server/dns@dns: 2 files, 1 objects, 14 passed
    data-team/tile-server/repo@service-repositories: 5 files, 0 objects, 14 passed
    data-team/vector-search/budget@budgets: 2 files, 1 objects, 11 passed
    data-team/vector-search/cluster@staging-eu-central-1: 4 files, 7 objects, 11 passed
    identity-team/identity-accounts/cluster@production-eu-central-1: 2 files, 2 objects, 12 passed
    identity-team/identity-accounts/database@databases-production: 4 files, 2 objects, 12 passed
    identity-team/identity-login/cluster@production-eu-central-1: 11 files, 11 objects, 13 passed
    identity-team/identity-login/dns@dns-production: 2 files, 1 objects, 14 passed
    identity-team/identity-login/repo@service-repositories: 7 files, 0 objects, 14 passed
    identity-team/passkeys/budget@budgets: 2 files, 1 objects, 11 passed
    identity-team/passkeys/cluster@staging-eu-central-1: 4 files, 7 objects, 11 passed
    orders-team/orders-api/cluster@staging-eu-central-1: 10 files, 10 objects, 14 passed
    orders-team/orders-api/dns@dns: 2 files, 1 objects, 14 passed
    orders-team/orders-api/repo@service-repositories: 7 files, 0 objects, 14 passed
    orders-team/orders-db/cluster@staging-eu-central-1: 2 files, 2 objects, 12 passed
    orders-team/orders-db/database@databases-staging: 4 files, 2 objects, 12 passed
    orders-team/orders-demo/cluster@staging-eu-west-1: 9 files, 13 objects, 12 passed
    orders-team/orders-demo/dns@dns: 3 files, 2 objects, 12 passed
    orders-team/orders-events/cluster@staging-eu-central-1: 6 files, 6 objects, 12 passed
    payments-team/payments-gateway/cluster@production-eu-central-1: 10 files, 10 objects, 13 passed
    payments-team/payments-gateway/dns@dns-production: 2 files, 1 objects, 14 passed
    payments-team/payments-gateway/repo@service-repositories: 7 files, 0 objects, 14 passed
    payments-team/payments-ledger/cluster@production-eu-central-1: 2 files, 2 objects, 12 passed
    payments-team/payments-ledger/database@databases-production: 4 files, 2 objects, 12 passed
    payments-team/payments-preview/cluster@staging-eu-central-1: 9 files, 16 objects, 12 passed
    payments-team/payments-preview/dns@dns: 3 files, 3 objects, 12 passed
    payments-team/payments-settlement/cluster@production-eu-central-1: 7 files, 7 objects, 12 passed
    shipping-team/shipping-acceptance/cluster@staging-eu-central-1: 9 files, 15 objects, 13 passed
    shipping-team/shipping-acceptance/dns@dns: 3 files, 2 objects, 13 passed
    shipping-team/shipping-acceptance/probe@staging-eu-central-1: 1 files, 1 objects, 13 passed
    shipping-team/shipping-acceptance/probe@staging-eu-west-1: 1 files, 1 objects, 13 passed
    shipping-team/shipping-acceptance/standby@staging-eu-west-1: 4 files, 4 objects, 13 passed
    shipping-team/shipping-labels/cluster@production-eu-central-1: 6 files, 6 objects, 12 passed
    shipping-team/shipping-rates/cluster@production-eu-central-1: 10 files, 10 objects, 14 passed
    shipping-team/shipping-rates/dns@dns-production: 2 files, 1 objects, 14 passed
    shipping-team/shipping-rates/repo@service-repositories: 7 files, 0 objects, 14 passed
    web-team/handbook/cluster@production-eu-west-1: 6 files, 6 objects, 11 passed
    web-team/handbook/edge@dns-production: 2 files, 1 objects, 11 passed
    web-team/storefront/cluster@production-eu-central-1: 6 files, 6 objects, 11 passed
    web-team/storefront/edge@dns-production: 2 files, 2 objects, 11 passed
    web-team/storefront-next/cluster@staging-eu-central-1: 6 files, 6 objects, 11 passed
    web-team/storefront-next/edge@dns: 2 files, 1 objects, 11 passed
    ");
}

#[test]
fn its_objects_fit_every_version_of_kubernetes() {
    let newest = with("tests/data/second-environment");
    let targets =
        || newest.under("targets").filter(|(path, _)| newest.text(path.as_str()).is_some_and(|text| text.contains("kubernetes:")));
    assert_eq!(targets().count(), 6);
    for version in ["1.34", "1.35", "1.36"] {
        let mut files = newest.files().clone();
        for (path, file) in targets() {
            let text = String::from_utf8(file.bytes.to_vec()).expect("text").replace("\"1.36\"", &format!("\"{version}\""));
            files.insert(path.clone(), goldpath::snapshot::File { bytes: text.into_bytes().into(), ..file.clone() });
        }
        let (parsed, rendered) = rendered(&Snapshot::new(None, files, Vec::new()));
        assert_eq!(lines(parsed.findings.iter().chain(&rendered.findings)), "", "{version}");
    }
    let target = "targets/staging-eu-west-1.yaml";
    let service = "golden-paths/http-service/1.1.0/cluster/service.yaml.tera";
    let wrong = [edited(target, "\"1.36\"", "\"1.37\""), edited(service, "targetPort", "targetport")]
        .map(|snapshot| lines(&rendered(&snapshot).1.findings));
    insta::assert_snapshot!(wrong.join("\n"), @"
    targets/staging-eu-west-1.yaml:11 unknown-kubernetes-version: the API of Kubernetes `1.37` is not known, so nothing that goes to `staging-eu-west-1` could be checked
      Known are `1.34`, `1.35` and `1.36`; leave `kubernetes` out, and objects are not checked.

    golden-paths/http-service/1.1.0/cluster/service.yaml.tera:14 kubernetes-schema: `service.yaml`: Service: Kubernetes 1.36 knows no field `spec.ports[0].targetport` (and so in 1 more)
      Did you mean `targetPort`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    golden-paths/http-service/1.1.0/cluster/service.yaml.tera:19 kubernetes-schema: `service.yaml`: Service: Kubernetes 1.36 knows no field `spec.ports[1].targetport`
      Did you mean `targetPort`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
}

#[test]
fn the_published_request_is_taken_unchanged() {
    let published = std::fs::read(folder("tests/data/published-request.yaml")).expect("it can be read");
    let ours = std::fs::read(folder("demo/request.yaml")).expect("it can be read");
    assert_eq!(Digest::of(&published), Digest::of(&ours));
}

#[test]
fn a_second_path_of_the_same_kind_is_added_by_data_alone() {
    let first: BTreeMap<_, _> = rendered(&read("platform-repo-example")).1.units.into_iter().map(|(id, unit)| (id, unit.digest)).collect();
    let both = with("tests/data/second-environment");
    let all = rendered(&both).1.units;
    assert!(first.iter().all(|(id, digest)| all[id].digest == *digest), "what was there renders as before");
    let added = |line: &&str| !first.keys().any(|id| line.starts_with(&id.to_string()));
    let added: Vec<String> = shown(&both).lines().filter(added).map(str::to_owned).collect();
    insta::assert_snapshot!(added.join("\n"), @"
    orders-team/orders-sandbox/budget@dns: 2 files, 1 objects, 11 passed
    orders-team/orders-sandbox/cluster@staging-eu-central-1: 3 files, 4 objects, 11 passed
    ");
}

#[test]
fn everything_in_the_example_is_used_and_tested() {
    let snapshot = read("platform-repo-example");
    let platform = parse(&snapshot).platform;
    let mut gaps = Vec::new();
    for release in platform.releases.keys() {
        let folder = release.folder();
        let in_cases = |what: &str| snapshot.under(&format!("{folder}/tests")).any(|(path, _)| path.as_str().contains(what));
        let has = [("README.md", snapshot.text(&format!("{folder}/README.md")).is_some()), ("expected/", in_cases("/expected/"))];
        let has = has.into_iter().chain([("findings.yaml", in_cases("/findings.yaml"))]);
        gaps.extend(has.filter(|(_, is_there)| !is_there).map(|(what, _)| format!("{folder} has no {what}")));
    }
    for policy in platform.policies.iter().filter(|policy| policy.release.is_none()) {
        let test = policy.file.as_str().replace(".rego", "_test.rego");
        gaps.extend(snapshot.text(&test).is_none().then(|| format!("{} has no test", policy.file)));
    }
    let asked: BTreeSet<_> = platform.requests.values().map(|request| &request.release.path).collect();
    gaps.extend(platform.paths.keys().filter(|path| !asked.contains(path)).map(|path| format!("nobody asks for {path}")));
    let parsed = rendered(&snapshot);
    let (verdicts, _) = verdicts(&snapshot, &parsed.0, &parsed.1);
    let waived: BTreeSet<_> = verdicts.waived.iter().map(|waived| &waived.exception).collect();
    gaps.extend(
        platform.exceptions.iter().filter(|it| !waived.contains(&it.id)).map(|it| format!("nothing needs the exception {}", it.id)),
    );
    assert_eq!(gaps, Vec::<String>::new());
}

#[test]
fn the_policies_of_the_example_speak() {
    let said = |file: &str, from: &str, to: &str| {
        let snapshot = edited(file, from, to);
        let (parsed, rendered) = rendered(&snapshot);
        let (verdicts, broken) = verdicts(&snapshot, &parsed, &rendered);
        lines(parsed.findings.iter().chain(&rendered.findings).chain(&broken).chain(&verdicts.findings))
    };
    let orders = "requests/orders-team/orders-demo.yaml";
    let search = "requests/catalog-team/catalog-search.yaml";
    let (rates, labels) = ("requests/shipping-team/shipping-rates.yaml", "requests/shipping-team/shipping-labels.yaml");
    let deployment = "golden-paths/http-service/1.1.0/cluster/deployment.yaml.tera";
    let all = [
        said(orders, "version: \"1.4.0\"", "version: latest"),
        said(orders, "purpose: demo", "purpose: demo\n  dataClassification: confidential"),
        said(search, "size: small", "scaling: {min: 9, max: 3}"),
        said(search, "search:0.9.3", "search:latest"),
        said(rates, "exposure: internal", "exposure: public\n  dataClassification: confidential"),
        said(labels, "min: 2", "min: 1"),
        said("teams/identity-team.yaml", "    onCall: identity-primary\n", ""),
        said(deployment, "            limits:\n              memory: {{ size.memory | yaml }}\n", ""),
    ];
    insta::assert_snapshot!(all.join("\n"), @r"
    requests/orders-team/orders-demo.yaml:6 policy/image-source: the image `registry.example.org/orders-team/orders-web:latest` is another one every day: name a version (Deployment `orders-web` in `orders-team/orders-demo/cluster@staging-eu-west-1`)
      The policy `image-source` belongs to `platform`: change the request, or ask them in #platform-help for an exception.

    requests/orders-team/orders-demo.yaml:10 policy/data-residency: confidential data would be in eu-west-1; it belongs in eu-central-1 (`orders-team/orders-demo/cluster@staging-eu-west-1`)
      The policy `data-residency` belongs to `sre`: change the request, or ask them in #sre for an exception.

    golden-paths/http-service/1.1.0/cluster/horizontal-pod-autoscaler.yaml.tera:11 doubtful-output: `horizontal-pod-autoscaler.yaml`: HorizontalPodAutoscaler: `minReplicas` is 9, and `maxReplicas` is 3
      This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    requests/catalog-team/catalog-search.yaml:9 policy/scaling-is-a-range: at most 3 replicas are fewer than at least 9 (HorizontalPodAutoscaler `catalog-search` in `catalog-team/catalog-search/cluster@staging-eu-west-1`)
      The policy `scaling-is-a-range` belongs to `platform`: change the request, or ask them in #platform-help for an exception.

    requests/catalog-team/catalog-search.yaml:8 policy/image-source: the image `registry.example.org/catalog/search:latest` is another one every day: name a version (Deployment `catalog-search` in `catalog-team/catalog-search/cluster@staging-eu-west-1`)
      The policy `image-source` belongs to `platform`: change the request, or ask them in #platform-help for an exception.

    requests/shipping-team/shipping-rates.yaml:11 policy/public-exposure: `shipping-rates` is open to the internet and handles confidential data: have it reviewed by security, who write an exception (`shipping-team/shipping-rates/cluster@production-eu-central-1`)
      The policy `public-exposure` belongs to `security`: change the request, or ask them in #security for an exception.

    requests/shipping-team/shipping-labels.yaml:9 out-of-range: `spec.scaling.min` must be at least 2, is 1, because `environment` is `production`
      In production 2 or more: one may be lost with its machine.

    requests/identity-team/identity-accounts.yaml:5 policy/owner: nobody is called when it fails in production: write `contact.onCall` in teams/identity-team.yaml (`identity-team/identity-accounts/cluster@production-eu-central-1`)
      The policy `owner` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/identity-team/identity-accounts.yaml:5 policy/owner: nobody is called when it fails in production: write `contact.onCall` in teams/identity-team.yaml (`identity-team/identity-accounts/database@databases-production`)
      The policy `owner` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/identity-team/identity-login.yaml:5 policy/owner: nobody is called when it fails in production: write `contact.onCall` in teams/identity-team.yaml (`identity-team/identity-login/cluster@production-eu-central-1`)
      The policy `owner` belongs to `platform`: change the request, or ask them in #platform-help for an exception.
    requests/identity-team/identity-login.yaml:5 policy/owner: nobody is called when it fails in production: write `contact.onCall` in teams/identity-team.yaml (`identity-team/identity-login/dns@dns-production`)
      The policy `owner` belongs to `platform`: change the request, or ask them in #platform-help for an exception.

    requests/catalog-team/catalog-search.yaml:5 policy/resource-limits: the container `service` has no limit of memory (Deployment `catalog-search` in `catalog-team/catalog-search/cluster@staging-eu-west-1`)
      The policy `resource-limits` belongs to `sre`: change the request, or ask them in #sre for an exception.
    requests/data-team/tile-server.yaml:5 policy/resource-limits: the container `service` has no limit of memory (Deployment `tile-server` in `data-team/tile-server/cluster@staging-eu-central-1`)
      The policy `resource-limits` belongs to `sre`: change the request, or ask them in #sre for an exception.
    requests/identity-team/identity-login.yaml:5 policy/resource-limits: the container `service` has no limit of memory (Deployment `identity-login` in `identity-team/identity-login/cluster@production-eu-central-1`)
      The policy `resource-limits` belongs to `sre`: change the request, or ask them in #sre for an exception.
    requests/orders-team/orders-api.yaml:5 policy/resource-limits: the container `service` has no limit of memory (Deployment `orders-api` in `orders-team/orders-api/cluster@staging-eu-central-1`)
      The policy `resource-limits` belongs to `sre`: change the request, or ask them in #sre for an exception.
    requests/payments-team/payments-gateway.yaml:5 policy/resource-limits: the container `service` has no limit of memory (Deployment `payments-gateway` in `payments-team/payments-gateway/cluster@production-eu-central-1`)
      The policy `resource-limits` belongs to `sre`: change the request, or ask them in #sre for an exception.
    requests/shipping-team/shipping-rates.yaml:5 policy/resource-limits: the container `service` has no limit of memory (Deployment `shipping-rates` in `shipping-team/shipping-rates/cluster@production-eu-central-1`)
      The policy `resource-limits` belongs to `sre`: change the request, or ask them in #sre for an exception.
    ");
}
