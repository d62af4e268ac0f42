//! Processor time and memory of processes, from `/proc`.

use std::fs;

/// Processor time in hundredths of a second, the unit of `/proc`.
pub type Ticks = u64;

/// Returns the time of one process; with `children`, including its ended children.
fn ticks(process: u32, children: bool) -> Ticks {
    let fields = stat(process);
    let field = |index: usize| {
        fields
            .get(index)
            .and_then(|field| field.parse::<u64>().ok())
            .unwrap_or(0)
    };
    field(11) + field(12) + if children { field(13) + field(14) } else { 0 }
}

/// Returns the fields after the name, which may contain spaces.
fn stat(process: u32) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    text.rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace().map(str::to_owned).collect())
        .unwrap_or_default()
}

/// Returns the time of one process without children.
pub fn ticks_of(process: u32) -> Ticks {
    ticks(process, false)
}

/// Returns the time of a process and of all its children, including ended ones.
pub fn ticks_of_family(process: u32) -> Ticks {
    let running: u64 = fs::read_dir("/proc")
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
    ticks(process, true) + running
}

/// Returns the parent of a process.
pub fn parent(process: u32) -> u32 {
    stat(process)
        .get(1)
        .and_then(|parent| parent.parse().ok())
        .expect("a process has a parent")
}

/// Returns a value of `/proc/N/status` in MiB, such as `VmRSS` or `VmHWM`.
pub fn memory(process: u32, name: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name}:")))
        .unwrap_or_default();
    line.split_whitespace()
        .next()
        .and_then(|kib| kib.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1024.0
}

/// Returns the model of the processor, the number of cores and the memory in GiB.
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
