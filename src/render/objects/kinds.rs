//! What each kind says by itself: services, routes, policies, roles, claims, scaling and schedules.

use super::{At, Look, Spot, cut, forms};

/// Fields that take one of a few words.
const CHOICES: &[(&str, &str, &str, &[&str])] = &[
    ("", "Service", "spec/type", &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]),
    ("", "Service", "spec/sessionAffinity", &["ClientIP", "None"]),
    ("", "Service", "spec/externalTrafficPolicy", &["Cluster", "Local"]),
    ("", "PersistentVolumeClaim", "spec/volumeMode", &["Block", "Filesystem"]),
    ("apps", "Deployment", "spec/strategy/type", &["Recreate", "RollingUpdate"]),
    ("apps", "DaemonSet", "spec/updateStrategy/type", &["OnDelete", "RollingUpdate"]),
    ("apps", "StatefulSet", "spec/updateStrategy/type", &["OnDelete", "RollingUpdate"]),
    ("apps", "StatefulSet", "spec/podManagementPolicy", &["OrderedReady", "Parallel"]),
    ("batch", "CronJob", "spec/concurrencyPolicy", &["Allow", "Forbid", "Replace"]),
    ("batch", "Job", "spec/completionMode", &["Indexed", "NonIndexed"]),
    ("policy", "PodDisruptionBudget", "spec/unhealthyPodEvictionPolicy", &["AlwaysAllow", "IfHealthyBudget"]),
    ("rbac.authorization.k8s.io", "RoleBinding", "roleRef/kind", &["ClusterRole", "Role"]),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", "roleRef/kind", &["ClusterRole"]),
    ("storage.k8s.io", "StorageClass", "reclaimPolicy", &["Delete", "Retain"]),
    ("storage.k8s.io", "StorageClass", "volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]),
];

/// Numbers below `spec` that are not below something, by kind.
const LEAST: &[(&[&str], &str, i64)] = &[
    (&["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"], "replicas", 0),
    (&["DaemonSet", "Deployment", "StatefulSet"], "revisionHistoryLimit", 0),
    (&["DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"], "minReadySeconds", 0),
    (&["Job"], "backoffLimit", 0),
    (&["Job"], "completions", 0),
    (&["Job"], "parallelism", 0),
    (&["Job"], "ttlSecondsAfterFinished", 0),
    (&["CronJob"], "successfulJobsHistoryLimit", 0),
    (&["CronJob"], "failedJobsHistoryLimit", 0),
    (&["HorizontalPodAutoscaler"], "minReplicas", 0),
    (&["HorizontalPodAutoscaler"], "maxReplicas", 1),
];

/// Fields below `spec` that hold a number or a part of a hundred, by kind.
const PARTS: [(&str, &str); 4] = [
    ("Deployment", "strategy/rollingUpdate/maxSurge"),
    ("Deployment", "strategy/rollingUpdate/maxUnavailable"),
    ("PodDisruptionBudget", "minAvailable"),
    ("PodDisruptionBudget", "maxUnavailable"),
];

