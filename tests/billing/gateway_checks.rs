//! What was made at the gateway and no webhook has told: the hourly check asks for it.

use super::{
    checkout::Shop,
    webhooks::{bought, intent, signed},
};
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    web::{self, Data},
};
use platform::jobs;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, mpsc},
    thread,
};
use uuid::Uuid;

/// What the stand-in has: its events, its refunds, and the addresses that it was asked for.
#[derive(Default)]
struct Books {
    events: Mutex<Vec<Value>>,
    refunds: Mutex<Vec<Value>>,
    asked: Mutex<Vec<String>>,
}

/// A server that answers as Stripe does to lists of events and refunds, two events a page.
fn stand_in() -> (String, Arc<Books>) {
    let books: Arc<Books> = Arc::default();
    let (shared, (tell, told)) = (Data::from(books.clone()), mpsc::channel());
    thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(shared.clone())
                    .default_service(web::to(answer))
            })
            .workers(1)
            .bind("127.0.0.1:0")
            .unwrap();
            tell.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    (format!("http://{}/", told.recv().unwrap()), books)
}

async fn answer(request: HttpRequest, books: Data<Books>) -> HttpResponse {
    let query = request.query_string().to_owned();
    let path = request.path().to_owned();
    books.asked.lock().unwrap().push(format!("{path}?{query}"));
    if path.ends_with("/refunds") {
        let data = books.refunds.lock().unwrap().clone();
        return HttpResponse::Ok()
            .json(json!({ "object": "list", "has_more": false, "data": data }));
    }
    if !path.ends_with("/events") {
        return HttpResponse::Ok().json(json!({ "id": "pi_opened", "object": "payment_intent", "client_secret": "pi_opened_secret" }));
    }
    // The newest first, as Stripe lists them.
    let mut all = books.events.lock().unwrap().clone();
    all.reverse();
    let from = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("starting_after="))
        .and_then(|last| all.iter().position(|event| event["id"] == last))
        .map_or(0, |place| place + 1);
    let data: Vec<Value> = all.iter().skip(from).take(2).cloned().collect();
    let has_more = from + data.len() < all.len();
    HttpResponse::Ok().json(json!({ "object": "list", "has_more": has_more, "data": data }))
}

/// A sale that was paid through Stripe, and Stripe's books.
async fn paid() -> (Shop, String, Arc<Books>) {
    let (base, books) = stand_in();
    let shop = Shop::open(
        "9.90",
        &[
            ("STRIPE_SECRET_KEY", "sk_test_for_tests"),
            ("STRIPE_WEBHOOK_SECRET", "whsec_of_the_webhooks"),
            ("STRIPE_API_BASE", &base),
        ],
    )
    .await;
    let (_, payment) = bought(&shop).await;
    let event = intent("evt_paid", "payment_intent.succeeded", &payment, json!({}));
    signed(&shop, &event).await.expect(204);
    shop.app.work_through().await;
    (shop, payment, books)
}

async fn check(shop: &Shop) {
    let job = billing::reconciliation::Check {};
    let enqueued = shop.app.ctx.db.write(move |tx| jobs::enqueue(tx, &job));
    enqueued.await.expect("a job");
    shop.app.work_through().await;
}

fn refund(payment: &str, id: &str, minor: i64) -> Value {
    json!({
        "id": id, "object": "refund", "amount": minor, "currency": "usd", "status": "succeeded", "metadata": {},
        "payment_intent": format!("pi_{payment}"), "charge": "ch_1",
    })
}

fn event(id: &str, kind: &str, object: Value) -> Value {
    json!({ "id": id, "object": "event", "type": kind, "data": { "object": object } })
}

fn charge(payment: &str, refunded: i64, more: Value) -> Value {
    let charge = json!({
        "id": "ch_1", "object": "charge", "amount": 990, "amount_refunded": refunded, "currency": "usd",
        "refunded": refunded == 990, "payment_intent": format!("pi_{payment}"),
    });
    crate::catalog::promotions::with(charge, more)
}

async fn cases(shop: &Shop, state: &str) -> Vec<Value> {
    let list = format!("/v1/reconciliation?kind=foreign_refund&status={state}");
    let found = shop.admin.get(&list).await.expect(200);
    found["data"].as_array().unwrap().clone()
}

async fn net(shop: &Shop) -> Value {
    let overview = shop.admin.get("/v1/payments/overview").await.expect(200);
    overview["currencies"][0]["sums"].clone()
}

