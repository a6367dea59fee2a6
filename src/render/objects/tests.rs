mod fields;

use super::*;
use crate::yaml;

/// What is said of each document of a text, with `?` where the API would take it.
fn said(text: &str) -> String {
    let documents: Vec<Value> = yaml::parse(text).documents.into_iter().map(yaml::Document::into_value).collect();
    let mut lines = Vec::new();
    for document in &documents {
        let Found { wrong, doubtful } = check(document);
        lines.extend(wrong.iter().map(|wrong| format!("{} {}. {}", wrong.pointer, wrong.message, wrong.help)));
        lines.extend(doubtful.iter().map(|wrong| format!("? {} {}. {}", wrong.pointer, wrong.message, wrong.help)));
    }
    let all: Vec<&Value> = documents.iter().collect();
    lines.extend(across(&all).iter().map(|(index, wrong)| format!("{index}? {} {}. {}", wrong.pointer, wrong.message, wrong.help)));
    lines.iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

const SOUND: &str = r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web.1, namespace: shop, labels: {app.kubernetes.io/name: web, empty: ''}, annotations: {example.org/A: anything at all}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      restartPolicy: Always
      nodeSelector: {kubernetes.io/os: linux}
      volumes: [{name: tmp, emptyDir: {}}, {name: bare}, {name: config, configMap: {name: a}}]
      initContainers:
        - {name: first, image: a, volumeMounts: [{name: tmp, mountPath: /tmp}]}
      containers:
        - name: main
          image: registry.example.org/web:1
          imagePullPolicy: IfNotPresent
          ports: [{name: http, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}, {containerPort: 53}]
          env: [{name: A, value: x}, {name: B.c-d, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: C, value: ''}]
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 1, memory: 1e8}}
          readinessProbe: {httpGet: {port: http}}
          livenessProbe: {tcpSocket: {port: 8080}, periodSeconds: 3}
          volumeMounts: [{name: tmp, mountPath: /tmp}, {name: config, mountPath: /etc/config}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: ClusterIP, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}, {name: dns, port: 80, protocol: UDP}]}
---
{apiVersion: v1, kind: Service, metadata: {name: other, namespace: elsewhere}, spec: {selector: {app: other}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: out, namespace: shop}, spec: {type: ExternalName, externalName: a.example.org}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: web, namespace: shop}, spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web, namespace: shop}, spec: {minReplicas: 2, maxReplicas: 4, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web.1}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, namespace: shop}
spec: {schedule: '0 3 * * *', concurrencyPolicy: Forbid, jobTemplate: {spec: {template: {metadata: {labels: {job: nightly}}, spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}], ports: [{port: 443}, {port: http, protocol: TCP}]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {rules: [{host: '*.example.org', http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: 'system:web', namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}, {kind: Group, apiGroup: rbac.authorization.k8s.io, name: shop}]
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {.env: a, a_b.c: d}, binaryData: {b: AAAA}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a, namespace: shop}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
{apiVersion: example.org/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: -1, template: {spec: {containers: []}}}}
---
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: a, namespace: shop}
spec:
  selector: {matchLabels: {cluster: '{{.name}}'}}
  podSelector: {matchLabels: {'{{.key}}': b}}
  template:
    metadata: {name: '{{.name}}-a', labels: {'{{.key}}': '{{.name | lower}}'}, annotations: {'{{.key}}': a}}
    spec: {nodeSelector: {a: '{{ b }}'}}
---
{apiVersion: networking.k8s.io/v1, kind: IPAddress, metadata: {name: '2001:db8::1'}, spec: {}}
---
{apiVersion: certificates.k8s.io/v1beta1, kind: ClusterTrustBundle, metadata: {name: 'example.org:signer:a.b'}, spec: {signerName: example.org/signer}}
---
{apiVersion: certificates.k8s.io/v1beta1, kind: ClusterTrustBundle, metadata: {name: a}, spec: {}}
---
{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: {name: 'User:Alice'}, spec: {}}
---
{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.}, spec: {}}
---
{apiVersion: storage.k8s.io/v1, kind: CSIDriver, metadata: {name: Disk.example.org}, spec: {}}
";

#[test]
fn what_the_api_takes_has_nothing_wrong() {
    assert_eq!(said(SOUND), "");
}

