//! A PostgreSQL server with durable commits that a test can kill and restart.

use cluster::{Cluster, Config};
use std::{
    process::Command,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// A PostgreSQL server on a thread of its own, which ends with the value.
pub struct KillablePostgres {
    pub url: String,
    switch: mpsc::Sender<()>,
    done: mpsc::Receiver<Instant>,
}

impl KillablePostgres {
    pub fn start() -> Self {
        let ((send_url, url_receiver), (switch, switches), (time_sender, done)) =
            (mpsc::channel(), mpsc::channel::<()>(), mpsc::channel());
        thread::spawn(move || {
            let name = format!("esim-admin-crash-{}", Uuid::now_v7().simple());
            let dir = cluster::reachable_folder(&std::env::temp_dir().join(name)).expect("a place");
            let config = Config {
                data_dir: dir.clone(),
                settings: vec![("max_connections".to_owned(), "100".to_owned())],
                ..Config::default()
            };
            let mut cluster = Cluster::start(config).expect("PostgreSQL starts");
            send_url
                .send(cluster.url("postgres"))
                .expect("the test waits");
            while switches.recv().is_ok() {
                let pid = cluster.pid().to_string();
                let killed = Command::new("kill").args(["-9", &pid]).status();
                assert!(killed.expect("a program").success());
                thread::sleep(Duration::from_millis(500));
                time_sender.send(Instant::now()).expect("the test waits");
                switches.recv().expect("the test goes on");
                cluster.restart_if_dead().expect("it lives again");
                time_sender.send(Instant::now()).expect("the test waits");
            }
            drop(cluster);
            let _ = cluster::erase(&dir);
        });
        Self {
            url: url_receiver.recv().expect("PostgreSQL starts"),
            switch,
            done,
        }
    }

    /// Kills the server if it runs, and restarts it if it is down. Returns the time of the change.
    pub fn switch_state(&self) -> Instant {
        self.switch.send(()).expect("it is there");
        self.done.recv().expect("it is done")
    }
}
