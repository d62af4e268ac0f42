//! Every operation that writes, played once, with what must be on record afterwards.

mod people;
mod signing;
mod trade;

pub use people::{clients, documents, people};
pub use signing::sessions;
pub use trade::{catalogue, sale, system};

use serde_json::Value;

fn id(thing: &Value) -> &str {
    thing["id"].as_str().expect("an id")
}