impl Look<'_> {
    pub(super) fn by_kind(&mut self) {
        let (own_group, own_kind) = (self.group, self.kind);
        let top = self.top();
        for (_, _, fields, known) in CHOICES.iter().filter(|(group, kind, ..)| *group == own_group && *kind == own_kind) {
            self.one_of(&top.at(fields), known);
        }
        let spec = top.at("spec");
        for (_, field, least) in LEAST.iter().filter(|(kinds, ..)| kinds.contains(&own_kind)) {
            self.at_least(&spec.at(field), *least);
        }
        for (_, fields) in PARTS.iter().filter(|(kind, _)| *kind == own_kind) {
            let part = spec.at(fields);
            if let Some(text) = part.text().filter(|text| !forms::is_percent(text)) {
                let message = format!("{} is `{}`, and it is a number or a part such as `25%`", part.shown(), cut(text));
                self.refuse(&part, At::Value, message, "");
            }
        }
        match (self.group, self.kind) {
            ("", "Service") => self.service(&spec),
            ("", "PersistentVolumeClaim") => self.claim(&spec),
            ("apps", "Deployment") => self.rollout(&spec),
            ("apps", "StatefulSet") => {
                for template in spec.at("volumeClaimTemplates").items() {
                    self.claim(&template.at("spec"));
                }
            }
            ("autoscaling", "HorizontalPodAutoscaler") => self.autoscaler(&spec),
            ("batch", "CronJob") => self.cron_job(&spec),
            ("networking.k8s.io", "Ingress") => self.ingress(&spec),
            ("networking.k8s.io", "NetworkPolicy") => self.network_policy(&spec),
            ("policy", "PodDisruptionBudget") if spec.at("minAvailable").is_there() && spec.at("maxUnavailable").is_there() => {
                let help = "Leave one of them out.";
                self.refuse(&spec.at("maxUnavailable"), At::Key, "has both `minAvailable` and `maxUnavailable`", help);
            }
            ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => self.binding(&top),
            _ => {}
        }
    }

    fn service(&mut self, spec: &Spot<'_, '_>) {
        let kind = spec.at("type");
        let external = kind.text() == Some("ExternalName");
        let headless = spec.at("clusterIP").text() == Some("None");
        let ports = spec.at("ports");
        let count = ports.items().count();
        if external && spec.at("externalName").text().is_none_or(str::is_empty) {
            self.refuse(&kind, At::Value, "an `ExternalName` needs `spec.externalName`", "");
        }
        if count == 0 && !external && !headless && spec.is_there() {
            self.refuse(spec, At::Key, "has no `spec.ports`", "");
        }
        self.twice(std::slice::from_ref(&ports), "name", "ports");
        let mut seen: Vec<(i64, &str)> = Vec::new();
        for port in ports.items() {
            let (number, name, protocol) = (port.at("port"), port.at("name"), port.at("protocol"));
            self.port(&number);
            self.port(&port.at("targetPort"));
            self.one_of(&protocol, &["TCP", "UDP", "SCTP"]);
            match name.text() {
                None if count > 1 => self.refuse(&port, At::Value, "each of several ports needs a name", ""),
                Some(text) if !forms::is_label(text) => {
                    self.refuse(&name, At::Value, format!("`{}` is no name of a port", cut(text)), "");
                }
                _ => {}
            }
            let Some(digits) = number.number() else { continue };
            let with = (digits, protocol.text().unwrap_or("TCP"));
            if seen.contains(&with) {
                self.refuse(&number, At::Value, format!("the port {digits} of {} is there twice", with.1), "");
            }
            seen.push(with);
        }
    }

    fn claim(&mut self, spec: &Spot<'_, '_>) {
        let storage = spec.at("resources/requests/storage");
        match storage.value() {
            None => self.refuse(spec, At::Key, "a claim must say how much: `resources.requests.storage`", ""),
            Some(value) if forms::amount(value).is_some_and(|amount| amount <= 0.0) => {
                let message = format!("{} is {}, and a claim is for more than nothing", storage.shown(), forms::written(value));
                self.refuse(&storage, At::Value, message, "Write how much, such as `storage: 10Gi`.");
            }
            Some(_) => self.bytes(&storage),
        }
        let modes = spec.at("accessModes");
        if modes.items().next().is_none() {
            self.refuse(spec, At::Key, "a claim must say `accessModes`", "Write `accessModes: [ReadWriteOnce]`.");
        }
        for mode in modes.items() {
            self.one_of(&mode, &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]);
        }
    }

    fn rollout(&mut self, spec: &Spot<'_, '_>) {
        let update = spec.at("strategy/rollingUpdate");
        if spec.at("strategy/type").text() == Some("Recreate") && update.is_there() {
            self.refuse(&update, At::Key, "`rollingUpdate` is not for `Recreate`", "Leave one of them out.");
        }
        let nothing = |spot: &Spot<'_, '_>| spot.number() == Some(0) || spot.text() == Some("0%");
        let unavailable = update.at("maxUnavailable");
        if nothing(&update.at("maxSurge")) && nothing(&unavailable) {
            let message = "with neither more nor fewer pods than wanted nothing could ever be replaced";
            self.refuse(&unavailable, At::Value, message, "Make one of `maxSurge` and `maxUnavailable` more than 0.");
        }
    }

    fn autoscaler(&mut self, spec: &Spot<'_, '_>) {
        let least = spec.at("minReplicas");
        let both = least.number().zip(spec.at("maxReplicas").number());
        if let Some((fewest, most)) = both.filter(|(fewest, most)| fewest > most) {
            // A policy says it to whom it belongs, and would not be asked about what is refused.
            self.doubt(&least, At::Value, format!("`minReplicas` is {fewest}, and `maxReplicas` is {most}"), "");
        }
    }

    fn cron_job(&mut self, spec: &Spot<'_, '_>) {
        let place = spec.at("schedule");
        let Some(schedule) = place.text() else { return };
        if schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=") {
            return self.refuse(&place, At::Value, "the schedule names a time zone", "Write it as `spec.timeZone`.");
        }
        if !forms::is_schedule(schedule) {
            let help = "It has five parts: minute, hour, day, month, day of the week.";
            self.refuse(&place, At::Value, format!("`{}` is no schedule", cut(schedule)), help);
        }
    }

    fn ingress(&mut self, spec: &Spot<'_, '_>) {
        for rule in spec.at("rules").items() {
            let host = rule.at("host");
            if let Some(text) = host.text().filter(|text| !text.is_empty() && !forms::is_host(text)) {
                let message = format!("`{}` is no name of a host", cut(text));
                self.refuse(&host, At::Value, message, "It has no scheme, no port and no capital letters.");
            }
            for path in rule.at("http/paths").items() {
                let kind = path.at("pathType");
                self.one_of(&kind, &["Exact", "ImplementationSpecific", "Prefix"]);
                let place = path.at("path");
                let absolute = place.text().is_none_or(|text| text.starts_with('/'));
                if !absolute && kind.text() != Some("ImplementationSpecific") {
                    self.refuse(&place, At::Value, format!("{} must begin with `/`", place.shown()), "");
                }
                self.backend(&path.at("backend"));
            }
        }
        self.backend(&spec.at("defaultBackend"));
    }

    fn backend(&mut self, backend: &Spot<'_, '_>) {
        let service = backend.at("service");
        if !service.is_there() {
            return;
        }
        let port = service.at("port");
        let (name, number) = (port.at("name"), port.at("number"));
        let said = usize::from(name.is_there()) + usize::from(number.is_there());
        if said != 1 {
            let place = if said == 0 { &service } else { &port };
            self.refuse(place, At::Key, "the port of a service is its `name` or its `number`", "Write one of them under `port`.");
        }
        self.port(&number);
        self.port(&name);
    }

    fn network_policy(&mut self, spec: &Spot<'_, '_>) {
        for kind in spec.at("policyTypes").items() {
            self.one_of(&kind, &["Egress", "Ingress"]);
        }
        for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
            for rule in spec.at(direction).items() {
                for port in rule.at("ports").items() {
                    self.port(&port.at("port"));
                    self.one_of(&port.at("protocol"), &["TCP", "UDP", "SCTP"]);
                }
                for peer in rule.at(peers).items() {
                    self.peer(&peer);
                }
            }
        }
    }

    fn peer(&mut self, peer: &Spot<'_, '_>) {
        let block = peer.at("ipBlock");
        if block.is_there() && ["podSelector", "namespaceSelector"].iter().any(|field| peer.at(field).is_there()) {
            self.refuse(&block, At::Key, "`ipBlock` stands by itself, without a selector", "Make it an entry of its own.");
        }
        let except = block.at("except");
        for place in std::iter::once(block.at("cidr")).chain(except.items()) {
            if let Some(text) = place.text().filter(|text| !forms::is_cidr(text)) {
                self.refuse(&place, At::Value, format!("`{}` is no block of addresses", cut(text)), "Such as `10.0.0.0/8`.");
            }
        }
    }

    fn binding(&mut self, top: &Spot<'_, '_>) {
        for subject in top.at("subjects").items() {
            let (kind, group) = (subject.at("kind"), subject.at("apiGroup"));
            self.one_of(&kind, &["Group", "ServiceAccount", "User"]);
            match kind.text() {
                Some("ServiceAccount") if subject.at("namespace").text().is_none_or(str::is_empty) => {
                    self.refuse(&subject, At::Value, "a `ServiceAccount` is bound with its `namespace`", "");
                }
                Some("Group" | "User") if group.text().is_some_and(|group| group != "rbac.authorization.k8s.io") => {
                    self.refuse(&group, At::Value, "users and groups are of `rbac.authorization.k8s.io`", "");
                }
                _ => {}
            }
        }
    }
}
