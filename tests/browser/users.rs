//! Users in the panel: suspended with a reason, bulk actions with a result for each user, edited after revealing, and
//! erased after typing the e-mail address.

use super::{open_as, panel};
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn suspended_user_page_shows_the_reason() {
    let app = panel().await;
    let id =
        app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go(&format!("/accounts/users/{id}")).await;
    browser.sees("Ada Lovelace").await;
    browser.press("Suspend").await;
    browser.sees("Suspend Ada Lovelace?").await;
    browser.fill("Reason", "Three chargebacks").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("Suspended").await;
    browser
        .sees("The account was suspended. Three chargebacks")
        .await;

    browser.press("Orders").await;
    browser
        .go(&format!("/accounts/users/{id}?tab=orders"))
        .await;
    browser.sees("No orders yet.").await;
    browser.press("History").await;
    browser
        .is_at(&format!("/accounts/users/{id}?tab=history"))
        .await;
    browser.sees("“Three chargebacks”").await;
    browser.back().await;
    browser.sees("No orders yet.").await;
}

#[actix_web::test]
async fn bulk_action_shows_a_result_for_each_user() {
    let app = panel().await;
    app.given(|given| {
        given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
        given.person(UserRole::Customer, "grace@example.com", "Grace", "Hopper");
    });
    let browser = open_as(&app, UserRole::Admin).await;
    browser
        .go("/accounts/users?role=customer&sort=created_at")
        .await;
    browser.sees("Grace Hopper").await;
    // Meanwhile another administrator suspends one of them, which the list does not show.
    app.execute("UPDATE users SET status = 'suspended' WHERE id = (SELECT min(id::text)::uuid FROM users WHERE role = 'customer')");
    browser.press_at("thead input[type=checkbox]").await;
    browser.sees("2 selected").await;
    browser.press_at(".bulk button:nth-of-type(3)").await;
    browser.sees("Suspend 2 users?").await;
    browser.fill("Reason", "A raid").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("Results").await;
    browser
        .sees("The account is suspended and cannot become suspended.")
        .await;
    browser.sees("Done").await;
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE status = 'suspended'"),
        2
    );
}

#[actix_web::test]
async fn bulk_ban_leaves_out_staff_and_caller_and_requires_typed_count() {
    let app = panel().await;
    app.given(|given| {
        given.user(UserRole::Support);
        (0..12).for_each(|_| {
            given.user(UserRole::Customer);
        });
    });
    let browser = open_as(&app, UserRole::SuperAdmin).await;
    browser.go("/accounts/users").await;
    browser.sees("1–14 of 14").await;
    browser.press_at("thead input[type=checkbox]").await;
    browser.sees("14 selected").await;
    browser.press("Ban").await;
    browser.sees("Ban 12 users?").await;
    browser.sees("your own account").await;
    browser.sees("one member of the staff").await;
    browser.fill("Reason", "A raid").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("Type 12 to continue.").await;
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE status = 'banned'"),
        0
    );
    browser.fill("To confirm, type 12", "12").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("12 users banned").await;
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE status = 'banned' AND role = 'customer'"),
        12
    );
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE status = 'banned' AND role <> 'customer'"),
        0
    );
}

#[actix_web::test]
async fn undo_of_a_ban_restores_an_inactive_account() {
    let app = panel().await;
    let id =
        app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    app.execute(&format!(
        "UPDATE users SET status = 'inactive' WHERE id = '{id}'"
    ));
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go(&format!("/accounts/users/{id}")).await;
    browser.sees("Inactive").await;
    browser.press("More").await;
    browser.press("Ban").await;
    browser.fill("Reason", "A mistake").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("Banned").await;
    browser.press("Undo").await;
    browser.sees("The last status change was undone.").await;
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE status = 'inactive'"),
        1
    );
}

#[actix_web::test]
async fn support_reveals_contact_details_before_editing() {
    let app = panel().await;
    let id =
        app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    let browser = open_as(&app, UserRole::Support).await;
    browser.go(&format!("/accounts/users/{id}/edit")).await;
    browser.sees("Contact details are hidden").await;
    browser.press("Reveal to edit").await;
    browser.fill("Reason", "Changed address").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.has_value("First name", "Ada").await;
    browser.fill("Phone", "+44 20 7946 0012").await;
    browser.press("Save changes").await;
    browser.is_at(&format!("/accounts/users/{id}")).await;
    browser.sees("•••12").await;
    assert_eq!(
        app.count("SELECT count(*) FROM pii_access_log WHERE reason LIKE 'enc1:%'"),
        1
    );
}

#[actix_web::test]
async fn erasure_requires_the_typed_email_address() {
    let app = panel().await;
    let id =
        app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    let browser = open_as(&app, UserRole::SuperAdmin).await;
    browser.go(&format!("/accounts/users/{id}")).await;
    browser.sees("Ada Lovelace").await;
    browser.press("More").await;
    browser.press("Erase personal data").await;
    browser
        .sees("Erase the personal data of Ada Lovelace?")
        .await;
    browser.fill("Reason", "Requested by e-mail").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("Type ada@example.com to continue.").await;
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE erased_at IS NOT NULL"),
        0
    );
    browser
        .fill("To confirm, type ada@example.com", "ada@example.com")
        .await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("Erased Person").await;
    browser.sees("Personal data erased.").await;
}
