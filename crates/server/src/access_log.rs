//! Records refused requests, and reads of personal data by staff, once a request is answered.
//!
//! **Refusals.** The log gets a line for each, and the audit log one entry (`access.deny`) per caller, operation and
//! minute. The first refusal is written immediately; later ones are counted and written after the minute. The demand for a
//! step-up is no refusal, and an expired token is none.
//!
//! **Reads.** When a staff member opens a profile, or anything that shows a customer's full name, or a list of such rows,
//! the access log gets one line per reader, object and hour. A search for a whole email address or phone number adds a line
//! for each person found, for support as well, because it confirms an identity. Reading one's own data adds no line, and
//! neither do API clients, which read their own customers.

mod reads;
mod refusals;

pub use reads::{PERSONAL, PersonalRead};

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

/// The refusals and reads that this server has recorded recently.
#[derive(Default)]
pub struct RecentEvents {
    /// Refusals by caller and operation.
    refused: Mutex<HashMap<refusals::Key, refusals::Count>>,
    /// The time of the last entry for each reader and object.
    reads: Mutex<HashMap<ReadKey, DateTime<Utc>>>,
}

/// A reader and an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReadKey {
    reader: Uuid,
    kind: &'static str,
    id: Uuid,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic of another thread may lose a few counts; the server continues.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Handles the request, then records refusals and reads. A read that cannot be recorded is answered with an error.
pub async fn record<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let data = (
        response.request().app_data::<Data<Ctx>>().cloned(),
        response.request().app_data::<Data<RecentEvents>>().cloned(),
    );
    let (Some(ctx), Some(recent)) = data else {
        return Ok(response);
    };
    refusals::flush(&ctx, &recent).await;
    if matches!(response.status().as_u16(), 401 | 403) {
        refusals::record(&ctx, &recent, &response).await;
        return Ok(response);
    }
    if response.status().is_success() && response.request().method() == Method::GET {
        return reads::record(&ctx, &recent, response).await;
    }
    Ok(response)
}

/// Handles HEAD as GET; the HTTP server omits the body.
pub async fn head_as_get<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}
