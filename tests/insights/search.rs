//! Global search: each caller finds the objects that they may see, and no others.

use crate::{
    flows::purchase::{order, simulate},
    harness::{Client, TestApp},
};
use diesel::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    ProblemCode, UserId, accounts::users::UserRole, billing::transactions::SimulatedOutcome,
};

/// Writes one object of every searchable kind.
struct Shop {
    customer: UserId,
    order: Value,
    payment: Value,
    esim: Value,
    plan: Value,
    provider: Value,
}

async fn shop(app: &TestApp, admin: &Client) -> Shop {
    let (plan, customer, provider) = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        let customer = given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
        (plan, customer, given.provider("Freedom Mobile", 1))
    });
    let placed = order(admin, plan, customer, 1).await;
    app.run_jobs().await;
    simulate(app, admin, &placed, SimulatedOutcome::Succeed).await;
    let first = async |path: String| admin.get(&path).await.expect(200)["data"][0].clone();
    let id = placed["id"].as_str().unwrap();
    Shop {
        customer,
        payment: first(format!("/v1/transactions?order_id={id}")).await,
        esim: first(format!("/v1/esims?order_id={id}")).await,
        order: admin.get(&format!("/v1/orders/{id}")).await.expect(200),
        plan: admin.get(&format!("/v1/plans/{plan}")).await.expect(200),
        provider: admin
            .get(&format!("/v1/providers/{provider}"))
            .await
            .expect(200),
    }
}

fn run(app: &TestApp, sql: &str) {
    app.given(|given| diesel::sql_query(sql).execute(given.conn()))
        .expect("the statement runs");
}

/// Returns the kinds and titles of the results.
async fn found(client: &Client, q: &str) -> Vec<(String, String)> {
    let answer = client
        .get(&format!("/v1/search?q={}", q.replace('+', "%2B")))
        .await
        .expect(200);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let hits = answer["data"].as_array().expect("hits").iter();
    hits.map(|hit| (text(&hit["kind"]), text(&hit["title"])))
        .collect()
}

fn hit(kind: &str, title: &str) -> Vec<(String, String)> {
    vec![(kind.to_owned(), title.to_owned())]
}

#[actix_web::test]
async fn search_finds_every_kind_of_object() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let shop = shop(&app, &admin).await;
    run(
        &app,
        &format!(
            "UPDATE orders SET reference = 'shop-4711' WHERE id = {}",
            shop.order["id"].to_string().replace('"', "'")
        ),
    );
    run(
        &app,
        &format!(
            "UPDATE esims SET eid = '89033023426100000000003520814231', provider_ref = 'prov-0815', provider_id = (SELECT id FROM data_providers) WHERE id = {}",
            shop.esim["id"].to_string().replace('"', "'")
        ),
    );
    run(
        &app,
        &format!(
            "INSERT INTO api_clients (id, name, mode, scopes) VALUES ('{}', 'Travel shop', 'live', '[\"plans:read\"]')",
            Uuid::now_v7()
        ),
    );
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let (number, iccid) = (text(&shop.order["order_number"]), text(&shop.esim["iccid"]));
    let payment = text(&shop.payment["gateway_transaction_id"]);

    for (q, kind, title) in [
        ("ada@example.com", "user", "Ada Lovelace"),
        ("ADA@", "user", "Ada Lovelace"),
        ("lovel", "user", "Ada Lovelace"),
        (&iccid[..19], "esim", &iccid),
        (
            &format!("{} {}", &iccid[..4], &iccid[4..12]),
            "esim",
            &iccid,
        ),
        ("8903302342610000", "esim", &iccid),
        ("prov-0815", "esim", &iccid),
        (&number, "order", &number),
        (&number.to_lowercase(), "order", &number),
        ("shop-4711", "order", &number),
        (&payment, "transaction", &payment),
        ("freedom", "provider", "Freedom Mobile"),
        ("mobile", "provider", "Freedom Mobile"),
        ("travel", "api_client", "Travel shop"),
        ("sh", "api_client", "Travel shop"),
        (
            shop.plan["name"].as_str().unwrap(),
            "plan",
            shop.plan["name"].as_str().unwrap(),
        ),
        (
            shop.provider["id"].as_str().unwrap(),
            "provider",
            "Freedom Mobile",
        ),
    ] {
        assert_eq!(found(&admin, q).await, hit(kind, title), "{q}");
    }
    for nothing in ["a", " a ", "babbage", "%25%25", "__", "--", "opsho"] {
        assert_eq!(found(&admin, nothing).await, [], "{nothing}");
    }
    assert_eq!(
        admin
            .get(&format!("/v1/search?q={number}"))
            .await
            .expect(200)["data"][0],
        json!({
            "kind": "order", "id": shop.order["id"], "title": number, "is_exact": true,
            "subtitle": format!("Ada Lovelace · {} · 9.90 USD · Fulfilled", text(&shop.plan["name"])),
            "address": format!("/billing/orders/{}", text(&shop.order["id"])),
        })
    );
}

