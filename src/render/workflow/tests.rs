use super::*;
use crate::model::RepoPath;
use crate::render::language::parse_back;
use crate::render::renderer::Language;

fn said_of(file: &str, text: &str) -> String {
    let content = parse_back(Language::Yaml, text).unwrap();
    let troubles = check(&RepoPath::parse(file).unwrap(), &content, text);
    let line = |trouble: &Trouble| {
        let doubt = if trouble.doubtful { "?" } else { "" };
        format!("{}{doubt} {}. {}", trouble.line, trouble.message, trouble.help).trim_end().to_owned() + "\n"
    };
    troubles.iter().map(line).collect()
}

fn said(text: &str) -> String {
    said_of(".github/workflows/build.yaml", text)
}

/// What is said of the steps of a job of an otherwise sound workflow.
fn steps(text: &str) -> String {
    let indented: String = text.lines().map(|line| format!("      {line}\n")).collect();
    said(&format!("on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n{indented}"))
}

/// A workflow that uses most of what there is, and in which nothing is wrong.
const SOUND: &str = r#"
name: release
run-name: Release ${{ inputs.version }} by @${{ github.actor }}
on:
  push: {branches: [main], paths: ["src/**"]}
  pull_request:
    types: [opened, synchronize]
  schedule:
    - cron: "30 5 * * 1-5"
  workflow_dispatch:
    inputs:
      version: {description: which, required: true, type: string}
      level: {type: choice, options: [a, b]}
permissions: {contents: read, id-token: write, pull-requests: none}
env:
  REGISTRY: ${{ vars.REGISTRY }}
  TOKEN: ${{ secrets.TOKEN }}
defaults: {run: {shell: bash, working-directory: src}}
concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: ${{ github.ref != 'refs/heads/main' }}
jobs:
  plan:
    runs-on: ubuntu-24.04
    outputs:
      list: ${{ steps.list.outputs.list }}
    steps:
      - id: list
        run: echo "list=[1]" >> "$GITHUB_OUTPUT"
  build:
    needs: plan
    if: github.event_name == 'push' && !cancelled()
    runs-on: ${{ matrix.os }}
    timeout-minutes: ${{ fromJSON(vars.MINUTES) }}
    strategy:
      fail-fast: false
      matrix:
        os: [ubuntu-24.04, windows-2025]
        include:
          - {os: macos-15, extra: yes}
    container: {image: "node:${{ matrix.extra }}", env: {A: "${{ runner.os }}"}}
    services:
      db: {image: postgres, ports: ["5432:5432"]}
    environment: {name: staging, url: "https://${{ steps.deploy.outputs.host }}"}
    steps:
      - uses: actions/checkout@v4
        with: {persist-credentials: false}
      - uses: ./.github/actions/setup
      - uses: docker://alpine:3.22
      - name: Build ${{ matrix.os }}
        id: deploy
        if: ${{ always() && hashFiles('**/go.sum') != '' }}
        env:
          TITLE: ${{ github.event.head_commit.message }}
          KEY: ${{ env.REGISTRY }}-${{ hashFiles('a', 'b') }}
        run: |
          echo "$TITLE" ${{ github.sha }} ${{ inputs.level }}
          echo ${{ needs.plan.outputs.list }} ${{ needs.plan.result }} ${{ job.status }} ${{ strategy.job-index }}
  many:
    needs: [plan, build]
    strategy:
      matrix: {n: "${{ fromJSON(needs.plan.outputs.list) }}"}
    uses: ./.github/workflows/other.yaml
    with: {n: "${{ matrix.n }}", v: "${{ needs.build.result }}"}
    secrets: inherit
"#;

#[test]
fn a_sound_workflow_has_nothing_wrong() {
    assert_eq!(said(SOUND), "");
}

