//! The provider's error codes and what they say about the outcome.

use crate::{Json, Refusal, SupplierError};
use chrono::TimeDelta;

/// The wait after an answer that the provider is busy.
const BUSY: TimeDelta = TimeDelta::seconds(5);

/// The code of an eSIM that is not allocated yet.
const ALLOCATING: &str = "200010";

/// The code of an order number that does not exist.
const NO_ORDER: &str = "310272";

/// The codes of a price other than the expected one.
const PRICE: [&str; 2] = ["200005", "200006"];

/// The code of a timestamp outside of the window.
const TIMESTAMP: &str = "101001";

/// What a call changes at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    None,
    /// The provider charges for an order or a top-up.
    Charge,
    /// An eSIM changes.
    Change,
}

/// A call without a result.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Failure {
    /// The provider answered with an error code.
    Code {
        code: String,
        message: String,
        effect: Effect,
    },
    /// There is no answer that can be read.
    Call(SupplierError),
}

impl Failure {
    fn has_code(&self, codes: &[&str]) -> bool {
        matches!(self, Self::Code { code, .. } if codes.contains(&code.as_str()))
    }

    /// Returns the error of a look-up: it says nothing about the order.
    pub(super) fn of_look_up(self) -> SupplierError {
        SupplierError::from(self).of_look_up()
    }

    /// Returns whether the provider is still allocating the eSIM.
    pub(super) fn is_allocating(&self) -> bool {
        self.has_code(&[ALLOCATING])
    }

    /// Returns whether the order number does not exist.
    pub(super) fn is_unknown_order(&self) -> bool {
        self.has_code(&[NO_ORDER])
    }

    /// Returns whether the price differs from the expected one.
    pub(super) fn is_price_change(&self) -> bool {
        self.has_code(&PRICE)
    }

    /// Returns whether the provider read the timestamp as one of another time.
    pub(super) fn is_wrong_time(&self) -> bool {
        self.has_code(&[TIMESTAMP])
    }

    /// Returns whether the state of the eSIM does not allow the call.
    pub(super) fn is_wrong_state(&self) -> bool {
        self.has_code(&["200002", "200009"])
    }
}

impl From<SupplierError> for Failure {
    fn from(error: SupplierError) -> Self {
        Self::Call(error)
    }
}

impl From<Failure> for SupplierError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Call(error) => error,
            Failure::Code {
                code,
                message,
                effect,
            } => outcome(code, message, effect),
        }
    }
}

/// Returns what a code says about the outcome of a call.
fn outcome(code: String, message: String, effect: Effect) -> SupplierError {
    let reason = match code.as_str() {
        "000101" | "000102" | "101001" | "101002" | "101003" => {
            return SupplierError::Unauthorized {
                message: format!("{code} {message}"),
            };
        }
        "200007" => Refusal::NoBalance,
        "200011" => Refusal::OutOfStock,
        "200005" | "200006" => Refusal::PriceChanged,
        "310241" | "310243" => Refusal::UnknownSku,
        "310403" => Refusal::UnknownEsim,
        "200008" | NO_ORDER => Refusal::BadRequest,
        "000103" | "000104" | "000105" | "000106" | "000107" => Refusal::BadRequest,
        "000001" | "900001" if effect == Effect::None => {
            return SupplierError::RateLimited { retry_after: BUSY };
        }
        // The state of an order that was accepted before, or a code that is not documented: the order can exist.
        _ if effect == Effect::Charge => return unknown(&code, &message),
        "000001" | "900001" => return unknown(&code, &message),
        _ => Refusal::NotAllowed,
    };
    SupplierError::Refused {
        reason,
        code: Some(code),
        message,
    }
}

fn unknown(code: &str, message: &str) -> SupplierError {
    SupplierError::unknown(format!("{code} {message}"))
}

/// Returns the error code of an answer; `None` when it reports success. The flag is sometimes a text, and the code of a
/// success is `null`, `"0"` or missing.
pub(super) fn code(answer: &Json) -> Option<String> {
    let code = answer.get("errorCode").text().filter(|code| *code != "0");
    match answer.get("success").flag() {
        Some(true) => None,
        Some(false) => Some(padded(code.unwrap_or_default())),
        None => code.map(padded),
    }
}

fn padded(code: &str) -> String {
    format!("{code:0>6}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: &str, effect: Effect) -> Option<Refusal> {
        match outcome(code.into(), "no".into(), effect) {
            SupplierError::Refused { reason, .. } => Some(reason),
            _ => None,
        }
    }

    #[test]
    fn codes_decide_the_outcome() {
        for (code, reason) in [
            ("200007", Refusal::NoBalance),
            ("200011", Refusal::OutOfStock),
            ("200005", Refusal::PriceChanged),
            ("200006", Refusal::PriceChanged),
            ("310241", Refusal::UnknownSku),
            ("310243", Refusal::UnknownSku),
            ("310403", Refusal::UnknownEsim),
            ("310272", Refusal::BadRequest),
            ("200008", Refusal::BadRequest),
            ("000103", Refusal::BadRequest),
            ("000107", Refusal::BadRequest),
        ] {
            for effect in [Effect::None, Effect::Charge, Effect::Change] {
                assert_eq!(refusal(code, effect), Some(reason), "{code}");
            }
        }
        for code in ["000101", "000102", "101001", "101002", "101003"] {
            let error = outcome(code.into(), "no".into(), Effect::Charge);
            assert!(
                matches!(error, SupplierError::Unauthorized { .. }),
                "{code}"
            );
        }
    }

    #[test]
    fn codes_that_prove_nothing_leave_an_order_unknown() {
        for code in ["000001", "900001", "200002", "200009", "200010", "999999"] {
            let error = outcome(code.into(), "no".into(), Effect::Charge);
            assert!(!error.is_without_effect(), "{code}");
        }
        for code in ["200002", "200009", "999999"] {
            assert_eq!(refusal(code, Effect::Change), Some(Refusal::NotAllowed));
        }
        for code in ["000001", "900001"] {
            let read = outcome(code.into(), "no".into(), Effect::None);
            assert_eq!(read, SupplierError::RateLimited { retry_after: BUSY });
            assert!(!outcome(code.into(), "no".into(), Effect::Change).is_without_effect());
        }
    }

    #[test]
    fn success_is_read_in_every_spelling() {
        for (answer, found) in [
            (r#"{"success": true, "errorCode": null}"#, None),
            (r#"{"success": "true", "errorCode": "0"}"#, None),
            (r#"{"success": true}"#, None),
            (r#"{"errorCode": "0", "obj": {}}"#, None),
            (
                r#"{"success": false, "errorCode": "200007"}"#,
                Some("200007"),
            ),
            (r#"{"success": "false", "errorCode": 1}"#, Some("000001")),
            (r#"{"success": false}"#, Some("000000")),
            (r#"{"errorCode": "900001"}"#, Some("900001")),
        ] {
            let answer_json = Json::parse(answer.as_bytes()).unwrap();
            assert_eq!(code(&answer_json).as_deref(), found, "{answer}");
        }
    }
}
