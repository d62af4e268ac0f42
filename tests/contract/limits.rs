//! Rate limits: reported in every response, enforced with 429, and shared by all servers.

use crate::harness::{Answer, Client, TestApp};
use chrono::{TimeDelta, Utc};
use serde_json::json;
use wire::{Permission, ProblemCode, accounts::users::UserRole};

const FEW: &[(&str, &str)] = &[
    ("RATE_LIMIT_READS", "5"),
    ("RATE_LIMIT_WRITES", "3"),
    ("RATE_LIMIT_FILES", "2"),
    ("RATE_LIMIT_PUBLIC", "4"),
];

async fn statuses(client: &Client, path: &str, times: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..times {
        statuses.push(client.get(path).await.status);
    }
    statuses
}

fn rate_limit_headers(answer: &Answer) -> (&str, &str) {
    (
        answer.header("ratelimit-policy"),
        answer.header("ratelimit"),
    )
}

#[actix_web::test]
async fn rate_limited_response_has_retry_after() {
    let app = TestApp::with_env(FEW).await;
    let (admin, other) = (app.as_admin(), app.as_admin());
    let began = Utc::now();
    app.ctx.clock.set(began);

    for left in (0..5).rev() {
        let answer = admin.get("/v1/plans").await;
        let full = (5 - left) * 12;
        let expected = format!("\"reads\";r={left};t={full}");
        assert_eq!(
            rate_limit_headers(&answer),
            ("\"reads\";q=5;w=60", expected.as_str())
        );
        answer.expect(200);
    }
    for _ in 0..3 {
        let refused = admin.get("/v1/plans").await;
        assert_eq!(
            rate_limit_headers(&refused),
            ("\"reads\";q=5;w=60", "\"reads\";r=0;t=60")
        );
        assert_eq!(refused.header("retry-after"), "12");
        assert_eq!(refused.header("x-content-type-options"), "nosniff");
        refused.problem(429, ProblemCode::TooManyRequests);
    }

    assert_eq!(
        other.get("/v1/plans").await.status,
        200,
        "other callers are not limited"
    );
    let write = admin.post("/v1/plans", json!({})).await;
    assert_eq!(write.header("ratelimit"), "\"writes\";r=2;t=20");
    write.rejects_field("name");
    app.ctx.clock.set(began + TimeDelta::seconds(11));
    assert_eq!(admin.get("/v1/plans").await.header("retry-after"), "1");
    app.ctx.clock.set(began + TimeDelta::seconds(12));
    assert_eq!(
        statuses(&admin, "/v1/plans", 2).await,
        [200, 429],
        "one request is refilled"
    );
    app.ctx.clock.set(began + TimeDelta::minutes(2));
    assert_eq!(
        statuses(&admin, "/v1/plans", 6).await,
        [200, 200, 200, 200, 200, 429]
    );
}

#[actix_web::test]
async fn each_rate_limit_class_has_its_own_bucket() {
    let app = TestApp::with_env(FEW).await;
    app.ctx.clock.set(Utc::now());
    let admin = app.as_role(UserRole::SuperAdmin);
    assert_eq!(
        statuses(&admin, "/v1/plans/export", 3).await,
        [200, 200, 429]
    );
    assert_eq!(statuses(&admin, "/v1/orders", 6).await.last(), Some(&429));
    let encoded = app.as_admin().get("/%76%31/plans").await;
    assert_eq!(encoded.header("ratelimit"), "\"reads\";r=4;t=12");
    let anonymous = app.anonymous();
    assert_eq!(
        statuses(&anonymous, "/v1/plans", 5).await,
        [401, 401, 401, 401, 429]
    );
    let tampered = app.with_key("esk_live_tampered");
    assert_eq!(
        statuses(&tampered, "/v1/plans", 1).await,
        [429],
        "an invalid key counts as anonymous"
    );
    let sign_in = json!({ "email": "a@example.com", "password": "wrong" });
    let refused = anonymous.post("/v1/sessions", sign_in).await;
    assert_eq!(refused.header("ratelimit-policy"), "\"public\";q=4;w=60");
    refused.problem(429, ProblemCode::TooManyRequests);
    assert_eq!(statuses(&anonymous, "/health/live", 9).await, [200; 9]);
    for _ in 0..9 {
        let webhook = anonymous.post("/v1/webhooks/simulator", json!({})).await;
        assert_ne!(webhook.status, 429);
        assert_eq!(rate_limit_headers(&webhook), ("", ""));
    }
}

#[actix_web::test]
async fn api_client_keys_share_one_bucket() {
    let app = TestApp::with_env(FEW).await;
    app.ctx.clock.set(Utc::now());
    let (client, program) = app.as_client(&[Permission::PlansRead]);
    let root = app.as_role(UserRole::SuperAdmin);
    // The first request resolves the key to its client.
    program.get("/v1/plans").await.expect(200);
    assert_eq!(statuses(&program, "/v1/plans", 3).await, [200; 3]);
    let rotate = format!("/v1/api-clients/{client}/rotate");
    let issued = root
        .post(&rotate, json!({ "overlap_hours": 1 }))
        .await
        .expect(200);
    let second = app.with_key(issued["key"].as_str().unwrap());
    second.get("/v1/plans").await.expect(200);
    assert_eq!(statuses(&second, "/v1/plans", 3).await, [200, 200, 429]);
    assert_eq!(statuses(&program, "/v1/plans", 1).await, [429]);
}

