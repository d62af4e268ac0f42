//! Words that the glossary replaces stay out of names and texts.
//!
//! A word is a segment of an identifier (`snake_case`, `CamelCase`) or a word of a comment or a text.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A replaced word, and what to write. "Letter" is missing: it is also a character.
const WORDS: &[(&str, &str)] = &[
    ("anew", "again, or the step-up of a session"),
    ("anybody", "any user, caller or client"),
    ("atlas", "country picker"),
    ("belongings", "related"),
    ("deed", "row action"),
    ("deeds", "row actions"),
    ("easel", "canvas"),
    ("forged", "tampered"),
    ("happening", "timeline event"),
    ("happenings", "timeline events"),
    ("heard", "handle, receive"),
    ("keeper", "personal data registry"),
    ("keepers", "personal data registry"),
    ("nobody", "no user, no caller, no client"),
    ("rehearsal", "preview"),
    ("remark", "note"),
    ("somebody", "a user, a caller, an administrator"),
    ("spine", "activity feed"),
    ("told", "by case: render, describe, handle, report"),
    ("twin", "duplicate"),
    ("twins", "duplicates"),
    ("whoever", "the user who, the caller who"),
    ("whom", "the customer who, the account that"),
];

/// A replaced phrase, and what to write.
const PHRASES: &[(&str, &str)] = &[
    ("of late", "recently"),
    ("given back", "refunded, returned"),
    ("gives back", "refunds, returns"),
    ("give back", "refund, return"),
    ("taken up again", "retried"),
    ("put right", "resolved"),
    ("what became of", "the result of"),
    ("speaks for", "eligibility"),
];

/// Files in which a replaced word is the right one.
const EXCEPTIONS: &[(&str, &str)] = &[
    // This list.
    ("tests/contract/language.rs", "*"),
    // An account of Unix systems.
    ("crates/cluster/README.md", "nobody"),
    ("crates/cluster/src/account.rs", "nobody"),
    ("crates/cluster/src/error.rs", "nobody"),
    // A drill is one.
    ("docs/glossary.md", "rehearsal"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if !["target", "node_modules", "dist", "recorded"]
                .iter()
                .any(|skip| name == *skip)
            {
                files(&path, found);
            }
        } else if ["rs", "md", "css", "html"]
            .iter()
            .any(|kind| path.extension().is_some_and(|end| end == *kind))
        {
            found.push(path);
        }
    }
}

/// Splits a text into lower-case words: at every character that is no letter, and before a capital that follows a small
/// letter.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for character in text.chars() {
        let splits = !character.is_alphabetic() || (was_small && character.is_uppercase());
        if splits && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphabetic()) {
            word.extend(character.to_lowercase());
        }
        was_small = character.is_lowercase();
    }
    words
}

/// Returns the replaced words and phrases of a line, each with what to write.
fn replaced(line: &str) -> Vec<(&'static str, &'static str)> {
    let words = words(line);
    let text = format!(" {} ", words.join(" "));
    let single = WORDS
        .iter()
        .filter(|(word, _)| words.iter().any(|found| found == word));
    let phrases = PHRASES
        .iter()
        .filter(|(phrase, _)| text.contains(&format!(" {phrase} ")));
    single.chain(phrases).copied().collect()
}

#[test]
fn names_and_texts_use_the_terms_of_the_glossary() {
    let mut found = Vec::new();
    for dir in ["crates", "docs", "frontend", "openapi", "tests"] {
        files(&root().join(dir), &mut found);
    }
    found.push(root().join("README.md"));
    let mut wrong = Vec::new();
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        let shown = path.to_string_lossy().into_owned();
        let is_excepted = |word: &str| {
            EXCEPTIONS
                .iter()
                .any(|(file, known)| shown.ends_with(file) && (*known == word || *known == "*"))
        };
        for (number, line) in text.lines().enumerate() {
            for (word, instead) in replaced(line) {
                if !is_excepted(word) {
                    wrong.push(format!("{shown}:{}: {word} → {instead}", number + 1));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} words:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn words_are_found_in_identifiers_and_texts() {
    for line in [
        "fn what_was_told()",
        "struct HappeningRow;",
        "/// Nobody sees it.",
        "money is given back",
        "KEEPER",
    ] {
        assert!(!replaced(line).is_empty(), "{line}");
    }
    for line in ["fn untold_stories()", "A letterhead", "to giveback"] {
        assert!(replaced(line).is_empty(), "{line}");
    }
}
