//! SQL of the rules for new tickets.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{
    Actor, Conn, Error, Result, Tx,
    list::{named, search_fold},
    page,
};
use schema::{ticket_rules as rules, users};
use serde_json::{Value, json};
use wire::{
    Page, Paging, TicketRuleId, UserId,
    accounts::users::{UserRole, UserStatus},
    support::macros::{NewTicketRule, TicketRule, TicketRuleFilter, TicketRuleSort},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = rules, check_for_backend(Pg))]
struct RuleRow {
    id: TicketRuleId,
    name: String,
    position: i32,
    is_active: bool,
    conditions: Value,
    actions: Value,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl RuleRow {
    fn into_rule(self) -> Result<TicketRule> {
        Ok(TicketRule {
            id: self.id,
            name: self.name,
            position: self.position,
            is_active: self.is_active,
            conditions: serde_json::from_value(self.conditions).map_err(Error::internal)?,
            actions: serde_json::from_value(self.actions).map_err(Error::internal)?,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

fn matching(filter: &TicketRuleFilter) -> rules::BoxedQuery<'_, Pg> {
    let mut rows = rules::table
        .filter(rules::deleted_at.is_null())
        .into_boxed();
    if let Some(q) = &filter.q {
        rows = rows.filter(search_fold(rules::name).like(named(q)));
    }
    if let Some(active) = filter.is_active {
        rows = rows.filter(rules::is_active.eq(active));
    }
    rows
}

/// Returns one page of the rules.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &TicketRuleFilter,
    paging: &Paging<TicketRuleSort>,
) -> Result<Page<TicketRule>> {
    let page = page!(conn, paging, matching(filter) => RuleRow, tie rules::id, {
        TicketRuleSort::Position => rules::position,
        TicketRuleSort::CreatedAt => rules::created_at,
    })?;
    page.try_map(RuleRow::into_rule)
}

/// Returns a rule.
pub fn find(conn: &mut Conn, id: TicketRuleId) -> Result<TicketRule> {
    matching(&TicketRuleFilter::default())
        .filter(rules::id.eq(id))
        .select(RuleRow::as_select())
        .first(conn)?
        .into_rule()
}

/// Locks a rule until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: TicketRuleId) -> Result<TicketRule> {
    let row: RuleRow = rules::table
        .find(id)
        .filter(rules::deleted_at.is_null())
        .select(RuleRow::as_select())
        .for_no_key_update()
        .first(tx.conn())?;
    row.into_rule()
}

/// Inserts a rule.
pub fn insert(tx: &mut Tx<'_>, new: &NewTicketRule) -> Result<TicketRule> {
    let row: RuleRow = diesel::insert_into(rules::table)
        .values((
            rules::id.eq(TicketRuleId::new()),
            rules::name.eq(&new.name),
            rules::position.eq(new.position),
            rules::is_active.eq(new.is_active),
            rules::conditions.eq(json!(new.conditions)),
            rules::actions.eq(json!(new.actions)),
        ))
        .returning(RuleRow::as_returning())
        .get_result(tx.conn())?;
    row.into_rule()
}

/// Changes a rule. Returns `None` if its version is no longer the given one.
pub fn update(
    tx: &mut Tx<'_>,
    id: TicketRuleId,
    version: i32,
    to: &NewTicketRule,
) -> Result<Option<TicketRule>> {
    let row: Option<RuleRow> = diesel::update(
        rules::table
            .find(id)
            .filter(rules::version.eq(version))
            .filter(rules::deleted_at.is_null()),
    )
    .set((
        rules::name.eq(&to.name),
        rules::position.eq(to.position),
        rules::is_active.eq(to.is_active),
        rules::conditions.eq(json!(to.conditions)),
        rules::actions.eq(json!(to.actions)),
        rules::version.eq(rules::version + 1),
    ))
    .returning(RuleRow::as_returning())
    .get_result(tx.conn())
    .optional()?;
    row.map(RuleRow::into_rule).transpose()
}

/// Deletes a rule. Returns `false` if its version is no longer the given one.
pub fn remove(tx: &mut Tx<'_>, id: TicketRuleId, version: i32, now: DateTime<Utc>) -> Result<bool> {
    let removed = diesel::update(
        rules::table
            .find(id)
            .filter(rules::version.eq(version))
            .filter(rules::deleted_at.is_null()),
    )
    .set((
        rules::deleted_at.eq(now),
        rules::version.eq(rules::version + 1),
    ))
    .execute(tx.conn())?;
    Ok(removed == 1)
}

/// Returns whether a user is an active staff member.
pub fn is_staff(conn: &mut Conn, id: UserId) -> Result<bool> {
    let staff = users::table
        .filter(users::id.eq(id))
        .filter(users::role.ne(UserRole::Customer))
        .filter(users::status.eq(UserStatus::Active))
        .filter(users::deleted_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(staff)).get_result(conn)?)
}
