//! Multi-factor authentication: every code works once, and staff cannot work without a second factor.

use super::{
    PASSWORD, admin_with_password, bearer, code, cookie, enrol, panel, refresh, run, sign_in,
    sign_in_by_code, signed_in, stop_clock, user_with_password,
};
use crate::harness::TestApp;
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

const ADA: &str = "ada@example.com";

#[actix_web::test]
async fn sign_in_requires_a_code_when_mfa_is_enabled() {
    let app = TestApp::start().await;
    let time = stop_clock(&app);
    admin_with_password(&app, ADA).await;
    let me = signed_in(&app, ADA).await;
    assert_eq!(
        me.get("/v1/mfa").await.expect(200),
        json!({ "enrolled_at": null, "recovery_codes": 0, "is_required": false })
    );

    let begun = me.post("/v1/mfa", json!({})).await.expect(200);
    let uri = begun["uri"].as_str().expect("an address");
    assert!(
        uri.starts_with("otpauth://totp/eSIM%20Admin:ada%40example.com?secret="),
        "{uri}"
    );
    assert!(
        begun["qr_svg"]
            .as_str()
            .expect("a picture")
            .starts_with("<svg")
    );
    sign_in(&app, ADA, PASSWORD).await.expect(201);
    let (totp, codes) = enrol(&app, &me).await;
    assert_eq!(codes.len(), 10);
    let stands = me.get("/v1/mfa").await.expect(200);
    assert_eq!(
        (stands["enrolled_at"].is_string(), &stands["recovery_codes"]),
        (true, &json!(10))
    );

    let missing = sign_in(&app, ADA, PASSWORD).await;
    missing.problem(401, ProblemCode::SecondFactorRequired);
    let wrong = sign_in_by_code(&app, ADA, "000000").await;
    assert_eq!(
        wrong.problem(401, ProblemCode::SecondFactorRequired)["detail"],
        "Wrong, or used before. Wait for the next code."
    );
    sign_in(&app, ADA, "wrong")
        .await
        .problem(401, ProblemCode::WrongCredentials);
    // The code of the enrolment is used; the next code is valid, one step early or late.
    let confirming = sign_in_by_code(&app, ADA, &code(&totp, time)).await;
    confirming.problem(401, ProblemCode::SecondFactorRequired);
    let next = code(&totp, time + TimeDelta::seconds(30));
    sign_in_by_code(&app, ADA, &format!("{} {}", &next[..3], &next[3..]))
        .await
        .expect(201);

    for (action, times) in [("mfa.begin", 2), ("mfa.enable", 1), ("mfa.renew_codes", 1)] {
        let query = format!("SELECT count(*) FROM audit_log WHERE action = '{action}'");
        assert_eq!(app.count(&query), times, "{action}");
    }
    app.run_jobs().await;
    assert_eq!(
        app.count("SELECT count(*) FROM notifications"),
        1,
        "an email reports the change"
    );
}

#[actix_web::test]
async fn concurrent_uses_of_one_mfa_code_sign_in_once() {
    let app = TestApp::start().await;
    let mut time = stop_clock(&app);
    admin_with_password(&app, ADA).await;
    let (totp, _) = enrol(&app, &signed_in(&app, ADA).await).await;

    for _ in 0..5 {
        time += TimeDelta::seconds(30);
        app.ctx.clock.set(time);
        let shown = code(&totp, time);
        let answers = join_all((0..20).map(|_| sign_in_by_code(&app, ADA, &shown))).await;
        let got_in = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(got_in, 1);
        run(&app, "DELETE FROM login_attempts");
        let before = code(&totp, time - TimeDelta::seconds(30));
        for old in [&before, &shown] {
            let refused = sign_in_by_code(&app, ADA, old).await;
            refused.problem(401, ProblemCode::SecondFactorRequired);
        }
        run(&app, "DELETE FROM login_attempts");
    }
}

