//! Platform + renderers → `Rendered`: units, their files, where each came from, what each read.
