//! One person at two API clients: neither client learns of the other.

use crate::harness::TestApp;
use serde_json::{Value, json};
use wire::{Permission, ProblemCode, accounts::users::UserRole};

const SCOPES: &[Permission] = &[
    Permission::UsersRead,
    Permission::UsersCreate,
    Permission::UsersWrite,
];

fn ada() -> Value {
    json!({ "email": "Ada@example.com", "first_name": "Ada", "last_name": "Lovelace" })
}

#[actix_web::test]
async fn api_client_cannot_see_customers_of_another_client() {
    let app = TestApp::start().await;
    let ((x, of_x), (_, of_y)) = (app.as_client(SCOPES), app.as_client(SCOPES));
    let first = of_x.post("/v1/users", ada()).await.expect(201);

    let second = of_y.post("/v1/users", ada()).await.expect(201);

    assert_ne!(first["id"], second["id"]);
    for (shop, own, other) in [(&of_x, &first, &second), (&of_y, &second, &first)] {
        let list = shop.get("/v1/users?q=ada%40example.com").await.expect(200);
        assert_eq!(
            (&list["total"], &list["data"][0]["id"]),
            (&json!(1), &own["id"])
        );
        let path = format!("/v1/users/{}", other["id"].as_str().expect("an id"));
        shop.get(&path).await.problem(404, ProblemCode::NotFound);
        let again = shop.post("/v1/users", ada()).await;
        assert_eq!(again.rejects_field("email")["errors"][0]["code"], "taken");
    }
    // Staff see both customers and the client of each.
    let admin = app.as_admin();
    let both = admin.get("/v1/users?q=ada%40example.com").await.expect(200);
    assert_eq!(both["total"], 2);
    let theirs = format!("/v1/users?q=ada%40example.com&client_id={x}");
    assert_eq!(admin.get(&theirs).await.expect(200)["total"], 1);
    admin.post("/v1/users", ada()).await.expect(201);
    admin.post("/v1/users", ada()).await.rejects_field("email");
    // An edit reveals no more than a creation.
    let bob = json!({ "email": "bob@example.com", "first_name": "Bob", "last_name": "Babbage" });
    of_x.post("/v1/users", bob).await.expect(201);
    let path = format!("/v1/users/{}", second["id"].as_str().expect("an id"));
    let taken = json!({ "email": "bob@example.com" });
    of_y.patch(&path, 1, taken).await.expect(200);
}

#[actix_web::test]
async fn sign_in_with_email_at_several_clients_needs_client_id() {
    let app = TestApp::start().await;
    let ((x, of_x), (y, of_y)) = (app.as_client(SCOPES), app.as_client(SCOPES));
    let hash = platform::auth::hash_password("correct horse battery staple".to_owned())
        .await
        .expect("a hash");
    let at_x = of_x.post("/v1/users", ada()).await.expect(201);
    app.execute(&format!(
        "UPDATE users SET password_hash = '{hash}' WHERE client_id = '{x}'"
    ));
    let sign_in = async |client: Option<Value>| {
        let mut proof =
            json!({ "email": "ada@example.com", "password": "correct horse battery staple" });
        if let Some(client) = client {
            proof["client_id"] = client;
        }
        app.anonymous().post("/v1/sessions", proof).await
    };
    // The only account of an email address needs no client id.
    assert_eq!(sign_in(None).await.expect(201)["user"]["id"], at_x["id"]);

    of_y.post("/v1/users", ada()).await.expect(201);

    sign_in(None)
        .await
        .problem(401, ProblemCode::WrongCredentials);
    assert_eq!(
        sign_in(Some(json!(x))).await.expect(201)["user"]["id"],
        at_x["id"]
    );
    sign_in(Some(json!(y)))
        .await
        .problem(401, ProblemCode::WrongCredentials);
    let direct = app.as_role(UserRole::Admin);
    direct.post("/v1/users", ada()).await.expect(201);
    app.execute(&format!(
        "UPDATE users SET password_hash = '{hash}' WHERE role = 'customer' AND client_id IS NULL"
    ));
    assert_eq!(
        sign_in(None).await.expect(201)["user"]["client_id"],
        Value::Null
    );
}
