//! What the supervisor asks of Linux: its tree of processes, and what they use.

use std::fs;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, SysconfVar, sysconf};

/// What a tree of processes uses at one moment.
#[derive(Default)]
pub(super) struct Usage {
    /// Resident memory, in bytes.
    pub(super) memory: u64,
    /// Processor time, with that of children that have ended.
    pub(super) cpu: Duration,
}

/// Makes orphans below this process its children, and lets no child leave a core file.
pub(super) fn become_subreaper() -> nix::Result<()> {
    nix::sys::prctl::set_child_subreaper(true)?;
    nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_CORE, 0, 0)
}

/// All processes below `root`.
pub(super) fn descendants(root: u32) -> Vec<u32> {
    let mut found = children(root);
    let mut next = 0;
    while let Some(&pid) = found.get(next) {
        found.extend(children(pid));
        next += 1;
    }
    found
}

fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
        .collect()
}

pub(super) fn usage(pids: &[u32]) -> Usage {
    let size = |name: SysconfVar| sysconf(name).ok().flatten().map_or(0, |value| value as u64);
    let (page, ticks) = (size(SysconfVar::PAGE_SIZE), size(SysconfVar::CLK_TCK).max(1));
    let mut usage = Usage::default();
    for pid in pids {
        let pages = fs::read_to_string(format!("/proc/{pid}/statm"));
        usage.memory += pages.ok().and_then(|pages| pages.split(' ').nth(1)?.parse::<u64>().ok()).unwrap_or(0) * page;
        // utime, stime, cutime and cstime are fields 14 to 17.
        let spent: u64 = stat(*pid).iter().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
        usage.cpu += Duration::from_millis(spent * 1000 / ticks);
    }
    usage
}

/// Whether a thread of these processes runs, is ready to run, waits for a disk, or was paused from outside.
pub(super) fn is_ready(pids: &[u32]) -> bool {
    let threads = |pid: &u32| fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let state = |text: String| text.rsplit_once(") ").and_then(|(_, fields)| fields.chars().next());
    pids.iter().flat_map(threads).any(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        matches!(state(stat), Some('R' | 'D' | 'T' | 't'))
    })
}

/// When a process started, in clock ticks since boot. With its id it names one process for ever.
pub(super) fn start_time(pid: u32) -> Option<u64> {
    stat(pid).get(19)?.parse().ok()
}

/// The fields of `/proc/PID/stat` after the name, which may itself contain blanks: field 3 is first.
fn stat(pid: u32) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = text.rsplit_once(") ").map_or("", |(_, fields)| fields);
    fields.split_whitespace().map(str::to_owned).collect()
}

/// All processes whose environment has `name=value`.
pub(super) fn carrying(name: &str, value: &str) -> Vec<u32> {
    let wanted = format!("{name}={value}");
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes())
        })
        .collect()
}

pub(super) fn kill_now(pid: u32) {
    // The process may be gone already; then there is nothing to do.
    let _ = kill(Pid::from_raw(pid as i32), Signal::SIGKILL);
}
