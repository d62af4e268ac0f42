//! The knowledge base. Staff write drafts and publish them; a help centre reads the published articles without a sign-in.

mod help;
pub mod jobs;
mod markdown;
mod query;
pub(crate) mod routes;
mod rules;
