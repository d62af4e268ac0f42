//! A stand-in for the Airalo Partner API.

use super::{Answer, Request, Server, lock};
use crate::signature::{hmac_sha512, to_hex};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex},
};

/// The id of the API client.
pub const CLIENT_ID: &str = "client";

/// The secret of the API client, which also signs webhooks.
pub const CLIENT_SECRET: &str = "test_secret";

/// A package of 1 GB for 7 days, which can be topped up.
pub const SKU: &str = "change-7days-1gb";

/// The top-up of [`SKU`].
pub const TOPUP_SKU: &str = "change-7days-1gb-topup";

/// The packages whose orders are refused, with the code of the error.
pub const REFUSED_SKUS: [(&str, i32); 9] = [
    ("test-insufficient-balance-7days-1gb", 11),
    ("test-maintenance-mode-7days-1gb", 13),
    ("test-wrong-checksum-7days-1gb", 14),
    ("test-disabled-top-up-7days-1gb", 23),
    ("test-not-enough-7days-1gb", 33),
    ("test-out-of-stock-7days-1gb", 34),
    ("test-bad-request-7days-1gb", 43),
    ("test-unexpected-7days-1gb", 53),
    ("test-new-code-7days-1gb", 99),
];

/// The stand-in.
pub struct Airalo {
    /// The server, which can break answers.
    pub server: Server,
    state: Arc<Mutex<State>>,
}

/// What can be changed during a test.
#[derive(Default)]
pub struct State {
    /// The tokens that are accepted.
    pub tokens: Vec<String>,
    /// The number of tokens that were issued.
    pub issued: usize,
    /// The seconds for which a token is valid.
    pub expires_in: i64,
    /// The orders.
    pub orders: Vec<Order>,
    /// The number of searches in which new orders are not found yet.
    pub hidden_searches: usize,
    /// The used megabytes, by ICCID.
    pub used_mb: HashMap<String, i64>,
    /// The usage that the provider answers from its cache, by ICCID.
    pub cached_mb: HashMap<String, i64>,
    /// The statuses of packages, by ICCID; `NOT_ACTIVE` if missing.
    pub statuses: HashMap<String, &'static str>,
    /// The ICCIDs that the provider has taken back.
    pub recycled: Vec<String>,
    /// Whether calls are answered with status 429.
    pub is_busy: bool,
    /// Whether the top-up loses its description.
    pub drops_descriptions: bool,
    /// Whether the address of the caller is not allowed.
    pub rejects_address: bool,
}

/// An order.
#[derive(Debug, Clone)]
pub struct Order {
    /// The id.
    pub id: i64,
    /// The SKU.
    pub sku: String,
    /// The reference of the caller.
    pub description: Option<String>,
    /// `sim` or `topup`.
    pub kind: &'static str,
    /// The eSIM.
    pub iccid: String,
    /// The status.
    pub status: &'static str,
}

impl Order {
    fn code(&self) -> String {
        format!("20261129-{:06}", self.id)
    }

    fn to_json(&self, with_sims: bool) -> Value {
        let mut order = json!({
            "id": self.id, "code": self.code(), "package_id": self.sku, "type": self.kind,
            "description": self.description, "quantity": 1, "validity": "7", "price": "4.50", "net_price": 1.1,
            "currency": "USD", "created_at": "2026-11-29 12:00:00", "data": "1 GB", "a_new_field": {"x": []},
            "status": {"name": "Any", "slug": self.status}
        });
        if let (true, "sim", Some(fields)) = (with_sims, self.kind, order.as_object_mut()) {
            fields.insert("sims".into(), json!([self.sim()]));
        }
        order
    }

    fn sim(&self) -> Value {
        json!({
            "id": 11_000 + self.id, "iccid": self.iccid, "lpa": "lpa.example.com", "imsis": null,
            "matching_id": format!("MATCH-{}", self.id), "created_at": "2026-11-29 12:00:00",
            "qrcode": format!("LPA:1$lpa.example.com$MATCH-{}", self.id), "confirmation_code": null,
            "apn_type": "manual", "apn_value": "globaldata", "msisdn": null
        })
    }
}

