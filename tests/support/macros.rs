//! Macros: every action has a result, and a failed one leaves the reply unsent.

use super::{customer, id, open, show};
use crate::{
    flows::purchase::{order, simulate},
    harness::{Client, TestApp},
};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{accounts::users::UserRole, billing::transactions::SimulatedOutcome};

async fn make(admin: &Client, new: Value) -> String {
    id(&admin.post("/v1/ticket-macros", new).await.expect(201))
}

async fn run(client: &Client, ticket: &str, macro_id: &str) -> Value {
    let key = Uuid::now_v7().to_string();
    client
        .with("idempotency-key", &key)
        .post(
            &format!("/v1/tickets/{ticket}/macros"),
            json!({ "macro_id": macro_id }),
        )
        .await
        .expect(201)
}

fn problems(run: &Value) -> Vec<(String, bool)> {
    run["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|result| {
            let action = result["action"].as_str().expect("an action");
            (action.to_owned(), result["problem"].is_null())
        })
        .collect()
}

fn all_done(names: &[&str]) -> Vec<(String, bool)> {
    names
        .iter()
        .map(|name| ((*name).to_owned(), true))
        .collect()
}

#[actix_web::test]
async fn macro_replies_with_its_variables_and_changes_the_ticket() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = open(&admin, ada).await;
    let macro_id = make(
        &admin,
        json!({
            "name": "Solved", "reply": "Hello {customer_name}, {ticket_number} is solved.", "note": "By macro",
            "actions": [{ "set_status": "resolved" }, { "set_priority": "low" }, { "add_tag": "Done" }, "assign_to_me"],
        }),
    )
    .await;

    let done = run(&admin, &id(&ticket), &macro_id).await;

    let names = [
        "set_priority",
        "add_tag",
        "assign_to_me",
        "set_status",
        "note",
        "reply",
    ];
    assert_eq!(problems(&done), all_done(&names));
    assert_eq!(done["is_reply_sent"], true);
    assert_eq!(done["ticket"]["status"], "resolved");
    assert_eq!(done["ticket"]["tags"], json!(["done"]));
    let thread = admin
        .get(&format!("/v1/tickets/{}/messages", id(&ticket)))
        .await
        .expect(200);
    let number = ticket["ticket_number"].as_str().expect("a number");
    let reply = format!("Hello Ada Lovelace, {number} is solved.");
    assert!(thread.to_string().contains(&reply), "{thread}");
    assert_eq!(app.count("SELECT count(*) FROM notifications"), 1);
}

#[actix_web::test]
async fn failed_action_leaves_the_reply_unsent_and_the_others_done() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = id(&open(&admin, ada).await);
    let macro_id = make(
        &admin,
        json!({
            "name": "Again", "reply": "We sent it again.", "note": "Sent",
            "actions": [{ "add_tag": "resent" }, "resend_delivery", { "set_status": "resolved" }],
        }),
    )
    .await;

    let failed = run(&admin, &ticket, &macro_id).await;

    let expected: Vec<(String, bool)> = [
        ("add_tag", true),
        ("resend_delivery", false),
        ("set_status", false),
    ]
    .map(|(name, done)| (name.to_owned(), done))
    .into();
    assert_eq!(problems(&failed), expected);
    assert_eq!(failed["is_reply_sent"], false);
    let shown = show(&admin, &ticket).await;
    assert_eq!(shown["status"], "open");
    assert_eq!(shown["tags"], json!(["resent"]));
    assert_eq!(app.count("SELECT count(*) FROM ticket_messages"), 0);
    assert_eq!(app.count("SELECT count(*) FROM notifications"), 0);
}

