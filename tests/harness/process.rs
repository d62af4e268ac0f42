//! A server as a process of its own, for tests that kill it.

use super::Client;
use platform::{auth::Tokens, crypto::Keyring};
use std::{
    fs::OpenOptions,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use testkit::{Given, config, environment};
use wire::{UserId, accounts::users::UserRole};

/// A running `esim-admin serve`. Dropping it kills it.
pub struct ServerProcess {
    child: Child,
    url: String,
    more: Vec<(String, String)>,
    address: SocketAddr,
}

impl ServerProcess {
    /// Starts the server on a free port and waits until it is ready.
    pub async fn start(database_url: &str, more: &[(&str, &str)]) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let more: Vec<(String, String)> = more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let server = Self {
            child: spawn(database_url, &more, address),
            url: database_url.to_owned(),
            more,
            address,
        };
        server.ready().await;
        server
    }

    /// Kills the server and restarts it. Returns the time until it was ready.
    pub async fn kill_and_restart(&mut self) -> Duration {
        self.kill();
        let began = Instant::now();
        self.child = spawn(&self.url, &self.more, self.address);
        self.ready().await;
        began.elapsed()
    }

    /// Kills the server without a graceful shutdown.
    pub fn kill(&mut self) {
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it has ended");
    }

    /// Returns the resident memory of the server, in megabytes.
    pub fn memory_mb(&self) -> usize {
        let pages = std::fs::read_to_string(format!("/proc/{}/statm", self.pid()));
        let pages = pages.expect("it lives");
        let resident = pages.split(' ').nth(1).expect("a number");
        resident.parse::<usize>().expect("a number") * 4 / 1024
    }

    /// Returns the process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns an anonymous client.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address, None)
    }

    /// Returns a client that is signed in as a new user with this role.
    pub fn sign_in(&self, given: &mut Given, role: UserRole) -> Client {
        let user: UserId = given.user(role);
        let session = given.session(user);
        let token = Tokens::new(&config(&self.url, &[]).jwt_secret)
            .issue(user, session, 0, chrono::Utc::now())
            .expect("a token");
        Client::new(self.address, Some((user, token)))
    }

    async fn ready(&self) {
        let (began, anonymous) = (Instant::now(), Client::new(self.address, None));
        while began.elapsed() < Duration::from_secs(30) {
            if anonymous
                .try_get("/health/ready")
                .await
                .is_some_and(|answer| answer.status == 200)
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the server is not ready after {:?}", began.elapsed());
    }
}

/// Returns the encryption keys of a server on this database.
pub fn keys(database_url: &str) -> Keyring {
    Keyring::new(&config(database_url, &[]).sealing).expect("keys")
}

/// Returns a port of the loopback address that no server uses.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// Runs a command of the server's binary: whether it succeeded, and its output with its errors.
pub fn run(database_url: &str, arguments: &[&str]) -> (bool, String) {
    let ran = command(database_url, &[])
        .args(arguments)
        .output()
        .expect("the command runs");
    let output = [ran.stdout, ran.stderr].concat();
    let output = String::from_utf8_lossy(&output).into_owned();
    (ran.status.success(), output)
}

/// Returns a command of the server's binary, in the environment of a server on this database.
pub fn command(database_url: &str, more: &[(String, String)]) -> Command {
    let mut command = Command::new(binary());
    command
        .env_clear()
        .envs(environment(database_url, &[]))
        .env("RUST_LOG", "off")
        .envs(more.iter().cloned());
    command
}

/// Starts the server. Its output is dropped, or written to the file that `SERVER_LOG` names.
fn spawn(url: &str, more: &[(String, String)], address: SocketAddr) -> Child {
    let log_file = more.iter().find(|(name, _)| name == "SERVER_LOG");
    let output = || match log_file {
        Some((_, file)) => OpenOptions::new()
            .create(true)
            .append(true)
            .open(file)
            .expect("a file for what it says")
            .into(),
        None => Stdio::null(),
    };
    command(url, more)
        .arg("serve")
        .env("LISTEN", address.to_string())
        .stdout(output())
        .stderr(output())
        .spawn()
        .expect("the server starts")
}

/// Returns the path of the server's binary: from the environment, else the build beside this test.
fn binary() -> PathBuf {
    std::env::var_os("ESIM_ADMIN_BIN").map_or_else(
        || {
            let test = std::env::current_exe().expect("the test's own path");
            let built = test
                .ancestors()
                .nth(2)
                .expect("target/debug")
                .join("esim-admin");
            assert!(
                built.exists(),
                "{} is missing: run `cargo build -p server` first, or `cargo xtask test`",
                built.display()
            );
            built
        },
        PathBuf::from,
    )
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
