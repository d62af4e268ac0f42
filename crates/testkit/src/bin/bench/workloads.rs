//! The workloads: the requests to the server, and the SQL of those requests.

use crate::{
    fixture::{Fixture, Settings},
    http, money,
};
use platform::{crypto::Keyring, extract::signed, people::query_tokens};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use uuid::Uuid;
use wire::{Cursor, Filter, Param, esims::inventory::Esim, list::Total, resource::FilterOf};

/// One kind of request.
pub struct Workload {
    /// The name in the report.
    pub name: &'static str,
    /// The minimum share of pgbench's rate.
    pub target: f64,
    /// The SQL that creates the rows of the workload.
    pub setup: String,
    /// Returns the next request.
    pub requests: Arc<dyn Fn() -> Vec<u8> + Send + Sync>,
    /// The script of pgbench for one request: every statement that the server sends, including the check of the caller's
    /// session.
    pub script: String,
}

/// The name of the fastest workload.
pub const BY_ID: &str = "eSIM by id";
const SESSION: &str = include_str!("sql/session.sql");
const ESIM: &str = include_str!("sql/esim.sql");
const ESIMS: &str = include_str!("sql/esims.sql");
const COUNT: &str = include_str!("sql/count.sql");
const PEOPLE: &str = include_str!("sql/people.sql");
const OFFERS: &str = include_str!("sql/offers.sql");
const ORDER: &str = include_str!("sql/order.sql");
/// The position of the deep page in the list, as a share of its rows.
const DEEP: f64 = 0.8;
/// A search with few results.
const SEARCHED: &str = "Ada Silva";

/// Returns all workloads.
pub async fn all(fixture: &mut Fixture, settings: &Settings) -> Vec<Workload> {
    let esims: u64 = fixture
        .text("SELECT count(*)::text AS found FROM esims")
        .parse()
        .expect("a number");
    let users: u64 = fixture
        .text("SELECT count(*)::text AS found FROM users WHERE role = 'customer'")
        .parse()
        .expect("a number");
    let token = fixture.token.clone();
    let by_id = {
        let (token, next) = (token.clone(), counter());
        Arc::new(move || {
            http::request(
                "GET",
                &format!("/v1/esims/{}", id_of(2, next(esims))),
                Some(&token),
                &[],
                "",
            )
        })
    };
    let session = session(&token);
    let list = format!("{session}{}\n{COUNT}", ESIMS.replace(":after", "true"));
    let (cursor, after) = deep_page(fixture).await;
    let orders = {
        let (token, next) = (token.clone(), counter());
        Arc::new(move || order(&token, next(users)))
    };
    let mut all = vec![
        Workload {
            name: BY_ID,
            target: 0.50,
            setup: String::new(),
            requests: by_id,
            script: session.clone() + &ESIM.replace(":esims", &esims.to_string()),
        },
        Workload {
            name: "list, 50 rows and total",
            target: 0.40,
            setup: String::new(),
            requests: get(fixture, "/v1/esims?status=active&limit=50".into()),
            script: list,
        },
        Workload {
            name: "deep page by cursor",
            target: 0.40,
            setup: String::new(),
            requests: get(
                fixture,
                format!("/v1/esims?status=active&limit=50&after={cursor}"),
            ),
            script: session.clone() + &ESIMS.replace(":after", &after),
        },
        Workload {
            name: "search by name",
            target: 0.50,
            setup: String::new(),
            requests: get(
                fixture,
                format!("/v1/users?q={}", SEARCHED.replace(' ', "%20")),
            ),
            script: session.clone() + &PEOPLE.replace(":tokens", &tokens()),
        },
        Workload {
            name: "place an order",
            target: 0.35,
            setup: OFFERS.to_owned(),
            requests: orders,
            script: ORDER
                .replace(":users", &users.to_string())
                .replace("BEGIN;", &format!("BEGIN;\n{session}")),
        },
    ];
    all.extend(money::all(fixture, settings));
    all
}

