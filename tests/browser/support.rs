//! Support in the panel: tickets from the list to the resolution, articles from the draft to the help centre.

use super::{open_as, panel, security::is_drawn};
use crate::{
    harness::{Client, TestApp},
    support::{customer, id, open, say},
};
use serde_json::{Value, json};
use wire::accounts::users::UserRole;

/// Creates an article, and returns it.
async fn article(staff: &Client, title: &str, content: &str) -> Value {
    let new = json!({ "title": title, "slug": "help", "content": content });
    staff.post("/v1/articles", new).await.expect(201)
}

/// Creates a macro, and returns it.
async fn prepared(staff: &Client, new: Value) -> Value {
    staff.post("/v1/ticket-macros", new).await.expect(201)
}

/// Creates one record of each kind of support and returns the addresses of their pages.
pub async fn record_pages(app: &TestApp, customer: wire::UserId) -> Vec<String> {
    let admin = app.as_admin();
    let ticket = id(&open(&admin, customer).await);
    say(&admin, &ticket, json!({ "message": "Restart the phone." })).await;
    say(
        &admin,
        &ticket,
        json!({ "message": "A note.", "is_internal": true }),
    )
    .await;
    let written = id(&article(&admin, "Help", "Open **Settings**.").await);
    let prepared = id(&prepared(
        &admin,
        json!({ "name": "Hello", "reply": "Hello {customer_name}", "actions": ["assign_to_me"] }),
    )
    .await);
    let rule = json!({ "name": "Refunds", "conditions": { "words": ["refund"] }, "actions": { "priority": "high" } });
    let rule = id(&admin.post("/v1/ticket-rules", rule).await.expect(201));
    vec![
        format!("/support/tickets/{ticket}"),
        format!("/support/tickets/{ticket}?tab=history"),
        format!("/support/tickets/{ticket}/edit"),
        format!("/support/tickets/{ticket}/split"),
        format!("/support/articles/{written}"),
        format!("/support/articles/{written}?tab=versions"),
        format!("/support/articles/{written}/edit"),
        format!("/support/macros/{prepared}"),
        format!("/support/macros/{prepared}/edit"),
        format!("/support/rules/{rule}"),
        format!("/support/rules/{rule}/edit"),
    ]
}

#[actix_web::test]
async fn agent_answers_a_ticket_notes_something_and_resolves_it() {
    let app = panel().await;
    let ada = customer(&app);
    let ticket = open(&app.as_role(UserRole::SuperAdmin), ada).await;
    let number = ticket["ticket_number"].as_str().unwrap();
    let browser = open_as(&app, UserRole::Admin).await;

    browser.press("Tickets").await;
    browser.is_at("/support/tickets?queue=to_do").await;
    browser.sees("No connection in Italy").await;
    browser.press("Unassigned").await;
    browser.is_at("/support/tickets?queue=unassigned").await;
    browser.press(number).await;
    browser.sees("The phone finds no network.").await;
    browser.sees("Ada Lovelace").await;
    browser.keys("c").await;
    browser.sees(&format!("{number} assigned to you")).await;

    browser.keys("r").await;
    browser.sees_element("#answer:focus").await;
    browser
        .fill("Reply", "Please switch **data roaming** on.")
        .await;
    browser.press("Preview").await;
    browser.sees_element(".markdown-preview strong").await;
    browser.press("Write").await;
    browser.press("Send reply").await;
    browser.sees("Reply sent").await;
    browser.sees_element(".message[data-kind=staff]").await;
    browser.sees("Waiting for customer").await;

    browser.press("Internal note").await;
    browser.sees("Only staff can see the note.").await;
    browser.fill("Internal note", "He has called twice.").await;
    browser.press("Add note").await;
    browser.sees("Note added").await;
    browser.sees_element(".message[data-kind=note]").await;
    browser.sees("He has called twice.").await;

    browser.keys("d").await;
    browser.sees(&format!("{number} resolved")).await;
    browser.sees("Reopen").await;
    assert_eq!(
        app.count("SELECT count(*) FROM ticket_messages WHERE NOT is_internal"),
        1
    );
    assert_eq!(
        app.count("SELECT count(*) FROM ticket_messages WHERE is_internal"),
        1
    );
    browser.press("Tickets").await;
    browser.is_at("/support/tickets?queue=to_do").await;
    browser.no_longer_sees("No connection in Italy").await;
}

