//! Emails of customers: signatures, threads, strangers, automatic answers, duplicates and files.

use super::{customer, id, open, say, show};
use crate::harness::{Answer, TestApp, drill};
use reqwest::Method;
use serde_json::Value;
use wire::{ProblemCode, accounts::users::UserRole};

const SECRET: &str = "a secret of the relay";

async fn start() -> TestApp {
    TestApp::with_env(&[
        ("INBOUND_EMAIL_ADDRESS", "support@example.org"),
        ("INBOUND_EMAIL_SECRET", SECRET),
    ])
    .await
}

fn signature(secret: &str, time: i64, body: &[u8]) -> String {
    let message = [time.to_string().as_bytes(), b".", body].concat();
    let bytes = platform::crypto::sign(secret.as_bytes(), &message).expect("signed");
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={hex}")
}

async fn post(app: &TestApp, raw: &str) -> Answer {
    let header = signature(SECRET, app.ctx.clock.now().timestamp(), raw.as_bytes());
    app.anonymous()
        .with("inbound-signature", &header)
        .raw(
            Method::POST,
            "/v1/inbound/email",
            "message/rfc822",
            raw.as_bytes().to_vec(),
        )
        .await
}

/// Delivers an email and runs the job that reads it.
async fn deliver(app: &TestApp, raw: &str) {
    let answer = post(app, raw).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    app.run_jobs().await;
}

fn email(from: &str, id: &str, more: &str, text: &str) -> String {
    format!(
        "From: {from}\r\nTo: support@example.org\r\nMessage-ID: <{id}>\r\nSubject: No data\r\n{more}\r\n{text}\r\n"
    )
}

/// Returns the address for answers in the newest email to a customer, as the outbox stores it.
fn reply_address(app: &TestApp, ticket: &str) -> String {
    let ticket = wire::TicketId(ticket.parse().expect("an id"));
    support::reply_address(&app.ctx.keys, "support@example.org", ticket)
}

fn tickets(app: &TestApp) -> i64 {
    app.count("SELECT count(*) FROM support_tickets")
}

fn detail(app: &TestApp, words: &str) -> i64 {
    app.count(&format!(
        "SELECT count(*) FROM inbound_emails WHERE status = 'ignored' AND detail LIKE '%{words}%'"
    ))
}

#[actix_web::test]
async fn only_signed_emails_are_received() {
    let app = start().await;
    let raw = email("ada@example.com", "1@x", "", "Hello");
    let now = app.ctx.clock.now().timestamp();
    for header in [
        String::new(),
        signature("other", now, raw.as_bytes()),
        signature(SECRET, now, b"another email"),
        signature(SECRET, now - 301, raw.as_bytes()),
    ] {
        app.anonymous()
            .with("inbound-signature", &header)
            .raw(
                Method::POST,
                "/v1/inbound/email",
                "message/rfc822",
                raw.clone().into_bytes(),
            )
            .await
            .problem(401, ProblemCode::BadSignature);
    }
    let off = TestApp::start().await;
    post(&off, &raw).await.problem(404, ProblemCode::NotFound);
    assert_eq!(app.count("SELECT count(*) FROM inbound_emails"), 0);
}

#[actix_web::test]
async fn email_opens_a_ticket_of_a_known_or_a_new_customer() {
    let app = start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    deliver(
        &app,
        &email("Ada <ADA@example.com>", "1@x", "", "It does not work."),
    )
    .await;
    deliver(
        &app,
        &email("\"Grace Hopper\" <grace@example.net>", "2@x", "", "Hello"),
    )
    .await;

    let list = admin
        .get("/v1/tickets?channel=email&sort=created_at")
        .await
        .expect(200);
    assert_eq!(list["total"], 2);
    let first = &list["data"][0];
    assert_eq!(first["user_id"], serde_json::json!(ada));
    assert_eq!(first["subject"], "No data");
    assert_eq!(first["description"], "It does not work.");
    assert_eq!(list["data"][1]["customer"], "Grace Hopper");
    // Each sender gets a confirmation that no program answers.
    let emails = admin.get("/v1/notifications").await.expect(200);
    assert_eq!(emails["total"], 2);
    // The content of an email is not kept once it was read.
    assert_eq!(
        app.count("SELECT count(*) FROM inbound_emails WHERE status = 'processed' AND content IS NULL AND ticket_id IS NOT NULL"),
        2
    );
}

