//! Validation of the GSMA identifiers: ICCID, EID and activation code.

use crate::identifier;

/// The result of the ICCID's check digit verification. Suppliers' files contain wrong and missing check digits, so the
/// result is a warning and not an error.
pub use super::inventory::IccidCheck;

/// Normalizes an ICCID to digits and checks its length.
///
/// ITU-T E.118: `89`, country, issuer, account, Luhn digit. 18 to 22 digits are accepted, 19 and 20 are usual.
pub fn iccid(text: &str) -> Result<(String, IccidCheck), &'static str> {
    let digits = identifier::digits(text);
    if is_rounded(text) {
        return Err(
            "was rounded by the spreadsheet: format its column as text and export the file again",
        );
    }
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("must be digits, such as 8944538532008160222");
    }
    if !(18..=22).contains(&digits.len()) {
        return Err("must have 18 to 22 digits");
    }
    let check = match (luhn(&digits), digits.len()) {
        (true, _) => IccidCheck::Ok,
        (false, 18) => IccidCheck::Missing,
        (false, _) => IccidCheck::Mismatch,
    };
    Ok((digits, check))
}

/// Returns whether a spreadsheet wrote a long number with an exponent, such as `8.94454E+18`.
fn is_rounded(text: &str) -> bool {
    text.split_once(['E', 'e'])
        .is_some_and(|(digits, exponent)| {
            digits.contains(['.', ',']) && exponent.trim_start_matches('+').parse::<u8>().is_ok()
        })
}

/// Returns whether the last digit is the Luhn check digit of the others.
pub fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte.saturating_sub(b'0'));
            match (place % 2 == 1, digit * 2) {
                (false, _) => digit,
                (true, twice) if twice > 9 => twice - 9,
                (true, twice) => twice,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Normalizes and validates an EID: 32 digits that leave 1 when divided by 97 (SGP.02, annex J).
pub fn eid(text: &str) -> Result<String, &'static str> {
    let digits = identifier::digits(text);
    if is_rounded(text) {
        return Err(
            "was rounded by the spreadsheet: format its column as text and export the file again",
        );
    }
    if digits.len() != 32 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("must be 32 digits");
    }
    match digits.parse::<u128>() {
        Ok(number) if number % 97 == 1 => Ok(digits),
        _ => Err("has a wrong check number"),
    }
}

/// A parsed activation code (SGP.22, section 4.1).
#[derive(Clone, PartialEq, Eq)]
pub struct ActivationCode {
    /// The SM-DP+ server that holds the profile.
    pub smdp_address: String,
    /// The matching ID of the profile; empty when the server finds the profile by EID.
    pub matching_id: String,
    /// Object identifier of the server, if the code contains one.
    pub oid: Option<String>,
    /// Whether the phone requires a confirmation code.
    pub confirmation_code_required: bool,
}

impl ActivationCode {
    /// Parses `1$host$matching-id[$oid][$1]`, with or without the prefix `LPA:`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let bare = match text.get(..4) {
            Some(prefix) if prefix.eq_ignore_ascii_case("LPA:") => {
                text.get(4..).unwrap_or_default()
            }
            _ => text,
        };
        if bare.len() > 255 {
            return Err("must have 255 characters at most");
        }
        if !bare.chars().all(|c| c.is_ascii_graphic()) {
            return Err("must be plain characters without spaces");
        }
        let mut fields = bare.split('$');
        if fields.next() != Some("1") {
            return Err("must begin with LPA:1$");
        }
        let smdp_address = fields.next().unwrap_or_default();
        if !is_host(smdp_address) {
            return Err("must name the SM-DP+ server, as in LPA:1$smdp.example.com$...");
        }
        let matching_id = fields
            .next()
            .ok_or("must contain a matching ID after the server")?;
        if !matching_id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-')
        {
            return Err("has a matching ID with characters other than letters, digits and hyphens");
        }
        let oid = fields.next().filter(|oid| !oid.is_empty());
        let confirmation_code_required = match fields.next() {
            None | Some("") => false,
            Some("1") => true,
            Some(_) => return Err("has a confirmation flag other than 1"),
        };
        if matching_id.is_empty() && oid.is_none() {
            return Err("must contain a matching ID after the server");
        }
        Ok(Self {
            smdp_address: smdp_address.to_owned(),
            matching_id: matching_id.to_owned(),
            oid: oid.map(str::to_owned),
            confirmation_code_required,
        })
    }

    /// Returns the text of the QR code, without trailing `$`.
    pub fn lpa(&self) -> String {
        let mut text = format!("LPA:1${}${}", self.smdp_address, self.matching_id);
        match (&self.oid, self.confirmation_code_required) {
            (Some(oid), true) => text.push_str(&format!("${oid}$1")),
            (Some(oid), false) => text.push_str(&format!("${oid}")),
            (None, true) => text.push_str("$$1"),
            (None, false) => {}
        }
        text
    }

    /// Returns the URL that opens the installation on an iPhone (iOS 17.4 and newer).
    pub fn apple_url(&self) -> String {
        format!(
            "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata={}",
            escaped(&self.lpa())
        )
    }
    /// Returns the URL that opens the installation on an Android phone.
    pub fn android_url(&self) -> String {
        format!(
            "https://esimsetup.android.com/esim_qrcode_provisioning?carddata={}",
            escaped(&self.lpa())
        )
    }
}

