//! Demo data: a small shop with a history of a few weeks, for a first tour of the system.

mod api_clients;
mod articles;
mod catalog;
mod disputes;
mod document_images;
mod documents;
mod emails;
mod orders;
mod people;
mod price_lists;
mod promotions;
mod provisioning;
mod refunds;
mod stock;
mod tickets;
mod topups;
mod usage;

use super::{SeedContext, rows::Rows};
use platform::Result;

/// Seeds the shop, unless it exists already.
pub fn seed(ctx: &mut SeedContext<'_>) -> Result<Option<String>> {
    if ctx.has_user(people::FIRST)? {
        return Ok(None);
    }
    let mut rows = Rows::default();
    let people = people::add(&mut rows, ctx)?;
    documents::add(&mut rows, ctx, &people)?;
    let catalog = catalog::add(&mut rows, ctx, people.admin)?;
    promotions::add(&mut rows, ctx, people.admin);
    api_clients::add(&mut rows, ctx, people.admin);
    price_lists::add(&mut rows, ctx, &catalog, people.admin);
    let stock = stock::add(&mut rows, ctx, &catalog, people.admin)?;
    orders::add(&mut rows, ctx, &people, &catalog, stock)?;
    articles::add(&mut rows, ctx, people.support);
    let mut count = rows.write(ctx.conn, ctx.keys)?;
    let mut rows = Rows::default();
    tickets::add(&mut rows, ctx, &people)?;
    count += rows.write(ctx.conn, ctx.keys)?;
    refunds::add_eligibility(ctx)?;
    Ok(Some(format!("added {count} rows of demo data")))
}
