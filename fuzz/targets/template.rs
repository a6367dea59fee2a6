#![no_main]

#[path = "../entry.rs"]
mod entry;

use std::sync::LazyLock;

static TARGET: LazyLock<entry::Target> = LazyLock::new(|| entry::Target::new("template"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    TARGET.check(bytes);
});
