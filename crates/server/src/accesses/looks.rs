//! Reads of personal data by the staff.

use super::{Noticed, Seen, held};
use actix_web::{
    HttpRequest, ResponseError,
    body::{BoxBody, MessageBody},
    dev::ServiceResponse,
};
use chrono::TimeDelta;
use platform::{
    Actor, Ctx, RequestInfo, Result,
    audit::{self, Access},
    auth::{Confirmee, Witness},
    people,
};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::Reach;

/// How long one line stands for all reads of the same thing by the same person.
const QUIET: TimeDelta = TimeDelta::hours(1);
/// Things that are remembered at once; beyond that, every read leaves its own line.
const MOST: usize = 100_000;
/// People found by a search that are named one by one.
const FOUND: usize = 20;

/// An operation that shows who somebody is.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Its address, as it is routed.
    pub route: &'static str,
    /// The kind of thing that is read.
    pub subject: &'static str,
    /// What of it is read.
    pub field: &'static str,
}

const fn look(route: &'static str, subject: &'static str, field: &'static str) -> Look {
    Look {
        route,
        subject,
        field,
    }
}

/// Every operation that shows the name of a customer, or more; exports note themselves.
pub const PERSONAL: &[Look] = &[
    look("/v1/users", "user", "list"),
    look("/v1/users/{id}", "user", "profile"),
    look("/v1/users/{id}/timeline", "user", "timeline"),
    look("/v1/kyc", "kyc_document", "list"),
    look("/v1/kyc/{id}", "kyc_document", "customer"),
    look("/v1/orders", "order", "list"),
    look("/v1/orders/{id}", "order", "customer"),
    look("/v1/invoices", "invoice", "list"),
    look("/v1/invoices/{id}", "invoice", "customer"),
    look("/v1/refunds", "refund", "list"),
    look("/v1/refunds/{id}", "refund", "customer"),
    look("/v1/reconciliation", "case", "list"),
    look("/v1/reconciliation/{id}", "case", "customer"),
    look("/v1/notifications", "notification", "list"),
    look("/v1/notifications/{id}", "notification", "message"),
    look("/v1/promotion-redemptions", "redemption", "list"),
    look("/v1/search", "search", "list"),
];

/// Where people are searched for, and where in the answer their ids stand.
const SEARCHES: [(&str, &str); 3] = [
    ("/v1/users", "id"),
    ("/v1/kyc", "user_id"),
    ("/v1/search", "id"),
];

/// A line to be written.
struct Line {
    subject: &'static str,
    id: Uuid,
    field: &'static str,
    detail: Option<Value>,
}

/// Notes what a member of the staff has read, before they get it.
pub async fn note(
    ctx: &Ctx,
    noticed: &Noticed,
    response: ServiceResponse<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let request = response.request().clone();
    let reader = Witness::of(&request).seen();
    let route = request.match_pattern().unwrap_or_default();
    let (Some(reader), Some(look)) = (
        reader.filter(|reader| reader.role.is_some_and(|role| role.is_staff())),
        PERSONAL.iter().find(|look| look.route == route),
    ) else {
        return Ok(response);
    };
    let (response, found) = searched(response, &request, look);
    let lines = new_lines(ctx, noticed, (reader, look), (&request, found));
    match write(ctx, (reader, &request), lines).await {
        Ok(()) => Ok(response),
        Err(error) => Ok(response.into_response(error.error_response())),
    }
}

