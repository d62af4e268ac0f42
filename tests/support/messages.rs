//! Messages: replies by email, notes, attached files, merging and splitting.

use super::{act, customer, id, open, say, show, upload};
use crate::harness::TestApp;
use reqwest::Method;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn reply_is_sent_by_email_and_the_ticket_waits() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = id(&open(&admin, ada).await);

    let reply = say(
        &admin,
        &ticket,
        json!({ "message": "Please **restart** it." }),
    )
    .await;

    assert_eq!(reply["sender_kind"], "staff");
    let shown = show(&admin, &ticket).await;
    assert_eq!(shown["status"], "in_progress");
    assert_eq!(shown["assigned_to"], json!(admin.id()));
    assert_ne!(shown["waiting_since"], Value::Null);
    assert_ne!(shown["first_response_at"], Value::Null);
    assert_eq!(shown["clocks"]["resolution"]["state"], "paused");
    let emails = admin
        .get(&format!("/v1/notifications?user_id={ada}"))
        .await
        .expect(200);
    let email = &emails["data"][0];
    assert_eq!(
        email["subject"],
        format!(
            "Your request {}",
            shown["ticket_number"].as_str().expect("a number")
        )
    );
    let text = email["message"].as_str().expect("a text");
    assert!(text.contains("Please **restart** it."), "{text}");

    say(&app.as_user(ada), &ticket, json!({ "message": "Thanks" })).await;
    let shown = show(&admin, &ticket).await;
    assert_eq!(shown["waiting_since"], Value::Null);
    assert_eq!(shown["clocks"]["resolution"]["state"], "running");
}

#[actix_web::test]
async fn note_changes_nothing_else_and_sends_nothing() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = id(&open(&admin, ada).await);
    let before = show(&admin, &ticket).await;

    let note = json!({ "message": "A difficult case", "is_internal": true });
    say(&app.as_role(UserRole::Support), &ticket, note).await;

    assert_eq!(show(&admin, &ticket).await, before);
    assert_eq!(app.count("SELECT count(*) FROM notifications"), 0);
    let path = format!("/v1/tickets/{ticket}/messages");
    for (field, body) in [
        (
            "mentions",
            json!({ "message": "x", "mentions": [admin.id()] }),
        ),
        (
            "mentions",
            json!({ "message": "x", "is_internal": true, "mentions": [ada] }),
        ),
        (
            "then",
            json!({ "message": "x", "is_internal": true, "then": "wait" }),
        ),
        ("message", json!({ "message": " " })),
    ] {
        admin.post(&path, body).await.rejects_field(field);
    }
    let me = app.as_user(ada);
    let note = json!({ "message": "x", "is_internal": true });
    me.post(&path, note)
        .await
        .problem(403, ProblemCode::Forbidden);
    me.post(&path, json!({ "message": "x", "then": "resolve" }))
        .await
        .rejects_field("then");
}

#[actix_web::test]
async fn reply_can_keep_or_resolve_the_ticket() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = id(&open(&admin, ada).await);
    say(
        &admin,
        &ticket,
        json!({ "message": "One moment", "then": "keep" }),
    )
    .await;
    assert_eq!(show(&admin, &ticket).await["waiting_since"], Value::Null);
    say(
        &admin,
        &ticket,
        json!({ "message": "Done", "then": "resolve" }),
    )
    .await;
    let shown = show(&admin, &ticket).await;
    assert_eq!(shown["status"], "resolved");
    assert_eq!(shown["clocks"]["first_response"]["state"], "met");
}

#[actix_web::test]
async fn file_is_inspected_sealed_and_opened_by_a_link() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let me = app.as_user(ada);
    let ticket = id(&open(&admin, ada).await);
    let path = |name: &str| format!("/v1/tickets/{ticket}/attachments?file_name={name}");
    for (name, kind, bytes) in [
        ("a.png", "image/png", b"not a picture".to_vec()),
        ("a.exe", "image/png", b"\x89PNG\r\n\x1a\n".to_vec()),
        ("a.png", "application/x-sh", b"#!/bin/sh".to_vec()),
        ("a.svg", "image/svg+xml", b"<svg onload=alert(1)>".to_vec()),
    ] {
        let answer = me.raw(Method::POST, &path(name), kind, bytes).await;
        assert!(
            matches!(answer.status, 415 | 422),
            "{name} {kind}: {}",
            answer.text()
        );
    }
    let stranger = app.as_role(UserRole::Customer);
    stranger
        .raw(Method::POST, &path("a.png"), "image/png", Vec::new())
        .await
        .problem(404, ProblemCode::NotFound);
    let file = upload(&me, &ticket).await;
    // Only the uploader sees a file that no message has taken.
    let link = format!("/v1/ticket-attachments/{file}/link");
    me.post(&link, Value::Null).await.expect(200);
    let message = say(
        &me,
        &ticket,
        json!({ "message": "See", "attachments": [file] }),
    )
    .await;
    assert_eq!(message["attachments"][0]["content_type"], "image/png");
    // A file is sent once.
    let twice = json!({ "message": "Again", "attachments": [file] });
    me.post(&format!("/v1/tickets/{ticket}/messages"), twice)
        .await
        .rejects_field("attachments");

    let made = admin.post(&link, Value::Null).await.expect(200);
    let url = made["url"].as_str().expect("a URL");
    let at = &url[url.find("/v1/").expect("a path")..];
    let opened = app.anonymous().get(at).await;
    assert_eq!(opened.status, 200);
    assert_eq!(opened.header("content-type"), "image/png");
    assert!(
        opened
            .header("content-disposition")
            .starts_with("attachment")
    );
    assert!(opened.header("content-security-policy").contains("sandbox"));
    super::advance(&app, chrono::TimeDelta::seconds(61));
    app.anonymous()
        .get(at)
        .await
        .problem(404, ProblemCode::NotFound);
    assert_eq!(
        app.count("SELECT count(*) FROM pii_access_log WHERE subject_type = 'ticket_attachment'"),
        1
    );
}

