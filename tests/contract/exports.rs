//! Every export opens in a spreadsheet: it has a header, contains no formula, and has a byte order mark on request.

use super::openapi::operations;
use crate::harness::TestApp;
use serde_json::json;
use wire::accounts::users::UserRole;

fn exports() -> Vec<String> {
    operations()
        .into_iter()
        .filter(|(method, path, _)| {
            method == "GET" && path.ends_with("/export") && !path.contains("{id}")
        })
        .map(|(_, path, _)| path)
        .collect()
}

fn header(text: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .headers()
        .expect("a header")
        .iter()
        .map(str::to_owned)
        .collect()
}

#[actix_web::test]
async fn empty_export_has_a_header_and_an_optional_bom() {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin);
    let paths = exports();
    assert!(paths.len() > 15);
    for path in paths {
        // No row is that old.
        let empty = admin
            .get(&format!("{path}?created_at_to=1971-01-01T00:00:00Z"))
            .await;
        let answer = if empty.status == 200 {
            empty
        } else {
            admin.get(&path).await
        };
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let names = header(&answer.text());
        assert!(
            names.len() > 3
                && (names.contains(&"id".to_owned()) || names.contains(&"esim_id".to_owned())),
            "{path}: {names:?}"
        );
        let marked = admin.get(&format!("{path}?bom=true")).await.text();
        assert!(marked.starts_with('\u{feff}'), "{path}");
        assert_eq!(marked.matches('\u{feff}').count(), 1, "{path}");
        admin
            .get(&format!("{path}?bom=perhaps"))
            .await
            .rejects_field("bom");
    }
    admin.get("/v1/plans?bom=true").await.rejects_field("bom");
}

#[actix_web::test]
async fn export_header_does_not_depend_on_rows() {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin);
    app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        given.api_client(
            wire::accounts::api_clients::ApiClientMode::Test,
            &[wire::Permission::PlansRead],
        );
        let provider = given.provider("Freedom Mobile", 1);
        given.offer(plan, provider, "N2-1");
    });
    for path in [
        "/v1/plans",
        "/v1/pricing",
        "/v1/esims",
        "/v1/users",
        "/v1/api-clients",
        "/v1/providers",
        "/v1/provider-offers",
    ] {
        let full = admin.get(&format!("{path}/export")).await.text();
        assert!(full.lines().count() > 1, "{path}");
        let mut answer = admin
            .get(&format!("{path}/export?created_at_to=1971-01-01T00:00:00Z"))
            .await;
        if answer.status != 200 {
            // No row matches a random id.
            let unknown = uuid::Uuid::now_v7();
            let query = if path == "/v1/pricing" {
                "plan_id"
            } else {
                "q"
            };
            answer = admin.get(&format!("{path}/export?{query}={unknown}")).await;
        }
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let empty = answer.text();
        assert_eq!(empty.lines().count(), 1, "{path}: {empty}");
        assert_eq!(header(&full), header(&empty), "{path}");
    }
}

/// Returns the cells that a program reads with this separator.
fn cells(text: &str, separator: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    reader
        .records()
        .flat_map(|row| {
            row.expect("a row")
                .iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Returns the cells that a program reads without support for quoted separators.
fn bare_cells(text: &str, separator: char) -> Vec<String> {
    text.split([separator, '\n', '\r'])
        .map(|cell| cell.strip_prefix('"').unwrap_or(cell).to_owned())
        .collect()
}

#[actix_web::test]
async fn export_cells_are_no_formulas_with_any_separator() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let attacks = [
        "=1+1",
        "x;=1+1",
        "x; =1+1",
        "x\";=1+1;\"",
        "x;\"=1+1;y",
        "@SUM(A1)",
        "x,@SUM(A1)",
        "+1+1;-1+1",
        "＝1+1",
        "x;＝1",
        "-2+3+cmd|' /C calc'!A0",
    ];
    for (number, name) in attacks.iter().enumerate() {
        let description = format!("{name}\n{name}\t{name}");
        let new = json!({ "name": name, "description": description, "validity_days": 7, "regions": ["FR"] });
        admin.post("/v1/plans", new).await.expect(201);
        let user = json!({ "email": format!("u{number}@example.com"), "first_name": name, "phone": "+12025550124" });
        admin.post("/v1/users", user).await.expect(201);
    }
    for path in ["/v1/plans/export", "/v1/users/export?role=customer"] {
        let text = admin.get(path).await.text();
        let mut all = Vec::new();
        for separator in [b',', b';', b'\t'] {
            all.extend(cells(&text, separator));
            all.extend(bare_cells(&text, char::from(separator)));
        }
        for cell in all {
            // A program may drop leading tabs; the rest must be no formula either.
            let cell = cell.trim_start_matches(['\t', ' ']).trim_end_matches('"');
            let is_number = cell
                .trim_start_matches(['+', '-'])
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '.' | ' ' | '-'));
            assert!(
                is_number || !cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']),
                "{path}: {cell:?}"
            );
        }
        assert_eq!(
            text.contains("\"+1 202-555-0124\""),
            path.contains("users"),
            "a phone number is a number"
        );
    }
}
