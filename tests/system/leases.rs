//! Leases of jobs and dead jobs: a worker renews the lease while it runs a job, and the latest dead job is kept until a
//! later one succeeds.

use crate::harness::TestApp;
use platform::{
    Ctx, Result,
    jobs::{self, Job, Worker},
};
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{Notify, watch};

static RUNS: AtomicUsize = AtomicUsize::new(0);
static MAY_FINISH: Notify = Notify::const_new();

/// A job that runs until the test ends it.
#[derive(Serialize, Deserialize)]
struct LongJob {}

impl Job for LongJob {
    const KIND: &'static str = "tests.long";
    async fn run(self, _: Ctx) -> Result<()> {
        RUNS.fetch_add(1, Ordering::Relaxed);
        MAY_FINISH.notified().await;
        Ok(())
    }
}

async fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[actix_web::test]
async fn job_longer_than_its_lease_runs_once() {
    let app = TestApp::start().await;
    let enqueued = app.ctx.db.write(|tx| jobs::enqueue(tx, &LongJob {})).await;
    enqueued.unwrap();
    let (stop, stopped) = watch::channel(false);
    let working: Vec<_> = (0..2)
        .map(|_| {
            let worker = Worker::default().with::<LongJob>();
            let wake = Arc::new(Notify::new());
            tokio::spawn(worker.run(app.ctx.clone(), wake, stopped.clone()))
        })
        .collect();
    let state = |of: &str| app.count(&format!("SELECT {of}::bigint AS count FROM jobs"));
    wait_until("the job starts", || RUNS.load(Ordering::Relaxed) == 1).await;
    let first = state("extract(epoch FROM lease_until)");
    wait_until("its first lease expires", || {
        state("extract(epoch FROM now() - interval '1 second')") > first
    })
    .await;
    assert_eq!(
        RUNS.load(Ordering::Relaxed),
        1,
        "no other worker has claimed it"
    );
    assert!(state("extract(epoch FROM lease_until)") > first);

    MAY_FINISH.notify_one();
    wait_until("the job is done", || state("(status = 'done')::int") == 1).await;
    assert_eq!(state("attempts"), 1);
    stop.send_replace(true);
    for worker in working {
        worker.await.unwrap();
    }
}

/// A job that succeeds from the third attempt.
#[derive(Serialize, Deserialize)]
struct FailsTwice {}

static ATTEMPTED: AtomicUsize = AtomicUsize::new(0);

impl Job for FailsTwice {
    const KIND: &'static str = "tests.fickle";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("tests.fickle".to_owned())
    }
    async fn run(self, _: Ctx) -> Result<()> {
        if ATTEMPTED.fetch_add(1, Ordering::Relaxed) < 2 {
            return Err(platform::Error::internal("not yet"));
        }
        Ok(())
    }
}

#[actix_web::test]
async fn latest_dead_job_is_kept_until_a_later_one_succeeds() {
    let app = TestApp::start().await;
    for (dead, done) in [(1, 0), (1, 0), (0, 1), (0, 2)] {
        let enqueued = app
            .ctx
            .db
            .write(|tx| jobs::enqueue(tx, &FailsTwice {}))
            .await;
        enqueued.unwrap();
        let (stop, stopped) = watch::channel(false);
        let worker = Worker::default().with::<FailsTwice>();
        let working = tokio::spawn(worker.run(app.ctx.clone(), Arc::new(Notify::new()), stopped));
        let of = |status: &str| {
            app.count(&format!(
                "SELECT count(*) FROM jobs WHERE status = '{status}'"
            ))
        };
        wait_until("the job ends", || of("queued") + of("running") == 0).await;
        assert_eq!((of("dead"), of("done")), (dead, done));
        stop.send_replace(true);
        working.await.unwrap();
    }
}