impl Airalo {
    /// Starts the stand-in.
    pub async fn start() -> io::Result<Self> {
        let state = Arc::new(Mutex::new(State {
            expires_in: 31_622_400,
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| answer(&mut lock(&shared), request)).await?;
        Ok(Self { server, state })
    }

    /// Changes the state.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut lock(&self.state))
    }

    /// Returns a webhook as the provider sends it: the body, and the value of the header `airalo-signature`.
    pub fn webhook(&self, body: &Value) -> (String, String) {
        let body = body.to_string().replace('/', "\\/");
        let signature = hmac_sha512(CLIENT_SECRET.as_bytes(), body.as_bytes()).unwrap_or_default();
        (body, to_hex(&signature))
    }
}

fn answer(state: &mut State, request: &Request) -> Answer {
    let segments = request.segments();
    if segments.as_slice() == ["v2", "token"] {
        return issue_token(state, request);
    }
    let token = request
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    if !state.tokens.iter().any(|known| known == token) {
        return Answer::json(
            401,
            &json!({"data": [], "meta": {"message": "This action is unauthorized."}}),
        );
    }
    if state.rejects_address {
        return Answer::json(
            403,
            &json!({"code": 89, "reason": "The address is not allowed."}),
        );
    }
    if state.is_busy {
        return Answer::json(429, &json!({"message": "Too Many Attempts."}))
            .with_header("retry-after", "17");
    }
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["v2", "balance"]) => Answer::json(
            200,
            &json!({"data": {"balances": {"name": "balance", "availableBalance":
                {"amount": 120.5, "currency": "EUR"}}}, "meta": {"message": "success"}}),
        ),
        ("GET", ["v2", "packages"]) => catalog(request),
        ("POST", ["v2", "orders"]) => place(state, request, "sim"),
        ("POST", ["v2", "orders", "topups"]) => place(state, request, "topup"),
        ("GET", ["v2", "orders"]) => search(state, request),
        ("POST", ["v2", "refund"]) => refund(state, request),
        ("GET", ["v2", "sims"]) => list(state, request),
        ("GET", ["v2", "sims", iccid]) => sim(state, iccid),
        ("GET", ["v2", "sims", iccid, "usage"]) => usage(state, iccid),
        ("GET", ["v2", "sims", iccid, "packages"]) => packages(state, iccid),
        _ => Answer::raw(404, "<html>not found</html>"),
    }
}

fn issue_token(state: &mut State, request: &Request) -> Answer {
    if request.field("client_id").as_deref() != Some(CLIENT_ID) {
        return Answer::json(
            422,
            &json!({"data": {"client_id": "The selected client id is invalid."},
                "meta": {"message": "the parameter is invalid"}}),
        );
    }
    if request.field("client_secret").as_deref() != Some(CLIENT_SECRET) {
        return Answer::json(
            401,
            &json!({"data": [], "meta": {"message": "Client authentication failed"}}),
        );
    }
    state.issued += 1;
    let token = format!("token-{}", state.issued);
    state.tokens.push(token.clone());
    Answer::json(
        200,
        &json!({"data": {"token_type": "Bearer", "expires_in": state.expires_in, "access_token": token},
            "meta": {"message": "success"}}),
    )
}

fn place(state: &mut State, request: &Request, kind: &'static str) -> Answer {
    let sku = request.field("package_id").unwrap_or_default();
    let iccid = request.field("iccid").unwrap_or_default();
    if let Some((_, code)) = REFUSED_SKUS.iter().find(|(known, _)| *known == sku) {
        return refuse(*code, "The request was refused.");
    }
    if sku == "test-quantity" {
        return invalid(
            "quantity",
            "SIM quantity is not available. Available quantity: 0.",
        );
    }
    if kind == "topup" {
        if state.recycled.contains(&iccid) {
            return refuse(
                73,
                &format!("The eSIM with iccid {iccid} has been recycled."),
            );
        }
        if !state.orders.iter().any(|order| order.iccid == iccid) {
            return Answer::json(
                404,
                &json!({"data": [], "meta": {"message": "messages.resource_not_found"}}),
            );
        }
    }
    if !matches!((kind, sku.as_str()), ("sim", SKU) | ("topup", TOPUP_SKU)) {
        return invalid("package_id", "The selected package is invalid.");
    }
    if request.field("quantity").unwrap_or("1".into()) != "1" {
        return invalid("quantity", "The quantity may not be greater than 1.");
    }
    let id = 9_000 + i64::try_from(state.orders.len()).unwrap_or(0);
    let is_kept = !(kind == "topup" && state.drops_descriptions);
    let order = Order {
        id,
        sku,
        description: request.field("description").filter(|_| is_kept),
        kind,
        iccid: if kind == "sim" {
            format!("894446540000000{id}")
        } else {
            iccid
        },
        status: "completed",
    };
    state.orders.push(order.clone());
    let mut data = order.to_json(true);
    if let Some(fields) = data.as_object_mut() {
        fields.remove("status");
    }
    Answer::json(200, &json!({"data": data, "meta": {"message": "success"}}))
}

