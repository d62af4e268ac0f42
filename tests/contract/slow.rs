//! Clients that send slowly or read nothing, which the server disconnects.

use crate::harness::TestApp;
use serde_json::Value;
use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};
use wire::accounts::users::UserRole;

/// Short time-outs, which keep the tests short.
const SHORT: [(&str, &str); 3] = [
    ("BODY_TIMEOUT", "1"),
    ("UPLOAD_MIN_RATE", "100"),
    ("RESPONSE_TIMEOUT", "1"),
];
/// More bytes than the system buffers on both sides.
const LARGE: usize = 64 << 20;
/// The time that a test waits for the server before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a client frames a body that it does not finish.
#[derive(Debug, Clone, Copy)]
enum Framing {
    Length,
    Chunked,
}

/// How a client continues after the head of its request.
#[derive(Debug, Clone, Copy)]
enum Pace {
    Silent,
    Drip,
}

/// A request whose body does not end.
#[derive(Debug, Clone)]
struct Request {
    path: &'static str,
    token: Option<String>,
    content_type: &'static str,
    framing: Framing,
    pace: Pace,
}

impl Request {
    fn head(&self) -> String {
        let authorization = self.token.as_ref().map_or_else(String::new, |token| {
            format!("authorization: Bearer {token}\r\n")
        });
        let framing = match self.framing {
            Framing::Length => "content-length: 50000",
            Framing::Chunked => "transfer-encoding: chunked",
        };
        format!(
            "POST {} HTTP/1.1\r\nhost: test\r\ncontent-type: {}\r\n{authorization}{framing}\r\n\r\n",
            self.path, self.content_type
        )
    }

    /// Sends the request and returns the answer, up to the end of the connection.
    fn answered(&self, address: &str) -> String {
        let mut stream =
            TcpStream::connect(address.trim_start_matches("http://")).expect("a server");
        stream
            .write_all(self.head().as_bytes())
            .expect("the head is sent");
        stream
            .set_read_timeout(Some(Duration::from_millis(100)))
            .expect("a time-out");
        let (began, mut answer, mut buffer) = (Instant::now(), Vec::new(), [0; 4096]);
        while began.elapsed() < PATIENCE {
            if matches!(self.pace, Pace::Drip) {
                let piece: &[u8] = match self.framing {
                    Framing::Length => b"{",
                    Framing::Chunked => b"1\r\n{\r\n",
                };
                let _ = stream.write_all(piece);
            }
            match stream.read(&mut buffer) {
                Ok(0) => return String::from_utf8_lossy(&answer).into_owned(),
                Ok(length) => answer.extend_from_slice(&buffer[..length]),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return String::from_utf8_lossy(&answer).into_owned(),
            }
        }
        panic!("{self:?} was not ended; it was answered {answer:?}");
    }
}

#[actix_web::test]
async fn slow_request_bodies_get_408_and_are_disconnected() {
    let app = TestApp::with_env(&SHORT).await;
    let token = app.as_role(UserRole::SuperAdmin).token().to_owned();
    let customer = app.as_role(UserRole::Customer).token().to_owned();
    let kyc = "/v1/kyc?document_type=passport&file_name=a.png";
    let import = "/v1/plans/import?provider_id=01890b6e-4111-7111-9111-111111111111";
    let json = "application/json";
    // The server rejects a caller without permission immediately, and waits for the body of other callers.
    let cases = [
        ("/v1/sessions", None, json, 408),
        ("/v1/webhooks/simulator", None, json, 408),
        ("/v1/plans", Some(&token), json, 408),
        ("/v1/plans", None, json, 401),
        ("/v1/plans", Some(&customer), json, 403),
        (kyc, Some(&customer), "image/png", 408),
        (kyc, None, "image/png", 401),
        (import, Some(&token), "text/csv", 408),
        ("/nothing", None, json, 404),
    ];
    let address = app.address();
    let mut clients = Vec::new();
    for (path, token, content_type, status) in cases {
        for framing in [Framing::Length, Framing::Chunked] {
            for pace in [Pace::Silent, Pace::Drip] {
                let request = Request {
                    path,
                    token: token.cloned(),
                    content_type,
                    framing,
                    pace,
                };
                let address = address.clone();
                clients.push(thread::spawn(move || {
                    let answer = request.answered(&address);
                    (request, status, answer)
                }));
            }
        }
    }
    for client in clients {
        let (request, status, answer) = client.join().expect("the connection has ended");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request:?}: {answer}"
        );
        assert!(
            head.contains("application/problem+json"),
            "{request:?}: {answer}"
        );
        let problem: Value = serde_json::from_str(body).expect("a problem");
        assert_eq!(problem["status"], status, "{request:?}");
        if status == 408 {
            assert_eq!(problem["code"], "request_timeout", "{request:?}");
        }
    }
    app.as_admin().get("/v1/plans").await.expect(200);
}

