//! The audit log of every action: actor, action and time, never a secret.

use crate::harness::TestApp;
use serde_json::json;
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn audit_entry_names_the_actor() {
    let app = TestApp::start().await;
    let admin = app.as_user(
        app.given(|given| given.person(UserRole::Admin, "grace@example.com", "Grace", "Hopper")),
    );
    let made = admin
        .with("x-request-id", "request-4711")
        .post(
            "/v1/users",
            json!({ "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace" }),
        )
        .await
        .expect(201);

    let list = admin
        .get(&format!(
            "/v1/audit?action=user.create&subject_id={}",
            made["id"].as_str().expect("an id")
        ))
        .await
        .expect(200);

    assert_eq!(list["total"], 1);
    let entry = &list["data"][0];
    assert_eq!(
        (&entry["actor"], &entry["actor_id"], &entry["actor_role"]),
        (&json!("Grace Hopper"), &json!(admin.id()), &json!("admin"))
    );
    assert_eq!(
        (
            &entry["subject_type"],
            &entry["subject_id"],
            &entry["request_id"]
        ),
        (&json!("user"), &made["id"], &json!("request-4711"))
    );
    assert!(
        !entry.to_string().contains("Lovelace") && !entry.to_string().contains("ada@"),
        "{entry}"
    );
    let address = format!("/v1/audit/{}", entry["id"].as_str().expect("an id"));
    assert_eq!(&admin.get(&address).await.expect(200), entry);
    admin
        .get("/v1/audit/00000000-0000-7000-8000-000000000000")
        .await
        .problem(404, ProblemCode::NotFound);
    app.as_role(UserRole::Support)
        .get(&address)
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn audit_log_can_be_filtered_and_exported() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    admin.get("/v1/users/export").await.expect(200);
    admin.get("/v1/users/export").await.expect(200);
    let me = admin.id();

    assert_eq!(
        admin
            .get(&format!("/v1/audit?actor_id={me}&action=list.export"))
            .await
            .expect(200)["total"],
        2
    );
    assert_eq!(
        admin
            .get("/v1/audit?created_at_to=2020-01-01T00:00:00Z")
            .await
            .expect(200)["total"],
        0
    );
    let file = admin.get("/v1/audit/export").await;
    assert_eq!(
        (file.status, file.text().lines().count()),
        (200, 4),
        "{}",
        file.text()
    );
    admin
        .get("/v1/audit?sort=action")
        .await
        .rejects_field("sort");
}

#[actix_web::test]
async fn entry_with_a_former_name_is_found_and_shown_under_its_action() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    app.execute("INSERT INTO audit_log (id, action, subject_type) VALUES (gen_random_uuid(), 'provisioning.ask', 'order'), (gen_random_uuid(), 'provisioning.request', 'order')");

    for filter in [
        "provisioning.request",
        "provisioning.ask",
        "provisioning.r*",
    ] {
        let list = admin
            .get(&format!("/v1/audit?action={filter}"))
            .await
            .expect(200);
        assert_eq!(list["total"], 2, "{filter}");
        for entry in list["data"].as_array().expect("entries") {
            assert_eq!(entry["action"], "provisioning.request", "{filter}");
        }
    }
}

#[actix_web::test]
async fn only_administrators_read_the_audit_log() {
    let app = TestApp::start().await;
    for role in [UserRole::Support, UserRole::Customer] {
        app.as_role(role)
            .get("/v1/audit")
            .await
            .problem(403, ProblemCode::Forbidden);
    }
    app.as_role(UserRole::SuperAdmin)
        .get("/v1/audit")
        .await
        .expect(200);
}

#[actix_web::test]
async fn audit_log_can_be_filtered_by_action_request_and_client() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = json!({ "name": "A", "validity_days": 7, "regions": ["US"] });
    let made = admin
        .with("x-request-id", "request-0815")
        .post("/v1/plans", plan)
        .await
        .expect(201);
    let page = format!("/v1/plans/{}", made["id"].as_str().unwrap());
    admin
        .patch(&page, 1, json!({ "name": "B" }))
        .await
        .expect(200);
    app.execute("INSERT INTO api_clients (id, name, mode, scopes) VALUES ('0192f0c1-2b5e-7000-8000-00000000000c', 'Shop', 'live', '[\"plans:read\"]')");
    app.execute("INSERT INTO audit_log (id, action, subject_type, client_id) VALUES (gen_random_uuid(), 'planet.visit', 'planet', '0192f0c1-2b5e-7000-8000-00000000000c')");

    for (filter, total) in [
        ("action=plan.create", 1),
        ("action=plan.*", 2),
        ("action=plan*", 3),
        ("action=*", 3),
        ("action=plan_*", 0),
        ("action=%25", 0),
        ("request_id=request-0815", 1),
        ("client_id=0192f0c1-2b5e-7000-8000-00000000000c", 1),
        ("client_id=0192f0c1-2b5e-7000-8000-00000000000d", 0),
    ] {
        let list = admin.get(&format!("/v1/audit?{filter}")).await.expect(200);
        assert_eq!(list["total"], total, "{filter}");
    }
    let list = admin.get("/v1/audit?action=planet.visit").await.expect(200);
    let entry = &list["data"][0];
    assert_eq!(
        (&entry["client"], &entry["actor"], &entry["is_linked"]),
        (&json!("Shop"), &json!(null), &json!(false))
    );
}

#[actix_web::test]
async fn access_log_can_be_read_and_exported() {
    let app = TestApp::start().await;
    let (admin, support) = (app.as_admin(), app.as_role(UserRole::Support));
    let (ada, plan) = app.given(|given| {
        let ada = given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
        (ada, given.plan("9.90"))
    });
    let esim = app.given(|given| given.stock(plan).0);
    support
        .with("x-request-id", "request-4712")
        .post(
            &format!("/v1/users/{ada}/reveal"),
            json!({ "reason": "They called" }),
        )
        .await
        .expect(200);
    admin
        .post(&format!("/v1/esims/{esim}/reveal"), json!({}))
        .await
        .expect(200);

    let list = admin.get("/v1/audit/access").await.expect(200);
    assert_eq!(list["total"], 2);
    let entry = &list["data"][1];
    assert_eq!(
        (
            &entry["actor_id"],
            &entry["subject_type"],
            &entry["subject_id"],
            &entry["reason"],
            &entry["request_id"],
            &entry["is_linked"]
        ),
        (
            &json!(support.id()),
            &json!("user"),
            &json!(ada),
            &json!("They called"),
            &json!("request-4712"),
            &json!(false)
        )
    );
    assert!(entry["field"].as_str().unwrap().contains("email"));
    system::audit::jobs::link(&app.ctx).await.expect("linked");
    assert_eq!(
        admin.get("/v1/audit/access").await.expect(200)["data"][0]["is_linked"],
        true
    );

    for (filter, total) in [
        (format!("actor_id={}", support.id()), 1),
        ("subject_type=esim".to_owned(), 1),
        (format!("subject_id={esim}"), 1),
        ("field=activation_code".to_owned(), 1),
        ("request_id=request-4712".to_owned(), 1),
        ("created_at_to=2020-01-01T00:00:00Z".to_owned(), 0),
    ] {
        let list = admin
            .get(&format!("/v1/audit/access?{filter}"))
            .await
            .expect(200);
        assert_eq!(list["total"], total, "{filter}");
    }
    let file = admin.get("/v1/audit/access/export").await;
    assert_eq!(file.text().lines().count(), 3);
    assert!(!file.text().contains("Lovelace"));
    support
        .get("/v1/audit/access")
        .await
        .problem(403, ProblemCode::Forbidden);
}
