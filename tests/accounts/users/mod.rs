//! Customers and staff: encrypted at rest, searchable, and masked for roles that do not need contact data.

mod bulk;
mod contact;
mod deletion;
mod email;
mod names;
mod phones;
mod profile;
mod revocation;
mod roles;
mod search;
mod separation;
mod status;
mod timeline;
mod undo;
mod unreadable;

use crate::harness::TestApp;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

fn ada() -> Value {
    json!({ "email": "Ada.Lovelace@Example.com", "first_name": "Ada", "last_name": "Lovelace", "phone": "+44 20 7946 0012" })
}

#[actix_web::test]
async fn created_customer_is_encrypted_and_searchable() {
    let app = TestApp::start().await;
    let admin = app.as_admin();

    let answer = admin.post("/v1/users", ada()).await;
    assert_eq!(answer.header("etag"), "\"v1\"");
    let path = answer.header("location").to_owned();
    let made = answer.expect(201);

    assert_eq!(
        path,
        format!("/v1/users/{}", made["id"].as_str().expect("an id"))
    );
    assert_eq!(made["email"], "Ada.Lovelace@Example.com");
    assert_eq!(
        (&made["role"], &made["status"], &made["kyc_status"]),
        (&json!("customer"), &json!("active"), &json!("pending"))
    );
    assert_eq!(app.count("SELECT count(*) FROM users WHERE encode(email, 'escape') ILIKE '%lovelace%' OR encode(last_name, 'escape') ILIKE '%lovelace%'"), 0);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'user.create' AND change::text ILIKE '%lovelace%'"), 0);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'user.create' AND change->'fields' ? 'email'"), 1);
    for q in [
        "ada.lovelace%40example.com",
        "lov",
        "LOVELACE+ada",
        "%2B442079460012",
        "%2B44+20+7946",
    ] {
        let found = admin.get(&format!("/v1/users?q={q}")).await.expect(200);
        assert_eq!(
            found["data"].as_array().map(Vec::len),
            Some(1),
            "{q}: {found}"
        );
        assert_eq!(found["data"][0]["id"], made["id"], "{q}");
    }
    assert_eq!(
        admin.get("/v1/users?q=babbage").await.expect(200)["data"],
        json!([])
    );
}

#[actix_web::test]
async fn email_is_unique_among_active_users() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    admin.post("/v1/users", ada()).await.expect(201);
    let other = json!({ "email": "ADA.LOVELACE@example.com", "first_name": "Augusta", "last_name": "King" });

    let problem = admin.post("/v1/users", other).await.rejects_field("email");

    assert_eq!(problem["errors"][0]["code"], "taken");
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE role = 'customer'"),
        1
    );
}

#[actix_web::test]
async fn support_sees_masked_contact_data_and_revealing_it_is_logged() {
    let app = TestApp::start().await;
    let made = app.as_admin().post("/v1/users", ada()).await.expect(201);
    let (support, place) = (
        app.as_role(UserRole::Support),
        format!("/v1/users/{}", made["id"].as_str().expect("an id")),
    );

    let seen = support.get(&place).await.expect(200);
    let opened = support
        .post(
            &format!("{place}/reveal"),
            json!({ "reason": "Calls back" }),
        )
        .await
        .expect(200);

    assert_eq!(
        (
            &seen["email"],
            &seen["first_name"],
            &seen["last_name"],
            &seen["phone"],
            &seen["is_masked"]
        ),
        (
            &json!("A•••@E•••.com"),
            &json!("A•••"),
            &json!("L•••"),
            &json!("•••12"),
            &json!(true)
        )
    );
    assert_eq!(
        support.get("/v1/users?role=customer").await.expect(200)["data"][0]["email"],
        "A•••@E•••.com"
    );
    assert_eq!(
        (&opened["email"], &opened["is_masked"]),
        (&json!("Ada.Lovelace@Example.com"), &json!(false))
    );
    assert_eq!(app.count("SELECT count(*) FROM pii_access_log WHERE subject_type = 'user' AND reason LIKE 'enc1:%'"), 1);
    assert_eq!(
        app.count(
            "SELECT count(*) FROM audit_log WHERE action = 'user.reveal' AND actor_role = 'support'"
        ),
        1
    );
}

