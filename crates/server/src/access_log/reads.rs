//! Records reads of personal data by staff.

use super::{ReadKey, RecentEvents, locked};
use actix_web::{
    HttpRequest, ResponseError,
    body::{BoxBody, MessageBody},
    dev::ServiceResponse,
};
use chrono::TimeDelta;
use platform::{
    Actor, Ctx, RequestInfo, Result,
    audit::{self, Access},
    auth::{AuthenticatedCaller, CallerSlot},
    people,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The time for which one line covers all reads of an object by the same reader.
const WINDOW: TimeDelta = TimeDelta::hours(1);
/// The maximum number of remembered reads; beyond it, every read gets a line.
const MAX_READS: usize = 100_000;
/// The maximum number of people found by a search that get a line each.
const MAX_FOUND: usize = 20;

/// An operation that shows personal data.
#[derive(Debug, Clone, Copy)]
pub struct PersonalRead {
    /// The path of the route.
    pub route: &'static str,
    /// The kind of the subject.
    pub subject: &'static str,
    /// The field that is read.
    pub field: &'static str,
}

const fn read(route: &'static str, subject: &'static str, field: &'static str) -> PersonalRead {
    PersonalRead {
        route,
        subject,
        field,
    }
}

/// Every operation that shows the name of a customer, or more. Exports record themselves.
pub const PERSONAL: &[PersonalRead] = &[
    read("/v1/users", "user", "list"),
    read("/v1/users/{id}", "user", "profile"),
    read("/v1/users/{id}/timeline", "user", "timeline"),
    read("/v1/kyc", "kyc_document", "list"),
    read("/v1/kyc/{id}", "kyc_document", "customer"),
    read("/v1/orders", "order", "list"),
    read("/v1/orders/{id}", "order", "customer"),
    read("/v1/invoices", "invoice", "list"),
    read("/v1/invoices/{id}", "invoice", "customer"),
    read("/v1/refunds", "refund", "list"),
    read("/v1/refunds/{id}", "refund", "customer"),
    read("/v1/reconciliation", "case", "list"),
    read("/v1/reconciliation/{id}", "case", "customer"),
    read("/v1/notifications", "notification", "list"),
    read("/v1/notifications/{id}", "notification", "message"),
    read("/v1/tickets", "ticket", "list"),
    read("/v1/tickets/{id}", "ticket", "customer"),
    read("/v1/tickets/{id}/messages", "ticket", "messages"),
    read("/v1/tickets/{id}/context", "ticket", "context"),
    read("/v1/promotion-redemptions", "redemption", "list"),
    read("/v1/search", "search", "list"),
    read("/v1/usage", "esim", "list"),
];

/// The operations that search for people, and the field of their rows with the id of the person.
const SEARCHES: [(&str, &str); 3] = [
    ("/v1/users", "id"),
    ("/v1/kyc", "user_id"),
    ("/v1/search", "id"),
];

/// A line of the access log.
#[derive(Clone)]
struct Line {
    subject: &'static str,
    id: Uuid,
    field: &'static str,
    detail: Option<Value>,
}

/// Records what a staff member reads, before the answer is sent.
pub async fn record(
    ctx: &Ctx,
    recent: &RecentEvents,
    response: ServiceResponse<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let request = response.request().clone();
    let reader = CallerSlot::in_request(&request).get();
    let route = request.match_pattern().unwrap_or_default();
    let (Some(reader), Some(operation)) = (
        reader.filter(|reader| reader.role.is_some_and(|role| role.is_staff())),
        PERSONAL.iter().find(|read| read.route == route),
    ) else {
        return Ok(response);
    };
    let (response, found) = found_people(response, &request, operation);
    let lines = new_lines(ctx, recent, reader, operation, &request, found);
    match write(ctx, reader, &request, lines).await {
        Ok(()) => Ok(response),
        Err(error) => Ok(response.into_response(error.error_response())),
    }
}

/// Returns the ids of the people that a search for a whole address or number has found.
fn found_people(
    response: ServiceResponse<BoxBody>,
    request: &HttpRequest,
    operation: &PersonalRead,
) -> (ServiceResponse<BoxBody>, Vec<Uuid>) {
    let search = SEARCHES.iter().find(|(route, _)| *route == operation.route);
    let (Some((_, field)), true) = (search, is_exact(request)) else {
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
                .take(MAX_FOUND)
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

/// Returns whether a search is for one email address or phone number: a result then confirms who its owner is.
fn is_exact(request: &HttpRequest) -> bool {
    let q = parameter(request, "q").unwrap_or_default();
    let digits = q.chars().filter(char::is_ascii_digit).count();
    let is_number = digits >= 6
        && q.chars()
            .all(|c| c.is_ascii_digit() || " +-()./".contains(c));
    is_number || q.trim().find('@').is_some_and(|at| at > 0)
}

fn parameter(request: &HttpRequest, key: &str) -> Option<String> {
    form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(name, _)| name == key)
        .map(|(_, value)| value.into_owned())
}

/// Returns the lines that were not written within the last hour.
fn new_lines(
    ctx: &Ctx,
    recent: &RecentEvents,
    reader: AuthenticatedCaller,
    operation: &PersonalRead,
    request: &HttpRequest,
    found: Vec<Uuid>,
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
    // A reader who sees masked data only has read no personal data.
    if !people::is_masked_for(reader.role) {
        let id = request
            .match_info()
            .get("id")
            .and_then(|id| Uuid::try_parse(id).ok())
            .unwrap_or_default();
        let detail = id
            .is_nil()
            .then(|| json!({ "filtered_by": filters(request) }));
        let line = Line {
            subject: operation.subject,
            id,
            field: operation.field,
            detail,
        };
        lines.push((operation.route, line));
    }
    let now = ctx.clock.now();
    let mut reads = locked(&recent.reads);
    if reads.len() >= MAX_READS {
        reads.retain(|_, at| *at + WINDOW > now);
    }
    lines
        .into_iter()
        .filter(|(_, line)| line.id != me.0)
        .filter(|(kind, line)| {
            let key = ReadKey {
                reader: me.0,
                kind,
                id: line.id,
            };
            let is_new = reads.get(&key).is_none_or(|at| *at + WINDOW <= now);
            if is_new && reads.len() < MAX_READS {
                reads.insert(key, now);
            }
            is_new
        })
        .map(|(_, line)| line)
        .collect()
}

/// Returns the names of the filters of a list, without their values.
fn filters(request: &HttpRequest) -> Vec<String> {
    form_urlencoded::parse(request.query_string().as_bytes())
        .map(|(key, _)| key.into_owned())
        .filter(|key| !matches!(key.as_str(), "limit" | "sort" | "after" | "before"))
        .collect()
}

async fn write(
    ctx: &Ctx,
    reader: AuthenticatedCaller,
    request: &HttpRequest,
    lines: Vec<Line>,
) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let actor = Actor::for_log(reader, RequestInfo::read(request), ctx.keys.clone());
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
