//! The page of an eSIM (data usage and expiry), and the notice that e-mail is not set up.

use super::{open_as, panel, sold_esim};
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn expired_esim_shows_its_badge_and_usage() {
    let app = panel().await;
    sold_esim(&app, "9.90").await;
    app.execute("UPDATE esims SET status = 'active', activated_at = now() - interval '42 days', expires_at = now() - interval '12 days 1 hour' WHERE user_id IS NOT NULL");
    app.execute("UPDATE esim_bundles SET status = 'active', total_bytes = 5000000000, used_bytes = 1000000000, starts_at = now() - interval '42 days', expires_at = now() - interval '12 days 1 hour'");
    let found = app.as_admin().get("/v1/esims?has_user=true").await;
    let found = found.expect(200);
    let browser = open_as(&app, UserRole::Support).await;
    browser
        .go(&format!(
            "/esims/inventory/{}",
            found["data"][0]["id"].as_str().unwrap()
        ))
        .await;
    browser.sees("GB used").await;
    browser.sees("Expired 12 days ago").await;
    browser.sees_element("progress.meter[value='20']").await;
    let badge = "return document.querySelector('.page-title .badge')?.textContent";
    assert_eq!(browser.script(badge).await, "Expired");
}

#[actix_web::test]
async fn banner_shows_that_email_is_not_set_up() {
    let app = panel().await;
    sold_esim(&app, "9.90").await;
    let browser = open_as(&app, UserRole::Admin).await;
    browser.sees("E-mail is not set up.").await;
    browser.sees("queued.").await;
    browser.press("View messages").await;
    browser
        .is_at("/messaging/notifications?status=pending")
        .await;
}

#[actix_web::test]
async fn esim_is_suspended_from_its_page_and_the_operation_has_a_result() {
    let app = panel().await;
    sold_esim(&app, "9.90").await;
    app.execute("UPDATE esims SET status = 'active', activated_at = now(), provider_id = (SELECT id FROM data_providers LIMIT 1) WHERE user_id IS NOT NULL");
    let found = app.as_admin().get("/v1/esims?has_user=true").await;
    let found = found.expect(200);
    let id = found["data"][0]["id"].as_str().unwrap();
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go(&format!("/esims/inventory/{id}")).await;
    browser.sees("Has it data?").await;
    browser.press("Suspend").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("Queued").await;
    app.run_all_jobs().await;
    browser.go("/esims/operations").await;
    browser.sees("Suspend").await;
    browser.sees("Succeeded").await;
    browser.go("/esims/active?status=suspended").await;
    browser.sees("Suspended").await;
}
