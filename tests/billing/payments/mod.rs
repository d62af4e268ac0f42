//! Daily sums, which must equal the lists to the cent in every time zone.

mod books;

use books::Books;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use wire::{Decimal, ProblemCode, accounts::users::UserRole};

fn money(value: &Value) -> Decimal {
    value
        .as_str()
        .expect("an amount")
        .parse()
        .expect("an amount")
}

fn total(days: &Value, field: &str) -> Decimal {
    days.as_array()
        .expect("days")
        .iter()
        .fold(Decimal::zero(), |sum, day| {
            sum.plus(&money(&day["sums"][field]))
        })
}

#[actix_web::test]
async fn daily_sums_are_correct_across_time_zones_and_clock_changes() {
    // The days on which clocks change, in each zone.
    for (zone, changes) in [
        (Tz::UTC, ["2026-03-29", "2026-10-25"]),
        (Tz::Europe__Berlin, ["2026-03-29", "2026-10-25"]),
        (Tz::America__Havana, ["2026-03-08", "2026-11-01"]),
        (Tz::Pacific__Auckland, ["2026-04-05", "2026-09-27"]),
    ] {
        let mut books = Books::open(zone).await;
        for day in changes {
            let day: NaiveDate = day.parse().unwrap();
            let noon = zone
                .from_local_datetime(&day.and_hms_opt(12, 0, 0).unwrap())
                .unwrap()
                .with_timezone(&Utc);
            let midnight = books.overview(day, day + Days::new(1)).await;
            let (from, to) = (midnight["starts_at"].clone(), midnight["ends_at"].clone());
            let at = |value: &Value| -> DateTime<Utc> {
                wire::Param::parse(value.as_str().unwrap()).unwrap()
            };
            for edge in [at(&from), at(&to)] {
                for seconds in [-1, 0, 1] {
                    books.pay(edge + TimeDelta::seconds(seconds), "USD", "simulator");
                    books.pay(edge + TimeDelta::seconds(seconds), "EUR", "none");
                }
            }
            books.pay(noon, "USD", "stripe");
        }
        let (from, to) = ("2026-03-01".parse().unwrap(), "2026-12-01".parse().unwrap());
        books
            .app
            .ctx
            .clock
            .set("2026-12-15T12:00:00Z".parse().unwrap());
        let live = books.overview(from, to).await;
        assert_eq!(books.stored_days(), 0);
        for sums in live["currencies"].as_array().unwrap() {
            for field in ["gross_amount", "refunded_amount", "net_amount"] {
                assert_eq!(
                    total(&sums["days"], field),
                    money(&sums["sums"][field]),
                    "{zone} {field}"
                );
            }
            let (gross, back, payments, failures) = books
                .listed(
                    live["starts_at"].as_str().unwrap(),
                    live["ends_at"].as_str().unwrap(),
                    sums["currency"].as_str().unwrap(),
                )
                .await;
            assert_eq!(
                (
                    money(&sums["sums"]["gross_amount"]),
                    money(&sums["sums"]["refunded_amount"])
                ),
                (gross, back)
            );
            assert_eq!(
                (&sums["sums"]["payments"], &sums["sums"]["failures"]),
                (&json!(payments), &json!(failures))
            );
        }
        // Each row belongs to the day between whose midnights it lies.
        for day in live["currencies"][0]["days"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|day| day["sums"]["payments"] != 0)
        {
            let listed = books
                .listed(
                    day["starts_at"].as_str().unwrap(),
                    day["ends_at"].as_str().unwrap(),
                    live["currencies"][0]["currency"].as_str().unwrap(),
                )
                .await;
            assert_eq!(
                money(&day["sums"]["gross_amount"]),
                listed.0,
                "{zone} {}",
                day["day"]
            );
        }
        books.compute_days().await;
        let made = books.stored_days();
        assert!(made > 0);
        assert_eq!(
            books.overview(from, to).await,
            live,
            "{zone}: as made and from the rows"
        );
        books.compute_days().await;
        assert_eq!(books.stored_days(), made, "a rebuild gives the same sums");
    }
}

#[actix_web::test]
async fn time_zone_change_rebuilds_daily_sums() {
    let mut books = Books::open(Tz::UTC).await;
    books.pay("2026-05-04T23:30:00Z".parse().unwrap(), "USD", "simulator");
    books
        .app
        .ctx
        .clock
        .set("2026-05-20T12:00:00Z".parse().unwrap());
    books.compute_days().await;
    let on = |book: &Value| -> Vec<String> {
        let days = book["currencies"][0]["days"].as_array().unwrap();
        days.iter()
            .filter(|day| day["sums"]["payments"] == 1)
            .map(|day| day["day"].as_str().unwrap().to_owned())
            .collect()
    };
    let (from, to) = ("2026-05-01".parse().unwrap(), "2026-05-10".parse().unwrap());
    assert_eq!(on(&books.overview(from, to).await), ["2026-05-04"]);
    books.set(Tz::Europe__Berlin).await;
    assert_eq!(
        on(&books.overview(from, to).await),
        ["2026-05-05"],
        "from the rows until the daily sums are rebuilt"
    );
    books.compute_days().await;
    assert_eq!(on(&books.overview(from, to).await), ["2026-05-05"]);
    assert_eq!(
        books
            .app
            .count("SELECT count(*) FROM payment_days WHERE time_zone <> 'Europe/Berlin'"),
        0
    );
}