fn refuse(code: i32, reason: &str) -> Answer {
    Answer::json(422, &json!({"code": code, "reason": reason}))
}

fn invalid(field: &str, reason: &str) -> Answer {
    Answer::json(
        422,
        &json!({"data": {field: reason}, "meta": {"message": "the parameter is invalid"}}),
    )
}

/// The search matches parts of the description.
fn search(state: &mut State, request: &Request) -> Answer {
    let part = request.parameter("filter[description]").unwrap_or_default();
    let is_hidden = state.hidden_searches > 0;
    state.hidden_searches = state.hidden_searches.saturating_sub(1);
    let rows: Vec<_> = state
        .orders
        .iter()
        .rev()
        .filter(|order| {
            order
                .description
                .as_ref()
                .is_some_and(|text| text.contains(part))
        })
        .filter(|_| !is_hidden)
        .map(|order| order.to_json(true))
        .collect();
    page(&rows, request)
}

fn list(state: &State, request: &Request) -> Answer {
    let rows: Vec<_> = state
        .orders
        .iter()
        .filter(|order| order.kind == "sim")
        .map(|order| listed(state, order))
        .collect();
    page(&rows, request)
}

fn listed(state: &State, order: &Order) -> Value {
    let mut sim = order.sim();
    if let Some(fields) = sim.as_object_mut() {
        let is_recycled = state.recycled.contains(&order.iccid);
        fields.insert("recycled".into(), is_recycled.into());
        fields.insert("simable".into(), order.to_json(false));
    }
    sim
}

