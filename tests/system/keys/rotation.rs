//! Key rotation: every value is encrypted with the new key during reads and writes, and a killed run is repeated.

use super::{NEW, OLD, base64, fill, with_keys};
use crate::harness::{Client, TestApp};
use platform::Ctx;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use system::keys::rotation;
use wire::accounts::users::UserRole;

/// Reads users until the test stops it; returns the number of reads and the errors.
async fn read_until_stopped(
    client: Client,
    ids: Vec<wire::UserId>,
    stop: Arc<AtomicBool>,
) -> (usize, Vec<String>) {
    let (mut reads, mut failed) = (0, Vec::new());
    for id in ids.iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let answer = client.get(&format!("/v1/users/{id}")).await;
        reads += 1;
        if answer.status != 200 {
            failed.push(answer.text());
        }
    }
    (reads, failed)
}

/// Renames users until the test stops it; returns the names of successful edits.
async fn write_until_stopped(
    client: Client,
    ids: Vec<wire::UserId>,
    stop: Arc<AtomicBool>,
) -> Vec<(wire::UserId, String)> {
    let mut written = Vec::new();
    for (number, id) in ids.iter().cycle().enumerate() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let page = format!("/v1/users/{id}");
        let version = client.get(&page).await.expect(200)["version"]
            .as_i64()
            .unwrap();
        let name = format!("Name{number}");
        client
            .patch(&page, version, json!({ "first_name": name }))
            .await
            .expect(200);
        written.retain(|(known, _)| known != id);
        written.push((*id, name));
    }
    written
}

async fn status(ctx: &Ctx) -> Value {
    let keys = ctx.keys.clone();
    let shown = ctx
        .db
        .read(move |conn| system::keys::show(conn, &keys))
        .await
        .expect("the keys are shown");
    serde_json::to_value(shown).unwrap()
}

#[actix_web::test]
async fn key_rotation_reencrypts_during_reads_and_writes() {
    const PEOPLE: usize = 1500;
    let app = TestApp::with_env(&[(
        "SEALING_KEYS",
        &format!("1:{},2:{}", base64(&OLD), base64(&NEW)),
    )])
    .await;
    let admin = app.as_role(UserRole::SuperAdmin);
    fill(&app);
    let people: Vec<_> = app.given(|given| {
        (0..PEOPLE)
            .map(|_| given.user(UserRole::Customer))
            .collect()
    });
    app.execute("UPDATE users SET updated_at = '2026-01-01', version = 1");
    let new = with_keys(&app, &[(1, OLD), (2, NEW)], 2);
    assert_eq!(status(&app.ctx).await["keys"][0]["state"], "current");

    let stop = Arc::new(AtomicBool::new(false));
    let (read, written) = people.split_at(PEOPLE - 40);
    let readers: Vec<_> = read
        .chunks(PEOPLE / 3)
        .map(|part| {
            actix_web::rt::spawn(read_until_stopped(
                admin.clone(),
                part.to_vec(),
                stop.clone(),
            ))
        })
        .collect();
    let writer = actix_web::rt::spawn(write_until_stopped(
        admin.clone(),
        written.to_vec(),
        stop.clone(),
    ));

    // The first run is killed in the middle of a column.
    let dying = {
        let new = new.clone();
        actix_web::rt::spawn(async move {
            let (reached, mut seen) = (Arc::new(tokio::sync::Notify::new()), 0);
            let notify = reached.clone();
            let run = rotation::rotate(&new, move |column, done| {
                seen = if column.column == "email" { done } else { seen };
                if seen >= PEOPLE / 2 {
                    notify.notify_one();
                }
            });
            tokio::select! { _ = run => panic!("it was to be killed"), () = reached.notified() => {} }
        })
    };
    dying.await.expect("it died");
    let half = status(&new).await;
    let of = |status: &Value, key: usize| status["keys"][key]["values"].as_i64().unwrap();
    assert!(of(&half, 0) > 0 && of(&half, 1) > 0, "{half}");
    let done = rotation::rotate(&new, |_, _| ()).await.expect("it goes on");
    assert!(done.values > 0 && done.broken == 0, "{done:?}");

    stop.store(true, Ordering::Relaxed);
    let mut reads = 0;
    for reader in readers {
        let (some, failed) = reader.await.expect("a reader");
        assert!(failed.is_empty(), "{failed:?}");
        reads += some;
    }
    let kept = writer.await.expect("the writer");
    assert!(
        reads > 50 && kept.len() > 3,
        "{reads} reads, {} writes",
        kept.len()
    );

    // Meanwhile the server wrote with the old key: the next run re-encrypts the remaining values.
    rotation::rotate(&new, |_, _| ()).await.expect("the rest");
    let after = status(&new).await;
    assert_eq!(of(&after, 0), 0, "{after}");
    assert_eq!(after["keys"][0]["state"], "unused");
    for (id, name) in kept {
        let user = admin.get(&format!("/v1/users/{id}")).await.expect(200);
        assert_eq!(user["first_name"], name, "no change was lost");
    }
    let untouched = "SELECT count(*) FROM users WHERE updated_at = '2026-01-01' AND version = 1";
    assert!(
        app.count(untouched) >= i64::try_from(read.len()).unwrap(),
        "values, times and versions of the rows do not change"
    );

    let without_old = with_keys(&app, &[(2, NEW)], 2);
    let opened = rotation::check(&without_old, |_, _| ())
        .await
        .expect("checked");
    assert_eq!(opened.broken, 0);
    assert!(opened.values >= 3 * PEOPLE);
    let without_new = with_keys(&app, &[(1, OLD)], 1);
    assert_eq!(
        rotation::check(&without_new, |_, _| ())
            .await
            .expect("checked")
            .values,
        0,
        "the old key decrypts nothing"
    );
    assert_eq!(status(&without_new).await["keys"][1]["state"], "missing");
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'keys.rotate'"),
        2,
        "each finished rotation is audited"
    );
}