#[test]
fn names_and_labels_have_their_form() {
    insta::assert_snapshot!(said(r"
{apiVersion: v1, kind: ConfigMap, metadata: {name: A_b, namespace: a.b, labels: {'a b': c, d: 'e f', /x: y}, annotations: {'a b': c}}, data: {'a b': secret}, binaryData: {'a b': AAAA}}
---
{apiVersion: v1, kind: Service, metadata: {name: a.b}, spec: {clusterIP: None, selector: {a: 'b c'}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: a.b}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: this-is-a-name-that-is-longer-than-fifty-two-characters-are}, spec: {schedule: '@daily', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: a/b}, rules: []}
---
{apiVersion: example.org/v1, kind: Thing, metadata: {name: A, labels: {a: b c}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: a}, type: kubernetes.io/tls, stringData: {tls.crt: hidden, 'no key': hidden}}
---
{apiVersion: networking.k8s.io/v1, kind: IPAddress, metadata: {name: '2001:DB8::1'}, spec: {}}
---
{apiVersion: certificates.k8s.io/v1beta1, kind: ClusterTrustBundle, metadata: {name: 'example.com:signer:a'}, spec: {signerName: example.org/signer}}
---
{apiVersion: certificates.k8s.io/v1beta1, kind: ClusterTrustBundle, metadata: {name: 'a:b'}, spec: {}}
---
{apiVersion: storage.k8s.io/v1, kind: CSIDriver, metadata: {name: Disk_example}, spec: {}}
"), @"
/metadata/name ConfigMap: `A_b` is no name of a ConfigMap. It has small letters, digits, `-` and `.`, and begins and ends with a letter or a digit.
/metadata/namespace ConfigMap: `a.b` is no name of a namespace. It has at most 63 small letters, digits and `-`.
/metadata/labels/a b ConfigMap: `a b` in `metadata.labels` is no key of a label. It has at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or a digit.
/metadata/labels/d ConfigMap: `e f` in `metadata.labels` is no value of a label. It has at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or a digit.
/metadata/labels/~1x ConfigMap: `/x` in `metadata.labels` is no key of a label. It has at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or a digit.
/metadata/annotations/a b ConfigMap: `a b` in `metadata.annotations` is no key of an annotation. It has at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or a digit.
/data/a b ConfigMap: `a b` in `data` is no key. It has letters, digits, `-`, `_` and `.`.
/binaryData/a b ConfigMap: `a b` in `binaryData` is no key. It has letters, digits, `-`, `_` and `.`.
/binaryData/a b ConfigMap: the key `a b` is in `data` and in `binaryData`.
/metadata/name Service: `a.b` is no name of a Service. It has at most 63 small letters, digits and `-`.
/spec/selector/a Service: `b c` in `spec.selector` is no value of a label. It has at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or a digit.
/metadata/name Namespace: `a.b` is no name of a Namespace. It has at most 63 small letters, digits and `-`.
/metadata/name CronJob: `this-is-a-name-that-is-longer-than-fifty-two-characters-are` is no name of a CronJob. It may have 52 characters: 11 more are for its jobs.
/metadata/name Role: `a/b` is no name of a Role. It may hold no `/` and no `%`.
/metadata/name Thing: `A` is no name of a Thing. It has small letters, digits, `-` and `.`, and begins and ends with a letter or a digit.
/metadata/labels/a Thing: `b c` in `metadata.labels` is no value of a label. It has at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or a digit.
/stringData/no key Secret: `no key` in `stringData` is no key. It has letters, digits, `-`, `_` and `.`.
/type Secret: a secret of the type `kubernetes.io/tls` needs the key `tls.key`.
/metadata/name IPAddress: `2001:DB8::1` is no name of an IPAddress. It is the address itself, in its shortest form.
/metadata/name ClusterTrustBundle: `example.com:signer:a` is no name of a ClusterTrustBundle. It begins with its signer, with `:` for `/` and behind it: `example.org:signer:name`.
/metadata/name ClusterTrustBundle: `a:b` is no name of a ClusterTrustBundle. It has small letters, digits, `-` and `.`, and begins and ends with a letter or a digit.
/metadata/name CSIDriver: `Disk_example` is no name of a CSIDriver. It has small letters, digits, `-` and `.`, and begins and ends with a letter or a digit.
");
}

#[test]
fn values_are_counted_as_the_api_counts_them() {
    let of = |kind: &str, fields: &[(&str, usize)]| {
        let fields: String = fields.iter().map(|(field, size)| format!(", {field}: {{a{field}: {}}}", "A".repeat(*size))).collect();
        said(&format!("{{apiVersion: v1, kind: {kind}, metadata: {{name: a}}{fields}}}"))
    };
    let (all, encoded) = (1 << 20, 1_398_100);
    for (kind, fields) in [
        ("ConfigMap", vec![("data", all)]),
        ("ConfigMap", vec![("data", all - 3), ("binaryData", 4)]),
        ("Secret", vec![("data", encoded)]),
        ("Secret", vec![("stringData", all)]),
    ] {
        assert_eq!(of(kind, &fields), "", "{kind} {fields:?}");
    }
    insta::assert_snapshot!([
        of("ConfigMap", &[("data", all + 1)]),
        of("ConfigMap", &[("data", 2), ("binaryData", encoded)]),
        of("Secret", &[("data", encoded + 4)]),
        of("Secret", &[("data", 4), ("stringData", all)]),
    ].concat(), @"
    /data ConfigMap: its values hold 1048577 bytes, and 1048576 is the most. Put a part of it into another object, or mount it from elsewhere.
    /binaryData ConfigMap: its values hold 1048577 bytes, and 1048576 is the most. Put a part of it into another object, or mount it from elsewhere.
    /data Secret: its values hold 1048578 bytes, and 1048576 is the most. Put a part of it into another object, or mount it from elsewhere.
    /stringData Secret: its values hold 1048579 bytes, and 1048576 is the most. Put a part of it into another object, or mount it from elsewhere.
    ");
    let replaced =
        format!("{{apiVersion: v1, kind: Secret, metadata: {{name: a}}, data: {{a: {}}}, stringData: {{a: b}}}}", "A".repeat(2 << 20));
    assert_eq!(said(&replaced), "");
}

#[test]
fn a_pod_is_whole() {
    let pod = |spec: &str| said(&format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {spec}}}"));
    insta::assert_snapshot!(pod(r"{restartPolicy: Sometimes, dnsPolicy: none, initContainers: [{name: a}], containers: [{name: a, image: ' b'}, {name: B, image: ''}]}"), @"
    /spec/restartPolicy Pod: `spec.restartPolicy` cannot be `Sometimes`. It is `Always`, `OnFailure` or `Never`.
    /spec/containers/0/name Pod: two containers are named `a`. Give one of them another name.
    /spec/initContainers/0 Pod: a container has no `image`.
    /spec/containers/0/image Pod: the image has a blank around it.
    /spec/containers/1/name Pod: `B` is no name of a container. It has at most 63 small letters, digits and `-`.
    /spec/containers/1/image Pod: the image is empty.
    /spec/dnsPolicy Pod: `spec.dnsPolicy` cannot be `none`. Did you mean `None`?
    ");
    insta::assert_snapshot!(pod(r"{containers: [{name: a, image: b, ports: [{containerPort: 0, name: HTTP}, {containerPort: 70000, name: x}, {containerPort: 1, name: x, protocol: HTTP}], env: [{name: A=B}, {name: C, value: x, valueFrom: {}}, {name: C}]}]}"), @"
    /spec/containers/0/ports/2/protocol Pod: `spec.containers[0].ports[2].protocol` cannot be `HTTP`. It is `TCP`, `UDP` or `SCTP`.
    /spec/containers/0/env/1/valueFrom Pod: `spec.containers[0].env[1].valueFrom` must have one of `configMapKeyRef`, `fieldRef`, `fileKeyRef`, `resourceFieldRef` and `secretKeyRef`, has none.
    /spec/containers/0/ports/2/name Pod: two ports are named `x`. Give one of them another name.
    /spec/containers/0/ports/0/containerPort Pod: `spec.containers[0].ports[0].containerPort` is 0, and ports are from 1 to 65535.
    /spec/containers/0/ports/0/name Pod: `spec.containers[0].ports[0].name`: `HTTP` is no name of a port. It has at most 15 small letters, digits and single `-`, one of them a letter.
    /spec/containers/0/ports/1/containerPort Pod: `spec.containers[0].ports[1].containerPort` is 70000, and ports are from 1 to 65535.
    /spec/containers/0/env/0/name Pod: `A=B` is no name of a variable.
    /spec/containers/0/env/1/valueFrom Pod: the variable `C` has both `value` and `valueFrom`.
    ? /spec/containers/0/env/2/name Pod: the variable `C` is there twice, and the last one counts.
    ");
    insta::assert_snapshot!(pod(r"{volumes: [{name: data, emptyDir: {}, configMap: {}}, {name: data}, {name: A}], containers: [{name: a, image: b, volumeMounts: [{name: dta, mountPath: /a}, {name: other, mountPath: /a}]}]}"), @"
    /spec/volumes/1/name Pod: two volumes are named `data`. Give one of them another name.
    /spec/volumes/0 Pod: a volume is one thing, and this one is `emptyDir` and `configMap`. Make it two volumes.
    /spec/volumes/2/name Pod: `A` is no name of a volume. It has at most 63 small letters, digits and `-`.
    /spec/containers/0/volumeMounts/0/name Pod: there is no volume `dta` to mount. Did you mean `data`?
    /spec/containers/0/volumeMounts/1/name Pod: there is no volume `other` to mount. Add it to `volumes`.
    /spec/containers/0/volumeMounts/1/mountPath Pod: two volumes are mounted at `/a`.
    /spec/volumes/0/configMap Pod: `spec.volumes[0].configMap.name` is missing.
    ");
    insta::assert_snapshot!(pod(r"{containers: [{name: a, image: b, resources: {requests: {cpu: 2, memory: 1Gi, x: -1}, limits: {cpu: 1500m, memory: 1G}}, ports: [{name: http, containerPort: 1}], livenessProbe: {httpGet: {port: htp}}, readinessProbe: {}, startupProbe: {tcpSocket: {port: 0}, exec: {}}}]}"), @"
    /spec/containers/0/resources/requests/cpu Pod: `spec.containers[0].resources.requests` of `cpu` is 2, and its limit is 1500m. A container asks for no more than it may have.
    /spec/containers/0/resources/requests/memory Pod: `spec.containers[0].resources.requests` of `memory` is 1Gi, and its limit is 1G. A container asks for no more than it may have.
    /spec/containers/0/resources/requests/x Pod: `x` is no resource of a container. One of a device has a domain, such as `example.org/gpu`.
    /spec/containers/0/resources/requests/x Pod: `spec.containers[0].resources.requests` of `x` is -1, less than nothing.
    /spec/containers/0/startupProbe/exec Pod: `spec.containers[0].startupProbe.exec.command` is missing.
    /spec/containers/0/startupProbe/tcpSocket/port Pod: `spec.containers[0].startupProbe.tcpSocket.port` is 0, and ports are from 1 to 65535.
    /spec/containers/0/readinessProbe Pod: `spec.containers[0].readinessProbe` must have one of `exec`, `grpc`, `httpGet` and `tcpSocket`, has 0.
    /spec/containers/0/startupProbe Pod: `spec.containers[0].startupProbe` must have one of `exec`, `grpc`, `httpGet` and `tcpSocket`, has 2.
    ? /spec/containers/0/livenessProbe/httpGet/port Pod: `livenessProbe` asks the port `htp`, which the container does not have. Did you mean `http`?
    ");
    insta::assert_snapshot!(said(r"
{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: -1, selector: {matchLabels: {app: a, tier: b}}, strategy: {type: Rolling, rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}, template: {metadata: {labels: {app: b, tier: b}}, spec: {restartPolicy: Never, containers: []}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {backoffLimit: -1, template: {spec: {containers: [{name: a, image: b}]}}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {selector: {matchLabels: {a: b}}, volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWrite]}}], template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b, volumeMounts: [{name: data, mountPath: /a}]}]}}}}
"), @"
    /spec/selector/matchLabels/app Deployment: the selector asks for `app: a`, which is not among the labels of its template. Put it into `spec.template.metadata.labels`.
    /spec/template/spec/restartPolicy Deployment: its pods are always started again. Leave `restartPolicy` out.
    /spec/template/spec/containers Deployment: there are no containers.
    /spec/replicas Deployment: `spec.replicas` must be at least 0, is -1.
    /spec/strategy/type Deployment: `spec.strategy.type` cannot be `Rolling`. Did you mean `RollingUpdate`?
    /spec/strategy/rollingUpdate/maxUnavailable Deployment: with neither more nor fewer pods than wanted nothing could ever be replaced. Make one of `maxSurge` and `maxUnavailable` more than 0.
    /spec/template/spec Job: its pods must say when they are started again. Write `restartPolicy: Never` or `restartPolicy: OnFailure`.
    /spec/backoffLimit Job: `spec.backoffLimit` must be at least 0, is -1.
    /spec/volumeClaimTemplates/0/spec StatefulSet: a claim must say how much: `resources.requests.storage`.
    /spec/volumeClaimTemplates/0/spec/accessModes/0 StatefulSet: `spec.volumeClaimTemplates[0].spec.accessModes[0]` cannot be `ReadWrite`. Did you mean `ReadWriteMany`?
    ");
}

#[test]
fn what_is_asked_for_is_more_than_nothing_and_whole_bytes() {
    let claim = |storage: &str| {
        said(&format!(
            "{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: a}}, spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: {storage}}}}}}}}}"
        ))
    };
    insta::assert_snapshot!(["-1Gi", "0", "0Gi", "10m", "1", "10M"].map(claim).concat(), @r"
    /spec/resources/requests/storage PersistentVolumeClaim: `spec.resources.requests.storage` is -1Gi, and a claim is for more than nothing. Write how much, such as `storage: 10Gi`.
    /spec/resources/requests/storage PersistentVolumeClaim: `spec.resources.requests.storage` is 0, and a claim is for more than nothing. Write how much, such as `storage: 10Gi`.
    /spec/resources/requests/storage PersistentVolumeClaim: `spec.resources.requests.storage` is 0Gi, and a claim is for more than nothing. Write how much, such as `storage: 10Gi`.
    ? /spec/resources/requests/storage PersistentVolumeClaim: `spec.resources.requests.storage` is `10m`, and `m` is a thousandth of a byte. Write `10Mi`.
    ");
    insta::assert_snapshot!(said(r"
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {selector: {matchLabels: {a: b}}, volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: -1Gi}}}}], template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: b, volumeMounts: [{name: data, mountPath: /a}], resources: {requests: {cpu: 100m, memory: 512m}, limits: {ephemeral-storage: 20m, memory: 512M}}}]}}}}
"), @r"
    /spec/volumeClaimTemplates/0/spec/resources/requests/storage StatefulSet: `spec.volumeClaimTemplates[0].spec.resources.requests.storage` is -1Gi, and a claim is for more than nothing. Write how much, such as `storage: 10Gi`.
    ? /spec/template/spec/containers/0/resources/requests/memory StatefulSet: `spec.template.spec.containers[0].resources.requests.memory` is `512m`, and `m` is a thousandth of a byte. Write `512Mi`.
    ? /spec/template/spec/containers/0/resources/limits/ephemeral-storage StatefulSet: `spec.template.spec.containers[0].resources.limits.ephemeral-storage` is `20m`, and `m` is a thousandth of a byte. Write `20Mi`.
    ");
}

