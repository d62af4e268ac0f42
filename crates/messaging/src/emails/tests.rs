//! Every email with sample variables, against its snapshot.

use super::*;
use chrono::DateTime;
use std::{collections::BTreeSet, fs, path::Path};
use wire::esims::{inventory::EsimInstallation, profile::ActivationCode};

/// A name that attacks a template, a header, HTML or the direction of a text.
const HOSTILE: &str = "O'Neil & Söhne <script>alert(\"1\")</script> {{ 7*7 }} {% if %}\r\nBcc: eve@example.com \u{202E}שלום العربية";
/// [`HOSTILE`] as text, in one line.
const HOSTILE_TEXT: &str = "O'Neil & Söhne <script>alert(\"1\")</script> {{ 7*7 }} {% if %} Bcc: eve@example.com שלום العربية";

fn signature() -> Signature {
    Signature {
        name: "Example Travel".into(),
        support_email: Some("help@example.com".into()),
        footer: Some("Example Travel Ltd.\n1 High Street, London".into()),
    }
}

fn at() -> DateTime<chrono::Utc> {
    DateTime::from_timestamp(1_773_043_500, 0).expect("a time")
}

fn esim(iccid: &str, matching_id: &str, confirmation_code_required: bool) -> DeliveredEsim {
    let code = ActivationCode::parse(&format!("LPA:1$rsp.example.com${matching_id}"));
    DeliveredEsim {
        iccid: iccid.into(),
        installation: EsimInstallation {
            confirmation_code_required,
            ..EsimInstallation::from(&code.expect("a code"))
        },
    }
}

fn payment_request(plan: &str, pay_until: Option<LocalTime>) -> PaymentRequest {
    PaymentRequest {
        number: "ORD-4711".into(),
        quantity: 2,
        plan_title: format!("{plan}, 30 days"),
        total: "19.80 USD".into(),
        pay_until,
    }
}

fn missing(upload_url: Option<&str>, support_email: Option<&str>) -> Option<MissingDocuments> {
    Some(MissingDocuments {
        documents: "a passport or an ID card".into(),
        upload_url: upload_url.map(Into::into),
        support_email: support_email.map(Into::into),
    })
}

