//! Every operation that returns personal data is in the access log.

use super::openapi::{document, operations};
use serde_json::Value;
use server::access_log::PERSONAL;

/// Fields that identify a person.
const NAMES: [&str; 5] = ["customer", "email", "first_name", "destination", "buyer"];

/// Operations that are not logged, and the reason.
const NOT_LOGGED: &[(&str, &str)] = &[
    ("/v1/me", "the caller's own profile"),
    (
        "/v1/notifications/status",
        "whether email is set up: a number and no address",
    ),
];

/// Whether a schema has one of the fields, at any depth.
fn names_people(document: &Value, shape: &Value, depth: u32) -> bool {
    if depth > 12 {
        return false;
    }
    if let Some(name) = shape["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap_or_default();
        return names_people(
            document,
            &document["components"]["schemas"][name],
            depth + 1,
        );
    }
    match shape {
        Value::Object(fields) => {
            let named = fields
                .get("properties")
                .and_then(Value::as_object)
                .is_some_and(|fields| NAMES.iter().any(|name| fields.contains_key(*name)));
            named
                || fields
                    .iter()
                    .filter(|(key, _)| *key != "example")
                    .any(|(_, inner)| names_people(document, inner, depth + 1))
        }
        Value::Array(all) => all
            .iter()
            .any(|inner| names_people(document, inner, depth + 1)),
        _ => false,
    }
}

#[test]
fn operations_that_return_personal_data_are_logged() {
    let document = document();
    let mut missing = Vec::new();
    let mut found = 0;
    for (method, path, operation) in operations() {
        if method != "GET" || path.ends_with("/export") {
            continue;
        }
        let shape = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        if shape.is_null() || !names_people(&document, shape, 0) {
            continue;
        }
        found += 1;
        let is_noted = PERSONAL.iter().any(|look| look.route == path);
        let is_quiet = NOT_LOGGED.iter().any(|(quiet, _)| *quiet == path);
        if is_noted == is_quiet {
            missing.push(path);
        }
    }
    assert!(found > 10, "only {found}");
    assert!(
        missing.is_empty(),
        "add these operations to server::access_log: {missing:?}"
    );
    let paths: Vec<String> = operations().into_iter().map(|(_, path, _)| path).collect();
    for look in PERSONAL {
        assert!(
            paths.iter().any(|path| path == look.route),
            "{}",
            look.route
        );
    }
}
