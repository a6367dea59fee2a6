//! The codes of this stage's findings: stable, one constant each; `docs/findings.md` has an example of every one.

use crate::model::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub(super) const $name: Code = Code::new($text);)*
        /// All codes of this stage.
        pub(super) const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    /// An entry of the tree has a name that is no path inside the repository.
    REFUSED_PATH = "refused-path";
    /// A symbolic link where goldpath reads files.
    SYMLINK = "symlink";
    /// A submodule where goldpath reads files.
    SUBMODULE = "submodule";
    /// A file stands where goldpath never looks, though it seems to be meant for it.
    MISPLACED_FILE = "misplaced-file";
    /// A file among goldpath's own that is not read.
    IGNORED_FILE = "ignored-file";
    /// No release uses a library of templates.
    UNUSED_LIBRARY = "unused-library";
    /// A file that must be there is missing.
    MISSING_FILE = "missing-file";
    /// A file is larger than 1 MiB.
    FILE_TOO_BIG = "file-too-big";
    /// A file holds no document.
    EMPTY_FILE = "empty-file";
    /// A file holds more than one document.
    SEVERAL_DOCUMENTS = "several-documents";
    /// The bytes of a file are not plain UTF-8 text.
    YAML_ENCODING = "yaml-encoding";
    /// A file is not YAML.
    YAML_SYNTAX = "yaml-syntax";
    /// An alias names no anchor before it.
    YAML_UNKNOWN_ALIAS = "yaml-unknown-alias";
    /// A file has too many values, as written or through aliases.
    YAML_TOO_BIG = "yaml-too-big";
    /// Values are nested too deep.
    YAML_TOO_DEEP = "yaml-too-deep";
    /// A key is given twice in one object.
    YAML_DUPLICATE_KEY = "yaml-duplicate-key";
    /// A key is not text.
    YAML_KEY = "yaml-key";
    /// A tag that is not read.
    YAML_TAG = "yaml-tag";
    /// A value without quotes that older YAML readers take for something else.
    YAML_AMBIGUOUS = "yaml-ambiguous";
    /// A character that nobody can see, or that looks like another one.
    YAML_ODD_CHARACTER = "yaml-odd-character";
    /// Lines end with CR LF.
    YAML_LINE_ENDINGS = "yaml-line-endings";
    /// `schema.json` is not JSON.
    JSON_SYNTAX = "json-syntax";
    /// `apiVersion` or `kind` of one of goldpath's own files is another one.
    WRONG_KIND = "wrong-kind";
    /// A field that is not known.
    UNKNOWN_FIELD = "unknown-field";
    /// A field that must be there is missing.
    MISSING_FIELD = "missing-field";
    /// A value has another type than its field.
    WRONG_TYPE = "wrong-type";
    /// A value is not one of those that are allowed.
    NOT_ONE_OF = "not-one-of";
    /// A number, a length or a count is out of its range.
    OUT_OF_RANGE = "out-of-range";
    /// A text has not the form that its field wants: a pattern, a date, a duration.
    WRONG_FORMAT = "wrong-format";
    /// A value does not fit the schema in another way.
    DOES_NOT_FIT = "does-not-fit";
    /// A value fits none, or more than one, of the forms that its field may have.
    NO_FORM_FITS = "no-form-fits";
    /// A name is not a DNS label.
    NOT_A_NAME = "not-a-name";
    /// `metadata.name` differs from the name of the file or folder.
    WRONG_NAME = "wrong-name";
    /// The name of a request is longer than its golden path allows.
    NAME_TOO_LONG = "name-too-long";
    /// Two requests of a team have one name.
    DUPLICATE_NAME = "duplicate-name";
    /// Two golden paths take the same kind of request, or two outputs have one name.
    DUPLICATE = "duplicate";
    /// A team that has no file under `teams/`.
    UNKNOWN_TEAM = "unknown-team";
    /// A golden path that has no folder under `golden-paths/`.
    UNKNOWN_PATH = "unknown-path";
    /// No golden path takes requests of this group and kind.
    UNKNOWN_KIND = "unknown-kind";
    /// A request that has no file.
    UNKNOWN_REQUEST = "unknown-request";
    /// A request of another team, or of another golden path, where one of the own team is to be named.
    OTHER_REQUEST = "other-request";
    /// Requests refer to each other in a circle.
    REFERENCE_CIRCLE = "reference-circle";
    /// A request refers to one that has errors.
    BROKEN_REFERENCE = "broken-reference";
    /// A library of templates that has no folder.
    UNKNOWN_LIBRARY = "unknown-library";
    /// No release serves this version of a kind.
    UNKNOWN_VERSION = "unknown-version";
    /// A release that has no folder.
    UNKNOWN_RELEASE = "unknown-release";
    /// An output that the release does not have.
    UNKNOWN_OUTPUT = "unknown-output";
    /// Outputs wait for each other in a circle.
    DEPENDENCY_CYCLE = "dependency-cycle";
    /// A release that serves another version than the one that names it.
    OTHER_VERSION = "other-version";
    /// The release is retired.
    RETIRED_RELEASE = "retired-release";
    /// The release or the golden path is deprecated.
    DEPRECATED = "deprecated";
    /// `schema.json` is not a JSON Schema that can be used.
    SCHEMA_INVALID = "schema-invalid";
    /// An object of `schema.json` does not say whether other fields are allowed.
    SCHEMA_OPEN = "schema-open";
    /// `schema.json` names a schema outside of itself.
    SCHEMA_REMOTE = "schema-remote";
    /// A `default` of `schema.json` does not fit its own schema.
    SCHEMA_DEFAULT = "schema-default";
    /// Something in `schema.json` that is allowed and hardly meant.
    SCHEMA_DOUBTFUL = "schema-doubtful";
    /// The owner that a request names is not the team of its folder.
    OTHER_OWNER = "other-owner";
    /// A request asks for a longer life than its golden path gives.
    LIFETIME_TOO_LONG = "lifetime-too-long";
    /// The day on which a request was to end is over.
    EXPIRED = "request-expired";
    /// The repository asks for another version of goldpath.
    OTHER_GOLDPATH = "other-goldpath";
    /// A rule that can never do anything.
    IDLE_RULE = "idle-rule";
    /// Something that this version of goldpath does not do yet.
    NOT_SUPPORTED_YET = "not-supported-yet";
}
