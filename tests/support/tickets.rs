//! Tickets: numbers, links found in the text, views, claims, statuses, and what each role sees.

use super::{act, customer, id, open, say, show};
use crate::{
    flows::purchase::order,
    harness::{Client, TestApp},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use wire::{
    Permission, ProblemCode,
    accounts::{api_clients::grantable, users::UserRole},
};

/// Returns the numbers of the tickets that a query finds.
async fn found(client: &Client, query: &str) -> Vec<String> {
    let page = client
        .get(&format!("/v1/tickets?sort=created_at&{query}"))
        .await
        .expect(200);
    page["data"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["ticket_number"].as_str().expect("a number").to_owned())
        .collect()
}

#[actix_web::test]
async fn ticket_gets_a_number_and_the_objects_that_its_text_names() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let plan = app.given(|given| given.plan("9.90"));
    // One eSIM is the customer's, the other one is for the order.
    let (esim, _) = app.given(|given| given.stock(plan));
    app.given(|given| given.stock(plan));
    app.execute(&format!(
        "UPDATE esims SET user_id = '{ada}', iccid = '8944538532008160222' WHERE id = '{esim}'"
    ));
    let placed = order(&admin, plan, ada, 1).await;
    let number = placed["order_number"].as_str().expect("a number");
    let text = format!("ICCID 8944 5385 3200 8160 222, order {number}. No network.");
    let new = json!({ "user_id": ada, "subject": "Help", "description": text });

    let ticket = admin.post("/v1/tickets", new).await.expect(201);

    let year = app.ctx.clock.now().format("%Y").to_string();
    assert_eq!(ticket["ticket_number"], format!("TCK-{year}-000001"));
    assert_eq!(ticket["esim_id"], json!(esim));
    assert_eq!(ticket["order_id"], placed["id"]);
    assert_eq!(ticket["status"], "open");
    assert_eq!(ticket["channel"], "panel");
    assert_eq!(ticket["customer"], "Ada Lovelace");
    // An order of another customer is not linked.
    let other = app.given(|given| given.user(UserRole::Customer));
    let new = json!({ "user_id": other, "subject": "Help", "description": text });
    let second = admin.post("/v1/tickets", new).await.expect(201);
    assert_eq!(second["order_id"], Value::Null);
    assert_eq!(second["esim_id"], Value::Null);
    let wrong = json!({ "user_id": other, "subject": "Help", "description": "x", "esim_id": esim });
    admin
        .post("/v1/tickets", wrong)
        .await
        .rejects_field("esim_id");
}

#[actix_web::test]
async fn texts_are_sealed_and_found_by_their_words() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = open(&admin, ada).await;
    say(
        &admin,
        &id(&ticket),
        json!({ "message": "Please switch roaming on." }),
    )
    .await;
    let note = json!({ "message": "Seems confused about tethering.", "is_internal": true });
    say(&admin, &id(&ticket), note).await;
    let number = ticket["ticket_number"]
        .as_str()
        .expect("a number")
        .to_owned();

    let plain = "SELECT count(*) FROM (SELECT subject AS t FROM support_tickets UNION ALL SELECT description FROM support_tickets \
        UNION ALL SELECT message FROM ticket_messages) AS texts WHERE position('connection'::bytea IN t) > 0 OR position('roaming'::bytea IN t) > 0";
    assert_eq!(app.count(plain), 0);
    for q in [
        "conn",
        "ITALY",
        "network",
        "roaming",
        "tethering",
        "lovelace",
        "ada%40example.com",
        &number,
    ] {
        assert_eq!(
            found(&admin, &format!("q={q}")).await,
            std::slice::from_ref(&number),
            "{q}"
        );
    }
    for q in ["roamin", "Spain", "bob", "TCK-1999"] {
        assert!(found(&admin, &format!("q={q}")).await.is_empty(), "{q}");
    }
    // A customer does not find a ticket by the words of an internal note.
    let me = app.as_user(ada);
    assert_eq!(found(&me, "q=roaming").await, [number]);
    assert!(found(&me, "q=tethering").await.is_empty());
}

