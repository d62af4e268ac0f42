//! SQL of people, who are found by blind search tokens.

use super::{Person, Row, SearchTerms, exact_limit};
use diesel::{prelude::*, sql_types::Bool};
use platform::{Actor, Conn, Result};
use schema::users;
use wire::{
    UserId,
    accounts::users::{UserRole, UserStatus},
    insights::search::MAX_PER_KIND,
};

/// Finds the people that the actor may see: support agents find customers and themselves.
pub fn users(conn: &mut Conn, actor: &Actor, terms: &SearchTerms) -> Result<Vec<Row>> {
    type Line = (
        bool,
        UserId,
        Vec<u8>,
        Vec<u8>,
        Vec<u8>,
        UserStatus,
        UserRole,
    );
    let roles = match actor.role {
        Some(UserRole::Support) => &[UserRole::Customer][..],
        _ => UserRole::ALL,
    };
    let rows = |exact: bool| {
        users::table
            .filter(users::deleted_at.is_null())
            .filter(
                users::role
                    .eq_any(roles)
                    .or(users::id.nullable().is_not_distinct_from(actor.id)),
            )
            .select((
                exact.into_sql::<Bool>(),
                users::id,
                users::first_name,
                users::last_name,
                users::email,
                users::status,
                users::role,
            ))
    };
    let exact = rows(true)
        .filter(
            users::id
                .eq_any(&terms.ids)
                .or(users::email_hash.eq(&terms.email_hash)),
        )
        .limit(exact_limit());
    let found: Vec<Line> = match &terms.tokens {
        None => exact.load(conn)?,
        Some(tokens) => exact
            .union_all(
                rows(false)
                    .filter(users::search_tokens.contains(tokens))
                    .order_by((users::created_at.desc(), users::id.desc()))
                    .limit(MAX_PER_KIND),
            )
            .load(conn)?,
    };
    let row = |(is_exact, id, first_name, last_name, email, status, role): Line| Row {
        is_exact,
        id: id.0,
        title: None,
        notes: Vec::new(),
        state: match (status, role) {
            (UserStatus::Active, role) => Some(role.as_str()),
            (status, _) => Some(status.as_str()),
        },
        person: Some(Person {
            id,
            first_name,
            last_name,
            email: Some(email),
        }),
    };
    Ok(found.into_iter().map(row).collect())
}
