//! Parts that several screens of this section share.

use kit::{
    page::{Related, related},
    table::{ago, maybe, state, text},
    ui::Tone,
};
use wire::{
    Permission, UserId,
    accounts::kyc::{KycDocument, KycDocumentStatus, KycFilter},
};

/// Returns the card with the documents of a customer.
pub fn documents(id: UserId) -> Related<KycDocument> {
    let filter = KycFilter {
        user_id: Some(id),
        ..KycFilter::default()
    };
    related::<KycDocument>("Documents", Permission::KycRead, filter)
        .column(text("Document", |document: &KycDocument| {
            document.document_type.title()
        }))
        .column(state("Status", |document: &KycDocument| {
            document_status(document.status)
        }))
        .column(ago("Uploaded", |document: &KycDocument| {
            Some(document.uploaded_at)
        }))
        .column(ago("Decided", |document: &KycDocument| {
            document.verified_at
        }))
        .column(maybe("Reason", |document: &KycDocument| {
            document.rejection_reason.clone()
        }))
        .opens(|document| format!("/accounts/kyc/{}", document.id))
        .all("/accounts/kyc")
        .add(
            "Upload",
            format!("/accounts/kyc/new?user_id={id}"),
            Permission::KycUpload,
        )
        .empty("No documents yet.")
}

/// Returns the status badge of a document.
pub const fn document_status(status: KycDocumentStatus) -> (&'static str, Tone) {
    let tone = match status {
        KycDocumentStatus::Pending => Tone::Waiting,
        KycDocumentStatus::Approved => Tone::Good,
        KycDocumentStatus::Rejected => Tone::Bad,
    };
    (status.as_str(), tone)
}