#[actix_web::test]
async fn one_of_many_agents_claims_a_ticket() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = id(&open(&admin, ada).await);
    let agents: Vec<Client> = (0..100).map(|_| app.as_role(UserRole::Support)).collect();
    let path = format!("/v1/tickets/{ticket}/claim");

    let claims = agents.iter().map(|agent| agent.post(&path, Value::Null));
    let answers = futures_util::future::join_all(claims).await;

    let won: Vec<usize> = (0..100).filter(|at| answers[*at].status == 200).collect();
    assert_eq!(won.len(), 1);
    assert!(
        answers
            .iter()
            .enumerate()
            .all(|(at, answer)| at == won[0] || answer.status == 409)
    );
    let shown = show(&admin, &ticket).await;
    assert_eq!(shown["assigned_to"], json!(agents[won[0]].id()));
    assert_eq!(shown["status"], "in_progress");
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'ticket.assign'"),
        1
    );
    // The winner may claim again; the others may not.
    agents[won[0]].post(&path, Value::Null).await.expect(200);
}

#[actix_web::test]
async fn views_and_filters_select_tickets() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let mut numbers = Vec::new();
    let mut ids = Vec::new();
    for _ in 0..5 {
        let ticket = open(&admin, ada).await;
        numbers.push(
            ticket["ticket_number"]
                .as_str()
                .expect("a number")
                .to_owned(),
        );
        ids.push(id(&ticket));
    }
    act(&admin, &ids[0], "claim").await;
    say(&admin, &ids[1], json!({ "message": "Any news?" })).await;
    act(&admin, &ids[2], "resolve").await;
    app.execute(&format!(
        "UPDATE support_tickets SET next_due_at = now() - interval '1 minute' WHERE id = '{}'",
        ids[3]
    ));
    admin
        .patch(
            &format!("/v1/tickets/{}", ids[4]),
            1,
            json!({ "priority": "urgent", "tags": ["VIP ", "vip"], "category": "technical" }),
        )
        .await
        .expect(200);
    let note = json!({ "message": "Look", "is_internal": true, "mentions": [admin.id()] });
    say(&app.as_role(UserRole::Support), &ids[4], note).await;
    let pick = |at: &[usize]| -> Vec<String> { at.iter().map(|at| numbers[*at].clone()).collect() };

    for (query, at) in [
        ("queue=mine", &[0, 1][..]),
        ("queue=unassigned", &[3, 4]),
        ("queue=waiting", &[1]),
        ("queue=to_do", &[0, 3, 4]),
        ("queue=overdue", &[3]),
        ("queue=mentions", &[4]),
        ("status=resolved", &[2]),
        ("status=open,in_progress", &[0, 1, 3, 4]),
        ("priority=urgent", &[4]),
        ("tag=vip", &[4]),
        ("category=technical", &[4]),
        (&format!("user_id={ada}&priority=medium"), &[0, 1, 2, 3]),
        (&format!("assigned_to={}", admin.id()), &[0, 1]),
        ("channel=email", &[]),
    ] {
        assert_eq!(found(&admin, query).await, pick(at), "{query}");
    }
    let by_priority = admin
        .get("/v1/tickets?sort=-priority&limit=1")
        .await
        .expect(200);
    assert_eq!(by_priority["data"][0]["tags"], json!(["vip"]));
    admin
        .get("/v1/tickets?queue=other")
        .await
        .rejects_field("queue");
}

#[actix_web::test]
async fn statuses_follow_the_table_and_answers_reopen() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let me = app.as_user(ada);
    let ticket = id(&open(&admin, ada).await);

    act(&admin, &ticket, "resolve").await;
    let again = format!("/v1/tickets/{ticket}/resolve");
    admin
        .post(&again, Value::Null)
        .await
        .problem(409, ProblemCode::WrongState);
    say(&me, &ticket, json!({ "message": "Still broken" })).await;
    let shown = show(&admin, &ticket).await;
    assert_eq!(
        (&shown["status"], &shown["reopened_count"]),
        (&json!("open"), &json!(1))
    );
    assert_eq!(shown["resolved_at"], Value::Null);

    act(&admin, &ticket, "close").await;
    let reply = json!({ "message": "Hello" });
    admin
        .post(&format!("/v1/tickets/{ticket}/messages"), reply)
        .await
        .problem(409, ProblemCode::WrongState);
    let file = super::upload(&me, &ticket).await;
    let message = say(
        &me,
        &ticket,
        json!({ "message": "And now?", "attachments": [file] }),
    )
    .await;
    let next = message["ticket_id"].as_str().expect("an id");
    assert_ne!(next, ticket);
    let shown = show(&admin, next).await;
    assert_eq!(shown["follows_id"], json!(ticket));
    assert_eq!(shown["subject"], "No connection in Italy");
    assert_eq!(show(&admin, &ticket).await["status"], "closed");
    assert_eq!(message["attachments"][0]["name"], "screen.png");
}

