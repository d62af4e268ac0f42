//! Crashes of the server and of PostgreSQL during continuous sales.
//!
//! Ordinary test runs have a few crashes; `cargo xtask drill crash` has fifty and twenty.

mod books;
mod buyers;
mod campaign;
mod outage;

use crate::harness::drill::{is_drill, iterations, print_finding};
use campaign::Campaign;
use std::time::{Duration, Instant};

/// Checks the time until no work is unfinished after the last crash. Ordinary test runs may share their machine.
fn check_recovery_time(recovery: Duration) {
    assert!(
        !is_drill() || recovery < Duration::from_secs(15),
        "{recovery:?}"
    );
}

#[actix_web::test]
async fn killed_server_loses_and_repeats_nothing() {
    let mut campaign = Campaign::begin(iterations(150, 2_500)).await;
    let buyers = campaign.buyers();
    let mut slowest = Duration::ZERO;
    for _ in 0..iterations(8, 50) {
        campaign.wait_random_time(1_200).await;
        slowest = slowest.max(campaign.server().kill_and_restart().await);
    }
    campaign.wait_random_time(1_200).await;
    buyers.stop();
    let last = Instant::now();
    slowest = slowest.max(campaign.server().kill_and_restart().await);
    let (recovery, doubts) = campaign.wait_until_done(last).await;
    let bought = buyers.end().await;
    print_finding(&format!(
        "{} crashes of the server: ready after {slowest:?} at most; only requests in doubt were unfinished {recovery:?} after the last crash, and nothing after {doubts:?}",
        iterations(8, 50) + 1
    ));
    campaign.wait_until_done(Instant::now()).await;
    campaign.check(bought).await;
    check_recovery_time(recovery);
    assert!(
        !is_drill() || slowest < Duration::from_secs(5),
        "{slowest:?}"
    );
}

#[actix_web::test]
async fn killed_database_returns_503_and_work_resumes() {
    let mut campaign = Campaign::begin(iterations(100, 1_500)).await;
    let pid = campaign.server().pid();
    let (buyers, readers) = (campaign.buyers(), campaign.readers());
    let mut slowest = Duration::ZERO;
    for _ in 0..iterations(2, 20) {
        campaign.wait_random_time(1_500).await;
        slowest = slowest.max(campaign.kill_and_restart_database(&readers).await);
        // The server must not retry lost connections in a way that grows its memory.
        let memory = campaign.server().memory_mb();
        assert!(memory < 500, "{memory} MB after {slowest:?}");
    }
    buyers.stop();
    let (recovery, doubts) = campaign.wait_until_done(Instant::now()).await;
    let bought = buyers.end().await;
    let (answers, refused, longest) = readers.end().await;
    print_finding(&format!(
        "{} crashes of PostgreSQL: writes worked {slowest:?} after a restart at most; only requests in doubt were unfinished {recovery:?} after the last crash, and nothing after {doubts:?}",
        iterations(2, 20)
    ));
    print_finding(&format!(
        "{answers} answers to readers, {refused} of them 503, the longest after {longest:?}; buyers met 503 {} times",
        bought.turned_away
    ));
    assert!(refused >= iterations(2, 20), "every outage was noticed");
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    assert!(longest < Duration::from_secs(10), "{longest:?}");
    assert_eq!(
        bought.unanswered, 0,
        "the server itself was there all the time"
    );
    assert_eq!(campaign.server().pid(), pid);
    campaign.wait_until_done(Instant::now()).await;
    campaign.check(bought).await;
    check_recovery_time(recovery);
}
