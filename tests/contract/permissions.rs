//! Every documented operation, called by every role: exactly the callers with permission reach it.

use super::openapi::operations;
use crate::harness::{Answer, Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    Permission, Reach,
    accounts::{api_clients::grantable, users::UserRole},
};

/// Returns a body that the operation accepts: the server checks permissions after it has parsed the input.
pub fn body(operation: &str) -> Option<Value> {
    let id = Uuid::now_v7();
    Some(match operation {
        "users_create" => {
            json!({ "email": format!("{id}@example.com"), "first_name": "A", "last_name": "B" })
        }
        "users_edit" | "users_edit_me" => json!({ "first_name": "C" }),
        "users_suspend" | "users_ban" | "users_erase" | "users_remove" | "users_restore"
        | "users_activate" | "users_deactivate" | "users_export_data" => {
            json!({ "reason": "test" })
        }
        "users_change_role" => json!({ "role": "support" }),
        "users_bulk" => json!({ "action": "suspend", "reason": "test", "ids": [id] }),
        "users_reveal" | "inventory_reveal" => json!({ "reason": "test" }),
        "plans_create" => json!({ "name": "P", "validity_days": 7, "regions": ["US"] }),
        "kyc_upload" => json!("not a file"),
        "kyc_reject" => json!({ "reason": "test" }),
        "plans_bulk" => json!({ "action": "activate", "ids": [id] }),
        "offers_create" => {
            json!({ "plan_id": id, "provider_id": id, "sku": "s", "cost": "1.00" })
        }
        "offers_edit" => json!({ "priority": 2 }),
        "offers_order" => json!({ "plan_id": id, "ids": [id] }),
        "price_lists_create" | "plans_sheet_import" => json!([]),
        "price_lists_publish" => json!({}),
        "changes_create" => json!({ "rule": { "adjust": { "percent": "1" } }, "plan_ids": [id] }),
        "plans_edit" => json!({ "name": "Q" }),
        "plans_import" | "inventory_import" => json!([]),
        "pricing_create" => json!({ "plan_id": id, "cost_price": "1.00", "selling_price": "2.00" }),
        "pricing_edit" => json!({ "selling_price": "3.00" }),
        "operations_operate_many" => json!({ "kind": "refresh", "ids": [id] }),
        "operations_suspend" | "operations_resume" | "operations_cancel" | "operations_refresh" => {
            json!({ "reason": "test" })
        }
        "sharing_create" => json!({ "valid_hours": 1 }),
        "inventory_reassign" => json!({ "user_id": id, "reason": "test" }),
        "stock_create" => json!({ "plan_id": id, "minimum": 5 }),
        "stock_edit" => json!({ "minimum": 6 }),
        "fulfillment_resend" | "orders_resend" => json!({ "reason": "test" }),
        "usage_record" => {
            json!({ "readings": [{ "event_id": "e", "esim_id": id, "value": "1", "unit": "MB", "read_at": "2026-01-01T00:00:00Z" }] })
        }
        "inventory_edit" => json!({ "eid": null }),
        "sessions_invitation_link" => json!({}),
        "sessions_confirm" => json!({ "password": "wrong" }),
        "sessions_enrol_mfa" | "sessions_renew_codes" => json!({ "code": "000000" }),
        "sessions_disable_mfa" => json!({ "password": "wrong", "code": "000000" }),
        "sessions_change_password" => {
            json!({ "current": "wrong", "new": "nine purple umbrellas whisper" })
        }
        "api_clients_create" => {
            json!({ "name": "S", "mode": "test", "scopes": ["plans:read"] })
        }
        "api_clients_edit" => json!({ "name": "T" }),
        "api_clients_rotate" => json!({ "overlap_hours": 1 }),
        "api_clients_revoke" => json!({ "reason": "test" }),
        "orders_create" => json!({ "plan_id": id }),
        "orders_cancel" => json!({ "reason": "test" }),
        "transactions_confirm" => {
            json!({ "amount": "1.00", "currency": "USD", "reference": "R", "received_at": "2026-01-01T00:00:00Z" })
        }
        "transactions_reject" => json!({ "reason": "test" }),
        "promotions_create" => {
            json!({ "discount_type": "percentage", "discount_value": "10.00", "valid_to": "2099-01-01T00:00:00Z" })
        }
        "promotions_generate" => {
            json!({ "count": 1, "campaign": "C", "discount_type": "percentage", "discount_value": "10.00", "valid_to": "2099-01-01T00:00:00Z" })
        }
        "promotions_check" => json!({ "code": "CODE", "plan_id": id }),
        "promotions_edit" => json!({ "campaign": "D" }),
        "refunds_create" => json!({ "transaction_id": id, "reason_code": "goodwill" }),
        "refunds_reject" | "reconciliation_escalate" => json!({ "reason": "test" }),
        "refunds_confirm" => json!({ "reference": "test" }),
        "refunds_bulk" => json!({ "action": "refund", "reason": "test", "ids": [id] }),
        "supplier_claims_accept" | "supplier_claims_reject" => json!({}),
        "reconciliation_resolve" => json!({ "action": "settle_outside", "reason": "test" }),
        "transactions_simulate" => json!({ "outcome": "succeed" }),
        "providers_create" => {
            json!({ "name": "S", "api_endpoint": "https://simulator.invalid", "api_key": "k", "adapter": "simulator" })
        }
        "providers_edit" => json!({ "name": "T" }),
        "health_pause" | "providers_pause" => json!({ "reason": "Maintenance" }),
        "price_lists_sync" => json!({}),
        "twilio_create" => {
            json!({ "account_sid": "AC00000000000000000000000000000001", "api_key": "client", "api_secret": "a-secret-of-kore" })
        }
        "twilio_edit" => json!({ "webhook_url": null }),
        "analytics_record" => {
            json!({ "events": [{ "event_uid": "e", "event_type": "viewed", "occurred_at": chrono::Utc::now(), "metadata": { "visitor_id": id } }] })
        }
        "reports_create" => json!({ "period_type": "daily", "day": "2026-01-01" }),
        "report_locks_create" => json!({ "locked_before": "2026-01-01" }),
        "rates_create" => {
            json!({ "rate_date": "2026-01-01", "from_currency": "EUR", "to_currency": "USD", "rate": "1.1", "source": "ECB" })
        }
        "rates_import" => json!([]),
        "settings_edit" => json!({ "value": null }),
        "settings_rollback" => json!({ "version": 1 }),
        "audit_verify" => json!({}),
        "tickets_create" => {
            json!({ "user_id": id, "subject": "No data", "description": "It does not work" })
        }
        "tickets_edit" => json!({ "category": "technical" }),
        "tickets_assign" => json!({ "assigned_to": null }),
        "tickets_ping" => json!({ "is_typing": true }),
        "tickets_rate" => json!({ "score": 5 }),
        "inbox_read_all" => json!({ "until": "2026-01-01T00:00:00Z" }),
        "tickets_bulk" => json!({ "action": "close", "ids": [id] }),
        "messages_add" => json!({ "message": "Hello" }),
        "messages_merge" => json!({ "into_id": id }),
        "messages_split" => json!({ "message_ids": [id], "subject": "Another question" }),
        "messages_upload" => json!("not a file"),
        "sla_edit" => json!({ "holidays": [] }),
        "rules_create" => {
            json!({ "name": "R", "conditions": { "channel": "email" }, "actions": { "priority": "high" } })
        }
        "rules_edit" => json!({ "position": 1 }),
        "macros_create" => json!({ "name": "M", "reply": "Hello" }),
        "macros_edit" => json!({ "name": "N" }),
        "macros_run" => json!({ "macro_id": id }),
        "articles_create" => json!({ "title": "How to", "content": "Text" }),
        "articles_edit" => json!({ "content": "More" }),
        "articles_preview" => json!({ "content": "*x*" }),
        "articles_roll_back" => json!({ "number": 1 }),
        "views_create" => {
            json!({ "list": "/billing/orders", "name": "V", "query": "status=paid", "audience": "mine" })
        }
        "views_edit" => json!({ "name": "W" }),
        _ => return None,
    })
}

