//! `cargo xtask up`: from a clone to the panel in the browser.

use std::env;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::database::{self, Database};
use crate::panel;
use crate::process;
use crate::project::{self, Profile};
use crate::secrets;
use crate::steps::{Steps, note};
use crate::tools;

const PAUSE: Duration = Duration::from_millis(50);
/// How long the server may take to finish what it is doing.
const DRAIN: Duration = Duration::from_secs(30);

/// How to start.
#[derive(clap::Args)]
pub struct Options {
    /// Where the server listens on 127.0.0.1
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Build the server optimised: slower to build, faster to run
    #[arg(long)]
    release: bool,
    /// Start without the panel: only the API and its documentation
    #[arg(long)]
    no_panel: bool,
    /// Forget all data first
    #[arg(long)]
    fresh: bool,
    /// Do not ask before forgetting
    #[arg(long)]
    yes: bool,
}

/// Starts everything and stays until Ctrl-C.
pub fn run(options: &Options) -> Result<()> {
    refuse_early(options)?;
    let mut steps = Steps::of(if options.no_panel { 4 } else { 6 });
    if !options.no_panel {
        build_panel(&mut steps)?;
    }
    let server = build_server(options, &mut steps)?;
    let mut database = start_database(options, &mut steps)?;
    let server = Server::new(&server, options, &database)?;

    steps.begin("Data: migrations, demo data");
    server.finish(&["migrate"])?;
    server.finish(&["seed", "--scale", "demo"])?;
    steps.done("ready");

    steps.begin("Server");
    let mut child = server.serve()?;
    let outcome = watch(&mut child, options.port, &mut database, &steps);
    stop(&mut child)?;
    note("stopped");
    outcome
}

/// What would fail after minutes of building fails now.
fn refuse_early(options: &Options) -> Result<()> {
    if TcpListener::bind(("127.0.0.1", options.port)).is_err() {
        bail!(
            "port {} is in use: stop what listens there, or choose another with --port",
            options.port
        );
    }
    if options.fresh && !options.yes && !agreed()? {
        bail!("nothing was removed");
    }
    Ok(())
}

fn agreed() -> Result<bool> {
    print!("Remove all development data? [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

fn build_panel(steps: &mut Steps) -> Result<()> {
    steps.begin("Tools for WebAssembly (first time takes about 10 min)");
    let toolchain = tools::ready()?;
    steps.done("ready");
    steps.begin("Panel");
    let outcome = panel::build(&toolchain)?;
    steps.done(outcome);
    Ok(())
}

fn build_server(options: &Options, steps: &mut Steps) -> Result<std::path::PathBuf> {
    steps.begin("Server: building (first time takes about 4 min)");
    let profile = if options.release {
        Profile::Release
    } else {
        Profile::Dev
    };
    let server = project::build_server(profile)?;
    steps.done("built");
    Ok(server)
}

fn start_database(options: &Options, steps: &mut Steps) -> Result<Database> {
    steps.begin("PostgreSQL");
    if options.fresh && env::var_os("DATABASE_URL").is_none() {
        cluster::erase(&database::development_folder()?)?;
        note("forgot all data");
    }
    let database = database::development()?;
    steps.done("running");
    Ok(database)
}

/// The built server and the environment it runs in.
struct Server<'a> {
    program: &'a Path,
    environment: Vec<(String, String)>,
}

impl<'a> Server<'a> {
    fn new(program: &'a Path, options: &Options, database: &Database) -> Result<Self> {
        let mut environment = secrets::development(&project::root().join(".data/secrets.env"))?;
        let fixed = [
            ("DATABASE_URL", database.url.clone()),
            ("APP_ENV", "development".to_owned()),
            ("LISTEN", format!("127.0.0.1:{}", options.port)),
        ];
        environment.extend(fixed.map(|(name, value)| (name.to_owned(), value)));
        if !options.no_panel {
            environment.push((
                "PANEL_DIR".to_owned(),
                panel::folder().display().to_string(),
            ));
        }
        Ok(Self {
            program,
            environment,
        })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        command
            .args(arguments)
            .envs(self.environment.iter().cloned())
            .current_dir(project::root());
        command
    }

    fn finish(&self, arguments: &[&str]) -> Result<()> {
        process::run(&mut self.command(arguments))
    }

    /// It has its own process group: Ctrl-C reaches only us, and we decide the order of stopping.
    fn serve(&self) -> Result<Child> {
        let mut command = self.command(&["serve"]);
        cluster::tie_to_parent(&mut command);
        command.spawn().context("cannot start the server")
    }
}

/// Waits for Ctrl-C. Starts PostgreSQL again if it dies.
fn watch(child: &mut Child, port: u16, database: &mut Database, steps: &Steps) -> Result<()> {
    let mut announced = false;
    while !process::interrupted() {
        if let Some(status) = child.try_wait()? {
            bail!("the server ended with {status}: its last lines say why");
        }
        if !announced && TcpStream::connect(("127.0.0.1", port)).is_ok() {
            println!(
                "\n      Ready after {}: http://127.0.0.1:{port}  (Ctrl-C stops everything)\n",
                steps.elapsed()
            );
            announced = true;
        }
        if let Some(cluster) = &mut database.cluster
            && cluster.revive()?
        {
            note("PostgreSQL had died and was started again");
        }
        thread::sleep(PAUSE);
    }
    println!("\n      stopping: server first, then PostgreSQL");
    Ok(())
}

fn stop(child: &mut Child) -> Result<()> {
    if child.try_wait()?.is_some() {
        return Ok(());
    }
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM)
        .context("cannot stop the server")?;
    let asked = Instant::now();
    while child.try_wait()?.is_none() {
        if asked.elapsed() > DRAIN {
            note("the server does not end: killing it");
            child.kill()?;
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}
