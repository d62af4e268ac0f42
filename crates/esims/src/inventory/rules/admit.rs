//! Taking in what a provider has delivered. Nothing of it is believed unchecked: what is not a proper eSIM, or
//! is somebody's already, must reach no customer.

use super::{Source, code_of, matching_id_of, query};
use chrono::{DateTime, Utc};
use platform::{Error, Result, Tx, crypto::Keyring, ports::supplier::Supplied};
use wire::{
    EsimId, PlanId, ProblemCode, ProviderId, UserId,
    esims::{
        inventory::{EsimStatus, IccidCheck, ProfileState},
        profile::{self, ActivationCode},
    },
};

/// An eSIM that a provider has delivered for somebody.
pub struct Arrival<'a> {
    /// Who delivered it.
    pub provider_id: ProviderId,
    /// What they say it is.
    pub supplied: &'a Supplied,
    /// Whom it is for.
    pub user_id: UserId,
    /// The plan on it.
    pub plan_id: PlanId,
    /// When.
    pub now: DateTime<Utc>,
}

/// Takes an eSIM in and gives it to whom it is for. The same delivery can be taken in again: it is found.
///
/// A refusal says what somebody has to look at. It has written nothing, so the transaction can go on and record it.
pub fn admit(tx: &mut Tx<'_>, keys: &Keyring, arrival: Arrival<'_>) -> Result<EsimId> {
    let profile =
        read(arrival.supplied).map_err(|why| Error::because(ProblemCode::Invalid, why))?;
    let new = query::NewEsim {
        user_id: Some(arrival.user_id),
        plan_id: Some(arrival.plan_id),
        provider_id: Some(arrival.provider_id),
        provider_ref: Some(arrival.supplied.order_ref.clone()),
        assigned_at: Some(arrival.now),
        ..profile.sealed(keys)?
    };
    if query::insert_unless_known(tx, &new)? {
        let state = (EsimStatus::Available, ProfileState::Released);
        query::remember(
            tx,
            &[query::Change {
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
    query::delivered(tx.conn(), arrival.provider_id, &arrival.supplied.order_ref)?
        .filter(|known| known.iccid == new.iccid && known.user_id == new.user_id)
        .map(|known| known.id)
        .ok_or_else(|| {
            Error::because(
                ProblemCode::Conflict,
                "The provider delivered an ICCID or a reference that another eSIM has already.",
            )
        })
}

/// A profile that has passed its checks, before it has a place in the stock.
#[derive(Clone, PartialEq)]
pub struct Profile {
    /// The profile's number.
    pub iccid: String,
    /// How its check digit turned out.
    pub iccid_check: IccidCheck,
    /// The chip's number, if known.
    pub eid: Option<String>,
    /// What opens it.
    pub code: ActivationCode,
}

impl Profile {
    /// A new row of the stock, the code sealed for its place.
    pub fn sealed(&self, keys: &Keyring) -> Result<query::NewEsim> {
        self.sealed_as(keys, EsimId::new())
    }

    /// Seals the profile for a row that exists.
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
            status: EsimStatus::Available,
            profile_state: ProfileState::Released,
            activation_code: keys.seal(code_of(id), &self.code.lpa())?,
            matching_id: keys.seal(matching_id_of(id), &self.code.matching_id)?,
            smdp_address: self.code.smdp_address.clone(),
            confirmation_code_required: self.code.confirmation_code_required,
            qr_code_url: query::qr_code_url(id),
            assigned_at: None,
        })
    }
}

/// The reasons name the field and never its value: they end up where many can read them.
fn read(supplied: &Supplied) -> Result<Profile, String> {
    let reference = supplied.order_ref.trim();
    if reference.is_empty()
        || supplied.order_ref.chars().count() > 100
        || supplied.order_ref.chars().any(char::is_control)
    {
        return Err("The provider's reference must be a text of 1 to 100 characters.".into());
    }
    let (iccid, iccid_check) =
        profile::iccid(&supplied.iccid).map_err(|why| format!("The provider's ICCID {why}."))?;
    let eid = supplied
        .eid
        .as_deref()
        .filter(|text| !text.trim().is_empty())
        .map(profile::eid)
        .transpose()
        .map_err(|why| format!("The provider's EID {why}."))?;
    let code = ActivationCode::parse(&supplied.activation_code)
        .map_err(|why| format!("The provider's activation code {why}."))?;
    Ok(Profile {
        iccid,
        iccid_check,
        eid,
        code,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supplied() -> Supplied {
        Supplied {
            order_ref: "SIM-1".into(),
            iccid: "8944 5385 3200 8160 222".into(),
            eid: Some("89049032021008881300304741158317".into()),
            activation_code: "LPA:1$smdp.example.com$04386-AGYFT".into(),
            cost: None,
            currency: None,
        }
    }

    #[test]
    fn a_proper_delivery_is_read() {
        let read = read(&supplied());
        assert_eq!(
            read.as_ref().map(|profile| profile.iccid.as_str()),
            Ok("8944538532008160222")
        );
        assert_eq!(
            read.map(|profile| profile.code.lpa()).as_deref(),
            Ok("LPA:1$smdp.example.com$04386-AGYFT")
        );
        assert!(
            super::read(&Supplied {
                eid: Some(" ".into()),
                ..supplied()
            })
            .is_ok_and(|profile| profile.eid.is_none())
        );
    }

    #[test]
    fn an_improper_one_is_refused_without_quoting_it() {
        let why = |supplied: Supplied| read(&supplied).err().unwrap_or_default();
        assert!(
            why(Supplied {
                iccid: "894000000000001".into(),
                ..supplied()
            })
            .contains("ICCID must have 18 to 22 digits")
        );
        assert!(
            why(Supplied {
                eid: Some("89049032021008881300304741158318".into()),
                ..supplied()
            })
            .contains("EID")
        );
        assert!(
            why(Supplied {
                order_ref: String::new(),
                ..supplied()
            })
            .contains("reference")
        );
        let code = why(Supplied {
            activation_code: "LPA:1$smdp.example.com$SECRET ID".into(),
            ..supplied()
        });
        assert!(
            code.contains("activation code") && !code.contains("SECRET"),
            "{code}"
        );
    }
}
