//! The list of operations: one row per eSIM, with its result.

use super::status;
use kit::{
    format::sentence,
    page::list_page,
    table::{choice, dates, maybe, moment, picked, state, text, typed, value},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Permission,
    esims::operations::{EsimOperation, EsimOperationKind, EsimOperationSort, EsimOperationStatus},
    integrations::providers::Provider,
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<EsimOperation>("Operations")
        .column(
            moment("Requested", |row: &EsimOperation| Some(row.created_at))
                .sort(EsimOperationSort::CreatedAt),
        )
        .column(text("Operation", |row: &EsimOperation| {
            sentence(row.kind.as_str())
        }))
        .column(value("eSIM", |row: &EsimOperation| {
            let number = Value::code(row.iccid.clone());
            match row.esim_id {
                Some(id) => number.link(format!("/esims/inventory/{id}")),
                None => number,
            }
        }))
        .column(state("Status", status))
        .column(value("Result", result))
        .column_for(
            Permission::ProvidersRead,
            maybe("Provider", |row: &EsimOperation| row.provider_name.clone()).wide(),
        )
        .column(maybe("Reason", |row: &EsimOperation| row.reason.clone()).wide())
        .column(moment("Finished", |row: &EsimOperation| row.finished_at).extra())
        .column(maybe("Provider's reference", |row: &EsimOperation| row.provider_ref.clone()).extra())
        .filter(choice("kind", "Operation", EsimOperationKind::WORDS))
        .filter(choice("status", "Status", EsimOperationStatus::WORDS))
        .filter_for(
            Permission::ProvidersRead,
            picked::<Provider>("provider_id", "Provider"),
        )
        .filter(typed("batch_id", "Request", "0199a1b2-…"))
        .filter(dates("created_at_from", "created_at_to", "Requested"))
        .button(
            "Paste ICCIDs",
            Icon::FileText,
            "/esims/operations/new",
            Permission::EsimsOperate,
        )
        .empty(
            "No operations yet",
            "Suspend, resume, cancel or refresh an eSIM. Each request appears here with its result.",
        )
        .show()
}

/// Returns the error of an operation, or what the requester should know.
fn result(row: &EsimOperation) -> Value {
    Value::maybe(row.error.clone().or_else(|| row.note.clone()))
}
