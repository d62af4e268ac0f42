//! Undecryptable values: detected in every column, reported as an error, and audited.

use super::{fill, put, rows, sealed};
use crate::harness::TestApp;
use serde_json::json;
use system::keys::{
    columns::{Column, SEALED},
    rotation,
};
use uuid::Uuid;
use wire::{ProblemCode, accounts::users::UserRole};

fn recorded(app: &TestApp, column: &Column, row: Uuid) -> i64 {
    app.count(&format!(
        "SELECT count(*) FROM audit_log WHERE action = 'decryption.fail' AND subject_type = '{}' AND subject_id = '{row}' AND change ->> 'column' = '{}'",
        column.table, column.column
    ))
}

#[actix_web::test]
async fn key_check_finds_changed_and_swapped_values_in_every_column() {
    let app = TestApp::start().await;
    fill(&app);
    let whole = rotation::check(&app.ctx, |_, _| ()).await.expect("checked");
    assert_eq!(whole.broken, 0);
    assert!(whole.values > 2 * SEALED.len());

    let mut expected = 0;
    for column in SEALED {
        let ids = rows(&app, column);
        let (one, other) = (ids[0], ids[1]);
        let good = sealed(&app.ctx.keys, column, one, "one");
        for at in [0, 4, 8, 20, good.len() - 1] {
            let mut bent = good.clone();
            bent[at] ^= 1;
            put(&app, column, one, &bent);
            let done = rotation::check(&app.ctx, |_, _| ()).await.expect("checked");
            assert_eq!(done.broken, expected + 1, "{column:?} at byte {at}");
        }
        assert!(recorded(&app, column, one) >= 1, "{column:?}");
        // Swapped values: both are intact, and neither is in its own row.
        let theirs = sealed(&app.ctx.keys, column, other, "other");
        put(&app, column, one, &theirs);
        put(&app, column, other, &good);
        let done = rotation::check(&app.ctx, |_, _| ()).await.expect("checked");
        expected += 2;
        assert_eq!(done.broken, expected, "{column:?} swapped");
        assert!(recorded(&app, column, other) >= 1, "{column:?}");
    }
}

#[actix_web::test]
async fn undecryptable_value_marks_its_row_and_is_recorded_once() {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin);
    let (ada, bob) = app.given(|given| {
        (
            given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"),
            given.person(UserRole::Customer, "bob@example.com", "Bob", "Byron"),
        )
    });
    let page = format!("/v1/users/{ada}");
    for (number, change) in [
        format!("UPDATE users SET first_name = set_byte(first_name, 30, get_byte(first_name, 30) # 1) WHERE id = '{ada}'"),
        format!("UPDATE users u SET last_name = o.last_name FROM users o WHERE u.id = '{ada}' AND o.id = '{bob}'"),
    ]
    .into_iter()
    .enumerate()
    {
        app.execute("CREATE TABLE kept AS SELECT * FROM users");
        app.execute(&change);
        let request = format!("request-{number}");
        let admin = admin.with("x-request-id", &request);
        let shown = admin.get(&page).await.expect(200);
        assert_eq!(shown["is_unreadable"], true, "{shown}");
        assert!(shown.to_string().contains("(unreadable)"), "{shown}");
        assert_eq!(admin.get(&page).await.expect(200)["is_unreadable"], true);
        assert!(admin.get("/v1/users").await.expect(200).to_string().contains("(unreadable)"));
        let edit = admin.patch(&page, 1, json!({ "phone": null })).await;
        edit.problem(422, ProblemCode::Invalid);
        let query = format!("SELECT count(*) FROM audit_log WHERE action = 'decryption.fail' AND subject_type = 'users' AND subject_id = '{ada}' AND request_id = '{request}'");
        assert_eq!(app.count(&query), 1, "repeated reads report it once");
        app.execute(&format!("UPDATE users u SET first_name = k.first_name, last_name = k.last_name FROM kept k WHERE u.id = k.id AND u.id = '{ada}'"));
        app.execute("DROP TABLE kept");
        admin.get(&page).await.expect(200);
    }
}
