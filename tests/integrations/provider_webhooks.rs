//! Webhooks of providers: signatures, repetitions, effects and replays.

use super::providers::{KEY, freedom};
use crate::harness::{Answer, Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use suppliers::simulator::{SIGNATURE_HEADER, Simulator};
use wire::{ProblemCode, accounts::users::UserRole};

/// A provider and the address of its webhooks.
struct Shop {
    app: TestApp,
    admin: Client,
    provider: String,
    address: String,
}

impl Shop {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let admin = app.as_admin();
        let made = admin.post("/v1/providers", freedom()).await.expect(201);
        let provider = made["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/providers/{provider}/connection");
        let connection = admin.get(&path).await.expect(200);
        let url = connection["webhook_url"].as_str().unwrap();
        let address = url[url.find("/v1/").unwrap()..].to_owned();
        Self {
            app,
            admin,
            provider,
            address,
        }
    }

    async fn send(&self, signature: Option<&str>, body: &[u8]) -> Answer {
        let mut sender = self.app.anonymous();
        if let Some(signature) = signature {
            sender = sender.with(SIGNATURE_HEADER, signature);
        }
        sender
            .raw(
                Method::POST,
                &self.address,
                "application/json",
                body.to_vec(),
            )
            .await
    }

    async fn signed(&self, event: &Value) -> Answer {
        let body = event.to_string().into_bytes();
        self.send(Some(&Simulator::sign(KEY, &body)), &body).await
    }

    async fn receipts(&self) -> Vec<Value> {
        let path = format!("/v1/provider-webhooks?provider_id={}", self.provider);
        let page = self.admin.get(&path).await.expect(200);
        page["data"].as_array().unwrap().clone()
    }
}

fn event(id: &str, change: Value) -> Value {
    crate::catalog::promotions::with(
        json!({ "id": id, "kind": "probe", "field_of_tomorrow": [1] }),
        change,
    )
}

#[actix_web::test]
async fn probe_is_answered_without_a_receipt() {
    let shop = Shop::open().await;
    for method in [Method::HEAD, Method::GET] {
        let answer = shop.app.anonymous().send(method, &shop.address, None).await;
        assert_eq!(answer.status, 200);
    }
    assert_eq!(shop.app.count("SELECT count(*) FROM webhook_receipts"), 0);
}

#[actix_web::test]
async fn webhook_is_stored_once_per_event() {
    let shop = Shop::open().await;
    let low = event("evt-1", json!({ "kind": "balance.low" }));
    for _ in 0..3 {
        shop.signed(&low).await.expect(204);
    }
    shop.app.run_all_jobs().await;
    shop.signed(&low).await.expect(204);
    shop.app.run_all_jobs().await;

    let receipts = shop.receipts().await;
    assert_eq!(receipts.len(), 1);
    assert_eq!(
        (
            &receipts[0]["event_id"],
            &receipts[0]["status"],
            &receipts[0]["is_signed"],
            &receipts[0]["note"]
        ),
        (
            &json!("evt-1"),
            &json!("applied"),
            &json!(true),
            &json!("The balance is read.")
        )
    );
    assert_eq!(
        shop.app
            .count("SELECT count(*) FROM provider_runs WHERE kind = 'balance'"),
        1
    );
}

#[actix_web::test]
async fn same_event_id_of_two_providers_is_two_events() {
    let shop = Shop::open().await;
    shop.signed(&event("evt-1", json!({}))).await.expect(204);
    let other = shop
        .admin
        .post("/v1/providers", freedom())
        .await
        .expect(201);
    let path = format!("/v1/providers/{}/connection", other["id"].as_str().unwrap());
    let url = shop.admin.get(&path).await.expect(200)["webhook_url"]
        .as_str()
        .unwrap()
        .to_owned();
    let second = Shop {
        address: url[url.find("/v1/").unwrap()..].to_owned(),
        ..shop
    };
    second.signed(&event("evt-1", json!({}))).await.expect(204);
    second.app.run_all_jobs().await;
    assert_eq!(
        second
            .app
            .count("SELECT count(*) FROM webhook_receipts WHERE status = 'ignored'"),
        2
    );
}

