//! What speaks for giving money back, and how much: unit by unit, by what was used and what time is left.

use super::RefundEffect;
use crate::{
    Currency, EsimId, Money,
    esims::inventory::{EsimStatus, ProfileState},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What is recommended.
    RefundVerdict: text {
        /// Nothing was used: give everything back.
        Full = "full",
        /// Something was used: give the rest back.
        Partial = "partial",
        /// It was used up, or has run out: give nothing back.
        Nothing = "nothing",
    }
}

/// What was known of a sale at one moment, and what follows from it. A recommendation, not a rule: whoever decides
/// may give back more or less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Eligibility {
    /// When it was looked at.
    pub read_at: DateTime<Utc>,
    /// What can be given back at most.
    pub left_amount: Money,
    /// What should be.
    pub recommended_amount: Money,
    /// The currency of all amounts.
    pub currency: Currency,
    /// What should become of the eSIMs.
    pub recommended_effect: RefundEffect,
    /// In one word.
    pub verdict: RefundVerdict,
    /// Days since the payment.
    pub age_days: i64,
    /// What else speaks for or against it, in sentences.
    pub notes: Vec<String>,
    /// What was bought, unit by unit.
    pub units: Vec<RefundUnit>,
}

/// One eSIM of a sale, as far as its refund goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RefundUnit {
    /// Which unit of the order, from 1.
    pub unit_no: i32,
    /// Its eSIM; null when it was never delivered.
    pub esim_id: Option<EsimId>,
    /// That eSIM's number.
    pub iccid: Option<String>,
    /// What can be done with the eSIM.
    pub status: Option<EsimStatus>,
    /// Where the profile is.
    pub profile_state: Option<ProfileState>,
    /// Data used, in bytes.
    pub used_bytes: i64,
    /// Data in it, in bytes; null is unlimited.
    pub total_bytes: Option<i64>,
    /// Days that it is good for.
    pub days: i32,
    /// Days of it that are left; all of them before its first use.
    pub days_left: i32,
    /// What of the payment is for this unit.
    pub share: Money,
    /// What of it should be given back: the part of the data that was not used or the part of the days that is left,
    /// whichever is less.
    pub recommended_amount: Money,
    /// Why, in a sentence.
    pub why: String,
}

impl RefundUnit {
    /// Whether nobody has installed it, so that it can be cancelled without taking anything away.
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

impl Eligibility {
    /// Returns the eSIM action of a request that chooses none: the recommended one when everything that is left is
    /// refunded, and none when a part is, because the customer keeps what the other part has paid for.
    pub fn effect_of(&self, amount: &Money) -> RefundEffect {
        if *amount >= self.left_amount {
            self.recommended_effect
        } else {
            RefundEffect::None
        }
    }
    /// Whether the same is known of the sale: what was delivered, used, suspended, given back. Days that pass alone
    /// make no difference.
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