/// Answers a page: from the second page on, the data is an object.
fn page(rows: &[Value], request: &Request) -> Answer {
    let number = |name: &str, default: usize| {
        request
            .parameter(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or(default)
    };
    let (size, page) = (number("limit", 25), number("page", 1));
    let last = rows.len().div_ceil(size).max(1);
    let begin = page.saturating_sub(1) * size;
    let shown: Vec<_> = rows.iter().skip(begin).take(size).cloned().collect();
    let data = if page > 1 {
        let numbered = shown.into_iter().enumerate();
        Value::Object(
            numbered
                .map(|(at, row)| ((begin + at).to_string(), row))
                .collect(),
        )
    } else {
        shown.into()
    };
    let next = (page < last).then_some("https://elsewhere.example.com/v2?page=2");
    Answer::json(
        200,
        &json!({"data": data, "links": {"next": next},
            "meta": {"message": "success", "current_page": page, "last_page": last, "per_page": size.to_string()}}),
    )
}

fn sim(state: &State, iccid: &str) -> Answer {
    match state.orders.iter().find(|order| order.iccid == iccid) {
        Some(order) => Answer::json(
            200,
            &json!({"data": listed(state, order), "meta": {"message": "succes"}}),
        ),
        None => not_found(),
    }
}

fn not_found() -> Answer {
    Answer::json(
        404,
        &json!({"data": [], "meta": {"message": "messages.resource_not_found"}}),
    )
}

/// The usage comes from a cache, which a test empties.
fn usage(state: &mut State, iccid: &str) -> Answer {
    if state.recycled.iter().any(|known| known == iccid) {
        return Answer::json(
            200,
            &json!({"data": {"remaining": 0, "total": 0, "expired_at": null, "is_unlimited": null,
                "status": "RECYCLED", "remaining_voice": 0, "remaining_text": 0, "total_voice": 0, "total_text": 0}}),
        );
    }
    let orders = state.orders.iter().filter(|order| order.iccid == iccid);
    let total = 1_024 * i64::try_from(orders.count()).unwrap_or(0);
    if total == 0 {
        return not_found();
    }
    let current = state.used_mb.get(iccid).copied().unwrap_or(0);
    let used = *state.cached_mb.entry(iccid.to_owned()).or_insert(current);
    Answer::json(
        200,
        &json!({"data": {"remaining": total - used, "total": total, "expired_at": "2027-01-01 00:00:00",
            "is_unlimited": true, "status": "ACTIVE", "remaining_voice": 15, "remaining_text": 0,
            "total_voice": 20, "total_text": 0}, "meta": {"message": "api.succes"}}),
    )
}

fn packages(state: &State, iccid: &str) -> Answer {
    let used = state.used_mb.get(iccid).copied().unwrap_or(0);
    let status = state.statuses.get(iccid).copied().unwrap_or("NOT_ACTIVE");
    let rows: Vec<_> = state
        .orders
        .iter()
        .filter(|order| order.iccid == iccid)
        .enumerate()
        .map(|(at, order)| {
            json!({"id": 700 + order.id, "status": if at == 0 { status } else { "NOT_ACTIVE" },
                "remaining": if at == 0 { 1_024 - used } else { 1_024 },
                "activated_at": (at == 0 && status == "ACTIVE").then_some("2026-11-29T10:30:45+00:00"),
                "expired_at": (at == 0 && status == "ACTIVE").then_some("2026-12-06T10:30:45+00:00"), "finished_at": null,
                "package": {"id": order.sku, "type": order.kind, "price": 10, "net_price": 6, "amount": 1_024, "day": 7,
                    "is_unlimited": false, "title": "1 GB - 7 Days", "data": "1 GB", "short_info": null}})
        })
        .collect();
    if rows.is_empty() {
        return not_found();
    }
    Answer::json(200, &json!({"data": rows}))
}

fn refund(state: &State, request: &Request) -> Answer {
    let body = request.json();
    let iccid = body
        .pointer("/iccids/0")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !state.orders.iter().any(|order| order.iccid == iccid) {
        let message = format!("The following ICCIDs do not belong to your company: {iccid}");
        return Answer::json(422, &json!({"data": [], "meta": {"message": message}}));
    }
    Answer::json(
        202,
        &json!({"data": {"refund_id": "12345", "created_at": "2026-11-29 09:30"}, "meta": {"message": "success"}}),
    )
}

/// Three packages in two areas, on two pages.
fn catalog(request: &Request) -> Answer {
    let operator = |packages: Value| {
        json!({"id": 1, "title": "Change", "apn_type": "manual", "apn_value": "wbdata", "plan_type": "data",
            "activation_policy": "first-usage", "is_kyc_verify": true, "rechargeability": true,
            "install_window_days": 365, "coverages": [{"name": "US", "code": "US", "networks": []},
            {"name": "PR", "code": "pr", "networks": []}, {"name": "World", "code": "world"}], "packages": packages})
    };
    let package = |id: &str, kind: &str| {
        json!({"id": id, "type": kind, "price": 4.5, "amount": 1024, "day": 7, "is_unlimited": false,
            "title": "1 GB - 7 Days", "voice": null, "text": null, "net_price": 1.1,
            "prices": {"net_price": {"EUR": 0.98, "JPY": 160, "USD": 1.1},
                "recommended_retail_price": {"EUR": 4, "JPY": 656, "USD": 4.5}}})
    };
    let unlimited = json!({"id": "plus-unlimited", "type": "sim", "price": "9.50", "amount": 0, "day": "30",
        "is_unlimited": true, "title": "Unlimited - 30 Days", "voice": 20, "text": "10", "net_price": "7.25"});
    let broken = json!({"id": "without-price", "type": "sim", "amount": 1024, "day": 7});
    let areas = [
        json!({"slug": "united-states", "country_code": "US", "title": "United States",
            "operators": [operator(json!([package(SKU, "sim"), package(TOPUP_SKU, "topup")]))]}),
        json!({"slug": "world", "country_code": "", "title": "World",
            "operators": [operator(json!([unlimited, broken]))]}),
    ];
    let one = Request {
        query: vec![
            ("limit".into(), "1".into()),
            (
                "page".into(),
                request.parameter("page").unwrap_or("1").into(),
            ),
        ],
        ..request.clone()
    };
    page(&areas, &one)
}
