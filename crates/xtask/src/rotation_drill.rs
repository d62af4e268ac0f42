//! `cargo xtask drill rotate`: proves that a rotation seals every value with a new key while the system is in use, even
//! when the rotation is killed halfway.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::database::TemporaryCluster;
use crate::process;
use crate::project::{self, Profile};
use crate::server::{RunningServer, Server};
use crate::steps::{Steps, note};

const DATABASE: &str = "postgres";
const READY_WITHIN: Duration = Duration::from_secs(30);
const EMAIL: &str = "admin@example.com";
/// The number of progress lines after which the first rotation is killed: among the names of users.
const KILLED_AFTER: usize = 12;

/// Seeds a database, rotates under load, kills and resumes the rotation, and removes the old key.
pub fn run() -> Result<()> {
    let mut steps = Steps::new(6);
    steps.begin("Server: building");
    let program = project::build_server(Profile::Dev)?;
    steps.done("built");

    steps.begin("A thousand users and 5,000 eSIMs, sealed with the first key");
    let drill = Drill::new(program)?;
    drill.prepare()?;
    let before = drill.status(&[1], 1)?;
    steps.done(before.lines().next().unwrap_or_default());

    steps.begin("The server with both keys, under continuous load");
    let mut running = drill.serve(&[1, 2], 2)?;
    let load = Load::begin(drill.port, &drill.password)?;
    steps.done("running");

    steps.begin("Rotation, killed halfway and resumed");
    let last_line = drill.rotate_and_kill()?;
    let half = drill.status(&[1, 2], 2)?;
    ensure!(
        half.contains("key 1") && half.contains("still needed"),
        "the killed rotation left no values to seal:\n{half}"
    );
    note(&format!("killed after “{last_line}”"));
    note(half.lines().next().unwrap_or_default());
    let began = Instant::now();
    let rotated = process::capture(&mut drill.server(&[1, 2], 2).command(["keys", "rotate"]))?;
    steps.done(&format!(
        "{}, the second run took {:?}",
        rotated.lines().next().unwrap_or_default(),
        began.elapsed()
    ));

    steps.begin("Result of the load");
    let (reads, writes) = load.end()?;
    running.check()?;
    running.stop()?;
    steps.done(&format!(
        "{reads} reads and {writes} writes without a failure"
    ));

    steps.begin("Removal of the old key");
    let after = drill.status(&[2], 2)?;
    ensure!(
        !after.contains("key 1:"),
        "values are still sealed with the old key:\n{after}"
    );
    let opened = process::capture(&mut drill.server(&[2], 2).command(["keys", "check"]))?;
    let without = drill.server(&[1], 1).command(["keys", "check"]).output()?;
    ensure!(!without.status.success(), "the old key still opens values");
    drill.serve(&[2], 2)?.stop()?;
    steps.done(&opened);
    println!("\nThe drill passed in {}.", steps.elapsed());
    Ok(())
}

/// A server with its own database and keys.
struct Drill {
    program: PathBuf,
    database: TemporaryCluster,
    port: u16,
    password: String,
    keys: [String; 4],
}

