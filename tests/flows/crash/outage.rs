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
    next: mpsc::Sender<()>,
    done: mpsc::Receiver<Instant>,
}

impl Killable {
    pub fn start() -> Self {
        let ((tell, told), (next, asked), (say, done)) =
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
                say.send(Instant::now()).expect("the test waits");
                asked.recv().expect("the test goes on");
                cluster.revive().expect("it lives again");
                say.send(Instant::now()).expect("the test waits");
            }
            drop(cluster);
            let _ = cluster::erase(&dir);
        });
        Self {
            url: told.recv().expect("PostgreSQL starts"),
            next,
            done,
        }
    }

    /// Kills it without warning where it lives, and lets it live again where it is dead; when that was done.
    pub fn turn(&self) -> Instant {
        self.next.send(()).expect("it is there");
        self.done.recv().expect("it is done")
    }
}
