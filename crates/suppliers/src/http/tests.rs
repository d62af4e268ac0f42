//! The client against a server on loopback.

use super::*;
use crate::{
    Account,
    stand_in::{Answer, Fault, Server},
};
use chrono::TimeDelta;
use std::sync::Mutex;
use wire::ProviderId;

const NOON: &str = "2026-11-29T12:00:00Z";

type Calls = Arc<Mutex<Vec<CallRecord>>>;

fn account(endpoint: &str) -> Account {
    Account {
        provider: ProviderId(uuid::Uuid::from_u128(1)),
        endpoint: endpoint.into(),
        api_key: "key".to_owned().into(),
        credentials: Default::default(),
    }
}

fn client(network: Network, timeout: Duration) -> (AdapterClient, Calls) {
    let calls = Calls::default();
    let seen = Arc::clone(&calls);
    let settings = Settings {
        timeout,
        repeat_pause: Duration::from_millis(1),
        observer: Arc::new(move |call: &CallRecord| seen.lock().unwrap().push(*call)),
        ..Settings::new(network, Arc::new(|| NOON.parse().unwrap()))
    };
    let client = Client::new(settings).unwrap().for_adapter("test", 100);
    (client, calls)
}

fn patient() -> (AdapterClient, Calls) {
    client(Network::Any, Duration::from_secs(20))
}

