//! Running a macro, in one transaction: a server that is killed leaves nothing half done.
//!
//! Each action has a savepoint and a result of its own. The reply is sent after all actions have succeeded, together with
//! the changes of the status; when one of them fails, neither the note nor the reply is written.

use super::query;
use crate::{
    messages::{self, Reply},
    tickets::{LockedTicket, TicketRow, find_ref, is_staff, to_ticket},
};
use billing::{fulfillment, refunding};
use esims::operations::{self, OperationRequest};
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    http, people,
};
use serde_json::json;
use wire::{
    EsimOperationBatchId, Permission, Problem, ProblemCode, TicketId,
    billing::{
        orders::ResendDelivery,
        refunds::{NewRefund, RefundReason},
    },
    esims::operations::EsimOperationKind,
    support::{
        macros::{MacroAction, MacroResult, MacroRun, RunMacro, TicketMacro},
        tickets::{AfterReply, NewTicketMessage, TicketRef},
    },
    system::audit::AuditAction,
};

/// A macro under way on a ticket.
struct Run<'a> {
    ctx: &'a Ctx,
    actor: &'a Actor,
    ticket: TicketId,
}

/// Runs a macro on a ticket.
pub fn run(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    ticket: TicketId,
    request: &RunMacro,
) -> Result<MacroRun> {
    let row = find_ref(tx.conn(), actor, &TicketRef::Id(ticket))?;
    let prepared =
        query::find(tx.conn(), request.macro_id).map_err(|error| match error.code() {
            Some(ProblemCode::NotFound) => {
                Error::field("macro_id", "unknown", "There is no macro with this id.")
            }
            _ => error,
        })?;
    let run = Run { ctx, actor, ticket };
    let (mut results, failed) = run.actions(tx, &prepared)?;
    let is_reply_sent = if failed {
        skip_status(&prepared, &mut results);
        false
    } else {
        run.finish(tx, &prepared, request, &row, &mut results)?
    };
    let names: Vec<&str> = results
        .iter()
        .filter(|result| result.problem.is_none())
        .map(|result| result.action.as_str())
        .collect();
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TicketRunMacro, ticket).with_change(json!({
            "macro": prepared.name, "done": names, "is_reply_sent": is_reply_sent,
        })),
    )?;
    let row = find_ref(tx.conn(), actor, &TicketRef::Id(ticket))?;
    Ok(MacroRun {
        results,
        is_reply_sent,
        ticket: to_ticket(tx.conn(), actor, row)?,
    })
}

const fn is_status(action: &MacroAction) -> bool {
    matches!(action, MacroAction::SetStatus(_))
}

/// Returns the problem of a refusal; any other error ends the transaction.
fn problem_of(error: Error) -> Result<Problem> {
    if error.code().is_none() {
        return Err(error);
    }
    Ok(Problem {
        request_id: http::current_request_id(),
        ..error.problem()
    })
}

/// Reports the changes of the status that were not made because another action failed.
fn skip_status(prepared: &TicketMacro, results: &mut Vec<MacroResult>) {
    let skipped = prepared.actions.iter().filter(|action| is_status(action));
    results.extend(skipped.map(|action| MacroResult {
        action: action.name().to_owned(),
        problem: Some(Problem {
            detail: Some("Another action failed, so the status was not changed.".into()),
            ..Problem::new(ProblemCode::WrongState)
        }),
    }));
}

