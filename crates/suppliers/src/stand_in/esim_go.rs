//! A stand-in for the eSIM Go API.

use super::{Answer, Request, Server, lock};
use crate::signature::{hmac_sha256, to_hex};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    io,
    sync::{Arc, Mutex},
};

/// The API key, which also signs webhooks.
pub const API_KEY: &str = "test_api_key";

/// A package of 1 GB for 7 days that costs 2.28 USD.
pub const SKU: &str = "esim_1GB_7D_GB_V2";

/// The packages whose orders are refused, with the words of the error.
pub const REFUSED_SKUS: [(&str, &str); 5] = [
    ("test-balance", "Insufficient balance to process the order"),
    ("test-stock", "The bundle is out of stock"),
    (
        "test-compatible",
        "The bundle is not compatible with the eSIM",
    ),
    ("test-iccid", "The ICCID is not accessible"),
    ("test-words", "Something new"),
];

/// The stand-in.
pub struct EsimGo {
    /// The server, which can break answers.
    pub server: Server,
    state: Arc<Mutex<State>>,
}

/// What can be changed during a test.
pub struct State {
    /// The API key that is accepted.
    pub api_key: String,
    /// The price of every package.
    pub price: f64,
    /// The orders.
    pub orders: Vec<Order>,
    /// The date of new orders.
    pub created_at: String,
    /// The value of the header `Date`, if sent.
    pub date: Option<String>,
    /// The number of times that an eSIM is still processed after its order.
    pub processing: usize,
    /// Whether the provider offers a refund to the balance.
    pub offers_refunds: bool,
    /// Whether a suspension was made by a policy of the provider.
    pub is_policy_suspension: bool,
    /// Whether calls are answered with status 429.
    pub is_busy: bool,
}

/// An order, its eSIM and its package.
#[derive(Debug, Clone)]
pub struct Order {
    /// The number.
    pub reference: String,
    /// The SKU.
    pub sku: String,
    /// The eSIM.
    pub iccid: String,
    /// The date.
    pub created_at: String,
    /// The reference that was written to the eSIM.
    pub customer_ref: String,
    /// The state of the package.
    pub bundle_state: String,
    /// The bytes that remain.
    pub remaining: i64,
    /// The state of the profile.
    pub profile_status: String,
    /// The installation, in milliseconds.
    pub installed_at: Value,
    /// The state of the service.
    pub service: String,
}

impl Order {
    fn to_json(&self, price: f64) -> Value {
        json!({"order": [{"type": "bundle", "item": self.sku, "quantity": 1, "subTotal": price, "pricePerUnit": price,
                "AllowReassign": false, "iccids": [self.iccid], "esims": [self.esim()]}],
            "total": price, "currency": "USD", "status": "completed", "statusMessage": "Order completed: 1 eSIM assigned",
            "orderReference": self.reference, "createdDate": self.created_at, "assigned": true, "a_new_field": [1]})
    }

    fn esim(&self) -> Value {
        json!({"iccid": self.iccid, "matchingId": format!("MATCH-{}", self.reference),
            "smdpAddress": "http://rsp.example.com/path"})
    }
}

impl EsimGo {
    /// Starts the stand-in.
    pub async fn start() -> io::Result<Self> {
        let state = Arc::new(Mutex::new(State {
            api_key: API_KEY.into(),
            price: 2.28,
            orders: Vec::new(),
            created_at: "2026-11-29T12:00:05.153875019Z".into(),
            date: None,
            processing: 0,
            offers_refunds: true,
            is_policy_suspension: false,
            is_busy: false,
        }));
        let shared = Arc::clone(&state);
        let server = Server::start(move |request| {
            let mut state = lock(&shared);
            let answer = answer(&mut state, request);
            match &state.date {
                Some(date) => answer.with_header("date", date),
                None => answer,
            }
        })
        .await?;
        Ok(Self { server, state })
    }

    /// Changes the state.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut lock(&self.state))
    }

    /// Returns the signatures of a webhook, in both encodings of the documentation.
    pub fn signatures(&self, body: &str) -> [String; 2] {
        let signature = hmac_sha256(API_KEY.as_bytes(), body.as_bytes()).unwrap_or_default();
        [to_hex(&signature), STANDARD.encode(&signature)]
    }
}

fn message(status: u16, text: &str) -> Answer {
    Answer::json(status, &json!({"message": text}))
}

