//! Storage of KYC files: encrypted, one file for each row, no file without a row, and deletion after retention.

use super::{assets, at, customer, decide, open_link, passport, upload};
use crate::harness::TestApp;
use chrono::{TimeDelta, Utc};
use diesel::{QueryDsl, RunQueryDsl};
use futures_util::TryStreamExt;
use platform::{Ctx, jobs};
use schema::kyc_documents;
use serde_json::{Value, json};
use testkit::config;
use wire::{ProblemCode, accounts::users::UserRole};

/// Returns the keys of all stored files.
pub async fn keys_of_files(app: &TestApp) -> Vec<String> {
    let kept: Vec<_> = app
        .ctx
        .ports
        .files
        .list("kyc")
        .try_collect()
        .await
        .expect("the files");
    kept.into_iter().map(|kept| kept.key).collect()
}

fn key_of(app: &TestApp, document: &Value) -> String {
    let id: wire::KycDocumentId =
        wire::Param::parse(document["id"].as_str().expect("an id")).expect("an id");
    app.given(|given| {
        kyc_documents::table
            .find(id)
            .select(kyc_documents::document_url)
            .first(given.conn())
            .expect("a document")
    })
}

async fn sweep(app: &TestApp, ctx: &Ctx) {
    ctx.db
        .write(|tx| jobs::enqueue(tx, &accounts::CleanUpKycFiles {}))
        .await
        .expect("a sweep");
    app.run_all_jobs().await;
}

#[actix_web::test]
async fn stored_kyc_files_are_encrypted() {
    let app = TestApp::start().await;
    let user = customer(&app);
    let me = app.as_user(user);
    let needle = "NEEDLE-in-a-bill-4711";
    let bill = assets::pdf(&format!("4 0 obj\n({needle})\nendobj"));
    let sent = upload(
        &me,
        "document_type=utility_bill",
        ("application/pdf", "Needle-Name.pdf"),
        bill.clone(),
    )
    .await
    .expect(201);
    let key = key_of(&app, &sent);
    let stored = app
        .ctx
        .ports
        .files
        .get(&key)
        .await
        .expect("the store")
        .expect("the file");

    assert_eq!(keys_of_files(&app).await, std::slice::from_ref(&key));
    assert!(
        key.starts_with(&format!(
            "kyc/{user}/{}.",
            sent["id"].as_str().expect("an id")
        )),
        "{key}"
    );
    assert!(key.ends_with(".k1"), "{key}");
    let text = String::from_utf8_lossy(&stored).to_lowercase();
    for plain in [needle, "%PDF", "/Catalog", "Needle-Name"] {
        assert!(!text.contains(&plain.to_lowercase()), "{plain}");
    }
    assert_eq!(app.count("SELECT count(*) FROM kyc_documents WHERE encode(file_name, 'escape') ILIKE '%needle%' OR document_url ILIKE '%needle%'"), 0);
    assert_eq!(open_link(&app, &me, &sent).await.bytes, bill);
    // A file that is copied to the key of another document cannot be decrypted.
    let other = passport(&app, user).await;
    app.ctx
        .ports
        .files
        .put(&key_of(&app, &other), stored)
        .await
        .expect("the store");
    assert_eq!(open_link(&app, &me, &other).await.status, 500);
}

#[actix_web::test]
async fn kyc_upload_survives_an_unavailable_file_store() {
    let app = TestApp::start().await;
    let there = passport(&app, customer(&app)).await;
    let away = app.second_server(&[
        ("FILES_S3_BUCKET", "documents"),
        ("FILES_S3_ENDPOINT", "http://127.0.0.1:9"),
        ("FILES_S3_ACCESS_KEY_ID", "a"),
        ("FILES_S3_SECRET_ACCESS_KEY", "s"),
    ]);
    let (me, admin) = (
        away.as_user(customer(&app)),
        away.as_user(app.as_admin().id()),
    );

    let answer = upload(
        &me,
        "document_type=passport",
        ("image/jpeg", "p.jpg"),
        assets::jpeg(9, 9),
    )
    .await;
    assert_eq!(answer.header("retry-after"), "2");
    let problem = answer.problem(503, ProblemCode::Unavailable);
    assert!(!problem.to_string().contains("127.0.0.1"), "{problem}");
    assert_eq!(open_link(&away, &admin, &there).await.status, 503);
    assert_eq!(admin.delete(&at(&there, ""), 1).await.status, 204);
    away.run_jobs().await;

    // The deletion of the file waits for the store; other jobs continue.
    assert_eq!(app.count("SELECT count(*) FROM jobs WHERE kind = 'kyc.forget' AND status = 'queued' AND last_error IS NOT NULL"), 1);
    assert_eq!(app.count("SELECT count(*) FROM kyc_documents"), 1);
    assert_eq!(keys_of_files(&app).await.len(), 1);
    app.run_all_jobs().await;
    assert_eq!(keys_of_files(&app).await, Vec::<String>::new());
}

#[actix_web::test]
async fn orphaned_kyc_files_are_deleted_after_a_day() {
    let app = TestApp::start().await;
    let document = passport(&app, customer(&app)).await;
    let lost = format!(
        "kyc/{}/{}.0123.k1",
        uuid::Uuid::now_v7(),
        uuid::Uuid::now_v7()
    );
    for key in [lost.as_str(), "kyc/unrelated.txt"] {
        app.ctx
            .ports
            .files
            .put(key, vec![1])
            .await
            .expect("the store");
    }

    sweep(&app, &app.ctx).await;
    assert_eq!(keys_of_files(&app).await.len(), 3);
    app.ctx.clock.set(Utc::now() + TimeDelta::hours(25));
    sweep(&app, &app.ctx).await;

    let left = keys_of_files(&app).await;
    assert_eq!(left.len(), 2);
    assert!(
        left.contains(&key_of(&app, &document)) && !left.contains(&lost),
        "{left:?}"
    );
}

