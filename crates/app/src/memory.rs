//! How much memory there is and how much was used.

/// What the program itself takes before it computes anything.
pub const BASE: u64 = 40_000_000;

/// Bytes of work that is done as a whole, with what the allocator keeps between steps. How much that
/// is depends on sizes and network, between nothing and a sixth; this keeps plans within 10 %.
pub fn with_kept(bytes: u64) -> u64 {
    bytes + bytes / 16
}

/// The most memory this process has held, in bytes; `None` where the system does not tell.
pub fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

/// Memory that could be used now, in bytes; a container's limit counts. `None` where the system
/// does not tell.
pub fn available() -> Option<u64> {
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_memory();
    let free = system.available_memory();
    let limit = system
        .cgroup_limits()
        .map_or(u64::MAX, |limits| limits.free_memory);
    Some(free.min(limit)).filter(|bytes| *bytes > 0)
}

/// Bytes as people read them: `1.9 GB`, `430 MB`.
pub fn readable(bytes: u64) -> String {
    let mega = bytes as f64 / 1e6;
    if mega >= 1000.0 {
        format!("{:.1} GB", mega / 1000.0)
    } else {
        format!("{mega:.0} MB")
    }
}
