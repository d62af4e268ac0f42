//! A sealed value that was changed in the database marks its row; everything else is shown.

use super::ada;
use crate::{
    flows::purchase::{order, simulate},
    harness::TestApp,
};
use serde_json::{Value, json};
use wire::{UserId, accounts::users::UserRole, billing::transactions::SimulatedOutcome};

const FLIP: &str = "set_byte(first_name, length(first_name) - 1, get_byte(first_name, length(first_name) - 1) # 1)";

#[actix_web::test]
async fn undecryptable_name_marks_its_row_in_lists_details_and_exports() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let made = admin.post("/v1/users", ada()).await.expect(201);
    let id: UserId = wire::Param::parse(made["id"].as_str().expect("an id")).expect("an id");
    let plan = app.stocked_plan("9.90");
    let sale = order(&admin, plan, id, 1).await;
    app.run_jobs().await;
    simulate(&app, &admin, &sale, SimulatedOutcome::Succeed).await;
    app.execute(&format!(
        "UPDATE users SET first_name = {FLIP} WHERE id = '{id}'"
    ));

    let list = admin.get("/v1/users?limit=100").await.expect(200);
    let rows = list["data"].as_array().expect("rows");
    let (broken, whole): (Vec<&Value>, Vec<&Value>) =
        rows.iter().partition(|row| row["id"] == json!(id));
    assert_eq!(
        (
            &broken[0]["first_name"],
            &broken[0]["last_name"],
            &broken[0]["is_unreadable"]
        ),
        (&json!("(unreadable)"), &json!("Lovelace"), &json!(true))
    );
    assert!(!whole.is_empty() && whole.iter().all(|row| row["is_unreadable"] == false));
    let path = format!("/v1/users/{id}");
    assert_eq!(admin.get(&path).await.expect(200)["is_unreadable"], true);
    let file = admin.get("/v1/users/export").await.text();
    assert!(
        file.contains("(unreadable)") && file.lines().count() > 2,
        "{file}"
    );
    let number = sale["id"].as_str().expect("an id");
    for (list, at) in [
        ("/v1/orders", format!("/v1/orders/{number}")),
        ("/v1/invoices", "/v1/invoices".to_owned()),
    ] {
        let shown = admin.get(list).await.expect(200);
        assert_eq!(shown["data"][0]["customer"], "(unreadable)", "{list}");
        assert_eq!(admin.get(&at).await.status, 200);
    }
    assert_eq!(
        admin.get("/v1/search?q=lovelace").await.expect(200)["data"][0]["id"],
        json!(id)
    );
    let kept = admin.post(&format!("{path}/export"), json!({})).await;
    assert!(kept.text().contains("(unreadable)"));
    let recorded = format!(
        "SELECT count(*) FROM audit_log WHERE action = 'decryption.fail' AND subject_id = '{id}'"
    );
    assert_eq!(app.count(&recorded), 1);

    // A new name repairs the row.
    admin
        .patch(&path, 1, json!({ "last_name": "King" }))
        .await
        .rejects_field("first_name");
    let mended = admin.patch(&path, 1, json!({ "first_name": "Ada" })).await;
    assert_eq!(mended.expect(200)["is_unreadable"], false);
}

#[actix_web::test]
async fn undecryptable_message_marks_its_row_in_the_outbox() {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin);
    for address in ["a@example.com", "b@example.com"] {
        let new = json!({ "email": address, "first_name": "A", "last_name": "B" });
        admin.post("/v1/users", new).await.expect(201);
    }
    app.run_all_jobs().await;
    app.execute("UPDATE notifications SET message = set_byte(message, length(message) - 1, get_byte(message, length(message) - 1) # 1) WHERE id = (SELECT max(id::text)::uuid FROM notifications)");

    let list = admin.get("/v1/notifications").await.expect(200);

    let marked: Vec<bool> = list["data"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["is_unreadable"].as_bool().expect("a mark"))
        .collect();
    assert_eq!(marked.iter().filter(|marked| **marked).count(), 1);
    assert_eq!(marked.len(), 2);
}
