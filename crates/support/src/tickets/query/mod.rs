//! SQL of tickets.

mod context;
mod create;

pub use context::*;
pub use create::*;

use crate::alerts::Subject;
use chrono::{DateTime, Utc};
use diesel::{
    dsl,
    pg::Pg,
    prelude::*,
    sql_types::{Nullable, Timestamptz},
};
use platform::{
    Actor, Conn, Owner, Result, Tx, any_of,
    batch::{Batch, Write},
    list::number_pattern,
    page, people,
};
use schema::{
    support_tickets as tickets, ticket_messages as messages, ticket_presence as presence,
    ticket_ratings as ratings, users,
};
use serde_json::{Value, json};
use wire::{
    EsimId, OrderId, Page, Paging, TicketId, TransactionId, UserId,
    accounts::users::{UserRole, UserStatus},
    support::tickets::{
        TicketChannel, TicketFilter, TicketPriority, TicketRef, TicketSort, TicketStatus,
        TicketView,
    },
};

/// The maximum number of customers and tickets that a search finds by their words.
const MOST_FOUND: i64 = 500;

/// A ticket as stored: its texts are sealed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tickets, check_for_backend(Pg))]
pub struct TicketRow {
    pub id: TicketId,
    pub ticket_number: String,
    pub user_id: UserId,
    pub assigned_to: Option<UserId>,
    pub esim_id: Option<EsimId>,
    pub order_id: Option<OrderId>,
    pub transaction_id: Option<TransactionId>,
    pub subject: Vec<u8>,
    pub description: Vec<u8>,
    pub priority: TicketPriority,
    pub status: TicketStatus,
    pub category: Option<String>,
    pub channel: TicketChannel,
    pub tags: Value,
    pub waiting_since: Option<DateTime<Utc>>,
    pub next_due_at: Option<DateTime<Utc>>,
    pub merged_into_id: Option<TicketId>,
    pub follows_id: Option<TicketId>,
    pub reopened_count: i32,
    pub first_response_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub archived_at: Option<DateTime<Utc>>,
    pub last_message_at: DateTime<Utc>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl TicketRow {
    /// Returns the ticket as the subject of a notification.
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            id: self.id,
            number: &self.ticket_number,
            version: self.version,
        }
    }

    /// Returns the tags.
    pub fn tags(&self) -> Vec<String> {
        serde_json::from_value(self.tags.clone()).unwrap_or_default()
    }
}

/// The columns of a ticket that change.
#[derive(AsChangeset)]
#[diesel(table_name = tickets, treat_none_as_null = true)]
pub struct TicketChanges {
    pub assigned_to: Option<UserId>,
    pub esim_id: Option<EsimId>,
    pub order_id: Option<OrderId>,
    pub transaction_id: Option<TransactionId>,
    pub subject: Vec<u8>,
    pub priority: TicketPriority,
    pub status: TicketStatus,
    pub category: Option<String>,
    pub tags: Value,
    pub waiting_since: Option<DateTime<Utc>>,
    pub next_due_at: Option<DateTime<Utc>>,
    pub merged_into_id: Option<TicketId>,
    pub reopened_count: i32,
    pub first_response_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub last_message_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A query of the list.
#[derive(Clone, Copy)]
pub struct ListQuery<'a> {
    /// The filter of the request.
    pub filter: &'a TicketFilter,
    /// What the search text means, if there is one.
    pub search: Option<&'a Search>,
    /// The actor of the request.
    pub actor: &'a Actor,
}

/// What a search text means.
#[derive(Debug, Clone)]
pub struct Search {
    /// The pattern of a ticket number.
    pub number: String,
    /// The blind tokens of the words.
    pub tokens: Vec<i64>,
    /// The customers with these words in their names.
    pub customers: Vec<UserId>,
    /// The tickets with these words in a message.
    pub threads: Vec<TicketId>,
}

impl Search {
    /// Resolves a search text: finds the customers and the messages with its words.
    pub fn new(conn: &mut Conn, actor: &Actor, q: &str) -> Result<Self> {
        let tokens = people::query_tokens(&actor.keys, q).unwrap_or_default();
        let owner = actor.owner_filter();
        Ok(Self {
            number: number_pattern(&wire::identifier::order_number(q)),
            customers: customers_with(conn, &tokens, owner)?,
            threads: threads_with(conn, &tokens, owner)?,
            tokens,
        })
    }
}

