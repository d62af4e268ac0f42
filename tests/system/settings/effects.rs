//! The effects of settings.

use super::set;
use crate::{
    flows::purchase::{order, reload_order, simulate},
    harness::TestApp,
};
use serde_json::{Value, json};
use wire::{accounts::users::UserRole, billing::transactions::SimulatedOutcome};

#[actix_web::test]
async fn payment_window_setting_expires_orders() {
    let app = TestApp::start().await;
    let (admin, plan, customer) = (
        app.as_admin(),
        app.given(|given| given.supplied_plan("9.90")),
        app.given(|given| given.user(UserRole::Customer)),
    );
    let now = app.ctx.clock.now();
    app.ctx.clock.set(now);
    for (set_to, minutes) in [(json!("45"), 45), (json!("5"), 5), (Value::Null, 30)] {
        set(&admin, "orders.payment_window_minutes", set_to).await;
        let placed = order(&admin, plan, customer, 1).await;
        let until = now + chrono::TimeDelta::minutes(minutes);
        assert_eq!(placed["expires_at"], json!(until));
    }
}

#[actix_web::test]
async fn emails_use_business_name_and_time_zone_settings() {
    let app = TestApp::start().await;
    let (admin, customer) = (
        app.as_role(UserRole::SuperAdmin),
        app.given(|given| given.user(UserRole::Customer)),
    );
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        plan
    });
    for (key, value) in [
        ("business.name", "Tom & Co Travel"),
        ("business.support_email", "help@example.com"),
        ("emails.footer", "1 High Street, London"),
        ("business.time_zone", "Pacific/Kiritimati"),
    ] {
        set(&admin, key, json!(value)).await;
    }
    let placed = order(&admin, plan, customer, 1).await;
    // Fourteen hours ahead of UTC: a date of its own for most of the day.
    app.execute("UPDATE orders SET created_at = '2026-11-22T12:00:00Z'");
    app.run_jobs().await;
    simulate(&app, &admin, &placed, SimulatedOutcome::Succeed).await;
    assert_eq!(reload_order(&admin, &placed).await["status"], "fulfilled");

    let emails = admin.get("/v1/notifications").await.expect(200);
    let text = emails["data"][0]["message"].as_str().unwrap();
    assert!(text.contains(" of 23 November 2026: "), "{text}");
    assert!(
        text.ends_with(
            "Tom & Co Travel\nQuestions? Write to help@example.com.\n\n1 High Street, London\n"
        ),
        "{text}"
    );
}

#[actix_web::test]
async fn idle_timeout_setting_ends_sessions() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    set(&admin, "sessions.idle_days", json!("3")).await;
    let hash = platform::auth::hash_password("nine purple umbrellas whisper".to_owned())
        .await
        .unwrap();
    let ada = app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "L"));
    app.execute(&format!(
        "UPDATE users SET password_hash = '{hash}' WHERE id = '{ada}'"
    ));
    app.anonymous()
        .post(
            "/v1/sessions",
            json!({ "email": "ada@example.com", "password": "nine purple umbrellas whisper" }),
        )
        .await
        .expect(201);
    assert_eq!(
        app.count("SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.role = 'customer' AND s.expires_at - s.created_at BETWEEN interval '3 days' AND interval '3 days 1 second'"),
        1
    );
}
