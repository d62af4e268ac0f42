//! The bulk actions on plans.

use kit::{
    api::{self, Call},
    page::{Action, action, action_with_reason},
    ui::dialog::Reason,
};
use serde_json::{Value, json};
use wire::{
    BulkOutcome, Permission,
    catalog::plans::{Plan, ValidityPolicy},
};

const DAYS: &[(&str, &str)] = &[
    ("1", "1 day"),
    ("3", "3 days"),
    ("7", "7 days"),
    ("15", "15 days"),
    ("30", "30 days"),
    ("60", "60 days"),
    ("90", "90 days"),
    ("180", "180 days"),
    ("365", "365 days"),
];
const POLICIES: &[(&str, &str)] = &[
    ("first_use", "At first use"),
    ("installation", "At installation"),
    ("purchase", "At purchase"),
];
const TOPUPS: &[(&str, &str)] = &[
    ("true", "Allowed: can be added to an eSIM in use"),
    ("false", "Not allowed: sold as a new eSIM only"),
];

/// Returns the bulk actions of the list of plans.
pub fn bulk_actions() -> Vec<Action<Plan>> {
    let needs = Permission::PlansWrite;
    vec![
        action("Put on sale", "put on sale", needs, |plan: Plan| {
            apply(plan, json!("activate"))
        })
        .bulk_request("activate"),
        action("Take off sale", "taken off sale", needs, |plan: Plan| {
            apply(plan, json!("deactivate"))
        })
        .asks("Customers cannot buy the plans until they are put on sale again.")
        .bulk_request("deactivate"),
        action_with_reason(
            "Set validity",
            "updated",
            needs,
            Reason::OneOf("Validity", DAYS),
            |plan: Plan, days| {
                apply(
                    plan,
                    json!({ "set_validity_days": days.parse::<i32>().unwrap_or_default() }),
                )
            },
        )
        .asks("Existing orders keep their terms."),
        action_with_reason(
            "Set validity start",
            "updated",
            needs,
            Reason::OneOf("Validity starts", POLICIES),
            |plan: Plan, from| {
                let policy = ValidityPolicy::ALL.iter().find(|one| one.as_str() == from);
                apply(plan, json!({ "set_validity_policy": policy }))
            },
        )
        .asks("Existing orders keep their terms."),
        action_with_reason(
            "Set top-up",
            "updated",
            needs,
            Reason::OneOf("Top-up", TOPUPS),
            |plan: Plan, allowed| apply(plan, json!({ "set_topup_allowed": allowed == "true" })),
        ),
    ]
}

/// Applies an action to one plan, without a version check.
async fn apply(plan: Plan, action: Value) -> Result<(), api::ApiError> {
    let call = Call::post("/v1/plans/bulk").json(&json!({ "action": action, "ids": [plan.id] }));
    let outcome: BulkOutcome = api::send(call).await?.json().await?;
    let problem = outcome.data.into_iter().find_map(|row| row.problem);
    problem.map_or(Ok(()), |problem| {
        Err(api::ApiError::Problem(Box::new(problem)))
    })
}
