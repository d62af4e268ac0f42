//! Search over encrypted fields: by words, prefixes, numbers and domains; and the other filters of the list.

use super::ada;
use crate::harness::{TestApp, encoded};
use serde_json::json;
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn user_search_finds_names_emails_and_phones() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    admin.post("/v1/users", ada()).await.expect(201);
    let other = json!({ "email": "ada.lovelace@other.example", "first_name": "Äda", "last_name": "O'Brien-Smith", "phone": "+1 (555) 010-9999" });
    admin.post("/v1/users", other).await.expect(201);

    for (q, found) in [
        // Names: whole words and prefixes, in any order and case.
        ("lovelace", 1),
        ("lov", 1),
        ("LOVELACE ada", 1),
        // The search ignores diacritics, so it finds both names.
        ("äd", 2),
        ("o'bri", 1),
        ("smith", 1),
        ("lace", 0),
        // Emails: the whole address, its prefix, its domain.
        ("ada.lovelace@example.com", 1),
        ("ADA.Lovelace@Other.Example", 1),
        ("ada.lov", 1),
        ("ada", 2),
        ("ada.lovelace@", 2),
        ("@other.example", 1),
        ("other.example", 1),
        ("@example.com", 1),
        ("unknown@example.com", 0),
        // Phone numbers in every usual notation.
        ("+44 20 7946 0012", 1),
        ("+44 20", 1),
        ("+442079460012", 1),
        ("442079", 1),
        ("+1 555 010", 1),
        ("+15550109999", 1),
        ("7946", 0),
    ] {
        let page = admin
            .get(&format!("/v1/users?role=customer&q={}", encoded(q)))
            .await
            .expect(200);
        assert_eq!(page["total"], found, "{q}: {page}");
    }
}

#[actix_web::test]
async fn users_can_be_filtered_by_api_client() {
    let app = TestApp::start().await;
    let (client, shop) = app.as_client(&[wire::Permission::UsersRead]);
    let brought = app.given(|given| {
        given.user(UserRole::Customer);
        given.customer_of(client)
    });
    let page = app
        .as_admin()
        .get(&format!("/v1/users?client_id={client}"))
        .await
        .expect(200);
    assert_eq!(
        (
            &page["total"],
            &page["data"][0]["id"],
            &page["data"][0]["client_id"]
        ),
        (&json!(1), &json!(brought), &json!(client))
    );
    assert_eq!(shop.get("/v1/users").await.expect(200)["total"], 1);
    shop.get("/v1/users?is_deleted=true")
        .await
        .problem(403, wire::ProblemCode::Forbidden);
}

#[actix_web::test]
async fn sort_by_last_sign_in_uses_an_index() {
    use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
        text: String,
    }
    let app = TestApp::start().await;
    for (way, nulls) in [("DESC", "DESC"), ("ASC", "ASC")] {
        let plan = app.given(|given| {
            sql_query("SET enable_seqscan = off; SET enable_sort = off")
                .execute(given.conn())
                .ok();
            sql_query("SET enable_seqscan = off").execute(given.conn()).unwrap();
            sql_query("SET enable_bitmapscan = off").execute(given.conn()).unwrap();
            let query = format!("EXPLAIN SELECT id FROM users WHERE deleted_at IS NULL ORDER BY last_login {way} NULLS LAST, id {nulls} LIMIT 51");
            sql_query(query).load::<Line>(given.conn()).unwrap()
        });
        let plan: String = plan.into_iter().map(|line| line.text).collect();
        assert!(
            plan.contains("users_last_login") && !plan.contains("Sort"),
            "{way}: {plan}"
        );
    }
}