#[actix_web::test]
async fn macro_sends_a_delivery_again_and_requests_a_refund_once() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        plan
    });
    let placed = order(&admin, plan, ada, 1).await;
    app.run_jobs().await;
    simulate(&app, &admin, &placed, SimulatedOutcome::Succeed).await;
    app.run_all_jobs().await;
    let payment = admin
        .get(&format!("/v1/transactions?order_id={}", id(&placed)))
        .await
        .expect(200);
    let ticket = id(&open(&admin, ada).await);
    admin
        .patch(
            &format!("/v1/tickets/{ticket}"),
            1,
            json!({ "order_id": placed["id"], "transaction_id": payment["data"][0]["id"] }),
        )
        .await
        .expect(200);
    let macro_id = make(
        &admin,
        json!({ "name": "Refund", "actions": ["resend_delivery", { "request_refund": "goodwill" }] }),
    )
    .await;
    let agent = app
        .as_role(UserRole::Support)
        .with("idempotency-key", "one");
    let body = json!({ "macro_id": macro_id });
    let path = format!("/v1/tickets/{ticket}/macros");

    let first = agent.post(&path, body.clone()).await;
    let done = first.expect(201);
    assert_eq!(
        problems(&done),
        all_done(&["resend_delivery", "request_refund"])
    );
    let again = agent.post(&path, body).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(app.count("SELECT count(*) FROM refunds"), 1);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'order.resend'"),
        1
    );
    // A second refund of the payment is refused, and the macro says so.
    let repeated = run(&app.as_role(UserRole::Support), &ticket, &macro_id).await;
    assert_eq!(problems(&repeated)[1], ("request_refund".to_owned(), false));
}

#[actix_web::test]
async fn macro_requests_operations_on_the_esim_of_the_ticket() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let (provider, esim) = app.given(|given| {
        let plan = given.plan("9.90");
        (given.provider("Provider", 1), given.stock(plan).0)
    });
    app.execute(&format!(
        "UPDATE esims SET user_id = '{ada}', provider_id = '{provider}' WHERE id = '{esim}'"
    ));
    let ticket = id(&open(&admin, ada).await);
    let new = json!({ "name": "Refresh", "reply": "Please wait.", "actions": ["refresh_esim"] });
    let macro_id = make(&admin, new).await;

    // The ticket has no eSIM yet.
    let failed = run(&admin, &ticket, &macro_id).await;
    assert_eq!(problems(&failed), [("refresh_esim".to_owned(), false)]);
    let link = json!({ "esim_id": esim });
    let at = format!("/v1/tickets/{ticket}");
    let version = show(&admin, &ticket).await["version"].as_i64();
    let linked = admin.patch(&at, version.expect("a version"), link).await;
    linked.expect(200);
    let done = run(&admin, &ticket, &macro_id).await;
    assert_eq!(problems(&done), all_done(&["refresh_esim", "reply"]));
    assert_eq!(
        app.count("SELECT count(*) FROM esim_operations WHERE kind = 'refresh'"),
        1
    );
}

#[actix_web::test]
async fn macro_does_not_reveal_a_masked_name() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = id(&open(&admin, ada).await);
    let macro_id = make(
        &admin,
        json!({ "name": "Hello", "reply": "Hello {customer_name}" }),
    )
    .await;
    let agent = app.as_role(UserRole::Support);
    run(&agent, &ticket, &macro_id).await;
    let thread = agent
        .get(&format!("/v1/tickets/{ticket}/messages"))
        .await
        .expect(200);
    assert_eq!(thread["data"][0]["message"], "Hello customer");
}

#[actix_web::test]
async fn macro_rejects_unknown_variables_and_duplicate_names() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    make(&admin, json!({ "name": "Hello", "reply": "Hello" })).await;
    for (field, body) in [
        ("name", json!({ "name": "HELLO", "reply": "Hello" })),
        (
            "reply",
            json!({ "name": "A", "reply": "Hello {first_name}" }),
        ),
        ("reply", json!({ "name": "A" })),
        (
            "actions",
            json!({ "name": "A", "actions": [{ "assign": Uuid::now_v7() }] }),
        ),
    ] {
        admin
            .post("/v1/ticket-macros", body)
            .await
            .rejects_field(field);
    }
}
