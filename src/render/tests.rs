mod alike;
mod bounds;
mod claims;
mod limits;
mod loops;
mod once;
mod places;
mod readings;
mod twice;

use super::*;
use crate::model::*;
use crate::snapshot::{File, Mode};
use serde_json::json;

const FOLDER: &str = "golden-paths/environment/1.0.0";

/// A platform repository with one golden path, one team, two targets and the requests that a test adds.
struct Case {
    files: BTreeMap<RepoPath, File>,
    platform: Platform,
}

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

fn release_id() -> ReleaseId {
    ReleaseId::parse("environment@1.0.0").unwrap()
}

impl Case {
    fn new() -> Self {
        let team = |name: &str| Team {
            name: TeamName::parse(name).unwrap(),
            file: path(&format!("teams/{name}.yaml")),
            title: name.to_owned(),
            members: BTreeSet::new(),
            contact: BTreeMap::from([("channel".to_owned(), "#payments".to_owned())]),
            cost_centre: Some("cc-1201".to_owned()),
            quotas: BTreeMap::new(),
            values: Json::default(),
        };
        let target = |name: &str, kind: TargetKind| Target {
            name: TargetName::parse(name).unwrap(),
            file: path(&format!("targets/{name}.yaml")),
            labels: BTreeMap::from([("environment".to_owned(), "staging".to_owned())]),
            kind,
            connection: ConnectionName::parse(name).unwrap(),
            values: Json(json!({"domain": "staging.example.org"})),
            allow_teams: vec!["*".to_owned()],
            allow_paths: vec!["*".to_owned()],
            terraform_providers: BTreeSet::from(["hashicorp/time".to_owned()]),
            kubernetes_version: None,
            namespaces: None,
        };
        let golden_path = GoldenPath {
            name: PathName::parse("environment").unwrap(),
            file: path("golden-paths/environment/path.yaml"),
            title: String::new(),
            description: String::new(),
            owner: TeamName::parse("platform").unwrap(),
            support: Support { channel: Some("#platform-help".to_owned()), ..Support::default() },
            group: "platform.example.org".to_owned(),
            kind: "SampleRequest".to_owned(),
            max_name: 40,
            stage: Stage::Ga,
            current: BTreeMap::new(),
            releases: BTreeMap::new(),
        };
        let release = Release {
            id: release_id(),
            file: path(&format!("{FOLDER}/release.yaml")),
            serves: "v1".to_owned(),
            facts: Facts::default(),
            lifetime: None,
            disposable: BTreeSet::from(["Namespace".to_owned()]),
            outputs: Vec::new(),
            exports: BTreeMap::new(),
            refs: BTreeMap::new(),
            libraries: BTreeSet::new(),
            digest: Digest::of(b"release"),
        };
        let mut platform = Platform::default();
        for name in ["payments-team", "orders-team"] {
            platform.teams.insert(TeamName::parse(name).unwrap(), team(name));
        }
        for (name, kind) in [("staging-eu", TargetKind::Directory), ("staging-us", TargetKind::Directory), ("dns", TargetKind::Terraform)] {
            platform.targets.insert(TargetName::parse(name).unwrap(), target(name, kind));
        }
        platform.paths.insert(golden_path.name.clone(), golden_path);
        platform.releases.insert(release_id(), release);
        Self { files: BTreeMap::new(), platform }
    }

    /// One output with its files, going to a target, and one request of it.
    fn of(renderer: &str, target: &str, files: &[(&str, &str)]) -> Self {
        Self::new().output("main", renderer, target, files).request("payments-team/shop", json!({"name": "shop"}))
    }

    fn output(mut self, name: &str, renderer: &str, target: &str, files: &[(&str, &str)]) -> Self {
        for (file, text) in files {
            let file = path(&format!("{FOLDER}/{name}/{file}"));
            self.files.insert(file, File { id: ContentId::from_bytes([1; 20]), mode: Mode::Regular, bytes: text.as_bytes().into() });
        }
        self.release().outputs.push(Output {
            name: OutputName::parse(name).unwrap(),
            renderer: RendererId::parse(renderer).unwrap(),
            for_each: None,
            target: TargetSelector::Template(target.to_owned()),
            when: None,
            on_delete: OnDelete::Delete,
            depends_on: Vec::new(),
            span: Span::point(10, 5),
        });
        self
    }

    fn release(&mut self) -> &mut Release {
        self.platform.releases.get_mut(&release_id()).unwrap()
    }

    fn edit(mut self, edit: impl FnOnce(&mut Output)) -> Self {
        edit(self.release().outputs.last_mut().unwrap());
        self
    }

    #[expect(clippy::needless_pass_by_value, reason = "a test says it in one line")]
    fn request(mut self, id: &str, spec: serde_json::Value) -> Self {
        let id = RequestId::parse(id).unwrap();
        let document =
            json!({"apiVersion": "platform.example.org/v1", "kind": "SampleRequest", "metadata": {"name": id.name}, "spec": spec});
        let request = Request {
            id: id.clone(),
            file: path(&format!("requests/{id}.yaml")),
            release: release_id(),
            pinned: false,
            document: Json(document),
            facts: RequestFacts {
                data_classification: Some("internal".to_owned()),
                cost_centre: Some("cc-1201".to_owned()),
                ..RequestFacts::default()
            },
            refs: BTreeMap::new(),
        };
        self.platform.requests.insert(id, request);
        self
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::new(None, self.files.clone(), Vec::new())
    }

