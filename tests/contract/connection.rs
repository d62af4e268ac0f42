//! The connection to the database: the role of the server, the log when the database cannot be reached, and the answers
//! while the database is busy or down.

use crate::harness::{Answer, TestApp, command, free_port};
use actix_web::ResponseError;
use diesel::{RunQueryDsl, connection::SimpleConnection, sql_query};
use platform::{Error, Result, db::Conn};
use std::{
    io::{BufRead, BufReader, Read},
    process::Stdio,
    sync::mpsc,
    thread,
    time::Duration,
};
use testkit::TestDatabase;
use wire::ProblemCode;

#[derive(diesel::QueryableByName)]
pub(super) struct Who {
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub(super) name: String,
}

fn who(conn: &mut Conn) -> Result<String> {
    let who: Who = sql_query("SELECT current_user::text AS name").get_result(conn)?;
    Ok(who.name)
}

#[actix_web::test]
async fn statements_run_as_the_application_role() {
    let app = TestApp::start().await;
    let read = app.ctx.db.read(who).await.expect("a read");
    let wrote = app
        .ctx
        .db
        .write(|tx| who(tx.conn()))
        .await
        .expect("a write");
    assert_eq!(
        (read.as_str(), wrote.as_str()),
        ("esim_admin_app", "esim_admin_app")
    );
    // Each transaction sets the role, whatever the session has.
    for number in 0..16 {
        let undone = app
            .ctx
            .db
            .read(|conn| Ok(sql_query("RESET ROLE").execute(conn)?))
            .await;
        undone.expect("the session's role is taken away");
        let wrote = app
            .ctx
            .db
            .write(|tx| who(tx.conn()))
            .await
            .expect("a write");
        assert_eq!(wrote, "esim_admin_app", "{number}");
    }
}

#[actix_web::test]
async fn server_is_unavailable_when_its_role_owns_tables() {
    for statement in [
        "ALTER TABLE plans OWNER TO esim_admin_app",
        "ALTER TABLE audit_log OWNER TO esim_admin_app",
    ] {
        let app = TestApp::start().await;
        app.execute(statement);
        let beside = app.second_server(&[]);
        let answer = beside.anonymous().get("/health/ready").await;
        answer.problem(503, ProblemCode::Unavailable);
        let answer = beside.as_admin().get("/v1/plans").await;
        answer.problem(503, ProblemCode::Unavailable);
    }
}

/// Begins a transaction of the test, which keeps the locks of its statement.
fn begin(app: &TestApp, statement: &str) {
    app.given(|given| {
        let begun = given.conn().batch_execute(&format!("BEGIN; {statement}"));
        begun.expect("it is locked");
    });
}

async fn fails_with(app: &TestApp, statement: &'static str) -> Error {
    let done = app
        .ctx
        .db
        .write(move |tx| Ok(sql_query(statement).execute(tx.conn())?));
    done.await.expect_err(statement)
}

#[actix_web::test]
async fn temporary_database_errors_return_503() {
    let app = TestApp::start().await;
    let plan = app.given(|given| given.plan("9.90"));
    begin(
        &app,
        &format!("SELECT 1 FROM plans WHERE id = '{plan}' FOR UPDATE"),
    );
    for statement in [
        "SELECT 1 FROM plans FOR UPDATE NOWAIT",
        "DO $$ BEGIN SET LOCAL lock_timeout = '20ms'; PERFORM 1 FROM plans FOR UPDATE; END $$",
        "DO $$ BEGIN SET LOCAL lock_timeout = '20ms'; LOCK TABLE plans; END $$",
        "DO $$ BEGIN RAISE serialization_failure; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'sorry, too many clients already' USING ERRCODE = '53300'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'remaining connection slots are reserved for roles' USING ERRCODE = '53300'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'the database system is shutting down' USING ERRCODE = '57P03'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'cannot execute INSERT in a read-only transaction' USING ERRCODE = '25006'; END $$",
    ] {
        let error = fails_with(&app, statement).await;
        let answer = error.error_response();
        assert_eq!(answer.status(), 503, "{statement}: {error}");
        assert!(answer.headers().contains_key("retry-after"), "{statement}");
    }
    app.execute("ROLLBACK");
    let slow = "SELECT set_config('statement_timeout', '50ms', true)";
    let timed_out = app.ctx.db.write(move |tx| {
        sql_query(slow).execute(tx.conn())?;
        Ok(sql_query("SELECT pg_sleep(30)").execute(tx.conn())?)
    });
    let error = timed_out.await.expect_err("a time-out");
    assert_eq!(error.error_response().status(), 503, "{error}");
    // An administrator ends the session.
    let ended = app.ctx.db.write(|tx| {
        sql_query("RESET ROLE").execute(tx.conn())?;
        Ok(sql_query("SELECT pg_terminate_backend(pg_backend_pid())").execute(tx.conn())?)
    });
    let error = ended.await.expect_err("an end");
    assert_eq!(error.error_response().status(), 503, "{error}");
    // A permanent error stays an internal error.
    let error = fails_with(&app, "SELECT 1 / 0").await;
    assert_eq!(error.error_response().status(), 500, "{error}");
    app.as_admin().get("/v1/plans").await.expect(200);
}

