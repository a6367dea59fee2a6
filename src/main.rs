//! The binary: everything is in the library.

/// Rendering takes and gives back many small pieces of memory on several threads: a fifth of its time with the allocator of the C library.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    goldpath::cli::main()
}