fn answer(state: &mut State, request: &Request) -> Answer {
    if request.header("x-api-key") != Some(&state.api_key) {
        let status = if request.method == "POST" { 401 } else { 403 };
        return message(status, "Unauthorised");
    }
    if state.is_busy {
        return message(429, "Too Many Requests").with_header("retry-after", "1");
    }
    let segments = request.segments();
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["organisation"]) => Answer::json(
            200,
            &json!({"name": "Acme", "apiKey": API_KEY, "currency": "USD", "balance": 100.25, "testCredit": 5,
                "users": [{"firstName": "A", "emailAddress": "a@example.com"}]}),
        ),
        ("GET", ["catalogue"]) => catalog(request),
        ("POST", ["orders"]) => place(state, request),
        ("GET", ["orders"]) => {
            let rows: Vec<_> = state
                .orders
                .iter()
                .map(|o| o.to_json(state.price))
                .collect();
            Answer::json(200, &json!({"orders": rows}))
        }
        ("GET", ["orders", reference]) => {
            match state
                .orders
                .iter()
                .find(|order| order.reference == *reference)
            {
                Some(order) => {
                    let mut order = order.to_json(state.price);
                    if let (true, Some(fields)) = (state.processing > 0, order.as_object_mut()) {
                        fields.insert("status".into(), "processing".into());
                    }
                    Answer::json(200, &order)
                }
                None => message(404, "not found"),
            }
        }
        ("GET", ["esims", "assignments"]) => assignments(state, request),
        ("GET", ["esims"]) => {
            let rows: Vec<_> = state
                .orders
                .iter()
                .map(|order| {
                    json!({"iccid": order.iccid, "customerRef": order.customer_ref, "lastAction": "Bundle Applied",
                        "actionDate": "2026-11-29T12:00:00Z", "physical": false, "assignedDate": "2026-11-29T12:00:00Z"})
                })
                .chain([json!({"iccid": "8901234567890123456", "physical": true})])
                .collect();
            Answer::json(200, &json!({"esims": rows}))
        }
        ("PUT", ["esims"]) => {
            let iccid = request.parameter("iccid").unwrap_or_default();
            let reference = request.parameter("customerRef").unwrap_or_default();
            for order in state.orders.iter_mut().filter(|order| order.iccid == iccid) {
                order.customer_ref = reference.to_owned();
            }
            Answer::json(200, &json!({"status": "success"}))
        }
        (method, ["esims", iccid, rest @ ..]) => esim(state, request, method, iccid, rest),
        _ => message(404, "not found"),
    }
}

