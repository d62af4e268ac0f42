//! The outbox: nothing is lost, nothing is sent twice by itself, and no secret is seen on the way.

use crate::harness::TestApp;
use futures_util::future::BoxFuture;
use messaging::notifications::{Letter, notify};
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
use wire::{ProblemCode, UserId, accounts::users::UserRole};

const CODE: &str = "LPA:1$smdp.example.com$SECRET-4711";

/// Keeps what it is given, or refuses it.
#[derive(Default)]
struct Post {
    letters: Mutex<Vec<mailer::Letter>>,
    is_closed: bool,
}

impl Mailer for Post {
    fn send(&self, letter: mailer::Letter) -> BoxFuture<'_, Result<String>> {
        Box::pin(async move {
            if self.is_closed {
                return Err(Error::internal(format!(
                    "550 no such mailbox: {}",
                    letter.to
                )));
            }
            self.letters.lock().expect("the letters").push(letter);
            Ok("250 queued".to_owned())
        })
    }
}

/// The same server with a post office.
fn with_post(app: &TestApp, post: Arc<Post>) -> Ctx {
    Ctx::new(
        config(&app.database.url(), &[]),
        Ports {
            mailer: Some(post),
            ..app.ctx.ports.clone()
        },
    )
    .expect("a context")
}

async fn write(app: &TestApp, user_id: UserId, dedupe_key: &str) {
    let (keys, dedupe_key) = (app.ctx.keys.clone(), dedupe_key.to_owned());
    app.ctx
        .db
        .write(move |tx| {
            notify(
                tx,
                &keys,
                Letter {
                    user_id,
                    order_id: None,
                    esim_id: None,
                    subject: "Your eSIM is ready".into(),
                    text: format!("Scan {CODE} or type SECRET-4711"),
                    html: Some("<img src=\"cid:qr-1\">".into()),
                    codes: vec![CODE.into()],
                    dedupe_key,
                },
            )
        })
        .await
        .expect("a letter is written");
}

fn customer(app: &TestApp) -> UserId {
    app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"))
}

#[actix_web::test]
async fn without_a_mail_server_letters_wait_and_say_so() {
    let app = TestApp::start().await;
    write(&app, customer(&app), "one").await;
    write(
        &app,
        app.given(|given| given.user(UserRole::Customer)),
        "one",
    )
    .await;

    app.work().await;

    let list = app
        .as_role(UserRole::Support)
        .get("/v1/notifications")
        .await
        .expect(200);
    assert_eq!(list["total"], 1, "a key is written once");
    let letter = &list["data"][0];
    assert_eq!(
        (
            &letter["status"],
            &letter["attempts"],
            &letter["destination"]
        ),
        (&json!("pending"), &json!(0), &json!("a•••@e•••.com"))
    );
    assert!(
        letter["last_error"]
            .as_str()
            .is_some_and(|why| why.contains("no mail server")),
        "{letter}"
    );
    assert_eq!(
        letter["message"],
        "Scan LPA:1$smdp.example.com$•••••••• or type ••••••••\n\neSIM Admin\n"
    );
    assert_eq!(app.count("SELECT count(*) FROM notifications WHERE encode(message, 'escape') LIKE '%SECRET%' OR encode(destination, 'escape') LIKE '%ada%'"), 0);
    assert_eq!(
        app.count("SELECT count(*) FROM jobs WHERE payload::text LIKE '%SECRET%'"),
        0
    );
}

#[actix_web::test]
async fn a_letter_is_sent_with_its_pictures_and_once() {
    let app = TestApp::start().await;
    app.execute("UPDATE system_settings SET value = 'Example Travel' WHERE key = 'business.name'");
    write(&app, customer(&app), "one").await;
    let post = Arc::new(Post::default());
    let ctx = with_post(&app, post.clone());

    server::worker::worker().drain(&ctx).await;
    server::worker::worker().drain(&ctx).await;

    let letters = post.letters.lock().expect("the letters");
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].sender, "Example Travel");
    assert_eq!(
        (letters[0].to.as_str(), letters[0].text.as_str()),
        (
            "ada@example.com",
            "Scan LPA:1$smdp.example.com$SECRET-4711 or type SECRET-4711\n\nExample Travel\n"
        )
    );
    assert_eq!(
        letters[0]
            .pictures
            .iter()
            .map(|(id, png)| (id.as_str(), png.starts_with(b"\x89PNG")))
            .collect::<Vec<_>>(),
        [("qr-1", true)]
    );
    assert_eq!(app.count("SELECT count(*) FROM notifications WHERE status = 'sent' AND sent_at IS NOT NULL AND attempts = 1 AND provider_message_id = '250 queued'"), 1);
}

#[actix_web::test]
async fn what_cannot_be_sent_is_tried_again_and_then_fails_visibly() {
    let app = TestApp::start().await;
    write(&app, customer(&app), "one").await;
    let ctx = with_post(
        &app,
        Arc::new(Post {
            is_closed: true,
            ..Post::default()
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

    let letter = app
        .as_admin()
        .get("/v1/notifications?status=failed")
        .await
        .expect(200)["data"][0]
        .take();
    assert_eq!(letter["attempts"], 12, "{letter}");
    assert_eq!(letter["last_error"], "550 no such mailbox: a•••@e•••.com");
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
async fn a_letter_sent_again_goes_where_the_customer_is_now() {
    let app = TestApp::start().await;
    let id = customer(&app);
    write(&app, id, "one").await;
    let post = Arc::new(Post::default());
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
    let place = format!(
        "/v1/notifications/{}/resend",
        sent["id"].as_str().expect("an id")
    );

    let again = support.post(&place, json!({})).await.expect(200);
    server::worker::worker().drain(&ctx).await;

    assert_eq!(
        (&again["status"], &again["destination"]),
        (&json!("pending"), &json!("k•••@e•••.com"))
    );
    let (to, ids): (Vec<String>, Vec<String>) = post
        .letters
        .lock()
        .expect("the letters")
        .iter()
        .map(|letter| (letter.to.clone(), letter.message_id.clone()))
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
        "it was delivered when it was first sent"
    );
}

#[actix_web::test]
async fn what_waited_for_a_mail_server_is_sent_when_there_is_one() {
    let app = TestApp::start().await;
    write(&app, customer(&app), "one").await;
    app.work().await;
    app.given(|given| {
        diesel::RunQueryDsl::execute(
            diesel::sql_query("UPDATE notifications SET created_at = now() - interval '1 hour'"),
            given.conn(),
        )
        .expect("aged")
    });
    let post = Arc::new(Post::default());
    let ctx = with_post(&app, post.clone());

    ctx.db
        .write(|tx| platform::jobs::enqueue(tx, &messaging::Outbox {}))
        .await
        .expect("enqueued");
    server::worker::worker().drain(&ctx).await;

    assert_eq!(post.letters.lock().expect("the letters").len(), 1);
}

#[actix_web::test]
async fn customers_do_not_read_the_outbox() {
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
    app.work().await;

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
