//! Orders: create a profile, wait until it is available, put its Sim into service.

use super::{
    PAGE_SIZE, SuperSim,
    call::{Failure, Request},
    esims::{activation_code, word},
};
use crate::{
    Account, Delivery, EsimRef, Json, Purchase, Refusal, Secret, Sent, SuppliedEsim, SupplierError,
};
use chrono::TimeDelta;

/// The pause between the first questions for a profile.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);

/// How long the first questions are asked.
const FIRST_QUESTIONS: TimeDelta = TimeDelta::seconds(120);

/// The pause between the later questions.
const LATER_PAUSE: TimeDelta = TimeDelta::seconds(60);

/// How long before and after a call its profile can have been created: the difference of the clocks.
const TOLERANCE: TimeDelta = TimeDelta::seconds(60);

/// How long a call can take.
const LONGEST_CALL: TimeDelta = TimeDelta::seconds(30);

/// The number of pages of profiles that are read.
const PAGES: usize = 100;

impl SuperSim {
    /// Creates a profile.
    pub(super) async fn create_profile(
        &self,
        account: &Account,
        purchase: &Purchase,
    ) -> Result<Delivery, SupplierError> {
        let request = Request::post("order", &["ESimProfiles"]).field("GenerateMatchingId", "true");
        let request = with_callback(request, purchase);
        let profile = self.call(account, &request).await?.body;
        let order_ref = profile
            .get("sid")
            .string()
            .ok_or_else(|| SupplierError::unknown("the answer has no SID"))?;
        if word(&profile) == "failed" {
            return Err(failed(&profile));
        }
        Ok(Delivery::Pending {
            order_ref,
            ask_again: FIRST_PAUSE,
        })
    }

