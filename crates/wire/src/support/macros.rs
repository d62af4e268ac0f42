//! Macros, which are prepared replies with actions, and rules for new tickets.

use super::tickets::{MAX_TEXT, Ticket, TicketChannel, TicketPriority, TicketStatus, check_tags};
use crate::{
    Check, FieldErrors, MacroId, Problem, Resource, TicketRuleId, UserId,
    billing::refunds::RefundReason, check::edit_field,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// Maximum number of actions of a macro.
const MAX_ACTIONS: usize = 20;

/// The variables that the reply and the note of a macro can contain.
pub const VARIABLES: &[&str] = &["customer_name", "ticket_number", "agent_name"];

/// An action of a macro.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum MacroAction {
    /// Set the status.
    SetStatus(TicketStatus),
    /// Set the priority.
    SetPriority(TicketPriority),
    /// Assign the ticket to a staff member.
    Assign(UserId),
    /// Assign the ticket to the staff member who runs the macro.
    AssignToMe,
    /// Add a tag.
    AddTag(String),
    /// Remove a tag.
    RemoveTag(String),
    /// Send the delivery email of the order again.
    ResendDelivery,
    /// Request a refund of everything that is refundable of the payment.
    RequestRefund(RefundReason),
    /// Load the state of the eSIM from its provider.
    RefreshEsim,
    /// Suspend the eSIM at its provider.
    SuspendEsim,
    /// Resume the eSIM at its provider.
    ResumeEsim,
}

impl MacroAction {
    /// Returns the name of the action.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SetStatus(_) => "set_status",
            Self::SetPriority(_) => "set_priority",
            Self::Assign(_) => "assign",
            Self::AssignToMe => "assign_to_me",
            Self::AddTag(_) => "add_tag",
            Self::RemoveTag(_) => "remove_tag",
            Self::ResendDelivery => "resend_delivery",
            Self::RequestRefund(_) => "request_refund",
            Self::RefreshEsim => "refresh_esim",
            Self::SuspendEsim => "suspend_esim",
            Self::ResumeEsim => "resume_esim",
        }
    }
}

/// A prepared reply with actions. A macro with a reply only is a canned reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketMacro {
    /// ID of the macro.
    pub id: MacroId,
    /// Name.
    pub name: String,
    /// Reply to the customer, in Markdown, with variables such as `{customer_name}`.
    pub reply: Option<String>,
    /// Internal note.
    pub note: Option<String>,
    /// Actions, in their order.
    pub actions: Vec<MacroAction>,
    /// Version of the macro, as sent in the `ETag`.
    pub version: i32,
    /// When the macro was created.
    pub created_at: DateTime<Utc>,
    /// When the macro was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A macro to create.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewMacro {
    /// Name.
    #[cfg_attr(feature = "server", schema(example = "QR code again"))]
    pub name: String,
    /// Reply to the customer, with the variables `{customer_name}`, `{ticket_number}` and `{agent_name}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// Internal note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Actions.
    #[serde(default)]
    pub actions: Vec<MacroAction>,
}

/// A change of a macro; absent fields stay unchanged.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditMacro {
    /// Name.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub name: Option<String>,
    /// Reply to the customer.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub reply: Option<Option<String>>,
    /// Internal note.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub note: Option<Option<String>>,
    /// Actions.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub actions: Option<Vec<MacroAction>>,
}

impl EditMacro {
    /// Returns the changed macro as a request to create it, for validation.
    pub fn with_changes_to(&self, old: &TicketMacro) -> NewMacro {
        let (edit, old) = (self.clone(), old.clone());
        NewMacro {
            name: edit.name.unwrap_or(old.name),
            reply: edit.reply.unwrap_or(old.reply),
            note: edit.note.unwrap_or(old.note),
            actions: edit.actions.unwrap_or(old.actions),
        }
    }
}

/// Runs a macro on a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RunMacro {
    /// The macro.
    pub macro_id: MacroId,
    /// The reply as the staff member has edited it; the macro's reply when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
}

/// The result of a macro. When an action fails, the other actions stay done, and no reply and no note are written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MacroRun {
    /// One result per action.
    pub results: Vec<MacroResult>,
    /// Whether the reply was sent.
    pub is_reply_sent: bool,
    /// The ticket.
    pub ticket: Ticket,
}

/// The result of an action of a macro.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MacroResult {
    /// Name of the action.
    pub action: String,
    /// Why the action failed; null when it was done.
    pub problem: Option<Problem>,
}

