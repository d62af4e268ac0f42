//! Providers: their key goes in and never comes out.

use crate::harness::TestApp;
use platform::crypto::Place;
use serde_json::{Value, json};
use wire::{ProblemCode, ProviderId, accounts::users::UserRole};

const KEY: &str = "a-key-that-nobody-may-see";

fn freedom() -> Value {
    json!({ "name": "Freedom", "api_endpoint": "https://simulator.invalid", "api_key": KEY, "adapter": "simulator", "provider_type": "reseller", "priority": 2 })
}

#[actix_web::test]
async fn a_provider_is_added_with_its_key_sealed() {
    let app = TestApp::start().await;
    let admin = app.as_admin();

    let made = admin.post("/v1/providers", freedom()).await.expect(201);
    let place = format!("/v1/providers/{}", made["id"].as_str().unwrap());
    let changed = app
        .as_role(UserRole::SuperAdmin)
        .patch(
            &place,
            1,
            json!({ "api_key": "another-key", "is_active": false, "provider_type": null }),
        )
        .await
        .expect(200);

    assert_eq!(
        (
            &made["name"],
            &made["is_active"],
            &made["priority"],
            &made["currency"]
        ),
        (&json!("Freedom"), &json!(true), &json!(2), &json!("USD"))
    );
    assert_eq!(
        (
            &changed["is_active"],
            &changed["provider_type"],
            &changed["version"]
        ),
        (&json!(false), &Value::Null, &json!(2))
    );
    for shown in [
        made.to_string(),
        changed.to_string(),
        admin.get(&place).await.text(),
        admin.get("/v1/providers/export").await.text(),
    ] {
        assert!(
            !shown.contains("api_key") && !shown.contains(KEY),
            "{shown}"
        );
    }
    let id: ProviderId = serde_json::from_value(made["id"].clone()).unwrap();
    assert_eq!(opened(&app, id), "another-key");
    assert_eq!(
        app.count("SELECT count(*) FROM data_providers WHERE api_key_encrypted LIKE '%key%'"),
        0
    );
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE change::text LIKE '%key-that%' OR change::text LIKE '%another-key%'"), 0);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'provider.edit' AND change->>'api_key' = 'replaced'"), 1);
    admin
        .patch(&place, 1, json!({ "priority": 1 }))
        .await
        .problem(412, ProblemCode::Stale);
}

fn opened(app: &TestApp, id: ProviderId) -> String {
    use diesel::prelude::*;
    use schema::data_providers;
    let sealed: String = app.given(|given| {
        data_providers::table
            .find(id)
            .select(data_providers::api_key_encrypted)
            .first(given.conn())
            .unwrap()
    });
    app.ctx
        .keys
        .open_text(
            Place::new("data_providers", "api_key_encrypted", id.0),
            &sealed,
        )
        .unwrap()
}

#[actix_web::test]
async fn a_provider_that_cannot_be_is_refused() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for (field, value) in [
        ("api_endpoint", json!("http://plain.example")),
        ("name", json!("")),
        ("api_key", json!("")),
        ("priority", json!(0)),
        ("adapter", json!("carrier-pigeon")),
    ] {
        let mut new = freedom();
        new.as_object_mut().unwrap().insert(field.to_owned(), value);
        admin.post("/v1/providers", new).await.refuses(field);
    }
    app.as_role(UserRole::Support)
        .get("/v1/providers")
        .await
        .problem(403, ProblemCode::Forbidden);
    app.as_role(UserRole::Customer)
        .get("/v1/provider-offers")
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn providers_and_offers_are_listed_by_what_they_are() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (first, plan) = app.given(|given| {
        let plan = given.plan("9.90");
        let (second, first) = (given.provider("Beta", 2), given.provider("Alpha", 1));
        given.offer(plan, first, "alpha-1");
        given.offer(plan, second, "beta-1");
        (first, plan)
    });

    let providers = admin
        .get("/v1/providers?adapter=simulator")
        .await
        .expect(200);
    let named = admin.get("/v1/providers?q=BET").await.expect(200);
    let offers = admin
        .get(&format!(
            "/v1/provider-offers?plan_id={plan}&provider_id={first}"
        ))
        .await
        .expect(200);

    let names = |page: &Value| {
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (names(&providers), names(&named)),
        (
            vec!["Alpha".to_owned(), "Beta".to_owned()],
            vec!["Beta".to_owned()]
        )
    );
    assert_eq!(
        (
            offers["total"].as_i64(),
            &offers["data"][0]["sku"],
            &offers["data"][0]["cost"]
        ),
        (Some(1), &json!("alpha-1"), &json!("2.00"))
    );
    assert_eq!(
        admin.get("/v1/provisioning").await.expect(200)["data"],
        json!([])
    );
}

