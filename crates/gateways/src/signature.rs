//! Signed webhooks in Stripe's scheme: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<raw body>">`, several `v1` allowed.
//!
//! The webhook crate of async-stripe also checks signatures, but it takes longer to compile than this workspace and refuses
//! events of an unknown shape. A signature must be checked on the raw body before the body is parsed.

use chrono::{DateTime, Utc};
use platform::{crypto, ports::payments::BadSignature};

/// The maximum difference between the time of the signature and the clock of the server, in seconds.
const TOLERANCE_S: i64 = 300;

/// Accepts a body with a valid and recent signature.
pub fn check(
    secret: &[u8],
    header: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), BadSignature> {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => time = value.parse::<i64>().ok(),
            Some(("v1", value)) => signatures.extend(from_hex(value)),
            _ => {}
        }
    }
    let time = time.ok_or(BadSignature)?;
    if now.timestamp().abs_diff(time) > TOLERANCE_S.unsigned_abs() {
        return Err(BadSignature);
    }
    let message = [time.to_string().as_bytes(), b".", body].concat();
    if signatures
        .iter()
        .any(|signature| crypto::verify(secret, &message, signature))
    {
        Ok(())
    } else {
        Err(BadSignature)
    }
}

/// Returns the signature header of a body, as a sender creates it.
pub fn header(secret: &[u8], body: &[u8], now: DateTime<Utc>) -> platform::Result<String> {
    let time = now.timestamp();
    let signature = crypto::sign(secret, &[time.to_string().as_bytes(), b".", body].concat())?;
    let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("t={time},v1={hex}"))
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stripe's scheme with a made-up secret; the expected value was computed with Stripe's own Python SDK.
    #[test]
    fn signature_of_stripe_is_accepted() {
        let (secret, body) = (
            b"whsec_test_secret",
            br#"{"id":"evt_test_webhook","object":"event"}"#,
        );
        let at = DateTime::from_timestamp(1_614_265_330, 0).unwrap_or_default();
        let good =
            "t=1614265330,v1=3c5817089d739023dd6190f70a3757e04f7a2fd8b5dab12c2e000f51970dccff";
        assert_eq!(check(secret, good, body, at), Ok(()));
        assert_eq!(
            check(secret, &good.replace("v1=", "v1=00,v1="), body, at),
            Ok(())
        );
        assert_eq!(
            check(secret, &good.replace("v1", "v0"), body, at),
            Err(BadSignature)
        );
        assert_eq!(check(b"whsec_other", good, body, at), Err(BadSignature));
        assert_eq!(check(secret, good, b"{}", at), Err(BadSignature));
        assert_eq!(
            check(secret, good, body, at + chrono::TimeDelta::seconds(301)),
            Err(BadSignature)
        );
        assert_eq!(
            check(secret, good, body, at - chrono::TimeDelta::seconds(301)),
            Err(BadSignature)
        );
        for bad in [
            "",
            "t=,v1=",
            "t=1614265330",
            "v1=00",
            "t=1614265330,v1=é",
            "t=1614265330,v1=0",
        ] {
            assert_eq!(check(secret, bad, body, at), Err(BadSignature), "{bad}");
        }
    }
}
