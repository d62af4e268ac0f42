//! Lists: columns, filters, the address, and the table. `page::list_page` combines them.
//!
//! A column knows the type of its row; all other code works on plain data and is compiled once, not once per
//! resource.

pub(crate) mod bulk;
pub(crate) mod chips;
mod chooser;
mod column;
mod columns;
mod filter;
pub(crate) mod grid;
pub(crate) mod list;
pub(crate) mod notice;
pub(crate) mod pager;
pub(crate) mod query;
pub(crate) mod row;
pub(crate) mod shortcuts;
mod single;
pub(crate) mod toolbar;
pub(crate) mod views;

pub use column::{Column, ago, code, count, day, maybe, moment, money, state, text, until, value};
pub use filter::{ListFilter, choice, country, dates, flag, picked, picked_from, region, yes_no};
pub use single::{effective_at, one_of, typed};
pub(crate) use views::store::begin;

/// Clears the cached lists and views, because the next user may not be allowed to see them.
pub(crate) fn forget() {
    crate::query::clear();
    list::forget();
    views::store::forget();
}
