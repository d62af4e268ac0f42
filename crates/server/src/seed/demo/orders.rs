//! Orders of the last thirty days in every status, with their payments, refunds, disputes, eSIMs and emails.

use super::{
    super::{
        SeedContext,
        rows::{Event, Rows, id_of},
    },
    catalog::{Plan, amount},
    disputes, emails,
    people::{Customer, People},
    provisioning, refunds,
    stock::{EsimStage, STOCKED, Stock},
    topups,
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use platform::Result;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::system::audit::AuditAction;

/// The course of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderScenario {
    Delivered(EsimStage),
    EmailFailed,
    Unpaid,
    Provisioning,
    ProviderDeclined,
    PaidLate,
    Expired,
    CancelledByCustomer,
    CardDeclined,
}

/// The scenarios of the orders, newest first. The list repeats, except scenarios of orders that are not completed.
const SCENARIOS: [OrderScenario; 20] = [
    OrderScenario::Unpaid,
    OrderScenario::Delivered(EsimStage::Unused),
    OrderScenario::Provisioning,
    OrderScenario::Delivered(EsimStage::Installed),
    OrderScenario::ProviderDeclined,
    OrderScenario::Delivered(EsimStage::Active),
    OrderScenario::CardDeclined,
    OrderScenario::Delivered(EsimStage::Active),
    OrderScenario::EmailFailed,
    OrderScenario::Delivered(EsimStage::Suspended),
    OrderScenario::Expired,
    OrderScenario::Delivered(EsimStage::Active),
    OrderScenario::PaidLate,
    OrderScenario::Delivered(EsimStage::Active),
    OrderScenario::CancelledByCustomer,
    OrderScenario::Delivered(EsimStage::Expired),
    OrderScenario::Delivered(EsimStage::Active),
    OrderScenario::Delivered(EsimStage::Cancelled),
    OrderScenario::Delivered(EsimStage::Expired),
    OrderScenario::Delivered(EsimStage::Active),
];
const ORDERS: usize = 40;
/// The index of the order whose eSIM has a queued top-up.
const TOPPED_UP: usize = 5;
/// The index of the plan whose provider rejects requests.
const REJECTING: usize = 8;
/// The index of the plan whose provider does not answer in time.
const TIMING_OUT: usize = 10;

/// An order to seed.
pub struct Order<'a> {
    pub id: Uuid,
    pub payment: Uuid,
    pub number: String,
    pub index: usize,
    pub at: DateTime<Utc>,
    pub buyer: &'a Customer,
    pub plan: &'a Plan,
    pub quantity: u32,
    pub cents: u32,
    pub currency: &'static str,
    pub from_stock: bool,
    pub scenario: OrderScenario,
    pub admin: Uuid,
}

/// Adds the orders.
pub fn add(
    rows: &mut Rows,
    ctx: &mut SeedContext<'_>,
    people: &People,
    catalog: &[Plan],
    mut stock: Stock,
) -> Result<()> {
    let mut numbers = numbers(ctx)?;
    let topup = numbers.pop().unwrap_or_default();
    // Add the oldest order first, so that the order numbers increase with time.
    for (number, index) in numbers.into_iter().zip((0..ORDERS).rev()) {
        let Some(order) = order(ctx.now, people, catalog, number, index) else {
            continue;
        };
        order.add(rows, people.support);
        order.pay(rows);
        refunds::add(rows, &order, people.support);
        disputes::add(rows, &order);
        let sold = provisioning::add(rows, ctx, &order, &mut stock)?;
        if let Some(esim) = sold.first().filter(|_| index == TOPPED_UP) {
            topups::add(rows, &order, esim, &topup);
        }
        if !sold.is_empty() {
            emails::add(rows, ctx, &order, &sold)?;
        }
    }
    Ok(())
}