#[actix_web::test]
async fn unused_file_is_deleted_after_a_day() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = id(&open(&admin, ada).await);
    let (unused, used) = (upload(&admin, &ticket).await, upload(&admin, &ticket).await);
    say(
        &admin,
        &ticket,
        json!({ "message": "See", "attachments": [used] }),
    )
    .await;
    super::advance(&app, chrono::TimeDelta::hours(25));
    app.ctx
        .db
        .write(|tx| platform::jobs::enqueue(tx, &support::CleanUpAttachments {}))
        .await
        .expect("queued");
    app.run_jobs().await;
    let stored = |id: &str| {
        app.count(&format!(
            "SELECT count(*) FROM ticket_attachments WHERE id = '{id}' AND storage_key <> ''"
        ))
    };
    assert_eq!((stored(&unused), stored(&used)), (0, 1));
}

#[actix_web::test]
async fn merged_tickets_share_a_thread_and_both_numbers() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let (first, second) = (open(&admin, ada).await, open(&admin, ada).await);
    say(
        &app.as_user(ada),
        &id(&first),
        json!({ "message": "In Rome" }),
    )
    .await;
    let other = app.given(|given| given.user(UserRole::Customer));
    let stranger = id(&open(&admin, other).await);
    let merge = |from: &str| format!("/v1/tickets/{from}/merge");

    for (from, into) in [(id(&first), stranger.clone()), (id(&first), id(&first))] {
        admin
            .post(&merge(&from), json!({ "into_id": into }))
            .await
            .rejects_field("into_id");
    }
    let survivor = admin
        .post(&merge(&id(&first)), json!({ "into_id": id(&second) }))
        .await
        .expect(200);
    assert_eq!(survivor["id"], second["id"]);
    for ticket in [&first, &second] {
        let number = ticket["ticket_number"].as_str().expect("a number");
        assert_eq!(show(&admin, number).await["id"], second["id"]);
        assert_eq!(show(&app.as_user(ada), number).await["id"], second["id"]);
    }
    let merged = show(&admin, &id(&first)).await;
    assert_eq!(
        (&merged["status"], &merged["merged_into_id"]),
        (&json!("closed"), &second["id"])
    );
    let thread = admin
        .get(&format!("/v1/tickets/{}/messages", id(&second)))
        .await
        .expect(200);
    let texts: Vec<&str> = thread["data"]
        .as_array()
        .expect("messages")
        .iter()
        .filter_map(|message| message["message"].as_str())
        .collect();
    assert_eq!(texts, ["The phone finds no network.", "In Rome"]);
    // The customer's answer to the merged ticket reaches the one that stayed.
    let answer = say(
        &app.as_user(ada),
        &id(&first),
        json!({ "message": "Hello?" }),
    )
    .await;
    assert_eq!(answer["ticket_id"], second["id"]);
    admin
        .post(&merge(&id(&first)), json!({ "into_id": id(&second) }))
        .await
        .problem(409, ProblemCode::WrongState);
    // A chain of merges leads to its end.
    let third = open(&admin, ada).await;
    admin
        .post(&merge(&id(&second)), json!({ "into_id": id(&third) }))
        .await
        .expect(200);
    let number = first["ticket_number"].as_str().expect("a number");
    assert_eq!(show(&admin, number).await["id"], third["id"]);
}

#[actix_web::test]
async fn split_moves_messages_to_a_new_ticket() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let me = app.as_user(ada);
    let ticket = id(&open(&admin, ada).await);
    let file = upload(&me, &ticket).await;
    let moved = say(
        &me,
        &ticket,
        json!({ "message": "My invoice?", "attachments": [file] }),
    )
    .await;
    let path = format!("/v1/tickets/{ticket}/split");
    let split = json!({ "message_ids": [moved["id"]], "subject": "Invoice" });

    let new = admin.post(&path, split.clone()).await.expect(201);

    assert_eq!(new["follows_id"], json!(ticket));
    let thread = me
        .get(&format!("/v1/tickets/{}/messages", id(&new)))
        .await
        .expect(200);
    assert_eq!(thread["data"][0]["id"], moved["id"]);
    assert_eq!(thread["data"][0]["attachments"][0]["id"], json!(file));
    let rest = me
        .get(&format!("/v1/tickets/{ticket}/messages"))
        .await
        .expect(200);
    assert_eq!(rest["data"], json!([]));
    admin.post(&path, split).await.rejects_field("message_ids");
}

#[actix_web::test]
async fn edit_checks_the_version_and_keeps_the_subject_out_of_the_log() {
    let app = TestApp::start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = id(&open(&admin, ada).await);
    let path = format!("/v1/tickets/{ticket}");
    let edited = admin
        .patch(&path, 1, json!({ "subject": "Dear Zebediah" }))
        .await
        .expect(200);
    assert_eq!(edited["subject"], "Dear Zebediah");
    admin
        .patch(&path, 1, json!({ "category": "x" }))
        .await
        .problem(412, ProblemCode::Stale);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE change::text ILIKE '%zebediah%'"),
        0
    );
    let found = admin.get("/v1/tickets?q=zebed").await.expect(200);
    assert_eq!(found["total"], 1);
    act(&admin, &ticket, "close").await;
    admin
        .patch(&path, 3, json!({ "category": "x" }))
        .await
        .problem(409, ProblemCode::WrongState);
}