    /// Looks for the profile of an order and takes the next step with it.
    pub(super) async fn look_up_order(
        &self,
        account: &Account,
        sent: &Sent<Purchase>,
    ) -> Result<Option<Delivery>, SupplierError> {
        if let Some(order_ref) = &sent.order_ref {
            let profile = self
                .find_profile(account, order_ref)
                .await
                .map_err(|failure| failure.of_look_up(Some(order_ref)))?;
            return match profile {
                Some(profile) => self.continue_with(account, sent, &profile).await.map(Some),
                None => Ok(None),
            };
        }
        if let Some(esim) = self.find_by_reference(account, sent).await? {
            return Ok(Some(esim));
        }
        match self.find_by_time(account, sent).await? {
            Some(profile) => self.continue_with(account, sent, &profile).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns the eSIM whose Sim has our reference as its unique name.
    async fn find_by_reference(
        &self,
        account: &Account,
        sent: &Sent<Purchase>,
    ) -> Result<Option<Delivery>, SupplierError> {
        let look_up = |failure: Failure| failure.of_look_up(None);
        let reference = sent.order.reference.as_str();
        let sim = self.find_sim(account, reference).await.map_err(look_up)?;
        let Some(sim) = sim.filter(|sim| sim.get("unique_name").text() == Some(reference)) else {
            return Ok(None);
        };
        let sid = sim.get("sid").text().unwrap_or_default();
        let profile = self
            .find_profile_of_sim(account, sid)
            .await
            .map_err(look_up)?
            .ok_or_else(|| SupplierError::unknown("the SIM of the order has no profile"))?;
        self.continue_with(account, sent, &profile).await.map(Some)
    }

    /// Returns the only profile that can be that of an order: created at its time, and not one of another order. Several
    /// such profiles prove nothing.
    async fn find_by_time(
        &self,
        account: &Account,
        sent: &Sent<Purchase>,
    ) -> Result<Option<Json>, SupplierError> {
        let mut candidates = Vec::new();
        for status in ["new", "reserving", "available"] {
            for profile in self.profiles_created_with(account, sent, status).await? {
                if !self.is_taken(account, &profile).await? {
                    candidates.push(profile);
                }
            }
        }
        // A profile can change its status between two lists.
        candidates.sort_by(|one, other| one.get("sid").text().cmp(&other.get("sid").text()));
        candidates.dedup_by(|one, other| one.get("sid").text() == other.get("sid").text());
        match candidates.as_slice() {
            [] => Ok(None),
            [profile] => Ok(Some(profile.clone())),
            many => Err(SupplierError::unknown(format!(
                "{} profiles can be that of the order",
                many.len()
            ))),
        }
    }

    /// Returns the profiles of a status that were created at the time of an order and are of no other order.
    async fn profiles_created_with(
        &self,
        account: &Account,
        sent: &Sent<Purchase>,
        status: &str,
    ) -> Result<Vec<Json>, SupplierError> {
        let mut found = Vec::new();
        let mut next: Vec<(String, String)> = vec![
            ("Status".into(), status.into()),
            ("PageSize".into(), PAGE_SIZE.into()),
        ];
        for _ in 0..PAGES {
            let mut request = Request::get("profiles", &["ESimProfiles"]);
            for (name, value) in &next {
                request = request.query(name, value);
            }
            let answer = self
                .call(account, &request)
                .await
                .map_err(|failure| failure.of_look_up(None))?;
            let sent_at = sent.sent_at + answer.clock_shift;
            let window = sent_at - TOLERANCE..=sent_at + LONGEST_CALL + TOLERANCE;
            let is_candidate = |profile: &&Json| {
                let is_known = profile
                    .get("sid")
                    .text()
                    .is_none_or(|sid| sent.known_orders.iter().any(|known| known == sid));
                let created_at = profile.get("date_created").time();
                !is_known
                    && profile.get("eid").text().is_none()
                    && created_at.is_some_and(|time| window.contains(&time))
            };
            let profiles = answer.body.get("esim_profiles").items();
            found.extend(profiles.into_iter().filter(is_candidate).cloned());
            match next_page(&answer.body) {
                Some(query) => next = query,
                None => return Ok(found),
            }
        }
        Err(SupplierError::unknown(
            "the list of profiles has too many pages",
        ))
    }

    /// Returns whether the Sim of a profile has the reference of another order.
    async fn is_taken(&self, account: &Account, profile: &Json) -> Result<bool, SupplierError> {
        let Some(sid) = profile.get("sim_sid").text() else {
            return Ok(false);
        };
        let sim = self
            .find_sim(account, sid)
            .await
            .map_err(|failure| failure.of_look_up(None))?;
        Ok(sim.is_some_and(|sim| sim.get("unique_name").text().is_some()))
    }

    /// Takes the next step with the profile of an order. The steps may be repeated without a charge.
    async fn continue_with(
        &self,
        account: &Account,
        sent: &Sent<Purchase>,
        profile: &Json,
    ) -> Result<Delivery, SupplierError> {
        let order_ref = profile.get("sid").text().unwrap_or_default();
        let is_fresh = self.http.now() - sent.sent_at < FIRST_QUESTIONS;
        let pending = Delivery::Pending {
            order_ref: order_ref.to_owned(),
            ask_again: if is_fresh { FIRST_PAUSE } else { LATER_PAUSE },
        };
        match word(profile) {
            "failed" => return Err(failed(profile)),
            "available" | "downloaded" | "installed" => {}
            _ => return Ok(pending),
        }
        let (Some(sim), Some(code)) = (profile.get("sim_sid").text(), activation_code(profile))
        else {
            return Ok(pending);
        };
        if !self.put_into_service(account, sent, order_ref, sim).await? {
            return Ok(pending);
        }
        let Some(iccid) = profile.get("iccid").exact_text() else {
            return Err(undelivered(order_ref, "the profile has no exact ICCID"));
        };
        Ok(Delivery::Ready(Box::new(SuppliedEsim {
            order_ref: order_ref.to_owned(),
            esim: EsimRef {
                iccid: iccid.to_owned(),
                provider_ref: Some(order_ref.to_owned()),
                sim_ref: Some(sim.to_owned()),
            },
            eid: profile.get("eid").string(),
            activation_code: Secret::new(code),
            confirmation_code: None,
            apn: None,
            cost: None,
            bundle_ref: Some(sim.to_owned()),
        })))
    }

    /// Puts the Sim of an order into its Fleet and stores our reference; returns whether that is done. The profile exists,
    /// so a refusal leaves the order open.
    async fn put_into_service(
        &self,
        account: &Account,
        sent: &Sent<Purchase>,
        order_ref: &str,
        sid: &str,
    ) -> Result<bool, SupplierError> {
        let look_up = |failure: Failure| failure.of_look_up(Some(order_ref));
        let reference = sent.order.reference.as_str();
        let sim = self.find_sim(account, sid).await.map_err(look_up)?;
        let sim = sim.ok_or_else(|| undelivered(order_ref, "the profile has no SIM"))?;
        let is_ours = match sim.get("unique_name").text() {
            None => false,
            Some(name) if name == reference => true,
            Some(_) => return Err(undelivered(order_ref, "the SIM has another name")),
        };
        match word(&sim) {
            "scheduled" => return Ok(false),
            "ready" | "active" if is_ours => return Ok(true),
            _ => {}
        }
        let request = Request::post("put_into_service", &["Sims", sid])
            .field("UniqueName", reference)
            .field("Fleet", &sent.order.sku)
            .field("Status", "ready");
        match self
            .call(account, &with_callback(request, &sent.order))
            .await
        {
            Ok(answer) => Ok(word(&answer.body) != "scheduled"),
            Err(failure) if failure.is_scheduled() => Ok(false),
            Err(failure) if failure.is_name_taken() => Err(undelivered(
                order_ref,
                "another SIM has the reference of the order",
            )),
            Err(failure) => Err(look_up(failure)),
        }
    }
}

fn with_callback<'a>(request: Request<'a>, purchase: &'a Purchase) -> Request<'a> {
    match &purchase.callback_url {
        Some(url) => request
            .field("CallbackUrl", url)
            .field("CallbackMethod", "POST"),
        None => request,
    }
}

/// Returns the error of a profile that the provider could not reserve.
fn failed(profile: &Json) -> SupplierError {
    let code = profile.get("error_code").string();
    let reason = match code.as_deref() {
        Some("83500") => Refusal::OutOfStock,
        _ => Refusal::NotAllowed,
    };
    SupplierError::Refused {
        reason,
        message: format!(
            "the profile failed: {}",
            code.as_deref().unwrap_or("no code")
        ),
        code,
    }
}

/// Returns the error of an order whose profile exists and cannot be delivered.
fn undelivered(order_ref: &str, message: &str) -> SupplierError {
    SupplierError::Unknown {
        message: message.to_owned(),
        order_ref: Some(order_ref.to_owned()),
    }
}

/// Returns the query of the next page. Its address points to the provider's own host, whatever the base URL is.
pub(super) fn next_page(body: &Json) -> Option<Vec<(String, String)>> {
    let url = body.path(&["meta", "next_page_url"]).text()?;
    let (_, query) = url.split_once('?')?;
    Some(
        url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
    )
}
