//! The fixtures of tests and benchmarks: temporary databases and initial rows.
//!
//! Only tests use it, so it may panic: a test that cannot be set up has failed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test that cannot be set up has failed"
)]

pub mod database;
pub mod files;
pub mod given;

pub use database::TestDatabase;
pub use given::Given;

use platform::config::Config;
use std::collections::HashMap;

/// Returns the environment of a server under test; `more` overrides variables.
pub fn environment(database_url: &str, more: &[(&str, &str)]) -> HashMap<String, String> {
    let key =
        |byte: u8| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [byte; 32]);
    let mut vars: HashMap<String, String> = HashMap::from([
        ("APP_ENV".into(), "development".into()),
        ("DATABASE_URL".into(), database_url.to_owned()),
        ("DATABASE_POOL".into(), "8".into()),
        ("JWT_SECRET".into(), key(1)),
        ("SEALING_KEYS".into(), format!("1:{}", key(2))),
        ("BLIND_INDEX_KEY".into(), key(3)),
    ]);
    for class in ["READS", "WRITES", "FILES", "CODES", "PUBLIC"] {
        vars.insert(format!("RATE_LIMIT_{class}"), "0".into());
    }
    vars.extend(files::store_variables(database_url, more));
    vars.extend(
        more.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    vars
}

/// Returns the configuration of a server under test; `more` overrides variables.
pub fn config(database_url: &str, more: &[(&str, &str)]) -> Config {
    let vars = environment(database_url, more);
    Config::read(&|name| vars.get(name).cloned()).expect("the test's configuration is complete")
}
