//! An HTTP client of the server under test, and its responses.

use reqwest::{Method, header::HeaderMap};
use serde_json::Value;
use std::net::SocketAddr;
use wire::{ProblemCode, UserId};

/// An HTTP client: anonymous, signed in, or with additional headers.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    me: Option<(UserId, String)>,
    headers: Vec<(String, String)>,
}

impl Client {
    pub fn new(address: SocketAddr, me: Option<(UserId, String)>) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            http,
            base: format!("http://{address}"),
            me,
            headers: Vec::new(),
        }
    }

    /// Returns the id of the signed-in user.
    pub fn id(&self) -> UserId {
        self.me.as_ref().expect("signed in").0
    }
    /// Whether the client is signed in as a user.
    pub fn is_signed_in(&self) -> bool {
        self.me.is_some()
    }
    /// Returns the access token.
    pub fn token(&self) -> &str {
        &self.me.as_ref().expect("signed in").1
    }
    /// Returns the client with an additional header on every request.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }
    /// Returns the events of a timeline in order.
    pub async fn timeline(&self, path: &str) -> Vec<String> {
        let steps = self.get(&format!("{path}/timeline")).await.expect(200);
        let steps = steps["data"].as_array().expect("steps").iter();
        steps
            .filter_map(|step| step["what"].as_str().map(str::to_owned))
            .collect()
    }
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }
    pub async fn patch(&self, path: &str, version: i64, body: Value) -> Answer {
        self.with("if-match", &format!("\"v{version}\""))
            .send(Method::PATCH, path, Some(body))
            .await
    }
    pub async fn delete(&self, path: &str, version: i64) -> Answer {
        self.with("if-match", &format!("\"v{version}\""))
            .send(Method::DELETE, path, None)
            .await
    }

    /// Returns the response, or none when the server is unreachable.
    pub async fn try_get(&self, path: &str) -> Option<Answer> {
        Answer::of_some(self.prepare(Method::GET, path)).await
    }
    /// Returns the response, or none when the server is unreachable.
    pub async fn try_post(&self, path: &str, body: Value) -> Option<Answer> {
        Answer::of_some(self.prepare(Method::POST, path).json(&body)).await
    }

    /// Sends a request with any method, with a JSON body or without one.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        match body {
            Some(body) => {
                self.raw(
                    method,
                    path,
                    "application/json",
                    body.to_string().into_bytes(),
                )
                .await
            }
            None => self.request(method, path).await,
        }
    }

    /// Sends a request with any method and any body.
    pub async fn raw(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
    ) -> Answer {
        Answer::of(
            self.prepare(method, path)
                .header("content-type", content_type)
                .body(body),
        )
        .await
    }

    async fn request(&self, method: Method, path: &str) -> Answer {
        Answer::of(self.prepare(method, path)).await
    }

    fn prepare(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some((_, token)) = &self.me {
            request = request.bearer_auth(token);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request
    }
}

/// Percent-encodes every byte of a text, for a query.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The response to a request.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self {
            status,
            headers,
            bytes: response.bytes().await.expect("a whole answer").to_vec(),
        }
    }

    async fn of_some(request: reqwest::RequestBuilder) -> Option<Self> {
        let response = request
            .timeout(std::time::Duration::from_secs(20))
            .send()
            .await
            .ok()?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Some(Self {
            status,
            headers,
            bytes: response.bytes().await.ok()?.to_vec(),
        })
    }

    /// Returns the body as JSON; null when it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }
    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
    /// Returns a header, empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Returns the JSON body, and checks that the response has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// Checks that the response is a complete problem with this status and code, and returns it.
    #[track_caller]
    pub fn problem(self, status: u16, code: ProblemCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], code.as_str(), "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(
            problem["request_id"],
            self.header("x-request-id"),
            "{problem}"
        );
        problem
    }

    /// Checks that the response is a 422 that names this field, and returns it.
    #[track_caller]
    pub fn rejects_field(self, field: &str) -> Value {
        let problem = self.problem(422, ProblemCode::Invalid);
        let fields: Vec<&str> = problem["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|error| error["field"].as_str())
            .collect();
        assert!(fields.contains(&field), "{field} in {problem}");
        problem
    }
}
