//! Runs a cluster in the given folder and prints its process id. The tests kill this process.
#![expect(clippy::print_stdout, reason = "the tests read the output")]

use std::path::PathBuf;

use cluster::{Cluster, Config};

fn main() -> cluster::Result<()> {
    let data_dir = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("."), PathBuf::from);
    let databases = vec!["shop".to_owned()];
    let cluster = Cluster::start(Config {
        data_dir,
        databases,
        ..Config::default()
    })?;
    println!("{}", cluster.pid());
    loop {
        std::thread::park();
    }
}
