//! What pods may do to the machine that they run on, and as whom: what comes beside what they could.

use super::{list, without_marks};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the text of an object holds that makes pods.
const MAKES: [&str; 2] = ["\"containers\":[", "\"container\":{"];

/// Where kinds that every cluster has say what their pods are, by group.
const TEMPLATES: &[(&str, &[&str], &str)] = &[
    ("", &["Pod"], ""),
    ("", &["PodTemplate"], "/template"),
    ("", &["ReplicationController"], "/spec/template"),
    ("apps", &["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet"], "/spec/template"),
    ("batch", &["Job"], "/spec/template"),
    ("batch", &["CronJob"], "/spec/jobTemplate/spec/template"),
];
/// Where other kinds say it mostly.
const USUAL: [&str; 4] = ["/spec/jobTemplate/spec/template", "/spec/template", "/template", ""];
/// The lists of the containers of a pod.
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// What gives a pod as a whole more where it is true.
const SHARED: [&str; 4] = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"];

/// Settings of the kernel that are a pod's own and do nothing to its neighbours, as the baseline of the Pod Security Standards lists them.
const OWN_SETTINGS: [&str; 10] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
];

/// What gives a container more, said by itself or for it by its pod: where, and which value does.
const POWERS: &[(&str, &str)] = &[
    ("/securityContext/privileged", "true"),
    ("/securityContext/procMount", "Unmasked"),
    ("/securityContext/runAsUser", "0"),
    ("/securityContext/seccompProfile/type", "Unconfined"),
    (APP_ARMOR, "Unconfined"),
    ("/securityContext/windowsOptions/hostProcess", "true"),
];

/// What holds a container back, said by itself or for it by its pod: where, and which values do.
const HOLDS: &[(&str, &[&str])] = &[
    ("/securityContext/allowPrivilegeEscalation", &["false"]),
    ("/securityContext/seccompProfile/type", &["RuntimeDefault", "Localhost"]),
    (APP_ARMOR, &["RuntimeDefault", "Localhost"]),
];

/// The profile of AppArmor, and the annotation that says it for a container by its name.
const APP_ARMOR: &str = "/securityContext/appArmorProfile/type";
const APP_ARMOR_OF: &str = "container.apparmor.security.beta.kubernetes.io/";

/// Types of SELinux that hold as much as the one that is there without.
const SELINUX: [&str; 4] = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// Whether an object makes pods, by its text.
pub(super) fn are_in(text: &str) -> bool {
    MAKES.iter().any(|part| text.contains(part))
}

/// Whether pods that come may do more than others.
pub(super) fn comes(object: &Value) -> bool {
    Pod::of(object).is_none_or(|pod| pod.exceeds(&Pod { spec: &Value::Null, annotations: &Value::Null }))
}

/// Whether pods may do more than they could.
pub(super) fn change(before: &Value, after: &Value) -> bool {
    match Pod::of(before).zip(Pod::of(after)) {
        Some((was, now)) => was.account() != now.account() || now.exceeds(&was),
        None => without_marks(before) != without_marks(after),
    }
}

