//! Operations on eSIMs in use, share links, and the stock.

use super::{super::Scenes, id};
use serde_json::{Value, json};
use wire::accounts::users::UserRole;

/// Records the operations on an eSIM of a simulated provider.
pub async fn lifecycle(scenes: &mut Scenes<'_>) {
    let app = scenes.app;
    let (plan, esim, customer, other) = app.given(|given| {
        let provider = given.provider("Life cycle", 9);
        let plan = given.offered_plan("9.90", "eu-5gb");
        let (esim, _) = given.stock(plan);
        let (customer, other) = (given.user(UserRole::Customer), given.user(UserRole::Customer));
        let sql = format!(
            "UPDATE esims SET provider_id = '{}', user_id = '{customer}', assigned_at = now(), status = 'active' WHERE id = '{esim}'",
            provider.0
        );
        diesel::RunQueryDsl::execute(diesel::sql_query(sql), given.conn()).expect("an active eSIM");
        (plan, esim.to_string(), customer, other)
    });
    let admin = app.as_role(UserRole::SuperAdmin);
    for (operation, status) in [
        ("operations_suspend", "active"),
        ("operations_resume", "suspended"),
        ("operations_refresh", "active"),
        ("operations_cancel", "active"),
    ] {
        app.execute(&format!(
            "UPDATE esims SET status = '{status}' WHERE id = '{esim}'"
        ));
        let body = json!({ "reason": "Requested" });
        scenes
            .run_operation(&admin, (operation, &esim), body, &["esim.operate"])
            .await;
        app.execute("UPDATE esim_operations SET status = 'refused', finished_at = now()");
    }
    app.execute("DELETE FROM jobs WHERE kind = 'esims.operate'");
    let body = json!({ "kind": "refresh", "ids": [esim] });
    scenes
        .run_operation(
            &admin,
            ("operations_operate_many", ""),
            body,
            &["esim.operate"],
        )
        .await;
    app.execute("DELETE FROM jobs WHERE kind = 'esims.operate'");

    let body = json!({ "valid_hours": 1, "reason": "A call" });
    let share = scenes
        .run_operation(&admin, ("sharing_create", &esim), body, &["esim.share"])
        .await;
    scenes.forbid(&share["access_code"]);
    scenes
        .run_operation(
            &admin,
            ("sharing_revoke", id(&share)),
            Value::Null,
            &["esim.share_revoke"],
        )
        .await;
    let body = json!({ "user_id": other, "reason": "A gift" });
    assert_ne!(customer, other);
    scenes
        .run_operation(
            &admin,
            ("inventory_reassign", &esim),
            body,
            &["esim.reassign"],
        )
        .await;

    let body = json!({ "plan_id": plan, "minimum": 5 });
    let threshold = scenes
        .run_operation(
            &admin,
            ("stock_create", ""),
            body,
            &["stock_threshold.create"],
        )
        .await;
    scenes
        .run_operation(
            &admin,
            ("stock_edit", id(&threshold)),
            json!({ "minimum": 6 }),
            &["stock_threshold.edit"],
        )
        .await;
    scenes
        .run_operation(
            &admin,
            ("stock_remove", id(&threshold)),
            Value::Null,
            &["stock_threshold.delete"],
        )
        .await;
}
