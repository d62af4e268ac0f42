//! The actions on a KYC document: approve, reject, claim, delete.

use super::review::{Review, is_free, is_mine, open_next};
use kit::{
    api,
    page::{Action, action, action_with_reason},
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission,
    accounts::kyc::{KycDocument, KycDocumentStatus, RejectDocument},
};

/// Suggested reasons for a rejection. The customer receives the text unchanged.
const REASONS: &[(&str, &str)] = &[
    (
        "Not readable",
        "The picture is blurred or too dark to read. Please take it again in good light, with every line in focus.",
    ),
    (
        "Cut off",
        "Part of the document is missing from the picture. Please send it again with all four corners visible.",
    ),
    (
        "Expired",
        "The document has expired. Please send one that is still valid.",
    ),
    (
        "Name mismatch",
        "The name on the document is not the name of your account. Please send a document of your own, or correct the name of your account first.",
    ),
    (
        "Wrong document",
        "This is not the kind of document that we need. Please send a passport, an ID card or a driver's license.",
    ),
    (
        "Not an original",
        "We can accept a picture of the original document only, not of a copy or a screen.",
    ),
];

/// Approves the document and opens the next one in the queue.
pub fn approve(review: Review) -> Action<KycDocument> {
    action(
        "Approve",
        "approved",
        Permission::KycReview,
        move |document: KycDocument| async move {
            api::post_action(&document, "approve", &()).await?;
            review.complete();
            open_next(document.id).await;
            Ok(())
        },
    )
    .asks("The customer is notified. One approved photo ID verifies the identity of the customer.")
    .titled(|document| title("Approve", document))
    .when(is_mine)
    .icon(Icon::Check)
    .primary()
    .key("a")
}

/// Rejects the document with a reason and opens the next one in the queue.
pub fn reject(review: Review) -> Action<KycDocument> {
    action_with_reason(
        "Reject",
        "rejected",
        Permission::KycReview,
        Reason::Suggested(REASONS),
        move |document: KycDocument, reason| async move {
            api::post_action(&document, "reject", &RejectDocument { reason }).await?;
            review.complete();
            open_next(document.id).await;
            Ok(())
        },
    )
    .asks("The customer receives the reason and can send another document.")
    .titled(|document| title("Reject", document))
    .when(is_mine)
    .icon(Icon::Ban)
    .danger()
    .key("x")
}

/// Claims the document again after a claim has expired.
pub fn claim(review: Review) -> Action<KycDocument> {
    action(
        "Assign to me",
        "is locked to you for 15 minutes",
        Permission::KycReview,
        move |document: KycDocument| async move {
            api::post_action(&document, "claim", &()).await?;
            drop(review.claim(document.id).await);
            Ok(())
        },
    )
    .when(is_free)
    .icon(Icon::Eye)
    .key("c")
}

/// Deletes the document and its file.
pub fn remove() -> Action<KycDocument> {
    action(
        "Delete",
        "deleted",
        Permission::KycUpload,
        |document: KycDocument| async move {
            api::remove(&document).await?;
            kit::go("/accounts/kyc");
            Ok(())
        },
    )
    .asks("The file is deleted and cannot be restored. If it proved the identity of the customer, the identity has to be verified again.")
    .titled(|document| title("Delete", document))
    .when(|document| document.status != KycDocumentStatus::Pending || is_free(document))
    .icon(Icon::Trash2)
    .danger()
}

fn title(verb: &str, document: &KycDocument) -> String {
    let (name, customer) = (document.document_type.name(), &document.customer);
    format!("{verb} the {name} of {customer}?")
}
