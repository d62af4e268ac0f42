//! Generated payments and refunds, and the sums that the lists show for them.

use crate::harness::{Client, TestApp};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use diesel::RunQueryDsl;
use platform::jobs;
use serde_json::{Value, json};
use wire::{Decimal, RefundId, TransactionId, UserId, accounts::users::UserRole};

/// Payments and refunds at these moments, each with a distinct amount.
pub struct Books {
    pub app: TestApp,
    pub admin: Client,
    customer: UserId,
    made: i64,
}

impl Books {
    pub async fn open(zone: Tz) -> Self {
        let app = TestApp::start().await;
        let customer = app.given(|given| given.user(UserRole::Customer));
        let admin = app.as_role(UserRole::SuperAdmin);
        let books = Self {
            app,
            admin,
            customer,
            made: 0,
        };
        books.set(zone).await;
        books
    }

    pub async fn set(&self, zone: Tz) {
        let shown = self
            .admin
            .get("/v1/settings/business.time_zone")
            .await
            .expect(200);
        let version = shown["version"].as_i64().unwrap();
        let value = json!({ "value": zone.name() });
        self.admin
            .patch("/v1/settings/business.time_zone", version, value)
            .await
            .expect(200);
    }

    /// Writes a payment that completed or failed at this moment; one in three has a refund two days later.
    pub fn pay(&mut self, at: DateTime<Utc>, currency: &str, gateway: &str) {
        self.made += 1;
        let (id, made) = (TransactionId::new(), self.made);
        let cents = 1000 + made * 7;
        let (status, completed, closed) = if made % 5 == 0 {
            ("failed", "NULL".to_owned(), format!("'{at}'"))
        } else {
            ("completed", format!("'{at}'"), "NULL".to_owned())
        };
        let gateway = if gateway == "none" {
            "NULL".to_owned()
        } else {
            format!("'{gateway}'")
        };
        self.run(&format!(
            "INSERT INTO transactions (id, user_id, amount, currency, payment_method, payment_gateway, status, total_amount, created_at, completed_at, closed_at) \
             VALUES ('{id}', '{}', {cents} / 100.0, '{currency}', '{}', {gateway}, '{status}', {cents} / 100.0, '{at}', {completed}, {closed})",
            self.customer,
            if made % 2 == 0 { "credit_card" } else { "bank_transfer" },
        ));
        if made % 3 == 0 && status == "completed" {
            let back = at + TimeDelta::days(2);
            self.run(&format!(
                "INSERT INTO refunds (id, transaction_id, amount, currency, status, approval_state, processed_at, created_at) \
                 VALUES ('{}', '{id}', 1.01, '{currency}', 'processed', 'approved', '{back}', '{back}')",
                RefundId::new()
            ));
            self.run(&format!(
                "UPDATE transactions SET refunded_amount = 1.01 WHERE id = '{id}'"
            ));
        }
    }

    fn run(&self, statement: &str) {
        self.app.given(|given| {
            diesel::sql_query(statement)
                .execute(given.conn())
                .unwrap_or_else(|why| panic!("{statement}: {why}"))
        });
    }

    pub async fn compute_days(&self) {
        self.app
            .ctx
            .db
            .write(|tx| jobs::enqueue(tx, &billing::payments::MakeDays {}))
            .await
            .expect("a job");
        self.app.run_all_jobs().await;
    }

    pub async fn overview(&self, from: NaiveDate, to: NaiveDate) -> Value {
        self.admin
            .get(&format!("/v1/payments/overview?from={from}&to={to}"))
            .await
            .expect(200)
    }

    pub fn stored_days(&self) -> i64 {
        self.app.count("SELECT count(*) FROM payment_days")
    }

    /// Sums the rows of both lists between two moments.
    pub async fn listed(
        &self,
        from: &str,
        to: &str,
        currency: &str,
    ) -> (Decimal, Decimal, i64, i64) {
        let rows = async |path: &str| {
            let file = self.admin.get(path).await;
            assert_eq!(file.status, 200, "{}", file.text());
            let text = file.text();
            let mut lines = csv::Reader::from_reader(text.as_bytes());
            let heads = lines.headers().expect("a header").clone();
            let rows: Vec<_> = lines.records().map(|row| row.expect("a row")).collect();
            (heads, rows)
        };
        let sum = |(heads, rows): &(csv::StringRecord, Vec<csv::StringRecord>), column: &str| {
            let place = heads.iter().position(|head| head == column);
            rows.iter().fold(Decimal::zero(), |sum, row| {
                let cell = place.and_then(|place| row.get(place)).unwrap_or("0");
                sum.plus(&cell.parse().expect("an amount"))
            })
        };
        let came = rows(&format!(
            "/v1/transactions/export?status=completed,refunded&currency={currency}&completed_at_from={from}&completed_at_to={to}"
        ))
        .await;
        let failed = rows(&format!("/v1/transactions/export?status=failed&currency={currency}&closed_at_from={from}&closed_at_to={to}")).await;
        let back = rows(&format!("/v1/refunds/export?status=processed&currency={currency}&processed_at_from={from}&processed_at_to={to}")).await;
        let count = |rows: &[csv::StringRecord]| i64::try_from(rows.len()).expect("a count");
        (
            sum(&came, "total_amount"),
            sum(&back, "amount"),
            count(&came.1),
            count(&failed.1),
        )
    }
}
