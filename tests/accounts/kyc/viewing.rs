//! Viewing of KYC files: through links that expire, each use logged, and only by callers with access.

use super::{assets, at, customer, open_link, passport, upload};
use crate::harness::TestApp;
use chrono::{TimeDelta, Utc};
use reqwest::Method;
use wire::{Permission, ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn kyc_file_link_expires_after_a_minute_and_serves_inert_content() {
    let app = TestApp::start().await;
    let now = Utc::now();
    app.ctx.clock.set(now);
    let admin = app.as_admin();
    for (named, bytes, kind) in [
        (("image/jpeg", "a.jpg"), assets::jpeg(20, 20), "jpg"),
        (("image/png", "a.png"), assets::png(20, 20), "png"),
        (("application/pdf", "a.pdf"), assets::pdf(""), "pdf"),
    ] {
        let query = format!("document_type=id_card&user_id={}", customer(&app));
        let document = upload(&admin, &query, named, bytes.clone())
            .await
            .expect(201);
        let link = admin
            .send(Method::POST, &at(&document, "link"), None)
            .await
            .expect(200);
        let url = link["url"].as_str().expect("an address").to_owned();

        app.ctx.clock.set(now + TimeDelta::milliseconds(59_999));
        let answer = app.anonymous().get(&url).await;
        app.ctx.clock.set(now + TimeDelta::seconds(60));
        app.anonymous()
            .get(&url)
            .await
            .problem(404, ProblemCode::NotFound);
        app.ctx.clock.set(now);

        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), named.0);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("content-security-policy").contains("sandbox"));
        assert!(
            answer
                .header("content-security-policy")
                .contains("default-src 'none'")
        );
        let disposition = answer.header("content-disposition");
        assert!(
            disposition.starts_with("attachment; filename=\"id_card-")
                && disposition.ends_with(&format!(".{kind}\"")),
            "{disposition}"
        );
        if kind == "pdf" {
            assert_eq!(answer.bytes, bytes);
        } else {
            assert!(image::load_from_memory(&answer.bytes).is_ok());
        }
    }
}

#[actix_web::test]
async fn every_kyc_file_view_is_logged() {
    let app = TestApp::start().await;
    let (admin, user) = (app.as_admin(), customer(&app));
    let document = passport(&app, user).await;
    open_link(&app, &admin, &document).await;
    open_link(&app, &admin, &document).await;
    open_link(&app, &app.as_user(user), &document).await;

    let id = document["id"].as_str().expect("an id");
    for (table, of) in [
        (
            "pii_access_log",
            "subject_type = 'kyc_document' AND field = 'file'",
        ),
        (
            "audit_log",
            "action = 'kyc.view' AND subject_type = 'kyc_document'",
        ),
    ] {
        let by = |who| {
            format!(
                "SELECT count(*) FROM {table} WHERE {of} AND subject_id = '{id}' AND actor_id = '{who}'"
            )
        };
        assert_eq!(
            (app.count(&by(admin.id())), app.count(&by(user))),
            (2, 1),
            "{table}"
        );
    }
}

#[actix_web::test]
async fn tampered_kyc_file_links_are_rejected() {
    let app = TestApp::start().await;
    let (admin, user) = (app.as_admin(), customer(&app));
    let document = passport(&app, user).await;
    let link = admin
        .send(Method::POST, &at(&document, "link"), None)
        .await
        .expect(200);
    let url = link["url"].as_str().expect("an address");
    let (path, token) = url.rsplit_once('/').expect("a token");

    for tampered in [
        "x".to_owned(),
        "A".repeat(97),
        format!("{}A", &token[..token.len() - 1]),
        format!("B{}", &token[1..]),
        format!("{token}AA"),
        document["id"].as_str().expect("an id").to_owned(),
    ] {
        if tampered != token {
            let answer = app.anonymous().get(&format!("{path}/{tampered}")).await;
            answer.problem(404, ProblemCode::NotFound);
        }
    }
    // A link to a file that no longer exists.
    assert_eq!(admin.delete(&at(&document, ""), 1).await.status, 204);
    app.anonymous()
        .get(url)
        .await
        .problem(404, ProblemCode::NotFound);
}

#[actix_web::test]
async fn kyc_documents_of_other_customers_are_not_found() {
    let app = TestApp::start().await;
    let owner = customer(&app);
    let document = passport(&app, owner).await;
    let scopes = [Permission::KycRead, Permission::KycUpload];
    let strangers = [app.as_role(UserRole::Customer), app.as_client(&scopes).1];
    let operations = [
        (Method::GET, ""),
        (Method::DELETE, ""),
        (Method::POST, "link"),
        (Method::POST, "claim"),
        (Method::POST, "release"),
        (Method::POST, "approve"),
        (Method::POST, "reject"),
    ];
    for stranger in &strangers {
        let stranger = stranger.with("if-match", "\"v1\"");
        for (method, verb) in &operations {
            let body = (*verb == "reject").then(|| serde_json::json!({ "reason": "x" }));
            let answer = stranger
                .send(method.clone(), &at(&document, verb), body)
                .await;
            let expected: &[u16] = match *verb {
                "" | "link" => &[404],
                // Only staff can review.
                _ => &[403],
            };
            assert!(
                expected.contains(&answer.status),
                "{method} {verb}: {}",
                answer.text()
            );
        }
        assert_eq!(stranger.get("/v1/kyc").await.expect(200)["total"], 0);
        assert_eq!(
            stranger
                .get(&format!("/v1/kyc?user_id={owner}"))
                .await
                .expect(200)["total"],
            0
        );
    }
    let support = app.as_role(UserRole::Support);
    for (method, path) in [
        (Method::GET, "/v1/kyc".to_owned()),
        (Method::GET, at(&document, "")),
        (Method::POST, at(&document, "link")),
    ] {
        support
            .send(method, &path, None)
            .await
            .problem(403, ProblemCode::Forbidden);
    }
    assert_eq!(app.count("SELECT count(*) FROM pii_access_log"), 0);
    // The owner gets the file that other callers cannot get.
    let me = app.as_user(owner);
    me.get(&at(&document, "")).await.expect(200);
    assert_eq!(open_link(&app, &me, &document).await.status, 200);
    assert_eq!(me.delete(&at(&document, ""), 1).await.status, 204);
}

#[actix_web::test]
async fn each_use_of_a_document_link_is_logged_for_its_creator() {
    let app = TestApp::start().await;
    let (admin, user) = (app.as_admin(), customer(&app));
    let document = passport(&app, user).await;
    let link = admin
        .send(Method::POST, &at(&document, "link"), None)
        .await
        .expect(200);
    let url = link["url"].as_str().expect("an address");
    let lines = |who: &str| {
        app.count(&format!(
            "SELECT count(*) FROM pii_access_log WHERE field = 'file' AND {who}"
        ))
    };
    assert_eq!(lines("true"), 0, "nothing was opened yet");

    for _ in 0..3 {
        assert_eq!(app.anonymous().get(url).await.status, 200);
    }
    let head = app.anonymous().send(Method::HEAD, url, None).await;

    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.header("content-type"), "image/jpeg");
    assert_eq!(lines(&format!("actor_id = '{}'", admin.id())), 4);

    let (client, shop) = app.as_client(&[Permission::KycRead]);
    let theirs = app.given(|given| given.customer_of(client));
    let document = passport(&app, theirs).await;
    assert_eq!(open_link(&app, &shop, &document).await.status, 200);
    assert_eq!(
        lines(&format!("actor_id IS NULL AND client_id = '{client}'")),
        1
    );
}
