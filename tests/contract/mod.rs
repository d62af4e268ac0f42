//! What must hold for everything at once: the database, the document, the permissions, the arrows, the secrets.

mod architecture;
mod connection;
mod database;
mod deleted;
mod exports;
mod forged;
mod keepers;
mod limits;
mod lists;
mod malformed;
mod migrations;
mod nulls;
pub mod openapi;
pub mod permissions;
mod personal;
mod plain_text;
mod protected;
mod recorded;
mod requests;
mod secrets;
mod slow;
mod strangers;
mod tls;
mod undeclared;
mod wrong_types;
