//! The store of files outside the database.

use super::{Environment, Secret, Vars};
use std::path::absolute;
use zeroize::Zeroizing;

/// The store of files outside the database.
pub enum Files {
    /// `FILES_DIR`: a local folder, which the server must not publish.
    Folder(String),
    /// A bucket of a store with the S3 API.
    Bucket(Bucket),
}

/// A bucket, addressed in path style.
pub struct Bucket {
    /// `FILES_S3_BUCKET`
    pub name: String,
    /// `FILES_S3_PREFIX`: a prefix, for a shared bucket.
    pub prefix: String,
    /// `FILES_S3_ENDPOINT`: such as `https://s3.example.com`; without it, Amazon's endpoint of the region.
    pub endpoint: Option<String>,
    /// `FILES_S3_REGION`
    pub region: String,
    /// `FILES_S3_ACCESS_KEY_ID`
    pub access_key_id: Secret,
    /// `FILES_S3_SECRET_ACCESS_KEY`
    pub secret_access_key: Secret,
}

/// The folder of a development server without `FILES_DIR`.
const DEVELOPMENT: &str = ".data/files";

impl Files {
    pub(super) fn read(vars: &mut Vars<'_>, environment: Environment) -> Self {
        let folder = vars.optional("FILES_DIR");
        let Some(name) = vars.optional("FILES_S3_BUCKET") else {
            if folder.is_none() && environment == Environment::Production {
                vars.errors.push(
                    "FILES_DIR or FILES_S3_BUCKET: one is required in production, to store the documents of customers".into(),
                );
            }
            return Self::Folder(folder.unwrap_or_else(|| DEVELOPMENT.to_owned()));
        };
        if folder.is_some() {
            vars.errors
                .push("FILES_DIR and FILES_S3_BUCKET: give one of them".into());
        }
        Self::Bucket(Bucket {
            name,
            prefix: vars.text("FILES_S3_PREFIX", ""),
            endpoint: vars.optional("FILES_S3_ENDPOINT"),
            region: vars.text("FILES_S3_REGION", "us-east-1"),
            access_key_id: Zeroizing::new(
                vars.required("FILES_S3_ACCESS_KEY_ID", "the key to FILES_S3_BUCKET"),
            ),
            secret_access_key: Zeroizing::new(
                vars.required("FILES_S3_SECRET_ACCESS_KEY", "its secret part"),
            ),
        })
    }

    /// Rejects a folder that overlaps with the folder of the panel, which is published.
    pub(super) fn check(&self, panel: Option<&str>, errors: &mut Vec<String>) {
        let (Self::Folder(folder), Some(panel)) = (self, panel) else {
            return;
        };
        let (Ok(folder), Ok(panel)) = (absolute(folder), absolute(panel)) else {
            return;
        };
        if folder.starts_with(&panel) || panel.starts_with(&folder) {
            errors.push("FILES_DIR: must be apart from PANEL_DIR, which is public".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(given: &[(&str, &str)]) -> Vec<String> {
        let source = |key: &str| {
            let found = given.iter().find(|(name, _)| *name == key);
            found.map(|(_, value)| (*value).to_owned())
        };
        let mut vars = Vars {
            source: &source,
            errors: Vec::new(),
        };
        let files = Files::read(&mut vars, Environment::Production);
        files.check(source("PANEL_DIR").as_deref(), &mut vars.errors);
        vars.errors
    }

    #[test]
    fn one_store_outside_the_panel_is_required() {
        for (given, error) in [
            (&[][..], "FILES_DIR or FILES_S3_BUCKET"),
            (&[("FILES_DIR", "/srv/files")], ""),
            (
                &[
                    ("FILES_DIR", "/srv/panel/files"),
                    ("PANEL_DIR", "/srv/panel"),
                ],
                "apart",
            ),
            (
                &[("FILES_DIR", "/srv"), ("PANEL_DIR", "/srv/panel")],
                "apart",
            ),
            (&[("FILES_S3_BUCKET", "b")], "FILES_S3_ACCESS_KEY_ID"),
            (
                &[
                    ("FILES_S3_BUCKET", "b"),
                    ("FILES_S3_ACCESS_KEY_ID", "a"),
                    ("FILES_S3_SECRET_ACCESS_KEY", "s"),
                ],
                "",
            ),
        ] {
            let found = errors(given).join("\n");
            assert_eq!(found.is_empty(), error.is_empty(), "{given:?}: {found}");
            assert!(found.contains(error), "{given:?}: {found}");
        }
    }
}
