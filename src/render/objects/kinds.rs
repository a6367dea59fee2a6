//! What each kind says by itself: services, routes, policies, roles, claims, scaling and schedules.

use super::{At, Look, cut, forms, shown};
use serde_json::Value;

/// Fields that take one of a few words.
const CHOICES: &[(&str, &str, &str, &[&str])] = &[
    ("", "Service", "/spec/type", &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]),
    ("", "Service", "/spec/sessionAffinity", &["ClientIP", "None"]),
    ("", "Service", "/spec/externalTrafficPolicy", &["Cluster", "Local"]),
    ("", "PersistentVolumeClaim", "/spec/volumeMode", &["Block", "Filesystem"]),
    ("apps", "Deployment", "/spec/strategy/type", &["Recreate", "RollingUpdate"]),
    ("apps", "DaemonSet", "/spec/updateStrategy/type", &["OnDelete", "RollingUpdate"]),
    ("apps", "StatefulSet", "/spec/updateStrategy/type", &["OnDelete", "RollingUpdate"]),
    ("apps", "StatefulSet", "/spec/podManagementPolicy", &["OrderedReady", "Parallel"]),
    ("batch", "CronJob", "/spec/concurrencyPolicy", &["Allow", "Forbid", "Replace"]),
    ("batch", "Job", "/spec/completionMode", &["Indexed", "NonIndexed"]),
    ("policy", "PodDisruptionBudget", "/spec/unhealthyPodEvictionPolicy", &["AlwaysAllow", "IfHealthyBudget"]),
    ("rbac.authorization.k8s.io", "RoleBinding", "/roleRef/kind", &["ClusterRole", "Role"]),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", "/roleRef/kind", &["ClusterRole"]),
    ("storage.k8s.io", "StorageClass", "/reclaimPolicy", &["Delete", "Retain"]),
    ("storage.k8s.io", "StorageClass", "/volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]),
];

/// Numbers that are not below something.
const LEAST: &[(&str, &str, i64)] = &[
    ("", "/spec/replicas", 0),
    ("", "/spec/revisionHistoryLimit", 0),
    ("", "/spec/minReadySeconds", 0),
    ("Job", "/spec/backoffLimit", 0),
    ("Job", "/spec/completions", 0),
    ("Job", "/spec/parallelism", 0),
    ("Job", "/spec/ttlSecondsAfterFinished", 0),
    ("CronJob", "/spec/successfulJobsHistoryLimit", 0),
    ("CronJob", "/spec/failedJobsHistoryLimit", 0),
    ("HorizontalPodAutoscaler", "/spec/minReplicas", 0),
    ("HorizontalPodAutoscaler", "/spec/maxReplicas", 1),
];

/// Fields that hold a number or a part of a hundred.
const PARTS: [&str; 4] =
    ["/spec/strategy/rollingUpdate/maxSurge", "/spec/strategy/rollingUpdate/maxUnavailable", "/spec/minAvailable", "/spec/maxUnavailable"];

