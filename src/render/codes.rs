//! The codes of findings that rendering makes.

use crate::model::Code;

/// A rendered file holds what hardly does what is meant.
pub(super) const DOUBTFUL_OUTPUT: Code = Code::new("doubtful-output");
/// Two units hold one object.
pub(super) const DUPLICATE_OBJECT: Code = Code::new("duplicate-object");
/// Two units of a request have one target.
pub(super) const DUPLICATE_UNIT: Code = Code::new("duplicate-unit");
/// A unit renders to no file.
pub(super) const EMPTY_UNIT: Code = Code::new("empty-unit");
/// An expression of `release.yaml` cannot be evaluated.
pub(super) const EXPRESSION_ERROR: Code = Code::new("expression-error");
/// A Kubernetes object has the form that the API takes, and a content that it refuses.
pub(super) const KUBERNETES_REFUSED: Code = Code::new("kubernetes-refused");
/// A Kubernetes object is not what the API of its target's version takes.
pub(super) const KUBERNETES_SCHEMA: Code = Code::new("kubernetes-schema");
/// A file among goldpath's own is not read.
pub(super) const IGNORED_FILE: Code = Code::new("ignored-file");
/// An object is in a namespace that its unit may not touch.
pub(super) const NAMESPACE_NOT_ALLOWED: Code = Code::new("namespace-not-allowed");
/// What one team may touch takes in what is another's.
pub(super) const NAMESPACE_OVERLAP: Code = Code::new("namespace-overlap");
/// A rendered file is not what its name says.
pub(super) const NOT_WELL_FORMED: Code = Code::new("not-well-formed");
/// A rendered file holds what is not allowed.
pub(super) const OUTPUT_REFUSED: Code = Code::new("output-refused");
/// A renderer of the repository cannot be used.
pub(super) const RENDERER_INVALID: Code = Code::new("renderer-invalid");
/// The target is of another type than the renderer needs.
pub(super) const TARGET_KIND: Code = Code::new("target-kind");
/// The target does not take this team or golden path.
pub(super) const TARGET_NOT_ALLOWED: Code = Code::new("target-not-allowed");
/// A template cannot be loaded or rendered.
pub(super) const TEMPLATE_ERROR: Code = Code::new("template-error");
/// A template asks for more work, output or depth than is allowed.
pub(super) const TEMPLATE_LIMIT: Code = Code::new("template-limit");
/// A request has more units than is allowed.
pub(super) const TOO_MANY_UNITS: Code = Code::new("too-many-units");
/// A custom resource is not checked, because its schema is not there.
pub(super) const UNCHECKED_OBJECT: Code = Code::new("unchecked-object");
/// The API of the version of Kubernetes that a target names is not known.
pub(super) const UNKNOWN_KUBERNETES_VERSION: Code = Code::new("unknown-kubernetes-version");
/// There is no such release.
pub(super) const UNKNOWN_RELEASE: Code = Code::new("unknown-release");
/// There is no such renderer.
pub(super) const UNKNOWN_RENDERER: Code = Code::new("unknown-renderer");
/// There is no such target.
pub(super) const UNKNOWN_TARGET: Code = Code::new("unknown-target");
/// Nothing of a library, or of a file of it, is used.
pub(super) const UNUSED_LIBRARY: Code = Code::new("unused-library");
/// A printed text changes what is around it, or would run.
pub(super) const UNSAFE_PRINT: Code = Code::new("unsafe-print");

/// All of them.
pub(super) const ALL: &[Code] = &[
    DOUBTFUL_OUTPUT,
    DUPLICATE_OBJECT,
    DUPLICATE_UNIT,
    EMPTY_UNIT,
    EXPRESSION_ERROR,
    IGNORED_FILE,
    KUBERNETES_REFUSED,
    KUBERNETES_SCHEMA,
    NAMESPACE_NOT_ALLOWED,
    NAMESPACE_OVERLAP,
    NOT_WELL_FORMED,
    OUTPUT_REFUSED,
    RENDERER_INVALID,
    TARGET_KIND,
    TARGET_NOT_ALLOWED,
    TEMPLATE_ERROR,
    TEMPLATE_LIMIT,
    TOO_MANY_UNITS,
    UNCHECKED_OBJECT,
    UNKNOWN_KUBERNETES_VERSION,
    UNKNOWN_RELEASE,
    UNKNOWN_RENDERER,
    UNKNOWN_TARGET,
    UNSAFE_PRINT,
    UNUSED_LIBRARY,
];
