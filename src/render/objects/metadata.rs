//! Names, labels, annotations, and the keys of data.

use super::{At, Look, cut, forms, shown};
use crate::model::child;
use crate::render::marks::OWN_PREFIX;
use serde_json::Value;

/// How labels and their values are written.
const WORD: &str = "It has at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or a digit.";
/// What is said of most names.
const SUBDOMAIN: &str = "It has small letters, digits, `-` and `.`, and begins and ends with a letter or a digit.";
/// Where objects of Kubernetes have labels besides their own.
const LABELS: [&str; 6] = [
    "/spec/template/metadata/labels",
    "/spec/jobTemplate/metadata/labels",
    "/spec/jobTemplate/spec/template/metadata/labels",
    "/spec/selector/matchLabels",
    "/spec/podSelector/matchLabels",
    "/spec/template/spec/nodeSelector",
];
const ANNOTATIONS: [&str; 3] = [
    "/spec/template/metadata/annotations",
    "/spec/jobTemplate/metadata/annotations",
    "/spec/jobTemplate/spec/template/metadata/annotations",
];
/// The most that all annotations of an object may hold.
const MOST_ANNOTATIONS: usize = 256 * 1024;
/// The most that all values of a ConfigMap or a Secret may hold.
const MOST_DATA: usize = 1024 * 1024;

