//! Sanitizing of uploads: which files are cleaned and which are rejected.

use super::{
    assets::{self, NEEDLE},
    customer, open_link, upload,
};
use crate::harness::TestApp;
use image::GenericImageView;
use wire::ProblemCode;

const JPEG: (&str, &str) = ("image/jpeg", "passport.jpg");
const PNG: (&str, &str) = ("image/png", "passport.png");
const PDF: (&str, &str) = ("application/pdf", "bill.pdf");

/// A malicious file: its name, the content type of the upload, its bytes, and the field that the error names.
type MaliciousFile = (
    &'static str,
    (&'static str, &'static str),
    Vec<u8>,
    &'static str,
);

#[actix_web::test]
async fn kyc_upload_rejects_unsafe_files() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (jpeg, png) = (assets::jpeg(80, 60), assets::png(80, 60));
    let with = |bytes: &[u8], more: &[u8]| [bytes, more].concat();
    let page = b"<html><script>alert(1)</script></html>";
    let traps: Vec<MaliciousFile> = vec![
        ("nothing", JPEG, vec![], "file"),
        (
            "a GIF",
            JPEG,
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff;".to_vec(),
            "file",
        ),
        (
            "a WebP",
            PNG,
            b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0/\0\0\0\x10\x07\x10\x11\x11".to_vec(),
            "file",
        ),
        (
            "an SVG",
            PNG,
            b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec(),
            "file",
        ),
        ("a page", JPEG, page.to_vec(), "file"),
        ("a ZIP", JPEG, assets::zip(), "file"),
        ("a program", PDF, b"MZ\x90\0\x03\0\0\0".to_vec(), "file"),
        ("a PNG as a JPEG", JPEG, png.clone(), "file"),
        ("a JPEG as a PDF", PDF, jpeg.clone(), "file"),
        ("a PDF as a PNG", PNG, assets::pdf(""), "file"),
        ("a JPEG behind spaces", JPEG, with(b"  ", &jpeg), "file"),
        (
            "a PDF behind a page",
            PDF,
            with(page, &assets::pdf("")),
            "file",
        ),
        ("a JPEG and a page", JPEG, with(&jpeg, page), "file"),
        (
            "a JPEG with a page as its comment",
            JPEG,
            assets::segment(&jpeg, 0xfe, page),
            "file",
        ),
        (
            "a JPEG and a ZIP",
            JPEG,
            with(&jpeg, &assets::zip()),
            "file",
        ),
        ("a PNG and a ZIP", PNG, with(&png, &assets::zip()), "file"),
        (
            "a PNG with a script as its text",
            PNG,
            assets::with_chunk(&png, b"tEXt", b"a\0<?php system($_GET[0]); ?>"),
            "file",
        ),
        (
            "a JPEG and a PDF",
            JPEG,
            with(&jpeg, &assets::pdf("")),
            "file",
        ),
        (
            "a PDF and a ZIP",
            PDF,
            with(&assets::pdf(""), &assets::zip()),
            "file",
        ),
        (
            "a PDF with a script",
            PDF,
            assets::pdf("4 0 obj\n<</S/JavaScript/JS(app.alert(1))>>\nendobj"),
            "file",
        ),
        (
            "a PDF with a hidden script",
            PDF,
            assets::pdf("4 0 obj\n<</S/J#61vaScript/JS(1)>>\nendobj"),
            "file",
        ),
        (
            "a PDF with an attachment",
            PDF,
            assets::pdf("4 0 obj\n<</Type/EmbeddedFile>>\nendobj"),
            "file",
        ),
        (
            "a PDF that starts a program",
            PDF,
            assets::pdf("4 0 obj\n<</S/Launch/F(cmd.exe)>>\nendobj"),
            "file",
        ),
        (
            "a PDF with a password",
            PDF,
            assets::pdf("4 0 obj\n<</Encrypt 5 0 R>>\nendobj"),
            "file",
        ),
        ("half a JPEG", JPEG, jpeg[..jpeg.len() / 2].to_vec(), "file"),
        ("half a PNG", PNG, png[..png.len() / 2].to_vec(), "file"),
        ("half a PDF", PDF, assets::pdf("")[..60].to_vec(), "file"),
        (
            "the first bytes of a JPEG",
            JPEG,
            b"\xff\xd8\xff".to_vec(),
            "file",
        ),
        (
            "a PNG of two billion pixels",
            PNG,
            assets::pixel_bomb(50_000, 50_000),
            "file",
        ),
        (
            "a PNG of 41 megapixels",
            PNG,
            assets::pixel_bomb(6_406, 6_401),
            "file",
        ),
        (
            "a PNG whose header declares more pixels than it has",
            PNG,
            assets::pixel_bomb(5_000, 5_000),
            "file",
        ),
        ("no name", ("image/jpeg", " "), jpeg.clone(), "file_name"),
        (
            "another ending",
            ("image/jpeg", "passport.png"),
            jpeg.clone(),
            "file_name",
        ),
        (
            "no ending",
            ("image/jpeg", "passport"),
            jpeg.clone(),
            "file_name",
        ),
        (
            "a double extension",
            ("image/jpeg", "passport.php.jpg"),
            jpeg.clone(),
            "file_name",
        ),
        (
            "an executable extension",
            ("image/jpeg", "passport.jpg.exe"),
            jpeg.clone(),
            "file_name",
        ),
        (
            "a path",
            ("image/jpeg", "../../etc/passwd.jpg"),
            jpeg.clone(),
            "file_name",
        ),
        (
            "a path of Windows",
            ("image/jpeg", "C:\\passport.jpg"),
            jpeg.clone(),
            "file_name",
        ),
        (
            "a name with right-to-left characters",
            ("image/jpeg", "pass\u{202e}gnp.jpg"),
            jpeg.clone(),
            "file_name",
        ),
        (
            "a name with a line break",
            ("image/jpeg", "a\r\nSet-Cookie: b.jpg"),
            jpeg.clone(),
            "file_name",
        ),
    ];
    assert_eq!(traps.len(), 40);
    for (what, named, bytes, field) in traps {
        let query = format!("document_type=passport&user_id={}", customer(&app));
        let problem = upload(&admin, &query, named, bytes).await;
        assert_eq!(problem.status, 422, "{what}: {}", problem.text());
        problem.rejects_field(field);
    }
    for content_type in [
        "text/html",
        "image/svg+xml",
        "image/gif",
        "application/octet-stream",
        "",
    ] {
        let query = format!("document_type=passport&user_id={}", customer(&app));
        upload(&admin, &query, (content_type, "a.jpg"), jpeg.clone())
            .await
            .problem(415, ProblemCode::UnsupportedMediaType);
    }
    let query = format!("document_type=passport&user_id={}", customer(&app));
    let long = with(&jpeg, &vec![0; 10 * 1024 * 1024 + 1 - jpeg.len()]);
    upload(&admin, &query, JPEG, long)
        .await
        .problem(413, ProblemCode::TooLarge);
    assert_eq!(app.count("SELECT count(*) FROM kyc_documents"), 0);
    assert_eq!(
        super::storage::keys_of_files(&app).await,
        Vec::<String>::new()
    );

    // The largest accepted files, and unusual files that are clean.
    let padded = with(&jpeg, &vec![0; 10 * 1024 * 1024 - jpeg.len()]);
    for (named, bytes) in [
        (JPEG, padded),
        (PNG, assets::text_bomb(&png)),
        (
            PDF,
            assets::pdf("4 0 obj\n<</S/URI/URI(https://example.com)>>\nendobj"),
        ),
    ] {
        let query = format!("document_type=utility_bill&user_id={}", customer(&app));
        let sent = upload(&admin, &query, named, bytes).await.expect(201);
        assert!(
            sent["byte_size"].as_i64().expect("a size") < 100_000,
            "{sent}"
        );
    }
}

