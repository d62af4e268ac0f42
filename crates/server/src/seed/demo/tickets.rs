//! Support tickets about some orders: new, answered, waiting, resolved and closed ones.

use super::{
    super::{
        SeedContext,
        rows::{Event, Rows, id_of},
        sealed::bytea,
    },
    people::People,
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{Nullable, Uuid as SqlUuid},
};
use platform::{Result, crypto::FieldContext, people};
use serde_json::{Value, json};
use support::{ClockEvent, ClockHistory, ClockStep, replay_clocks};
use uuid::Uuid;
use wire::{TicketId, support::tickets::TicketPriority, system::audit::AuditAction};

/// What happens to a ticket, and how many minutes after it was opened.
struct Step {
    minutes: i64,
    act: Act,
}

/// A part of the history of a ticket.
enum Act {
    Assign,
    /// A reply, after which the ticket waits for the customer.
    Reply(&'static str),
    Note(&'static str),
    Answer(&'static str),
    Resolve,
    Close,
}

const fn after(minutes: i64, act: Act) -> Step {
    Step { minutes, act }
}

/// A ticket to seed.
struct Story {
    /// How many hours ago the ticket was opened.
    hours: i64,
    subject: &'static str,
    description: &'static str,
    priority: TicketPriority,
    category: &'static str,
    tags: &'static [&'static str],
    channel: &'static str,
    steps: &'static [Step],
    /// The customer's rating.
    score: Option<i32>,
}

const STORIES: [Story; 9] = [
    Story {
        hours: 410,
        subject: "How do I install the eSIM?",
        description: "I have the QR code on my phone and cannot scan it with the same phone.",
        priority: TicketPriority::Low,
        category: "installation",
        tags: &["install"],
        channel: "panel",
        steps: &[
            after(12, Act::Assign),
            after(
                15,
                Act::Reply(
                    "Open the link in our email on the phone. It installs the eSIM **without** a scan.",
                ),
            ),
            after(64, Act::Answer("That worked, thank you!")),
            after(70, Act::Resolve),
            after(10_150, Act::Close),
        ],
        score: Some(5),
    },
    Story {
        hours: 260,
        subject: "Wrong region",
        description: "I bought the plan for Asia, but I travel to Portugal. Can I change it?",
        priority: TicketPriority::Medium,
        category: "billing",
        tags: &["refund"],
        channel: "email",
        steps: &[
            after(20, Act::Assign),
            after(31, Act::Note("Nothing was used. A partial refund is fine.")),
            after(
                36,
                Act::Reply("We have requested a refund of 30 %. Please order the plan for Europe."),
            ),
            after(300, Act::Answer("I have ordered it. Thanks.")),
            after(330, Act::Resolve),
            after(10_420, Act::Close),
        ],
        score: Some(4),
    },
    Story {
        hours: 92,
        subject: "Slow on the first day",
        description: "Only 3G in the city centre on the first day. It is better now.",
        priority: TicketPriority::Low,
        category: "network",
        tags: &["speed"],
        channel: "panel",
        steps: &[
            after(45, Act::Assign),
            after(
                50,
                Act::Reply("Sorry about that. We have credited 25 % of the price."),
            ),
            after(240, Act::Resolve),
        ],
        score: None,
    },
    Story {
        hours: 52,
        subject: "Invoice with our company name",
        description: "Please send the invoice again with the name and the VAT number of our company.",
        priority: TicketPriority::Low,
        category: "billing",
        tags: &["invoice"],
        channel: "email",
        steps: &[
            after(130, Act::Assign),
            after(
                135,
                Act::Reply("Which name and VAT number should the invoice show?"),
            ),
        ],
        score: None,
    },
    Story {
        hours: 30,
        subject: "No network in two of the countries",
        description: "The eSIM works in Spain, but not in Andorra and not in Gibraltar.",
        priority: TicketPriority::High,
        category: "network",
        tags: &["coverage", "roaming"],
        channel: "panel",
        steps: &[
            after(18, Act::Assign),
            after(22, Act::Reply("Is data roaming on for this eSIM?")),
            after(
                41,
                Act::Answer("Yes, it is on. The phone finds no network at all."),
            ),
            after(
                55,
                Act::Note("The provider lists Andorra as covered. Asked the provider."),
            ),
        ],
        score: None,
    },
    Story {
        hours: 26,
        subject: "The eSIM was suspended",
        description: "I have data left and did nothing. Why is the eSIM suspended?",
        priority: TicketPriority::Urgent,
        category: "account",
        tags: &["suspended"],
        channel: "panel",
        steps: &[],
        score: None,
    },
    Story {
        hours: 7,
        subject: "Email with the QR code did not arrive",
        description: "I paid this morning. There is no email, also not among the spam.",
        priority: TicketPriority::High,
        category: "delivery",
        tags: &["delivery"],
        channel: "email",
        steps: &[after(9, Act::Assign)],
        score: None,
    },
    Story {
        hours: 3,
        subject: "Can I share the data with a laptop?",
        description: "Is tethering allowed with this plan?",
        priority: TicketPriority::Medium,
        category: "network",
        tags: &[],
        channel: "panel",
        steps: &[],
        score: None,
    },
    Story {
        hours: 1,
        subject: "Second trip in January",
        description: "Can I top up the same eSIM for my next trip, or do I need a new one?",
        priority: TicketPriority::Low,
        category: "sales",
        tags: &["topup"],
        channel: "email",
        steps: &[],
        score: None,
    },
];

/// An order that a ticket is about.
#[derive(QueryableByName)]
struct Placed {
    #[diesel(sql_type = SqlUuid)]
    order_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    transaction_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    esim_id: Option<Uuid>,
}

/// Returns delivered orders of different customers, the oldest first.
fn delivered(ctx: &mut SeedContext<'_>) -> Result<Vec<Placed>> {
    Ok(diesel::sql_query(
        "SELECT * FROM (SELECT DISTINCT ON (o.user_id) o.id AS order_id, o.user_id, o.created_at, \
            (SELECT t.id FROM transactions t WHERE t.order_id = o.id ORDER BY t.created_at LIMIT 1) AS transaction_id, \
            (SELECT b.esim_id FROM esim_bundles b WHERE b.order_id = o.id ORDER BY b.created_at LIMIT 1) AS esim_id \
         FROM orders o WHERE EXISTS (SELECT 1 FROM esim_bundles b WHERE b.order_id = o.id) \
         ORDER BY o.user_id, o.created_at) AS placed ORDER BY created_at, order_id",
    )
    .load(ctx.conn)?)
}

/// Adds the tickets, after the orders are in the database.
pub fn add(rows: &mut Rows, ctx: &mut SeedContext<'_>, people: &People) -> Result<()> {
    let placed = delivered(ctx)?;
    for ((number, story), about) in STORIES.iter().enumerate().zip(placed.iter().cycle()) {
        let at = ctx.now - TimeDelta::hours(story.hours);
        Ticket {
            id: id_of("demo ticket", number, at),
            number,
            at,
            about,
            story,
            agent: people.support,
        }
        .add(rows, ctx)?;
    }
    Ok(())
}

struct Ticket<'a> {
    id: Uuid,
    number: usize,
    at: DateTime<Utc>,
    about: &'a Placed,
    story: &'a Story,
    agent: Uuid,
}

impl Ticket<'_> {
    fn add(&self, rows: &mut Rows, ctx: &mut SeedContext<'_>) -> Result<()> {
        let story = self.story;
        let state = self.state();
        let clocks = replay_clocks(
            ctx.conn,
            &ClockHistory {
                ticket: TicketId(self.id),
                priority: story.priority,
                opened_at: self.at,
                steps: &state.clock_steps,
            },
        )?;
        let sealed = |column: &str, plain: &str| {
            ctx.keys
                .seal(FieldContext::new("support_tickets", column, self.id), plain)
                .map(|sealed| bytea(&sealed))
        };
        let mut tokens = people::prefix_tokens(ctx.keys, story.subject);
        tokens.extend(people::word_tokens(ctx.keys, story.description));
        let changed = state.last;
        rows.add("support_tickets", json!({
            "id": self.id, "user_id": self.about.user_id, "assigned_to": state.is_assigned.then_some(self.agent), "order_id": self.about.order_id,
            "transaction_id": self.about.transaction_id, "esim_id": self.about.esim_id, "subject": sealed("subject", story.subject)?,
            "description": sealed("description", story.description)?, "priority": story.priority, "status": state.status, "category": story.category,
            "channel": story.channel, "tags": story.tags, "search_tokens": tokens, "waiting_since": state.waiting_since, "next_due_at": clocks.next_due_at,
            "first_response_at": state.responded_at, "resolved_at": state.resolved_at, "closed_at": state.closed_at, "last_message_at": state.last_message,
            "created_at": self.at, "updated_at": changed,
        }));
        rows.add("ticket_clocks", clocks.row);
        let change = json!({
            "channel": story.channel, "priority": story.priority, "category": story.category, "order_id": self.about.order_id,
            "esim_id": self.about.esim_id, "transaction_id": self.about.transaction_id,
        });
        self.record(rows, self.at, None, AuditAction::TicketCreate, change);
        for (index, step) in story.steps.iter().enumerate() {
            self.add_step(rows, ctx, index, step)?;
        }
        if let (Some(score), Some(resolved)) = (story.score, state.resolved_at) {
            let at = resolved + TimeDelta::minutes(25);
            rows.add(
                "ticket_ratings",
                json!({ "ticket_id": self.id, "score": score, "created_at": at }),
            );
            self.record(
                rows,
                at,
                None,
                AuditAction::TicketRate,
                json!({ "score": score }),
            );
        }
        Ok(())
    }

