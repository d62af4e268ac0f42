//! What answers a customer's bank: what was ordered, paid, delivered and used, on a paper for the gateway's form.

use super::query::{self, Reading};
use crate::{
    invoices::Seller,
    orders,
    pdf::{self, Column, Sheet, Table},
    refunds::{self, Unit},
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
    data,
};

/// So many readings are proof enough.
const READINGS: i64 = 40;

const ORDERED: &[Column] = &[
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
const USED: &[Column] = &[
    Column::text("Read at", pdf::LEFT_EDGE, 185.0),
    Column::text("eSIM", 190.0, 355.0),
    Column::number("Data used by then", 360.0, pdf::RIGHT_EDGE),
];
const STEPS: &[Column] = &[
    Column::text("When", pdf::LEFT_EDGE, 185.0),
    Column::text("What", 190.0, pdf::RIGHT_EDGE),
];

/// Everything that the paper tells.
struct Evidence {
    dispute: Dispute,
    payment: Transaction,
    order: Order,
    units: Vec<Unit>,
    readings: Vec<Reading>,
    timeline: Timeline,
}

/// The paper, and what its file is called. It names the customer, so that is logged.
pub fn drawn(tx: &mut Tx<'_>, actor: &Actor, id: DisputeId) -> Result<(String, Vec<u8>)> {
    let dispute = query::find(tx.conn(), id)?;
    let order = dispute.order_id.ok_or_else(Error::not_found)?;
    let conn = tx.conn();
    let order = orders::find(conn, actor, order)?;
    let evidence = Evidence {
        payment: transactions::payment(conn, dispute.transaction_id)?,
        units: refunds::units(conn, order.id, order.quantity)?,
        readings: query::readings(conn, order.id, READINGS)?,
        timeline: orders::timeline(conn, actor, order.id)?,
        order,
        dispute,
    };
    let customer = evidence.order.user_id;
    let name = people::names(conn, &actor.keys, &[customer], false)?.remove(&customer);
    let email = people::email(conn, &actor.keys, customer)?;
    let seller = Seller::of(conn)?;
    audit::record_field_access(tx, actor, "dispute", id.0, "evidence", None)?;
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
        [self.ordered(), self.delivered(), self.used(), self.steps()]
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
        let show = |amount: &Decimal| amount.in_currency(self.payment.currency);
        vec![
            ("Paid", show(&self.payment.total_amount)),
            ("Given back", show(&self.payment.refunded_amount)),
            (
                "Disputed",
                self.dispute.amount.in_currency(self.dispute.currency),
            ),
        ]
    }

    fn ordered(&self) -> Table<'static> {
        let (order, terms) = (&self.order, &self.order.terms);
        let data = match terms.data_limit_mb.as_ref() {
            Some(limit) => data::megabytes(limit),
            None => "unlimited data".to_owned(),
        };
        let plan = format!("{}: {data} in {}", terms.title(), terms.regions.join(", "));
        Table {
            heading: "What was bought",
            columns: ORDERED,
            rows: vec![vec![
                plan,
                order.quantity.to_string(),
                order.unit_price.in_currency(order.currency),
                order.total_amount.in_currency(order.currency),
            ]],
        }
    }

    fn delivered(&self) -> Table<'static> {
        let row = |unit: &Unit| {
            let used = data::bytes(unit.used_bytes);
            vec![
                unit.iccid
                    .clone()
                    .unwrap_or_else(|| "Not delivered".to_owned()),
                moment(unit.delivered_at),
                moment(unit.installed_at),
                moment(unit.starts_at),
                match unit.total_bytes {
                    Some(total) => format!("{used} of {}", data::bytes(total)),
                    None => used,
                },
            ]
        };
        Table {
            heading: "What was delivered",
            columns: DELIVERED,
            rows: self.units.iter().map(row).collect(),
        }
    }

    fn used(&self) -> Table<'static> {
        let row = |reading: &Reading| {
            vec![
                moment(Some(reading.recorded_at)),
                reading.iccid.clone(),
                data::bytes(reading.used_bytes),
            ]
        };
        Table {
            heading: "What was used, as it was read",
            columns: USED,
            rows: self.readings.iter().map(row).collect(),
        }
    }

    fn steps(&self) -> Table<'static> {
        let steps = self.timeline.data.iter();
        Table {
            heading: "What happened",
            columns: STEPS,
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
