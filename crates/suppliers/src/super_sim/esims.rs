//! Sims and ESimProfiles: their states and the changes of a Sim.

use super::{
    SuperSim,
    auth::is_sid,
    call::{Failure, Request},
};
use crate::{Account, BundleState, Change, EsimRef, EsimState, Json, Refusal, SupplierError};
use chrono::TimeDelta;
use wire::esims::{
    inventory::{EsimStatus, ProfileState},
    usage::BundleStatus,
};

/// The pause before asking for a scheduled change.
pub(super) const CHANGE_PAUSE: TimeDelta = TimeDelta::seconds(30);

impl SuperSim {
    /// Returns a Sim, by its SID or unique name; `None` when there is none.
    pub(super) async fn find_sim(
        &self,
        account: &Account,
        name: &str,
    ) -> Result<Option<Json>, Failure> {
        optional(
            self.call(account, &Request::get("sim", &["Sims", name]))
                .await
                .map(|answer| answer.body),
        )
    }

    /// Returns the profile of an ID; `None` when there is none.
    pub(super) async fn find_profile(
        &self,
        account: &Account,
        sid: &str,
    ) -> Result<Option<Json>, Failure> {
        optional(
            self.call(account, &Request::get("profile", &["ESimProfiles", sid]))
                .await
                .map(|answer| answer.body),
        )
    }

    /// Returns the profile of a Sim. A plastic SIM card has none.
    pub(super) async fn find_profile_of_sim(
        &self,
        account: &Account,
        sim: &str,
    ) -> Result<Option<Json>, Failure> {
        let request = Request::get("profiles", &["ESimProfiles"]).query("SimSid", sim);
        let answer = self.call(account, &request).await?;
        let profiles = answer.body.get("esim_profiles").items();
        Ok(profiles
            .into_iter()
            .find(|profile| profile.get("sim_sid").text() == Some(sim))
            .cloned())
    }

    async fn find_sim_of_iccid(
        &self,
        account: &Account,
        iccid: &str,
    ) -> Result<Option<Json>, Failure> {
        let request = Request::get("sims", &["Sims"]).query("Iccid", iccid);
        let answer = self.call(account, &request).await?;
        Ok(answer
            .body
            .get("sims")
            .items()
            .into_iter()
            .find(|sim| sim.get("iccid").exact_text() == Some(iccid))
            .cloned())
    }

    /// Returns the SID of an eSIM's Sim.
    pub(super) async fn sim_sid(
        &self,
        account: &Account,
        esim: &EsimRef,
    ) -> Result<String, Failure> {
        if let Some(sid) = &esim.sim_ref {
            return Ok(sid.clone());
        }
        let sim = self.find_sim_of_iccid(account, &esim.iccid).await?;
        let sid = sim.and_then(|sim| sim.get("sid").string());
        sid.ok_or_else(|| unknown_esim().into())
    }

    pub(super) async fn read_state(
        &self,
        account: &Account,
        esim: &EsimRef,
    ) -> Result<EsimState, SupplierError> {
        let sid = self.sim_sid(account, esim).await?;
        let sim = self
            .find_sim(account, &sid)
            .await?
            .ok_or_else(unknown_esim)?;
        let profile = match &esim.provider_ref {
            Some(sid) if is_sid(sid, &["HP"]) => self.find_profile(account, sid).await?,
            _ => self.find_profile_of_sim(account, &sid).await?,
        };
        let profile = profile.unwrap_or(Json::Null);
        Ok(EsimState {
            profile_state: profile_state(&profile, Some(&sim)),
            status: status(&sim),
            is_recycled: false,
            installed_at: None,
            eid: profile.get("eid").string(),
            bundles: bundle(&sim).into_iter().collect(),
            read_at: self.http.now(),
            reported: format!("{}/{}", word(&profile), word(&sim)),
        })
    }

    /// Changes the status of a Sim. A change that the provider refuses is done if the Sim has the status already.
    pub(super) async fn set_status(
        &self,
        account: &Account,
        esim: &EsimRef,
        status: &'static str,
    ) -> Result<Change, SupplierError> {
        let sid = self.sim_sid(account, esim).await?;
        let request = Request::post("set_status", &["Sims", &sid]).field("Status", status);
        let scheduled = Change::Scheduled {
            ask_again: CHANGE_PAUSE,
        };
        match self.call(account, &request).await {
            Ok(answer) if word(&answer.body) == "scheduled" => Ok(scheduled),
            Ok(_) => Ok(Change::Done),
            Err(failure) if failure.is_scheduled() => Ok(scheduled),
            Err(failure) if failure.is_refused() && !failure.is_missing() => {
                let sim = self.find_sim(account, &sid).await?.unwrap_or(Json::Null);
                if word(&sim) == status {
                    Ok(Change::Done)
                } else {
                    Err(failure.into())
                }
            }
            Err(failure) => Err(failure.into()),
        }
    }
}

