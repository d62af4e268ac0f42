//! `cargo xtask`: everything done to this project that is not plain `cargo`.
#![expect(
    clippy::print_stdout,
    reason = "it talks to a person in a terminal: printing is its purpose"
)]

mod bench;
mod checks;
mod database;
mod drill;
mod openapi;
mod panel;
mod process;
mod project;
mod promised;
mod rotation;
mod schema;
mod secrets;
mod server;
mod steps;
mod tools;
mod up;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs, tests and measures the eSIM administration.
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
    /// Check and test everything, from nothing
    Test(checks::Options),
    /// Get what building the panel needs
    Tools,
    /// Build the panel into dist/
    Panel,
    /// Write openapi/openapi.json from the server's code
    Openapi(openapi::Options),
    /// Measure the release build against pgbench
    Bench(bench::Options),
    /// Rehearse a bad day: a restore, a new sealing key, sudden deaths, races for money
    Drill {
        /// What is rehearsed
        #[arg(value_enum, default_value_t)]
        what: Rehearsal,
    },
    /// Write crates/schema/src/tables.rs from the migrations
    Schema,
}

/// What can be rehearsed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Rehearsal {
    /// A backup and its restore
    #[default]
    Restore,
    /// A new sealing key, while everything goes on
    Rotate,
    /// Fifty sudden deaths of the server and twenty of PostgreSQL, while it is sold
    Crash,
    /// Races for money, with all their rounds
    Money,
}

fn main() -> ExitCode {
    let done = process::catch_interrupts().and_then(|()| match Cli::parse().task {
        Task::Up(options) => up::run(&options),
        Task::Test(options) => checks::run(&options),
        Task::Tools => tools::run(),
        Task::Panel => panel::run(),
        Task::Openapi(options) => openapi::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Drill {
            what: Rehearsal::Restore,
        } => drill::run(),
        Task::Drill {
            what: Rehearsal::Rotate,
        } => rotation::run(),
        Task::Drill {
            what: Rehearsal::Crash,
        } => promised::run(promised::CRASH),
        Task::Drill {
            what: Rehearsal::Money,
        } => promised::run(promised::MONEY),
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
