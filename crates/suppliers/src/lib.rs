//! Providers of eSIMs: the interface that the product uses, and an adapter for each provider's API.
//!
//! `docs/adapters.md` describes how to write an adapter.

pub mod port;

pub use port::*;
