//! Selects the kinds that an actor may search, orders the results, and masks personal data in them.

use super::query::{self, Person, Row, SearchTerms};
use platform::{Actor, Conn, Result, people};
use uuid::Uuid;
use wire::{
    Reach,
    accounts::users::full_name,
    insights::search::{
        MAX_PER_KIND, MIN_LENGTH, RecordKind, RecordRef, SearchQuery, SearchResult, SearchResults,
    },
};

/// Returns the matches of a query, exact matches first, then kind by kind.
pub fn find(conn: &mut Conn, actor: &Actor, terms: &SearchQuery) -> Result<SearchResults> {
    if let Some(records) = &terms.records {
        return find_by_ids(conn, actor, &records.0);
    }
    let text = terms.q.as_deref().unwrap_or_default().trim();
    if text.chars().count() < MIN_LENGTH && !text.chars().all(is_ideograph) {
        return Ok(SearchResults::default());
    }
    let terms = SearchTerms::from_text(&actor.keys, text);
    let mut data = Vec::new();
    for kind in searchable_kinds(actor) {
        let results = find_kind(conn, actor, kind, &terms)?;
        data.extend(
            results
                .into_iter()
                .take(usize::try_from(MAX_PER_KIND).unwrap_or(0)),
        );
    }
    data.sort_by_key(|result| !result.is_exact);
    Ok(SearchResults { data })
}

/// Returns the objects with these ids, in the order of the request. Deleted objects, and objects that the actor may not
/// see, are left out.
fn find_by_ids(conn: &mut Conn, actor: &Actor, records: &[RecordRef]) -> Result<SearchResults> {
    let mut data = Vec::new();
    for kind in searchable_kinds(actor) {
        let ids: Vec<Uuid> = records
            .iter()
            .filter(|record| record.kind == kind)
            .map(|record| record.id)
            .collect();
        if !ids.is_empty() {
            data.extend(find_kind(conn, actor, kind, &SearchTerms::from_ids(ids))?);
        }
    }
    let position = |result: &SearchResult| {
        records
            .iter()
            .position(|record| record.kind == result.kind && record.id == result.id)
    };
    data.sort_by_key(position);
    Ok(SearchResults { data })
}

/// Returns the kinds of which the actor may see every object. A kind of which the actor sees only their own objects is not
/// searched.
fn searchable_kinds(actor: &Actor) -> impl Iterator<Item = RecordKind> {
    let all = RecordKind::ALL.iter().copied();
    all.filter(|kind| actor.reach_of(kind.needs()) == Reach::All)
}

/// Returns the results of one kind without duplicates: the query returns an exact match first, and again among the partial
/// matches.
fn find_kind(
    conn: &mut Conn,
    actor: &Actor,
    kind: RecordKind,
    terms: &SearchTerms,
) -> Result<Vec<SearchResult>> {
    let rows = match kind {
        RecordKind::User => query::users(conn, actor, terms),
        RecordKind::Esim => query::esims(conn, terms),
        RecordKind::Order => query::orders(conn, terms),
        RecordKind::Transaction => query::transactions(conn, terms),
        RecordKind::Plan => query::plans(conn, terms),
        RecordKind::Provider => query::providers(conn, terms),
        RecordKind::ApiClient => query::api_clients(conn, terms),
    }?;
    let mut results: Vec<SearchResult> = Vec::with_capacity(rows.len());
    for row in rows {
        if results.iter().all(|result| result.id != row.id) {
            results.push(to_result(conn, actor, kind, row)?);
        }
    }
    Ok(results)
}

/// Converts a row to a search result, masked for the actor.
fn to_result(conn: &mut Conn, actor: &Actor, kind: RecordKind, row: Row) -> Result<SearchResult> {
    let masked = people::is_masked_for(actor.role) && actor.id.map(|me| me.0) != Some(row.id);
    let (name, email) = match &row.person {
        Some(person) => open_person(conn, actor, person, masked)?,
        None => (None, None),
    };
    let record = RecordRef { kind, id: row.id };
    let (title, owner) = match row.title {
        Some(title) => (title, name),
        None => (name.unwrap_or_default(), None),
    };
    let state = row.state.map(display_label);
    let parts = owner.into_iter().chain(email).chain(row.notes).chain(state);
    Ok(SearchResult {
        kind,
        id: row.id,
        title,
        subtitle: parts.collect::<Vec<_>>().join(" · "),
        address: record.panel_path(),
        is_exact: row.is_exact,
    })
}

/// Opens the name of a person, and their email address where the query has selected it.
fn open_person(
    conn: &mut Conn,
    actor: &Actor,
    person: &Person,
    masked: bool,
) -> Result<(Option<String>, Option<String>)> {
    let mut open = |column, sealed: &[u8], mask: fn(&str) -> String| {
        let context = people::Column::new(person.id, column);
        let text = people::open_or_report(conn, &actor.keys, context, sealed)?;
        Ok::<_, platform::Error>(match text {
            Some(text) if masked => mask(&text),
            Some(text) => text,
            None => people::UNREADABLE.to_owned(),
        })
    };
    let first = open("first_name", &person.first_name, people::mask_name)?;
    let last = open("last_name", &person.last_name, people::mask_name)?;
    let email = person.email.as_deref();
    let email = email
        .map(|sealed| open("email", sealed, people::mask_email))
        .transpose()?;
    Ok((Some(full_name(&first, &last)), email))
}

/// Returns whether one character can be a whole name, as an ideograph can. A letter of an alphabet begins too many names.
fn is_ideograph(c: char) -> bool {
    c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase()
}

/// Returns the display label of an API value: `needs_review` becomes `Needs review`.
fn display_label(value: &str) -> String {
    let mut characters = value.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first
        .chain(characters)
        .collect::<String>()
        .replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::display_label;

    #[test]
    fn display_label_capitalizes_and_separates_words() {
        assert_eq!(display_label("needs_review"), "Needs review");
        assert_eq!(display_label(""), "");
    }
}
