//! The forms in which a secret may hide.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

type Form = (&'static str, String);

/// A text in every form that is searched for. What is longer than its form's shortest part is found wherever it begins.
pub fn of(text: &str) -> Vec<Form> {
    let bytes = text.as_bytes();
    let each = |write: &dyn Fn(u8) -> String| bytes.iter().map(|byte| write(*byte)).collect();
    let letters = |write: &dyn Fn(char) -> String| text.chars().map(write).collect();
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
        ("an address, where needed", needed(text)),
        ("quoted-printable", each(&|byte| format!("={byte:02x}"))),
        (
            "JSON escapes",
            letters(&|letter| format!("\\u{:04x}", u32::from(letter))),
        ),
        (
            "HTML numbers",
            letters(&|letter| format!("&#{};", u32::from(letter))),
        ),
        (
            "HTML hexadecimal",
            letters(&|letter| format!("&#x{:x};", u32::from(letter))),
        ),
        ("UTF-16", letters(&|letter| format!("{letter}\0"))),
        (
            "UTF-16, the other way",
            letters(&|letter| format!("\0{letter}"))
                .trim_start_matches('\0')
                .to_owned(),
        ),
        (
            "UTF-16 in hexadecimal",
            utf16.iter().map(|byte| format!("{byte:02x}")).collect(),
        ),
        (
            "with spaces between",
            letters(&|letter| format!("{letter} ")).trim().to_owned(),
        ),
        ("rot13", letters(&|letter| rotated(letter).to_string())),
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

/// The part of base64 that is the same wherever in a longer text the bytes stand: one for each of three beginnings.
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

fn needed(text: &str) -> String {
    let write = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02x}"),
    };
    text.bytes().map(write).collect()
}

fn rotated(letter: char) -> char {
    let turn = |first: u8| {
        let place = u8::try_from(letter).expect("a letter") - first;
        char::from(first + (place + 13) % 26)
    };
    match letter {
        'a'..='z' => turn(b'a'),
        'A'..='Z' => turn(b'A'),
        other => other,
    }
}

fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1))
        .collect();
    bits.chunks_exact(5)
        .map(|five| five.iter().fold(0, |sum, bit| sum * 2 + usize::from(*bit)))
        .map(|place| char::from(LETTERS[place]))
        .collect()
}

#[test]
fn forms_are_what_others_would_write() {
    let forms = of("Ada L!");
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
