//! What must hold for everything at once: the database, the document, the permissions, the arrows, the secrets.

mod architecture;
mod database;
mod lists;
mod malformed;
mod migrations;
mod openapi;
mod permissions;
mod secrets;
