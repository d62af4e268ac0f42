//! Every text field of every operation rejects or strips characters that a reader cannot see.

use super::{
    openapi::{document, operations},
    permissions::Callers,
};
use crate::harness::TestApp;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Fields whose text may have several lines.
const SEVERAL_LINES: &[&str] = &[
    "description",
    "note",
    "reason",
    "value",
    "message",
    "content",
    "reply",
    "comment",
];
/// Fields whose text is compared and not stored, or stored as a digest.
const COMPARED: &[&str] = &["password", "current", "new", "token", "code", "head"];
/// A marker that no field strips.
const MIDDLE: &str = "Mid";

/// Follows the reference of a schema, if it is one.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(path) => document.pointer(&path[1..]).expect("a shape"),
        None => schema,
    }
}

/// Returns the free text fields of a body: strings without a format, a pattern or a list of values.
fn text_fields(document: &Value, schema: &Value) -> Vec<String> {
    let Some(properties) = schema["properties"].as_object() else {
        return Vec::new();
    };
    let is_text = |field: &Value| {
        let field = resolved(document, field);
        let kinds = &field["type"];
        let named = kinds == "string"
            || kinds
                .as_array()
                .is_some_and(|kinds| kinds.contains(&json!("string")));
        named && field["enum"].is_null() && field["format"].is_null() && field["pattern"].is_null()
    };
    properties
        .iter()
        .filter(|(_, field)| is_text(field))
        .map(|(name, _)| name.clone())
        .collect()
}

/// Returns a value that matches the schema of a field.
fn sample(document: &Value, field: &Value) -> Value {
    let field = resolved(document, field);
    if !field["example"].is_null() {
        return field["example"].clone();
    }
    if let Some(first) = field["examples"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    if let Some(first) = field["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    for many in ["oneOf", "anyOf", "allOf"] {
        if let Some(one) = field[many]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["type"] != "null"))
        {
            return sample(document, one);
        }
    }
    let kind = field["type"].as_str().or_else(|| {
        field["type"]
            .as_array()
            .and_then(|kinds| kinds.first())
            .and_then(Value::as_str)
    });
    match (kind, field["format"].as_str()) {
        (Some("string"), Some("uuid")) => json!(Uuid::now_v7()),
        (Some("string"), Some("date-time")) => json!("2027-01-01T00:00:00Z"),
        (Some("string"), Some("decimal")) => json!("1.00"),
        (Some("string"), _) => json!("Sample"),
        (Some("integer" | "number"), _) => json!(7),
        (Some("boolean"), _) => json!(true),
        (Some("array"), _) => json!([]),
        _ => required_fields(document, field),
    }
}

/// Returns an object with the required fields of a schema.
fn required_fields(document: &Value, schema: &Value) -> Value {
    let required = schema["required"].as_array().into_iter().flatten();
    required
        .filter_map(Value::as_str)
        .map(|name| {
            let value = sample(document, &schema["properties"][name]);
            (name.to_owned(), value)
        })
        .collect::<Map<String, Value>>()
        .into()
}

