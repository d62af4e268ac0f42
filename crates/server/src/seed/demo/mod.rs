//! A shop of a few weeks, as somebody who looks around for the first time wants to find it.

mod catalogue;
mod clients;
mod disputes;
mod documents;
mod letters;
mod orders;
mod people;
mod pictures;
mod price_lists;
mod promotions;
mod provisioning;
mod refunds;
mod stock;
mod topups;

use super::{Ground, rows::Rows};
use platform::Result;

/// Seeds the shop, unless it is there.
pub fn seed(ground: &mut Ground<'_>) -> Result<Option<String>> {
    if ground.has(people::FIRST)? {
        return Ok(None);
    }
    let mut rows = Rows::default();
    let people = people::add(&mut rows, ground)?;
    documents::add(&mut rows, ground, &people)?;
    let catalogue = catalogue::add(&mut rows, ground, people.admin)?;
    promotions::add(&mut rows, ground, people.admin);
    clients::add(&mut rows, ground, people.admin);
    price_lists::add(&mut rows, ground, &catalogue, people.admin);
    let stock = stock::add(&mut rows, ground, &catalogue, people.admin)?;
    orders::add(&mut rows, ground, &people, &catalogue, stock)?;
    let count = rows.write(ground.conn, ground.keys)?;
    refunds::look(ground)?;
    Ok(Some(format!("{count} rows of demo data are there now")))
}
