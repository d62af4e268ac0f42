//! The seeded database of the benchmark, and the server on it.

use crate::{
    cpu,
    http::{self, Connection},
    workloads::Workload,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use diesel::{
    Connection as _, PgConnection, RunQueryDsl,
    connection::SimpleConnection,
    sql_types::{Integer, Text},
};
use std::{
    env,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// The webhook secret of the benchmark.
pub const STRIPE: &str = "whsec_measured";
/// The email address of the administrator.
pub const EMAIL: &str = "admin@example.com";

/// The settings of the benchmark.
pub struct Settings {
    pub scale: String,
    pub rounds: usize,
    pub seconds: u64,
    pub only: Option<String>,
}

/// The database and the server that are measured.
pub struct Fixture {
    pub server: Server,
    pub url: String,
    pub pgbench: PathBuf,
    pub token: String,
    pub password: String,
    pub postmaster: u32,
    pub conn: PgConnection,
    vars: Vars,
    base: String,
    name: String,
    is_permanent: bool,
}

/// The environment of the server.
type Vars = Vec<(&'static str, String)>;

/// A running server, stopped when it is dropped.
pub struct Server {
    child: Child,
    pub port: u16,
    pub start: Duration,
}

impl Settings {
    /// Reads the settings from the arguments.
    pub fn read() -> Self {
        let arguments: Vec<String> = env::args().collect();
        let argument = |name: &str| {
            arguments
                .iter()
                .position(|known| known == name)
                .and_then(|index| arguments.get(index + 1))
                .cloned()
        };
        let number = |name: &str, default: u64| {
            argument(name)
                .and_then(|text| text.parse().ok())
                .unwrap_or(default)
        };
        Self {
            scale: argument("--scale").unwrap_or_else(|| "S".into()),
            rounds: number("--rounds", 3) as usize,
            seconds: number("--seconds", 3),
            only: argument("--only"),
        }
    }
}

impl Settings {
    /// Returns whether a workload with this name is selected.
    pub fn includes(&self, name: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|part| name.contains(part.as_str()))
    }
}

impl Fixture {
    /// Creates and seeds the database, starts the server and signs in.
    pub async fn prepare(settings: &Settings) -> Self {
        let (base, permanent) = (var("BENCH_DATABASE"), env::var("BENCH_KEPT").ok());
        let is_permanent = permanent.is_some();
        let name = permanent.unwrap_or_else(|| format!("bench_{}", Uuid::now_v7().simple()));
        if !is_permanent {
            PgConnection::establish(&format!("{base}postgres"))
                .expect("PostgreSQL answers")
                .batch_execute(&format!("CREATE DATABASE {name}"))
                .expect("the database is created");
        }
        let url = format!("{base}{name}");
        let password = if is_permanent {
            var("BENCH_PASSWORD")
        } else {
            Uuid::new_v4().to_string()
        };
        let key = |byte: u8| STANDARD.encode([byte; 32]);
        let vars = vec![
            ("APP_ENV", "development".into()),
            ("DATABASE_URL", url.clone()),
            ("JWT_SECRET", key(1)),
            ("SEALING_KEYS", format!("1:{}", key(2))),
            ("BLIND_INDEX_KEY", key(3)),
            ("BOOTSTRAP_ADMIN_EMAIL", EMAIL.into()),
            ("BOOTSTRAP_ADMIN_PASSWORD", password.clone()),
            ("RUST_LOG", "warn".into()),
            // Webhooks are signed like those of Stripe. No job runs, so no request goes to the address, which has no server.
            ("STRIPE_SECRET_KEY", "sk_test_measured".into()),
            ("STRIPE_WEBHOOK_SECRET", STRIPE.into()),
            ("STRIPE_API_BASE", "http://127.0.0.1:9".into()),
            // A folder of this run: the audit heads of another database would look like tampering.
            ("FILES_DIR", files(&name).display().to_string()),
            // Concurrent sign-ins come from many addresses.
            ("TRUSTED_PROXY", "true".into()),
            // One caller sends as many requests as the server can answer.
            ("RATE_LIMIT_READS", "0".into()),
            ("RATE_LIMIT_WRITES", "0".into()),
            ("RATE_LIMIT_FILES", "0".into()),
            ("RATE_LIMIT_CODES", "0".into()),
            ("RATE_LIMIT_PUBLIC", "0".into()),
            ("PANEL_DIR", env::var("PANEL_DIR").unwrap_or_default()),
        ];
        for arguments in [&["migrate"][..], &["seed", "--scale", &settings.scale]] {
            let began = Instant::now();
            assert!(
                command(&vars)
                    .args(arguments)
                    .status()
                    .expect("the server's binary runs")
                    .success(),
                "{arguments:?} fails"
            );
            eprintln!(
                "{}: {:.1} s",
                arguments.join(" "),
                began.elapsed().as_secs_f64()
            );
        }
        let mut conn = PgConnection::establish(&url).expect("PostgreSQL answers");
        let backend: Pid = diesel::sql_query("SELECT pg_backend_pid() AS pid")
            .get_result(&mut conn)
            .expect("a process id");
        let postmaster = cpu::parent(u32::try_from(backend.pid).expect("a process id"));
        let server = Server::start(&vars, &["serve", "--without-worker"]).await;
        let token = sign_in(server.port, &password).await;
        Self {
            server,
            url,
            pgbench: var("PGBENCH").into(),
            token,
            password,
            postmaster,
            conn,
            vars,
            base,
            name,
            is_permanent,
        }
    }

    /// Starts a second server with its worker, to measure it at rest.
    pub async fn start_with_worker(&self) -> Server {
        Server::start(&self.vars, &["serve"]).await
    }

    /// Signs in again, because an access token expires soon.
    pub async fn sign_in(&mut self) {
        self.token = sign_in(self.server.port, &self.password).await;
    }

    /// Creates the rows of a workload.
    pub fn prepare_for(&mut self, workload: &Workload) {
        if !workload.setup.is_empty() {
            self.conn
                .batch_execute(&workload.setup)
                .expect("the rows are created");
        }
    }

    /// Returns a text from the database.
    pub fn text(&mut self, query: &str) -> String {
        #[derive(diesel::QueryableByName)]
        struct Found {
            #[diesel(sql_type = Text)]
            found: String,
        }
        diesel::sql_query(query)
            .get_result::<Found>(&mut self.conn)
            .expect("the query answers")
            .found
    }

    /// Returns a response of the API as JSON.
    pub async fn json(&self, path: &str) -> serde_json::Value {
        let mut connection = Connection::open(self.server.port)
            .await
            .expect("the server answers");
        let response = connection
            .fetch(&http::request("GET", path, Some(&self.token), &[], ""))
            .await
            .expect("a response");
        assert_eq!(
            response.status,
            200,
            "{path}: {}",
            String::from_utf8_lossy(&response.body)
        );
        serde_json::from_slice(&response.body).expect("JSON")
    }
}

#[derive(diesel::QueryableByName)]
struct Pid {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.server.stop();
        if self.is_permanent {
            return;
        }
        if let Ok(mut conn) = PgConnection::establish(&format!("{}postgres", self.base)) {
            let _ = conn.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
        let _ = std::fs::remove_dir_all(files(&self.name));
    }
}

impl Server {
    /// Starts the server and waits until it is ready; the duration is the cold start.
    async fn start(vars: &Vars, arguments: &[&str]) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|socket| socket.local_addr())
            .expect("a free port")
            .port();
        let began = Instant::now();
        let child = command(vars)
            .env("LISTEN", format!("127.0.0.1:{port}"))
            .args(arguments)
            .stdout(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut server = Self {
            child,
            port,
            start: Duration::ZERO,
        };
        while began.elapsed() < Duration::from_secs(30) {
            if is_ready(port).await {
                server.start = began.elapsed();
                return server;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("the server is not ready after 30 s");
    }

    /// Returns the process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
    /// Returns the current memory in MiB.
    pub fn memory(&self) -> f64 {
        cpu::memory(self.id(), "VmRSS")
    }
    /// Returns the peak memory in MiB.
    pub fn peak_memory(&self) -> f64 {
        cpu::memory(self.id(), "VmHWM")
    }
    fn stop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn is_ready(port: u16) -> bool {
    let Ok(mut connection) = Connection::open(port).await else {
        return false;
    };
    connection
        .send(&http::request("GET", "/health/ready", None, &[], ""))
        .await
        .is_ok_and(|status| status == 200)
}

async fn sign_in(port: u16, password: &str) -> String {
    let body = serde_json::json!({ "email": EMAIL, "password": password }).to_string();
    let mut connection = Connection::open(port).await.expect("the server answers");
    let response = connection
        .fetch(&http::request("POST", "/v1/sessions", None, &[], &body))
        .await
        .expect("a response");
    let session: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
    session["access_token"]
        .as_str()
        .expect("signed in")
        .to_owned()
}

/// Returns the folder of the files of this run.
fn files(name: &str) -> std::path::PathBuf {
    env::temp_dir().join(name)
}

fn command(vars: &Vars) -> Command {
    let mut command = Command::new(var("ESIM_ADMIN_BIN"));
    command.envs(vars.iter().map(|(name, value)| (name, value)));
    command
}

fn var(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set; run `cargo xtask bench`"))
}
