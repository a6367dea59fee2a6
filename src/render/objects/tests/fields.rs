//! One row for each thing that is asked of a field.

use super::*;

/// What is said of each row, behind its name.
fn rows(rows: &[(&str, String)]) -> String {
    rows.iter().map(|(what, text)| format!("# {what}\n{}", said(text))).collect()
}

fn pod(pod: &str, container: &str) -> String {
    format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{{pod} containers: [{{name: a, image: b, {container}}}]}}}}")
}

fn object(api: &str, kind: &str, rest: &str) -> String {
    format!("{{apiVersion: {api}, kind: {kind}, metadata: {{name: a}}, {rest}}}")
}

fn workload(kind: &str, spec: &str, template: &str) -> String {
    let pods = "containers: [{name: a, image: b}]";
    object(
        "apps/v1",
        kind,
        &format!(
            "spec: {{selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{{pods}{template}}}}}{spec}}}"
        ),
    )
}

#[test]
fn an_object_that_a_template_left_empty_is_refused() {
    insta::assert_snapshot!(rows(&[
        ("a pod", object("v1", "Pod", "spec:")),
        ("a deployment", object("apps/v1", "Deployment", "x: 1")),
        ("a service", object("v1", "Service", "spec: null")),
        ("an ingress", object("networking.k8s.io/v1", "Ingress", "x: 1")),
        ("an ingress of nothing", object("networking.k8s.io/v1", "Ingress", "spec: {}")),
        ("pods of nothing", workload("Deployment", ", x: 1", "").replace(", spec: {containers: [{name: a, image: b}]}", ", spec: null")),
        ("a job of nothing", object("batch/v1", "Job", "spec: {template: {}}")),
        ("no image", pod("", "").replace("image: b, ", "")),
        ("no containers", object("v1", "Pod", "spec: {containers: null}")),
        ("a policy for all pods", object("networking.k8s.io/v1", "NetworkPolicy", "x: 1")),
        ("a budget", object("policy/v1", "PodDisruptionBudget", "x: 1")),
        ("another one's service", object("serving.knative.dev/v1", "Service", "x: 1")),
    ]), @"
    # a pod
     Pod: has no `spec`. Write one, or let the template write no object at all.
    # a deployment
     Deployment: has no `spec`. Write one, or let the template write no object at all.
    # a service
     Service: has no `spec`. Write one, or let the template write no object at all.
    # an ingress
     Ingress: has no `spec`. Write one, or let the template write no object at all.
    # an ingress of nothing
    /spec Ingress: has neither `rules` nor a `defaultBackend`.
    # pods of nothing
    /spec Deployment: makes pods of nothing: `spec.template.spec` is missing. Write the `spec` of its pods.
    # a job of nothing
    /spec Job: makes pods of nothing: `spec.template.spec` is missing. Write the `spec` of its pods.
    # no image
    /spec/containers/0 Pod: a container has no `image`.
    # no containers
    /spec Pod: there are no containers.
    # a policy for all pods
    # a budget
    # another one's service
    ");
}

#[test]
fn selectors_are_whole() {
    let with = |selector: &str| workload("Deployment", "", "").replace("selector: {matchLabels: {a: b}}", &format!("selector: {selector}"));
    let policy = |peer: &str| {
        object("networking.k8s.io/v1", "NetworkPolicy", &format!("spec: {{podSelector: {{}}, ingress: [{{from: [{peer}]}}]}}"))
    };
    insta::assert_snapshot!(rows(&[
        ("none", with("{}")),
        ("of empty parts", with("{matchLabels: {}, matchExpressions: []}")),
        ("sound", with("{matchExpressions: [{key: a, operator: In, values: [b, c]}, {key: x, operator: DoesNotExist}]}")),
        ("of other labels", with("{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}")),
        ("another word", with("{matchLabels: {a: b}, matchExpressions: [{key: a, operator: Is, values: [b]}]}")),
        ("without values", with("{matchLabels: {a: b}, matchExpressions: [{key: a, operator: In}]}")),
        ("with values", with("{matchLabels: {a: b}, matchExpressions: [{key: a, operator: Exists, values: [b]}]}")),
        ("of a peer", policy("{podSelector: {matchLabels: {'a b': c}, matchExpressions: [{key: 'a b', operator: in, values: [c]}]}}")),
        ("of all pods", policy("{podSelector: {}}")),
        ("of nobody", policy("{}")),
        ("of nodes", pod("affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Gt, values: ['1']}, {key: a, operator: in}]}]}}},", "")),
    ]), @"
    # none
    /spec/selector Deployment: its selector is empty. Write `matchLabels`, and the same into `spec.template.metadata.labels`.
    # of empty parts
    /spec/selector Deployment: its selector is empty. Write `matchLabels`, and the same into `spec.template.metadata.labels`.
    # sound
    # of other labels
    /spec/selector/matchExpressions Deployment: the labels of its template are not what `matchExpressions` look for.
    # another word
    /spec/selector/matchExpressions/0/operator Deployment: `spec.selector.matchExpressions[0].operator` cannot be `Is`. It is `DoesNotExist`, `Exists`, `In` or `NotIn`.
    # without values
    /spec/selector/matchExpressions/0/operator Deployment: `In` needs `values`.
    # with values
    /spec/selector/matchExpressions/0/operator Deployment: `Exists` takes no `values`.
    # of a peer
    /spec/ingress/0/from/0/podSelector/matchLabels/a b NetworkPolicy: `a b` in `spec.ingress[0].from[0].podSelector.matchLabels` is no key of a label. It has at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or a digit.
    /spec/ingress/0/from/0/podSelector/matchExpressions/0/operator NetworkPolicy: `spec.ingress[0].from[0].podSelector.matchExpressions[0].operator` cannot be `in`. Did you mean `In`?
    /spec/ingress/0/from/0/podSelector/matchExpressions/0/key NetworkPolicy: `spec.ingress[0].from[0].podSelector.matchExpressions[0].key` is `a b`, which is no key. It has at most 63 letters, digits, `-`, `_` and `.`.
    # of all pods
    # of nobody
    /spec/ingress/0/from/0 NetworkPolicy: an entry names nobody. Without the list everybody is meant; all pods are `podSelector: {}`.
    # of nodes
    /spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchExpressions/1/operator Pod: `spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[1].operator` cannot be `in`. Did you mean `In`?
    ");
}

#[test]
fn the_fields_of_a_pod_are_what_the_api_takes() {
    insta::assert_snapshot!(rows(&[
        ("words", pod("preemptionPolicy: never, os: {name: macos}, securityContext: {fsGroupChangePolicy: Root, seccompProfile: {type: runtimeDefault}},", "terminationMessagePolicy: file, securityContext: {procMount: unmasked}")),
        ("names", pod("hostname: A_b, serviceAccountName: A_b, nodeName: A B,", "")),
        ("addresses", pod("hostAliases: [{ip: 1.2.3, hostnames: [a]}], dnsConfig: {nameservers: [a, 010.0.0.1]},", "")),
        ("no name server", pod("dnsPolicy: None,", "")),
        ("tolerations", pod("tolerations: [{operator: Exists}, {key: a, operator: Exists, value: b}, {operator: Equal, value: b}, {key: a, operator: In, effect: NoSched}, {key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 3}],", "")),
        ("weights", pod("affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 0, preference: {}}]}, podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: ''}]}},", "")),
        ("spread", pod("topologySpreadConstraints: [{maxSkew: 0, topologyKey: a, whenUnsatisfiable: Never}],", "")),
        ("deadlines", pod("activeDeadlineSeconds: 0,", "")),
        ("beside the others", pod("ephemeralContainers: [{name: e, image: e}],", "")),
        ("for ever", workload("Deployment", "", ", activeDeadlineSeconds: 5")),
    ]), @"
    # words
    /spec/containers/0/terminationMessagePolicy Pod: `spec.containers[0].terminationMessagePolicy` cannot be `file`. Did you mean `File`?
    /spec/containers/0/securityContext/procMount Pod: `spec.containers[0].securityContext.procMount` cannot be `unmasked`. Did you mean `Unmasked`?
    /spec/preemptionPolicy Pod: `spec.preemptionPolicy` cannot be `never`. Did you mean `Never`?
    /spec/os/name Pod: `spec.os.name` cannot be `macos`. It is `linux` or `windows`.
    /spec/securityContext/seccompProfile/type Pod: `spec.securityContext.seccompProfile.type` cannot be `runtimeDefault`. Did you mean `RuntimeDefault`?
    /spec/securityContext/fsGroupChangePolicy Pod: `spec.securityContext.fsGroupChangePolicy` cannot be `Root`. It is `Always` or `OnRootMismatch`.
    # names
    /spec/hostname Pod: `spec.hostname` is `A_b`, which is no name. It has at most 63 small letters, digits and `-`.
    /spec/nodeName Pod: `spec.nodeName` is `A B`, which is no name. It has small letters, digits, `-` and `.`.
    /spec/serviceAccountName Pod: `spec.serviceAccountName` is `A_b`, which is no name. It has small letters, digits, `-` and `.`.
    # addresses
    /spec/dnsConfig/nameservers/0 Pod: `spec.dnsConfig.nameservers[0]` is `a`, which is no address of IP.
    /spec/hostAliases/0/ip Pod: `spec.hostAliases[0].ip` is `1.2.3`, which is no address of IP.
    # no name server
    /spec/dnsPolicy Pod: `dnsPolicy: None` needs up to 3 name servers in `dnsConfig.nameservers`, and there are 0.
    # tolerations
    /spec/tolerations/3/operator Pod: `spec.tolerations[3].operator` cannot be `In`. It is `Equal`, `Exists`, `Gt` or `Lt`.
    /spec/tolerations/3/effect Pod: `spec.tolerations[3].effect` cannot be `NoSched`. Did you mean `NoSchedule`?
    /spec/tolerations/1/value Pod: a toleration with `Exists` has no `value`.
    /spec/tolerations/2 Pod: a toleration without `key` has `operator: Exists`.
    /spec/tolerations/4 Pod: `tolerationSeconds` is for `effect: NoExecute`.
    # weights
    /spec/affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/weight Pod: `spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight` must be from 1 to 100, is 0.
    /spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/topologyKey Pod: `spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey` is empty.
    # spread
    /spec/topologySpreadConstraints/0/maxSkew Pod: `spec.topologySpreadConstraints[0].maxSkew` must be at least 1, is 0.
    /spec/topologySpreadConstraints/0/whenUnsatisfiable Pod: `spec.topologySpreadConstraints[0].whenUnsatisfiable` cannot be `Never`. It is `DoNotSchedule` or `ScheduleAnyway`.
    # deadlines
    /spec/activeDeadlineSeconds Pod: `spec.activeDeadlineSeconds` must be from 1 to 2147483647, is 0.
    # beside the others
    /spec/ephemeralContainers Pod: `spec.ephemeralContainers` is not allowed here. Leave it out.
    # for ever
    /spec/template/spec/activeDeadlineSeconds Deployment: `spec.template.spec.activeDeadlineSeconds` is not allowed here. Leave it out.
    ");
}

#[test]
fn the_fields_of_a_volume_are_what_the_api_takes() {
    let volume = |source: &str| pod(&format!("volumes: [{{name: v, {source}}}],"), "");
    insta::assert_snapshot!(rows(&[
        ("modes", volume("secret: {secretName: s, defaultMode: 1000, items: [{key: a, path: /b, mode: 511}]}")),
        ("a decimal mode", volume("configMap: {name: s, defaultMode: 0777}")),
        ("without a name", volume("secret: {}")),
        ("an empty name", volume("persistentVolumeClaim: {claimName: ''}")),
        ("a way up", volume("configMap: {name: a, items: [{key: a, path: ../b}]}")),
        ("of the machine", volume("hostPath: {path: /a/../b, type: Dir}")),
        ("all types of it", volume("hostPath: {path: /a, type: ''}")),
        ("less than nothing", volume("emptyDir: {sizeLimit: -1Gi}")),
        ("two in one", volume("projected: {sources: [{secret: {name: a}, configMap: {name: b}}, {serviceAccountToken: {path: a, expirationSeconds: 10}}]}")),
        ("about the pod", volume("downwardAPI: {items: [{path: a, fieldRef: {fieldPath: spec.nodeName}}, {path: b}]}")),
    ]), @"
    # modes
    /spec/volumes/0/secret/defaultMode Pod: `spec.volumes[0].secret.defaultMode` must be from 0 to 511, is 1000.
    /spec/volumes/0/secret/items/0/path Pod: `spec.volumes[0].secret.items[0].path` is `/b`, which is no path within. It has no `/` in front and no `..`.
    # a decimal mode
    /spec/volumes/0/configMap/defaultMode Pod: `spec.volumes[0].configMap.defaultMode` must be from 0 to 511, is 777.
    # without a name
    /spec/volumes/0/secret Pod: `spec.volumes[0].secret.secretName` is missing.
    # an empty name
    /spec/volumes/0/persistentVolumeClaim/claimName Pod: `spec.volumes[0].persistentVolumeClaim.claimName` is empty.
    # a way up
    /spec/volumes/0/configMap/items/0/path Pod: `spec.volumes[0].configMap.items[0].path` is `../b`, which is no path within. It has no `/` in front and no `..`.
    # of the machine
    /spec/volumes/0/hostPath/path Pod: `spec.volumes[0].hostPath.path` is `/a/../b`, which is a path with `..`.
    /spec/volumes/0/hostPath/type Pod: `spec.volumes[0].hostPath.type` cannot be `Dir`. It is `BlockDevice`, `CharDevice`, `Directory`, `DirectoryOrCreate`, `File`, `FileOrCreate` or `Socket`.
    # all types of it
    # less than nothing
    /spec/volumes/0/emptyDir/sizeLimit Pod: `spec.volumes[0].emptyDir.sizeLimit` is -1Gi, less than nothing.
    # two in one
    /spec/volumes/0/projected/sources/0 Pod: `spec.volumes[0].projected.sources[0]` must have one of `clusterTrustBundle`, `configMap`, `downwardAPI`, `podCertificate`, `secret` and `serviceAccountToken`, has `configMap` and `secret`.
    /spec/volumes/0/projected/sources/1/serviceAccountToken/expirationSeconds Pod: `spec.volumes[0].projected.sources[1].serviceAccountToken.expirationSeconds` must be at least 600, is 10.
    # about the pod
    /spec/volumes/0/downwardAPI/items/1 Pod: `spec.volumes[0].downwardAPI.items[1]` must have one of `fieldRef` and `resourceFieldRef`, has none.
    /spec/volumes/0/downwardAPI/items/0/fieldRef/fieldPath Pod: `spec.volumes[0].downwardAPI.items[0].fieldRef.fieldPath` is `spec.nodeName`, which is no field of a pod that may be read. Such as `metadata.name`.
    ");
}

#[test]
fn the_fields_of_a_container_are_what_the_api_takes() {
    insta::assert_snapshot!(rows(&[
        ("ports of the machine", pod("hostNetwork: true,", "ports: [{containerPort: 80, hostPort: 81}, {containerPort: 81, hostPort: 81}, {containerPort: 1, hostPort: 70000}, {containerPort: 2, hostPort: 0}]")),
        ("variables", pod("", "env: [{name: A, valueFrom: {}}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.foo}, secretKeyRef: {name: '', key: 'b c'}}}, {name: C, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['a']\"}}}]")),
        ("variables of others", pod("", "envFrom: [{prefix: A}, {secretRef: {}}, {configMapRef: {name: a}}]")),
        ("mounts", pod("volumes: [{name: v, emptyDir: {}}],", "volumeMounts: [{name: v, mountPath: ''}, {name: v, mountPath: /a, subPath: ../x, mountPropagation: both}]")),
        ("how it ends", pod("", "lifecycle: {preStop: {exec: {command: [a]}, httpGet: {port: 80}}, postStart: {}}")),
        ("probes", pod("", "livenessProbe: {httpGet: {port: 80, scheme: https}, periodSeconds: -1, successThreshold: 2}, readinessProbe: {exec: {command: []}, successThreshold: 2}")),
        ("before the others", pod("initContainers: [{name: i, image: i, livenessProbe: {tcpSocket: {port: 80}}}, {name: j, image: i, restartPolicy: Always, startupProbe: {tcpSocket: {port: 80}}}],", "")),
        ("accounts", pod("", "securityContext: {runAsUser: -1, privileged: true, allowPrivilegeEscalation: false}")),
        ("resources", pod("", "resources: {limits: {gpu: 1, memry: 1, example.org/a: '0.5', example.org/b: 2, hugepages-2Mi: 4Mi}, requests: {example.org/b: 1, example.org/c: 1, example.org/a: '0.5'}}")),
    ]), @"
    # ports of the machine
    /spec/containers/0/ports/2/hostPort Pod: `spec.containers[0].ports[2].hostPort` must be from 0 to 65535, is 70000.
    /spec/containers/0/ports/0/hostPort Pod: with `hostNetwork` it must be the same as `containerPort`.
    /spec/containers/0/ports/1/hostPort Pod: the port 81 of the machine is there twice.
    /spec/containers/0/ports/2/hostPort Pod: with `hostNetwork` it must be the same as `containerPort`.
    # variables
    /spec/containers/0/env/0/valueFrom Pod: `spec.containers[0].env[0].valueFrom` must have one of `configMapKeyRef`, `fieldRef`, `fileKeyRef`, `resourceFieldRef` and `secretKeyRef`, has none.
    /spec/containers/0/env/1/valueFrom Pod: `spec.containers[0].env[1].valueFrom` must have one of `configMapKeyRef`, `fieldRef`, `fileKeyRef`, `resourceFieldRef` and `secretKeyRef`, has `fieldRef` and `secretKeyRef`.
    /spec/containers/0/env/1/valueFrom/fieldRef/fieldPath Pod: `spec.containers[0].env[1].valueFrom.fieldRef.fieldPath` is `metadata.foo`, which is no field of a pod that may be read. Such as `metadata.name`.
    /spec/containers/0/env/1/valueFrom/secretKeyRef/name Pod: `spec.containers[0].env[1].valueFrom.secretKeyRef.name` is empty.
    /spec/containers/0/env/1/valueFrom/secretKeyRef/key Pod: `spec.containers[0].env[1].valueFrom.secretKeyRef.key` is `b c`, which is no key. It has letters, digits, `-`, `_` and `.`.
    # variables of others
    /spec/containers/0/envFrom/0 Pod: `spec.containers[0].envFrom[0]` must have one of `configMapRef` and `secretRef`, has none.
    /spec/containers/0/envFrom/1/secretRef Pod: `spec.containers[0].envFrom[1].secretRef.name` is missing.
    # mounts
    /spec/containers/0/volumeMounts/0/mountPath Pod: `spec.containers[0].volumeMounts[0].mountPath` is empty.
    /spec/containers/0/volumeMounts/1/subPath Pod: `spec.containers[0].volumeMounts[1].subPath` is `../x`, which is no path within. It has no `/` in front and no `..`.
    /spec/containers/0/volumeMounts/1/mountPropagation Pod: `spec.containers[0].volumeMounts[1].mountPropagation` cannot be `both`. It is `Bidirectional`, `HostToContainer` or `None`.
    # how it ends
    /spec/containers/0/lifecycle/preStop Pod: `spec.containers[0].lifecycle.preStop` must have one of `exec`, `httpGet`, `sleep` and `tcpSocket`, has `exec` and `httpGet`.
    /spec/containers/0/lifecycle/postStart Pod: `spec.containers[0].lifecycle.postStart` must have one of `exec`, `httpGet`, `sleep` and `tcpSocket`, has none.
    # probes
    /spec/containers/0/livenessProbe/httpGet/scheme Pod: `spec.containers[0].livenessProbe.httpGet.scheme` cannot be `https`. Did you mean `HTTPS`?
    /spec/containers/0/livenessProbe/periodSeconds Pod: `spec.containers[0].livenessProbe.periodSeconds` must be at least 0, is -1.
    /spec/containers/0/livenessProbe/successThreshold Pod: `spec.containers[0].livenessProbe.successThreshold` must be 1.
    /spec/containers/0/readinessProbe/exec/command Pod: `spec.containers[0].readinessProbe.exec.command` is empty.
    # before the others
    /spec/initContainers/0/livenessProbe Pod: `livenessProbe` is not for a container of `initContainers` that ends. Leave it out, or let it run beside the others with `restartPolicy: Always`.
    # accounts
    /spec/containers/0/securityContext/runAsUser Pod: `spec.containers[0].securityContext.runAsUser` must be from 0 to 2147483647, is -1.
    /spec/containers/0/securityContext/allowPrivilegeEscalation Pod: a privileged container cannot be without `allowPrivilegeEscalation`. Leave one of them out.
    # resources
    /spec/containers/0/resources/requests/example.org~1b Pod: what is asked for of `example.org/b` is not what `limits` say of it. Write it into `limits` alone.
    /spec/containers/0/resources/requests/example.org~1c Pod: what is asked for of `example.org/c` is not what `limits` say of it. Write it into `limits` alone.
    /spec/containers/0/resources/requests/example.org~1a Pod: `spec.containers[0].resources.requests.example.org/a` is no whole number.
    /spec/containers/0/resources/limits/gpu Pod: `gpu` is no resource of a container. Did you mean `cpu`?
    /spec/containers/0/resources/limits/memry Pod: `memry` is no resource of a container. Did you mean `memory`?
    /spec/containers/0/resources/limits/example.org~1a Pod: `spec.containers[0].resources.limits.example.org/a` is no whole number.
    ");
}

#[test]
fn the_fields_of_each_kind_are_what_the_api_takes() {
    let policy =
        |egress: &str| object("networking.k8s.io/v1", "NetworkPolicy", &format!("spec: {{podSelector: {{}}, egress: [{{{egress}}}]}}"));
    let budget = |spec: &str| object("policy/v1", "PodDisruptionBudget", &format!("spec: {{selector: {{}}, {spec}}}"));
    let update = |kind: &str, strategy: &str| workload(kind, &format!(", {strategy}"), "");
    insta::assert_snapshot!(rows(&[
        ("parts", update("Deployment", "strategy: {rollingUpdate: {maxSurge: 200%, maxUnavailable: 101%}}, progressDeadlineSeconds: -1")),
        ("a deadline before it", update("Deployment", "progressDeadlineSeconds: 10, minReadySeconds: 20")),
        ("a deadline of the API", update("Deployment", "minReadySeconds: 600")),
        ("parts of all nodes", update("DaemonSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 0}}")),
        ("parts of a set", update("StatefulSet", "updateStrategy: {rollingUpdate: {partition: -1}}, persistentVolumeClaimRetentionPolicy: {whenDeleted: delete}")),
        ("a budget below nothing", budget("minAvailable: -1")),
        ("a budget of more than all", budget("maxUnavailable: 101%")),
        ("a job by its number", object("batch/v1", "Job", "spec: {completionMode: Indexed, activeDeadlineSeconds: -1, podFailurePolicy: {rules: [{action: Fail}]}, template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}")),
        ("ends of ports", policy("ports: [{port: 80, endPort: 70}, {port: http, endPort: 90}, {endPort: 90}, {port: 1, endPort: 9}]")),
        ("parts of a block", policy("to: [{ipBlock: {cidr: 10.0.0.0/8, except: [192.168.0.0/16, 10.0.0.0/8, 10.1.0.0/16]}}, {ipBlock: {cidr: '::/0', except: ['fd00::/8', 10.0.0.0/8]}}]")),
        ("types", object("networking.k8s.io/v1", "NetworkPolicy", "spec: {podSelector: {}, policyTypes: [Ingress, Egress, Ingress]}")),
        ("a volume of nothing", object("v1", "PersistentVolume", "spec: {persistentVolumeReclaimPolicy: retain}")),
        ("a volume", object("v1", "PersistentVolume", "spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], csi: {driver: a, volumeHandle: b}}")),
        ("a claim for one pod", object("v1", "PersistentVolumeClaim", "spec: {storageClassName: A_b, accessModes: [ReadWriteOncePod, ReadWriteMany], resources: {requests: {storage: 1Gi}}}")),
        ("a class of nobody", object("storage.k8s.io/v1", "StorageClass", "provisioner: ''")),
        ("a login", object("v1", "Secret", "type: kubernetes.io/basic-auth")),
        ("a token of nobody", object("v1", "Secret", "type: kubernetes.io/service-account-token")),
    ]), @"
    # parts
    /spec/strategy/rollingUpdate/maxUnavailable Deployment: `spec.strategy.rollingUpdate.maxUnavailable` is `101%`, more than all.
    /spec/progressDeadlineSeconds Deployment: `spec.progressDeadlineSeconds` must be at least 0, is -1.
    # a deadline before it
    /spec/progressDeadlineSeconds Deployment: `progressDeadlineSeconds` is 10, and `minReadySeconds` 20: it would never be done in time.
    # a deadline of the API
    /spec/minReadySeconds Deployment: `progressDeadlineSeconds` is 600, and `minReadySeconds` 600: it would never be done in time.
    # parts of all nodes
    /spec/updateStrategy/rollingUpdate/maxUnavailable DaemonSet: with neither more nor fewer pods than wanted nothing could ever be replaced. Make one of `maxSurge` and `maxUnavailable` more than 0.
    # parts of a set
    /spec/updateStrategy/rollingUpdate/partition StatefulSet: `spec.updateStrategy.rollingUpdate.partition` must be at least 0, is -1.
    /spec/persistentVolumeClaimRetentionPolicy/whenDeleted StatefulSet: `spec.persistentVolumeClaimRetentionPolicy.whenDeleted` cannot be `delete`. Did you mean `Delete`?
    # a budget below nothing
    /spec/minAvailable PodDisruptionBudget: `spec.minAvailable` must be at least 0, is -1.
    # a budget of more than all
    /spec/maxUnavailable PodDisruptionBudget: `spec.maxUnavailable` is `101%`, more than all.
    # a job by its number
    /spec/activeDeadlineSeconds Job: `spec.activeDeadlineSeconds` must be at least 0, is -1.
    /spec/podFailurePolicy/rules/0/action Job: `spec.podFailurePolicy.rules[0].action` cannot be `Fail`. It is `Count`, `FailIndex`, `FailJob` or `Ignore`.
    /spec/podFailurePolicy/rules/0 Job: `spec.podFailurePolicy.rules[0]` must have one of `onExitCodes` and `onPodConditions`, has none.
    /spec/completionMode Job: an `Indexed` job needs `completions`.
    # ends of ports
    /spec/egress/0/ports/0/endPort NetworkPolicy: `endPort` is 70, and `port` is 80.
    /spec/egress/0/ports/1/endPort NetworkPolicy: `endPort` needs a `port` that is a number.
    /spec/egress/0/ports/2/endPort NetworkPolicy: `endPort` needs a `port` that is a number.
    # parts of a block
    /spec/egress/0/to/0/ipBlock/except/0 NetworkPolicy: `192.168.0.0/16` is no part of `10.0.0.0/8`. What is left out of a block is a smaller block in it.
    /spec/egress/0/to/0/ipBlock/except/1 NetworkPolicy: `10.0.0.0/8` is no part of `10.0.0.0/8`. What is left out of a block is a smaller block in it.
    /spec/egress/0/to/1/ipBlock/except/1 NetworkPolicy: `10.0.0.0/8` is no part of `::/0`. What is left out of a block is a smaller block in it.
    # types
    /spec/policyTypes NetworkPolicy: a policy is for `Ingress` and `Egress`, each said once.
    # a volume of nothing
    /spec/persistentVolumeReclaimPolicy PersistentVolume: `spec.persistentVolumeReclaimPolicy` cannot be `retain`. Did you mean `Retain`?
    /spec PersistentVolume: a volume must say `accessModes`. Write `accessModes: [ReadWriteOnce]`.
    /spec PersistentVolume: a volume must say how large it is: `capacity.storage`.
    /spec PersistentVolume: a volume is one thing, such as `csi`, and this one is nothing.
    # a volume
    # a claim for one pod
    /spec/storageClassName PersistentVolumeClaim: `spec.storageClassName` is `A_b`, which is no name. It has small letters, digits, `-` and `.`.
    /spec/accessModes/0 PersistentVolumeClaim: `ReadWriteOncePod` stands by itself. Leave the others out.
    # a class of nobody
    /provisioner StorageClass: `provisioner` is empty.
    # a login
    /type Secret: a secret of the type `kubernetes.io/basic-auth` needs `username` or `password`.
    # a token of nobody
    /type Secret: a secret of the type `kubernetes.io/service-account-token` needs the annotation `kubernetes.io/service-account.name`.
    ");
}

#[test]
fn the_fields_of_a_service_are_what_the_api_takes() {
    let service = |spec: &str| object("v1", "Service", &format!("spec: {{ports: [{{port: 80{spec}"));
    insta::assert_snapshot!(rows(&[
        ("a port of nodes", service(", nodePort: 30000}]}")),
        ("one that there is not", service(", nodePort: 99999, appProtocol: 'a b'}], type: NodePort}")),
        ("words of a service", service("}], internalTrafficPolicy: local, ipFamilies: [ipv4], ipFamilyPolicy: Dual, trafficDistribution: Near}")),
        ("addresses of a service", service("}], externalIPs: [a], clusterIP: a, type: LoadBalancer, loadBalancerSourceRanges: [a, ' 10.1.0.0/16']}")),
        ("what is for a balancer", service("}], externalTrafficPolicy: Local, loadBalancerClass: a/b, healthCheckNodePort: 30000}")),
        ("for outside addresses", service("}], externalTrafficPolicy: Local, externalIPs: [10.0.0.1]}")),
        ("without an address", service("}], clusterIP: None, type: NodePort}")),
        ("elsewhere", object("v1", "Service", "spec: {type: ExternalName, externalName: A_b}")),
    ]), @"
    # a port of nodes
    /spec/ports/0/nodePort Service: `spec.ports[0].nodePort` is not for the type `ClusterIP`. It is for `NodePort` and `LoadBalancer`.
    # one that there is not
    /spec/ports/0/nodePort Service: `spec.ports[0].nodePort` must be from 0 to 65535, is 99999.
    /spec/ports/0/appProtocol Service: `spec.ports[0].appProtocol` is `a b`, which is no key. It has at most 63 letters, digits, `-`, `_` and `.`.
    # words of a service
    /spec/internalTrafficPolicy Service: `spec.internalTrafficPolicy` cannot be `local`. Did you mean `Local`?
    /spec/ipFamilies/0 Service: `spec.ipFamilies[0]` cannot be `ipv4`. Did you mean `IPv4`?
    /spec/ipFamilyPolicy Service: `spec.ipFamilyPolicy` cannot be `Dual`. It is `PreferDualStack`, `RequireDualStack` or `SingleStack`.
    /spec/trafficDistribution Service: `spec.trafficDistribution` cannot be `Near`. It is `PreferClose`, `PreferSameNode` or `PreferSameZone`.
    # addresses of a service
    /spec/externalIPs/0 Service: `spec.externalIPs[0]` is `a`, which is no address of IP.
    /spec/loadBalancerSourceRanges/0 Service: `spec.loadBalancerSourceRanges[0]` is `a`, which is no block of addresses. Such as `10.0.0.0/8`.
    /spec/clusterIP Service: `a` is no address of IP.
    # what is for a balancer
    /spec/loadBalancerClass Service: `spec.loadBalancerClass` is not for the type `ClusterIP`. It is for `LoadBalancer`.
    /spec/healthCheckNodePort Service: `spec.healthCheckNodePort` is not for the type `ClusterIP`. It is for `LoadBalancer`.
    /spec/externalTrafficPolicy Service: `spec.externalTrafficPolicy` is not for the type `ClusterIP`. It is for `NodePort` and `LoadBalancer`.
    # for outside addresses
    # without an address
    /spec/clusterIP Service: `spec.clusterIP` is not for the type `NodePort`. A service without an address is a `ClusterIP`.
    # elsewhere
    /spec/externalName Service: `A_b` is no name of a host.
    ");
}

#[test]
fn an_ingress_leads_somewhere() {
    let ingress = |spec: &str| object("networking.k8s.io/v1", "Ingress", &format!("spec: {{{spec}}}"));
    let path = |path: &str| ingress(&format!("rules: [{{http: {{paths: [{{{path}}}]}}}}]"));
    let backend = "backend: {service: {name: a, port: {number: 80}}}";
    insta::assert_snapshot!(rows(&[
        ("no paths", ingress("rules: [{host: a, http: {paths: []}}]")),
        ("no path", path(&format!("pathType: Prefix, {backend}"))),
        ("no path that is needed", path(&format!("pathType: ImplementationSpecific, {backend}"))),
        ("odd paths", path(&format!("pathType: Exact, path: /a/../b, {backend}"))),
        ("an expression", path(&format!("pathType: ImplementationSpecific, path: '/a(/|$)(.*)', {backend}"))),
        ("no backend", path("path: /, pathType: Prefix, backend: {}")),
        ("two backends", path("path: /, pathType: Prefix, backend: {service: {name: A_b, port: {number: 80}}, resource: {kind: a, name: b}}")),
        ("names", ingress(&format!("ingressClassName: A_b, tls: [{{hosts: [A_b, '*.a.b'], secretName: S}}], defaultBackend: {}", backend.trim_start_matches("backend: ")))),
    ]), @"
    # no paths
    /spec/rules/0/http/paths Ingress: `spec.rules[0].http.paths` is empty.
    # no path
    /spec/rules/0/http/paths/0 Ingress: `spec.rules[0].http.paths[0].path` must begin with `/`.
    # no path that is needed
    # odd paths
    /spec/rules/0/http/paths/0/path Ingress: `spec.rules[0].http.paths[0].path` cannot hold `/../`.
    # an expression
    # no backend
    /spec/rules/0/http/paths/0/backend Ingress: a backend is one `service` or one `resource`.
    # two backends
    /spec/rules/0/http/paths/0/backend Ingress: a backend is one `service` or one `resource`.
    /spec/rules/0/http/paths/0/backend/service/name Ingress: `A_b` is no name of a Service. It has at most 63 small letters, digits and `-`.
    # names
    /spec/ingressClassName Ingress: `spec.ingressClassName` is `A_b`, which is no name. It has small letters, digits, `-` and `.`.
    /spec/tls/0/secretName Ingress: `spec.tls[0].secretName` is `S`, which is no name. It has small letters, digits, `-` and `.`.
    /spec/tls/0/hosts/0 Ingress: `A_b` is no name of a host. It has no scheme, no port and no capital letters.
    ");
}

#[test]
fn an_autoscaler_knows_by_what_it_scales() {
    let scaler = |spec: &str| object("autoscaling/v2", "HorizontalPodAutoscaler", &format!("spec: {{maxReplicas: 3, {spec}}}"));
    let target =
        |target: &str| scaler(&format!("metrics: [{{type: Resource, resource: {{name: cpu, target: {{type: Utilization{target}}}}}}}]"));
    insta::assert_snapshot!(rows(&[
        ("to nothing", scaler("minReplicas: 0")),
        ("to nothing until it is woken", scaler("minReplicas: 0, metrics: [{type: External, external: {target: {type: Value, value: 1k}}}]")),
        ("another type", scaler("metrics: [{type: resource}]")),
        ("of another", scaler("metrics: [{type: Pods, resource: {name: cpu, target: {type: Utilization, averageUtilization: 5}}}]")),
        ("no target", target("")),
        ("a target of nothing", target(", averageUtilization: 0")),
        ("two targets", target(", averageUtilization: 5, averageValue: 0")),
        ("how fast", scaler("behavior: {scaleDown: {stabilizationWindowSeconds: 4000, selectPolicy: max, policies: [{type: Pods, value: 0, periodSeconds: 0}]}}")),
    ]), @"
    # to nothing
    /spec/minReplicas HorizontalPodAutoscaler: `minReplicas` is 0. Only a metric of the type `Object` or `External` could wake it, in a cluster that allows it.
    # to nothing until it is woken
    # another type
    /spec/metrics/0/type HorizontalPodAutoscaler: `spec.metrics[0].type` cannot be `resource`. Did you mean `Resource`?
    # of another
    /spec/metrics/0/type HorizontalPodAutoscaler: a metric of the type `Pods` is described by `pods`.
    # no target
    /spec/metrics/0/resource/target HorizontalPodAutoscaler: `spec.metrics[0].resource.target` must have one of `averageUtilization` and `averageValue`, has none.
    # a target of nothing
    /spec/metrics/0/resource/target/averageUtilization HorizontalPodAutoscaler: `spec.metrics[0].resource.target.averageUtilization` must be at least 1, is 0.
    # two targets
    /spec/metrics/0/resource/target HorizontalPodAutoscaler: `spec.metrics[0].resource.target` must have one of `averageUtilization` and `averageValue`, has `averageUtilization` and `averageValue`.
    /spec/metrics/0/resource/target/averageValue HorizontalPodAutoscaler: `spec.metrics[0].resource.target.averageValue` is 0, and it must be more than nothing.
    # how fast
    /spec/behavior/scaleDown/stabilizationWindowSeconds HorizontalPodAutoscaler: `spec.behavior.scaleDown.stabilizationWindowSeconds` must be from 0 to 3600, is 4000.
    /spec/behavior/scaleDown/selectPolicy HorizontalPodAutoscaler: `spec.behavior.scaleDown.selectPolicy` cannot be `max`. Did you mean `Max`?
    /spec/behavior/scaleDown/policies/0/value HorizontalPodAutoscaler: `spec.behavior.scaleDown.policies[0].value` must be at least 1, is 0.
    /spec/behavior/scaleDown/policies/0/periodSeconds HorizontalPodAutoscaler: `spec.behavior.scaleDown.policies[0].periodSeconds` must be from 1 to 1800, is 0.
    ");
}

#[test]
fn roles_and_bindings_say_for_whom_and_what() {
    let rbac = |kind: &str, rest: &str| object("rbac.authorization.k8s.io/v1", kind, rest);
    let bound = |kind: &str, subject: &str| rbac(kind, &format!("roleRef: {{kind: ClusterRole, name: r}}, subjects: [{{{subject}}}]"));
    insta::assert_snapshot!(rows(&[
        ("an account of the same namespace", bound("RoleBinding", "kind: ServiceAccount, name: a")),
        ("an account of no namespace", bound("ClusterRoleBinding", "kind: ServiceAccount, name: a")),
        ("an account with a group", bound("RoleBinding", "kind: ServiceAccount, name: a, apiGroup: rbac.authorization.k8s.io")),
        ("an account that there cannot be", bound("RoleBinding", "kind: ServiceAccount, name: A_b")),
        ("a core group", bound("RoleBinding", "kind: ServiceAccount, name: a, apiGroup: ''")),
        ("nobody", bound("RoleBinding", "kind: User, name: ''")),
        ("no role", rbac("RoleBinding", "roleRef: {apiGroup: rbac, kind: Role, name: ''}")),
        ("no verbs", rbac("Role", "rules: [{apiGroups: [''], resources: [pods], verbs: []}]")),
        ("no resources", rbac("Role", "rules: [{verbs: [get]}]")),
        ("no resource", rbac("Role", "rules: [{nonResourceURLs: [/a], verbs: [get]}]")),
        ("both", rbac("ClusterRole", "rules: [{nonResourceURLs: [/a], resources: [pods], verbs: [get]}]")),
        ("by labels", rbac("ClusterRole", "aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}, rules: []")),
    ]), @r#"
    # an account of the same namespace
    # an account of no namespace
    /subjects/0 ClusterRoleBinding: a `ServiceAccount` is bound with its `namespace`.
    # an account with a group
    /subjects/0/apiGroup RoleBinding: a `ServiceAccount` has no `apiGroup`. Leave it out.
    # an account that there cannot be
    /subjects/0/name RoleBinding: `subjects[0].name` is `A_b`, which is no name. It has small letters, digits, `-` and `.`.
    # a core group
    # nobody
    /subjects/0/name RoleBinding: `subjects[0].name` is empty.
    # no role
    /roleRef/apiGroup RoleBinding: `roleRef.apiGroup` cannot be `rbac`. Did you mean `rbac.authorization.k8s.io`?
    /roleRef/name RoleBinding: `roleRef.name` is empty.
    # no verbs
    /rules/0/verbs Role: `rules[0].verbs` is empty.
    # no resources
    /rules/0 Role: a rule needs `apiGroups`. The group of pods and services is `""`.
    /rules/0 Role: a rule needs `resources`.
    # no resource
    /rules/0/nonResourceURLs Role: `rules[0].nonResourceURLs` is not allowed here. Leave it out.
    # both
    /rules/0 ClusterRole: a rule is for resources or for `nonResourceURLs`. Make it two rules.
    # by labels
    "#);
}