#[actix_web::test]
async fn invalid_signature_is_counted_and_changes_nothing() {
    let shop = Shop::open().await;
    let body = event("evt-1", json!({ "kind": "balance.low" }))
        .to_string()
        .into_bytes();
    let good = Simulator::sign(KEY, &body);
    let spaced = format!(" {} ", String::from_utf8_lossy(&body)).into_bytes();
    let other = Simulator::sign("another-key", &body);
    let cases: [(Option<&str>, &[u8]); 7] = [
        (None, &body),
        (Some(""), &body),
        (Some("not-hex"), &body),
        (Some(&good[..62]), &body),
        (Some(&other), &body),
        (Some(&good), b"{\"id\":\"evt-1\"}"),
        (Some(&good), &spaced),
    ];
    for (signature, body) in cases {
        shop.send(signature, body)
            .await
            .problem(401, ProblemCode::BadSignature);
    }
    assert_eq!(
        shop.app
            .count("SELECT count(*) FROM jobs WHERE kind = 'webhooks.apply'"),
        0
    );
    assert_eq!(
        shop.app.count("SELECT sum(deliveries)::bigint AS count FROM webhook_receipts WHERE status = 'rejected' AND provider_id IS NOT NULL"),
        7
    );
    // A tampered event does not keep the real one out.
    shop.send(Some(&good), &body).await.expect(204);
    shop.app.run_all_jobs().await;
    assert_eq!(
        shop.app
            .count("SELECT count(*) FROM webhook_receipts WHERE status = 'applied'"),
        1
    );
}

#[actix_web::test]
async fn wrong_token_and_unknown_provider_are_not_found() {
    let shop = Shop::open().await;
    let body = event("evt-1", json!({})).to_string().into_bytes();
    let good = Simulator::sign(KEY, &body);
    let (start, token) = shop.address.rsplit_once('/').unwrap();
    assert_eq!(token.len(), 64);
    let unknown = format!("/v1/webhooks/providers/{}/{token}", uuid::Uuid::now_v7());
    for path in [
        format!("{start}/{}", "0".repeat(64)),
        format!("{start}/x"),
        unknown,
        "/v1/webhooks/providers/nonsense/x".to_owned(),
    ] {
        shop.app
            .anonymous()
            .with(SIGNATURE_HEADER, &good)
            .raw(Method::POST, &path, "application/json", body.clone())
            .await
            .problem(404, ProblemCode::NotFound);
    }
    assert_eq!(shop.app.count("SELECT count(*) FROM webhook_receipts"), 0);
}

#[actix_web::test]
async fn large_and_malformed_webhooks_are_refused() {
    let shop = Shop::open().await;
    let large = vec![b' '; 300 * 1024];
    shop.send(Some(&Simulator::sign(KEY, &large)), &large)
        .await
        .problem(413, ProblemCode::TooLarge);
    let body = b"not json".to_vec();
    shop.send(Some(&Simulator::sign(KEY, &body)), &body)
        .await
        .problem(400, ProblemCode::Malformed);
}

#[actix_web::test]
async fn replaced_key_verifies_webhooks_for_a_day() {
    let shop = Shop::open().await;
    let path = format!("/v1/providers/{}", shop.provider);
    shop.app
        .as_role(UserRole::SuperAdmin)
        .patch(&path, 1, json!({ "api_key": "the-new-key-of-today" }))
        .await
        .expect(200);
    let connection = shop
        .admin
        .get(&format!("{path}/connection"))
        .await
        .expect(200);
    assert!(connection["previous_key_until"].is_string());

    shop.signed(&event("evt-old", json!({}))).await.expect(204);
    let body = event("evt-new", json!({})).to_string().into_bytes();
    let new = Simulator::sign("the-new-key-of-today", &body);
    shop.send(Some(&new), &body).await.expect(204);

    shop.app
        .execute("UPDATE data_providers SET previous_until = now() - interval '1 second'");
    shop.signed(&event("evt-late", json!({})))
        .await
        .problem(401, ProblemCode::BadSignature);
    shop.app.run_all_jobs().await;
}

#[actix_web::test]
async fn replay_applies_a_webhook_again() {
    let shop = Shop::open().await;
    shop.signed(&event("evt-1", json!({ "kind": "balance.low" })))
        .await
        .expect(204);
    let id = shop.receipts().await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/provider-webhooks/{id}/replay");
    shop.admin
        .post(&path, json!({}))
        .await
        .problem(409, ProblemCode::WrongState);
    shop.app.run_all_jobs().await;

    let replayed = shop.admin.post(&path, json!({})).await.expect(200);
    assert_eq!(
        (&replayed["status"], &replayed["replays"]),
        (&json!("received"), &json!(1))
    );
    shop.app.run_all_jobs().await;
    assert_eq!(shop.receipts().await[0]["status"], "applied");
    assert_eq!(
        shop.app.count(
            "SELECT count(*) FROM provider_runs WHERE kind = 'balance' AND status = 'succeeded'"
        ),
        2
    );
    shop.app
        .as_role(UserRole::Support)
        .post(&path, json!({}))
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn webhook_of_an_unknown_order_is_ignored() {
    let shop = Shop::open().await;
    shop.signed(&event(
        "evt-1",
        json!({ "kind": "order.delivered", "order_ref": "SIM-unknown" }),
    ))
    .await
    .expect(204);
    shop.app.run_all_jobs().await;
    let receipts = shop.receipts().await;
    assert_eq!(
        (&receipts[0]["status"], &receipts[0]["note"]),
        (
            &json!("ignored"),
            &json!("The provider's order is not open here.")
        )
    );
}
