//! The KYC status of a customer, derived from the customer's documents.

use crate::kyc::query;
use platform::{
    Actor, Conn, Result, Tx,
    audit::{self, AuditEvent},
    settings::{self, KycRequiredDocuments},
};
use serde_json::json;
use wire::{
    UserId,
    accounts::{
        kyc::{KycDocumentStatus, KycDocumentType},
        users::KycStatus,
    },
    system::audit::AuditAction,
    system::settings::KycRequired,
};

/// Derives the KYC status of a locked customer, and stores it if it has changed.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    user: UserId,
    before: KycStatus,
) -> Result<KycStatus> {
    // Read while the customer is locked: after a change of the setting, a job locks and reassesses each customer.
    let required = settings::get(tx.conn(), KycRequiredDocuments)?;
    let after = derive(
        &query::documents_by_latest_event(tx.conn(), user)?,
        &required,
    );
    if after != before {
        query::set_kyc_status(tx, user, after)?;
        let change = json!({ "kyc_status": { "before": before, "after": after } });
        audit::record(
            tx,
            actor,
            AuditEvent::new(AuditAction::UserChangeKycStatus, user).with_change(change),
        )?;
    }
    Ok(after)
}

/// Derives a customer's KYC status again, unless the customer was deleted meanwhile.
pub fn reassess(tx: &mut Tx<'_>, actor: &Actor, user: UserId) -> Result<()> {
    match query::lock_customer_if_exists(tx, user)? {
        Some(before) => update(tx, actor, user, before).map(drop),
        None => Ok(()),
    }
}

/// Returns the KYC status that follows from documents, which come latest event first: verified when the approved ones
/// meet the requirement, rejected when the latest event is a rejection, otherwise pending.
fn derive(documents: &[(KycDocumentType, KycDocumentStatus)], required: &KycRequired) -> KycStatus {
    let approved = approved(documents);
    match documents.first() {
        _ if required.is_met_by(&approved) => KycStatus::Verified,
        Some((_, KycDocumentStatus::Rejected)) => KycStatus::Rejected,
        _ => KycStatus::Pending,
    }
}

fn approved(documents: &[(KycDocumentType, KycDocumentStatus)]) -> Vec<KycDocumentType> {
    documents
        .iter()
        .filter(|(_, status)| *status == KycDocumentStatus::Approved)
        .map(|(document, _)| *document)
        .collect()
}

/// Describes which documents a customer still has to send: one of each group.
pub fn missing(conn: &mut Conn, user: UserId) -> Result<Option<String>> {
    let required = settings::get(conn, KycRequiredDocuments)?;
    let approved = approved(&query::documents_by_latest_event(conn, user)?);
    let groups: Vec<String> = required.missing(&approved).map(any_of).collect();
    Ok((!groups.is_empty()).then(|| groups.join("; and ")))
}

/// Describes a choice of documents, such as `a passport, an ID card or a driver's license`.
fn any_of(group: &[KycDocumentType]) -> String {
    let names: Vec<&str> = group
        .iter()
        .map(|document| with_article(*document))
        .collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

const fn with_article(document: KycDocumentType) -> &'static str {
    match document {
        KycDocumentType::Passport => "a passport",
        KycDocumentType::IdCard => "an ID card",
        KycDocumentType::DriversLicense => "a driver's license",
        KycDocumentType::UtilityBill => "a utility bill",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use KycDocumentStatus::{Approved, Pending, Rejected};
    use KycDocumentType::{DriversLicense, IdCard, Passport, UtilityBill};

    #[test]
    fn approved_photo_id_verifies_and_otherwise_latest_event_decides() {
        let photo = KycRequired(vec![vec![Passport, IdCard, DriversLicense]]);
        for (documents, status) in [
            (&[][..], KycStatus::Pending),
            (&[(Passport, Pending)], KycStatus::Pending),
            (&[(UtilityBill, Approved)], KycStatus::Pending),
            (&[(Passport, Approved)], KycStatus::Verified),
            (
                &[(IdCard, Rejected), (Passport, Approved)],
                KycStatus::Verified,
            ),
            (
                &[(IdCard, Rejected), (Passport, Pending)],
                KycStatus::Rejected,
            ),
            (
                &[(UtilityBill, Rejected), (UtilityBill, Approved)],
                KycStatus::Rejected,
            ),
            (
                &[(UtilityBill, Approved), (Passport, Rejected)],
                KycStatus::Pending,
            ),
            (
                &[(Passport, Pending), (Passport, Rejected)],
                KycStatus::Pending,
            ),
        ] {
            assert_eq!(derive(documents, &photo), status, "{documents:?}");
        }
    }

    #[test]
    fn every_required_group_needs_an_approved_document() {
        let both = KycRequired(vec![vec![Passport, IdCard], vec![UtilityBill]]);
        for (documents, status) in [
            (&[(Passport, Approved)][..], KycStatus::Pending),
            (&[(UtilityBill, Approved)], KycStatus::Pending),
            (
                &[(UtilityBill, Approved), (IdCard, Approved)],
                KycStatus::Verified,
            ),
            (
                &[(UtilityBill, Pending), (IdCard, Approved)],
                KycStatus::Pending,
            ),
            (
                &[(UtilityBill, Rejected), (IdCard, Approved)],
                KycStatus::Rejected,
            ),
        ] {
            assert_eq!(derive(documents, &both), status, "{documents:?}");
        }
    }

    #[test]
    fn missing_documents_are_described_in_words() {
        assert_eq!(any_of(&[Passport]), "a passport");
        assert_eq!(
            any_of(&[Passport, IdCard, DriversLicense]),
            "a passport, an ID card or a driver's license"
        );
    }
}
