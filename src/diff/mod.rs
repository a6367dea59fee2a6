//! Base × head → `Diff`: what changes, with equal changes grouped, and what only the pair can tell.