fn order<'a>(
    now: DateTime<Utc>,
    people: &'a People,
    catalog: &'a [Plan],
    number: String,
    index: usize,
) -> Option<Order<'a>> {
    let scenario = SCENARIOS
        .get(index % SCENARIOS.len())
        .copied()
        .filter(|scenario| {
            index < SCENARIOS.len()
                || !matches!(
                    scenario,
                    OrderScenario::Unpaid | OrderScenario::Provisioning
                )
        })
        .unwrap_or(OrderScenario::Delivered(EsimStage::Expired));
    let choice = match scenario {
        OrderScenario::ProviderDeclined => REJECTING,
        OrderScenario::Provisioning => TIMING_OUT,
        _ => match index * 5 % 16 {
            REJECTING => 1,
            TIMING_OUT => 0,
            other => other,
        },
    };
    let (plan, buyer) = (catalog.get(choice)?, people.customers.get(index * 7 % 12)?);
    let at = now - TimeDelta::minutes(i64::try_from(index).ok()? * 1070 + 12);
    let in_euro = choice < 3 && index % 2 == 1;
    Some(Order {
        id: id_of("demo order", index, at),
        payment: id_of("demo payment", index, at),
        number,
        index,
        at,
        buyer,
        plan,
        quantity: if index % 9 == 1 { 3 } else { 1 },
        cents: if in_euro {
            plan.cents * 23 / 25
        } else {
            plan.cents
        },
        currency: if in_euro { "EUR" } else { "USD" },
        from_stock: STOCKED.contains(&choice),
        scenario,
        admin: people.admin,
    })
}

fn numbers(ctx: &mut SeedContext<'_>) -> Result<Vec<String>> {
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = Text)]
        number: String,
    }
    let taken: Vec<Number> = diesel::sql_query(format!(
        "SELECT 'ORD-' || nextval('order_number_seq') AS number FROM generate_series(0, {ORDERS})"
    ))
    .load(ctx.conn)?;
    Ok(taken.into_iter().map(|row| row.number).collect())
}

