//! Documents that prove who a customer is. The file itself is reached by a short-lived link that is made per
//! request and logged, so where it is stored has no field here.

use crate::{AnyOf, Check, FieldErrors, KycDocumentId, Resource, UserId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long a document is a reviewer's own once they have taken it up.
pub const CLAIM: TimeDelta = TimeDelta::minutes(15);
/// How long a link to a file opens it.
pub const LINK: TimeDelta = TimeDelta::seconds(60);
/// The most pixels that a picture may have.
pub const PIXELS: u64 = 40_000_000;

text_enum! {
    /// What a document is.
    KycDocumentType: KycDocumentType, "kyc_document_type" { Passport = "passport", IdCard = "id_card", DriversLicense = "drivers_license", UtilityBill = "utility_bill" }
}

text_enum! {
    /// What was decided about a document. The person's own [`super::users::KycStatus`] is derived from these.
    KycDocumentStatus: KycDocumentStatus, "kyc_document_status" { Pending = "pending", Approved = "approved", Rejected = "rejected" }
}

text_enum! {
    /// Whose a document is to review at the moment.
    KycClaim: text {
        /// The caller's.
        Me = "me",
        /// Nobody's: it waits.
        Nobody = "none",
    }
}

impl KycDocumentType {
    /// Whether it shows a face and says whose it is. One such document proves an identity.
    pub const fn is_photo_id(self) -> bool {
        !matches!(self, Self::UtilityBill)
    }
    /// What people call it, at the beginning of a line.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Passport => "Passport",
            Self::IdCard => "ID card",
            Self::DriversLicense => "Driver's license",
            Self::UtilityBill => "Utility bill",
        }
    }
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passport => "passport",
            Self::IdCard => "ID card",
            Self::DriversLicense => "driver's license",
            Self::UtilityBill => "utility bill",
        }
    }
}

/// A document that a customer uploaded. What reviewers know of each other's work, and of other customers, is null
/// for the customer and for integrators.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct KycDocument {
    /// Which document.
    pub id: KycDocumentId,
    /// Whose identity it proves.
    pub user_id: UserId,
    /// Their name.
    pub customer: String,
    /// What it is.
    pub document_type: KycDocumentType,
    /// What was decided about it.
    pub status: KycDocumentStatus,
    /// What the file was called where it came from.
    pub file_name: Option<String>,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub content_type: String,
    /// Its size, as it is kept.
    pub byte_size: i64,
    /// Whether the file is still kept. It goes some time after a rejection; what was decided stays.
    pub has_file: bool,
    /// Why it was rejected, for the customer to read.
    pub rejection_reason: Option<String>,
    /// When it was decided.
    pub verified_at: Option<DateTime<Utc>>,
    /// Who decided; never its own subject.
    pub verified_by: Option<UserId>,
    /// Their name.
    pub reviewer: Option<String>,
    /// When it was uploaded.
    pub uploaded_at: DateTime<Utc>,
    /// Who uploaded it; null when an integrator's program did.
    pub uploaded_by: Option<UserId>,
    /// Until when somebody has it to review. Once that has passed, it is nobody's.
    pub claimed_until: Option<DateTime<Utc>>,
    /// Who that is.
    pub claimed_by: Option<UserId>,
    /// Their name.
    pub claimant: Option<String>,
    /// Whether the customer has sent the same file before, and it was rejected.
    pub is_resubmitted: Option<bool>,
    /// Where else the same file was uploaded, for other customers.
    pub duplicates: Option<Vec<KycDuplicate>>,
    /// Revision, as the ETag carries it.
    pub version: i32,
}

/// The same file, uploaded for somebody else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct KycDuplicate {
    /// The other document; it may be deleted by now.
    pub id: KycDocumentId,
    /// For whom it was uploaded.
    pub user_id: UserId,
    /// Their name.
    pub customer: String,
    /// What was decided about it.
    pub status: KycDocumentStatus,
}

impl KycDocument {
    /// Who has it to review at this time.
    pub fn held_by(&self, now: DateTime<Utc>) -> Option<UserId> {
        self.claimed_until
            .filter(|until| *until > now)
            .and(self.claimed_by)
    }
    /// Whether somebody may decide about it, as far as who they are goes.
    pub fn may_be_reviewed_by(&self, reviewer: UserId) -> bool {
        self.user_id != reviewer && self.uploaded_by != Some(reviewer)
    }
}

/// A rejection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RejectDocument {
    /// Why, and what would be accepted. The customer reads it.
    #[cfg_attr(
        feature = "server",
        schema(
            example = "The picture is too dark to read. Send one that was taken in good light."
        )
    )]
    pub reason: String,
}

/// A link to a file. It opens without anything else, for whoever has it, until it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct KycLink {
    /// The address of the file.
    #[cfg_attr(
        feature = "server",
        schema(example = "/v1/kyc/files/AQIDBAUGBwgJCgsMDQ4PEA")
    )]
    pub url: String,
    /// When it ends, a minute after it was made.
    pub expires_at: DateTime<Utc>,
}

filter! {
    /// What goes with an uploaded file.
    KycUploadOptions {
        /// What the document is; always needed.
        document_type: KycDocumentType,
        /// What the file is called, with its ending; always needed.
        file_name: String,
        /// Whose document it is. A customer may leave it out; everybody else says it.
        user_id: UserId,
    }
}

filter! {
    /// What the list of documents can be narrowed by.
    KycFilter {
        /// The customer's e-mail address, words or word beginnings of the name, or a phone number.
        q: String,
        /// Any of these states.
        status: AnyOf<KycDocumentStatus>,
        /// Any of these kinds.
        document_type: AnyOf<KycDocumentType>,
        /// Of this customer.
        user_id: UserId,
        /// Being reviewed by the caller, or by nobody.
        claimed_by: KycClaim,
        /// Uploaded at or after.
        uploaded_at_from: DateTime<Utc>,
        /// Uploaded before.
        uploaded_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of documents can be ordered by; what waits longest comes first. */ KycSort { UploadedAt = "uploaded_at" asc, VerifiedAt = "verified_at" });

impl Resource for KycDocument {
    const PATH: &'static str = "/v1/kyc";
    const ONE: &'static str = "document";
    const MANY: &'static str = "documents";
    const NAMES_PEOPLE: bool = true;
    type Id = KycDocumentId;
    type Filter = KycFilter;
    type Sort = KycSort;
    fn id(&self) -> KycDocumentId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        format!("{} of {}", self.document_type.title(), self.customer)
    }
}

impl Check for RejectDocument {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 1, 500);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_ends_by_itself() {
        let (now, me) = (DateTime::<Utc>::UNIX_EPOCH, UserId::new());
        let document = KycDocument {
            id: KycDocumentId::new(),
            user_id: UserId::new(),
            customer: "Ada Lovelace".into(),
            document_type: KycDocumentType::IdCard,
            status: KycDocumentStatus::Pending,
            file_name: None,
            content_type: "image/png".into(),
            byte_size: 1,
            has_file: true,
            rejection_reason: None,
            verified_at: None,
            verified_by: None,
            reviewer: None,
            uploaded_at: now,
            uploaded_by: None,
            claimed_until: Some(now + CLAIM),
            claimed_by: Some(me),
            claimant: None,
            is_resubmitted: None,
            duplicates: None,
            version: 1,
        };
        assert_eq!(document.held_by(now), Some(me));
        assert_eq!(document.held_by(now + CLAIM), None);
        assert_eq!(document.label(), "ID card of Ada Lovelace");
        assert!(document.may_be_reviewed_by(me));
        assert!(!document.may_be_reviewed_by(document.user_id));
    }
}
