//! Names, labels, annotations, and the keys of data.

use super::{At, Look, Spot, cut, forms};
use crate::render::marks::OWN_PREFIX;
use serde_json::Value;

/// How labels and their values are written.
const WORD: &str = "It has at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or a digit.";
/// What is said of most names.
const SUBDOMAIN: &str = "It has small letters, digits, `-` and `.`, and begins and ends with a letter or a digit.";
/// The most that all annotations of an object may hold.
const MOST_ANNOTATIONS: usize = 256 * 1024;
/// The most that all values of a ConfigMap or a Secret may hold.
const MOST_DATA: usize = 1024 * 1024;

impl Look<'_> {
    pub(super) fn metadata(&mut self) {
        let top = self.top();
        let metadata = top.at("metadata");
        self.name(&metadata);
        let namespace = metadata.at("namespace");
        if let Some(name) = namespace.text().filter(|name| !forms::is_label(name)) {
            let message = format!("`{}` is no name of a namespace", cut(name));
            self.refuse(&namespace, At::Value, message, "It has at most 63 small letters, digits and `-`.");
        }
        self.labels(&metadata.at("labels"));
        self.annotations(&metadata.at("annotations"));
        // What looks alike in a custom resource may be what its controller makes objects from, such as a template.
        if !self.is_of_kubernetes() {
            return;
        }
        let spec = top.at("spec");
        for selector in ["selector/matchLabels", "podSelector/matchLabels"] {
            self.labels(&spec.at(selector));
        }
        self.made(&spec);
        if self.kind == "Service" && self.group.is_empty() {
            self.labels(&spec.at("selector"));
        }
        if matches!(self.kind, "ConfigMap" | "Secret") && self.group.is_empty() {
            self.data(&top);
        }
    }

    /// The labels and annotations of what is made from the templates of an object.
    fn made(&mut self, spec: &Spot<'_, '_>) {
        for field in ["template", "jobTemplate"] {
            let made = spec.at(field);
            if made.is_there() {
                let metadata = made.at("metadata");
                self.labels(&metadata.at("labels"));
                self.annotations(&metadata.at("annotations"));
                let inner = made.at("spec");
                self.labels(&inner.at("nodeSelector"));
                if field == "jobTemplate" {
                    self.made(&inner);
                }
            }
        }
    }

    fn name(&mut self, metadata: &Spot<'_, '_>) {
        let place = metadata.at("name");
        let Some(name) = place.text() else { return };
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
            ("certificates.k8s.io", "ClusterTrustBundle") => {
                match self.top().at("spec/signerName").text().filter(|signer| !signer.is_empty()) {
                    Some(signer) => (
                        name.strip_prefix(&signer.replace('/', ":"))
                            .and_then(|rest| rest.strip_prefix(':'))
                            .is_some_and(forms::is_subdomain),
                        "It begins with its signer, with `:` for `/` and behind it: `example.org:signer:name`.",
                    ),
                    None => (forms::is_subdomain(name), SUBDOMAIN),
                }
            }
            _ => (forms::is_subdomain(name), SUBDOMAIN),
        };
        if !fits {
            let article = if self.kind.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
            self.refuse(&place, At::Value, format!("`{}` is no name of {article} {}", cut(name), self.kind), help);
        }
    }

    pub(super) fn labels(&mut self, labels: &Spot<'_, '_>) {
        for (key, value) in labels.entries() {
            // goldpath's own are made to fit.
            if key.starts_with(OWN_PREFIX) {
                continue;
            }
            if !forms::is_key(key) {
                self.refuse(&value, At::Key, format!("`{}` in {} is no key of a label", cut(key), labels.shown()), WORD);
            }
            if let Some(text) = value.text().filter(|text| !forms::is_value(text)) {
                self.refuse(&value, At::Value, format!("`{}` in {} is no value of a label", cut(text), labels.shown()), WORD);
            }
        }
    }

    fn annotations(&mut self, annotations: &Spot<'_, '_>) {
        let mut size = 0;
        for (key, value) in annotations.entries() {
            size += key.len() + value.text().map_or(0, str::len);
            if !forms::is_key(key) && !forms::is_key(&key.to_lowercase()) {
                let message = format!("`{}` in {} is no key of an annotation", cut(key), annotations.shown());
                self.refuse(&value, At::Key, message, WORD);
            }
        }
        if size > MOST_ANNOTATIONS {
            self.refuse(annotations, At::Key, format!("the annotations hold {size} bytes, and {MOST_ANNOTATIONS} is the most"), "");
        }
    }

    fn data(&mut self, top: &Spot<'_, '_>) {
        let (data, other) = (top.at("data"), top.at(if self.kind == "Secret" { "stringData" } else { "binaryData" }));
        for field in [&data, &other] {
            for (key, value) in field.entries().filter(|(key, _)| !forms::is_data_key(key)) {
                let help = "It has letters, digits, `-`, `_` and `.`.";
                self.refuse(&value, At::Key, format!("`{}` in {} is no key", cut(key), field.shown()), help);
            }
        }
        let both = other.entries().find(|(key, value)| self.kind == "ConfigMap" && value.is_there() && data.key(key).is_some());
        if let Some((key, value)) = both {
            let message = format!("the key `{}` is in `data` and in `binaryData`", cut(key));
            self.refuse(&value, At::Key, message, "");
        }
        self.size(&data, &other);
        let kind = top.at("type");
        if let Some(secret) = kind.text().filter(|_| self.kind == "Secret") {
            let wanted: &[&str] = match secret {
                "kubernetes.io/tls" => &["tls.crt", "tls.key"],
                "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
                "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
                _ => &[],
            };
            let there = |key: &str| [&data, &other].iter().any(|field| field.key(key).is_some_and(Value::is_string));
            if secret == "kubernetes.io/basic-auth" && !there("username") && !there("password") {
                self.refuse(&kind, At::Value, format!("a secret of the type `{secret}` needs `username` or `password`"), "");
            }
            let of = "kubernetes.io/service-account.name";
            if secret == "kubernetes.io/service-account-token" && top.at("metadata/annotations").key(of).is_none_or(|name| name == "") {
                self.refuse(&kind, At::Value, format!("a secret of the type `{secret}` needs the annotation `{of}`"), "");
            }
            for key in wanted.iter().filter(|key| !there(key)) {
                self.refuse(&kind, At::Value, format!("a secret of the type `{secret}` needs the key `{key}`"), "");
            }
        }
    }

    /// Refuses more than the API stores, counted as it counts: values that are written in base64 by their bytes.
    fn size(&mut self, data: &Spot<'_, '_>, other: &Spot<'_, '_>) {
        let is_secret = self.kind == "Secret";
        // What is in `stringData` takes the place of what is in `data`.
        let counts = |key: &str| !is_secret || other.key(key).is_none();
        let of = |text: &str, encoded: bool| if encoded { forms::decoded(text) } else { text.len() };
        let kept: usize = data.entries().filter(|(key, _)| counts(key)).filter_map(|(_, value)| Some(of(value.text()?, is_secret))).sum();
        let beside: usize = other.entries().filter_map(|(_, value)| Some(of(value.text()?, !is_secret))).sum();
        let size = kept + beside;
        if size > MOST_DATA {
            let help = "Put a part of it into another object, or mount it from elsewhere.";
            let most = if kept >= beside { data } else { other };
            self.refuse(most, At::Key, format!("its values hold {size} bytes, and {MOST_DATA} is the most"), help);
        }
    }
}
