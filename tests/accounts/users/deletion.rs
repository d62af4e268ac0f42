//! Deletion of users: rejected while an order or refund is open, hidden everywhere, and restored completely.

use super::ada;
use crate::{
    flows::purchase::{order, simulate},
    harness::{Client, TestApp},
};
use serde_json::json;
use wire::{
    ProblemCode, UserId, accounts::users::UserRole, billing::transactions::SimulatedOutcome,
};

async fn delete(client: &Client, id: UserId) -> crate::harness::Answer {
    client.delete(&format!("/v1/users/{id}"), 1).await
}

#[actix_web::test]
async fn deleted_user_is_hidden_and_their_orders_keep_the_name() {
    let app = TestApp::start().await;
    let (plan, id) = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        let id = given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
        (plan, id)
    });
    let (admin, support) = (app.as_admin(), app.as_role(UserRole::Support));
    let sale = order(&admin, plan, id, 1).await;
    app.run_jobs().await;
    simulate(&app, &admin, &sale, SimulatedOutcome::Succeed).await;
    let theirs = app.as_user(id);

    let gone = delete(&admin, id).await;

    assert_eq!((gone.status, gone.bytes.len()), (204, 0));
    let out = theirs.get("/v1/users").await;
    out.problem(401, ProblemCode::Unauthenticated);
    let path = format!("/v1/users/{id}");
    for client in [&admin, &support] {
        for query in [
            "",
            "?q=lovelace",
            "?role=customer",
            "?status=active",
            "?sort=last_login",
        ] {
            let page = client.get(&format!("/v1/users{query}")).await.expect(200);
            assert!(!page.to_string().contains(&id.to_string()), "{query}");
            let others = if query.is_empty() || query.starts_with("?s") {
                page["total"].clone()
            } else {
                json!(0)
            };
            assert_eq!(page["total"], others, "{query}");
        }
        let sold = client.get("/v1/orders").await.expect(200);
        assert_eq!(sold["total"], 1);
        assert_ne!(sold["data"][0]["customer"], "");
    }
    let file = admin.get("/v1/users/export?format=csv").await;
    assert!(!file.text().contains(&id.to_string()));
    support.get(&path).await.problem(404, ProblemCode::NotFound);
    support
        .get("/v1/users?is_deleted=true")
        .await
        .problem(403, ProblemCode::Forbidden);
    let deleted = admin.get("/v1/users?is_deleted=true").await.expect(200);
    assert_eq!(
        (&deleted["total"], &deleted["data"][0]["id"]),
        (&json!(1), &json!(id))
    );
    let shown = admin.get(&path).await.expect(200);
    assert!(shown["deleted_at"].is_string());
    // A deleted user can only be restored.
    for act in ["suspend", "activate", "ban", "deactivate", "reveal"] {
        let body = json!({ "reason": "No" });
        let refused = admin.post(&format!("{path}/{act}"), body).await;
        refused.problem(404, ProblemCode::NotFound);
    }
    admin
        .patch(&path, 2, json!({ "first_name": "Eve" }))
        .await
        .problem(404, ProblemCode::NotFound);
    let body = json!({ "user_id": id, "plan_id": plan });
    let admin = admin.with("idempotency-key", "k");
    admin
        .post("/v1/orders", body)
        .await
        .rejects_field("user_id");
    delete(&admin, id).await.problem(404, ProblemCode::NotFound);
}

#[actix_web::test]
async fn restored_user_is_unchanged_unless_the_email_is_taken() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let made = admin.post("/v1/users", ada()).await.expect(201);
    let id: UserId = wire::Param::parse(made["id"].as_str().unwrap()).unwrap();
    let restore = format!("/v1/users/{id}/restore");
    admin
        .post(&restore, json!({}))
        .await
        .problem(409, ProblemCode::WrongState);
    assert_eq!(delete(&admin, id).await.status, 204);
    let second = admin.post("/v1/users", ada()).await.expect(201);

    admin
        .post(&restore, json!({ "reason": "A mistake" }))
        .await
        .problem(409, ProblemCode::Conflict);
    let second: UserId = wire::Param::parse(second["id"].as_str().unwrap()).unwrap();
    assert_eq!(delete(&admin, second).await.status, 204);
    let back = admin
        .post(&restore, json!({ "reason": "A mistake" }))
        .await
        .expect(200);

    assert_eq!(
        (
            &back["email"],
            &back["status"],
            &back["deleted_at"],
            &back["version"]
        ),
        (&made["email"], &json!("active"), &json!(null), &json!(3))
    );
    assert_eq!(
        admin.get("/v1/users?q=lovelace").await.expect(200)["total"],
        1
    );
}

