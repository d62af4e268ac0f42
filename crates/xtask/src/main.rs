//! `cargo xtask`: the tasks of this project beyond plain `cargo`.
#![expect(
    clippy::print_stdout,
    reason = "xtask prints its progress to the terminal"
)]

mod assets;
mod bench;
mod checks;
mod database;
mod openapi;
mod panel;
mod process;
mod project;
mod restore_drill;
mod rotation_drill;
mod schema;
mod secrets;
mod server;
mod sizes;
mod steps;
mod test_drills;
mod tools;
mod up;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Run, test and measure eSIM Admin
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Start everything: tools, database, panel and server
    Up(up::Options),
    /// Run all checks and tests
    Test(checks::Options),
    /// Install the tools that build the panel
    Tools,
    /// Build the panel into dist/, or print what its size consists of
    Panel(panel::Options),
    /// Write openapi/openapi.json from the code of the server
    Openapi(openapi::Options),
    /// Measure the release build against pgbench
    Bench(bench::Options),
    /// Run a drill: restore, key rotation, crashes, or payment races
    Drill {
        /// The drill
        #[arg(value_enum, default_value_t)]
        what: DrillKind,
    },
    /// Write crates/schema/src/tables.rs from the migrations
    Schema,
}

/// The kinds of drills.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum DrillKind {
    /// Restore a backup
    #[default]
    Restore,
    /// Rotate the sealing key under load
    Rotate,
    /// Kill the server fifty times and PostgreSQL twenty times during sales
    Crash,
    /// Run the race tests of payments and refunds with all rounds
    Money,
}

fn main() -> ExitCode {
    let done = process::catch_interrupts().and_then(|()| match Cli::parse().task {
        Task::Up(options) => up::run(&options),
        Task::Test(options) => checks::run(&options),
        Task::Tools => tools::run(),
        Task::Panel(options) => panel::run(&options),
        Task::Openapi(options) => openapi::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Drill {
            what: DrillKind::Restore,
        } => restore_drill::run(),
        Task::Drill {
            what: DrillKind::Rotate,
        } => rotation_drill::run(),
        Task::Drill {
            what: DrillKind::Crash,
        } => test_drills::run(test_drills::CRASH),
        Task::Drill {
            what: DrillKind::Money,
        } => test_drills::run(test_drills::MONEY),
        Task::Schema => schema::run(),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if process::interrupted() => ExitCode::from(130),
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
