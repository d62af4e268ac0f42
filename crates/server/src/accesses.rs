//! What is noted once a request is answered: that somebody was refused, and that a member of the staff has read personal
//! data.
//!
//! **Refusals.** A line in the log for each, and in the audit log one entry (`access.refused`) for each caller, operation
//! and minute. The first refusal is written at once, those that follow are counted and written when the minute is over.
//! Asking for a step-up is no refusal, and neither is a token that has merely expired.
//!
//! **Reads.** Whoever of the staff opens a person's profile, or anything that shows a customer's name in full, leaves a
//! line in the access log, and so does opening a list of such rows: one per reader, thing and hour. A search for a whole
//! email address or phone number leaves one for each person that it finds, for support too, because it confirms who
//! somebody is. Reading one's own data leaves none, and neither do integrators, whose own customers they are.

mod looks;
mod refusals;

pub use looks::{Look, PERSONAL};

use actix_web::{
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web::Data,
};
use chrono::{DateTime, Utc};
use platform::Ctx;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// What this server has noted of late.
#[derive(Default)]
pub struct Noticed {
    /// Refusals, by caller and operation.
    refused: Mutex<HashMap<refusals::Key, refusals::Count>>,
    /// Reads, by reader, kind and thing, and when they were noted.
    seen: Mutex<HashMap<Seen, DateTime<Utc>>>,
}

/// Who has read what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Seen {
    reader: Uuid,
    what: &'static str,
    id: Uuid,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A server goes on if a thread has died here: what is lost are a few notes.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers the request, then notes what there is to note. What cannot be noted is not read.
pub async fn note<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let known = (
        response.request().app_data::<Data<Ctx>>().cloned(),
        response.request().app_data::<Data<Noticed>>().cloned(),
    );
    let (Some(ctx), Some(noticed)) = known else {
        return Ok(response);
    };
    refusals::flush(&ctx, &noticed).await;
    if matches!(response.status().as_u16(), 401 | 403) {
        refusals::note(&ctx, &noticed, &response).await;
        return Ok(response);
    }
    if response.status().is_success() && response.request().method() == Method::GET {
        return looks::note(&ctx, &noticed, response).await;
    }
    Ok(response)
}

/// Answers HEAD as GET; the server leaves the body out.
pub async fn head_as_get<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}
