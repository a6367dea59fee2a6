//! Pods: their containers, ports, variables, volumes and resources, and the selectors that have to find them.

use super::{At, Look, cut, forms, selects, shown};
use crate::model::child;
use serde_json::{Map, Value};

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];
const HANDLERS: [&str; 2] = ["httpGet", "tcpSocket"];

impl Look<'_> {
    /// Looks at the pod that an object is or makes.
    pub(super) fn pods(&mut self) {
        let pod = match (self.group, self.kind) {
            ("", "Pod") => "/spec",
            ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") | ("batch", "Job") | ("", "ReplicationController") => {
                "/spec/template/spec"
            }
            ("batch", "CronJob") => "/spec/jobTemplate/spec/template/spec",
            _ => return,
        };
        self.selector();
        self.restarts(pod);
        let lists = [format!("{pod}/initContainers"), format!("{pod}/containers")];
        self.twice(&lists, "name", "containers");
        self.volumes(pod);
        for container in lists.iter().flat_map(|list| self.items(list)).collect::<Vec<_>>() {
            self.container(pod, &container);
        }
        if self.at(&lists[1]).and_then(Value::as_array).is_some_and(Vec::is_empty) {
            self.refuse(&lists[1], At::Key, "there are no containers", "");
        }
        self.one_of(&format!("{pod}/dnsPolicy"), &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]);
    }

    /// What selects pods has to select those that are made from the template.
    fn selector(&mut self) {
        let Some(Value::Object(wanted)) = self.at("/spec/selector/matchLabels") else { return };
        let labels = self.at("/spec/template/metadata/labels");
        let missing = |(key, value): &(&String, &Value)| labels.and_then(|labels| labels.get(key.as_str())) != Some(*value);
        if self.group == "apps" && !selects(wanted, labels) {
            for (key, value) in wanted.iter().filter(missing) {
                let message = format!(
                    "the selector asks for `{}: {}`, which is not among the labels of its template",
                    cut(key),
                    cut(value.as_str().unwrap_or_default())
                );
                self.refuse(&child("/spec/selector/matchLabels", key), At::Key, message, "Put it into `spec.template.metadata.labels`.");
            }
        }
    }

    fn restarts(&mut self, pod: &str) {
        let place = format!("{pod}/restartPolicy");
        let said = self.text(&place);
        match self.group {
            "batch" if !matches!(said, Some("Never" | "OnFailure")) => {
                let at = if said.is_some() { At::Value } else { At::Key };
                let place = if said.is_some() { place } else { pod.to_owned() };
                self.refuse(
                    &place,
                    at,
                    "its pods must say when they are started again",
                    "Write `restartPolicy: Never` or `restartPolicy: OnFailure`.",
                );
            }
            "apps" if said.is_some_and(|said| said != "Always") => {
                self.refuse(&place, At::Value, "its pods are always started again", "Leave `restartPolicy` out.");
            }
            _ => self.one_of(&place, &["Always", "OnFailure", "Never"]),
        }
    }

    fn volumes(&mut self, pod: &str) {
        let list = format!("{pod}/volumes");
        self.twice(std::slice::from_ref(&list), "name", "volumes");
        for volume in self.items(&list) {
            let place = format!("{volume}/name");
            if let Some(name) = self.text(&place).filter(|name| !forms::is_label(name)) {
                self.refuse(
                    &place,
                    At::Value,
                    format!("`{}` is no name of a volume", cut(name)),
                    "It has at most 63 small letters, digits and `-`.",
                );
            }
            let sources: Vec<&str> =
                self.map(&volume).filter(|(key, value)| *key != "name" && !value.is_null()).map(|(key, _)| key.as_str()).collect();
            if sources.len() > 1 {
                let message = format!("a volume is one thing, and this one is {}", crate::model::quoted_list(sources));
                self.refuse(&volume, At::Value, message, "Make it two volumes.");
            }
        }
    }

    fn container(&mut self, pod: &str, container: &str) {
        let name = format!("{container}/name");
        if let Some(text) = self.text(&name).filter(|text| !forms::is_label(text)) {
            self.refuse(
                &name,
                At::Value,
                format!("`{}` is no name of a container", cut(text)),
                "It has at most 63 small letters, digits and `-`.",
            );
        }
        match self.text(&format!("{container}/image")) {
            Some("") => self.refuse(&format!("{container}/image"), At::Value, "the image is empty", ""),
            Some(image) if image.trim() != image => {
                self.refuse(&format!("{container}/image"), At::Value, "the image has a blank around it", "")
            }
            _ => {}
        }
        self.one_of(&format!("{container}/imagePullPolicy"), &["Always", "IfNotPresent", "Never"]);
        self.ports(container);
        self.variables(container);
        self.mounts(pod, container);
        self.resources(container);
        self.probes(container);
    }

    fn ports(&mut self, container: &str) {
        let list = format!("{container}/ports");
        self.twice(std::slice::from_ref(&list), "name", "ports");
        for port in self.items(&list) {
            self.port(&format!("{port}/containerPort"));
            self.port(&format!("{port}/name"));
            self.one_of(&format!("{port}/protocol"), &["TCP", "UDP", "SCTP"]);
        }
    }

    fn variables(&mut self, container: &str) {
        let mut seen: Vec<&str> = Vec::new();
        for variable in self.items(&format!("{container}/env")) {
            let place = format!("{variable}/name");
            let Some(name) = self.text(&place) else { continue };
            if name.is_empty() || name.contains('=') {
                self.refuse(&place, At::Value, format!("`{}` is no name of a variable", cut(name)), "");
            }
            if seen.contains(&name) {
                self.doubt(&place, At::Value, format!("the variable `{}` is there twice, and the last one counts", cut(name)), "");
            }
            seen.push(name);
            let value = self.text(&format!("{variable}/value")).is_some_and(|value| !value.is_empty());
            if value && self.at(&format!("{variable}/valueFrom")).is_some() {
                let message = format!("the variable `{}` has both `value` and `valueFrom`", cut(name));
                self.refuse(&format!("{variable}/valueFrom"), At::Key, message, "");
            }
        }
    }

    fn mounts(&mut self, pod: &str, container: &str) {
        let named = |list: &str, field: &str| self.items(list).filter_map(|item| self.text(&format!("{item}/{field}"))).collect::<Vec<_>>();
        let mut volumes = named(&format!("{pod}/volumes"), "name");
        volumes.extend(named("/spec/volumeClaimTemplates", "metadata/name"));
        let mut paths: Vec<&str> = Vec::new();
        for mount in self.items(&format!("{container}/volumeMounts")) {
            let name = format!("{mount}/name");
            if let Some(text) = self.text(&name).filter(|text| !volumes.contains(text)) {
                let near = crate::model::close_match(text, volumes.iter().copied());
                let help = near.map_or_else(|| "Add it to `volumes`.".to_owned(), |near| format!("Did you mean `{near}`?"));
                self.refuse(&name, At::Value, format!("there is no volume `{}` to mount", cut(text)), help);
            }
            let place = format!("{mount}/mountPath");
            let Some(path) = self.text(&place) else { continue };
            if paths.contains(&path) {
                self.refuse(&place, At::Value, format!("two volumes are mounted at `{}`", cut(path)), "");
            }
            paths.push(path);
        }
    }

    fn resources(&mut self, container: &str) {
        let limits = format!("{container}/resources/limits");
        let requests = format!("{container}/resources/requests");
        for (resource, request) in self.map(&requests) {
            let limit = self.at(&child(&limits, resource));
            let (Some(most), Some(wanted)) = (limit.and_then(forms::amount), forms::amount(request)) else { continue };
            if wanted > most {
                let message = format!(
                    "{} of `{}` is {}, and its limit is {}",
                    shown(&requests),
                    cut(resource),
                    written(request),
                    limit.map(written).unwrap_or_default()
                );
                self.refuse(&child(&requests, resource), At::Value, message, "A container asks for no more than it may have.");
            }
        }
        for list in [&requests, &limits] {
            for (resource, quantity) in self.map(list).filter(|(_, quantity)| forms::amount(quantity).is_some_and(|amount| amount < 0.0)) {
                let message = format!("{} of `{}` is {}, less than nothing", shown(list), cut(resource), written(quantity));
                self.refuse(&child(list, resource), At::Value, message, "");
            }
        }
    }

    /// A probe that names a port asks for one that its container has.
    fn probes(&mut self, container: &str) {
        let names: Vec<&str> = self.items(&format!("{container}/ports")).filter_map(|port| self.text(&format!("{port}/name"))).collect();
        for (probe, handler) in PROBES.iter().flat_map(|probe| HANDLERS.iter().map(move |handler| (probe, handler))) {
            let place = format!("{container}/{probe}/{handler}/port");
            self.port(&place);
            if let Some(name) = self.text(&place).filter(|name| forms::is_port_name(name) && !names.contains(name)) {
                let near = crate::model::close_match(name, names.iter().copied());
                let help =
                    near.map_or_else(|| "Name one of `ports`, or write its number.".to_owned(), |near| format!("Did you mean `{near}`?"));
                self.doubt(&place, At::Value, format!("`{probe}` asks the port `{name}`, which the container does not have"), help);
            }
        }
        for probe in PROBES {
            let probe = format!("{container}/{probe}");
            let Some(Value::Object(said)) = self.at(&probe) else { continue };
            let handlers = handlers(said);
            if handlers != 1 {
                let message = format!("{} must have one of `exec`, `grpc`, `httpGet` and `tcpSocket`, has {handlers}", shown(&probe));
                self.refuse(&probe, At::Key, message, "");
            }
        }
    }
}

/// A quantity as it is written.
fn written(quantity: &Value) -> String {
    quantity.as_str().map_or_else(|| quantity.to_string(), cut)
}

fn handlers(probe: &Map<String, Value>) -> usize {
    ["exec", "grpc", "httpGet", "tcpSocket"].iter().filter(|handler| probe.get(**handler).is_some_and(|value| !value.is_null())).count()
}
