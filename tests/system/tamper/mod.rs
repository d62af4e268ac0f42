//! An attacker with the whole database and without the key cannot change the audit log undetected.

mod tampering;

use crate::harness::TestApp;
use platform::audit::AuditEvent;
use serde_json::json;
use system::audit::{check, jobs};
use wire::{
    Param, ProblemCode,
    accounts::users::UserRole,
    system::audit::{AuditAction, AuditFindingKind, AuditHead, AuditVerification},
};

const TABLES: [&str; 3] = ["audit_log", "pii_access_log", "audit_chain"];

/// Starts a server with audit and access entries, linked, and their head exported.
async fn recorded() -> TestApp {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin);
    let person = app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "L"));
    for number in 0..12 {
        let plan =
            json!({ "name": format!("Plan {number}"), "validity_days": 7, "regions": ["US"] });
        admin.post("/v1/plans", plan).await.expect(201);
    }
    for _ in 0..6 {
        admin
            .post(
                &format!("/v1/users/{person}/reveal"),
                json!({ "reason": "They called" }),
            )
            .await
            .expect(200);
    }
    app.ctx
        .db
        .write(|tx| platform::jobs::enqueue(tx, &system::ExportHead {}))
        .await
        .expect("enqueued");
    assert_eq!(jobs::link(&app.ctx).await.expect("linked"), 24);
    app.run_jobs().await;
    app
}

async fn checked(app: &TestApp) -> AuditVerification {
    check::run(&app.ctx, None).await.expect("the check is made")
}

/// Copies the audit log, so that the test can restore it after each attempt. Only the owner of the tables can do so.
fn save_copies(app: &TestApp) {
    for table in TABLES {
        app.execute(&format!(
            "CREATE TABLE kept_{table} AS SELECT * FROM {table}"
        ));
    }
    for key in ["audit_chain_pkey", "audit_chain_log_entry_id_key"] {
        app.execute(&format!("ALTER TABLE audit_chain DROP CONSTRAINT {key}"));
    }
    app.execute("SET session_replication_role = replica");
}

fn restore_copies(app: &TestApp) {
    for table in TABLES {
        app.execute(&format!("TRUNCATE {table}"));
        app.execute(&format!("INSERT INTO {table} SELECT * FROM kept_{table}"));
    }
}

#[actix_web::test]
async fn audit_log_check_detects_every_tampering() {
    let app = recorded().await;
    let whole = checked(&app).await;
    assert!(whole.is_whole, "{whole:?}");
    assert_eq!((whole.links, whole.compared_with.len()), (24, 1));
    save_copies(&app);

    let tries = tampering::statements();
    assert!(tries.len() >= 100, "{} tries", tries.len());
    let mut missed = Vec::new();
    for statement in &tries {
        app.execute(statement);
        let verdict = checked(&app).await;
        if verdict.is_whole || verdict.findings.is_empty() {
            missed.push(statement);
        }
        restore_copies(&app);
    }
    assert!(
        missed.is_empty(),
        "{} of {}: {missed:#?}",
        missed.len(),
        tries.len()
    );
    let again = checked(&app).await;
    assert!(again.is_whole, "the restored log is intact: {again:?}");
}

#[actix_web::test]
async fn audit_log_check_names_the_tampered_entry() {
    let app = recorded().await;
    save_copies(&app);
    let fifth = "(SELECT entry_id FROM kept_audit_chain WHERE seq = 5)";
    for (statement, kind, seq) in [
        (format!("UPDATE audit_log SET reason = 'x' WHERE id = {fifth}"), AuditFindingKind::Edited, Some(5)),
        (format!("DELETE FROM audit_log WHERE id = {fifth}"), AuditFindingKind::Removed, Some(5)),
        ("DELETE FROM audit_chain WHERE seq BETWEEN 5 AND 7".to_owned(), AuditFindingKind::Gap, Some(5)),
        ("UPDATE audit_chain SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE seq = 5".to_owned(), AuditFindingKind::Reordered, Some(5)),
        ("DELETE FROM audit_chain WHERE seq > 20".to_owned(), AuditFindingKind::Truncated, Some(24)),
        ("INSERT INTO audit_log (id, action, subject_type) VALUES (gen_random_uuid(), 'user.change_role', 'user')".to_owned(), AuditFindingKind::Inserted, None),
    ] {
        app.execute(&statement);
        let verdict = checked(&app).await;
        let first = &verdict.findings[0];
        assert_eq!((first.kind, first.seq), (kind, seq), "{statement}: {verdict:?}");
        assert!(first.message.len() > 10);
        restore_copies(&app);
    }
}