#[actix_web::test]
async fn a_providers_key_is_replaced_by_a_super_admin_who_has_confirmed_it() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let made = admin.post("/v1/providers", freedom()).await.expect(201);
    let place = format!("/v1/providers/{}", made["id"].as_str().unwrap());
    for key in [
        json!({ "api_key": "rotated" }),
        json!({ "name": "Other", "api_key": "rotated" }),
    ] {
        admin
            .patch(&place, 1, key)
            .await
            .problem(403, ProblemCode::Forbidden);
    }
    admin
        .patch(&place, 1, json!({ "name": "Other" }))
        .await
        .expect(200);

    let stale = app.as_role(UserRole::SuperAdmin);
    let other = app.as_admin();
    app.execute("UPDATE sessions SET confirmed_at = now() - interval '16 minutes'");
    stale
        .patch(&place, 2, json!({ "api_key": "rotated" }))
        .await
        .problem(403, ProblemCode::ConfirmationRequired);
    stale
        .patch(&place, 2, json!({ "name": "Freedom" }))
        .await
        .expect(200);
    // A provider's first key asks for a confirmation as well.
    other
        .post("/v1/providers", freedom())
        .await
        .problem(403, ProblemCode::ConfirmationRequired);

    app.as_role(UserRole::SuperAdmin)
        .patch(&place, 3, json!({ "api_key": "rotated" }))
        .await
        .expect(200);
    let id: ProviderId = serde_json::from_value(made["id"].clone()).unwrap();
    assert_eq!(opened(&app, id), "rotated");
}

#[actix_web::test]
async fn a_providers_address_is_https_and_public() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for address in [
        "https://",
        "https:///path",
        "https:////host.example",
        "https:host.example",
        "HTTP://api.example.com",
        "http://api.example.com",
        "ftp://api.example.com",
        "//api.example.com",
        "api.example.com",
        "https://user:pw@api.example.com",
        "https://user@api.example.com",
        "https://@api.example.com",
        "https://api.example.com:0",
        "https://api.example.com:99999",
        "https://api.example.com/?key=1",
        "https://api.example.com/#part",
        "https://api.example.com\\@127.0.0.1/",
        "https://api.exam ple.com",
        "https://api.example\t.com",
        " https://api.example.com",
        "https://127.0.0.1:18999/",
        "https://127.1",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.0.0.1./",
        "https://\u{ff11}\u{ff12}\u{ff17}.0.0.1/",
        "https://%31%32%37.0.0.1/",
        "https://0.0.0.0/",
        "https://0/",
        "https://10.0.0.7/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[0:0:0:0:0:ffff:7f00:1]/",
        "https://[fe80::1]/",
        "https://[fd00:ec2::254]/",
        "https://[ff02::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:db8::1]/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://api.localhost/",
        "https://localhost.localdomain/",
        "https://metadata.google.internal/",
        "https://metadata/",
        "https://printer.local/",
        "https://router.lan/",
        "https://.example.com/",
        "https://example..com/",
    ] {
        let mut new = freedom();
        new["api_endpoint"] = json!(address);
        let answer = admin.post("/v1/providers", new).await;
        assert_eq!(answer.status, 422, "{address}: {}", answer.text());
        answer.refuses("api_endpoint");
    }
    for (number, address) in [
        "https://partners-api.airalo.com",
        "https://api.esim-go.com/v2.4",
        "https://api.example.com:8443/v1/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
        "https://xn--bcher-kva.example/",
        "https://simulator.invalid",
    ]
    .into_iter()
    .enumerate()
    {
        let mut new = freedom();
        new["api_endpoint"] = json!(address);
        new["name"] = json!(format!("Provider {number}"));
        admin.post("/v1/providers", new).await.expect(201);
    }
}

#[actix_web::test]
async fn a_provider_is_deleted_while_it_is_unused() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (unused, used) =
        app.given(|given| (given.provider("Unused", 1), given.provider("Used", 2)));
    app.given(|given| {
        let plan = given.plan("9.90");
        given.offer(plan, used, "eu-1");
    });
    admin
        .delete(&format!("/v1/providers/{used}"), 1)
        .await
        .problem(409, ProblemCode::WrongState);
    admin
        .delete(&format!("/v1/providers/{unused}"), 2)
        .await
        .problem(412, ProblemCode::Stale);
    app.as_role(UserRole::Support)
        .delete(&format!("/v1/providers/{unused}"), 1)
        .await
        .problem(403, ProblemCode::Forbidden);
    admin
        .delete(&format!("/v1/providers/{unused}"), 1)
        .await
        .expect(204);
    admin
        .get(&format!("/v1/providers/{unused}"))
        .await
        .problem(404, ProblemCode::NotFound);
    let left = admin.get("/v1/providers").await.expect(200);
    assert_eq!(left["total"], 1);
}

