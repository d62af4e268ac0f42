//! The arrows between the crates, and what may stand where.

use std::{
    fs,
    path::{Path, PathBuf},
};

const SECTIONS: &[(&str, &[&str])] = &[
    ("accounts", &["messaging"]),
    (
        "billing",
        &["catalog", "esims", "integrations", "messaging"],
    ),
    ("catalog", &["integrations"]),
    ("esims", &["integrations", "messaging"]),
    ("insights", &[]),
    ("integrations", &[]),
    ("messaging", &[]),
    ("system", &[]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(dir: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

#[test]
fn sections_depend_along_the_arrows_only() {
    for (section, allowed) in SECTIONS {
        let manifest =
            fs::read_to_string(root().join("crates").join(section).join("Cargo.toml")).unwrap();
        let dependencies = manifest
            .split("[dependencies]")
            .nth(1)
            .unwrap()
            .split("\n[")
            .next()
            .unwrap()
            .to_owned();
        for (other, _) in SECTIONS {
            let depends = dependencies.lines().any(|line| {
                line.starts_with(&format!("{other}.")) || line.starts_with(&format!("{other} "))
            });
            assert!(
                !depends || allowed.contains(other),
                "{section} depends on {other}"
            );
        }
    }
    let schema = fs::read_to_string(root().join("crates/schema/Cargo.toml")).unwrap();
    assert_eq!(
        schema.split("[dependencies]").nth(1).unwrap().trim(),
        "diesel.workspace = true"
    );
}

#[test]
fn sql_lives_in_query_rs() {
    for (section, _) in SECTIONS {
        for (path, text) in files(&root().join("crates").join(section).join("src"), ".rs") {
            let shown = path.to_string_lossy().into_owned();
            let is_query = shown.ends_with("/query.rs") || shown.contains("/query/");
            assert!(
                is_query || !text.contains("diesel"),
                "{shown} speaks of diesel"
            );
        }
    }
}

#[test]
fn transactions_begin_in_routes_and_jobs_and_the_outside_is_called_from_jobs() {
    for (section, _) in SECTIONS {
        for (path, text) in files(&root().join("crates").join(section).join("src"), ".rs") {
            let shown = path.to_string_lossy().into_owned();
            let decides = shown.ends_with("/query.rs")
                || shown.ends_with("/rules.rs")
                || shown.contains("/rules/");
            assert!(
                !decides || !text.contains(".db.write("),
                "{shown} begins a transaction"
            );
            assert!(
                !shown.ends_with("routes.rs") || !text.contains("ctx.ports."),
                "{shown} calls the outside"
            );
        }
    }
}

#[test]
fn no_file_grows_past_what_one_can_read() {
    let generated = |path: &Path| path.ends_with("schema/src/tables.rs");
    for dir in ["crates", "frontend", "tests"] {
        for (path, text) in files(&root().join(dir), ".rs") {
            if generated(&path) || path.components().any(|part| part.as_os_str() == "target") {
                continue;
            }
            assert!(
                text.lines().count() <= 400,
                "{} has {} lines",
                path.display(),
                text.lines().count()
            );
        }
    }
}
