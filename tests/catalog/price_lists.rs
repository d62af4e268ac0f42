//! Price lists, which are compared before they are published.

use crate::harness::{Answer, Client, TestApp};
use serde_json::{Value, json};
use wire::{ProblemCode, ProviderId, accounts::users::UserRole};

const LISTS: &str = "/v1/price-lists";
const FIRST: &str = "sku,name,data_limit_mb,days,regions,cost_price,selling_price\na,Alpha,1024,7,US,4.00,8.00\nb,Beta,500,1,DE,1.00,2.00\nc,Gamma,500,1,FR,1.00,2.00\n";
const SECOND: &str = "sku,name,data_limit_mb,days,regions,cost_price,minimum_price,stock\na,Alpha,2048,7,US,5.00,6.00,9\nb,Beta,500,1,DE,1.00,,3\nd,Delta,100,1,JP,1.00,,\ne,Epsilon,0,1,JP,1.00,,\n";

async fn send(client: &Client, provider: ProviderId, options: &str, list: &str) -> Answer {
    client
        .raw(
            reqwest::Method::POST,
            &format!("{LISTS}?provider_id={provider}{options}"),
            "text/csv",
            list.as_bytes().to_vec(),
        )
        .await
}
async fn run_action(client: &Client, compared: &Value, verb: &str, body: Value) -> Answer {
    let (id, version) = (compared["id"].as_str().unwrap(), &compared["version"]);
    client
        .with("if-match", &format!("\"v{version}\""))
        .post(&format!("{LISTS}/{id}/{verb}"), body)
        .await
}
fn changes(compared: &Value) -> String {
    let all = compared["rows"].as_array().unwrap();
    let one = |row: &Value| {
        format!(
            "{} {}",
            row["sku"].as_str().unwrap(),
            row["change"].as_str().unwrap()
        )
    };
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}
fn find_row<'a>(compared: &'a Value, sku: &str) -> &'a Value {
    let all = compared["rows"].as_array().unwrap();
    all.iter().find(|row| row["sku"] == sku).unwrap()
}

/// Writes a provider and imports its first list.
async fn stocked(app: &TestApp) -> (Client, ProviderId) {
    let (admin, provider) = (
        app.as_admin(),
        app.given(|given| given.provider("Freedom", 1)),
    );
    admin
        .raw(
            reqwest::Method::POST,
            &format!("/v1/plans/import?provider_id={provider}"),
            "text/csv",
            FIRST.as_bytes().to_vec(),
        )
        .await
        .expect(200);
    (admin, provider)
}

#[actix_web::test]
async fn price_list_comparison_publishes_nothing() {
    let app = TestApp::start().await;
    let (admin, provider) = stocked(&app).await;

    let answer = send(&admin, provider, "&markup=100", SECOND).await;
    let path = answer.header("location").to_owned();
    let compared = answer.expect(201);

    assert_eq!(changes(&compared), "a changed, d new, e refused, c gone");
    assert_eq!(
        ["new", "changed", "gone", "unchanged", "refused"]
            .map(|count| compared[count].as_i64().unwrap()),
        [1, 1, 1, 1, 1]
    );
    let alpha = find_row(&compared, "a");
    assert_eq!(
        [
            "cost_before",
            "cost_after",
            "cost_moved",
            "selling_before",
            "selling_after",
            "margin_after"
        ]
        .map(|field| &alpha[field]),
        ["4.00", "5.00", "25.00", "8.00", "8.00", "37.50"]
    );
    assert_eq!(
        alpha["terms"],
        json!([
            { "field": "data_limit_mb", "before": "1024.00 MB", "after": "2048.00 MB" },
            { "field": "minimum_price", "before": "none", "after": "6.00" },
        ])
    );
    assert_eq!(find_row(&compared, "d")["selling_after"], "2.00");
    assert_eq!(
        find_row(&compared, "e")["errors"][0]["field"],
        "data_limit_mb"
    );
    assert_eq!(admin.get(&path).await.expect(200), compared);
    let listed = admin.get(&format!("{LISTS}?state=open")).await.expect(200);
    assert_eq!(
        (&listed["data"][0]["id"], &listed["data"][0]["rows"]),
        (&compared["id"], &json!([]))
    );
    assert_eq!(app.count("SELECT count(*) FROM plans"), 3);
    assert_eq!(
        app.count("SELECT count(*) FROM plan_provider_offers WHERE cost = 5"),
        0
    );
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'price_list.create'"),
        1
    );
}

