//! The encodings in which a secret may leak.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

type Form = (&'static str, String);

/// Returns a text in every encoding that the test searches for, at any offset in a longer text.
pub fn encodings(text: &str) -> Vec<Form> {
    let bytes = text.as_bytes();
    let each = |write: &dyn Fn(u8) -> String| bytes.iter().map(|byte| write(*byte)).collect();
    let each_character = |write: &dyn Fn(char) -> String| text.chars().map(write).collect();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut forms: Vec<Form> = vec![
        ("plain text", text.to_owned()),
        ("reversed", text.chars().rev().collect()),
        ("hexadecimal", each(&|byte| format!("{byte:02x}"))),
        (
            "hexadecimal, reversed",
            bytes
                .iter()
                .rev()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        ),
        (
            "hexadecimal with spaces",
            each(&|byte| format!("{byte:02x} ")).trim().to_owned(),
        ),
        (
            "hexadecimal with colons",
            each(&|byte| format!("{byte:02x}:"))
                .trim_end_matches(':')
                .to_owned(),
        ),
        ("escaped bytes", each(&|byte| format!("\\x{byte:02x}"))),
        ("octal escapes", each(&|byte| format!("\\{byte:03o}"))),
        (
            "numbers",
            each(&|byte| format!("{byte}, "))
                .trim_end_matches(", ")
                .to_owned(),
        ),
        ("an address, in full", each(&|byte| format!("%{byte:02x}"))),
        ("an address, twice", each(&|byte| format!("%25{byte:02x}"))),
        ("an address, where needed", percent_encoded(text)),
        ("quoted-printable", each(&|byte| format!("={byte:02x}"))),
        (
            "JSON escapes",
            each_character(&|character| format!("\\u{:04x}", u32::from(character))),
        ),
        (
            "HTML numbers",
            each_character(&|character| format!("&#{};", u32::from(character))),
        ),
        (
            "HTML hexadecimal",
            each_character(&|character| format!("&#x{:x};", u32::from(character))),
        ),
        (
            "UTF-16",
            each_character(&|character| format!("{character}\0")),
        ),
        (
            "UTF-16, the other way",
            each_character(&|character| format!("\0{character}"))
                .trim_start_matches('\0')
                .to_owned(),
        ),
        (
            "UTF-16 in hexadecimal",
            utf16.iter().map(|byte| format!("{byte:02x}")).collect(),
        ),
        (
            "with spaces between",
            each_character(&|character| format!("{character} "))
                .trim()
                .to_owned(),
        ),
        (
            "rot13",
            each_character(&|character| rot13(character).to_string()),
        ),
        ("base32", base32(bytes)),
    ];
    for (name, plain) in [("base64", bytes), ("base64 of UTF-16", utf16.as_slice())] {
        forms.extend(anywhere(plain).into_iter().map(|form| (name, form)));
    }
    forms.extend([
        ("base64, url", URL_SAFE_NO_PAD.encode(bytes)),
        (
            "base64, lower case",
            STANDARD_NO_PAD.encode(text.to_lowercase()),
        ),
        (
            "base64, twice",
            STANDARD_NO_PAD.encode(STANDARD_NO_PAD.encode(bytes)),
        ),
    ]);
    forms
}

/// Returns the part of the base64 that does not depend on the surrounding text, for each of the three alignments.
fn anywhere(bytes: &[u8]) -> Vec<String> {
    (0..3)
        .map(|shift| {
            let shifted = [vec![0; shift], bytes.to_vec()].concat();
            let whole = STANDARD_NO_PAD.encode(&shifted);
            let (from, to) = ([0, 2, 3][shift], shifted.len() / 3 * 4);
            whole[from..to].to_owned()
        })
        .collect()
}

fn percent_encoded(text: &str) -> String {
    let write = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02x}"),
    };
    text.bytes().map(write).collect()
}

fn rot13(character: char) -> char {
    let rotate = |first: u8| {
        let index = u8::try_from(character).expect("an ASCII character") - first;
        char::from(first + (index + 13) % 26)
    };
    match character {
        'a'..='z' => rotate(b'a'),
        'A'..='Z' => rotate(b'A'),
        other => other,
    }
}

fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1))
        .collect();
    bits.chunks_exact(5)
        .map(|five| five.iter().fold(0, |sum, bit| sum * 2 + usize::from(*bit)))
        .map(|place| char::from(ALPHABET[place]))
        .collect()
}

#[test]
fn encoded_forms_match_known_examples() {
    let forms = encodings("Ada L!");
    let found = |name: &str| {
        forms
            .iter()
            .filter(|(form, _)| *form == name)
            .map(|(_, text)| text.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("hexadecimal"), ["416461204c21"]);
    assert_eq!(found("an address, where needed"), ["Ada%20L%21"]);
    assert_eq!(found("base32"), ["IFSGCICMEE".get(..9).unwrap()]);
    assert_eq!(found("rot13"), ["Nqn Y!"]);
    assert_eq!(
        found("UTF-16 in hexadecimal"),
        ["4100640061002000".to_owned() + "4c002100"]
    );
    for before in ["", "x", "xy", "xyz"] {
        let whole = STANDARD_NO_PAD.encode(format!("{before}Ada L! and more"));
        assert!(
            found("base64").iter().any(|form| whole.contains(form)),
            "{whole}"
        );
    }
}
