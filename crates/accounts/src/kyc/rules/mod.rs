//! Rules for uploading, reviewing and viewing documents.

mod response;
mod review;
pub mod status;
mod upload;

pub use response::{link, page, record_access, show};
pub use review::{approve, claim, reject, release};
pub use upload::{Submission, authorize_upload, insert, remove};
