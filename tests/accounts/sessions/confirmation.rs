//! Acts that ask who one is anew.

use super::{
    PASSWORD, bearer, code, cookie, enrol, panel, refresh, sign_in, signed_in, somebody, stop,
};
use crate::{contract::openapi::operations, harness::TestApp};
use chrono::{TimeDelta, Utc};
use diesel::prelude::*;
use schema::sessions;
use serde_json::json;
use wire::{ProblemCode, Reach, accounts::users::UserRole};

const ADA: &str = "ada@example.com";
/// How the document says of an operation that it asks.
const ASKS: &str = "confirmation_required";

#[actix_web::test]
async fn what_asks_for_it_is_opened_by_a_password_for_a_quarter_of_an_hour() {
    let app = TestApp::start().await;
    let time = stop(&app) - TimeDelta::minutes(10);
    app.ctx.clock.set(time);
    somebody(&app, ADA).await;
    let begun = sign_in(&app, ADA, PASSWORD).await;
    let kept = cookie(&begun);

    // Prolonged, the session is no younger.
    app.ctx.clock.set(time + TimeDelta::minutes(14));
    let prolonged = refresh(&panel(&app, &kept)).await;
    let kept = cookie(&prolonged);
    let me = bearer(&app, &prolonged.expect(200));
    me.post("/v1/factor", json!({})).await.expect(200);
    app.ctx.clock.set(time + TimeDelta::minutes(16));
    me.post("/v1/factor", json!({}))
        .await
        .problem(403, ProblemCode::ConfirmationRequired);

    me.post("/v1/sessions/confirm", json!({ "password": "wrong" }))
        .await
        .refuses("password");
    me.post("/v1/sessions/confirm", json!({ "code": "000000" }))
        .await
        .refuses("code");
    me.post("/v1/factor", json!({}))
        .await
        .problem(403, ProblemCode::ConfirmationRequired);
    let confirmed = me
        .post("/v1/sessions/confirm", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(confirmed.status, 204);
    me.post("/v1/factor", json!({})).await.expect(200);
    let prolonged = refresh(&panel(&app, &kept)).await.expect(200);
    bearer(&app, &prolonged)
        .post("/v1/factor", json!({}))
        .await
        .expect(200);

    let told = |action: &str| {
        app.count(&format!(
            "SELECT count(*) FROM audit_log WHERE action = '{action}'"
        ))
    };
    assert_eq!(
        (told("session.confirm"), told("session.unconfirmed")),
        (1, 2)
    );
}

#[actix_web::test]
async fn a_code_confirms_too_and_serves_once() {
    let app = TestApp::start().await;
    let time = stop(&app);
    somebody(&app, ADA).await;
    let me = signed_in(&app, ADA).await;
    let (totp, _) = enrol(&app, &me).await;

    let right = json!({ "code": code(&totp, time + TimeDelta::seconds(30)) });
    assert_eq!(
        me.post("/v1/sessions/confirm", right.clone()).await.status,
        204
    );
    me.post("/v1/sessions/confirm", right).await.refuses("code");
}

#[actix_web::test]
async fn wrong_confirmations_block_the_session_and_not_sign_in() {
    let app = TestApp::start().await;
    somebody(&app, ADA).await;
    let me = signed_in(&app, ADA).await;

    let guess = || me.post("/v1/sessions/confirm", json!({ "password": "wrong" }));
    for _ in 0..10 {
        guess().await.refuses("password");
    }

    guess().await.problem(429, ProblemCode::TooManyRequests);
    me.post("/v1/sessions/confirm", json!({ "password": PASSWORD }))
        .await
        .problem(429, ProblemCode::TooManyRequests);
    // The owner of a stolen session can still sign in.
    signed_in(&app, ADA).await;
}

#[actix_web::test]
async fn exactly_those_operations_ask_that_say_so() {
    let app = TestApp::start().await;
    let (mut asking, mut wrong) = (0, Vec::new());
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
        let says = operation["responses"]["403"]["description"]
            .as_str()
            .is_some_and(|text| text.contains(ASKS));
        let asks = answer.status == 403 && answer.json()["code"] == ASKS;
        asking += u32::from(asks);
        if says != asks {
            wrong.push(format!(
                "{method} {path} says {says}, asks {asks}: {}",
                answer.text()
            ));
        }
    }
    assert!(asking >= 2, "{asking}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_program_is_asked_who_it_is() {
    // People confirm who they are before they request a refund; a client's request is decided by a person.
    const DECIDED_LATER: [&str; 2] = ["/v1/refunds", "/v1/transactions/bulk"];
    for (method, path, operation) in operations() {
        if DECIDED_LATER.contains(&path.as_str()) {
            continue;
        }
        let says = operation["responses"]["403"]["description"]
            .as_str()
            .is_some_and(|text| text.contains(ASKS));
        for scope in crate::contract::permissions::scopes(&operation) {
            assert!(
                !says || scope.reach_of_clients() == Reach::None,
                "{method} {path}"
            );
        }
    }
}
