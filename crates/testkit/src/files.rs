//! The file store of a server under test: a folder that is removed with its database, or a bucket when the environment sets
//! a store with the S3 API.
//!
//! `TEST_FILES_S3_ENDPOINT=http://127.0.0.1:8014 cargo test -p tests kyc` uses the bucket
//! `TEST_FILES_S3_BUCKET` (`esim-admin`), with `TEST_FILES_S3_ACCESS_KEY_ID` and `TEST_FILES_S3_SECRET_ACCESS_KEY`.

use platform::crypto::digest;
use std::{env, path::PathBuf};

/// Returns the folder of the files of a database.
pub fn folder(database_url: &str) -> PathBuf {
    env::temp_dir().join(format!("esim-admin-files-{}", name(database_url)))
}

/// Returns the variables that configure the file store of a server under test, unless the test sets them.
pub fn store_variables(database_url: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    if more.iter().any(|(name, _)| name.starts_with("FILES_")) {
        return Vec::new();
    }
    let Ok(endpoint) = env::var("TEST_FILES_S3_ENDPOINT") else {
        let folder = folder(database_url).display().to_string();
        return vec![("FILES_DIR".into(), folder)];
    };
    let variable =
        |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
    vec![
        ("FILES_S3_ENDPOINT".into(), endpoint),
        (
            "FILES_S3_BUCKET".into(),
            variable("TEST_FILES_S3_BUCKET", "esim-admin"),
        ),
        ("FILES_S3_PREFIX".into(), name(database_url)),
        (
            "FILES_S3_ACCESS_KEY_ID".into(),
            variable("TEST_FILES_S3_ACCESS_KEY_ID", "test"),
        ),
        (
            "FILES_S3_SECRET_ACCESS_KEY".into(),
            variable("TEST_FILES_S3_SECRET_ACCESS_KEY", "test-secret"),
        ),
    ]
}

/// Returns a name that is the same for every server on a database.
fn name(database_url: &str) -> String {
    digest(database_url.as_bytes())
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
