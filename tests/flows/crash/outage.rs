//! A PostgreSQL that keeps what it has promised, can be killed, and lives again.

use cluster::{Cluster, Config};
use std::{
    process::Command,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// It lives on a thread of its own, with which it ends.
pub struct Killable {
    pub url: String,
    kill: mpsc::Sender<()>,
    revived: mpsc::Receiver<Instant>,
}

impl Killable {
    pub fn start() -> Self {
        let ((tell, told), (kill, asked), (done, revived)) =
            (mpsc::channel(), mpsc::channel::<()>(), mpsc::channel());
        thread::spawn(move || {
            let name = format!("esim-admin-crash-{}", Uuid::now_v7().simple());
            let dir = cluster::place(&std::env::temp_dir().join(name)).expect("a place");
            let config = Config {
                data_dir: dir.clone(),
                settings: vec![("max_connections".to_owned(), "100".to_owned())],
                ..Config::default()
            };
            let mut cluster = Cluster::start(config).expect("PostgreSQL starts");
            tell.send(cluster.url("postgres")).expect("the test waits");
            while asked.recv().is_ok() {
                let pid = cluster.pid().to_string();
                let killed = Command::new("kill").args(["-9", &pid]).status();
                assert!(killed.expect("a program").success());
                thread::sleep(Duration::from_millis(500));
                cluster.revive().expect("it lives again");
                done.send(Instant::now()).expect("the test waits");
            }
            drop(cluster);
            let _ = cluster::erase(&dir);
        });
        Self {
            url: told.recv().expect("PostgreSQL starts"),
            kill,
            revived,
        }
    }

    /// Kills it without warning, and waits until it is up again.
    pub fn kill(&self) -> Instant {
        self.kill.send(()).expect("it lives");
        self.revived.recv().expect("it lives again")
    }
}