#[actix_web::test]
async fn search_returns_five_per_kind_with_exact_matches_first() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (plan, customer) =
        app.given(|given| (given.supplied_plan("9.90"), given.user(UserRole::Customer)));
    let mut first = Value::Null;
    for _ in 0..7 {
        let placed = order(&admin, plan, customer, 1).await;
        if first.is_null() {
            first = placed;
        }
    }
    run(
        &app,
        "UPDATE orders SET order_number = 'ORD-10' WHERE order_number = 'ORD-100001'",
    );
    app.given(|given| {
        for _ in 0..7 {
            given.unpriced_plan("ord-10 as a plan");
        }
        given.person(UserRole::Customer, "bea@example.com", "Ord", "Ten")
    });

    let answer = admin.get("/v1/search?q=ord-10").await.expect(200);
    let hits = answer["data"].as_array().unwrap();
    let kinds: Vec<&str> = hits.iter().filter_map(|hit| hit["kind"].as_str()).collect();

    assert_eq!(
        (&hits[0]["id"], &hits[0]["is_exact"]),
        (&first["id"], &json!(true))
    );
    assert!(hits[1..].iter().all(|hit| hit["is_exact"] == false));
    assert_eq!(kinds.iter().filter(|kind| **kind == "order").count(), 5);
    assert_eq!(kinds.iter().filter(|kind| **kind == "plan").count(), 5);
    assert_eq!(hits.len(), 10, "{answer}");
    let ids: std::collections::HashSet<String> =
        hits.iter().map(|hit| hit["id"].to_string()).collect();
    assert_eq!(ids.len(), 10, "nothing is found twice");
}

#[actix_web::test]
async fn search_respects_permissions_and_masks_people_for_support() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let shop = shop(&app, &admin).await;
    let support = app.as_user(
        app.given(|given| given.person(UserRole::Support, "sue@example.com", "Sue", "Field")),
    );
    app.given(|given| given.person(UserRole::Admin, "grace@example.com", "Grace", "Hopper"));
    let number = shop.order["order_number"].as_str().unwrap();

    let seen = support
        .get("/v1/search?q=ada@example.com")
        .await
        .expect(200);
    assert_eq!(
        (&seen["data"][0]["title"], &seen["data"][0]["subtitle"]),
        (&json!("A••• L•••"), &json!("a•••@e•••.com · Customer"))
    );
    for q in [number, shop.esim["iccid"].as_str().unwrap()] {
        let result = support.get(&format!("/v1/search?q={q}")).await.expect(200);
        let subtitle = result["data"][0]["subtitle"].as_str().unwrap();
        assert!(subtitle.contains("A••• L•••"), "{result}");
        assert!(!result.to_string().contains("Lovelace"), "{result}");
    }
    assert_eq!(
        found(&support, "sue").await,
        hit("user", "Sue Field"),
        "oneself"
    );
    for hidden in ["grace", "hopper", "grace@example.com", "freedom"] {
        assert_eq!(found(&support, hidden).await, [], "{hidden}");
    }
    assert_eq!(found(&admin, "grace").await, hit("user", "Grace Hopper"));
    app.as_user(shop.customer)
        .get("/v1/search?q=ada")
        .await
        .problem(403, ProblemCode::Forbidden);
    admin
        .get("/v1/search?q=ada&limit=5")
        .await
        .rejects_field("limit");
    admin
        .get(&format!("/v1/search?q={}", "x".repeat(201)))
        .await
        .rejects_field("q");
}

#[actix_web::test]
async fn search_excludes_deleted_objects() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let shop = shop(&app, &admin).await;
    let iccid = shop.esim["iccid"].as_str().unwrap();
    run(
        &app,
        "UPDATE users SET deleted_at = now() WHERE role = 'customer'",
    );
    run(&app, "UPDATE esims SET deleted_at = now()");
    run(
        &app,
        "UPDATE plans SET deleted_at = now(), is_active = false",
    );
    run(&app, "UPDATE data_providers SET deleted_at = now()");

    let id = shop.customer.to_string();
    for q in [
        "ada@example.com",
        "lovelace",
        &id,
        iccid,
        "europe",
        "freedom",
    ] {
        assert_eq!(found(&admin, q).await, [], "{q}");
    }
    let things = format!(
        "/v1/search?records=user:{id},esim:{}",
        shop.esim["id"].as_str().unwrap()
    );
    assert_eq!(admin.get(&things).await.expect(200)["data"], json!([]));
}

#[actix_web::test]
async fn recent_objects_are_named_with_current_permissions() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let shop = shop(&app, &admin).await;
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let things = format!(
        "/v1/search?records=provider:{},order:{},user:{},plan:{},order:{}",
        id(&shop.provider),
        id(&shop.order),
        shop.customer,
        Uuid::now_v7(),
        // A payment's id is not an order's.
        id(&shop.payment),
    );
    let titles = |answer: &Value| {
        let hits = answer["data"].as_array().unwrap().iter();
        hits.map(|hit| hit["title"].clone()).collect::<Vec<_>>()
    };

    let number = &shop.order["order_number"];
    assert_eq!(
        titles(&admin.get(&things).await.expect(200)),
        [&json!("Freedom Mobile"), number, &json!("Ada Lovelace")].map(Clone::clone)
    );
    let support = app.as_role(UserRole::Support);
    assert_eq!(
        titles(&support.get(&things).await.expect(200)),
        [number, &json!("A••• L•••")].map(Clone::clone)
    );
    for wrong in [
        "order",
        "order:1",
        "invoice:01930000-0000-7000-8000-000000000001",
    ] {
        admin
            .get(&format!("/v1/search?records={wrong}"))
            .await
            .rejects_field("records");
    }
    let many = vec![format!("order:{}", Uuid::now_v7()); 21].join(",");
    admin
        .get(&format!("/v1/search?records={many}"))
        .await
        .rejects_field("records");
}
