//! The timeline of a user: events in one order, page by page, and each reader sees the events they may read.

use super::status::run_action;
use crate::{
    flows::purchase::{order, simulate},
    harness::{Client, TestApp},
};
use serde_json::{Value, json};
use std::collections::HashSet;
use wire::{
    ProblemCode, UserId, accounts::users::UserRole, billing::transactions::SimulatedOutcome,
};

/// Writes a customer with a timeline event of every kind.
async fn customer_with_events(app: &TestApp, admin: &Client) -> UserId {
    let person =
        json!({ "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace" });
    let made = admin.post("/v1/users", person).await.expect(201);
    let id: UserId = wire::Param::parse(made["id"].as_str().unwrap()).unwrap();
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        plan
    });
    let sale = order(admin, plan, id, 1).await;
    app.run_jobs().await;
    simulate(app, admin, &sale, SimulatedOutcome::Succeed).await;
    run_action(admin, id, "suspend").await.expect(200);
    run_action(admin, id, "activate").await.expect(200);
    admin
        .post(
            &format!("/v1/users/{id}/reveal"),
            json!({ "reason": "Calls" }),
        )
        .await
        .expect(200);
    app.execute(&format!("INSERT INTO support_tickets (id, user_id, subject, description) VALUES (gen_random_uuid(), '{id}', 'No data', 'It does not work')"));
    app.execute(&format!("INSERT INTO kyc_documents (id, user_id, document_type, document_url, status, verified_at, rejection_reason, content_type, byte_size) \
        VALUES (gen_random_uuid(), '{id}', 'passport', 'x', 'rejected', now(), 'The photo is blurred', 'image/jpeg', 1)"));
    app.execute(&format!("INSERT INTO audit_log (id, actor_id, actor_role, action, subject_type, subject_id, ip) VALUES (gen_random_uuid(), '{id}', 'customer', 'session.begin', 'session', gen_random_uuid(), '192.0.2.7')"));
    id
}

async fn timeline(client: &Client, id: UserId, query: &str) -> Vec<Value> {
    let page = client
        .get(&format!("/v1/users/{id}/timeline?{query}"))
        .await
        .expect(200);
    page["data"].as_array().unwrap().clone()
}

fn words(events: &[Value]) -> HashSet<&str> {
    events
        .iter()
        .map(|event| event["what"].as_str().unwrap())
        .collect()
}

#[actix_web::test]
async fn timeline_lists_events_in_order_with_actor_and_link() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let id = customer_with_events(&app, &admin).await;

    let events = timeline(&admin, id, "limit=100").await;

    let lines = words(&events);
    for what in [
        "Account created",
        "Order placed",
        "Payment opened",
        "Payment completed",
        "Order paid",
        "eSIM assigned",
        "Order fulfilled",
        "Account suspended",
        "Account activated",
        "Contact details revealed",
        "Ticket opened",
        "Document uploaded",
        "Document rejected",
        "Signed in",
    ] {
        assert!(lines.contains(what), "{what} in {lines:?}");
    }
    assert!(
        lines.iter().any(|what| what.starts_with("Message")),
        "{lines:?}"
    );
    let times: Vec<&str> = events
        .iter()
        .map(|event| event["at"].as_str().unwrap())
        .collect();
    let moments: Vec<chrono::DateTime<chrono::Utc>> =
        times.iter().map(|at| at.parse().unwrap()).collect();
    assert!(moments.windows(2).all(|two| two[0] >= two[1]), "{times:?}");
    let suspended = events
        .iter()
        .find(|event| event["what"] == "Account suspended")
        .unwrap();
    assert_eq!(
        suspended["sentence"],
        "The account was suspended. Because of the test"
    );
    assert_eq!(suspended["actor_id"], json!(admin.id()));
    assert!(
        suspended["actor"]
            .as_str()
            .unwrap()
            .starts_with("Test Person")
    );
    let ordered = events
        .iter()
        .find(|event| event["what"] == "Order placed")
        .unwrap();
    assert_eq!(ordered["subject"]["kind"], "order");
    let number = ordered["subject"]["label"].as_str().unwrap();
    assert!(number.starts_with("ORD-") && ordered["sentence"].as_str().unwrap().contains(number));
    let rejected = events
        .iter()
        .find(|event| event["what"] == "Document rejected")
        .unwrap();
    assert_eq!(
        rejected["sentence"],
        "The document was rejected: passport. The photo is blurred"
    );
}

#[actix_web::test]
async fn timeline_pages_without_gaps_or_duplicates() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let id = customer_with_events(&app, &admin).await;
    // Many events at the same moment.
    app.execute(&format!("INSERT INTO support_tickets (id, user_id, subject, description, created_at) SELECT gen_random_uuid(), '{id}', 'x', 'y', '2026-01-01' FROM generate_series(1, 9)"));
    let whole = timeline(&admin, id, "limit=100").await;

    let (mut read, mut after) = (Vec::new(), String::new());
    loop {
        let page = admin
            .get(&format!("/v1/users/{id}/timeline?limit=4{after}"))
            .await
            .expect(200);
        let events = page["data"].as_array().unwrap();
        assert!(events.len() <= 4);
        read.extend(events.iter().cloned());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }

    assert_eq!(read, whole);
    let ids: HashSet<String> = read.iter().map(|event| event["id"].to_string()).collect();
    assert_eq!(ids.len(), read.len());
    let tickets = timeline(&admin, id, "kind=ticket,kyc").await;
    assert_eq!(
        words(&tickets),
        ["Ticket opened", "Document uploaded", "Document rejected"].into()
    );
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("after=x", "after"),
        ("kind=gossip", "kind"),
        ("before=x", "before"),
    ] {
        admin
            .get(&format!("/v1/users/{id}/timeline?{query}"))
            .await
            .rejects_field(field);
    }
}

#[actix_web::test]
async fn customer_timeline_hides_internal_events() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let id = customer_with_events(&app, &admin).await;

    let events = timeline(&app.as_user(id), id, "limit=100").await;

    assert!(
        events
            .iter()
            .all(|event| event["actor_id"].is_null() && event["actor"].is_null())
    );
    let lines = words(&events);
    assert!(
        !lines.contains("Contact details revealed")
            && lines.contains("Account suspended")
            && lines.contains("Order placed"),
        "{lines:?}"
    );
    let suspended = events
        .iter()
        .find(|event| event["what"] == "Account suspended")
        .unwrap();
    assert_eq!(
        suspended["sentence"], "The account was suspended.",
        "the reason is internal"
    );
    assert!(events.iter().any(|event| {
        event["sentence"]
            .as_str()
            .unwrap()
            .ends_with("The photo is blurred")
    }));
    let stranger = app.as_role(UserRole::Customer);
    stranger
        .get(&format!("/v1/users/{id}/timeline"))
        .await
        .problem(404, ProblemCode::NotFound);
    let (_, shop) = app.as_client(&[wire::Permission::UsersRead]);
    shop.get(&format!("/v1/users/{id}/timeline"))
        .await
        .problem(404, ProblemCode::NotFound);
    // Support sees no documents, and sees colleagues by their initials.
    let support = app.as_role(UserRole::Support);
    let seen = timeline(&support, id, "limit=100").await;
    assert!(seen.iter().all(|event| event["kind"] != "kyc"));
    let suspended = seen
        .iter()
        .find(|event| event["what"] == "Account suspended")
        .unwrap();
    assert_eq!(suspended["actor"], "T••• P•••");
}
