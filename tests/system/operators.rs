//! The commands of operators, and the health and metrics of a worker process.

use crate::harness::{Client, TestApp, command, free_port, run};
use serde_json::Value;
use std::{
    net::SocketAddr,
    process::{Child, Stdio},
    time::{Duration, Instant},
};
use uuid::Uuid;

fn jobs(app: &TestApp, arguments: &[&str]) -> (bool, String) {
    run(&app.database.url(), &[&["jobs"][..], arguments].concat())
}

/// Writes a dead job with personal data in its payload and its error.
fn dead_job(app: &TestApp, kind: &str, key: &str) -> String {
    let id = Uuid::now_v7().to_string();
    app.execute(&format!(
        "INSERT INTO jobs (id, kind, payload, status, attempts, finished_at, last_error, unique_key, request_id) VALUES \
         ('{id}', '{kind}', '{{\"to\": \"jane@example.com\"}}', 'dead', 12, now(), '550 <jane@example.com> Jane Doe is unknown', '{key}', 'request-{kind}')"
    ));
    id
}

#[actix_web::test]
async fn dead_jobs_are_listed_without_personal_data() {
    let app = TestApp::start().await;
    assert_eq!(
        jobs(&app, &["list"]),
        (true, "there are no dead jobs\n".to_owned())
    );
    let (first, second) = (
        dead_job(&app, "mail.send", "a"),
        dead_job(&app, "orders.expire", "b"),
    );
    let (is_done, output) = jobs(&app, &["list"]);
    assert!(is_done, "{output}");
    for text in [
        &first,
        &second,
        "mail.send",
        "orders.expire",
        "attempts 12",
        "request-mail.send",
        "2 dead",
    ] {
        assert!(output.contains(text), "{text} in {output}");
    }
    for secret in ["jane", "Jane", "Doe", "example.com"] {
        assert!(!output.contains(secret), "{secret} in {output}");
    }
    let (_, output) = jobs(&app, &["list", "--kind", "mail.send"]);
    assert!(
        output.contains(&first) && !output.contains(&second),
        "{output}"
    );
}

#[actix_web::test]
async fn dead_jobs_can_be_retried_or_dropped_and_are_audited() {
    let app = TestApp::start().await;
    let again = dead_job(&app, "mail.send", "a");
    let gone = dead_job(&app, "orders.expire", "b");
    let kept = dead_job(&app, "orders.expire", "c");
    let state = |id: &str, status: &str| {
        app.count(&format!(
            "SELECT count(*) FROM jobs WHERE id = '{id}' AND status = '{status}'"
        ))
    };
    let (is_done, output) = jobs(&app, &["retry", &again]);
    assert!(is_done && output.contains("queued again"), "{output}");
    assert_eq!(state(&again, "queued"), 1);
    assert_eq!(
        app.count(&format!(
            "SELECT attempts::bigint AS count FROM jobs WHERE id = '{again}'"
        )),
        0
    );
    let (is_done, output) = jobs(&app, &["drop", &gone]);
    assert!(is_done && output.contains("dropped"), "{output}");
    assert_eq!(
        app.count(&format!("SELECT count(*) FROM jobs WHERE id = '{gone}'")),
        0
    );
    assert_eq!(state(&kept, "dead"), 1);
    for (action, id) in [("job.retry", &again), ("job.drop", &gone)] {
        let entries = format!(
            "SELECT count(*) FROM audit_log WHERE action = '{action}' AND subject_type = 'job' AND subject_id = '{id}' AND change::text NOT LIKE '%jane%'"
        );
        assert_eq!(app.count(&entries), 1, "{action}");
    }

    // Only dead jobs can be retried or dropped, and each only once.
    for arguments in [
        ["retry", again.as_str()],
        ["drop", again.as_str()],
        ["drop", gone.as_str()],
    ] {
        let (is_done, output) = jobs(&app, &arguments);
        assert!(!is_done && output.contains("no dead job"), "{output}");
    }
    // A job with the same unique key is queued.
    let duplicate = dead_job(&app, "mail.send", "a");
    let (is_done, output) = jobs(&app, &["retry", &duplicate]);
    assert!(!is_done && output.contains("is already queued"), "{output}");
    assert_eq!(state(&duplicate, "dead"), 1);
    let (is_done, output) = jobs(&app, &["drop", "--kind", "orders.expire"]);
    assert!(is_done && output.contains(&kept), "{output}");
    assert_eq!((state(&kept, "dead"), state(&duplicate, "dead")), (0, 1));
    let (is_done, output) = jobs(&app, &["retry"]);
    assert!(!is_done, "nothing was chosen: {output}");
}

struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[actix_web::test]
async fn worker_serves_health_and_metrics() {
    let app = TestApp::start().await;
    dead_job(&app, "mail.send", "a");
    let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let more = [
        ("WORKER_LISTEN".to_owned(), address.to_string()),
        ("METRICS_TOKEN".to_owned(), "of-the-tests".to_owned()),
    ];
    let start = || {
        command(&app.database.url(), &more)
            .arg("work")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a worker starts")
    };
    let _worker = Worker(start());
    let anonymous = Client::new(address, None);
    let began = Instant::now();
    let ready: Value = loop {
        match anonymous.try_get("/health/ready").await {
            Some(answer) if answer.status == 200 => break answer.json(),
            _ => assert!(
                began.elapsed() < Duration::from_secs(60),
                "the worker is not ready"
            ),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(ready["status"], "ready");
    anonymous.get("/health/live").await.expect(200);
    anonymous.get("/metrics").await.expect(404);
    let figures = anonymous
        .with("authorization", "Bearer of-the-tests")
        .get("/metrics")
        .await;
    assert!(
        figures.text().contains("jobs_waiting{status=\"dead\"} 1"),
        "{}",
        figures.text()
    );
    for path in ["/", "/v1/plans", "/docs/", "/openapi.json"] {
        anonymous.get(path).await.expect(404);
    }
    // A second worker at the same address fails to start and names the setting.
    let second = start().wait_with_output().expect("it ends");
    let output = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(
        !second.status.success() && output.contains("WORKER_LISTEN"),
        "{output}"
    );
}
