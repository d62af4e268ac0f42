//! Tickets, macros, rules and articles.

use super::{super::Scenes, id};
use crate::harness::Client;
use serde_json::{Value, json};
use wire::accounts::users::UserRole;

/// Opens a ticket, and returns its id.
async fn open(admin: &Client, customer: &str) -> String {
    let new = json!({ "user_id": customer, "subject": "No data", "description": "Nothing works" });
    let made = admin.post("/v1/tickets", new).await.expect(201);
    id(&made).to_owned()
}

/// Records operations on tickets.
pub async fn tickets(scenes: &mut Scenes<'_>) {
    let app = scenes.app;
    let admin = app.as_admin();
    let person = app.given(|given| given.user(UserRole::Customer));
    let (me, customer) = (app.as_user(person), person.to_string());
    let new = json!({ "subject": "No data", "description": "Nothing works" });
    let ticket = scenes
        .run_operation(&me, ("tickets_create", ""), new, &["ticket.create"])
        .await;
    let ticket = id(&ticket).to_owned();
    for (operation, body, acts) in [
        (
            "tickets_edit",
            json!({ "priority": "high", "subject": "needle" }),
            &["ticket.edit"][..],
        ),
        ("tickets_claim", Value::Null, &["ticket.assign"]),
        (
            "tickets_assign",
            json!({ "assigned_to": null }),
            &["ticket.release"],
        ),
        (
            "messages_add",
            json!({ "message": "Dear needle" }),
            &["ticket.assign", "ticket.reply"],
        ),
        (
            "messages_add",
            json!({ "message": "A needle", "is_internal": true }),
            &["ticket.note"],
        ),
        ("tickets_resolve", Value::Null, &["ticket.resolve"]),
        ("tickets_reopen", Value::Null, &["ticket.reopen"]),
    ] {
        scenes
            .run_operation(&admin, (operation, &ticket), body, acts)
            .await;
    }
    let file = crate::support::upload(&me, &ticket).await;
    scenes.ran.insert("messages_upload".to_owned());
    let message = json!({ "message": "See needle", "attachments": [file] });
    scenes
        .run_operation(&me, ("messages_add", &ticket), message, &["ticket.receive"])
        .await;
    scenes
        .run_without_body(&admin, ("messages_link", &file), &["ticket.view_file"])
        .await;
    let thread = admin
        .get(&format!("/v1/tickets/{ticket}/messages"))
        .await
        .expect(200);
    let moved = thread["data"][0]["id"].clone();
    let split = json!({ "message_ids": [moved], "subject": "Another needle" });
    let acts = ["ticket.create", "ticket.split"];
    let other = scenes
        .run_operation(&admin, ("messages_split", &ticket), split, &acts)
        .await;
    let acts = ["ticket.close", "ticket.merge", "ticket.absorb"];
    let into = json!({ "into_id": ticket });
    scenes
        .run_operation(&admin, ("messages_merge", id(&other)), into, &acts)
        .await;
    let tag = json!({ "action": { "add_tag": "vip" }, "ids": [ticket] });
    scenes
        .run_operation(&admin, ("tickets_bulk", ""), tag, &["ticket.edit"])
        .await;
    scenes
        .run_without_body(&admin, ("tickets_close", &ticket), &["ticket.close"])
        .await;
    let rating = json!({ "score": 5, "comment": "A needle" });
    scenes
        .run_operation(&me, ("tickets_rate", &ticket), rating, &["ticket.rate"])
        .await;
    setup(scenes, &admin, &customer).await;
}

async fn setup(scenes: &mut Scenes<'_>, admin: &Client, customer: &str) {
    let edit = json!({ "holidays": ["2027-12-25"] });
    let shown = admin.get("/v1/sla-policy").await.expect(200);
    let request = "scene-sla-policy-edit";
    let edited = admin
        .with("x-request-id", request)
        .patch(
            "/v1/sla-policy",
            shown["version"].as_i64().expect("a version"),
            edit,
        )
        .await;
    edited.expect(200);
    scenes
        .check_entries("sla_edit", (request, &["sla_policy.edit"]), admin)
        .await;

    let new = json!({ "name": "Refunds", "conditions": { "words": ["refund"] }, "actions": { "tags": ["refund"] } });
    let rule = scenes
        .run_operation(admin, ("rules_create", ""), new, &["ticket_rule.create"])
        .await;
    let edit = json!({ "position": 3 });
    scenes
        .run_operation(
            admin,
            ("rules_edit", id(&rule)),
            edit,
            &["ticket_rule.edit"],
        )
        .await;
    scenes
        .run_without_body(admin, ("rules_remove", id(&rule)), &["ticket_rule.delete"])
        .await;

    let new = json!({ "name": "Hello", "reply": "Hello {customer_name}", "actions": [{ "add_tag": "greeted" }] });
    let greeting = scenes
        .run_operation(admin, ("macros_create", ""), new, &["macro.create"])
        .await;
    let edit = json!({ "note": "Greeted" });
    scenes
        .run_operation(admin, ("macros_edit", id(&greeting)), edit, &["macro.edit"])
        .await;
    let ticket = open(admin, customer).await;
    let run = json!({ "macro_id": id(&greeting) });
    let acts = [
        "ticket.note",
        "ticket.assign",
        "ticket.reply",
        "ticket.run_macro",
    ];
    scenes
        .run_operation(admin, ("macros_run", &ticket), run, &acts)
        .await;
    scenes
        .run_without_body(admin, ("macros_remove", id(&greeting)), &["macro.delete"])
        .await;
}

/// Records operations on articles.
pub async fn articles(scenes: &mut Scenes<'_>) {
    let admin = scenes.app.as_admin();
    let new = json!({ "title": "How to install", "content": "Open the needle" });
    let article = scenes
        .run_operation(&admin, ("articles_create", ""), new, &["article.create"])
        .await;
    let article = id(&article).to_owned();
    for (operation, body, action) in [
        ("articles_publish", Value::Null, "article.publish"),
        (
            "articles_edit",
            json!({ "content": "A needle" }),
            "article.edit",
        ),
        (
            "articles_roll_back",
            json!({ "number": 1 }),
            "article.rollback",
        ),
        ("articles_unpublish", Value::Null, "article.unpublish"),
        ("articles_remove", Value::Null, "article.delete"),
        ("articles_restore", Value::Null, "article.restore"),
    ] {
        scenes
            .run_operation(&admin, (operation, &article), body, &[action])
            .await;
    }
}
