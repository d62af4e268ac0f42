//! Parsing of the rows of a stock file. The checks here do not use the database.

use super::Profile;
use platform::import::{self, Record};
use wire::{
    EsimId, FieldErrors, Param, PlanId, ProviderId,
    esims::{
        inventory::{EsimImportOptions, IccidCheck},
        profile::{self, ActivationCode},
    },
    text::rejected_in_line,
};

/// A row of a stock file, as far as it could be parsed.
#[derive(Default)]
pub struct Row {
    pub number: i32,
    pub iccid: Option<String>,
    pub profile: Option<Profile>,
    pub plan_id: Option<PlanId>,
    pub provider_id: Option<ProviderId>,
    pub provider_ref: Option<String>,
    pub twilio_sid: Option<String>,
    /// The existing eSIM with this ICCID.
    pub known: Option<EsimId>,
    /// Whether that eSIM was withdrawn from the stock, so that the row returns it to the stock.
    pub is_withdrawn: bool,
    pub warnings: FieldErrors,
    pub errors: FieldErrors,
}

/// Parses a row. The options contain the plan and provider of rows that do not name them.
pub fn parse_row(record: &Record, options: &EsimImportOptions) -> Row {
    let mut row = Row {
        number: record.number,
        plan_id: options.plan_id,
        provider_id: options.provider_id,
        ..Row::default()
    };
    let bad = &mut row.errors;
    let iccid = parse_field(
        bad,
        "iccid",
        "ICCID",
        record.key(&["iccid"]),
        profile::iccid,
    );
    if record.key(&["iccid"]).is_none() {
        bad.add("iccid", "required", "Enter the ICCID.");
    }
    let eid = parse_field(bad, "eid", "EID", record.key(&["eid"]), profile::eid);
    let code = activation_code(record, bad);
    row.plan_id = parse_field(
        bad,
        "plan_id",
        "plan's id",
        record.key(&["plan_id"]),
        PlanId::parse,
    )
    .or(row.plan_id);
    row.provider_id = parse_field(
        bad,
        "provider_id",
        "provider's id",
        record.key(&["provider_id"]),
        ProviderId::parse,
    )
    .or(row.provider_id);
    row.provider_ref = parse_field(
        bad,
        "provider_ref",
        "provider's reference",
        record.key(&["provider_ref"]),
        reference,
    );
    row.twilio_sid = parse_field(
        bad,
        "twilio_sid",
        "SID",
        record.key(&["twilio_sid", "sid"]),
        sid,
    );
    if row.provider_ref.is_some() && row.provider_id.is_none() {
        bad.add(
            "provider_id",
            "required",
            "Enter the provider of this reference.",
        );
    }
    if row.plan_id.is_none() {
        row.warnings.add(
            "plan_id",
            "no_plan",
            "An eSIM without a plan is not sold from stock.",
        );
    }
    if let Some((number, check)) = &iccid {
        add_iccid_warnings(&mut row.warnings, number, *check);
    }
    row.iccid = iccid.as_ref().map(|(number, _)| number.clone());
    row.profile = iccid.zip(code).map(|((iccid, iccid_check), code)| Profile {
        iccid,
        iccid_check,
        eid,
        code,
        confirmation_code: None,
    });
    row
}

fn parse_field<T>(
    bad: &mut FieldErrors,
    field: &str,
    what: &str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Result<T, &'static str>,
) -> Option<T> {
    match text.map(parse) {
        None => None,
        Some(Ok(value)) => Some(value),
        Some(Err(why)) => {
            bad.add(field, field, format!("The {what} {why}."));
            None
        }
    }
}

fn add_iccid_warnings(warnings: &mut FieldErrors, iccid: &str, check: IccidCheck) {
    match check {
        IccidCheck::Ok => {}
        IccidCheck::Mismatch => warnings.add(
            "iccid",
            "check_digit",
            "The check digit is wrong. Compare the ICCID with the data of the supplier.",
        ),
        IccidCheck::Missing => warnings.add(
            "iccid",
            "check_digit_missing",
            "The check digit seems to be missing.",
        ),
    }
    if !iccid.starts_with("89") {
        warnings.add("iccid", "prefix", "ICCIDs usually begin with 89.");
    }
}