#[actix_web::test]
async fn application_role_can_only_append_to_the_audit_log() {
    let app = recorded().await;
    app.execute("SET ROLE esim_admin_app");
    let first = "(SELECT id FROM audit_log ORDER BY id LIMIT 1)";
    let mut refused = 0;
    for (table, key, column) in [
        ("audit_log", "id", "reason = 'x'"),
        ("pii_access_log", "id", "reason = 'x'"),
        ("audit_chain", "seq", "hash = ''"),
        ("setting_history", "id", "value = 'x'"),
        ("esim_state_history", "id", "reason = 'x'"),
    ] {
        for statement in [
            format!("UPDATE {table} SET {column}"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
            format!("ALTER TABLE {table} DISABLE TRIGGER ALL"),
            format!("DROP TABLE {table}"),
            format!("SELECT {key} FROM {table} FOR UPDATE"),
        ] {
            let outcome = app.given(|given| {
                use diesel::RunQueryDsl;
                diesel::sql_query(&statement).execute(given.conn())
            });
            let why = outcome.expect_err(&statement).to_string();
            assert!(
                why.contains("permission denied") || why.contains("must be owner"),
                "{statement}: {why}"
            );
            refused += 1;
        }
    }
    for statement in [
        "SET session_replication_role = replica".to_owned(),
        format!("DELETE FROM audit_log_default WHERE id = {first}"),
        "UPDATE audit_log_2026_11 SET reason = 'x'".to_owned(),
    ] {
        let outcome = app.given(|given| {
            use diesel::RunQueryDsl;
            diesel::sql_query(&statement).execute(given.conn())
        });
        assert!(outcome.is_err(), "{statement}");
        refused += 1;
    }
    assert_eq!(refused, 33);
    app.execute("RESET ROLE");
    assert!(checked(&app).await.is_whole);
}

#[actix_web::test]
async fn audit_readers_can_verify_the_audit_log() {
    let app = recorded().await;
    let admin = app.as_admin();
    let verdict = admin.post("/v1/audit/verify", json!({})).await.expect(200);
    assert_eq!(
        (&verdict["is_whole"], &verdict["links"]),
        (&json!(true), &json!(24))
    );
    let noted = format!(
        "{}:{}",
        verdict["head"]["seq"],
        verdict["head"]["hash"].as_str().unwrap()
    );
    let acts = admin.get("/v1/audit?action=audit.verify").await.expect(200);
    assert_eq!(acts["total"], 1);
    assert_eq!(
        acts["data"][0]["change"],
        json!({ "is_whole": true, "links": 24, "found": 0 })
    );
    assert_eq!(acts["data"][0]["is_linked"], false, "it was made just now");

    // Without a body, and with a head that a caller has noted.
    let again = admin
        .send(reqwest::Method::POST, "/v1/audit/verify", None)
        .await
        .expect(200);
    assert_eq!(
        (&again["links"], &again["newly_linked"]),
        (&json!(25), &json!(1))
    );
    app.execute("SET session_replication_role = replica");
    app.execute(
        "DELETE FROM audit_log WHERE id IN (SELECT entry_id FROM audit_chain WHERE seq > 20)",
    );
    app.execute("DELETE FROM audit_chain WHERE seq > 20");
    let verdict = admin
        .post("/v1/audit/verify", json!({ "head": noted }))
        .await
        .expect(200);
    assert_eq!(verdict["is_whole"], false);
    assert_eq!(verdict["findings"][0]["kind"], "truncated");
    for head in ["", "24", "24:xyz"] {
        admin
            .post("/v1/audit/verify", json!({ "head": head }))
            .await
            .rejects_field("head");
    }
    app.as_role(UserRole::Support)
        .post("/v1/audit/verify", json!({}))
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn late_commits_are_linked_into_the_chain() {
    let app = recorded().await;
    let actor = platform::Actor::system(&app.ctx);
    // The entry is written an hour before it is committed: later entries are linked by then.
    app.ctx
        .db
        .write(move |tx| {
            let act = AuditEvent::of_kind(AuditAction::PlanEdit, "plan");
            platform::audit::record(tx, &actor, act)
        })
        .await
        .expect("recorded");
    let admin = app.as_admin();
    let made = json!({ "name": "Later", "validity_days": 7, "regions": ["US"] });
    admin.post("/v1/plans", made).await.expect(201);
    assert_eq!(jobs::link(&app.ctx).await.expect("linked"), 2);
    assert_eq!(jobs::link(&app.ctx).await.expect("linked"), 0);
    app.execute("SET session_replication_role = replica");
    app.execute("DELETE FROM audit_chain WHERE seq > 24");
    let verdict = checked(&app).await;
    assert!(
        verdict.is_whole,
        "they were linked after the head was exported: {verdict:?}"
    );
    assert_eq!((verdict.links, verdict.newly_linked), (26, 2));
}

#[actix_web::test]
async fn mismatching_head_is_not_overwritten() {
    let app = recorded().await;
    let export = || async {
        app.ctx
            .db
            .write(|tx| platform::jobs::enqueue(tx, &system::ExportHead {}))
            .await
            .expect("enqueued");
        app.run_jobs().await;
    };
    app.execute("SET session_replication_role = replica");
    app.execute(
        "DELETE FROM audit_log WHERE id IN (SELECT entry_id FROM audit_chain WHERE seq > 20)",
    );
    app.execute("DELETE FROM pii_access_log");
    app.execute("DELETE FROM audit_chain WHERE seq > 10");
    let admin = app.as_admin();
    for number in 0..30 {
        let plan =
            json!({ "name": format!("More {number}"), "validity_days": 7, "regions": ["US"] });
        admin.post("/v1/plans", plan).await.expect(201);
    }
    jobs::link(&app.ctx).await.expect("linked");
    export().await;
    let verdict = checked(&app).await;
    assert_eq!(
        verdict.compared_with[0].seq, 24,
        "the earlier exported head is kept"
    );
    assert_eq!(verdict.findings[0].kind, AuditFindingKind::Truncated);
}

#[actix_web::test]
async fn audit_command_reports_tampering() {
    let app = recorded().await;
    let run = |arguments: &[&str]| {
        let output = crate::harness::command(&app.database.url(), &[])
            .args(arguments)
            .output()
            .expect("it runs");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (good, head, _) = run(&["audit", "head"]);
    assert!(good && AuditHead::parse(&head).is_ok(), "{head}");
    let (good, output, why) = run(&["audit", "verify", "--head", &head]);
    assert!(
        good && output.contains("The audit log is intact: 24 entries"),
        "{output}{why}"
    );
    app.execute("SET session_replication_role = replica");
    app.execute("UPDATE audit_log SET reason = 'x' WHERE id = (SELECT id FROM audit_log LIMIT 1)");
    let (good, _, output) = run(&["audit", "verify"]);
    assert!(
        !good && output.contains("TAMPERED") && output.contains("edited"),
        "{output}"
    );
}
