//! The hourly check, which reads refunds and disputes of the gateway that no webhook has reported.

use super::{
    checkout::Shop,
    reconciliation::run_action,
    webhooks::{intent, open_payment, signed},
    wrong_amounts::overview_sums,
};
use crate::harness::peers::serve;
use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, ServiceConfig},
};
use platform::jobs;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// The state of the fake gateway: its events, its refunds, and the requests that it has received.
#[derive(Default)]
struct Books {
    events: Mutex<Vec<Value>>,
    refunds: Mutex<Vec<Value>>,
    requests: Mutex<Vec<String>>,
}

/// A server that answers as Stripe does to lists of events and refunds, two events a page.
fn stand_in() -> (String, Arc<Books>) {
    let books: Arc<Books> = Arc::default();
    let shared = Data::from(books.clone());
    let address = serve(move |config: &mut ServiceConfig| {
        config
            .app_data(shared.clone())
            .default_service(web::to(answer));
    });
    (format!("{address}/"), books)
}

async fn answer(request: HttpRequest, books: Data<Books>) -> HttpResponse {
    let query = request.query_string().to_owned();
    let path = request.path().to_owned();
    books
        .requests
        .lock()
        .unwrap()
        .push(format!("{path}?{query}"));
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
    let (_, payment) = open_payment(&shop).await;
    let event = intent("evt_paid", "payment_intent.succeeded", &payment, json!({}));
    signed(&shop, &event).await.expect(204);
    shop.app.run_all_jobs().await;
    (shop, payment, books)
}