#[actix_web::test]
async fn answer_reaches_its_ticket_by_address_or_message_id() {
    let app = start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = id(&open(&admin, ada).await);
    say(
        &admin,
        &ticket,
        serde_json::json!({ "message": "Restart it" }),
    )
    .await;
    let to = format!("Delivered-To: {}\r\n", reply_address(&app, &ticket));
    let quoted = "Done.\r\n\r\nOn 1 March Support wrote:\r\n> Restart it";
    deliver(&app, &email("ada@example.com", "1@x", &to, quoted)).await;
    let sent: String = app.given(|given| {
        use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
        let id: wire::TicketMessageId = schema::ticket_messages::table
            .filter(schema::ticket_messages::sender_id.eq(admin.id()))
            .select(schema::ticket_messages::id)
            .first(given.conn())
            .expect("the reply");
        format!("<{id}@localhost.localdomain>")
    });
    let references = format!("In-Reply-To: {sent}\r\nSubject: Something else\r\n");
    deliver(
        &app,
        &email("ada@example.com", "2@x", &references, "And again."),
    )
    .await;
    // An answer to an email of the customer's own.
    deliver(
        &app,
        &email(
            "ada@example.com",
            "3@x",
            "References: <1@x> <unknown@x>\r\n",
            "Third.",
        ),
    )
    .await;

    assert_eq!(tickets(&app), 1);
    let thread = admin
        .get(&format!("/v1/tickets/{ticket}/messages"))
        .await
        .expect(200);
    let texts: Vec<&str> = thread["data"]
        .as_array()
        .expect("messages")
        .iter()
        .filter_map(|message| message["message"].as_str())
        .collect();
    assert_eq!(texts, ["Restart it", "Done.", "And again.", "Third."]);
    assert_eq!(show(&admin, &ticket).await["waiting_since"], Value::Null);
}

#[actix_web::test]
async fn stranger_in_a_thread_opens_a_new_ticket() {
    let app = start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = id(&open(&admin, ada).await);
    let to = format!("Delivered-To: {}\r\n", reply_address(&app, &ticket));
    deliver(
        &app,
        &email("eve@example.net", "1@x", &to, "Show me everything"),
    )
    .await;
    deliver(
        &app,
        &email(
            "ada@example.com",
            "2@x",
            "Subject: TCK-2026-000001\r\n",
            "By the subject alone",
        ),
    )
    .await;
    let tampered = to.replace("support+0", "support+1");
    deliver(
        &app,
        &email("ada@example.com", "3@x", &tampered, "By a wrong address"),
    )
    .await;

    assert_eq!(tickets(&app), 4);
    let thread = admin
        .get(&format!("/v1/tickets/{ticket}/messages"))
        .await
        .expect(200);
    assert_eq!(thread["data"], serde_json::json!([]));
}