    fn render(&self) -> Rendered {
        render(&self.snapshot(), &self.platform, &Limits::default(), &mut Cache::new(), 1)
    }

    /// The rendered tree, or the findings.
    fn shown(&self) -> String {
        let rendered = self.render();
        let mut out = String::new();
        for unit in rendered.units.values() {
            for (path, file) in &unit.files {
                out.push_str(&format!("# {}/{path}\n{}", unit.id.folder(), String::from_utf8_lossy(&file.bytes)));
            }
        }
        for finding in &rendered.findings {
            out.push_str(&show(finding));
        }
        assert_eq!(rendered.failed.is_empty(), !rendered.findings.iter().any(Finding::is_error), "a failure has a finding");
        out
    }
}

fn show(finding: &Finding) -> String {
    let Finding { place, severity: _, code, message, help, turn, related } = finding;
    let mut out = format!(
        "{}:{}:{} {code} ({turn:?})\n  {message}\n",
        place.path.as_str().trim_start_matches(FOLDER),
        place.span.line,
        place.span.column
    );
    if !help.is_empty() {
        out.push_str(&format!("  help: {help}\n"));
    }
    for related in related {
        out.push_str(&format!("  see {}: {}\n", related.place.path, related.message));
    }
    out
}

/// The output of one template for the request `shop`, or its findings.
fn one(renderer: &str, file: &str, template: &str, spec: serde_json::Value) -> String {
    let target = if renderer.starts_with("terraform") { "dns" } else { "staging-eu" };
    Case::new().output("main", renderer, target, &[(file, template)]).request("payments-team/shop", spec).shown()
}