#[actix_web::test]
async fn note_is_never_sent_as_a_reply_and_leaving_asks_first() {
    let app = panel().await;
    let ada = customer(&app);
    let ticket = id(&open(&app.as_role(UserRole::SuperAdmin), ada).await);
    let browser = open_as(&app, UserRole::Support).await;
    browser.go(&format!("/support/tickets/{ticket}")).await;
    browser.press("Internal note").await;
    browser.fill("Internal note", "Rude, but right.").await;
    browser.press("Reply to customer").await;
    browser.has_value("Reply", "").await;
    browser.press("Send reply").await;
    browser.sees("Enter a value.").await;
    browser.press("Orders").await;
    browser.sees("Leave without saving?").await;
    browser.press("Cancel").await;
    browser.press("Internal note").await;
    browser.has_value("Internal note", "Rude, but right.").await;
    assert_eq!(app.count("SELECT count(*) FROM ticket_messages"), 0);
}

#[actix_web::test]
async fn macro_shows_the_result_of_each_action_and_keeps_an_unsent_reply() {
    let app = panel().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let ticket = id(&open(&admin, ada).await);
    let again = json!({ "name": "QR code again", "reply": "Hello {customer_name}", "actions": ["resend_delivery", { "add_tag": "qr" }] });
    prepared(&admin, again).await;
    let thanks = json!({ "name": "Thanks", "reply": "Thank you, {customer_name}!", "actions": [{ "set_status": "resolved" }] });
    prepared(&admin, thanks).await;
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go(&format!("/support/tickets/{ticket}")).await;

    browser.pick("Macro", "QR").await;
    browser.sees("Send the delivery e-mail again").await;
    browser.has_value("Reply", "Hello {customer_name}").await;
    browser.press("Run macro").await;
    browser.sees("Resend delivery: ").await;
    browser.has_value("Reply", "Hello {customer_name}").await;
    assert_eq!(app.count("SELECT count(*) FROM ticket_messages"), 0);

    browser.press("Remove macro").await;
    browser.fill("Reply", "").await;
    browser.pick("Macro", "Thanks").await;
    browser
        .has_value("Reply", "Thank you, {customer_name}!")
        .await;
    browser.press("Run macro").await;
    browser.sees("Macro done").await;
    browser.sees("Thank you, Ada").await;
    browser.sees("Resolved").await;
}

#[actix_web::test]
async fn tickets_are_assigned_tagged_and_merged_in_bulk() {
    let app = panel().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    for subject in ["First", "Second"] {
        let new = json!({ "user_id": ada, "subject": subject, "description": "Text." });
        admin.post("/v1/tickets", new).await.expect(201);
    }
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go("/support/tickets?queue=unassigned").await;
    browser.sees("Second").await;
    browser.press_at("thead input[type=checkbox]").await;
    browser.sees("2 selected").await;
    browser.press("Assign to me").await;
    browser.sees("Assign to me 2 tickets?").await;
    browser.press("Assign to me").await;
    browser.sees("2 tickets assigned to you").await;
    browser.go("/support/tickets?queue=mine").await;
    browser.sees("Second").await;
    browser.press_at("thead input[type=checkbox]").await;
    browser.press("Add tag").await;
    browser.fill("Tag", "Italy").await;
    browser.press("Add tag").await;
    browser.sees("2 tickets tagged").await;
    assert_eq!(
        app.count("SELECT count(*) FROM support_tickets WHERE tags @> '[\"italy\"]' AND assigned_to IS NOT NULL"),
        2
    );
}

