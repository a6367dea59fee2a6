//! Pods: their containers, ports, variables, volumes and resources, and the selectors that have to find them.

use super::{At, Look, Spot, cut, forms, selects};
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
        self.selector(&top);
        self.restarts(&pod);
        let lists = [pod.at("initContainers"), pod.at("containers")];
        self.twice(&lists, "name", "containers");
        let volumes = pod.at("volumes");
        self.volumes(&volumes);
        for container in lists.iter().flat_map(Spot::items) {
            self.container(&container, &volumes);
        }
        if lists[1].value().and_then(Value::as_array).is_some_and(Vec::is_empty) {
            self.refuse(&lists[1], At::Key, "there are no containers", "");
        }
        self.one_of(&pod.at("dnsPolicy"), &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]);
    }

    /// What selects pods has to select those that are made from the template.
    fn selector(&mut self, top: &Spot<'_, '_>) {
        let spec = top.at("spec");
        let selector = spec.at("selector/matchLabels");
        let Some(Value::Object(wanted)) = selector.value() else { return };
        let labels = spec.at("template/metadata/labels").value();
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
            Some("") => self.refuse(&image, At::Value, "the image is empty", ""),
            Some(text) if text.trim() != text => self.refuse(&image, At::Value, "the image has a blank around it", ""),
            _ => {}
        }
        self.one_of(&container.at("imagePullPolicy"), &["Always", "IfNotPresent", "Never"]);
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
            self.one_of(&port.at("protocol"), &["TCP", "UDP", "SCTP"]);
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
                if COUNTS_BYTES.contains(&resource) {
                    self.bytes(&quantity);
                }
                let Some(less) = quantity.value().filter(|value| forms::amount(value).is_some_and(|amount| amount < 0.0)) else { continue };
                let message = format!("{} of `{}` is {}, less than nothing", list.shown(), cut(resource), forms::written(less));
                self.refuse(&quantity, At::Value, message, "");
            }
        }
    }

    /// A probe that names a port asks for one that its container has.
    fn probes(&mut self, container: &Spot<'_, '_>, ports: &Spot<'_, '_>) {
        let names = || ports.items().filter_map(|port| port.at("name").text());
        for probe in PROBES {
            let spot = container.at(probe);
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
