//! Time on the processor and memory, as `/proc` tells.

use std::fs;

/// Hundredths of a second; `/proc` counts in these on every Linux.
pub type Ticks = u64;

/// The time of one process; with `children`, also of those that have ended.
fn ticks(process: u32, children: bool) -> Ticks {
    let fields = stat(process);
    let of = |place: usize| {
        fields
            .get(place)
            .and_then(|field| field.parse::<u64>().ok())
            .unwrap_or(0)
    };
    of(11) + of(12) + if children { of(13) + of(14) } else { 0 }
}

/// The fields after the name, which may hold spaces.
fn stat(process: u32) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    text.rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace().map(str::to_owned).collect())
        .unwrap_or_default()
}

/// The time of one process alone.
pub fn of(process: u32) -> Ticks {
    ticks(process, false)
}

/// The time of a process and of all its children, those that have ended among them.
pub fn of_family(process: u32) -> Ticks {
    let living: u64 = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|child| {
            stat(*child)
                .get(1)
                .is_some_and(|parent| *parent == process.to_string())
        })
        .map(|child| ticks(child, false))
        .sum();
    ticks(process, true) + living
}

/// The parent of a process.
pub fn parent(process: u32) -> u32 {
    stat(process)
        .get(1)
        .and_then(|parent| parent.parse().ok())
        .expect("a process has a parent")
}

/// A figure of `/proc/N/status` in MiB, such as `VmRSS` or `VmHWM`.
pub fn memory(process: u32, figure: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{figure}:")))
        .unwrap_or_default();
    line.split_whitespace()
        .next()
        .and_then(|kib| kib.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1024.0
}

/// The processor, by its name, and the memory of the machine in GiB.
pub fn machine() -> (String, usize, f64) {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find(|line| line.starts_with("model name"))
        .and_then(|line| line.split(": ").nth(1))
        .unwrap_or("unknown processor")
        .to_owned();
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = memory
        .lines()
        .next()
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|kib| kib.parse::<f64>().ok())
        .unwrap_or(0.0);
    (
        model,
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        kib / 1024.0 / 1024.0,
    )
}
