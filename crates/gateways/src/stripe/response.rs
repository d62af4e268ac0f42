//! Reads single fields of Stripe's responses, so that additions, omissions and renamings in other fields have no effect.

use miniserde::json::{Number, Value};

/// Returns a field of an object.
pub(super) fn field<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    match object {
        Value::Object(fields) => fields.get(name),
        _ => None,
    }
}

/// Returns a field that is a text.
pub(super) fn text(object: &Value, name: &str) -> Option<String> {
    match field(object, name) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    }
}

/// Returns a field that is a whole number.
pub(super) fn whole(object: &Value, name: &str) -> Option<i64> {
    match field(object, name) {
        Some(Value::Number(Number::U64(number))) => i64::try_from(*number).ok(),
        Some(Value::Number(Number::I64(number))) => Some(*number),
        _ => None,
    }
}