#[actix_web::test]
async fn automatic_emails_and_emails_of_staff_open_and_reopen_nothing() {
    let app = start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    app.given(|given| given.person(UserRole::Support, "agent@example.com", "A", "Gent"));
    let ticket = id(&open(&admin, ada).await);
    super::act(&admin, &ticket, "resolve").await;
    let to = format!("Delivered-To: {}\r\n", reply_address(&app, &ticket));
    for (number, (from, more)) in [
        ("ada@example.com", "Auto-Submitted: auto-replied\r\n"),
        ("ada@example.com", "Precedence: bulk\r\n"),
        ("ada@example.com", "List-Id: <x.example.com>\r\n"),
        ("ada@example.com", "Return-Path: <>\r\n"),
        ("MAILER-DAEMON@example.com", ""),
        ("support@example.org", ""),
        ("no-reply@localhost.localdomain", ""),
        ("agent@example.com", ""),
    ]
    .iter()
    .enumerate()
    {
        let raw = email(
            from,
            &format!("{number}@auto"),
            &format!("{to}{more}"),
            "I am away",
        );
        deliver(&app, &raw).await;
    }
    assert_eq!(tickets(&app), 1);
    assert_eq!(show(&admin, &ticket).await["status"], "resolved");
    assert_eq!(app.count("SELECT count(*) FROM ticket_messages"), 0);
    assert_eq!(detail(&app, "automatic answer"), 1);
    assert_eq!(detail(&app, "bounce"), 2);
    assert_eq!(detail(&app, "this system"), 2);
    assert_eq!(detail(&app, "staff"), 1);
    deliver(&app, "Subject: no sender\r\n\r\nx").await;
    assert_eq!(
        app.count("SELECT count(*) FROM inbound_emails WHERE status = 'failed'"),
        1
    );
}

#[actix_web::test]
async fn email_that_arrives_twice_counts_once() {
    let app = start().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = id(&open(&admin, ada).await);
    let to = format!("Delivered-To: {}\r\n", reply_address(&app, &ticket));
    let count = drill::iterations(60, 1000);
    let mut mails: Vec<(usize, String)> = (0..count)
        .flat_map(|number| {
            let raw = email(
                "ada@example.com",
                &format!("{number}@many"),
                &to,
                &format!("No. {number}"),
            );
            [(0, raw.clone()), (1, raw)]
        })
        .collect();
    // The order is mixed, and the same in every run.
    mails.sort_by_key(|(copy, raw)| platform::crypto::digest(format!("{copy}{raw}").as_bytes()));
    let half = mails.len() / 2;
    let (first, second) = mails.split_at(half);
    for part in [first, second] {
        for (_, mail) in part {
            assert_eq!(post(&app, mail).await.status, 204);
        }
        app.run_jobs().await;
    }
    let expected = i64::try_from(count).expect("a count");
    assert_eq!(app.count("SELECT count(*) FROM inbound_emails"), expected);
    assert_eq!(app.count("SELECT count(*) FROM ticket_messages"), expected);
    // Without a Message-ID the content decides.
    let bare = "From: ada@example.com\r\nSubject: x\r\n\r\nThe same\r\n";
    deliver(&app, bare).await;
    deliver(&app, bare).await;
    assert_eq!(
        app.count("SELECT count(*) FROM inbound_emails"),
        expected + 1
    );
}

#[actix_web::test]
async fn files_of_an_email_are_inspected() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let app = start().await;
    let admin = app.as_admin();
    customer(&app);
    let picture = image::RgbImage::from_pixel(2, 2, image::Rgb([1, 2, 3]));
    let mut png = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("a picture");
    let part = |name: &str, kind: &str, bytes: &[u8]| {
        format!(
            "--x\r\nContent-Type: {kind}; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            STANDARD.encode(bytes)
        )
    };
    let body = format!(
        "--x\r\nContent-Type: text/plain\r\n\r\nSee the files.\r\n{}{}--x--",
        part("screen.png", "image/png", png.get_ref()),
        part("run.exe", "application/octet-stream", b"MZ"),
    );
    let more = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n";
    deliver(&app, &email("ada@example.com", "1@x", more, &body)).await;

    let list = admin.get("/v1/tickets").await.expect(200);
    let ticket = &list["data"][0];
    let text = ticket["description"].as_str().expect("a text");
    assert!(
        text.contains("See the files.") && text.contains("not accepted: run.exe"),
        "{text}"
    );
    let thread = admin
        .get(&format!("/v1/tickets/{}/messages", id(ticket)))
        .await
        .expect(200);
    assert_eq!(thread["data"][0]["attachments"][0]["name"], "screen.png");
    assert_eq!(app.count("SELECT count(*) FROM ticket_attachments"), 1);
}
