//! Names in every script: stored in one normal form, and found as people type them.

use super::ada;
use crate::harness::{Client, TestApp, encoded};
use serde_json::{Value, json};
use wire::{ProblemCode, UserId, accounts::users::UserRole};

/// Returns how many customers a search finds.
pub async fn found(admin: &Client, q: &str) -> i64 {
    let path = format!("/v1/users?role=customer&q={}", encoded(q));
    admin.get(&path).await.expect(200)["total"]
        .as_i64()
        .expect("a total")
}

async fn create_user(admin: &Client, first: &str, last: &str) -> Value {
    let email = format!("{}@example.com", uuid::Uuid::new_v4().simple());
    let new = json!({ "email": email, "first_name": first, "last_name": last });
    admin.post("/v1/users", new).await.expect(201)
}

#[actix_web::test]
async fn user_search_ignores_diacritics_and_case() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for (first, last) in [
        ("José", "Etxeberria-Echeverría"),
        ("Mari\u{301}a", "Weißenfels"),
        ("Işıl", "Łukasiewicz"),
        ("小龙", "李"),
        ("Q", "Bert"),
        ("Conan", "O’Brien"),
    ] {
        create_user(&admin, first, last).await;
    }
    for (q, count) in [
        ("jose", 1),
        ("JOSÉ", 1),
        ("Jose\u{301}", 1),
        ("Echeverria", 1),
        ("etxeberria", 1),
        ("maria", 1),
        ("María", 1),
        ("weissenfels", 1),
        ("isil", 1),
        ("lukas", 1),
        ("李", 1),
        ("李小龙", 1),
        ("龙", 0),
        ("Q", 1),
        ("q bert", 1),
        ("obrien", 1),
        ("o'brien", 1),
        ("!!!", 0),
        ("...", 0),
        ("a", 0),
        ("\u{200b}", 0),
    ] {
        assert_eq!(found(&admin, q).await, count, "{q:?}");
    }
}

#[actix_web::test]
async fn names_are_stored_in_nfc_and_trimmed() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let user = create_user(&admin, "\u{a0}Jose\u{301}\u{200b} ", " Nun\u{303}ez\n").await;
    assert_eq!(
        (&user["first_name"], &user["last_name"]),
        (&json!("José"), &json!("Nuñez"))
    );
    let accented = json!({ "email": "JOSÉ@example.com ", "first_name": "José" });
    admin.post("/v1/users", accented).await.expect(201);
    let same = json!({ "email": " mailto:jose\u{301}@example.com", "first_name": "José" });
    admin.post("/v1/users", same).await.rejects_field("email");
}

#[actix_web::test]
async fn user_accepts_single_name_and_rejects_punctuation() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let new = json!({ "email": "suharto@example.com", "first_name": "Suharto" });
    let user = admin.post("/v1/users", new).await.expect(201);
    assert_eq!(
        (&user["first_name"], &user["last_name"]),
        (&json!("Suharto"), &json!(""))
    );
    let id = user["id"].as_str().expect("an id");
    let both = json!({ "last_name": "Sastro" });
    admin
        .patch(&format!("/v1/users/{id}"), 1, both)
        .await
        .expect(200);
    let single = json!({ "last_name": " " });
    let user = admin
        .patch(&format!("/v1/users/{id}"), 2, single)
        .await
        .expect(200);
    assert_eq!(user["last_name"], "");
    let hit = &admin.get("/v1/search?q=suharto").await.expect(200)["data"][0];
    assert_eq!(hit["title"], "Suharto");
    let support = app.as_role(UserRole::Support);
    let hit = &support.get("/v1/search?q=suharto").await.expect(200)["data"][0];
    assert_eq!(hit["title"], "S•••");

    for name in [
        ".", "...", "-", "\u{200b}", "\u{3164}", "\u{2800}", "!", "\u{202e}", "  ", "\u{301}",
    ] {
        for field in ["first_name", "last_name"] {
            if field == "last_name" && name.trim_matches('\u{200b}').trim().is_empty() {
                continue;
            }
            let mut new = ada();
            new[field] = json!(name);
            admin.post("/v1/users", new).await.rejects_field(field);
        }
    }
    for name in [
        "می\u{200c}خواهم",
        "ක්\u{200d}රිස්",
        "O’Brien",
        "X Æ A-12",
        "Ng",
        "李",
    ] {
        let mut new = ada();
        new["first_name"] = json!(name);
        new["email"] = json!(format!("{}@example.com", uuid::Uuid::new_v4().simple()));
        let user = admin.post("/v1/users", new).await.expect(201);
        assert_eq!(user["first_name"], name);
    }
}

