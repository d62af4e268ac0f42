//! Personal data: the export contains all of it, and after erasure only the books remain.

mod needles;

use crate::harness::TestApp;
use needles::{NEEDLES, RECORD, dump, forms, lines, totals, write_name_everywhere};
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn personal_data_export_is_complete_and_has_no_secrets() {
    let app = TestApp::start().await;
    let chief = app.as_role(UserRole::SuperAdmin);
    let id = write_name_everywhere(&app, &chief).await;
    chief
        .post(
            &format!("/v1/users/{id}/reveal"),
            json!({ "reason": "Calls" }),
        )
        .await
        .expect(200);

    let file = app
        .as_user(id)
        .send(
            reqwest::Method::POST,
            &format!("/v1/users/{id}/export"),
            None,
        )
        .await;

    assert_eq!(
        file.header("content-disposition"),
        format!("attachment; filename=\"user-{id}.json\"")
    );
    let text = file.text();
    let all: Value = file.expect(200);
    for needle in NEEDLES {
        assert!(
            text.to_lowercase().contains(&needle.to_lowercase()),
            "{needle} is missing"
        );
    }
    for (source, tables) in all["kept"].as_object().unwrap() {
        for (table, rows) in tables.as_object().unwrap() {
            assert!(
                rows.as_array().is_some_and(|rows| !rows.is_empty()),
                "{source}: no row of {table}"
            );
        }
    }
    for secret in [
        "password_hash",
        "refresh_hash",
        "token_hash",
        "secret",
        "code_hash",
        "unit_cost",
        "STOCK-",
        "Needlefirst requested",
        "Dear Needlefirst",
    ] {
        assert!(!text.contains(secret), "{secret} is given away");
    }
    assert_eq!(
        app.count("SELECT count(*) FROM pii_access_log WHERE field = 'everything'"),
        1
    );
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'user.export'"),
        1
    );
}

#[actix_web::test]
async fn personal_data_export_is_limited_to_the_user_and_administrators() {
    let app = TestApp::start().await;
    let (id, colleague) =
        app.given(|given| (given.user(UserRole::Customer), given.user(UserRole::Admin)));
    let path = format!("/v1/users/{id}/export");
    app.as_role(UserRole::SuperAdmin)
        .post(&path, json!({}))
        .await
        .expect(200);
    app.as_admin()
        .post(&path, json!({ "reason": "Requested by email" }))
        .await
        .expect(200);
    app.as_role(UserRole::Support)
        .post(&path, json!({}))
        .await
        .problem(403, ProblemCode::Forbidden);
    app.as_role(UserRole::Customer)
        .post(&path, json!({}))
        .await
        .problem(404, ProblemCode::NotFound);
    let staff = format!("/v1/users/{colleague}/export");
    app.as_admin()
        .post(&staff, json!({}))
        .await
        .problem(403, ProblemCode::Forbidden);
    app.as_user(colleague)
        .post(&staff, json!({}))
        .await
        .expect(200);
    let erase = format!("/v1/users/{id}/erase");
    app.as_admin()
        .post(&erase, json!({ "reason": "No" }))
        .await
        .problem(403, ProblemCode::Forbidden);
    app.as_user(id)
        .post(&erase, json!({ "reason": "No" }))
        .await
        .problem(403, ProblemCode::Forbidden);
    app.as_role(UserRole::SuperAdmin)
        .post(&erase, json!({}))
        .await
        .rejects_field("reason");
}

