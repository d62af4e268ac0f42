//! KYC documents, which prove the identity of a customer: the queue and the review.

mod actions;
mod detail;
mod list;
mod review;
mod upload;

use kit::{
    Screen,
    ui::{Tone, Value},
};
use wire::{
    Permission,
    accounts::kyc::{KycDocument, KycDocumentStatus},
};

/// The screens of KYC documents.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/accounts/kyc",
        title: "KYC",
        needs: Permission::KycRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/accounts/kyc/new",
        title: "Upload document",
        needs: Permission::KycUpload,
        view: |_| Some(upload::screen()),
    },
    Screen {
        path: "/accounts/kyc/{id}",
        title: "Document",
        needs: Permission::KycRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
];

/// Returns the status badge of a document.
fn status(document: &KycDocument) -> (&'static str, Tone) {
    super::parts::document_status(document.status)
}

/// Returns the name of the kind of document.
fn kind(document: &KycDocument) -> &'static str {
    document.document_type.title()
}

/// Returns how long a document has been pending: amber after one day, red after three days.
fn age(document: &KycDocument) -> Value {
    let now = kit::format::now();
    let waited = now.signed_duration_since(document.uploaded_at);
    let tone = match waited.num_hours() {
        _ if document.status != KycDocumentStatus::Pending => {
            return Value::ago(document.uploaded_at);
        }
        ..24 => Tone::Neutral,
        24..72 => Tone::Waiting,
        _ => Tone::Bad,
    };
    Value::badge(kit::format::ago(document.uploaded_at, now), tone)
        .hint(kit::format::moment(document.uploaded_at))
}

/// Formats a size in bytes, such as `1.5 MB`.
fn size(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}
