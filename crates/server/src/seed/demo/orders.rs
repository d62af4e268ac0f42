//! Orders of the last thirty days, in every state, with all that a sale leaves behind.

use super::{
    super::{
        Ground,
        rows::{Rows, id_of},
    },
    catalogue::{Plan, amount},
    disputes, letters,
    people::{Customer, People},
    provisioning, refunds,
    stock::{Life, STOCKED, Stock},
    topups,
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use platform::Result;
use serde_json::{Value, json};
use uuid::Uuid;

/// How an order ended, or where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Delivered(Life),
    Unsent,
    Waiting,
    Open,
    Refused,
    Late,
    Overdue,
    Withdrawn,
    Declined,
}

/// Orders repeat this pattern, the newest first; a few come once only.
const ENDINGS: [Ending; 20] = [
    Ending::Waiting,
    Ending::Delivered(Life::Unused),
    Ending::Open,
    Ending::Delivered(Life::Installed),
    Ending::Refused,
    Ending::Delivered(Life::Active),
    Ending::Declined,
    Ending::Delivered(Life::Active),
    Ending::Unsent,
    Ending::Delivered(Life::Suspended),
    Ending::Overdue,
    Ending::Delivered(Life::Active),
    Ending::Late,
    Ending::Delivered(Life::Active),
    Ending::Withdrawn,
    Ending::Delivered(Life::Expired),
    Ending::Delivered(Life::Active),
    Ending::Delivered(Life::Cancelled),
    Ending::Delivered(Life::Expired),
    Ending::Delivered(Life::Active),
];
const ORDERS: usize = 40;
/// The order on whose eSIM a top-up waits.
const TOPPED_UP: usize = 5;
/// The plan whose supplier refuses.
const REFUSING: usize = 8;
/// The plan whose supplier does not answer in time.
const TIMING_OUT: usize = 10;

/// An order on its way through the shop.
pub struct Order<'a> {
    pub id: Uuid,
    pub payment: Uuid,
    pub number: String,
    pub place: usize,
    pub at: DateTime<Utc>,
    pub buyer: &'a Customer,
    pub plan: &'a Plan,
    pub quantity: u32,
    pub cents: u32,
    pub currency: &'static str,
    pub from_stock: bool,
    pub ending: Ending,
    pub admin: Uuid,
}

/// Adds the orders.
pub fn add(
    rows: &mut Rows,
    ground: &mut Ground<'_>,
    people: &People,
    catalogue: &[Plan],
    mut stock: Stock,
) -> Result<()> {
    let mut numbers = numbers(ground)?;
    let topup = numbers.pop().unwrap_or_default();
    // The oldest first, so that the numbers grow with time.
    for (number, place) in numbers.into_iter().zip((0..ORDERS).rev()) {
        let Some(order) = order(ground.now, people, catalogue, (number, place)) else {
            continue;
        };
        order.add(rows, people.support);
        order.pay(rows);
        refunds::add(rows, &order, people.support);
        disputes::add(rows, &order);
        let sold = provisioning::add(rows, ground, &order, &mut stock)?;
        if let Some(esim) = sold.first().filter(|_| place == TOPPED_UP) {
            topups::add(rows, &order, esim, &topup);
        }
        if !sold.is_empty() {
            letters::add(rows, ground, &order, &sold)?;
        }
    }
    Ok(())
}

fn order<'a>(
    now: DateTime<Utc>,
    people: &'a People,
    catalogue: &'a [Plan],
    (number, place): (String, usize),
) -> Option<Order<'a>> {
    let ending = ENDINGS
        .get(place % ENDINGS.len())
        .copied()
        .filter(|ending| place < ENDINGS.len() || !matches!(ending, Ending::Waiting | Ending::Open))
        .unwrap_or(Ending::Delivered(Life::Expired));
    let choice = match ending {
        Ending::Refused => REFUSING,
        Ending::Open => TIMING_OUT,
        _ => match place * 5 % 16 {
            REFUSING => 1,
            TIMING_OUT => 0,
            other => other,
        },
    };
    let (plan, buyer) = (
        catalogue.get(choice)?,
        people.customers.get(place * 7 % 12)?,
    );
    let at = now - TimeDelta::minutes(i64::try_from(place).ok()? * 1070 + 12);
    let in_euro = choice < 3 && place % 2 == 1;
    Some(Order {
        id: id_of("demo order", place, at),
        payment: id_of("demo payment", place, at),
        number,
        place,
        at,
        buyer,
        plan,
        quantity: if place % 9 == 1 { 3 } else { 1 },
        cents: if in_euro {
            plan.cents * 23 / 25
        } else {
            plan.cents
        },
        currency: if in_euro { "EUR" } else { "USD" },
        from_stock: STOCKED.contains(&choice),
        ending,
        admin: people.admin,
    })
}

