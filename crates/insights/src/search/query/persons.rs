//! People, by blind tokens.

use super::{Person, Row, Wanted, several};
use diesel::{prelude::*, sql_types::Bool};
use platform::{Actor, Conn, Result};
use schema::users;
use wire::{
    UserId,
    accounts::users::{UserRole, UserStatus},
    insights::search::MOST,
};

/// People whom the actor may see: support sees customers, and itself.
pub fn users(conn: &mut Conn, actor: &Actor, wanted: &Wanted) -> Result<Vec<Row>> {
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
                .eq_any(&wanted.ids)
                .or(users::email_hash.eq(&wanted.email_hash)),
        )
        .limit(several());
    let found: Vec<Line> = match &wanted.tokens {
        None => exact.load(conn)?,
        Some(tokens) => exact
            .union_all(
                rows(false)
                    .filter(users::search_tokens.contains(tokens))
                    .order_by((users::created_at.desc(), users::id.desc()))
                    .limit(MOST),
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
