//! Support tickets, service levels, macros, and knowledge base articles.

pub mod articles;
pub mod inbound;
pub mod macros;
pub mod sla;
pub mod tickets;