impl Drill {
    fn new(program: PathBuf) -> Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        Ok(Self {
            program,
            database: TemporaryCluster::fast("drill-rotate")?,
            port,
            password: random()?,
            keys: [random()?, random()?, random()?, random()?],
        })
    }

    /// Returns the server with these keys.
    fn server(&self, known: &[usize], current: usize) -> Server {
        let [first, second, index, token] = &self.keys;
        let sealing: Vec<String> = known
            .iter()
            .map(|id| format!("{id}:{}", if *id == 1 { first } else { second }))
            .collect();
        let files = self.database.folder().join("files").display().to_string();
        let variables = [
            ("SEALING_KEYS", sealing.join(",")),
            ("SEALING_KEY_CURRENT", current.to_string()),
            ("BLIND_INDEX_KEY", index.clone()),
            ("JWT_SECRET", token.clone()),
            ("BOOTSTRAP_ADMIN_EMAIL", EMAIL.to_owned()),
            ("BOOTSTRAP_ADMIN_PASSWORD", self.password.clone()),
            ("FILES_DIR", files),
            ("RATE_LIMIT_READS", "0".to_owned()),
            ("RATE_LIMIT_WRITES", "0".to_owned()),
            ("RUST_LOG", "error".to_owned()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value));
        let url = self.database.url(DATABASE);
        Server::new(self.program.clone(), self.port, &url, variables.to_vec())
    }

    fn prepare(&self) -> Result<()> {
        let server = self.server(&[1], 1);
        process::run(&mut server.command(["migrate"]))?;
        process::run(&mut server.command(["seed", "--scale", "S"]))
    }

    fn status(&self, known: &[usize], current: usize) -> Result<String> {
        process::capture(&mut self.server(known, current).command(["keys", "status"]))
    }

    fn serve(&self, known: &[usize], current: usize) -> Result<RunningServer> {
        let mut running = self.server(known, current).serve()?;
        let began = Instant::now();
        while !running.ready() {
            running.check()?;
            if began.elapsed() > READY_WITHIN {
                running.stop()?;
                bail!("the server did not become ready");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(running)
    }

    /// Starts a rotation and kills it after [`KILLED_AFTER`] lines; returns the last line.
    fn rotate_and_kill(&self) -> Result<String> {
        let mut command: Command = self.server(&[1, 2], 2).command(["keys", "rotate"]);
        let mut rotating = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start the rotation")?;
        let output = rotating
            .stderr
            .take()
            .context("the rotation has no output")?;
        let mut last = String::new();
        for line in BufReader::new(output).lines().take(KILLED_AFTER) {
            last = line?;
        }
        // SIGKILL leaves no time to clean up.
        rotating.kill()?;
        rotating.wait()?;
        Ok(last)
    }
}

/// Continuous requests in threads of their own.
struct Load {
    stop: Arc<AtomicBool>,
    reads: Arc<AtomicUsize>,
    writes: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<Result<()>>>,
}

impl Load {
    fn begin(port: u16, password: &str) -> Result<Self> {
        let caller = Caller::sign_in(port, password)?;
        let (stop, reads, writes) = (Arc::default(), Arc::default(), Arc::default());
        let mut load = Self {
            stop,
            reads,
            writes,
            threads: Vec::new(),
        };
        for path in [
            "/v1/users?limit=20",
            "/v1/users?sort=created_at&limit=20",
            "/v1/esims?limit=20",
        ] {
            let (stop, reads, caller) = (load.stop.clone(), load.reads.clone(), caller.clone());
            load.threads.push(thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    caller.get(path)?;
                    reads.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            }));
        }
        let (stop, writes) = (load.stop.clone(), load.writes.clone());
        load.threads
            .push(thread::spawn(move || rename(&caller, &stop, &writes)));
        Ok(load)
    }

    /// Stops the load and returns the numbers of reads and writes. A failure of any request fails the drill.
    fn end(self) -> Result<(usize, usize)> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread
                .join()
                .map_err(|_| anyhow::anyhow!("a thread of the load ended early"))??;
        }
        Ok((
            self.reads.load(Ordering::Relaxed),
            self.writes.load(Ordering::Relaxed),
        ))
    }
}

/// Renames users and checks each response.
fn rename(caller: &Caller, stop: &AtomicBool, writes: &AtomicUsize) -> Result<()> {
    let page = caller.get("/v1/users?role=customer&limit=100")?;
    let people = page.pointer("/data").and_then(Value::as_array);
    let people = people.context("no people")?;
    for (number, person) in people.iter().cycle().enumerate() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let path = format!("/v1/users/{}", text(person, "/id")?);
        let name = format!("Name{number}");
        let current = caller.get(&path)?;
        let version = current.pointer("/version").context("no version")?;
        let after = caller.change(&path, version, &json!({ "first_name": name }))?;
        ensure!(
            text(&after, "/first_name")? == name,
            "a name was lost: {after}"
        );
        writes.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// A client of the server, signed in as administrator.
#[derive(Clone)]
struct Caller {
    port: u16,
    token: String,
    agent: Agent,
}

impl Caller {
    fn sign_in(port: u16, password: &str) -> Result<Self> {
        let agent = Agent::new_with_defaults();
        let credentials = json!({ "email": EMAIL, "password": password });
        let session: Value = agent
            .post(format!("http://127.0.0.1:{port}/v1/sessions"))
            .send_json(&credentials)?
            .into_body()
            .read_json()?;
        let token = text(&session, "/access_token")?;
        Ok(Self { port, token, agent })
    }

    fn get(&self, path: &str) -> Result<Value> {
        let response = self
            .agent
            .get(self.url(path))
            .header("Authorization", format!("Bearer {}", self.token))
            .call();
        read(path, response)
    }

    fn change(&self, path: &str, version: &Value, change: &Value) -> Result<Value> {
        let response = self
            .agent
            .patch(self.url(path))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("If-Match", format!("\"v{version}\""))
            .send_json(change);
        read(path, response)
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

fn read(path: &str, response: Result<Response<Body>, ureq::Error>) -> Result<Value> {
    response
        .and_then(|response| response.into_body().read_json())
        .with_context(|| format!("{path} failed"))
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    let text = value.pointer(pointer).and_then(Value::as_str);
    Ok(text.with_context(|| format!("no {pointer}"))?.to_owned())
}

/// Returns 32 random bytes in base64.
fn random() -> Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(STANDARD.encode(bytes))
}
