//! The diagnosis of an eSIM that has no data: checks in the order in which an agent makes them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a check looks at.
    DiagnosisTopic: text {
        /// The status of the eSIM.
        Status = "status",
        /// The state of the profile on the phone.
        Profile = "profile",
        /// The bundle on the eSIM.
        Bundle = "bundle",
        /// The validity.
        Expiry = "expiry",
        /// The used data.
        Usage = "usage",
        /// The verification of the customer's identity.
        Identity = "identity",
        /// The settings of the phone.
        Device = "device",
        /// The provider.
        Provider = "provider",
        /// The age of what the provider last reported.
        LastContact = "last_contact",
    }
}
text_enum! {
    /// Result of a check.
    DiagnosisResult: text {
        /// The check found no problem.
        Ok = "ok",
        /// The check found a possible cause.
        Warning = "warning",
        /// The check found the cause.
        Problem = "problem",
        /// The data of the check is not known.
        Unknown = "unknown",
    }
}
text_enum! {
    /// The next step after a diagnosis.
    DiagnosisStep: text {
        /// Nothing to do here.
        None = "none",
        /// Sell the eSIM first.
        Sell = "sell",
        /// Send the installation again.
        SendInstallation = "send_installation",
        /// Ask the customer to switch the eSIM on.
        EnableProfile = "enable_profile",
        /// Resume the service.
        Resume = "resume",
        /// Add data or days.
        TopUp = "top_up",
        /// Sell a new eSIM.
        Replace = "replace",
        /// Ask for identity documents.
        VerifyIdentity = "verify_identity",
        /// Ask the customer to check roaming and the APN.
        CheckPhone = "check_phone",
        /// Load the state from the provider.
        Refresh = "refresh",
        /// Wait for the provider.
        Wait = "wait",
        /// Contact the provider.
        ContactProvider = "contact_provider",
    }
}

/// A check of a diagnosis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DiagnosisCheck {
    /// What the check looks at.
    pub topic: DiagnosisTopic,
    /// Result of the check.
    pub result: DiagnosisResult,
    /// What the check found, as a stable code such as `suspended`.
    pub code: String,
    /// What the check found, in a sentence.
    pub finding: String,
    /// The next step.
    pub step: DiagnosisStep,
    /// The next step, in a sentence; null when there is none.
    pub advice: Option<String>,
}

/// Why an eSIM may have no data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimDiagnosis {
    /// The likely cause: the first problem, or else the first warning; null when no check found one.
    pub cause: Option<DiagnosisCheck>,
    /// All checks, in the order in which an agent makes them.
    pub checks: Vec<DiagnosisCheck>,
    /// When the diagnosis was made.
    pub checked_at: DateTime<Utc>,
}
