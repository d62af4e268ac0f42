//! Internal notes, drafts and tickets of others reach no customer and no API client, over every operation.

use super::{act, id, open, say, upload};
use crate::{
    contract::{openapi::operations, permissions},
    harness::{Client, TestApp},
};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    Permission, UserId,
    accounts::{api_clients::grantable, users::UserRole},
};

/// Texts that only staff may read.
const NOTE: &str = "Zanzibarnote";
const TAG: &str = "zanzibartag";
const CATEGORY: &str = "zanzibarcategory";
const DRAFT: &str = "Zanzibardraft";
/// A text of another customer's ticket.
const OTHERS: &str = "Zanzibarother";

struct Fixture {
    app: TestApp,
    owner: UserId,
    program: Client,
    ticket: String,
    file: String,
    article: String,
}

async fn fixture() -> Fixture {
    let app = TestApp::start().await;
    let all: Vec<Permission> = grantable().collect();
    let (client, program) = app.as_client(&all);
    let (owner, other) = app.given(|given| {
        let owner = given.customer_of(client);
        (owner, given.user(UserRole::Customer))
    });
    let admin = app.as_admin();
    let ticket = id(&open(&admin, owner).await);
    let edit = json!({ "tags": [TAG], "category": CATEGORY });
    admin
        .patch(&format!("/v1/tickets/{ticket}"), 1, edit)
        .await
        .expect(200);
    let file = upload(&admin, &ticket).await;
    let note = json!({ "message": NOTE, "is_internal": true, "attachments": [file], "mentions": [admin.id()] });
    say(&admin, &ticket, note).await;
    say(&admin, &ticket, json!({ "message": "A public answer" })).await;
    let foreign = json!({ "user_id": other, "subject": OTHERS, "description": OTHERS });
    let foreign = admin.post("/v1/tickets", foreign).await.expect(201);
    say(&admin, &id(&foreign), json!({ "message": OTHERS })).await;
    // A published article with a draft, and an article that was never published.
    let new = json!({ "title": "How to install", "content": "Public words", "slug": "install" });
    let article = id(&admin.post("/v1/articles", new).await.expect(201));
    let at = format!("/v1/articles/{article}");
    let publish = admin.with("if-match", "\"v1\"");
    publish
        .post(&format!("{at}/publish"), Value::Null)
        .await
        .expect(200);
    admin
        .patch(
            &at,
            2,
            json!({ "content": DRAFT, "title": format!("{DRAFT} title") }),
        )
        .await
        .expect(200);
    let hidden = json!({ "title": format!("{DRAFT} hidden"), "content": DRAFT, "slug": "hidden" });
    admin.post("/v1/articles", hidden).await.expect(201);
    Fixture {
        app,
        owner,
        program,
        ticket,
        file,
        article,
    }
}

/// Returns the paths to try for an operation: with every id that the test knows.
fn paths(fixture: &Fixture, path: &str) -> Vec<String> {
    let ids = [
        fixture.ticket.clone(),
        fixture.file.clone(),
        fixture.article.clone(),
        fixture.owner.to_string(),
        Uuid::now_v7().to_string(),
    ];
    let all = ids.iter().map(|id| path.replace("{id}", id));
    let mut all: Vec<String> = all
        .flat_map(|path| ["install", "hidden"].map(|slug| path.replace("{slug}", slug)))
        .collect();
    all.sort();
    all.dedup();
    all
}

#[actix_web::test]
async fn notes_drafts_and_other_tickets_reach_no_customer() {
    let fixture = fixture().await;
    let app = &fixture.app;
    let stranger = app.as_role(UserRole::Customer);
    let callers = [
        ("the customer", app.as_user(fixture.owner)),
        ("the client", fixture.program.clone()),
        ("another customer", stranger),
        ("an anonymous caller", app.anonymous()),
    ];
    let secrets = [NOTE, TAG, CATEGORY, DRAFT, OTHERS, &fixture.file];
    let (mut leaks, mut tried) = (Vec::new(), 0);
    for (method, path, operation) in operations() {
        // Ends the session of the caller, or erases the customer; neither shows a ticket.
        let ends =
            path.starts_with("/v1/sessions") || path.ends_with("/erase") || method == "DELETE";
        if ends {
            continue;
        }
        let is_list = method == "GET" && !path.contains('{');
        for path in paths(&fixture, &path) {
            for (who, client) in &callers {
                let mut addresses = vec![path.clone()];
                if is_list {
                    for q in ["zanzibarnote", "zanzibarother", "zanzibardraft", "zanzibar"] {
                        addresses.push(format!("{path}?q={q}"));
                    }
                    addresses.push(format!("{path}?tag={TAG}"));
                    addresses.push(format!("{path}?queue=mentions"));
                }
                for address in addresses {
                    let body =
                        permissions::body(operation["operationId"].as_str().expect("a name"));
                    let key = Uuid::now_v7().to_string();
                    let client = client
                        .with("if-match", "\"v1\"")
                        .with("idempotency-key", &key);
                    let answer = client
                        .send(method.parse().expect("a method"), &address, body)
                        .await;
                    tried += 1;
                    let text = answer.text();
                    // A refusal of a filter may repeat the filter.
                    let echoes = address.contains("zanzibar") && answer.status == 422;
                    for secret in secrets.iter().filter(|_| !echoes) {
                        let is_asked = address.contains(*secret);
                        if text.to_lowercase().contains(&secret.to_lowercase()) && !is_asked {
                            leaks.push(format!("{method} {address} shows {who} {secret}"));
                        }
                    }
                }
            }
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    assert!(tried > 1000, "{tried}");
    let emails = app
        .as_admin()
        .get("/v1/notifications?limit=100")
        .await
        .expect(200)
        .to_string();
    assert!(emails.contains("A public answer") && !emails.contains(NOTE));
}

#[actix_web::test]
async fn note_and_its_file_stay_hidden_after_merging_and_in_an_export() {
    let fixture = fixture().await;
    let app = &fixture.app;
    let admin = app.as_admin();
    let me = app.as_user(fixture.owner);
    let link = format!("/v1/ticket-attachments/{}/link", fixture.file);
    me.post(&link, Value::Null)
        .await
        .problem(404, wire::ProblemCode::NotFound);
    admin.post(&link, Value::Null).await.expect(200);
    let other = id(&open(&admin, fixture.owner).await);
    admin
        .post(
            &format!("/v1/tickets/{}/merge", fixture.ticket),
            json!({ "into_id": other }),
        )
        .await
        .expect(200);
    let seen = me
        .get(&format!("/v1/tickets/{other}/messages"))
        .await
        .expect(200);
    assert!(!seen.to_string().contains(NOTE));
    let staff = admin
        .get(&format!("/v1/tickets/{other}/messages"))
        .await
        .expect(200);
    assert!(staff.to_string().contains(NOTE));
    let keys = app.ctx.keys.clone();
    let owner = fixture.owner;
    let export = app.given(|given| {
        server::personal_data::registry()
            .iter()
            .map(|part| (part.export)(given.conn(), &keys, owner).expect("exported"))
            .map(|part| part.to_string())
            .collect::<String>()
    });
    assert!(export.contains("A public answer"));
    assert!(!export.contains(NOTE) && !export.contains(&fixture.file));
    act(&admin, &other, "close").await;
}
