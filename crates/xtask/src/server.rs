//! The server as a process: its environment, its start and its end.

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
/// How long the server may take to finish what it is doing.
const DRAIN: Duration = Duration::from_secs(30);

/// The built server and the environment it runs in.
pub struct Server {
    program: PathBuf,
    environment: Vec<(String, String)>,
    port: u16,
}

impl Server {
    /// A development server on this machine.
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

    /// One more variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// A command of the server, in its environment.
    pub fn command<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .envs(self.environment.iter().cloned())
            .current_dir(project::root());
        command
    }

    /// Creates the tables and the demo data; harmless when they exist.
    pub fn fill(&self) -> Result<()> {
        process::run(&mut self.command(["migrate"]))?;
        process::run(&mut self.command(["seed", "--scale", "demo"]))
    }

    /// Starts serving.
    ///
    /// In a process group of its own: Ctrl-C reaches only us, and we decide the order of stopping.
    pub fn serve(&self) -> Result<Serving> {
        let mut command = self.command(["serve"]);
        cluster::tie_to_parent(&mut command);
        let child = command.spawn().context("cannot start the server")?;
        Ok(Serving {
            child,
            port: self.port,
        })
    }
}

/// A server that was started.
pub struct Serving {
    child: Child,
    port: u16,
}

impl Serving {
    /// Whether it says that its database answers and has all tables.
    pub fn ready(&self) -> bool {
        ureq::get(format!("http://127.0.0.1:{}/health/ready", self.port))
            .config()
            .timeout_global(Some(Duration::from_secs(5)))
            .build()
            .call()
            .is_ok()
    }

    /// Fails when it has ended.
    pub fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => anyhow::bail!("the server ended with {status}: its last lines say why"),
        }
    }

    /// Lets it finish what it is doing.
    pub fn stop(mut self) -> Result<()> {
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        let pid = Pid::from_raw(self.child.id().cast_signed());
        kill(pid, Signal::SIGTERM).context("cannot stop the server")?;
        let asked = Instant::now();
        while self.child.try_wait()?.is_none() {
            if asked.elapsed() > DRAIN {
                note("the server does not end: killing it");
                self.child.kill()?;
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}
