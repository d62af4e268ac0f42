//! Settings, the audit log, encryption keys and saved views.

pub mod audit;
pub mod keys;
pub mod settings;
pub mod views;
