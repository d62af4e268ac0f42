//! Sudden death: of the server at any point of many sales, and of PostgreSQL under them.
//!
//! A few deaths in the tests of every day; `cargo xtask drill crash` has fifty and twenty.

mod books;
mod buyers;
mod campaign;
mod outage;

use crate::harness::drill::{is_drill, say, times};
use campaign::Campaign;
use std::time::{Duration, Instant};

/// Within which nothing is half done any more after the last death. Tests of every day may share their machine.
fn rested(rest: Duration) {
    assert!(!is_drill() || rest < Duration::from_secs(15), "{rest:?}");
}

#[actix_web::test]
async fn a_server_killed_at_any_moment_loses_nothing_and_does_nothing_twice() {
    let mut campaign = Campaign::begin(times(150, 2_500)).await;
    let buyers = campaign.buyers();
    let mut slowest = Duration::ZERO;
    for _ in 0..times(8, 50) {
        campaign.a_while(1_200).await;
        slowest = slowest.max(campaign.server().kill_and_restart().await);
    }
    campaign.a_while(1_200).await;
    buyers.stop();
    let last = Instant::now();
    slowest = slowest.max(campaign.server().kill_and_restart().await);
    let (rest, doubts) = campaign.rest(last).await;
    let bought = buyers.end().await;
    say(&format!(
        "{} deaths of the server: ready after {slowest:?} at most, nothing half done but what was in doubt {rest:?} after the last, and nothing at all after {doubts:?}",
        times(8, 50) + 1
    ));
    campaign.rest(Instant::now()).await;
    campaign.check(bought).await;
    rested(rest);
    assert!(
        !is_drill() || slowest < Duration::from_secs(5),
        "{slowest:?}"
    );
}

#[actix_web::test]
async fn a_killed_database_is_answered_with_503_and_everything_goes_on_by_itself() {
    let mut campaign = Campaign::begin(times(100, 1_500)).await;
    let pid = campaign.server().pid();
    let (buyers, readers) = (campaign.buyers(), campaign.readers());
    let mut slowest = Duration::ZERO;
    for _ in 0..times(2, 20) {
        campaign.a_while(1_500).await;
        slowest = slowest.max(campaign.kill_the_database(&readers).await);
        // Whatever is lost with the connection must not be looked for without end.
        let memory = campaign.server().memory();
        assert!(memory < 500, "{memory} MB after {slowest:?}");
    }
    buyers.stop();
    let (rest, doubts) = campaign.rest(Instant::now()).await;
    let bought = buyers.end().await;
    let (answers, refused, longest) = readers.end().await;
    say(&format!(
        "{} deaths of PostgreSQL: written again {slowest:?} after it was up at most, nothing half done but what was in doubt {rest:?} after the last, and nothing at all after {doubts:?}",
        times(2, 20)
    ));
    say(&format!(
        "{answers} answers to readers, {refused} of them 503, the longest after {longest:?}; buyers met 503 {} times",
        bought.turned_away
    ));
    assert!(refused >= times(2, 20), "every outage was noticed");
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    assert!(longest < Duration::from_secs(10), "{longest:?}");
    assert_eq!(
        bought.unanswered, 0,
        "the server itself was there all the time"
    );
    assert_eq!(campaign.server().pid(), pid);
    campaign.rest(Instant::now()).await;
    campaign.check(bought).await;
    rested(rest);
}
