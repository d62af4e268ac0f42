//! Who saw personal data in plain, to be read. It is written by `platform::audit`, in the transaction of the look.

mod query;
pub(crate) mod routes;