fn customers_with(conn: &mut Conn, tokens: &[i64], owner: Option<Owner>) -> Result<Vec<UserId>> {
    // Customers and API clients search in their own tickets, whose customers they know.
    if tokens.is_empty() || owner.is_some() {
        return Ok(Vec::new());
    }
    Ok(users::table
        .filter(users::search_tokens.contains(tokens))
        .filter(users::role.eq(UserRole::Customer))
        .limit(MOST_FOUND)
        .select(users::id)
        .load(conn)?)
}

fn threads_with(conn: &mut Conn, tokens: &[i64], owner: Option<Owner>) -> Result<Vec<TicketId>> {
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows = messages::table
        .filter(messages::search_tokens.contains(tokens))
        .filter(messages::deleted_at.is_null())
        .order_by(messages::created_at.desc())
        .limit(MOST_FOUND)
        .select(messages::ticket_id)
        .into_boxed();
    if let Some(owner) = owner {
        let own = tickets::table
            .filter(tickets::user_id.eq_any(people::customers_of(owner)))
            .select(tickets::id);
        rows = rows
            .filter(messages::is_internal.eq(false))
            .filter(messages::ticket_id.eq_any(own));
    }
    Ok(rows.load(conn)?)
}

/// Selects the customers whose tickets an actor sees, without deleted ones.
fn customers<'a>(actor: &Actor) -> users::BoxedQuery<'a, Pg, diesel::sql_types::Uuid> {
    let rows = match actor.owner_filter() {
        Some(owner) => people::customers_of(owner),
        None => users::table.select(users::id).into_boxed(),
    };
    rows.filter(users::deleted_at.is_null())
}

/// Selects the tickets that an actor sees and that, like their customers, are not deleted.
fn visible<'a>(actor: &Actor) -> tickets::BoxedQuery<'a, Pg> {
    tickets::table
        .filter(tickets::deleted_at.is_null())
        .filter(tickets::user_id.eq_any(customers(actor)))
        .into_boxed()
}

fn matching(query: ListQuery<'_>) -> tickets::BoxedQuery<'_, Pg> {
    let ListQuery {
        filter,
        search,
        actor,
    } = query;
    let mut rows = visible(actor);
    if let Some(search) = search {
        rows = rows.filter(
            tickets::ticket_number
                .like(&search.number)
                .or(tickets::search_tokens
                    .contains(&search.tokens)
                    .and(dsl::sql::<diesel::sql_types::Bool>(
                        if search.tokens.is_empty() {
                            "false"
                        } else {
                            "true"
                        },
                    )))
                .or(tickets::user_id.eq_any(&search.customers))
                .or(tickets::id.eq_any(&search.threads)),
        );
    }
    rows = any_of!(rows, tickets::status, filter.status);
    rows = any_of!(rows, tickets::priority, filter.priority);
    rows = any_of!(rows, tickets::channel, filter.channel);
    if let Some(category) = &filter.category {
        rows = rows.filter(tickets::category.eq(category));
    }
    if let Some(tag) = &filter.tag {
        let tag = wire::support::tickets::normalize_tag(tag);
        rows = rows.filter(tickets::tags.contains(json!([tag])));
    }
    if let Some(user) = filter.user_id {
        rows = rows.filter(tickets::user_id.eq(user));
    }
    if let Some(user) = filter.assigned_to {
        rows = rows.filter(tickets::assigned_to.eq(user));
    }
    if let Some(id) = filter.esim_id {
        rows = rows.filter(tickets::esim_id.eq(id));
    }
    if let Some(id) = filter.order_id {
        rows = rows.filter(tickets::order_id.eq(id));
    }
    if let Some(id) = filter.transaction_id {
        rows = rows.filter(tickets::transaction_id.eq(id));
    }
    if let Some(before) = filter.due_before {
        rows = rows.filter(tickets::next_due_at.lt(before));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(tickets::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(tickets::created_at.lt(to));
    }
    match filter.queue {
        Some(view) => in_view(rows, view, actor),
        None => rows,
    }
}

fn in_view<'a>(
    rows: tickets::BoxedQuery<'a, Pg>,
    view: TicketView,
    actor: &Actor,
) -> tickets::BoxedQuery<'a, Pg> {
    let active = [TicketStatus::Open, TicketStatus::InProgress];
    match view {
        TicketView::Mine => rows
            .filter(tickets::assigned_to.eq(actor.id.unwrap_or(UserId(uuid::Uuid::nil()))))
            .filter(tickets::status.eq_any(active)),
        TicketView::Unassigned => rows
            .filter(tickets::assigned_to.is_null())
            .filter(tickets::status.eq_any(active)),
        TicketView::Overdue => {
            let now = dsl::now.into_sql::<Nullable<Timestamptz>>();
            rows.filter(tickets::next_due_at.le(now))
        }
        TicketView::Waiting => rows.filter(tickets::waiting_since.is_not_null()),
        TicketView::ToDo => rows
            .filter(tickets::waiting_since.is_null())
            .filter(tickets::status.eq_any(active)),
        TicketView::Mentions => {
            let me = actor.id.map_or_else(|| json!([null]), |id| json!([id]));
            let noted = messages::table
                .filter(messages::is_internal.eq(true))
                .filter(messages::deleted_at.is_null())
                .filter(messages::mentions.contains(me))
                .select(messages::ticket_id);
            rows.filter(tickets::id.eq_any(noted))
        }
    }
}

