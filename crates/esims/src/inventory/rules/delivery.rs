//! Deliveries of providers. Every delivery is validated: an invalid eSIM, or an eSIM of another customer, must not
//! reach a customer.

use super::{
    Source, activation_code_context, confirmation_code_context, matching_id_context, query,
};
use chrono::{DateTime, Utc};
use platform::{Error, Result, Tx, crypto::Keyring};
use suppliers::{Secret, SuppliedEsim};
use wire::{
    EsimId, PlanId, ProblemCode, ProviderId, UserId,
    esims::{
        inventory::{EsimStatus, IccidCheck, ProfileState},
        profile::{self, ActivationCode},
    },
};

/// An eSIM that a provider has delivered for a customer.
pub struct DeliveredEsim<'a> {
    /// The provider.
    pub provider_id: ProviderId,
    /// The data of the provider, not validated yet.
    pub supplied: &'a SuppliedEsim,
    /// The customer; `None` adds the eSIM to the stock of the plan.
    pub user_id: Option<UserId>,
    /// The plan of the eSIM.
    pub plan_id: PlanId,
    /// The time of the delivery.
    pub now: DateTime<Utc>,
}

/// Accepts a delivered eSIM and assigns it to its customer. A repeated delivery returns the existing eSIM.
///
/// An error contains the reason for the review. Nothing is written then, so the caller can continue the transaction and
/// record the reason.
pub fn accept_delivery(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    delivery: DeliveredEsim<'_>,
) -> Result<EsimId> {
    let profile =
        parse(delivery.supplied).map_err(|why| Error::with_detail(ProblemCode::Invalid, why))?;
    let new = query::NewEsim {
        user_id: delivery.user_id,
        plan_id: Some(delivery.plan_id),
        provider_id: Some(delivery.provider_id),
        provider_ref: Some(delivery.supplied.order_ref.clone()),
        twilio_sid: delivery.supplied.esim.sim_ref.clone(),
        profile_ref: delivery.supplied.esim.provider_ref.clone(),
        assigned_at: delivery.user_id.map(|_| delivery.now),
        ..profile.sealed(keys)?
    };
    if query::insert_unless_known(tx, &new)? {
        let state = (EsimStatus::Available, ProfileState::Released);
        query::insert_history(
            tx,
            &[query::NewHistoryEntry {
                esim_id: new.id,
                from: None,
                to: state,
                reason: Some("Delivered by the provider"),
                actor_id: None,
                source: Source::Order.as_str(),
            }],
        )?;
        return Ok(new.id);
    }
    query::find_delivered(
        tx.conn(),
        delivery.provider_id,
        &delivery.supplied.order_ref,
    )?
    .filter(|known| known.iccid == new.iccid && known.user_id == new.user_id)
    .map(|known| known.id)
    .ok_or_else(|| {
        Error::with_detail(
            ProblemCode::Conflict,
            "The provider delivered an ICCID or a reference that another eSIM already has.",
        )
    })
}

/// A validated profile that is not in the stock yet.
#[derive(Clone, PartialEq)]
pub struct Profile {
    /// The ICCID.
    pub iccid: String,
    /// The result of the check digit.
    pub iccid_check: IccidCheck,
    /// The EID of the chip, if known.
    pub eid: Option<String>,
    /// The activation code.
    pub code: ActivationCode,
    /// The confirmation code, if the phone asks for one and the provider has sent it.
    pub confirmation_code: Option<Secret>,
}

impl Profile {
    /// Returns a new row of the stock, with the code sealed for this row.
    pub fn sealed(&self, keys: &Keyring) -> Result<query::NewEsim> {
        self.sealed_as(keys, EsimId::new())
    }

    /// Returns the row of an existing eSIM, with the code sealed for this row.
    pub fn sealed_as(&self, keys: &Keyring, id: EsimId) -> Result<query::NewEsim> {
        Ok(query::NewEsim {
            id,
            iccid: self.iccid.clone(),
            iccid_check: self.iccid_check,
            eid: self.eid.clone(),
            user_id: None,
            plan_id: None,
            provider_id: None,
            provider_ref: None,
            twilio_sid: None,
            profile_ref: None,
            status: EsimStatus::Available,
            profile_state: ProfileState::Released,
            activation_code: keys.seal(activation_code_context(id), &self.code.lpa())?,
            matching_id: keys.seal(matching_id_context(id), &self.code.matching_id)?,
            smdp_address: self.code.smdp_address.clone(),
            confirmation_code_required: self.code.confirmation_code_required
                || self.confirmation_code.is_some(),
            confirmation_code: self
                .confirmation_code
                .as_ref()
                .map(|code| keys.seal(confirmation_code_context(id), code))
                .transpose()?,
            qr_code_url: query::qr_code_url(id),
            assigned_at: None,
        })
    }
}

