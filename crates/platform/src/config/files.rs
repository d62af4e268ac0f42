//! Where files are kept beside the database.

use super::{Environment, Secret, Vars};
use std::path::absolute;
use zeroize::Zeroizing;

/// Where files are kept beside the database.
pub enum Files {
    /// `FILES_DIR`: a folder of this machine, never one that is served.
    Folder(String),
    /// A bucket of any store that speaks S3.
    Bucket(Bucket),
}

/// A bucket, addressed by path.
pub struct Bucket {
    /// `FILES_S3_BUCKET`
    pub name: String,
    /// `FILES_S3_PREFIX`: a folder within it, for a bucket that is shared.
    pub prefix: String,
    /// `FILES_S3_ENDPOINT`: such as `https://s3.example.com`; without it, Amazon's own of the region.
    pub endpoint: Option<String>,
    /// `FILES_S3_REGION`
    pub region: String,
    /// `FILES_S3_ACCESS_KEY_ID`
    pub access_key_id: Secret,
    /// `FILES_S3_SECRET_ACCESS_KEY`
    pub secret_access_key: Secret,
}

/// Where the files of a development server are when nobody says.
const DEVELOPMENT: &str = ".data/files";

impl Files {
    pub(super) fn read(vars: &mut Vars<'_>, environment: Environment) -> Self {
        let folder = vars.optional("FILES_DIR");
        let Some(name) = vars.optional("FILES_S3_BUCKET") else {
            if folder.is_none() && environment == Environment::Production {
                vars.errors.push(
                    "FILES_DIR or FILES_S3_BUCKET: one is required in production; customers' documents are kept there".into(),
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

    /// What lies in the panel's folder is served to everybody.
    pub(super) fn check(&self, panel: Option<&str>, errors: &mut Vec<String>) {
        let (Self::Folder(folder), Some(panel)) = (self, panel) else {
            return;
        };
        let (Ok(folder), Ok(panel)) = (absolute(folder), absolute(panel)) else {
            return;
        };
        if folder.starts_with(&panel) || panel.starts_with(&folder) {
            errors.push("FILES_DIR: must be apart from PANEL_DIR, which is served".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(given: &[(&str, &str)]) -> Vec<String> {
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
    fn files_are_kept_in_one_place_that_is_not_served() {
        for (given, fault) in [
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
            let found = faults(given).join("\n");
            assert_eq!(found.is_empty(), fault.is_empty(), "{given:?}: {found}");
            assert!(found.contains(fault), "{given:?}: {found}");
        }
    }
}
