//! A stolen dump, a log, a stored file and published files reveal no person, code, key or card.

mod cards;
mod forms;
mod media;
mod scenario;

use media::Medium;
use testkit::TestDatabase;

/// The name of a secret, and the secret ("needle") that the test searches for.
pub type Needle = (&'static str, String);

#[actix_web::test]
async fn secrets_do_not_leak_in_any_form() {
    let database = TestDatabase::migrated();
    let scenario = scenario::run(&database).await;
    let media = media::all(&database, &scenario);
    assert!(
        scenario.needles.len() >= 16,
        "{} needles",
        scenario.needles.len()
    );

    let (mut found, mut tried) = (Vec::new(), 0);
    for (what, needle) in &scenario.needles {
        let forms = forms::encodings(needle);
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