/// Parses a delivery. The error names the field but not its value, because many people can read the error.
fn parse(supplied: &SuppliedEsim) -> Result<Profile, String> {
    let reference = supplied.order_ref.trim();
    if reference.is_empty()
        || supplied.order_ref.chars().count() > 100
        || supplied.order_ref.chars().any(char::is_control)
    {
        return Err("The provider's reference must be a text of 1 to 100 characters.".into());
    }
    let (iccid, iccid_check) = profile::iccid(&supplied.esim.iccid)
        .map_err(|why| format!("The provider's ICCID {why}."))?;
    let eid = supplied
        .eid
        .as_deref()
        .filter(|text| !text.trim().is_empty())
        .map(profile::eid)
        .transpose()
        .map_err(|why| format!("The provider's EID {why}."))?;
    let code = ActivationCode::parse(&supplied.activation_code)
        .map_err(|why| format!("The provider's activation code {why}."))?;
    let refs = [&supplied.esim.provider_ref, &supplied.esim.sim_ref];
    if refs
        .into_iter()
        .flatten()
        .any(|text| text.chars().count() > 100)
    {
        return Err("The provider's ID of the profile must have at most 100 characters.".into());
    }
    let confirmation_code = supplied.confirmation_code.clone();
    let confirmation_code = confirmation_code.filter(|code| !code.trim().is_empty());
    if confirmation_code
        .as_ref()
        .is_some_and(|code| code.chars().count() > 100)
    {
        return Err("The provider's confirmation code must have at most 100 characters.".into());
    }
    Ok(Profile {
        iccid,
        iccid_check,
        eid,
        code,
        confirmation_code,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use suppliers::EsimRef;

    fn supplied() -> SuppliedEsim {
        SuppliedEsim {
            order_ref: "SIM-1".into(),
            esim: EsimRef {
                iccid: "8944 5385 3200 8160 222".into(),
                provider_ref: None,
                sim_ref: None,
            },
            eid: Some("89049032021008881300304741158317".into()),
            activation_code: Secret::new("LPA:1$smdp.example.com$04386-AGYFT".into()),
            confirmation_code: None,
            apn: None,
            bundle_ref: None,
            cost: None,
        }
    }

    #[test]
    fn parse_accepts_valid_delivery() {
        let parsed = parse(&supplied());
        assert_eq!(
            parsed.as_ref().map(|profile| profile.iccid.as_str()),
            Ok("8944538532008160222")
        );
        assert_eq!(
            parsed.map(|profile| profile.code.lpa()).as_deref(),
            Ok("LPA:1$smdp.example.com$04386-AGYFT")
        );
        assert!(
            parse(&SuppliedEsim {
                eid: Some(" ".into()),
                ..supplied()
            })
            .is_ok_and(|profile| profile.eid.is_none())
        );
    }

    #[test]
    fn parse_error_names_field_without_value() {
        let why = |supplied: SuppliedEsim| parse(&supplied).err().unwrap_or_default();
        assert!(
            why(SuppliedEsim {
                esim: EsimRef {
                    iccid: "894000000000001".into(),
                    ..supplied().esim
                },
                ..supplied()
            })
            .contains("ICCID must have 18 to 22 digits")
        );
        assert!(
            why(SuppliedEsim {
                eid: Some("89049032021008881300304741158318".into()),
                ..supplied()
            })
            .contains("EID")
        );
        assert!(
            why(SuppliedEsim {
                order_ref: String::new(),
                ..supplied()
            })
            .contains("reference")
        );
        let code = why(SuppliedEsim {
            activation_code: Secret::new("LPA:1$smdp.example.com$SECRET ID".into()),
            ..supplied()
        });
        assert!(
            code.contains("activation code") && !code.contains("SECRET"),
            "{code}"
        );
    }
}