#[test]
fn each_kind_is_what_the_api_takes() {
    insta::assert_snapshot!(said(r"
{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: Loadbalancer, ports: [{port: 80}, {port: 80, targetPort: 99999, name: A}, {port: 0, name: x, protocol: tcp}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: b}, spec: {type: ExternalName}}
---
{apiVersion: v1, kind: Service, metadata: {name: c}, spec: {}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a}, spec: {minAvailable: half, maxUnavailable: 1}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a}, spec: {minReplicas: 5, maxReplicas: 3}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {schedule: 'every day', concurrencyPolicy: Never, jobTemplate: {spec: {template: {spec: {restartPolicy: Always, containers: [{name: a, image: b}]}}}}}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {defaultBackend: {service: {name: a}}, rules: [{host: 'https://a', http: {paths: [{path: a, pathType: prefix, backend: {service: {name: a, port: {name: x, number: 0}}}}]}}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {policyTypes: [ingress], ingress: [{from: [{ipBlock: {cidr: 10.0.0.0, except: [a]}, podSelector: {}}], ports: [{port: 70000}]}]}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: a}, roleRef: {kind: role, name: a}, subjects: [{kind: ServiceAccount, name: a}, {kind: User, apiGroup: v1, name: b}, {kind: Team, name: c}]}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: b}, binaryData: {a: AAAA}}
"), @"
    /spec/type Service: `spec.type` cannot be `Loadbalancer`. Did you mean `LoadBalancer`?
    /spec/ports/2/protocol Service: `spec.ports[2].protocol` cannot be `tcp`. Did you mean `TCP`?
    /spec/ports/0 Service: each of several ports needs a name.
    /spec/ports/1/targetPort Service: `spec.ports[1].targetPort` is 99999, and ports are from 1 to 65535.
    /spec/ports/1/name Service: `A` is no name of a port.
    /spec/ports/1/port Service: the port 80 of TCP is there twice.
    /spec/ports/2/port Service: `spec.ports[2].port` is 0, and ports are from 1 to 65535.
    /spec/type Service: an `ExternalName` needs `spec.externalName`.
    /spec Service: has no `spec.ports`.
    /spec/minAvailable PodDisruptionBudget: `spec.minAvailable` is `half`, and it is a number or a part such as `25%`.
    /spec/maxUnavailable PodDisruptionBudget: has both `minAvailable` and `maxUnavailable`. Leave one of them out.
    ? /spec/minReplicas HorizontalPodAutoscaler: `minReplicas` is 5, and `maxReplicas` is 3.
    /spec/jobTemplate/spec/template/spec/restartPolicy CronJob: its pods must say when they are started again. Write `restartPolicy: Never` or `restartPolicy: OnFailure`.
    /spec/concurrencyPolicy CronJob: `spec.concurrencyPolicy` cannot be `Never`. It is `Allow`, `Forbid` or `Replace`.
    /spec/schedule CronJob: `every day` is no schedule. It has five parts: minute, hour, day, month, day of the week.
    /spec/rules/0/http/paths/0/pathType Ingress: `spec.rules[0].http.paths[0].pathType` cannot be `prefix`. Did you mean `Prefix`?
    /spec/rules/0/host Ingress: `https://a` is no name of a host. It has no scheme, no port and no capital letters.
    /spec/rules/0/http/paths/0/backend/service/port Ingress: the port of a service is its `name` or its `number`. Write one of them under `port`.
    /spec/rules/0/http/paths/0/backend/service/port/number Ingress: `spec.rules[0].http.paths[0].backend.service.port.number` is 0, and ports are from 1 to 65535.
    /spec/defaultBackend/service Ingress: the port of a service is its `name` or its `number`. Write one of them under `port`.
    /spec/policyTypes/0 NetworkPolicy: `spec.policyTypes[0]` cannot be `ingress`. Did you mean `Ingress`?
    /spec/ingress/0/ports/0/port NetworkPolicy: `spec.ingress[0].ports[0].port` is 70000, and ports are from 1 to 65535.
    /spec/ingress/0/from/0/ipBlock NetworkPolicy: `ipBlock` stands by itself, without a selector. Make it an entry of its own.
    /spec/ingress/0/from/0/ipBlock/cidr NetworkPolicy: `10.0.0.0` is no block of addresses. Such as `10.0.0.0/8`.
    /spec/ingress/0/from/0/ipBlock/except/0 NetworkPolicy: `a` is no block of addresses. Such as `10.0.0.0/8`.
    /subjects/2/kind RoleBinding: `subjects[2].kind` cannot be `Team`. It is `Group`, `ServiceAccount` or `User`.
    /roleRef/kind RoleBinding: `roleRef.kind` cannot be `role`. Did you mean `Role`?
    /subjects/1/apiGroup RoleBinding: users and groups are of `rbac.authorization.k8s.io`.
    /spec PersistentVolumeClaim: a claim must say how much: `resources.requests.storage`.
    /spec PersistentVolumeClaim: a claim must say `accessModes`. Write `accessModes: [ReadWriteOnce]`.
    /binaryData/a ConfigMap: the key `a` is in `data` and in `binaryData`.
    ");
}

