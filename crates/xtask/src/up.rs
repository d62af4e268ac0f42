//! `cargo xtask up`: from a clone to the panel in the browser.

use std::env;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::database::{self, Database};
use crate::panel::{self, Build};
use crate::process;
use crate::project::{self, Profile};
use crate::secrets;
use crate::server::{RunningServer, Server};
use crate::steps::{Steps, note};
use crate::tools;

const PAUSE: Duration = Duration::from_millis(100);

/// The options of the task.
#[derive(clap::Args)]
pub struct Options {
    /// Port of the server on 127.0.0.1
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Build the release: slower to build, faster to run
    #[arg(long)]
    release: bool,
    /// Start without the panel: only the API and its documentation
    #[arg(long)]
    no_panel: bool,
    /// Remove all data first
    #[arg(long)]
    fresh: bool,
    /// Do not ask before removing data
    #[arg(long)]
    yes: bool,
}

/// Starts everything and runs until Ctrl-C.
pub fn run(options: &Options) -> Result<()> {
    check_preconditions(options)?;
    println!(
        "Starting everything. The first start compiles everything, which needs up to 40 minutes on two cores; later ones take seconds."
    );
    let mut steps = Steps::new(if options.no_panel { 4 } else { 6 });
    if !options.no_panel {
        build_panel(&mut steps)?;
    }
    let program = build_server(options, &mut steps)?;
    let mut database = start_database(options, &mut steps)?;
    let server = configure(program, options, &database)?;

    steps.begin("Data: migrations, demo data");
    server.migrate_and_seed()?;
    steps.done("ready");

    steps.begin("Server");
    let mut serving = server.serve()?;
    let outcome = watch(&mut serving, options.port, &mut database, &steps);
    serving.stop()?;
    note("stopped");
    outcome
}

/// Fails early for errors that would otherwise appear after minutes of building.
fn check_preconditions(options: &Options) -> Result<()> {
    let port = options.port;
    if TcpListener::bind(("127.0.0.1", port)).is_err() {
        bail!(
            "port {port} is in use: stop the program that uses it, or choose another port with --port"
        );
    }
    if options.fresh && !options.yes && !confirm()? {
        bail!("nothing was removed");
    }
    Ok(())
}

fn confirm() -> Result<bool> {
    print!("Remove all development data? [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

fn build_panel(steps: &mut Steps) -> Result<()> {
    steps.begin("Tools for WebAssembly (first time: up to 17 min on two cores)");
    let toolchain = tools::ready()?;
    steps.done("ready");
    steps.begin("Panel");
    let outcome = panel::build(&toolchain, Build::Small)?;
    steps.done(outcome);
    Ok(())
}

fn build_server(options: &Options, steps: &mut Steps) -> Result<PathBuf> {
    steps.begin("Server: building (first time: up to 12 min on two cores)");
    let profile = if options.release {
        Profile::Release
    } else {
        Profile::Dev
    };
    let program = project::build_server(profile)?;
    steps.done("built");
    Ok(program)
}

fn start_database(options: &Options, steps: &mut Steps) -> Result<Database> {
    steps.begin("PostgreSQL");
    let database = match env::var("DATABASE_URL") {
        Ok(_) if options.fresh => {
            bail!(
                "--fresh removes the private cluster only: empty the database in DATABASE_URL yourself"
            )
        }
        Ok(url) => Database::external(url),
        Err(_) => private_database(options.fresh)?,
    };
    steps.done("running");
    Ok(database)
}

fn private_database(fresh: bool) -> Result<Database> {
    let folder = database::development_folder()?;
    if fresh {
        cluster::erase(&folder)?;
        note("removed all data");
    }
    Database::private(folder)
}

fn configure(program: PathBuf, options: &Options, database: &Database) -> Result<Server> {
    let secrets = secrets::development(&project::root().join(".data/secrets.env"))?;
    let mut server = Server::new(program, options.port, &database.url, secrets);
    let journal = project::root().join(".data/provider-simulator.journal");
    if options.fresh && journal.exists() {
        std::fs::remove_file(&journal)?;
    }
    server.set("PROVIDER_SIMULATOR_JOURNAL", &journal.display().to_string());
    let files = project::root().join(".data/files");
    if options.fresh && files.exists() {
        std::fs::remove_dir_all(&files)?;
    }
    server.set("FILES_DIR", &files.display().to_string());
    if !options.no_panel {
        server.set("PANEL_DIR", &Build::Small.folder().display().to_string());
    }
    Ok(server)
}

/// Waits for Ctrl-C. Starts PostgreSQL again if it dies.
fn watch(
    serving: &mut RunningServer,
    port: u16,
    database: &mut Database,
    steps: &Steps,
) -> Result<()> {
    let mut is_announced = false;
    while !process::interrupted() {
        serving.check()?;
        if !is_announced && serving.ready() {
            let time = steps.elapsed();
            println!(
                "\n      Ready after {time}: http://127.0.0.1:{port}  (Ctrl-C stops everything)\n"
            );
            is_announced = true;
        }
        if let Some(cluster) = &mut database.cluster
            && cluster.restart_if_dead()?
        {
            note("PostgreSQL ended and was restarted");
        }
        thread::sleep(PAUSE);
    }
    println!("\n      stopping: server first, then PostgreSQL");
    Ok(())
}
