//! Lists: columns, filters, what stands in the address, and how it all looks. `page::list_page` puts it together.
//!
//! A column knows its row's type; from there on everything is plain data, so this code is compiled once and not
//! once per resource.

pub(crate) mod address;
pub(crate) mod bulk;
pub(crate) mod chips;
mod chooser;
mod column;
mod columns;
mod filter;
pub(crate) mod grid;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod notice;
pub(crate) mod pager;
pub(crate) mod row;
mod single;
pub(crate) mod toolbar;
pub(crate) mod views;

pub use column::{Column, ago, code, count, day, maybe, moment, money, state, text, until, value};
pub use filter::{By, choice, country, dates, flag, picked, place, yes_no};
pub use single::{in_force, one_of, typed};
pub(crate) use views::store::begin;

/// Forgets what was seen: whoever comes next may not see it.
pub(crate) fn forget() {
    list::forget();
    views::store::forget();
}
