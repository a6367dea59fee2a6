use super::*;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::cell::Cell;

const NEWEST: &str = "1.36";

fn schema(version: &str) -> &'static Schema {
    of_version(version).unwrap()
}

/// What is wrong with an object, a line each.
fn said(version: &str, text: &str) -> String {
    let object = yaml::parse(text).documents.remove(0).into_value();
    let wrong = check(schema(version), &object);
    wrong.into_iter().map(|wrong| format!("{} {:?} {}. {}\n", wrong.pointer, wrong.at, wrong.message, wrong.help)).collect()
}

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app.kubernetes.io/name: web}, creationTimestamp: null}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}}
  template:
    metadata: {labels: {app: web}}
    spec:
      automountServiceAccountToken: false
      containers:
        - name: web
          image: registry.example.org/web:1
          env: [{name: A, value: '1'}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
          ports: [{name: http, containerPort: 8080}]
          resources: {requests: {cpu: 0.5, memory: 128Mi, ephemeral-storage: 1e9}, limits: {cpu: 1}}
          readinessProbe: {httpGet: {path: /, port: http}}
          livenessProbe: {tcpSocket: {port: 8080}}
";

fn deployment(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(DEPLOYMENT.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

#[test]
fn the_versions_are_known_and_their_schemas_never_change_unseen() {
    let all = versions().map(|version| (version, schema(version))).map(|(version, schema)| {
        let kinds: usize = schema.kinds.values().flat_map(BTreeMap::values).map(BTreeMap::len).sum();
        format!("{} {} {kinds} kinds, {} shapes", version, crate::model::Digest::of(PACKED[version].bytes).short(), schema.shapes.len())
    });
    insta::assert_snapshot!(all.collect::<Vec<_>>().join("\n"), @"
    1.34 1469640ae860 89 kinds, 611 shapes
    1.35 d00fbd148c94 89 kinds, 616 shapes
    1.36 76d428947d67 94 kinds, 646 shapes
    ");
}

#[test]
fn what_the_api_takes_is_taken_by_every_version() {
    let more = [
        "{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {a: '', b: aGVsbG8=, c: \"aGVs\\nbG8=\\n\"}, stringData: {d: x}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, annotations: null}, data: {a: b, c: null}, binaryData: {d: AAAA}}",
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80, targetPort: http}, {port: 81, targetPort: 8081}]}}",
        "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a}, spec: {maxReplicas: 3, scaleTargetRef: {kind: Deployment, name: a}}}",
        "{apiVersion: v1, kind: ResourceQuota, metadata: {name: a}, spec: {hard: {pods: 10, requests.cpu: '4', limits.memory: 1.5Gi}}}",
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a}, spec: {minAvailable: 50%}, status: {}}",
        "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: a}, spec: {renewTime: '2026-03-01T12:00:00.000000Z'}}",
        "{apiVersion: apps/v1, kind: ControllerRevision, metadata: {name: a}, revision: 1, data: {any: [thing, 1]}}",
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a}, spec: {group: g.example.org, scope: Namespaced, \
         names: {plural: as, kind: A}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, \
         x-kubernetes-preserve-unknown-fields: true, properties: {a: {default: 1, type: integer, enum: [1, 2]}}, additionalProperties: false}}, subresources: {status: {}}}]}}",
        "{apiVersion: example.org/v1, kind: Anything, metadata: {name: a}, specc: 1}",
        "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: a}, spec: {rules: []}}",
    ];
    for version in versions() {
        for text in more.into_iter().chain([DEPLOYMENT]) {
            assert_eq!(said(version, text), "", "{version} {text}");
        }
    }
}