/// Calls an operation with the headers that it requires.
pub async fn call(client: &Client, method: &str, path: &str, operation: &Value) -> Answer {
    let id = Uuid::now_v7().to_string();
    let provider = if path.ends_with("/import") {
        format!("?provider_id={id}")
    } else {
        String::new()
    };
    let path = format!("{}{provider}", path.replace("{id}", &id));
    let client = client
        .with("if-match", "\"v1\"")
        .with("idempotency-key", &id)
        .with("x-requested-with", "esim-admin");
    let sample = body(operation["operationId"].as_str().unwrap());
    assert!(
        operation["requestBody"].is_null() || sample.is_some(),
        "{} needs a sample body in this test",
        operation["operationId"]
    );
    client
        .send(method.parse::<Method>().unwrap(), &path, sample)
        .await
}

/// Returns the permissions that an operation requires.
pub fn scopes(operation: &Value) -> Vec<Permission> {
    let named = operation["security"][0]["bearer"]
        .as_array()
        .into_iter()
        .flatten();
    named
        .map(|scope| {
            wire::Param::parse(scope.as_str().unwrap())
                .unwrap_or_else(|_| panic!("{scope} is not a permission"))
        })
        .collect()
}

/// A super administrator, and a customer for the operations that only customers may call.
pub struct Callers {
    admin: Client,
    customer: Client,
}

impl Callers {
    /// Signs both callers in; each sends these headers with every request.
    pub fn sign_in(app: &TestApp, headers: &[(&str, &str)]) -> Self {
        let client = |role| {
            headers
                .iter()
                .fold(app.as_role(role), |client, (name, value)| {
                    client.with(name, value)
                })
        };
        Self {
            admin: client(UserRole::SuperAdmin),
            customer: client(UserRole::Customer),
        }
    }

    /// Returns the caller who has the permissions of an operation.
    pub fn with_permissions_for(&self, operation: &Value) -> &Client {
        let may = |scope: &Permission| scope.reach(UserRole::SuperAdmin) != Reach::None;
        if scopes(operation).iter().all(may) {
            &self.admin
        } else {
            &self.customer
        }
    }
}