#[actix_web::test]
async fn resolved_tickets_close_and_closed_tickets_are_archived() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let (old, reopened) = (id(&open(&admin, ada).await), id(&open(&admin, ada).await));
    act(&admin, &old, "resolve").await;
    act(&admin, &reopened, "resolve").await;
    act(&admin, &reopened, "reopen").await;
    let run = |app: &TestApp| {
        let ctx = app.ctx.clone();
        async move {
            ctx.db
                .write(|tx| platform::jobs::enqueue(tx, &support::SweepTickets {}))
                .await
                .expect("queued");
        }
    };

    super::advance(&app, TimeDelta::days(6));
    run(&app).await;
    app.run_jobs().await;
    assert_eq!(show(&admin, &old).await["status"], "resolved");
    super::advance(&app, TimeDelta::days(2));
    run(&app).await;
    app.run_jobs().await;
    assert_eq!(show(&admin, &old).await["status"], "closed");
    assert_eq!(show(&admin, &reopened).await["status"], "open");
    super::advance(&app, TimeDelta::days(366));
    run(&app).await;
    app.run_jobs().await;
    assert_ne!(show(&admin, &old).await["archived_at"], Value::Null);
}

#[actix_web::test]
async fn bulk_action_has_a_result_for_each_ticket() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let agent = app.given(|given| given.user(UserRole::Support));
    let ids: Vec<String> = [open(&admin, ada).await, open(&admin, ada).await]
        .iter()
        .map(id)
        .collect();
    act(&admin, &ids[1], "close").await;
    let run = |action: Value| {
        let (admin, ids) = (admin.clone(), ids.clone());
        async move {
            let bulk = json!({ "action": action, "ids": ids });
            admin.post("/v1/tickets/bulk", bulk).await
        }
    };

    let assigned = run(json!({ "assign": agent })).await.expect(207);
    assert_eq!(
        (&assigned["done"], &assigned["refused"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(assigned["data"][1]["problem"]["code"], "wrong_state");
    let tagged = run(json!({ "add_tag": "Trip" })).await.expect(207);
    assert_eq!(tagged["done"], 2);
    let resolved = run(json!("resolve")).await.expect(207);
    assert_eq!(resolved["done"], 1);
    run(json!({ "add_tag": "" })).await.rejects_field("action");
    run(json!({ "assign": ada })).await.expect(207);
    let shown = show(&admin, &ids[0]).await;
    assert_eq!(shown["assigned_to"], json!(agent));
    assert_eq!(shown["tags"], json!(["trip"]));
}

#[actix_web::test]
async fn customers_open_tickets_through_their_client_without_staff_fields() {
    let app = TestApp::start().await;
    let all: Vec<Permission> = grantable().collect();
    let (client, program) = app.as_client(&all);
    let mine = app.given(|given| given.customer_of(client));
    let other = customer(&app);
    let new =
        |user| json!({ "user_id": user, "subject": "No data", "description": "Nothing works" });

    let ticket = program.post("/v1/tickets", new(mine)).await.expect(201);

    assert_eq!(ticket["channel"], "api");
    assert_eq!(ticket["clocks"], Value::Null);
    assert_eq!(ticket["next_due_at"], Value::Null);
    program
        .post("/v1/tickets", new(other))
        .await
        .rejects_field("user_id");
    for (field, value) in [("priority", json!("urgent")), ("tags", json!(["x"]))] {
        let mut body = new(mine);
        body[field] = value;
        program.post("/v1/tickets", body).await.rejects_field(field);
    }
    let staff = app.as_admin();
    staff
        .post(
            &format!("/v1/tickets/{}/rating", id(&ticket)),
            json!({ "score": 5 }),
        )
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn presence_shows_who_else_views_a_ticket_for_some_seconds() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let other = app.as_role(UserRole::Support);
    let ticket = id(&open(&admin, ada).await);
    let path = format!("/v1/tickets/{ticket}/presence");

    let alone = admin.post(&path, json!({})).await.expect(200);
    assert_eq!(alone["data"], json!([]));
    let seen = other
        .post(&path, json!({ "is_typing": true }))
        .await
        .expect(200);
    assert_eq!(seen["data"][0]["user_id"], json!(admin.id()));
    let seen = admin.post(&path, json!({})).await.expect(200);
    assert_eq!(seen["data"][0]["is_typing"], true);
    super::advance(&app, TimeDelta::seconds(31));
    let seen = admin.post(&path, json!({})).await.expect(200);
    assert_eq!(seen["data"], json!([]));
}

#[actix_web::test]
async fn context_shows_the_customers_records() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let plan = app.given(|given| given.supplied_plan("9.90"));
    let placed = order(&admin, plan, ada, 1).await;
    let first = open(&admin, ada).await;
    let ticket = id(&open(&admin, ada).await);
    admin
        .patch(
            &format!("/v1/tickets/{ticket}"),
            1,
            json!({ "order_id": placed["id"] }),
        )
        .await
        .expect(200);
    let path = format!("/v1/tickets/{ticket}/context");

    let context = admin.get(&path).await.expect(200);

    assert_eq!(context["customer"]["name"], "Ada Lovelace");
    assert_eq!(context["customer"]["email"], "ada@example.com");
    assert_eq!(context["orders"][0]["id"], placed["id"]);
    assert_eq!(context["payments"][0]["status"], "pending");
    assert_eq!(
        context["tickets"][0]["ticket_number"],
        first["ticket_number"]
    );
    let masked = app.as_role(UserRole::Support).get(&path).await.expect(200);
    assert_eq!(masked["customer"]["email"], "a•••@e•••.com");
    let history = admin
        .get(&format!("/v1/tickets/{ticket}/history"))
        .await
        .expect(200);
    let steps: Vec<&str> = history["data"]
        .as_array()
        .expect("steps")
        .iter()
        .filter_map(|step| step["what"].as_str())
        .collect();
    assert_eq!(steps, ["Ticket created", "Ticket edited"]);
}

#[actix_web::test]
async fn rule_assigns_tags_and_prioritises_new_tickets() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let agent = app.given(|given| given.user(UserRole::Support));
    let rule = json!({
        "name": "No network", "conditions": { "words": ["finds no network"] },
        "actions": { "assign_to": agent, "priority": "urgent", "tags": ["Network"], "category": "technical" },
    });
    let rule = admin.post("/v1/ticket-rules", rule).await.expect(201);

    let ticket = open(&admin, ada).await;

    assert_eq!(ticket["assigned_to"], json!(agent));
    assert_eq!(ticket["status"], "in_progress");
    assert_eq!(ticket["priority"], "urgent");
    assert_eq!(ticket["tags"], json!(["network"]));
    assert_eq!(ticket["category"], "technical");
    admin
        .patch(
            &format!("/v1/ticket-rules/{}", id(&rule)),
            1,
            json!({ "is_active": false }),
        )
        .await
        .expect(200);
    assert_eq!(open(&admin, ada).await["priority"], "medium");
    for (field, body) in [
        (
            "conditions",
            json!({ "name": "R", "conditions": {}, "actions": { "priority": "low" } }),
        ),
        (
            "actions",
            json!({ "name": "R", "conditions": { "channel": "api" }, "actions": {} }),
        ),
        (
            "actions.assign_to",
            json!({ "name": "R", "conditions": { "channel": "api" }, "actions": { "assign_to": ada } }),
        ),
    ] {
        admin
            .post("/v1/ticket-rules", body)
            .await
            .rejects_field(field);
    }
}