#[actix_web::test]
async fn text_fields_reject_or_strip_invisible_characters() {
    let app = TestApp::start().await;
    let callers = Callers::sign_in(
        &app,
        &[("if-match", "\"v1\""), ("x-requested-with", "esim-admin")],
    );
    let document = document();
    let mut tried = 0;
    let mut wrong = BTreeSet::new();
    for (method, path, operation) in operations() {
        let body = resolved(
            &document,
            &operation["requestBody"]["content"]["application/json"]["schema"],
        );
        let fields = text_fields(&document, body);
        for field in fields {
            let signs_in = path == "/v1/sessions" && field == "email";
            if signs_in || COMPARED.contains(&field.as_str()) {
                continue;
            }
            for sign in ['\n', '\u{202e}', '\u{200b}', '\u{7}', '\u{2028}', '\u{ad}'] {
                if sign == '\n' && SEVERAL_LINES.contains(&field.as_str()) {
                    continue;
                }
                let required = body["required"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str);
                let mut whole: Map<String, Value> = required
                    .map(|name| {
                        let value = match name {
                            "rule" => json!({ "adjust": { "percent": "10.00" } }),
                            _ => sample(&document, &body["properties"][name]),
                        };
                        (name.to_owned(), value)
                    })
                    .collect();
                whole.insert(field.clone(), json!(format!("{MIDDLE}{sign}dle")));
                let address = path.replace("{id}", &Uuid::now_v7().to_string());
                let answer = callers
                    .with_permissions_for(&operation)
                    .with("idempotency-key", &Uuid::new_v4().to_string())
                    .send(
                        method.parse().expect("a method"),
                        &address,
                        Some(Value::Object(whole)),
                    )
                    .await;
                tried += 1;
                let named = answer.json()["errors"].as_array().is_some_and(|errors| {
                    errors.iter().any(|error| error["field"] == field.as_str())
                });
                let is_stripped = answer.status < 300 && !answer.text().contains(sign);
                if !named && !is_stripped {
                    let detail = answer.json()["detail"].clone();
                    wrong.insert(format!(
                        "{method} {path} {field}: {} {detail}",
                        answer.status
                    ));
                }
            }
        }
    }
    assert!(tried > 200, "{tried}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[actix_web::test]
async fn text_fields_and_searches_are_trimmed() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = json!({ "name": " \u{a0}5 GB\u{200b}\n", "description": "\n a\r\nb ", "validity_days": 7, "regions": ["FR "], "apn": " internet " });
    let plan = admin.post("/v1/plans", plan).await.expect(201);
    assert_eq!(
        (
            &plan["name"],
            &plan["description"],
            &plan["apn"],
            &plan["regions"]
        ),
        (
            &json!("5 GB"),
            &json!("a\nb"),
            &json!("internet"),
            &json!(["FR"])
        )
    );
    for name in ["!!!", ".", "\u{3164}", "two\nlines", "a\u{202e}b"] {
        let plan = json!({ "name": name, "validity_days": 7, "regions": ["FR"] });
        admin.post("/v1/plans", plan).await.rejects_field("name");
    }
    for q in ["%20gb%20", "%EF%BC%95%20gb", "%E2%80%8B5%20GB"] {
        assert_eq!(
            admin.get(&format!("/v1/plans?q={q}")).await.expect(200)["total"],
            1,
            "{q}"
        );
    }
    for q in [
        "%CC%81",
        "%C2%B4",
        "%E2%80%8B",
        "%E6%9D%8E",
        "!!!",
        "%EF%BC%85",
    ] {
        assert_eq!(
            admin.get(&format!("/v1/plans?q={q}")).await.expect(200)["total"],
            0,
            "{q}"
        );
    }
}

#[actix_web::test]
async fn search_fold_in_sql_matches_fold_in_rust() {
    use diesel::prelude::*;
    #[derive(diesel::QueryableByName)]
    struct Folded {
        #[diesel(sql_type = diesel::sql_types::Text)]
        folded: String,
    }
    let app = TestApp::start().await;
    for text in [
        "José",
        "Jose\u{301}",
        "STRAẞE",
        "Işık",
        "İstanbul",
        "Łódź",
        "Ørsted",
        "oﬃce",
        "ＴＯＫＹＯ",
        "Χρῆστος",
        "Алёна",
        "Йод",
        "مُحَمَّد",
        "한글",
        "が",
        "प्रिया",
        "ไทย",
        "李小龙",
        "Æsir Œuvre Þór",
        "5 GB — Europe",
        "½ ™ ﷺ",
    ] {
        let found: Folded = app.given(|given| {
            diesel::sql_query("SELECT search_fold($1) AS folded")
                .bind::<diesel::sql_types::Text, _>(text)
                .get_result(given.conn())
                .expect("it is folded")
        });
        assert_eq!(found.folded, platform::text::fold(text), "{text}");
    }
}