/// Returns one page of the tickets, sealed.
pub fn page(
    conn: &mut Conn,
    query: ListQuery<'_>,
    paging: &Paging<TicketSort>,
) -> Result<Page<TicketRow>> {
    page!(conn, paging, matching(query) => TicketRow, tie tickets::id, {
        TicketSort::CreatedAt => tickets::created_at,
        TicketSort::NextDueAt => nullable tickets::next_due_at,
        TicketSort::Priority => tickets::priority_rank,
        TicketSort::LastMessageAt => tickets::last_message_at,
        TicketSort::UpdatedAt => tickets::updated_at,
    })
}

/// Returns a ticket that the actor sees, sealed.
pub fn find(conn: &mut Conn, actor: &Actor, id: TicketId) -> Result<TicketRow> {
    Ok(visible(actor)
        .filter(tickets::id.eq(id))
        .select(TicketRow::as_select())
        .first(conn)?)
}

/// Returns the ticket that an ID or a number names. The number of a merged ticket names the ticket that stayed.
pub fn find_ref(conn: &mut Conn, actor: &Actor, name: &TicketRef) -> Result<TicketRow> {
    match name {
        TicketRef::Id(id) => find(conn, actor, *id),
        TicketRef::Number(number) => {
            let row: TicketRow = visible(actor)
                .filter(tickets::ticket_number.eq(number))
                .select(TicketRow::as_select())
                .first(conn)?;
            match row.merged_into_id {
                Some(survivor) => find(conn, actor, survivor),
                None => Ok(row),
            }
        }
    }
}

/// Locks a ticket that the actor sees until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, actor: &Actor, id: TicketId) -> Result<TicketRow> {
    Ok(tickets::table
        .find(id)
        .filter(tickets::deleted_at.is_null())
        .filter(tickets::user_id.eq_any(customers(actor)))
        .select(TicketRow::as_select())
        .for_no_key_update()
        .first(tx.conn())?)
}

/// Stores the changes of a locked ticket together with other writes, in one statement.
pub fn update(
    tx: &mut Tx<'_>,
    id: TicketId,
    to: &TicketChanges,
    writes: Vec<Write>,
) -> Result<TicketRow> {
    let batch = Batch {
        writes,
        last: diesel::update(tickets::table.find(id))
            .set((to, tickets::version.eq(tickets::version + 1)))
            .returning(TicketRow::as_returning()),
    };
    Ok(batch.get_result(tx.conn())?)
}

/// Stores the search tokens of a ticket whose subject was changed.
pub fn set_tokens(tx: &mut Tx<'_>, id: TicketId, tokens: &[i64]) -> Result<()> {
    diesel::update(tickets::table.find(id))
        .set(tickets::search_tokens.eq(tokens))
        .execute(tx.conn())?;
    Ok(())
}

