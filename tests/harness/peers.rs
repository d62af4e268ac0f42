//! Peers that do as the real ones do, and remember what was done there.

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

/// The message ids of the mails that were taken.
pub type Taken = Arc<Mutex<Vec<String>>>;

/// A mail server that takes everything: its address, and what it has taken.
pub fn mail() -> (String, Taken) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let taken = Taken::default();
    let shared = taken.clone();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let taken = shared.clone();
            // Whoever hangs up in the middle has not sent anything.
            thread::spawn(move || drop(converse(&client, &taken)));
        }
    });
    (address.to_string(), taken)
}

fn converse(client: &TcpStream, taken: &Taken) -> std::io::Result<()> {
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
                taken.lock().expect("nobody panics").push(id);
                "250 taken"
            }
            Some("QUIT") => "221 bye",
            _ => "250 well",
        };
        out.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

/// Serves HTTP on a free port of the loopback address until the test ends: its address.
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
pub type Shelf = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A store that speaks as much S3 as files need: its address.
pub fn store() -> String {
    let shelf = Data::from(Shelf::default());
    serve(move |config: &mut ServiceConfig| {
        config
            .app_data(shelf.clone())
            .app_data(web::PayloadConfig::new(1 << 26))
            .default_service(web::to(keep));
    })
}

async fn keep(
    request: HttpRequest,
    body: Bytes,
    shelf: Data<Mutex<BTreeMap<String, Vec<u8>>>>,
) -> HttpResponse {
    let mut shelf = shelf.lock().expect("nobody panics");
    let path = request.path().to_owned();
    let known = ("etag", "\"of-the-file\"");
    match *request.method() {
        Method::PUT => {
            shelf.insert(path, body.to_vec());
            HttpResponse::Ok().insert_header(known).finish()
        }
        Method::DELETE => {
            shelf.remove(&path);
            HttpResponse::NoContent().finish()
        }
        _ => match shelf.get(&path) {
            None => HttpResponse::NotFound().finish(),
            Some(bytes) => HttpResponse::Ok()
                .insert_header(known)
                .insert_header(("last-modified", "Sun, 22 Nov 2026 12:00:00 GMT"))
                .body(bytes.clone()),
        },
    }
}
