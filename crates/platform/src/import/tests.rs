//! Tests of reading files and of reporting rows.

use super::*;
use actix_web::web::Bytes;

fn read(content_type: &str, text: &str) -> Result<Vec<Record>> {
    table(&Upload {
        content_type: content_type.into(),
        bytes: Bytes::copy_from_slice(text.as_bytes()),
    })
}

fn values(rows: Vec<Record>) -> Vec<Record> {
    let rows = rows.into_iter();
    rows.map(|row| Record { number: 0, ..row }).collect()
}

#[test]
fn row_numbers_match_the_spreadsheet() -> Result<()> {
    for text in [
        "a,b\n1,x\n\n2,\"two\nlines\"\n,\n   \n3,x\n",
        "a,b\r\n1,x\r\n\r\n2,\"two\r\nlines\"\r\n,\r\n   \r\n3,x",
        "sep=,\na,b\n1,x\n\n2,\"two\"\"\nlines\"\n,\n   \n3,5\" x\n",
    ] {
        let rows = read("text/csv", text)?;
        let found: Vec<_> = rows
            .iter()
            .map(|row| (row.number, row.get(&["a"])))
            .collect();
        assert_eq!(
            found,
            [(2, Some("1")), (4, Some("2")), (7, Some("3"))],
            "{text:?}"
        );
    }
    let problem = read("text/csv", "a,b\n\n1\n")
        .err()
        .map(|error| error.problem());
    let message =
        problem.and_then(|problem| problem.errors.first().map(|error| error.message.clone()));
    assert_eq!(
        message.as_deref(),
        Some("Row 3 has 1 cells, the header has 2.")
    );
    Ok(())
}

#[test]
fn csv_variants_of_spreadsheets_are_read() -> Result<()> {
    let plain = values(read("text/csv", "sku,name\nN2-1,José\n")?);
    let utf16: Vec<u8> = "\u{feff}sku\tname\r\nN2-1\tJosé\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let files: [&[u8]; 6] = [
        "sep=;\r\nsku;name\r\nN2-1;José\r\n".as_bytes(),
        "\u{feff}\"SEP=\t\"\nSKU\tName\nN2-1\tJose\u{301}".as_bytes(),
        "sku,name\n\"=\"\"N2-1\"\"\", José \n".as_bytes(),
        "sku,name\n=\"N2-1\",\u{a0}José\u{200b}\n".as_bytes(),
        "\"sku\";\"name\"\r\n\"N2-1\";\"José\"\r\n;\r\n".as_bytes(),
        &utf16,
    ];
    for file in files {
        let rows = table(&Upload {
            content_type: "text/csv".into(),
            bytes: Bytes::copy_from_slice(file),
        })?;
        assert_eq!(values(rows), plain, "{}", String::from_utf8_lossy(file));
    }
    let rows = read("text/csv", "sku,name\n'N2-1,'t Hooft\n'=x,'=x\n''=x,''=x\n")?;
    let cells: Vec<_> = rows
        .iter()
        .map(|row| (row.key(&["sku"]), row.get(&["name"])))
        .collect();
    assert_eq!(
        cells,
        [
            (Some("N2-1"), Some("'t Hooft")),
            (Some("=x"), Some("=x")),
            (Some("=x"), Some("'=x"))
        ]
    );
    let latin1 = table(&Upload {
        content_type: "text/csv".into(),
        bytes: Bytes::from_static(b"sku,name\nA,x\nB,Jos\xe9\n"),
    });
    let detail = latin1.err().and_then(|error| error.problem().detail);
    assert!(detail.is_some_and(|detail| detail.starts_with("Line 3 ")));
    Ok(())
}

#[test]
fn booleans_of_spreadsheets_are_read() {
    for yes in ["true", "TRUE", "True", "yes", "1", "WAHR", "Vrai", "Sí"] {
        assert_eq!(boolean(yes), Ok(true), "{yes}");
    }
    for no in ["false", "FALSE", "no", "0", "FALSCH", "faux", "FAŁSZ"] {
        assert_eq!(boolean(no), Ok(false), "{no}");
    }
    assert!(boolean("maybe").is_err() && boolean("").is_err());
}

#[test]
fn csv_and_json_give_the_same_records() -> Result<()> {
    let csv = read(
        "text/csv",
        "\u{feff}ICCID, Activation Code ;-)\r\n8944,\"LPA:1$a,b\"\r\n,\r\n8945,\r\n",
    )?;
    let json = read(
        "application/json",
        r#"[{"iccid": 8944, "activation_code": "LPA:1$a,b"}, {}, {"iccid": "8945", "activation_code": null}]"#,
    )?;
    assert_eq!(csv.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(
        json.iter().map(|row| row.number).collect::<Vec<_>>(),
        [1, 3]
    );
    assert_eq!(values(csv.clone()), values(json));
    assert_eq!(
        csv.first()
            .and_then(|row| row.get(&["lpa", "activation_code"])),
        Some("LPA:1$a,b")
    );
    assert_eq!(
        values(read("text/csv", "a;b\n1,5;x")?),
        values(read("application/json", r#"[{"a": "1,5", "b": "x"}]"#)?)
    );
    assert_eq!(
        read("application/json", r#"[{"a": 1}]"#)?,
        read("application/json", r#"{"data": [{"a": "1"}], "meta": {}}"#)?
    );
    assert_eq!(
        read(
            "application/json",
            r#"[{"a": ["DE", "FR"], "b": true, "c": 4.5}]"#
        )?
        .first()
        .map(|row| (row.get(&["a"]), row.get(&["b"]), row.get(&["c"]))),
        Some((Some("DE|FR"), Some("true"), Some("4.5")))
    );
    Ok(())
}

#[test]
fn invalid_tables_are_refused() {
    let code = |kind, text| read(kind, text).err().and_then(|error| error.code());
    assert_eq!(
        code("text/plain", "a\n1"),
        Some(ProblemCode::UnsupportedMediaType)
    );
    assert_eq!(
        code("application/json", r#"{"a": 1}"#),
        Some(ProblemCode::Malformed)
    );
    assert_eq!(
        code("application/json", r#"[{"a": {"b": 1}}]"#),
        Some(ProblemCode::Invalid)
    );
    assert_eq!(code("text/csv", "a,b\n1"), Some(ProblemCode::Invalid));
    assert_eq!(code("text/csv", "a,A\n1,2"), Some(ProblemCode::Invalid));
    assert_eq!(code("text/csv", "a,b\n"), Some(ProblemCode::Invalid));
    assert_eq!(
        code("text/csv", &format!("a\n{}", "1\n".repeat(MAX_ROWS + 1))),
        Some(ProblemCode::TooLarge)
    );
}

#[test]
fn one_invalid_row_fails_the_import() {
    let error = vec![FieldError {
        field: "iccid".into(),
        code: "required".into(),
        message: "Enter a value.".into(),
    }];
    let rows = vec![
        (1, ImportOutcome::Created, vec![]),
        (2, ImportOutcome::Refused, error),
    ];
    let run = |dry_run| {
        report(dry_run, rows.clone(), |row| RowResult {
            number: row.0,
            outcome: row.1,
            errors: &row.2,
        })
    };
    assert_eq!(
        run(true)
            .ok()
            .map(|report| (report.created, report.refused)),
        Some((1, 1))
    );
    let problem = run(false).err().map(|error| error.problem());
    assert_eq!(
        problem
            .and_then(|problem| problem.errors.first().map(|error| error.field.clone()))
            .as_deref(),
        Some("rows.2.iccid")
    );
}
