//! The emails and their variables. The templates are in the folders `templates/email/<email>`.

use super::{LocalDate, LocalTime, engine::TemplateSource};
use serde::Serialize;
use wire::esims::inventory::EsimInstallation;

/// An email, with the variables of its template. Subjects are stored in plain text, so no subject contains a code or the
/// name of a person. The type does not implement `Debug`, because the variables may contain activation codes.
#[derive(Serialize)]
#[serde(untagged)]
pub enum EmailTemplate {
    /// An order was delivered. The email contains the QR codes.
    OrderDelivered {
        /// The order number.
        order_number: String,
        /// The day of the order.
        ordered_on: LocalDate,
        /// The name of the plan.
        plan: String,
        /// The name of the plan and its validity.
        plan_title: String,
        /// The delivered eSIMs.
        esims: Vec<DeliveredEsim>,
    },
    /// A plan was added to an eSIM.
    TopupDelivered {
        /// The order number.
        order_number: String,
        /// The name of the plan.
        plan: String,
        /// The name of the plan and its validity.
        plan_title: String,
        /// The ICCID of the eSIM.
        iccid: String,
        /// The end of the validity, if it has started.
        usable_until: Option<LocalTime>,
    },
    /// An order could not be delivered.
    OrderNotDelivered {
        /// The order number.
        order_number: String,
        /// The name of the plan and its validity.
        plan_title: String,
        /// The amount that is refunded with its currency, unless the order was free.
        refunded_amount: Option<String>,
    },
    /// An order is paid by a method without a gateway.
    PaymentInstructions {
        /// The order.
        order: PaymentRequest,
        /// The name of the payment method within a sentence.
        method: &'static str,
        /// The instructions of the settings for this method, of one or more lines.
        instructions: Option<String>,
    },
    /// An order is paid on a page of the gateway.
    PaymentLink {
        /// The order.
        order: PaymentRequest,
        /// The URL of the payment page.
        url: String,
    },
    /// A part of the data of an eSIM was used, or all of it.
    DataUsed {
        /// The used part in percent: 50, 75, 90 or 100.
        percent: i32,
        /// The name of the plan.
        plan: String,
        /// The ICCID of the eSIM.
        iccid: String,
        /// The used and the total data, such as `2.01 GB of 2 GB`.
        summary: String,
        /// The end of the validity, if it is known.
        usable_until: Option<LocalTime>,
    },
    /// The plan of an eSIM expires soon.
    PlanExpires {
        /// The name of the plan.
        plan: String,
        /// The ICCID of the eSIM.
        iccid: String,
        /// The used and the total data, such as `2.01 GB of 2 GB`.
        summary: String,
        /// The end of the validity.
        expires_at: LocalTime,
    },
    /// A refund was processed.
    RefundProcessed {
        /// The amount with its currency.
        amount: String,
        /// Whether the payment is refunded in full.
        is_full: bool,
        /// The number of the order that was paid.
        order_number: Option<String>,
        /// Whether staff paid the refund out by another way than the gateway.
        is_paid_out_manually: bool,
    },
    /// A document was accepted.
    DocumentAccepted {
        /// The name of the document within a sentence.
        document: &'static str,
        /// The day of the upload.
        uploaded_on: LocalDate,
        /// The documents that are still missing, unless the customer is verified.
        missing: Option<MissingDocuments>,
    },
    /// A document was rejected.
    DocumentRejected {
        /// The name of the document within a sentence.
        document: &'static str,
        /// The day of the upload.
        uploaded_on: LocalDate,
        /// The reason of the reviewer, of one or more lines.
        reason: String,
        /// The documents that are still missing, unless the customer is verified.
        missing: Option<MissingDocuments>,
    },
    /// Staff replied to a support ticket.
    TicketReply {
        /// The ticket number.
        ticket_number: String,
        /// The reply, of one or more lines.
        message: String,
        /// The line above which the customer writes an answer; absent where answers by email are not received.
        answer_line: Option<&'static str>,
    },
    /// An email to support became a ticket.
    TicketReceived {
        /// The ticket number.
        ticket_number: String,
        /// The line above which the customer writes an answer.
        answer_line: &'static str,
    },
    /// An account was created, and its owner chooses a password.
    Invitation {
        /// The URL with the token, which works once.
        url: String,
        /// The secret token of the URL.
        token: String,
    },
    /// A new password was requested.
    PasswordReset {
        /// The URL with the token, which works once.
        url: String,
        /// The secret token of the URL.
        token: String,
    },
    /// A new password was requested a short time after the address was changed.
    PasswordResetPaused {
        /// The time at which a link can be requested.
        paused_until: LocalTime,
        /// The URL of the page on which a link is requested.
        forgot_url: String,
    },
    /// An administrator created a password link.
    PasswordLinkCreated {
        /// The URL of the page on which a link is requested.
        forgot_url: String,
    },
    /// The password was changed.
    PasswordChanged {
        /// The URL of the page on which a link is requested.
        forgot_url: String,
    },
    /// The address was changed, to the address before.
    EmailChangedOldAddress {
        /// The new address, masked.
        masked_address: String,
        /// The time until which no password link is sent to the new address.
        paused_until: LocalTime,
    },
    /// The address was changed, to the new address.
    EmailChangedNewAddress {
        /// The time until which no password link is sent to the new address.
        paused_until: LocalTime,
    },
    /// Two-factor authentication was turned on.
    MfaTurnedOn {
        /// The URL of the page on which a password link is requested.
        forgot_url: String,
    },
    /// Two-factor authentication was turned off.
    MfaTurnedOff {
        /// The URL of the page on which a password link is requested.
        forgot_url: String,
    },
}