    fn record(
        &self,
        rows: &mut Rows,
        at: DateTime<Utc>,
        actor: Option<(Uuid, &str)>,
        action: AuditAction,
        change: Value,
    ) {
        rows.audit(
            at,
            actor,
            Event::new(action, "ticket", self.id),
            change,
            None,
        );
    }

    /// Adds the message and the audit entry of a step.
    fn add_step(
        &self,
        rows: &mut Rows,
        ctx: &SeedContext<'_>,
        index: usize,
        step: &Step,
    ) -> Result<()> {
        let at = self.at + TimeDelta::minutes(step.minutes);
        let agent = Some((self.agent, "support"));
        let message = id_of("demo ticket message", self.number * 100 + index, at);
        let (text, action, change) = match step.act {
            Act::Assign => (
                None,
                AuditAction::TicketAssign,
                json!({ "assigned_to": self.agent }),
            ),
            Act::Resolve => (
                None,
                AuditAction::TicketResolve,
                json!({ "status": "resolved" }),
            ),
            Act::Close => (
                None,
                AuditAction::TicketClose,
                json!({ "status": "closed" }),
            ),
            Act::Reply(text) => (
                Some(text),
                AuditAction::TicketReply,
                json!({ "message_id": message, "files": 0 }),
            ),
            Act::Note(text) => (
                Some(text),
                AuditAction::TicketNote,
                json!({ "message_id": message, "mentions": [] }),
            ),
            Act::Answer(text) => (
                Some(text),
                AuditAction::TicketReceive,
                json!({ "message_id": message, "channel": self.story.channel }),
            ),
        };
        let actor = match step.act {
            Act::Answer(_) | Act::Close => None,
            _ => agent,
        };
        if let Some(text) = text {
            let is_answer = matches!(step.act, Act::Answer(_));
            let context = FieldContext::new("ticket_messages", "message", message);
            rows.add("ticket_messages", json!({
                "id": message, "ticket_id": self.id, "sender_id": if is_answer { self.about.user_id } else { self.agent },
                "message": bytea(&ctx.keys.seal(context, text)?), "is_internal": matches!(step.act, Act::Note(_)),
                "channel": if is_answer { self.story.channel } else { "panel" }, "search_tokens": people::word_tokens(ctx.keys, text), "created_at": at,
            }));
        }
        self.record(rows, at, actor, action, change);
        Ok(())
    }

