//! Eligibility for a refund: the recommended amount per unit, by used data and remaining time.

use super::RefundEffect;
use crate::{
    Currency, EsimId, Money,
    esims::inventory::{EsimStatus, ProfileState},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// The recommended refund.
    RefundRecommendation: text {
        /// Nothing was used: refund everything.
        Full = "full",
        /// A part was used: refund the rest.
        Partial = "partial",
        /// Everything was used, or the validity has ended: refund nothing.
        Nothing = "nothing",
    }
}

/// The state of a sale at one moment, and the refund that it suggests. The recommendation is not binding: the staff
/// member who decides may refund more or less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RefundEligibility {
    /// When the eligibility was calculated.
    pub read_at: DateTime<Utc>,
    /// Maximum amount that can be refunded.
    pub left_amount: Money,
    /// Recommended amount.
    pub recommended_amount: Money,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Recommended effect on the eSIMs.
    pub recommended_effect: RefundEffect,
    /// The recommendation: full, partial or nothing.
    pub verdict: RefundRecommendation,
    /// Days since the payment.
    pub age_days: i64,
    /// Further facts for or against a refund, in sentences.
    pub notes: Vec<String>,
    /// The units of the sale.
    pub units: Vec<RefundUnit>,
}

/// One eSIM of a sale and its share of the refund.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RefundUnit {
    /// Number of the unit in the order, from 1.
    pub unit_no: i32,
    /// The eSIM of the unit; null when it was not delivered.
    pub esim_id: Option<EsimId>,
    /// ICCID of the eSIM.
    pub iccid: Option<String>,
    /// Status of the eSIM.
    pub status: Option<EsimStatus>,
    /// State of the eSIM's profile.
    pub profile_state: Option<ProfileState>,
    /// Used data in bytes.
    pub used_bytes: i64,
    /// Data limit in bytes; null for unlimited.
    pub total_bytes: Option<i64>,
    /// Validity in days.
    pub days: i32,
    /// Remaining days; all of them before the first use.
    pub days_left: i32,
    /// Share of the payment for this unit.
    pub share: Money,
    /// Recommended refund for this unit: the unused part of the data or the remaining part of the days, whichever is
    /// less.
    pub recommended_amount: Money,
    /// Explanation of the recommended amount in a sentence.
    pub why: String,
}

impl RefundUnit {
    /// Returns whether the eSIM was neither installed nor used, so that cancelling it takes nothing from the customer.
    pub fn is_unused(&self) -> bool {
        self.used_bytes == 0
            && self.profile_state.is_none_or(|state| {
                matches!(
                    state,
                    ProfileState::Reserving | ProfileState::Released | ProfileState::Downloaded
                )
            })
    }
}

impl RefundEligibility {
    /// Returns the effect for a request that states none: the recommended effect when the full refundable amount is
    /// refunded, and none when a part is, because the customer keeps the part that is still paid for.
    pub fn effect_of(&self, amount: &Money) -> RefundEffect {
        if *amount >= self.left_amount {
            self.recommended_effect
        } else {
            RefundEffect::None
        }
    }
    /// Returns whether the facts about the sale are the same: delivered, used, suspended and refunded units. Days that
    /// pass make no difference.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let facts = |of: &Self| {
            let units: Vec<_> = of
                .units
                .iter()
                .map(|unit| {
                    (
                        unit.esim_id,
                        unit.status,
                        unit.profile_state,
                        unit.used_bytes,
                    )
                })
                .collect();
            (of.left_amount.clone(), units)
        };
        facts(self) == facts(other)
    }
}
