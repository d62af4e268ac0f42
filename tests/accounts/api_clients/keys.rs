//! API keys: scopes, expiry, rotation and networks.

use super::{key, made, open_shop};
use crate::harness::TestApp;
use chrono::{TimeDelta, Utc};
use serde_json::json;
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn api_key_is_limited_to_its_scopes() {
    let app = TestApp::start().await;
    let (_, issued) = open_shop(&app.as_admin()).await;
    let program = app.with_key(&key(&issued));

    program.get("/v1/plans").await.expect(200);
    let missing = program.get("/v1/esims").await;
    let challenge = missing.header("www-authenticate").to_owned();
    let missing = missing.problem(403, ProblemCode::Forbidden);
    let never = program
        .get("/v1/audit")
        .await
        .problem(403, ProblemCode::Forbidden);

    assert_eq!(
        challenge,
        "Bearer realm=\"esim-admin\", error=\"insufficient_scope\", scope=\"esims:read\""
    );
    assert!(
        missing["detail"].as_str().unwrap().contains("esims:read"),
        "{missing}"
    );
    assert!(
        never["detail"].as_str().unwrap().contains("cannot have"),
        "{never}"
    );
}

#[actix_web::test]
async fn invalid_api_keys_are_rejected() {
    let app = TestApp::start().await;
    let (_, issued) = open_shop(&app.as_admin()).await;
    let good = key(&issued);
    app.with_key(&good).get("/v1/plans").await.expect(200);
    let last = if good.ends_with('a') { "b" } else { "a" };
    for tampered in [
        "esk_".to_owned(),
        "esk_live_".to_owned(),
        format!("esk_test_{}", "A".repeat(43)),
        good[..good.len() - 1].to_owned(),
        good.clone() + "x",
        good[..good.len() - 1].to_owned() + last,
        good.replace("esk_test_", "esk_live_"),
        good.to_uppercase(),
        good[..13].to_owned(),
        good.trim_start_matches("esk_").to_owned(),
        format!("{good},{good}"),
        format!("{good} {good}"),
        "esk_test_' OR '1'='1".to_owned(),
        format!("esk_{}", "x".repeat(4000)),
    ] {
        let answer = app.with_key(&tampered).get("/v1/plans").await;
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer realm=\"esim-admin\""
        );
        answer.problem(401, ProblemCode::Unauthenticated);
    }
    let anonymous = app.anonymous();
    for other in [
        anonymous.with("authorization", &good),
        anonymous.with("authorization", &format!("Basic {good}")),
        anonymous.with("x-api-key", &good),
        anonymous.with("cookie", &format!("refresh={good}")),
    ] {
        other
            .get("/v1/plans")
            .await
            .problem(401, ProblemCode::Unauthenticated);
    }
    let in_address = anonymous
        .get(&format!("/v1/plans?access_token={good}"))
        .await;
    in_address.problem(401, ProblemCode::Unauthenticated);
}

#[actix_web::test]
async fn rotated_key_expires_after_its_grace_period() {
    let app = TestApp::start().await;
    let (admin, root) = (app.as_admin(), app.as_role(UserRole::SuperAdmin));
    let (place, issued) = open_shop(&admin).await;
    let (rotate, old) = (format!("{place}/rotate"), app.with_key(&key(&issued)));
    admin
        .post(&rotate, json!({ "overlap_hours": 1 }))
        .await
        .problem(403, ProblemCode::Forbidden);
    for hours in [-1, 169] {
        root.post(&rotate, json!({ "overlap_hours": hours }))
            .await
            .rejects_field("overlap_hours");
    }

    let second = root
        .post(&rotate, json!({ "overlap_hours": 24 }))
        .await
        .expect(200);
    let new = app.with_key(&key(&second));
    old.get("/v1/plans").await.expect(200);
    new.get("/v1/plans").await.expect(200);
    assert_eq!(second["version"], 2);
    assert_eq!(second["keys"].as_array().map(Vec::len), Some(2));
    assert_eq!(second["keys"][0]["expires_at"], json!(null));

    app.ctx
        .clock
        .set(Utc::now() + TimeDelta::hours(24) + TimeDelta::seconds(1));
    old.get("/v1/plans")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    new.get("/v1/plans").await.expect(200);

    app.ctx.clock.set(Utc::now());
    let third = root
        .post(&rotate, json!({ "overlap_hours": 0 }))
        .await
        .expect(200);
    new.get("/v1/plans")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    app.with_key(&key(&third))
        .get("/v1/plans")
        .await
        .expect(200);
    let on_record = "SELECT count(*) FROM audit_log WHERE action = 'api_client.rotate' AND change->>'overlap_hours' IN ('0', '24')";
    assert_eq!(app.count(on_record), 2);
}