#[test]
fn what_looks_for_pods_finds_some_of_its_unit() {
    let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: b}]}}}}\n---\n";
    insta::assert_snapshot!(said(&format!(r"{deployment}
{{apiVersion: v1, kind: Service, metadata: {{name: a, namespace: shop}}, spec: {{selector: {{app: wbe}}, ports: [{{port: 80}}]}}}}
---
{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: a, namespace: shop}}, spec: {{minAvailable: 1, selector: {{matchLabels: {{ap: web}}}}}}}}
---
{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: shop}}, spec: {{podSelector: {{matchLabels: {{app: web, tier: a}}}}}}}}
---
{{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{name: a, namespace: shop}}, spec: {{maxReplicas: 1, scaleTargetRef: {{kind: Deployment, name: wbe}}}}}}
")), @"
1? /spec/selector/app Service: selects `app: wbe`, and no pod of this unit has these labels. The pods of the Deployment `web` have `app: web`.
2? /spec/selector/matchLabels/ap PodDisruptionBudget: selects `ap: web`, and no pod of this unit has these labels.
3? /spec/podSelector/matchLabels/app NetworkPolicy: selects `app: web, tier: a`, and no pod of this unit has these labels. The pods of the Deployment `web` have `app: web`.
4? /spec/scaleTargetRef/name HorizontalPodAutoscaler: scales the Deployment `wbe`, which is not in this unit. Did you mean `web`?
");
}