#[actix_web::test]
async fn article_is_written_previewed_published_and_changed_as_a_draft() {
    let app = panel().await;
    let browser = open_as(&app, UserRole::Admin).await;
    browser.press("Knowledge base").await;
    browser.sees("No articles yet").await;
    browser.press("New article").await;
    browser.fill("Title", "How to install an eSIM").await;
    browser
        .sees("Made from the title: how-to-install-an-esim")
        .await;
    browser
        .fill("Text", "Open **Settings**.<script>alert(1)</script>")
        .await;
    browser.press("Preview").await;
    browser.sees_element(".markdown-preview strong").await;
    browser.sees("<script>alert(1)</script>").await;
    browser.press("Create article").await;
    let page = browser
        .wait_for_address("the article", |address| {
            address.starts_with("/support/articles/") && !address.ends_with("/new")
        })
        .await;
    browser.sees("Draft").await;
    let help = "/v1/help/articles/how-to-install-an-esim";
    assert_eq!(app.anonymous().get(help).await.status, 404);

    browser.press("Publish").await;
    browser
        .sees("Customers can read the article from now on.")
        .await;
    browser.press("Publish").await;
    browser.sees("How to install an eSIM published").await;
    let read = app.anonymous().get(help).await.expect(200);
    assert!(
        read["html"]
            .as_str()
            .unwrap()
            .contains("<strong>Settings</strong>")
    );

    browser.press("Edit").await;
    browser.fill("Text", "Open *Mobile data*.").await;
    browser.press("Save changes").await;
    browser.is_at(&page).await;
    browser.sees("Unpublished changes").await;
    browser.sees("Mobile data").await;
    let read = app.anonymous().get(help).await.expect(200);
    assert!(read["html"].as_str().unwrap().contains("Settings"));
    browser.press("Versions").await;
    browser.sees("Version 1").await;
}

#[actix_web::test]
async fn macro_rule_and_service_levels_are_set_up_and_shown_again() {
    let app = panel().await;
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go("/support/macros/new").await;
    browser.fill("Name", "Suspend and tell").await;
    browser
        .fill("Reply to the customer", "We have suspended it, {name}.")
        .await;
    browser.press("Create macro").await;
    browser
        .has_field_error("Reply to the customer", "There is no variable {name}.")
        .await;
    browser
        .fill("Reply to the customer", "We have suspended it.")
        .await;
    // Not under the buttons at the bottom of the form.
    browser
        .script("document.querySelector('#field-suspend_esim').scrollIntoView({ block: 'center' })")
        .await;
    browser.press("Suspend the eSIM").await;
    browser.fill("Add tags", "suspended").await;
    browser.press("Create macro").await;
    browser.sees("Suspend the eSIM").await;
    browser.sees("Add the tag suspended").await;
    browser.press("Edit").await;
    browser.has_value("Add tags", "suspended").await;
    browser.fill("Name", "Suspend").await;
    browser.press("Save changes").await;
    browser.sees("Suspend saved").await;
    browser.sees("Add the tag suspended").await;

    browser.go("/support/rules/new").await;
    browser.fill("Name", "Refunds").await;
    browser.press("Create rule for new tickets").await;
    browser.sees("Enter at least one condition.").await;
    browser.fill("Words", "refund").await;
    browser.fill("Add tags", "money").await;
    browser.press("Create rule for new tickets").await;
    browser
        .sees("When it contains refund, then add the tags money.")
        .await;

    browser.press("Service levels").await;
    browser.press("Edit service levels").await;
    browser.fill("Urgent: first response", "90").await;
    browser.sees("1 h 30 min").await;
    browser.fill("Monday", "08:00-12:00, 13:00-17:30").await;
    browser.press("Save changes").await;
    browser.is_at("/support/service-levels").await;
    browser.sees("1 h 30 min").await;
    browser.sees("08:00–12:00, 13:00–17:30").await;
}

