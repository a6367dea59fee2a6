//! Rego over request, rendered, diff and plan → `Verdicts`; exceptions.