/// How many places of an object may be those of containers.
fn places(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(places).sum(),
        Value::Object(fields) => {
            let is_one = |(field, value): &(&String, &Value)| match field.as_str() {
                "containers" => value.is_array(),
                "container" => value.is_object(),
                _ => false,
            };
            fields.iter().filter(is_one).count() + fields.values().map(places).sum::<usize>()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// What an object says of its pods.
struct Pod<'o> {
    spec: &'o Value,
    annotations: &'o Value,
}

impl<'o> Pod<'o> {
    /// The pod that an object is or makes; nothing where that is not known to be all that it says of pods.
    fn of(object: &'o Value) -> Option<Self> {
        let said = |field: &str| object[field].as_str().unwrap_or_default();
        let (group, kind) = (said("apiVersion").split_once('/').map_or("", |(group, _)| group), said("kind"));
        let known = TEMPLATES.iter().find(|(of, kinds, _)| *of == group && kinds.contains(&kind));
        let at = |template: &str| {
            let spec = object.pointer(&format!("{template}/spec")).filter(|spec| spec["containers"].is_array())?;
            Some(Self { spec, annotations: object.pointer(&format!("{template}/metadata/annotations")).unwrap_or(&Value::Null) })
        };
        match known {
            Some((_, _, template)) => at(template),
            None => USUAL.iter().find_map(|template| at(template)).filter(|_| places(object) == 1),
        }
    }

    fn account(&self) -> &'o str {
        let said =
            ["serviceAccountName", "serviceAccount"].iter().find_map(|field| self.spec[*field].as_str().filter(|name| !name.is_empty()));
        said.unwrap_or("default")
    }

    /// Whether it may do something that another may not, as a whole or in one of its containers.
    fn exceeds(&self, other: &Self) -> bool {
        // as most pods are whose object changes
        if (self.spec, self.annotations) == (other.spec, other.annotations) {
            return false;
        }
        let (known, own) = (other.containers(), self.containers());
        let mounts = |pod: &Self| pod.paths().map(|path| Mount { path: path.to_owned(), writes: true }).collect();
        let whole = |pod: &Self| Rights { powers: pod.powers(), holds: pod.holds(), mounts: mounts(pod) };
        let shared = Rights::shared(known.values());
        whole(self).exceed(&whole(other)) || own.iter().any(|(name, rights)| rights.exceed(known.get(name).unwrap_or(&shared)))
    }

    /// What it may do as a whole.
    fn powers(&self) -> BTreeSet<String> {
        let settings = list(&self.spec["securityContext"]["sysctls"]).iter().filter_map(|setting| setting["name"].as_str());
        let of_kernel = settings.filter(|name| !OWN_SETTINGS.contains(name)).map(|name| format!("sysctl {name}"));
        SHARED.iter().filter(|field| self.spec[**field] == true).map(|field| (*field).to_owned()).chain(of_kernel).collect()
    }

    /// What holds it back as a whole.
    fn holds(&self) -> BTreeSet<String> {
        let spec = self.spec;
        let projected =
            |volume: &Value| list(&volume["projected"]["sources"]).iter().any(|source| source.get("serviceAccountToken").is_some());
        let without_token = spec["automountServiceAccountToken"] == false && !list(&spec["volumes"]).iter().any(projected);
        let runtime = spec["runtimeClassName"].as_str().map(|class| format!("runtime {class}"));
        let own_users = (spec["hostUsers"] == false).then(|| "users of its own".to_owned());
        [without_token.then(|| "no token".to_owned()), runtime, own_users].into_iter().flatten().collect()
    }

    /// The paths of the machine that it sees.
    fn paths(&self) -> impl Iterator<Item = &'o str> {
        list(&self.spec["volumes"]).iter().filter_map(|volume| volume["hostPath"]["path"].as_str())
    }

    /// Its containers, by their list and their name, or what they stand for there.
    fn containers(&self) -> BTreeMap<(&'static str, String), Rights> {
        let of_list = |field: &'static str| {
            let key =
                move |(index, container): (usize, &Value)| (field, container["name"].as_str().map_or(index.to_string(), str::to_owned));
            list(&self.spec[field]).iter().enumerate().map(move |(index, container)| (key((index, container)), self.rights(container)))
        };
        LISTS.into_iter().flat_map(of_list).collect()
    }

    /// What a container of it may do.
    fn rights(&self, container: &Value) -> Rights {
        let says = |pointer: &str, values: &[&str]| self.said(container, pointer).is_some_and(|said| values.contains(&said.as_str()));
        let mut powers: BTreeSet<String> =
            POWERS.iter().filter(|(pointer, value)| says(pointer, &[value])).map(|(pointer, value)| format!("{pointer}={value}")).collect();
        let mut holds: BTreeSet<String> =
            HOLDS.iter().filter(|(pointer, values)| says(pointer, values)).map(|(pointer, _)| (*pointer).to_owned()).collect();
        let user = self.said(container, "/securityContext/runAsUser");
        if says("/securityContext/runAsNonRoot", &["true"]) || user.is_some_and(|user| user != "0") {
            holds.insert("not root".to_owned());
        }
        let selinux = self.said(container, "/securityContext/seLinuxOptions/type");
        powers.extend(selinux.filter(|kind| !kind.is_empty() && !SELINUX.contains(&kind.as_str())).map(|kind| format!("SELinux {kind}")));
        let capabilities = |field: &str| {
            let names = list(&container["securityContext"]["capabilities"][field]).iter().filter_map(Value::as_str);
            names.map(|name| format!("{field} {}", name.trim_start_matches("CAP_"))).collect::<BTreeSet<_>>()
        };
        powers.extend(capabilities("add"));
        holds.extend(capabilities("drop"));
        let ports = list(&container["ports"]).iter().filter_map(|port| written(&port["hostPort"])).filter(|port| port != "0");
        powers.extend(ports.map(|port| format!("port {port}")));
        Rights { powers, holds, mounts: self.mounts(container) }
    }

    /// What is said of a container, by itself or for it by its pod.
    fn said(&self, container: &Value, pointer: &str) -> Option<String> {
        let own = || container.pointer(pointer).and_then(written);
        let annotation = || {
            let of = format!("{APP_ARMOR_OF}{}", container["name"].as_str().unwrap_or_default());
            let profile = self.annotations[of].as_str().filter(|_| pointer == APP_ARMOR)?;
            let profile = if profile.starts_with("localhost/") { "Localhost" } else { profile };
            Some(profile.replace("runtime/default", "RuntimeDefault").replace("unconfined", "Unconfined"))
        };
        own().or_else(annotation).or_else(|| self.spec.pointer(pointer).and_then(written))
    }

    /// What a container sees of the machine.
    fn mounts(&self, container: &Value) -> Vec<Mount> {
        let mount = |mount: &Value| {
            let volume = list(&self.spec["volumes"]).iter().find(|volume| volume["name"] == mount["name"])?;
            let path = volume["hostPath"]["path"].as_str()?.trim_end_matches('/');
            let below = mount["subPath"].as_str().map(|below| format!("/{below}")).unwrap_or_default();
            Some(Mount { path: format!("{path}{below}"), writes: mount["readOnly"] != true })
        };
        list(&container["volumeMounts"]).iter().filter_map(mount).collect()
    }
}

