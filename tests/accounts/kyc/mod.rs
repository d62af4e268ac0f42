//! KYC documents of customers: sanitized on upload, reviewed by one person at a time, logged at every view,
//! and stored encrypted.

pub mod assets;
mod claims;
mod required;
mod review;
mod sanitizing;
mod storage;
mod uploads;
mod viewing;

use crate::harness::{Answer, Client, TestApp};
use reqwest::Method;
use serde_json::Value;
use wire::{UserId, accounts::users::UserRole};

/// Uploads a file as `curl --data-binary` does.
pub async fn upload(
    client: &Client,
    query: &str,
    (content_type, name): (&str, &str),
    bytes: Vec<u8>,
) -> Answer {
    let name: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let path = format!("/v1/kyc?file_name={name}&{query}");
    client.raw(Method::POST, &path, content_type, bytes).await
}

/// Uploads a passport of a customer as an administrator; each file is different.
pub async fn passport(app: &TestApp, customer: UserId) -> Value {
    let admin = app.as_admin();
    upload(
        &admin,
        &format!("document_type=passport&user_id={customer}"),
        ("image/jpeg", "passport.jpg"),
        assets::jpeg(64, 48),
    )
    .await
    .expect(201)
}

/// Writes a customer.
pub fn customer(app: &TestApp) -> UserId {
    app.given(|given| given.user(UserRole::Customer))
}

/// Returns the path of a document, with an action or without one.
pub fn at(document: &Value, verb: &str) -> String {
    let id = document["id"].as_str().expect("an id");
    format!(
        "/v1/kyc/{id}{}{verb}",
        if verb.is_empty() { "" } else { "/" }
    )
}

/// Returns the ETag of a document for `If-Match`.
pub fn reading(client: &Client, document: &Value) -> Client {
    client.with("if-match", &format!("\"v{}\"", document["version"]))
}

/// Claims a document and decides about it.
pub async fn decide(reviewer: &Client, document: &Value, verb: &str, body: Value) -> Answer {
    let claimed = reviewer
        .send(Method::POST, &at(document, "claim"), None)
        .await
        .expect(200);
    let body = (!body.is_null()).then_some(body);
    reading(reviewer, &claimed)
        .send(Method::POST, &at(document, verb), body)
        .await
}

/// Returns the text of the newest email to a customer.
pub async fn newest_email(reviewer: &Client, customer: UserId) -> String {
    let emails = reviewer
        .get(&format!("/v1/notifications?user_id={customer}"))
        .await
        .expect(200);
    let text = emails["data"][0]["message"].as_str();
    text.expect("a text").to_owned()
}

/// Requests a link to the file of a document and opens it.
pub async fn open_link(app: &TestApp, client: &Client, document: &Value) -> Answer {
    let link = client
        .send(Method::POST, &at(document, "link"), None)
        .await
        .expect(200);
    app.anonymous()
        .get(link["url"].as_str().expect("a link"))
        .await
}