#[actix_web::test]
async fn erasure_leaves_only_the_books() {
    let app = TestApp::start().await;
    let chief = app.as_role(UserRole::SuperAdmin);
    let id = write_name_everywhere(&app, &chief).await;
    let theirs = app.as_user(id);
    let before = app.given(|given| totals(given.conn()));
    let sealed = app.given(|given| {
        lines(given.conn(), &format!("SELECT encode(unnest(ARRAY[email, first_name, last_name, phone, email_hash]), 'hex') AS text FROM users WHERE id = '{id}' \
            UNION ALL SELECT encode(unnest(array_remove(ARRAY[destination, message, message_html], NULL)), 'hex') FROM notifications WHERE user_id = '{id}'"))
    });
    let found = app.given(|given| dump(given.conn(), &[]));
    // File names and phone numbers are stored sealed only.
    let is_plain = |needle: &&&str| !needle.contains("passport") && **needle != "7946 0958";
    for needle in NEEDLES.iter().filter(is_plain) {
        assert!(
            forms(needle)
                .iter()
                .any(|form| found.contains(form.as_str())),
            "{needle} is nowhere to begin with"
        );
    }
    assert!(sealed.len() >= 7 && sealed.iter().all(|value| found.contains(value.as_str())));

    let erased = chief
        .post(
            &format!("/v1/users/{id}/erase"),
            json!({ "reason": "Requested by email" }),
        )
        .await
        .expect(200);

    let left = app.given(|given| dump(given.conn(), &RECORD));
    for needle in NEEDLES {
        for form in forms(needle) {
            let at = left
                .find(&form)
                .map(|at| &left[at.saturating_sub(200)..at + form.len()]);
            assert!(at.is_none(), "{needle} is left: {at:?}");
        }
    }
    for value in &sealed {
        assert!(
            !left.contains(value.as_str()),
            "an encrypted value with the old key is left"
        );
    }
    assert_eq!(
        app.given(|given| totals(given.conn())),
        before,
        "the books are as they were"
    );
    assert_eq!(
        (&erased["first_name"], &erased["phone"]),
        (&json!("Erased"), &json!(null))
    );
    assert!(
        erased["email"]
            .as_str()
            .unwrap()
            .ends_with("@erased.invalid")
            && erased["erased_at"].is_string()
    );
    for table in [
        "sessions",
        "mfa_factors",
        "recovery_codes",
        "password_links",
    ] {
        assert_eq!(
            app.count(&format!(
                "SELECT count(*) FROM {table} WHERE user_id = '{id}'"
            )),
            0,
            "{table}"
        );
    }
    assert_eq!(app.count(&format!("SELECT count(*) FROM users WHERE id = '{id}' AND search_tokens = '{{}}' AND password_hash = '!'")), 1);
    assert_eq!(app.count("SELECT count(*) FROM idempotency_keys"), 0);
    theirs
        .get("/v1/users")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    let sold = chief.get("/v1/orders").await.expect(200);
    assert_eq!(
        (&sold["total"], &sold["data"][0]["customer"]),
        (&json!(1), &json!("Erased Person"))
    );
    // The outbox shows sent emails; queued emails are not sent.
    let emails = chief
        .get(&format!("/v1/notifications?user_id={id}"))
        .await
        .expect(200);
    for email in emails["data"].as_array().unwrap() {
        assert_eq!(
            (&email["message"], &email["destination"], &email["subject"]),
            (&json!("Erased"), &json!(""), &json!(null))
        );
        assert_ne!(email["status"], "pending");
    }
    app.run_all_jobs().await;
    // An erased user stays erased, and a new user with the same email is another account.
    for (act, body) in [
        ("erase", json!({ "reason": "Again" })),
        ("restore", json!({})),
    ] {
        chief
            .post(&format!("/v1/users/{id}/{act}"), body)
            .await
            .problem(409, ProblemCode::WrongState);
    }
    assert_eq!(
        chief.get("/v1/users?q=needlelast").await.expect(200)["total"],
        0
    );
    assert_eq!(
        chief
            .get("/v1/users?q=needlelast&is_deleted=true")
            .await
            .expect(200)["total"],
        0
    );
    let again = json!({ "email": "needle.mailbox@needle-domain.example", "first_name": "N", "last_name": "N" });
    chief.post("/v1/users", again).await.expect(201);
    let file = chief
        .post(&format!("/v1/users/{id}/export"), json!({}))
        .await
        .text()
        .to_lowercase();
    for needle in NEEDLES {
        assert!(
            !file.contains(&needle.to_lowercase()),
            "{needle} is in the file"
        );
    }
}

