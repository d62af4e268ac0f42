//! The draft of a form, and how it becomes the request body.

use super::field::{Field, Kind};
use serde_json::{Map, Value};
use wire::Decimal;

/// The values of the fields as typed: numbers stay texts, so that no input is lost.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft(pub(crate) Map<String, Value>);

impl Draft {
    /// Returns the text of a field.
    pub fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }
    /// Tells whether a toggle is on.
    pub fn is_on(&self, key: &str) -> bool {
        self.0.get(key).and_then(Value::as_bool).unwrap_or_default()
    }
    /// Returns the values of a field that holds a list.
    pub fn list(&self, key: &str) -> Vec<String> {
        let all = self.0.get(key).and_then(Value::as_array);
        all.into_iter()
            .flatten()
            .filter_map(|entry| entry.as_str().map(str::to_owned))
            .collect()
    }
    /// Returns the exact number in a field, if it is valid.
    pub fn number(&self, key: &str) -> Option<Decimal> {
        amount(self.text(key)).parse().ok()
    }
    pub(crate) fn set(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_owned(), value);
    }
    pub(crate) fn value(&self, key: &str) -> Value {
        self.0.get(key).cloned().unwrap_or(Value::Null)
    }
}

/// Normalizes an amount as people type it: spaces and a decimal comma are accepted.
fn amount(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    if text.contains('.') {
        text.replace(',', "")
    } else {
        text.replace(',', ".")
    }
}

impl Field {
    /// Returns the draft value for a value of the API.
    pub(crate) fn typed(&self, value: &Value) -> Value {
        match (&self.kind, value) {
            (Kind::Toggle, value) => Value::Bool(value.as_bool().unwrap_or_default()),
            (Kind::Regions | Kind::Checks(_) | Kind::MultiPick(_), Value::Array(_)) => {
                value.clone()
            }
            (Kind::Regions | Kind::Checks(_) | Kind::MultiPick(_), _) => Value::Array(Vec::new()),
            (Kind::Lines, Value::Array(lines)) => Value::String(
                lines
                    .iter()
                    .filter_map(Value::as_str)
                    .collect::<Vec<_>>()
                    .join("\n"),
            ),
            (Kind::Number, Value::Number(number)) => Value::String(number.to_string()),
            (Kind::Money, Value::String(text)) => {
                Value::String(text.strip_suffix(".00").unwrap_or(text).to_owned())
            }
            (Kind::Secret, _) => Value::String(String::new()),
            (_, Value::String(_)) => value.clone(),
            _ => Value::String(String::new()),
        }
    }
    /// Converts a typed value into a value of the request body, or returns the error message.
    pub(crate) fn read(&self, typed: &Value) -> Result<Value, String> {
        let text = typed.as_str().unwrap_or_default().trim();
        let empty = |complaint: &str| {
            if self.optional {
                Ok(Value::Null)
            } else {
                Err(complaint.to_owned())
            }
        };
        match &self.kind {
            Kind::MultiPick(_) if self.optional && typed.as_array().is_none_or(Vec::is_empty) => {
                Ok(Value::Null)
            }
            Kind::Toggle | Kind::Regions | Kind::Checks(_) | Kind::MultiPick(_) => {
                Ok(typed.clone())
            }
            Kind::Lines => Ok(text
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect()),
            Kind::Text { .. } | Kind::Markdown(_) | Kind::Secret
                if text.is_empty() && self.optional =>
            {
                Ok(Value::Null)
            }
            // The check of the request type decides whether an empty text is an error.
            Kind::Text { .. } | Kind::Markdown(_) => Ok(Value::String(text.to_owned())),
            Kind::Secret => Ok(typed.clone()),
            Kind::Choice(_) | Kind::Region | Kind::Pick(_) if text.is_empty() => {
                empty("Choose one.")
            }
            Kind::Choice(_) | Kind::Region | Kind::Pick(_) => Ok(typed.clone()),
            Kind::Number if text.is_empty() => empty("Enter a number."),
            Kind::Number => text
                .parse::<i32>()
                .map(Value::from)
                .map_err(|_| "Enter a whole number.".to_owned()),
            Kind::Money if text.is_empty() => empty("Enter a number."),
            Kind::Money => match amount(text).parse::<Decimal>() {
                Ok(number) => Ok(Value::String(number.to_string())),
                Err(_) => {
                    Err("Enter a number such as 12.50, with two decimals at most.".to_owned())
                }
            },
            Kind::Time if text.is_empty() => empty("Enter a date and a time."),
            Kind::End if text.is_empty() => empty("Enter the last day."),
            Kind::Time | Kind::End => {
                super::time::time_error(text).map_or_else(|| Ok(typed.clone()), Err)
            }
        }
    }
    /// Returns a placeholder of the right type, so that the other fields can be checked while this one is invalid.
    pub(crate) fn placeholder_value(&self) -> Value {
        match &self.kind {
            Kind::Toggle => Value::Bool(false),
            Kind::Regions | Kind::Lines | Kind::Checks(_) | Kind::MultiPick(_) => {
                Value::Array(Vec::new())
            }
            Kind::Number => Value::from(1),
            Kind::Money => Value::String("1.00".to_owned()),
            Kind::Choice(options) => Value::String(
                options
                    .first()
                    .map(|(word, _)| word.clone())
                    .unwrap_or_default(),
            ),
            Kind::Pick(_) => Value::String(uuid::Uuid::nil().to_string()),
            Kind::Time | Kind::End => Value::String("2000-01-01T00:00:00Z".to_owned()),
            Kind::Text { .. } | Kind::Markdown(_) | Kind::Secret | Kind::Region => {
                Value::String(String::new())
            }
        }
    }
    pub(crate) fn is_shown(&self, draft: &Draft) -> bool {
        self.shown.as_ref().is_none_or(|condition| condition(draft))
    }
}