/// Lets the tickets that were merged into one ticket lead to another one.
pub fn move_to_survivor(tx: &mut Tx<'_>, from: TicketId, to: TicketId) -> Result<()> {
    diesel::update(tickets::table.filter(tickets::merged_into_id.eq(from)))
        .set(tickets::merged_into_id.eq(to))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns whether a user is an active staff member.
pub fn is_staff(conn: &mut Conn, id: UserId) -> Result<bool> {
    let staff = users::table
        .filter(users::id.eq(id))
        .filter(users::role.ne(UserRole::Customer))
        .filter(users::status.eq(UserStatus::Active))
        .filter(users::deleted_at.is_null());
    Ok(diesel::select(dsl::exists(staff)).get_result(conn)?)
}

/// Returns the resolved tickets that were resolved before a time.
pub fn resolved_before(
    conn: &mut Conn,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<TicketId>> {
    Ok(tickets::table
        .filter(tickets::status.eq(TicketStatus::Resolved))
        .filter(tickets::deleted_at.is_null())
        .filter(tickets::resolved_at.lt(before))
        .order_by(tickets::resolved_at)
        .limit(limit)
        .select(tickets::id)
        .load(conn)?)
}

/// Archives the tickets that were closed before a time, and returns their number.
pub fn archive_closed(tx: &mut Tx<'_>, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::update(
        tickets::table
            .filter(tickets::status.eq(TicketStatus::Closed))
            .filter(tickets::archived_at.is_null())
            .filter(tickets::closed_at.lt(before)),
    )
    .set(tickets::archived_at.eq(now))
    .execute(tx.conn())?)
}

/// Stores the signal of a person who views a ticket.
pub fn store_presence(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    user: UserId,
    is_typing: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let values = (presence::is_typing.eq(is_typing), presence::seen_at.eq(now));
    diesel::insert_into(presence::table)
        .values((
            presence::ticket_id.eq(ticket),
            presence::user_id.eq(user),
            values,
        ))
        .on_conflict((presence::ticket_id, presence::user_id))
        .do_update()
        .set(values)
        .execute(tx.conn())?;
    Ok(())
}

/// A person who views a ticket.
#[derive(Queryable)]
pub struct PresenceRow {
    pub user_id: UserId,
    pub is_typing: bool,
    pub seen_at: DateTime<Utc>,
}

/// Returns the other people whose signal was received after a time.
pub fn others_present(
    conn: &mut Conn,
    ticket: TicketId,
    me: UserId,
    after: DateTime<Utc>,
) -> Result<Vec<PresenceRow>> {
    Ok(presence::table
        .filter(presence::ticket_id.eq(ticket))
        .filter(presence::user_id.ne(me))
        .filter(presence::seen_at.gt(after))
        .order_by(presence::user_id)
        .select((presence::user_id, presence::is_typing, presence::seen_at))
        .load(conn)?)
}

/// Deletes the signals that were received before a time.
pub fn delete_presence(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<()> {
    diesel::delete(presence::table.filter(presence::seen_at.lt(before))).execute(tx.conn())?;
    Ok(())
}

/// A rating as stored: the comment is sealed.
#[derive(Queryable, Selectable)]
#[diesel(table_name = ratings, check_for_backend(Pg))]
pub struct RatingRow {
    pub ticket_id: TicketId,
    pub score: i32,
    pub comment: Option<Vec<u8>>,
    pub created_at: DateTime<Utc>,
}

/// Returns the rating of a ticket.
pub fn rating(conn: &mut Conn, ticket: TicketId) -> Result<RatingRow> {
    Ok(ratings::table
        .find(ticket)
        .select(RatingRow::as_select())
        .first(conn)?)
}

/// Stores the rating of a ticket. A later rating replaces the earlier one.
pub fn store_rating(
    tx: &mut Tx<'_>,
    ticket: TicketId,
    score: i32,
    comment: Option<Vec<u8>>,
    now: DateTime<Utc>,
) -> Result<RatingRow> {
    let values = (
        ratings::score.eq(score),
        ratings::comment.eq(comment),
        ratings::created_at.eq(now),
    );
    Ok(diesel::insert_into(ratings::table)
        .values((ratings::ticket_id.eq(ticket), values.clone()))
        .on_conflict(ratings::ticket_id)
        .do_update()
        .set(values)
        .returning(RatingRow::as_returning())
        .get_result(tx.conn())?)
}
