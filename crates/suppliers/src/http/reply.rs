//! The answer to a call.

use super::retry_after;
use crate::{Json, SupplierError};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::HeaderMap;

/// The complete answer to a call. It is not printed, because it can contain activation codes.
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// When the client received it.
    pub received_at: DateTime<Utc>,
}

impl Reply {
    /// Returns whether the status is from 200 to 299.
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// Parses the body. A body that is not JSON leaves the outcome unknown.
    pub fn json(&self) -> Result<Json, SupplierError> {
        Json::parse(&self.body).ok_or_else(|| {
            SupplierError::unknown(format!("HTTP {}: the body is not JSON", self.status))
        })
    }

    /// Parses the body of an error; a body that is not JSON is empty.
    pub fn error_body(&self) -> Json {
        Json::parse(&self.body).unwrap_or(Json::Null)
    }

    /// Returns a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns after which time the provider wants to be asked again.
    pub fn retry_after(&self) -> Option<TimeDelta> {
        retry_after::parse(self.header("retry-after")?, self.received_at)
    }

    /// Returns the time of the provider's clock.
    pub fn provider_time(&self) -> Option<DateTime<Utc>> {
        retry_after::parse_date(self.header("date")?)
    }

    /// Returns the error of an answer that the API does not document: its outcome is unknown.
    pub fn unexpected(&self) -> SupplierError {
        SupplierError::unknown(format!("HTTP {}", self.status))
    }
}
