//! The signature of the relay: `t=<unix time>,v1=<hex of HMAC-SHA256 over "<unix time>.<body>">`.

use chrono::{DateTime, TimeDelta, Utc};
use platform::crypto;

/// How far the time of a signature may be from the time of this server.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// Returns whether a signature is valid now.
pub fn is_valid(secret: &str, header: &str, body: &[u8], now: DateTime<Utc>) -> bool {
    let Some((time, signature)) = parse(header) else {
        return false;
    };
    let is_recent =
        DateTime::from_timestamp(time, 0).is_some_and(|at| (now - at).abs() <= TOLERANCE);
    let signed = [time.to_string().as_bytes(), b".", body].concat();
    is_recent && crypto::verify(secret.as_bytes(), &signed, &signature)
}

fn parse(header: &str) -> Option<(i64, Vec<u8>)> {
    let field = |name: &str| {
        header.split(',').find_map(|part| {
            let (key, value) = part.trim().split_once('=')?;
            (key == name).then(|| value.trim())
        })
    };
    let time = field("t")?.parse().ok()?;
    let digits: Vec<u32> = field("v1")?
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect::<Option<_>>()?;
    let bytes = digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(high.saturating_mul(16).saturating_add(*low)).ok(),
            _ => None,
        })
        .collect::<Option<Vec<u8>>>()?;
    Some((time, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(secret: &str, time: i64, body: &[u8]) -> String {
        let message = [time.to_string().as_bytes(), b".", body].concat();
        let bytes = crypto::sign(secret.as_bytes(), &message).unwrap_or_default();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={time},v1={hex}")
    }

    #[test]
    fn signature_covers_time_and_body() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default();
        let header = signed("secret", 1_790_000_000, b"Hello");
        assert!(is_valid("secret", &header, b"Hello", now));
        assert!(!is_valid("secret", &header, b"Hello!", now));
        assert!(!is_valid("other", &header, b"Hello", now));
        let replaced = header.replace("t=1790000000", "t=1790000001");
        assert!(!is_valid("secret", &replaced, b"Hello", now));
        for minutes in [-6, 6] {
            let then = now + TimeDelta::minutes(minutes);
            assert!(!is_valid("secret", &header, b"Hello", then), "{minutes}");
        }
        for header in ["", "t=1,v1=", "v1=00", "t=x,v1=00", "t=1,v1=0", "t=1,v1=zz"] {
            assert!(!is_valid("secret", header, b"Hello", now), "{header}");
        }
    }
}