fn is_host(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let label = |label: &&str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    labels.len() >= 2
        && labels.iter().all(label)
        && labels
            .last()
            .is_some_and(|top| top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphabetic()))
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b':' | b'$' | b'.' | b'-' => {
                char::from(b).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iccid_accepts_wrong_check_digit() {
        let check = |text: &str| iccid(text).map(|(_, check)| check);
        for valid in [
            "8944538532008160222",
            "8997212330099025334",
            "89014103211118510720",
            "89012600000000000011",
        ] {
            assert_eq!(check(valid), Ok(IccidCheck::Ok), "{valid}");
        }
        for wrong in [
            "8944538532008160223",
            "8944465400000134490",
            "8944465400000267221",
        ] {
            assert_eq!(check(wrong), Ok(IccidCheck::Mismatch), "{wrong}");
        }
        assert_eq!(check("894310817000000003"), Ok(IccidCheck::Missing));
        assert!(iccid("894000000000001").is_err());
        assert_eq!(
            iccid(" 8944-5385 3200 8160 222F")
                .map(|(digits, _)| digits)
                .as_deref(),
            Ok("8944538532008160222")
        );
    }

    #[test]
    fn eids_leave_one_when_divided_by_97() {
        for valid in [
            "89034011560010000000000000000121",
            "89001012012341234012345678901224",
            "89001567010203040506070809101152",
            "89044011112233441122334411223321",
            "89049032021008881300304741158317",
        ] {
            assert!(eid(valid).is_ok(), "{valid}");
        }
        for bad in [
            "89034011560010000000000000000122",
            "8903401156001000000000000000012",
            "890340115600100000000000000001211",
            "8903401156001000000000000000012A",
        ] {
            assert!(eid(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn activation_code_parses_standard_forms() {
        let base = "1$SMDP.EXAMPLE.COM$04386-AGYFT-A74Y8-3F815";
        let read = |text: &str| {
            ActivationCode::parse(text).map(|code| {
                (
                    code.oid.is_some(),
                    code.confirmation_code_required,
                    code.lpa(),
                )
            })
        };
        assert_eq!(read(base), Ok((false, false, format!("LPA:{base}"))));
        assert_eq!(
            read(&format!("lpa:{base}")),
            Ok((false, false, format!("LPA:{base}")))
        );
        assert_eq!(
            read(&format!("{base}$$1")),
            Ok((false, true, format!("LPA:{base}$$1")))
        );
        assert_eq!(
            read(&format!("{base}$1.3.6.1.4.1.31746$1")),
            Ok((true, true, format!("LPA:{base}$1.3.6.1.4.1.31746$1")))
        );
        assert_eq!(
            read(&format!("{base}$1.3.6.1.4.1.31746")),
            Ok((true, false, format!("LPA:{base}$1.3.6.1.4.1.31746")))
        );
        assert!(read("1$SMDP.EXAMPLE.COM$$1.3.6.1.4.1.31746").is_ok());
        assert!(read("LPA:1$lpa.airalo.com$TEST").is_ok());
        for bad in [
            "",
            "1$",
            "LPA:1$",
            "xyz14390lojij",
            "LPA:1$$$$",
            "1$SMDP.EXAMPLE.COM",
            "1$h.example.com$ID$$0",
            "2$h.example.com$ID",
            "1$h.example.com$I\u{1}D",
            "1$h.example.com$Ié",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
