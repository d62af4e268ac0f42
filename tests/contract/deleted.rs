//! Deleted users are in no list, count, search or export, except for their entries in the books.

use super::lists::lists;
use crate::{
    flows::purchase::{order, simulate},
    harness::{Client, TestApp},
};
use std::collections::BTreeSet;
use wire::{UserId, accounts::users::UserRole, billing::transactions::SimulatedOutcome};

/// Lists that may name a deleted user, and the reason.
const NAMED_IN: &[(&str, &str)] = &[
    ("/v1/orders", "the books"),
    ("/v1/transactions", "the books"),
    ("/v1/invoices", "the books"),
    ("/v1/report-entries", "the books"),
    ("/v1/esims", "the eSIM is still theirs"),
    ("/v1/notifications", "what was sent stays sent"),
    ("/v1/audit", "the record"),
    ("/v1/access", "the record"),
    ("/v1/pii-access", "the record"),
    ("/v1/audit/access", "the record"),
];

/// Returns the lists, exports and searches that name a user.
async fn lists_that_name(client: &Client, id: UserId) -> BTreeSet<String> {
    let mut named_in = BTreeSet::new();
    for (path, sorts) in lists() {
        for sort in sorts {
            let page = client.get(&format!("{path}?limit=100&sort={sort}")).await;
            if page.status == 200 && page.text().contains(&id.to_string()) {
                named_in.insert(path.clone());
            }
        }
        let file = client.get(&format!("{path}/export?format=csv")).await;
        if file.status == 200 && file.text().contains(&id.to_string()) {
            named_in.insert(path.clone());
        }
    }
    for q in [
        "lovelace",
        "ada%40example.com",
        "example.com",
        &id.to_string(),
    ] {
        for address in ["/v1/users", "/v1/search"] {
            let found = client.get(&format!("{address}?q={q}")).await;
            if found.status == 200 && found.text().contains(&format!("\"id\":\"{id}\"")) {
                named_in.insert(format!("{address} by {q}"));
            }
        }
    }
    named_in
}

#[actix_web::test]
async fn deleted_users_appear_only_in_books() {
    let app = TestApp::start().await;
    let chief = app.as_role(UserRole::SuperAdmin);
    let (plan, id) = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        let id = given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
        (plan, id)
    });
    let sale = order(&chief, plan, id, 1).await;
    app.run_jobs().await;
    simulate(&app, &chief, &sale, SimulatedOutcome::Succeed).await;
    app.execute(&format!("INSERT INTO kyc_documents (id, user_id, document_type, document_url, content_type, byte_size) VALUES (gen_random_uuid(), '{id}', 'passport', 'x', 'image/jpeg', 1)"));
    app.execute(&format!("INSERT INTO support_tickets (id, user_id, subject, description) VALUES (gen_random_uuid(), '{id}', 'No data', 'It does not work')"));
    let before = lists_that_name(&chief, id).await;
    assert!(
        before.contains("/v1/users") && before.contains("/v1/users by lovelace"),
        "{before:?}"
    );
    let count = |page: serde_json::Value| page["total"].as_i64().expect("a count");
    let people = count(chief.get("/v1/users").await.expect(200));

    let gone = chief.delete(&format!("/v1/users/{id}"), 1).await;

    assert_eq!(gone.status, 204, "{}", gone.text());
    assert_eq!(count(chief.get("/v1/users").await.expect(200)), people - 1);
    let books: BTreeSet<String> = NAMED_IN
        .iter()
        .map(|(path, _)| (*path).to_owned())
        .collect();
    for role in [UserRole::SuperAdmin, UserRole::Admin, UserRole::Support] {
        let after = lists_that_name(&app.as_role(role), id).await;
        let leaks: Vec<&String> = after.difference(&books).collect();
        assert!(leaks.is_empty(), "{role}: {leaks:?}");
    }
    let sold = chief.get("/v1/orders").await.expect(200);
    assert_eq!(sold["data"][0]["customer"], "Ada Lovelace");
}