impl Run<'_> {
    /// Runs the actions other than changes of the status. Returns their results, and whether one has failed.
    fn actions(&self, tx: &mut Tx<'_>, prepared: &TicketMacro) -> Result<(Vec<MacroResult>, bool)> {
        let mut results = Vec::new();
        for action in prepared.actions.iter().filter(|action| !is_status(action)) {
            let outcome = tx.savepoint(|tx| self.act(tx, action));
            results.push(MacroResult {
                action: action.name().to_owned(),
                problem: outcome.err().map(problem_of).transpose()?,
            });
        }
        let failed = results.iter().any(|result| result.problem.is_some());
        Ok((results, failed))
    }

    /// Writes the note and the reply and changes the status, all of it or nothing. Returns whether the reply was sent.
    fn finish(
        &self,
        tx: &mut Tx<'_>,
        prepared: &TicketMacro,
        request: &RunMacro,
        row: &TicketRow,
        results: &mut Vec<MacroResult>,
    ) -> Result<bool> {
        let reply = request.reply.as_ref().or(prepared.reply.as_ref());
        let outcome = tx.savepoint(|tx| {
            if let Some(note) = &prepared.note {
                let note = self.fill(tx, row, note)?;
                self.note(tx, &note)?;
            }
            if let Some(reply) = reply {
                let reply = self.fill(tx, row, reply)?;
                self.reply(tx, prepared, &reply)?;
            }
            for action in prepared.actions.iter().filter(|action| is_status(action)) {
                self.act(tx, action)?;
            }
            Ok(())
        });
        let problem = outcome.err().map(problem_of).transpose()?;
        let is_done = problem.is_none();
        for action in prepared.actions.iter().filter(|action| is_status(action)) {
            results.push(MacroResult {
                action: action.name().to_owned(),
                problem: problem.clone(),
            });
        }
        for (name, is_given) in [
            ("note", prepared.note.is_some()),
            ("reply", reply.is_some()),
        ] {
            if is_given {
                results.push(MacroResult {
                    action: name.to_owned(),
                    problem: problem.clone(),
                });
            }
        }
        Ok(is_done && reply.is_some())
    }

    fn act(&self, tx: &mut Tx<'_>, action: &MacroAction) -> Result<()> {
        match action {
            MacroAction::ResendDelivery => self.resend_delivery(tx),
            MacroAction::RequestRefund(reason) => self.request_refund(tx, *reason),
            MacroAction::RefreshEsim => self.operate(tx, EsimOperationKind::Refresh),
            MacroAction::SuspendEsim => self.operate(tx, EsimOperationKind::Suspend),
            MacroAction::ResumeEsim => self.operate(tx, EsimOperationKind::Resume),
            _ => self.change(tx, action),
        }
    }

    fn change(&self, tx: &mut Tx<'_>, action: &MacroAction) -> Result<()> {
        let now = self.ctx.clock.now();
        let mut ticket = LockedTicket::lock(tx, self.actor, self.ticket, now)?;
        match action {
            MacroAction::SetStatus(to) if ticket.row.status != *to => ticket.transition(*to)?,
            MacroAction::SetPriority(to) => {
                ticket.require_not_closed()?;
                ticket.set_priority(*to);
            }
            MacroAction::Assign(to) => {
                if !is_staff(tx.conn(), *to)? {
                    return Err(Error::with_detail(
                        ProblemCode::Conflict,
                        "The staff member of this macro is no longer active.",
                    ));
                }
                ticket.assign(Some(*to))?;
            }
            MacroAction::AssignToMe => ticket.assign(Some(self.actor.person()?))?,
            MacroAction::AddTag(tag) => ticket.add_tag(tag),
            MacroAction::RemoveTag(tag) => ticket.remove_tag(tag),
            MacroAction::SetStatus(_)
            | MacroAction::ResendDelivery
            | MacroAction::RequestRefund(_)
            | MacroAction::RefreshEsim
            | MacroAction::SuspendEsim
            | MacroAction::ResumeEsim => {}
        }
        ticket.save(tx, self.actor).map(drop)
    }

    fn resend_delivery(&self, tx: &mut Tx<'_>) -> Result<()> {
        self.require(Permission::OrdersResend)?;
        let row = find_ref(tx.conn(), self.actor, &TicketRef::Id(self.ticket))?;
        let order = row.order_id.ok_or_else(|| missing("an order"))?;
        let request = ResendDelivery {
            email: None,
            reason: Some(row.ticket_number),
        };
        fulfillment::resend(tx, self.actor, self.ctx, order, &request).map(drop)
    }

    /// Requests an operation on the eSIM of the ticket. A job carries it out at the provider.
    fn operate(&self, tx: &mut Tx<'_>, kind: EsimOperationKind) -> Result<()> {
        self.require(Permission::EsimsOperate)?;
        let row = find_ref(tx.conn(), self.actor, &TicketRef::Id(self.ticket))?;
        let esim = row.esim_id.ok_or_else(|| missing("an eSIM"))?;
        let request = OperationRequest {
            batch: EsimOperationBatchId::new(),
            kind,
            reason: Some(&row.ticket_number),
        };
        operations::request(tx, self.actor, self.ctx, esim, request).map(drop)
    }

    fn request_refund(&self, tx: &mut Tx<'_>, reason_code: RefundReason) -> Result<()> {
        self.require(Permission::RefundsRequest)?;
        self.actor.require_step_up_of_person()?;
        let row = find_ref(tx.conn(), self.actor, &TicketRef::Id(self.ticket))?;
        let transaction_id = row.transaction_id.ok_or_else(|| missing("a payment"))?;
        let new = NewRefund {
            transaction_id,
            amount: None,
            reason_code,
            reason: Some(row.ticket_number),
            effect: None,
        };
        refunding::request(tx, self.actor, &new, self.ctx.clock.now()).map(drop)
    }

    fn require(&self, permission: Permission) -> Result<()> {
        if self.actor.can(permission) {
            return Ok(());
        }
        Err(Error::with_detail(
            ProblemCode::Forbidden,
            format!("This needs the permission {permission}."),
        ))
    }

    fn note(&self, tx: &mut Tx<'_>, text: &str) -> Result<()> {
        let new = NewTicketMessage {
            message: text.to_owned(),
            is_internal: true,
            ..NewTicketMessage::default()
        };
        let now = self.ctx.clock.now();
        messages::note(tx, self.actor, self.ticket, &new, now).map(drop)
    }

    fn reply(&self, tx: &mut Tx<'_>, prepared: &TicketMacro, text: &str) -> Result<()> {
        // A change of the status follows, so that the ticket does not wait for the customer.
        let then = if prepared.actions.iter().any(is_status) {
            AfterReply::Keep
        } else {
            AfterReply::Wait
        };
        let reply = Reply {
            text,
            attachments: &[],
            then,
        };
        messages::reply(tx, self.actor, self.ctx, self.ticket, &reply).map(drop)
    }

    /// Replaces the variables of a text. A caller who sees names masked does not reveal them by a macro.
    fn fill(&self, tx: &mut Tx<'_>, row: &TicketRow, text: &str) -> Result<String> {
        let keys = &self.actor.keys;
        let me = self.actor.person()?;
        let mut names = people::names(tx.conn(), keys, &[row.user_id, me], false)?;
        let customer = if people::is_masked_for(self.actor.role) {
            None
        } else {
            names.remove(&row.user_id)
        };
        let customer = customer.filter(|name| !name.is_empty());
        let agent = names.remove(&me).unwrap_or_default();
        Ok(replace(
            text,
            &[
                ("customer_name", customer.as_deref().unwrap_or("customer")),
                ("ticket_number", &row.ticket_number),
                ("agent_name", &agent),
            ],
        ))
    }
}

/// Replaces the variables of a text in one pass: a value that contains a variable stays as it is.
fn replace(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let found = values.iter().find_map(|(name, value)| {
            let after = after.strip_prefix(name)?.strip_prefix('}')?;
            Some((value, after))
        });
        match found {
            Some((value, after)) => {
                out.push_str(value);
                rest = after;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn missing(what: &str) -> Error {
    Error::with_detail(
        ProblemCode::WrongState,
        format!("The ticket is not linked to {what}."),
    )
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn variables_are_replaced_once() {
        let values = [
            ("customer_name", "{ticket_number}"),
            ("ticket_number", "TCK-1"),
        ];
        for (text, filled) in [
            (
                "Hello {customer_name}, {ticket_number}.",
                "Hello {ticket_number}, TCK-1.",
            ),
            ("{", "{"),
            ("{customer_name", "{customer_name"),
            ("{{ticket_number}}", "{TCK-1}"),
            ("{other}", "{other}"),
        ] {
            assert_eq!(replace(text, &values), filled);
        }
    }
}
