//! What the codes of this stage mean, each with an example.

use crate::model::Edit::{Swap, Write};
use crate::model::{Edit, Explained};

const REQUEST: &str = "requests/platform/hello.yaml";
const RELEASE: &str = "golden-paths/preview/1.0.0/release.yaml";
const TARGET: &str = "targets/staging.yaml";
const TEMPLATE: &str = "golden-paths/preview/1.0.0/cluster/deployment.yaml.tera";

const fn row(code: &'static str, when: &'static str, example: &'static [Edit], fix: &'static str) -> Explained {
    Explained { code, when, before: &[], example, fix }
}

/// All of them: where outputs go, templates, what comes out.
pub(super) const ALL: &[Explained] = &[
    row(
        "unknown-target",
        "An output goes to a target that does not exist.",
        &[Swap(RELEASE, "target: staging", "target: stagging")],
        "Take the name that is proposed; where the name is made from values of the request, change these.",
    ),
    row(
        "target-kind",
        "The target is of another type than the renderer of the output needs.",
        &[Swap(TARGET, "type: directory", "type: terraform")],
        "Send Terraform roots to targets of `type: terraform`, everything else to targets of `type: directory`.",
    ),
    row(
        "target-not-allowed",
        "The target does not take this team or golden path.",
        &[Swap(TARGET, "  connection: staging\n", "  connection: staging\n  allow: {teams: []}\n")],
        "Ask for another target, or ask the platform team to add the team or the path to the target's `allow`.",
    ),
    row(
        "unknown-renderer",
        "There is no renderer of this name and version.",
        &[Swap(RELEASE, "kubernetes@1", "kubernetes@9")],
        "Take the one that is proposed.",
    ),
    row(
        "renderer-invalid",
        "A renderer of the repository's own cannot be used.",
        &[Write(
            "renderers/docs/1/renderer.yaml",
            "apiVersion: goldpath.dev/v1\nkind: Renderer\nmetadata: {name: docs, version: 1}\nspec: {language: {\"*.md\": markdown}}\n",
        )],
        "Mend the file as the message says, or use one of the renderers that come with goldpath.",
    ),
    row(
        "expression-error",
        "An expression of `release.yaml` (`when`, `forEach`, `target`) cannot be evaluated, or gives another type.",
        &[Swap(RELEASE, "      target: staging\n", "      target: staging\n      when: spec.replicas + 1\n")],
        "Write an expression of the type that is asked for: `when` gives true or false, `forEach` a list.",
    ),
    row(
        "duplicate-unit",
        "Two units of a request have one target.",
        &[Swap(RELEASE, "      target: staging\n", "      forEach: \"[1, 2]\"\n      target: staging\n")],
        "Make the target's name from `each`, so that each element has its own.",
    ),
    row(
        "too-many-units",
        "A request has more units than is allowed.",
        &[Swap(RELEASE, "      target: staging\n", "      forEach: range(end=300)\n      target: \"staging-{{ each }}\"\n")],
        "Ask for fewer, or make several requests of it.",
    ),
    row(
        "template-error",
        "A template cannot be loaded or rendered: its syntax, an unknown variable, filter or function.",
        &[Swap(TEMPLATE, "{{ spec.replicas }}", "{{ spec.replica }}")],
        "Mend the template at the line that is shown; what a template sees is listed in the reference of the format.",
    ),
    row(
        "template-limit",
        "A template asks for more steps, output or depth than is allowed.",
        &[Swap(TEMPLATE, "  replicas: {{", "{% for n in range(end=10000000) %}{% endfor %}  replicas: {{")],
        "Make the loop or the recursion end sooner.",
    ),
    row(
        "empty-unit",
        "A unit renders to no file at all, which is never taken for a removed one.",
        &[Write(TEMPLATE, "{% if spec.replicas > 100 %}kind: Deployment{% endif %}\n")],
        "Say with `when` in `release.yaml` when the output is wanted.",
    ),
    row(
        "not-well-formed",
        "A rendered file is not what its name says: broken YAML, HCL or JSON.",
        &[Swap(TEMPLATE, "  replicas: {{ spec.replicas }}\n", "  replicas: {{ spec.replicas }}\n  replicas: 3\n")],
        "Mend the template at the line that is shown; print values with the filter of the language (`| yaml`, `| hcl`, `| json`).",
    ),
    row(
        "output-refused",
        "A rendered file is well formed, but holds what is not allowed: a provisioner, an object without a name, untrusted text in a script.",
        &[
            Swap(TEMPLATE, "    spec:\n", "      annotations: {goldpath.dev/team: someone}\n    spec:\n"),
            Swap(TEMPLATE, "  name: {{ metadata.name }}\n", ""),
        ],
        "Leave out what the message names; the help says what to use instead.",
    ),
    row(
        "doubtful-output",
        "A rendered file is well formed and allowed, and hardly does what is meant: a workflow uses whatever a branch of an action holds when it runs.",
        &[
            Swap(
                RELEASE,
                "      target: staging\n",
                "      target: staging\n    - name: repo\n      renderer: ci@1\n      target: staging\n",
            ),
            Write(
                "golden-paths/preview/1.0.0/repo/.github/workflows/build.yaml",
                "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@main\n      - run: make\n",
            ),
        ],
        "Do what the help says, or leave it: a warning holds nobody up.",
    ),
    row(
        "kubernetes-schema",
        "A rendered object is not what the Kubernetes version of its target takes: an unknown field, another type, a missing field.",
        &[Swap(TARGET, "  values:\n", "  kubernetes: {version: \"1.36\"}\n  values:\n"), Swap(TEMPLATE, "  replicas: {{", "  replica: {{")],
        "Mend the template at the line that is shown.",
    ),
    row(
        "kubernetes-refused",
        "A rendered object has the form that the API takes, and a content that it refuses: a name or a label that is none, a volume that is not there, a selector that does not find its own pods.",
        &[
            Swap(TARGET, "  values:\n", "  kubernetes: {version: \"1.36\"}\n  values:\n"),
            Swap(TEMPLATE, "        app: {{ metadata.name }}\n", "        app: {{ metadata.name }}s\n"),
        ],
        "Mend the template at the line that is shown.",
    ),
    row(
        "namespace-not-allowed",
        "An object is in a namespace that the target does not let units of this request touch, or for the whole cluster.",
        &[Swap(TARGET, "  values:\n", "  kubernetes: {namespaces: [\"{{ team.name }}-*\"]}\n  values:\n")],
        "Put the object into a namespace of the team; which ones there are is said in `kubernetes.namespaces` of the target.",
    ),
    row(
        "namespace-overlap",
        "The namespaces of one team take in those of another, whose name begins with its name.",
        &[
            Swap(TARGET, "  values:\n", "  kubernetes: {namespaces: [\"{{ team.name }}\", \"{{ team.name }}-*\"]}\n  values:\n"),
            Write(
                "teams/platform-tools.yaml",
                "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: platform-tools}\nspec:\n  title: Tools\n  contact: {channel: \"#tools\"}\n",
            ),
        ],
        "Give the teams other names, or put something between team and rest that no name of a team holds.",
    ),
    row(
        "unknown-kubernetes-version",
        "A target names a Kubernetes version whose API goldpath does not know, so that nothing could be checked.",
        &[Swap(TARGET, "  values:\n", "  kubernetes: {version: \"1.7\"}\n  values:\n")],
        "Name a version that is known, or leave `kubernetes` out.",
    ),
    row(
        "unchecked-object",
        "A custom resource goes to a target that names a Kubernetes version, and its own schema is not in the repository, so it is not checked.",
        &[
            Swap(TARGET, "  values:\n", "  kubernetes: {version: \"1.36\"}\n  values:\n"),
            Write(
                "golden-paths/preview/1.0.0/cluster/certificate.yaml.tera",
                "apiVersion: cert.example.org/v1\nkind: Certificate\nmetadata:\n  name: {{ metadata.name }}\n  namespace: {{ team.name }}\n",
            ),
        ],
        "Add the schema, with `goldpath schema import` from the definition of the custom resource.",
    ),
    row(
        "unsafe-print",
        "A text that is printed without a filter changes what is around it, or would run as code.",
        &[
            Swap(TEMPLATE, "{{ (registry ~ \"/\" ~ spec.image) | yaml }}", "{{ spec.image }}"),
            Swap("golden-paths/preview/1.0.0/schema.json", "^[a-z0-9][-a-z0-9./]*:[A-Za-z0-9_][-A-Za-z0-9_.]*$", "^.*$"),
            Swap(REQUEST, "image: shop/hello:1.0.0", "image: \"shop/hello: 1.0.0\""),
        ],
        "Print it as a whole value with the filter of the language; put texts together before, with `~`.",
    ),
    row(
        "duplicate-object",
        "Two units hold one object: neither may take it from the other.",
        &[
            Swap(TEMPLATE, "  name: {{ metadata.name }}\n  namespace", "  name: preview\n  namespace"),
            Write(
                "requests/platform/again.yaml",
                "apiVersion: platform.example.org/v1\nkind: Preview\nmetadata:\n  name: again\nspec:\n  image: shop/hello:1.0.0\n",
            ),
        ],
        "Make the object's name from `metadata.name`, or take one of the requests away.",
    ),
];