/// Returns 150 texts that would run a script where a page inserted them as HTML.
fn payloads() -> Vec<String> {
    let vectors = [
        "<script>window.hit=1</script>",
        "<img src=x onerror=window.hit=1>",
        "<svg onload=window.hit=1>",
        "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
        "<a href=\"javascript:window.hit=1\">x</a>",
        "<details open ontoggle=window.hit=1>x</details>",
        "<body onload=window.hit=1>",
        "<input autofocus onfocus=window.hit=1>",
        "<video><source onerror=window.hit=1></video>",
        "<math><mtext><img src=x onerror=window.hit=1></mtext></math>",
        "<style>@import 'javascript:window.hit=1'</style>",
        "<object data=\"javascript:window.hit=1\"></object>",
        "<form action=\"javascript:window.hit=1\"><button>x</button></form>",
        "<template><img src=x onerror=window.hit=1></template>",
        "<noscript><p title=\"</noscript><img src=x onerror=window.hit=1>\"></noscript>",
    ];
    let places = [
        "{}",
        "\"'>{}",
        "</textarea>{}",
        "--><!-- -->{}",
        "[{}](https://example.com)",
        "![{}](https://example.com/x.png)",
        "`{}`",
        "> {}",
        "| {} |\n|---|\n| x |",
        "[x](javascript:window.hit=1) {}",
    ];
    let all = places.iter().flat_map(|place| {
        let texts = vectors.iter();
        texts.map(move |vector| place.replace("{}", vector))
    });
    all.collect()
}

#[actix_web::test]
async fn texts_of_customers_and_staff_run_no_script() {
    let app = panel().await;
    let (admin, ada) = (app.as_admin(), customer(&app));
    let payloads = payloads();
    assert_eq!(payloads.len(), 150);
    let all = payloads.join("\n\n");
    let line = payloads[1].replace('\n', " ");
    let new = json!({ "user_id": ada, "subject": line, "description": all, "category": "<b>x</b>", "tags": ["<img src=x>"] });
    let ticket = id(&admin.post("/v1/tickets", new).await.expect(201));
    say(&admin, &ticket, json!({ "message": all })).await;
    say(
        &admin,
        &ticket,
        json!({ "message": all, "is_internal": true }),
    )
    .await;
    let written = id(&article(&admin, &line, &all).await);
    let made = json!({ "name": line, "reply": all, "note": all, "actions": [{ "add_tag": "<svg onload=hit=1>" }] });
    let made = id(&prepared(&admin, made).await);
    let rule = json!({ "name": line, "conditions": { "words": [line.chars().take(50).collect::<String>()] }, "actions": { "category": "<b>x</b>" } });
    let rule = id(&admin.post("/v1/ticket-rules", rule).await.expect(201));
    app.anonymous()
        .get("/v1/help/search?q=%3Cimg%20src%3Dx%20onerror%3Dwindow.hit%3D1%3E")
        .await
        .expect(200);

    let browser = open_as(&app, UserRole::Admin).await;
    for address in [
        "/support/tickets?queue=waiting".to_owned(),
        format!("/support/tickets/{ticket}"),
        format!("/support/tickets/{ticket}/split"),
        format!("/support/tickets/{ticket}/edit"),
        "/support/articles".to_owned(),
        format!("/support/articles/{written}"),
        format!("/support/articles/{written}/edit"),
        "/support/searches".to_owned(),
        "/support/macros".to_owned(),
        format!("/support/macros/{made}"),
        format!("/support/macros/{made}/edit"),
        "/support/rules".to_owned(),
        format!("/support/rules/{rule}"),
        format!("/support/rules/{rule}/edit"),
    ] {
        browser.go(&address).await;
        is_drawn(&browser, &address).await;
        let found = browser
            .script(
                "return [window.hit ?? null, ...[...document.querySelectorAll('main *')].filter(one => ['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'STYLE'].includes(one.tagName) \
                 || one.getAttributeNames().some(name => name.startsWith('on')) || (one.getAttribute('href') ?? '').toLowerCase().startsWith('javascript')).map(one => one.outerHTML)]",
            )
            .await;
        assert_eq!(found, json!([null]), "{address}");
    }
    browser
        .go(&format!("/support/articles/{written}/edit"))
        .await;
    browser.press("Preview").await;
    browser.sees_element(".markdown-preview blockquote").await;
    let hit = browser.script("return window.hit ?? null").await;
    assert_eq!(hit, Value::Null);
}
