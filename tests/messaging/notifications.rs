//! The outbox: no email is lost or sent twice, and no secret is visible in it.

use crate::harness::TestApp;
use chrono::Utc;
use futures_util::future::BoxFuture;
use messaging::{
    emails::{DeliveredEsim, EmailTemplate},
    notifications::{EmailMessage, notify},
};
use platform::{
    Ctx, Error, Result,
    ports::{
        Ports,
        mailer::{self, Mailer},
    },
};
use serde_json::json;
use std::sync::{Arc, Mutex};
use testkit::config;
use wire::{
    ProblemCode, UserId,
    accounts::users::UserRole,
    esims::{inventory::EsimInstallation, profile::ActivationCode},
};

const CODE: &str = "LPA:1$smdp.example.com$SECRET-4711";

/// A fake mailer that keeps emails or rejects them.
#[derive(Default)]
struct FakeMailer {
    emails: Mutex<Vec<mailer::Email>>,
    is_closed: bool,
}

impl Mailer for FakeMailer {
    fn send(&self, email: mailer::Email) -> BoxFuture<'_, Result<String>> {
        Box::pin(async move {
            if self.is_closed {
                return Err(Error::internal(format!(
                    "550 no such mailbox: {}",
                    email.to
                )));
            }
            self.emails.lock().expect("the emails").push(email);
            Ok("250 queued".to_owned())
        })
    }
}

/// Returns the server's context with the fake mailer.
fn with_post(app: &TestApp, post: Arc<FakeMailer>) -> Ctx {
    Ctx::new(
        config(&app.database.url(), &[]),
        Ports {
            mailer: Some(post),
            ..app.ctx.ports.clone()
        },
    )
    .expect("a context")
}

/// Returns the delivery of an eSIM with [`CODE`].
fn delivery() -> EmailTemplate {
    let code = ActivationCode::parse(CODE).expect("a code");
    EmailTemplate::OrderDelivered {
        order_number: "ORD-4711".into(),
        ordered_on: Utc::now().into(),
        plan: "Europe 5 GB".into(),
        plan_title: "Europe 5 GB, 30 days".into(),
        esims: vec![DeliveredEsim {
            iccid: "8943108165000000001".into(),
            installation: EsimInstallation::from(&code),
        }],
    }
}

async fn write(app: &TestApp, user_id: UserId, dedupe_key: &str) {
    let (keys, dedupe_key) = (app.ctx.keys.clone(), dedupe_key.to_owned());
    app.ctx
        .db
        .write(move |tx| {
            notify(
                tx,
                &keys,
                EmailMessage {
                    user_id,
                    order_id: None,
                    esim_id: None,
                    template: delivery(),
                    dedupe_key,
                },
            )
        })
        .await
        .expect("an email is written");
}

fn customer(app: &TestApp) -> UserId {
    app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"))
}

#[actix_web::test]
async fn emails_wait_without_a_mail_server() {
    let app = TestApp::start().await;
    write(&app, customer(&app), "one").await;
    write(
        &app,
        app.given(|given| given.user(UserRole::Customer)),
        "one",
    )
    .await;

    app.run_jobs().await;

    let list = app
        .as_role(UserRole::Support)
        .get("/v1/notifications")
        .await
        .expect(200);
    assert_eq!(list["total"], 1, "a key is written once");
    let email = &list["data"][0];
    assert_eq!(
        (&email["status"], &email["attempts"], &email["destination"]),
        (&json!("pending"), &json!(0), &json!("a•••@e•••.com"))
    );
    assert!(
        email["last_error"]
            .as_str()
            .is_some_and(|why| why.contains("no mail server")),
        "{email}"
    );
    let message = email["message"].as_str().expect("a text");
    assert!(
        message.ends_with("LPA:1$smdp.example.com$••••••••\n\neSIM Admin\n"),
        "{message}"
    );
    assert!(message.contains("activation code ••••••••\n"), "{message}");
    assert!(!message.contains("SECRET"), "{message}");
    assert_eq!(app.count("SELECT count(*) FROM notifications WHERE encode(message, 'escape') LIKE '%SECRET%' OR encode(destination, 'escape') LIKE '%ada%'"), 0);
    assert_eq!(
        app.count("SELECT count(*) FROM jobs WHERE payload::text LIKE '%SECRET%'"),
        0
    );
}

#[actix_web::test]
async fn email_is_sent_once_with_its_images() {
    let app = TestApp::start().await;
    app.execute("UPDATE system_settings SET value = 'Example Travel' WHERE key = 'business.name'");
    write(&app, customer(&app), "one").await;
    let post = Arc::new(FakeMailer::default());
    let ctx = with_post(&app, post.clone());

    server::worker::worker().drain(&ctx).await;
    server::worker::worker().drain(&ctx).await;

    let emails = post.emails.lock().expect("the emails");
    assert_eq!(emails.len(), 1);
    assert_eq!(emails[0].sender, "Example Travel");
    assert_eq!(emails[0].to, "ada@example.com");
    assert_eq!(
        emails[0].subject,
        "Your eSIM Europe 5 GB is ready (ORD-4711)"
    );
    assert!(
        emails[0]
            .text
            .ends_with("LPA:1$smdp.example.com$SECRET-4711\n\nExample Travel\n"),
        "{}",
        emails[0].text
    );
    let html = emails[0].html.as_deref().expect("an HTML text");
    assert!(
        html.contains("<img src=\"cid:qr-1\"") && html.contains("Example Travel"),
        "{html}"
    );
    assert_eq!(
        emails[0]
            .pictures
            .iter()
            .map(|(id, png)| (id.as_str(), png.starts_with(b"\x89PNG")))
            .collect::<Vec<_>>(),
        [("qr-1", true)]
    );
    assert_eq!(app.count("SELECT count(*) FROM notifications WHERE status = 'sent' AND sent_at IS NOT NULL AND attempts = 1 AND provider_message_id = '250 queued'"), 1);
}

