//! Every operation of the document, tried by everybody: exactly those may whom the one table allows.

use super::openapi::operations;
use crate::harness::{Answer, Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{Permission, Reach, accounts::users::UserRole};

/// A body that the operation accepts; the permission is checked when the input has been understood.
fn body(operation: &str) -> Option<Value> {
    let id = Uuid::now_v7();
    Some(match operation {
        "users_create" => {
            json!({ "email": format!("{id}@example.com"), "first_name": "A", "last_name": "B" })
        }
        "users_edit" => json!({ "first_name": "C" }),
        "users_reveal" | "inventory_reveal" => json!({ "reason": "test" }),
        "plans_create" => json!({ "name": "P", "validity_days": 7, "regions": ["US"] }),
        "plans_edit" => json!({ "name": "Q" }),
        "plans_import" | "inventory_import" => json!([]),
        "pricing_create" => json!({ "plan_id": id, "cost_price": "1.00", "selling_price": "2.00" }),
        "pricing_edit" => json!({ "selling_price": "3.00" }),
        "inventory_edit" => json!({ "eid": null }),
        "orders_create" => json!({ "plan_id": id }),
        "orders_cancel" => json!({ "reason": "test" }),
        "transactions_simulate" => json!({ "outcome": "succeed" }),
        "providers_create" => {
            json!({ "name": "S", "api_endpoint": "https://simulator.invalid", "api_key": "k", "adapter": "simulator" })
        }
        "providers_edit" => json!({ "name": "T" }),
        _ => return None,
    })
}

async fn call(client: &Client, method: &str, path: &str, operation: &Value) -> Answer {
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

fn scopes(operation: &Value) -> Vec<Permission> {
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

#[actix_web::test]
async fn everybody_reaches_exactly_what_the_table_allows() {
    let app = TestApp::start().await;
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (method, path, operation) in operations() {
        let scopes = scopes(&operation);
        if scopes.is_empty() {
            continue;
        }
        let nobody = call(&app.anonymous(), &method, &path, &operation).await;
        if nobody.status != 401 {
            wrong.push(format!(
                "{method} {path} answers {} to nobody",
                nobody.status
            ));
        }
        for &role in UserRole::ALL {
            let allowed = scopes.iter().all(|scope| scope.reach(role) != Reach::None);
            let answer = call(&app.as_role(role), &method, &path, &operation).await;
            let reached = !matches!(answer.status, 401 | 403);
            if reached != allowed || answer.status >= 500 {
                wrong.push(format!(
                    "{method} {path} answers {} to {role}: {}",
                    answer.status,
                    answer.text()
                ));
            }
            tried += 1;
        }
    }
    assert!(tried > 100, "only {tried} tries");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_these_operations_are_open_to_everybody() {
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
            "POST /v1/sessions",
            "POST /v1/sessions/refresh",
            "POST /v1/webhooks/{gateway}"
        ]
    );
}

#[actix_web::test]
async fn a_change_of_what_somebody_is_holds_from_the_next_request_on() {
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

#[actix_web::test]
async fn forged_tokens_open_nothing() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let parts: Vec<&str> = admin.token().split('.').collect();
    let none = B64.encode(r#"{"alg":"none","typ":"at+jwt"}"#);
    let elsewhere = platform::auth::Tokens::new(&[9; 32])
        .issue(admin.id(), wire::SessionId::new(), 0, chrono::Utc::now())
        .unwrap();
    let ended = app
        .ctx
        .tokens
        .issue(
            admin.id(),
            wire::SessionId::new(),
            0,
            chrono::Utc::now() - chrono::TimeDelta::hours(1),
        )
        .unwrap();
    let early = app
        .ctx
        .tokens
        .issue(
            admin.id(),
            wire::SessionId::new(),
            0,
            chrono::Utc::now() + chrono::TimeDelta::hours(1),
        )
        .unwrap();
    let stranger = app
        .ctx
        .tokens
        .issue(admin.id(), wire::SessionId::new(), 0, chrono::Utc::now())
        .unwrap();
    for token in [
        String::new(),
        "x".into(),
        "a.b.c".into(),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!(
            "{}.{}.{}",
            parts[0],
            parts[1],
            parts[2].chars().rev().collect::<String>()
        ),
        format!("{}.{}.{}", parts[0], B64.encode(r#"{"sub":"x"}"#), parts[2]),
        elsewhere,
        ended,
        early,
        stranger,
    ] {
        app.anonymous()
            .with("authorization", &format!("Bearer {token}"))
            .get("/v1/plans")
            .await
            .problem(401, wire::ProblemCode::Unauthenticated);
    }
    let answer = app
        .anonymous()
        .get(&format!("/v1/plans?access_token={}", admin.token()))
        .await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer realm=\"esim-admin\""
    );
}