/// A caller, and whether the permission table grants them a permission.
struct Caller {
    name: String,
    client: Client,
    may: Box<dyn Fn(Permission) -> bool>,
}

/// Returns a caller for every role, and API clients with all scopes and with one scope.
fn all_callers(app: &TestApp) -> Vec<Caller> {
    let by_role = UserRole::ALL.iter().map(|&role| Caller {
        name: role.to_string(),
        client: app.as_role(role),
        may: Box::new(move |permission| permission.reach(role) != Reach::None),
    });
    let all: Vec<Permission> = grantable().collect();
    let programs = [all, vec![Permission::PricingRead]];
    let by_key = programs.into_iter().map(|scopes| Caller {
        name: format!("a key with {} scopes", scopes.len()),
        client: app.as_client(&scopes).1,
        may: Box::new(move |permission| scopes.contains(&permission)),
    });
    by_role.chain(by_key).collect()
}

#[actix_web::test]
async fn callers_reach_exactly_what_the_permission_table_allows() {
    let app = TestApp::start().await;
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (method, path, operation) in operations() {
        let scopes = scopes(&operation);
        if scopes.is_empty() {
            continue;
        }
        let at = format!("{method} {path}");
        let anonymous = call(&app.anonymous(), &method, &path, &operation).await;
        if anonymous.status != 401 {
            wrong.push(format!(
                "{at} answers {} to anonymous callers",
                anonymous.status
            ));
        }
        // Each operation gets new callers: some operations end the session that calls them.
        for Caller { name, client, may } in all_callers(&app) {
            let allowed = scopes.iter().all(|scope| may(*scope));
            let answer = call(&client, &method, &path, &operation).await;
            let reached = !matches!(answer.status, 401 | 403);
            if reached != allowed || answer.status >= 500 {
                let (status, text) = (answer.status, answer.text());
                wrong.push(format!("{at} answers {status} to {name}: {text}"));
            }
            tried += 1;
        }
    }
    assert!(tried > 200, "only {tried} tries");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn api_key_is_documented_where_it_is_accepted() {
    for (method, path, operation) in operations() {
        let (scopes, ways) = (scopes(&operation), &operation["security"]);
        let opens = |scope: &Permission| scope.reach_of_clients() != Reach::None;
        let expected = !scopes.is_empty() && scopes.iter().all(opens);
        let key = ways[1]["key"].as_array();
        assert_eq!(key.is_some(), expected, "{method} {path}");
        assert!(
            !expected || key == ways[0]["bearer"].as_array(),
            "{method} {path}"
        );
    }
}

#[test]
fn only_listed_operations_are_public() {
    let open: Vec<String> = operations()
        .into_iter()
        .filter(|(_, _, operation)| scopes(operation).is_empty())
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    assert_eq!(
        open,
        [
            "GET /health/live",
            "GET /health/ready",
            "GET /metrics",
            "GET /v1/help/articles",
            "GET /v1/help/articles/{slug}",
            "POST /v1/help/articles/{slug}/views",
            "POST /v1/help/articles/{slug}/votes",
            "GET /v1/help/search",
            "POST /v1/inbound/email",
            "GET /v1/kyc/files/{token}",
            "POST /v1/passwords/forgotten",
            "POST /v1/passwords/link",
            "POST /v1/passwords/set",
            "POST /v1/sessions",
            "POST /v1/sessions/refresh",
            "GET /v1/settings/public",
            "GET /v1/ticket-attachments/files/{token}",
            "GET /v1/webhooks/providers/{id}/{token}",
            "POST /v1/webhooks/providers/{id}/{token}",
            "POST /v1/webhooks/providers/{id}/{token}/{reference}",
            "POST /v1/webhooks/{gateway}"
        ]
    );
}

#[actix_web::test]
async fn role_and_status_changes_apply_from_the_next_request() {
    use diesel::RunQueryDsl;
    let app = TestApp::start().await;
    for change in [
        "UPDATE users SET status = 'suspended' WHERE id = ",
        "UPDATE users SET status = 'banned' WHERE id = ",
        "UPDATE users SET deleted_at = now() WHERE id = ",
        "UPDATE users SET session_epoch = session_epoch + 1 WHERE id = ",
        "UPDATE sessions SET revoked_at = now() WHERE user_id = ",
    ] {
        let admin = app.as_admin();
        admin.get("/v1/plans").await.expect(200);
        app.given(|given| {
            diesel::sql_query(format!("{change}'{}'", admin.id()))
                .execute(given.conn())
                .unwrap()
        });
        admin
            .get("/v1/plans")
            .await
            .problem(401, wire::ProblemCode::Unauthenticated);
    }
    let admin = app.as_admin();
    admin.get("/v1/audit").await.expect(200);
    app.given(|given| {
        diesel::sql_query(format!(
            "UPDATE users SET role = 'support' WHERE id = '{}'",
            admin.id()
        ))
        .execute(given.conn())
        .unwrap()
    });
    admin
        .get("/v1/audit")
        .await
        .problem(403, wire::ProblemCode::Forbidden);
}
