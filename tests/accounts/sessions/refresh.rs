//! Refresh of sessions: a refresh token works once, and reuse of a token revokes its family.

use super::{PASSWORD, admin_with_password, bearer, cookie, panel, refresh, run, sign_in};
use crate::harness::TestApp;
use futures_util::future::join_all;
use serde_json::json;
use wire::ProblemCode;

#[actix_web::test]
async fn refresh_token_works_once() {
    let app = TestApp::start().await;
    admin_with_password(&app, "ada@example.com").await;
    let begun = sign_in(&app, "ada@example.com", PASSWORD).await;
    let first = cookie(&begun);
    let old = bearer(&app, &begun.expect(201));

    let prolonged = refresh(&panel(&app, &first)).await;
    let second = cookie(&prolonged);
    let new = bearer(&app, &prolonged.expect(200));

    assert_ne!(first, second);
    assert_eq!(
        (
            old.get("/v1/sessions").await.status,
            new.get("/v1/sessions").await.status
        ),
        (200, 200),
        "the first access token stays valid"
    );
    let sessions = new.get("/v1/sessions").await.expect(200);
    assert_eq!(
        (
            sessions["data"].as_array().map(Vec::len),
            &sessions["data"][0]["is_current"]
        ),
        (Some(1), &json!(true))
    );

    refresh(&panel(&app, &first))
        .await
        .problem(409, ProblemCode::Conflict);
    assert_eq!(
        app.count("SELECT count(*) FROM sessions WHERE revoked_at IS NOT NULL"),
        0,
        "a refresh by two tabs is no token theft"
    );

    run(
        &app,
        "UPDATE sessions SET rotated_at = rotated_at - interval '11 seconds'",
    );
    let reused = refresh(&panel(&app, &first)).await;
    assert!(
        reused.header("set-cookie").contains("Max-Age=0"),
        "{}",
        reused.header("set-cookie")
    );
    reused.problem(401, ProblemCode::Unauthenticated);
    refresh(&panel(&app, &second))
        .await
        .problem(401, ProblemCode::Unauthenticated);
    new.get("/v1/sessions")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'session.reuse'"),
        1
    );
}

#[actix_web::test]
async fn concurrent_refreshes_with_one_token_succeed_once() {
    let app = TestApp::start().await;
    admin_with_password(&app, "ada@example.com").await;

    for _ in 0..10 {
        let begun = sign_in(&app, "ada@example.com", PASSWORD).await;
        let tab = panel(&app, &cookie(&begun));
        let answers = join_all((0..50).map(|_| refresh(&tab))).await;
        let statuses = |status| {
            answers
                .iter()
                .filter(|answer| answer.status == status)
                .count()
        };
        assert_eq!((statuses(200), statuses(409)), (1, 49));
        let me = bearer(&app, &begun.expect(201));
        let out = me
            .send(reqwest::Method::DELETE, "/v1/sessions/current", None)
            .await;
        out.expect(204);
    }
}

#[actix_web::test]
async fn session_revoked_during_refresh_stays_revoked() {
    let app = TestApp::start().await;
    admin_with_password(&app, "ada@example.com").await;

    for _ in 0..10 {
        let begun = sign_in(&app, "ada@example.com", PASSWORD).await;
        let tab = panel(&app, &cookie(&begun));
        let me = bearer(&app, &begun.expect(201));
        let (prolonged, ended) = futures_util::future::join(
            refresh(&tab),
            me.send(reqwest::Method::DELETE, "/v1/sessions/current", None),
        )
        .await;
        ended.expect(204);
        if prolonged.status == 200 {
            let next = panel(&app, &cookie(&prolonged));
            let new = bearer(&app, &prolonged.expect(200));
            assert_eq!(new.get("/v1/sessions").await.status, 401);
            assert_eq!(refresh(&next).await.status, 401);
        }
    }
    assert_eq!(
        app.count("SELECT count(*) FROM sessions WHERE revoked_at IS NULL"),
        0
    );
}

#[actix_web::test]
async fn refresh_rejects_cross_site_requests() {
    let app = TestApp::start().await;
    admin_with_password(&app, "ada@example.com").await;
    let kept = cookie(&sign_in(&app, "ada@example.com", PASSWORD).await);

    refresh(&app.anonymous().with("cookie", &kept))
        .await
        .problem(403, ProblemCode::Forbidden);
    refresh(&panel(&app, &kept).with("origin", "https://evil.example"))
        .await
        .problem(403, ProblemCode::Forbidden);
    refresh(&panel(&app, "refresh=unknown"))
        .await
        .problem(401, ProblemCode::Unauthenticated);
    refresh(&app.anonymous().with("x-requested-with", "esim-admin"))
        .await
        .problem(401, ProblemCode::Unauthenticated);

    refresh(&panel(&app, &kept)).await.expect(200);
}