#[actix_web::test]
async fn failed_email_is_retried_and_then_marked_failed() {
    let app = TestApp::start().await;
    write(&app, customer(&app), "one").await;
    let ctx = with_post(
        &app,
        Arc::new(FakeMailer {
            is_closed: true,
            ..FakeMailer::default()
        }),
    );

    for _ in 0..12 {
        server::worker::worker().drain(&ctx).await;
        app.given(|given| {
            diesel::RunQueryDsl::execute(
                diesel::sql_query("UPDATE jobs SET run_at = now() WHERE status = 'queued'"),
                given.conn(),
            )
            .expect("brought forward")
        });
    }

    let email = app
        .as_admin()
        .get("/v1/notifications?status=failed")
        .await
        .expect(200)["data"][0]
        .take();
    assert_eq!(email["attempts"], 12, "{email}");
    assert_eq!(email["last_error"], "550 no such mailbox: a•••@e•••.com");
    assert_eq!(
        app.count("SELECT count(*) FROM jobs WHERE last_error LIKE '%ada@example.com%'"),
        0
    );
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'notification.fail'"),
        1
    );
}

#[actix_web::test]
async fn resent_email_goes_to_the_current_address() {
    let app = TestApp::start().await;
    let id = customer(&app);
    write(&app, id, "one").await;
    let post = Arc::new(FakeMailer::default());
    let ctx = with_post(&app, post.clone());
    server::worker::worker().drain(&ctx).await;
    let sent = app.as_admin().get("/v1/notifications").await.expect(200)["data"][0].take();
    app.as_admin()
        .patch(
            &format!("/v1/users/{id}"),
            1,
            json!({ "email": "king@example.com" }),
        )
        .await
        .expect(200);
    // The emails about the change to both addresses are sent first.
    server::worker::worker().drain(&ctx).await;
    let support = app.as_role(UserRole::Support);
    let path = format!(
        "/v1/notifications/{}/resend",
        sent["id"].as_str().expect("an id")
    );

    let again = support.post(&path, json!({})).await.expect(200);
    server::worker::worker().drain(&ctx).await;

    assert_eq!(
        (&again["status"], &again["destination"]),
        (&json!("pending"), &json!("k•••@e•••.com"))
    );
    let (to, ids): (Vec<String>, Vec<String>) = post
        .emails
        .lock()
        .expect("the emails")
        .iter()
        .map(|email| (email.to.clone(), email.message_id.clone()))
        .unzip();
    let (first, last) = (to.first().expect("a first"), to.last().expect("a last"));
    assert_eq!(
        (first.as_str(), last.as_str()),
        ("ada@example.com", "king@example.com")
    );
    let distinct: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "{ids:?}");
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'notification.resend'"),
        1
    );
    let shown = support
        .get(&format!(
            "/v1/notifications/{}",
            sent["id"].as_str().expect("an id")
        ))
        .await
        .expect(200);
    assert_eq!(
        (&shown["status"], &shown["sent_at"]),
        (&json!("sent"), &sent["sent_at"]),
        "the sent time is that of the first delivery"
    );
}

#[actix_web::test]
async fn waiting_emails_are_sent_when_a_mail_server_is_set_up() {
    let app = TestApp::start().await;
    write(&app, customer(&app), "one").await;
    app.run_jobs().await;
    app.given(|given| {
        diesel::RunQueryDsl::execute(
            diesel::sql_query("UPDATE notifications SET created_at = now() - interval '1 hour'"),
            given.conn(),
        )
        .expect("aged")
    });
    let post = Arc::new(FakeMailer::default());
    let ctx = with_post(&app, post.clone());

    ctx.db
        .write(|tx| platform::jobs::enqueue(tx, &messaging::Outbox {}))
        .await
        .expect("enqueued");
    server::worker::worker().drain(&ctx).await;

    assert_eq!(post.emails.lock().expect("the emails").len(), 1);
}

#[actix_web::test]
async fn customers_cannot_read_the_outbox() {
    let app = TestApp::start().await;
    app.as_role(UserRole::Customer)
        .get("/v1/notifications")
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn notification_status_counts_waiting_messages() {
    let app = TestApp::start().await;
    let user = app.given(|given| given.user(UserRole::Customer));
    write(&app, user, "one").await;
    write(&app, user, "two").await;
    app.run_jobs().await;

    let admin = app.as_admin();
    let status = admin.get("/v1/notifications/status").await.expect(200);

    assert_eq!(
        status,
        json!({ "email": { "configured": false, "waiting": 2 } })
    );
    app.as_role(UserRole::Support)
        .get("/v1/notifications/status")
        .await
        .problem(403, ProblemCode::Forbidden);
}