/// Returns `None` for a resource that does not exist.
fn optional(result: Result<Json, Failure>) -> Result<Option<Json>, Failure> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(failure) if failure.is_missing() => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn unknown_esim() -> SupplierError {
    SupplierError::refused(Refusal::UnknownEsim, "the eSIM was not found")
}

/// Returns the provider's word for the status of a Sim or a profile.
pub(super) fn word(resource: &Json) -> &str {
    resource.get("status").text().unwrap_or("-")
}

/// Returns the state of a profile. The provider does not report whether it is enabled; one that is installed and whose Sim
/// is active is.
pub(super) fn profile_state(profile: &Json, sim: Option<&Json>) -> Option<ProfileState> {
    Some(match word(profile) {
        "new" | "reserving" => ProfileState::Reserving,
        "available" => ProfileState::Released,
        "downloaded" => ProfileState::Downloaded,
        "installed" if sim.is_some_and(|sim| word(sim) == "active") => ProfileState::Enabled,
        "installed" => ProfileState::Installed,
        "failed" => ProfileState::Error,
        _ => return None,
    })
}

/// Returns the status of a Sim's service.
pub(super) fn status(sim: &Json) -> Option<EsimStatus> {
    Some(match word(sim) {
        "ready" => EsimStatus::Available,
        "active" => EsimStatus::Active,
        "inactive" => EsimStatus::Suspended,
        _ => return None,
    })
}

/// Returns the bundle of a Sim: its Fleet has the limit of a billing period.
fn bundle(sim: &Json) -> Option<BundleState> {
    let status = match word(sim) {
        "ready" => BundleStatus::Queued,
        "active" => BundleStatus::Active,
        _ => return None,
    };
    Some(BundleState {
        bundle_ref: sim.get("sid").string()?,
        sku: sim.get("fleet_sid").string(),
        status,
        total_bytes: None,
        used_bytes: None,
        starts_at: None,
        expires_at: None,
    })
}

/// Returns the activation code of a profile. It is sent without its prefix, or only as its parts.
pub(super) fn activation_code(profile: &Json) -> Option<String> {
    if let Some(code) = profile.get("activation_code").text() {
        let has_prefix = code
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("LPA:"));
        return Some(if has_prefix {
            code.to_owned()
        } else {
            format!("LPA:{code}")
        });
    }
    let host = profile.get("smdp_plus_address").text()?;
    let host = host.strip_prefix("https://").unwrap_or(host);
    let matching_id = profile.get("matching_id").text()?;
    Some(format!(
        "LPA:1${}${matching_id}",
        host.trim_end_matches('/')
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn states_map_to_ours() {
        use ProfileState as P;
        let with = |status: &str| json(&format!(r#"{{"status": "{status}"}}"#));
        for (word, state) in [
            ("new", Some(P::Reserving)),
            ("reserving", Some(P::Reserving)),
            ("available", Some(P::Released)),
            ("downloaded", Some(P::Downloaded)),
            ("installed", Some(P::Installed)),
            ("failed", Some(P::Error)),
            ("archived", None),
        ] {
            assert_eq!(
                profile_state(&with(word), Some(&with("ready"))),
                state,
                "{word}"
            );
        }
        let enabled = profile_state(&with("installed"), Some(&with("active")));
        assert_eq!(enabled, Some(P::Enabled));
        for (word, expected) in [
            ("new", None),
            ("ready", Some(EsimStatus::Available)),
            ("active", Some(EsimStatus::Active)),
            ("inactive", Some(EsimStatus::Suspended)),
            ("scheduled", None),
            ("retired", None),
        ] {
            assert_eq!(status(&with(word)), expected, "{word}");
        }
        assert_eq!(status(&Json::Null), None);
    }

    #[test]
    fn activation_code_gets_its_prefix_or_is_built() {
        for (profile, code) in [
            (
                r#"{"activation_code": "1$smdp.example.com$A-1"}"#,
                Some("LPA:1$smdp.example.com$A-1"),
            ),
            (
                r#"{"activation_code": "lpa:1$smdp.example.com$A-1"}"#,
                Some("lpa:1$smdp.example.com$A-1"),
            ),
            (
                r#"{"activation_code": null, "smdp_plus_address": "https://smdp.example.com/", "matching_id": "A-1"}"#,
                Some("LPA:1$smdp.example.com$A-1"),
            ),
            (
                r#"{"smdp_plus_address": "smdp.example.com", "matching_id": null}"#,
                None,
            ),
            ("{}", None),
        ] {
            assert_eq!(
                activation_code(&json(profile)).as_deref(),
                code,
                "{profile}"
            );
        }
    }
}
