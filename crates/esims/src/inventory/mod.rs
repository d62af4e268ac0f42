//! The inventory: the stock of eSIMs, and the origin, owner and state of each eSIM.
//! An activation code is a bearer secret: it is stored sealed, and every reveal to a person is logged.

mod query;
pub(crate) mod routes;
mod rules;

pub use query::esim_ref;
pub(crate) use query::{EsimRows, find, lock, matching};
pub(crate) use rules::record_unchanged;
pub use rules::{
    DeliveredEsim, ListedProfile, ListingOutcome, Source, StateChange, accept_delivery,
    activation_codes, can_change_status, change_state, merge_listed, reserve, sync_listed,
};
