//! Runs a workload with `pgbench`: the maximum rate of this PostgreSQL on this machine.

use crate::{
    cpu,
    fixture::Fixture,
    load::{Round, percentile},
    workloads::Workload,
};
use std::{
    env, fs,
    process::{self, Command},
    time::Duration,
};
use uuid::Uuid;

/// Runs a round against PostgreSQL.
pub fn run(
    fixture: &Fixture,
    workload: &Workload,
    connections: usize,
    duration: Duration,
) -> Round {
    let folder = env::temp_dir().join(format!("bench-{}", Uuid::now_v7().simple()));
    fs::create_dir(&folder).expect("a folder for pgbench");
    fs::write(folder.join("script"), &workload.script).expect("the script is written");
    let before = (
        cpu::ticks_of_family(fixture.postmaster),
        cpu::ticks_of_family(process::id()),
    );
    let output = Command::new(&fixture.pgbench)
        .current_dir(&folder)
        .args([
            "-n",
            "-M",
            "prepared",
            "-f",
            "script",
            "-j",
            "1",
            "-l",
            "-c",
            &connections.to_string(),
            "-T",
            &duration.as_secs().max(1).to_string(),
            &fixture.url,
        ])
        .output()
        .expect("pgbench runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "pgbench: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let after = (
        cpu::ticks_of_family(fixture.postmaster),
        cpu::ticks_of_family(process::id()),
    );
    let mut took = read_logs(&folder);
    drop(fs::remove_dir_all(&folder));
    took.sort_unstable();
    let count = took.len().max(1) as f64;
    let rate = text
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|line| line.split_whitespace().next())
        .and_then(|rate| rate.parse().ok())
        .expect("pgbench prints its rate");
    let spent = |before: u64, after: u64| (after - before) as f64 * 10.0 / count;
    Round {
        rate,
        p50: percentile(&took, 50),
        p99: percentile(&took, 99),
        server: 0.0,
        postgres: spent(before.0, after.0),
        load: spent(before.1, after.1),
    }
}

/// Returns the duration of each transaction in microseconds, from the logs of the threads.
fn read_logs(folder: &std::path::Path) -> Vec<u32> {
    let logs = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with("pgbench_log")
        });
    logs.flat_map(|entry| {
        fs::read_to_string(entry.path())
            .unwrap_or_default()
            .lines()
            .filter_map(|line| line.split_whitespace().nth(2)?.parse().ok())
            .collect::<Vec<u32>>()
    })
    .collect()
}
