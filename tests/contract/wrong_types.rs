//! Errors about a secret of the wrong JSON type do not repeat the secret.

use super::{
    openapi::{document, operations},
    permissions::body,
};
use crate::harness::TestApp;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::accounts::users::UserRole;

/// Words in the names of secret fields.
const WORDS: [&str; 9] = [
    "password", "code", "token", "key", "secret", "current", "new", "auth", "email",
];
const NUMBER: i64 = 918_273_645_546_372_819;
const NEEDLE: &str = "needle-of-a-secret";

/// Returns the fields of a body that may be secrets, by their documentation or by their names.
fn secrets(document: &Value, operation: &Value) -> Vec<String> {
    let shape = &operation["requestBody"]["content"]["application/json"]["schema"];
    let mut shapes = vec![shape.clone()];
    for part in ["oneOf", "anyOf", "allOf"] {
        shapes.extend(shape[part].as_array().cloned().unwrap_or_default());
    }
    let mut fields = Vec::new();
    for shape in shapes {
        let name = shape["$ref"]
            .as_str()
            .and_then(|name| name.rsplit('/').next());
        let shape = name.map_or(&shape, |name| &document["components"]["schemas"][name]);
        for (field, inner) in shape["properties"].as_object().into_iter().flatten() {
            // A value of an enumeration is no secret, and an error may quote it.
            let is_text = inner["type"] == "string"
                || inner["type"]
                    .as_array()
                    .is_some_and(|types| types.contains(&json!("string")));
            if !is_text {
                continue;
            }
            let is_marked = inner["writeOnly"] == true || inner["format"] == "password";
            if is_marked || WORDS.iter().any(|word| field.contains(word)) {
                fields.push(field.clone());
            }
        }
    }
    fields
}

#[actix_web::test]
async fn errors_do_not_repeat_secrets_of_the_wrong_type() {
    let app = TestApp::start().await;
    let admin = app
        .as_role(UserRole::SuperAdmin)
        .with("if-match", "\"v1\"")
        .with("x-requested-with", "esim-admin");
    let document = document();
    let mut tried = 0;
    for (method, path, operation) in operations() {
        let fields = secrets(&document, &operation);
        let path = path.replace("{id}", &Uuid::now_v7().to_string());
        let sample = body(operation["operationId"].as_str().expect("a name"));
        for field in fields {
            for wrong in [
                json!(NUMBER),
                json!([NEEDLE]),
                json!({ NEEDLE: NEEDLE }),
                json!(918_273.5),
                json!([[NUMBER]]),
            ] {
                let mut sent = sample.clone().filter(Value::is_object).unwrap_or(json!({}));
                sent[&field] = wrong.clone();
                let admin = admin.with("idempotency-key", &Uuid::new_v4().to_string());
                let answer = admin
                    .send(
                        method.parse::<Method>().expect("a method"),
                        &path,
                        Some(sent),
                    )
                    .await;
                let text = answer.text();
                assert!(
                    !text.contains("918273") && !text.contains(NEEDLE),
                    "{method} {path} repeats {field}: {text}"
                );
                assert!(
                    answer.status < 500,
                    "{method} {path} {field} {wrong}: {text}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "only {tried}");

    let proof = json!({ "email": "ada@example.com", "password": 12_345 });
    let refused = app
        .anonymous()
        .post("/v1/sessions", proof)
        .await
        .rejects_field("password");
    assert_eq!(refused["errors"][0]["code"], "type");
    assert!(!refused.to_string().contains("12345"), "{refused}");
}
