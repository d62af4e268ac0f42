//! The system itself: what it was told, and what it did.

pub mod audit;
pub mod keys;
pub mod settings;
pub mod views;