fn place(state: &mut State, request: &Request) -> Answer {
    let body = request.json();
    let text = |pointer: &str| {
        body.pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (kind, sku, iccid) = (
        text("/type"),
        text("/order/0/item"),
        text("/order/0/iccids/0"),
    );
    if let Some((_, words)) = REFUSED_SKUS.iter().find(|(known, _)| *known == sku) {
        return message(400, words);
    }
    if sku != SKU {
        return message(400, "Bundle not found");
    }
    if body.pointer("/order/0/allowReassign") != Some(&Value::Bool(false)) {
        return message(400, "The package would be put on a new eSIM");
    }
    if !iccid.is_empty() && !state.orders.iter().any(|order| order.iccid == iccid) {
        return message(403, "Unauthorised");
    }
    if kind == "validate" {
        return Answer::json(
            200,
            &json!({"order": [{"type": "bundle", "item": sku, "quantity": 1, "subTotal": state.price}],
                "total": state.price, "valid": true, "currency": "USD", "assigned": true}),
        );
    }
    let number = state.orders.len();
    let order = Order {
        reference: format!("3a6e2e40-c674-45e9-b289-{number:012}"),
        sku: sku.to_owned(),
        iccid: if iccid.is_empty() {
            format!("89445385320081{number:05}")
        } else {
            iccid.to_owned()
        },
        created_at: state.created_at.clone(),
        customer_ref: String::new(),
        bundle_state: "queued".into(),
        remaining: 1_000_000_000,
        profile_status: "Released".into(),
        installed_at: Value::Null,
        service: "Active".into(),
    };
    let mut answer = order.to_json(state.price);
    state.orders.push(order);
    if let (true, Some(fields)) = (state.processing > 0, answer.as_object_mut()) {
        fields.insert("status".into(), "processing".into());
    }
    Answer::json(200, &answer)
}

fn assignments(state: &mut State, request: &Request) -> Answer {
    if request.header("accept") != Some("application/json") {
        return Answer::raw(200, "ICCID,Matching ID\n8944,A\n");
    }
    if state.processing > 0 {
        state.processing -= 1;
        return message(503, "Processing").with_header("retry-after", "30");
    }
    let reference = request.parameter("reference").unwrap_or_default();
    match state
        .orders
        .iter()
        .find(|order| order.reference == reference)
    {
        Some(order) => Answer::json(200, &order.esim()),
        None => message(400, "not found"),
    }
}

fn esim(state: &mut State, request: &Request, method: &str, iccid: &str, rest: &[&str]) -> Answer {
    let Some(first) = state
        .orders
        .iter()
        .find(|order| order.iccid == iccid)
        .cloned()
    else {
        return message(403, "Unauthorised");
    };
    match (method, rest) {
        ("GET", []) => Answer::json(
            200,
            &json!({"iccid": iccid, "pin": "0000", "puk": "12345678", "matchingId": "A",
                "smdpAddress": "http://rsp.example.com", "profileStatus": first.profile_status,
                "firstInstalledDateTime": first.installed_at, "customerRef": first.customer_ref, "state": first.service}),
        ),
        ("GET", ["bundles"]) => {
            let rows: Vec<_> = state
                .orders
                .iter()
                .enumerate()
                .filter(|(_, order)| order.iccid == iccid)
                .map(|(at, order)| {
                    json!({"id": (215_000 + at).to_string(), "callTypeGroup": "data", "initialQuantity": 1_000_000_000,
                        "remainingQuantity": order.remaining, "assignmentDateTime": order.created_at,
                        "assignmentReference": format!("{}-0", order.reference),
                        "bundleState": order.bundle_state, "unlimited": false})
                })
                .chain([json!({"id": "1", "callTypeGroup": "voice", "initialQuantity": 20, "remainingQuantity": 10,
                    "assignmentReference": "other-0", "assignmentDateTime": "2026-11-01T12:00:00Z", "bundleState": "active"})])
                .collect();
            Answer::json(
                200,
                &json!({"bundles": [{"name": SKU, "description": "1GB", "assignments": rows}]}),
            )
        }
        ("POST", ["suspend"]) => {
            let is_suspended = request.json().get("suspend") == Some(&Value::Bool(true));
            if !is_suspended && state.is_policy_suspension {
                return message(403, "Suspended by policy");
            }
            let service = if is_suspended { "Suspended" } else { "Active" };
            for order in state.orders.iter_mut().filter(|order| order.iccid == iccid) {
                order.service = service.into();
            }
            Answer::json(201, &json!({"status": "success"}))
        }
        ("DELETE", ["bundles", _, ..]) => revoke(state, request, iccid, rest),
        _ => message(404, "not found"),
    }
}

/// Revokes by the id of the assignment, or by the name with an offer. The last package takes the eSIM with it.
fn revoke(state: &mut State, request: &Request, iccid: &str, rest: &[&str]) -> Answer {
    if request.parameter("type") == Some("validate") {
        let options = if state.offers_refunds {
            json!({"status": "ok", "options": [{"offerId": "offer-1", "price": 2.28}]})
        } else {
            json!({"status": "ok"})
        };
        return Answer::json(200, &options);
    }
    let is_offer = request.parameter("offerId") == Some("offer-1")
        && request.parameter("refundToBalance") == Some("true");
    if !is_offer && !matches!(rest, ["bundles", _, "assignments", _]) {
        return message(400, "The oldest package would be revoked");
    }
    state.orders.retain(|order| order.iccid != iccid);
    Answer::json(200, &json!({"status": "Successfully Revoked Bundle"}))
}

/// A full page and a short one.
fn catalog(request: &Request) -> Answer {
    let package = |name: &str, rest: Value| {
        let mut row = json!({"name": name, "description": "eSIM, 1GB, 7 Days", "groups": ["Standard"], "dataAmount": 1000,
            "duration": 7, "autostart": false, "unlimited": false, "price": 9.99, "billingType": "FixedCost",
            "countries": [{"name": "United Kingdom", "iso": "GB"}],
            "roamingEnabled": [{"name": "Jersey", "iso": "je"}, {"name": "Europe", "iso": "RGBS"}]});
        if let (Some(fields), Value::Object(rest)) = (row.as_object_mut(), rest) {
            fields.extend(rest);
        }
        row
    };
    let rows: Vec<_> = if request.parameter("page") == Some("1") {
        (0..100)
            .map(|at| package(&format!("esim_{at}"), json!({})))
            .collect()
    } else {
        vec![
            package(
                "esim_UL_7D_GB_V2",
                json!({"unlimited": true, "dataAmount": -1}),
            ),
            package("esim_ULP_7D_GB_V2", json!({"unlimited": true})),
            package("esim_broken", json!({"price": null})),
        ]
    };
    Answer::json(200, &Value::Array(rows))
}
