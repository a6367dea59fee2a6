//! What the child shuts itself in with before it reads anything that a pull request brought.

use super::wire::Bounds;
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io;

/// The input and the two outputs; nothing else is ever opened, and nothing else that was inherited is read or written.
const DESCRIPTORS: u64 = 3;

/// How far the kernel shuts a worker in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walls {
    /// What the kernel does not give; empty: everything that a worker asks for stands.
    pub missing: Vec<String>,
}

impl fmt::Display for Walls {
    /// `all`, or what is missing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.missing.is_empty() { f.write_str("all") } else { f.write_str(&self.missing.join("; ")) }
    }
}

/// Closes everything that can be closed for good. The order matters: Landlock needs a descriptor, and after the last step no limit can be set
/// but that on memory, up to what its bounds say.
pub(super) fn close(bounds: &Bounds) -> io::Result<Walls> {
    if cfg!(goldpath_measured) {
        // what counts what runs writes it down when it ends, and says that it is no build to be used
        return Ok(Walls { missing: vec!["this build counts what it runs, and has no walls".to_owned()] });
    }
    let landlock = kernel::landlock();
    limits(bounds)?;
    let calls = kernel::system_calls();
    // A list of system calls that holds closes what an older Landlock leaves open.
    let landlock = landlock.filter(|lack| !lack.partial || calls.is_some()).map(|lack| lack.what);
    Ok(Walls { missing: landlock.into_iter().chain(calls).collect() })
}

/// Something that the kernel does not give, or not all of it.
struct Lack {
    what: String,
    partial: bool,
}

fn limits(bounds: &Bounds) -> io::Result<()> {
    let limits = [
        (Resource::Core, 0, 0),
        (Resource::Fsize, 0, 0),
        (Resource::Nofile, DESCRIPTORS, DESCRIPTORS),
        (Resource::Data, bounds.first, bounds.memory),
        (Resource::As, bounds.address_space, bounds.address_space),
        (Resource::Cpu, bounds.seconds, bounds.seconds),
    ];
    for (resource, now, most) in limits {
        setrlimit(resource, Rlimit { current: Some(now), maximum: Some(most) })?;
    }
    Ok(())
}

#[cfg(target_os = "linux")]
mod kernel {
    use super::Lack;
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetError, RulesetStatus, Scope};
    use seccompiler::{
        BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, apply_filter,
    };
    use std::collections::BTreeMap;

    /// The newest that is known to be asked for rightly; an older kernel gives the part that it has.
    const NEWEST: ABI = ABI::V7;

    /// No file, no network, no signal and no abstract socket outside this process.
    pub(super) fn landlock() -> Option<Lack> {
        let closed = || -> Result<RulesetStatus, RulesetError> {
            let rules = Ruleset::default().handle_access(AccessFs::from_all(NEWEST))?.handle_access(AccessNet::from_all(NEWEST))?;
            Ok(rules.scope(Scope::from_all(NEWEST))?.create()?.restrict_self()?.ruleset)
        };
        let lack = |what: &str, partial| Some(Lack { what: what.to_owned(), partial });
        match closed() {
            Ok(RulesetStatus::FullyEnforced) => None,
            Ok(RulesetStatus::PartiallyEnforced) => lack("this kernel has a part of Landlock only", true),
            Ok(RulesetStatus::NotEnforced) => lack("this kernel has no Landlock, or it is switched off", false),
            Err(error) => lack(&format!("Landlock was refused: {error}"), false),
        }
    }

    /// No system call but those that computing, telling and ending need.
    pub(super) fn system_calls() -> Option<String> {
        let program = match program() {
            Ok(program) => program,
            Err(error) => return Some(format!("no list of system calls for this processor: {error}")),
        };
        apply_filter(&program).err().map(|error| format!("the list of system calls was refused: {error}"))
    }

    fn program() -> Result<BpfProgram, BackendError> {
        let mut conditions: BTreeMap<i64, Vec<SeccompCondition>> = BTreeMap::new();
        for (call, argument, operator, value) in bound() {
            conditions.entry(call).or_default().push(SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)?);
        }
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = FREE.iter().map(|call| (*call, Vec::new())).collect();
        for (call, conditions) in conditions {
            rules.insert(call, vec![SeccompRule::new(conditions)?]);
        }
        // "There is no such call": what asks for a newer one than the list has asks for the older one then.
        let refused = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
        SeccompFilter::new(rules, refused, SeccompAction::Allow, std::env::consts::ARCH.try_into()?)?.try_into()
    }

    /// Calls with any arguments.
    const FREE: [i64; 20] = [
        libc::SYS_brk,
        libc::SYS_clock_gettime,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_futex,
        libc::SYS_getpid,
        libc::SYS_getrandom,
        libc::SYS_gettid,
        libc::SYS_madvise,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_restart_syscall,
        libc::SYS_rseq,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_getaffinity,
        libc::SYS_sched_yield,
        libc::SYS_set_robust_list,
        libc::SYS_sigaltstack,
    ];

    /// Calls that all these arguments bind: the input and the two outputs, whatever else was inherited; memory that does not run, threads but
    /// no processes, names of threads, signals to oneself, its own limit on memory.
    fn bound() -> [(i64, u8, SeccompCmpOp, u64); 10] {
        let no_code = || SeccompCmpOp::MaskedEq(libc::PROT_EXEC.unsigned_abs().into());
        let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
        [
            (libc::SYS_read, 0, SeccompCmpOp::Eq, 0),
            (libc::SYS_write, 0, SeccompCmpOp::Le, 2),
            (libc::SYS_writev, 0, SeccompCmpOp::Le, 2),
            (libc::SYS_mmap, 2, no_code(), 0),
            (libc::SYS_mprotect, 2, no_code(), 0),
            (libc::SYS_clone, 0, SeccompCmpOp::MaskedEq(thread), thread),
            (libc::SYS_prctl, 0, SeccompCmpOp::Eq, libc::PR_SET_NAME.unsigned_abs().into()),
            (libc::SYS_tgkill, 0, SeccompCmpOp::Eq, std::process::id().into()),
            (libc::SYS_prlimit64, 0, SeccompCmpOp::Eq, 0),
            (libc::SYS_prlimit64, 1, SeccompCmpOp::Eq, libc::RLIMIT_DATA.into()),
        ]
    }
}

#[cfg(not(target_os = "linux"))]
mod kernel {
    use super::Lack;

    pub(super) fn landlock() -> Option<Lack> {
        Some(Lack { what: "Landlock is of Linux alone".to_owned(), partial: false })
    }

    pub(super) fn system_calls() -> Option<String> {
        Some("the list of system calls is for Linux alone".to_owned())
    }
}
