//! Stand-ins for the APIs of providers: servers on loopback that behave as the providers document, for tests.
//!
//! [`Server`] serves a handler and can break the next answers in every way a network can. Each adapter has a stand-in on it.

pub mod esim_access;
pub mod super_sim;

pub mod airalo;
pub mod esim_go;

use futures_util::future::{AbortHandle, abortable};
use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A request that a stand-in received.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path, decoded, without the query.
    pub path: String,
    /// The parameters of the query.
    pub query: Vec<(String, String)>,
    /// The headers, with lower-case names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Request {
    /// Returns a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Returns a parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// Returns a field of a form.
    pub fn field(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    }

    /// Returns the body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// Returns the segments of the path.
    pub fn segments(&self) -> Vec<&str> {
        self.path
            .split('/')
            .filter(|part| !part.is_empty())
            .collect()
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

/// The answer of a stand-in.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers besides the length.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// Creates an answer with a JSON body.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::raw(status, body.to_string()).with_header("content-type", "application/json")
    }

    /// Creates an answer with any body.
    pub fn raw(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// Adds a header.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// What goes wrong with a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The answer comes later.
    Delay(Duration),
    /// The request is processed, and no answer comes.
    Hang,
    /// The request is not processed, and no answer comes.
    HangBefore,
    /// The request is processed, and the connection is reset.
    Reset,
    /// The request is not processed, and the connection is reset.
    ResetBefore,
    /// The request is processed, and the connection ends in the middle of the answer.
    CutAnswer,
    /// The request is processed, and the connection is closed without an answer.
    SwallowAnswer,
    /// The request is processed, and the answer is another one.
    AnswerAfter(u16, String),
    /// The request is not processed, and the answer is another one.
    AnswerBefore(u16, String),
    /// The request is processed, and what comes is not HTTP.
    Garbage,
}

/// The handler of a stand-in.
type Handler = Arc<dyn Fn(&Request) -> Answer + Send + Sync>;

struct Rule {
    method: String,
    path: String,
    fault: Fault,
}

/// A server on loopback. It stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: AbortHandle,
}

struct Shared {
    handler: Handler,
    rules: Mutex<VecDeque<Rule>>,
    requests: Mutex<Vec<Request>>,
}

impl Server {
    /// Starts a server on a free port.
    pub async fn start(
        handler: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            handler: Arc::new(handler),
            rules: Mutex::default(),
            requests: Mutex::default(),
        });
        let (serving, task) = abortable(serve(listener, Arc::clone(&shared)));
        tokio::spawn(serving);
        Ok(Self {
            address,
            shared,
            task,
        })
    }

    /// Returns the base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Breaks the next request with a method and a path that begins as given.
    pub fn break_next(&self, method: &str, path: &str, fault: Fault) {
        lock(&self.shared.rules).push_back(Rule {
            method: method.into(),
            path: path.into(),
            fault,
        });
    }

    /// Breaks nothing any more.
    pub fn repair(&self) {
        lock(&self.shared.rules).clear();
    }

    /// Returns the requests so far.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.requests).clone()
    }

    /// Returns the number of requests with a method and a path that begins as given.
    pub fn count(&self, method: &str, path: &str) -> usize {
        lock(&self.shared.requests)
            .iter()
            .filter(|request| request.method == method && request.path.starts_with(path))
            .count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // The end of a connection is no error of the stand-in.
            let _ = serve_connection(stream, &shared).await;
        });
    }
}

async fn serve_connection(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut received = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut received).await? {
        lock(&shared.requests).push(request.clone());
        let fault = shared.take_fault(&request);
        match fault {
            Some(Fault::HangBefore) => return hang().await,
            Some(Fault::ResetBefore) => return stream.set_zero_linger(),
            Some(Fault::AnswerBefore(status, body)) => {
                write_answer(&mut stream, &Answer::raw(status, body)).await?;
                continue;
            }
            _ => {}
        }
        let answer = (shared.handler)(&request);
        match fault {
            Some(Fault::Hang) => return hang().await,
            Some(Fault::Reset) => return stream.set_zero_linger(),
            Some(Fault::SwallowAnswer) => return Ok(()),
            Some(Fault::Garbage) => {
                return stream
                    .write_all(b"\x15\x03\x01 not HTTP at all\r\n\r\n")
                    .await;
            }
            Some(Fault::CutAnswer) => {
                let bytes = encode(&answer);
                let half = bytes.len().saturating_sub(answer.body.len() / 2 + 1);
                return stream
                    .write_all(bytes.get(..half).unwrap_or_default())
                    .await;
            }
            Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
            Some(Fault::AnswerAfter(status, body)) => {
                write_answer(&mut stream, &Answer::raw(status, body)).await?;
                continue;
            }
            _ => {}
        }
        write_answer(&mut stream, &answer).await?;
    }
    Ok(())
}

impl Shared {
    fn take_fault(&self, request: &Request) -> Option<Fault> {
        let mut rules = lock(&self.rules);
        let index = rules.iter().position(|rule| {
            rule.method == request.method && request.path.starts_with(&rule.path)
        })?;
        rules.remove(index).map(|rule| rule.fault)
    }
}

async fn hang() -> io::Result<()> {
    std::future::pending().await
}

async fn write_answer(stream: &mut TcpStream, answer: &Answer) -> io::Result<()> {
    stream.write_all(&encode(answer)).await
}

fn encode(answer: &Answer) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {} Stand-in\r\n", answer.status);
    for (name, value) in &answer.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n", answer.body.len()));
    text.push_str(&answer.body);
    text.into_bytes()
}

async fn read_request(
    stream: &mut TcpStream,
    received: &mut Vec<u8>,
) -> io::Result<Option<Request>> {
    loop {
        if let Some((request, length)) = parse(received) {
            received.drain(..length);
            return Ok(Some(request));
        }
        if stream.read_buf(received).await? == 0 {
            return Ok(None);
        }
    }
}

/// Parses a complete request; `None` while bytes are missing.
fn parse(received: &[u8]) -> Option<(Request, usize)> {
    let end = received.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(received.get(..end)?);
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?);
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = find(&headers, "content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    let body = received.get(end + 4..end + 4 + length)?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = Request {
        method,
        path: decode(path),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers,
        body: String::from_utf8_lossy(body).into_owned(),
    };
    Some((request, end + 4 + length))
}

/// Decodes the escapes of a path.
fn decode(path: &str) -> String {
    url::form_urlencoded::parse(path.replace('+', "%2B").as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect()
}

/// Locks a mutex of a stand-in.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
