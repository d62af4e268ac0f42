//! Tickets and their messages, service levels, macros, emails of customers, and the knowledge base.

mod alerts;
mod articles;
mod inbound;
mod leaks;
mod macros;
mod messages;
mod sla;
mod statements;
mod tickets;

use crate::harness::{Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use wire::{UserId, accounts::users::UserRole};

/// Uploads a small picture to a ticket, and returns its id.
pub async fn upload(client: &Client, ticket: &str) -> String {
    let picture = image::RgbImage::from_pixel(2, 2, image::Rgb([1, 2, 3]));
    let mut png = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("a picture");
    let path = format!("/v1/tickets/{ticket}/attachments?file_name=screen.png");
    let answer = client
        .raw(Method::POST, &path, "image/png", png.into_inner())
        .await;
    id(&answer.expect(200))
}

/// Returns the id of an object.
pub fn id(object: &Value) -> String {
    object["id"].as_str().expect("an id").to_owned()
}

/// Adds a customer with a name of its own.
pub fn customer(app: &TestApp) -> UserId {
    app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"))
}

/// Opens a ticket of a customer as staff, and returns it.
pub async fn open(staff: &Client, customer: UserId) -> Value {
    let new = json!({ "user_id": customer, "subject": "No connection in Italy", "description": "The phone finds no network." });
    staff.post("/v1/tickets", new).await.expect(201)
}

/// Adds a message to a ticket.
pub async fn say(client: &Client, ticket: &str, message: Value) -> Value {
    client
        .post(&format!("/v1/tickets/{ticket}/messages"), message)
        .await
        .expect(200)
}

/// Runs an action on a ticket.
pub async fn act(client: &Client, ticket: &str, action: &str) -> Value {
    client
        .post(&format!("/v1/tickets/{ticket}/{action}"), Value::Null)
        .await
        .expect(200)
}

/// Returns a ticket.
pub async fn show(client: &Client, ticket: &str) -> Value {
    client
        .get(&format!("/v1/tickets/{ticket}"))
        .await
        .expect(200)
}

/// Advances the clock of a server.
pub fn advance(app: &TestApp, by: chrono::TimeDelta) {
    app.ctx.clock.set(app.ctx.clock.now() + by);
}