/// Returns a source that repeats one request.
pub fn get(fixture: &Fixture, path: String) -> Arc<dyn Fn() -> Vec<u8> + Send + Sync> {
    let request = http::request("GET", &path, Some(&fixture.token), &[], "");
    Arc::new(move || request.clone())
}

fn order(token: &str, user: u64) -> Vec<u8> {
    // Every fiftieth user is suspended and cannot order.
    let user = if user.is_multiple_of(50) {
        user - 1
    } else {
        user
    };
    let body = serde_json::json!({ "user_id": id_of(1, user), "plan_id": id_of(3, 1 + user % 50) })
        .to_string();
    http::request(
        "POST",
        "/v1/orders",
        Some(token),
        &[("Idempotency-Key", &Uuid::now_v7().to_string())],
        &body,
    )
}

/// Returns the cursor of a deep page, and its SQL condition.
async fn deep_page(fixture: &mut Fixture) -> (String, String) {
    let total: f64 = fixture
        .text("SELECT count(*)::text AS found FROM esims WHERE status = 'active'")
        .parse()
        .expect("a number");
    let skipped = (total * DEEP) as u64;
    let row = fixture.text(&format!("SELECT to_char(created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') || ' ' || id AS found FROM esims WHERE status = 'active' ORDER BY created_at DESC, id DESC OFFSET {skipped} LIMIT 1"));
    let (at, id) = row.split_once(' ').expect("a row");
    // The cursor of a later page, with a total that stays valid during the whole measurement.
    let counted = Total {
        rows: (total as i64).min(wire::list::TOTAL_CAP + 1),
        at: chrono::Utc::now() + chrono::TimeDelta::days(1),
    };
    let cursor = Cursor {
        sort: "-created_at".to_owned(),
        value: Some(at.to_owned()),
        id: id.parse().expect("an id"),
        total: Some(counted),
        signature: None,
    };
    let mut filter = FilterOf::<Esim>::default();
    filter.set("status", "active").expect("a filter");
    let cursor = signed(&keys(), "/v1/esims", &filter, cursor.show());
    let page = fixture
        .json(&format!("/v1/esims?status=active&limit=50&after={cursor}"))
        .await;
    assert!(
        page["prev"].is_string() && page["data"].as_array().is_some_and(|rows| rows.len() == 50),
        "the deep page is full"
    );
    (
        cursor,
        format!(
            "(esims.created_at <= '{at}' AND (esims.created_at < '{at}' OR esims.id < '{id}'))"
        ),
    )
}

/// Returns the statement that checks the session of a token.
pub fn session(token: &str) -> String {
    let claims = token
        .split('.')
        .nth(1)
        .and_then(|part| {
            base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, part).ok()
        })
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
        .expect("a token");
    let text = |name: &str| claims[name].as_str().expect("an id").to_owned();
    SESSION
        .replace(":session", &text("sid"))
        .replace(":user", &text("sub"))
}

/// Returns the keys of the server.
fn keys() -> Keyring {
    Keyring::new(&testkit::config("", &[]).sealing).expect("keys")
}

/// Returns the blind tokens of the searched words, under the keys of the server.
fn tokens() -> String {
    let found = query_tokens(&keys(), SEARCHED).expect("words");
    found
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

/// Returns a source of numbers from 1 to a limit, in a fixed pseudo-random order.
fn counter() -> impl Fn(u64) -> u64 + Send + Sync {
    let next = AtomicU64::new(1);
    move |up_to| {
        1 + next
            .fetch_add(1, Ordering::Relaxed)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            % up_to
    }
}

/// Returns an id of the seed.
pub fn id_of(kind: u128, number: u64) -> Uuid {
    let number = u128::from(number);
    Uuid::from_u128((1_767_225_600_000 + number) << 80 | 7 << 76 | kind << 64 | 8 << 60 | number)
}
