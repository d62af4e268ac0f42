//! A stand-in for Super SIM at KORE and at Twilio: profiles that become available after some questions, scheduled changes,
//! short pages with absolute links, tokens that end.

use super::{Answer, Request, Server, lock};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Timelike, Utc};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex},
};

/// The account SID at Twilio.
pub const ACCOUNT_SID: &str = "AC0123456789abcdef0123456789abcdef";

/// The client ID at KORE.
pub const CLIENT_ID: &str = "stand-in-client";

/// The secret of both.
pub const SECRET: &str = "stand-in-secret";

/// A Fleet of the stand-in.
pub const FLEET: &str = "HF0123456789abcdef0123456789abcdef";

/// The number of items on a page, whatever the request asks for.
const PAGE: usize = 2;

/// The largest page of usage records.
const LARGEST_USAGE_PAGE: usize = 249;

/// A profile and its Sim.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The number of the profile, from which its SIDs are made.
    pub number: usize,
    /// The status of the profile.
    pub status: String,
    /// The number of questions until it is available.
    pub questions_left: u32,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// The unique name of the Sim.
    pub unique_name: Option<String>,
    /// The Fleet of the Sim.
    pub fleet: Option<String>,
    /// The status of the Sim.
    pub sim_status: String,
    /// The status of the Sim after a scheduled change.
    pub scheduled: Option<String>,
    /// The used bytes of the current billing period.
    pub used: i64,
}

impl Profile {
    /// Returns the SID of the profile.
    pub fn sid(&self) -> String {
        format!("HP{:032x}", self.number)
    }

    /// Returns the SID of the Sim.
    pub fn sim_sid(&self) -> String {
        format!("HS{:032x}", self.number)
    }

    /// Returns the ICCID.
    pub fn iccid(&self) -> String {
        format!("8988307000{:09}", self.number)
    }
}

/// What a stand-in knows.
#[derive(Debug, Clone)]
pub struct Account {
    /// The time.
    pub now: DateTime<Utc>,
    /// The profiles.
    pub profiles: Vec<Profile>,
    /// The number of questions until a profile is available.
    pub questions_until_available: u32,
    /// Whether changes of a Sim are made later.
    pub schedules: bool,
    /// The valid token; none before the first one.
    pub token: Option<String>,
    /// The number of tokens so far.
    pub tokens: u32,
    /// The status and error code of the next calls, by method and path.
    pub failures: VecDeque<(String, String, u16, i64)>,
}

/// The stand-in.
pub struct SuperSimServer {
    /// The server.
    pub server: Server,
    account: Arc<Mutex<Account>>,
}

impl SuperSimServer {
    /// Starts the stand-in with an empty account.
    pub async fn start(now: DateTime<Utc>) -> io::Result<Self> {
        let account = Arc::new(Mutex::new(Account {
            now,
            profiles: Vec::new(),
            questions_until_available: 0,
            schedules: false,
            token: None,
            tokens: 0,
            failures: VecDeque::new(),
        }));
        let shared = Arc::clone(&account);
        let server = Server::start(move |request| lock(&shared).answer(request)).await?;
        Ok(Self { server, account })
    }

    /// Returns or changes what the stand-in knows.
    pub fn with<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        change(&mut lock(&self.account))
    }

    /// Refuses the next call of a method and path with a status and an error code.
    pub fn fail_next(&self, method: &str, path: &str, status: u16, code: i64) {
        let failure = (method.into(), path.into(), status, code);
        self.with(|account| account.failures.push_back(failure));
    }
}

/// The status and the code of an error.
type Rejection = (u16, i64);

impl Account {
    fn answer(&mut self, request: &Request) -> Answer {
        let date = self.now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        if request.path == "/api-services/v1/auth/token" {
            return self.token(request).with_header("date", &date);
        }
        let failure = self.failures.iter().position(|(method, path, ..)| {
            request.method == *method && request.path.starts_with(path.as_str())
        });
        let failure = failure.and_then(|position| self.failures.remove(position));
        let result = match failure {
            Some((.., status, code)) => Err((status, code)),
            None => self
                .authenticate(request)
                .and_then(|()| self.handle(request)),
        };
        let answer = match result {
            Ok((status, body)) => Answer::json(status, &body),
            Err((status, code)) => Answer::json(
                status,
                &json!({ "status": status, "code": code, "message": "refused", "more_info": "" }),
            ),
        };
        answer.with_header("date", &date)
    }

    fn token(&mut self, request: &Request) -> Answer {
        let is_valid = request.field("grant_type").as_deref() == Some("client_credentials")
            && request.field("client_id").as_deref() == Some(CLIENT_ID)
            && request.field("client_secret").as_deref() == Some(SECRET);
        if !is_valid {
            let error = json!({ "error": "invalid_client", "error_description": "Invalid client" });
            return Answer::json(401, &error);
        }
        self.tokens += 1;
        let token = format!("token-{}", self.tokens);
        self.token = Some(token.clone());
        Answer::json(
            200,
            &json!({ "access_token": token, "expires_in": 3600, "token_type": "Bearer" }),
        )
    }

