//! The evidence for a customer's bank: the order, the payment, the delivery and the usage, as a document to submit at the
//! gateway.

use super::query::{self, Reading};
use crate::{
    invoices::Seller,
    orders,
    pdf::{self, Column, Document, PdfFile, Table},
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

/// The maximum number of usage readings in the document.
const MAX_READINGS: i64 = 40;

const ORDERED: &[Column] = &[
    Column::text("Plan", pdf::LEFT_EDGE, 290.0),
    Column::number("Quantity", 300.0, 350.0),
    Column::number("Price", 350.0, 445.0),
    Column::number("Total paid", 445.0, pdf::RIGHT_EDGE),
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
    Column::number("Data used", 360.0, pdf::RIGHT_EDGE),
];
const EVENTS: &[Column] = &[
    Column::text("Time", pdf::LEFT_EDGE, 185.0),
    Column::text("Event", 190.0, pdf::RIGHT_EDGE),
];

/// The data of the document.
struct Evidence {
    dispute: Dispute,
    payment: Transaction,
    order: Order,
    units: Vec<Unit>,
    readings: Vec<Reading>,
    timeline: Timeline,
}

/// Draws the evidence for a dispute. The document names the customer, so the access is logged.
pub fn draw(tx: &mut Tx<'_>, actor: &Actor, id: DisputeId) -> Result<PdfFile> {
    let dispute = query::find(tx.conn(), id)?;
    let order = dispute.order_id.ok_or_else(Error::not_found)?;
    let conn = tx.conn();
    let order = orders::find(conn, actor, order)?;
    let evidence = Evidence {
        payment: transactions::payment(conn, dispute.transaction_id)?,
        units: refunds::units(conn, order.id, order.quantity)?,
        readings: query::readings(conn, order.id, MAX_READINGS)?,
        timeline: orders::timeline(conn, actor, order.id)?,
        order,
        dispute,
    };
    let customer = evidence.order.user_id;
    let name = people::names(conn, &actor.keys, &[customer], false)?.remove(&customer);
    let email = people::email(conn, &actor.keys, customer)?;
    let seller = Seller::load(conn)?;
    audit::record_field_access(tx, actor, "dispute", id.0, "evidence", None)?;
    Ok(PdfFile {
        name: format!("evidence-{}", evidence.dispute.gateway_dispute_id),
        bytes: evidence.draw(&seller, [&name.unwrap_or_default(), &email])?,
    })
}

impl Evidence {
    fn draw(&self, seller: &Seller, customer: [&str; 2]) -> Result<Vec<u8>> {
        pdf::draw(&Document {
            title: "Evidence",
            number: &self.dispute.gateway_dispute_id,
            from: &seller.lines,
            email: seller.email.as_deref(),
            recipient_label: "Customer",
            recipient: customer,
            details: self.details(),
            tables: self.tables(),
            totals: self.totals(),
            note: "All times are UTC. The data used is as the eSIM's provider reports it.",
        })
    }

    fn tables(&self) -> Vec<Table<'static>> {
        [self.ordered(), self.delivered(), self.used(), self.events()]
            .into_iter()
            .filter(|table| !table.rows.is_empty())
            .collect()
    }

    fn details(&self) -> Vec<(&'static str, String)> {
        let mut details = vec![
            ("Order", self.order.order_number.clone()),
            ("Ordered", format_time(Some(self.order.created_at))),
            ("Paid", format_time(self.payment.completed_at)),
        ];
        if let Some(id) = &self.payment.gateway_transaction_id {
            details.push(("Payment", id.clone()));
        }
        if let Some(reason) = &self.dispute.reason {
            details.push(("Disputed as", reason.replace('_', " ")));
        }
        details
    }

    fn totals(&self) -> Vec<(&'static str, String)> {
        let show = |amount: &Decimal| amount.in_currency(self.payment.currency);
        vec![
            ("Paid", show(&self.payment.total_amount)),
            ("Refunded", show(&self.payment.refunded_amount)),
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
            heading: "Order",
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
                format_time(unit.delivered_at),
                format_time(unit.installed_at),
                format_time(unit.starts_at),
                match unit.total_bytes {
                    Some(total) => format!("{used} of {}", data::bytes(total)),
                    None => used,
                },
            ]
        };
        Table {
            heading: "Delivery",
            columns: DELIVERED,
            rows: self.units.iter().map(row).collect(),
        }
    }

    fn used(&self) -> Table<'static> {
        let row = |reading: &Reading| {
            vec![
                format_time(Some(reading.recorded_at)),
                reading.iccid.clone(),
                data::bytes(reading.used_bytes),
            ]
        };
        Table {
            heading: "Usage readings",
            columns: USED,
            rows: self.readings.iter().map(row).collect(),
        }
    }

    fn events(&self) -> Table<'static> {
        let steps = self.timeline.data.iter();
        Table {
            heading: "Timeline",
            columns: EVENTS,
            rows: steps
                .map(|step| vec![format_time(Some(step.at)), step.sentence.clone()])
                .collect(),
        }
    }
}

fn format_time(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(
        || "–".to_owned(),
        |at| at.format("%Y-%m-%d %H:%M").to_string(),
    )
}
