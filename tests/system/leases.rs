//! Jobs of the living and of the dead: a lease is renewed while somebody works, and what is given up lies there until
//! the same has gone well.

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

static TURNS: AtomicUsize = AtomicUsize::new(0);
static MAY_END: Notify = Notify::const_new();

/// Takes as long as the test wants.
#[derive(Serialize, Deserialize)]
struct Long {}

impl Job for Long {
    const KIND: &'static str = "tests.long";
    async fn run(self, _: Ctx) -> Result<()> {
        TURNS.fetch_add(1, Ordering::Relaxed);
        MAY_END.notified().await;
        Ok(())
    }
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[actix_web::test]
async fn a_job_that_takes_longer_than_its_lease_is_still_done_once() {
    let app = TestApp::start().await;
    let enqueued = app.ctx.db.write(|tx| jobs::enqueue(tx, &Long {})).await;
    enqueued.unwrap();
    let (stop, stopped) = watch::channel(false);
    let working: Vec<_> = (0..2)
        .map(|_| {
            let worker = Worker::default().with::<Long>();
            let wake = Arc::new(Notify::new());
            tokio::spawn(worker.run(app.ctx.clone(), wake, stopped.clone()))
        })
        .collect();
    let state = |of: &str| app.count(&format!("SELECT {of}::bigint AS count FROM jobs"));
    until("it is begun", || TURNS.load(Ordering::Relaxed) == 1).await;
    let first = state("extract(epoch FROM lease_until)");
    until("its first lease is over", || {
        state("extract(epoch FROM now() - interval '1 second')") > first
    })
    .await;
    assert_eq!(TURNS.load(Ordering::Relaxed), 1, "nobody else has taken it");
    assert!(state("extract(epoch FROM lease_until)") > first);

    MAY_END.notify_one();
    until("it is done", || state("(status = 'done')::int") == 1).await;
    assert_eq!(state("attempts"), 1);
    stop.send_replace(true);
    for worker in working {
        worker.await.unwrap();
    }
}

/// Succeeds from the third time on.
#[derive(Serialize, Deserialize)]
struct Fickle {}

static TRIES: AtomicUsize = AtomicUsize::new(0);

impl Job for Fickle {
    const KIND: &'static str = "tests.fickle";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("tests.fickle".to_owned())
    }
    async fn run(self, _: Ctx) -> Result<()> {
        if TRIES.fetch_add(1, Ordering::Relaxed) < 2 {
            return Err(platform::Error::internal("not yet"));
        }
        Ok(())
    }
}

#[actix_web::test]
async fn of_what_is_given_up_the_last_is_kept_until_a_later_one_succeeds() {
    let app = TestApp::start().await;
    for (dead, done) in [(1, 0), (1, 0), (0, 1), (0, 2)] {
        let enqueued = app.ctx.db.write(|tx| jobs::enqueue(tx, &Fickle {})).await;
        enqueued.unwrap();
        let (stop, stopped) = watch::channel(false);
        let worker = Worker::default().with::<Fickle>();
        let working = tokio::spawn(worker.run(app.ctx.clone(), Arc::new(Notify::new()), stopped));
        let of = |status: &str| {
            app.count(&format!(
                "SELECT count(*) FROM jobs WHERE status = '{status}'"
            ))
        };
        until("it has ended", || of("queued") + of("running") == 0).await;
        assert_eq!((of("dead"), of("done")), (dead, done));
        stop.send_replace(true);
        working.await.unwrap();
    }
}
