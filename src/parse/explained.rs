//! What the codes of this stage mean, each with an example.

use crate::model::Edit::{Link, Name, Remove, Repeat, Submodule, Swap, Write};
use crate::model::{Edit, Explained};

const REQUEST: &str = "requests/platform/hello.yaml";
const SETTINGS: &str = "goldpath.yaml";
const PATH: &str = "golden-paths/preview/path.yaml";
const RELEASE: &str = "golden-paths/preview/1.0.0/release.yaml";
const SCHEMA: &str = "golden-paths/preview/1.0.0/schema.json";
const TARGET: &str = "targets/staging.yaml";
const EXCEPTION: &str = "exceptions/platform/large-image.yaml";

/// The release takes `spec.size` for the name of another request, so that there is one to name.
const REFS: Edit = Swap(RELEASE, "  outputs:\n", "  refs:\n    other: {at: /spec/size, path: preview}\n  outputs:\n");
const FIXED: &str = "\"enum\": [\"small\", \"large\"],\n      \"default\": \"small\"";
const TEXT: &str = "\"type\": \"string\"";

const fn row(code: &'static str, when: &'static str, example: &'static [Edit], fix: &'static str) -> Explained {
    Explained { code, when, before: &[], example, fix }
}

/// All of them, in the order in which a reader meets them: files, YAML, fields, names, releases, schemas.
pub(super) const ALL: &[Explained] = &[
    row(
        "refused-path",
        "An entry of the tree has a name that is no path inside the repository.",
        &[Name("requests/../x.yaml", "the path holds `.` or `..`")],
        "Rename it, or remove it from the repository; such names are made by tools, hardly ever by hand.",
    ),
    row(
        "symlink",
        "A symbolic link stands where goldpath reads files; nothing follows it, so that no link can reach a file outside.",
        &[Link(REQUEST, "../../goldpath.yaml")],
        "Put a copy of the file there.",
    ),
    row(
        "submodule",
        "A submodule stands where goldpath reads files.",
        &[Submodule("requests/platform/vendor.yaml")],
        "Put the files themselves there.",
    ),
    row(
        "misplaced-file",
        "A file stands where goldpath never looks, though it seems to be meant for it.",
        &[Write("requests/hello.yaml", "apiVersion: platform.example.org/v1\nkind: Preview\n")],
        "Move or rename it as the message says.",
    ),
    row(
        "ignored-file",
        "A file among goldpath's own is not read.",
        &[Write("teams/notes.txt", "to be sorted\n")],
        "Remove it, or move it to where it is read. `README.md` and hidden files may lie anywhere.",
    ),
    row(
        "unused-library",
        "No release uses a library of templates, or nothing uses a file of it.",
        &[Write("golden-paths/_library/net/1.2.0/names.tera", "{% component host(name) %}{{ name }}.example.org{% endcomponent %}\n")],
        "Name it in `spec.libraries` of the release that is to use it and include it there, or remove it.",
    ),
    row("missing-file", "A file that must be there is missing.", &[Remove(SCHEMA)], "Add the file that is named."),
    row(
        "file-too-big",
        "A file is larger than goldpath reads.",
        &[Repeat(REQUEST, "spec:\n", "  # more and more of it\n", 60_000)],
        "Make several of it: a request is a page of text, not a database.",
    ),
    row("empty-file", "A file holds no document.", &[Write(REQUEST, "# to be written\n")], "Fill it, or remove it."),
    row(
        "several-documents",
        "A file holds more than one document.",
        &[Swap(REQUEST, "  lifetime: 14d\n", "  lifetime: 14d\n---\nkind: Preview\n")],
        "Put each document into a file of its own.",
    ),
    row(
        "yaml-encoding",
        "The bytes of a file are not plain UTF-8 text: a byte order mark, control characters, another encoding.",
        &[Swap(REQUEST, "apiVersion", "\u{feff}apiVersion")],
        "Save the file as UTF-8 without a byte order mark; most editors show the encoding in the last line.",
    ),
    row(
        "yaml-syntax",
        "A file is not YAML: a quote without its end, a tab, lines that do not line up, a merge conflict that was left in.",
        &[Swap(REQUEST, "  replicas: 2\n", "<<<<<<< HEAD\n  replicas: 2\n=======\n  replicas: 3\n>>>>>>> main\n")],
        "Mend the line that is shown; it is where the mistake begins, which may be above the line where it becomes visible.",
    ),
    row(
        "yaml-unknown-alias",
        "An alias names no anchor before it.",
        &[Swap(REQUEST, "replicas: 2", "replicas: *many")],
        "Write the value itself, or put a text that begins with `*` in quotes.",
    ),
    row(
        "yaml-too-big",
        "A file has too many values, as written or through aliases.",
        &[Repeat(REQUEST, "spec: [", "x,", 450_000)],
        "Make several files of it; aliases that name aliases grow faster than they look.",
    ),
    row(
        "yaml-too-deep",
        "Values are nested too deep.",
        &[Repeat(REQUEST, "spec: ", "[", 200)],
        "Write it flatter: nothing that goldpath reads is nested so deep.",
    ),
    row(
        "yaml-duplicate-key",
        "A key is given twice in one object; YAML readers disagree which one counts.",
        &[Swap(REQUEST, "  replicas: 2\n", "  replicas: 2\n  image: shop/other:1.0.0\n")],
        "Keep one of the two.",
    ),
    row("yaml-key", "A key is not text.", &[Swap(REQUEST, "  replicas: 2\n", "  replicas: 2\n  [a, b]: c\n")], "Write the key as text."),
    row(
        "yaml-tag",
        "A tag such as `!!binary` is not read.",
        &[Swap(REQUEST, "replicas: 2", "replicas: !!python/int 2")],
        "Remove the tag: the schema says which type a value has.",
    ),
    row(
        "yaml-ambiguous",
        "A value or a key without quotes is taken for something else by other YAML readers: `no`, `on`, `010`, `1:30`, dates, numbers of more than 64 bits.",
        &[Swap(REQUEST, "metadata:\n", "metadata:\n  labels: {team: no}\n")],
        "Put it in quotes when it is text; write `true`, `false` or the plain number when you mean that.",
    ),
    row(
        "yaml-odd-character",
        "A character that nobody can see, or that looks like another one: spaces that are none, marks of width zero, a Cyrillic letter in a Latin key.",
        &[Swap(REQUEST, "metadata:\n", "metadata:\n  labels: {team: shop\u{200b}}\n")],
        "Write the word anew, by hand: word processors, chats and web pages bring such characters.",
    ),
    row(
        "yaml-line-endings",
        "Lines end with CR LF, as some editors write them on Windows.",
        &[Swap(REQUEST, "kind: Preview\n", "kind: Preview\r\n")],
        "Save the file with LF; `* text=auto eol=lf` in `.gitattributes` does it for everyone.",
    ),
    row(
        "json-syntax",
        "`schema.json` is not JSON.",
        &[Swap(SCHEMA, "\"type\": \"object\",", "\"type\": \"object\"")],
        "Mend it at the place that is shown, or a little before: a comma or a quote is missing, or there is one too many.",
    ),
    row(
        "wrong-kind",
        "`apiVersion` or `kind` of one of goldpath's own files is another one than its folder asks for.",
        &[Swap(TARGET, "kind: Target", "kind: Cluster")],
        "Write what the message says, or move the file to the folder of its kind.",
    ),
    row(
        "unknown-field",
        "A field is not known; nothing is ignored silently.",
        &[Swap(REQUEST, "replicas: 2", "replica: 2")],
        "Take the name that is proposed; `goldpath schema KIND` prints all fields of a kind with their descriptions.",
    ),
    row(
        "missing-field",
        "A field that must be there is missing.",
        &[Swap(REQUEST, "  image: shop/hello:1.0.0\n", "")],
        "Add the field that is named.",
    ),
    row(
        "wrong-type",
        "A value has another type than its field.",
        &[Swap(REQUEST, "replicas: 2", "replicas: \"2\"")],
        "Write a value of the type that is named; quotes make everything a text.",
    ),
    row(
        "not-one-of",
        "A value is not one of those that are allowed.",
        &[Swap(REQUEST, "replicas: 2", "size: lagre")],
        "Take one of the values that are named.",
    ),
    row(
        "out-of-range",
        "A number, a length or a count is out of its range.",
        &[Swap(REQUEST, "replicas: 2", "replicas: 40")],
        "Choose a value in the range; the owner of the golden path, whom the message names, can widen it with a new release.",
    ),
    row(
        "wrong-format",
        "A text has not the form that its field wants: a pattern, a date, a duration, a quantity.",
        &[Swap(REQUEST, "lifetime: 14d", "lifetime: 2 weeks")],
        "Write it in the form that is named.",
    ),
    row(
        "does-not-fit",
        "A value does not fit the schema in a way that has no code of its own.",
        &[Swap(SCHEMA, "\"minimum\": 1,", "\"not\": {\"const\": 4},"), Swap(REQUEST, "replicas: 2", "replicas: 4")],
        "Write what the message asks for.",
    ),
    row(
        "no-form-fits",
        "A value fits none, or more than one, of the forms that its field may have.",
        &[Swap(RELEASE, "target: staging", "target: staging\n      targets: {matchLabels: {environment: staging}}")],
        "Decide for one of the forms, and write all of it.",
    ),
    row(
        "not-a-name",
        "A name is not a DNS label: small letters, digits and `-`, at most 63 of them.",
        &[Swap(REQUEST, "name: hello", "name: Hello_World")],
        "Choose another name; names become parts of paths, host names and labels.",
    ),
    row(
        "wrong-name",
        "`metadata.name` differs from the name of the file or folder.",
        &[Swap(REQUEST, "name: hello", "name: helo")],
        "Make the two agree. For a request the name is what is rendered: renaming makes a new one and removes the old one.",
    ),
    row(
        "name-too-long",
        "The name of a request is longer than its golden path allows.",
        &[
            Remove(REQUEST),
            Write(
                "requests/platform/the-first-preview-that-anybody-made.yaml",
                "apiVersion: platform.example.org/v1\nkind: Preview\nmetadata:\n  name: the-first-preview-that-anybody-made\nspec:\n  image: shop/hello:1.0.0\n",
            ),
        ],
        "Choose a shorter name.",
    ),
    row(
        "duplicate-name",
        "Two requests of a team have one name; names are unique in a team across all kinds and folders.",
        &[Write(
            "requests/platform/more/hello.yaml",
            "apiVersion: platform.example.org/v1\nkind: Preview\nmetadata:\n  name: hello\nspec:\n  image: shop/hello:2.0.0\n",
        )],
        "Rename one of the two.",
    ),
    row(
        "duplicate",
        "Two golden paths take the same kind of request, or two outputs of a release have one name.",
        &[Swap(
            RELEASE,
            "      target: staging\n",
            "      target: staging\n    - name: cluster\n      renderer: kubernetes@1\n      target: staging\n",
        )],
        "Rename one of them.",
    ),
    row(
        "unknown-team",
        "A team has no file under `teams/`.",
        &[Swap(PATH, "owner: platform", "owner: platfrom")],
        "Take the name that is proposed, or have the platform team add the team.",
    ),
    row(
        "unknown-path",
        "A golden path has no folder under `golden-paths/`.",
        &[Swap(TARGET, "  connection: staging\n", "  connection: staging\n  allow: {paths: [preveiw]}\n")],
        "Take the name that is proposed.",
    ),
    row(
        "unknown-kind",
        "No golden path takes requests of this group and kind.",
        &[Swap(REQUEST, "kind: Preview", "kind: Preveiw")],
        "Take the kind that is proposed; `goldpath schema` lists all kinds of the repository.",
    ),
    row(
        "unknown-version",
        "No current release serves this version of a kind.",
        &[Swap(REQUEST, "platform.example.org/v1", "platform.example.org/v2")],
        "Write an `apiVersion` that is served.",
    ),
    row(
        "unknown-release",
        "A release has no folder.",
        &[Swap(REQUEST, "metadata:\n", "metadata:\n  annotations: {goldpath.dev/release: 1.0.1}\n")],
        "Name a release that is there, or leave out the pin to follow the current one.",
    ),
    row(
        "unknown-output",
        "An output waits for one that the release does not have.",
        &[Swap(RELEASE, "      target: staging\n", "      target: staging\n      dependsOn: [dns]\n")],
        "Name an output of the same release, or remove the dependency.",
    ),
    row(
        "dependency-cycle",
        "Outputs of a release wait for each other in a circle, so that none of them could go first.",
        &[
            Swap(
                RELEASE,
                "      target: staging\n",
                "      target: staging\n      dependsOn: [dns]\n    - name: dns\n      renderer: kubernetes@1\n      target: staging\n      dependsOn: [cluster]\n",
            ),
            Write("golden-paths/preview/1.0.0/dns/a.yaml", "{}\n"),
        ],
        "Remove one of the dependencies of the circle.",
    ),
    row(
        "other-version",
        "A release serves another version of the kind than the one that names it.",
        &[Swap(PATH, "v1: 1.0.0", "v1: 1.0.0\n    v2: 1.0.0")],
        "Name a release that serves the version.",
    ),
    row(
        "retired-release",
        "The release is retired: requests of it are not rendered any more.",
        &[Swap(PATH, "v1: 1.0.0", "v1: 1.0.0\n  releases:\n    1.0.0: {state: retired}")],
        "Move to the release that takes its place.",
    ),
    row(
        "unknown-request",
        "A request names another one that is not there, or an exception one of its team.",
        &[REFS, Swap(SCHEMA, FIXED, TEXT), Swap(REQUEST, "  replicas: 2\n", "  replicas: 2\n  size: helo\n")],
        "Name a request of the own team that is there, or add it.",
    ),
    row(
        "other-request",
        "A request names one of another team, or of another golden path than the one that is wanted.",
        &[REFS, Swap(SCHEMA, FIXED, TEXT), Swap(REQUEST, "  replicas: 2\n", "  replicas: 2\n  size: web/shop\n")],
        "Name a request of the own team and of the golden path that the message names.",
    ),
    row(
        "reference-circle",
        "Requests name each other in a circle, so none of them can come first.",
        &[REFS, Swap(SCHEMA, FIXED, TEXT), Swap(REQUEST, "  replicas: 2\n", "  replicas: 2\n  size: hello\n")],
        "Take one of the references out.",
    ),
    row(
        "broken-reference",
        "A request names one that has errors, so that it cannot be rendered either.",
        &[
            REFS,
            Swap(SCHEMA, FIXED, TEXT),
            Swap(REQUEST, "replicas: 2", "replicas: 20"),
            Write(
                "requests/platform/user.yaml",
                "apiVersion: platform.example.org/v1\nkind: Preview\nmetadata:\n  name: user\nspec:\n  image: shop/user:1.0.0\n  size: hello\n",
            ),
        ],
        "Mend the request that is named.",
    ),
    row(
        "unknown-library",
        "A release uses a library of templates that is not there.",
        &[Swap(RELEASE, "  outputs:\n", "  libraries: {net: 1.2.0}\n  outputs:\n")],
        "Name a library and a version that are under `golden-paths/_library/`.",
    ),
    row(
        "deprecated",
        "The release or the golden path is deprecated: it works, up to the day that is named.",
        &[Swap(PATH, "v1: 1.0.0", "v1: 1.0.0\n  releases:\n    1.0.0: {state: deprecated, until: 2027-06-01}")],
        "Move to the release or path that takes its place while there is time.",
    ),
    row(
        "schema-invalid",
        "`schema.json` is not a JSON Schema 2020-12 that can be used.",
        &[Swap(SCHEMA, "\"type\": \"integer\"", "\"type\": \"int\"")],
        "Write the schema as the message says.",
    ),
    row(
        "schema-open",
        "An object of `schema.json` does not say whether other fields are allowed, so a typing mistake in a request would go unnoticed.",
        &[Swap(SCHEMA, "  \"additionalProperties\": false,\n", "")],
        "Add `\"additionalProperties\": false`, or `true` when others are meant to be allowed.",
    ),
    row(
        "schema-remote",
        "`schema.json` names a schema outside of itself, and nothing is fetched.",
        &[Swap(SCHEMA, "\"format\": \"goldpath-duration\"", "\"$ref\": \"https://example.org/duration.json\"")],
        "Copy it into `$defs`, and name it by `#/$defs/…`.",
    ),
    row(
        "schema-default",
        "A `default` of `schema.json` does not fit its own schema, or never ends.",
        &[Swap(SCHEMA, "\"default\": 1\n", "\"default\": 10\n")],
        "Change the default, or what the schema allows.",
    ),
    row(
        "schema-doubtful",
        "Something in `schema.json` is allowed by JSON Schema, and hardly meant: a keyword that is no keyword, or is for another type, and so checks nothing, values of several types in one `enum`, a limit that nothing can keep, a `default` where none is filled in.",
        &[Swap(SCHEMA, "\"maximum\": 5", "\"maximun\": 5")],
        "Write what was meant; a keyword of one's own begins with `x-`.",
    ),
    row(
        "other-owner",
        "The owner that a request names, or the team of the request that an exception is for, is not the team of the folder.",
        &[Write(
            EXCEPTION,
            "apiVersion: goldpath.dev/v1\nkind: Exception\nmetadata: {name: large-image}\nspec:\n  policy: image-size\n  scope: {request: web/shop}\n  reason: until the port is done\n  expires: \"2027-03-01\"\n",
        )],
        "Name the team of the folder, or move the file to the folder of the team that it is for.",
    ),
    row(
        "lifetime-too-long",
        "A request asks for a longer life than its golden path gives.",
        &[Swap(REQUEST, "lifetime: 14d", "lifetime: 90d")],
        "Ask for less; a request can be extended before it ends.",
    ),
    row(
        "request-expired",
        "The day that `goldpath.dev/expires` names is over, and the request is still there. Of a request that a change does not touch, only `goldpath validate` says it.",
        &[Swap(REQUEST, "metadata:\n", "metadata:\n  annotations: {goldpath.dev/expires: 2025-12-31}\n")],
        "Remove the request, or extend it: a later day, reviewed as every change.",
    ),
    row(
        "other-goldpath",
        "The repository asks for another version of goldpath.",
        &[Swap(SETTINGS, "spec:\n", "spec:\n  requires: \">=9\"\n")],
        "Use a goldpath of that range; the daemon's version decides on the pull request.",
    ),
    row(
        "idle-rule",
        "A rule of `goldpath.yaml` or of a release can never do anything: no file, target or kind is what it names, or more people are asked for than there are.",
        &[Write(
            SETTINGS,
            "apiVersion: goldpath.dev/v1\nkind: Platform\nmetadata: {name: example}\nspec:\n  approvals:\n    - {when: {files: [\"request/**\"]}, from: [owner]}\n",
        )],
        "Take the name that is proposed, or remove the rule.",
    ),
    row(
        "not-supported-yet",
        "Something of the format that this version of goldpath does not do yet; it is refused rather than ignored.",
        &[Swap(REQUEST, "metadata:\n", "metadata:\n  annotations: {goldpath.dev/moved-from: platform/hi}\n")],
        "Do what the message says for now.",
    ),
];
