//! Reads request bodies within limits of size and time.

use crate::{
    config::Timeouts,
    ctx::Ctx,
    error::{Error, Result},
};
use actix_web::{
    HttpRequest,
    dev::Payload,
    http::header,
    web::{Bytes, BytesMut, Data},
};
use futures_util::StreamExt;
use std::time::Duration;
use tokio::time::Instant;
use wire::ProblemCode;

/// The kind of a body, which decides its limits of size and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyKind {
    /// JSON: small, with one time-out for the whole body.
    Json,
    /// A file: any time as long as it arrives at the minimum rate.
    Upload,
}

impl BodyKind {
    /// Returns the maximum size in bytes.
    const fn limit(self) -> usize {
        match self {
            Self::Json => 256 * 1024,
            Self::Upload => 10 * 1024 * 1024,
        }
    }
    /// Returns the time after the start within which more of the body, or all of it, must arrive.
    fn deadline(self, timeouts: &Timeouts, received: usize) -> Duration {
        match self {
            Self::Json => timeouts.body,
            Self::Upload => timeouts.upload(received),
        }
    }
}

/// The time-outs without a context, which every server has.
const DEFAULT_TIMEOUTS: Timeouts = Timeouts {
    body: Duration::from_secs(30),
    upload_rate: 16 * 1024,
    response: Duration::from_secs(30),
};

/// Reads a whole body within the limits of its kind.
pub(super) fn read_body(
    request: &HttpRequest,
    payload: &mut Payload,
    kind: BodyKind,
) -> impl Future<Output = Result<Bytes>> + use<> {
    let encoded = request.headers().contains_key(header::CONTENT_ENCODING);
    let timeouts = request
        .app_data::<Data<Ctx>>()
        .map_or(DEFAULT_TIMEOUTS, |ctx| ctx.config.timeouts);
    let (mut payload, began) = (payload.take(), Instant::now());
    async move {
        if encoded {
            return Err(Error::with_detail(
                ProblemCode::UnsupportedMediaType,
                "Send the body without a content encoding.",
            ));
        }
        let mut body = BytesMut::new();
        loop {
            let until = began + kind.deadline(&timeouts, body.len());
            let next = tokio::time::timeout_at(until, payload.next()).await;
            let Some(chunk) = next.map_err(|_| too_slow(kind, &timeouts))? else {
                return Ok(body.freeze());
            };
            let chunk = chunk
                .map_err(|_| Error::with_detail(ProblemCode::Malformed, "The body ended early."))?;
            if body.len() + chunk.len() > kind.limit() {
                return Err(Error::with_detail(
                    ProblemCode::TooLarge,
                    format!("The body may have {} KiB at most.", kind.limit() / 1024),
                ));
            }
            body.extend_from_slice(&chunk);
        }
    }
}

fn too_slow(kind: BodyKind, timeouts: &Timeouts) -> Error {
    let seconds = timeouts.body.as_secs();
    let rule = match kind {
        BodyKind::Json => format!("A body must arrive within {seconds} seconds."),
        BodyKind::Upload => format!(
            "An upload must arrive at {} bytes per second or more after the first {seconds} seconds.",
            timeouts.upload_rate
        ),
    };
    Error::with_detail(ProblemCode::RequestTimeout, rule)
}