/// A name that the test writes into every reason and note.
const TYPED: &str = "Typedneedle";

#[actix_web::test]
async fn erasure_removes_names_from_free_text() {
    let app = TestApp::start().await;
    let chief = app.as_role(UserRole::SuperAdmin);
    let (plan, id) = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        given.stock(plan);
        (plan, given.user(UserRole::Customer))
    });
    let user = format!("/v1/users/{id}");
    let why = json!({ "reason": format!("Requested by {TYPED}") });
    let body = json!({ "user_id": id, "plan_id": plan, "reference": format!("For {TYPED}") });
    let buys = chief.with("idempotency-key", "typed-needle-1");
    let sale = buys.post("/v1/orders", body).await.expect(201);
    app.run_jobs().await;
    crate::flows::purchase::simulate(
        &app,
        &chief,
        &sale,
        wire::billing::transactions::SimulatedOutcome::Succeed,
    )
    .await;
    let number = sale["id"].as_str().expect("an id");
    let payment = chief
        .get(&format!("/v1/transactions?order_id={number}"))
        .await
        .expect(200)["data"][0]["id"]
        .clone();
    let body = json!({ "transaction_id": payment, "amount": "1.00", "reason_code": "goodwill", "reason": format!("{TYPED} was unhappy") });
    let refund = chief
        .with("idempotency-key", "typed-needle-2")
        .post("/v1/refunds", body)
        .await
        .expect(201);
    app.run_all_jobs().await;
    let second = json!({ "user_id": id, "plan_id": plan });
    let second = chief
        .with("idempotency-key", "typed-needle-3")
        .post("/v1/orders", second)
        .await
        .expect(201);
    app.run_jobs().await;
    let cancel = format!(
        "/v1/orders/{}/cancel",
        second["id"].as_str().expect("an id")
    );
    chief.post(&cancel, why.clone()).await.expect(200);
    for act in ["reveal", "suspend", "activate", "export"] {
        chief
            .post(&format!("{user}/{act}"), why.clone())
            .await
            .expect(200);
    }
    app.run_all_jobs().await;
    let text_of = |path: String| {
        let chief = chief.clone();
        async move { chief.get(&path).await.text() }
    };
    let shown = [
        format!("{user}/timeline?limit=100"),
        "/v1/audit?limit=100".to_owned(),
        "/v1/audit/access?limit=100".to_owned(),
        format!("/v1/refunds/{}", refund["id"].as_str().expect("an id")),
        format!("/v1/orders/{number}"),
        format!("{}/timeline", cancel.trim_end_matches("/cancel")),
    ];
    for path in &shown {
        let text = text_of(path.clone()).await;
        assert!(
            text.contains(TYPED),
            "{path} does not show it to begin with: {text}"
        );
    }
    // No table keeps a reason about a person in plain text.
    let plain = app.given(|given| {
        dump(
            given.conn(),
            &[
                "orders",
                "transactions",
                "refunds",
                "jobs",
                "idempotency_keys",
            ],
        )
    });
    assert!(!plain.contains(&TYPED.to_lowercase()));

    let erased = chief
        .post(&format!("{user}/erase"), json!({ "reason": "Ticket 7" }))
        .await;
    erased.expect(200);

    for path in shown {
        let text = text_of(path.clone()).await;
        assert!(!text.contains(TYPED), "{path} still shows it: {text}");
    }
    let left = app.given(|given| dump(given.conn(), &[]));
    assert!(!left.contains(&TYPED.to_lowercase()));
    let audit = text_of("/v1/audit?limit=100".to_owned()).await;
    assert!(
        audit.contains("Erased") && audit.contains("Ticket 7"),
        "{audit}"
    );
    let whole = chief.post("/v1/audit/verify", json!({})).await.expect(200);
    assert_eq!(whole["is_whole"], true, "{whole}");
}