#[actix_web::test]
async fn kyc_files_are_deleted_after_retention_and_decisions_kept() {
    let app = TestApp::start().await;
    let (admin, user) = (app.as_admin(), customer(&app));
    let (approved, rejected, deleted) = (
        passport(&app, user).await,
        passport(&app, user).await,
        passport(&app, user).await,
    );
    decide(&admin, &approved, "approve", Value::Null)
        .await
        .expect(200);
    decide(&admin, &rejected, "reject", json!({ "reason": "Blurred." }))
        .await
        .expect(200);
    assert_eq!(admin.delete(&at(&deleted, ""), 1).await.status, 204);
    let gone = key_of(&app, &deleted);

    app.run_all_jobs().await;
    let left = keys_of_files(&app).await;
    assert_eq!((left.len(), left.contains(&gone)), (2, false));
    app.ctx.clock.set(Utc::now() + TimeDelta::days(29));
    sweep(&app, &app.ctx).await;
    assert_eq!(keys_of_files(&app).await.len(), 2);
    app.ctx.clock.set(Utc::now() + TimeDelta::days(31));
    sweep(&app, &app.ctx).await;

    assert_eq!(keys_of_files(&app).await, [key_of(&app, &approved)]);
    app.ctx.clock.set(Utc::now());
    let seen = admin.get(&at(&rejected, "")).await.expect(200);
    assert_eq!(
        (&seen["has_file"], &seen["rejection_reason"]),
        (&json!(false), &json!("Blurred."))
    );
    admin
        .send(reqwest::Method::POST, &at(&rejected, "link"), None)
        .await
        .problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn key_rotation_reencrypts_kyc_files() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let app = TestApp::start().await;
    let user = customer(&app);
    let (document, before) = {
        let document = passport(&app, user).await;
        let key = key_of(&app, &document);
        (document, key)
    };
    let key = |byte: u8| STANDARD.encode([byte; 32]);
    let both = format!("1:{},2:{}", key(2), key(7));
    let turned = app.second_server(&[("SEALING_KEYS", &both), ("SEALING_KEY_CURRENT", "2")]);

    sweep(&turned, &turned.ctx).await;

    let after = key_of(&app, &document);
    assert!(
        before.ends_with(".k1") && after.ends_with(".k2"),
        "{before} {after}"
    );
    assert_eq!(keys_of_files(&app).await, std::slice::from_ref(&after));
    // The file opens with the new key alone; this test does not rotate the rest of the database.
    let new = config(
        &app.database.url(),
        &[
            ("SEALING_KEYS", &format!("2:{}", key(7))),
            ("SEALING_KEY_CURRENT", "2"),
        ],
    );
    let keys = platform::crypto::Keyring::new(&new.sealing).expect("keys");
    let sealed = app
        .ctx
        .ports
        .files
        .get(&after)
        .await
        .expect("the store")
        .expect("the file");
    let id = uuid::Uuid::try_parse(document["id"].as_str().expect("an id")).expect("an id");
    let context = platform::crypto::FieldContext::new("kyc_documents", "document_url", id);
    assert!(image::load_from_memory(&keys.open_bytes(context, &sealed).expect("opened")).is_ok());
    assert_eq!(
        open_link(&turned, &turned.as_admin(), &document)
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn erasure_removes_kyc_files_and_their_names() {
    let app = TestApp::start().await;
    let user = customer(&app);
    let admin = app.as_role(UserRole::SuperAdmin);
    let document = passport(&app, user).await;
    decide(
        &admin,
        &document,
        "reject",
        json!({ "reason": "Ada, this is not you." }),
    )
    .await
    .expect(200);
    passport(&app, user).await;
    let keys = app.ctx.keys.clone();
    let taken = app
        .ctx
        .db
        .read(move |conn| {
            let personal_data = accounts::personal_data();
            let kyc = personal_data
                .iter()
                .find(|source| source.name == "kyc")
                .expect("the KYC documents");
            (kyc.export)(conn, &keys, user)
        })
        .await
        .expect("an export");
    assert_eq!(taken["kyc_documents"].as_array().map(Vec::len), Some(2));
    assert_eq!(taken["kyc_documents"][0]["file_name"], "passport.jpg");

    let keys = app.ctx.keys.clone();
    app.ctx
        .db
        .write(move |tx| {
            let personal_data = accounts::personal_data();
            let kyc = personal_data
                .iter()
                .find(|source| source.name == "kyc")
                .expect("the KYC documents");
            (kyc.erase)(tx, &keys, user)
        })
        .await
        .expect("erased");
    app.run_all_jobs().await;

    assert_eq!(keys_of_files(&app).await, Vec::<String>::new());
    assert_eq!(app.count("SELECT count(*) FROM kyc_documents WHERE deleted_at IS NULL OR file_name IS NOT NULL OR content_hash IS NOT NULL OR document_url <> '' OR rejection_reason LIKE 'Ada%'"), 0);
    admin
        .get(&at(&document, ""))
        .await
        .problem(404, ProblemCode::NotFound);
}
