//! What answers a customer's bank: what was ordered, paid, delivered and used, on a paper for the gateway's form.

use super::query::{self, Delivered, Reading};
use crate::{
    invoices::Seller,
    orders,
    pdf::{self, Column, Sheet, Table},
    transactions,
};
use chrono::{DateTime, Utc};
use platform::{Actor, Error, Result, Tx, audit, people};
use wire::{
    Decimal, DisputeId,
    billing::{
        disputes::Dispute,
        orders::{Order, Timeline},
        transactions::Transaction,
    },
};

/// So many readings are proof enough.
const READINGS: i64 = 40;

const BOUGHT: &[Column] = &[
    Column::text("Plan", pdf::LEFT_EDGE, 290.0),
    Column::number("Quantity", 300.0, 350.0),
    Column::number("Price", 350.0, 445.0),
    Column::number("Paid in all", 445.0, pdf::RIGHT_EDGE),
];
const DELIVERED: &[Column] = &[
    Column::text("eSIM", pdf::LEFT_EDGE, 185.0),
    Column::text("Delivered", 190.0, 270.0),
    Column::text("Installed", 275.0, 355.0),
    Column::text("First used", 360.0, 440.0),
    Column::number("Data used", 440.0, pdf::RIGHT_EDGE),
];
const READ: &[Column] = &[
    Column::text("Read at", pdf::LEFT_EDGE, 185.0),
    Column::text("eSIM", 190.0, 355.0),
    Column::number("Data used by then", 360.0, pdf::RIGHT_EDGE),
];
const HAPPENED: &[Column] = &[
    Column::text("When", pdf::LEFT_EDGE, 185.0),
    Column::text("What", 190.0, pdf::RIGHT_EDGE),
];

/// Everything that the paper tells.
struct Evidence {
    dispute: Dispute,
    payment: Transaction,
    order: Order,
    delivered: Vec<Delivered>,
    readings: Vec<Reading>,
    timeline: Timeline,
}

/// The paper, and what its file is called. It names the customer, so that is logged.
pub fn drawn(tx: &mut Tx<'_>, actor: &Actor, id: DisputeId) -> Result<(String, Vec<u8>)> {
    let dispute = query::find(tx.conn(), id)?;
    let order = dispute.order_id.ok_or_else(Error::not_found)?;
    let conn = tx.conn();
    let evidence = Evidence {
        payment: transactions::payment(conn, dispute.transaction_id)?,
        order: orders::find(conn, actor, order)?,
        delivered: query::delivered(conn, order)?,
        readings: query::readings(conn, order, READINGS)?,
        timeline: orders::timeline(conn, actor, order)?,
        dispute,
    };
    let customer = evidence.order.user_id;
    let name = people::names(conn, &actor.keys, &[customer], false)?.remove(&customer);
    let email = people::email(conn, &actor.keys, customer)?;
    let seller = Seller::of(conn)?;
    audit::accessed(tx, actor, "dispute", id.0, "evidence", None)?;
    let paper = evidence.draw(&seller, [&name.unwrap_or_default(), &email])?;
    Ok((
        format!("evidence-{}", evidence.dispute.gateway_dispute_id),
        paper,
    ))
}

impl Evidence {
    fn draw(&self, seller: &Seller, customer: [&str; 2]) -> Result<Vec<u8>> {
        pdf::draw(&Sheet {
            title: "Evidence",
            number: &self.dispute.gateway_dispute_id,
            from: &seller.lines,
            email: seller.email.as_deref(),
            to: ("Customer", customer),
            facts: self.facts(),
            tables: self.tables(),
            sums: self.sums(),
            note: "All times are UTC. Data used is what the eSIM's provider has counted.",
        })
    }

    fn tables(&self) -> Vec<Table<'static>> {
        [self.bought(), self.brought(), self.read(), self.happened()]
            .into_iter()
            .filter(|table| !table.rows.is_empty())
            .collect()
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![
            ("Order", self.order.order_number.clone()),
            ("Ordered", moment(Some(self.order.created_at))),
            ("Paid", moment(self.payment.completed_at)),
        ];
        if let Some(id) = &self.payment.gateway_transaction_id {
            facts.push(("Payment", id.clone()));
        }
        if let Some(reason) = &self.dispute.reason {
            facts.push(("Disputed as", reason.replace('_', " ")));
        }
        facts
    }

    fn sums(&self) -> Vec<(&'static str, String)> {
        let show = |amount: &Decimal| format!("{amount} {}", self.payment.currency);
        vec![
            ("Paid", show(&self.payment.total_amount)),
            ("Given back", show(&self.payment.refunded_amount)),
            (
                "Disputed",
                format!("{} {}", self.dispute.amount, self.dispute.currency),
            ),
        ]
    }

    fn bought(&self) -> Table<'static> {
        let (order, terms) = (&self.order, &self.order.terms);
        let data = match terms.data_limit_mb.as_ref().and_then(Decimal::whole) {
            Some(megabytes) => format!("{megabytes} MB"),
            None => "unlimited data".to_owned(),
        };
        let plan = format!("{}: {data} in {}", terms.title(), terms.regions.join(", "));
        Table {
            heading: "What was bought",
            columns: BOUGHT,
            rows: vec![vec![
                plan,
                order.quantity.to_string(),
                format!("{} {}", order.unit_price, order.currency),
                format!("{} {}", order.total_amount, order.currency),
            ]],
        }
    }

    fn brought(&self) -> Table<'static> {
        let row = |esim: &Delivered| {
            vec![
                esim.iccid.clone(),
                moment(esim.assigned_at),
                moment(esim.installed_at),
                moment(esim.starts_at),
                match esim.total_bytes {
                    Some(total) => format!("{} of {} MB", whole(esim.used_bytes), whole(total)),
                    None => format!("{} MB", whole(esim.used_bytes)),
                },
            ]
        };
        Table {
            heading: "What was delivered",
            columns: DELIVERED,
            rows: self.delivered.iter().map(row).collect(),
        }
    }

    fn read(&self) -> Table<'static> {
        let row = |reading: &Reading| {
            vec![
                moment(Some(reading.recorded_at)),
                reading.iccid.clone(),
                format!("{} MB", whole(reading.used_bytes)),
            ]
        };
        Table {
            heading: "What was used, as it was read",
            columns: READ,
            rows: self.readings.iter().map(row).collect(),
        }
    }

    fn happened(&self) -> Table<'static> {
        let steps = self.timeline.data.iter();
        Table {
            heading: "What happened",
            columns: HAPPENED,
            rows: steps
                .map(|step| vec![moment(Some(step.at)), step.sentence.clone()])
                .collect(),
        }
    }
}

fn moment(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(
        || "–".to_owned(),
        |at| at.format("%Y-%m-%d %H:%M").to_string(),
    )
}

/// Whole megabytes: of a million bytes each, as plans are sold.
const fn whole(bytes: i64) -> i64 {
    bytes / 1_000_000
}
