//! Numbers of payment cards: rejected in every text field, and stored nowhere.

use crate::{
    contract::{openapi::operations, permissions},
    harness::TestApp,
};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::ProblemCode;

/// Returns every card number in a text, by its length, its prefix and its check digit. Independent of the validation
/// that rejects card numbers, so that both do not share a mistake.
pub fn numbers(text: &str) -> Vec<String> {
    // Encrypted values and ids are hexadecimal, and may contain long runs of digits by coincidence.
    let words = text.split(|character: char| {
        !(character.is_ascii_alphanumeric() || matches!(character, '-' | ' '))
    });
    let mut found = Vec::new();
    for word in words {
        let parts: Vec<&str> = word
            .split([' ', '-'])
            .filter(|part| !part.is_empty())
            .collect();
        for from in 0..parts.len() {
            let mut digits = String::new();
            for part in &parts[from..] {
                if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                    break;
                }
                digits.push_str(part);
                if is_card(&digits) {
                    found.push(digits.clone());
                }
            }
        }
    }
    found
}

fn is_card(digits: &str) -> bool {
    let lengths = match digits.as_bytes() {
        [b'4', ..] => 16..=16,
        [b'5', b'1'..=b'5', ..] => 16..=16,
        [b'3', b'4' | b'7', ..] => 15..=15,
        [b'6', b'0' | b'4' | b'5', ..] => 16..=19,
        _ => return false,
    };
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0') * if place % 2 == 1 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    lengths.contains(&digits.len()) && sum.is_multiple_of(10)
}

#[test]
fn card_number_scan_finds_card_numbers() {
    let text = "(1,\"paid by 4242 4242 4242 4242\",01890b6e-4111-7111-8111-111111111111,8944500102198304826) 378282246310005,5555-5555-5555-4444;4242424242424241";
    assert_eq!(
        numbers(text),
        ["4242424242424242", "378282246310005", "5555555555554444"]
    );
}

/// Returns every text field of a body, at any depth.
fn text_fields(body: &Value, within: &str) -> Vec<String> {
    match body {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| {
                let path = if within.is_empty() {
                    name.clone()
                } else {
                    format!("{within}.{name}")
                };
                text_fields(value, &path)
            })
            .collect(),
        Value::String(_) => vec![within.to_owned()],
        _ => Vec::new(),
    }
}

/// Fields that are enum values, addresses, times or amounts, or that are never stored as typed.
const CHECKED_OTHERWISE: &[&str] = &[
    "status",
    "kind",
    "account_sid",
    "role",
    "action",
    "reason_code",
    "transaction_id",
    "mode",
    "adapter",
    "audience",
    "outcome",
    "head",
    "list",
    "query",
    "api_endpoint",
    "plan_id",
    "user_id",
    "provider_id",
    "cost",
    "rule.adjust.percent",
    "cost_price",
    "selling_price",
    "data_limit_mb",
    "email",
    "phone",
    "code",
    "password",
    "current",
    "new",
    "token",
    "currency",
    "region",
    "amount",
    "received_at",
    "discount_type",
    "discount_value",
    "conditions.channel",
    "actions.priority",
    "macro_id",
    "into_id",
    "valid_to",
    "until",
    "rate_date",
    "from_currency",
    "to_currency",
    "rate",
    "locked_before",
    "period_type",
    "day",
];

#[actix_web::test]
async fn text_fields_reject_card_numbers() {
    let app = TestApp::start().await;
    let callers = permissions::Callers::sign_in(
        &app,
        &[("if-match", "\"v1\""), ("x-requested-with", "esim-admin")],
    );
    let (mut taken, mut refused) = (Vec::new(), 0);
    for (method, path, described) in operations() {
        let operation = described["operationId"].as_str().unwrap().to_owned();
        let Some(sample) = permissions::body(&operation) else {
            continue;
        };
        let mut sample = sample;
        if !sample.is_object() {
            continue;
        }
        if let Some(fields) = sample.as_object_mut() {
            // The sample may omit fields of free text.
            for name in ["reason", "note", "description"] {
                if has_field(&described, name) {
                    fields.entry(name).or_insert_with(|| json!("As agreed"));
                }
            }
        }
        for field in text_fields(&sample, "") {
            if CHECKED_OTHERWISE.contains(&field.as_str()) {
                continue;
            }
            let mut body = sample.clone();
            body[&field] = json!("4242 4242 4242 4242");
            let path = path.replace("{id}", &Uuid::now_v7().to_string());
            let answer = callers
                .with_permissions_for(&described)
                .with("idempotency-key", &Uuid::now_v7().to_string())
                .send(method.parse().unwrap(), &path, Some(body))
                .await;
            if answer.status == 422 && answer.text().contains("card_number") {
                answer.problem(422, ProblemCode::Invalid);
                refused += 1;
            } else {
                taken.push(format!("{operation} {field}: {}", answer.text()));
            }
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    assert!(refused >= 20, "{refused} fields were tried");
}

/// Whether an operation's body has a field of this name.
fn has_field(described: &Value, name: &str) -> bool {
    let schema = &described["requestBody"]["content"]["application/json"]["schema"];
    let named = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next());
    named.is_some_and(|named| {
        !crate::contract::openapi::document()["components"]["schemas"][named]["properties"][name]
            .is_null()
    })
}
