//! Files with every field of their kind.

use goldpath::yaml;
use serde_json::Value;

/// A file with every field.
pub(super) struct Sample {
    pub(super) kind: &'static str,
    pub(super) file: &'static str,
    text: &'static str,
    /// Changes that only the reader can judge.
    pub(super) beyond: &'static [&'static str],
}

impl Sample {
    /// What it says.
    pub(super) fn document(&self) -> Value {
        let parsed = yaml::parse(self.text);
        assert!(!parsed.has_errors(), "{}: {:?}", self.kind, parsed.problems);
        parsed.documents.into_iter().next().expect("a document").into_value()
    }
}

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        kind: "Platform",
        file: "goldpath.yaml",
        text: "
apiVersion: goldpath.dev/v1
kind: Platform
metadata: {name: example, labels: {a: b}, annotations: {a: b}}
spec:
  requires: '>=0.1'
  values: {registry: x}
  approvals:
    - {when: {files: ['requests/**'], targets: {environment: production}, risk: [destroy]}, from: [owner, platform], count: 2}
  deletes: {maxRequests: 5, maxPercent: 20, percentFromUnits: 50, protected: [Namespace]}
",
        // ranges of versions have no pattern
        beyond: &["/spec/requires = \"No Name!\""],
    },
    Sample {
        kind: "GoldenPath",
        file: "golden-paths/preview/path.yaml",
        text: "
apiVersion: goldpath.dev/v1
kind: GoldenPath
metadata: {name: preview, labels: {a: b}, annotations: {a: b}}
spec:
  title: Preview
  description: One
  owner: platform
  customer: all
  support: {channel: x, response: x, docs: x}
  scope: {in: [a], out: [b]}
  measure: {target: 30m}
  request: {group: platform.example.org, kind: Preview, name: {maxLength: 40}}
  stage: ga
  current: {v1: 1.0.0}
  releases: {1.0.0: {state: deprecated, since: 2026-01-01, until: 2026-06-01, replacedBy: 1.0.0}}
",
        beyond: &[],
    },
    Sample {
        kind: "Release",
        file: "golden-paths/preview/1.0.0/release.yaml",
        text: "
apiVersion: goldpath.dev/v1
kind: Release
metadata: {name: 1.0.0, labels: {a: b}, annotations: {a: b}}
spec:
  serves: v1
  facts: {owner: platform, lifetime: /spec/lifetime, dataClassification: internal, region: eu, costCentre: x}
  lifetime: {default: 14d, max: 30d, notify: [3d]}
  disposable: [Namespace]
  refs: {database: {at: /spec/database, path: preview, teams: same}}
  health: []
  libraries: {net: 1.0.0}
  outputs:
    - name: cluster
      renderer: kubernetes@1
      forEach: spec.list
      target: staging
      when: 'true'
      onDelete: keep
      dependsOn: [other]
      inputs: {}
      repository: acme/x
    - {name: cluster, renderer: kubernetes@1, targets: {matchLabels: {a: b}}}
  exports: {url: {value: x}, host: {from: {}}}
",
        beyond: &[],
    },
    Sample {
        kind: "Target",
        file: "targets/staging.yaml",
        text: "
apiVersion: goldpath.dev/v1
kind: Target
metadata: {name: staging, labels: {a: b}, annotations: {a: b}}
spec:
  type: directory
  connection: staging
  values: {a: 1}
  drift: report
  allow: {teams: ['*'], paths: [preview]}
  kubernetes: {version: '1.36', namespaces: []}
",
        beyond: &[],
    },
    Sample {
        kind: "Target",
        file: "targets/dns.yaml",
        text: "
apiVersion: goldpath.dev/v1
kind: Target
metadata: {name: dns}
spec:
  type: terraform
  connection: dns
  terraform: {providers: [hashicorp/time], backend: {type: local, config: {}}}
",
        beyond: &[],
    },
    Sample {
        kind: "Target",
        file: "targets/repository.yaml",
        text: "
apiVersion: goldpath.dev/v1
kind: Target
metadata: {name: repository}
spec: {type: repository, connection: dns, repository: {allow: ['acme/*']}}
",
        beyond: &[],
    },
    Sample {
        kind: "Team",
        file: "teams/platform.yaml",
        text: "
apiVersion: goldpath.dev/v1
kind: Team
metadata: {name: platform, labels: {a: b}, annotations: {a: b}}
spec:
  title: Platform
  members: {users: [alice], forgeTeam: acme/platform}
  contact: {channel: x, onCall: x, email: x}
  costCentre: cc
  quotas: {preview: 5}
  values: {a: 1}
",
        beyond: &[],
    },
    Sample {
        kind: "Exception",
        file: "exceptions/platform/old.yaml",
        text: "
apiVersion: goldpath.dev/v1
kind: Exception
metadata: {name: old, labels: {a: b}, annotations: {a: b}}
spec: {policy: image-source, scope: {request: platform/hello}, reason: x, expires: 2026-03-01}
",
        beyond: &[],
    },
    Sample {
        kind: "Renderer",
        file: "renderers/own/1/renderer.yaml",
        text: "
apiVersion: goldpath.dev/v1
kind: Renderer
metadata: {name: own, version: 1}
spec:
  language: {'*.yaml': yaml, '*.md': text}
  delimiters: {expression: ['<{', '}>'], block: ['<%', '%>'], comment: ['<#', '#>']}
  checks: [workflow]
  library: []
  marks: none
",
        // another version than the folder's
        beyond: &["/metadata/version = 7"],
    },
    Sample {
        kind: "Daemon",
        file: "daemon.yaml",
        text: "
apiVersion: goldpath.dev/v1
kind: Daemon
spec:
  repository: {url: x, branch: main, poll: 30s}
  trust: {owners: [root], minApprovals: 0, signedCommits: false}
  forge: {type: local}
  state: {dir: state}
  listen: 127.0.0.1:7171
  publicUrl: https://goldpath.example.org
  connections:
    fleet: {type: directory, path: fleet}
    dns: {type: terraform, binary: tofu, state: states, plan: {env: {A: {file: secret}}}, apply: {env: {B: {file: secret}}}}
",
        // a file that is not there
        beyond: &["/spec/connections/dns/plan/env/A/file = \"No Name!\"", "/spec/connections/dns/apply/env/B/file = \"No Name!\""],
    },
];