/// Returns every email in each of its variants, with the name of its snapshot.
fn samples(name: &str) -> Vec<(&'static str, EmailTemplate)> {
    use EmailTemplate as Email;
    let (number, title) = (|| "ORD-4711".to_owned(), || format!("{name}, 30 days"));
    let forgot_url = || "https://example.com/forgot".to_owned();
    let link = || "https://example.com/password#t0k3n".to_owned();
    let upload = Some("https://example.com/upload?a=1&b=2");
    vec![
        (
            "order_delivered",
            Email::OrderDelivered {
                order_number: number(),
                ordered_on: at().into(),
                plan: name.into(),
                plan_title: title(),
                esims: vec![
                    esim("8943108165000000001", "ABC-123", false),
                    esim("8943108165000000002", "DEF-456", true),
                ],
            },
        ),
        (
            "topup_delivered",
            Email::TopupDelivered {
                order_number: number(),
                plan: name.into(),
                plan_title: title(),
                iccid: "8943108165000000001".into(),
                usable_until: Some(at().into()),
            },
        ),
        (
            "topup_delivered_queued",
            Email::TopupDelivered {
                order_number: number(),
                plan: name.into(),
                plan_title: title(),
                iccid: "8943108165000000001".into(),
                usable_until: None,
            },
        ),
        (
            "data_used",
            Email::DataUsed {
                percent: 75,
                plan: name.into(),
                iccid: "8943108165000000001".into(),
                summary: "1.50 GB of 2 GB".into(),
                usable_until: Some(at().into()),
            },
        ),
        (
            "data_used_no_expiry",
            Email::DataUsed {
                percent: 50,
                plan: name.into(),
                iccid: "8943108165000000001".into(),
                summary: "1.00 GB of 2 GB".into(),
                usable_until: None,
            },
        ),
        (
            "data_used_up",
            Email::DataUsed {
                percent: 100,
                plan: name.into(),
                iccid: "8943108165000000001".into(),
                summary: "2.01 GB of 2 GB".into(),
                usable_until: Some(at().into()),
            },
        ),
        (
            "plan_expires",
            Email::PlanExpires {
                plan: name.into(),
                iccid: "8943108165000000001".into(),
                summary: "31.42 GB, unlimited".into(),
                expires_at: at().into(),
            },
        ),
        (
            "order_not_delivered",
            Email::OrderNotDelivered {
                order_number: number(),
                plan_title: title(),
                refunded_amount: Some("19.80 USD".into()),
            },
        ),
        (
            "order_not_delivered_free",
            Email::OrderNotDelivered {
                order_number: number(),
                plan_title: title(),
                refunded_amount: None,
            },
        ),
        (
            "payment_instructions",
            Email::PaymentInstructions {
                order: payment_request(name, Some(at().into())),
                method: "bank transfer",
                instructions: Some("Transfer to <XX00 EXAMPLE>\nExample & Co Bank".into()),
            },
        ),
        (
            "payment_instructions_not_set",
            Email::PaymentInstructions {
                order: payment_request(name, None),
                method: "PayPal",
                instructions: None,
            },
        ),
        (
            "payment_link",
            Email::PaymentLink {
                order: payment_request(name, Some(at().into())),
                url: "https://pay.example.com/c?a=1&b=2".into(),
            },
        ),
        (
            "payment_link_no_expiry",
            Email::PaymentLink {
                order: payment_request(name, None),
                url: "https://pay.example.com/c?a=1&b=2".into(),
            },
        ),
        (
            "refund_processed",
            Email::RefundProcessed {
                amount: "19.80 USD".into(),
                is_full: true,
                order_number: Some(number()),
                is_paid_out_manually: false,
            },
        ),
        (
            "refund_processed_manually",
            Email::RefundProcessed {
                amount: "5.00 USD".into(),
                is_full: false,
                order_number: None,
                is_paid_out_manually: true,
            },
        ),
        (
            "document_accepted",
            Email::DocumentAccepted {
                document: "driver's license",
                uploaded_on: at().into(),
                missing: None,
            },
        ),
        (
            "document_accepted_missing",
            Email::DocumentAccepted {
                document: "utility bill",
                uploaded_on: at().into(),
                missing: missing(upload, None),
            },
        ),
        (
            "document_accepted_missing_no_url",
            Email::DocumentAccepted {
                document: "utility bill",
                uploaded_on: at().into(),
                missing: missing(None, None),
            },
        ),
        (
            "document_rejected",
            Email::DocumentRejected {
                document: "passport",
                uploaded_on: at().into(),
                reason: "The photo is blurred.\nThe name is <cut off>.".into(),
                missing: missing(upload, Some("help@example.com")),
            },
        ),
        (
            "document_rejected_missing_no_url",
            Email::DocumentRejected {
                document: "passport",
                uploaded_on: at().into(),
                reason: name.into(),
                missing: missing(None, Some("help@example.com")),
            },
        ),
        (
            "document_rejected_verified",
            Email::DocumentRejected {
                document: "passport",
                uploaded_on: at().into(),
                reason: "The passport has expired.".into(),
                missing: None,
            },
        ),
        (
            "invitation",
            Email::Invitation {
                url: link(),
                token: "t0k3n".into(),
            },
        ),
        (
            "ticket_reply",
            Email::TicketReply {
                ticket_number: "TCK-2026-000123".into(),
                message: format!("Hello Ada,\nplease switch roaming on for {name}."),
                answer_line: Some("-- Write your answer above this line --"),
            },
        ),
        (
            "ticket_reply_without_answers",
            Email::TicketReply {
                ticket_number: "TCK-2026-000123".into(),
                message: format!("Please switch roaming on for {name}."),
                answer_line: None,
            },
        ),
        (
            "ticket_received",
            Email::TicketReceived {
                ticket_number: "TCK-2026-000123".into(),
                answer_line: "-- Write your answer above this line --",
            },
        ),
        (
            "password_reset",
            Email::PasswordReset {
                url: link(),
                token: "t0k3n".into(),
            },
        ),
        (
            "password_reset_paused",
            Email::PasswordResetPaused {
                paused_until: at().into(),
                forgot_url: forgot_url(),
            },
        ),
        (
            "password_link_created",
            Email::PasswordLinkCreated {
                forgot_url: forgot_url(),
            },
        ),
        (
            "password_changed",
            Email::PasswordChanged {
                forgot_url: forgot_url(),
            },
        ),
        (
            "email_changed_old_address",
            Email::EmailChangedOldAddress {
                masked_address: "m•••@e•••.org".into(),
                paused_until: at().into(),
            },
        ),
        (
            "email_changed_new_address",
            Email::EmailChangedNewAddress {
                paused_until: at().into(),
            },
        ),
        (
            "mfa_turned_on",
            Email::MfaTurnedOn {
                forgot_url: forgot_url(),
            },
        ),
        (
            "mfa_turned_off",
            Email::MfaTurnedOff {
                forgot_url: forgot_url(),
            },
        ),
    ]
}

