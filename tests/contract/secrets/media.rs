//! The media that could contain a secret: the database, the log, stored files and published files.

use super::scenario::Scenario;
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use std::{fs, path::Path};
use testkit::TestDatabase;

/// The content of a medium, in lower case.
pub struct Medium {
    pub name: &'static str,
    pub text: String,
    /// Texts that the search must find, to prove that it works.
    pub controls: Vec<String>,
    /// Whether the medium contains data that the server received.
    pub is_kept: bool,
}

/// Reads all media.
pub fn all(database: &TestDatabase, scenario: &Scenario) -> Vec<Medium> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let medium = |name, text: String, controls: &[&str]| Medium {
        name,
        text: text.to_lowercase(),
        controls: controls.iter().map(ToString::to_string).collect(),
        is_kept: true,
    };
    let mut media = vec![
        medium(
            "the dump",
            dump(&mut database.connect()),
            &[
                "Haystack plan",
                &scenario.order_number,
                "8944",
                "order.fulfil",
            ],
        ),
        medium(
            "the log",
            read(&scenario.log),
            &["listening on", "answered 201", "/v1/users/{id}"],
        ),
        medium(
            "the stored files",
            folder(&scenario.files, &[]),
            &["audit/heads", ".k1"],
        ),
    ];
    let document = fs::read_to_string(root.join("openapi/openapi.json")).expect("the document");
    media.push(Medium {
        is_kept: false,
        ..medium("the document", document, &["eSIM Admin", "ada@example.com"])
    });
    // Another task builds the panel; the test searches it if it exists.
    let panel = folder(&root.join("dist"), &["br"]);
    if panel.contains(".wasm") {
        media.push(Medium {
            is_kept: false,
            ..medium("the panel", panel, &["Audit log", "esim-admin"])
        });
    }
    media
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

/// Returns every row of every table as text, with binary values as hexadecimal digits.
fn dump(conn: &mut PgConnection) -> String {
    let tables: Vec<Line> = sql_query("SELECT quote_ident(table_name) AS text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'").load(conn).expect("the tables are listed");
    let rows = tables.iter().flat_map(|table| {
        sql_query(format!("SELECT t::text AS text FROM {} t", table.text))
            .load::<Line>(conn)
            .expect("the rows are read")
    });
    rows.map(|line| line.text).collect::<Vec<_>>().join("\n")
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).expect("the log is read")).into_owned()
}

/// Returns the names and the bytes of all files in a folder, except those with these extensions.
fn folder(path: &Path, but: &[&str]) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            all.push_str(&folder(&path, but));
        } else if !but.contains(&ending) {
            all.push_str(&format!("\n{}\n", path.display()));
            all.push_str(&String::from_utf8_lossy(
                &fs::read(&path).expect("the file is read"),
            ));
        }
    }
    all
}
