//! Rules that hold for all operations and tables: database, OpenAPI document, permissions, dependencies, secrets.

mod access_logging;
mod architecture;
mod audit_entries;
mod connection;
mod database;
mod deleted;
mod exports;
mod limits;
mod language;
mod lists;
mod malformed;
mod migrations;
mod nulls;
pub mod openapi;
mod ownership;
pub mod permissions;
mod personal_data;
mod plain_text;
mod protected;
mod requests;
mod secrets;
mod slow;
mod tampered_tokens;
mod tls;
mod undeclared;
mod wrong_types;