#[actix_web::test]
async fn user_with_open_orders_or_refunds_cannot_be_deleted() {
    let app = TestApp::start().await;
    let plan = app.given(|given| given.supplied_plan("9.90"));
    let chief = app.as_role(UserRole::SuperAdmin);
    for (state, refused) in [
        ("UPDATE orders SET status = 'pending_payment'", true),
        ("UPDATE orders SET status = 'paid', paid_at = now()", true),
        (
            "UPDATE orders SET status = 'needs_review', paid_at = now()",
            true,
        ),
        (
            "UPDATE transactions SET status = 'cancelled'; UPDATE orders SET status = 'cancelled', cancelled_at = now()",
            false,
        ),
        // The payment may still complete.
        (
            "UPDATE orders SET status = 'cancelled', cancelled_at = now()",
            true,
        ),
        // The order is paid, not delivered and not refunded.
        (
            "UPDATE transactions SET status = 'completed', completed_at = now(); UPDATE orders SET status = 'failed'",
            true,
        ),
        (
            "UPDATE transactions SET status = 'refunded', refunded_amount = total_amount, completed_at = now(); UPDATE orders SET status = 'failed'",
            false,
        ),
        (
            "UPDATE transactions SET status = 'completed', completed_at = now(), dispute_state = 'under_review'; UPDATE orders SET status = 'fulfilled', paid_at = now(), fulfilled_at = now()",
            true,
        ),
        (
            "UPDATE transactions SET status = 'completed', completed_at = now(), dispute_state = 'won'; UPDATE orders SET status = 'fulfilled', paid_at = now(), fulfilled_at = now()",
            false,
        ),
        (
            "UPDATE transactions SET status = 'completed', completed_at = now(); UPDATE orders SET status = 'fulfilled', paid_at = now(), fulfilled_at = now(); \
          INSERT INTO refunds (id, transaction_id, amount, currency, status) SELECT gen_random_uuid(), id, 1, currency, 'pending' FROM transactions WHERE user_id = '$'",
            true,
        ),
    ] {
        let id = app.given(|given| given.user(UserRole::Customer));
        order(&chief, plan, id, 1).await;
        for statement in state.split("; ") {
            let statement = statement.replace('$', &id.to_string());
            let own = if statement.starts_with("UPDATE") {
                format!(" WHERE user_id = '{id}'")
            } else {
                String::new()
            };
            app.execute(&format!("{statement}{own}"));
        }

        let deleted = delete(&chief, id).await;

        if refused {
            deleted.problem(409, ProblemCode::WrongState);
            let erase = format!("/v1/users/{id}/erase");
            let erased = chief.post(&erase, json!({ "reason": "Requested" })).await;
            erased.problem(409, ProblemCode::WrongState);
            app.execute(&format!("UPDATE orders SET status = 'cancelled', cancelled_at = now() WHERE user_id = '{id}'"));
        } else {
            assert_eq!(deleted.status, 204, "{state}: {}", deleted.text());
        }
    }
}

#[actix_web::test]
async fn user_deletion_requires_the_current_etag() {
    let app = TestApp::start().await;
    let (admin, id) = (
        app.as_admin(),
        app.given(|given| given.user(UserRole::Customer)),
    );
    let path = format!("/v1/users/{id}");
    admin
        .send(reqwest::Method::DELETE, &path, None)
        .await
        .problem(428, ProblemCode::PreconditionRequired);
    admin
        .delete(&path, 7)
        .await
        .problem(412, ProblemCode::Stale);
    let why = json!({ "reason": "Requested by email" });
    let gone = admin
        .with("if-match", "\"v1\"")
        .send(reqwest::Method::DELETE, &path, Some(why))
        .await;
    assert_eq!(gone.status, 204);
    let recorded =
        "SELECT count(*) FROM audit_log WHERE action = 'user.delete' AND reason LIKE 'enc1:%'";
    assert_eq!(app.count(recorded), 1);
}

#[actix_web::test]
async fn concurrent_deletion_and_order_leave_no_order_of_a_deleted_user() {
    let app = TestApp::start().await;
    let plan = app.given(|given| given.supplied_plan("9.90"));
    let admin = app.as_admin();
    for _ in 0..10 {
        let id = app.given(|given| given.user(UserRole::Customer));
        let body = json!({ "user_id": id, "plan_id": plan });
        let buys = admin.with("idempotency-key", &id.to_string());
        let (bought, gone) = futures_util::join!(buys.post("/v1/orders", body), delete(&admin, id));

        assert_eq!(
            (bought.status == 201) as u8 + (gone.status == 204) as u8,
            1,
            "{} {}",
            bought.text(),
            gone.text()
        );
    }
}
