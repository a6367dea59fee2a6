//! What the codes of this stage mean, each with an example.

use crate::model::Edit::{Remove, Swap};
use crate::model::Explained;

/// All of them.
pub(super) const ALL: &[Explained] = &[
    Explained {
        code: "release-changed",
        when: "A release that is on the default branch was changed; releases are immutable there (but for `tests/` and `README.md`).",
        example: &[Swap("golden-paths/preview/1.0.0/schema.json", "\"maximum\": 5", "\"maximum\": 9")],
        fix: "Copy the folder to a new version and change the copy; requests move to it with `current` in `path.yaml`, or by their pins.",
    },
    Explained {
        code: "release-removed",
        when: "A release was removed that requests still use.",
        example: &[Remove("golden-paths/preview/1.0.0")],
        fix: "Retire it in `path.yaml`, move its requests to another release, and remove it then.",
    },
];