#[actix_web::test]
async fn lost_events_are_found_by_the_check_and_applied_once() {
    let (shop, payment, books) = paid().await;
    *books.events.lock().unwrap() = vec![
        event(
            "evt_a",
            "payment_intent.succeeded",
            json!({ "id": "pi_of_another_shop", "amount_received": 1, "currency": "usd" }),
        ),
        event("evt_b", "refund.created", refund(&payment, "re_1", 400)),
        event("evt_c", "charge.refunded", charge(&payment, 400, json!({}))),
        event(
            "evt_d",
            "charge.dispute.created",
            json!({
                "id": "dp_1", "object": "dispute", "payment_intent": format!("pi_{payment}"), "charge": "ch_1", "amount": 590,
                "currency": "usd", "reason": "fraudulent", "status": "needs_response",
            }),
        ),
        event("evt_e", "something.of_tomorrow", json!({})),
    ];
    check(&shop).await;
    check(&shop).await;
    let found = cases(&shop, "open").await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (&found[0]["gateway_refund_id"], &found[0]["amount"]),
        (&json!("re_1"), &json!("4.00"))
    );
    let disputes = shop.admin.get("/v1/disputes").await.expect(200);
    assert_eq!(disputes["total"], 1);
    let kept = "SELECT count(*) FROM webhook_receipts WHERE event_id = 'evt_b'";
    assert_eq!(shop.app.count(kept), 1);
    // The webhook arrives after all: it is known.
    let late = event("evt_b", "refund.created", refund(&payment, "re_1", 400));
    signed(&shop, &late).await.expect(204);
    assert_eq!(cases(&shop, "open").await.len(), 1);
    // The second check asked for what came after the first one.
    let asked = books.asked.lock().unwrap().clone();
    let since = |place: usize| -> i64 {
        let pages: Vec<&String> = asked
            .iter()
            .filter(|path| path.contains("/events?") && !path.contains("starting_after"))
            .collect();
        let text = pages[place]
            .split("created%5Bgte%5D=")
            .nth(1)
            .or_else(|| pages[place].split("created[gte]=").nth(1))
            .unwrap();
        text.split('&').next().unwrap().parse().unwrap()
    };
    assert!(since(1) - since(0) > 2 * 86_400, "{asked:?}");
}

#[actix_web::test]
async fn charge_refunded_opens_a_case_that_counts_as_refunded_and_gets_its_name() {
    let (shop, payment, books) = paid().await;
    books
        .refunds
        .lock()
        .unwrap()
        .push(refund(&payment, "re_1", 400));
    let told = event("evt_1", "charge.refunded", charge(&payment, 400, json!({})));
    signed(&shop, &told).await.expect(204);
    let open = cases(&shop, "open").await;
    assert_eq!((open.len(), &open[0]["amount"]), (1, &json!("4.00")));
    shop.app.work_through().await;
    let open = cases(&shop, "open").await;
    assert_eq!(
        (open.len(), &open[0]["gateway_refund_id"]),
        (1, &json!("re_1"))
    );

    let path = format!("/v1/transactions/{payment}/eligibility");
    let known = shop.admin.get(&path).await.expect(200);
    assert_eq!(known["left_amount"], "5.90");
    let notes = known["notes"].to_string();
    assert!(
        notes.contains("4.00 USD of it was refunded at the gateway"),
        "{notes}"
    );
    let wish = json!({ "transaction_id": payment, "amount": "6.00", "reason_code": "goodwill" });
    let admin = |key: &str| shop.admin.with("idempotency-key", key);
    admin("one")
        .post("/v1/refunds", wish)
        .await
        .refuses("amount");
    let sums = net(&shop).await;
    assert_eq!(
        (&sums["refunded_amount"], &sums["net_amount"]),
        (&json!("4.00"), &json!("5.90"))
    );

    let case = &open[0];
    let act = async |verb: &str, version: &Value, body: Option<Value>| {
        let path = format!("/v1/reconciliation/{}/{verb}", case["id"].as_str().unwrap());
        shop.admin
            .with("if-match", &format!("\"v{version}\""))
            .send(reqwest::Method::POST, &path, body)
            .await
            .expect(200)
    };
    let mine = act("claim", &case["version"], None).await;
    let how = json!({ "action": "book_refund", "reason": "Seen at Stripe" });
    act("resolve", &mine["version"], Some(how)).await;
    shop.app.work_through().await;
    assert_eq!(
        net(&shop).await["refunded_amount"],
        "4.00",
        "once, not twice"
    );
    // Everything is known: the same sum again is no case.
    let again = event("evt_2", "charge.refunded", charge(&payment, 400, json!({})));
    signed(&shop, &again).await.expect(204);
    assert!(cases(&shop, "open").await.is_empty());
    // The rest of it is.
    let rest = event(
        "evt_3",
        "charge.refunded",
        charge(
            &payment,
            990,
            json!({ "refunds": { "data": [
        refund(&payment, "re_2", 590), refund(&payment, "re_1", 400),
    ] } }),
        ),
    );
    signed(&shop, &rest).await.expect(204);
    let open = cases(&shop, "open").await;
    assert_eq!(
        (open.len(), &open[0]["gateway_refund_id"]),
        (1, &json!("re_2"))
    );
    shop.app.work_through().await;
}