filter! {
    /// Filter of the macros.
    MacroFilter {
        /// Part of the name.
        q: String,
    }
}
sort_keys!(
    /// Sort keys of the macros.
    MacroSort { Name = "name" asc, CreatedAt = "created_at" });

impl Resource for TicketMacro {
    const PATH: &'static str = "/v1/ticket-macros";
    const ONE: &'static str = "macro";
    const MANY: &'static str = "macros";
    type Id = MacroId;
    type Filter = MacroFilter;
    type Sort = MacroSort;
    fn id(&self) -> MacroId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.name.clone()
    }
}

/// The result of a macro is the response of a write that runs once per idempotency key.
impl Resource for MacroRun {
    const PATH: &'static str = "/v1/tickets";
    const ONE: &'static str = "run of a macro";
    const MANY: &'static str = "runs of macros";
    type Id = crate::TicketId;
    type Filter = super::sla::NoFilter;
    type Sort = MacroSort;
    fn id(&self) -> crate::TicketId {
        self.ticket.id
    }
    fn version(&self) -> i32 {
        self.ticket.version
    }
    fn label(&self) -> String {
        self.ticket.ticket_number.clone()
    }
}

impl Check for NewMacro {
    fn check(&self, bad: &mut FieldErrors) {
        bad.name("name", &self.name, 100);
        if self.reply.is_none() && self.note.is_none() && self.actions.is_empty() {
            bad.add("reply", "required", "Enter a reply, a note or an action.");
        }
        for (field, text) in [("reply", &self.reply), ("note", &self.note)] {
            if let Some(text) = text {
                bad.lines(field, text, 1, MAX_TEXT);
                check_variables(bad, field, text);
            }
        }
        check_actions(bad, &self.actions);
    }
}

/// Validates single fields. The server validates the changed macro as well.
impl Check for EditMacro {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(name) = &self.name {
            bad.name("name", name, 100);
        }
        for (field, text) in [("reply", &self.reply), ("note", &self.note)] {
            if let Some(Some(text)) = text {
                bad.lines(field, text, 1, MAX_TEXT);
                check_variables(bad, field, text);
            }
        }
        if let Some(actions) = &self.actions {
            check_actions(bad, actions);
        }
    }
}

impl Check for RunMacro {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(reply) = &self.reply {
            bad.lines("reply", reply, 1, MAX_TEXT);
        }
    }
}

fn check_actions(bad: &mut FieldErrors, actions: &[MacroAction]) {
    if actions.len() > MAX_ACTIONS {
        let message = format!("Use {MAX_ACTIONS} actions at most.");
        bad.add("actions", "too_many", message);
    }
    for action in actions {
        if let MacroAction::AddTag(tag) | MacroAction::RemoveTag(tag) = action {
            check_tags(bad, "actions", std::slice::from_ref(tag));
        }
    }
}

/// Rejects a variable that does not exist: a lower-case word in braces.
fn check_variables(bad: &mut FieldErrors, field: &str, text: &str) {
    for part in text.split('{').skip(1) {
        let Some((name, _)) = part.split_once('}') else {
            continue;
        };
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if is_name && !VARIABLES.contains(&name) {
            bad.add(
                field,
                "unknown_variable",
                format!("There is no variable {{{name}}}."),
            );
        }
    }
}

/// When a rule applies to a new ticket: when all given conditions hold.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RuleConditions {
    /// The ticket arrived by this channel.
    #[serde(default)]
    pub channel: Option<TicketChannel>,
    /// The ticket has this category.
    #[serde(default)]
    pub category: Option<String>,
    /// The ticket has this priority.
    #[serde(default)]
    pub priority: Option<TicketPriority>,
    /// The subject or the description contains one of these words.
    #[serde(default)]
    pub words: Option<Vec<String>>,
}

/// What a rule does with a new ticket.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RuleActions {
    /// Assign the ticket to this staff member.
    #[serde(default)]
    pub assign_to: Option<UserId>,
    /// Set this priority.
    #[serde(default)]
    pub priority: Option<TicketPriority>,
    /// Set this category.
    #[serde(default)]
    pub category: Option<String>,
    /// Add these tags.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
}

