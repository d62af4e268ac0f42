//! Facts of figures, written as rows, and the requests for the reports that count them.

use crate::harness::{Client, TestApp};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{EsimId, ProviderId, UserId, accounts::users::UserRole};

/// A shop with facts.
pub struct Ledger {
    pub app: TestApp,
    pub admin: Client,
    pub customer: UserId,
    provider: ProviderId,
    esim: EsimId,
}

/// A payment to write. Amounts have at most two decimals.
#[derive(Debug, Clone, Copy)]
pub struct Sale<'a> {
    pub at: &'a str,
    pub currency: &'a str,
    pub list: &'a str,
    pub discount: &'a str,
    pub tax: &'a str,
}

impl<'a> Sale<'a> {
    pub const fn new(at: &'a str, currency: &'a str, list: &'a str, tax: &'a str) -> Self {
        Self {
            at,
            currency,
            list,
            discount: "0.00",
            tax,
        }
    }
}

impl Ledger {
    pub async fn open(zone: &str) -> Self {
        let app = TestApp::start().await;
        let (customer, provider, esim) = app.given(|given| {
            let plan = given.plan("9.90");
            let provider = given.provider("Freedom Mobile", 1);
            (
                given.user(UserRole::Customer),
                provider,
                given.stock(plan).0,
            )
        });
        // So that the customer of the ledger is in no count of new customers.
        app.execute("UPDATE users SET created_at = '2000-01-01T00:00:00Z'");
        let admin = app.as_role(UserRole::SuperAdmin);
        let ledger = Self {
            app,
            admin,
            customer,
            provider,
            esim,
        };
        ledger.set("business.time_zone", zone).await;
        ledger
    }

    pub async fn set(&self, key: &str, value: &str) {
        let path = format!("/v1/settings/{key}");
        let version = self.admin.get(&path).await.expect(200)["version"]
            .as_i64()
            .unwrap();
        self.admin
            .patch(&path, version, json!({ "value": value }))
            .await
            .expect(200);
    }

    /// Writes a completed payment of a customer.
    pub fn sale_of(&self, customer: UserId, sale: Sale<'_>) -> Uuid {
        let id = Uuid::now_v7();
        let Sale {
            at,
            currency,
            list,
            discount,
            tax,
        } = sale;
        self.app.execute(&format!(
            "INSERT INTO transactions (id, user_id, amount, currency, payment_method, status, discount_amount, tax_amount, total_amount, created_at, completed_at) \
             VALUES ('{id}', '{customer}', {list}, '{currency}', 'credit_card', 'completed', {discount}, {tax}, {list} - {discount} + {tax}, '{at}', '{at}')"
        ));
        id
    }

    pub fn sale(&self, sale: Sale<'_>) -> Uuid {
        self.sale_of(self.customer, sale)
    }

    /// Writes a refund that was paid out.
    pub fn refund(&self, sale: Uuid, at: &str, amount: &str) -> Uuid {
        let id = Uuid::now_v7();
        self.app.execute(&format!(
            "INSERT INTO refunds (id, transaction_id, amount, currency, status, approval_state, processed_at, created_at) \
             SELECT '{id}', id, {amount}, currency, 'processed', 'approved', '{at}', '{at}' FROM transactions WHERE id = '{sale}'"
        ));
        id
    }

    /// Writes a dispute; a closed one in this state.
    pub fn dispute(&self, sale: Uuid, opened: &str, closed: Option<(&str, &str)>, amount: &str) {
        let (state, closed) = closed
            .map_or(("needs_response", "NULL".to_owned()), |(state, at)| {
                (state, format!("'{at}'"))
            });
        self.app.execute(&format!(
            "INSERT INTO disputes (id, transaction_id, gateway, gateway_dispute_id, state, amount, currency, created_at, closed_at) \
             SELECT '{0}', id, 'stripe', '{0}', '{state}', {amount}, currency, '{opened}', {closed} FROM transactions WHERE id = '{sale}'",
            Uuid::now_v7()
        ));
    }

    /// Writes a charge of the provider.
    pub fn cost(&self, at: &str, currency: &str, cost: &str, status: &str) -> Uuid {
        let id = Uuid::now_v7();
        self.app.execute(&format!(
            "INSERT INTO data_allocations (id, esim_id, provider_id, status, allocated_mb, cost, currency, allocated_at) \
             VALUES ('{id}', '{}', '{}', '{status}', 1000, {cost}, '{currency}', '{at}')",
            self.esim, self.provider
        ));
        id
    }

    /// Reverses a charge, without a claim.
    pub fn reverse(&self, cost: Uuid, at: &str) {
        self.app.execute(&format!(
            "UPDATE data_allocations SET status = 'reversed', reversed_at = NULL WHERE id = '{cost}'"
        ));
        // The statement above reverses now; the fact moves to the time of the test.
        self.app.execute(&format!(
            "UPDATE data_allocations SET reversed_at = '{at}', reversal_counts_at = '{at}' WHERE id = '{cost}'"
        ));
    }

    /// Writes a claim that the provider accepted.
    pub fn accepted_claim(&self, refund: Uuid, at: &str, currency: &str, amount: &str) {
        self.app.execute(&format!(
            "INSERT INTO supplier_claims (id, refund_id, provider_id, state, amount, currency, closed_at) \
             VALUES ('{}', '{refund}', '{}', 'accepted', {amount}, '{currency}', '{at}')",
            Uuid::now_v7(),
            self.provider
        ));
    }

    /// Writes the exchange rate of a day.
    pub async fn rate(&self, day: &str, from: &str, to: &str, rate: &str) {
        let rate = json!({ "rate_date": day, "from_currency": from, "to_currency": to, "rate": rate, "source": "ECB" });
        self.admin
            .post("/v1/exchange-rates", rate)
            .await
            .expect(200);
    }

    /// Generates the reports of a period.
    pub async fn generate(&self, period_type: &str, day: &str) -> Vec<Value> {
        let period = json!({ "period_type": period_type, "day": day });
        let answer = self.admin.post("/v1/revenue-reports", period).await;
        answer.expect(200)["data"].as_array().unwrap().clone()
    }

    /// Generates the report of a period, and returns that of one currency.
    pub async fn report(&self, period_type: &str, day: &str, currency: &str) -> Value {
        let all = self.generate(period_type, day).await;
        let paid = |one: &&Value| one["currency"] == currency && one["basis"] == "paid";
        let found = all.iter().find(paid);
        found
            .unwrap_or_else(|| panic!("no report of {currency} in {all:?}"))
            .clone()
    }

    pub async fn lock(&self, before: &str) -> Value {
        self.admin
            .post("/v1/report-locks", json!({ "locked_before": before }))
            .await
            .expect(201)
    }

    /// Returns all rows of a list.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let (mut rows, mut after) = (Vec::new(), String::new());
        let mark = if path.contains('?') { '&' } else { '?' };
        loop {
            let page = self
                .admin
                .get(&format!("{path}{mark}limit=100{after}"))
                .await
                .expect(200);
            rows.extend(page["data"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return rows,
            }
        }
    }
}

/// Returns an amount in hundredths.
pub fn cents(value: &Value) -> i64 {
    let text = value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no amount"));
    text.replace('.', "").parse().unwrap()
}

/// Asserts these fields of a report.
#[track_caller]
pub fn assert_fields(report: &Value, expected: Value) {
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&report[field], value, "{field} of {report:#}");
    }
}
