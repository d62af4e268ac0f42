//! What must hold for everything at once: the database, the document, the permissions, the arrows, the secrets.

mod architecture;
mod database;
mod deleted;
mod forged;
mod keepers;
mod limits;
mod lists;
mod malformed;
mod migrations;
pub mod openapi;
pub mod permissions;
mod personal;
mod protected;
mod recorded;
mod secrets;
mod strangers;
mod undeclared;
mod wrong_types;
