//! Phone numbers: stored as E.164, returned formatted, and found in every usual notation.

use super::{ada, names::found};
use crate::harness::TestApp;
use platform::crypto::FieldContext;
use serde_json::json;
use wire::UserId;

#[actix_web::test]
async fn phone_is_stored_as_e164_and_returned_formatted() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for text in [
        "+442079460012",
        " +44 20 7946 0012 ",
        "+44 (0)20 7946 0012",
        "0044 20 7946 0012",
        "+44\u{a0}20–7946‑0012",
        "＋４４ ２０ ７９４６ ００１２",
        "\u{202a}+44 20 7946 0012\u{202c}",
    ] {
        let mut new = ada();
        new["email"] = json!(format!("{}@example.com", uuid::Uuid::new_v4().simple()));
        new["phone"] = json!(text);
        let user = admin.post("/v1/users", new).await.expect(201);
        assert_eq!(user["phone"], "+44 20 7946 0012", "{text:?}");
        let id: UserId = wire::Param::parse(user["id"].as_str().expect("an id")).expect("an id");
        let stored = app.given(|given| {
            use diesel::prelude::*;
            let sealed: Option<Vec<u8>> = schema::users::table
                .find(id)
                .select(schema::users::phone)
                .first(given.conn())
                .expect("a row");
            app.ctx
                .keys
                .open(
                    FieldContext::new("users", "phone", id.0),
                    &sealed.expect("a phone"),
                )
                .expect("it opens")
        });
        assert_eq!(stored, "+442079460012");
        // An edit of another field keeps the number.
        let edited = admin
            .patch(
                &format!("/v1/users/{id}"),
                1,
                json!({ "first_name": "Ava" }),
            )
            .await
            .expect(200);
        assert_eq!(edited["phone"], "+44 20 7946 0012");
    }
    for q in [
        "020 7946 0012",
        "+44 (0)20 7946 0012",
        "2079460012",
        "00442079460012",
        "+44-20-7946-0012",
        "442079460012",
    ] {
        assert_eq!(found(&admin, q).await, 7, "{q}");
    }
    assert_eq!(found(&admin, "2079460013").await, 0);
}

#[actix_web::test]
async fn phone_rejects_invalid_numbers_and_national_ones_without_country() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for text in [
        "+44 1",
        "+999 123456",
        "+44 20 7946 0012 99999",
        "ada",
        "+",
        "",
        "+1 800 FLOWERS",
        "12",
    ] {
        let mut new = ada();
        new["phone"] = json!(text);
        admin.post("/v1/users", new).await.rejects_field("phone");
    }
    let mut new = ada();
    new["phone"] = json!("(202) 555-0124");
    let problem = admin
        .post("/v1/users", new.clone())
        .await
        .rejects_field("phone");
    assert_eq!(problem["errors"][0]["code"], "country_code");

    let owner = app.as_role(wire::accounts::users::UserRole::SuperAdmin);
    let page = owner
        .get("/v1/settings?q=business.country")
        .await
        .expect(200);
    let setting = page["data"][0].clone();
    let path = format!("/v1/settings/{}", setting["id"].as_str().expect("an id"));
    owner
        .patch(&path, 1, json!({ "value": "ZZ" }))
        .await
        .rejects_field("value");
    owner
        .patch(&path, 1, json!({ "value": "us" }))
        .await
        .expect(200);
    let user = admin.post("/v1/users", new).await.expect(201);
    assert_eq!(user["phone"], "+1 202-555-0124");
    assert_eq!(found(&admin, "2025550124").await, 1);
    let path = format!("/v1/users/{}", user["id"].as_str().expect("an id"));
    admin
        .patch(&path, 1, json!({ "phone": "555" }))
        .await
        .rejects_field("phone");
    let user = admin
        .patch(&path, 1, json!({ "phone": null }))
        .await
        .expect(200);
    assert_eq!(user["phone"], json!(null));
}
