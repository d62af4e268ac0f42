//! Fake mail and file servers that record the requests.

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    http::Method,
    web::{self, Bytes, Data, ServiceConfig},
};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    thread,
};

/// The message ids of the accepted emails.
pub type MessageIds = Arc<Mutex<Vec<String>>>;

/// Starts a mail server that accepts every email: returns its address, and the accepted ids.
pub fn mail_server() -> (String, MessageIds) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let taken = MessageIds::default();
    let shared = taken.clone();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let taken = shared.clone();
            // A client that disconnects before the end has sent no email.
            thread::spawn(move || drop(serve_smtp(&client, &taken)));
        }
    });
    (address.to_string(), taken)
}

fn serve_smtp(client: &TcpStream, taken: &MessageIds) -> std::io::Result<()> {
    let mut out = client;
    out.write_all(b"220 stand-in\r\n")?;
    let mut lines = BufReader::new(client).lines();
    while let Some(line) = lines.next() {
        let word = line?.to_uppercase();
        let answer = match word.split([' ', ':']).next() {
            Some("EHLO") => "250-stand-in\r\n250 8BITMIME",
            Some("DATA") => {
                out.write_all(b"354 go on\r\n")?;
                let mut id = String::new();
                for line in lines.by_ref() {
                    let line = line?;
                    if let Some(named) = line.strip_prefix("Message-ID: ") {
                        named.clone_into(&mut id);
                    }
                    if line == "." {
                        break;
                    }
                }
                taken.lock().expect("no thread panics").push(id);
                "250 taken"
            }
            Some("QUIT") => "221 bye",
            _ => "250 well",
        };
        out.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

/// Serves HTTP on a free port of the loopback address until the test ends: returns its address.
pub fn serve(configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> String {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || App::new().configure(configure.clone()))
                .workers(1)
                .bind("127.0.0.1:0")
                .expect("a port");
            sender.send(server.addrs()[0]).expect("the test waits");
            server.run().await.expect("it serves");
        });
    });
    format!("http://{}", receiver.recv().expect("it serves"))
}

/// The files of a store, by their path.
pub type StoredFiles = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Starts a store with the subset of S3 that files need: returns its address.
pub fn file_store() -> String {
    let files = Data::from(StoredFiles::default());
    serve(move |config: &mut ServiceConfig| {
        config
            .app_data(files.clone())
            .app_data(web::PayloadConfig::new(1 << 26))
            .default_service(web::to(handle_s3));
    })
}

async fn handle_s3(
    request: HttpRequest,
    body: Bytes,
    files: Data<Mutex<BTreeMap<String, Vec<u8>>>>,
) -> HttpResponse {
    let mut files = files.lock().expect("no thread panics");
    let path = request.path().to_owned();
    let known = ("etag", "\"of-the-file\"");
    match *request.method() {
        Method::PUT => {
            files.insert(path, body.to_vec());
            HttpResponse::Ok().insert_header(known).finish()
        }
        Method::DELETE => {
            files.remove(&path);
            HttpResponse::NoContent().finish()
        }
        _ => match files.get(&path) {
            None => HttpResponse::NotFound().finish(),
            Some(bytes) => HttpResponse::Ok()
                .insert_header(known)
                .insert_header(("last-modified", "Sun, 22 Nov 2026 12:00:00 GMT"))
                .body(bytes.clone()),
        },
    }
}
