//! What the codes of this stage mean, each with an example.

use crate::model::Edit::{Remove, Swap, Write};
use crate::model::Explained;

const RELEASE: &str = "golden-paths/preview/1.0.0/release.yaml";

/// All of them.
pub(super) const ALL: &[Explained] = &[
    Explained {
        code: "release-changed",
        when: "A release, a library or a renderer that is on the default branch was changed; they are immutable there (but for `tests/` and `README.md`).",
        before: &[],
        example: &[Swap("golden-paths/preview/1.0.0/schema.json", "\"maximum\": 5", "\"maximum\": 9")],
        fix: "Copy the folder to a new version and change the copy; requests move to it with `current` in `path.yaml`, or by their pins.",
    },
    Explained {
        code: "release-removed",
        when: "A release was removed that requests still use.",
        before: &[],
        example: &[Remove("golden-paths/preview/1.0.0")],
        fix: "Retire it in `path.yaml`, move its requests to another release, and remove it then.",
    },
    Explained {
        code: "target-moved",
        when: "The type or the connection of a target that is on the default branch was changed; what was applied there would stay, and each unit go elsewhere with its next change.",
        before: &[],
        example: &[Swap("targets/staging.yaml", "connection: staging", "connection: production")],
        fix: "Add a target with another name, and let requests go there. Where a connection leads is said in the daemon's configuration.",
    },
    Explained {
        code: "target-widened",
        when: "A target takes a team, a golden path, a provider or a namespace only since the change itself, and something of the change goes there by it. What a target allows is read from the base, so that no change opens a target for itself.",
        before: &[
            Swap("targets/staging.yaml", "  connection: staging\n", "  connection: staging\n  allow: {teams: [shop]}\n"),
            Write(
                "teams/shop.yaml",
                "apiVersion: goldpath.dev/v1\nkind: Team\nmetadata: {name: shop}\nspec: {title: Shop, members: {users: [bob]}}\n",
            ),
            Remove("requests/platform/hello.yaml"),
        ],
        example: &[
            Swap("targets/staging.yaml", "[shop]", "[shop, platform]"),
            Write(
                "requests/platform/hello.yaml",
                "apiVersion: platform.example.org/v1\nkind: Preview\nmetadata:\n  name: hello\nspec:\n  image: shop/hello:1.0.0\n",
            ),
        ],
        fix: "Merge the change of the target by itself first; what goes there follows in the next one.",
    },
    Explained {
        code: "request-in-use",
        when: "A request goes away that other requests name.",
        before: &[
            Swap(RELEASE, "  outputs:\n", "  refs:\n    other: {at: /spec/size, path: preview}\n  outputs:\n"),
            Swap(
                "golden-paths/preview/1.0.0/schema.json",
                "\"enum\": [\"small\", \"large\"],\n      \"default\": \"small\"",
                "\"type\": \"string\"",
            ),
            Write(
                "requests/platform/user.yaml",
                "apiVersion: platform.example.org/v1\nkind: Preview\nmetadata:\n  name: user\nspec:\n  image: shop/user:1.0.0\n  size: hello\n",
            ),
        ],
        example: &[Remove("requests/platform/hello.yaml")],
        fix: "Take the references out first, in the same change or before it.",
    },
    Explained {
        code: "over-quota",
        when: "A team would have more requests of a golden path than its quota.",
        before: &[Swap("teams/platform.yaml", "spec:\n", "spec:\n  quotas: {preview: 1}\n")],
        example: &[Write(
            "requests/platform/again.yaml",
            "apiVersion: platform.example.org/v1\nkind: Preview\nmetadata:\n  name: again\nspec:\n  image: shop/hello:1.0.0\n",
        )],
        fix: "Take a request away that is not needed any more, or have the quota raised by a change of its own.",
    },
];
