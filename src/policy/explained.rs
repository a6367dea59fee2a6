//! What the codes of this stage mean, each with an example.

use crate::model::Edit::Write;
use crate::model::{Edit, Explained};

const POLICY: &str = "policies/replicas.rego";
const EXCEPTION: &str = "exceptions/platform/many-replicas.yaml";
const MOST: &str = "package main\n\ndeny contains \"too many\" if input.spec.replicas > 100\n";

const fn row(code: &'static str, when: &'static str, example: &'static [Edit], fix: &'static str) -> Explained {
    Explained { code, when, before: &[], example, fix }
}

/// All of them; the first stands for the results of every policy.
pub(super) const ALL: &[Explained] = &[
    row(
        "policy/<id>",
        "A policy of the organisation, or of a release, refuses something or warns of it; the code ends with the policy's id.",
        &[Write(POLICY, "package main\n\ndeny contains \"one replica is enough\" if input.spec.replicas > 1\n")],
        "Change the request as the message says, or ask the policy's owner, whom the help names, for an exception under `exceptions/`.",
    ),
    row(
        "exception-expired",
        "The last day of an exception is over: it waives nothing any more. Of an exception that a change does not touch, only `goldpath validate` says it.",
        &[
            Write(POLICY, MOST),
            Write(
                EXCEPTION,
                "apiVersion: goldpath.dev/v1\nkind: Exception\nmetadata: {name: many-replicas}\nspec: {policy: replicas, reason: a test of the load, expires: 2025-12-31}\n",
            ),
        ],
        "Remove the file, or ask for another day with a change of `expires`.",
    ),
    row(
        "policy-does-not-compile",
        "A file of policies cannot be run as it is written: its syntax, an unknown name, a function whose answer is not in the repository, a name that another policy declares otherwise, or what the engine would answer other than OPA.",
        &[Write(POLICY, "package main\n\ndeny[msg] {\n\tmsg := \"the old way\"\n}\n")],
        "Write Rego v1: `deny contains msg if { … }`.",
    ),
    row(
        "policy-failed",
        "A policy could not be asked about an input, or gave what is neither yes nor no; it has not said yes, so the change is held.",
        &[Write(POLICY, "package main\n\ndeny contains \"not ours\" if startswith(input.spec.replicas, \"registry\")\n")],
        "Look at the type of a value before it is passed to a function: `is_string(input.image)`.",
    ),
    row(
        "policy-limit",
        "A policy came to no end in time.",
        &[Write(
            POLICY,
            "package main\n\nletters := split(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"\")\n\ndeny contains \"never\" if {\n\tsome a in letters\n\tsome b in letters\n\tsome c in letters\n\tsome d in letters\n\tsome e in letters\n\tconcat(\"\", [a, b, c, d, e]) == \"b\"\n}\n",
        )],
        "Make it look at less: loops inside of loops over long lists are the usual cause.",
    ),
    row(
        "policy-metadata",
        "The name or the owner of a policy, in its `# METADATA`, cannot be.",
        &[Write(
            POLICY,
            "# METADATA\n# custom:\n#   id: replicas\n#   owner: platfrom\npackage main\n\ndeny contains \"too many\" if input.spec.replicas > 100\n",
        )],
        "Name a team of `teams/`, and an id that is a DNS label, once in a file.",
    ),
    row(
        "policy-never-runs",
        "A policy is in a package that is never asked, or none of its rules has a name that is; and no other file uses what it declares; or it holds an `exception` of conftest, or a test outside of a file `…_test.rego`.",
        &[Write(POLICY, "package replicas\n\ndeny contains \"too many\" if input.spec.replicas > 100\n")],
        "Write `package main` to see each rendered object, or `package goldpath.unit` to see a unit as a whole, and call its rules `deny`, `violation` or `warn` (or `deny_…`).",
    ),
    row(
        "unknown-policy",
        "An exception names a policy that is not there, so that it waives nothing.",
        &[
            Write(POLICY, MOST),
            Write(
                EXCEPTION,
                "apiVersion: goldpath.dev/v1\nkind: Exception\nmetadata: {name: many-replicas}\nspec: {policy: replica, reason: a test of the load, expires: 2027-12-31}\n",
            ),
        ],
        "Name the policy by its id: `custom.id` of its metadata, else the name of its file.",
    ),
];
