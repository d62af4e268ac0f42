//! Limits of failed sign-ins, which must not lock the owner of an account out.

use super::{PASSWORD, admin_with_password, run, sign_in};
use crate::harness::{Answer, TestApp};
use chrono::{TimeDelta, Utc};
use serde_json::json;
use wire::ProblemCode;

const ADA: &str = "ada@example.com";
/// The environment of a server behind a proxy, so that a test can choose the address of a request.
const PROXY: &[(&str, &str)] = &[("TRUSTED_PROXY", "true")];

/// Signs in from an address, with the device cookie of a browser.
async fn from(app: &TestApp, address: &str, device: Option<&str>, password: &str) -> Answer {
    let mut client = app.anonymous().with("x-forwarded-for", address);
    if let Some(device) = device {
        client = client.with("cookie", device);
    }
    let proof = json!({ "email": ADA, "password": password });
    client.post("/v1/sessions", proof).await
}

/// Returns the device cookie of an answer.
fn device(answer: &Answer) -> String {
    let all = answer.headers.get_all("set-cookie").iter();
    let mut all = all.filter_map(|value| value.to_str().ok());
    let kept = all
        .find(|value| value.starts_with("device="))
        .expect("a device cookie");
    kept.split(';').next().expect("a value").to_owned()
}

#[actix_web::test]
async fn guesses_from_one_network_do_not_lock_out_the_owner() {
    let app = TestApp::with_env(PROXY).await;
    admin_with_password(&app, ADA).await;
    let began = Utc::now();
    app.ctx.clock.set(began);
    for _ in 0..10 {
        from(&app, "198.51.100.7", None, "guessed").await;
    }
    from(&app, "198.51.100.7", None, "guessed")
        .await
        .problem(429, ProblemCode::TooManyRequests);
    from(&app, "198.51.100.99", None, PASSWORD)
        .await
        .problem(429, ProblemCode::TooManyRequests);

    for hour in 1..8 {
        app.ctx
            .clock
            .set(began + TimeDelta::hours(hour) + TimeDelta::minutes(hour));
        from(&app, "198.51.100.7", None, "guessed")
            .await
            .problem(401, ProblemCode::WrongCredentials);
        // The owner signs in from an address that has never signed in before.
        let owner = format!("203.0.{hour}.9");
        from(&app, &owner, None, PASSWORD).await.expect(201);
    }
}

#[actix_web::test]
async fn guesses_share_a_daily_limit_except_from_known_origins() {
    let app = TestApp::with_env(PROXY).await;
    let ada = admin_with_password(&app, ADA).await;
    let began = Utc::now();
    app.ctx.clock.set(began);
    let home = from(&app, "203.0.113.5", None, PASSWORD).await;
    let browser = device(&home);
    home.expect(201);
    from(&app, "198.51.100.1", None, "guessed").await;
    // Failed sign-ins from ninety-nine other networks.
    run(
        &app,
        "UPDATE login_attempts SET failures = 99 WHERE failures = 1",
    );
    from(&app, "198.51.101.1", None, "guessed")
        .await
        .problem(401, ProblemCode::WrongCredentials);

    from(&app, "192.0.2.1", None, "guessed")
        .await
        .problem(429, ProblemCode::TooManyRequests);
    from(&app, "192.0.2.1", None, PASSWORD)
        .await
        .problem(429, ProblemCode::TooManyRequests);
    from(&app, "192.0.2.1", Some("device=tampered"), PASSWORD)
        .await
        .problem(429, ProblemCode::TooManyRequests);
    from(&app, "203.0.113.77", None, PASSWORD).await.expect(201);
    from(&app, "192.0.2.1", Some(&browser), PASSWORD)
        .await
        .expect(201);

    let stranger = "2001:db8:7::1";
    let who = json!({ "email": ADA });
    let visitor = app.anonymous().with("x-forwarded-for", stranger);
    assert_eq!(
        visitor.post("/v1/passwords/forgotten", who).await.status,
        202
    );
    app.run_all_jobs().await;
    let token = super::password_token(&app, ada);
    let new = "nine purple umbrellas whisper";
    let set = json!({ "token": token, "password": new });
    assert_eq!(visitor.post("/v1/passwords/set", set).await.status, 204);
    from(&app, "2001:db8:7:ffff::2", None, new)
        .await
        .expect(201);
}

#[actix_web::test]
async fn known_device_has_its_own_sign_in_limit() {
    let app = TestApp::with_env(PROXY).await;
    admin_with_password(&app, ADA).await;
    app.ctx.clock.set(Utc::now());
    let home = from(&app, "203.0.113.5", None, PASSWORD).await;
    let browser = device(&home);
    home.expect(201);
    // Colleagues behind the same address have failed too often.
    let colleague = json!({ "email": "bob@example.com", "password": "guessed" });
    let office = app.anonymous().with("x-forwarded-for", "203.0.113.5");
    office.post("/v1/sessions", colleague.clone()).await;
    run(
        &app,
        "UPDATE login_attempts SET failures = 29 WHERE failures = 1",
    );
    office.post("/v1/sessions", colleague).await;
    from(&app, "203.0.113.5", None, PASSWORD)
        .await
        .problem(429, ProblemCode::TooManyRequests);
    from(&app, "203.0.113.5", Some(&browser), PASSWORD)
        .await
        .expect(201);

    for _ in 0..10 {
        from(&app, "203.0.113.5", Some(&browser), "guessed")
            .await
            .problem(401, ProblemCode::WrongCredentials);
    }
    from(&app, "203.0.113.5", Some(&browser), PASSWORD)
        .await
        .problem(429, ProblemCode::TooManyRequests);
}

#[actix_web::test]
async fn device_cookie_is_http_only_and_same_site_strict() {
    let app = TestApp::start().await;
    admin_with_password(&app, ADA).await;

    let answer = sign_in(&app, ADA, PASSWORD).await;

    let all: Vec<String> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().expect("text").to_owned())
        .collect();
    let kept = all
        .iter()
        .find(|value| value.starts_with("device="))
        .expect("a cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=34560000"] {
        assert!(kept.contains(part), "{kept}");
    }
    assert_eq!(app.count("SELECT count(*) FROM sign_in_origins"), 2);
    sign_in(&app, ADA, "guessed")
        .await
        .problem(401, ProblemCode::WrongCredentials);
    assert_eq!(app.count("SELECT count(*) FROM sign_in_origins"), 2);
}