/// The ids of the people that a search for a whole address or number has found.
fn searched(
    response: ServiceResponse<BoxBody>,
    request: &HttpRequest,
    look: &Look,
) -> (ServiceResponse<BoxBody>, Vec<Uuid>) {
    let place = SEARCHES.iter().find(|(route, _)| *route == look.route);
    let (Some((_, field)), true) = (place, is_exact(request)) else {
        return (response, Vec::new());
    };
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    match body.try_into_bytes() {
        Ok(bytes) => {
            let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let people = answer
                .get("data")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter(|row| row.get("kind").is_none_or(|kind| kind == "user"))
                .filter_map(|row| Uuid::try_parse(row.get(*field)?.as_str()?).ok())
                .take(FOUND)
                .collect();
            let response = response.set_body(BoxBody::new(bytes));
            (ServiceResponse::new(request, response), people)
        }
        Err(body) => (
            ServiceResponse::new(request, response.set_body(body)),
            Vec::new(),
        ),
    }
}

/// Whether a search asks for one address or one number: whoever finds somebody so knows who they are.
fn is_exact(request: &HttpRequest) -> bool {
    let q = url_value(request, "q").unwrap_or_default();
    let digits = q.chars().filter(char::is_ascii_digit).count();
    let is_number = digits >= 6
        && q.chars()
            .all(|c| c.is_ascii_digit() || " +-()./".contains(c));
    is_number || q.trim().find('@').is_some_and(|at| at > 0)
}

fn url_value(request: &HttpRequest, key: &str) -> Option<String> {
    form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(name, _)| name == key)
        .map(|(_, value)| value.into_owned())
}

/// The lines that were not written within the last hour.
fn new_lines(
    ctx: &Ctx,
    noticed: &Noticed,
    (reader, look): (Confirmee, &Look),
    (request, found): (&HttpRequest, Vec<Uuid>),
) -> Vec<Line> {
    let Some(me) = reader.person else {
        return Vec::new();
    };
    let mut lines: Vec<(&'static str, Line)> = found
        .into_iter()
        .map(|id| {
            let line = Line {
                subject: "user",
                id,
                field: "search",
                detail: None,
            };
            ("search", line)
        })
        .collect();
    // Whoever sees masks only has read nothing.
    if !people::is_masked_for(reader.role) {
        let id = request
            .match_info()
            .get("id")
            .and_then(|id| Uuid::try_parse(id).ok())
            .unwrap_or_default();
        let detail = id.is_nil().then(|| json!({ "filtered_by": keys(request) }));
        let line = Line {
            subject: look.subject,
            id,
            field: look.field,
            detail,
        };
        lines.push((look.route, line));
    }
    let now = ctx.clock.now();
    let mut seen = held(&noticed.seen);
    if seen.len() >= MOST {
        seen.retain(|_, at| *at + QUIET > now);
    }
    lines
        .into_iter()
        .filter(|(_, line)| line.id != me.0)
        .filter(|(what, line)| {
            let key = Seen {
                reader: me.0,
                what,
                id: line.id,
            };
            let is_new = seen.get(&key).is_none_or(|at| *at + QUIET <= now);
            if is_new && seen.len() < MOST {
                seen.insert(key, now);
            }
            is_new
        })
        .map(|(_, line)| line)
        .collect()
}

/// What a list was narrowed by: the names of the parameters alone.
fn keys(request: &HttpRequest) -> Vec<String> {
    form_urlencoded::parse(request.query_string().as_bytes())
        .map(|(key, _)| key.into_owned())
        .filter(|key| !matches!(key.as_str(), "limit" | "sort" | "after" | "before"))
        .collect()
}

async fn write(
    ctx: &Ctx,
    (reader, request): (Confirmee, &HttpRequest),
    lines: Vec<Line>,
) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let actor = Actor {
        id: reader.person,
        client: None,
        role: reader.role,
        session: None,
        reach: Reach::All,
        is_confirmed: false,
        request: RequestInfo::of(request),
        keys: ctx.keys.clone(),
    };
    ctx.db
        .write(move |tx| {
            lines.into_iter().try_for_each(|line| {
                let access = Access {
                    subject: line.subject,
                    id: line.id,
                    field: line.field,
                    reason: None,
                    detail: line.detail,
                };
                audit::record_access(tx, &actor, access)
            })
        })
        .await
}