/// A delivered eSIM.
#[derive(Serialize)]
pub struct DeliveredEsim {
    /// The ICCID.
    pub iccid: String,
    /// How the eSIM is installed.
    pub installation: EsimInstallation,
}

/// An order that is not paid yet.
#[derive(Serialize)]
pub struct PaymentRequest {
    /// The order number.
    pub number: String,
    /// The number of eSIMs.
    pub quantity: i32,
    /// The name of the plan and its validity.
    pub plan_title: String,
    /// The total with its currency.
    pub total: String,
    /// The end of the payment window.
    pub pay_until: Option<LocalTime>,
}

/// The documents that a customer still has to send.
#[derive(Serialize)]
pub struct MissingDocuments {
    /// The names of the documents within a sentence.
    pub documents: String,
    /// The URL of the page on which a customer uploads documents.
    pub upload_url: Option<String>,
    /// The address for questions.
    pub support_email: Option<String>,
}

/// Returns the files of an email.
macro_rules! source {
    ($name:literal) => {
        TemplateSource {
            name: $name,
            subject: include_str!(concat!("../../templates/email/", $name, "/subject.txt")),
            text: include_str!(concat!("../../templates/email/", $name, "/body.txt")),
            html: include_str!(concat!("../../templates/email/", $name, "/body.html")),
        }
    };
}

impl EmailTemplate {
    /// Returns the template of the email.
    pub(super) const fn source(&self) -> TemplateSource<'static> {
        match self {
            Self::OrderDelivered { .. } => source!("order_delivered"),
            Self::TopupDelivered { .. } => source!("topup_delivered"),
            Self::OrderNotDelivered { .. } => source!("order_not_delivered"),
            Self::PaymentInstructions { .. } => source!("payment_instructions"),
            Self::PaymentLink { .. } => source!("payment_link"),
            Self::DataUsed { .. } => source!("data_used"),
            Self::PlanExpires { .. } => source!("plan_expires"),
            Self::RefundProcessed { .. } => source!("refund_processed"),
            Self::DocumentAccepted { .. } => source!("document_accepted"),
            Self::DocumentRejected { .. } => source!("document_rejected"),
            Self::Invitation { .. } => source!("invitation"),
            Self::PasswordReset { .. } => source!("password_reset"),
            Self::TicketReply { .. } => source!("ticket_reply"),
            Self::TicketReceived { .. } => source!("ticket_received"),
            Self::PasswordResetPaused { .. } => source!("password_reset_paused"),
            Self::PasswordLinkCreated { .. } => source!("password_link_created"),
            Self::PasswordChanged { .. } => source!("password_changed"),
            Self::EmailChangedOldAddress { .. } => source!("email_changed_old_address"),
            Self::EmailChangedNewAddress { .. } => source!("email_changed_new_address"),
            Self::MfaTurnedOn { .. } => source!("mfa_turned_on"),
            Self::MfaTurnedOff { .. } => source!("mfa_turned_off"),
        }
    }

    /// Returns the activation codes and tokens of the email, which are masked where the email is shown. `cid:qr-1` in the
    /// HTML is the QR code of the first one, `cid:qr-2` of the second.
    pub(crate) fn codes(&self) -> Vec<String> {
        match self {
            Self::OrderDelivered { esims, .. } => esims
                .iter()
                .map(|esim| esim.installation.activation_code.clone())
                .collect(),
            Self::Invitation { token, .. } | Self::PasswordReset { token, .. } => {
                vec![token.clone()]
            }
            _ => Vec::new(),
        }
    }
}
