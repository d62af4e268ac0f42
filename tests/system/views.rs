//! Saved views of lists: private, of a role, or shared with everyone, and one default for each.

use crate::harness::{Client, TestApp};
use diesel::RunQueryDsl;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

const LIST: &str = "/billing/orders";

fn view(name: &str, audience: &str) -> Value {
    let role = (audience == "role").then_some("support");
    json!({ "list": LIST, "name": name, "query": "status=needs_review&sort=-total_amount", "audience": audience, "role": role })
}

async fn save(client: &Client, body: Value) -> Value {
    client.post("/v1/views", body).await.expect(201)
}

fn at(view: &Value) -> String {
    format!("/v1/views/{}", view["id"].as_str().expect("an id"))
}

/// Returns the names of the views of the list that a caller may use.
async fn names(client: &Client) -> Vec<String> {
    let page = client
        .get(&format!("/v1/views?list={LIST}&sort=name"))
        .await
        .expect(200);
    let rows = page["data"].as_array().expect("rows").iter();
    rows.map(|row| row["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[actix_web::test]
async fn owner_saves_renames_and_deletes_a_view() {
    let app = TestApp::start().await;
    let support = app.as_role(UserRole::Support);
    let answer = support
        .post("/v1/views", view("To be reviewed", "mine"))
        .await;
    assert_eq!(answer.header("etag"), "\"v1\"");
    let made = answer.expect(201);
    assert_eq!(
        (
            &made["owner_id"],
            &made["list"],
            &made["query"],
            &made["is_default"],
            &made["role"]
        ),
        (
            &json!(support.id()),
            &json!(LIST),
            &json!("status=needs_review&sort=-total_amount"),
            &json!(false),
            &Value::Null
        )
    );
    assert_eq!(support.get(&at(&made)).await.expect(200), made);

    let changed = support
        .patch(&at(&made), 1, json!({ "name": "Review", "query": "" }))
        .await
        .expect(200);
    assert_eq!(
        (&changed["name"], &changed["query"], &changed["version"]),
        (&json!("Review"), &json!(""), &json!(2))
    );
    support
        .patch(&at(&made), 1, json!({ "name": "Late" }))
        .await
        .problem(412, ProblemCode::Stale);
    support
        .delete(&at(&made), 1)
        .await
        .problem(412, ProblemCode::Stale);
    support
        .send(Method::PATCH, &at(&made), Some(json!({ "name": "Late" })))
        .await
        .problem(428, ProblemCode::PreconditionRequired);
    assert_eq!(support.delete(&at(&made), 2).await.status, 204);
    support
        .get(&at(&made))
        .await
        .problem(404, ProblemCode::NotFound);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action IN ('view.create', 'view.edit', 'view.delete') AND subject_type = 'view'"),
        3
    );
}

#[actix_web::test]
async fn view_is_visible_to_its_audience() {
    let app = TestApp::start().await;
    let (admin, other) = (app.as_admin(), app.as_admin());
    let (support, chief) = (
        app.as_role(UserRole::Support),
        app.as_role(UserRole::SuperAdmin),
    );
    let mine = save(&admin, view("a: mine", "mine")).await;
    save(&admin, view("b: for support", "role")).await;
    save(&admin, view("c: for everyone", "everyone")).await;
    save(&support, view("d: of support", "mine")).await;

    assert_eq!(
        names(&admin).await,
        ["a: mine", "b: for support", "c: for everyone"]
    );
    assert_eq!(names(&other).await, ["c: for everyone"]);
    assert_eq!(
        names(&support).await,
        ["b: for support", "c: for everyone", "d: of support"]
    );
    assert_eq!(names(&chief).await, ["b: for support", "c: for everyone"]);
    for stranger in [&other, &support, &chief] {
        stranger
            .get(&at(&mine))
            .await
            .problem(404, ProblemCode::NotFound);
        stranger
            .patch(&at(&mine), 1, json!({ "name": "Theirs" }))
            .await
            .problem(404, ProblemCode::NotFound);
    }
    assert_eq!(
        admin.get("/v1/views?list=/catalog/plans").await.expect(200)["total"],
        0
    );
    assert_eq!(
        admin
            .get("/v1/views?audience=role,everyone")
            .await
            .expect(200)["total"],
        2
    );
    app.as_role(UserRole::Customer)
        .get("/v1/views")
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn sharing_and_editing_shared_views_require_permission() {
    let app = TestApp::start().await;
    let (admin, other) = (app.as_admin(), app.as_admin());
    let (support, chief) = (
        app.as_role(UserRole::Support),
        app.as_role(UserRole::SuperAdmin),
    );
    for audience in ["role", "everyone"] {
        support
            .post("/v1/views", view("Shared", audience))
            .await
            .problem(403, ProblemCode::Forbidden);
    }
    let own = save(&support, view("Own", "mine")).await;
    support
        .patch(&at(&own), 1, json!({ "audience": "everyone" }))
        .await
        .problem(403, ProblemCode::Forbidden);

    let shared = save(&admin, view("Shared", "everyone")).await;
    for client in [&other, &support] {
        client
            .patch(&at(&shared), 1, json!({ "name": "Theirs" }))
            .await
            .problem(403, ProblemCode::Forbidden);
        client
            .delete(&at(&shared), 1)
            .await
            .problem(403, ProblemCode::Forbidden);
    }
    let changed = chief
        .patch(
            &at(&shared),
            1,
            json!({ "audience": "role", "role": "admin" }),
        )
        .await
        .expect(200);
    assert_eq!(
        (&changed["owner_id"], &changed["role"]),
        (&json!(admin.id()), &json!("admin"))
    );
    let back = admin
        .patch(&at(&shared), 2, json!({ "audience": "mine" }))
        .await
        .expect(200);
    assert_eq!(
        (&back["audience"], &back["role"]),
        (&json!("mine"), &Value::Null)
    );
    admin
        .patch(&at(&shared), 3, json!({ "audience": "role" }))
        .await
        .rejects_field("role");
    let again = save(&admin, view("Again", "everyone")).await;
    assert_eq!(chief.delete(&at(&again), 1).await.status, 204);
}

#[actix_web::test]
async fn view_rejects_invalid_queries() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let with = |field: &str, value: Value| {
        let mut body = view("View", "mine");
        body[field] = value;
        body
    };
    for (field, value) in [
        ("query", json!("after=abc")),
        ("query", json!("status=paid&before=abc")),
        ("query", json!("?status=paid")),
        ("query", json!("status=a b")),
        ("query", json!("status=paid&status=failed")),
        ("query", json!(format!("q={}", "x".repeat(2000)))),
        ("list", json!("https://example.com")),
        ("name", json!("  ")),
        ("name", json!("x".repeat(61))),
        ("role", json!("support")),
        ("owner_id", json!(admin.id())),
    ] {
        admin
            .post("/v1/views", with(field, value))
            .await
            .rejects_field(field);
    }
    let mut people = view("People", "mine");
    people["list"] = json!("/accounts/users");
    people["query"] = json!("q=ada%40example.com");
    admin
        .post("/v1/views", people.clone())
        .await
        .rejects_field("query");
    people["query"] = json!("status=active");
    let saved = save(&admin, people).await;
    admin
        .patch(&at(&saved), 1, json!({ "query": "q=lovelace" }))
        .await
        .rejects_field("query");
    assert_eq!(app.count("SELECT count(*) FROM saved_views"), 1);
}

#[actix_web::test]
async fn new_default_view_replaces_the_old_one() {
    let app = TestApp::start().await;
    let (admin, other) = (app.as_admin(), app.as_admin());
    let default = |name: &str, audience: &str| {
        let mut body = view(name, audience);
        body["is_default"] = json!(true);
        body
    };
    let first = save(&admin, default("first", "mine")).await;
    // Defaults of another user, a role, everyone, and another list stay unchanged.
    let others = [
        save(&other, default("other", "mine")).await,
        save(&admin, default("role", "role")).await,
        save(&admin, default("everyone", "everyone")).await,
        save(&admin, {
            let mut other_list = default("other list", "mine");
            other_list["list"] = json!("/catalog/plans");
            other_list["query"] = json!("is_active=true");
            other_list
        })
        .await,
    ];
    let second = save(&admin, view("second", "mine")).await;
    let now = admin
        .patch(&at(&second), 1, json!({ "is_default": true }))
        .await
        .expect(200);
    assert_eq!(now["is_default"], true);

    let before = admin.get(&at(&first)).await.expect(200);
    assert_eq!(
        (&before["is_default"], &before["version"]),
        (&json!(false), &json!(2))
    );
    for view in &others {
        let owner = if view["name"] == "other" {
            &other
        } else {
            &admin
        };
        assert_eq!(&owner.get(&at(view)).await.expect(200), view);
    }
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'view.edit' AND change->'is_default'->>'after' = 'false'"),
        1,
        "the replaced default is audited"
    );
    // A request with an old version changes no default.
    admin
        .patch(&at(&first), 1, json!({ "is_default": true }))
        .await
        .problem(412, ProblemCode::Stale);
    assert_eq!(
        admin.get(&at(&second)).await.expect(200)["is_default"],
        true
    );
}

#[actix_web::test]
async fn concurrent_default_views_leave_one() {
    let app = TestApp::start().await;
    let admins = [app.as_admin(), app.as_admin()];
    for audience in ["everyone", "role", "mine"] {
        let tries = (0..12).map(|number| {
            let admin = &admins[if audience == "mine" { 0 } else { number % 2 }];
            let mut body = view(&format!("{audience} {number}"), audience);
            body["is_default"] = json!(true);
            admin.post("/v1/views", body)
        });
        for answer in join_all(tries).await {
            answer.expect(201);
        }
        let count = format!("SELECT count(*) FROM saved_views WHERE audience = '{audience}'");
        assert_eq!(app.count(&count), 12);
        assert_eq!(
            app.count(&format!("{count} AND is_default")),
            1,
            "{audience}"
        );
    }
}

#[actix_web::test]
async fn concurrent_view_edits_with_one_etag_succeed_once() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for round in 0..10 {
        let view = save(&admin, view(&format!("Round {round}"), "everyone")).await;
        let address = at(&view);
        let tries = (0..50).map(|number| {
            let change =
                json!({ "name": format!("Writer {number}"), "is_default": number % 2 == 0 });
            let (admin, address) = (&admin, &address);
            async move { admin.patch(address, 1, change).await.status }
        });
        let mut answers = join_all(tries).await;
        answers.sort_unstable();
        assert_eq!((answers[0], &answers[1..]), (200, &[412; 49][..]));
        assert_eq!(admin.get(&at(&view)).await.expect(200)["version"], 2);
    }
    app.given(|given| diesel::sql_query("DELETE FROM saved_views").execute(given.conn()))
        .expect("they can be deleted");
}

#[actix_web::test]
async fn view_rejects_unknown_lists() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for list in [
        "/nope",
        "/billing",
        "/billing/order",
        "/billing/orders/",
        "billing/orders",
        "/billing/payments",
        "/system/settings",
    ] {
        let mut body = view("V", "mine");
        body["list"] = json!(list);
        admin.post("/v1/views", body).await.rejects_field("list");
    }
    for list in wire::system::views::lists() {
        let body = json!({ "list": list, "name": "V", "query": "limit=25", "audience": "mine" });
        admin.post("/v1/views", body).await.expect(201);
    }
}

#[actix_web::test]
async fn view_rejects_unknown_filters() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let known = save(&admin, view("Known", "mine")).await;
    for query in ["statuss=paid", "status=payed", "status=paid&colour=red"] {
        let mut body = view("Unknown", "mine");
        body["query"] = json!(query);
        admin.post("/v1/views", body).await.rejects_field("query");
        admin
            .patch(&at(&known), 1, json!({ "query": query }))
            .await
            .rejects_field("query");
    }
}