    fn authenticate(&self, request: &Request) -> Result<(), Rejection> {
        let header = request.header("authorization").unwrap_or_default();
        if let Some(token) = header.strip_prefix("Bearer ") {
            let is_valid = self.token.as_deref() == Some(token);
            return is_valid.then_some(()).ok_or((403, 40_403));
        }
        let expected = STANDARD.encode(format!("{ACCOUNT_SID}:{SECRET}"));
        let is_valid = header.strip_prefix("Basic ") == Some(expected.as_str());
        is_valid.then_some(()).ok_or((401, 20_003))
    }

    fn handle(&mut self, request: &Request) -> Result<(u16, Value), Rejection> {
        let segments = request.segments();
        match (request.method.as_str(), segments.as_slice()) {
            ("GET", ["v1", "Fleets"]) => Ok((200, self.page(request, "fleets", Vec::new()))),
            ("POST", ["v1", "ESimProfiles"]) => self.create(request),
            ("GET", ["v1", "ESimProfiles"]) => Ok((200, self.list_profiles(request))),
            ("GET", ["v1", "ESimProfiles", sid]) => self.show_profile(sid),
            ("GET", ["v1", "Sims"]) => Ok((200, self.list_sims(request))),
            ("GET", ["v1", "Sims", name]) => self.find(name).map(|at| (200, self.sim(at))),
            ("POST", ["v1", "Sims", name]) => self.update(name, request),
            ("GET", ["v1", "Sims", name, "BillingPeriods"]) => {
                self.find(name)?;
                Ok((200, self.page(request, "billing_periods", self.periods())))
            }
            ("GET", ["v1", "UsageRecords"]) => self.usage(request),
            _ => Err((404, 20_404)),
        }
    }

    fn create(&mut self, request: &Request) -> Result<(u16, Value), Rejection> {
        if request.field("GenerateMatchingId").as_deref() != Some("true") {
            return Err((400, 20_001));
        }
        let profile = Profile {
            number: self.profiles.len() + 1,
            status: "new".into(),
            questions_left: self.questions_until_available,
            created_at: self.now,
            unique_name: None,
            fleet: None,
            sim_status: "new".into(),
            scheduled: None,
            used: 0,
        };
        let body = describe(&profile);
        self.profiles.push(profile);
        Ok((201, body))
    }

    fn show_profile(&mut self, sid: &str) -> Result<(u16, Value), Rejection> {
        let profile = self
            .profiles
            .iter_mut()
            .find(|profile| profile.sid() == sid)
            .ok_or((404, 20_404))?;
        if matches!(profile.status.as_str(), "new" | "reserving") {
            if profile.questions_left == 0 {
                profile.status = "available".into();
            } else {
                profile.questions_left -= 1;
                profile.status = "reserving".into();
            }
        }
        Ok((200, describe(profile)))
    }

    fn list_profiles(&self, request: &Request) -> Value {
        let (status, sim) = (request.parameter("Status"), request.parameter("SimSid"));
        let profiles = self.profiles.iter().filter(|profile| {
            status.is_none_or(|status| profile.status == status)
                && sim.is_none_or(|sim| profile.sim_sid() == sim)
        });
        self.page(request, "esim_profiles", profiles.map(describe).collect())
    }

    fn list_sims(&self, request: &Request) -> Value {
        let iccid = request.parameter("Iccid");
        let sims = (0..self.profiles.len()).filter(|at| {
            let profile = self.profiles.get(*at);
            profile.is_some_and(|one| iccid.is_none_or(|iccid| one.iccid() == iccid))
        });
        self.page(request, "sims", sims.map(|at| self.sim(at)).collect())
    }

    /// Returns a page, with a link to the next one at the provider's own host.
    fn page(&self, request: &Request, key: &str, items: Vec<Value>) -> Value {
        let page: usize = request
            .parameter("Page")
            .and_then(|page| page.parse().ok())
            .unwrap_or(0);
        let is_last = (page + 1) * PAGE >= items.len();
        let query: String = request
            .query
            .iter()
            .filter(|(name, _)| name != "Page" && name != "PageToken")
            .map(|(name, value)| format!("{name}={value}&"))
            .collect();
        let next = format!(
            "https://supersim.api.korewireless.com{}?{query}Page={}&PageToken=PT%26{}",
            request.path,
            page + 1,
            page + 1
        );
        let items: Vec<Value> = items.into_iter().skip(page * PAGE).take(PAGE).collect();
        json!({
            key: items,
            "meta": { "key": key, "page": page, "next_page_url": if is_last { Value::Null } else { json!(next) } },
        })
    }

