//! Error responses: RFC 9457 problem details with a stable code and the invalid fields.

use serde::{Deserialize, Serialize};

/// The body of every error response. Its media type is `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A stable URI that identifies the kind of problem.
    pub r#type: String,
    /// The kind of problem, in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, and what the caller can do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The kind of problem as a stable code for programs.
    pub code: ProblemCode,
    /// ID of the request; include it in support requests.
    #[serde(default)]
    pub request_id: String,
    /// The invalid fields of the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// A validation error of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Path of the field: nested as `price.currency`, in rows as `rows.3.iccid`.
    pub field: String,
    /// Stable code of the error, for programs.
    pub code: String,
    /// Message for people: the error and how to correct it.
    pub message: String,
}

macro_rules! problem_codes {
    ($($(#[$meta:meta])* $variant:ident = $text:tt, $status:literal, $title:literal;)+) => {
        text_enum! {
            /// The stable codes of all problems that the API answers with.
            ProblemCode: text { $($(#[$meta])* $variant = $text),+ }
        }
        impl ProblemCode {
            /// Returns the HTTP status of the problem.
            pub const fn status(self) -> u16 { match self { $(Self::$variant => $status),+ } }
            /// Returns the kind of problem in a few words.
            pub const fn title(self) -> &'static str { match self { $(Self::$variant => $title),+ } }
        }
    };
}

problem_codes! {
    /// The request cannot be read.
    Malformed = "malformed", 400, "The request cannot be read";
    /// A request that moves money has no `Idempotency-Key`.
    IdempotencyKeyMissing = "idempotency_key_missing", 400, "An Idempotency-Key header is required";
    /// The `Idempotency-Key` is too long, or has characters that a key cannot have.
    IdempotencyKeyInvalid = "idempotency_key_invalid", 400, "The Idempotency-Key header is not valid";
    /// The request has no token, or the token has expired.
    Unauthenticated = "unauthenticated", 401, "Sign in first";
    /// The e-mail address and the password do not match.
    WrongCredentials = "wrong_credentials", 401, "E-mail address or password is wrong";
    /// The password is right, but the code of the second factor is missing or wrong.
    SecondFactorRequired = "second_factor_required", 401, "Enter the code from your authenticator app";
    /// The signature of a webhook does not match its body.
    BadSignature = "bad_signature", 401, "The signature does not match the body";
    /// The caller is signed in, but lacks the permission.
    Forbidden = "forbidden", 403, "You don't have access";
    /// The action requires the caller to confirm their identity with their password or a code.
    ConfirmationRequired = "confirmation_required", 403, "Confirm it is you";
    /// A staff member has not set up two-factor authentication.
    EnrolmentRequired = "enrolment_required", 403, "Set up two-factor authentication first";
    /// The record does not exist, or the caller may not see it.
    NotFound = "not_found", 404, "Not found";
    /// The URL exists, but does not accept the method.
    MethodNotAllowed = "method_not_allowed", 405, "This URL does not accept the method";
    /// The server did not receive the whole body in time.
    RequestTimeout = "request_timeout", 408, "The body was not received in time";
    /// The request conflicts with an existing record.
    Conflict = "conflict", 409, "The request conflicts with an existing record";
    /// The status of the record does not allow the action.
    WrongState = "wrong_state", 409, "The current status does not allow this action";
    /// The first request with this key is still running.
    StillRunning = "still_running", 409, "The first request with this key is still running";
    /// The record was changed after the caller read it.
    Stale = "stale", 412, "The record was changed in the meantime";
    /// `If-Match` carries a weak ETag, which never matches.
    WeakEtag = "weak_etag", 412, "A weak ETag never matches";
    /// The body exceeds the maximum size.
    TooLarge = "too_large", 413, "The body is too large";
    /// The server does not accept the content type of the body.
    UnsupportedMediaType = "unsupported_media_type", 415, "The content type of the body is not accepted";
    /// One or more fields are invalid.
    Invalid = "invalid", 422, "Please correct these fields";
    /// An earlier, different request used the key.
    IdempotencyKeyReused = "idempotency_key_reused", 422, "This Idempotency-Key was used for another request";
    /// The promotion code has expired, or all its uses are taken.
    PromotionGone = "promotion_gone", 409, "The promotion code can no longer be used";
    /// The plan is sold from stock only, and the stock is not sufficient.
    SoldOut = "sold_out", 409, "Not enough stock";
    /// The customer or the API client has reached the maximum number of unpaid orders.
    TooManyUnpaid = "too_many_unpaid", 409, "Too many unpaid orders";
    /// The plan cannot be bought, because it was archived or has no price.
    PlanNotOnSale = "plan_not_on_sale", 422, "The plan is not on sale";
    /// An edit has no `If-Match` header.
    PreconditionRequired = "precondition_required", 428, "An If-Match header is required";
    /// The caller has exceeded the rate limit.
    TooManyRequests = "too_many_requests", 429, "Too many requests";
    /// The server failed.
    Internal = "internal", 500, "Something went wrong on our side";
    /// The database is temporarily unavailable.
    Unavailable = "unavailable", 503, "Temporarily unavailable";
}

impl Problem {
    /// Creates a problem of this kind, without details.
    pub fn new(code: ProblemCode) -> Self {
        Self {
            r#type: format!("urn:esim-admin:problem:{code}"),
            title: code.title().to_owned(),
            status: code.status(),
            detail: None,
            code,
            request_id: String::new(),
            errors: Vec::new(),
        }
    }
    /// Returns the message to show to a person.
    pub fn sentence(&self) -> &str {
        self.detail.as_deref().unwrap_or(&self.title)
    }
}
