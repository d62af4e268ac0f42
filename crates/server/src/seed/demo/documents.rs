//! Documents of the customers: those that have proven an identity, one that did not, and a queue to look through. They
//! go the way of every upload: checked, drawn anew, sealed, stored.

use super::{
    super::{
        Ground,
        rows::{Rows, id_of},
        sealed::bytea,
    },
    people::People,
    pictures::{self, Shot},
};
use chrono::TimeDelta;
use platform::{Error, Result, crypto::Place};
use serde_json::{Value, json};
use wire::{KycDocumentId, UserId};

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Approved,
    Rejected(&'static str),
    Waiting,
}

/// Whose, what, how it was photographed, which drawing, how many hours ago, and what became of it.
type Line = (usize, &'static str, Shot, u32, i64, Ending);

const BLURRED: &str = "The picture is blurred or too dark to read. Please take it again in good light, with every line in focus.";
const EXPIRED: &str = "The document has expired. Please send one that is still valid.";

const DOCUMENTS: [Line; 22] = [
    (0, "passport", Shot::Straight, 1, 700, Ending::Approved),
    (1, "passport", Shot::Straight, 2, 690, Ending::Approved),
    (5, "id_card", Shot::Straight, 3, 610, Ending::Approved),
    (
        6,
        "drivers_license",
        Shot::Straight,
        4,
        590,
        Ending::Approved,
    ),
    (10, "passport", Shot::Sideways, 5, 470, Ending::Approved),
    (11, "passport", Shot::Straight, 6, 450, Ending::Approved),
    (15, "id_card", Shot::Straight, 7, 330, Ending::Approved),
    (16, "id_card", Shot::Straight, 8, 310, Ending::Approved),
    (20, "passport", Shot::Straight, 9, 200, Ending::Approved),
    (
        21,
        "drivers_license",
        Shot::Straight,
        10,
        190,
        Ending::Approved,
    ),
    (
        14,
        "passport",
        Shot::Straight,
        11,
        170,
        Ending::Rejected(EXPIRED),
    ),
    (
        13,
        "id_card",
        Shot::Dark,
        12,
        120,
        Ending::Rejected(BLURRED),
    ),
    (2, "passport", Shot::Straight, 13, 98, Ending::Waiting),
    (3, "id_card", Shot::Straight, 14, 61, Ending::Waiting),
    (
        4,
        "drivers_license",
        Shot::Sideways,
        15,
        30,
        Ending::Waiting,
    ),
    (13, "id_card", Shot::Dark, 12, 26, Ending::Waiting),
    (7, "utility_bill", Shot::Straight, 16, 21, Ending::Waiting),
    (8, "passport", Shot::Dark, 17, 9, Ending::Waiting),
    (9, "id_card", Shot::Straight, 18, 7, Ending::Waiting),
    (17, "id_card", Shot::Straight, 18, 5, Ending::Waiting),
    (18, "passport", Shot::Straight, 19, 3, Ending::Waiting),
    (
        24,
        "drivers_license",
        Shot::Straight,
        20,
        1,
        Ending::Waiting,
    ),
];

/// Adds them, their files first.
pub fn add(rows: &mut Rows, ground: &Ground<'_>, people: &People) -> Result<()> {
    let mut files = Vec::new();
    for (number, line) in DOCUMENTS.into_iter().enumerate() {
        files.push(document(rows, ground, people, (number, line))?);
    }
    ground.keep(files)
}

fn document(
    rows: &mut Rows,
    ground: &Ground<'_>,
    people: &People,
    (number, (whose, kind, shot, seed, hours, ending)): (usize, Line),
) -> Result<(String, Vec<u8>)> {
    let customer = people
        .customers
        .get(whose)
        .ok_or_else(|| Error::internal("a document of nobody"))?;
    let at = ground.now - TimeDelta::hours(hours);
    let id = id_of("demo document", number, at);
    let (content_type, name, bytes) = match kind {
        "utility_bill" => ("application/pdf", "bill.pdf", pictures::bill(seed)),
        _ => ("image/jpeg", "photo.jpg", pictures::photo_id(seed, shot)?),
    };
    let whose = (UserId(customer.id), KycDocumentId(id));
    let file = accounts::kyc::seal(ground.keys, whose, (content_type, name), &bytes)?;
    let sealed = ground
        .keys
        .seal(Place::new("kyc_documents", "file_name", id), name)?;
    let decided = (ending != Ending::Waiting).then(|| at + TimeDelta::minutes(100));
    let (status, reason) = match ending {
        Ending::Approved => ("approved", None),
        Ending::Rejected(why) => ("rejected", Some(why)),
        Ending::Waiting => ("pending", None),
    };
    rows.add("kyc_documents", json!({
        "id": id, "user_id": customer.id, "document_type": kind, "document_url": file.key, "status": status,
        "verified_by": decided.map(|_| people.admin), "verified_at": decided, "rejection_reason": reason, "uploaded_at": at,
        "file_name": bytea(&sealed), "content_type": file.content_type, "byte_size": file.byte_size,
        "content_hash": bytea(&file.hash), "uploaded_by": customer.id, "version": if decided.is_some() { 3 } else { 1 },
    }));
    let told = json!({ "document_type": kind, "content_type": file.content_type, "byte_size": file.byte_size });
    let act = |action| (action, "kyc_document", id);
    rows.act(
        at,
        Some((customer.id, "customer")),
        act("kyc.upload"),
        told,
        None,
    );
    if let Some(at) = decided {
        let action = if reason.is_some() {
            "kyc.reject"
        } else {
            "kyc.approve"
        };
        let change = json!({ "status": { "before": "pending", "after": status } });
        rows.act(
            at - TimeDelta::minutes(3),
            Some((people.admin, "admin")),
            act("kyc.claim"),
            Value::Null,
            None,
        );
        rows.act(
            at,
            Some((people.admin, "admin")),
            act(action),
            change,
            reason,
        );
    }
    Ok((file.key, file.bytes))
}