#[actix_web::test]
async fn expired_api_client_is_rejected_until_its_expiry_is_moved() {
    let app = TestApp::start().await;
    let (admin, root) = (app.as_admin(), app.as_role(UserRole::SuperAdmin));
    let end = Utc::now() + TimeDelta::minutes(5);
    let new =
        json!({ "name": "Trial", "mode": "test", "scopes": ["plans:read"], "expires_at": end });
    let (place, issued) = made(&admin, new).await;
    let program = app.with_key(&key(&issued));
    program.get("/v1/plans").await.expect(200);

    app.ctx.clock.set(end);
    program
        .get("/v1/plans")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    root.post(&format!("{place}/rotate"), json!({ "overlap_hours": 0 }))
        .await
        .problem(409, ProblemCode::WrongState);

    let later = json!({ "expires_at": end + TimeDelta::hours(1) });
    admin.patch(&place, 1, later).await.expect(200);
    program.get("/v1/plans").await.expect(200);
    let never = admin
        .patch(&place, 2, json!({ "expires_at": null }))
        .await
        .expect(200);
    assert_eq!(never["expires_at"], json!(null));
}

#[actix_web::test]
async fn api_key_is_limited_to_its_networks_as_seen_by_the_trusted_proxy() {
    let app = TestApp::with_env(&[("TRUSTED_PROXY", "true")]).await;
    let admin = app.as_admin();
    let networks = ["203.0.113.0/24", "198.51.100.7", "2001:db8:a::/48"];
    let new =
        json!({ "name": "Shop", "mode": "live", "scopes": ["plans:read"], "networks": networks });
    let (_, issued) = made(&admin, new).await;
    let program = app.with_key(&key(&issued));
    for (from, status) in [
        ("203.0.113.0", 200),
        ("203.0.113.255", 200),
        ("203.0.114.0", 403),
        ("203.0.112.255", 403),
        ("198.51.100.7", 200),
        ("198.51.100.8", 403),
        ("2001:db8:a::1", 200),
        ("2001:db8:a:ffff:ffff:ffff:ffff:ffff", 200),
        ("2001:db8:b::1", 403),
        ("::ffff:203.0.113.9", 200),
        ("::ffff:192.0.2.9", 403),
        ("203.0.113.9, 192.0.2.1", 403),
        ("192.0.2.1, 203.0.113.9", 200),
        ("nonsense", 403),
    ] {
        let answer = program.with("x-forwarded-for", from).get("/v1/plans").await;
        assert_eq!(answer.status, status, "{from}: {}", answer.text());
    }
    assert_eq!(
        program.get("/v1/plans").await.status,
        403,
        "the test itself calls from another network"
    );
}

#[actix_web::test]
async fn forwarded_header_is_ignored_without_a_trusted_proxy() {
    let app = TestApp::start().await;
    let networks = ["203.0.113.0/24"];
    let new =
        json!({ "name": "Shop", "mode": "live", "scopes": ["plans:read"], "networks": networks });
    let (_, issued) = made(&app.as_admin(), new).await;
    let program = app.with_key(&key(&issued));
    for header in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        let claimed = program.with(header, "203.0.113.9").get("/v1/plans").await;
        claimed.problem(403, ProblemCode::Forbidden);
    }
}

#[actix_web::test]
async fn api_client_last_use_is_recorded_once_a_minute() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (place, issued) = open_shop(&admin).await;
    let program = app.with_key(&key(&issued));
    let began = Utc::now();
    let call_after = async |after: i64| {
        app.ctx.clock.set(began + TimeDelta::seconds(after));
        program.get("/v1/plans").await.expect(200);
        admin.get(&place).await.expect(200)
    };

    let first = call_after(0).await;
    assert!(first["last_used_at"].is_string());
    assert_eq!(call_after(59).await["last_used_at"], first["last_used_at"]);
    let later = call_after(61).await;
    assert_ne!(later["last_used_at"], first["last_used_at"]);
    assert_eq!(
        (&later["version"], &later["updated_at"]),
        (&json!(1), &first["updated_at"])
    );
    let refused = program.get("/v1/esims").await;
    assert_eq!(refused.status, 403);
}