#[test]
fn the_form_of_a_workflow_is_held() {
    let text = r"
nmae: x
on: {pusch: {branch: [main]}, schedule: [{cron: '* *'}], pull_request: {branches: [a], branches-ignore: [b]}, workflow_run: {types: [completed]}, sonnet: }
permisions: read-all
permissions: {content: read, contents: admin, id-token: read}
env: {A: [1]}
concurrency: {grup: a}
jobs:
  1st: {runs-on: a, steps: []}
  none: {}
  list: []
  both: {uses: ./a.yaml, steps: [], runs-on: a}
  lost: {steps: [], strategy: {matrx: {}}, timeout-minutes: soon}
  steps:
    runs-on: a
    container: {img: a}
    steps:
      - {run: a, uses: b@v1}
      - {name: a}
      - {uses: actions/checkout}
      - {uses: checkout@v1}
      - {uses: actions/checkout@main}
      - {uses: 'docker://alpine'}
      - {run: a, with: {b: c}, shel: bash}
      - {uses: a/b@v1, shell: bash}
      - {run: 1, id: 9x}
      - {run: a, id: same}
      - {run: a, id: Same, newer: 1}
      - text
";
    insta::assert_snapshot!(said(text), @"
    2 a workflow has no `nmae`. Did you mean `name`?
    3 there is no event `pusch`. Did you mean `push`?
    3 the event `pusch` has no `branch`. Did you mean `branches`?
    3 `* *` is no time of a schedule. It has five parts: minute, hour, day, month, day of the week.
    3 `pull_request` has both `branches` and `branches-ignore`. Write `!` before what `branches` leaves out.
    3 `workflow_run` has no `workflows`. Name the workflows behind which it runs.
    3? no event `sonnet` is known here.
    4 a workflow has no `permisions`. `permissions` is there already.
    5 `permissions` has no `content`. `contents` is there already.
    5 the permission `contents` cannot be `admin`. It is `read`, `write` or `none`.
    5 the permission `id-token` cannot be `read`. It is `write` or `none`.
    6 the variable `A` is a list. It must be a single value.
    7 `concurrency` has no `grup`. Did you mean `group`?
    9 `1st` is no name of a job. It begins with a letter or `_`, and has letters, digits, `-` and `_`.
    10 the job `none` has neither `steps` nor `uses`.
    11 the job `list` is no map.
    12 the job `both` has both `uses` and `steps`. Beside `uses` there may be `name`, `with`, `secrets`, `strategy`, `needs`, `if`, `concurrency` and `permissions`.
    12 the job `both` has both `uses` and `runs-on`. Beside `uses` there may be `name`, `with`, `secrets`, `strategy`, `needs`, `if`, `concurrency` and `permissions`.
    13 `strategy` has no `matrx`. Did you mean `matrix`?
    13 `timeout-minutes` must be a number above 0.
    13 the job `lost` has no `runs-on`. Say on which machine: `runs-on: ubuntu-24.04`.
    16 `container` has no `img`. Did you mean `image`?
    18 step 1 has both `run` and `uses`. Make it two steps.
    19 step 2 has neither `run` nor `uses`.
    20 `actions/checkout` has no version. Write `owner/repository@version`.
    21 `checkout@v1` names no action. Write `owner/repository@version`.
    22? `actions/checkout@main` is whatever `main` is when it runs. Name a version or a commit, so that what runs is what was looked at.
    23? `docker://alpine` is whatever is newest when it runs. Name a version: `docker://image:1.2.3`.
    24 a step has no `shel`. Did you mean `shell`?
    24 `with` is for `uses`. A script gets its values by `env`.
    25 `shell` is for `run`.
    26 `run` must be text. Put it in quotes, or behind `|`.
    26 `9x` is no id of a step. It begins with a letter or `_`, and has letters, digits, `-` and `_`.
    28? a step has no `newer` that is known here. Known are `id`, `if`, `name`, `uses`, `run`, `working-directory`, `shell`, `with`, `env`, `continue-on-error` and `timeout-minutes`.
    28 two steps have the id `Same`. Give one of them another.
    29 step 12 is no map.
    ");
    insta::assert_snapshot!([said("[]"), said("on: push\n"), said("jobs: {a: {runs-on: a, steps: []}}"), said("on: push\njobs: []\n")].concat(), @"
    1 the workflow is no map.
    1 the workflow has no `jobs`.
    1 the workflow has no `on`. Say when it runs: `on: push`.
    2 `jobs` must hold jobs by their names.
    ");
}

#[test]
fn what_a_job_waits_for_is_there_and_in_no_circle() {
    let job = |name: &str, needs: &str| format!("  {name}: {{needs: {needs}, runs-on: a, steps: [{{run: a}}]}}\n");
    let of = |jobs: &[(&str, &str)]| {
        let jobs: String = jobs.iter().map(|(name, needs)| job(name, needs)).collect();
        said(&format!("on: push\njobs:\n{jobs}"))
    };
    assert_eq!(of(&[("a", "[]"), ("b", "a"), ("c", "[a, b]"), ("d", "[c, a]")]), "");
    insta::assert_snapshot!(of(&[("build", "tset"), ("test", "[]")]), @"3 the job `build` needs `tset`, and there is no such job. Did you mean `test`?");
    insta::assert_snapshot!(of(&[("a", "a")]), @"3 the job `a` needs itself. Take one of these `needs` away.");
    insta::assert_snapshot!(of(&[("a", "[]"), ("b", "[a, d]"), ("c", "b"), ("d", "c"), ("e", "d")]), @"4 jobs wait for each other in a circle: `b` needs `d` needs `c` needs `b`. Take one of these `needs` away.");
    insta::assert_snapshot!(of(&[("Build", "[a, TEST]"), ("test", "build"), ("a", "[]")]), @"3 jobs wait for each other in a circle: `Build` needs `test` needs `Build`. Take one of these `needs` away.");
    insta::assert_snapshot!(of(&[("a", "A")]), @"3 the job `a` needs itself. Take one of these `needs` away.");
}

#[test]
fn what_expressions_name_is_there() {
    let text = r"
on: {workflow_call: {inputs: {version: {type: string}}, secrets: {token: {required: true}}, outputs: {a: {value: '${{ jobs.bild.outputs.x }}'}, b: {value: '${{ jobs.build.outputs.y }}'}}}}
jobs:
  plan: {runs-on: a, steps: [{run: a}], outputs: {list: a}}
  build:
    needs: plan
    runs-on: ${{ matrix.oss }}
    strategy: {matrix: {os: [a]}}
    outputs: {x: '${{ steps.late.outputs.a }}'}
    steps:
      - run: ${{ steps.late.outputs.a }} ${{ steps.lat.outputs.a }}
      - {id: late, run: '${{ steps.late.outputs.a }}'}
      - run: ${{ steps.late.output.a }} ${{ needs.plan.outputs.lists }} ${{ needs.other.result }} ${{ needs.test.result }} ${{ needs.plan.state }}
      - run: ${{ inputs.verison }} ${{ secrets.tokn }} ${{ github.evnt_name }} ${{ runner.oss }} ${{ inputs['version'] }}
  test: {runs-on: a, steps: [{run: '${{ matrix.os }}'}]}
";
    insta::assert_snapshot!(said(text), @"
    2 in the expression `jobs.bild.outputs.x`: this workflow, as a job, has no `bild`. Did you mean `build`?
    2 in the expression `jobs.build.outputs.y`: `outputs` of the job `build` has no `y`. Declare it under `outputs` of that job.
    7 in the expression `matrix.oss`: the matrix of this job has no `oss`. Did you mean `os`?
    11 in the expression `steps.late.outputs.a`: the step `late` does not come before this one. What it gives is not there yet.
    11 in the expression `steps.lat.outputs.a`: no step before has the id `lat`. Give the step that it means `id: lat`; it has to be in the same job.
    12 in the expression `steps.late.outputs.a`: the step `late` does not come before this one. What it gives is not there yet.
    13 in the expression `steps.late.output.a`: `steps.late` has no `output`. There are `outputs`, `outcome` and `conclusion`.
    13 in the expression `needs.plan.outputs.lists`: `outputs` of the job `plan` has no `lists`. Did you mean `list`?
    13 in the expression `needs.other.result`: the job `other` is not among the `needs` of this job. Only what is in `needs` is there.
    13 in the expression `needs.test.result`: the job `test` is not among the `needs` of this job. Add `test` to `needs`: only what a job waits for is there.
    13 in the expression `needs.plan.state`: `needs.plan` has no `state`. There are `outputs` and `result`.
    14 in the expression `inputs.verison`: `inputs` has no `verison`. Did you mean `version`?
    14 in the expression `secrets.tokn`: there is no `tokn` in `secrets` of `workflow_call`. Did you mean `token`?
    14 in the expression `github.evnt_name`: `github` has no `evnt_name`. Did you mean `event_name`?
    14 in the expression `runner.oss`: `runner` has no `oss`. Did you mean `os`?
    14? a script holds `${{ inputs.verison }}`, which whoever starts it may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    14? a script holds `${{ inputs['version'] }}`, which whoever starts it may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    15 in the expression `matrix.os`: the matrix of this job has no `os`. The job has no `strategy.matrix`.
    ");
    insta::assert_snapshot!(steps("- run: ${{ inputs.a }}"), @"
    6 in the expression `inputs.a`: nothing gives the input `a`. `inputs` are there for `workflow_call` and `workflow_dispatch`.
    6? a script holds `${{ inputs.a }}`, which whoever starts it may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    ");
}

#[test]
fn contexts_and_functions_stand_where_they_may() {
    let text = r"
name: ${{ github.ref }}
run-name: ${{ secrets.A }}
on: push
env: {A: '${{ env.B }}', B: '${{ hashFiles(1) }}'}
jobs:
  build:
    if: matrix.os == 'a' || always()
    runs-on: ${{ secrets.A }}
    env: {A: '${{ steps.a.outputs.b }}'}
    steps:
      - if: secrets.A != ''
        run: ${{ success() }} ${{ hashFiles('a') }}
      - {uses: 'actions/checkout@${{ env.V }}'}
      - {run: a, if: '${{ a }} && b'}
      - {run: a, if: 'github.ref == main'}
      - {run: '${{ contain(1) }} ${{ contains(1) }} ${{ githb.sha }} ${{ tojson() }} ${{ x', name: '${{ }}'}
";
    insta::assert_snapshot!(said(text), @r"
    2? no expression is read here: this stays as it is written. Write what it stands for, or leave it out.
    3 in the expression `secrets.A`: the context `secrets` is not there at this place. Here are `github`, `inputs` and `vars`.
    5 in the expression `env.B`: the context `env` is not there at this place. Here are `github`, `inputs`, `vars` and `secrets`.
    5 in the expression `hashFiles(1)`: the function `hashFiles` cannot be called at this place. It is for the steps of a job.
    8 in the expression `matrix.os == 'a' || always()`: the context `matrix` is not there at this place. Here are `github`, `inputs`, `vars` and `needs`.
    9 in the expression `secrets.A`: the context `secrets` is not there at this place. Here are `github`, `inputs`, `vars`, `needs`, `strategy` and `matrix`.
    10 in the expression `steps.a.outputs.b`: the context `steps` is not there at this place. Here are `github`, `inputs`, `vars`, `needs`, `strategy`, `matrix` and `secrets`.
    12 in the expression `secrets.A != ''`: the context `secrets` is not there at this place. Here are `github`, `inputs`, `vars`, `needs`, `strategy`, `matrix`, `env`, `job`, `runner` and `steps`.
    13 in the expression `success()`: the function `success` cannot be called at this place. It is for `if`.
    14? no expression is read here: this stays as it is written. Write what it stands for, or leave it out.
    15 in the expression `a`: there is no context `a`. A text stands between single quotes: 'a'.
    15 this condition is a text around an expression, which is always true. Write the whole condition as one expression, without `${{` and `}}`.
    16 in the expression `github.ref == main`: there is no context `main`. A text stands between single quotes: 'main'.
    17 in the expression `contain(1)`: there is no function `contain`. Did you mean `contains`?
    17 in the expression `contains(1)`: `contains` takes 2 arguments, here are 1.
    17 in the expression `githb.sha`: there is no context `githb`. Did you mean `github`?
    17 in the expression `tojson()`: `toJSON` takes 1 argument, here are 0.
    17 `${{` is not closed. End the expression with `}}`.
    17 the expression is empty.
    ");
    insta::assert_snapshot!(steps("- run: a\n  if: |\n    ${{ github.ref == 'a' }}\n"), @"8 this condition is a text around an expression, which is always true. Write the whole condition as one expression, without `${{` and `}}`.");
}

#[test]
fn the_line_of_a_mistake_is_exact_in_texts_of_many_lines() {
    insta::assert_snapshot!(steps("- name: a\n  run: |\n    echo ${{ github.sha }}\n    echo ${{ githb.sha }}\n\n    echo ${{ github.event.issue.title }}\n    echo ${{ githb.sha }}\n"), @"
    9 in the expression `githb.sha`: there is no context `githb`. Did you mean `github`?
    11 a script holds `${{ github.event.issue.title }}`, which anybody may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    12 in the expression `githb.sha`: there is no context `githb`. Did you mean `github`?
    ");
    insta::assert_snapshot!(steps("- name: a\n  run: >-\n    echo\n    ${{ github.event.issue.title }}\n    more\n"), @"9 a script holds `${{ github.event.issue.title }}`, which anybody may choose and the shell would run. Pass it through `env:` and use the variable in quotes.");
    insta::assert_snapshot!(steps("- run: |\n    echo ${{ format('{0}',\n      githb.sha) }}\n"), @"8 in the expression `format('{0}', githb.sha)`: there is no context `githb`. Did you mean `github`?");
}

#[test]
fn text_of_strangers_is_in_no_script() {
    let text = r#"
- name: ${{ github.event.issue.title }}
  env: {TITLE: '${{ github.event.issue.title }}', SHA: '${{ github.sha }}'}
  run: echo "$TITLE" ${{ env.SHA }}
- env: {TITLE: '${{ github.event.issue.title }}'}
  run: echo ${{ env.TITLE }}
- uses: actions/github-script@v8
  with: {script: 'console.log("${{ github.head_ref }}")'}
- uses: actions/something@v8
  with: {script: '${{ github.head_ref }}'}
- run: echo ${{ github.event.pull_request.number }}
"#;
    insta::assert_snapshot!(steps(text.trim_start()), @"
    10 a script holds `${{ env.TITLE }}`, which anybody may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    12 a script holds `${{ github.head_ref }}`, which anybody may choose and JavaScript would run. Pass it through `env:` and use the variable in quotes.
    ");
    let around = "on: {workflow_dispatch: {inputs: {a: {type: string}, b: {type: boolean}}}}\nenv: {T: '${{ github.head_ref }}'}\njobs:\n  a:\n    runs-on: a\n    steps:\n      - run: ${{ env.T }}\n      - run: ${{ inputs.a }} ${{ inputs.b }}\n";
    insta::assert_snapshot!(said(around), @"
    7 a script holds `${{ env.T }}`, which anybody may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    8? a script holds `${{ inputs.a }}`, which whoever starts it may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    ");
    let both = "on: {workflow_dispatch: {inputs: {a: {type: choice, options: [x]}, B: {type: number}, c: {type: number}}}, workflow_call: {inputs: {a: {type: string}, b: {type: string}, c: {type: boolean}}}}\njobs:\n  a:\n    runs-on: a\n    steps:\n      - run: ${{ inputs.a }}\n      - run: ${{ inputs.B }}\n      - run: ${{ inputs.c }}\n";
    insta::assert_snapshot!(said(both), @"
    6? a script holds `${{ inputs.a }}`, which whoever starts it may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    7? a script holds `${{ inputs.B }}`, which whoever starts it may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    ");
    let lines = "job:\n  before_script: ['b ${{ github.head_ref }}']\n  script:\n  - make\n  - ['c ${{ github.head_ref }}']\n  rules: ['${{ github.head_ref }}']\n";
    insta::assert_snapshot!(said_of(".gitlab-ci.yml", lines), @"
    2 a script holds `${{ github.head_ref }}`, which anybody may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    5 a script holds `${{ github.head_ref }}`, which anybody may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    ");
    insta::assert_snapshot!(said_of(".gitlab-ci.yml", "job: {script: 'a ${{ github.head_ref }}'}\n"), @"1 a script holds `${{ github.head_ref }}`, which anybody may choose and the shell would run. Pass it through `env:` and use the variable in quotes.");
}

#[test]
fn an_action_is_held_to_its_form_too() {
    let sound = r#"
name: setup
description: Makes it ready
inputs: {version: {default: '${{ github.ref }}'}}
outputs: {path: {value: '${{ steps.a.outputs.path }}'}}
runs:
  using: composite
  steps:
    - id: a
      if: inputs.version != ''
      shell: bash
      env: {VERSION: '${{ inputs.version }}'}
      run: echo "$VERSION"
    - {uses: actions/cache@v4, with: {key: '${{ runner.os }}-${{ hashFiles(inputs.version) }}'}}
"#;
    assert_eq!(said_of("setup/action.yml", sound), "");
    let wrong = r"
nam: setup
inputs: {version: {}}
outputs: {path: {value: '${{ steps.b.outputs.path }}'}}
runs:
  using: composite
  steps:
    - {id: a, run: 'echo ${{ inputs.version }} ${{ inputs.verison }} ${{ secrets.A }}'}
";
    insta::assert_snapshot!(said_of("setup/action.yml", wrong), @"
    2 an action has no `nam`. Did you mean `name`?
    4 in the expression `steps.b.outputs.path`: no step before has the id `b`. Give the step that it means `id: b`; it has to be in the same job.
    8 step 1 of the action has no `shell`. Each script of an action says its own: `shell: bash`.
    8 in the expression `inputs.verison`: `inputs` has no `verison`. Did you mean `version`?
    8 in the expression `secrets.A`: the context `secrets` is not there at this place. Here are `github`, `inputs`, `strategy`, `matrix`, `env`, `job`, `runner` and `steps`.
    8? a script holds `${{ inputs.version }}`, which whoever starts it may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    8? a script holds `${{ inputs.verison }}`, which whoever starts it may choose and the shell would run. Pass it through `env:` and use the variable in quotes.
    ");
    insta::assert_snapshot!([said_of("action.yaml", "runs: {using: node24}\n"), said_of("action.yaml", "name: a\n"), said_of("action.yaml", "runs: {using: docker, pre-if: runner.oss == 'a'}\n")].concat(), @"
    1 `runs` has no `main`.
    1 the action has no `runs`. Say what it is: `runs: {using: composite, steps: […]}`.
    1 `runs` has no `image`.
    1 in the expression `runner.oss == 'a'`: `runner` has no `oss`. Did you mean `os`?
    ");
}

#[test]
fn keys_are_read_as_the_forge_reads_them() {
    let text = r"
on: push
env: {A: x, b: y, a: z}
x: &x {c: d}
jobs:
  build: {runs-on: a, steps: [{run: a, env: {<<: *x}}, {run: 'cat <<: a', with-: 1}]}
  Build: {runs-on: a, steps: [{run: a}], outputs: {V: a, v: b}}
";
    let merged = "on: push\njobs:\n  a:\n    runs-on: a\n    env: &e\n      A: b\n    steps:\n    - env:\n        <<: *e\n        B: c\n      run: |\n        cat <<: a\n        <<: b\n";
    let documents = "on: push\njobs: {a: {runs-on: a, steps: [{run: a}]}}\n---\non: push\njobs: {a: {runs-on: a, steps: [{run: a}]}}\n";
    insta::assert_snapshot!([said(text), said(merged), said(documents)].join("\n"), @r"
    3 `A` and `a` are one key. The forge takes keys without regard to case, and refuses the whole file. Keep one of the two.
    4? a workflow has no `x` that is known here. Known are `name`, `run-name`, `on`, `permissions`, `env`, `defaults`, `concurrency`, `jobs` and `enable-email-notifications`.
    6 a step has no `with-`. Did you mean `with`?
    6 `Build` and `build` are one key. The forge takes keys without regard to case, and refuses the whole file. Keep one of the two.
    6 `<<` takes over the keys of another map. The forge reads `&` and `*`, and refuses the whole file for `<<`. Write the keys out, or print them by a loop.
    7 `V` and `v` are one key. The forge takes keys without regard to case, and refuses the whole file. Keep one of the two.

    9 `<<` takes over the keys of another map. The forge reads `&` and `*`, and refuses the whole file for `<<`. Write the keys out, or print them by a loop.

    4 a second document begins here. Write one file for each: the forge reads one document of a file.
    ");
    assert_eq!(said_of(".gitlab-ci.yml", ".a: &a {b: c}\nA: {<<: *a}\na: {x: 1}\n"), "");
}
