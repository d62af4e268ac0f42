//! CSV import of plans: an exported file imports as unchanged, and errors use the row numbers of the spreadsheet.

use crate::harness::{Answer, Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

async fn send(admin: &Client, query: &str, file: impl AsRef<[u8]>) -> Answer {
    let path = format!("/v1/plans/sheet{query}");
    admin
        .raw(Method::POST, &path, "text/csv", file.as_ref().to_vec())
        .await
}

async fn plan(admin: &Client, name: &str, description: &str) -> Value {
    let new = json!({
        "name": name, "description": description, "data_limit_mb": "1024.00", "validity_days": 7, "regions": ["FR", "DE"],
    });
    admin.post("/v1/plans", new).await.expect(201)
}

#[actix_web::test]
async fn exported_csv_imports_as_unchanged() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let names = [
        "=1+1",
        "+1 GB",
        "-1 GB",
        "@home",
        "＝1",
        "＋1",
        "－1",
        "＠1",
        "'t Hooft",
        "''double",
        "'=1+1",
        "'+44",
        "a;=1+1",
        "a,@b",
        "x; -y",
        "-12.50",
        "+44 20 7946 0000",
        "\"quoted\"",
        "5\" screen; 'x'",
        "José",
        "李",
        "=\"N2-1\"",
    ];
    for name in names {
        plan(
            &admin,
            name,
            &format!("{name}\n{name}\n\t{name}\r\n=second;=third"),
        )
        .await;
    }
    // An older version accepted such a name; the import still accepts its row.
    plan(&admin, "old", "text").await;
    app.execute(
        "UPDATE plans SET name = E'\\x09old\\nname ', description = E' \\r\\n=x' WHERE name = 'old'",
    );
    let count = names.len() + 1;

    for query in ["", "?bom=true"] {
        let file = admin.get(&format!("/v1/plans/export{query}")).await.text();
        let with_semicolons = as_excel(&file, b';');
        let with_tabs = as_excel(&file, b'\t');
        for file in [file.as_bytes(), &with_semicolons, &with_tabs] {
            for query in ["?dry_run=true", ""] {
                let report = send(&admin, query, file).await.expect(200);
                assert_eq!(report["unchanged"], count, "{report}");
            }
        }
    }
    let listed = admin.get("/v1/plans?limit=100").await.expect(200);
    let listed: Vec<&str> = listed["data"]
        .as_array()
        .expect("plans")
        .iter()
        .filter_map(|plan| plan["name"].as_str())
        .collect();
    for name in names {
        assert!(listed.contains(&name), "{name}");
    }
}

/// Rewrites a CSV file with another separator, CRLF line ends and a byte order mark, as Excel does.
fn as_excel(file: &str, separator: u8) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new()
        .delimiter(separator)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(file.trim_start_matches('\u{feff}').as_bytes());
    for row in reader.records() {
        out.write_record(&row.expect("a row"))
            .expect("it is written");
    }
    [
        b"\xef\xbb\xbf".to_vec(),
        out.into_inner().expect("the file"),
    ]
    .concat()
}

#[actix_web::test]
async fn csv_import_accepts_names_that_begin_with_a_sign() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = plan(&admin, "Old", "text").await;
    let id = plan["id"].as_str().expect("an id");
    for (cell, name) in [
        ("'t Hooft", "'t Hooft"),
        ("'=5 GB", "=5 GB"),
        ("=\"5 GB\"", "5 GB"),
        ("=5", "=5"),
        ("''=5", "'=5"),
    ] {
        let file = format!("id,name\n{id},\"{}\"\n", cell.replace('"', "\"\""));
        send(&admin, "", file).await.expect(200);
        let after = admin.get(&format!("/v1/plans/{id}")).await.expect(200);
        assert_eq!(after["name"], name, "{cell}");
    }
}

