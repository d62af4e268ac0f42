//! Import of price lists: all rows or none, and a repeated list changes nothing.

use crate::harness::{Answer, Client, TestApp};
use serde_json::{Value, json};
use wire::{ProblemCode, ProviderId, accounts::users::UserRole};

const LIST: &str = include_str!("../../crates/catalog/tests/price-list.json");

async fn import(
    client: &Client,
    provider: ProviderId,
    options: &str,
    content_type: &str,
    list: &str,
) -> Answer {
    client
        .raw(
            reqwest::Method::POST,
            &format!("/v1/plans/import?provider_id={provider}{options}"),
            content_type,
            list.as_bytes().to_vec(),
        )
        .await
}

fn counts(report: &Value) -> [i64; 4] {
    ["created", "updated", "unchanged", "refused"].map(|count| report[count].as_i64().unwrap())
}

#[actix_web::test]
async fn price_list_import_creates_plans_and_repeating_it_changes_nothing() {
    let app = TestApp::start().await;
    let (admin, provider) = (
        app.as_admin(),
        app.given(|given| given.provider("Freedom", 1)),
    );

    let dry = import(&admin, provider, "&dry_run=true", "application/json", LIST)
        .await
        .expect(200);
    assert_eq!(
        (counts(&dry), &dry["dry_run"], &dry["rows"][0]["plan_id"]),
        ([7, 0, 0, 0], &json!(true), &Value::Null)
    );
    assert_eq!(app.count("SELECT count(*) FROM plans"), 0);

    let report = import(&admin, provider, "", "application/json", LIST)
        .await
        .expect(200);
    assert_eq!(counts(&report), [7, 0, 0, 0]);
    let row = &report["rows"][0];
    assert_eq!(
        (
            &row["row"],
            &row["sku"],
            &row["outcome"],
            &row["cost_price"],
            &row["selling_price"],
            &row["currency"]
        ),
        (
            &json!(1),
            &json!("freedom-7days-1gb"),
            &json!("created"),
            &json!("1.10"),
            &json!("4.50"),
            &json!("USD")
        )
    );
    let plan = admin
        .get(&format!("/v1/plans/{}", row["plan_id"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(
        (&plan["name"], &plan["data_limit_mb"], &plan["is_active"]),
        (
            &json!("Freedonia 1.024 GB 7 days"),
            &json!("1024.00"),
            &json!(true)
        )
    );
    let offers = admin
        .get(&format!(
            "/v1/provider-offers?provider_id={provider}&q=europa"
        ))
        .await
        .expect(200);
    assert_eq!(
        (
            offers["total"].as_i64(),
            &offers["data"][0]["provider_name"]
        ),
        (Some(3), &json!("Freedom"))
    );
    let quote = admin
        .get(&format!(
            "/v1/plans/{}/quote?region=US",
            row["plan_id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(
        (
            &quote["selling_price"],
            &quote["cost_price"],
            &quote["region"]
        ),
        (&json!("4.50"), &json!("1.10"), &json!("GLOBAL"))
    );
    assert_eq!(
        app.count("SELECT count(*) FROM plans WHERE NOT is_active"),
        2,
        "top-ups are not sold as new eSIMs"
    );

    let again = import(&admin, provider, "", "application/json", LIST)
        .await
        .expect(200);
    assert_eq!(counts(&again), [0, 0, 7, 0]);
    assert_eq!(
        (
            app.count("SELECT count(*) FROM plans"),
            app.count("SELECT count(*) FROM plan_pricing"),
            app.count("SELECT count(*) FROM plan_provider_offers")
        ),
        (7, 7, 7)
    );
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action IN ('plan.create', 'plan.edit')"),
        7
    );
}

#[actix_web::test]
async fn price_list_import_updates_provider_fields_and_keeps_ours() {
    let app = TestApp::start().await;
    let (admin, provider) = (
        app.as_admin(),
        app.given(|given| given.provider("Freedom", 1)),
    );
    let csv = |days: u32, cost: &str, price: &str| {
        format!(
            "sku,name,data_limit_mb,validity_days,regions,cost_price,selling_price,currency\na,Alpha,1024,{days},US|Europe,{cost},{price},EUR\nb,Beta,500,1,DE,1,2,EUR\n"
        )
    };
    let made = import(
        &admin,
        provider,
        "&publish=false",
        "text/csv",
        &csv(7, "4.00", "8.00"),
    )
    .await
    .expect(200);
    let path = format!("/v1/plans/{}", made["rows"][0]["plan_id"].as_str().unwrap());
    assert_eq!(admin.get(&path).await.expect(200)["is_active"], false);
    admin
        .patch(
            &path,
            1,
            json!({ "name": "Our own name", "is_active": true }),
        )
        .await
        .expect(200);

    let report = import(&admin, provider, "", "text/csv", &csv(14, "4.00", "9.00"))
        .await
        .expect(200);

    assert_eq!(
        (counts(&report), &report["rows"][0]["plan_id"]),
        ([0, 1, 1, 0], &made["rows"][0]["plan_id"])
    );
    let plan = admin.get(&path).await.expect(200);
    assert_eq!(
        (
            &plan["name"],
            &plan["is_active"],
            &plan["validity_days"],
            &plan["version"]
        ),
        (&json!("Our own name"), &json!(true), &json!(14), &json!(3))
    );
    assert_eq!(
        admin
            .get(&format!("{path}/quote?currency=EUR"))
            .await
            .expect(200)["selling_price"],
        "9.00"
    );
    assert_eq!(
        app.count("SELECT count(*) FROM plan_pricing WHERE effective_to IS NOT NULL"),
        1
    );

    let cost = import(&admin, provider, "", "text/csv", &csv(14, "3.50", "9.00"))
        .await
        .expect(200);
    assert_eq!(counts(&cost), [0, 1, 1, 0]);
    assert_eq!(
        app.count("SELECT count(*) FROM plan_provider_offers WHERE cost = 3.50"),
        1
    );
    assert_eq!(
        admin
            .get(&format!("{path}/quote?currency=EUR"))
            .await
            .expect(200)["cost_price"],
        "3.50"
    );
}

#[actix_web::test]
async fn scheduled_price_survives_price_list_import() {
    let app = TestApp::start().await;
    let (admin, provider) = (
        app.as_admin(),
        app.given(|given| given.provider("Freedom", 1)),
    );
    let csv = |price: &str| {
        format!(
            "sku,name,data_limit_mb,days,regions,cost_price,selling_price\na,Alpha,1024,7,US,1,{price}\n"
        )
    };
    let made = import(&admin, provider, "", "text/csv", &csv("5"))
        .await
        .expect(200);
    let plan: wire::PlanId = serde_json::from_value(made["rows"][0]["plan_id"].clone()).unwrap();
    let later = app.ctx.clock.now() + chrono::TimeDelta::days(3);
    admin.post("/v1/pricing", json!({ "plan_id": plan, "cost_price": "1", "selling_price": "7", "effective_from": later })).await.expect(201);

    import(&admin, provider, "", "text/csv", &csv("6"))
        .await
        .expect(200);

    let quote = admin
        .get(&format!("/v1/plans/{plan}/quote"))
        .await
        .expect(200);
    assert_eq!(
        (
            &quote["selling_price"],
            quote["effective_to"]
                .as_str()
                .map(|to| to.parse::<chrono::DateTime<chrono::Utc>>().unwrap())
        ),
        (&json!("6.00"), Some(later))
    );
    assert_eq!(app.count("SELECT count(*) FROM plan_pricing"), 3);
}

#[actix_web::test]
async fn price_list_import_with_an_invalid_row_writes_nothing() {
    let app = TestApp::start().await;
    let (admin, provider) = (
        app.as_admin(),
        app.given(|given| given.provider("Freedom", 1)),
    );
    let list = "sku,name,data_limit_mb,days,regions,cost_price,selling_price\na,Alpha,1024,7,US,1,2\nb,Beta,1024,0,Atlantis,1,2\na,Gamma,1024,7,US,1,2\n";

    let dry = import(&admin, provider, "&dry_run=true", "text/csv", list)
        .await
        .expect(200);
    let problem = import(&admin, provider, "", "text/csv", list)
        .await
        .problem(422, ProblemCode::Invalid);

    assert_eq!(counts(&dry), [1, 0, 0, 2]);
    assert_eq!(dry["rows"][1]["errors"].as_array().map(Vec::len), Some(2));
    let fields: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect();
    assert_eq!(
        fields,
        ["rows.3.validity_days", "rows.3.regions", "rows.4.sku"]
    );
    assert_eq!(
        (
            app.count("SELECT count(*) FROM plans"),
            app.count("SELECT count(*) FROM plan_provider_offers")
        ),
        (0, 0)
    );
}

#[actix_web::test]
async fn price_list_import_requires_a_provider_and_a_readable_file() {
    let app = TestApp::start().await;
    let (admin, provider) = (
        app.as_admin(),
        app.given(|given| given.provider("Freedom", 1)),
    );
    admin
        .raw(
            reqwest::Method::POST,
            "/v1/plans/import",
            "application/json",
            LIST.into(),
        )
        .await
        .rejects_field("provider_id");
    import(&admin, ProviderId::new(), "", "application/json", LIST)
        .await
        .rejects_field("provider_id");
    import(&admin, provider, "&markup=lots", "application/json", LIST)
        .await
        .rejects_field("markup");
    import(&admin, provider, "", "application/json", "[]")
        .await
        .rejects_field("rows");
    import(&admin, provider, "", "application/json", "no")
        .await
        .problem(400, ProblemCode::Malformed);
    import(&admin, provider, "", "text/html", LIST)
        .await
        .problem(415, ProblemCode::UnsupportedMediaType);
    import(
        &app.as_role(UserRole::Support),
        provider,
        "",
        "application/json",
        LIST,
    )
    .await
    .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn price_list_import_accepts_at_most_10000_rows() {
    let app = TestApp::start().await;
    let (admin, provider) = (
        app.as_admin(),
        app.given(|given| given.provider("Freedom", 1)),
    );
    let rows: String = (0..10_000)
        .map(|number| format!("sku-{number},Plan {number},1024,7,US,1,2\n"))
        .collect();
    let list = format!("sku,name,data_limit_mb,days,regions,cost_price,selling_price\n{rows}");

    let report = import(&admin, provider, "", "text/csv", &list)
        .await
        .expect(200);
    let again = import(&admin, provider, "", "text/csv", &list)
        .await
        .expect(200);

    assert_eq!(
        (counts(&report), counts(&again)),
        ([10_000, 0, 0, 0], [0, 0, 10_000, 0])
    );
    import(
        &admin,
        provider,
        "",
        "text/csv",
        &format!("{list}more,More,1024,7,US,1,2\n"),
    )
    .await
    .problem(413, ProblemCode::TooLarge);
}

#[actix_web::test]
async fn import_of_low_margins_requires_a_reason() {
    let app = TestApp::start().await;
    let (admin, provider) = (
        app.as_admin(),
        app.given(|given| given.provider("Freedom", 1)),
    );
    let row = |sku: &str, cost: &str, selling: &str| json!({ "sku": sku, "name": sku, "data_limit_mb": 1000, "days": 7, "regions": "FR", "cost_price": cost, "selling_price": selling });
    let list = json!([
        row("good", "1.00", "5.00"),
        row("even", "5.00", "5.00"),
        row("loss", "5.00", "4.00")
    ])
    .to_string();
    let refused = import(&admin, provider, "", "application/json", &list).await;
    let problem = refused.problem(422, ProblemCode::Invalid);
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2, "{problem}");
    for blank in ["&reason=", "&reason=%20"] {
        let answer = import(&admin, provider, blank, "application/json", &list).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
    }
    let why = "&reason=Opening%20week";
    let dry = format!("{why}&dry_run=true");
    let dry = import(&admin, provider, &dry, "application/json", &list)
        .await
        .expect(200);
    assert_eq!(counts(&dry), [3, 0, 0, 0]);
    let taken = import(&admin, provider, why, "application/json", &list)
        .await
        .expect(200);
    assert_eq!(counts(&taken), [3, 0, 0, 0]);
    assert_eq!(
        app.count("SELECT count(*) FROM plan_pricing WHERE note = 'Opening week'"),
        3
    );
}
