//! Notifications of staff in the panel: assignments, mentions, missed service levels, and what each caller sees.

use super::{act, customer, id, open, say};
use crate::harness::{Client, TestApp};
use chrono::TimeDelta;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

async fn inbox(client: &Client, query: &str) -> Value {
    client
        .get(&format!("/v1/me/notifications{query}"))
        .await
        .expect(200)
}

fn events(inbox: &Value) -> Vec<&str> {
    inbox["data"]
        .as_array()
        .expect("notifications")
        .iter()
        .filter_map(|row| row["event"].as_str())
        .collect()
}

#[actix_web::test]
async fn assignment_and_mention_notify_the_other_person_once() {
    let app = TestApp::start().await;
    let (admin, agent, ada) = (
        app.as_admin(),
        app.as_role(UserRole::Support),
        customer(&app),
    );
    let ticket = open(&admin, ada).await;
    let number = ticket["ticket_number"].as_str().expect("a number");
    let path = format!("/v1/tickets/{}/assign", id(&ticket));
    let to = json!({ "assigned_to": agent.id() });

    admin.post(&path, to.clone()).await.expect(200);
    admin.post(&path, to).await.expect(200);
    let note =
        json!({ "message": "Zanzibar", "is_internal": true, "mentions": [agent.id(), admin.id()] });
    say(&admin, &id(&ticket), note).await;

    let seen = inbox(&agent, "").await;
    assert_eq!(seen["unread"], 2);
    assert_eq!(events(&seen), ["ticket.mentioned", "ticket.assigned"]);
    assert_eq!(seen["data"][0]["ticket_id"], ticket["id"]);
    assert_eq!(
        seen["data"][1]["title"],
        format!("{number} was assigned to you")
    );
    assert!(!seen.to_string().contains("Zanzibar"));
    assert_eq!(inbox(&admin, "").await["data"], json!([]));
    // A claim by the assignee adds no notification, and nothing is sent.
    let own = id(&open(&admin, ada).await);
    act(&agent, &own, "claim").await;
    assert_eq!(inbox(&agent, "").await["unread"], 2);
    assert_eq!(app.run_jobs().await, 0);
}

#[actix_web::test]
async fn rule_notifies_the_assignee_of_a_new_ticket() {
    let app = TestApp::start().await;
    let (admin, agent, ada) = (
        app.as_admin(),
        app.as_role(UserRole::Support),
        customer(&app),
    );
    let rule = json!({ "name": "All", "conditions": { "channel": "panel" }, "actions": { "assign_to": agent.id() } });
    admin.post("/v1/ticket-rules", rule).await.expect(201);
    open(&admin, ada).await;
    let seen = inbox(&agent, "").await;
    assert_eq!(events(&seen), ["ticket.assigned"]);
    assert_eq!(
        seen["data"][0]["message"],
        "A rule assigned the ticket to you."
    );
}

#[actix_web::test]
async fn breach_notifies_the_assignee_or_all_staff() {
    let app = TestApp::start().await;
    let (admin, agent, ada) = (
        app.as_admin(),
        app.as_role(UserRole::Support),
        customer(&app),
    );
    let mine = id(&open(&admin, ada).await);
    act(&agent, &mine, "claim").await;
    open(&admin, ada).await;
    super::advance(&app, TimeDelta::days(30));
    let record = |app: &TestApp| {
        let ctx = app.ctx.clone();
        async move {
            ctx.db
                .write(|tx| platform::jobs::enqueue(tx, &support::RecordBreaches {}))
                .await
                .expect("queued");
        }
    };
    record(&app).await;
    app.run_jobs().await;
    record(&app).await;
    app.run_jobs().await;

    // Both clocks of both tickets were missed; the administrator is notified of the unassigned one only.
    let (agents, admins) = (inbox(&agent, "").await, inbox(&admin, "").await);
    assert_eq!(agents["unread"], 4);
    assert_eq!(admins["unread"], 2);
    assert!(
        events(&admins)
            .iter()
            .all(|event| *event == "ticket.breached")
    );
    let text = admins["data"].to_string();
    assert!(
        text.contains("The first response was due on")
            && text.contains("The resolution was due on")
    );
    assert_eq!(
        app.count(&format!(
            "SELECT count(*) FROM notifications WHERE type = 'in_app' AND user_id = '{ada}'"
        )),
        0
    );
}

#[actix_web::test]
async fn notifications_are_read_one_by_one_or_up_to_a_time() {
    let app = TestApp::start().await;
    let (admin, agent, ada) = (
        app.as_admin(),
        app.as_role(UserRole::Support),
        customer(&app),
    );
    let mut tickets = Vec::new();
    for _ in 0..3 {
        let ticket = id(&open(&admin, ada).await);
        let path = format!("/v1/tickets/{ticket}/assign");
        let to = json!({ "assigned_to": agent.id() });
        admin.post(&path, to).await.expect(200);
        tickets.push(ticket);
        super::advance(&app, TimeDelta::minutes(1));
    }
    let all = inbox(&agent, "").await;
    let newest = id(&all["data"][0]);
    let path = format!("/v1/me/notifications/{newest}/read");

    let read = agent.post(&path, Value::Null).await.expect(200);

    let at = read["read_at"].clone();
    assert_ne!(at, Value::Null);
    super::advance(&app, TimeDelta::minutes(1));
    let again = agent.post(&path, Value::Null).await.expect(200);
    assert_eq!(again["read_at"], at);
    let unread = inbox(&agent, "?unread_only=true").await;
    assert_eq!(unread["data"].as_array().map(Vec::len), Some(2));
    let one = inbox(&agent, &format!("?ticket_id={}", tickets[0])).await;
    assert_eq!(one["data"].as_array().map(Vec::len), Some(1));
    // A notification that arrived after the newest one on the screen stays unread.
    let until = json!({ "until": all["data"][2]["created_at"] });
    let left = agent
        .post("/v1/me/notifications/read", until)
        .await
        .expect(200);
    assert_eq!(left["unread"], 1);
    let left = agent
        .post("/v1/me/notifications/read", json!({}))
        .await
        .expect(200);
    assert_eq!(left["unread"], 0);

    // Another staff member does not reach it, and it is never sent as an email.
    admin
        .post(&path, Value::Null)
        .await
        .problem(404, ProblemCode::NotFound);
    admin
        .post(&format!("/v1/notifications/{newest}/resend"), Value::Null)
        .await
        .problem(409, ProblemCode::WrongState);
    for client in [app.as_user(ada), app.anonymous()] {
        let answer = client.get("/v1/me/notifications").await;
        assert!(matches!(answer.status, 401 | 403), "{}", answer.text());
    }
}