#[actix_web::test]
async fn csv_import_reads_files_written_by_excel() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let made = send(
        &admin,
        "",
        "sep=;\r\nName;Validity days;Regions;Is active;KYC required;Hotspot allowed;Topup allowed;Description\r\n\
         One;7;FR;TRUE;FALSE;yes;0;\"two\r\nlines\"\r\n;;;;;;;\r\nTwo;'14;FR;WAHR;falsch;1;No;=\"007\"\r\n",
    )
    .await
    .expect(200);
    assert_eq!(made["created"], 2, "{made}");
    let listed = admin.get("/v1/plans?sort=name").await.expect(200);
    let flags = |plan: &Value| {
        [
            "is_active",
            "kyc_required",
            "hotspot_allowed",
            "topup_allowed",
        ]
        .map(|key| plan[key].as_bool().expect("a flag"))
    };
    assert_eq!(flags(&listed["data"][0]), [true, false, true, false]);
    assert_eq!(flags(&listed["data"][1]), [true, false, true, false]);
    assert_eq!(listed["data"][0]["description"], "two\nlines");
    assert_eq!(
        (
            &listed["data"][1]["validity_days"],
            &listed["data"][1]["description"]
        ),
        (&json!(14), &json!("007"))
    );

    let utf16: Vec<u8> = "\u{feff}name\tvalidity_days\tregions\r\nÖsterreich\t7\tAT\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(send(&admin, "", utf16).await.expect(200)["created"], 1);
    let problem = send(
        &admin,
        "",
        b"name,validity_days,regions\nParis,7,FR\n\xd6sterreich,7,AT\n",
    )
    .await;
    let problem = problem.problem(400, wire::ProblemCode::Malformed);
    assert!(
        problem["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("Line 3")),
        "{problem}"
    );
}

#[actix_web::test]
async fn csv_import_errors_use_spreadsheet_row_numbers() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let file = "name,validity_days,regions,description\nOne,7,FR,\n\nTwo,7,FR,\"two\n\nlines\"\n,,,\nThree,0,FR,\n";
    let refused = send(&admin, "", file)
        .await
        .rejects_field("rows.6.validity_days");
    assert_eq!(refused["errors"].as_array().map(Vec::len), Some(1));
    let report = send(&admin, "?dry_run=true", file).await.expect(200);
    let rows: Vec<&Value> = report["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| &row["row"])
        .collect();
    assert_eq!(rows, [2, 4, 6]);
    let short = send(&admin, "", "name,validity_days\n\nOne\n")
        .await
        .rejects_field("rows");
    assert!(
        short["errors"][0]["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("Row 3 ")),
        "{short}"
    );
}

#[actix_web::test]
async fn csv_import_rejects_repeated_plan_ids() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = plan(&admin, "Once", "text").await;
    let id = plan["id"].as_str().expect("an id");
    let file = format!("id,validity_days\n{id},8\n\n{id},9\n");
    let report = send(&admin, "?dry_run=true", &file).await.expect(200);
    assert_eq!(report["refused"], 1);
    assert_eq!(report["rows"][1]["errors"][0]["field"], "id");
    assert_eq!(report["rows"][1]["errors"][0]["code"], "repeated");
    send(&admin, "", &file).await.rejects_field("rows.4.id");
    let upper = format!("id,validity_days\n{id},8\n'{},7\n", id.to_uppercase());
    send(&admin, "", &upper).await.rejects_field("rows.3.id");
    assert_eq!(
        admin.get(&format!("/v1/plans/{id}")).await.expect(200)["validity_days"],
        7
    );
}

#[actix_web::test]
async fn price_list_import_strips_spreadsheet_quoting_from_skus() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let provider = app.given(|given| given.provider("Freedom Mobile", 1));
    let list = "sep=,\nsku,name,data_limit_mb,days,regions,net_price_usd,price_usd\n\
        \"=\"\"N2-1\"\"\",One,1000,7,FR,1.00,4.50\n'N2-2,Two,1024,7,FR,1.00,4.50\n\u{a0}N2-3\u{200b},Three,128000,7,FR,1.00,4.50\n";
    let path = format!("/v1/plans/import?provider_id={provider}&dry_run=true");
    let report = admin
        .raw(Method::POST, &path, "text/csv", list.as_bytes().to_vec())
        .await
        .expect(200);
    let skus: Vec<&Value> = report["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| &row["sku"])
        .collect();
    assert_eq!(skus, ["N2-1", "N2-2", "N2-3"], "{report}");
}
