//! Every operation that writes, run once, with the expected audit entries.

mod connections;
mod figures;
mod lifecycle;
mod money;
mod people;
mod promotions;
mod signing;
mod support;
mod terms;
mod trade;

pub use figures::figures;
pub use lifecycle::lifecycle;
pub use money::{cases, refunds};
pub use people::{clients, documents, people};
pub use promotions::promotions;
pub use signing::sessions;
pub use support::{articles, tickets};
pub use trade::{catalogue, sale, system};

use serde_json::Value;

fn id(object: &Value) -> &str {
    object["id"].as_str().expect("an id")
}
