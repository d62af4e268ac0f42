//! The server process: environment, start and stop.

use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::process;
use crate::project;
use crate::steps::note;

const PAUSE: Duration = Duration::from_millis(50);
/// How long the server may take to shut down.
const DRAIN: Duration = Duration::from_secs(30);

/// The built server and its environment.
pub struct Server {
    program: PathBuf,
    environment: Vec<(String, String)>,
    port: u16,
}

impl Server {
    /// Configures a development server on this machine.
    pub fn new(
        program: PathBuf,
        port: u16,
        database: &str,
        secrets: Vec<(String, String)>,
    ) -> Self {
        let mut server = Self {
            program,
            environment: secrets,
            port,
        };
        server.set("DATABASE_URL", database);
        server.set("APP_ENV", "development");
        server.set("LISTEN", &format!("127.0.0.1:{port}"));
        server
    }

    /// Sets an environment variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Returns a command of the server with its environment.
    pub fn command<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .envs(self.environment.iter().cloned())
            .current_dir(project::root());
        command
    }

    /// Creates the tables and the demo data; safe to repeat.
    pub fn migrate_and_seed(&self) -> Result<()> {
        process::run(&mut self.command(["migrate"]))?;
        process::run(&mut self.command(["seed", "--scale", "demo"]))
    }

    /// Starts the server.
    ///
    /// The server has a process group of its own: Ctrl-C reaches xtask only, which stops the processes in order.
    pub fn serve(&self) -> Result<RunningServer> {
        let mut command = self.command(["serve"]);
        cluster::tie_to_parent(&mut command);
        let child = command.spawn().context("cannot start the server")?;
        Ok(RunningServer {
            child,
            port: self.port,
        })
    }
}

/// A running server.
pub struct RunningServer {
    child: Child,
    port: u16,
}

impl RunningServer {
    /// Returns whether the server reports that its database is reachable and migrated.
    pub fn ready(&self) -> bool {
        ureq::get(format!("http://127.0.0.1:{}/health/ready", self.port))
            .config()
            .timeout_global(Some(Duration::from_secs(5)))
            .build()
            .call()
            .is_ok()
    }

    /// Fails when the server has ended.
    pub fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => anyhow::bail!("the server ended with {status}: see its last log lines"),
        }
    }

    /// Shuts the server down gracefully.
    pub fn stop(mut self) -> Result<()> {
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        let pid = Pid::from_raw(self.child.id().cast_signed());
        kill(pid, Signal::SIGTERM).context("cannot stop the server")?;
        let sent = Instant::now();
        while self.child.try_wait()?.is_none() {
            if sent.elapsed() > DRAIN {
                note("the server does not end: killing it");
                self.child.kill()?;
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}
