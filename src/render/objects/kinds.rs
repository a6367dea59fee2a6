//! What each kind says by itself: services, routes, policies, roles, claims, scaling and schedules.

use super::{At, Look, Spot, cut, forms, tables};
use serde_json::Value;

impl Look<'_> {
    pub(super) fn by_kind(&mut self) {
        let (own_group, own_kind) = (self.group, self.kind);
        let top = self.top();
        for (_, _, rows) in tables::KINDS.iter().filter(|(group, kinds, _)| *group == own_group && kinds.contains(&own_kind)) {
            self.hold(&top, rows);
        }
        let spec = top.at("spec");
        match (self.group, self.kind) {
            ("", "Service") => self.service(&spec),
            ("", "PersistentVolume") => self.volume(&spec),
            ("", "PersistentVolumeClaim") => self.claim(&spec),
            ("apps", "Deployment") => self.rollout(&spec),
            ("apps", "DaemonSet") => {
                let update = spec.at("updateStrategy/rollingUpdate");
                if is_nothing(&update.at("maxUnavailable")) && (is_nothing(&update.at("maxSurge")) || !update.at("maxSurge").is_there()) {
                    self.refuse(&update.at("maxUnavailable"), At::Value, NEVER, "Make one of `maxSurge` and `maxUnavailable` more than 0.");
                }
            }
            ("apps", "StatefulSet") => {
                for template in spec.at("volumeClaimTemplates").items() {
                    self.claim(&template.at("spec"));
                }
            }
            ("autoscaling", "HorizontalPodAutoscaler") => self.autoscaler(&spec),
            ("batch", "CronJob") => self.cron_job(&spec),
            ("batch", "Job") => self.job(&spec),
            ("networking.k8s.io", "Ingress") => self.ingress(&spec),
            ("networking.k8s.io", "NetworkPolicy") => self.network_policy(&spec),
            ("policy", "PodDisruptionBudget") if spec.at("minAvailable").is_there() && spec.at("maxUnavailable").is_there() => {
                let help = "Leave one of them out.";
                self.refuse(&spec.at("maxUnavailable"), At::Key, "has both `minAvailable` and `maxUnavailable`", help);
            }
            ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => self.binding(&top),
            ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => self.role(&top),
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
        self.reach(spec, kind.text().unwrap_or("ClusterIP"));
        if count == 0 && !external && !headless {
            self.refuse(spec, At::Key, "has no `spec.ports`", "");
        }
        self.twice(std::slice::from_ref(&ports), "name", "ports");
        let mut seen: Vec<(i64, &str)> = Vec::new();
        for port in ports.items() {
            let (number, name, protocol) = (port.at("port"), port.at("name"), port.at("protocol"));
            self.port(&number);
            self.port(&port.at("targetPort"));
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

    /// What of a service is for some types alone.
    fn reach(&mut self, spec: &Spot<'_, '_>, kind: &str) {
        let name = spec.at("externalName");
        if let Some(text) =
            name.text().filter(|text| kind == "ExternalName" && !text.is_empty() && !forms::is_subdomain(text.trim_end_matches('.')))
        {
            self.refuse(&name, At::Value, format!("`{}` is no name of a host", cut(text)), "");
        }
        let mut not_for = |place: &Spot<'_, '_>, wanted: &str| {
            if place.is_there() {
                self.refuse(place, At::Key, format!("{} is not for the type `{}`", place.shown(), cut(kind)), wanted);
            }
        };
        let balanced = kind == "LoadBalancer";
        let from_outside = balanced || kind == "NodePort";
        if !balanced {
            for field in ["loadBalancerClass", "loadBalancerSourceRanges", "healthCheckNodePort"] {
                let place = spec.at(field);
                // An empty list and 0 say nothing.
                let said = place.items().next().is_some()
                    || place.text().is_some_and(|text| !text.is_empty())
                    || place.number().is_some_and(|n| n != 0);
                if said {
                    not_for(&place, "It is for `LoadBalancer`.");
                }
            }
        }
        if kind == "ClusterIP" {
            for port in spec.at("ports").items().filter(|port| port.at("nodePort").number().is_some_and(|number| number != 0)) {
                not_for(&port.at("nodePort"), "It is for `NodePort` and `LoadBalancer`.");
            }
        }
        let outside = spec.at("externalIPs");
        if !from_outside && outside.items().next().is_none() && spec.at("externalTrafficPolicy").text().is_some_and(|text| !text.is_empty())
        {
            not_for(&spec.at("externalTrafficPolicy"), "It is for `NodePort` and `LoadBalancer`.");
        }
        let address = spec.at("clusterIP");
        match address.text() {
            Some("None") if from_outside => not_for(&address, "A service without an address is a `ClusterIP`."),
            Some(text) if !matches!(text, "" | "None") && !forms::is_any_address(text) => {
                self.refuse(&address, At::Value, format!("`{}` is no address of IP", cut(text)), "");
            }
            _ => {}
        }
    }

    /// A volume is one thing, of some size.
    fn volume(&mut self, spec: &Spot<'_, '_>) {
        if !spec.at("accessModes").is_there() {
            self.refuse(spec, At::Key, "a volume must say `accessModes`", "Write `accessModes: [ReadWriteOnce]`.");
        }
        if !spec.at("capacity/storage").is_there() {
            self.refuse(spec, At::Key, "a volume must say how large it is: `capacity.storage`", "");
        }
        let sources: Vec<&str> =
            spec.entries().filter(|(key, value)| !OF_ALL_VOLUMES.contains(key) && value.is_there()).map(|(key, _)| key).collect();
        if sources.len() != 1 {
            let has = if sources.is_empty() { "nothing".to_owned() } else { crate::model::quoted_list(sources.iter().copied()) };
            self.refuse(spec, At::Key, format!("a volume is one thing, such as `csi`, and this one is {has}"), "");
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
            if mode.text() == Some("ReadWriteOncePod") && modes.items().count() > 1 {
                self.refuse(&mode, At::Value, "`ReadWriteOncePod` stands by itself", "Leave the others out.");
            }
        }
    }

    fn rollout(&mut self, spec: &Spot<'_, '_>) {
        let update = spec.at("strategy/rollingUpdate");
        if spec.at("strategy/type").text() == Some("Recreate") && update.is_there() {
            self.refuse(&update, At::Key, "`rollingUpdate` is not for `Recreate`", "Leave one of them out.");
        }
        let (deadline, ready) = (spec.at("progressDeadlineSeconds"), spec.at("minReadySeconds"));
        // As the API fills it in.
        let (seconds, least) = (deadline.number().unwrap_or(600), ready.number().unwrap_or(0));
        if seconds <= least && seconds >= 0 && least >= 0 {
            let place = if deadline.is_there() { &deadline } else { &ready };
            let message = format!("`progressDeadlineSeconds` is {seconds}, and `minReadySeconds` {least}: it would never be done in time");
            self.refuse(place, At::Value, message, "");
        }
        let unavailable = update.at("maxUnavailable");
        if is_nothing(&update.at("maxSurge")) && is_nothing(&unavailable) {
            self.refuse(&unavailable, At::Value, NEVER, "Make one of `maxSurge` and `maxUnavailable` more than 0.");
        }
    }

    fn autoscaler(&mut self, spec: &Spot<'_, '_>) {
        let least = spec.at("minReplicas");
        let wakes = |metric: Spot<'_, '_>| matches!(metric.at("type").text(), Some("External" | "Object"));
        if least.number() == Some(0) && !spec.at("metrics").items().any(wakes) {
            let help = "Only a metric of the type `Object` or `External` could wake it, in a cluster that allows it.";
            self.refuse(&least, At::Value, "`minReplicas` is 0", help);
        }
        spec.at("metrics").items().for_each(|metric| self.metric(&metric));
        let both = least.number().zip(spec.at("maxReplicas").number());
        if let Some((fewest, most)) = both.filter(|(fewest, most)| fewest > most) {
            // A policy says it to whom it belongs, and would not be asked about what is refused.
            self.doubt(&least, At::Value, format!("`minReplicas` is {fewest}, and `maxReplicas` is {most}"), "");
        }
    }

    fn metric(&mut self, metric: &Spot<'_, '_>) {
        let kind = metric.at("type");
        for (name, field) in [
            ("ContainerResource", "containerResource"),
            ("External", "external"),
            ("Object", "object"),
            ("Pods", "pods"),
            ("Resource", "resource"),
        ] {
            let source = metric.at(field);
            if kind.text() == Some(name) && !source.is_there() {
                self.refuse(&kind, At::Value, format!("a metric of the type `{name}` is described by `{field}`"), "");
            }
            let target = source.at("target");
            self.hold(&target, tables::TARGET);
            if field == "object" && target.is_there() && !target.at("value").is_there() && !target.at("averageValue").is_there() {
                self.refuse(&target, At::Key, "a target has `value` or `averageValue`", "");
            }
        }
    }

    fn job(&mut self, spec: &Spot<'_, '_>) {
        self.hold(spec, tables::JOB);
        let mode = spec.at("completionMode");
        if mode.text() == Some("Indexed") && !spec.at("completions").is_there() {
            self.refuse(&mode, At::Value, "an `Indexed` job needs `completions`", "");
        }
    }

    fn cron_job(&mut self, spec: &Spot<'_, '_>) {
        self.job(&spec.at("jobTemplate/spec"));
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
        if spec.at("rules").items().next().is_none() && !spec.at("defaultBackend").is_there() {
            self.refuse(spec, At::Key, "has neither `rules` nor a `defaultBackend`", "");
        }
        for tls in spec.at("tls").items() {
            tls.at("hosts").items().for_each(|host| self.host(&host));
        }
        for rule in spec.at("rules").items() {
            self.host(&rule.at("host"));
            for path in rule.at("http/paths").items() {
                self.path(&path);
                self.backend(&path.at("backend"));
            }
        }
        self.backend(&spec.at("defaultBackend"));
    }

    fn host(&mut self, host: &Spot<'_, '_>) {
        if let Some(text) = host.text().filter(|text| !text.is_empty() && !forms::is_host(text)) {
            let message = format!("`{}` is no name of a host", cut(text));
            self.refuse(host, At::Value, message, "It has no scheme, no port and no capital letters.");
        }
    }

    fn path(&mut self, path: &Spot<'_, '_>) {
        let (kind, place) = (path.at("pathType").text(), path.at("path"));
        let text = place.text().unwrap_or_default();
        let literal = matches!(kind, Some("Exact" | "Prefix"));
        if !text.starts_with('/') && (literal || kind == Some("ImplementationSpecific") && !text.is_empty()) {
            let there = if place.is_there() { &place } else { path };
            self.refuse(there, At::Value, format!("{} must begin with `/`", place.shown()), "");
        }
        let odd = ["//", "/./", "/../", "%2f", "%2F"].iter().find(|odd| text.contains(**odd));
        let odd = odd.or_else(|| ["/..", "/."].iter().find(|odd| text.ends_with(**odd)));
        if let Some(odd) = odd.filter(|_| literal) {
            self.refuse(&place, At::Value, format!("{} cannot hold `{odd}`", place.shown()), "");
        }
    }

    fn backend(&mut self, backend: &Spot<'_, '_>) {
        let service = backend.at("service");
        if backend.is_there() && service.is_there() == backend.at("resource").is_there() {
            self.refuse(backend, At::Key, "a backend is one `service` or one `resource`", "");
        }
        if !service.is_there() {
            return;
        }
        let name = service.at("name");
        if let Some(text) = name.text().filter(|text| !forms::is_label(text)) {
            self.refuse(
                &name,
                At::Value,
                format!("`{}` is no name of a Service", cut(text)),
                "It has at most 63 small letters, digits and `-`.",
            );
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
        let types = spec.at("policyTypes");
        if types.items().count() > 2 {
            self.refuse(&types, At::Key, "a policy is for `Ingress` and `Egress`, each said once", "");
        }
        for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
            for rule in spec.at(direction).items() {
                for port in rule.at("ports").items() {
                    self.port(&port.at("port"));
                    self.end_port(&port);
                }
                for peer in rule.at(peers).items() {
                    self.peer(&peer);
                }
            }
        }
    }

    fn end_port(&mut self, port: &Spot<'_, '_>) {
        let (first, last) = (port.at("port"), port.at("endPort"));
        let Some(end) = last.number() else { return };
        self.port(&last);
        match first.number() {
            None => self.refuse(&last, At::Key, "`endPort` needs a `port` that is a number", ""),
            Some(start) if end < start => self.refuse(&last, At::Value, format!("`endPort` is {end}, and `port` is {start}"), ""),
            Some(_) => {}
        }
    }

    fn peer(&mut self, peer: &Spot<'_, '_>) {
        let block = peer.at("ipBlock");
        if !["ipBlock", "podSelector", "namespaceSelector"].iter().any(|field| peer.at(field).is_there()) {
            self.refuse(peer, At::Value, "an entry names nobody", "Without the list everybody is meant; all pods are `podSelector: {}`.");
        }
        if block.is_there() && ["podSelector", "namespaceSelector"].iter().any(|field| peer.at(field).is_there()) {
            self.refuse(&block, At::Key, "`ipBlock` stands by itself, without a selector", "Make it an entry of its own.");
        }
        let except = block.at("except");
        let whole = block.at("cidr").text().and_then(forms::block);
        for place in except.items() {
            let inner = place.text().and_then(forms::block);
            if whole.zip(inner).is_some_and(|(whole, inner)| !forms::is_part(inner, whole)) {
                let message = format!(
                    "`{}` is no part of `{}`",
                    cut(place.text().unwrap_or_default()),
                    cut(block.at("cidr").text().unwrap_or_default())
                );
                self.refuse(&place, At::Value, message, "What is left out of a block is a smaller block in it.");
            }
        }
        for place in std::iter::once(block.at("cidr")).chain(except.items()) {
            if let Some(text) = place.text().filter(|text| !forms::is_any_cidr(text)) {
                self.refuse(&place, At::Value, format!("`{}` is no block of addresses", cut(text)), "Such as `10.0.0.0/8`.");
            }
        }
    }

    fn binding(&mut self, top: &Spot<'_, '_>) {
        for subject in top.at("subjects").items() {
            let (kind, group) = (subject.at("kind"), subject.at("apiGroup"));
            let said = group.text().unwrap_or_default();
            match kind.text() {
                // In a namespace, without another one its own is meant.
                Some("ServiceAccount") if self.kind == "ClusterRoleBinding" && subject.at("namespace").text().is_none_or(str::is_empty) => {
                    self.refuse(&subject, At::Value, "a `ServiceAccount` is bound with its `namespace`", "");
                }
                Some("ServiceAccount") if !said.is_empty() => {
                    self.refuse(&group, At::Value, "a `ServiceAccount` has no `apiGroup`", "Leave it out.");
                }
                Some("ServiceAccount") => self.hold(&subject, tables::ACCOUNT),
                Some("Group" | "User") if !matches!(said, "" | "rbac.authorization.k8s.io") => {
                    self.refuse(&group, At::Value, "users and groups are of `rbac.authorization.k8s.io`", "");
                }
                _ => {}
            }
        }
    }

    fn role(&mut self, top: &Spot<'_, '_>) {
        for rule in top.at("rules").items() {
            let fields = ["apiGroups", "resources", "resourceNames"];
            let says = |field: &str| rule.key(field).and_then(Value::as_array).is_some_and(|items| !items.is_empty());
            if says("nonResourceURLs") {
                if fields.into_iter().any(says) {
                    self.refuse(&rule, At::Value, "a rule is for resources or for `nonResourceURLs`", "Make it two rules.");
                }
                continue;
            }
            for field in fields.into_iter().take(2).filter(|field| !says(field)) {
                let help = if field == "apiGroups" { "The group of pods and services is `\"\"`." } else { "" };
                self.refuse(&rule, At::Value, format!("a rule needs `{field}`"), help);
            }
        }
    }
}

/// What is said where nothing could be replaced.
const NEVER: &str = "with neither more nor fewer pods than wanted nothing could ever be replaced";
/// Fields of `spec` that every PersistentVolume may have; any other is where it is, its source.
pub const OF_ALL_VOLUMES: [&str; 9] = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

fn is_nothing(spot: &Spot<'_, '_>) -> bool {
    spot.number() == Some(0) || spot.text() == Some("0%")
}
