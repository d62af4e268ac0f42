//! How rules apply to a new ticket, and how administrators change them.

use super::query;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    text::fold,
};
use wire::{
    Check, ProblemCode, TicketRuleId, UserId,
    support::{
        macros::{EditTicketRule, NewTicketRule, RuleActions, RuleConditions, TicketRule},
        tickets::{TicketChannel, TicketPriority, normalize_tag},
    },
    system::audit::AuditAction,
};

/// A new ticket, as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// How the ticket arrived.
    pub channel: TicketChannel,
    /// The category.
    pub category: Option<&'a str>,
    /// The priority.
    pub priority: TicketPriority,
    /// The subject and the description.
    pub text: &'a str,
}

/// What the rules decide about a new ticket.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// The assignee.
    pub assigned_to: Option<UserId>,
    /// The priority.
    pub priority: Option<TicketPriority>,
    /// The category.
    pub category: Option<String>,
    /// The tags.
    pub tags: Vec<String>,
}

/// Applies the rules whose conditions hold, in their order.
pub fn apply(rules: &[(RuleConditions, RuleActions)], ticket: Subject<'_>) -> Outcome {
    let text = fold(ticket.text);
    let mut outcome = Outcome::default();
    for (_, actions) in rules
        .iter()
        .filter(|(conditions, _)| holds(conditions, ticket, &text))
    {
        outcome.assigned_to = actions.assign_to.or(outcome.assigned_to);
        outcome.priority = actions.priority.or(outcome.priority);
        outcome.category = actions.category.clone().or(outcome.category);
        let tags = actions.tags.iter().flatten();
        outcome.tags.extend(tags.map(|tag| normalize_tag(tag)));
    }
    outcome
}

fn holds(conditions: &RuleConditions, ticket: Subject<'_>, text: &str) -> bool {
    let RuleConditions {
        channel,
        category,
        priority,
        words,
    } = conditions;
    channel.is_none_or(|channel| channel == ticket.channel)
        && category
            .as_deref()
            .is_none_or(|category| Some(category) == ticket.category)
        && priority.is_none_or(|priority| priority == ticket.priority)
        && words
            .as_ref()
            .is_none_or(|words| words.iter().any(|word| contains_word(text, &fold(word))))
}

/// Returns whether a folded text contains a word or a phrase that is not a part of a longer word.
fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(start, found)| {
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let end = start.saturating_add(found.len());
        let after = text.get(end..).and_then(|text| text.chars().next());
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !is_letter(before) && !is_letter(after)
    })
}

/// Creates a rule.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewTicketRule) -> Result<TicketRule> {
    check_assignee(tx, &new.actions)?;
    let rule = query::insert(tx, new)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TicketRuleCreate, rule.id)
            .with_change(audit::change(&(), &rule)),
    )?;
    Ok(rule)
}

/// Changes a rule. Existing tickets do not change.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TicketRuleId,
    version: i32,
    edit: &EditTicketRule,
) -> Result<TicketRule> {
    let before = query::lock(tx, id)?;
    if before.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let to = edit.with_changes_to(&before);
    let errors = to.field_errors();
    if !errors.is_empty() {
        return Err(Error::fields(errors));
    }
    check_assignee(tx, &to.actions)?;
    let after =
        query::update(tx, id, version, &to)?.ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TicketRuleEdit, id)
            .with_change(audit::change(&before, &after)),
    )?;
    Ok(after)
}

/// Deletes a rule.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TicketRuleId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    query::lock(tx, id)?;
    if !query::remove(tx, id, version, now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TicketRuleDelete, id),
    )
}

fn check_assignee(tx: &mut Tx<'_>, actions: &RuleActions) -> Result<()> {
    let Some(user) = actions.assign_to else {
        return Ok(());
    };
    if query::is_staff(tx.conn(), user)? {
        return Ok(());
    }
    Err(Error::field(
        "actions.assign_to",
        "unknown",
        "There is no active staff member with this id.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(
        conditions: serde_json::Value,
        actions: serde_json::Value,
    ) -> (RuleConditions, RuleActions) {
        (
            serde_json::from_value(conditions).expect("conditions"),
            serde_json::from_value(actions).expect("actions"),
        )
    }

    fn ticket(text: &str) -> Subject<'_> {
        Subject {
            channel: TicketChannel::Email,
            category: None,
            priority: TicketPriority::Medium,
            text,
        }
    }

    #[test]
    fn rule_applies_when_all_its_conditions_hold() {
        let rules = [
            rule(
                serde_json::json!({ "words": ["refund", "money back"], "channel": "email" }),
                serde_json::json!({ "tags": ["Refund"], "priority": "high" }),
            ),
            rule(
                serde_json::json!({ "words": ["refund"], "channel": "api" }),
                serde_json::json!({ "priority": "urgent" }),
            ),
        ];
        for text in ["I want a REFUND.", "my money back!", "Réfund please"] {
            let outcome = apply(&rules, ticket(text));
            assert_eq!(outcome.priority, Some(TicketPriority::High), "{text}");
            assert_eq!(outcome.tags, ["refund"], "{text}");
        }
        for text in ["refundable", "nonrefund", "money", ""] {
            assert_eq!(apply(&rules, ticket(text)), Outcome::default(), "{text}");
        }
    }

    #[test]
    fn later_rule_replaces_the_priority_and_adds_tags() {
        let all = serde_json::json!({ "priority": "medium" });
        let rules = [
            rule(
                all.clone(),
                serde_json::json!({ "priority": "low", "tags": ["a"] }),
            ),
            rule(
                all,
                serde_json::json!({ "priority": "high", "tags": ["b"] }),
            ),
        ];
        let outcome = apply(&rules, ticket("x"));
        assert_eq!(outcome.priority, Some(TicketPriority::High));
        assert_eq!(outcome.tags, ["a", "b"]);
    }
}
