//! Who finds what, in which order, and what of it they are shown.

use super::query::{self, Person, Row, Wanted};
use platform::{Actor, Conn, Result, people};
use uuid::Uuid;
use wire::{
    Reach,
    accounts::users::full_name,
    insights::search::{Found, Hit, Kind, MOST, SHORTEST, SearchFor, Thing},
};

/// What fits, kind by kind, exact hits first.
pub fn find(conn: &mut Conn, actor: &Actor, wanted: &SearchFor) -> Result<Found> {
    if let Some(things) = &wanted.things {
        return known(conn, actor, &things.0);
    }
    let text = wanted.q.as_deref().unwrap_or_default().trim();
    if text.chars().count() < SHORTEST && !text.chars().all(is_word) {
        return Ok(Found::default());
    }
    let wanted = Wanted::text(&actor.keys, text);
    let mut data = Vec::new();
    for kind in seen(actor) {
        let hits = of(conn, actor, kind, &wanted)?;
        data.extend(hits.into_iter().take(usize::try_from(MOST).unwrap_or(0)));
    }
    data.sort_by_key(|hit| !hit.is_exact);
    Ok(Found { data })
}

/// Things that are known by their ids, in the order they were named in; what is gone, or not theirs to see, is left out.
fn known(conn: &mut Conn, actor: &Actor, things: &[Thing]) -> Result<Found> {
    let mut data = Vec::new();
    for kind in seen(actor) {
        let ids: Vec<Uuid> = things
            .iter()
            .filter(|thing| thing.kind == kind)
            .map(|thing| thing.id)
            .collect();
        if !ids.is_empty() {
            data.extend(of(conn, actor, kind, &Wanted::ids(ids))?);
        }
    }
    let place = |hit: &Hit| {
        things
            .iter()
            .position(|thing| thing.kind == hit.kind && thing.id == hit.id)
    };
    data.sort_by_key(place);
    Ok(Found { data })
}

/// The kinds of which the actor may see everything; who sees only their own does not search.
fn seen(actor: &Actor) -> impl Iterator<Item = Kind> {
    let all = Kind::ALL.iter().copied();
    all.filter(|kind| actor.reach_of(kind.needs()) == Reach::All)
}

/// The hits of one kind, each once: what is found to the letter comes first, and again among the others.
fn of(conn: &mut Conn, actor: &Actor, kind: Kind, wanted: &Wanted) -> Result<Vec<Hit>> {
    let rows = match kind {
        Kind::User => query::users(conn, actor, wanted),
        Kind::Esim => query::esims(conn, wanted),
        Kind::Order => query::orders(conn, wanted),
        Kind::Transaction => query::transactions(conn, wanted),
        Kind::Plan => query::plans(conn, wanted),
        Kind::Provider => query::providers(conn, wanted),
        Kind::ApiClient => query::api_clients(conn, wanted),
    }?;
    let mut hits: Vec<Hit> = Vec::with_capacity(rows.len());
    for row in rows {
        if hits.iter().all(|hit| hit.id != row.id) {
            hits.push(shown(conn, actor, kind, row)?);
        }
    }
    Ok(hits)
}

/// A row as its reader may see it.
fn shown(conn: &mut Conn, actor: &Actor, kind: Kind, row: Row) -> Result<Hit> {
    let masked = people::is_masked_for(actor.role) && actor.id.map(|me| me.0) != Some(row.id);
    let (name, email) = match &row.person {
        Some(person) => opened(conn, actor, person, masked)?,
        None => (None, None),
    };
    let thing = Thing { kind, id: row.id };
    let (title, whose) = match row.title {
        Some(title) => (title, name),
        None => (name.unwrap_or_default(), None),
    };
    let state = row.state.map(sentence);
    let said = whose.into_iter().chain(email).chain(row.notes).chain(state);
    Ok(Hit {
        kind,
        id: row.id,
        title,
        subtitle: said.collect::<Vec<_>>().join(" · "),
        address: thing.address(),
        is_exact: row.is_exact,
    })
}

type Said = Option<String>;

/// A person's name, and the address where it was asked for.
fn opened(conn: &mut Conn, actor: &Actor, person: &Person, masked: bool) -> Result<(Said, Said)> {
    let mut shown = |column, sealed: &[u8], mask: fn(&str) -> String| {
        let place = people::Column::of(person.id, column);
        let text = people::open_or_report(conn, &actor.keys, place, sealed)?;
        Ok::<_, platform::Error>(match text {
            Some(text) if masked => mask(&text),
            Some(text) => text,
            None => people::UNREADABLE.to_owned(),
        })
    };
    let first = shown("first_name", &person.first_name, people::mask_name)?;
    let last = shown("last_name", &person.last_name, people::mask_name)?;
    let email = person.email.as_deref();
    let email = email
        .map(|sealed| shown("email", sealed, people::mask_email))
        .transpose()?;
    Ok((Some(full_name(&first, &last)), email))
}

/// Returns whether a character can be a name by itself, as an ideograph can. A letter of an alphabet begins too many names.
fn is_word(c: char) -> bool {
    c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase()
}

/// A word of the API as it is read: `needs_review` is `Needs review`.
fn sentence(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect::<String>().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn words_are_read_as_sentences() {
        assert_eq!(sentence("needs_review"), "Needs review");
        assert_eq!(sentence(""), "");
    }
}