impl Look<'_> {
    pub(super) fn metadata(&mut self) {
        self.name();
        if let Some(namespace) = self.text("/metadata/namespace").filter(|namespace| !forms::is_label(namespace)) {
            let message = format!("`{}` is no name of a namespace", cut(namespace));
            self.refuse("/metadata/namespace", At::Value, message, "It has at most 63 small letters, digits and `-`.");
        }
        self.labels("/metadata/labels");
        self.annotations("/metadata/annotations");
        // What looks alike in a custom resource may be what its controller makes objects from, such as a template.
        if !self.is_of_kubernetes() {
            return;
        }
        for labels in LABELS {
            self.labels(labels);
        }
        for annotations in ANNOTATIONS {
            self.annotations(annotations);
        }
        if self.kind == "Service" && self.group.is_empty() {
            self.labels("/spec/selector");
        }
        if matches!(self.kind, "ConfigMap" | "Secret") && self.group.is_empty() {
            self.data();
        }
    }

    fn name(&mut self) {
        let Some(name) = self.text("/metadata/name") else { return };
        let (fits, help) = match (self.group, self.kind) {
            // What they are named is not looked at as a name of the network.
            ("rbac.authorization.k8s.io", _)
            | ("certificates.k8s.io", "CertificateSigningRequest")
            | ("apiregistration.k8s.io", "APIService") => {
                (!matches!(name, "." | "..") && !name.contains(['/', '%']), "It may hold no `/` and no `%`.")
            }
            ("", "Namespace" | "Service") => (forms::is_label(name), "It has at most 63 small letters, digits and `-`."),
            ("batch", "CronJob") if name.len() > 52 => (false, "It may have 52 characters: 11 more are for its jobs."),
            ("networking.k8s.io", "IPAddress") => (forms::is_address(name), "It is the address itself, in its shortest form."),
            ("storage.k8s.io", "CSIDriver") => (forms::is_subdomain(&name.to_ascii_lowercase()), SUBDOMAIN),
            ("certificates.k8s.io", "ClusterTrustBundle") => match self.text("/spec/signerName").filter(|signer| !signer.is_empty()) {
                Some(signer) => (
                    name.strip_prefix(&signer.replace('/', ":")).and_then(|rest| rest.strip_prefix(':')).is_some_and(forms::is_subdomain),
                    "It begins with its signer, with `:` for `/` and behind it: `example.org:signer:name`.",
                ),
                None => (forms::is_subdomain(name), SUBDOMAIN),
            },
            _ => (forms::is_subdomain(name), SUBDOMAIN),
        };
        if !fits {
            let article = if self.kind.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
            self.refuse("/metadata/name", At::Value, format!("`{}` is no name of {article} {}", cut(name), self.kind), help);
        }
    }

    fn labels(&mut self, pointer: &str) {
        for (key, value) in self.map(pointer) {
            let place = child(pointer, key);
            // goldpath's own are made to fit.
            if key.starts_with(OWN_PREFIX) {
                continue;
            }
            if !forms::is_key(key) {
                self.refuse(&place, At::Key, format!("`{}` in {} is no key of a label", cut(key), shown(pointer)), WORD);
            }
            if let Some(value) = value.as_str().filter(|value| !forms::is_value(value)) {
                self.refuse(&place, At::Value, format!("`{}` in {} is no value of a label", cut(value), shown(pointer)), WORD);
            }
        }
    }

    fn annotations(&mut self, pointer: &str) {
        let mut size = 0;
        for (key, value) in self.map(pointer) {
            size += key.len() + value.as_str().map_or(0, str::len);
            if !forms::is_key(&key.to_lowercase()) {
                let message = format!("`{}` in {} is no key of an annotation", cut(key), shown(pointer));
                self.refuse(&child(pointer, key), At::Key, message, WORD);
            }
        }
        if size > MOST_ANNOTATIONS {
            self.refuse(pointer, At::Key, format!("the annotations hold {size} bytes, and {MOST_ANNOTATIONS} is the most"), "");
        }
    }

    fn data(&mut self) {
        let fields: &[&str] = if self.kind == "Secret" { &["/data", "/stringData"] } else { &["/data", "/binaryData"] };
        for field in fields {
            for (key, _) in self.map(field).filter(|(key, _)| !forms::is_data_key(key)) {
                let help = "It has letters, digits, `-`, `_` and `.`.";
                self.refuse(&child(field, key), At::Key, format!("`{}` in {} is no key", cut(key), shown(field)), help);
            }
        }
        let both = self.map("/data").find(|(key, _)| self.kind == "ConfigMap" && self.at(&child("/binaryData", key)).is_some());
        if let Some((key, _)) = both {
            let message = format!("the key `{}` is in `data` and in `binaryData`", cut(key));
            self.refuse(&child("/binaryData", key), At::Key, message, "");
        }
        self.size(fields);
        if let Some(secret) = self.text("/type").filter(|_| self.kind == "Secret") {
            let wanted: &[&str] = match secret {
                "kubernetes.io/tls" => &["tls.crt", "tls.key"],
                "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
                "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
                _ => &[],
            };
            let there = |key: &str| {
                ["data", "stringData"]
                    .iter()
                    .any(|field| self.object.get(field).and_then(|data| data.get(key)).is_some_and(Value::is_string))
            };
            for key in wanted.iter().filter(|key| !there(key)) {
                self.refuse("/type", At::Value, format!("a secret of the type `{secret}` needs the key `{key}`"), "");
            }
        }
    }

    /// Refuses more than the API stores, counted as it counts: values that are written in base64 by their bytes.
    fn size(&mut self, fields: &[&str]) {
        let is_encoded = |field: &str| (self.kind == "Secret") == (field == "/data");
        // What is in `stringData` takes the place of what is in `data`.
        let replaced = |field: &str, key: &str| field == "/data" && self.at(&child("/stringData", key)).is_some();
        let of = |field: &str| -> usize {
            let values = self.map(field).filter(|(key, _)| !replaced(field, key)).filter_map(|(_, value)| value.as_str());
            values.map(|value| if is_encoded(field) { forms::decoded(value) } else { value.len() }).sum()
        };
        let sizes: Vec<(usize, &str)> = fields.iter().map(|field| (of(field), *field)).collect();
        let size: usize = sizes.iter().map(|(size, _)| size).sum();
        if size > MOST_DATA {
            let most = sizes.iter().max_by_key(|(size, _)| *size).map_or("/data", |(_, field)| field);
            let help = "Put a part of it into another object, or mount it from elsewhere.";
            self.refuse(most, At::Key, format!("its values hold {size} bytes, and {MOST_DATA} is the most"), help);
        }
    }
}
