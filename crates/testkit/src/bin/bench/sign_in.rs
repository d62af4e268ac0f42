//! What signing in costs beside the hash that it must cost, and what it costs everybody else.

use crate::{
    cpu,
    ground::{EMAIL, Ground},
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

/// Sign-ins, and hashes, that are measured one after the other.
const TIMES: u32 = 40;
/// Sign-ins at once.
const STORM: u32 = 50;
/// Connections of those who read meanwhile.
const READERS: usize = 8;

/// The figures.
pub struct SignIn {
    /// Processor time of the server for a sign-in, as a multiple of a hash alone.
    pub hashes: f64,
    /// The middle time of a read with nobody signing in, in milliseconds.
    pub calm: f64,
    /// The same with fifty signing in at once, again and again.
    pub stormy: f64,
}

/// Measures it.
pub async fn measure(ground: &Ground, read: &Workload, lasting: Duration) -> SignIn {
    let calm = load::run(ground, read, READERS, lasting).await.p50;
    let over = Arc::new(AtomicBool::new(false));
    let storm: Vec<_> = (0..STORM)
        .map(|number| tokio::spawn(again_and_again(ground.server.port, number, over.clone())))
        .collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let stormy = load::run(ground, read, READERS, lasting).await.p50;
    over.store(true, Ordering::Relaxed);
    for one in storm {
        one.await.expect("a sign-in is answered");
    }
    SignIn {
        hashes: server(ground).await / hash(&ground.password).await,
        calm,
        stormy,
    }
}

/// Processor time of the server for one sign-in, in hundredths of a second.
async fn server(ground: &Ground) -> f64 {
    let mut connection = Connection::open(ground.server.port)
        .await
        .expect("the server answers");
    let before = cpu::of(ground.server.id());
    for _ in 0..TIMES {
        let status = connection
            .send(&attempt(EMAIL, &ground.password, 1))
            .await
            .expect("an answer");
        assert_eq!(status, 201, "signed in");
    }
    (cpu::of(ground.server.id()) - before) as f64 / f64::from(TIMES)
}

/// Processor time of one hash alone, in hundredths of a second.
async fn hash(password: &str) -> f64 {
    let stored = hash_password(password.to_owned()).await.expect("a hash");
    let before = cpu::of(process::id());
    for _ in 0..TIMES {
        let fits = verify_password(password.to_owned(), Some(stored.clone())).await;
        assert!(fits.expect("a hash"));
    }
    (cpu::of(process::id()) - before) as f64 / f64::from(TIMES)
}

/// Guesses at a customer's password from ever other addresses, so that nothing but the hashing slows it down.
async fn again_and_again(port: u16, number: u32, over: Arc<AtomicBool>) {
    static ADDRESS: AtomicU32 = AtomicU32::new(0);
    let mut connection = Connection::open(port).await.expect("the server answers");
    while !over.load(Ordering::Relaxed) {
        let from = ADDRESS.fetch_add(1, Ordering::Relaxed);
        let email = format!("nobody-{number}-{from}@example.com");
        let request = attempt(&email, "not the password", 0x0a00_0000 + from);
        let status = connection.send(&request).await.expect("an answer");
        assert!(matches!(status, 401 | 429), "{status}");
    }
}

fn attempt(email: &str, password: &str, address: u32) -> Vec<u8> {
    let body = serde_json::json!({ "email": email, "password": password }).to_string();
    let from = std::net::Ipv4Addr::from(address).to_string();
    let via = [("X-Forwarded-For", from.as_str())];
    http::request("POST", "/v1/sessions", None, &via, &body)
}