fn is_unready(answer: Answer) {
    assert!(!answer.header("retry-after").is_empty());
    answer.problem(503, ProblemCode::Unavailable);
}

#[actix_web::test]
async fn readiness_returns_503_while_the_database_is_busy() {
    let app = TestApp::with_env(&[("METRICS_TOKEN", "of-the-tests")]).await;
    let anonymous = app.anonymous();
    anonymous.get("/health/ready").await.expect(200);
    // The server can neither claim nor count jobs.
    begin(&app, "LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE");
    is_unready(anonymous.get("/health/ready").await);
    let scraper = anonymous.with("authorization", "Bearer of-the-tests");
    assert_eq!(scraper.get("/metrics").await.status, 200);
    // Every connection waits.
    let waiting = futures_util::future::join_all((0..12).map(|_| anonymous.get("/health/ready")));
    waiting.await.into_iter().for_each(is_unready);
    anonymous.get("/health/live").await.expect(200);
    app.execute("ROLLBACK");
    let mut again = anonymous.get("/health/ready").await;
    for _ in 0..20 {
        if again.status == 200 {
            break;
        }
        again = anonymous.get("/health/ready").await;
    }
    again.expect(200);
}

/// Starts a server and returns its log up to the first line that contains a text.
fn log_until(url: &str, until: &str) -> String {
    let port = free_port();
    let more = [
        ("RUST_LOG".to_owned(), "info".to_owned()),
        ("LISTEN".to_owned(), format!("127.0.0.1:{port}")),
    ];
    let mut server = command(url, &more)
        .arg("serve")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let (out, err) = (server.stdout.take().unwrap(), server.stderr.take().unwrap());
    let (sender, receiver) = mpsc::channel();
    let errors = sender.clone();
    let lines = |stream: Box<dyn Read + Send>, sender: mpsc::Sender<String>| {
        thread::spawn(move || {
            for line in BufReader::new(stream)
                .lines()
                .map_while(std::result::Result::ok)
            {
                if sender.send(line).is_err() {
                    return;
                }
            }
        })
    };
    lines(Box::new(out), sender);
    lines(Box::new(err), errors);
    let mut log = Vec::new();
    while let Ok(line) = receiver.recv_timeout(Duration::from_secs(60)) {
        let is_last = line.contains(until);
        log.push(line);
        if is_last || log.len() > 40 {
            break;
        }
    }
    server.kill().expect("it is killed");
    server.wait().expect("it has ended");
    log.join("\n")
}

/// Replaces one parameter of a libpq connection string.
pub(super) fn with(url: &str, name: &str, value: &str) -> String {
    let pairs = url
        .split(' ')
        .filter(|pair| !pair.starts_with(&format!("{name}=")));
    pairs
        .chain([format!("{name}={value}").as_str()])
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn log_says_why_the_database_cannot_be_reached() {
    let database = TestDatabase::migrated();
    let url = database.url();
    let password = url
        .split(' ')
        .find_map(|pair| pair.strip_prefix("password="))
        .unwrap();
    let closed = free_port();
    for (url, reason) in [
        (
            with(&url, "password", "wrong-needle"),
            "password authentication failed",
        ),
        (with(&url, "user", "another_user"), "authentication failed"),
        (
            with(&url, "dbname", "no_such_database"),
            "\"no_such_database\" does not exist",
        ),
        (
            with(
                &with(&url, "host", "127.0.0.1"),
                "port",
                &closed.to_string(),
            ),
            "Connection refused",
        ),
        (
            format!("postgres://app:wrong-needle@127.0.0.1:{closed}/esim"),
            "Connection refused",
        ),
        (
            "postgres://app:wrong-nee@dle@127.0.0.1/esim".to_owned(),
            "must be percent-encoded",
        ),
        (
            "postgres://app:wrong-needle/x@127.0.0.1/esim".to_owned(),
            "must be percent-encoded",
        ),
    ] {
        let log = log_until(&url, reason);
        assert!(log.contains(reason), "{reason}: {log}");
        for secret in [password, "wrong-nee", "dle@", url.as_str()] {
            assert!(!log.contains(secret), "{secret} in {log}");
        }
        let migrated = command(&url, &[]).arg("migrate").output().expect("it runs");
        let output = String::from_utf8_lossy(&migrated.stderr).into_owned();
        assert!(
            !migrated.status.success() && output.contains(reason),
            "{reason}: {output}"
        );
        assert!(
            !output.contains(password) && !output.contains("wrong-nee"),
            "{output}"
        );
    }
}
