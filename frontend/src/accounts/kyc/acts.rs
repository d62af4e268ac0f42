//! What can be done with a document.

use super::desk::{Desk, is_free, is_mine, next};
use kit::{
    api,
    page::{Act, act, act_for},
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission,
    accounts::kyc::{KycDocument, KycDocumentStatus, RejectDocument},
};

/// Reasons that most rejections have. The customer reads them as they are.
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
        "Another name",
        "The name on the document is not the name of your account. Please send a document of your own, or correct your name first.",
    ),
    (
        "Wrong document",
        "This is not the kind of document that was asked for. Please send a passport, an ID card or a driver's license.",
    ),
    (
        "Not an original",
        "We can accept a picture of the original document only, not of a copy or a screen.",
    ),
];

/// Accepts it, and goes on to the next one.
pub fn approve(desk: Desk) -> Act<KycDocument> {
    act(
        "Approve",
        "was approved",
        Permission::KycReview,
        move |document: KycDocument| async move {
            api::act(&document, "approve", &()).await?;
            desk.decided();
            next(document.id).await;
            Ok(())
        },
    )
    .asks("The customer is told. One approved photo id verifies their identity.")
    .titled(|document| asked("Approve", document))
    .when(is_mine)
    .icon(Icon::Check)
    .primary()
    .key("a")
}

/// Rejects it, says why, and goes on to the next one.
pub fn reject(desk: Desk) -> Act<KycDocument> {
    act_for(
        "Reject",
        "was rejected",
        Permission::KycReview,
        Reason::Suggested(REASONS),
        move |document: KycDocument, reason| async move {
            api::act(&document, "reject", &RejectDocument { reason }).await?;
            desk.decided();
            next(document.id).await;
            Ok(())
        },
    )
    .asks("The customer reads the reason, and can send another document.")
    .titled(|document| asked("Reject", document))
    .when(is_mine)
    .icon(Icon::Ban)
    .danger()
    .key("x")
}

/// Takes it up again, after a claim has ended.
pub fn take_up(desk: Desk) -> Act<KycDocument> {
    act(
        "Review",
        "is yours for 15 minutes",
        Permission::KycReview,
        move |document: KycDocument| async move {
            api::act(&document, "claim", &()).await?;
            drop(desk.take_up(document.id).await);
            Ok(())
        },
    )
    .when(is_free)
    .icon(Icon::Eye)
    .key("c")
}

/// Takes it away, with its file.
pub fn remove() -> Act<KycDocument> {
    act(
        "Delete",
        "was deleted",
        Permission::KycUpload,
        |document: KycDocument| async move {
            api::remove(&document).await?;
            kit::go("/accounts/kyc");
            Ok(())
        },
    )
    .asks("The file is removed for good. An identity that it proved is open again.")
    .titled(|document| asked("Delete", document))
    .when(|document| document.status != KycDocumentStatus::Pending || is_free(document))
    .icon(Icon::Trash2)
    .danger()
}

fn asked(verb: &str, document: &KycDocument) -> String {
    let (name, whose) = (document.document_type.name(), &document.customer);
    format!("{verb} the {name} of {whose}?")
}
