//! Limits on unpaid orders, so that no customer and no API client can reserve the stock without paying.
//!
//! The limits apply to customers and API clients. Orders that staff place for a customer are not limited, but they count.

use crate::orders::query;
use platform::{
    Actor, Conn, Error, Result, Tx,
    settings::{self, UnpaidUnitsPerClient, UnpaidUnitsPerCustomer},
};
use wire::{ProblemCode, Reach, UserId};

/// Rejects an order that would exceed a limit. The customer's and the client's orders wait for each other until the
/// end of the transaction, so that two simultaneous orders cannot both pass.
pub fn check_limits(tx: &mut Tx<'_>, actor: &Actor, customer: UserId, quantity: i32) -> Result<()> {
    if actor.reach == Reach::All {
        return Ok(());
    }
    query::lock_customer(tx, customer)?;
    if let Some(client) = &actor.client {
        query::lock_client(tx, client.id)?;
    }
    match exceeded(tx.conn(), actor, Some(customer), quantity)? {
        Some(text) => Err(Error::with_detail(ProblemCode::TooManyUnpaid, text)),
        None => Ok(()),
    }
}

/// Returns the message of the limit that an order of `quantity` eSIMs would exceed.
pub fn exceeded(
    conn: &mut Conn,
    actor: &Actor,
    customer: Option<UserId>,
    quantity: i32,
) -> Result<Option<String>> {
    if actor.reach == Reach::All {
        return Ok(None);
    }
    if let Some(customer) = customer {
        let most = settings::get(conn, UnpaidUnitsPerCustomer)?;
        let unpaid = query::unpaid_units_of_customer(conn, customer)?;
        if unpaid.saturating_add(quantity.into()) > most {
            return Ok(Some(format!(
                "A customer may have {most} unpaid eSIMs on order at most, and has {unpaid}. Pay for or cancel an open order first.",
            )));
        }
    }
    if let Some(client) = &actor.client {
        let most = settings::get(conn, UnpaidUnitsPerClient)?;
        let unpaid = query::unpaid_units_of_client(conn, client.id)?;
        if unpaid.saturating_add(quantity.into()) > most {
            return Ok(Some(format!(
                "An API client may have {most} unpaid eSIMs on order at most, and has {unpaid}. Pay for or cancel an open order first.",
            )));
        }
    }
    Ok(None)
}
