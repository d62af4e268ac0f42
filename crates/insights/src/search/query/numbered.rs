//! What has a number: eSIMs, orders, payments.

use super::{Person, Row, Wanted, several};
use diesel::{prelude::*, sql_types::Bool};
use platform::{Conn, Result};
use schema::{esims, orders, plans, transactions, users};
use wire::{
    Currency, EsimId, Money, OrderId, TransactionId, UserId,
    billing::{orders::OrderStatus, transactions::TransactionStatus},
    esims::inventory::EsimStatus,
    insights::search::MOST,
};

diesel::define_sql_function! {
    /// Reverses a text, as the index over last digits does.
    fn reverse(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// The columns of a person whom something belongs to.
type Whose = (UserId, Vec<u8>, Vec<u8>);
const WHOSE: (users::id, users::first_name, users::last_name) =
    (users::id, users::first_name, users::last_name);

fn whose((id, first_name, last_name): Whose) -> Option<Person> {
    Some(Person {
        id,
        first_name,
        last_name,
        email: None,
    })
}

/// eSIMs by the number of the profile or of the chip, or by what others call them.
pub fn esims(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<Row>> {
    type Line = (
        bool,
        EsimId,
        String,
        EsimStatus,
        Option<String>,
        Option<Whose>,
    );
    let rows = |exact: bool| {
        esims::table
            .left_join(plans::table)
            .left_join(users::table)
            .filter(esims::deleted_at.is_null())
            .select((
                exact.into_sql::<Bool>(),
                esims::id,
                esims::iccid,
                esims::status,
                plans::name.nullable(),
                WHOSE.nullable(),
            ))
    };
    let exact = rows(true)
        .filter(
            esims::id
                .eq_any(&wanted.ids)
                .or(esims::iccid.eq(&wanted.number))
                .or(esims::eid.eq(&wanted.number).assume_not_null())
                .or(esims::provider_ref.eq(&wanted.text).assume_not_null())
                .or(esims::twilio_sid.eq(&wanted.text).assume_not_null()),
        )
        .limit(several());
    let begun = rows(false)
        .filter(
            esims::iccid
                .like(&wanted.number_begins)
                .or(esims::eid.like(&wanted.number_begins).assume_not_null())
                .or(reverse(esims::iccid).like(&wanted.number_ends)),
        )
        .order_by((esims::created_at.desc(), esims::id.desc()))
        .limit(MOST);
    let found: Vec<Line> = exact.union_all(begun).load(conn)?;
    let row = |(is_exact, id, iccid, status, plan, owner): Line| Row {
        is_exact,
        id: id.0,
        title: Some(iccid),
        notes: plan.into_iter().collect(),
        state: Some(status.as_str()),
        person: owner.and_then(whose),
    };
    Ok(found.into_iter().map(row).collect())
}

/// Orders by their number, or by the integrator's own.
pub fn orders(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<Row>> {
    type Line = (
        bool,
        OrderId,
        String,
        OrderStatus,
        Option<String>,
        Money,
        Currency,
        Whose,
    );
    let rows = |exact: bool| {
        orders::table
            .inner_join(users::table.on(users::id.eq(orders::user_id)))
            .select((
                exact.into_sql::<Bool>(),
                orders::id,
                orders::order_number,
                orders::status,
                orders::terms.retrieve_as_text("name").nullable(),
                orders::total_amount,
                orders::currency,
                WHOSE,
            ))
    };
    let exact = rows(true)
        .filter(
            orders::id
                .eq_any(&wanted.ids)
                .or(orders::order_number.eq(&wanted.order))
                .or(orders::reference.eq(&wanted.text).assume_not_null()),
        )
        .limit(several());
    let begun = rows(false)
        .filter(orders::order_number.like(&wanted.order_begins))
        .order_by((orders::created_at.desc(), orders::id.desc()))
        .limit(MOST);
    let found: Vec<Line> = exact.union_all(begun).load(conn)?;
    let row = |(is_exact, id, number, status, plan, total, currency, buyer): Line| Row {
        is_exact,
        id: id.0,
        title: Some(number),
        notes: plan
            .into_iter()
            .chain([total.in_currency(currency)])
            .collect(),
        state: Some(status.as_str()),
        person: whose(buyer),
    };
    Ok(found.into_iter().map(row).collect())
}

/// Payments by what the gateway calls them.
pub fn transactions(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<Row>> {
    type Line = (
        TransactionId,
        Option<String>,
        TransactionStatus,
        Money,
        Currency,
        Whose,
    );
    let found: Vec<Line> = transactions::table
        .inner_join(users::table.on(users::id.eq(transactions::user_id)))
        .filter(
            transactions::id
                .eq_any(&wanted.ids)
                .or(transactions::gateway_transaction_id
                    .eq(&wanted.text)
                    .assume_not_null()),
        )
        .limit(several())
        .select((
            transactions::id,
            transactions::gateway_transaction_id,
            transactions::status,
            transactions::total_amount,
            transactions::currency,
            WHOSE,
        ))
        .load(conn)?;
    let row = |(id, gateway_id, status, total, currency, payer): Line| {
        let amount = total.in_currency(currency);
        let title = gateway_id.unwrap_or_else(|| format!("Payment of {amount}"));
        Row {
            is_exact: true,
            id: id.0,
            title: Some(title),
            notes: vec![amount],
            state: Some(status.as_str()),
            person: whose(payer),
        }
    };
    Ok(found.into_iter().map(row).collect())
}
