//! Roles: who assigns them, who cannot have them, and when a change applies.

use crate::harness::{Answer, Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use wire::{Permission, ProblemCode, UserId, accounts::users::UserRole};

async fn appoint(client: &Client, id: UserId, role: &str) -> Answer {
    let body = json!({ "role": role, "reason": "A new post" });
    let path = format!("/v1/users/{id}/role");
    client.send(Method::PUT, &path, Some(body)).await
}

#[actix_web::test]
async fn super_admin_assigns_and_removes_roles() {
    let app = TestApp::start().await;
    let chief = app.as_role(UserRole::SuperAdmin);
    let person = app.as_role(UserRole::Customer);
    person
        .get("/v1/audit")
        .await
        .problem(403, ProblemCode::Forbidden);

    let made = appoint(&chief, person.id(), "admin").await.expect(200);

    assert_eq!(
        (&made["role"], &made["version"]),
        (&json!("admin"), &json!(2))
    );
    let ended = person.get("/v1/audit").await;
    ended.problem(401, ProblemCode::Unauthenticated);
    let person = app.as_user(person.id());
    person.get("/v1/audit").await.expect(200);
    appoint(&chief, person.id(), "support").await.expect(200);
    let ended = person.get("/v1/users").await;
    ended.problem(401, ProblemCode::Unauthenticated);
    let change = "SELECT count(*) FROM audit_log WHERE action = 'user.change_role' AND reason LIKE 'enc1:%' AND change->'role'->>'after' = 'support' AND change->'role'->>'before' = 'admin'";
    assert_eq!(app.count(change), 1);
}

#[actix_web::test]
async fn assigning_the_same_role_changes_nothing() {
    let app = TestApp::start().await;
    let chief = app.as_role(UserRole::SuperAdmin);
    let person = app.as_role(UserRole::Support);
    let same = appoint(&chief, person.id(), "support").await.expect(200);
    assert_eq!(same["version"], 1);
    person.get("/v1/users").await.expect(200);
    let acts = "SELECT count(*) FROM audit_log WHERE action = 'user.change_role'";
    assert_eq!(app.count(acts), 0);
}

#[actix_web::test]
async fn role_change_requires_super_admin_and_not_oneself() {
    let app = TestApp::start().await;
    let chief = app.as_role(UserRole::SuperAdmin);
    let own = appoint(&chief, chief.id(), "admin").await;
    own.problem(403, ProblemCode::Forbidden);
    let customer = app.given(|given| given.user(UserRole::Customer));
    for role in [UserRole::Admin, UserRole::Support, UserRole::Customer] {
        let other = app.as_role(role);
        for (user, to) in [(other.id(), "super_admin"), (customer, "support")] {
            let refused = appoint(&other, user, to).await;
            refused.problem(403, ProblemCode::Forbidden);
        }
    }
    appoint(&chief, customer, "king")
        .await
        .rejects_field("role");
    let (client, _) = app.as_client(&[Permission::UsersRead]);
    let brought = app.given(|given| given.customer_of(client));
    let refused = appoint(&chief, brought, "admin").await;
    refused.problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn role_change_requires_recent_authentication() {
    let app = TestApp::start().await;
    let chief = app.as_role(UserRole::SuperAdmin);
    app.execute("UPDATE sessions SET confirmed_at = now() - interval '1 hour'");
    let id = app.given(|given| given.user(UserRole::Customer));
    let refused = appoint(&chief, id, "admin").await;
    refused.problem(403, ProblemCode::ConfirmationRequired);
    for act in ["erase", "export"] {
        let path = format!("/v1/users/{id}/{act}");
        let refused = chief.post(&path, json!({ "reason": "Requested" })).await;
        refused.problem(403, ProblemCode::ConfirmationRequired);
    }
}

#[actix_web::test]
async fn only_super_admin_creates_staff() {
    let app = TestApp::start().await;
    let person = |number: u8, role: &str| -> Value {
        json!({ "email": format!("new{number}@example.com"), "first_name": "Ada", "last_name": "Lovelace", "role": role })
    };
    let (admin, chief) = (app.as_admin(), app.as_role(UserRole::SuperAdmin));
    for role in ["support", "admin", "super_admin"] {
        admin
            .post("/v1/users", person(1, role))
            .await
            .rejects_field("role");
    }
    let customer = admin.post("/v1/users", person(1, "customer")).await;
    assert_eq!(customer.expect(201)["role"], "customer");
    for (number, role) in [(2, "support"), (3, "admin"), (4, "super_admin")] {
        let made = chief.post("/v1/users", person(number, role)).await;
        assert_eq!(made.expect(201)["role"], role);
    }
    let (_, shop) = app.as_client(&[Permission::UsersCreate]);
    shop.post("/v1/users", person(5, "admin"))
        .await
        .rejects_field("role");
    shop.post("/v1/users", person(5, "customer"))
        .await
        .expect(201);
}

#[actix_web::test]
async fn api_client_cannot_edit_a_customer_who_became_staff() {
    let app = TestApp::start().await;
    let (client, shop) = app.as_client(&[Permission::UsersRead, Permission::UsersWrite]);
    let brought = app.given(|given| given.customer_of(client));
    let path = format!("/v1/users/{brought}");
    shop.patch(&path, 1, json!({ "first_name": "Grace" }))
        .await
        .expect(200);
    app.execute(&format!(
        "UPDATE users SET role = 'admin' WHERE id = '{brought}'"
    ));
    shop.patch(&path, 2, json!({ "first_name": "Eve" }))
        .await
        .problem(403, ProblemCode::Forbidden);
}