#[actix_web::test]
async fn failed_mfa_codes_count_and_code_prompts_do_not() {
    let app = TestApp::start().await;
    let time = stop_clock(&app);
    admin_with_password(&app, ADA).await;
    let (totp, _) = enrol(&app, &signed_in(&app, ADA).await).await;
    run(&app, "DELETE FROM login_attempts");

    for _ in 0..12 {
        let response = sign_in(&app, ADA, PASSWORD).await;
        response.problem(401, ProblemCode::SecondFactorRequired);
    }
    assert_eq!(
        app.count("SELECT count(*) FROM login_attempts WHERE failures > 0"),
        0
    );
    for _ in 0..9 {
        let wrong = sign_in_by_code(&app, ADA, "000000").await;
        wrong.problem(401, ProblemCode::SecondFactorRequired);
        // A correct password does not reset the failures.
        let response = sign_in(&app, ADA, PASSWORD).await;
        response.problem(401, ProblemCode::SecondFactorRequired);
    }
    sign_in_by_code(&app, ADA, "000000")
        .await
        .problem(401, ProblemCode::SecondFactorRequired);
    let right = code(&totp, time + TimeDelta::seconds(30));
    let closed = sign_in_by_code(&app, ADA, &right).await;
    closed.problem(429, ProblemCode::TooManyRequests);
}

#[actix_web::test]
async fn recovery_code_works_once() {
    let app = TestApp::start().await;
    admin_with_password(&app, ADA).await;
    let me = signed_in(&app, ADA).await;
    let (_, codes) = enrol(&app, &me).await;

    let typed = codes[0].to_lowercase().replace('-', " ");
    sign_in_by_code(&app, ADA, &typed).await.expect(201);
    let again = sign_in_by_code(&app, ADA, &codes[0]).await;
    again.problem(401, ProblemCode::SecondFactorRequired);
    let tries = join_all((0..6).map(|_| sign_in_by_code(&app, ADA, &codes[1]))).await;
    assert_eq!(
        tries.iter().filter(|answer| answer.status == 201).count(),
        1
    );

    assert_eq!(me.get("/v1/mfa").await.expect(200)["recovery_codes"], 8);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'mfa.recover'"),
        2
    );
}

#[actix_web::test]
async fn new_recovery_codes_replace_the_old_ones() {
    let app = TestApp::start().await;
    let time = stop_clock(&app);
    admin_with_password(&app, ADA).await;
    let me = signed_in(&app, ADA).await;
    let (totp, old) = enrol(&app, &me).await;

    me.post("/v1/mfa/codes", json!({ "code": "000000" }))
        .await
        .rejects_field("code");
    let right = json!({ "code": code(&totp, time + TimeDelta::seconds(30)) });
    let new = me.post("/v1/mfa/codes", right).await.expect(200);

    assert_eq!(new["codes"].as_array().map(Vec::len), Some(10));
    let refused = sign_in_by_code(&app, ADA, &old[0]).await;
    refused.problem(401, ProblemCode::SecondFactorRequired);
    sign_in_by_code(&app, ADA, new["codes"][0].as_str().expect("a code"))
        .await
        .expect(201);
}

#[actix_web::test]
async fn disabling_mfa_requires_password_and_code() {
    let app = TestApp::start().await;
    let time = stop_clock(&app);
    admin_with_password(&app, ADA).await;
    let me = signed_in(&app, ADA).await;
    let (totp, _) = enrol(&app, &me).await;
    let right = code(&totp, time + TimeDelta::seconds(30));
    let disable = async |password: &str, code: &str| {
        let proofs = json!({ "password": password, "code": code });
        me.post("/v1/mfa/disable", proofs).await
    };

    disable("wrong", &right).await.rejects_field("password");
    disable(PASSWORD, "000000").await.rejects_field("code");
    me.post("/v1/mfa", json!({}))
        .await
        .problem(409, ProblemCode::WrongState);
    assert_eq!(disable(PASSWORD, &right).await.status, 204);

    sign_in(&app, ADA, PASSWORD).await.expect(201);
    assert_eq!(app.count("SELECT count(*) FROM recovery_codes"), 0);
    disable(PASSWORD, &right).await.rejects_field("code");
}