#[actix_web::test]
async fn support_sees_only_customers_and_itself() {
    let app = TestApp::start().await;
    let (support, colleague) = (
        app.as_role(UserRole::Support),
        app.given(|given| given.user(UserRole::Admin)),
    );
    app.given(|given| given.user(UserRole::Customer));

    assert_eq!(support.get("/v1/users").await.expect(200)["total"], 2);
    assert_eq!(
        support
            .get(&format!("/v1/users/{}", support.id()))
            .await
            .expect(200)["is_masked"],
        false
    );
    support
        .get(&format!("/v1/users/{colleague}"))
        .await
        .problem(404, ProblemCode::NotFound);
    support
        .post(&format!("/v1/users/{colleague}/reveal"), json!({}))
        .await
        .problem(404, ProblemCode::NotFound);
}

#[actix_web::test]
async fn customer_sees_only_own_account() {
    let app = TestApp::start().await;
    let (customer, other) = (
        app.as_role(UserRole::Customer),
        app.given(|given| given.user(UserRole::Customer)),
    );

    let list = customer.get("/v1/users").await.expect(200);

    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(list["data"][0]["id"], json!(customer.id()));
    customer
        .get(&format!("/v1/users/{other}"))
        .await
        .problem(404, ProblemCode::NotFound);
    customer
        .post("/v1/users", ada())
        .await
        .problem(403, ProblemCode::Forbidden);
    customer
        .post(&format!("/v1/users/{other}/reveal"), json!({}))
        .await
        .problem(403, ProblemCode::Forbidden);
    app.anonymous()
        .get("/v1/users")
        .await
        .problem(401, ProblemCode::Unauthenticated);
}

#[actix_web::test]
async fn user_edit_requires_the_current_etag() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let made = admin.post("/v1/users", ada()).await.expect(201);
    let path = format!("/v1/users/{}", made["id"].as_str().expect("an id"));

    let edited = admin
        .patch(&path, 1, json!({ "last_name": "King", "phone": null }))
        .await
        .expect(200);

    assert_eq!(
        (
            &edited["first_name"],
            &edited["last_name"],
            &edited["phone"],
            &edited["version"]
        ),
        (&json!("Ada"), &json!("King"), &Value::Null, &json!(2))
    );
    admin
        .patch(&path, 1, json!({ "last_name": "Byron" }))
        .await
        .problem(412, ProblemCode::Stale);
    admin
        .send(reqwest::Method::PATCH, &path, Some(json!({})))
        .await
        .problem(428, ProblemCode::PreconditionRequired);
    admin
        .patch(&path, 2, json!({ "role": "super_admin" }))
        .await
        .rejects_field("role");
    assert_eq!(
        admin.get("/v1/users?q=lovelace").await.expect(200)["total"],
        0,
        "the old name finds no user"
    );
    assert_eq!(admin.get("/v1/users?q=king").await.expect(200)["total"], 1);
}

#[actix_web::test]
async fn only_super_admin_edits_staff() {
    let app = TestApp::start().await;
    let colleague = app.given(|given| given.user(UserRole::Support));
    let path = format!("/v1/users/{colleague}");

    app.as_admin()
        .patch(&path, 1, json!({ "first_name": "Other" }))
        .await
        .problem(403, ProblemCode::Forbidden);
    // Support cannot see staff.
    app.as_role(UserRole::Support)
        .patch(&path, 1, json!({ "first_name": "Other" }))
        .await
        .problem(404, ProblemCode::NotFound);

    assert_eq!(
        app.as_role(UserRole::SuperAdmin)
            .patch(&path, 1, json!({ "first_name": "Other" }))
            .await
            .expect(200)["first_name"],
        "Other"
    );
}

#[actix_web::test]
async fn users_can_be_filtered_sorted_and_exported() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for _ in 0..3 {
        app.given(|given| given.user(UserRole::Customer));
    }

    let first = admin
        .get("/v1/users?role=customer&status=active,suspended&sort=created_at&limit=2")
        .await
        .expect(200);
    let next = first["next"].as_str().expect("a second page");
    let second = admin
        .get(&format!(
            "/v1/users?role=customer&status=active,suspended&sort=created_at&limit=2&after={next}"
        ))
        .await
        .expect(200);
    let by_login = admin.get("/v1/users?sort=-last_login").await.expect(200);

    assert_eq!(
        (
            first["data"].as_array().map(Vec::len),
            second["data"].as_array().map(Vec::len)
        ),
        (Some(2), Some(1))
    );
    assert_eq!(by_login["total"], 4);
    let file = admin.get("/v1/users/export?format=csv&role=customer").await;
    assert_eq!(
        (file.status, file.text().lines().count()),
        (200, 4),
        "{}",
        file.text()
    );
    app.as_role(UserRole::Support)
        .get("/v1/users/export")
        .await
        .problem(403, ProblemCode::Forbidden);
    admin.get("/v1/users?role=king").await.rejects_field("role");
}
