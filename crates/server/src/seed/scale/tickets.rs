//! Tickets with a question and an answer each. No staff is seeded, so the answers have no sender.

use super::{USER, generate_on_every_core, hex, id_of, pick};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{PgConnection, pg::CopyFormat, prelude::*};
use platform::{
    Error, Result,
    crypto::{FieldContext, Keyring},
    people,
};
use schema::{support_tickets, ticket_messages};
use std::fmt::Write;

/// The kinds of rows in the ids.
const TICKET: u128 = 12;
const MESSAGE: u128 = 13;
/// The tickets are opened evenly over this time.
const SECONDS: u64 = 300 * 86_400;

const DESCRIPTION: &str = "It is installed, but there is no network since this morning.";
const MESSAGES: [&str; 2] = [
    "What can I do?",
    "Please switch data roaming on, and off and on again.",
];
const PRIORITIES: [&str; 5] = ["low", "medium", "medium", "high", "urgent"];
const STATUSES: [&str; 4] = ["open", "in_progress", "resolved", "closed"];

/// The tickets to seed.
pub struct Tickets<'a> {
    pub keys: &'a Keyring,
    pub now: DateTime<Utc>,
    pub users: u64,
    pub count: u64,
}

impl Tickets<'_> {
    /// Copies the tickets and their messages into the database.
    pub fn copy(&self, conn: &mut PgConnection) -> Result<()> {
        use support_tickets as t;
        use ticket_messages as m;
        diesel::copy_from(t::table)
            .from_raw_data(
                (
                    t::id,
                    t::ticket_number,
                    t::user_id,
                    t::subject,
                    t::description,
                    t::priority,
                    t::status,
                    t::category,
                    t::resolved_at,
                    t::closed_at,
                    t::created_at,
                    t::updated_at,
                    t::last_message_at,
                    t::search_tokens,
                ),
                |out| {
                    generate_on_every_core(
                        self.count,
                        &|number, text| self.ticket(number, text),
                        out,
                    )
                },
            )
            .with_format(CopyFormat::Text)
            .execute(conn)?;
        diesel::copy_from(m::table)
            .from_raw_data(
                (
                    m::id,
                    m::ticket_id,
                    m::sender_id,
                    m::message,
                    m::created_at,
                    m::search_tokens,
                ),
                |out| {
                    generate_on_every_core(
                        self.count * 2,
                        &|number, text| self.message(number, text),
                        out,
                    )
                },
            )
            .with_format(CopyFormat::Text)
            .execute(conn)?;
        Ok(())
    }

    fn ticket(&self, number: u64, out: &mut String) -> Result<()> {
        let (id, user) = (id_of(TICKET, number), id_of(USER, 1 + number % self.users));
        let subject = format!("The eSIM does not connect, no. {number}");
        write!(out, "{id}\tMSR-{number}\t{user}\t").map_err(Error::internal)?;
        for (column, plain) in [("subject", subject.as_str()), ("description", DESCRIPTION)] {
            let context = FieldContext::new("support_tickets", column, id);
            hex(&self.keys.seal(context, plain)?, out);
            out.push('\t');
        }
        let at = self.opened(number)?;
        let after = |hours, is_past: bool| {
            if is_past {
                (at + TimeDelta::hours(hours)).to_rfc3339()
            } else {
                "\\N".to_owned()
            }
        };
        let (resolved, closed) = (after(5, number % 4 >= 2), after(9, number % 4 == 3));
        let (created, answered) = (at.to_rfc3339(), after(1, true));
        let (priority, status) = (pick(&PRIORITIES, number), pick(&STATUSES, number));
        write!(
            out,
            "{priority}\t{status}\ttechnical\t{resolved}\t{closed}\t{created}\t{created}\t{answered}\t",
        )
        .map_err(Error::internal)?;
        let mut words = people::prefix_tokens(self.keys, &subject);
        words.extend(people::word_tokens(self.keys, DESCRIPTION));
        array(&words, out);
        out.push('\n');
        Ok(())
    }

    /// Adds a message: every ticket has two.
    fn message(&self, number: u64, out: &mut String) -> Result<()> {
        let (ticket, is_answer) = (number.div_ceil(2), number.is_multiple_of(2));
        let id = id_of(MESSAGE, number);
        let sender = if is_answer {
            "\\N".to_owned()
        } else {
            id_of(USER, 1 + ticket % self.users).to_string()
        };
        let text = pick(&MESSAGES, number + 1);
        write!(out, "{id}\t{}\t{sender}\t", id_of(TICKET, ticket)).map_err(Error::internal)?;
        let context = FieldContext::new("ticket_messages", "message", id);
        hex(&self.keys.seal(context, text)?, out);
        let at = self.opened(ticket)? + TimeDelta::hours(i64::from(is_answer));
        write!(out, "\t{}\t", at.to_rfc3339()).map_err(Error::internal)?;
        array(&people::word_tokens(self.keys, text), out);
        out.push('\n');
        Ok(())
    }

    /// Returns when a ticket was opened. The last one is opened now.
    fn opened(&self, number: u64) -> Result<DateTime<Utc>> {
        let before = (self.count - number) * SECONDS / self.count;
        let before = i64::try_from(before).map_err(Error::internal)?;
        Ok(self.now - TimeDelta::seconds(before))
    }
}

/// Writes an array of numbers as COPY reads it.
fn array(numbers: &[i64], out: &mut String) {
    let list: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let _ = write!(out, "{{{}}}", list.join(","));
}