async fn check(shop: &Shop) {
    let job = || billing::reconciliation::Check {};
    let enqueued = shop.app.ctx.db.write(move |tx| jobs::enqueue(tx, &job()));
    enqueued.await.expect("a job");
    shop.app.run_all_jobs().await;
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

#[actix_web::test]
async fn gateway_check_applies_missed_events_once() {
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
    // The webhook of an event that the check has applied changes nothing.
    let late = event("evt_b", "refund.created", refund(&payment, "re_1", 400));
    signed(&shop, &late).await.expect(204);
    assert_eq!(cases(&shop, "open").await.len(), 1);
    // The second check requested only the events since the first check.
    let requests = books.requests.lock().unwrap().clone();
    let since = |place: usize| -> i64 {
        let pages: Vec<&String> = requests
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
    assert!(since(1) - since(0) > 2 * 86_400, "{requests:?}");
}

#[actix_web::test]
async fn gateway_check_applies_the_events_after_one_that_fails() {
    let (shop, payment, books) = paid().await;
    shop.app.execute(
        "CREATE FUNCTION reject_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'rejected'; END $$",
    );
    shop.app.execute(
        "CREATE TRIGGER reject_event BEFORE INSERT ON webhook_receipts FOR EACH ROW WHEN (NEW.event_id = 'evt_bad') EXECUTE FUNCTION reject_event()",
    );
    *books.events.lock().unwrap() = vec![
        event("evt_bad", "refund.created", refund(&payment, "re_1", 100)),
        event("evt_good", "refund.created", refund(&payment, "re_2", 400)),
    ];
    check(&shop).await;
    let ids = |found: &[Value]| -> Vec<String> {
        let mut ids: Vec<String> = found
            .iter()
            .map(|case| case["gateway_refund_id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&cases(&shop, "open").await), ["re_2"]);
    let failed =
        "SELECT count(*) FROM jobs WHERE kind = 'reconciliation.check' AND status = 'dead'";
    assert_eq!(shop.app.count(failed), 1, "the failure is visible");

    shop.app
        .execute("DROP TRIGGER reject_event ON webhook_receipts");
    check(&shop).await;
    assert_eq!(ids(&cases(&shop, "open").await), ["re_1", "re_2"]);
    assert_eq!(shop.app.count(failed), 0);
}

#[actix_web::test]
async fn charge_refunded_opens_a_case_that_counts_as_refunded() {
    let (shop, payment, books) = paid().await;
    books
        .refunds
        .lock()
        .unwrap()
        .push(refund(&payment, "re_1", 400));
    let reported = event("evt_1", "charge.refunded", charge(&payment, 400, json!({})));
    signed(&shop, &reported).await.expect(204);
    let open = cases(&shop, "open").await;
    assert_eq!((open.len(), &open[0]["amount"]), (1, &json!("4.00")));
    shop.app.run_all_jobs().await;
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
        notes.contains("4.00 USD of the payment was refunded at the gateway"),
        "{notes}"
    );
    let body = json!({ "transaction_id": payment, "amount": "6.00", "reason_code": "goodwill" });
    let admin = |key: &str| shop.admin.with("idempotency-key", key);
    admin("one")
        .post("/v1/refunds", body)
        .await
        .rejects_field("amount");
    let sums = overview_sums(&shop).await;
    assert_eq!(
        (&sums["refunded_amount"], &sums["net_amount"]),
        (&json!("4.00"), &json!("5.90"))
    );

    let case = &open[0];
    let claimed = run_action(&shop.admin, case, "claim", None)
        .await
        .expect(200);
    let resolution = json!({ "action": "book_refund", "reason": "Seen at Stripe" });
    run_action(&shop.admin, &claimed, "resolve", Some(resolution))
        .await
        .expect(200);
    shop.app.run_all_jobs().await;
    assert_eq!(
        overview_sums(&shop).await["refunded_amount"],
        "4.00",
        "once, not twice"
    );
    // The same refunded sum again opens no case.
    let again = event("evt_2", "charge.refunded", charge(&payment, 400, json!({})));
    signed(&shop, &again).await.expect(204);
    assert!(cases(&shop, "open").await.is_empty());
    // A larger refunded sum opens a case.
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
    shop.app.run_all_jobs().await;
}

#[actix_web::test]
async fn charge_refunded_of_our_own_refund_opens_no_case() {
    let (shop, payment, books) = paid().await;
    let body = json!({ "transaction_id": payment, "amount": "4.00", "reason_code": "goodwill" });
    let made = shop
        .admin
        .with("idempotency-key", &Uuid::new_v4().to_string())
        .post("/v1/refunds", body)
        .await
        .expect(201);
    let id = made["id"].as_str().unwrap();
    shop.app.execute(&format!(
        "UPDATE refunds SET sent_at = now(), attempts = 1 WHERE id = '{id}'"
    ));
    let mut ours = refund(&payment, "re_ours", 400);
    ours["metadata"] = json!({ "refund_id": id });
    books.refunds.lock().unwrap().push(ours);
    let reported = event("evt_1", "charge.refunded", charge(&payment, 400, json!({})));
    signed(&shop, &reported).await.expect(204);
    assert!(cases(&shop, "open").await.is_empty());
    shop.app.run_all_jobs().await;
    assert_eq!(
        shop.admin
            .get(&format!("/v1/refunds/{id}"))
            .await
            .expect(200)["stage"],
        "processed"
    );
}

#[actix_web::test]
async fn gateway_check_is_not_recorded_when_the_gateway_is_unreachable() {
    let shop = Shop::open("9.90", &super::webhooks::STRIPE).await;
    check(&shop).await;
    let checked = "SELECT count(*) FROM gateway_checks";
    assert_eq!(
        shop.app.count(checked),
        0,
        "the next check reads the same period again"
    );
}

#[actix_web::test]
async fn lost_dispute_counts_as_chargeback_and_reduces_net() {
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
    assert_eq!(
        overview_sums(&shop).await["chargebacks"],
        0,
        "no chargeback yet"
    );
    signed(&shop, &dispute("evt_2", "lost")).await.expect(204);
    let sums = overview_sums(&shop).await;
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
    // The roll-up of the day has the same sums.
    let tomorrow = shop.app.ctx.clock.now() + chrono::TimeDelta::days(1);
    shop.app.ctx.clock.set(tomorrow);
    let made = shop
        .app
        .ctx
        .db
        .write(|tx| jobs::enqueue(tx, &billing::payments::MakeDays {}));
    made.await.expect("a job");
    shop.app.run_all_jobs().await;
    let days =
        "SELECT count(*) FROM payment_days WHERE chargebacks = 1 AND chargeback_amount = 9.90";
    assert_eq!(shop.app.count(days), 1);
}
