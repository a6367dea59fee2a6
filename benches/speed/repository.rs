//! Platform repositories of any size, as plain data: the same size gives the same files on every machine.
//!
//! One golden path with two releases that give four Kubernetes objects each; teams of a hundred requests. Benchmarks and tests share it.

use std::collections::BTreeMap;

/// How much is in a platform repository.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Requests, a hundred to a team.
    pub(crate) requests: usize,
    /// Whether the organisation has policies.
    pub(crate) policies: bool,
}

/// Requests of one team.
const TEAM: usize = 100;

/// All files, by their path.
pub(crate) fn files(size: Size) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = platform().into_iter().collect();
    if size.policies {
        files.insert("policies/image-source.rego".to_owned(), IMAGES.to_owned());
        files.insert("policies/resource-limits.rego".to_owned(), LIMITS.to_owned());
    }
    for number in 0..size.requests {
        if number % TEAM == 0 {
            let team = team(number);
            files.insert(format!("teams/{team}.yaml"), TEAM_FILE.replace("TEAM", &team));
        }
        files.insert(request_file(number), request(number, 0));
    }
    files
}

/// Where the request with this number stands.
pub(crate) fn request_file(number: usize) -> String {
    format!("requests/{}/{}.yaml", team(number), name(number))
}

/// The request with this number; an edition differs from another in its image.
pub(crate) fn request(number: usize, edition: usize) -> String {
    let (team, name) = (team(number), name(number));
    let size = ["small", "medium", "large"][number % 3];
    let mut text = format!(
        "apiVersion: web.example.org/v1\nkind: WebService\nmetadata:\n  name: {name}\nspec:\n  owner: {team}\n  \
         image: registry.example.org/{team}/{name}:1.{edition}.0\n  size: {size}\n"
    );
    if number.is_multiple_of(2) {
        text += "  environment:\n    LOG_LEVEL: info\n    REGION: eu-central-1\n";
    }
    text
}

/// The file that says which release is the current one, and how it is when the other release is.
pub(crate) fn current(version: &str) -> (String, String) {
    ("golden-paths/web-service/path.yaml".to_owned(), PATH.replace("CURRENT", version))
}

fn team(number: usize) -> String {
    format!("team-{:03}", number / TEAM)
}

fn name(number: usize) -> String {
    format!("service-{number:05}")
}

fn platform() -> Vec<(String, String)> {
    let mut files = vec![
        ("goldpath.yaml".to_owned(), SETTINGS.to_owned()),
        ("targets/fleet.yaml".to_owned(), TARGET.to_owned()),
        ("teams/platform.yaml".to_owned(), TEAM_FILE.replace("TEAM", "platform")),
        current("1.0.0"),
    ];
    for (version, more) in [("1.0.0", ""), ("1.1.0", "  minReadySeconds: 10\n")] {
        let folder = format!("golden-paths/web-service/{version}");
        files.push((format!("{folder}/release.yaml"), RELEASE.replace("VERSION", version)));
        files.push((format!("{folder}/schema.json"), SCHEMA.to_owned()));
        for (file, text) in [
            ("deployment", DEPLOYMENT.replace("MORE\n", more)),
            ("service", SERVICE.to_owned()),
            ("service-account", ACCOUNT.to_owned()),
            ("network-policy", NETWORK.to_owned()),
        ] {
            files.push((format!("{folder}/cluster/{file}.yaml.tera"), text));
        }
    }
    files
}

