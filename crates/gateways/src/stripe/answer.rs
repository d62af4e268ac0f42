//! Reading what Stripe answers: only the few fields that matter, so that whatever it adds, leaves out or renames
//! elsewhere stops nothing.

use miniserde::json::{Number, Value};

/// A field of an object.
pub(super) fn field<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    match of {
        Value::Object(fields) => fields.get(name),
        _ => None,
    }
}

/// A field that is a text.
pub(super) fn text(of: &Value, name: &str) -> Option<String> {
    match field(of, name) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    }
}

/// A field that is a whole number.
pub(super) fn whole(of: &Value, name: &str) -> Option<i64> {
    match field(of, name) {
        Some(Value::Number(Number::U64(number))) => i64::try_from(*number).ok(),
        Some(Value::Number(Number::I64(number))) => Some(*number),
        _ => None,
    }
}