fn kubernetes(template: &str, spec: serde_json::Value) -> String {
    one("kubernetes@1", "a.yaml.tera", &format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\n{template}"), spec)
}

const DEPLOYMENT: &str = r#"{% for service in spec.services %}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ service.name }}
  namespace: {{ team.name }}-{{ metadata.name }}
spec:
  replicas: {{ service.replicas }}
  selector: {matchLabels: {app: {{ service.name | yaml }}}}
  template:
    metadata:
      labels: {app: "{{ service.name }}"}
    spec:
      containers:
        - name: main
          image: {{ ("registry.example.org/" ~ service.name ~ ":1.0") | yaml }}
          env: {{ service.env | default(value=[]) | yaml }}
{% endfor %}
"#;

#[test]
fn objects_carry_the_marks_and_come_out_canonical() {
    let case = Case::new().output(
        "cluster",
        "kubernetes@1",
        "{{ spec.region }}",
        &[("deployment.yaml.tera", DEPLOYMENT), ("empty.yaml.tera", "{% if false %}x{% endif %}\n")],
    );
    let case = case.request(
        "payments-team/shop",
        json!({"region": "staging-eu", "services": [
        {"name": "api", "replicas": 2, "env": [{"name": "A", "value": "no"}]}]}),
    );
    insta::assert_snapshot!(case.shown(), @r#"
    # staging-eu/payments-team/shop/cluster/deployment.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: api
      namespace: payments-team-shop
      labels:
        app.kubernetes.io/managed-by: goldpath
        goldpath.dev/cost-centre: cc-1201
        goldpath.dev/data-classification: internal
        goldpath.dev/request: shop
        goldpath.dev/team: payments-team
      annotations:
        goldpath.dev/path: environment
        goldpath.dev/release: "1.0.0"
    spec:
      replicas: 2
      selector:
        matchLabels:
          app: api
      template:
        metadata:
          labels:
            app: api
            app.kubernetes.io/managed-by: goldpath
            goldpath.dev/cost-centre: cc-1201
            goldpath.dev/data-classification: internal
            goldpath.dev/request: shop
            goldpath.dev/team: payments-team
        spec:
          containers:
          - name: main
            image: registry.example.org/api:1.0
            env:
            - name: A
              value: "no"
    "#);
}

#[test]
fn a_unit_knows_its_objects_what_it_read_and_what_comes_before() {
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n";
    let mut case = Case::of("kubernetes@1", "staging-eu", &[("a.yaml", config)]).output(
        "dns",
        "terraform@1",
        "dns",
        &[("main.tf", "resource \"terraform_data\" \"a\" {\n  input = 1\n}\n")],
    );
    case = case.edit(|output| output.depends_on = vec![OutputName::parse("main").unwrap()]);
    let rendered = case.render();
    let shown: Vec<String> = rendered
        .units
        .values()
        .map(|unit| {
            let objects: Vec<String> =
                unit.objects.iter().map(|o| format!("{}|{}|{:?}|{}|{}", o.group, o.kind, o.namespace, o.name, o.file)).collect();
            let reads: Vec<&str> = unit.reads.iter().map(|read| read.path.as_str()).collect();
            format!("{} after {:?}\n  objects {objects:?}\n  reads {reads:?}", unit.id, unit.depends_on)
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    payments-team/shop/dns@dns after [payments-team/shop/main@staging-eu]
      objects ["|terraform:terraform_data|None|a|main.tf"]
      reads ["golden-paths/environment/1.0.0", "goldpath.yaml", "renderers/terraform/1", "requests/payments-team/shop.yaml", "targets/dns.yaml", "teams/payments-team.yaml"]
    payments-team/shop/main@staging-eu after []
      objects ["|ConfigMap|Some(\"shop\")|a|a.yaml"]
      reads ["golden-paths/environment/1.0.0", "goldpath.yaml", "renderers/kubernetes/1", "requests/payments-team/shop.yaml", "targets/staging-eu.yaml", "teams/payments-team.yaml"]
    "#);
    insta::assert_snapshot!(rendered.units.values().flat_map(|unit| &unit.objects).map(|o| o.document.value()["input"].to_string()).collect::<String>(), @"1null");
}

#[test]
fn a_terraform_root_gets_its_facts_and_its_back_end() {
    let main = "resource \"terraform_data\" \"this\" {\n  input = {{ spec.note | hcl }}\n}\n";
    insta::assert_snapshot!(one("terraform@1", "main.tf.tera", main, json!({"note": "${file(\"/etc/passwd\")}"})), @r#"
    # dns/payments-team/shop/main/goldpath.tf.json
    {
      "locals": {
        "goldpath": {
          "cost_centre": "cc-1201",
          "data_classification": "internal",
          "path": "environment",
          "release": "1.0.0",
          "request": "shop",
          "team": "payments-team"
        }
      },
      "terraform": {
        "backend": {
          "local": {}
        }
      }
    }
    # dns/payments-team/shop/main/main.tf
    resource "terraform_data" "this" {
      input = "$${file(\"/etc/passwd\")}"
    }
    "#);
}

#[test]
fn a_workflow_keeps_its_own_braces() {
    let workflow =
        "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make <{ spec.name }> ${{ github.sha }}\n";
    insta::assert_snapshot!(one("ci@1", ".github/workflows/build.yaml.tera", workflow, json!({"name": "shop"})), @"
    # staging-eu/payments-team/shop/main/.github/workflows/build.yaml
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        steps:
          - run: make shop ${{ github.sha }}
    ");
    let bad = workflow.replace("github.sha", "github.event.issue.title");
    insta::assert_snapshot!(one("ci@1", ".github/workflows/build.yaml.tera", &bad, json!({"name": "shop"})), @"
    /main/.github/workflows/build.yaml.tera:6:7 output-refused (PathOwner)
      `.github/workflows/build.yaml` (line 6 when rendered): a script holds `${{ github.event.issue.title }}`, which anybody may choose and the shell would run
      help: Pass it through `env:` and use the variable in quotes. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    ");
}

#[test]
fn a_typed_value_stands_anywhere_in_json_but_between_quotes() {
    let spec = json!({"name": "a \"b\"", "list": [1, "x, y"]});
    let file = "{\"name\": <{ spec.name | json }>, \"all\": [<{ spec | json }>], \"text\": \"<{ metadata.name }>\"}\n";
    insta::assert_snapshot!(one("ci@1", "a.json.tera", file, spec.clone()), @r##"
    # staging-eu/payments-team/shop/main/a.json
    {"name": "a \"b\"", "all": [{"name": "a \"b\"", "list": [1, "x, y"]}], "text": "shop"}
    "##);
    let quoted = one("ci@1", "a.json.tera", "{\"name\": \"<{ spec.list | json }>\"}\n", spec);
    assert!(quoted.starts_with("/main/a.json.tera:1:"), "{quoted}");
}

#[test]
fn mistakes_in_templates_stand_at_their_line() {
    let shown = [
        "data:\n  a: {{ spec.nmae }}\n",
        "data:\n  a: {{ sepc.name }}\n",
        "data:\n  a: {{ spec.name | yml }}\n",
        "data:\n  {% if spec.name }\n",
        "data:\n  a: {{ get_env(name='HOME') }}\n",
        "data:\n  a: {{ __tera_context }}\n",
        "data:\n  a: {{ now() }}\n",
        "{% include \"main/nothing.tera\" %}\n",
        "data: [{{ spec }}]\n",
        "data:\n  a: b: c\n",
        "data:\n  a: {{ spec.name }}\n  a: 2\n",
    ]
    .map(|template| kubernetes(template, json!({"name": "shop"})));
    insta::assert_snapshot!(shown.join(""), @r"
    /main/a.yaml.tera:5:9 template-error (PathOwner)
      `spec.nmae` is undefined
      help: Did you mean `name`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml.tera:5:9 template-error (PathOwner)
      `sepc` is not known to templates
      help: Did you mean `spec`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /main/a.yaml.tera:5:21 template-error (PathOwner)
      unknown filter `yml`
      help: Did you mean `yaml`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /main/a.yaml.tera:5:19 template-error (PathOwner)
      found `}` but expected %}
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /main/a.yaml.tera:5:9 template-error (PathOwner)
      unknown function `get_env`
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /main/a.yaml.tera:5:9 template-error (PathOwner)
      `__tera_context` is not for templates
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /main/a.yaml.tera:5:9 template-error (PathOwner)
      unknown function `now`
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /main/a.yaml.tera:4:12 template-error (PathOwner)
      unknown template `main/nothing.tera`
      help: It is a path below the folder of the release, or `library/NAME/…` for a library that `libraries` of `release.yaml` names. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /main/a.yaml.tera:4:8 template-error (PathOwner)
      a map cannot be printed as it is; use the filter `yaml`, `json` or `hcl`
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml.tera:5:3 not-well-formed (PathOwner)
      `a.yaml` is not well-formed YAML (line 5 when rendered): a second `: ` stands in this line
      help: Write `{b: c}`, or begin a new line with `b: c`, indented by 4 spaces; put it in quotes when it is text. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml.tera:6:3 not-well-formed (PathOwner)
      `a.yaml` is not well-formed YAML (line 6 when rendered): `a` is given twice in the same object
      help: Keep one of the two; the other is in line 5. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    ");
}

#[test]
fn a_printed_text_changes_nothing_but_its_place() {
    let print = "data:\n  a: {{ spec.v }}\n";
    for good in ["shop", "10.0.0.1", "a b", "v1.2", "https://example.org/x"] {
        let shown = kubernetes(print, json!({"v": good}));
        assert!(shown.contains("\n  a: ") && shown.contains(good), "{good}: {shown}");
    }
    for bad in ["true", "no: yes", "x #y", "1", "", "a\nb: c", "~", "- x", "&a", "[x", "0x10", "'", " x"] {
        let shown = kubernetes(print, json!({"v": bad}));
        assert!(shown.contains("unsafe-print") && shown.contains("/main/a.yaml.tera:5:"), "{bad:?}: {shown}");
        let typed = kubernetes("data:\n  a: {{ spec.v | yaml }}\n", json!({"v": bad}));
        let read = crate::yaml::parse(&typed).documents.into_iter().next().expect("it renders");
        assert_eq!(read.value().pointer("/data/a"), Some(&json!(bad)), "{typed}");
    }
    insta::assert_snapshot!(kubernetes(print, json!({"v": "x, evil: y\n  b: c"})), @"
    /main/a.yaml.tera:5:6 unsafe-print (PathOwner)
      the text `x, evil: y⏎  b: c` that is printed here changes what is around it
      help: Print it with the filter `yaml` as a whole value: `key: {{ … | yaml }}`; put texts together before, with `~`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    ");
    insta::assert_snapshot!(kubernetes("data: {k: foo-{{ spec.v | yaml }}}\n", json!({"v": "a, evil: x"})), @r#"
    /main/a.yaml.tera:4:15 unsafe-print (PathOwner)
      `"a, evil: x"`, printed with a filter, is not a whole value where it stands
      help: Print it with the filter `yaml` as a whole value: `key: {{ … | yaml }}`; put texts together before, with `~`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    "#);
}

#[test]
fn a_printed_text_is_no_code_in_terraform() {
    let quoted = "resource \"terraform_data\" \"{{ metadata.name }}\" {\n  input = \"a-{{ spec.v }}\"\n}\n";
    for good in ["shop", "a b", "x.y"] {
        assert!(one("terraform@1", "main.tf.tera", quoted, json!({"v": good})).contains(&format!("\"a-{good}\"")));
    }
    for bad in ["${file(\"/etc/passwd\")}", "%{ if true }x%{ endif }", "\"\n", "\\", "a\nb"] {
        let shown = one("terraform@1", "main.tf.tera", quoted, json!({"v": bad}));
        assert!(shown.contains("unsafe-print"), "{bad:?}: {shown}");
    }
    for bad in ["local.x", "file", "true", "1"] {
        let shown = one("terraform@1", "main.tf.tera", "locals {\n  a = {{ spec.v }}\n}\n", json!({"v": bad}));
        assert!(shown.contains("unsafe-print"), "{bad:?}: {shown}");
    }
}

const REFUSED_BLOCKS: &str = r#"terraform {
  backend "s3" {}
  required_providers {
    aws = { source = "hashicorp/aws" }
    time = { source = "hashicorp/time" }
  }
}
module "a" { source = "./x" }
data "terraform_remote_state" "other" {}
data "external" "x" { program = ["id"] }
resource "terraform_data" "a" {
  provisioner "local-exec" { command = "id" }
  input = file("/etc/passwd")
}
resource "null_resource" "b" {}
provider "time" {
  kubernetes = { exec = { command = "id" } }
}
resource "time_static" "ok" {}
"#;

const REFUSED_CALLS: &str = r#"locals {
  goldpath = 1
  a = provider::time::parse("x")
  b = [for x in [1] : timestamp()]
  c = "${templatefile("x", {})}"
}
check "x" {}
removed {
  from = terraform_data.x
  provisioner "local-exec" { command = "id" }
}
"#;

#[test]
fn refused_terraform_is_named_at_its_line() {
    insta::assert_snapshot!(one("terraform@1", "main.tf", REFUSED_BLOCKS, json!({})), @"
    /main/main.tf:2:3 output-refused (PathOwner)
      `main.tf`: `backend` is for the target to say, not for a template
      help: Leave it out: goldpath writes it into `goldpath.tf.json`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:4:5 output-refused (PathOwner)
      `main.tf`: the provider `hashicorp/aws` is not among those that the target allows
      help: The target allows `hashicorp/time`, and `terraform_data`, which needs no provider; one of another namespace than `hashicorp` is named in `required_providers` first. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:8:1 output-refused (PathOwner)
      `main.tf`: modules are not allowed: what they hold is not in the reviewed bytes
      help: Write the resources into the template itself. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:9:1 output-refused (PathOwner)
      `main.tf`: `terraform_remote_state` reads the whole state of another root
      help: Use an export of the other request. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:10:1 output-refused (PathOwner)
      `main.tf`: data `external` reaches out of Terraform at plan time
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:12:3 output-refused (PathOwner)
      `main.tf`: provisioners run programs outside of what is planned
      help: Use a resource of a provider. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:13:3 output-refused (PathOwner)
      `main.tf`: the function `file` reads the machine that it runs on
      help: Let the template write the value instead. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:15:1 output-refused (PathOwner)
      `main.tf`: `null_resource`: the provider `hashicorp/null` is not among those that the target allows
      help: The target allows `hashicorp/time`, and `terraform_data`, which needs no provider; one of another namespace than `hashicorp` is named in `required_providers` first. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:16:1 output-refused (PathOwner)
      `main.tf`: `exec` of the provider `time` would start a program
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    ");
}

#[test]
fn what_reads_the_machine_or_changes_every_time_is_refused_in_terraform() {
    insta::assert_snapshot!(one("terraform@1", "main.tf", REFUSED_CALLS, json!({})), @r"
    /main/main.tf:2:3 output-refused (PathOwner)
      `main.tf`: `local.goldpath` is goldpath's own
      help: Leave it out: goldpath writes it into `goldpath.tf.json`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:3:3 output-refused (PathOwner)
      `main.tf`: the function `provider::time::parse` is a provider's, and not allowed
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:4:3 output-refused (PathOwner)
      `main.tf`: the function `timestamp` gives another answer every time
      help: Let the template write the value instead. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:5:3 output-refused (PathOwner)
      `main.tf`: the function `templatefile` reads the machine that it runs on
      help: Let the template write the value instead. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:7:1 output-refused (PathOwner)
      `main.tf`: the block `check` is not allowed
      help: Allowed are `terraform`, `resource`, `data`, `variable`, `output`, `locals`, `provider`, `moved` and `removed`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/main.tf:10:3 output-refused (PathOwner)
      `main.tf`: provisioners run programs outside of what is planned
      help: Use a resource of a provider. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    ");
}

#[test]
fn files_that_change_what_was_reviewed_are_refused_in_terraform() {
    let names = [("override.tf", ""), ("x_override.tf", ""), ("a.tf.json", "{}"), ("a.tfvars", ""), ("sub/main.tf", "")];
    insta::assert_snapshot!(Case::of("terraform@1", "dns", &names).shown(), @"
    /main/a.tf.json:1:1 template-error (PathOwner)
      `a.tf.json`: JSON and variable files are not allowed in a root: write `.tf`
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /main/a.tfvars:1:1 template-error (PathOwner)
      `a.tfvars`: JSON and variable files are not allowed in a root: write `.tf`
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /main/override.tf:1:1 template-error (PathOwner)
      `override.tf`: override files change what others say: write it where it belongs
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /main/sub/main.tf:1:1 template-error (PathOwner)
      `sub/main.tf`: Terraform reads no folders below a root: put the file at its top
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /main/x_override.tf:1:1 template-error (PathOwner)
      `x_override.tf`: override files change what others say: write it where it belongs
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
}

#[test]
fn objects_must_be_objects_and_goldpaths_labels_are_its_own() {
    let shown = [
        "just text",
        "a: 1",
        "apiVersion: v1\nkind: Pod",
        "apiVersion: v1\nkind: List\nitems: []",
        "apiVersion: example.org/v1\nkind: Bundle\nmetadata: {name: a}\nitems: [{kind: Pod}]",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: {goldpath.dev/team: other}",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: {tier: 1}",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels: {app.kubernetes.io/managed-by: Helm}",
    ]
    .map(|template| one("kubernetes@1", "a.yaml", template, json!({})));
    insta::assert_snapshot!(shown.join(""), @r"
    /main/a.yaml:1:1 output-refused (PathOwner)
      `a.yaml`: the document is no Kubernetes object
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml:1:1 output-refused (PathOwner)
      `a.yaml`: the object has no `apiVersion`
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml:1:1 output-refused (PathOwner)
      `a.yaml`: Pod: the object has no `metadata.name`
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml:1:1 output-refused (PathOwner)
      `a.yaml`: a `List` hides its objects: write them as documents of their own, with `---` between them
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml:1:1 output-refused (PathOwner)
      `a.yaml`: a `Bundle` with `items` is a list, which hides its objects: write them as documents of their own, with `---` between them
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml:5:3 output-refused (PathOwner)
      `a.yaml`: Pod `a` sets `goldpath.dev/team`, which goldpath itself puts on every object: leave it out
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml:5:3 output-refused (PathOwner)
      `a.yaml`: Pod `a` has `tier` among its labels, whose value is no text: put it in quotes
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/a.yaml:5:3 output-refused (PathOwner)
      `a.yaml`: Pod `a` sets `app.kubernetes.io/managed-by`, which goldpath itself puts on every object: leave it out
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    ");
}

#[test]
fn outputs_go_where_they_may() {
    let file = [("a.yaml.tera", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")];
    let mut shown = vec![
        Case::of("kubernetes@1", "staging-{{ spec.name }}", &file).shown(),
        Case::of("kubernetes@1", "staging-ue", &file).shown(),
        Case::of("kubernetes@1", "dns", &file).shown(),
        Case::of("kuberentes@1", "staging-eu", &file).shown(),
        Case::of("kubernetes@1", "staging-eu", &[]).shown(),
        Case::of("kubernetes@1", "staging-eu", &[("a.yaml", "\n")]).shown(),
        Case::of("kubernetes@1", "x", &file).edit(|output| output.when = Some("spec.name | length".to_owned())).shown(),
        Case::of("kubernetes@1", "x", &file).edit(|output| output.when = Some("true)) }}{{ __result(v=(1".to_owned())).shown(),
        Case::of("kubernetes@1", "x", &file).edit(|output| output.for_each = Some("spec.name".to_owned())).shown(),
        Case::of("kubernetes@1", "x", &file).edit(|output| output.when = Some("false".to_owned())).shown(),
    ];
    let mut closed = Case::of("kubernetes@1", "staging-eu", &file);
    closed.platform.targets.get_mut(&TargetName::parse("staging-eu").unwrap()).unwrap().allow_teams = vec!["orders-team".to_owned()];
    shown.push(closed.shown());
    insta::assert_snapshot!(shown.join(""), @r#"
    /release.yaml:10:5 unknown-target (PathOwner)
      the output `main` goes to the target `staging-shop`, which does not exist
      help: There are `dns`, `staging-eu` and `staging-us`. Its name is made from what the request does not give. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /release.yaml:10:5 unknown-target (PathOwner)
      the output `main` goes to the target `staging-ue`, which does not exist
      help: Did you mean `staging-eu`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /release.yaml:10:5 target-kind (PathOwner)
      the output `main` of `kubernetes@1` cannot go to the target `dns`, which is of another type
      help: Terraform roots go to targets of `type: terraform`, everything else to targets of `type: directory`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /release.yaml:10:5 unknown-renderer (PathOwner)
      there is no renderer `kuberentes@1`
      help: Did you mean `kubernetes@1`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /release.yaml:10:5 template-error (PathOwner)
      the output `main` has no templates: there is nothing below `golden-paths/environment/1.0.0/main`
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /release.yaml:10:5 empty-unit (PathOwner)
      the output `main` renders to no file at all
      help: Say when the output is wanted with `when`; an empty unit is never taken for a removed one. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /release.yaml:10:5 expression-error (PathOwner)
      `when` gives a number, not true or false
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /release.yaml:10:5 expression-error (PathOwner)
      `when`: `true)) }}{{ __result(v=(1` is not one expression
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /release.yaml:10:5 expression-error (PathOwner)
      `forEach` gives a text, not a list
      help: This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    requests/payments-team/shop.yaml:1:1 target-not-allowed (Requester)
      the target `staging-eu` does not take the team `payments-team`
      help: Ask for another target, or ask the platform team to add it to `allow.teams` of `targets/staging-eu.yaml`.
      see targets/staging-eu.yaml: who may go there is said here
    "#);
}

#[test]
fn each_element_needs_a_target_of_its_own() {
    let file = [("a.yaml.tera", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")];
    let shown = [
        Case::of("kubernetes@1", "staging-eu", &file).edit(|output| output.for_each = Some("[1, 2]".to_owned())).shown(),
        Case::of("kubernetes@1", "staging-eu", &file)
            .edit(|output| {
                output.for_each = Some("[1, 2]".to_owned());
                output.target = TargetSelector::Labels(BTreeMap::new());
            })
            .shown(),
    ];
    insta::assert_snapshot!(shown.join(""), @r#"
    # staging-eu/payments-team/shop/main/a.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      labels:
        app.kubernetes.io/managed-by: goldpath
        goldpath.dev/cost-centre: cc-1201
        goldpath.dev/data-classification: internal
        goldpath.dev/request: shop
        goldpath.dev/team: payments-team
      annotations:
        goldpath.dev/path: environment
        goldpath.dev/release: "1.0.0"
    /release.yaml:10:5 duplicate-unit (PathOwner)
      the output `main` goes to the target `staging-eu` twice
      help: It is the same for each element of `forEach`: read `each` in it, such as `target: "{{ each }}"`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    # staging-eu/payments-team/shop/main/a.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      labels:
        app.kubernetes.io/managed-by: goldpath
        goldpath.dev/cost-centre: cc-1201
        goldpath.dev/data-classification: internal
        goldpath.dev/request: shop
        goldpath.dev/team: payments-team
      annotations:
        goldpath.dev/path: environment
        goldpath.dev/release: "1.0.0"
    # staging-us/payments-team/shop/main/a.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
      labels:
        app.kubernetes.io/managed-by: goldpath
        goldpath.dev/cost-centre: cc-1201
        goldpath.dev/data-classification: internal
        goldpath.dev/request: shop
        goldpath.dev/team: payments-team
      annotations:
        goldpath.dev/path: environment
        goldpath.dev/release: "1.0.0"
    /release.yaml:10:5 duplicate-unit (PathOwner)
      the output `main` goes to the target `staging-eu` twice
      help: `targets` finds the same ones for each element of `forEach`: write `target: "{{ each }}"`, or another field of `each`, in its place. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /release.yaml:10:5 duplicate-unit (PathOwner)
      the output `main` goes to the target `staging-us` twice
      help: `targets` finds the same ones for each element of `forEach`: write `target: "{{ each }}"`, or another field of `each`, in its place. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /release.yaml:10:5 target-kind (PathOwner)
      the output `main` of `kubernetes@1` cannot go to the target `dns`, which is of another type
      help: Terraform roots go to targets of `type: terraform`, everything else to targets of `type: directory`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    "#);
}

#[test]
fn no_output_has_the_name_of_what_all_outputs_share() {
    let of = |name: &str| {
        let file = [("a.yaml.tera", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")];
        Case::new().output(name, "kubernetes@1", "staging-eu", &file).request("payments-team/shop", json!({})).shown()
    };
    insta::assert_snapshot!([of("library"), of("renderer")].join(""), @"
    /release.yaml:10:5 template-error (PathOwner)
      an output cannot have the name `library`, which is where templates find those that all outputs share
      help: Give it and its folder another name. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    /release.yaml:10:5 template-error (PathOwner)
      an output cannot have the name `renderer`, which is where templates find those that all outputs share
      help: Give it and its folder another name. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    ");
}

#[test]
fn a_unit_for_each_element_and_for_each_label() {
    let file = [("a.yaml.tera", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ each }}}\n")];
    let case = Case::of("kubernetes@1", "staging-{{ each }}", &file).edit(|output| output.for_each = Some("[\"eu\", \"us\"]".to_owned()));
    let ids = |case: &Case| case.render().units.keys().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    insta::assert_snapshot!(ids(&case), @"payments-team/shop/main@staging-eu payments-team/shop/main@staging-us");
    let labels = BTreeMap::from([("environment".to_owned(), "staging".to_owned())]);
    let file = [("a.yaml.tera", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ target.name }}}\n")];
    let mut case = Case::of("kubernetes@1", "", &file).edit(|output| output.target = TargetSelector::Labels(labels));
    case.platform.targets.remove(&TargetName::parse("dns").unwrap());
    insta::assert_snapshot!(ids(&case), @"payments-team/shop/main@staging-eu payments-team/shop/main@staging-us");
}

#[test]
fn one_mistake_of_a_template_is_told_once() {
    let mut case = Case::new().output("main", "kubernetes@1", "staging-eu", &[("a.yaml.tera", "a: {{ spec.missing }}\n")]);
    for n in 0..12 {
        case = case.request(&format!("payments-team/r{n:02}"), json!({}));
    }
    insta::assert_snapshot!(case.shown(), @"
    /main/a.yaml.tera:1:7 template-error (PathOwner)
      `spec.missing` is undefined (and so in 7 more)
      help: Give `missing` a default in `schema.json`, or print it with `| default(value=…)`. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/r00.yaml: rendered for `payments-team/r00`
      see requests/payments-team/r01.yaml: rendered for `payments-team/r01`
      see requests/payments-team/r02.yaml: rendered for `payments-team/r02`
      see requests/payments-team/r03.yaml: rendered for `payments-team/r03`
      see requests/payments-team/r04.yaml: rendered for `payments-team/r04`
    ");
    assert_eq!(case.render().failed.len(), 12);
}

#[test]
fn objects_are_what_the_version_of_their_target_takes() {
    let template = "{% for service in spec.services %}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ service | yaml }}}\n\
        spec:\n  replica: 2\n  template:\n    spec:\n      containers:\n      - name: main\n        command: {{ spec.command | yaml }}\n{% endfor %}\n";
    let mut case = Case::new().output("main", "kubernetes@1", "staging-eu", &[("a.yaml.tera", template)]);
    for name in ["shop", "till"] {
        case = case.request(&format!("payments-team/{name}"), json!({"services": [name, format!("{name}-2")], "command": "run"}));
    }
    assert!(case.render().findings.is_empty(), "a target without a version takes everything");
    let mut cache = Cache::new();
    render(&case.snapshot(), &case.platform, &Limits::default(), &mut cache, 1);
    for target in case.platform.targets.values_mut() {
        let file = File { id: ContentId::from_bytes([2; 20]), mode: Mode::Regular, bytes: "kubernetes: …".as_bytes().into() };
        case.files.insert(target.file.clone(), file);
        target.kubernetes_version = Some(if target.name.as_str() == "staging-us" { "1.7" } else { "1.36" }.to_owned());
    }
    insta::assert_snapshot!(case.shown(), @"
        /main/a.yaml.tera:6:1 kubernetes-schema (PathOwner)
          `a.yaml`: Deployment: `spec.selector` is missing
          help: `kubectl explain deployment.spec` tells what may stand there. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
          see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
          see requests/payments-team/till.yaml: rendered for `payments-team/till`
        /main/a.yaml.tera:7:3 kubernetes-schema (PathOwner)
          `a.yaml`: Deployment: Kubernetes 1.36 knows no field `spec.replica`
          help: Did you mean `replicas`? This is for the owner of the golden path to mend: team `platform`, in #platform-help.
          see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
          see requests/payments-team/till.yaml: rendered for `payments-team/till`
        /main/a.yaml.tera:12:9 kubernetes-schema (PathOwner)
          `a.yaml`: Deployment: `spec.template.spec.containers[0].command` must be a list, is the text `run`
          help: Begin each entry with `- `. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
          see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
          see requests/payments-team/till.yaml: rendered for `payments-team/till`
        targets/staging-us.yaml:1:1 unknown-kubernetes-version (Platform)
          the API of Kubernetes `1.7` is not known, so nothing that goes to `staging-us` could be checked
          help: Known are `1.34`, `1.35` and `1.36`; leave `kubernetes` out, and objects are not checked.
        ");
    let again = render(&case.snapshot(), &case.platform, &Limits::default(), &mut cache, 1);
    assert_eq!(again, case.render(), "what was rendered without the check is not taken from the cache");
}

fn many(requests: usize) -> Case {
    let name = "{{ metadata.name }}-{{ service.name }}";
    let template = format!(
        "{{% for service in spec.services %}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: {{{{ team.name }}}}\nspec:\n  replicas: {{{{ service.replicas }}}}\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      containers:\n      - name: main\n        image: {{{{ (\"r/\" ~ service.name ~ \":1\") | yaml }}}}\n        \
         resources: {{requests: {{cpu: 100m, memory: 128Mi}}}}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n  namespace: {{{{ team.name }}}}\nspec:\n  ports: [{{port: 80, name: http}}]\n  \
         selector: {{app: {name}}}\n{{% endfor %}}\n"
    );
    let mut case = Case::new().output("main", "kubernetes@1", "staging-eu", &[("a.yaml.tera", &template)]);
    for n in 0..requests {
        case = case.request(
            &format!("payments-team/r{n:04}"),
            json!({"services": [{"name": "api", "replicas": n}, {"name": "web", "replicas": 1}]}),
        );
    }
    case
}

#[test]
fn the_same_bytes_come_out_at_any_number_of_threads_and_from_the_cache() {
    let case = many(40);
    let snapshot = case.snapshot();
    let mut cache = Cache::new();
    let one = render(&snapshot, &case.platform, &Limits::default(), &mut cache, 1);
    assert_eq!(one.units.len(), 40, "{:?}", one.findings);
    assert_eq!(cache.len(), 40);
    assert_eq!(render(&snapshot, &case.platform, &Limits::default(), &mut Cache::new(), 4), one);
    let told = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let tell: Tell = Arc::new(move |_| {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    });
    let again = render_watched(&snapshot, &case.platform, &Limits::default(), &mut cache, 2, &Watched { tell, ..Watched::by_nobody() });
    assert_eq!((again, told.load(std::sync::atomic::Ordering::Relaxed)), (one, 0));
}

#[test]
fn what_is_kept_says_who_owns_the_golden_path_now() {
    let template = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {app: a}}\n  template:\n    \
        metadata: {labels: {app: a}}\n    spec:\n      containers:\n      - name: a\n        image: a\n        \
        env: [{name: A, value: b}, {name: A, value: c}]\n";
    let mut case = Case::of("kubernetes@1", "staging-eu", &[("a.yaml", template)]);
    case.platform.targets.values_mut().for_each(|target| target.kubernetes_version = Some("1.36".to_owned()));
    let mut cache = Cache::new();
    let mut helps = Vec::new();
    for (owner, channel) in [("platform", "#platform-help"), ("platform", "#new-help"), ("shop", "#new-help")] {
        let path = case.platform.paths.values_mut().next().unwrap();
        path.owner = TeamName::parse(owner).unwrap();
        path.support.channel = Some(channel.to_owned());
        let rendered = render(&case.snapshot(), &case.platform, &Limits::default(), &mut cache, 1);
        helps.extend(rendered.findings.into_iter().map(|finding| finding.help));
    }
    insta::assert_snapshot!(helps.join("\n"), @"
    This is for the owner of the golden path to mend: team `platform`, in #platform-help.
    This is for the owner of the golden path to mend: team `platform`, in #new-help.
    This is for the owner of the golden path to mend: team `shop`, in #new-help.
    ");
}

#[test]
fn what_is_rendered_travels_through_a_pipe() {
    let rendered = many(2).render();
    let bytes = postcard::to_stdvec(&rendered).unwrap();
    assert_eq!(postcard::from_bytes::<Rendered>(&bytes).unwrap(), rendered);
}

#[test]
fn a_value_is_no_code_in_a_workflow() {
    let workflow =
        "on: push\njobs:\n  build:\n    runs-on: a\n    steps:\n      - name: <{ spec.v | yaml }>\n        run: make <{ spec.v }>\n";
    let render = |value: &str| one("ci@1", ".github/workflows/build.yaml.tera", workflow, json!({"v": value}));
    assert!(render("shop").contains("run: make shop"));
    insta::assert_snapshot!([render("x; id"), render("${{ secrets.TOKEN }}")].join(""), @r#"
    /main/.github/workflows/build.yaml.tera:7:19 unsafe-print (PathOwner)
      the text `x; id` that is printed here would run as code
      help: Pass it through `env:`, and use the variable in quotes in the script; write into the template what names an action, a permission, an event or a command. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    /main/.github/workflows/build.yaml.tera:6:15 unsafe-print (PathOwner)
      the text `"${{ secrets.TOKEN }}"` that is printed here would run as code
      help: Pass it through `env:`, and use the variable in quotes in the script; write into the template what names an action, a permission, an event or a command. This is for the owner of the golden path to mend: team `platform`, in #platform-help.
      see requests/payments-team/shop.yaml: rendered for `payments-team/shop`
    "#);
}

#[test]
fn probes_change_nothing_that_is_printed() {
    let template = "{% set a = [1, 2] %}{%- for x in a -%}\n {{- x }},\n{% else %}none{% endfor %}\n{{ 'yes' if spec.on else 'no' }} {{ -1 }} {{ 1 + 2 * 3 }} \
        {{ spec.name ~ '-' ~ a | length }} {{- ' trimmed ' -}} {{ [x * 2 for x in a if x > 1] | json }} {% raw %}{{ raw }}{% endraw %}{# {{ comment }} #}\
        {% if spec.on and a %}on{% elif spec.name %}off{% endif %}{% filter upper %}{{ spec.name }}{% endfilter %}{% set c %}{{ spec.name }}!{% endset %}{{ c }}";
    let case = Case::new().output(
        "main",
        "ci@1",
        "staging-eu",
        &[(
            "a.md.tera",
            &template
                .replace("{{", "<{")
                .replace("}}", "}>")
                .replace("{%", "<%")
                .replace("%}", "%>")
                .replace("{#", "<#")
                .replace("#}", "#>"),
        )],
    );
    let spec = json!({"on": true, "name": "shop"});
    let mut plain = tera::Tera::new();
    plain.autoescape_on(Vec::<&str>::new());
    plain.register_filter("json", |value: tera::Value, _: tera::Kwargs, _: &tera::State| serde_json::to_string(&value).unwrap_or_default());
    plain.add_raw_template("a", template).unwrap();
    let expected = plain.render("a", &tera::Context::from_serialize(&json!({"spec": &spec})).unwrap()).unwrap();
    let rendered = case.request("payments-team/shop", spec).render();
    let file = rendered.units.values().flat_map(|unit| unit.files.values()).next().expect("it renders");
    assert_eq!(String::from_utf8_lossy(&file.bytes).replace("<{", "{{").replace("}>", "}}"), expected + "\n", "{:?}", rendered.findings);
}
