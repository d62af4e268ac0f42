//! What staff see beside a ticket: the customer's records, the history, and who else views the ticket.

use super::{TicketPriority, TicketStatus};
use crate::{
    Check, Currency, EsimId, FieldErrors, Money, OrderId, RefundId, TicketId, TransactionId,
    UserId,
    accounts::users::{KycStatus, UserStatus},
    billing::{
        orders::{OrderStatus, TimelineStep},
        refunds::{RefundApprovalState, RefundStatus},
        transactions::TransactionStatus,
    },
    esims::inventory::{EsimStatus, ProfileState},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The customer of a ticket and the customer's newest records, ten of each kind at most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketContext {
    /// The customer.
    pub customer: ContextCustomer,
    /// The eSIMs; the eSIM of the ticket first.
    pub esims: Vec<ContextEsim>,
    /// The orders; the order of the ticket first.
    pub orders: Vec<ContextOrder>,
    /// The payments; the payment of the ticket first.
    pub payments: Vec<ContextPayment>,
    /// The refunds.
    pub refunds: Vec<ContextRefund>,
    /// The other tickets.
    pub tickets: Vec<ContextTicket>,
}

/// The customer of a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ContextCustomer {
    /// ID of the customer.
    pub id: UserId,
    /// Name; masked for support.
    pub name: String,
    /// Email address; masked for support.
    pub email: String,
    /// Status of the account.
    pub status: UserStatus,
    /// KYC status.
    pub kyc_status: KycStatus,
    /// When the account was created.
    pub created_at: DateTime<Utc>,
}

/// An eSIM of the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ContextEsim {
    /// ID of the eSIM.
    pub id: EsimId,
    /// ICCID.
    pub iccid: String,
    /// Status.
    pub status: EsimStatus,
    /// State of the profile.
    pub profile_state: ProfileState,
    /// Name of the plan.
    pub plan_name: Option<String>,
    /// Used data of the bundles that are not used up, in bytes.
    pub used_bytes: Option<i64>,
    /// Data limit of these bundles in bytes; null for unlimited.
    pub total_bytes: Option<i64>,
    /// When the eSIM expires.
    pub expires_at: Option<DateTime<Utc>>,
}

/// An order of the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ContextOrder {
    /// ID of the order.
    pub id: OrderId,
    /// Number of the order.
    pub order_number: String,
    /// Status.
    pub status: OrderStatus,
    /// Amount.
    pub total_amount: Money,
    /// Currency of the amount.
    pub currency: Currency,
    /// When the order was placed.
    pub created_at: DateTime<Utc>,
}

/// A payment of the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ContextPayment {
    /// ID of the payment.
    pub id: TransactionId,
    /// Status.
    pub status: TransactionStatus,
    /// Amount.
    pub total_amount: Money,
    /// Refunded amount.
    pub refunded_amount: Money,
    /// Currency of the amounts.
    pub currency: Currency,
    /// When the payment was opened.
    pub created_at: DateTime<Utc>,
}

/// A refund of the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ContextRefund {
    /// ID of the refund.
    pub id: RefundId,
    /// The refunded payment.
    pub transaction_id: TransactionId,
    /// Status of the payout.
    pub status: RefundStatus,
    /// Whether the refund is approved.
    pub approval_state: RefundApprovalState,
    /// Amount.
    pub amount: Money,
    /// Currency of the amount.
    pub currency: Currency,
    /// When the refund was requested.
    pub created_at: DateTime<Utc>,
}

/// Another ticket of the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ContextTicket {
    /// ID of the ticket.
    pub id: TicketId,
    /// Ticket number.
    pub ticket_number: String,
    /// Subject.
    pub subject: String,
    /// Status.
    pub status: TicketStatus,
    /// Priority.
    pub priority: TicketPriority,
    /// When the ticket was created.
    pub created_at: DateTime<Utc>,
}

/// The history of a ticket, the oldest event first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketHistory {
    /// The events.
    pub data: Vec<TimelineStep>,
}

/// A signal that the caller views a ticket. It counts for 30 seconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PresencePing {
    /// Whether the caller is writing a reply.
    #[serde(default)]
    pub is_typing: bool,
}

/// The other staff members who view a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketPresence {
    /// The staff members.
    pub data: Vec<PresentPerson>,
}

/// A staff member who views a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PresentPerson {
    /// ID of the staff member.
    pub user_id: UserId,
    /// Name of the staff member.
    pub name: String,
    /// Whether the staff member is writing a reply.
    pub is_typing: bool,
    /// When the last signal was received.
    pub seen_at: DateTime<Utc>,
}

impl Check for PresencePing {
    fn check(&self, _: &mut FieldErrors) {}
}
