//! The caller's own profile.

use crate::harness::TestApp;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn customer_edits_own_name_and_phone() {
    let app = TestApp::start().await;
    let me = app.as_role(UserRole::Customer);
    let shown = me.get("/v1/me").await;
    assert_eq!(shown.header("etag"), "\"v1\"");
    assert_eq!(shown.expect(200)["id"], json!(me.id()));

    let edit = json!({ "first_name": "Grace", "last_name": "Hopper", "phone": "+1 202 555 0124" });
    let edited = me.patch("/v1/me", 1, edit).await.expect(200);

    assert_eq!(
        (
            &edited["first_name"],
            &edited["phone"],
            &edited["is_masked"]
        ),
        (&json!("Grace"), &json!("+1 202-555-0124"), &json!(false))
    );
    me.patch("/v1/me", 1, json!({ "phone": null }))
        .await
        .problem(412, ProblemCode::Stale);
    let bare = me.patch("/v1/me", 2, json!({ "phone": null })).await;
    assert_eq!(bare.expect(200)["phone"], Value::Null);
    for field in ["email", "role", "status", "kyc_status", "client_id"] {
        me.patch("/v1/me", 3, json!({ field: "x" }))
            .await
            .rejects_field(field);
    }
    let found = app.as_admin().get("/v1/users?q=hopper").await.expect(200);
    assert_eq!(found["total"], 1);
}

#[actix_web::test]
async fn staff_can_read_and_not_edit_their_profile() {
    let app = TestApp::start().await;
    for role in [UserRole::Support, UserRole::Admin, UserRole::SuperAdmin] {
        let me = app.as_role(role);
        assert_eq!(me.get("/v1/me").await.expect(200)["is_masked"], false);
        me.patch("/v1/me", 1, json!({ "first_name": "Other" }))
            .await
            .problem(403, ProblemCode::Forbidden);
    }
    let shop = app.as_client(&[wire::Permission::UsersRead]).1;
    shop.get("/v1/me")
        .await
        .problem(403, ProblemCode::Forbidden);
}
