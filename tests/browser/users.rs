//! People in the panel: kept out with a reason, in bulk with a result each, corrected only once revealed, erased
//! only once their address was typed.

use super::{opened_by, panel};
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn somebody_is_suspended_and_their_page_tells_it() {
    let app = panel().await;
    let id =
        app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    let browser = opened_by(&app, UserRole::Admin).await;
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
    browser.sees("Has not ordered anything yet.").await;
    browser.press("History").await;
    browser
        .is_at(&format!("/accounts/users/{id}?tab=history"))
        .await;
    browser.sees("“Three chargebacks”").await;
    browser.back().await;
    browser.sees("Has not ordered anything yet.").await;
}

#[actix_web::test]
async fn of_many_each_has_its_own_result() {
    let app = panel().await;
    app.given(|given| {
        given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
        given.person(UserRole::Customer, "grace@example.com", "Grace", "Hopper");
    });
    let browser = opened_by(&app, UserRole::Admin).await;
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
        .sees("The account is suspended; it cannot become suspended.")
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
    let browser = opened_by(&app, UserRole::SuperAdmin).await;
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
    browser.sees("Type 12 to go on.").await;
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE status = 'banned'"),
        0
    );
    browser.fill("To go on, type 12", "12").await;
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
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.go(&format!("/accounts/users/{id}")).await;
    browser.sees("Inactive").await;
    browser.press("More").await;
    browser.press("Ban").await;
    browser.fill("Reason", "A mistake").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("Banned").await;
    browser.press("Undo").await;
    browser
        .sees("The last change of the status was undone.")
        .await;
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE status = 'inactive'"),
        1
    );
}

#[actix_web::test]
async fn support_reveals_before_it_corrects() {
    let app = panel().await;
    let id =
        app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    let browser = opened_by(&app, UserRole::Support).await;
    browser.go(&format!("/accounts/users/{id}/edit")).await;
    browser.sees("Contact details are hidden").await;
    browser.press("Reveal to edit").await;
    browser.fill("Reason", "Moved house").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.holds("First name", "Ada").await;
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
async fn nobody_is_erased_before_their_address_was_typed() {
    let app = panel().await;
    let id =
        app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    let browser = opened_by(&app, UserRole::SuperAdmin).await;
    browser.go(&format!("/accounts/users/{id}")).await;
    browser.sees("Ada Lovelace").await;
    browser.press("More").await;
    browser.press("Erase personal data").await;
    browser.sees("Erase Ada Lovelace for good?").await;
    browser.fill("Reason", "Asked for by mail").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("Type ada@example.com to go on.").await;
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE erased_at IS NOT NULL"),
        0
    );
    browser
        .fill("To go on, type ada@example.com", "ada@example.com")
        .await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("Erased Person").await;
    browser.sees("Erased for good.").await;
}
