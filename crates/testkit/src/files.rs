//! Where the files of a server under test are kept: a folder of its own that goes with its database, or a bucket when
//! the environment names a store that speaks S3.
//!
//! `TEST_FILES_S3_ENDPOINT=http://127.0.0.1:8014 cargo test -p tests kyc` takes the bucket
//! `TEST_FILES_S3_BUCKET` (`esim-admin`), with `TEST_FILES_S3_ACCESS_KEY_ID` and `TEST_FILES_S3_SECRET_ACCESS_KEY`.

use platform::crypto::digest;
use std::{env, path::PathBuf};

/// The folder of the files that belong to a database.
pub fn folder(database_url: &str) -> PathBuf {
    env::temp_dir().join(format!("esim-admin-files-{}", name(database_url)))
}

/// What tells a server under test where its files are, unless the test says so itself.
pub fn place(database_url: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    if more.iter().any(|(name, _)| name.starts_with("FILES_")) {
        return Vec::new();
    }
    let Ok(endpoint) = env::var("TEST_FILES_S3_ENDPOINT") else {
        let folder = folder(database_url).display().to_string();
        return vec![("FILES_DIR".into(), folder)];
    };
    let told = |name: &str, or: &str| env::var(name).unwrap_or_else(|_| or.to_owned());
    vec![
        ("FILES_S3_ENDPOINT".into(), endpoint),
        (
            "FILES_S3_BUCKET".into(),
            told("TEST_FILES_S3_BUCKET", "esim-admin"),
        ),
        ("FILES_S3_PREFIX".into(), name(database_url)),
        (
            "FILES_S3_ACCESS_KEY_ID".into(),
            told("TEST_FILES_S3_ACCESS_KEY_ID", "test"),
        ),
        (
            "FILES_S3_SECRET_ACCESS_KEY".into(),
            told("TEST_FILES_S3_SECRET_ACCESS_KEY", "test-secret"),
        ),
    ]
}

/// The same for the same database, however often its server is started.
fn name(database_url: &str) -> String {
    digest(database_url.as_bytes())
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