#[actix_web::test]
async fn steady_upload_may_exceed_the_body_timeout() {
    let app = TestApp::with_env(&SHORT).await;
    let token = app.as_admin().token().to_owned();
    let provider = app.given(|given| given.provider("Provider", 1));
    let file = format!("sku,name\n{}", "x,y\n".repeat(600));
    let (address, length) = (app.address(), file.len());
    let answer = thread::spawn(move || {
        let mut stream =
            TcpStream::connect(address.trim_start_matches("http://")).expect("a server");
        let head = format!(
            "POST /v1/plans/import?provider_id={provider}&dry_run=true HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
             authorization: Bearer {token}\r\ncontent-type: text/csv\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("the head is sent");
        for piece in file.as_bytes().chunks(400) {
            stream.write_all(piece).expect("a piece is sent");
            thread::sleep(Duration::from_millis(250));
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    });
    let answer = answer.join().expect("it was sent");
    assert!(!answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(
        answer.starts_with("HTTP/1.1 2") || answer.starts_with("HTTP/1.1 422"),
        "{answer}"
    );
}

#[actix_web::test]
async fn client_that_reads_nothing_is_disconnected() {
    let folder = std::env::temp_dir().join(format!("esim-admin-panel-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("large.bin"), vec![0; LARGE]).expect("a large file");
    let panel = folder.display().to_string();
    let app = TestApp::with_env(&[SHORT[2], ("PANEL_DIR", &panel)]).await;
    let address = app.address();
    let taken = thread::spawn(move || {
        let address = address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("a server");
        stream
            .write_all(b"GET /large.bin HTTP/1.1\r\nhost: test\r\n\r\n")
            .expect("the server requests the body");
        let mut first = [0; 1];
        stream.read_exact(&mut first).expect("it begins");
        let (server, client) = (port(address), stream.local_addr().expect("a port").port());
        let began = Instant::now();
        while is_connected(server, client) {
            assert!(began.elapsed() < PATIENCE, "the connection is still there");
            thread::sleep(Duration::from_millis(50));
        }
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest);
        (ended.map_err(|error| error.kind()), rest.len())
    });
    let (ended, taken) = taken.join().expect("a client");
    std::fs::remove_dir_all(&folder).expect("the folder is removed");
    assert!(
        ended.is_err() || taken < LARGE / 2,
        "{ended:?} after {taken}"
    );
}

fn port(address: &str) -> u16 {
    let (_, port) = address.rsplit_once(':').expect("a port");
    port.parse().expect("a number")
}

/// Whether the server's end of a connection still exists.
fn is_connected(server: u16, client: u16) -> bool {
    let sockets = std::fs::read_to_string("/proc/net/tcp").expect("the system's sockets");
    let (server, client) = (format!(":{server:04X}"), format!(":{client:04X}"));
    let mut connections = sockets.lines().map(|line| line.split_whitespace());
    connections.any(|mut parts| {
        let (local, remote) = (parts.nth(1), parts.next());
        local.is_some_and(|at| at.ends_with(&server))
            && remote.is_some_and(|at| at.ends_with(&client))
    })
}
