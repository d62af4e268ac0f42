use super::*;
use flate2::{Compression, write::ZlibEncoder};
use std::io::Write;

/// Returns a PDF of one page that also contains these objects.
fn pdf_with(objects: &[u8]) -> Vec<u8> {
    [
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n",
        objects,
        b"\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n",
    ]
    .concat()
}

fn zlib(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(plain);
    assert!(written.is_ok());
    encoder.finish().unwrap_or_default()
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let begin = format!(
        "5 0 obj\n<<{dictionary}/Length {}>>\nstream\r\n",
        data.len()
    );
    [begin.as_bytes(), data, b"\nendstream\nendobj\n"].concat()
}

fn code(file: &[u8]) -> String {
    let problem = check(file).err().map(|error| error.problem());
    let error = problem.and_then(|problem| problem.errors.into_iter().next());
    error.map(|error| error.code).unwrap_or_default()
}

const OBJECTS: &str = "/Type/ObjStm/N 1/First 4/Filter/FlateDecode";

#[test]
fn pdf_with_pages_only_is_accepted() {
    let page = zlib(b"BT /F1 12 Tf (Electricity bill, 12.40) Tj ET");
    let picture = [&b"\xff\xd8\xff"[..], &[0x78; 5000]].concat();
    for objects in [
        Vec::new(),
        stream("/Filter/FlateDecode", &page),
        stream("/Filter/DCTDecode", &picture),
        stream("/Filter[/ASCII85Decode/LZWDecode]", b"9jqo^~>"),
        stream(OBJECTS, &zlib(b"5 0 <</Type/Font>>")),
        // The first two characters look like a zlib header, and are not.
        stream(OBJECTS, &zlib(b"80 0 <</Type/Font>>")),
        b"6 0 obj <</S/URI/URI(https://example.com)>> endobj".to_vec(),
    ] {
        assert_eq!(
            code(&pdf_with(&objects)),
            "",
            "{}",
            String::from_utf8_lossy(&objects)
        );
    }
}

#[test]
fn active_content_is_rejected_in_every_encoding() {
    // Long enough to be compressed: an encoder stores short data uncompressed.
    let script = &b"5 0 <</S/JavaScript/JS(app.alert(1))>>".repeat(60)[..];
    for (objects, expected) in [
        (b"<</S/JavaScript/JS(1)>>".to_vec(), "active"),
        (b"<</S /J#61va#53cript /JS(1)>>".to_vec(), "active"),
        (b"<</S/Launch/F(cmd.exe)>>".to_vec(), "active"),
        (
            b"<</Names<</EmbeddedFiles 7 0 R>>>>".to_vec(),
            "attachments",
        ),
        (b"<</Subtype/FileAttachment>>".to_vec(), "attachments"),
        (b"<</Encrypt 9 0 R>>".to_vec(), "encrypted"),
        (b"<</AcroForm<</XFA 3 0 R>>>>".to_vec(), "active"),
        (stream(OBJECTS, &zlib(script)), "active"),
        (stream(OBJECTS, &zlib(&zlib(script))), "active"),
        (
            stream(OBJECTS, &zlib(&zlib(&zlib(&zlib(script))))),
            "unreadable",
        ),
        (
            stream("/Type/ObjStm/Filter/LZWDecode", b"\x80\x0b"),
            "unreadable",
        ),
        (stream("/Type/Obj#53tm/Filter[/A85/Fl]", b"x"), "unreadable"),
        // Hidden in a stream that is declared as image data.
        (stream("/Filter/DCTDecode", script), "active"),
    ] {
        assert_eq!(
            code(&pdf_with(&objects)),
            expected,
            "{}",
            String::from_utf8_lossy(&objects)
        );
    }
}

#[test]
fn name_that_spans_two_pieces_is_found() {
    for before in CHUNK - 12..CHUNK + 2 {
        let plain = [&vec![b' '; before][..], b"/JavaScript "].concat();
        let objects = stream(OBJECTS, &zlib(&plain));
        assert_eq!(code(&pdf_with(&objects)), "active", "{before}");
    }
}

#[test]
fn truncated_or_extended_pdf_is_damaged() {
    let complete = pdf_with(b"");
    assert_eq!(code(&complete), "");
    for length in [0, 5, 8, 50, complete.len() - 3] {
        assert_eq!(
            code(complete.get(..length).unwrap_or_default()),
            "damaged",
            "{length}"
        );
    }
    assert_eq!(code(&[&complete[..], b"MZ"].concat()), "damaged");
    assert_eq!(code(b"%PDF-1.7\n%%EOF"), "damaged");
}

#[test]
fn decompression_bomb_is_rejected() {
    let bomb = zlib(&vec![0; 16 * 1024 * 1024]);
    let objects: Vec<u8> = (0..20)
        .flat_map(|_| stream("/Filter/FlateDecode", &bomb))
        .collect();
    assert!(objects.len() < 3 * 1024 * 1024);
    assert_eq!(code(&pdf_with(&objects)), "unreadable");
}