/// What a pod or a container may do, what holds it back, and what it sees of the machine.
#[derive(Clone, Default)]
struct Rights {
    powers: BTreeSet<String>,
    holds: BTreeSet<String>,
    mounts: Vec<Mount>,
}

impl Rights {
    /// What all of some have.
    fn shared<'r>(mut all: impl Iterator<Item = &'r Self>) -> Self {
        let first = all.next().cloned().unwrap_or_default();
        all.fold(first, |mut shared, next| {
            shared.powers.retain(|power| next.powers.contains(power));
            shared.holds.retain(|hold| next.holds.contains(hold));
            shared.mounts.retain(|mount| mount.is_within(&next.mounts));
            shared
        })
    }

    fn exceed(&self, other: &Self) -> bool {
        // All capabilities are each of them.
        let has = |all: &BTreeSet<String>, one: &String, word: &str| {
            all.contains(one) || one.starts_with(word) && all.contains(&format!("{word}ALL"))
        };
        !self.powers.iter().all(|power| has(&other.powers, power, "add "))
            || !other.holds.iter().all(|hold| has(&self.holds, hold, "drop "))
            || !self.mounts.iter().all(|mount| mount.is_within(&other.mounts))
    }
}

/// A path of the machine, and whether it is written to.
#[derive(Clone)]
struct Mount {
    path: String,
    writes: bool,
}

impl Mount {
    fn is_within(&self, known: &[Self]) -> bool {
        known.iter().any(|known| is_below(&self.path, &known.path) && (known.writes || !self.writes))
    }
}

/// What a single value says; a number that is nought in whatever words as `0`.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.as_f64() == Some(0.0) => Some("0".to_owned()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
    }
}

fn is_below(path: &str, known: &str) -> bool {
    let known = known.trim_end_matches('/');
    path.trim_end_matches('/').strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
