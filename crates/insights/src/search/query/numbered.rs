//! SQL of objects with numbers: eSIMs, orders, payments.

use super::{Person, Row, SearchTerms, exact_limit};
use diesel::{prelude::*, sql_types::Bool};
use platform::{Conn, Result};
use schema::{esims, orders, plans, transactions, users};
use wire::{
    Currency, EsimId, Money, OrderId, TransactionId, UserId,
    billing::{orders::OrderStatus, transactions::TransactionStatus},
    esims::inventory::EsimStatus,
    insights::search::MAX_PER_KIND,
};

diesel::define_sql_function! {
    /// Reverses a text, like the index on the last digits.
    fn reverse(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// The columns of the owner of an object.
type Owner = (UserId, Vec<u8>, Vec<u8>);
const OWNER: (users::id, users::first_name, users::last_name) =
    (users::id, users::first_name, users::last_name);

fn owner_of((id, first_name, last_name): Owner) -> Option<Person> {
    Some(Person {
        id,
        first_name,
        last_name,
        email: None,
    })
}

/// Finds eSIMs by ICCID, EID, provider reference or Twilio SID.
pub fn esims(conn: &mut Conn, terms: &SearchTerms) -> Result<Vec<Row>> {
    type Line = (
        bool,
        EsimId,
        String,
        EsimStatus,
        Option<String>,
        Option<Owner>,
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
                OWNER.nullable(),
            ))
    };
    let exact = rows(true)
        .filter(
            esims::id
                .eq_any(&terms.ids)
                .or(esims::iccid.eq(&terms.number))
                .or(esims::eid.eq(&terms.number).assume_not_null())
                .or(esims::provider_ref.eq(&terms.text).assume_not_null())
                .or(esims::twilio_sid.eq(&terms.text).assume_not_null()),
        )
        .limit(exact_limit());
    let partial = rows(false)
        .filter(
            esims::iccid
                .like(&terms.number_prefix)
                .or(esims::eid.like(&terms.number_prefix).assume_not_null())
                .or(reverse(esims::iccid).like(&terms.number_suffix)),
        )
        .order_by((esims::created_at.desc(), esims::id.desc()))
        .limit(MAX_PER_KIND);
    let found: Vec<Line> = exact.union_all(partial).load(conn)?;
    let row = |(is_exact, id, iccid, status, plan, owner): Line| Row {
        is_exact,
        id: id.0,
        title: Some(iccid),
        notes: plan.into_iter().collect(),
        state: Some(status.as_str()),
        person: owner.and_then(owner_of),
    };
    Ok(found.into_iter().map(row).collect())
}

/// Finds orders by order number, or by the reference of the integrator.
pub fn orders(conn: &mut Conn, terms: &SearchTerms) -> Result<Vec<Row>> {
    type Line = (
        bool,
        OrderId,
        String,
        OrderStatus,
        Option<String>,
        Money,
        Currency,
        Owner,
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
                OWNER,
            ))
    };
    let exact = rows(true)
        .filter(
            orders::id
                .eq_any(&terms.ids)
                .or(orders::order_number.eq(&terms.order))
                .or(orders::reference.eq(&terms.text).assume_not_null()),
        )
        .limit(exact_limit());
    let partial = rows(false)
        .filter(orders::order_number.like(&terms.order_prefix))
        .order_by((orders::created_at.desc(), orders::id.desc()))
        .limit(MAX_PER_KIND);
    let found: Vec<Line> = exact.union_all(partial).load(conn)?;
    let row = |(is_exact, id, number, status, plan, total, currency, buyer): Line| Row {
        is_exact,
        id: id.0,
        title: Some(number),
        notes: plan
            .into_iter()
            .chain([total.in_currency(currency)])
            .collect(),
        state: Some(status.as_str()),
        person: owner_of(buyer),
    };
    Ok(found.into_iter().map(row).collect())
}

/// Finds payments by the payment id of the gateway.
pub fn transactions(conn: &mut Conn, terms: &SearchTerms) -> Result<Vec<Row>> {
    type Line = (
        TransactionId,
        Option<String>,
        TransactionStatus,
        Money,
        Currency,
        Owner,
    );
    let found: Vec<Line> = transactions::table
        .inner_join(users::table.on(users::id.eq(transactions::user_id)))
        .filter(
            transactions::id
                .eq_any(&terms.ids)
                .or(transactions::gateway_transaction_id
                    .eq(&terms.text)
                    .assume_not_null()),
        )
        .limit(exact_limit())
        .select((
            transactions::id,
            transactions::gateway_transaction_id,
            transactions::status,
            transactions::total_amount,
            transactions::currency,
            OWNER,
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
            person: owner_of(payer),
        }
    };
    Ok(found.into_iter().map(row).collect())
}