#[test]
fn what_the_api_does_not_take_is_said_in_the_words_of_the_object() {
    let all = [
        deployment(&[("image:", "imagee:"), ("  replicas: 2", "  replicas: '2'")]),
        deployment(&[("  selector: {matchLabels: {app: web}}\n", ""), ("name: A, ", "")]),
        deployment(&[("selector:", "selectr:"), ("{labels: {app: web}}", "{labels: {app: 1, b: true}, lables: {}}")]),
        deployment(&[("replicas: 2", "replicas: 2.5"), ("[{name: http, containerPort: 8080}]", "{name: http, containerPort: 3000000000}")]),
        deployment(&[("maxSurge: 25%", "maxSurge: 0.25"), ("containerPort: 8080", "containerPort: 3000000000"), ("128Mi", "128MB")]),
        deployment(&[
            ("automountServiceAccountToken: false", "automountServiceAccountToken: 'no'"),
            ("metadata: {name: web, labels", "metadata: {name: 7, creationTimestam: now, labels"),
        ]),
        deployment(&[("creationTimestamp: null", "creationTimestamp: yesterday"), ("containers:", "nodeSelector: [a]\n      containers:")]),
        "{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {a: hunter2, b: 5}, stringData: {c: 12345}, typ: Opaque}".to_owned(),
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a.properties: {x: 1}, \"`b\\n\": []}}".to_owned(),
        "{apiVersion: extensions/v1beta1, kind: Ingress, metadata: {name: a}}".to_owned(),
        "{apiVersion: app/v1, kind: Deploymnt, metadata: {name: a}}".to_owned(),
        "{apiVersion: apps/v1, kind: Deploymnt, metadata: {name: a}}".to_owned(),
        "{apiVersion: apps/v1, kind: Ingress, metadata: {name: a}}".to_owned(),
        "{apiVersion: v2, kind: Pod, metadata: {name: a}}".to_owned(),
        "{apiVersion: v1, kind: PodList, items: []}".to_owned(),
        "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: a}, spec: {renewTime: '2026-03-01T12:00:00Z'}}".to_owned(),
        "{apiVersion: v1, kind: Pod, metadata: {name: a, creationTimestamp: '2026-03-01', deletionTimestamp: '20260301T120000Z'}}"
            .to_owned(),
    ];
    let shown: Vec<String> = all.iter().map(|text| said(NEWEST, text)).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    /spec/replicas Value Deployment: `spec.replicas` must be an integer, is the text `2`. Write it without quotes.
    /spec/template/spec/containers/0/imagee Key Deployment: Kubernetes 1.36 knows no field `spec.template.spec.containers[0].imagee`. Did you mean `image`?

    /spec/template/spec/containers/0/env/0 Key Deployment: `spec.template.spec.containers[0].env[0].name` is missing. `kubectl explain deployment.spec.template.spec.containers.env` tells what may stand there.
    /spec Key Deployment: `spec.selector` is missing. `kubectl explain deployment.spec` tells what may stand there.

    /spec/selectr Key Deployment: Kubernetes 1.36 knows no field `spec.selectr`. Did you mean `selector`?
    /spec/template/metadata/labels/app Value Deployment: `spec.template.metadata.labels.app` must be text, is 1. Put it in quotes.
    /spec/template/metadata/labels/b Value Deployment: `spec.template.metadata.labels.b` must be text, is true. Put it in quotes.
    /spec/template/metadata/lables Key Deployment: Kubernetes 1.36 knows no field `spec.template.metadata.lables`. `kubectl explain deployment.spec.template.metadata` tells what may stand there.

    /spec/replicas Value Deployment: `spec.replicas` must be an integer, is 2.5. `kubectl explain deployment.spec.replicas` tells what may stand there.
    /spec/template/spec/containers/0/ports Value Deployment: `spec.template.spec.containers[0].ports` must be a list, is an object. Begin each entry with `- `.

    /spec/strategy/rollingUpdate/maxSurge Value Deployment: `spec.strategy.rollingUpdate.maxSurge` must be an integer or text, is 0.25. `kubectl explain deployment.spec.strategy.rollingUpdate.maxSurge` tells what may stand there.
    /spec/template/spec/containers/0/ports/0/containerPort Value Deployment: `spec.template.spec.containers[0].ports[0].containerPort` must be an integer of 32 bits, is 3000000000. `kubectl explain deployment.spec.template.spec.containers.ports.containerPort` tells what may stand there.
    /spec/template/spec/containers/0/resources/requests/memory Value Deployment: `spec.template.spec.containers[0].resources.requests.memory` must be a quantity such as `500m` or `1Gi`, is the text `128MB`. `kubectl explain deployment.spec.template.spec.containers.resources.requests.memory` tells what may stand there.

    /metadata/name Value Deployment: `metadata.name` must be text, is 7. Put it in quotes.
    /metadata/creationTimestam Key Deployment: Kubernetes 1.36 knows no field `metadata.creationTimestam`. `kubectl explain deployment.metadata` tells what may stand there.
    /spec/template/spec/automountServiceAccountToken Value Deployment: `spec.template.spec.automountServiceAccountToken` must be `true` or `false`, is the text `no`. `kubectl explain deployment.spec.template.spec.automountServiceAccountToken` tells what may stand there.

    /metadata/creationTimestamp Value Deployment: `metadata.creationTimestamp` must be a time such as `2026-03-01T12:00:00Z`, is the text `yesterday`. `kubectl explain deployment.metadata.creationTimestamp` tells what may stand there.
    /spec/template/spec/nodeSelector Value Deployment: `spec.template.spec.nodeSelector` must be an object, is a list. `kubectl explain deployment.spec.template.spec.nodeSelector` tells what may stand there.

    /data/a Value Secret: `data.a` must be base64, is another text. Encode it with base64, or write it under `stringData`.
    /data/b Value Secret: `data.b` must be base64, is a number. Encode it with base64, or write it under `stringData`.
    /stringData/c Value Secret: `stringData.c` must be text, is a number. Put it in quotes.
    /typ Key Secret: Kubernetes 1.36 knows no field `typ`. Did you mean `type`?

    /data/a.properties Value ConfigMap: `data["a.properties"]` must be text, is an object. `kubectl explain configmap.data` tells what may stand there.
    /data/`b
     Value ConfigMap: `data["'b "]` must be text, is a list. `kubectl explain configmap.data` tells what may stand there.

    /apiVersion Value Kubernetes 1.36 does not serve `extensions/v1beta1`. `Ingress` is in `networking.k8s.io/v1`.

    /apiVersion Value Kubernetes 1.36 does not serve `app/v1`. Did you mean `apps/v1`?

    /kind Value `apps/v1` of Kubernetes 1.36 has no kind `Deploymnt`. Did you mean `Deployment`?

    /kind Value `apps/v1` of Kubernetes 1.36 has no kind `Ingress`. `Ingress` is in `networking.k8s.io/v1`.

    /apiVersion Value Kubernetes 1.36 does not serve `v2`. `Pod` is in `v1`.

    /kind Value `v1` of Kubernetes 1.36 has no kind `PodList`. 

    /spec/renewTime Value Lease: `spec.renewTime` must be a time such as `2026-03-01T12:00:00.000000Z`, is the text `2026-03-01T12:00:00Z`. `kubectl explain lease.spec.renewTime` tells what may stand there.

    /metadata/creationTimestamp Value Pod: `metadata.creationTimestamp` must be a time such as `2026-03-01T12:00:00Z`, is the text `2026-03-01`. `kubectl explain pod.metadata.creationTimestamp` tells what may stand there.
    /metadata/deletionTimestamp Value Pod: `metadata.deletionTimestamp` must be a time such as `2026-03-01T12:00:00Z`, is the text `20260301T120000Z`. `kubectl explain pod.metadata.deletionTimestamp` tells what may stand there.
    "#);
}

#[test]
fn versions_differ() {
    let migration = "{apiVersion: storagemigration.k8s.io/v1beta1, kind: StorageVersionMigration, metadata: {name: a}, spec: {resource: {group: a, resource: b}}}";
    assert_eq!(said("1.36", migration), "");
    let alpha = migration.replace("v1beta1", "v1alpha1");
    let home = "`StorageVersionMigration` is in `storagemigration.k8s.io/v1beta1`.";
    assert_eq!(
        said("1.36", &alpha),
        format!("/apiVersion Value Kubernetes 1.36 does not serve `storagemigration.k8s.io/v1alpha1`. {home}\n")
    );
}

#[test]
fn one_object_has_so_many_mistakes_and_no_more() {
    let labels: serde_json::Map<String, Value> = (0..1000).map(|n| (format!("l{n}"), json!(n))).collect();
    let object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": labels}, "unknown": 1});
    assert_eq!(check(schema(NEWEST), &object).len(), 20);
}

/// Values whose fields are often real ones.
fn values() -> impl Strategy<Value = Value> {
    let words = ["metadata", "spec", "template", "containers", "name", "labels", "data", "ports", "port", "env", "status", "a/b~c", "é`"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,80}".prop_map(Value::String),
        prop::sample::select(vec!["1", "true", "500m", "aGVsbG8=", "2026-03-01T12:00:00Z"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        let key = prop_oneof![4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => ".{0,6}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(key, inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

#[test]
fn any_value_gets_an_answer_at_a_place_that_is_there() {
    let who = vec![("v1", "Pod"), ("apps/v1", "Deployment"), ("v1", "Secret"), ("v1", "Service"), ("/", "x"), ("a/b/c", "`")];
    let cases = if cfg!(debug_assertions) { 100 } else { 4000 };
    let mut runner = TestRunner::new(ProptestConfig { source_file: Some(file!()), ..ProptestConfig::with_cases(cases) });
    let found = Cell::new(0);
    let tried = runner.run(&(values(), prop::sample::select(who)), |(mut value, (api_version, kind))| {
        if let Value::Object(fields) = &mut value {
            fields.insert("apiVersion".to_owned(), json!(api_version));
            fields.insert("kind".to_owned(), json!(kind));
        }
        for wrong in check(schema(NEWEST), &value) {
            prop_assert!(value.pointer(&wrong.pointer).is_some(), "{}", wrong.pointer);
            prop_assert!(!wrong.message.contains('\n') && !wrong.message.ends_with('.'), "{}", wrong.message);
            found.set(found.get() + 1);
        }
        Ok(())
    });
    tried.unwrap();
    assert!(found.get() > 0, "no value of {cases} has a mistake");
}
