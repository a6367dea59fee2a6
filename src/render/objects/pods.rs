//! Pods: their containers, ports, variables, volumes and resources, and the selectors that have to find them.

use super::{At, Look, Spot, cut, forms, rules, selects, tables};
use serde_json::{Map, Value};

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];
const HANDLERS: [&str; 2] = ["httpGet/port", "tcpSocket/port"];
/// Resources of a container that are counted in bytes.
const COUNTS_BYTES: [&str; 2] = ["ephemeral-storage", "memory"];

impl Look<'_> {
    /// Looks at the pod that an object is or makes.
    pub(super) fn pods(&mut self) {
        let pod = match (self.group, self.kind) {
            ("", "Pod") => "spec",
            ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") | ("batch", "Job") | ("", "ReplicationController") => {
                "spec/template/spec"
            }
            ("batch", "CronJob") => "spec/jobTemplate/spec/template/spec",
            _ => return,
        };
        let top = self.top();
        let pod = top.at(pod);
        if !pod.is_there() {
            let message = format!("makes pods of nothing: {} is missing", pod.shown());
            return self.refuse(&top.at("spec"), At::Value, message, "Write the `spec` of its pods.");
        }
        self.selector(&top);
        self.restarts(&pod);
        let lists = [pod.at("initContainers"), pod.at("containers")];
        self.twice(&lists, "name", "containers");
        let volumes = pod.at("volumes");
        self.volumes(&volumes);
        for container in lists.iter().flat_map(Spot::items) {
            self.container(&container, &volumes);
        }
        lists[0].items().for_each(|container| self.starter(&container));
        if lists[1].items().next().is_none() {
            self.refuse(if lists[1].is_there() { &lists[1] } else { &pod }, At::Key, "there are no containers", "");
        }
        self.hold(&pod, tables::POD);
        self.scheduling(&pod);
        self.host_ports(&pod, &lists);
        let servers = pod.at("dnsConfig/nameservers").items().count();
        if servers > 3 || servers == 0 && pod.at("dnsPolicy").text() == Some("None") {
            let message = format!("`dnsPolicy: None` needs up to 3 name servers in `dnsConfig.nameservers`, and there are {servers}");
            self.refuse(&pod.at("dnsPolicy"), At::Value, message, "");
        }
    }

    /// A container that ends before the others start says nothing of how it lives.
    fn starter(&mut self, container: &Spot<'_, '_>) {
        if container.at("restartPolicy").text() == Some("Always") {
            return;
        }
        for field in PROBES.into_iter().chain(["lifecycle"]) {
            let place = container.at(field);
            if place.is_there() {
                let message = format!("`{field}` is not for a container of `initContainers` that ends");
                self.refuse(&place, At::Key, message, "Leave it out, or let it run beside the others with `restartPolicy: Always`.");
            }
        }
    }

    fn scheduling(&mut self, pod: &Spot<'_, '_>) {
        for toleration in pod.at("tolerations").items() {
            let (key, operator, effect) = (toleration.at("key"), toleration.at("operator"), toleration.at("effect"));
            let exists = operator.text() == Some("Exists");
            if exists && toleration.at("value").text().is_some_and(|value| !value.is_empty()) {
                self.refuse(&toleration.at("value"), At::Key, "a toleration with `Exists` has no `value`", "");
            }
            if !exists && key.text().is_none_or(str::is_empty) {
                self.refuse(&toleration, At::Value, "a toleration without `key` has `operator: Exists`", "");
            }
            if toleration.at("tolerationSeconds").is_there() && effect.text() != Some("NoExecute") {
                self.refuse(&toleration, At::Value, "`tolerationSeconds` is for `effect: NoExecute`", "");
            }
        }
    }

    /// Ports of the machine are there once, and with its network they are those of the container.
    fn host_ports(&mut self, pod: &Spot<'_, '_>, lists: &[Spot<'_, '_>]) {
        let shared = pod.at("hostNetwork").value() == Some(&Value::Bool(true));
        let mut seen: Vec<(i64, &str, &str)> = Vec::new();
        // What ends before the others start gives its ports back.
        for container in lists[1].items() {
            for port in container.at("ports").items() {
                let place = port.at("hostPort");
                let Some(number) = place.number().filter(|number| *number != 0) else { continue };
                if shared && port.at("containerPort").number() != Some(number) {
                    self.refuse(&place, At::Value, "with `hostNetwork` it must be the same as `containerPort`", "");
                }
                let with = (number, port.at("protocol").text().unwrap_or("TCP"), port.at("hostIP").text().unwrap_or_default());
                if seen.contains(&with) {
                    self.refuse(&place, At::Value, format!("the port {number} of the machine is there twice"), "");
                }
                seen.push(with);
            }
        }
    }

    /// What selects pods has to select those that are made from the template.
    fn selector(&mut self, top: &Spot<'_, '_>) {
        let spec = top.at("spec");
        let labels = spec.at("template/metadata/labels").value();
        let whole = spec.at("selector");
        if self.group == "apps" {
            let empty = |field: &str| {
                whole.key(field).is_none_or(|value| {
                    matches!(value, Value::Object(map) if map.is_empty()) || matches!(value, Value::Array(items) if items.is_empty())
                })
            };
            if whole.is_there() && empty("matchLabels") && empty("matchExpressions") {
                return self.refuse(
                    &whole,
                    At::Value,
                    "its selector is empty",
                    "Write `matchLabels`, and the same into `spec.template.metadata.labels`.",
                );
            }
            if !rules::is_met(&whole, labels) {
                let message = "the labels of its template are not what `matchExpressions` look for";
                self.refuse(&whole.at("matchExpressions"), At::Key, message, "");
            }
        }
        let selector = spec.at("selector/matchLabels");
        let Some(Value::Object(wanted)) = selector.value() else { return };
        if self.group == "apps" && !selects(wanted, labels) {
            let missing = |(key, value): &(&str, Spot<'_, '_>)| labels.and_then(|labels| labels.get(key)) != value.value();
            for (key, value) in selector.entries().filter(missing) {
                let message = format!(
                    "the selector asks for `{}: {}`, which is not among the labels of its template",
                    cut(key),
                    cut(value.text().unwrap_or_default())
                );
                self.refuse(&value, At::Key, message, "Put it into `spec.template.metadata.labels`.");
            }
        }
    }

    fn restarts(&mut self, pod: &Spot<'_, '_>) {
        let place = pod.at("restartPolicy");
        let said = place.text();
        match self.group {
            "batch" if !matches!(said, Some("Never" | "OnFailure")) => {
                let (place, at) = if said.is_some() { (&place, At::Value) } else { (pod, At::Key) };
                let help = "Write `restartPolicy: Never` or `restartPolicy: OnFailure`.";
                self.refuse(place, at, "its pods must say when they are started again", help);
            }
            "apps" if said.is_some_and(|said| said != "Always") => {
                self.refuse(&place, At::Value, "its pods are always started again", "Leave `restartPolicy` out.");
            }
            _ => self.one_of(&place, &["Always", "OnFailure", "Never"]),
        }
    }

    fn volumes(&mut self, volumes: &Spot<'_, '_>) {
        self.twice(std::slice::from_ref(volumes), "name", "volumes");
        for volume in volumes.items() {
            let place = volume.at("name");
            if let Some(name) = place.text().filter(|name| !forms::is_label(name)) {
                let message = format!("`{}` is no name of a volume", cut(name));
                self.refuse(&place, At::Value, message, "It has at most 63 small letters, digits and `-`.");
            }
            let sources = || volume.entries().filter(|(key, value)| *key != "name" && value.is_there()).map(|(key, _)| key);
            if sources().count() > 1 {
                let message = format!("a volume is one thing, and this one is {}", crate::model::quoted_list(sources()));
                self.refuse(&volume, At::Value, message, "Make it two volumes.");
            }
        }
    }

    fn container(&mut self, container: &Spot<'_, '_>, volumes: &Spot<'_, '_>) {
        let name = container.at("name");
        if let Some(text) = name.text().filter(|text| !forms::is_label(text)) {
            let message = format!("`{}` is no name of a container", cut(text));
            self.refuse(&name, At::Value, message, "It has at most 63 small letters, digits and `-`.");
        }
        let image = container.at("image");
        match image.text() {
            None => self.refuse(container, At::Value, "a container has no `image`", ""),
            Some("") => self.refuse(&image, At::Value, "the image is empty", ""),
            Some(text) if text.trim() != text => self.refuse(&image, At::Value, "the image has a blank around it", ""),
            _ => {}
        }
        self.hold(container, tables::CONTAINER);
        let security = container.at("securityContext");
        let escalates = security.at("allowPrivilegeEscalation");
        if security.at("privileged").value() == Some(&Value::Bool(true)) && escalates.value() == Some(&Value::Bool(false)) {
            self.refuse(
                &escalates,
                At::Value,
                "a privileged container cannot be without `allowPrivilegeEscalation`",
                "Leave one of them out.",
            );
        }
        let ports = container.at("ports");
        self.ports(&ports);
        self.variables(&container.at("env"));
        self.mounts(&container.at("volumeMounts"), volumes);
        self.resources(&container.at("resources"));
        self.probes(container, &ports);
    }

    fn ports(&mut self, ports: &Spot<'_, '_>) {
        self.twice(std::slice::from_ref(ports), "name", "ports");
        for port in ports.items() {
            self.port(&port.at("containerPort"));
            self.port(&port.at("name"));
        }
    }

    fn variables(&mut self, variables: &Spot<'_, '_>) {
        let mut seen: Vec<&str> = Vec::new();
        for variable in variables.items() {
            let place = variable.at("name");
            let Some(name) = place.text() else { continue };
            if name.is_empty() || name.contains('=') {
                self.refuse(&place, At::Value, format!("`{}` is no name of a variable", cut(name)), "");
            }
            if seen.contains(&name) {
                self.doubt(&place, At::Value, format!("the variable `{}` is there twice, and the last one counts", cut(name)), "");
            }
            seen.push(name);
            let from = variable.at("valueFrom");
            if from.is_there() && variable.at("value").text().is_some_and(|value| !value.is_empty()) {
                self.refuse(&from, At::Key, format!("the variable `{}` has both `value` and `valueFrom`", cut(name)), "");
            }
        }
    }

    fn mounts(&mut self, mounts: &Spot<'_, '_>, volumes: &Spot<'_, '_>) {
        let top = self.top();
        let claims = top.at("spec/volumeClaimTemplates");
        let of_claims = || claims.items().filter_map(|claim| claim.at("metadata/name").text());
        let names = || volumes.items().filter_map(|volume| volume.at("name").text()).chain(of_claims());
        let mut paths: Vec<&str> = Vec::new();
        for mount in mounts.items() {
            let name = mount.at("name");
            if let Some(text) = name.text().filter(|text| names().all(|name| name != *text)) {
                let near = crate::model::close_match(text, names());
                let help = near.map_or_else(|| "Add it to `volumes`.".to_owned(), |near| format!("Did you mean `{near}`?"));
                self.refuse(&name, At::Value, format!("there is no volume `{}` to mount", cut(text)), help);
            }
            let place = mount.at("mountPath");
            let Some(path) = place.text() else { continue };
            if paths.contains(&path) {
                self.refuse(&place, At::Value, format!("two volumes are mounted at `{}`", cut(path)), "");
            }
            paths.push(path);
        }
    }

    fn resources(&mut self, resources: &Spot<'_, '_>) {
        let (requests, limits) = (resources.at("requests"), resources.at("limits"));
        for (resource, request) in requests.entries() {
            let limit = limits.key(resource);
            let amounts = limit.and_then(forms::amount).zip(request.value().and_then(forms::amount));
            if amounts.is_some_and(|(most, wanted)| wanted > most) {
                let message = format!(
                    "{} of `{}` is {}, and its limit is {}",
                    requests.shown(),
                    cut(resource),
                    request.value().map(forms::written).unwrap_or_default(),
                    limit.map(forms::written).unwrap_or_default()
                );
                self.refuse(&request, At::Value, message, "A container asks for no more than it may have.");
            }
        }
        for list in [&requests, &limits] {
            for (resource, quantity) in list.entries() {
                self.resource(&quantity, resource, &limits);
                if COUNTS_BYTES.contains(&resource) {
                    self.bytes(&quantity);
                }
                let Some(less) = quantity.value().filter(|value| forms::amount(value).is_some_and(|amount| amount < 0.0)) else { continue };
                let message = format!("{} of `{}` is {}, less than nothing", list.shown(), cut(resource), forms::written(less));
                self.refuse(&quantity, At::Value, message, "");
            }
        }
    }

    /// What a container may be given is known to Kubernetes or has the domain of whoever knows it: of the latter it gets all that it asks for.
    fn resource(&mut self, quantity: &Spot<'_, '_>, resource: &str, limits: &Spot<'_, '_>) {
        if !resource.contains('/') {
            let known = ["cpu", "ephemeral-storage", "memory"].contains(&resource) || resource.starts_with("hugepages-");
            if !known {
                let message = format!("`{}` is no resource of a container", cut(resource));
                let near = crate::model::close_match(resource, ["cpu", "memory", "ephemeral-storage"]);
                let help = near.map_or_else(|| "One of a device has a domain, such as `example.org/gpu`.".to_owned(), crate::model::meant);
                self.refuse(quantity, At::Key, message, help);
            }
            return;
        }
        let of = |value: Option<&Value>| value.and_then(forms::amount);
        let amount = of(quantity.value());
        if amount.is_some_and(|amount| amount.fract() != 0.0) {
            self.refuse(quantity, At::Value, format!("{} is no whole number", quantity.shown()), "");
        } else if amount.is_some_and(|amount| amount != of(limits.key(resource)).unwrap_or(-1.0)) {
            let message = format!("what is asked for of `{}` is not what `limits` say of it", cut(resource));
            self.refuse(quantity, At::Value, message, "Write it into `limits` alone.");
        }
    }

    /// A probe that names a port asks for one that its container has.
    fn probes(&mut self, container: &Spot<'_, '_>, ports: &Spot<'_, '_>) {
        let names = || ports.items().filter_map(|port| port.at("name").text());
        for probe in PROBES {
            let spot = container.at(probe);
            self.hold(&spot, tables::PROBE);
            let successes = spot.at("successThreshold");
            if probe != "readinessProbe" && successes.number().is_some_and(|number| number > 1) {
                self.refuse(&successes, At::Value, format!("{} must be 1", successes.shown()), "");
            }
            for handler in HANDLERS {
                let place = spot.at(handler);
                self.port(&place);
                if let Some(name) = place.text().filter(|name| forms::is_port_name(name) && names().all(|other| other != *name)) {
                    let near = crate::model::close_match(name, names());
                    let help = near
                        .map_or_else(|| "Name one of `ports`, or write its number.".to_owned(), |near| format!("Did you mean `{near}`?"));
                    self.doubt(&place, At::Value, format!("`{probe}` asks the port `{name}`, which the container does not have"), help);
                }
            }
        }
        for probe in PROBES {
            let spot = container.at(probe);
            let Some(Value::Object(said)) = spot.value() else { continue };
            let handlers = handlers(said);
            if handlers != 1 {
                let message = format!("{} must have one of `exec`, `grpc`, `httpGet` and `tcpSocket`, has {handlers}", spot.shown());
                self.refuse(&spot, At::Key, message, "");
            }
        }
    }
}

fn handlers(probe: &Map<String, Value>) -> usize {
    ["exec", "grpc", "httpGet", "tcpSocket"].iter().filter(|handler| probe.get(**handler).is_some_and(|value| !value.is_null())).count()
}
