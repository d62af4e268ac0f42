//! Measures the cost of a sign-in compared with its hash, and its effect on other requests.

use crate::{
    cpu,
    fixture::{EMAIL, Fixture},
    http::{self, Connection},
    load,
    workloads::Workload,
};
use platform::auth::{hash_password, verify_password};
use std::{
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

/// The number of sign-ins and hashes that are measured one after the other.
const TIMES: u32 = 40;
/// The number of concurrent sign-ins.
const CONCURRENT: u32 = 50;
/// The number of connections that read during the sign-ins.
const READERS: usize = 8;

/// The results.
pub struct SignIn {
    /// Processor time of the server for a sign-in, as a multiple of a hash alone.
    pub hashes: f64,
    /// Median time of a read without sign-ins, in milliseconds.
    pub idle: f64,
    /// Median time of a read during continuous concurrent sign-ins, in milliseconds.
    pub during_sign_ins: f64,
}

/// Measures sign-ins.
pub async fn measure(fixture: &Fixture, read: &Workload, duration: Duration) -> SignIn {
    let idle = load::run(fixture, read, READERS, duration).await.p50;
    let stop = Arc::new(AtomicBool::new(false));
    let attempts: Vec<_> = (0..CONCURRENT)
        .map(|number| tokio::spawn(sign_in_until(fixture.server.port, number, stop.clone())))
        .collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let during_sign_ins = load::run(fixture, read, READERS, duration).await.p50;
    stop.store(true, Ordering::Relaxed);
    for one in attempts {
        one.await.expect("a sign-in is answered");
    }
    SignIn {
        hashes: server(fixture).await / hash(&fixture.password).await,
        idle,
        during_sign_ins,
    }
}

/// Returns the processor time of the server for one sign-in, in hundredths of a second.
async fn server(fixture: &Fixture) -> f64 {
    let mut connection = Connection::open(fixture.server.port)
        .await
        .expect("the server answers");
    let before = cpu::ticks_of(fixture.server.id());
    for _ in 0..TIMES {
        let status = connection
            .send(&attempt(EMAIL, &fixture.password, 1))
            .await
            .expect("a response");
        assert_eq!(status, 201, "signed in");
    }
    (cpu::ticks_of(fixture.server.id()) - before) as f64 / f64::from(TIMES)
}

/// Returns the processor time of one hash, in hundredths of a second.
async fn hash(password: &str) -> f64 {
    let stored = hash_password(password.to_owned()).await.expect("a hash");
    let before = cpu::ticks_of(process::id());
    for _ in 0..TIMES {
        let matches = verify_password(password.to_owned(), Some(stored.clone())).await;
        assert!(matches.expect("a hash"));
    }
    (cpu::ticks_of(process::id()) - before) as f64 / f64::from(TIMES)
}

/// Signs in with wrong passwords from changing addresses, so that only the hashing limits the rate.
async fn sign_in_until(port: u16, number: u32, stop: Arc<AtomicBool>) {
    static ADDRESS: AtomicU32 = AtomicU32::new(0);
    let mut connection = Connection::open(port).await.expect("the server answers");
    while !stop.load(Ordering::Relaxed) {
        let from = ADDRESS.fetch_add(1, Ordering::Relaxed);
        let email = format!("unknown-{number}-{from}@example.com");
        let request = attempt(&email, "not the password", 0x0a00_0000 + from);
        let status = connection.send(&request).await.expect("a response");
        assert!(matches!(status, 401 | 429), "{status}");
    }
}

fn attempt(email: &str, password: &str, address: u32) -> Vec<u8> {
    let body = serde_json::json!({ "email": email, "password": password }).to_string();
    let from = std::net::Ipv4Addr::from(address).to_string();
    let headers = [("X-Forwarded-For", from.as_str())];
    http::request("POST", "/v1/sessions", None, &headers, &body)
}
