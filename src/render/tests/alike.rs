//! What is found in a unit does not depend on the units that were looked at before it.

use super::*;

const WORKLOAD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ metadata.name }}
  namespace: {{ team.name }}
{% if spec.labels is defined %}  labels: {{ spec.labels | yaml }}
{% endif %}spec:
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
        - name: helper
          image: registry.example.org/{{ team.name }}/helper:1.0
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
fn odd() -> Vec<serde_json::Value> {
    let texts = [
        "",
        "TCP",
        "Always",
        "helper",
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
        "ab/c",
        "ab/cd",
        "abc=",
        "abcd=",
        "sixteen-letters-",
        "kubernetes.io/tls",
        "rbac.authorization.k8s.io",
        "fe80::1",
        "10.0.0.1",
        "a:b",
        "#",
        "a\nb",
    ];
    let values =
        [json!(1), json!(80), json!(70_000), json!(true), json!(null), json!([]), json!({}), json!(["cart"]), json!({"app": "cart"})];
    let long = [14, 16, 40, 49, 51, 60, 64].map(|length| json!("a".repeat(length)));
    texts.into_iter().map(|text| json!(text)).chain(values).chain(long).collect()
}

/// What most say, with something else in some fields; `turn`: which of the usual values.
fn spec(turn: usize, others: &[(&str, serde_json::Value)]) -> serde_json::Value {
    let usual = USUAL.iter().map(|(field, values)| {
        let text = values[turn % values.len()];
        ((*field).to_owned(), text.parse::<u32>().map_or_else(|_| json!(text), |number| json!(number)))
    });
    let others = others.iter().map(|(field, value)| ((*field).to_owned(), value.clone()));
    serde_json::Value::Object(usual.chain(others).collect())
}

fn case(specs: &[(usize, serde_json::Value)]) -> Case {
    let files = [("a.yaml.tera", WORKLOAD), ("b.yaml.tera", SERVICE)];
    let case = Case::new().output("main", "kubernetes@1", "staging-eu", &files);
    let mut case = specs.iter().fold(case, |case, (number, spec)| case.request(&format!("payments-team/app-{number:04}"), spec.clone()));
    for target in case.platform.targets.values_mut() {
        target.kubernetes_version = Some("1.36".to_owned());
        target.namespaces = Some(vec!["{{ team.name }}".to_owned()]);
    }
    case
}

#[test]
fn a_unit_that_is_like_another_is_what_a_look_at_it_gives() {
    let fields: Vec<&str> = USUAL.iter().map(|(field, _)| *field).chain(["labels", "pull"]).collect();
    let mut specs: Vec<serde_json::Value> = (0..8).map(|turn| spec(turn, &[])).collect();
    for field in &fields {
        specs.extend(odd().into_iter().enumerate().map(|(turn, value)| spec(turn, &[(field, value)])));
    }
    // with nothing else that differs, only what is said tells them apart
    specs.extend(odd().into_iter().map(|value| spec(0, &[("data", value)])));
    // what is the same in two places, short and long
    for word in ["fresh-word", "sixteen-lettersx"] {
        for (at, field) in fields.iter().enumerate() {
            specs.extend(fields[..at].iter().map(|other| spec(at, &[(field, json!(word)), (other, json!(word))])));
        }
    }
    for labels in [json!({"app": 1}), json!({"goldpath.dev/team": "x"}), json!({"a/b/c": "d"})] {
        specs.push(spec(0, &[("labels", labels)]));
    }
    // each that is made without a look is looked at all the same here, and compared (`Maker::make`)
    let specs: Vec<(usize, serde_json::Value)> = specs.into_iter().enumerate().collect();
    let rendered = case(&specs).render();
    assert_eq!(rendered.units.len() + rendered.failed.len(), specs.len());
    assert!(rendered.units.len() > 100 && rendered.failed.len() > 100, "{} {}", rendered.units.len(), rendered.failed.len());
}

/// In release builds nobody compares: what one request is refused for does not depend on what others say.
#[test]
fn a_text_that_is_no_base64_is_refused_whoever_came_before() {
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{ metadata.name }}\", namespace: x}\nbinaryData: {x: {{ spec.blob | yaml }}}\n";
    let mut case = Case::new().output("main", "kubernetes@1", "staging-eu", &[("a.yaml.tera", template)]);
    for (name, blob) in [("a", "ab/c"), ("b", "ab/c"), ("c", "ab/cd"), ("d", "abc="), ("e", "abcd=")] {
        case = case.request(&format!("payments-team/{name}"), json!({"blob": blob}));
    }
    case.platform.targets.values_mut().for_each(|target| target.kubernetes_version = Some("1.36".to_owned()));
    let refused: Vec<String> = case.render().failed.iter().map(ToString::to_string).collect();
    assert_eq!(refused, ["payments-team/c", "payments-team/e"]);
}

#[test]
fn units_with_other_names_are_alike() {
    let specs: Vec<(usize, serde_json::Value)> = (0..6).map(|number| (number, spec(0, &[]))).collect();
    let case = case(&specs);
    let (snapshot, limits, watched) = (case.snapshot(), Limits::default(), Watched::by_nobody());
    let (renderers, _) = renderer::renderers(&snapshot);
    let inputs = Inputs::of(&snapshot, &case.platform, &renderers);
    let releases = case.platform.releases.values();
    let releases = releases.map(|release| (release.id.clone(), Arc::new(release::load(&snapshot, release, &renderers, &limits)))).collect();
    let requests: Vec<&Request> = case.platform.requests.values().collect();
    let world = World::open((&snapshot, &case.platform), &limits, renderers, releases, &inputs, &watched, &requests);
    for request in &requests {
        let outcome = request::render(&world, request);
        assert_eq!((outcome.failed, outcome.findings), (false, Vec::new()));
    }
    assert_eq!(world.clean.len(), 1, "all that were looked at are of one pattern");
    let plan = &world.releases[&release_id()].outputs[&OutputName::parse("main").unwrap()];
    let (request, release) = (requests[0], &case.platform.releases[&release_id()]);
    let marks = marks::marks(request, &release.id);
    let path = &case.platform.paths[&release.id.path];
    let context = world.shared.request(request, path, release, &marks, &json!({}));
    for file in &plan.files {
        let template = plan.engine.template(&file.source).unwrap();
        let noted = plan.engine.render(template, &context, 1000, 1 << 20, budget::Mode::default()).unwrap();
        let cast = file.skeletons.cast(&noted).expect("it was met before");
        let words = cast.words(&noted.prints).unwrap();
        assert!(cast.mould(&file.path, &marks, &words).is_some(), "{} is written without a look", file.path);
    }
}
