//! Platform + renderers → `Rendered`: units, their files, where each came from, what each read.

mod rendered;

pub use rendered::{Cache, Limits, Object, Read, Rendered, RenderedFile, Unit};
