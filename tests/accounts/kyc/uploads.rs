//! Uploads of KYC documents by customers, administrators and API clients.

use super::{assets, at, customer, open_link, passport, upload};
use crate::harness::TestApp;
use reqwest::Method;
use serde_json::json;
use wire::{Permission, ProblemCode, accounts::users::UserRole};

const JPEG: (&str, &str) = ("image/jpeg", "passport.jpg");

#[actix_web::test]
async fn uploaded_kyc_document_is_pending() {
    let app = TestApp::start().await;
    let me = app.as_user(customer(&app));

    let answer = upload(&me, "document_type=passport", JPEG, assets::jpeg(640, 480)).await;
    let path = answer.header("location").to_owned();
    let sent = answer.expect(201);

    assert_eq!(path, at(&sent, ""));
    assert_eq!(
        (
            &sent["user_id"],
            &sent["document_type"],
            &sent["status"],
            &sent["file_name"]
        ),
        (
            &json!(me.id()),
            &json!("passport"),
            &json!("pending"),
            &json!("passport.jpg")
        )
    );
    assert_eq!(
        (&sent["content_type"], &sent["has_file"], &sent["version"]),
        (&json!("image/jpeg"), &json!(true), &json!(1))
    );
    // Fields that only reviewers may read.
    for hidden in [
        "duplicates",
        "is_resubmitted",
        "claimed_by",
        "claimed_until",
    ] {
        assert_eq!(sent[hidden], json!(null), "{hidden}");
    }
    assert_eq!(me.get("/v1/kyc").await.expect(200)["total"], 1);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'kyc.upload' AND change::text NOT LIKE '%passport.jpg%'"), 1);
}

#[actix_web::test]
async fn kyc_upload_requires_the_document_type_and_customer() {
    let app = TestApp::start().await;
    let (admin, me) = (app.as_admin(), app.as_user(customer(&app)));
    let send = async |client, query: &str| upload(client, query, JPEG, assets::jpeg(8, 8)).await;

    send(&admin, "document_type=passport")
        .await
        .rejects_field("user_id");
    send(&me, "document_type=selfie")
        .await
        .rejects_field("document_type");
    send(&me, "").await.rejects_field("document_type");
    send(&me, "document_type=passport&status=approved")
        .await
        .rejects_field("status");
    let path = "/v1/kyc?document_type=passport";
    me.raw(Method::POST, path, "image/jpeg", assets::jpeg(8, 8))
        .await
        .rejects_field("file_name");
    // Staff cannot upload documents of their own.
    let staff = format!("document_type=passport&user_id={}", admin.id());
    send(&admin, &staff)
        .await
        .problem(404, ProblemCode::NotFound);
    send(&app.as_role(UserRole::Support), "document_type=passport")
        .await
        .problem(403, ProblemCode::Forbidden);
    assert_eq!(app.count("SELECT count(*) FROM kyc_documents"), 0);
}

#[actix_web::test]
async fn api_client_uploads_kyc_documents_only_for_its_customers() {
    let app = TestApp::start().await;
    let (id, program) = app.as_client(&[Permission::KycUpload, Permission::KycRead]);
    let own = app.given(|given| given.customer_of(id));
    let send = async |user| {
        let query = format!("document_type=passport&user_id={user}");
        upload(&program, &query, JPEG, assets::jpeg(8, 8)).await
    };

    let sent = send(own).await.expect(201);
    send(customer(&app))
        .await
        .problem(404, ProblemCode::NotFound);

    assert_eq!(
        (&sent["user_id"], &sent["uploaded_by"]),
        (&json!(own), &json!(null))
    );
    assert_eq!(program.get("/v1/kyc").await.expect(200)["total"], 1);
    assert_eq!(open_link(&app, &program, &sent).await.status, 200);
    program
        .get(&at(&passport(&app, customer(&app)).await, ""))
        .await
        .problem(404, ProblemCode::NotFound);
}

#[actix_web::test]
async fn kyc_upload_detects_duplicate_files() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (ada, bob) = (customer(&app), customer(&app));
    let file = assets::jpeg(30, 30);
    let send = async |user| {
        let query = format!("document_type=passport&user_id={user}");
        upload(&admin, &query, JPEG, file.clone()).await
    };

    let first = send(ada).await.expect(201);
    send(ada).await.problem(409, ProblemCode::Conflict);
    let second = send(bob).await.expect(201);

    assert_eq!(first["duplicates"], json!([]));
    assert_eq!(second["duplicates"][0]["id"], first["id"]);
    assert_eq!(second["duplicates"][0]["user_id"], json!(ada));
    let listed = admin.get("/v1/kyc").await.expect(200);
    assert_eq!(listed["data"][0]["duplicates"][0]["id"], second["id"]);
    // The file of a deleted document is still recognised.
    let path = at(&first, "");
    assert_eq!(admin.delete(&path, 1).await.status, 204);
    app.run_jobs().await;
    let seen = admin.get(&at(&second, "")).await.expect(200);
    assert_eq!(seen["duplicates"][0]["id"], first["id"]);
    assert_eq!(
        app.as_user(bob).get(&at(&second, "")).await.expect(200)["duplicates"],
        json!(null)
    );
}

#[actix_web::test]
async fn concurrent_uploads_of_one_file_store_one_document() {
    let app = TestApp::start().await;
    let me = app.as_user(customer(&app));
    let file = assets::jpeg(30, 30);
    let sends = (0..6).map(|_| upload(&me, "document_type=passport", JPEG, file.clone()));

    let mut answers: Vec<u16> = futures_util::future::join_all(sends)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    answers.sort_unstable();

    assert_eq!(answers, [201, 409, 409, 409, 409, 409]);
    // Uploads that were rejected at the end have left no file.
    assert_eq!(super::storage::keys_of_files(&app).await.len(), 1);
}

#[actix_web::test]
async fn kyc_uploads_of_one_customer_are_limited() {
    let app = TestApp::start().await;
    let me = app.as_user(customer(&app));
    for _ in 0..10 {
        upload(&me, "document_type=passport", JPEG, assets::jpeg(16, 16))
            .await
            .expect(201);
    }
    upload(&me, "document_type=passport", JPEG, assets::jpeg(16, 16))
        .await
        .problem(409, ProblemCode::Conflict);
}
