//! Identity documents of the customers: approved ones, rejected ones, and a queue for review. The server processes them like
//! every upload: it validates, re-encodes, seals and stores them.

use super::{
    super::{
        SeedContext,
        rows::{Event, Rows, id_of},
        sealed::bytea,
    },
    document_images::{self, Shot},
    people::People,
};
use chrono::TimeDelta;
use platform::{Error, Result, crypto::FieldContext};
use serde_json::{Value, json};
use wire::{KycDocumentId, UserId, system::audit::AuditAction};

/// The result of the review of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReviewResult {
    Approved,
    Rejected(&'static str),
    Pending,
}

/// A document: the index of the customer, the kind, the photograph, the seed of the drawing, the age in hours, and the review
/// result.
type Line = (usize, &'static str, Shot, u32, i64, ReviewResult);

const BLURRED: &str = "The picture is blurred or too dark to read. Please take it again in good light, with every line in focus.";
const EXPIRED: &str = "The document has expired. Please send one that is still valid.";

const DOCUMENTS: [Line; 22] = [
    (
        0,
        "passport",
        Shot::Straight,
        1,
        700,
        ReviewResult::Approved,
    ),
    (
        1,
        "passport",
        Shot::Straight,
        2,
        690,
        ReviewResult::Approved,
    ),
    (5, "id_card", Shot::Straight, 3, 610, ReviewResult::Approved),
    (
        6,
        "drivers_license",
        Shot::Straight,
        4,
        590,
        ReviewResult::Approved,
    ),
    (
        10,
        "passport",
        Shot::Sideways,
        5,
        470,
        ReviewResult::Approved,
    ),
    (
        11,
        "passport",
        Shot::Straight,
        6,
        450,
        ReviewResult::Approved,
    ),
    (
        15,
        "id_card",
        Shot::Straight,
        7,
        330,
        ReviewResult::Approved,
    ),
    (
        16,
        "id_card",
        Shot::Straight,
        8,
        310,
        ReviewResult::Approved,
    ),
    (
        20,
        "passport",
        Shot::Straight,
        9,
        200,
        ReviewResult::Approved,
    ),
    (
        21,
        "drivers_license",
        Shot::Straight,
        10,
        190,
        ReviewResult::Approved,
    ),
    (
        14,
        "passport",
        Shot::Straight,
        11,
        170,
        ReviewResult::Rejected(EXPIRED),
    ),
    (
        13,
        "id_card",
        Shot::Dark,
        12,
        120,
        ReviewResult::Rejected(BLURRED),
    ),
    (2, "passport", Shot::Straight, 13, 98, ReviewResult::Pending),
    (3, "id_card", Shot::Straight, 14, 61, ReviewResult::Pending),
    (
        4,
        "drivers_license",
        Shot::Sideways,
        15,
        30,
        ReviewResult::Pending,
    ),
    (13, "id_card", Shot::Dark, 12, 26, ReviewResult::Pending),
    (
        7,
        "utility_bill",
        Shot::Straight,
        16,
        21,
        ReviewResult::Pending,
    ),
    (8, "passport", Shot::Dark, 17, 9, ReviewResult::Pending),
    (9, "id_card", Shot::Straight, 18, 7, ReviewResult::Pending),
    (17, "id_card", Shot::Straight, 18, 5, ReviewResult::Pending),
    (18, "passport", Shot::Straight, 19, 3, ReviewResult::Pending),
    (
        24,
        "drivers_license",
        Shot::Straight,
        20,
        1,
        ReviewResult::Pending,
    ),
];

/// Adds the documents, after their files.
pub fn add(rows: &mut Rows, ctx: &SeedContext<'_>, people: &People) -> Result<()> {
    let mut files = Vec::new();
    for (number, line) in DOCUMENTS.into_iter().enumerate() {
        files.push(document(rows, ctx, people, number, line)?);
    }
    ctx.store_files(files)
}

fn document(
    rows: &mut Rows,
    ctx: &SeedContext<'_>,
    people: &People,
    number: usize,
    line: Line,
) -> Result<(String, Vec<u8>)> {
    let (customer, kind, shot, seed, hours, result) = line;
    let customer = people
        .customers
        .get(customer)
        .ok_or_else(|| Error::internal("a document has no customer"))?;
    let at = ctx.now - TimeDelta::hours(hours);
    let id = id_of("demo document", number, at);
    let (content_type, name, bytes) = match kind {
        "utility_bill" => ("application/pdf", "bill.pdf", document_images::bill(seed)),
        _ => (
            "image/jpeg",
            "photo.jpg",
            document_images::photo_id(seed, shot)?,
        ),
    };
    let file = accounts::kyc::seal(
        ctx.keys,
        &accounts::kyc::NewFile {
            user: UserId(customer.id),
            id: KycDocumentId(id),
            content_type,
            name,
            bytes: &bytes,
        },
    )?;
    let sealed = ctx
        .keys
        .seal(FieldContext::new("kyc_documents", "file_name", id), name)?;
    let decided = (result != ReviewResult::Pending).then(|| at + TimeDelta::minutes(100));
    let (status, reason) = match result {
        ReviewResult::Approved => ("approved", None),
        ReviewResult::Rejected(reason) => ("rejected", Some(reason)),
        ReviewResult::Pending => ("pending", None),
    };
    rows.add("kyc_documents", json!({
        "id": id, "user_id": customer.id, "document_type": kind, "document_url": file.key, "status": status,
        "verified_by": decided.map(|_| people.admin), "verified_at": decided, "rejection_reason": reason, "uploaded_at": at,
        "file_name": bytea(&sealed), "content_type": file.content_type, "byte_size": file.byte_size,
        "content_hash": bytea(&file.hash), "uploaded_by": customer.id, "version": if decided.is_some() { 3 } else { 1 },
    }));
    let upload = json!({ "document_type": kind, "content_type": file.content_type, "byte_size": file.byte_size });
    let event = |action| Event::new(action, "kyc_document", id);
    rows.audit(
        at,
        Some((customer.id, "customer")),
        event(AuditAction::KycUpload),
        upload,
        None,
    );
    if let Some(at) = decided {
        let action = if reason.is_some() {
            AuditAction::KycReject
        } else {
            AuditAction::KycApprove
        };
        let change = json!({ "status": { "before": "pending", "after": status } });
        rows.audit(
            at - TimeDelta::minutes(3),
            Some((people.admin, "admin")),
            event(AuditAction::KycClaim),
            Value::Null,
            None,
        );
        rows.audit(
            at,
            Some((people.admin, "admin")),
            event(action),
            change,
            reason,
        );
    }
    Ok((file.key, file.bytes))
}