const SETTINGS: &str = "\
apiVersion: goldpath.dev/v1
kind: Platform
metadata: {name: large}
spec:
  approvals:
    - {when: {files: [\"requests/**\"]}, from: [owner], count: 1}
    - {when: {files: [\"golden-paths/**\", \"policies/**\", \"targets/**\", \"teams/**\", \"goldpath.yaml\"]}, from: [platform], count: 1}
";

const TARGET: &str = "\
apiVersion: goldpath.dev/v1
kind: Target
metadata: {name: fleet, labels: {environment: staging}}
spec:
  type: directory
  connection: fleet
  kubernetes: {version: \"1.36\"}
";

const TEAM_FILE: &str = "\
apiVersion: goldpath.dev/v1
kind: Team
metadata: {name: TEAM}
spec:
  title: The team TEAM
  members: {users: [alice, bob]}
  contact: {channel: \"#TEAM\"}
  costCentre: cc-1201
";

const PATH: &str = "\
apiVersion: goldpath.dev/v1
kind: GoldenPath
metadata: {name: web-service}
spec:
  title: Web service
  description: A stateless service.
  owner: platform
  support: {channel: \"#platform-help\"}
  request: {group: web.example.org, kind: WebService}
  stage: ga
  current: {v1: CURRENT}
";

const RELEASE: &str = "\
apiVersion: goldpath.dev/v1
kind: Release
metadata: {name: VERSION}
spec:
  serves: v1
  facts: {owner: /spec/owner}
  outputs:
    - {name: cluster, renderer: kubernetes@1, target: fleet}
";

const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["owner", "image"],
  "properties": {
    "owner": {"type": "string", "maxLength": 40},
    "image": {"type": "string", "maxLength": 255, "pattern": "^[a-z0-9.-]+(/[a-z0-9._-]+)+:[A-Za-z0-9._-]{1,128}$"},
    "account": {"type": "string", "maxLength": 40},
    "size": {"enum": ["small", "medium", "large"], "default": "small"},
    "port": {"type": "integer", "minimum": 1024, "maximum": 65535, "default": 8080},
    "environment": {"type": "object", "maxProperties": 20, "additionalProperties": {"type": "string", "maxLength": 200}, "default": {}}
  }
}
"#;

const DEPLOYMENT: &str = r#"{% if spec.size == "large" %}
{% set_global cpu = "1" %}{% set_global memory = "2Gi" %}
{% elif spec.size == "medium" %}
{% set_global cpu = "250m" %}{% set_global memory = "512Mi" %}
{% else %}
{% set_global cpu = "100m" %}{% set_global memory = "128Mi" %}
{% endif %}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ metadata.name | yaml }}
  namespace: {{ team.name | yaml }}
spec:
  replicas: 2
MORE
  selector:
    matchLabels:
      app: {{ metadata.name | yaml }}
  template:
    metadata:
      labels:
        app: {{ metadata.name | yaml }}
    spec:
      serviceAccountName: {{ spec.account | default(value=metadata.name) | yaml }}
      securityContext:
        runAsNonRoot: true
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: service
          image: {{ spec.image | yaml }}
          ports:
            - name: http
              containerPort: {{ spec.port | yaml }}
          env:
            {% for name, value in spec.environment %}
            - name: {{ name | yaml }}
              value: {{ value | yaml }}
            {% endfor %}
            - name: TEAM
              value: {{ team.name | yaml }}
          readinessProbe:
            httpGet:
              port: http
              path: /healthz
          resources:
            requests:
              cpu: {{ cpu | yaml }}
              memory: {{ memory | yaml }}
            limits:
              memory: {{ memory | yaml }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
"#;

const SERVICE: &str = r"apiVersion: v1
kind: Service
metadata:
  name: {{ metadata.name | yaml }}
  namespace: {{ team.name | yaml }}
spec:
  selector:
    app: {{ metadata.name | yaml }}
  ports:
    - name: http
      port: 80
      targetPort: http
";

const ACCOUNT: &str = r"apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ spec.account | default(value=metadata.name) | yaml }}
  namespace: {{ team.name | yaml }}
automountServiceAccountToken: false
";

const NETWORK: &str = r"apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ metadata.name | yaml }}
  namespace: {{ team.name | yaml }}
spec:
  podSelector:
    matchLabels:
      app: {{ metadata.name | yaml }}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector: {}
      ports:
        - port: http
";

const IMAGES: &str = r#"# METADATA
# title: Images come from the organisation's registry
# custom:
#   id: image-source
#   owner: platform
package main

deny contains msg if {
	some container in input.spec.template.spec.containers
	not startswith(container.image, "registry.example.org/")
	msg := sprintf("the image `%s` is not from registry.example.org", [container.image])
}
"#;

const LIMITS: &str = r#"# METADATA
# title: Every container says how much memory it may take
# custom:
#   id: resource-limits
#   owner: platform
package main

deny contains msg if {
	some container in input.spec.template.spec.containers
	not container.resources.limits.memory
	msg := sprintf("the container `%s` has no limit of memory", [container.name])
}
"#;