#[actix_web::test]
async fn servers_share_rate_limit_buckets() {
    let more = [("RATE_LIMIT_READS", "40")];
    let app = TestApp::with_env(&more).await;
    let beside = app.second_server(&more);
    let now = Utc::now();
    for server in [&app, &beside] {
        server.ctx.clock.set(now);
    }
    let user = app.given(|given| given.user(UserRole::Admin));
    let (here, there) = (app.as_user(user), beside.as_user(user));

    let mut good = 0;
    for _ in 0..40 {
        for client in [&here, &there] {
            good += usize::from(client.get("/v1/plans").await.status == 200);
        }
    }

    assert_eq!(good, 40, "exactly one bucket");
    let rested = now + TimeDelta::seconds(30);
    for server in [&app, &beside] {
        server.ctx.clock.set(rested);
    }
    let again = statuses(&there, "/v1/plans", 30).await;
    assert_eq!(again.iter().filter(|status| **status == 200).count(), 20);
}

#[actix_web::test]
async fn rate_limit_runs_no_statement_for_most_requests() {
    let app = TestApp::with_env(&[("RATE_LIMIT_READS", "600")]).await;
    app.ctx.clock.set(Utc::now());
    let admin = app.as_admin();
    admin.get("/v1/plans").await.expect(200);
    let drawn = "SELECT (extract(epoch FROM full_at) * 1000)::bigint AS count FROM rate_limits";
    let first = app.count(drawn);
    assert_eq!(statuses(&admin, "/v1/plans", 29).await, [200; 29]);
    assert_eq!(
        app.count(drawn),
        first,
        "a server takes thirty requests in one draw"
    );
    let next = admin.get("/v1/plans").await;
    assert_eq!(next.header("ratelimit"), "\"reads\";r=569;t=4");
    assert_eq!(app.count(drawn), first + 3000);
}

#[actix_web::test]
async fn concurrent_requests_never_exceed_the_rate_limit() {
    let app = TestApp::with_env(&[("RATE_LIMIT_READS", "100")]).await;
    app.ctx.clock.set(Utc::now());
    let admin = app.as_admin();
    let storm = futures_util::future::join_all((0..150).map(|_| admin.get("/v1/plans"))).await;
    let good = storm.iter().filter(|answer| answer.status == 200);
    assert_eq!(good.count(), 100);
}

#[actix_web::test]
async fn full_buckets_are_deleted() {
    let app = TestApp::with_env(FEW).await;
    let began = Utc::now();
    app.ctx.clock.set(began);
    app.as_admin().get("/v1/plans").await.expect(200);
    let rows = "SELECT count(*) FROM rate_limits";
    let tidy = async |after: i64| {
        app.ctx.clock.set(began + TimeDelta::seconds(after));
        let now = app.ctx.clock.now();
        let purged = app.ctx.db.write(move |tx| platform::limits::purge(tx, now));
        purged.await.expect("tidied")
    };
    assert_eq!((tidy(11).await, app.count(rows)), (0, 1));
    assert_eq!((tidy(12).await, app.count(rows)), (1, 0));
    let names = "SELECT count(*) FROM rate_limits WHERE encode(key, 'escape') LIKE '%reads%'";
    assert_eq!(app.count(names), 0, "no caller is named");
}

#[actix_web::test]
async fn promotion_codes_have_their_own_rate_limit() {
    let app = TestApp::with_env(&[("RATE_LIMIT_CODES", "3")]).await;
    app.ctx.clock.set(Utc::now());
    let plan = app.given(|given| given.plan("9.90"));
    let customer = app.as_role(UserRole::Customer);
    let quote = format!("/v1/orders/quote?plan_id={plan}");
    for code in ["A1", "A2", "A3"] {
        let answer = customer.get(&format!("{quote}&promo_code={code}")).await;
        answer.expect(200);
    }

    let refused = customer.get(&format!("{quote}&promo_code=A4")).await;
    assert_eq!(refused.header("retry-after"), "20");
    refused.problem(429, ProblemCode::TooManyRequests);
    let order = json!({ "plan_id": plan, "promo_code": "A5" });
    customer
        .with("idempotency-key", "codes-1")
        .post("/v1/orders", order)
        .await
        .problem(429, ProblemCode::TooManyRequests);
    // A quote without a code does not count, and each caller has its own limit.
    for _ in 0..5 {
        customer.get(&quote).await.expect(200);
    }
    let other = app.as_role(UserRole::Customer);
    let answer = other.get(&format!("{quote}&promo_code=A1")).await;
    answer.expect(200);
    let admin = app.as_admin();
    let check = json!({ "code": "A1", "plan_id": plan });
    for _ in 0..3 {
        admin.post("/v1/promotions/check", check.clone()).await;
    }
    admin
        .post("/v1/promotions/check", check)
        .await
        .problem(429, ProblemCode::TooManyRequests);
}