/// Returns the HTML without the head, which is the same in every email.
fn body(html: &str) -> &str {
    html.split_once("<body>\n").expect("a body").1
}

#[test]
fn every_email_matches_its_snapshot() {
    for (name, template) in samples("Europe 5 GB") {
        let email = render(&template, &signature()).unwrap();
        let shown = format!(
            "{}\n\n--- text ---\n{}\n--- html ---\n{}",
            email.subject,
            email.text,
            body(&email.html)
        );
        insta::assert_snapshot!(name, shown);
    }
}

#[test]
fn layout_matches_its_snapshot() {
    let template = EmailTemplate::PasswordChanged {
        forgot_url: "https://example.com/forgot".into(),
    };
    insta::assert_snapshot!("layout", render(&template, &signature()).unwrap().html);
}

#[test]
fn every_template_folder_has_a_sample() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/email");
    let folders: BTreeSet<String> = fs::read_dir(folder)
        .expect("the templates")
        .map(|entry| {
            entry
                .expect("a folder")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| name != "layout")
        .collect();
    let sampled: BTreeSet<String> = samples("Europe 5 GB")
        .iter()
        .map(|(_, template)| template.source().name.to_owned())
        .collect();
    assert_eq!(folders, sampled);
}

#[test]
fn email_without_support_address_and_footer_renders() {
    let signature = Signature {
        support_email: None,
        footer: None,
        ..signature()
    };
    for (name, template) in samples("Europe 5 GB") {
        let email = render(&template, &signature).unwrap();
        assert!(email.text.ends_with("\n\nExample Travel\n"), "{name}");
    }
}

#[test]
fn bodies_have_no_gaps_and_no_remote_resources() {
    for (name, template) in samples("Europe 5 GB") {
        let email = render(&template, &signature()).unwrap();
        assert!(!email.text.contains("\n\n\n"), "{name}: {}", email.text);
        for remote in ["src=\"http", "<link", "@import", "url("] {
            assert!(!email.html.contains(remote), "{name}: {remote}");
        }
    }
}

#[test]
fn hostile_name_is_printed_as_text() {
    let signature = Signature {
        name: HOSTILE.into(),
        ..signature()
    };
    let mut named = 0;
    for (name, template) in samples(HOSTILE) {
        let email = render(&template, &signature).unwrap();
        assert!(email.text.contains(HOSTILE_TEXT), "{name}: {}", email.text);
        assert!(!email.subject.contains(['\r', '\n', '\u{202E}']), "{name}");
        named += usize::from(email.subject.contains(HOSTILE_TEXT));
        assert!(!email.html.contains("<script"), "{name}: {}", email.html);
        let escaped = "O&#x27;Neil &amp; Söhne &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; {{ 7*7 }} {% if %} Bcc: eve@example.com שלום العربية";
        assert!(email.html.contains(escaped), "{name}: {}", email.html);
        assert!(!email.html.contains('\u{202E}'), "{name}");
    }
    assert_eq!(named, 7, "the subjects with the name of the plan");
}

#[test]
fn codes_are_those_of_the_esims_and_links() {
    let codes: Vec<String> = samples("Europe 5 GB")
        .iter()
        .flat_map(|(_, template)| template.codes())
        .collect();
    assert_eq!(
        codes,
        [
            "LPA:1$rsp.example.com$ABC-123",
            "LPA:1$rsp.example.com$DEF-456",
            "t0k3n",
            "t0k3n",
        ]
    );
}

#[test]
fn times_are_written_in_their_zone() {
    let zone = chrono::FixedOffset::east_opt(14 * 3600).expect("a zone");
    let text = |value: serde_json::Result<serde_json::Value>| value.unwrap();
    assert_eq!(
        text(serde_json::to_value(LocalTime::from(at()))),
        "9 March 2026, 08:05 UTC"
    );
    assert_eq!(
        text(serde_json::to_value(LocalDate::from(
            at().with_timezone(&zone)
        ))),
        "9 March 2026"
    );
}