#[actix_web::test]
async fn a_simulated_provider_serves_development_only() {
    let app = TestApp::start().await;
    let (plan, customer) = app.given(|given| {
        let plan = given.supplied_plan("9.90");
        (plan, given.user(UserRole::Customer))
    });
    let production = app.beside(&[
        ("APP_ENV", "production"),
        ("PUBLIC_URL", "https://admin.example.com"),
        ("STRIPE_SECRET_KEY", "sk_test_for_tests"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_for_tests"),
        ("STRIPE_API_BASE", "http://127.0.0.1:9/"),
    ]);
    let admin = production.as_admin();
    admin
        .post("/v1/providers", freedom())
        .await
        .refuses("adapter");

    // One that was stored in development is not offered, not asked, and not taken up again.
    let stored = admin.get("/v1/providers").await.expect(200)["data"][0].clone();
    let provider = stored["id"].as_str().unwrap();
    let offer = json!({ "plan_id": plan, "provider_id": provider, "sku": "ok-2", "cost": "2.00" });
    admin
        .post("/v1/provider-offers", offer)
        .await
        .refuses("provider_id");
    for path in ["/v1/plans/import", "/v1/price-lists"] {
        let list = json!([{ "sku": "a", "name": "A", "data_limit_mb": 1000, "days": 7, "regions": "FR", "cost_price": "1.00", "selling_price": "5.00" }]);
        admin
            .post(&format!("{path}?provider_id={provider}"), list)
            .await
            .refuses("provider_id");
    }
    let place = format!("/v1/providers/{provider}");
    admin
        .patch(&place, 1, json!({ "is_active": false }))
        .await
        .expect(200);
    admin
        .patch(&place, 2, json!({ "is_active": true }))
        .await
        .refuses("is_active");
    app.execute("UPDATE data_providers SET is_active = true");
    let wish = json!({ "user_id": customer, "plan_id": plan, "payment_method": "bank_transfer" });
    admin
        .with("idempotency-key", "production-1")
        .post("/v1/orders", wish)
        .await
        .problem(409, ProblemCode::SoldOut);

    // Nor are payments simulated there.
    production
        .anonymous()
        .post("/v1/webhooks/simulator", json!({}))
        .await
        .problem(404, ProblemCode::NotFound);
}

#[actix_web::test]
async fn an_order_in_production_does_not_ask_a_simulated_provider() {
    let app = TestApp::start().await;
    let (plan, customer) = app.given(|given| {
        let plan = given.supplied_plan("9.90");
        (plan, given.user(UserRole::Customer))
    });
    let order = crate::flows::purchase::order(&app.as_admin(), plan, customer, 1).await;
    let production = app.beside(&[
        ("APP_ENV", "production"),
        ("PUBLIC_URL", "https://admin.example.com"),
        ("STRIPE_SECRET_KEY", "sk_test_for_tests"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_for_tests"),
        ("STRIPE_API_BASE", "http://127.0.0.1:9/"),
    ]);
    crate::flows::purchase::simulate(
        &app,
        &app.as_admin(),
        &order,
        wire::billing::transactions::SimulatedOutcome::Decline,
    )
    .await;
    // Paid after all, and provisioned by a server in production.
    app.execute("UPDATE transactions SET status = 'completed', completed_at = now()");
    app.execute("UPDATE orders SET status = 'paid', paid_at = now()");
    let id: wire::OrderId = serde_json::from_value(order["id"].clone()).unwrap();
    production
        .ctx
        .db
        .write(move |tx| {
            integrations::allocations::queue(tx, id, 1)?;
            platform::jobs::enqueue(
                tx,
                &billing::orders::Provision {
                    order: id,
                    unit_no: 1,
                },
            )
        })
        .await
        .unwrap();
    production.work_through().await;
    assert!(production.supplier.purchases().is_empty());
    assert_eq!(app.count("SELECT count(*) FROM provisioning_attempts"), 0);
    assert_eq!(
        app.count("SELECT count(*) FROM orders WHERE status = 'failed'"),
        1
    );
}