async fn server() -> Server {
    Server::start(|request| match request.path.as_str() {
        "/v1/moved" => Answer::raw(302, "").with_header("location", "/v1/ok"),
        "/v1/long" => Answer::raw(200, "x".repeat(5_000)),
        "/v1/busy" => Answer::raw(429, "").with_header("retry-after", "7"),
        "/v1/later" => {
            Answer::raw(429, "").with_header("retry-after", "Sun, 29 Nov 2026 12:00:30 GMT")
        }
        "/v1/broken" => Answer::raw(500, ""),
        _ => Answer::raw(200, r#"{"price": 0.10}"#),
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn call_sends_path_query_headers_and_form() {
    let server = server().await;
    let (client, calls) = patient();
    let account = account(&format!("{}/base/", server.url()));
    let reply = client
        .post(&account, "order", &["v1", "a/../b?c", "ü"])
        .query("filter[description]", "a&b")
        .bearer("token")
        .form(&[("quantity", "1"), ("description", "ä b")])
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json().unwrap().get("price").text(), Some("0.10"));
    let request = &server.requests()[0];
    assert_eq!(request.path, "/base/v1/a/../b?c/ü");
    assert_eq!(request.parameter("filter[description]"), Some("a&b"));
    assert_eq!(request.header("authorization"), Some("Bearer token"));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert!(
        request
            .header("user-agent")
            .unwrap()
            .starts_with("esim-admin/")
    );
    assert_eq!(request.field("description").as_deref(), Some("ä b"));
    let call = calls.lock().unwrap()[0];
    assert_eq!(
        (call.adapter, call.operation, call.outcome, call.attempts),
        ("test", "order", CallOutcome::Success, 1)
    );
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let server = server().await;
    let (client, _) = patient();
    let account = account(&server.url());
    let reply = client.get(&account, "test", &["v1", "moved"]).send().await;
    assert_eq!(reply.unwrap().status, 302);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn long_answers_are_refused() {
    let server = server().await;
    let (client, _) = patient();
    let account = account(&server.url());
    let call = |bytes| {
        client
            .get(&account, "catalog", &["v1", "long"])
            .once()
            .largest_body(bytes)
            .send()
    };
    assert_eq!(call(5_000).await.unwrap().body.len(), 5_000);
    assert!(matches!(call(4_999).await, Err(CallError::NoAnswer(_))));
}

#[tokio::test]
async fn retry_after_stops_the_operation() {
    let server = server().await;
    let (client, calls) = patient();
    let account = account(&server.url());
    let busy = || client.get(&account, "usage", &["v1", "busy"]).send();
    let limited = |seconds| {
        Err(CallError::RateLimited {
            retry_after: TimeDelta::seconds(seconds),
        })
    };
    assert_eq!(busy().await.map(|_| ()), limited(7));
    let later = client.post(&account, "order", &["v1", "later"]).send();
    assert_eq!(later.await.map(|_| ()), limited(30));
    // The next call of the operation is not sent.
    assert!(matches!(busy().await, Err(CallError::RateLimited { .. })));
    assert_eq!(server.requests().len(), 2);
    assert!(
        client
            .get(&account, "balance", &["v1", "ok"])
            .send()
            .await
            .is_ok()
    );
    assert_eq!(calls.lock().unwrap()[2].outcome, CallOutcome::RateLimited);
}

#[tokio::test]
async fn only_repeatable_calls_are_repeated() {
    let server = server().await;
    let (client, calls) = patient();
    let account = account(&server.url());
    let once = client.post(&account, "order", &["v1", "broken"]).send();
    assert_eq!(once.await.unwrap().status, 500);
    assert_eq!(server.requests().len(), 1);
    let repeated = client.get(&account, "state", &["v1", "broken"]).send();
    assert_eq!(repeated.await.unwrap().status, 500);
    assert_eq!(server.requests().len(), 4);
    server.break_next("GET", "/v1/ok", Fault::ResetBefore);
    server.break_next("GET", "/v1/ok", Fault::CutAnswer);
    assert!(
        client
            .get(&account, "state", &["v1", "ok"])
            .send()
            .await
            .is_ok()
    );
    assert_eq!(calls.lock().unwrap().last().unwrap().attempts, 3);
}

#[tokio::test]
async fn every_fault_after_the_first_byte_is_no_answer() {
    let server = server().await;
    let (client, calls) = patient();
    let account = account(&server.url());
    for fault in [
        Fault::Reset,
        Fault::ResetBefore,
        Fault::CutAnswer,
        Fault::SwallowAnswer,
        Fault::Garbage,
    ] {
        server.break_next("POST", "/v1/ok", fault.clone());
        let result = client.post(&account, "order", &["v1", "ok"]).send().await;
        assert!(matches!(result, Err(CallError::NoAnswer(_))), "{fault:?}");
    }
    assert_eq!(server.requests().len(), 5);
    let calls = calls.lock().unwrap();
    assert!(
        calls
            .iter()
            .all(|call| call.outcome == CallOutcome::NoAnswer)
    );
}

#[tokio::test]
async fn a_hanging_call_ends_without_an_answer() {
    let server = server().await;
    let (client, _) = client(Network::Any, Duration::from_millis(40));
    let account = account(&server.url());
    server.break_next("GET", "/v1/ok", Fault::Hang);
    let result = client.get(&account, "state", &["v1", "ok"]).send().await;
    assert!(matches!(result, Err(CallError::NoAnswer(_))));
}

#[tokio::test]
async fn a_delayed_answer_is_read() {
    let server = server().await;
    let (client, _) = patient();
    let account = account(&server.url());
    server.break_next("GET", "/v1/ok", Fault::Delay(Duration::from_millis(10)));
    let result = client
        .get(&account, "state", &["v1", "ok"])
        .once()
        .send()
        .await;
    assert_eq!(result.unwrap().status, 200);
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let endpoint = server().await.url();
    let (client, calls) = patient();
    // The server has stopped, or its port serves nothing of ours.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let free = listener.local_addr().unwrap();
    drop(listener);
    for endpoint in [
        format!("http://{free}"),
        "http://host.invalid".into(),
        "not a URL".into(),
        endpoint.replace("http:", "https:"),
    ] {
        let account = account(&endpoint);
        let result = client.post(&account, "order", &["v1", "ok"]).send().await;
        assert!(matches!(result, Err(CallError::NotSent(_))), "{endpoint}");
    }
    let calls = calls.lock().unwrap();
    assert!(
        calls
            .iter()
            .all(|call| call.outcome == CallOutcome::NotSent)
    );
}

#[tokio::test]
async fn values_that_cannot_be_headers_are_not_sent() {
    let server = server().await;
    let (client, _) = patient();
    let account = account(&server.url());
    let call = client
        .get(&account, "state", &["v1", "ok"])
        .bearer("a\r\nx: y")
        .send();
    assert!(matches!(call.await, Err(CallError::NotSent(_))));
    assert!(server.requests().is_empty());
}

/// Addresses that lead to this machine or its network, by name, number and spelling.
#[tokio::test]
async fn private_addresses_are_not_called() {
    let server = server().await;
    let port = server.url().rsplit(':').next().unwrap().to_owned();
    let (client, _) = client(Network::Public, Duration::from_secs(20));
    for host in [
        "127.0.0.1",
        "localhost",
        "localhost.localdomain",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f.1",
        "0.0.0.0",
        "169.254.169.254",
    ] {
        for scheme in ["http", "https"] {
            let account = account(&format!("{scheme}://{host}:{port}"));
            let result = client.post(&account, "order", &["v1", "ok"]).send().await;
            assert!(matches!(result, Err(CallError::NotSent(_))), "{host}");
        }
    }
    assert!(server.requests().is_empty());
}

/// A name in the public DNS can be changed to a private address after it was saved.
#[tokio::test]
async fn names_are_resolved_to_public_addresses_only() {
    use reqwest::dns::Resolve;
    let resolved = address::PublicResolver.resolve("localhost".parse().unwrap());
    assert!(resolved.await.is_err());
    let mut http = reqwest::Client::builder().no_proxy();
    http = http.dns_resolver(address::PublicResolver);
    let server = server().await;
    let port = server.url().rsplit(':').next().unwrap().to_owned();
    let call = http.build().unwrap();
    let call = call.get(format!("http://localhost:{port}/v1/ok")).send();
    assert!(call.await.unwrap_err().is_connect());
    assert!(server.requests().is_empty());
}
