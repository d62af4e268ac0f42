//! Documents that prove who a customer is. The file itself is reached by a short-lived link that is made per
//! request and logged, so where it is stored has no field here.

use crate::{KycDocumentId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a document is.
    KycDocumentType: KycDocumentType, "kyc_document_type" { Passport = "passport", IdCard = "id_card", DriversLicense = "drivers_license", UtilityBill = "utility_bill" }
}

text_enum! {
    /// What was decided about a document. The person's own [`super::users::KycStatus`] is derived from these.
    KycDocumentStatus: KycDocumentStatus, "kyc_document_status" { Pending = "pending", Approved = "approved", Rejected = "rejected" }
}

/// A document that a customer uploaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::kyc_documents, check_for_backend(diesel::pg::Pg)))]
pub struct KycDocument {
    /// Which document.
    pub id: KycDocumentId,
    /// Whose identity it proves.
    pub user_id: UserId,
    /// What it is.
    pub document_type: KycDocumentType,
    /// What was decided about it.
    pub status: KycDocumentStatus,
    /// Who decided; never its own subject.
    pub verified_by: Option<UserId>,
    /// When that was.
    pub verified_at: Option<DateTime<Utc>>,
    /// Why it was rejected, for the customer to read.
    pub rejection_reason: Option<String>,
    /// When it was uploaded.
    pub uploaded_at: DateTime<Utc>,
}
