//! Sudden death: of the server at any point of a sale, and of PostgreSQL under load.

use crate::harness::{Client, ServerProcess, keys};
use cluster::Cluster;
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt,
};
use integrations::Simulator;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};
use testkit::{Given, TestDatabase};
use uuid::Uuid;
use wire::{PlanId, UserId, accounts::users::UserRole};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(conn: &mut PgConnection, query: &str) -> i64 {
    sql_query(query).get_result::<Count>(conn).unwrap().count
}

/// Sends an order again and again under one key until it is answered, as a careful shop front does.
async fn order(client: &Client, plan: PlanId, user: UserId, key: &str) -> Value {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        let answer = client
            .with("idempotency-key", key)
            .try_post("/v1/orders", json!({ "user_id": user, "plan_id": plan }))
            .await;
        match answer {
            Some(answer) if answer.status == 201 => return answer.json(),
            Some(answer) => assert!(matches!(answer.status, 409 | 503), "{}", answer.text()),
            None => {}
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the order was never answered");
}

/// Waits until nothing more happens by itself.
async fn settled(conn: &mut PgConnection) {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(120) {
        // A dead worker's lease would run out by itself; tests do not wait a minute for it.
        sql_query("UPDATE jobs SET lease_until = now() - interval '1 second' WHERE status = 'running' AND lease_until < now() + interval '50 seconds'").execute(conn).unwrap();
        sql_query(
            "UPDATE jobs SET run_at = now() WHERE status = 'queued' AND kind <> 'orders.expire'",
        )
        .execute(conn)
        .unwrap();
        if count(
            conn,
            "SELECT count(*) FROM orders WHERE status IN ('pending_payment', 'paid', 'provisioning')",
        ) == 0
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("orders still move after {:?}", began.elapsed());
}

#[actix_web::test]
async fn a_server_killed_at_any_point_of_a_sale_loses_nothing_and_does_nothing_twice() {
    const SALES: usize = 12;
    let database = TestDatabase::migrated();
    let url = database.url();
    let mut given = Given::new(database.connect(), keys(&url));
    let plan = given.plan("9.90");
    for _ in 0..SALES / 2 {
        given.stock(plan);
    }
    let provider = given.provider("Simulated", 1);
    given.offer(plan, provider, "eu-5gb");
    let customer = given.user(UserRole::Customer);
    let journal = std::env::temp_dir().join(format!("journal-{}", Uuid::now_v7().simple()));
    let journal = journal.to_str().unwrap();
    let environment = [
        ("PAYMENT_SIMULATOR", "succeed"),
        ("PROVIDER_SIMULATOR_JOURNAL", journal),
    ];
    let mut server = ServerProcess::start(&url, &environment).await;
    let admin = server.sign_in(&mut given, UserRole::Admin);

    // Each sale is cut at another moment: before the answer, at the gateway, while provisioning, after the delivery.
    for number in 0..SALES {
        let key = Uuid::new_v4().to_string();
        let sale = {
            let (admin, key) = (admin.clone(), key.clone());
            actix_web::rt::spawn(async move { order(&admin, plan, customer, &key).await })
        };
        tokio::time::sleep(Duration::from_millis(
            u64::try_from(number * number * 3).unwrap(),
        ))
        .await;
        server.kill_and_restart().await;
        sale.await.expect("the order is answered in the end");
    }
    settled(given.conn()).await;

    let conn = given.conn();
    assert_eq!(
        count(conn, "SELECT count(*) FROM orders"),
        i64::try_from(SALES).unwrap(),
        "none lost, none doubled"
    );
    assert_eq!(
        count(
            conn,
            "SELECT count(*) FROM orders WHERE status NOT IN ('fulfilled', 'needs_review', 'failed')"
        ),
        0
    );
    assert_eq!(
        count(
            conn,
            "SELECT count(*) FROM orders WHERE status IN ('needs_review', 'failed') AND coalesce(status_reason, '') = ''"
        ),
        0,
        "stuck with its reason"
    );
    assert!(
        count(
            conn,
            "SELECT count(*) FROM orders WHERE status = 'fulfilled'"
        ) >= i64::try_from(SALES).unwrap() - 1
    );
    assert_eq!(
        count(conn, "SELECT count(*) FROM transactions"),
        i64::try_from(SALES).unwrap()
    );
    assert_eq!(
        count(
            conn,
            "SELECT count(*) FROM (SELECT order_id FROM esim_bundles GROUP BY order_id HAVING count(*) > 1) doubled"
        ),
        0
    );
    assert_eq!(
        count(
            conn,
            "SELECT count(*) FROM (SELECT esim_id FROM esim_bundles GROUP BY esim_id HAVING count(*) > 1) shared"
        ),
        0
    );
    let unrecorded = "SELECT count(*) FROM orders o WHERE status = 'fulfilled' AND (SELECT count(*) FROM audit_log a WHERE a.subject_id = o.id AND action IN ('order.place', 'order.pay', 'order.fulfil')) <> 3";
    assert_eq!(count(conn, unrecorded), 0, "every act is on record, once");
    assert_eq!(
        count(conn, "SELECT count(*) FROM esims WHERE user_id IS NOT NULL"),
        count(conn, "SELECT count(*) FROM esim_bundles"),
        "no eSIM was taken for nothing"
    );

    // What the provider was asked for, by its own memory: each eSIM that it sold is with its customer, none was
    // bought twice, and none was bought and forgotten.
    let purchases = Simulator::with_journal(journal).unwrap().purchases();
    std::fs::remove_file(journal).unwrap();
    assert!(purchases.values().all(|&times| times == 1), "{purchases:?}");
    assert_eq!(
        i64::try_from(purchases.len()).unwrap(),
        count(
            conn,
            "SELECT count(*) FROM esims WHERE provider_ref LIKE 'SIM-%' AND user_id IS NOT NULL"
        ),
        "{purchases:?}"
    );
}

/// A cluster on a thread that lives as long as it must; killed and revived on demand.
fn killable() -> (String, mpsc::Sender<()>, mpsc::Receiver<()>) {
    let ((tell, told), (ask, asked), (done, finished)) =
        (mpsc::channel(), mpsc::channel::<()>(), mpsc::channel());
    thread::spawn(move || {
        let dir = cluster::place(
            &std::env::temp_dir().join(format!("esim-admin-crash-{}", Uuid::now_v7().simple())),
        )
        .unwrap();
        let mut cluster = Cluster::throwaway(&dir).unwrap();
        tell.send(cluster.url("postgres")).unwrap();
        while asked.recv().is_ok() {
            std::process::Command::new("kill")
                .args(["-9", &cluster.pid().to_string()])
                .status()
                .unwrap();
            thread::sleep(Duration::from_secs(1));
            cluster.revive().unwrap();
            done.send(()).unwrap();
        }
        drop(cluster);
        let _ = cluster::erase(&dir);
    });
    (told.recv().unwrap(), ask, finished)
}

#[actix_web::test]
async fn a_killed_database_is_answered_with_503_and_the_server_recovers_by_itself() {
    let (url, kill, revived) = killable();
    platform::migrations::run(&url).unwrap();
    let mut given = Given::new(PgConnection::establish(&url).unwrap(), keys(&url));
    let plan = given.plan("9.90");
    let server = ServerProcess::start(&url, &[("PAYMENT_SIMULATOR", "silent")]).await;
    let admin = server.sign_in(&mut given, UserRole::Admin);
    let customer = given.user(UserRole::Customer);
    let pid = server.pid();

    let stop = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..8)
        .map(|_| {
            let (admin, stop) = (admin.clone(), stop.clone());
            actix_web::rt::spawn(async move {
                let mut seen = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    seen.push((
                        admin
                            .try_get(&format!("/v1/plans/{plan}"))
                            .await
                            .map(|answer| answer.status),
                        began.elapsed(),
                    ));
                }
                seen
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    kill.send(()).unwrap();
    let revived = actix_web::web::block(move || {
        revived.recv().unwrap();
        Instant::now()
    })
    .await
    .unwrap();
    order(&admin, plan, customer, "after-the-outage").await;
    assert!(
        revived.elapsed() < Duration::from_secs(10),
        "writes again after {:?}",
        revived.elapsed()
    );
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.store(true, Ordering::Relaxed);

    let mut statuses = Vec::new();
    for task in load {
        for (status, took) in task.await.unwrap() {
            assert!(matches!(status, Some(200 | 503)), "{status:?}");
            assert!(took < Duration::from_secs(10), "an answer took {took:?}");
            statuses.push(status);
        }
    }
    assert!(statuses.contains(&Some(503)), "the outage was noticed");
    assert_eq!(statuses.last(), Some(&Some(200)));
    assert_eq!(server.pid(), pid);
    drop(kill);
}
