//! What does not add up: money without an eSIM, an eSIM without money, outcomes that nobody knows.

text_enum! {
    /// What does not add up.
    CaseKind: CaseKind, "case_kind" {
        PaidNotDelivered = "paid_not_delivered", DeliveredNotPaid = "delivered_not_paid", RefundStuck = "refund_stuck",
        AmountMismatch = "amount_mismatch", UnknownOutcome = "unknown_outcome", PaidLate = "paid_late", SurplusEsim = "surplus_esim",
    }
}
text_enum! {
    /// How far a case has come.
    CaseStatus: CaseStatus, "case_status" { Open = "open", Escalated = "escalated", Resolved = "resolved" }
}