fn numbers(ground: &mut Ground<'_>) -> Result<Vec<String>> {
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = Text)]
        number: String,
    }
    let taken: Vec<Number> = diesel::sql_query(format!(
        "SELECT 'ORD-' || nextval('order_number_seq') AS number FROM generate_series(0, {ORDERS})"
    ))
    .load(ground.conn)?;
    Ok(taken.into_iter().map(|row| row.number).collect())
}

impl Order<'_> {
    /// So long after the order was placed.
    pub fn after(&self, seconds: i64) -> DateTime<Utc> {
        self.at + TimeDelta::seconds(seconds)
    }
    /// Whether the money came in.
    pub fn is_paid(&self) -> bool {
        !matches!(
            self.ending,
            Ending::Waiting | Ending::Overdue | Ending::Withdrawn | Ending::Declined
        )
    }
    /// An act of the system about it.
    pub fn act(
        &self,
        rows: &mut Rows,
        seconds: i64,
        action: &str,
        change: Value,
        reason: Option<&str>,
    ) {
        rows.act(
            self.after(seconds),
            None,
            (action, "order", self.id),
            change,
            reason,
        );
    }

    fn status(&self) -> (&'static str, Option<&'static str>) {
        match self.ending {
            Ending::Delivered(_) | Ending::Unsent => ("fulfilled", None),
            Ending::Waiting => ("pending_payment", None),
            Ending::Open => ("provisioning", None),
            Ending::Refused => ("failed", Some(provisioning::STUCK)),
            Ending::Late => (
                "needs_review",
                Some("It was paid after it had been closed: refund it, or take it up again."),
            ),
            Ending::Overdue => ("cancelled", Some("Not paid: The time to pay is over.")),
            Ending::Withdrawn => ("cancelled", Some("The customer changed their mind.")),
            Ending::Declined => ("cancelled", Some("Not paid: Your card was declined.")),
        }
    }

    fn add(&self, rows: &mut Rows, support: Uuid) {
        let (status, reason) = self.status();
        let is_done = status == "fulfilled";
        let cancelled = match self.ending {
            Ending::Overdue | Ending::Late => Some(1800),
            Ending::Withdrawn => Some(400),
            Ending::Declined => Some(60),
            _ => None,
        };
        // A transfer may take days; a card is charged at once or not at all.
        let window = if self.ending == Ending::Waiting {
            3 * 86_400
        } else {
            1800
        };
        let by_support = self.place % 6 == 3;
        let last = cancelled.unwrap_or(if is_done { 100 } else { 0 });
        rows.add("orders", json!({
            "id": self.id, "order_number": self.number, "user_id": self.buyer.id, "plan_id": self.plan.id, "kind": "new", "quantity": self.quantity, "region": "GLOBAL", "terms": self.plan.terms,
            "unit_price": amount(self.cents), "unit_cost": amount(self.plan.cents * 11 / 20), "total_amount": amount(self.cents * self.quantity), "currency": self.currency,
            "status": status, "status_reason": reason, "reference": by_support.then(|| format!("phone-{:04}", self.place)), "created_by": if by_support { support } else { self.buyer.id },
            "expires_at": self.after(window), "paid_at": (self.is_paid() && self.ending != Ending::Late).then(|| self.after(95)), "fulfilled_at": is_done.then(|| self.after(100)),
            "cancelled_at": cancelled.map(|seconds| self.after(seconds)), "version": if is_done { 4 } else { 2 }, "created_at": self.at, "updated_at": self.after(last),
        }));
        let placed = json!({ "plan_id": self.plan.id, "quantity": self.quantity, "total_amount": amount(self.cents * self.quantity), "currency": self.currency, "transaction_id": self.payment });
        let actor = if by_support {
            (support, "support")
        } else {
            (self.buyer.id, "customer")
        };
        rows.act(
            self.at,
            Some(actor),
            ("order.place", "order", self.id),
            placed,
            None,
        );
        match (self.ending, reason) {
            (Ending::Withdrawn, Some(reason)) => rows.act(
                self.after(400),
                Some((support, "support")),
                ("order.cancel", "order", self.id),
                Value::Null,
                Some(reason),
            ),
            (Ending::Overdue | Ending::Declined, Some(reason)) => self.act(
                rows,
                cancelled.unwrap_or_default(),
                "order.cancel",
                Value::Null,
                Some(reason),
            ),
            (Ending::Late, Some(reason)) => {
                self.act(
                    rows,
                    1800,
                    "order.cancel",
                    Value::Null,
                    Some("Not paid: The time to pay is over."),
                );
                self.act(rows, 2405, "order.review", Value::Null, Some(reason));
            }
            _ => {}
        }
        if self.is_paid() && self.ending != Ending::Late {
            self.act(rows, 95, "order.pay", Value::Null, None);
        }
    }

    fn pay(&self, rows: &mut Rows) {
        let (status, reason, came) = match self.ending {
            Ending::Waiting => ("pending", None, None),
            Ending::Overdue => ("cancelled", Some("The time to pay is over."), None),
            Ending::Withdrawn => ("cancelled", Some("The customer changed their mind."), None),
            Ending::Declined => ("failed", Some("Your card was declined."), None),
            Ending::Late => ("completed", None, Some(2400)),
            _ => ("completed", None, Some(95)),
        };
        let method = match self.place % 5 {
            0 => "bank_transfer",
            3 => "paypal",
            _ => "credit_card",
        };
        let total = amount(self.cents * self.quantity);
        let back = refunds::given_back(self);
        rows.add("transactions", json!({
            "id": self.payment, "order_id": self.id, "user_id": self.buyer.id, "plan_id": self.plan.id, "amount": total, "currency": self.currency, "payment_method": method,
            "payment_gateway": "simulator", "gateway_transaction_id": format!("sim_{}", self.payment.simple()), "status": if back == self.cents * self.quantity { "refunded" } else { status }, "failure_reason": reason, "total_amount": total, "refunded_amount": amount(back), "dispute_state": disputes::state(self),
            "created_at": self.at, "updated_at": self.after(came.unwrap_or(60)), "completed_at": came.map(|seconds| self.after(seconds)), "closed_at": matches!(status, "failed" | "cancelled").then(|| self.after(60)),
        }));
        if came.is_some() {
            later(
                rows,
                self.at,
                "invoices.issue",
                ("transaction", self.payment),
            );
        }
        let mut act = |seconds: i64, action: &str, change: Value, reason: Option<&str>| {
            rows.act(
                self.after(seconds),
                None,
                (action, "transaction", self.payment),
                change,
                reason,
            )
        };
        act(2, "transaction.open", Value::Null, None);
        match (came, status) {
            (Some(seconds), _) => act(
                seconds,
                "transaction.complete",
                json!({ "total_amount": total, "currency": self.currency }),
                None,
            ),
            (None, "failed") => act(60, "transaction.fail", Value::Null, reason),
            (None, "cancelled") => act(400, "transaction.cancel", Value::Null, reason),
            _ => {}
        }
    }
}

/// Work that the server does as soon as it runs.
pub fn later(rows: &mut Rows, at: DateTime<Utc>, kind: &str, (name, id): (&str, Uuid)) {
    rows.add("jobs", json!({
        "id": id_of(&format!("{kind} {id}"), 0, at), "kind": kind, "payload": { name: id }, "run_at": at, "unique_key": format!("{kind}-{id}"),
    }));
}
