//! SQL of new tickets: the customer, the setup of the support, and the objects that a text names.

use super::TicketRow;
use crate::sla::{Clocks, Policy, PolicyRow, clocks_insertion};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Actor, Conn, Error, Result, Tx, batch::Batch, people};
use schema::{esims, orders, support_tickets as tickets, transactions, users};
use serde_json::Value;
use uuid::Uuid;
use wire::{
    EsimId, OrderId, SlaPolicyId, TicketId, TransactionId, UserId,
    accounts::users::UserRole,
    support::{
        macros::{RuleActions, RuleConditions},
        tickets::{TicketChannel, TicketPriority, TicketStatus},
    },
};

/// A new ticket, sealed.
#[derive(Insertable)]
#[diesel(table_name = tickets, treat_none_as_default_value = false)]
pub struct NewTicketRow {
    pub id: TicketId,
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
    pub search_tokens: Vec<i64>,
    pub follows_id: Option<TicketId>,
    pub next_due_at: Option<DateTime<Utc>>,
    pub last_message_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Inserts a ticket and its clocks, in one statement. The database gives it the next number.
pub fn insert(tx: &mut Tx<'_>, new: &NewTicketRow, clocks: &Clocks) -> Result<TicketRow> {
    let batch = Batch {
        writes: vec![clocks_insertion(new.id, clocks)],
        last: diesel::insert_into(tickets::table)
            .values(new)
            .returning(TicketRow::as_returning()),
    };
    Ok(batch.get_result(tx.conn())?)
}

/// Returns the customer with this ID, if the actor may open tickets of the customer.
pub fn customer(conn: &mut Conn, actor: &Actor, id: UserId) -> Result<Option<UserId>> {
    let mut rows = users::table
        .filter(users::id.eq(id))
        .filter(users::deleted_at.is_null())
        .filter(users::role.eq(UserRole::Customer))
        .select(users::id)
        .into_boxed();
    if let Some(owner) = actor.owner_filter() {
        rows = rows.filter(users::id.eq_any(people::customers_of(owner)));
    }
    Ok(rows.first(conn).optional()?)
}

/// What decides about a new ticket: the policy of service levels and the active rules.
pub struct Setup {
    /// The policy.
    pub policy: Policy,
    /// The rules, in their order.
    pub rules: Vec<(RuleConditions, RuleActions)>,
}

/// Loads the setup, in one statement.
pub fn setup(conn: &mut Conn) -> Result<Setup> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Text)]
        zone: String,
        #[diesel(sql_type = Jsonb)]
        hours: Value,
        #[diesel(sql_type = Jsonb)]
        holidays: Value,
        #[diesel(sql_type = Jsonb)]
        targets: Value,
        #[diesel(sql_type = Integer)]
        version: i32,
        #[diesel(sql_type = Timestamptz)]
        updated_at: DateTime<Utc>,
        #[diesel(sql_type = Jsonb)]
        rules: Value,
    }
    let row: Row = diesel::sql_query(
        "SELECT id, zone, hours, holidays, targets, version, updated_at, \
         (SELECT coalesce(jsonb_agg(jsonb_build_array(conditions, actions) ORDER BY position, id), '[]') \
            FROM ticket_rules WHERE is_active AND deleted_at IS NULL) AS rules FROM sla_policies",
    )
    .get_result(conn)?;
    let policy = PolicyRow {
        id: SlaPolicyId(row.id),
        zone: row.zone,
        hours: row.hours,
        holidays: row.holidays,
        targets: row.targets,
        version: row.version,
        updated_at: row.updated_at,
    };
    Ok(Setup {
        policy: Policy::new(policy.into_policy()?)?,
        rules: serde_json::from_value(row.rules).map_err(Error::internal)?,
    })
}

/// The objects that a ticket is about.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Links {
    /// The eSIM.
    pub esim_id: Option<EsimId>,
    /// The order.
    pub order_id: Option<OrderId>,
    /// The payment.
    pub transaction_id: Option<TransactionId>,
}

/// Returns the objects that a ticket is about.
pub const fn links_of(row: &TicketRow) -> Links {
    Links {
        esim_id: row.esim_id,
        order_id: row.order_id,
        transaction_id: row.transaction_id,
    }
}

/// Returns those of these objects that belong to a customer.
pub fn owned(conn: &mut Conn, user: UserId, links: Links) -> Result<Links> {
    let esim_id = match links.esim_id {
        Some(id) => esims::table
            .find(id)
            .filter(esims::user_id.eq(user))
            .select(esims::id)
            .first(conn)
            .optional()?,
        None => None,
    };
    let order_id = match links.order_id {
        Some(id) => orders::table
            .find(id)
            .filter(orders::user_id.eq(user))
            .select(orders::id)
            .first(conn)
            .optional()?,
        None => None,
    };
    let transaction_id = match links.transaction_id {
        Some(id) => transactions::table
            .find(id)
            .filter(transactions::user_id.eq(user))
            .select(transactions::id)
            .first(conn)
            .optional()?,
        None => None,
    };
    Ok(Links {
        esim_id,
        order_id,
        transaction_id,
    })
}

/// What a text names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Named {
    /// ICCIDs.
    pub iccids: Vec<String>,
    /// Order numbers.
    pub orders: Vec<String>,
    /// IDs of any kind.
    pub ids: Vec<Uuid>,
}

/// Returns the objects of a customer that a text names, in one statement.
pub fn find_named(conn: &mut Conn, user: UserId, named: &Named) -> Result<Links> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<SqlUuid>)]
        esim: Option<EsimId>,
        #[diesel(sql_type = Nullable<SqlUuid>)]
        placed: Option<OrderId>,
        #[diesel(sql_type = Nullable<SqlUuid>)]
        payment: Option<TransactionId>,
    }
    let row: Row = diesel::sql_query(
        "SELECT (SELECT id FROM esims WHERE user_id = $1 AND deleted_at IS NULL AND (iccid = ANY($2) OR id = ANY($4)) ORDER BY created_at DESC LIMIT 1) AS esim, \
         (SELECT id FROM orders WHERE user_id = $1 AND (order_number = ANY($3) OR id = ANY($4)) ORDER BY created_at DESC LIMIT 1) AS placed, \
         (SELECT id FROM transactions WHERE user_id = $1 AND id = ANY($4) ORDER BY created_at DESC LIMIT 1) AS payment",
    )
    .bind::<SqlUuid, _>(user.0)
    .bind::<Array<Text>, _>(&named.iccids)
    .bind::<Array<Text>, _>(&named.orders)
    .bind::<Array<SqlUuid>, _>(&named.ids)
    .get_result(conn)?;
    Ok(Links {
        esim_id: row.esim,
        order_id: row.placed,
        transaction_id: row.payment,
    })
}
