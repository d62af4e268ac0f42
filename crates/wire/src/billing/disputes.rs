//! Payments that the customer's bank takes back, unless they are answered in time.

text_enum! {
    /// How far a dispute has come.
    DisputeState: DisputeState, "dispute_state" {
        NeedsResponse = "needs_response", UnderReview = "under_review", Won = "won", Lost = "lost",
    }
}
