//! What handlers answer with.

use actix_web::{HttpRequest, HttpResponse, Responder, body::BoxBody};
use serde::Serialize;
use wire::Resource;

/// Something as JSON.
pub struct Json<T>(pub T);

impl<T: Serialize> Responder for Json<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

/// One resource, with its revision as a strong `ETag`.
pub struct Tagged<T>(pub T);

impl<T: Resource> Responder for Tagged<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header(("ETag", etag(&self.0)))
            .json(self.0)
    }
}

/// A resource that was made, and where it is.
pub struct Created<T>(pub T);

impl<T: Resource> Responder for Created<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Created()
            .insert_header(("Location", location(&self.0)))
            .insert_header(("ETag", etag(&self.0)))
            .json(self.0)
    }
}

/// Done; there is nothing to say.
pub struct Done;

impl Responder for Done {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}

/// Where a resource is.
pub fn location<T: Resource>(made: &T) -> String {
    format!("{}/{}", T::PATH, made.id())
}

fn etag<T: Resource>(resource: &T) -> String {
    format!("\"v{}\"", resource.version())
}
