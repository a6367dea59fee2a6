//! What is found in a unit does not depend on the units that were looked at before it.

use super::*;
use proptest::prelude::*;

const WORKLOAD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ metadata.name }}
  namespace: {{ team.name }}
  labels: {{ spec.labels | default(value={}) | yaml }}
spec:
  selector:
    matchLabels: {app: \"{{ spec.app }}\"}
  template:
    metadata:
      labels:
        app: {{ spec.pod | yaml }}
    spec:
      containers:
        - name: {{ spec.container | yaml }}
          image: {{ spec.image | yaml }}
          imagePullPolicy: {{ spec.pull | default(value=\"Always\") | yaml }}
          ports:
            - name: {{ spec.port | yaml }}
              containerPort: {{ spec.number | yaml }}
          readinessProbe:
            httpGet:
              port: {{ spec.probe | yaml }}
          resources:
            requests:
              cpu: {{ spec.cpu | yaml }}
            limits:
              cpu: 500m
          volumeMounts:
            - name: {{ spec.mount | yaml }}
              mountPath: /data
        - name: sidecar
          image: registry.example.org/{{ team.name }}/sidecar:1.0
      volumes:
        - name: {{ spec.volume | yaml }}
          emptyDir: {}
";

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: {{ metadata.name }}-{{ spec.suffix }}
  namespace: {{ team.name }}
spec:
  selector: {app: \"{{ spec.pod }}\"}
  ports:
    - name: {{ spec.port | yaml }}
      port: 80
---
apiVersion: v1
kind: Secret
metadata:
  name: \"{{ metadata.name }}-{{ spec.secret }}\"
  namespace: {{ team.name }}
type: {{ spec.type | yaml }}
data:
  key: {{ spec.data | yaml }}
";

/// What most requests say: with it nothing is wrong.
const USUAL: [(&str, &[&str]); 14] = [
    ("app", &["cart"]),
    ("pod", &["cart"]),
    ("container", &["server", "worker"]),
    ("image", &["registry.example.org/shop/cart:1.0", "registry.example.org/shop/till:2.3"]),
    ("port", &["http", "grpc"]),
    ("number", &["8080"]),
    ("probe", &["http", "grpc"]),
    ("cpu", &["100m", "200m"]),
    ("mount", &["data", "files"]),
    ("volume", &["data", "files"]),
    ("suffix", &["main", "side-1", "side-2"]),
    ("secret", &["token", "secret-1"]),
    ("type", &["example.org/one", "example.org/two"]),
    ("data", &["abcd", "efgh"]),
];

/// What some say.
fn odd() -> impl Strategy<Value = serde_json::Value> {
    let texts = [
        "",
        "TCP",
        "Always",
        "sidecar",
        "cart",
        "Cart",
        "a-b",
        "a--b",
        "a.b",
        "a_b",
        "-a",
        "1a",
        "12",
        "9000m",
        "1Gi",
        "no",
        "null",
        "x y",
        "abc",
        "abcde",
        "sixteen-letters-",
        "kubernetes.io/tls",
        "rbac.authorization.k8s.io",
        "fe80::1",
        "10.0.0.1",
        "a:b",
        "#",
        "a\nb",
    ];
    prop_oneof![
        6 => prop::sample::select(texts.to_vec()).prop_map(|text| json!(text)),
        1 => Just(json!("a".repeat(60))),
        2 => prop::sample::select(vec![
            json!(1), json!(80), json!(70_000), json!(true), json!(null), json!([]), json!({}), json!(["cart"]), json!({"app": "cart"}),
        ]),
    ]
}

fn spec() -> impl Strategy<Value = serde_json::Value> {
    let fields: Vec<_> = USUAL
        .iter()
        .map(|(field, values)| {
            let usual = prop::sample::select(values.to_vec());
            let usual = usual.prop_map(|text| text.parse::<u32>().map_or_else(|_| json!(text), |number| json!(number)));
            prop_oneof![24 => usual, 1 => odd()].prop_map(move |value| ((*field).to_owned(), value))
        })
        .collect();
    let more = prop_oneof![
        8 => Just(None),
        1 => odd().prop_map(|value| Some(("labels", value))),
        1 => prop::sample::select(vec![json!({"app": "cart"}), json!({"app": 1}), json!({"goldpath.dev/team": "x"}), json!({"a/b/c": "d"})])
            .prop_map(|labels| Some(("labels", labels))),
        1 => odd().prop_map(|value| Some(("pull", value))),
    ];
    (fields, more).prop_map(|(fields, more)| {
        let more = more.map(|(field, value)| (field.to_owned(), value));
        serde_json::Value::Object(fields.into_iter().chain(more).collect())
    })
}

fn case(specs: &[(usize, serde_json::Value)]) -> Case {
    let files = [("a.yaml.tera", WORKLOAD), ("b.yaml.tera", SERVICE)];
    let case = Case::new().output("main", "kubernetes@1", "staging-eu", &files);
    let mut case = specs.iter().fold(case, |case, (number, spec)| case.request(&format!("payments-team/app-{number}"), spec.clone()));
    for target in case.platform.targets.values_mut() {
        target.kubernetes_version = Some("1.36".to_owned());
        target.namespaces = Some(vec!["{{ team.name }}".to_owned()]);
    }
    case
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_unit_that_is_like_another_is_what_a_look_at_it_gives(specs in prop::collection::vec(spec(), 20..40)) {
        // each that is made without a look is looked at all the same here, and compared (`Maker::make`)
        let specs: Vec<(usize, serde_json::Value)> = specs.into_iter().enumerate().collect();
        let rendered = case(&specs).render();
        prop_assert_eq!(rendered.units.len() + rendered.failed.len(), specs.len());
    }
}

#[test]
fn units_with_other_names_are_alike() {
    let specs: Vec<(usize, serde_json::Value)> = (0..6)
        .map(|number| {
            let of = |(field, values): &(&str, &[&str])| {
                let value = if *field == "number" { json!(8080) } else { json!(values[0]) };
                ((*field).to_owned(), value)
            };
            (number, serde_json::Value::Object(USUAL.iter().map(of).collect()))
        })
        .collect();
    let case = case(&specs);
    let (snapshot, limits, watched) = (case.snapshot(), Limits::default(), Watched::by_nobody());
    let (renderers, _) = renderer::renderers(&snapshot);
    let inputs = Inputs::of(&snapshot, &case.platform, &renderers);
    let releases = case.platform.releases.values();
    let releases = releases.map(|release| (release.id.clone(), Arc::new(release::load(&snapshot, release, &renderers, &limits)))).collect();
    let requests: Vec<&Request> = case.platform.requests.values().collect();
    let world = World::open((&snapshot, &case.platform), &limits, renderers, releases, &inputs, &watched, &requests);
    for request in requests {
        let outcome = request::render(&world, request);
        assert_eq!((outcome.failed, outcome.findings), (false, Vec::new()));
    }
    assert_eq!(world.clean.len(), 1, "all that were looked at are of one pattern");
}