#[cfg(test)]
mod tests {
    use super::super::field::{
        choice_field, lines_field, money_field, number_field, text_field, toggle_field,
    };
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn typed(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn read_parses_input_or_returns_an_error() {
        assert_eq!(
            number_field("n", "N").read(&typed(" 30 ")),
            Ok(Value::from(30))
        );
        assert_eq!(
            number_field("n", "N").read(&typed("3.5")),
            Err("Enter a whole number.".to_owned())
        );
        assert_eq!(
            number_field("n", "N").optional().read(&typed("")),
            Ok(Value::Null)
        );
        assert_eq!(
            money_field("m", "M").read(&typed("1 234,5")),
            Ok(typed("1234.50"))
        );
        assert_eq!(
            money_field("m", "M").read(&typed("1,234.50")),
            Ok(typed("1234.50"))
        );
        assert!(money_field("m", "M").read(&typed("12.345")).is_err());
        assert_eq!(
            text_field("t", "T").optional().read(&typed("  ")),
            Ok(Value::Null)
        );
        assert_eq!(text_field("t", "T").read(&typed(" a ")), Ok(typed("a")));
        assert_eq!(
            choice_field("c", "C", &["a"]).read(&typed("")),
            Err("Choose one.".to_owned())
        );
        assert_eq!(
            lines_field("l", "L").read(&typed(" a \n\n b\n")),
            Ok(Value::from(vec!["a", "b"]))
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn typed_shows_api_values_as_input() {
        assert_eq!(
            money_field("m", "M").typed(&typed("5000.00")),
            typed("5000")
        );
        assert_eq!(number_field("n", "N").typed(&Value::from(7)), typed("7"));
        assert_eq!(number_field("n", "N").typed(&Value::Null), typed(""));
        assert_eq!(
            lines_field("l", "L").typed(&Value::from(vec!["a", "b"])),
            typed("a\nb")
        );
        assert_eq!(
            toggle_field("b", "B").typed(&Value::Null),
            Value::Bool(false)
        );
    }
}
