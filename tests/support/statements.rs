//! The number of statements that a ticket and its messages take.

use super::{customer, id, open, say};
use crate::harness::{Client, TestApp, statements};
use serde_json::{Value, json};

/// Sends a request, and returns its statements except the one that confirms the session: those that write the audit log,
/// and the others.
async fn measure(
    app: &TestApp,
    client: &Client,
    path: &str,
    body: Value,
) -> (Vec<String>, Vec<String>) {
    let url = app.database.url();
    statements::watch(&url);
    let answer = client.post(path, body).await;
    let all = statements::recorded(&url);
    assert!(answer.status < 300, "{}", answer.text());
    // Diesel looks up the types once per connection.
    let is_other = |text: &&String| {
        let is_check = text.starts_with("SELECT 1 ") || *text == "SELECT 1";
        !is_check && !text.contains("\"sessions\"") && !text.contains("\"pg_type\"")
    };
    let all: Vec<String> = all.iter().filter(is_other).cloned().collect();
    all.into_iter()
        .partition(|text| text.contains("INTO \"audit_log\""))
}

#[actix_web::test]
async fn ticket_and_message_take_four_statements_and_one_audit_entry() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let me = app.as_user(ada);
    let ticket = id(&open(&admin, ada).await);
    let messages = format!("/v1/tickets/{ticket}/messages");
    let new = |user| json!({ "user_id": user, "subject": "No data", "description": "It fails" });
    let note = json!({ "message": "A note", "is_internal": true });
    let message = json!({ "message": "Hello" });
    for (client, path, body) in [
        (&admin, "/v1/tickets", new(Some(ada))),
        (&me, "/v1/tickets", new(None)),
        (&admin, messages.as_str(), note),
        (&me, messages.as_str(), message.clone()),
    ] {
        let (audit, others) = measure(&app, client, path, body).await;
        assert_eq!(audit.len(), 1, "{path}: {audit:#?}");
        assert!((1..=4).contains(&others.len()), "{path}: {others:#?}");
    }
    // A reply that assigns the ticket and answers it after a note of the customer.
    say(&me, &ticket, json!({ "message": "And?" })).await;
    let (audit, others) = measure(&app, &admin, &messages, message).await;
    assert_eq!(audit.len(), 1, "{audit:#?}");
    // The email in the outbox takes the others: its thread, its recipient, its signature, and the job that sends it.
    let is_outbox = |text: &&String| {
        [
            "\"ticket_message_ids\"",
            "\"system_settings\"",
            "\"notifications\"",
            "\"jobs\"",
            "SELECT \"users\".\"email\"",
        ]
        .iter()
        .any(|part| text.contains(part))
    };
    let (outbox, own): (Vec<&String>, Vec<&String>) = others.iter().partition(is_outbox);
    assert!((1..=4).contains(&own.len()), "{own:#?}");
    assert!((1..=8).contains(&outbox.len()), "{outbox:#?}");
}
