//! The access log of personal data: exports, profiles and searches.

use crate::harness::TestApp;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use wire::{Permission, accounts::users::UserRole};

fn people(app: &TestApp, count: u32) {
    for _ in 0..count {
        app.given(|given| given.user(UserRole::Customer));
    }
}

/// Returns the newest entry of the access log that matches a query.
async fn newest(app: &TestApp, query: &str) -> Value {
    let boss = app.as_role(UserRole::SuperAdmin);
    let list = boss.get(&format!("/v1/audit/access?{query}")).await;
    list.expect(200)["data"][0].clone()
}

#[actix_web::test]
async fn export_of_personal_data_is_logged_with_rows_and_filters() {
    let app = TestApp::start().await;
    people(&app, 5);
    let admin = app.as_admin();

    let file = admin
        .get("/v1/users/export?role=customer&status=active")
        .await;
    assert_eq!(file.text().lines().count(), 6);

    let line = newest(&app, "field=export").await;
    assert_eq!(
        (&line["actor_id"], &line["subject_type"], &line["detail"]),
        (
            &json!(admin.id()),
            &json!("user"),
            &json!({ "rows": 5, "rows_are_exact": true, "filtered_by": ["status", "role"] })
        )
    );
    let recorded = "SELECT count(*) FROM audit_log WHERE action = 'list.export' AND (change->>'rows')::int = 5";
    assert_eq!(app.count(recorded), 1);
    for export in [
        "orders",
        "invoices",
        "refunds",
        "kyc",
        "notifications",
        "reconciliation",
        "promotion-redemptions",
    ] {
        admin.get(&format!("/v1/{export}/export")).await;
    }
    assert_eq!(
        app.count("SELECT count(*) FROM pii_access_log WHERE field = 'export'"),
        8
    );
    admin.get("/v1/plans/export").await;
    assert_eq!(
        app.count("SELECT count(*) FROM pii_access_log WHERE field = 'export'"),
        8
    );
    let boss = app.as_role(UserRole::SuperAdmin);
    let whole = boss.post("/v1/audit/verify", json!({})).await.expect(200);
    assert_eq!(whole["is_whole"], true, "{whole}");
}

#[actix_web::test]
async fn profile_view_is_logged_once_an_hour() {
    let app = TestApp::start().await;
    let began = Utc::now();
    app.ctx.clock.set(began);
    let (admin, colleague) = (app.as_admin(), app.as_admin());
    let id = app.given(|given| given.user(UserRole::Customer));
    let path = format!("/v1/users/{id}");
    let lines = || {
        app.count(&format!(
            "SELECT count(*) FROM pii_access_log WHERE field = 'profile' AND subject_id = '{id}'"
        ))
    };

    for _ in 0..3 {
        admin.get(&path).await.expect(200);
    }
    assert_eq!(lines(), 1);
    colleague.get(&path).await.expect(200);
    assert_eq!(lines(), 2);
    app.ctx.clock.set(began + TimeDelta::minutes(9));
    admin.get(&path).await.expect(200);
    assert_eq!(lines(), 2);
    app.ctx.clock.set(began);
    // The caller's own profile, masked profiles, customers and API clients are not logged.
    admin
        .get(&format!("/v1/users/{}", admin.id()))
        .await
        .expect(200);
    app.as_role(UserRole::Support).get(&path).await.expect(200);
    app.as_user(id).get(&path).await.expect(200);
    let (client, shop) = app.as_client(&[Permission::UsersRead]);
    let theirs = app.given(|given| given.customer_of(client));
    shop.get(&format!("/v1/users/{theirs}")).await.expect(200);
    assert_eq!(
        app.count("SELECT count(*) FROM pii_access_log WHERE field = 'profile'"),
        2
    );
    // A user that does not exist is not logged.
    let unknown = format!("/v1/users/{}", wire::UserId::new());
    assert_eq!(admin.get(&unknown).await.status, 404);
    assert_eq!(
        app.count("SELECT count(*) FROM pii_access_log WHERE field = 'profile'"),
        2
    );
}

#[actix_web::test]
async fn search_for_a_full_email_is_logged_for_the_user_found() {
    let app = TestApp::start().await;
    let id =
        app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    let support = app.as_role(UserRole::Support);
    let lines = || {
        app.count(&format!("SELECT count(*) FROM pii_access_log WHERE field = 'search' AND subject_id = '{id}' AND actor_id = '{}'", support.id()))
    };

    for vague in ["ada", "lovelace", "%40example.com", "unknown%40example.com"] {
        support
            .get(&format!("/v1/users?q={vague}"))
            .await
            .expect(200);
    }
    assert_eq!(lines(), 0);
    let found = support
        .get("/v1/users?q=ADA%40example.com")
        .await
        .expect(200);
    assert_eq!(found["total"], 1);
    assert_eq!(lines(), 1);
    support
        .get("/v1/search?q=ada%40example.com")
        .await
        .expect(200);
    assert_eq!(lines(), 1, "one line an hour");
    let admin = app.as_admin();
    admin
        .get("/v1/search?q=ada%40example.com")
        .await
        .expect(200);
    let theirs = format!(
        "SELECT count(*) FROM pii_access_log WHERE field = 'search' AND actor_id = '{}'",
        admin.id()
    );
    assert_eq!(app.count(&theirs), 1);
}