/// Parses the activation code, or its parts. If a row has both, they must be equal.
fn activation_code(record: &Record, bad: &mut FieldErrors) -> Option<ActivationCode> {
    let confirm = parse_field(
        bad,
        "confirmation_code_required",
        "confirmation flag",
        record.key(&["confirmation_code_required"]),
        import::boolean,
    )
    .unwrap_or_default();
    let (host, id) = (
        record.key(&["smdp_address", "smdp"]),
        record.key(&["matching_id"]),
    );
    let (field, text) = match (record.key(&["activation_code", "lpa"]), host, id) {
        (Some(code), ..) => ("activation_code", code.to_owned()),
        (None, Some(host), Some(id)) if host.contains('$') || id.contains('$') => {
            bad.add(
                "matching_id",
                "activation_code",
                "The server and the matching id must not contain a $.",
            );
            return None;
        }
        (None, Some(host), Some(id)) => ("smdp_address", format!("1${host}${id}")),
        (None, Some(_), None) => {
            bad.add(
                "matching_id",
                "required",
                "Enter the matching id that belongs to the server.",
            );
            return None;
        }
        (None, None, Some(_)) => {
            bad.add(
                "smdp_address",
                "required",
                "Enter the server that the matching id belongs to.",
            );
            return None;
        }
        (None, None, None) => {
            bad.add(
                "activation_code",
                "required",
                "Enter the activation code, or the server and the matching id.",
            );
            return None;
        }
    };
    let mut code = parse_field(
        bad,
        field,
        "activation code",
        Some(&text),
        ActivationCode::parse,
    )?;
    if host.is_some_and(|host| !host.eq_ignore_ascii_case(&code.smdp_address))
        || id.is_some_and(|id| id != code.matching_id)
    {
        bad.add(
            "activation_code",
            "contradiction",
            "The activation code names another server or matching id than the row.",
        );
        return None;
    }
    code.confirmation_code_required |= confirm;
    Some(code)
}

fn reference(text: &str) -> Result<String, &'static str> {
    if text.chars().count() > 100 {
        return Err("must have 100 characters at most");
    }
    if rejected_in_line(text).is_some() {
        return Err("must not contain line breaks or invisible characters");
    }
    Ok(text.to_owned())
}

/// A SIM (`HS`) or an eSIM profile (`HP`) at Twilio or KORE.
fn sid(text: &str) -> Result<String, &'static str> {
    let digits = text
        .strip_prefix("HS")
        .or_else(|| text.strip_prefix("HP"))
        .unwrap_or_default();
    if digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        Ok(text.to_owned())
    } else {
        Err("must be HS or HP with 32 hexadecimal digits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::{Result, Upload};

    fn rows(csv: &'static str) -> Result<Vec<Row>> {
        let upload = Upload {
            content_type: "text/csv".into(),
            bytes: actix_web::web::Bytes::from_static(csv.as_bytes()),
        };
        Ok(import::table(&upload)?
            .iter()
            .map(|record| parse_row(record, &EsimImportOptions::default()))
            .collect())
    }
    fn only(csv: &'static str) -> Result<Row> {
        Ok(rows(csv)?.into_iter().next().unwrap_or_default())
    }
    fn codes(errors: &FieldErrors) -> Vec<(&str, &str)> {
        errors
            .0
            .iter()
            .map(|error| (error.field.as_str(), error.code.as_str()))
            .collect()
    }

    #[test]
    fn row_accepts_complete_code_or_its_parts() -> Result<()> {
        let whole =
            only("iccid,activation_code\n8944538532008160222,LPA:1$smdp.example.com$AB-1$$1\n")?;
        let parts = only(
            "ICCID;SMDP Address;Matching ID;Confirmation Code Required\n8944 5385 3200 8160 222F;smdp.example.com;AB-1;yes\n",
        )?;
        assert!(
            whole.errors.0.is_empty() && parts.errors.0.is_empty(),
            "{:?} {:?}",
            whole.errors,
            parts.errors
        );
        assert!(whole.profile.is_some() && whole.profile == parts.profile);
        Ok(())
    }

    #[test]
    fn unusual_values_add_warnings_and_invalid_values_add_errors() -> Result<()> {
        let odd = rows(
            "iccid,activation_code\n8944538532008160223,LPA:1$a.example.com$A\n894310817000000003,LPA:1$a.example.com$B\n1234567890123456789,LPA:1$a.example.com$C\n",
        )?;
        let warned: Vec<Vec<&str>> = odd
            .iter()
            .map(|row| {
                row.warnings
                    .0
                    .iter()
                    .map(|w| w.code.as_str())
                    .filter(|code| *code != "no_plan")
                    .collect()
            })
            .collect();
        assert_eq!(
            warned,
            [
                vec!["check_digit"],
                vec!["check_digit_missing"],
                vec!["check_digit", "prefix"]
            ]
        );
        assert!(
            odd.iter()
                .all(|row| row.errors.0.is_empty() && row.profile.is_some())
        );

        let wrong = only(
            "iccid,activation_code,eid,plan_id,provider_ref,twilio_sid\n894000000000001,nonsense,1,2,ref,HX1\n",
        )?;
        assert_eq!(
            codes(&wrong.errors),
            [
                ("iccid", "iccid"),
                ("eid", "eid"),
                ("activation_code", "activation_code"),
                ("plan_id", "plan_id"),
                ("twilio_sid", "twilio_sid"),
                ("provider_id", "required")
            ]
        );
        assert_eq!(
            codes(&only("iccid,smdp_address\n8944538532008160222,a.example.com\n")?.errors),
            [("matching_id", "required")]
        );
        assert_eq!(
            codes(&only("iccid,note\n8944538532008160222,x\n")?.errors),
            [("activation_code", "required")]
        );
        assert_eq!(codes(&only("iccid,activation_code,smdp_address\n8944538532008160222,LPA:1$a.example.com$A,b.example.com\n")?.errors), [("activation_code", "contradiction")]);
        Ok(())
    }
}
