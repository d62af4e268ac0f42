//! Every write rejects every protected field in a body, names the field in the error,
//! and changes nothing.

use super::{
    openapi::operations,
    permissions::{Callers, body},
};
use crate::harness::TestApp;
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::accounts::users::UserRole;

/// Fields that only the system or a dedicated operation sets.
fn protected() -> [(&'static str, Value); 12] {
    [
        ("id", json!(Uuid::now_v7())),
        ("role", json!("super_admin")),
        ("status", json!("active")),
        ("kyc_status", json!("verified")),
        ("password_hash", json!("!")),
        ("used_count", json!(0)),
        ("total_amount", json!("0.01")),
        ("is_internal", json!(false)),
        ("client_id", json!(null)),
        ("created_at", json!("2020-01-01T00:00:00Z")),
        ("deleted_at", json!(null)),
        ("version", json!(99)),
    ]
}

/// Operations whose purpose is to set such a field; each has rules and tests of its own.
const SETTABLE: &[(&str, &str)] = &[
    ("users_create", "role"),
    ("users_change_role", "role"),
    ("messages_add", "is_internal"),
    ("views_create", "role"),
    ("views_edit", "role"),
    ("settings_rollback", "version"),
    ("sessions_create", "client_id"),
    ("sessions_forgotten_password", "client_id"),
];

/// Returns the bodies of public operations; `permissions` has those of the other operations.
fn open(operation: &str) -> Option<Value> {
    Some(match operation {
        "sessions_create" => json!({ "email": "a@example.com", "password": "wrong" }),
        "sessions_forgotten_password" => json!({ "email": "a@example.com" }),
        "help_vote" => json!({ "is_helpful": true }),
        "sessions_password_link" => json!({ "token": "x" }),
        "sessions_set_password" => {
            json!({ "token": "x", "password": "nine purple umbrellas whisper" })
        }
        _ => return None,
    })
}

/// A digest of every row of every table that a request can change.
fn digest(conn: &mut PgConnection) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        text: String,
    }
    let tables: Vec<Line> = sql_query(
        "SELECT quote_ident(table_name) AS text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' \
         AND table_name NOT IN ('rate_limits', 'login_attempts', 'sessions') ORDER BY 1",
    )
    .load(conn)
    .unwrap();
    tables
        .iter()
        .map(|table| {
            let query = format!(
                "SELECT '{0} ' || md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) AS text FROM {0} t",
                table.text
            );
            sql_query(query).get_result::<Line>(conn).unwrap().text
        })
        .collect()
}

#[actix_web::test]
async fn every_write_rejects_protected_fields() {
    let app = TestApp::start().await;
    let callers = Callers::sign_in(
        &app,
        &[("if-match", "\"v1\""), ("x-requested-with", "esim-admin")],
    );
    let (plan, user, esim, provider) = app.given(|given| {
        let plan = given.plan("9.90");
        let provider = given.provider("P", 1);
        (
            plan,
            given.user(UserRole::Customer),
            given.stock(plan).0,
            provider,
        )
    });
    let sale = crate::flows::purchase::order(&app.as_admin(), plan, user, 1).await;
    // The objects exist, so that a write that is accepted would change them.
    let known = |path: &str| -> String {
        let id = match path.split('/').nth(2) {
            Some("users") => user.0,
            Some("plans") => plan.0,
            Some("esims") => esim.0,
            Some("providers") => provider.0,
            Some("orders") => sale["id"].as_str().unwrap().parse().unwrap(),
            _ => Uuid::now_v7(),
        };
        path.replace("{id}", &id.to_string())
    };
    let before = app.given(|given| digest(given.conn()));
    let (mut tried, mut wrong) = (0, Vec::new());
    for (method, path, operation) in operations() {
        let name = operation["operationId"].as_str().unwrap();
        if operation["requestBody"].is_null() {
            continue;
        }
        let Some(Value::Object(sample)) = body(name).or_else(|| open(name)) else {
            // File uploads and gateway webhooks have no JSON type of ours.
            assert!(
                name.ends_with("_import")
                    || name.ends_with("_upload")
                    || name == "price_lists_create"
                    || name == "inbound_receive"
                    || name.starts_with("provider_webhooks_receive")
                    || name.starts_with("webhooks_"),
                "{name} needs a sample body"
            );
            continue;
        };
        for (field, value) in protected() {
            if SETTABLE.contains(&(name, field)) {
                continue;
            }
            let mut body = sample.clone();
            body.insert(field.to_owned(), value);
            let client = callers
                .with_permissions_for(&operation)
                .with("idempotency-key", &Uuid::new_v4().to_string());
            let answer = client
                .send(
                    method.parse::<Method>().unwrap(),
                    &known(&path),
                    Some(body.into()),
                )
                .await;
            let problem = answer.json();
            let named = problem["errors"]
                .as_array()
                .is_some_and(|all| all.iter().any(|error| error["field"] == field));
            if answer.status != 422 || !named {
                wrong.push(format!("{method} {path} with {field}: {}", answer.text()));
            }
            tried += 1;
        }
    }
    assert!(tried > 200, "only {tried} tries");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(app.given(|given| digest(given.conn())), before);
}
