//! What the API asks of the fields of pods, of their containers and of each kind, as tables.

use super::rules::Row;
use super::rules::Rule::{
    Address, Amount, AtMostOne, Between, Cidr, DataKey, Expressions, FieldPath, Inner, Key, Label, Least, Needed, Nodes, One, Part,
    Positive, Selector, Straight, Subdomain, Without, Words,
};

/// The largest number of an account or a group, and of other numbers of 32 bits.
const MOST: i64 = 2_147_483_647;
/// The largest mode of a file: 0777.
const MODE: i64 = 0o777;
const SOURCES: [&str; 5] = ["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"];
const PROFILES: &[&str] = &["Localhost", "RuntimeDefault", "Unconfined"];
const HONOR: &[&str] = &["Honor", "Ignore"];
const PROTOCOLS: &[&str] = &["TCP", "UDP", "SCTP"];

/// Of a pod, from its `spec`.
pub(super) const POD: &[Row] = &[
    ("dnsPolicy", Words(&["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])),
    ("dnsConfig/nameservers[]", Address),
    ("hostAliases[]/ip", Address),
    ("ephemeralContainers", Without),
    ("hostname", Label),
    ("subdomain", Label),
    ("nodeName", Subdomain),
    ("serviceAccountName", Subdomain),
    ("preemptionPolicy", Words(&["Never", "PreemptLowerPriority"])),
    ("os/name", Words(&["linux", "windows"])),
    ("activeDeadlineSeconds", Between(1, MOST)),
    ("readinessGates[]/conditionType", Key),
    ("securityContext/seccompProfile/type", Words(PROFILES)),
    ("securityContext/appArmorProfile/type", Words(PROFILES)),
    ("securityContext/fsGroupChangePolicy", Words(&["Always", "OnRootMismatch"])),
    ("securityContext/supplementalGroupsPolicy", Words(&["Merge", "Strict"])),
    ("securityContext/runAsUser", Between(0, MOST)),
    ("securityContext/runAsGroup", Between(0, MOST)),
    ("securityContext/fsGroup", Between(0, MOST)),
    ("tolerations[]/key", Key),
    ("tolerations[]/operator", Words(&["Equal", "Exists", "Gt", "Lt"])),
    ("tolerations[]/effect", Words(&["NoExecute", "NoSchedule", "PreferNoSchedule"])),
    ("topologySpreadConstraints[]/maxSkew", Least(1)),
    ("topologySpreadConstraints[]/topologyKey", Needed),
    ("topologySpreadConstraints[]/whenUnsatisfiable", Words(&["DoNotSchedule", "ScheduleAnyway"])),
    ("topologySpreadConstraints[]/nodeAffinityPolicy", Words(HONOR)),
    ("topologySpreadConstraints[]/nodeTaintsPolicy", Words(HONOR)),
    ("topologySpreadConstraints[]/labelSelector", Selector),
    ("affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms[]", Nodes),
    ("affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution[]/weight", Between(1, 100)),
    ("affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution[]/preference", Nodes),
    ("affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution[]/topologyKey", Needed),
    ("affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution[]/labelSelector", Selector),
    ("affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution[]/weight", Between(1, 100)),
    ("affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution[]/podAffinityTerm/topologyKey", Needed),
    ("affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution[]/podAffinityTerm/labelSelector", Selector),
    ("affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution[]/topologyKey", Needed),
    ("affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution[]/labelSelector", Selector),
    ("affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution[]/weight", Between(1, 100)),
    ("affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution[]/podAffinityTerm/topologyKey", Needed),
    ("affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution[]/podAffinityTerm/labelSelector", Selector),
    ("volumes[]/secret/secretName", Needed),
    ("volumes[]/secret/defaultMode", Between(0, MODE)),
    ("volumes[]/secret/items[]/path", Inner),
    ("volumes[]/secret/items[]/mode", Between(0, MODE)),
    ("volumes[]/configMap/name", Needed),
    ("volumes[]/configMap/defaultMode", Between(0, MODE)),
    ("volumes[]/configMap/items[]/path", Inner),
    ("volumes[]/configMap/items[]/mode", Between(0, MODE)),
    ("volumes[]/downwardAPI/defaultMode", Between(0, MODE)),
    ("volumes[]/downwardAPI/items[]", One(&["fieldRef", "resourceFieldRef"])),
    ("volumes[]/downwardAPI/items[]/path", Inner),
    ("volumes[]/downwardAPI/items[]/mode", Between(0, MODE)),
    (
        "volumes[]/downwardAPI/items[]/fieldRef/fieldPath",
        FieldPath(&["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"]),
    ),
    ("volumes[]/projected/defaultMode", Between(0, MODE)),
    (
        "volumes[]/projected/sources[]",
        AtMostOne(&["clusterTrustBundle", "configMap", "downwardAPI", "podCertificate", "secret", "serviceAccountToken"]),
    ),
    ("volumes[]/projected/sources[]/serviceAccountToken/path", Inner),
    ("volumes[]/projected/sources[]/serviceAccountToken/expirationSeconds", Least(600)),
    ("volumes[]/projected/sources[]/secret/name", Needed),
    ("volumes[]/projected/sources[]/configMap/name", Needed),
    ("volumes[]/persistentVolumeClaim/claimName", Needed),
    ("volumes[]/hostPath/path", Straight),
    ("volumes[]/hostPath/type", Words(&["BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"])),
    ("volumes[]/emptyDir/sizeLimit", Amount),
];

/// Of each container, whether it starts the others or not.
pub(super) const CONTAINER: &[Row] = &[
    ("imagePullPolicy", Words(&["Always", "IfNotPresent", "Never"])),
    ("restartPolicy", Words(&["Always", "Never", "OnFailure"])),
    ("terminationMessagePolicy", Words(&["FallbackToLogsOnError", "File"])),
    ("securityContext/procMount", Words(&["Default", "Unmasked"])),
    ("securityContext/seccompProfile/type", Words(PROFILES)),
    ("securityContext/appArmorProfile/type", Words(PROFILES)),
    ("securityContext/runAsUser", Between(0, MOST)),
    ("securityContext/runAsGroup", Between(0, MOST)),
    ("ports[]/hostPort", Between(0, 65_535)),
    ("ports[]/protocol", Words(PROTOCOLS)),
    ("env[]/valueFrom", One(&SOURCES)),
    (
        "env[]/valueFrom/fieldRef/fieldPath",
        FieldPath(&[
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.host",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs",
        ]),
    ),
    ("env[]/valueFrom/configMapKeyRef/name", Needed),
    ("env[]/valueFrom/configMapKeyRef/key", DataKey),
    ("env[]/valueFrom/secretKeyRef/name", Needed),
    ("env[]/valueFrom/secretKeyRef/key", DataKey),
    ("envFrom[]", One(&["configMapRef", "secretRef"])),
    ("envFrom[]/configMapRef/name", Needed),
    ("envFrom[]/secretRef/name", Needed),
    ("volumeMounts[]/mountPath", Needed),
    ("volumeMounts[]/subPath", Inner),
    ("volumeMounts[]/mountPropagation", Words(&["Bidirectional", "HostToContainer", "None"])),
    ("volumeMounts[]/recursiveReadOnly", Words(&["Disabled", "Enabled", "IfPossible"])),
    ("lifecycle/preStop", One(HANDLERS)),
    ("lifecycle/preStop/exec/command", Needed),
    ("lifecycle/preStop/httpGet/scheme", Words(SCHEMES)),
    ("lifecycle/postStart", One(HANDLERS)),
    ("lifecycle/postStart/exec/command", Needed),
    ("lifecycle/postStart/httpGet/scheme", Words(SCHEMES)),
];

const HANDLERS: &[&str] = &["exec", "httpGet", "sleep", "tcpSocket"];
const SCHEMES: &[&str] = &["HTTP", "HTTPS"];

/// Of each probe of a container.
pub(super) const PROBE: &[Row] = &[
    ("exec/command", Needed),
    ("httpGet/scheme", Words(SCHEMES)),
    ("initialDelaySeconds", Least(0)),
    ("timeoutSeconds", Least(0)),
    ("periodSeconds", Least(0)),
    ("successThreshold", Least(0)),
    ("failureThreshold", Least(0)),
    ("terminationGracePeriodSeconds", Least(1)),
];

/// Of the kinds of a group.
pub(super) const KINDS: &[(&str, &[&str], &[Row])] = &[
    ("", &["Service"], SERVICE),
    (
        "",
        &["PersistentVolume"],
        &[
            ("spec/accessModes[]", Words(MODES)),
            ("spec/capacity/storage", Positive),
            ("spec/persistentVolumeReclaimPolicy", Words(&["Delete", "Recycle", "Retain"])),
            ("spec/storageClassName", Subdomain),
            ("spec/volumeMode", Words(VOLUMES)),
        ],
    ),
    (
        "",
        &["PersistentVolumeClaim"],
        &[("spec/volumeMode", Words(VOLUMES)), ("spec/storageClassName", Subdomain), ("spec/selector", Selector)],
    ),
    ("", &["ReplicationController"], &[("spec/replicas", Least(0)), ("spec/minReadySeconds", Least(0))]),
    ("apps", &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"], WORKLOADS),
    ("apps", &["Deployment"], DEPLOYMENT),
    (
        "apps",
        &["DaemonSet"],
        &[
            ("spec/updateStrategy/type", Words(&["OnDelete", "RollingUpdate"])),
            ("spec/updateStrategy/rollingUpdate/maxUnavailable", Part),
            ("spec/updateStrategy/rollingUpdate/maxSurge", Part),
        ],
    ),
    (
        "apps",
        &["StatefulSet"],
        &[
            ("spec/updateStrategy/type", Words(&["OnDelete", "RollingUpdate"])),
            ("spec/updateStrategy/rollingUpdate/partition", Least(0)),
            ("spec/podManagementPolicy", Words(&["OrderedReady", "Parallel"])),
            ("spec/persistentVolumeClaimRetentionPolicy/whenDeleted", Words(&["Delete", "Retain"])),
            ("spec/persistentVolumeClaimRetentionPolicy/whenScaled", Words(&["Delete", "Retain"])),
        ],
    ),
    ("autoscaling", &["HorizontalPodAutoscaler"], AUTOSCALER),
    (
        "batch",
        &["CronJob"],
        &[
            ("spec/concurrencyPolicy", Words(&["Allow", "Forbid", "Replace"])),
            ("spec/startingDeadlineSeconds", Least(0)),
            ("spec/successfulJobsHistoryLimit", Least(0)),
            ("spec/failedJobsHistoryLimit", Least(0)),
        ],
    ),
    (
        "networking.k8s.io",
        &["Ingress"],
        &[
            ("spec/ingressClassName", Subdomain),
            ("spec/tls[]/secretName", Subdomain),
            ("spec/rules[]/http/paths", Needed),
            ("spec/rules[]/http/paths[]/pathType", Words(&["Exact", "ImplementationSpecific", "Prefix"])),
        ],
    ),
    ("networking.k8s.io", &["NetworkPolicy"], NETWORK_POLICY),
    (
        "policy",
        &["PodDisruptionBudget"],
        &[
            ("spec/minAvailable", Part),
            ("spec/maxUnavailable", Part),
            ("spec/unhealthyPodEvictionPolicy", Words(&["AlwaysAllow", "IfHealthyBudget"])),
            ("spec/selector", Expressions),
        ],
    ),
    (
        "rbac.authorization.k8s.io",
        &["ClusterRoleBinding", "RoleBinding"],
        &[
            ("roleRef/apiGroup", Words(&["rbac.authorization.k8s.io"])),
            ("roleRef/name", Needed),
            ("subjects[]/kind", Words(&["Group", "ServiceAccount", "User"])),
            ("subjects[]/name", Needed),
        ],
    ),
    ("rbac.authorization.k8s.io", &["RoleBinding"], &[("roleRef/kind", Words(&["ClusterRole", "Role"]))]),
    ("rbac.authorization.k8s.io", &["ClusterRoleBinding"], &[("roleRef/kind", Words(&["ClusterRole"]))]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "Role"], &[("rules[]/verbs", Needed)]),
    ("rbac.authorization.k8s.io", &["Role"], &[("rules[]/nonResourceURLs", Without)]),
    (
        "storage.k8s.io",
        &["StorageClass"],
        &[
            ("provisioner", Needed),
            ("reclaimPolicy", Words(&["Delete", "Retain"])),
            ("volumeBindingMode", Words(&["Immediate", "WaitForFirstConsumer"])),
        ],
    ),
];

const MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const VOLUMES: &[&str] = &["Block", "Filesystem"];

const SERVICE: &[Row] = &[
    ("spec/type", Words(&["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"])),
    ("spec/sessionAffinity", Words(&["ClientIP", "None"])),
    ("spec/externalTrafficPolicy", Words(&["Cluster", "Local"])),
    ("spec/internalTrafficPolicy", Words(&["Cluster", "Local"])),
    ("spec/ipFamilies[]", Words(&["IPv4", "IPv6"])),
    ("spec/ipFamilyPolicy", Words(&["PreferDualStack", "RequireDualStack", "SingleStack"])),
    ("spec/trafficDistribution", Words(&["PreferClose", "PreferSameNode", "PreferSameZone"])),
    ("spec/externalIPs[]", Address),
    ("spec/loadBalancerSourceRanges[]", Cidr),
    ("spec/ports[]/protocol", Words(PROTOCOLS)),
    ("spec/ports[]/nodePort", Between(0, 65_535)),
    ("spec/ports[]/appProtocol", Key),
];

/// Of what keeps pods running.
const WORKLOADS: &[Row] = &[
    ("spec/replicas", Least(0)),
    ("spec/minReadySeconds", Least(0)),
    ("spec/revisionHistoryLimit", Least(0)),
    ("spec/selector", Expressions),
    ("spec/template/spec/activeDeadlineSeconds", Without),
];

const DEPLOYMENT: &[Row] = &[
    ("spec/strategy/type", Words(&["Recreate", "RollingUpdate"])),
    ("spec/strategy/rollingUpdate/maxSurge", Part),
    ("spec/strategy/rollingUpdate/maxUnavailable", Part),
    ("spec/progressDeadlineSeconds", Least(0)),
];

/// Of a service account that something is bound to.
pub(super) const ACCOUNT: &[Row] = &[("name", Subdomain)];

/// Of a job, from its `spec`.
pub(super) const JOB: &[Row] = &[
    ("activeDeadlineSeconds", Least(0)),
    ("backoffLimit", Least(0)),
    ("backoffLimitPerIndex", Least(0)),
    ("completions", Least(0)),
    ("parallelism", Least(0)),
    ("ttlSecondsAfterFinished", Least(0)),
    ("completionMode", Words(&["Indexed", "NonIndexed"])),
    ("podReplacementPolicy", Words(&["Failed", "TerminatingOrFailed"])),
    ("podFailurePolicy/rules[]/action", Words(&["Count", "FailIndex", "FailJob", "Ignore"])),
    ("podFailurePolicy/rules[]", One(&["onExitCodes", "onPodConditions"])),
    ("podFailurePolicy/rules[]/onExitCodes/operator", Words(&["In", "NotIn"])),
];

const AUTOSCALER: &[Row] = &[
    ("spec/minReplicas", Least(0)),
    ("spec/maxReplicas", Least(1)),
    ("spec/targetCPUUtilizationPercentage", Least(1)),
    ("spec/metrics[]/type", Words(&["ContainerResource", "External", "Object", "Pods", "Resource"])),
    ("spec/metrics[]", AtMostOne(&["containerResource", "external", "object", "pods", "resource"])),
    ("spec/metrics[]/containerResource/target", One(&["averageUtilization", "averageValue"])),
    ("spec/metrics[]/external/target", One(&["averageValue", "value"])),
    ("spec/metrics[]/resource/target", One(&["averageUtilization", "averageValue"])),
    ("spec/metrics[]/pods/target/averageValue", Needed),
    ("spec/behavior/scaleDown/stabilizationWindowSeconds", Between(0, 3600)),
    ("spec/behavior/scaleDown/selectPolicy", Words(CHOOSES)),
    ("spec/behavior/scaleDown/policies[]/type", Words(STEPS)),
    ("spec/behavior/scaleDown/policies[]/value", Least(1)),
    ("spec/behavior/scaleDown/policies[]/periodSeconds", Between(1, 1800)),
    ("spec/behavior/scaleUp/stabilizationWindowSeconds", Between(0, 3600)),
    ("spec/behavior/scaleUp/selectPolicy", Words(CHOOSES)),
    ("spec/behavior/scaleUp/policies[]/type", Words(STEPS)),
    ("spec/behavior/scaleUp/policies[]/value", Least(1)),
    ("spec/behavior/scaleUp/policies[]/periodSeconds", Between(1, 1800)),
];

const CHOOSES: &[&str] = &["Disabled", "Max", "Min"];
const STEPS: &[&str] = &["Percent", "Pods"];

/// Of the target of each metric of an autoscaler.
pub(super) const TARGET: &[Row] = &[
    ("type", Words(&["AverageValue", "Utilization", "Value"])),
    ("averageUtilization", Least(1)),
    ("averageValue", Positive),
    ("value", Positive),
];

const NETWORK_POLICY: &[Row] = &[
    ("spec/podSelector", Expressions),
    ("spec/policyTypes[]", Words(&["Egress", "Ingress"])),
    ("spec/ingress[]/ports[]/protocol", Words(PROTOCOLS)),
    ("spec/egress[]/ports[]/protocol", Words(PROTOCOLS)),
    ("spec/ingress[]/from[]/podSelector", Selector),
    ("spec/ingress[]/from[]/namespaceSelector", Selector),
    ("spec/egress[]/to[]/podSelector", Selector),
    ("spec/egress[]/to[]/namespaceSelector", Selector),
];

/// Kinds that are nothing without a `spec`.
pub(super) const SPECIFIED: &[(&str, &[&str])] = &[
    ("", &["PersistentVolume", "PersistentVolumeClaim", "Pod", "Service"]),
    ("apps", &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    ("batch", &["CronJob", "Job"]),
    ("networking.k8s.io", &["Ingress"]),
];