/// The additional environment of a server in production.
const PRODUCTION: [(&str, &str); 4] = [
    ("APP_ENV", "production"),
    ("PUBLIC_URL", "https://panel.example.com"),
    ("STRIPE_SECRET_KEY", "sk_test_for_tests"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_for_tests"),
];

#[actix_web::test]
async fn staff_without_mfa_can_only_enroll() {
    let app = TestApp::with_env(&PRODUCTION).await;
    admin_with_password(&app, ADA).await;
    user_with_password(&app, UserRole::Customer, "grace@example.com").await;
    let begun = sign_in(&app, ADA, PASSWORD).await;
    let kept = cookie(&begun);
    let granted = begun.expect(201);
    let me = bearer(&app, &granted);

    assert_eq!(granted["is_limited"], true);
    for path in ["/v1/users", "/v1/orders", "/v1/audit"] {
        me.get(path)
            .await
            .problem(403, ProblemCode::EnrolmentRequired);
    }
    assert_eq!(me.get("/v1/sessions").await.status, 200);
    assert_eq!(me.get("/v1/mfa").await.expect(200)["is_required"], true);
    let prolonged = refresh(&panel(&app, &kept)).await.expect(200);
    assert_eq!(prolonged["is_limited"], true);

    let (_, codes) = enrol(&app, &me).await;
    assert_eq!(
        me.get("/v1/users").await.status,
        200,
        "the block ends immediately"
    );
    assert_eq!(bearer(&app, &prolonged).get("/v1/users").await.status, 200);

    let proofs = json!({ "password": PASSWORD, "code": codes[0] });
    assert_eq!(me.post("/v1/mfa/disable", proofs).await.status, 204);
    me.get("/v1/users")
        .await
        .problem(403, ProblemCode::EnrolmentRequired);

    let customer = sign_in(&app, "grace@example.com", PASSWORD)
        .await
        .expect(201);
    assert_eq!(customer["is_limited"], Value::Bool(false));
}

#[actix_web::test]
async fn administrator_resets_mfa_of_a_locked_out_user() {
    let app = TestApp::start().await;
    let ada = admin_with_password(&app, ADA).await;
    let me = signed_in(&app, ADA).await;
    enrol(&app, &me).await;
    let path = format!("/v1/users/{ada}/mfa");
    let reset = async |role| {
        app.as_role(role)
            .send(reqwest::Method::DELETE, &path, None)
            .await
    };

    reset(UserRole::Admin)
        .await
        .problem(403, ProblemCode::Forbidden);
    assert_eq!(reset(UserRole::SuperAdmin).await.status, 204);

    me.get("/v1/sessions")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    sign_in(&app, ADA, PASSWORD).await.expect(201);
    reset(UserRole::SuperAdmin)
        .await
        .problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn mfa_secrets_and_codes_are_not_stored_in_plain_text() {
    let app = TestApp::start().await;
    admin_with_password(&app, ADA).await;
    let me = signed_in(&app, ADA).await;
    let begun = me.post("/v1/mfa", json!({})).await.expect(200);
    let (_, codes) = enrol(&app, &me).await;

    let shown = app.count(&format!(
        "SELECT count(*) FROM (SELECT f::text FROM mfa_factors f UNION ALL SELECT encode(secret, 'escape') FROM mfa_factors UNION ALL SELECT encode(code_hash, 'escape') FROM recovery_codes UNION ALL SELECT a::text FROM audit_log a) all_of (text) WHERE text LIKE '%{}%' OR text LIKE '%{}%'",
        begun["secret"].as_str().expect("a secret"), codes[0]
    ));
    assert_eq!(shown, 0);
}
