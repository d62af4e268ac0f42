//! What operators do from the terminal, and what they watch of a process that only works.

use crate::harness::{Client, TestApp, command};
use serde_json::Value;
use std::{
    net::{SocketAddr, TcpListener},
    process::{Child, Stdio},
    time::{Duration, Instant},
};
use uuid::Uuid;

fn jobs(app: &TestApp, arguments: &[&str]) -> (bool, String) {
    let ran = command(&app.database.url(), &[])
        .arg("jobs")
        .args(arguments)
        .output()
        .expect("it runs");
    let said = [ran.stdout, ran.stderr].concat();
    (
        ran.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// A job that was given up, with a person's data in it.
fn given_up(app: &TestApp, kind: &str, key: &str) -> String {
    let id = Uuid::now_v7().to_string();
    app.execute(&format!(
        "INSERT INTO jobs (id, kind, payload, status, attempts, finished_at, last_error, unique_key, request_id) VALUES \
         ('{id}', '{kind}', '{{\"to\": \"jane@example.com\"}}', 'dead', 12, now(), '550 <jane@example.com> Jane Doe is unknown', '{key}', 'request-{kind}')"
    ));
    id
}

#[actix_web::test]
async fn dead_jobs_are_listed_without_naming_anybody() {
    let app = TestApp::start().await;
    assert_eq!(jobs(&app, &["list"]), (true, "no job is dead\n".to_owned()));
    let (first, second) = (
        given_up(&app, "mail.send", "a"),
        given_up(&app, "orders.expire", "b"),
    );
    let (is_done, said) = jobs(&app, &["list"]);
    assert!(is_done, "{said}");
    for text in [
        &first,
        &second,
        "mail.send",
        "orders.expire",
        "attempts 12",
        "request-mail.send",
        "2 dead",
    ] {
        assert!(said.contains(text), "{text} in {said}");
    }
    for secret in ["jane", "Jane", "Doe", "example.com"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
    let (_, said) = jobs(&app, &["list", "--kind", "mail.send"]);
    assert!(said.contains(&first) && !said.contains(&second), "{said}");
}

#[actix_web::test]
async fn dead_jobs_are_tried_again_or_dropped_and_each_act_is_on_record() {
    let app = TestApp::start().await;
    let again = given_up(&app, "mail.send", "a");
    let gone = given_up(&app, "orders.expire", "b");
    let kept = given_up(&app, "orders.expire", "c");
    let state = |id: &str, status: &str| {
        app.count(&format!(
            "SELECT count(*) FROM jobs WHERE id = '{id}' AND status = '{status}'"
        ))
    };
    let (is_done, said) = jobs(&app, &["retry", &again]);
    assert!(is_done && said.contains("queued again"), "{said}");
    assert_eq!(state(&again, "queued"), 1);
    assert_eq!(
        app.count(&format!(
            "SELECT attempts::bigint AS count FROM jobs WHERE id = '{again}'"
        )),
        0
    );
    let (is_done, said) = jobs(&app, &["drop", &gone]);
    assert!(is_done && said.contains("dropped"), "{said}");
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

    // Only dead jobs, and only once.
    for arguments in [
        ["retry", again.as_str()],
        ["drop", again.as_str()],
        ["drop", gone.as_str()],
    ] {
        let (is_done, said) = jobs(&app, &arguments);
        assert!(!is_done && said.contains("no dead job"), "{said}");
    }
    // Another one like it waits already.
    let twin = given_up(&app, "mail.send", "a");
    let (is_done, said) = jobs(&app, &["retry", &twin]);
    assert!(!is_done && said.contains("waits already"), "{said}");
    assert_eq!(state(&twin, "dead"), 1);
    let (is_done, said) = jobs(&app, &["drop", "--kind", "orders.expire"]);
    assert!(is_done && said.contains(&kept), "{said}");
    assert_eq!((state(&kept, "dead"), state(&twin, "dead")), (0, 1));
    let (is_done, said) = jobs(&app, &["retry"]);
    assert!(!is_done, "nothing was chosen: {said}");
}

struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[actix_web::test]
async fn a_worker_shows_its_health_and_its_metrics() {
    let app = TestApp::start().await;
    given_up(&app, "mail.send", "a");
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let address = SocketAddr::from(([127, 0, 0, 1], port));
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
    let nobody = Client::new(address, None);
    let began = Instant::now();
    let ready: Value = loop {
        match nobody.try_get("/health/ready").await {
            Some(answer) if answer.status == 200 => break answer.json(),
            _ => assert!(
                began.elapsed() < Duration::from_secs(60),
                "the worker is not ready"
            ),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(ready["status"], "ready");
    nobody.get("/health/live").await.expect(200);
    nobody.get("/metrics").await.expect(404);
    let figures = nobody
        .with("authorization", "Bearer of-the-tests")
        .get("/metrics")
        .await;
    assert!(
        figures.text().contains("jobs_waiting{status=\"dead\"} 1"),
        "{}",
        figures.text()
    );
    for path in ["/", "/v1/plans", "/docs/", "/openapi.json"] {
        nobody.get(path).await.expect(404);
    }
    // A second one at the same address says so, instead of working unwatched.
    let second = start().wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(
        !second.status.success() && said.contains("WORKER_LISTEN"),
        "{said}"
    );
}