/// Rewrites a row as an older version stored it: not normalized, and with outdated search tokens.
fn written_by_an_older_version(app: &TestApp, id: UserId, first: &str, phone: &str) {
    use diesel::prelude::*;
    use platform::crypto::FieldContext;
    use schema::users;
    app.given(|given| {
        let seal = |column: &str, text: &str| {
            app.ctx
                .keys
                .seal(FieldContext::new("users", column, id.0), text)
                .expect("sealed")
        };
        diesel::update(users::table.find(id))
            .set((
                users::first_name.eq(seal("first_name", first)),
                users::phone.eq(Some(seal("phone", phone))),
                users::search_tokens.eq(vec![1_i64, 2]),
                users::search_version.eq(0_i16),
            ))
            .execute(given.conn())
            .expect("the row is old");
    });
}

#[actix_web::test]
async fn reindex_updates_users_of_an_older_version() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let ids: Vec<UserId> = app.given(|given| {
        (0..450)
            .map(|number| {
                given.person(
                    UserRole::Customer,
                    &format!("p{number}@example.com"),
                    "Jose",
                    "Smith",
                )
            })
            .collect()
    });
    for id in &ids {
        written_by_an_older_version(&app, *id, "Jose\u{301}", "+1 (202) 555-0124");
    }
    app.execute(&format!("UPDATE users SET erased_at = now(), deleted_at = now(), search_tokens = '{{}}' WHERE id = '{}'", ids[0]));
    assert_eq!(found(&admin, "jose").await, 0);
    let before = app.count(
        "SELECT (extract(epoch FROM max(updated_at)) * 1000000)::bigint AS count FROM users",
    );

    app.ctx
        .db
        .write(|tx| platform::jobs::enqueue(tx, &accounts::Reindex::default()))
        .await
        .expect("the job waits");
    app.run_all_jobs().await;

    assert_eq!(found(&admin, "jose").await, 449);
    assert_eq!(found(&admin, "2025550124").await, 449);
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE search_version < 1"),
        0
    );
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE version <> 1"),
        0
    );
    assert_eq!(
        app.count(
            "SELECT (extract(epoch FROM max(updated_at)) * 1000000)::bigint AS count FROM users"
        ),
        before
    );
    let path = format!("/v1/users/{}", ids[1]);
    let user = admin.get(&path).await.expect(200);
    assert_eq!(
        (&user["first_name"], &user["phone"]),
        (&json!("José"), &json!("+1 202-555-0124"))
    );
    assert_eq!(app.count("SELECT cardinality(search_tokens)::bigint AS count FROM users WHERE erased_at IS NOT NULL"), 0);

    let again = accounts::users::jobs::reindex_all(&app.ctx, |_| ())
        .await
        .expect("a second run");
    assert_eq!((again.changed, again.clashing, again.broken), (0, 0, 0));
    assert!(again.seen >= 450);
}

#[actix_web::test]
async fn reindex_keeps_accounts_whose_emails_clash() {
    let app = TestApp::start().await;
    let (first, second) = app.given(|given| {
        (
            given.person(UserRole::Customer, "josé@example.com", "A", "B"),
            given.person(UserRole::Customer, "other@example.com", "C", "D"),
        )
    });
    app.given(|given| {
        use diesel::prelude::*;
        use platform::crypto::FieldContext;
        use schema::users;
        let email = app
            .ctx
            .keys
            .seal(
                FieldContext::new("users", "email", second.0),
                "jose\u{301}@example.com",
            )
            .expect("sealed");
        diesel::update(users::table.find(second))
            .set(users::email.eq(email))
            .execute(given.conn())
            .expect("the row is old");
    });
    let done = accounts::users::jobs::reindex_all(&app.ctx, |_| ())
        .await
        .expect("a run");
    assert_eq!(done.clashing, 1);
    let admin = app.as_admin();
    for id in [first, second] {
        let user = admin.get(&format!("/v1/users/{id}")).await.expect(200);
        assert_eq!(user["email"], "josé@example.com");
    }
    admin
        .get(&format!("/v1/users/{}", UserId::new()))
        .await
        .problem(404, ProblemCode::NotFound);
}