#[actix_web::test]
async fn kyc_images_are_rotated_upright_and_stripped_of_metadata() {
    let app = TestApp::start().await;
    let me = app.as_user(customer(&app));
    let plain = assets::jpeg(40, 20);
    let camera = assets::with_exif(&plain, 6);
    assert!(contains(&camera, NEEDLE));
    let text = assets::with_chunk(
        &assets::png(40, 20),
        b"tEXt",
        format!("GPS\0{NEEDLE}").as_bytes(),
    );

    let turned = upload(&me, "document_type=passport", JPEG, camera)
        .await
        .expect(201);
    let noted = upload(&me, "document_type=id_card", PNG, text)
        .await
        .expect(201);
    let (turned, noted) = (
        open_link(&app, &me, &turned).await,
        open_link(&app, &me, &noted).await,
    );

    let shown = image::load_from_memory(&turned.bytes).expect("a picture");
    assert_eq!(shown.dimensions(), (20, 40));
    // The left half was blue: after a rotation to the right, the upper half is blue.
    assert!(shown.get_pixel(10, 5).0[2] > 150 && shown.get_pixel(10, 35).0[2] < 100);
    for answer in [&turned, &noted] {
        assert!(!contains(&answer.bytes, NEEDLE) && !contains(&answer.bytes, "Exif"));
    }
    assert_eq!(noted.header("content-type"), "image/png");
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}
