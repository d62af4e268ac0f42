//! Plans: an amount of data, a validity and a coverage.

mod bulk_actions;
mod bulk_edit;
mod detail;
mod form;
mod import;
mod list;
mod offers;
mod preview;
mod price_timeline;

pub use price_timeline::lanes;

use kit::{
    Screen,
    api::{self, ApiError, Call},
    format::count,
    ui::Tone,
};
use wire::{
    Permission, Resource,
    catalog::plans::{EditPlan, Plan, ValidityPolicy},
};

/// The screens of plans.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/catalog/plans",
        title: "Plans",
        needs: Permission::PlansRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/catalog/plans/new",
        title: "New plan",
        needs: Permission::PlansWrite,
        view: |_| Some(form::screen(None)),
    },
    Screen {
        path: "/catalog/plans/import",
        title: "Import price list",
        needs: Permission::PlansWrite,
        view: |_| Some(import::screen()),
    },
    Screen {
        path: "/catalog/plans/sheet",
        title: "Edit plans in spreadsheet",
        needs: Permission::PlansWrite,
        view: |_| Some(bulk_edit::screen()),
    },
    Screen {
        path: "/catalog/plans/{id}",
        title: "Plan",
        needs: Permission::PlansRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/catalog/plans/{id}/edit",
        title: "Edit",
        needs: Permission::PlansWrite,
        view: |at| Some(form::screen(Some(at.id()?))),
    },
];

/// Returns the availability badge of a plan.
fn availability(plan: &Plan) -> (&'static str, Tone) {
    match (plan.deleted_at, plan.is_active) {
        (Some(_), _) => ("archived", Tone::Bad),
        (None, true) => ("on_sale", Tone::Good),
        (None, false) => ("not_on_sale", Tone::Neutral),
    }
}

/// Returns when the validity of a plan starts.
const fn validity_start(plan: &Plan) -> &'static str {
    match plan.validity_policy {
        ValidityPolicy::Purchase => "At purchase",
        ValidityPolicy::Installation => "At installation",
        ValidityPolicy::FirstUse => "At first use",
    }
}

/// Returns the validity of a plan, such as `30 days`.
fn validity(plan: &Plan) -> String {
    match plan.validity_days {
        1 => "1 day".to_owned(),
        days => format!("{} days", count(days.into())),
    }
}

/// Undoes archiving a plan. The server restores it off sale, so a plan that was on sale is put on sale again.
async fn unarchive(plan: Plan) -> Result<(), ApiError> {
    let call = Call::post(format!("{}/{}/restore", Plan::PATH, plan.id));
    let restored: Plan = api::send(call).await?.json().await?;
    if plan.is_active && !restored.is_active {
        let on_sale = EditPlan {
            is_active: Some(true),
            ..EditPlan::default()
        };
        api::edit::<Plan>(restored.id, restored.version, &on_sale).await?;
    }
    Ok(())
}