#[actix_web::test]
async fn daily_sums_match_the_lists_by_day_month_method_and_gateway() {
    let mut books = Books::open(Tz::America__New_York).await;
    books
        .app
        .ctx
        .clock
        .set("2026-07-15T12:00:00Z".parse().unwrap());
    let begin: DateTime<Utc> = "2026-05-20T00:00:00Z".parse().unwrap();
    // A fixed sequence that reaches every hour of the day.
    for step in 0..240_i64 {
        let at = begin + TimeDelta::minutes(step * 347);
        books.pay(
            at,
            ["USD", "EUR", "GBP"][usize::try_from(step % 3).unwrap()],
            ["simulator", "stripe", "none"][usize::try_from(step % 7 % 3).unwrap()],
        );
    }
    books.compute_days().await;
    let (from, mid, to) = (
        "2026-05-01".parse().unwrap(),
        "2026-06-11".parse().unwrap(),
        "2026-07-16".parse().unwrap(),
    );
    let whole = books.overview(from, to).await;
    let (first, second) = (
        books.overview(from, mid).await,
        books.overview(mid, to).await,
    );
    assert_eq!(whole["currencies"].as_array().unwrap().len(), 3);
    for sums in whole["currencies"].as_array().unwrap() {
        let of = |book: &Value| -> Decimal {
            let found = book["currencies"]
                .as_array()
                .unwrap()
                .iter()
                .find(|one| one["currency"] == sums["currency"]);
            money(&found.unwrap()["sums"]["net_amount"])
        };
        assert_eq!(
            of(&first).plus(&of(&second)),
            of(&whole),
            "the parts add up to the total"
        );
        for shares in ["methods", "gateways"] {
            let all = sums[shares]
                .as_array()
                .unwrap()
                .iter()
                .fold(Decimal::zero(), |sum, one| {
                    sum.plus(&money(&one["sums"]["net_amount"]))
                });
            assert_eq!(all, of(&whole), "{shares}");
        }
        assert_eq!(
            money(&sums["sums"]["gross_amount"]).minus(&money(&sums["sums"]["refunded_amount"])),
            of(&whole)
        );
    }
    let only = books
        .admin
        .get(&format!(
            "/v1/payments/overview?from={from}&to={to}&payment_gateway=none&currency=EUR"
        ))
        .await
        .expect(200);
    let named: Vec<&str> = only["currencies"][0]["gateways"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(
        (named, only["currencies"].as_array().unwrap().len()),
        (vec!["none"], 1)
    );
}

#[actix_web::test]
async fn overview_compares_with_the_previous_period_and_rejects_invalid_ones() {
    let mut books = Books::open(Tz::UTC).await;
    books
        .app
        .ctx
        .clock
        .set("2026-05-20T12:00:00Z".parse().unwrap());
    books.pay("2026-05-12T10:00:00Z".parse().unwrap(), "USD", "stripe");
    books.pay("2026-05-19T10:00:00Z".parse().unwrap(), "USD", "stripe");
    let book = books
        .overview("2026-05-14".parse().unwrap(), "2026-05-21".parse().unwrap())
        .await;
    assert_eq!(book["previous_from"], "2026-05-07");
    let sums = &book["currencies"][0];
    assert_eq!(
        (
            &sums["previous"]["gross_amount"],
            &sums["sums"]["gross_amount"]
        ),
        (&json!("10.07"), &json!("10.14"))
    );
    assert_eq!(sums["days"][5]["previous_net_amount"], "10.07");
    assert_eq!(sums["sums"]["success_rate"], "100.00");
    let admin = &books.admin;
    admin
        .get("/v1/payments/overview?from=2026-05-20&to=2026-05-20")
        .await
        .rejects_field("to");
    admin
        .get("/v1/payments/overview?from=2020-01-01&to=2026-05-20")
        .await
        .rejects_field("from");
    admin
        .get("/v1/payments/overview?from=yesterday")
        .await
        .rejects_field("from");
    admin
        .get("/v1/payments/overview?month=5")
        .await
        .rejects_field("month");
    books.app.ctx.clock.set(Utc::now());
    let support = books.app.as_role(UserRole::Support);
    support
        .get("/v1/payments/overview")
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn failed_payment_that_completes_later_leaves_the_failed_sum() {
    let mut books = Books::open(chrono_tz::UTC).await;
    let (clock, app) = (books.app.ctx.clock.now(), &books.app);
    let failed_at = clock - chrono::TimeDelta::days(30);
    let shop = app.given(|given| given.user(wire::accounts::users::UserRole::Customer));
    let id = wire::TransactionId::new();
    app.execute(&format!(
        "INSERT INTO transactions (id, user_id, amount, currency, payment_method, payment_gateway, status, total_amount, created_at, closed_at) \
         VALUES ('{id}', '{shop}', 10, 'USD', 'bank_transfer', 'recorded', 'failed', 10, '{failed_at}', '{failed_at}')"
    ));
    books.pay(failed_at, "USD", "none");
    books.compute_days().await;
    let day = failed_at.date_naive();
    let next = day.succ_opt().unwrap();
    let failures = async |books: &Books| {
        let seen = books.overview(day, next).await;
        seen["currencies"][0]["sums"]["failures"].clone()
    };
    assert_eq!(failures(&books).await, 1);
    let came = json!({ "amount": "10.00", "currency": "USD", "reference": "SEPA 1", "received_at": clock });
    books
        .admin
        .post(&format!("/v1/transactions/{id}/confirm"), came)
        .await
        .expect(200);
    books.app.run_all_jobs().await;
    assert_eq!(
        failures(&books).await,
        0,
        "the sums of the failed day are rebuilt"
    );
    books.compute_days().await;
    assert_eq!(failures(&books).await, 0);
}
