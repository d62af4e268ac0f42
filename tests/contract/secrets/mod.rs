//! What a stolen dump, a log, a stored file or what we publish would tell: no person, no code, no key, no card.

mod cards;
mod forms;
mod media;
mod story;

use media::Medium;
use testkit::TestDatabase;

/// A name for a needle, and the needle.
pub type Needle = (&'static str, String);

#[actix_web::test]
async fn nothing_that_is_secret_stands_anywhere_in_any_form() {
    let database = TestDatabase::migrated();
    let told = story::play(&database).await;
    let media = media::all(&database, &told);
    assert!(told.needles.len() >= 16, "{} needles", told.needles.len());

    let (mut found, mut tried) = (Vec::new(), 0);
    for (what, needle) in &told.needles {
        let forms = forms::of(needle);
        assert!(forms.len() >= 20, "{} forms", forms.len());
        for (form, text) in forms {
            for Medium {
                name, text: all, ..
            } in &media
            {
                tried += 1;
                if all.contains(&text.to_lowercase()) {
                    found.push(format!("{what} stands in {name} as {form}: {text}"));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    for medium in &media {
        for control in &medium.controls {
            assert!(
                medium.text.contains(&control.to_lowercase()),
                "{control} is not found in {}, so nothing would be",
                medium.name
            );
        }
    }
    assert!(tried >= 16 * 20 * 4, "only {tried} searches");

    for medium in media.iter().filter(|medium| medium.is_kept) {
        let cards = cards::numbers(&medium.text);
        assert!(cards.is_empty(), "{} holds {cards:?}", medium.name);
    }
}
