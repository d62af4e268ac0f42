//! Invalid tokens and keys, which every operation rejects.

use super::{
    openapi::operations,
    permissions::{call, scopes},
};
use crate::harness::TestApp;
use wire::{Permission, accounts::api_clients::ApiClientMode};

#[actix_web::test]
async fn tampered_tokens_are_rejected() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let parts: Vec<&str> = admin.token().split('.').collect();
    let none = B64.encode(r#"{"alg":"none","typ":"at+jwt"}"#);
    let other_key = platform::auth::Tokens::new(&[9; 32])
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
    let (_, key) =
        app.given(|given| given.api_client(ApiClientMode::Live, &[Permission::PlansRead]));
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
        other_key,
        ended,
        early,
        stranger,
        key.replace("live", "test"),
        key.chars().rev().collect(),
        format!("{key}A"),
        key[..key.len() - 1].to_owned(),
        format!("esk_{}", admin.token()),
        format!("esk_live_{}", "0".repeat(43)),
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

#[actix_web::test]
async fn every_operation_rejects_invalid_tokens() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let unsigned: String = admin.token().rsplit_once('.').unwrap().0.to_owned() + ".";
    let unknown = platform::auth::generate_api_key(ApiClientMode::Live)
        .key
        .to_string();
    let mut tried = 0;
    for (method, path, operation) in operations() {
        if scopes(&operation).is_empty() {
            continue;
        }
        for token in [&unsigned, &unknown] {
            let answer = call(&app.with_key(token), &method, &path, &operation).await;
            assert_eq!(answer.status, 401, "{method} {path}: {}", answer.text());
            tried += 1;
        }
    }
    assert!(tried > 80, "only {tried} tries");
}
