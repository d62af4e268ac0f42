//! Request bodies that a handler rejects before they have arrived.
//!
//! When a handler drops a chunked body, the server reads the rest of it, however slowly it arrives, so that the connection
//! can serve the next request. A body that is held until the response is sent counts as unread: the server closes the
//! connection after a few seconds.

use actix_web::{
    Error, HttpMessage,
    body::{BodySize, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::PayloadError,
    http::header,
    middleware::Next,
    web::Bytes,
};
use futures_util::Stream;
use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

/// Holds the body of a chunked request until its response is sent.
pub async fn hold<B: MessageBody + Unpin + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<Holding<B>>, Error> {
    let is_chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let held = is_chunked.then(|| Held(Rc::new(RefCell::new(request.take_payload()))));
    if let Some(held) = &held {
        request.set_payload(Payload::Stream {
            payload: Box::pin(held.clone()),
        });
    }
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| Holding { body, _held: held }))
}

/// A request body, shared by the handler that reads it and the response that holds it.
#[derive(Clone)]
struct Held(Rc<RefCell<Payload>>);

impl Stream for Held {
    type Item = Result<Bytes, PayloadError>;
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(context)
    }
}

/// The body of a response, which holds the body of the request.
pub struct Holding<B> {
    body: B,
    _held: Option<Held>,
}

impl<B: MessageBody + Unpin> MessageBody for Holding<B> {
    type Error = B::Error;
    fn size(&self) -> BodySize {
        self.body.size()
    }
    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}