#[actix_web::test]
async fn refund_requested_here_is_no_case_when_the_gateway_tells_its_sum() {
    let (shop, payment, books) = paid().await;
    let wish = json!({ "transaction_id": payment, "amount": "4.00", "reason_code": "goodwill" });
    let made = shop
        .admin
        .with("idempotency-key", &Uuid::new_v4().to_string())
        .post("/v1/refunds", wish)
        .await
        .expect(201);
    let id = made["id"].as_str().unwrap();
    shop.app.execute(&format!(
        "UPDATE refunds SET sent_at = now(), attempts = 1 WHERE id = '{id}'"
    ));
    let mut ours = refund(&payment, "re_ours", 400);
    ours["metadata"] = json!({ "refund_id": id });
    books.refunds.lock().unwrap().push(ours);
    let told = event("evt_1", "charge.refunded", charge(&payment, 400, json!({})));
    signed(&shop, &told).await.expect(204);
    assert!(cases(&shop, "open").await.is_empty());
    shop.app.work_through().await;
    assert_eq!(
        shop.admin
            .get(&format!("/v1/refunds/{id}"))
            .await
            .expect(200)["stage"],
        "processed"
    );
}

#[actix_web::test]
async fn check_goes_on_when_the_gateway_is_away() {
    let shop = Shop::open("9.90", &super::webhooks::STRIPE).await;
    check(&shop).await;
    let checked = "SELECT count(*) FROM gateway_checks";
    assert_eq!(
        shop.app.count(checked),
        0,
        "what was not asked is asked next time"
    );
}

#[actix_web::test]
async fn lost_disputes_are_a_line_of_their_own_and_out_of_net() {
    let (shop, payment, _) = paid().await;
    let dispute = |id: &str, status: &str| {
        event(
            id,
            "charge.dispute.closed",
            json!({
                "id": "dp_1", "object": "dispute", "payment_intent": format!("pi_{payment}"), "charge": "ch_1", "amount": 990,
                "currency": "usd", "reason": "fraudulent", "status": status,
            }),
        )
    };
    signed(&shop, &dispute("evt_1", "needs_response"))
        .await
        .expect(204);
    assert_eq!(net(&shop).await["chargebacks"], 0, "nothing is lost yet");
    signed(&shop, &dispute("evt_2", "lost")).await.expect(204);
    let sums = net(&shop).await;
    assert_eq!(
        (
            &sums["gross_amount"],
            &sums["refunded_amount"],
            &sums["chargebacks"],
            &sums["chargeback_amount"],
            &sums["net_amount"]
        ),
        (
            &json!("9.90"),
            &json!("0.00"),
            &json!(1),
            &json!("9.90"),
            &json!("0.00")
        )
    );
    let list = "/v1/disputes?state=lost&currency=USD&closed_at_from=2020-01-01T00:00:00Z";
    assert_eq!(shop.admin.get(list).await.expect(200)["total"], 1);
    // The day that is over says the same from its roll-up.
    let live = shop.admin.get("/v1/payments/overview").await.expect(200);
    let tomorrow = shop.app.ctx.clock.now() + chrono::TimeDelta::days(1);
    shop.app.ctx.clock.set(tomorrow);
    let made = shop
        .app
        .ctx
        .db
        .write(|tx| jobs::enqueue(tx, &billing::payments::MakeDays {}));
    made.await.expect("a job");
    shop.app.work_through().await;
    shop.app
        .execute("UPDATE sessions SET expires_at = now() + interval '30 days'");
    let days =
        "SELECT count(*) FROM payment_days WHERE chargebacks = 1 AND chargeback_amount = 9.90";
    assert_eq!(shop.app.count(days), 1, "{live}");
}