    fn find(&self, name: &str) -> Result<usize, Rejection> {
        self.profiles
            .iter()
            .position(|one| one.sim_sid() == name || one.unique_name.as_deref() == Some(name))
            .ok_or((404, 20_404))
    }

    fn sim(&self, at: usize) -> Value {
        let Some(profile) = self.profiles.get(at) else {
            return Value::Null;
        };
        json!({
            "sid": profile.sim_sid(), "account_sid": ACCOUNT_SID, "unique_name": profile.unique_name,
            "iccid": profile.iccid(), "status": profile.sim_status, "fleet_sid": profile.fleet,
            "date_created": time(profile.created_at), "new_field": [1, 2],
        })
    }

    fn update(&mut self, name: &str, request: &Request) -> Result<(u16, Value), Rejection> {
        let at = self.find(name)?;
        let new_name = request.field("UniqueName");
        let is_taken = |(other, profile): (usize, &Profile)| {
            other != at && new_name.is_some() && profile.unique_name == new_name
        };
        if self.profiles.iter().enumerate().any(is_taken) {
            return Err((409, 83_011));
        }
        let fleet = request.field("Fleet");
        if fleet.as_deref().is_some_and(|fleet| fleet != FLEET) {
            return Err((400, 83_006));
        }
        let schedules = self.schedules;
        let profile = self.profiles.get_mut(at).ok_or((404, 20_404))?;
        if let Some(status) = profile.scheduled.take() {
            // The change is made while the provider refuses the next one.
            profile.sim_status = status;
            return Err((409, 83_009));
        }
        if new_name.is_some() {
            profile.unique_name = new_name;
        }
        if fleet.is_some() {
            profile.fleet = fleet;
        }
        let status = request.field("Status");
        if status.is_some() && profile.fleet.is_none() {
            return Err((400, 83_007));
        }
        let code = match status {
            Some(status) if schedules => {
                profile.scheduled = Some(status);
                "scheduled".clone_into(&mut profile.sim_status);
                202
            }
            Some(status) => {
                profile.sim_status = status;
                200
            }
            None => 200,
        };
        Ok((code, self.sim(at)))
    }

    /// Completes the scheduled changes.
    pub fn complete_changes(&mut self) {
        for profile in &mut self.profiles {
            if let Some(status) = profile.scheduled.take() {
                profile.sim_status = status;
            }
        }
    }

    /// Returns the billing periods of every Sim: the current one, and the one before.
    fn periods(&self) -> Vec<Value> {
        let days = |days: i64| time(self.now + chrono::TimeDelta::days(days));
        vec![
            json!({ "period_type": "active", "start_time": days(-40), "end_time": days(-10) }),
            json!({ "period_type": "active", "start_time": days(-10), "end_time": days(20) }),
        ]
    }

    fn usage(&self, request: &Request) -> Result<(u16, Value), Rejection> {
        let parameter = |name| request.parameter(name);
        let size = parameter("PageSize").and_then(|size| size.parse().ok());
        if size.is_some_and(|size: usize| size > LARGEST_USAGE_PAGE) {
            return Err((400, 83_600));
        }
        let start = parameter("StartTime").ok_or((400, 83_601))?;
        for time in [Some(start), parameter("EndTime")].into_iter().flatten() {
            let is_aligned = DateTime::parse_from_rfc3339(time)
                .is_ok_and(|time| (time.minute(), time.second()) == (0, 0));
            if !is_aligned {
                return Err((400, 83_601));
            }
        }
        let at = self.find(parameter("Sim").unwrap_or_default())?;
        let used = self.profiles.get(at).map_or(0, |profile| profile.used);
        let record = json!({
            "period": { "start_time": start, "end_time": time(self.now) }, "data_upload": 0,
            "data_download": used, "data_total": used, "data_total_billed": "0.03", "billed_unit": "USD",
        });
        Ok((200, self.page(request, "usage_records", vec![record])))
    }
}

fn describe(profile: &Profile) -> Value {
    let is_reserved = !matches!(profile.status.as_str(), "new" | "reserving" | "failed");
    let if_reserved = |value: String| {
        if is_reserved {
            json!(value)
        } else {
            Value::Null
        }
    };
    let is_failed = profile.status == "failed";
    json!({
        "sid": profile.sid(), "account_sid": ACCOUNT_SID, "status": profile.status, "eid": null,
        "iccid": if_reserved(profile.iccid()), "sim_sid": if_reserved(profile.sim_sid()),
        "smdp_plus_address": if_reserved("smdp.example.com".into()),
        "matching_id": if_reserved(format!("M-{}", profile.number)),
        "activation_code": if_reserved(format!("1$smdp.example.com$M-{}", profile.number)),
        "error_code": if is_failed { json!("83500") } else { Value::Null },
        "error_message": null, "date_created": time(profile.created_at), "date_updated": time(profile.created_at),
    })
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
