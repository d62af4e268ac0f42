//! The hourly maintenance.

use crate::harness::TestApp;
use diesel::RunQueryDsl;

#[actix_web::test]
async fn hourly_maintenance_deletes_old_rows_and_creates_partitions() {
    let app = TestApp::start().await;
    let kept = "SELECT count(*) FROM pg_class WHERE relname LIKE 'audit_log_2%'";
    let months = app.count(kept);
    app.given(|given| {
        for sql in [
            "INSERT INTO jobs (id, kind, status, finished_at) VALUES (gen_random_uuid(), 'old', 'done', now() - interval '8 days'), (gen_random_uuid(), 'new', 'done', now()), (gen_random_uuid(), 'dead', 'dead', now() - interval '1 year')",
            "INSERT INTO idempotency_keys (caller_id, route, key, request_hash, expires_at) VALUES (gen_random_uuid(), 'POST /v1/orders', 'old', '', now() - interval '1 hour')",
            "DO $$ BEGIN EXECUTE format('DROP TABLE %I', 'audit_log_' || to_char(now() AT TIME ZONE 'UTC' + interval '2 months', 'YYYY_MM')); END $$",
        ] { diesel::sql_query(sql).execute(given.conn()).expect("the statement runs"); }
    });

    app.ctx
        .db
        .write(|tx| {
            platform::jobs::enqueue(tx, &system::Housekeeping {})?;
            platform::jobs::enqueue(tx, &accounts::DeleteExpiredSessions {})
        })
        .await
        .expect("enqueued");
    app.run_jobs().await;

    assert_eq!(app.count("SELECT count(*) FROM jobs WHERE kind = 'old'"), 0);
    assert_eq!(
        app.count("SELECT count(*) FROM jobs WHERE kind IN ('new', 'dead')"),
        2
    );
    assert_eq!(app.count("SELECT count(*) FROM jobs WHERE kind IN ('housekeeping', 'sessions.tidy') AND status = 'done'"), 2);
    assert_eq!(app.count("SELECT count(*) FROM idempotency_keys"), 0);
    assert_eq!(app.count(kept), months);
}