/// A rule for new tickets. All active rules whose conditions hold apply, in their order; a later rule replaces the assignee,
/// the priority and the category of an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketRule {
    /// ID of the rule.
    pub id: TicketRuleId,
    /// Name.
    pub name: String,
    /// Place in the order of the rules.
    pub position: i32,
    /// Whether the rule applies.
    pub is_active: bool,
    /// When the rule applies.
    pub conditions: RuleConditions,
    /// What the rule does.
    pub actions: RuleActions,
    /// Version of the rule, as sent in the `ETag`.
    pub version: i32,
    /// When the rule was created.
    pub created_at: DateTime<Utc>,
    /// When the rule was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A rule to create.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewTicketRule {
    /// Name.
    #[cfg_attr(feature = "server", schema(example = "Refund requests"))]
    pub name: String,
    /// Place in the order of the rules.
    #[serde(default)]
    pub position: i32,
    /// Whether the rule applies.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// When the rule applies.
    pub conditions: RuleConditions,
    /// What the rule does.
    pub actions: RuleActions,
}

/// A change of a rule; absent fields stay unchanged.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditTicketRule {
    /// Name.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub name: Option<String>,
    /// Place in the order of the rules.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub position: Option<i32>,
    /// Whether the rule applies.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub is_active: Option<bool>,
    /// When the rule applies.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub conditions: Option<RuleConditions>,
    /// What the rule does.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub actions: Option<RuleActions>,
}

impl EditTicketRule {
    /// Returns the changed rule as a request to create it, for validation.
    pub fn with_changes_to(&self, old: &TicketRule) -> NewTicketRule {
        let (edit, old) = (self.clone(), old.clone());
        NewTicketRule {
            name: edit.name.unwrap_or(old.name),
            position: edit.position.unwrap_or(old.position),
            is_active: edit.is_active.unwrap_or(old.is_active),
            conditions: edit.conditions.unwrap_or(old.conditions),
            actions: edit.actions.unwrap_or(old.actions),
        }
    }
}

const fn yes() -> bool {
    true
}

filter! {
    /// Filter of the rules.
    TicketRuleFilter {
        /// Part of the name.
        q: String,
        /// Whether the rule applies.
        is_active: bool,
    }
}
sort_keys!(
    /// Sort keys of the rules.
    TicketRuleSort { Position = "position" asc, CreatedAt = "created_at" });

impl Resource for TicketRule {
    const PATH: &'static str = "/v1/ticket-rules";
    const ONE: &'static str = "rule for new tickets";
    const MANY: &'static str = "rules for new tickets";
    type Id = TicketRuleId;
    type Filter = TicketRuleFilter;
    type Sort = TicketRuleSort;
    fn id(&self) -> TicketRuleId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.name.clone()
    }
}

impl Check for NewTicketRule {
    fn check(&self, bad: &mut FieldErrors) {
        bad.name("name", &self.name, 100);
        bad.range("position", self.position.into(), 0, 10_000);
        if self.conditions == RuleConditions::default() {
            bad.add("conditions", "required", "Enter at least one condition.");
        }
        if self.actions == RuleActions::default() {
            bad.add("actions", "required", "Enter at least one action.");
        }
        for (field, category) in [
            ("conditions.category", &self.conditions.category),
            ("actions.category", &self.actions.category),
        ] {
            if let Some(category) = category {
                bad.length(field, category, 1, 50);
            }
        }
        if let Some(words) = &self.conditions.words {
            if words.is_empty() || words.len() > 50 {
                bad.add("conditions.words", "too_many", "Enter 1 to 50 words.");
            }
            for word in words {
                bad.length("conditions.words", word, 2, 50);
            }
        }
        if let Some(tags) = &self.actions.tags {
            check_tags(bad, "actions.tags", tags);
        }
    }
}

/// Validates single fields. The server validates the changed rule as well.
impl Check for EditTicketRule {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(name) = &self.name {
            bad.name("name", name, 100);
        }
        if let Some(position) = self.position {
            bad.range("position", position.into(), 0, 10_000);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macro_rejects_unknown_variables() {
        let errors = |reply: &str| {
            let new = NewMacro {
                name: "Hello".into(),
                reply: Some(reply.into()),
                ..NewMacro::default()
            };
            new.field_errors().len()
        };
        for text in [
            "Hello {customer_name}",
            "{ } { x } {1} {} {",
            "json {\"a\":1}",
        ] {
            assert_eq!(errors(text), 0, "{text}");
        }
        assert_eq!(errors("Hello {name} of {ticket_number}"), 1);
    }
}
