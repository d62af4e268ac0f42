//! Support tickets and knowledge base articles.

pub mod articles;
pub mod tickets;
