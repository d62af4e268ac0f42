//! The API, as screens call it: typed by resource, with one way to fail.

mod call;
mod download;
mod fault;
mod flight;
mod send;

pub use call::{Call, Method};
pub use download::{download, fetch, save};
pub(crate) use download::{file_name, hand_over};
pub use fault::Fault;
pub(crate) use flight::renew;
pub use send::{Answer, send};

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

/// A value as it stands in an address.
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

/// The parameters of a query, as it stands behind a question mark.
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

/// One page of a list.
pub async fn page<R: Resource>(pairs: &[(&'static str, String)]) -> Result<Page<R>, Fault> {
    send(Call::get(with_query(R::PATH, pairs)))
        .await?
        .json()
        .await
}

/// One of them.
pub async fn find<R: Resource>(id: R::Id) -> Result<R, Fault> {
    get(&format!("{}/{id}", R::PATH)).await
}

/// Whatever an address answers with.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Fault> {
    send(Call::get(path)).await?.json().await
}

/// A new one. The key names this attempt: sent again, it gives the first answer again.
pub async fn create<R: Resource>(new: &impl Serialize, key: &str) -> Result<R, Fault> {
    send(Call::post(R::PATH).json(new).once(key))
        .await?
        .json()
        .await
}

/// A change of one, refused when somebody else changed it since this version.
pub async fn edit<R: Resource>(
    id: R::Id,
    version: i32,
    change: &impl Serialize,
) -> Result<R, Fault> {
    let call = Call::patch(format!("{}/{id}", R::PATH))
        .json(change)
        .if_version(version);
    send(call).await?.json().await
}

/// Takes one away.
pub async fn remove<R: Resource>(row: &R) -> Result<(), Fault> {
    let call = Call::delete(format!("{}/{}", R::PATH, row.id())).if_version(row.version());
    send(call).await.map(drop)
}

/// Brings one back that was taken away.
pub async fn restore<R: Resource>(row: &R) -> Result<(), Fault> {
    send(Call::post(format!("{}/{}/restore", R::PATH, row.id())))
        .await
        .map(drop)
}

/// An act on one, such as `approve`, with what it needs to know. The answer is left unread.
pub async fn act<R: Resource>(row: &R, verb: &str, body: &impl Serialize) -> Result<(), Fault> {
    let call = Call::post(format!("{}/{}/{verb}", R::PATH, row.id())).json(body);
    send(call.if_version(row.version()).once(&crate::chance::uuid()))
        .await
        .map(drop)
}

/// An act on one that answers something worth reading.
pub async fn ask<R: Resource, A: DeserializeOwned>(
    row: &R,
    verb: &str,
    body: &impl Serialize,
) -> Result<A, Fault> {
    let call = Call::post(format!("{}/{}/{verb}", R::PATH, row.id())).json(body);
    send(call.if_version(row.version()).once(&crate::chance::uuid()))
        .await?
        .json()
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn an_address_carries_its_query_escaped() {
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
