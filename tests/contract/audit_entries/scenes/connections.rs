//! Calls to providers, webhooks of providers, and Twilio accounts.

use super::{super::Scenes, id};
use crate::harness::Client;
use reqwest::Method;
use serde_json::{Value, json};
use suppliers::simulator::{SIGNATURE_HEADER, Simulator};

/// Records tests, balances, catalogs and webhooks of a provider.
pub async fn provider(scenes: &mut Scenes<'_>, admin: &Client, provider: &str) {
    for (operation, action) in [
        ("providers_test", "provider.test"),
        ("providers_read_balance", "provider.sync"),
        ("price_lists_sync", "provider.sync"),
    ] {
        scenes
            .run_operation(admin, (operation, provider), Value::Null, &[action])
            .await;
    }
    let connection = format!("/v1/providers/{provider}/connection");
    let connection = admin.get(&connection).await.expect(200);
    let url = connection["webhook_url"].as_str().unwrap();
    let address = &url[url.find("/v1/").unwrap()..];
    let body = br#"{"id":"scene-1","kind":"probe"}"#.to_vec();
    let signature = Simulator::sign("another-needle", &body);
    scenes
        .app
        .anonymous()
        .with(SIGNATURE_HEADER, &signature)
        .raw(Method::POST, address, "application/json", body)
        .await
        .expect(204);
    scenes.app.run_all_jobs().await;
    let receipts = admin.get("/v1/provider-webhooks").await.expect(200);
    let receipt = receipts["data"][0].clone();
    scenes
        .run_operation(
            admin,
            ("provider_webhooks_replay", id(&receipt)),
            Value::Null,
            &["webhook.replay"],
        )
        .await;
    scenes.app.run_all_jobs().await;
}

/// Records operations on Twilio accounts.
pub async fn twilio(scenes: &mut Scenes<'_>, admin: &Client, chief: &Client) {
    let new = |number: u8| {
        json!({
            "account_sid": format!("AC{number:032}"), "api_key": "client", "api_secret": "needle-of-kore",
            "api_base_url": "http://127.0.0.1:9",
        })
    };
    let first = scenes
        .run_operation(
            chief,
            ("twilio_create", ""),
            new(1),
            &["twilio_config.create"],
        )
        .await;
    let edited = scenes
        .run_operation(
            admin,
            ("twilio_edit", id(&first)),
            json!({ "webhook_url": null }),
            &["twilio_config.edit"],
        )
        .await;
    assert_eq!(edited["version"], 2);
    scenes
        .run_operation(
            chief,
            ("twilio_activate", id(&first)),
            Value::Null,
            &["twilio_config.activate"],
        )
        .await;
    scenes
        .run_operation(
            admin,
            ("twilio_test", id(&first)),
            Value::Null,
            &["twilio_config.test"],
        )
        .await;
    let provider = json!({ "name": "Super SIM", "api_endpoint": "https://supersim.api.korewireless.com", "adapter": "super_sim" });
    admin.post("/v1/providers", provider).await.expect(201);
    scenes
        .run_operation(
            admin,
            ("twilio_sync", id(&first)),
            Value::Null,
            &["twilio_config.sync"],
        )
        .await;
    scenes.app.run_all_jobs().await;
    let second = scenes
        .run_operation(
            chief,
            ("twilio_create", ""),
            new(2),
            &["twilio_config.create"],
        )
        .await;
    scenes
        .run_operation(
            admin,
            ("twilio_remove", id(&second)),
            Value::Null,
            &["twilio_config.delete"],
        )
        .await;
}