impl Look<'_> {
    pub(super) fn by_kind(&mut self) {
        let (own_group, own_kind) = (self.group, self.kind);
        for (_, _, pointer, known) in CHOICES.iter().filter(|(group, kind, ..)| *group == own_group && *kind == own_kind) {
            self.one_of(pointer, known);
        }
        for (_, pointer, least) in LEAST.iter().filter(|(kind, ..)| kind.is_empty() || *kind == own_kind) {
            self.at_least(pointer, *least);
        }
        for pointer in PARTS {
            if let Some(text) = self.text(pointer).filter(|text| !forms::is_percent(text)) {
                let message = format!("{} is `{}`, and it is a number or a part such as `25%`", shown(pointer), cut(text));
                self.refuse(pointer, At::Value, message, "");
            }
        }
        match (self.group, self.kind) {
            ("", "Service") => self.service(),
            ("", "PersistentVolumeClaim") => self.claim("/spec"),
            ("apps", "Deployment") => self.rollout(),
            ("apps", "StatefulSet") => {
                for template in self.items("/spec/volumeClaimTemplates") {
                    self.claim(&format!("{template}/spec"));
                }
            }
            ("autoscaling", "HorizontalPodAutoscaler") => self.autoscaler(),
            ("batch", "CronJob") => self.cron_job(),
            ("networking.k8s.io", "Ingress") => self.ingress(),
            ("networking.k8s.io", "NetworkPolicy") => self.network_policy(),
            ("policy", "PodDisruptionBudget") if self.at("/spec/minAvailable").is_some() && self.at("/spec/maxUnavailable").is_some() => {
                self.refuse("/spec/maxUnavailable", At::Key, "has both `minAvailable` and `maxUnavailable`", "Leave one of them out.");
            }
            ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => self.binding(),
            _ => {}
        }
    }

    fn service(&mut self) {
        let external = self.text("/spec/type") == Some("ExternalName");
        let headless = self.text("/spec/clusterIP") == Some("None");
        let ports: Vec<String> = self.items("/spec/ports").collect();
        if external && self.text("/spec/externalName").is_none_or(str::is_empty) {
            self.refuse("/spec/type", At::Value, "an `ExternalName` needs `spec.externalName`", "");
        }
        if ports.is_empty() && !external && !headless && self.at("/spec").is_some() {
            self.refuse("/spec", At::Key, "has no `spec.ports`", "");
        }
        self.twice(&["/spec/ports".to_owned()], "name", "ports");
        let mut seen: Vec<(i64, &str)> = Vec::new();
        for port in &ports {
            self.port(&format!("{port}/port"));
            self.port(&format!("{port}/targetPort"));
            self.one_of(&format!("{port}/protocol"), &["TCP", "UDP", "SCTP"]);
            match self.text(&format!("{port}/name")) {
                None if ports.len() > 1 => self.refuse(port, At::Value, "each of several ports needs a name", ""),
                Some(name) if !forms::is_label(name) => {
                    self.refuse(&format!("{port}/name"), At::Value, format!("`{}` is no name of a port", cut(name)), "");
                }
                _ => {}
            }
            let Some(number) = self.number(&format!("{port}/port")) else { continue };
            let with = (number, self.text(&format!("{port}/protocol")).unwrap_or("TCP"));
            if seen.contains(&with) {
                self.refuse(&format!("{port}/port"), At::Value, format!("the port {number} of {} is there twice", with.1), "");
            }
            seen.push(with);
        }
    }

    fn claim(&mut self, spec: &str) {
        if self.at(&format!("{spec}/resources/requests/storage")).is_none() {
            self.refuse(spec, At::Key, "a claim must say how much: `resources.requests.storage`", "");
        }
        let modes = format!("{spec}/accessModes");
        if self.items(&modes).next().is_none() {
            self.refuse(spec, At::Key, "a claim must say `accessModes`", "Write `accessModes: [ReadWriteOnce]`.");
        }
        for mode in self.items(&modes) {
            self.one_of(&mode, &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]);
        }
    }

    fn rollout(&mut self) {
        let update = "/spec/strategy/rollingUpdate";
        if self.text("/spec/strategy/type") == Some("Recreate") && self.at(update).is_some() {
            self.refuse(update, At::Key, "`rollingUpdate` is not for `Recreate`", "Leave one of them out.");
        }
        let nothing = |value: Option<&Value>| value.is_some_and(|value| value.as_i64() == Some(0) || value.as_str() == Some("0%"));
        let (surge, unavailable) = (self.at(&format!("{update}/maxSurge")), self.at(&format!("{update}/maxUnavailable")));
        if nothing(surge) && nothing(unavailable) {
            let message = "with neither more nor fewer pods than wanted nothing could ever be replaced";
            self.refuse(
                &format!("{update}/maxUnavailable"),
                At::Value,
                message,
                "Make one of `maxSurge` and `maxUnavailable` more than 0.",
            );
        }
    }

    fn autoscaler(&mut self) {
        let (least, most) = (self.number("/spec/minReplicas"), self.number("/spec/maxReplicas"));
        if let Some((least, most)) = least.zip(most).filter(|(least, most)| least > most) {
            // A policy says it to whom it belongs, and would not be asked about what is refused.
            self.doubt("/spec/minReplicas", At::Value, format!("`minReplicas` is {least}, and `maxReplicas` is {most}"), "");
        }
    }

    fn cron_job(&mut self) {
        let Some(schedule) = self.text("/spec/schedule") else { return };
        if schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=") {
            return self.refuse("/spec/schedule", At::Value, "the schedule names a time zone", "Write it as `spec.timeZone`.");
        }
        if !forms::is_schedule(schedule) {
            let help = "It has five parts: minute, hour, day, month, day of the week.";
            self.refuse("/spec/schedule", At::Value, format!("`{}` is no schedule", cut(schedule)), help);
        }
    }

    fn ingress(&mut self) {
        for rule in self.items("/spec/rules") {
            let host = format!("{rule}/host");
            if let Some(text) = self.text(&host).filter(|text| !text.is_empty() && !forms::is_host(text)) {
                self.refuse(
                    &host,
                    At::Value,
                    format!("`{}` is no name of a host", cut(text)),
                    "It has no scheme, no port and no capital letters.",
                );
            }
            for path in self.items(&format!("{rule}/http/paths")) {
                self.one_of(&format!("{path}/pathType"), &["Exact", "ImplementationSpecific", "Prefix"]);
                let place = format!("{path}/path");
                let absolute = self.text(&place).is_none_or(|text| text.starts_with('/'));
                if !absolute && self.text(&format!("{path}/pathType")) != Some("ImplementationSpecific") {
                    self.refuse(&place, At::Value, format!("{} must begin with `/`", shown(&place)), "");
                }
                self.backend(&format!("{path}/backend"));
            }
        }
        self.backend("/spec/defaultBackend");
    }

    fn backend(&mut self, backend: &str) {
        if self.at(&format!("{backend}/service")).is_none() {
            return;
        }
        let port = format!("{backend}/service/port");
        let said = ["name", "number"].iter().filter(|field| self.at(&format!("{port}/{field}")).is_some()).count();
        if said != 1 {
            let place = if said == 0 { format!("{backend}/service") } else { port.clone() };
            self.refuse(&place, At::Key, "the port of a service is its `name` or its `number`", "Write one of them under `port`.");
        }
        self.port(&format!("{port}/number"));
        self.port(&format!("{port}/name"));
    }

    fn network_policy(&mut self) {
        for kind in self.items("/spec/policyTypes") {
            self.one_of(&kind, &["Egress", "Ingress"]);
        }
        for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
            for rule in self.items(&format!("/spec/{direction}")) {
                for port in self.items(&format!("{rule}/ports")) {
                    self.port(&format!("{port}/port"));
                    self.one_of(&format!("{port}/protocol"), &["TCP", "UDP", "SCTP"]);
                }
                for peer in self.items(&format!("{rule}/{peers}")) {
                    self.peer(&peer);
                }
            }
        }
    }

    fn peer(&mut self, peer: &str) {
        let block = format!("{peer}/ipBlock");
        let selects = ["podSelector", "namespaceSelector"].iter().any(|field| self.at(&format!("{peer}/{field}")).is_some());
        if self.at(&block).is_some() && selects {
            self.refuse(&block, At::Key, "`ipBlock` stands by itself, without a selector", "Make it an entry of its own.");
        }
        let mut places = vec![format!("{block}/cidr")];
        places.extend(self.items(&format!("{block}/except")));
        for place in places {
            if let Some(text) = self.text(&place).filter(|text| !forms::is_cidr(text)) {
                self.refuse(&place, At::Value, format!("`{}` is no block of addresses", cut(text)), "Such as `10.0.0.0/8`.");
            }
        }
    }

    fn binding(&mut self) {
        for subject in self.items("/subjects") {
            let (kind, group) = (format!("{subject}/kind"), format!("{subject}/apiGroup"));
            self.one_of(&kind, &["Group", "ServiceAccount", "User"]);
            match self.text(&kind) {
                Some("ServiceAccount") if self.text(&format!("{subject}/namespace")).is_none_or(str::is_empty) => {
                    self.refuse(&subject, At::Value, "a `ServiceAccount` is bound with its `namespace`", "");
                }
                Some("Group" | "User") if self.text(&group).is_some_and(|group| group != "rbac.authorization.k8s.io") => {
                    self.refuse(&group, At::Value, "users and groups are of `rbac.authorization.k8s.io`", "");
                }
                _ => {}
            }
        }
    }
}