impl Order<'_> {
    /// Returns the time this many seconds after the order was placed.
    pub fn after(&self, seconds: i64) -> DateTime<Utc> {
        self.at + TimeDelta::seconds(seconds)
    }
    /// Returns whether the order was paid.
    pub fn is_paid(&self) -> bool {
        !matches!(
            self.scenario,
            OrderScenario::Unpaid
                | OrderScenario::Expired
                | OrderScenario::CancelledByCustomer
                | OrderScenario::CardDeclined
        )
    }
    /// Adds an audit entry of the system for this order.
    pub fn audit(
        &self,
        rows: &mut Rows,
        seconds: i64,
        action: AuditAction,
        change: Value,
        reason: Option<&str>,
    ) {
        rows.audit(
            self.after(seconds),
            None,
            Event::new(action, "order", self.id),
            change,
            reason,
        );
    }

    fn status(&self) -> (&'static str, Option<&'static str>) {
        match self.scenario {
            OrderScenario::Delivered(_) | OrderScenario::EmailFailed => ("fulfilled", None),
            OrderScenario::Unpaid => ("pending_payment", None),
            OrderScenario::Provisioning => ("provisioning", None),
            OrderScenario::ProviderDeclined => ("failed", Some(provisioning::FAILED_ORDER)),
            OrderScenario::PaidLate => (
                "needs_review",
                Some(
                    "The order was paid after it had expired or was cancelled: refund it, or retry it.",
                ),
            ),
            OrderScenario::Expired => {
                ("cancelled", Some("Not paid: The payment window has ended."))
            }
            OrderScenario::CancelledByCustomer => {
                ("cancelled", Some("The customer changed their mind."))
            }
            OrderScenario::CardDeclined => ("cancelled", Some("Not paid: Your card was declined.")),
        }
    }

    fn add(&self, rows: &mut Rows, support: Uuid) {
        let (status, reason) = self.status();
        let is_done = status == "fulfilled";
        let cancelled = match self.scenario {
            OrderScenario::Expired | OrderScenario::PaidLate => Some(1800),
            OrderScenario::CancelledByCustomer => Some(400),
            OrderScenario::CardDeclined => Some(60),
            _ => None,
        };
        // A bank transfer may take days; a card is charged immediately or not at all.
        let window = if self.scenario == OrderScenario::Unpaid {
            3 * 86_400
        } else {
            1800
        };
        let by_support = self.index % 6 == 3;
        let last = cancelled.unwrap_or(if is_done { 100 } else { 0 });
        rows.add("orders", json!({
            "id": self.id, "order_number": self.number, "user_id": self.buyer.id, "plan_id": self.plan.id, "kind": "new", "quantity": self.quantity, "region": "GLOBAL", "terms": self.plan.terms,
            "unit_price": amount(self.cents), "unit_cost": amount(self.plan.cents * 11 / 20), "total_amount": amount(self.cents * self.quantity), "currency": self.currency,
            "status": status, "status_reason": reason, "reference": by_support.then(|| format!("phone-{:04}", self.index)), "created_by": if by_support { support } else { self.buyer.id },
            "expires_at": self.after(window), "paid_at": (self.is_paid() && self.scenario != OrderScenario::PaidLate).then(|| self.after(95)), "fulfilled_at": is_done.then(|| self.after(100)),
            "cancelled_at": cancelled.map(|seconds| self.after(seconds)), "version": if is_done { 4 } else { 2 }, "created_at": self.at, "updated_at": self.after(last),
        }));
        let placed = json!({ "plan_id": self.plan.id, "quantity": self.quantity, "total_amount": amount(self.cents * self.quantity), "currency": self.currency, "transaction_id": self.payment });
        let actor = if by_support {
            (support, "support")
        } else {
            (self.buyer.id, "customer")
        };
        rows.audit(
            self.at,
            Some(actor),
            Event::new(AuditAction::OrderPlace, "order", self.id),
            placed,
            None,
        );
        match (self.scenario, reason) {
            (OrderScenario::CancelledByCustomer, Some(reason)) => rows.audit(
                self.after(400),
                Some((support, "support")),
                Event::new(AuditAction::OrderCancel, "order", self.id),
                Value::Null,
                Some(reason),
            ),
            (OrderScenario::Expired | OrderScenario::CardDeclined, Some(reason)) => self.audit(
                rows,
                cancelled.unwrap_or_default(),
                AuditAction::OrderCancel,
                Value::Null,
                Some(reason),
            ),
            (OrderScenario::PaidLate, Some(reason)) => {
                self.audit(
                    rows,
                    1800,
                    AuditAction::OrderCancel,
                    Value::Null,
                    Some("Not paid: The payment window has ended."),
                );
                self.audit(
                    rows,
                    2405,
                    AuditAction::OrderReview,
                    Value::Null,
                    Some(reason),
                );
            }
            _ => {}
        }
        if self.is_paid() && self.scenario != OrderScenario::PaidLate {
            self.audit(rows, 95, AuditAction::OrderPay, Value::Null, None);
        }
    }

    fn pay(&self, rows: &mut Rows) {
        let (status, reason, completed_after) = match self.scenario {
            OrderScenario::Unpaid => ("pending", None, None),
            OrderScenario::Expired => ("cancelled", Some("The payment window has ended."), None),
            OrderScenario::CancelledByCustomer => {
                ("cancelled", Some("The customer changed their mind."), None)
            }
            OrderScenario::CardDeclined => ("failed", Some("Your card was declined."), None),
            OrderScenario::PaidLate => ("completed", None, Some(2400)),
            _ => ("completed", None, Some(95)),
        };
        let method = match self.index % 5 {
            0 => "bank_transfer",
            3 => "paypal",
            _ => "credit_card",
        };
        let total = amount(self.cents * self.quantity);
        let refunded = refunds::refunded_cents(self);
        rows.add("transactions", json!({
            "id": self.payment, "order_id": self.id, "user_id": self.buyer.id, "plan_id": self.plan.id, "amount": total, "currency": self.currency, "payment_method": method,
            "payment_gateway": "simulator", "gateway_transaction_id": format!("sim_{}", self.payment.simple()), "status": if refunded == self.cents * self.quantity { "refunded" } else { status }, "failure_reason": reason, "total_amount": total, "refunded_amount": amount(refunded), "dispute_state": disputes::state(self),
            "created_at": self.at, "updated_at": self.after(completed_after.unwrap_or(60)), "completed_at": completed_after.map(|seconds| self.after(seconds)), "closed_at": matches!(status, "failed" | "cancelled").then(|| self.after(60)),
        }));
        if completed_after.is_some() {
            enqueue_job(rows, self.at, "invoices.issue", "transaction", self.payment);
        }
        let mut audit = |seconds: i64, action: AuditAction, change: Value, reason: Option<&str>| {
            rows.audit(
                self.after(seconds),
                None,
                Event::new(action, "transaction", self.payment),
                change,
                reason,
            )
        };
        audit(2, AuditAction::TransactionOpen, Value::Null, None);
        match (completed_after, status) {
            (Some(seconds), _) => audit(
                seconds,
                AuditAction::TransactionComplete,
                json!({ "total_amount": total, "currency": self.currency }),
                None,
            ),
            (None, "failed") => audit(60, AuditAction::TransactionFail, Value::Null, reason),
            (None, "cancelled") => audit(400, AuditAction::TransactionCancel, Value::Null, reason),
            _ => {}
        }
    }
}

/// Adds a job, which the server runs after its start.
pub fn enqueue_job(rows: &mut Rows, at: DateTime<Utc>, kind: &str, name: &str, id: Uuid) {
    rows.add("jobs", json!({
        "id": id_of(&format!("{kind} {id}"), 0, at), "kind": kind, "payload": { name: id }, "run_at": at, "unique_key": format!("{kind}-{id}"),
    }));
}
