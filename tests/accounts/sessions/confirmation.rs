//! Step-up: operations that require a recent confirmation of the caller's identity.

use super::{
    PASSWORD, admin_with_password, bearer, code, cookie, enrol, panel, refresh, sign_in, signed_in,
    stop_clock,
};
use crate::{contract::openapi::operations, harness::TestApp};
use chrono::{TimeDelta, Utc};
use diesel::prelude::*;
use schema::sessions;
use serde_json::json;
use wire::{ProblemCode, Reach, accounts::users::UserRole};

const ADA: &str = "ada@example.com";
/// The sentence by which the OpenAPI document marks an operation that requires confirmation.
const CONFIRMATION_NOTE: &str = "confirmation_required";

#[actix_web::test]
async fn password_confirmation_is_valid_for_15_minutes() {
    let app = TestApp::start().await;
    let time = stop_clock(&app) - TimeDelta::minutes(10);
    app.ctx.clock.set(time);
    admin_with_password(&app, ADA).await;
    let begun = sign_in(&app, ADA, PASSWORD).await;
    let kept = cookie(&begun);

    // A refresh does not extend the confirmation.
    app.ctx.clock.set(time + TimeDelta::minutes(14));
    let prolonged = refresh(&panel(&app, &kept)).await;
    let kept = cookie(&prolonged);
    let me = bearer(&app, &prolonged.expect(200));
    me.post("/v1/mfa", json!({})).await.expect(200);
    app.ctx.clock.set(time + TimeDelta::minutes(16));
    me.post("/v1/mfa", json!({}))
        .await
        .problem(403, ProblemCode::ConfirmationRequired);

    me.post("/v1/sessions/confirm", json!({ "password": "wrong" }))
        .await
        .rejects_field("password");
    me.post("/v1/sessions/confirm", json!({ "code": "000000" }))
        .await
        .rejects_field("code");
    me.post("/v1/mfa", json!({}))
        .await
        .problem(403, ProblemCode::ConfirmationRequired);
    let confirmed = me
        .post("/v1/sessions/confirm", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(confirmed.status, 204);
    me.post("/v1/mfa", json!({})).await.expect(200);
    let prolonged = refresh(&panel(&app, &kept)).await.expect(200);
    bearer(&app, &prolonged)
        .post("/v1/mfa", json!({}))
        .await
        .expect(200);

    let audit_entries = |action: &str| {
        app.count(&format!(
            "SELECT count(*) FROM audit_log WHERE action = '{action}'"
        ))
    };
    assert_eq!(
        (
            audit_entries("session.confirm"),
            audit_entries("session.fail_confirmation")
        ),
        (1, 2)
    );
}

#[actix_web::test]
async fn mfa_code_confirms_a_session_once() {
    let app = TestApp::start().await;
    let time = stop_clock(&app);
    admin_with_password(&app, ADA).await;
    let me = signed_in(&app, ADA).await;
    let (totp, _) = enrol(&app, &me).await;

    let right = json!({ "code": code(&totp, time + TimeDelta::seconds(30)) });
    assert_eq!(
        me.post("/v1/sessions/confirm", right.clone()).await.status,
        204
    );
    me.post("/v1/sessions/confirm", right)
        .await
        .rejects_field("code");
}

#[actix_web::test]
async fn wrong_confirmations_block_the_session_and_not_sign_in() {
    let app = TestApp::start().await;
    admin_with_password(&app, ADA).await;
    let me = signed_in(&app, ADA).await;

    let guess = || me.post("/v1/sessions/confirm", json!({ "password": "wrong" }));
    for _ in 0..10 {
        guess().await.rejects_field("password");
    }

    guess().await.problem(429, ProblemCode::TooManyRequests);
    me.post("/v1/sessions/confirm", json!({ "password": PASSWORD }))
        .await
        .problem(429, ProblemCode::TooManyRequests);
    // The owner of a stolen session can still sign in.
    signed_in(&app, ADA).await;
}

#[actix_web::test]
async fn only_documented_operations_require_confirmation() {
    let app = TestApp::start().await;
    let (mut required, mut wrong) = (0, Vec::new());
    for (method, path, operation) in operations() {
        let scopes = crate::contract::permissions::scopes(&operation);
        if scopes.is_empty() {
            continue;
        }
        let me = app.as_role(UserRole::SuperAdmin);
        let long_ago = Utc::now() - TimeDelta::hours(1);
        app.given(|given| {
            diesel::update(sessions::table.filter(sessions::user_id.eq(me.id())))
                .set(sessions::confirmed_at.eq(long_ago))
                .execute(given.conn())
                .expect("it is long ago")
        });
        let answer = crate::contract::permissions::call(&me, &method, &path, &operation).await;
        let documented = operation["responses"]["403"]["description"]
            .as_str()
            .is_some_and(|text| text.contains(CONFIRMATION_NOTE));
        let requires = answer.status == 403 && answer.json()["code"] == CONFIRMATION_NOTE;
        required += u32::from(requires);
        if documented != requires {
            wrong.push(format!(
                "{method} {path} documents {documented}, requires {requires}: {}",
                answer.text()
            ));
        }
    }
    assert!(required >= 2, "{required}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn api_clients_need_no_confirmation() {
    // People confirm who they are before they request a refund; a client's request is decided by a person.
    const APPROVED_LATER: [&str; 2] = ["/v1/refunds", "/v1/transactions/bulk"];
    for (method, path, operation) in operations() {
        if APPROVED_LATER.contains(&path.as_str()) {
            continue;
        }
        let documented = operation["responses"]["403"]["description"]
            .as_str()
            .is_some_and(|text| text.contains(CONFIRMATION_NOTE));
        for scope in crate::contract::permissions::scopes(&operation) {
            assert!(
                !documented || scope.reach_of_clients() == Reach::None,
                "{method} {path}"
            );
        }
    }
}
