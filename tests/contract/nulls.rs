//! Null in an edit clears a field that may be empty, and is rejected for every other field.

use super::{openapi::operations, permissions::Callers};
use crate::harness::TestApp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Fields that an edit may clear, by operation.
const CLEARED: &[(&str, &[&str])] = &[
    ("api_clients_edit", &["expires_at"]),
    ("inventory_edit", &["plan_id", "eid"]),
    ("offers_edit", &["stock", "minimum_price", "topup_sku"]),
    (
        "plans_edit",
        &[
            "description",
            "data_limit_mb",
            "activate_within_days",
            "daily_limit_mb",
            "throttled_kbps",
            "apn",
        ],
    ),
    ("pricing_edit", &["effective_to", "note"]),
    (
        "promotions_edit",
        &[
            "currency",
            "min_spend",
            "max_uses",
            "per_user_limit",
            "applicable_plans",
            "campaign",
        ],
    ),
    ("stock_edit", &[]),
    (
        "providers_edit",
        &[
            "provider_type",
            "low_balance_threshold",
            "sync_interval_hours",
        ],
    ),
    // Null is the default; a reason may be left out in either way.
    ("settings_edit", &["value", "reason"]),
    ("articles_edit", &["category"]),
    ("macros_edit", &["reply", "note"]),
    ("rules_edit", &[]),
    ("sla_edit", &[]),
    (
        "tickets_edit",
        &["category", "esim_id", "order_id", "transaction_id"],
    ),
    (
        "twilio_edit",
        &[
            "api_key",
            "auth_token",
            "api_secret",
            "webhook_secret",
            "webhook_url",
        ],
    ),
    ("users_edit", &["phone"]),
    ("users_edit_me", &["phone"]),
    ("views_edit", &["role"]),
];

#[actix_web::test]
async fn edit_rejects_null_for_fields_that_cannot_be_empty() {
    let app = TestApp::start().await;
    let callers = Callers::sign_in(&app, &[]);
    let document: Value = serde_json::from_str(include_str!("../../openapi/openapi.json")).unwrap();
    let mut tried = BTreeSet::new();
    for (method, path, operation) in operations() {
        if method != "PATCH" {
            continue;
        }
        let name = operation["operationId"].as_str().unwrap().to_owned();
        let cleared = CLEARED.iter().find(|(known, _)| *known == name);
        let cleared = cleared
            .unwrap_or_else(|| panic!("{name}: which fields may be null?"))
            .1;
        let shape = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            .as_str()
            .and_then(|shape| shape.rsplit('/').next())
            .unwrap_or_else(|| panic!("{name} has a body"));
        let fields = document["components"]["schemas"][shape]["properties"]
            .as_object()
            .unwrap();
        // The other required fields of the body.
        let required = document["components"]["schemas"][shape]["required"].clone();
        let at = path.replace("{id}", &Uuid::now_v7().to_string());
        for field in fields.keys() {
            let mut change = json!({ field.as_str(): null });
            for other in required.as_array().into_iter().flatten() {
                let other = other.as_str().unwrap();
                if other != field {
                    change[other] = json!("45");
                }
            }
            let answer = callers
                .with_permissions_for(&operation)
                .patch(&at, 1, change)
                .await;
            if cleared.contains(&field.as_str()) {
                assert_ne!(answer.status, 422, "{name}.{field}: {}", answer.text());
            } else {
                assert_eq!(answer.status, 422, "{name}.{field}: {}", answer.text());
                answer.rejects_field(field);
            }
        }
        tried.insert(name);
    }
    assert_eq!(tried.len(), CLEARED.len(), "{tried:?}");
}
