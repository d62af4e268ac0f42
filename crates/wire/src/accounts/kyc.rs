//! Identity documents of customers. A file is reached only by a short-lived link that is created per request and
//! logged, so no field contains its storage location.

use crate::{AnyOf, Check, FieldErrors, KycDocumentId, Resource, UserId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long a claimed document is reserved for its reviewer.
pub const CLAIM_DURATION: TimeDelta = TimeDelta::minutes(15);
/// How long a link to a file is valid.
pub const LINK_LIFETIME: TimeDelta = TimeDelta::seconds(60);
/// Maximum number of pixels of an image.
pub const MAX_PIXELS: u64 = 40_000_000;

text_enum! {
    /// The type of an identity document.
    KycDocumentType: KycDocumentType, "kyc_document_type" { Passport = "passport", IdCard = "id_card", DriversLicense = "drivers_license", UtilityBill = "utility_bill" }
}

text_enum! {
    /// The review status of an identity document. The customer's own [`super::users::KycStatus`] is derived from these.
    KycDocumentStatus: KycDocumentStatus, "kyc_document_status" { Pending = "pending", Approved = "approved", Rejected = "rejected" }
}

impl KycDocumentStatus {
    /// Returns whether a document of this status can get the status `to`. A decision is final; a customer sends another
    /// document.
    pub const fn can_become(self, to: Self) -> bool {
        matches!((self, to), (Self::Pending, Self::Approved | Self::Rejected))
    }
}

text_enum! {
    /// Who has claimed a document or case.
    ClaimedBy: text {
        /// The caller.
        Me = "me",
        /// No user: it waits for a reviewer.
        Unclaimed = "none",
    }
}

impl KycDocumentType {
    /// Returns whether the document shows a face and a name. One such document proves an identity.
    pub const fn is_photo_id(self) -> bool {
        !matches!(self, Self::UtilityBill)
    }
    /// Returns the display name at the beginning of a line.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Passport => "Passport",
            Self::IdCard => "ID card",
            Self::DriversLicense => "Driver's license",
            Self::UtilityBill => "Utility bill",
        }
    }
    /// Returns the display name within a sentence.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passport => "passport",
            Self::IdCard => "ID card",
            Self::DriversLicense => "driver's license",
            Self::UtilityBill => "utility bill",
        }
    }
}

/// An identity document that a customer uploaded. The fields about reviewers and about other customers are null for
/// customers and integrators.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct KycDocument {
    /// ID of the document.
    pub id: KycDocumentId,
    /// The customer whose identity the document proves.
    pub user_id: UserId,
    /// Name of the customer.
    pub customer: String,
    /// Type of the document.
    pub document_type: KycDocumentType,
    /// Review status of the document.
    pub status: KycDocumentStatus,
    /// Original name of the file.
    pub file_name: Option<String>,
    /// Media type of the file: `application/pdf`, `image/jpeg` or `image/png`.
    pub content_type: String,
    /// Size of the stored file in bytes.
    pub byte_size: i64,
    /// Whether the file is still stored. The server deletes it some time after a rejection; the decision stays.
    pub has_file: bool,
    /// Reason of the rejection, which the customer can read.
    pub rejection_reason: Option<String>,
    /// When the reviewer decided.
    pub verified_at: Option<DateTime<Utc>>,
    /// The user who decided; never the customer whose document it is.
    pub verified_by: Option<UserId>,
    /// Name of the reviewer.
    pub reviewer: Option<String>,
    /// When the document was uploaded.
    pub uploaded_at: DateTime<Utc>,
    /// The user who uploaded the document; null when an API client uploaded it.
    pub uploaded_by: Option<UserId>,
    /// When the reviewer's claim expires.
    pub claimed_until: Option<DateTime<Utc>>,
    /// The reviewer who has claimed the document.
    pub claimed_by: Option<UserId>,
    /// Name of the reviewer who has claimed the document.
    pub claimant: Option<String>,
    /// Whether an earlier upload of the same file by the customer was rejected.
    pub is_resubmitted: Option<bool>,
    /// Uploads of the same file for other customers.
    pub duplicates: Option<Vec<KycDuplicate>>,
    /// Version of the document, as sent in the `ETag`.
    pub version: i32,
}

/// An upload of the same file for another customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct KycDuplicate {
    /// ID of the other document, which may have been deleted.
    pub id: KycDocumentId,
    /// The other customer.
    pub user_id: UserId,
    /// Name of the other customer.
    pub customer: String,
    /// Review status of the other document.
    pub status: KycDocumentStatus,
}

impl KycDocument {
    /// Returns the reviewer whose claim is valid at this time.
    pub fn active_claimant(&self, now: DateTime<Utc>) -> Option<UserId> {
        self.claimed_until
            .filter(|until| *until > now)
            .and(self.claimed_by)
    }
    /// Returns whether the reviewer may decide about the document: neither its owner nor its uploader may.
    pub fn may_be_reviewed_by(&self, reviewer: UserId) -> bool {
        self.user_id != reviewer && self.uploaded_by != Some(reviewer)
    }
}

/// Rejection of an identity document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RejectDocument {
    /// Why the document is rejected, and which document would be accepted. The customer can read the reason.
    #[cfg_attr(
        feature = "server",
        schema(
            example = "The picture is too dark to read. Send one that was taken in good light."
        )
    )]
    pub reason: String,
}

/// A link to a file. Anyone who has the link can open the file until the link expires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct KycLink {
    /// URL of the file.
    #[cfg_attr(
        feature = "server",
        schema(example = "/v1/kyc/files/AQIDBAUGBwgJCgsMDQ4PEA")
    )]
    pub url: String,
    /// When the link expires: one minute after it was created.
    pub expires_at: DateTime<Utc>,
}

filter! {
    /// Parameters of an upload.
    KycUploadOptions {
        /// Type of the document; always required.
        document_type: KycDocumentType,
        /// Name of the file with its extension; always required.
        file_name: String,
        /// The customer whose document it is. Customers may leave it out; other callers must send it.
        user_id: UserId,
    }
}

filter! {
    /// Filter of the list of identity documents.
    KycFilter {
        /// Search text: the customer's email address, words or word prefixes of the name, or a phone number.
        q: String,
        /// Documents with any of these statuses.
        status: AnyOf<KycDocumentStatus>,
        /// Documents of any of these types.
        document_type: AnyOf<KycDocumentType>,
        /// Documents of this customer.
        user_id: UserId,
        /// Documents that the caller has claimed, or that no reviewer has.
        claimed_by: ClaimedBy,
        /// Uploaded at or after.
        uploaded_at_from: DateTime<Utc>,
        /// Uploaded before.
        uploaded_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of documents; the oldest comes first.
    KycSort { UploadedAt = "uploaded_at" asc, VerifiedAt = "verified_at" });

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
    fn claim_expires() {
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
            claimed_until: Some(now + CLAIM_DURATION),
            claimed_by: Some(me),
            claimant: None,
            is_resubmitted: None,
            duplicates: None,
            version: 1,
        };
        assert_eq!(document.active_claimant(now), Some(me));
        assert_eq!(document.active_claimant(now + CLAIM_DURATION), None);
        assert_eq!(document.label(), "ID card of Ada Lovelace");
        assert!(document.may_be_reviewed_by(me));
        assert!(!document.may_be_reviewed_by(document.user_id));
    }
}
