//! The sender of an email, as the recipient's program shows it.

use crate::harness::TestApp;
use base64::{Engine, engine::general_purpose::STANDARD};
use platform::ports::mailer::{Email, Smtp};
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
};
use testkit::config;

/// Starts a mail server that accepts one message: its address, and the message.
fn server() -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    let taken = thread::spawn(move || {
        let (client, _) = listener.accept().expect("a client");
        let mut out = client.try_clone().expect("a writer");
        out.write_all(b"220 hello\r\n").expect("a greeting");
        let mut message = String::new();
        let mut lines = BufReader::new(client).lines().map_while(Result::ok);
        while let Some(line) = lines.next() {
            let answer: &[u8] = match line.get(..4) {
                Some("EHLO") => b"250-hello\r\n250 8BITMIME\r\n",
                Some("DATA") => {
                    out.write_all(b"354 go on\r\n").expect("an answer");
                    for line in lines.by_ref().take_while(|line| line != ".") {
                        message.push_str(&line);
                        message.push('\n');
                    }
                    out.write_all(b"250 taken\r\n").expect("an answer");
                    return message;
                }
                _ => b"250 well\r\n",
            };
            out.write_all(answer).expect("an answer");
        }
        message
    });
    (address, taken)
}

async fn sent(sender: &str, subject: &str) -> String {
    let app = TestApp::start().await;
    let (address, taken) = server();
    let smtp = format!("smtp://{address}");
    let config = config(
        &app.database.url(),
        &[
            ("SMTP_URL", &smtp),
            ("MAIL_FROM", "Old Name <no-reply@example.com>"),
        ],
    );
    let mailer = Smtp::from_config(&config.mail)
        .expect("a mailer")
        .expect("a server");
    let email = Email {
        sender: sender.to_owned(),
        to: "ada@example.com".to_owned(),
        subject: subject.to_owned(),
        text: "Hello".to_owned(),
        html: None,
        pictures: Vec::new(),
        message_id: "<1@example.com>".to_owned(),
        thread: None,
    };
    mailer.send(email).await.expect("it is taken");
    taken.join().expect("a message")
}

/// Decodes the name in the `From` header.
fn decoded_name(message: &str) -> String {
    let unfolded = message.replace("\n ", " ");
    let from = header(&unfolded, "From: ")[0].to_owned();
    let name = from
        .strip_suffix(" <no-reply@example.com>")
        .expect("the address comes last");
    if !name.starts_with("=?") {
        return name.trim_matches('"').to_owned();
    }
    let words = name.split(' ').flat_map(|word| {
        let encoded = word
            .strip_prefix("=?utf-8?b?")
            .and_then(|word| word.strip_suffix("?="))
            .expect("an encoded word");
        STANDARD.decode(encoded).expect("base64")
    });
    String::from_utf8(words.collect()).expect("UTF-8")
}

fn header<'a>(message: &'a str, name: &str) -> Vec<&'a str> {
    let head = message.split("\n\n").next().unwrap_or_default();
    head.lines()
        .filter_map(|line| line.strip_prefix(name))
        .collect()
}

#[actix_web::test]
async fn email_sender_is_the_business_name() {
    for name in [
        "Example Travel",
        "Example Travel, Ltd.",
        "Café Zürich",
        "李 \"Shop\" <x@example.com>",
    ] {
        let message = sent(name, "Your eSIM").await;
        assert_eq!(decoded_name(&message), name);
    }
    let message = sent(" ", "Your eSIM").await;
    assert_eq!(header(&message, "From: "), ["no-reply@example.com"]);
}

#[actix_web::test]
async fn email_name_and_subject_cannot_inject_headers() {
    let message = sent("Shop\r\nBcc: eve@example.com", "5 GB\nBcc: eve@example.com").await;
    assert_eq!(header(&message, "Bcc: "), Vec::<&str>::new());
    assert_eq!(header(&message, "From: ").len(), 1);
    assert_eq!(header(&message, "Subject: "), ["5 GB Bcc: eve@example.com"]);
}
