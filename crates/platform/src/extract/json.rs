//! Reads JSON bodies, and describes their errors without quoting them.

use crate::error::{Error, Result};
use serde::de::{DeserializeOwned, IgnoredAny};
use wire::ProblemCode;

/// Reads a value and rejects anything after it.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        unreadable(body, &path, &error.into_inner())
    })?;
    reader.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Error {
    Error::with_detail(
        ProblemCode::Malformed,
        format!("The body is not valid JSON: {error}"),
    )
}

/// Returns the error of a body that is JSON of another shape. It names the field and the expected type, and never the
/// value: people put secrets into the wrong field.
fn unreadable(body: &[u8], path: &str, error: &serde_json::Error) -> Error {
    if !error.is_data() {
        // serde_json reports a value that is no variant of an enumeration, such as `{}`, as an error of the syntax.
        return match serde_json::from_slice::<IgnoredAny>(body) {
            Ok(_) => wrong_type(
                path,
                "The value does not have the expected form.".to_owned(),
            ),
            Err(_) => not_json(error),
        };
    }
    let text = error.to_string();
    let message = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(message, _)| message);
    let named = |prefix: &str| {
        let name = message.strip_prefix(prefix)?.split('`').nth(1)?;
        Some(name.chars().take(100).collect::<String>())
    };
    // serde names an unknown or missing field in its message; the path ends at the object around it.
    let within = |name: &str| match path {
        "." => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    if let Some(name) = named("missing field") {
        return Error::field(within(&name), "required", "Enter a value.");
    }
    if let Some(name) = named("unknown field") {
        let message = format!("There is no field `{name}`{}", known_fields(message));
        return Error::field(within(&name), "unknown_field", message);
    }
    if let Some(name) = named("duplicate field") {
        let message = format!("The field `{name}` is given twice.");
        return Error::field(within(&name), "repeated", message);
    }
    // serde writes the found value before the last "expected", and the expected type after it.
    let message = match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("Send {}.", expected_type(expected)),
        // The messages of our own types begin with this word and do not quote the value.
        None if message.starts_with("must ") && !message.contains(['`', '"', '\'']) => {
            sentence(message)
        }
        None => "The value does not have the expected form.".to_owned(),
    };
    wrong_type(path, message)
}

fn wrong_type(path: &str, message: String) -> Error {
    let field = if path == "." { "body" } else { path };
    Error::field(field, "type", message)
}

fn known_fields(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((_, known)) => format!("; expected {known}."),
        None => ".".to_owned(),
    }
}

/// Names the type that serde expects in the words of JSON.
fn expected_type(expected: &str) -> String {
    match expected {
        "a string" | "a borrowed string" | "str" | "string" => "a string".to_owned(),
        "a boolean" | "bool" => "true or false".to_owned(),
        "i8" | "i16" | "i32" | "i64" => "a whole number".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, zero or more".to_owned(),
        "a sequence" => "an array".to_owned(),
        "a map" => "an object".to_owned(),
        text if text.starts_with("struct ") => "an object".to_owned(),
        text if text.starts_with("tuple struct ") || text.starts_with("a tuple of ") => {
            "an array".to_owned()
        }
        text => text.to_owned(),
    }
}

fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    chars
        .next()
        .map(|first| format!("{}{}.", first.to_uppercase(), chars.as_str()))
        .unwrap_or_default()
}
