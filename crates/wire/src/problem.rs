//! What an error looks like: RFC 9457 problem details, with a stable code and the faulty fields.

use serde::{Deserialize, Serialize};

/// The body of every answer that is not a success; its media type is `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI that names this kind of problem, stable for ever.
    pub r#type: String,
    /// What kind of problem it is, in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The kind again, for programs to branch on.
    pub code: ProblemCode,
    /// The request that it answers; name it when asking for help.
    #[serde(default)]
    pub request_id: String,
    /// The faulty fields, when the input was refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One faulty field of an input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field, nested ones as `price.currency`, rows as `rows.3.iccid`.
    pub field: String,
    /// What is wrong, for programs.
    pub code: String,
    /// What is wrong and what would be right, for people.
    pub message: String,
}

macro_rules! problem_codes {
    ($($(#[$meta:meta])* $variant:ident = $text:tt, $status:literal, $title:literal;)+) => {
        text_enum! {
            /// Every kind of problem that the API answers with.
            ProblemCode: text { $($(#[$meta])* $variant = $text),+ }
        }
        impl ProblemCode {
            /// The HTTP status it is answered with.
            pub const fn status(self) -> u16 { match self { $(Self::$variant => $status),+ } }
            /// The kind in a few words.
            pub const fn title(self) -> &'static str { match self { $(Self::$variant => $title),+ } }
        }
    };
}

problem_codes! {
    /// The request cannot be read.
    Malformed = "malformed", 400, "The request cannot be read";
    /// A request that moves money came without an `Idempotency-Key`.
    IdempotencyKeyMissing = "idempotency_key_missing", 400, "An Idempotency-Key header is required";
    /// The `Idempotency-Key` is too long, or has characters that a key cannot have.
    IdempotencyKeyInvalid = "idempotency_key_invalid", 400, "The Idempotency-Key header is not valid";
    /// Nobody is signed in, or the token has ended.
    Unauthenticated = "unauthenticated", 401, "Sign in first";
    /// The address and the password do not belong together.
    WrongCredentials = "wrong_credentials", 401, "E-mail address or password is wrong";
    /// The password was right; the code of the second factor is missing or wrong.
    SecondFactorRequired = "second_factor_required", 401, "Enter the code of your authenticator";
    /// A webhook whose signature does not fit.
    BadSignature = "bad_signature", 401, "The signature does not fit the body";
    /// Signed in, but not allowed.
    Forbidden = "forbidden", 403, "Not allowed";
    /// The act asks for one's password or code anew.
    ConfirmationRequired = "confirmation_required", 403, "Confirm that it is you";
    /// A member of the staff without a second factor.
    EnrolmentRequired = "enrolment_required", 403, "Set up a second factor first";
    /// Unknown, or not the caller's.
    NotFound = "not_found", 404, "Not found";
    /// The address exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405, "This method is not allowed here";
    /// The body did not arrive in time.
    RequestTimeout = "request_timeout", 408, "The body did not arrive in time";
    /// Something like it exists already.
    Conflict = "conflict", 409, "It clashes with what exists";
    /// The state it is in does not allow the act.
    WrongState = "wrong_state", 409, "Its state does not allow this";
    /// The first request with this key is still running.
    StillRunning = "still_running", 409, "The first request with this key is still running";
    /// It was changed since it was read.
    Stale = "stale", 412, "It was changed meanwhile";
    /// `If-Match` carries a weak ETag, which never matches.
    WeakEtag = "weak_etag", 412, "A weak ETag never matches";
    /// The body is larger than is accepted.
    TooLarge = "too_large", 413, "The body is too large";
    /// The body is of a type that is not accepted.
    UnsupportedMediaType = "unsupported_media_type", 415, "The body's type is not accepted";
    /// A field was refused.
    Invalid = "invalid", 422, "Some fields need another look";
    /// The key was used before, for another request.
    IdempotencyKeyReused = "idempotency_key_reused", 422, "This key was used for another request";
    /// The promotion is used up, or over.
    PromotionGone = "promotion_gone", 409, "The code cannot be used any more";
    /// The plan is sold from stock alone, and there is not enough of it.
    SoldOut = "sold_out", 409, "Fewer are left than are wanted";
    /// The customer or the API client has as many unpaid orders as the settings allow.
    TooManyUnpaid = "too_many_unpaid", 409, "Too many unpaid orders";
    /// The plan cannot be bought: withdrawn, or without a price.
    PlanNotOnSale = "plan_not_on_sale", 422, "The plan is not on sale";
    /// An edit came without `If-Match`.
    PreconditionRequired = "precondition_required", 428, "An If-Match header is required";
    /// Too many requests.
    TooManyRequests = "too_many_requests", 429, "Too many requests";
    /// A fault of the server.
    Internal = "internal", 500, "Something went wrong on our side";
    /// The database or the pool is away for the moment.
    Unavailable = "unavailable", 503, "Not available for the moment";
}

impl Problem {
    /// A problem of this kind, without details yet.
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
    /// The sentence to show to a person.
    pub fn sentence(&self) -> &str {
        self.detail.as_deref().unwrap_or(&self.title)
    }
}
