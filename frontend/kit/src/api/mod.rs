//! The API client of the screens: typed by resource, with one error type.

mod call;
mod download;
mod error;
mod send;
mod token_refresh;

pub use call::{Call, Method};
pub use download::{download, fetch, save};
pub(crate) use download::{file_name, save_blob};
pub use error::ApiError;
pub(crate) use send::receive;
pub use send::{Answer, send};
pub(crate) use token_refresh::renew;

use crate::query;
use serde::{Serialize, de::DeserializeOwned};
use wire::{Page, Resource};

/// Query parameters, in order.
pub type Pairs = Vec<(&'static str, String)>;

/// Returns an address with its query. Blank parameters are omitted, because the API rejects them.
pub fn with_query(path: &str, pairs: &[(&str, String)]) -> String {
    let query: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(key, value)| format!("{key}={}", encode(value)))
        .collect();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", query.join("&"))
    }
}

/// Encodes a value for an address.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' | b':' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// Parses a query string, the part of an address after the question mark.
pub(crate) fn parse(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        js_sys::decode_uri_component(&text).map_or(text, String::from)
    };
    pairs
        .map(|(key, value)| (decoded(key), decoded(value)))
        .collect()
}

/// Fetches one page of a list.
pub async fn page<R: Resource>(pairs: &[(&'static str, String)]) -> Result<Page<R>, ApiError> {
    get(&with_query(R::PATH, pairs)).await
}

/// Fetches one record.
pub async fn find<R: Resource>(id: R::Id) -> Result<R, ApiError> {
    get(&format!("{}/{id}", R::PATH)).await
}

/// Fetches one record, unless the panel has read it within the last minute: for the names of linked records.
pub(crate) async fn find_recent<R: Resource>(id: R::Id) -> Result<R, ApiError> {
    let path = format!("{}/{id}", R::PATH);
    query::fetch_older_than(&path, 60_000).await?.read()
}

/// Fetches an address and reads its JSON. Requests for the same address share one request.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, ApiError> {
    query::fetch(path).await?.read()
}

/// Creates a record. The idempotency key names this attempt: a repeated request returns the first answer.
pub async fn create<R: Resource>(new: &impl Serialize, key: &str) -> Result<R, ApiError> {
    send(Call::post(R::PATH).json(new).idempotency_key(key))
        .await?
        .json()
        .await
}

/// Changes a record. The server rejects the change when another user has changed the record since this version.
pub async fn edit<R: Resource>(
    id: R::Id,
    version: i32,
    change: &impl Serialize,
) -> Result<R, ApiError> {
    let call = Call::patch(format!("{}/{id}", R::PATH))
        .json(change)
        .if_version(version);
    send(call).await?.json().await
}

/// Deletes a record.
pub async fn remove<R: Resource>(row: &R) -> Result<(), ApiError> {
    let call = Call::delete(format!("{}/{}", R::PATH, row.id())).if_version(row.version());
    send(call).await.map(drop)
}

/// Restores a deleted record.
pub async fn restore<R: Resource>(row: &R) -> Result<(), ApiError> {
    send(Call::post(format!("{}/{}/restore", R::PATH, row.id())))
        .await
        .map(drop)
}

/// Runs an action on a record, such as `approve`, with its input. The response body is not read.
pub async fn post_action<R: Resource>(
    row: &R,
    verb: &str,
    body: &impl Serialize,
) -> Result<(), ApiError> {
    let call = Call::post(format!("{}/{}/{verb}", R::PATH, row.id())).json(body);
    send(
        call.if_version(row.version())
            .idempotency_key(&crate::ids::uuid()),
    )
    .await
    .map(drop)
}

/// Runs an action on a record and reads the response body.
pub async fn post_action_for_result<R: Resource, A: DeserializeOwned>(
    row: &R,
    verb: &str,
    body: &impl Serialize,
) -> Result<A, ApiError> {
    let call = Call::post(format!("{}/{}/{verb}", R::PATH, row.id())).json(body);
    send(
        call.if_version(row.version())
            .idempotency_key(&crate::ids::uuid()),
    )
    .await?
    .json()
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn with_query_escapes_values() {
        assert_eq!(with_query("/v1/plans", &[]), "/v1/plans");
        let pairs = [
            ("q", "5 GB & more".to_owned()),
            ("status", "paid,failed".to_owned()),
        ];
        assert_eq!(
            with_query("/v1/orders", &pairs),
            "/v1/orders?q=5%20GB%20%26%20more&status=paid,failed"
        );
        assert_eq!(encode("é+"), "%C3%A9%2B");
    }
}