    /// Returns the state after all steps.
    fn state(&self) -> State {
        let mut state = State::new(self.at);
        for step in self.story.steps {
            state.apply(self.at + TimeDelta::minutes(step.minutes), &step.act);
        }
        state
    }
}

/// The state of a ticket after some steps.
struct State {
    status: &'static str,
    is_assigned: bool,
    waiting_since: Option<DateTime<Utc>>,
    responded_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    last_message: DateTime<Utc>,
    last: DateTime<Utc>,
    clock_steps: Vec<ClockStep>,
}

impl State {
    fn new(at: DateTime<Utc>) -> Self {
        Self {
            status: "open",
            is_assigned: false,
            waiting_since: None,
            responded_at: None,
            resolved_at: None,
            closed_at: None,
            last_message: at,
            last: at,
            clock_steps: Vec::new(),
        }
    }

    fn apply(&mut self, at: DateTime<Utc>, act: &Act) {
        let mut clock = |event| self.clock_steps.push(ClockStep { at, event });
        match act {
            Act::Assign => {
                self.is_assigned = true;
                self.status = "in_progress";
            }
            Act::Reply(_) => {
                clock(ClockEvent::Respond);
                clock(ClockEvent::Wait);
                self.responded_at = self.responded_at.or(Some(at));
                self.waiting_since = Some(at);
                self.last_message = at;
            }
            Act::Answer(_) => {
                clock(ClockEvent::Resume);
                self.waiting_since = None;
                self.last_message = at;
            }
            // A note changes nothing else.
            Act::Note(_) => return,
            Act::Resolve => {
                clock(ClockEvent::Resolve);
                self.status = "resolved";
                self.waiting_since = None;
                self.resolved_at = Some(at);
            }
            Act::Close => {
                self.status = "closed";
                self.closed_at = Some(at);
            }
        }
        self.last = at;
    }
}