#[actix_web::test]
async fn only_selected_rows_are_published() {
    let app = TestApp::start().await;
    let (admin, provider) = stocked(&app).await;
    let compared = send(&admin, provider, "&markup=100", SECOND)
        .await
        .expect(201);

    let done = run_action(&admin, &compared, "publish", json!({ "skus": ["a", "c"] }))
        .await
        .expect(200);

    assert_eq!(done["state"], "published");
    let published = ["a", "d", "c"].map(|sku| find_row(&done, sku)["published"].as_bool().unwrap());
    assert_eq!(published, [true, false, true]);
    let plan = admin
        .get(&format!(
            "/v1/plans/{}",
            find_row(&compared, "a")["plan_id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(plan["data_limit_mb"], "2048.00");
    let offers = admin
        .get(&format!(
            "/v1/provider-offers?provider_id={provider}&sort=sku"
        ))
        .await
        .expect(200);
    let listed: Vec<String> = offers["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|offer| {
            format!(
                "{} {} {} {}",
                offer["sku"], offer["cost"], offer["stock"], offer["is_active"]
            )
        })
        .collect();
    assert_eq!(
        listed,
        [
            r#""a" "5.00" 9 true"#,
            r#""b" "1.00" 3 true"#,
            r#""c" "1.00" null false"#
        ]
    );
    let quote = format!(
        "/v1/plans/{}/quote",
        find_row(&compared, "a")["plan_id"].as_str().unwrap()
    );
    let quote = admin.get(&quote).await.expect(200);
    assert_eq!(
        (&quote["cost_price"], &quote["selling_price"]),
        (&json!("5.00"), &json!("8.00"))
    );
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'price_list.publish'"),
        1
    );
    run_action(&admin, &done, "publish", json!({}))
        .await
        .problem(409, ProblemCode::WrongState);
    run_action(&admin, &done, "discard", Value::Null)
        .await
        .problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn all_rows_are_published_without_a_selection() {
    let app = TestApp::start().await;
    let (admin, provider) = stocked(&app).await;
    let compared = send(&admin, provider, "&markup=100", SECOND)
        .await
        .expect(201);

    run_action(&admin, &compared, "publish", json!({}))
        .await
        .expect(200);

    assert_eq!(app.count("SELECT count(*) FROM plans"), 4);
    let good = SECOND.lines().take(4).collect::<Vec<_>>().join("\n");
    let again = send(&admin, provider, "&markup=100", &good)
        .await
        .expect(201);
    assert_eq!(changes(&again), "");
    assert_eq!(again["unchanged"], 3);
    run_action(&admin, &again, "publish", json!({}))
        .await
        .problem(409, ProblemCode::Conflict);
}

#[actix_web::test]
async fn rows_changed_since_the_comparison_are_not_published() {
    let app = TestApp::start().await;
    let (admin, provider) = stocked(&app).await;
    let compared = send(&admin, provider, "&markup=100", SECOND)
        .await
        .expect(201);
    let plan = find_row(&compared, "a")["plan_id"]
        .as_str()
        .unwrap()
        .to_owned();
    admin
        .patch(
            &format!("/v1/plans/{plan}"),
            1,
            json!({ "data_limit_mb": "1500" }),
        )
        .await
        .expect(200);

    let refused = run_action(&admin, &compared, "publish", json!({}))
        .await
        .problem(409, ProblemCode::Conflict);

    assert!(
        refused["detail"].as_str().unwrap().contains(": a."),
        "{refused}"
    );
    assert_eq!(app.count("SELECT count(*) FROM plans"), 3);
    // Unchanged rows can still be published.
    run_action(&admin, &compared, "publish", json!({ "skus": ["d"] }))
        .await
        .expect(200);
    assert_eq!(app.count("SELECT count(*) FROM plans"), 4);
}

#[actix_web::test]
async fn publishing_low_margins_requires_a_reason() {
    let app = TestApp::start().await;
    let (admin, provider) = stocked(&app).await;
    let list = "sku,name,data_limit_mb,days,regions,cost_price\na,Alpha,1024,7,US,8.50\n";
    let compared = send(&admin, provider, "", list).await.expect(201);
    assert_eq!(find_row(&compared, "a")["needs_reason"], true);

    run_action(&admin, &compared, "publish", json!({ "skus": ["a"] }))
        .await
        .rejects_field("reason");
    let body = json!({ "skus": ["a"], "reason": "Until the new list" });
    run_action(&admin, &compared, "publish", body)
        .await
        .expect(200);

    assert_eq!(
        app.count("SELECT count(*) FROM plan_pricing WHERE note = 'Until the new list' AND cost_price = 8.50"),
        1
    );
}

#[actix_web::test]
async fn each_provider_has_one_pending_price_list() {
    let app = TestApp::start().await;
    let (admin, provider) = stocked(&app).await;
    let first = send(&admin, provider, "&markup=100", SECOND)
        .await
        .expect(201);
    let second = send(&admin, provider, "&markup=100", SECOND)
        .await
        .expect(201);

    let path = format!("{LISTS}/{}", first["id"].as_str().unwrap());
    let first = admin.get(&path).await.expect(200);
    assert_eq!(first["state"], "discarded");
    run_action(&admin, &first, "publish", json!({}))
        .await
        .problem(409, ProblemCode::WrongState);
    let stale = json!({ "id": second["id"], "version": 7 });
    run_action(&admin, &stale, "publish", json!({}))
        .await
        .problem(412, ProblemCode::Stale);
    run_action(&admin, &stale, "discard", Value::Null)
        .await
        .problem(412, ProblemCode::Stale);
    for (body, field) in [
        (json!({ "skus": [] }), "skus"),
        (json!({ "skus": ["b"] }), "skus.0"),
        (json!({ "skus": ["a", "zz"] }), "skus.1"),
        (json!({ "reason": " " }), "reason"),
    ] {
        run_action(&admin, &second, "publish", body)
            .await
            .rejects_field(field);
    }
    let gone = run_action(&admin, &second, "discard", Value::Null)
        .await
        .expect(200);
    assert_eq!(gone["state"], "discarded");
    let wrong = send(&admin, ProviderId::new(), "", SECOND).await;
    wrong.rejects_field("provider_id");
    let support = app.as_role(UserRole::Support);
    send(&support, provider, "", SECOND)
        .await
        .problem(403, ProblemCode::Forbidden);
    support
        .get(LISTS)
        .await
        .problem(403, ProblemCode::Forbidden);
}
